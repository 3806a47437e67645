"""The one table of legacy names: where each lives now, or what to use instead.

A row is a TF1 (or Keras 2) dotted name, and a line of `symbols.tsv`. The façade, the import hook,
the codemod, the project scan and the tables of the migration guide are all made from it, so a
legacy name is known there or nowhere.
"""

from __future__ import annotations

import difflib
import functools
import importlib
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any, Literal, NamedTuple, cast

from tf_seq2seq_compat.tf1 import tensorflow_import


class Row(NamedTuple):
    """One legacy name.

    Attributes:
      name: the full dotted name a TF1 program uses, from `tensorflow` or `keras` on.
      kind: `'module'` (can be imported by an import statement), `'symbol'`, or `'alias'` (another
        legacy name).
      target: where it lives now: `'package.module'` for a module, whose names are those of the
        target and of the rows below it; `'package.module:attribute'` for a symbol, the other legacy
        name for an alias. Empty where nothing takes its place.
      advice: what to use instead, in words; for a module, what the error of each name that it lacks
        says.
      until: the last version of TensorFlow that had the name, if that is before 1.15. Such a name
        works where it is used, and no list of names has it.
    """

    name: str
    kind: Literal['module', 'symbol', 'alias']
    target: str = ''
    advice: str = ''
    until: str = ''

    @property
    def provided(self) -> bool:
        """Whether using the name works: a symbol with a target, or any module."""
        return self.kind == 'module' or bool(self.target)


def read_rows(lines: Iterable[str]) -> dict[str, Row]:
    """The rows of a table, by name.

    Args:
      lines: a header, then one line a row: the attributes of `Row` separated by tabs; empty ones at
        the end may be left out.

    Raises:
      ValueError: for a line with an unknown kind or too many values, or a second row for a name.

    Example:
      >>> from tf_seq2seq_compat.tf1 import symbols
      >>> lines = ['name\\tkind\\ttarget', 'tensorflow.mul\\talias\\ttensorflow.multiply']
      >>> symbols.read_rows(lines)['tensorflow.mul'].target
      'tensorflow.multiply'
    """
    rows: dict[str, Row] = {}
    for line in list(lines)[1:]:
        values = line.rstrip('\n').split('\t')
        if not 2 <= len(values) <= len(Row._fields) or values[1] not in _KINDS:
            raise ValueError(
                f'the table of symbols has the line {line!r}: write {", ".join(Row._fields)}, '
                f'separated by tabs, with one of {", ".join(_KINDS)} as the kind'
            )
        row = Row(*cast(Any, values))
        if row.name in rows:
            raise ValueError(f'the table of symbols has two rows for {row.name}')
        rows[row.name] = row
    return rows


_KINDS = 'module', 'symbol', 'alias'
_FILE = resources.files(__package__) / 'symbols.tsv'

TABLE: dict[str, Row] = read_rows(_FILE.read_text(encoding='utf-8').splitlines())
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
    """The replacement of `name`, in words: its row's advice, or the nearest module's."""
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
      >>> from tf_seq2seq_compat.tf1 import symbols
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
_SUPPORT = {'tf_slim': 'tf_seq2seq_compat.tf1.contrib.slim_support'}

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
      >>> from tf_seq2seq_compat.tf1 import symbols
      >>> symbols.load('tensorflow.compat.v1:get_static_value')(tf.constant(3)).item()
      3
    """
    module_name, _, attribute = target.partition(':')
    package = module_name.partition('.')[0]
    if package == 'tf_keras':
        tensorflow_import.load_tf_keras()
    module = importlib.import_module(module_name)
    if package in _SUPPORT:
        importlib.import_module(_SUPPORT[package])
    for action in _when_loaded.pop(package, ()):
        action()
    return getattr(module, attribute) if attribute else module
