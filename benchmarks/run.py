"""Runs the workloads on all peers in turn, and prints one table. See README.md beside this file."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

if __package__ is None or __package__ == '':
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import agreement, publish, report, workloads  # noqa: E402
from benchmarks.workers import ISAS, MACHINE, PEERS, ROOT, Peer, Worker, WorkerError  # noqa: E402

# Threads of the worker before may still look for work: that long they are left to fall asleep.
PAUSE = 0.25
MATRIX_PRODUCTS = 3  # in each round


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, 'sched_getaffinity'):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog='make bench', description=__doc__)
    made.add_argument(
        '--only', metavar='NAMES', help='workloads, with commas between; or beginnings of names'
    )
    made.add_argument(
        '--peers', metavar='NAMES', help='peers or groups of them, such as ours,tf1,tfa-jit'
    )
    made.add_argument('--rounds', type=int, default=7, help='rounds of each workload (default: 7)')
    made.add_argument('--quick', action='store_true', help='tiny workloads, to try the command')
    made.add_argument('--list', action='store_true', help='list workloads and peers, run nothing')
    made.add_argument('--no-memory', action='store_true', help='do not measure peak memory')
    made.add_argument('--threads', type=int, default=cores(), help='of each peer')
    made.add_argument(
        '--resume', action='store_true', help='measure only what results.json has not'
    )
    made.add_argument('--isa', choices=ISAS, help='as on a processor that has no more than this')
    made.add_argument(
        '--publish',
        metavar='NAME',
        help='write the summary into README.md, where NAME stands there',
    )
    made.add_argument(
        '--time-limit', type=float, default=300.0, help='seconds that one answer may take'
    )
    made.add_argument(
        '--python',
        metavar='WHOSE=PATH',
        action='append',
        default=[],
        help='interpreter of ours, tf1, tfa or torch; a peer without one is left out',
    )
    made.add_argument(
        '--output',
        type=Path,
        default=Path(__file__).resolve().parent / 'output',
        help='folder of results.json, table.md, plot.png and what the peers printed',
    )
    return made


def chosen(names: str | None, among: Sequence[Any]) -> list[Any]:
    """Those of `among` whose name is, or begins with a name and `-`; all if there are no names.

    Raises:
      SystemExit: If a name is none.
    """
    if names is None:
        return list(among)
    found = []
    for name in names.split(','):
        matching = [one for one in among if one.name == name] or [
            one for one in among if one.name.startswith(name + '-')
        ]
        if not matching:
            sys.exit(f'{name!r} is none of: {", ".join(one.name for one in among)}')
        found += [one for one in matching if one not in found]
    return found


class Benchmark:
    """One session: where the interpreters are, and how things are measured."""

    def __init__(self, options: argparse.Namespace, peers: Sequence[Peer]) -> None:
        self._options = options
        self._pythons = {'ours': sys.executable}
        for pair in options.python:
            whose, _, path = pair.partition('=')
            # Not resolved: the link is what makes an interpreter that of an environment.
            self._pythons[whose] = os.path.abspath(path)
        self._peers = list(peers)
        options.output.mkdir(parents=True, exist_ok=True)

    def _worker(self, peer: Peer, workload: workloads.Workload, what: str) -> Worker:
        logs = self._options.output / 'logs'
        logs.mkdir(exist_ok=True)
        return Worker(
            peer,
            self._pythons[peer.python],
            self._options.threads,
            logs / f'{workload.name}.{peer.name}.{what}.log',
            self._options.time_limit,
            isa=self._options.isa,
        )

    def run(self, workload: workloads.Workload) -> dict[str, Any]:
        """Measures one workload.

        Returns:
          What `report` shows: the workload's fields, `flops`, `rate` (of the matrix product, in
          FLOP/s), `floor` (see `peers/machine.py`), and `peers`, by name, with `rounds` (seconds)
          or `failure` (text).
        """
        peers: dict[str, dict[str, Any]] = {}
        with contextlib.ExitStack() as stack:
            workers = self._agreeing_workers(stack, workload, peers)
            product = stack.enter_context(self._worker(MACHINE, workload, 'time'))
            product.ask('start', workload=workload._asdict())
            least = product.ask('profile')
            products: list[float] = []
            for _ in range(self._options.rounds):
                time.sleep(PAUSE)
                products += [product.ask('round')['seconds'] for _ in range(MATRIX_PRODUCTS)]
                for worker in list(workers):
                    time.sleep(PAUSE)
                    result = peers[worker.peer.name]
                    try:
                        result['rounds'].append(worker.ask('round')['seconds'])
                    except WorkerError as error:
                        result['failure'] = str(error)
                        workers.remove(worker)
        rate = 2 * workloads.PRODUCT_SIZE**3 / float(np.median(products))
        return {
            **workload._asdict(),
            'flops': workloads.flops(workload),
            'rate': rate,
            'floor': least,
            'peers': peers,
        }

    def _agreeing_workers(
        self,
        stack: contextlib.ExitStack,
        workload: workloads.Workload,
        peers: dict[str, dict[str, Any]],
    ) -> list[Worker]:
        """Starts all peers, of which those that compute what the first does are returned."""
        reference: dict[str, np.ndarray] | None = None
        agreeing = []
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        for peer in self._peers:
            result = peers[peer.name] = {'title': peer.title, 'rounds': []}
            if peer.python not in self._pythons:
                result['failure'] = f'no interpreter: --python {peer.python}=PATH'
                continue
            say(f'{workload.name}: starting {peer.name}')
            worker = stack.enter_context(self._worker(peer, workload, 'time'))
            path = os.path.join(folder, peer.name + '.npz')
            try:
                result.update(worker.ask('start', workload=workload._asdict(), path=path))
            except WorkerError as error:
                result['failure'] = str(error)
                worker.close()
                continue
            with np.load(path) as arrays:
                outcome = {name: arrays[name] for name in arrays.files}
            if reference is None:
                reference = outcome
            different = agreement.disagreements(reference, outcome)
            if different:
                result['failure'] = 'DISAGREES: ' + '; '.join(different)
                worker.close()
            else:
                agreeing.append(worker)
        return agreeing

    def measure_memory(self, workload: workloads.Workload, measured: dict[str, Any]) -> None:
        """Adds to what `run` gave `grown` (bytes), or `memory_failure` (text), where it is not."""
        for peer in self._peers:
            result = measured['peers'].get(peer.name, {'failure': ''})
            if {'failure', 'grown', 'memory_failure'} & set(result):
                continue
            say(f'{workload.name}: memory of {peer.name}')
            with self._worker(peer, workload, 'memory') as worker:
                try:
                    worker.ask('start', workload=workload._asdict())
                    result['grown'] = worker.ask('memory')['grown']
                except WorkerError as error:
                    result['memory_failure'] = str(error)


def say(text: str) -> None:
    """Tells what is being done, beside the results."""
    print(f'{datetime.datetime.now():%H:%M:%S} {text}', file=sys.stderr, flush=True)


def warn_if_busy() -> float:
    """The load of the machine, of which the user is told if it is so high that times say little."""
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f'the machine is busy (load {load:.1f}): these figures will say little about speed')
    return load


def commit() -> str:
    """The commit of this checkout, with `+` if files differ from it; nothing outside of git."""
    command = ['git', 'describe', '--always', '--exclude=*', '--dirty=+']
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ''


def machine(threads: int, isa: str | None = None) -> dict[str, Any]:
    """What the figures were measured on."""
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path('/proc/cpuinfo').read_text().splitlines():
            if line.startswith('model name'):
                name = line.partition(':')[2].strip()
                break
    if isa:
        name += f' limited to {isa}'
    return {'processor': name, 'cores': cores(), 'threads': threads, 'commit': commit()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for; returns the exit code."""
    options = parser().parse_args(arguments)
    every = workloads.WORKLOADS + workloads.QUICK
    if options.list:
        print(report.listing(every, PEERS))
        return 0
    if options.only:
        wanted = chosen(options.only, every)
    else:
        wanted = workloads.QUICK if options.quick else workloads.WORKLOADS
    # Ours come first, for the others to be compared with.
    peers = sorted(chosen(options.peers, PEERS), key=PEERS.index)
    load = warn_if_busy()
    measured: list[dict[str, Any]] = []
    kept = options.output / 'results.json'
    if options.resume and kept.is_file():
        measured += json.loads(kept.read_text())['workloads']
    results = {
        'when': datetime.datetime.now().isoformat(timespec='minutes'),
        'machine': machine(options.threads, options.isa),
        'load_before': load,
        'workloads': measured,
    }
    benchmark = Benchmark(options, peers)
    for workload in wanted:
        found = [one for one in measured if one['name'] == workload.name]
        if not found:
            found = [benchmark.run(workload)]
            measured += found
            report.save(results, options.output)  # after each, lest a long run be lost
        if not options.no_memory:
            benchmark.measure_memory(workload, found[0])
            report.save(results, options.output)
        if options.publish:
            publish.put(options.publish, report.summary(results))
    print(report.text(results))
    say(f'written to {options.output}: results.json, table.md, plot.png')
    return 0


if __name__ == '__main__':
    sys.exit(main())
