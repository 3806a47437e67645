"""Keywords that have other names."""

import inspect

import pytest

from tests.migrate.fixers.migrating import TF, body, result
from tf_seq2seq_compat.migrate import locations
from tf_seq2seq_compat.migrate.fixers.keywords import new_keyword
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.upgrade_tables import changes

LEFT_ALONE = {
    'today': 'tf.reduce_sum(x, axis=1, keepdims=True)\n',
    'by place': 'tf.reduce_sum(x, 1, True)\n',
    'of another function': 'f(keep_dims=True)\n',
    'of a method': 'self.tf.reduce_sum(x, keep_dims=True)\n',
    'a shadowed name': 'def f(tf):\n    tf.reduce_sum(x, keep_dims=True)\n',
    'a dictionary': 'tf.reduce_sum(x, **dict(keep_dims=True))\n',
    'a string': "x = 'tf.reduce_sum(x, keep_dims=True)'\n",
    'what the new function of TF2 alone calls so': 'tf.zeros_like(tensor=x)\n',
    'what TF2 does not take': 'tf.gradients(x, y, colocate_gradients_with_ops=True)\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert body(text) == text


@pytest.mark.parametrize(
    'before, after',
    {
        'tf.reduce_sum(x, keep_dims=True)': 'tf.reduce_sum(x, keepdims=True)',
        'tf.reduce_max(x, reduction_indices=1)': 'tf.reduce_max(x, axis=1)',
        'tf.argmax(x, dimension=1)': 'tf.argmax(x, axis=1)',
        'tf.expand_dims(x, dim = 1)': 'tf.expand_dims(x, axis = 1)',
        'tf.cond(p, fn1=f, fn2=g)': 'tf.cond(p, true_fn=f, false_fn=g)',
        'tf.nn.softmax(\n  x,\n  dim=1,  # so\n)': 'tf.nn.softmax(\n  x,\n  axis=1,  # so\n)',
    }.items(),
)
def test_is_renamed(before, after):
    assert body(f'{before}\n') == f'{after}\n'


def test_it_is_said():
    notes = result(TF + 'tf.reduce_sum(x, keep_dims=True)\n').notes
    assert ('rewritten', 'tf.reduce_sum(keep_dims=)', 'keepdims=') in [
        (note.kind, note.name, note.advice) for note in notes
    ]


def test_every_new_keyword_is_taken():
    seen = 0
    for name, keywords in changes().function_keyword_renames.items():
        for old in keywords:
            new = new_keyword(name.removeprefix('tf.'), old)
            if new:
                place = Place(locations.V1, tuple(name.removeprefix('tf.').split('.')))
                assert new in inspect.signature(locations.found(place)).parameters
                seen += 1
    assert seen > 100
