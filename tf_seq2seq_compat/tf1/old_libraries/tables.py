"""All rows of the tables: Python's, NumPy's, and those of the libraries around them."""

from __future__ import annotations

from tf_seq2seq_compat.tf1.old_libraries import (
    library_changes,
    library_names,
    numpy_changes,
    numpy_names,
    python_changes,
    python_names,
)
from tf_seq2seq_compat.tf1.old_libraries.rows import Change, Method, Name, RemovedModule

NAMES: tuple[Name, ...] = (*python_names.NAMES, *numpy_names.NAMES, *library_names.NAMES)
METHODS: tuple[Method, ...] = (*python_names.METHODS, *numpy_names.METHODS, *library_names.METHODS)
MODULES: tuple[RemovedModule, ...] = (
    *python_names.MODULES,
    *numpy_names.MODULES,
    *library_names.MODULES,
)
CHANGES: tuple[Change, ...] = (
    *python_changes.CHANGES,
    *numpy_changes.CHANGES,
    *library_changes.CHANGES,
)
