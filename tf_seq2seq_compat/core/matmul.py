"""Products whose gradient for one factor can be taken for all steps of a loop at once.

A loop that multiplies by the same tensor at every step, a weight or the values of a memory, need
not add a gradient as large as that tensor at each: it keeps the other factor and the gradient of
the product, which are smaller, and multiplies the two when all steps are done. A step that is taken
again for its gradient need not multiply again either, if the results are kept: they are small too.

XLA multiplies as a product is written: `cpu_forms` says in which order the axes of a factor are.
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
    """The other factor of a captured tensor in a product, and the product (or its gradient)."""

    other: tf.Tensor
    result: tf.Tensor


def operand_index(tensors: Sequence[tf.Tensor], operation: tf.Operation) -> int | None:
    """Which input of a product one of these tensors is, where keeping the other factor pays.

    Args:
      tensors: Tensors of the same value.
      operation: What may be a product of one of them and something else.

    Returns:
      The number of the input; None if it is not such a product, or is one of complex numbers.
    """
    operand_indices = [n for n, x in enumerate(operation.inputs) if any(x is t for t in tensors)]
    around = [*operation.inputs, *operation.outputs]
    if len(operand_indices) != 1 or any(x.dtype.is_complex or x.shape.rank is None for x in around):
        return None
    place = operand_indices[0]
    if operation.type == 'MatMul':
        if place == 0 or operation.get_attr('transpose_a'):
            return None
        rows, weight = operation.inputs
        return place if _dimensions(rows) <= _dimensions(weight) else None
    if operation.type not in ('BatchMatMulV2', 'Einsum') or len(operation.inputs) != 2:
        return None
    if _equation(operation) is None:
        return None
    tensor, others = operation.inputs[place], (operation.inputs[1 - place], operation.outputs[0])
    pays = all(_dimensions(other) < _dimensions(tensor) for other in others)
    return place if pays else None


def batched_weight_gradient(
    operation: tf.Operation, place: int, factor: tf.Tensor, others: tf.Tensor, upstream: tf.Tensor
) -> tf.Tensor:
    """The gradient for a factor, the sum over the steps.

    Args:
      operation: The product, in any graph.
      place: Which of its inputs the factor is, as `operand_index` says.
      factor: The factor.
      others: The other input, of all steps: `[steps, ...]`.
      upstream: The gradients of the product, likewise.

    Returns:
      Like the factor.
    """
    if operation.type == 'MatMul':
        rows, columns = (_as_rows(x) for x in (others, upstream))
        if operation.get_attr('transpose_b'):
            rows, columns = columns, rows
        return cpu_forms.transposed_matmul(rows, columns)
    equation = _equation(operation)
    assert equation is not None
    factors, product = equation
    found = tf.einsum(
        f'{_STEP}{product},{_STEP}{factors[1 - place]}->{factors[place]}', upstream, others
    )
    if operation.type == 'Einsum':
        return found
    # Batches of one are broadcast.
    shape = tf.shape(factor)
    axes = tf.raw_ops.BroadcastGradientArgs(s0=shape, s1=tf.shape(found)).r0
    return tf.reshape(tf.reduce_sum(found, axes), shape)


def transposed_factor(operation: tf.Operation, place: int, factor: tf.Tensor) -> tf.Tensor:
    """The factor of a product with its axes in the order in which `make_residual` wants it."""
    axes = _letters(operation, place).factor
    return tf.transpose(factor, [axes.index(axis) for axis in _transposed_axes(operation, place)])


def make_residual(
    node: tf.compat.v1.NodeDef, operation: tf.Operation, place: int, name: str, factor: str
) -> None:
    """Makes a product a value that is given, with the gradient that the product has.

    The gradient for the factor is left out: it is taken for all steps at once.

    Args:
      node: The definition of the operation; changed.
      operation: The product.
      place: Which of its inputs the factor is.
      name: Name of the value.
      factor: Name of the `transposed_factor` factor.
    """
    letters = _letters(operation, place)
    dtype = operation.outputs[0].dtype.as_datatype_enum
    node.op = 'IdentityN'
    node.input[place] = factor
    node.input.insert(0, name)
    node.attr.clear()
    node.attr['T'].list.type.extend([dtype] * 3)
    node.attr[internals.GRADIENT_OP_TYPE].s = _RESIDUAL.encode()
    node.attr['_place'].i = place
    equation = f'{letters.product},{_transposed_axes(operation, place)}->{letters.other}'
    node.attr['_equation'].s = equation.encode()


def product_of(operation: tf.Operation, place: int) -> Product:
    """The other factor and the result of a product, or of what `make_residual` made of it."""
    residuals = operation.type == 'IdentityN'
    return Product(operation.inputs[1 - place + residuals], operation.outputs[0])


def can_be_residual(operation: tf.Operation) -> bool:
    """Whether `make_residual` can be asked of a product."""
    return operation.type in ('MatMul', 'Einsum') and _equation(operation) is not None


@tf.RegisterGradient(_RESIDUAL)
def _gradient_of_residual(operation: tf.Operation, upstream: tf.Tensor, *_: object) -> list[object]:
    place = operation.get_attr('_place')
    factor = operation.inputs[1 + place]
    of_other = tf.einsum(operation.get_attr('_equation').decode(), upstream, factor)
    return [None, None, of_other] if place == 0 else [None, of_other, None]


class _Letters(NamedTuple):
    factor: str
    other: str
    product: str


def _letters(operation: tf.Operation, place: int) -> _Letters:
    """The axes of a product that `can_be_residual`."""
    equation = _equation(operation)
    assert equation is not None
    factors, product = equation
    return _Letters(factors[place], factors[1 - place], product)


def _transposed_axes(operation: tf.Operation, place: int) -> str:
    """Axes of the factor as `transposed_factor` gives it."""
    return cpu_forms.factor_axes(*_letters(operation, place), like=operation.outputs[0])


def _as_rows(tensor: tf.Tensor) -> tf.Tensor:
    return tf.reshape(tensor, [-1, tensor.shape.as_list()[-1] or tf.shape(tensor)[-1]])


def _dimensions(tensor: tf.Tensor) -> int:
    """How many dimensions are not 1."""
    return sum(size != 1 for size in tensor.shape.as_list())


def _equation(operation: tf.Operation) -> tuple[tuple[str, str], str] | None:
    """The letters of the factors and of the product; None where one has letters of its own."""
    if any(x.shape.rank is None for x in (*operation.inputs, *operation.outputs)):
        return None
    if operation.type == 'Einsum':
        factors, product = operation.get_attr('equation').decode().split('->')
        first, second = factors.split(',')
    else:
        ranks = {x.shape.rank for x in operation.inputs}
        if len(ranks) != 1:
            return None
        batch = _LETTERS[3 : ranks.pop() + 1]
        names = ('transpose_a', 'transpose_b') if operation.type == 'MatMul' else ('adj_x', 'adj_y')
        first = batch + ('ba' if operation.get_attr(names[0]) else 'ab')
        second = batch + ('cb' if operation.get_attr(names[1]) else 'bc')
        product = batch + 'ac'
    for letters in (first, second, product):
        if not letters.isalpha() or len(set(letters)) < len(letters) or _STEP in letters:
            return None
    pairs = ((first, second + product), (second, first + product), (product, first + second))
    if any(set(letters) - set(others) for letters, others in pairs):
        return None
    return (first, second), product
