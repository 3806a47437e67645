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
    expected_most = {'layers': 27, 'slim': 91, 'opt': 15, 'image': 14}
    assert len(missing) <= expected_most.get(package, 0), missing


@pytest.mark.parametrize('file', sorted(RECORDED['files']))
def test_every_file_imports(file):
    module = facade.get_facade('tensorflow', 'v1').import_module(file)
    for name in RECORDED['files'][file]:
        try:
            assert getattr(module, name) is not None
        except facade.LegacyNameError as error:
            assert 'Use instead: ' in str(error) or 'Instead of tf.contrib.' in str(error)


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
