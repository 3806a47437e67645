"""An optimizer of either Keras whose update is a pure function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras
from tf_seq2seq_compat.core.optimizers import Betas, Slots, is_touched
from tf_seq2seq_compat.types import Config, DTypeLike

Number: TypeAlias = float | tf.Tensor | Callable[..., Any]

if IS_KERAS_3:
    Base: Any = keras.optimizers.Optimizer
    Adam: Any = keras.optimizers.Adam
    SGD: Any = keras.optimizers.SGD
else:
    Base = keras.optimizers.legacy.Optimizer
    Adam = keras.optimizers.legacy.Adam
    SGD = keras.optimizers.legacy.SGD


def of_keras_3(kwargs: Config) -> Config:
    """Arguments of optimizers of Keras 2, without those that Keras 3 has not."""
    if not IS_KERAS_3:
        return kwargs
    kwargs = dict(kwargs)
    if 'lr' in kwargs:
        kwargs['learning_rate'] = kwargs.pop('lr')
    if kwargs.pop('decay', 0.0):
        raise ValueError(
            'decay is an argument of optimizers of Keras 2. Give as learning_rate: '
            'keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay).'
        )
    return kwargs


def is_named(variable: Any, patterns: Sequence[str] | None) -> bool:
    """Whether a variable's name matches one of the regular expressions."""
    name = getattr(variable, 'path', variable.name).partition(':')[0]
    return any(re.search(each, name) for each in patterns or ())


def as_tensor(variable: Any) -> tf.Tensor:
    """The value of a variable of either Keras."""
    return tf.convert_to_tensor(variable)


def grouped(*updates: Any) -> tf.Operation | None:
    """The updates as one operation, which Keras 2 asks for; Keras 3 gives none."""
    return None if IS_KERAS_3 else tf.group(*updates)


class Optimizer(Base):
    """Holds numbers and slots; a subclass has `_update`.

    Args:
      name: Name of the optimizer.
      learning_rate: A number, a schedule, or a function.
      numbers: The other numbers, by name.
      **kwargs: Of every optimizer of Keras.
    """

    _parts: tuple[str, ...] = ()
    # Of what only the rows change that a sparse gradient is about.
    _by_rows: tuple[str, ...] = ()

    def __init__(
        self, name: str, learning_rate: Number, numbers: Mapping[str, Number], **kwargs: Any
    ) -> None:
        kwargs = of_keras_3(kwargs)
        if IS_KERAS_3:
            super().__init__(**{'learning_rate': learning_rate, **kwargs}, name=name)
            self._numbers = dict(numbers)
            return
        super().__init__(name, **kwargs)
        self._set_hyper('learning_rate', kwargs.get('lr', learning_rate))
        self._set_hyper('decay', self._initial_decay)
        for each, value in numbers.items():
            self._set_hyper(each, value)
        self._names_of_numbers = tuple(numbers)

    def _number(self, name: str, dtype: DTypeLike) -> tf.Tensor:
        """One of the numbers now, a scalar."""
        value = self._numbers[name] if IS_KERAS_3 else self._get_hyper(name)
        if isinstance(value, keras.optimizers.schedules.LearningRateSchedule):
            value = value(self.iterations)
        elif callable(value):
            value = value()
        return tf.cast(value, dtype)

    def _betas(self, dtype: DTypeLike) -> Betas:
        return Betas(self._number('beta_1', dtype), self._number('beta_2', dtype))

    def _update(
        self, gradient: tf.Tensor, variable: Any, slots: Slots, rate: tf.Tensor, step: tf.Tensor
    ) -> tuple[tf.Tensor, Slots]:
        """What is subtracted from the variable, and its new slots."""
        raise NotImplementedError

    def _shape_of_slot(self, name: str, variable: Any) -> tf.TensorShape:
        return variable.shape

    def _apply(self, gradient: Any, variable: Any, rate: tf.Tensor) -> tf.Operation | None:
        """One step of one variable, by a dense or a sparse gradient."""
        held = {name: self._slot_of(variable, name) for name in self._parts}
        before = {name: as_tensor(slot) for name, slot in held.items()}
        value = as_tensor(variable)
        step = tf.cast(self.iterations + 1, value.dtype)
        rate = tf.cast(rate, value.dtype)
        dense = tf.cast(tf.convert_to_tensor(gradient), value.dtype)
        change, after = self._update(dense, variable, before, rate, step)
        if isinstance(gradient, tf.IndexedSlices):
            touched = is_touched(gradient, value)
            if 'variable' in self._by_rows:
                change = tf.where(touched, change, tf.zeros_like(change))
            for name in set(after).intersection(self._by_rows):
                after[name] = tf.where(touched, after[name], before[name])
        updates = [slot.assign(after[name]) for name, slot in held.items()]
        return grouped(*updates, variable.assign_sub(change))

    def get_config(self) -> Config:
        config = super().get_config()
        if IS_KERAS_3:
            return {**config, **self._numbers}
        names = ('learning_rate', 'decay', *self._names_of_numbers)
        return {**config, **{each: self._serialize_hyperparameter(each) for each in names}}

    if IS_KERAS_3:

        def build(self, variables: Sequence[Any]) -> None:
            if self.built:
                return
            super().build(variables)
            self._held = {
                name: [self._new_slot(variable, name) for variable in variables]
                for name in self._parts
            }

        def _new_slot(self, variable: Any, name: str) -> Any:
            return self.add_variable(
                shape=self._shape_of_slot(name, variable),
                initializer='zeros',
                dtype=variable.dtype,
                name=re.sub(r'\W', '_', f'{variable.name}_{name}'),
            )

        def _slot_of(self, variable: Any, name: str) -> Any:
            return self._held[name][self._get_variable_index(variable)]

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            """One step of one variable, as Keras 3 asks for it."""
            self._apply(gradient, variable, tf.convert_to_tensor(learning_rate))

    else:

        def _create_slots(self, var_list: Sequence[tf.Variable]) -> None:
            for name in self._parts:
                for var in var_list:
                    zeros = tf.zeros(self._shape_of_slot(name, var), var.dtype)
                    self.add_slot(var, name, zeros)

        def _slot_of(self, variable: tf.Variable, name: str) -> tf.Variable:
            return self.get_slot(variable, name)

        def _resource_apply_dense(
            self, grad: tf.Tensor, var: tf.Variable, apply_state: object = None
        ) -> tf.Operation | None:
            return self._apply(grad, var, self._decayed_lr(var.dtype.base_dtype))

        def _resource_apply_sparse(
            self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor, apply_state: object = None
        ) -> tf.Operation | None:
            return self._resource_apply_dense(tf.IndexedSlices(grad, indices, tf.shape(var)), var)
