"""tf.contrib.crf against the enumeration of all sequences of tags."""

import doctest
import itertools

import numpy as np
import pytest
import tensorflow as tf

from tf_seq2seq_compat.core import crf as core_crf
from tf_seq2seq_compat.tf1 import facade
from tf_seq2seq_compat.tf1.contrib import crf

TAGS = 3


def scores(seed, time, batch=3):
    random = np.random.RandomState(seed)
    unary = random.normal(size=[batch, time, TAGS]).astype(np.float32)
    return unary, random.normal(size=[TAGS, TAGS]).astype(np.float32)


def score(unary, transitions, tags):
    steps = sum(unary[i, tag] for i, tag in enumerate(tags))
    return steps + sum(transitions[a, b] for a, b in itertools.pairwise(tags))


def every_score(unary, transitions, length):
    paths = list(itertools.product(range(TAGS), repeat=length))
    return paths, np.array([score(unary, transitions, path) for path in paths])


@pytest.mark.parametrize('time', [1, 2, 4])
@pytest.mark.parametrize('seed', range(3))
def test_against_enumeration(seed, time):
    unary, transitions = scores(seed, time)
    lengths = np.array([time, max(time - 1, 1), 1])
    norms = crf.crf_log_norm(unary, lengths, transitions)
    tags, best = crf.crf_decode(unary, transitions, lengths)
    for row, length in enumerate(lengths):
        paths, values = every_score(unary[row], transitions, length)
        np.testing.assert_allclose(norms[row], np.logaddexp.reduce(values), rtol=1e-5)
        np.testing.assert_allclose(best[row], values.max(), rtol=1e-5)
        assert tuple(tags[row, :length].numpy()) == paths[values.argmax()]
        assert not tags[row, length:].numpy().any() or time == 1
        path, top = crf.viterbi_decode(unary[row, :length], transitions)
        assert tuple(path) == paths[values.argmax()]
        np.testing.assert_allclose(top, values.max(), rtol=1e-5)


def test_likelihoods_sum_to_one():
    unary, transitions = scores(5, 3, batch=1)
    paths = np.array(list(itertools.product(range(TAGS), repeat=3)))
    repeated = np.repeat(unary, len(paths), 0)
    logs, same = crf.crf_log_likelihood(repeated, paths, [3] * len(paths), transitions)
    np.testing.assert_allclose(np.exp(logs).sum(), 1.0, rtol=1e-5)
    assert same is transitions


def test_gradient_is_the_marginal_probability():
    unary, transitions = scores(6, 3, batch=1)
    unary = tf.constant(unary)
    with tf.GradientTape() as tape:
        tape.watch(unary)
        norm = crf.crf_log_norm(unary, [3], transitions)
    paths, values = every_score(unary[0].numpy(), transitions, 3)
    chances = np.exp(values - np.logaddexp.reduce(values))
    marginals = np.zeros([3, TAGS])
    for path, chance in zip(paths, chances, strict=True):
        marginals[range(3), path] += chance
    np.testing.assert_allclose(tape.gradient(norm, unary)[0], marginals, rtol=1e-4, atol=1e-6)


def test_all_tags_allowed_is_the_normalizer():
    unary, transitions = scores(7, 4)
    everything = np.ones(unary.shape, bool)
    np.testing.assert_allclose(
        crf.crf_multitag_sequence_score(unary, everything, [4, 2, 1], transitions),
        crf.crf_log_norm(unary, [4, 2, 1], transitions),
        rtol=1e-5,
    )


def test_compiled():
    unary, transitions = scores(8, 4)

    @tf.function(jit_compile=True)
    def compiled(unary, transitions, lengths):
        return (
            crf.crf_log_norm(unary, lengths, transitions),
            *crf.crf_decode(unary, transitions, lengths),
        )

    lengths = tf.constant([4, 0, 2])
    plain = [crf.crf_log_norm(unary, lengths, transitions)]
    plain += crf.crf_decode(unary, transitions, lengths)
    for mine, other in zip(compiled(unary, transitions, lengths), plain, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5)


def test_unknown_number_of_tags():
    with tf.Graph().as_default():
        unknown = tf.compat.v1.placeholder(tf.float32, [None, None, None])
        with pytest.raises(ValueError, match=r'number of tags must be known.*set_shape'):
            crf.crf_log_likelihood(unknown, [[1]], [1])


def test_programs_find_it():
    contrib = facade.tensorflow().contrib
    assert contrib.crf.crf_log_likelihood is crf.crf_log_likelihood
    assert contrib.crf.python.ops.crf.viterbi_decode is crf.viterbi_decode


def test_examples_run():
    done = doctest.testmod(core_crf, globs={'tf': tf, 'np': np})
    assert done.attempted and not done.failed
