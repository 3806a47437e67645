"""What a row has learnt is saved and restored: by tf.train.Checkpoint, and in TF1 checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from tests.conformance.running import (
    arrays,
    as_numpy,
    assert_same,
    built,
    eager,
    kept_or_listed,
    outputs,
    tensors,
    tf1,
    weights,
)
from tests.conformance.table import ROWS
from tests.paths import tf1_graph
from tf_seq2seq_compat import checkpoint


def found(name: str, owner: Any) -> Any:
    row = ROWS[name]
    return as_numpy(outputs(row, owner, tensors(arrays(), row)))


def wanted(name: str) -> Any:
    return {key: value for key, value in eager(name).items() if key.startswith('output/')}


@pytest.mark.parametrize('name', ROWS)
def test_checkpoint(name: str, tmp_path: Path) -> None:
    """Restored before the variables are made, and after."""

    def check() -> None:
        owner = built(name)
        path = tf.train.Checkpoint(owner=owner).write(str(tmp_path / 'saved'))
        for is_called in (False, True):
            twin = ROWS[name].owner()
            if is_called:
                found(name, twin)
            status = tf.train.Checkpoint(owner=twin).read(path)
            assert_same(found(name, twin), wanted(name))
            status.assert_consumed()
            assert len(weights(twin)) == len(weights(owner))

    kept_or_listed('checkpoint', name, check)


@pytest.mark.slow
@pytest.mark.parametrize('name', ROWS)
def test_tf1_checkpoint(name: str, tmp_path: Path) -> None:
    """Saved from the object, restored and saved by a Saver in a graph, restored into another."""

    def check() -> None:
        row, owner, want = ROWS[name], built(name), wanted(name)
        if not weights(owner):
            return
        checkpoint.save(str(tmp_path / 'ours'), owner)
        with tf1_graph():
            fed = {key: tf1.constant(arrays()[key]) for key in row.inputs()}
            nest = outputs(row, row.owner(), fed)
            saver = tf1.train.Saver()
            with tf1.Session() as session:
                saver.restore(session, str(tmp_path / 'ours'))
                assert_same(session.run(nest), want)
                saved = saver.save(session, str(tmp_path / 'tf1'))
        twin = row.owner()
        found(name, twin)  # What is not made by itself.
        checkpoint.restore(saved, twin)
        assert_same(found(name, twin), want)

    kept_or_listed('tf1_checkpoint', name, check)
