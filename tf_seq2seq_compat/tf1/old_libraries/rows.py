"""The rows of the tables: what is gone, since when, and what takes its place."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Maker = Callable[[Callable[..., Any], Callable[[str, str], None]], Callable[..., Any]]


def shown(path: str) -> str:
    """The name as programs write it: `np.int` for `numpy.int`."""
    return f'np{path[5:]}' if path.startswith('numpy.') else path.removeprefix('builtins.')


@dataclass(frozen=True)
class Name:
    """A name that a module had.

    Attributes:
      module: the module's dotted name.
      name: what it had.
      gone: the first version without it.
      target: what takes its place, itself or as `'package.module:attribute'`.
      now: what one writes today; by default the target.
      starred: whether `from module import *` gave it.
    """

    module: str
    name: str
    gone: str
    target: Any
    now: str = ''
    starred: bool = True

    def value(self) -> Any:
        """The replacement of the name."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(':')
        found = importlib.import_module(module)
        return getattr(found, attribute) if attribute else found

    @property
    def advice(self) -> str:
        """The current spelling."""
        return self.now or shown(str(self.target).replace(':', '.'))


@dataclass(frozen=True)
class Method:
    """A method that a class written in Python had.

    Attributes:
      module: the module of the class.
      owner: the class.
      name: the method.
      gone: the first version without it.
      target: the method that takes its place, by name, or a function of `self` and the arguments; a
        property where it was one.
      now: what one writes today; by default the target.
    """

    module: str
    owner: str
    name: str
    gone: str
    target: str | Callable[..., object] | property
    now: str = ''

    @property
    def advice(self) -> str:
        """The current spelling."""
        return self.now or str(self.target)


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
