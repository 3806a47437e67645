"""The kind of loop that is TensorFlow's: see `loop.unroll`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.loop_arrays import Unrolled, as_before, as_tensors, buffer, for_steps
from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.types import IntLike, Nest

tf1 = tf.compat.v1


def while_unroll(
    step: Callable[[tf.Tensor, Nest], tuple[Nest, Nest]],
    state: Nest,
    emits: Nest,
    *,
    capacity: IntLike,
    limit: IntLike | None,
    running: Callable[[Nest], tf.Tensor] | None,
    shapes: Sequence[tf.TensorShape] | None,
    parallel_iterations: int,
    swap_memory: bool,
) -> Unrolled:
    """As `loop.unroll`; what is emitted comes as TensorArrays."""
    if under_xla() and isinstance(capacity, int) and capacity == 0:
        # XLA would compile the step, and there is no input for it to read.
        nothing = tf.nest.map_structure(lambda zero: zero[None][:0], emits)
        return Unrolled(nothing, for_steps(as_tensors(state), capacity), tf.constant(0))
    limit = capacity if limit is None else limit
    state = as_tensors(state)
    zeros = tf.nest.flatten(emits)
    known = [zero.shape for zero in zeros] if shapes is None else list(shapes)
    arrays = [buffer(zero.dtype, shape, capacity) for zero, shape in zip(zeros, known, strict=True)]
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
