"""The models whose checkpoints are kept here, written against the TF1 API alone.

A model is a function `name(tf, **inputs)` that makes no Session and needs no feed. It returns the
loss that is minimized and a nest of what the model computes. This file runs on Python 3.7 too.
"""

import numpy as np

from ..golden.harness import array, integers, normal

MODELS = {}

UNITS = 5
VOCABULARY, START, END = 9, 1, 2
EMBEDDING = 4
MAX_STEPS = 8
BEAM_WIDTH = 3


class Model:
    """One registered model; see `model` for the meaning of its fields."""

    def __init__(self, name, function, inputs, v1_format):
        self.name = name
        self.function = function
        self.inputs = inputs
        self.v1_format = v1_format


def model(name=None, v1_format=False, **inputs):
    """Registers the decorated function as a model.

    Args:
      name: Name of the model; the function's by default.
      v1_format: Whether its checkpoint has the format that TensorFlow wrote before 1.0.
      **inputs: What the function gets as tensors: `normal(...)`, `integers(...)`, or a list.
    """

    def register(function):
        key = name or function.__name__
        if key in MODELS:
            raise ValueError(f'two models have the name {key!r}')
        arrays = {
            argument: value(f'{key}/{argument}') if callable(value) else np.int32(value)
            for argument, value in inputs.items()
        }
        MODELS[key] = Model(key, function, arrays, v1_format)
        return function

    return register


# -- recurrent networks ---------------------------------------------------------------------------

LENGTHS = [6, 4]
SEQUENCE = {'x': normal(2, 6, 3), 'lengths': LENGTHS}


def to_target(tf, outputs):
    """The mean squared distance of the outputs from fixed numbers."""
    target = array('target', outputs.shape.as_list(), 0.75)
    return tf.reduce_mean(tf.square(outputs - target))


def recurrent(tf, cell, x, lengths):
    """The loss and the results of `dynamic_rnn` on one cell."""
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32)
    return to_target(tf, outputs), {'outputs': outputs, 'state': state}


def recurrent_model(name, make, **options):
    """A model of one cell, `make(tf)`, in the variable scope `rnn`."""

    @model(name=name, **dict(SEQUENCE, **options))
    def network(tf, x, lengths):
        return recurrent(tf, make(tf), x, lengths)


recurrent_model('gru', lambda tf: tf.nn.rnn_cell.GRUCell(UNITS))
recurrent_model('lstm', lambda tf: tf.nn.rnn_cell.LSTMCell(UNITS))
recurrent_model(
    'lstm_peephole_projection',
    lambda tf: tf.nn.rnn_cell.LSTMCell(6, use_peepholes=True, num_proj=4, forget_bias=0.5),
)
recurrent_model('v1_format', lambda tf: tf.nn.rnn_cell.BasicLSTMCell(UNITS), v1_format=True)
recurrent_model('lstm_block', lambda tf: tf.contrib.rnn.LSTMBlockCell(UNITS, use_peephole=True))
recurrent_model('layer_norm_lstm', lambda tf: tf.contrib.rnn.LayerNormBasicLSTMCell(UNITS))
recurrent_model(
    'group_lstm',
    lambda tf: tf.contrib.rnn.GLSTMCell(4, number_of_groups=2),
    x=normal(2, 6, 6),
)
recurrent_model(
    'conv_lstm',
    lambda tf: tf.contrib.rnn.ConvLSTMCell(1, [4, 2], 2, [3]),
    x=normal(2, 6, 4, 2),
)
recurrent_model(
    'grid_lstm',
    lambda tf: tf.contrib.rnn.BidirectionalGridLSTMCell(
        3, use_peepholes=True, feature_size=2, frequency_skip=1, num_frequency_blocks=[2]
    ),
)


@model(x=normal(2, 6, UNITS), lengths=LENGTHS)
def multi_rnn(tf, x, lengths):
    """Three layers; the first with dropout that keeps all, the others with residuals."""
    cells = [tf.nn.rnn_cell.BasicLSTMCell(UNITS) for _ in range(3)]
    layers = [tf.nn.rnn_cell.DropoutWrapper(cells[0], output_keep_prob=1.0)]
    layers += [tf.nn.rnn_cell.ResidualWrapper(cell) for cell in cells[1:]]
    return recurrent(tf, tf.nn.rnn_cell.MultiRNNCell(layers), x, lengths)


@model(**SEQUENCE)
def bidirectional(tf, x, lengths):
    """An encoder below the scope `encoder`: an LSTM forwards, a GRU backwards, and a projection."""
    with tf.variable_scope('encoder'):
        outputs, states = tf.nn.bidirectional_dynamic_rnn(
            tf.nn.rnn_cell.LSTMCell(UNITS),
            tf.nn.rnn_cell.GRUCell(4),
            x,
            sequence_length=lengths,
            dtype=tf.float32,
        )
    projected = tf.layers.dense(tf.concat(outputs, 2), 3, activation=tf.tanh, name='projection')
    results = {'outputs': outputs, 'states': states, 'projected': projected}
    return to_target(tf, projected), results


@model(ids=integers(VOCABULARY, 2, 6), lengths=LENGTHS)
def partitioned_embedding(tf, ids, lengths):
    """An embedding in four parts, of 3, 2, 2 and 2 rows, and a GRU."""
    parts = tf.get_variable(
        'embedding', [VOCABULARY, EMBEDDING], partitioner=tf.fixed_size_partitioner(4)
    )
    x = tf.nn.embedding_lookup(parts, ids, partition_strategy='div')
    loss, results = recurrent(tf, tf.nn.rnn_cell.GRUCell(UNITS), x, lengths)
    return loss, dict(results, embedded=x)


@model(x=normal(6, 2, 3))
def cudnn_lstm(tf, x):
    """Two layers forwards, with the names in the checkpoint of a CudnnLSTM."""
    cells = [tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(4) for _ in range(2)]
    with tf.variable_scope('cudnn_lstm'):
        outputs, state = tf.nn.dynamic_rnn(
            tf.nn.rnn_cell.MultiRNNCell(cells), x, dtype=tf.float32, time_major=True
        )
    return to_target(tf, outputs), {'outputs': outputs, 'state': state}


@model(x=normal(6, 2, 3))
def cudnn_gru_bidirectional(tf, x):
    """Two layers in both directions, with the names in the checkpoint of a CudnnGRU."""
    cell = tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell
    with tf.variable_scope('cudnn_gru'):
        outputs, forwards, backwards = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
            [cell(4), cell(4)], [cell(4), cell(4)], x, dtype=tf.float32, time_major=True
        )
    results = {'outputs': outputs, 'forwards': forwards, 'backwards': backwards}
    return to_target(tf, outputs), results


# -- attention ------------------------------------------------------------------------------------


def attention_model(name, make_cell, make_mechanism, layer_size=UNITS, scope=None):
    """A translator of ids to ids with attention, trained, and decoding greedily and by beam search.

    Variables: `embedding`; the encoder's below `encoder`; `decoder/memory_layer`; the decoder's
    below `decoder/<scope of dynamic_decode>`, with `attention_wrapper` and `output_projection`.

    Args:
      name: Name of the model.
      make_cell: Function of `tf` that gives a new cell, for the encoder and for the decoder.
      make_mechanism: Function of `tf`, memory and its lengths.
      layer_size: `attention_layer_size`; None for no attention layer.
      scope: Variable scope for dynamic_decode; by default its own, `decoder`, below the one that is
        open, while 'same' puts the variables into the latter, as tensorflow/nmt does.
    """

    @model(
        name=name,
        source=integers(VOCABULARY, 2, 6),
        source_lengths=LENGTHS,
        target=[[5, 3, 7, 4, 6, END], [8, 4, 5, END, END, END]],
        target_lengths=LENGTHS,
    )
    def translator(tf, source, source_lengths, target, target_lengths):
        seq2seq = tf.contrib.seq2seq
        embedding = tf.get_variable('embedding', [VOCABULARY, EMBEDDING])
        memory, encoded = tf.nn.dynamic_rnn(
            make_cell(tf),
            tf.nn.embedding_lookup(embedding, source),
            sequence_length=source_lengths,
            dtype=tf.float32,
            scope='encoder',
        )
        output_layer = tf.layers.Dense(VOCABULARY, use_bias=False, name='output_projection')

        def decode(make_decoder, beam_width=1, **limits):
            def tile(nest):
                return nest if beam_width == 1 else seq2seq.tile_batch(nest, beam_width)

            with tf.variable_scope('decoder', reuse=tf.AUTO_REUSE) as opened:
                cell = seq2seq.AttentionWrapper(
                    make_cell(tf),
                    make_mechanism(tf, tile(memory), tile(source_lengths)),
                    attention_layer_size=layer_size,
                    alignment_history=beam_width == 1,
                )
                state = cell.zero_state(2 * beam_width, tf.float32).clone(cell_state=tile(encoded))
                where = {'scope': opened} if scope == 'same' else {}
                outputs, state, lengths = seq2seq.dynamic_decode(
                    make_decoder(cell, state), **dict(limits, **where)
                )
            return {'outputs': outputs, 'state': state, 'lengths': lengths}

        def with_helper(helper):
            return lambda cell, state: seq2seq.BasicDecoder(cell, helper, state, output_layer)

        starts = tf.fill([2], START)
        inputs = tf.concat([tf.expand_dims(starts, 1), target[:, :-1]], 1)
        train = decode(
            with_helper(
                seq2seq.TrainingHelper(tf.nn.embedding_lookup(embedding, inputs), target_lengths)
            )
        )
        greedy = decode(
            with_helper(seq2seq.GreedyEmbeddingHelper(embedding, starts, END)),
            maximum_iterations=MAX_STEPS,
        )
        beam = decode(
            lambda cell, state: seq2seq.BeamSearchDecoder(
                cell,
                embedding,
                starts,
                END,
                state,
                BEAM_WIDTH,
                output_layer=output_layer,
                length_penalty_weight=0.6,
            ),
            beam_width=BEAM_WIDTH,
            maximum_iterations=MAX_STEPS,
        )
        loss = seq2seq.sequence_loss(
            train['outputs'].rnn_output,
            target,
            tf.sequence_mask(target_lengths, dtype=tf.float32),
        )
        return loss, {'memory': memory, 'train': train, 'greedy': greedy, 'beam': beam}


def lstm(tf):
    return tf.nn.rnn_cell.LSTMCell(UNITS)


def gru(tf):
    return tf.nn.rnn_cell.GRUCell(UNITS)


def two_layers(tf):
    return tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(UNITS) for _ in range(2)])


attention_model(
    'bahdanau',
    lstm,
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(6, m, n),
    scope='same',
)
attention_model(
    'bahdanau_normalized',
    gru,
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(UNITS, m, n, normalize=True),
)
attention_model(
    'luong_scaled',
    two_layers,
    lambda tf, m, n: tf.contrib.seq2seq.LuongAttention(UNITS, m, n, scale=True),
    scope='same',
)
attention_model(
    'bahdanau_monotonic',
    gru,
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauMonotonicAttention(
        4, m, n, normalize=True, score_bias_init=0.5
    ),
    layer_size=None,
)
attention_model(
    'luong_monotonic',
    lstm,
    lambda tf, m, n: tf.contrib.seq2seq.LuongMonotonicAttention(
        UNITS, m, n, scale=True, mode='recursive'
    ),
)
