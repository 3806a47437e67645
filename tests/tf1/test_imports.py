"""Every import form, in the program and not in its libraries; the façade; install()."""

from __future__ import annotations

import pytest

from tests.tf1.processes import last_line, python, run

FORMS = """
import importlib
import importlib.util
import pickle
import sys

import tensorflow as tf
import tensorflow
import tensorflow.contrib.seq2seq as a
import tensorflow.contrib.seq2seq
from tensorflow.contrib import seq2seq as b
from tensorflow.contrib.seq2seq import AttentionWrapper, dynamic_decode as decode
from tensorflow.contrib.seq2seq.python.ops import attention_wrapper
from tensorflow.contrib.seq2seq.python.ops.attention_wrapper import AttentionWrapper as inner
from tensorflow.python.ops import rnn_cell_impl, array_ops
from tensorflow.python.ops.rnn_cell_impl import LSTMStateTuple
from tensorflow.python.ops.rnn_cell import *
from tensorflow.python.layers.core import Dense
from tensorflow.python.layers import core
from tensorflow.python.util import nest
import tensorflow.compat.v1 as v1
from tensorflow.compat import v1 as v1_again
from tensorflow import nn
from tensorflow import contrib
from tensorflow.contrib import rnn, slim, layers as contrib_layers
from tensorflow.contrib.rnn import *
from tensorflow.contrib.seq2seq import *
from tensorflow.contrib.framework import nest as contrib_nest, arg_scope
from tensorflow.core.framework import graph_pb2
import tensorflow.keras.backend as tf_backend
from tensorflow.keras.layers import Input
from tensorflow.python.keras.layers import Concatenate
import keras
import keras.backend as K
from keras.layers import LSTM
from keras.layers.core import Dropout
from keras.engine.topology import Layer

assert tf is tensorflow is v1 is v1_again is tf.compat.v1 and tf.__name__ == 'tensorflow'
assert a is b is tf.contrib.seq2seq is contrib.seq2seq and tensorflow.contrib is contrib
assert AttentionWrapper is inner is attention_wrapper.AttentionWrapper is a.AttentionWrapper
assert AttentionWrapper.__module__ == 'tf_seq2seq_compat.seq2seq.attention_wrapper'
assert decode is a.dynamic_decode is dynamic_decode
assert rnn.GRUCell is tf.nn.rnn_cell.GRUCell is rnn_cell_impl.GRUCell is GRUCell
assert rnn.RNNCell is RNNCell is rnn_cell_impl.RNNCell and issubclass(GRUCell, RNNCell)
assert LSTMStateTuple is rnn.LSTMStateTuple is nn.rnn_cell.LSTMStateTuple
assert Dense is core.Dense is tf.layers.Dense and issubclass(Dense, tf.layers.Layer)
assert nest.is_sequence([1]) and contrib_nest.is_sequence([1]) and not nest.is_sequence(1)
assert hasattr(array_ops, 'concat') and graph_pb2.GraphDef
assert contrib_layers.xavier_initializer() and slim.arg_scope is arg_scope
assert keras.__name__ == 'keras' and LSTM.__module__.startswith('tf_keras.')
assert K.placeholder and tf_backend.placeholder
assert issubclass(LSTM, Layer) and Dropout is keras.layers.Dropout
assert issubclass(Concatenate, Layer) and tf.keras.layers.Layer is Layer
assert not tf.executing_eagerly() and tf.placeholder(tf.float32, [None, 3]).shape[-1].value == 3

# Round the import statement.
assert importlib.import_module('tensorflow.contrib.seq2seq') is a
assert importlib.import_module('.seq2seq', 'tensorflow.contrib') is a
assert sys.modules['tensorflow.contrib.seq2seq'] is a
assert __import__('tensorflow.contrib.rnn').contrib.rnn is rnn
assert importlib.util.find_spec('tensorflow.contrib.legacy_seq2seq') is not None
assert importlib.util.find_spec('tensorflow.contrib.nope') is None
state = attention_wrapper.AttentionWrapperState(1, 2, 3, 4, 5, 6)
assert pickle.loads(pickle.dumps(state)) == state
assert pickle.loads(b'ctensorflow.contrib.seq2seq\\nAttentionWrapperState\\n.') is type(state)
assert pickle.loads(pickle.dumps(a)) is a

# Through the standard library: its caller imports.
import code
import concurrent.futures
import pkgutil
import pydoc
import runpy
import threading
import timeit
import unittest
from unittest import mock

gru = 'tensorflow.contrib.rnn.GRUCell'
assert pydoc.locate(gru) is rnn.GRUCell
assert pydoc.locate('tensorflow.keras.layers.LSTM') is tf.keras.layers.LSTM
assert pydoc.locate('tensorflow.contrib.nope') is None
assert pkgutil.resolve_name('tensorflow.contrib.rnn:GRUCell') is rnn.GRUCell
with mock.patch(gru, int):
    assert rnn.GRUCell is int
assert rnn.GRUCell is tf.nn.rnn_cell.GRUCell
assert unittest.defaultTestLoader.loadTestsFromName('tensorflow.test.TestCase').countTestCases()
found = []
thread = threading.Thread(target=lambda: found.append(pydoc.locate(gru)))
thread.start()
thread.join()
with concurrent.futures.ThreadPoolExecutor() as pool:  # no frame but the standard library's
    found += [pool.submit(pydoc.locate, gru).result()]
    assert pool.submit(importlib.import_module, 'tensorflow').result() is tf
assert found == [rnn.GRUCell] * 2
console = {'__name__': '__console__'}
code.InteractiveInterpreter(console).runsource('import tensorflow as tf')
assert console['tf'] is tf
timeit.timeit('import tensorflow as tf; assert tf.contrib', number=1)
exec('import tensorflow as tf; assert tf.contrib', {})
assert runpy.run_path('part.py')['seq2seq'] is a
assert importlib.reload(tf) is tf and importlib.reload(a) is a
assert importlib.util.find_spec('tensorflow.contrib.seq2seq').name == 'tensorflow.contrib.seq2seq'


def error_of(statement):
    try:
        exec(statement, globals())
    except Exception as error:
        return type(error).__name__ + ': ' + str(error)
    raise AssertionError(statement)


for path in 'tensorflow.nope tensorflow.contrib.nope tensorflow.nn.softmax.x keras.nope'.split():
    words = error_of('import ' + path)
    missing = path.rpartition('.x')[0] or path
    assert words == 'ModuleNotFoundError: No module named ' + repr(missing), words
assert error_of('from tensorflow import nope').startswith("ImportError: cannot import name 'nope'")
assert error_of('tf.nope') == "AttributeError: module 'tensorflow' has no attribute 'nope'"

# Not provided: the package imports, the name says so at its use, and says what to use.
from tensorflow.contrib import tpu
from tensorflow.contrib.tpu.python.tpu import tpu_config
from tensorflow.contrib import legacy_seq2seq, crf
from tensorflow.contrib import nn as contrib_nn
import tensorflow.contrib.cudnn_rnn as cudnn_rnn
assert not hasattr(tpu, 'TPUEstimator') and getattr(a, 'attention_decoder_fn_train', 0) == 0
lost = 'rank_sampled_softmax_loss'
for use, name, instead in [
    ('tf.contrib.bayesflow.entropy', 'tf.contrib.bayesflow.entropy', 'TensorFlow Probability'),
    ('tpu_config.TPUConfig', 'tf.contrib.tpu.python.tpu.tpu_config.TPUConfig', 'RunConfig'),
    ('a.DynamicAttentionWrapper', 'tf.contrib.seq2seq.DynamicAttentionWrapper', 'AttentionWrapper'),
    ('a.simple_decoder_fn_train', 'tf.contrib.seq2seq.simple_decoder_fn_train', 'dynamic_decode'),
    ('contrib_nn.' + lost, 'tf.contrib.nn.' + lost, 'tf.nn.sampled_softmax_loss'),
]:
    words = error_of(use)
    assert words.startswith('LegacyNameError: ' + name + ' is not provided'), words
    assert instead in words, words
from tensorflow.contrib.nn import rank_sampled_softmax_loss as Missing
from tensorflow.contrib.tpu import TPUEstimator as Estimator, no_such_name
assert 'tf.contrib.tpu.TPUEstimator' in repr(Estimator) and not hasattr(contrib_nn, lost)
for use in [
    'Missing(4)', 'Missing.call', 'Missing[0]', 'list(Missing)',
    'isinstance(1, Missing)', 'class Mine(Missing): x = 1', 'contrib_nn.' + lost,
]:
    words = error_of(use)
    assert 'tf.contrib.nn.rank_sampled_softmax_loss is not provided' in words, words
try:
    from tensorflow.contrib.nn import rank_sampled_softmax_loss as Wanted
except ImportError as error:
    assert 'tf.contrib.nn.rank_sampled_softmax_loss is not provided' in str(error), error
    Wanted = rnn.LSTMCell
assert Wanted is rnn.LSTMCell, 'who is prepared for the import to fail sees it fail'
try:
    from tensorflow.contrib.nn import rank_sampled_softmax_loss as unguarded
finally:
    assert unguarded is Missing

# A replaced function is the one that is used.
from tf_seq2seq_compat.seq2seq import attention_wrapper as real
original = attention_wrapper.hardmax
attention_wrapper.hardmax = len
assert real.hardmax is len
attention_wrapper.hardmax = original

# The program's other files are the program, the libraries are not.
import part
assert part.tf is tf and part.seq2seq is a
import library
assert library.tf is not tf and library.tf.__version__ == tf.__version__
assert library.facts() == {
    'contrib': False, 'import': "No module named 'tensorflow.contrib'",
    'import_module': "No module named 'tensorflow.contrib.seq2seq'",
    'eager': False, 'keras': 'keras', 'pydoc': None, 'in a pool': False,
}
import tf_seq2seq_compat
assert tf_seq2seq_compat.AttentionWrapper is AttentionWrapper
# Code that the program executes in a namespace of its own, with and without a file's name.
code = 'import tensorflow.contrib.seq2seq as seq2seq\\nkept = seq2seq.BahdanauAttention'
for file in (__file__ + '.part.py', '<string>'):
    namespace = {'__name__': 'made'}
    exec(compile(code, file, 'exec'), namespace)
    assert namespace['kept'] is tf.contrib.seq2seq.BahdanauAttention

print('all forms')
"""

LIBRARY = """
import concurrent.futures
import importlib
import os
import pydoc

import tensorflow as tf


def facts():
    found = {'contrib': hasattr(tf, 'contrib'), 'eager': tf.executing_eagerly()}
    try:
        from tensorflow.contrib import seq2seq
    except ImportError as error:
        found['import'] = str(error)
    try:
        importlib.import_module('tensorflow.contrib.seq2seq')
    except ImportError as error:
        found['import_module'] = str(error)
    import keras
    found['keras'] = os.path.basename(os.path.dirname(keras.__file__))
    found['pydoc'] = pydoc.locate('tensorflow.placeholder')
    with concurrent.futures.ThreadPoolExecutor() as pool:
        found['in a pool'] = hasattr(pool.submit(_tensorflow).result(), 'contrib')
    return found


def _tensorflow():
    return importlib.import_module('tensorflow')
"""


def test_import_forms(tmp_path):
    libraries = tmp_path / 'env' / 'lib' / 'site-packages'
    libraries.mkdir(parents=True)
    (libraries / 'library.py').write_text(LIBRARY)
    (tmp_path / 'part.py').write_text(
        'import tensorflow as tf\nfrom tensorflow.contrib import seq2seq\n'
    )
    script = f'import sys\nsys.path.append({str(libraries)!r})\n' + FORMS
    (tmp_path / 'forms.py').write_text(script)
    assert last_line(run('forms.py', cwd=tmp_path)) == 'all forms'


LIBRARY_FIRST = """
import sys
sys.path.append({libraries!r})
import library
assert not library.tf.executing_eagerly(), 'TF1 behaviour, whoever imports first'
import tensorflow as tf
assert tf is not library.tf and tf.contrib.seq2seq
print('library first')
"""


def test_a_library_imports_tensorflow_first(tmp_path):
    libraries = tmp_path / 'site-packages'
    libraries.mkdir()
    (libraries / 'library.py').write_text(LIBRARY)
    (tmp_path / 'a.py').write_text(LIBRARY_FIRST.format(libraries=str(libraries)))
    assert last_line(run('a.py', cwd=tmp_path)) == 'library first'


# A program in a folder of libraries, run by `-m`: it is what is run, so it is the program.
def test_an_installed_program_is_the_program(tmp_path):
    package = tmp_path / 'site-packages' / 'installed_program'
    package.mkdir(parents=True)
    (package / '__init__.py').write_text('')
    (package / 'model.py').write_text('from tensorflow.contrib.seq2seq import BasicDecoder\n')
    (package / 'train.py').write_text(
        'from .model import BasicDecoder\nprint(BasicDecoder.__name__)\n'
    )
    done = run('-m', 'installed_program.train', cwd=tmp_path / 'site-packages')
    assert last_line(done) == 'BasicDecoder'


INSTALL = {
    'before': """
import tf_seq2seq_compat
tf_seq2seq_compat.install()
import tensorflow as tf
tf_seq2seq_compat.install()
""",
    'after': """
import tensorflow as tf
import tensorflow.compat.v1 as v1
import keras
import tf_seq2seq_compat
tf_seq2seq_compat.install()
assert v1 is tf and keras.layers.LSTM.__module__.startswith('tf_keras.')
""",
}
INSTALLED = """
import builtins, importlib, sys
from tensorflow.contrib import seq2seq
assert not tf.executing_eagerly() and tf.contrib.seq2seq is seq2seq
with tf.Session() as session:
    cell = tf.nn.rnn_cell.GRUCell(2)
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.zeros([1, 3, 2]), dtype=tf.float32)
    session.run(tf.global_variables_initializer())
    print(session.run(outputs).shape, [v.name for v in tf.trainable_variables()][0])
try:
    seq2seq.BahdanauAttention(4)
except TypeError as error:
    assert "missing 1 required positional argument: 'memory'" in str(error), error
else:
    raise AssertionError('install() must not turn repairs on')
tf_seq2seq_compat.uninstall()
assert builtins.__import__.__module__ != 'tf_seq2seq_compat.tf1.import_hook'
assert 'tensorflow.contrib' not in sys.modules
try:
    import tensorflow.contrib
except ModuleNotFoundError:
    print('installed and gone')
"""


@pytest.mark.parametrize('when', INSTALL)
def test_install(tmp_path, when):
    (tmp_path / 'a.py').write_text(INSTALL[when] + INSTALLED)
    done = python('a.py', cwd=tmp_path)
    assert last_line(done) == 'installed and gone'
    assert done.stdout.startswith('(1, 3, 2) rnn/gru_cell/gates/kernel:0')


INSTALL_IN_TF2 = """
import tensorflow as tf
import tensorflow as real
x = tf.constant([1.0])
import tf_seq2seq_compat
try:
    tf_seq2seq_compat.install()
except RuntimeError as error:
    assert 'before the first TensorFlow operation' in str(error), error
    assert 'install(tf1_behavior=False)' in str(error), error
else:
    raise AssertionError('too late, and no error')
tf_seq2seq_compat.install(tf1_behavior=False)
from tensorflow.contrib import seq2seq, rnn
import tensorflow
assert tensorflow is tf and tf.executing_eagerly() and not hasattr(tf, 'placeholder')
assert tf.Variable([2.0]).numpy() == [2.0] and tf.function(lambda: x + 1)().numpy() == [2.0]
import keras
assert tf.keras.layers.Dense is keras.layers.Dense
cell = tf.nn.rnn_cell.LSTMCell(4)
mechanism = seq2seq.LuongAttention(4, tf.zeros([2, 3, 4]))
wrapper = tf.contrib.seq2seq.AttentionWrapper(cell, mechanism)
outputs, state = tf.nn.dynamic_rnn(wrapper, tf.zeros([2, 5, 1]), dtype=tf.float32)
assert outputs.shape == (2, 5, 4) and isinstance(state, seq2seq.AttentionWrapperState)
assert tf.compat.v1.placeholder and tf.compat.v1.contrib.rnn is not None
assert tf.layers.Dense
tf_seq2seq_compat.install(tf1_behavior=False)
print('names only')
"""


def test_install_names_only(tmp_path):
    (tmp_path / 'a.py').write_text(INSTALL_IN_TF2)
    assert last_line(python('a.py', cwd=tmp_path)) == 'names only'


USED_BY_FEW = """
import sys
import tensorflow as tf

assert tf.layers.Dense(3).units == 3
few = {'h5py', 'pandas', 'requests', 'scipy.linalg', 'scipy.ndimage', 'scipy.sparse'}
assert not few & sys.modules.keys() and 'keras' not in sys.modules, few & sys.modules.keys()
import numpy as np
from tf_keras.src.engine import data_adapter, training_v1

assert not training_v1.issparse(np.eye(2))
image = np.arange(32.0).reshape([4, 4, 2])
turned = tf.keras.preprocessing.image.apply_affine_transform(
    image, theta=180, row_axis=0, col_axis=1, channel_axis=2)
assert np.allclose(turned, image[::-1, ::-1])
import pandas
from scipy import sparse

assert training_v1.issparse(sparse.eye(2))
assert data_adapter._is_pandas_series(pandas.Series([1])), data_adapter.pd
model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=[3])])
model.save_weights('weights.h5')
import h5py

with h5py.File('weights.h5') as file:
    assert file.keys()
print('used')
"""


def test_what_few_programs_use_is_loaded_when_they_do(tmp_path):
    pytest.importorskip('pandas', reason='what is not installed is not loaded')
    pytest.importorskip('scipy', reason='likewise')
    (tmp_path / 'a.py').write_text(USED_BY_FEW)
    assert last_line(run('a.py', cwd=tmp_path)) == 'used'


def test_the_folders_of_libraries_are_known_before_there_is_a_hook():
    """Asked inside an import, sysconfig fails in Python 3.13."""
    ask = (
        'from tf_seq2seq_compat.tf1 import import_hook as h; print(h._library_folders.cache_info())'
    )
    assert 'currsize=1' in python('-c', ask).stdout
