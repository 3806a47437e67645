"""The numeric packages of tf.contrib: every name, and every case that TF 1.15.5 has recorded."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tests.tf1.processes import ROOT, run
from tf_seq2seq_compat.tf1 import facade, symbols
from tf_seq2seq_compat.tf1.contrib import slim_support

pytestmark = pytest.mark.slow

RECORD = ROOT / 'tests' / 'tf1' / 'contrib_golden.json'
RECORDED = json.loads(RECORD.read_text())
PROGRAM = RECORD.with_suffix('.py')


# What is advice instead of a value: feature columns, images, and what slim happened to show.
LACKING = {
    'image': """
        angles_to_projective_transforms bipartite_match compose_transforms
        connected_components dense_image_warp flat_transforms_to_matrices interpolate_spline
        matrices_to_flat_transforms rotate single_image_random_dot_stereograms
        sparse_image_warp transform translate translations_to_projective_transforms""",
    'layers': """
        bow_encoder bucketized_column check_feature_columns create_feature_spec_for_parsing
        crossed_column embedding_column infer_real_valued_columns input_from_feature_columns
        joint_weighted_sum_from_feature_columns make_place_holder_tensors_for_base_features
        multi_class_target one_hot_column parse_feature_columns_from_examples
        parse_feature_columns_from_sequence_examples real_valued_column regression_target
        scattered_embedding_column sequence_input_from_feature_columns
        shared_embedding_columns sparse_column_with_hash_bucket
        sparse_column_with_integerized_feature sparse_column_with_keys
        sparse_column_with_vocabulary_file transform_features weighted_sparse_column
        weighted_sum_from_feature_columns""",
    'opt': """
        AGNCustomGetter AGNOptimizer AdamGSOptimizer AddSignOptimizer DropStaleGradientOptimizer
        ElasticAverageCustomGetter ElasticAverageOptimizer ExternalOptimizerInterface
        GGTOptimizer LARSOptimizer LazyAdamGSOptimizer ModelAverageCustomGetter
        ModelAverageOptimizer PowerSignOptimizer RegAdagradOptimizer ScipyOptimizerInterface
        ShampooOptimizer VariableClippingOptimizer""",
    'slim': """
        DataFrameColumn InputLayer ProblemType abc binary_svm_target checkpoint_utils
        collections collections_abc contrib_framework contrib_sparse_ops contrib_variables
        deprecated deprecated_arg_values deprecation
        embedding_lookup_sparse_with_distributed_aggregation embedding_ops encoders
        experimental fc fc_core feature_column_ops functools gen_sparse_feature_cross_op
        get_default_binary_metrics_for_eval loader logging lookup loss_ops make_all math
        metric_ops nest nn nn_ops parsing_ops resource_loader resource_variable_ops
        scattered_embedding_lookup scattered_embedding_lookup_sparse sparse_feature_cross
        sparse_feature_cross_op sparse_ops sparse_tensor sparse_tensor_py string_ops
        target_column tensor_shape variable_scope variables zero_initializer""",
}
LACKING['slim'] += LACKING['layers']
# What only the files of tf.contrib.image and tf.contrib.opt have.
OF_FILES = """
    GetParam ShampooWOptimizer adjust_hsv_in_yiq get_cosine_decay_fn get_linear_decay_fn
    get_restart_decay_fn matrix_inverse_pth_root matrix_square_root random_hsv_in_yiq"""
UNPROVIDED = {name for names in [*LACKING.values(), OF_FILES] for name in names.split()}


@pytest.fixture(scope='module')
def found(tmp_path_factory):
    """What the program that made the record finds here, run by the runner."""
    out = tmp_path_factory.mktemp('contrib') / 'found.json'
    done = run(PROGRAM, '--out', out)
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text())['cases']


def differences(expected, value, where=''):
    """Where two values of JSON differ, numbers to within rounding of float32."""
    if isinstance(expected, dict) and isinstance(value, dict):
        if expected.keys() != value.keys():
            return [f'{where}: {sorted(expected)} became {sorted(value)}']
        return [d for key in expected for d in differences(expected[key], value[key], key)]
    if isinstance(expected, list) and isinstance(value, list):
        if len(expected) != len(value):
            return [f'{where}: {expected} became {value}']
        pairs = enumerate(zip(expected, value, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f'{where}[{i}]')]
    if isinstance(expected, float) and isinstance(value, float | int):
        same = np.isclose(value, expected, rtol=2e-5, atol=2e-6, equal_nan=True)
    else:
        same = type(expected) is type(value) and expected == value
    return [] if same else [f'{where}: {expected} became {value}']


@pytest.mark.parametrize('name', sorted(RECORDED['cases']))
def test_case(name, found):
    expected = RECORDED['cases'][name]
    if isinstance(found[name], str):
        assert expected == found[name]
    assert differences(expected, found[name])[:5] == []


def test_the_record_is_complete(found):
    assert RECORDED['tensorflow'] == '1.15.5'
    assert RECORDED['cases'].keys() == found.keys()


def test_a_difference_is_seen():
    assert differences({'a': [1.0, 2.0]}, {'a': [1.0, 2.1]}) == ['a[1]: 2.0 became 2.1']
    assert differences([1], [2]) and differences([1], [1, 2]) and differences({'a': 1}, {})


@pytest.mark.parametrize('package', sorted(RECORDED['names']))
def test_every_name_is_there_or_explained(package):
    module = getattr(facade.tensorflow().contrib, package)
    missing = []
    for name in RECORDED['names'][package]:
        try:
            assert getattr(module, name) is not None
        except facade.LegacyNameError as error:
            assert 'Use instead: ' in str(error) or 'Instead of tf.contrib.' in str(error)
            missing.append(name)
    assert missing == sorted(LACKING.get(package, '').split())


@pytest.mark.parametrize('file', sorted(RECORDED['files']))
def test_every_file_imports(file):
    module = facade.get_facade('tensorflow', 'v1').import_module(file)
    for name in RECORDED['files'][file]:
        try:
            value = getattr(module, name)
        except facade.LegacyNameError as error:
            assert 'Use instead: ' in str(error) or 'Instead of tf.contrib.' in str(error)
            assert name in UNPROVIDED, name
        else:
            assert value is not None and name not in UNPROVIDED, name


def test_tensorflow_itself_stays_as_it_is():
    import tf_slim
    from tensorflow.python.framework import ops

    assert not hasattr(ops, 'Tensor') and not hasattr(ops, 'IndexedSlices')
    assert tf_slim.learning.ops.Tensor is tf.Tensor
    assert tf_slim.learning.ops.GraphKeys is ops.GraphKeys
    with pytest.raises(AttributeError, match='no_such_name'):
        _ = tf_slim.learning.ops.no_such_name


def test_what_is_complete_is_left_alone():
    assert symbols.load('tf_slim') is slim_support.tf_slim
    slim_support.complete()  # what has been loaded since
    assert slim_support.complete() == []


def test_nothing_that_tf_slim_reads_is_gone():
    """Each attribute that tf-slim's sources read from a module is in it."""
    import ast
    import inspect
    import sys
    import types

    import tf_slim.nets

    assert tf_slim.nets
    gone = []
    for name, module in sorted(sys.modules.items()):
        if not name.startswith('tf_slim.') or name.endswith('_test'):
            continue
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = vars(module).get(node.value.id)
                if isinstance(owner, types.ModuleType) and not hasattr(owner, node.attr):
                    gone.append(f'{name}: {ast.unparse(node)}')
    assert gone == []
