"""The arrays that loops read and write, and their results."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.path import traced_step, under_xla
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, ShapeLike


class OpenEndedArray(tf.TensorArray):
    """A TensorArray for a number of steps that is not known yet, such as an alignment history.

    Outside XLA it grows. `for_steps` replaces it, where a loop begins, by a fresh array,
    of fixed size under XLA; to write to it anywhere else under XLA is an error, since XLA would
    lose what is written.

    Args:
      dtype: Type of the elements.
      element_shape: Shape of one element, possibly partly known.
    """

    def __init__(self, dtype: DTypeLike, element_shape: ShapeLike) -> None:
        super().__init__(
            dtype,
            size=0,
            dynamic_size=not under_xla(),
            clear_after_read=False,
            element_shape=element_shape,
        )

    def write(self, index: IntLike, value: tf.Tensor, name: str | None = None) -> tf.TensorArray:
        """As `tf.TensorArray.write`.

        Raises:
          ValueError: Under XLA.
        """
        if under_xla():
            raise ValueError(
                'An array of unknown size (an alignment_history, say) cannot be written to under '
                'XLA: run the steps with dynamic_decode, dynamic_rnn, raw_rnn or static_rnn, which '
                'give it a size.'
            )
        return super().write(index, value, name)


def for_steps(state: Nest, capacity: IntLike) -> Nest:
    """The state with each `OpenEndedArray` replaced by a fresh one for `capacity` steps at most.

    Args:
      state: Nest of tensors and TensorArrays.
      capacity: int or scalar tensor, None if not known.

    Returns:
      The nest.
    """
    capacity = capacity if under_xla() else None

    def fresh(value: Nest) -> Nest:
        if not isinstance(value, OpenEndedArray):
            return value
        return buffer(value.dtype, value.element_shape, capacity)

    return tf.nest.map_structure(fresh, state)


def buffer(dtype: DTypeLike, element_shape: ShapeLike, capacity: IntLike) -> tf.TensorArray:
    """An array of fixed size, or where no capacity is known one that grows."""
    if capacity is None:
        return OpenEndedArray(dtype, element_shape)
    return tf.TensorArray(dtype, size=capacity, clear_after_read=False, element_shape=element_shape)


class InputArray:
    """The steps of `[time, ...]` inputs, for a loop to read.

    Args:
      x: The inputs.
    """

    def __init__(self, x: tf.Tensor) -> None:
        self._x = x
        self._array = tf.TensorArray(
            x.dtype, size=axis_size(x, 0), element_shape=x.shape[1:], clear_after_read=False
        ).unstack(x)
        self.dtype = self._array.dtype  # TensorFlow warns of arrays that nothing reads.

    def read(self, time: IntLike, ahead: int = 0) -> tf.Tensor:
        """The element of the step `time + ahead`."""
        graph = traced_step()
        if graph is not None:
            return graph.read(self._x, time, ahead)
        return self._array.read(time + ahead if ahead else time)

    def __getattr__(self, name: str) -> Any:
        # Programs that reach into a helper find the TensorArray there. Copies ask before there is
        # one.
        if '_array' not in vars(self):
            raise AttributeError(name)
        return getattr(self._array, name)


class Unrolled(NamedTuple):
    """The results of a loop: emitted arrays (a nest), the final state, and the number of steps.

    `shapes` are the static shapes of what a step emits, a list, where `emits` may tell less, or
    something else.
    """

    emitted: Nest
    state: Nest
    steps: tf.Tensor
    shapes: list[tf.TensorShape] | None = None


def as_tensors(state: Nest) -> Any:
    """The nest with a tensor in place of each number and array in it."""
    return tf.nest.map_structure(
        lambda s: s if isinstance(s, tf.TensorArray) else tf.convert_to_tensor(s), state
    )


def as_before(new: Nest, shape: tf.TensorShape) -> tf.Tensor:
    """`new` with the static shape that the state had before the step, which the loop requires."""
    new = tf.convert_to_tensor(new)
    if not new.shape.is_compatible_with(shape):
        raise ValueError(
            f'The state changes its shape from {shape} to {new.shape} in one step: a step must '
            'return a state of the shape it was given (check the initial state and state_size).'
        )
    new.set_shape(shape)
    return new
