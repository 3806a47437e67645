"""Forms of operations that are faster on CPUs; on other devices each has its plain form.

Both forms of each give the same numbers. `python -m benchmarks.cpu_forms` times them. Each form
names its row there and, from benchmarks/README.md, the time of the plain form over its own (on two
cores of an AMD EPYC). A form whose ratio is 1 with every supported TensorFlow can go.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.tensorflow_internals import optimization_barrier

_assumed: contextvars.ContextVar[bool | None] = contextvars.ContextVar('cpu', default=None)


@contextlib.contextmanager
def assuming(cpu: bool) -> Iterator[None]:
    """In this context what is made is for CPUs, or for other devices, wherever it is.

    For measurements, and for what is lowered on one device to run on another.
    """
    token = _assumed.set(cpu)
    try:
        yield
    finally:
        _assumed.reset(token)


def on_cpu(tensor: tf.Tensor) -> bool:
    """Whether a tensor is computed on a CPU: its own device, else the fastest that is visible."""
    assumed = _assumed.get()
    if assumed is not None:
        return assumed
    return _is_cpu(getattr(tensor, 'device', None) or '')


@functools.lru_cache
def _is_cpu(device: str) -> bool:
    kind = tf.DeviceSpec.from_string(device).device_type
    if kind is None:
        return all(each.device_type == 'CPU' for each in tf.config.get_visible_devices())
    return kind == 'CPU'


def add_bias(product: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """A product of matrices `[rows, units]` plus a bias `[units]`."""
    if not on_cpu(product):
        return product + bias
    # As a row: what TensorFlow makes of a product and a vector is slow for few rows. Row
    # bias-1: 1.3 (TensorFlow 2.21).
    return product + tf.expand_dims(bias, 0)


def argmax(logits: tf.Tensor, compiled: bool) -> tf.Tensor:
    """int32 `logits.shape[:-1]`: the first of the largest along the last axis.

    Args:
      logits: `[..., classes]`, without NaN.
      compiled: Whether XLA compiles it.
    """
    if not compiled or logits.dtype != tf.float32 or not on_cpu(logits):
        return tf.argmax(logits, axis=-1, output_type=tf.int32)
    # XLA finds a largest float, and its place, one by one, but the largest integer in vectors. As
    # integers, floats are in the right order but for the negative ones and -0. Row
    # argmax-32: 1.05 (TensorFlow 2.21), 1.2 (2.15).
    bits = tf.bitcast(tf.where(tf.equal(logits, 0.0), 0.0, logits), tf.int32)
    keys = tf.where(bits < 0, tf.bitwise.bitwise_xor(bits, 0x7FFFFFFF), bits)
    is_largest = tf.equal(keys, tf.reduce_max(keys, axis=-1, keepdims=True))
    classes = axis_size(logits, -1)
    return tf.reduce_min(tf.where(is_largest, tf.range(classes), classes), axis=-1)


def cross_entropy(labels: tf.Tensor, logits: tf.Tensor, compiled: bool) -> tf.Tensor:
    """Softmax cross entropy `[rows]`.

    Args:
      labels: int `[rows]`.
      logits: `[rows, classes]`.
      compiled: Whether XLA compiles it.
    """
    is_known = logits.dtype in (tf.float32, tf.float64)
    if not compiled or not is_known or not on_cpu(logits):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    # XLA would multiply as many zeros as there are classes, and add them up. Row
    # cross-entropy: 0.7 to 1 (TensorFlow 2.21), 1.4 (2.15).
    classes = axis_size(logits, -1)
    # A label outside of the classes gives NaN, as there.
    known = tf.where((labels >= 0) & (labels < tf.cast(classes, labels.dtype)), 1.0, float('nan'))

    @tf.custom_gradient
    def of(logits: tf.Tensor) -> Any:
        shifted = logits - tf.reduce_max(logits, -1, keepdims=True)
        chosen = tf.gather(shifted, labels, batch_dims=1)
        loss = tf.math.log(tf.reduce_sum(tf.exp(shifted), -1)) - chosen

        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            difference = tf.nn.softmax(logits) - tf.one_hot(labels, classes, dtype=logits.dtype)
            return difference * upstream[:, None]

        return loss, gradient

    return of(logits) * tf.cast(known, logits.dtype)


def vector_by_matrix(
    vectors: tf.Tensor, matrices: tf.Tensor, transpose: bool, compiled: bool
) -> tf.Tensor:
    """The product `[batch, m]` of a vector and a matrix for each example.

    Args:
      vectors: `[batch, n]`.
      matrices: `[batch, n, m]`, or with `transpose` `[batch, m, n]`.
      transpose: Whether to transpose the matrices.
      compiled: Whether XLA compiles it.
    """
    if compiled or vectors.dtype == tf.float16 or not on_cpu(vectors):
        return tf.einsum('bn,bmn->bm' if transpose else 'bn,bnm->bm', vectors, matrices)
    # oneDNN takes over all other products of batches, and is slow for vectors; this one has no
    # float16 on CPUs. Row vector-by-matrix: 1.3 (TensorFlow 2.21).
    rows = tf.raw_ops.BatchMatMulV3(
        x=vectors[:, None], y=matrices, Tout=vectors.dtype, adj_y=transpose
    )
    return tf.squeeze(rows, 1)


def compiled_matmul(rows: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
    """`tf.matmul` for XLA."""
    rows, weight = tf.convert_to_tensor(rows), tf.convert_to_tensor(weight)
    if not on_cpu(rows):
        return tf.matmul(rows, weight)

    @tf.custom_gradient
    def product(rows: tf.Tensor, weight: tf.Tensor) -> Any:
        def gradient(upstream: tf.Tensor) -> list[tf.Tensor]:
            of_rows = tf.matmul(upstream, weight, adjoint_b=True)
            return [of_rows, transposed_matmul(rows, upstream)]

        return tf.matmul(rows, weight), gradient

    return product(rows, weight)


def transposed_matmul(rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """`tf.matmul(rows, columns, adjoint_a=True)` for XLA: the gradient of a weight."""
    if not on_cpu(rows):
        return tf.matmul(rows, columns, adjoint_a=True)
    # Transposed beforehand: XLA leaves that to the product itself otherwise. Row
    # weight-gradient: 0.9 to 1 (TensorFlow 2.21).
    return tf.matmul(_barrier(tf.linalg.adjoint(rows)), columns)


@tf.custom_gradient
def _barrier(tensor: tf.Tensor) -> Any:
    return optimization_barrier(tensor), tf.identity


def factor_axes(factor: str, other: str, product: str, like: tf.Tensor) -> str:
    """The order of the axes of a weight by which XLA multiplies at each step of a loop.

    Args:
      factor: A letter for each axis of the weight.
      other: For those of the gradient that it is multiplied by.
      product: For those of the result.
      like: The result of the step's product.

    Returns:
      The letters of the weight in another order; the same on other devices.
    """
    if not on_cpu(like):
        return factor
    # A few rows are multiplied faster if what is summed along comes first: the axes that all have,
    # those that the other lacks, those of both. Row transposed-weight: 1.3 (TensorFlow 2.21).
    order = {(True, True): 0, (False, True): 1, (True, False): 2}
    return ''.join(sorted(factor, key=lambda axis: order[axis in other, axis in product]))
