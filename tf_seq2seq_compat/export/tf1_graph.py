"""Graphs of TensorFlow 1 as functions of TensorFlow 2, to be exported.

Converters know the loops, conditionals and lists of TensorFlow 2; a graph of TensorFlow 1 has its
own kind: `Switch` and `Merge`, frames, `TensorArrayV3`. `Retraced` does what such a graph does once
more, by `tf.while_loop`, `tf.cond` and `tf.TensorArray`, in the function that is being traced.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.beam_search import gather_tree
from tf_seq2seq_compat.core.loop_arrays import buffer, fixed_size, is_list, shortened
from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.export import graph_files, lifting, removed_operations
from tf_seq2seq_compat.export.errors import ExportError
from tf_seq2seq_compat.export.signatures import Signature
from tf_seq2seq_compat.types import ShapeLike

tf1 = tf.compat.v1

Names = Mapping[str, Any]  # tensors of a graph, or their names, by the name in the signature


def from_session(
    session: Any, inputs: Names, outputs: Names, *, shapes: Mapping[str, ShapeLike] | None = None
) -> Signature:
    """What a session computes, with the values that its variables have now, as a function.

    Args:
      session: A `tf.compat.v1.Session`.
      inputs: What is fed, by the names that the arguments are to have: tensors or their names.
      outputs: What is fetched, by the names of the results, likewise.
      shapes: Shapes of arguments, where the placeholder leaves a size open that the format cannot.

    Returns:
      A `Signature`, for `to_tflite` and the others.

    Raises:
      ExportError: If there is no such tensor, or the graph has what functions cannot have.

    Example:
      >>> from tf_seq2seq_compat import export
      >>> with tf.Graph().as_default(), tf.compat.v1.Session() as session:
      ...     x = tf.compat.v1.placeholder(tf.float32, [None], name='x')
      ...     double = export.from_session(session, {'x': x}, {'y': 2 * x})
      >>> double.function(tf.constant([1.0]))['y'].numpy().tolist()
      [2.0]
    """
    graph = session.graph
    fed = {name: _tensor(graph, one) for name, one in inputs.items()}
    fetched = {name: _tensor(graph, one) for name, one in outputs.items()}
    names = sorted({one.op.name for one in fetched.values()})
    definition = graph.as_graph_def()
    try:
        frozen = tf1.graph_util.convert_variables_to_constants(session, definition, names)
    except (ValueError, tf.errors.OpError) as error:
        raise ExportError(f'The variables have no values to export: {error}') from error
    kept = {one.signature.name for one in frozen.library.function}
    frozen.library.function.extend(  # those that stand for operations
        one for one in definition.library.function if one.signature.name not in kept
    )
    return from_graph_def(
        frozen,
        {name: (one.name, (shapes or {}).get(name, one.shape)) for name, one in fed.items()},
        {name: one.name for name, one in fetched.items()},
    )


def from_checkpoint(
    checkpoint: str | os.PathLike[str],
    inputs: Names,
    outputs: Names,
    *,
    meta_graph: str | os.PathLike[str] | None = None,
    shapes: Mapping[str, ShapeLike] | None = None,
) -> Signature:
    """What a saved graph computes with the variables of a checkpoint, as a function.

    Args:
      checkpoint: The prefix that `Saver.save` returned.
      inputs: As for `from_session`: names of tensors, such as `'letters:0'`.
      outputs: Likewise.
      meta_graph: The file of the graph; `<checkpoint>.meta` by default.
      shapes: As for `from_session`.

    Returns:
      A `Signature`.

    Raises:
      ExportError: If a file cannot be read, or as for `from_session`.

    Example:
      >>> from tf_seq2seq_compat import export
      >>> export.from_checkpoint('model.ckpt-1000', {'x': 'x:0'}, {'y': 'y:0'})  # doctest: +SKIP
    """
    path = os.fspath(meta_graph or f'{os.fspath(checkpoint)}.meta')
    message = graph_files.read(path).message
    if not isinstance(message, tf1.MetaGraphDef):
        raise ExportError(f'{path} is not what Saver writes (.meta).')
    message.graph_def.CopyFrom(
        removed_operations.with_missing_operations(message.graph_def, registered=True)
    )
    with tf.Graph().as_default(), tf1.Session() as session:
        try:
            saver = tf1.train.import_meta_graph(message, clear_devices=True)
            saver.restore(session, os.fspath(checkpoint))
        except (ValueError, tf.errors.OpError) as error:
            raise ExportError(
                f'{path} and {os.fspath(checkpoint)} cannot be loaded: {error}'
            ) from error
        return from_session(session, inputs, outputs, shapes=shapes)


def from_graph_def(
    definition: Any, inputs: Mapping[str, tuple[str, ShapeLike]], outputs: Mapping[str, str]
) -> Signature:
    """A frozen graph as a function.

    Args:
      definition: A `GraphDef` without variables.
      inputs: The name of what is fed and its shape, by the name of the argument.
      outputs: The name of what is fetched, by the name of the result.

    Returns:
      A `Signature`.
    """
    graph = tf.Graph()
    with graph.as_default():
        tf.graph_util.import_graph_def(definition, name='')
    fed = {name: _tensor(graph, one) for name, (one, _) in inputs.items()}
    fetched = {name: _tensor(graph, one) for name, one in outputs.items()}
    specs = [
        tf.TensorSpec(shape, one.dtype, name)
        for (name, one), (_, shape) in zip(fed.items(), inputs.values(), strict=True)
    ]
    kinds = {one.type for one in graph.get_operations()}
    if of_tensorflow_2 := sorted(kinds & {'While', 'StatelessWhile', 'If', 'StatelessIf'}):
        raise ExportError(
            f'The graph has {", ".join(of_tensorflow_2)} of TensorFlow 2: build it after '
            'tf.compat.v1.disable_control_flow_v2(), or export a tf.function.'
        )
    retraced = Retraced(graph)

    def named(*values: tf.Tensor) -> dict[str, tf.Tensor]:
        if tf.executing_eagerly():
            return tf.function(named, autograph=False)(*values)
        given = {one.name: value for one, value in zip(fed.values(), values, strict=True)}
        return dict(zip(fetched, retraced.run(given, list(fetched.values())), strict=True))

    return Signature(named, specs)


class _Growing(NamedTuple):
    """The elements of an array that grows, in order: converters have no list that does."""

    elements: tf.Tensor


class _Loop:
    """The operations of a frame: a `while_loop` of TensorFlow 1."""

    def __init__(self) -> None:
        self.constants: list[tf.Operation] = []  # Enter
        self.merges: list[tf.Operation] = []
        self.switches: dict[str, tf.Operation] = {}  # by the name of the Merge
        self.exits: dict[str, tf.Operation] = {}  # likewise
        self.condition: tf.Tensor | None = None

    def entered(self) -> list[tf.Tensor]:
        """What comes from outside: the first values of the state, then constants."""
        first = [_enter(merge).inputs[0] for merge in self.merges]
        return first + [enter.inputs[0] for enter in self.constants]


class Retraced:
    """Does what a graph of TensorFlow 1 does once more, in the default graph.

    Args:
      graph: The graph; its variables are constants.
    """

    def __init__(self, graph: tf.Graph) -> None:
        self._loops: dict[str, _Loop] = collections.defaultdict(_Loop)
        self._loop_of: dict[str, _Loop] = {}
        self._conditionals: dict[str, list[tf.Operation]] = {}  # merges, by the name of each
        self._switches: dict[str, list[tf.Operation]] = collections.defaultdict(list)
        self._predicates: dict[str, tuple[tf.Tensor, int]] = {}
        # Of arrays, by name: what shape elements have, the array and its size, the last element.
        self._shapes: dict[str, tf.TensorShape] = {}
        self._made: dict[str, tuple[tf.TensorArray, tf.Tensor]] = {}
        self._written: dict[str, tf.Tensor] = {}
        self._find_loops(graph)
        self._find_conditionals(graph)

    def run(self, given: Mapping[str, tf.Tensor], wanted: Sequence[tf.Tensor]) -> list[Any]:
        """The tensors of the graph that are wanted, from those that are given by name."""
        # Twice: the first time tells what shapes lists have, which have to be known beforehand.
        self._shapes.clear()
        with tf.Graph().as_default():
            fed = {name: tf1.placeholder(one.dtype, one.shape) for name, one in given.items()}
            self._evaluate(collections.ChainMap(fed), wanted)
        return self._evaluate(collections.ChainMap(dict(given)), wanted)

    # -- structure --------------------------------------------------------------------------------

    def _find_loops(self, graph: tf.Graph) -> None:
        for operation in graph.get_operations():
            if operation.type == 'Enter' and operation.get_attr('is_constant'):
                loop = self._loops[operation.get_attr('frame_name').decode()]
                loop.constants.append(operation)
            elif operation.type == 'Merge' and _is_of_loop(operation):
                loop = self._loops[_enter(operation).get_attr('frame_name').decode()]
                loop.merges.append(operation)
                for user in operation.outputs[0].consumers():
                    if user.type == 'Switch' and user.inputs[1].op.type == 'LoopCond':
                        loop.switches[operation.name] = user
                        loop.condition = user.inputs[1].op.inputs[0]
                        for exit_ in user.outputs[0].consumers():
                            if exit_.type == 'Exit':
                                loop.exits[operation.name] = exit_
                                self._loop_of[exit_.name] = loop

    def _find_conditionals(self, graph: tf.Graph) -> None:
        """Which predicate each `Merge` chooses by: the one that its inputs differ in."""
        ways: dict[str, frozenset[tuple[str, int]]] = {}  # taken to an operation's outputs
        groups: dict[tuple[str, str], list[tf.Operation]] = collections.defaultdict(list)
        for operation in graph.get_operations():
            of_inputs = [ways.get(one.name, frozenset()) for one in operation.inputs]
            own = frozenset().union(*of_inputs)
            for before in operation.control_inputs:
                own |= ways.get(f'^{before.name}', frozenset())
            of_outputs = [own] * len(operation.outputs)
            if operation.type == 'Switch' and operation.inputs[1].op.type != 'LoopCond':
                predicate = _source(operation.inputs[1]).name
                of_outputs = [own | {(predicate, branch)} for branch in (0, 1)]
                self._switches[predicate].append(operation)
            elif operation.type == 'Merge' and _is_of_loop(operation):
                of_outputs = [of_inputs[0]] * 2
            elif operation.type == 'Merge':
                first, second = of_inputs
                of_outputs = [first & second] * 2
                chosen = [(p, branch) for p, branch in first if (p, 1 - branch) in second]
                if len(operation.inputs) != 2 or len(chosen) != 1:
                    raise ExportError(f'{operation.name} belongs to no tf.cond that can be found.')
                predicate, branch = chosen[0]
                self._predicates[operation.name] = graph.get_tensor_by_name(predicate), branch
                group = groups[predicate, operation.name.rpartition('/')[0]]
                group.append(operation)
                self._conditionals[operation.name] = group
            for output, way in zip(operation.outputs, of_outputs, strict=True):
                ways[output.name] = way
            ways[f'^{operation.name}'] = of_outputs[0] if of_outputs else own

    # -- values -----------------------------------------------------------------------------------

    def _evaluate(self, values: Any, wanted: Sequence[tf.Tensor]) -> list[Any]:
        waiting = [one.op for one in wanted if one.name not in values]
        while waiting:
            operation = waiting[-1]
            if all(one.name in values for one in operation.outputs):
                waiting.pop()
                continue
            before = [one.op for one in self._needed(operation) if one.name not in values]
            if before:
                waiting.extend(before)
                continue
            self._do(operation, values)
            waiting.pop()
        return [values[one.name] for one in wanted]

    def _needed(self, operation: tf.Operation) -> Sequence[tf.Tensor]:
        if operation.type == 'Exit':
            return self._loop_of[operation.name].entered()
        if self._is_choice(operation):
            predicate, _ = self._predicates[operation.name]
            scope = operation.name.rpartition('/')[0]
            return [predicate] + [
                switch.inputs[0]
                for switch in self._switches[predicate.name]
                if switch.name.startswith(f'{scope}/')
            ]
        if operation.type == 'Switch':
            return operation.inputs[:1]
        return _of_arrays(operation) or _divided(operation) or operation.inputs

    def _is_choice(self, operation: tf.Operation) -> bool:
        # What a list holds can be stacked also if it is nothing, where its sizes are known; and
        # converters cannot do it in a branch.
        return operation.name in self._conditionals and not _of_arrays(operation)

    def _do(self, operation: tf.Operation, values: Any) -> None:
        used = _of_arrays(operation) or _divided(operation) or operation.inputs
        inputs = [values.get(one.name) for one in used]
        if operation.type == 'Exit':
            self._run_loop(self._loop_of[operation.name], values)
        elif self._is_choice(operation):
            self._choose(operation, values)
        else:
            outputs = self._outputs(operation, inputs)
            values.update(zip((one.name for one in operation.outputs), outputs, strict=True))

    def _outputs(self, operation: tf.Operation, inputs: list[Any]) -> Sequence[Any]:
        kind = operation.type
        if kind == 'TensorArrayV3':
            return [operation.name, self._array(operation, inputs[0])]
        if kind.startswith('TensorArray'):
            if kind not in _ARRAY_OPERATIONS:
                raise ExportError(f'{operation.name}: {kind} has no counterpart to be exported.')
            if kind == 'TensorArrayWriteV3':
                self._learn(inputs[0], inputs[2].shape)
                self._written[inputs[0]] = inputs[2]
            elif kind == 'TensorArrayScatterV3':
                self._learn(inputs[0], inputs[2].shape[1:])
            return [_ARRAY_OPERATIONS[kind](operation, *inputs[1:])]
        if kind in ('Switch', 'Merge'):
            return [inputs[0], inputs[0]]
        if kind in _SAME:
            return inputs
        if _divided(operation):
            quotient = tf.math.floordiv(*(tf.cast(one, tf.int32) for one in inputs))
            return [tf.cast(quotient, operation.outputs[0].dtype)]
        if 'GatherTree' in kind:  # or a function that an upgraded graph has in its place
            return [gather_tree(*inputs)]
        if kind == 'Placeholder':
            raise ExportError(
                f'{operation.name} is fed by the program, but is not among the inputs: give it, or '
                'fetch something that does not need it.'
            )
        if any(isinstance(one, _ARRAYS) for one in inputs):
            raise ExportError(f'{operation.name} does something with an array that only loops do.')
        return lifting.copy_operation(operation, inputs)

    def _array(self, operation: tf.Operation, size: tf.Tensor) -> Any:
        shape = tf.TensorShape(operation.get_attr('element_shape'))
        known = self._shapes.get(operation.name, tf.TensorShape(None))
        dtype, grows = operation.get_attr('dtype'), operation.get_attr('dynamic_size')
        if grows and under_xla():
            raise ExportError(
                f'{operation.name} grows with the steps of its loop, which no array of XLA does. '
                'In this package it does not grow if dynamic_decode is given maximum_iterations, '
                'without an alignment_history.'
            )
        if grows and fixed_size() and known.rank is not None:
            return _Growing(tf.zeros([0, *(size or 0 for size in known.as_list())], dtype))
        array = tf.TensorArray(
            dtype,
            size=size,
            dynamic_size=grows,
            clear_after_read=False,
            element_shape=known if known.is_compatible_with(shape) else shape,
        )
        self._made[operation.name] = array, size
        return array

    def _learn(self, array: Any, shape: tf.TensorShape) -> None:
        known = self._shapes.get(array)
        if known is not None:
            shape = known.most_specific_compatible_shape(shape)
        self._shapes[array] = shape

    def _run_loop(self, loop: _Loop, values: Any) -> None:
        entered = [values[one.name] for one in loop.entered()]
        state, constants = entered[: len(loop.merges)], entered[len(loop.merges) :]
        # A handle of an array is its name here, and never changes.
        places = [i for i, one in enumerate(state) if not isinstance(one, str)]
        steady = {
            one.outputs[0].name: value for one, value in zip(loop.constants, constants, strict=True)
        }

        def inside(flat: Sequence[Any]) -> Any:
            now = list(state)
            for place, value in zip(places, flat, strict=True):
                now[place] = value
            bound = dict(steady)
            for merge, value in zip(loop.merges, now, strict=True):
                bound[merge.outputs[0].name] = value
                if merge.name in loop.switches:
                    bound[loop.switches[merge.name].outputs[1].name] = value
            return collections.ChainMap(bound)

        def step(*flat: Any) -> list[Any]:
            after = [loop.merges[place].inputs[1].op.inputs[0] for place in places]
            return self._evaluate(inside(flat), after)

        begin = [state[place] for place in places]
        if fixed_size() and any(_is_unsized(one) for one in begin):
            begin = self._sized(begin, step)

        def run(open_sizes: bool) -> list[Any]:
            return tf.while_loop(
                lambda *flat: self._evaluate(inside(flat), [loop.condition])[0],
                step,
                begin,
                shape_invariants=[_invariant(one, open_sizes) for one in begin],
            )

        try:
            after = run(False)
        except ValueError:  # A state that changes its shape has had an invariant, which is lost.
            after = run(True)
        found = dict(zip(places, after, strict=True))
        for place, merge in enumerate(loop.merges):
            if merge.name in loop.exits:
                values[loop.exits[merge.name].outputs[0].name] = found.get(place, state[place])

    def _sized(self, begin: list[Any], step: Callable[..., object]) -> list[Any]:
        """The state of a loop with lists of what a step writes: converters ask for its sizes."""
        self._written.clear()
        step(*begin)  # what is not used of it is not in the exported graph
        graph = tf1.get_default_graph()

        def sized(array: Any) -> Any:
            if _is_unsized(array):
                for name, (made, size) in self._made.items():
                    like = self._written.get(name)
                    if made is array and like is not None and like.graph is graph:
                        return buffer(array.dtype, array.element_shape, size, like)
            return array

        return [sized(one) for one in begin]

    def _choose(self, operation: tf.Operation, values: Any) -> None:
        merges = self._conditionals[operation.name]
        predicate, _ = self._predicates[operation.name]

        def branch(taken: int) -> list[Any]:
            inner = values.new_child()
            inner[predicate.name] = values[predicate.name]
            wanted = []
            for merge in merges:
                of_first = self._predicates[merge.name][1]
                wanted.append(merge.inputs[0 if of_first == taken else 1])
            return [
                one if isinstance(one, _ARRAYS) else tf.identity(one)
                for one in self._evaluate(inner, wanted)
            ]

        results = tf.cond(values[predicate.name], lambda: branch(1), lambda: branch(0))
        for merge, result in zip(merges, results, strict=True):
            values[merge.outputs[0].name] = result
            values[merge.outputs[1].name] = tf.cast(values[predicate.name], tf.int32)


_ARRAYS = (tf.TensorArray, _Growing)


def _write(_: tf.Operation, index: tf.Tensor, value: tf.Tensor, array: Any) -> Any:
    if isinstance(array, _Growing):
        # The first element tells the sizes.
        before = tf.reshape(array.elements[:index], tf.concat([[index], tf.shape(value)], 0))
        return _Growing(tf.concat([before, value[None]], 0))
    return array.write(index, value)


def _read(_: tf.Operation, index: tf.Tensor, array: Any) -> tf.Tensor:
    return array.elements[index] if isinstance(array, _Growing) else array.read(index)


def _size(_: tf.Operation, array: Any) -> tf.Tensor:
    return tf.shape(array.elements)[0] if isinstance(array, _Growing) else array.size()


def _gather(operation: tf.Operation, indices: tf.Tensor, array: Any) -> tf.Tensor:
    """The elements: of a list all, or the first ones, are stacked, which converters know."""
    if isinstance(array, _Growing):
        return tf.gather(array.elements, indices)
    if under_xla():
        if not indices.shape.is_fully_defined():
            raise ExportError(
                f'{operation.name} gives as many elements as steps are taken; XLA needs a size '
                'that is known: export a tf.function, whose loops have one.'
            )
        return tf.gather(array.stack(), indices)
    source = operation.inputs[1].op
    counted = source.type == 'Range' and tf.get_static_value(source.inputs[0]) == 0
    if not counted or not is_list(array):
        return array.gather(indices)
    if source.inputs[1].op.type == 'TensorArraySizeV3':
        return array.stack()
    return shortened(array, tf.shape(indices)[0]).stack()


def _scatter(operation: tf.Operation, indices: tf.Tensor, value: tf.Tensor, array: Any) -> Any:
    if isinstance(array, _Growing):
        return _Growing(value)
    is_all = operation.inputs[1].op.type == 'Range'
    return array.unstack(value) if is_all else array.scatter(indices, value)


_SAME = ('Identity', 'Enter', 'StopGradient', 'PreventGradient', 'PlaceholderWithDefault')
# From the operation and its inputs behind the handle.
_ARRAY_OPERATIONS: dict[str, Callable[..., Any]] = {
    'TensorArrayWriteV3': _write,
    'TensorArrayReadV3': _read,
    'TensorArrayGatherV3': _gather,
    'TensorArrayScatterV3': _scatter,
    'TensorArraySizeV3': _size,
}


def _is_unsized(value: Any) -> bool:
    is_array = isinstance(value, tf.TensorArray) and is_list(value)
    return is_array and not value.element_shape.is_fully_defined()


def _invariant(value: Any, open_sizes: bool) -> Any:
    if isinstance(value, _Growing):
        sizes = [size or None for size in value.elements.shape.as_list()]
        return _Growing(tf.TensorShape(sizes))
    if isinstance(value, tf.TensorArray):
        return tf.TensorShape(None)
    return tf.TensorShape([None] * value.shape.rank) if open_sizes else value.shape


def _is_of_loop(merge: tf.Operation) -> bool:
    return any(one.op.type == 'NextIteration' for one in merge.inputs)


def _enter(merge: tf.Operation) -> tf.Operation:
    return merge.inputs[0].op


def _of_arrays(merge: tf.Operation) -> list[tf.Tensor]:
    """What a `Merge` chooses that is read from an array, for converters."""
    if merge.type != 'Merge' or not fixed_size() or under_xla():
        return []
    return [one for one in merge.inputs if one.op.type == 'TensorArrayGatherV3'][:1]


def _divided(cast: tf.Operation) -> list[tf.Tensor]:
    """Integers whose quotient is rounded down; TF1's beam search does it in float64."""
    quotient = cast.inputs[0].op if cast.type == 'Cast' else cast
    if quotient.type != 'RealDiv' or not fixed_size() or not cast.outputs[0].dtype.is_integer:
        return []
    parts = [one.op.inputs[0] if one.op.type == 'Cast' else one for one in quotient.inputs]
    is_double = quotient.inputs[0].dtype == tf.float64
    return parts if is_double and all(one.dtype.is_integer for one in parts) else []


def _source(tensor: tf.Tensor) -> tf.Tensor:
    while tensor.op.type == 'Identity':
        tensor = tensor.op.inputs[0]
    return tensor


def _tensor(graph: tf.Graph, one: Any) -> tf.Tensor:
    name = one if isinstance(one, str) else one.name
    try:
        return graph.get_tensor_by_name(name if ':' in name else f'{name}:0')
    except (KeyError, ValueError) as error:
        raise ExportError(f'The graph has no tensor {name!r}: {error}') from error
