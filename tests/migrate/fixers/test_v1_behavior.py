"""The line that turns TF1 behaviour on."""

import pytest

from tests.migrate.fixers.migrating import OURS, TF, V1, migrated, result

CALL = 'tf.disable_v2_behavior()\n'
LEFT_ALONE = {
    'no TensorFlow': 'import numpy as np\nprint(np)\n',
    'a look-alike': 'import tensorflow_hub as tf\n',
    'it is there': V1 + CALL,
    'it is there, in a function': f'{V1}def main():\n    {CALL}',
    'it has been taken to TensorFlow 2': V1 + 'tf.enable_v2_behavior()\n',
    'likewise, in a function': f'{V1}def main():\n    tf.enable_v2_behavior()\n',
    'only eager execution is turned off': f'{V1}tf.disable_eager_execution()\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert migrated(text, is_program=True) == text


def test_a_module_does_not_get_it():
    assert migrated(TF, is_program=False) == V1


@pytest.mark.parametrize(
    'text, expected',
    {
        TF: V1 + '\n' + CALL,
        TF + 'x = 1\n': V1 + '\n' + CALL + '\nx = 1\n',
        TF + '\nx = 1\n': V1 + '\n' + CALL + '\nx = 1\n',
        'import os\n' + TF + 'import sys\nx = 1\n': 'import os\n'
        + V1
        + 'import sys\n\n'
        + CALL
        + '\nx = 1\n',
        TF + 'x = tf.contrib.rnn.GRUCell(3)\n': V1
        + OURS
        + '\n'
        + CALL
        + '\nx = seq2seq.GRUCell(3)\n',
        'from keras.layers import Dense\n': 'from tf_keras.layers import Dense\n'
        + V1
        + '\n'
        + CALL,
        'import tensorflow\n': 'import tensorflow.compat.v1 as tensorflow\n\n'
        'tensorflow.disable_v2_behavior()\n',
        TF.rstrip(): V1 + '\n' + CALL.rstrip(),
    }.items(),
)
def test_a_program_gets_it_behind_its_imports(text, expected):
    assert migrated(text, is_program=True) == expected


@pytest.mark.parametrize(
    'text',
    [
        'def f():\n    {}    return tf\n',
        'try:\n    {}except ImportError:\n    tf = None\n',
    ],
)
def test_a_program_that_imports_it_inside(text):
    assert migrated(text.format(TF), is_program=True) == text.format(f'{V1}    {CALL}')


def test_it_is_said():
    notes = result(TF, is_program=True).notes
    assert ('rewritten', 'disable_v2_behavior') in [(note.kind, note.name) for note in notes]
