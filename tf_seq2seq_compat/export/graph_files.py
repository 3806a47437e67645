"""Files that hold graphs: SavedModels, MetaGraphs and GraphDefs, read, completed and written."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import tensorflow as tf
from google.protobuf import text_format
from google.protobuf.message import DecodeError, Message
from tensorflow.core.protobuf import saved_model_pb2

from tf_seq2seq_compat.export import removed_operations
from tf_seq2seq_compat.export.errors import ExportError
from tf_seq2seq_compat.export.removed_operations import GraphDef
from tf_seq2seq_compat.files import write_atomically

SavedModel: Any = saved_model_pb2.SavedModel
MetaGraphDef: Any = tf.compat.v1.MetaGraphDef

_NAMES = ('saved_model.pb', 'saved_model.pbtxt')
# What other programs' files begin with, and what they are.
_FOREIGN = (
    (b'\x89HDF', 'an HDF5 file, of Keras perhaps: tf.keras.models.load_model reads it'),
    (b'PK\x03\x04', 'a ZIP archive, of Keras 3 perhaps: keras.saving.load_model reads it'),
    (b'\x1f\x8b', 'compressed: unpack it first'),
)


class GraphFile(NamedTuple):
    """A file with graphs, as it was read.

    Attributes:
      path: What was named: the file, or the folder of the SavedModel.
      file: The file itself.
      message: A `SavedModel`, `MetaGraphDef` or `GraphDef`.
    """

    path: Path
    file: Path
    message: Message

    @property
    def meta_graphs(self) -> list[Any]:
        """The `MetaGraphDef`s in it."""
        if isinstance(self.message, SavedModel):
            return list(self.message.meta_graphs)
        return [self.message] if isinstance(self.message, MetaGraphDef) else []

    @property
    def graphs(self) -> list[GraphDef]:
        """The `GraphDef`s in it."""
        return _graphs(self.message)


class Upgrade(NamedTuple):
    """What `upgrade` did.

    Attributes:
      path: What was written.
      replaced: How many nodes of each operation call a function now.
    """

    path: Path
    replaced: dict[str, int]


def upgrade(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    keep: Collection[str] = (),
    tensorflow_1: bool = False,
) -> Upgrade:
    """Writes an old model so that plain TensorFlow 2 loads and runs it.

    Nodes whose operation TensorFlow no longer has, `GatherTree` of a beam search above all, call a
    function in the graph's library that does the same. All else stays: names, signatures,
    variables, assets. The input is only read; the output appears whole or not at all.

    Args:
      path: A SavedModel's folder, or a file with a `SavedModel`, `MetaGraphDef` (`.meta`) or
        `GraphDef` (`.pb`), binary or as text.
      output: What to write, of the same kind; it must not exist. A file that ends in `.pbtxt` is
        written as text. The checkpoint of a `.meta` stays where it is.
      keep: Operations that TensorFlow lacks and the program that loads the model will have, from
        a library.
      tensorflow_1: Also leaves out what TensorFlow has added to operations since 1.15, where a
        graph does not use it, so that TensorFlow 1.15 loads what a program of TensorFlow 1 has
        saved on TensorFlow 2.

    Returns:
      An `Upgrade`.

    Raises:
      ExportError: If it cannot be read, if `output` exists, or if it has other operations that
        TensorFlow lacks.

    Example:
      >>> import pathlib, tempfile
      >>> from tf_seq2seq_compat import export
      >>> graph_def = tf.compat.v1.GraphDef()
      >>> node = graph_def.node.add(name='beams', op='GatherTree')
      >>> folder = pathlib.Path(tempfile.mkdtemp())
      >>> (folder / 'old.pb').write_bytes(graph_def.SerializeToString()) > 0
      True
      >>> export.upgrade(folder / 'old.pb', folder / 'new.pb').replaced
      {'GatherTree': 1}
    """
    source, output = read(path), Path(output)
    if output.exists() or output.is_symlink():
        raise ExportError(f'{output} exists already, and is left as it is: name another output.')
    if not output.parent.is_dir():
        raise ExportError(f'{output.parent} is not a folder, so {output.name} cannot be put there.')
    if source.path.is_dir() and source.path.resolve() in output.resolve().parents:
        raise ExportError(f'{output} is within {source.path}: name an output elsewhere.')
    replaced: Counter[str] = Counter()
    unknown: dict[str, list[str]] = {}
    for graph_def in source.graphs:
        before = [node.op for _, node in removed_operations.nodes(graph_def)]
        graph_def.CopyFrom(
            removed_operations.with_missing_operations(graph_def, registered=True, keep=keep)
        )
        after = [node.op for _, node in removed_operations.nodes(graph_def)]
        if tensorflow_1:
            removed_operations.leave_out_additions(graph_def)
        replaced.update(old for old, new in zip(before, after, strict=False) if old != new)
        for operation, names in removed_operations.unknown_operations(graph_def).items():
            unknown.setdefault(operation, []).extend(names)
    unknown = {name: nodes for name, nodes in unknown.items() if name not in keep}
    if unknown:
        raise ExportError(
            f'{path} has operations that cannot be given to it.\n'
            f'{removed_operations.advice(unknown)}\n'
            'An operation that will be there where the model is loaded may stay: keep=[name], '
            'or --keep NAME.'
        )
    if source.path.is_dir():
        _write_folder(source, output)
    else:
        write_atomically(output, _bytes(source.message, output))
    return Upgrade(output, dict(replaced))


def read(path: str | os.PathLike[str]) -> GraphFile:
    """Reads a file with graphs.

    Args:
      path: As for `upgrade`.

    Returns:
      A `GraphFile`.

    Raises:
      ExportError: If there is none, or it is empty, damaged or of another kind.
    """
    path = Path(path)
    file = path = path.parent if path.name in _NAMES and path.is_file() else path
    if path.is_dir():
        present = [path / name for name in _NAMES if (path / name).is_file()]
        if not present:
            others = sorted(each.name for each in path.iterdir() if each.suffix in ('.meta', '.pb'))
            hint = f' Name one of its files: {", ".join(others)}.' if others else ''
            raise ExportError(f'{path} is a folder without {" or ".join(_NAMES)}.{hint}')
        file = present[0]
    elif not path.exists():
        raise ExportError(f'There is no {path}.')
    content = file.read_bytes()
    if not content:
        raise ExportError(f'{file} is empty.')
    message = _parsed(file, content)
    for graph_def in _graphs(message):
        _check_whole(file, graph_def)
    return GraphFile(path, file, message)


def _graphs(message: Any) -> list[GraphDef]:
    if isinstance(message, SavedModel):
        return [meta_graph.graph_def for meta_graph in message.meta_graphs]
    return [message.graph_def if isinstance(message, MetaGraphDef) else message]


def _parsed(file: Path, content: bytes) -> Message:
    kinds = (SavedModel,) if file.name in _NAMES else (SavedModel, MetaGraphDef, GraphDef)
    reasons = {}
    is_text = not re.search(rb'[\x00-\x08\x0e-\x1f]', content)
    for kind in kinds:
        try:
            if is_text:
                message = text_format.Parse(content.decode('utf-8'), kind())
            else:
                message = kind.FromString(content)
        except text_format.ParseError as error:
            reasons[error.GetLine() or 0] = str(error)
        except (DecodeError, UnicodeDecodeError):
            continue
        else:
            if _is_sound(message):
                return message
    for magic, what in _FOREIGN:
        if content.startswith(magic):
            raise ExportError(f'{file} is {what}.')
    if content[4:8] == b'TFL3':
        raise ExportError(f'{file} is a model of TensorFlow Lite: tf.lite.Interpreter reads it.')
    # Of the kinds that a text is not, the one that it is most like.
    reason = f' ({reasons[max(reasons)]})' if reasons else ''
    names = ' nor a '.join(kind.__name__ for kind in kinds)
    raise ExportError(
        f'{file} is not a {names}, or it is damaged: {len(content)} bytes do not parse as one'
        f'{reason}. A checkpoint is named by its .meta file.'
    )


def _is_sound(message: Message) -> bool:
    """Whether it is of this kind: bytes of another are often read, as something without sense."""
    graphs = _graphs(message)
    names = [
        name for graph in graphs for _, node in removed_operations.nodes(graph)
        for name in (node.name, node.op)
    ]  # fmt: skip
    return bool(names) and all(re.fullmatch(r'[^\x00-\x20\x7f]+', name) for name in names)


def _check_whole(file: Path, graph_def: GraphDef) -> None:
    """Refuses a graph that ends before the nodes that others take."""
    whole = {node.name for node in graph_def.node}
    groups: list[tuple[set[str], Any]] = [(whole, graph_def.node)]
    for function in graph_def.library.function:
        inputs = {argument.name for argument in function.signature.input_arg}
        groups.append((inputs | {node.name for node in function.node_def}, function.node_def))
    for known, nodes in groups:
        for node in nodes:
            for name in node.input:
                if name.lstrip('^').partition(':')[0] not in known:
                    raise ExportError(
                        f'{file} is damaged, perhaps cut short: node {node.name} takes {name}, '
                        'which is not there.'
                    )


def _bytes(message: Message, file: Path) -> bytes:
    if file.suffix == '.pbtxt':
        return text_format.MessageToString(message).encode()
    return message.SerializeToString(deterministic=True)


def _write_folder(source: GraphFile, output: Path) -> None:
    """Copies a SavedModel, with another graph, and without the fingerprint of the old one."""
    with _appearing(output) as folder:
        for each in source.path.iterdir():
            if each.name in (*_NAMES, 'fingerprint.pb'):
                continue
            copy = shutil.copytree if each.is_dir() else shutil.copy2
            copy(each, folder / each.name)
        written = folder / source.file.name
        written.write_bytes(_bytes(source.message, written))


@contextlib.contextmanager
def _appearing(output: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name at the end, or disappears."""
    folder = output.with_name(f'.{output.name}.{os.getpid()}')
    folder.mkdir()
    try:
        yield folder
        folder.rename(output)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
