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

HERE = Path(__file__).resolve().parent


def addresses(count: int) -> list[str]:
    """As many addresses of this machine with ports that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(('localhost', 0))
    found = [f'localhost:{each.getsockname()[1]}' for each in sockets]
    for each in sockets:
        each.close()
    return found


def start(words: list[str], log: Path | None, **environment: str) -> subprocess.Popen[bytes]:
    """Starts Python; what it prints goes to a file, or is shown."""
    # The processes share this machine's cores.
    given = {**os.environ, 'TF_CPP_MIN_LOG_LEVEL': '3', **environment}
    out = None if log is None else log.open('wb')
    errors = log.open('ab') if log else subprocess.DEVNULL
    return subprocess.Popen([sys.executable, *words], env=given, stdout=out, stderr=errors)


def tf1(workers: int, folder: Path, flags: list[str]) -> list[subprocess.Popen[bytes]]:
    """A parameter server and workers; the chief comes first."""
    server, *others = addresses(1 + workers)
    words = ['-m', 'tf_seq2seq_compat', 'run', '--xla', str(HERE / 'g2p_tf1.py'), *flags]
    words += [f'--ps_hosts={server}', f'--worker_hosts={",".join(others)}']
    tasks = [('worker', index) for index in range(workers)] + [('ps', 0)]
    return [
        start(
            [*words, f'--job_name={job}', f'--task_index={index}'],
            None if (job, index) == ('worker', 0) else folder / f'{job}-{index}.log',
        )
        for job, index in tasks
    ]


def tf2(workers: int, folder: Path, flags: list[str]) -> list[subprocess.Popen[bytes]]:
    """Workers alone; the first is the chief."""
    cluster = {'worker': addresses(workers)}
    return [
        start(
            [str(HERE / 'g2p_tf2.py'), *flags],
            folder / f'worker-{index}.log' if index else None,
            TF_CONFIG=json.dumps({'cluster': cluster, 'task': {'type': 'worker', 'index': index}}),
        )
        for index in range(workers)
    ]


def train(form: str, workers: int, folder: Path, flags: list[str]) -> None:
    """Trains, and takes all processes down again, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    print(f'{form}: {workers} workers, logs in {folder}', flush=True)
    processes = {'tf1': tf1, 'tf2': tf2}[form](workers, folder, flags)
    started = time.monotonic()
    try:
        while (code := processes[0].poll()) is None:
            failed = [each for each in processes[1:] if each.poll()]
            if failed:
                raise SystemExit(f'{" ".join(failed[0].args[-2:])} failed: see {folder}')
            time.sleep(0.2)
        if code:
            raise SystemExit(f'the chief ended with {code}')
    finally:
        for each in processes:
            each.kill()
            each.wait()
    print(f'{form}: {time.monotonic() - started:.0f} s', flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--processes', type=int, default=2, help='how many workers')
    parser.add_argument('--form', choices=['tf1', 'tf2', 'both'], default='both')
    parser.add_argument('--steps', type=int, default=120, help='training steps')
    parser.add_argument('--out', type=Path, help='folder to write; a temporary one by default')
    parser.add_argument('flags', nargs='*', help='further flags of the program, after --')
    options = parser.parse_args()
    out = options.out or Path(tempfile.mkdtemp(prefix='g2p-'))
    for form in ['tf1', 'tf2'] if options.form == 'both' else [options.form]:
        model = out / form
        flags = [f'--steps={options.steps}', f'--model_dir={model}', '--log_every=20']
        train(form, options.processes, out / f'{form}-logs', [*flags, *options.flags])
        program = HERE.parent / form / 'g2p.py'
        words = [str(program), '--mode=eval', f'--model_dir={model}']
        if form == 'tf1':
            words = ['-m', 'tf_seq2seq_compat', 'run', *words]
        if code := start([*words, '--eval_words=250'], None).wait():
            raise SystemExit(code)


if __name__ == '__main__':
    main()
