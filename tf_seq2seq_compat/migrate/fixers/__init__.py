"""The fixers: each finds one kind of thing in a module, and says what to write instead.

A fixer is a function of a parsed module that yields edits and findings, or yields none. All see the
module as it is before any of them, so none depends on another; what one makes possible for another
is done in the next round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tf_seq2seq_compat.migrate.fixers import (
    addons,
    changed_calls,
    flags,
    imports,
    inner_layers,
    keywords,
    leftovers,
    missing_import,
    missing_memory,
    moved_names,
    namespaces,
    old_methods,
    renames,
    v1_behavior,
)
from tf_seq2seq_compat.migrate.source_module import Fix, Module

Fixer = Callable[[Module], Iterable[Fix]]

FIXERS: tuple[Fixer, ...] = (
    moved_names.fix,
    namespaces.fix,
    renames.fix,
    keywords.fix,
    flags.fix,
    changed_calls.fix,
    old_methods.fix,
    missing_import.fix,
    missing_memory.fix,
    inner_layers.fix,
    leftovers.fix,
    v1_behavior.fix,
    # The last: it writes the imports that the others need.
    imports.fix,
)
"""All fixers of a TF1 program, in the order in which their edits take precedence."""

FOR_TENSORFLOW_2: tuple[Fixer, ...] = (addons.fix,)
"""Those of a program for TensorFlow 2."""
