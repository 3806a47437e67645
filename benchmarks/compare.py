"""Times this checkout and an earlier commit in turn, and says what became slower."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

if __package__ is None or __package__ == '':
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import run, workloads  # noqa: E402
from benchmarks.workers import PEERS, ROOT, Peer, Worker, WorkerError  # noqa: E402

WORKLOADS = 'training-32,greedy-32,beam-8,speech'


class Compared(NamedTuple):
    """Seconds of one workload run in one way, in the order in which they were measured.

    Fields:
      workload: Its name.
      peer: The name of the way.
      before: Of the earlier commit.
      now: Of this checkout.
    """

    workload: str
    peer: str
    before: list[float]
    now: list[float]

    @property
    def ratio(self) -> float:
        """The median of now over that of before: above 1 is slower."""
        return median(self.now) / median(self.before)

    @property
    def noise(self) -> float:
        """By how much the ratio of two medians of the same code may differ from 1.

        It is the range of the middle half of the measurements, over their median, of both.
        """
        return sum(_spread(seconds) for seconds in (self.before, self.now))

    @property
    def verdict(self) -> str:
        """`slower`, `faster`, or nothing where the difference may be noise."""
        if abs(self.ratio - 1.0) <= self.noise:
            return ''
        return 'slower' if self.ratio > 1.0 else 'faster'


def _spread(seconds: Sequence[float]) -> float:
    first, _, third = quantiles(seconds, n=4, method='inclusive')
    return (third - first) / median(seconds)


def table(rows: Sequence[Compared]) -> str:
    """All that was compared, in Markdown."""
    lines = [
        '| workload | peer | before | now | now / before | noise | |',
        '|---|---|---|---|---|---|---|',
    ]
    for row in rows:
        cells = [
            row.workload,
            row.peer,
            f'{median(row.before):.4f}',
            f'{median(row.now):.4f}',
            f'{row.ratio:.3f}',
            f'{row.noise:.1%}',
            row.verdict,
        ]
        lines.append('| ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


@contextlib.contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """A folder with the files of a commit, as long as the context lasts.

    Raises:
      SystemExit: If there is no such commit.
    """
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / 'before'
        command = ['git', 'worktree', 'add', '--quiet', '--detach', str(tree), commit]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f'no checkout of {commit!r}: {done.stderr.strip()}')
        try:
            yield tree
        finally:
            remove = ['git', 'worktree', 'remove', '--force', str(tree)]
            subprocess.run(remove, cwd=ROOT, check=True)


def compared(
    workload: workloads.Workload, peer: Peer, trees: tuple[Path, Path], options: argparse.Namespace
) -> Compared:
    """Times one workload in one way, in both trees in turn.

    Raises:
      WorkerError: If one of them cannot run it.
    """
    found: tuple[list[float], list[float]] = ([], [])
    with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        workers = []
        for name, tree in zip(('before', 'now'), trees, strict=True):
            log = options.output / f'{workload.name}.{peer.name}.{name}.log'
            worker = Worker(peer, sys.executable, options.threads, log, options.time_limit, tree)
            workers.append(stack.enter_context(worker))
            path = os.path.join(folder, f'{name}.npz')
            worker.ask('start', workload=workload._asdict(), path=path)
        for number in range(options.rounds):
            # Who goes first changes, lest one always have what the other leaves.
            for place in (0, 1) if number % 2 == 0 else (1, 0):
                time.sleep(run.PAUSE)
                found[place].append(workers[place].ask('round')['seconds'])
    return Compared(workload.name, peer.name, *found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for; 1 if something became slower."""
    parser = argparse.ArgumentParser(prog='make bench-compare', description=__doc__)
    parser.add_argument('base', help='the earlier commit')
    parser.add_argument('--only', metavar='NAMES', default=WORKLOADS, help='workloads')
    parser.add_argument('--peers', metavar='NAMES', default='ours-jit,ours-function,ours-xla')
    parser.add_argument('--rounds', type=int, default=11)
    parser.add_argument('--threads', type=int, default=run.cores())
    parser.add_argument('--time-limit', type=float, default=300.0, help='seconds for one answer')
    parser.add_argument('--output', type=Path, default=Path(__file__).parent / 'output' / 'compare')
    options = parser.parse_args(arguments)
    if options.rounds < 2:
        parser.error(f'--rounds is {options.rounds}: give 2 or more, to see the noise')
    options.output.mkdir(parents=True, exist_ok=True)
    wanted = run.chosen(options.only, workloads.WORKLOADS + workloads.QUICK)
    peers = run.chosen(options.peers, [peer for peer in PEERS if peer.python == 'ours'])
    run.warn_if_busy()
    rows, failed = [], False
    with checkout(options.base) as tree:
        for workload in wanted:
            for peer in peers:
                run.say(f'{workload.name}: {peer.name}')
                try:
                    rows.append(compared(workload, peer, (tree, ROOT), options))
                except WorkerError as error:
                    failed = True
                    run.say(f'{workload.name}, {peer.name}: not timed: {error}')
    print(table(rows))
    return int(failed or any(row.verdict == 'slower' for row in rows))


if __name__ == '__main__':
    sys.exit(main())
