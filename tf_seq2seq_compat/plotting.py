"""Plots of what a decoder attends to. Needs matplotlib: the `plotting` extra."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ['plot_alignment']


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
    sides = (('target', target, len(weights)), ('source', source, weights.shape[1]))
    for name, labels, size in sides:
        if labels is not None and len(labels) != size:
            raise ValueError(
                f'{name} has {len(labels)} labels, but alignment, of shape {weights.shape}, has '
                f'{name}_time {size}: give one label per {name} step, or cut the padding off with '
                'alignment[:target_length, :source_length]'
            )
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            'plot_alignment needs matplotlib: pip install "tf-seq2seq-compat[plotting]"'
        ) from error

    rows, columns = weights.shape
    figure = Figure(
        figsize=(min(2 + 0.4 * columns, 16), min(1.5 + 0.35 * rows, 16)), layout='constrained'
    )
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    image = axes.imshow(
        weights, cmap=cmap, vmin=min(0.0, weights.min()), aspect='auto', interpolation='nearest'
    )
    figure.colorbar(image, ax=axes)
    axes.set(xlabel='source', ylabel='target')
    if source is not None:
        axes.set_xticks(range(columns), labels=list(source))
    if target is not None:
        axes.set_yticks(range(rows), labels=list(target))
    if title is not None:
        axes.set_title(title)
    if path is not None:
        _save(figure, Path(path), dpi)
    return figure


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
