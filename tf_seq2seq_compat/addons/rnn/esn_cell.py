"""A reservoir: a recurrent cell whose weights are drawn and not trained."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.addons.rnn.base import RNNCell, depth_of
from tf_seq2seq_compat.core.cell_equations import basic_rnn_step
from tf_seq2seq_compat.types import Activation, Config, DTypeLike, ShapeLike

Initializer = Any


@serializable
class ESNCell(RNNCell):
    """Echo state network: an Elman cell with fixed, sparse recurrent weights.

    Args:
      units: Size of the state, which is the output too.
      connectivity: Chance that two units are connected.
      leaky: Share of the new state; the rest is the old one.
      spectral_radius: Largest absolute eigenvalue of the recurrent weights.
      use_norm2: Whether the root of the sum of their squares, an upper bound of it, gets this value
        instead.
      use_bias: Whether a bias is added.
      activation: Of the new state.
      kernel_initializer: Of the kernel for the inputs.
      recurrent_initializer: Of the recurrent weights before they are thinned and scaled.
      bias_initializer: Of the bias.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tf.keras.layers.RNN(tfa.rnn.ESNCell(4))(tf.ones([2, 5, 3])).shape
      TensorShape([2, 4])

    Legacy: `tfa.rnn.ESNCell` of TensorFlow Addons 0.23 (Jaeger 2001).
    """

    def __init__(
        self,
        units: int,
        connectivity: float = 0.1,
        leaky: float = 1,
        spectral_radius: float = 0.9,
        use_norm2: bool = False,
        use_bias: bool = True,
        activation: str | Activation | None = 'tanh',
        kernel_initializer: Initializer = 'glorot_uniform',
        recurrent_initializer: Initializer = 'glorot_uniform',
        bias_initializer: Initializer = 'zeros',
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.units = self._state_size = self._output_size = units
        self.connectivity = connectivity
        self.leaky = leaky
        self.spectral_radius = spectral_radius
        self.use_norm2 = use_norm2
        self.use_bias = use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def _reservoir(self, shape: ShapeLike, dtype: DTypeLike = None, **_: object) -> tf.Tensor:
        """Recurrent weights of which few are not zero, with the wanted spectral radius."""
        kind = tf.as_dtype(dtype or 'float32')
        wide = tf.float64 if kind == tf.float64 else tf.float32  # 16 bits have no eigenvalues
        drawn = tf.convert_to_tensor(self.recurrent_initializer(shape, wide.name))
        drawn *= tf.cast(tf.random.uniform(shape) <= self.connectivity, wide)
        size = tf.norm(drawn) if self.use_norm2 else tf.reduce_max(abs(tf.linalg.eigvals(drawn)))
        scale = tf.math.divide_no_nan(tf.cast(self.spectral_radius, wide), size)
        return tf.cast(drawn * scale, kind)

    def build(self, inputs_shape: ShapeLike) -> None:
        self.recurrent_kernel = self.add_weight(
            name='recurrent_kernel',
            shape=(self.units, self.units),
            initializer=self._reservoir,
            trainable=False,
        )
        self.kernel = self.add_weight(
            name='kernel',
            shape=(depth_of(inputs_shape), self.units),
            initializer=self.kernel_initializer,
            trainable=False,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name='bias',
                shape=(self.units,),
                initializer=self.bias_initializer,
                trainable=False,
            )
        self.built = True

    def call(self, inputs: tf.Tensor, state: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        kernel = tf.concat([self.kernel, self.recurrent_kernel], 0)
        bias = None if self.bias is None else tf.convert_to_tensor(self.bias)
        before = state[0]
        after = basic_rnn_step(inputs, before, kernel, bias, self.activation)
        output = (1 - self.leaky) * before + self.leaky * after
        return output, output

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            'units': self.units,
            'connectivity': self.connectivity,
            'leaky': self.leaky,
            'spectral_radius': self.spectral_radius,
            'use_norm2': self.use_norm2,
            'use_bias': self.use_bias,
            'activation': keras.activations.serialize(self.activation),
            'kernel_initializer': keras.initializers.serialize(self.kernel_initializer),
            'recurrent_initializer': keras.initializers.serialize(self.recurrent_initializer),
            'bias_initializer': keras.initializers.serialize(self.bias_initializer),
        }
