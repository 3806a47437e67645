import tensorflow as tf

seq2seq = tf.contrib.seq2seq


class Location(seq2seq.BahdanauAttention):
    def __call__(self, query, previous_alignments):
        with tf.variable_scope(None, 'location'):
            query = tf.expand_dims(self.query_layer(query), 1)
            weights = tf.get_variable('weights', [3])
        score = tf.reduce_sum(weights * tf.tanh(self.keys + query), [2]) + previous_alignments
        return self._probability_fn(score, previous_alignments)


inputs = tf.reshape(tf.to_float(tf.range(24)), [3, 4, 2]) / 24.0
memory = tf.reshape(tf.to_float(tf.range(60)), [3, 5, 4]) / 60.0
cell = seq2seq.AttentionWrapper(
    tf.contrib.rnn.GRUCell(6), Location(3, memory, [5, 2, 3]), alignment_history=True
)
zero = cell.zero_state(3, tf.float32)
start = seq2seq.AttentionWrapperState(
    tf.ones([3, 6]), zero.attention, zero.time, zero.alignments, zero.alignment_history
)
decoder = seq2seq.BasicDecoder(cell, seq2seq.TrainingHelper(inputs, [4, 2, 3]), start)
outputs, (_, attention, _, alignments, history), _ = seq2seq.dynamic_decode(decoder)
loss = tf.reduce_sum(tf.square(outputs.rnn_output))
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
RESULTS = [loss, attention, alignments, history.stack()]
