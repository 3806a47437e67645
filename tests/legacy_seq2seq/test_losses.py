"""sequence_loss and sequence_loss_by_example against NumPy, on four paths."""

import numpy as np
import pytest
import tensorflow as tf

from tests.paths import PATHS, gradients, run
from tf_seq2seq_compat import legacy_seq2seq

STEPS, BATCH, SYMBOLS = 3, 2, 4
RNG = np.random.RandomState(5)
LOGITS = RNG.normal(size=[STEPS, BATCH, SYMBOLS]).astype(np.float32)
TARGETS = RNG.randint(SYMBOLS, size=[STEPS, BATCH]).astype(np.int32)
WEIGHTS = np.array([[1.0, 0.0], [0.5, 0.0], [0.0, 0.0]], np.float32)


def by_example(average):
    log_sums = np.log(np.exp(LOGITS).sum(-1))
    chosen = np.take_along_axis(LOGITS, TARGETS[..., None], -1)[..., 0]
    total = ((log_sums - chosen) * WEIGHTS).sum(0)
    if not average:
        return total
    weight = WEIGHTS.sum(0)
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('average', [False, True])
def test_loss_by_example(path, average):
    def build(logits, targets, weights):
        return legacy_seq2seq.sequence_loss_by_example(
            tf.unstack(logits), tf.unstack(targets), tf.unstack(weights), average
        )

    found = run(path, build, LOGITS, TARGETS, WEIGHTS)
    np.testing.assert_allclose(found, by_example(average), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('over_time', [False, True])
@pytest.mark.parametrize('over_batch', [False, True])
def test_loss(path, over_time, over_batch):
    def build(logits, targets, weights):
        return legacy_seq2seq.sequence_loss(
            tf.unstack(logits), tf.unstack(targets), tf.unstack(weights), over_time, over_batch
        )

    want = by_example(over_time).sum() / (BATCH if over_batch else 1)
    np.testing.assert_allclose(run(path, build, LOGITS, TARGETS, WEIGHTS), want, rtol=1e-5)


@pytest.mark.parametrize('path', PATHS)
def test_padding_has_no_gradient(path):
    def build(logits, targets, weights):
        def loss(logits):
            return legacy_seq2seq.sequence_loss(
                tf.unstack(logits), tf.unstack(targets), tf.unstack(weights)
            )

        return gradients(loss, logits)

    (found,) = run(path, build, LOGITS, TARGETS, WEIGHTS)
    assert np.all(np.isfinite(found))
    np.testing.assert_array_equal(np.any(found != 0, -1), WEIGHTS != 0)


@pytest.mark.parametrize('path', PATHS)
def test_loss_function_gets_labels_and_logits_of_each_step(path):
    shapes = []

    def function(labels, logits):
        shapes.append((tuple(labels.shape), tuple(logits.shape)))
        return tf.cast(labels, tf.float32)

    def build(logits, targets, weights):
        return legacy_seq2seq.sequence_loss_by_example(
            tf.unstack(logits),
            tf.unstack(targets),
            tf.unstack(weights),
            average_across_timesteps=False,
            softmax_loss_function=function,
        )

    found = run(path, build, LOGITS, TARGETS, WEIGHTS)
    np.testing.assert_allclose(found, (TARGETS * WEIGHTS).sum(0))
    assert shapes == [((BATCH,), (BATCH, SYMBOLS))] * STEPS
