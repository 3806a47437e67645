import tensorflow as tf
from tensorflow.python.ops import array_ops, rnn_cell

inputs = tf.reshape(tf.to_float(tf.range(24)), [2, 3, 4]) / 24.0
cell = rnn_cell.BasicLSTMCell(4, 0.5, 4, state_is_tuple=True)
cell = rnn_cell.MultiRNNCell([cell] * 2, state_is_tuple=True)
outputs, state = tf.nn.dynamic_rnn(cell, inputs, [3, 2], dtype=tf.float32)
both, _ = tf.nn.bidirectional_dynamic_rnn(
    rnn_cell.GRUCell(3, input_size=4), rnn_cell.GRUCell(3), inputs, [3, 2], dtype=tf.float32
)
joined = array_ops.concat(2, both)
logits = tf.unpack(tf.reduce_sum(joined, reduction_indices=2), axis=1)[0]
loss = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(logits, [0.0, 1.0]))
loss += tf.reduce_sum(tf.square(outputs)) + tf.reduce_sum(tf.reverse(joined, [False, True, False]))
train = tf.train.AdagradOptimizer(0.1).minimize(loss)
RESULTS = [loss, joined, outputs, state]
