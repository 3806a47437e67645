"""Learning rates that go up and down (Smith 2017)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.types import Config, FloatLike


@serializable
class CyclicalLearningRate(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that goes from one value to another and back, again and again.

    Args:
      initial_learning_rate: The lowest rate.
      maximal_learning_rate: The highest rate.
      step_size: Steps from one to the other.
      scale_fn: Function of a scalar that the height of the way is multiplied by.
      scale_mode: `'cycle'`: the function gets the number of the cycle; else that of the step.
      name: Name of the operations.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> rate = tfa.optimizers.CyclicalLearningRate(1.0, 3.0, 2, lambda cycle: 1.0)
      >>> [float(rate(step)) for step in range(5)]
      [1.0, 2.0, 3.0, 2.0, 1.0]

    Legacy: `tfa.optimizers.CyclicalLearningRate` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        initial_learning_rate: FloatLike,
        maximal_learning_rate: FloatLike,
        step_size: FloatLike,
        scale_fn: Callable[[Any], Any],
        scale_mode: str = 'cycle',
        name: str = 'CyclicalLearningRate',
    ) -> None:
        super().__init__()
        self.initial_learning_rate = initial_learning_rate
        self.maximal_learning_rate = maximal_learning_rate
        self.step_size = step_size
        self.scale_fn = scale_fn
        self.scale_mode = scale_mode
        self.name = name

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        lowest = tf.convert_to_tensor(self.initial_learning_rate)
        height = tf.cast(self.maximal_learning_rate, lowest.dtype) - lowest
        size, now = tf.cast(self.step_size, lowest.dtype), tf.cast(step, lowest.dtype)
        cycle = tf.floor(1 + now / (2 * size))
        way = tf.maximum(0.0, 1 - tf.abs(now / size - 2 * cycle + 1))
        scale = self.scale_fn(cycle if self.scale_mode == 'cycle' else step)
        return lowest + height * way * tf.cast(scale, lowest.dtype)

    def get_config(self) -> Config:
        names = ('initial_learning_rate', 'maximal_learning_rate', 'scale_fn', 'step_size')
        return {name: getattr(self, name) for name in (*names, 'scale_mode')}


class _WithScale(CyclicalLearningRate):
    def get_config(self) -> Config:
        config = super().get_config()
        del config['scale_fn']
        return config


@serializable
class TriangularCyclicalLearningRate(_WithScale):
    """The same height in each cycle.

    Args:
      initial_learning_rate: The lowest rate.
      maximal_learning_rate: The highest rate.
      step_size: Steps from one to the other.
      scale_mode: Of no effect here.
      name: Name of the operations.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> float(tfa.optimizers.TriangularCyclicalLearningRate(1.0, 3.0, 2)(5))
      2.0

    Legacy: `tfa.optimizers.TriangularCyclicalLearningRate` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        initial_learning_rate: FloatLike,
        maximal_learning_rate: FloatLike,
        step_size: FloatLike,
        scale_mode: str = 'cycle',
        name: str = 'TriangularCyclicalLearningRate',
    ) -> None:
        rates = initial_learning_rate, maximal_learning_rate
        super().__init__(*rates, step_size, lambda x: 1.0, scale_mode, name)


@serializable
class Triangular2CyclicalLearningRate(_WithScale):
    """Half the height in each further cycle.

    Args:
      initial_learning_rate: The lowest rate.
      maximal_learning_rate: The highest rate of the first cycle.
      step_size: Steps from one to the other.
      scale_mode: `'cycle'`, or else the height falls with each step.
      name: Name of the operations.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> float(tfa.optimizers.Triangular2CyclicalLearningRate(1.0, 3.0, 2)(6))
      2.0

    Legacy: `tfa.optimizers.Triangular2CyclicalLearningRate` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        initial_learning_rate: FloatLike,
        maximal_learning_rate: FloatLike,
        step_size: FloatLike,
        scale_mode: str = 'cycle',
        name: str = 'Triangular2CyclicalLearningRate',
    ) -> None:
        rates = initial_learning_rate, maximal_learning_rate
        super().__init__(*rates, step_size, lambda x: 1 / (2.0 ** (x - 1)), scale_mode, name)


@serializable
class ExponentialCyclicalLearningRate(_WithScale):
    """A height that is multiplied by `gamma` in each step, or cycle.

    Args:
      initial_learning_rate: The lowest rate.
      maximal_learning_rate: The highest rate at first.
      step_size: Steps from one to the other.
      scale_mode: `'iterations'` or `'cycle'`.
      gamma: The factor.
      name: Name of the operations.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> rate = tfa.optimizers.ExponentialCyclicalLearningRate(1.0, 3.0, 2, gamma=0.5)
      >>> float(rate(2.0))
      1.5

    Legacy: `tfa.optimizers.ExponentialCyclicalLearningRate` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        initial_learning_rate: FloatLike,
        maximal_learning_rate: FloatLike,
        step_size: FloatLike,
        scale_mode: str = 'iterations',
        gamma: float = 1.0,
        name: str = 'ExponentialCyclicalLearningRate',
    ) -> None:
        self.gamma = gamma
        rates = initial_learning_rate, maximal_learning_rate
        super().__init__(
            *rates, step_size, lambda x: gamma ** tf.cast(x, tf.float32), scale_mode, name
        )

    def get_config(self) -> Config:
        return {**super().get_config(), 'gamma': self.gamma}
