"""The one table of legacy names: where each lives now, or what to use instead.

A row is a TF1 (or Keras 2) dotted name. The façade, the import hook, the codemod, the project scan
and the tables of the migration guide are all made from it, so a legacy name is known here or
nowhere.
"""

from __future__ import annotations

import difflib
import functools
import importlib
from collections.abc import Callable, Iterable
from typing import Any

from tf_seq2seq_compat.legacy import table
from tf_seq2seq_compat.legacy.table.row import Row


def _build(rows: Iterable[Row]) -> dict[str, Row]:
    by_name: dict[str, Row] = {}
    for row in rows:
        if row.name in by_name:
            raise ValueError(f'the symbol table has two rows for {row.name}')
        by_name[row.name] = row
    return by_name


TABLE: dict[str, Row] = _build(table.rows())
"""Every legacy name, by its full dotted name."""

_PARENTS = {name.rpartition('.')[0] for name in TABLE}


def has_rows_below(name: str) -> bool:
    """Whether the table knows something inside the module called `name`."""
    return name in _PARENTS


def names_below(name: str) -> list[str]:
    """The direct children of `name` that can be used."""
    head = name + '.'
    return sorted(
        row.name[len(head) :]
        for row in TABLE.values()
        if row.name.startswith(head)
        and '.' not in row.name[len(head) :]
        and row.provided
        and not row.until
    )


def advice_for(name: str) -> str:
    """What to use instead of `name`: its row's advice, or that of the nearest module around it."""
    while name:
        row = TABLE.get(name)
        if row is not None and row.advice:
            return row.advice
        name = name.rpartition('.')[0]
    return ''


@functools.cache
def near_names(name: str, siblings: tuple[str, ...]) -> list[str]:
    """Names that exist and that someone who wrote `name` may have meant.

    Args:
      name: a full dotted name that there is not.
      siblings: the names that its module has.

    Returns:
      The same name in other public packages; if there is none, names of the same module that are
      spelled nearly so. At most three.

    Example:
      >>> from tf_seq2seq_compat.legacy import symbols
      >>> symbols.near_names('tensorflow.contrib.seq2seq.sequence_los', ('sequence_loss',))
      ['tensorflow.contrib.seq2seq.sequence_loss']
      >>> symbols.near_names('tensorflow.contrib.rnn.BeamSearchDecoder', ())
      ['tensorflow.contrib.seq2seq.BeamSearchDecoder']
    """
    parent, _, last = name.rpartition('.')
    elsewhere = [
        row.name
        for row in TABLE.values()
        if row.name.endswith(f'.{last}') and row.name.startswith('tensorflow.')
        if '.python' not in row.name and row.target and row.kind != 'alias' and not row.until
    ]
    if elsewhere:
        return sorted(elsewhere, key=lambda each: (each.count('.'), each))[:3]
    close = difflib.get_close_matches(last, siblings, n=3, cutoff=0.75)
    return [f'{parent}.{each}' for each in close]


# By package, the module that makes it work on this TensorFlow.
_SUPPORT = {'tf_slim': 'tf_seq2seq_compat.legacy.contrib.slim_support'}

_when_loaded: dict[str, list[Callable[[], None]]] = {}


def when_loaded(package: str, action: Callable[[], None]) -> Callable[[], None]:
    """Runs `action` once, when a target in `package` is loaded for the first time from now on.

    Returns:
      What drops the action, if it still waits.
    """
    _when_loaded.setdefault(package, []).append(action)

    def drop() -> None:
        if action in _when_loaded.get(package, ()):
            _when_loaded[package].remove(action)

    return drop


def load(target: str) -> Any:
    """The object that a row's `target` names.

    Args:
      target: `'package.module'` or `'package.module:attribute'`.

    Returns:
      The module or the attribute.

    Raises:
      ImportError, AttributeError: where the target is not installed.

    Example:
      >>> from tf_seq2seq_compat.legacy import symbols
      >>> symbols.load('tensorflow.compat.v1:get_static_value')(tf.constant(3)).item()
      3
    """
    module_name, _, attribute = target.partition(':')
    module = importlib.import_module(module_name)
    package = module_name.partition('.')[0]
    if package in _SUPPORT:
        importlib.import_module(_SUPPORT[package])
    for action in _when_loaded.pop(package, ()):
        action()
    return getattr(module, attribute) if attribute else module
