"""Compares two checkpoints name by name."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tf_seq2seq_compat.checkpoint.reader import opened
from tf_seq2seq_compat.types import PathLike


class ValueDifference(NamedTuple):
    """A variable with other values.

    Fields:
      name: Its name.
      differing: Number of elements that differ.
      size: Number of elements.
      max_abs: Largest difference; None where it is not of numbers.
      max_rel: Largest difference by the size of the second's element; None likewise.
    """

    name: str
    differing: int
    size: int
    max_abs: float | None
    max_rel: float | None


class Difference(NamedTuple):
    """The differences of two checkpoints; `str()` of it is a report.

    Fields:
      a: The first.
      b: The second.
      only_a: Names that only the first has.
      only_b: Names that only the second has.
      shapes: `(name, shape in a, shape in b)` where these differ.
      dtypes: `(name, type in a, type in b)` where these differ.
      values: A `ValueDifference` for each that has other values.
      same: Number of variables that are the same.
    """

    a: str
    b: str
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    shapes: tuple[tuple[str, Any, Any], ...]
    dtypes: tuple[tuple[str, str, str], ...]
    values: tuple[ValueDifference, ...]
    same: int

    @property
    def differs(self) -> bool:
        """Whether anything differs."""
        return any((self.only_a, self.only_b, self.shapes, self.dtypes, self.values))

    def __str__(self) -> str:
        lines = [f'only in {self.a}: {name}' for name in self.only_a]
        lines += [f'only in {self.b}: {name}' for name in self.only_b]
        lines += [f'shape: {name}: {list(a)}, {list(b)}' for name, a, b in self.shapes]
        lines += [f'dtype: {name}: {a}, {b}' for name, a, b in self.dtypes]
        for each in self.values:
            line = f'values: {each.name}: {each.differing} of {each.size} differ'
            if each.max_abs is not None:
                line += f', by up to {each.max_abs:.6g} ({each.max_rel:.6g} of the value)'
            lines.append(line)
        counts = len(self.only_a) + len(self.only_b) + len(self.shapes) + len(self.dtypes)
        lines.append(f'{self.same} the same, {counts + len(self.values)} different')
        return '\n'.join(lines)


def diff(a: PathLike, b: PathLike, *, rtol: float = 0.0, atol: float = 0.0) -> Difference:
    """Compares two checkpoints name by name.

    Elements differ by more than `atol + rtol * |b|`; NaN is the same as NaN.

    Args:
      a: A checkpoint, as for `list_variables`, or a mapping from names to arrays.
      b: Another.
      rtol: Relative tolerance for floating point.
      atol: Absolute tolerance for floating point.

    Returns:
      A `Difference`.

    Raises:
      CheckpointError: If one cannot be read.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> print(checkpoint.diff({'v': np.zeros(3), 'w': np.ones(2)}, {'v': np.array([0, 0, 1.0])}))
      only in the given arrays: w
      values: v: 1 of 3 differ, by up to 1 (1 of the value)
      0 the same, 2 different
    """
    first, second = opened(a), opened(b)
    shapes, dtypes, values = [], [], []
    same = 0
    for name in first.variables:
        if name not in second.variables:
            continue
        x, y = first.variables[name], second.variables[name]
        if x.shape != y.shape:
            shapes.append((name, x.shape, y.shape))
        elif x.dtype != y.dtype:
            dtypes.append((name, x.dtype, y.dtype))
        else:
            found = _compared(name, first.read(name), second.read(name), rtol, atol)
            if found is None:
                same += 1
            else:
                values.append(found)
    return Difference(
        first.path,
        second.path,
        tuple(name for name in first.variables if name not in second.variables),
        tuple(name for name in second.variables if name not in first.variables),
        tuple(shapes),
        tuple(dtypes),
        tuple(values),
        same,
    )


def _compared(
    name: str, a: np.ndarray, b: np.ndarray, rtol: float, atol: float
) -> ValueDifference | None:
    if a.dtype.kind not in 'fiubcV' or b.dtype.kind not in 'fiubcV':
        count = int(np.sum(a.astype(object) != b.astype(object)))
        return ValueDifference(name, count, a.size, None, None) if count else None
    exact = a.dtype.kind in 'iub'
    wide = np.complex128 if a.dtype.kind == 'c' else np.float64
    x, y = a.astype(wide), b.astype(wide)
    unlike = a != b if exact else ~((x == y) | (np.isnan(x) & np.isnan(y)))
    with np.errstate(invalid='ignore', over='ignore'):
        apart = np.where(unlike, np.abs(x - y), 0.0)
        bound = 0.0 if exact else atol + rtol * np.abs(y)
    near = np.isfinite(x) & np.isfinite(y) & (apart <= bound)
    differing = unlike if exact else unlike & ~near
    count = int(np.sum(differing))
    if not count:
        return None
    apart = np.where(np.isnan(apart), np.inf, apart)[differing]
    size = np.abs(y)[differing]
    with np.errstate(divide='ignore', invalid='ignore'):
        relative = np.where(size > 0, apart / size, np.inf)
    return ValueDifference(
        name, count, a.size, float(np.max(apart)), float(np.nanmax(relative, initial=0.0))
    )
