"""How likely given sequences are."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.embedding import embedding_function
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.seq2seq.basic_decoder import BasicDecoder
from tf_seq2seq_compat.seq2seq.decoder import dynamic_decode
from tf_seq2seq_compat.seq2seq.helper import TrainingHelper
from tf_seq2seq_compat.types import Cell, Embedding, LayerLike, Nest, Scope, TensorLike

__all__ = ['score_sequences']


@without_autograph
def score_sequences(
    cell: Cell,
    embedding: Embedding,
    start_tokens: TensorLike,
    initial_state: Nest,
    targets: TensorLike,
    lengths: TensorLike | None = None,
    output_layer: LayerLike | None = None,
    scope: Scope | None = None,
) -> tf.Tensor:
    """The log-probability of each id of given sequences, each after those before it.

    The arguments are those of a decoder: what a greedy or beam search would find with them is
    scored with the same numbers. The sum over the time is the log-probability of a sequence.

    Args:
      cell: An `RNNCell` (an `AttentionWrapper`, say), or a Keras cell.
      embedding: `[vocabulary, depth]`, or a function of ids `[batch, time]`.
      start_tokens: int32 `[batch]`.
      initial_state: The cell's state to begin with, a nest of `[batch, ...]` tensors.
      targets: int32 `[batch, time]`, with the end tokens that are to be scored.
      lengths: int `[batch]`: how many ids of each sequence count; all by default.
      output_layer: Layer that makes logits of the cell's output.
      scope: Variable scope, 'decoder' by default, as for `dynamic_decode`.

    Returns:
      `[batch, time]`, zero after the length of a sequence.

    Raises:
      ValueError: If `targets` are not `[batch, time]`.

    Example:
      >>> from tf_seq2seq_compat.decoding import score_sequences
      >>> log_probs = score_sequences(
      ...     seq2seq.GRUCell(4), tf.random.normal([10, 3]), start_tokens=[1, 1],
      ...     initial_state=tf.zeros([2, 4]), targets=[[5, 6, 2], [7, 2, 0]], lengths=[3, 2],
      ...     output_layer=seq2seq.Dense(10))
      >>> log_probs.shape, float(log_probs[1, 2])
      (TensorShape([2, 3]), 0.0)
    """
    targets = tf.convert_to_tensor(targets, tf.int32)
    if targets.shape.rank != 2:
        raise ValueError(f'targets must be [batch, time], but have shape {targets.shape}.')
    batch, time = axis_size(targets, 0), axis_size(targets, 1)
    lengths = tf.fill([batch], time) if lengths is None else tf.cast(lengths, tf.int32)
    start_tokens = tf.convert_to_tensor(start_tokens, tf.int32)
    read = tf.concat([start_tokens[:, None], targets[:, :-1]], 1)
    helper = TrainingHelper(embedding_function(embedding)(read), lengths)
    decoder = BasicDecoder(cell, helper, initial_state, output_layer)
    logits = dynamic_decode(decoder, maximum_iterations=time, scope=scope)[0].rnn_output
    # Where no sequence is that long, the loop has stopped before.
    steps = axis_size(logits, 1)
    log_probs = -tf.nn.sparse_softmax_cross_entropy_with_logits(targets[:, :steps], logits)
    log_probs = tf.where(tf.range(steps) < lengths[:, None], log_probs, tf.zeros_like(log_probs))
    log_probs = tf.pad(log_probs, [[0, 0], [0, time - steps]])
    log_probs.set_shape(targets.shape)
    return log_probs
