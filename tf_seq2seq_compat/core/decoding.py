"""The decoding loop: steps until every sequence is finished, for the decoders of every API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.beam_search import gather_beams
from tf_seq2seq_compat.core.loop import unroll
from tf_seq2seq_compat.core.loop_arrays import Unrolled
from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.core.structure import (
    axis_size,
    check_same_structure,
    is_unbatched,
    transpose_batch_time,
    where_rows,
)
from tf_seq2seq_compat.types import IntLike, Nest

# step(time, inputs, state) -> (outputs, next state, next inputs, finished); one that reads the ids
# so far takes them as `ids`, int32 `[batch, max_steps]` (`[batch, beam, max_steps]`).
DecoderStep = Callable[..., tuple[Nest, Nest, Nest, tf.Tensor]]
# From the outputs of a step to its ids, `[batch]`, and None; of a beam search to ids and parents,
# both `[batch, beam]`.
SampledIds = Callable[[Nest], tuple[tf.Tensor, tf.Tensor | None]]


class Decoded(NamedTuple):
    """What `decode` returns: the loop's results, the decoder's last state, and the lengths."""

    run: Unrolled
    state: Nest
    lengths: tf.Tensor


def decode(
    step: DecoderStep,
    initial: tuple[tf.Tensor, Nest, Nest],
    zero_outputs: Nest,
    *,
    shapes: Sequence[tf.TensorShape],
    name: str,
    maximum_iterations: IntLike | None = None,
    maximum_length: IntLike | None = None,
    tracks_own_finished: bool = False,
    impute_finished: bool = False,
    imputes_outputs: bool = True,
    lengths_of: Callable[[Nest], tf.Tensor | None] = lambda state: None,
    sampled_ids: SampledIds | None = None,
    jit_compile: bool | None = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
) -> Decoded:
    """Takes steps until every sequence is finished.

    Args:
      step: One step of the decoder.
      initial: `(finished, first_inputs, state)`.
      zero_outputs: Zeros like the outputs of one step.
      shapes: Static shapes of these outputs, a flat list.
      name: Name of the decoder, for the messages of errors.
      maximum_iterations: Most steps to take: int, int32 scalar or None.
      maximum_length: The bound where there is no other, for loops that need one to be compiled.
      tracks_own_finished: Whether a sequence may begin again.
      impute_finished: Whether the state of finished sequences is copied through, and their outputs
        are set to zero.
      imputes_outputs: False leaves the outputs to the caller.
      lengths_of: From a state to the lengths that the decoder itself counts, None if it does not.
      sampled_ids: Given where `step` reads the ids so far.
      jit_compile: As for `dynamic_decode`.
      parallel_iterations: As for `tf.while_loop`.
      swap_memory: Likewise.

    Returns:
      A `Decoded`.

    Raises:
      ValueError: If the ids so far are read, and nothing bounds how many they will be.
    """
    # Converted once here, so that the loop sees tensors (and TensorArrays) only.
    finished, inputs, state = tf.nest.map_structure(_as_tensor, initial)
    lengths = tf.zeros_like(finished, tf.int32)
    if impute_finished:
        _check_imputable(name, finished, state)
    # An empty nest where nothing reads them.
    ids: Nest = () if sampled_ids is None else no_ids(finished, maximum_iterations)

    def take(time: tf.Tensor, carried: Nest) -> tuple[Nest, Nest]:
        finished, inputs, state, lengths, ids = carried
        so_far = {} if sampled_ids is None else {'ids': ids}
        outputs, next_state, next_inputs, next_finished = step(time, inputs, state, **so_far)
        check_same_structure(zero_outputs, outputs, f'The output of {name}')
        check_same_structure(state, next_state, f'The next state of {name}')
        if not tracks_own_finished:
            next_finished = tf.logical_or(next_finished, finished)
        own_lengths = lengths_of(next_state)
        lengths = tf.where(finished, lengths, time + 1) if own_lengths is None else own_lengths
        if impute_finished:
            if imputes_outputs:
                outputs = where_rows(finished, zero_outputs, outputs)
            next_state = where_rows(finished, state, next_state)
        if sampled_ids is not None:
            ids = with_ids(ids, time, *sampled_ids(outputs))
        return outputs, (next_finished, next_inputs, next_state, lengths, ids)

    run = unroll(
        take,
        (finished, inputs, state, lengths, ids),
        zero_outputs,
        capacity=maximum_iterations,
        known_capacity=maximum_length,
        running=lambda carried: tf.logical_not(tf.reduce_all(carried[0])),
        shapes=shapes,
        parallel_iterations=parallel_iterations,
        swap_memory=swap_memory,
        jit_compile=jit_compile,
    )
    _, _, state, lengths, _ = run.state
    return Decoded(run, state, lengths)


def completed(
    complete: Callable[[Nest, tf.Tensor | None], Nest],
    outputs: Nest,
    decoded: Decoded,
    impute_finished: bool,
    output_time_major: bool,
) -> Nest:
    """The outputs of a decoder whose output layer was left for after the loop.

    Args:
      complete: From the outputs of the loop, and a mask of what counts of them, to the decoder's.
      outputs: Those of the loop, `[time, batch, ...]`.
      decoded: What `decode` returned.
      impute_finished: Whether what follows the end of a sequence is to be zero.
      output_time_major: Whether time is to be the first axis.

    Returns:
      The outputs of the decoder.
    """
    counted = None
    if impute_finished or under_xla():
        ends = decoded.lengths if impute_finished else decoded.run.steps
        counted = tf.range(axis_size(tf.nest.flatten(outputs)[0], 0))[:, None] < ends
    if not output_time_major:  # Transposed first: the outputs of the whole are larger.
        outputs = tf.nest.map_structure(transpose_batch_time, outputs)
        counted = None if counted is None else tf.transpose(counted)
    return complete(outputs, counted)


def checked_maximum(maximum_iterations: IntLike) -> tf.Tensor | None:
    """`maximum_iterations` as an int where it is known, so that XLA can size the buffers by it."""
    if maximum_iterations is None:
        return None
    dtype = None if tf.is_tensor(maximum_iterations) else tf.int32
    try:
        maximum = tf.convert_to_tensor(maximum_iterations, dtype)
    except (TypeError, ValueError):
        raise TypeError(
            f'maximum_iterations must be an integer scalar, but is {maximum_iterations!r}.'
        ) from None
    if not maximum.dtype.is_integer:
        raise ValueError(
            f'maximum_iterations must be an integer, but has dtype {maximum.dtype.name}: use '
            'tf.cast(maximum_iterations, tf.int32).'
        )
    if maximum.shape.rank not in (None, 0):
        raise ValueError(
            f'maximum_iterations must be a scalar, but has shape {maximum.shape}: it limits the '
            'steps of the whole batch.'
        )
    static = tf.get_static_value(maximum)
    if static is not None:
        return max(int(static), 0)
    return tf.maximum(tf.cast(maximum, tf.int32), 0)


def no_ids(finished: tf.Tensor, maximum_iterations: IntLike | None) -> tf.Tensor:
    """The ids so far before the first step, zeros: `finished.shape + [maximum_iterations]`."""
    if maximum_iterations is None:
        raise ValueError(
            'logits_processors need maximum_iterations (max_steps in streaming): the ids so far, '
            'which they read, are kept in a tensor of that many steps.'
        )
    ids = tf.zeros(tf.concat([tf.shape(finished), [maximum_iterations]], 0), tf.int32)
    known = tf.get_static_value(maximum_iterations)
    ids.set_shape(finished.shape.concatenate([known]))
    return ids


def with_ids(
    ids: tf.Tensor, time: tf.Tensor, new: tf.Tensor, parents: tf.Tensor | None
) -> tf.Tensor:
    """The ids so far, in the order of the beams, and those of this step."""
    if parents is not None:
        ids = gather_beams(ids, parents)
    here = tf.equal(tf.range(axis_size(ids, -1)), time)
    return tf.where(here, tf.cast(new, tf.int32)[..., None], ids)


def _check_imputable(name: str, finished: tf.Tensor, state: Nest) -> None:
    """Rows can be copied through; of what is finished by beams, only what has no other axes."""
    rank = finished.shape.rank
    if rank is None or rank < 2:
        return
    for part in tf.nest.flatten(state):
        if not is_unbatched(part) and part.shape.rank not in (None, rank):
            raise ValueError(
                f'impute_finished=True cannot be used with {name}: its finished has shape '
                f'{finished.shape}, one of its states {part.shape}. Beams change places, so there '
                'is no state to copy through: use impute_finished=False. A beam search decoder '
                'itself keeps the finished beams as they are.'
            )


def _as_tensor(value: Nest) -> tf.Tensor | tf.TensorArray:
    return value if isinstance(value, tf.TensorArray) else tf.convert_to_tensor(value)
