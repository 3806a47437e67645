"""Reports of the codemod: what was changed and what is left, as text and as JSON."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from tf_seq2seq_compat.migrate.codemod import KINDS, LOOK, REWRITTEN, UNKNOWN, FileResult, Note
from tf_seq2seq_compat.terminal import coloured


@dataclass
class MigrationReport:
    """The result for a project.

    Attributes:
      files: those in which something was found, and those that could not be read.
      read: how many files were looked at.
    """

    files: list[FileResult] = field(default_factory=list)
    read: int = 0

    def add(self, file: FileResult) -> None:
        """Takes a file in."""
        self.read += 1
        if file.changed or file.problems or (file.result is not None and file.result.notes):
            self.files.append(file)

    @property
    def exit_code(self) -> int:
        """2: a file could not be read; 1: something is left for the person; 0: neither."""
        if any(file.problems for file in self.files):
            return 2
        return int(any(_count(file, LOOK) or _count(file, UNKNOWN) for file in self.files))

    def summary(self) -> dict[str, int]:
        """Counts: files looked at, files changed, files with problems, and places by kind."""
        counts = {
            'files': self.read,
            'files_changed': sum(file.changed for file in self.files),
            'files_with_problems': sum(bool(file.problems) for file in self.files),
        }
        for kind in KINDS:
            counts[kind.replace(' ', '_')] = sum(_count(file, kind) for file in self.files)
        return counts


def _count(file: FileResult, kind: str) -> int:
    return file.result.count(kind) if file.result is not None else 0


_COLOURS = {'+': 'green', '-': 'red', '@': 'cyan'}


def write_diff(file: FileResult, out: TextIO) -> None:
    """Writes what changes in a file, as a unified diff."""
    if not file.changed or file.result is None:
        return
    lines = difflib.unified_diff(
        file.before.splitlines(keepends=True),
        file.result.text.splitlines(keepends=True),
        str(file.path),
        str(file.path),
    )
    for line in lines:
        colour = _COLOURS.get(line[0], '')
        out.write(coloured(line.rstrip('\n'), colour, out) + '\n')
        if not line.endswith('\n'):
            out.write('\\ No newline at end of file\n')


def write_text(report: MigrationReport, out: TextIO) -> None:
    """Writes the report for people: what is left, by file, and the counts."""
    for file in report.files:
        counts = ', '.join(f'{_count(file, kind)} {kind}' for kind in KINDS if _count(file, kind))
        print(f'{file.path}: {counts or "nothing to do"}', file=out)
        if file.backup is not None:
            print(f'  as it was: {file.backup}', file=out)
        for problem in file.problems:
            print(f'  not read: {problem}', file=out)
        for kind in (UNKNOWN, LOOK):
            for note, places in _by_name(file, kind):
                print(f'  {kind}: {note.name}  ({_where(places)})', file=out)
                if note.advice:
                    print(f'    {note.advice}', file=out)
        for note, places in _by_name(file, REWRITTEN):
            if note.advice.startswith('with limits: '):
                print(f'  {note.name}  ({_where(places)}): {note.advice}', file=out)
    counts_of_all = report.summary()
    print(
        f'files read: {counts_of_all["files"]}, to change or changed: '
        f'{counts_of_all["files_changed"]}, not or not wholly readable: '
        f'{counts_of_all["files_with_problems"]}',
        file=out,
    )
    for kind in KINDS:
        print(f'  {kind:13} {counts_of_all[kind.replace(" ", "_")]}', file=out)
    if counts_of_all['files_changed']:
        print(_NEXT_STEP, file=out)


_NEXT_STEP = """\
graphs and sessions stay. To make objects of TensorFlow 2 of them: GraphModel, or layer by layer,
track_tf1_style_variables. `tf-seq2seq-compat scan` says which fits a file; sessions.md of the guide
says how."""


def _by_name(file: FileResult, kind: str) -> list[tuple[Note, list[Note]]]:
    found: dict[tuple[str, str], list[Note]] = {}
    for note in file.result.notes if file.result is not None else ():
        if note.kind == kind:
            found.setdefault((note.name, note.advice), []).append(note)
    return [(notes[0], notes) for notes in found.values()]


def _where(notes: Sequence[Note]) -> str:
    places = ', '.join(str(note.place) for note in notes)
    if notes[0].place.cell is None:
        return f'{"line" if len(notes) == 1 else "lines"} {places}'
    return f'cell:line {places}'


def as_json(report: MigrationReport) -> dict[str, object]:
    """The report as JSON has it."""
    return {
        'files': [
            {
                'path': str(file.path),
                'changed': file.changed,
                'backup': str(file.backup) if file.backup else None,
                'problems': file.problems,
                'counts': {kind.replace(' ', '_'): _count(file, kind) for kind in KINDS},
                'notes': [_note(note) for note in _notes(file)],
            }
            for file in report.files
        ],
        'summary': report.summary(),
        'exit_code': report.exit_code,
    }


def _notes(file: FileResult) -> Iterable[Note]:
    return file.result.notes if file.result is not None else ()


def _note(note: Note) -> dict[str, object]:
    return {
        'kind': note.kind,
        'name': note.name,
        'line': note.place.line,
        'cell': note.place.cell,
        'advice': note.advice,
    }


def json_of(report: MigrationReport) -> str:
    """The report for programs, as text."""
    return json.dumps(as_json(report), indent=2) + '\n'
