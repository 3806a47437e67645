"""Optimizers around another, which do more after each of its steps."""

from __future__ import annotations

import abc
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable
from tf_seq2seq_compat.addons.optimizers.base import Base, as_tensor, grouped, of_keras_3
from tf_seq2seq_compat.types import Config, DTypeLike

_O = TypeVar('_O', bound='_Wrapper')


_LEGACY: Config = {} if IS_KERAS_3 else {'use_legacy_optimizer': True}


def deserialized(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The optimizer of a configuration."""
    return keras.optimizers.deserialize(dict(config), custom_objects=custom_objects, **_LEGACY)


def check_is_optimizer(value: Any) -> None:
    """Raises TypeError for what is no optimizer of this Keras, or for Keras 2 no legacy one."""
    if not isinstance(value, Base):
        kind = 'keras.optimizers' if IS_KERAS_3 else 'keras.optimizers.legacy'
        raise TypeError(f'optimizer must be one of {kind} of this Keras, not {value!r}.')


class _Wrapper(Base):
    """Takes the steps of an optimizer; a subclass has `_finish` and the name of the slot it keeps.

    Args:
      optimizer: An optimizer of the Keras in use (for Keras 2 a legacy one), or its name.
      name: Name of this one.
      **kwargs: Of every optimizer of Keras.
    """

    _slot = 'average'
    _begins_with_zeros = False
    _tracked_as = 'awg_optimizer'

    def __init__(self, optimizer: Any, name: str, **kwargs: Any) -> None:
        if isinstance(optimizer, str):
            optimizer = keras.optimizers.get(optimizer, **_LEGACY)
        check_is_optimizer(optimizer)
        if IS_KERAS_3:
            super().__init__(**{'learning_rate': 0.0, **of_keras_3(kwargs)}, name=name)
        else:
            super().__init__(name, **kwargs)
            self._track_trackable(optimizer, self._tracked_as)
        self._optimizer = optimizer
        self._model_weights: Sequence[Any] | None = None

    def _held_for(self, variable: Any) -> Any:
        """The variable of the slot."""
        raise NotImplementedError

    def _number(self, value: Any, dtype: DTypeLike) -> tf.Tensor:
        return tf.cast(value() if callable(value) else value, dtype)

    def _finish(self, variable: Any, numbers: Config) -> Any:
        """What is done after a step of a variable; `numbers` are those of the step, of Keras 2."""
        raise NotImplementedError

    def _arguments(self) -> Config:
        """The arguments beside the optimizer."""
        raise NotImplementedError

    def get_config(self) -> Config:
        """The arguments."""
        config = {'name': self.name} if IS_KERAS_3 else super().get_config()
        inner = keras.optimizers.serialize(self._optimizer)
        return {**config, 'optimizer': inner, **self._arguments()}

    @classmethod
    def from_config(
        cls: type[_O], config: Config, custom_objects: Mapping[str, Any] | None = None
    ) -> _O:
        """The optimizer of a configuration."""
        return cls(**{**config, 'optimizer': deserialized(config['optimizer'], custom_objects)})

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the optimizer within."""
        return self._optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._optimizer.learning_rate = value

    lr = learning_rate

    if IS_KERAS_3:

        def build(self, variables: Sequence[Any]) -> None:
            if self.built:
                return
            super().build(variables)
            self._optimizer.build(variables)
            self._model_weights = list(variables)
            self._held = [self._new_slot(variable) for variable in variables]

        def _new_slot(self, variable: Any) -> Any:
            def initial(shape: Any, dtype: Any) -> tf.Tensor:
                zeros = self._begins_with_zeros
                return tf.zeros(shape, dtype) if zeros else as_tensor(variable)

            return self.add_variable(
                shape=variable.shape, initializer=initial, dtype=variable.dtype, name=self._slot
            )

        def _held_for(self, variable: Any) -> Any:
            return self._held[self._get_variable_index(variable)]

        def apply(self, grads: Any, trainable_variables: Any = None) -> None:
            """A step of the optimizer within, and what comes after it."""
            if tf.distribute.get_strategy().num_replicas_in_sync > 1:
                raise NotImplementedError(
                    f'{type(self).__name__} over Keras 3 has no distribution: use_ema=True of '
                    "Keras's own optimizers has."
                )
            grads = list(grads)
            if trainable_variables is not None and not self.built:
                with tf.init_scope():
                    self.build(list(trainable_variables))
            variables = list(trainable_variables or self._model_weights or ())
            self._optimizer.apply(grads, variables)
            for variable in variables:
                self._finish(variable, {})
            self.iterations.assign_add(1)

        @property
        def variables(self) -> list[Any]:
            """Those of this optimizer and of the one within."""
            return [*super().variables, *self._optimizer.variables]

    else:

        def _create_slots(self, var_list: Sequence[tf.Variable]) -> None:
            self._optimizer._create_slots(var_list=var_list)
            for var in var_list:
                self.add_slot(
                    var, self._slot, *([] if self._begins_with_zeros else [as_tensor(var)])
                )
            self._model_weights = var_list

        def _create_hypers(self) -> None:
            self._optimizer._create_hypers()

        def _prepare(self, var_list: Sequence[tf.Variable]) -> Any:
            return self._optimizer._prepare(var_list)

        def _held_for(self, variable: tf.Variable) -> tf.Variable:
            return self.get_slot(variable, self._slot)

        def apply_gradients(self, grads_and_vars: Any, *args: Any, **kwargs: Any) -> Any:
            """A step of the optimizer within, and what comes after it."""
            self._optimizer._iterations = self.iterations
            return super().apply_gradients(grads_and_vars, *args, **kwargs)

        def _resource_apply_dense(
            self, grad: tf.Tensor, var: tf.Variable, apply_state: Any = None
        ) -> tf.Operation:
            return self._step(self._optimizer._resource_apply_dense, apply_state, grad, var)

        def _resource_apply_sparse_duplicate_indices(
            self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor, apply_state: Any = None
        ) -> tf.Operation:
            take = self._optimizer._resource_apply_sparse_duplicate_indices
            return self._step(take, apply_state, grad, var, indices)

        def _step(
            self, take: Callable[..., Any], apply_state: Any, grad: Any, var: Any, *indices: Any
        ) -> tf.Operation:
            inner = self._optimizer
            arguments = inner._sparse_apply_args if indices else inner._dense_apply_args
            state = {'apply_state': apply_state} if 'apply_state' in arguments else {}
            taken = take(grad, var, *indices, **state)
            numbers = (apply_state or {}).get((var.device, var.dtype.base_dtype), {})
            with tf.control_dependencies([taken]):
                return tf.group(taken, self._finish(var, numbers))

        @property
        def weights(self) -> list[tf.Variable]:
            """Those of this optimizer and of the one within."""
            return [*self._weights, *self._optimizer.weights]


@serializable
class Lookahead(_Wrapper):
    """Every so many steps goes back a part of the way that another optimizer went.

    Zhang et al. 2019, https://arxiv.org/abs/1907.08610.

    Args:
      optimizer: An optimizer of the Keras in use (for Keras 2 a legacy one), or its name.
      sync_period: After how many steps.
      slow_step_size: The part of the way that is kept.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Raises:
      TypeError: For what is no optimizer of this Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> optimizer = tfa.optimizers.Lookahead('sgd', sync_period=2)
      >>> x = tf.Variable(1.0)
      >>> for _ in range(2):
      ...     _ = optimizer.apply_gradients([(tf.constant(10.0), x)])
      >>> round(float(x), 3)  # 2 steps of 0.01 times 10, and half of the way back
      0.9

    Legacy: `tfa.optimizers.Lookahead` of TensorFlow Addons 0.23.
    """

    _slot = 'slow'
    _tracked_as = 'lh_base_optimizer'

    def __init__(
        self,
        optimizer: Any,
        sync_period: int = 6,
        slow_step_size: float = 0.5,
        name: str = 'Lookahead',
        **kwargs: Any,
    ) -> None:
        super().__init__(optimizer, name, **kwargs)
        self._sync_period = sync_period
        self._slow_step_size = slow_step_size

    def _finish(self, variable: Any, numbers: Config) -> Any:
        slow = self._held_for(variable)
        value, held = as_tensor(variable), as_tensor(slow)
        steps = tf.cast(self.iterations, tf.int64) + 1
        is_time = tf.equal(steps % self._number(self._sync_period, tf.int64), 0)
        kept = held + self._number(self._slow_step_size, value.dtype) * (value - held)
        return grouped(
            variable.assign(tf.where(is_time, kept, value)),
            slow.assign(tf.where(is_time, kept, held)),
        )

    def _arguments(self) -> Config:
        return {'sync_period': self._sync_period, 'slow_step_size': self._slow_step_size}


class AveragedOptimizerWrapper(_Wrapper, metaclass=abc.ABCMeta):
    """Takes the steps of another optimizer, and keeps an average of each variable.

    A subclass says by `average_op` what the average becomes after a step; it begins with zeros.

    Args:
      optimizer: An optimizer of the Keras in use (for Keras 2 a legacy one), or its name.
      name: Name of this one.
      **kwargs: Of every optimizer of Keras.

    Raises:
      TypeError: For what is no optimizer of this Keras, and for a subclass without `average_op`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> class Sum(tfa.optimizers.AveragedOptimizerWrapper):
      ...     def average_op(self, var, average_var, local_apply_state):
      ...         return average_var.assign_add(tf.convert_to_tensor(var))
      >>> optimizer, x = Sum('sgd'), tf.Variable(1.0)
      >>> for _ in range(2):
      ...     _ = optimizer.apply_gradients([(tf.constant(10.0), x)])
      >>> _ = optimizer.assign_average_vars([x])
      >>> round(float(x), 3)  # 0.9 and 0.8
      1.7

    Legacy: `tfa.optimizers.AveragedOptimizerWrapper` of TensorFlow Addons 0.23.
    """

    _begins_with_zeros = True

    def __init__(self, optimizer: Any, name: str = 'AverageOptimizer', **kwargs: Any) -> None:
        super().__init__(optimizer, name, **kwargs)

    @abc.abstractmethod
    def average_op(self, var: Any, average_var: Any, local_apply_state: Config) -> Any:
        """Assigns a variable's average after a step.

        Args:
          var: The variable of the model.
          average_var: The variable of its average.
          local_apply_state: With Keras 2 numbers of this step, such as `lr_t`.

        Returns:
          With Keras 2 the operation.
        """
        raise NotImplementedError

    def _finish(self, variable: Any, numbers: Config) -> Any:
        return self.average_op(variable, self._held_for(variable), numbers)

    def _arguments(self) -> Config:
        return {}

    def assign_average_vars(self, var_list: Sequence[Any]) -> tf.Operation | None:
        """Gives variables their averages.

        Args:
          var_list: Variables of the model; those without an average stay, with a warning.
        """
        changes = []
        for variable in var_list:
            try:
                changes.append(variable.assign(as_tensor(self._held_for(variable))))
            except Exception as error:  # noqa: BLE001 (what the Keras in use raises)
                warnings.warn(f'{variable.name} has no average: {error}', stacklevel=2)
        return grouped(*changes)


@serializable
class MovingAverage(AveragedOptimizerWrapper):
    """Keeps moving averages of the variables that another optimizer trains.

    Args:
      optimizer: An optimizer of the Keras in use (for Keras 2 a legacy one), or its name.
      average_decay: How much of an average is kept at each step.
      num_updates: An integer n: the decay is then at most `(1 + n) / (10 + n)`.
      start_step: The step before which the averages are the variables.
      dynamic_decay: Whether the decay is small at first, as by `num_updates` counted from there.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Raises:
      TypeError: For what is no optimizer of this Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> optimizer = tfa.optimizers.MovingAverage('sgd', average_decay=0.5)
      >>> x = tf.Variable(1.0)
      >>> _ = optimizer.apply_gradients([(tf.constant(10.0), x)])
      >>> _ = optimizer.assign_average_vars([x])
      >>> round(float(x), 3)  # between 1 and 0.9
      0.95

    Legacy: `tfa.optimizers.MovingAverage` of TensorFlow Addons 0.23.
    """

    _begins_with_zeros = False

    def __init__(
        self,
        optimizer: Any,
        average_decay: float = 0.99,
        num_updates: Any = None,
        start_step: int = 0,
        dynamic_decay: bool = False,
        name: str = 'MovingAverage',
        **kwargs: Any,
    ) -> None:
        super().__init__(optimizer, name, **kwargs)
        if num_updates is not None:
            average_decay = float(tf.minimum(average_decay, _slower_at_first(num_updates)))
        self._average_decay = average_decay
        self._num_updates = num_updates
        self._start_step = start_step
        self._dynamic_decay = dynamic_decay

    def average_op(self, var: Any, average_var: Any, local_apply_state: Config) -> Any:
        """Moves the average towards the variable; see `AveragedOptimizerWrapper`."""
        value, held = as_tensor(var), as_tensor(average_var)
        step = tf.cast(self.iterations, tf.float32)
        decay = self._number(self._average_decay, tf.float32)
        if self._dynamic_decay:
            decay = tf.minimum(decay, _slower_at_first(step - self._start_step))
        decay = tf.where(step < self._start_step, 0.0, decay)
        return average_var.assign(held - (held - value) * tf.cast(1.0 - decay, value.dtype))

    @property
    def has_shadow_copy(self) -> bool:
        """Whether there are averages."""
        return self._model_weights is not None

    def shadow_copy(self, model_weights: Sequence[Any]) -> None:
        """Makes the averages before the first step.

        Args:
          model_weights: The variables.
        """
        if IS_KERAS_3:
            self.build(list(model_weights))
            return
        for variable in model_weights:
            self.add_slot(variable, self._slot)
        self._model_weights = model_weights

    def swap_weights(self) -> None:
        """Exchanges the averages and the variables."""
        if tf.distribute.has_strategy() and not tf.distribute.in_cross_replica_context():
            raise ValueError('swap_weights must be called outside the replicas of a strategy.')
        for variable in self._model_weights or ():
            held = self._held_for(variable)
            before = tf.identity(as_tensor(variable))
            variable.assign(as_tensor(held))
            held.assign(before)

    def _arguments(self) -> Config:
        return {
            'average_decay': self._average_decay,
            'num_updates': self._num_updates,
            'start_step': self._start_step,
            'dynamic_decay': self._dynamic_decay,
        }


def _slower_at_first(steps: Any) -> tf.Tensor:
    steps = tf.cast(steps, tf.float32)
    return (1.0 + steps) / (10.0 + steps)


@serializable
class SWA(AveragedOptimizerWrapper):
    """Averages the variables that another optimizer trains, taken every so many steps.

    Izmailov et al. 2018, https://arxiv.org/abs/1803.05407.

    Args:
      optimizer: An optimizer of the Keras in use (for Keras 2 a legacy one), or its name.
      start_averaging: The first step that is averaged.
      average_period: After how many steps the next is.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Raises:
      TypeError: For what is no optimizer of this Keras.
      ValueError: For a negative start, or a period below 1.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> optimizer = tfa.optimizers.SWA('sgd', average_period=1)
      >>> x = tf.Variable(1.0)
      >>> for _ in range(2):
      ...     _ = optimizer.apply_gradients([(tf.constant(10.0), x)])
      >>> _ = optimizer.assign_average_vars([x])
      >>> round(float(x), 3)  # of 0.9 and 0.8
      0.85

    Legacy: `tfa.optimizers.SWA` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        optimizer: Any,
        start_averaging: int = 0,
        average_period: int = 10,
        name: str = 'SWA',
        **kwargs: Any,
    ) -> None:
        super().__init__(optimizer, name, **kwargs)
        if average_period < 1:
            raise ValueError(f'average_period must be at least 1, but is {average_period}.')
        if start_averaging < 0:
            raise ValueError(f'start_averaging must not be negative, but is {start_averaging}.')
        self._average_period = average_period
        self._start_averaging = start_averaging

    def average_op(self, var: Any, average_var: Any, local_apply_state: Config) -> Any:
        """Takes the variable into the average where it is time; see `AveragedOptimizerWrapper`."""
        value, held = as_tensor(var), as_tensor(average_var)
        since = tf.cast(self.iterations, tf.int64) - self._start_averaging
        taken = tf.cast(since // self._average_period, value.dtype)
        is_time = tf.logical_and(since >= 0, tf.equal(since % self._average_period, 0))
        return average_var.assign(tf.where(is_time, (held * taken + value) / (taken + 1), held))

    def _arguments(self) -> Config:
        return {
            'average_period': self._average_period,
            'start_averaging': self._start_averaging,
        }
