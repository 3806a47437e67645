"""tf.nn.static_rnn and what tf.contrib.rnn has beside it."""

from ..harness import case, normal


def result(pair):
    outputs, state = pair
    return {'outputs': outputs, 'state': state}


@case(x=normal(4, 3, 5))
def static(tf, x):
    cell = tf.nn.rnn_cell.GRUCell(4)
    return result(tf.nn.static_rnn(cell, tf.unstack(x), dtype=tf.float32))


@case(x=normal(4, 3, 5), lengths=[4, 0, 2])
def static_lengths(tf, x, lengths):
    cell = tf.nn.rnn_cell.LSTMCell(4)
    return result(tf.nn.static_rnn(cell, tf.unstack(x), None, tf.float32, lengths))


@case(x=normal(4, 3, 5), h=normal(3, 4), lengths=[2, 3, 1])
def static_lengths_initial_state(tf, x, h, lengths):
    cell = tf.nn.rnn_cell.GRUCell(4)
    return result(
        tf.nn.static_rnn(cell, tf.unstack(x), initial_state=h, sequence_length=lengths, scope='s')
    )


@case(x=normal(3, 2, 4))
def static_nested_inputs(tf, x):
    class Summing(tf.nn.rnn_cell.RNNCell):
        state_size = (4, 4)
        output_size = 4

        def call(self, inputs, state):
            total = tf.tanh(inputs[0] + state[0] * inputs[1])
            return total, (total, state[1] + total)

    inputs = [(step, 2.0 * step) for step in tf.unstack(x)]
    return result(tf.nn.static_rnn(Summing(), inputs, dtype=tf.float32, sequence_length=[3, 1]))


@case(x=normal(4, 3, 5))
def static_of_contrib(tf, x):
    """tf.contrib.rnn.static_rnn in a user's scope, over a stack."""
    rnn = tf.contrib.rnn
    with tf.variable_scope('encoder'):
        stack = rnn.MultiRNNCell([rnn.BasicLSTMCell(3), rnn.BasicLSTMCell(3)])
        return result(rnn.static_rnn(stack, tf.unstack(x), dtype=tf.float32))


def attending(tf, memory, **options):
    mechanism = tf.contrib.seq2seq.LuongAttention(4, memory)
    return tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism, **options)


@case(x=normal(5, 2, 3), memory=normal(2, 4, 3), lengths=[3, 2])
def static_attention_stops(tf, x, memory, lengths):
    """After the longest sequence neither the time nor the history goes on."""
    cell = attending(tf, memory, alignment_history=True)
    return result(tf.nn.static_rnn(cell, tf.unstack(x), dtype=tf.float32, sequence_length=lengths))


@case(x=normal(3, 2, 3), memory=normal(2, 4, 3))
def static_attention_without_dtype(tf, x, memory):
    cell = attending(tf, memory)
    return result(tf.nn.static_rnn(cell, tf.unstack(x), cell.zero_state(2, tf.float32)))
