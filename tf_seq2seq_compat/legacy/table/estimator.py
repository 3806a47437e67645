"""tf.estimator and tf.contrib.estimator."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    Row,
    missing,
    packages,
)

_ESTIMATOR = (
    'a tf.train.MonitoredTrainingSession loop on the model_fn; tf.estimator itself is part of '
    'TensorFlow up to 2.15'
)


def rows() -> Iterator[Row]:
    """tf.estimator, which left TensorFlow with 2.16."""
    yield from missing('tensorflow', 'estimator', _ESTIMATOR)
    yield from packages('tensorflow.contrib', 'estimator', _ESTIMATOR)
