"""Scores, masks, alignments and context against NumPy, on every path, and what must always hold."""

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st

from tests.paths import PATHS, gradients, run
from tf_seq2seq_compat.core import attention

BATCH, TIME, UNITS, DEPTH = 3, 5, 4, 6


def normal(seed, *shape, dtype=np.float32):
    return np.random.RandomState(seed).standard_normal(shape).astype(dtype)


QUERY = normal(1, BATCH, UNITS)
KEYS = normal(2, BATCH, TIME, UNITS)
VALUES = normal(3, BATCH, TIME, DEPTH)
V, B = normal(4, UNITS), normal(5, UNITS)
G = np.float32(1.7)
SCORE = normal(6, BATCH, TIME)
MASK = np.array([[1, 1, 1, 1, 1], [1, 0, 1, 0, 0], [0, 0, 0, 0, 0]], bool)


def additive(query, keys, v, g=None, b=None):
    """Written out element by element."""
    if g is not None:
        v = g * v / np.sqrt(np.sum(v**2))
    score = np.zeros(keys.shape[:2])
    for i in range(len(keys)):
        for t in range(keys.shape[1]):
            score[i, t] = v @ np.tanh(keys[i, t] + query[i] + (0 if b is None else b))
    return score


def softmax(score, mask):
    weights = np.exp(score - score.max(-1, keepdims=True)) * mask
    total = weights.sum(-1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize(
    ('extra', 'wanted'),
    [
        ((), additive(QUERY, KEYS, V)),
        ((G, B), additive(QUERY, KEYS, V, G, B)),
    ],
    ids=['plain', 'normalised'],
)
def test_additive_score(path, extra, wanted):
    got = run(path, attention.additive_score, QUERY, KEYS, V, *extra)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
def test_additive_score_needs_both_g_and_b_to_be_normalised(path):
    def both_halves(query, keys, v, g, b):
        return (
            attention.additive_score(query, keys, v, g, None),
            attention.additive_score(query, keys, v, None, b),
        )

    for got in run(path, both_halves, QUERY, KEYS, V, G, B):
        np.testing.assert_allclose(got, additive(QUERY, KEYS, V), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
def test_normalised_score_of_a_zero_vector_is_zero(path):
    got = run(path, attention.additive_score, QUERY, KEYS, np.zeros_like(V), G, B)
    np.testing.assert_array_equal(got, np.zeros([BATCH, TIME]))


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('scale', [None, np.float32(0.3)])
def test_multiplicative_score(path, scale):
    wanted = np.array([[k @ q for k in keys] for keys, q in zip(KEYS, QUERY, strict=True)])
    extra = () if scale is None else (scale,)
    got = run(path, attention.multiplicative_score, QUERY, KEYS, *extra)
    np.testing.assert_allclose(got, wanted * (1 if scale is None else scale), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('value', [None, -3.0, 0.0])
def test_mask_score(path, value):
    got = run(path, lambda s, m: attention.mask_score(s, m, value), SCORE, MASK)
    np.testing.assert_array_equal(got, np.where(MASK, SCORE, -np.inf if value is None else value))


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('lengths', [[0, 3, 9], [1.9, 2.0, 5.0]], ids=['int', 'float'])
def test_length_mask(path, lengths):
    got = run(path, lambda n: attention.length_mask(n, TIME), np.array(lengths))
    wanted = np.arange(TIME) < np.array(lengths).astype(int)[:, None]
    np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('inner', [(), (2,), (2, 3)])
def test_mask_memory_hides_even_nan(path, inner):
    memory = normal(7, BATCH, TIME, *inner)
    memory[~MASK] = np.nan
    got = run(path, attention.mask_memory, memory, MASK)
    np.testing.assert_array_equal(got, np.where(np.isnan(memory), 0, memory))


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('dtype', [np.float16, np.float32, np.float64])
def test_masked_alignments(path, dtype):
    score = SCORE.astype(dtype)
    got = run(path, lambda s, m: attention.masked_alignments(s, m, tf.nn.softmax), score, MASK)
    assert got.dtype == dtype
    tolerance = 1e-2 if dtype == np.float16 else 1e-5
    np.testing.assert_allclose(got, softmax(score, MASK), rtol=tolerance, atol=1e-7)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('probability_fn', [tf.nn.softmax, tf.sigmoid, attention.hardmax])
def test_masked_alignments_of_nothing_are_zero(path, probability_fn):
    def align(score, mask):
        return attention.masked_alignments(score, mask, probability_fn)

    got = run(path, align, SCORE, np.zeros_like(MASK))
    np.testing.assert_array_equal(got, np.zeros([BATCH, TIME]))


@pytest.mark.parametrize('path', PATHS)
def test_context_vector(path):
    wanted = np.array(
        [sum(a * v for a, v in zip(*both, strict=True)) for both in zip(SCORE, VALUES, strict=True)]
    )
    got = run(path, attention.context_vector, SCORE, VALUES)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('dtype', [np.float32, np.int32])
def test_hardmax_takes_the_first_of_equals(path, dtype):
    logits = np.array([[1, 3, 3], [2, 2, 1], [-1, -2, 0]], dtype)
    got = run(path, attention.hardmax, logits)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, [[0, 1, 0], [1, 0, 0], [0, 0, 1]])


def chain(query, keys, values, v, g, b, weights):
    """From query to context, and a scalar of it."""
    score = attention.additive_score(query, keys, v, g, b)
    score += attention.multiplicative_score(query, keys, g)
    alignments = attention.masked_alignments(score, tf.constant(MASK), tf.nn.softmax)
    return tf.reduce_sum(weights * attention.context_vector(alignments, values))


def chain_in_numpy(query, keys, values, v, g, b, weights):
    score = additive(query, keys, v, g, b) + g * np.einsum('btu,bu->bt', keys, query)
    return np.sum(weights * np.einsum('bt,btd->bd', softmax(score, MASK), values))


@pytest.mark.parametrize('path', PATHS)
def test_gradients_equal_differences(path):
    arguments = [
        a.astype(np.float64) for a in (QUERY, KEYS, VALUES, V, G, B, normal(8, BATCH, DEPTH))
    ]
    got = run(path, lambda *tensors: gradients(chain, *tensors), *arguments)
    rng = np.random.RandomState(9)
    for i, gradient in enumerate(got):
        assert np.all(np.isfinite(gradient))
        direction = rng.standard_normal(np.shape(arguments[i]))
        step = 1e-6

        def moved(sign, i=i, step=step, direction=direction):
            changed = list(arguments)
            changed[i] = changed[i] + sign * step * direction
            return chain_in_numpy(*changed)

        wanted = (moved(1) - moved(-1)) / (2 * step)
        np.testing.assert_allclose(np.sum(gradient * direction), wanted, rtol=1e-6, atol=1e-8)


masks = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=3)


@hypothesis.settings(deadline=None, max_examples=30)
@hypothesis.given(mask=masks, seed=st.integers(0, 1000), size=st.sampled_from([0.1, 1.0, 100.0]))
def test_alignments_are_a_distribution_over_what_is_left(mask, seed, size):
    mask = np.array(mask)
    score = size * normal(seed, *mask.shape)
    got = attention.masked_alignments(score, mask, tf.nn.softmax).numpy()
    assert np.all(got >= 0)
    assert np.all(got[~mask] == 0)
    np.testing.assert_allclose(got.sum(1), mask.any(1), rtol=1e-5)


@hypothesis.settings(deadline=None, max_examples=30)
@hypothesis.given(order=st.permutations(range(TIME)))
def test_attention_does_not_depend_on_the_order_of_the_memory(order):
    order = list(order)

    def attend(keys, values, mask):
        score = attention.additive_score(tf.constant(QUERY), tf.constant(keys), V)
        alignments = attention.masked_alignments(score, mask, tf.nn.softmax)
        return alignments.numpy(), attention.context_vector(alignments, values).numpy()

    alignments, context = attend(KEYS, VALUES, MASK)
    permuted, same_context = attend(KEYS[:, order], VALUES[:, order], MASK[:, order])
    np.testing.assert_allclose(permuted, alignments[:, order], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(same_context, context, rtol=1e-5, atol=1e-6)
