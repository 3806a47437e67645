"""examples/tf1/g2p.py, unmodified, through the runner, against TensorFlow 1.15.5."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / 'examples' / 'tf1' / 'g2p.py'
GOLDEN = json.loads((ROOT / 'tests' / 'golden_programs' / 'g2p_losses.json').read_text())
RATE = re.compile(r'^(.*): phoneme error rate ([\d.]+)%', re.MULTILINE)


def g2p(folder, *arguments):
    """Runs the program with `folder` as its working directory; returns what it prints."""
    environment = {**os.environ, 'PYTHONPATH': str(ROOT), 'TF_CPP_MIN_LOG_LEVEL': '3'}
    done = subprocess.run(
        [sys.executable, '-m', 'tf_seq2seq_compat', 'run', str(PROGRAM), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stdout


def error_rates(output):
    return {when: float(rate) for when, rate in RATE.findall(output)}


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """The run that was recorded on TensorFlow 1.15.5, here: its folder and what it printed."""
    folder = tmp_path_factory.mktemp('g2p')
    output = g2p(folder, *GOLDEN['arguments'], '--model_dir=model', '--losses_file=losses.json')
    return folder, output


def test_the_first_losses_are_those_of_tensorflow_1(trained):
    folder, _ = trained
    assert GOLDEN['tensorflow'].startswith('1.15')
    assert len(GOLDEN['losses']) == 50
    losses = json.loads((folder / 'losses.json').read_text())
    np.testing.assert_allclose(losses, GOLDEN['losses'], rtol=1e-4)


def test_the_checkpoint_has_the_variables_of_tensorflow_1(trained):
    folder, _ = trained
    checkpoint = tf.train.latest_checkpoint(str(folder / 'model'))
    assert dict(tf.train.list_variables(checkpoint)) == GOLDEN['variables']


def test_evaluation_restores_what_training_saved(trained):
    folder, output = trained
    rates = error_rates(output)
    assert list(rates) == ['before training', 'after 50 steps']
    assert rates['after 50 steps'] < rates['before training']
    again = error_rates(g2p(folder, '--mode=eval', '--model_dir=model', '--eval_words=20'))
    assert again == {'model.ckpt-50': rates['after 50 steps']}


def test_predictions_come_with_alignments(trained):
    folder, _ = trained
    output = g2p(
        folder, '--mode=predict', '--model_dir=model', '--alignments_file=a.npz', 'nation', 'caught'
    )
    assert [line.split()[0] for line in output.splitlines()] == ['nation', 'caught']
    with np.load(folder / 'a.npz') as arrays:
        for word in ('nation', 'caught'):
            alignment = arrays[word]
            assert alignment.shape == (len(arrays[word + '/phonemes']), 6)
            np.testing.assert_allclose(alignment.sum(axis=1), 1.0, rtol=1e-5)


def test_the_summaries_hold_the_losses(trained):
    folder, _ = trained
    [events] = (folder / 'model').glob('events.out.tfevents.*')
    losses = [
        value.simple_value
        if value.HasField('simple_value')
        else float(tf.make_ndarray(value.tensor))
        for event in tf.compat.v1.train.summary_iterator(str(events))
        for value in event.summary.value
        if value.tag == 'loss'
    ]
    np.testing.assert_allclose(losses, json.loads((folder / 'losses.json').read_text()), rtol=1e-6)


@pytest.mark.slow
def test_it_learns(tmp_path):
    output = g2p(tmp_path, '--model_dir=model', '--steps=600', '--eval_words=300')
    rates = error_rates(output)
    assert rates['before training'] > 90
    assert rates['after 600 steps'] < 30


def test_the_words_are_split_by_their_first_four_letters():
    groups = {}
    for name in ('train', 'test'):
        lines = (ROOT / 'examples' / 'data' / f'cmudict_{name}.txt').read_text().splitlines()
        assert all(
            re.fullmatch(r'[a-z]{3,10}  [A-Z]{1,2}[012]?( [A-Z]{1,2}[012]?)*', line)
            for line in lines
        )
        groups[name] = [line.split()[0][:4] for line in lines]
    assert len(groups['train']) + len(groups['test']) == 12000
    assert all(zlib.crc32(group.encode()) % 10 == 0 for group in groups['test'])
    assert not set(groups['train']) & set(groups['test'])


def test_the_check_of_the_golden_sees_an_edit():
    spec = importlib.util.spec_from_file_location(
        'golden_programs_make', ROOT / 'tests' / 'golden_programs' / 'make.py'
    )
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    assert make.g2p_differences(GOLDEN, GOLDEN) == []
    edited = {**GOLDEN, 'losses': [*GOLDEN['losses'][:-1], GOLDEN['losses'][-1] * 1.01]}
    [difference] = make.g2p_differences(GOLDEN, edited)
    assert difference.startswith('loss 50: ')
    assert len(make.g2p_differences(GOLDEN, {**GOLDEN, 'variables': {}})) == 1
    assert make.g2p_differences(GOLDEN, {**GOLDEN, 'losses': []}) == ['50 losses, now 0']

    arrays = {'outputs': np.ones([2], np.float32), 'ids': np.array([1, 2])}
    assert make.array_differences(arrays, arrays) == []
    edited = {'outputs': arrays['outputs'] + np.float32(1e-3), 'ids': arrays['ids'][::-1]}
    assert [line.split(':')[0] for line in make.array_differences(arrays, edited)] == [
        'ids',
        'outputs',
    ]
    assert make.array_differences(arrays, {'ids': arrays['ids']}) == [
        'outputs: only in one of them'
    ]
