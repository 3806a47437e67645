"""Monotonic attention: its functions, its mechanisms, and decoding with them."""

import numpy as np

from ..harness import case, normal
from .attention import attend
from .private_names import module

MEMORY = {'memory': normal(3, 7, 5), 'query': normal(3, 4, scale=2.0), 'lengths': [7, 4, 1]}
BIAS = np.float32(0.0)


def probabilities(tf, x):
    """From numbers in [-1, 1) to numbers in (0, 1)."""
    return tf.sigmoid(3.0 * x)


# -- safe_cumprod ---------------------------------------------------------------------------------


@case(one_step=True, x=normal(3, 6))
def monotonic_safe_cumprod(tf, x):
    cumprod = tf.contrib.seq2seq.safe_cumprod
    x = probabilities(tf, x)
    return {
        'first_axis': cumprod(x),
        'time': cumprod(x, axis=1),
        'exclusive': cumprod(x, 1, True),
        'reverse': cumprod(x, axis=1, reverse=True, name='mine'),
        'both': cumprod(x, -1, True, True),
    }


@case(
    one_step=True, x=lambda _: np.float32([[0.0, 0.5, 1.0, 2.0, 0.5], [0.5, -1.0, 0.5, 1e-30, 1]])
)
def monotonic_safe_cumprod_clips(tf, x):
    cumprod = tf.contrib.seq2seq.safe_cumprod
    return cumprod(x, axis=1, exclusive=True), cumprod(x, axis=1)


@case(one_step=True, x=normal(3, 6, dtype='float64'))
def monotonic_safe_cumprod_float64(tf, x):
    return tf.contrib.seq2seq.safe_cumprod(0.5 + 0.25 * x, axis=1, exclusive=True)


# -- monotonic_attention --------------------------------------------------------------------------


def function_case(mode):
    @case(name='monotonic_' + mode, one_step=True, p=normal(4, 7), previous=normal(4, 7))
    def soft(tf, p, previous):
        previous = tf.nn.softmax(4.0 * previous)
        p = probabilities(tf, p)
        attention = tf.contrib.seq2seq.monotonic_attention
        once = attention(p, previous, mode)
        return {
            'once': once,
            'again': attention(0.9 * p, once, mode=mode),
            'one_row': attention(p, previous[:1], mode),
            'one_slot': attention(p[:, :1], previous[:, :1], mode),
        }

    @case(name='monotonic_{}_unknown_shape'.format(mode), p=normal(4, 6), previous=normal(4, 6))
    def unknown_shape(tf, p, previous):
        p = tf.placeholder_with_default(probabilities(tf, p), [None, None])
        previous = tf.placeholder_with_default(tf.nn.softmax(previous), [None, None])
        return tf.contrib.seq2seq.monotonic_attention(p, previous, mode)

    # In TF1 the gradient of a hard one is NaN where a probability is 1.
    @case(
        name='monotonic_{}_certain'.format(mode),
        one_step=True,
        gradients=mode == 'recursive',
        p=normal(4, 7),
    )
    def certain(tf, p):
        """Probabilities of 0 and 1."""
        p = tf.cast(p > 0.25, tf.float32)
        first = tf.one_hot([0, 2, 6, 1], 7)
        once = tf.contrib.seq2seq.monotonic_attention(p, first, mode)
        return once, tf.contrib.seq2seq.monotonic_attention(tf.reverse(p, [1]), once, mode)


for each in ('recursive', 'parallel', 'hard'):
    function_case(each)


@case(one_step=True, p=normal(4, 6, dtype='float64'), previous=normal(4, 6, dtype='float64'))
def monotonic_float64(tf, p, previous):
    attention = tf.contrib.seq2seq.monotonic_attention
    p, previous = probabilities(tf, p), tf.nn.softmax(previous)
    return attention(p, previous, 'parallel'), attention(p, previous, 'hard')


@case(x=normal(2, 40), start=normal(2, 40))
def monotonic_long_memory(tf, x, start):
    """Steps of a walk over a memory that is not a power of two long."""
    previous = tf.one_hot([0, 0], 40) + 0.0 * start
    steps = []
    for step in range(6):
        p = tf.sigmoid(2.0 * tf.reverse(x, [1]) * (step + 1.0) / 6.0 - 1.0)
        previous = tf.contrib.seq2seq.monotonic_attention(p, previous, 'recursive')
        steps.append(previous)
    return steps


# -- the mechanisms -------------------------------------------------------------------------------


def once_case(name, make, **options):
    @case(name=name, one_step=True, **dict(MEMORY, **options))
    def one_call(tf, memory, query, lengths):
        return attend(make(tf.contrib.seq2seq, memory, lengths), tf, query)


for each in ('recursive', 'parallel', 'hard'):
    once_case(
        'bahdanau_monotonic_' + each,
        lambda s, m, n, mode=each: s.BahdanauMonotonicAttention(
            6, m, n, score_bias_init=BIAS, mode=mode
        ),
    )
    once_case(
        'bahdanau_monotonic_normalize_' + each,
        lambda s, m, n, mode=each: s.BahdanauMonotonicAttention(
            6, m, normalize=True, score_bias_init=BIAS, mode=mode
        ),
    )
    once_case(
        'luong_monotonic_' + each,
        lambda s, m, n, mode=each: s.LuongMonotonicAttention(4, m, score_bias_init=BIAS, mode=mode),
    )
    once_case(
        'luong_monotonic_scale_' + each,
        lambda s, m, n, mode=each: s.LuongMonotonicAttention(
            4, m, n, scale=True, score_bias_init=BIAS, mode=mode
        ),
    )
once_case(
    'bahdanau_monotonic_score_mask_value',
    lambda s, m, n: s.BahdanauMonotonicAttention(
        6, m, n, score_mask_value=-1.5, score_bias_init=BIAS
    ),
)
once_case(
    'luong_monotonic_named',
    lambda s, m, n: s.LuongMonotonicAttention(
        4, m, n, score_mask_value=-0.5, score_bias_init=BIAS, name='Mine'
    ),
)
once_case(
    'bahdanau_monotonic_noise',
    lambda s, m, n: s.BahdanauMonotonicAttention(
        6, m, n, sigmoid_noise=1.0, sigmoid_noise_seed=7, score_bias_init=BIAS
    ),
)
once_case(
    'luong_monotonic_noise_recursive',
    lambda s, m, n: s.LuongMonotonicAttention(
        4, m, n, sigmoid_noise=2.0, sigmoid_noise_seed=7, score_bias_init=BIAS, mode='recursive'
    ),
)
once_case(
    'luong_monotonic_float64',
    lambda s, m, n: s.LuongMonotonicAttention(
        4, m, n, scale=True, score_bias_init=np.float64(0.0), dtype=m.dtype
    ),
    memory=normal(3, 7, 5, dtype='float64'),
    query=normal(3, 4, dtype='float64'),
)


def with_constant_kernels(name, kind, **options):
    @case(name=name, one_step=True, keep_initializers=True, **MEMORY)
    def initializers(tf, memory, query, lengths):
        """The bias of the score begins where it is told to."""
        tf.get_variable_scope().set_initializer(tf.constant_initializer(0.125))
        mechanism = getattr(tf.contrib.seq2seq, kind)(4, memory, lengths, **options)
        return attend(mechanism, tf, query)


with_constant_kernels('bahdanau_monotonic_initializers', 'BahdanauMonotonicAttention')
with_constant_kernels(
    'bahdanau_monotonic_bias', 'BahdanauMonotonicAttention', normalize=True, score_bias_init=-1.25
)
with_constant_kernels(
    'luong_monotonic_bias', 'LuongMonotonicAttention', scale=True, score_bias_init=-0.75
)


# -- in the wrapper and in dynamic_decode ---------------------------------------------------------


def decode_case(name, make, lengths=(5, 3, 4), **options):
    @case(name=name, x=normal(3, 5, 3), memory=normal(3, 7, 4), memory_lengths=[7, 2, 5])
    def decode(tf, x, memory, memory_lengths):
        seq2seq = tf.contrib.seq2seq
        cell = seq2seq.AttentionWrapper(
            tf.nn.rnn_cell.GRUCell(4),
            make(seq2seq, memory, memory_lengths),
            attention_layer_size=6,
            alignment_history=True,
        )
        helper = seq2seq.TrainingHelper(x, list(lengths))
        decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(3, tf.float32))
        outputs, state, found = seq2seq.dynamic_decode(decoder, **options)
        return {'outputs': outputs, 'state': state, 'lengths': found}


for each in ('recursive', 'parallel', 'hard'):
    decode_case(
        'monotonic_decode_bahdanau_' + each,
        lambda s, m, n, mode=each: s.BahdanauMonotonicAttention(
            5, m, n, score_bias_init=BIAS, mode=mode
        ),
    )
    decode_case(
        'monotonic_decode_luong_' + each,
        lambda s, m, n, mode=each: s.LuongMonotonicAttention(
            4, m, n, scale=True, score_bias_init=BIAS, mode=mode
        ),
        impute_finished=True,
    )
decode_case(
    'monotonic_decode_noise',
    lambda s, m, n: s.BahdanauMonotonicAttention(
        5, m, n, sigmoid_noise=1.0, sigmoid_noise_seed=3, score_bias_init=BIAS
    ),
    parallel_iterations=1,  # more in flight would draw the noise of their steps in any order
)


@case(x=normal(3, 6, 3), memory=normal(3, 7, 4), lengths=[7, 2, 5])
def monotonic_dynamic_rnn_of_two(tf, x, memory, lengths):
    """Two mechanisms in one wrapper, one of them not monotonic, in dynamic_rnn."""
    seq2seq = tf.contrib.seq2seq
    cell = seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.BasicLSTMCell(4),
        [
            seq2seq.LuongMonotonicAttention(4, memory, lengths, score_bias_init=BIAS),
            seq2seq.BahdanauAttention(5, memory, lengths),
        ],
        alignment_history=True,
    )
    outputs, state = tf.nn.dynamic_rnn(cell, x, [6, 3, 4], dtype=tf.float32)
    return {'outputs': outputs, 'alignments': state.alignments, 'cell': state.cell_state}


# -- the names that programs import from inside ---------------------------------------------------


@case(one_step=True, score=normal(3, 6, scale=3.0), previous=normal(3, 6))
def monotonic_probability_fn(tf, score, previous):
    attention_wrapper = module(tf, 'attention_wrapper')
    function = attention_wrapper._monotonic_probability_fn
    previous = tf.nn.softmax(previous)
    return {
        'parallel': function(score, previous, 0, 'parallel'),
        'recursive': function(score, previous, 0.0, 'recursive', seed=3),
        'hard': function(score, tf.stop_gradient(previous), 0.0, 'hard'),
    }


@case(gradients=False, score=normal(3, 6, scale=3.0), previous=normal(3, 6))
def monotonic_probability_fn_noise(tf, score, previous):
    attention_wrapper = module(tf, 'attention_wrapper')
    function = attention_wrapper._monotonic_probability_fn
    previous = tf.nn.softmax(previous)
    return [function(score, previous, 0.5, mode, seed=11) for mode in ('parallel', 'hard')]


@case(one_step=True, **MEMORY)
def monotonic_mechanism_of_a_user(tf, memory, query, lengths):
    attention_wrapper = module(tf, 'attention_wrapper')

    class Shifted(attention_wrapper._BaseMonotonicAttentionMechanism):
        def __init__(self, num_units, memory, memory_sequence_length):
            super(Shifted, self).__init__(
                query_layer=tf.layers.Dense(num_units, name='query_layer', use_bias=False),
                memory_layer=tf.layers.Dense(
                    num_units, name='memory_layer', use_bias=False, dtype=tf.float32
                ),
                memory=memory,
                probability_fn=lambda score, previous: attention_wrapper._monotonic_probability_fn(
                    score, previous, 0.0, 'recursive'
                ),
                memory_sequence_length=memory_sequence_length,
                name='Shifted',
            )

        def __call__(self, query, state):
            with tf.variable_scope(None, 'shifted', [query]):
                processed = tf.expand_dims(self.query_layer(query), 1)
                shift = tf.get_variable('shift', [], initializer=tf.zeros_initializer())
                score = tf.reduce_sum(tf.nn.relu(self.keys + processed), 2) - shift
            alignments = self._probability_fn(score, state)
            return alignments, alignments

    return attend(Shifted(6, memory, lengths), tf, query)
