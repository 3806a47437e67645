"""The mechanisms of `tfa.seq2seq` whose attention goes forward along the memory."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import (
    keras,
    serializable,
    serialized,
    typechecked,
)
from tf_seq2seq_compat.addons.seq2seq.attention_mechanism import (
    AdditiveScore,
    AlignmentsAsState,
    AttentionMechanism,
    MultiplicativeScore,
    given_or_dense,
)
from tf_seq2seq_compat.core.monotonic import check_mode
from tf_seq2seq_compat.seq2seq.attention_wrapper import _prepare_memory as _prepare_memory
from tf_seq2seq_compat.seq2seq.monotonic_attention import (
    _monotonic_probability_fn,
)
from tf_seq2seq_compat.types import (
    Config,
    DTypeLike,
    FloatLike,
    InitializerLike,
    IntLike,
    TensorLike,
)


class _BaseMonotonicAttentionMechanism(AttentionMechanism):
    """A mechanism whose attention begins at the first slot of the memory."""

    def initial_alignments(self, batch_size: IntLike, dtype: DTypeLike) -> tf.Tensor:
        """`[batch_size, max_time]`: 1 at the first slot, 0 elsewhere."""
        return tf.one_hot(tf.zeros([batch_size], tf.int32), self._alignments_size, dtype=dtype)


class _Monotonic(_BaseMonotonicAttentionMechanism):
    """Adds a learned scalar to a score, whose sigmoid is the probability of stopping at a slot."""

    def _set_monotonic(
        self,
        sigmoid_noise: Any,
        sigmoid_noise_seed: int | None,
        score_bias_init: FloatLike,
        mode: str,
    ) -> Callable[..., tf.Tensor]:
        """Keeps the arguments; returns the probability function."""
        check_mode(mode)
        self.sigmoid_noise = sigmoid_noise
        self.sigmoid_noise_seed = sigmoid_noise_seed
        self.score_bias_init = score_bias_init
        self.mode = mode
        self.attention_score_bias = None
        return functools.partial(
            _monotonic_probability_fn,
            sigmoid_noise=sigmoid_noise,
            mode=mode,
            seed=sigmoid_noise_seed,
        )

    def _weights_of_score(self) -> list[tuple[str, str, tuple[int, ...], Any]]:
        bias = keras.initializers.Constant(self.score_bias_init)
        first, *others = [*super()._weights_of_score(), None]
        weights = [first, ('attention_score_bias', 'attention_score_bias', (), bias), *others]
        return [weight for weight in weights if weight is not None]

    def _score(self, query: tf.Tensor) -> tf.Tensor:
        return super()._score(query) + tf.convert_to_tensor(self.attention_score_bias)

    def get_config(self) -> Config:
        """The arguments without the memory."""
        config = {
            'units': self.units,
            'sigmoid_noise': self.sigmoid_noise,
            'sigmoid_noise_seed': self.sigmoid_noise_seed,
            'score_bias_init': self.score_bias_init,
            'mode': self.mode,
        }
        return {**super().get_config(), **config}


@serializable
class BahdanauMonotonicAttention(_Monotonic, AdditiveScore, AlignmentsAsState):
    """Additive attention that goes forward along the memory (Raffel et al. 2017).

    https://arxiv.org/abs/1704.00784.

    Args:
      units: Depth of the query and memory layers.
      memory: `[batch, max_time, depth]`, or None to bind it later.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to.
      normalize: As for `BahdanauAttention`.
      sigmoid_noise: Standard deviation of noise added to the score; use 0 for inference.
      sigmoid_noise_seed: Seed of the noise.
      score_bias_init: What the scalar added to the score begins with.
      mode: `'parallel'`, `'recursive'` or `'hard'`, as for `monotonic_attention`.
      kernel_initializer: Initializer of `attention_v`.
      dtype: Type or policy of the layers; that of Keras by default.
      name: Name of the layer.
      **kwargs: As for `BahdanauAttention`.

    Raises:
      ValueError: For another mode, or a memory that does not fit.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> attention = tfa.seq2seq.BahdanauMonotonicAttention(4, tf.ones([2, 5, 3]), [5, 2])
      >>> attention.initial_state(2, tf.float32)[0].numpy().tolist()
      [1.0, 0.0, 0.0, 0.0, 0.0]

    Legacy: `tfa.seq2seq.BahdanauMonotonicAttention` of TensorFlow Addons 0.23.
    """

    @typechecked
    def __init__(
        self,
        units: int,
        memory: TensorLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        sigmoid_noise: FloatLike = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: FloatLike = 0.0,
        mode: str = 'parallel',
        kernel_initializer: InitializerLike = 'glorot_uniform',
        dtype: Any = None,
        name: str = 'BahdanauMonotonicAttention',
        **kwargs: Any,
    ) -> None:
        self.units = units
        self.normalize = normalize
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.attention_v = self.attention_g = self.attention_b = None
        super().__init__(
            memory,
            self._set_monotonic(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode),
            query_layer=given_or_dense(kwargs, 'query_layer', units, dtype),
            memory_layer=given_or_dense(kwargs, 'memory_layer', units, dtype),
            memory_sequence_length=memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def get_config(self) -> Config:
        """The arguments without the memory."""
        initializer = serialized(self.kernel_initializer)
        config = {'normalize': self.normalize, 'kernel_initializer': initializer}
        return {**super().get_config(), **config}


@serializable
class LuongMonotonicAttention(_Monotonic, MultiplicativeScore, AlignmentsAsState):
    """Multiplicative attention that goes forward along the memory (Raffel et al. 2017).

    https://arxiv.org/abs/1704.00784.

    Args:
      units: Depth of the memory layer: the depth of the query.
      memory: `[batch, max_time, depth]`, or None to bind it later.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to.
      scale: As for `LuongAttention`.
      sigmoid_noise: Standard deviation of noise added to the score; use 0 for inference.
      sigmoid_noise_seed: Seed of the noise.
      score_bias_init: What the scalar added to the score begins with.
      mode: `'parallel'`, `'recursive'` or `'hard'`, as for `monotonic_attention`.
      dtype: Type or policy of the layers; that of Keras by default.
      name: Name of the layer.
      **kwargs: As for `LuongAttention`.

    Raises:
      ValueError: For another mode, or a memory that does not fit.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> attention = tfa.seq2seq.LuongMonotonicAttention(4, tf.ones([2, 5, 3]), [5, 2])
      >>> attention.initial_state(2, tf.float32)[0].numpy().tolist()
      [1.0, 0.0, 0.0, 0.0, 0.0]

    Legacy: `tfa.seq2seq.LuongMonotonicAttention` of TensorFlow Addons 0.23.
    """

    _scale_attribute = 'attention_g'

    @typechecked
    def __init__(
        self,
        units: int,
        memory: TensorLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        scale: bool = False,
        sigmoid_noise: FloatLike = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: FloatLike = 0.0,
        mode: str = 'parallel',
        dtype: Any = None,
        name: str = 'LuongMonotonicAttention',
        **kwargs: Any,
    ) -> None:
        self.units = units
        self.scale = scale
        self.attention_g = None
        super().__init__(
            memory,
            self._set_monotonic(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode),
            memory_layer=given_or_dense(kwargs, 'memory_layer', units, dtype),
            memory_sequence_length=memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def get_config(self) -> Config:
        """The arguments without the memory."""
        return {**super().get_config(), 'scale': self.scale}
