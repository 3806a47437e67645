"""The choice of a TensorFlow 1, and what a version refuses; its results are in `test_eras.py`."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from tests.eras.programs.run import CHECKPOINTS, checkpoint_of
from tests.paths import tf1_graph
from tf_seq2seq_compat.migrate import scan
from tf_seq2seq_compat.tf1 import eras, facade, symbols
from tf_seq2seq_compat.tf1.eras import evidence
from tf_seq2seq_compat.tf1.runtime import Runtime

HEAD = 'import tensorflow as tf\n'


@pytest.mark.parametrize(
    ('words', 'version'),
    [('1.1', '1.1'), ('1.2.1', '1.2'), ('v1.0.0', '1.0'), ('1.12.0', '1.15'), ('0.10', '0.12')],
)
def test_parse(words: str, version: str) -> None:
    assert eras.parse(words) == version


@pytest.mark.parametrize('words', ['2.4', '1.16', 'one', ''])
def test_no_version(words: str) -> None:
    with pytest.raises(ValueError, match='no version of TensorFlow 1'):
        eras.parse(words)


def test_comment_line() -> None:
    assert eras.named(b'#!/usr/bin/python\n# tf-seq2seq-compat: tf=1.1\n') == '1.1'
    assert eras.named('x = 1\n  # tf-seq2seq-compat: tf = 1.15\n') == '1.15'
    assert eras.named(b'x = "tf-seq2seq-compat: tf=1.1"\n') is None


# What a version has
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize('version', eras.VERSIONS[:-1])
def test_each_seq2seq_and_cell_name_is_there_in_its_versions_only(version: str) -> None:
    tf = facade.tensorflow(version=version)
    wrong = []
    for name, versions in eras.names().items():
        package, _, last = name.rpartition('.')
        of_interest = package in (
            'tensorflow.contrib.seq2seq',
            'tensorflow.nn.rnn_cell',
            'tensorflow.contrib.rnn',
            'tensorflow.contrib.legacy_seq2seq',
            'tensorflow.nn.seq2seq',
        )
        if of_interest and last.isidentifier() and last not in ('xrange', 'zip'):
            found = tf
            try:
                for part in name.split('.')[1:]:
                    found = getattr(found, part)
            except AttributeError:
                found = None
            if (found is not None) != (version in versions):
                wrong.append((name, versions))
    assert not wrong


def test_the_table_of_symbols_agrees_about_the_last_version() -> None:
    named = eras.names()
    for row in symbols.TABLE.values():
        if row.until and row.name in named:
            assert row.until in named[row.name], row
            assert eras.LATEST not in named[row.name], row


def test_a_name_of_another_version_is_an_error_that_names_it() -> None:
    tf = facade.tensorflow(version='1.1')
    with pytest.raises(AttributeError, match=r'TensorFlow 1\.1 has no .*1\.2 and later.*--tf 1\.2'):
        _ = tf.contrib.seq2seq.AttentionWrapper
    with pytest.raises(AttributeError, match=r'AttentionWrapper.*TensorFlow 1\.1 had .*--tf 1\.1'):
        _ = facade.tensorflow().contrib.seq2seq.DynamicAttentionWrapper
    with pytest.raises(AttributeError, match=r'TensorFlow 0\.12 had it.*--tf 0\.12'):
        _ = tf.mul
    assert 'AttentionWrapper' not in dir(tf.contrib.seq2seq)
    assert 'DynamicAttentionWrapper' in dir(tf.contrib.seq2seq)


def test_an_argument_of_another_version_is_an_error_that_names_it() -> None:
    with tf1_graph():
        with pytest.raises(TypeError, match=r'of TensorFlow 1\.1: .*1\.5 to 1\.15 had'):
            facade.tensorflow(version='1.1').contrib.rnn.GRUCell(3, name='cell')
        with pytest.raises(TypeError, match=r'of TensorFlow 1\.2 to 1\.4.*0\.12 to 1\.1 had'):
            facade.tensorflow(version='1.2').contrib.rnn.GRUCell(3, input_size=3)


@pytest.mark.parametrize(
    ('words', 'flag'),
    [
        (
            "AttentionWrapperState.__new__() missing 1 argument: 'attention_state'",
            '1.2 to 1.4.*1.4',
        ),
        ("GRUCell: keyword argument not understood: 'input_size'", '0.12 to 1.1.*1.1'),
        ("AttentionWrapperState.__new__() missing 1 argument: 'time'", ''),
        ("own() missing 1 argument: 'attention_state'", ''),
    ],
)
def test_an_error_about_arguments_names_the_versions_that_took_them(words: str, flag: str) -> None:
    said = eras.advice_about(TypeError(words), eras.LATEST)
    assert re.search(flag, said) if flag else not said
    assert not eras.advice_about(ValueError(words), eras.LATEST)


@pytest.mark.slow
def test_the_run_says_it(tmp_path: Path) -> None:
    file = tmp_path / 'program.py'
    file.write_text(HEAD + 'tf.contrib.seq2seq.AttentionWrapperState(1, 2, 3, 4, 5)\n')
    command = [sys.executable, '-m', 'tf_seq2seq_compat', 'run', '--tf', '1.15', str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "'attention_state'. AttentionWrapperState took such arguments" in done.stderr
    assert done.stderr.rstrip().endswith('run --tf 1.4')


def test_parameters_in_the_order_of_the_version() -> None:
    """Of all functions of `orders.tsv`, which `orders.py` reads off the versions themselves."""
    rows = (resources.files(eras) / 'orders.tsv').read_text('utf-8').splitlines()[1:]
    for name, spans, words, *_ in (row.split('\t') for row in rows):
        for version in eras._spans(spans):
            found = facade.tensorflow(version=version)
            for part in name.split('.')[1:]:
                found = getattr(found, part)
            wanted = [each.partition('=')[0] for each in words.split()]
            assert list(inspect.signature(found).parameters) == wanted, (name, version)


def test_an_initial_value_of_0_12_is_uniform_by_the_size_of_the_inputs() -> None:
    tf = facade.tensorflow(version='0.12')
    with tf1_graph() as graph, Runtime() as runtime:
        eras.get('0.12').begin(runtime)
        weights = tf.get_variable('w', [300, 200])
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            values = session.run(weights)
    bound = (3.0 / 300) ** 0.5
    assert 0.999 * bound < np.abs(values).max() <= bound
    assert abs(values.mean()) < 0.02 * bound
    assert abs(values.std() / bound - 1 / 3**0.5) < 0.01


@pytest.mark.parametrize(('version', 'part'), [('1.3', 0.8796), ('1.4', 0.8796), ('1.15', 1.0)])
def test_normal_initial_values_are_cut_and_until_1_4_no_wider(version: str, part: float) -> None:
    """A normal distribution that is cut at two standard deviations keeps 0.8796 of one."""
    tf = facade.tensorflow(version=version)
    with tf1_graph() as graph:
        by_inputs = tf.get_variable('v', [600, 200], initializer=tf.variance_scaling_initializer())
        by_both = tf.get_variable('g', [600, 200], initializer=tf.glorot_normal_initializer())
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            for variable, size in ((by_inputs, 600), (by_both, 400)):
                values = session.run(variable)
                deviation = part / size**0.5
                assert abs(values.std() / deviation - 1) < 0.02
                assert np.abs(values).max() <= 1.0001 * 2 * deviation / 0.8796


def test_the_shape_of_sparse_values_of_0_12() -> None:
    tf = facade.tensorflow(version='0.12')
    with tf1_graph() as graph:
        sparse = tf.sparse_placeholder(tf.float32)
        value = tf.SparseTensorValue(indices=[[0, 1]], values=[2.0], shape=[2, 3])
        with tf.Session(graph=graph) as session:
            dense = session.run(tf.sparse_tensor_to_dense(sparse), {sparse: value})
    assert value.shape == [2, 3] and dense.tolist() == [[0, 2, 0], [0, 0, 0]]


def test_a_cell_of_1_1_refuses_a_second_scope() -> None:
    with tf1_graph():
        tf = facade.tensorflow(version='1.1')
        cell = tf.contrib.rnn.GRUCell(2)
        inputs = tf.ones([1, 3, 2])
        tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32, scope='a')
        with pytest.raises(ValueError, match=r"First use .*'a/gru_cell'.*'b/gru_cell'"):
            tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32, scope='b')


def test_one_class_under_all_its_names() -> None:
    tf = facade.tensorflow(version='1.0')
    inside = tf._facade.import_module('tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl')
    assert tf.contrib.rnn.GRUCell is inside.GRUCell
    assert tf.contrib.rnn.GRUCell is not facade.tensorflow().contrib.rnn.GRUCell
    assert tf.__version__ == '1.0.1'


# Finding the version out
# ----------------------------------------------------------------------------------------

FIVE_FIELDS = (
    'AttentionWrapperState as S\n'
    'S(cell_state=1, attention=2, time=3, alignments=4, alignment_history=())'
)
PROGRAMS = [
    ('tf.contrib.seq2seq.DynamicAttentionWrapper', '1.1'),
    ('tf.contrib.seq2seq.attention_decoder_fn_train', '1.0'),
    ('tf.nn.seq2seq.embedding_attention_seq2seq', '0.12'),
    ('tf.concat(1, [a, b])', '0.12'),
    ('tf.concat([a, b], 1)', '1.15'),
    ('a, b = tf.contrib.seq2seq.dynamic_decode(decoder)', '1.1'),
    ('a, b, c = tf.contrib.seq2seq.dynamic_decode(decoder)', '1.15'),
    ('a = tf.contrib.seq2seq.dynamic_decode(decoder)', '1.15'),
    ('tf.contrib.rnn.BasicLSTMCell(4, input_size=4)', '1.1'),
    ('tf.contrib.rnn.BasicLSTMCell(4, reuse=True)', '1.15'),
    (f'from tensorflow.contrib.seq2seq import {FIVE_FIELDS}', '1.4'),
    (f'from tensorflow.contrib.seq2seq.python.ops.attention_wrapper import {FIVE_FIELDS}', '1.4'),
    (
        'from tensorflow.contrib.seq2seq.python.ops import attention_wrapper\n'
        'a, b = attention_wrapper._compute_attention(m, o, p, l)',
        '1.4',
    ),
    ('class H(tf.contrib.seq2seq.Helper):\n    def sample(self): pass', '1.3'),
    ('class H(tf.contrib.seq2seq.Helper):\n    sample = sample_ids_shape = 1', '1.15'),
    ('class H(tf.contrib.seq2seq.Helper):\n    def other(self): pass', '1.15'),
    ('try:\n    m = tf.mul\nexcept AttributeError:\n    from tensorflow import mul as m', '0.12'),
    ('try:\n    m = tf.mul\nexcept A:\n    m = tf.mul\nexcept B:\n    m = 1', '1.15'),
    ('if tf.__version__ < "1":\n    tf.mul(a, b)\nelse:\n    tf.mul(b, a)', '0.12'),
    ('s = tf.contrib.seq2seq\ns.LuongAttention(4, m, attention_r_initializer=1)', '1.1'),
    ('try:\n    c = tf.nn.rnn_cell.EmbeddingWrapper\nexcept AttributeError:\n    c = 1', '1.15'),
    ('if tf.__version__ < "1.0":\n    tf.mul(a, b)', '1.15'),
    ('keras = 1\nkeras.mul = 2', '1.15'),
    ('from tensorflow.contrib.distributions.python.ops import bernoulli', '1.1'),
]


@pytest.mark.parametrize(('text', 'version'), PROGRAMS)
def test_decision(text: str, version: str) -> None:
    found = evidence.of_text(HEAD + text, 'program.py')
    decided, words = evidence.decision(found)
    assert decided == version
    assert bool(words) == (version != eras.LATEST)


def test_requirements_decide_between_versions_of_which_1_15_is_none(tmp_path: Path) -> None:
    (tmp_path / 'requirements.txt').write_text('numpy\ntensorflow-gpu==1.2.1\n')
    pinned = evidence.required([tmp_path])
    text = 'tf.contrib.seq2seq.ScheduledOutputTrainingHelper(a, b, c, next_input_layer=d)'
    found = evidence.of_text(HEAD + text, 'program.py')
    assert evidence.decision(found)[0] == '1.3'
    assert evidence.decision(found, pinned)[0] == '1.2'
    assert evidence.decision([], pinned) == ('1.15', '')


def test_requirements_in_comments_decide_between_versions(tmp_path: Path) -> None:
    (tmp_path / 'requirements.txt').write_text('six\n#tensorflow-gpu==1.3.0\n')
    text = f'from tensorflow.contrib.seq2seq import {FIVE_FIELDS}'
    found = evidence.of_text(text, 'program.py')
    assert evidence.decision(found, evidence.required([tmp_path]))[0] == '1.3'


SAYINGS = [
    ('Needs TensorFlow 1.1.', ('1.1',)),
    ('* tensorflow>=1.3', ('1.3', '1.4', '1.15')),
    ('TensorFlow (1.2+)', ('1.2', '1.3', '1.4', '1.15')),
    ('`tensorflow-gpu`==1.0.1', ('1.0',)),
    ('Tested with TensorFlow v1.0 and with tensorflow 1.2', ('1.0', '1.2')),
    ('![](https://img.shields.io/badge/TensorFlow-1.4-blue.svg)', ('1.4',)),
    ('tensorflow version 0.12.0', ('0.12',)),
]


@pytest.mark.parametrize(('words', 'versions'), SAYINGS)
def test_words_of_a_readme(tmp_path: Path, words: str, versions: tuple[str, ...]) -> None:
    (tmp_path / 'README.md').write_text(f'# Program\n\n{words}\n')
    [one] = evidence.said([tmp_path])
    assert (one.versions, one.line) == (versions, 3)


def test_a_readme_may_say_nothing(tmp_path: Path) -> None:
    (tmp_path / 'README').write_text('TensorFlow is 12.1 times faster. tensorflow 2.1, 1.17')
    assert not list(evidence.said([tmp_path]))


@pytest.mark.parametrize('version', CHECKPOINTS)
def test_names_of_a_checkpoint(version: str) -> None:
    [one] = evidence.restored([Path(checkpoint_of(version)).parent])
    assert version in one.versions
    assert ('1.15' in one.versions) == (version == '1.2')


def test_what_lies_beside_decides_between_versions_and_a_contradiction_is_said(
    tmp_path: Path,
) -> None:
    text = 'tf.contrib.rnn.GRUCell(3, input_size=3)\ntf.contrib.legacy_seq2seq.sequence_loss'
    found = evidence.of_text(HEAD + text, 'program.py')
    assert evidence.fitting(found) == ('1.0', '1.1')
    (tmp_path / 'README.md').write_text('TensorFlow 1.0')
    assert evidence.decision(found, evidence.beside([tmp_path]))[0] == '1.0'
    assert evidence.decision([], evidence.beside([tmp_path])) == ('1.15', '')
    (tmp_path / 'model').mkdir()
    (tmp_path / 'model' / 'a.index').write_bytes(b'\0decoder/dynamic_attention_wrapper/x')
    version, words = evidence.decision(found, evidence.beside([tmp_path]))
    assert version == '1.1'
    assert words.endswith("against README.md:1: the words 'TensorFlow 1.0' (TensorFlow 1.0)")


def test_a_contradiction_is_said() -> None:
    text = 'tf.contrib.seq2seq.DynamicAttentionWrapper\ntf.contrib.seq2seq.tile_batch'
    decided, words = evidence.decision(evidence.of_text(HEAD + text, 'program.py'))
    assert decided == eras.LATEST
    assert 'DynamicAttentionWrapper' in words
    assert 'tile_batch' in words


def test_the_scan_says_it(tmp_path: Path) -> None:
    file = tmp_path / 'program.py'
    file.write_text(HEAD + 'cell = tf.contrib.seq2seq.DynamicAttentionWrapper\n')
    report = scan.scan([file])
    assert report.exit_code == 0
    assert evidence.fitting(report.evidence) == ('1.1',)


# Running
# ----------------------------------------------------------------------------------------

PROGRAM = """\
import subprocess, sys
import tensorflow as tf
cell = tf.contrib.rnn.GRUCell(2, None, tf.tanh)
tf.nn.dynamic_rnn(cell, tf.ones([1, 3, 2]), dtype=tf.float32)
print(tf.__version__, tf.global_variables()[0].name, flush=True)
if len(sys.argv) < 2:
    subprocess.check_call([sys.executable, sys.argv[0], 'child'])
"""


@pytest.mark.slow
def test_run_and_its_children(tmp_path: Path) -> None:
    file = tmp_path / 'program.py'
    file.write_text(PROGRAM.replace('import subp', '# tf-seq2seq-compat: tf=1.2\nimport subp', 1))
    command = [sys.executable, '-m', 'tf_seq2seq_compat', 'run', '--tf', '1.0.1', str(file)]
    environment = {**os.environ, 'TF_CPP_MIN_LOG_LEVEL': '3'}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == '1.0.1 rnn/gru_cell/gates/weights:0\n' * 2, done.stderr


LIKE_TENSORFLOW_2 = """\
import subprocess, sys
import tensorflow as tf
if tf.executing_eagerly():
    tf.random.set_seed(1)
print(tf.executing_eagerly(), flush=True)
if len(sys.argv) < 2:
    subprocess.check_call([sys.executable, sys.argv[0], 'child'])
    subprocess.check_call([sys.executable, '-c', 'import program_2', 'child'])
"""


@pytest.mark.slow
@pytest.mark.parametrize('words', [['--tf', '1.15'], []])
def test_a_program_that_is_said_to_be_for_1_15_is_not_taken_for_one_of_tensorflow_2(
    tmp_path: Path, words: list[str]
) -> None:
    file = tmp_path / 'program_2.py'
    file.write_text(LIKE_TENSORFLOW_2)
    command = [sys.executable, '-m', 'tf_seq2seq_compat', 'run', *words, str(file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == f'{not words}\n' * 3, done.stderr


def test_run_finds_the_version_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / 'program.py'
    file.write_text(HEAD + 'cell = tf.contrib.seq2seq.DynamicAttentionWrapper\n')
    assert eras.chosen(str(file)) == '1.1'
    assert 'program.py:2: tf.contrib.seq2seq.DynamicAttentionWrapper' in capsys.readouterr().err
    elsewhere = tmp_path / 'folder' / 'script.py'
    elsewhere.parent.mkdir()
    elsewhere.write_text('import program')
    assert eras.chosen(str(elsewhere)) is None
    elsewhere.write_text('# tf-seq2seq-compat: tf=1.15\nimport program')
    assert eras.chosen(str(elsewhere)) == '1.15'
    elsewhere.write_text('import program')
    notebook = tmp_path / 'notes.ipynb'
    cell = {'cell_type': 'code', 'source': ['%matplotlib inline\n', 'import program']}
    notebook.write_text(json.dumps({'cells': [cell]}))
    assert eras.chosen(str(notebook)) == '1.1'
    assert 'program.py:2: tf.contrib.seq2seq.DynamicAttentionWrapper' in capsys.readouterr().err
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    assert eras.chosen(str(elsewhere)) == '1.1'
    assert 'program.py:2: tf.contrib.seq2seq.DynamicAttentionWrapper' in capsys.readouterr().err
    cell['source'].insert(0, '# tf-seq2seq-compat: tf=1.15\n')
    notebook.write_text(json.dumps({'cells': [cell]}))
    assert eras.chosen(str(notebook)) == '1.15'
    file.write_text('# tf-seq2seq-compat: tf=1.2\n' + file.read_text())
    assert eras.chosen(str(file)) == '1.2'
    monkeypatch.setenv(eras.VARIABLE, '1.0')
    assert eras.chosen(str(file)) == '1.0'
    assert not capsys.readouterr().err
