"""Losses of lists of logits, and models built once for each of several lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.legacy_seq2seq.decoders import check_list
from tf_seq2seq_compat.legacy_seq2seq.function_variables import variables_kept_on
from tf_seq2seq_compat.types import LossFunction, Nest, TensorLike

tf1 = tf.compat.v1


@without_autograph
def sequence_loss_by_example(
    logits: Sequence[TensorLike],
    targets: Sequence[TensorLike],
    weights: Sequence[TensorLike],
    average_across_timesteps: bool = True,
    softmax_loss_function: LossFunction | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """Weighted cross entropy of each sequence of a batch.

    Args:
      logits: List of `[batch, num_symbols]` floats, one a step, at least one.
      targets: List of int `[batch]`, of the same length.
      weights: List of float `[batch]`, of the same length: 1 for what counts, 0 for padding.
      average_across_timesteps: Whether to divide by the sum of the weights of the sequence.
      softmax_loss_function: `f(labels, logits)` used instead of softmax cross entropy (sampled
        softmax, say), from `[batch]` and `[batch, num_symbols]` to `[batch]`.
      name: Name of the operations.

    Returns:
      `[batch]`: one loss for each sequence; zero where all of its weights are.

    Raises:
      ValueError: If the lists have other lengths, or are empty.
      TypeError: If they are not lists, or `softmax_loss_function` is not a function.

    Example:
      >>> loss = legacy_seq2seq.sequence_loss_by_example(
      ...     [tf.zeros([2, 4])] * 3, [tf.constant([0, 1])] * 3, [tf.ones([2])] * 3)
      >>> [round(float(each), 4) for each in loss]  # log(4)
      [1.3863, 1.3863]

    Legacy: `tf.contrib.legacy_seq2seq.sequence_loss_by_example` of TF 1.15.
    """
    _check_steps(logits, targets, weights)
    if softmax_loss_function is not None and not callable(softmax_loss_function):
        raise TypeError(
            'softmax_loss_function must be a function (labels, logits) -> losses, but is '
            f'{softmax_loss_function!r}.'
        )
    with tf1.name_scope(name, 'sequence_loss_by_example', [*logits, *targets, *weights]):
        losses = []
        for step_logits, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                crossent = tf.nn.sparse_softmax_cross_entropy_with_logits(
                    labels=tf.reshape(target, [-1]), logits=step_logits
                )
            else:
                crossent = softmax_loss_function(labels=target, logits=step_logits)
            losses.append(crossent * tf.cast(weight, crossent.dtype))
        total = tf.add_n(losses)
        if average_across_timesteps:
            # So small that it only keeps 0 / 0 away.
            total /= tf.cast(tf.add_n(list(weights)), total.dtype) + 1e-12
        return total


@without_autograph
def sequence_loss(
    logits: Sequence[TensorLike],
    targets: Sequence[TensorLike],
    weights: Sequence[TensorLike],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: LossFunction | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """Weighted cross entropy of a batch of sequences, as one number.

    Args:
      logits: List of `[batch, num_symbols]` floats, one a step, at least one.
      targets: List of int `[batch]`, of the same length.
      weights: List of float `[batch]`, of the same length: 1 for what counts, 0 for padding.
      average_across_timesteps: Whether to divide the loss of each sequence by the sum of its
        weights.
      average_across_batch: Whether to divide the sum over the sequences by their number.
      softmax_loss_function: As for `sequence_loss_by_example`.
      name: Name of the operations.

    Returns:
      A scalar.

    Raises:
      ValueError: If the lists have other lengths, or are empty.
      TypeError: If they are not lists, or `softmax_loss_function` is not a function.

    Example:
      >>> loss = legacy_seq2seq.sequence_loss(
      ...     [tf.zeros([2, 4])] * 3, [tf.constant([0, 1])] * 3, [tf.ones([2])] * 3)
      >>> print(round(float(loss), 4))  # log(4)
      1.3863

    Legacy: `tf.contrib.legacy_seq2seq.sequence_loss` of TF 1.15.
    """
    _check_steps(logits, targets, weights)
    with tf1.name_scope(name, 'sequence_loss', [*logits, *targets, *weights]):
        by_example = sequence_loss_by_example(
            logits, targets, weights, average_across_timesteps, softmax_loss_function
        )
        total = tf.reduce_sum(by_example)
        if average_across_batch:
            total /= tf.cast(tf.shape(targets[0])[0], total.dtype)
        return total


@without_autograph
def model_with_buckets(
    encoder_inputs: Sequence[TensorLike],
    decoder_inputs: Sequence[TensorLike],
    targets: Sequence[TensorLike],
    weights: Sequence[TensorLike],
    buckets: Sequence[tuple[int, int]],
    seq2seq: Callable[[Sequence[TensorLike], Sequence[TensorLike]], tuple[list[tf.Tensor], Nest]],
    softmax_loss_function: LossFunction | None = None,
    per_example_loss: bool = False,
    name: str | None = None,
    *,
    variables: Layer | None = None,
) -> tuple[list[list[tf.Tensor]], list[tf.Tensor]]:
    """Builds a model once for each of several lengths, all on the same variables.

    Args:
      encoder_inputs: List of the encoder's inputs, as long as the last bucket's at least.
      decoder_inputs: List of the decoder's inputs, likewise.
      targets: List of int `[batch]`, likewise.
      weights: List of float `[batch]`, likewise.
      buckets: List of `(encoder length, decoder length)`, the longest last.
      seq2seq: `f(encoder_inputs, decoder_inputs) -> (outputs, state)`, called for each bucket with
        so many of the inputs; `embedding_attention_seq2seq` with its other arguments, say.
      softmax_loss_function: As for `sequence_loss_by_example`.
      per_example_loss: Whether losses are `[batch]` and not scalars.
      name: Name of the operations.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, losses)`: for each bucket, the list of outputs and the loss.

    Raises:
      ValueError: If `encoder_inputs`, `targets` or `weights` are shorter than the last bucket,
        `decoder_inputs` are shorter than a bucket, or nothing keeps the variables.
      IndexError: If `buckets` is empty.

    Example:
      >>> def model(encoder_inputs, decoder_inputs):
      ...     return legacy_seq2seq.embedding_attention_seq2seq(
      ...         encoder_inputs, decoder_inputs, seq2seq.GRUCell(5), 6, 7, 4)
      >>> symbols = [tf.constant([1, 2])] * 4
      >>> outputs, losses = legacy_seq2seq.model_with_buckets(
      ...     symbols, symbols, symbols, [tf.ones([2])] * 4, [(2, 3), (4, 4)], model,
      ...     variables=seq2seq.Layer())
      >>> [len(of_bucket) for of_bucket in outputs], losses[0].shape
      ([3, 4], TensorShape([]))

    Legacy: `tf.contrib.legacy_seq2seq.model_with_buckets` of TF 1.15.
    """
    if not buckets:
        raise IndexError(
            'buckets is an empty list: give one (encoder length, decoder length) at least.'
        )
    encoder_length, decoder_length = buckets[-1]
    for argument, steps, length in (
        ('encoder_inputs', encoder_inputs, encoder_length),
        ('targets', targets, decoder_length),
        ('weights', weights, decoder_length),
    ):
        if len(steps) < length:
            raise ValueError(
                f'Length of {argument} ({len(steps)}) must be at least that of the last bucket '
                f'({length}): pad the lists to the longest bucket.'
            )
    loss_of = sequence_loss_by_example if per_example_loss else sequence_loss
    outputs: list[list[tf.Tensor]] = []
    losses: list[tf.Tensor] = []
    kept = variables_kept_on(variables, 'model_with_buckets')
    scoped = tf1.name_scope(
        name, 'model_with_buckets', [*encoder_inputs, *decoder_inputs, *targets, *weights]
    )
    with kept, scoped:
        for encoder_length, decoder_length in buckets:
            reuse = True if outputs else None
            with tf1.variable_scope(tf1.get_variable_scope(), reuse=reuse):
                found, _ = seq2seq(encoder_inputs[:encoder_length], decoder_inputs[:decoder_length])
            outputs.append(found)
            losses.append(
                loss_of(
                    found,
                    targets[:decoder_length],
                    weights[:decoder_length],
                    softmax_loss_function=softmax_loss_function,
                )
            )
    return outputs, losses


def _check_steps(
    logits: Sequence[TensorLike], targets: Sequence[TensorLike], weights: Sequence[TensorLike]
) -> None:
    for argument, steps in (('logits', logits), ('targets', targets), ('weights', weights)):
        check_list(argument, steps)
    if not len(logits) == len(targets) == len(weights):
        raise ValueError(
            'Lengths of logits, targets and weights must be the same, but are '
            f'{len(logits)}, {len(targets)} and {len(weights)}: one element a step in each.'
        )
    if not logits:
        raise ValueError('logits is an empty list: a loss needs one step at least.')
