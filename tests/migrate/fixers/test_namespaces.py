"""Modules that are read as objects."""

import pytest

from tests.migrate.fixers.migrating import TF, advice_of, body, migrated, warnings_of

LEFT_ALONE = {
    'a module without parts elsewhere': 'x = getattr(tf.train, name)\nf(tf.summary)\n',
    'flags kept in a variable': 'flags = tf.app.flags\nflags.DEFINE_string\n',
    'a question answered alike': "x = hasattr(tf, 'strings'), getattr(tf, 'VERSION', 1)\n",
    'another object': 'x = getattr(tensorflow, name)\n',
    'a parameter': 'def f(tf):\n    return getattr(tf, name)\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert body(text) == text
    assert not warnings_of(TF + text)


DROPPED = {
    'an alias': 'cells = tf.contrib.rnn\nx = cells.GRUCell(3)\n',
    'an alias of an alias': 'c = tf.contrib\nr = c.rnn\nx = r.GRUCell(3)\n',
    'an alias of itself': 'r = tf.contrib\nr = r.rnn\nx = r.GRUCell(3)\n',
}


@pytest.mark.parametrize('text', DROPPED.values(), ids=DROPPED)
def test_an_alias_all_of_whose_uses_are_rewritten_is_dropped(text):
    assert body(text) == 'x = seq2seq.GRUCell(3)\n'
    assert not warnings_of(TF + text)


def test_an_alias_in_a_function_leaves_a_body():
    text = 'def f():\n  c = tf.contrib.rnn\ndef g():\n  r = tf.contrib.rnn\n  return r.GRUCell\n'
    assert body(text) == 'def f():\n  pass\ndef g():\n  return seq2seq.GRUCell\n'


def test_an_alias_of_a_module_of_today_keeps_its_uses():
    assert body('L = tf.layers\nx = L.dense(3)\n') == 'L = tf_layers\nx = L.dense(3)\n'


def test_what_is_asked_for_names_is_the_facade_and_needs_a_look():
    text = TF + 'x = getattr(tf.contrib.rnn, name)\n'
    assert migrated(text).splitlines()[1:] == [
        'from tf_seq2seq_compat.tf1 import facade',
        "x = getattr(facade.module('tensorflow.contrib.rnn'), name)",
    ]
    assert warnings_of(text) == [('needs a look', 'tf.contrib.rnn', 3)]
    assert 'write those names out' in advice_of(text)
    values = {'name': 'GRUCell'}
    exec(migrated(text), values)
    assert values['x'].__module__ == 'tf_seq2seq_compat.layers.rnn_cell'


def test_tensorflow_handed_on_needs_a_look_and_stays():
    for text in ('f(tf)\n', 'x = getattr(tf, name)\n', 'self.tf = tf\n'):
        assert body(text) == text
        assert warnings_of(TF + text) == [('needs a look', 'tensorflow', 2)]


def test_a_question_with_another_answer_needs_a_look():
    text = TF + "x = hasattr(tf, 'contrib')\n"
    assert warnings_of(text) == [('needs a look', 'tensorflow', 2)]


def test_a_module_in_a_tuple():
    text = 'r, n = tf.contrib.rnn, tf.nn\nx = r.GRUCell(3), n.relu(3)\n'
    assert "facade.module('tensorflow.contrib.rnn'), tf.nn" in body(text)
    assert 'seq2seq.GRUCell(3), n.relu(3)' in body(text)
