"""The committed golden arrays are whole, unedited, and from TensorFlow 1.15.5."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest

from tests.golden import (
    cases,  # noqa: F401 (registers the cases)
    harness,
)

ARRAYS = pathlib.Path(__file__).parent / 'golden' / 'arrays'
MANIFEST = json.loads((ARRAYS / 'manifest.json').read_text())


def test_made_by_the_oracle() -> None:
    assert MANIFEST['tensorflow'] == '1.15.5'


def test_every_case_has_arrays_and_every_file_a_case() -> None:
    files = {path.stem for path in ARRAYS.glob('*.npz')}
    assert files == set(MANIFEST['cases']) == set(harness.CASES)


@pytest.mark.parametrize('name', sorted(MANIFEST['cases']))
def test_arrays_are_as_recorded(name: str) -> None:
    result = harness.load(ARRAYS / f'{name}.npz')
    assert harness.digest(result) == MANIFEST['cases'][name]
    assert any(key.startswith('output/') for key in result.arrays)
    for key, value in result.arrays.items():
        if harness.is_float(value.dtype):
            assert not np.isnan(value).any(), key


@pytest.mark.parametrize('name', sorted(harness.CASES))
def test_inputs_are_the_numbers_that_the_oracle_had(name: str) -> None:
    recorded = harness.load(ARRAYS / f'{name}.npz').facts['inputs']
    assert harness.input_facts(harness.CASES[name]) == recorded


def test_total_size_stays_small() -> None:
    assert sum(path.stat().st_size for path in ARRAYS.iterdir()) < 3_500_000
