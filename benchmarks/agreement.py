"""Whether two programs compute the same: what they gave from the same weights, compared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

RTOL = 1e-3
# Two words can be as good as equal, and then rounding chooses; from there on the sequence is
# another. So many of the sequences of a batch may differ: of fewer than ten, none.
OTHER_SEQUENCES = 0.1


def disagreements(
    reference: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]
) -> list[str]:
    """What is different, a line each; nothing if both agree.

    Args:
      reference: Arrays by name: `ids` `[batch, time, ...]`, the chosen words; other arrays, which
        with `ids` are `[batch, ...]` and belong to the sequences.
      other: The same of the other program.

    Returns:
      For each array that differs, its name and how; floats may differ by `RTOL`.
    """
    if set(reference) != set(other):
        return [f'gives {sorted(other)}, not {sorted(reference)}']
    lines = []
    same: slice | np.ndarray = slice(None)
    if 'ids' in reference:
        shapes = reference['ids'].shape, other['ids'].shape
        if shapes[0] != shapes[1]:
            return [f'ids: shape {list(shapes[1])}, not {list(shapes[0])}']
        same = _same_sequences(reference['ids'], other['ids'])
        if np.mean(~same) > OTHER_SEQUENCES:
            lines.append(f'ids: {np.sum(~same)} of {len(same)} sequences differ')
    for name in sorted(set(reference) - {'ids'}):
        wanted, seen = np.asarray(reference[name]), np.asarray(other[name])
        if wanted.shape != seen.shape:
            lines.append(f'{name}: shape {list(seen.shape)}, not {list(wanted.shape)}')
            continue
        wanted, seen = (a[same] if a.ndim else a for a in (wanted, seen))
        scale = np.max(np.abs(wanted), initial=0.0)
        tolerance = RTOL * (np.abs(wanted) + 0.1 * scale if wanted.ndim else scale)
        if not np.all(np.abs(seen - wanted) <= tolerance):
            worst = np.max(np.abs(seen - wanted), initial=0.0) / (scale or 1.0)
            lines.append(f'{name}: differs by {worst:.1e} of its size')
    return lines


def _same_sequences(reference: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether the best sequence of each example is the same, bool `[batch]`."""
    if reference.ndim == 3:
        reference, other = reference[:, :, 0], other[:, :, 0]
    return np.all(reference == other, axis=1)
