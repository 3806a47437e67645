"""What was measured, as a table, as JSON and as a plot."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.workers import Peer
from benchmarks.workloads import PRODUCT_SIZE, Workload

Result = dict[str, Any]

# One of them is wanted of every workload.
OVER_BEST, OF_FLOOR = 1.5, 0.85

COLUMNS = [
    'workload',
    'peer',
    'seconds',
    'times ours',
    'GFLOP/s',
    'of floor',
    'memory MB',
    'first call s',
]


def seconds(peer: Result) -> float | None:
    """The median over the rounds, or None if the peer was not timed."""
    return median(peer['rounds']) if peer['rounds'] and 'failure' not in peer else None


def fastest(workload: Result, of: Callable[[str], bool]) -> tuple[str, float] | None:
    """Name and seconds of the fastest peer whose name satisfies `of`, or None."""
    timed = [(name, seconds(peer)) for name, peer in workload['peers'].items() if of(name)]
    return min(((n, s) for n, s in timed if s is not None), key=lambda pair: pair[1], default=None)


def is_ours(name: str) -> bool:
    """Whether this peer is this package."""
    return name.startswith('ours')


def rows(workload: Result) -> list[list[str]]:
    """The lines of one workload, a cell for each of `COLUMNS`."""
    ours = fastest(workload, is_ours)
    lines = []
    for name, peer in workload['peers'].items():
        taken = seconds(peer)
        if taken is None:
            lines.append([name, '-', *[''] * 5])
            continue
        rate = workload['flops'] / taken
        lines.append(
            [
                name,
                f'{taken:.4f}' if taken < 0.1 else f'{taken:.3f}',
                f'{taken / ours[1]:.2f}' if ours else '',
                f'{rate / 1e9:.1f}',
                f'{workload["floor"]["seconds"] / taken:.0%}',
                f'{peer["grown"] / 1e6:.0f}' if 'grown' in peer else '',
                f'{peer["first_call"]:.1f}',
            ]
        )
    return [[workload['name'] if i == 0 else '', *line] for i, line in enumerate(lines)]


def table(results: Result) -> str:
    """All workloads in one Markdown table, its columns aligned."""
    lines = [COLUMNS]
    for workload in results['workloads']:
        lines += rows(workload)
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]

    def pad(i: int, cell: str) -> str:
        return cell.ljust(widths[i]) if i < 2 else cell.rjust(widths[i])

    rule = ['-' * width if i < 2 else '-' * (width - 1) + ':' for i, width in enumerate(widths)]
    lines.insert(1, rule)
    return '\n'.join(
        '| ' + ' | '.join(pad(i, cell) for i, cell in enumerate(line)) + ' |' for line in lines
    )


def failures(results: Result) -> list[str]:
    """Who was not timed, and why."""
    return [
        f'{workload["name"]}, {name}: not timed: {peer["failure"]}'
        for workload in results['workloads']
        for name, peer in workload['peers'].items()
        if 'failure' in peer
    ]


def wanted(workload: Result) -> list[tuple[str, float, float]]:
    """`(what, seen, wanted)` for each figure that is wanted to be at least so great.

    Those for which a peer was not timed are left out.
    """
    ours = fastest(workload, is_ours)
    if ours is None:
        return []
    share = workload['floor']['seconds'] / ours[1]
    found = [('of the floor', share, OF_FLOOR)]
    best = fastest(workload, lambda name: not is_ours(name))
    if best is not None and best[1] / ours[1] / OVER_BEST > share / OF_FLOOR:
        found = [(f'faster than {best[0]}', best[1] / ours[1], OVER_BEST)]
    peers = workload['peers']
    tf1 = seconds(peers['tf1']) if 'tf1' in peers else None
    if tf1 is not None and workload['over_tf1']:
        found.append(('faster than tf1', tf1 / ours[1], workload['over_tf1']))
    program = seconds(peers['ours-program']) if 'ours-program' in peers else None
    if tf1 is not None and program is not None:
        found.append(('the TF1 program, faster than tf1', tf1 / program, 1.0))
    found += _memory_wanted(workload, peers.get(ours[0], {}).get('grown'))
    first_call = peers[ours[0]]['first_call']
    found.append((f'first call of {ours[0]}, in 10 s how many', 10 / first_call, 1.0))
    return found


def _memory_wanted(workload: Result, grown: float | None) -> list[tuple[str, float, float]]:
    if not workload['over_memory'] or not grown:
        return []
    return [
        (f'memory of {name} over ours', peer['grown'] / grown, workload['over_memory'])
        for name, peer in workload['peers'].items()
        if name.startswith('tf') and 'grown' in peer
    ]


def verdicts(results: Result) -> list[str]:
    """A line for each figure that is wanted."""
    return [
        f'{workload["name"]}: {what}: {seen:.2f}, wanted {least:.2f}: '
        + ('reached' if seen >= least else 'NOT REACHED')
        for workload in results['workloads']
        for what, seen, least in wanted(workload)
    ]


def measured_where(results: Result) -> str:
    """When, on what, and what else ran."""
    machine = results['machine']
    return (
        f'{results["when"]}, commit {machine["commit"] or "unknown"}, {machine["processor"]}, '
        f'{machine["threads"]} threads of {machine["cores"]} cores, load before '
        f'{results["load_before"]:.1f}'
    )


def heading(results: Result) -> str:
    """When and where it was measured."""
    rate = median(workload['rate'] for workload in results['workloads'])
    product = f'matrix product of {PRODUCT_SIZE}: {rate / 1e9:.0f} GFLOP/s'
    return f'{measured_where(results)}; {product}'


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table of Markdown, the first line its header."""
    rule = ['---'] * len(lines[0])
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in [lines[0], rule, *lines[1:]])


def summary(results: Result) -> str:
    """A line for each workload: seconds of the peers, and which of what is wanted holds."""
    names = list(dict.fromkeys(n for w in results['workloads'] for n in w['peers']))
    lines = [['workload', *names, 'best peer / ours', 'of floor', 'holds', 'memory MB']]
    for workload in results['workloads']:
        taken = {name: seconds(peer) for name, peer in workload['peers'].items()}
        line = [workload['name']]
        line += [f'{one:.3g}' if (one := taken.get(name)) else '-' for name in names]
        ours = fastest(workload, is_ours)
        best = fastest(workload, lambda name: not is_ours(name))
        over = best[1] / ours[1] if ours and best else 0.0
        share = workload['floor']['seconds'] / ours[1] if ours else 0.0
        holds = [f'{OVER_BEST} times'] * (over >= OVER_BEST) + ['floor'] * (share >= OF_FLOOR)
        line += [f'{over:.2f}', f'{share:.2f}', ' and '.join(holds) or 'neither']
        grown = [(n, p['grown']) for n, p in workload['peers'].items() if 'grown' in p]
        line.append(', '.join(f'{name} {size / 1e6:.0f}' for name, size in grown) or '-')
        lines.append(line)
    return f'{heading(results)}; seconds, medians of the rounds.\n\n{markdown(lines)}'


def text(results: Result) -> str:
    """The whole report."""
    parts = [heading(results), table(results), '\n'.join(verdicts(results))]
    parts.append('\n'.join(failures(results)))
    return '\n\n'.join(part for part in parts if part)


def listing(workloads: Sequence[Workload], peers: Sequence[Peer]) -> str:
    """The names that the command line takes, and what they are."""
    lines = ['workloads:']
    for one in workloads:
        sizes = f'{one.batch} x {one.hidden} x {one.vocabulary or "-"}, source {one.source}'
        if one.target:
            sizes += f', target {one.target}'
        if one.beam > 1:
            sizes += f', beam {one.beam}'
        if one.kind != 'encoder':
            sizes += f', {one.attention}'
        lines.append(f'  {one.name:<26}{one.kind:<10}{one.cell:<6}{sizes}')
    lines.append('peers:')
    lines += [f'  {peer.name:<26}{peer.title}' for peer in peers]
    return '\n'.join(lines)


def save(results: Result, folder: Path) -> None:
    """Writes `results.json`, `table.md` and `plot.png`."""
    encoded = json.dumps(results, indent=1).encode()
    replace(folder / 'results.json', lambda path: path.write_bytes(encoded))
    written = text(results).encode()
    replace(folder / 'table.md', lambda path: path.write_bytes(written))
    figure = plot(results)
    replace(folder / 'plot.png', lambda path: figure.savefig(path, dpi=120, format='png'))


def replace(path: Path, write: Callable[[Path], Any]) -> None:
    """Writes a file under a temporary name, and renames it."""
    temporary = path.with_name(path.name + '.tmp')
    write(temporary)
    os.replace(temporary, path)


def plot(results: Result) -> Any:
    """Bars: how many times our seconds each peer takes, for each workload."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(n for w in results['workloads'] for n in w['peers']))
    figure = Figure(figsize=(9, 1.5 + 0.16 * len(names) * len(results['workloads'])))
    axes = figure.subplots()
    height = 0.85 / max(len(names), 1)
    for i, name in enumerate(names):
        places, lengths = [], []
        for row, workload in enumerate(results['workloads']):
            ours = fastest(workload, is_ours)
            taken = seconds(workload['peers'][name]) if name in workload['peers'] else None
            if ours is not None and taken is not None:
                places.append(row + (i - (len(names) - 1) / 2) * height)
                lengths.append(taken / ours[1])
        axes.barh(places, lengths, height, label=name, color=f'C{i}')
    axes.axvline(1.0, color='black', linewidth=0.8)
    axes.set_yticks(range(len(results['workloads'])), [w['name'] for w in results['workloads']])
    axes.invert_yaxis()
    axes.set_xscale('log')
    axes.xaxis.set_major_formatter('{x:g}')
    axes.set_xlabel('seconds, in those of the fastest of ours')
    axes.legend(fontsize='small')
    axes.set_title(heading(results), fontsize='x-small')
    figure.tight_layout()
    return figure
