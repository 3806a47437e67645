"""Calling the output layer of a decoder, and its shapes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

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


def after_loop(
    layer: LayerLike, sample: Callable[[tf.Tensor], Any]
) -> Callable[[Any, tf.Tensor | None], Any]:
    """For teacher forcing: an affine layer, and the samples, on the outputs of all steps at once.

    Args:
      layer: The layer.
      sample: From its outputs to the samples.

    Returns:
      What `defer_output_layer` of a decoder returns second: from `(rnn_output, sample_id)` of the
      cell, and a mask of what counts of them or None, to the same of the layer.
    """

    def complete(outputs: Any, counted: tf.Tensor | None) -> Any:
        cell_outputs = _only(counted, outputs.rnn_output)
        with_layer = layer(tf.reshape(cell_outputs, [-1, cell_outputs.shape[-1]]))
        shape = tf.concat([tf.shape(cell_outputs)[:-1], tf.shape(with_layer)[1:]], 0)
        rnn_output = tf.reshape(with_layer, shape)
        rnn_output.set_shape(cell_outputs.shape[:-1].concatenate(with_layer.shape[1:]))
        if layer.use_bias:  # Without, of zeros come zeros.
            rnn_output = _only(counted, rnn_output)
        return outputs._replace(rnn_output=rnn_output, sample_id=sample(rnn_output))

    return complete


def _only(counted: tf.Tensor | None, outputs: tf.Tensor) -> tf.Tensor:
    """The outputs where the mask of their first axes says so, zero elsewhere."""
    if counted is None:
        return outputs
    return tf.where(counted[..., None], outputs, tf.zeros([], outputs.dtype))


def output_size(cell: Cell, layer: LayerLike) -> Size:
    """Nest of sizes: one output of one example of `cell`, behind `layer` unless that is None."""
    if layer is None:
        return cell.output_size

    def through_layer(one_size: Size) -> tf.TensorShape:
        # The layer sees a batch, of any size.
        with_batch = tf.TensorShape([None]).concatenate(one_size)
        return tf.TensorShape(layer.compute_output_shape(with_batch))[1:]

    return tf.nest.map_structure(through_layer, cell.output_size)
