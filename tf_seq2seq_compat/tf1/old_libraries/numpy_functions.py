"""Functions and objects that NumPy had, in terms of those that it has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

sctypes: dict[str, list[Any]] = {
    'int': [np.int8, np.int16, np.int32, np.int64],
    'uint': [np.uint8, np.uint16, np.uint32, np.uint64],
    'float': [np.float16, np.float32, np.float64, np.longdouble],
    'complex': [np.complex64, np.complex128, np.clongdouble],
    'others': [bool, object, bytes, str, np.void],
}
"""`np.sctypes`: the scalar types by family."""

_KINDS = {'i': 'int', 'u': 'uint', 'f': 'float', 'c': 'complex'}


class _Cast:
    """`np.cast`: a function that casts, for each type."""

    def __getitem__(self, key: Any) -> Callable[[Any], object]:
        dtype = np.dtype(key)
        return lambda x: np.asarray(x).astype(dtype)


class _ByteSizes:
    """`np.nbytes`: the size of an entry, for each type."""

    def __getitem__(self, key: Any) -> int:
        return np.dtype(key).itemsize


cast, nbytes = _Cast(), _ByteSizes()


def asfarray(a: ArrayLike, dtype: Any = np.float64) -> np.ndarray:
    """`np.asfarray`: an array of floats."""
    inexact = np.issubdtype(np.dtype(dtype), np.inexact)
    return np.asarray(a, dtype if inexact else np.float64)


def asscalar(a: np.ndarray) -> object:
    """`np.asscalar`."""
    return a.item()


def alen(a: ArrayLike) -> int:
    """`np.alen`: the length, 1 for a scalar."""
    return len(np.atleast_1d(a))


def msort(a: ArrayLike) -> np.ndarray:
    """`np.msort`: sorted along the first axis."""
    return np.sort(a, axis=0)


def in1d(
    ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False, invert: bool = False
) -> np.ndarray:
    """`np.in1d`: whether each entry of the flattened `ar1` is in `ar2`."""
    return np.isin(np.ravel(ar1), ar2, assume_unique=assume_unique, invert=invert)


def obj2sctype(rep: Any, default: object = None) -> Any:
    """`np.obj2sctype`: the scalar type of a type, a dtype, an array or a name."""
    if isinstance(rep, (np.ndarray, np.generic)):
        return rep.dtype.type
    try:
        return np.dtype(rep).type
    except TypeError:
        return default


def issctype(rep: object) -> bool:
    """`np.issctype`: whether this stands for a type of NumPy's scalars."""
    if not isinstance(rep, (type, np.dtype)):
        return False
    found = obj2sctype(rep)
    return found is not None and found is not np.object_


def issubclass_(arg1: Any, arg2: Any) -> bool:
    """`np.issubclass_`: `issubclass`, False for what is not a class."""
    try:
        return issubclass(arg1, arg2)
    except TypeError:
        return False


def sctype2char(sctype: object) -> str:
    """`np.sctype2char`."""
    found = obj2sctype(sctype)
    if found is None:
        raise ValueError('unrecognized type')
    return np.dtype(found).char


def maximum_sctype(t: object) -> Any:
    """`np.maximum_sctype`: the widest type of the same family."""
    found = obj2sctype(t)
    family = _KINDS.get(np.dtype(found).kind) if found is not None else None
    return sctypes[family][-1] if family else found if found is not None else t


_ORDER = 'buifcSUVOmM'


def find_common_type(array_types: Sequence[Any], scalar_types: Sequence[Any]) -> object:
    """`np.find_common_type`: scalars count only where they are of a higher kind than arrays."""
    arrays = np.result_type(*map(np.dtype, array_types)) if array_types else None
    scalars = np.result_type(*map(np.dtype, scalar_types)) if scalar_types else None
    if arrays is None or scalars is None:
        return scalars if arrays is None else arrays
    higher = _ORDER.index(scalars.kind) > _ORDER.index(arrays.kind)
    return np.result_type(arrays, scalars) if higher else arrays


def fast_copy_and_transpose(a: ArrayLike) -> np.ndarray:
    """`np.fastCopyAndTranspose`."""
    return np.asarray(a).T.copy()


def disp(mesg: Any, device: Any = None, linefeed: bool = True) -> None:
    """`np.disp`."""
    print(mesg, end='\n' if linefeed else '', file=device, flush=True)


def source(object: Any, output: Any = None) -> None:
    """`np.source`: prints the source."""
    print(inspect.getsource(object), file=output)


def recfromtxt(fname: Any, **kwargs: Any) -> object:
    """`np.recfromtxt`: a text file as a record array."""
    return np.genfromtxt(fname, **{'dtype': None, **kwargs}).view(np.recarray)


def recfromcsv(fname: object, **kwargs: object) -> object:
    """`np.recfromcsv`: likewise, with names in the first line and commas between."""
    usual = {'case_sensitive': 'lower', 'names': True, 'delimiter': ','}
    return recfromtxt(fname, **{**usual, **kwargs})


def random_integers(low: int, high: int | None = None, size: Any = None) -> object:
    """`np.random.random_integers`: both ends included."""
    if high is None:
        low, high = 1, low
    return np.random.randint(low, int(high) + 1, size)


def itemset(self: Any, *args: Any) -> None:
    """`ndarray.itemset(value)`, `ndarray.itemset(index, value)`, `ndarray.itemset(i, j, value)`."""
    *index, value = args
    if not index and self.size != 1:
        raise ValueError(f'can only set the one item of an array of size 1, not {self.size}')
    if len(index) == 1 and not isinstance(index[0], tuple):
        self.flat[index[0]] = value
    elif index:
        self[tuple(index[0]) if len(index) == 1 else tuple(index)] = value
    else:
        self[...] = value


def newbyteorder(self: Any, new_order: str = 'S') -> object:
    """`ndarray.newbyteorder`."""
    return self.view(self.dtype.newbyteorder(new_order))


def ptp(self: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> object:
    """`ndarray.ptp`."""
    return np.ptp(self, axis, out, keepdims)
