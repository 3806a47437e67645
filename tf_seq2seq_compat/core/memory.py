"""The memory of a neural Turing machine: where its heads are, and what they read and write."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core.precision import operand


def parameters_per_head(depth: int, shift_range: int) -> int:
    """How many numbers `address` takes for each head: key, strength, gate, shifts, sharpness."""
    return depth + 1 + 1 + (2 * shift_range + 1) + 1


def address(
    parameters: tf.Tensor, memory: tf.Tensor, weights: tf.Tensor, shift_range: int
) -> tf.Tensor:
    """Moves heads by content, then by location (Graves et al. 2014, section 3.3).

    Args:
      parameters: `[batch, heads, parameters_per_head]`, before their nonlinearities.
      memory: `[batch, locations, depth]`.
      weights: Where the heads were, `[batch, heads, locations]`.
      shift_range: How many places a head can move up or down.

    Returns:
      Where they are, like `weights`; each row adds up to one.
    """
    sizes = [memory.shape.as_list()[2], 1, 1, 2 * shift_range + 1, 1]
    key, strength, gate, shifts, sharpness = tf.split(parameters, sizes, axis=2)
    key = tf.tanh(key)
    lengths = _lengths(key)[:, :, None] * _lengths(memory)[:, None, :]
    similarity = _products(key, memory, adjoint_b=True) / (lengths + 1e-8)
    by_content = tf.nn.softmax(tf.nn.softplus(strength) * similarity)
    gate = tf.sigmoid(gate)
    moved = _shifted(gate * by_content + (1 - gate) * weights, tf.nn.softmax(shifts))
    sharp = tf.pow(moved, tf.nn.softplus(sharpness) + 1)
    return sharp / tf.reduce_sum(sharp, 2, keepdims=True)


def read(weights: tf.Tensor, memory: tf.Tensor) -> tf.Tensor:
    """The mean of the memory at each head.

    Args:
      weights: `[batch, heads, locations]`.
      memory: `[batch, locations, depth]`.

    Returns:
      `[batch, heads, depth]`.
    """
    return _products(weights, memory)


def write(weights: tf.Tensor, erased: tf.Tensor, added: tf.Tensor, memory: tf.Tensor) -> tf.Tensor:
    """The memory after each head, one after the other, has erased and added (section 3.2).

    Args:
      weights: `[batch, heads, locations]`.
      erased: What is erased, in [0, 1], `[batch, heads, depth]`.
      added: `[batch, heads, depth]`.
      memory: `[batch, locations, depth]`.

    Returns:
      Like `memory`.
    """
    for head in range(weights.shape.as_list()[1]):
        where = weights[:, head, :, None]
        memory = memory * (1 - where * erased[:, head, None]) + where * added[:, head, None]
    return memory


def _shifted(weights: tf.Tensor, shifts: tf.Tensor) -> tf.Tensor:
    """The weights moved in a circle: the first shift is by 0, the next up, the last ones down.

    Without a range there is one shift, which TF1 has at both ends of a circle that is longer by
    one, so that a location gets the sum of the two after it.
    """
    number = shifts.shape.as_list()[2]
    reach = number // 2
    places = [*range(reach + 1), *range(-(reach or 1), 0)]
    moved = tf.pad(weights, [[0, 0], [0, 0], [0, 0 if reach else 1]])
    factors = [shifts[:, :, k : k + 1] for k in range(number)] + [shifts] * (not reach)
    total = tf.add_n(
        [tf.roll(moved, place, 2) * factor for place, factor in zip(places, factors, strict=True)]
    )
    return total if reach else total[:, :, 1:]


def _products(a: tf.Tensor, b: tf.Tensor, adjoint_b: bool = False) -> tf.Tensor:
    return tf.cast(tf.matmul(operand(a), operand(b), adjoint_b=adjoint_b), a.dtype)


def _lengths(vectors: tf.Tensor) -> tf.Tensor:
    return tf.sqrt(tf.reduce_sum(tf.square(vectors), -1))
