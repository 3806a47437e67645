import tensorflow as tf

seq2seq = tf.contrib.seq2seq
inputs = tf.reshape(tf.to_float(tf.range(24)), [3, 4, 2]) / 24.0
memory = tf.reshape(tf.to_float(tf.range(60)), [3, 5, 4]) / 60.0
cells = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.BasicLSTMCell(4), tf.contrib.rnn.GRUCell(4)])
mechanism = seq2seq.BahdanauAttention(3, memory, tf.constant([5, 2, 3]), True)
cell = seq2seq.AttentionWrapper(cells, mechanism, 5)
helper = seq2seq.TrainingHelper(inputs, [4, 2, 3])
decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(3, tf.float32))
outputs, state, lengths = seq2seq.dynamic_decode(decoder, impute_finished=True)
logits = tf.contrib.layers.fully_connected(outputs.rnn_output, 7, activation_fn=None)
loss = seq2seq.sequence_loss(logits, tf.ones([3, 4], tf.int32), tf.ones([3, 4]))
train = tf.train.AdamOptimizer(0.05).minimize(loss)
RESULTS = [loss, logits, state.alignments, lengths]
