"""Programs of Python 2: translated they print what Python 2.7.18 prints (`python2_golden.json`)."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import random
import sys

import pytest

from tests.tf1.python2_cases import CASES
from tf_seq2seq_compat.tf1.python2 import builtins as built_in
from tf_seq2seq_compat.tf1.python2 import loading, translation

RECORDED = json.loads(
    (pathlib.Path(__file__).parent / 'python2_golden.json').read_text(encoding='utf-8')
)


def printed(code, folder, monkeypatch):
    """What a program prints in a folder, under the names of Python 2."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, 'stdin', sys.stdin)
    state = random.getstate()
    names = {'__name__': '__main__', '__builtins__': loading.BUILTINS}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(translation.compiled(code, 'case.py'), names)
        built_in.end_line()
    random.setstate(state)
    return out.getvalue()


@pytest.mark.parametrize('name', CASES)
def test_prints_what_python_2_prints(name, tmp_path, monkeypatch):
    assert printed(CASES[name], tmp_path, monkeypatch) == RECORDED[name]


def test_every_case_is_recorded():
    assert set(RECORDED) == set(CASES)
