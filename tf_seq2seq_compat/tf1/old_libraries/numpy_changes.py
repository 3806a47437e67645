"""Functions of NumPy that accept again what they used to accept."""

from __future__ import annotations

from typing import Any

import numpy as np

from tf_seq2seq_compat.tf1.old_libraries.rows import (
    Change,
    Function,
    Maker,
    Note,
    changed,
    renamed,
)

_RAGGED = 'inhomogeneous shape'


@changed
def _array(real: Function, note: Note, object: Any, *args: Any, **kwargs: Any) -> Any:
    """`np.array` of nested sequences of different lengths, and with `copy=False`."""
    try:
        return real(object, *args, **kwargs)
    except ValueError as error:
        if _RAGGED in str(error) and not args and kwargs.get('dtype') is None:
            again = {**kwargs, 'dtype': np.dtype('O')}
            said = f'np.{real.__name__} of ragged sequences', 'dtype=object'
        elif kwargs.get('copy') is False and 'avoid copy' in str(error):
            again = {**kwargs, 'copy': None}
            said = 'np.array(..., copy=False)', 'np.asarray'
        else:
            raise
        try:
            found = real(object, *args, **again)
        except ValueError:
            raise error from None
        note(*said)
        return found


def _of_arrays(prefix: str) -> Maker:
    """A function that makes an array of its argument, which may be ragged."""

    @changed
    def call(real: Function, note: Note, *args: object, **kwargs: object) -> Any:
        try:
            return real(*args, **kwargs)
        except ValueError as error:
            if _RAGGED not in str(error):
                raise
            found = real(*map(_as_objects, args), **kwargs)
            note(f'{prefix}{real.__name__} of ragged sequences', 'an array of dtype=object')
            return found

    return call


def _as_objects(value: object) -> object:
    """A ragged sequence as an array of objects, all else as it is."""
    if not isinstance(value, (list, tuple)):
        return value
    try:
        np.asarray(value)
    except ValueError:
        return np.asarray(value, np.dtype('O'))
    return value


@changed
def _stacking(real: Function, note: Note, arrays: Any, *args: object, **kwargs: object) -> object:
    """Stacking what a generator, a map or a zip gives."""
    if hasattr(arrays, '__next__'):
        note(f'np.{real.__name__} of a generator', f'np.{real.__name__}(list(...))')
        arrays = list(arrays)
    return real(arrays, *args, **kwargs)


@changed
def _sum(real: Function, note: Note, a: Any, *args: object, **kwargs: object) -> object:
    """`np.sum` of a generator, which was Python's sum."""
    if hasattr(a, '__next__') and not args and not kwargs:
        note('np.sum of a generator', 'sum')
        return sum(a)
    return real(a, *args, **kwargs)


@changed
def _fromstring(
    real: Function,
    note: Note,
    string: Any,
    dtype: Any = float,
    count: int = -1,
    *,
    sep: str = '',
    **kwargs: Any,
) -> object:
    """`np.fromstring` of bytes."""
    if sep:
        return real(string, dtype, count, sep=sep, **kwargs)
    note('np.fromstring of bytes', 'np.frombuffer')
    data = string.encode('latin1') if isinstance(string, str) else string
    return np.frombuffer(data, dtype, count).copy()


@changed
def _linspace(
    real: Function,
    note: Note,
    start: object,
    stop: object,
    num: object = 50,
    *args: object,
    **kwargs: object,
) -> object:
    """`np.linspace` with a number of points that is a float."""
    if isinstance(num, float):
        note('np.linspace with num a float', 'int(num)')
        num = int(num)
    return real(start, stop, num, *args, **kwargs)


_READING = (
    'argsort array_split delete expand_dims max mean min ndim ravel reshape save savez '
    'savez_compressed shape size sort split squeeze sum transpose where'
)

CHANGES: tuple[Change, ...] = (
    Change('numpy', ('linspace',), (1, 18), _linspace),
    Change('numpy', ('array', 'asarray', 'asanyarray'), (1, 24), _array),
    Change('numpy', tuple(_READING.split()), (1, 24), _of_arrays('np.')),
    Change('numpy.random', ('permutation', 'choice'), (1, 24), _of_arrays('np.random.')),
    Change('numpy', ('histogram',), (1, 24), renamed(normed='density')),
    Change('numpy', ('vstack', 'hstack', 'dstack', 'stack', 'column_stack'), (1, 24), _stacking),
    Change('numpy', ('fromstring',), (2, 3), _fromstring),
    Change('numpy', ('percentile', 'quantile'), (2, 4), renamed(interpolation='method')),
    Change('numpy', ('reshape',), (2, 4), renamed(newshape='shape')),
    Change('numpy', ('sum',), (2, 4), _sum),
)
