"""One step of a loop, traced once into a graph of its own, and copied to where it runs.

TensorFlow traces the body of a loop once; so must we, since a step that makes variables names them
anew each time it is called. A loop with a gradient of its own needs the step in two places, and in
a form that XLA takes: `StepGraph` keeps the trace, and `StepGraph.copy` puts it into the graph of a
loop's body, each time with other tensors for what it reads.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core import tensorflow_internals as internals
from tf_seq2seq_compat.core.matmul import (
    Product,
    can_be_residual,
    make_residual,
    operand_index,
    product_of,
    transposed_factor,
)
from tf_seq2seq_compat.types import IntLike, ShapeLike

tf1 = tf.compat.v1

# What draws numbers of a given shape. XLA ignores their seeds and is slow at drawing, and a
# gradient that recomputes the step must see the same numbers: so they are drawn before the loop.
_DRAWS = ('RandomUniform', 'RandomStandardNormal', 'TruncatedNormal', 'RandomUniformInt')
# Stateful operations that change nothing, besides those that call functions.
_PURE = {
    *_DRAWS,
    'Multinomial',
    'ReadVariableOp',
    'ResourceGather',
    'ResourceGatherNd',
    'StatelessRandomGetAlg',
    'VariableShape',
}
# What depends on the shape of its input only.
_SHAPES = {'Rank', 'Shape', 'ShapeN', 'Size'}
# Arguments of operations that XLA must know when it compiles.
_CONSTANT = {
    *('delta', 'depth', 'dims', 'k', 'limit', 'multiples', 'num', 'num_cols', 'num_elements'),
    *('num_rows', 'num_segments', 'output_shape', 'paddings', 'shape', 'size', 'start'),
}
_SOME_SIZE = 7  # for sizes that are not known
_OF_UNKNOWN_SIZE = {'DynamicPartition', 'Unique', 'UniqueV2', 'UniqueWithCounts', 'Where'}


class Unsupported(Exception):  # noqa: N818 - says why a loop runs as it is, which is no error
    """A loop cannot be compiled, for the reason that is the message."""


class InputSlice(NamedTuple):
    """A step's element of inputs: `sequence[time + ahead]`, which the placeholder stands for."""

    sequence: tf.Tensor
    ahead: int
    placeholder: tf.Tensor


class _SharedFactor(NamedTuple):
    """A factor, as its index among the captured tensors, and all products that it enters.

    Nothing else reads it; `operand_indices` says which input of each product it is.
    """

    factor: int
    operations: list[tf.Operation]
    operand_indices: list[int]


class StepGraph(internals.FuncGraph):
    """The trace of `step(time, state) -> [*emitted, *state, whether to go on]`, all tensors.

    Args:
      state: Flat list of tensors, the initial state.

    Attributes:
      results: What the step returned, after `trace`.
      input_slices: The elements of inputs that it reads by `read`.
      is_state_read: After `define`, of each tensor of the state, whether the results depend on it.
      captured_tensors: After `define`, what it reads besides its arguments: weights, a memory.
      products: After `define`, what the step multiplies by, and does nothing else with.
    """

    def __init__(self, state: Sequence[tf.Tensor]) -> None:
        super().__init__('step')
        self.initial_state = list(state)
        self.captured_tensors: list[tf.Tensor] = []
        self.input_slices: list[InputSlice] = []
        self.results: list[tf.Tensor] = []
        self.is_state_read: list[bool] = []
        self.products: list[_SharedFactor] = []
        self._captured_placeholders: list[tf.Tensor] = []
        self._drawn: list[str] = []
        self._scopes = internals.VariableScopes.now()
        with self.as_default():
            self.time = tf1.placeholder(tf.int32, [], 'time')
            self.state = [self.placeholder_like(s) for s in state]

    def placeholder_like(self, tensor: tf.Tensor) -> tf.Tensor:
        """A placeholder of this graph."""
        with self.as_default():
            return tf1.placeholder(tensor.dtype.base_dtype, tensor.shape, 'argument')

    def capture(
        self, tensor: tf.Tensor, name: str | None = None, shape: ShapeLike | None = None
    ) -> tf.Tensor:
        """A tensor of this graph for one of a graph around it."""
        if not getattr(tensor.dtype, '_is_ref_dtype', False):
            return super().capture(tensor, name, shape)
        # A variable to assign to, which no placeholder can be: `define` refuses what assigns.
        return tf.raw_ops.VariableV2(shape=tensor.shape, dtype=tensor.dtype.base_dtype)

    def trace(self, step: Callable[[tf.Tensor, list[tf.Tensor]], Sequence[tf.Tensor]]) -> None:
        """Calls `step(time, state)`, here, and keeps its results."""
        with self.as_default():
            self.results = [tf.identity(r) for r in step(self.time, self.state)]

    def export_collections(self, collection: str | None = None) -> None:
        """Gives what the step added to collections (or one) to the graph around, but its tensors.

        TensorFlow does so for the collections of variables only.
        """
        for key in self.get_all_collection_keys() if collection is None else [collection]:
            known = {id(value) for value in self.outer_graph.get_collection(key)}
            for value in self.get_collection(key):
                of_step = isinstance(value, tf.Tensor | tf.Operation) and (
                    value.graph is not self.outer_graph
                )
                if id(value) not in known and not of_step:
                    self.outer_graph.add_to_collection(key, value)

    @contextlib.contextmanager
    def retrace(self) -> Iterator[None]:
        """Lets the step, traced but not to be copied, find its variables when called again."""
        if tf1.executing_eagerly_outside_functions():  # Its variables are on the layers.
            yield
            return
        # These losses come with new variables, and there are none this time.
        self.export_collections(tf1.GraphKeys.REGULARIZATION_LOSSES)
        with self._scopes.restored():
            yield

    def define(self, sizes_are_known: bool = False) -> None:
        """Makes the definition to copy, of that which the results depend on, in XLA's terms.

        Args:
          sizes_are_known: Whether no size may depend on values that the step computes.

        Raises:
          Unsupported: If XLA would compile something else, or is known to compile nothing.
        """
        definition = self.as_graph_def()
        by_name = {node.name: node for node in definition.node}
        live = _ancestors(by_name, [r.op.name for r in self.results])
        nested = [node for f in definition.library.function for node in f.node_def]
        # A TF1 graph runs only what a result depends on; a function, all that is stateful.
        runs = by_name.keys() if tf1.executing_eagerly_outside_functions() else live
        _check_effects([*(by_name[name] for name in runs), *nested])
        for name in live:
            # The copies keep what the trace knows of shapes.
            outputs = self.get_operation_by_name(name).outputs
            by_name[name].attr[internals.OUTPUT_SHAPES].list.shape.extend(
                [output.shape.as_proto() for output in outputs]
            )
        self.is_state_read = [p.op.name in live for p in self.state]
        self.input_slices = [r for r in self.input_slices if r.placeholder.op.name in live]
        for captured, inside in self.captures:
            if inside.op.name not in live:
                continue
            values, users = [inside], [op for op in inside.consumers() if op.name in live]
            if captured.dtype == tf.resource and all(_reads(op) for op in users):
                captured = _value_of_variable(captured, users, by_name)
                values = [op.outputs[0] for op in users if op.type == 'ReadVariableOp']
                users = [op for op in users if op.type != 'ReadVariableOp']
                users += [op for value in values for op in value.consumers() if op.name in live]
            elif tf.is_tensor(captured) and not hasattr(captured, 'graph'):
                captured = tf.identity(captured)  # An eager tensor, as one of the graph around.
            types = {op.get_attr('DstT') for op in users if op.type == 'Cast'}
            if len(types) == 1 and all(op.type == 'Cast' for op in users):
                # What is cast at every step is cast once, before the loop.
                captured = tf.cast(captured, *types)
                for operation in [*users, *(v.op for v in values if v is not inside)]:
                    _make_identity(by_name[operation.name], captured.dtype)
                values = [op.outputs[0] for op in users]
                users = [op for value in values for op in value.consumers() if op.name in live]
            operand_indices = [operand_index(values, op) for op in users]
            known = [place for place in operand_indices if place is not None]
            if users and len(known) == len(operand_indices):
                self.products.append(_SharedFactor(len(self._captured_placeholders), users, known))
            self._captured_placeholders.append(inside)
            self.captured_tensors.append(captured)
        nodes = [by_name[name] for name in live]
        for node in [*nodes, *nested]:
            node.attr.pop(internals.LOWER_USING_SWITCH_MERGE, None)
            # What it was to be placed beside is not there where the step is copied to.
            node.attr.pop(internals.COLOCATION, None)
        # Placeholders of arguments are replaced wherever they are read, and not copied themselves.
        leave_out = {node.name for node in definition.node if node.op == 'Placeholder'}
        self._definition = _without_nodes(definition, leave_out | (by_name.keys() - live))
        self._check_types()
        _check_operations([*nodes, *nested])
        live_nodes = {node.name: node for node in nodes}
        captured = {inside.op.name for inside in self._captured_placeholders}
        _check_draws(live_nodes, nested, captured)
        if sizes_are_known:
            self._check_state_sizes()
            _check_sizes(live_nodes, captured)
            _check_inner_loops(live_nodes)
            for function in definition.library.function:
                inner_nodes = {node.name: node for node in function.node_def}
                _check_sizes(inner_nodes, set())
                _check_inner_loops(inner_nodes)

    def _check_types(self) -> None:
        input_slices = [input_slice.placeholder for input_slice in self.input_slices]
        for tensor in [*self.state, *self.results, *input_slices, *self.captured_tensors]:
            if tensor.dtype.base_dtype in (tf.resource, tf.string, tf.variant):
                raise Unsupported(f'the step uses a tensor of type {tensor.dtype.name}')

    def _check_state_sizes(self) -> None:
        """Raises if a step changes a size of the state, all unknown sizes being the same number."""
        if all(p.shape.is_fully_defined() for p in self.state):
            return

        def arguments(tensors: Iterable[tf.Tensor]) -> list[tf.Tensor]:
            shapes = [None if t.shape.rank is None else t.shape.as_list() for t in tensors]
            known = [s and [_SOME_SIZE if d is None else d for d in s] for s in shapes]
            return [tf1.placeholder(t.dtype, s) for t, s in zip(tensors, known, strict=True)]

        with tf.Graph().as_default():
            before = arguments(self.state)
            input_slices = arguments([input_slice.placeholder for input_slice in self.input_slices])
            try:
                results, _ = self.copy(
                    tf.constant(0), before, input_slices, arguments(self.captured_tensors)
                )
            except ValueError:  # Sizes that do not fit together tell nothing.
                return
        for old, new in zip(before, results[-1 - len(before) : -1], strict=True):
            if not new.shape.is_compatible_with(old.shape):
                raise Unsupported('a step changes the size of its state')

    def read(self, sequence: tf.Tensor, time: IntLike, ahead: int) -> tf.Tensor:
        """`sequence[time + ahead]`; where `time` is the step's, the gradient is an element too."""
        if time is not self.time:
            return tf.gather(sequence, time + ahead)
        for known in self.input_slices:
            if known.sequence is sequence and known.ahead == ahead:
                return known.placeholder
        return self.add_input_slice(sequence, ahead)

    def add_input_slice(self, sequence: tf.Tensor, ahead: int) -> tf.Tensor:
        """A slice of a sequence that nothing else reads."""
        with self.as_default():
            placeholder = tf1.placeholder(sequence.dtype, sequence.shape[1:], 'input_slice')
        self.input_slices.append(InputSlice(sequence, ahead, placeholder))
        return placeholder

    def draw(
        self, steps: tf.Tensor, state: Sequence[tf.Tensor], input_slices: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """Draws the results of the random operations of all steps; `copy` takes those of its step.

        They are drawn here, in the default graph, by the same operations with the same seeds.

        Args:
          steps: How many steps.
          state: The initial state.
          input_slices: What the first step reads.

        Returns:
          `[steps, ...]` for each operation, or for one that draws from probabilities a key `[2]`.
        """
        nodes = [n for n in self._definition.node if n.op in (*_DRAWS, 'Multinomial')]
        hoisted = [n for n in nodes if n.op in _DRAWS]
        inputs = self._inputs(tf.constant(0), state, input_slices, self.captured_tensors)
        names = [_output_name(name) for n in hoisted for name in n.input]
        found = iter(self._copied(inputs, names) if names else [])
        draws = []
        for node in nodes:
            seeds = {name: node.attr[name].i for name in ('seed', 'seed2')}
            if node.op == 'Multinomial':
                limits = {'minval': 0, 'maxval': 2**31 - 1}
                draws.append(tf.raw_ops.RandomUniformInt(shape=[2], **limits, **seeds))
                key = f'key_{len(draws)}'
                _draw_from_key(node, key)
                self._drawn.append(f'{key}:0')
                continue
            result = self.get_tensor_by_name(f'{node.name}:0')
            shape = tf.cast(next(found), tf.int32)
            draw = getattr(tf.raw_ops, node.op)
            limits = {'dtype': result.dtype}
            if node.op == 'RandomUniformInt':
                limits = {'minval': next(found), 'maxval': next(found)}
            drawn = draw(shape=tf.concat([[steps], shape], 0), **limits, **seeds)
            drawn.set_shape(tf.TensorShape([None]).concatenate(result.shape))
            draws.append(drawn)
            self._drawn.append(result.name)
        self._definition = _without_nodes(self._definition, {node.name for node in hoisted})
        return draws

    def _inputs(
        self,
        time: tf.Tensor,
        state: Sequence[tf.Tensor],
        input_slices: Sequence[tf.Tensor],
        captured: Sequence[tf.Tensor],
    ) -> dict[str, tf.Tensor]:
        inputs = {self.time.name: time}
        inputs |= {p.name: s for p, s in zip(self.state, state, strict=True)}
        inputs |= {
            r.placeholder.name: x for r, x in zip(self.input_slices, input_slices, strict=True)
        }
        inputs |= {i.name: x for i, x in zip(self._captured_placeholders, captured, strict=True)}
        # As tensors of this graph, which alone a copy can read.
        return {name: tf.identity(x) for name, x in inputs.items()}

    def _copied(
        self,
        inputs: dict[str, tf.Tensor],
        names: Sequence[str],
        definition: tf.compat.v1.GraphDef | None = None,
    ) -> list[tf.Tensor]:
        """The operations and tensors of these names, of a copy that reads these inputs."""
        definition = definition or self._definition
        read = {_output_name(name) for node in definition.node for name in node.input}
        internals.copy_functions(self, tf1.get_default_graph())
        return list(
            tf.graph_util.import_graph_def(
                definition,
                input_map={name: x for name, x in inputs.items() if name in read},
                return_elements=names,
                name='step',
            )
        )

    def copy(
        self,
        time: tf.Tensor,
        state: Sequence[tf.Tensor],
        input_slices: Sequence[tf.Tensor],
        captured: Sequence[tf.Tensor],
        draws: Sequence[tf.Tensor] = (),
        residuals: Sequence[tf.Tensor] | None = None,
        factors: Sequence[tf.Tensor] = (),
    ) -> tuple[list[tf.Tensor], list[Product]]:
        """The results of the step, computed in the default graph from these tensors.

        Args:
          time: The number of the step.
          state: As the step takes it.
          input_slices: What stands for `input_slices`.
          captured: What stands for `captured_tensors`.
          draws: What `draw` gave, for this step.
          residuals: The `residuals` of the products of this step when it was first computed,
            so that they need not be computed.
          factors: With `residuals`, what `factors` gave.

        Returns:
          The results, and `products`.
        """
        inputs = self._inputs(time, state, input_slices, captured)
        inputs |= dict(zip(self._drawn, draws, strict=True))
        definition = None
        if residuals is not None:
            definition = self._with_products_given()
            inputs |= {f'{_residual_name(n)}:0': x for n, x in enumerate(residuals)}
            inputs |= {f'{_factor_name(n)}:0': x for n, x in enumerate(factors)}
        names = [r.name for r in self.results]
        names += [op.name for op, _ in self._each_product()]
        copied = self._copied(inputs, names, definition)
        results, operations = copied[: len(self.results)], copied[len(self.results) :]
        operand_indices = [place for _, place in self._each_product()]
        return results, [
            product_of(*each) for each in zip(operations, operand_indices, strict=True)
        ]

    def residuals(self, products: Sequence[Product]) -> list[tf.Tensor]:
        """Of the products of a step, the results to keep for recomputing it."""
        return [
            product.result
            for product, (operation, _) in zip(products, self._each_product(), strict=True)
            if can_be_residual(operation)
        ]

    def factors(self, captured: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The factors of the products in `residuals`, the same for all steps.

        Args:
          captured: What stands for `captured_tensors`.
        """
        return [
            transposed_factor(operation, place, captured[each.factor])
            for each in self.products
            for operation, place in zip(each.operations, each.operand_indices, strict=True)
            if can_be_residual(operation)
        ]

    def _each_product(self) -> list[tuple[tf.Operation, int]]:
        return [
            pair
            for each in self.products
            for pair in zip(each.operations, each.operand_indices, strict=True)
        ]

    def _with_products_given(self) -> tf.compat.v1.GraphDef:
        """The definition, in which what `residuals` names is an input."""
        definition = tf1.GraphDef()
        definition.CopyFrom(self._definition)
        by_name = {node.name: node for node in definition.node}
        kept = [each for each in self._each_product() if can_be_residual(each[0])]
        for n, (operation, place) in enumerate(kept):
            make_residual(
                by_name[operation.name], operation, place, _residual_name(n), _factor_name(n)
            )
        return definition


def _residual_name(number: int) -> str:
    """Name of the placeholder of a residual product."""
    return f'residual_{number}'


def _factor_name(number: int) -> str:
    """Name of the placeholder of its factor."""
    return f'factor_{number}'


def traced_step() -> StepGraph | None:
    """The `StepGraph` that is being traced, None if there is none."""
    if tf.executing_eagerly():
        return None
    graph = tf1.get_default_graph()
    while graph is not None and not isinstance(graph, StepGraph):
        graph = getattr(graph, 'outer_graph', None)
    return graph


def _reads(operation: tf.Operation) -> bool:
    """Whether it reads a variable given by its handle, all of it or rows."""
    if operation.type == 'ResourceGather':
        return operation.get_attr('batch_dims') == 0
    return operation.type == 'ReadVariableOp'


def _value_of_variable(
    handle: tf.Tensor, readers: Sequence[tf.Operation], by_name: dict[str, tf.compat.v1.NodeDef]
) -> tf.Tensor:
    """The value, read here; in the definition of the step it takes the place of the handle.

    Args:
      handle: Handle of the variable.
      readers: All operations of the step that use it; each `_reads`.
      by_name: The nodes of the step's definition; changed.
    """
    dtype = readers[0].get_attr('dtype')
    for operation in readers:
        node = by_name[operation.name]
        del node.attr['dtype']
        if operation.type == 'ReadVariableOp':
            _make_identity(node, dtype)
        else:
            node.op = 'Gather'
            node.attr['Tparams'].type = dtype.as_datatype_enum
            node.attr.pop('batch_dims', None)
    return tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype)


def _make_identity(node: tf.compat.v1.NodeDef, dtype: tf.DType) -> None:
    node.op = 'Identity'
    node.attr.clear()
    node.attr['T'].type = dtype.as_datatype_enum


def _ancestors(by_name: dict[str, tf.compat.v1.NodeDef], names: Sequence[str]) -> set[str]:
    """The nodes of these names, and all that they depend on."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [i.lstrip('^').partition(':')[0] for i in by_name[name].input]
    return found


def _output_name(name: str) -> str:
    """Name of the tensor that a node names as its input."""
    return name if ':' in name or name.startswith('^') else f'{name}:0'


def _without_nodes(
    definition: tf.compat.v1.GraphDef, names: Container[str]
) -> tf.compat.v1.GraphDef:
    """The definition without these nodes, for which no other waits then."""
    kept = tf1.GraphDef()
    kept.library.CopyFrom(definition.library)
    kept.versions.CopyFrom(definition.versions)
    kept.node.extend(node for node in definition.node if node.name not in names)
    for node in kept.node:
        inputs = [i for i in node.input if not (i.startswith('^') and i[1:] in names)]
        del node.input[:]
        node.input.extend(inputs)
    return kept


def _draw_from_key(node: tf.compat.v1.NodeDef, key: str) -> None:
    """Makes a Multinomial a function of a key."""
    for name in ('seed', 'seed2'):
        node.attr.pop(name, None)
    node.input.append(key)
    node.op = 'StatelessMultinomial'
    node.attr['Tseed'].type = tf.int32.as_datatype_enum


def _check_effects(nodes: Iterable[tf.compat.v1.NodeDef]) -> None:
    """Raises for operations that do more than to compute their outputs."""
    found = sorted({node.op for node in nodes if _has_effects(node)})
    if found:
        named = [name for name in found if name != 'VariableV2'] or found  # see `capture`
        raise Unsupported(f'the step has side effects ({", ".join(named)})')


def _has_effects(node: tf.compat.v1.NodeDef) -> bool:
    definition = internals.op_definition(node.op)
    calls = any(attr.HasField('func') or attr.list.func for attr in node.attr.values())
    if definition is None or calls or node.op in _PURE:
        return False  # What a function does is looked at in the function.
    return definition.is_stateful or any(arg.is_ref for arg in definition.input_arg)


def _check_operations(nodes: Sequence[tf.compat.v1.NodeDef]) -> None:
    """Raises for operations that XLA lacks."""
    _make_compiler_known()
    for node in sorted(nodes, key=lambda node: node.op):
        compiled = _compiled_types(node.op)
        if node.op != 'Placeholder' and not any(_takes(kernel, node) for kernel in compiled):
            types = ' of these types' if compiled else ''
            raise Unsupported(f'XLA has no operation {node.op}{types}')
    if any(internals.GRADIENT_OP_TYPE in node.attr for node in nodes):
        raise Unsupported('the step has a gradient of its own (tf.custom_gradient)')


def _check_draws(
    by_name: dict[str, tf.compat.v1.NodeDef],
    nested: Sequence[tf.compat.v1.NodeDef],
    captured: Container[str],
) -> None:
    """Raises for draws that cannot be taken before the loop."""
    drawn = sorted({node.op for node in nested} & {*_DRAWS, 'Multinomial'})
    if drawn:
        raise Unsupported(f'the step draws by {drawn[0]} within a conditional')
    for node in by_name.values():
        if node.op in _DRAWS and any(_is_computed(i, by_name, captured) for i in node.input):
            raise Unsupported(f'the step computes the shape or the range of a {node.op}')


def _check_sizes(by_name: dict[str, tf.compat.v1.NodeDef], captured: Container[str]) -> None:
    """Raises for operations whose result has a size that depends on values."""
    for node in by_name.values():
        sized = any(_is_computed(i, by_name, captured) for i in _constant_inputs(node))
        if sized or node.op in _OF_UNKNOWN_SIZE:
            raise Unsupported(f'the step computes the size of the result of a {node.op}')


def _check_inner_loops(by_name: dict[str, tf.compat.v1.NodeDef]) -> None:
    """Raises for a loop in the step that has no bound: XLA lacks the lists of its gradient."""
    for node in by_name.values():
        if node.op not in ('While', 'StatelessWhile'):
            continue
        bound = by_name.get(node.input[1].partition(':')[0])
        if bound is None or bound.op != 'Const':  # a number of rows, say, that has yet to be known
            continue
        if tf.make_ndarray(bound.attr['value'].tensor) < 0:
            raise Unsupported('the step has a while_loop without maximum_iterations')


def _constant_inputs(node: tf.compat.v1.NodeDef) -> Iterator[str]:
    """Inputs that XLA must know when it compiles."""
    definition, inputs = internals.op_definition(node.op), iter(node.input)
    for arg in definition.input_arg if definition is not None else []:
        several = len(node.attr[arg.type_list_attr].list.type) if arg.type_list_attr else 1
        number = node.attr[arg.number_attr].i if arg.number_attr else several
        here = list(itertools.islice(inputs, number))
        if arg.name in _CONSTANT:
            yield from here
    if node.op == 'StridedSlice' and not node.attr['shrink_axis_mask'].i:
        yield from node.input[1:3]


def _is_computed(
    name: str, by_name: dict[str, tf.compat.v1.NodeDef], captured: Container[str]
) -> bool:
    """Whether a tensor depends on values, and not only shapes, that differ from step to step."""
    waiting, seen = [name], set()
    while waiting:
        name = waiting.pop().partition(':')[0]
        if name in seen or name in captured or name.startswith('^'):
            continue
        seen.add(name)
        node = by_name.get(name)
        if node is None or node.op in ('Placeholder', 'Multinomial', *_DRAWS):
            return True
        if node.op not in _SHAPES:
            waiting += node.input
    return False


def _takes(kernel: Any, node: tf.compat.v1.NodeDef) -> bool:
    """Whether a kernel is for the types of a node."""
    return all(
        node.attr[each.name].type in each.allowed_values.list.type
        for each in kernel.constraint
        if node.attr[each.name].HasField('type')
    )


@functools.cache
def _compiled_types(operation: str) -> tuple[Any, ...]:
    """The kernels that XLA has for an operation, once it is known."""
    found = internals.kernels(operation)
    return tuple(kernel for kernel in found if kernel.device_type.endswith('_JIT'))


@functools.cache
def _make_compiler_known() -> None:
    """TensorFlow registers the compiler's operations when it is first used."""
    if _compiled_types.__wrapped__('MatMul'):
        return
    with tf.Graph().as_default(), tf1.Session() as session:
        session.run(tf.function(tf.identity, jit_compile=True, autograph=False)(tf.constant(0)))
