import tensorflow as tf


def build(inputs, depth):
    cells = []
    for _ in range(depth):
        cell = tf.nn.rnn_cell.LSTMCell(3, 4, True, state_is_tuple=True)
        cell = tf.nn.rnn_cell.DropoutWrapper(cell, 1.0)
        cells.append(cell)
    stack = tf.nn.rnn_cell.MultiRNNCell(cells, state_is_tuple=True)
    return tf.nn.dynamic_rnn(stack, inputs, dtype=tf.float32)


inputs = tf.reshape(tf.to_float(tf.range(24)), [2, 3, 4]) / 24.0
table = tf.get_variable('table', [5, 4])
words = tf.nn.embedding_lookup(table, [[1, 2, 1], [1, 3, 3]])
outputs, state = build(tf.add(inputs, words), 2)
loss = tf.reduce_sum(tf.square(outputs)) + tf.reduce_sum(tf.square(words))
train = tf.train.MomentumOptimizer(0.1, 0.5).minimize(loss)
RESULTS = [loss, outputs, state]
