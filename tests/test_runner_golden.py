"""The script that records the golden cases runs unchanged here, and records the same."""

from __future__ import annotations

import pathlib

import pytest

from tests.golden import (
    cases,  # noqa: F401 (registers the cases)
    harness,
)
from tests.golden.exceptions import EXCEPTIONS
from tests.test_golden import ARRAYS, check_static_shapes, compare
from tests.tf1.processes import ROOT, run

OF_EACH_SUBJECT = 3


def chosen() -> list[str]:
    """Some cases of each subject, spread over its file."""
    subjects: dict[str, list[str]] = {}
    for name, one in harness.CASES.items():
        if (name, 'graph') not in EXCEPTIONS:
            subjects.setdefault(one.function.__module__, []).append(name)
    names = []
    for of_subject in subjects.values():
        names += of_subject[:: max(1, len(of_subject) // OF_EACH_SUBJECT)][:OF_EACH_SUBJECT]
    return names


@pytest.fixture(scope='module')
def recorded(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The folder in which one run of the script left the arrays."""
    folder = tmp_path_factory.mktemp('recorded')
    done = run(ROOT / 'tests/golden/make.py', '--out', folder, '--only', *chosen())
    assert done.returncode == 0, done.stderr[-3000:]
    assert f'{len(chosen())} cases written' in done.stdout
    return folder


@pytest.mark.slow
@pytest.mark.parametrize('name', chosen())
def test_script_records_what_tf1_recorded(recorded: pathlib.Path, name: str) -> None:
    want = harness.load(ARRAYS / f'{name}.npz')
    got = harness.load(recorded / f'{name}.npz')
    assert sorted(got.facts) == sorted(want.facts)
    check_static_shapes(name, want.facts.pop('static_shapes'), got.facts.pop('static_shapes'))
    assert got.facts == want.facts
    assert sorted(got.arrays) == sorted(want.arrays)
    for key, value in want.arrays.items():
        compare(key, value, got.arrays[key], harness.CASES[name].one_step)


def test_every_subject_is_chosen_from() -> None:
    folder = pathlib.Path(cases.__file__).parent
    subjects = {file.stem for file in folder.glob('*.py')} - {'__init__'}
    modules = {harness.CASES[name].function.__module__.rpartition('.')[2] for name in chosen()}
    assert modules == subjects
