"""Checks for what XLA cannot compile in a step: each raises `Unsupported` with the reason."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import tensorflow as tf

from tf_seq2seq_compat.core import tensorflow_internals as internals
from tf_seq2seq_compat.core.traced_step import Unsupported

tf1 = tf.compat.v1

# Random operations of a given shape. XLA ignores their seeds and is slow at them, and a recomputed
# step must see the same numbers: so they are hoisted out of the loop.
DRAWS = ('RandomUniform', 'RandomStandardNormal', 'TruncatedNormal', 'RandomUniformInt')
# Stateful operations that change nothing, besides those that call functions.
_PURE = {
    *DRAWS,
    'Multinomial',
    'ReadVariableOp',
    'ResourceGather',
    'ResourceGatherNd',
    'StatelessRandomGetAlg',
    'VariableShape',
}
# Operations that depend on the shape of their input only.
_SHAPES = {'Rank', 'Shape', 'ShapeN', 'Size'}
# Arguments of operations that must be compile-time constants.
_CONSTANT = {
    *('delta', 'depth', 'dims', 'k', 'limit', 'multiples', 'num', 'num_cols', 'num_elements'),
    *('num_rows', 'num_segments', 'output_shape', 'paddings', 'shape', 'size', 'start'),
}
_OF_UNKNOWN_SIZE = {'DynamicPartition', 'Unique', 'UniqueV2', 'UniqueWithCounts', 'Where'}

Node: TypeAlias = tf.compat.v1.NodeDef


def check_effects(nodes: Iterable[Node]) -> None:
    """Raises for operations that do more than to compute their outputs."""
    found = sorted({node.op for node in nodes if _has_effects(node)})
    if found:
        named = [name for name in found if name != 'VariableV2'] or found  # see StepGraph.capture
        raise Unsupported(f'the step has side effects ({", ".join(named)})')


def _has_effects(node: Node) -> bool:
    definition = internals.op_definition(node.op)
    calls = any(attr.HasField('func') or attr.list.func for attr in node.attr.values())
    if definition is None or calls or node.op in _PURE:
        return False  # The nodes of a function are checked themselves.
    return definition.is_stateful or any(arg.is_ref for arg in definition.input_arg)


def check_custom_gradients(nodes: Iterable[Node]) -> None:
    """Raises for gradients by Python functions, which read the tensors of the trace only."""
    if any(internals.GRADIENT_OP_TYPE in node.attr for node in nodes):
        raise Unsupported('the step has a custom gradient (tf.custom_gradient)')


def check_kernels(nodes: Iterable[Node], where: str = '') -> None:
    """Raises for operations that XLA lacks."""
    _register_kernels()
    for node in sorted(nodes, key=lambda node: node.op):
        kernels = _xla_kernels(node.op)
        if node.op != 'Placeholder' and not any(_takes(kernel, node) for kernel in kernels):
            types = ' of these types' if kernels else ''
            raise Unsupported(f'XLA has no operation {node.op}{types}{where}')


def _takes(kernel: Any, node: Node) -> bool:
    """Whether a kernel is for the types of a node."""
    return all(
        node.attr[each.name].type in each.allowed_values.list.type
        for each in kernel.constraint
        if node.attr[each.name].HasField('type')
    )


@functools.cache
def _xla_kernels(operation: str) -> tuple[Any, ...]:
    found = internals.kernels(operation)
    return tuple(kernel for kernel in found if kernel.device_type.endswith('_JIT'))


@functools.cache
def _register_kernels() -> None:
    """Compiles something: TensorFlow registers XLA's kernels when it is first used."""
    if _xla_kernels.__wrapped__('MatMul'):
        return
    with tf.Graph().as_default(), tf1.Session() as session:
        session.run(tf.function(tf.identity, jit_compile=True, autograph=False)(tf.constant(0)))


def check_draws(
    by_name: Mapping[str, Node], nested: Iterable[Node], captured: Container[str]
) -> None:
    """Raises for draws that cannot be hoisted out of the loop."""
    drawn = sorted({node.op for node in nested} & {*DRAWS, 'Multinomial'})
    if drawn:
        raise Unsupported(f'the step draws by {drawn[0]} within a conditional')
    for node in by_name.values():
        if node.op in DRAWS and any(_is_computed(i, by_name, captured) for i in node.input):
            raise Unsupported(f'the step computes the shape or the range of a {node.op}')


def check_sizes(by_name: Mapping[str, Node], captured: Container[str]) -> None:
    """Raises for operations whose result has a size that depends on values."""
    for node in by_name.values():
        sized = any(_is_computed(i, by_name, captured) for i in _constant_inputs(node))
        if sized or node.op in _OF_UNKNOWN_SIZE:
            raise Unsupported(f'the step computes the size of the result of a {node.op}')


def _constant_inputs(node: Node) -> Iterator[str]:
    """Inputs that must be compile-time constants."""
    definition, inputs = internals.op_definition(node.op), iter(node.input)
    for arg in definition.input_arg if definition is not None else []:
        several = len(node.attr[arg.type_list_attr].list.type) if arg.type_list_attr else 1
        number = node.attr[arg.number_attr].i if arg.number_attr else several
        here = list(itertools.islice(inputs, number))
        if arg.name in _CONSTANT:
            yield from here
    if node.op == 'StridedSlice' and not node.attr['shrink_axis_mask'].i:
        yield from node.input[1:3]


def _is_computed(name: str, by_name: Mapping[str, Node], captured: Container[str]) -> bool:
    """Whether a tensor depends on values, and not only shapes, that differ from step to step."""
    waiting, seen = [name], set()
    while waiting:
        name = waiting.pop().partition(':')[0]
        if name in seen or name in captured or name.startswith('^'):
            continue
        seen.add(name)
        node = by_name.get(name)
        if node is None or node.op in ('Placeholder', 'Multinomial', *DRAWS):
            return True
        if node.op not in _SHAPES:
            waiting += node.input
    return False


def check_inner_loops(by_name: Mapping[str, Node]) -> None:
    """Raises for a loop without a bound in the step: XLA lacks the lists of its gradient."""
    for node in by_name.values():
        if node.op not in ('While', 'StatelessWhile'):
            continue
        bound = by_name.get(node.input[1].partition(':')[0])
        if bound is None or bound.op != 'Const':  # a number of rows, say, that has yet to be known
            continue
        if tf.make_ndarray(bound.attr['value'].tensor) < 0:
            raise Unsupported('the step has a while_loop without maximum_iterations')
