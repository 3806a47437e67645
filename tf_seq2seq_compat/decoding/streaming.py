"""Decoding one step at a time, for speech and chat: the state goes out and comes back in."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.decoding import no_ids, with_ids
from tf_seq2seq_compat.seq2seq.decoder import Decoder
from tf_seq2seq_compat.types import IntLike, Nest, Scope

tf1 = tf.compat.v1

__all__ = ['Stream', 'begin', 'next_step']


class Stream(NamedTuple):
    """What a step of decoding leaves for the next: tensors only, so that a function can return it.

    Attributes:
      time: int32 scalar, the number of the next step.
      finished: bool `[batch]`, or `[batch, beam_width]`.
      inputs: What the next step reads, a nest of `[batch, ...]` tensors.
      state: The decoder's state, a nest of `[batch, ...]` tensors.
      ids: The ids so far, int32 `[batch, max_steps]`, where the decoder has `logits_processors`,
        else `()`.

    Example:
      >>> from tf_seq2seq_compat.decoding import Stream
      >>> Stream._fields
      ('time', 'finished', 'inputs', 'state', 'ids')
    """

    time: tf.Tensor
    finished: tf.Tensor
    inputs: Nest
    state: Nest
    ids: Nest


@without_autograph
def begin(decoder: Decoder, max_steps: IntLike | None = None) -> Stream:
    """The beginning of a sequence that is decoded step by step.

    Args:
      decoder: A `BasicDecoder` or a `BeamSearchDecoder`, or another `Decoder`.
      max_steps: Most steps that will be taken; needed only for `logits_processors`.

    Returns:
      A `Stream`.

    Raises:
      TypeError: If it is no `Decoder`.
      ValueError: If the state holds a TensorArray, such as an alignment history, or there are
        `logits_processors` and no `max_steps`.

    Example:
      >>> from tf_seq2seq_compat.decoding import begin
      >>> cell = seq2seq.GRUCell(4)
      >>> helper = seq2seq.GreedyEmbeddingHelper(tf.eye(5), start_tokens=[1, 1], end_token=2)
      >>> decoder = seq2seq.BasicDecoder(
      ...     cell, helper, cell.zero_state(2, tf.float32), seq2seq.Dense(5))
      >>> begin(decoder).inputs.shape
      TensorShape([2, 5])
    """
    if not isinstance(decoder, Decoder):
        raise TypeError(
            f'decoder must be a Decoder, such as a BasicDecoder, but is {type(decoder)}.'
        )
    finished, inputs, state = decoder.initialize()
    if any(isinstance(part, tf.TensorArray) for part in tf.nest.flatten(state)):
        raise ValueError(
            'The state of the decoder holds a TensorArray, which cannot leave a function: make the '
            'AttentionWrapper without alignment_history. The alignments of each step are in its '
            'state.'
        )
    finished, inputs, state = tf.nest.map_structure(tf.convert_to_tensor, (finished, inputs, state))
    ids = no_ids(finished, max_steps) if decoder.logits_processors else ()
    return Stream(tf.constant(0), finished, inputs, state, ids)


@without_autograph
def next_step(decoder: Decoder, stream: Stream, scope: Scope | None = None) -> tuple[Nest, Stream]:
    """One step of decoding.

    Args:
      decoder: As for `begin`. It may have been made anew, over the same cell and layers: what a
        sequence has come to is all in the stream.
      stream: What `begin` or the last step returned.
      scope: Variable scope, 'decoder' by default, as for `dynamic_decode`.

    Returns:
      `(outputs, stream)`: the outputs of the step, such as a `BasicDecoderOutput` of `[batch, ...]`
      tensors, and the stream for the next. Sequences that have ended go on; their `finished` stays
      True. A beam search puts its beams in another order at each step: `gather_tree` of the outputs
      of all steps gives the sequences.

    Example:
      >>> from tf_seq2seq_compat.decoding import begin, next_step
      >>> cell, output, table = seq2seq.GRUCell(4), seq2seq.Dense(5), tf.random.normal([5, 3])
      >>> def decoder():
      ...     helper = seq2seq.GreedyEmbeddingHelper(table, start_tokens=[1, 1], end_token=2)
      ...     return seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), output)
      >>> step = tf.function(lambda stream: next_step(decoder(), stream))
      >>> stream = begin(decoder())
      >>> for _ in range(3):
      ...     outputs, stream = step(stream)
      >>> int(stream.time), outputs.sample_id.shape
      (3, TensorShape([2]))
    """
    given: dict[str, Any] = {'ids': stream.ids} if decoder.logits_processors else {}
    with tf1.variable_scope(scope, 'decoder'):
        outputs, state, inputs, finished = decoder.step(
            stream.time, stream.inputs, stream.state, **given
        )
    if not decoder.tracks_own_finished:
        finished |= stream.finished
    ids = stream.ids
    if decoder.logits_processors:
        ids = with_ids(ids, stream.time, *decoder.sampled_ids(outputs))
    return outputs, Stream(stream.time + 1, finished, inputs, state, ids)
