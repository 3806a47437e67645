"""tf.contrib.opt: optimizers beside those of tf.train.

Slots, their names and their arithmetic are those of TF 1.15.5, so its checkpoints continue. Each
class serves the variables of TF1 and resource variables, and takes sparse gradients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.types import FloatLike, IntLike, TensorLike

tf1 = tf.compat.v1
_raw = tf.raw_ops

# The bases, which the type checker cannot see through the alias.
_Optimizer: Any = tf1.train.Optimizer
_Adam: Any = tf1.train.AdamOptimizer
_Adagrad: Any = tf1.train.AdagradOptimizer


def _is_resource(var: tf.Variable) -> bool:
    return getattr(getattr(var, 'handle', None), 'dtype', None) == tf.resource


def dense_op(
    name: str, var: tf.Variable, slots: dict[str, tf.Variable], **arguments: object
) -> tf.Operation:
    """The raw op that updates `var` and its slots, for the kind of variable that it is."""
    op = getattr(_raw, f'Resource{name}' if _is_resource(var) else name)
    holders = {'var': var, **slots}
    if _is_resource(var):
        held = {key: each.handle for key, each in holders.items()}
    else:
        held = {key: each._ref() for key, each in holders.items()}
    updated = op(**held, **arguments)
    return updated if isinstance(updated, tf.Operation) else updated.op


def in_type_of(value: TensorLike, var: tf.Variable) -> tf.Tensor:
    """A number in the type of a variable."""
    return tf.cast(value, var.dtype.base_dtype)


class RowUpdates(_Optimizer):
    """An optimizer whose sparse update is one function of gradient, variable and row indices."""

    def _apply_sparse(self, grad: tf.IndexedSlices, var: tf.Variable) -> tf.Operation:
        return self._apply_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(
        self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor
    ) -> tf.Operation:
        return self._apply_rows(grad, var, indices)

    def _resource_apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return self._apply_dense(grad, var)

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        raise NotImplementedError


def set_rows(var: tf.Variable, indices: tf.Tensor, rows: tf.Tensor, locking: bool) -> tf.Operation:
    """Writes rows of a slot."""
    return tf1.scatter_update(var, indices, rows, use_locking=locking)


def _rows_moments(
    grad: tf.Tensor,
    var: tf.Variable,
    indices: tf.Tensor,
    slots: Sequence[tf.Variable],
    betas: Sequence[FloatLike],
) -> tuple[tf.Tensor, tf.Tensor]:
    """The rows of Adam's two moments after a step that is about these rows only."""
    m, v = slots
    beta1, beta2 = (in_type_of(beta, var) for beta in betas)
    first = beta1 * tf.gather(m, indices) + (1 - beta1) * grad
    second = beta2 * tf.gather(v, indices) + (1 - beta2) * tf.square(grad)
    return first, second


class LazyAdamOptimizer(RowUpdates, _Adam):
    """Adam that for a sparse gradient touches the moments of its rows only."""

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return _Adam._apply_dense(self, grad, var)

    def _resource_apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return _Adam._resource_apply_dense(self, grad, var)

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        powers = [in_type_of(power, var) for power in self._get_beta_accumulators()]
        rate = in_type_of(self._lr_t, var) * tf.sqrt(1 - powers[1]) / (1 - powers[0])
        m, v = self.get_slot(var, 'm'), self.get_slot(var, 'v')
        first, second = _rows_moments(grad, var, indices, (m, v), (self._beta1_t, self._beta2_t))
        step = rate * first / (tf.sqrt(second) + in_type_of(self._epsilon_t, var))
        return tf.group(
            tf1.scatter_sub(var, indices, step, use_locking=self._use_locking),
            set_rows(m, indices, first, self._use_locking),
            set_rows(v, indices, second, self._use_locking),
        )


class AdamGSOptimizer(RowUpdates):
    """Adam whose bias correction counts the global step instead of variables of its own.

    Args:
      global_step: the step variable, or a number.
      learning_rate: step size.
      beta1: decay of the first moment.
      beta2: decay of the second moment.
      epsilon: added to the denominator.
      use_locking: lock the variables while they are updated.
      name: name of the operations and slots.
    """

    def __init__(
        self,
        global_step: IntLike = 0,
        learning_rate: FloatLike = 0.001,
        beta1: FloatLike = 0.9,
        beta2: FloatLike = 0.999,
        epsilon: FloatLike = 1e-8,
        use_locking: bool = False,
        name: str = 'Adam',
    ) -> None:
        super().__init__(use_locking, name)
        self._lr, self._beta1, self._beta2, self._epsilon = learning_rate, beta1, beta2, epsilon
        self._global_step = global_step
        self._global_step_on_worker: tf.Tensor | None = None

    def _create_slots(self, var_list: Iterable[tf.Variable]) -> None:
        for var in var_list:
            self._zeros_slot(var, 'm', self._name)
            self._zeros_slot(var, 'v', self._name)

    def _prepare(self) -> None:
        self._numbers = [
            tf.convert_to_tensor(self._call_if_callable(value))
            for value in (self._lr, self._beta1, self._beta2, self._epsilon)
        ]
        # Read before any update of this step, whoever increments it.
        self._global_step_on_worker = tf.identity(self._global_step) + 1

    def _in_type_of(self, var: tf.Variable) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        numbers = [in_type_of(number, var) for number in self._numbers]
        step = in_type_of(self._global_step_on_worker, var)
        return numbers, [tf.pow(beta, step) for beta in numbers[1:3]]

    def _slots_of(self, var: tf.Variable) -> dict[str, tf.Variable]:
        return {'m': self.get_slot(var, 'm'), 'v': self.get_slot(var, 'v')}

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        (rate, beta1, beta2, epsilon), powers = self._in_type_of(var)
        return dense_op(
            'ApplyAdam',
            var,
            self._slots_of(var),
            beta1_power=powers[0],
            beta2_power=powers[1],
            lr=rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            grad=grad,
            use_locking=self._use_locking,
        )

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        (rate, beta1, beta2, epsilon), powers = self._in_type_of(var)
        rate *= tf.sqrt(1 - powers[1]) / (1 - powers[0])
        m, v = self._slots_of(var).values()
        locking = self._use_locking
        first = _decayed_sum(m, beta1, (1 - beta1) * grad, indices, locking)
        second = _decayed_sum(v, beta2, (1 - beta2) * tf.square(grad), indices, locking)
        step = rate * first / (tf.sqrt(second) + epsilon)
        return tf.group(tf1.assign_sub(var, step, use_locking=locking), first, second)


def _decayed_sum(
    slot: tf.Variable, decay: tf.Tensor, rows: tf.Tensor, indices: tf.Tensor, locking: bool
) -> tf.Tensor:
    """All of a slot after every row has decayed and some have grown."""
    decayed = tf1.assign(slot, slot * decay, use_locking=locking)
    with tf.control_dependencies([decayed]):
        return tf.convert_to_tensor(tf1.scatter_add(slot, indices, rows, use_locking=locking))


class LazyAdamGSOptimizer(AdamGSOptimizer):
    """`AdamGSOptimizer` that for a sparse gradient touches the moments of its rows only."""

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        (rate, beta1, beta2, epsilon), powers = self._in_type_of(var)
        rate *= tf.sqrt(1 - powers[1]) / (1 - powers[0])
        m, v = self._slots_of(var).values()
        first, second = _rows_moments(grad, var, indices, (m, v), (beta1, beta2))
        step = rate * first / (tf.sqrt(second) + epsilon)
        return tf.group(
            tf1.scatter_sub(var, indices, step, use_locking=self._use_locking),
            set_rows(m, indices, first, self._use_locking),
            set_rows(v, indices, second, self._use_locking),
        )


class NadamOptimizer(RowUpdates, _Adam):
    """Adam with Nesterov momentum (Dozat, 2016)."""

    def _numbers_for(self, var: tf.Variable) -> list[tf.Tensor]:
        values = (self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)
        return [in_type_of(value, var) for value in (*values, *self._get_beta_accumulators())]

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        rate, beta1, beta2, epsilon, power1, power2 = self._numbers_for(var)
        return dense_op(
            'ApplyAdam',
            var,
            {'m': self.get_slot(var, 'm'), 'v': self.get_slot(var, 'v')},
            beta1_power=power1,
            beta2_power=power2,
            lr=rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            grad=grad,
            use_locking=self._use_locking,
            use_nesterov=True,
        )

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        rate, beta1, beta2, epsilon, power1, power2 = self._numbers_for(var)
        rate *= tf.sqrt(1 - power2) / (1 - power1)
        m, v = self.get_slot(var, 'm'), self.get_slot(var, 'v')
        locking = self._use_locking
        first = _decayed_sum(m, beta1, (1 - beta1) * grad, indices, locking)
        second = _decayed_sum(v, beta2, (1 - beta2) * tf.square(grad), indices, locking)
        ahead = (1 - beta1) * grad + beta1 * tf.gather(first, indices)
        step = rate * ahead / (tf.sqrt(tf.gather(second, indices)) + epsilon)
        return tf.group(tf1.scatter_sub(var, indices, step, use_locking=locking), first, second)


class AdaMaxOptimizer(RowUpdates, _Adam):
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

    def _get_beta_accumulators(self) -> tuple[tf.Variable, tf.Variable]:
        graph = None if tf.executing_eagerly() else tf1.get_default_graph()
        return self._get_non_slot_variable('beta1_power', graph=graph)

    def _create_slots(self, var_list: Iterable[tf.Variable]) -> None:
        first = min(var_list, key=lambda var: var.name)
        self._create_non_slot_variable(self._beta1, 'beta1_power', first)
        for var in var_list:
            self._zeros_slot(var, 'm', self._name)
            self._zeros_slot(var, 'v', self._name)

    def _numbers_for(self, var: tf.Variable) -> list[tf.Tensor]:
        values = (self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)
        return [in_type_of(value, var) for value in (*values, self._get_beta_accumulators())]

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        rate, beta1, beta2, epsilon, power = self._numbers_for(var)
        return dense_op(
            'ApplyAdaMax',
            var,
            {'m': self.get_slot(var, 'm'), 'v': self.get_slot(var, 'v')},
            beta1_power=power,
            lr=rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            grad=grad,
            use_locking=self._use_locking,
        )

    def _apply_rows(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        rate, beta1, beta2, epsilon, power = self._numbers_for(var)
        m, v = self.get_slot(var, 'm'), self.get_slot(var, 'v')
        first = beta1 * tf.gather(m, indices) + (1 - beta1) * grad
        largest = tf.maximum(beta2 * tf.gather(v, indices), tf.abs(grad))
        step = rate / (1 - power) * first / (largest + epsilon)
        return tf.group(
            tf1.scatter_sub(var, indices, step, use_locking=self._use_locking),
            set_rows(m, indices, first, self._use_locking),
            set_rows(v, indices, largest, self._use_locking),
        )

    def _finish(self, update_ops: Sequence[tf.Operation], name_scope: str) -> tf.Operation:
        power = self._get_beta_accumulators()
        with tf.control_dependencies(update_ops), tf1.colocate_with(power):
            next_power = tf1.assign(power, power * self._beta1_t, use_locking=self._use_locking)
        return tf.group(*update_ops, next_power, name=name_scope)


class LARSOptimizer(_Optimizer):
    """Momentum whose rate follows each layer's norms (You et al., 2017).

    Args:
      learning_rate: step size.
      momentum: of the steps.
      weight_decay: L2 decay, of the variables that are scaled.
      eeta: the trust coefficient.
      epsilon: added to the denominator.
      name: name of the operations and slots.
      skip_list: parts of the names of variables that are not scaled.
      use_nesterov: Nesterov momentum.
    """

    def __init__(
        self,
        learning_rate: FloatLike,
        momentum: float = 0.9,
        weight_decay: float = 0.0001,
        eeta: float = 0.001,
        epsilon: float = 0.0,
        name: str = 'LARSOptimizer',
        skip_list: Sequence[str] | None = None,
        use_nesterov: bool = False,
    ) -> None:
        if momentum < 0:
            raise ValueError(f'momentum should be positive: {momentum}')
        if weight_decay < 0:
            raise ValueError(f'weight_decay should be positive: {weight_decay}')
        super().__init__(use_locking=False, name=name)
        self._learning_rate, self._momentum, self._use_nesterov = (
            learning_rate,
            momentum,
            use_nesterov,
        )
        self._weight_decay, self._eeta, self._epsilon = weight_decay, eeta, epsilon
        self._skip_list = skip_list

    def _create_slots(self, var_list: Iterable[tf.Variable]) -> None:
        for var in var_list:
            self._zeros_slot(var, 'momentum', self._name)

    def _prepare(self) -> None:
        rate, momentum = self._learning_rate, self._momentum
        self._learning_rate_tensor = tf.convert_to_tensor(rate() if callable(rate) else rate)
        self._momentum_tensor = tf.convert_to_tensor(momentum)

    def compute_lr(self, grad: tf.Tensor, var: tf.Variable) -> tuple[tf.Tensor, tf.Tensor]:
        """The rate for this variable, and its gradient with that of the decay."""
        rate = in_type_of(self._learning_rate, var)
        if self._skip_list is not None and any(part in var.name for part in self._skip_list):
            return rate, grad
        weight, gradient = tf.norm(var, ord=2), tf.norm(grad, ord=2)
        trust = self._eeta * weight / (gradient + self._weight_decay * weight + self._epsilon)
        trust = tf1.where((weight > 0) & (gradient > 0), trust, tf.ones_like(trust))
        return rate * trust, grad + self._weight_decay * var

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        # The momentum is of the scaled steps, so that a change of rate does not scale the past.
        rate, grad = self.compute_lr(grad, var)
        return dense_op(
            'ApplyMomentum',
            var,
            {'accum': self.get_slot(var, 'momentum')},
            lr=tf.ones([], var.dtype.base_dtype),
            grad=rate * grad,
            momentum=in_type_of(self._momentum_tensor, var),
            use_locking=False,
            use_nesterov=self._use_nesterov,
        )

    def _resource_apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return self._apply_dense(grad, var)

    def _sparse(self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor) -> tf.Operation:
        return dense_op(
            'SparseApplyMomentum',
            var,
            {'accum': self.get_slot(var, 'momentum')},
            lr=in_type_of(self._learning_rate_tensor, var),
            grad=grad,
            indices=indices,
            momentum=in_type_of(self._momentum_tensor, var),
            use_locking=False,
            use_nesterov=self._use_nesterov,
        )

    def _apply_sparse(self, grad: tf.IndexedSlices, var: tf.Variable) -> tf.Operation:
        return self._sparse(grad.values, var, grad.indices)

    def _resource_apply_sparse(
        self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor
    ) -> tf.Operation:
        return self._sparse(grad, var, indices)


class RegAdagradOptimizer(_Adagrad):
    """Adagrad that can leave its accumulators alone, for the gradients of regularizers.

    Args:
      learning_rate: step size.
      initial_accumulator_value: where the accumulators start.
      use_locking: lock the variables while they are updated.
      name: name of the operations and slots.
    """

    def __init__(
        self,
        learning_rate: FloatLike,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = 'RegAdagrad',
    ) -> None:
        super().__init__(learning_rate, initial_accumulator_value, use_locking, name)
        self._should_update_slots = True

    @contextmanager
    def avoid_updating_slots(self) -> Iterator[None]:
        """Within it, updates leave the accumulators as they are."""
        before, self._should_update_slots = self._should_update_slots, False
        try:
            yield
        finally:
            self._should_update_slots = before

    def _update(
        self, op: str, grad: tf.Tensor, var: tf.Variable, **arguments: object
    ) -> tf.Operation:
        return dense_op(
            op,
            var,
            {'accum': self.get_slot(var, 'accumulator')},
            lr=in_type_of(self._learning_rate_tensor, var),
            grad=grad,
            use_locking=self._use_locking,
            update_slots=self._should_update_slots,
            **arguments,
        )

    def _apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return self._update('ApplyAdagrad', grad, var)

    def _resource_apply_dense(self, grad: tf.Tensor, var: tf.Variable) -> tf.Operation:
        return self._update('ApplyAdagrad', grad, var)

    def _apply_sparse(self, grad: tf.IndexedSlices, var: tf.Variable) -> tf.Operation:
        return self._update('SparseApplyAdagrad', grad.values, var, indices=grad.indices)

    def _resource_apply_sparse(
        self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor
    ) -> tf.Operation:
        return self._update('SparseApplyAdagrad', grad, var, indices=indices)
