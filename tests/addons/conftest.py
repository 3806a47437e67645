"""Chooses the Keras of the tests in this process, before another test's `import tf_keras` does.

Keras 3, or what the variable is set to; TensorFlow 2.15 has Keras 2 alone.
"""

import os
from unittest import mock

import tensorflow as tf

with mock.patch.dict(os.environ, {'TF_USE_LEGACY_KERAS': '0', **os.environ}):
    from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3

IS_KERAS_2 = tf.__version__ < '2.16' or os.environ.get('TF_USE_LEGACY_KERAS') in ('1', 'true')
assert IS_KERAS_3 is not IS_KERAS_2, 'something has chosen the other Keras before this'
