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
      kind: `'module'` (can stand in an import statement), `'symbol'`, or `'alias'` (another legacy
        name).
      target: where it lives now: `'package.module'` for a module, `'package.module:attribute'` for
        a symbol, the other legacy name for an alias. Empty where nothing takes its place.
      advice: what to use instead, in words; for a module, what to say of every name that it lacks.
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


def alias(name: str, legacy_name: str, until: str = '') -> Iterator[Row]:
    """A legacy name for what has another one: the same object."""
    yield Row(name, 'alias', legacy_name, until=until)


def earlier(package: str, until: str, **names: str) -> Iterator[Row]:
    """Names that left before TF 1.15, each with the legacy name that it has there."""
    for name, legacy_name in names.items():
        yield from alias(f'{package}.{name}', legacy_name, until)


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
