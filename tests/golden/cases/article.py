"""The published example that drives AttentionWrapper with dynamic_rnn, its two mistakes mended."""

from ..harness import case, normal


@case(sequence=normal(5, 3))
def article_attention_wrapper_state(tf, sequence):
    """The (5, 3) array is [max_time, batch]; the memory is the sequence itself, masked."""
    sequence_length = tf.constant([5, 3, 2], dtype=tf.int32)
    inputs = tf.expand_dims(tf.transpose(sequence), -1)
    attention_mechanism = tf.contrib.seq2seq.BahdanauAttention(
        num_units=4, memory=inputs, memory_sequence_length=sequence_length
    )
    encoder_cell = tf.nn.rnn_cell.GRUCell(num_units=6)
    attention_wrapper = tf.contrib.seq2seq.AttentionWrapper(
        cell=encoder_cell, attention_mechanism=attention_mechanism
    )
    initial_state = attention_wrapper.zero_state(batch_size=3, dtype=tf.float32)
    encoder_outputs, encoder_state = tf.nn.dynamic_rnn(
        cell=attention_wrapper,
        inputs=inputs,
        sequence_length=sequence_length,
        initial_state=initial_state,
        dtype=tf.float32,
    )
    return {'encoder_outputs': encoder_outputs, 'encoder_state': encoder_state}
