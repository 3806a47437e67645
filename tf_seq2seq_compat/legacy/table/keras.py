"""`import keras` of Keras 2."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import Row, module


def rows() -> Iterator[Row]:
    """`import keras` of Keras 2: tf-keras, with the file names that Keras 2.3 had."""
    yield from module('keras', 'tf_keras')
    yield from module('keras.layers', 'tf_keras.layers')
    files = (
        'advanced_activations convolutional core embeddings local merge noise normalization '
        'pooling recurrent wrappers'
    )
    for file in files.split():
        yield from module(f'keras.layers.{file}', 'tf_keras.layers')
    yield from module('keras.engine', 'tf_keras.layers')
    yield from module('keras.engine.topology', 'tf_keras.layers')
    yield from module('keras.engine.base_layer', 'tf_keras.layers')
    yield from module('keras.engine.training', 'tf_keras.models')
    yield from module('keras.utils', 'tf_keras.utils')
    yield from module('keras.utils.np_utils', 'tf_keras.utils')
    yield from module('keras.utils.vis_utils', 'tf_keras.utils')
