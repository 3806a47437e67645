"""The smaller packages of tf.contrib: their names, and what they do, as TF 1.15.5 has them."""

import doctest
import json
import math
import os
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from tests.tf1.contrib_names_golden import RECORD
from tests.tf1.processes import last_line, run
from tf_seq2seq_compat.tf1 import facade, symbols
from tf_seq2seq_compat.tf1.contrib import (
    bucketing,
    data,
    distributions,
    eager,
    framework,
    learn,
    preprocessing,
    projector,
    sparsemax,
)

with open(RECORD) as file:
    RECORDED = json.load(file)

# Names of TF 1.15.5 that these packages lack; each has advice.
LACKING = {
    'autograph': 'stack',
    'data': 'CheckpointInputPipelineHook LMDBDataset read_batch_features reduce_dataset',
    'eager': 'ExecutionCallback Network Sequential add_execution_callback '
    'clear_execution_callbacks connect_to_remote_host enable_remote_eager_execution errstate '
    'get_optimizer_variables inf_callback inf_nan_callback nan_callback restore_network_checkpoint '
    'restore_variables_on_create save_network_checkpoint seterr',
    'feature_column': 'sequence_input_layer',
    'framework': 'assert_scalar_int fuse_op get_graph_from_inputs '
    'load_linear_multiclass_bias_initializer load_variable_slot_initializer reduce_sum_n '
    'remove_squeezable_dimensions zero_initializer',
    'learn.preprocessing': 'CategoricalProcessor',
    'nn': 'alpha_dropout deprecated_flipped_sigmoid_cross_entropy_with_logits '
    'deprecated_flipped_softmax_cross_entropy_with_logits '
    'deprecated_flipped_sparse_softmax_cross_entropy_with_logits rank_sampled_softmax_loss '
    'scaled_softplus',
    'predictor': 'from_contrib_estimator',
    'sparsemax': 'sparsemax_loss',
    'summary': 'create_db_writer',
    'tfprof': 'ProfileContext',
    'tfprof.model_analyzer': 'ProfileContext',
    'training': 'FeedingQueueRunner GreedyLoadBalancingStrategy NextQueuedSequenceBatch '
    'RandomStrategy SequenceQueueingStateSaver batch_sequences_with_states byte_size_load_fn '
    'rejection_sample resample_at_rate stratified_sample weighted_resample',
}
# Of these, some names are provided, and all others have advice.
IN_PART = ('checkpoint', 'distribute', 'distributions', 'learn', 'tpu')
# Nothing of what these packages hold is lacking.
ENTIRE = (
    'cluster_resolver',
    'framework.nest',
    'keras',
    'lookup',
    'signal',
    'staging',
    'stateless',
    'tensorboard',
    'tensorboard.plugins.projector',
    'util',
)


def found(package):
    """The names of TF 1.15.5's package that are provided, and those that are not."""
    module = facade.tensorflow().contrib
    for part in package.split('.'):
        module = getattr(module, part)
    provided, lacking = [], []
    for name in RECORDED['names'][package]:
        try:
            getattr(module, name)
        except facade.LegacyNameError as error:
            assert f'tf.contrib.{package}.{name}' in str(error)
            assert symbols.advice_for(f'tensorflow.contrib.{package}.{name}') in str(error)
            lacking.append(name)
        else:
            provided.append(name)
    return provided, lacking


@pytest.mark.parametrize('package', sorted(RECORDED['names']))
def test_every_name_has_a_value_or_advice(package):
    provided, lacking = found(package)
    assert len(provided) + len(lacking) == len(RECORDED['names'][package])
    if package in LACKING:
        assert lacking == LACKING[package].split()
    if package in ENTIRE:
        assert lacking == []
    if package in LACKING or package in IN_PART:
        advice = {symbols.advice_for(f'tensorflow.contrib.{package}.{name}') for name in lacking}
        assert provided and symbols.TABLE['tensorflow.contrib'].advice not in advice


# What they do
# ------------------------------------------------------------------------------------------------


@pytest.fixture(scope='module')
def facts():
    """The script that recorded TF 1.15.5, run through the runner."""
    return json.loads(last_line(run(str(pathlib.Path(RECORD).with_suffix('.py')), '--facts')))


def differences(ours, theirs, path=''):
    """Where two JSON values differ, numbers by more than float32's rounding."""
    if isinstance(ours, float) or isinstance(theirs, float):
        numbers = isinstance(ours, float | int) and isinstance(theirs, float | int)
        if numbers and math.isclose(ours, theirs, rel_tol=1e-5, abs_tol=1e-6):
            return []
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [each for i, pair in pairs for each in differences(*pair, f'{path}/{i}')]
    elif isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        return [d for key in ours for d in differences(ours[key], theirs[key], f'{path}/{key}')]
    elif ours == theirs and type(ours) is type(theirs):
        return []
    return [f'{path}: {ours} instead of {theirs}']


@pytest.mark.parametrize('fact', sorted(RECORDED['facts']))
def test_fact(fact, facts):
    assert differences(facts[fact], RECORDED['facts'][fact]) == []


def test_the_record_is_complete(facts):
    assert RECORDED['tensorflow'] == '1.15.5'
    assert facts.keys() == RECORDED['facts'].keys()


def test_differences_are_seen():
    assert differences({'a': [1, 2.0]}, {'a': [1, 2.0 + 1e-7]}) == []
    for other in ({'a': [1, 2.1]}, {'a': [1]}, {'b': [1, 2.0]}, {'a': ['1', 2.0]}, {'a': [2, 2.0]}):
        assert differences({'a': [1, 2.0]}, other)


# Imports, as programs write them
# ------------------------------------------------------------------------------------------------

PROGRAM = """
import tensorflow as tf
import tensorflow.contrib.learn as contrib_learn
import tensorflow.contrib.data.python.util.nest
from tensorflow.contrib import (
    cluster_resolver, data, distribute, framework, learn, lookup, predictor,
    signal, summary, tfprof, tpu, training, util)
from tensorflow.contrib.data import Dataset
from tensorflow.contrib.data.python.ops import grouping
from tensorflow.contrib.data.python.util import nest as data_nest
from tensorflow.contrib.eager.python import tfe
from tensorflow.contrib.framework import arg_scope, nest
from tensorflow.contrib.framework.python.framework import checkpoint_utils, tensor_util
from tensorflow.contrib.framework.python.ops import add_arg_scope, arg_scope as scopes, variables
from tensorflow.contrib.framework.python.ops.variables import get_or_create_global_step
from tensorflow.contrib.keras.python.keras import backend as keras_backend
from tensorflow.contrib.learn.python.learn import learn_runner, monitors
from tensorflow.contrib.learn.python.learn.datasets import base
from tensorflow.contrib.learn.python.learn.estimators import model_fn, run_config
from tensorflow.contrib.learn.python.learn.preprocessing.text import VocabularyProcessor
from tensorflow.contrib.lookup import lookup_ops
from tensorflow.contrib.signal.python.ops import mel_ops
from tensorflow.contrib.tensorboard.plugins import projector
from tensorflow.contrib.tpu.python.tpu import tpu_config, tpu_estimator
from tensorflow.contrib.training.python.training.hparam import HParams
from tensorflow.contrib.training.python.training import bucket_ops, evaluation
from tensorflow.contrib.util import loader
import tensorflow.contrib.tensorrt as trt

same = [
    contrib_learn is learn,
    learn.python.learn is learn,
    model_fn.ModeKeys is tf.contrib.learn.ModeKeys,
    VocabularyProcessor is learn.preprocessing.VocabularyProcessor,
    tensor_util.with_same_shape is framework.with_same_shape,
    checkpoint_utils.list_variables is framework.list_variables,
    scopes.arg_scope is arg_scope is tf.contrib.framework.arg_scope,
    variables.get_or_create_global_step is get_or_create_global_step,
    nest.is_sequence is tf.contrib.framework.nest.is_sequence,
    grouping.group_by_window is data.group_by_window,
    lookup_ops.HashTable is lookup.HashTable,
    bucket_ops.bucket_by_sequence_length is training.bucket_by_sequence_length,
    evaluation.evaluate_once is training.evaluate_once,
    HParams is training.HParams,
    data_nest.is_sequence((1,)) and not data_nest.is_sequence([1]),
    tfe.in_eager_mode() is False,
    mel_ops.linear_to_mel_weight_matrix is signal.linear_to_mel_weight_matrix,
    issubclass(tf.contrib.linalg.LinearOperatorTriL, tf.linalg.LinearOperator),
    tf.contrib.keras.initializers.Zeros is tf.keras.initializers.Zeros,
    tf.contrib.hooks.ProfilerHook is tf.train.ProfilerHook,
    base.Dataset(1, 2).target == 2,
    not hasattr(tpu_config, 'TPUConfig') and not hasattr(trt, 'create_inference_graph'),
    hasattr(distribute.MirroredStrategy, 'scope') and hasattr(projector, 'ProjectorConfig'),
]
errors = []
for use in (lambda: learn.Experiment, lambda: learn_runner.run, lambda: tpu.TPUEstimator,
            lambda: run_config.RunConfig, lambda: monitors.ValidationMonitor):
    try:
        use()
    except AttributeError as error:
        errors.append(str(error))
# The 1.3 form of a pipeline.
files = Dataset.from_tensor_slices(tf.constant(['a b', 'c'])).map(
    lambda line: tf.string_split([line]).values, num_threads=2, output_buffer_size=3)
files = files.map(lambda words: (words, tf.size(words)), num_threads=2).repeat(2)
files = Dataset.zip((files, Dataset.range(4))).filter(lambda pair, number: number > 0)
got = files.make_initializable_iterator()
following = got.get_next()
with tf.Session() as session:
    session.run(got.initializer)
    rows = []
    for _ in range(3):
        (words, size), number = session.run(following)
        rows.append([[each.decode() for each in words], int(size), int(number)])
import json
print(json.dumps([same, errors, rows]))
"""


def test_imports_as_programs_write_them(tmp_path):
    program = tmp_path / 'program.py'
    program.write_text(PROGRAM)
    same, errors, rows = json.loads(last_line(run(program)))
    assert [index for index, each in enumerate(same) if not each] == []
    assert [error.split(' is not provided')[0] for error in errors] == [
        'tf.contrib.learn.Experiment',
        'tf.contrib.learn.learn_runner.run',
        'tf.contrib.tpu.TPUEstimator',
        'tf.contrib.learn.estimators.run_config.RunConfig',
        'tf.contrib.learn.monitors.ValidationMonitor',
    ]
    assert 'tf.estimator.train_and_evaluate' in errors[0]
    assert rows == [[['c'], 1, 1], [['a', 'b'], 2, 2], [['c'], 1, 3]]


# What TF 1.15.5 has no say in
# ------------------------------------------------------------------------------------------------


def test_a_file_of_vocabulary_processor_of_tf1(tmp_path):
    path = tmp_path / 'vocabulary'
    path.write_bytes(bytes.fromhex(RECORDED['pickle']))
    processor = preprocessing.VocabularyProcessor.restore(str(path))
    assert type(processor) is preprocessing.VocabularyProcessor
    assert [each.tolist() for each in processor.transform(['a dog', 'a new cat'])] == [
        [1, 4, 0],
        [1, 0, 2],
    ]
    processor.save(str(path))
    again = preprocessing.VocabularyProcessor.restore(str(path))
    assert len(again.vocabulary_) == len(processor.vocabulary_) == 5


def test_projector_takes_a_folder(tmp_path):
    config = projector.ProjectorConfig()
    config.embeddings.add(tensor_name='embedding')
    projector.visualize_embeddings(str(tmp_path / 'new'), config)
    text = (tmp_path / 'new' / 'projector_config.pbtxt').read_text()
    assert text == 'embeddings {\n  tensor_name: "embedding"\n}\n'
    with pytest.raises(ValueError, match='FileWriter'):
        projector.visualize_embeddings('', config)


def test_errors_help():
    with pytest.raises(ValueError, match=r'Invalid shape .*expected \[2\], got \(3,\)'):
        framework.with_shape([2], tf.constant([1, 2, 3]))
    with pytest.raises(ValueError, match='scale_diag'):
        distributions.MultivariateNormalDiag()
    with pytest.raises(ValueError, match='triangle'):
        distributions.fill_triangular([1.0, 2.0])
    with pytest.raises(ValueError, match="'train', 'eval' or 'infer'"):
        learn.ModeKeys.validate('predict')
    with pytest.raises(ValueError, match='num_buckets = 3 elements, and has 1'):
        bucketing.bucket([tf.constant(1)], 0, [2], 3)


@pytest.mark.parametrize(
    'module', [data, distributions, eager, framework, learn, preprocessing, projector, sparsemax]
)
def test_examples_run(module):
    ran = doctest.testmod(module, globs={'tf': tf, 'np': np})
    assert ran.attempted and not ran.failed


def test_datasets_of_1_3_read_files(tmp_path):
    path = tmp_path / 'lines'
    path.write_text('one\ntwo\nthree\n')
    lines = data.TextLineDataset(str(path)).skip(1).map(tf.strings.length, num_threads=1)
    assert isinstance(lines, data.Dataset) and isinstance(lines, tf.data.Dataset)
    assert list(lines.as_numpy_iterator()) == [3, 5]
    records = data.FixedLengthRecordDataset(str(path), 4, footer_bytes=2)
    assert list(records.as_numpy_iterator()) == [b'one\n', b'two\n', b'thre']
    numbered = data.Dataset.from_tensor_slices([[5, 6]]).unbatch().enumerate(1)
    assert [tuple(map(int, each)) for each in numbered.as_numpy_iterator()] == [(1, 5), (2, 6)]
    assert os.path.getsize(path) == 14
