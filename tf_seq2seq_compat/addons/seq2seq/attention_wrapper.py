"""`AttentionWrapper`, and the other names that TensorFlow Addons has in this file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.addons._cells import as_keras_cell, initial_state, state_size, take_step
from tf_seq2seq_compat.addons.keras_generation import (
    IS_KERAS_3,
    build_by_tracing,
    check_is_layer,
    deserialized,
    keras,
    serializable,
    serialized,
    typechecked,
)
from tf_seq2seq_compat.addons.seq2seq.attention_mechanism import (
    AttentionMechanism,
    BahdanauAttention,
    LuongAttention,
    unbiased_dense,
)
from tf_seq2seq_compat.addons.seq2seq.monotonic_attention import (
    BahdanauMonotonicAttention,
    LuongMonotonicAttention,
    _BaseMonotonicAttentionMechanism,
)
from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop_arrays import OpenEndedArray, extended
from tf_seq2seq_compat.core.path import after, under_xla
from tf_seq2seq_compat.core.structure import axis_size
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
    IntLike,
    LayerLike,
    Nest,
    ShapeLike,
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
                    OpenEndedArray(dtype, a.shape, a) if self._alignment_history else ()
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
        return [unbiased_dense('attention_layer', size, dtype) for size in items]
    for layer in items:
        check_is_layer(argument, layer)
    return items
