"""The attention mechanisms by themselves."""

from ..harness import case, normal

INPUTS = {
    'one_step': True,
    'memory': normal(3, 7, 5),
    'query': normal(3, 4, scale=2.0),
    'lengths': [7, 4, 1],
}


def attend(mechanism, tf, query):
    state = mechanism.initial_state(3, query.dtype)
    alignments, following = mechanism(query, state=state)
    return {
        'alignments': alignments,
        'next_state': following,
        'initial_alignments': mechanism.initial_alignments(3, query.dtype),
        'initial_state': state,
        'keys': mechanism.keys,
        'values': mechanism.values,
    }


def mechanism_case(name, make, **inputs):
    """A case of one call of a mechanism, with what it holds of the memory."""

    @case(name=name, **dict(INPUTS, **inputs))
    def one_call(tf, memory, query, lengths):
        return attend(make(tf, memory, lengths), tf, query)


def half_softmax(tf):
    return lambda score: 0.5 * tf.nn.softmax(score)


mechanism_case('bahdanau', lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(6, m))
mechanism_case('bahdanau_lengths', lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(6, m, n))
mechanism_case(
    'bahdanau_normalize',
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(6, m, n, normalize=True),
)
mechanism_case(
    'bahdanau_initializers',
    lambda tf, m, n: with_constant_kernels(tf, m, n),
    keep_initializers=True,
)
mechanism_case(
    'bahdanau_hardmax',
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(
        6, m, n, probability_fn=tf.contrib.seq2seq.hardmax
    ),
)
mechanism_case(
    'bahdanau_probability_fn',
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(6, m, n, probability_fn=half_softmax(tf)),
)
mechanism_case(
    'bahdanau_sigmoid_masked',
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(
        6, m, n, probability_fn=tf.sigmoid, score_mask_value=-2.0
    ),
)
mechanism_case(
    'bahdanau_score_mask_value',
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(6, m, n, score_mask_value=-1.5),
)
mechanism_case(
    'bahdanau_score_mask_without_lengths',
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(6, m, score_mask_value=-1.5),
)
mechanism_case(
    'bahdanau_float64',
    lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(
        6, m, n, normalize=True, dtype=tf.float64
    ),
    memory=normal(3, 7, 5, dtype='float64'),
    query=normal(3, 4, dtype='float64'),
)
mechanism_case(
    'bahdanau_named', lambda tf, m, n: tf.contrib.seq2seq.BahdanauAttention(6, m, name='Mine')
)
mechanism_case('luong', lambda tf, m, n: tf.contrib.seq2seq.LuongAttention(4, m))
mechanism_case(
    'luong_lengths',
    lambda tf, m, n: tf.contrib.seq2seq.LuongAttention(4, m, memory_sequence_length=n),
)
mechanism_case(
    'luong_scale', lambda tf, m, n: tf.contrib.seq2seq.LuongAttention(4, m, n, scale=True)
)
mechanism_case(
    'luong_scale_initializer',
    lambda tf, m, n: with_constant_kernels(tf, m, n, luong=True),
    keep_initializers=True,
)
mechanism_case(
    'luong_hardmax',
    lambda tf, m, n: tf.contrib.seq2seq.LuongAttention(
        4, m, n, probability_fn=tf.contrib.seq2seq.hardmax
    ),
)
mechanism_case(
    'luong_score_mask_value',
    lambda tf, m, n: tf.contrib.seq2seq.LuongAttention(4, m, n, score_mask_value=-0.5),
)
mechanism_case(
    'luong_float64',
    lambda tf, m, n: tf.contrib.seq2seq.LuongAttention(4, m, n, scale=True, dtype=tf.float64),
    memory=normal(3, 7, 5, dtype='float64'),
    query=normal(3, 4, dtype='float64'),
)
mechanism_case(
    'luong_named', lambda tf, m, n: tf.contrib.seq2seq.LuongAttention(4, m, scale=True, name='Mine')
)


def with_constant_kernels(tf, memory, lengths, luong=False):
    """A mechanism whose other variables begin at what the library gives them."""
    tf.get_variable_scope().set_initializer(tf.constant_initializer(0.125))
    if luong:
        return tf.contrib.seq2seq.LuongAttention(4, memory, lengths, scale=True)
    return tf.contrib.seq2seq.BahdanauAttention(6, memory, lengths, normalize=True)


@case(memory=normal(3, 7, 5), query=normal(3, 4), lengths=[7, 4, 1])
def bahdanau_key_value_fn(tf, memory, query, lengths):
    """custom_key_value_fn makes keys and values of what the mechanism has prepared."""
    mechanism = tf.contrib.seq2seq.BahdanauAttention(
        6, memory, lengths, custom_key_value_fn=lambda keys, values: (2.0 * keys, values - 1.0)
    )
    return attend(mechanism, tf, query)


@case(memory=normal(3, 7, 5), query=normal(3, 4), lengths=[7, 4, 1])
def luong_key_value_fn(tf, memory, query, lengths):
    mechanism = tf.contrib.seq2seq.LuongAttention(
        4,
        memory,
        lengths,
        custom_key_value_fn=lambda keys, values: (tf.tanh(keys), tf.concat([keys, values], -1)),
    )
    return attend(mechanism, tf, query)


@case(memory=normal(3, 7, 5), query=normal(3, 4), lengths=[7, 4, 1])
def attention_memory_of_unknown_shape(tf, memory, query, lengths):
    memory = tf.placeholder_with_default(memory, [None, None, 5])
    lengths = tf.placeholder_with_default(lengths, [None])
    query = tf.placeholder_with_default(query, [None, 4])
    first = tf.contrib.seq2seq.BahdanauAttention(6, memory, lengths)
    second = tf.contrib.seq2seq.LuongAttention(4, memory, lengths, scale=True)
    batch = first.batch_size
    return {
        'bahdanau': first(query, state=first.initial_state(batch, tf.float32)),
        'luong': second(query, state=second.initial_state(batch, tf.float32)),
        'batch_size': batch,
        'sizes': [first.alignments_size, second.alignments_size],
    }


@case(memory=normal(3, 7, 5), query=normal(3, 4))
def attention_called_twice(tf, memory, query):
    """A second call keeps the query layer, but takes another scope and so other variables."""
    outputs = []
    with tf.variable_scope('model'):
        for mechanism in (
            tf.contrib.seq2seq.BahdanauAttention(4, memory, normalize=True),
            tf.contrib.seq2seq.LuongAttention(4, memory, scale=True),
        ):
            state = mechanism.initial_state(3, tf.float32)
            first, state = mechanism(query, state)
            second, state = mechanism(0.5 * query, state)
            outputs.append((first, second, state))
    return outputs


@case(name='hardmax', logits=[[1.0, 3.0, 3.0], [2.0, 2.0, 1.0], [-1.0, -2.0, -0.5]])
def first_of_the_largest(tf, logits):
    logits = tf.cast(logits, tf.float32)
    hardmax = tf.contrib.seq2seq.hardmax
    return {'matrix': hardmax(logits), 'vector': hardmax(logits[0], name='mine')}
