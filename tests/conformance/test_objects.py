"""Copies, pickles and configurations of what the table makes."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.running import arrays, as_numpy, built, kept_or_listed, tensors
from tests.conformance.table import ROWS
from tests.golden.harness import flatten
from tests.test_attributes import OBJECTS, raises

MAKERS = [name for name, row in ROWS.items() if isinstance(row.of, type)]
# Those with a configuration of their own: Layer's has only what all layers take.
CONFIGURED = [
    name
    for name in MAKERS
    if getattr(ROWS[name].of, 'get_config', seq2seq.Layer.get_config)
    is not seq2seq.Layer.get_config
    and ROWS[name].bind is None  # a sampler's has functions in it
]


def called(name: str, thing: Any, owner: Any = None) -> Any:
    """What the object of a row gives."""
    row = ROWS[name]
    nest = row.call_of(thing, owner or thing, tensors(arrays(), row))
    return as_numpy({path: tf.convert_to_tensor(leaf) for path, leaf in flatten(nest)})


def assert_equal(got: Any, want: Any) -> None:
    assert got.keys() == want.keys()
    for key, value in want.items():
        np.testing.assert_allclose(got[key], value, rtol=1e-5, atol=1e-6, err_msg=key)


@pytest.mark.parametrize('name', MAKERS)
def test_copies(name: str) -> None:
    """A copy has the same variables; a deep copy has its own, with the same values."""

    def check() -> None:
        row, owner = ROWS[name], built(name)
        thing = row.object(owner, tensors(arrays(), row))
        wanted = called(name, thing, owner)
        for copying in (copy.copy, copy.deepcopy):
            twin = copying(thing)
            assert type(twin) is type(thing)
            assert_equal(called(name, twin, owner if row.bind else twin), wanted)
            own = [v.ref() for v in getattr(thing, 'variables', ())]
            of_twin = [v.ref() for v in getattr(twin, 'variables', ())]
            assert len(of_twin) == len(own)
            if copying is copy.copy:
                assert set(of_twin) == set(own)
            else:
                assert not set(of_twin) & set(own)
        assert_equal(called(name, thing, owner), wanted)

    kept_or_listed('copies', name, check)


# What TF 1.15.5 could pickle, by its record.
PICKLED = [
    name
    for name in MAKERS
    if name in OBJECTS and not raises(OBJECTS[name]['copies'].get('pickle before', {'raises': ''}))
]


@pytest.mark.parametrize('name', MAKERS)
def test_pickle(name: str) -> None:
    def check() -> None:
        row, owner = ROWS[name], built(name)
        thing = row.object(owner, tensors(arrays(), row))
        twin = pickle.loads(pickle.dumps(thing))
        assert_equal(called(name, twin, owner if row.bind else twin), called(name, thing, owner))

    kept_or_listed('pickle', name, check)


def test_what_tf1_pickles_is_pickled() -> None:
    assert PICKLED and not {('pickle', name) for name in PICKLED} & EXCEPTIONS.keys()


@pytest.mark.parametrize('name', CONFIGURED)
def test_config(name: str) -> None:
    """The configuration is plain, and what is made of it has it too and computes the same."""

    def check() -> None:
        thing = built(name)
        config = thing.get_config()
        json.dumps(config)
        twin = type(thing).from_config(config)
        assert twin.get_config() == config
        called(name, twin)
        twin_weights = [v.shape for v in twin.variables]
        assert twin_weights == [v.shape for v in thing.variables]
        for mine, other in zip(twin.variables, thing.variables, strict=True):
            mine.assign(other)
        assert_equal(called(name, twin), called(name, thing))

    kept_or_listed('config', name, check)
