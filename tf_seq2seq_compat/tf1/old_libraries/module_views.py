"""How the program gets what is restored, and no library does."""

from __future__ import annotations

import builtins
import contextlib
import dis
import functools
import importlib
import multiprocessing
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from tf_seq2seq_compat.tf1 import import_hook
from tf_seq2seq_compat.tf1.old_libraries import (
    array_scalars,
    fixed_types,
    python_changes,
    tables,
)
from tf_seq2seq_compat.tf1.old_libraries.rows import Method, Name, RemovedModule, loaded, shown
from tf_seq2seq_compat.tf1.old_libraries.usage import RESTORED, asked_by_program
from tf_seq2seq_compat.tf1.runtime import Runtime

_MODULES: dict[str, RemovedModule] = {row.name: row for row in tables.MODULES}


def _names() -> dict[str, dict[str, Name]]:
    table: dict[str, dict[str, Name]] = {}
    gone = (
        Name(*row.name.rpartition('.')[::2], row.gone, row.target, starred=False)
        for row in _MODULES.values()
        if '.' in row.name and row.target
    )
    for row in (*tables.NAMES, *gone):
        table.setdefault(row.module, {})[row.name] = row
    return table


_NAMES = _names()


# Names
# ------------------------------------------------------------------------------------------


def _answer_program(module: types.ModuleType, rows: dict[str, Name], runtime: Runtime) -> None:
    """Makes a module answer the program when it is asked for a name that it does not have."""
    original: Callable[[str], object] | None = vars(module).get('__getattr__')

    def __getattr__(name: str) -> Any:
        row = rows.get(name)
        if row is None or not asked_by_program():
            if original is not None:
                return original(name)
            raise AttributeError(
                f'module {module.__name__!r} has no attribute {name!r}', name=name, obj=module
            )
        if original is not None:
            with warnings.catch_warnings(), contextlib.suppress(AttributeError):
                warnings.simplefilter('ignore')
                return original(name)
        value = loaded(row.target)
        RESTORED.note(shown(f'{row.module}.{name}'), row.advice)
        return view_of(value) if isinstance(value, types.ModuleType) else value

    runtime.set(module, '__getattr__', __getattr__)


class _RestoredMethod:
    """A method that only the program sees."""

    def __init__(self, row: Method) -> None:
        self._row = row

    def __get__(self, instance: object, owner: type) -> object:
        row = self._row
        if not asked_by_program():
            what = f'{owner.__name__!r} object'
            if instance is None:
                what = f'type object {owner.__name__!r}'
            raise AttributeError(
                f'{what} has no attribute {row.name!r}',
                name=row.name,
                obj=owner if instance is None else instance,
            )
        RESTORED.note(f'{row.owner}.{row.name}', row.advice)
        if ':' not in row.target:
            return getattr(owner if instance is None else instance, row.target)
        target = loaded(row.target)
        if isinstance(target, property):
            return target.__get__(instance, owner)
        return target if instance is None else types.MethodType(target, instance)


_WATCHED = frozenset({*_NAMES, *(row.module for row in tables.METHODS)})


def _prepare(name: str, module: types.ModuleType, runtime: Runtime) -> None:
    """Readies a module of the tables."""
    if name in _NAMES:
        _answer_program(module, _NAMES[name], runtime)
    for row in tables.METHODS:
        owner = getattr(module, row.owner, None) if row.module == name else None
        if owner is not None and _lacks(owner, row.name):
            _set_method(owner, row.name, _RestoredMethod(row), runtime)
    if name == 'numpy':
        array_scalars.restore(runtime)


def _lacks(owner: type, name: str) -> bool:
    """Whether a class has no such method, or has, as in NumPy 2.0, what only raises an error."""
    return isinstance(getattr(owner, name, None), types.GetSetDescriptorType | None)


def _set_method(owner: type, name: str, method: _RestoredMethod, runtime: Runtime) -> None:
    try:
        runtime.set(owner, name, method)
    except TypeError:
        fixed_types.set_attribute(owner, name, method, runtime)


# Behaviour
# ------------------------------------------------------------------------------------------


class View(types.ModuleType):
    """A module as the program sees it: the module itself, with some of its functions as they were.

    What is set on the view is set on the module.

    Args:
      real: the module.
      changed: the functions as they were.
    """

    def __init__(self, real: types.ModuleType, changed: dict[str, Any]) -> None:
        super().__init__(real.__name__)
        own = {name: value for name, value in vars(real).items() if name in _SPECIAL}
        self.__dict__.update(own, **changed, _real=real)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._real, name)
        if isinstance(value, types.ModuleType):
            value = view_of(value)
        if self.__name__.partition('.')[0] in _HOT:
            self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._real, name)
        self.__dict__.pop(name, None)

    def __dir__(self) -> list[str]:
        return dir(self._real)

    def __repr__(self) -> str:
        return repr(self._real)


_HOT = ('numpy', 'random')
"""Modules that programs read in their innermost loops: their views cache attributes."""

_SPECIAL = ('__doc__', '__file__', '__path__', '__spec__', '__loader__', '__package__')


def _version(module: str) -> tuple[int, int]:
    if module.partition('.')[0] != 'numpy':
        return sys.version_info[:2]
    major, minor = sys.modules['numpy'].__version__.split('.')[:2]
    return int(major), int(minor)


class _Function(functools.partial[Any]):
    """A function that is no method in a class, like a built-in one."""

    def __get__(self, instance: object, owner: type | None = None) -> _Function:
        return self


class _Again(_Function):
    """A function as it was, which is pickled by name."""

    def __reduce__(self) -> Any:
        return _again, (vars(self)['__module__'], vars(self)['__name__'])


def _again(module: str, name: str) -> object:
    return getattr(view_of(importlib.import_module(module)), name)


_views: dict[str, types.ModuleType] = {}


def view_of(module: types.ModuleType) -> types.ModuleType:
    """The module as the program sees it: itself, where no behaviour of it is restored."""
    name = module.__name__
    if name not in _views and sys.modules.get(name) is module and name in _CHANGED_MODULES:
        changed: dict[str, Any] = {}
        for row in tables.CHANGES:
            if row.module != name or row.since > _version(name):
                continue
            for each in row.names:
                if hasattr(module, each):
                    changed[each] = row.make(
                        changed.get(each, getattr(module, each)), RESTORED.note
                    )
        for each, function in changed.items():
            changed[each] = functools.update_wrapper(_Again(function), getattr(module, each))
            changed[each].__dict__.update(__module__=name, __name__=each)
        use_view = changed and not import_hook.is_program(vars(module))
        _views[name] = View(module, changed) if use_view else module
    view = _views.get(name)
    return view if isinstance(view, View) and view._real is module else module


_CHANGED_MODULES = frozenset(row.module for row in tables.CHANGES)


def restore_fork(runtime: Runtime) -> None:
    """Has `multiprocessing` fork by default again, as it did on Linux up to Python 3.13: what
    programs hand to their processes (lambdas, open files, datasets) cannot be pickled."""
    default = getattr(multiprocessing.context, '_default_context', None)
    chosen = getattr(default, '_default_context', None)
    if chosen is not None and chosen.get_start_method() == 'forkserver':
        runtime.set(default, '_default_context', multiprocessing.get_context('fork'))


def restore_open(runtime: Runtime) -> None:
    """Lets the program's `open` take the mode 'U' again."""
    if sys.version_info < (3, 11) or hasattr(builtins.open, '__wrapped__'):
        return
    original = builtins.open
    universal = python_changes.universal_newlines(original, RESTORED.note)

    @functools.wraps(original)
    def open(file: Any, mode: Any = 'r', *args: Any, **kwargs: Any) -> object:
        if isinstance(mode, str) and 'U' in mode and asked_by_program():
            return universal(file, mode, *args, **kwargs)
        return original(file, mode, *args, **kwargs)

    runtime.set(builtins, 'open', functools.update_wrapper(_Function(open), original))


# Modules
# ------------------------------------------------------------------------------------------


class RestoredModules:
    """Answers the import hook when the program imports one of `roots`.

    Args:
      runtime: holds what is changed in the modules.
    """

    roots = frozenset(name.partition('.')[0] for name in {*_WATCHED, *_MODULES, *_CHANGED_MODULES})

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._prepared: set[int] = set()

    def module(
        self,
        name: str,
        names: Sequence[str] | None,
        load: Callable[[], types.ModuleType],
    ) -> types.ModuleType:
        """The module that the import statement receives.

        Args:
          name: the dotted name that is imported.
          names: what is imported from it; empty where the statement binds the root.
          load: Python's own import.

        Raises:
          ModuleNotFoundError: there is no such module, and none takes its place.
        """
        try:
            module = load()
        except ModuleNotFoundError as error:
            row = _MODULES.get(error.name or '')
            if row is None or not f'{name}.'.startswith(f'{row.name}.'):
                raise
            module = _in_place_of(row, name, names)
        self._prepare_loaded()
        return _star(module) if names and '*' in names else view_of(module)

    def _prepare_loaded(self) -> None:
        for name in _WATCHED:
            module = sys.modules.get(name)
            if module is None or id(module) in self._prepared:
                continue
            if not import_hook.is_program(vars(module)):
                self._prepared.add(id(module))
                _prepare(name, module, self._runtime)


def _in_place_of(row: RemovedModule, name: str, names: Sequence[str] | None) -> types.ModuleType:
    if not row.target:
        raise ModuleNotFoundError(
            f'No module named {name!r}: {row.name} is gone since {row.gone}; {row.advice}',
            name=name,
        ) from None
    if name != row.name:
        raise ModuleNotFoundError(f'No module named {name!r}', name=name) from None
    RESTORED.note(shown(name), row.advice)
    root = name if names else name.partition('.')[0]
    return importlib.import_module(row.target if root == name else root)


def _star(module: types.ModuleType) -> types.ModuleType:
    """The names for `from module import *`, with the removed ones that the importer uses."""
    rows = _NAMES.get(module.__name__, {})
    frame = import_hook.importing_frame()
    used = _used(frame.f_code) if frame is not None else set()
    added = {
        name: row
        for name, row in rows.items()
        if row.starred and name in used and name not in vars(module)
    }
    view = view_of(module)
    if not added and view is module:
        return module
    public = getattr(module, '__all__', [name for name in vars(module) if not name.startswith('_')])
    copy = types.ModuleType(module.__name__)
    vars(copy).update({name: getattr(view, name) for name in public})
    for name in added:
        # NumPy has some of these under a condition only, and then says so.
        with contextlib.suppress(AttributeError):
            vars(copy)[name] = getattr(view, name)
    vars(copy)['__all__'] = [name for name in vars(copy) if name in added or name in public]
    return copy


def _used(code: types.CodeType) -> set[str]:
    """The globals that some code and the functions in it use."""
    inner = (each for each in code.co_consts if isinstance(each, types.CodeType))
    own = {each.argval for each in dis.get_instructions(code) if each.opname in _LOADING}
    return own.union(*(_used(each) for each in inner))


_LOADING = ('LOAD_NAME', 'LOAD_GLOBAL')
