"""Import statements."""

import pytest

from tests.migrate.fixers.migrating import (
    OURS,
    TF,
    V1,
    advice_of,
    migrated,
    result,
    warnings_of,
)

LEFT_ALONE = {
    'another library': 'import tensorflow_hub as hub\nfrom keras_contrib.layers import CRF\n',
    'a relative import': 'from . import tensorflow\nfrom .keras import layers\n',
    'today': f'{V1}{OURS}from tf_keras import layers\n',
    'a file inside': 'from tensorflow.python.ops import array_ops, math_ops as m\n',
    'a file inside, in full': 'import tensorflow.python.ops.array_ops as a\n',
    'what is done without': 'try:\n    from tensorflow.contrib import nothing\n'
    'except ImportError:\n    nothing = None\n',
    'a string': "x = 'import tensorflow as tf'\n",
    'a comment': '# from tensorflow.contrib import rnn\n',
    'what collections has': 'from collections import OrderedDict, namedtuple\n',
    'of numpy': 'from numpy import array, int32\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert migrated(text) == text
    assert not warnings_of(text)


KERAS = 'tf_keras.api._v1'
REWRITTEN = {
    'import tensorflow as tf\n': 'import tensorflow.compat.v1 as tf\n',
    'import tensorflow\n': 'import tensorflow.compat.v1 as tensorflow\n',
    'import os, tensorflow as tf\n': 'import os\nimport tensorflow.compat.v1 as tf\n',
    'import tensorflow as tf  # so\n': 'import tensorflow.compat.v1 as tf  # so\n',
    'import a; import tensorflow as tf\n': 'import a; import tensorflow.compat.v1 as tf\n',
    'from tensorflow import nn, app\n': 'from tensorflow.compat.v1 import nn, app\n',
    'from tensorflow import keras\n': f'from {KERAS} import keras\n',
    'from tensorflow.keras import layers as L\n': f'from {KERAS}.keras import layers as L\n',
    'from tensorflow.keras.layers import (\n    Dense,  # one\n    LSTM,\n)\n': (
        f'from {KERAS}.keras.layers import (\n    Dense,  # one\n    LSTM,\n)\n'
    ),
    'from tensorflow.python.layers import core as c\n': (
        'from tf_keras.src.legacy_tf_layers import core as c\n'
    ),
    'from tensorflow.python.layers.core import Dense\n': (
        'from tf_keras.src.legacy_tf_layers.core import Dense\n'
    ),
    'import keras\n': 'import tf_keras as keras\n',
    'import keras.backend as K\n': 'from tf_keras import backend as K\n',
    'from keras.layers import Dense\n': 'from tf_keras.layers import Dense\n',
    'from tensorflow.contrib import seq2seq\n': OURS,
    'import tensorflow.contrib.seq2seq as s2s\n': 'import tf_seq2seq_compat as s2s\n',
    'from tensorflow.contrib.rnn import GRUCell as C, LSTMCell\n': (
        'from tf_seq2seq_compat import GRUCell as C, LSTMCell\n'
    ),
    'from tensorflow.contrib.rnn import GRUCell, NASCell  # cells\n': (
        'from tf_seq2seq_compat import GRUCell\n'
        'from tf_seq2seq_compat.layers.contrib_cells import NASCell  # cells\n'
    ),
    'from tensorflow.contrib.seq2seq.python.ops.attention_wrapper import BahdanauAttention\n': (
        'from tf_seq2seq_compat import BahdanauAttention\n'
    ),
    'from tensorflow.contrib.seq2seq.python.ops import helper as h\n': (
        'from tf_seq2seq_compat.seq2seq import helper as h\n'
    ),
    'from tensorflow.python.util.nest import is_sequence\n': (
        'from tensorflow.python.util.nest import is_nested as is_sequence\n'
    ),
    'from tensorflow.estimator import Estimator\n': (
        'from tf_seq2seq_compat.tf1.estimator import v1 as estimator\n'
        'Estimator = estimator.Estimator\n'
    ),
    'from collections import Mapping, OrderedDict\n': (
        'from collections import OrderedDict\nfrom collections.abc import Mapping\n'
    ),
    'from time import clock\n': 'from time import process_time as clock\n',
    'from tensorflow import *\n': 'from tensorflow.compat.v1 import *\n',
}


@pytest.mark.parametrize('before', REWRITTEN)
def test_is_rewritten(before):
    assert migrated(before) == REWRITTEN[before]
    assert not warnings_of(before)


def test_a_module_all_of_whose_uses_are_rewritten_is_dropped():
    text = 'from tensorflow.contrib import rnn\nx = rnn.GRUCell(3)\n'
    assert migrated(text) == OURS + 'x = seq2seq.GRUCell(3)\n'
    text = (
        TF + 'from tensorflow.python.ops import rnn_cell_impl, array_ops\nrnn_cell_impl.RNNCell\n'
    )
    assert migrated(text) == (
        V1 + OURS + 'from tensorflow.python.ops import array_ops\nseq2seq.RNNCell\n'
    )


def test_a_module_whose_uses_stay_keeps_its_name():
    text = 'from tensorflow.contrib import slim\nx = slim.conv2d(y, 3)\n'
    assert migrated(text) == (
        'import tf_slim as slim\n'
        'import tf_seq2seq_compat.tf1.contrib.slim_support  # tf-slim on TensorFlow 2\n'
        'x = slim.conv2d(y, 3)\n'
    )
    text = 'import tensorflow.contrib.seq2seq as s2s\nx = s2s.tile_batch(y, 3)\n'
    assert migrated(text) == 'import tf_seq2seq_compat as s2s\nx = s2s.tile_batch(y, 3)\n'


def test_one_name_for_the_package_in_a_file():
    text = (
        TF + 'from tensorflow.contrib import seq2seq as S\nfrom tensorflow.contrib import rnn\n'
        'S.tile_batch(rnn.GRUCell(3), tf.nn.rnn_cell.GRUCell)\n'
    )
    assert migrated(text) == (
        V1 + 'import tf_seq2seq_compat as S\nS.tile_batch(S.GRUCell(3), S.GRUCell)\n'
    )


def test_a_package_that_is_imported_in_full():
    text = 'import tensorflow.contrib.rnn\ntensorflow.contrib.rnn.DropoutWrapper = f\n'
    assert migrated(text) == OURS + 'seq2seq.DropoutWrapper = f\n'
    text = (
        'import tensorflow.contrib.rnn\nprint(tensorflow.Session, tensorflow.contrib.rnn.GRUCell)\n'
    )
    assert migrated(text) == (
        'import tensorflow.compat.v1 as tensorflow\n'
        + OURS
        + 'print(tensorflow.Session, seq2seq.GRUCell)\n'
    )


def test_star_imports_name_what_is_used():
    text = 'from tensorflow.contrib.rnn import *\nx = GRUCell(3), NASCell(3)\n'
    assert migrated(text) == (
        'from tf_seq2seq_compat import GRUCell\n'
        'from tf_seq2seq_compat.layers.contrib_cells import NASCell\n'
        'x = GRUCell(3), NASCell(3)\n'
    )
    text = 'from tensorflow.keras.layers import *\nx = Dense(3)\n'
    assert migrated(text) == f'from {KERAS}.keras.layers import *\nx = Dense(3)\n'


def test_imports_in_functions_and_conditions():
    text = (
        'def f():\n    from tensorflow.contrib import rnn\n    return rnn.GRUCell(3)\n'
        'def g():\n    import tensorflow as tf\n    return tf.layers.dense(3)\n'
        'def h():\n    from tensorflow.contrib import rnn\n'
    )
    assert migrated(text) == (
        OURS + 'from tf_keras.api._v1.keras.__internal__.legacy import layers as tf_layers\n'
        'def f():\n    return seq2seq.GRUCell(3)\n'
        'def g():\n    import tensorflow.compat.v1 as tf\n    return tf_layers.dense(3)\n'
        'def h():\n    pass\n'
    )


def test_additions_stand_behind_documentation_and_future():
    text = '"""Doc."""\nfrom __future__ import division\n\ndef f():\n    import tensorflow as tf\n'
    text += '    return tf.contrib.rnn.GRUCell\n'
    assert migrated(text).startswith(
        '"""Doc."""\nfrom __future__ import division\nimport tf_seq2seq_compat as seq2seq\n'
    )


def test_either_of_two_imports():
    text = (
        'try:\n    from tensorflow.contrib.rnn import GRUCell\n'
        'except ImportError:\n    from tensorflow.nn.rnn_cell import GRUCell\nGRUCell(3)\n'
    )
    assert migrated(text) == (
        'try:\n    from tf_seq2seq_compat import GRUCell\n'
        'except ImportError:\n    from tf_seq2seq_compat import GRUCell\nGRUCell(3)\n'
    )


def test_line_ends_stay():
    text = 'import tensorflow as tf\r\nx = tf.contrib.rnn.GRUCell(3)\r\n'
    assert migrated(text) == (
        'import tensorflow.compat.v1 as tf\r\n'
        'import tf_seq2seq_compat as seq2seq\r\n'
        'x = seq2seq.GRUCell(3)\r\n'
    )


# What is left
# ----------------------------------------------------------------------------------------


def test_a_name_that_is_gone_gives_its_error_at_use():
    text = 'from tensorflow.contrib.opt import ShampooOptimizer, LazyAdamOptimizer\n'
    assert migrated(text) == (
        'from tf_seq2seq_compat.tf1 import facade\n'
        "ShampooOptimizer = facade.NotProvided('tensorflow.contrib.opt.ShampooOptimizer')\n"
        'from tf_seq2seq_compat.tf1.contrib.opt import LazyAdamOptimizer\n'
    )
    assert warnings_of(text) == [('needs a look', 'tf.contrib.opt.ShampooOptimizer', 2)]
    assert 'tf.train.AdagradOptimizer' in advice_of(text)


def test_a_package_that_is_gone_gives_its_error_at_use():
    text = 'from tensorflow.contrib import tpu\ntpu.TPUEstimator(3)\n'
    assert migrated(text) == (
        'from tf_seq2seq_compat.tf1 import facade\n'
        "tpu = facade.module('tensorflow.contrib.tpu')\ntpu.TPUEstimator(3)\n"
    )
    assert ('needs a look', 'tf.contrib.tpu', 2) in warnings_of(text)
    with pytest.raises(AttributeError, match='tf.estimator.Estimator'):
        exec(migrated(text), {})


def test_an_unknown_name_is_said():
    text = 'from tensorflow.python.ops import no_such_ops\n'
    assert migrated(text) == text
    assert warnings_of(text) == [('unknown', 'tensorflow.python.ops.no_such_ops', 1)]


def test_what_was_rewritten_is_counted():
    notes = result('from tensorflow.contrib import rnn\nrnn.GRUCell(rnn.LSTMCell)\n').notes
    assert [(note.kind, note.name, note.place.line) for note in notes] == [
        ('rewritten', 'tf.contrib.rnn', 1),
        ('rewritten', 'tf.contrib.rnn.GRUCell', 2),
        ('rewritten', 'tf.contrib.rnn.LSTMCell', 2),
    ]


def test_modules_that_later_pythons_lack_stay_and_need_a_look():
    text = 'import imp\nfrom distutils.version import LooseVersion\nimp.reload(LooseVersion)\n'
    done = result(text)
    assert done.text == text
    assert [(note.kind, note.place.line, note.name) for note in done.notes] == [
        ('needs a look', 1, 'imp'),
        ('needs a look', 2, 'distutils.version.LooseVersion'),
    ]
    assert all('tf-seq2seq-compat[removed-modules]' in note.advice for note in done.notes)
    gone = result('import formatter\n')
    assert [(note.kind, note.name) for note in gone.notes] == [('needs a look', 'formatter')]
