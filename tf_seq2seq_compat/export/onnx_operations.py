"""Operations that tf2onnx has not, or has wrong, in those of ONNX.

Each function takes the graph that is converted and a node of TensorFlow in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _resize(graph: Any, node: Any, *_: Any) -> None:
    """What a loop collects has as many elements as steps were taken."""
    graph.replace_all_inputs(node.output[0], node.input[0])
    graph.remove_node(node.name)


def _one_hot(graph: Any, node: Any, *_: Any) -> None:
    """A comparison with a range.

    ONNX counts negative indices from the end. tf2onnx gives False for all if `on_value` is 0.
    """
    build = _Builder(graph)
    indices, depth, on, off = node.input
    axis, rank = node.get_attr_value('axis', -1), graph.get_rank(indices)
    one = build.constant(1)
    numbers = build('Range', build.constant(0), build('Squeeze', build.int64(depth)), one)
    if axis != -1:
        numbers = build.unsqueezed(numbers, *range(1, rank - axis + 1))
    hot = build('Equal', build.unsqueezed(build.int64(indices), axis), numbers)
    values = build('Concat', build.unsqueezed(off, 0), build.unsqueezed(on, 0), axis=0)
    build.replace(node, 'Gather', values, build.int64(hot))


def _floor_mod(graph: Any, node: Any, *_: Any) -> None:
    """Of integers tf2onnx rounds the quotient towards zero."""
    build = _Builder(graph)
    x, y = node.input
    if _is_integer(graph, x):
        build.replace(node, 'Mod', x, y)
    else:
        build.replace(node, 'Sub', x, build('Mul', build('Floor', build('Div', x, y)), y))


def _floor_div(graph: Any, node: Any, *_: Any) -> None:
    """As `_floor_mod`."""
    build = _Builder(graph)
    x, y = node.input
    if _is_integer(graph, x):
        build.replace(node, 'Div', build('Sub', x, build('Mod', x, y)), y)
    else:
        build.replace(node, 'Floor', build('Div', x, y))


def _is_integer(graph: Any, tensor: str) -> bool:
    from onnx import helper

    return np.issubdtype(helper.tensor_dtype_to_np_dtype(graph.get_dtype(tensor)), np.integer)


class _Builder:
    """Adds operations to a graph: called with a name and inputs it gives the output."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    def __call__(self, operation: str, *inputs: str, **attributes: Any) -> str:
        return self._graph.make_node(operation, list(inputs), attr=attributes).output[0]

    def constant(self, value: Any) -> str:
        from tf2onnx import utils

        name = utils.make_name('constant')
        return self._graph.make_const(name, np.array(value, np.int64)).output[0]

    def int64(self, tensor: str) -> str:
        from onnx import TensorProto

        return self('Cast', tensor, to=TensorProto.INT64)

    def unsqueezed(self, tensor: str, *axes: int) -> str:
        from tf2onnx.graph_builder import GraphBuilder

        given = {'data': tensor, 'axes': list(axes)}
        return GraphBuilder(self._graph).make_unsqueeze(given) if axes else tensor

    def replace(self, node: Any, operation: str, *inputs: str) -> None:
        """Gives a node's output by an operation in its place."""
        graph, [output] = self._graph, node.output
        shape, dtype = graph.get_shape(output), graph.get_dtype(output)
        graph.remove_node(node.name)
        graph.make_node(operation, list(inputs), outputs=[output], shapes=[shape], dtypes=[dtype])


# By the operation of TensorFlow, as tf2onnx asks for them.
HANDLERS: dict[str, tuple[Callable[..., None], list[Any]]] = {
    'FloorDiv': (_floor_div, []),
    'FloorMod': (_floor_mod, []),
    'OneHot': (_one_hot, []),
    'TensorListResize': (_resize, []),
}
