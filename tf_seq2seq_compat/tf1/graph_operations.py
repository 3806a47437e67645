"""Makes every import of a graph give it the operations of old graphs that TensorFlow lacks."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any, NoReturn

import tensorflow as tf
from tensorflow.python.framework import importer  # what every import of a graph goes through
from tensorflow.python.saved_model import (
    function_deserialization,  # what TensorFlow 2 makes of the functions of its SavedModels
    loader_impl,  # what reads the file of a SavedModel
)

from tf_seq2seq_compat.core import cell_equations
from tf_seq2seq_compat.export.removed_operations import (
    GraphDef,
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
    import_internal = importer._import_graph_def_internal
    parse_saved_model = loader_impl.parse_saved_model
    load_library = function_deserialization.load_function_def_library

    @functools.wraps(import_internal)
    def import_graph_def(graph_def: GraphDef, *args: object, **kwargs: object) -> Any:
        if not isinstance(graph_def, tf.compat.v1.GraphDef):
            return import_internal(graph_def, *args, **kwargs)
        graph_def = with_missing_operations(graph_def)
        try:
            return import_internal(graph_def, *args, **kwargs)
        except tf.errors.NotFoundError as error:
            _explain(error, graph_def)

    @functools.wraps(parse_saved_model)
    def parse(*args: Any, **kwargs: Any) -> Any:
        saved_model = parse_saved_model(*args, **kwargs)
        for meta_graph in saved_model.meta_graphs:
            # TensorFlow 2 takes the functions of its SavedModels out before it imports anything.
            meta_graph.graph_def.CopyFrom(with_missing_operations(meta_graph.graph_def))
        return saved_model

    @functools.wraps(load_library)
    def load(library: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return load_library(library, *args, **kwargs)
        except (RuntimeError, tf.errors.NotFoundError) as error:
            _explain(error, tf.compat.v1.GraphDef(library=library))

    _register_gradients()
    runtime.set(importer, '_import_graph_def_internal', import_graph_def)
    runtime.set(loader_impl, 'parse_saved_model', parse)
    runtime.set(function_deserialization, 'load_function_def_library', load)


@functools.cache  # a gradient is registered once, and for good
def _register_gradients() -> None:
    """Gradients that tf.contrib registered, of operations that TensorFlow still has."""
    for name, step in {'LSTMBlockCell': _lstm_step, 'GRUBlockCell': _gru_step}.items():
        with contextlib.suppress(KeyError):  # a library has done it
            tf.RegisterGradient(name)(functools.partial(_gradient, step))


def _gradient(
    step: Callable[..., dict[int, tf.Tensor]], operation: Any, *gradients: tf.Tensor
) -> list[tf.Tensor | None]:
    """The gradient of a step computed once more; `step` gives outputs by their number."""
    with tf.GradientTape() as tape:
        inputs = [tf.identity(one) for one in operation.inputs]
        tape.watch(inputs)
        outputs = step(operation, *inputs)
    return tape.gradient([*outputs.values()], inputs, [gradients[place] for place in outputs])


def _lstm_step(operation: Any, *inputs: tf.Tensor) -> dict[int, tf.Tensor]:
    x, c, h, kernel, *peepholes, bias = inputs
    clip = operation.get_attr('cell_clip')
    c, h = cell_equations.lstm_step(
        x,
        c,
        h,
        kernel,
        bias,
        tf.tanh,
        operation.get_attr('forget_bias'),
        tuple(peepholes) if operation.get_attr('use_peephole') else None,
        clip if clip > 0 else None,
        gradient_through_clip=True,
    )
    return {1: c, 6: h}


def _gru_step(operation: Any, *inputs: tf.Tensor) -> dict[int, tf.Tensor]:
    x, h, gate_kernel, kernel, gate_bias, bias = inputs
    return {3: cell_equations.gru_step(x, h, gate_kernel, gate_bias, kernel, bias, tf.tanh)}


def _explain(error: Any, graph_def: GraphDef) -> NoReturn:
    """Raises the error again, with advice if it is about an operation that is not known."""
    unknown = unknown_operations(graph_def)
    named = {name: unknown[name] for name in unknown if f"'{name}'" in str(error)}
    if not named:
        raise error
    if isinstance(error, tf.errors.OpError):
        message = f'{error.message}\n\n{advice(named)}'
        raise tf.errors.NotFoundError(error.node_def, error.op, message) from None
    raise RuntimeError(f'{error}\n\n{advice(named)}') from None
