"""Repairs: what the runner does where a published example is wrong in itself.

A repair is a named rule. Where the legacy API would raise one certain error, it does the one thing
that the author evidently meant, and warns once with the line of the program, what TF1 or Keras
would have said, what was assumed, and the change of the source that says the same. Only the runner
turns repairs on, and `--strict` leaves them off.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tf_seq2seq_compat.tf1 import symbols
from tf_seq2seq_compat.tf1.repairs import (
    early_flags,
    inner_layers,
    missing_import,
    missing_memory,
    rank_2_inputs,
)
from tf_seq2seq_compat.tf1.repairs.repair import Repair, RepairWarning
from tf_seq2seq_compat.tf1.runtime import Runtime

__all__ = [
    'ALL',
    'Repair',
    'RepairWarning',
    'activate',
    'activate_now',
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


def activate(runtime: Runtime) -> None:
    """Puts every repair in place, each when the package that it is about is first loaded."""
    runtime.filter_warnings('always', category=RepairWarning)
    for repair in ALL:
        if repair.patch is not None:
            action = functools.partial(_patch, repair.patch, runtime)
            runtime.undo_by(symbols.when_loaded(repair.package, action))


def activate_now() -> None:
    """Puts every repair in place at once and for good, in a program that runs without the
    runner."""
    runtime = Runtime()
    runtime.filter_warnings('always', category=RepairWarning)
    for repair in ALL:
        if repair.patch is not None:
            _patch(repair.patch, runtime)


def _patch(patch: Callable[[], Callable[[], None]], runtime: Runtime) -> None:
    runtime.undo_by(patch())


def prepare_script(namespace: dict[str, Any], source: bytes) -> None:
    """Puts the repairs that are about the program's own names into its globals."""
    for repair in ALL:
        if repair.prepare_script is not None:
            repair.prepare_script(namespace, source)
