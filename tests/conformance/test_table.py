"""Every public name has a row, and every listed exception a row and a promise."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.running import arrays, built, tensors
from tests.conformance.table import ROWS, WITHOUT_ROW
from tf_seq2seq_compat import cudnn_rnn, legacy_seq2seq, rnn
from tf_seq2seq_compat.seq2seq import helper, sampler
from tf_seq2seq_compat.seq2seq.decoder import Decoder

PROMISES = {
    'graph',
    'function',
    'xla',
    'batches',
    'dtypes',
    'copies',
    'pickle',
    'config',
    'checkpoint',
    'tf1_checkpoint',
    'saved_model',
}
# The packages whose classes are looked through, whether or not a module exports them.
PACKAGES = ('layers', 'rnn', 'seq2seq', 'legacy_seq2seq', 'tf1.contrib')
BASES = (tf.Module, Decoder, helper.Helper, sampler.Sampler)


def modules() -> list[Any]:
    """Our modules that define classes with variables."""
    root, found = seq2seq.__name__, []
    for package in PACKAGES:
        path = importlib.import_module(f'{root}.{package}').__path__
        found += [
            importlib.import_module(f'{root}.{package}.{module.name}')
            for module in pkgutil.iter_modules(path)
        ]
    return found


def public() -> dict[str, Any]:
    """All public names, and all classes of ours that are layers, decoders, helpers or samplers."""
    names = {
        f'{module.__name__}.{name}': getattr(module, name)
        for module in (seq2seq, rnn, cudnn_rnn, legacy_seq2seq)
        for name in module.__all__
        if name not in WITHOUT_ROW
    }
    for module in modules():
        for name, value in vars(module).items():
            ours = inspect.isclass(value) and value.__module__ == module.__name__
            if ours and name[0] != '_' and name not in WITHOUT_ROW and issubclass(value, BASES):
                names[f'{module.__name__}.{name}'] = value
    return names


def test_every_public_name_has_a_row() -> None:
    having = {id(row.of) for row in ROWS.values()}
    assert [name for name, value in public().items() if id(value) not in having] == []


def test_names_without_a_row_are_needed() -> None:
    """They exist and have none."""
    having = {id(row.of) for row in ROWS.values()}
    values = {name: value for module in modules() for name, value in vars(module).items()}
    for name in WITHOUT_ROW:
        value = values.get(name) or getattr(seq2seq, name, None) or getattr(rnn, name)
        assert id(value) not in having, name


@pytest.mark.parametrize('name', [name for name in ROWS if inspect.isclass(ROWS[name].of)])
def test_a_row_makes_what_it_is_of(name: str) -> None:
    row = ROWS[name]
    thing = row.object(built(name), tensors(arrays(), row))
    assert isinstance(thing, row.of)


def test_every_exception_is_of_a_promise_and_a_row() -> None:
    for promise, name in EXCEPTIONS:
        assert promise in PROMISES and name in ROWS, (promise, name)
    for listed in EXCEPTIONS.values():
        assert listed.words and listed.reason
