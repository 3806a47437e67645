"""`imp`, by importlib."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import tokenize
import types
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FrozenImporter,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from importlib.util import cache_from_source, source_from_cache
from typing import Any

__all__ = [
    'C_BUILTIN', 'C_EXTENSION', 'PKG_DIRECTORY', 'PY_COMPILED', 'PY_FROZEN', 'PY_SOURCE',
    'SEARCH_ERROR', 'acquire_lock', 'cache_from_source', 'find_module', 'get_magic',
    'get_suffixes', 'get_tag', 'is_builtin', 'is_frozen', 'load_compiled', 'load_dynamic',
    'load_module', 'load_package', 'load_source', 'lock_held', 'new_module', 'release_lock',
    'reload', 'source_from_cache',
]  # fmt: skip

SEARCH_ERROR, PY_SOURCE, PY_COMPILED, C_EXTENSION, _, PKG_DIRECTORY, C_BUILTIN, PY_FROZEN = range(8)

_Description = tuple[str, str, int]
_LOADERS: dict[int, Any] = {
    PY_SOURCE: SourceFileLoader,
    PY_COMPILED: SourcelessFileLoader,
    C_EXTENSION: ExtensionFileLoader,
}


def new_module(name: str) -> types.ModuleType:
    """An empty module, which is in no table."""
    return types.ModuleType(name)


def reload(module: types.ModuleType) -> types.ModuleType:
    """Runs the module again, in place."""
    return importlib.reload(sys.modules.get(module.__name__, module))


def get_suffixes() -> list[_Description]:
    """The suffix, the mode to open with, and the kind, of each kind of file."""
    kinds = (
        (EXTENSION_SUFFIXES, 'rb', C_EXTENSION),
        (SOURCE_SUFFIXES, 'r', PY_SOURCE),
        (BYTECODE_SUFFIXES, 'rb', PY_COMPILED),
    )
    return [(suffix, mode, kind) for suffixes, mode, kind in kinds for suffix in suffixes]


def get_magic() -> bytes:
    """What compiled files begin with."""
    return importlib.util.MAGIC_NUMBER


def get_tag() -> str | None:
    """The part of the names of compiled files that names this Python."""
    return sys.implementation.cache_tag


def is_builtin(name: str) -> int:
    """1 for a module that is part of the interpreter, -1 where it is made only once, else 0."""
    return -1 if name in ('builtins', 'sys') else int(name in sys.builtin_module_names)


def is_frozen(name: str) -> bool:
    """Whether the interpreter holds the module's compiled code."""
    return FrozenImporter.find_spec(name) is not None


def _load(name: str, loader: Any, folder: str | None = None) -> types.ModuleType:
    locations = [folder] if folder else None
    spec = importlib.util.spec_from_loader(name, loader, is_package=folder is not None)
    if spec is None:
        raise ImportError(f'cannot load {name}', name=name)
    if locations:
        spec.submodule_search_locations = locations
    known = sys.modules.get(name)
    module = known if known is not None else importlib.util.module_from_spec(spec)
    module.__spec__, module.__loader__ = spec, loader
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        if known is None:
            sys.modules.pop(name, None)
        raise
    return sys.modules.get(name, module)


def load_source(name: str, pathname: str, file: Any = None) -> types.ModuleType:
    """Runs a source file as the module `name`, in the one of that name if there is one."""
    return _load(name, SourceFileLoader(name, os.fspath(pathname)))


def load_compiled(name: str, pathname: str, file: Any = None) -> types.ModuleType:
    """Likewise for a compiled file."""
    return _load(name, SourcelessFileLoader(name, os.fspath(pathname)))


def load_dynamic(name: str, path: str, file: Any = None) -> types.ModuleType:
    """Likewise for a shared library."""
    return _load(name, ExtensionFileLoader(name, os.fspath(path)))


def load_package(name: str, path: str) -> types.ModuleType:
    """Likewise for a folder with an `__init__.py`."""
    return _load(name, SourceFileLoader(name, os.path.join(path, '__init__.py')), path)


def load_module(
    name: str, file: Any, filename: str | None, details: _Description
) -> types.ModuleType:
    """Loads what `find_module` has found."""
    kind = details[2]
    if kind == PKG_DIRECTORY:
        return load_package(name, filename or '')
    if kind in _LOADERS:
        return _load(name, _LOADERS[kind](name, filename or ''))
    return importlib.import_module(name)


def find_module(name: str, path: list[str] | None = None) -> tuple[Any, str | None, _Description]:
    """The open file, the path and the description of a module.

    Raises:
      ImportError: there is none of that name.
    """
    if path is None:
        if is_builtin(name):
            return None, None, ('', '', C_BUILTIN)
        if is_frozen(name) and PathFinder.find_spec(name) is None:
            return None, None, ('', '', PY_FROZEN)
    spec: ModuleSpec | None = PathFinder.find_spec(name, path)
    if spec is None or spec.origin is None:
        raise ImportError(f'No module named {name!r}', name=name)
    if spec.submodule_search_locations is not None:
        return None, os.path.dirname(spec.origin), ('', '', PKG_DIRECTORY)
    description = next(each for each in get_suffixes() if spec.origin.endswith(each[0]))
    if description[1] == 'r':
        return tokenize.open(spec.origin), spec.origin, description  # noqa: SIM115
    return open(spec.origin, 'rb'), spec.origin, description  # noqa: SIM115


def acquire_lock() -> None:
    """Nothing: importlib has a lock for each module."""


def release_lock() -> None:
    """Nothing, likewise."""


def lock_held() -> bool:
    """Never: there is no such lock."""
    return False
