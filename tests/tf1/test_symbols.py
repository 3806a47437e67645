"""The symbol table: complete, and true of the installed TensorFlow."""

from __future__ import annotations

import contextlib
import doctest
import inspect
import json
import pathlib
import re
import typing
from unittest import mock

import pytest
import tensorflow as tf

from tf_seq2seq_compat.tf1 import facade, runtime, symbols
from tf_seq2seq_compat.tf1.contrib import deprecated, graph_editor

API = pathlib.Path(__file__).parents[1] / 'api' / 'tf1_15_5.json'


def exists(row):
    if row.kind == 'alias':
        found = facade.get_facade(row.name.partition('.')[0], 'v1')
        return found.find(row.name) is found.find(row.target) is not None
    return symbols.load(row.target) is not None


def test_targets_exist():
    assert [row for row in symbols.TABLE.values() if row.target and not exists(row)] == []


def test_what_is_missing_has_an_alternative():
    missing = [row.name for row in symbols.TABLE.values() if not row.provided]
    assert [name for name in missing if not symbols.advice_for(name)] == []
    assert [name for name in missing if not str(facade.not_provided(name)).endswith('.')] == []


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


HEADER = '\t'.join(symbols.Row._fields)
MODULE = 'tensorflow.a\tmodule'


def test_the_file_is_in_order():
    header, *lines = pathlib.Path(symbols.__file__).with_suffix('.tsv').read_text().splitlines()
    assert header == HEADER
    assert lines == sorted(lines, key=lambda line: line.partition('\t')[0])
    assert [line for line in lines if line != line.rstrip() or '\t ' in line] == []


@pytest.mark.parametrize(
    'lines, message',
    [
        ([MODULE, 'tensorflow.a\tsymbol\tmath:pi'], r'two rows for tensorflow\.a'),
        (['tensorflow.a\tfunction'], 'one of module, symbol, alias'),
        (['tensorflow.a'], 'separated by tabs'),
        ([f'{MODULE}\t\t\t\t1.0\t2'], 'separated by tabs'),
    ],
)
def test_a_wrong_line(lines, message):
    with pytest.raises(ValueError, match=message):
        symbols.read_rows([HEADER, *lines])


def test_only_what_can_be_used_is_listed():
    """So that `from tensorflow.contrib.rnn import *` works."""
    module = facade.tensorflow().contrib.rnn
    assert {'GRUCell', 'RNNCell', 'static_rnn'} <= set(dir(module))
    assert 'rank_sampled_softmax_loss' not in dir(facade.tensorflow().contrib.nn)
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


@pytest.mark.parametrize('module', [facade, symbols, runtime, graph_editor, deprecated])
def test_examples_run(module):
    found = doctest.testmod(module, globs={'tf': tf})
    assert found.attempted and not found.failed


# Modules, as tools look at them
# ------------------------------------------------------------------------------------------------

HERE = pathlib.Path(__file__).parent
NAMES_OF_CONTRIB = json.loads((HERE / 'contrib_names_golden.json').read_text())['names']
EARLIER = json.loads((HERE / 'earlier_names.json').read_text())
"""Names that TensorFlow 0.12.1 to 1.4.1 have in `tf`, `tf.nn`, `tf.train` and the packages of this
one, and that 1.15.5 has not; each with the last version that has it."""


@pytest.mark.parametrize('package', sorted(NAMES_OF_CONTRIB))
def test_a_module_has_its_names_in_its_dictionary(package):
    """Each name of TF 1.15.5's that can be read is in `vars` and `dir`; no others are listed."""
    module = facade.module(f'tensorflow.contrib.{package}')
    names = vars(module)
    listed = set(dir(module))
    for name in NAMES_OF_CONTRIB[package]:
        if hasattr(module, name) and name != 'python':  # which TF1 lists for one package only
            assert names[name] is getattr(module, name)
            assert name in listed
        else:
            assert name not in names
            assert name not in listed
    assert names.keys().isdisjoint(facade.Namespace.__slots__)


def test_nothing_is_loaded_until_it_is_read():
    module = facade.Facade('tensorflow', 'v1').import_module('tensorflow.contrib')
    inner = vars(module)['slim']
    assert inner is module.slim
    assert inner._target == 'tf_slim'


def test_tools_take_it_for_a_module():
    module = facade.Facade('tensorflow', 'v1').import_module('tensorflow.contrib.rnn')
    members = dict(inspect.getmembers(module, inspect.isclass))
    assert issubclass(members['GRUCell'], members['RNNCell'])
    assert typing.get_type_hints(module) == {}
    assert module.__spec__.name == 'tensorflow.contrib.rnn'
    original = module.GRUCell
    with mock.patch.object(module, 'GRUCell', int):
        assert module.GRUCell is int
    assert module.GRUCell is original is vars(module)['GRUCell']


def test_a_name_is_looked_up_once():
    """Until `forget`, which leaves what the program has put in place."""
    module, real = facade.tensorflow(), tf.compat.v1
    original = real.reduce_sum
    facade.forget()
    assert module.reduce_sum is original
    with mock.patch.object(real, 'reduce_sum', int):
        assert module.reduce_sum is original
        facade.forget()
        assert module.reduce_sum is int
    facade.forget()
    module.reduce_sum = int
    facade.forget()
    assert module.reduce_sum is int
    del module.reduce_sum
    assert module.reduce_sum is original
    assert '__getattr__' not in dir(module)


def test_setting_a_special_name_stays_here():
    """The import system sets some; what shows through keeps its own."""
    module = facade.Facade('tensorflow', 'v1').import_module('tensorflow.contrib.legacy_seq2seq')
    target = module._base()
    module.__loader__ = 'ours'
    assert target.__loader__ != 'ours'


@pytest.mark.parametrize('name', sorted(EARLIER))
def test_names_before_1_15(name):
    """Each is what 1.15 has under another name, or says what to use."""
    found = facade.get_facade('tensorflow', 'v1')
    module, _, last = name.rpartition('.')
    row = symbols.TABLE.get(name)
    with contextlib.suppress(AttributeError, ImportError):
        found.find(name)
    assert last not in dir(found.import_module(module)) or row is None
    if name in ('tensorflow.core', 'tensorflow.tools', 'tensorflow.python'):
        assert row is None or row.kind == 'module'
        assert found.import_module(name).__name__ == name
    elif module == 'tensorflow.nn.seq2seq':
        assert getattr(found.find(module), last) is not None
    elif row.target:
        assert found.find(name) is not None
    else:
        with pytest.raises(facade.LegacyNameError, match='Use instead'):
            getattr(found.import_module(module), last)


@pytest.mark.parametrize(
    ('wrong', 'right'),
    [
        ('tf.contrib.seq2seq.sequence_los', 'tf.contrib.seq2seq.sequence_loss'),
        ('tf.contrib.seq2seq.model_with_buckets', 'tf.contrib.legacy_seq2seq.model_with_buckets'),
        ('tf.contrib.rnn.AttentionWrapper', 'tf.contrib.seq2seq.AttentionWrapper'),
        ('tf.contrib.layers.fully_conected', 'tf.contrib.layers.fully_connected'),
        ('tf.contrib.seqseq', 'tf.contrib.seq2seq'),
        ('tf.nn.softmx', 'tf.nn.softmax'),
        ('tf.LSTMCell', 'tf.nn.rnn_cell.LSTMCell'),
    ],
)
def test_a_name_that_is_nearly_right(wrong, right):
    module, _, name = wrong.replace('tf.', 'tensorflow.', 1).rpartition('.')
    with pytest.raises(AttributeError, match=f'Did you mean .*{re.escape(right)}') as caught:
        getattr(facade.module(module), name)
    assert 'took its place' not in str(caught.value)


def test_a_name_like_no_other():
    with pytest.raises(AttributeError, match=r'^There is no tf\.contrib\.rnn\.abcdefg\.$'):
        _ = facade.tensorflow().contrib.rnn.abcdefg
    with pytest.raises(AttributeError, match="^module 'tensorflow' has no attribute 'abcdefg'$"):
        _ = facade.tensorflow().abcdefg
