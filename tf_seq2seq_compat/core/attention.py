"""Attention as pure functions: scores, masks, alignments and the context vector.

Shapes: `query` is `[batch, units]` (one decoder step), `keys` `[batch, max_time, units]`, `values`
`[batch, max_time, depth]`, scores and alignments `[batch, max_time]`. A mask is bool
`[batch, max_time]`, True for what may be attended to.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.precision import matmul, operand, vector_by_matrix
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.tiling import Origin, beside, origin_of
from tf_seq2seq_compat.types import FloatLike, IntLike, TensorLike


def additive_score(
    query: tf.Tensor,
    keys: tf.Tensor,
    attention_v: tf.Tensor,
    attention_g: tf.Tensor | None = None,
    attention_b: tf.Tensor | None = None,
) -> tf.Tensor:
    """`v · tanh(keys + query)`, the score of Bahdanau et al. 2014 (arXiv:1409.0473).

    With both `attention_g` and `attention_b` the vector is weight-normalised (Salimans & Kingma
    2016, arXiv:1602.07868): `g v / |v| · tanh(keys + query + b)`. One of them alone has no effect,
    as in TF1.

    Args:
      query: `[batch, units]`, after the query layer.
      keys: `[batch, max_time, units]`.
      attention_v: `[units]`.
      attention_g: Scalar: the length of the normalised vector.
      attention_b: `[units]`: the bias within tanh.

    Returns:
      Scores `[batch, max_time]`.

    Raises:
      ValueError: If the shapes of query and keys do not fit.
      TypeError: If their dtypes differ.
    """
    _check_query(query, keys)
    beams = _beams(query, keys)
    if beams is None:
        total = operand(keys) + operand(tf.expand_dims(query, 1))
    else:
        total = operand(beams.examples)[:, None] + operand(beside(query, beams))[:, :, None]
    if attention_g is not None and attention_b is not None:
        total += operand(attention_b)
        # The epsilon guards nothing but a vector of zeros.
        attention_v = attention_g * tf.math.l2_normalize(attention_v, epsilon=1e-30)
    # A plain product of matrices: what it takes beside the arithmetic is the least of all forms.
    rows = tf.reshape(tf.tanh(total), [-1, axis_size(keys, 2)])
    score = tf.matmul(rows, tf.reshape(operand(attention_v), [-1, 1]))
    score = tf.reshape(score, [axis_size(query if beams else total, 0), axis_size(keys, 1)])
    return tf.cast(score, query.dtype)


def multiplicative_score(
    query: tf.Tensor, keys: tf.Tensor, scale: tf.Tensor | None = None
) -> tf.Tensor:
    """`keys · query`, the score of Luong et al. 2015 (arXiv:1508.04025).

    Args:
      query: `[batch, units]`.
      keys: `[batch, max_time, units]`.
      scale: Scalar by which the score is multiplied, or None.

    Returns:
      Scores `[batch, max_time]`.

    Raises:
      ValueError: If the shapes of query and keys do not fit.
      TypeError: If their dtypes differ.
    """
    _check_query(query, keys)
    score = _product(query, keys, transpose=True)
    return score if scale is None else scale * score


def length_mask(lengths: TensorLike, max_time: IntLike) -> tf.Tensor:
    """The mask `[batch, max_time]` of sequences of these lengths `[batch]`."""
    lengths = tf.convert_to_tensor(lengths)
    if not lengths.dtype.is_integer:
        lengths = tf.cast(lengths, tf.int32)
    return tf.sequence_mask(lengths, max_time)


def mask_memory(memory: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """`memory` `[batch, max_time, ...]` with zeros (even for NaN) where the mask is False."""
    mask = tf.cast(mask, tf.bool)
    for _ in range(memory.shape.rank - 2):
        mask = tf.expand_dims(mask, -1)
    return tf.where(mask, memory, tf.zeros([], memory.dtype))


def mask_score(score: tf.Tensor, mask: tf.Tensor, value: FloatLike | None = None) -> tf.Tensor:
    """`score` with `value` (minus infinity by default) where the mask is False."""
    value = -np.inf if value is None else value
    value = tf.cast(value, score.dtype) if tf.is_tensor(value) else tf.constant(value, score.dtype)
    return tf.where(tf.cast(mask, tf.bool), score, value)


def masked_alignments(
    score: tf.Tensor,
    mask: tf.Tensor | None,
    probability_fn: Callable[[tf.Tensor], tf.Tensor],
    score_mask_value: FloatLike | None = None,
) -> tf.Tensor:
    """The alignments for a score, over what the mask leaves.

    An example of which nothing may be attended to gets zero alignments, and no gradient; it would
    be NaN otherwise.

    Args:
      score: `[batch, max_time]`.
      mask: The mask, or None for none.
      probability_fn: From masked scores to alignments.
      score_mask_value: Score of what is masked; minus infinity by default.

    Returns:
      Alignments `[batch, max_time]`.
    """
    if mask is None:
        return probability_fn(score)
    mask = tf.cast(mask, tf.bool)
    any_left = tf.reduce_any(mask, axis=-1, keepdims=True)
    # Of an example without memory the score stays unmasked, so that nothing below is NaN.
    masked = mask_score(score, tf.logical_or(mask, tf.logical_not(any_left)), score_mask_value)
    alignments = probability_fn(masked)
    return tf.where(any_left, alignments, tf.zeros([], alignments.dtype))


def context_vector(alignments: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """The sum of the values weighted by the alignments.

    Args:
      alignments: `[batch, max_time]`.
      values: `[batch, max_time, depth]`.

    Returns:
      `[batch, depth]`.
    """
    return _product(alignments, values)


def hardmax(logits: tf.Tensor) -> tf.Tensor:
    """One-hot of the largest along the last axis (the first of equals), with the same dtype."""
    depth = axis_size(logits, -1)
    return tf.one_hot(tf.argmax(logits, -1), depth, dtype=logits.dtype)


def _product(vectors: tf.Tensor, memory: tf.Tensor, transpose: bool = False) -> tf.Tensor:
    """The product of a vector and the memory for each example, once for all its beams."""
    beams = _beams(vectors, memory)
    if beams is None:
        return vector_by_matrix(vectors, memory, transpose=transpose)
    product = matmul(beside(vectors, beams), beams.examples, transpose_b=transpose)
    return tf.reshape(product, [axis_size(vectors, 0), axis_size(product, 2)])


def _beams(vectors: tf.Tensor, memory: tf.Tensor) -> Origin | None:
    """What the memory repeats, if the vectors are of all beams: one alone is broadcast."""
    return None if vectors.shape.rank != 2 or vectors.shape[0] == 1 else origin_of(memory)


def _check_query(query: tf.Tensor, keys: tf.Tensor) -> None:
    """Checks of the static shapes and types."""
    if query.dtype.base_dtype != keys.dtype.base_dtype:
        raise TypeError(
            f'query has dtype {query.dtype.name}, but the keys (from the memory) have dtype '
            f'{keys.dtype.name}: use tf.cast, or give the attention mechanism its dtype.'
        )
    if keys.shape.rank not in (None, 3):
        raise ValueError(
            f'keys must have shape [batch, max_time, units], but have shape {keys.shape}: flatten '
            'a memory of higher rank with tf.reshape, or by custom_key_value_fn.'
        )
    if query.shape.rank not in (None, 2):
        raise ValueError(
            f'query must have shape [batch, depth], but has shape {query.shape}: a query is one '
            'step of the decoder; whole sequences go through dynamic_rnn or dynamic_decode.'
        )
    if query.shape.rank is None or keys.shape.rank is None:
        return
    depth = query.shape.as_list()[-1]
    if not query.shape[-1:].is_compatible_with(keys.shape[-1:]):
        raise ValueError(
            f'Incompatible inner dimensions of query, shape {query.shape}, and keys, shape '
            f'{keys.shape}. Set num_units to the depth of the query ({depth}), so that the keys '
            'have that depth.'
        )
    # A batch of one is broadcast, as in TF1.
    batches = {query.shape.as_list()[0], keys.shape.as_list()[0]} - {None, 1}
    if len(batches) > 1:
        raise ValueError(
            f'query has shape {query.shape}, but the memory has keys of shape {keys.shape}: the '
            'batch sizes differ. For beam search, tile the memory with '
            'tile_batch(memory, multiplier=beam_width).'
        )
