"""Gradients of parts of a graph that TensorFlow cannot differentiate outside of that graph."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.graph_model.graph import GraphPart, ModelGraph, called_functions

tf1 = tf.compat.v1

_NAME = 'GradientOfModelGraph'
_ATTRIBUTE = '_gradient_op_type'


class GraphGradient:
    """The gradient of a part of a graph, as `tf.gradients` builds it there.

    A gradient of `tf.custom_gradient` may read any tensors of the graph it was made in. So it is
    built in the graph, and what it reads of the part is taken from the function that the part was
    imported into.

    Args:
      source: The graph.
      feeds: The tensors that are given.
      fetches: What is asked for.
      variables: Names of the variables to differentiate by.

    Attributes:
      part: What computes `fetches`.
    """

    def __init__(
        self,
        source: ModelGraph,
        feeds: Sequence[tf.Tensor],
        fetches: Sequence[Any],
        variables: Sequence[str],
    ) -> None:
        self._source = source
        self._results = [n for n, one in enumerate(fetches) if _is_differentiable(one)]
        self._feeds = [one for one in feeds if _is_differentiable(one)]
        results = [fetches[n] for n in self._results]
        sources = [*self._feeds, *(source.variables[name] for name in variables)]
        with source.building(), tf1.name_scope('gradients_of_model'):
            upstream = [tf1.placeholder(one.dtype, one.shape) for one in results]
            self._found = (
                tf1.gradients(results, sources, upstream, stop_gradients=list(feeds))
                if results and sources
                else [None] * len(sources)
            )
        self.part = source.part(feeds, fetches)  # Loops now keep what their gradients read.
        self._upstream = [one.name for one in upstream]
        flat = tf.nest.flatten(self._found, expand_composites=True)
        asked = [one for one in flat if one is not None]
        done = {op.name for op in self.part.operations if not _is_made_again(op)}
        operations, inputs = source.reached([*feeds, *upstream], asked, done)
        self._gradients = GraphPart(source, operations, inputs, asked)

    def tied(
        self,
        outputs: Sequence[Any],
        given: Mapping[str, tf.Tensor],
        variables: Iterable[tf.Variable],
    ) -> list[Any]:
        """The same outputs, which are differentiated by this.

        Args:
          outputs: Values of `fetches`, in the function into which the part was imported.
          given: The inputs of that by name.
          variables: Those of `variables`.
        """
        if not self._results:
            return list(outputs)
        graph = tf1.get_default_graph()
        by = [given[one.name] for one in self._feeds]
        by += [tf.convert_to_tensor(variable) for variable in variables]
        with graph.gradient_override_map({'IdentityN': _NAME}):
            tied = tf.identity_n([*(outputs[n] for n in self._results), *by])
        known = getattr(graph, 'gradients_of_model', {})
        known[tied[0].op.name] = functools.partial(self._call, given)
        graph.gradients_of_model = known
        result = list(outputs)
        for n, one in zip(self._results, tied, strict=False):
            result[n] = one
        return result

    def _call(
        self, given: Mapping[str, tf.Tensor], operation: tf.Operation, *upstream: tf.Tensor
    ) -> list[Any]:
        """What TensorFlow calls for the gradient of the operation that `tied` makes."""
        inputs = dict(zip(self._upstream, map(tf.convert_to_tensor, upstream), strict=False))
        for name in self._gradients.inputs:
            if name not in inputs:
                inputs[name] = given[name] if name in given else self._of_part(operation, name)
        asked = iter(self._gradients.imported(inputs))
        values = tf.nest.map_structure(
            lambda one: None if one is None else next(asked), self._found, expand_composites=True
        )
        return [None] * len(self._results) + list(values)

    def _of_part(self, operation: tf.Operation, name: str) -> tf.Tensor:
        """A tensor of the part where it was imported."""
        found = operation.graph.get_tensor_by_name(name)
        wanted = self._source.graph.get_tensor_by_name(name)
        if found.op.type != wanted.op.type:
            raise ValueError(f'{name} is also the name of another tensor here: rename what is fed.')
        return found


def gradient_of(
    source: ModelGraph,
    part: GraphPart,
    feeds: Sequence[tf.Tensor],
    fetches: Sequence[Any],
    variables: Sequence[str],
) -> GraphGradient | None:
    """A gradient for a part if TensorFlow has none; see `GraphGradient`."""
    if not any(map(_is_custom, part.nodes())):
        return None
    try:
        found = GraphGradient(source, feeds, fetches, variables)
    except LookupError:  # An operation has no gradient, as a tape will say.
        return None
    forget_gradients(found.part.graph_def)
    return found


@tf.RegisterGradient(_NAME)
def _gradient(operation: tf.Operation | None, *arguments: tf.Tensor) -> list[Any]:
    known = getattr(getattr(operation, 'graph', None), 'gradients_of_model', {})
    if operation is not None and operation.name in known:
        return known[operation.name](operation, *arguments)
    # In a SavedModel.
    words = 'The gradient of this function is with its GraphModel: differentiate that.'
    with tf.control_dependencies([tf.debugging.Assert(False, [words])]):
        return [tf.zeros_like(one) for one in arguments]


def _is_custom(node: Any) -> bool:
    return (
        node.attr[_ATTRIBUTE].s.startswith(b'CustomGradient') if _ATTRIBUTE in node.attr else False
    )


def forget_gradients(graph_def: Any) -> None:
    """Takes the gradients of another graph off the nodes, which those who save would trace."""
    for node in graph_def.node:
        if _is_custom(node):
            del node.attr[_ATTRIBUTE]


def _is_made_again(operation: tf.Operation) -> bool:
    """Whether the gradient has a copy of it: of constants, and lists, which cannot leave XLA."""
    is_list = any(one.dtype == tf.variant for one in operation.outputs)
    return operation.type == 'Const' or (is_list and not any(called_functions(operation.node_def)))


def _is_differentiable(one: Any) -> bool:
    return isinstance(one, tf.Tensor | tf1.Tensor) and (
        one.dtype.is_floating or one.dtype.is_complex
    )
