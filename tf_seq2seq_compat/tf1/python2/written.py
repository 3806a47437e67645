"""Python 3 that means what a text of Python 2 meant, as `migrate` writes it.

The translation without what only guards against errors (`thorough=False`), and with the imports
that it needs: Python 2's built-in functions and modules where they differ, and the program's own
modules from beside a module of a package.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tf_seq2seq_compat.tf1.python2 import builtins as built_in
from tf_seq2seq_compat.tf1.python2 import meaning, modules, translation

_PACKAGE = 'tf_seq2seq_compat.tf1.python2'
# Where an iterator does as well as a list.
_LAZY = frozenset(('filter', 'map', 'range', 'xrange', 'zip'))
_TAKERS = ('list', 'tuple', 'set', 'sum', 'dict', 'enumerate', 'frozenset')
_SAME_FOR_MOST = frozenset(('max', 'min', 'print'))
_TODAY = {'xrange': 'range', 'raw_input': 'input', 'unichr': 'chr', 'long': 'int', 'unicode': 'str'}

Change = tuple[int, str, str]


def written(text: str, path: Path | None = None) -> tuple[str, list[Change]]:
    """A text of Python 2 as Python 3.

    Args:
      text: Python 2.
      path: its file, by which modules beside it are found.

    Returns:
      The new text, and what was changed: (line of the original, what stood there, what stands
      there).

    Raises:
      ImportError: fissix is missing.
      SyntaxError: the text is no Python 2.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import written
      >>> print(written.written('print raw_input().encode("hex")')[0])
      from tf_seq2seq_compat.tf1.python2 import operations as py2
      print(py2.encode(input(), "hex"))
    """
    translated = translation.translated(text, thorough=False)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # Of escapes that Python 2 took as they stood.
        after, imports = _with_imports(translated, path)
        after, added = _with_lines(after, imports)
    return after, list(_line_changes(text, after, translated, added))


def _with_imports(translated: translation.Translation, path: Path | None) -> tuple[str, list[str]]:
    tree = ast.parse(translated.text)
    found = meaning.Edits(translated.text)

    def put(node: Any, words: str) -> None:
        found.replace(found.start(node), found.end(node), words)

    bound = set(meaning.bindings(tree))
    needed: set[str] = set()
    today: list[ast.Name] = []
    for name in _names(tree):
        if name.id in bound or name.id not in built_in.IMPORTABLE or name.id in _SAME_FOR_MOST:
            continue
        if name.id in _TODAY:
            today.append(name)
        else:
            needed.add(name.id)
    for name in today:
        if _TODAY[name.id] in bound or _TODAY[name.id] in needed:
            needed.add(name.id)
        else:
            put(name, _TODAY[name.id])
    needs_library = False
    relative = 'absolute_import' not in meaning.future_features(tree)
    for node in ast.walk(tree):
        words = ''
        if isinstance(node, ast.Import):
            words = _import(node, tree, path if relative else None)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            words = _import_from(node, path if relative else None)
            needs_library |= 'library.module(' in words
        if words:
            put(node, words)
    if "end=' ')" in translated.text and 'print_function' not in meaning.future_features(tree):
        needed.add('print')  # Statements that end in a comma.
    imports = []
    if f'{translated.helper}.' in found.applied():
        alias = '' if translated.helper == 'operations' else f' as {translated.helper}'
        imports.append(f'from {_PACKAGE} import operations{alias}')
    if needs_library:
        imports.append(f'from {_PACKAGE} import library')
    if needed:
        imports.append(f'from {_PACKAGE}.builtins import {", ".join(sorted(needed))}')
    return found.applied(), imports


def _names(tree: ast.Module) -> Iterator[ast.Name]:
    """The names that are read, but for those of functions whose results are only iterated over."""
    lazy: set[int] = set()
    for node in ast.walk(tree):
        called = meaning.called_name(node)
        iterated: list[Any] = []
        if isinstance(node, ast.For | ast.comprehension):
            iterated = [node.iter]
        elif isinstance(node, ast.Call) and called == 'sorted' and not _compares(node):
            lazy.add(id(node.func))
            iterated = node.args[:1]
        elif isinstance(node, ast.Call) and called in _TAKERS:
            iterated = node.args[:1]
        for each in iterated:
            inner = meaning.called_name(each)
            is_lazy = inner in _LAZY - {'xrange'} and (inner != 'map' or len(each.args) == 2)
            if is_lazy:
                lazy.add(id(each.func))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in lazy:
            yield node


def _compares(node: ast.Call) -> bool:
    return len(node.args) > 1 or any(each.arg == 'cmp' for each in node.keywords)


# Imports
# ----------------------------------------------------------------------------------------


def _named(alias: ast.alias) -> str:
    return alias.name + (f' as {alias.asname}' if alias.asname else '')


def _import(node: ast.Import, tree: ast.Module, path: Path | None) -> str:
    plain, beside, ours, renamed = [], [], [], []
    for alias in node.names:
        root = alias.name.partition('.')[0]
        if _stands_beside(root, path) and '.' not in alias.name:
            beside.append(_named(alias))
        elif alias.name in modules.RENAMED and '.' in alias.name:
            renamed.append(f'{modules.RENAMED[alias.name]} as {alias.asname or alias.name}')
        elif _is_changed(alias.name, alias.asname or alias.name, tree):
            ours.append(_named(alias))
        else:
            plain.append(_named(alias))
    if not (beside or ours or renamed):
        return ''
    parts = [f'import {", ".join(each)}' for each in (plain, renamed) if each]
    parts += [f'from . import {", ".join(beside)}'] * bool(beside)
    parts += [f'from {_PACKAGE}.library import {", ".join(ours)}'] * bool(ours)
    return '; '.join(parts)


def _import_from(node: ast.ImportFrom, path: Path | None) -> str:
    module = str(node.module)
    names = [each.name for each in node.names]
    if _stands_beside(module.partition('.')[0], path):
        return f'from .{module} import {", ".join(map(_named, node.names))}'
    if names == ['*'] or module not in modules.NAMES:
        return ''
    if module in modules.CHANGED and not _changed_names(module).intersection(names):
        return ''
    return '; '.join(
        f"{each.asname or each.name} = library.module('{module}').{each.name}"
        for each in node.names
    )


def _changed_names(module: str) -> set[str]:
    view = modules.module(module)
    return set(vars(view)) - {'_real'}


def _is_changed(module: str, name: str, tree: ast.Module) -> bool:
    """Whether a file uses of a module what Python 3 has not, or has otherwise."""
    if module in modules.GONE:
        return True
    if module not in modules.CHANGED:
        return False
    changed = _changed_names(module)
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in changed
        and ast.unparse(node.value) == name
        or isinstance(node, ast.Call)
        and meaning.called_name(node) == 'reload'
        and name in map(ast.unparse, node.args)
        for node in ast.walk(tree)
    )


def _stands_beside(name: str, path: Path | None) -> bool:
    """Whether a module of a package finds another of such a name in its own folder."""
    if path is None or not (path.parent / '__init__.py').is_file() or _has_programs(path.parent):
        return False
    return (path.parent / f'{name}.py').is_file() or (path.parent / name / '__init__.py').is_file()


def _has_programs(folder: Path) -> bool:
    """Whether a folder has files that are run, so that it is on the path itself."""
    return any(
        re.search(rb'__name__\s*==\s*[\'"]__main__|app\.run\(', file.read_bytes())
        for file in folder.glob('*.py')
    )


def _with_lines(text: str, lines: list[str]) -> tuple[str, tuple[int, int]]:
    """The text with lines behind its docstring and `__future__` imports; where, how many."""
    if not lines:
        return text, (0, 0)
    tree = ast.parse(text)
    place = 0
    for index, node in enumerate(tree.body):
        is_docstring = (
            index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        )
        if is_docstring or isinstance(node, ast.ImportFrom) and node.module == '__future__':
            place = node.end_lineno or 0
    rows = text.split('\n')
    while place < min(2, len(rows)) and rows[place].startswith('#'):
        place += 1  # A shebang and a cookie stay first.
    rows[place:place] = lines
    return '\n'.join(rows), (place, len(lines))


def _line_changes(
    before: str, after: str, translated: translation.Translation, added: tuple[int, int]
) -> Iterator[Change]:
    old = before.split('\n')
    place, count = added
    rows = after.split('\n')
    for words in rows[place : place + count]:
        yield 1, '', words
    del rows[place : place + count]
    for number, words in enumerate(rows, start=1):
        origin = translated.original(number)
        was = old[origin - 1] if origin <= len(old) else ''
        if was != words:
            yield origin, was.strip(), words.strip()
