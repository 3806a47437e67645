"""Notebooks from the command line, and `%load_ext` in an ordinary kernel."""

from __future__ import annotations

import re

import nbclient
import nbformat
import pytest

from tests.tf1.processes import environment, python, run


def write(path, *cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, path)


def outputs(path):
    """What each cell of an executed notebook gave, without TensorFlow's notes at its start."""
    notebook = nbformat.read(path, as_version=4)
    return [
        [_shown(output) for output in cell.outputs if _shown(output)] for cell in notebook.cells
    ]


def _shown(output):
    if output.output_type == 'stream':
        lines = output.text.replace('\r\n', '\n').splitlines(keepends=True)
        text = ''.join(line for line in lines if not re.match('WARNING: All log|[IWE]0000 ', line))
        return text and f'{output.name}: {text}'
    if output.output_type == 'error':
        return f'{output.ename}: {output.evalue}'
    return output.data['text/plain']


CELLS = (
    'import os, sys\nsys.argv, os.path.basename(os.getcwd()), __name__',
    '%matplotlib inline\n!echo from the shell',
    'import numpy as np\nimport tensorflow as tf\nfrom tensorflow.contrib import rnn, seq2seq',
    'import helper\nhelper.tf is tf and helper.rnn is tf.contrib.rnn',
    '''cell = rnn.GRUCell(2, kernel_initializer=tf.zeros_initializer())
outputs, state = tf.nn.dynamic_rnn(cell, np.ones([1, 3, 2], np.float32), dtype=tf.float32)
[variable.name for variable in tf.global_variables()]''',
    '''with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    print(session.run(state))''',
    'int is np.int and int(np.int(3))',
    'from keras.layers import Dense\nDropout.__name__',
    'raise ValueError("on purpose")',
    'print("never")',
)  # fmt: skip


@pytest.fixture
def notebook(tmp_path):
    """A folder with the notebook in a folder of it."""
    (tmp_path / 'project').mkdir()
    write(tmp_path / 'project' / 'train.ipynb', *CELLS)
    helper = 'import tensorflow as tf\nfrom tensorflow.contrib import rnn\n'
    (tmp_path / 'project' / 'helper.py').write_text(helper)
    return tmp_path


def test_cells_run_in_order_up_to_the_error(notebook):
    done = run('project/train.ipynb', '--size', '{3}', cwd=notebook)
    assert done.returncode == 1, done.stderr
    shown = outputs(notebook / 'train.executed.ipynb')
    assert shown[:6] == [
        ["(['project/train.ipynb', '--size', '{3}'], 'project', '__main__')"],
        ['stdout: from the shell\n'],
        [],
        ['True'],
        [
            "['rnn/gru_cell/gates/kernel:0',\n 'rnn/gru_cell/gates/bias:0',\n "
            "'rnn/gru_cell/candidate/kernel:0',\n 'rnn/gru_cell/candidate/bias:0']"
        ],
        ['stdout: [[0. 0.]]\n'],
    ]
    assert shown[6][0] == '3' and 'restored for this program: np.int (' in shown[6][1]
    assert "'Dropout'" in shown[7] and 'repaired (missing-import)' in ''.join(shown[7])
    assert shown[8:] == [['ValueError: on purpose'], []]
    # The terminal shows the same, and Python's exit code of an error.
    assert 'from the shell' in done.stdout and '[[0. 0.]]' in done.stdout
    assert 'ValueError: on purpose' in done.stderr and 'never' not in done.stdout
    assert 'tf-seq2seq-compat: wrote train.executed.ipynb' in done.stderr
    assert '\x1b' not in done.stderr
    assert sorted(each.name for each in notebook.iterdir()) == ['project', 'train.executed.ipynb']
    untouched = nbformat.read(notebook / 'project' / 'train.ipynb', as_version=4)
    assert not any(cell.outputs for cell in untouched.cells)


def test_output_and_strict(tmp_path):
    write(tmp_path / 'good.ipynb', '6 * 7')
    done = run('--output', 'out.ipynb', 'good.ipynb', '--output', 'x', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert outputs(tmp_path / 'out.ipynb') == [['42']]
    assert done.stdout == '42\n'
    write(tmp_path / 'strict.ipynb', 'from keras.layers import Dense\nDropout')
    done = run('--strict', 'strict.ipynb', cwd=tmp_path)
    assert done.returncode == 1
    assert outputs(tmp_path / 'strict.executed.ipynb') == [
        ["NameError: name 'Dropout' is not defined"]
    ]


def test_a_kernel_that_dies(tmp_path):
    write(tmp_path / 'dies.ipynb', 'print("before", flush=True)', 'import os\nos._exit(3)', '1')
    done = run('dies.ipynb', cwd=tmp_path)
    assert done.returncode == 1 and 'tf-seq2seq-compat: Kernel died' in done.stderr
    assert outputs(tmp_path / 'dies.executed.ipynb')[0] == ['stdout: before\n']


def test_what_cannot_be_run(tmp_path):
    (tmp_path / 'text.ipynb').write_text('print(1)')
    (tmp_path / 'a.py').write_text('')
    hidden = (
        'import sys; sys.modules["nbclient"] = None\n'
        'from tf_seq2seq_compat.cli import main; sys.exit(main(["run", "text.ipynb"]))'
    )
    for done, words in (
        (run('none.ipynb', cwd=tmp_path), "can't open file"),
        (run('text.ipynb', cwd=tmp_path), 'text.ipynb is not a notebook'),
        (run('--output', 'b', 'a.py', cwd=tmp_path), '--output is for notebooks'),
        (python('-c', hidden, cwd=tmp_path), "pip install 'tf-seq2seq-compat[notebook]'"),
    ):
        assert done.returncode == 2 and words in done.stderr, done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ['a.py', 'text.ipynb']


LOADED_LATE = (
    'import collections\nimport tensorflow as tf\nimport tensorflow.compat.v1 as tf1',
    '# tf-seq2seq-compat: tf=1.0\n%load_ext tf_seq2seq_compat',
    'print(tf is tf1, tf.__name__, tf.contrib.rnn.GRUCell.__name__)',
    'from tensorflow.contrib.seq2seq import prepare_attention as p\nprint(p.__name__, tf.VERSION)',
    'print(collections.Mapping.__name__)',
    'from keras.layers import Dense\nprint(Dropout.__name__)',
    '%unload_ext tf_seq2seq_compat\nimport tensorflow as tf\nhasattr(tf, "contrib")',
    'import tensorflow.contrib',
)
TOO_LATE = (
    'import tensorflow as tf\ntf.constant(1) + 1\nNone',
    '%load_ext tf_seq2seq_compat',
    'import tensorflow as tf\nhasattr(tf, "contrib")',
)


def in_jupyter(cells):
    """What the cells give in an ordinary kernel, failing or not."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = nbclient.NotebookClient(made, kernel_name='python3', allow_errors=True)
    client.execute(env=environment())
    return [[_shown(output) for output in cell.outputs if _shown(output)] for cell in made.cells]


def test_load_ext():
    shown = in_jupyter(LOADED_LATE)
    assert shown[:4] == [
        [],
        [],
        ['stdout: True tensorflow GRUCell\n'],
        ['stdout: prepare_attention 1.0.1\n'],
    ]
    assert shown[4][0] == 'stdout: Mapping\n'
    assert shown[5][0] == 'stdout: Dropout\n'
    assert shown[6] == ['False']
    assert shown[7] == ["ModuleNotFoundError: No module named 'tensorflow.contrib'"]


def test_load_ext_too_late():
    shown = in_jupyter(TOO_LATE)
    assert shown[1][0].startswith('RuntimeError: TF1 behaviour can only be turned on before')
    assert shown[2] == ['False'], 'nothing is left half done'
