"""tf.contrib.layers, slim and the packages of losses, metrics, optimizers, CRFs and images."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    Row,
    missing,
    module,
    packages,
)


def rows() -> Iterator[Row]:
    """What builds and trains models: tf-slim, and what it lacks."""
    contrib = 'tensorflow.contrib'
    # tf-slim carries tf.contrib.layers and slim on.
    slim_layers = (
        'tf-slim, which has most of tf.contrib.layers; tf.feature_column for the feature columns'
    )
    yield from module(f'{contrib}.layers', 'tf_slim', slim_layers)
    yield from module(f'{contrib}.layers.python')
    yield from module(f'{contrib}.layers.python.layers', 'tf_slim.layers')
    yield from module(f'{contrib}.slim', 'tf_slim', 'tf-slim, which has most of it')
    yield from module(f'{contrib}.slim.python')
    yield from module(f'{contrib}.slim.python.slim', 'tf_slim')
    yield from module(f'{contrib}.losses', 'tf_slim.losses', 'tf.losses')
    yield from module(f'{contrib}.metrics', 'tf_slim.metrics', 'tf.metrics')
    yield from missing(
        f'{contrib}.layers', 'embed_sequence', 'tf.nn.embedding_lookup(tf.get_variable(...), ids)'
    )
    yield from packages(
        contrib, 'crf', 'tfa.text.crf_log_likelihood and friends (TensorFlow Addons)'
    )
    yield from packages(contrib, 'image', 'tf.image, or tfa.image (TensorFlow Addons)')
    yield from packages(
        contrib, 'opt', 'tf.train optimizers, or tfa.optimizers (TensorFlow Addons)'
    )
