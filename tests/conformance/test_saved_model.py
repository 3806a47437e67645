"""A SavedModel of each row runs in a process that has no tf_seq2seq_compat."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.running import (
    CASES,
    arrays,
    assert_same,
    built,
    eager,
    kept_or_listed,
    outputs,
)
from tests.conformance.table import ROWS, unknown_shape

pytestmark = pytest.mark.slow
CASES_SAVED = ('two', 'one')

LOADER = """
import sys
sys.modules['tf_seq2seq_compat'] = None
import numpy as np, tensorflow as tf

assert not [name for name in sys.modules if name.startswith('tf_seq2seq_compat.')]
for folder in map(str.strip, sys.stdin):
    try:
        model = tf.saved_model.load(folder + '/model')
        for case in ('two', 'one'):
            inputs = dict(np.load(f'{folder}/{case}-in.npz'))
            found = model.run({key: tf.constant(value) for key, value in inputs.items()})
            np.savez(f'{folder}/{case}.npz', **{k: v.numpy() for k, v in found.items()})
        print('loaded', flush=True)
    except Exception as error:
        print(ascii(error), flush=True)
"""


def save(name: str, folder: Path) -> None:
    row, owner = ROWS[name], built(name)
    module = tf.Module()
    module.owner = owner
    signature = {
        key: tf.TensorSpec(unknown_shape(key), arrays()[key].dtype) for key in row.inputs()
    }
    module.run = tf.function(
        lambda inputs: outputs(row, owner, inputs), input_signature=[signature], autograph=False
    )
    tf.saved_model.save(module, str(folder / 'model'))
    for case in CASES_SAVED:
        values = arrays(**CASES[case])
        np.savez(folder / f'{case}-in.npz', **{key: values[key] for key in row.inputs()})


@pytest.fixture(scope='module')
def load() -> Iterator[Callable[[Path], str]]:
    """Has another process, the same for all rows, run what is in a folder; gives what it says."""
    command = [sys.executable, '-c', LOADER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def ask(folder: Path) -> str:
            print(folder, file=asked, flush=True)
            return answers.readline().strip()

        yield ask
        asked.close()
        assert process.wait() == 0


@pytest.mark.parametrize('name', ROWS)
def test_saved_model(name: str, load: Callable[[Path], str], tmp_path: Path) -> None:
    def check() -> None:
        save(name, tmp_path)
        assert load(tmp_path) == 'loaded'
        for case in CASES_SAVED:
            got = dict(np.load(tmp_path / f'{case}.npz'))
            wanted = eager(name, case)
            assert_same(got, {key: wanted[key] for key in wanted if key.startswith('output/')})

    kept_or_listed('saved_model', name, check)
