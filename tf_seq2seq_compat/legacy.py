"""`tf_seq2seq_compat.tf1` under its earlier name, which files that `migrate` wrote import."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from tf_seq2seq_compat import tf1


class _Alias(MetaPathFinder, Loader):
    """Gives an import below the earlier name the module of `tf1`, and no second copy of it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name.startswith(f'{__name__}.') else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(tf1.__name__ + spec.name.removeprefix(__name__))
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # The import system has set that of the alias.


sys.meta_path.insert(0, _Alias())
sys.modules[__name__] = tf1
