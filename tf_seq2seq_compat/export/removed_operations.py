"""Operations of old graphs that TensorFlow no longer has, given as functions of the graph.

A node whose operation is not registered is a call if the graph's library has a function of that
name. So a graph of TF 1.15 with a beam search loads in plain TensorFlow once its `GatherTree` nodes
name a function of its library that does the same.

The function's name has a hash of what it does. A process where the operation is registered (TF
1.15, or TensorFlow Addons is imported) refuses a function of the operation's own name, and two
graphs that were completed by different versions may be loaded into one.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeAlias

import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from tf_seq2seq_compat.export.replacements import REPLACEMENTS, NodeDef

GraphDef: TypeAlias = tf.compat.v1.GraphDef


def with_missing_operations(
    graph_def: GraphDef, *, registered: bool = False, keep: Collection[str] = ()
) -> GraphDef:
    """A graph in which operations that TensorFlow lacks are functions of the graph's library.

    Args:
      graph_def: A `GraphDef`, which is left as it is.
      registered: Whether those that a library has registered in this process are replaced too.
      keep: Operations that stay as they are.

    Returns:
      The same graph, or a copy with other operations at its nodes and more functions in its
      library.

    Example:
      >>> from tf_seq2seq_compat.export.removed_operations import with_missing_operations
      >>> graph_def = tf.compat.v1.GraphDef()
      >>> graph_def.node.add(name='beams', op='GatherTree').op
      'GatherTree'
      >>> complete = with_missing_operations(graph_def)
      >>> complete.node[0].op in [f.signature.name for f in complete.library.function]
      True
    """

    def replaceable(graph: GraphDef) -> list[NodeDef]:
        defined = {function.signature.name for function in graph.library.function}
        return [
            node
            for _, node in nodes(graph)
            if node.op in REPLACEMENTS
            and node.op not in defined
            and node.op not in keep
            and (registered or not _is_registered(node.op))
        ]

    if not replaceable(graph_def):
        return graph_def
    complete = GraphDef()
    complete.CopyFrom(graph_def)
    functions = {function.signature.name: function for function in complete.library.function}
    for node in replaceable(complete):
        made = _functions(_essence(node))
        for name in [name for name in node.attr if not name.startswith('_')]:
            del node.attr[name]
        node.op = made[0].signature.name
        for function in made:
            if function.signature.name not in functions:
                functions[function.signature.name] = function
                complete.library.function.append(function)
    return complete


def leave_out_additions(graph_def: GraphDef) -> None:
    """Changes a graph to what TensorFlow 1.15 reads: without attributes that have their default.

    Args:
      graph_def: A `GraphDef`.
    """
    for _, node in nodes(graph_def):
        attributes = node.attr
        if (
            node.op == 'BatchMatMulV3'
            and len({attributes[n].type for n in ('Ta', 'Tb', 'Tout')}) == 1
        ):
            node.op = 'BatchMatMulV2'
            attributes['T'].CopyFrom(attributes['Ta'])
            for name in ('Ta', 'Tb', 'Tout', 'grad_x', 'grad_y'):
                attributes.pop(name, None)
        definition = op_def_registry.get(node.op)
        for one in definition.attr if definition else ():
            if one.HasField('default_value') and attributes.get(one.name) == one.default_value:
                del attributes[one.name]


def unknown_operations(graph_def: GraphDef) -> dict[str, list[str]]:
    """The nodes whose operations are neither registered nor functions of the graph, by operation.

    Args:
      graph_def: A `GraphDef`.

    Returns:
      Names of nodes by operation; `function/node` of those within functions.
    """
    defined = {function.signature.name for function in graph_def.library.function}
    found: dict[str, list[str]] = {}
    for place, node in nodes(graph_def):
        if node.op not in defined and not _is_registered(node.op):
            found.setdefault(node.op, []).append(f'{place}{node.name}')
    return found


def advice(unknown: dict[str, list[str]]) -> str:
    """What can be done about operations that nothing here has.

    Args:
      unknown: What `unknown_operations` found.

    Returns:
      A sentence or two for each operation.
    """
    return '\n'.join(
        f'{operation} ({some(names)}): neither TensorFlow {tf.__version__} nor this package has '
        'this operation. If a library brings it, load that first (tf.load_op_library, or import '
        'its package). If only the training or the input of the model needs it, write the graph '
        'again without these nodes, in the TensorFlow that made it: '
        'tf.graph_util.extract_sub_graph, or a SavedModel of an inference graph.'
        for operation, names in unknown.items()
    )


def some(names: Sequence[str], limit: int = 3) -> str:
    more = f' and {len(names) - limit} more' if len(names) > limit else ''
    return f'{"node" if len(names) == 1 else "nodes"} {", ".join(names[:limit])}{more}'


def nodes(graph_def: GraphDef) -> Iterator[tuple[str, NodeDef]]:
    """All nodes of a graph and of its functions, each after what its name is to be preceded by."""
    for node in graph_def.node:
        yield '', node
    for function in graph_def.library.function:
        for node in function.node_def:
            yield f'{function.signature.name}/', node


def _is_registered(operation: str) -> bool:
    return op_def_registry.get(operation) is not None


def _essence(node: NodeDef) -> bytes:
    """What the function of a node depends on: operation, number of inputs, attributes."""
    essence = NodeDef(op=node.op, input=['' for name in node.input if not name.startswith('^')])
    for name, value in node.attr.items():
        if not name.startswith('_'):
            essence.attr[name].CopyFrom(value)
    return essence.SerializeToString(deterministic=True)


@functools.cache
def _functions(essence: bytes) -> tuple[Any, ...]:
    """The `FunctionDef` of a node, and those of the functions that it calls."""
    node = NodeDef.FromString(essence)
    replacement = REPLACEMENTS[node.op](node)
    with tf.Graph().as_default():
        function = tf.function(replacement.function, autograph=False)
        traced = function.get_concrete_function(*replacement.specs)
        graph_def = traced.graph.as_graph_def()
    definition = type(traced.function_def)()
    definition.CopyFrom(traced.function_def)
    [output] = definition.signature.output_arg
    source = definition.ret.pop(output.name)
    output.name = replacement.output
    definition.ret[output.name] = source
    library = {each.signature.name: each for each in graph_def.library.function}
    functions = [definition]
    for function in functions:  # which grows: in the order of their first uses
        found = (library[each.name] for each in _called(function))
        functions += [each for each in found if each not in functions]
    # Names without the counters of this process, so that equal functions have equal hashes.
    plain = {each.signature.name: str(index) for index, each in enumerate(functions)}
    _rename(functions, plain)
    for each in functions:
        each.attr.clear()
        each.arg_attr.clear()
        each.resource_arg_unique_id.clear()
        for argument in each.signature.input_arg:  # those that the condition of a loop leaves out
            argument.name = re.sub(r'.*__redundant_placeholder', 'unused_', argument.name)
    whole = b''.join(each.SerializeToString(deterministic=True) for each in functions)
    prefix = re.sub(r'\W', '_', node.op) + '_' + hashlib.sha256(whole).hexdigest()[:10]
    _rename(functions, {name: f'{prefix}_{name}' for name in plain.values()})
    return tuple(functions)


def _rename(functions: Sequence[Any], names: dict[str, str]) -> None:
    for function in functions:
        function.signature.name = names[function.signature.name]
        for called in _called(function):
            called.name = names[called.name]


def _called(function: Any) -> Iterator[Any]:
    """The names of the functions that one calls, each in a message that can be changed."""
    for node in function.node_def:
        for _, value in sorted(node.attr.items()):
            if value.HasField('func'):
                yield value.func
