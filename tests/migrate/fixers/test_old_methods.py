"""Methods that classes of Python and NumPy had."""

import pytest

from tests.migrate.fixers.migrating import advice_of, migrated, warnings_of

CASE = 'import unittest\nclass T({}):\n    def test(self):\n        {}\n'
LEFT_ALONE = {
    'today': CASE.format('unittest.TestCase', 'self.assertEqual(1, 1)'),
    'another class': CASE.format('Checks', 'self.assertEquals(1, 1)'),
    'no class': 'def f(self):\n    self.assertEquals(1, 1)\n',
    'another object': CASE.format('unittest.TestCase', 'other.assertEquals(1, 1)'),
    'a string': "x = 'self.assertEquals'\n",
    'an attribute that is not called': 'x = thread.isAlive\n',
    'a function of a module': 'import numpy as np\nx = np.ptp(y)\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert migrated(text) == text
    assert not warnings_of(text)


@pytest.mark.parametrize('old, new', [('assertEquals', 'assertEqual'), ('assert_', 'assertTrue')])
def test_of_a_test_case(old, new):
    text = CASE.format('unittest.TestCase', f'self.{old}(1, 1)')
    assert migrated(text) == CASE.format('unittest.TestCase', f'self.{new}(1, 1)')


def test_of_a_test_case_of_tensorflow():
    text = 'import tensorflow as tf\n' + CASE.format('tf.test.TestCase', 'self.assertEquals(1, 1)')
    assert 'self.assertEqual(1, 1)' in migrated(text)


def test_of_a_test_case_in_between():
    text = 'import unittest\nclass Base(unittest.TestCase): ...\n'
    text += CASE.format('Base', 'self.assertEquals(1, 1)')
    assert 'self.assertEqual(1, 1)' in migrated(text)


def test_of_an_unknown_object_needs_a_look():
    text = 'def f(array):\n    return array.tostring()\n'
    assert migrated(text) == text
    assert warnings_of(text) == [('needs a look', 'ndarray.tostring', 2)]
    assert 'Today: tobytes' in advice_of(text)
