"""The names that TensorFlow 1.15 recommends."""

import pytest

from tests.migrate.fixers.migrating import TF, body, migrated, warnings_of
from tf_seq2seq_compat.migrate import locations
from tf_seq2seq_compat.migrate.fixers.renames import new_name
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.upgrade_tables import changes

LEFT_ALONE = {
    'only TF1 has it': 'x = tf.placeholder(tf.int32), tf.Session(), tf.get_variable\n',
    'the same name': 'x = tf.reduce_sum(tf.nn.relu(y))\n',
    'a string': "x = 'tf.log'\n",
    'a comment': 'x = 1  # tf.log\n',
    'a parameter': 'def f(tf):\n    return tf.log(3)\n',
    'a method': 'x = self.tf.log(3), math.log(3)\n',
    'another function in TF2': 'x = tf.nn.dropout(y, keep_prob=0.5), tf.train.AdamOptimizer(1)\n',
    'renamed already': 'x = tf.math.log(3)\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert body(text) == text


@pytest.mark.parametrize(
    'before, after',
    {
        'tf.log(x)': 'tf.math.log(x)',
        'tf.random_uniform([3])': 'tf.random.uniform([3])',
        'tf.gfile.GFile(p)': 'tf.io.gfile.GFile(p)',
        'tf.is_nan(tf.log(x))': 'tf.math.is_nan(tf.math.log(x))',
        'tf.mod(x, 2)': 'tf.math.floormod(x, 2)',
    }.items(),
)
def test_is_renamed(before, after):
    assert body(f'y = {before}\n') == f'y = {after}\n'
    assert not warnings_of(f'{TF}y = {before}\n')


def test_by_a_name_of_its_own():
    assert migrated('from tensorflow import nn\nnn.relu(3)\n') == (
        'from tensorflow.compat.v1 import nn\nnn.relu(3)\n'
    )


def test_every_new_name_is_of_the_same_function():
    from tensorflow.python.util import tf_decorator

    renamed = {name[3:]: new_name(name[3:]) for name in changes().symbol_renames}
    renamed = {old: new for old, new in renamed.items() if new}
    assert len(renamed) > 200
    for old, new in renamed.items():
        both = [locations.found(Place(locations.V1, tuple(each.split('.')))) for each in (old, new)]
        assert locations.Missing not in both
        if callable(both[0]):
            both = [tf_decorator.unwrap(each)[1] for each in both]
        assert both[0] is both[1], old
