"""Takes out of a step what can be done for the inputs of all steps at once.

A cell multiplies `[inputs, state]` by its kernel. Where the inputs are known before the loop, as in
`dynamic_rnn` and in teacher forcing, their part of the product is one large product before it, and
what a step reads is its share of that.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.step_graph import Reading, StepGraph
from tf_seq2seq_compat.core.tensorflow_internals import update_input


def read_state_as_inputs(graph: StepGraph) -> None:
    """A state that each step replaces by the next inputs is a reading itself, but for the first."""
    results = graph.results[-1 - len(graph.state) : -1]
    for slot, (before, after) in enumerate(zip(graph.state, results, strict=True)):
        for reading in graph.readings:
            sequence, first = reading.sequence, graph.initial_state[slot]
            fits = first.shape == sequence.shape[1:] and first.shape.is_fully_defined()
            if reading.placeholder is _source(after) and reading.ahead == 1 and fits:
                whole = tf.concat([first[None], sequence[1:]], 0)
                graph.readings.append(Reading(whole, 0, before))
                graph.state[slot] = graph.placeholder_like(before)
                break


def multiply_inputs_beforehand(graph: StepGraph) -> None:
    """Splits the products of `[..., a reading, ...]` and a weight."""
    outside_of = {inside.name: outside for outside, inside in graph.captures}
    readings = {reading.placeholder.name: reading for reading in graph.readings}
    for operation in graph.get_operations():
        if operation.type != 'MatMul' or any(
            operation.get_attr(name) for name in ('transpose_a', 'transpose_b')
        ):
            continue
        parts = _parts(operation.inputs[0])
        outside = _value_outside(operation.inputs[1], outside_of)
        if outside is None or not any(part.name in readings for part in parts):
            continue
        sizes = [None if part.shape.rank is None else part.shape.as_list()[-1] for part in parts]
        if None in sizes or outside.shape.rank is None:
            continue
        kernels = tf.split(outside, sizes)
        summands = [
            graph.read_more(_of_all_steps(reading.sequence, kernel), reading.ahead)
            for part, kernel in zip(parts, kernels, strict=True)
            if (reading := readings.get(part.name)) is not None
        ]
        others = [n for n, part in enumerate(parts) if part.name not in readings]
        if others:
            kernel = tf.concat([kernels[n] for n in others], 0)
            with graph.as_default():
                rows = tf.concat([parts[n] for n in others], 1)
                summands.append(tf.matmul(rows, graph.capture(kernel)))
        _replace(graph, operation.outputs[0], summands)


def _of_all_steps(sequence: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """The products of each step's element."""
    rows = tf.matmul(tf.reshape(sequence, [-1, kernel.shape.as_list()[0]]), kernel)
    shape = tf.concat([tf.shape(sequence)[:-1], tf.shape(kernel)[1:]], 0)
    products = tf.reshape(rows, shape)
    products.set_shape(sequence.shape[:-1].concatenate(kernel.shape[1:]))
    return products


def _replace(graph: StepGraph, tensor: tf.Tensor, summands: Sequence[tf.Tensor]) -> None:
    """Gives whoever reads the tensor the sum."""
    readers = tensor.consumers()
    with graph.as_default():
        total = tf.identity(summands[0])
        for summand in summands[1:]:
            total += summand
        total.set_shape(tensor.shape)
    for reader in readers:
        for number, read in enumerate(reader.inputs):
            if read is tensor:
                update_input(reader, number, total)


def _source(tensor: tf.Tensor) -> tf.Tensor:
    while tensor.op.type == 'Identity':
        tensor = tensor.op.inputs[0]
    return tensor


def _parts(rows: tf.Tensor) -> list[tf.Tensor]:
    """What a matrix is concatenated from, column by column."""
    rows = _source(rows)
    if rows.op.type != 'ConcatV2' or rows.shape.rank != 2:
        return [rows]
    *parts, axis = rows.op.inputs
    if tf.get_static_value(axis) not in (1, -1):
        return [rows]
    return [part for each in parts for part in _parts(each)]


def _value_outside(tensor: tf.Tensor, outside_of: dict[str, tf.Tensor]) -> tf.Tensor | None:
    """The weight around the step that this is in it, None if it is anything else."""
    tensor = _source(tensor)
    if tensor.op.type == 'ReadVariableOp':
        handle = outside_of.get(tensor.op.inputs[0].name)
        if handle is None:
            return None
        value = tf.raw_ops.ReadVariableOp(resource=handle, dtype=tensor.dtype)
        value.set_shape(tensor.shape)
        return value
    return outside_of.get(tensor.name)
