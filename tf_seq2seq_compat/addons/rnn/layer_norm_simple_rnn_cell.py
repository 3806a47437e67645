"""An Elman cell whose product is normalized."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.addons.rnn.base import dropped
from tf_seq2seq_compat.core.cell_equations import affine
from tf_seq2seq_compat.core.cpu_forms import add_bias
from tf_seq2seq_compat.types import Activation, Config, ShapeLike

Initializer = Any
Regularizer = Any
Constraint = Any


@serializable
class LayerNormSimpleRNNCell(keras.layers.SimpleRNNCell):
    """Elman cell with layer normalization before the bias.

    Args:
      units: Size of the state, which is the output too.
      activation: Of the output.
      use_bias: Whether a bias is added.
      layernorm_epsilon: Added to the variance.
      kernel_initializer: Of the kernel for the inputs.
      recurrent_initializer: Of the kernel for the state.
      bias_initializer: Of the bias.
      gamma_initializer: Of the gain of the normalization.
      kernel_regularizer: Of the kernel for the inputs.
      recurrent_regularizer: Of the kernel for the state.
      bias_regularizer: Of the bias.
      gamma_regularizer: Of the gain.
      kernel_constraint: Of the kernel for the inputs.
      recurrent_constraint: Of the kernel for the state.
      bias_constraint: Of the bias.
      gamma_constraint: Of the gain.
      dropout: Share of the inputs that is dropped in training.
      recurrent_dropout: Share of the state that is dropped in training.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tf.keras.layers.RNN(tfa.rnn.LayerNormSimpleRNNCell(4))(tf.ones([2, 5, 3])).shape
      TensorShape([2, 4])

    Legacy: `tfa.rnn.LayerNormSimpleRNNCell` of TensorFlow Addons 0.23 (Ba et al. 2016).
    """

    def __init__(
        self,
        units: int,
        activation: str | Activation | None = 'tanh',
        use_bias: bool = True,
        layernorm_epsilon: float = 1e-05,
        kernel_initializer: Initializer = 'glorot_uniform',
        recurrent_initializer: Initializer = 'orthogonal',
        bias_initializer: Initializer = 'zeros',
        gamma_initializer: Initializer = 'ones',
        kernel_regularizer: Regularizer = None,
        recurrent_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        gamma_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        recurrent_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        gamma_constraint: Constraint = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        **kwargs: object,
    ) -> None:
        super().__init__(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            **kwargs,
        )
        self.layernorm = keras.layers.LayerNormalization(
            epsilon=layernorm_epsilon,
            center=False,
            gamma_initializer=gamma_initializer,
            gamma_regularizer=gamma_regularizer,
            gamma_constraint=gamma_constraint,
            **{key: value for key, value in kwargs.items() if key != 'seed'},
        )

    def build(self, input_shape: ShapeLike) -> None:
        super().build(input_shape)
        self.layernorm.build((None, self.units))

    def call(
        self, inputs: tf.Tensor, states: list[tf.Tensor], training: bool | None = None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        inputs = dropped(self, inputs, training)
        state = dropped(self, states[0], training, recurrent=True)
        kernels = [self.kernel, self.recurrent_kernel]
        output = self.layernorm(affine([inputs, state], tf.concat(kernels, 0)))
        if self.bias is not None:
            output = add_bias(output, tf.convert_to_tensor(self.bias))
        if self.activation is not None:
            output = self.activation(output)
        return output, [output]

    def get_config(self) -> Config:
        config = super().get_config()
        del config['name']
        norm = self.layernorm.get_config()
        gamma = {key: norm[key] for key in norm if key.startswith('gamma_')}
        return {**config, **gamma, 'layernorm_epsilon': norm['epsilon']}
