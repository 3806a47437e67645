"""The rows of an embedding, by id: the one place that looks them up."""

from __future__ import annotations

import functools
from collections.abc import Callable

import tensorflow as tf

from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.types import Embedding, TensorLike

tf1 = tf.compat.v1


def embed(embedding: TensorLike, ids: TensorLike) -> tf.Tensor:
    """The rows of an embedding.

    Where it has several parts, the ids are dealt out to them in turn, as TF1 does (the strategy
    'mod'): id 4 of three parts is row 1 of part 1. `tf.nn.embedding_lookup` of TF2 reads other rows
    of the same parts.

    Args:
      embedding: `[vocabulary, depth]`: a tensor, a variable, a partitioned variable, or a list of
        parts.
      ids: int, of any shape.

    Returns:
      `ids.shape + [depth]`.
    """
    has_parts = isinstance(embedding, list) or hasattr(embedding, 'as_tensor')
    if not (has_parts and under_xla()):
        return tf1.nn.embedding_lookup(embedding, ids, partition_strategy='mod')
    # XLA has no lists of ids whose lengths are not known, which that lookup makes.
    parts = [tf.convert_to_tensor(part) for part in embedding]
    ids = tf.cast(ids, tf.int32)
    starts = tf.cumsum(tf.stack([axis_size(part, 0) for part in parts]), exclusive=True)
    rows = tf.gather(starts, ids % len(parts)) + ids // len(parts)
    return tf.gather(tf.concat(parts, 0), rows)


def embedding_function(embedding: Embedding) -> Callable[[tf.Tensor], tf.Tensor]:
    """From ids to inputs: a function as it is, or the rows of an embedding (see `embed`)."""
    return embedding if callable(embedding) else functools.partial(embed, embedding)
