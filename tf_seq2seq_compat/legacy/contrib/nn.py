"""What `tf.contrib.nn` and `tf.contrib.sparsemax` had and `tf.nn` lacks."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

tf1 = tf.compat.v1

__all__ = [
    'alpha_dropout',
    'deprecated_flipped_sigmoid_cross_entropy_with_logits',
    'deprecated_flipped_softmax_cross_entropy_with_logits',
    'deprecated_flipped_sparse_softmax_cross_entropy_with_logits',
    'sampled_sparse_softmax_loss',
    'scaled_softplus',
    'sparsemax',
    'sparsemax_loss',
]

# What SELU gives far below zero: minus its scale times its alpha.
_SELU_FLOOR = -1.7580993408473766


def alpha_dropout(
    x: Any,
    keep_prob: Any,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """Dropout that keeps the mean and variance of SELU activations.

    Args:
      x: Float tensor.
      keep_prob: Probability of keeping an element, in (0, 1].
      noise_shape: Shape of what is drawn, broadcast to that of `x`; that of `x` where None.
      seed: Seed of the operation.
      name: Name of the operations.

    Returns:
      A tensor of the shape of `x`.

    Raises:
      ValueError: If `keep_prob` is a number outside (0, 1].

    Example:
      >>> from tf_seq2seq_compat.legacy.contrib import nn
      >>> nn.alpha_dropout(tf.constant([1.0, -1.0]), keep_prob=1).numpy().tolist()
      [1.0, -1.0]

    Paper: Klambauer et al., "Self-Normalizing Neural Networks". Legacy:
    `tf.contrib.nn.alpha_dropout` of TF 1.15.
    """
    with tf1.name_scope(name, 'alpha_dropout', [x]):
        x = tf.convert_to_tensor(x, name='x')
        if not tf.is_tensor(keep_prob) and not 0 < keep_prob <= 1:
            raise ValueError(
                f'keep_prob must be a scalar tensor or a float in the range (0, 1], got {keep_prob}'
            )
        if tf.get_static_value(tf.convert_to_tensor(keep_prob)) == 1:
            return x
        keep = tf.convert_to_tensor(keep_prob, dtype=x.dtype)
        shape = tf.shape(x) if noise_shape is None else noise_shape
        drawn = tf1.random_uniform(shape, seed=seed, dtype=x.dtype)
        kept = tf.cast(drawn >= 1 - keep, x.dtype)
        mixed = x * kept + _SELU_FLOOR * (1 - kept)
        scale = (keep + _SELU_FLOOR**2 * keep * (1 - keep)) ** -0.5
        return scale * mixed - scale * _SELU_FLOOR * (1 - keep)


def scaled_softplus(x: Any, alpha: Any, clip: Any = None, name: str | None = None) -> tf.Tensor:
    """`alpha * softplus(x / alpha)`, at most `clip`.

    Args:
      x: Float tensor.
      alpha: The scale, more than 0; broadcast to `x`.
      clip: The largest value, or None.
      name: Name of the operations.

    Returns:
      A tensor of the shape of `x`.

    Legacy: `tf.contrib.nn.scaled_softplus` of TF 1.15.
    """
    with tf1.name_scope(name, 'scaled_softplus', [x, alpha]):
        x = tf.convert_to_tensor(x)
        alpha = tf.convert_to_tensor(alpha, dtype=x.dtype)
        y = alpha * tf.math.softplus(x / alpha)
        return y if clip is None else tf.minimum(y, tf.convert_to_tensor(clip, dtype=x.dtype))


def deprecated_flipped_softmax_cross_entropy_with_logits(
    logits: Any, labels: Any, dim: int = -1, name: str | None = None
) -> tf.Tensor:
    """`tf.nn.softmax_cross_entropy_with_logits` with the logits first, as before TF 1.0."""
    return tf1.nn.softmax_cross_entropy_with_logits(
        labels=labels, logits=logits, dim=dim, name=name
    )


def deprecated_flipped_sparse_softmax_cross_entropy_with_logits(
    logits: Any, labels: Any, name: str | None = None
) -> tf.Tensor:
    """`tf.nn.sparse_softmax_cross_entropy_with_logits` with the logits first, as before TF 1.0."""
    return tf1.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def deprecated_flipped_sigmoid_cross_entropy_with_logits(
    logits: Any, targets: Any, name: str | None = None
) -> tf.Tensor:
    """`tf.nn.sigmoid_cross_entropy_with_logits` with the logits first, as before TF 1.0."""
    return tf1.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name=name)


def sampled_sparse_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = 'mod',
    name: str = 'sampled_sparse_softmax_loss',
) -> tf.Tensor:
    """The sampled softmax loss of one true class each.

    Args:
      weights: `[num_classes, dim]`, or a list of its parts.
      biases: `[num_classes]`.
      labels: `[batch, 1]` int64.
      inputs: `[batch, dim]`.
      num_sampled: How many classes are sampled.
      num_classes: How many classes there are.
      sampled_values: What a sampler `tf.nn.*_candidate_sampler` gave; log-uniform where None.
      remove_accidental_hits: Whether sampled true classes are left out.
      partition_strategy: How the parts of `weights` hold the classes: 'mod' or 'div'.
      name: Name of the operations.

    Returns:
      `[batch]`.

    Legacy: `tf.contrib.nn.sampled_sparse_softmax_loss` of TF 1.15.
    """
    # With one true class this is the loss of the dense labels that sampled_softmax_loss makes.
    return tf1.nn.sampled_softmax_loss(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true=1,
        sampled_values=sampled_values,
        remove_accidental_hits=remove_accidental_hits,
        partition_strategy=partition_strategy,
        name=name,
    )


def sparsemax(logits: Any, name: str | None = None) -> tf.Tensor:
    """The probabilities nearest to the logits, most of which are zero.

    Args:
      logits: `[batch, classes]` float.
      name: Name of the operations.

    Returns:
      Probabilities, `[batch, classes]`. A row with NaN or plus infinity is NaN.

    Example:
      >>> from tf_seq2seq_compat.legacy.contrib import nn
      >>> nn.sparsemax(tf.constant([[1.0, 1.0, -1.0]])).numpy().tolist()
      [[0.5, 0.5, 0.0]]

    Paper: Martins and Astudillo, "From Softmax to Sparsemax". Legacy:
    `tf.contrib.sparsemax.sparsemax` of TF 1.15.
    """
    with tf1.name_scope(name, 'sparsemax', [logits]):
        z = tf.convert_to_tensor(logits, name='logits')
        # Shifted by a constant, the result is the same; the largest is taken for accuracy.
        z = z - tf.reduce_max(z, axis=-1, keepdims=True)
        ranked = tf.sort(z, axis=-1, direction='DESCENDING')
        sums = tf.cumsum(ranked, axis=-1)
        rank = tf.range(1, tf.cast(tf.shape(z)[-1], z.dtype) + 1, dtype=z.dtype)
        in_support = 1 + rank * ranked > sums
        size = tf.reduce_sum(tf.cast(in_support, z.dtype), axis=-1, keepdims=True)
        total = tf.reduce_sum(
            tf.where(in_support, ranked, tf.zeros_like(ranked)), -1, keepdims=True
        )
        return tf.nn.relu(z - (total - 1) / size)


def sparsemax_loss(logits: Any, sparsemax: Any, labels: Any, name: str | None = None) -> tf.Tensor:
    """The loss whose gradient is `sparsemax - labels`.

    Args:
      logits: `[batch, classes]` float.
      sparsemax: `sparsemax(logits)`.
      labels: `[batch, classes]`, the probabilities that are true.
      name: Name of the operations.

    Returns:
      `[batch]`.

    Legacy: `tf.contrib.sparsemax.sparsemax_loss` of TF 1.15.
    """
    with tf1.name_scope(name, 'sparsemax_loss', [logits, sparsemax, labels]):
        z = tf.convert_to_tensor(logits, name='logits')
        p = tf.convert_to_tensor(sparsemax, name='sparsemax')
        q = tf.cast(tf.convert_to_tensor(labels, name='labels'), z.dtype)
        # 0 * -inf where a class is ruled out: it adds nothing.
        chosen = tf.where(p > 0, p * (z - 0.5 * p), tf.zeros_like(p))
        true = tf.where(q != 0, q * (0.5 * q - z), tf.zeros_like(q))
        return tf.reduce_sum(chosen + true, axis=-1)
