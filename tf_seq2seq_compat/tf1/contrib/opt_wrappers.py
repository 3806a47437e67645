"""tf.contrib.opt, continued: optimizers around optimizers, and gradient clipping."""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.types import FloatLike, TensorLike

tf1 = tf.compat.v1

# The base, which the type checker cannot see through the alias.
_Optimizer: Any = tf1.train.Optimizer


class MovingAverageOptimizer(_Optimizer):
    """An optimizer that also keeps moving averages of what it updates.

    `swapping_saver` saves the averages under the variables' names, for evaluation.

    Args:
      opt: the optimizer that does the work.
      average_decay: of the averages.
      num_updates: makes the decay smaller at the start; see `tf.train.ExponentialMovingAverage`.
      sequential_update: take the averages after the update, not beside it.
    """

    def __init__(
        self,
        opt: tf.compat.v1.train.Optimizer,
        average_decay: FloatLike = 0.9999,
        num_updates: TensorLike | None = None,
        sequential_update: bool = True,
    ) -> None:
        self._optimizer = opt
        self._ema = tf1.train.ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._swapped_variable_name_map: dict[str, str] | None = None
        self._sequential_update = sequential_update
        self._averages: dict[str, tf.Variable] = {}

    def compute_gradients(
        self, *args: object, **kwargs: object
    ) -> list[tuple[tf.Tensor | None, tf.Variable]]:
        """As the optimizer inside."""
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[tf.Tensor | None, tf.Variable]],
        global_step: tf.Variable | None = None,
        name: str | None = None,
    ) -> tf.Operation:
        """Updates the variables, then their averages."""
        pairs = list(grads_and_vars)
        update = self._optimizer.apply_gradients(pairs, global_step=global_step, name=name)
        variables = [var for gradient, var in pairs if gradient is not None]
        with tf.control_dependencies([update] if self._sequential_update else []):
            averaging = self._ema.apply(variables)
        self._swapped_variable_name_map = {}
        for var in variables:
            average = self._ema.average(var)
            self._swapped_variable_name_map[average.op.name] = var.op.name
            self._swapped_variable_name_map[var.op.name] = average.op.name
        return tf.group(update, averaging, name='train_with_avg')

    def swapping_saver(
        self,
        var_list: Iterable[tf.Variable] | None = None,
        name: str = 'swapping_saver',
        **kwargs: object,
    ) -> tf.compat.v1.train.Saver:
        """A Saver that gives each variable's name to its average, and the other way round.

        Args:
          var_list: what to save, as `tf.train.Saver` takes it; all saveable objects by default.
          name: name of the Saver.
          **kwargs: of `tf.train.Saver`.

        Returns:
          The Saver.

        Raises:
          RuntimeError: `apply_gradients` or `minimize` has not been called.
        """
        names = self._swapped_variable_name_map
        if names is None:
            raise RuntimeError(
                'swapping_saver was called before apply_gradients, which makes the averages. Call '
                'minimize or apply_gradients first.'
            )
        if var_list is None:
            var_list = tf1.global_variables()
        if not isinstance(var_list, dict):
            var_list = {var.op.name: var for var in var_list}
        by_name = {var.op.name: var for var in var_list.values() if hasattr(var, 'op')}
        swapped = {}
        for key, var in var_list.items():
            other = names.get(var.op.name) if hasattr(var, 'op') else None
            if other is not None and other not in by_name:
                raise ValueError(
                    f'Variable to swap {other} is not in var_list, but {var.op.name} is; give both.'
                )
            swapped[key] = by_name[other] if other is not None else var
        return tf1.train.Saver(swapped, name=name, **kwargs)


_UPDATES = '_apply_dense', '_resource_apply_dense', '_apply_sparse', '_resource_apply_sparse'


class MultitaskOptimizerWrapper:
    """An optimizer that leaves a variable and its slots alone while its gradient is all zeros.

    So the momentum of one task is not used up in the steps of another. All else is the optimizer's.

    Args:
      opt: a `tf.train` optimizer.
    """

    def __init__(self, opt: tf.compat.v1.train.Optimizer) -> None:
        if not isinstance(opt, tf1.train.Optimizer):
            raise TypeError(
                f'Supplied optimizer must be an instance of tf.train.Optimizer, not {opt!r}.'
            )
        self._opt = opt
        for name in _UPDATES:
            setattr(opt, name, types.MethodType(_where_not_zero(getattr(type(opt), name)), opt))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__['_opt'], name)


def _all_zeros(gradient: tf.Tensor | tf.IndexedSlices) -> tf.Tensor:
    values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
    return tf.equal(tf.math.count_nonzero(values), 0)


def _where_not_zero(update: Any) -> Any:
    def guarded(
        self: Any, gradient: tf.Tensor | tf.IndexedSlices, *args: object, **kwargs: Any
    ) -> tf.Operation:
        def update_it() -> tf.Operation:
            return tf.group(update(self, gradient, *args, **kwargs))

        return tf1.cond(_all_zeros(gradient), tf.no_op, update_it).op

    return guarded


def clip_gradients_by_global_norm(
    gradients_variables: Iterable[tuple[tf.Tensor | None, tf.Variable]], clip_norm: float = 20.0
) -> tuple[Sequence[tuple[tf.Tensor | None, tf.Variable]], tf.Tensor]:
    """Clips gradients by their global norm; gradients that are all zeros stay so.

    Args:
      gradients_variables: pairs of gradient and variable.
      clip_norm: the bound of the norm.

    Returns:
      The pairs with clipped gradients, and the norm before.
    """
    gradients, variables = zip(*gradients_variables, strict=True)
    norm = tf.linalg.global_norm(gradients)
    # Where all are zero the norm is 0, and clipping would divide by it.
    safe_norm = tf1.where(tf.equal(norm, 0), tf.ones_like(norm), norm)
    clipped, _ = tf.clip_by_global_norm(gradients, clip_norm, use_norm=safe_norm)
    return list(zip(clipped, variables, strict=True)), norm
