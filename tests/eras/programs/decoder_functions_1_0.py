import tensorflow as tf
from tensorflow.contrib import rnn, seq2seq

inputs = tf.reshape(tf.to_float(tf.range(24)), [3, 4, 2]) / 24.0
memory = tf.reshape(tf.to_float(tf.range(60)), [3, 5, 4]) / 60.0
table = tf.get_variable('table', [7, 2])
_, encoded = tf.nn.dynamic_rnn(rnn.GRUCell(4), memory, dtype=tf.float32)
keys, values, score, construct = seq2seq.prepare_attention(memory, 'bahdanau', 4)
with tf.variable_scope('decoder') as scope:
    cell = rnn.GRUCell(4)
    function = seq2seq.attention_decoder_fn_train(encoded, keys, values, score, construct)
    outputs, state, _ = seq2seq.dynamic_rnn_decoder(cell, function, inputs, [4, 2, 3], scope=scope)
    weights = tf.get_variable('out', [4, 7])
    scope.reuse_variables()
    greedy = seq2seq.attention_decoder_fn_inference(
        lambda x: tf.matmul(x, weights), encoded, keys, values, score, construct, table, 1, 0, 5, 7
    )
    logits, _, _ = seq2seq.dynamic_rnn_decoder(cell, greedy, scope=scope)
flat = tf.reshape(tf.matmul(tf.reshape(outputs, [-1, 4]), weights), [3, 4, 7])
targets = tf.constant([[1, 2, 3, 4], [2, 0, 0, 0], [3, 3, 1, 0]])
loss = seq2seq.sequence_loss(flat, targets, tf.ones([3, 4]))
train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
RESULTS = [loss, outputs, state, tf.argmax(logits, 2)]
