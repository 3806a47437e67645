"""What users feel of real programs, in time and memory: `make bench-programs`.

    make bench-programs ARGS='--tf1 drivers checkouts --tfa drivers checkouts'

A folder of drivers has `NAME/run.py` for each program, which finds the checkout by the variable
`CORPUS_SRC`, trains a few steps, decodes, and ends with 0. Results are written after each program,
and a run goes on where the last one ended; what failed is tried again.
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
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

if __package__ is None or __package__ == '':
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import publish, report, run  # noqa: E402
from benchmarks.workers import PEERS_FOLDER, ROOT  # noqa: E402

# The smallest programs: what every other begins with.
START = """import tensorflow as tf
with tf.compat.v1.Session(graph=tf.Graph()) as session:
    session.run(tf.constant(1))
"""


class Way(NamedTuple):
    """One way to run programs.

    Fields:
      name: Its name on the command line and in the table.
      python: Whose interpreter runs it.
      arguments: What the interpreter is given before the program.
      environment: Further variables.
    """

    name: str
    python: str
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


_RUN = ('-m', 'tf_seq2seq_compat', 'run')
_KERAS_2 = (('TF_USE_LEGACY_KERAS', '1'),)
WAYS = {
    'start': [
        Way('tf1', 'tf1'),
        Way('tensorflow', 'ours'),
        Way('run', 'ours', _RUN),
        Way('run --xla', 'ours', (*_RUN, '--xla')),
    ],
    'tf1': [
        Way('tf1', 'tf1'),
        Way('run', 'ours', _RUN),
        Way('run --xla', 'ours', (*_RUN, '--xla')),
    ],
    'tfa': [
        Way('tfa', 'tfa'),
        Way('run, Keras 2', 'ours', _RUN, _KERAS_2),
        Way('run, Keras 3', 'ours', _RUN),
    ],
}
# What is told of a program: its name in the results and in the table, and the factor between them.
FIGURES = {
    'first_step': ('first step, s', 1.0),
    'step': ('a step, ms', 1e3),
    'decoding': ('decoding, ms', 1e3),
    'total': ('all of it, s', 1.0),
    'peak': ('memory, MB', 1e-6),
}


def figures(found: dict[str, Any]) -> dict[str, float]:
    """What the table tells of a program.

    Args:
      found: What `peers/timed_program` wrote.

    Returns:
      `total` and `peak` as they are; `first_step`, the seconds to the end of the first
      step of training; `step`, the median of those that have been run before; `decoding`, the mean
      of all calls, which most programs make once. What did not occur is missing.
    """
    told = {name: found[name] for name in ('total', 'peak')}
    training = [event for event in found['events'] if event[1] == 'training']
    if training:
        told['first_step'] = training[0][2]
    known: set[str] = set()
    again = []
    for key, _, _, seconds in training:
        if key in known:
            again.append(seconds)
        known.add(key)
    if again:
        told['step'] = median(again)
    decoding = [event[3] for event in found['events'] if event[1] == 'decoding']
    if decoding:
        told['decoding'] = sum(decoding) / len(decoding)
    return told


def timed(
    command: Sequence[str], folder: Path, environment: dict[str, str], log: Path, limit: float
) -> dict[str, float]:
    """Runs a program to its end.

    Raises:
      RuntimeError: If it fails, or takes longer than `limit` seconds.
    """
    with tempfile.TemporaryDirectory() as made, log.open('w') as file:
        events = Path(made) / 'events.json'
        own = {'BENCHMARK_EVENTS': str(events), 'BENCHMARK_BEGUN': repr(time.time())}
        own['OUT_JSON'] = str(Path(made) / 'result.json')
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**environment, **own},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=limit,
            )
        except subprocess.TimeoutExpired:
            raise RuntimeError(f'took more than {limit:.0f} s') from None
        if done.returncode or not events.is_file():
            lines = log.read_text(errors='replace').strip().splitlines() or ['']
            raise RuntimeError(f'ended with exit code {done.returncode}: {lines[-1][:150]}')
        return figures(json.loads(events.read_text()))


def rows(points: dict[str, dict[str, Any]]) -> list[list[str]]:
    """The table: a line for each program and way, medians of the rounds."""
    lines = [['program', 'by', *(title for title, _ in FIGURES.values())]]
    for key, point in points.items():
        program, way = key.split(': ')
        cells = []
        for name, (_, scale) in FIGURES.items():
            seen = [one[name] for one in point['rounds'] if name in one]
            cells.append(f'{median(seen) * scale:.3g}' if seen else '-')
        if 'failure' in point:
            cells = [point['failure'], *['-'] * (len(FIGURES) - 1)]
        lines.append([program, way, *cells])
    return lines


def slower(points: dict[str, dict[str, Any]]) -> list[str]:
    """Where a way of ours takes more than the original does, a line each."""
    lines = []
    for key, point in points.items():
        program, way = key.split(': ')
        for original in ('tf1', 'tfa'):
            other = points.get(f'{program}: {original}')
            if way.startswith(original) or not other:
                continue
            for name, (title, _) in FIGURES.items():
                seen, wanted = (
                    [one[name] for one in each['rounds'] if name in one] for each in (point, other)
                )
                if seen and wanted and median(seen) > 1.05 * median(wanted):
                    ratio = median(seen) / median(wanted)
                    lines.append(
                        f'{program}, {way}: {title.split(",")[0]} {ratio:.2f} times {original}'
                    )
    return lines


def text(data: dict[str, Any]) -> str:
    """The whole report."""
    loads = data['loads'] or [0.0]
    where = report.measured_where({**data, 'load_before': median(loads)})
    parts = [f'{where} (median)', report.markdown(rows(data['points']))]
    if lines := slower(data['points']):
        parts.append('\n'.join(f'- {line}' for line in lines))
    return '\n\n'.join(parts)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog='make bench-programs', description=__doc__.splitlines()[0])
    for kind, title in (('tf1', 'TensorFlow 1'), ('tfa', 'TensorFlow Addons')):
        made.add_argument(
            f'--{kind}',
            nargs=2,
            type=Path,
            metavar=('DRIVERS', 'CHECKOUTS'),
            help=f'folders of programs for {title}',
        )
    made.add_argument('--only', metavar='NAMES', help='programs, with commas between')
    made.add_argument('--rounds', type=int, default=3)
    made.add_argument('--budget', type=float, default=math.inf, help='seconds for all of it')
    made.add_argument('--time-limit', type=float, default=300.0, help='seconds for one program')
    made.add_argument('--python', metavar='WHOSE=PATH', action='append', default=[])
    made.add_argument(
        '--site',
        metavar='WHOSE=FOLDER',
        action='append',
        default=[],
        help='further packages that the programs import',
    )
    made.add_argument('--publish', action='store_true', help='write the table into README.md')
    made.add_argument('--output', type=Path, default=publish.README.parent / 'output' / 'programs')
    return made


def wanted(options: argparse.Namespace) -> list[tuple[str, str, Path, Path | None]]:
    """Kind, name, file and checkouts of each program."""
    start = options.output / 'start.py'
    start.write_text(START)
    found: list[tuple[str, str, Path, Path | None]] = [('start', 'start', start, None)]
    for kind in ('tf1', 'tfa'):
        if given := getattr(options, kind):
            drivers, checkouts = (path.resolve() for path in given)
            found += [
                (kind, path.parent.name, path, checkouts)
                for path in sorted(drivers.glob('*/run.py'))
            ]
    names = options.only.split(',') if options.only else [one[1] for one in found]
    return [one for one in found if one[1] in names]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for, and what no earlier run has."""
    options = parser().parse_args(arguments)
    options.output = options.output.resolve()
    (options.output / 'logs').mkdir(parents=True, exist_ok=True)
    pairs = [pair.partition('=') for pair in options.python]
    pythons = {'ours': sys.executable, **{w: os.path.abspath(path) for w, _, path in pairs}}
    sites = {w: os.path.abspath(path) for w, _, path in (p.partition('=') for p in options.site)}
    kept = options.output / 'results.json'
    data: dict[str, Any] = {'points': {}, 'loads': []}
    if kept.is_file():
        data = json.loads(kept.read_text())
        for point in data['points'].values():
            point.pop('failure', None)  # tried again
    data['machine'] = run.machine(run.cores())
    data.setdefault('when', '-')
    deadline = time.monotonic() + options.budget
    for kind, name, path, checkouts in wanted(options):
        for number in range(options.rounds):
            for way in WAYS[kind]:
                point = data['points'].setdefault(f'{name}: {way.name}', {'rounds': []})
                if 'failure' in point or len(point['rounds']) > number:
                    continue
                if way.python not in pythons or time.monotonic() > deadline:
                    continue
                run.say(f'{name}: {way.name}')
                data['loads'].append(os.getloadavg()[0])
                folders = [str(PEERS_FOLDER / 'timed_program')]
                folders += [sites[one] for one in sites if one == way.python]
                folders += [str(ROOT)] * (way.python == 'ours')
                environment = {
                    **{k: v for k, v in os.environ.items() if k != 'TF_USE_LEGACY_KERAS'},
                    'PYTHONPATH': os.pathsep.join(folders),
                    'CUDA_VISIBLE_DEVICES': '-1',
                    **dict(way.environment),
                    **({'CORPUS_SRC': str(checkouts)} if checkouts else {}),
                }
                log = options.output / 'logs' / f'{name}.{way.name.replace(" ", "-")}.log'
                command = [pythons[way.python], *way.arguments, str(path)]
                try:
                    found = timed(command, path.parent, environment, log, options.time_limit)
                    point['rounds'].append(found)
                except RuntimeError as error:
                    point['failure'] = str(error)
                data['when'] = datetime.datetime.now().isoformat(timespec='minutes')
                save(data, options.output)
    data['points'] = {
        k: one for k, one in data['points'].items() if one['rounds'] or 'failure' in one
    }
    save(data, options.output)
    if options.publish:
        publish.put('programs', text(data))
    print(text(data))
    return 0


def save(data: dict[str, Any], folder: Path) -> None:
    """Writes the results so far, as JSON and as a table."""
    encoded, table = json.dumps(data, indent=1), text(data)
    report.replace(folder / 'results.json', lambda path: path.write_text(encoded))
    report.replace(folder / 'table.md', lambda path: path.write_text(table + '\n'))


if __name__ == '__main__':
    sys.exit(main())
