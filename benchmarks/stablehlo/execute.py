"""Runs the exported workloads on JAX's first device, beside PyTorch, and writes one table.

The table is written anew after every row, so that a run that is cut off still gives figures.

It needs JAX and NumPy; `--python ours=PATH` names an interpreter with TensorFlow, which exports the
workloads first. See README.md of the benchmarks.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402

from benchmarks import agreement, report, run, workloads  # noqa: E402
from benchmarks.floor import floor  # noqa: E402
from benchmarks.stablehlo import description  # noqa: E402
from benchmarks.workers import PEERS_FOLDER, ROOT, Peer, Worker, WorkerError  # noqa: E402

HERE = Path(__file__).resolve().parent
COLUMNS = [
    'workload',
    'peer',
    'seconds',
    'times ours',
    'tokens/s',
    'ms a step',
    'kernels a step',
    'busy',
    'of floor',
    'first call s',
]
OURS = 'ours-stablehlo'
# On a GPU, those that are worth most first.
GPU_ORDER = (
    'training-64,greedy-64,beam-32,encoder-1024,speech-32,training-256,greedy-256,beam-64,'
    'encoder-64,speech,training-32,greedy-32,beam-8,greedy-1'
)


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
    made.add_argument('--budget', type=float, default=math.inf, help='seconds for all of it')
    made.add_argument('--peers', metavar='NAMES', help='peers, with commas between')
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


def peers(exported: Path, gpu: bool, tf32: bool) -> list[list[Peer]]:
    """Who takes part; on a GPU, or on the CPU. Those in the second list compile for long."""
    more = ('--tf32',) * tf32
    torch = (str(PEERS_FOLDER / 'torch_peer.py'), *('--device', 'cuda') * gpu, *more)
    mine = (str(PEERS_FOLDER / 'jax_peer.py'), '--exported', str(exported), *more)
    fast = [
        Peer(OURS, 'ours, StableHLO run by JAX', 'jax', mine, gpu),
        Peer('torch-eager', 'PyTorch', 'torch', torch, gpu),
    ]
    slow = [Peer('torch-compile', 'PyTorch, torch.compile', 'torch', (*torch, '--compile'), gpu)]
    if gpu:
        graphed = (*torch, '--graph')
        fast.append(Peer('torch-graph', 'PyTorch, a CUDA graph', 'torch', graphed, gpu))
        both = (*graphed, '--compile')
        slow.append(Peer('torch-compile-graph', 'PyTorch, both', 'torch', both, gpu))
    return [fast, slow]


class Session:
    """One run: the peers' processes, which take one workload after the other.

    Args:
      options: What `parser` found.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._pythons = {'jax': sys.executable, **pythons(options)}
        self._workers: dict[str, Worker] = {}
        self._deadline = time.monotonic() + options.budget
        (options.output / 'logs').mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.close()

    @property
    def remaining(self) -> float:
        """Seconds that are left of the budget."""
        return self._deadline - time.monotonic()

    def run(self, workload: workloads.Workload, taking_part: Sequence[Peer]) -> dict[str, Any]:
        """Checks and times one workload.

        Args:
          workload: What to run.
          taking_part: Who takes part; one who has no interpreter does not.

        Returns:
          By peers' names `title`, `rounds` (seconds), and `first_call` (seconds) or `failure`
          (text), and where the peer can tell `profile` (see `jax_peer`).
        """
        expected = description.read(self._options.exported, workload.name)[2]
        expected = {k: v for k, v in expected.items() if not k.startswith('argument/')}
        present = [peer for peer in taking_part if peer.python in self._pythons]
        results: dict[str, dict[str, Any]] = {
            peer.name: {'title': peer.title, 'rounds': []} for peer in present
        }

        def attempt(peer: Peer, task: Callable[[Peer], None]) -> None:
            if 'failure' not in results[peer.name]:
                try:
                    task(peer)
                except WorkerError as error:
                    results[peer.name]['failure'] = str(error)
                    if peer.name in self._workers:
                        self._workers.pop(peer.name).close()

        def start(peer: Peer) -> None:
            results[peer.name].update(self._start(peer, workload, expected))

        def time_round(peer: Peer) -> None:
            time.sleep(run.PAUSE)
            results[peer.name]['rounds'].append(self._ask(peer, 'round')['seconds'])

        def profile(peer: Peer) -> None:
            if found := self._ask(peer, 'profile'):
                results[peer.name]['profile'] = found

        rounds = 0 if self._options.check else self._options.rounds
        for task in [start, *[time_round] * rounds, *[profile] * bool(rounds)]:
            for peer in present:
                attempt(peer, task)
        return results

    def _ask(self, peer: Peer, do: str, **arguments: Any) -> dict[str, Any]:
        worker = self._workers[peer.name]
        worker.time_limit = max(1.0, min(self._options.time_limit, self.remaining))
        return worker.ask(do, **arguments)

    def _start(
        self, peer: Peer, workload: workloads.Workload, expected: dict[str, np.ndarray]
    ) -> dict[str, Any]:
        """Has a peer make its program, which must give what is expected.

        Raises:
          WorkerError: If it does not.
        """
        run.say(f'{workload.name}: {peer.name}')
        if peer.name not in self._workers:
            log = self._options.output / 'logs' / f'{workload.name}.{peer.name}.log'
            python = self._pythons[peer.python]
            self._workers[peer.name] = Worker(
                peer, python, self._options.threads, log, self._options.time_limit
            )
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'outcome.npz')
            told = self._ask(peer, 'start', workload=workload._asdict(), path=path)
            with np.load(path) as arrays:
                different = agreement.disagreements(expected, {k: arrays[k] for k in arrays.files})
        if different:
            raise WorkerError('DISAGREES with the CPU: ' + '; '.join(different))
        return told


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
    timed = {
        name: median(peer['rounds'])
        for name, peer in measured['peers'].items()
        if peer['rounds'] and 'failure' not in peer
    }
    least, why = floor(workload, lambda one: one.flops / found['rate'], found['bandwidth'])
    lines = []
    for name, peer in measured['peers'].items():
        if name not in timed:
            lines.append([workload.name, name, *['-'] * (len(COLUMNS) - 2)])
            continue
        taken, profile = timed[name], peer.get('profile')
        lines.append(
            [
                workload.name,
                name,
                f'{taken:.4f}',
                f'{taken / timed[OURS]:.2f}' if OURS in timed else '-',
                f'{workload.batch * steps / taken:.0f}',
                f'{taken / steps * 1e3:.3f}',
                f'{profile["kernels"] / steps:.1f}' if profile else '-',
                f'{profile["busy"] / taken:.0%}' if profile else '-',
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
    if results['xla_flags']:
        heading += f', XLA_FLAGS={results["xla_flags"]}'
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
        wanted = run.chosen(options.only, list(workloads.every().values()))
    if 'ours' in pythons(options):
        export(options, [one.name for one in wanted])
    found = device(options)
    groups = peers(options.exported, found['platform'] == 'gpu', options.tf32)
    if options.peers:
        some = run.chosen(options.peers, [peer for group in groups for peer in group])
        groups = [[peer for peer in group if peer in some] for group in groups]
    measured = [{**one._asdict(), 'peers': {}} for one in wanted]
    results = {
        'when': datetime.datetime.now().isoformat(timespec='minutes'),
        'device': found,
        'tf32': options.tf32,
        'xla_flags': os.environ.get('XLA_FLAGS', ''),
        'workloads': measured,
    }
    with Session(options) as session:
        for group in groups:
            for workload, row in zip(wanted, measured, strict=True):
                if session.remaining > 0:
                    row['peers'].update(session.run(workload, group))
                    save(results, options.output)
    print(text(results))
    return int(any('failure' in row['peers'].get(OURS, {'failure': ''}) for row in measured))


def save(results: dict[str, Any], folder: Path) -> None:
    """Writes the results so far, as JSON and as a table."""
    encoded, table = json.dumps(results, indent=1), text(results)
    report.replace(folder / 'results.json', lambda path: path.write_text(encoded))
    report.replace(folder / 'table.md', lambda path: path.write_text(table + '\n'))


if __name__ == '__main__':
    sys.exit(main())
