"""An LSTM cell whose products and memory are normalized."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable
from tf_seq2seq_compat.addons.rnn.base import dropped
from tf_seq2seq_compat.core.cell_equations import affine, lstm_memory
from tf_seq2seq_compat.core.cpu_forms import add_bias
from tf_seq2seq_compat.types import Activation, Config, ShapeLike

Initializer = Any
Regularizer = Any
Constraint = Any


@serializable
class LayerNormLSTMCell(keras.layers.LSTMCell):
    """LSTM cell with layer normalization of both products and of the memory.

    Args:
      units: Size of the state and the output.
      activation: Of the candidate and the output.
      recurrent_activation: Of the gates.
      use_bias: Whether a bias is added to the gates.
      kernel_initializer: Of the kernel for the inputs.
      recurrent_initializer: Of the kernel for the state.
      bias_initializer: Of the bias.
      unit_forget_bias: Whether the bias of the forget gate begins at 1.
      kernel_regularizer: Of the kernel for the inputs.
      recurrent_regularizer: Of the kernel for the state.
      bias_regularizer: Of the bias.
      kernel_constraint: Of the kernel for the inputs.
      recurrent_constraint: Of the kernel for the state.
      bias_constraint: Of the bias.
      dropout: Share of the inputs that is dropped in training.
      recurrent_dropout: Share of the state that is dropped in training.
      norm_gamma_initializer: Of the gains of the normalizations.
      norm_beta_initializer: Of their shifts.
      norm_epsilon: Added to the variances.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> layer = tf.keras.layers.RNN(tfa.rnn.LayerNormLSTMCell(4), return_state=True)
      >>> [part.shape for part in layer(tf.ones([2, 5, 3]))]
      [TensorShape([2, 4]), TensorShape([2, 4]), TensorShape([2, 4])]

    Legacy: `tfa.rnn.LayerNormLSTMCell` of TensorFlow Addons 0.23 (Ba et al. 2016).
    """

    def __init__(
        self,
        units: int,
        activation: str | Activation | None = 'tanh',
        recurrent_activation: str | Activation | None = 'sigmoid',
        use_bias: bool = True,
        kernel_initializer: Initializer = 'glorot_uniform',
        recurrent_initializer: Initializer = 'orthogonal',
        bias_initializer: Initializer = 'zeros',
        unit_forget_bias: bool = True,
        kernel_regularizer: Regularizer = None,
        recurrent_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        recurrent_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        norm_gamma_initializer: Initializer = 'ones',
        norm_beta_initializer: Initializer = 'zeros',
        norm_epsilon: float = 1e-3,
        **kwargs: object,
    ) -> None:
        super().__init__(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
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
        self.norm_gamma_initializer = keras.initializers.get(norm_gamma_initializer)
        self.norm_beta_initializer = keras.initializers.get(norm_beta_initializer)
        self.norm_epsilon = norm_epsilon
        self.kernel_norm = self._create_norm_layer('kernel_norm')
        self.recurrent_norm = self._create_norm_layer('recurrent_norm')
        self.state_norm = self._create_norm_layer('state_norm')

    def _create_norm_layer(self, name: str) -> Any:
        return keras.layers.LayerNormalization(
            beta_initializer=self.norm_beta_initializer,
            gamma_initializer=self.norm_gamma_initializer,
            epsilon=self.norm_epsilon,
            name=name,
            dtype=self.dtype_policy if IS_KERAS_3 else self._dtype_policy,
        )

    def build(self, input_shape: ShapeLike) -> None:
        super().build(input_shape)
        for norm, parts in ((self.kernel_norm, 4), (self.recurrent_norm, 4), (self.state_norm, 1)):
            if not norm.built:
                with tf.name_scope(norm.name):
                    norm.build((None, parts * self.units))
                norm.built = True

    def call(
        self, inputs: tf.Tensor, states: list[tf.Tensor], training: bool | None = None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        hidden, cell_state = states
        inputs = dropped(self, inputs, training, count=4)
        hidden = dropped(self, hidden, training, recurrent=True, count=4)
        gates = self.kernel_norm(affine([inputs], tf.convert_to_tensor(self.kernel)))
        gates += self.recurrent_norm(affine([hidden], tf.convert_to_tensor(self.recurrent_kernel)))
        if self.use_bias:
            gates = add_bias(gates, tf.convert_to_tensor(self.bias))
        input_gate, forget_gate, candidate, output_gate = tf.split(gates, 4, axis=1)
        cell_state, output_gate = lstm_memory(
            (input_gate, candidate, forget_gate, output_gate),
            cell_state,
            self.activation,
            self.recurrent_activation,
            changed=self.state_norm,
        )
        hidden = output_gate * self.activation(cell_state)
        return hidden, [hidden, cell_state]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            'norm_gamma_initializer': keras.initializers.serialize(self.norm_gamma_initializer),
            'norm_beta_initializer': keras.initializers.serialize(self.norm_beta_initializer),
            'norm_epsilon': self.norm_epsilon,
        }
