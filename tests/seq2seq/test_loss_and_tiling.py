"""sequence_loss and tile_batch against NumPy, on every path."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, gradients, run

RANDOM = np.random.RandomState(5)
LOGITS = RANDOM.randn(3, 4, 5).astype(np.float32)
TARGETS = RANDOM.randint(0, 5, [3, 4]).astype(np.int32)
WEIGHTS = np.array([[1, 1, 0.5, 0], [2, 0, 0, 0], [0, 0, 0, 0]], np.float32)
DIRECTION = RANDOM.randn(3, 4, 5).astype(np.float32)


def numpy_crossent():
    log_z = np.log(np.exp(LOGITS).sum(-1))
    return (log_z - np.take_along_axis(LOGITS, TARGETS[..., None], -1)[..., 0]) * WEIGHTS


def divide(a, b):
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


def numpy_loss(average_time, average_batch, sum_time, sum_batch):
    loss = numpy_crossent()
    if average_time or average_batch:
        axis = {(True, True): None, (True, False): 1, (False, True): 0}[average_time, average_batch]
        return divide(loss.sum(axis), WEIGHTS.sum(axis))
    if sum_time or sum_batch:
        axis = {(True, True): None, (True, False): 1, (False, True): 0}[sum_time, sum_batch]
        return divide(loss.sum(axis), (WEIGHTS != 0).sum(axis).astype(np.float32))
    return loss


FLAGS = [
    flags
    for flags in itertools.product([False, True], repeat=4)
    if not (flags[0] and flags[2]) and not (flags[1] and flags[3])
]


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('flags', FLAGS)
def test_sequence_loss(path, flags):
    found = run(path, lambda *a: seq2seq.sequence_loss(*a, *flags), LOGITS, TARGETS, WEIGHTS)
    np.testing.assert_allclose(found, numpy_loss(*flags), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
def test_the_gradient_of_the_loss(path):
    def program(logits):
        def loss(logits):
            return seq2seq.sequence_loss(logits, tf.constant(TARGETS), tf.constant(WEIGHTS))

        def of_gradient(logits):
            (found,) = gradients(loss, logits)
            return tf.reduce_sum(found * DIRECTION)

        return gradients(loss, logits) + gradients(of_gradient, logits)

    found, second = run(path, program, LOGITS)
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
    scale = WEIGHTS[..., None] / WEIGHTS.sum()
    expected = (probabilities - np.eye(5)[TARGETS]) * scale
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    mean = (probabilities * DIRECTION).sum(-1, keepdims=True)
    expected = probabilities * (DIRECTION - mean) * scale
    np.testing.assert_allclose(second, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize('wrong', [-1, 5])
def test_xla_gives_nan_for_what_is_no_class(wrong):
    targets = np.where(np.arange(4) == 1, wrong, TARGETS)

    def program(logits, targets):
        def losses(logits):
            return seq2seq.sequence_loss(logits, targets, tf.ones([3, 4]), False, False)

        return losses(logits), *gradients(lambda x: tf.reduce_sum(losses(x)), logits)

    for found in run('xla', program, LOGITS, targets):
        assert np.isnan(found[:, 1]).all()
        assert np.isfinite(found[:, [0, 2, 3]]).all()


@pytest.mark.parametrize('path', PATHS)
def test_a_loss_function_of_ones_own(path):
    def program(*arrays):
        return seq2seq.sequence_loss(
            *arrays, softmax_loss_function=lambda labels, logits: tf.cast(labels, tf.float32)
        )

    expected = (TARGETS * WEIGHTS).sum() / WEIGHTS.sum()
    np.testing.assert_allclose(run(path, program, LOGITS, TARGETS, WEIGHTS), expected, rtol=1e-5)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('multiplier', [0, 1, 3])
def test_tile_batch(path, multiplier):
    nest = {'a': RANDOM.randn(2, 3).astype(np.float32), 'b': np.array([7, 8], np.int32)}

    def program(a, b):
        return seq2seq.tile_batch({'a': a, 'b': b}, multiplier)

    found = run(path, program, nest['a'], nest['b'])
    for key, value in nest.items():
        np.testing.assert_array_equal(found[key], np.repeat(value, multiplier, axis=0))


@pytest.mark.parametrize('path', PATHS)
def test_hardmax(path):
    x = np.array([[1.0, 3.0, 3.0], [0.0, -1.0, -2.0]], np.float32)
    assert run(path, seq2seq.hardmax, x).tolist() == [[0, 1, 0], [1, 0, 0]]
