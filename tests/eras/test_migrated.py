"""`migrate --from`: programs for TensorFlow 0.12 to 1.4, against what those versions gave.

`programs/1.0.json` is what its programs gave under TensorFlow 1.0 (`make.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.eras.programs.run import CHECKPOINTS, checkpoint_of
from tests.migrate.fixers.migrating import TF
from tests.tf1.processes import last_line, python, run
from tf_seq2seq_compat import checkpoint
from tf_seq2seq_compat.migrate.codemod import Result, migrate, migrate_source
from tf_seq2seq_compat.tf1 import eras

FOLDER = Path(__file__).parent / 'programs'
PROGRAMS = {file.stem: file for file in sorted(FOLDER.glob('*_?_*.py'))}
EXPECTED = {
    name: values
    for file in sorted(FOLDER.glob('*.json'))
    for name, values in json.loads(file.read_text()).items()
}


def version_of(name: str) -> str:
    return '.'.join(name.rsplit('_', 2)[1:])


def result(text: str, version: str) -> Result:
    """What becomes of a module; a second run leaves it alone."""
    done = migrate_source(text, is_program=False, version=version)
    compile(done.text, 'migrated', 'exec')
    assert migrate_source(done.text, is_program=False, version=version).text == done.text
    return done


def body(text: str, version: str) -> str:
    """What follows the imports, rewritten."""
    lines = result(TF + text, version).text.splitlines()
    return '\n'.join(line for line in lines if not line.startswith(('import ', 'from ')))


@pytest.mark.slow
@pytest.mark.parametrize('version', ['0.12', '1.4'])
def test_equal_numbers(version: str, tmp_path: Path) -> None:
    """Those of 0.12, which change the process, and all others."""
    names = [name for name in PROGRAMS if (version_of(name) == '0.12') == (version == '0.12')]
    for name in names:
        done = migrate_source(PROGRAMS[name].read_text(), version=version_of(name))
        (tmp_path / f'{name}.py').write_text(done.text)
    files = [tmp_path / f'{name}.py' for name in names]
    found = json.loads(last_line(python(FOLDER / 'run.py', *files)))
    for name in names:
        for before, after in zip(EXPECTED[name], found[name], strict=True):
            for wanted, mine in zip(before, after, strict=True):
                np.testing.assert_allclose(mine, wanted, 1e-4, 1e-5, err_msg=name)


def test_a_program_for_each_version_with_a_file() -> None:
    assert set(EXPECTED) == set(PROGRAMS)
    assert {'0.12', '1.0', '1.1', '1.3', '1.4'} <= set(map(version_of, PROGRAMS))


@pytest.mark.slow
@pytest.mark.parametrize('version', CHECKPOINTS)
def test_checkpoint_is_restored_trained_and_written(version: str, tmp_path: Path) -> None:
    """Of the version itself, by `run --tf`, without renaming."""
    name, written = CHECKPOINTS[version], tmp_path / 'new'
    arguments = ['--restore', checkpoint_of(version), '--save', written, PROGRAMS[name]]
    done = run('--tf', version, FOLDER / 'run.py', *arguments)
    [found] = json.loads(last_line(done)).values()
    for before, after in zip(EXPECTED[name][1:], found[:-1], strict=True):
        for wanted, mine in zip(before, after, strict=True):
            np.testing.assert_allclose(mine, wanted, 1e-4, 1e-5)
    shapes = {each.name: each.shape for each in checkpoint.list_variables(checkpoint_of(version))}
    assert shapes == {each.name: each.shape for each in checkpoint.list_variables(written)}


# Calls
# ----------------------------------------------------------------------------------------

CALLS = {
    ('0.12', 'tf.concat(0, [x, y])'): 'tf.concat(axis=0, values=[x, y])',
    ('0.12', 'tf.concat(concat_dim=1, values=x)'): 'tf.concat(axis=1, values=x)',
    ('0.12', 'tf.split(1, 3, tf.concat(0, x))'): (
        'tf.split(axis=1, num_or_size_splits=3, value=tf.concat(axis=0, values=x))'
    ),
    ('0.12', 'tf.split_v(x, [1, 2], 1)'): 'tf.split(x, [1, 2], 1)',
    ('0.12', 'tf.concat(*x)'): 'eras.tf_0_12.concat(*x)',
    ('0.12', 'tf.pack(x), tf.mul(x, y)'): 'tf.stack(x), tf.multiply(x, y)',
    ('0.12', 'tf.reverse(x, [True])'): 'eras.tf_0_12.reverse(x, [True])',
    ('0.12', 'tf.nn.sparse_softmax_cross_entropy_with_logits(x, y)'): (
        'tf.nn.sparse_softmax_cross_entropy_with_logits(logits=x, labels=y)'
    ),
    ('0.12', 'tf.nn.sigmoid_cross_entropy_with_logits(x, targets=y)'): (
        'tf.nn.sigmoid_cross_entropy_with_logits(logits=x, labels=y)'
    ),
    ('0.12', 'a = tf.zeros_initializer'): 'a = eras.tf_0_12.zeros_initializer',
    ('0.12', 'tf.__version__'): 'eras.tf_0_12.__version__',
    # Reading any attribute of this reads the command line of the process.
    ('0.12', 'tf.app.flags.FLAGS.size'): 'tf.app.flags.FLAGS.size',
    ('1.4', 'tf.variance_scaling_initializer()'): 'eras.tf_1_4.variance_scaling_initializer()',
    ('1.1', 'tf.contrib.rnn.GRUCell(4, n, reuse=True)'): 'seq2seq.GRUCell(4, reuse=True)',
    ('1.1', 'tf.contrib.rnn.GRUCell(4, input_size=n)'): 'seq2seq.GRUCell(4)',
    ('1.1', 'tf.contrib.rnn.LSTMCell(4, n, True)'): 'seq2seq.LSTMCell(4, use_peepholes=True)',
    ('1.1', 'tf.contrib.rnn.GRUCell(4, n())'): 'eras.tf_1_1.contrib.rnn.GRUCell(4, n())',
    ('1.1', 'tf.contrib.rnn.CoupledInputForgetGateLSTMCell(4)'): (
        'contrib_cells.CoupledInputForgetGateLSTMCell(4, state_is_tuple=False)'
    ),
    ('1.1', 'x, y = tf.contrib.seq2seq.dynamic_decode(d)'): (
        'x, y = seq2seq.dynamic_decode(d)[:2]'
    ),
    ('1.0', 'tf.contrib.seq2seq.sequence_loss(a, b, c)'): 'seq2seq.sequence_loss(a, b, c)',
    ('1.0', 'tf.contrib.seq2seq.sequence_loss(a, b, c, softmax_loss_function=f)'): (
        'eras.tf_1_0.contrib.seq2seq.sequence_loss(a, b, c, softmax_loss_function=f)'
    ),
    ('1.4', 'tf.contrib.rnn.NASCell(3, use_biases=True)'): (
        'contrib_cells.NASCell(3, use_bias=True)'
    ),
}


@pytest.mark.parametrize(('version', 'call'), CALLS)
def test_calls(version: str, call: str) -> None:
    assert body(f'{call}\n', version) == CALLS[version, call]


def test_what_has_one_meaning_in_all_versions_is_rewritten_as_ever() -> None:
    text = f'{TF}x = tf.contrib.rnn.LSTMStateTuple(tf.nn.relu(1.0), 2), tf.matmul(a, b)\n'
    for version in eras.VERSIONS:
        assert result(text, version).text == result(text, eras.LATEST).text


# Cells, which had weights of their own in each scope until 1.0
# ----------------------------------------------------------------------------------------

CELL = 'cell = tf.contrib.rnn.GRUCell(4)\n'
RUN = 'tf.nn.dynamic_rnn(cell, x)\n'
ONE_SCOPE = [
    CELL,
    CELL + RUN,
    'tf.nn.dynamic_rnn(tf.contrib.rnn.GRUCell(4), x)\n',
    CELL + 'cell = tf.contrib.rnn.DropoutWrapper(cell, 0.5)\n' + RUN,
    CELL + 'if d:\n    cell = tf.contrib.rnn.DropoutWrapper(cell, 0.5)\n' + RUN,
    'cell = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.GRUCell(4) for _ in x])\n' + RUN,
    'c = []\nfor _ in x:\n    c.append(tf.contrib.rnn.GRUCell(4))\n'
    'cell = tf.contrib.rnn.MultiRNNCell(c)\n' + RUN,
    f'def f():\n    {CELL}    {RUN}def g():\n    {CELL}    {RUN}',
]
MANY_SCOPES = [
    CELL + RUN + RUN,
    CELL + 'cell = tf.contrib.rnn.MultiRNNCell([cell] * 2)\n' + RUN,
    CELL + 'cell = tf.contrib.rnn.MultiRNNCell([cell for _ in range(2)])\n' + RUN,
    CELL + 'cell(x, y)\n',
    CELL + 'own(cell)\n',
    CELL + f'for _ in range(2):\n    {RUN}',
    CELL + f'def f():\n    {RUN}',
    'self.cell = tf.contrib.rnn.GRUCell(4)\n',
    'def f():\n    return tf.contrib.rnn.GRUCell(4)\n',
    f'for _ in x:\n    {RUN}    {CELL}',
    CELL + 'c = []\nfor _ in x:\n    c.append(cell)\ntf.contrib.rnn.MultiRNNCell(c)\n',
]


@pytest.mark.parametrize('text', ONE_SCOPE)
def test_a_cell_of_one_scope_is_todays(text: str) -> None:
    new = body(text, '1.0')
    assert 'seq2seq.GRUCell(4)' in new and 'eras' not in new


@pytest.mark.parametrize('text', MANY_SCOPES)
def test_a_cell_that_may_be_called_in_several_scopes_is_that_of_its_version(text: str) -> None:
    assert 'eras.tf_1_0.contrib.rnn.GRUCell(4)' in body(text, '1.0')


def test_names_of_variables_go_together() -> None:
    text = 'tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), x)\n'
    assert body(text, '0.12') == 'seq2seq.dynamic_rnn(seq2seq.GRUCell(4), x)'
    new = body(f'{text}own(tf.nn.rnn_cell.GRUCell(4))\n', '0.12')
    assert new.count('eras.tf_0_12.nn.rnn_cell.GRUCell(4)') == 2
    assert 'eras.tf_0_12.nn.dynamic_rnn' in new


# Programs
# ----------------------------------------------------------------------------------------


def test_the_files_say_which_version_and_another_file_that_a_mechanism_is_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = f'{TF}x = tf.contrib.seq2seq.AttentionWrapper(c, m, 3)\n'
    state = 'y = tf.contrib.seq2seq.AttentionWrapperState(1, 2, 3, 4, 5)\n'
    (tmp_path / 'a.py').write_text(one)
    (tmp_path / 'b.py').write_text(TF + state)
    done = {each.path.name: each.result.text for each in migrate([tmp_path]) if each.result}
    assert 'eras.tf_1_4.contrib.seq2seq.AttentionWrapper(c, m, 3)' in done['a.py']
    assert 'rewritten as a program for TensorFlow 1.4' in capsys.readouterr().err
    (tmp_path / 'b.py').unlink()
    [alone] = migrate([tmp_path], '1.4')
    assert alone.result is not None and 'seq2seq.AttentionWrapper(c, m, 3)' in alone.result.text
    assert 'eras' not in alone.result.text


def test_a_program_for_0_12_begins_as_it_did() -> None:
    text = f'{TF}x = tf.constant(1)\n'
    lines = migrate_source(text, version='0.12').text.splitlines()
    assert lines[3:5] == ['tf.disable_v2_behavior()', "eras.begin('0.12')"]
    assert 'begin' not in migrate_source(text, version='1.0').text


def test_what_the_version_lacked_is_said() -> None:
    done = result(f'{TF}x = tf.contrib.seq2seq.AttentionWrapper(c, m)\n', '1.1')
    [note] = [each for each in done.notes if each.kind == 'needs a look']
    assert (note.name, note.place.line) == ('tf.contrib.seq2seq.AttentionWrapper', 2)
    assert note.advice == 'TensorFlow 1.2 and later had it'


def test_the_command_line() -> None:
    done = python('-m', 'tf_seq2seq_compat', 'migrate', '--from', '2.0', __file__)
    assert done.returncode == 2 and "--from: '2.0' is no version of TensorFlow 1" in done.stderr


def test_classes_that_are_tested_for_are_those_of_today():
    """Cells that were rewritten are none of the classes of an older version."""
    text = (
        'import tensorflow as tf\n'
        'from tensorflow.contrib import rnn\n'
        'def f(cell, kind):\n'
        '    if isinstance(cell, (rnn.LSTMCell, rnn.GRUCell)) or issubclass(kind, rnn.GRUCell):\n'
        '        return cell\n'
        'cells = [rnn.BasicLSTMCell, isinstance(3, rnn.BasicLSTMCell)]\n'
    )
    done = migrate_source(text, is_program=False, version='1.4').text
    assert 'isinstance(cell, (seq2seq.LSTMCell, seq2seq.GRUCell))' in done
    assert 'issubclass(kind, seq2seq.GRUCell)' in done
    # Any other use is as before, and so are all uses of that name in the module.
    assert 'cells = [eras.tf_1_4.contrib.rnn.BasicLSTMCell' in done
