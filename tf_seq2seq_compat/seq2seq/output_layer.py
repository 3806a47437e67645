"""Calling the output layer of a decoder, and its shapes."""

from __future__ import annotations

import sys

import tensorflow as tf

from tf_seq2seq_compat.layers.dense import Dense, activation_function
from tf_seq2seq_compat.types import Cell, LayerLike, Size

# Modules that have a Dense layer; what is not loaded can have made none.
_MODULES_OF_DENSE = (
    'keras.layers',
    'keras.src.legacy_tf_layers.core',
    'tensorflow.python.keras.layers.core',
    'tensorflow.python.keras.legacy_tf_layers.core',
    'tf_keras.layers',
    'tf_keras.src.legacy_tf_layers.core',
)


def check_output_layer(layer: LayerLike) -> None:
    """Raises TypeError if `layer` is neither None nor a layer that can say its output's shape."""
    if layer is not None and not (callable(layer) and hasattr(layer, 'compute_output_shape')):
        raise TypeError(
            f'output_layer must be a Layer, received: {type(layer)}. It needs '
            'compute_output_shape, as tf.layers.Dense has.'
        )


def is_affine(layer: LayerLike) -> bool:
    """Whether it is a Dense layer, of this package or Keras, without an activation.

    A layer of a subclass is not: it may compute something else.
    """
    modules = filter(None, map(sys.modules.get, _MODULES_OF_DENSE))
    if type(layer) not in (Dense, *(getattr(module, 'Dense', None) for module in modules)):
        return False
    if getattr(layer, 'activity_regularizer', None) is not None:
        return False
    return activation_function(None) is layer.activation or (
        getattr(layer.activation, '__name__', None) == 'linear'
    )


def output_size(cell: Cell, layer: LayerLike) -> Size:
    """Nest of sizes: one output of one example of `cell`, behind `layer` unless that is None."""
    if layer is None:
        return cell.output_size

    def through_layer(one_size: Size) -> tf.TensorShape:
        # The layer sees a batch, of any size.
        with_batch = tf.TensorShape([None]).concatenate(one_size)
        return tf.TensorShape(layer.compute_output_shape(with_batch))[1:]

    return tf.nest.map_structure(through_layer, cell.output_size)
