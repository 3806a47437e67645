"""tf.contrib.opt: optimizers beside those of tf.train.

Slots, their names and their arithmetic are those of TF 1.15.5, so its checkpoints continue. Each
class serves the variables of TF1 and resource variables, and takes sparse gradients.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.types import FloatLike

tf1 = tf.compat.v1

_Adam: Any = tf1.train.AdamOptimizer  # The type checker cannot see through the alias.


class _AdamByRows(_Adam):
    """Adam whose sparse update is one function of gradient, variable and row indices."""

    def _apply_sparse(self, grad: tf.IndexedSlices, var: tf.Variable) -> tf.Operation:
        return self._apply_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(
        self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor
    ) -> tf.Operation:
        return self._apply_rows(grad, var, indices)

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        raise NotImplementedError

    def _powers(self) -> tuple[tf.Variable, ...]:
        """The variables that hold powers of the decays."""
        return tuple(self._get_beta_accumulators())

    def _numbers_for(self, var: tf.Variable) -> list[tf.Tensor]:
        """Rate, both decays, epsilon and the powers of decays, in the type of a variable."""
        values = (self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t, *self._powers())
        return [tf.cast(value, var.dtype.base_dtype) for value in values]

    def _update(
        self, name: str, grad: tf.Tensor, var: tf.Variable, **options: object
    ) -> tf.Operation:
        """The operation that updates a variable, of either kind, and its moments."""
        rate, beta1, beta2, epsilon, *powers = self._numbers_for(var)
        for number, power in enumerate(powers, start=1):
            options[f'beta{number}_power'] = power
        is_resource = getattr(getattr(var, 'handle', None), 'dtype', None) == tf.resource
        holders = {'var': var, 'm': self.get_slot(var, 'm'), 'v': self.get_slot(var, 'v')}
        updated = getattr(tf.raw_ops, f'Resource{name}' if is_resource else name)(
            **{key: each.handle if is_resource else each._ref() for key, each in holders.items()},
            lr=rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            grad=grad,
            use_locking=self._use_locking,
            **options,
        )
        return updated if isinstance(updated, tf.Operation) else updated.op

    def _move_rows(
        self,
        var: tf.Variable,
        indices: tf.Tensor,
        step: tf.Tensor,
        first: tf.Tensor,
        second: tf.Tensor,
    ) -> tf.Operation:
        """Takes a step in some rows of a variable, and writes these rows of its moments."""
        locking = self._use_locking
        return tf.group(
            tf1.scatter_sub(var, indices, step, use_locking=locking),
            tf1.scatter_update(self.get_slot(var, 'm'), indices, first, use_locking=locking),
            tf1.scatter_update(self.get_slot(var, 'v'), indices, second, use_locking=locking),
        )


class LazyAdamOptimizer(_AdamByRows):
    """Adam that for a sparse gradient touches the moments of its rows only."""

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        rate, beta1, beta2, epsilon, power1, power2 = self._numbers_for(var)
        m, v = (tf.gather(self.get_slot(var, name), indices) for name in 'mv')
        first = beta1 * m + (1 - beta1) * grad
        second = beta2 * v + (1 - beta2) * tf.square(grad)
        step = rate * tf.sqrt(1 - power2) / (1 - power1) * first / (tf.sqrt(second) + epsilon)
        return self._move_rows(var, indices, step, first, second)


class NadamOptimizer(_AdamByRows):
    """Adam with Nesterov momentum (Dozat, 2016)."""

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return self._update('ApplyAdam', grad, var, use_nesterov=True)

    _resource_apply_dense = _apply_dense

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        rate, beta1, beta2, epsilon, power1, power2 = self._numbers_for(var)
        first = self._decayed_sum(var, 'm', beta1, (1 - beta1) * grad, indices)
        second = self._decayed_sum(var, 'v', beta2, (1 - beta2) * tf.square(grad), indices)
        ahead = (1 - beta1) * grad + beta1 * tf.gather(first, indices)
        rate *= tf.sqrt(1 - power2) / (1 - power1)
        step = rate * ahead / (tf.sqrt(tf.gather(second, indices)) + epsilon)
        moved = tf1.scatter_sub(var, indices, step, use_locking=self._use_locking)
        return tf.group(moved, first, second)

    def _decayed_sum(
        self, var: tf.Variable, name: str, decay: tf.Tensor, rows: tf.Tensor, indices: tf.Tensor
    ) -> tf.Tensor:
        """All of a moment after every row has decayed and some have grown."""
        slot, locking = self.get_slot(var, name), self._use_locking
        with tf.control_dependencies([tf1.assign(slot, slot * decay, use_locking=locking)]):
            return tf.convert_to_tensor(tf1.scatter_add(slot, indices, rows, use_locking=locking))


class AdaMaxOptimizer(_AdamByRows):
    """AdaMax, Adam by the infinity norm (Kingma and Ba, 2014, section 7.1)."""

    def __init__(
        self,
        learning_rate: FloatLike = 0.001,
        beta1: FloatLike = 0.9,
        beta2: FloatLike = 0.999,
        epsilon: FloatLike = 1e-8,
        use_locking: bool = False,
        name: str = 'AdaMax',
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _get_beta_accumulators(self) -> tf.Variable:
        graph = None if tf.executing_eagerly() else tf1.get_default_graph()
        return self._get_non_slot_variable('beta1_power', graph=graph)

    def _powers(self) -> tuple[tf.Variable, ...]:
        return (self._get_beta_accumulators(),)

    def _create_slots(self, var_list: Iterable[tf.Variable]) -> None:
        first = min(var_list, key=lambda var: var.name)
        self._create_non_slot_variable(self._beta1, 'beta1_power', first)
        for var in var_list:
            self._zeros_slot(var, 'm', self._name)
            self._zeros_slot(var, 'v', self._name)

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return self._update('ApplyAdaMax', grad, var)

    _resource_apply_dense = _apply_dense

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        rate, beta1, beta2, epsilon, power = self._numbers_for(var)
        m, v = (tf.gather(self.get_slot(var, name), indices) for name in 'mv')
        first = beta1 * m + (1 - beta1) * grad
        largest = tf.maximum(beta2 * v, tf.abs(grad))
        step = rate / (1 - power) * first / (largest + epsilon)
        return self._move_rows(var, indices, step, first, largest)

    def _finish(self, update_ops: Sequence[tf.Operation], name_scope: str) -> tf.Operation:
        power = self._get_beta_accumulators()
        with tf.control_dependencies(update_ops), tf1.colocate_with(power):
            next_power = tf1.assign(power, power * self._beta1_t, use_locking=self._use_locking)
        return tf.group(*update_ops, next_power, name=name_scope)
