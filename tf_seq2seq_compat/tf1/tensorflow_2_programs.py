"""Whether the program that is run was written for TensorFlow 2: TF1 behaviour would break it.

What it uses decides, in all of its files that its imports reach from those that are loaded already:
TensorFlow Addons, or else, if no name that only TF1 has, a name that only TensorFlow 2 has.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import types
import warnings
from collections.abc import Iterable, Iterator, Sequence

from tf_seq2seq_compat.tf1 import import_hook, optional_imports, symbols
from tf_seq2seq_compat.tf1.installed_addons import ADDONS

_MOST_FILES = 1000
_OF_KERAS = ('initializers.', 'losses.', 'metrics.', 'optimizers.')
# Following these loads what the program has not asked for.
_LAZY = ('keras', 'estimator', 'compat', 'contrib')


def is_for_tensorflow_2(more: Iterable[str] = ()) -> bool:
    """Reads the program, as far as it is loaded and imports more of itself. Loads TensorFlow.

    Args:
      more: texts that belong to the program and are in no file, such as cells of a notebook.
    """
    names: set[str] = set()
    for text in more:
        if re.search(r'tensorflow[-_]addons', text):
            return True
        names |= _names(_parsed(text))
    for tree, guarded in _files():
        if any(root == ADDONS and line not in guarded for root, line in _roots(tree)):
            return True
        names |= _names(tree)
    return _judged(names)


def _parsed(text: str | bytes) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])  # Python 2, magics


def _files() -> Iterator[tuple[ast.Module, set[int]]]:
    """The files of the program, parsed, with the lines that expect an import to fail."""
    loaded = [getattr(each, '__file__', None) for each in list(sys.modules.values())]
    waiting = [file for file in loaded if isinstance(file, str) and file.endswith('.py')]
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_FILES:
        file = os.path.abspath(waiting.pop())
        if file in seen or not import_hook.is_program_file(file):
            continue
        seen.add(file)
        try:
            with open(file, 'rb') as opened:
                text = opened.read()
        except OSError:
            continue
        tree = _parsed(text)
        guarded = optional_imports.guarded_lines(text.decode('utf-8', 'replace'))
        yield tree, {line for lines in guarded for line in lines}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                waiting += _files_of(node, os.path.dirname(file))


def _files_of(node: ast.Import | ast.ImportFrom, folder: str) -> Iterator[str]:
    """The files that an import statement may load."""
    if isinstance(node, ast.Import):
        names, folders = [each.name for each in node.names], sys.path
    else:
        head = f'{node.module}.' if node.module else ''
        names = [*([node.module] if node.module else []), *(head + n.name for n in node.names)]
        folders = sys.path
        if node.level:
            folders = [os.path.join(folder, *['..'] * (node.level - 1))]
    for name in names:
        parts = name.split('.')
        for root in folders:
            for end in range(1, len(parts) + 1):
                path = os.path.join(root, *parts[:end])
                yield from (each for each in _module_files(path) if os.path.isfile(each))


def _module_files(path: str) -> tuple[str, str]:
    return f'{path}.py', os.path.join(path, '__init__.py')


def _roots(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The packages that a file imports, and the lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((each.name.partition('.')[0], node.lineno) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or '').partition('.')[0], node.lineno


def _names(tree: ast.Module) -> set[str]:
    """The names below `tensorflow` that a file reads, `random.set_seed` for example."""
    called = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for each in node.names
        if each.name == 'tensorflow'
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            root, _, rest = (node.module or '').partition('.')
            if root == 'tensorflow':
                found |= {f'{rest}.{each.name}'.lstrip('.') for each in node.names}
        parts: list[str] = []
        part: ast.AST = node
        while isinstance(part, ast.Attribute):
            parts.append(part.attr)
            part = part.value
        if parts and isinstance(part, ast.Name) and part.id in called:
            found.add('.'.join(reversed(parts)))
    return found


def _judged(names: Iterable[str]) -> bool:
    """Whether there are names that only TensorFlow 2 has, and none that only TF1 has."""
    import tensorflow as tf

    only_2 = False
    # Last those that load Keras, which the others mostly make unnecessary.
    for name in sorted(names, key=lambda name: name.startswith(_OF_KERAS)):
        parts = name.split('.')
        if parts[0] == 'contrib':
            return False
        if parts[0] in _LAZY:
            continue
        heads = [parts[:end] for end in range(1, len(parts))]
        if any(_is_legacy(head) for head in heads):
            return False
        in_1 = f'tensorflow.{name}' in symbols.TABLE or _is_there(tf.compat.v1, parts)
        in_2 = _is_there(tf, parts)
        if in_1 and not in_2:
            return False
        only_2 = only_2 or (in_2 and not in_1)
    return only_2


def _is_legacy(parts: Sequence[str]) -> bool:
    """Whether TensorFlow 2 lacks a module of TF1: nothing is read from that, as `tf.layers` loads
    Keras."""
    import tensorflow as tf

    return f'tensorflow.{".".join(parts)}' in symbols.TABLE and not _is_there(tf, parts)


def _is_there(value: object, parts: Iterable[str]) -> bool:
    for part in parts:
        if not isinstance(value, types.ModuleType):
            return True
        try:
            value = getattr(value, part)
        except Exception:  # Whatever a module loaded as it is read raises, it is not there.
            return False
    return True
