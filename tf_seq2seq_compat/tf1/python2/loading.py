"""Translating the files of a program when they are loaded.

`Programs` knows which files are Python 2. A finder gives the program's modules a loader that
translates; the built-ins of what was translated are Python 2's, `__import__` among them, which
looks into the module's own package first and gives Python 2's library.
"""

from __future__ import annotations

import builtins
import functools
import os
import sys
import types
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from typing import Any

from tf_seq2seq_compat.tf1 import import_hook
from tf_seq2seq_compat.tf1.python2 import (
    builtins as built_in,
)
from tf_seq2seq_compat.tf1.python2 import (
    evidence,
    modules,
    syntax,
    tensorflow_strings,
    translation,
)
from tf_seq2seq_compat.tf1.runtime import Runtime

# Which files
# ----------------------------------------------------------------------------------------


class _Programs:
    """The files that this process loads, with their translations."""

    def __init__(self) -> None:
        self.everything = False
        self.known: dict[str, bool] = {}
        self.any = False
        self.runtime: Runtime | None = None
        self.has_tensorflow = False

    def is_python_2(self, file: str, code: bytes) -> bool:
        """Whether a file of the program is Python 2."""
        if self.everything:
            return True
        file = os.path.abspath(file)
        if file not in self.known:
            words, files = evidence.of_program(code, Path(file), _roots())
            for each in (file, *map(str, files)):
                self.known[each] = bool(words) or self.known.get(each, False)
        return self.known[file]


PROGRAMS = _Programs()


def _roots() -> list[Path]:
    """The folders of the program on the path."""
    return [Path(each or os.getcwd()) for each in sys.path if _is_folder_of_program(each)]


def _is_folder_of_program(folder: object) -> bool:
    return isinstance(folder, str) and _is_own(folder or os.getcwd())


@functools.cache
def _is_own(folder: str) -> bool:
    file = os.path.join(folder, 'module.py')
    return os.path.isdir(folder) and import_hook.is_program({'__file__': file})


# Code
# ----------------------------------------------------------------------------------------


def code_of_script(source: bytes, file: str) -> types.CodeType:
    """The code of the program that is run, translated where it is Python 2.

    Raises:
      SyntaxError: it is no Python; or it is Python 2, and fissix is missing.
    """
    if PROGRAMS.is_python_2(file, source):
        PROGRAMS.everything = True
        return _translated(source, file)
    return compile(source, file, 'exec', dont_inherit=True)


def _translated(source: bytes, file: str) -> types.CodeType:
    _start()
    try:
        return translation.compiled(evidence.decoded(source), file)
    except syntax.NotInstalled as error:
        words = evidence.of_text(source) or 'another file of the program shows it'
        raise SyntaxError(f'this is Python 2 ({words}), and {error}', (file, 1, 0, '')) from None
    except syntax.NotPython2:
        return compile(source, file, 'exec', dont_inherit=True)


def _start() -> None:
    """Once a file is translated: standard streams that take any string."""
    if PROGRAMS.any:
        return
    PROGRAMS.any = True
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, 'reconfigure', None)
        if reconfigure is not None:
            reconfigure(encoding='utf-8', errors='surrogateescape')


def adopt(namespace: dict[str, Any]) -> None:
    """Gives a module that was translated the built-ins of Python 2."""
    if PROGRAMS.everything or PROGRAMS.known.get(os.path.abspath(namespace.get('__file__') or '')):
        namespace['__builtins__'] = BUILTINS


class Loader(SourceFileLoader):
    """Loads a module of Python 2."""

    def get_code(self, fullname: str) -> types.CodeType:
        """The code, which is kept nowhere."""
        path = self.get_filename(fullname)
        return _translated(self.get_data(path), path)

    def exec_module(self, module: types.ModuleType) -> None:
        """Runs the module."""
        adopt(vars(module))
        exec(self.get_code(module.__name__), vars(module))


class _TranslatingFinder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        folders = [
            each for each in (sys.path if path is None else path) if _is_folder_of_program(each)
        ]
        if not folders or name in sys.builtin_module_names:
            return None
        if path is None and sys.path[0] != folders[0] and name in sys.stdlib_module_names:
            return None
        spec = PathFinder.find_spec(name, folders)
        if spec is None or type(spec.loader) is not SourceFileLoader or not spec.origin:
            return None
        try:
            with open(spec.origin, 'rb') as file:
                code = file.read()
        except OSError:
            return None
        if not PROGRAMS.is_python_2(spec.origin, code):
            return None
        PROGRAMS.known[os.path.abspath(spec.origin)] = True
        spec.loader = Loader(spec.name, spec.origin)
        spec.cached = None
        return spec


_finder = _TranslatingFinder()


def install(runtime: Runtime, everything: bool = False) -> None:
    """Has the program's files looked at from now on.

    Args:
      runtime: takes it back.
      everything: all of them are Python 2.
    """
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
        runtime.undo_by(_uninstall)
    PROGRAMS.runtime = runtime
    PROGRAMS.everything |= everything
    _is_own.cache_clear()


def _uninstall() -> None:
    sys.meta_path.remove(_finder)
    PROGRAMS.__init__()  # type: ignore[misc]


def translate_cells(shell: Any) -> None:
    """Has the cells of an IPython session translated.

    Args:
      shell: the `InteractiveShell`.
    """
    PROGRAMS.everything = True
    shell.user_ns['__builtins__'] = BUILTINS
    shell.input_transformers_post.append(_translated_cell)


def _translated_cell(lines: list[str]) -> list[str]:
    try:
        return translation.translated(''.join(lines)).text.splitlines(keepends=True)
    except SyntaxError:
        return lines  # IPython says what is wrong with it.


# What `import` does
# ----------------------------------------------------------------------------------------


def _import(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> object:
    """`__import__` of Python 2."""
    globals = globals or {}
    if level in (0, -1) and 'absolute_import' not in globals:
        package = _package(globals)
        if package and _has_module(package, name.partition('.')[0]):
            return builtins.__import__(name, globals, locals, fromlist or (), 1)
    level = max(level, 0)
    root = name.partition('.')[0]
    if not level and name in modules.NAMES and not _is_programs_own(root):
        is_real = name in modules.CHANGED
        given = (name, globals, locals, ('__name__',), 0)
        return modules.module(name, builtins.__import__(*given) if is_real else None)
    module = builtins.__import__(name, globals, locals, fromlist or (), level)
    if root == 'tensorflow' and PROGRAMS.runtime is not None and not PROGRAMS.has_tensorflow:
        PROGRAMS.has_tensorflow = True
        tensorflow_strings.adopt(PROGRAMS.runtime)
    return module


def _package(globals: Mapping[str, object]) -> str:
    package = globals.get('__package__')
    if package is None:
        name = str(globals.get('__name__', ''))
        package = name if '__path__' in globals else name.rpartition('.')[0]
    return str(package)


@functools.cache
def _has_module(package: str, name: str) -> bool:
    """Whether a package has a module of such a name."""
    path = getattr(sys.modules.get(package), '__path__', None)
    spec = PathFinder.find_spec(f'{package}.{name}', path) if path is not None else None
    return spec is not None and spec.origin is not None


def _is_programs_own(name: str) -> bool:
    """Whether the program brings a module of such a name along."""
    loaded = sys.modules.get(name)
    if loaded is not None and name not in sys.stdlib_module_names:
        return not isinstance(loaded, types.ModuleType) or import_hook.is_program(vars(loaded))
    folders = [each for each in sys.path[:1] if _is_folder_of_program(each)]
    return bool(folders) and PathFinder.find_spec(name, folders) is not None


BUILTINS: dict[str, object] = {**vars(builtins), **built_in.NAMES, '__import__': _import}
"""`__builtins__` of what was translated."""
BUILTINS['print'] = built_in.print
