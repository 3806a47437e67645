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

import tensorflow as tf

from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.core.structure import axis_size

_assumed: contextvars.ContextVar[bool | None] = contextvars.ContextVar('cpu', default=None)


@contextlib.contextmanager
def assuming(cpu: bool) -> Iterator[None]:
    """In this context the device is taken to be a CPU, or another.

    For measurements, and for functions that are lowered on one device to run on another.
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
    # As a row: TensorFlow's fused product and bias is slow for few rows. Row
    # bias-1: 1.3 (TensorFlow 2.21).
    return product + tf.expand_dims(bias, 0)


def argmax(logits: tf.Tensor) -> tf.Tensor:
    """int32 `logits.shape[:-1]`: the first of the largest along the last axis.

    Args:
      logits: `[..., classes]`, without NaN.
    """
    if not under_xla() or logits.dtype != tf.float32 or not on_cpu(logits):
        return tf.argmax(logits, axis=-1, output_type=tf.int32)
    # XLA compares floats and their indices one by one, but integers in vectors. As integers, floats
    # are in the right order but for the negative ones and -0. Row argmax-32: 0.9 to 1.1 in seconds,
    # but greedy-32 takes 1.4 of the CPU time without it (TensorFlow 2.21).
    bits = tf.bitcast(tf.where(tf.equal(logits, 0.0), 0.0, logits), tf.int32)
    keys = tf.where(bits < 0, tf.bitwise.bitwise_xor(bits, 0x7FFFFFFF), bits)
    is_largest = tf.equal(keys, tf.reduce_max(keys, axis=-1, keepdims=True))
    classes = axis_size(logits, -1)
    return tf.reduce_min(tf.where(is_largest, tf.range(classes), classes), axis=-1)


def vector_by_matrix(vectors: tf.Tensor, matrices: tf.Tensor, transpose: bool) -> tf.Tensor:
    """The product `[batch, m]` of a vector and a matrix for each example.

    Args:
      vectors: `[batch, n]`.
      matrices: `[batch, n, m]`, or with `transpose` `[batch, m, n]`.
      transpose: Whether to transpose the matrices.
    """
    if under_xla() or vectors.dtype == tf.float16 or not on_cpu(vectors):
        return tf.einsum('bn,bmn->bm' if transpose else 'bn,bnm->bm', vectors, matrices)
    # oneDNN takes over all other products of batches, and is slow for vectors; this one has no
    # float16 on CPUs. Row vector-by-matrix: 1.3 (TensorFlow 2.21).
    rows = tf.raw_ops.BatchMatMulV3(
        x=vectors[:, None], y=matrices, Tout=vectors.dtype, adj_y=transpose
    )
    return tf.squeeze(rows, 1)


def operand_axes(operand: str, other: str, product: str, like: tf.Tensor) -> str:
    """The order of the axes of a weight by which XLA multiplies at each step of a loop.

    Args:
      operand: A letter for each axis of the weight.
      other: For those of the gradient that it is multiplied by.
      product: For those of the result.
      like: The result of the step's product.

    Returns:
      The letters of the weight in another order; the same on other devices.
    """
    if not on_cpu(like):
        return operand
    # A few rows are multiplied faster if the contracted axes come first: those that all have, those
    # that the other lacks, those of both. Row transposed-weight: 1.1 to 1.3
    # (TensorFlow 2.21), 2.2 (2.15).
    order = {(True, True): 0, (False, True): 1, (True, False): 2}
    return ''.join(sorted(operand, key=lambda axis: order[axis in other, axis in product]))
