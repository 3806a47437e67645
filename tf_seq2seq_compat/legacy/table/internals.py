"""tensorflow.python.*: the files that programs import from inside TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    PYTHON,
    Row,
    module,
    moved,
)


def rows() -> Iterator[Row]:
    """Names that left these files since TF 1.15."""
    yield from moved(f'{PYTHON}.util.nest.is_sequence', f'{PYTHON}.util.nest:is_nested')
    yield from module(f'{PYTHON}.util.nest', f'{PYTHON}.util.nest')
