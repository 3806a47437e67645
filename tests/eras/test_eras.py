"""Programs for TensorFlow 0.12 to 1.4, against what those versions gave (`make.py`)."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.eras import cases, harness, variables  # noqa: F401
from tests.eras.programs.run import checkpoint_of
from tests.paths import tf1_graph
from tf_seq2seq_compat import checkpoint
from tf_seq2seq_compat.checkpoint import Renames, history
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


# Names of variables
# ----------------------------------------------------------------------------------------

VARIABLES = {
    file.stem: json.loads(file.read_text())
    for file in (Path(__file__).parent / 'variables').glob('*.json')
}
# Of both stacks the names in 0.12 were the same, which are taken for those of the dynamic one.
AMBIGUOUS = [('0.12', 'stack_bidirectional_rnn')]


@pytest.mark.slow
@pytest.mark.parametrize('version', eras.VERSIONS)
def test_variables_have_the_names_of_the_version(version: str) -> None:
    with tf1_graph(), Runtime() as runtime:
        eras.get(version).begin(runtime)
        found = variables.variables_of(facade.tensorflow(version=version))
    assert found == VARIABLES[version]


@pytest.mark.parametrize('version', eras.VERSIONS)
def test_historic_renames_give_the_names_of_1_15(version: str) -> None:
    today = VARIABLES['1.15']
    assert len(set(VARIABLES[version]) & set(today)) > 20
    for name in set(VARIABLES[version]) & set(today):
        new = Renames('historic').of(VARIABLES[version][name])
        assert sorted(new.values()) == today[name] or (version, name) in AMBIGUOUS, name
        slots = Renames('historic').of([f'a/{each}/Adam' for each in new])
        assert slots == {f'a/{each}/Adam': f'a/{later}/Adam' for each, later in new.items()}


def lines_with_scopes() -> Iterator[tuple[str, str, str, str]]:
    """A class or function, a version, a name below its scope then, and today's, for every line."""
    for line in history.LINES:
        scope, _, below = line.today.partition('/')
        below = below.replace('#', '3').replace('*', 'own/kernel_x')
        for of in line.of:
            for version in history.COLUMNS[1:] if of[0].isupper() or of.endswith('rnn') else ():
                rules = history.names(of, version)
                found, then = next(
                    (re.fullmatch(a, below), then) for a, then in rules if re.fullmatch(a, below)
                )
                yield (
                    of,
                    version,
                    f'{history.scope(of, version)}/{found.expand(then)}',
                    f'{scope}/{below}',
                )


def test_historic_is_the_inverse_of_what_the_eras_say() -> None:
    seen = set()
    for of, version, then, today in lines_with_scopes():
        # Cells beside their wrappers are found by the wrappers, RNN by the cells in it.
        if '/../' not in then and then != 'RNN/own/kernel_x' and (version, of) not in AMBIGUOUS:
            assert Renames('historic')(f'a/{then}') == f'a/{today}', (of, version)
            seen.add((of, version))
    assert len(seen) > 60


def test_historic_renames_of_the_checkpoint_that_0_12_wrote() -> None:
    names = [each.name for each in checkpoint.list_variables(checkpoint_of('0.12'))]
    found = set(Renames('historic').of(names).values())
    wanted = set()
    for name in VARIABLES['1.15'][
        'embedding_attention_seq2seq'
    ]:  # with another cell, and two heads
        if not re.search('_1(/|$)', name):
            parts = ('gates', 'candidate') if '/basic_rnn_cell/' in name else ('',)
            wanted |= {name.replace('basic_rnn_cell', f'gru_cell/{part}') for part in parts}
    assert {name for name in found if 'Adam' not in name and '_power' not in name} == wanted


@pytest.mark.parametrize('version', ['1.1', '1.2'])
def test_historic_renames_of_the_others(version: str) -> None:
    """Of cells alone: names of a DynamicAttentionWrapper of 1.1 do not tell what they are of."""
    names = [each.name for each in checkpoint.list_variables(checkpoint_of(version))]
    renamed = Renames('historic').of(names)
    changed = {old: new for old, new in renamed.items() if old != new and 'Adam' not in old}
    lstm = {'weights': 'kernel', 'biases': 'bias'}
    of_1_1 = {f'decoder/lstm_cell/{old}': f'decoder/lstm_cell/{new}' for old, new in lstm.items()}
    assert changed == (of_1_1 if version == '1.1' else {})
