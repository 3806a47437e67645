"""Whole programs taken to TensorFlow 2: what they print before and after, and when run again."""

from __future__ import annotations

import json

import pytest

from tests.legacy.processes import last_line, python
from tests.migrate.fixers.test_tf2_sessions import DROPOUT, MODEL, REUSE, TRANSLATOR
from tf_seq2seq_compat.migrate import codemod

PROGRAMS = {'model': MODEL, 'dropout': DROPOUT, 'translator': TRANSLATOR, 'reuse': REUSE}


@pytest.mark.slow
@pytest.mark.parametrize('name', PROGRAMS)
def test_the_numbers_are_those_of_the_session(tmp_path, name):
    printed = {}
    for target in ('compat', 'tf2'):
        program = tmp_path / f'{target}.py'
        program.write_text(PROGRAMS[name], encoding='utf-8')
        [file] = codemod.migrate([program], target=target)
        codemod.write(file)
        assert not [note for note in file.result.notes if note.kind != 'rewritten']
        assert ('Session' in program.read_text()) == (target == 'compat')
        printed[target] = json.loads(last_line(python(program, cwd=tmp_path)))
    assert printed['tf2'] == pytest.approx(printed['compat'], rel=1e-5)
    assert printed['tf2'][0] != printed['tf2'][-1]


def test_a_file_with_a_session_and_one_that_it_needs(tmp_path):
    net = 'import tensorflow as tf\n\n\ndef f(x):\n    return tf.log(x)\n'
    (tmp_path / 'net.py').write_text(net)
    main = tmp_path / 'main.py'
    main.write_text(f'from net import f\n{MODEL}')
    found = {file.path.name: file.result for file in codemod.migrate([tmp_path], target='tf2')}
    assert 'tf.disable_v2_behavior()' in found['main.py'].text
    [left] = [note for note in found['main.py'].notes if note.kind != 'rewritten']
    assert left.advice.startswith('other files of the program use TensorFlow too: see ')
    assert not [note for note in found['net.py'].notes if note.kind != 'rewritten']


def test_the_command_line(tmp_path):
    path = tmp_path / 'a.py'
    path.write_text(MODEL)
    options = ('--target', 'tf2', '--write', '--backup')
    command = ('-m', 'tf_seq2seq_compat', 'migrate', *options, 'a.py')
    done = python(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'class Model(' in path.read_text() and (tmp_path / 'a.py.orig').read_text() == MODEL
    again = python(*command, cwd=tmp_path)
    assert again.returncode == 0 and not (tmp_path / 'a.py.orig2').exists()
