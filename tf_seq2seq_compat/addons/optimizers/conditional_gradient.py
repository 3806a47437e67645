"""The conditional gradient method."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.addons.optimizers.base import Number, Optimizer, as_tensor
from tf_seq2seq_compat.core import optimizers
from tf_seq2seq_compat.core.optimizers import Slots
from tf_seq2seq_compat.types import Config


@serializable
class ConditionalGradient(Optimizer):
    """The Frank-Wolfe method: variables stay within a ball of a norm.

    A step replaces `x` by `learning_rate * x - (1 - learning_rate) * lambda_ * s`, where `s` is the
    point of the unit ball in the direction of the gradient.

    Args:
      learning_rate: What is kept of a variable, in [0, 1].
      lambda_: Radius of the ball.
      epsilon: Added to the norm of the gradient, for `'fro'`.
      ord: The norm: `'fro'`, or `'nuclear'` for variables of at most two axes.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Raises:
      ValueError: For another norm.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> weight = tf.Variable([1.0, 1.0])
      >>> optimizer = tfa.optimizers.ConditionalGradient(0.5, lambda_=2.0)
      >>> _ = optimizer.apply_gradients([(tf.constant([3.0, -4.0]), weight)])
      >>> weight.numpy().round(3).tolist()
      [-0.10000000149011612, 1.2999999523162842]

    Legacy: `tfa.optimizers.ConditionalGradient` of TensorFlow Addons 0.23 (Jaggi 2013).
    """

    _parts = ('conditional_gradient',)
    _by_rows = ('variable',)

    def __init__(
        self,
        learning_rate: Number,
        lambda_: Number = 0.01,
        epsilon: float = 1e-7,
        ord: str = 'fro',
        name: str = 'ConditionalGradient',
        **kwargs: Any,
    ) -> None:
        if ord not in ('fro', 'nuclear'):
            raise ValueError(f"ord must be 'fro' or 'nuclear', but is {ord!r}.")
        super().__init__(name, learning_rate, {'lambda_': lambda_}, **kwargs)
        self.epsilon = epsilon or keras.backend.epsilon()
        self.ord = ord

    def _update(
        self, gradient: tf.Tensor, variable: Any, slots: Slots, rate: tf.Tensor, step: tf.Tensor
    ) -> tuple[tf.Tensor, Slots]:
        kind = gradient.dtype
        if self.ord == 'fro':
            direction = optimizers.unit_frobenius(gradient, tf.cast(self.epsilon, kind))
        else:
            direction = optimizers.unit_nuclear(gradient)
        radius = self._number('lambda_', kind)
        return (
            optimizers.conditional_gradient(as_tensor(variable), rate, radius, direction),
            slots,
        )

    def get_config(self) -> Config:
        return {**super().get_config(), 'epsilon': self.epsilon, 'ord': self.ord}
