"""What tf-slim lacks of tf.contrib.layers: the encoders and the embedding functions."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.legacy.contrib.slim_support import tf_slim

tf1 = tf.compat.v1

SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY = 0xDECAFCAFFE


def embedding_lookup_unique(
    params: Any, ids: Any, partition_strategy: str = 'mod', name: str | None = None
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


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: tf.SparseTensor,
    sparse_weights: tf.SparseTensor | None = None,
    combiner: str | None = None,
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = 'div',
    max_norm: float | None = None,
) -> tf.Tensor:
    """`tf.nn.safe_embedding_lookup_sparse`, whose `combiner` may be left open (it is `'mean'`).

    Args:
      embedding_weights: the table `[vocabulary, depth]`, or its partitions.
      sparse_ids: ids, `[d0, ..., dn]`; negative ones are left out.
      sparse_weights: weights of the same shape; entries that are not positive are left out.
      combiner: `'mean'`, `'sqrtn'` or `'sum'`.
      default_id: the row that stands for no ids; zeros without it.
      name: name of the operations.
      partition_strategy: `'mod'` or `'div'`.
      max_norm: bound of each row's L2 norm before they are combined.

    Returns:
      `[d0, ..., dn-1, depth]`.
    """
    return tf1.nn.safe_embedding_lookup_sparse(
        embedding_weights,
        sparse_ids,
        sparse_weights,
        combiner=combiner or 'mean',
        default_id=default_id,
        name=name or 'safe_embedding_lookup_sparse',
        partition_strategy=partition_strategy,
        max_norm=max_norm,
    )


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
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


def bow_encoder(
    ids: Any,
    vocab_size: int,
    embed_dim: int,
    sparse_lookup: bool = True,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: bool | None = None,
) -> tf.Tensor:
    """The mean of the embeddings of each row's symbols, the embedding `BOW`'s `embeddings`.

    Args:
      ids: integers, `[batch, time]`, dense or sparse.
      vocab_size: number of symbols.
      embed_dim: depth of the embedding.
      sparse_lookup: for dense ids: combine as sparse ones.
      initializer: of the variable.
      regularizer: of the variable.
      trainable: whether optimizers train it.
      scope: a name or VariableScope in place of the default.
      reuse: whether the variable exists.

    Returns:
      `[batch, embed_dim]`.

    Raises:
      TypeError: sparse ids with `sparse_lookup=False`.
    """
    with tf1.variable_scope(scope, 'bow_encoder', [ids], reuse=reuse):
        embeddings = tf_slim.model_variable(
            'embeddings',
            shape=[vocab_size, embed_dim],
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
        )
        is_sparse = isinstance(ids, tf.SparseTensor)
        if not sparse_lookup:
            if is_sparse:
                raise TypeError(
                    f'bow_encoder with sparse_lookup=False takes a dense Tensor of ids, not {ids}; '
                    'leave sparse_lookup=True for a SparseTensor.'
                )
            return tf.reduce_mean(tf1.nn.embedding_lookup(embeddings, ids), axis=1)
        if not is_sparse:
            ids = tf_slim.dense_to_sparse(ids)
        return safe_embedding_lookup_sparse(
            [embeddings], ids, combiner='mean', default_id=0, partition_strategy='mod'
        )
