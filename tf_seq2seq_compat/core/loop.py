"""The one loop: `dynamic_rnn`, `raw_rnn`, `dynamic_decode` and beam search all run on `unroll`.

It is a `while_loop` in graphs and `tf.function`, plain Python in eager mode, and compiles with XLA.
What it decides in one place:

* **Buffers.** What the steps emit is written to TensorArrays of `capacity` elements. Where no
  capacity is known they grow with the loop. XLA has no growing buffers (it compiles one and returns
  it empty, without a word), so there a missing capacity is an error.
* **Results under XLA** keep the fixed size: elements after the last step are zero.
* **Early exit.** The loop stops as soon as `running` says so, on every path.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core import tensorflow_internals
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.traced_step import traced_step
from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, ShapeLike

tf1 = tf.compat.v1


def under_xla() -> bool:
    """True while the code of a `tf.function(jit_compile=True)` is traced, or a step to compile."""
    if tf.executing_eagerly():
        return False
    if traced_step() is not None:
        return True
    return tensorflow_internals.in_xla_context(tf1.get_default_graph())


class OpenEndedArray(tf.TensorArray):
    """A TensorArray for a number of steps that is not known yet, such as an alignment history.

    Outside XLA it grows by itself. `for_steps` replaces it, where a loop begins, by a fresh array,
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

    def fresh(value: Nest) -> Nest:
        if not isinstance(value, OpenEndedArray):
            return value
        return _buffer(value.dtype, value.element_shape, capacity if under_xla() else None)

    return tf.nest.map_structure(fresh, state)


def open_ended_array(dtype: DTypeLike, element_shape: ShapeLike) -> OpenEndedArray:
    """Makes an `OpenEndedArray`."""
    return OpenEndedArray(dtype, element_shape)


def _buffer(dtype: DTypeLike, element_shape: ShapeLike, capacity: IntLike) -> tf.TensorArray:
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
        self.dtype = self._array.dtype  # TensorFlow warns of arrays of which nothing is asked.

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


def input_array(x: tf.Tensor) -> InputArray:
    """Makes an `InputArray`."""
    return InputArray(x)


class Unrolled(NamedTuple):
    """The results of a loop: emitted TensorArrays (a nest), the final state, and the step count.

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


def unroll(
    step: Callable[[tf.Tensor, Nest], tuple[Nest, Nest]],
    state: Nest,
    emits: Nest,
    *,
    capacity: IntLike,
    limit: IntLike | None = None,
    running: Callable[[Nest], tf.Tensor] | None = None,
    shapes: Sequence[tf.TensorShape] | None = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
) -> Unrolled:
    """Calls `step` until `limit`, `capacity` or `running` ends it, and keeps what it emits.

    Args:
      step: `step(time, state) -> (emitted, state)`.
      state: Initial state, a nest of tensors and TensorArrays; its structure, dtypes and static
        shapes stay the same over the loop.
      emits: Nest of tensors (zeros, say) with the dtype and shape of what one step emits.
      capacity: Most steps that the loop can take (int or scalar tensor), None if not known. Under
        XLA it must be given, and be known when XLA compiles.
      limit: Steps to take at most now, at most `capacity`; `capacity` by default.
      running: `running(state) -> bool scalar`: whether to take another step.
      shapes: The static shapes that what a step emits must have, by default those of `emits`.
      parallel_iterations: As for `tf.while_loop`.
      swap_memory: As for `tf.while_loop`.

    Returns:
      An `Unrolled`.

    Raises:
      ValueError: For a missing capacity under XLA, or a state that changes its shape.
      TypeError: If `parallel_iterations` is not a positive int.
    """
    if under_xla() and capacity is None:
        raise ValueError(
            'The number of steps must be bounded to be compiled with XLA, but it is not known '
            'here: give maximum_iterations.'
        )
    if not isinstance(parallel_iterations, int) or parallel_iterations < 1:
        raise TypeError(
            f'parallel_iterations must be an int of 1 or more, but is {parallel_iterations!r}.'
        )
    limit = capacity if limit is None else limit
    state = as_tensors(state)
    zeros = tf.nest.flatten(emits)
    known = [zero.shape for zero in zeros] if shapes is None else list(shapes)
    arrays = [
        _buffer(zero.dtype, shape, capacity) for zero, shape in zip(zeros, known, strict=True)
    ]
    flat_state = tf.nest.flatten(for_steps(state, capacity))

    def cond(time: tf.Tensor, flat: list[tf.Tensor], _: object) -> tf.Tensor:
        within = tf.constant(True) if limit is None else time < limit
        if running is None:
            return within
        return tf.logical_and(within, running(tf.nest.pack_sequence_as(state, flat)))

    def body(
        time: tf.Tensor, flat: list[tf.Tensor], written: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, list[tf.Tensor], list[tf.TensorArray]]:
        emitted, new_state = step(time, tf.nest.pack_sequence_as(state, flat))
        tf.nest.assert_same_structure(emits, emitted)
        tf.nest.assert_same_structure(state, new_state)
        new_flat = [
            new if isinstance(old, tf.TensorArray) else as_before(new, old.shape)
            for new, old in zip(tf.nest.flatten(new_state), flat, strict=True)
        ]
        flat_emitted = [tf.convert_to_tensor(e) for e in tf.nest.flatten(emitted)]
        written = [a.write(time, e) for a, e in zip(written, flat_emitted, strict=True)]
        known[:] = [s.merge_with(e.shape) for s, e in zip(known, flat_emitted, strict=True)]
        return time + 1, new_flat, written

    if under_xla() and isinstance(capacity, int) and capacity == 0:
        # XLA would compile the step, and there is no input for it to read.
        return Unrolled(
            tf.nest.map_structure(lambda zero: zero[None][:0], emits),
            tf.nest.pack_sequence_as(state, flat_state),
            tf.constant(0),
        )
    steps, flat_state, arrays = tf1.while_loop(
        cond,
        body,
        (tf.constant(0), flat_state, arrays),
        parallel_iterations=parallel_iterations,
        swap_memory=swap_memory,
        maximum_iterations=capacity,
        return_same_structure=True,
    )
    return Unrolled(
        tf.nest.pack_sequence_as(emits, arrays),
        tf.nest.pack_sequence_as(state, flat_state),
        steps,
        known,
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


def _sizes(shape: tf.TensorShape, zero: tf.Tensor) -> Any:
    """Sizes of an element of this static shape; those that it does not know are as of `zero`."""
    if not shape.rank or zero.shape.rank is None:
        return tf.shape(zero)
    sizes = itertools.chain(tf.unstack(tf.shape(zero)), itertools.repeat(0))
    known = zip(shape.as_list(), sizes, strict=False)
    return tf.stack([declared if size is None else size for size, declared in known])


def stacked(run: Unrolled, emits: Nest, *, length: IntLike | None = None) -> Nest:
    """The emitted elements as tensors.

    Args:
      run: What `unroll` returned.
      emits: The nest given to it.
      length: Number of elements wanted: zeros follow the last step taken. By default the number of
        steps taken (under XLA: the capacity).

    Returns:
      Nest like `emits` of `[time, ...]` tensors.
    """

    def stack(array: tf.TensorArray, zero: tf.Tensor, element_shape: tf.TensorShape) -> tf.Tensor:
        if isinstance(array, tf.Tensor):  # A compiled loop has stacked it already.
            if under_xla():
                return array
            result = array[: run.steps if length is None else length]
            known = None if length is None else tf.get_static_value(length)
            result.set_shape(tf.TensorShape([known]).concatenate(element_shape))
            return result
        if under_xla():
            return array.stack()

        def written() -> tf.Tensor:
            return array.gather(tf.range(run.steps))

        def nothing() -> tf.Tensor:
            return tf.zeros(tf.concat([[run.steps], _sizes(element_shape, zero)], 0), zero.dtype)

        # Without a step there is no element to tell a shape that is not known beforehand.
        known_shape = element_shape.is_fully_defined() and not tf.executing_eagerly()
        result = written() if known_shape else tf.cond(run.steps > 0, written, nothing)
        if length is not None:
            sizes = tf.concat([[length - run.steps], _sizes(element_shape, zero)], 0)
            missing = tf.zeros(sizes, zero.dtype)
            result = tf.concat([result, missing], 0)
        known = None if length is None else tf.get_static_value(length)
        result.set_shape(tf.TensorShape([known]).concatenate(element_shape))
        return result

    zeros = tf.nest.flatten(emits)
    shapes = [zero.shape for zero in zeros] if run.shapes is None else run.shapes
    parts = zip(tf.nest.flatten(run.emitted), zeros, shapes, strict=True)
    return tf.nest.pack_sequence_as(emits, [stack(*part) for part in parts])
