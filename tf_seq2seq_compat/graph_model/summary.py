"""What a graph has, and what of it cannot become a function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.graph_model.graph import QUEUES, line_of
from tf_seq2seq_compat.graph_model.program import elements

if TYPE_CHECKING:
    from tf_seq2seq_compat.graph_model.model import GraphModel

tf1 = tf.compat.v1

_PYTHON = 'runs Python code: a function with it works in this process alone'
_REASONS = {
    **dict.fromkeys(('PyFunc', 'PyFuncStateless', 'EagerPyFunc'), _PYTHON),
    'Exit': "ends a loop of TF1's control flow, which no tape differentiates: fetch what "
    'tf.gradients gives in the graph',
}


class Limit(NamedTuple):
    """An operation that no function can have, or with a limit.

    Attributes:
      operation: Its name.
      reason: What the limit is.
      line: `file:line` of the program that made it, or nothing.
    """

    operation: str
    reason: str
    line: str


def limits(model: GraphModel) -> Iterator[Limit]:
    """See `GraphModel.limits`."""
    for operation in model.graph.get_operations():
        if any(word in operation.type for word in QUEUES):
            outputs = ', '.join(one.name for one in operation.outputs if one.dtype != tf.resource)
            if 'Dequeue' in operation.type or 'Read' in operation.type:
                reason = f'takes from a queue, which only a Session has: feed {outputs}'
                yield Limit(operation.name, reason, line_of(operation))
        elif reason := _REASONS.get(operation.type, ''):
            yield Limit(operation.name, reason, line_of(operation))
    for name in model._source.unfed_variables:
        operation = model.graph.get_operation_by_name(name)
        reason = 'is initialized with what is fed: it is zero until an operation sets it'
        yield Limit(name, reason, line_of(operation))


def summary(model: GraphModel) -> str:
    """See `GraphModel.summary`."""
    source, graph = model._source, model.graph
    placeholders = [op for op in graph.get_operations() if op.type.startswith('Placeholder')]
    lines = ['placeholders:']
    lines += [
        f'  {op.outputs[0].name}  {_kind(op.outputs[0])}'
        + (', has a default' if op.type == 'PlaceholderWithDefault' else '')
        for op in placeholders
        if 'gradients_of_model' not in op.name
    ]
    trained = model.trainable_variables
    sizes = [int(np.prod(v.shape.as_list())) for v in trained if v.shape.is_fully_defined()]
    lines.append(
        f'variables: {len(model.variables)}, of which {len(trained)} are trained '
        f'({sum(sizes):,} numbers)'
    )
    lines += [f'  {v.name}  {v.dtype.name} {v.shape}' for v in trained]
    lines.append('training operations:')
    lines += [f'  {one.name}' for one in graph.get_collection(tf1.GraphKeys.TRAIN_OP)]
    lines.append('what the program names, with the placeholders that it needs:')
    for name, one in elements(model.built, graph):
        if isinstance(one, tf.Variable):
            continue
        needs = ', '.join(f'{op.name}:0' for op in source.unfed([one]))
        kind = 'an operation' if isinstance(one, tf.Operation) else _kind(one)
        lines.append(f'  {name} = {one.name}  {kind}' + (f'  <- {needs}' if needs else ''))
    if found := list(limits(model)):
        lines.append('limits:')
        lines += [f'  {one.operation} ({one.line}) {one.reason}' for one in found]
    return '\n'.join(lines)


def _kind(tensor: tf.Tensor) -> str:
    return f'{tensor.dtype.name} {tensor.shape}'
