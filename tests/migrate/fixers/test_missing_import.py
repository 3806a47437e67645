"""Keras classes that a script forgot to import."""

import pytest

from tests.migrate.fixers.migrating import migrated, result

LEFT_ALONE = {
    'imported': 'from tf_keras.layers import Dense, Concatenate\nConcatenate()\n',
    'its own': 'from tf_keras.layers import Dense\ndef Concatenate(): ...\nConcatenate()\n',
    'no Keras class': 'from tf_keras.layers import Dense\nUnheardOf()\n',
    'no import of Keras': 'from layers import Dense\nConcatenate()\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert migrated(text) == text


def test_is_added_once():
    text = 'from keras.layers import Dense, Dot as D  # layers\nConcatenate()\nConcatenate()\n'
    assert migrated(text) == (
        'from tf_keras.layers import Dense, Dot as D, Concatenate  # layers\n'
        'Concatenate()\nConcatenate()\n'
    )
    assert ('rewritten', 'Concatenate') in [(n.kind, n.name) for n in result(text).notes]
