"""An LSTM cell whose gates see its memory."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.core.cell_equations import affine, lstm_memory
from tf_seq2seq_compat.types import ShapeLike


@serializable
class PeepholeLSTMCell(keras.layers.LSTMCell):
    """LSTM cell with peephole connections from the memory to the gates.

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
      seed: With Keras 3, seed of what is dropped.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> layer = tf.keras.layers.RNN(tfa.rnn.PeepholeLSTMCell(4), return_state=True)
      >>> [part.shape for part in layer(tf.ones([2, 5, 3]))]
      [TensorShape([2, 4]), TensorShape([2, 4]), TensorShape([2, 4])]

    Legacy: `tfa.rnn.PeepholeLSTMCell` of TensorFlow Addons 0.23 (Gers et al. 2002).
    """

    def build(self, input_shape: ShapeLike) -> None:
        super().build(input_shape)

        def peephole(gate: str) -> tf.Variable:
            return self.add_weight(
                shape=(self.units,),
                name=f'{gate}_gate_peephole_weights',
                initializer=self.kernel_initializer,
            )

        self.input_gate_peephole_weights = peephole('input')
        self.forget_gate_peephole_weights = peephole('forget')
        self.output_gate_peephole_weights = peephole('output')

    # Keras's own `call` calls one of these two, whose names and arguments are the same in both
    # generations; it makes the products of the inputs, and for the second those of the state too.

    def _compute_carry_and_output(
        self, x: Sequence[tf.Tensor], h_tm1: Sequence[tf.Tensor], c_tm1: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        kernels = tf.split(tf.convert_to_tensor(self.recurrent_kernel), 4, axis=1)
        gates = [
            each + affine([hidden], kernel)
            for each, hidden, kernel in zip(x, h_tm1, kernels, strict=True)
        ]
        return self._compute_carry_and_output_fused(gates, c_tm1)

    def _compute_carry_and_output_fused(
        self, z: Sequence[tf.Tensor], c_tm1: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        input_gate, forget_gate, candidate, output_gate = z
        peepholes = (
            self.input_gate_peephole_weights,
            self.forget_gate_peephole_weights,
            self.output_gate_peephole_weights,
        )
        return lstm_memory(
            (input_gate, candidate, forget_gate, output_gate),
            c_tm1,
            self.activation,
            self.recurrent_activation,
            peepholes=[tf.convert_to_tensor(each) for each in peepholes],
        )
