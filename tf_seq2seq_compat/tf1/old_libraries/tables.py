"""All rows of the tables: Python's, NumPy's, and those of the libraries around them.

`removed.tsv` has a line for each name, method and module that is gone: its kind (`unstarred` are
names that `from module import *` did not give), its name, the first version without it, its target
(`.module` is one of this folder), what one writes today where that is not the target, and the
package that has a module. Left out is what needs another algorithm than there is today
(`sklearn.cross_validation.KFold`, whose arguments changed, `pandas.Panel`), and what was fetched
from servers that are gone.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from importlib import resources

import numpy as np

from tf_seq2seq_compat.tf1.old_libraries import library_changes, numpy_changes, python_changes
from tf_seq2seq_compat.tf1.old_libraries.rows import Change, Method, Name, RemovedModule


def _read() -> Iterator[Name | Method | RemovedModule]:
    text = (resources.files(__package__) / 'removed.tsv').read_text(encoding='utf-8')
    for line in text.splitlines()[1:]:
        kind, path, gone, target, today, package = (line.split('\t') + [''] * 3)[:6]
        if target.startswith('.'):
            target = f'{__package__}{target}'
        module, _, name = path.rpartition('.')
        if kind == 'module':
            yield RemovedModule(path, gone, target, today, package)
        elif kind == 'method':
            module, _, owner = module.rpartition('.')
            yield Method(module, owner, name, gone, target, today)
        elif path == 'time.clock' and sys.platform == 'win32':
            yield Name(module, name, gone, 'time:perf_counter')
        else:
            yield Name(module, name, gone, target, today, starred=kind == 'name')


_READ = tuple(_read())


def _of_scipy() -> Iterator[Name]:
    """SciPy had all of NumPy's functions; those of `removed.tsv` take negative numbers."""
    gone = 'SciPy 1.12'
    of_numpy = [row for row in _READ if isinstance(row, Name) and row.module == 'numpy']
    own = {row.name for row in _READ if isinstance(row, Name) and row.module == 'scipy'}
    for row in of_numpy:
        yield dataclasses.replace(row, module='scipy', gone=gone, starred=True)
    for name in {*dir(np)} - own - {row.name for row in of_numpy} - {'fft', 'random'}:
        if not name.startswith('_'):
            yield Name('scipy', name, gone, f'numpy:{name}')


NAMES: tuple[Name, ...] = (*(row for row in _READ if isinstance(row, Name)), *_of_scipy())
METHODS: tuple[Method, ...] = tuple(row for row in _READ if isinstance(row, Method))
MODULES: tuple[RemovedModule, ...] = tuple(row for row in _READ if isinstance(row, RemovedModule))
CHANGES: tuple[Change, ...] = (
    *python_changes.CHANGES,
    *numpy_changes.CHANGES,
    *library_changes.CHANGES,
)
