"""Imports as the program's author meant them, for the program only.

`builtins.__import__` is replaced by a function that asks who is importing. A module of the
*program* (`__main__`, and whatever does not lie below the standard library, a site-packages folder
or this package) gets a façade for the root packages that have one; a library gets the real module,
untouched. `importlib.import_module` is scoped in the same way. A finder on `sys.meta_path` answers
what goes round both, for example `importlib.util.find_spec`.
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
from collections.abc import Callable, Container, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any, Protocol

from tf_seq2seq_compat.legacy import facade, guarded_import

# Who is importing
# ------------------------------------------------------------------------------------

_PACKAGE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_INSTALLED = ('site-packages', 'dist-packages')


@functools.cache
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {paths[key] for key in ('stdlib', 'platstdlib', 'purelib', 'platlib')}
    folders.update((site.getusersitepackages(), os.path.dirname(os.__file__), _PACKAGE_FOLDER))
    return tuple(
        {form for folder in folders for form in (os.path.abspath(folder), os.path.realpath(folder))}
    )


_program_folders: set[str] = set()


def add_program_folder(folder: str) -> None:
    """Counts what lies in `folder` as program, even where that is a folder of libraries.

    The runner names the folder of what it runs, which may itself be installed.
    """
    folder = os.path.abspath(folder)
    if folder not in _library_folders() and os.path.basename(folder) not in _INSTALLED:
        _program_folders.add(folder)
        _is_program_file.cache_clear()


def _depth(path: str, folders: Sequence[str] | set[str]) -> int:
    """Length of the longest of `folders` that holds `path`, or 0."""
    return max((len(f) for f in folders if path.startswith(f.rstrip(os.sep) + os.sep)), default=0)


@functools.cache
def _is_program_file(file: str) -> bool:
    for path in {os.path.abspath(file), os.path.realpath(file)}:
        library = _depth(path, _library_folders())
        for name in _INSTALLED:
            library = max(library, path.rfind(f'{os.sep}{name}{os.sep}') + 1)
        if library and library >= _depth(path, _program_folders):
            return False
    return True


def is_program(namespace: Mapping[str, Any]) -> bool:
    """Whether the module with these globals is part of the program, not of a library."""
    file = namespace.get('__file__')
    if isinstance(file, str):
        return _is_program_file(file)
    return namespace.get('__name__') == '__main__' or _runs_in_program(namespace)


def _runs_in_program(namespace: Mapping[str, Any]) -> bool:
    """Whether `exec` in a namespace of no file runs code of the program, or is called by it."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_globals is not namespace:
        frame = frame.f_back
    while frame is not None and frame.f_code.co_filename.startswith('<'):
        frame = frame.f_back
    return frame is not None and _is_program_file(frame.f_code.co_filename)


# What restores functions calls the real ones in the name of the program.
_RESTORING = os.path.join(os.path.dirname(__file__), 'time_capsule', '')
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


def program_frame() -> types.FrameType | None:
    """The nearest frame of the program: the line that an error or a warning is about."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and not is_program(frame.f_globals):
        frame = frame.f_back
    return frame


# What it gets
# ----------------------------------------------------------------------------------------


class Restorer(Protocol):
    """What gives the program modules of Python and of libraries as they used to be."""

    @property
    def roots(self) -> Container[str]:
        """The root packages whose modules it is asked for."""

    def module(
        self, name: str, names: Sequence[str] | None, load: Callable[[], types.ModuleType]
    ) -> types.ModuleType:
        """What importing `names` from the module `name` gives, where Python's own is `load`."""


_facades: dict[str, facade.Facade] = {}
_restorer: Restorer | None = None
_on_load: Callable[[str], None] | None = None
_original_import = builtins.__import__
_original_import_module = importlib.import_module


def _note_load(root: str) -> None:
    if _on_load is not None:
        _on_load(root)


def _is_ours(name: str) -> bool:
    return isinstance(sys.modules.get(name), (facade.Namespace, facade.NotProvided))


def _register(path: str) -> None:
    """Puts the namespaces along `path` that no real module has into sys.modules."""
    parts = path.split('.')
    for end in range(2, len(parts) + 1):
        name = '.'.join(parts[:end])
        if name not in sys.modules:
            module = _facades[parts[0]].import_module(name)
            if isinstance(module, facade.Namespace) and not _really_exists(name):
                sys.modules[name] = module


def _really_exists(name: str) -> bool:
    """Whether there is such a module beside the façade's; found, and not loaded."""
    parent = sys.modules.get(name.rpartition('.')[0])
    if parent is None:
        return True
    if isinstance(parent, facade.Namespace):
        return False
    return PathFinder.find_spec(name, parent.__path__) is not None


def _import_for_program(name: str, fromlist: Sequence[str] | None) -> types.ModuleType:
    root = name.partition('.')[0]
    _note_load(root)
    room = _facades[root]
    module = room.import_module(name)
    _register(name)
    for each in fromlist or ():
        if each == '*':
            continue
        try:
            found = getattr(module, each)
        except facade.LegacyNameError as error:
            if guarded_import.is_guarded(importing_frame()):
                raise ImportError(str(error), name=name) from None
            # Where Python looks when the module lacks the attribute.
            missing: Any = facade.NotProvided(f'{name}.{each}')
            sys.modules.setdefault(f'{name}.{each}', missing)
        except AttributeError:
            try:
                room.import_module(f'{name}.{each}')
            except ModuleNotFoundError as error:
                if error.name != f'{name}.{each}':
                    raise
        else:
            if isinstance(found, facade.Namespace):
                _register(f'{name}.{each}')
    return module if fromlist else room.root


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> types.ModuleType:
    """`builtins.__import__`, scoped by importer."""
    root = name.partition('.')[0]
    restored = _restorer is not None and root in _restorer.roots
    if level or not (restored or root in _facades):
        return _original_import(name, globals, locals, fromlist or (), level)
    file = '' if globals is None else globals.get('__file__')
    if not globals or '__name__' not in globals or str(file).startswith(_RESTORING):
        frame = importing_frame()
        globals = frame.f_globals if frame is not None else {}
    if is_program(globals):
        if root in _facades:
            return _import_for_program(name, fromlist)
        return _restored(name, fromlist, _original_import, name, globals, locals, fromlist or ())
    if _is_ours(name):
        raise ModuleNotFoundError(f'No module named {name!r}', name=name)
    first = root in _facades and root not in sys.modules
    module = _original_import(name, globals, locals, fromlist or (), level)
    if first:
        _note_load(root)
    return module


def _restored(
    name: str,
    names: Sequence[str] | None,
    load: Callable[..., types.ModuleType],
    *arguments: Any,
) -> types.ModuleType:
    if _restorer is None:
        return load(*arguments)
    return _restorer.module(name, names, functools.partial(load, *arguments))


def _import_module(name: str, package: str | None = None) -> types.ModuleType:
    """`importlib.import_module`, scoped by importer."""
    root = name.partition('.')[0]
    restored = _restorer is not None and root in _restorer.roots
    if not (restored or root in _facades):
        return _original_import_module(name, package)
    frame = importing_frame()
    if frame is not None and is_program(frame.f_globals):
        if root not in _facades:
            return _restored(name, ('__name__',), _original_import_module, name, package)
        _note_load(root)
        module = _facades[root].import_module(name)
        _register(name)
        return module
    if _is_ours(name):
        raise ModuleNotFoundError(f'No module named {name!r}', name=name)
    first = root in _facades and root not in sys.modules
    module = _original_import_module(name, package)
    if first:
        _note_load(root)
    return module


class _Finder(MetaPathFinder):
    """Finds, for the program, the modules that only the façade has."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        root = name.partition('.')[0]
        frame = importing_frame()
        if root not in _facades or frame is None or not is_program(frame.f_globals):
            return None
        try:
            module = _facades[root].import_module(name)
        except ImportError:
            return None
        return ModuleSpec(name, _Loader(module), is_package=True)


class _Loader(Loader):
    def __init__(self, module: types.ModuleType) -> None:
        self._module = module

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run: a namespace looks its names up when they are used."""


_finder = _Finder()


def install(
    facades: Sequence[facade.Facade],
    on_load: Callable[[str], None] | None = None,
    restorer: Restorer | None = None,
) -> None:
    """Gives the program these façades from now on.

    Args:
      facades: one for each root package.
      on_load: called with the name of a root before a façade is given to the program, and after a
        library has loaded that root for the first time.
      restorer: what the program's imports of other modules go through; by default as it is.
    """
    global _on_load, _restorer, _original_import, _original_import_module
    _facades.clear()
    _facades.update({each.root_name: each for each in facades})
    _on_load = on_load
    _restorer = restorer or _restorer
    if builtins.__import__ is not _import:
        _original_import = builtins.__import__
        builtins.__import__ = _import
    if importlib.import_module is not _import_module:
        _original_import_module = importlib.import_module
        importlib.import_module = _import_module
    if _finder not in sys.meta_path:
        sys.meta_path.append(_finder)


def installed() -> Mapping[str, facade.Facade]:
    """The façades in use, by root package."""
    return types.MappingProxyType(_facades)


def uninstall() -> None:
    """Gives Python its own import back and forgets the modules that only the façade had."""
    global _on_load, _restorer
    if builtins.__import__ is _import:
        builtins.__import__ = _original_import
    if importlib.import_module is _import_module:
        importlib.import_module = _original_import_module
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in [name for name in sys.modules if _is_ours(name)]:
        parent, _, child = name.rpartition('.')
        if vars(sys.modules.get(parent, builtins)).get(child) is sys.modules[name]:
            delattr(sys.modules[parent], child)
        del sys.modules[name]
    _facades.clear()
    _on_load = None
    _restorer = None
