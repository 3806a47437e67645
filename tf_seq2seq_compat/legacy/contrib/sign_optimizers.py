"""tf.contrib.opt, continued: AddSign and PowerSign, and how their trust in signs decays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.legacy.contrib.opt import RowUpdates, dense_op, in_type_of, set_rows

tf1 = tf.compat.v1


class _SignOptimizer(RowUpdates):
    """What AddSign and PowerSign share: momentum, and how far to trust its agreement."""

    def __init__(
        self,
        learning_rate: Any,
        strength: Any,
        beta: Any,
        sign_decay_fn: Callable[[Any], Any] | None,
        use_locking: bool,
        name: str,
    ) -> None:
        super().__init__(use_locking, name)
        self._lr, self._strength, self._beta = learning_rate, strength, beta
        self._sign_decay_fn = sign_decay_fn

    def apply_gradients(
        self, grads_and_vars: Any, global_step: Any = None, name: str | None = None
    ) -> Any:
        """Updates the variables; `sign_decay_fn` is given the global step."""
        decay = 1.0
        if self._sign_decay_fn is not None:
            decay = self._sign_decay_fn(global_step)
        self._sign_decay_t = tf.convert_to_tensor(decay, name='sign_decay')
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _create_slots(self, var_list: Iterable[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, 'm', self._name)

    def _prepare(self) -> None:
        self._lr_t = tf.convert_to_tensor(self._lr, name='learning_rate')
        self._strength_t = tf.convert_to_tensor(self._strength, name='strength')
        self._beta_t = tf.convert_to_tensor(self._beta, name='beta')

    def _numbers_for(self, var: Any) -> list[tf.Tensor]:
        values = (self._lr_t, self._strength_t, self._sign_decay_t, self._beta_t)
        return [in_type_of(value, var) for value in values]

    def _apply_rows(self, grad: tf.Tensor, var: Any, indices: tf.Tensor) -> tf.Operation:
        rate, strength, decay, beta = self._numbers_for(var)
        m = self.get_slot(var, 'm')
        momentum = beta * tf.gather(m, indices) + (1 - beta) * grad
        agreement = decay * tf.sign(grad) * tf.sign(momentum)
        step = rate * grad * self._scaled(strength, agreement)
        return tf.group(
            tf1.scatter_sub(var, indices, step, use_locking=self._use_locking),
            set_rows(m, indices, momentum, self._use_locking),
        )

    def _scaled(self, strength: tf.Tensor, agreement: tf.Tensor) -> tf.Tensor:
        raise NotImplementedError


class AddSignOptimizer(_SignOptimizer):
    """AddSign (Bello et al., 2017): `(alpha + decay * sign(g) * sign(m)) * g`.

    Args:
      learning_rate: step size.
      alpha: what a gradient counts without agreement.
      beta: decay of the momentum.
      sign_decay_fn: from the global step to how far agreement counts; 1 without it.
      use_locking: lock the variables while they are updated.
      name: name of the operations and slots.
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        alpha: Any = 1.0,
        beta: Any = 0.9,
        sign_decay_fn: Callable[[Any], Any] | None = None,
        use_locking: bool = False,
        name: str = 'AddSignOptimizer',
    ) -> None:
        super().__init__(learning_rate, alpha, beta, sign_decay_fn, use_locking, name)

    def _scaled(self, strength: tf.Tensor, agreement: tf.Tensor) -> tf.Tensor:
        return strength + agreement

    def _apply_dense(self, grad: Any, var: Any) -> tf.Operation:
        rate, alpha, decay, beta = self._numbers_for(var)
        return dense_op(
            'ApplyAddSign',
            var,
            {'m': self.get_slot(var, 'm')},
            lr=rate,
            alpha=alpha,
            sign_decay=decay,
            beta=beta,
            grad=grad,
            use_locking=self._use_locking,
        )


class PowerSignOptimizer(_SignOptimizer):
    """PowerSign (Bello et al., 2017): `base ** (decay * sign(g) * sign(m)) * g`.

    Args:
      learning_rate: step size.
      base: of the power.
      beta: decay of the momentum.
      sign_decay_fn: from the global step to how far agreement counts; 1 without it.
      use_locking: lock the variables while they are updated.
      name: name of the operations and slots.
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        base: float = math.e,
        beta: Any = 0.9,
        sign_decay_fn: Callable[[Any], Any] | None = None,
        use_locking: bool = False,
        name: str = 'PowerSignOptimizer',
    ) -> None:
        super().__init__(learning_rate, math.log(base), beta, sign_decay_fn, use_locking, name)

    def _scaled(self, strength: tf.Tensor, agreement: tf.Tensor) -> tf.Tensor:
        return tf.exp(strength * agreement)

    def _apply_dense(self, grad: Any, var: Any) -> tf.Operation:
        rate, logbase, decay, beta = self._numbers_for(var)
        return dense_op(
            'ApplyPowerSign',
            var,
            {'m': self.get_slot(var, 'm')},
            lr=rate,
            logbase=logbase,
            sign_decay=decay,
            beta=beta,
            grad=grad,
            use_locking=self._use_locking,
        )


def get_linear_decay_fn(decay_steps: int) -> Callable[[Any], tf.Tensor]:
    """A `sign_decay_fn` that falls from 1 to 0 over `decay_steps`."""

    def linear(global_step: Any) -> tf.Tensor:
        return 1 - tf.minimum(tf.cast(global_step, tf.float32), decay_steps) / decay_steps

    return linear


def get_cosine_decay_fn(
    decay_steps: int, num_periods: float = 0.5, zero_after: float | None = None
) -> Callable[[Any], tf.Tensor]:
    """A `sign_decay_fn` along cosines.

    Args:
      decay_steps: how long it takes.
      num_periods: how many periods that is.
      zero_after: the period after which it stays at 0.
    """
    return _periodic_decay(decay_steps, num_periods, zero_after, lambda t: 0.5 * tf.cos(t) + 0.5)


def get_restart_decay_fn(
    decay_steps: int, num_periods: int = 1, zero_after: float | None = None
) -> Callable[[Any], tf.Tensor]:
    """A `sign_decay_fn` of half cosines, each from 1 again.

    Args:
      decay_steps: how long all of them take.
      num_periods: how many there are.
      zero_after: the period after which it stays at 0.
    """

    def restarting(angle: tf.Tensor) -> tf.Tensor:
        return 0.5 * tf.cos(tf.math.floormod(angle / 2, math.pi)) + 0.5

    return _periodic_decay(decay_steps, num_periods, zero_after, restarting)


def _periodic_decay(
    decay_steps: int,
    num_periods: float,
    zero_after: float | None,
    shape: Callable[[tf.Tensor], tf.Tensor],
) -> Callable[[Any], tf.Tensor]:
    def decay(global_step: Any) -> tf.Tensor:
        step = tf.minimum(tf.cast(global_step, tf.float32), decay_steps)
        periods = num_periods * step / decay_steps
        value = shape(2 * math.pi * periods)
        if zero_after is None:
            return value
        return tf1.where(periods >= zero_after, tf.zeros_like(value), value)

    return decay
