"""Adam's relatives: LazyAdam, RectifiedAdam, LAMB, NovoGrad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable
from tf_seq2seq_compat.addons.optimizers.base import (
    Adam,
    Number,
    Optimizer,
    as_tensor,
    grouped,
    is_named,
    of_keras_3,
)
from tf_seq2seq_compat.core import optimizers
from tf_seq2seq_compat.core.optimizers import Betas, Slots
from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.types import Config


@serializable
class LazyAdam(Adam):
    """Adam that for a sparse gradient changes the rows of the moments that it is about.

    Args:
      learning_rate: Step size.
      beta_1: Decay of the first moment.
      beta_2: Decay of the second moment.
      epsilon: Added to the denominator.
      amsgrad: Whether dense gradients use the largest second moment so far.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> table = tf.Variable([[1.0], [1.0]])
      >>> slices = tf.IndexedSlices(tf.constant([[2.0]]), tf.constant([1]), tf.constant([2, 1]))
      >>> _ = tfa.optimizers.LazyAdam(0.1).apply_gradients([(slices, table)])
      >>> table.numpy().round(3).tolist()
      [[1.0], [0.8999999761581421]]

    Legacy: `tfa.optimizers.LazyAdam` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        learning_rate: Number = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        name: str = 'LazyAdam',
        **kwargs: Any,
    ) -> None:
        options = {'learning_rate': learning_rate, **of_keras_3(kwargs)}
        super().__init__(
            beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, amsgrad=amsgrad, name=name, **options
        )

    def _apply_rows(
        self, slices: tf.IndexedSlices, variable: Any, m: Any, v: Any, rate: tf.Tensor, betas: Betas
    ) -> tf.Operation | None:
        """One step of the rows of a variable that a gradient is about."""
        value = as_tensor(variable)
        step = tf.cast(self.iterations + 1, value.dtype)
        numbers = tf.cast(rate, value.dtype), step, betas, tf.cast(self.epsilon, value.dtype)
        if under_xla():  # which has no `unique`
            before = {'m': as_tensor(m), 'v': as_tensor(v)}
            change, after = optimizers.adam(tf.convert_to_tensor(slices), before, *numbers)
            touched = optimizers.is_touched(slices, value)
            return grouped(
                variable.assign_sub(tf.where(touched, change, tf.zeros_like(change))),
                m.assign(tf.where(touched, after['m'], before['m'])),
                v.assign(tf.where(touched, after['v'], before['v'])),
            )
        rows = optimizers.summed_rows(slices)
        before = {
            name: tf.gather(_of_tensorflow(s), rows.indices) for name, s in (('m', m), ('v', v))
        }
        change, after = optimizers.adam(rows.values, before, *numbers)
        return grouped(
            _of_tensorflow(m).scatter_update(tf.IndexedSlices(after['m'], rows.indices)),
            _of_tensorflow(v).scatter_update(tf.IndexedSlices(after['v'], rows.indices)),
            _of_tensorflow(variable).scatter_sub(tf.IndexedSlices(change, rows.indices)),
        )

    if IS_KERAS_3:

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            """One step of one variable."""
            if not isinstance(gradient, tf.IndexedSlices):
                super().update_step(gradient, variable, learning_rate)
                return
            index = self._get_variable_index(variable)
            m, v = self._momentums[index], self._velocities[index]
            kind = tf.as_dtype(m.dtype)
            betas = Betas(tf.cast(self.beta_1, kind), tf.cast(self.beta_2, kind))
            rate = tf.convert_to_tensor(learning_rate)
            self._apply_rows(gradient, variable, m, v, rate, betas)

    else:

        def _resource_apply_sparse(
            self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor, apply_state: object = None
        ) -> tf.Operation | None:
            kind = var.dtype.base_dtype
            slices = tf.IndexedSlices(grad, indices, tf.shape(var))
            betas = Betas(self._get_hyper('beta_1', kind), self._get_hyper('beta_2', kind))
            m, v = self.get_slot(var, 'm'), self.get_slot(var, 'v')
            return self._apply_rows(slices, var, m, v, self._decayed_lr(kind), betas)


def _of_tensorflow(variable: Any) -> tf.Variable:
    """The variable of TensorFlow in one of Keras 3."""
    return getattr(variable, '_value', variable) if IS_KERAS_3 else variable


@serializable
class RectifiedAdam(Optimizer):
    """Adam whose rate grows as its second moment becomes known.

    Args:
      learning_rate: Step size.
      beta_1: Decay of the first moment.
      beta_2: Decay of the second moment.
      epsilon: Added to the denominator.
      weight_decay: Share of each variable that is added to its update; a number or a schedule.
      amsgrad: Whether the largest second moment so far is used.
      sma_threshold: Length of the moving average from which on the second moment counts.
      total_steps: Number of steps of a schedule with a warm-up; 0 for none.
      warmup_proportion: Share of the steps in which the rate grows.
      min_lr: The rate at the end of the schedule.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> weight = tf.Variable([1.0])
      >>> _ = tfa.optimizers.RectifiedAdam(0.1).apply_gradients([(tf.constant([2.0]), weight)])
      >>> weight.numpy().round(3).tolist()
      [0.800000011920929]

    Legacy: `tfa.optimizers.RectifiedAdam` of TensorFlow Addons 0.23 (Liu et al. 2020).
    """

    _by_rows = ('variable',)

    def __init__(
        self,
        learning_rate: Number = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: Number = 0.0,
        amsgrad: bool = False,
        sma_threshold: float = 5.0,
        total_steps: int = 0,
        warmup_proportion: float = 0.1,
        min_lr: float = 0.0,
        name: str = 'RectifiedAdam',
        **kwargs: Any,
    ) -> None:
        schedules = keras.optimizers.schedules
        if isinstance(learning_rate, dict):
            learning_rate = schedules.deserialize(learning_rate)
        if isinstance(weight_decay, dict):
            weight_decay = schedules.deserialize(weight_decay)
        numbers = {
            'beta_1': beta_1,
            'beta_2': beta_2,
            'weight_decay': weight_decay,
            'sma_threshold': sma_threshold,
            'total_steps': float(total_steps),
            'warmup_proportion': warmup_proportion,
            'min_lr': min_lr,
        }
        super().__init__(name, learning_rate, numbers, **kwargs)
        self.epsilon = epsilon or keras.backend.epsilon()
        self.amsgrad = amsgrad
        self._parts = ('m', 'v', 'vhat') if amsgrad else ('m', 'v')
        self._decays = not isinstance(weight_decay, int | float) or weight_decay != 0
        self._has_schedule = total_steps > 0

    def _scheduled(self, rate: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        steps = self._number('total_steps', rate.dtype)
        warm = steps * self._number('warmup_proportion', rate.dtype)
        rest = tf.maximum(steps - warm, 1)
        slope = (self._number('min_lr', rate.dtype) - rate) / rest
        falling = rate + slope * tf.minimum(step - warm, rest)
        return tf.where(step <= warm, rate * (step / warm), falling)

    def _update(
        self, gradient: tf.Tensor, variable: Any, slots: Slots, rate: tf.Tensor, step: tf.Tensor
    ) -> tuple[tf.Tensor, Slots]:
        kind = gradient.dtype
        return optimizers.rectified_adam(
            gradient,
            as_tensor(variable),
            slots,
            self._scheduled(rate, step) if self._has_schedule else rate,
            step,
            self._betas(kind),
            tf.cast(self.epsilon, kind),
            self._number('sma_threshold', kind),
            self._number('weight_decay', kind) if self._decays else None,
        )

    def get_config(self) -> Config:
        config = super().get_config()
        config['total_steps'] = int(config['total_steps'])
        return {**config, 'epsilon': self.epsilon, 'amsgrad': self.amsgrad}


@serializable
class LAMB(Optimizer):
    """Adam with a rate for each layer, for large batches.

    Args:
      learning_rate: Step size.
      beta_1: Decay of the first moment.
      beta_2: Decay of the second moment.
      epsilon: Added to the denominator.
      weight_decay: Share of each variable that is added to its update.
      exclude_from_weight_decay: Regular expressions for names of variables that do not decay.
      exclude_from_layer_adaptation: The same for those with the common rate; by default those that
        do not decay.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> weight = tf.Variable([1.0])
      >>> _ = tfa.optimizers.LAMB(0.1).apply_gradients([(tf.constant([2.0]), weight)])
      >>> weight.numpy().round(3).tolist()
      [0.8999999761581421]

    Legacy: `tfa.optimizers.LAMB` of TensorFlow Addons 0.23 (You et al. 2020).
    """

    _parts = ('m', 'v')

    def __init__(
        self,
        learning_rate: Number = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
        exclude_from_weight_decay: Sequence[str] | None = None,
        exclude_from_layer_adaptation: Sequence[str] | None = None,
        name: str = 'LAMB',
        **kwargs: Any,
    ) -> None:
        weight_decay = kwargs.pop('weight_decay_rate', weight_decay)
        numbers = {'weight_decay': weight_decay, 'beta_1': beta_1, 'beta_2': beta_2}
        super().__init__(name, learning_rate, numbers, **kwargs)
        self.epsilon = epsilon or keras.backend.epsilon()
        self._not_decayed = exclude_from_weight_decay
        self._not_adapted = exclude_from_layer_adaptation or exclude_from_weight_decay

    def _update(
        self, gradient: tf.Tensor, variable: Any, slots: Slots, rate: tf.Tensor, step: tf.Tensor
    ) -> tuple[tf.Tensor, Slots]:
        kind = gradient.dtype
        decays = not is_named(variable, self._not_decayed)
        return optimizers.lamb(
            gradient,
            as_tensor(variable),
            slots,
            rate,
            step,
            self._betas(kind),
            tf.cast(self.epsilon, kind),
            self._number('weight_decay', kind) if decays else None,
            not is_named(variable, self._not_adapted),
        )

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            'epsilon': self.epsilon,
            'exclude_from_weight_decay': self._not_decayed,
            'exclude_from_layer_adaptation': self._not_adapted,
        }


@serializable
class NovoGrad(Optimizer):
    """Momentum of gradients that are normalized by layer.

    Args:
      learning_rate: Step size.
      beta_1: The momentum.
      beta_2: Decay of the squared norms.
      epsilon: Added to the denominator.
      weight_decay: Share of each variable that is added to its gradient.
      grad_averaging: Whether the gradient counts for one minus `beta_1` only.
      amsgrad: Whether the largest norm so far is used.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Raises:
      ValueError: For a negative weight decay.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> weight = tf.Variable([1.0])
      >>> _ = tfa.optimizers.NovoGrad(0.1).apply_gradients([(tf.constant([2.0]), weight)])
      >>> weight.numpy().round(3).tolist()
      [0.8999999761581421]

    Legacy: `tfa.optimizers.NovoGrad` of TensorFlow Addons 0.23 (Ginsburg et al. 2019).
    """

    _by_rows = ('variable', 'm')

    def __init__(
        self,
        learning_rate: Number = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float = 0.0,
        grad_averaging: bool = False,
        amsgrad: bool = False,
        name: str = 'NovoGrad',
        **kwargs: Any,
    ) -> None:
        if weight_decay < 0:
            raise ValueError(f'weight_decay must not be negative, but is {weight_decay}.')
        numbers = {
            'beta_1': beta_1,
            'beta_2': beta_2,
            'weight_decay': weight_decay,
            'grad_averaging': grad_averaging,
        }
        super().__init__(name, learning_rate, numbers, **kwargs)
        self.epsilon = epsilon or keras.backend.epsilon()
        self.amsgrad = amsgrad
        self._averages = grad_averaging
        self._parts = ('m', 'v', 'vhat') if amsgrad else ('m', 'v')

    def _shape_of_slot(self, name: str, variable: Any) -> Any:
        return () if name == 'v' else variable.shape

    def _update(
        self, gradient: tf.Tensor, variable: Any, slots: Slots, rate: tf.Tensor, step: tf.Tensor
    ) -> tuple[tf.Tensor, Slots]:
        kind = gradient.dtype
        return optimizers.novograd(
            gradient,
            as_tensor(variable),
            slots,
            rate,
            step,
            self._betas(kind),
            tf.cast(self.epsilon, kind),
            self._number('weight_decay', kind),
            self._averages,
        )

    def get_config(self) -> Config:
        return {**super().get_config(), 'epsilon': self.epsilon}
