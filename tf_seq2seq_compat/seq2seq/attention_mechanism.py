"""Attention mechanisms: what `AttentionWrapper` attends with."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core.autograph import in_place_of, without_autograph
from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.core.structure import axis_size, batched_zeros
from tf_seq2seq_compat.layers.base import (
    Layer,
    show_layers_to_keras,
    track_tf1_style_variables,
)
from tf_seq2seq_compat.layers.cell_checks import layer_size
from tf_seq2seq_compat.layers.dense import Dense
from tf_seq2seq_compat.seq2seq.attention_memory import (
    BoundMemory,
    checked_lengths,
    checked_mask,
    checked_memory,
    is_reachable,
    keys_of,
    prepare_memory,
)
from tf_seq2seq_compat.types import DTypeLike, FloatLike, IntLike, LayerLike, Nest, Size, TensorLike

tf1 = tf.compat.v1


class AttentionMechanism(Layer):
    """Base class of attention mechanisms, also of custom ones.

    A mechanism has `alignments_size`, `state_size`, `batch_size`, `values`,
    `initial_alignments(batch_size, dtype)`, `initial_state(batch_size, dtype)` and
    `__call__(query, state) -> (alignments, next_state)`. Variables that its `__call__` gets with
    `tf.compat.v1.get_variable` belong, in eager mode and `tf.function`, to the wrapper that calls
    it, or to itself where it is called alone.

    Example:
      >>> class Uniform(seq2seq.AttentionMechanism):
      ...     values, batch_size = tf.ones([2, 4, 3]), 2
      ...     alignments_size = state_size = 4
      ...     def initial_alignments(self, batch_size, dtype):
      ...         return tf.zeros([batch_size, 4], dtype)
      ...     initial_state = initial_alignments
      ...     def __call__(self, query, state):
      ...         return tf.fill([2, 4], 0.25), state
      >>> cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(5), Uniform())
      >>> output, state = cell(tf.ones([2, 1]), cell.zero_state(2, tf.float32))
      >>> output.numpy().tolist()
      [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]

    Legacy: `tf.contrib.seq2seq.AttentionMechanism` of TF 1.15.
    """

    # In TF1 these are plain attributes, which a subclass may assign.
    name: Any = None
    dtype: Any = None

    def __init__(self) -> None:
        # It takes nothing, as in TF1; `Layer` has defaults for what it sets.
        show_layers_to_keras()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        call = vars(cls).get('__call__')
        package = __name__.partition('.')[0]
        if call is not None and cls.__module__.partition('.')[0] != package:
            cls.__call__ = _owned_if_alone(call)  # type: ignore[method-assign]

    def __call__(self, query: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:  # type: ignore[override]
        """Attends once: `(alignments, next_state)` for a query `[batch, depth]`."""
        raise NotImplementedError(f'{type(self).__name__} defines no __call__(query, state).')

    @property
    def alignments_size(self) -> IntLike:
        """Number of memory slots: int, or int32 scalar where it is not known statically."""
        raise NotImplementedError(f'{type(self).__name__} defines no alignments_size.')

    @property
    def state_size(self) -> Size:
        """Nest of the sizes of the state that one call hands to the next."""
        raise NotImplementedError(f'{type(self).__name__} defines no state_size.')


def _owned_if_alone(call: Callable[..., object]) -> Callable[..., Any]:
    """Keeps the variables of a user's `__call__` on the mechanism unless a layer keeps them."""
    kept = track_tf1_style_variables(call)

    @in_place_of(call)
    def owned(self: AttentionMechanism, *args: object, **kwargs: object) -> Any:
        inside_layer = tf1.get_variable_scope().custom_getter is not None
        return (call if inside_layer else kept)(self, *args, **kwargs)

    return owned


class Weight(NamedTuple):
    """A variable of a score, besides those of the layers.

    Attributes:
      name: Its name below the scope of the mechanism.
      shape: Its shape. A vector is partitioned where the variable scope has a partitioner.
      initializer: As for `tf.compat.v1.get_variable`; None for that of the scope.
    """

    name: str
    shape: tuple[int, ...] = ()
    initializer: Any = None


class _BaseAttentionMechanism(AttentionMechanism):
    """Holds the memory: its keys and values, their mask, and the layers that make keys and queries.

    A subclass writes `__call__(query, state)` with `self.query_layer`, `self.keys` and
    `self._probability_fn(score, state)`, which masks the score. Or it sets `_default_scope` and
    writes `_score_weights()` and `_compute_score(query, **weights)`: the variables that the first
    names are made by the first call, in the type of the query (in `attention_v2` by `build`, where
    the memory is bound), or before that by a checkpoint that is restored.

    Args:
      query_layer: Layer for the query, callable, or None.
      memory: `[batch, max_time, depth]`, or None to bind it later by `setup_memory`.
      probability_fn: `(score, state) -> alignments`.
      memory_sequence_length: `[batch]`, or None: memory beyond it is zeroed and not attended to.
      memory_layer: Layer that makes the keys of the memory, callable, or None.
      check_inner_dims_defined: Whether the dimensions of the memory after the second must be known.
      score_mask_value: Score of what is masked; minus infinity by default.
      custom_key_value_fn: `(keys, values) -> (keys, values)`, or None.
      name: Name of the operations that prepare the memory.

    Raises:
      TypeError: If a layer or function is not callable, or the memory has another dtype than its
        layer.
      ValueError: If the shapes of memory and lengths are wrong.
    """

    _keys = BoundMemory()
    _values = BoundMemory()
    _batch_size = BoundMemory()
    _alignments_size = BoundMemory()
    _default_scope: str | None = None

    def __init__(
        self,
        query_layer: LayerLike,
        memory: TensorLike,
        probability_fn: Callable[..., tf.Tensor],
        memory_sequence_length: TensorLike | None = None,
        memory_layer: LayerLike | None = None,
        check_inner_dims_defined: bool = True,
        score_mask_value: FloatLike | None = None,
        custom_key_value_fn: Callable[..., tuple[tf.Tensor, tf.Tensor]] | None = None,
        name: str | None = None,
    ) -> None:
        _check_callable('query_layer', query_layer, 'a layer')
        _check_callable('memory_layer', memory_layer, 'a layer')
        _check_callable('probability_fn', probability_fn, 'a function of the score')
        _check_callable(
            'custom_key_value_fn', custom_key_value_fn, 'a function (keys, values) of two tensors'
        )
        self._query_layer = query_layer
        self._memory_layer = memory_layer
        self._unmasked_probability_fn = probability_fn
        self._check_inner_dims_defined = check_inner_dims_defined
        self._score_mask_value = score_mask_value
        self._custom_key_value_fn = custom_key_value_fn
        self.name = self._name = name
        self._memory_sequence_length: tf.Tensor | None = None
        self._memory_mask: tf.Tensor | None = None
        dtype = getattr(memory_layer, 'dtype', None)
        self.dtype = None if dtype is None else tf.as_dtype(dtype).name
        if memory is not None:
            self.setup_memory(memory, memory_sequence_length)
        elif memory_sequence_length is not None:
            raise ValueError(
                'memory_sequence_length is given, but memory is None: give both to '
                'setup_memory(memory, memory_sequence_length).'
            )
        elif isinstance(memory_layer, Layer):
            # The kernel gets the name that it has where the mechanism is made.
            memory_layer._set_scope(None)

    @without_autograph
    def setup_memory(
        self,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        *,
        memory_mask: TensorLike | None = None,
    ) -> None:
        """Binds the memory, in place of any bound before; the weights stay.

        A memory bound inside a `tf.function` is bound there only: call `setup_memory` in each. In
        eager mode call it inside the `GradientTape`, and after a checkpoint is restored: it is here
        that the memory layer makes the keys.

        Args:
          memory: `[batch, max_time, depth]`, the encoder outputs.
          memory_sequence_length: Integers `[batch]`, or None. A length of 0 gives zero alignments;
            one beyond `max_time` counts as `max_time`.
          memory_mask: bool `[batch, max_time]` in place of lengths, True for what is attended to.

        Raises:
          ValueError: If shapes do not fit, the depth of the memory is not known, or both lengths
            and a mask are given.
          TypeError: If a dtype is wrong.
          InvalidArgumentError: If a length is negative.

        Example:
          >>> attention = seq2seq.LuongAttention(4, memory=None)
          >>> attention.memory_bound
          False
          >>> attention.setup_memory(tf.ones([2, 3, 5]), [3, 1])
          >>> attention.keys.shape
          TensorShape([2, 3, 4])
        """
        with tf1.name_scope(self._name, 'BaseAttentionMechanismInit'):
            memory = checked_memory(memory, self._memory_layer)
            lengths = checked_lengths(memory_sequence_length, memory)
            mask = checked_mask(memory_mask, memory)
            values = prepare_memory(memory, lengths, mask, self._check_inner_dims_defined)
            keys = values
            if self._memory_layer is not None:
                keys = keys_of(values, self._memory_layer)
            if self._custom_key_value_fn is not None:
                keys, values = self._custom_key_value_fn(keys, values)
            self._keys = keys
            self._values = values
            self._batch_size = axis_size(keys, 0)
            self._alignments_size = axis_size(keys, 1)
            self._memory_sequence_length = lengths
            self._memory_mask = mask
            if self.dtype is None:
                self.dtype = keys.dtype.base_dtype.name

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(getattr(type(self), name, None), BoundMemory):
            object.__setattr__(self, name, value)  # tf.Module would first read the old value
        else:
            super().__setattr__(name, value)

    @property
    def memory_bound(self) -> bool:
        """Whether a memory is bound that can be used here."""
        keys = vars(self).get(_BaseAttentionMechanism._keys.slot)
        return keys is not None and is_reachable(keys)

    @property
    def memory_layer(self) -> LayerLike:
        """The layer that makes the keys, or None."""
        return self._memory_layer

    @property
    def query_layer(self) -> LayerLike:
        """The layer for the query, or None."""
        return self._query_layer

    @property
    def keys(self) -> tf.Tensor:
        """`[batch, max_time, units]`."""
        return self._keys

    @property
    def values(self) -> tf.Tensor:
        """The memory `[batch, max_time, depth]`, zero beyond the lengths."""
        return self._values

    @property
    def batch_size(self) -> IntLike:
        """Batch size of the memory: int, or int32 scalar where it is not known statically."""
        return self._batch_size

    @property
    def alignments_size(self) -> IntLike:
        """`max_time` of the memory: int, or int32 scalar where it is not known statically."""
        return self._alignments_size

    @property
    def state_size(self) -> Size:
        """Size of the state: the alignments of the last step."""
        return self._alignments_size

    def initial_alignments(self, batch_size: IntLike, dtype: DTypeLike) -> tf.Tensor:
        """Zeros `[batch_size, max_time]`: the alignments before the first step."""
        return batched_zeros(batch_size, self._alignments_size, dtype)

    def initial_state(self, batch_size: IntLike, dtype: DTypeLike) -> tf.Tensor:
        """The state before the first step: the initial alignments."""
        return self.initial_alignments(batch_size, dtype)

    @without_autograph
    def __call__(  # type: ignore[override]
        self, query: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Attends once.

        Args:
          query: `[batch, query_depth]`.
          state: The alignments of the step before, `[batch, max_time]`.

        Returns:
          The alignments `[batch, max_time]`, twice: they are also the next state.
        """
        if self._default_scope is None:
            return super().__call__(query, state)
        query = tf.convert_to_tensor(query)
        with self._call_scope(self._default_scope, query):
            _check_dtype('query', query, self.keys)
            processed = self._process_query(query)
            weights = {
                name: tf1.get_variable(name, list(shape), query.dtype, initializer)
                for name, shape, initializer in self._score_weights()
            }
            score = self._compute_score(processed, **weights)
        alignments = self._probability_fn(score, state)
        return alignments, alignments

    def _process_query(self, query: tf.Tensor) -> tf.Tensor:
        """The query after its layer."""
        return query if self._query_layer is None else self._query_layer(query)

    def _score_weights(self) -> list[Weight]:
        """The variables of `_compute_score`, in the order in which they are made."""
        return []

    def _compute_score(self, query: tf.Tensor, **weights: object) -> tf.Tensor:
        """The score `[batch, max_time]` of a processed query, from the weights by name."""
        raise NotImplementedError(
            f'{type(self).__name__} defines no _compute_score(query, **weights).'
        )

    def _probability_fn(self, score: tf.Tensor, state: tf.Tensor) -> tf.Tensor:
        """The alignments `[batch, max_time]` for a score, masked; subclasses call or replace it."""
        mask = self._memory_mask
        if mask is None and self._memory_sequence_length is not None:
            mask = core.length_mask(self._memory_sequence_length, axis_size(score, 1))
        return core.masked_alignments(
            score,
            mask,
            lambda masked: self._unmasked_probability_fn(masked, state),
            self._score_mask_value,
        )

    @contextlib.contextmanager
    def _call_scope(self, default_name: str, query: tf.Tensor) -> Iterator[None]:
        """The variable scope of one call: new at each in a TF1 graph, else that of the first."""
        if graph_mode():
            with tf1.variable_scope(None, default_name, [query]):
                yield
            return
        if self._scope is None:
            with tf1.variable_scope(None, default_name) as scope:
                self._keep_scope(scope, default_name)
        with self._variable_scope(tf1.AUTO_REUSE), tf1.name_scope(default_name):
            yield


class Additive(_BaseAttentionMechanism):
    """The score of Bahdanau et al., for mechanisms of either kind."""

    _num_units: int
    _normalize: bool
    _initializer_of_v: Any = None

    def _score_weights(self) -> list[Weight]:
        units = (self._num_units,)
        weights = [Weight('attention_v', units, self._initializer_of_v)]
        if self._normalize:
            length = tf1.constant_initializer(math.sqrt(1.0 / self._num_units))
            weights.append(Weight('attention_g', (), length))
            weights.append(Weight('attention_b', units, tf1.zeros_initializer()))
        return weights

    def _compute_score(self, query: tf.Tensor, **weights: object) -> tf.Tensor:
        return core.additive_score(query, self.keys, **weights)


class Multiplicative(_BaseAttentionMechanism):
    """The score of Luong et al., for mechanisms of either kind."""

    _scale: bool

    def _score_weights(self) -> list[Weight]:
        return [Weight('attention_g', (), tf1.ones_initializer())] if self._scale else []

    def _process_query(self, query: tf.Tensor) -> tf.Tensor:
        # A layer that a subclass has put there is for the subclass to call, as in TF1.
        return query

    def _compute_score(self, query: tf.Tensor, **weights: object) -> tf.Tensor:
        return core.multiplicative_score(query, self.keys, weights.get('attention_g'))


class BahdanauAttention(Additive):
    """Additive attention (Bahdanau et al. 2014, https://arxiv.org/abs/1409.0473).

    The score of a memory slot is `v · tanh(W_memory memory + W_query query)`. Variables:
    `memory_layer/kernel` `[depth, num_units]`, made where the memory is first bound, and below
    `bahdanau_attention/`, made by the first call, `query_layer/kernel` and `attention_v`
    `[num_units]`.

    Args:
      num_units: Depth of the query and memory layers.
      memory: `[batch, max_time, depth]`, the encoder outputs; None to bind it by `setup_memory`.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to.
      normalize: Whether the score is weight-normalised (Salimans & Kingma 2016,
        https://arxiv.org/abs/1602.07868), with the variables `attention_g` and `attention_b`.
      probability_fn: From scores `[batch, max_time]` to alignments; softmax by default.
      score_mask_value: Score of what is masked; minus infinity by default.
      dtype: Type of the layers and of the memory; float32 by default.
      custom_key_value_fn: `(keys, values) -> (keys, values)`, applied to both, or None.
      name: Name of the operations that prepare the memory.

    Raises:
      ValueError: If `num_units` is not a size, if the memory has rank below 3 or a depth that is
        not known, or does not fit the lengths; in a call, if the query does not fit the memory.
      TypeError: If the memory or the query has another dtype, or a function is not callable.
      InvalidArgumentError: If a length is negative.

    Example:
      >>> memory = tf.random.normal([2, 5, 3])
      >>> attention = seq2seq.BahdanauAttention(4, memory, memory_sequence_length=[5, 2])
      >>> state = attention.initial_state(2, tf.float32)
      >>> alignments, state = attention(tf.ones([2, 6]), state)
      >>> alignments.shape, bool(tf.reduce_all(alignments[1, 2:] == 0))
      (TensorShape([2, 5]), True)

    Legacy: `tf.contrib.seq2seq.BahdanauAttention` of TF 1.15.
    """

    _default_scope = 'bahdanau_attention'

    def __init__(
        self,
        num_units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        probability_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        score_mask_value: FloatLike | None = None,
        dtype: DTypeLike | None = None,
        custom_key_value_fn: Callable[..., tuple[tf.Tensor, tf.Tensor]] | None = None,
        name: str = 'BahdanauAttention',
    ) -> None:
        super().__init__(
            query_layer=projection('query_layer', num_units, dtype),
            memory_layer=projection('memory_layer', num_units, dtype),
            memory=memory,
            probability_fn=_without_state(probability_fn),
            custom_key_value_fn=custom_key_value_fn,
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = int(num_units)
        self._normalize = normalize


class LuongAttention(Multiplicative):
    """Multiplicative attention (Luong et al. 2015, https://arxiv.org/abs/1508.04025).

    The score of a memory slot is `(W_memory memory) · query`. Variables: `memory_layer/kernel`
    `[depth, num_units]`, made where the memory is first bound, and with `scale`
    `luong_attention/attention_g`, made by the first call.

    Args:
      num_units: Depth of the memory layer: the depth of the query.
      memory: `[batch, max_time, depth]`, the encoder outputs; None to bind it by `setup_memory`.
      memory_sequence_length: Integers `[batch]`: memory beyond is zeroed and not attended to.
      scale: Whether the score is multiplied by the learned scalar `attention_g`.
      probability_fn: From scores `[batch, max_time]` to alignments; softmax by default.
      score_mask_value: Score of what is masked; minus infinity by default.
      dtype: Type of the layer and of the memory; float32 by default.
      custom_key_value_fn: `(keys, values) -> (keys, values)`, applied to both, or None.
      name: Name of the operations that prepare the memory.

    Raises:
      ValueError: As `BahdanauAttention`; in a call, also if the query has not depth `num_units`.
      TypeError: As `BahdanauAttention`.
      InvalidArgumentError: If a length is negative.

    Example:
      >>> memory = tf.random.normal([2, 5, 3])
      >>> attention = seq2seq.LuongAttention(6, memory, memory_sequence_length=[5, 2], scale=True)
      >>> state = attention.initial_state(2, tf.float32)
      >>> alignments, state = attention(tf.ones([2, 6]), state)
      >>> np.allclose(tf.reduce_sum(alignments, 1), [1, 1])
      True

    Legacy: `tf.contrib.seq2seq.LuongAttention` of TF 1.15.
    """

    _default_scope = 'luong_attention'

    def __init__(
        self,
        num_units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        scale: bool = False,
        probability_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        score_mask_value: FloatLike | None = None,
        dtype: DTypeLike | None = None,
        custom_key_value_fn: Callable[..., tuple[tf.Tensor, tf.Tensor]] | None = None,
        name: str = 'LuongAttention',
    ) -> None:
        super().__init__(
            query_layer=None,
            memory_layer=projection('memory_layer', num_units, dtype),
            memory=memory,
            probability_fn=_without_state(probability_fn),
            custom_key_value_fn=custom_key_value_fn,
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = int(num_units)
        self._scale = scale


def projection(name: str, num_units: object, dtype: DTypeLike) -> Dense:
    """The layer of a query or of the memory, without a bias; float32 by default."""
    units = layer_size('num_units', num_units)
    return Dense(units, name=name, use_bias=False, dtype=tf.as_dtype(dtype or tf.float32))


# -- checks of arguments --------------------------------------------------------------------------


def _check_callable(argument: str, value: object, what: str) -> None:
    if value is not None and not callable(value):
        raise TypeError(
            f'{argument} must be callable, {what}, saw type: {type(value).__name__} ({value!r}).'
        )


def _check_dtype(argument: str, tensor: tf.Tensor, keys: tf.Tensor) -> None:
    if tensor.dtype.base_dtype != keys.dtype.base_dtype:
        raise TypeError(
            f'{argument} has dtype {tensor.dtype.name}, but the memory has dtype '
            f'{keys.dtype.name}: use tf.cast, or give the mechanism dtype={tensor.dtype.name} and '
            'a memory of that type.'
        )


def _without_state(
    probability_fn: Callable[..., tf.Tensor] | None,
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """A probability function of the score alone, softmax by default, as one of score and state."""
    _check_callable('probability_fn', probability_fn, 'a function of the score')
    function = probability_fn or tf.nn.softmax
    return lambda score, _: tf.convert_to_tensor(function(score))
