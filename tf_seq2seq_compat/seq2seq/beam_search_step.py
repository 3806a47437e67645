"""One step of beam search on a `BeamSearchDecoderState`, and what TF1 has beside it.

The names are those within TF1's `beam_search_decoder` module, which has them here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core import beam_search as core
from tf_seq2seq_compat.core.logits_processors import LogitsProcessor, process
from tf_seq2seq_compat.core.sampling import gumbel_noise
from tf_seq2seq_compat.types import FloatLike, IntLike, Nest, TensorLike

tf1 = tf.compat.v1


class BeamSearchDecoderState(NamedTuple):
    """State of a `BeamSearchDecoder`.

    Attributes:
      cell_state: State of the cell, each tensor `[batch, beam_width, ...]`.
      log_probs: Log-probabilities of the beams, `[batch, beam_width]`.
      finished: bool `[batch, beam_width]`.
      lengths: int64 `[batch, beam_width]`, the end token counted.
      accumulated_attention_probs: With a coverage penalty the sums over the steps of the attention
        weights, `[batch, beam_width, max_time]`, else `()`.

    Example:
      >>> seq2seq.BeamSearchDecoderState._fields[:3]
      ('cell_state', 'log_probs', 'finished')

    Legacy: `tf.contrib.seq2seq.BeamSearchDecoderState` of TF 1.15.
    """

    cell_state: Nest
    log_probs: tf.Tensor
    finished: tf.Tensor
    lengths: tf.Tensor
    accumulated_attention_probs: tf.Tensor


class StochasticBeamSearchState(NamedTuple):
    """State of a `BeamSearchDecoder` with `SearchOptions(stochastic=True)`.

    Attributes:
      cell_state: As in `BeamSearchDecoderState`, like those that follow.
      log_probs: `[batch, beam_width]`.
      finished: bool `[batch, beam_width]`.
      lengths: int64 `[batch, beam_width]`.
      accumulated_attention_probs: `()`.
      perturbed: Perturbed log-probabilities of the beams, `[batch, beam_width]`, in order.
    """

    cell_state: Nest
    log_probs: tf.Tensor
    finished: tf.Tensor
    lengths: tf.Tensor
    accumulated_attention_probs: Nest
    perturbed: tf.Tensor


SearchState: TypeAlias = BeamSearchDecoderState | StochasticBeamSearchState


class BeamSearchDecoderOutput(NamedTuple):
    """The outputs of all steps of a beam search, all `[batch, time, beam_width]`.

    Attributes:
      scores: Scores of the beams of each step, the best first.
      predicted_ids: int32, the ids by which they were extended.
      parent_ids: int32, the beam of the step before that each extends.

    Example:
      >>> seq2seq.BeamSearchDecoderOutput(scores=1, predicted_ids=2, parent_ids=3).parent_ids
      3

    Legacy: `tf.contrib.seq2seq.BeamSearchDecoderOutput` of TF 1.15.
    """

    scores: tf.Tensor
    predicted_ids: tf.Tensor
    parent_ids: tf.Tensor


def _beam_search_step(
    time: IntLike,
    logits: TensorLike,
    next_cell_state: Nest,
    beam_state: SearchState,
    batch_size: IntLike,
    beam_width: IntLike,
    end_token: IntLike,
    length_penalty_weight: FloatLike,
    coverage_penalty_weight: FloatLike,
    output_all_scores: bool = False,
    *,
    logits_processors: Sequence[LogitsProcessor] = (),
    ids: tf.Tensor | None = None,
    search_options: core.SearchOptions = core.AS_TF1,
) -> tuple[BeamSearchDecoderOutput, SearchState]:
    """Chooses the next beams, given the cell's next state and `[batch, beam, vocabulary]` logits.

    `batch_size` and `beam_width` are TF1's, and not needed. With `output_all_scores` (of
    TensorFlow Addons) the scores of the output are those of all words of all beams. The
    `logits_processors` change the log-probabilities of the words; `ids` are those so far, int32
    `[batch, beam, max_steps]`.
    """
    _check_weight('length_penalty_weight', length_penalty_weight)
    _check_weight('coverage_penalty_weight', coverage_penalty_weight)
    accumulated: Nest = ()
    coverage = None
    attention = get_attention_probs(next_cell_state, coverage_penalty_weight)
    if attention is not None:
        unfinished = tf.cast(~beam_state.finished, attention.dtype)
        accumulated = beam_state.accumulated_attention_probs + attention * unfinished[:, :, None]
        coverage = _coverage(accumulated, beam_state.finished, coverage_penalty_weight)
    log_probs = process(logits_processors, time, ids, tf.nn.log_softmax(logits))
    perturbed = None
    if search_options.stochastic:
        assert isinstance(beam_state, StochasticBeamSearchState)
        perturbed = beam_state.perturbed, gumbel_noise(log_probs, search_options.seed, time)
    chosen = core.search_step(
        log_probs,
        beam_state.log_probs,
        beam_state.finished,
        beam_state.lengths,
        end_token,
        length_penalty_weight,
        coverage,
        search_options,
        perturbed,
    )

    def follow(t: tf.TensorArray) -> tf.Tensor:
        if isinstance(t, tf.TensorArray):
            return t
        _check_ndims(t)
        return core.gather_beams(t, chosen.parents) if t.shape.rank > 1 else t

    kept = BeamSearchDecoderState(
        cell_state=tf.nest.map_structure(follow, next_cell_state),
        log_probs=chosen.log_probs,
        finished=chosen.finished,
        lengths=chosen.lengths,
        accumulated_attention_probs=tf.nest.map_structure(follow, accumulated),
    )
    next_state: SearchState = kept
    if perturbed is not None:
        next_state = StochasticBeamSearchState(**kept._asdict(), perturbed=chosen.scores)
    scores = chosen.all_scores if output_all_scores else chosen.scores
    return BeamSearchDecoderOutput(scores, chosen.word_ids, chosen.parents), next_state


def _coverage(attention: tf.Tensor, finished: tf.Tensor, weight: FloatLike) -> tf.Tensor:
    """The coverage penalty added to the scores, `[batch, beam]`: zero for unfinished beams."""
    penalty = core.coverage_penalty(attention)
    return penalty * tf.cast(finished, penalty.dtype) * tf.cast(weight, penalty.dtype)


def _get_scores(
    log_probs: tf.Tensor,
    sequence_lengths: TensorLike,
    length_penalty_weight: FloatLike,
    coverage_penalty_weight: FloatLike,
    finished: tf.Tensor,
    accumulated_attention_probs: tf.Tensor,
) -> tf.Tensor:
    """Scores `[batch, beam, vocabulary]` of log-probabilities and lengths of that shape."""
    _check_weight('coverage_penalty_weight', coverage_penalty_weight)
    penalty = _length_penalty(sequence_lengths, length_penalty_weight)
    scores = log_probs / tf.cast(penalty, log_probs.dtype)
    if core.is_zero(coverage_penalty_weight):
        return scores
    coverage = _coverage(accumulated_attention_probs, finished, coverage_penalty_weight)
    return scores + tf.cast(coverage, scores.dtype)[:, :, None]


def _length_penalty(sequence_lengths: TensorLike, penalty_factor: FloatLike) -> FloatLike:
    """`core.beam_search.length_penalty`; the float 1.0 for a factor that is known to be zero."""
    _check_weight('penalty_factor', penalty_factor)
    if core.is_zero(penalty_factor):
        return 1.0
    return core.length_penalty(tf.convert_to_tensor(sequence_lengths), penalty_factor)


def _check_weight(argument: str, weight: TensorLike) -> None:
    if isinstance(weight, str | bytes):
        raise TypeError(f'{argument} must be a number, but is {weight!r}.')
    shape = weight.shape if tf.is_tensor(weight) else tf.TensorShape(np.shape(weight))
    if shape.rank not in (None, 0):
        raise ValueError(
            f'{argument} should be a scalar, one weight for all beams, but saw shape: {shape}.'
        )


def _mask_probs(probs: tf.Tensor, eos_token: IntLike, finished: tf.Tensor) -> tf.Tensor:
    probs = tf.convert_to_tensor(probs)
    return core.only_end_token(probs, eos_token, tf.convert_to_tensor(finished))


def get_attention_probs(next_cell_state: Nest, coverage_penalty_weight: FloatLike) -> tf.Tensor:
    """Attention weights `[batch, beam_width, max_time]` in a cell's state, for the coverage.

    Args:
      next_cell_state: An `AttentionWrapperState`, or a tuple with some in it: their mean counts.
      coverage_penalty_weight: float.

    Returns:
      The tensor, or None if the weight is 0.

    Raises:
      ValueError: If there is a weight and no attention.
    """
    if core.is_zero(coverage_penalty_weight):
        return None
    if _has_alignments(next_cell_state):
        return attention_probs_from_attn_state(next_cell_state)
    parts = next_cell_state if isinstance(next_cell_state, tuple) else ()
    attention = [attention_probs_from_attn_state(part) for part in parts if _has_alignments(part)]
    if not attention:
        raise ValueError(
            'coverage_penalty_weight must be 0.0 if no cell is attentional: a coverage penalty '
            'needs an AttentionWrapper as the cell.'
        )
    return tf.reduce_mean(tf.stack(attention, -1), -1)


def _has_alignments(state: Nest) -> bool:
    """Whether it is an `AttentionWrapperState`, of TF1 or of TensorFlow Addons."""
    return isinstance(state, tuple) and 'alignments' in getattr(state, '_fields', ())


def attention_probs_from_attn_state(attention_state: Nest) -> tf.Tensor:
    """Attention weights in an `AttentionWrapperState`; of several mechanisms, their mean."""
    alignments = attention_state.alignments
    if not isinstance(alignments, tuple):
        return alignments
    return tf.reduce_mean(tf.stack(alignments, -1), -1)


def gather_tree_from_array(
    t: tf.TensorArray, parent_ids: TensorLike, sequence_length: TensorLike
) -> tf.Tensor:
    """Puts what each step left, an alignment history say, in the order of the beams at the end.

    Args:
      t: `[max_time, batch, beam_width, ...]` or `[max_time, batch * beam_width, ...]`, such as a
        stacked TensorArray.
      parent_ids: int32 `[max_time, batch, beam_width]`.
      sequence_length: int `[batch, beam_width]`, lengths of the beams at the end.

    Returns:
      Like `t`. Steps that follow the end of a beam stay where they are.

    Example:
      >>> from tf_seq2seq_compat.seq2seq.beam_search_step import gather_tree_from_array
      >>> steps = tf.constant([[[1, 2]], [[3, 4]]])  # 2 steps of 1 example with 2 beams
      >>> parents = tf.constant([[[0, 0]], [[1, 0]]])  # the beams change places
      >>> gather_tree_from_array(steps, parents, [[2, 2]]).numpy().tolist()
      [[[2, 1]], [[3, 4]]]
    """
    with tf1.name_scope('gather_tree_from_array'):
        t = tf.convert_to_tensor(t)
        return core.reorder(t, tf.convert_to_tensor(parent_ids), sequence_length)


def _tensor_gather_helper(
    gather_indices: tf.Tensor,
    gather_from: tf.Tensor | tf.TensorArray,
    batch_size: IntLike,
    range_size: IntLike,
    gather_shape: Sequence[IntLike],
    name: str | None = None,
) -> tf.Tensor:
    """Gathers example by example from `gather_from`, reshaped to `gather_shape`.

    `range_size` elements belong to one example, `[batch, chosen]` indices count within it.
    """
    with tf1.name_scope(name, 'tensor_gather_helper'):
        gather_from = tf.convert_to_tensor(gather_from)
        begins = tf.range(batch_size) * range_size
        flat = tf.reshape(gather_indices + begins[:, None], [-1])
        kept = 1 + len(gather_shape)
        gathered = tf.gather(tf.reshape(gather_from, gather_shape), flat)
        result = tf.reshape(gathered, tf.shape(gather_from)[:kept])
        static_batch = tf.TensorShape([tf.get_static_value(batch_size)])
        result.set_shape(static_batch.concatenate(gather_from.shape[1:kept]))
        return result


def _maybe_tensor_gather_helper(
    gather_indices: tf.Tensor,
    gather_from: tf.Tensor | tf.TensorArray,
    batch_size: IntLike,
    range_size: IntLike,
    gather_shape: Sequence[IntLike],
) -> tf.Tensor | tf.TensorArray:
    """`_tensor_gather_helper` of what has as many axes as `gather_shape`, all else as it is."""
    if isinstance(gather_from, tf.TensorArray):
        return gather_from
    _check_ndims(gather_from)
    if gather_from.shape.rank < len(gather_shape):
        return gather_from
    return _tensor_gather_helper(gather_indices, gather_from, batch_size, range_size, gather_shape)


def _check_ndims(t: tf.TensorArray) -> None:
    if t.shape.rank is None:
        raise ValueError(
            f'Expected tensor ({t}) to have known rank, but its shape is {t.shape}: use set_shape.'
        )


def _splits_into_beams(shape: tf.TensorShape, batch_size: int | None, beam_width: int) -> bool:
    """Whether elements of this shape may be `[batch * beam, ...]` or `[batch, beam, ...]`."""
    rows = None if batch_size is None else int(batch_size) * beam_width
    leading = tf.TensorShape([batch_size, beam_width])
    return shape[:1].is_compatible_with([rows]) or (
        shape.rank > 1 and shape[:2].is_compatible_with(leading)
    )


def _check_static_batch_beam_maybe(
    shape: tf.TensorShape, batch_size: IntLike, beam_width: IntLike
) -> bool:
    """TF1's rule for what it puts in order; it leaves `[batch * beam, depth]` of known sizes out.

    By it the first axis must be `batch * beam`, and the first two also `batch` and `beam`, where
    they and the batch size are known.
    """
    rows = tf.compat.dimension_value(shape[0])
    if batch_size is None or rows is None:
        return True
    depth = tf.compat.dimension_value(shape[1]) if len(shape) > 1 else None
    if rows != batch_size * beam_width:
        return False
    return depth is None or (rows, depth) == (batch_size, beam_width)


def _check_batch_beam(
    t: tf.TensorArray, batch_size: IntLike, beam_width: IntLike
) -> tf.Operation | None:
    """Checks, when it runs, that `[time, ...]` elements can be split into beams."""
    message = (
        'TensorArray reordering expects elements to be reshapable to [batch_size, beam_width, -1], '
        f'which the elements of {t} are not. Consider reorder_tensor_arrays=False.'
    )
    shape = tf.shape(t)
    merged = tf.equal(shape[1], batch_size * beam_width)
    fits = merged
    if t.shape.rank != 2:
        split = tf.logical_and(tf.equal(shape[1], batch_size), tf.equal(shape[2], beam_width))
        fits = tf.logical_or(merged, split)
    return tf1.Assert(fits, [message])
