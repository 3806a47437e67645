import tensorflow as tf

rnn, seq2seq = tf.contrib.rnn, tf.contrib.seq2seq


def make_cell(size):
    return rnn.DropoutWrapper(rnn.GRUCell(size, None, tf.nn.relu), input_keep_prob=1.0)


inputs = tf.reshape(tf.to_float(tf.range(24)), [3, 4, 2]) / 24.0
cell = rnn.MultiRNNCell([make_cell(4) for _ in range(2)])
_, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
cell = rnn.OutputProjectionWrapper(rnn.BasicLSTMCell(3, 0.5, None, False), 4)
decoder = seq2seq.BasicDecoder(
    cell, seq2seq.TrainingHelper(inputs, [4, 2, 3]), cell.zero_state(3, tf.float32)
)
result = seq2seq.dynamic_decode(decoder)
logits = result[0].rnn_output
loss = seq2seq.sequence_loss(logits, tf.ones([3, 4], tf.int32), tf.ones([3, 4]))
train = tf.train.GradientDescentOptimizer(0.5).minimize(loss + tf.reduce_sum(state[-1]))
RESULTS = [loss, logits, result[1], state]
