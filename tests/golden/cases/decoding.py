"""dynamic_decode over BasicDecoder, and over a user's own Decoder."""

from ..harness import case, integers, normal

TRAIN = {'x': normal(3, 6, 5), 'memory': normal(3, 7, 4)}
INFER = {'memory': normal(3, 7, 4), 'embedding': normal(8, 5)}


def result(triple):
    outputs, state, lengths = triple
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


def attention_cell(tf, memory, **kwargs):
    mechanism = tf.contrib.seq2seq.BahdanauAttention(6, memory)
    return tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(6), mechanism, attention_layer_size=4, **kwargs
    )


def training(tf, x, memory, lengths=(6, 2, 4), **kwargs):
    cell = attention_cell(tf, memory, **kwargs)
    helper = tf.contrib.seq2seq.TrainingHelper(x, list(lengths))
    return tf.contrib.seq2seq.BasicDecoder(
        cell,
        helper,
        cell.zero_state(3, tf.float32),
        output_layer=tf.layers.Dense(8, use_bias=False),
    )


def greedy(tf, memory, embedding, end=3, **kwargs):
    cell = attention_cell(tf, memory, **kwargs)
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, [1, 2, 3], end)
    return tf.contrib.seq2seq.BasicDecoder(
        cell, helper, cell.zero_state(3, tf.float32), output_layer=tf.layers.Dense(8)
    )


def training_case(name, lengths=(6, 2, 4), wrapper=None, **options):
    @case(name=name, **TRAIN)
    def decode(tf, x, memory):
        decoder = training(tf, x, memory, lengths, **(wrapper or {}))
        return result(tf.contrib.seq2seq.dynamic_decode(decoder, **options))


def greedy_case(name, end=3, wrapper=None, gradients=True, **options):
    @case(name=name, gradients=gradients, **INFER)
    def decode(tf, memory, embedding):
        decoder = greedy(tf, memory, embedding, end, **(wrapper or {}))
        return result(tf.contrib.seq2seq.dynamic_decode(decoder, **options))


training_case('decode_training')
training_case('decode_training_imputed', impute_finished=True)
training_case('decode_training_time_major_output', output_time_major=True)
training_case('decode_training_lengths_with_zero', lengths=(0, 5, 2), impute_finished=True)
training_case('decode_training_lengths_with_zero_not_imputed', lengths=(0, 5, 2))
training_case('decode_training_all_lengths_zero', lengths=(0, 0, 0))
training_case('decode_training_at_most_3', maximum_iterations=3)
training_case('decode_training_at_most_3_imputed', maximum_iterations=3, impute_finished=True)
training_case('decode_training_at_most_9', maximum_iterations=9)
training_case('decode_training_at_most_1', maximum_iterations=1)
training_case('decode_training_at_most_0', maximum_iterations=0)
training_case(
    'decode_training_other_scope', scope='my_decoder', parallel_iterations=1, swap_memory=True
)
training_case('decode_training_history', wrapper={'alignment_history': True})
training_case(
    'decode_training_history_imputed',
    wrapper={'alignment_history': True},
    impute_finished=True,
    output_time_major=True,
)
training_case(
    'decode_training_history_at_most_3', wrapper={'alignment_history': True}, maximum_iterations=3
)

greedy_case('decode_greedy', maximum_iterations=5)
greedy_case('decode_greedy_imputed', impute_finished=True, maximum_iterations=5)
greedy_case('decode_greedy_never_ends', end=-1, maximum_iterations=6)
# TF 1.15.5 has no gradient here: a sum over no steps fails.
greedy_case('decode_greedy_at_most_0', maximum_iterations=0, gradients=False)
greedy_case('decode_greedy_at_most_1', maximum_iterations=1, output_time_major=True)
greedy_case('decode_greedy_history', wrapper={'alignment_history': True}, maximum_iterations=5)
greedy_case(
    'decode_greedy_output_not_attention',
    wrapper={'output_attention': False},
    impute_finished=True,
    maximum_iterations=4,
)


@case(x=normal(3, 6, 5), h=normal(3, 4))
def decode_without_output_layer(tf, x, h):
    """A plain cell and no output layer: the cell's outputs come out."""
    seq2seq = tf.contrib.seq2seq
    helper = seq2seq.TrainingHelper(x, [6, 6, 3])
    decoder = seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, h)
    return result(seq2seq.dynamic_decode(decoder, impute_finished=True))


@case(x=normal(3, 6, 5), c=normal(3, 4), h=normal(3, 4))
def decode_stack(tf, x, c, h):
    """A stack of cells whose states are nested."""
    seq2seq = tf.contrib.seq2seq
    cells = tf.nn.rnn_cell
    stack = cells.MultiRNNCell([cells.LSTMCell(4), cells.GRUCell(4)])
    state = (cells.LSTMStateTuple(c, h), 0.5 * h)
    helper = seq2seq.TrainingHelper(x, [1, 6, 3])
    decoder = seq2seq.BasicDecoder(stack, helper, state, tf.layers.Dense(5, tf.nn.relu))
    return result(seq2seq.dynamic_decode(decoder, impute_finished=True))


@case(x=normal(3, 6, 5), memory=normal(3, 7, 4), lengths=[6, 2, 4])
def decode_unknown_batch_and_time(tf, x, memory, lengths):
    seq2seq = tf.contrib.seq2seq
    x = tf.placeholder_with_default(x, [None, None, 5])
    memory = tf.placeholder_with_default(memory, [None, None, 4])
    lengths = tf.placeholder_with_default(lengths, [None])
    cell = attention_cell(tf, memory)
    helper = seq2seq.TrainingHelper(x, lengths)
    state = cell.zero_state(tf.shape(x)[0], tf.float32)
    decoder = seq2seq.BasicDecoder(cell, helper, state, tf.layers.Dense(8))
    return result(seq2seq.dynamic_decode(decoder))


@case(x=normal(3, 6, 5), memory=normal(3, 7, 4))
def decode_maximum_as_tensor(tf, x, memory):
    """maximum_iterations that is a tensor."""
    decoder = training(tf, x, memory)
    limit = tf.reduce_max([2, 4])
    return result(tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=limit))


@case(gradients=False, x=normal(3, 6, 5), memory=normal(3, 7, 4))
def decode_properties(tf, x, memory):
    """What a BasicDecoder says of itself, and one call of each of its methods."""
    decoder = training(tf, x, memory)
    finished, inputs, state = decoder.initialize()
    outputs, following, next_inputs, next_finished = decoder.step(tf.constant(0), inputs, state)
    return {
        'batch_size': decoder.batch_size,
        'output_size': tf.constant(decoder.output_size.rnn_output.as_list()),
        'sample_id_rank': tf.constant(decoder.output_size.sample_id.ndims),
        'finished': finished,
        'inputs': inputs,
        'outputs': outputs,
        'state': following,
        'next_inputs': next_inputs,
        'next_finished': next_finished,
    }


@case(source=normal(3, 5, 4), lengths=[5, 2, 3], targets=integers(9, 3, 6), table=normal(9, 4))
def decode_translation_model(tf, source, lengths, targets, table):
    """Encoder, attention, training decoder and loss together."""
    seq2seq = tf.contrib.seq2seq
    cells = tf.nn.rnn_cell
    with tf.variable_scope('encoder'):
        outputs, states = tf.nn.bidirectional_dynamic_rnn(
            cells.GRUCell(3), cells.GRUCell(3), source, lengths, dtype=tf.float32
        )
    memory, encoded = tf.concat(outputs, -1), tf.concat(states, -1)
    with tf.variable_scope('decoder'):
        mechanism = seq2seq.LuongAttention(6, memory, lengths, scale=True)
        cell = seq2seq.AttentionWrapper(cells.GRUCell(6), mechanism, attention_layer_size=5)
        state = cell.zero_state(3, tf.float32).clone(cell_state=encoded)
        steps = tf.constant([6, 4, 1])
        helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, targets), steps)
        decoder = seq2seq.BasicDecoder(cell, helper, state, tf.layers.Dense(9, use_bias=False))
        decoded, _, _ = seq2seq.dynamic_decode(decoder, impute_finished=True)
    weights = tf.sequence_mask(steps, 6, dtype=tf.float32)
    return {
        'loss': seq2seq.sequence_loss(decoded.rnn_output, targets, weights),
        'ids': decoded.sample_id,
    }


@case(source=normal(3, 5, 4), table=normal(9, 4))
def decode_train_then_infer(tf, source, table):
    """A training and an inference decoder that share cell, output layer and variables."""
    seq2seq = tf.contrib.seq2seq
    cell = seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.BasicLSTMCell(5), seq2seq.BahdanauAttention(5, source), 4
    )
    layer = tf.layers.Dense(9, name='vocabulary')
    outputs = {}
    ids = tf.constant([[1, 2, 3], [4, 5, 6], [7, 8, 0]])
    helpers = {
        'infer': seq2seq.GreedyEmbeddingHelper(table, [1, 4, 7], 0),
        'train': seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, ids), [3, 3, 3]),
    }
    for mode in ('train', 'infer'):
        with tf.variable_scope('decode', reuse=(mode == 'infer')):
            state = cell.zero_state(3, tf.float32)
            decoder = seq2seq.BasicDecoder(cell, helpers[mode], state, layer)
            outputs[mode] = seq2seq.dynamic_decode(decoder, maximum_iterations=4)[0]
    return outputs


@case(start=normal(3, 4))
def decode_user_decoder(tf, start):
    """A user's Decoder with a nested output, a scalar in the state, and a `finalize`."""
    seq2seq = tf.contrib.seq2seq

    class Doubling(seq2seq.Decoder):
        @property
        def batch_size(self):
            return 3

        @property
        def output_size(self):
            return {'value': tf.TensorShape([4]), 'step': tf.TensorShape([])}

        @property
        def output_dtype(self):
            return {'value': tf.float32, 'step': tf.int32}

        def initialize(self, name=None):
            return tf.zeros([3], tf.bool), start, (start, tf.constant(0))

        def step(self, time, inputs, state, name=None):
            total, count = state
            scale = tf.get_variable('scale', [4])
            value = tf.tanh(scale * inputs + total)
            outputs = {'value': value, 'step': tf.fill([3], time)}
            finished = tf.equal(time + 1, tf.constant([2, 4, 3]))
            return outputs, (total + value, count + 1), 2.0 * value, finished

        def finalize(self, outputs, final_state, sequence_lengths):
            outputs = {'value': outputs['value'] * 3.0, 'step': outputs['step']}
            return outputs, (final_state[0], final_state[1] * 10)

    return result(seq2seq.dynamic_decode(Doubling(), maximum_iterations=6))


@case(start=normal(3, 4))
def decode_user_decoder_tracks_finished(tf, start):
    """A Decoder that tracks its own finished rows, so a row may come back."""
    seq2seq = tf.contrib.seq2seq

    class Tracking(seq2seq.Decoder):
        tracks_own_finished = True
        batch_size = 3
        output_size = tf.TensorShape([4])
        output_dtype = tf.float32

        def initialize(self, name=None):
            return tf.zeros([3], tf.bool), start, start

        def step(self, time, inputs, state, name=None):
            state = tf.tanh(inputs + state)
            finished = tf.stack([tf.equal(time, 1), time > 2, time > 3])
            finished = tf.logical_or(finished, time > 3)
            return state, state, 0.5 * inputs, finished

        def finalize(self, outputs, final_state, sequence_lengths):
            return outputs, final_state

    return result(seq2seq.dynamic_decode(Tracking(), maximum_iterations=8))


@case(x=normal(3, 4, 5), memory=normal(3, 7, 4))
def decode_mechanism_over_tiled_memory(tf, x, memory):
    """tile_batch of the encoder's results before decoding."""
    seq2seq = tf.contrib.seq2seq
    memory = seq2seq.tile_batch(memory, 2)
    state = seq2seq.tile_batch(tf.reduce_mean(x, 1), 2)
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(5), seq2seq.LuongAttention(5, memory))
    state = cell.zero_state(6, tf.float32).clone(cell_state=state)
    lengths = tf.constant([4, 1, 3])
    helper = seq2seq.TrainingHelper(seq2seq.tile_batch(x, 2), seq2seq.tile_batch(lengths, 2))
    return result(seq2seq.dynamic_decode(seq2seq.BasicDecoder(cell, helper, state)))
