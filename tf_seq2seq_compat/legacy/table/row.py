"""One row of the symbol table, and the few ways to write rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """One legacy name.

    Attributes:
      name: the full dotted name a TF1 program uses, from `tensorflow` or `keras` on.
      kind: `'module'` (can stand in an import statement), `'symbol'`, or `'alias'` (another name
        for a legacy module).
      target: where it lives now: `'package.module'` for a module, `'package.module:attribute'` for
        a symbol, the other legacy name for an alias. Empty where nothing takes its place.
      advice: what to use instead, in words; for a module, what to say of every name that it lacks.
    """

    name: str
    kind: Literal['module', 'symbol', 'alias']
    target: str = ''
    advice: str = ''

    @property
    def provided(self) -> bool:
        """Whether using the name works: a symbol with a target, or any module."""
        return self.kind == 'module' or bool(self.target)


def module(name: str, target: str = '', advice: str = '') -> Iterator[Row]:
    """A module: the names of `target`, under and beside the rows below it."""
    yield Row(name, 'module', target, advice)


def symbols(package: str, names: str, target: str) -> Iterator[Row]:
    """Symbols that kept their own names in the module `target`."""
    for name in names.split():
        yield Row(f'{package}.{name}', 'symbol', f'{target}:{name}')


def moved(name: str, target: str) -> Iterator[Row]:
    """One symbol that is called otherwise now."""
    yield Row(name, 'symbol', target)


def alias(name: str, legacy_module: str) -> Iterator[Row]:
    """A legacy module that is another one: the same object, as in TF1."""
    yield Row(name, 'alias', legacy_module)


def missing(package: str, names: str, advice: str) -> Iterator[Row]:
    """Symbols that this package does not provide, with what to use instead."""
    for name in names.split():
        yield Row(f'{package}.{name}', 'symbol', '', advice)


def packages(parent: str, names: str, advice: str) -> Iterator[Row]:
    """Whole packages that are not provided; they import, and each use says `advice`."""
    for name in names.split():
        yield Row(f'{parent}.{name}', 'module', '', advice)


def files(package: str, rows: Iterable[Row], contents: dict[str, str]) -> Iterator[Row]:
    """The files inside a package, each with some of the package's names.

    Args:
      package: where the files are.
      rows: rows that hold the names, of whatever package.
      contents: for each file, by its path below `package`, the names that programs import from it.
    """
    by_name = {row.name.rpartition('.')[2]: row for row in rows}
    for file, names in contents.items():
        yield from module(f'{package}.{file}')
        for name in names.split():
            row = by_name[name]
            yield Row(f'{package}.{file}.{name}', row.kind, row.target, row.advice)


# Where most things live now.
V1 = 'tensorflow.compat.v1'
PYTHON = 'tensorflow.python'
CONTRIB = 'tensorflow.contrib'
OF_CONTRIB = 'tf_seq2seq_compat.legacy.contrib'
