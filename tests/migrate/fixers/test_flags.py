"""Command-line flags of TF 1.4 and earlier."""

import pytest

from tests.migrate.fixers.migrating import TF, advice_of, body, migrated, warnings_of

LEFT_ALONE = {
    'flags as they are': 'flags = tf.app.flags\nFLAGS = flags.FLAGS\nx = FLAGS.batch_size\n',
    'another object': 'x = self._parse_flags(), options.__flags\n',
    'a string': "x = 'FLAGS._parse_flags()'\n",
    'a parameter': 'FLAGS = tf.app.flags.FLAGS\ndef f(FLAGS):\n    FLAGS._parse_flags()\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert body(text) == text


def test_parsing():
    text = 'FLAGS = tf.flags.FLAGS\nFLAGS._parse_flags()\n'
    assert body(text) == 'FLAGS = tf.flags.FLAGS\nFLAGS(sys.argv)\n'
    assert 'import sys\n' in migrated(TF + text)


def test_the_values():
    text = 'FLAGS = tf.app.flags.FLAGS\nfor name, value in sorted(FLAGS.__flags.items()): ...\n'
    assert body(text).endswith('sorted(FLAGS.flag_values_dict().items()): ...\n')
    assert not warnings_of(TF + text)


def test_whether_they_are_parsed_needs_a_look():
    text = TF + "tf.flags.FLAGS.__dict__['a'] = 1\nx = tf.flags.FLAGS.__parsed\n"
    assert warnings_of(text) == [('needs a look', 'FLAGS.__parsed', 3)]
    assert 'is_parsed' in advice_of(text)
