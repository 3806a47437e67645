"""Packages whose modules, and TensorFlow with them, are loaded when a name of theirs is used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any


class LazyNames:
    """The public names of a package by the modules that have them.

    Args:
      package: The package's name.
      modules: Names, separated by blanks, by the module's name below `tf_seq2seq_compat`; a
        module may be its own name.
      more: Names that the package has at once.
    """

    def __init__(self, package: str, modules: Mapping[str, str], more: str = '') -> None:
        self._package = package
        self._module_of = {name: module for module in modules for name in modules[module].split()}
        self.all = sorted([*self._module_of, *more.split()])

    def load(self, name: str) -> Any:
        """The value of a name, kept in the package; AttributeError for other names."""
        if name not in self._module_of:
            raise AttributeError(f'module {self._package!r} has no attribute {name!r}')
        module = importlib.import_module(f'{__package__}.{self._module_of[name]}')
        is_itself = module.__name__.endswith(f'.{name}') and not hasattr(module, name)
        value = module if is_itself else getattr(module, name)
        vars(sys.modules[self._package])[name] = value
        return value

    def dir(self) -> list[str]:
        """What `dir` of the package gives."""
        return sorted({*vars(sys.modules[self._package]), *self.all})
