"""Attention mechanisms and `AttentionWrapper`, in the file where TensorFlow Addons had them.

They are Keras layers that hold weights and a memory; the mathematics is in `core/`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.addons._cells import as_keras_cell, initial_state, state_size, take_step
from tf_seq2seq_compat.addons.keras_generation import (
    IS_KERAS_3,
    build_by_tracing,
    check_is_layer,
    deserialized,
    hidden,
    in_scratch_graph,
    is_symbolic,
    keras,
    serializable,
    serialized,
    takes_hidden,
    typechecked,
)
from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop_arrays import OpenEndedArray, extended
from tf_seq2seq_compat.core.monotonic import check_mode
from tf_seq2seq_compat.core.path import after, under_xla
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.seq2seq.attention_memory import (
    check_one_mask,
    checked_lengths,
    checked_memory,
    is_reachable,
    prepare_memory,
)
from tf_seq2seq_compat.seq2seq.attention_wrapper import (
    AttentionWrapperState as _TF1State,
)
from tf_seq2seq_compat.seq2seq.attention_wrapper import (
    _bahdanau_score,
    _inputs_and_attention,
    _luong_score,
    _maybe_mask_score,
    hardmax,
)
from tf_seq2seq_compat.seq2seq.attention_wrapper import _prepare_memory as _prepare_memory
from tf_seq2seq_compat.seq2seq.monotonic_attention import (
    _monotonic_probability_fn,
    monotonic_attention,
    safe_cumprod,
)
from tf_seq2seq_compat.types import (
    Cell,
    Config,
    DTypeLike,
    FloatLike,
    InitializerLike,
    IntLike,
    LayerLike,
    Nest,
    ShapeLike,
    Size,
    TensorLike,
)

__all__ = [
    'AttentionMechanism',
    'AttentionWrapper',
    'AttentionWrapperState',
    'BahdanauAttention',
    'BahdanauMonotonicAttention',
    'LuongAttention',
    'LuongMonotonicAttention',
    '_BaseMonotonicAttentionMechanism',
    '_bahdanau_score',
    '_compute_attention',
    '_luong_score',
    '_maybe_mask_score',
    '_monotonic_probability_fn',
    '_prepare_memory',
    'hardmax',
    'monotonic_attention',
    'safe_cumprod',
]

_PROBABILITY_FUNCTIONS = {'softmax': tf.nn.softmax, 'hardmax': hardmax}


class AttentionMechanism(keras.layers.Layer):
    """Base class of attention mechanisms: holds the memory, and the layers for it and the query.

    The memory is given when the mechanism is made, or by a call with `setup_memory=True`; after
    that a call with `[query, state]` attends. A subclass writes `_calculate_attention(query,
    state)` with `self.query_layer`, `self.keys` and `self.probability_fn(score, state)`, which
    masks the score.

    Args:
      memory: `[batch, max_time, depth]`, or None to bind it later.
      probability_fn: `(score, state) -> alignments`.
      query_layer: Layer for the query, or None.
      memory_layer: Layer that makes the keys of the memory, or None.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to. It
        has no effect without a memory.
      **kwargs: Those of a Keras layer.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> class Mean(tfa.seq2seq.AttentionMechanism):
      ...     def __init__(self, memory):
      ...         super().__init__(memory, lambda score, state: tf.nn.softmax(score))
      ...     def _calculate_attention(self, query, state):
      ...         alignments = self.probability_fn(tf.zeros(tf.shape(self.keys)[:2]), state)
      ...         return alignments, alignments
      >>> alignments, state = Mean(tf.ones([2, 4, 3]))([tf.ones([2, 5]), tf.zeros([2, 4])])
      >>> alignments.numpy().tolist()
      [[0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.25, 0.25]]

    Legacy: `tfa.seq2seq.AttentionMechanism` of TensorFlow Addons 0.23.
    """

    @typechecked
    def __init__(
        self,
        memory: TensorLike | None,
        probability_fn: Callable[..., tf.Tensor],
        query_layer: LayerLike | None = None,
        memory_layer: LayerLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        **kwargs: Any,
    ) -> None:
        if not callable(probability_fn):
            raise TypeError(f'probability_fn must be callable, but is {probability_fn!r}.')
        super().__init__(**kwargs)
        check_is_layer('query_layer', query_layer, optional=True)
        check_is_layer('memory_layer', memory_layer, optional=True)
        self.query_layer = query_layer
        self.memory_layer = memory_layer
        self.default_probability_fn = probability_fn
        self.probability_fn = probability_fn
        self.keys: Any = None
        self.values: Any = None
        self.batch_size: IntLike | None = None
        self._alignments_size: IntLike | None = None
        self._memory_initialized = False
        self._check_inner_dims_defined = True
        self._query_shape: Any = None
        self._symbolic_memory: Any = None
        self._values_here: Any = None
        self.supports_masking = True
        if memory is not None:
            given = memory if memory_sequence_length is None else [memory, memory_sequence_length]
            self(given, setup_memory=True)

    @property
    def memory_initialized(self) -> bool:
        """Whether a memory was given."""
        return self._memory_initialized

    def build(self, input_shape: Any) -> None:
        """Makes the variables of the memory layer, or where there is a memory, of the query layer.

        Args:
          input_shape: Shape of the memory, or a list of shapes that begins with it; where there is
            a memory, a list of shapes that begins with the query's.
        """
        is_list = isinstance(input_shape, list | tuple) and not all(
            size is None or isinstance(size, int) for size in input_shape
        )
        shape = input_shape[0] if is_list else input_shape
        layer = self.query_layer if self._memory_initialized else self.memory_layer
        if layer is not None and not layer.built:
            layer.build(shape)
        if self._memory_initialized:
            self._query_shape = shape
            for attribute, name, size, initializer in self._weights_of_score():
                if getattr(self, attribute) is None:
                    weight = self.add_weight(name=name, shape=size, initializer=initializer)
                    setattr(self, attribute, weight)
        self.built = True

    def _weights_of_score(self) -> list[tuple[str, str, tuple[int, ...], Any]]:
        """Attribute, name, shape and initializer of each weight beside those of the layers."""
        return []

    @without_autograph
    def __call__(self, inputs: Nest, **kwargs: Any) -> Any:
        """Binds the memory, or attends.

        Args:
          inputs: With `setup_memory=True` the memory `[batch, max_time, depth]`, or a list of it
            and its lengths; else `[query, state]`.
          **kwargs: Those of `call`.

        Returns:
          The memory, zero where it is masked; else `(alignments, next_state)`.
        """
        if kwargs.get('setup_memory'):
            self._memory_initialized = False
            self._symbolic_memory = None
            inputs = self._as_tensors(inputs)
            self.values = super().__call__(inputs, **kwargs)
            # The query has not been seen yet: the call with it makes the other variables.
            self.built = False
            if IS_KERAS_3:
                self._tracker.unlock()
            return self.values
        if self._memory_initialized:
            if len(inputs) not in (2, 3):
                raise ValueError(
                    f'Expect the inputs to have 2 or 3 tensors, got {len(inputs)}: a mechanism is '
                    'called with [query, state].'
                )
            symbolic = any(map(is_symbolic, tf.nest.flatten(inputs)))
            if IS_KERAS_3 and not symbolic:
                self._rebind_symbolic_memory(axis_size(inputs[0], 0))
            elif len(inputs) == 2:
                # So that a functional model sees that this depends on the memory.
                inputs = [*inputs, self.values]
        return super().__call__(inputs, **kwargs)

    def _as_tensors(self, inputs: Nest) -> Nest:
        """The memory, or the list of memory and lengths, with lengths of a Python list as one."""
        if not isinstance(inputs, list | tuple):
            return inputs
        if len(inputs) not in (1, 2):
            raise ValueError(
                f'Expect inputs to have 1 or 2 tensors, got {len(inputs)}: the memory is set up '
                'with memory or [memory, memory_sequence_length].'
            )
        memory, *lengths = inputs
        return [memory, *(n if is_symbolic(n) else tf.convert_to_tensor(n) for n in lengths)]

    def call(
        self, inputs: Nest, mask: Nest = None, setup_memory: bool = False, **kwargs: Any
    ) -> Any:
        """Binds the memory, or attends; see `__call__`.

        Args:
          inputs: As for `__call__`.
          mask: bool `[batch, max_time]`: True for what of the memory may be attended to. Keras
            gives it where the memory has a mask. Lengths take its place.
          setup_memory: Whether the inputs are a memory.
          **kwargs: Not used.

        Returns:
          As `__call__`.
        """
        if setup_memory:
            memory, lengths = (*inputs, None)[:2] if isinstance(inputs, list) else (inputs, None)
            mask = mask[0] if isinstance(mask, list | tuple) else mask
            self.setup_memory(memory, lengths, mask if lengths is None else None)
            return self.values
        if not self._memory_initialized:
            raise ValueError(
                'Cannot query the attention before the setup of memory: give memory to '
                f'{type(self).__name__}, or call it with setup_memory=True.'
            )
        if not (is_reachable(self.keys) or in_scratch_graph()):
            raise ValueError(
                f'The memory of {type(self).__name__} was bound inside a tf.function, and is gone '
                'with it: call setup_memory(memory, memory_sequence_length) here too.'
            )
        return self._calculate_attention(inputs[0], inputs[1])

    def setup_memory(
        self,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        memory_mask: TensorLike | None = None,
    ) -> None:
        """Binds the memory, in place of any bound before; the weights stay.

        Args:
          memory: `[batch, max_time, depth]`, the encoder outputs.
          memory_sequence_length: Integers `[batch]`, or None. A length of 0 gives zero alignments.
          memory_mask: bool `[batch, max_time]` in place of lengths, True for what is attended to.

        Raises:
          ValueError: If shapes do not fit, the depth of the memory is not known, or both lengths
            and a mask are given.
        """
        check_one_mask(memory_sequence_length, memory_mask)
        with tf.name_scope(self.name or 'BaseAttentionMechanismInit'):
            memory = checked_memory(memory, None)
            lengths = checked_lengths(memory_sequence_length, memory)
            mask = None if memory_mask is None else tf.cast(memory_mask, tf.bool)
            values = prepare_memory(memory, lengths, mask, self._check_inner_dims_defined)
            self.values = values
            self.keys = values if self.memory_layer is None else self.memory_layer(values)
        self.batch_size = axis_size(self.keys, 0)
        self._alignments_size = axis_size(self.keys, 1)
        self.probability_fn = self.default_probability_fn
        if lengths is not None or mask is not None:
            self.probability_fn = functools.partial(self._masked_probability, lengths, mask)
        self._memory_initialized = True

    def _masked_probability(
        self, lengths: tf.Tensor | None, mask: tf.Tensor | None, score: tf.Tensor, state: Nest
    ) -> tf.Tensor:
        """The alignments for a score, over what may be attended to."""
        if lengths is not None:
            mask = core.length_mask(lengths, axis_size(score, 1))
        return core.masked_alignments(
            score, mask, lambda masked: self.default_probability_fn(masked, state), score.dtype.min
        )

    def _calculate_attention(self, query: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """The alignments `[batch, max_time]` and the next state."""
        raise NotImplementedError(
            f'{type(self).__name__} defines no _calculate_attention(query, state).'
        )

    def compute_mask(self, inputs: Nest, mask: Nest = None) -> tuple[None, None]:
        """No masks: neither the memory nor alignments have one."""
        return None, None

    def get_config(self) -> Config:
        """The arguments without the memory, which a mechanism is given anew."""
        layers = {'query_layer': self.query_layer, 'memory_layer': self.memory_layer}
        inner = {name: serialized(layer) for name, layer in layers.items() if layer is not None}
        return {**super().get_config(), **inner, 'memory': None}

    def _process_probability_fn(self, func_name: str) -> Callable[[tf.Tensor], tf.Tensor]:
        """The probability function of that name."""
        if func_name not in _PROBABILITY_FUNCTIONS:
            raise ValueError(
                f'Invalid probability function: {func_name!r}, options are '
                f'{sorted(_PROBABILITY_FUNCTIONS)}.'
            )
        return _PROBABILITY_FUNCTIONS[func_name]

    @classmethod
    def deserialize_inner_layer_from_config(
        cls, config: Config, custom_objects: Mapping[str, Any] | None
    ) -> Config:
        """The configuration with its inner layers made.

        Args:
          config: A dict, which stays as it is.
          custom_objects: Classes by their names, or None.

        Returns:
          A dict.
        """
        config = dict(config)
        for name in ('query_layer', 'memory_layer'):
            if config.get(name):
                config[name] = deserialized(config[name], custom_objects)
        return config

    @property
    def _bound_values(self) -> tf.Tensor:
        """The memory as a tensor, also where a functional model is being written."""
        return self._values_here if is_symbolic(self.values) else self.values

    @property
    def alignments_size(self) -> Any:
        """`max_time` of the memory: int, or `TensorShape([None])` where it is not known."""
        if isinstance(self._alignments_size, int):
            return self._alignments_size
        return tf.TensorShape([None])

    @property
    def state_size(self) -> Size:
        """Size of the state: the alignments of the last step."""
        return self.alignments_size

    def initial_alignments(self, batch_size: IntLike, dtype: DTypeLike) -> tf.Tensor:
        """Zeros `[batch_size, max_time]`: the alignments before the first step."""
        return tf.zeros([batch_size, self._alignments_size], dtype)

    def initial_state(self, batch_size: IntLike, dtype: DTypeLike) -> tf.Tensor:
        """The state before the first step: the initial alignments."""
        return self.initial_alignments(batch_size, dtype)

    # -- Keras 3: functional models, and files of models ------------------------------------------

    def _rebind_symbolic_memory(self, batch_size: IntLike) -> None:
        """Binds zeros of the memory's shape where Keras 3 looks for shapes only."""
        memory = self._symbolic_memory
        if memory is None or (self.keys is not None and is_reachable(self.keys)):
            return
        sizes = [batch_size, *(1 if size is None else size for size in memory.shape[1:])]
        zeros = tf.compat.v1.placeholder_with_default(
            tf.zeros(sizes, memory.dtype), tf.TensorShape([None, *memory.shape[1:]])
        )
        symbolic = self.values
        self.setup_memory(zeros)
        self._values_here, self.values = self.values, symbolic

    if IS_KERAS_3:

        def compute_output_spec(
            self, inputs: Nest, mask: Nest = None, setup_memory: bool = False, **kwargs: Any
        ) -> Any:
            """The shapes and types of what a call returns."""
            if setup_memory:
                memory = inputs[0] if isinstance(inputs, list) else inputs
                self._memory_initialized = True
                self._symbolic_memory = memory
                layer = self.memory_layer
                if layer is not None and not layer.built:
                    layer.build(memory.shape)
                self.keys, self.batch_size = None, memory.shape[0]
                self._alignments_size = memory.shape[1]
                return keras.KerasTensor(memory.shape, memory.dtype)
            query = inputs[0]
            size = (query.shape[0], self._alignments_size)
            spec = keras.KerasTensor(size, self.compute_dtype)
            return spec, keras.KerasTensor(inputs[1].shape, self.compute_dtype)

        def get_build_config(self) -> Config:
            """The depths by which `build_from_config` makes the variables."""
            kernel = getattr(self.memory_layer, 'kernel', None)
            return {
                'memory_shape': None if kernel is None else (None, None, kernel.shape[0]),
                'query_shape': None if self._query_shape is None else tuple(self._query_shape),
            }

        def build_from_config(self, config: Config) -> None:
            """Makes the variables before there is a memory."""
            if config.get('memory_shape'):
                self.build(tuple(config['memory_shape']))
                self._tracker.unlock()
            if config.get('query_shape'):
                self._memory_initialized = True
                self.build([tuple(config['query_shape'])])
                self._memory_initialized = False
            self.built = False


class _Additive(AttentionMechanism):
    """The weights and the score of Bahdanau et al."""

    def _weights_of_score(self) -> list[tuple[str, str, tuple[int, ...], Any]]:
        units = (int(self.units),)
        weights: list[tuple[str, str, tuple[int, ...], Any]] = [
            ('attention_v', 'attention_v', units, self.kernel_initializer)
        ]
        if self.normalize:
            length = keras.initializers.Constant(math.sqrt(1.0 / self.units))
            weights.append(('attention_g', 'attention_g', (), length))
            weights.append(('attention_b', 'attention_b', units, 'zeros'))
        return weights

    def _score(self, query: tf.Tensor) -> tf.Tensor:
        query = query if self.query_layer is None else self.query_layer(query)
        weights = (self.attention_v, self.attention_g, self.attention_b)
        v, g, b = (None if w is None else tf.convert_to_tensor(w) for w in weights)
        return core.additive_score(query, self.keys, v, g, b)


class _Multiplicative(AttentionMechanism):
    """The weight and the score of Luong et al."""

    _scale_attribute = 'scale_weight'

    def _weights_of_score(self) -> list[tuple[str, str, tuple[int, ...], Any]]:
        return [(self._scale_attribute, 'attention_g', (), 'ones')] if self.scale else []

    def _score(self, query: tf.Tensor) -> tf.Tensor:
        scale = getattr(self, self._scale_attribute)
        scale = None if scale is None else tf.convert_to_tensor(scale)
        return core.multiplicative_score(query, self.keys, scale)


class _OneState(AttentionMechanism):
    """A mechanism whose state are the alignments of the last step."""

    def _score(self, query: tf.Tensor) -> tf.Tensor:
        raise NotImplementedError

    def _calculate_attention(self, query: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        alignments = self.probability_fn(self._score(query), state)
        return alignments, alignments

    @classmethod
    def from_config(
        cls, config: Config, custom_objects: Mapping[str, Any] | None = None
    ) -> AttentionMechanism:
        """The mechanism of a configuration, without a memory.

        Args:
          config: What `get_config` returned, here or in TensorFlow Addons.
          custom_objects: Classes by their names, or None.

        Returns:
          The mechanism.
        """
        return cls(**cls.deserialize_inner_layer_from_config(config, custom_objects))


@serializable
class LuongAttention(_Multiplicative, _OneState):
    """Multiplicative attention (Luong et al. 2015, https://arxiv.org/abs/1508.04025).

    Args:
      units: Depth of the memory layer: the depth of the query.
      memory: `[batch, max_time, depth]`, or None to bind it later.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to.
      scale: Whether the score is multiplied by a learned scalar.
      probability_fn: `'softmax'` or `'hardmax'`.
      dtype: Type or policy of the layers; that of Keras by default.
      name: Name of the layer.
      **kwargs: `memory_layer`, in place of the mechanism's own, and those of a Keras layer.

    Raises:
      ValueError: For another `probability_fn`, or a memory that does not fit.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> attention = tfa.seq2seq.LuongAttention(4, tf.ones([2, 5, 3]), [5, 2])
      >>> alignments, state = attention([tf.ones([2, 4]), attention.initial_state(2, tf.float32)])
      >>> alignments.shape, bool(tf.reduce_all(alignments[1, 2:] == 0))
      (TensorShape([2, 5]), True)

    Legacy: `tfa.seq2seq.LuongAttention` of TensorFlow Addons 0.23.
    """

    @typechecked
    def __init__(
        self,
        units: int,
        memory: TensorLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        scale: bool = False,
        probability_fn: str = 'softmax',
        dtype: Any = None,
        name: str = 'LuongAttention',
        **kwargs: Any,
    ) -> None:
        self.units = units
        self.scale = scale
        self.probability_fn_name = probability_fn
        self.scale_weight = None
        function = self._process_probability_fn(probability_fn)
        super().__init__(
            memory,
            lambda score, _: function(score),
            memory_layer=kwargs.pop('memory_layer', None) or _dense('memory_layer', units, dtype),
            memory_sequence_length=memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def get_config(self) -> Config:
        """The arguments without the memory."""
        config = {
            'units': self.units,
            'scale': self.scale,
            'probability_fn': self.probability_fn_name,
        }
        return {**super().get_config(), **config}


@serializable
class BahdanauAttention(_Additive, _OneState):
    """Additive attention (Bahdanau et al. 2014, https://arxiv.org/abs/1409.0473).

    Args:
      units: Depth of the query and memory layers.
      memory: `[batch, max_time, depth]`, or None to bind it later.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to.
      normalize: Whether the score is weight-normalised (Salimans & Kingma 2016,
        https://arxiv.org/abs/1602.07868).
      probability_fn: `'softmax'` or `'hardmax'`.
      kernel_initializer: Initializer of `attention_v`.
      dtype: Type or policy of the layers; that of Keras by default.
      name: Name of the layer.
      **kwargs: `query_layer` and `memory_layer`, in place of the mechanism's own, and those of a
        Keras layer.

    Raises:
      ValueError: For another `probability_fn`, or a memory that does not fit.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> attention = tfa.seq2seq.BahdanauAttention(4, tf.ones([2, 5, 3]), [5, 2])
      >>> alignments, state = attention([tf.ones([2, 6]), attention.initial_state(2, tf.float32)])
      >>> alignments.shape, bool(tf.reduce_all(alignments[1, 2:] == 0))
      (TensorShape([2, 5]), True)

    Legacy: `tfa.seq2seq.BahdanauAttention` of TensorFlow Addons 0.23.
    """

    @typechecked
    def __init__(
        self,
        units: int,
        memory: TensorLike | None = None,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        probability_fn: str = 'softmax',
        kernel_initializer: InitializerLike = 'glorot_uniform',
        dtype: Any = None,
        name: str = 'BahdanauAttention',
        **kwargs: Any,
    ) -> None:
        self.units = units
        self.normalize = normalize
        self.probability_fn_name = probability_fn
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.attention_v = self.attention_g = self.attention_b = None
        function = self._process_probability_fn(probability_fn)
        super().__init__(
            memory,
            lambda score, _: function(score),
            query_layer=kwargs.pop('query_layer', None) or _dense('query_layer', units, dtype),
            memory_layer=kwargs.pop('memory_layer', None) or _dense('memory_layer', units, dtype),
            memory_sequence_length=memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def get_config(self) -> Config:
        """The arguments without the memory."""
        config = {
            'units': self.units,
            'normalize': self.normalize,
            'probability_fn': self.probability_fn_name,
            'kernel_initializer': serialized(self.kernel_initializer),
        }
        return {**super().get_config(), **config}


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
class BahdanauMonotonicAttention(_Monotonic, _Additive, _OneState):
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
            query_layer=kwargs.pop('query_layer', None) or _dense('query_layer', units, dtype),
            memory_layer=kwargs.pop('memory_layer', None) or _dense('memory_layer', units, dtype),
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
class LuongMonotonicAttention(_Monotonic, _Multiplicative, _OneState):
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
            memory_layer=kwargs.pop('memory_layer', None) or _dense('memory_layer', units, dtype),
            memory_sequence_length=memory_sequence_length,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def get_config(self) -> Config:
        """The arguments without the memory."""
        return {**super().get_config(), 'scale': self.scale}


def _dense(name: str, units: int, dtype: Any) -> LayerLike:
    return keras.layers.Dense(units, name=name, use_bias=False, dtype=dtype)


class AttentionWrapperState(NamedTuple):
    """State of an `AttentionWrapper`.

    Fields:
      cell_state: State of the wrapped cell.
      attention: The attention `[batch, attention_size]` of the last step.
      alignments: The attention weights `[batch, max_time]` of the last step; a tuple of them for a
        list of mechanisms, likewise the next two.
      alignment_history: TensorArray of the alignments of all steps, or `()`.
      attention_state: State of the mechanism.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.seq2seq.AttentionWrapperState._fields[:2]
      ('cell_state', 'attention')

    Legacy: `tfa.seq2seq.AttentionWrapperState` of TensorFlow Addons 0.23.
    """

    cell_state: Nest
    attention: tf.Tensor
    alignments: Nest
    alignment_history: Nest
    attention_state: Nest


AttentionWrapperState.clone = _TF1State.clone  # type: ignore[attr-defined]


def _compute_attention(
    attention_mechanism: AttentionMechanism,
    cell_output: tf.Tensor,
    attention_state: Nest,
    attention_layer: LayerLike | None,
) -> tuple[tf.Tensor, tf.Tensor, Nest]:
    """The attention, the alignments and the next state of one mechanism."""
    alignments, next_attention_state = attention_mechanism([cell_output, attention_state])
    context = core.context_vector(alignments, attention_mechanism._bound_values)
    if attention_layer is None:
        return context, alignments, next_attention_state
    attention = attention_layer(tf.concat([cell_output, context], 1))
    return attention, alignments, next_attention_state


_RNNCell: Any = getattr(keras.layers, 'AbstractRNNCell', keras.layers.Layer)


@serializable
class AttentionWrapper(_RNNCell):
    """A cell that attends to a memory at every step.

    One step: the wrapped cell reads `cell_input_fn(inputs, attention)`; its output is the query of
    each mechanism; the alignments give a context vector, the values weighted; the attention is the
    attention layer of the output and the context together, or without a layer the context itself.

    Args:
      cell: The wrapped cell, of Keras or of this package.
      attention_mechanism: An `AttentionMechanism`, or a list of them, whose attentions are
        concatenated.
      attention_layer_size: Depth of the attention layer (without bias or activation), one for each
        mechanism; None for no layer.
      alignment_history: Whether the alignments of all steps are kept, in `alignment_history` of the
        state: `stack()` gives `[time, batch, max_time]`.
      cell_input_fn: `(inputs, attention) -> cell inputs`; their concatenation by default.
      output_attention: Whether the output is the attention (Luong) or the cell's output (Bahdanau).
      initial_cell_state: State of the wrapped cell that `get_initial_state` begins with.
      name: Name of the layer.
      attention_layer: Layer of one's own in place of `attention_layer_size`, one for each
        mechanism.
      attention_fn: `(attention_mechanism, cell_output, attention_state, attention_layer) ->
        (attention, alignments, next_attention_state)`, in place of the above.
      **kwargs: Those of a Keras layer.

    Raises:
      TypeError: If the cell is no cell, or a mechanism none.
      ValueError: If layers are given in both ways, or not one for each mechanism; when used while
        a mechanism has no memory.
      InvalidArgumentError: If the batch size of `initial_cell_state`, of the state or of the inputs
        is not that of the memory.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> attention = tfa.seq2seq.BahdanauAttention(4, tf.ones([2, 7, 5]), [7, 3])
      >>> cell = tfa.seq2seq.AttentionWrapper(tf.keras.layers.GRUCell(6), attention, 8)
      >>> state = cell.get_initial_state(batch_size=2, dtype=tf.float32)
      >>> output, state = cell(tf.ones([2, 3]), state)
      >>> output.shape, state.alignments.shape
      (TensorShape([2, 8]), TensorShape([2, 7]))

    Legacy: `tfa.seq2seq.AttentionWrapper` of TensorFlow Addons 0.23.
    """

    @typechecked
    def __init__(
        self,
        cell: Cell,
        attention_mechanism: AttentionMechanism | list[AttentionMechanism],
        attention_layer_size: int | Sequence[int] | None = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[..., tf.Tensor] | None = None,
        output_attention: bool = True,
        initial_cell_state: Nest = None,
        name: str | None = None,
        attention_layer: LayerLike | list[LayerLike] | None = None,
        attention_fn: Callable[..., Nest] | None = None,
        **kwargs: Any,
    ) -> None:
        cell = as_keras_cell('cell', cell)
        is_multi = isinstance(attention_mechanism, list | tuple)
        mechanisms: list[Any] = list(attention_mechanism) if is_multi else [attention_mechanism]
        for mechanism in mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(
                    'attention_mechanism must be an AttentionMechanism or a list of them, but saw '
                    f'a {type(mechanism).__name__}. Give for example LuongAttention(units).'
                )
        for argument, function in (
            ('cell_input_fn', cell_input_fn),
            ('attention_fn', attention_fn),
        ):
            if function is not None and not callable(function):
                raise TypeError(f'{argument} must be callable, but is {function!r}.')
        super().__init__(name=name, **kwargs)
        self._is_multi = is_multi
        self._attention_layers = _attention_layers(
            len(mechanisms), attention_layer_size, attention_layer, kwargs.get('dtype')
        )
        self._attention_fn = attention_fn or _compute_attention
        self._attention_layer_size: int | None = None
        self._cell = cell
        self._attention_mechanisms = mechanisms
        self._cell_input_fn = cell_input_fn or _inputs_and_attention
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        self._initial_cell_state = None
        if initial_cell_state is not None:
            last = tf.convert_to_tensor(tf.nest.flatten(initial_cell_state)[-1])
            checks = self._batch_size_checks(
                axis_size(last, 0),
                f'When constructing AttentionWrapper {self.name}: Non-matching batch sizes between '
                'the memory (encoder output) and initial_cell_state. Are you using the '
                'BeamSearchDecoder? Then tile the initial state with '
                'tile_batch(state, multiplier=beam_width).',
            )
            self._initial_cell_state = after(lambda: checks, initial_cell_state)

    def _attention_mechanisms_checks(self) -> None:
        if not all(m.memory_initialized for m in self._attention_mechanisms):
            raise ValueError(
                'The AttentionMechanism instances passed to this AttentionWrapper should be '
                'initialized with a memory first: give memory to the mechanism, or call '
                'attention_mechanism.setup_memory(memory).'
            )

    def _batch_size_checks(self, batch_size: IntLike, error_message: str) -> list[tf.Operation]:
        """Checks against the memories: an error at once where known, else operations to run."""
        self._attention_mechanisms_checks()
        checks = []
        given = tf.get_static_value(batch_size)
        for mechanism in self._attention_mechanisms:
            if mechanism.batch_size is None:
                continue
            known = tf.get_static_value(mechanism.batch_size)
            if given is None or known is None:
                if not under_xla():  # it has no checks
                    check = tf.compat.v1.assert_equal(
                        mechanism.batch_size, batch_size, message=error_message
                    )
                    checks += [] if check is None else [check]
            elif given != known:
                raise tf.errors.InvalidArgumentError(
                    None,
                    None,
                    f'{error_message} The memory has batch size {known}, the other {given}.',
                )
        return checks

    def _get_attention_layer_size(self) -> int:
        """Depth of the attention."""
        if self._attention_layer_size is None:
            self._attention_mechanisms_checks()
            layers = self._attention_layers or [None] * len(self._attention_mechanisms)
            self._attention_layer_size = sum(
                self._attention_depth(*pair)
                for pair in zip(self._attention_mechanisms, layers, strict=True)
            )
        return self._attention_layer_size

    def _attention_depth(self, mechanism: AttentionMechanism, layer: LayerLike | None) -> int:
        values: Any = mechanism.values
        depth = int(values.shape[-1])
        if layer is None:
            return depth
        return int(layer.compute_output_shape((None, self._cell.output_size + depth))[-1])

    def _item_or_tuple(self, seq: Iterable[Nest]) -> Nest:
        """The items as a tuple if mechanisms were given as a list, else the only item."""
        items = tuple(seq)
        return items if self._is_multi else items[0]

    @property
    def output_size(self) -> Any:
        """Depth of the output."""
        return (
            self._get_attention_layer_size() if self._output_attention else self._cell.output_size
        )

    @property
    def state_size(self) -> AttentionWrapperState:
        """An `AttentionWrapperState` of sizes; that of a history is the size of one element."""
        mechanisms = self._attention_mechanisms
        return AttentionWrapperState(
            cell_state=state_size(self._cell),
            attention=self._get_attention_layer_size(),
            alignments=self._item_or_tuple(m.alignments_size for m in mechanisms),
            attention_state=self._item_or_tuple(m.state_size for m in mechanisms),
            alignment_history=self._item_or_tuple(
                m.alignments_size if self._alignment_history else () for m in mechanisms
            ),
        )

    @without_autograph
    def get_initial_state(
        self,
        inputs: Nest = None,
        batch_size: IntLike | None = None,
        dtype: DTypeLike | None = None,
    ) -> AttentionWrapperState:
        """The state before the first step.

        Args:
          inputs: Tensor `[batch, ...]` in place of a batch size and a type.
          batch_size: int or int32 scalar: that of the memory (times the beam width in beam search,
            where the memory is tiled).
          dtype: Type of the state; with Keras 3 that in which the layer computes by default.

        Returns:
          An `AttentionWrapperState` of zeros, with `initial_cell_state` where that was given.

        Raises:
          ValueError: If a mechanism has no memory, or there is neither batch size nor inputs.
          InvalidArgumentError: If the batch size is not that of the memory.
        """
        if inputs is not None:
            batch_size, dtype = tf.shape(inputs)[0], inputs.dtype
        if batch_size is None:
            raise ValueError('get_initial_state needs inputs, or batch_size and dtype.')
        dtype = tf.as_dtype(dtype or self.compute_dtype)
        mechanisms = self._attention_mechanisms
        with tf.name_scope(type(self).__name__ + 'ZeroState'):
            for mechanism in mechanisms:
                mechanism._rebind_symbolic_memory(batch_size)
            checks = self._batch_size_checks(
                batch_size,
                f'When calling get_initial_state of AttentionWrapper {self.name}: Non-matching '
                'batch sizes between the memory (encoder output) and the requested batch size. Are '
                'you using the BeamSearchDecoder? Then tile the memory with tile_batch(memory, '
                'multiplier=beam_width), and ask for a batch_size of true batch * beam_width.',
            )
            cell_state = self._initial_cell_state
            if cell_state is None:
                cell_state = initial_state(self._cell, batch_size, dtype)
            alignments = [m.initial_alignments(batch_size, dtype) for m in mechanisms]
            return AttentionWrapperState(
                cell_state=after(lambda: checks, cell_state),
                attention=tf.zeros([batch_size, self._get_attention_layer_size()], dtype),
                alignments=self._item_or_tuple(alignments),
                attention_state=self._item_or_tuple(
                    m.initial_state(batch_size, dtype) for m in mechanisms
                ),
                alignment_history=self._item_or_tuple(
                    OpenEndedArray(dtype, a.shape) if self._alignment_history else ()
                    for a in alignments
                ),
            )

    def call(
        self, inputs: Nest, state: Nest, training: bool | None = None, **kwargs: Any
    ) -> tuple[tf.Tensor, AttentionWrapperState]:
        """Takes one step.

        Args:
          inputs: `[batch, depth]`, or whatever `cell_input_fn` takes.
          state: An `AttentionWrapperState`, or a sequence of its fields.
          training: Given on to the wrapped cell.
          **kwargs: Likewise.

        Returns:
          The output `[batch, output_size]` and the next `AttentionWrapperState`.

        Raises:
          TypeError: If the state is no `AttentionWrapperState`.
          InvalidArgumentError: If the batch size is not that of the memory.
        """
        if not isinstance(state, AttentionWrapperState):
            try:
                state = AttentionWrapperState(*state)
            except TypeError:
                raise TypeError(
                    'Expected state to be instance of AttentionWrapperState or values that can '
                    f'construct AttentionWrapperState. Received type {type(state)} instead. Begin '
                    'with get_initial_state(batch_size=..., dtype=...).'
                ) from None
        cell_inputs = self._cell_input_fn(inputs, state.attention)
        cell_output, cell_state = take_step(
            self._cell, cell_inputs, state.cell_state, training, **kwargs
        )
        for mechanism in self._attention_mechanisms:
            mechanism._rebind_symbolic_memory(axis_size(cell_output, 0))
        checks = self._batch_size_checks(
            axis_size(cell_output, 0),
            f'When applying AttentionWrapper {self.name}: Non-matching batch sizes between the '
            'memory (encoder output) and the query (decoder output). Are you using the '
            'BeamSearchDecoder? Then tile the memory with '
            'tile_batch(memory, multiplier=beam_width).',
        )
        cell_output = after(lambda: checks, cell_output)
        wrap = self._is_multi
        attention_states = state.attention_state if wrap else [state.attention_state]
        histories = state.alignment_history if wrap else [state.alignment_history]
        attentions, alignments, next_states = [], [], []
        for i, mechanism in enumerate(self._attention_mechanisms):
            layer = self._attention_layers[i] if self._attention_layers else None
            attention, weights, next_state = self._attention_fn(
                mechanism, cell_output, attention_states[i], layer
            )
            attentions.append(attention)
            alignments.append(weights)
            next_states.append(next_state)
        attention = attentions[0] if len(attentions) == 1 else tf.concat(attentions, 1)
        next_state = AttentionWrapperState(
            cell_state=cell_state,
            attention=attention,
            alignments=self._item_or_tuple(alignments),
            attention_state=self._item_or_tuple(next_states),
            alignment_history=self._item_or_tuple(
                extended(history, None, weights)
                for history, weights in zip(histories, alignments, strict=True)
            )
            if self._alignment_history
            else self._item_or_tuple(() for _ in alignments),
        )
        return (attention if self._output_attention else cell_output), next_state

    def get_config(self) -> Config:
        """The arguments, with inner layers; without `initial_cell_state`, which are tensors."""
        mechanisms = [serialized(m) for m in self._attention_mechanisms]
        layers = self._attention_layers and [serialized(layer) for layer in self._attention_layers]
        config = {
            'cell': serialized(self._cell),
            'attention_mechanism': mechanisms if self._is_multi else mechanisms[0],
            'attention_layer': layers if layers is None else list(layers),
            'alignment_history': self._alignment_history,
            'output_attention': self._output_attention,
            'cell_input_fn': _serialized_function(self._cell_input_fn, _inputs_and_attention),
            'attention_fn': _serialized_function(self._attention_fn, _compute_attention),
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(
        cls, config: Config, custom_objects: Mapping[str, Any] | None = None
    ) -> AttentionWrapper:
        """The wrapper of a configuration; its mechanisms have no memory yet.

        Args:
          config: What `get_config` returned.
          custom_objects: Classes by their names, or None.

        Returns:
          The wrapper.
        """
        config = dict(config)
        for name in ('cell', 'attention_mechanism', 'attention_layer'):
            part = config.get(name)
            config[name] = (
                [deserialized(each, custom_objects) for each in part]
                if isinstance(part, list)
                else deserialized(part, custom_objects)
            )
        for name in ('cell_input_fn', 'attention_fn'):
            if isinstance(config.get(name), Mapping):
                config[name] = keras.saving.deserialize_keras_object(
                    dict(config[name]), custom_objects=custom_objects
                )
        return cls(**config)

    if IS_KERAS_3:
        call = takes_hidden(call)

        def __init_subclass__(cls, **kwargs: Any) -> None:
            super().__init_subclass__(**kwargs)
            if 'call' in vars(cls):
                cls.call = takes_hidden(vars(cls)['call'])  # type: ignore[method-assign]

        def __call__(self, inputs: Nest, state: Nest, **kwargs: Any) -> Any:
            if any(isinstance(part, tf.TensorArray) for part in tf.nest.flatten(state)):
                state = hidden(state)
            return super().__call__(inputs, state=state, **kwargs)

        def compute_mask(self, inputs: Nest, previous_mask: Nest) -> None:
            """No masks."""

        def _trackable_children(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            # Keras 3 shows a checkpoint no lists of layers.
            children = super()._trackable_children(*args, **kwargs)
            return {**children, **self._lists()}

        def _lookup_dependency(self, name: str, *args: Any) -> Any:
            return self._lists().get(name) or super()._lookup_dependency(name, *args)

        def _lists(self) -> dict[str, Any]:
            lists: dict[str, Any] = self.__dict__.setdefault('_lists_of_layers', {})
            for name in ('_attention_layers', '_attention_mechanisms'):
                if name not in lists and getattr(self, name, None):
                    lists[name] = tf.__internal__.tracking.wrap(list(getattr(self, name)))
            return lists

        def build(self, input_shape: ShapeLike) -> None:
            """Has all layers make their variables, by a step of which only the shapes are asked."""
            mechanisms = self._attention_mechanisms
            is_shape = isinstance(input_shape, list | tuple) and all(
                size is None or isinstance(size, int) for size in input_shape
            )
            if not is_shape or not all(m.memory_initialized for m in mechanisms):
                return

            def step() -> Nest:
                inputs = tf.compat.v1.placeholder(self.compute_dtype, input_shape)
                state = self.get_initial_state(batch_size=tf.shape(inputs)[0])
                history = tf.nest.map_structure(lambda _: (), state.alignment_history)
                keeps, self._alignment_history = self._alignment_history, False
                try:
                    return self.call(inputs, state._replace(alignment_history=history))[0]
                finally:
                    self._alignment_history = keeps

            build_by_tracing(step)


def _serialized_function(function: Any, default: Any) -> Any:
    if function is default:
        return None
    return keras.saving.serialize_keras_object(function)


def _attention_layers(
    mechanisms: int, sizes: Any, layers: Any, dtype: Any
) -> list[LayerLike] | None:
    """One layer for each mechanism, or None for no layers."""
    if sizes is None and layers is None:
        return None
    if sizes is not None and layers is not None:
        raise ValueError('Only one of attention_layer_size and attention_layer should be set.')
    argument = 'attention_layer_size' if layers is None else 'attention_layer'
    given = sizes if layers is None else layers
    items = list(given) if isinstance(given, list | tuple) else [given]
    if len(items) != mechanisms:
        what = 'integer' if layers is None else 'layer'
        raise ValueError(
            f'If provided, {argument} must contain exactly one {what} per attention_mechanism, '
            f'saw: {len(items)} vs {mechanisms}. Give a list of {mechanisms}.'
        )
    if layers is None:
        return [_dense('attention_layer', size, dtype) for size in items]
    for layer in items:
        check_is_layer(argument, layer)
    return items
