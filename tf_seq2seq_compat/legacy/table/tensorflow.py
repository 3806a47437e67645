"""The root of TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import PYTHON, V1, Row, alias, module


def rows() -> Iterator[Row]:
    """The root, and what left it without a successor."""
    yield from module('tensorflow', V1)
    yield from alias('tensorflow.compat.v1', 'tensorflow')
    yield from module(PYTHON, PYTHON)
