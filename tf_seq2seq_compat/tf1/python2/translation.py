"""A program of Python 2 as Python 3 runs it: text to text, and text to code.

The code knows the lines of the original, and no columns: a traceback shows the original's lines.
"""

from __future__ import annotations

import ast
import functools
import types
import warnings
from typing import Any, NamedTuple

from tf_seq2seq_compat.tf1.python2 import meaning, syntax


class Translation(NamedTuple):
    """A translated text.

    Attributes:
      text: Python 3.
      lines: for each line of `text` that of the original; empty where they are the same.
      helper: the name by which `text` calls `operations.py`.
    """

    text: str
    lines: tuple[int, ...]
    helper: str

    def original(self, line: int) -> int:
        """The line of the original that a line of the text comes from."""
        return self.lines[line - 1] if self.lines and 0 < line <= len(self.lines) else line


@functools.lru_cache(maxsize=256)
def translated(text: str, *, thorough: bool = True) -> Translation:
    """Translates a text of Python 2.

    Args:
      text: Python 2.
      thorough: see `meaning.edits`.

    Raises:
      syntax.NotInstalled: fissix is missing.
      syntax.NotPython2: the text is no Python 2.
      SyntaxError: there is no such Python 3.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import translation
      >>> translation.translated('print 7 / n').text
      'print(py2.div(7, n))'
    """
    plain = syntax.rewritten(text)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        edits = meaning.edits(plain.text, thorough=thorough)
    return Translation(edits.applied(), plain.lines, edits.helper)


_texts: dict[str, Translation] = {}
"""The translated code objects, by file."""


def lines_of(file: str) -> list[str] | None:
    """The translated lines of a file; None where it was not translated."""
    found = _texts.get(file)
    return found.text.splitlines(keepends=True) if found is not None else None


def lines_from(code: types.CodeType) -> list[str] | None:
    """The translated lines from where a function begins; None where it was not translated."""
    rows = lines_of(code.co_filename) or []
    for number in range(1, len(rows) + 1):
        if _texts[code.co_filename].original(number) == code.co_firstlineno:
            return rows[number - 1 :]
    return None


def compiled(text: str, file: str, mode: str = 'exec') -> types.CodeType:
    """Code of a text of Python 2.

    Args:
      text: Python 2.
      file: where it stands.
      mode: as for `compile`.
    """
    translation = translated(text)
    if not file.startswith('<'):
        _texts[file] = translation
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # Of escapes that Python 2 took as they stood.
        tree: Any = ast.parse(translation.text, file, mode)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and meaning.is_generator(node):
                _end_at_stop(node)
        ast.fix_missing_locations(tree)
        each: Any
        for each in ast.walk(tree):
            if hasattr(each, 'lineno'):
                each.lineno = each.end_lineno = translation.original(each.lineno)
                each.col_offset = each.end_col_offset = -1
        code: types.CodeType = compile(tree, file, mode, dont_inherit=True)
        return code


def _end_at_stop(function: ast.FunctionDef) -> None:
    """Lets a `StopIteration` that escapes from a generator end it."""
    body = function.body
    first = 1 if ast.get_docstring(function) is not None else 0
    if len(body) > first:
        stop = ast.Name('StopIteration', ast.Load())
        handler = ast.ExceptHandler(stop, None, [ast.Return(None)])
        attempt = ast.Try(body[first:], [handler], [], [])
        ast.copy_location(attempt, body[first])
        body[first:] = [attempt]
