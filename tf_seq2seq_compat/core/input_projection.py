"""Hoists the projection of the inputs out of the loop.

A cell multiplies `[inputs, state]` by its kernel. Where the inputs are known before the loop, as in
`dynamic_rnn` and in teacher forcing, their part of the product is one large product before it, of
which a step reads a slice.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.tensorflow_internals import update_input
from tf_seq2seq_compat.core.traced_step import InputSlice, StepGraph


def slice_fed_back_inputs(graph: StepGraph) -> None:
    """Replaces a state that is the next inputs, such as a decoder's, by a slice of the inputs."""
    results = graph.results[-1 - len(graph.state) : -1]
    for slot, (before, after) in enumerate(zip(graph.state, results, strict=True)):
        for input_slice in graph.input_slices:
            sequence, first = input_slice.sequence, graph.initial_state[slot]
            fits = first.shape == sequence.shape[1:] and first.shape.is_fully_defined()
            if input_slice.placeholder is _source(after) and input_slice.ahead == 1 and fits:
                whole = tf.concat([first[None], sequence[1:]], 0)
                graph.input_slices.append(InputSlice(whole, 0, before))
                graph.state[slot] = graph.placeholder(before.dtype, before.shape)
                break


def hoist_input_projection(graph: StepGraph) -> None:
    """Splits the products of `[..., a input_slice, ...]` and a weight."""
    captured_by = {inside.name: captured for captured, inside in graph.captures}
    input_slices = {input_slice.placeholder.name: input_slice for input_slice in graph.input_slices}
    for operation in graph.get_operations():
        if operation.type != 'MatMul' or any(
            operation.get_attr(name) for name in ('transpose_a', 'transpose_b')
        ):
            continue
        parts = _concatenated(operation.inputs[0])
        captured = _captured_value(operation.inputs[1], captured_by)
        if captured is None or not any(part.name in input_slices for part in parts):
            continue
        sizes = [None if part.shape.rank is None else part.shape.as_list()[-1] for part in parts]
        if None in sizes or captured.shape.rank is None:
            continue
        kernels = tf.split(captured, sizes)
        summands = [
            graph.add_input_slice(_projected(input_slice.sequence, kernel), input_slice.ahead)
            for part, kernel in zip(parts, kernels, strict=True)
            if (input_slice := input_slices.get(part.name)) is not None
        ]
        others = [n for n, part in enumerate(parts) if part.name not in input_slices]
        if others:
            kernel = tf.concat([kernels[n] for n in others], 0)
            with graph.as_default():
                rows = tf.concat([parts[n] for n in others], 1)
                summands.append(tf.matmul(rows, graph.capture(kernel)))
        _replace(graph, operation.outputs[0], summands)


def _projected(sequence: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """The products of each step's element."""
    rows = tf.matmul(tf.reshape(sequence, [-1, kernel.shape.as_list()[0]]), kernel)
    shape = tf.concat([tf.shape(sequence)[:-1], tf.shape(kernel)[1:]], 0)
    products = tf.reshape(rows, shape)
    products.set_shape(sequence.shape[:-1].concatenate(kernel.shape[1:]))
    return products


def _replace(graph: StepGraph, tensor: tf.Tensor, summands: Sequence[tf.Tensor]) -> None:
    """Replaces a tensor by a sum, in the operations that read it."""
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


def _concatenated(rows: tf.Tensor) -> list[tf.Tensor]:
    """The matrices of which a matrix is the concatenation along its columns."""
    rows = _source(rows)
    if rows.op.type != 'ConcatV2' or rows.shape.rank != 2:
        return [rows]
    *parts, axis = rows.op.inputs
    if tf.get_static_value(axis) not in (1, -1):
        return [rows]
    return [part for each in parts for part in _concatenated(each)]


def _captured_value(tensor: tf.Tensor, captured_by: dict[str, tf.Tensor]) -> tf.Tensor | None:
    """The tensor of the outer graph for a captured one, None if it is not captured."""
    tensor = _source(tensor)
    if tensor.op.type == 'ReadVariableOp':
        handle = captured_by.get(tensor.op.inputs[0].name)
        if handle is None:
            return None
        value = tf.raw_ops.ReadVariableOp(resource=handle, dtype=tensor.dtype)
        value.set_shape(tensor.shape)
        return value
    return captured_by.get(tensor.name)
