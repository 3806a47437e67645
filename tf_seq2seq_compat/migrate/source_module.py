"""One module as the fixers see it: what its names mean, where they live now, and how to say so."""

from __future__ import annotations

import ast
import builtins
import functools
import keyword
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import libcst as cst
from libcst import metadata
from libcst.helpers import get_full_name_for_node

from tf_seq2seq_compat.migrate import locations, scan
from tf_seq2seq_compat.migrate.edits import Edit, Lines
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.name_resolution import Names, Use, module_name
from tf_seq2seq_compat.migrate.project import Project
from tf_seq2seq_compat.tf1 import eras, symbols
from tf_seq2seq_compat.tf1.old_libraries import tables
from tf_seq2seq_compat.tf1.python2.meaning import bindings

Import = cst.Import | cst.ImportFrom
Dotted = cst.Name | cst.Attribute

_PROVIDERS = (
    metadata.PositionProvider,
    metadata.ParentNodeProvider,
    metadata.ScopeProvider,
    metadata.ExpressionContextProvider,
)

# What an import is called where its own last name would say little, or too much.
_CALLED = {
    locations.V1: 'tf',
    locations.PACKAGE: 'seq2seq',
    locations.SLIM: 'slim',
    'numpy': 'np',
    'tf_keras.api._v1.keras.__internal__.legacy.layers': 'tf_layers',
    'tf_seq2seq_compat.tf1.estimator:v1': 'estimator',
}


@dataclass(frozen=True)
class Finding:
    """A message of a fixer about a place in the source.

    Attributes:
      kind: `'rewritten'`, `'needs a look'` (the advice says what to look at), `'unknown'`.
      node_line: the line of the code.
      name: the name it is about.
      advice: what to do, or what was done.
      before: it is of the code as it was, also where nothing was rewritten.
    """

    kind: Literal['rewritten', 'needs a look', 'unknown']
    node_line: int
    name: str
    advice: str = ''
    before: bool = False


Fix = Edit | Finding


@dataclass(frozen=True)
class Read:
    """One dotted expression that begins with a name of a legacy module.

    Attributes:
      node: the whole expression.
      base: the name that it begins with.
      module: what that name means.
      modules: all that it may mean.
      meaning: what the expression means.
      place: where that lives now; None where nothing takes its place.
      kept: it can stay as it is, since the import it begins with is rewritten.
      guarded: it is in a `try` that goes on without it.
      ambiguous: it has several meanings, that live in different places.
    """

    node: Dotted
    base: cst.Name
    module: str
    modules: frozenset[str]
    meaning: str
    place: Place | None
    kept: bool
    guarded: bool
    ambiguous: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether it is the module itself that is read, whatever is done with it."""
        return self.meaning == self.module


class Module:
    """One parsed module.

    Args:
      code: its text.
      path: its file, where it has one.
      project: the files beside it.
      is_program: it is run, not imported.
      breaks: lines on which a cell of a notebook begins.
      version: the version of TensorFlow that it is for.

    Attributes:
      older_place: where a name lives that an older version of TensorFlow had otherwise.
    """

    def __init__(
        self,
        code: str,
        path: Path | None,
        project: Project,
        *,
        is_program: bool = True,
        breaks: Iterable[int] = (),
        version: str = eras.LATEST,
    ) -> None:
        self.code = code
        self.is_program = is_program
        self.breaks = tuple(breaks)
        self.path = path
        self.project = project
        self.wrapper = cst.MetadataWrapper(cst.parse_module(code), unsafe_skip_copy=True)
        found: Any = self.wrapper.resolve_many(_PROVIDERS)  # In one pass over the tree.
        self._positions: Mapping[cst.CSTNode, Any] = found[metadata.PositionProvider]
        self._parents: Mapping[cst.CSTNode, cst.CSTNode] = found[metadata.ParentNodeProvider]
        self._lines = Lines(code)
        self.names = Names(self.wrapper, self._exports)
        self.newline = self.wrapper.module.default_newline
        self.older_place: Callable[[str], Place | None] = lambda name: None
        self.version = version
        self._needed: dict[str, str] = {}
        self.used: set[str] = set()
        self._by_kind: dict[type, list[cst.CSTNode]] = {}
        for node in self._positions:
            self._by_kind.setdefault(type(node), []).append(node)

    # The text -----------------------------------------------------------------------------

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Where a node begins and ends in the code."""
        place = self._positions[node]
        return (
            self._lines.offset(place.start.line, place.start.column),
            self._lines.offset(place.end.line, place.end.column),
        )

    def text_of(self, node: cst.CSTNode) -> str:
        """A node as it is written."""
        return self.code[slice(*self.span(node))]

    def line(self, node: cst.CSTNode) -> int:
        """The line on which a node begins."""
        return int(self._positions[node].start.line)

    def line_span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The whole lines that a node is on."""
        place = self._positions[node]
        return self._lines.start(place.start.line), self._lines.start(place.end.line + 1)

    def line_end(self, node: cst.CSTNode) -> int:
        """The end of the line that a node ends on, before the line end."""
        start, end = self.line_span(node)
        return start + len(self.code[start:end].rstrip('\r\n'))

    def replace(self, node: cst.CSTNode, text: str) -> Edit:
        """The edit that puts other words in the place of a node."""
        return Edit(*self.span(node), text)

    def without(self, statement: cst.BaseSmallStatement) -> Edit:
        """The edit that takes a statement away, with its line where nothing else is on it."""
        line = self._parents[statement]
        block = self._parents.get(line)
        alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
        others = [each for each in getattr(block, 'body', ()) if not _only_imports(each)]
        if alone and (isinstance(block, cst.Module) or any(each is not line for each in others)):
            return Edit(*self.line_span(statement), '')
        return self.replace(statement, 'pass')

    def sets(self, name: str) -> bool:
        """Whether the program itself gives a library's module this name."""
        return any(use.kind == 'store' and self.full(use.name) == name for use in self.names.uses)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around a node."""
        return self._parents.get(node)

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, the nearest first."""
        parent = self._parents.get(node)
        while parent is not None:
            yield parent
            parent = self._parents.get(parent)

    def is_top(self, node: cst.CSTNode) -> bool:
        """Whether a small statement is directly in the module, under no condition."""
        line = self._parents.get(node)
        return line is not None and isinstance(self._parents.get(line), cst.Module)

    def follows(self, one: cst.CSTNode, other: cst.CSTNode) -> bool:
        """Whether two small statements are on following lines of the module, in one cell."""
        body: list[cst.CSTNode] = list(self.wrapper.module.body)
        first, second = body.index(self._parents[one]), body.index(self._parents[other])
        lines = range(self.line(one) + 1, self.line(other) + 1)
        return second <= first + 1 and not any(line in lines for line in self.breaks)

    def all(self, kind: type[cst.CSTNode]) -> list[cst.CSTNode]:
        """Every node of a kind, in order."""
        return self._by_kind.get(kind, [])

    # What names mean ------------------------------------------------------------------------

    def _exports(self, module: str, name: str) -> bool:
        own = self.project.exports(self.path, module, name)
        if own is not None:
            return own
        module = self.project.resolve(self.path, module)
        return scan.star_exports(module, name)

    def full(self, name: str) -> str:
        """A dotted name without the project's own modules in it."""
        return self.project.resolve(self.path, name)

    def imports(self, module: str) -> bool:
        """Whether an import statement names a module."""
        return any(
            use.kind == 'import' and use.name in (module, f'{module}.tf_slim')
            for use in self.names.uses
        )

    def brought_by(self, statement: Import) -> set[str]:
        """The names that an import statement binds."""
        if isinstance(statement.names, cst.ImportStar):
            assert isinstance(statement, cst.ImportFrom)
            file = self.project.module(self.path, module_name(statement))
            return self.project.names_of(file) if file else set()
        found = set()
        for alias in statement.names:
            bound = alias.asname.name if alias.asname else alias.name
            found.add((get_full_name_for_node(bound) or '').partition('.')[0])
        return found

    def meanings(self, node: cst.BaseExpression) -> set[str]:
        """The full dotted names that an expression may have."""
        return {self.full(each) for each in self.names.meanings(node)}

    def is_ours(self, name: str) -> bool:
        """Whether a name is one that this package is about, and not one the program brings."""
        root = name.partition('.')[0]
        if f'{name}.'.startswith('tensorflow.compat.v2.') or self._is_own(root):
            return False
        if root in ('tensorflow', 'keras'):
            return True
        return locations.place_of(name) is not None or scan.verdict(name) is not None

    def _is_own(self, root: str) -> bool:
        return self.project.module(self.path, root) is not None

    @functools.cached_property
    def reads(self) -> list[Read]:
        """Every dotted expression about a module that this package is about, in order."""
        by_node: dict[Dotted, list[Use]] = {}
        for use in self.names.uses:
            if use.kind != 'import' and isinstance(use.node, (cst.Name, cst.Attribute)):
                by_node.setdefault(use.node, []).append(use)
        found = (self._read(node, uses) for node, uses in by_node.items())
        return sorted(
            (each for each in found if each is not None), key=lambda each: self.span(each.node)
        )

    def _read(self, node: Dotted, uses: list[Use]) -> Read | None:
        base, rest = split(node)
        meanings = sorted({self.full(use.name) for use in uses})
        ours = [each for each in meanings if self.is_ours(each)]
        if not ours:
            return None
        homes = {each: self.place_of(each) for each in meanings}
        meaning = next((each for each in ours if homes[each] is not None), ours[0])
        known = [place for place in homes.values() if place is not None]
        kept = all(self._is_kept(_without(each, rest), rest, homes[each]) for each in ours)
        return Read(
            node,
            base,
            _without(meaning, rest),
            frozenset(_without(each, rest) for each in meanings),
            meaning,
            homes[meaning],
            kept,
            any(use.guarded for use in uses),
            ambiguous=not kept and len({id(locations.found(each)) for each in known}) > 1,
        )

    def place_of(self, name: str) -> Place | None:
        """Where a full name lives now, if something is there."""
        place = self.older_place(name) or locations.place_of(name)
        if place is None and name.partition('.')[0] in _LIBRARIES:
            place = as_it_is(name)
        if place is None or locations.found(place) is locations.Missing:
            return None
        return place

    def _is_kept(self, module: str, rest: list[str], place: Place | None) -> bool:
        home = self.place_of(module)
        if home is None or place is None:
            return False
        if home.module.partition('.')[0] in _CHANGING:
            # Not what the installed version happens to have: what the table says.
            return home.below(*rest).dotted == place.dotted
        here, there = locations.found(home.below(*rest)), locations.found(place)
        return here is not locations.Missing and locations.same(here, there)

    def stand_in(self, module: str) -> Place | None:
        """The module that an import of a legacy module is rewritten to."""
        place = self.place_of(module)
        return place if place is not None and locations.is_module(place) else None

    # How to say it --------------------------------------------------------------------------

    def say(self, place: Place) -> str:
        """A place in words of this module; what they need is imported.

        Args:
          place: what is meant.
        """
        if not place.module:
            return '.'.join(place.path)
        if place.module == 'builtins' and place.path[0] not in self._names:
            return '.'.join(place.path)
        return '.'.join([self.alias(place.module), *place.path])

    def alias(self, module: str) -> str:
        """The name under which a module is, or will be, imported here."""
        if module in self._needed:
            return self._needed[module]
        found = self._existing.get(module)
        if found is None:
            found = next(each for each in _called(module) if self._is_free(each))
            self._needed[module] = found
        self.used.add(found)
        return found

    def is_bound(self, name: str) -> bool:
        """Whether the module binds a name in whatever scope."""
        return self._bound[name] > 0 or name in self._starred

    @property
    def bound_modules(self) -> set[str]:
        """The modules that imports of this file give a name, once they are rewritten."""
        return set(self._existing)

    @property
    def needed(self) -> dict[str, str]:
        """The imports that have to be added: the modules, and what they are called."""
        return dict(self._needed)

    def _is_free(self, name: str) -> bool:
        root = name.partition('.')[0]
        if '.' in name:
            return self._bound[root] == self._root_imports(root)
        return not bool(
            root in self._bound or root in self._names or root in self._starred or is_reserved(root)
        )

    def _root_imports(self, root: str) -> int:
        """How many statements import a package by its own name."""
        names = [
            get_full_name_for_node(alias.name) or ''
            for node in self.all(cst.Import)
            for alias in node.names  # type: ignore[attr-defined]
            if alias.asname is None
        ]
        return len([name for name in names if name.partition('.')[0] == root])

    @functools.cached_property
    def _tree(self) -> ast.Module:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return ast.parse(self.code)

    @functools.cached_property
    def _bound(self) -> Counter[str]:
        """How often each name is bound, in whatever scope."""
        return Counter(bindings(self._tree))

    @functools.cached_property
    def _names(self) -> set[str]:
        """Names that are bound, or read without being bound."""
        unbound = {node.value for node in self.names.unbound}
        known = set(dir(builtins))
        return set(self._bound) | {name for name in unbound if name not in known}

    @functools.cached_property
    def _starred(self) -> set[str]:
        """Names that star imports from the project's own modules bring."""
        taken: set[str] = set()
        for node in self.all(cst.ImportFrom):
            assert isinstance(node, cst.ImportFrom)
            if isinstance(node.names, cst.ImportStar):
                file = self.project.module(self.path, module_name(node))
                taken |= self.project.names_of(file) if file else set()
        return taken

    @functools.cached_property
    def _existing(self) -> dict[str, str]:
        """By module, the name that imports of this file give it, once they are rewritten."""
        by_name: dict[str, list[tuple[str, bool]]] = {}
        for use in self.names.uses:
            if use.kind != 'import' or not isinstance(use.node, cst.ImportAlias):
                continue
            statement = self._parents[use.node]
            name, meaning = self._binding(use)
            place = self.stand_in(meaning) if self.is_ours(meaning) else Place(meaning)
            module = import_name(place) if place is not None else ''
            by_name.setdefault(name, []).append((module, self.is_top(statement)))
        found: dict[str, str] = {}
        for name, homes in by_name.items():
            modules = {module for module, _ in homes}
            sure = len(modules) == 1 and any(top for _, top in homes)
            if sure and self._bound[name] == len(homes):
                [module] = modules
                if module and name not in found.values():
                    found.setdefault(module, name)
        return found

    def _binding(self, use: Use) -> tuple[str, str]:
        """The name that an import statement binds, and what it means then."""
        node = use.node
        assert isinstance(node, cst.ImportAlias)
        full = self.full(use.name)
        if node.asname is not None:
            return get_full_name_for_node(node.asname.name) or '', full
        name = get_full_name_for_node(node.name) or ''
        if isinstance(self._parents[node], cst.Import):
            root = name.partition('.')[0]
            return root, self.full(root)
        return name, full


def _only_imports(line: cst.CSTNode) -> bool:
    """Whether a line holds nothing but import statements, which may be taken away with others."""
    return isinstance(line, cst.SimpleStatementLine) and all(
        isinstance(each, (cst.Import, cst.ImportFrom)) for each in line.body
    )


def _without(meaning: str, rest: list[str]) -> str:
    """The meaning of the first name of an expression, given that of the whole."""
    parts = meaning.split('.')
    return '.'.join(parts[: len(parts) - len(rest)])


_FROM_PACKAGES = {row.name for row in tables.MODULES if row.package}
_LIBRARIES = frozenset({*sys.stdlib_module_names, *_FROM_PACKAGES, 'numpy'})
_CHANGING = frozenset({*_LIBRARIES, 'tensorflow'})


def as_it_is(name: str) -> Place:
    """The place of a name of Python or NumPy that has not moved."""
    module, *rest = name.split('.')
    place = Place(module)
    while (
        rest and locations.is_module(place) and locations.found(Place(f'{place.module}.{rest[0]}'))
    ):
        inner = Place(f'{place.module}.{rest[0]}')
        if not locations.is_module(inner):
            break
        place = inner
        del rest[0]
    return place.below(*rest)


def import_name(place: Place) -> str:
    """The place of a module, as one string."""
    if not place.path:
        return place.module
    if ':' in place.module or place.module in (locations.V1, locations.KERAS):
        return '.'.join([place.module, *place.path])
    return f'{place.module}:{".".join(place.path)}'


def _called(module: str) -> Iterator[str]:
    """Names for a module, the best first."""
    package = module.partition('.')[0]
    if package in sys.stdlib_module_names:
        yield module
    last = module.replace(':', '.').rpartition('.')[2]
    first = _CALLED.get(module, last)
    yield first
    yield f'tf_{first.removeprefix("tf_")}'
    for number in range(2, 100):
        yield f'{first}_{number}'


def is_reserved(name: str) -> bool:
    """Whether a name is Python's own."""
    return keyword.iskeyword(name) or hasattr(builtins, name)


def split(node: Dotted) -> tuple[cst.Name, list[str]]:
    """The name that a dotted expression begins with, and the attributes after it."""
    rest: list[str] = []
    base: cst.BaseExpression = node
    while isinstance(base, cst.Attribute):
        rest.insert(0, base.attr.value)
        base = base.value
    assert isinstance(base, cst.Name)
    return base, rest


def has_parts_of_its_own(module: str) -> bool:
    """Whether a legacy module is more than its replacement: reading it by a name that is
    made when the program runs may ask for what is elsewhere."""
    return symbols.has_rows_below(scan.canonical(module))
