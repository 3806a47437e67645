import tensorflow as tf

inputs = tf.reshape(tf.to_float(tf.range(24)), [2, 3, 4]) / 24.0
cell = tf.contrib.rnn.GRUCell(4)
with tf.variable_scope('encoder'):
    outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
with tf.variable_scope('decoder'):
    outputs, state = tf.nn.dynamic_rnn(cell, outputs, initial_state=state)


def loss_function(logits, targets):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=targets)


loss = tf.contrib.seq2seq.sequence_loss(
    outputs,
    tf.constant([[1, 2, 3], [0, 0, 1]]),
    tf.ones([2, 3]),
    softmax_loss_function=loss_function,
)
train = tf.train.AdadeltaOptimizer(1.0).minimize(loss)
RESULTS = [loss, outputs, state]
