"""Signatures are TF 1.15.5's: same names, same order, same defaults; additions keyword-only."""

import inspect
import json
import re
from pathlib import Path

import pytest

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import legacy_seq2seq, rnn
from tf_seq2seq_compat.tf1 import facade

LEGACY = json.loads((Path(__file__).parent / 'api' / 'tf1_15_5.json').read_text(encoding='utf-8'))

HOMES = {
    'tf.contrib.seq2seq': seq2seq,
    'tf.nn.rnn_cell': seq2seq,
    'tf.contrib.legacy_seq2seq': legacy_seq2seq,
    'tf.contrib.rnn': rnn,
}
# tf.contrib.grid_rnn, which is not in that file: arguments and defaults, read off TF 1.15.5.
GRID_RNN = {
    'Grid1BasicLSTMCell': 'forget_bias=1',
    'Grid1BasicRNNCell': '',
    'Grid1LSTMCell': 'use_peepholes=False, forget_bias=1.0',
    'Grid2BasicLSTMCell': 'tied=False, non_recurrent_fn=None, forget_bias=1',
    'Grid2BasicRNNCell': 'tied=False, non_recurrent_fn=None',
    'Grid2GRUCell': 'tied=False, non_recurrent_fn=None',
    'Grid2LSTMCell': 'tied=False, non_recurrent_fn=None, use_peepholes=False, forget_bias=1.0',
    'Grid3LSTMCell': 'tied=False, non_recurrent_fn=None, use_peepholes=False, forget_bias=1.0',
    'GridRNNCell': (
        'num_dims=1, input_dims=None, output_dims=None, priority_dims=None, '
        'non_recurrent_dims=None, tied=False, cell_fn=None, non_recurrent_fn=None'
    ),
}
SYMBOLS = [
    pytest.param(LEGACY[module][name], module, name, id=f'{module}.{name}')
    for module in HOMES
    for name in sorted(LEGACY[module])
]


def shown(default: object) -> str:
    """A default as the recorded signatures spell it, without the address of a function."""
    return re.sub(r' at 0x\w+', '', repr(default))


def assert_signature(function: object, recorded: dict, where: str) -> None:
    if recorded.get('varargs') and recorded.get('varkw') and len(recorded['args']) == 1:
        return  # (self, *args, **kwargs): a decorator hid the legacy signature
    parameters = list(inspect.signature(function).parameters.values())
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    defaults = {
        p.name: shown(p.default)
        for p in parameters
        if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is not p.empty
    }
    assert names == [a['name'] for a in recorded['args']], where
    wanted = {a['name']: a['default'] for a in recorded['args'] if 'default' in a}
    assert defaults == {name: re.sub(r' at 0x\w+', '', text) for name, text in wanted.items()}, (
        where
    )
    for kind, key in ((inspect.Parameter.VAR_KEYWORD, 'varkw'),):
        found = [p.name for p in parameters if p.kind is kind]
        assert found == [recorded[key]] if recorded.get(key) else not found, where


@pytest.mark.parametrize(('recorded', 'module', 'name'), SYMBOLS)
def test_signature_is_tf1s(recorded, module, name):
    symbol = getattr(HOMES[module], name)
    if recorded['kind'] == 'function':
        assert_signature(symbol, recorded['signature'], name)
        return
    assert inspect.isclass(symbol)
    assert_signature(symbol.__init__, recorded['init'], f'{name}.__init__')
    for method, signature in recorded['methods'].items():
        if method == 'build':  # its argument's name was hidden by a decorator in TF1
            assert len(inspect.signature(symbol.build).parameters) == 2, name
        elif method == 'from_config':
            assert callable(symbol.from_config)
        else:
            assert_signature(getattr(symbol, method), signature, f'{name}.{method}')
    for attribute in recorded['properties']:
        assert hasattr(symbol, attribute), f'{name}.{attribute}'
    if recorded.get('fields'):
        assert list(symbol._fields) == recorded['fields']


@pytest.mark.parametrize('name', GRID_RNN)
def test_signature_of_a_grid(name):
    symbol = getattr(facade.tensorflow().contrib.grid_rnn, name)
    parameters = list(inspect.signature(symbol).parameters.values())
    found = ', '.join(str(p.replace(annotation=p.empty)) for p in parameters)
    parts = ['num_units', GRID_RNN[name], 'state_is_tuple=True', 'output_is_tuple=True']
    assert found == ', '.join(part for part in parts if part)


@pytest.mark.parametrize('module', HOMES)
def test_no_name_is_missing(module):
    """Every name of TF 1.15.5 is there, and a TF1 program gets the same object."""
    legacy = facade.tensorflow()
    for part in module.split('.')[1:]:
        legacy = getattr(legacy, part)
    for name in LEGACY[module]:
        assert getattr(legacy, name) is getattr(HOMES[module], name), name
        assert getattr(HOMES[module], name).__doc__, name


def test_all_names_exist_and_are_documented():
    for name in seq2seq.__all__:
        symbol = getattr(seq2seq, name)
        assert name == '__version__' or symbol.__doc__, name
