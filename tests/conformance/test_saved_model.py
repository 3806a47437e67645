"""A SavedModel of each row runs in a process that has no tf_seq2seq_compat."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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
import json, sys
sys.modules['tf_seq2seq_compat'] = None
import numpy as np, tensorflow as tf

folder = sys.argv[1]
assert not [name for name in sys.modules if name.startswith('tf_seq2seq_compat.')]
for index in json.load(open(folder + '/names.json')).values():
    try:
        model = tf.saved_model.load(f'{folder}/{index}')
        for case in ('two', 'one'):
            inputs = dict(np.load(f'{folder}/{index}-{case}-in.npz'))
            found = model.run({key: tf.constant(value) for key, value in inputs.items()})
            np.savez(f'{folder}/{index}-{case}.npz', **{k: v.numpy() for k, v in found.items()})
    except Exception as error:
        open(f'{folder}/{index}.txt', 'w').write(repr(error))
"""


def save(name: str, folder: Path, index: int) -> None:
    row, owner = ROWS[name], built(name)
    module = tf.Module()
    module.owner = owner
    signature = {
        key: tf.TensorSpec(unknown_shape(key), arrays()[key].dtype) for key in row.inputs()
    }
    module.run = tf.function(
        lambda inputs: outputs(row, owner, inputs), input_signature=[signature], autograph=False
    )
    tf.saved_model.save(module, str(folder / str(index)))
    for case in CASES_SAVED:
        values = arrays(**CASES[case])
        np.savez(folder / f'{index}-{case}-in.npz', **{key: values[key] for key in row.inputs()})


@pytest.fixture(scope='module')
def loaded(tmp_path_factory: Any) -> Any:
    """The folder with what another process found, the number of each row, errors of saving."""
    folder = tmp_path_factory.mktemp('saved')
    numbers, errors = {}, {}
    for index, name in enumerate(ROWS):
        try:
            save(name, folder, index)
            numbers[name] = index
        except Exception as error:  # The test of the row raises it.
            errors[name] = error
    (folder / 'names.json').write_text(json.dumps(numbers))
    subprocess.run([sys.executable, '-c', LOADER, str(folder)], check=True, capture_output=True)
    return folder, numbers, errors


@pytest.mark.parametrize('name', ROWS)
def test_saved_model(name: str, loaded: Any) -> None:
    folder, numbers, errors = loaded

    def check() -> None:
        if name in errors:
            raise errors[name]
        failed = folder / f'{numbers[name]}.txt'
        assert not failed.exists(), failed.read_text()
        for case in CASES_SAVED:
            got = dict(np.load(folder / f'{numbers[name]}-{case}.npz'))
            wanted = eager(name, case)
            assert_same(got, {key: wanted[key] for key in wanted if key.startswith('output/')})

    kept_or_listed('saved_model', name, check)
