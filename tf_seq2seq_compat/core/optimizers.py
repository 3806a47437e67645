"""Updates of the optimizers of TensorFlow Addons, as pure functions on tensors.

Each gets a gradient, what it is about (a variable's value and its slots) and numbers, and gives
what is subtracted from the variable, and the new slots.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

Slots = dict[str, tf.Tensor]


class Betas(NamedTuple):
    """The decays of Adam's moments, scalars."""

    first: tf.Tensor
    second: tf.Tensor


def _moments(gradient: tf.Tensor, slots: Slots, betas: Betas) -> tuple[tf.Tensor, tf.Tensor]:
    m = betas.first * slots['m'] + (1 - betas.first) * gradient
    v = betas.second * slots['v'] + (1 - betas.second) * tf.square(gradient)
    return m, v


def adam(
    gradient: tf.Tensor,
    slots: Slots,
    rate: tf.Tensor,
    step: tf.Tensor,
    betas: Betas,
    epsilon: tf.Tensor,
) -> tuple[tf.Tensor, Slots]:
    """Adam (Kingma and Ba 2014).

    Args:
      gradient: Of all of a variable, or of some of its rows.
      slots: `m` and `v`, like it.
      rate: Learning rate.
      step: Number of this step, 1 for the first, in the type of the gradient.
      betas: Decays of the moments.
      epsilon: Added to the denominator.
    """
    m, v = _moments(gradient, slots, betas)
    rate = rate * tf.sqrt(1 - betas.second**step) / (1 - betas.first**step)
    return rate * m / (tf.sqrt(v) + epsilon), {'m': m, 'v': v}


def rectified_adam(
    gradient: tf.Tensor,
    value: tf.Tensor,
    slots: Slots,
    rate: tf.Tensor,
    step: tf.Tensor,
    betas: Betas,
    epsilon: tf.Tensor,
    threshold: tf.Tensor,
    weight_decay: tf.Tensor | None,
) -> tuple[tf.Tensor, Slots]:
    """Adam whose rate grows as its second moment becomes known (Liu et al. 2020).

    Args:
      gradient: Of the variable.
      value: The variable.
      slots: `m` and `v`, and `vhat` for AMSGrad.
      rate: Learning rate.
      step: Number of this step, 1 for the first, in the type of the gradient.
      betas: Decays of the moments.
      epsilon: Added to the denominator.
      threshold: Length of the moving average from which on the second moment counts.
      weight_decay: Share of the variable that is added to the update, or None.
    """
    m, v = _moments(gradient, slots, betas)
    new = {'m': m, 'v': v}
    second = v
    if 'vhat' in slots:
        second = new['vhat'] = tf.maximum(slots['vhat'], v)
    power = betas.second**step
    first = m / (1 - betas.first**step)
    longest = 2 / (1 - betas.second) - 1
    length = longest - 2 * step * power / (1 - power)
    share = ((length - 4) / (longest - 4)) * ((length - 2) / (longest - 2)) * longest / length
    known = tf.sqrt(share) * first / (tf.sqrt(second / (1 - power)) + epsilon)
    update = tf.where(length >= threshold, known, first)
    if weight_decay is not None:
        update += weight_decay * value
    return rate * update, new


def lamb(
    gradient: tf.Tensor,
    value: tf.Tensor,
    slots: Slots,
    rate: tf.Tensor,
    step: tf.Tensor,
    betas: Betas,
    epsilon: tf.Tensor,
    weight_decay: tf.Tensor | None,
    adapted: bool,
) -> tuple[tf.Tensor, Slots]:
    """Adam with a rate for each layer (You et al. 2020).

    Args:
      gradient: Of the variable.
      value: The variable.
      slots: `m` and `v`.
      rate: Learning rate.
      step: Number of this step, 1 for the first, in the type of the gradient.
      betas: Decays of the moments.
      epsilon: Added to the denominator.
      weight_decay: Share of the variable that is added to the update, or None.
      adapted: Whether the norms of variable and update change the rate.
    """
    m, v = _moments(gradient, slots, betas)
    first, second = m / (1 - betas.first**step), v / (1 - betas.second**step)
    update = first / (tf.sqrt(second) + epsilon)
    if weight_decay is not None:
        update += weight_decay * value
    if adapted:
        weight, length = tf.norm(value), tf.norm(update)
        ratio = tf.where((weight > 0) & (length > 0), weight / length, tf.ones_like(weight))
        update *= ratio
    return rate * update, {'m': m, 'v': v}


def novograd(
    gradient: tf.Tensor,
    value: tf.Tensor,
    slots: Slots,
    rate: tf.Tensor,
    step: tf.Tensor,
    betas: Betas,
    epsilon: tf.Tensor,
    weight_decay: tf.Tensor,
    averaging: bool,
) -> tuple[tf.Tensor, Slots]:
    """Momentum of gradients that are normalized by layer (Ginsburg et al. 2019).

    Args:
      gradient: Of the variable.
      value: The variable.
      slots: `m`, and scalars `v` and, for AMSGrad, `vhat`.
      rate: Learning rate.
      step: Number of this step, 1 for the first, in the type of the gradient.
      betas: Decays of the moments.
      epsilon: Added to the denominator.
      weight_decay: Share of the variable that is added to the gradient.
      averaging: Whether the gradient counts for one minus the first decay only.
    """
    size = tf.reduce_sum(tf.square(gradient))
    is_first = step <= 1
    v = tf.where(is_first, size, betas.second * slots['v'] + (1 - betas.second) * size)
    new = {'v': v}
    if 'vhat' in slots:
        v = new['vhat'] = tf.maximum(slots['vhat'], v)
    gradient = gradient / (tf.sqrt(v) + epsilon) + weight_decay * value
    if averaging:
        gradient *= tf.where(is_first, tf.ones_like(size), 1 - betas.first)
    new['m'] = betas.first * slots['m'] - rate * gradient
    return -new['m'], new


def conditional_gradient(
    value: tf.Tensor, rate: tf.Tensor, radius: tf.Tensor, direction: tf.Tensor
) -> tf.Tensor:
    """A step of the Frank-Wolfe algorithm within a ball (Jaggi 2013).

    Args:
      value: The variable.
      rate: What is kept of the variable.
      radius: Of the ball.
      direction: The point of the unit ball in the direction of the gradient, in its norm.
    """
    return (1 - rate) * (value + radius * direction)


def unit_frobenius(gradient: tf.Tensor, epsilon: tf.Tensor) -> tf.Tensor:
    """The gradient over its Euclidean norm and `epsilon`."""
    return gradient / (tf.sqrt(tf.reduce_sum(tf.square(gradient))) + epsilon)


def unit_nuclear(gradient: tf.Tensor) -> tf.Tensor:
    """The product of the first singular vectors of a gradient `[rows, columns]`, or a vector."""
    matrix = tf.reshape(gradient, [1] * (2 - gradient.shape.rank) + gradient.shape.as_list())
    _, left, right = tf.linalg.svd(matrix, full_matrices=False)
    first = tf.matmul(left[:, :1], right[:, :1], transpose_b=True)
    return tf.reshape(first, tf.shape(gradient))


def summed_rows(slices: tf.IndexedSlices) -> tf.IndexedSlices:
    """The same gradient with each row named once."""
    indices, places = tf.unique(slices.indices)
    values = tf.math.unsorted_segment_sum(slices.values, places, tf.shape(indices)[0])
    return tf.IndexedSlices(values, indices, slices.dense_shape)


def is_touched(slices: tf.IndexedSlices, value: tf.Tensor) -> tf.Tensor:
    """Which rows of a value a gradient is about, a bool for each, `[rows, 1, ...]`."""
    rows = tf.shape(value)[:1]
    indices = slices.indices[:, None]
    touched = tf.scatter_nd(indices, tf.ones_like(slices.indices, tf.int32), rows) > 0
    return tf.reshape(touched, tf.concat([rows, tf.ones_like(tf.shape(value)[1:])], 0))
