"""The base classes of recurrent cells, and states of zeros."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.core.structure import batched_zeros
from tf_seq2seq_compat.layers.base import (
    Layer,
    show_layers_to_keras,
    track_tf1_style_variables,
)
from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, Scope, Size, TensorLike

tf1 = tf.compat.v1


class RNNCell(Layer):
    """One step of a recurrent network: `(inputs, state) -> (output, new state)`.

    A subclass has `state_size`, `output_size` and either `call(inputs, state)`, which may use
    `add_variable` in `build` or `tf.compat.v1.get_variable`, or a `__call__(inputs, state,
    scope=None)` of its own, as in the oldest TF1 programs. In eager mode and `tf.function` the
    variables that either makes belong to the cell.

    Args:
      trainable: Whether the variables are trainable.
      name: Name of the variable scope; the class name in snake case by default.
      dtype: Type of the variables; that of the first inputs by default.
      **kwargs: `_reuse`, `_scope`.

    Example:
      >>> class Sum(seq2seq.RNNCell):
      ...     state_size = output_size = 2
      ...     def call(self, inputs, state):
      ...         return inputs + state, inputs + state
      >>> cell = Sum()
      >>> output, state = cell(tf.ones([3, 2]), cell.zero_state(3, tf.float32))
      >>> output.shape
      TensorShape([3, 2])

    Legacy: `tf.nn.rnn_cell.RNNCell` of TF 1.15.
    """

    # Keras's RNN layer gives such a cell its one state as it is, not in a list.
    _is_tf_rnn_cell = True

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.partition('.')[0] == __name__.partition('.')[0]:
            return
        show_layers_to_keras()  # its objects may call no __init__ of ours
        if '__call__' in vars(cls):
            cls.__call__ = track_tf1_style_variables(cls.__call__)  # type: ignore[method-assign]

    def __call__(  # type: ignore[override]
        self, inputs: Nest, state: Nest, scope: Scope | None = None, *, training: bool | None = None
    ) -> tuple[Nest, Nest]:
        """Takes one step.

        Args:
          inputs: `[batch, depth]`, or whatever nest the cell takes.
          state: Nest of tensors `[batch, size]`, structured as `state_size`.
          scope: Name or `VariableScope` that replaces the cell's own at its first call.
          training: Whether the cells of Keras within are in training, where it is given.

        Returns:
          The output `[batch, output_size]` and the new state, structured as `state`.
        """
        if training is not None:
            with _in_training(training):
                return self(inputs, state, scope=scope)
        if scope is None and graph_mode():
            # TF1 enters the current scope anew, which frees the default names used in here. So two
            # stacks called in one scope share their variables, or clash where reuse is not set. The
            # name scope that this opens is in the names of Keras layers' variables.
            with tf1.variable_scope(tf1.get_variable_scope()):
                return super().__call__(inputs, state)
        return super().__call__(inputs, state, scope=scope)

    @property
    def state_size(self) -> Size:
        """Nest of the sizes (int or `TensorShape`, without the batch) of the state."""
        raise NotImplementedError(f'{type(self).__name__} defines no state_size.')

    @property
    def output_size(self) -> Size:
        """Size (int or `TensorShape`, without the batch) of the output."""
        raise NotImplementedError(f'{type(self).__name__} defines no output_size.')

    def get_initial_state(
        self,
        inputs: TensorLike | None = None,
        batch_size: Any = None,
        dtype: DTypeLike | None = None,
    ) -> Nest:
        """Zeros for the state, for the batch and type of `inputs` or those given.

        Args:
          inputs: Tensor whose first dimension is the batch, or None.
          batch_size: int or scalar integer tensor; needed without `inputs`.
          dtype: Type; needed without `inputs`.

        Returns:
          The state, as `zero_state`.

        Raises:
          ValueError: If the batch or the type is not known, or `inputs` has another.
        """
        if inputs is not None:
            inputs = tf.convert_to_tensor(tf.nest.flatten(inputs)[0])
            batch = tf.compat.dimension_value(inputs.shape[0])
            given = tf.get_static_value(batch_size) if tf.is_tensor(batch_size) else batch_size
            if None not in (batch, given) and int(given) != batch:
                raise ValueError(
                    f'batch_size is {given}, but inputs have shape {inputs.shape}. Leave '
                    'batch_size out: it is taken from inputs.'
                )
            if dtype is not None and tf.as_dtype(dtype) != inputs.dtype:
                raise ValueError(
                    f'dtype is {tf.as_dtype(dtype).name}, but inputs have dtype '
                    f'{inputs.dtype.name}. Leave dtype out: it is taken from inputs.'
                )
            batch_size = tf.shape(inputs)[0] if batch is None else batch
            dtype = inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                f'batch_size and dtype are both needed without inputs, but are {batch_size} '
                f'and {dtype}.'
            )
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Nest:
        """Zeros for the state.

        Args:
          batch_size: int or scalar integer tensor.
          dtype: Type of the zeros.

        Returns:
          Nest of tensors `[batch_size, size]`, structured as `state_size`.
        """
        with tf1.name_scope(type(self).__name__ + 'ZeroState'):
            return batched_zeros(batch_size, self.state_size, dtype)


class LayerRNNCell(RNNCell):
    """An `RNNCell` whose variables are made in `build`.

    Legacy: `tf.contrib.rnn.LayerRNNCell` of TF 1.15.
    """

    input_depth: int | None = None
    _lists_all_it_makes = False  # as in TF1: not what a cell within makes

    def __call__(  # type: ignore[override]
        self, inputs: Nest, state: Nest, scope: Scope | None = None, *args: object, **kwargs: object
    ) -> tuple[Nest, Nest]:
        """Takes one step; see `RNNCell.__call__`. More arguments go on to `call`."""
        if not _takes_training(type(self).call):
            kwargs.pop('training', None)
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)


class UnitSizes:
    """For cells whose state and output have `num_units` columns."""

    _num_units: int

    @property
    def state_size(self) -> Size:
        return self._num_units

    @property
    def output_size(self) -> int:
        return self._num_units


class StoredSizes:
    """For cells whose constructor computes the sizes of state and output."""

    _state_size: Size
    _output_size: int

    @property
    def state_size(self) -> Size:
        return self._state_size

    @property
    def output_size(self) -> int:
        return self._output_size


in_training: contextvars.ContextVar[bool | None] = contextvars.ContextVar('training', default=None)


@contextlib.contextmanager
def _in_training(training: bool) -> Iterator[None]:
    token = in_training.set(training)
    try:
        yield
    finally:
        in_training.reset(token)


@functools.cache
def _takes_training(call: Callable[..., object]) -> bool:
    parameters = inspect.signature(call).parameters.values()
    return any(p.name == 'training' or p.kind is p.VAR_KEYWORD for p in parameters)
