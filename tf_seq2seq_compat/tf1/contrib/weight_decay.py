"""tf.contrib.opt, continued: decoupled weight decay (Loshchilov and Hutter, 2017)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.types import FloatLike

tf1 = tf.compat.v1

# The bases, which the type checker cannot see through the alias.
_Adam: Any = tf1.train.AdamOptimizer
_Momentum: Any = tf1.train.MomentumOptimizer


def _key(var: tf.Variable) -> object:
    return var if not hasattr(var, 'ref') else var.ref()


class DecoupledWeightDecayExtension:
    """Makes an optimizer shrink the variables before each of its updates.

    Stands before an optimizer class among the bases: `class AdamW(DecoupledWeightDecayExtension,
    tf.train.AdamOptimizer)`.

    Args:
      weight_decay: share of each variable that a step takes off; a number or tensor.
      **kwargs: of the optimizer.
    """

    def __init__(self, weight_decay: FloatLike, **kwargs: object) -> None:
        self._decay_var_list: set[object] | None = None
        self._weight_decay = weight_decay
        self._weight_decay_tensor: tf.Tensor | None = None
        super().__init__(**kwargs)

    def minimize(
        self,
        loss: tf.Tensor,
        *args: object,
        decay_var_list: Iterable[tf.Variable] | None = None,
        **kwargs: object,
    ) -> tf.Operation:
        """`minimize` of the optimizer.

        Args:
          loss: what to minimize.
          *args: of the optimizer.
          decay_var_list: as in TF1, of no effect: everything that changes decays. To decay some
            variables only, call `compute_gradients` and give `apply_gradients` the list.
          **kwargs: of the optimizer.

        Returns:
          The operation that updates.
        """
        return super().minimize(loss, *args, **kwargs)  # type: ignore[misc]

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[tf.Tensor | None, tf.Variable]],
        global_step: tf.Variable | None = None,
        name: str | None = None,
        decay_var_list: Iterable[tf.Variable] | None = None,
    ) -> tf.Operation:
        """`apply_gradients` of the optimizer.

        Args:
          grads_and_vars: pairs of gradient and variable.
          global_step: incremented after the update.
          name: name of the update.
          decay_var_list: what to decay; all that change by default.

        Returns:
          The operation that updates.
        """
        self._decay_var_list = {_key(var) for var in decay_var_list} if decay_var_list else None
        return super().apply_gradients(  # type: ignore[misc]
            grads_and_vars, global_step=global_step, name=name
        )

    def _prepare(self) -> None:
        self._weight_decay_tensor = tf.convert_to_tensor(self._weight_decay, name='weight_decay')
        super()._prepare()  # type: ignore[misc]

    def _decay(self, var: tf.Variable, indices: tf.Tensor | None) -> list[tf.Operation]:
        """Operations to run before the optimizer's own update of `var` (or of its rows)."""
        if self._decay_var_list is not None and _key(var) not in self._decay_var_list:
            return []
        rate = tf.cast(self._weight_decay_tensor, var.dtype.base_dtype)
        locking = self._use_locking  # type: ignore[attr-defined]
        if indices is None:
            return [tf1.assign_sub(var, rate * var, use_locking=locking)]
        rows = rate * tf.gather(var, indices)
        return [tf1.scatter_sub(var, indices, rows, use_locking=locking)]

    def _after_decay(self, name: str, grad: Any, var: tf.Variable, *indices: Any) -> tf.Operation:
        sparse = isinstance(grad, tf.IndexedSlices)
        # Not before the gradient: nothing else would keep it from being that of decayed values.
        with tf.control_dependencies([grad.values if sparse else grad]):
            rows = grad.indices if sparse else (*indices, None)[0]
            decay = self._decay(var, rows)
        with tf.control_dependencies(decay):
            return getattr(super(), name)(grad, var, *indices)

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return self._after_decay('_apply_dense', grad, var)

    def _resource_apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return self._after_decay('_resource_apply_dense', grad, var)

    def _apply_sparse(self, grad: tf.IndexedSlices, var: tf.Variable) -> tf.Operation:
        return self._after_decay('_apply_sparse', grad, var)

    def _resource_apply_sparse(
        self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor
    ) -> tf.Operation:
        return self._after_decay('_resource_apply_sparse', grad, var, indices)


def extend_with_decoupled_weight_decay(base_optimizer: type) -> type:
    """A class: `base_optimizer` with decoupled weight decay.

    Args:
      base_optimizer: a class of `tf.train` optimizers.

    Returns:
      Its subclass, whose first argument is `weight_decay`; the others go by name.
    """

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):
        """The optimizer that was given, with decoupled weight decay."""

    return OptimizerWithDecoupledWeightDecay


class MomentumWOptimizer(DecoupledWeightDecayExtension, _Momentum):
    """`tf.train.MomentumOptimizer` with decoupled weight decay, whose share comes first."""

    def __init__(
        self,
        weight_decay: FloatLike,
        learning_rate: FloatLike,
        momentum: FloatLike,
        use_locking: bool = False,
        name: str = 'MomentumW',
        use_nesterov: bool = False,
    ) -> None:
        own = {'learning_rate': learning_rate, 'momentum': momentum, 'use_nesterov': use_nesterov}
        super().__init__(weight_decay, use_locking=use_locking, name=name, **own)


class AdamWOptimizer(DecoupledWeightDecayExtension, _Adam):
    """`tf.train.AdamOptimizer` with decoupled weight decay, whose share comes first."""

    def __init__(
        self,
        weight_decay: FloatLike,
        learning_rate: FloatLike = 0.001,
        beta1: FloatLike = 0.9,
        beta2: FloatLike = 0.999,
        epsilon: FloatLike = 1e-8,
        use_locking: bool = False,
        name: str = 'AdamW',
    ) -> None:
        own = {'learning_rate': learning_rate, 'beta1': beta1, 'beta2': beta2, 'epsilon': epsilon}
        super().__init__(weight_decay, use_locking=use_locking, name=name, **own)
