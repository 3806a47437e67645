"""Whether a program is Python 2.

A program is, if it cannot be a program of Python 3: a file that is certain to be loaded does not
parse, or is certain to use what Python 3 does not have. A module that is imported under a
condition, in a function, or in a `try` is not certain to be loaded; neither is what a function
does that is not called at once. So nothing that Python 3 runs is taken for Python 2.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import io
import os
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tf_seq2seq_compat.tf1.python2 import meaning, syntax

# Built-in names that Python 3 does not have.
_WORDS = (
    'apply basestring buffer cmp coerce execfile file intern long raw_input reduce reload unichr '
    'unicode xrange StandardError'
)
_NAMES = frozenset(_WORDS.split())
# Of modules that there are in both.
_ATTRIBUTES = {
    'itertools': 'izip imap ifilter izip_longest ifilterfalse',
    'string': 'letters lowercase uppercase maketrans join atoi replace split',
    'sys': 'maxint setdefaultencoding',
    'urllib': 'urlopen urlretrieve urlencode quote unquote',
    'os': 'getcwdu',
}


@functools.lru_cache(maxsize=4096)
def _parsed(code: bytes | str) -> ast.Module | SyntaxError:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            tree = ast.parse(code)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxError(str(error))
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _without_parentheses(node.type):
            return SyntaxError('except A, B', ('', node.lineno, node.col_offset + 1, None))
    return tree


def _without_parentheses(types: ast.expr | None) -> bool:
    """Whether it is `A, b` as in `except A, b`, Python 2's; to Python 3.14 these are two types."""
    if not isinstance(types, ast.Tuple) or not types.elts:
        return False
    first = types.elts[0]
    return (types.lineno, types.col_offset) == (first.lineno, first.col_offset)


NOT_TEXT = (
    'is not UTF-8 text and has no encoding cookie; put `# -*- coding: latin-1 -*-` (or what it is) '
    'into its first line'
)


def decoded(code: bytes | str) -> str:
    """The text of a Python file.

    Raises:
      SyntaxError, UnicodeDecodeError: it has another encoding than it says.
    """
    if isinstance(code, str):
        return code
    encoding, _ = tokenize.detect_encoding(io.BytesIO(code).readline)
    return code.decode(encoding).replace('\r\n', '\n')


def of_text(code: bytes | str, file: Path = Path('text.py'), roots: Iterable[Path] = ()) -> str:
    """The evidence that a file is Python 2, in words; empty if there is none.

    A file that neither Python parses is none of Python 2's. Where fissix is missing, the words
    for what Python 3 does not parse are found line by line.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import evidence
      >>> evidence.of_text('import Queue'), evidence.of_text('def f(): return xrange(3)')
      ('line 1 imports Queue', '')
      >>> evidence.of_text('print 1')
      'line 1 does not parse as Python 3'
    """
    tree = _parsed(code)
    if isinstance(tree, ast.Module):
        return _certain_use(
            tree, lambda name: _is_missing(name) and not _files_of(name, (), file, roots)
        )
    try:
        again = _parsed(syntax.rewritten(decoded(code)).text)
    except syntax.NotInstalled:
        return _looks_like_python_2(code, tree)
    except (SyntaxError, UnicodeDecodeError):
        return ''
    if not isinstance(again, ast.Module):
        return ''
    return f'line {tree.lineno} does not parse as Python 3'


def _looks_like_python_2(code: bytes | str, error: SyntaxError) -> str:
    from tf_seq2seq_compat.migrate import sources

    what = sources.python_2_words(error, code)
    return f'line {error.lineno} has {what}' if what else ''


# What is certain to be run
# ----------------------------------------------------------------------------------------


def _certain(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that are run when a module is: no branches, only functions called at once."""
    functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.Call):
            for name in _called(node):
                function = functions.pop(name, None)
                if function is not None and not meaning.is_generator(function):
                    waiting += _until_return(function.body)
        waiting += _certain_children(node)


def _until_return(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements up to the first that may leave the block."""
    for index, each in enumerate(body):
        if any(
            isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue)
            for node in meaning.own_nodes([each])
        ):
            return body[:index] if not isinstance(each, ast.Return) else body[: index + 1]
    return body


def _called(node: ast.Call) -> Iterator[str]:
    if isinstance(node.func, ast.Name):
        yield node.func.id
    elif isinstance(node.func, ast.Attribute) and ast.unparse(node.func).endswith('app.run'):
        yield 'main'


def _certain_children(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.If):
        return [node.test, *(node.body if _is_main(node.test) else ())]
    if isinstance(node, ast.For):
        return [node.iter]
    if isinstance(node, ast.While | ast.IfExp | ast.Assert):
        return [node.test]
    if isinstance(node, ast.BoolOp):
        return [node.values[0]]
    if isinstance(node, ast.FunctionDef):
        return [*node.decorator_list, *node.args.defaults]
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return [node.generators[0].iter]
    if isinstance(
        node, ast.Try | ast.Lambda | ast.AsyncFunctionDef | getattr(ast, 'Match', ast.Try)
    ):
        return []
    return list(ast.iter_child_nodes(node))


def _is_main(test: ast.expr) -> bool:
    """`__name__ == '__main__'`"""
    return isinstance(test, ast.Compare) and ast.unparse(test).replace('"', "'") in (
        "__name__ == '__main__'",
        "'__main__' == __name__",
    )


def _certain_use(tree: ast.Module, is_missing: Callable[[str], bool]) -> str:
    bound = set(meaning.bindings(tree))
    star = any(
        isinstance(node, ast.ImportFrom) and any(each.name == '*' for each in node.names)
        for node in ast.walk(tree)
    )
    unbound = frozenset() if star else _NAMES - bound
    found = [
        (getattr(node, 'lineno', 0), words)
        for node in _certain(tree)
        if (words := _use(node, unbound, is_missing, 'print' in bound))
    ]
    return 'line {} {}'.format(*min(found)) if found else ''


def _use(
    node: ast.AST, unbound: frozenset[str], is_missing: Callable[[str], bool], prints: bool
) -> str:
    """What a node uses that Python 3 does not have, in words; empty where that is nothing."""
    from tf_seq2seq_compat.tf1.python2 import modules

    if isinstance(node, ast.Import):
        names = [each.name for each in node.names if each.name in modules.GONE]
        return f'imports {names[0]}' if names and is_missing(names[0]) else ''
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        attributes = _ATTRIBUTES.get(node.module, '').split()
        names = [each.name for each in node.names if each.name in attributes]
        if names:
            return f'imports {names[0]} from {node.module}'
        is_gone = node.module in modules.GONE and is_missing(node.module)
        return f'imports {node.module}' if is_gone else ''
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in unbound:
        return f'uses {node.id}'
    is_shift = isinstance(node, ast.BinOp) and isinstance(node.op, ast.RShift) and not prints
    is_print = is_shift and ast.unparse(node).startswith('print >> sys.std')
    return 'has a print statement' if is_print else ''


@functools.cache
def _is_missing(name: str) -> bool:
    """Whether no module of such a name is installed."""
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError, AttributeError):
        return True


# Which files are loaded
# ----------------------------------------------------------------------------------------


def certain_imports(code: bytes | str, file: Path, roots: Iterable[Path]) -> list[Path]:
    """The files of a program that a file is certain to import.

    Args:
      code: what the file holds.
      file: the file.
      roots: the folders that the program's modules are looked for in.
    """
    tree = _parsed(code)
    if not isinstance(tree, ast.Module):
        try:
            tree = _parsed(syntax.rewritten(decoded(code)).text)
        except (ImportError, SyntaxError, UnicodeDecodeError):
            return []
    if not isinstance(tree, ast.Module):
        return []
    found: list[Path] = []
    for node in _certain(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found += _files_of(alias.name, (), file, roots)
        elif isinstance(node, ast.ImportFrom):
            module, names = node.module or '', tuple(alias.name for alias in node.names)
            if node.level:
                folder = file.parents[node.level - 1]
                found += _below(folder, module.split('.') if module else [], names)
            else:
                found += _files_of(module, names, file, roots)
    return [each for each in dict.fromkeys(found) if each != file]


def _files_of(name: str, names: Iterable[str], file: Path, roots: Iterable[Path]) -> list[Path]:
    parts = name.split('.')
    for folder in roots:
        found = _below(folder, parts, names)
        if found:
            return found
    if (file.parent / '__init__.py').exists() and _is_missing(parts[0]):
        return _below(file.parent, parts, names)
    return []


def _below(folder: Path, parts: list[str], names: Iterable[str]) -> list[Path]:
    found = []
    for part in parts:
        package, module = folder / part / '__init__.py', folder / f'{part}.py'
        if package.is_file():
            found.append(package)
        elif module.is_file():
            return [*found, module]
        elif not (folder / part).is_dir():
            return found
        folder = folder / part
    paths = (path for each in names for path in (f'{each}.py', f'{each}/__init__.py'))
    return found + [folder / path for path in paths if (folder / path).is_file()]


def of_program(code: bytes | str, file: Path, roots: Iterable[Path]) -> tuple[str, set[Path]]:
    """Whether a file, or one that it is certain to load, shows that it is Python 2.

    Returns:
      The words for it, with the file where that is another; empty where nothing shows it. And
      all the files that it loads.
    """
    file = Path(os.path.abspath(file))
    roots = tuple(Path(os.path.abspath(each)) for each in roots)
    seen: set[Path] = {file}
    waiting: list[tuple[Path, bytes | str]] = [(file, code)]
    words = ''
    while waiting:
        path, content = waiting.pop()
        found = '' if words else of_text(content, path, roots)
        if found:
            words = found if path == file else f'{path.name}: {found}'
        for each in certain_imports(content, path, roots):
            if each not in seen:
                seen.add(each)
                try:
                    waiting.append((each, each.read_bytes()))
                except OSError:
                    continue
    return words, seen


def of_files(files: Iterable[Path]) -> dict[Path, str]:
    """Which files of a project are Python 2, with what shows it.

    A file is, that shows it or is certain to load one that does; and one that only such files load.
    """
    paths = {Path(os.path.abspath(each)): each for each in files if each.suffix == '.py'}
    shown: dict[Path, str] = {}
    loaded: dict[Path, set[Path]] = {}
    for path in paths:
        try:
            words, loaded[path] = of_program(path.read_bytes(), path, roots_of(path))
        except OSError:
            continue
        if words:
            shown[path] = words
    for path in paths:
        importers = {each for each in loaded if path in loaded[each] and each != path}
        if path not in shown and importers and importers <= set(shown):
            shown[path] = f'{min(importers).name}, which is Python 2, imports it'
    return {paths[path]: words for path, words in shown.items()}


def roots_of(path: Path) -> list[Path]:
    """The folders that modules of a file's program may lie in."""
    top = Path(os.path.abspath(path)).parent
    roots = [top]
    while (top / '__init__.py').is_file() and top.parent != top:
        top = top.parent
        roots.append(top)
    return roots
