"""The rows of an embedding, by id: the one place that looks them up."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

tf1 = tf.compat.v1


def embed(embedding: Any, ids: Any) -> tf.Tensor:
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
    return tf1.nn.embedding_lookup(embedding, ids, partition_strategy='mod')


def embedding_function(embedding: Any) -> Callable[[Any], Any]:
    """From ids to inputs: a function as it is, or the rows of an embedding (see `embed`)."""
    return embedding if callable(embedding) else functools.partial(embed, embedding)
