"""`AttentionWrapper`: the cell that attends to a memory at every step.

This module has the names of TF1's module of the same name, so the mechanisms are here too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop_arrays import OpenEndedArray, extended
from tf_seq2seq_compat.core.path import after, under_xla
from tf_seq2seq_compat.core.structure import (
    axis_size,
    batched_zeros,
    check_same_structure,
    checked_batch_size,
)
from tf_seq2seq_compat.layers.cell_checks import layer_size
from tf_seq2seq_compat.layers.dense import Dense
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.layers.rnn_cell import RNNCell
from tf_seq2seq_compat.seq2seq.attention_mechanism import (
    AttentionMechanism,
    BahdanauAttention,
    LuongAttention,
    _BaseAttentionMechanism,
    _check_callable,
)
from tf_seq2seq_compat.seq2seq.attention_memory import check_one_mask
from tf_seq2seq_compat.seq2seq.attention_memory import prepare_memory as _prepare_memory
from tf_seq2seq_compat.seq2seq.attention_v2 import _BaseAttentionMechanismV2
from tf_seq2seq_compat.seq2seq.monotonic_attention import (
    BahdanauMonotonicAttention,
    LuongMonotonicAttention,
    _BaseMonotonicAttentionMechanism,
    _monotonic_probability_fn,
    monotonic_attention,
    safe_cumprod,
)
from tf_seq2seq_compat.types import (
    Cell,
    DTypeLike,
    FloatLike,
    IntLike,
    LayerLike,
    Nest,
    Size,
    TensorLike,
)

tf1 = tf.compat.v1

__all__ = [
    'AttentionMechanism',
    'AttentionWrapper',
    'AttentionWrapperState',
    'BahdanauAttention',
    'BahdanauMonotonicAttention',
    'LuongAttention',
    'LuongMonotonicAttention',
    '_BaseAttentionMechanism',
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


class AttentionWrapperState(NamedTuple):
    """State of an `AttentionWrapper`.

    Fields:
      cell_state: State of the wrapped cell.
      attention: The attention `[batch, attention_size]` of the last step: the context vector, after
        the attention layer where there is one.
      time: int32 scalar, the number of steps taken.
      alignments: The attention weights `[batch, max_time]` of the last step; a tuple of them for a
        list of mechanisms, likewise the next two.
      alignment_history: TensorArray of the alignments of all steps, or `()`.
      attention_state: State of the mechanism.

    Example:
      >>> attention = seq2seq.LuongAttention(4, tf.ones([2, 3, 5]))
      >>> cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), attention)
      >>> state = cell.zero_state(2, tf.float32)
      >>> state.clone(cell_state=tf.ones([2, 4])).cell_state.numpy().tolist()
      [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]

    Legacy: `tf.contrib.seq2seq.AttentionWrapperState` of TF 1.15.
    """

    cell_state: Nest
    attention: tf.Tensor
    time: tf.Tensor
    alignments: Nest
    alignment_history: Nest
    attention_state: Nest

    def clone(self, **kwargs: Any) -> AttentionWrapperState:
        """A copy with other values for some fields, of the same structure and shapes.

        Args:
          **kwargs: Values by the name of the field, such as `cell_state=encoder_state`.

        Returns:
          An `AttentionWrapperState`.

        Raises:
          ValueError: For an unknown field, another shape, or another number of parts.
          TypeError: For other types of tuples (`LSTMStateTuple`, say).
        """
        unknown = sorted(set(kwargs) - set(self._fields))
        if unknown:
            raise ValueError(
                f'Got unexpected field names: {unknown}. The fields are {list(self._fields)}.'
            )
        new = {}
        for field, value in kwargs.items():
            check_same_structure(getattr(self, field), value, f'{field} given to clone')
            new[field] = tf.nest.map_structure(
                functools.partial(_with_shape_of, field), getattr(self, field), value
            )
        return self._replace(**new)


def _with_shape_of(field: str, old: Nest, new: Nest) -> Nest:
    if not (tf.is_tensor(old) and hasattr(new, 'shape')):
        return new
    wanted, seen = old.shape, tf.TensorShape(new.shape)
    if not wanted.is_compatible_with(seen):
        raise ValueError(
            f'Invalid shape for {field} given to clone: expected {wanted}, got {seen}. For beam '
            'search, both zero_state and what is cloned have batch * beam_width rows: use '
            'tile_batch(state, multiplier=beam_width).'
        )
    if not tf.is_tensor(new) or seen.is_subtype_of(wanted):
        return new
    return tf.ensure_shape(new, wanted)


class AttentionWrapper(RNNCell):
    """A cell that attends to a memory at every step.

    One step: the wrapped cell reads `cell_input_fn(inputs, attention)`; its output is the query of
    each mechanism; the alignments give a context vector, the values weighted; the attention is the
    attention layer of the output and the context together, or without a layer the context itself.

    Args:
      cell: The wrapped cell, an `RNNCell` or a Keras cell.
      attention_mechanism: An `AttentionMechanism`, or a list or tuple of them, whose attentions are
        concatenated.
      attention_layer_size: Depth of the attention layer (without bias or activation), one for each
        mechanism; None for no layer.
      alignment_history: Whether the alignments of all steps are kept, in `alignment_history` of the
        state: `stack()` gives `[time, batch, max_time]`.
      cell_input_fn: `(inputs, attention) -> cell inputs`; their concatenation by default.
      output_attention: Whether the output is the attention (Luong) or the cell's output (Bahdanau).
      initial_cell_state: State of the wrapped cell that `zero_state` begins with.
      name: Name of the variable scope, `attention_wrapper` by default.
      attention_layer: A layer in place of `attention_layer_size`, one for each
        mechanism; it needs `compute_output_shape` (as Dense has).
      attention_fn: `(attention_mechanism, cell_output, attention_state, attention_layer) ->
        (attention, alignments, next_attention_state)`, in place of the above.
      dtype: As for every cell; layers take that of their mechanism.

    Raises:
      TypeError: If `cell` is not an RNNCell, a mechanism is not an AttentionMechanism, or a
        function is not callable.
      ValueError: If layers are given in both ways, or not one for each mechanism; when used while
        the memory of a mechanism is not bound.
      InvalidArgumentError: If the batch size of `initial_cell_state`, of the state or of the inputs
        is not that of the memory (when it is known: otherwise when it runs, except under XLA).

    Example:
      >>> encoder_outputs = tf.random.normal([2, 7, 5])
      >>> attention = seq2seq.BahdanauAttention(4, encoder_outputs, [7, 3])
      >>> cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(6), attention, attention_layer_size=8)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape, state.alignments.shape
      (TensorShape([2, 8]), TensorShape([2, 7]))

    Legacy: `tf.contrib.seq2seq.AttentionWrapper` of TF 1.15.
    """

    def __init__(
        self,
        cell: Cell,
        attention_mechanism: AttentionMechanism | Sequence[AttentionMechanism],
        attention_layer_size: int | Sequence[int] | None = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[..., tf.Tensor] | None = None,
        output_attention: bool = True,
        initial_cell_state: Nest | None = None,
        name: str | None = None,
        attention_layer: LayerLike | None = None,
        attention_fn: Callable[..., Nest] | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._cell = as_rnn_cell(cell)
        self._is_multi = isinstance(attention_mechanism, list | tuple)
        self._attention_mechanisms = _checked_mechanisms(attention_mechanism)
        _check_callable('cell_input_fn', cell_input_fn, 'a function (inputs, attention)')
        _check_callable(
            'attention_fn',
            attention_fn,
            'a function (attention_mechanism, cell_output, attention_state, attention_layer)',
        )
        self._cell_input_fn = cell_input_fn or _inputs_and_attention
        self._attention_fn = attention_fn or _compute_attention
        self._attention_layers = _attention_layers(
            self._attention_mechanisms, attention_layer_size, attention_layer
        )
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        self._initial_cell_state = initial_cell_state
        if initial_cell_state is not None:
            batch_size = _batch_size_of(initial_cell_state)
            checks = self._batch_size_checks(
                batch_size,
                f'When constructing AttentionWrapper {self.name}: Non-matching batch sizes between '
                'the memory (encoder output) and initial_cell_state. Are you using the '
                'BeamSearchDecoder? Then tile the initial state with '
                'tile_batch(state, multiplier=beam_width).',
            )
            self._initial_cell_state = after(lambda: checks, initial_cell_state)

    @property
    def _attention_layer_size(self) -> int:
        """Depth of the attention: what a subclass has set, else as layers and memories tell it."""
        given = vars(self).get('_given_attention_layer_size')
        if given is not None:
            return given
        layers = self._attention_layers or [None] * len(self._attention_mechanisms)
        return sum(
            _attention_depth(mechanism, layer, self._cell.output_size)
            for mechanism, layer in zip(self._attention_mechanisms, layers, strict=True)
        )

    @_attention_layer_size.setter
    def _attention_layer_size(self, size: int) -> None:
        self._given_attention_layer_size = size

    def _batch_size_checks(self, batch_size: IntLike, error_message: str) -> list[tf.Operation]:
        """Checks against the memories: an error at once where known, else operations to run."""
        checks = []
        given = tf.get_static_value(batch_size)
        for mechanism in self._attention_mechanisms:
            if not getattr(mechanism, 'memory_bound', True):
                continue
            memory_batch = mechanism.batch_size
            known = tf.get_static_value(memory_batch)
            if given is None or known is None:
                if under_xla():  # it has no checks
                    continue
                check = tf1.assert_equal(memory_batch, batch_size, message=error_message)
                checks += [] if check is None else [check]
            elif given != known:
                raise tf.errors.InvalidArgumentError(
                    None,
                    None,
                    f'{error_message} The memory has batch size {known}, the other {given}.',
                )
        return checks

    def _item_or_tuple(self, seq: Iterable[Nest]) -> Nest:
        """The items as a tuple if mechanisms were given as a list or tuple, else the only item."""
        items = tuple(seq)
        return items if self._is_multi else items[0]

    @property
    def output_size(self) -> Size:
        """Depth of the output."""
        return self._attention_layer_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        """An `AttentionWrapperState` of sizes; that of a history is the size of one element."""
        mechanisms = self._attention_mechanisms
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=tf.TensorShape([]),
            attention=self._attention_layer_size,
            alignments=self._item_or_tuple(m.alignments_size for m in mechanisms),
            attention_state=self._item_or_tuple(m.state_size for m in mechanisms),
            alignment_history=self._item_or_tuple(
                m.alignments_size if self._alignment_history else () for m in mechanisms
            ),
        )

    @without_autograph
    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> AttentionWrapperState:
        """The state before the first step.

        Args:
          batch_size: int or int32 scalar: that of the memory (times the beam width in beam search,
            where the memory is tiled).
          dtype: Type of the state.

        Returns:
          An `AttentionWrapperState` of zeros, with `initial_cell_state` where that was given.

        Raises:
          ValueError: If `batch_size` is None or a memory is not bound.
          InvalidArgumentError: If the batch size is not that of the memory.
        """
        if batch_size is None or dtype is None:
            raise ValueError(
                f'batch_size and dtype are both needed, but are {batch_size} and {dtype}.'
            )
        batch_size = checked_batch_size(batch_size)
        mechanisms = self._attention_mechanisms
        with tf1.name_scope(type(self).__name__ + 'ZeroState'):
            checks = self._batch_size_checks(
                batch_size,
                f'When calling zero_state of AttentionWrapper {self.name}: Non-matching batch '
                'sizes between the memory (encoder output) and the requested batch size. Are you '
                'using the BeamSearchDecoder? Then tile the memory with tile_batch(memory, '
                'multiplier=beam_width), and ask for a batch_size of true batch * beam_width.',
            )
            if self._initial_cell_state is not None:
                cell_state = self._initial_cell_state
            elif hasattr(self._cell, 'get_initial_state'):
                cell_state = self._cell.get_initial_state(batch_size=batch_size, dtype=dtype)
            else:
                cell_state = self._cell.zero_state(batch_size, dtype)
            alignments = [m.initial_alignments(batch_size, dtype) for m in mechanisms]
            return AttentionWrapperState(
                cell_state=after(lambda: checks, cell_state),
                time=tf.zeros([], tf.int32),
                attention=batched_zeros(batch_size, self._attention_layer_size, dtype),
                alignments=self._item_or_tuple(alignments),
                attention_state=self._item_or_tuple(
                    m.initial_state(batch_size, dtype) for m in mechanisms
                ),
                alignment_history=self._item_or_tuple(
                    OpenEndedArray(dtype, a.shape, a) if self._alignment_history else ()
                    for a in alignments
                ),
            )

    @without_autograph
    def call(self, inputs: Nest, state: Nest) -> tuple[tf.Tensor, AttentionWrapperState]:
        """Takes one step.

        Args:
          inputs: `[batch, depth]`, or whatever `cell_input_fn` takes.
          state: An `AttentionWrapperState`.

        Returns:
          The output `[batch, output_size]` and the next `AttentionWrapperState`.

        Raises:
          TypeError: If the state is not an `AttentionWrapperState`.
          InvalidArgumentError: If the batch size is not that of the memory.
        """
        if isinstance(state, list) and len(state) == len(AttentionWrapperState._fields):
            state = AttentionWrapperState(*state)  # as Keras's RNN layer has every state
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(
                'Expected state to be instance of AttentionWrapperState. Received type '
                f'{type(state)} instead. Begin with zero_state(batch_size, dtype), and put an '
                "encoder's state in by .clone(cell_state=encoder_state)."
            )
        cell_output, cell_state = self._cell(
            self._cell_input_fn(inputs, state.attention), state.cell_state
        )
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
            time=state.time + 1,
            alignments=self._item_or_tuple(alignments),
            attention_state=self._item_or_tuple(next_states),
            alignment_history=self._item_or_tuple(
                extended(history, state.time, weights) if self._alignment_history else ()
                for history, weights in zip(histories, alignments, strict=True)
            ),
        )
        return (attention if self._output_attention else cell_output), next_state


def hardmax(logits: TensorLike, name: str | None = None) -> tf.Tensor:
    """One-hot of the largest logit: a hard `probability_fn`.

    Args:
      logits: `[..., depth]`.
      name: Name of the operation.

    Returns:
      `[..., depth]` of the same dtype: 1 at the first of the largest, 0 elsewhere.

    Example:
      >>> seq2seq.hardmax([[0.1, 0.7, 0.2]]).numpy().tolist()
      [[0.0, 1.0, 0.0]]

    Legacy: `tf.contrib.seq2seq.hardmax` of TF 1.15.
    """
    with tf1.name_scope(name, 'Hardmax', [logits]):
        return core.hardmax(tf.convert_to_tensor(logits))


# -- the names within TF1's module that programs call or subclass ---------------------------------


def _bahdanau_score(
    processed_query: tf.Tensor,
    keys: tf.Tensor,
    attention_v: tf.Tensor,
    attention_g: tf.Tensor | None = None,
    attention_b: tf.Tensor | None = None,
) -> tf.Tensor:
    return core.additive_score(
        tf.convert_to_tensor(processed_query),
        tf.convert_to_tensor(keys),
        attention_v,
        attention_g,
        attention_b,
    )


def _luong_score(query: tf.Tensor, keys: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    return core.multiplicative_score(tf.convert_to_tensor(query), tf.convert_to_tensor(keys), scale)


def _maybe_mask_score(
    score: tf.Tensor,
    memory_sequence_length: TensorLike | None = None,
    memory_mask: TensorLike | None = None,
    score_mask_value: FloatLike | None = None,
) -> tf.Tensor:
    check_one_mask(memory_sequence_length, memory_mask)
    score = tf.convert_to_tensor(score)
    if memory_sequence_length is not None:
        memory_mask = core.length_mask(memory_sequence_length, axis_size(score, 1))
    return score if memory_mask is None else core.mask_score(score, memory_mask, score_mask_value)


def _compute_attention(
    attention_mechanism: AttentionMechanism,
    cell_output: tf.Tensor,
    attention_state: Nest,
    attention_layer: LayerLike,
) -> tuple[tf.Tensor, tf.Tensor, Nest]:
    """The attention, the alignments and the next state of one mechanism."""
    if isinstance(attention_mechanism, _BaseAttentionMechanismV2):
        called = attention_mechanism([cell_output, attention_state])
    else:
        called = attention_mechanism(cell_output, attention_state)
    alignments, next_attention_state = called
    context = core.context_vector(alignments, attention_mechanism.values)
    if attention_layer is None:
        return context, alignments, next_attention_state
    attention = attention_layer(tf.concat([cell_output, context], 1))
    return attention, alignments, next_attention_state


# -- pieces of the wrapper ------------------------------------------------------------------------


def _checked_mechanisms(
    attention_mechanism: AttentionMechanism | Sequence[AttentionMechanism],
) -> Sequence[AttentionMechanism]:
    if isinstance(attention_mechanism, list | tuple):
        for one in attention_mechanism:
            if not isinstance(one, AttentionMechanism):
                raise TypeError(
                    'attention_mechanism must contain only instances of AttentionMechanism, saw '
                    f'type: {type(one).__name__}. Give for example BahdanauAttention(...).'
                )
        return attention_mechanism
    if not isinstance(attention_mechanism, AttentionMechanism):
        raise TypeError(
            'attention_mechanism must be an AttentionMechanism or list of multiple '
            f'AttentionMechanism instances, saw type: {type(attention_mechanism).__name__}. Give '
            'for example BahdanauAttention(num_units, memory=encoder_outputs).'
        )
    return (attention_mechanism,)


def _attention_layers(
    mechanisms: Sequence[AttentionMechanism], sizes: int | Sequence[int] | None, layers: LayerLike
) -> tuple[LayerLike, ...] | None:
    """One layer for each mechanism, or None for no layers."""
    if sizes is None and layers is None:
        return None
    if sizes is not None and layers is not None:
        raise ValueError(
            'Only one of attention_layer_size and attention_layer should be set, saw '
            f'{sizes!r} and {layers!r}.'
        )
    argument = 'attention_layer_size' if layers is None else 'attention_layer'
    given = sizes if layers is None else layers
    items = tuple(given) if isinstance(given, list | tuple) else (given,)
    if len(items) != len(mechanisms):
        what = 'integer' if layers is None else 'layer'
        raise ValueError(
            f'If provided, {argument} must contain exactly one {what} per attention_mechanism, '
            f'saw: {len(items)} vs {len(mechanisms)}. Give a list of {len(mechanisms)}.'
        )
    if layers is None:
        return tuple(
            Dense(
                layer_size('attention_layer_size', size),
                name='attention_layer',
                use_bias=False,
                dtype=mechanism.dtype,
            )
            for size, mechanism in zip(items, mechanisms, strict=True)
        )
    for layer in items:
        if not (callable(layer) and hasattr(layer, 'compute_output_shape')):
            raise AttributeError(
                f'attention_layer {layer!r} is not a layer with compute_output_shape: give for '
                'example Dense(units), or a function as attention_fn.'
            )
    return items


def _attention_depth(
    mechanism: AttentionMechanism, layer: LayerLike, cell_output_size: Size
) -> int:
    if isinstance(layer, Dense):
        return layer.units
    depth = tf.compat.dimension_value(mechanism.values.shape[-1])
    if depth is None:
        raise ValueError(
            f'The values of {type(mechanism).__name__} have shape {mechanism.values.shape}, but '
            'their depth must be known: use set_shape, or attention_layer_size.'
        )
    if layer is None:
        return int(depth)
    query_depth = tf.TensorShape(cell_output_size).as_list()[-1]
    shape = layer.compute_output_shape([None, query_depth + depth])
    return int(tf.TensorShape(shape).as_list()[-1])


def _inputs_and_attention(inputs: Nest, attention: tf.Tensor) -> tf.Tensor:
    """The default `cell_input_fn`."""
    inputs, attention = tf.convert_to_tensor(inputs), tf.convert_to_tensor(attention)
    if inputs.dtype != attention.dtype:
        raise TypeError(
            f'inputs of AttentionWrapper have dtype {inputs.dtype.name}, but its state has dtype '
            f'{attention.dtype.name}: use zero_state(batch_size, inputs.dtype).'
        )
    if inputs.shape.rank not in (None, 2):
        raise ValueError(
            f'inputs of AttentionWrapper have shape {inputs.shape}, but one step is '
            '[batch, depth]: give whole sequences to dynamic_rnn or dynamic_decode, or use a '
            'cell_input_fn of your own.'
        )
    if not inputs.shape[:1].is_compatible_with(attention.shape[:1]):
        raise ValueError(
            f'inputs of AttentionWrapper have shape {inputs.shape}, but the attention of its state '
            f'has shape {attention.shape}: use zero_state with the batch size of the inputs.'
        )
    return tf.concat([inputs, attention], -1)


def _batch_size_of(state: Nest) -> IntLike:
    """Batch size by the last tensor of a cell's state."""
    tensors = tf.nest.flatten(state)
    last = tf.convert_to_tensor(tensors[-1]) if tensors else None
    if last is None or last.shape.rank == 0:
        raise IndexError(
            f'initial_cell_state has no batch: {state!r}. Give the tensors [batch, size] that the '
            "cell's state_size describes."
        )
    return axis_size(last, 0)
