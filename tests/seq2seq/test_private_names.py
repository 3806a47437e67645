"""Each name inside TF 1.15.5's contrib.seq2seq modules is where it was, and is called as it was."""

import inspect
import json
from pathlib import Path

import pytest

from tests.paths import PATHS, run
from tf_seq2seq_compat.tf1 import facade

INSIDE = json.loads(
    (Path(__file__).parents[1] / 'api' / 'contrib_seq2seq_inside.json').read_text(encoding='utf-8')
)
NAMES = [(module, name) for module in sorted(INSIDE) for name in sorted(INSIDE[module])]
# Where a method is called otherwise, and why.
OTHERWISE = {
    '_BaseAttentionMechanismV2.__call__': "Keras's own arguments were *args and **kwargs",
}


def find(module, name):
    return getattr(getattr(facade.tensorflow().contrib.seq2seq.python.ops, module), name)


def assert_called_as(function, recorded, where):
    found = {
        p.name: p
        for p in inspect.signature(function).parameters.values()
        if p.kind is not p.KEYWORD_ONLY
    }
    assert list(found) == [p['name'] for p in recorded], where
    for parameter in recorded:
        default = found[parameter['name']].default
        if 'default' not in parameter:
            assert default is inspect.Parameter.empty, where
        elif not parameter['default'].startswith('<'):
            assert repr(default) == parameter['default'], where
        else:  # <dtype: 'int32'>, say
            assert parameter['default'].split("'")[1] == getattr(default, 'name', None), where


@pytest.mark.parametrize(('module', 'name'), NAMES)
def test_name_is_where_it_was(module, name):
    recorded = INSIDE[module][name]
    symbol = find(module, name)
    if recorded['kind'] == 'function':
        assert callable(symbol)
        assert_called_as(symbol, recorded['signature'], name)
        return
    assert inspect.isclass(symbol)
    for method, signature in recorded['methods'].items():
        where = f'{name}.{method}'
        if where not in OTHERWISE:
            assert_called_as(getattr(symbol, method), signature, where)
    for attribute in recorded['properties']:
        assert hasattr(symbol, attribute), f'{name}.{attribute}'


@pytest.mark.parametrize('where', list(OTHERWISE))
def test_what_is_called_otherwise_still_is(where):
    name, method = where.split('.')
    recorded = INSIDE['attention_wrapper'][name]['methods'][method]
    with pytest.raises((AssertionError, AttributeError)):
        assert_called_as(getattr(find('attention_wrapper', name), method), recorded, where)


def test_names_are_one_object_wherever_they_are():
    inside = facade.tensorflow().contrib.seq2seq.python.ops
    outside = facade.tensorflow().contrib.seq2seq
    assert inside.helper.TrainingHelper is outside.TrainingHelper
    assert inside.sampler.bernoulli_sample is inside.helper.bernoulli_sample
    assert inside.attention_wrapper.safe_cumprod is outside.safe_cumprod
    assert inside.helper._transpose_batch_time is inside.decoder._transpose_batch_time


@pytest.mark.parametrize('path', PATHS)
def test_samples_without_seeds_are_in_their_shapes(path):
    helper = facade.tensorflow().contrib.seq2seq.python.ops.helper

    def build(logits):
        return (
            helper.bernoulli_sample(logits=logits, sample_shape=[2, 3]),
            helper.categorical_sample(logits, sample_shape=5),
        )

    coins, ids = run(path, build, [[0.0, 1.0], [2.0, -1.0], [0.5, 0.5]])
    assert coins.shape == (2, 3, 3, 2) and set(coins.flat) <= {0, 1}
    assert ids.shape == (5, 3) and set(ids.flat) <= {0, 1}


def test_coins_of_nothing():
    helper = facade.tensorflow().contrib.seq2seq.python.ops.helper
    with pytest.raises(ValueError, match='give probs or logits'):
        helper.bernoulli_sample(seed=1)
