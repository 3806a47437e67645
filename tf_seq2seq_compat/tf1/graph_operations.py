"""Operations of old graphs that TensorFlow no longer has, given as functions of the graph.

A node whose operation is not registered is resolved as a call if the graph's library has a function
of the operation's name. So a graph of TF 1.15 with a beam search is imported by plain TensorFlow
once its library has a function `GatherTree`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import importer  # what every import of a graph goes through

from tf_seq2seq_compat.core import beam_search
from tf_seq2seq_compat.tf1.runtime import Runtime

_GATHER_TREE = ('GatherTree', 'Addons>GatherTree')


def with_missing_operations(graph_def: tf.compat.v1.GraphDef) -> tf.compat.v1.GraphDef:
    """A graph in which each operation that TensorFlow lacks is a function of the graph's library.

    Args:
      graph_def: A `GraphDef`, which is left as it is.

    Returns:
      The same graph, or a copy with more functions in its library.

    Example:
      >>> from tf_seq2seq_compat.tf1.graph_operations import with_missing_operations
      >>> graph_def = tf.compat.v1.GraphDef()
      >>> graph_def.node.add(name='beams', op='GatherTree').op
      'GatherTree'
      >>> [f.signature.name for f in with_missing_operations(graph_def).library.function][:1]
      ['GatherTree']
    """
    library = graph_def.library.function
    defined = {function.signature.name for function in library}
    used = _operations([graph_def.node, *(function.node_def for function in library)])
    missing = [name for name in _GATHER_TREE if name in used - defined]
    if not missing:
        return graph_def
    complete = type(graph_def)()
    complete.CopyFrom(graph_def)
    function, *inner = _gather_tree_functions()
    for name in missing:
        named = complete.library.function.add()
        named.CopyFrom(function)
        named.signature.name = name
    complete.library.function.extend(inner)
    return complete


def _operations(groups: Iterable[Iterable[Any]]) -> set[str]:
    return {node.op for group in groups for node in group}


@functools.cache
def _gather_tree_functions() -> tuple[object, ...]:
    """The `FunctionDef` of gather_tree, and those of the functions that it calls.

    The latter get names that no other function of a graph has.
    """
    whole = tf.TensorSpec([None, None, None], tf.int32)
    specs = (whole, whole, tf.TensorSpec([None], tf.int32), tf.TensorSpec([], tf.int32))
    with tf.Graph().as_default():
        traced = tf.function(beam_search.gather_tree, autograph=False).get_concrete_function(*specs)
    definition = type(traced.function_def)()
    definition.CopyFrom(traced.function_def)
    definition.attr.clear()
    definition.signature.attr.add(name='T', type='type')  # The node has it.
    functions = (definition, *traced.graph.as_graph_def().library.function)
    for function in functions:
        function.signature.name = f'GatherTree/{function.signature.name}'
        for node in function.node_def:
            for value in node.attr.values():
                if value.HasField('func'):
                    value.func.name = f'GatherTree/{value.func.name}'
    return functions


def provide_missing_operations(runtime: Runtime) -> None:
    """Makes every import of a graph, meta graph or SavedModel give it the operations it lacks.

    Args:
      runtime: Takes it back.
    """
    original = importer._import_graph_def_internal

    @functools.wraps(original)
    def import_graph_def(graph_def: tf.compat.v1.GraphDef, *args: object, **kwargs: object) -> Any:
        if hasattr(graph_def, 'library'):
            graph_def = with_missing_operations(graph_def)
        return original(graph_def, *args, **kwargs)

    runtime.set(importer, '_import_graph_def_internal', import_graph_def)
