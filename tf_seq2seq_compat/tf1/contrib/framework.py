"""The functions of `tf.contrib.framework` except variables and argument scopes (tf-slim's)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.util import nest

from tf_seq2seq_compat.types import Nest

tf1 = tf.compat.v1

__all__ = [
    'get_name_scope',
    'get_placeholders',
    'init_from_checkpoint',
    'list_variables',
    'load_checkpoint',
    'load_variable',
    'py_func',
    'with_same_shape',
    'with_shape',
]


def _graph_name(tensor: tf.Tensor) -> str:
    """The name of a tensor in error messages; eager tensors have none."""
    return str(getattr(tensor, 'name', 'tensor')) if not tf.executing_eagerly() else 'tensor'


def _wrong_shape(tensor: tf.Tensor, expected: object) -> ValueError:
    return ValueError(
        f'Invalid shape for tensor {_graph_name(tensor)}, expected {expected}, got {tensor.shape}.'
    )


def with_shape(expected_shape: Sequence[int | None] | tf.Tensor, tensor: tf.Tensor) -> tf.Tensor:
    """A tensor that is known, or else checked at run time, to have a shape.

    Args:
      expected_shape: The whole shape: a list, or an int tensor.
      tensor: The tensor.

    Returns:
      `tensor`, or a tensor equal to it whose evaluation fails for another shape.

    Raises:
      ValueError: If the static shape is another one, or a dimension expected is None or negative.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import framework
      >>> framework.with_shape([2], tf.constant([1, 2])).numpy().tolist()
      [1, 2]
    """
    if isinstance(expected_shape, tf.TensorShape):
        expected_shape = expected_shape.as_list()
    known = expected_shape
    if isinstance(expected_shape, tf.Tensor):
        known = tf.get_static_value(expected_shape)
    if known is None:
        expected = tf.cast(expected_shape, tf.int32)
    else:
        wanted = list(known)
        if any(size is None or int(size) < 0 for size in wanted):
            raise ValueError(
                f'with_shape: expected_shape is {wanted}, and must give every dimension of '
                f'{_graph_name(tensor)} as a number. Leave an unknown dimension to set_shape.'
            )
        wanted = [int(size) for size in wanted]
        if not tensor.shape.is_compatible_with(wanted):
            raise _wrong_shape(tensor, wanted)
        if tensor.shape.is_fully_defined():
            return tensor
        expected = tf.constant(wanted, tf.int32)
    actual = tf.shape(tensor)
    same = tf.cond(
        tf.equal(tf.size(expected), tf.size(actual)),
        lambda: tf.reduce_all(tf.equal(expected, actual)),
        lambda: tf.constant(False),
    )
    with tf1.name_scope(f'{tensor.op.name}/' if not tf.executing_eagerly() else 'with_shape'):
        words = f'Wrong shape for {_graph_name(tensor)} [expected] [actual].'
        check = tf1.Assert(same, [words, expected, actual], name='assert_shape')
        with tf1.control_dependencies([] if check is None else [check]):
            checked = tf.identity(tensor)
    if known is not None:
        checked.set_shape(wanted)
    return checked


def with_same_shape(expected_tensor: tf.Tensor, tensor: tf.Tensor) -> tf.Tensor:
    """A tensor that is known, or else checked at run time, to have the shape of another.

    Args:
      expected_tensor: The tensor whose shape is expected.
      tensor: The tensor.

    Returns:
      As of `with_shape`.

    Raises:
      ValueError: If the static shapes differ.
    """
    shape = expected_tensor.shape
    if shape.is_fully_defined():
        return with_shape(shape.as_list(), tensor)
    if not tensor.shape.is_compatible_with(shape):
        raise _wrong_shape(tensor, shape)
    return with_shape(tf.shape(expected_tensor), tensor)


def get_name_scope() -> str:
    """The name scope in use. Legacy: `tf.contrib.framework.get_name_scope` of TF 1.15."""
    return tf1.get_default_graph().get_name_scope()


def get_placeholders(graph: tf.Graph) -> list[tf.Tensor]:
    """The placeholders of a graph."""
    return [op.outputs[0] for op in graph.get_operations() if op.type.startswith('Placeholder')]


def py_func(
    func: Callable[..., object],
    args: Sequence[Nest] = (),
    kwargs: Mapping[str, object] | None = None,
    output_types: Nest | None = None,
    output_shapes: Nest | None = None,
    stateful: bool = True,
    name: str | None = None,
) -> Nest:
    """Calls a Python function on arrays, as an operation; arguments and results may be nested.

    Args:
      func: Called with `args` and `kwargs`, their tensors replaced by arrays.
      args: Positional arguments.
      kwargs: Arguments by name.
      output_types: dtypes, in the structure of what `func` returns.
      output_shapes: Static shapes in the same structure, or None.
      stateful: Whether two calls with the same arguments may differ.
      name: Name of the operation.

    Returns:
      Tensors in the structure of `output_types`.

    Raises:
      TypeError: If `output_types` is None.
    """
    if output_types is None:
        raise TypeError(
            'py_func: give output_types, the dtypes in the structure that func returns.'
        )
    arguments = (list(args), dict(kwargs or {}))
    flat = nest.flatten(arguments)
    # A list of dtypes is a structure to nest, and a TensorShape is not.
    flat_types = nest.flatten(output_types)

    def call(*values: object) -> Nest:
        positional, named = nest.pack_sequence_as(arguments, values)
        return nest.flatten(func(*positional, **named))

    found = tf1.py_func(call, flat, flat_types, stateful=stateful, name=name)
    if output_shapes is not None:
        shapes = nest.flatten_up_to(output_types, output_shapes)
        for tensor, shape in zip(found, shapes, strict=True):
            tensor.set_shape(shape)
    return nest.pack_sequence_as(output_types, found)


# The functions of tf.train, by the parameters that contrib named otherwise.
# ------------------------------------------------------------------------------------------------


def load_checkpoint(filepattern: str) -> Any:
    """A reader of a checkpoint; see `tf.train.load_checkpoint`."""
    return tf1.train.load_checkpoint(filepattern)


def load_variable(checkpoint_dir: str, name: str) -> np.ndarray:
    """The value of a variable in a checkpoint; see `tf.train.load_variable`."""
    return tf1.train.load_variable(checkpoint_dir, name)


def list_variables(checkpoint_dir: str) -> list[tuple[str, list[int]]]:
    """Names and shapes of a checkpoint's variables; see `tf.train.list_variables`."""
    return tf1.train.list_variables(checkpoint_dir)


def init_from_checkpoint(checkpoint_dir: str, assignment_map: Mapping[str, object]) -> None:
    """Makes variables start from a checkpoint's values; see `tf.train.init_from_checkpoint`."""
    tf1.train.init_from_checkpoint(checkpoint_dir, assignment_map)
