"""Matrix products with an operand that is the same at every step of a loop.

The operand is a weight or the memory. Its gradient is the sum of one product for each step; since
the other operand and the gradient of the product are smaller, a loop stores these, and takes the
sum as one product over all steps afterwards. The products themselves are small residuals, so that a
step that is recomputed need not multiply again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core import cpu_forms
from tf_seq2seq_compat.core import tensorflow_internals as internals

_LETTERS = 'abcdefghijklmnopqrstuvwxyz'
_STEP = 'Z'
_RESIDUAL = 'Seq2SeqResidualProduct'


class Product(NamedTuple):
    """A product of which the input `input_index` is the same at every step.

    `operation` is that of the trace; `captured` says which captured tensor the input is.
    """

    operation: tf.Operation
    input_index: int
    captured: int

    @property
    def is_residual(self) -> bool:
        """Whether `make_residual` takes it."""
        operation = self.operation
        return operation.type in ('MatMul', 'Einsum') and _equation(operation) is not None


class ProductValues(NamedTuple):
    """The other operand of a `Product` and its result, or the gradient for it."""

    other: tf.Tensor
    result: tf.Tensor


def operand_index(tensors: Sequence[tf.Tensor], operation: tf.Operation) -> int | None:
    """Which input of a product one of these tensors is, where a batched gradient pays.

    Args:
      tensors: Tensors of the same value.
      operation: Any operation.

    Returns:
      The index of the input; None if it is not such a product, or is one of complex numbers.
    """
    indices = [n for n, x in enumerate(operation.inputs) if any(x is t for t in tensors)]
    around = [*operation.inputs, *operation.outputs]
    if len(indices) != 1 or any(x.dtype.is_complex or x.shape.rank is None for x in around):
        return None
    [index] = indices
    if operation.type == 'MatMul':
        if index == 0 or operation.get_attr('transpose_a'):
            return None
        rows, weight = operation.inputs
        return index if _dimensions(rows) <= _dimensions(weight) else None
    if operation.type not in ('BatchMatMulV2', 'Einsum') or len(operation.inputs) != 2:
        return None
    if _equation(operation) is None:
        return None
    tensor, others = operation.inputs[index], (operation.inputs[1 - index], operation.outputs[0])
    pays = all(_dimensions(other) < _dimensions(tensor) for other in others)
    return index if pays else None


def batched_gradient(product: Product, operand: tf.Tensor, values: ProductValues) -> tf.Tensor:
    """The gradient for the shared operand, summed over the steps.

    Args:
      product: The product.
      operand: The shared operand.
      values: The other operand and the gradients for the result, `[steps, ...]` each.

    Returns:
      Like `operand`.
    """
    operation, index, _ = product
    if operation.type == 'MatMul':
        rows, columns = (_as_rows(x) for x in values)
        if operation.get_attr('transpose_b'):
            rows, columns = columns, rows
        return tf.matmul(rows, columns, adjoint_a=True)
    equation = _equation(operation)
    assert equation is not None
    operands, result = equation
    found = tf.einsum(
        f'{_STEP}{result},{_STEP}{operands[1 - index]}->{operands[index]}',
        values.result,
        values.other,
    )
    if operation.type == 'Einsum':
        return found
    # Batches of one are broadcast.
    shape = tf.shape(operand)
    axes = tf.raw_ops.BroadcastGradientArgs(s0=shape, s1=tf.shape(found)).r0
    return tf.reshape(tf.reduce_sum(found, axes), shape)


def transposed_operand(product: Product, operand: tf.Tensor) -> tf.Tensor:
    """The shared operand with the order of axes that `make_residual` reads it in."""
    axes = _axes(product).shared
    return tf.transpose(operand, [axes.index(axis) for axis in _transposed_axes(product)])


def make_residual(
    node: tf.compat.v1.NodeDef, product: Product, residual: str, operand: str
) -> None:
    """Makes a product a residual, with the gradient for the other operand that the product has.

    Args:
      node: The definition of the product; changed.
      product: The product; `is_residual`.
      residual: Name of the tensor that is its result.
      operand: Name of the `transposed_operand`.
    """
    axes, index = _axes(product), product.input_index
    dtype = product.operation.outputs[0].dtype.as_datatype_enum
    node.op = 'IdentityN'
    node.input[index] = operand
    node.input.insert(0, residual)
    node.attr.clear()
    node.attr['T'].list.type.extend([dtype] * 3)
    node.attr[internals.GRADIENT_OP_TYPE].s = _RESIDUAL.encode()
    node.attr['_index'].i = index
    equation = f'{axes.result},{_transposed_axes(product)}->{axes.other}'
    node.attr['_equation'].s = equation.encode()


def values_of(product: Product, copy: tf.Operation) -> ProductValues:
    """The values of a copy of a product, or of the residual that `make_residual` made of it."""
    shift = copy.type == 'IdentityN'
    return ProductValues(copy.inputs[1 - product.input_index + shift], copy.outputs[0])


@tf.RegisterGradient(_RESIDUAL)
def _gradient_of_residual(operation: tf.Operation, upstream: tf.Tensor, *_: object) -> list[object]:
    index = operation.get_attr('_index')
    shared = operation.inputs[1 + index]
    of_other = tf.einsum(operation.get_attr('_equation').decode(), upstream, shared)
    return [None, None, of_other] if index == 0 else [None, of_other, None]


class _Axes(NamedTuple):
    """A letter for each axis of the operands and of the result."""

    shared: str
    other: str
    result: str


def _axes(product: Product) -> _Axes:
    equation = _equation(product.operation)
    assert equation is not None
    operands, result = equation
    return _Axes(operands[product.input_index], operands[1 - product.input_index], result)


def _transposed_axes(product: Product) -> str:
    """Axes of the `transposed_operand`."""
    return cpu_forms.operand_axes(*_axes(product), like=product.operation.outputs[0])


def _as_rows(tensor: tf.Tensor) -> tf.Tensor:
    return tf.reshape(tensor, [-1, tensor.shape.as_list()[-1] or tf.shape(tensor)[-1]])


def _dimensions(tensor: tf.Tensor) -> int:
    """How many dimensions are not 1."""
    return sum(size != 1 for size in tensor.shape.as_list())


def _equation(operation: tf.Operation) -> tuple[tuple[str, str], str] | None:
    """The axes of the operands and of the result; None where an axis is in one of them only."""
    if any(x.shape.rank is None for x in (*operation.inputs, *operation.outputs)):
        return None
    if operation.type == 'Einsum':
        operands, result = operation.get_attr('equation').decode().split('->')
        first, second = operands.split(',')
    else:
        ranks = {x.shape.rank for x in operation.inputs}
        if len(ranks) != 1:
            return None
        batch = _LETTERS[3 : ranks.pop() + 1]
        names = ('transpose_a', 'transpose_b') if operation.type == 'MatMul' else ('adj_x', 'adj_y')
        first = batch + ('ba' if operation.get_attr(names[0]) else 'ab')
        second = batch + ('cb' if operation.get_attr(names[1]) else 'bc')
        result = batch + 'ac'
    for axes in (first, second, result):
        if not axes.isalpha() or len(set(axes)) < len(axes) or _STEP in axes:
            return None
    pairs = ((first, second + result), (second, first + result), (result, first + second))
    if any(set(axes) - set(others) for axes, others in pairs):
        return None
    return (first, second), result
