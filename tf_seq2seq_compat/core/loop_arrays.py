"""The arrays that loops read and write, and their results."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.path import traced_step, under_xla
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, ShapeLike

_sized: contextvars.ContextVar[bool] = contextvars.ContextVar('_sized', default=False)


@contextlib.contextmanager
def sized_lists() -> Iterator[None]:
    """Makes the lists of loops as converters need them: of a fixed size, and of sized elements.

    What the steps emit must then have the sizes that were declared for it, and a loop a capacity.
    """
    token = _sized.set(True)
    try:
        yield
    finally:
        _sized.reset(token)


def fixed_size() -> bool:
    """Whether the arrays of loops cannot grow here."""
    return under_xla() or _sized.get()


class OpenEndedArray(tf.TensorArray):
    """A TensorArray for a number of steps that is not known yet, such as an alignment history.

    Outside XLA it grows. Where a loop begins `for_steps` replaces it by an array of the loop's own,
    under XLA one of fixed size, to which the loop writes what a step records (`recording`). To
    write to it anywhere else under XLA is an error, since XLA would lose what is written.

    Args:
      dtype: Type of the elements.
      element_shape: Shape of one element, possibly partly known.
      like: A tensor that has the sizes of an element, for `sized_lists`.
    """

    def __init__(
        self, dtype: DTypeLike, element_shape: ShapeLike, like: tf.Tensor | None = None
    ) -> None:
        super().__init__(
            dtype,
            size=0,
            dynamic_size=not under_xla(),
            clear_after_read=False,
            element_shape=element_shape,
        )
        self.like = like

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


class Recorder(OpenEndedArray):
    """Records the element that a step writes to an array of the state.

    The steps of a loop write one element each, in order, so the index does not count.

    Args:
      like: The array.
    """

    def __init__(self, like: tf.TensorArray) -> None:
        super().__init__(like.dtype, like.element_shape)
        self.element: tf.Tensor | None = None

    def write(self, index: IntLike, value: tf.Tensor, name: str | None = None) -> tf.TensorArray:
        """Returns a recorder of the value."""
        del index, name
        if self.element is not None:
            raise ValueError(
                'Under XLA, and to be exported, a step must write one element to each array of its '
                'state.'
            )
        written = Recorder(self)
        written.element = tf.convert_to_tensor(value)
        return written


def recording(state: Nest, step: Callable[[Nest], Nest], time: IntLike) -> Callable[[Nest], Nest]:
    """A step for the arrays of `for_steps`: a fixed size does not tell what is written.

    Args:
      state: The state before `for_steps`.
      step: From the state to a nest that ends with the next state.
      time: int or int32 scalar, the number of the step in this loop.

    Returns:
      The step: each `OpenEndedArray` that cannot grow is extended by the element that it writes.
    """
    flat = tf.nest.flatten(state)
    if not fixed_size() or not any(isinstance(part, OpenEndedArray) for part in flat):
        return step

    def recorder(before: Nest, now: Nest) -> Nest:
        return Recorder(before) if isinstance(before, OpenEndedArray) else now

    def extended(now: Nest, new: Nest) -> Nest:
        if not isinstance(new, Recorder):
            return new
        return now if new.element is None else now.write(time, new.element)

    def recorded(now: Nest) -> Nest:
        *results, new = step(tf.nest.map_structure(recorder, state, now))
        return *results, tf.nest.map_structure(extended, now, new)

    return recorded


def extended(history: Nest, index: IntLike | None, value: tf.Tensor) -> Nest:
    """The history of a cell with one element more, where one is kept.

    Args:
      history: A TensorArray, or anything else, which is returned.
      index: Where to write; None for the end.
      value: The element.

    Returns:
      The history.

    Raises:
      ValueError: Under XLA, for an array to whose end nothing can be written.
    """
    if not isinstance(history, tf.TensorArray):
        return history
    if under_xla() and not isinstance(history, OpenEndedArray):
        raise ValueError(
            'A history (alignment_history) cannot be continued under XLA, where its size is fixed: '
            'begin with a new state, or give it a new history.'
        )
    written = history.write(history.size() if index is None else index, value)
    # The array itself: in eager mode it is in a wrapper that complains where it is not used.
    return written.write.__self__


def for_steps(state: Nest, capacity: IntLike) -> Nest:
    """The state with each `OpenEndedArray` replaced by one for `capacity` more steps at most.

    Eager arrays are written in place: the new one begins with the same elements.

    Args:
      state: Nest of tensors and TensorArrays.
      capacity: int or scalar tensor, None if not known.

    Returns:
      The nest.
    """
    capacity = capacity if fixed_size() else None

    def fresh(value: Nest) -> Nest:
        if not isinstance(value, OpenEndedArray):
            return value
        array = buffer(value.dtype, value.element_shape, capacity, value.like)
        continued = tf.executing_eagerly() and int(value.size())
        return array.unstack(value.stack()) if continued else array

    return tf.nest.map_structure(fresh, state)


def buffer(
    dtype: DTypeLike, element_shape: ShapeLike, capacity: IntLike, like: tf.Tensor | None
) -> tf.TensorArray:
    """An array of fixed size, or where no capacity is known one that grows.

    Args:
      dtype: Type of the elements.
      element_shape: Their static shape.
      capacity: int or scalar tensor, None if not known.
      like: A tensor that has the sizes of an element, where there is one.
    """
    if _sized.get() and like is not None and not under_xla():
        reserved = tf.raw_ops.TensorListReserve(
            element_shape=tf.shape(like), num_elements=capacity, element_dtype=dtype
        )
        return _of_list(reserved, dtype, element_shape)
    if capacity is None:
        return OpenEndedArray(dtype, element_shape, like)
    return tf.TensorArray(dtype, size=capacity, clear_after_read=False, element_shape=element_shape)


def shortened(
    array: tf.TensorArray, steps: tf.Tensor, element_shape: ShapeLike = None
) -> tf.TensorArray:
    """A list without what follows the last step."""
    resized = tf.raw_ops.TensorListResize(input_handle=array.flow, size=steps)
    known = array.element_shape.merge_with(element_shape)
    return _of_list(resized, array.dtype, known)


def _of_list(handle: tf.Tensor, dtype: DTypeLike, element_shape: ShapeLike) -> tf.TensorArray:
    spec = tf.TensorArraySpec(element_shape, dtype)
    return tf.nest.pack_sequence_as(spec, [handle], expand_composites=True)


def is_list(array: tf.TensorArray) -> bool:
    """Whether it is a list of tensors: not in eager mode, nor in graphs with TF1's loops."""
    return array.flow.dtype == tf.variant


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
