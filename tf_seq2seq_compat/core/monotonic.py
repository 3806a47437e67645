"""Monotonic attention as pure functions (Raffel et al. 2017, https://arxiv.org/abs/1704.00784).

At each output step the attention walks along the memory from where it was before, and at each slot
it stops with a probability. Shapes: `p_choose_i` and `previous_attention` are `[batch, max_time]`.
"""

from __future__ import annotations

import ml_dtypes
import tensorflow as tf

from tf_seq2seq_compat.core.loop import unroll
from tf_seq2seq_compat.core.sampling import normal_noise
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.types import Nest

MODES = ('recursive', 'parallel', 'hard')
# A smaller product than this is taken for it where the parallel form divides by it.
SMALLEST_DIVISOR = 1e-10


def safe_cumprod(
    x: tf.Tensor, axis: int = 0, exclusive: bool = False, reverse: bool = False
) -> tf.Tensor:
    """Cumulative product of numbers from 0 to 1, by sums of their logarithms.

    It has a gradient everywhere. What lies beyond the smallest normal number and 1 is clipped.

    Args:
      x: Floats.
      axis: The axis to multiply along.
      exclusive: Whether the products leave out the element itself.
      reverse: Whether they begin at the end.

    Returns:
      A tensor like `x`.

    Raises:
      ValueError: If `x` is not floating point.
    """
    if not x.dtype.is_floating:
        raise ValueError(
            f'x must be floating point, but has dtype {x.dtype.name}: its logarithms are summed; '
            'use tf.cast(x, tf.float32), or tf.math.cumprod.'
        )
    smallest = ml_dtypes.finfo(x.dtype.as_numpy_dtype).tiny
    logarithms = tf.math.log(tf.clip_by_value(x, smallest, 1))
    return tf.exp(tf.cumsum(logarithms, axis=axis, exclusive=exclusive, reverse=reverse))


def monotonic_attention(
    p_choose_i: tf.Tensor, previous_attention: tf.Tensor, mode: str
) -> tf.Tensor:
    """The distribution over the memory after one more output step.

    Args:
      p_choose_i: Probability of stopping at each slot, `[batch, max_time]`.
      previous_attention: The distribution of the step before, `[batch, max_time]`.
      mode: `'recursive'`, exact; `'parallel'`, by cumulative sums and products, which loses mass
        after a slot where the walk stops for certain; `'hard'`, for probabilities 0 and 1.

    Returns:
      `[batch, max_time]`; what it lacks to a sum of 1 is the walk that went beyond the memory.

    Raises:
      ValueError: For another mode, or shapes that do not fit.
      TypeError: For two dtypes.
    """
    check_mode(mode)
    _check_attention(p_choose_i, previous_attention)
    if mode == 'parallel':
        not_before = safe_cumprod(1 - p_choose_i, axis=1, exclusive=True)
        divisor = tf.clip_by_value(not_before, SMALLEST_DIVISOR, 1.0)
        return p_choose_i * not_before * tf.cumsum(previous_attention / divisor, axis=1)
    if mode == 'recursive':
        went_on = _after_first(1 - p_choose_i)
        return p_choose_i * _linear_recurrence(went_on, previous_attention)
    stops = p_choose_i * tf.cumsum(previous_attention, axis=1)
    # Of 0 and 1, unlike tf.math.cumprod, this product has its true gradient.
    start = tf.one_hot(tf.zeros_like(stops[:, 0], tf.int32), axis_size(stops, 1), dtype=stops.dtype)
    return stops * _linear_recurrence(_after_first(1 - stops), start)


def probability_of_choosing(
    score: tf.Tensor, mode: str, noise: float = 0.0, seed: int | None = None
) -> tf.Tensor:
    """How likely the walk stops at each slot.

    Args:
      score: `[batch, max_time]`.
      mode: As for `monotonic_attention`; `'hard'` gives 1 where the score is positive, else 0.
      noise: Standard deviation of the noise added to the score, none unless it is above 0.
      seed: Seed of the noise.

    Returns:
      `[batch, max_time]`, of the dtype of the score.
    """
    # A tensor cannot be known to be zero while a graph is built.
    if tf.is_tensor(noise) or noise > 0:
        score += tf.cast(noise, score.dtype) * normal_noise(score, seed)
    return tf.cast(score > 0, score.dtype) if mode == 'hard' else tf.sigmoid(score)


def check_mode(mode: str) -> None:
    """Raises ValueError for an unknown mode."""
    if mode not in MODES:
        raise ValueError(f"mode must be 'recursive', 'parallel', or 'hard', but is {mode!r}.")


def _after_first(x: tf.Tensor) -> tf.Tensor:
    """`x` moved on by one along time, with a 0 in front."""
    return tf.pad(x[:, :-1], [[0, 0], [1, 0]])


def _linear_recurrence(factor: tf.Tensor, addend: tf.Tensor) -> tf.Tensor:
    """`y[:, t] = factor[:, t] * y[:, t - 1] + addend[:, t]`, with `factor[:, 0]` zero.

    Each element is joined with the one 1, 2, 4 ... before it, so that a memory of `max_time` slots
    takes log2(max_time) operations and no loop where its size is known.
    """
    time = axis_size(factor, 1)
    addend += tf.zeros_like(factor)  # a batch of one is broadcast

    slots = tf.range(time)

    def joined(
        distance: tf.Tensor, factor: tf.Tensor, addend: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        def earlier(x: tf.Tensor) -> tf.Tensor:
            return tf.where(slots >= distance, tf.roll(x, distance, 1), tf.zeros([], x.dtype))

        return factor * earlier(factor), addend + factor * earlier(addend)

    if isinstance(time, int):
        for power in range((time - 1).bit_length() if time else 0):
            factor, addend = joined(2**power, factor, addend)
        return addend

    def step(power: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        return (), joined(tf.bitwise.left_shift(1, power), *state)

    # While 2**power is below the time there is an element that far before. XLA has no loop of none.
    powers = tf.reduce_sum(tf.cast(tf.bitwise.left_shift(1, tf.range(31)) < time, tf.int32))
    return unroll(step, (factor, addend), (), capacity=tf.maximum(powers, 1)).state[1]


def _check_attention(p_choose_i: tf.Tensor, previous_attention: tf.Tensor) -> None:
    shapes = f'{p_choose_i.shape} and {previous_attention.shape}'
    if p_choose_i.dtype != previous_attention.dtype:
        raise TypeError(
            f'p_choose_i has dtype {p_choose_i.dtype.name}, but previous_attention has dtype '
            f'{previous_attention.dtype.name}: use tf.cast.'
        )
    for tensor in (p_choose_i, previous_attention):
        if tensor.shape.rank not in (None, 2):
            raise ValueError(
                f'p_choose_i and previous_attention must have shape [batch, max_time], but have '
                f'shapes {shapes}: give one step of the decoder.'
            )
    if p_choose_i.shape.rank is None or previous_attention.shape.rank is None:
        return
    if not p_choose_i.shape[1:].is_compatible_with(previous_attention.shape[1:]):
        raise ValueError(
            f'p_choose_i and previous_attention must have the same max_time, but have shapes '
            f'{shapes}.'
        )
