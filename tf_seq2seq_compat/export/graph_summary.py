"""What a file with graphs holds, in words."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.export import graph_files, removed_operations
from tf_seq2seq_compat.export.graph_files import GraphFile
from tf_seq2seq_compat.export.removed_operations import GraphDef

_VARIABLES = ('Variable', 'VariableV2', 'VarHandleOp')
_LARGEST = 5
_ENDS = 20


def show(path: str | os.PathLike[str]) -> str:
    """What a SavedModel, MetaGraph or graph holds: signatures, variables, sizes, operations.

    Nothing is loaded: the model may have operations that TensorFlow lacks.

    Args:
      path: As for `upgrade`.

    Returns:
      Lines to read.

    Raises:
      ExportError: If it cannot be read.

    Example:
      >>> import pathlib, tempfile
      >>> from tf_seq2seq_compat import export
      >>> graph_def = tf.compat.v1.GraphDef()
      >>> node = graph_def.node.add(name='beams', op='GatherTree')
      >>> file = pathlib.Path(tempfile.mkdtemp(), 'old.pb')
      >>> file.write_bytes(graph_def.SerializeToString()) > 0
      True
      >>> print(export.show(file).splitlines()[-1].strip())
      GatherTree (node beams): `export upgrade` gives it
    """
    source = graph_files.read(path)
    kind = type(source.message).__name__
    lines = [f'{source.path}: {kind}, {_size(source.file.stat().st_size)}']
    for meta_graph in source.meta_graphs:
        info = meta_graph.meta_info_def
        tags = f', tags {", ".join(info.tags)}' if info.tags else ''
        writer = (
            f', written by TensorFlow {info.tensorflow_version}' if info.tensorflow_version else ''
        )
        lines += ['', f'graph{tags}{writer}', *_graph(meta_graph.graph_def)]
        lines += list(_signatures(meta_graph)) or _ends(meta_graph.graph_def)
    if not source.meta_graphs:
        lines += ['', 'graph', *_graph(source.graphs[0]), *_ends(source.graphs[0])]
    lines += _sizes(source)
    for graph_def in source.graphs:
        lines += _unknown(graph_def)
    return '\n'.join(lines)


def listing(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What `show` says, as an object that can be written as JSON.

    Args:
      path: As for `upgrade`.

    Raises:
      ExportError: If it cannot be read.
    """
    source = graph_files.read(path)
    graphs = []
    for index, graph_def in enumerate(source.graphs):
        count = Counter(node.op for _, node in removed_operations.nodes(graph_def))
        described: dict[str, Any] = {'operations': dict(sorted(count.items())), 'signatures': {}}
        if source.meta_graphs:
            meta_graph = source.meta_graphs[index]
            described['tags'] = list(meta_graph.meta_info_def.tags)
            described['tensorflow'] = meta_graph.meta_info_def.tensorflow_version
            described['signatures'] = {
                name: {
                    side: {
                        key: {
                            'tensor': info.name,
                            'dtype': tf.dtypes.as_dtype(info.dtype).name,
                            'shape': _shape(info.tensor_shape),
                        }
                        for key, info in sorted(getattr(signature, side).items())
                    }
                    for side in ('inputs', 'outputs')
                }
                for name, signature in sorted(meta_graph.signature_def.items())
                if not name.startswith('__')
            }
        graphs.append(described)
    return {
        'path': str(source.path),
        'graphs': graphs,
        'variables': [
            {'name': name, 'dtype': dtype, 'shape': shape, 'bytes': size}
            for name, (dtype, shape, size) in _variables(source)
        ],
    }


def _graph(graph_def: GraphDef) -> Iterator[str]:
    functions = len(graph_def.library.function)
    count = Counter(node.op for _, node in removed_operations.nodes(graph_def))
    yield f'  {sum(count.values())} nodes, {functions} functions, {len(count)} operations'


def _signatures(meta_graph: Any) -> Iterator[str]:
    for name, signature in sorted(meta_graph.signature_def.items()):
        if name.startswith('__'):
            continue  # how the SavedModel is initialized
        yield f'  signature {name}'
        for title, tensors in (('input', signature.inputs), ('output', signature.outputs)):
            for key, info in sorted(tensors.items()):
                dtype = tf.dtypes.as_dtype(info.dtype).name
                yield f'    {title} {key}: {dtype} {_shape(info.tensor_shape)}, {info.name}'


def _ends(graph_def: GraphDef) -> Iterator[str]:
    """What a graph without signatures begins and ends with."""
    taken = {name.lstrip('^').partition(':')[0] for node in graph_def.node for name in node.input}
    for node in graph_def.node:
        if node.op.startswith('Placeholder'):
            dtype = tf.dtypes.as_dtype(node.attr['dtype'].type).name
            yield f'  input {node.name}: {dtype} {_shape(node.attr["shape"].shape)}'
    ends = [
        node.name
        for node in graph_def.node
        if node.name not in taken and node.op not in ('NoOp', 'Const', 'Assert', 'Assign')
    ]
    yield from (f'  output {name}' for name in ends[-_ENDS:])
    if len(ends) > _ENDS:
        yield f'  and {len(ends) - _ENDS} nodes before these that no other takes'


def _sizes(source: GraphFile) -> Iterator[str]:
    """The variables with the largest, or of a frozen graph the constants; files beside it."""
    found = dict(_variables(source))
    if not found:
        return
    total = sum(bytes_ for _, _, bytes_ in found.values())
    what = 'constants' if not source.meta_graphs else 'variables'
    yield ''
    yield f'{len(found)} {what}, {_size(total)}, the largest:'
    largest = sorted(found.items(), key=lambda item: (-item[1][2], item[0]))[:_LARGEST]
    for name, (dtype, shape, bytes_) in largest:
        yield f'  {name}: {dtype} {shape}, {_size(bytes_)}'
    if source.path.is_dir():
        for file in sorted(source.path.rglob('*')):
            if file.is_file() and file.parent.name in ('assets', 'assets.extra'):
                yield f'{file.relative_to(source.path)}: {_size(file.stat().st_size)}'


def _variables(source: GraphFile) -> Iterator[tuple[str, tuple[str, str, int]]]:
    """Name, then type, shape and bytes."""
    prefix = source.path / 'variables' / 'variables'
    if source.path.is_dir() and Path(f'{prefix}.index').is_file():
        from tf_seq2seq_compat import checkpoint

        for info in checkpoint.list_variables(prefix):
            yield _described(info.name, info.dtype, info.shape)
        return
    for graph_def in source.graphs:
        for node in graph_def.node:
            if node.op in _VARIABLES:
                shape = tf.TensorShape(node.attr['shape'].shape)
                yield _described(
                    node.name,
                    node.attr['dtype'].type,
                    shape.as_list() if shape.rank is not None else [0],
                )
            elif node.op == 'Const' and not source.meta_graphs:
                value = node.attr['value'].tensor
                shape = [dimension.size for dimension in value.tensor_shape.dim]
                yield _described(node.name, value.dtype, shape)


def _described(name: str, dtype: Any, shape: Iterable[int]) -> tuple[str, tuple[str, str, int]]:
    dtype, shape = tf.dtypes.as_dtype(dtype), list(shape)
    size = 0 if dtype in (tf.string, tf.resource, tf.variant) else dtype.size
    return name, (dtype.name, str(shape), max(math.prod(shape), 0) * size)


def _unknown(graph_def: GraphDef) -> Iterator[str]:
    unknown = removed_operations.unknown_operations(graph_def)
    if not unknown:
        return
    yield ''
    yield f'operations unknown to TensorFlow {tf.__version__}:'
    for operation, names in sorted(unknown.items()):
        if operation in removed_operations.REPLACEMENTS:
            yield f'  {operation} ({removed_operations.some(names)}): `export upgrade` gives it'
        else:
            yield f'  {removed_operations.advice({operation: names})}'


def _shape(shape: Any) -> str:
    if shape.unknown_rank:
        return '?'
    return str([None if each.size < 0 else each.size for each in shape.dim]).replace('None', '?')


def _size(count: float) -> str:
    for unit in ('bytes', 'kB', 'MB'):
        if count < 1000:
            return f'{count:.0f} {unit}' if unit == 'bytes' else f'{count:.1f} {unit}'
        count /= 1000
    return f'{count:.1f} GB'
