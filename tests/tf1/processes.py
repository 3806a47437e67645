"""Running programs in processes of their own, by Python and by the runner."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import tf_seq2seq_compat

ROOT = pathlib.Path(tf_seq2seq_compat.__file__).resolve().parents[1]
ARTICLES = ROOT / 'examples' / 'articles'


def environment() -> dict[str, str]:
    """This process's, with the package importable and TensorFlow's start-up notes off."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get('PYTHONPATH')]))
    return {**os.environ, 'PYTHONPATH': path, 'TF_CPP_MIN_LOG_LEVEL': '3'}


def python(
    *arguments: object, cwd: object = None, stdin: str = ''
) -> subprocess.CompletedProcess[str]:
    """`python arguments…`."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=str(cwd) if cwd else None,
        env=environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def run(
    *arguments: object, cwd: object = None, stdin: str = ''
) -> subprocess.CompletedProcess[str]:
    """`tf-seq2seq-compat run arguments…`."""
    return python('-m', 'tf_seq2seq_compat', 'run', *arguments, cwd=cwd, stdin=stdin)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of what the process wrote, after checking that it ended well."""
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]
