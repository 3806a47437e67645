"""The codemod: rewrites TF1 programs so that they run on TensorFlow 2 without the runner.

`migrate_source` is a pure function of a text. `migrate` reads files, `write` writes one. Fixers run
in rounds, until a round has nothing to change; so the result of a run is what a second run leaves
alone.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from tf_seq2seq_compat.files import write_atomically
from tf_seq2seq_compat.migrate import edits, sources
from tf_seq2seq_compat.migrate.edits import Edit, Notebook, Script
from tf_seq2seq_compat.migrate.fixers import FIXERS, FOR_TENSORFLOW_2, older_versions
from tf_seq2seq_compat.migrate.project import Project
from tf_seq2seq_compat.migrate.source_module import Finding, Module
from tf_seq2seq_compat.terminal import progress
from tf_seq2seq_compat.tf1 import eras
from tf_seq2seq_compat.tf1.eras import evidence as versions
from tf_seq2seq_compat.tf1.python2 import evidence, written

REWRITTEN, LOOK, UNKNOWN = 'rewritten', 'needs a look', 'unknown'
KINDS = (REWRITTEN, LOOK, UNKNOWN)
_ROUNDS = 8
_UNPARSABLE = 'is left as it was, as what would replace it does not parse: rewrite it by hand'


@dataclass(frozen=True)
class Note:
    """A message about one line of a file.

    Attributes:
      kind: one of `KINDS`.
      place: of what is rewritten, in the file as it was; of all else, in the result.
      name: the name it is about.
      advice: what to do, or what was done.
    """

    kind: str
    place: sources.SourcePosition
    name: str
    advice: str = ''


@dataclass(frozen=True)
class Result:
    """The result for one text.

    Attributes:
      text: the text, rewritten.
      notes: what was done, and what is left, by place.
      problems: what could not be read.
    """

    text: str
    notes: tuple[Note, ...] = ()
    problems: tuple[str, ...] = ()

    def count(self, kind: str) -> int:
        """How many notes are of a kind."""
        return sum(note.kind == kind for note in self.notes)


def migrate_source(
    text: str,
    *,
    path: Path | None = None,
    project: Project | None = None,
    is_program: bool | None = None,
    notebook: bool = False,
    python_2: str | None = None,
    version: str = eras.LATEST,
) -> Result:
    """Rewrites the text of a Python file or a notebook.

    Args:
      text: what the file holds.
      path: the file, by which modules of the project are found; it is not read.
      project: the files that are migrated with it.
      is_program: it is run, not imported; by default as the project has it.
      notebook: `text` is that of an .ipynb file.
      python_2: what shows that `text` is Python 2; looked for in it by default.
      version: the version of TensorFlow that it was written for, one of `eras.VERSIONS`.

    Returns:
      The new text, which parses, and what was done and left.

    Raises:
      Unreadable: `text` is not Python, or not a notebook.

    Example:
      >>> from tf_seq2seq_compat.migrate.codemod import migrate_source
      >>> text = 'import tensorflow as tf' + chr(10) + 'cell = tf.contrib.rnn.GRUCell(8)' + chr(10)
      >>> print(migrate_source(text, is_program=False).text, end='')
      import tensorflow.compat.v1 as tf
      import tf_seq2seq_compat as seq2seq
      cell = seq2seq.GRUCell(8)
    """
    if project is None:
        project = Project([path] if path is not None else [])
    if is_program is None:
        is_program = True if path is None else project.is_program(path)
    notes: list[Note] = []
    if notebook:
        text = _notebook_from_python_2(text, notes)
    else:
        text = _from_python_2(text, path, python_2, notes)
        sources.check(text)
    document = edits.document(text, notebook=notebook)
    refused: set[tuple[str, str]] = set()
    for _ in range(_ROUNDS):
        changes, findings = _round(document, path, project, is_program, refused, version)
        while not _parses(document.edited(changes), document):
            refused |= _unparsable(document, changes)
            changes, findings = _round(document, path, project, is_program, refused, version)
        notes += _notes(document, findings, rewritten=True)
        if not changes:
            break
        document, version = document.edited(changes), eras.LATEST
    notes += _notes(document, findings, rewritten=False)
    ordered = sorted(notes, key=lambda note: (note.place.cell or 0, note.place.line))
    return Result(document.text, tuple(dict.fromkeys(ordered)), document.problems)


def _from_python_2(
    text: str, path: Path | None, words: str | None, notes: list[Note], cell: int | None = None
) -> str:
    """A text as Python 3; what was rewritten for that is added to the notes."""
    words = evidence.of_text(text) if words is None else words
    if not words:
        return text
    try:
        new, changes = written.written(text.replace('\r\n', '\n'), path)
    except ImportError as error:
        raise sources.Unreadable(f'is Python 2: {words}; to have it translated, {error}') from None
    except SyntaxError:
        return text  # What it is not will be said of it as it stands.
    for line, was, now in changes:
        notes.append(Note(REWRITTEN, sources.SourcePosition(line, cell), was or 'Python 2', now))
    return new.replace('\n', '\r\n' if '\r\n' in text else '\n')


def _notebook_from_python_2(text: str, notes: list[Note]) -> str:
    """A notebook whose cells are Python 3; cells with magics stay as they are."""
    if not sources.is_python_notebook(text):
        return text
    words = sources.python_2_of_notebook(text)
    changed = {}
    for number, cell in enumerate(sources.code_cells(text), start=1):
        if words and sources.without_magics(cell) == cell:
            new = _from_python_2(cell, None, words, notes, number)
            if new != cell:
                changed[number] = new
    return edits.with_cells(text, changed) if changed else text


def _round(
    document: Script | Notebook,
    path: Path | None,
    project: Project,
    is_program: bool,
    refused: set[tuple[str, str]],
    version: str,
) -> tuple[list[Edit], list[Finding]]:
    """The changes of one round, but those of `refused`, and what the fixers say."""
    if not document.code.strip():
        return [], []
    module = Module(
        document.code,
        path,
        project,
        is_program=is_program,
        breaks=document.breaks,
        version=version,
    )
    older = [] if version == eras.LATEST else [older_versions.fixer(module)]
    changes: list[Edit] = []
    findings: list[Finding] = []
    left: dict[int, Finding] = {}
    lines = edits.Lines(module.code)
    is_for_2 = project.is_for_tensorflow_2(path, document.code)
    fixers = FOR_TENSORFLOW_2 if is_for_2 else (*older, *FIXERS)
    for fix in fixers:
        for each in fix(module):
            if isinstance(each, Finding):
                findings.append(each)
                continue
            old = module.code[each.start : each.end]
            if (old, each.text) in refused:
                line, _ = lines.place(each.start)
                left[line] = Finding('needs a look', line, old, _UNPARSABLE)
            elif old != each.text:
                changes.append(each)
    kept = [each for each in findings if each.kind != REWRITTEN or each.node_line not in left]
    return edits.compatible(changes), [*kept, *left.values()]


def _unparsable(document: Script | Notebook, changes: list[Edit]) -> set[tuple[str, str]]:
    """The changes, old and new text, that leave no Python when those before them are made."""
    kept: list[Edit] = []
    found = set()
    for change in changes:
        if _parses(document.edited([*kept, change]), document):
            kept.append(change)
        else:
            found.add((document.code[change.start : change.end], change.text))
    return found


def _parses(after: Script | Notebook, before: Script | Notebook) -> bool:
    """Whether a changed document is Python as the one before was."""
    try:
        sources.check(after.code)
    except sources.Unreadable:
        return False
    return after.problems == before.problems


def _notes(
    document: Script | Notebook, findings: Iterable[Finding], *, rewritten: bool
) -> Iterator[Note]:
    for each in findings:
        if (each.kind == REWRITTEN or each.before) == rewritten:
            yield Note(each.kind, document.place(each.node_line), each.name, each.advice)


# Files
# ----------------------------------------------------------------------------------------


@dataclass
class FileResult:
    """The result for one file.

    Attributes:
      path: the file.
      before: its text.
      result: what became of it; None where it could not be read.
      problems: why the file, or a cell of it, could not be read or written.
      backup: the copy of the file as it was.
      encoding: what the file is written in.
    """

    path: Path
    before: str = ''
    result: Result | None = None
    problems: list[str] = field(default_factory=list)
    backup: Path | None = None
    encoding: str = 'utf-8'

    @property
    def changed(self) -> bool:
        """Whether the file is to be another."""
        return self.result is not None and self.result.text != self.before


def write(file: FileResult, *, backup: bool = False) -> None:
    """Writes a file that is to be another: under another name first, then in the place of the old.

    Args:
      file: what became of it. An error of the disk is noted in its problems.
      backup: keep the file as it was beside it, its name ending in `.orig`.
    """
    if file.result is None or not file.changed:
        return
    try:
        content = file.result.text.encode(file.encoding)
        if backup:
            kept = _free(file.path)
            write_atomically(kept, file.path.read_bytes(), like=file.path)
            file.backup = kept
        write_atomically(file.path, content, like=file.path)
    except (OSError, UnicodeEncodeError) as error:
        file.problems.append(f'cannot be written: {error}')


def write_text(path: Path, text: str) -> None:
    """Writes a text file at once, or not at all."""
    write_atomically(path, text.encode('utf-8'), like=path if path.exists() else None)


def _free(path: Path) -> Path:
    """A name for a backup that no file has."""
    candidate = path.with_name(f'{path.name}.orig')
    number = 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f'{path.name}.orig{number}')
    return candidate


def migrate(paths: Iterable[Path], version: str | None = None) -> Iterator[FileResult]:
    """Rewrites files and folders; writes nothing.

    Args:
      paths: Python files, notebooks, and folders of them.
      version: the version of TensorFlow that they were written for, one of `eras.VERSIONS`; by
        default what they fit, which is said where it is not 1.15.

    Yields:
      One result a file, in the order of the paths and of their names.
    """
    files = list(dict.fromkeys(file for path in paths for file in sources.files_below(path)))
    project = Project(files)
    # All files as they are before any is written.
    for file in files:
        project.outline(file)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # What the loaded libraries say of themselves.
        python_2 = evidence.of_files(files)
        version = version or _version_of(files)
        for file in progress(files, 'migrate'):
            yield _migrate_file(file, project, python_2.get(file, ''), version)


def _version_of(files: list[Path]) -> str:
    """The version that the files fit."""
    folders = dict.fromkeys(file.parent for file in files)
    version, words = versions.decision(versions.of_files(files), versions.beside(folders))
    if words:
        words = words.replace('run as', 'rewritten as')
        print(f'tf-seq2seq-compat: {words}. Another: --from VERSION', file=sys.stderr)
    return version


def _migrate_file(file: Path, project: Project, python_2: str, version: str) -> FileResult:
    one = FileResult(file)
    is_notebook = file.suffix == '.ipynb'
    try:
        content = file.read_bytes()
        if is_notebook:
            one.before = content.decode('utf-8')
        else:
            one.before, one.encoding = sources.decoded(content)
        one.result = migrate_source(
            one.before,
            path=file,
            project=project,
            notebook=is_notebook,
            python_2=python_2,
            version=version,
        )
        one.problems += one.result.problems
    except OSError as error:
        one.problems.append(f'cannot be read: {error.strerror}')
    except (SyntaxError, UnicodeDecodeError) as error:
        one.problems.append(f'does not have the encoding that it says: {error}')
    except sources.Unreadable as error:
        one.problems.append(str(error))
    except cst.ParserSyntaxError as error:
        one.problems.append(f'does not parse: line {error.raw_line}: {error.message}')
    except RecursionError:
        one.problems.append('is nested too deeply to be read')
    return one
