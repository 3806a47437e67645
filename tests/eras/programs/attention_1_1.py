import tensorflow as tf
from tensorflow.python.layers.core import Dense

seq2seq = tf.contrib.seq2seq
inputs = tf.reshape(tf.to_float(tf.range(24)), [3, 4, 2]) / 24.0
memory = tf.reshape(tf.to_float(tf.range(60)), [3, 5, 4]) / 60.0
cell = tf.contrib.rnn.LSTMCell(6, None, True)
mechanism = seq2seq.BahdanauAttention(3, memory, [5, 2, 3], normalize=True)
cell = seq2seq.DynamicAttentionWrapper(cell, mechanism, 5)
start = seq2seq.DynamicAttentionWrapperState(
    tf.contrib.rnn.LSTMStateTuple(tf.ones([3, 6]), tf.zeros([3, 6])), tf.zeros([3, 5])
)
helper = seq2seq.TrainingHelper(inputs, [4, 2, 3])
decoder = seq2seq.BasicDecoder(cell, helper, start, Dense(7, use_bias=False))
outputs, state = seq2seq.dynamic_decode(decoder, impute_finished=True)
loss = seq2seq.sequence_loss(outputs.rnn_output, tf.ones([3, 4], tf.int32), tf.ones([3, 4]))
train = tf.train.AdamOptimizer(0.05).minimize(loss)
RESULTS = [loss, outputs, state.cell_state, state.attention]
