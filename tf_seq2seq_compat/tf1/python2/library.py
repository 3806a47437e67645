"""Python 2's library, for what `migrate` wrote: `from …library import urllib2, random`."""

from __future__ import annotations

from types import ModuleType

from tf_seq2seq_compat.tf1.python2 import modules as _modules

module = _modules.module


def __getattr__(name: str) -> ModuleType:
    if name in _modules.NAMES:
        return module(name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
