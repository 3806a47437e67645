"""What tf-slim lacks of tf.contrib.layers: embedded sequences."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.tf1.contrib.slim_support import tf_slim
from tf_seq2seq_compat.types import InitializerLike, Regularizer, Scope, TensorLike

tf1 = tf.compat.v1

SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY = 0xDECAFCAFFE


def embedding_lookup_unique(
    params: TensorLike, ids: TensorLike, partition_strategy: str = 'mod', name: str | None = None
) -> tf.Tensor:
    """`tf.nn.embedding_lookup` that looks each distinct id up once.

    Args:
      params: the table `[vocabulary, depth]`, or the list of its partitions.
      ids: integers of any shape, dense or sparse.
      partition_strategy: `'mod'` or `'div'`.
      name: name of the operations.

    Returns:
      The rows, `[...ids, depth]`; of a `SparseTensor`, the rows of its values.
    """
    with tf1.name_scope(name, 'EmbeddingLookupUnique', [params, ids]):
        if isinstance(ids, tf.SparseTensor | tf1.SparseTensorValue):
            ids = ids.values
        ids = tf.convert_to_tensor(ids)
        distinct, positions = tf.unique(tf.reshape(ids, [-1]))
        rows = tf.gather(tf1.nn.embedding_lookup(params, distinct, partition_strategy), positions)
        result = tf.reshape(rows, tf.concat([tf.shape(ids), tf.shape(rows)[1:]], 0))
        result.set_shape(ids.shape.concatenate(rows.shape[1:]))
        return result


def embed_sequence(
    ids: TensorLike,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: InitializerLike | None = None,
    regularizer: Regularizer | None = None,
    trainable: bool = True,
    scope: Scope | None = None,
    reuse: bool | None = None,
) -> tf.Tensor:
    """Embeds each symbol by a variable `EmbedSequence/embeddings` (TF1's name).

    Args:
      ids: integers, `[batch, time]`.
      vocab_size: number of symbols; with `reuse`, that of the variable.
      embed_dim: depth of the embedding.
      unique: look each distinct id up once.
      initializer: of the variable.
      regularizer: of the variable.
      trainable: whether optimizers train it.
      scope: a name or VariableScope in place of `EmbedSequence`.
      reuse: whether the variable exists.

    Returns:
      `[batch, time, embed_dim]`.

    Raises:
      ValueError: `vocab_size` or `embed_dim` is missing and there is no variable to reuse.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            'embed_sequence makes a variable [vocab_size, embed_dim], and got '
            f'vocab_size={vocab_size} and embed_dim={embed_dim}. Give both, or reuse=True to use a '
            'variable that exists.'
        )
    with tf1.variable_scope(scope, 'EmbedSequence', [ids], reuse=reuse):
        shape = [vocab_size, embed_dim] if vocab_size and embed_dim else None
        embeddings = tf_slim.model_variable(
            'embeddings',
            shape=shape,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
        )
        lookup = embedding_lookup_unique if unique else tf1.nn.embedding_lookup
        return lookup(embeddings, ids)
