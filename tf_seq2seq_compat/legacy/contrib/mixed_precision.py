"""`tf.contrib.mixed_precision`: losses scaled up so that small float16 gradients survive."""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable
from typing import Any

import tensorflow as tf

tf1 = tf.compat.v1

__all__ = [
    'ExponentialUpdateLossScaleManager',
    'FixedLossScaleManager',
    'LossScaleManager',
    'LossScaleOptimizer',
]


class LossScaleManager(abc.ABC):
    """Chooses the loss scale. Legacy: `tf.contrib.mixed_precision.LossScaleManager`."""

    @abc.abstractmethod
    def get_loss_scale(self) -> tf.Tensor:
        """The loss scale, a float32 scalar."""

    @abc.abstractmethod
    def update_loss_scale(self, finite_grads: tf.Tensor) -> Any:
        """The operation that learns from a step.

        Args:
          finite_grads: Bool scalar, whether all gradients of the step were finite.
        """


class FixedLossScaleManager(LossScaleManager):
    """The same loss scale at every step.

    Args:
      loss_scale: The scale, at least 1.

    Raises:
      ValueError: If it is less.

    Legacy: `tf.contrib.mixed_precision.FixedLossScaleManager` of TF 1.15.
    """

    def __init__(self, loss_scale: float) -> None:
        if loss_scale < 1:
            raise ValueError(f'loss scale must be at least 1, and is {loss_scale}.')
        self._loss_scale = tf.convert_to_tensor(loss_scale, tf.float32)

    def get_loss_scale(self) -> tf.Tensor:
        """The loss scale, a float32 scalar."""
        return self._loss_scale

    def update_loss_scale(self, finite_grads: tf.Tensor) -> Any:
        """An operation that does nothing."""
        return tf1.no_op()


class ExponentialUpdateLossScaleManager(LossScaleManager):
    """A loss scale that grows after a run of good steps and shrinks after some bad ones.

    A step is good if its gradients are finite. The scale never goes below 1, nor out of float32.

    Args:
      init_loss_scale: The scale at the start.
      incr_every_n_steps: It grows after so many good steps in a row.
      decr_every_n_nan_or_inf: It shrinks after so many bad steps, in a row or not.
      incr_ratio: The factor by which it grows.
      decr_ratio: The factor by which it shrinks.

    Legacy: `tf.contrib.mixed_precision.ExponentialUpdateLossScaleManager` of TF 1.15.
    """

    def __init__(
        self,
        init_loss_scale: float,
        incr_every_n_steps: int,
        decr_every_n_nan_or_inf: int = 2,
        incr_ratio: float = 2,
        decr_ratio: float = 0.8,
    ) -> None:
        def variable(name: str, value: float, dtype: Any) -> Any:
            initial = tf.convert_to_tensor(value, dtype)
            return tf1.Variable(initial, name=name, dtype=dtype, trainable=False)

        self._incr_every_n_steps = incr_every_n_steps
        self._decr_every_n_nan_or_inf = decr_every_n_nan_or_inf
        self._incr_ratio = incr_ratio
        self._decr_ratio = decr_ratio
        self._loss_scale = variable('loss_scale', init_loss_scale, tf.float32)
        self._num_good_steps = variable('good_steps', 0, tf.int32)
        self._num_bad_steps = variable('bad_steps', 0, tf.int32)

    def get_loss_scale(self) -> tf.Tensor:
        """The loss scale, a float32 scalar."""
        return tf.convert_to_tensor(self._loss_scale)

    def update_loss_scale(self, finite_grads: tf.Tensor) -> Any:
        """The operation that counts the step, and changes the scale when its time has come."""
        finite = tf.convert_to_tensor(finite_grads, tf.bool)
        scale = tf.convert_to_tensor(self._loss_scale)
        good = tf.where(finite, self._num_good_steps + 1, 0)
        bad = tf.where(finite, self._num_bad_steps, self._num_bad_steps + 1)
        grows = tf.logical_and(finite, good >= self._incr_every_n_steps)
        shrinks = tf.logical_and(tf.logical_not(finite), bad >= self._decr_every_n_nan_or_inf)
        larger = scale * tf.cast(self._incr_ratio, tf.float32)
        larger = tf.where(tf.math.is_finite(larger), larger, scale)
        smaller = tf.maximum(1.0, scale * tf.cast(self._decr_ratio, tf.float32))
        new = tf.where(grows, larger, tf.where(shrinks, smaller, scale))
        changed = tf.logical_or(grows, shrinks)
        good = tf.where(changed, 0, good)
        bad = tf.where(changed, 0, bad)
        # All is read before anything is written.
        with tf.control_dependencies([new, good, bad]):
            return tf.group(
                tf1.assign(self._loss_scale, new),
                tf1.assign(self._num_good_steps, good),
                tf1.assign(self._num_bad_steps, bad),
            )


class LossScaleOptimizer(tf.compat.v1.train.Optimizer):
    """An optimizer of scaled losses, which leaves out the steps whose gradients overflow.

    Args:
      opt: The optimizer that applies the gradients.
      loss_scale_manager: Chooses the scale.

    Raises:
      ValueError: If `opt` is no `tf.train.Optimizer`.

    Legacy: `tf.contrib.mixed_precision.LossScaleOptimizer` of TF 1.15.
    """

    def __init__(self, opt: Any, loss_scale_manager: LossScaleManager) -> None:
        if not isinstance(opt, tf1.train.Optimizer):
            raise ValueError(
                f'"opt" must be an instance of Optimizer (tf.train), but got: {type(opt)}'
            )
        super().__init__(use_locking=False, name='LossScaleOptimizer')
        self._opt = opt
        self._loss_scale_manager = loss_scale_manager

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = tf1.train.Optimizer.GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """The gradients of the loss, computed by way of the scaled loss.

        Args:
          loss: A scalar, or a function that gives it (eager mode).
          var_list: Variables; all trainable ones where None.
          gate_gradients: As of `tf.train.Optimizer`.
          aggregation_method: As of `tf.train.Optimizer`.
          colocate_gradients_with_ops: As of `tf.train.Optimizer`.
          grad_loss: As of `tf.train.Optimizer`.

        Returns:
          Pairs of gradient and variable; the gradients are dense.
        """
        scale = self._loss_scale_manager.get_loss_scale()

        def scaled(value: tf.Tensor) -> tf.Tensor:
            return value * tf.cast(scale, value.dtype.base_dtype)

        scaled_loss: Callable[[], tf.Tensor] | tf.Tensor
        scaled_loss = (lambda: scaled(loss())) if callable(loss) else scaled(loss)
        pairs = self._opt.compute_gradients(
            scaled_loss,
            var_list=var_list,
            gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            grad_loss=grad_loss,
        )
        down = tf.math.reciprocal(scale)
        return [
            (None if g is None else tf.convert_to_tensor(g) * tf.cast(down, g.dtype.base_dtype), v)
            for g, v in pairs
        ]

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Any:
        """The operation that applies the gradients where all are finite, and tells the manager.

        Args:
          grads_and_vars: Pairs of gradient and variable.
          global_step: Variable counted up by an applied step.
          name: Name of the operation.
        """
        pairs = list(grads_and_vars)
        finite = tf.reduce_all(
            [tf.reduce_all(tf.math.is_finite(g)) for g, _ in pairs if g is not None]
        )

        def apply() -> Any:
            return _done(self._opt.apply_gradients(pairs, global_step, name))

        applied = tf1.cond(finite, apply, lambda: tf.constant(False))
        update = self._loss_scale_manager.update_loss_scale(finite)
        return tf.group(*(each for each in (applied, update) if each is not None))


def _done(operation: Any) -> tf.Tensor:
    """True, once the operation has run."""
    with tf1.control_dependencies([] if operation is None else [operation]):
        return tf.constant(True)
