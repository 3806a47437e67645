"""Monotonic attention against a walk written out in NumPy, and what must always hold."""

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, gradients, run
from tf_seq2seq_compat.core import monotonic, sampling
from tf_seq2seq_compat.seq2seq import attention_wrapper

MODES = monotonic.MODES
RANDOM = np.random.RandomState(3)
P = RANDOM.uniform(0.02, 0.9, [3, 11]).astype(np.float32)
PREVIOUS = RANDOM.dirichlet(np.ones(11), 3).astype(np.float32)


def walk(p, previous):
    """From each slot where the walk may be, it goes on until it stops."""
    stopped = np.zeros_like(p, np.float64)
    for row in range(p.shape[0]):
        for start in range(p.shape[1]):
            still_going = float(previous[row, start])
            for slot in range(start, p.shape[1]):
                stopped[row, slot] += still_going * p[row, slot]
                still_going *= 1.0 - p[row, slot]
    return stopped


def hard_walk(p, previous):
    """The first slot at or after the one before where p is 1; none where there is no such slot."""
    stopped = np.zeros_like(p)
    for row, start in enumerate(previous.argmax(1)):
        later = np.flatnonzero(p[row, start:])
        if previous[row].any() and later.size:
            stopped[row, start + later[0]] = 1.0
    return stopped


def distributions(rows, columns, largest):
    return st.lists(
        st.lists(st.floats(0, largest, width=32), min_size=columns, max_size=columns),
        min_size=rows,
        max_size=rows,
    ).map(lambda x: np.array(x, np.float32))


@st.composite
def walks(draw, largest=1.0):
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 13))
    p = draw(distributions(rows, columns, largest))
    previous = draw(distributions(rows, columns, 1.0))
    return p, (previous / np.maximum(previous.sum(1, keepdims=True), 1.0)).astype(np.float32)


@hypothesis.settings(deadline=None, max_examples=60)
@hypothesis.given(walks())
def test_recursive_is_the_walk(arrays):
    got = seq2seq.monotonic_attention(*arrays, 'recursive').numpy()
    np.testing.assert_allclose(got, walk(*arrays), rtol=1e-5, atol=1e-6)
    assert np.all(got >= 0)
    assert np.all(got.sum(1) <= 1 + 1e-5)


# What is lost before a slot is not known where the product of the others is below 1e-10.
@hypothesis.settings(deadline=None, max_examples=60)
@hypothesis.given(walks(largest=0.75))
def test_parallel_is_the_walk_where_it_does_not_surely_stop(arrays):
    got = seq2seq.monotonic_attention(*arrays, 'parallel').numpy()
    np.testing.assert_allclose(got, walk(*arrays), rtol=1e-4, atol=1e-5)


@hypothesis.settings(deadline=None, max_examples=60)
@hypothesis.given(walks())
def test_parallel_never_has_more_than_the_walk(arrays):
    got = seq2seq.monotonic_attention(*arrays, 'parallel').numpy()
    assert np.all(got >= 0)
    assert np.all(got <= walk(*arrays) + 1e-5)


@hypothesis.settings(deadline=None, max_examples=60)
@hypothesis.given(
    p=st.integers(1, 13).flatmap(
        lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=1, max_size=3)
    ),
    start=st.integers(0, 12),
)
def test_of_zeros_and_ones_all_exact_modes_are_the_hard_walk(p, start):
    p = np.array(p, np.float32)
    previous = np.eye(p.shape[1], dtype=np.float32)[[start % p.shape[1]] * len(p)]
    for mode in ('hard', 'recursive'):
        got = seq2seq.monotonic_attention(p, previous, mode).numpy()
        np.testing.assert_array_equal(got, hard_walk(p, previous))


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('mode', MODES)
def test_modes_on_each_path(path, mode):
    def build(p, previous):
        def value(p, previous):
            weights = tf.range(1.0, 12.0)
            return tf.reduce_sum(weights * seq2seq.monotonic_attention(p, previous, mode))

        return seq2seq.monotonic_attention(p, previous, mode), gradients(value, p, previous)

    got, (by_p, by_previous) = run(path, build, P, PREVIOUS)
    stops = P * np.cumsum(PREVIOUS, 1)
    hard = stops * np.cumprod(np.pad(1 - stops[:, :-1], [[0, 0], [1, 0]], constant_values=1), 1)
    wanted = hard if mode == 'hard' else walk(P, PREVIOUS)
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)
    assert np.all(np.isfinite(by_p)) and np.all(np.isfinite(by_previous))
    if mode != 'hard':
        for slot in (0, 4, 10):
            step = 1e-3 * np.eye(11)[[slot] * 3]
            change = walk(P + step, PREVIOUS) - walk(P - step, PREVIOUS)
            numeric = (change * np.arange(1, 12)).sum(1) / 2e-3
            np.testing.assert_allclose(by_p[:, slot], numeric, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize('path', PATHS)
def test_hard_has_a_gradient_where_tf1s_is_nan(path):
    p, previous = np.float32([[0, 1, 0, 1]]), np.float32([[1, 0, 0, 0]])

    def build(p, previous):
        return gradients(
            lambda p: tf.reduce_sum(
                tf.range(1.0, 5.0) * seq2seq.monotonic_attention(p, previous, 'hard')
            ),
            p,
        )[0]

    # Stopping at slot 1 a little less often means stopping at slot 3 so much more often.
    np.testing.assert_array_equal(run(path, build, p, previous), [[-1.0, -2.0, 0.0, 0.0]])


@pytest.mark.parametrize('jit_compile', [False, True])
@pytest.mark.parametrize('mode', MODES)
def test_time_that_is_not_known(mode, jit_compile):
    spec = tf.TensorSpec([None, None])

    @tf.function(input_signature=[spec, spec], jit_compile=jit_compile)
    def attend(p, previous):
        with tf.GradientTape() as tape:
            tape.watch(p)
            found = seq2seq.monotonic_attention(p, previous, mode)
        return found, tape.gradient(found, p)

    for time in (1, 2, 5, 8, 11):
        p, previous = P[:, :time], PREVIOUS[:, :time]
        with tf.GradientTape() as tape:
            variable = tf.Variable(p)
            wanted = seq2seq.monotonic_attention(variable, previous, mode)
        got, gradient = attend(p, previous)
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-7)
        wanted_gradient = tape.gradient(wanted, variable)
        np.testing.assert_allclose(gradient, wanted_gradient, rtol=1e-4, atol=1e-6)


@hypothesis.settings(deadline=None, max_examples=40)
@hypothesis.given(
    x=st.lists(st.floats(2**-10, 1.0, width=32), min_size=1, max_size=9),
    exclusive=st.booleans(),
    reverse=st.booleans(),
)
def test_safe_cumprod_is_a_product(x, exclusive, reverse):
    x = np.array(x, np.float32)
    wanted = tf.math.cumprod(x, exclusive=exclusive, reverse=reverse)
    got = seq2seq.safe_cumprod(x, 0, exclusive, reverse=reverse)
    np.testing.assert_allclose(got, wanted, rtol=1e-4)


@pytest.mark.parametrize('path', PATHS)
def test_safe_cumprod_has_a_gradient_at_zero(path):
    def build(x):
        return gradients(lambda x: tf.reduce_sum(seq2seq.safe_cumprod(x)), x)[0]

    assert np.all(np.isfinite(run(path, build, np.float32([0.5, 0.0, 0.5]))))


# -- the mechanisms -------------------------------------------------------------------------------

MEMORY = RANDOM.standard_normal([3, 6, 4]).astype(np.float32)
QUERIES = RANDOM.standard_normal([8, 3, 5]).astype(np.float32)


@pytest.mark.parametrize('kind', ['BahdanauMonotonicAttention', 'LuongMonotonicAttention'])
@pytest.mark.parametrize('mode', MODES)
def test_the_attention_only_goes_forward(kind, mode):
    mechanism = getattr(seq2seq, kind)(5, MEMORY, [6, 3, 0], mode=mode)
    state = mechanism.initial_state(3, tf.float32)
    np.testing.assert_array_equal(state, np.eye(6)[[0, 0, 0]])
    before = np.ones(3)
    for query in QUERIES:
        alignments, state = mechanism(3.0 * query, state)
        alignments = np.asarray(alignments)
        assert np.all(alignments >= 0) and np.all(alignments.sum(1) <= before + 1e-5)
        assert not alignments[1, 3:].any() and not alignments[2].any()
        before = alignments.sum(1)


@pytest.mark.parametrize('path', ['eager', 'function', 'xla'])
def test_memory_may_be_bound_later(path):
    mechanism = seq2seq.LuongMonotonicAttention(5, None, scale=True, score_bias_init=-1.0)

    def build(memory, query):
        mechanism.setup_memory(memory, [6, 3, 1])
        return mechanism(query, mechanism.initial_state(3, tf.float32))[0]

    assert run(path, build, MEMORY, QUERIES[0]).shape == (3, 6)
    values = {v.name.split('/')[-1]: float(v) for v in mechanism.variables if v.shape == []}
    assert values == {'attention_g:0': 1.0, 'attention_score_bias:0': -1.0}


def test_what_tf1_refuses_works_here():
    mechanism = seq2seq.BahdanauMonotonicAttention(
        5, MEMORY.astype(np.float64), score_bias_init=tf.constant(2.0), dtype=tf.float64
    )
    alignments, _ = mechanism(QUERIES[0].astype(np.float64), mechanism.initial_state(3, tf.float64))
    assert alignments.dtype == tf.float64
    # TF1 compares it with a Python number.
    function = attention_wrapper._monotonic_probability_fn
    score = tf.constant(P)
    quiet = function(score, PREVIOUS, tf.constant(0.0), 'parallel', seed=1)
    np.testing.assert_allclose(quiet, function(score, PREVIOUS, 0, 'parallel'), rtol=1e-6)


def test_noise_below_zero_is_none():
    function = attention_wrapper._monotonic_probability_fn
    wanted = function(P, PREVIOUS, 0.0, 'parallel')
    np.testing.assert_array_equal(function(P, PREVIOUS, -3.0, 'parallel'), wanted)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('seed', [None, 4])
def test_noise_is_standard_normal(path, seed):
    noise = run(path, lambda x: sampling.normal_noise(x, seed), np.zeros([40, 50], np.float32))
    assert abs(noise.mean()) < 0.1 and abs(noise.std() - 1) < 0.1


def test_noise_of_a_seed_is_fixed_under_xla_and_differs_between_scores():
    noise = tf.function(lambda x: sampling.normal_noise(x, 4), jit_compile=True)
    np.testing.assert_array_equal(noise(P), noise(P))
    assert not np.any(np.isclose(noise(P), noise(P + 1)))
    assert noise(tf.constant(P, tf.float64)).dtype == tf.float64
