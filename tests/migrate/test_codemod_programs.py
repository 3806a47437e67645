"""Whole programs: rewritten, and run by Python itself."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from tests.golden import harness
from tests.test_g2p import GOLDEN
from tests.tf1.processes import ARTICLES, ROOT, python
from tf_seq2seq_compat.migrate import codemod

DATA = ROOT / 'examples' / 'data'


def migrate_in_place(*paths):
    """Rewrites files; all that is left of them for the person."""
    left = []
    for file in list(codemod.migrate(paths)):
        codemod.write(file)
        assert not file.problems
        left += [(note.kind, note.name) for note in file.result.notes if note.kind != 'rewritten']
    assert not any(file.changed for file in codemod.migrate(paths))
    return left


def copied(tmp_path, source):
    target = tmp_path / source.name
    shutil.copyfile(source, target)
    return target


@pytest.mark.slow
def test_g2p_has_the_losses_of_tensorflow_1(tmp_path):
    folder = tmp_path / 'examples' / 'tf1'
    folder.mkdir(parents=True)
    shutil.copytree(DATA, tmp_path / 'examples' / 'data')
    program = copied(folder, ROOT / 'examples' / 'tf1' / 'g2p.py')
    assert migrate_in_place(program) == []
    assert 'contrib' not in program.read_text(encoding='utf-8')
    done = python(
        program, *GOLDEN['arguments'], '--model_dir=model', '--losses_file=l.json', cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    losses = json.loads((tmp_path / 'l.json').read_text(encoding='utf-8'))
    assert len(losses) == len(GOLDEN['losses'])
    np.testing.assert_allclose(losses, GOLDEN['losses'], rtol=1e-4)


STATE_DRIVER = """
import runpy
import numpy as np
import tensorflow.compat.v1 as tf
from tests.golden import harness

tf.disable_v2_behavior()
from tests.golden import cases
from tf_seq2seq_compat.tf1 import repairs

repairs.activate_now()
one = harness.CASES['article_attention_wrapper_state']
np.random.randn = lambda *shape: one.inputs['sequence'].reshape(shape)
program = runpy.run_path({program!r})
nest = {{name: program[name] for name in ('encoder_outputs', 'encoder_state')}}
with tf.Session() as session:
    for v in tf.trainable_variables():
        v.load(harness.variable_value(v.op.name, v.shape.as_list(), 'float32'), session)
    values = session.run({{'output/' + path: leaf for path, leaf in harness.flatten(nest)}})
np.savez({out!r}, **values)
"""


@pytest.mark.slow
def test_the_article_on_attention_wrapper_state(tmp_path):
    program = copied(tmp_path, ARTICLES / 'attention_wrapper_state.py')
    assert migrate_in_place(program) == [('needs a look', 'BahdanauAttention')]
    alone = python(program, cwd=tmp_path)
    assert "missing 1 required positional argument: 'memory'" in alone.stderr
    out, driver = tmp_path / 'out.npz', tmp_path / 'driver.py'
    driver.write_text(STATE_DRIVER.format(program=str(program), out=str(out)), encoding='utf-8')
    done = python(driver)
    assert done.returncode == 0, done.stderr
    arrays = ROOT / 'tests' / 'golden' / 'arrays' / 'article_attention_wrapper_state.npz'
    expected = harness.load(str(arrays)).arrays
    with np.load(out) as found:
        names = [name for name in expected if name.startswith('output/')]
        assert sorted(found.files) == sorted(names)
        for name in names:
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_the_article_on_keras_attention(tmp_path):
    program = copied(tmp_path, ARTICLES / 'keras_attention.py')
    assert migrate_in_place(program) == [('needs a look', 'Lambda')]
    text = program.read_text(encoding='utf-8')
    assert 'Activation, Concatenate\n' in text
    alone = python(program, cwd=tmp_path)
    assert alone.returncode == 1 and 'ValueError' in alone.stderr
    call = 'from tf_seq2seq_compat.tf1 import repairs\nrepairs.activate_now()\n'
    program.write_text(text.replace('# 定义注意力机制函数', call, 1), encoding='utf-8')
    done = python(program, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'repaired (lambda-per-step)' in done.stderr
    assert 'missing-import' not in done.stderr


CALLS = """
import collections
import json
import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn, slim
from tensorflow.contrib.rnn import GRUCell
from tensorflow.contrib.seq2seq import prepare_attention
from tensorflow.contrib.seq2seq.python.ops import attention_wrapper
from tensorflow.python.layers.core import Dense
from tensorflow.python.ops import array_ops, rnn_cell_impl
import tensorflow.contrib.seq2seq as s2s

cells = tf.contrib.rnn
found = {}
x = tf.placeholder(np.float32, [None, 4, 3])
found['output'] = tf.nn.dynamic_rnn(cells.GRUCell(5), x, dtype=tf.float32)[0].shape[2].value
found['same'] = cells.GRUCell is GRUCell is rnn.GRUCell is rnn_cell_impl.GRUCell
found['dense'] = tf.layers.dense(x, 2, name='d').shape.as_list()
found['of_core'] = Dense(2, name='e')(x).shape.as_list()
found['slim'] = slim.fully_connected(x, 6).shape.as_list()
found['norm'] = slim.batch_norm(x, is_training=True).shape.as_list()
found['stack'] = array_ops.stack([x, x]).shape.as_list()
found['int'] = str(np.dtype(np.int)), isinstance({}, collections.Mapping)
found['dynamic'] = getattr(tf.contrib.rnn, 'LSTMCell') is tf.nn.rnn_cell.LSTMCell
found['mechanism'] = attention_wrapper.BahdanauAttention is s2s.BahdanauAttention
found['hparams'] = tf.contrib.training.HParams(a=1).parse('a=3').a
found['mode'] = tf.estimator.ModeKeys.TRAIN
found['keras'] = tf.keras.layers.Dense(3)(x).shape.as_list()
try:
    prepare_attention(3)
except AttributeError as error:
    found['gone'] = 'Use instead' in str(error)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    found['sum'] = float(session.run(tf.reduce_sum(tf.ones([2, 3]), keep_dims=True))[0, 0])
print(json.dumps(found))
"""


def test_a_program_of_many_names(tmp_path):
    program = tmp_path / 'program.py'
    program.write_text(CALLS)
    left = migrate_in_place(program)
    assert left == [
        ('needs a look', 'tf.contrib.seq2seq.prepare_attention'),
        ('needs a look', 'tf.contrib.rnn'),
    ]
    done = python(program)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        'output': 5,
        'same': True,
        'dense': [None, 4, 2],
        'of_core': [None, 4, 2],
        'slim': [None, 4, 6],
        'norm': [None, 4, 3],
        'stack': [2, None, 4, 3],
        'int': ['int64', True],
        'dynamic': True,
        'mechanism': True,
        'hparams': 3,
        'mode': 'train',
        'keras': [None, 4, 3],
        'gone': True,
        'sum': 6.0,
    }
