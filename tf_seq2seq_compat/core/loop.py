"""The one loop: `dynamic_rnn`, `raw_rnn`, `dynamic_decode` and beam search all run on `unroll`.

It has two kinds:

| | `while_unroll` | `xla_loop.compiled_unroll` |
|---|---|---|
| is | `tf.while_loop`; Python in eager mode | two loops, forward and backward, compiled by XLA |
| runs | everywhere, in compiled functions too | in graphs: see `jit_compile` of `unroll` |
| gradients | TensorFlow's, of any order | its own, of first order |
| memory | all intermediate results of all steps | state and products of all steps |
| a backward step costs | a backward pass | a forward and a backward pass, without the products |
| steps | any number | at most a known capacity; a TF1 graph pads it to a bucket |
| falls back | never | to the other, with a reason: see `StepFunction` |

Both decide in one place:

* **Buffers.** What the steps emit is written to arrays of `capacity` elements. Where no capacity is
  known they grow with the loop. XLA has no growing buffers (it compiles one and returns it empty),
  so there a missing capacity is an error.
* **Results under XLA** keep the fixed size: elements after the last step are zero.
* **Early exit.** The loop stops as soon as `running` says so, on every path.

Unchecked assumptions of a compiled loop: a step computes the same values when it is recomputed (its
draws are made before the loop for that), and a shape that is unknown while tracing does not change
between steps. XLA's `tf.random.stateless_uniform`, `stateless_categorical` and so on give other
numbers for a seed than TensorFlow's kernels do, in any compiled code.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import loop_compilation, xla_loop
from tf_seq2seq_compat.core.loop_arrays import (
    OpenEndedArray,
    Unrolled,
    as_before,
    as_tensors,
    buffer,
    fixed_size,
    for_steps,
    is_list,
    recording,
    shortened,
)
from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.types import IntLike, Nest

tf1 = tf.compat.v1


def unroll(
    step: Callable[[tf.Tensor, Nest], tuple[Nest, Nest]],
    state: Nest,
    emits: Nest,
    *,
    capacity: IntLike,
    known_capacity: IntLike | None = None,
    limit: IntLike | None = None,
    running: Callable[[Nest], tf.Tensor] | None = None,
    shapes: Sequence[tf.TensorShape] | None = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    jit_compile: bool | None = False,
) -> Unrolled:
    """Calls `step` until `limit`, `capacity` or `running` ends it, and keeps what it emits.

    Args:
      step: `step(time, state) -> (emitted, state)`.
      state: Initial state, a nest of tensors and TensorArrays; its structure, dtypes and static
        shapes stay the same over the loop.
      emits: Nest of tensors (zeros, say) with the dtype and shape of what one step emits.
      capacity: Most steps that the loop can take (int or scalar tensor), None if not known. Under
        XLA it must be given, and be known when XLA compiles.
      known_capacity: Takes the place of a missing `capacity` where XLA compiles the loop: a number
        that `running` ends it by.
      limit: Steps to take at most now, at most `capacity`; `capacity` by default.
      running: `running(state) -> bool scalar`: whether to take another step.
      shapes: The static shapes that what a step emits must have, by default those of `emits`.
      parallel_iterations: As for `tf.while_loop`.
      swap_memory: As for `tf.while_loop`.
      jit_compile: True for a compiled loop, which eager mode has not; None for one in a
        `tf.function(jit_compile=True)`, and in TF1 graphs if `compile_loops` says so.

    Returns:
      An `Unrolled`.

    Raises:
      ValueError: For a missing capacity under XLA, or a state that changes its shape.
      TypeError: If `parallel_iterations` is not a positive int.
    """
    is_compiled, in_xla = loop_compilation.is_compiled(jit_compile), under_xla()
    if capacity is None and (is_compiled or fixed_size()):
        capacity = known_capacity
    if capacity is None and fixed_size():
        what = 'compiled with XLA' if in_xla else 'exported'
        raise ValueError(
            f'The number of steps must be bounded to be {what}, but it is not known here: give '
            'maximum_iterations.'
        )
    if not isinstance(parallel_iterations, int) or parallel_iterations < 1:
        raise TypeError(
            f'parallel_iterations must be an int of 1 or more, but is {parallel_iterations!r}.'
        )
    arguments = step, as_tensors(state), emits, capacity, limit, running, shapes
    by_tensorflow = functools.partial(
        while_unroll,
        *arguments,
        parallel_iterations=parallel_iterations,
        swap_memory=swap_memory,
    )
    if not is_compiled:
        return by_tensorflow()
    explicit = loop_compilation.is_explicit(jit_compile)
    return xla_loop.compiled_unroll(*arguments, otherwise=by_tensorflow, explicit=explicit)


def while_unroll(
    step: Callable[[tf.Tensor, Nest], tuple[Nest, Nest]],
    state: Nest,
    emits: Nest,
    capacity: IntLike,
    limit: IntLike | None,
    running: Callable[[Nest], tf.Tensor] | None,
    shapes: Sequence[tf.TensorShape] | None,
    **options: Any,
) -> Unrolled:
    """The kind of loop that is TensorFlow's; what is emitted comes as TensorArrays."""
    if under_xla() and isinstance(capacity, int) and capacity == 0:
        # XLA would compile the step, and there is no input for it to read.
        nothing = tf.nest.map_structure(lambda zero: zero[None][:0], emits)
        return Unrolled(nothing, for_steps(state, capacity), tf.constant(0))
    limit = capacity if limit is None else limit
    zeros = tf.nest.flatten(emits)
    known = [zero.shape for zero in zeros] if shapes is None else list(shapes)
    arrays = [
        buffer(zero.dtype, shape, capacity, zero) for zero, shape in zip(zeros, known, strict=True)
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
        now = tf.nest.pack_sequence_as(state, flat)
        take = recording(state, functools.partial(step, time), time)
        emitted, new_state = take(now)
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

    steps, flat_state, arrays = tf1.while_loop(
        cond,
        body,
        (tf.constant(0), flat_state, arrays),
        maximum_iterations=capacity,
        return_same_structure=True,
        **options,
    )
    if fixed_size() and not under_xla():
        flat_state = [
            shortened(after, steps) if isinstance(before, OpenEndedArray) else after
            for before, after in zip(tf.nest.flatten(state), flat_state, strict=True)
        ]
    return Unrolled(
        tf.nest.pack_sequence_as(emits, arrays),
        tf.nest.pack_sequence_as(state, flat_state),
        steps,
        known,
    )


def stacked(run: Unrolled, emits: Nest, *, length: IntLike | None = None) -> Nest:
    """The emitted elements as tensors.

    Args:
      run: The results of `unroll`.
      emits: The nest given to it.
      length: Number of elements wanted: zeros follow the last step taken. By default the number of
        steps taken (under XLA: the capacity).

    Returns:
      Nest like `emits` of `[time, ...]` tensors.
    """
    in_xla = under_xla()

    def stack(array: tf.TensorArray, zero: tf.Tensor, element_shape: tf.TensorShape) -> tf.Tensor:
        is_stacked = isinstance(array, tf.Tensor)  # by a compiled loop
        if in_xla:
            return array if is_stacked else array.stack()
        if is_stacked:
            result = array[: run.steps if length is None else length]
        else:
            result = _read(array, run.steps, zero, element_shape)
            if length is not None:
                sizes = tf.concat([[length - run.steps], _sizes(element_shape, zero)], 0)
                result = tf.concat([result, tf.zeros(sizes, zero.dtype)], 0)
        known = None if length is None else tf.get_static_value(length)
        result.set_shape(tf.TensorShape([known]).concatenate(element_shape))
        return result

    zeros = tf.nest.flatten(emits)
    shapes = [zero.shape for zero in zeros] if run.shapes is None else run.shapes
    parts = zip(tf.nest.flatten(run.emitted), zeros, shapes, strict=True)
    return tf.nest.pack_sequence_as(emits, [stack(*part) for part in parts])


def _read(
    array: tf.TensorArray, steps: tf.Tensor, zero: tf.Tensor, element_shape: tf.TensorShape
) -> tf.Tensor:
    """The elements of the steps that were taken, `[steps, ...]`."""

    def written() -> tf.Tensor:
        if is_list(array):  # from which converters to other formats cannot gather
            return shortened(array, steps, element_shape).stack()
        return array.gather(tf.range(steps))

    def nothing() -> tf.Tensor:
        return tf.zeros(tf.concat([[steps], _sizes(element_shape, zero)], 0), zero.dtype)

    # Without a step there is no element to tell a shape that is not known beforehand.
    known_shape = element_shape.is_fully_defined() and not tf.executing_eagerly()
    is_known = known_shape or (fixed_size() and is_list(array))
    return written() if is_known else tf.cond(steps > 0, written, nothing)


def _sizes(shape: tf.TensorShape, zero: tf.Tensor) -> Any:
    """Sizes of an element of this static shape; those that it does not know are as of `zero`."""
    if not shape.rank or zero.shape.rank is None:
        return tf.shape(zero)
    sizes = itertools.chain(tf.unstack(tf.shape(zero)), itertools.repeat(0))
    known = zip(shape.as_list(), sizes, strict=False)
    return tf.stack([declared if size is None else size for size, declared in known])
