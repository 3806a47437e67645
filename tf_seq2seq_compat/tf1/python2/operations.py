"""Python 2's operators and methods as functions: `py2.div(a, b)` for `a / b`.

The translation of a program calls them (`meaning.py` says where). Each takes whatever the
operator or the method took; what is no type of Python's own answers for itself, as it did.
"""

from __future__ import annotations

import builtins
import datetime
import functools
import operator
import sys
from collections.abc import Callable, ItemsView, Iterable, KeysView, ValuesView
from typing import Any

from tf_seq2seq_compat.tf1.python2 import text as strings
from tf_seq2seq_compat.tf1.python2.text import Bytes, to_bytes, to_text

# Division
# ----------------------------------------------------------------------------------------


def div(left: Any, right: Any) -> object:
    """`left / right`: of integers, NumPy's and tensors' among them, the quotient rounded down.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import operations as py2
      >>> py2.div(7, 2), py2.div(-7, 2), py2.div(7, 2.0)
      (3, -4, 3.5)
    """
    if type(left) is int and type(right) is int:
        if right == 0:  # Python 3.14 says less.
            raise ZeroDivisionError('integer division or modulo by zero')
        return left // right
    for value, other, name in ((left, right, '__div__'), (right, left, '__rdiv__')):
        method = getattr(type(value), name, None)
        if method is not None:
            found = method(value, other)
            if found is not NotImplemented:
                return found
    if _is_integer(left) and _is_integer(right) or isinstance(left, datetime.timedelta):
        return left // right
    return left / right


def _is_integer(value: object) -> bool:
    """Whether a value is a whole number, or a NumPy array (or a list) of such."""
    if isinstance(value, int):
        return True
    numpy = sys.modules.get('numpy')
    if numpy is None or isinstance(value, float | builtins.str):
        return False
    if isinstance(value, list | tuple):
        value = numpy.asarray(value)
    return isinstance(value, numpy.ndarray | numpy.generic) and value.dtype.kind in 'iub'


class by:
    """The divisor of `x /= py2.by(y)`: in place where `x` is an array, as `x /= y` was."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __rtruediv__(self, left: Any) -> object:
        method = getattr(type(left), '__idiv__', None)
        if method is not None:
            return method(left, self._value)
        numpy = sys.modules.get('numpy')
        if numpy is not None and isinstance(left, numpy.ndarray):
            if _is_integer(left) and _is_integer(self._value):
                left //= self._value
            else:
                numpy.divide(left, self._value, out=left, casting='same_kind')
            return left
        return div(left, self._value)

    def __array_ufunc__(self, function: Any, method: Any, left: Any, *_: Any, **__: Any) -> object:
        return self.__rtruediv__(left)

    # Of a class of the program's that divides by what it is given.
    __rdiv__ = __rfloordiv__ = __rtruediv__


# Order
# ----------------------------------------------------------------------------------------


def _rank(value: object) -> tuple[int, builtins.str]:
    """Where Python 2 put a type: None, numbers, then the others by the names of their types."""
    if value is None:
        return 0, ''
    if isinstance(value, int | float):
        return 1, ''
    if isinstance(value, builtins.str | bytes):
        return 2, 'str'
    return 2, type(value).__name__


_PLAIN = (type(None), int, float, builtins.str, bytes, list, tuple, dict, set, frozenset)


def cmp(left: Any, right: Any) -> int:
    """-1, 0 or 1: Python 2's order, which all of its own types took part in.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import operations as py2
      >>> py2.cmp(None, -1), py2.cmp('a', 10), py2.cmp([1, 'a'], [1, 2])
      (-1, 1, 1)
    """
    method = getattr(type(left), '__cmp__', None)
    if method is not None:
        found = method(left, right)
        if found is not NotImplemented:
            return int(found)
    try:
        if left == right:
            return 0
        return -1 if left < right else 1
    except TypeError:
        if not (isinstance(left, _PLAIN) and isinstance(right, _PLAIN)):
            raise
    if _rank(left) != _rank(right):
        return -1 if _rank(left) < _rank(right) else 1
    return _cmp_of_parts(left, right)


def _cmp_of_parts(left: Any, right: Any) -> int:
    if isinstance(left, dict):
        return _cmp_dicts(left, right)
    for one, other in zip(left, right, strict=False):
        if found := cmp(one, other):
            return found
    return cmp(len(left), len(right))


def _cmp_dicts(left: dict[object, object], right: dict[object, object]) -> int:
    """The shorter first; then by the smallest key at which they differ, and its value."""
    if len(left) != len(right):
        return cmp(len(left), len(right))
    nothing = object()

    def first(one: dict[object, object], other: dict[object, object]) -> Any:
        return min((key for key in one if other.get(key, nothing) != one[key]), key=by_order)

    one, other = first(left, right), first(right, left)
    return cmp(one, other) or cmp(left[one], right[other])


by_order = functools.cmp_to_key(cmp)
"""`key=` of a sorting by Python 2's order."""


def _comparison(compare: Callable[[Any, Any], object]) -> Callable[[Any, Any], object]:
    def compared(left: object, right: object) -> object:
        try:
            return compare(left, right)
        except TypeError:
            if not (isinstance(left, _PLAIN) and isinstance(right, _PLAIN)):
                raise
        return compare(cmp(left, right), 0)

    return compared


lt = _comparison(operator.lt)
le = _comparison(operator.le)
gt = _comparison(operator.gt)
ge = _comparison(operator.ge)


def sorted(
    values: Iterable[object],
    cmp: Callable[[Any, Any], int] | None = None,
    key: Callable[[Any], object] | None = None,
    reverse: bool = False,
) -> list[Any]:
    """The built-in `sorted` of Python 2."""
    values = list(values)
    try:
        return builtins.sorted(values, key=_sort_key(cmp, key), reverse=reverse)
    except TypeError:
        if cmp is not None:
            raise
        return builtins.sorted(values, key=_sort_key(globals()['cmp'], key), reverse=reverse)


def _sort_key(
    compare: Callable[[Any, Any], int] | None, key: Callable[[Any], object] | None
) -> Callable[[Any], Any] | None:
    if compare is None:
        return key
    ordered = functools.cmp_to_key(compare)
    return ordered if key is None else lambda value: ordered(key(value))


def sort(values: Any, *arguments: Any, **keywords: Any) -> object:
    """`values.sort(cmp, key, reverse)`, in place."""
    if isinstance(values, list):
        values[:] = sorted(values, *arguments, **keywords)
        return None
    return values.sort(*arguments, **keywords)


# Dictionaries and iterators
# ----------------------------------------------------------------------------------------


_VIEWS = (KeysView, ValuesView, ItemsView)  # Those of collections.OrderedDict among them.


def _reading(old: builtins.str, name: builtins.str) -> Callable[[Any], Any]:
    """A method that gives the entries of a dictionary: its own, or Python 3's of another name."""

    def read(mapping: object) -> Any:
        return getattr(mapping, old if hasattr(mapping, old) else name)()

    if old.startswith('view'):
        return read
    if old.startswith('iter'):
        return lambda mapping: iter(read(mapping))

    def listed(mapping: object) -> object:
        found = read(mapping)
        return list(found) if isinstance(found, _VIEWS) else found

    return listed


_ENTRIES = ('keys', 'values', 'items')
keys, values, items = (_reading(name, name) for name in _ENTRIES)
iterkeys, itervalues, iteritems = (_reading(f'iter{name}', name) for name in _ENTRIES)
viewkeys, viewvalues, viewitems = (_reading(f'view{name}', name) for name in _ENTRIES)


def has_key(mapping: Any, key: Any) -> object:
    """`mapping.has_key(key)`."""
    own = getattr(mapping, 'has_key', None)
    return own(key) if own is not None else key in mapping


def next(iterator: Any) -> object:
    """`iterator.next()`."""
    own = getattr(iterator, 'next', None)
    return own() if own is not None else builtins.next(iterator)


# Strings
# ----------------------------------------------------------------------------------------


def encode(value: Any, *arguments: Any, **keywords: Any) -> object:
    """`value.encode(…)`: of a string a string again; of anything else its own method."""
    if isinstance(value, builtins.str | bytes):
        return strings.encode(value, *arguments, **keywords)
    return value.encode(*arguments, **keywords)


def decode(value: Any, *arguments: Any, **keywords: Any) -> object:
    """`value.decode(…)`: of a string text; of anything else its own method."""
    if isinstance(value, builtins.str | bytes):
        return strings.decode(value, *arguments, **keywords)
    return value.decode(*arguments, **keywords)


def translate(value: Any, table: Any, deleted: builtins.str = '') -> object:
    """`value.translate(table, deleted)`, the table one of `string.maketrans` or a dictionary."""
    value = to_text(value)
    if not isinstance(value, builtins.str):
        return value.translate(table, deleted) if deleted else value.translate(table)
    kept = value.translate(dict.fromkeys(map(ord, deleted))) if deleted else value
    return kept if table is None else kept.translate(table)


def texts(values: Iterable[object]) -> list[Any]:
    """The arguments of `' '.join(…)`, with bytes as text."""
    return [to_text(each) if isinstance(each, bytes) else each for each in values]


def shown(values: object) -> object:
    """The arguments of `'%s' % …`, so that `%s` formats floats and bytes as Python 2 did."""
    if isinstance(values, tuple):
        return tuple(map(_shown, values))
    if type(values) is dict:
        return {key: _shown(value) for key, value in values.items()}
    return _shown(values)


class _Float(float):
    def __str__(self) -> builtins.str:
        return short(self)

    __format__ = float.__format__
    __repr__ = float.__repr__


def _shown(value: object) -> object:
    if type(value) is float:
        return _Float(value)
    return to_text(value) if isinstance(value, bytes) else value


def short(value: float) -> builtins.str:
    """A float as Python 2's `str` and `print` write it, with 12 digits."""
    written = f'{value:.12g}'
    digits = written.lstrip('-')
    if not digits.isdigit():
        return written
    if len(digits) < 12:
        return f'{written}.0'
    mantissa, _, exponent = f'{value:.11e}'.partition('e')
    return f'{mantissa.rstrip("0").rstrip(".")}e{exponent}'


def str(*arguments: Any) -> Any:
    """`str(value)`."""
    if len(arguments) != 1:
        return builtins.str(*arguments)
    [value] = arguments
    if type(value) is float:
        return short(value)
    return to_text(value) if isinstance(value, bytes | builtins.str) else builtins.str(value)


def unicode(value: object = '', encoding: object = None, errors: object = 'strict') -> object:
    """`unicode(value, encoding, errors)`."""
    if encoding is not None or isinstance(value, bytes):
        return decode(value, encoding or 'utf-8', errors)
    own = getattr(value, '__unicode__', None)
    return own() if own is not None else str(value)


def message(error: Any) -> object:
    """`error.message`."""
    if hasattr(error, 'message') or not isinstance(error, BaseException):
        return error.message
    return error.args[0] if len(error.args) == 1 else ''


def encoded(values: Any) -> object:
    """Strings, or one, as the bytes that a protocol buffer wants."""
    if isinstance(values, builtins.str | bytes):
        return to_bytes(values)
    return [to_bytes(each) for each in values]


def byte_strings(values: Iterable[object]) -> list[object]:
    """The bytes of a protocol buffer as strings of Python 2."""
    return [Bytes(each) if isinstance(each, bytes) else each for each in values]


# Classes
# ----------------------------------------------------------------------------------------


class Class:
    """A base that gives a class what Python 3 calls the special methods of Python 2."""

    __slots__ = ()

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        own = vars(cls)
        for old, new in _RENAMED.items():
            if old in own and new not in own:
                setattr(cls, new, _of_value(own[old]) if 'div' in old else own[old])
        if '__cmp__' in own:
            for name, compare in _BY_CMP.items():
                if name not in own:
                    setattr(cls, name, compare)
        if own.get('__hash__', cls) is None or '__cmp__' in own and '__hash__' not in own:
            # Python 2 kept the inherited one beside an __eq__ or __cmp__ of the class's own.
            cls.__hash__ = _inherited_hash(cls)  # type: ignore[assignment]
        for kind in ('get', 'set', 'del'):
            sliced, item = own.get(f'__{kind}slice__'), f'__{kind}item__'
            if sliced is not None:
                setattr(cls, item, _with_slices(sliced, getattr(cls, item, None)))


_RENAMED = {
    '__nonzero__': '__bool__',
    'next': '__next__',
    '__div__': '__truediv__',
    '__rdiv__': '__rtruediv__',
    '__idiv__': '__itruediv__',
}


def _of_value(method: Callable[[Any, Any], object]) -> Callable[[Any, Any], object]:
    """The method as one that may be given what `/=` divides by."""
    return lambda self, other: method(self, other._value if isinstance(other, by) else other)


def _inherited_hash(cls: type) -> Callable[[Any], int]:
    """The `__hash__` that a class inherits."""
    found: Any = super(cls, cls).__hash__  # type: ignore[arg-type]
    return found if found is not None else object.__hash__


def _by_cmp(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], object]:
    def method(self: Any, other: Any) -> Any:
        found = self.__cmp__(other)
        return found if found is NotImplemented else compare(found, 0)

    return method


_BY_CMP = {
    f'__{name}__': _by_cmp(getattr(operator, name)) for name in ('lt', 'le', 'eq', 'ne', 'gt', 'ge')
}


def _with_slices(sliced: Callable[..., object], whole: Callable[..., object] | None) -> object:
    def method(self: Any, index: object, *value: object) -> Any:
        if isinstance(index, slice) and index.step is None:
            start = index.start or 0
            stop = sys.maxsize if index.stop is None else index.stop
            if start < 0 or stop < 0:
                size = len(self)
                start, stop = (each + size if each < 0 else each for each in (start, stop))
            return sliced(self, start, stop, *value)
        if whole is None:
            raise TypeError(f'{type(self).__name__!r} object is not subscriptable')
        return whole(self, index, *value)

    return method
