"""The symbol table: complete, and true of the installed TensorFlow."""

from __future__ import annotations

import doctest
import json
import pathlib

import pytest
import tensorflow as tf

from tf_seq2seq_compat.legacy import facade, symbols

API = pathlib.Path(__file__).parents[1] / 'api' / 'tf1_15_5.json'


@pytest.mark.parametrize('name', [row.name for row in symbols.TABLE.values() if row.target])
def test_target_exists(name):
    row = symbols.TABLE[name]
    if row.kind == 'alias':
        room = facade.room(name.partition('.')[0], 'v1')
        assert room.find(name) is room.find(row.target) is not None
    else:
        assert symbols.load(row.target) is not None


@pytest.mark.parametrize('name', [row.name for row in symbols.TABLE.values() if not row.provided])
def test_what_is_missing_has_an_alternative(name):
    assert symbols.advice_for(name)
    assert str(facade.not_provided(name)).endswith('.')


@pytest.mark.parametrize(
    'package', ['tf.contrib.seq2seq', 'tf.nn.rnn_cell', 'tf.contrib.rnn', 'tf.contrib.lookup']
)
def test_every_public_symbol_is_provided_or_explained(package):
    """Each name of the real package has a value here, or an error that names an alternative."""
    module = facade.tensorflow()
    for part in package.split('.')[1:]:
        module = getattr(module, part)
    for name in json.loads(API.read_text())[package]:
        try:
            assert getattr(module, name) is not None
        except facade.LegacyNameError as error:
            assert f'{package}.{name} is not provided' in str(error)
            assert 'Use instead: ' in str(error)


def test_one_row_a_name():
    rows = [symbols.Row('tensorflow.a', 'symbol'), symbols.Row('tensorflow.a', 'module')]
    with pytest.raises(ValueError, match=r'two rows for tensorflow\.a'):
        symbols._build(rows)


def test_only_what_can_be_used_is_listed():
    """So that `from tensorflow.contrib.rnn import *` works."""
    module = facade.tensorflow().contrib.rnn
    assert {'GRUCell', 'RNNCell', 'static_rnn'} <= set(dir(module))
    assert 'PhasedLSTMCell' not in dir(module)
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_tools_that_walk_modules_load_nothing():
    module = facade.Facade('tensorflow', 'v1').import_module('tensorflow.contrib.slim')
    assert not hasattr(module, '__file__')
    assert not hasattr(module, '__warningregistry__')
    assert module._target == 'tf_slim'


def test_error_in_attribute_and_in_default():
    contrib = facade.tensorflow().contrib
    assert getattr(contrib.tpu, 'TPUEstimator', None) is None
    with pytest.raises(AttributeError, match='TPUStrategy'):
        _ = contrib.tpu.TPUEstimator


@pytest.mark.parametrize('module', [facade, symbols])
def test_examples_run(module):
    found = doctest.testmod(module, globs={'tf': tf})
    assert found.attempted and not found.failed
