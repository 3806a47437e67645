"""Each argument of each public function, given a wrong value, does what it does in TF 1.15.5.

`arguments.py` makes the calls; `DIFFERENCES` says where this package does something else, and why.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.misuse import arguments

HERE = Path(__file__).parent
RECORD = arguments.read_record(HERE / 'arguments_1_15_5.json')


class Difference(NamedTuple):
    """Calls that may have another outcome here than in TF1; all three are regular expressions."""

    tf1: str
    ours: str
    calls: str
    reason: str


DIFFERENCES: list[Difference] = []


def kind(outcome: Any) -> str:
    """The exception's name, or 'values'."""
    return outcome if isinstance(outcome, str) else 'values'


def unexplained(directory: Path, *options: str) -> tuple[list[str], set[Difference]]:
    """Calls that differ without a row in the table, and the rows that were of use."""
    out = directory / 'outcomes.json'
    program = HERE / 'arguments.py'
    subprocess.run(
        [sys.executable, '-m', 'tf_seq2seq_compat', 'run', '--strict', program, '--out', out]
        + list(options),
        check=True,
        capture_output=True,
    )
    found = arguments.read_record(out)
    assert set(found) == set(RECORD)
    wrong, used = [], set()
    for name, argument, label, wanted, got in arguments.differences(found, RECORD):
        call = f'{name}.{argument}: {label}'
        row = next(
            (
                row
                for row in DIFFERENCES
                if re.fullmatch(row.tf1, kind(wanted))
                and re.fullmatch(row.ours, kind(got))
                and re.fullmatch(row.calls, call)
            ),
            None,
        )
        if row is None:
            wrong.append(f'{call}: TF1 {wanted}, here {got}')
        else:
            used.add(row)
    return wrong, used


def test_every_twentieth_call(tmp_path):
    wrong, _ = unexplained(tmp_path, '--every', '20')
    assert not wrong, '\n'.join(wrong)


@pytest.mark.slow
def test_all_calls(tmp_path):
    wrong, used = unexplained(tmp_path)
    assert not wrong, '\n'.join(wrong)
    assert not set(DIFFERENCES) - used, 'rows that nothing needs'


def test_the_record_is_tf1s_and_has_every_subject():
    assert '"tensorflow": "1.15.5"' in (HERE / 'arguments_1_15_5.json').read_text('utf-8')[:60]
    assert set(RECORD) == set(arguments.SUBJECTS)
    assert sum(len(labels) for each in RECORD.values() for labels in each.values()) > 4000
