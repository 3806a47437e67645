"""The rows of the symbol table, by what they are about."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table import (
    cells,
    contrib,
    contrib_layers,
    contrib_training,
    cudnn_rnn,
    earlier,
    estimator,
    internals,
    keras,
    layers,
    seq2seq,
    tensorflow,
)
from tf_seq2seq_compat.legacy.table.row import Row

_PARTS = (
    tensorflow,
    seq2seq,
    cells,
    cudnn_rnn,
    layers,
    contrib_layers,
    contrib_training,
    contrib,
    estimator,
    internals,
    keras,
    earlier,
)


def rows() -> Iterator[Row]:
    """All rows."""
    for part in _PARTS:
        yield from part.rows()
