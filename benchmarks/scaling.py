"""How time, memory, compilation and graph grow with each size of a workload: `make bench-scaling`.

Each point is a process of its own. Results are written after each, and a run goes on where the last
one ended (`--output`), so that it can be cut off at any time (`--budget`).
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

if __package__ is None or __package__ == '':
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

from benchmarks import publish, report, run  # noqa: E402
from benchmarks.workers import ISAS, PEERS, Worker, WorkerError  # noqa: E402
from benchmarks.workloads import Workload  # noqa: E402

_TRAINING = Workload('training', 'training', 16, 128, 1000, 50, 50)
_BEAM = Workload('beam', 'beam', 4, 128, 1000, 50, 50, beam=5)
_GREEDY = Workload('greedy', 'greedy', 16, 128, 1000, 50, 50)


class Axis(NamedTuple):
    """One size that grows.

    Fields:
      name: Its name on the command line.
      base: The workload, whose other sizes stay.
      field: The field of `Workload` that grows.
      values: What it becomes.
    """

    name: str
    base: Workload
    field: str
    values: tuple[int, ...]

    def workload(self, value: int) -> Workload:
        """The workload of one point."""
        return self.base._replace(name=f'{self.name}-{value}', **{self.field: value})


AXES = [
    Axis('target', _TRAINING, 'target', (25, 100, 400, 1600)),
    Axis('target-greedy', _GREEDY, 'target', (25, 100, 400, 1600)),
    Axis('source', _TRAINING._replace(target=20), 'source', (50, 200, 800, 3200, 6400)),
    Axis('vocabulary', _TRAINING._replace(target=20), 'vocabulary', (1000, 8000, 32000, 128000)),
    Axis('vocabulary-greedy', _GREEDY._replace(batch=4), 'vocabulary', (1000, 8000, 32000, 128000)),
    Axis('batch', _TRAINING._replace(target=20), 'batch', (1, 8, 64, 512)),
    Axis('batch-greedy', _GREEDY, 'batch', (1, 8, 64, 512)),
    Axis('beam', _BEAM, 'beam', (2, 4, 16, 64)),
    Axis('hidden', _TRAINING._replace(target=20), 'hidden', (64, 128, 256, 512, 1024)),
    Axis(
        'layers',
        Workload('encoder', 'encoder', 16, 128, source=50, target=0),
        'layers',
        (1, 2, 4, 8),
    ),
]
QUANTITIES = {'seconds': 'time', 'grown': 'memory'}  # those that a power is fitted to
TOLERANCE = 0.15  # of an exponent
DEFAULT_PEERS = 'ours-function,ours-jit,ours-program,ours-xla,tf1,tfa-function,torch-eager'


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The p of `offset + factor · size^p` that is nearest to the values, relative to them.

    The offset, which is not negative, is what each call costs at any size. With fewer than three
    points there is none.

    Raises:
      ValueError: If there are fewer than two points, or a value is not positive.
    """
    x, y = np.asarray(sizes, np.float64), np.asarray(values, np.float64)
    if len(x) < 2 or np.any(y <= 0) or np.any(x <= 0):
        raise ValueError(f'no exponent of {len(x)} points, values {list(values)}')
    if len(x) < 3:
        return float(np.polyfit(np.log(x), np.log(y), 1)[0])
    if y.max() / y.min() < 1.1:  # any power with a large offset would do
        return 0.0
    x = x / x.max()
    errors = []
    powers = np.arange(0.05, 4.0, 0.01)
    for power in powers:
        # Relative to the values, both columns and what they have to give.
        columns = np.stack([np.ones_like(x), x**power], 1) / y[:, None]
        solution = np.linalg.lstsq(columns, np.ones_like(y), rcond=None)[0]
        if solution[0] < 0:
            column = columns[:, 1]
            solution = np.array([0.0, column.sum() / (column**2).sum()])
        errors.append(np.sum((columns @ solution - 1.0) ** 2))
    return float(powers[int(np.argmin(errors))])


def growth(values: Sequence[float]) -> float:
    """How many times the first the last is."""
    return values[-1] / values[0]


class Results:
    """The points that were measured, in a file.

    Args:
      path: The file, which is read if it is there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.data: dict[str, Any] = {'machine': {}, 'points': {}}
        if path.is_file():
            self.data = json.loads(path.read_text())

    def point(self, axis: str, peer: str, value: int) -> dict[str, Any] | None:
        """What was measured, or `failure`; None if nothing was tried."""
        return self.data['points'].get(f'{axis} {peer} {value}')

    def add(self, axis: str, peer: str, value: int, found: dict[str, Any]) -> None:
        """Writes one point more."""
        self.data['points'][f'{axis} {peer} {value}'] = found
        encoded = json.dumps(self.data, indent=1)
        report.replace(self._path, lambda path: path.write_text(encoded))

    def series(self, axis: Axis, peer: str, quantity: str) -> tuple[list[int], list[float]]:
        """Sizes and values of those points that were measured."""
        found = [(value, self.point(axis.name, peer, value)) for value in axis.values]
        pairs = [(v, one[quantity]) for v, one in found if one and one.get(quantity)]
        return [v for v, _ in pairs], [one for _, one in pairs]


def wanted(axes: Sequence[Axis], peers: Sequence[str]) -> Iterator[tuple[Axis, str, int]]:
    """All points: of each axis the small sizes first, so that peers can be compared early."""
    for axis in axes:
        for value in axis.values:
            for peer in peers:
                yield axis, peer, value


def measure(worker: Worker, workload: Workload, rounds: int) -> dict[str, Any]:
    """One point: the least of the rounds, since others may use the machine.

    Raises:
      WorkerError: If the peer cannot do it.
    """
    found = worker.ask('start', workload=workload._asdict())
    found['seconds'] = min(worker.ask('round')['seconds'] for _ in range(rounds))
    found['grown'] = worker.ask('memory')['grown']
    return found


def table(results: Results, axes: Sequence[Axis], peers: Sequence[str]) -> str:
    """For each axis and peer the exponents, and from what to what it goes."""
    header = ['size', 'peer']
    for title in QUANTITIES.values():
        header += [f'{title}: exponent', f'{title}: from, to']
    header += ['first call, s: from, to', 'operations: from, to']
    lines = [header]
    for axis in axes:
        for peer in peers:
            cells = []
            for quantity, scale, digits in (
                ('seconds', 1.0, '.3g'),
                ('grown', 1e-6, '.0f'),
                ('first_call', 1.0, '.1f'),
                ('operations', 1.0, '.0f'),
            ):
                sizes, values = results.series(axis, peer, quantity)
                ends = '-'
                if values:
                    ends = f'{values[0] * scale:{digits}}, {values[-1] * scale:{digits}}'
                    if sizes[-1] != axis.values[-1]:
                        ends += f' (at {sizes[-1]})'
                if quantity in QUANTITIES:
                    cells.append(f'{exponent(sizes, values):.2f}' if len(sizes) > 1 else '-')
                cells.append(ends)
            if set(cells) != {'-'}:
                name = f'{axis.name} {axis.values[0]} to {axis.values[-1]}'
                lines.append([name, peer, *cells])
    return report.markdown(lines)


def faster_growing(results: Results, axes: Sequence[Axis], peers: Sequence[str]) -> list[str]:
    """What of ours grows faster than the best of the others: a line each."""
    lines = []
    others = [peer for peer in peers if not report.is_ours(peer)]
    for axis in axes:
        for quantity, title in QUANTITIES.items():
            found = {peer: results.series(axis, peer, quantity) for peer in peers}
            # Through three points a curve with an offset can always be drawn.
            fitted = {p: exponent(*one) for p, one in found.items() if len(one[0]) > 3}
            least = min((fitted[p] for p in others if p in fitted), default=math.inf)
            lines += [
                f'{axis.name}, {peer}: {title} grows with exponent {power:.2f}, '
                f'where another has {least:.2f}'
                for peer, power in fitted.items()
                if report.is_ours(peer) and power > least + TOLERANCE
            ]
        for peer in filter(report.is_ours, peers):
            sizes, values = results.series(axis, peer, 'operations')
            if axis.field != 'layers' and len(values) > 1 and growth(values) > 1.05:
                lines.append(f'{axis.name}, {peer}: the graph grows {growth(values):.2f} times')
    return lines


def plot(results: Results, axes: Sequence[Axis], peers: Sequence[str], path: Path) -> None:
    """Time and memory against each size, both axes logarithmic."""
    from matplotlib.figure import Figure

    rows = math.ceil(len(axes) / 2)
    figure = Figure(figsize=(11, 2.3 * rows))
    grid = figure.subplots(rows, 4, squeeze=False)
    for i, axis in enumerate(axes):
        for j, (quantity, title, scale) in enumerate(
            (('seconds', 'seconds', 1.0), ('grown', 'memory, MB', 1e-6))
        ):
            place = grid[i // 2][2 * (i % 2) + j]
            for k, peer in enumerate(peers):
                sizes, values = results.series(axis, peer, quantity)
                style = '.-' if report.is_ours(peer) else '.--'
                scaled = [one * scale for one in values]
                place.loglog(sizes, scaled, style, color=f'C{k}', label=peer, linewidth=1)
            place.set_title(f'{axis.name}: {title}', fontsize=7)
            place.tick_params(labelsize=6)
    for place in grid.flat[2 * len(axes) :]:
        place.set_axis_off()
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc='lower center', ncols=len(peers), fontsize=7)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    report.replace(path, lambda new: figure.savefig(new, dpi=70, format='png'))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog='make bench-scaling', description=__doc__.splitlines()[0])
    made.add_argument('--only', metavar='NAMES', help=', '.join(axis.name for axis in AXES))
    made.add_argument('--peers', metavar='NAMES', default=DEFAULT_PEERS)
    made.add_argument('--rounds', type=int, default=3, help='of each point; the least counts')
    made.add_argument('--budget', type=float, default=math.inf, help='seconds for all of it')
    made.add_argument('--time-limit', type=float, default=60.0, help='seconds for one answer')
    made.add_argument('--smallest', type=int, metavar='N', help='the first sizes of each axis only')
    made.add_argument('--threads', type=int, default=run.cores())
    made.add_argument('--isa', choices=ISAS, help='no wider vectors than these')
    made.add_argument('--python', metavar='WHOSE=PATH', action='append', default=[])
    made.add_argument('--publish', action='store_true', help='write table and plot for README.md')
    made.add_argument('--output', type=Path, default=publish.README.parent / 'output' / 'scaling')
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures what the command line asks for, and what no earlier run has."""
    options = parser().parse_args(arguments)
    axes = run.chosen(options.only, AXES)
    if options.smallest:
        axes = [axis._replace(values=axis.values[: options.smallest]) for axis in axes]
    peers = {peer.name: peer for peer in run.chosen(options.peers, PEERS)}
    pairs = [pair.partition('=') for pair in options.python]
    pythons = {'ours': sys.executable, **{w: os.path.abspath(path) for w, _, path in pairs}}
    (options.output / 'logs').mkdir(parents=True, exist_ok=True)
    results = Results(options.output / 'results.json')
    deadline = time.monotonic() + options.budget
    loads = results.data.setdefault('loads', [])
    results.data['machine'] = run.machine(options.threads, options.isa)
    for axis, name, value in wanted(axes, list(peers)):
        peer = peers[name]
        smaller = [results.point(axis.name, name, v) for v in axis.values if v < value]
        if peer.python not in pythons or results.point(axis.name, name, value) is not None:
            continue
        if any(one and 'failure' in one for one in smaller):
            continue  # it was too slow already
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            break
        run.say(f'{axis.name} {value}: {name}')
        loads.append(os.getloadavg()[0])
        log = options.output / 'logs' / f'{axis.name}-{value}.{name}.log'
        limit = min(options.time_limit, remaining)
        with Worker(
            peer, pythons[peer.python], options.threads, log, limit, isa=options.isa
        ) as worker:
            try:
                found = measure(worker, axis.workload(value), options.rounds)
            except WorkerError as error:
                if deadline - time.monotonic() < 1.0:
                    break  # cut off, not too slow
                found = {'failure': str(error)}
                run.say(f'  {error}')
        results.data['when'] = datetime.datetime.now().isoformat(timespec='minutes')
        results.add(axis.name, name, value, found)
    text = written(results, axes, list(peers))
    report.replace(options.output / 'table.md', lambda path: path.write_text(text + '\n'))
    plot(results, axes, list(peers), options.output / 'plot.png')
    if options.publish:
        publish.put('scaling', text + '\n\n![Time and memory by size](scaling.png)')
        plot(results, axes, list(peers), publish.README.parent / 'scaling.png')
    print(text)
    return 0


def written(results: Results, axes: Sequence[Axis], peers: Sequence[str]) -> str:
    """When and where, the table, and what grows faster than it should."""
    loads = results.data.get('loads') or [0.0]
    where = {
        'when': results.data.get('when', '-'),
        'machine': results.data['machine'],
        'load_before': float(np.median(loads)),
    }
    heading = report.measured_where(where) + f' (median; {min(loads):.1f} to {max(loads):.1f})'
    lines = faster_growing(results, axes, peers)
    failed = [
        f'{key}: {one["failure"]}'
        for key, one in results.data['points'].items()
        if 'failure' in one
    ]
    parts = [heading, table(results, axes, peers)]
    parts += ['\n'.join(f'- {line}' for line in part) for part in (lines, failed) if part]
    return '\n\n'.join(parts)


if __name__ == '__main__':
    sys.exit(main())
