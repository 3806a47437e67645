"""Trains the g2p model by several processes of this machine and shows what the chief says.

    python run.py --processes=3 --form=tf1 --steps=300 -- --nosync

`make demo-distributed` is both forms with two processes. What comes after `--` goes to the program.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Started(NamedTuple):
    """A process and the file of what it does not show."""

    process: subprocess.Popen[bytes]
    log: Path


def addresses(count: int) -> list[str]:
    """As many addresses of this machine with ports that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(('localhost', 0))
    found = [f'localhost:{each.getsockname()[1]}' for each in sockets]
    for each in sockets:
        each.close()
    return found


def start(words: list[str], log: Path, shown: bool = False, **environment: str) -> Started:
    """Starts Python; what it prints goes to a file, or if `shown` its errors alone."""
    given = {**os.environ, 'TF_CPP_MIN_LOG_LEVEL': '3', **environment}
    with log.open('wb') as file:
        process = subprocess.Popen(
            [sys.executable, *words], env=given, stdout=None if shown else file, stderr=file
        )
    return Started(process, log)


def check(started: Started) -> None:
    """Ends this program with the last lines of a process that failed."""
    if code := started.process.poll():
        end = started.log.read_text(errors='replace').splitlines()[-8:]
        message = f'{started.log.stem} ended with {code}; the end of {started.log}:'
        raise SystemExit('\n    '.join([message, *end]))


def tf1(workers: int, folder: Path, flags: list[str]) -> list[Started]:
    """A parameter server and workers; the chief comes first."""
    server, *others = addresses(1 + workers)
    words = ['-m', 'tf_seq2seq_compat', 'run', '--xla', str(HERE / 'g2p_tf1.py'), *flags]
    words += [f'--ps_hosts={server}', f'--worker_hosts={",".join(others)}']
    tasks = [('worker', index) for index in range(workers)] + [('ps', 0)]
    return [
        start(
            [*words, f'--job_name={job}', f'--task_index={index}'],
            folder / f'{job}-{index}.log',
            shown=(job, index) == ('worker', 0),
        )
        for job, index in tasks
    ]


def tf2(workers: int, folder: Path, flags: list[str]) -> list[Started]:
    """Workers alone; the first is the chief."""
    cluster = {'worker': addresses(workers)}
    return [
        start(
            [str(HERE / 'g2p_tf2.py'), *flags],
            folder / f'worker-{index}.log',
            shown=index == 0,
            TF_CONFIG=json.dumps({'cluster': cluster, 'task': {'type': 'worker', 'index': index}}),
        )
        for index in range(workers)
    ]


def train(form: str, workers: int, folder: Path, flags: list[str]) -> None:
    """Trains until the chief ends, and takes all processes down again, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    print(f'{form}: {workers} workers, logs in {folder}; XLA compiles at first', flush=True)
    all_started = {'tf1': tf1, 'tf2': tf2}[form](workers, folder, flags)
    began = time.monotonic()
    try:
        while all_started[0].process.poll() is None:
            for each in all_started:
                check(each)
            time.sleep(0.2)
        check(all_started[0])
    finally:
        for each in all_started:
            each.process.kill()
            each.process.wait()
    print(f'{form}: {time.monotonic() - began:.0f} s', flush=True)


def evaluate(form: str, model: Path, folder: Path) -> None:
    """Shows how many of some held-out words the model reads right, in one process."""
    words = [str(HERE.parent / form / 'g2p.py'), '--mode=eval', f'--model_dir={model}']
    if form == 'tf1':
        words = ['-m', 'tf_seq2seq_compat', 'run', *words]
    started = start([*words, '--eval_words=250'], folder / 'eval.log', shown=True)
    started.process.wait()
    check(started)


def number(text: str) -> int:
    """A number of processes or steps."""
    found = int(text)
    if found < 1:
        raise argparse.ArgumentTypeError(f'must be 1 or more, but is {found}')
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument('--processes', type=number, default=2, help='how many workers')
    parser.add_argument('--form', choices=['tf1', 'tf2', 'both'], default='both')
    parser.add_argument('--steps', type=number, default=120, help='training steps')
    parser.add_argument('--out', type=Path, help='folder to write; a temporary one by default')
    parser.add_argument('flags', nargs='*', help='further flags of the program, after --')
    options = parser.parse_args()
    out = options.out or Path(tempfile.mkdtemp(prefix='g2p-'))
    for form in ['tf1', 'tf2'] if options.form == 'both' else [options.form]:
        model, logs = out / form, out / f'{form}-logs'
        flags = [f'--steps={options.steps}', f'--model_dir={model}', '--log_every=20']
        train(form, options.processes, logs, [*flags, *options.flags])
        evaluate(form, model, logs)


if __name__ == '__main__':
    main()
