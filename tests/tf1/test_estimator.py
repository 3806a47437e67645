"""tf.estimator of programs: TF 1.15.5's numbers, by every import form."""

from __future__ import annotations

import importlib.util
import json
import math
import pathlib

import pytest

from tests.tf1 import processes
from tf_seq2seq_compat.tf1.estimator import library

HERE = pathlib.Path(__file__).parent
TF1 = json.loads((HERE / 'estimator_golden.json').read_text(encoding='utf-8'))

# Where the release of tensorflow-estimator that we use differs from the one of TF 1.15.5, and why.
DIFFERENT = {
    # It exports at the first evaluation too; TF1's compared that with itself, and did not.
    'train_and_evaluate/exports/best': 3,
    'tensorflow': None,
}


def differences(expected, found, path=''):
    """The paths at which two JSON values differ, floats in more than the last digits."""
    if path in DIFFERENT:
        if DIFFERENT[path] is not None and found != DIFFERENT[path]:
            yield f'{path}: {found!r}, not {DIFFERENT[path]!r}'
    elif isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted({*expected, *found}):
            below = f'{path}/{name}' if path else name
            yield from differences(expected.get(name, 'no'), found.get(name, 'no'), below)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f'{path}/{index}')
    elif isinstance(expected, float) and isinstance(found, float):
        if not math.isclose(expected, found, rel_tol=1e-4, abs_tol=1e-6):
            yield f'{path}: {found!r}, not {expected!r}'
    elif expected != found:
        yield f'{path}: {found!r}, not {expected!r}'


@pytest.mark.slow
def test_as_tf1():
    """What the program that recorded TF 1.15.5's behaviour gives through the runner."""
    done = processes.run(HERE / 'estimator_golden.py', '--print')
    found = json.loads(processes.last_line(done))
    assert found.keys() == TF1.keys()
    for case in TF1.keys() - {'tensorflow'}:
        assert list(differences(TF1[case], found[case], case)) == []


# What else programs do with it, one line of output for each function of the program.
PROGRAM = """
import json, os, sys
import numpy as np
import tensorflow as tf
import tensorflow.estimator.export as export
from tensorflow.contrib import estimator as contrib_estimator
from tensorflow.contrib.estimator import InMemoryEvaluatorHook
from tensorflow.contrib.estimator.python.estimator import early_stopping
from tensorflow.contrib.estimator.python.estimator.hooks import InMemoryEvaluatorHook as third
from tensorflow.estimator import Estimator, ModeKeys
from tensorflow.estimator.experimental import InMemoryEvaluatorHook as second
from tensorflow.python.distribute.distribute_config import DistributeConfig
from tensorflow.python.estimator import estimator, model_fn, run_config
from tensorflow.python.estimator.canned.dnn import DNNClassifier
from tensorflow.python.estimator.export.export import ServingInputReceiver
from tensorflow.python.estimator.inputs.inputs import pandas_input_fn
from tensorflow.python.estimator.inputs.numpy_io import numpy_input_fn
from tensorflow.python.estimator.keras import model_to_estimator

tf.logging.set_verbosity(tf.logging.FATAL)
found = {}

found['the same by every import'] = [
    Estimator is tf.estimator.Estimator is estimator.Estimator,
    ModeKeys is tf.estimator.ModeKeys is model_fn.ModeKeys,
    tf.estimator.RunConfig is run_config.RunConfig,
    tf.estimator.DNNClassifier is DNNClassifier,
    export is tf.estimator.export,
    export.ServingInputReceiver is ServingInputReceiver,
    tf.estimator.inputs.numpy_input_fn is numpy_input_fn,
    tf.estimator.inputs.pandas_input_fn is pandas_input_fn,
    InMemoryEvaluatorHook is second is third is contrib_estimator.InMemoryEvaluatorHook,
    contrib_estimator.stop_if_no_increase_hook is early_stopping.stop_if_no_increase_hook,
    contrib_estimator.read_eval_metrics is early_stopping.read_eval_metrics,
    tf.estimator.CheckpointSaverHook is tf.train.CheckpointSaverHook,
]


def words(function):
    try:
        function()
    except Exception as error:
        return type(error).__name__ + ': ' + str(error)


found['trees'] = words(lambda: tf.estimator.BoostedTreesClassifier)
found['heads'] = words(lambda: tf.contrib.estimator.multi_head)
found['unknown'] = words(lambda: tf.contrib.estimator.nope)


def line(features, labels, mode):
    weights = tf.get_variable('weights', [2], initializer=tf.ones_initializer())
    loss = tf.reduce_mean(tf.square(features * weights - labels))
    metrics = None
    if mode == tf.estimator.ModeKeys.EVAL:
        metrics = {'mean': tf.keras.metrics.Mean(), 'v1': tf.metrics.mean(loss)}
        metrics['mean'].update_state(loss)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    train_op = optimizer.minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(
        mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def ones():
    ones = np.ones([8, 2], np.float32)
    return tf.data.Dataset.from_tensor_slices((2 * ones, ones)).batch(2)


def trained(**settings):
    config = tf.estimator.RunConfig(**settings)
    made = tf.estimator.Estimator(line, config=config).train(ones)
    result = made.evaluate(ones)
    assert result['mean'] == result['v1'] == result['loss']
    return made.get_variable_value('weights').tolist()


mirrored = tf.distribute.MirroredStrategy(['/cpu:0'])
found['strategies'] = [
    trained(),
    trained(train_distribute=mirrored),
    trained(experimental_distribute=DistributeConfig(train_distribute=mirrored)),
]
os.environ['TF_CONFIG'] = json.dumps(
    {'cluster': {'chief': ['a:1'], 'worker': ['b:1']}, 'task': {'type': 'worker', 'index': 0}})
found['worker'] = tf.estimator.RunConfig().task_type
found['cluster'] = words(lambda: trained(train_distribute=mirrored))
del os.environ['TF_CONFIG']

layers = [tf.keras.layers.Dense(1, kernel_initializer='ones', input_shape=(2,))]
keras_model = tf.keras.Sequential(layers)
keras_model.compile(loss='mse', optimizer='sgd')
made = model_to_estimator(keras_model)
found['model_to_estimator'] = float(
    made.evaluate(lambda: ones().map(lambda x, y: (x, y[:, :1])))['loss'])

sys.path.append('site-packages')
import a_library

found['keras of a library'] = a_library.facts()
found['left behind'] = [
    os.environ.get('TF_USE_LEGACY_KERAS'),
    *(name for name in ('estimator_training', 'tpu_embedding')
      for path in sys.modules if path.startswith('tensorflow.python.') and path.endswith(name)
      and not sys.modules[path].__spec__)]
print(json.dumps(found))
"""


# It imports what TensorFlow has, whatever the package of estimators sees there.
LIBRARY = """
import keras
import tensorflow as tf
import tensorflow.compat.v2 as tf2


def facts():
    layers = [tf.keras.layers.Dense, tf2.keras.layers.Dense]
    return [each is keras.layers.Dense for each in layers]
"""


def test_what_programs_do(tmp_path):
    (tmp_path / 'site-packages').mkdir()
    (tmp_path / 'site-packages' / 'a_library.py').write_text(LIBRARY, encoding='utf-8')
    (tmp_path / 'program.py').write_text(PROGRAM, encoding='utf-8')
    found = json.loads(processes.last_line(processes.run('program.py', cwd=tmp_path)))
    assert found['the same by every import'] == [True] * 12
    plain, *distributed = found['strategies']
    # 2w meets 1 from w = 1: (2w - 1) is multiplied by 1 - 0.1 * 4 / 2 for each of two elements.
    assert plain == pytest.approx([0.5 + 0.5 * 0.6**4] * 2, rel=1e-5)
    assert distributed == [plain] * 2
    assert found['worker'] == 'worker'
    # Two inputs of 2 by a kernel of ones are 4, and the labels are 1.
    assert found['model_to_estimator'] == pytest.approx(9.0)
    assert found['left behind'] == [None]
    assert found['keras of a library'] == [True, True]
    assert 'TensorFlow Decision Forests' in found['trees']
    assert 'tf.estimator.MultiClassHead' in found['heads']
    assert found['unknown'].startswith('LegacyNameError: There is no tf.contrib.estimator.nope.')
    for name in ('trees', 'heads'):
        assert found[name].startswith('LegacyNameError: tf.')
    if library.tf_lacks('tensorflow.python.distribute.estimator_training'):
        assert found['cluster'].startswith('ValueError') and 'Unset TF_CONFIG' in found['cluster']


def test_library_is_not_installed(monkeypatch):
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name, package=None: None)
    with pytest.raises(
        ModuleNotFoundError, match='pip install --no-deps tensorflow-estimator==2.15.0'
    ):
        library._load.__wrapped__()


def test_two_strategies_for_one_thing():
    class Config:
        _train_distribute = _eval_distribute = object()

        class _experimental_distribute:
            train_distribute, eval_distribute, remote_cluster = object(), None, None

    with pytest.raises(ValueError, match='train_distribute and experimental_distribute.train'):
        library._init_run_config(Config(), {})


def test_strategy_on_a_remote_cluster():
    class Config:
        _train_distribute = _eval_distribute = None

        class _experimental_distribute:
            train_distribute, eval_distribute, remote_cluster = object(), None, {'worker': ['a:1']}

    with pytest.raises(ValueError, match='cannot train on several machines'):
        library._init_run_config(Config(), {})


def test_classes_of_tpus_import_and_say_that_they_are_gone():
    gone = library._OnlyOnTpu('tensorflow.python.tpu.tpu_embedding')
    with pytest.raises(NotImplementedError, match='AdamParameters'):
        gone.AdamParameters(0.1)
