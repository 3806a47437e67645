"""The Python files and notebooks of a project, as source code.

A notebook is read as one module, its code cells one after the other, so that a name which one cell
imports is known in the next. What only IPython understands (`%matplotlib inline`, `!pip install`,
whole `%%bash` cells) is left out.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tf_seq2seq_compat.tf1.python2 import evidence, syntax, translation


class Unreadable(Exception):
    """A file that is not Python source; the text says why and what to do."""


@dataclass(frozen=True)
class SourcePosition:
    """A line of a file, or of a cell of a notebook.

    Attributes:
      line: the line, from 1; within the cell, in a notebook.
      cell: the code cell, from 1; None in a file.
    """

    line: int
    cell: int | None = None

    def __str__(self) -> str:
        return str(self.line) if self.cell is None else f'{self.cell}:{self.line}'


@dataclass(frozen=True)
class Source:
    """The code of one file.

    Attributes:
      path: the file.
      code: bytes of a Python file, encoding cookie included; text of a notebook.
      problems: what had to be left out, in words.
      cells: in a notebook, where in `code` each code cell begins: (first line, number of the cell).
      lines: of a translated file, for each line of `code` that of the file, where they differ.
      python_2: what shows that the file is Python 2, and `code` a translation.
    """

    path: Path
    code: bytes | str
    problems: tuple[str, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    lines: tuple[int, ...] = ()
    python_2: str = ''

    def place(self, line: int) -> SourcePosition:
        """Where a line of `code` is in the file."""
        if self.lines:
            return SourcePosition(self.lines[line - 1])
        for first, cell in reversed(self.cells):
            if line >= first:
                return SourcePosition(line - first + 1, cell)
        return SourcePosition(line)


# Which files
# ----------------------------------------------------------------------------------------

_SUFFIXES = ('.py', '.ipynb')
_NOT_PROGRAM = {'__pycache__', 'node_modules', 'site-packages', 'dist-packages'}


def files_below(path: Path) -> Iterator[Path]:
    """The Python files and notebooks below a folder, in order; or `path` itself, if it is a file.

    Hidden files and folders, symbolic links and virtual environments are passed over.
    """
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(each for each in folders if _belongs(os.path.join(folder, each)))
        for name in sorted(files):
            file = Path(folder, name)
            if name.endswith(_SUFFIXES) and not name.startswith('.') and not file.is_symlink():
                yield file


def _belongs(folder: str) -> bool:
    name = os.path.basename(folder)
    return not (
        name.startswith('.')
        or name in _NOT_PROGRAM
        or os.path.islink(folder)
        or os.path.exists(os.path.join(folder, 'pyvenv.cfg'))
        or os.path.exists(os.path.join(folder, 'conda-meta'))
    )


# Reading them
# ----------------------------------------------------------------------------------------


def read(path: Path, python_2: str | None = None) -> Source:
    """The code of a file, that of Python 2 translated.

    Args:
      path: the file.
      python_2: what shows that it is Python 2; looked for in the file itself by default.

    Raises:
      Unreadable: it cannot be read, or is not Python.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f'cannot be read: {error.strerror}') from None
    if path.suffix == '.ipynb':
        return _read_notebook(path, content)
    words = (
        evidence.of_text(content, path, evidence.roots_of(path)) if python_2 is None else python_2
    )
    if words:
        try:
            translation = python_2_translation(evidence.decoded(content), words)
            return Source(path, translation.text, lines=translation.lines, python_2=words)
        except syntax.NotPython2:
            pass
    check(content)
    return Source(path, content)


def python_2_translation(text: str, words: str) -> translation.Translation:
    """A text of Python 2, translated.

    Args:
      text: the text.
      words: what shows that it is Python 2.

    Raises:
      Unreadable: fissix is missing.
      SyntaxError: nor is it Python 2.
    """
    try:
        return translation.translated(text, thorough=False)
    except syntax.NotInstalled as error:
        raise Unreadable(f'is Python 2: {words}; to have it translated, {error}') from None


_PYTHON_2 = {
    'a print statement': r'(?:^|[:;])\s*print\s+[^(\s=.\[]',
    '`except Error, name`': r'^\s*except\s+[\w.()\s,]+,\s*\w+\s*:',
    'an exec statement': r'^\s*exec\s+["\'\w]',
    '`raise Error, text`': r'^\s*raise\s+[\w.]+\s*,',
    'backticks': r'`[^`]+`',
    'the operator <>': r'<>',
    'an octal number without 0o': r'(?<![\w.])0\d+(?![\w.])',
    'a ur string': r'\b[uU][rR]["\']',
    'a tuple as a parameter': r'(\bdef\s+\w+\s*\(|\blambda\b)[^:]*\(\w+\s*,',
    'a long number': r'\b\d+[lL]\b',
}


def check(code: bytes | str) -> None:
    """Makes sure that `code` is Python 3.

    Raises:
      Unreadable: it is not; Python 2 is named as such.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # Of invalid escapes, and what else a compiler notes.
            ast.parse(code)
    except SyntaxError as error:
        raise Unreadable(_words_for(error, code)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f'does not parse: {error}') from None


def python_2_words(error: SyntaxError, code: bytes | str) -> str:
    """The Python 2 syntax at the place where Python 3 does not parse `code`, or ''."""
    if isinstance(error, TabError):
        return 'tabs mixed with spaces'
    lines = (code if isinstance(code, str) else code.decode('latin-1')).splitlines()
    number = error.lineno or 0
    line = lines[number - 1] if 0 < number <= len(lines) else ''
    for what, pattern in _PYTHON_2.items():
        if re.search(pattern, line):
            return what
    return ''


def _words_for(error: SyntaxError, code: bytes | str) -> str:
    what = python_2_words(error, code)
    if what:
        return _python_2(what, error.lineno or 0)
    if 'codec' in error.msg or 'encoding' in error.msg or 'Non-UTF-8' in error.msg:
        return evidence.NOT_TEXT
    return f'does not parse: line {error.lineno}: {error.msg}'


def _python_2(what: str, line: int) -> str:
    return f'is Python 2: line {line} has {what}; but it does not parse as Python 2 either'


# Notebooks
# ----------------------------------------------------------------------------------------

# Cell magics whose cell is Python still.
_PYTHON_CELLS = ('%%time', '%%timeit', '%%capture', '%%prun', '%%python', '%%python3')
_MAGIC = re.compile(r'^(\s*)(?:%{1,2}[A-Za-z_]|!|\?)|^(\s*)[\w.*%]+\?{1,2}\s*$')
_MAGIC_VALUE = re.compile(r'^(\s*[\w.,\s]+=\s*)(?:%[A-Za-z_]|!).*$')


def code_cells(content: bytes | str) -> list[str]:
    """The code cells of a notebook as they are there, in any version of the format.

    Raises:
      Unreadable: this is not a notebook.
    """
    try:
        notebook = json.loads(content)
        sheets = notebook.get('worksheets') or [notebook]
        cells = [cell for sheet in sheets for cell in sheet['cells']]
        return [_text_of(cell) for cell in cells if cell['cell_type'] == 'code']
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable('is not a notebook') from None


def _text_of(cell: dict[str, Any]) -> str:
    text = cell['source'] if 'source' in cell else cell['input']
    return text if isinstance(text, str) else ''.join(text)


def without_magics(cell: str) -> str:
    """A cell in Python alone, line for line; magics become `pass`.

    Example:
      >>> from tf_seq2seq_compat.migrate.sources import without_magics
      >>> without_magics('%matplotlib inline').splitlines()
      ['pass']
    """
    lines = cell.replace('\r\n', '\n').split('\n')
    filled = [index for index, line in enumerate(lines) if line.strip()]
    if filled:
        lines = _dedented(lines, lines[filled[0]])
    if filled and lines[filled[0]].startswith('%%'):
        if lines[filled[0]].split()[0] not in _PYTHON_CELLS:
            return '\n'.join('' for _ in lines)
        lines[filled[0]] = ''
    if _parses('\n'.join(lines)):
        return '\n'.join(lines)
    return '\n'.join(_plain_lines(lines))


def _dedented(lines: list[str], first: str) -> list[str]:
    """The lines without the indentation of the first one, as IPython takes a cell."""
    margin = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(margin) for line in lines]


def _plain_lines(lines: Iterable[str]) -> Iterator[str]:
    continues = False
    for line in lines:
        magic = _MAGIC.match(line)
        value = _MAGIC_VALUE.match(line)
        if continues:
            yield ''
        elif magic:
            yield f'{magic[1] or magic[2] or ""}pass'
        elif value:
            yield f'{value[1]}None'
        else:
            yield line
        continues = bool(continues or magic or value) and line.endswith('\\')


def _parses(code: str) -> bool:
    try:
        check(code)
    except Unreadable:
        return False
    return True


def _read_notebook(path: Path, content: bytes) -> Source:
    if not is_python_notebook(content):
        return Source(path, '')
    text = ''
    starts: list[tuple[int, int]] = []
    problems = []
    line = 1
    words = python_2_of_notebook(content)
    for number, cell in enumerate(code_cells(content), start=1):
        plain = without_magics(cell)
        try:
            if words:
                plain = _cell_of_python_2(plain, words)
            check(plain)
        except Unreadable as error:
            problems.append(f'cell {number} {error}')
            continue
        starts.append((line, number))
        text += plain + '\n'
        line += plain.count('\n') + 1
    return Source(path, text, tuple(problems), tuple(starts), python_2=words)


def _cell_of_python_2(cell: str, words: str) -> str:
    """A cell translated, if that has as many lines; as it is otherwise."""
    try:
        found = python_2_translation(cell, words)
    except SyntaxError:
        return cell
    return cell if found.lines else found.text


def python_2_of_notebook(content: bytes | str) -> str:
    """The evidence that a notebook is Python 2: its kernel, or a cell; empty if there is none."""
    try:
        metadata = json.loads(content).get('metadata', {})
        version = str(metadata.get('language_info', {}).get('version', ''))
        name = str(metadata.get('kernelspec', {}).get('name', ''))
    except (ValueError, AttributeError):
        return ''
    if version.startswith('2') or name == 'python2':
        return 'its kernel is that of Python 2'
    for number, cell in enumerate(code_cells(content), start=1):
        found = evidence.of_text(without_magics(cell))
        if found:
            return f'cell {number}: {found}'
    return ''


def is_python_notebook(content: bytes | str) -> bool:
    """Whether the cells of a notebook are Python."""
    try:
        metadata = json.loads(content).get('metadata', {})
    except (ValueError, AttributeError):
        return True  # code_cells says what is wrong with it.
    language = (
        metadata.get('language_info', {}).get('name')
        or metadata.get('kernelspec', {}).get('language')
        or 'python'
    )
    return str(language).lower() in ('python', 'ipython')


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a Python file and the encoding that its cookie (or a byte order mark) gives it.

    Raises:
      SyntaxError, UnicodeDecodeError: it has another encoding than it says.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return content.decode(encoding), encoding
