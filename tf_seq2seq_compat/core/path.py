"""On which path code runs: the questions about it that code may ask."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core import tensorflow_internals
from tf_seq2seq_compat.core.traced_step import StepGraph

tf1 = tf.compat.v1


def graph_mode() -> bool:
    """True while a TF1 graph is being built, False in eager mode and inside `tf.function`."""
    return not tf1.executing_eagerly_outside_functions()


def under_xla() -> bool:
    """True while the code of a `tf.function(jit_compile=True)` is traced, or a step to compile."""
    if tf.executing_eagerly():
        return False
    return traced_step() is not None or tensorflow_internals.in_xla_context(tf1.get_default_graph())


def traced_step() -> StepGraph | None:
    """The `StepGraph` that is being traced, None if there is none."""
    graph = None if tf.executing_eagerly() else tf1.get_default_graph()
    while graph is not None and not isinstance(graph, StepGraph):
        graph = getattr(graph, 'outer_graph', None)
    return graph
