"""Models of scripts that train when they are run, and the command that wraps them."""

from __future__ import annotations

import gc
import sys
import weakref

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.tf1.processes import python
from tf_seq2seq_compat import cli
from tf_seq2seq_compat.graph_model import commands
from tf_seq2seq_compat.tf1 import runner

tf1 = tf.compat.v1
HEAD = """\
import sys
import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn

tf.app.flags.DEFINE_integer('units', 4, 'size')
FLAGS = tf.app.flags.FLAGS
tf.reset_default_graph()


class Model(object):
    def __init__(self, units):
        self.x = tf.placeholder(tf.float32, [None, None, 3], name='x')
        _, self.state = tf.nn.dynamic_rnn(rnn.GRUCell(units), self.x, dtype=tf.float32)
        self.logits = tf.layers.dense(self.state, self.x.shape[2].value, name='out')
        self.losses = {'mean': tf.reduce_mean(tf.square(self.logits), name='loss')}
        self.train_op = tf.train.AdamOptimizer(0.1).minimize(self.losses['mean'])


def build():
    return Model(FLAGS.units)

"""
STARTS = {
    'session': 'with tf.Session() as sess:\n    sess.run("entered")',
    'given a graph': 'tf.Session(graph=tf.get_default_graph()).run("entered")',
    'interactive': 'tf.InteractiveSession().run("entered")',
    'monitored': 'with tf.train.MonitoredTrainingSession() as sess:\n    sess.run("entered")',
    'supervised': 'with tf.train.Supervisor().managed_session() as s:\n    s.run("entered")',
    'in a function': 'def train(net):\n    tf.Session().run("entered")\ntrain(model)',
    'by tf.app.run': 'def main(_):\n    tf.Session().run("entered")\ntf.app.run()',
    'with errors caught': 'try:\n    tf.Session().run("entered")\nexcept Exception:\n    pass',
    'none': 'sys.exit()',
}


@pytest.fixture
def script(tmp_path):
    def written(text, name='train.py', head=HEAD):
        (tmp_path / name).write_text(head + text)
        return str(tmp_path / name)

    return written


@pytest.mark.parametrize(
    'start',
    [
        pytest.param(start, marks=[] if start in ('session', 'none') else [pytest.mark.slow])
        for start in STARTS
    ],
)
def test_the_session_of_a_script_is_not_entered(start, script):
    """Each would fail in `run`, as the graph has no such element."""
    path = script(f'model = build()\n{STARTS[start]}\n')
    model = seq2seq.GraphModel.from_program(path, arguments=['--units', '5'])
    built = model.built.model
    assert built.state.shape.as_list() == [None, 5] and built.x.graph is model.graph
    assert [v.name for v in model.trainable_variables][-1] == 'out/bias:0'
    logits = model.function([built.x], built.logits)
    assert logits(tf.ones([2, 4, 3])).shape == [2, 3]
    assert tf.executing_eagerly() and sys.argv[1:2] != ['--units']


GUARDED = '\nif __name__ == "__main__":\n    raise RuntimeError("the main program")\n'


@pytest.mark.parametrize(
    'expression',
    [
        'build',
        'kept',
        *(
            pytest.param(one, marks=[pytest.mark.slow])
            for one in ('build()', 'Model(4)', '[kept][0]')
        ),
    ],
)
def test_an_expression_says_what_is_the_model(expression, script):
    made = 'kept = Model(4)\ntf.Session()\n' if 'kept' in expression else ''
    model = seq2seq.GraphModel.from_program(script(made + GUARDED), expression)
    assert model.built.state.shape.as_list() == [None, 4]
    assert len(model.trainable_variables) == 6


def test_two_models_of_a_script_share_variables_and_are_collected(script):
    path = script('')
    one = seq2seq.GraphModel.from_program(path, 'build')
    other = seq2seq.GraphModel.from_program(path, 'build', share=one)
    assert other.variables[0] is one.variables[0]
    left = [weakref.ref(each) for each in (one, one.graph, other.graph)]
    del one, other
    gc.collect()
    assert [each() for each in left] == [None] * 3


def test_what_is_not_there_is_said(script, tmp_path):
    path = script('tf.Session()\nlate = build()\n')
    with pytest.raises(ValueError, match=r"has no 'late' up to .*train.py:\d+: name 'late'"):
        seq2seq.GraphModel.from_program(path, 'late')
    with pytest.raises(ValueError, match=r"argument: 'units': give a call.*:Model\(\.\.\.\)'"):
        seq2seq.GraphModel.from_program(path, 'Model')
    with pytest.raises(runner.CannotRun, match='open file'):
        seq2seq.GraphModel.from_program(tmp_path / 'none.py')
    with pytest.raises(SystemExit, match='usage'):
        seq2seq.GraphModel.from_program(script('sys.exit("usage")'))


def test_limits_have_a_reason_and_a_line(script):
    path = script(
        'noted = tf.py_func(np.sum, [tf.zeros([2])], tf.float32, name="noted")\n'
        'taken = tf.FIFOQueue(3, tf.float32, shapes=[[]]).dequeue(name="taken")\n'
        'fed = tf.placeholder(tf.float32, [])\n'
        'late = tf.Variable(fed, name="late")\n'
    )
    model = seq2seq.GraphModel.from_program(path)
    found = {one.operation: one for one in model.limits()}
    first = HEAD.count('\n') + 1
    assert [found[name].line for name in ('noted', 'taken', 'late')] == [
        f'{path}:{first + n}' for n in (0, 1, 3)
    ]
    for name, words in (('noted', 'Python'), ('taken', 'feed taken:0'), ('late', 'is zero')):
        assert words in found[name].reason
    assert 'limits:' in model.summary()


@pytest.mark.slow
def test_the_command_says_what_it_found_and_writes_it(script, tmp_path, capsys):
    path = script('model = build()\nsaver = tf.train.Saver()\ntf.Session()\n')
    model = seq2seq.GraphModel.from_program(path, arguments=['--units=5'])
    model.save(tmp_path / 'model.ckpt')
    words = ['wrap', '--checkpoint', str(tmp_path / 'model.ckpt'), '--output']
    words += [str(tmp_path / 'saved'), '--fetch', 'y=model.logits', '--fetch', 'loss:0']
    assert cli.main([*words, path, '--units=5']) == 0
    said = capsys.readouterr().out
    assert '  x:0  float32 (None, None, 3)' in said and '  Adam' in said
    assert "model.losses['mean'] = loss:0  float32 ()  <- x:0" in said
    x = np.ones([2, 4, 3], np.float32)
    wanted = model.function(['x:0'], model.built.model.logits)(x)
    loaded = tf.saved_model.load(str(tmp_path / 'saved'))
    found = loaded.signatures['serving_default'](x=tf.constant(x))
    np.testing.assert_allclose(found['y'], wanted, rtol=1e-6)
    assert set(found) == {'y', 'loss'}

    infer = HEAD.partition('        self.losses')[0] + 'model = Model(4)\n'
    for kind, name in (('tflite', 'model.tflite'), ('onnx', 'model.onnx')):
        words = ['wrap', '--to', kind, '--output', str(tmp_path / name), '--fetch', 'model.logits']
        assert cli.main([*words, script(infer, 'infer.py', head='')]) == 0
        assert (tmp_path / name).stat().st_size
        # With a training operation, whose gradient reads what the loop has kept.
        assert cli.main([*words, path]) == 1
    assert capsys.readouterr().err.count('its gradient') == 2
    with pytest.raises(SystemExit, match='2'):
        cli.main(['wrap', '--output', str(tmp_path / 'more'), path])
    assert cli.main(['wrap', f'{path}:nothing']) == 1
    assert cli.main(['wrap', '--checkpoint', str(tmp_path / 'none'), path]) == 1
    assert cli.main(['wrap', str(tmp_path / 'none.py')]) == 2
    said = capsys.readouterr().err
    assert 'give both' in said and "no 'nothing' up to" in said and 'no checkpoint' in said


@pytest.mark.slow
def test_the_command_in_a_process_of_its_own(script, tmp_path):
    path = script(GUARDED)
    done = python('-m', 'tf_seq2seq_compat', 'wrap', f'{path}:Model(units=7)', cwd=tmp_path)
    assert done.returncode == 0 and '  state = ' in done.stdout, done.stderr
    assert '(None, 7)' in done.stdout


@pytest.mark.parametrize(
    ('words', 'path', 'expression'),
    [
        ('train.py', 'train.py', None),
        ('a/train.py:build', 'a/train.py', 'build'),
        ('train.py:Model({"a": 1})', 'train.py', 'Model({"a": 1})'),
        ('C:\\train.py', 'C:\\train.py', None),
    ],
)
def test_program_and_expression(words, path, expression):
    assert commands.split(words) == (path, expression)
