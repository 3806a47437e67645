"""The files of a project among themselves: who imports whom, and what a name of another file means.

`from common import *` brings a `tf` that is TensorFlow's, if that is what `common.py` has made it.
A file is looked at only as far as its import statements and plain assignments say.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tf_seq2seq_compat.migrate import sources

ROOTS = ('tensorflow', 'tensorflow_addons', 'keras', 'tf_keras', 'tf_slim')
"""Packages whose import brings TensorFlow."""


_LIBRARIES = frozenset({*sys.stdlib_module_names, *ROOTS, 'numpy', 'yaml', 'absl'})


@dataclass
class Outline:
    """The names of one file that other files can import.

    Attributes:
      meanings: names of the module that stand for a dotted name.
      bound: every name that the module binds.
      stars: modules whose names it takes in.
      imports: every module that an import statement names, with the names taken from it.
      is_program: it says that it is run: by a main guard, or by starting an application.
    """

    meanings: dict[str, str] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)
    imports: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    is_program: bool = False

    @property
    def brings_tensorflow(self) -> bool:
        """Whether it imports TensorFlow or Keras, by any of their names, or ours."""
        return any(
            name.partition('.')[0] in (*ROOTS, 'tf_seq2seq_compat') for name, _ in self.imports
        )

    @property
    def uses_addons(self) -> bool:
        """Whether it imports TensorFlow Addons, or ours."""
        named = [
            *self.imports,
            *((f'{m}.{name}', ()) for m, names in self.imports for name in names),
        ]
        return any(f'{name}.'.startswith(_ADDONS) for name, _ in named)


_ADDONS = ('tensorflow_addons.', 'tf_seq2seq_compat.addons.')


def outline(code: str) -> Outline:
    """The outline of Python source; an empty one where it does not parse.

    Example:
      >>> from tf_seq2seq_compat.migrate.project import outline
      >>> outline('import tensorflow as tf').meanings
      {'tf': 'tensorflow'}
    """
    found = Outline()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return found
    for statement in _module_level(tree.body):
        _note_binding(found, statement)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.imports += [(alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.imports.append((_module_of(node), tuple(each.name for each in node.names)))
        else:
            found.is_program = found.is_program or _says_it_is_run(node)
    return found


def _says_it_is_run(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return ast.unparse(node) in _MAIN
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ('tf.app.run', 'app.run')


_MAIN = ("__name__ == '__main__'", "'__main__' == __name__")


def _module_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, those in `if` and `try` too."""
    for node in body:
        yield node
        for part in ('body', 'orelse', 'finalbody'):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield from _module_level(getattr(node, part, ()))
        for handler in getattr(node, 'handlers', ()):
            yield from _module_level(handler.body)


def _module_of(node: ast.ImportFrom) -> str:
    return '.' * node.level + (node.module or '')


def _note_binding(found: Outline, node: ast.stmt) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.partition('.')[0]
            found.meanings.setdefault(alias.asname or root, alias.name if alias.asname else root)
            found.bound.add(alias.asname or root)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            module = _module_of(node)
            if alias.name == '*':
                found.stars.append(module)
                continue
            found.meanings.setdefault(alias.asname or alias.name, below(module, alias.name))
            found.bound.add(alias.asname or alias.name)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        found.bound.add(node.name)
    elif isinstance(node, ast.Assign):
        names = [each.id for each in node.targets if isinstance(each, ast.Name)]
        found.bound.update(
            each.id
            for target in node.targets
            for each in ast.walk(target)
            if isinstance(each, ast.Name)
        )
        dotted = ast.unparse(node.value) if isinstance(node.value, ast.Attribute) else ''
        base, _, rest = dotted.partition('.')
        if dotted.replace('.', '').isidentifier() and base in found.meanings:
            for name in names:
                found.meanings.setdefault(name, f'{found.meanings[base]}.{rest}')
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and isinstance(node.target, ast.Name):
        found.bound.add(node.target.id)


class Project:
    """The files that are migrated together, as they were before.

    Args:
      files: their paths.

    Example:
      >>> from tf_seq2seq_compat.migrate.project import Project
      >>> Project().resolve(None, 'tensorflow.Session')
      'tensorflow.Session'
    """

    def __init__(self, files: Iterable[Path] = ()) -> None:
        self._files = [each.resolve() for each in files]
        self._outlines: dict[Path, Outline] = {}
        self._by_stem: dict[str, list[Path]] = {}
        for file in self._files:
            if file.suffix == '.py':
                stem = file.parent.name if file.name == '__init__.py' else file.stem
                self._by_stem.setdefault(stem, []).append(file)
        self._found: dict[tuple[Path, str], Path | None] = {}

    def outline(self, file: Path) -> Outline:
        """The outline of a file, read when first asked for."""
        file = file.resolve()
        if file not in self._outlines:
            self._outlines[file] = _read(file)
        return self._outlines[file]

    def note(self, file: Path, code: str) -> None:
        """Takes the outline of a file from its code, not from the disk."""
        self._outlines[file.resolve()] = outline(code)

    def mentions(self, expression: str, code: str) -> bool:
        """Whether an expression is found in a text or in one of the files."""
        texts = (each.read_text(encoding='utf-8', errors='replace') for each in self._present())
        return any(re.search(expression, text) for text in (code, *texts))

    def _present(self) -> list[Path]:
        return [each for each in self._files if each.is_file()]

    # Modules ------------------------------------------------------------------------------

    def module(self, importer: Path | None, name: str) -> Path | None:
        """The file that a module name means in an import statement of `importer`."""
        if importer is None or not name.strip('.'):
            return None
        importer = importer.resolve()
        key = (importer, name)
        if key not in self._found:
            self._found[key] = self._find(importer, name)
        return self._found[key]

    def _find(self, importer: Path, name: str) -> Path | None:
        dots = len(name) - len(name.lstrip('.'))
        parts = name.lstrip('.').split('.')
        if dots:
            folder = importer.parents[dots - 1] if dots <= len(importer.parents) else None
            return _module_file(folder, parts) if folder else None
        library = parts[0] in _LIBRARIES
        in_package = (importer.parent / '__init__.py').is_file()
        beside = _module_file(importer.parent, parts)
        if library or beside is not None:
            # What lies beside a script hides a library; in a package it does not.
            return None if library and in_package else beside
        known = [
            file
            for file in self._by_stem.get(parts[-1], ())
            if _dotted_end(file)[-len(parts) :] == parts
        ]
        # The nearest, and of those the one that is least deep: `model` is the one at the top.
        known.sort(key=lambda file: (-_shared(file, importer), len(file.parts)))
        return known[0] if known else None

    def resolve(self, importer: Path | None, name: str) -> str:
        """The name without the project's own modules: `common.tf.nn` is `tensorflow.nn`."""
        if importer is None:
            return name
        for _ in range(10):
            step = self._step(importer, name)
            if step is None:
                return name
            importer, name = step
        return name

    def _step(self, importer: Path, name: str) -> tuple[Path, str] | None:
        dots = name[: len(name) - len(name.lstrip('.'))]
        parts = name[len(dots) :].split('.')
        for end in range(len(parts) - 1, 0, -1):
            file = self.module(importer, dots + '.'.join(parts[:end]))
            if file is None:
                continue
            meaning = self._meaning(file, parts[end], set())
            if meaning is None:
                return None
            where, found = meaning
            return where, '.'.join([found, *parts[end + 1 :]])
        return None

    def _meaning(self, file: Path, name: str, seen: set[Path]) -> tuple[Path, str] | None:
        """The meaning of a name of a module, and the file that defines it."""
        if file in seen:
            return None
        seen.add(file)
        own = self.outline(file)
        if name in own.meanings:
            return file, own.meanings[name]
        if name in own.bound:
            return None
        for star in reversed(own.stars):
            other = self.module(file, star)
            if other is not None and not name.startswith('_'):
                found = self._meaning(other, name, seen)
                if found is not None:
                    return found
        return None

    def exports(self, importer: Path | None, module: str, name: str) -> bool | None:
        """Whether a star import brings a name; None where the module is not of the project."""
        file = self.module(importer, module)
        if file is None:
            return None
        return not name.startswith('_') and name in self.names_of(file)

    def names_of(self, file: Path, seen: frozenset[Path] = frozenset()) -> set[str]:
        """The names that a module binds, star imports from the project included."""
        own = self.outline(file)
        names = set(own.bound)
        for star in own.stars:
            other = self.module(file, star)
            if other is not None and other not in seen:
                names |= self.names_of(other, seen | {file})
        return names

    def is_for_tensorflow_2(self, file: Path | None, code: str) -> bool:
        """Whether code uses TensorFlow Addons, or is of one program with a file that does.

        Files with TensorFlow are of one program if one imports the other, or both are of one with
        others. Addons that this package stands in for are counted too, so that a rewritten project
        stays.
        """
        uses = outline(code).uses_addons
        return uses or (file is not None and file.resolve() in self._for_tensorflow_2())

    def _for_tensorflow_2(self) -> set[Path]:
        if not hasattr(self, '_all_for_tensorflow_2'):
            beside: dict[Path, set[Path]] = {
                file: set() for file in self._files if self.outline(file).brings_tensorflow
            }
            for file in beside:
                for module, names in self.outline(file).imports:
                    for target in self._targets(file, module, names):
                        if target in beside:
                            beside[file].add(target)
                            beside[target].add(file)
            waiting = [file for file in beside if self.outline(file).uses_addons]
            self._all_for_tensorflow_2: set[Path] = set()
            while waiting:
                file = waiting.pop()
                if file not in self._all_for_tensorflow_2:
                    self._all_for_tensorflow_2.add(file)
                    waiting += beside[file]
        return self._all_for_tensorflow_2

    # Programs -----------------------------------------------------------------------------

    def is_program(self, file: Path) -> bool:
        """Whether a file is run: it says so, or no other file of the project imports it."""
        file = file.resolve()
        if file.suffix == '.ipynb' or self.outline(file).is_program:
            return True
        return file.name != '__init__.py' and file not in self._imported()

    def _imported(self) -> set[Path]:
        if not hasattr(self, '_all_imported'):
            self._all_imported = {
                target
                for file in self._files
                for module, names in self.outline(file).imports
                for target in self._targets(file, module, names)
                if target != file
            }
        return self._all_imported

    def _targets(self, file: Path, module: str, names: tuple[str, ...]) -> Iterator[Path]:
        for each in (module, *(below(module, name) for name in names)):
            found = self.module(file, each)
            if found is not None:
                yield found

    def wants(self, file: Path, name: str) -> bool:
        """Whether another file takes a name from this one."""
        file = file.resolve()
        return name in self._wanted().get(file, ()) or '*' in self._wanted().get(file, ())

    def _wanted(self) -> dict[Path, set[str]]:
        if not hasattr(self, '_all_wanted'):
            self._all_wanted: dict[Path, set[str]] = {}
            for file in self._files:
                for module, names in self.outline(file).imports:
                    target = self.module(file, module) if names else None
                    if target is not None:
                        self._all_wanted.setdefault(target, set()).update(names)
        return self._all_wanted

    def brings_tensorflow(self, file: Path, module: str) -> bool:
        """Whether importing a module of the project imports TensorFlow or Keras."""
        return self._brings(file, module, set())

    def _brings(self, file: Path, module: str, seen: set[Path]) -> bool:
        target = self.module(file, module)
        if target is None:
            return module.partition('.')[0] in ROOTS
        if target in seen:
            return False
        seen.add(target)
        return any(
            self._brings(target, each, seen)
            for name, names in self.outline(target).imports
            for each in (name, *(below(name, each) for each in names if each != '*'))
        )


def below(module: str, name: str) -> str:
    """The dotted name of what a module has; the module may be relative, even `'..'`."""
    return f'{module}{name}' if module.endswith('.') else f'{module}.{name}'


def _module_file(folder: Path, parts: list[str]) -> Path | None:
    base = folder.joinpath(*parts)
    for file in (base.with_name(f'{base.name}.py'), base / '__init__.py'):
        if file.is_file():
            return file.resolve()
    return None


def _dotted_end(file: Path) -> list[str]:
    parts = list(file.with_suffix('').parts)
    return parts[:-1] if file.name == '__init__.py' else parts


def _shared(one: Path, other: Path) -> int:
    """How many folders from the root on two files share."""
    pairs = zip(one.parent.parts, other.parent.parts, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), 99)


def _read(file: Path) -> Outline:
    try:
        code = sources.read(file).code
    except sources.Unreadable:
        return Outline()
    if isinstance(code, bytes):
        try:
            return outline(sources.decoded(code)[0])
        except (SyntaxError, UnicodeDecodeError):
            return Outline()
    return outline(code)
