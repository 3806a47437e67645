"""Repairs: what the runner does where a published example is wrong in itself.

A repair is a named rule. Where the legacy API would raise one certain error, it does the one thing
that the author evidently meant, and warns once with the line of the program, what TF1 or Keras
would have said, what was assumed, and the change of the source that says the same. Only the runner
turns repairs on, and `--strict` leaves them off.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from tf_seq2seq_compat.legacy import symbols
from tf_seq2seq_compat.legacy.repairs import (
    early_flags,
    inner_layers,
    missing_import,
    missing_memory,
    rank_2_inputs,
)
from tf_seq2seq_compat.legacy.repairs.repair import Repair, RepairWarning

__all__ = [
    'ALL',
    'Repair',
    'RepairWarning',
    'activate',
    'activate_now',
    'deactivate',
    'prepare_script',
]

# The order counts where two wrap the same function: a later one is asked first.
ALL: tuple[Repair, ...] = (
    missing_memory.REPAIR,
    rank_2_inputs.REPAIR,
    missing_import.REPAIR,
    inner_layers.REPAIR,
    early_flags.REPAIR,
)

_undo: list[Callable[[], None]] = []


def activate() -> None:
    """Puts every repair in place, each when the package that it is about is first loaded."""
    warnings.filterwarnings('always', category=RepairWarning)
    for repair in ALL:
        if repair.patch is not None:
            symbols.when_loaded(repair.package, _patching(repair.patch))


def activate_now() -> None:
    """Puts every repair in place at once, in a program that runs without the runner."""
    warnings.filterwarnings('always', category=RepairWarning)
    for repair in ALL:
        if repair.patch is not None:
            _undo.append(repair.patch())


def _patching(patch: Callable[[], Callable[[], None]]) -> Callable[[], None]:
    return lambda: _undo.append(patch())


def prepare_script(namespace: dict[str, Any], source: bytes) -> None:
    """Puts the repairs that are about the program's own names into its globals."""
    for repair in ALL:
        if repair.prepare_script is not None:
            repair.prepare_script(namespace, source)


def deactivate() -> None:
    """Takes the repairs away again."""
    symbols.forget_when_loaded()
    while _undo:
        _undo.pop()()
