"""The attention mechanisms of `tfa.seq2seq`: Keras layers that hold weights and a memory.

The mathematics is in `core/`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import (
    IS_KERAS_3,
    check_is_layer,
    deserialized,
    in_scratch_graph,
    is_symbolic,
    keras,
    serializable,
    serialized,
    typechecked,
)
from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.layers.base import _array_to_tensor
from tf_seq2seq_compat.seq2seq.attention_memory import (
    check_one_mask,
    checked_lengths,
    checked_memory,
    is_reachable,
    keys_of,
    prepare_memory,
)
from tf_seq2seq_compat.seq2seq.attention_wrapper import _prepare_memory as _prepare_memory
from tf_seq2seq_compat.seq2seq.attention_wrapper import (
    hardmax,
)
from tf_seq2seq_compat.types import (
    Config,
    DTypeLike,
    InitializerLike,
    IntLike,
    LayerLike,
    Nest,
    Size,
    TensorLike,
)

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
            inputs = tf.nest.map_structure(_array_to_tensor, inputs)
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
            self.keys = values
            if self.memory_layer is not None:
                self.keys = keys_of(values, self.memory_layer)
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
        for config in inner.values():  # a mechanism builds them, once it has a memory and a query
            config.pop('build_config', None)
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

        @property
        def output(self) -> Any:
            """The symbolic outputs of the last call, of which Keras counts those of all calls."""
            return self._inbound_nodes[-1].outputs if self._inbound_nodes else super().output

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


class AdditiveScore(AttentionMechanism):
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


class MultiplicativeScore(AttentionMechanism):
    """The weight and the score of Luong et al."""

    _scale_attribute = 'scale_weight'

    def _weights_of_score(self) -> list[tuple[str, str, tuple[int, ...], Any]]:
        return [(self._scale_attribute, 'attention_g', (), 'ones')] if self.scale else []

    def _score(self, query: tf.Tensor) -> tf.Tensor:
        scale = getattr(self, self._scale_attribute)
        scale = None if scale is None else tf.convert_to_tensor(scale)
        return core.multiplicative_score(query, self.keys, scale)


class AlignmentsAsState(AttentionMechanism):
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
class LuongAttention(MultiplicativeScore, AlignmentsAsState):
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
            memory_layer=given_or_dense(kwargs, 'memory_layer', units, dtype),
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
class BahdanauAttention(AdditiveScore, AlignmentsAsState):
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
            query_layer=given_or_dense(kwargs, 'query_layer', units, dtype),
            memory_layer=given_or_dense(kwargs, 'memory_layer', units, dtype),
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


def unbiased_dense(name: str, units: int, dtype: Any) -> LayerLike:
    return keras.layers.Dense(units, name=name, use_bias=False, dtype=dtype)


def given_or_dense(kwargs: dict[str, Any], name: str, units: int, dtype: Any) -> LayerLike:
    """The layer of that name, taken out of `kwargs`, or a dense one where none is given."""
    return kwargs.pop(name, None) or unbiased_dense(name, units, dtype)
