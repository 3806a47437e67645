"""What a beam search has found, and words that the vocabulary does not have."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core import beam_search as core
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.seq2seq.beam_search_decoder import FinalBeamSearchDecoderOutput
from tf_seq2seq_compat.seq2seq.beam_search_step import BeamSearchDecoderState
from tf_seq2seq_compat.types import FloatLike, TensorLike

__all__ = ['NBest', 'n_best', 'replace_unknown']


class NBest(NamedTuple):
    """The best sequences of a beam search, the best first.

    Attributes:
      ids: int32 `[batch, n, time]`, end tokens after the end.
      lengths: int64 `[batch, n]`, the end token counted.
      scores: Normalised log-probabilities, `[batch, n]`.
      alignments: Attention weights at each step, `[batch, n, time, max_time]`, zero after the end;
        None where the state keeps no alignment history.

    Example:
      >>> from tf_seq2seq_compat.decoding import NBest
      >>> NBest._fields
      ('ids', 'lengths', 'scores', 'alignments')
    """

    ids: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor
    alignments: tf.Tensor | None


def n_best(
    outputs: FinalBeamSearchDecoderOutput,
    final_state: BeamSearchDecoderState,
    n: int | None = None,
    *,
    length_penalty_weight: FloatLike = 0.0,
    length_normalization: str | core.LengthNormalization = 'gnmt',
) -> NBest:
    """The `n` best sequences that a beam search has kept, with scores and alignments.

    Args:
      outputs: The first result of `dynamic_decode` with a beam search decoder, batch-major.
      final_state: The second one. For alignments the cell is an `AttentionWrapper` with
        `alignment_history=True` and one mechanism, and the decoder has
        `reorder_tensor_arrays=False`.
      n: How many, at most the beam width; all by default.
      length_penalty_weight: Weight of the length in the scores; 0 leaves log-probabilities.
      length_normalization: As in `SearchOptions`; the end token counts.

    Returns:
      An `NBest`.

    Raises:
      ValueError: If `n` is not between 1 and the beam width, or the alignment history is in another
        order than that of the steps.

    Example:
      >>> from tf_seq2seq_compat.decoding import n_best
      >>> cell = seq2seq.GRUCell(4)
      >>> decoder = seq2seq.BeamSearchDecoder(
      ...     cell, tf.random.normal([10, 3]), start_tokens=[1, 1], end_token=2, beam_width=4,
      ...     initial_state=seq2seq.tile_batch(tf.ones([2, 4]), 4), output_layer=seq2seq.Dense(10))
      >>> outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=5)
      >>> best = n_best(outputs, state, 2, length_penalty_weight=1.0)
      >>> best.ids.shape[:2], best.scores.shape
      (TensorShape([2, 2]), TensorShape([2, 2]))
    """
    log_probs, lengths = final_state.log_probs, final_state.lengths
    beams = int(log_probs.shape[1])
    n = beams if n is None else n
    if not 1 <= n <= beams:
        raise ValueError(f'n must be between 1 and the beam width, {beams}, but is {n}.')
    divisor = core.normalization(length_normalization)(lengths, length_penalty_weight)
    scores, order = tf.math.top_k(log_probs / tf.cast(divisor, log_probs.dtype), n)
    ids = tf.transpose(outputs.predicted_ids, [0, 2, 1])
    alignments = _alignments(outputs, final_state)
    if alignments is not None:
        alignments = core.gather_beams(alignments, order)
    lengths = core.gather_beams(lengths, order)
    return NBest(core.gather_beams(ids, order), lengths, scores, alignments)


def _alignments(
    outputs: FinalBeamSearchDecoderOutput, final_state: BeamSearchDecoderState
) -> tf.Tensor | None:
    """`[batch, beam, time, max_time]`: the weights with which each beam's words were chosen."""
    history = getattr(final_state.cell_state, 'alignment_history', ())
    if isinstance(history, tuple) and not history:
        return None
    if not isinstance(history, tf.TensorArray):
        raise ValueError(
            'Alignments of the n best need the alignment history of one mechanism as the steps '
            'left it: give the decoder reorder_tensor_arrays=False.'
        )
    parents = tf.transpose(outputs.beam_search_decoder_output.parent_ids, [1, 0, 2])
    lengths = tf.cast(final_state.lengths, tf.int32)
    path = core.paths(parents, tf.reduce_max(lengths, axis=1))
    # The cell attended where the parent stood.
    places = tf.gather(parents, path, batch_dims=2)
    weights = history.stack()[: axis_size(parents, 0)]
    weights = tf.reshape(weights, tf.concat([tf.shape(parents), tf.shape(weights)[-1:]], 0))
    weights = tf.transpose(tf.gather(weights, places, batch_dims=2), [1, 2, 0, 3])
    counted = tf.range(axis_size(parents, 0)) < lengths[..., None]
    return tf.where(counted[..., None], weights, tf.zeros([], weights.dtype))


def replace_unknown(
    tokens: TensorLike, alignments: TensorLike, source_tokens: TensorLike, unknown: TensorLike
) -> tf.Tensor:
    """Puts the source token that a step attended to most in the place of each unknown one.

    Args:
      tokens: Decoded ids or words, `[batch, time]` or `[batch, n, time]`.
      alignments: Attention weights, `[batch, time, max_time]` or `[batch, n, time, max_time]`.
      source_tokens: `[batch, max_time]`, ids or words as `tokens`: what to copy from.
      unknown: The token to replace.

    Returns:
      Tokens like `tokens`.

    Example:
      >>> from tf_seq2seq_compat.decoding import replace_unknown
      >>> words, source = tf.constant([['the', '<unk>']]), tf.constant([['le', 'Krieg']])
      >>> weights = tf.constant([[[0.9, 0.1], [0.2, 0.8]]])
      >>> replace_unknown(words, weights, source, '<unk>').numpy().tolist()
      [[b'the', b'Krieg']]

    Luong et al. 2015 (arXiv:1410.8206); `-replace_unk` of OpenNMT.
    """
    tokens, source = tf.convert_to_tensor(tokens), tf.convert_to_tensor(source_tokens)
    nearest = tf.argmax(alignments, -1, output_type=tf.int32)
    flat = tf.reshape(nearest, [axis_size(source, 0), -1])
    copied = tf.reshape(tf.gather(source, flat, batch_dims=1), tf.shape(tokens))
    return tf.where(tf.equal(tokens, tf.cast(unknown, tokens.dtype)), copied, tokens)
