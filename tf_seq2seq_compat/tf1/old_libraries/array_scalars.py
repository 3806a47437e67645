"""Arrays of one element as numbers.

NumPy 2.4 takes only arrays without dimensions as such: `int(a)`, `'%.3f' % a`, `math.exp(a)`, and
`x[0] = a`, which calls `float(a)`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tf_seq2seq_compat.tf1.old_libraries import fixed_types
from tf_seq2seq_compat.tf1.old_libraries.usage import RESTORED, asked_by_program
from tf_seq2seq_compat.tf1.runtime import Runtime


def restore(runtime: Runtime) -> None:
    """Lets the program use arrays of one element as numbers, where NumPy does not."""
    for kind in (int, float, complex):
        name = f'__{kind.__name__}__'
        if not _taken(kind):
            method = _method(kind, getattr(np.ndarray, name))
            fixed_types.set_attribute(np.ndarray, name, method, runtime)


def _taken(kind: Callable[[Any], object]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            kind(np.ones([1]))
        except TypeError:
            return False
        return True


def _method(kind: type, original: Callable[[Any], object]) -> Callable[[Any], object]:
    def convert(self: Any) -> object:
        if self.ndim == 0 or self.size != 1 or not asked_by_program():
            return original(self)
        RESTORED.note(f'{kind.__name__}() of an array of one element', 'a.item()')
        return kind(self.item())

    convert.__name__ = f'__{kind.__name__}__'
    return convert
