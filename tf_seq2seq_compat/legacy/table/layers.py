"""tf.layers, tf.keras and the files behind them."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import PYTHON, Row, module, moved

_TF_LAYERS = 'tf_keras.api._v1.keras.__internal__.legacy.layers'
_KERAS_V1 = 'tf_keras.api._v1.keras'


def rows() -> Iterator[Row]:
    """tf.layers, tf.keras and the files behind them: tf-keras, which works beside TF1 graphs."""
    yield from module('tensorflow.layers', _TF_LAYERS)
    yield from module('tensorflow.keras', _KERAS_V1)
    yield from module(f'{PYTHON}.keras', 'tf_keras.src')
    yield from module(f'{PYTHON}.layers', f'{PYTHON}.layers')
    for name in ('base', 'convolutional', 'core', 'normalization', 'pooling'):
        yield from module(f'{PYTHON}.layers.{name}', f'tf_keras.src.legacy_tf_layers.{name}')
    yield from module(f'{PYTHON}.layers.layers', _TF_LAYERS)
    yield from moved(f'{PYTHON}.layers.core.fully_connected', f'{_TF_LAYERS}:dense')
    yield from moved(f'{PYTHON}.layers.core.FullyConnected', f'{_TF_LAYERS}:Dense')
