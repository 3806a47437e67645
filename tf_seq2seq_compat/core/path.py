"""The path on which code runs, and what depends on it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import tensorflow as tf

from tf_seq2seq_compat.core import tensorflow_internals
from tf_seq2seq_compat.core.traced_step import StepGraph
from tf_seq2seq_compat.types import Nest

tf1 = tf.compat.v1


def graph_mode() -> bool:
    """True while a TF1 graph is being built, False in eager mode and inside `tf.function`."""
    return not tf1.executing_eagerly_outside_functions()


def under_xla() -> bool:
    """True while the code of a `tf.function(jit_compile=True)` is traced, or a step to compile."""
    if tf.executing_eagerly():
        return False
    return traced_step() is not None or tensorflow_internals.in_xla_context(tf1.get_default_graph())


def open_graphs() -> Iterator[tf.Graph]:
    """The default graph and those around it, from the inside out; none in eager mode."""
    graph = None if tf.executing_eagerly() else tf1.get_default_graph()
    while graph is not None:
        yield graph
        graph = getattr(graph, 'outer_graph', None)


def traced_step() -> StepGraph | None:
    """The step that is being traced to be compiled, None if there is none."""
    return next((graph for graph in open_graphs() if isinstance(graph, StepGraph)), None)


def after(checks: Callable[[], Sequence[tf.Operation | None]], nest: Nest) -> Nest:
    """The same nest, computed after the assertions that `checks` makes; XLA has none."""
    made = [] if under_xla() else [check for check in checks() if check is not None]
    if not made:
        return nest
    with tf.control_dependencies(made):
        return tf.nest.map_structure(tf.identity, nest)
