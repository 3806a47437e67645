"""TensorFlow Addons: one import is changed, and the rest of such a program is left alone."""

import pytest

from tests.migrate.fixers.migrating import advice_of, migrated

LEFT_ALONE = {
    'a program that was changed': (
        'import tensorflow as tf\n'
        'from tf_seq2seq_compat import addons as tfa\n'
        'x = tf.Session, tf.keras.layers.Dense\n'
    ),
    'ours by its modules': (
        'import tensorflow as tf\n'
        'from tf_seq2seq_compat.addons.seq2seq import sampler\n'
        'x = tf.mul\n'
    ),
}
CHANGED = {
    'import tensorflow_addons as tfa': 'from tf_seq2seq_compat import addons as tfa',
    'import tensorflow_addons': 'from tf_seq2seq_compat import addons as tensorflow_addons',
    'import tensorflow_addons.text as text': 'import tf_seq2seq_compat.addons.text as text',
    'import tensorflow_addons.rnn': (
        'import tf_seq2seq_compat.addons.rnn\n'
        'from tf_seq2seq_compat import addons as tensorflow_addons'
    ),
    'from tensorflow_addons import rnn, text  # both': (
        'from tf_seq2seq_compat.addons import rnn, text  # both'
    ),
    'from tensorflow_addons.text.crf_wrapper import (\n    CRFModelWrapper as Model,  # ours\n)': (
        'from tf_seq2seq_compat.addons.text.crf_wrapper import (\n'
        '    CRFModelWrapper as Model,  # ours\n)'
    ),
    'import os, tensorflow_addons as tfa, sys as s': (
        'import os\nfrom tf_seq2seq_compat import addons as tfa\nimport sys as s'
    ),
    'def f():\n    x = 1; import tensorflow_addons.text, os': (
        'def f():\n    x = 1; import tf_seq2seq_compat.addons.text; '
        'from tf_seq2seq_compat import addons as tensorflow_addons; import os'
    ),
    'try:\n    import tensorflow_addons as tfa\nexcept ImportError:\n    tfa = None': (
        'try:\n    from tf_seq2seq_compat import addons as tfa\nexcept ImportError:\n    tfa = None'
    ),
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert migrated(text) == text


@pytest.mark.parametrize('text', CHANGED)
def test_the_import_is_changed(text):
    rest = '\nimport tensorflow as tf\ncell = tf.keras.layers.LSTMCell(8)\n'
    changed = migrated(text + rest)
    assert changed == CHANGED[text] + rest
    assert migrated(changed) == changed


def test_what_is_not_provided_is_named():
    text = 'import tensorflow_addons as tfa\nx = tfa.activations.sparsemax(y)\n'
    assert 'tf.keras.activations' in advice_of(text)
