"""The variables of an object by their TF1 names, including those that are not created yet.

A part is what is in one variable scope: a cell, say, or an `AttentionWrapper` with its cell,
its mechanism and its layers. The memory layer of a mechanism is a part of its own, since TF1 makes
it in the scope in which the mechanism is made.
"""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.checkpoint import cudnn, keras_cells
from tf_seq2seq_compat.checkpoint.reader import CheckpointError, VariableInfo
from tf_seq2seq_compat.layers.base import Layer, snake_case
from tf_seq2seq_compat.layers.block_cells import CudnnCompatibleLSTMCell, LSTMBlockCell
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.layers.cell_wrappers import _CellWrapper
from tf_seq2seq_compat.layers.contrib_wrappers import CompiledWrapper
from tf_seq2seq_compat.layers.keras_cell import KerasCell
from tf_seq2seq_compat.layers.rnn_cell import LSTMCell, MultiRNNCell
from tf_seq2seq_compat.seq2seq.attention_mechanism import _BaseAttentionMechanism
from tf_seq2seq_compat.seq2seq.attention_wrapper import AttentionWrapper
from tf_seq2seq_compat.seq2seq.basic_decoder import _CellAndHelper
from tf_seq2seq_compat.seq2seq.beam_search_decoder import BeamSearchDecoderMixin
from tf_seq2seq_compat.types import LayerLike

tf1 = tf.compat.v1


class Depth:
    """The depth of the inputs of a layer that is not built, which the checkpoint tells."""

    value: int | None = None


class Slot:
    """A variable that an object has, or will have.

    Args:
      name: Its name below the scope of its part; '' if the part is this variable.
      base: Its shape, or that for inputs of depth 0.
      dtype: Name of its type, None if the checkpoint decides.
      find: Function that gives the variable, once it is made.
      slope: How much each dimension grows with the depth of the inputs.
      depth: Where there is a slope, that depth.
      owner: The layer whose variable it is, or None.
    """

    def __init__(
        self,
        name: str,
        base: tuple[int, ...],
        dtype: str | None,
        find: Callable[[], Any],
        slope: tuple[int, ...] = (),
        depth: Depth | None = None,
        owner: Any = None,
    ) -> None:
        self.name = name
        self.base = base
        self.dtype = dtype
        self.find = find
        self.slope = slope or (0,) * len(base)
        self.depth = depth
        self.owner = owner

    def shape(self, depth: int | None = None) -> tuple[int | None, ...]:
        """The shape; None for what depends on a depth that is not known."""
        if depth is None and self.depth is not None:
            depth = self.depth.value
        return tuple(
            size if not grows else None if depth is None else size + grows * depth
            for size, grows in zip(self.base, self.slope, strict=True)
        )

    def depth_for(self, shape: tuple[int, ...]) -> int | None:
        """The depth at which the variable has a shape, None if it does not tell."""
        if len(shape) == len(self.base):
            for size, base, grows in zip(shape, self.base, self.slope, strict=True):
                if grows and size > base and (size - base) % grows == 0:
                    return (size - base) // grows
        return None

    def fits(self, info: VariableInfo) -> bool:
        """Whether it can have this shape, whatever the depth."""
        own = self.shape(self.depth_for(info.shape) if any(self.slope) else None)
        return own == info.shape


class Part:
    """The variables of an object in one variable scope.

    Args:
      label: Where the object is in what was given, `decoder.cell`.
      kind: Name of its class.
      scope: Parts of the name of its variable scope, as far as it is known.
      main: Whether it is what was given, not something within.
      order: A number that grows in the order in which objects are met.
    """

    def __init__(
        self, label: str, kind: str, scope: tuple[str, ...], main: bool, order: int
    ) -> None:
        self.label = label
        self.kind = kind
        self.scope = scope
        self.main = main
        self.order = order
        self.slots: dict[str, Slot] = {}
        self.secondary = False  # Whether it belongs to a main part, but is elsewhere.
        self.problem = ''  # Why it cannot be restored.
        self.unnumbered: str | None = None  # The scope as in a process that makes nothing else.
        self._builders: list[Callable[[str, dict[str, VariableInfo]], None]] = []

    def add(self, slot: Slot) -> None:
        self.slots[slot.name] = slot

    def when_built(self, builder: Callable[[str, dict[str, VariableInfo]], None]) -> None:
        """Adds a function of the part's scope in the checkpoint and what is found, by slot."""
        self._builders.append(builder)

    def solve(self, found: dict[str, VariableInfo]) -> None:
        """Lets the shapes in the checkpoint say what the depths are."""
        for name, info in found.items():
            slot = self.slots[name]
            if slot.depth is not None and slot.depth.value is None and any(slot.slope):
                slot.depth.value = slot.depth_for(info.shape)

    def shift(self, name: str, full_name: str, forget_bias: float) -> float:
        """The number added to the forget gate's bias between the checkpoint and the object.

        cuDNN's cells keep the whole bias, the others that without the forget bias, which they add
        when they run.
        """
        if name.rpartition('/')[2] != 'bias':
            return 0.0
        owner = self.slots[name].owner
        is_cudnn = isinstance(owner, CudnnCompatibleLSTMCell) or (
            owner is None and cudnn.kind_of_lstm('/'.join([*self.scope, name])) == 'cudnn'
        )
        stored = cudnn.kind_of_lstm(full_name)
        if is_cudnn:
            return forget_bias if stored == 'ordinary' else 0.0
        if stored == 'cudnn' and isinstance(owner, LSTMCell | LSTMBlockCell):
            return -owner._forget_bias
        return 0.0

    @property
    def note(self) -> str:
        """The conversion applied to all variables of the part, in words, or ''."""
        return ''

    def refusal(self, arrays: dict[str, np.ndarray]) -> str:
        """Why it cannot have these values, or ''."""
        return ''

    def make(self, prefix: str, found: dict[str, VariableInfo]) -> None:
        """Makes the variables that are not made."""
        for builder in self._builders:
            builder(prefix, found)

    def assign(self, arrays: dict[str, np.ndarray]) -> None:
        """Assigns variables that are made, by slot."""
        for name, array in arrays.items():
            self.slots[name].find().assign(array)

    def values(self) -> dict[str, np.ndarray]:
        """The arrays of the part, by slot."""
        return {name: np.asarray(slot.find().numpy()) for name, slot in self.slots.items()}


class KerasPart(Part):
    """A Keras layer or cell, under the names that the same thing has in TF1."""

    def __init__(
        self, layer: LayerLike, label: str, scope: tuple[str, ...], main: bool, order: int
    ) -> None:
        super().__init__(label, type(layer).__name__, scope, main, order)
        self._layer = layer
        self._pieces = keras_cells.pieces(layer)
        self._depths: list[Depth] = []
        for piece in self._pieces:
            self.problem = self.problem or piece.refused
            depth = Depth()
            self._depths.append(depth)
            depth.value = piece.depth
            for name, (base, slope) in piece.shapes.items():
                self.add(Slot(name, base, None, _no_variable, slope, depth))

    @property
    def note(self) -> str:
        return 'gates reordered' if any(piece.has_gates for piece in self._pieces) else ''

    def refusal(self, arrays: dict[str, np.ndarray]) -> str:
        return next(filter(None, (piece.refusal(arrays) for piece in self._pieces)), '')

    def make(self, prefix: str, found: dict[str, VariableInfo]) -> None:
        if not self._layer.built:
            keras_cells.build(self._layer, self._depths[0].value)

    def assign(self, arrays: dict[str, np.ndarray]) -> None:
        for piece in self._pieces:
            piece.assign({name: arrays[name] for name in piece.shapes})

    def shift(self, name: str, full_name: str, forget_bias: float) -> float:
        is_bias = any(piece.lstm_bias == name for piece in self._pieces)
        return forget_bias if is_bias and cudnn.kind_of_lstm(full_name) != 'cudnn' else 0.0

    def values(self) -> dict[str, np.ndarray]:
        return {name: array for piece in self._pieces for name, array in piece.values().items()}


def _no_variable() -> None:
    raise CheckpointError('a Keras layer is assigned as a whole')


def parts_of(obj: Any, label: str, elsewhere: Mapping[int, Any], first: int = 0) -> list[Part]:
    """The parts of an object.

    Args:
      obj: A layer, cell, mechanism, decoder, `tf.Module`, Keras layer, `tf.Variable`, or a list,
        tuple or dict of them.
      label: What to call it.
      elsewhere: Objects by `id` that are given for themselves, and are left out within this one.
      first: The `order` of the first part.

    Returns:
      The parts, the object's own first.

    Raises:
      CheckpointError: If it is of another type.
    """
    found = _LayerFinder(elsewhere, first)
    if not found.visit(obj, label, main=True):
        raise CheckpointError(
            f'{label or "the target"} is {type(obj).__name__}, which has no variables to restore. '
            'Give a layer, cell, mechanism, decoder, tf.Module, Keras layer or tf.Variable, or a '
            'dict of them by their TF1 scopes.'
        )
    return [part for part in found.parts if part.slots or part.problem]


class _LayerFinder:
    def __init__(self, elsewhere: Mapping[int, Any], first: int) -> None:
        self.parts: list[Part] = []
        self._elsewhere = dict(elsewhere)
        self._seen: set[int] = set()
        self._variables: set[object] = set()
        self._first = first

    def part(self, label: str, kind: str, scope: tuple[str, ...], main: bool) -> Part:
        part = Part(label, kind, scope, main, self._first + len(self.parts))
        self.parts.append(part)
        return part

    def visit(self, obj: Any, label: str, main: bool = False) -> bool:
        """Adds the parts of what has variables; whether it is something that can have."""
        if not main and id(obj) in self._elsewhere:
            return True
        if isinstance(obj, tf.Variable):
            self._variable(obj, label, main)
        elif keras_cells.is_keras(obj):
            self._keras(obj, label, main)
        elif isinstance(obj, _CellAndHelper | BeamSearchDecoderMixin):
            if id(obj) not in self._seen:
                self._seen.add(id(obj))
                self.visit(obj._cell, _join(label, 'cell'))
                self.visit(obj._output_layer, _join(label, 'output_layer'))
        elif isinstance(obj, Layer):
            self.layer(obj, label, main=main)
        elif isinstance(obj, tf.Module | Mapping | list | tuple):
            if id(obj) not in self._seen:
                self._seen.add(id(obj))
                for name, value in _children(obj):
                    self.visit(value, _join(label, name))
        else:
            return False
        return True

    def _variable(self, variable: tf.Variable, label: str, main: bool) -> None:
        if variable.ref() in self._variables:
            return
        self._variables.add(variable.ref())
        name = variable.name.partition(':')[0]
        part = self.part(label, 'Variable', tuple(name.split('/')), main)
        part.unnumbered = name
        part.add(_slot_of('', variable))

    def _keras(self, layer: LayerLike, label: str, main: bool) -> None:
        if id(layer) in self._seen:
            return
        self._seen.add(id(layer))
        if keras_cells.is_known(layer):
            scope = keras_cells.scope_of(layer)
            order = self._first + len(self.parts)
            self.parts.append(KerasPart(layer, label, scope, main, order))
            self.parts[-1].unnumbered = _unnumbered_keras(scope, layer)
            return
        for name, inner in keras_cells.layers_within(layer):
            self._keras(inner, _join(label, name), False)
        own = keras_cells.own_weights(layer)
        if not own and not layer.built and keras_cells.may_have_weights(layer):
            part = self.part(label, type(layer).__name__, (layer.name,), main)
            part.problem = f'{label} is a Keras {type(layer).__name__} not built yet: {_CALL_ONCE}'
        elif own:
            part = self.part(label, type(layer).__name__, (layer.name,), main)
            part.unnumbered = _unnumbered_keras(part.scope, layer)
            for name, weight in own.items():
                part.add(
                    Slot(name, tuple(weight.shape), _type_name(weight), lambda w=weight: w)  # type: ignore[misc]
                )

    # -- our layers -------------------------------------------------------------------------------

    def layer(
        self,
        layer: LayerLike,
        label: str,
        main: bool = False,
        inside: Part | None = None,
        expected: str | None = None,
    ) -> None:
        """Adds a layer: to the part `inside` if it is in its scope, else as one of its own.

        `expected` is the name below that scope that it will get, if it has none yet.
        """
        if id(layer) in self._seen or (not main and id(layer) in self._elsewhere):
            return
        if isinstance(layer, KerasCell):
            self._keras(layer.cell, label, main)
            return
        self._seen.add(id(layer))
        if isinstance(layer, _CellWrapper | CompiledWrapper):  # It has no scope.
            label = label if main else _join(label, 'cell')
            self.layer(_cell_of(layer), label, main, inside, expected)
            return
        scope = _scope_of(layer)
        if inside is not None and scope is not None:
            expected = None
            if inside.scope == scope[: len(inside.scope)]:
                expected = '/'.join(scope[len(inside.scope) :])
        if inside is None or expected is None:
            own_scope = (_own_name(layer),) if scope is None else scope
            part = self.part(label, type(layer).__name__, own_scope, main)
            if scope is not None:
                part.unnumbered = layer._unnumbered_scope
            part.secondary = inside is not None
            expected = ''
        else:
            part = inside
        if layer._own_variables or (layer.built and not layer._first_call):
            self._built(layer, label, part, expected)
        elif isinstance(layer, _BaseAttentionMechanism):
            self._unbuilt_mechanism(layer, label, part, expected)
        elif isinstance(layer, AttentionWrapper):
            part.when_built(_opener(layer, expected))
            self._unbuilt_wrapper(layer, label, part, expected)
        elif type(layer).call is MultiRNNCell.call:
            part.when_built(_opener(layer, expected))
            for i, cell in enumerate(layer._cells):
                name = f'cell_{i}/{_own_name(cell)}'
                self._inner(cell, f'{label}.cells[{i}]', part, _below(expected, name))
        else:
            self._unbuilt(layer, label, part, expected)

    def _inner(self, obj: Any, label: str, part: Part, expected: str | None) -> None:
        """The attributes of a layer: layers of this package, and others."""
        if isinstance(obj, Layer):
            self.layer(obj, label, inside=part, expected=expected)
        elif isinstance(obj, Mapping | list | tuple):
            for name, value in _children(obj):
                self._inner(value, _join(label, name), part, None)
        elif obj is not None:
            before = len(self.parts)
            self.visit(obj, label)
            for new in self.parts[before:]:
                new.secondary = True

    def _built(self, layer: LayerLike, label: str, part: Part, scope: str) -> None:
        # The innermost of those that know a variable comes last.
        holders = [each for each in layer.submodules if isinstance(each, Layer)]
        holders.sort(key=lambda each: -len(each._own_variables))
        inner = {id(v): each for each in holders for v in each._own_variables.values()}
        for key, variable in layer._own_variables.items():
            if variable.ref() not in self._variables:
                self._variables.add(variable.ref())
                owner = inner.get(id(variable), layer)
                part.add(_slot_of(_below(scope, key), variable, owner))
        for name, value in _children(layer):
            self._inner(value, _join(label, name), part, None)

    def _unbuilt_wrapper(self, layer: LayerLike, label: str, part: Part, scope: str) -> None:
        self._inner(layer._cell, _join(label, 'cell'), part, _below(scope, _own_name(layer._cell)))
        taken: dict[str, int] = {}

        def unique(name: str) -> str:
            count = taken[name] = taken.get(name, -1) + 1
            return _below(scope, f'{name}_{count}' if count else name)

        layers = layer._attention_layers or [None] * len(layer._attention_mechanisms)
        for i, (mechanism, dense) in enumerate(
            zip(layer._attention_mechanisms, layers, strict=True)
        ):
            at = f'[{i}]' if len(layers) > 1 else ''
            name = _mechanism_scope(mechanism)
            self._inner(
                mechanism,
                _join(label, f'attention_mechanism{at}'),
                part,
                None if name is None else unique(name),
            )
            if dense is not None:
                self._inner(
                    dense, _join(label, f'attention_layer{at}'), part, unique(_own_name(dense))
                )

    def _unbuilt_mechanism(self, layer: LayerLike, label: str, part: Part, scope: str) -> None:
        memory_layer, query_layer = layer.memory_layer, layer.query_layer
        name = _mechanism_scope(layer)
        if name is None:
            part.problem = f'{label} ({type(layer).__name__}) has no variables yet: {_CALL_ONCE}'
        else:
            if not scope:
                part.scope = (name,)
            self._variables_of_mechanism(layer, part, scope)
            if query_layer is not None:
                where = _below(scope, 'query_layer')
                self._inner(query_layer, _join(label, 'query_layer'), part, where)
        self._inner(memory_layer, _join(label, 'memory_layer'), part, None)

    def _variables_of_mechanism(self, layer: LayerLike, part: Part, scope: str) -> None:
        def build(prefix: str, _: Any) -> None:
            _fix_scope(layer, _below(prefix, scope))
            for name, shape, initializer in layer._score_weights():
                layer.add_variable(name, shape, initializer=initializer)

        part.when_built(build)
        for name, shape, _ in layer._score_weights():
            part.add(_slot_to_be(_below(scope, name), shape, (), layer, name, None, layer.dtype))

    def _unbuilt(self, layer: LayerLike, label: str, part: Part, scope: str) -> None:
        """A layer that is built by a call with zeros."""
        depth = Depth()
        shapes = _probed(layer)
        if shapes and not any(any(slope) for _, slope in shapes.values()):
            depth.value = 1  # Whatever it is, the inputs are the same.
        if shapes is None:
            part.problem = f'{label} ({type(layer).__name__}) has no variables yet: {_CALL_ONCE}'
            return
        for inner in layer.submodules:
            self._seen.add(id(inner))

        def build(prefix: str, found: dict[str, VariableInfo]) -> None:
            if depth.value is None:
                raise CheckpointError(f'{label}: the depth of its inputs is unknown. {_CALL_ONCE}')
            dtypes = {info.dtype for name, info in found.items() if name in names}
            if layer._dtype is None:
                layer._dtype = tf.as_dtype(sorted(dtypes)[0])
            _fix_scope(layer, _below(prefix, scope))
            _call_once(layer, depth.value, layer._dtype)

        part.when_built(build)
        names = {_below(scope, key) for key in shapes}
        declared = None if layer._dtype is None else layer._dtype.name
        for key, (base, slope) in shapes.items():
            slot = _slot_to_be(_below(scope, key), base, slope, layer, key, depth, declared)
            part.add(slot)


_CALL_ONCE = 'call it once first, with inputs of the shape it is for, and restore then.'


def _children(obj: Any) -> Iterator[tuple[str, object]]:
    """Attributes, or items, that may hold variables."""
    if isinstance(obj, Mapping):
        yield from ((str(name), value) for name, value in obj.items())
    elif isinstance(obj, list | tuple):
        yield from ((f'[{i}]', value) for i, value in enumerate(obj))
    else:
        ignored = set(getattr(obj, '_TF_MODULE_IGNORED_PROPERTIES', ()))
        ignored |= {'_variables_by_name', '_scope', '_initial_cell_state'}
        ignored |= {'_losses', '_conditional'}
        for name, value in list(vars(obj).items()):
            if name not in ignored and not name.startswith('_self_'):
                yield name, value


def _join(label: str, name: str) -> str:
    name = name.lstrip('_')
    return name if not label else label + name if name.startswith('[') else f'{label}.{name}'


def _unnumbered_keras(scope: tuple[str, ...], layer: LayerLike) -> str:
    """A scope without the number that Keras adds to the name of its class where none is given."""
    name, default = '/'.join(scope), snake_case(type(layer).__name__)
    return default if re.fullmatch(re.escape(default) + r'_\d+', name) else name


def _below(scope: str, name: str) -> str:
    return f'{scope}/{name}' if scope and name else scope or name


def _cell_of(wrapper: LayerLike) -> LayerLike:
    return wrapper.cell if isinstance(wrapper, _CellWrapper) else wrapper._cell


def _scope_of(layer: LayerLike) -> tuple[str, ...] | None:
    """The scope of its own, else that in which it was called when its variables were made."""
    if layer._scope is not None:
        return tuple(layer._scope.name.split('/'))
    for key, variable in layer._own_variables.items():
        name = variable.name.partition(':')[0].removesuffix(key).rstrip('/')
        return tuple(name.split('/')) if name else ()
    return None


def _own_name(layer: LayerLike) -> str:
    """The last part of the scope that a layer gets by default."""
    while isinstance(layer, _CellWrapper | CompiledWrapper):
        layer = _cell_of(layer)
    if getattr(layer, '_scope', None) is not None:
        return layer._scope.name.rpartition('/')[2]
    return _mechanism_scope(layer) or layer._base_name


def _mechanism_scope(layer: LayerLike) -> str | None:
    """The scope of a call of a mechanism that is called as those of this package are."""
    mechanism = _BaseAttentionMechanism
    if isinstance(layer, mechanism) and type(layer).__call__ is mechanism.__call__:
        return layer._default_scope
    return None


def _type_name(variable: tf.Variable) -> str:
    dtype = variable.dtype
    return dtype if isinstance(dtype, str) else dtype.base_dtype.name


def _slot_of(name: str, variable: tf.Variable, owner: Any = None) -> Slot:
    shape = tuple(variable.shape.as_list())
    return Slot(name, shape, _type_name(variable), lambda: variable, owner=owner)


def _slot_to_be(
    name: str,
    base: tuple[int, ...],
    slope: tuple[int, ...],
    layer: LayerLike,
    key: str,
    depth: Depth | None,
    dtype: str | None,
) -> Slot:
    owner = layer
    if isinstance(layer, Layer) and '/' in key:  # Which of the layers within is not known yet.
        owner = None

    def find() -> tf.Variable:
        # Names are below the scope that a layer was given; a WeightNormLSTMCell adds one to it.
        names = [own for own in layer._own_variables if f'/{key}'.endswith(f'/{own}')]
        return layer._own_variables[max(names, key=len, default=key)]

    return Slot(name, base, dtype, find, slope, depth, owner)


def _probed(layer: LayerLike) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]] | None:
    """Base and slope of each variable that a layer would make, by their names below its scope."""
    try:
        two, three = (_shapes_at(layer, depth) for depth in (2, 3))
        sizes = [_trial_inputs(layer, depth, tf.float32) for depth in (2, 3)]
    except Exception:  # Whatever a cell of the user does not bear; it then has to be called first.
        return None
    if not two or two.keys() != three.keys():
        return None
    shapes = {}
    for name, small in two.items():
        slope = tuple(b - a for a, b in zip(small, three[name], strict=True))
        shapes[name] = (tuple(a - 2 * s for a, s in zip(small, slope, strict=True)), slope)
    one_size = len({tuple(t.shape for t in tf.nest.flatten(inputs)) for inputs in sizes}) == 1
    return shapes if one_size or any(any(slope) for _, slope in shapes.values()) else None


def _shapes_at(layer: LayerLike, depth: int) -> dict[str, tuple[int, ...]]:
    trial = copy.deepcopy(layer)
    trial._scope = None
    with tf.Graph().as_default():
        trial._set_scope('trial')
        _call_once(trial, depth, layer._dtype or tf.float32)
        return {
            variable.op.name.removeprefix('trial/'): tuple(variable.shape.as_list())
            for variable in tf1.global_variables()
        }


def _call_once(layer: LayerLike, depth: int, dtype: tf.DType) -> None:
    inputs = _trial_inputs(layer, depth, dtype)
    if isinstance(layer, RNNCell):
        layer(inputs, layer.zero_state(1, dtype))
    else:
        layer(inputs)


def _trial_inputs(layer: LayerLike, depth: int, dtype: tf.DType) -> tf.Tensor:
    """Zeros such as a layer takes; one which takes no `[batch, depth]` has a method for them."""
    if hasattr(layer, '_trial_inputs'):
        return layer._trial_inputs(depth, dtype)
    return tf.zeros([1] * ((layer.input_ndim or 2) - 1) + [depth], dtype)


def _fix_scope(layer: LayerLike, scope: str) -> None:
    """Gives a layer that has no scope yet the one that it has in the checkpoint."""
    if layer._scope is not None:
        return
    above, _, own = scope.rpartition('/')
    with tf1.variable_scope(above) if above else contextlib.nullcontext():
        layer._set_scope(own)
    layer._unnumbered_scope = layer.scope_name


def _opener(layer: LayerLike, scope: str) -> Callable[[str, dict[str, VariableInfo]], None]:
    """Fixes the scope of a layer that has no variables but those of the layers within."""
    return lambda prefix, _: _fix_scope(layer, _below(prefix, scope))
