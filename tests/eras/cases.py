"""The golden cases of the versions before 1.15, against their own API."""

import importlib
import os
import tempfile

import numpy as np

from ..golden.harness import integers, normal
from .harness import case


def _rnn_module(tf):
    """Where a version has its cells."""
    return tf.nn.rnn_cell if hasattr(tf.nn, 'rnn_cell') else tf.contrib.rnn


def _dense(tf):
    """The class of dense layers, from where programs took it."""
    return _module(tf, 'tensorflow.python.layers.core').Dense


def _module(tf, path):
    """What a program of that TensorFlow gets from `import path`."""
    find = tf._facade.import_module if hasattr(tf, '_facade') else importlib.import_module
    return find(path)


def _version(tf):
    return tuple(int(part) for part in tf.__version__.split('.')[:2])


def _join(tf, parts, axis):
    return tf.concat(axis, parts) if hasattr(tf.nn, 'seq2seq') else tf.concat(parts, axis)


INPUTS = {'inputs': normal(3, 5, 4), 'lengths': [5, 2, 3]}


def _cell_case(versions, make):
    def cell(tf, inputs, lengths):
        return tf.nn.dynamic_rnn(make(tf, _rnn_module(tf)), inputs, lengths, dtype=tf.float32)

    cell.__name__ = make.__name__
    case(versions, **INPUTS)(cell)
    return make


def _cells(versions):
    return lambda make: _cell_case(versions, make)


@_cells('0.12-1.4')
def basic_rnn(tf, cells):
    return cells.BasicRNNCell(3)


@_cells('0.12-1.4')
def gru(tf, cells):
    return cells.GRUCell(3)


@_cells('0.12-1.4')
def basic_lstm(tf, cells):
    return cells.BasicLSTMCell(3, forget_bias=0.5)


@_cells('0.12-1.1')
def positional_input_size(tf, cells):
    return cells.GRUCell(3, None, tf.nn.relu)


@_cells('0.12-1.1')
def positional_basic_lstm(tf, cells):
    return cells.BasicLSTMCell(3, 0.25, None, False, tf.nn.relu)


@_cells('0.12-1.4')
def lstm(tf, cells):
    return cells.LSTMCell(3, use_peepholes=True, num_proj=2, cell_clip=0.5)


@_cells('0.12-1.4')
def stacked(tf, cells):
    return cells.MultiRNNCell([cells.GRUCell(3), cells.BasicLSTMCell(2)])


@_cells('0.12-1.0')
def stacked_same_cell(tf, cells):
    return cells.MultiRNNCell([cells.GRUCell(4)] * 3)


@_cells('0.12-1.4')
def output_projection(tf, cells):
    wrapper = getattr(
        cells, 'OutputProjectionWrapper', tf.contrib.rnn.__dict__.get('OutputProjectionWrapper')
    )
    return wrapper(cells.GRUCell(3), 2)


@_cells('0.12-1.4')
def input_projection(tf, cells):
    wrapper = getattr(
        cells, 'InputProjectionWrapper', tf.contrib.rnn.__dict__.get('InputProjectionWrapper')
    )
    return wrapper(cells.GRUCell(3), 2)


@_cells('0.12-1.4')
def attention_cell(tf, cells):
    return tf.contrib.rnn.AttentionCellWrapper(cells.BasicLSTMCell(3), 2, state_is_tuple=True)


@_cells('0.12-1.4')
def layer_norm_lstm(tf, cells):
    return tf.contrib.rnn.LayerNormBasicLSTMCell(3)


@_cells('0.12-1.4')
def coupled_gates(tf, cells):
    return tf.contrib.rnn.CoupledInputForgetGateLSTMCell(3, use_peepholes=True, state_is_tuple=True)


@_cells('1.1-1.4')
def nas(tf, cells):
    if _version(tf) < (1, 2):
        return tf.contrib.rnn.NASCell(3, None, True)
    return tf.contrib.rnn.NASCell(3, use_biases=True)


@_cells('1.1-1.4')
def residual(tf, cells):
    return tf.contrib.rnn.ResidualWrapper(cells.GRUCell(4))


@case('0.12-1.4', **INPUTS)
def bidirectional(tf, inputs, lengths):
    cells = _rnn_module(tf)
    return tf.nn.bidirectional_dynamic_rnn(
        cells.GRUCell(3), cells.BasicLSTMCell(2), inputs, lengths, dtype=tf.float32
    )


@case('0.12-1.0', **INPUTS)
def one_cell_in_two_scopes(tf, inputs, lengths):
    cell = _rnn_module(tf).GRUCell(4)
    outputs, state = tf.nn.dynamic_rnn(cell, inputs, lengths, dtype=tf.float32, scope='encoder')
    return tf.nn.dynamic_rnn(cell, outputs, lengths, initial_state=state, scope='decoder')


@case('0.12-1.1', inputs=normal(3, 4))
def reuse_by_scope(tf, inputs):
    cells = _rnn_module(tf)
    cell = cells.GRUCell(4)
    state = cell.zero_state(3, tf.float32)
    outputs = []
    with tf.variable_scope('loop') as scope:
        for step in range(3):
            if step:
                scope.reuse_variables()
            output, state = cell(inputs, state)
            outputs.append(output)
    return outputs


@case('0.12-1.4', gradients=False, inputs=normal(3, 5, 4))
def old_style_cell(tf, inputs):
    cells = _rnn_module(tf)

    class Own(cells.RNNCell):
        state_size = output_size = 3

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or 'own'):
                weights = tf.get_variable('w', [4, 3])
                bias = tf.get_variable('bias', [3])
            output = tf.tanh(tf.matmul(inputs, weights) + state + bias)
            return output, output

    return tf.nn.dynamic_rnn(cells.MultiRNNCell([Own()]), inputs, dtype=tf.float32)


# Attention and decoding of 1.1
# ----------------------------------------------------------------------------------------


MEMORY = {'inputs': normal(3, 4, 2), 'memory': normal(3, 5, 4), 'lengths': [5, 2, 3]}


def _named(name, function):
    function.__name__ = name
    return function


def _dynamic_attention(name, **options):
    def register(make):
        def attention(tf, inputs, memory, lengths):
            cell, rest = make(tf, memory, lengths)
            helper = tf.contrib.seq2seq.TrainingHelper(inputs, [4, 2, 3])
            state = cell.zero_state(3, tf.float32)
            decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, state, *rest)
            return tf.contrib.seq2seq.dynamic_decode(decoder, **options)

        case('1.1', **MEMORY)(_named(name, attention))
        return make

    return register


@_dynamic_attention('dynamic_attention_bahdanau')
def _(tf, memory, lengths):
    s2s = tf.contrib.seq2seq
    mechanism = s2s.BahdanauAttention(3, memory, lengths)
    return s2s.DynamicAttentionWrapper(tf.contrib.rnn.GRUCell(6), mechanism, 5), ()


@_dynamic_attention('dynamic_attention_bahdanau_normalized', impute_finished=True)
def _(tf, memory, lengths):
    s2s = tf.contrib.seq2seq
    mechanism = s2s.BahdanauAttention(3, memory, lengths, True, 0.5)
    cell = s2s.DynamicAttentionWrapper(
        tf.contrib.rnn.BasicLSTMCell(6), mechanism, 5, output_attention=False
    )
    return cell, [_dense(tf)(7)]


@_dynamic_attention('dynamic_attention_luong', output_time_major=True)
def _(tf, memory, lengths):
    s2s = tf.contrib.seq2seq
    mechanism = s2s.LuongAttention(6, memory)
    cell = s2s.DynamicAttentionWrapper(
        tf.contrib.rnn.GRUCell(6), mechanism, 5, lambda x, a: x, s2s.hardmax
    )
    return cell, ()


@_dynamic_attention('dynamic_attention_luong_normalized')
def _(tf, memory, lengths):
    s2s = tf.contrib.seq2seq
    mechanism = s2s.LuongAttention(6, memory, lengths, normalize=True)
    cells = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.GRUCell(6) for _ in range(2)])
    return s2s.DynamicAttentionWrapper(cells, mechanism, 5), ()


@case('1.1', gradients=False, memory=normal(3, 5, 4), table=normal(7, 2))
def dynamic_attention_greedy(tf, memory, table):
    s2s = tf.contrib.seq2seq
    layer = _dense(tf)(7, name='out')
    mechanism = s2s.BahdanauAttention(3, memory, [5, 2, 3])
    cell = s2s.DynamicAttentionWrapper(tf.contrib.rnn.GRUCell(6), mechanism, 5)
    state = s2s.DynamicAttentionWrapperState(tf.ones([3, 6]), tf.zeros([3, 5]))
    helper = s2s.GreedyEmbeddingHelper(table, [1, 2, 3], 0)
    decoder = s2s.BasicDecoder(cell, helper, state, layer)
    return s2s.dynamic_decode(decoder, maximum_iterations=6)


# Decoder functions of 1.0
# ----------------------------------------------------------------------------------------


def _decoder_function(name, option, cell_of):
    def decoder(tf, inputs, memory, lengths, table):
        s2s = tf.contrib.seq2seq
        cell = cell_of(tf.contrib.rnn)
        state = cell.zero_state(3, tf.float32)
        state = _module(tf, 'tensorflow.python.util.nest').map_structure(lambda x: x + 0.5, state)
        parts = s2s.prepare_attention(memory, option, 4) if option else ()
        train, infer = s2s.simple_decoder_fn_train, s2s.simple_decoder_fn_inference
        if option:
            train, infer = s2s.attention_decoder_fn_train, s2s.attention_decoder_fn_inference
        with tf.variable_scope('decoder') as scope:
            first = s2s.dynamic_rnn_decoder(
                cell, train(state, *parts), inputs, [4, 2, 3], scope=scope
            )
            with tf.variable_scope('out'):
                weights = tf.get_variable('w', [4, 7])
            scope.reuse_variables()
            function = infer(lambda x: tf.matmul(x, weights), state, *(parts + (table, 1, 0, 6, 7)))
            second = s2s.dynamic_rnn_decoder(cell, function, scope=scope)
        return first[:2], second[:2]

    decoder.__name__ = name
    case('1.0', table=normal(7, 2), **MEMORY)(decoder)


_decoder_function('decoder_fn_simple', '', lambda cells: cells.GRUCell(4))
_decoder_function('decoder_fn_bahdanau', 'bahdanau', lambda cells: cells.BasicLSTMCell(4))
_decoder_function('decoder_fn_luong', 'luong', lambda cells: cells.GRUCell(4))


@case('1.0', gradients=False, **MEMORY)
def decoder_fn_own(tf, inputs, memory, lengths):
    cell = tf.contrib.rnn.GRUCell(4)
    state = tf.ones([3, 4])

    def own(time, cell_state, cell_input, cell_output, context_state):
        if cell_state is None:
            return None, state, cell_input, cell_output, tf.constant(0)
        return None, cell_state, cell_input * 2.0, -cell_output, context_state + time

    return tf.contrib.seq2seq.dynamic_rnn_decoder(
        cell, own, tf.transpose(inputs, [1, 0, 2]), [4, 2, 3], time_major=True
    )


# Models of tf.nn.seq2seq and tf.contrib.legacy_seq2seq
# ----------------------------------------------------------------------------------------


def _legacy(tf):
    return tf.nn.seq2seq if hasattr(tf.nn, 'seq2seq') else tf.contrib.legacy_seq2seq


def _model(versions='0.12-1.4'):
    def register(make):
        def model(tf, source, target):
            encoder = [source[i] for i in range(4)]
            decoder = [target[i] for i in range(3)]
            return make(tf, _legacy(tf), _rnn_module(tf), encoder, decoder)

        model.__name__ = make.__name__
        case(versions, source=integers(5, 4, 3), target=integers(6, 3, 3))(model)
        return make

    return register


@_model()
def legacy_embedding_rnn(tf, models, cells, encoder, decoder):
    return models.embedding_rnn_seq2seq(encoder, decoder, cells.GRUCell(4), 5, 6, 3)


@_model()
def legacy_embedding_attention(tf, models, cells, encoder, decoder):
    cell = cells.BasicLSTMCell(4, state_is_tuple=True)
    return models.embedding_attention_seq2seq(encoder, decoder, cell, 5, 6, 3, num_heads=2)


@_model()
def legacy_feed_previous(tf, models, cells, encoder, decoder):
    cell = cells.MultiRNNCell([cells.GRUCell(4), cells.GRUCell(4)])
    projection = (tf.get_variable('w', [4, 6]), tf.get_variable('b', [6]))
    return models.embedding_attention_seq2seq(
        encoder, decoder, cell, 5, 6, 4, output_projection=projection, feed_previous=True
    )


@_model()
def legacy_tied(tf, models, cells, encoder, decoder):
    return models.embedding_tied_rnn_seq2seq(encoder, decoder, cells.GRUCell(4), 6, 3)


@_model()
def legacy_basic(tf, models, cells, encoder, decoder):
    one_hot = [tf.one_hot(each, 6) for each in encoder]
    return models.basic_rnn_seq2seq(
        one_hot, [tf.one_hot(each, 6) for each in decoder], cells.BasicRNNCell(4)
    )


@_model('0.12-1.0')
def legacy_one_to_many(tf, models, cells, encoder, decoder):
    return models.one2many_rnn_seq2seq(
        encoder, {'a': decoder, 'b': decoder}, cells.GRUCell(4), 5, {'a': 6, 'b': 7}, 3
    )


# 1.1 refuses the second bucket.
@_model('0.12-1.0 1.2-1.4')
def legacy_buckets(tf, models, cells, encoder, decoder):
    targets = decoder[1:] + decoder[:1]
    weights = [tf.ones([3]) for _ in targets]

    def loss(first, second):
        labels, logits = (second, first) if hasattr(tf.nn, 'seq2seq') else (first, second)
        return tf.reduce_sum(tf.square(logits), 1) * 0.1 + tf.cast(labels, tf.float32)

    def by_name(labels, logits):
        return loss(labels, logits)

    return models.model_with_buckets(
        encoder,
        decoder,
        targets,
        weights,
        [(2, 2), (4, 3)],
        lambda x, y: models.embedding_attention_seq2seq(x, y, cells.GRUCell(4), 5, 6, 3),
        softmax_loss_function=loss if _version(tf) < (1, 2) else by_name,
    )


@case('1.0-1.4', logits=normal(3, 4, 6), targets=integers(6, 3, 4), gradients=False)
def sequence_losses(tf, logits, targets):
    def loss(first, second):
        labels, logits = (second, first) if _version(tf) < (1, 1) else (first, second)
        return tf.reduce_sum(logits, 1) + tf.cast(labels, tf.float32)

    def by_name(labels, logits):
        return loss(labels, logits)

    s2s, weights = tf.contrib.seq2seq, tf.ones([3, 4])
    own = loss if _version(tf) < (1, 2) else by_name
    return [
        s2s.sequence_loss(logits, targets, weights),
        s2s.sequence_loss(logits, targets, weights, True, False),
        s2s.sequence_loss(logits, targets, weights, False, True, own),
        s2s.sequence_loss(logits, targets, weights, False, False, own, 'loss'),
    ]


# Attention and beam search of 1.2 to 1.4
# ----------------------------------------------------------------------------------------


def _attention_wrapper(name, versions='1.2-1.4', **options):
    def register(make):
        def attention(tf, inputs, memory, lengths):
            s2s = tf.contrib.seq2seq
            cell = make(tf, s2s, memory, lengths)
            helper = s2s.TrainingHelper(inputs, [4, 2, 3])
            state = cell.zero_state(3, tf.float32)
            decoder = s2s.BasicDecoder(
                cell, helper, state, options.get('layer', lambda tf: None)(tf)
            )
            outputs, state, lengths = s2s.dynamic_decode(decoder)
            if not hasattr(state.alignment_history, 'stack'):
                state = state._replace(alignment_history=None)
            return outputs, state, lengths

        attention.__name__ = name
        case(versions, **MEMORY)(attention)
        return make

    return register


@_attention_wrapper('attention_wrapper_bahdanau')
def _(tf, s2s, memory, lengths):
    mechanism = s2s.BahdanauAttention(3, memory, lengths)
    return s2s.AttentionWrapper(tf.contrib.rnn.GRUCell(6), mechanism, 5)


@_attention_wrapper('attention_wrapper_history', layer=lambda tf: _dense(tf)(7))
def _(tf, s2s, memory, lengths):
    mechanism = s2s.BahdanauAttention(3, memory, lengths, True, s2s.hardmax)
    return s2s.AttentionWrapper(tf.contrib.rnn.BasicLSTMCell(6), mechanism, None, True)


@_attention_wrapper('attention_wrapper_luong')
def _(tf, s2s, memory, lengths):
    mechanism = s2s.LuongAttention(6, memory, lengths, scale=True)
    cells = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.GRUCell(6) for _ in range(2)])
    return s2s.AttentionWrapper(cells, mechanism, 5, output_attention=False)


@_attention_wrapper('attention_wrapper_monotonic', '1.3-1.4')
def _(tf, s2s, memory, lengths):
    mechanism = s2s.BahdanauMonotonicAttention(3, memory, lengths, mode='recursive')
    return s2s.AttentionWrapper(tf.contrib.rnn.GRUCell(6), mechanism, 5)


@_attention_wrapper('attention_wrapper_two', '1.4')
def _(tf, s2s, memory, lengths):
    mechanisms = [s2s.BahdanauAttention(3, memory, lengths), s2s.LuongAttention(6, memory)]
    return s2s.AttentionWrapper(tf.contrib.rnn.GRUCell(6), mechanisms, [5, 4])


@_attention_wrapper('attention_wrapper_own_mechanism')
def _(tf, s2s, memory, lengths):
    class Own(s2s.BahdanauAttention):
        def __call__(self, query, previous_alignments):
            with tf.variable_scope('own'):
                query = tf.expand_dims(self.query_layer(query), 1)
                score = tf.reduce_sum(tf.tanh(self.keys + query), [2]) + previous_alignments
            return self._probability_fn(score, previous_alignments)

    return s2s.AttentionWrapper(tf.contrib.rnn.GRUCell(6), Own(3, memory, lengths), 5)


def _beam_search(name, **options):
    def beam_search(tf, memory, table):
        s2s = tf.contrib.seq2seq
        width = options.get('width', 2)
        layer = _dense(tf)(7, name='out')
        cell = tf.contrib.rnn.BasicLSTMCell(6)
        state = cell.zero_state(3 * width, tf.float32)
        if options.get('attention'):
            lengths = s2s.tile_batch(tf.constant([5, 2, 3]), width)
            mechanism = s2s.BahdanauAttention(3, s2s.tile_batch(memory, width), lengths)
            cell = s2s.AttentionWrapper(cell, mechanism, 5)
            state = cell.zero_state(3 * width, tf.float32)
        decoder = s2s.BeamSearchDecoder(
            cell,
            table,
            [1, 2, 3],
            options.get('end', 0),
            state,
            width,
            layer,
            options.get('weight', 0.0),
        )
        outputs, state, lengths = s2s.dynamic_decode(decoder, maximum_iterations=5)
        return outputs, state.log_probs, state.finished, state.lengths, lengths

    beam_search.__name__ = name
    case('1.2-1.4', gradients=False, memory=normal(3, 5, 4), table=normal(7, 2))(beam_search)


_beam_search('beam_search_plain')
_beam_search('beam_search_penalty', weight=0.7)
_beam_search('beam_search_attention', attention=True)
# Of these some beams are finished before others, and beams move to places of finished ones.
_beam_search('beam_search_ends', attention=True, width=3, end=5)
_beam_search('beam_search_ends_early', attention=True, width=3, end=6, weight=0.7)
_beam_search('beam_search_ends_late', width=3, end=3)


@case('1.2-1.4', gradients=False, logits=normal(2, 3, 5), scores=normal(2, 3))
def beam_search_step(tf, logits, scores):
    module = _module(tf, 'tensorflow.contrib.seq2seq.python.ops.beam_search_decoder')
    lengths = [[2, 2, 1], [2, 2, 2]]
    state = tf.contrib.seq2seq.BeamSearchDecoderState(
        cell_state=tf.constant(np.arange(12.0).reshape(2, 3, 2), tf.float32),
        log_probs=scores,
        finished=tf.constant([[False, False, True], [False, False, False]]),
        lengths=tf.constant(lengths, tf.int64 if _version(tf) > (1, 3) else tf.int32),
    )
    two, end = tf.constant(2), tf.constant(4)
    return module._beam_search_step(two, logits, state.cell_state, state, two, 3, end, 0.6)


@case('1.2-1.4', gradients=False, ids=integers(9, 5, 2, 3), parents=integers(3, 5, 2, 3))
def gather_tree(tf, ids, parents):
    lengths = [[5, 0, 2], [3, 4, 1]]
    return tf.contrib.seq2seq.gather_tree(ids, parents, tf.constant(lengths))


@case('1.2-1.4', gradients=False, inputs=normal(3, 4, 2), lengths=[4, 2, 3])
def scheduled_outputs(tf, inputs, lengths):
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(
        inputs, lengths, 1.0, False, 3, **_next_layer(tf)
    )
    cell = tf.contrib.rnn.GRUCell(4)
    state = cell.zero_state(3, tf.float32)
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, state)
    return tf.contrib.seq2seq.dynamic_decode(decoder)[0].rnn_output


def _next_layer(tf):
    key = 'next_input_layer' if _version(tf) < (1, 4) else 'next_inputs_fn'
    return {key: _dense(tf)(2, name='next')}


# Functions of 0.12
# ----------------------------------------------------------------------------------------


@case('0.12', gradients=False, a=normal(2, 6), b=normal(2, 6), ids=integers(6, 2))
def functions(tf, a, b, ids):
    labels = tf.nn.softmax(b)
    parts = tf.split(1, 3, a)
    named = tf.split(split_dim=0, num_split=2, value=a)
    weights, biases = tf.get_variable('w', [6, 4]), tf.get_variable('b', [6])
    zeros = tf.get_variable('zeros', [2], initializer=tf.zeros_initializer)
    return [
        tf.concat(0, [a, b]),
        tf.concat(concat_dim=1, values=[a, b]),
        parts,
        named,
        tf.pack([a, b]),
        tf.unpack(a),
        tf.mul(a, b) + tf.sub(a, b) + tf.neg(a),
        tf.batch_matmul(tf.expand_dims(a, 0), tf.expand_dims(b, 0), adj_y=True),
        tf.select(a > b, a, b),
        tf.reverse(a, [False, True]),
        tf.reverse_sequence(a, ids, 1, 0),
        tf.nn.softmax_cross_entropy_with_logits(a, labels),
        tf.nn.sparse_softmax_cross_entropy_with_logits(a, ids),
        tf.nn.sigmoid_cross_entropy_with_logits(a, targets=labels),
        tf.nn.weighted_cross_entropy_with_logits(a, labels, 2.0),
        tf.nn.sampled_softmax_loss(
            weights,
            biases,
            tf.slice(a, [0, 0], [2, 4]),
            tf.cast(tf.expand_dims(ids, 1), tf.int64),
            3,
            6,
            sampled_values=(tf.constant([1, 2, 3], tf.int64), tf.ones([2, 1]), tf.ones([3])),
        ),
        tf.zeros_initializer([2], tf.float32) + zeros,
        tf.reduce_sum(a, reduction_indices=1, keep_dims=True),
        tf.argmax(a, dimension=1),
    ]


@case('0.12-1.1', gradients=False, a=normal(2, 3))
def linear(tf, a):
    if hasattr(tf.nn, 'seq2seq'):
        function = tf.nn.seq2seq.linear
    else:
        function = _module(tf, 'tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl')._linear
    return function([a, a], 4, True)


# Orders of arguments


@case('0.12-1.4', gradients=False, x=normal(2, 3))
def conditions(tf, x):
    two, minus = (lambda: 2.0 * x), (lambda: -x)
    name = ['name'] if _version(tf) < (1, 2) else []
    return [
        tf.cond(tf.reduce_sum(x) > 0, two, minus, *name),
        tf.cond(tf.reduce_sum(x) < 0, fn1=two, fn2=minus),
        tf.case([(tf.reduce_sum(x) > 9, two)], minus, False, *name),
    ]


@case('1.0-1.4', x=normal(2, 3), images=normal(2, 3, 3, 2))
def layers_by_position(tf, x, images):
    # One that is trained, of that name, not reused; then what the positions said until 1.3.
    last = [True, 'named'] if _version(tf) < (1, 4) else [None, None, True, 'named']
    dense = [None, True, None, tf.zeros_initializer(), None, None, None, *last]
    conv = [(1, 1), 'valid', 'channels_last', (1, 1), *dense]
    return [
        tf.layers.dense(x, 4, *dense),
        tf.layers.conv2d(images, 2, 2, *(conv[:-1] + ['convolved'])),
    ]


@case('1.0-1.4', gradients=False, images=normal(2, 3, 3, 2))
def moving_averages(tf, images):
    outputs = tf.layers.batch_normalization(images, momentum=0.5, training=True)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies([outputs] + updates):
        return {each.op.name: tf.identity(each.read_value()) for each in tf.global_variables()}


@case('0.12-1.4', gradients=False, images=normal(2, 3, 3, 2), scale=normal(3, 2))
def moving_averages_of_contrib(tf, images, scale):
    layers = tf.contrib.layers
    layers.batch_norm(images, decay=0.5, is_training=True)
    layers.batch_norm(scale, decay=0.5, is_training=True, scope='flat')
    layers.conv2d(images, 2, 1, normalizer_fn=tf.contrib.slim.batch_norm)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(updates):
        return {each.op.name: tf.identity(each.read_value()) for each in tf.global_variables()}


@case('0.12', gradients=False, a=normal(3, 4), b=normal(3, 4))
def arguments_of_0_12(tf, a, b):
    losses, ids, other = tf.contrib.losses, [0, 1, 1, 2], [1, 1, 0, 2]
    return [
        losses.mean_squared_error(a, b, weight=2.0),
        losses.absolute_difference(a, targets=b, weight=[[1.0], [2.0], [3.0]]),
        losses.softmax_cross_entropy(a, tf.nn.softmax(b), weight=0.5),
        losses.compute_weighted_loss(a, weight=0.5),
        tf.contrib.metrics.confusion_matrix(ids, other),
        tf.select(a > b, t=a, e=b),
        tf.reverse_v2(a, [1]),
    ]


# Cells of contrib


@case('0.12-1.4', inputs=normal(3, 4), state=normal(3, 18))
def time_frequency(tf, inputs, state):
    cell = tf.contrib.rnn.TimeFreqLSTMCell(3, True, feature_size=2, frequency_skip=1)
    return cell(inputs, state)


@_cells('0.12-1.4')
def grid(tf, cells):
    return tf.contrib.rnn.GridLSTMCell(
        3, True, feature_size=2, frequency_skip=1, num_frequency_blocks=[3]
    )


@case('0.12-1.4', gradients=False, inputs=normal(3, 4), state=normal(3, 3))
def block_cells(tf, inputs, state):
    cells = tf.contrib.rnn
    with tf.variable_scope('lstm'):
        first = cells.LSTMBlockCell(3, use_peephole=True)(inputs, (state, state))
    with tf.variable_scope('gru'):
        second = cells.GRUBlockCell(3)(inputs, state)
    return first, second


@case('0.12-1.4', inputs=normal(5, 3, 4))
def fused_cells(tf, inputs):
    cells = tf.contrib.rnn
    fused = cells.LSTMBlockFusedCell(3, use_peephole=True)(inputs, dtype=tf.float32)
    adapted = cells.FusedRNNCellAdaptor(_rnn_module(tf).GRUCell(3), True)
    return fused[0], adapted(inputs, dtype=tf.float32, sequence_length=[5, 2, 3])


@case('0.12 1.1-1.4', **INPUTS)
def stacked_directions(tf, inputs, lengths):
    def two():
        return [_rnn_module(tf).GRUCell(3), _rnn_module(tf).GRUCell(2)]

    return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
        two(), two(), inputs, dtype=tf.float32, sequence_length=lengths
    )


# Optimizers and clipping


@case('0.12-1.4', gradients=False, steps=normal(5, 3))
def optimizers(tf, steps):
    train = tf.train
    having = {
        'adadelta': lambda: train.AdadeltaOptimizer(1.0, epsilon=1e-6),
        'adagrad': lambda: train.AdagradOptimizer(0.1),
        'adam': lambda: train.AdamOptimizer(0.1),
        'ftrl': lambda: train.FtrlOptimizer(0.1),
        'momentum': lambda: train.MomentumOptimizer(0.1, 0.9),
        'rms': lambda: train.RMSPropOptimizer(0.1),
        'sgd': lambda: train.GradientDescentOptimizer(0.1),
    }
    found = {}
    for name, make in sorted(having.items()):
        for rows in ([0, 2, 2, 3, 2], None):
            key = name + ('_rows' if rows else '_dense')
            optimizer, variable = make(), tf.get_variable(key, [4, 3])
            gradient = tf.IndexedSlices(steps, tf.constant(rows)) if rows else steps[:4]
            done = []
            for _ in range(3):
                with tf.control_dependencies(done):
                    done = [optimizer.apply_gradients([(gradient, variable)])]
            with tf.control_dependencies(done):
                found[key] = tf.identity(variable.read_value())
    return found


@case('0.12-1.4', gradients=False, values=normal(3, 2))
def clipped_slices(tf, values):
    slices = tf.IndexedSlices(values, tf.constant([1, 3, 1]), tf.constant([4, 2]))
    return tf.convert_to_tensor(tf.clip_by_norm(slices, 0.5))


# Helpers, lengths and cells of programs


@case('1.1-1.3', gradients=False, table=normal(7, 2))
def helper_without_ids(tf, table):
    class Helper(tf.contrib.seq2seq.Helper):
        batch_size = 3

        def initialize(self, name=None):
            return tf.zeros([3], tf.bool), tf.ones([3, 2])

        def sample(self, time, outputs, state, name=None):
            return tf.cast(tf.argmax(outputs, -1), tf.int32)

        def next_inputs(self, time, outputs, state, sample_ids, name=None):
            return tf.tile([time > 2], [3]), tf.nn.embedding_lookup(table, sample_ids), state

    cell = tf.contrib.rnn.GRUCell(4)
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, Helper(), cell.zero_state(3, tf.float32))
    return tf.contrib.seq2seq.dynamic_decode(decoder)[0]


@case('1.0-1.4', inputs=normal(3, 5, 4))
def one_length_for_all(tf, inputs):
    cell = _rnn_module(tf).GRUCell
    length = tf.placeholder_with_default(3, None)
    both = tf.nn.bidirectional_dynamic_rnn(cell(3), cell(3), inputs, length, dtype=tf.float32)
    return both[0][0], both[1][0]  # there is no other order of the inputs by one length


@_cells('0.12-1.1')
def projections_of_a_cell_without_scope(tf, cells):
    class Plain(cells.RNNCell):
        state_size = output_size = 3

        def __call__(self, inputs, state, scope=None):
            weights = tf.get_variable('attention_v', [3])
            state = state + weights * tf.reduce_sum(inputs, 1, True)
            return state, state

    return cells.OutputProjectionWrapper(cells.InputProjectionWrapper(Plain(), 2), 2)


# Names


@case('0.12', gradients=False, values=normal(2, 6))
def new_orders_of_0_12(tf, values):
    first, second = tf.split_v(values, [2, 4], 1)
    sparse = tf.SparseTensor(indices=[[0, 1]], values=[2.0], shape=[2, 3])
    return {
        'concat': tf.concat_v2([first, second], 1),
        'equal_parts': tf.split_v(values, 3, 1),
        'named': tf.split_v(value=values, size_splits=[1, 1], split_dim=0),
        'first': first,
        'sparse': tf.sparse_tensor_to_dense(sparse),
        'ones': tf.get_variable('ones', [2], initializer=tf.ones_initializer()),
    }


@case('0.12-1.4', gradients=False, values=normal(2, 3))
def hidden_operations(tf, values):
    arrays = _module(tf, 'tensorflow.python.ops.gen_array_ops')
    math = _module(tf, 'tensorflow.python.ops.gen_math_ops')
    flow = _module(tf, 'tensorflow.python.ops.gen_control_flow_ops')
    return {
        'pack': arrays._pack([values, values], axis=1),
        'concat': arrays._concat_v2([values, values], 1),
        'product': math._mat_mul(values, tf.transpose(values)),
        'switch': flow._switch(values, tf.constant(True))[1],
    }


@case('0.12', gradients=False)
def data_of_models(tf):
    data = _module(tf, 'tensorflow.models.rnn.translate.data_utils')
    reader = _module(tf, 'tensorflow.models.rnn.ptb.reader')
    folder = tempfile.mkdtemp()
    text, vocabulary = os.path.join(folder, 'text'), os.path.join(folder, 'words')
    _write(text, 'you and you and 7 you , you and\nWhat ? "ok" , you\n\nand , you\n')
    data.create_vocabulary(vocabulary, text, 7)
    words, listed = data.initialize_vocabulary(vocabulary)
    # In Python 3 its words were text and its tokens bytes.
    words = {word.encode() if isinstance(word, str) else word: words[word] for word in words}
    for part, lines in (('train', 'a b b\nc b a a d\n'), ('valid', 'a b c\n'), ('test', 'd c\n')):
        _write(os.path.join(folder, f'ptb.{part}.txt'), lines)
    train, valid, test, count = reader.ptb_raw_data(folder)
    lines = [b'you (zzz) 77!', b'you 12,and']
    ids = [data.sentence_to_token_ids(line, words) for line in lines]
    special = [data.PAD_ID, data.GO_ID, data.EOS_ID, data.UNK_ID, len(listed)]
    numbers = ids + [special, train, valid, test, [count]]
    return [tf.constant(each, tf.int32) for each in numbers]


def _write(path, text):
    with open(path, 'w') as file:
        file.write(text)
