"""The four ways of running TensorFlow that every behaviour is tested on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

tf1 = tf.compat.v1

PATHS = ('graph', 'eager', 'function', 'xla')
# For what is tested at length: eager mode at once, the paths that are traced in the slow suite.
EAGER_AT_ONCE = [
    pytest.param(path, marks=[] if path == 'eager' else [pytest.mark.slow]) for path in PATHS
]


@contextlib.contextmanager
def tf1_graph() -> Iterator[Any]:
    """A fresh TF1 graph with the behaviour of a TF1 program, switched back afterwards."""
    switches = [
        (tf1.disable_control_flow_v2, tf1.enable_control_flow_v2),
        (tf1.disable_resource_variables, tf1.enable_resource_variables),
        (tf1.disable_tensor_equality, tf1.enable_tensor_equality),
        (tf1.disable_v2_tensorshape, tf1.enable_v2_tensorshape),
    ]
    for off, _ in switches:
        off()
    try:
        with tf.Graph().as_default() as graph:
            yield graph
    finally:
        for _, on in switches:
            on()


def run(path: str, build: Callable[..., Any], *arrays: Any) -> Any:
    """Calls `build` with the arrays as tensors, on one path.

    Args:
      path: One of `PATHS`.
      build: Returns a nest of tensors and TensorArrays.
      *arrays: NumPy arrays (or numbers).

    Returns:
      The nest as NumPy arrays; a TensorArray as its stacked elements.
    """

    def program(*tensors: Any) -> Any:
        return tf.nest.map_structure(_stack, build(*tensors))

    if path == 'graph':
        with tf1_graph():
            result = program(*[tf.constant(a) for a in arrays])
            with tf1.Session() as session:
                session.run(tf1.global_variables_initializer())
                return session.run(result)
    tensors = [tf.constant(a) for a in arrays]
    if path == 'eager':
        result = program(*tensors)
    else:
        result = tf.function(program, jit_compile=path == 'xla', autograph=False)(*tensors)
    return tf.nest.map_structure(np.asarray, result)


def _stack(value: Any) -> Any:
    return value.stack() if isinstance(value, tf.TensorArray) else value


def gradients(value: Callable[..., Any], *tensors: Any) -> list[Any]:
    """Gradients of the scalar `value(*tensors)`, in the graph or the tape of the path."""
    if not tf1.executing_eagerly_outside_functions():
        return tf1.gradients(value(*tensors), list(tensors))
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        scalar = value(*tensors)
    return tape.gradient(scalar, list(tensors))
