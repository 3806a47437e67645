import tensorflow as tf

GO = 1
encoder = [tf.constant([2, 3, 2]), tf.constant([4, 2, 0]), tf.constant([1, 1, 4])]
decoder = [tf.constant([GO, GO, GO]), tf.constant([3, 2, 5])]
targets = [tf.constant([3, 2, 5]), tf.constant([4, 4, 0])]
cell = tf.nn.rnn_cell.GRUCell(4)
outputs, state = tf.nn.seq2seq.embedding_attention_seq2seq(
    encoder, decoder, cell, num_encoder_symbols=6, num_decoder_symbols=6, embedding_size=3
)
weights = [tf.ones([3]), tf.to_float(tf.not_equal(targets[1], 0))]
loss = tf.nn.seq2seq.sequence_loss(outputs, targets, weights)
both = tf.concat(0, [tf.pack(outputs), tf.expand_dims(tf.mul(outputs[0], 2.0), 0)])
first, second = tf.split(2, 2, both)
rows = tf.nn.sparse_softmax_cross_entropy_with_logits(outputs[0], targets[0])
train = tf.train.AdamOptimizer(0.05).minimize(loss)
RESULTS = [loss, state, tf.sub(first, second), rows]
