"""The cell that neural architecture search found."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import serializable
from tf_seq2seq_compat.addons.rnn.base import RNNCell, depth_of
from tf_seq2seq_compat.core.cell_equations import nas_step
from tf_seq2seq_compat.types import Config, ShapeLike

Initializer = Any


@serializable
class NASCell(RNNCell):
    """Cell found by neural architecture search.

    The state is `[memory, output]`.

    Args:
      units: Size of the memory.
      projection: Size of the output, if it is projected.
      use_bias: Whether a bias is added to the product of the state.
      kernel_initializer: Of the kernel for the inputs.
      recurrent_initializer: Of the kernel for the state.
      projection_initializer: Of the projection.
      bias_initializer: Of the bias.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> layer = tf.keras.layers.RNN(tfa.rnn.NASCell(4, projection=3), return_state=True)
      >>> [part.shape for part in layer(tf.ones([2, 5, 3]))]
      [TensorShape([2, 3]), TensorShape([2, 4]), TensorShape([2, 3])]

    Legacy: `tfa.rnn.NASCell` of TensorFlow Addons 0.23 (Zoph and Le 2016).
    """

    def __init__(
        self,
        units: int,
        projection: int | None = None,
        use_bias: bool = False,
        kernel_initializer: Initializer = 'glorot_uniform',
        recurrent_initializer: Initializer = 'glorot_uniform',
        projection_initializer: Initializer = 'glorot_uniform',
        bias_initializer: Initializer = 'zeros',
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.projection = projection
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.recurrent_initializer = recurrent_initializer
        self.projection_initializer = projection_initializer
        self.bias_initializer = bias_initializer
        self._output_size = units if projection is None else projection
        self._state_size = [units, self._output_size]

    def build(self, inputs_shape: ShapeLike) -> None:
        wide = 8 * self.units
        self.recurrent_kernel = self.add_weight(
            name='recurrent_kernel',
            shape=(self.output_size, wide),
            initializer=self.recurrent_initializer,
        )
        self.kernel = self.add_weight(
            name='kernel',
            shape=(depth_of(inputs_shape), wide),
            initializer=self.kernel_initializer,
        )
        self.bias = self.projection_weights = None
        if self.use_bias:
            self.bias = self.add_weight(
                name='bias', shape=(wide,), initializer=self.bias_initializer
            )
        if self.projection is not None:
            self.projection_weights = self.add_weight(
                name='projection_weights',
                shape=(self.units, self.projection),
                initializer=self.projection_initializer,
            )
        self.built = True

    def call(self, inputs: tf.Tensor, state: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        memory, hidden = state
        weights = (self.kernel, self.recurrent_kernel, self.bias, self.projection_weights)
        tensors = [None if each is None else tf.convert_to_tensor(each) for each in weights]
        memory, hidden = nas_step(inputs, memory, hidden, *tensors)
        return hidden, [memory, hidden]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            'units': self.units,
            'projection': self.projection,
            'use_bias': self.use_bias,
            'kernel_initializer': self.kernel_initializer,
            'recurrent_initializer': self.recurrent_initializer,
            'bias_initializer': self.bias_initializer,
            'projection_initializer': self.projection_initializer,
        }
