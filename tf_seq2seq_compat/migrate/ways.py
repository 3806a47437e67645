"""Which way from a TF1 graph to objects of TensorFlow 2 fits a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import libcst as cst
from libcst import metadata

from tf_seq2seq_compat.migrate.name_resolution import Names
from tf_seq2seq_compat.tf1 import facade

_GRAPH = (
    'placeholder sparse_placeholder placeholder_with_default gradients '
    'data.make_initializable_iterator data.make_one_shot_iterator train.batch train.shuffle_batch'
)
_SESSIONS = 'Session InteractiveSession train.MonitoredTrainingSession train.Supervisor'
_VARIABLES = 'get_variable variable_scope Variable'
_IN_GRAPH = frozenset(f'tf.{name}' for name in _GRAPH.split())
_OPENS = frozenset(f'tf.{name}' for name in _SESSIONS.split())
_MAKES = frozenset(f'tf.{name}' for name in _VARIABLES.split())
_LAYERS = 'layers', 'nn.rnn_cell', 'contrib.rnn', 'contrib.seq2seq', 'contrib.layers'
_PACKAGES = tuple(f'tf.{name}.' for name in _LAYERS)


def way(path: Path, wrapper: cst.MetadataWrapper, names: Names) -> str:
    """Says which way fits, or nothing.

    Args:
      path: The file.
      wrapper: Its tree.
      names: Its names.

    Returns:
      What to do: to wrap a class or a function, to wrap the script, or to go layer by layer.
    """
    positions = wrapper.resolve(metadata.PositionProvider)
    used = [
        (facade.public_name(use.name), positions[use.node].start.line)
        for use in names.uses
        if use.kind == 'load'
    ]
    in_graph = [line for name, line in used if name in _IN_GRAPH or _is_optimizer(name)]
    opened = [line for name, line in used if name in _OPENS]
    made = [line for name, line in used if name in _MAKES or name.startswith(_PACKAGES)]
    definitions = list(_definitions(wrapper, positions))
    if in_graph:
        lines = in_graph + made
        owners = {
            name: sum(first <= line <= last for line in lines) for name, first, last in definitions
        }
        inside = sum(owners.values())
        if inside and inside * 2 >= len(lines):
            owner = max(owners, key=lambda name: owners[name])
            return f'wrap {owner}: GraphModel(lambda: {owner}(...))'
        return f"wrap the script: GraphModel.from_program('{path.name}')"
    if opened and made:
        return f"wrap the script: GraphModel.from_program('{path.name}')"
    if made:
        return 'layer by layer: track_tf1_style_variables'
    return ''


def _is_optimizer(name: str) -> bool:
    return name.startswith('tf.train.') and name.endswith('Optimizer')


def _definitions(
    wrapper: cst.MetadataWrapper, positions: Mapping[Any, Any]
) -> Iterator[tuple[str, int, int]]:
    """The names of the module's classes and functions, with their first and last lines."""
    for statement in wrapper.module.body:
        if isinstance(statement, cst.ClassDef | cst.FunctionDef):
            where = positions[statement]
            yield statement.name.value, where.start.line, where.end.line
