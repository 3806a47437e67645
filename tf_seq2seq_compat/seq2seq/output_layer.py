"""What decoders ask of the layer between their cell and the sampling."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def check_output_layer(layer: Any) -> None:
    """Raises TypeError if `layer` is neither None nor a layer that can say its output's shape."""
    if layer is not None and not (callable(layer) and hasattr(layer, 'compute_output_shape')):
        raise TypeError(
            f'output_layer must be a Layer, received: {type(layer)}. It needs '
            'compute_output_shape, as tf.layers.Dense has.'
        )


def output_size(cell: Any, layer: Any) -> Any:
    """Nest of sizes: one output of one example of `cell`, behind `layer` unless that is None."""
    if layer is None:
        return cell.output_size

    def through_layer(one_size: Any) -> tf.TensorShape:
        # The layer sees a batch, of any size.
        with_batch = tf.TensorShape([None]).concatenate(one_size)
        return tf.TensorShape(layer.compute_output_shape(with_batch))[1:]

    return tf.nest.map_structure(through_layer, cell.output_size)
