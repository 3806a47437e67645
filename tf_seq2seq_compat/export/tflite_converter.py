"""`tf.lite.TFLiteConverter` of TensorFlow 1, for graphs with loops too."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.export import signatures, tf1_graph

tf1 = tf.compat.v1
_Converter: Any = tf1.lite.TFLiteConverter


class TFLiteConverter(_Converter):
    """Converts what TensorFlow 1 computes to TFLite: `dynamic_rnn`, `dynamic_decode`, beam search.

    TensorFlow's own converter knows the loops of TensorFlow 2 alone. Those of a graph of TensorFlow
    1 are built again as such; a graph without loops goes to the converter as it is.

    Args:
      graph_def: A frozen `GraphDef`.
      input_tensors: Tensors that are fed.
      output_tensors: Tensors that are fetched.
      *args: As for `tf.compat.v1.lite.TFLiteConverter`.
      **kwargs: Likewise.

    Raises:
      ExportError: If a loop has what functions cannot have.

    Example:
      >>> from tf_seq2seq_compat.export.tflite_converter import TFLiteConverter
      >>> with tf.Graph().as_default(), tf.compat.v1.Session() as session:
      ...     x = tf.compat.v1.placeholder(tf.float32, [2], name='x')
      ...     converter = TFLiteConverter.from_session(session, [x], [2 * x])
      >>> converter.get_input_arrays()
      ['x']

    Legacy: `tf.lite.TFLiteConverter`.
    """

    def __init__(
        self,
        graph_def: Any,
        input_tensors: Any,
        output_tensors: Any,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if any(node.op == 'Enter' for node in graph_def.node):
            with tf.__internal__.eager_context.eager_mode():
                graph_def, input_tensors, output_tensors = _with_loops_of_tensorflow_2(
                    graph_def, input_tensors, output_tensors
                )
            kwargs.pop('experimental_debug_info_func', None)  # of the other graph
        super().__init__(graph_def, input_tensors, output_tensors, *args, **kwargs)


def _with_loops_of_tensorflow_2(
    graph_def: Any, inputs: list[Any], outputs: list[Any]
) -> tuple[Any, list[tf.Tensor], list[tf.Tensor]]:
    """The graph built again: the same names of inputs and outputs."""
    signature = tf1_graph.from_graph_def(
        graph_def,
        {f'input_{i:04}': (one.name, one.shape) for i, one in enumerate(inputs)},
        {f'output_{i:04}': one.name for i, one in enumerate(outputs)},
    )
    # Its inputs and outputs are in the order of their names.
    again = signatures.traced(signature, 'the graph', convertible=True)
    with tf.Graph().as_default() as graph:
        fed = [tf1.placeholder(one.dtype, one.shape, one.op.name) for one in inputs]
        results = tf.graph_util.import_graph_def(
            again.graph.as_graph_def(),
            {old.name: new for old, new in zip(again.inputs, fed, strict=True)},
            [one.name for one in again.outputs],
            name='loops',
        )
        pairs = zip(results, outputs, strict=True)
        fetched = [tf.identity(result, one.op.name) for result, one in pairs]
        return graph.as_graph_def(), fed, fetched
