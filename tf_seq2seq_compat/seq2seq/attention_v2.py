"""The attention mechanisms of TF 1.15 that are called as layers: `mechanism([query, state])`.

They have the scores and the alignments of those without V2, and TF 1.15's rules for what is masked:
a mask given with the memory, or that a layer of Keras gave the memory, masks the score; lengths set
the memory to zero and nothing else, so that slots beyond them are attended to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.layers.base import Layer, unnumbered
from tf_seq2seq_compat.layers.cell_checks import layer_size
from tf_seq2seq_compat.seq2seq.attention_mechanism import (
    Additive,
    Multiplicative,
    Weight,
    _BaseAttentionMechanism,
)
from tf_seq2seq_compat.seq2seq.keras_dense import (
    KerasDense,
    OfKeras,
    configuration,
    initializer,
    layer_of,
)
from tf_seq2seq_compat.seq2seq.monotonic_attention import (
    Monotonic,
    _BaseMonotonicAttentionMechanism,
)
from tf_seq2seq_compat.types import (
    Activation,
    ActivationLike,
    Config,
    DTypeLike,
    FloatLike,
    InitializerLike,
    LayerLike,
    Nest,
    ShapeLike,
    TensorLike,
)

tf1 = tf.compat.v1

__all__ = [
    'BahdanauAttentionV2',
    'BahdanauMonotonicAttentionV2',
    'LuongAttentionV2',
    'LuongMonotonicAttentionV2',
    '_BaseAttentionMechanismV2',
    '_BaseMonotonicAttentionMechanismV2',
]

PROBABILITY_FUNCTIONS = {'softmax': tf.nn.softmax, 'hardmax': core.hardmax}


class _BaseAttentionMechanismV2(OfKeras, _BaseAttentionMechanism):
    """Holds the memory; a subclass writes `_calculate_attention(query, state)`.

    Called with `[query, state]` it attends. Called with a memory, or `[memory, lengths]`, and
    `setup_memory=True` it binds that, with a `mask` `[batch, max_time]` of what may be attended to.

    Args:
      memory: `[batch, max_time, depth]`, or None to bind it by a call.
      probability_fn: `(score, state) -> alignments`.
      query_layer: Layer for the query, or None.
      memory_layer: Layer that makes the keys of the memory, or None.
      memory_sequence_length: `[batch]`, or None: memory beyond it is zeroed.
      **kwargs: `name`, `dtype` and `trainable`.

    Raises:
      TypeError: For another keyword argument.
      ValueError: In a call, for another number of inputs, or before the memory is bound.
    """

    def __init__(
        self,
        memory: TensorLike,
        probability_fn: Callable[..., tf.Tensor],
        query_layer: LayerLike | None = None,
        memory_layer: LayerLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        **kwargs: Any,
    ) -> None:
        name = kwargs.pop('name', None)
        dtype = kwargs.pop('dtype', None)
        self.trainable = kwargs.pop('trainable', True)
        if kwargs:
            raise TypeError(
                f'Keyword argument not understood: {sorted(kwargs)[0]!r}. A mechanism takes name, '
                'dtype and trainable.'
            )
        # The memory layer has no scope of its own: its kernel is `<name>/kernel`.
        super().__init__(query_layer, None, probability_fn, name=name or type(self).__name__)
        self._memory_layer = memory_layer
        self._given_name = self._name
        self._dtype = tf.as_dtype(dtype or tf.float32)
        self.dtype = self._dtype.name
        self.probability_fn = self._probability_fn
        if memory is not None:
            lengths = memory_sequence_length
            self(memory if lengths is None else [memory, lengths], setup_memory=True)

    @without_autograph
    def __call__(  # type: ignore[override]
        self,
        inputs: Nest,
        mask: TensorLike | None = None,
        setup_memory: bool = False,
        **kwargs: object,
    ) -> Nest:
        """Attends, or binds the memory.

        Args:
          inputs: `[query, state]`; the memory or `[memory, lengths]` with `setup_memory`.
          mask: With `setup_memory`: bool `[batch, max_time]`.
          setup_memory: Whether to bind the memory.
          **kwargs: Given on to `call`.

        Returns:
          `(alignments, next_state)`; the values of the memory with `setup_memory`.
        """
        return self.call(inputs, mask=mask, setup_memory=setup_memory, **kwargs)

    def call(
        self,
        inputs: Nest,
        mask: TensorLike | None = None,
        setup_memory: bool = False,
        **kwargs: object,
    ) -> Nest:
        """As `__call__`."""
        given = list(inputs) if isinstance(inputs, list | tuple) else None
        if setup_memory:
            given = [inputs] if given is None else given
            if len(given) not in (1, 2):
                raise ValueError(
                    f'Expect inputs to have 1 or 2 tensors, got {len(given)}: the memory, and its '
                    'lengths.'
                )
            lengths = given[1] if len(given) == 2 else None
            return self._setup_memory(given[0], lengths, mask)
        if given is None:
            raise TypeError(
                'inputs must be a list [query, state]; to bind a memory give setup_memory=True.'
            )
        if len(given) not in (2, 3):
            raise ValueError(
                f'Expect the inputs to have 2 or 3 tensors, got {len(given)}: [query, state].'
            )
        if not self.memory_bound:
            raise ValueError(
                'Cannot query the attention before the setup of memory: call the mechanism with '
                'the memory and setup_memory=True first.'
            )
        return self._calculate_attention(tf.convert_to_tensor(given[0]), given[1])

    def _setup_memory(
        self,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        memory_mask: TensorLike | None = None,
    ) -> tf.Tensor:
        """Binds the memory and makes the variables; returns its values."""
        if not self.built:
            self._set_scope(None)
            self._build_inner(self._memory_layer, self._scope, memory)
        if memory_mask is None:
            memory_mask = getattr(memory, '_keras_mask', None)
        self.setup_memory(memory, memory_sequence_length, memory_mask=memory_mask)
        # TF 1.15 masks no score by lengths given here.
        self._memory_sequence_length = None
        if not self.built:
            self.build(self.values.shape)
            self.built = True
        return self.values

    def build(self, input_shape: ShapeLike) -> None:
        """Creates the variables of the score, each an attribute of its name."""
        for name, shape, start in self._score_weights():
            setattr(self, name, self.add_variable(name, shape, initializer=start))

    def _process_query(self, query: tf.Tensor) -> tf.Tensor:
        """The query after its layer, whose variables are below the scope of the first call."""
        layer = self._query_layer
        if layer is None:
            return query
        if _has_no_scope(layer):
            with tf1.variable_scope(None, self._given_name) as scope:
                self._build_inner(layer, scope, query)
                if isinstance(layer, Layer) and unnumbered(scope.name) == self._unnumbered_scope:
                    layer._unnumbered_scope = f'{self._unnumbered_scope}_1'  # the memory's is first
        return layer(query)

    def _build_inner(
        self, layer: LayerLike, scope: tf.compat.v1.VariableScope, inputs: Nest
    ) -> None:
        """Puts the variables of the query's or the memory's layer right below a scope."""
        if not _has_no_scope(layer):
            return
        if isinstance(layer, Layer):
            layer._scope = scope
            return
        with tf1.name_scope(scope.original_name_scope):
            layer.build(tf.convert_to_tensor(inputs).shape)

    def _calculate_attention(self, query: tf.Tensor, state: Nest) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns `(alignments, next_state)`; written by subclasses without `_compute_score`."""
        weights = {weight.name: getattr(self, weight.name) for weight in self._score_weights()}
        score = self._compute_score(self._process_query(query), **weights)
        alignments = self._probability_fn(score, state)
        return alignments, alignments

    def _process_probability_fn(self, func_name: object) -> Activation:
        """The function for a name."""
        if callable(func_name):
            return func_name
        if func_name not in PROBABILITY_FUNCTIONS:
            raise ValueError(
                f'Invalid probability function: {func_name}, options are '
                f'{list(PROBABILITY_FUNCTIONS)}, or a function of the score.'
            )
        return PROBABILITY_FUNCTIONS[func_name]

    def get_config(self) -> Config:
        """Arguments that make such a mechanism again, without its memory."""
        layers = {'query_layer': self._query_layer, 'memory_layer': self._memory_layer}
        return {
            'name': self._given_name,
            'trainable': self.trainable,
            'dtype': self.dtype,
            **{name: configuration(layer) for name, layer in layers.items() if layer is not None},
            'memory': None,
            **{name: configuration(value) for name, value in self._config.items()},
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: dict[str, object] | None = None) -> Layer:
        """A mechanism by what `get_config` gave; `custom_objects` are classes of layers by name."""
        return cls(**cls.deserialize_inner_layer_from_config(config, custom_objects))

    @classmethod
    def deserialize_inner_layer_from_config(
        cls, config: Config, custom_objects: dict[str, object] | None
    ) -> Config:
        """The configuration with its layers made."""
        layers = {name: config[name] for name in ('query_layer', 'memory_layer') if name in config}
        return {**config, **{name: layer_of(layers[name], custom_objects) for name in layers}}

    _config: Config = {}  # noqa: RUF012 (replaced, never changed)
    attention_v = attention_g = attention_b = attention_score_bias = None


class _BaseMonotonicAttentionMechanismV2(_BaseAttentionMechanismV2):
    """A mechanism whose attention begins at the first slot of the memory."""

    initial_alignments = _BaseMonotonicAttentionMechanism.initial_alignments


class _MonotonicV2(Monotonic):
    """The arguments of a monotonic mechanism, as TF 1.15 keeps them, and its order of variables."""

    def _set_monotonic(
        self,
        sigmoid_noise: float,
        sigmoid_noise_seed: int | None,
        score_bias_init: FloatLike,
        mode: str,
    ) -> Callable[..., tf.Tensor]:
        self.sigmoid_noise = sigmoid_noise
        self.sigmoid_noise_seed = sigmoid_noise_seed
        self.score_bias_init = score_bias_init
        self.mode = mode
        return super()._set_monotonic(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)

    def _score_weights(self) -> list[Weight]:
        *others, bias = super()._score_weights()
        return [*others[:1], bias, *others[1:]]


class BahdanauAttentionV2(Additive, _BaseAttentionMechanismV2):
    """Additive attention, called with `[query, state]`.

    Args:
      units: Depth of the query and memory layers.
      memory: As for `BahdanauAttention`.
      memory_sequence_length: `[batch]`: memory beyond is zeroed, yet attended to (see the module).
      normalize: As for `BahdanauAttention`.
      probability_fn: `'softmax'`, `'hardmax'` or a function of the score.
      kernel_initializer: Initializer of `attention_v`, as Keras takes it: itself, or its name.
      dtype: Type of the layers and of the memory; float32 by default.
      name: Name of the variable scope.
      **kwargs: `trainable`, and layers to use in place of the mechanism's: `query_layer` (not of
        Luong's), `memory_layer`.

    Legacy: `BahdanauAttentionV2` in TF 1.15's `contrib.seq2seq.python.ops.attention_wrapper`.
    """

    def __init__(
        self,
        units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        probability_fn: ActivationLike = 'softmax',
        kernel_initializer: InitializerLike = 'glorot_uniform',
        dtype: DTypeLike | None = None,
        name: str = 'BahdanauAttention',
        **kwargs: object,
    ) -> None:
        self.units = self._num_units = layer_size('units', units)
        self.normalize = self._normalize = normalize
        self.probability_fn_name = probability_fn
        self.kernel_initializer = self._initializer_of_v = initializer(kernel_initializer)
        self._config = {
            'units': units,
            'normalize': normalize,
            'probability_fn': probability_fn,
            'kernel_initializer': self.kernel_initializer,
        }
        function = self._process_probability_fn(probability_fn)
        super().__init__(
            memory,
            lambda score, _: function(score),
            kwargs.pop('query_layer', None) or _layer(units, dtype, 'query_layer'),
            kwargs.pop('memory_layer', None) or _layer(units, dtype, 'memory_layer'),
            memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )


class LuongAttentionV2(Multiplicative, _BaseAttentionMechanismV2):
    """Multiplicative attention, called with `[query, state]`.

    Args:
      units: Depth of the memory layer: the depth of the query.
      memory: As for `LuongAttention`.
      memory_sequence_length: `[batch]`: memory beyond is zeroed, yet attended to (see the module).
      scale: As for `LuongAttention`.
      probability_fn: `'softmax'`, `'hardmax'` or a function of the score.
      dtype: Type of the layer and of the memory; float32 by default.
      name: Name of the variable scope.
      **kwargs: `trainable`, and layers to use in place of the mechanism's: `query_layer` (not of
        Luong's), `memory_layer`.

    Legacy: `LuongAttentionV2` in TF 1.15's `contrib.seq2seq.python.ops.attention_wrapper`.
    """

    @property
    def scale_weight(self) -> Any:
        """The variable `attention_g` of `scale`."""
        return self.attention_g

    def __init__(
        self,
        units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        scale: bool = False,
        probability_fn: ActivationLike = 'softmax',
        dtype: DTypeLike | None = None,
        name: str = 'LuongAttention',
        **kwargs: object,
    ) -> None:
        self.units = self._num_units = layer_size('units', units)
        self.scale = self._scale = scale
        self.probability_fn_name = probability_fn
        self._config = {'units': units, 'scale': scale, 'probability_fn': probability_fn}
        function = self._process_probability_fn(probability_fn)
        super().__init__(
            memory,
            lambda score, _: function(score),
            None,
            kwargs.pop('memory_layer', None) or _layer(units, dtype, 'memory_layer'),
            memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )


class BahdanauMonotonicAttentionV2(_MonotonicV2, Additive, _BaseMonotonicAttentionMechanismV2):
    """Additive attention that goes forward along the memory, called with `[query, state]`.

    Args:
      units: Depth of the query and memory layers.
      memory: As for `BahdanauMonotonicAttention`.
      memory_sequence_length: `[batch]`: memory beyond is zeroed, yet attended to (see the module).
      normalize: As for `BahdanauMonotonicAttention`.
      sigmoid_noise: Likewise.
      sigmoid_noise_seed: Likewise.
      score_bias_init: Likewise.
      mode: Likewise.
      kernel_initializer: Initializer of `attention_v`, as Keras takes it: itself, or its name.
      dtype: Type of the layers and of the memory; float32 by default.
      name: Name of the variable scope.
      **kwargs: `trainable`, and layers to use in place of the mechanism's: `query_layer` (not of
        Luong's), `memory_layer`.

    Legacy: `BahdanauMonotonicAttentionV2` in TF 1.15's
    `contrib.seq2seq.python.ops.attention_wrapper`.
    """

    def __init__(
        self,
        units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: FloatLike = 0.0,
        mode: str = 'parallel',
        kernel_initializer: InitializerLike = 'glorot_uniform',
        dtype: DTypeLike | None = None,
        name: str = 'BahdanauMonotonicAttention',
        **kwargs: object,
    ) -> None:
        self.units = self._num_units = layer_size('units', units)
        self.normalize = self._normalize = normalize
        self.kernel_initializer = self._initializer_of_v = initializer(kernel_initializer)
        self._config = {
            'units': units,
            'normalize': normalize,
            'sigmoid_noise': sigmoid_noise,
            'sigmoid_noise_seed': sigmoid_noise_seed,
            'score_bias_init': score_bias_init,
            'mode': mode,
            'kernel_initializer': self.kernel_initializer,
        }
        super().__init__(
            memory,
            self._set_monotonic(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode),
            kwargs.pop('query_layer', None) or _layer(units, dtype, 'query_layer'),
            kwargs.pop('memory_layer', None) or _layer(units, dtype, 'memory_layer'),
            memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )


class LuongMonotonicAttentionV2(_MonotonicV2, Multiplicative, _BaseMonotonicAttentionMechanismV2):
    """Multiplicative attention that goes forward along the memory, called with `[query, state]`.

    Args:
      units: Depth of the memory layer: the depth of the query.
      memory: As for `LuongMonotonicAttention`.
      memory_sequence_length: `[batch]`: memory beyond is zeroed, yet attended to (see the module).
      scale: As for `LuongMonotonicAttention`.
      sigmoid_noise: Likewise.
      sigmoid_noise_seed: Likewise.
      score_bias_init: Likewise.
      mode: Likewise.
      dtype: Type of the layer and of the memory; float32 by default.
      name: Name of the variable scope.
      **kwargs: `trainable`, and layers to use in place of the mechanism's: `query_layer` (not of
        Luong's), `memory_layer`.

    Legacy: `LuongMonotonicAttentionV2` in TF 1.15's
    `contrib.seq2seq.python.ops.attention_wrapper`.
    """

    def __init__(
        self,
        units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        scale: bool = False,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: FloatLike = 0.0,
        mode: str = 'parallel',
        dtype: DTypeLike | None = None,
        name: str = 'LuongMonotonicAttention',
        **kwargs: object,
    ) -> None:
        self.units = self._num_units = layer_size('units', units)
        self.scale = self._scale = scale
        self._config = {
            'units': units,
            'scale': scale,
            'sigmoid_noise': sigmoid_noise,
            'sigmoid_noise_seed': sigmoid_noise_seed,
            'score_bias_init': score_bias_init,
            'mode': mode,
        }
        super().__init__(
            memory,
            self._set_monotonic(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode),
            None,
            kwargs.pop('memory_layer', None) or _layer(units, dtype, 'memory_layer'),
            memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )


def _layer(units: int, dtype: DTypeLike, name: str) -> KerasDense:
    return KerasDense(units, use_bias=False, name=name, dtype=dtype or tf.float32)


def _has_no_scope(layer: LayerLike) -> bool:
    if isinstance(layer, Layer):
        return layer._scope is None
    return graph_mode() and hasattr(layer, 'build') and not getattr(layer, 'built', True)
