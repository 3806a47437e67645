"""Mixed precision: products of 16-bit numbers among float32 numbers."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator

import tensorflow as tf

from tf_seq2seq_compat.core import cpu_forms

_POLICIES = {
    'float32': None,
    'mixed_bfloat16': tf.bfloat16,
    'mixed_float16': tf.float16,
}
_compute_dtype: contextvars.ContextVar[tf.DType | None] = contextvars.ContextVar(
    'compute_dtype', default=None
)


@contextlib.contextmanager
def mixed_precision(policy: str | None) -> Iterator[None]:
    """In this context the layers of this package multiply matrices in 16 bits.

    That holds for the products of cells, of attention (scores and contexts too) and of `Dense`. All
    else stays float32: the weights, the states, sums and gates, softmax and log-probabilities, the
    loss, and the gradients of the weights. The dynamic range of float16 is small: scale the loss
    there (`tf.keras.mixed_precision.LossScaleOptimizer`), which bfloat16 does not need. Numbers of
    other types than float32 are multiplied as they are, and so is what Keras layers multiply.

    Args:
      policy: `'mixed_bfloat16'`, `'mixed_float16'` (Keras's names), `'float32'` for none, or None
        for what holds around the context.

    Yields:
      Nothing.

    Raises:
      ValueError: For any other policy.

    Example:
      >>> layer = seq2seq.Dense(4)
      >>> with seq2seq.mixed_precision('mixed_bfloat16'):
      ...     outputs = layer(tf.ones([2, 3]))
      >>> outputs.dtype, layer.kernel.dtype
      (tf.float32, tf.float32)

    `dynamic_rnn(..., policy=...)` and `dynamic_decode(..., policy=...)` are this around the loop.
    Paper: Micikevicius et al. 2018, arXiv:1710.03740.
    """
    if policy is None:
        yield
        return
    if policy not in _POLICIES:
        known = ', '.join(repr(name) for name in _POLICIES)
        raise ValueError(f'policy must be one of {known}, but is {policy!r}.')
    token = _compute_dtype.set(_POLICIES[policy])
    try:
        yield
    finally:
        _compute_dtype.reset(token)


def matmul(a: tf.Tensor, b: tf.Tensor, *, transpose_b: bool = False) -> tf.Tensor:
    """`tf.matmul` in the precision of the context."""
    a, b, result = _operands(a, b)
    return tf.cast(tf.matmul(a, b, transpose_b=transpose_b), result)


def vector_by_matrix(
    vectors: tf.Tensor, matrices: tf.Tensor, *, transpose: bool = False
) -> tf.Tensor:
    """The product of a vector and a matrix for each example, in the precision of the context.

    Args:
      vectors: `[batch, n]`.
      matrices: `[batch, n, m]`, or with `transpose` `[batch, m, n]`.
      transpose: Whether to transpose the matrices.

    Returns:
      `[batch, m]`.
    """
    vectors, matrices, result = _operands(vectors, matrices)
    return tf.cast(cpu_forms.vector_by_matrix(vectors, matrices, transpose), result)


def operand(tensor: tf.Tensor) -> tf.Tensor:
    """A tensor in the precision in which products are computed here."""
    dtype = _compute_dtype.get()
    if dtype is None or tf.as_dtype(tensor.dtype).base_dtype != tf.float32:
        return tensor
    return tf.cast(tensor, dtype)


def _operands(a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.DType]:
    """Both in the precision of the context, and the type of the result."""
    if _compute_dtype.get() is None:
        return a, b, tf.as_dtype(a.dtype).base_dtype
    return operand(a), operand(b), tf.as_dtype(a.dtype).base_dtype
