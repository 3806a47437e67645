"""The rows of the tables: what is gone, since when, and what takes its place."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]
Note = Callable[[str, str], None]
Maker = Callable[[Function, Note], Function]


def shown(path: str) -> str:
    """The name as programs write it: `np.int` for `numpy.int`."""
    return f'np{path[5:]}' if path.startswith('numpy.') else path.removeprefix('builtins.')


def loaded(target: str) -> Any:
    """What a target names: `'package.module'`, `'package.module:attribute'`, or `'=1.5'`."""
    if target.startswith('='):
        return float(target[1:])
    module, _, attribute = target.partition(':')
    found = importlib.import_module(module)
    return getattr(found, attribute) if attribute else found


@dataclass(frozen=True)
class Name:
    """A name that a module had.

    Attributes:
      module: the module's dotted name.
      name: what it had.
      gone: the first version without it.
      target: what takes its place, as `loaded` takes it.
      now: what one writes today; by default the target.
      starred: whether `from module import *` gave it.
    """

    module: str
    name: str
    gone: str
    target: str
    now: str = ''
    starred: bool = True

    @property
    def advice(self) -> str:
        """The current spelling."""
        return self.now or shown(self.target.replace(':', '.'))


@dataclass(frozen=True)
class Method:
    """A method that a class written in Python had.

    Attributes:
      module: the module of the class.
      owner: the class.
      name: the method.
      gone: the first version without it.
      target: the method that takes its place, by name, or a function of `self` and the arguments
        (or a property), as `loaded` takes it.
      now: what one writes today; by default the target.
    """

    module: str
    owner: str
    name: str
    gone: str
    target: str
    now: str = ''

    @property
    def advice(self) -> str:
        """The current spelling."""
        return self.now or self.target


@dataclass(frozen=True)
class RemovedModule:
    """A module that is gone.

    Attributes:
      name: its dotted name.
      gone: the first version without it.
      target: the module that takes its place, or empty where none does.
      now: what one uses today; by default the target.
      package: the distribution that has it, of the extra `removed-modules`.
    """

    name: str
    gone: str
    target: str = ''
    now: str = ''
    package: str = ''

    @property
    def advice(self) -> str:
        """The current replacement."""
        now = self.now or shown(self.target)
        if not self.package:
            return now
        has_it = f"{self.package} has it: pip install 'tf-seq2seq-compat[removed-modules]'"
        return f'{now}; {has_it}' if now else has_it


@dataclass(frozen=True)
class Change:
    """A function that no longer accepts what it used to accept.

    Attributes:
      module: its module.
      names: the functions that change in this way.
      since: the first version that refuses, of NumPy for its modules, of Python otherwise; empty
        for a library whose version is not looked at.
      make: the function as it was, made from the one that there is and from what notes a use.
    """

    module: str
    names: tuple[str, ...]
    since: tuple[int, int] | tuple[()]
    make: Maker


def changed(adapt: Function) -> Maker:
    """A `make` of changes: `adapt` is given the function that there is, what notes a use, and the
    arguments of a call."""

    def make(real: Function, note: Note) -> Function:
        @functools.wraps(real)
        def call(*args: object, **kwargs: object) -> Any:
            return adapt(real, note, *args, **kwargs)

        return call

    return make


def renamed(**new: str) -> Maker:
    """A function with keywords under their old names; those without a new one are dropped."""

    @changed
    def call(real: Function, note: Note, *args: object, **kwargs: Any) -> Any:
        for name in [name for name in kwargs if name in new]:
            value, now = kwargs.pop(name), new[name]
            if now:
                kwargs[now] = value
            prefix = 'np.' if real.__module__.startswith('numpy') else ''
            note(f'{prefix}{real.__name__}({name}=...)', f'{now}=...' if now else 'without it')
        return real(*args, **kwargs)

    return call
