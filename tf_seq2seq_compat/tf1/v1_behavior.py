"""Switching TensorFlow 2 to TF1 behaviour, once, and only while that is still possible."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tf_seq2seq_compat.tf1 import symbols
from tf_seq2seq_compat.tf1.runtime import Runtime


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps TensorFlow's own deprecation notes about the switch out of the program's output."""
    logger = logging.getLogger('tensorflow')
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _eager_ops_have_run() -> bool:
    from tensorflow.python.eager import context

    current = context.context_safe()
    return current is not None and bool(getattr(current, '_initialized', False))


def turn_on_tf1_behavior() -> None:
    """Turns eager execution and the other TF2 behaviours off for this process.

    Raises:
      RuntimeError: eager operations have already run; their tensors and variables could not be used
        in a graph, so the switch comes too late.
    """
    import tensorflow as tf

    if tf.compat.v1.executing_eagerly_outside_functions() and _eager_ops_have_run():
        raise RuntimeError(
            'TF1 behaviour can only be turned on before the first TensorFlow operation, and eager '
            'operations have already run in this process. Call tf_seq2seq_compat.install() at the '
            'top of the program, before anything makes a tensor or a variable; or call '
            'install(tf1_behavior=False), which keeps TensorFlow 2 as it is and only brings the '
            'legacy names back.'
        )
    with _quiet():
        tf.compat.v1.disable_v2_behavior()


def complete_graphs(runtime: Runtime) -> None:
    """Makes imports of graphs and SavedModels give them the operations that TensorFlow lacks.

    Args:
      runtime: Takes it back.
    """
    from tf_seq2seq_compat.tf1 import graph_operations

    graph_operations.provide_missing_operations(runtime)


def complete_tf1_behavior(runtime: Runtime) -> None:
    """Gives TensorFlow and tf-keras, beside TF1's switches, what else a TF1 program counts on.

    Graphs of TF1 are imported whole, an old checkpoint's error says what it needs, and tf-keras has
    TF 1.15's names and arguments.

    Args:
      runtime: Takes it back.
    """
    from tf_seq2seq_compat.tf1 import historic_checkpoints

    complete_graphs(runtime)
    historic_checkpoints.explain_missing_names(runtime)

    def keras_as_in_tf1() -> None:
        from tf_seq2seq_compat.tf1 import keras_layers

        keras_layers.as_in_tf1(runtime)

    runtime.undo_by(symbols.when_loaded('tf_keras', keras_as_in_tf1))
