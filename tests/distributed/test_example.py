"""examples/distributed/run.py: what it says of mistakes."""

import re

import pytest

from tests.tf1 import processes

PROGRAM = processes.ROOT / 'examples' / 'distributed' / 'run.py'


def said(*arguments):
    """The exit code, and what it has written of its errors."""
    done = processes.python(PROGRAM, *arguments)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ('flag', 'message'),
    [
        ('--processes=0', 'argument --processes: must be 1 or more, but is 0'),
        ('--steps=-1', 'argument --steps: must be 1 or more, but is -1'),
        ('--steps=ten', "argument --steps: invalid number value: 'ten'"),
        ('--form=tf3', "argument --form: invalid choice: 'tf3'"),
        ('--process=2', 'unrecognized arguments: --process=2'),
    ],
)
def test_wrong_flags(flag, message):
    code, errors = said(flag)
    assert code == 2 and message in errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ('form', 'message'),
    [
        ('tf1', 'unknown arguments: --no_such_flag'),
        ('tf2', 'unrecognized arguments: --no_such_flag'),
    ],
)
def test_flags_that_its_programs_do_not_have(tmp_path, form, message):
    out = [f'--form={form}', f'--out={tmp_path}', '--processes=1', '--', '--no_such_flag']
    code, errors = said(*out)
    assert code == 1 and message in errors
    assert re.search(r'(worker|ps)-0 ended with \d', errors)
