"""What is changed in a process for its program is changed back: all of it, in every way to end."""

from __future__ import annotations

import importlib
import json
import os
import string
import warnings

import pytest

from tests.tf1.processes import last_line, python
from tf_seq2seq_compat.tf1.runtime import Runtime


def test_changes_are_taken_back_last_first():
    class Owner:
        kept = 1

    items = {'kept': 1}
    filters = warnings.filters[:]
    runtime = Runtime()
    runtime.set(Owner, 'kept', 2)
    runtime.set(Owner, 'kept', 3)
    runtime.set(Owner, 'added', 4)
    runtime.set_item(items, 'kept', 2)
    runtime.set_item(items, 'added', 3)
    runtime.set_environment('TF_SEQ2SEQ_COMPAT_TEST', 'set')
    runtime.filter_warnings('ignore', message='of the test')
    assert (Owner.kept, Owner.added, items) == (3, 4, {'kept': 2, 'added': 3})
    assert os.environ['TF_SEQ2SEQ_COMPAT_TEST'] == 'set' and warnings.filters != filters
    runtime.close()
    runtime.close()
    assert Owner.kept == 1 and not hasattr(Owner, 'added') and items == {'kept': 1}
    assert 'TF_SEQ2SEQ_COMPAT_TEST' not in os.environ and warnings.filters == filters


def test_what_others_have_changed_since_stays():
    runtime = Runtime()
    before = string.digits
    try:
        runtime.set(string, 'digits', 'ours')
        string.digits = 'theirs'
        runtime.close()
        assert string.digits == 'theirs'
    finally:
        string.digits = before


def test_warnings_are_decided_anew():
    def shown():
        with warnings.catch_warnings(record=True) as caught:
            warnings.warn_explicit('of the test', UserWarning, 'a.py', 1, registry=registry)
        return len(caught)

    registry: dict[object, object] = {}
    with Runtime() as runtime:
        runtime.filter_warnings('ignore', message='of the test')
        assert shown() == 0
    with warnings.catch_warnings():
        warnings.simplefilter('always')
        assert shown() == 1


# Everything that the package changes: modules' names, attributes of classes, lists, mappings.
STATE = """
import builtins, collections, importlib, inspect, json, os, pathlib, sys, time, types, warnings
import numpy as np
import tensorflow as tf
from tensorflow.python.client import session
import tf_seq2seq_compat
from tf_seq2seq_compat.core import loop_compilation
from tf_seq2seq_compat.layers import keras_owner
from tf_seq2seq_compat.tf1 import (import_hook, notebook, runner, symbols)
from tf_seq2seq_compat.tf1 import old_libraries
from tf_seq2seq_compat.tf1.run_options import RunOptions

try:
    from keras.src.utils import tracking
except ImportError:  # Keras 2
    tracking = None
from keras.src.saving import saving_lib
import tf_keras, keras, yaml, cgi, array, threading, xml.etree.ElementTree, platform, math
WATCHED = [
    builtins, importlib, sys, np, np.ndarray, np.random, collections, inspect, time, threading,
    threading.Thread, array.array, platform, math, yaml, xml.etree.ElementTree,
    xml.etree.ElementTree.Element, os, types, session.BaseSession, session.Session, tf_keras.Model,
    tf_keras.layers.Layer, tf_keras.layers.Lambda, tf_seq2seq_compat, keras.layers.RNN,
    keras.layers.StackedRNNCells, saving_lib,
] + ([tracking.Tracker] if tracking else [])
for name in tf_seq2seq_compat.__all__:
    getattr(tf_seq2seq_compat, name)  # kept once it is loaded
keras_owner.unwatch()  # what importing the package does
CHANGING = {'last_type', 'last_value', 'last_traceback', 'last_exc', '_'}


def state():
    found = {}
    for owner in WATCHED:
        for name, value in vars(owner).items():
            if name not in CHANGING and not isinstance(value, types.ModuleType):
                found[f'{owner.__name__}.{name}'] = id(value)
    found['filters'] = [(each[0], str(each[1]), each[2].__name__) for each in warnings.filters]
    found['finders'] = [id(each) for each in sys.meta_path]
    found['ours'] = sorted(n for n in sys.modules if import_hook._is_ours(n))
    found['program'] = [id(sys.modules['__main__']), sys.argv[:], sys.path[:]]
    found['environment'] = dict(os.environ)
    found['loops compiled'] = loop_compilation._default
    found['folders'] = import_hook.program_folders()
    found['waiting'] = {key: value for key, value in symbols._when_loaded.items() if value}
    return found


def differences(before, after):
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


program = '''
import collections, imp, sys
import numpy as np
import tensorflow as tf
from tensorflow.contrib.seq2seq.python.ops import decoder
from tensorflow.keras.layers import Dense
import yaml, platform
assert collections.Mapping and tf.contrib.rnn and np.int and not tf.executing_eagerly()
assert sys.argv[1:] == ['x'] and __name__ == '__main__'
tf.layers.dense(tf.zeros([1, 2]), 1)
Dense(2)
cell = tf.contrib.rnn.GRUCell(2)
cell(tf.zeros([1, 2]), tf.zeros([1, 2]))
import keras
keras.layers.LSTM(3)
'''
"""

WAYS = """
pathlib.Path('good.py').write_text(program)
pathlib.Path('bad.py').write_text(program + 'del cell\\n1 / 0')  # the error would keep it
events = types.SimpleNamespace(register=lambda *_: None, unregister=lambda *_: None)
shell = types.SimpleNamespace(events=events, user_ns={'tf': tf}, transform_cell=str)


def cells():
    notebook.load(shell, RunOptions(xla=True))
    sys.argv[1:] = ['x']
    exec(program, {'__name__': '__main__', '__file__': os.path.abspath('cell.py')})
    del sys.argv[1:]
    seen.update(state())
    notebook.unload(shell)


def run(name):
    try:
        runner.run(name, ['x'], RunOptions(xla=True))
    except (ZeroDivisionError, runner.CannotRun):
        pass


def installed():
    tf_seq2seq_compat.install()
    exec('import tensorflow.contrib.rnn', {'__name__': '__main__'})
    tf_seq2seq_compat.uninstall()


tf.compat.v1.disable_v2_behavior()
found, seen = {}, {}
for name, way in {
    'cells': cells, 'good': lambda: run('good.py'), 'bad': lambda: run('bad.py'),
    'absent': lambda: run('absent.py'), 'installed': installed,
}.items():
    before = state()
    way()
    found[name] = differences(before, state())
found['while loaded'] = differences(before, seen)
print(json.dumps(found))
"""

CHANGED = {
    'BaseSession.run',
    'builtins.__import__',
    'collections.__getattr__',
    'environment',
    'filters',
    'finders',
    'importlib.import_module',
    'importlib.reload',
    'loops compiled',
    'numpy.__getattr__',
    'ours',
}


def test_every_way_to_end_leaves_the_process_as_it_was(tmp_path):
    (tmp_path / 'all.py').write_text(STATE + WAYS, encoding='utf-8')
    found = json.loads(last_line(python('all.py', cwd=tmp_path)))
    assert set(found.pop('while loaded')) >= CHANGED
    assert found == dict.fromkeys(['cells', 'good', 'bad', 'absent', 'installed'], [])


def test_the_earlier_name_of_the_package_gives_the_same_modules():
    for name in ('contrib.hparams', 'contrib.learn', 'symbols'):
        new = importlib.import_module(f'tf_seq2seq_compat.tf1.{name}')
        assert importlib.import_module(f'tf_seq2seq_compat.legacy.{name}') is new
        assert new.__spec__.name == new.__name__ == f'tf_seq2seq_compat.tf1.{name}'
    with pytest.raises(ModuleNotFoundError, match=r'tf1\.no_such'):
        importlib.import_module('tf_seq2seq_compat.legacy.no_such')
