"""Programs for TensorFlow 0.12 to 1.4, against what those versions gave (`make.py`)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.eras import cases, harness  # noqa: F401
from tests.paths import tf1_graph
from tf_seq2seq_compat.checkpoint import Renames
from tf_seq2seq_compat.tf1 import eras, facade
from tf_seq2seq_compat.tf1.runtime import Runtime

ARRAYS = Path(__file__).parent / 'arrays'


@functools.cache
def recorded(version: str) -> dict[str, np.ndarray]:
    with np.load(ARRAYS / f'{version}.npz') as file:
        return {key: file[key] for key in file.files}


def differences(version: str, name: str) -> list[str]:
    """What a case gives otherwise than the version did."""
    tf = facade.tensorflow(version=version)
    one: Any = harness.CASES[name]
    with tf1_graph(), Runtime() as runtime:
        eras.get(version).begin(runtime)
        found = harness.run(one, tf)
    head = f'{name}:'
    wanted = {
        key[len(head) :]: value for key, value in recorded(version).items() if key.startswith(head)
    }
    wrong = [f'{key} is missing' for key in sorted(set(wanted) - set(found))]
    wrong += [f'{key} is new' for key in sorted(set(found) - set(wanted))]
    for key in sorted(set(wanted) & set(found)):
        mine, theirs = found[key], wanted[key]
        close = functools.partial(np.allclose, rtol=1e-4, atol=1e-5)
        same = close if theirs.dtype.kind == 'f' else np.array_equal
        if mine.shape != theirs.shape or not same(mine, theirs):
            wrong.append(f'{key}: {mine} instead of {theirs}')
    return wrong


FEW = {
    '0.12': ['legacy_feed_previous', 'new_orders_of_0_12', 'data_of_models'],
    '1.0': ['decoder_fn_luong', 'one_length_for_all', 'hidden_operations'],
    '1.1': ['dynamic_attention_bahdanau', 'projections_of_a_cell_without_scope'],
    '1.3': ['helper_without_ids', 'beam_search_ends', 'gather_tree'],
    '1.4': ['attention_wrapper_luong', 'clipped_slices'],
}


def failures(version: str, names: list[str]) -> dict[str, list[str]]:
    wrong = {name: differences(version, name) for name in names}
    return {name: lines for name, lines in wrong.items() if lines}


@pytest.mark.parametrize('version', FEW)
def test_some(version: str) -> None:
    assert not failures(version, FEW[version])


@pytest.mark.slow
@pytest.mark.parametrize('version', harness.VERSIONS)
def test_golden(version: str) -> None:
    assert not failures(version, harness.of_version(version))


def test_each_version_has_recorded_all_its_cases() -> None:
    for version in harness.VERSIONS:
        having = {key.partition(':')[0] for key in recorded(version)}
        assert having == set(harness.of_version(version)), version


def variables(version: str, name: str) -> set[str]:
    head = f'{name}:shape/'
    return {key[len(head) :] for key in recorded(version) if key.startswith(head)}


@pytest.mark.parametrize('version', ['0.12', '1.0', '1.1'])
def test_historic_renames_give_the_names_of_1_4(version: str) -> None:
    wrong, later = [], Renames('historic')
    for name in set(harness.of_version(version)) & set(harness.of_version('1.4')):
        wanted = variables('1.4', name)
        # Where a cell stood beside its wrapper, its names do not tell that it had one.
        if not any('projection_wrapper' in each or 'embedding_wrapper' in each for each in wanted):
            new = {later(each) for each in variables(version, name)}
            wrong += [(name, new ^ wanted)] if new != wanted else []
    assert not wrong
