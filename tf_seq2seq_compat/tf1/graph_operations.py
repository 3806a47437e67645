"""Makes every import of a graph give it the operations of old graphs that TensorFlow lacks."""

from __future__ import annotations

import functools
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import importer  # what every import of a graph goes through
from tensorflow.python.saved_model import loader_impl  # what reads the file of a SavedModel

from tf_seq2seq_compat.export.removed_operations import (
    advice,
    unknown_operations,
    with_missing_operations,
)
from tf_seq2seq_compat.tf1.runtime import Runtime


def provide_missing_operations(runtime: Runtime) -> None:
    """Makes every import of a graph, meta graph or SavedModel give it the operations it lacks.

    Of what nothing can be given the error says which nodes need it, and what can be done.

    Args:
      runtime: Takes it back.
    """
    import_internal, parse_saved_model = (
        importer._import_graph_def_internal,
        loader_impl.parse_saved_model,
    )

    @functools.wraps(import_internal)
    def import_graph_def(graph_def: tf.compat.v1.GraphDef, *args: object, **kwargs: object) -> Any:
        if not isinstance(graph_def, tf.compat.v1.GraphDef):
            return import_internal(graph_def, *args, **kwargs)
        graph_def = with_missing_operations(graph_def)
        try:
            return import_internal(graph_def, *args, **kwargs)
        except tf.errors.NotFoundError as error:
            unknown = unknown_operations(graph_def)
            named = {name: unknown[name] for name in unknown if f"'{name}'" in error.message}
            if not named:
                raise
            raise tf.errors.NotFoundError(
                error.node_def, error.op, f'{error.message}\n\n{advice(named)}'
            ) from None

    @functools.wraps(parse_saved_model)
    def parse(*args: Any, **kwargs: Any) -> Any:
        saved_model = parse_saved_model(*args, **kwargs)
        for meta_graph in saved_model.meta_graphs:
            # TensorFlow 2 takes the functions of its SavedModels out before it imports anything.
            meta_graph.graph_def.CopyFrom(with_missing_operations(meta_graph.graph_def))
        return saved_model

    runtime.set(importer, '_import_graph_def_internal', import_graph_def)
    runtime.set(loader_impl, 'parse_saved_model', parse)
