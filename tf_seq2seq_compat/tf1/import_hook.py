"""Imports as the program's author meant them, for the program only.

`builtins.__import__` is replaced by a function that asks who is importing. A module of the
*program* (`__main__`, and whatever does not lie below the standard library, a site-packages folder
or this package) gets a façade for the root packages that have one; a library gets the real module,
untouched. The standard library imports them for whoever called it (`pydoc.locate`, `unittest`,
`multiprocessing`). `importlib.import_module` and `reload` are scoped in the same way. A finder on
`sys.meta_path` answers what goes round them, for example `importlib.util.find_spec`.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.util
import os
import site
import sys
import sysconfig
import types
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any, Protocol

from tf_seq2seq_compat.tf1 import facade, optional_imports
from tf_seq2seq_compat.tf1.installed_addons import ADDONS
from tf_seq2seq_compat.tf1.runtime import Runtime

# Who is importing
# ------------------------------------------------------------------------------------

_PACKAGE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_INSTALLED = ('site-packages', 'dist-packages')


@functools.cache
def _standard_folders() -> frozenset[str]:
    paths = sysconfig.get_paths()
    return _all_forms(paths['stdlib'], paths['platstdlib'], os.path.dirname(os.__file__))


@functools.cache
def _library_folders() -> frozenset[str]:
    paths = sysconfig.get_paths()
    installed = paths['purelib'], paths['platlib'], site.getusersitepackages()
    return _standard_folders() | _all_forms(*installed, _PACKAGE_FOLDER)


def _all_forms(*folders: str) -> frozenset[str]:
    return frozenset(form(each) for each in folders for form in (os.path.abspath, os.path.realpath))


# Asked before there is a hook: sysconfig imports a module for its answer, and in Python 3.13
# fails if it is asked again meanwhile.
_library_folders()

_program_folders: set[str] = set()


def add_program_folder(folder: str) -> None:
    """Counts what lies in `folder` as program, even where that is a folder of libraries.

    The runner names the folder of what it runs, which may itself be installed.
    """
    folder = os.path.abspath(folder)
    if folder not in _library_folders() and os.path.basename(folder) not in _INSTALLED:
        _program_folders.add(folder)
        _forget_files()


def program_folders() -> list[str]:
    """The folders that `add_program_folder` was given."""
    return sorted(_program_folders)


def _forget_program_folders_but(kept: Sequence[str]) -> None:
    _program_folders.intersection_update(kept)
    _forget_files()


def _forget_files() -> None:
    is_program_file.cache_clear()
    is_standard_file.cache_clear()


def _depth(path: str, folders: Collection[str]) -> int:
    """Length of the longest of `folders` that holds `path`, or 0."""
    return max((len(f) for f in folders if path.startswith(f.rstrip(os.sep) + os.sep)), default=0)


@functools.cache
def is_program_file(file: str) -> bool:
    """Whether a file is part of the program, not of a library."""
    for form in (os.path.abspath, os.path.realpath):  # the cheap one decides most
        path = form(file)
        library = _depth(path, _library_folders())
        for name in _INSTALLED:
            library = max(library, path.rfind(f'{os.sep}{name}{os.sep}') + 1)
        if library and library >= _depth(path, _program_folders):
            return False
    return True


@functools.cache
def is_standard_file(file: str) -> bool:
    """Whether a file is part of the standard library, and not run as the program."""
    if not file or file.startswith('<'):
        return file.startswith('<frozen ')
    if any(f'{os.sep}{name}{os.sep}' in file for name in _INSTALLED):
        return False
    own = any(_depth(path, _standard_folders()) for path in _all_forms(file))
    return own and not is_program_file(file)


def is_program(namespace: Mapping[str, object]) -> bool:
    """Whether the module with these globals is part of the program, not of a library."""
    file = namespace.get('__file__')
    if isinstance(file, str):
        return is_program_file(file)
    return namespace.get('__name__') == '__main__' or _runs_in_program(namespace)


def _runs_in_program(namespace: Mapping[str, object]) -> bool:
    """Whether `exec` in a namespace of no file runs code of the program, or is called by it."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_globals is not namespace:
        frame = frame.f_back
    while frame is not None and (
        frame.f_code.co_filename.startswith('<') or is_standard_file(frame.f_code.co_filename)
    ):
        frame = frame.f_back
    return frame is not None and is_program_file(frame.f_code.co_filename)


# What restores functions calls the real ones in the name of the program.
_RESTORING = os.path.join(os.path.dirname(__file__), 'old_libraries', '')
_OWN_FILES = (
    '<frozen importlib',
    importlib.__file__,
    importlib.util.__file__,
    __file__,
    _RESTORING,
)


def importing_frame(depth: int = 1) -> types.FrameType | None:
    """The frame, outside the import machinery, that asked for the import in progress."""
    frame: types.FrameType | None = sys._getframe(depth)
    while frame is not None and (
        frame.f_code.co_filename.startswith(_OWN_FILES) or '__name__' not in frame.f_globals
    ):
        frame = frame.f_back
    return frame


def _imports_for_others(namespace: Mapping[str, Any], file: str = '') -> bool:
    """Whether the module with these globals, or code from `file`, imports in its caller's name."""
    file = namespace.get('__file__') or file
    return isinstance(file, str) and (file.startswith(_RESTORING) or is_standard_file(file))


def _program_asks(namespace: Mapping[str, object] | None) -> bool:
    """Whether the program imports: itself, or by calling the standard library.

    Args:
      namespace: the globals of the module that imports, where they are known.
    """
    if namespace and '__name__' in namespace and not _imports_for_others(namespace):
        return is_program(namespace)
    frame = importing_frame(2)
    while frame is not None and (
        '__name__' not in frame.f_globals
        or _imports_for_others(frame.f_globals, frame.f_code.co_filename)
    ):
        frame = frame.f_back
    return frame is None or is_program(frame.f_globals)


def program_frame() -> types.FrameType | None:
    """The nearest frame of the program: the line that an error or a warning is about."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and not is_program(frame.f_globals):
        frame = frame.f_back
    return frame


_FOR_ALL = (ADDONS,)
"""Packages that no longer load: a library that imports one is given ours as the program is."""


# What it gets
# ----------------------------------------------------------------------------------------


class Restorer(Protocol):
    """Provider of removed modules and names of Python and of libraries."""

    @property
    def roots(self) -> Container[str]:
        """The root packages whose modules it is asked for."""

    def module(
        self, name: str, names: Sequence[str] | None, load: Callable[[], types.ModuleType]
    ) -> types.ModuleType:
        """The result of importing `names` from the module `name`; `load` is Python's own import."""


class ImportHook(MetaPathFinder):
    """Replacements of Python's own import functions.

    Args:
      facades: one for each root package.
      provides: whether the façade of a root stands for it, asked where the root is imported.
      load: called with the name of a root that no one has loaded before a library loads it.
      on_load: called with the name of a root before a façade is given to the program, and after a
        library has loaded that root for the first time.
      restorer: what the program's imports of other modules go through.
    """

    def __init__(
        self,
        facades: Sequence[facade.Facade],
        on_load: Callable[[str], None] | None = None,
        restorer: Restorer | None = None,
        provides: Callable[[str], bool] = lambda root: True,
        load: Callable[[str], None] | None = None,
    ) -> None:
        self._load = load or (lambda root: None)
        self._facades = {each.root_name: each for each in facades}
        self._provides = provides
        self._on_load = on_load or (lambda root: None)
        self._restorer = restorer
        self._import = builtins.__import__
        self._import_module = importlib.import_module
        self._reload = importlib.reload

    def install(self, runtime: Runtime) -> None:
        """Puts it in place, until the runtime is closed."""
        facade.forget()
        runtime.undo_by(facade.forget)
        runtime.undo_by(_give_keras_back)
        runtime.undo_by(functools.partial(_forget_program_folders_but, program_folders()))
        runtime.undo_by(self._forget_modules)
        runtime.set(builtins, '__import__', self.import_name)
        runtime.set(importlib, 'import_module', self.import_module)
        runtime.set(importlib, 'reload', self.reload)
        sys.meta_path.append(self)
        runtime.undo_by(functools.partial(sys.meta_path.remove, self))

    def import_name(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        """`builtins.__import__`, scoped by importer."""
        load = functools.partial(self._import, name, globals, locals, fromlist or (), level)
        root = name.partition('.')[0]
        if level:
            return load()
        if root in self._facades and self._provides(root):
            if root in _FOR_ALL or _program_asks(globals):
                return self._import_for_program(name, fromlist, load)
            return self._import_for_library(name, load)
        if self._restorer is None or root not in self._restorer.roots:
            return load()
        file = '' if globals is None else globals.get('__file__')
        if not globals or '__name__' not in globals or str(file).startswith(_RESTORING):
            frame = importing_frame()
            globals = frame.f_globals if frame is not None else {}
        return self._restorer.module(name, fromlist, load) if is_program(globals) else load()

    def import_module(self, name: str, package: str | None = None) -> types.ModuleType:
        """`importlib.import_module`, scoped by importer."""
        load = functools.partial(self._import_module, name, package)
        root = name.partition('.')[0]
        if root in self._facades and self._provides(root):
            if root not in _FOR_ALL and not _program_asks(None):
                return self._import_for_library(name, load)
            self._on_load(root)
            if not self._provides(root):  # as that has shown
                return load()
            module = self._facades[root].import_module(name)
            self._register(name)
            return module
        if self._restorer is None or root not in self._restorer.roots:
            return load()
        frame = importing_frame()
        if frame is None or not is_program(frame.f_globals):
            return load()
        return self._restorer.module(name, ('__name__',), load)

    def reload(self, module: types.ModuleType) -> types.ModuleType:
        """`importlib.reload`; a module of a façade has nothing to run again."""
        return module if isinstance(module, facade.Namespace) else self._reload(module)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Finds, for the program, the modules that only a façade has."""
        root = name.partition('.')[0]
        if root not in self._facades or not self._provides(root):
            return None
        if root not in _FOR_ALL and not _program_asks(None):
            return None
        try:
            return facade.spec(name, self._facades[root].import_module(name))
        except ImportError:
            return None

    def _import_for_library(
        self, name: str, load: Callable[[], types.ModuleType]
    ) -> types.ModuleType:
        if _is_ours(name):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
        root = name.partition('.')[0]
        first = root not in sys.modules
        if first:
            self._load(root)
        module = load()
        if first:
            self._on_load(root)
        return module

    def _import_for_program(
        self, name: str, fromlist: Sequence[str] | None, load: Callable[[], types.ModuleType]
    ) -> types.ModuleType:
        root = name.partition('.')[0]
        self._on_load(root)
        if not self._provides(root):  # as that has shown
            return load()
        namespaces = self._facades[root]
        module = namespaces.import_module(name)
        self._register(name)
        for each in fromlist or ():
            if each == '*':
                continue
            try:
                found = getattr(module, each)
            except facade.LegacyNameError as error:
                if optional_imports.is_guarded(importing_frame()):
                    raise ImportError(str(error), name=name) from None
                # Where Python looks when the module lacks the attribute.
                missing: Any = facade.NotProvided(f'{name}.{each}')
                sys.modules.setdefault(f'{name}.{each}', missing)
            except AttributeError:
                try:
                    namespaces.import_module(f'{name}.{each}')
                except ModuleNotFoundError as error:
                    if error.name != f'{name}.{each}':
                        raise
            else:
                if isinstance(found, facade.Namespace):
                    self._register(f'{name}.{each}')
        return module if fromlist else namespaces.root

    def _register(self, path: str) -> None:
        """Puts the namespaces along `path` that no real module has into sys.modules."""
        parts = path.split('.')
        for end in range(2, len(parts) + 1):
            name = '.'.join(parts[:end])
            if name not in sys.modules:
                module = self._facades[parts[0]].import_module(name)
                if isinstance(module, facade.Namespace) and not _really_exists(name):
                    sys.modules[name] = module

    def _forget_modules(self) -> None:
        """Takes the modules that only the façade had out of sys.modules."""
        for name in [name for name in sys.modules if _is_ours(name)]:
            parent, _, child = name.rpartition('.')
            module = sys.modules.get(parent)
            real = module is not None and not isinstance(module, facade.Namespace)
            if real and vars(module).get(child) is sys.modules[name]:
                delattr(module, child)
            del sys.modules[name]


def _give_keras_back() -> None:
    """Undoes what layers of this package have changed of Keras, if none is left."""
    keras_owner = sys.modules.get('tf_seq2seq_compat.layers.keras_owner')
    if keras_owner is not None:
        keras_owner.unwatch()


def _is_ours(name: str) -> bool:
    return isinstance(sys.modules.get(name), (facade.Namespace, facade.NotProvided))


def _really_exists(name: str) -> bool:
    """Whether there is such a module beside the façade's; found, and not loaded."""
    parent = sys.modules.get(name.rpartition('.')[0])
    if parent is None:
        return True
    if isinstance(parent, facade.Namespace):
        return False
    return PathFinder.find_spec(name, parent.__path__) is not None
