"""Misuses of the API, written against TF1; each must raise, and say what to do.

`@misuse(words...)` registers a function `f(tf)` that does one wrong thing. The words must all stand
in this package's message. The type of the exception is TF 1.15.5's, recorded by `make.py`.
"""

import importlib
import sys

import numpy as np

CASES = {}
SHAPES = (('eager', 'function', 'xla'), 'there every shape of this case is known')
COMPILED = (('xla',), 'compiled programs cannot raise')

BATCH, TIME, DEPTH, UNITS = 2, 3, 4, 5


def misuse(*words, **options):
    """Registers a misuse; tensors that it returns are evaluated.

    Args:
      *words: What the message must contain.
      **options: `unknown_on`: paths on which it cannot be known, with the reason:
        `(('xla',), 'reason')`.
    """

    def register(function):
        CASES[function.__name__] = (function, words, options.get('unknown_on', ((), '')))
        return function

    return register


def sequence(tf, *shape):
    return tf.constant(np.ones(shape or (BATCH, TIME, DEPTH), np.float32))


def gru(tf):
    return tf.nn.rnn_cell.GRUCell(UNITS)


def bahdanau(tf, memory=None, **options):
    memory = sequence(tf) if memory is None else memory
    return tf.contrib.seq2seq.BahdanauAttention(UNITS, memory, **options)


def attention_cell(tf, **options):
    return tf.contrib.seq2seq.AttentionWrapper(gru(tf), bahdanau(tf), **options)


def decode(tf, helper, **options):
    decoder = tf.contrib.seq2seq.BasicDecoder(gru(tf), helper, tf.zeros([BATCH, UNITS]))
    return tf.contrib.seq2seq.dynamic_decode(decoder, **options)[1]


# -- dynamic_rnn and its family -------------------------------------------------------------------


@misuse('inputs', '(3, 4)', 'rank at least 3', 'expand_dims')
def dynamic_rnn_inputs_of_rank_2(tf):
    tf.nn.dynamic_rnn(gru(tf), sequence(tf, 3, 4), dtype=tf.float32)


@misuse('inputs', 'rank')
def dynamic_rnn_inputs_of_rank_4(tf):
    tf.nn.dynamic_rnn(gru(tf), sequence(tf, 1, 2, 3, 4), dtype=tf.float32)


@misuse('sequence_length', 'vector', '(1, 2)')
def dynamic_rnn_lengths_of_rank_2(tf):
    tf.nn.dynamic_rnn(gru(tf), sequence(tf), sequence_length=[[1, 2]], dtype=tf.float32)


@misuse('sequence_length', '(3,)', 'time_major')
def dynamic_rnn_lengths_of_another_batch(tf):
    tf.nn.dynamic_rnn(gru(tf), sequence(tf), sequence_length=[1, 2, 3], dtype=tf.float32)


@misuse('initial_state', 'dtype')
def dynamic_rnn_without_dtype(tf):
    tf.nn.dynamic_rnn(gru(tf), sequence(tf))


@misuse('cell', 'output_size', 'state_size')
def dynamic_rnn_cell_is_a_string(tf):
    tf.nn.dynamic_rnn('gru', sequence(tf), dtype=tf.float32)


@misuse('float', 'int32')
def dynamic_rnn_integer_inputs(tf):
    inputs = tf.constant(np.ones([BATCH, TIME, DEPTH], np.int32))
    tf.nn.dynamic_rnn(gru(tf), inputs, dtype=tf.float32)


@misuse('(3, 5)')
def dynamic_rnn_state_of_another_batch(tf):
    tf.nn.dynamic_rnn(gru(tf), sequence(tf), initial_state=tf.zeros([3, UNITS]))


@misuse('(2, 7)')
def dynamic_rnn_state_of_another_size(tf):
    tf.nn.dynamic_rnn(gru(tf), sequence(tf), initial_state=tf.zeros([BATCH, 7]))


@misuse('Batch_size', '2', '3')
def dynamic_rnn_nested_inputs_of_two_batches(tf):
    inputs = (sequence(tf, 2, 3, 4), sequence(tf, 3, 3, 4))
    tf.nn.dynamic_rnn(gru(tf), inputs, dtype=tf.float32)


@misuse('Time steps', '3', '5')
def dynamic_rnn_nested_inputs_of_two_lengths(tf):
    inputs = (sequence(tf, 2, 3, 4), sequence(tf, 2, 5, 4))
    tf.nn.dynamic_rnn(gru(tf), inputs, dtype=tf.float32)


@misuse('cell_bw', 'output_size')
def bidirectional_cell_is_a_string(tf):
    tf.nn.bidirectional_dynamic_rnn(gru(tf), 'x', sequence(tf), dtype=tf.float32)


@misuse('loop_fn', 'callable')
def raw_rnn_function_is_a_number(tf):
    tf.nn.raw_rnn(gru(tf), 3)


@misuse('inputs', 'sequence', 'unstack')
def static_rnn_inputs_are_a_tensor(tf):
    tf.nn.static_rnn(gru(tf), sequence(tf), dtype=tf.float32)


@misuse('inputs', 'empty')
def static_rnn_inputs_are_empty(tf):
    tf.nn.static_rnn(gru(tf), [], dtype=tf.float32)


@misuse('initial_state', 'dtype')
def static_rnn_without_dtype(tf):
    tf.nn.static_rnn(gru(tf), [tf.ones([2, 4])])


@misuse('depth', 'known', 'set_shape', unknown_on=SHAPES)
def dynamic_rnn_depth_not_known(tf):
    inputs = tf.placeholder_with_default(sequence(tf), [None, None, None])
    tf.nn.dynamic_rnn(gru(tf), inputs, dtype=tf.float32)


@misuse('sequence_length', 'one length', unknown_on=SHAPES)
def dynamic_rnn_lengths_of_another_batch_when_run(tf):
    lengths = tf.placeholder_with_default(tf.constant([1, 2, 3]), [None])
    return tf.nn.dynamic_rnn(gru(tf), sequence(tf), lengths, dtype=tf.float32)


# -- cells ----------------------------------------------------------------------------------------


@misuse('rank')
def cell_inputs_are_a_sequence(tf):
    gru(tf)(sequence(tf), tf.zeros([BATCH, UNITS]))


@misuse('state', 'LSTMStateTuple')
def lstm_state_is_one_tensor(tf):
    cell = tf.nn.rnn_cell.LSTMCell(UNITS)
    cell(tf.ones([BATCH, DEPTH]), tf.zeros([BATCH, UNITS]))


@misuse('cells', 'list')
def multi_rnn_cell_of_one_cell(tf):
    tf.nn.rnn_cell.MultiRNNCell(gru(tf))


@misuse('cells')
def multi_rnn_cell_of_nothing(tf):
    tf.nn.rnn_cell.MultiRNNCell([])


@misuse('keep_prob', '1.5')
def dropout_keep_prob_above_one(tf):
    tf.nn.rnn_cell.DropoutWrapper(gru(tf), input_keep_prob=1.5)


@misuse('cell', 'output_size')
def dropout_of_no_cell(tf):
    tf.nn.rnn_cell.DropoutWrapper('gru')


@misuse('(2, 4)', '(2, 5)')
def residual_of_another_depth(tf):
    cell = tf.nn.rnn_cell.ResidualWrapper(gru(tf))
    cell(tf.ones([BATCH, DEPTH]), tf.zeros([BATCH, UNITS]))


# -- attention ------------------------------------------------------------------------------------


@misuse('memory', '(2, 3)', '[batch, max_time, depth]')
def memory_of_rank_2(tf):
    mechanism = bahdanau(tf, sequence(tf, 2, 3))
    mechanism(tf.ones([BATCH, UNITS]), tf.zeros([BATCH, TIME]))


@misuse('memory_sequence_length', '(3,)')
def memory_lengths_of_another_batch(tf):
    mechanism = bahdanau(tf, memory_sequence_length=[1, 2, 3])
    mechanism(tf.ones([BATCH, UNITS]), tf.zeros([BATCH, TIME]))


@misuse('memory_sequence_length')
def memory_lengths_of_rank_2(tf):
    mechanism = bahdanau(tf, memory_sequence_length=[[1, 2]])
    mechanism(tf.ones([BATCH, UNITS]), tf.zeros([BATCH, TIME]))


@misuse('query', '5', '7')
def luong_query_of_another_depth(tf):
    mechanism = tf.contrib.seq2seq.LuongAttention(UNITS, sequence(tf))
    mechanism(tf.ones([BATCH, 7]), tf.zeros([BATCH, TIME]))


@misuse('probability_fn')
def probability_fn_is_a_number(tf):
    mechanism = bahdanau(tf, probability_fn=3)
    mechanism(tf.ones([BATCH, UNITS]), tf.zeros([BATCH, TIME]))


@misuse('attention_mechanism')
def wrapper_of_no_mechanism(tf):
    tf.contrib.seq2seq.AttentionWrapper(gru(tf), 'bahdanau')


@misuse('cell')
def wrapper_of_no_cell(tf):
    tf.contrib.seq2seq.AttentionWrapper('gru', bahdanau(tf))


@misuse('attention_layer_size', '1', '2')
def wrapper_layer_sizes_of_another_number(tf):
    attention_cell(tf, attention_layer_size=[3, 4])


@misuse('attention_layer_size', 'attention_layer')
def wrapper_with_layer_and_size(tf):
    attention_cell(tf, attention_layer_size=3, attention_layer=tf.layers.Dense(3))


@misuse('cell_input_fn', 'callable')
def wrapper_cell_input_fn_is_a_number(tf):
    attention_cell(tf, cell_input_fn=3)


@misuse('state', 'AttentionWrapperState')
def wrapper_state_is_a_tensor(tf):
    attention_cell(tf)(tf.ones([BATCH, DEPTH]), tf.zeros([BATCH, UNITS]))


@misuse('batch', '6', 'tile_batch')
def wrapper_memory_is_not_tiled(tf):
    cell = attention_cell(tf)
    state = cell.zero_state(6, tf.float32)
    cell(tf.ones([6, DEPTH]), state)


@misuse('shape', '(2, 3)', '(2, 9)')
def clone_changes_a_shape(tf):
    state = attention_cell(tf).zero_state(BATCH, tf.float32)
    state.clone(alignments=tf.zeros([BATCH, 9]))


@misuse('no_such_field')
def clone_of_an_unknown_field(tf):
    state = attention_cell(tf).zero_state(BATCH, tf.float32)
    state.clone(no_such_field=1)


# -- decoding -------------------------------------------------------------------------------------


@misuse('decoder', 'Decoder', 'int')
def dynamic_decode_of_a_number(tf):
    tf.contrib.seq2seq.dynamic_decode(3)


@misuse('maximum_iterations', 'scalar', '(2,)')
def maximum_iterations_is_a_vector(tf):
    helper = tf.contrib.seq2seq.TrainingHelper(sequence(tf), [1, 2])
    decode(tf, helper, maximum_iterations=[1, 2])


@misuse('sequence_length', 'vector', '(1, 2)')
def training_helper_lengths_of_rank_2(tf):
    tf.contrib.seq2seq.TrainingHelper(sequence(tf), [[1, 2]])


@misuse('sequence_length', 'inputs', unknown_on=COMPILED)
def training_helper_lengths_beyond_the_inputs(tf):
    class Echo(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = DEPTH

        def call(self, inputs, state):
            return inputs, state

    helper = tf.contrib.seq2seq.TrainingHelper(sequence(tf), [1, 5])
    decoder = tf.contrib.seq2seq.BasicDecoder(Echo(), helper, tf.zeros([BATCH, DEPTH]))
    return tf.contrib.seq2seq.dynamic_decode(decoder)[0].rnn_output


@misuse('sequence_length', '(3,)', 'time_major')
def training_helper_lengths_of_another_batch(tf):
    helper = tf.contrib.seq2seq.TrainingHelper(sequence(tf, 2, 3, 5), [1, 2, 3])
    state = tf.zeros([3, UNITS])
    decoder = tf.contrib.seq2seq.BasicDecoder(gru(tf), helper, state)
    return tf.contrib.seq2seq.dynamic_decode(decoder)[0].rnn_output


@misuse('memory', 'depth', 'set_shape', unknown_on=SHAPES)
def memory_depth_not_known(tf):
    bahdanau(tf, tf.placeholder_with_default(sequence(tf), [None, None, None]))


@misuse('float64', 'float32')
def query_of_another_dtype(tf):
    bahdanau(tf)(tf.ones([BATCH, UNITS], tf.float64), tf.zeros([BATCH, TIME]))


@misuse('start_tokens', 'vector')
def greedy_start_is_a_scalar(tf):
    tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.ones([5, 4]), 1, 2)


@misuse('end_token', 'scalar')
def greedy_end_is_a_vector(tf):
    tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.ones([5, 4]), [1, 2], [2])


@misuse('outputs', 'Tensor', 'output_layer')
def greedy_sample_of_a_tuple(tf):
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.ones([5, 4]), [1, 2], 2)
    helper.sample(0, (tf.ones([2, 5]),), None)


@misuse('cell', 'output_size')
def basic_decoder_cell_is_a_string(tf):
    helper = tf.contrib.seq2seq.TrainingHelper(sequence(tf), [1, 2])
    tf.contrib.seq2seq.BasicDecoder('gru', helper, tf.zeros([BATCH, UNITS]))


@misuse('helper', 'Helper', 'int')
def basic_decoder_helper_is_a_number(tf):
    tf.contrib.seq2seq.BasicDecoder(gru(tf), 3, tf.zeros([BATCH, UNITS]))


@misuse('output_layer', 'Layer')
def basic_decoder_output_layer_is_a_number(tf):
    helper = tf.contrib.seq2seq.TrainingHelper(sequence(tf), [1, 2])
    tf.contrib.seq2seq.BasicDecoder(gru(tf), helper, tf.zeros([BATCH, UNITS]), output_layer=3)


@misuse('t', 'rank')
def tile_batch_of_a_scalar(tf):
    tf.contrib.seq2seq.tile_batch(tf.ones([]), 3)


@misuse('multiplier', '-1')
def tile_batch_negative(tf):
    tf.contrib.seq2seq.tile_batch(tf.ones([2]), -1)


@misuse('multiplier', '1.5')
def tile_batch_of_a_fraction(tf):
    tf.contrib.seq2seq.tile_batch(tf.ones([2]), 1.5)


# -- sequence_loss --------------------------------------------------------------------------------


def loss(tf, logits=(2, 3, 4), targets=(2, 3), weights=(2, 3), **options):
    return tf.contrib.seq2seq.sequence_loss(
        tf.ones(logits), tf.ones(targets, tf.int32), tf.ones(weights), **options
    )


@misuse('Logits', '(2, 3)')
def loss_logits_of_rank_2(tf):
    loss(tf, logits=(2, 3))


@misuse('Targets', '(2, 3, 1)')
def loss_targets_of_rank_3(tf):
    loss(tf, targets=(2, 3, 1))


@misuse('Weights', '(2,)')
def loss_weights_of_rank_1(tf):
    loss(tf, weights=(2,))


@misuse('targets', '(2, 4)', '(2, 3, 4)')
def loss_targets_longer_than_logits(tf):
    loss(tf, targets=(2, 4))


@misuse('average_across_batch', 'sum_over_batch')
def loss_average_and_sum(tf):
    loss(tf, sum_over_batch=True)


@misuse('softmax_loss_function')
def loss_function_is_a_number(tf):
    loss(tf, softmax_loss_function=3)


# -- legacy_seq2seq -------------------------------------------------------------------------------


def legacy(tf):
    return tf.contrib.legacy_seq2seq


def steps(tf, number=2):
    return [tf.ones([BATCH, DEPTH])] * number


def symbols(tf, number=2):
    return [tf.constant([1, 0])] * number


def layer_around(tf, function):
    """Calls `function` where variables are kept: TF1 always keeps them."""
    scope, made = tf.get_variable_scope(), {}

    def keep(getter, name, *args, **kwargs):
        if name not in made:
            with tf.init_scope():
                made[name] = getter(name, *args, **kwargs)
        return made[name]

    with tf.variable_scope(scope, custom_getter=keep):
        function()


def legacy_attention(tf, inputs=None, state=None, memory=None, **options):
    inputs = steps(tf) if inputs is None else inputs
    state = tf.zeros([BATCH, UNITS])
    memory = sequence(tf) if memory is None else memory
    decoder = legacy(tf).attention_decoder
    layer_around(tf, lambda: decoder(inputs, state, memory, gru(tf), **options))


def legacy_model(tf, encoder=None, decoder=None, sizes=(7, 5, 4), **options):
    encoder = symbols(tf) if encoder is None else encoder
    decoder = symbols(tf) if decoder is None else decoder
    model = legacy(tf).embedding_attention_seq2seq
    layer_around(tf, lambda: model(encoder, decoder, gru(tf), *sizes, **options))


def legacy_projected(tf, weights, biases):
    options = {'output_projection': (tf.ones(weights), tf.ones(biases))}
    decoder, state = legacy(tf).embedding_rnn_decoder, tf.zeros([BATCH, UNITS])
    layer_around(tf, lambda: decoder(symbols(tf), state, gru(tf), 6, 4, **options))


def legacy_loss(tf, logits=2, targets=2, weights=2, **options):
    logits, weights = [tf.ones([BATCH, 5])] * logits, [tf.ones([BATCH])] * weights
    legacy(tf).sequence_loss(logits, symbols(tf, targets), weights, **options)


def legacy_buckets(tf, encoder=4, decoder=4, targets=4, weights=4, buckets=((2, 2), (4, 4))):
    def model(encoder_inputs, decoder_inputs):
        return legacy(tf).embedding_tied_rnn_seq2seq(encoder_inputs, decoder_inputs, gru(tf), 6, 4)

    weights = [tf.ones([BATCH])] * weights
    lists = [symbols(tf, encoder), symbols(tf, decoder), symbols(tf, targets), weights]
    layer_around(tf, lambda: legacy(tf).model_with_buckets(*lists, buckets, model))


def legacy_tasks(tf, enc_cell=None, cells=None, sizes=None):
    model = legacy(tf).one2many_rnn_seq2seq
    enc_cell, cells = enc_cell or gru(tf), cells or {'a': gru(tf)}
    inputs, sizes = {'a': symbols(tf)}, sizes or {'a': 5}
    layer_around(tf, lambda: model(symbols(tf), inputs, enc_cell, cells, 7, sizes, 4))


@misuse('decoder_inputs', 'empty')
def legacy_attention_without_inputs(tf):
    legacy_attention(tf, inputs=[])


@misuse('num_heads', '0', 'rnn_decoder')
def legacy_attention_without_heads(tf):
    legacy_attention(tf, num_heads=0)


@misuse('attention_states', 'set_shape', unknown_on=SHAPES)
def legacy_attention_depth_not_known(tf):
    memory = tf.placeholder_with_default(sequence(tf), [None, None, None])
    legacy_attention(tf, memory=memory)


@misuse('attention_states', '(2, 4)', 'tf.stack')
def legacy_attention_memory_of_rank_2(tf):
    legacy_attention(tf, memory=tf.ones([BATCH, DEPTH]))


@misuse('attention_states', '(3, 4, 5)', '(2, 4)', 'batch')
def legacy_attention_memory_of_another_batch(tf):
    legacy_attention(tf, memory=tf.ones([3, 4, 5]))


@misuse('decoder_inputs', 'rank 2', '(2, 4, 5)')
def legacy_attention_inputs_of_rank_3(tf):
    legacy_attention(tf, inputs=[tf.ones([2, 4, 5])])


@misuse('depth', 'set_shape', unknown_on=SHAPES)
def legacy_attention_input_depth_not_known(tf):
    legacy_attention(tf, inputs=[tf.placeholder_with_default(tf.ones([2, 4]), [2, None])])


@misuse('cell', 'output_size')
def legacy_basic_cell_is_a_string(tf):
    model = legacy(tf).basic_rnn_seq2seq
    layer_around(tf, lambda: model(steps(tf), steps(tf), 'gru'))


@misuse('inputs', 'sequence', 'unstack')
def legacy_basic_inputs_are_a_tensor(tf):
    model = legacy(tf).basic_rnn_seq2seq
    layer_around(tf, lambda: model(sequence(tf), steps(tf), gru(tf)))


@misuse('cell', 'called elsewhere', 'new cell')
def legacy_basic_cell_called_before(tf):
    cell, model = gru(tf), legacy(tf).basic_rnn_seq2seq

    def call():
        cell(tf.ones([BATCH, DEPTH]), tf.zeros([BATCH, UNITS]))
        model(steps(tf), steps(tf), cell)

    layer_around(tf, call)


@misuse('inputs', 'empty')
def legacy_model_without_encoder_inputs(tf):
    legacy_model(tf, encoder=[])


@misuse('decoder_inputs', 'empty')
def legacy_model_without_decoder_inputs(tf):
    legacy_model(tf, decoder=[])


@misuse('embedding_classes', 'embedding_size', '0')
def legacy_model_without_symbols(tf):
    legacy_model(tf, sizes=(0, 5, 4))


@misuse('feed_previous', 'bool')
def legacy_model_feed_previous_is_a_number(tf):
    legacy_model(tf, feed_previous=1)


@misuse('weights', 'output_projection', '(5, 7)', '6')
def legacy_projection_weights_of_another_size(tf):
    legacy_projected(tf, [UNITS, 7], [6])


@misuse('biases', 'output_projection', '(7,)', '6')
def legacy_projection_biases_of_another_size(tf):
    legacy_projected(tf, [UNITS, 6], [7])


@misuse('logits', 'targets', '2', '3', 'same')
def legacy_loss_more_targets(tf):
    legacy_loss(tf, targets=3)


@misuse('weights', '2', '1', 'same')
def legacy_loss_fewer_weights(tf):
    legacy_loss(tf, weights=1)


@misuse('logits', 'empty')
def legacy_loss_of_nothing(tf):
    legacy_loss(tf, 0, 0, 0)


@misuse('logits', 'list', '(2, 3, 4)', 'unstack')
def legacy_loss_of_tensors(tf):
    legacy(tf).sequence_loss(sequence(tf), tf.ones([2, 3], tf.int32), tf.ones([2, 3]))


@misuse('softmax_loss_function')
def legacy_loss_function_is_a_number(tf):
    legacy_loss(tf, softmax_loss_function=3)


@misuse('encoder_inputs', '3', 'last bucket', '4')
def legacy_buckets_encoder_inputs_too_short(tf):
    legacy_buckets(tf, encoder=3)


@misuse('logits', 'targets', '3', '4')
def legacy_buckets_decoder_inputs_too_short(tf):
    legacy_buckets(tf, decoder=3)


@misuse('targets', '3', 'last bucket', '4')
def legacy_buckets_targets_too_short(tf):
    legacy_buckets(tf, targets=3)


@misuse('weights', '3', 'last bucket', '4')
def legacy_buckets_weights_too_short(tf):
    legacy_buckets(tf, weights=3)


@misuse('buckets', 'empty')
def legacy_buckets_empty(tf):
    legacy_buckets(tf, buckets=[])


@misuse('enc_cell', 'RNNCell')
def legacy_tasks_encoder_is_a_string(tf):
    legacy_tasks(tf, enc_cell='gru')


@misuse('dec_cells_dict', 'RNNCell')
def legacy_tasks_decoder_is_a_string(tf):
    legacy_tasks(tf, cells={'a': 'gru'})


@misuse('dec_cells_dict', 'b', 'decoder_inputs_dict', 'a')
def legacy_tasks_of_another_name(tf):
    legacy_tasks(tf, cells={'b': gru(tf)})


@misuse('num_decoder_symbols_dict', 'b', 'a')
def legacy_tasks_without_a_number_of_symbols(tf):
    legacy_tasks(tf, sizes={'b': 5})


# -- beam search ----------------------------------------------------------------------------------


def beam_search(tf, cell=None, state_rows=6, start=(1, 1), end=2, beam=3, state=None, **options):
    return tf.contrib.seq2seq.BeamSearchDecoder(
        cell or gru(tf),
        sequence(tf, 7, DEPTH),
        start,
        end,
        tf.zeros([state_rows, UNITS]) if state is None else state,
        beam,
        **options,
    )


def beam_decode(tf, decoder, **options):
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=2, **options)[1].log_probs


@misuse('memory', 'tile_batch', 'batch size 2')
def beam_memory_not_tiled(tf):
    cell = attention_cell(tf)
    beam_search(tf, cell, state=cell.zero_state(BATCH * 3, tf.float32))


@misuse('(2, 5)', 'beam_width 3', 'tile_batch')
def beam_state_not_tiled(tf):
    beam_search(tf, state_rows=BATCH)


@misuse('tile_batch')
def beam_memory_and_state_not_tiled(tf):
    cell = attention_cell(tf)
    beam_search(tf, cell, state=cell.zero_state(BATCH, tf.float32))


@misuse('tile_batch', 'batch * beam_width', unknown_on=SHAPES)
def beam_state_not_tiled_when_run(tf):
    state = tf.placeholder_with_default(tf.zeros([BATCH, UNITS]), [None, UNITS])
    return beam_decode(tf, beam_search(tf, state=state))


@misuse('impute_finished=True', 'BeamSearchDecoder', 'impute_finished=False')
def beam_impute_finished(tf):
    return beam_decode(tf, beam_search(tf), impute_finished=True)


@misuse('start_tokens', 'vector', '(1, 2)', 'fill')
def beam_start_tokens_are_a_matrix(tf):
    beam_search(tf, start=[[1, 1]])


@misuse('start_tokens', 'vector', '()')
def beam_start_tokens_are_a_scalar(tf):
    beam_search(tf, start=1)


@misuse('end_token', 'scalar', '(2,)')
def beam_end_token_is_a_vector(tf):
    beam_search(tf, end=[2, 3])


@misuse('beam_width', 'positive', '-1')
def beam_width_is_negative(tf):
    beam_decode(tf, beam_search(tf, state_rows=BATCH, beam=-1))


@misuse('beam_width', 'int', '3.0')
def beam_width_is_a_float(tf):
    beam_search(tf, beam=3.0)


@misuse('cell', 'output_size', 'state_size')
def beam_cell_is_a_string(tf):
    beam_search(tf, cell='gru')


@misuse('output_layer', 'Layer', 'compute_output_shape')
def beam_output_layer_is_a_number(tf):
    beam_search(tf, output_layer=3)


@misuse('initial_state', 'structure', 'LSTMStateTuple')
def beam_state_of_another_cell(tf):
    beam_search(tf, cell=tf.nn.rnn_cell.LSTMCell(UNITS))


@misuse('coverage_penalty_weight', 'AttentionWrapper')
def beam_coverage_without_attention(tf):
    beam_search(tf, coverage_penalty_weight=0.1).initialize()


@misuse('coverage_penalty_weight', 'scalar', '(2,)')
def beam_coverage_weight_is_a_vector(tf):
    module = sys.modules[tf.contrib.seq2seq.BeamSearchDecoder.__module__]
    module._get_scores(tf.zeros([1, 2, 3]), tf.ones([1, 2, 3]), 0.0, [0.1, 0.2], None, None)


@misuse('length_penalty_weight', 'scalar', '(2,)')
def beam_length_weight_is_a_vector(tf):
    beam_decode(tf, beam_search(tf, length_penalty_weight=[0.1, 0.2]))


@misuse('parent_ids', 'equal', '(3, 1, 2)', '(2, 1, 2)')
def gather_tree_of_two_shapes(tf):
    ids = tf.zeros([3, 1, 2], tf.int32)
    tf.contrib.seq2seq.gather_tree(ids, ids[:2], [3], 1)


@misuse('step_ids', '[max_time, batch, beam]', '(3, 2)')
def gather_tree_of_matrices(tf):
    ids = tf.zeros([3, 2], tf.int32)
    tf.contrib.seq2seq.gather_tree(ids, ids, [3], 1)


@misuse('max_sequence_lengths', 'reduce_max', '(2,)')
def gather_tree_lengths_of_another_batch(tf):
    ids = tf.zeros([3, 1, 2], tf.int32)
    tf.contrib.seq2seq.gather_tree(ids, ids, [3, 3], 1)


@misuse('step_ids', 'int32', 'int64', 'cast')
def gather_tree_of_int64(tf):
    ids = tf.zeros([3, 1, 2], tf.int64)
    tf.contrib.seq2seq.gather_tree(ids, ids, [3], 1)


@misuse('end_token', '(1,)')
def gather_tree_end_token_is_a_vector(tf):
    ids = tf.zeros([3, 1, 2], tf.int32)
    tf.contrib.seq2seq.gather_tree(ids, ids, [3], [1])


# -- tf.contrib.rnn -------------------------------------------------------------------------------


def stacked(tf, forwards, backwards, **options):
    function = tf.contrib.rnn.stack_bidirectional_dynamic_rnn
    function(forwards, backwards, sequence(tf), dtype=tf.float32, **options)


@misuse('cells_fw', 'list')
def stacked_cells_are_one_cell(tf):
    stacked(tf, gru(tf), [gru(tf)])


@misuse('cells_bw', 'list')
def stacked_cells_are_none(tf):
    stacked(tf, [gru(tf)], [])


@misuse('cells_fw', 'cells_bw', '1', '2')
def stacked_cells_of_two_depths(tf):
    stacked(tf, [gru(tf)], [gru(tf), gru(tf)])


@misuse('initial_states_fw', 'list')
def stacked_initial_states_are_a_tensor(tf):
    stacked(tf, [gru(tf)], [gru(tf)], initial_states_fw=tf.zeros([BATCH, UNITS]))


@misuse('inputs', 'sequence', 'unstack')
def static_bidirectional_inputs_are_a_tensor(tf):
    tf.nn.static_bidirectional_rnn(gru(tf), gru(tf), sequence(tf), dtype=tf.float32)


@misuse('state_name', "('c', 'h')", '5')
def state_saving_with_names_for_another_state(tf):
    steps = tf.unstack(sequence(tf), axis=1)
    tf.contrib.rnn.static_state_saving_rnn(gru(tf), steps, None, ('c', 'h'))


@misuse('initial_state', 'dtype')
def fused_lstm_without_dtype(tf):
    tf.contrib.rnn.LSTMBlockFusedCell(UNITS)(sequence(tf))


@misuse('rank 3', '(2, 4)')
def fused_lstm_inputs_of_rank_2(tf):
    tf.contrib.rnn.LSTMBlockFusedCell(UNITS)(sequence(tf, 2, 4), dtype=tf.float32)


@misuse('initial_state', 'pair')
def fused_lstm_initial_state_of_one_part(tf):
    state = (tf.zeros([TIME, UNITS]),)
    tf.contrib.rnn.LSTMBlockFusedCell(UNITS)(sequence(tf), initial_state=state)


@misuse('num_units', 'cell_size')
def gru_block_of_two_sizes(tf):
    tf.contrib.rnn.GRUBlockCell(UNITS, cell_size=UNITS)


@misuse('state', 'LSTMStateTuple')
def layer_norm_state_is_one_tensor(tf):
    cell = tf.contrib.rnn.LayerNormBasicLSTMCell(UNITS)
    cell(sequence(tf, BATCH, DEPTH), tf.zeros([BATCH, 2 * UNITS]))


@misuse('dropout_keep_prob', '(0, 1]')
def layer_norm_keep_nothing(tf):
    cell = tf.contrib.rnn.LayerNormBasicLSTMCell(UNITS, dropout_keep_prob=0.0)
    cell(sequence(tf, BATCH, DEPTH), cell.zero_state(BATCH, tf.float32))


@misuse('depth', 'known', 'set_shape', unknown_on=SHAPES)
def nas_depth_not_known(tf):
    cell = tf.contrib.rnn.NASCell(UNITS)
    inputs = tf.placeholder_with_default(sequence(tf, BATCH, DEPTH), [BATCH, None])
    cell(inputs, cell.zero_state(BATCH, tf.float32))


@misuse('cell', 'output_size')
def projection_of_no_cell(tf):
    tf.contrib.rnn.OutputProjectionWrapper('gru', 3)


@misuse('output_size', '0')
def projection_to_nothing(tf):
    tf.contrib.rnn.OutputProjectionWrapper(gru(tf), 0)


@misuse('ids', 'float32')
def embedding_of_floats(tf):
    cell = tf.contrib.rnn.EmbeddingWrapper(gru(tf), 7, 3)
    cell(tf.ones([BATCH]), cell.zero_state(BATCH, tf.float32))


@misuse('one id', '(2, 3)', 'dynamic_rnn')
def embedding_of_sequences(tf):
    cell = tf.contrib.rnn.EmbeddingWrapper(gru(tf), 7, 3)
    cell(tf.ones([BATCH, TIME], tf.int32), cell.zero_state(BATCH, tf.float32))


@misuse('attn_length', '0')
def attention_cell_without_a_window(tf):
    tf.contrib.rnn.AttentionCellWrapper(gru(tf), 0)


@misuse('state_is_tuple', 'state_size')
def attention_cell_joins_a_tuple(tf):
    lstm = tf.nn.rnn_cell.LSTMCell(UNITS)
    tf.contrib.rnn.AttentionCellWrapper(lstm, 3, state_is_tuple=False)


@misuse('(2, 4)', '(2, 5)', 'units')
def highway_of_another_depth(tf):
    cell = tf.contrib.rnn.HighwayWrapper(gru(tf))
    cell(sequence(tf, BATCH, DEPTH), cell.zero_state(BATCH, tf.float32))


@misuse('direction', 'bidirectional', 'backwards')
def cudnn_direction_not_known(tf):
    tf.contrib.cudnn_rnn.CudnnLSTM(1, UNITS, direction='backwards')


# -- monotonic attention and scheduled sampling ---------------------------------------------------


@misuse('mode', 'recursive', 'parallel', 'hard', 'soft')
def monotonic_mode_not_known(tf):
    tf.contrib.seq2seq.monotonic_attention(tf.ones([2, 3]), tf.ones([2, 3]), 'soft')


@misuse('mode', 'recursive', 'parallel', 'hard', 'soft')
def monotonic_mechanism_of_a_mode_not_known(tf):
    mechanism = tf.contrib.seq2seq.LuongMonotonicAttention(UNITS, sequence(tf), mode='soft')
    mechanism(tf.ones([BATCH, UNITS]), mechanism.initial_state(BATCH, tf.float32))


@misuse('p_choose_i', 'previous_attention', '(2, 3)', '(2, 4)')
def monotonic_shapes_differ(tf):
    tf.contrib.seq2seq.monotonic_attention(tf.ones([2, 3]), tf.ones([2, 4]), 'parallel')


@misuse('float64', 'float32', 'tf.cast')
def monotonic_dtypes_differ(tf):
    p = tf.ones([2, 3], tf.float64)
    tf.contrib.seq2seq.monotonic_attention(p, tf.ones([2, 3]), 'parallel')


@misuse('x', 'floating', 'int32')
def safe_cumprod_of_integers(tf):
    tf.contrib.seq2seq.safe_cumprod(tf.ones([3], tf.int32))


def scheduled(tf, probability, embedding=None):
    embedding = tf.ones([6, DEPTH]) if embedding is None else embedding
    return tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(
        sequence(tf), [1, 2], embedding, probability
    )


@misuse('sampling_probability', 'scalar', 'vector', '(1, 2)')
def scheduled_probability_of_rank_2(tf):
    scheduled(tf, [[0.5, 0.5]])


@misuse('sampling_probability', '(2, 1)')
def scheduled_output_probability_of_rank_2(tf):
    tf.contrib.seq2seq.ScheduledOutputTrainingHelper(sequence(tf), [1, 2], [[0.5], [0.5]])


@misuse('sampling_probability', 'scalar', unknown_on=SHAPES)
def scheduled_probability_of_unknown_rank(tf):
    scheduled(tf, tf.placeholder_with_default(tf.constant(0.5), None))


@misuse('sampling_probability', 'string')
def scheduled_probability_is_a_string(tf):
    scheduled(tf, 'half').sample(tf.constant(0), tf.ones([BATCH, 6]), ())


@misuse('(2, 3)', '(2, 4)', 'embedding')
def scheduled_embedding_of_another_depth(tf):
    helper = scheduled(tf, 0.5, tf.ones([6, 3]))
    helper.next_inputs(tf.constant(0), tf.ones([BATCH, 6]), (), tf.constant([1, -1]))


@misuse('(2, 5)', '(2, 4)', 'next_inputs_fn')
def scheduled_output_of_another_depth(tf):
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(sequence(tf), [1, 2], 0.5)
    decode(tf, helper)


@misuse('next_inputs_fn', 'callable')
def scheduled_next_inputs_fn_is_a_number(tf):
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(
        sequence(tf), [1, 2], 0.5, next_inputs_fn=3
    )
    decode(tf, helper)


@misuse('auxiliary_inputs', 'structure')
def scheduled_auxiliary_of_another_structure(tf):
    both = (sequence(tf), sequence(tf))
    tf.contrib.seq2seq.ScheduledOutputTrainingHelper(
        sequence(tf), [1, 2], 0.5, auxiliary_inputs=both
    )


# -- the classes with V2 in their names, and the samplers -----------------------------------------


def inside(tf, name, package='seq2seq'):
    """A module of tensorflow.contrib.`package`.python.ops."""
    if hasattr(getattr(tf.contrib, package), 'python'):
        return getattr(getattr(tf.contrib, package).python.ops, name)
    return importlib.import_module(f'tensorflow.contrib.{package}.python.ops.{name}')


@misuse('memory', 'setup_memory=True')
def v2_mechanism_without_memory(tf):
    mechanism = inside(tf, 'attention_wrapper').LuongAttentionV2(UNITS, None)
    mechanism([tf.ones([BATCH, UNITS]), tf.ones([BATCH, TIME])])


@misuse('2 or 3', '[query, state]')
def v2_mechanism_of_a_query_alone(tf):
    mechanism = inside(tf, 'attention_wrapper').LuongAttentionV2(UNITS, sequence(tf))
    mechanism([tf.ones([BATCH, UNITS])])


@misuse('probability function', 'sparsemax', 'softmax')
def v2_probability_fn_not_known(tf):
    inside(tf, 'attention_wrapper').LuongAttentionV2(
        UNITS, sequence(tf), probability_fn='sparsemax'
    )


@misuse('not understood', 'sharpness')
def v2_argument_not_known(tf):
    inside(tf, 'attention_wrapper').LuongAttentionV2(UNITS, sequence(tf), sharpness=2)


@misuse('Sampler', 'BasicDecoder')
def v2_decoder_of_a_helper(tf):
    helper = tf.contrib.seq2seq.TrainingHelper(sequence(tf), [1, 2])
    inside(tf, 'basic_decoder').BasicDecoderV2(gru(tf), helper)


def beam_search_v2(tf, embedding_fn=None, embedding=None, start=(1, 1), end=2, state=None):
    decoder = inside(tf, 'beam_search_decoder').BeamSearchDecoderV2(
        gru(tf), 3, embedding_fn, maximum_iterations=2
    )
    state = sequence(tf, 3 * BATCH, UNITS) if state is None else state
    return decoder(embedding, start_tokens=list(start), end_token=end, initial_state=state)[2]


@misuse('embedding_fn', "'table'", 'when the decoder is called')
def beam_search_v2_with_a_table_as_function(tf):
    return beam_search_v2(tf, 'table')


@misuse('embedding', 'embedding_fn', 'both')
def beam_search_v2_with_two_embeddings(tf):
    table = sequence(tf, UNITS, DEPTH)
    return beam_search_v2(tf, lambda ids: tf.gather(table, ids), table)


@misuse('embedding', 'embedding_fn')
def beam_search_v2_without_embedding(tf):
    return beam_search_v2(tf)


@misuse('end_token', 'scalar')
def beam_search_v2_with_two_end_tokens(tf):
    return beam_search_v2(tf, embedding=sequence(tf, UNITS, DEPTH), end=[2, 3])


@misuse('beam', 'tile_batch')
def beam_search_v2_with_an_untiled_state(tf):
    state = sequence(tf, BATCH, UNITS)
    return beam_search_v2(tf, embedding=sequence(tf, UNITS, DEPTH), state=state)


@misuse('sequence_length', 'TrainingSampler')
def v2_training_sampler_without_lengths(tf):
    inside(tf, 'sampler').TrainingSampler().initialize(sequence(tf))


@misuse('embedding', 'ScheduledEmbeddingTrainingSampler')
def v2_scheduled_sampler_without_embedding(tf):
    sampler = inside(tf, 'sampler').ScheduledEmbeddingTrainingSampler(0.5)
    sampler.initialize(sequence(tf), [1, 2])


@misuse('batch_size', 'initialize')
def v2_sampler_not_initialized(tf):
    return inside(tf, 'sampler').GreedyEmbeddingSampler().batch_size


@misuse('embedding_fn', 'callable')
def v2_embedding_fn_is_a_number(tf):
    inside(tf, 'sampler').GreedyEmbeddingSampler(3)


# -- the cells of grids, groups, phases and images ------------------------------------------------


def one_step(tf, cell, *shape, **options):
    """One step from a state of zeros, or from `state`, with inputs of this shape and `dtype`."""
    dtype = options.get('dtype', tf.float32)
    inputs = options.get('inputs', tf.ones(shape, dtype))
    state = options.get('state')
    return cell(inputs, cell.zero_state(BATCH, tf.float32) if state is None else state)[0]


def grid(tf, **options):
    options = dict({'feature_size': 2, 'frequency_skip': 1, 'num_frequency_blocks': [3]}, **options)
    return tf.contrib.rnn.GridLSTMCell(UNITS, **options)


def image_cell(tf, **options):
    arguments = {'conv_ndims': 2, 'input_shape': [3, 3, 2], 'output_channels': 2}
    return tf.contrib.rnn.ConvLSTMCell(**dict(arguments, kernel_shape=[3, 3], **options))


@misuse('int32', 'floating point', 'embedding')
def independent_inputs_of_ids(tf):
    return one_step(tf, tf.contrib.rnn.IndRNNCell(UNITS), BATCH, DEPTH, dtype=tf.int32)


@misuse('(2, 6)', '(2, 5)', 'zero_state')
def independent_state_of_another_size(tf):
    state = tf.zeros([BATCH, UNITS + 1])
    return one_step(tf, tf.contrib.rnn.IndyGRUCell(UNITS), BATCH, DEPTH, state=state)


@misuse('float64', 'float32', 'zero_state')
def independent_state_of_another_type(tf):
    state = tf.zeros([BATCH, UNITS], tf.float64)
    return one_step(tf, tf.contrib.rnn.SRUCell(UNITS), BATCH, DEPTH, state=state)


@misuse('tuple', 'zero_state')
def independent_lstm_state_is_a_tensor(tf):
    # Two rows would do for c and h in eager mode.
    state = tf.zeros([BATCH, UNITS])
    return one_step(tf, tf.contrib.rnn.IndyLSTMCell(UNITS), BATCH, DEPTH, state=state)


@misuse('rank 2', '(2, 3, 4)', 'dynamic_rnn')
def independent_inputs_are_a_sequence(tf):
    return one_step(tf, tf.contrib.rnn.IndRNNCell(UNITS), BATCH, TIME, DEPTH)


@misuse('num_units', '5', 'number_of_groups=2')
def groups_do_not_divide_the_units(tf):
    tf.contrib.rnn.GLSTMCell(5, number_of_groups=2)


@misuse('num_proj', '3', 'number_of_groups=2')
def groups_do_not_divide_the_projection(tf):
    tf.contrib.rnn.GLSTMCell(4, num_proj=3, number_of_groups=2)


@misuse('depth', '5', 'number_of_groups=2')
def groups_do_not_divide_the_inputs(tf):
    return one_step(tf, tf.contrib.rnn.GLSTMCell(4, number_of_groups=2), BATCH, 5)


@misuse('depth 4', 'num_units=5', 'num_in_proj')
def intersection_inputs_of_another_depth(tf):
    return one_step(tf, tf.contrib.rnn.IntersectionRNNCell(UNITS), BATCH, DEPTH)


@misuse('(time, features)')
def phased_inputs_without_time(tf):
    return one_step(tf, tf.contrib.rnn.PhasedLSTMCell(UNITS), BATCH, DEPTH)


@misuse('(time, features)', '3')
def phased_inputs_of_three(tf):
    inputs = [tf.ones([BATCH, size]) for size in (1, DEPTH, DEPTH)]
    return one_step(tf, tf.contrib.rnn.PhasedLSTMCell(UNITS), inputs=inputs)


@misuse('(2,)', '(2, 5)')
def phased_times_without_a_column(tf):
    inputs = tf.ones([BATCH]), tf.ones([BATCH, DEPTH])
    return one_step(tf, tf.contrib.rnn.PhasedLSTMCell(UNITS), inputs=inputs)


@misuse('input_shape', '[3, 2]', '2 dimensions')
def images_of_another_number_of_dimensions(tf):
    image_cell(tf, input_shape=[3, 2])


@misuse('kernel_shape=[3, 3]', '(2, 3, 2)')
def image_inputs_of_another_rank(tf):
    return one_step(tf, image_cell(tf), BATCH, 3, 2)


@misuse('(2, 4, 3, 2)', '(2, 3, 3, 2)')
def image_inputs_of_another_size(tf):
    return one_step(tf, image_cell(tf), BATCH, 4, 3, 2)


@misuse('int32', 'floating point')
def image_inputs_of_ids(tf):
    return one_step(tf, image_cell(tf), BATCH, 3, 3, 2, dtype=tf.int32)


@misuse('num_frequency_blocks')
def grid_without_blocks(tf):
    grid(tf, num_frequency_blocks=None)


@misuse('num_frequency_blocks', '2 bands', 'give 3')
def grid_of_another_number_of_bands(tf):
    return one_step(tf, grid(tf, num_frequency_blocks=[2]), BATCH, DEPTH)


@misuse('num_frequency_blocks=[1, 2]', '[0]')
def grid_blocks_without_their_columns(tf):
    return one_step(tf, grid(tf, num_frequency_blocks=[1, 2]), BATCH, DEPTH)


@misuse('feature_size', 'None')
def grid_without_feature_size(tf):
    return one_step(tf, grid(tf, feature_size=None), BATCH, DEPTH)


@misuse('GridLSTMStateTuple', 'state_f00_b00_c', 'zero_state')
def grid_state_without_names(tf):
    state = tuple(tf.zeros([BATCH, UNITS]) for _ in range(6))
    return one_step(tf, grid(tf), BATCH, DEPTH, state=state)


@misuse('14 rows', '99 parts')
def grid_kernel_of_many_shards(tf):
    return one_step(
        tf, grid(tf, num_unit_shards=99, feature_size=4, num_frequency_blocks=[1]), BATCH, DEPTH
    )  # noqa: E501


@misuse('(2, 10)', '20 columns')
def frequency_state_for_fewer_bands(tf):
    cell = tf.contrib.rnn.TimeFreqLSTMCell(UNITS, feature_size=2, frequency_skip=2)
    return one_step(tf, cell, BATCH, DEPTH)


# -- the cells that TF1 has in the file of its cells only -----------------------------------------


def turing(tf, controller=None, **options):
    controller = tf.nn.rnn_cell.GRUCell(UNITS) if controller is None else controller
    return inside(tf, 'rnn_cell', 'rnn').NTMCell(controller, 5, 3, 1, 1, **options)


@misuse('(2, 3, 4)', 'dynamic_rnn')
def minimal_inputs_are_a_sequence(tf):
    return one_step(tf, inside(tf, 'rnn_cell', 'rnn').MinimalRNNCell(UNITS), BATCH, TIME, DEPTH)


@misuse('(2, 6)', '(2, 5)', 'zero_state')
def chaos_free_state_of_another_size(tf):
    state = tf.zeros([BATCH, UNITS + 1])
    return one_step(tf, inside(tf, 'rnn_cell', 'rnn').CFNCell(UNITS), BATCH, DEPTH, state=state)


@misuse('tuple', 'zero_state')
def layer_norm_lstm_state_is_a_tensor(tf):
    cell = inside(tf, 'rnn_cell', 'rnn').LayerNormLSTMCell(UNITS, layer_norm=True)
    return one_step(tf, cell, BATCH, DEPTH, state=tf.zeros([3, UNITS]))


@misuse('int32', 'floating point', 'embedding')
def weight_norm_lstm_inputs_of_ids(tf):
    return one_step(
        tf, inside(tf, 'rnn_cell', 'rnn').WeightNormLSTMCell(UNITS), BATCH, DEPTH, dtype=tf.int32
    )


@misuse('NTMControllerState', 'zero_state')
def turing_state_is_a_tensor(tf):
    return one_step(tf, turing(tf), BATCH, DEPTH, state=tf.zeros([BATCH, UNITS]))


@misuse('controller', '7', 'state_size')
def turing_controller_is_a_number(tf):
    return one_step(tf, turing(tf, 7), BATCH, DEPTH)
