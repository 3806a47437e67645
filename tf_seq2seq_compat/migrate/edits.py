"""Changes of a text, and the texts that can be changed: Python files and notebooks.

A fixer says which span gets which words. All else stays byte for byte.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tf_seq2seq_compat.migrate import sources

_NEWLINE = re.compile(r'\r\n?|\n')


@dataclass(frozen=True, order=True)
class Edit:
    """Puts `text` in the place of a span of the code.

    Attributes:
      start: where the span begins, in characters.
      end: where it ends; the same as `start` where something is put in.
      text: the new words.
      rank: what comes first of what is put in at one place.
    """

    start: int
    end: int
    rank: int = field(default=0, kw_only=True)
    text: str


def apply(code: str, edits: Iterable[Edit]) -> str:
    """The code with the edits made.

    Example:
      >>> from tf_seq2seq_compat.migrate import edits
      >>> edits.apply('tf.log(x)', [edits.Edit(0, 6, 'tf.math.log')])
      'tf.math.log(x)'
    """
    for edit in sorted(edits, reverse=True):
        code = code[: edit.start] + edit.text + code[edit.end :]
    return code


def compatible(edits: Iterable[Edit]) -> list[Edit]:
    """The edits of which no two touch the same characters; the earlier given are kept."""
    kept: list[Edit] = []
    for edit in edits:
        if edit not in kept and not any(_overlap(edit, other) for other in kept):
            kept.append(edit)
    return sorted(kept)


def _overlap(one: Edit, other: Edit) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start < other.end and other.start < one.end
    return max(one.start, other.start) < min(one.end, other.end)


class Lines:
    """Offsets of the lines of a text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]
        self._length = len(text)

    def offset(self, line: int, column: int) -> int:
        """The offset of a place, lines counted from 1 and columns from 0."""
        return self.start(line) + column

    def start(self, line: int) -> int:
        """Where a line begins; the end of the text, for the line after the last."""
        return self._starts[line - 1] if line <= len(self._starts) else self._length

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1]


# Python files
# ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Script:
    """The text of a Python file."""

    code: str
    problems: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The new contents of the file."""
        return self.code

    @property
    def breaks(self) -> tuple[int, ...]:
        """Lines on which a cell begins: none."""
        return ()

    def place(self, line: int) -> sources.SourcePosition:
        """Where a line of `code` is."""
        return sources.SourcePosition(line)

    def edited(self, edits: Sequence[Edit]) -> Script:
        """The file with the edits made."""
        return replace(self, code=apply(self.code, edits))


# Notebooks
# ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cell:
    """One code cell: the number, its text, and where its Python begins in the code of all."""

    number: int
    text: str
    first_line: int
    plain: str


@dataclass(frozen=True)
class Notebook:
    """The text of a notebook, its code cells as one module.

    Args:
      text: the notebook as it is in its file.
    """

    text: str
    code: str = field(init=False)
    problems: tuple[str, ...] = field(init=False)
    _cells: tuple[_Cell, ...] = field(init=False)

    def __post_init__(self) -> None:
        code, cells, problems, line = '', [], [], 1
        texts = sources.code_cells(self.text) if sources.is_python_notebook(self.text) else []
        for number, text in enumerate(texts, start=1):
            plain = sources.without_magics(text)
            try:
                sources.check(plain)
            except sources.Unreadable as error:
                problems.append(f'cell {number} {error}')
                continue
            cells.append(_Cell(number, text, line, plain))
            code += plain + '\n'
            line += plain.count('\n') + 1
        for name, value in {'code': code, '_cells': tuple(cells)}.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, 'problems', tuple(problems))

    @property
    def breaks(self) -> tuple[int, ...]:
        """Lines of `code` on which a cell begins."""
        return tuple(cell.first_line for cell in self._cells)

    def place(self, line: int) -> sources.SourcePosition:
        """Where a line of `code` is."""
        for cell in reversed(self._cells):
            if line >= cell.first_line:
                return sources.SourcePosition(line - cell.first_line + 1, cell.number)
        return sources.SourcePosition(line)

    def edited(self, edits: Sequence[Edit]) -> Notebook:
        """The notebook with the edits made in its cells."""
        lines = Lines(self.code)
        changed: dict[int, str] = {}
        for cell in self._cells:
            start = lines.start(cell.first_line)
            own = [each for each in edits if start <= each.start <= start + len(cell.plain)]
            if own:
                own = [
                    replace(each, start=each.start - start, end=each.end - start) for each in own
                ]
                changed[cell.number] = _edited_cell(cell, own)
        return Notebook(with_cells(self.text, changed)) if changed else self


def _edited_cell(cell: _Cell, edits: Sequence[Edit]) -> str:
    text = cell.text.replace('\r\n', '\n')
    plain, real = Lines(cell.plain), Lines(text)
    filled = next((line for line in text.split('\n') if line.strip()), '')
    margin = filled[: len(filled) - len(filled.lstrip())]
    rows = text.split('\n')

    def moved(offset: int) -> int:
        line, column = plain.place(offset)
        shift = len(margin) if rows[line - 1].startswith(margin) else 0
        return real.offset(line, column + shift if column or not margin else shift)

    return apply(
        text,
        [
            replace(
                each,
                start=moved(each.start),
                end=moved(each.end),
                text=each.text.replace('\n', f'\n{margin}'),
            )
            for each in edits
        ],
    )


def with_cells(text: str, changed: dict[int, str]) -> str:
    """A notebook with other code in some of its code cells, written as it was written."""
    notebook = json.loads(text)
    write = _writer(text, notebook)
    number = 0
    for sheet in notebook.get('worksheets') or [notebook]:
        for cell in sheet['cells']:
            if cell['cell_type'] != 'code':
                continue
            number += 1
            if number in changed:
                key = 'source' if 'source' in cell else 'input'
                code = changed[number]
                whole = isinstance(cell[key], str)
                cell[key] = code if whole else re.findall(r'[^\n]*\n|[^\n]+', code)
    return write(notebook)


def _writer(text: str, notebook: object) -> Any:
    """A writer of JSON in the format of `text`: its indentation, its escapes, its last line end."""
    end = '\n' if text.endswith('\n') else ''
    manners: list[dict[str, Any]] = [
        {'indent': indent, 'ensure_ascii': escaped, 'sort_keys': order}
        for indent in (1, 2, 4, None)
        for escaped in (False, True)
        for order in (False, True)
    ]
    for manner in manners:
        if json.dumps(notebook, **manner) + end == text:
            break
    else:
        manner = manners[0]
    return lambda changed: json.dumps(changed, **manner) + end


def document(content: str, *, notebook: bool) -> Script | Notebook:
    """The text of a file, ready to be changed."""
    return Notebook(content) if notebook else Script(content)
