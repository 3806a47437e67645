"""Runs the exported workloads on JAX's first device, beside PyTorch, and prints one table.

It needs JAX and NumPy; `--python ours=PATH` names an interpreter with TensorFlow, which exports the
workloads first. See README.md of the benchmarks.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402

from benchmarks import agreement, report, run, workloads  # noqa: E402
from benchmarks.stablehlo import description  # noqa: E402
from benchmarks.stablehlo.floor import floor  # noqa: E402
from benchmarks.workers import PEERS_FOLDER, ROOT, Peer, Worker, WorkerError  # noqa: E402

HERE = Path(__file__).resolve().parent
COLUMNS = ['workload', 'peer', 'seconds', 'tokens/s', 'ms a step', 'of floor', 'first call s']


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog='make bench-gpu', description=__doc__.splitlines()[0])
    made.add_argument('--only', metavar='NAMES', help='workloads, with commas between')
    made.add_argument('--quick', action='store_true', help='tiny workloads, to try the command')
    made.add_argument(
        '--check', action='store_true', help='compare what comes out with the CPU, and time nothing'
    )
    made.add_argument('--tf32', action='store_true', help='products may round to TensorFloat-32')
    made.add_argument('--rounds', type=int, default=7, help='rounds of each workload (default: 7)')
    made.add_argument('--threads', type=int, default=run.cores(), help='of each peer, on a CPU')
    made.add_argument('--time-limit', type=float, default=300.0, help='seconds for one answer')
    made.add_argument(
        '--python',
        metavar='WHOSE=PATH',
        action='append',
        default=[],
        help='interpreter of ours, which exports first, or of torch; without one it is left out',
    )
    made.add_argument('--output', type=Path, default=HERE.parent / 'output' / 'gpu')
    made.add_argument(
        '--exported', type=Path, help='folder of the exported workloads (default: in --output)'
    )
    return made


def peers(exported: Path, gpu: bool, tf32: bool) -> list[Peer]:
    """Who takes part; on a GPU, or on the CPU."""
    more = ('--tf32',) * tf32
    torch = (str(PEERS_FOLDER / 'torch_peer.py'), *('--device', 'cuda') * gpu, *more)
    mine = (str(PEERS_FOLDER / 'jax_peer.py'), '--exported', str(exported), *more)
    return [
        Peer('ours-stablehlo', 'ours, StableHLO run by JAX', 'jax', mine, gpu),
        Peer('torch-eager', 'PyTorch', 'torch', torch, gpu),
        Peer('torch-compile', 'PyTorch, torch.compile', 'torch', (*torch, '--compile'), gpu),
    ]


class Session:
    """One run: where interpreters are, and what is measured.

    Args:
      options: What `parser` found.
      taking_part: Who takes part; one who has no interpreter does not.
    """

    def __init__(self, options: argparse.Namespace, taking_part: Sequence[Peer]) -> None:
        self._options = options
        self._pythons = {'jax': sys.executable, **pythons(options)}
        self._peers = [peer for peer in taking_part if peer.python in self._pythons]
        (options.output / 'logs').mkdir(parents=True, exist_ok=True)

    def run(self, workload: workloads.Workload) -> dict[str, Any]:
        """Checks and times one workload.

        Returns:
          The workload's fields and `peers`: by name `title`, `rounds` (seconds), and `first_call`
          (seconds) or `failure` (text).
        """
        expected = description.read(self._options.exported, workload.name)[2]
        expected = {k: v for k, v in expected.items() if not k.startswith('argument/')}
        results: dict[str, dict[str, Any]] = {}
        with contextlib.ExitStack() as stack:
            workers = []
            for peer in self._peers:
                results[peer.name] = {'title': peer.title, 'rounds': []}
                try:
                    worker = self._agreeing(stack, peer, workload, expected, results[peer.name])
                except WorkerError as error:
                    results[peer.name]['failure'] = str(error)
                else:
                    workers.append(worker)
            for _ in range(0 if self._options.check else self._options.rounds):
                for worker in workers:
                    time.sleep(run.PAUSE)
                    result = results[worker.peer.name]
                    if 'failure' in result:
                        continue
                    try:
                        result['rounds'].append(worker.ask('round')['seconds'])
                    except WorkerError as error:
                        result['failure'] = str(error)
        return {**workload._asdict(), 'peers': results}

    def _agreeing(
        self,
        stack: contextlib.ExitStack,
        peer: Peer,
        workload: workloads.Workload,
        expected: dict[str, np.ndarray],
        result: dict[str, Any],
    ) -> Worker:
        """Starts a peer that gives what is expected.

        Raises:
          WorkerError: If it does not.
        """
        run.say(f'{workload.name}: starting {peer.name}')
        log = self._options.output / 'logs' / f'{workload.name}.{peer.name}.log'
        options = self._options
        worker = stack.enter_context(
            Worker(peer, self._pythons[peer.python], options.threads, log, options.time_limit)
        )
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        path = os.path.join(folder, 'outcome.npz')
        result.update(worker.ask('start', workload=workload._asdict(), path=path))
        with np.load(path) as arrays:
            different = agreement.disagreements(expected, {k: arrays[k] for k in arrays.files})
        if different:
            worker.close()
            raise WorkerError('DISAGREES with the CPU: ' + '; '.join(different))
        return worker


def pythons(options: argparse.Namespace) -> dict[str, str]:
    """Interpreters by whose they are; not resolved, as a link says which environment it is."""
    pairs = [pair.partition('=') for pair in options.python]
    return {whose: os.path.abspath(path) for whose, _, path in pairs}


def device(options: argparse.Namespace) -> dict[str, Any]:
    """What `device.py` says of JAX's device."""
    more = ['--tf32'] * options.tf32 + ['--measure'] * (not options.check)
    done = subprocess.run(
        [sys.executable, str(HERE / 'device.py'), *more], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def export(options: argparse.Namespace, names: Sequence[str]) -> None:
    """Has the workloads exported by the interpreter that has TensorFlow."""
    subprocess.run(
        [pythons(options)['ours'], HERE / 'export.py', *names, '--folder', options.exported],
        check=True,
        cwd=ROOT,
        env={**os.environ, 'CUDA_VISIBLE_DEVICES': '-1', 'TF_CPP_MIN_LOG_LEVEL': '3'},
    )


def rows(measured: dict[str, Any], found: dict[str, Any]) -> list[list[str]]:
    """The lines of one workload, a cell for each of `COLUMNS`."""
    workload = workloads.Workload(**{name: measured[name] for name in workloads.Workload._fields})
    steps = workload.target or workload.source
    lines = []
    for name, peer in measured['peers'].items():
        if 'failure' in peer or not peer['rounds']:
            lines.append([workload.name, name, *['-'] * 5])
            continue
        taken = median(peer['rounds'])
        least, why = floor(workload, found['rate'], found['bandwidth'])
        lines.append(
            [
                workload.name,
                name,
                f'{taken:.4f}',
                f'{workload.batch * steps / taken:.0f}',
                f'{taken / steps * 1e3:.3f}',
                f'{least / taken:.0%} ({why})',
                f'{peer["first_call"]:.1f}',
            ]
        )
    return lines


def text(results: dict[str, Any]) -> str:
    """The whole report, Markdown."""
    found, measured = results['device'], results['workloads']
    products = 'TensorFloat-32' if results['tf32'] else 'float32'
    heading = f'{results["when"]}, {found["kind"]} ({found["platform"]}), JAX {found["jax"]}'
    parts = []
    if 'rate' in found:
        heading += (
            f'; products in {products}: {found["rate"] / 1e12:.2f} TFLOP/s, '
            f'memory: {found["bandwidth"] / 1e9:.0f} GB/s'
        )
        lines = [COLUMNS, ['---'] * len(COLUMNS), *(r for w in measured for r in rows(w, found))]
        parts.append('\n'.join('| ' + ' | '.join(line) + ' |' for line in lines))
    parts.append(
        '\n'.join(
            f'{workload["name"]}, {name}: {peer.get("failure", "gives what the CPU gives")}'
            for workload in measured
            for name, peer in workload['peers'].items()
        )
    )
    return '\n\n'.join([heading, *parts])


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for; 1 if ours does not give what the CPU gives."""
    options = parser().parse_args(arguments)
    options.output = options.output.resolve()
    options.exported = (options.exported or options.output / 'exported').resolve()
    wanted = workloads.QUICK if options.quick else workloads.WORKLOADS
    if options.only:
        wanted = run.chosen(options.only, workloads.WORKLOADS + workloads.QUICK)
    if 'ours' in pythons(options):
        export(options, [one.name for one in wanted])
    found = device(options)
    session = Session(options, peers(options.exported, found['platform'] == 'gpu', options.tf32))
    measured: list[dict[str, Any]] = []
    results = {
        'when': datetime.datetime.now().isoformat(timespec='minutes'),
        'device': found,
        'tf32': options.tf32,
        'workloads': measured,
    }
    for workload in wanted:
        measured.append(session.run(workload))
        encoded, table = json.dumps(results, indent=1), text(results)
        report.replace(options.output / 'results.json', lambda p, e=encoded: p.write_text(e))
        report.replace(options.output / 'table.md', lambda p, t=table: p.write_text(t + '\n'))
    print(text(results))
    return int(any('failure' in one['peers']['ours-stablehlo'] for one in measured))


if __name__ == '__main__':
    sys.exit(main())
