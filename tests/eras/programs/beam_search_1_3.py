import tensorflow as tf
from tensorflow.python.layers.core import Dense

seq2seq = tf.contrib.seq2seq
inputs = tf.reshape(tf.to_float(tf.range(24)), [3, 4, 2]) / 24.0
memory = tf.reshape(tf.to_float(tf.range(60)), [3, 5, 4]) / 60.0
table = tf.get_variable('table', [7, 2])
cell, layer = tf.contrib.rnn.NASCell(6, use_biases=True), Dense(7)


def decoding(memory, lengths, batch, **options):
    mechanism = seq2seq.LuongAttention(6, memory, lengths, True)
    wrapped = seq2seq.AttentionWrapper(cell, mechanism, 5)
    start = wrapped.zero_state(batch, tf.float32)
    if 'helper' in options:
        return seq2seq.BasicDecoder(wrapped, options['helper'], start, layer)
    return seq2seq.BeamSearchDecoder(wrapped, table, [1, 1, 1], 5, start, 3, layer, 0.7)


helper = seq2seq.ScheduledOutputTrainingHelper(
    inputs, [4, 2, 3], 1.0, seed=3, next_input_layer=Dense(2)
)
with tf.variable_scope('decoder'):
    outputs, state, _ = seq2seq.dynamic_decode(decoding(memory, [5, 2, 3], 3, helper=helper))
with tf.variable_scope('decoder', reuse=True):
    decoder = decoding(
        seq2seq.tile_batch(memory, 3), seq2seq.tile_batch(tf.constant([5, 2, 3]), 3), 9
    )
    beams, last, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=5)
loss = tf.reduce_sum(tf.square(outputs.rnn_output))
optimizer = tf.train.AdadeltaOptimizer(1.0)
pairs = [pair for pair in optimizer.compute_gradients(loss) if pair[0] is not None]
train = optimizer.apply_gradients([(tf.clip_by_norm(g, 0.5), v) for g, v in pairs])
RESULTS = [loss, state.alignments, beams.predicted_ids, lengths, last.lengths]
