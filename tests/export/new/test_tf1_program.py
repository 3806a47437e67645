"""What a TensorFlow 1 program converts and saves under the runner is run without this package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from tests.export.new.test_formats import consumed

PROGRAM = Path(__file__).with_name('tf1_program.py')


class Program(NamedTuple):
    """The program's folder, and of each of its models the names of inputs and outputs."""

    folder: Path
    names: dict[str, tuple[list[str], list[str]]]


def run(folder: Path) -> Program:
    folder.mkdir()
    command = [sys.executable, '-m', 'tf_seq2seq_compat', 'run', str(PROGRAM), str(folder)]
    subprocess.run(command, check=True)
    return Program(folder, json.loads((folder / 'names.json').read_text()))


def arrays(file: Path) -> list[dict[str, np.ndarray]]:
    """Of each call the arrays by name."""
    found: list[dict[str, np.ndarray]] = [{}, {}, {}]
    with np.load(file) as saved:
        for key, value in saved.items():
            call, name = key.split('/', 1)
            found[int(call)][name] = value
    return found


def check(program: Program, exported: list[str], folder: Path, python: str = sys.executable) -> int:
    """Compares models with what the program's sessions gave; returns how many calls there were.

    Args:
      program: What `run` returned.
      exported: As for `consumed`; the files are named as the program's models.
      folder: For the arrays.
      python: The interpreter that runs the models.
    """
    calls, wanted = arrays(program.folder / 'given.npz'), arrays(program.folder / 'wanted.npz')
    for given, found in zip(wanted, consumed(folder, calls, exported, python), strict=True):
        for what, results in zip(exported, found, strict=True):
            name = Path(what.split(':')[1]).name.partition('.')[0]
            assert set(results) == set(program.names[name][1]), what
            for one, value in results.items():
                value_of_session = given[f'{name}/{one}']
                assert value.dtype == value_of_session.dtype, f'{what} {one}'
                np.testing.assert_allclose(
                    value, value_of_session, 1e-4, 1e-4, err_msg=f'{what} {one}'
                )
    return len(calls) * len(exported)


@pytest.mark.slow
def test_tflite_converter(tmp_path):
    """`from_session` and `from_frozen_graph`, with `dynamic_rnn` and `dynamic_decode`."""
    program = run(tmp_path / 'program')
    assert set(program.names) >= {'dense', 'static_rnn', 'encoder', 'greedy', 'beam'}
    exported = [
        f'tflite_tensors:{program.folder / name}.{how}.tflite'
        for name in program.names
        for how in ('session', 'frozen')
    ]
    greedy = arrays(program.folder / 'wanted.npz')[1]['greedy/decoder/transpose_1']
    assert check(program, [*exported, f'tflite:{program.folder / "greedy"}.export'], tmp_path)
    assert len(np.unique(greedy)) > 2
