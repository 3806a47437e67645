"""Import statements: what they bring is brought from where it lives now.

Runs after the fixers that rewrite uses, and adds the imports that those need.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.helpers import get_full_name_for_node

from tf_seq2seq_compat.migrate import locations, scan
from tf_seq2seq_compat.migrate.edits import Edit
from tf_seq2seq_compat.migrate.fixers.namespaces import FACADE, is_namespace, stand_in
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.name_resolution import module_name
from tf_seq2seq_compat.migrate.project import below
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Import, Module, Read, import_name
from tf_seq2seq_compat.tf1 import symbols

SLIM_SUPPORT = 'tf_seq2seq_compat.tf1.contrib.slim_support'


@dataclass(frozen=True)
class _Line:
    """One statement to write.

    Attributes:
      text: the statement; empty where it is a from-import, which others may join.
      source: the module of a from-import.
      name: what it takes, with its `as`.
    """

    text: str = ''
    source: str = ''
    name: str = ''


_DROP: tuple[_Line, ...] = ()
# The statements to write for one name, None where the statement can stay; and what to say of it.
_Outcome = tuple[tuple[_Line, ...] | None, Sequence[Finding]]


def fix(module: Module) -> Iterator[Fix]:
    """Rewrites import statements, and adds what is needed."""
    guarded = {id(use.node) for use in module.names.uses if use.guarded}
    edits: dict[cst.CSTNode, list[Fix]] = {}
    for statement in _statements(module):
        edits[statement] = list(_rewritten(module, statement, guarded))
    added = _added(module, edits)
    yield from added
    for fixes in edits.values():
        yield from fixes


def _statements(module: Module) -> list[Import]:
    found = [*module.all(cst.Import), *module.all(cst.ImportFrom)]
    return sorted(found, key=module.span)  # type: ignore[arg-type]


# One statement
# ----------------------------------------------------------------------------------------


def _rewritten(module: Module, statement: Import, guarded: set[int]) -> Iterator[Fix]:
    if isinstance(statement, cst.ImportFrom) and isinstance(statement.names, cst.ImportStar):
        yield from _starred(module, statement)
        return
    outcomes: list[tuple[_Line, ...] | None] = []
    for alias in statement.names:  # type: ignore[union-attr]
        lines, findings = _alias(module, statement, alias, id(alias) in guarded)
        outcomes.append(lines)
        yield from findings
    if all(lines is None for lines in outcomes):
        return
    short = _other_module(module, statement, outcomes)
    yield short or _written(module, statement, outcomes)


def _alias(module: Module, statement: Import, alias: cst.ImportAlias, guarded: bool) -> _Outcome:
    """The replacement of one name of an import statement, and the message about it."""
    name = get_full_name_for_node(alias.name) or ''
    as_name = get_full_name_for_node(alias.asname.name) or '' if alias.asname else ''
    if isinstance(statement, cst.ImportFrom):
        source = module_name(statement)
        raw = below(source, name)
        bound = as_name or name
    else:
        raw, bound = name, as_name or name.partition('.')[0]
    full = module.full(raw)
    if not module.is_ours(full):
        return None, []
    if isinstance(statement, cst.Import) and not as_name and name != bound:
        return _plain(module, bound, full, guarded), [_counted(module, alias, full)]
    place = module.place_of(full)
    if place is None:
        return _of_nothing(module, alias, full, bound, guarded)
    if full != raw:
        return None, []  # The project's own module brings it, and still does.
    return _of_place(module, alias, full, bound, place)


def _counted(module: Module, alias: cst.CSTNode, full: str) -> Finding:
    return Finding('rewritten', module.line(alias), scan.shown(full))


def _of_place(module: Module, alias: cst.CSTNode, full: str, bound: str, place: Place) -> _Outcome:
    judged = scan.verdict(full)
    if judged is not None and judged.status == scan.REPAIRED and place.dotted == full:
        line = module.line(alias)  # This Python has what later ones lack.
        return None, [Finding('needs a look', line, scan.shown(full), judged.advice)]
    counted = [_counted(module, alias, full)] if judged is not None and judged.legacy else []
    if locations.is_module(place):
        reads = _reads(module, bound, full)
        gone = all(read.place is not None and not read.kept for read in reads)
        unused = reads and gone and bound not in module.used
        if unused and place != Place(locations.V1) and not _is_wanted(module, bound):
            return _DROP, counted
        if _same_module(full, place):
            return None, []
        return (_module_line(module, place, bound), *_support(module, place)), counted
    return (*_symbol(module, place, bound), *_support(module, place)), counted


def _same_module(full: str, place: Place) -> bool:
    """Whether a statement that imports `full` already imports what it should."""
    return import_name(place) == full


def _is_wanted(module: Module, bound: str) -> bool:
    return module.path is not None and module.project.wants(module.path, bound)


def _reads(module: Module, bound: str, full: str) -> list[Read]:
    return [read for read in module.reads if read.base.value == bound and full in read.modules]


def _symbol(module: Module, place: Place, bound: str) -> tuple[_Line, ...]:
    """The import of a class, a function or a value."""
    *inner, name = place.path
    source = '.'.join([place.module, *inner])
    if not place.module:
        return (_Line(f'{bound} = {name}'),)
    if place.module == 'builtins' and bound == name:
        return _DROP
    if ':' in source or (inner and not _imports(source)):
        return (_Line(f'{bound} = {module.say(place)}'),)
    return (_Line('', source, name if bound == name else f'{name} as {bound}'),)


def _imports(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, AttributeError, ValueError):
        return False


def _support(module: Module, place: Place) -> tuple[_Line, ...]:
    """The import that makes tf-slim work on this TensorFlow, before the first import of tf-slim."""
    if place.module.partition('.')[0] != locations.SLIM or module.imports(SLIM_SUPPORT):
        return ()
    return (_Line(f'import {SLIM_SUPPORT}  # tf-slim on TensorFlow 2'),)


def _plain(module: Module, root: str, full: str, guarded: bool) -> tuple[_Line, ...] | None:
    """`import tensorflow.contrib.rnn`, which binds `tensorflow`."""
    home = module.stand_in(root)
    if home is None or guarded and module.place_of(full) is None:
        return None
    reads = [read for read in module.reads if read.base.value == root and read.module == root]
    if home == Place(root):
        return None if locations.found(Place(full)) is not locations.Missing else _DROP
    gone = all(read.place is not None and not read.kept for read in reads)
    if reads and gone and not _is_wanted(module, root):
        return _DROP
    return (_module_line(module, home, root),)


def _of_nothing(
    module: Module, alias: cst.CSTNode, full: str, bound: str, guarded: bool
) -> _Outcome:
    """A module that no one module stands for, or a name that is gone."""
    line, shown = module.line(alias), scan.shown(scan.canonical(full))
    if guarded or module.sets(full):
        return None, []
    if is_namespace(full):
        reads = _reads(module, bound, full)
        left = [read for read in reads if read.place is None]
        if not left:
            return _DROP, [Finding('rewritten', line, shown)]
        return (_Line(f'{bound} = {stand_in(module, scan.canonical(full))}'),), []
    judged = scan.verdict(scan.canonical(full))
    advice = judged.advice if judged is not None else ''
    if not scan.has_advice(full) and full not in symbols.TABLE:
        known = judged is not None and not full.startswith(_LEGACY_ROOTS)
        return None, [Finding('needs a look' if known else 'unknown', line, shown, advice)]
    placeholder = module.say(Place(FACADE, ('NotProvided',)))
    said = Finding('needs a look', line, shown, advice)
    return (_Line(f'{bound} = {placeholder}({scan.canonical(full)!r})'),), [said]


def _starred(module: Module, statement: cst.ImportFrom) -> Iterator[Fix]:
    """`from tensorflow.contrib.rnn import *`: the names that are used, from where they are."""
    raw = module_name(statement)
    full = module.full(raw)
    if raw.startswith('.') or not module.is_ours(full) or not full.startswith(_LEGACY_ROOTS):
        return
    used = {
        read.base.value: f'{full}.{read.base.value}'
        for read in module.reads
        if read.module == f'{full}.{read.base.value}'
    }
    home = module.stand_in(full)
    if home is not None and ':' in import_name(home):
        home = None  # It is read of a name: there is no star for that.
    lines: list[_Line] = []
    if home is not None and not (home.module == locations.PACKAGE and not home.path):
        lines.append(_Line(f'from {import_name(home)} import *'))
    for bound, name in sorted(used.items()):
        place = module.place_of(name)
        if place is None:
            continue
        if (
            home is not None
            and locations.found(home.below(bound)) is locations.found(place)
            and lines
        ):
            continue
        if locations.is_module(place):
            lines.append(_module_line(module, place, bound))
        else:
            lines += _symbol(module, place, bound)
    if home is not None and lines == [_Line(f'from {raw} import *')]:
        return
    yield Finding('rewritten', module.line(statement), f'{scan.shown(full)}.*')
    yield _lines_for(module, statement, lines)


_LEGACY_ROOTS = ('tensorflow', 'keras')


# Writing statements
# ----------------------------------------------------------------------------------------


def import_line(module: str, name: str) -> _Line:
    """The statement that imports a module under a name."""
    source, joint, last = module.rpartition(':')
    if module == name:
        return _Line(f'import {module}')
    if not joint:
        source, _, last = module.rpartition('.')
    if not source or module == locations.V1:
        return _Line(f'import {module} as {name}')
    return _Line('', source, last if last == name else f'{last} as {name}')


def _module_line(module: Module, place: Place, bound: str) -> _Line:
    """The statement that gives a module a name."""
    written = import_name(place)
    if '.' in written.partition(':')[2]:
        return _Line(f'{bound} = {module.say(place)}')  # It is read of a name, not imported.
    return import_line(written, bound)


def _other_module(
    module: Module, statement: Import, outcomes: Sequence[tuple[_Line, ...] | None]
) -> Edit | None:
    """Another module in a from-import that is the same in all else, if that is all."""
    if not isinstance(statement, cst.ImportFrom) or statement.module is None:
        return None
    names = [
        module.text_of(alias).rstrip(', \n')
        for alias in statement.names  # type: ignore[union-attr]
    ]
    sources = {line.source for lines in outcomes for line in lines or ()}
    simple = all(
        lines is not None and len(lines) == 1 and lines[0].name == ' '.join(name.split())
        for lines, name in zip(outcomes, names, strict=True)
    )
    if not simple or len(sources) != 1 or '' in sources:
        return None
    return module.replace(statement.module, sources.pop())


def _written(
    module: Module, statement: Import, outcomes: Sequence[tuple[_Line, ...] | None]
) -> Edit:
    kept = [
        ' '.join(module.text_of(alias).rstrip(', \n').split())
        for alias, lines in zip(statement.names, outcomes, strict=True)  # type: ignore[arg-type]
        if lines is None
    ]
    lines: list[_Line] = []
    if kept and isinstance(statement, cst.Import):
        lines.append(_Line(f'import {", ".join(kept)}'))
    elif kept:
        assert isinstance(statement, cst.ImportFrom)
        lines += [_Line('', module_name(statement), name) for name in kept]
    for each in outcomes:
        lines += each or ()
    return _lines_for(module, statement, lines)


def _lines_for(module: Module, statement: Import, lines: list[_Line]) -> Edit:
    if not lines:
        return module.without(statement)
    return module.replace(statement, _joined(module, statement, lines))


def _joined(module: Module, statement: cst.CSTNode, lines: Iterable[_Line]) -> str:
    start, _ = module.span(statement)
    margin = module.code[module.line_span(statement)[0] : start]
    comments = _comments(module, statement)
    if margin.strip():
        return '; '.join(text_of_lines(lines, 0))
    texts = [*comments, *text_of_lines(lines, len(margin))]
    return f'{module.newline}{margin}'.join(
        text.replace('\n', f'{module.newline}{margin}') for text in texts
    )


def _comments(module: Module, statement: cst.CSTNode) -> list[str]:
    """Comments inside the parentheses of a statement that is written anew."""
    found: list[str] = []

    class Visitor(cst.CSTVisitor):
        def visit_Comment(self, node: cst.Comment) -> None:
            found.append(node.value)

    statement.visit(Visitor())
    return found


def text_of_lines(lines: Iterable[_Line], margin: int) -> list[str]:
    """Statements; from-imports of one module are one statement."""
    texts: dict[str, list[str]] = {}
    for line in lines:
        if line.text:
            texts.setdefault(line.text, [])
        else:
            names = texts.setdefault(f'from {line.source} import ', [])
            if line.name not in names:
                names.append(line.name)
    return [_folded(head, names, margin) for head, names in texts.items()]


def _folded(head: str, names: list[str], margin: int) -> str:
    text = head + ', '.join(names)
    if len(text) + margin <= 100 or not names:
        return text
    inner = ''.join(f'    {name},\n' for name in names)
    return f'{head}(\n{inner})'


# Imports that are needed
# ----------------------------------------------------------------------------------------


def _added(module: Module, edits: dict[cst.CSTNode, list[Fix]]) -> list[Edit]:
    """The edits that put the needed imports after the first rewritten import."""
    lines = [import_line(name, called) for name, called in module.needed.items()]
    if locations.SLIM in module.needed and not module.imports(SLIM_SUPPORT):
        lines.append(_Line(f'import {SLIM_SUPPORT}  # tf-slim on TensorFlow 2'))
    if not lines:
        return []
    texts = sorted(text_of_lines(lines, 0), key=_position)
    anchor = _anchor(module, edits)
    using = next((each for each in edits if _assigns(edits[each])), None)
    if using is not None and (anchor is None or _is_before(module, using, anchor)):
        if not module.is_top(using):
            return [_at_top(module, texts)]
        start = module.line_span(using)[0]
        return [Edit(start, start, ''.join(text + module.newline for text in texts))]
    if anchor is None:
        return [_at_top(module, texts)]
    for index, each in enumerate(edits.get(anchor, ())):
        if isinstance(each, Edit) and not each.text:
            # The statement goes: they take its place.
            edits[anchor][index] = module.replace(anchor, module.newline.join(texts))
            return []
    end = module.line_end(anchor)
    return [Edit(end, end, ''.join(module.newline + text for text in texts), rank=1)]


def _assigns(fixes: Sequence[Fix]) -> bool:
    """Whether an import statement becomes an assignment, which needs other imports before it."""
    lines = [line for each in fixes if isinstance(each, Edit) for line in each.text.splitlines()]
    return any(' = ' in line for line in lines)


def _is_before(module: Module, one: cst.CSTNode, other: cst.CSTNode) -> bool:
    return module.span(one)[0] <= module.span(other)[1]


def _position(text: str) -> tuple[bool, str]:
    """Where a statement is among others: `import a` before `from a import b`."""
    return text.startswith('from '), text


def _anchor(module: Module, edits: dict[cst.CSTNode, list[Fix]]) -> Import | None:
    """The statement behind which imports are added: the first of TensorFlow, as a rule."""
    rewritten = [read for read in module.reads if not read.kept]
    bases = {read.base.value for read in rewritten}
    first: Import | None = None
    for statement in edits:
        assert isinstance(statement, (cst.Import, cst.ImportFrom))
        if not module.is_top(statement):
            continue
        edited = any(isinstance(each, Edit) for each in edits[statement])
        if not edited and not bases & module.brought_by(statement):
            continue
        first = first or statement
        if _is_of_tensorflow(module, statement):
            end = module.span(statement)[1]
            early = any(module.span(read.node)[0] < end for read in rewritten)
            return first if early else statement
    return first


def _is_of_tensorflow(module: Module, statement: Import) -> bool:
    names = module.brought_by(statement)
    return any(
        use.kind == 'import'
        and module.full(use.name).startswith(_LEGACY_ROOTS)
        and module.parent(use.node) is statement
        for use in module.names.uses
    ) or any(
        read.base.value in names and read.module.startswith(_LEGACY_ROOTS) for read in module.reads
    )


def _at_top(module: Module, texts: list[str]) -> Edit:
    """Puts imports behind the documentation and the `__future__` imports of a module."""
    body = module.wrapper.module.body
    last: cst.CSTNode | None = None
    for index, line in enumerate(body):
        if not isinstance(line, cst.SimpleStatementLine):
            break
        first = line.body[0]
        is_text = isinstance(first, cst.Expr) and isinstance(
            first.value, (cst.SimpleString, cst.ConcatenatedString)
        )
        is_future = isinstance(first, cst.ImportFrom) and module_name(first) == '__future__'
        if not (is_text and index == 0 or is_future):
            break
        last = line
    text = module.newline.join(texts)
    if last is not None:
        end = module.line_end(last)
        return Edit(end, end, module.newline + text)
    start = module.line_span(body[0])[0] if body else 0
    return Edit(start, start, text + module.newline)
