"""Every public name has a docstring whose example runs."""

import doctest
import inspect
import re

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import (
    bucketing,
    checkpoint,
    cudnn_rnn,
    decoding,
    export,
    legacy_seq2seq,
    plotting,
    rnn,
)
from tf_seq2seq_compat.core import logits_processors
from tf_seq2seq_compat.layers import grid_rnn_cells, linear

# Examples of these would change the interpreter that runs the tests.
WITHOUT_EXAMPLE = {'install', 'uninstall'}
NAMES = sorted(set(seq2seq.__all__) - WITHOUT_EXAMPLE - {'__version__'})
NAMES_OF_RNN = sorted(set(rnn.__all__) - set(NAMES) - {'LayerRNNCell', 'transpose_batch_time'})
OF_RNN = [
    *(pytest.param(getattr(rnn, name), id=f'rnn.{name}') for name in NAMES_OF_RNN),
    *(pytest.param(getattr(cudnn_rnn, name), id=f'cudnn_rnn.{name}') for name in cudnn_rnn.__all__),
    pytest.param(bucketing.bucket_size, id='bucket_size'),
    pytest.param(bucketing.pad_to_bucket, id='pad_to_bucket'),
    pytest.param(bucketing.LimitedShapes, id='LimitedShapes'),
    *(
        pytest.param(getattr(decoding, name), id=f'decoding.{name}')
        for name in decoding.__all__
        if name != 'logits_processors'
    ),
    *(
        pytest.param(getattr(logits_processors, name), id=f'logits_processors.{name}')
        for name in logits_processors.__all__
        if name != 'LogitsProcessor'
    ),
    pytest.param(linear.Linear, id='Linear'),
    pytest.param(linear.linear, id='linear'),
    *(pytest.param(getattr(grid_rnn_cells, n), id=f'grid_rnn.{n}') for n in grid_rnn_cells.__all__),
]


def run_example(symbol, name, tmp_path, monkeypatch, **known):
    monkeypatch.chdir(tmp_path)
    tf.compat.v1.reset_default_graph()  # The counters of names begin again.
    names = {'tf': tf, 'np': np, 'seq2seq': seq2seq}
    names.update(legacy_seq2seq=legacy_seq2seq, plotting=plotting, **known)
    tests = doctest.DocTestFinder(recurse=False).find(symbol, name, globs=names)
    assert [t for t in tests if t.examples], f'{name} has no example'
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for test in tests:
        runner.run(test)
    assert runner.summarize().failed == 0


@pytest.mark.parametrize('name', NAMES)
def test_example_runs(name, tmp_path, monkeypatch):
    run_example(getattr(seq2seq, name), name, tmp_path, monkeypatch)


@pytest.mark.parametrize('name', plotting.__all__)
def test_plotting_example_runs(name, tmp_path, monkeypatch):
    run_example(getattr(plotting, name), name, tmp_path, monkeypatch)


@pytest.mark.parametrize('name', legacy_seq2seq.__all__)
def test_legacy_example_runs(name, tmp_path, monkeypatch):
    run_example(getattr(legacy_seq2seq, name), name, tmp_path, monkeypatch)


OF_CHECKPOINT = [
    *('Renames', 'Rule', 'average', 'convert', 'diff', 'list_variables', 'load', 'restore', 'save'),
]


@pytest.mark.parametrize('name', OF_CHECKPOINT)
def test_checkpoint_example_runs(name, tmp_path, monkeypatch):
    run_example(getattr(checkpoint, name), name, tmp_path, monkeypatch)


OF_EXPORT = [name for name in export.__all__ if name != 'Upgrade']


@pytest.mark.parametrize('name', OF_EXPORT)
def test_export_example_runs(name, tmp_path, monkeypatch):
    run_example(getattr(export, name), name, tmp_path, monkeypatch)


@pytest.mark.parametrize('symbol', OF_RNN)
def test_rnn_example_runs(symbol, tmp_path, monkeypatch):
    run_example(symbol, symbol.__name__, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    'symbol',
    [
        *OF_RNN,
        *(pytest.param(getattr(seq2seq, name), id=name) for name in NAMES),
        *(
            pytest.param(getattr(legacy_seq2seq, name), id=f'legacy_seq2seq.{name}')
            for name in legacy_seq2seq.__all__
        ),
        *(
            pytest.param(getattr(checkpoint, name), id=f'checkpoint.{name}')
            for name in OF_CHECKPOINT
        ),
        *(pytest.param(getattr(export, name), id=f'export.{name}') for name in OF_EXPORT),
    ],
)
def test_docstring_names_every_argument(symbol):
    names_every_argument(symbol)


def names_every_argument(symbol):
    name = symbol.__name__
    function = symbol.__init__ if inspect.isclass(symbol) else symbol
    try:
        parameters = [
            p.name
            for p in inspect.signature(function).parameters.values()
            if p.name not in ('self', 'args', 'kwargs')
        ]
    except ValueError:
        pytest.fail(f'{name} has no signature')
    if inspect.isclass(symbol) and function in (object.__init__, tuple.__init__):
        return
    doc = inspect.getdoc(symbol)
    missing = [p for p in parameters if not re.search(rf'(?m)^ +[\w*, ]*\b{p}\b[\w*, ]*:', doc)]
    assert not missing, f'{name} does not say what these are: {missing}'
