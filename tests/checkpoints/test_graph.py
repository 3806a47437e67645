"""Checkpoints of TensorFlow 1.15.5 in TF1 graphs: restored, trained further, and written back.

That TensorFlow 1.15.5 restores what is written here is for check_written.py, which needs it.
"""

from __future__ import annotations

import pathlib
import re
import shutil
from typing import Any

import numpy as np
import pytest

from tests.checkpoints import make
from tests.checkpoints.models import MODELS
from tests.golden import harness
from tests.paths import tf1_graph
from tests.tf1.processes import ROOT, last_line, run
from tf_seq2seq_compat.tf1 import facade

DATA = pathlib.Path(__file__).parent / 'data'
KINDS_OF_FILES = {
    True: {'model.ckpt'},
    False: {'model.ckpt.index', 'model.ckpt.data-00000-of-00001'},
}

every_model = pytest.mark.parametrize('name', sorted(MODELS))


def files(folder: pathlib.Path) -> set[str]:
    return {file.name for file in folder.iterdir()} - {'expected.npz'}


def recorded(name: str) -> harness.Result:
    return make.expected_in(DATA, name)


def by_key(arrays: dict[str, Any]) -> dict[str, Any]:
    """The recorded variables by the keys of the checkpoint: parts of a variable put together."""
    parts: dict[str, list[Any]] = {}
    for name in sorted(make.some(arrays, 'variable/')):
        key = re.sub(r'/part_\d+', '', name.partition('/')[2])
        parts.setdefault(key, []).append(arrays[name])
    return {key: np.concatenate(of) if len(of) > 1 else of[0] for key, of in parts.items()}


def test_there_is_a_checkpoint_for_each_model_and_all_are_small() -> None:
    assert {folder.name for folder in DATA.iterdir()} == set(MODELS)
    sizes = [file.stat().st_size for file in DATA.glob('*/*')]
    assert max(sizes) < 60_000
    assert sum(sizes) < 1_500_000


@every_model
def test_checkpoint_is_read_without_a_graph(name: str) -> None:
    want = recorded(name)
    assert want.facts['tensorflow'] == '1.15.5'
    assert files(DATA / name) == KINDS_OF_FILES[MODELS[name].v1_format]
    found = make.read(facade.tensorflow(), make.prefix_in(DATA, name))
    assert {key: [v.dtype.name, list(v.shape)] for key, v in found.items()} == want.facts['keys']
    assert make.bytes_differ(by_key(want.arrays), found) == []
    assert {'beta1_power', 'beta2_power', 'global_step'} < set(found)
    assert found['global_step'] == make.STEPS
    slots = {key for key in found if key.endswith(('/Adam', '/Adam_1'))}
    trained = {re.sub(r'/part_\d+', '', row[0]) for row in want.facts['variables'] if row[3]}
    assert slots == {f'{key}/{slot}' for key in trained for slot in ('Adam', 'Adam_1')}
    assert all(np.any(found[key]) for key in slots)


@every_model
def test_restored_model_computes_and_learns_as_in_tf1(name: str) -> None:
    """Variables bit for bit, outputs, decoded ids, and the losses of further steps."""
    with tf1_graph():
        assert make.restore(facade.tensorflow(), MODELS[name], DATA) == []


@every_model
def test_what_is_written_back_is_what_was_read(name: str, tmp_path: pathlib.Path) -> None:
    tf = facade.tensorflow()
    with tf1_graph():
        make.copy(tf, MODELS[name], DATA, tmp_path)
    assert files(tmp_path / name) == KINDS_OF_FILES[MODELS[name].v1_format]
    want, got = (make.read(tf, make.prefix_in(folder, name)) for folder in (DATA, tmp_path))
    assert make.bytes_differ(want, got) == []


@pytest.mark.parametrize(
    ('layer', 'name', 'direction'),
    [
        ('CudnnLSTM', 'cudnn_lstm', 'unidirectional'),
        ('CudnnGRU', 'cudnn_gru_bidirectional', 'bidirectional'),
    ],
)
def test_cudnn_layer_restores_the_canonical_variables(
    layer: str, name: str, direction: str
) -> None:
    want, tf = recorded(name), facade.tensorflow()
    with tf1_graph(), tf.Session() as session:
        network = getattr(tf.contrib.cudnn_rnn, layer)(2, 4, direction=direction)
        outputs, _ = network(tf.constant(want.arrays['input/x']))
        tf.train.Saver().restore(session, make.prefix_in(DATA, name))
        found = {'output/outputs': session.run(outputs)}
    assert make.differ(make.some(want.arrays, 'output/outputs'), found, make.EQUAL) == []


def test_what_differs_is_named(tmp_path: pathlib.Path) -> None:
    """So that an empty list of differences means something."""
    shutil.copytree(DATA / 'bahdanau', tmp_path / 'bahdanau')
    want = recorded('bahdanau')
    weight = want.arrays['variable/embedding'][3]
    weight[0] = np.nextafter(weight[0], np.float32(9))
    want.arrays['output/memory'][0, 0, 0] += 1e-4
    want.arrays['output/greedy/outputs/sample_id'][0, 0] += 1
    want.arrays['losses'][1] *= 1.0001
    harness.save(want, str(tmp_path / 'bahdanau' / 'expected.npz'))
    with tf1_graph():
        lines = make.restore(facade.tensorflow(), MODELS['bahdanau'], tmp_path)
    assert [line.partition(':')[0] for line in lines] == [
        'variable/embedding',
        'losses',
        'output/greedy/outputs/sample_id',
        'output/memory',
    ]


# -- the script that made them, unchanged ---------------------------------------------------------

SCRIPT = pathlib.Path(make.__file__).relative_to(ROOT)
AFTER_TRAINING = 1e-3  # Of a variable's largest entry, after 20 steps of Adam.


@pytest.mark.slow
def test_script_restores_through_the_runner() -> None:
    said = last_line(run(SCRIPT, '--restore', DATA, cwd=ROOT))
    assert said.startswith(f'{len(MODELS)} models: as they should be')


@pytest.mark.slow
def test_models_trained_here_are_those_trained_by_tf1(tmp_path: pathlib.Path) -> None:
    """The script, run by the runner, trains all models from the start."""
    last_line(run(SCRIPT, '--out', tmp_path, cwd=ROOT))
    for name in MODELS:
        want, got = recorded(name), make.expected_in(tmp_path, name)
        for fact in ('structure', 'variables', 'keys'):
            assert got.facts[fact] == want.facts[fact], (name, fact)
        assert make.differ(want.arrays, got.arrays, AFTER_TRAINING) == [], name
