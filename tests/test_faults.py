"""Small programs, each of which once gave something else than TF 1.15.5 (or its stated oracle).

A program's first lines say how it is run and where its expected result comes from; `check.py` runs
it and compares.
"""

import argparse
import pathlib
import shlex
import sys

import pytest
import tensorflow as tf

from tests.faults import check

ROOT = pathlib.Path(check.__file__).parent
PYTHON = shlex.quote(sys.executable)
OPTIONS = argparse.Namespace(command=f'{PYTHON} -m tf_seq2seq_compat run', python=PYTHON, limit=300)
KERAS_3 = tuple(map(int, tf.version.VERSION.split('.')[:2])) >= (2, 16)


@pytest.mark.slow
@pytest.mark.parametrize('name', check.cases())
def test_gives_what_its_oracle_gave(name):
    if 'keras3' in name and not KERAS_3:
        pytest.skip('TensorFlow 2.15 has Keras 2')
    equal, words = check.verdict(name, OPTIONS)
    assert equal, words


def test_every_program_has_a_result():
    recorded = {file.stem for file in (ROOT / 'expected').glob('*.json')}
    assert recorded == set(check.cases()) > set()
    for name in check.cases():
        assert check.header(name, 'oracle'), name
