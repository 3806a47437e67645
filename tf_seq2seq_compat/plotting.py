"""Plots of what a decoder attends to. Needs matplotlib: the `plotting` extra."""

from __future__ import annotations

import functools
import math
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ['plot_alignment', 'plot_alignments']


def plot_alignment(
    alignment: ArrayLike,
    source: Sequence[str] | None = None,
    target: Sequence[str] | None = None,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str | None = None,
    cmap: str = 'viridis',
    dpi: int = 150,
) -> Figure:
    """Draws the alignment of one sequence as a heat map: decoder steps down, memory across.

    The figure belongs to no window and needs no display, so it can be drawn in a training loop on
    a server; nothing of `matplotlib.pyplot` is touched.

    Args:
      alignment: `[target_time, source_time]`, any real dtype: for one sequence, the weights that
        each decoder step gave to each memory entry. Where alignments come stacked as
        `[target_time, batch, source_time]`, as `alignment_history.stack()` gives them, this is
        `stacked[:, i]`.
      source: a label for each of the `source_time` memory entries, a string counting as a
        sequence of characters.
      target: a label for each of the `target_time` decoder steps, likewise.
      path: where to write the picture, if anywhere. The suffix says in which format, without one
        it is PNG. The file appears under this name only when it is complete.
      title: written above the map.
      cmap: the matplotlib colour map.
      dpi: dots per inch of the file.

    Returns:
      The `matplotlib.figure.Figure`.

    Raises:
      ImportError: matplotlib is not installed.
      TypeError: `alignment` does not hold real numbers that are known now.
      ValueError: `alignment` is not of rank 2, has no entries or has some that are not finite, or
        a label is missing or left over.

    Example:
      >>> alignment = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1]])
      >>> from tf_seq2seq_compat.plotting import plot_alignment
      >>> figure = plot_alignment(alignment, source='abc', target=['X', 'Y'])
      >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
      ['X', 'Y']
    """
    weights = _weights(alignment)
    return plot_alignments({'': weights}, source, target, path, title=title, cmap=cmap, dpi=dpi)


def plot_alignments(
    alignments: Mapping[str, ArrayLike],
    source: Sequence[str] | None = None,
    target: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str | None = None,
    cmap: str = 'viridis',
    dpi: int = 150,
) -> Figure:
    """Draws several alignments of one source in one figure: of heads, of mechanisms, of beams.

    All have the colours of one scale, which the colour bar shows.

    Args:
      alignments: `[target_time, source_time]` by the title of its map; `[maps, target_time,
        source_time]` makes as many maps, their titles numbered.
      source: a label for each memory entry.
      target: a label for each decoder step; or such labels by title, where each beam has its own.
        A map of `[maps, ...]` has those of its numbered title, or else of its key.
      path: where to write the picture, as for `plot_alignment`.
      title: written above all.
      cmap: the matplotlib colour map.
      dpi: dots per inch of the file.

    Returns:
      The `matplotlib.figure.Figure`. Where there are more labels than can be read, some are left
      out.

    Raises:
      ImportError: matplotlib is not installed.
      TypeError: an alignment does not hold real numbers that are known now.
      ValueError: there are none, or one is not as `plot_alignment` wants it.

    Warns:
      UserWarning: no installed font has all characters of the labels.

    Example:
      >>> heads = np.full([2, 4, 3], 1 / 3)
      >>> from tf_seq2seq_compat.plotting import plot_alignments
      >>> figure = plot_alignments({'head': heads}, source='abc')
      >>> [axes.get_title() for axes in figure.axes[:2]]
      ['head 0', 'head 1']
    """
    source = _listed(source)
    maps = _maps(alignments, source, target)
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            'plot_alignment needs matplotlib: pip install "tf-seq2seq-compat[plotting]"'
        ) from error

    rows = max(len(weights) for weights, _ in maps.values())
    columns = max(weights.shape[1] for weights, _ in maps.values())
    across = math.ceil(math.sqrt(len(maps)))
    down = math.ceil(len(maps) / across)
    size = min(2 + 0.4 * columns, 16 / across**0.5), min(1.5 + 0.35 * rows, 16 / down**0.5)
    figure = Figure(figsize=(size[0] * across, size[1] * down), layout='constrained')
    FigureCanvasAgg(figure)
    every_label = [*(source or ()), title or '']
    every_label += [
        label for name, (_, labels) in maps.items() for label in (name, *(labels or ()))
    ]
    fonts = _fonts(''.join(every_label))
    limits = {
        'vmin': min(0.0, *(weights.min() for weights, _ in maps.values())),
        'vmax': max(weights.max() for weights, _ in maps.values()),
    }
    plots = figure.subplots(down, across, squeeze=False).flat
    for axes, (name, (weights, labels)) in zip(plots, maps.items(), strict=False):
        image = axes.imshow(weights, cmap=cmap, aspect='auto', interpolation='nearest', **limits)
        axes.set(xlabel='source', ylabel='target')
        if name:
            axes.set_title(name, fontfamily=fonts)
        if source is not None:
            ticks = _readable(source, size[0])
            turned = 90 if max(map(len, source)) > 2 else 0
            axes.set_xticks(ticks, [source[i] for i in ticks], rotation=turned, fontfamily=fonts)
        if labels is not None:
            ticks = _readable(labels, size[1])
            axes.set_yticks(ticks, [labels[i] for i in ticks], fontfamily=fonts)
    for axes in list(plots):
        axes.set_axis_off()
    drawn = figure.axes[: len(maps)]
    for axes in figure.axes[len(maps) :]:
        axes.remove()
    figure.colorbar(image, ax=drawn, label='weight')
    if title is not None:
        (drawn[0].set_title if len(drawn) == 1 else figure.suptitle)(title, fontfamily=fonts)
    if path is not None:
        _save(figure, Path(path), dpi)
    return figure


def _maps(
    alignments: Mapping[str, ArrayLike],
    source: Sequence[str] | None,
    target: Sequence[str] | Mapping[str, Sequence[str]] | None,
) -> dict[str, tuple[np.ndarray, list[str] | None]]:
    """The matrices with the labels of their steps, by title."""
    matrices: dict[str, tuple[str, Any]] = {}
    for name, alignment in alignments.items():
        shape: Any = np.shape(alignment) if isinstance(alignment, np.ndarray | list) else ()
        if len(shape) == 3:
            stacked = np.asarray(alignment)
            matrices |= {f'{name} {i}'.strip(): (name, each) for i, each in enumerate(stacked)}
        else:
            matrices[name] = name, alignment
    if not matrices:
        raise ValueError('alignments is empty: give at least one, by its title')
    maps = {}
    for title, (name, alignment) in matrices.items():
        weights = _weights(alignment)
        labels = target.get(title, target.get(name)) if isinstance(target, Mapping) else target
        for side, given, size in (
            ('target', labels, len(weights)),
            ('source', source, weights.shape[1]),
        ):
            if given is not None and len(given) != size:
                raise ValueError(
                    f'{side} has {len(given)} labels, but alignment, of shape {weights.shape}, has '
                    f'{side}_time {size}: give one label per {side} step, or cut the padding off '
                    'with alignment[:target_length, :source_length]'
                )
        maps[title] = weights, _listed(labels)
    return maps


def _listed(labels: Sequence[str] | None) -> list[str] | None:
    """Labels as a list: they are given as a string, too, or as an array."""
    return None if labels is None else [str(label) for label in labels]


_LABELS_PER_INCH = 5


def _readable(labels: Sequence[str], inches: float) -> range:
    """Which labels there is room for."""
    return range(0, len(labels), math.ceil(len(labels) / (_LABELS_PER_INCH * inches)))


def _fonts(text: str) -> list[str]:
    """Families of installed fonts that together have the characters of a text."""
    from matplotlib import font_manager, rcParams

    families = list(rcParams['font.family'])
    default = font_manager.findfont(font_manager.FontProperties(family=families))
    lacking = {ord(each) for each in text if each.isprintable()} - _characters(default)
    for name, file in sorted(
        {(each.name, each.fname) for each in font_manager.fontManager.ttflist}
    ):
        if not lacking:
            break
        added = _characters(file) & lacking
        if len(added) > len(lacking) / 2:  # a font of that script, not one that has a sign of it
            families.append(name)
            lacking -= added
    if lacking:
        seen = ''.join(map(chr, sorted(lacking)[:5]))
        warnings.warn(
            f'No installed font has {seen!r}, which will be boxes in the plot: install one that '
            'has, such as Noto Sans CJK (Debian and Ubuntu: apt install fonts-noto-cjk), and '
            f'remove '
            f'{os.path.join(_matplotlib_cache(), "fontlist*.json")}.',
            stacklevel=3,
        )
    return families


def _matplotlib_cache() -> str:
    import matplotlib

    return matplotlib.get_cachedir()


@functools.cache
def _characters(font: str) -> frozenset[int]:
    """What a font file has."""
    from matplotlib import font_manager

    try:
        return frozenset(font_manager.get_font(font).get_charmap())
    except (OSError, RuntimeError):  # gone, or damaged
        return frozenset()


def _weights(alignment: ArrayLike) -> np.ndarray:
    """`alignment` as a checked float matrix."""
    try:
        weights = np.asarray(alignment)
        if weights.dtype.kind in 'cOSU':
            raise TypeError(f'its dtype is {weights.dtype}')
        weights = weights.astype(np.float64)
    except (TypeError, ValueError, NotImplementedError) as error:
        raise TypeError(
            f'alignment must hold real numbers that are known now, saw {type(alignment).__name__} '
            f'({error}): give the array that session.run or .numpy() returns'
        ) from error
    if weights.ndim != 2 or 0 in weights.shape:
        raise ValueError(
            'alignment must be [target_time, source_time] for one sequence, with at least one '
            f'entry; saw shape {weights.shape}. Of alignments [target_time, batch, source_time] '
            'take alignment[:, i]'
        )
    if not np.isfinite(weights).all():
        raise ValueError(
            f'alignment, of shape {weights.shape}, has {np.sum(~np.isfinite(weights))} entries '
            'that are not finite: look for NaN in the memory or in the scores'
        )
    return weights


def _save(figure: Figure, path: Path, dpi: int) -> None:
    """Writes the figure under a temporary name and renames it."""
    unfinished = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        figure.savefig(unfinished, format=path.suffix[1:] or 'png', dpi=dpi)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
