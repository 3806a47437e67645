"""The TF1 names that a project uses, and whether each works under the runner.

Nothing of the project is run or imported. What a name becomes is looked up where the runner would
look it up: in the symbol table, and in the installed TensorFlow through the façade.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import json
import logging
import sys
import types
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

import libcst as cst
from libcst import metadata

from tf_seq2seq_compat import terminal
from tf_seq2seq_compat.keras_packages import is_imported_keras
from tf_seq2seq_compat.migrate import sources, ways
from tf_seq2seq_compat.migrate.name_resolution import Names
from tf_seq2seq_compat.terminal import coloured, progress
from tf_seq2seq_compat.tf1 import eras, facade, symbols
from tf_seq2seq_compat.tf1.eras import evidence as versions
from tf_seq2seq_compat.tf1.installed_addons import ADDONS
from tf_seq2seq_compat.tf1.python2 import evidence

PROVIDED = 'provided'
REPAIRED = 'repaired'
PARTLY = 'partly provided'
GONE = 'gone'
STATUSES = (GONE, PARTLY, REPAIRED, PROVIDED)
_COLOURS = {GONE: 'red', PARTLY: 'yellow', REPAIRED: 'green', PROVIDED: 'green'}


# What becomes of a name
# ----------------------------------------------------------------------------------------


_ROOTS = ('tensorflow', 'keras', ADDONS)


@dataclass(frozen=True)
class Verdict:
    """Whether one name works under the runner, and how.

    Attributes:
      name: the name, as far as it says something: up to the first class or function, or to the
        first part that does not exist.
      status: one of `STATUSES`.
      legacy: TensorFlow 2 (or today's Keras) does not have the name without this package.
      advice: what to use instead, or what is done.
    """

    name: str
    status: str
    legacy: bool
    advice: str = ''


@dataclass(frozen=True)
class _Found:
    """How far a dotted name leads: the object there, and what of the name it took."""

    name: str
    value: Any
    exists: bool


def _follow(root: types.ModuleType, name: str) -> _Found:
    """Follows a dotted name from its root module to the first thing that is not a module."""
    value: Any = root
    path, *rest = name.split('.')
    for part in rest:
        if not isinstance(value, types.ModuleType):
            break
        path += f'.{part}'
        try:
            value = getattr(value, part)
        except Exception:  # Whatever a lazily loaded module raises, it is not there.
            try:
                value = _import_below(root, path)
            except Exception:
                return _Found(path, None, False)
    return _Found(path, value, True)


def _import_below(root: types.ModuleType, path: str) -> types.ModuleType:
    if isinstance(root, facade.Namespace):
        return facade.get_facade(root.__name__, 'v1').import_module(path)
    return importlib.import_module(path)


def canonical(name: str) -> str:
    """A legacy name without its aliases: `tensorflow.nn.seq2seq` is `…contrib.legacy_seq2seq`."""
    parts = name.split('.')
    for end in range(len(parts), 1, -1):
        row = symbols.TABLE.get('.'.join(parts[:end]))
        if row is not None and row.kind == 'alias':
            return canonical('.'.join([row.target, *parts[end:]]))
    return name


def _problem_of(value: object) -> str:
    """Why a module of the table does not load, if it does not."""
    try:
        if isinstance(value, facade.Namespace):
            value._base()
    except Exception as error:
        return f'Its replacement does not load: {type(error).__name__}: {error}'
    return ''


def _has_something(module: str) -> bool:
    """Whether the table provides anything in a module or below it."""
    row = symbols.TABLE.get(module)
    if row is None or row.target:
        return True
    head = f'{module}.'
    return any(each.target for name, each in symbols.TABLE.items() if name.startswith(head))


@functools.cache
def verdict(name: str) -> Verdict | None:
    """Whether a full dotted name works under the runner; None for names of other libraries.

    Loads TensorFlow.

    Example:
      >>> from tf_seq2seq_compat.migrate import scan
      >>> scan.verdict('tensorflow.contrib.seq2seq.tile_batch').status
      'provided'
      >>> scan.verdict('tensorflow.contrib.tpu.TPUEstimator').status
      'gone'
      >>> scan.verdict('tensorflow.reduce_sum').legacy
      False
      >>> scan.verdict('collections.Mapping').status
      'repaired'
    """
    root = name.partition('.')[0]
    if root not in _ROOTS:
        return _restored(name)
    if name == root != ADDONS:
        return None
    found = _follow(facade.get_facade(root, 'v1').root, name)
    row = symbols.TABLE.get(canonical(found.name))
    legacy = _is_legacy(found.name)
    if not found.exists:
        return Verdict(found.name, GONE, legacy, _instead(found.name))
    problem = _problem_of(found.value)
    if problem:
        return Verdict(found.name, GONE, legacy, problem)
    if isinstance(found.value, facade.Namespace) and not _has_something(canonical(found.name)):
        advice = f'it imports, but nothing in it is provided. {_instead(found.name)}'.rstrip()
        return Verdict(found.name, PARTLY, legacy, advice)
    if row is not None and row.kind == 'symbol' and row.target and row.advice:
        return Verdict(found.name, PARTLY, legacy, row.advice)
    return Verdict(found.name, PROVIDED, legacy)


@functools.cache
def _old_libraries() -> dict[str, Verdict]:
    """The names that Python and NumPy removed and the runner restores."""
    from tf_seq2seq_compat.tf1.old_libraries import tables

    verdicts = {}
    for row in tables.NAMES:
        name = f'{row.module}.{row.name}'
        advice = f'Gone since {row.gone}, restored by run. Today: {row.advice}.'
        verdicts[name] = Verdict(name, REPAIRED, True, advice)
    for gone in tables.MODULES:
        if gone.target:
            status, what = REPAIRED, 'restored by run'
        elif gone.package and importlib.util.find_spec(gone.name) is not None:
            status, what = REPAIRED, 'installed here'
        else:
            status, what = GONE, 'not restored'
        advice = f'Gone since {gone.gone}, {what}. Today: {gone.advice}.'
        verdicts[gone.name] = Verdict(gone.name, status, True, advice)
    return verdicts


def _restored(name: str) -> Verdict | None:
    while name:
        if name in _old_libraries():
            return _old_libraries()[name]
        name = name.rpartition('.')[0]
    return None


def _instead(name: str) -> str:
    advice = symbols.advice_for(canonical(name))
    if advice:
        return f'Use instead: {advice}.'
    if not _is_legacy(name):
        return 'A name of TensorFlow 2 that TF1 does not have.'
    return 'The installed TensorFlow has no such name.'


def has_advice(name: str) -> bool:
    """Whether the table says what to use instead of a name."""
    return bool(symbols.advice_for(canonical(name)))


def _is_legacy(name: str) -> bool:
    if name.startswith(('tensorflow.contrib', 'tensorflow.python', ADDONS)):
        return True
    plain = canonical(name)
    if plain != name and name.startswith('tensorflow.compat.v1.'):
        # In TensorFlow 2, but some of it only in name: what the table has rows for.
        return not plain.startswith('tensorflow.keras') and (
            plain in symbols.TABLE or plain.rpartition('.')[0] in _LEGACY_PACKAGES
        )
    root = importlib.import_module(name.partition('.')[0])
    return not _follow(root, name).exists


_LEGACY_PACKAGES = {
    row.name for row in symbols.TABLE.values() if row.kind == 'module' and '.' in row.name
}


def star_exports(module: str, name: str) -> bool:
    """Whether a star import brings a name, as far as this package is about the module."""
    if module.partition('.')[0] not in _ROOTS or name.startswith('_'):
        return False
    found = verdict(f'{module}.{name}')
    return found is not None and found.status != GONE


# What a file uses
# ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Occurrence:
    """A name at a place of a file."""

    place: sources.SourcePosition
    verdict: Verdict


@dataclass
class FileReport:
    """The names that one file uses.

    Attributes:
      path: the file.
      occurrences: by place.
      problems: why the file, or a cell, could not be read.
      python_2: what shows that the file is Python 2, which `run` and `migrate` translate.
      way: how its model becomes an object of TensorFlow 2, or nothing.
    """

    path: Path
    occurrences: list[Occurrence] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    python_2: str = ''
    way: str = ''


def scan_file(path: Path, *, every_name: bool = False, python_2: str | None = None) -> FileReport:
    """Reads one file.

    Args:
      path: a Python file or a notebook.
      every_name: report what TensorFlow 2 has as well.
      python_2: what shows that the file is Python 2; looked for in the file by default.
    """
    report = FileReport(path)
    try:
        source = sources.read(path, python_2)
        report.python_2 = source.python_2
        report.problems += source.problems
        wrapper = cst.MetadataWrapper(cst.parse_module(source.code), unsafe_skip_copy=True)
        names = Names(wrapper, star_exports)
        report.occurrences += _occurrences(source, wrapper, names, every_name)
        report.way = ways.way(source.path, wrapper, names)
    except sources.Unreadable as error:
        report.problems.append(str(error))
    except cst.ParserSyntaxError as error:
        report.problems.append(f'does not parse: line {error.raw_line}: {error.message}')
    except RecursionError:
        report.problems.append('is nested too deeply to be read')
    return report


def _occurrences(
    source: sources.Source, wrapper: cst.MetadataWrapper, names: Names, every_name: bool
) -> list[Occurrence]:
    own = own_names(source.path, names)
    optional = _do_without(names)
    found: dict[tuple[int, str], Occurrence] = {}
    positions = wrapper.resolve(metadata.PositionProvider)

    def note(node: cst.CSTNode, judged: Verdict | None) -> None:
        if judged is not None and (judged.legacy or every_name or judged.status == GONE):
            line = positions[node].start.line
            found[line, judged.name] = Occurrence(source.place(line), judged)

    for use in names.uses:
        if use.kind != 'store' and not f'{use.name}.'.startswith(own):
            judged = verdict(use.name)
            if judged is not None and judged.status == GONE:
                judged = _of_another_version(judged)
            if judged is not None and judged.status == GONE and judged.name in optional:
                judged = replace(judged, status=PARTLY, advice=f'{_GOES_ON} {judged.advice}')
            note(use.node, judged)
    for node in names.unbound:
        note(node, forgotten(node.value, names))
    return [found[key] for key in sorted(found)]


def own_names(path: Path, names: Names) -> tuple[str, ...]:
    """The modules that a project has itself under a library's name, each with a dot at its end."""
    return (*_names_set(names), *own_modules(path, names))


def _names_set(names: Names) -> tuple[str, ...]:
    """The attributes that the file itself sets on a library's module."""
    return tuple({f'{use.name}.' for use in names.uses if use.kind == 'store'})


_GOES_ON = 'Not there, and the program goes on without it.'


def _do_without(names: Names) -> set[str]:
    """Missing names that are used in a `try` that handles their absence."""
    judged = [verdict(use.name) for use in names.uses if use.guarded]
    return {each.name for each in judged if each is not None and each.status == GONE}


def own_modules(path: Path, names: Names) -> set[str]:
    """Modules that the program brings along under the name of a library's."""
    roots = {use.name.partition('.')[0] for use in names.uses} - {''}
    return {
        f'{root}.'
        for root in roots
        if (path.parent / f'{root}.py').exists() or (path.parent / root / '__init__.py').exists()
    }


def _of_another_version(judged: Verdict) -> Verdict:
    """The verdict on a name of TensorFlow 1 before 1.15, which its version provides."""
    having = eras.names().get(judged.name, ())
    if not any(eras.get(each).has(judged.name) for each in having):
        return judged
    return replace(judged, status=PROVIDED, advice=f'By run --tf {having[-1]}.')


def forgotten(name: str, names: Names) -> Verdict | None:
    """The repair of a Keras class that the script uses and forgot to import."""
    for use in names.uses:
        module = use.name.rpartition('.')[0]
        if (
            use.kind == 'import'
            and isinstance(use.node, cst.ImportAlias)
            and is_imported_keras(module)
        ):
            found = _follow(
                facade.get_facade(module.partition('.')[0], 'v1').root, f'{module}.{name}'
            )
            if found.exists and isinstance(found.value, type):
                advice = f'Never imported; taken from {module} in the script that is run.'
                return Verdict(name, REPAIRED, True, advice)
    return None


# What the project uses
# ----------------------------------------------------------------------------------------


@dataclass
class ScanReport:
    """The names that a project uses.

    Attributes:
      files: those that use something, and those that could not be read.
      read: how many files were looked at.
      evidence: what some versions of TensorFlow 1 lack.
      others: the versions that files of requirements, checkpoints and README files name.
    """

    files: list[FileReport] = field(default_factory=list)
    read: int = 0
    evidence: list[versions.Evidence] = field(default_factory=list)
    others: list[versions.Evidence] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """2: a file could not be read; 1: something is gone; 0: neither."""
        if any(file.problems for file in self.files):
            return 2
        return int(any(True for _ in self._with(GONE)))

    def _with(self, status: str) -> Iterator[str]:
        for file in self.files:
            for each in file.occurrences:
                if each.verdict.status == status:
                    yield each.verdict.name

    def summary(self) -> dict[str, Any]:
        """Counts: files, and for each status the names and the places where they are used."""
        counts: dict[str, Any] = {
            'files': self.read,
            'files_with_problems': sum(bool(file.problems) for file in self.files),
            'files_of_python_2': sum(bool(file.python_2) for file in self.files),
        }
        for status in STATUSES:
            used = list(self._with(status))
            counts[status] = {'names': len(set(used)), 'uses': len(used)}
        return counts


def scan(paths: Iterable[Path], *, every_name: bool = False) -> ScanReport:
    """Reads files and folders.

    Args:
      paths: Python files, notebooks, and folders of them.
      every_name: report what TensorFlow 2 has as well.

    Returns:
      The report, files in the order of the paths and of their names.
    """
    report, paths = ScanReport(), list(paths)
    files = list(dict.fromkeys(file for path in paths for file in sources.files_below(path)))
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # What the loaded libraries say of themselves.
        python_2 = evidence.of_files(files)
        for file in progress(files, 'scan'):
            report.read += 1
            one = scan_file(file, every_name=every_name, python_2=python_2.get(file, ''))
            if one.occurrences or one.problems or one.python_2:
                report.files.append(one)
        report.evidence += versions.of_files(files)
        folders = dict.fromkeys(path if path.is_dir() else path.parent for path in map(Path, paths))
        report.others += versions.beside(folders)
    return report


# Saying so
# ----------------------------------------------------------------------------------------


def write_text(report: ScanReport, out: TextIO) -> None:
    """Writes the report for people: by file, what is gone first."""
    for file in report.files:
        print(file.path, file=out)
        if file.python_2:
            print(f'  translated       from Python 2: {file.python_2}', file=out)
        for problem in file.problems:
            print(f'  unreadable: {problem}', file=out)
        if file.way:
            print(f'  {"to TensorFlow 2":15}  {file.way}', file=out)
        for judged, places in _by_name(file.occurrences):
            status = coloured(f'{judged.status:15}', _COLOURS.get(judged.status, ''), out)
            print(f'  {status}  {shown(judged.name)}  ({_where(places)})', file=out)
            if judged.advice:
                print(f'  {"":15}  {judged.advice}', file=out)
        print(file=out)
    _write_summary(report, out)


def shown(name: str) -> str:
    """A name as programs write it."""
    return f'np{name[5:]}' if name.startswith('numpy.') else facade.public_name(name)


def _by_name(
    occurrences: Sequence[Occurrence],
) -> list[tuple[Verdict, list[sources.SourcePosition]]]:
    places: dict[Verdict, list[sources.SourcePosition]] = {}
    for each in occurrences:
        places.setdefault(each.verdict, []).append(each.place)
    return sorted(places.items(), key=lambda item: (STATUSES.index(item[0].status), item[0].name))


def _where(places: Sequence[sources.SourcePosition]) -> str:
    if places[0].cell is None:
        return f'{"line" if len(places) == 1 else "lines"} {", ".join(map(str, places))}'
    return f'cell:line {", ".join(map(str, places))}'


def _write_summary(report: ScanReport, out: TextIO) -> None:
    counts = report.summary()
    print(f'files read: {counts["files"]}', file=out)
    if counts['files_with_problems']:
        print(f'files not or not wholly readable: {counts["files_with_problems"]}', file=out)
    if counts['files_of_python_2']:
        print(f'files of Python 2, translated: {counts["files_of_python_2"]}', file=out)
    for status in STATUSES:
        count = counts[status]
        print(f'  {status:15}  {count["names"]} names, {count["uses"]} uses', file=out)
    if report.evidence or report.others:
        _write_version(report, out)


def _write_version(report: ScanReport, out: TextIO) -> None:
    """Writes which versions of TensorFlow 1 the project fits, and what shows it."""
    fits = versions.fitting(report.evidence)
    version, words = versions.decision(report.evidence, report.others)
    said = eras.span_words(fits) if fits else 'none'
    print(f'TensorFlow 1 that it fits: {said}; run takes {version}', file=out)
    strongest: dict[str, versions.Evidence] = {}
    for each in sorted(report.evidence, key=lambda each: len(each.versions)):
        strongest.setdefault(each.what, each)
    shown = [*list(strongest.values())[:5], *report.others]
    for each in shown:
        print(f'  {each}', file=out)
    if words and not fits:
        print(f'  {words}', file=out)


def write_json(report: ScanReport, out: TextIO) -> None:
    """Writes the report for programs."""
    files = [
        {
            'path': str(file.path),
            'problems': file.problems,
            'python_2': file.python_2,
            'way': file.way,
            'uses': [
                {
                    'name': each.verdict.name,
                    'status': each.verdict.status,
                    'advice': each.verdict.advice,
                    'line': each.place.line,
                    'cell': each.place.cell,
                }
                for each in file.occurrences
            ],
        }
        for file in report.files
    ]
    json.dump(
        {
            'files': files,
            'summary': report.summary(),
            'tensorflow': {
                'fits': versions.fitting(report.evidence),
                'run_as': versions.decision(report.evidence, report.others)[0],
                'evidence': [str(each) for each in (*report.evidence, *report.others)],
            },
            'exit_code': report.exit_code,
        },
        out,
        indent=2,
    )
    print(file=out)


def load_tensorflow() -> str:
    """Loads TensorFlow without its notes about the machine.

    Returns:
      Its version.

    Raises:
      ImportError: it is not installed, or does not load.
    """
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        terminal.load_tensorflow()
    logging.getLogger('tensorflow').setLevel(logging.ERROR)
    return str(sys.modules['tensorflow'].__version__)
