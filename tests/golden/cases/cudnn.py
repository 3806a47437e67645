"""tf.contrib.cudnn_rnn, as far as it runs without a GPU: the cells compatible with cuDNN's layers.

What a CudnnLSTM or CudnnGRU computes is what these cells compute in dynamic_rnn or
stack_bidirectional_dynamic_rnn below the layer's scope, on the variables of its checkpoint; so the
cases of the layers are written with the cells, and tests/rnn compares the layers with them.
"""

import numpy as np

from ..harness import case, normal


def half(shape, dtype=None, partition_info=None):
    """An initializer that is a plain function."""
    return np.full([int(size) for size in shape], 0.5, np.float32)


def step(name, make, **inputs):
    @case(name='cudnn_' + name, one_step=True, x=normal(3, 5), h=normal(3, 4), **inputs)
    def one_step(tf, x, h):
        cell = make(tf.contrib.cudnn_rnn)
        state = tf.nn.rnn_cell.LSTMStateTuple(2.0 * h, h) if 'lstm' in name else h
        output, state = cell(x, state)
        return {'output': output, 'state': state}


step('lstm', lambda cudnn: cudnn.CudnnCompatibleLSTMCell(4))
step('gru', lambda cudnn: cudnn.CudnnCompatibleGRUCell(4))
step(
    'gru_initial',
    lambda cudnn: cudnn.CudnnCompatibleGRUCell(4, kernel_initializer=half),
    keep_initializers=True,
)


@case(x=normal(6, 3, 5), lengths=[6, 0, 3])
def cudnn_lstm_layers(tf, x, lengths):
    """Two layers forwards, with the names of a CudnnLSTM's checkpoint."""
    cell = tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell
    stack = tf.nn.rnn_cell.MultiRNNCell([cell(4) for _ in range(2)])
    with tf.variable_scope('cudnn_lstm'):
        outputs, state = tf.nn.dynamic_rnn(
            stack, x, sequence_length=lengths, dtype=tf.float32, time_major=True
        )
    return {'outputs': outputs, 'state': state}


@case(x=normal(6, 3, 5), lengths=[6, 0, 3])
def cudnn_lstm_layers_both_directions(tf, x, lengths):
    cell = tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell
    with tf.variable_scope('cudnn_lstm'):
        return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
            [cell(4), cell(4)],
            [cell(4), cell(4)],
            x,
            sequence_length=lengths,
            dtype=tf.float32,
            time_major=True,
        )


@case(x=normal(6, 3, 5), lengths=[6, 0, 3])
def cudnn_gru_layers(tf, x, lengths):
    cell = tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell
    stack = tf.nn.rnn_cell.MultiRNNCell([cell(4) for _ in range(2)])
    with tf.variable_scope('cudnn_gru'):
        outputs, state = tf.nn.dynamic_rnn(
            stack, x, sequence_length=lengths, dtype=tf.float32, time_major=True
        )
    return {'outputs': outputs, 'state': state}


@case(x=normal(6, 3, 5))
def cudnn_gru_layers_both_directions(tf, x):
    cell = tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell
    with tf.variable_scope('cudnn_gru'):
        return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
            [cell(4), cell(4)], [cell(4), cell(4)], x, dtype=tf.float32, time_major=True
        )
