"""Which versions of TensorFlow 1 a program fits, by what its files use; TensorFlow is not loaded.

Evidence is a name or an argument that some versions lack, the axis of `tf.concat` or `tf.split` by
position, how many results of a function are taken, the fields of states, and the methods of
helpers. What stands in one part of a `try`, or below a question about the version, is none, unless
each other part has it, too: such a program fits several.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tf_seq2seq_compat.tf1 import eras, symbols


class Evidence(NamedTuple):
    """One thing that a file uses.

    Attributes:
      file: the file.
      line: the line; none of a checkpoint.
      what: the name, the argument, or what it is.
      versions: those that have it.
    """

    file: str
    line: int
    what: str
    versions: tuple[str, ...]

    def __str__(self) -> str:
        words = eras.span_words(self.versions)
        place = ':'.join(filter(None, (os.path.basename(self.file), str(self.line or ''))))
        return f'{place}: {self.what} (TensorFlow {words})'


def of_text(text: str, file: str) -> list[Evidence]:
    """The evidence of a file.

    Args:
      text: Python 3, or what can be read as it.
      file: its name.

    Returns:
      The evidence; none for what cannot be read.

    Example:
      >>> from tf_seq2seq_compat.tf1.eras import evidence
      >>> text = 'import tensorflow as tf\\ncell = tf.nn.rnn_cell.GRUCell(4, input_size=4)'
      >>> [str(each) for each in evidence.of_text(text, 'a.py')][-1]
      'a.py:2: argument input_size of tf.nn.rnn_cell.GRUCell (TensorFlow 0.12)'
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    reader = _Reader(file)
    reader.visit(tree)
    return reader.found


class _Reader(ast.NodeVisitor):
    def __init__(self, file: str) -> None:
        self.found: list[Evidence] = []
        self._file = file
        self._names: dict[str, str] = {}

    # -- names -----------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            if each.name.partition('.')[0] == 'tensorflow':
                self._names[each.asname or 'tensorflow'] = (
                    each.name if each.asname else 'tensorflow'
                )
                self._note(node, each.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level and node.module.partition('.')[0] == 'tensorflow':
            for each in node.names:
                name = _public(f'{node.module}.{each.name}')
                self._names[each.asname or each.name] = name
                self._note(node, name)

    def visit_Assign(self, node: ast.Assign) -> None:
        called = node.value if isinstance(node.value, ast.Call) else None
        target = node.targets[0]
        if called is not None and isinstance(target, ast.Tuple):
            self._unpacked(called, target)
        name = self._dotted(node.value)
        self.generic_visit(node)
        if isinstance(target, ast.Name) and len(node.targets) == 1:
            if name:
                self._names[target.id] = name
            else:
                self._names.pop(target.id, None)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._dotted(node)
        if name:
            self._note(node, name)
        else:
            self.generic_visit(node)

    def _dotted(self, node: ast.AST) -> str:
        if isinstance(node, ast.Name):
            return self._names.get(node.id, '')
        if isinstance(node, ast.Attribute):
            head = self._dotted(node.value)
            return _public(f'{head}.{node.attr}') if head else ''
        return ''

    def _note(self, node: ast.AST, name: str, argument: str = '') -> None:
        parts = name.split('.')
        heads = ['.'.join(parts[:end]) for end in range(2, len(parts) + 1)]
        for each in [f'{name}({argument})'] if argument else reversed(heads):
            versions = eras.names().get(each) or _until(each)
            if versions is not None:
                shown = f'argument {argument} of {_shown(name)}' if argument else _shown(each)
                self._add(node, shown, versions)
                return

    def _add(self, node: ast.AST, what: str, versions: tuple[str, ...]) -> None:
        self.found.append(Evidence(self._file, node.lineno, what, versions))  # type: ignore[attr-defined]

    # -- calls -----------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> None:
        name = self._dotted(node.func)
        self.generic_visit(node)
        for keyword in node.keywords:
            if name and keyword.arg:
                self._note(node, name, keyword.arg)
        if name in ('tensorflow.concat', 'tensorflow.split') and len(node.args) > 1:
            self._axis_first(node, _shown(name), name.endswith('split'))
        if name == 'tensorflow.contrib.seq2seq.AttentionWrapperState':
            given = {each.arg for each in node.keywords}
            if None not in given and len(node.args) + len(given) == 5:
                self._add(node, 'an AttentionWrapperState of five fields', ('1.2', '1.3', '1.4'))

    def _axis_first(self, node: ast.Call, name: str, is_split: bool) -> None:
        first, last = node.args[0], node.args[-1]
        tensors = (ast.List, ast.Tuple, ast.ListComp)
        if _is_number(first) and not _is_number(last):
            self._add(node, f'{name} with the axis first', eras.VERSIONS[:1])
        elif not is_split and isinstance(first, tensors) and not isinstance(last, tensors):
            self._add(node, f'{name} with the tensors first', eras.VERSIONS[1:])

    def _unpacked(self, called: ast.Call, target: ast.Tuple) -> None:
        name, number = self._dotted(called.func), len(target.elts)
        starred = any(isinstance(each, ast.Starred) for each in target.elts)
        versions = () if starred else _RESULTS.get(name, {}).get(number, ())
        if versions:
            self._add(called, f'{number} results of {_shown(name)}', versions)

    # -- classes ---------------------------------------------------------------------------------

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        helper = 'tensorflow.contrib.seq2seq.Helper'
        if any(self._dotted(base) == helper for base in node.bases):
            own = {name for each in node.body for name in _bound(each)}
            if 'sample' in own and not own & {'sample_ids_shape', 'sample_ids_dtype'}:
                versions = tuple(each for each in eras.versions_with(helper) if each in _UNTIL_1_3)
                self._add(node, 'a helper without sample_ids_shape', versions)
        self.generic_visit(node)

    # -- what may not run ------------------------------------------------------------------------

    def visit_Try(self, node: ast.Try) -> None:
        if not node.handlers:
            self.generic_visit(node)
        else:
            parts = [[*node.body, *node.orelse], *(each.body for each in node.handlers)]
            self._one_of(parts)
            self._visit_all(node.finalbody)

    def visit_If(self, node: ast.If) -> None:
        words = ast.unparse(node.test)
        if re.search(r'__version__|\bVERSION\b|hasattr|version', words):
            self._one_of([node.body, node.orelse])
        else:
            self.generic_visit(node)

    def _one_of(self, parts: Sequence[Sequence[ast.stmt]]) -> None:
        """Takes as evidence what each of the parts uses, of which one runs."""
        kept, by_part = self.found, []
        for part in parts:
            self.found = []
            self._visit_all(part)
            by_part.append({each.what: each for each in reversed(self.found)})
        common = set.intersection(*(set(each) for each in by_part))
        self.found = kept + [each for what, each in by_part[0].items() if what in common]

    def _visit_all(self, statements: Sequence[ast.stmt]) -> None:
        for each in statements:
            self.visit(each)


_SINCE_1_2 = eras.VERSIONS[eras.VERSIONS.index('1.2') :]
_UNTIL_1_3 = eras.VERSIONS[: eras.VERSIONS.index('1.4')]
_RESULTS: dict[str, dict[int, tuple[str, ...]]] = {
    'tensorflow.contrib.seq2seq.dynamic_decode': {2: ('1.1',), 3: _SINCE_1_2},
    'tensorflow.contrib.seq2seq._compute_attention': {2: _SINCE_1_2[:-1], 3: _SINCE_1_2[-1:]},
}
_FILE = re.compile(r'(tensorflow\.contrib\.seq2seq)\.python\.ops\.\w+\.(\w+)')


def _until(name: str) -> tuple[str, ...] | None:
    """The versions that have a name inside `tensorflow.python` or a package's `python`."""
    row = symbols.TABLE.get(name)
    return eras.versions_with(name, row.until) if row is not None and row.until else None


def _public(name: str) -> str:
    """The public name of what a program takes from the file where it stood."""
    return _FILE.sub(r'\1.\2', name)


def _bound(statement: ast.stmt) -> list[str]:
    """The names that a statement of a class gives to it."""
    if isinstance(statement, ast.Assign):
        return [each.id for each in statement.targets if isinstance(each, ast.Name)]
    return [name] if (name := getattr(statement, 'name', '')) else []


def _shown(name: str) -> str:
    return 'tf.' + name.partition('.')[2]


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def fitting(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The versions that have all of it."""
    having = set(eras.VERSIONS)
    for each in evidence:
        having &= set(each.versions)
    return tuple(each for each in eras.VERSIONS if each in having)


_REQUIREMENT = re.compile(
    r'(?m)^\s*(?:install_requires.*|[\'"]|#)?\s*(tensorflow(?:-gpu|-cpu)?\s*[=~]=\s*((?:0|1)\.\d+)\S*)'
)


def required(folders: Iterable[Path]) -> list[Evidence]:
    """The versions that files of requirements in some folders name."""
    found = []
    for folder in folders:
        for file in sorted(folder.glob('*requirements*.txt')):
            text = file.read_text(encoding='utf-8', errors='replace')
            for one in _REQUIREMENT.finditer(text):
                line = text.count('\n', 0, one.start(1)) + 1
                found.append(Evidence(str(file), line, one[1], (eras.parse(one[2]),)))
    return found


# Names of variables as an index file has them, which leaves out what a name begins with as the one
# before did. TensorFlow, which reads such files, is not loaded before the program loads it.
_VARIABLES = (
    (rb'Linear/(?:Matrix|Bias)|LSTMCell/(?:W_0|B)\b', eras.VERSIONS[:1]),
    (rb'dynamic_attention_wrapper/', ('1.1',)),
    (rb'\w+_cell/(?:\w+/)?(?:weights|biases)', ('1.0', '1.1')),
    (rb'\w+_cell/(?:\w+/)?(?:kernel|bias)(?!es)', _SINCE_1_2),
)


def restored(folders: Iterable[Path]) -> Iterator[Evidence]:
    """The versions that wrote the checkpoints in some folders and those inside, by their names."""
    for folder in folders:
        for file in sorted([*folder.glob('*.index'), *folder.glob('*/*.index')]):
            content = file.read_bytes()
            for pattern, versions in _VARIABLES:
                if found := re.search(pattern, content):
                    name = found[0].decode('ascii', 'replace')
                    yield Evidence(str(file), 0, f'a variable …{name}', versions)
                    break


_SAID = re.compile(
    r"""(?ix) \b tensor[ ]?flow (?:[-_](?:gpu|cpu))? [`*\])]* [ ]*
    (?P<how> [=~]= | >= | ≥ | [-_:/( ] | \bversion\b | \bv )* [ ]*
    (?P<version> (?: 0\.\d\d? | 1\.1?\d (?!\d) ) )
    (?P<on> (?:\.\d+)? (?: \+ | [ ](?:or|and)[ ](?:later|above|higher|newer|up) ) )?"""
)


def said(folders: Iterable[Path]) -> Iterator[Evidence]:
    """The versions that the words of README files in some folders name, badges as well."""
    for folder in folders:
        for file in sorted(folder.glob('[Rr][Ee][Aa][Dd][Mm][Ee]*')):
            if not file.is_file():
                continue
            text = file.read_text(encoding='utf-8', errors='replace')
            mentions = list(_SAID.finditer(text))
            if mentions:
                first = mentions[0]
                versions = set().union(*map(_meant, mentions))
                ordered = tuple(each for each in eras.VERSIONS if each in versions)
                line = text.count('\n', 0, first.start()) + 1
                if ordered:
                    yield Evidence(str(file), line, f'the words {first[0]!r}', ordered)


def _meant(mention: re.Match[str]) -> tuple[str, ...]:
    try:
        version = eras.parse(mention['version'])
    except ValueError:
        return ()
    from_it_on = mention['on'] or (mention['how'] or '') in ('>=', '≥')
    return eras.VERSIONS[eras.VERSIONS.index(version) :] if from_it_on else (version,)


def beside(folders: Iterable[Path]) -> Iterator[Evidence]:
    """What lies beside the code and says a version, what counts more first; read when asked for."""
    folders = list(folders)
    yield from required(folders)
    yield from restored(folders)
    yield from said(folders)


def decision(evidence: Sequence[Evidence], others: Iterable[Evidence] = ()) -> tuple[str, str]:
    """The version that a program is run as, and the reason.

    Args:
      evidence: what its files use.
      others: what lies `beside` them, what counts more first; each decides between the versions
        that are left, if 1.15 is none of them.

    Returns:
      1.15, with no words, where that fits; else the newest that does, and what contradicts it.
      Where none does, 1.15, and what contradicts what.
    """
    fits = fitting(evidence)
    if eras.LATEST in fits:
        return eras.LATEST, ''
    strongest = sorted(evidence, key=lambda each: len(each.versions))
    if fits:
        against = []
        for each in others:
            left = tuple(version for version in fits if version in each.versions)
            against += [] if left else [str(each)]
            fits = left or fits
        without = next(each for each in strongest if eras.LATEST not in each.versions)
        words = f'run as a program for TensorFlow {fits[-1]}, by {without}'
        return fits[-1], ', against '.join([words, *against])
    first, second = next(_contradictions(strongest), (strongest[0], strongest[-1]))
    return eras.LATEST, (
        f'the program fits no version of TensorFlow 1: {first}, but {second}. It is run as one for '
        '1.15'
    )


def _contradictions(evidence: Sequence[Evidence]) -> Iterator[tuple[Evidence, Evidence]]:
    for index, one in enumerate(evidence):
        for other in evidence[index + 1 :]:
            if not set(one.versions) & set(other.versions):
                yield one, other


def of_files(files: Iterable[Path]) -> list[Evidence]:
    """The evidence of the files of a program, of Python 2 and of notebooks as well."""
    return [each for file in files for each in of_text(text_of(file), str(file))]


def text_of(file: Path) -> str:
    """The text of a file as Python 3, of a notebook that of its cells; empty if there is none."""
    try:
        code = file.read_bytes()
    except OSError:
        return ''
    if file.suffix == '.ipynb':
        return _of_notebook(code)
    from tf_seq2seq_compat.tf1.python2 import evidence as python2

    try:
        text = python2.decoded(code)
    except (SyntaxError, UnicodeDecodeError):  # which is said where the file is read to be run
        return ''
    if not python2.of_text(code, file):
        return text
    return _translated(text)


def _translated(text: str) -> str:
    """A text of Python 2 as Python 3; itself where it cannot be translated."""
    from tf_seq2seq_compat.tf1.python2 import translation

    try:
        return translation.translated(text, thorough=False).text
    except Exception:  # of one file among others, whose own error comes when it is loaded
        return text


def _of_notebook(code: bytes) -> str:
    import json

    try:
        cells = json.loads(code).get('cells', [])
    except (ValueError, AttributeError):
        return ''
    lines: list[str] = []
    for cell in cells:
        if cell.get('cell_type') == 'code':
            source = ''.join(cell.get('source', ()))
            plain = re.sub(r'(?m)^\s*[%!].*$', 'pass', source)
            lines += [plain if _is_python(plain) else _translated(plain)]
    return '\n'.join(each for each in lines if _is_python(each))


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
