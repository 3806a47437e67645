"""Optimizers of `tf.train`, where they took other steps."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow.python.training import optimizer

from tf_seq2seq_compat.tf1.runtime import Runtime

tf1 = tf.compat.v1


def take_repeated_rows_one_by_one(runtime: Runtime) -> None:
    """Has the rows of a sparse gradient reach the optimizer as they are, not summed by index."""

    def apply_sparse(self: Any, grad: tf.IndexedSlices, var: Any) -> Any:
        return self._apply_sparse(grad, var)

    def apply_sparse_to_resource(self: Any, grad: Any, handle: Any, indices: Any) -> Any:
        return self._resource_apply_sparse(grad, handle, indices)

    base = optimizer.Optimizer
    runtime.set(base, '_apply_sparse_duplicate_indices', apply_sparse)
    runtime.set(base, '_resource_apply_sparse_duplicate_indices', apply_sparse_to_resource)


_Adadelta: Any = tf1.train.AdadeltaOptimizer  # The type checker cannot see through the alias.


class AdadeltaOptimizer(_Adadelta):
    """Adadelta whose step is as long as the average of the steps that includes the present one.

    Later ones take the average before the present step, as the paper does.

    Args:
      learning_rate: factor of each step.
      rho: decay of both averages.
      epsilon: added to both averages before their roots are taken.
      use_locking: whether the updates hold a lock.
      name: of the operations.
    """

    def _apply_dense(self, grad: tf.Tensor, var: Any) -> tf.Operation:
        return self._step(grad, var, None)

    _resource_apply_dense = _apply_dense

    def _apply_sparse(self, grad: tf.IndexedSlices, var: Any) -> tf.Operation:
        return self._step(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: tf.Tensor, var: Any, indices: Any) -> tf.Operation:
        return self._step(grad, var, indices)

    def _step(self, grad: tf.Tensor, var: Any, rows: tf.Tensor | None) -> tf.Operation:
        rate, rho, epsilon = (
            tf.cast(each, grad.dtype) for each in (self._lr_t, self._rho_t, self._epsilon_t)
        )
        variables = [var, self.get_slot(var, 'accum'), self.get_slot(var, 'accum_update')]
        value, gradients, steps = (
            tf.identity(each) if rows is None else tf.gather(each, rows) for each in variables
        )
        gradients = rho * gradients + (1 - rho) * grad**2
        scaled = grad * tf.math.rsqrt(gradients + epsilon)
        steps = rho * steps + (1 - rho) * (steps + epsilon) * scaled**2
        value -= rate * tf.sqrt(steps + epsilon) * scaled
        with tf.control_dependencies([value, gradients, steps]):
            return tf.group(
                *(
                    tf1.assign(each, new) if rows is None else tf1.scatter_update(each, rows, new)
                    for each, new in zip(variables, [value, gradients, steps], strict=True)
                )
            )


class AdadeltaOfRepeatedRows(AdadeltaOptimizer):
    """The same, for rows that reach it one by one."""

    def _step(self, grad: tf.Tensor, var: Any, rows: tf.Tensor | None) -> tf.Operation:
        if rows is None:
            return super()._step(grad, var, None)
        step = super()._step

        def take(row: tf.Tensor) -> tf.Tensor:
            with tf.control_dependencies([step(grad[row, None], var, rows[row, None])]):
                return row + 1

        count = tf.size(rows)
        return tf1.while_loop(lambda row: row < count, take, [0], parallel_iterations=1).op
