"""Functions of NumPy that accept again what they used to accept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tf_seq2seq_compat.tf1.old_libraries.rows import Change

Function = Callable[..., Any]
Note = Callable[[str, str], None]

_RAGGED = 'inhomogeneous shape'


def _array(real: Function, note: Note) -> Function:
    """`np.array` of nested sequences of different lengths, and with `copy=False`."""

    @functools.wraps(real)
    def array(object: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return real(object, *args, **kwargs)
        except ValueError as error:
            ragged = _RAGGED in str(error)
            if ragged and not args and kwargs.get('dtype') is None:
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

    return array


def _of_arrays(name: str) -> Callable[[Function, Note], Function]:
    """Wraps a function that makes an array of its argument, so that the argument may be ragged."""

    def make(real: Function, note: Note) -> Function:
        @functools.wraps(real)
        def call(*args: object, **kwargs: object) -> Any:
            try:
                return real(*args, **kwargs)
            except ValueError as error:
                if _RAGGED not in str(error):
                    raise
                found = real(*map(_as_objects, args), **kwargs)
                note(f'{name}{real.__name__} of ragged sequences', 'an array of dtype=object')
                return found

        return call

    return make


def _as_objects(value: object) -> object:
    """A ragged sequence as an array of objects, all else as it is."""
    if not isinstance(value, (list, tuple)):
        return value
    try:
        np.asarray(value)
    except ValueError:
        return np.asarray(value, np.dtype('O'))
    return value


def _stacking(real: Function, note: Note) -> Function:
    """Stacking what a generator, a map or a zip gives."""

    @functools.wraps(real)
    def stack(arrays: Any, *args: object, **kwargs: object) -> object:
        if hasattr(arrays, '__next__'):
            note(f'np.{real.__name__} of a generator', f'np.{real.__name__}(list(...))')
            arrays = list(arrays)
        return real(arrays, *args, **kwargs)

    return stack


def _sum(real: Function, note: Note) -> Function:
    """`np.sum` of a generator, which was Python's sum."""

    @functools.wraps(real)
    def total(a: Any, *args: object, **kwargs: object) -> object:
        if hasattr(a, '__next__') and not args and not kwargs:
            note('np.sum of a generator', 'sum')
            return sum(a)
        return real(a, *args, **kwargs)

    return total


def _fromstring(real: Function, note: Note) -> Function:
    """`np.fromstring` of bytes."""

    @functools.wraps(real)
    def fromstring(
        string: Any, dtype: Any = float, count: int = -1, *, sep: str = '', **kwargs: Any
    ) -> object:
        if sep:
            return real(string, dtype, count, sep=sep, **kwargs)
        note('np.fromstring of bytes', 'np.frombuffer')
        data = string.encode('latin1') if isinstance(string, str) else string
        return np.frombuffer(data, dtype, count).copy()

    return fromstring


def _renamed(**keywords: str) -> Callable[[Function, Note], Function]:
    """A function whose keyword has another name now."""
    ((old, new),) = keywords.items()

    def make(real: Function, note: Note) -> Function:
        @functools.wraps(real)
        def call(*args: object, **kwargs: object) -> Any:
            if old in kwargs:
                note(f'np.{real.__name__}({old}=...)', f'{new}=...')
                kwargs[new] = kwargs.pop(old)
            return real(*args, **kwargs)

        return call

    return make


def _linspace(real: Function, note: Note) -> Function:
    """`np.linspace` with a number of points that is a float."""

    @functools.wraps(real)
    def linspace(
        start: object, stop: object, num: object = 50, *args: object, **kwargs: object
    ) -> object:
        if isinstance(num, float):
            note('np.linspace with num a float', 'int(num)')
            num = int(num)
        return real(start, stop, num, *args, **kwargs)

    return linspace


_READING = (
    'argsort array_split delete expand_dims max mean min ndim ravel reshape save savez '
    'savez_compressed shape size sort split squeeze sum transpose where'
)

CHANGES: tuple[Change, ...] = (
    Change('numpy', ('linspace',), (1, 18), _linspace),
    Change('numpy', ('array', 'asarray', 'asanyarray'), (1, 24), _array),
    Change(
        'numpy',
        tuple(_READING.split()),
        (1, 24),
        _of_arrays('np.'),
    ),
    Change('numpy.random', ('permutation', 'choice'), (1, 24), _of_arrays('np.random.')),
    Change('numpy', ('histogram',), (1, 24), _renamed(normed='density')),
    Change('numpy', ('vstack', 'hstack', 'dstack', 'stack', 'column_stack'), (1, 24), _stacking),
    Change('numpy', ('fromstring',), (2, 3), _fromstring),
    Change('numpy', ('percentile', 'quantile'), (2, 4), _renamed(interpolation='method')),
    Change('numpy', ('reshape',), (2, 4), _renamed(newshape='shape')),
    Change('numpy', ('sum',), (2, 4), _sum),
)
