"""Misuses of the API, written against TF1; each must raise, and say what to do.

`@misuse(words...)` registers a function `f(tf)` that does one wrong thing. The words must all stand
in this package's message. The type of the exception is TF 1.15.5's, recorded by `make.py`.
"""

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
