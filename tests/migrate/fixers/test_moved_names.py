"""Names that live elsewhere now."""

import pytest

from tests.migrate.fixers.migrating import (
    OURS,
    TF,
    V1,
    advice_of,
    body,
    migrated,
    result,
    warnings_of,
)
from tests.migrate.test_scan import NOTHING_LEGACY
from tests.tf1.processes import ROOT
from tf_seq2seq_compat.migrate.codemod import migrate_source
from tf_seq2seq_compat.tf1 import symbols

# What must not change
# ----------------------------------------------------------------------------------------

LEFT_ALONE = {
    'another library': 'import tensorflow_hub as tf\ntf.contrib.rnn.GRUCell(3)\n',
    'a module of its own': 'from .contrib import rnn\nrnn.GRUCell(3)\n',
    'no import at all': 'x = tf.contrib.rnn.GRUCell(3)\n',
    'a look-alike of NumPy': 'import mynumpy as np\nx = np.int\n',
    'a type of NumPy': 'import numpy as np\nx = np.int32, np.float64\n',
    'a look-alike of collections': 'from . import collections\ncollections.Mapping\n',
    'what collections has': 'import collections\nx = collections.OrderedDict()\n',
    'tensorflow 2 by name': 'import tensorflow.compat.v2 as tf2\nx = tf2.constant(1)\n',
    'a file inside tensorflow': 'from tensorflow.python.ops import math_ops\nmath_ops.add(1, 2)\n',
    'a message': 'from tensorflow.core.framework import summary_pb2 as s\ns.Summary()\n',
    'already this package': f'{V1}{OURS}cell = seq2seq.GRUCell(3)\nx = tf.placeholder(tf.int32)\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert migrated(text) == text
    assert not warnings_of(text)


@pytest.mark.parametrize('text', NOTHING_LEGACY.values(), ids=NOTHING_LEGACY)
def test_what_means_nothing_legacy_stays(text):
    kept = [line for line in text.splitlines() if 'import' not in line]
    assert [line for line in migrated(text).splitlines() if 'import' not in line] == kept


SAME_BODY = {
    'a string': "x = 'tf.contrib.rnn.GRUCell'\n",
    'a comment': 'x = 1  # tf.contrib.rnn.GRUCell\n',
    'a docstring': 'def f():\n    """tf.contrib.rnn.GRUCell"""\n',
    'a parameter': 'def f(tf):\n    return tf.contrib.rnn.GRUCell\n',
    'a local variable': 'def f():\n    tf = g()\n    return tf.layers.dense\n',
    'an attribute': 'x = self.tf.layers.dense\n',
    'a keyword': 'f(contrib=1, layers=tf.float32)\n',
    'what TF1 has': 'x = tf.placeholder(tf.float32, [None, 3])\ns = tf.Session()\n',
    'odd spacing': 'x  =  tf . identity( 1 )   # so\n',
}


@pytest.mark.parametrize('text', SAME_BODY.values(), ids=SAME_BODY)
def test_the_body_stays(text):
    assert body(text) == text


# What must
# ----------------------------------------------------------------------------------------

REWRITTEN = {
    'tf.contrib.seq2seq.tile_batch(x, 3)': 'seq2seq.tile_batch(x, 3)',
    'tf.contrib.seq2seq.AttentionWrapper': 'seq2seq.AttentionWrapper',
    'tf.contrib.rnn.GRUCell(8)': 'seq2seq.GRUCell(8)',
    'tf.nn.rnn_cell.LSTMStateTuple(c, h)': 'seq2seq.LSTMStateTuple(c, h)',
    'tf.nn.dynamic_rnn(c, x)': 'seq2seq.dynamic_rnn(c, x)',
    'tf.contrib.rnn.LayerNormBasicLSTMCell(8)': 'contrib_cells.LayerNormBasicLSTMCell(8)',
    'tf.contrib.rnn.stack_bidirectional_dynamic_rnn': 'rnn.stack_bidirectional_dynamic_rnn',
    'tf.layers.dense(x, 3)': 'tf_layers.dense(x, 3)',
    'tf.keras.layers.Dense(3)': 'keras.layers.Dense(3)',
    'tf.keras.backend.clear_session()': 'keras.backend.clear_session()',
    'tf.contrib.layers.xavier_initializer()': 'slim.xavier_initializer()',
    'tf.contrib.signal.stft(x, 3, 4)': 'tf.signal.stft(x, 3, 4)',
    'tf.contrib.data.group_by_window(a, b, 3)': 'tf.data.experimental.group_by_window(a, b, 3)',
    'tf.contrib.training.HParams(a=1)': 'hparams.HParams(a=1)',
    'tf.contrib.learn.ModeKeys.TRAIN': 'learn.ModeKeys.TRAIN',
    'tf.contrib.framework.nest.flatten(x)': 'nest.flatten(x)',
    'tf.contrib.framework.nest.is_sequence(x)': 'nest.is_nested(x)',
    'tf.estimator.RunConfig()': 'estimator.RunConfig()',
    'tf.contrib.crf.crf_decode(a, b, c)': 'crf.crf_decode(a, b, c)',
    'tf.contrib.legacy_seq2seq.sequence_loss': 'legacy_seq2seq.sequence_loss',
    'tf.compat.v1.layers.dense(x, 3)': 'tf_layers.dense(x, 3)',
    'tf.compat.v1.nn.rnn_cell.GRUCell(3)': 'seq2seq.GRUCell(3)',
}


@pytest.mark.parametrize('before', REWRITTEN)
def test_is_rewritten(before):
    assert body(f'x = {before}\n') == f'x = {REWRITTEN[before]}\n'


def test_the_imports_come_with_it():
    assert migrated(TF + 'x = tf.contrib.seq2seq.tile_batch(tf.zeros([2]), 3)\n') == (
        V1 + OURS + 'x = seq2seq.tile_batch(tf.zeros([2]), 3)\n'
    )
    assert migrated(f'{TF}tf.layers.dense(1, 2)\n').splitlines()[1] == (
        'from tf_keras.api._v1.keras.__internal__.legacy import layers as tf_layers'
    )
    slim = migrated(f'{TF}tf.contrib.layers.xavier_initializer()\n').splitlines()
    assert slim[1].startswith('import tf_seq2seq_compat.tf1.contrib.slim_support')
    assert slim[2] == 'import tf_slim as slim'


def test_names_of_the_program_are_not_taken():
    text = 'def f(seq2seq):\n    return tf.contrib.rnn.GRUCell(3)\n'
    assert body(text) == 'def f(seq2seq):\n    return tf_seq2seq.GRUCell(3)\n'
    text = 'keras = 1\ntf.keras.layers.Dense(3)\n'
    assert body(text) == 'keras = 1\ntf_keras.layers.Dense(3)\n'
    text = 'for hparams in x:\n    tf_hparams = tf.contrib.training.HParams()\n'
    assert body(text).splitlines()[1] == '    tf_hparams = hparams_2.HParams()'


def test_a_class_is_a_base_and_a_decorator_a_decorator():
    text = (
        'class C(tf.contrib.rnn.RNNCell):\n  @tf.contrib.framework.add_arg_scope\n  def f(): ...\n'
    )
    assert body(text) == 'class C(seq2seq.RNNCell):\n  @slim.add_arg_scope\n  def f(): ...\n'


def test_what_is_set_is_set_where_it_is_read():
    text = 'tf.layers.dropout = f\ntf.contrib.rnn.DropoutWrapper = g\n'
    assert body(text) == 'tf_layers.dropout = f\nseq2seq.DropoutWrapper = g\n'


def test_comments_and_formatting_stay():
    text = (
        'cell = tf.contrib.rnn.GRUCell(  # a cell\n'
        '    num_units = 3,\n'
        ')   ;  x=1\n'
        '\n\n\n'
        '# the end, without a line end'
    )
    assert body(text) == text.replace('tf.contrib.rnn', 'seq2seq')


def test_python_and_numpy():
    text = (
        'import collections\n'
        'import numpy as np\n'
        'a = np.int, np.bool, np.Inf, np.product(x), np.NINF\n'
        'b = isinstance(a, collections.Mapping), collections.OrderedDict()\n'
        'c = np.asscalar(x)\n'
        'd = np.cast[np.int32](x)\n'
    )
    assert migrated(text) == (
        'import collections\n'
        'import collections.abc\n'
        'from tf_seq2seq_compat.tf1.old_libraries import numpy_functions\n'
        'import numpy as np\n'
        "a = int, bool, np.inf, np.prod(x), float('-inf')\n"
        'b = isinstance(a, collections.abc.Mapping), collections.OrderedDict()\n'
        'c = numpy_functions.asscalar(x)\n'
        'd = numpy_functions.cast[np.int32](x)\n'
    )


def test_a_shadowed_builtin_is_named_in_full():
    text = 'import numpy as np\nint = 3\nx = np.int\n'
    assert migrated(text) == 'import numpy as np\nimport builtins\nint = 3\nx = builtins.int\n'


# What is left
# ----------------------------------------------------------------------------------------


def test_what_is_gone_needs_a_look_and_stays():
    text = TF + 'x = tf.contrib.seq2seq.prepare_attention(3)\n'
    assert warnings_of(text) == [('needs a look', 'tf.contrib.seq2seq.prepare_attention', 2)]
    assert 'AttentionWrapper' in advice_of(text)
    assert (
        body('x = tf.contrib.seq2seq.prepare_attention(3)\n')
        == 'x = tf.contrib.seq2seq.prepare_attention(3)\n'
    )


def test_what_no_one_knows_is_unknown():
    assert warnings_of(TF + 'x = 1\ny = tf.no_such_name(x)\n') == [
        ('unknown', 'tf.no_such_name', 3)
    ]


def test_what_the_program_does_without_is_no_matter():
    text = TF + 'try:\n    x = tf.no_such_name\nexcept AttributeError:\n    x = 1\n'
    assert not warnings_of(text)


def test_what_the_program_makes_itself_is_not_unknown():
    assert not warnings_of(TF + 'tf.no_such_name = 1\nprint(tf.no_such_name)\n')


def test_two_meanings_need_a_look():
    text = 'if a:\n    m = tf.contrib.{}\nelse:\n    m = tf.{}\nm.{}(3)\n'
    two = TF + text.format('eager', 'contrib.checkpoint', 'Checkpointable')
    assert warnings_of(two) == [
        ('needs a look', 'tf.contrib.eager', 4),
        ('needs a look', 'tf.contrib.checkpoint', 6),
    ]
    assert migrated(two).endswith(
        "m = facade.module('tensorflow.contrib.checkpoint')\nm.Checkpointable(3)\n"
    )
    same = TF + text.format('rnn', 'nn.rnn_cell', 'GRUCell')
    assert 'seq2seq.GRUCell(3)' in migrated(same)
    assert not warnings_of(same)
    # Each branch gives the name to a module that has it.
    kept = text.format('layers', 'layers', 'conv2d')
    assert body(kept) == ('if a:\n    m = slim\nelse:\n    m = tf_layers\nm.conv2d(3)\n')


def test_limits_are_said():
    partly = [
        row.name
        for row in symbols.TABLE.values()
        if row.kind == 'symbol' and row.target and row.advice
    ]
    for name in partly:
        notes = result(f'import tensorflow\nx = {name}\n').notes
        assert any(note.advice.startswith('with limits: ') for note in notes), name
    notes = result(TF + 'tf.contrib.rnn.GRUCell\n').notes
    assert not any(note.advice for note in notes)


def test_what_is_in_its_place_is_not_counted_again():
    text = (ROOT / 'examples' / 'tf1' / 'dates.py').read_text()
    first = migrate_source(text)
    again = migrate_source(first.text)
    assert first.count('rewritten') > 80
    assert again.text == first.text and again.notes == ()
