"""Monotonic attention: mechanisms that never look back (Raffel et al. 2017, arXiv:1704.00784)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import monotonic as core
from tf_seq2seq_compat.seq2seq.attention_mechanism import (
    Additive,
    Multiplicative,
    Weight,
    _BaseAttentionMechanism,
    projection,
)
from tf_seq2seq_compat.types import DTypeLike, FloatLike, IntLike, TensorLike

tf1 = tf.compat.v1


def safe_cumprod(x: TensorLike, *args: Any, **kwargs: Any) -> tf.Tensor:
    """Cumulative product of numbers from 0 to 1, by sums of their logarithms.

    It has a gradient everywhere. What lies beyond the smallest normal number and 1 is clipped.

    Args:
      x: Floats.
      *args: `axis`, `exclusive` and `reverse`, as for `tf.cumsum`, and a `name`.
      **kwargs: The same, by name.

    Returns:
      A tensor like `x`.

    Raises:
      ValueError: If `x` is not floating point.

    Example:
      >>> seq2seq.safe_cumprod([1.0, 0.5, 0.5], exclusive=True).numpy().tolist()
      [1.0, 1.0, 0.5]

    Legacy: `tf.contrib.seq2seq.safe_cumprod` of TF 1.15.
    """

    def cumprod(
        axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
    ) -> tf.Tensor:
        with tf1.name_scope(name, 'SafeCumprod', [x]):
            return core.safe_cumprod(tf.convert_to_tensor(x), axis, exclusive, reverse)

    return cumprod(*args, **kwargs)


def monotonic_attention(
    p_choose_i: TensorLike, previous_attention: TensorLike, mode: str
) -> tf.Tensor:
    """The attention after one more output step of a walk that only goes forward.

    It walks along the memory from where it was, and stops at each slot with a probability (Raffel
    et al. 2017, https://arxiv.org/abs/1704.00784).

    Args:
      p_choose_i: Probability of stopping at each slot, `[batch, max_time]`.
      previous_attention: The attention of the step before, `[batch, max_time]`; at first 1 at the
        first slot and 0 elsewhere.
      mode: `'recursive'`, exact; `'parallel'`, by cumulative sums and products, faster, but of a
        probability near 1 it loses what would follow; `'hard'`, for probabilities 0 and 1.

    Returns:
      `[batch, max_time]`. The sums are below 1 where the walk may have left the memory.

    Raises:
      ValueError: For another mode, or shapes that do not fit.
      TypeError: For two dtypes.

    Example:
      >>> stops = tf.constant([[0.0, 0.5, 0.5]])
      >>> seq2seq.monotonic_attention(stops, tf.constant([[1.0, 0.0, 0.0]]), 'recursive')
      <tf.Tensor: shape=(1, 3), dtype=float32, numpy=array([[0.  , 0.5 , 0.25]], dtype=float32)>

    Legacy: `tf.contrib.seq2seq.monotonic_attention` of TF 1.15.
    """
    return core.monotonic_attention(
        tf.convert_to_tensor(p_choose_i), tf.convert_to_tensor(previous_attention), mode
    )


def _monotonic_probability_fn(
    score: tf.Tensor,
    previous_alignments: tf.Tensor,
    sigmoid_noise: float,
    mode: str,
    seed: int | None = None,
) -> tf.Tensor:
    """The alignments for a score, given those of the step before."""
    core.check_mode(mode)
    p_choose_i = core.probability_of_choosing(
        tf.convert_to_tensor(score), mode, sigmoid_noise, seed
    )
    return monotonic_attention(p_choose_i, previous_alignments, mode)


class _BaseMonotonicAttentionMechanism(_BaseAttentionMechanism):
    """A mechanism whose attention begins at the first slot of the memory."""

    def initial_alignments(self, batch_size: IntLike, dtype: DTypeLike) -> tf.Tensor:
        """`[batch_size, max_time]`: 1 at the first slot, 0 elsewhere."""
        if isinstance(batch_size, tf1.Dimension):
            batch_size = batch_size.value
        first = tf.zeros([batch_size], tf.int32)
        return tf.one_hot(first, self._alignments_size, dtype=dtype)


class Monotonic(_BaseAttentionMechanism):
    """Adds a learned scalar to a score, whose sigmoid is the probability of stopping at a slot."""

    _score_bias_init: Any

    def _set_monotonic(
        self,
        sigmoid_noise: float,
        sigmoid_noise_seed: int | None,
        score_bias_init: FloatLike,
        mode: str,
    ) -> Callable[..., object]:
        """Keeps and checks the arguments; returns the probability function."""
        core.check_mode(mode)
        if isinstance(score_bias_init, str | bytes):
            raise ValueError(f'score_bias_init must be a number, but is {score_bias_init!r}.')
        self._score_bias_init = score_bias_init
        return functools.partial(
            _monotonic_probability_fn,
            sigmoid_noise=sigmoid_noise,
            mode=mode,
            seed=sigmoid_noise_seed,
        )

    def _score_weights(self) -> list[Weight]:
        def initializer(
            shape: Sequence[int], dtype: tf.DType | None = None, partition_info: object = None
        ) -> tf.Tensor:
            return tf.cast(self._score_bias_init, dtype)

        return [*super()._score_weights(), Weight('attention_score_bias', (), initializer)]

    def _compute_score(self, query: tf.Tensor, **weights: object) -> tf.Tensor:
        bias = weights.pop('attention_score_bias')
        return super()._compute_score(query, **weights) + bias


class BahdanauMonotonicAttention(Monotonic, Additive, _BaseMonotonicAttentionMechanism):
    """Additive attention that goes forward along the memory (Raffel et al. 2017).

    https://arxiv.org/abs/1704.00784. The score is `BahdanauAttention`'s plus a learned scalar, and
    its sigmoid is the probability of stopping at a slot. Variables: `memory_layer/kernel`, and
    below `bahdanau_monotonic_attention/`: `query_layer/kernel`, `attention_v`,
    `attention_score_bias`, and with `normalize` `attention_g` and `attention_b`.

    Args:
      num_units: Depth of the query and memory layers.
      memory: `[batch, max_time, depth]`, the encoder outputs; None to bind it by `setup_memory`.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to.
      normalize: Whether the score is weight-normalised, as for `BahdanauAttention`.
      score_mask_value: Score of what is masked; minus infinity by default.
      sigmoid_noise: Standard deviation of noise added to the score, which teaches the sigmoid to be
        0 or 1; use 0 for inference.
      sigmoid_noise_seed: Seed of the noise.
      score_bias_init: What `attention_score_bias` begins with; a negative number for long memories.
      mode: `'parallel'`, `'recursive'` or `'hard'`, as for `monotonic_attention`.
      dtype: Type of the layers and of the memory; float32 by default.
      name: Name of the operations that prepare the memory.

    Raises:
      ValueError: As `BahdanauAttention`, and for another mode.
      TypeError: As `BahdanauAttention`.
      InvalidArgumentError: If a length is negative.

    Example:
      >>> attention = seq2seq.BahdanauMonotonicAttention(4, tf.random.normal([2, 5, 3]), [5, 2])
      >>> state = attention.initial_state(2, tf.float32)
      >>> state[0].numpy().tolist()
      [1.0, 0.0, 0.0, 0.0, 0.0]
      >>> alignments, state = attention(tf.ones([2, 6]), state)
      >>> bool(tf.reduce_all(tf.reduce_sum(alignments, 1) <= 1.0))
      True

    Legacy: `tf.contrib.seq2seq.BahdanauMonotonicAttention` of TF 1.15.
    """

    _default_scope = 'bahdanau_monotonic_attention'

    def __init__(
        self,
        num_units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        score_mask_value: FloatLike | None = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: FloatLike = 0.0,
        mode: str = 'parallel',
        dtype: DTypeLike | None = None,
        name: str = 'BahdanauMonotonicAttention',
    ) -> None:
        super().__init__(
            query_layer=projection('query_layer', num_units, dtype),
            memory_layer=projection('memory_layer', num_units, dtype),
            memory=memory,
            probability_fn=self._set_monotonic(
                sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode
            ),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = int(num_units)
        self._normalize = normalize


class LuongMonotonicAttention(Monotonic, Multiplicative, _BaseMonotonicAttentionMechanism):
    """Multiplicative attention that goes forward along the memory (Raffel et al. 2017).

    https://arxiv.org/abs/1704.00784. The score is `LuongAttention`'s plus a learned scalar, and its
    sigmoid is the probability of stopping at a slot. Variables: `memory_layer/kernel`, and below
    `luong_monotonic_attention/`: `attention_score_bias`, and with `scale` `attention_g`.

    Args:
      num_units: Depth of the memory layer: the depth of the query.
      memory: `[batch, max_time, depth]`, the encoder outputs; None to bind it by `setup_memory`.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to.
      scale: Whether the score is multiplied by the learned scalar `attention_g`.
      score_mask_value: Score of what is masked; minus infinity by default.
      sigmoid_noise: As for `BahdanauMonotonicAttention`.
      sigmoid_noise_seed: Likewise.
      score_bias_init: Likewise.
      mode: Likewise.
      dtype: Type of the layer and of the memory; float32 by default.
      name: Name of the operations that prepare the memory.

    Raises:
      ValueError: As `LuongAttention`, and for another mode.
      TypeError: As `LuongAttention`.
      InvalidArgumentError: If a length is negative.

    Example:
      >>> memory = tf.random.normal([2, 5, 3])
      >>> attention = seq2seq.LuongMonotonicAttention(6, memory, [5, 2], mode='hard')
      >>> state = attention.initial_state(2, tf.float32)
      >>> alignments, state = attention(tf.ones([2, 6]), state)
      >>> bool(tf.reduce_all((alignments == 0) | (alignments == 1)))
      True

    Legacy: `tf.contrib.seq2seq.LuongMonotonicAttention` of TF 1.15.
    """

    _default_scope = 'luong_monotonic_attention'

    def __init__(
        self,
        num_units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        scale: bool = False,
        score_mask_value: FloatLike | None = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: FloatLike = 0.0,
        mode: str = 'parallel',
        dtype: DTypeLike | None = None,
        name: str = 'LuongMonotonicAttention',
    ) -> None:
        super().__init__(
            query_layer=None,
            memory_layer=projection('memory_layer', num_units, dtype),
            memory=memory,
            probability_fn=self._set_monotonic(
                sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode
            ),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = int(num_units)
        self._scale = scale
