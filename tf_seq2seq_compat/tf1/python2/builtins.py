"""The built-in functions of Python 2, under their names.

A translated program has them as its built-ins when it is run; what `migrate` writes imports those
that it uses.
"""

from __future__ import annotations
import __future__

import builtins
import decimal
import functools
import importlib
import itertools
import math
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tf_seq2seq_compat.tf1.python2 import files, operations
from tf_seq2seq_compat.tf1.python2.text import to_text

cmp, sorted = operations.cmp, operations.sorted
reduce = functools.reduce
intern = sys.intern
xrange = builtins.range
long = int
unicode = str
buffer = memoryview
StandardError = Exception
open = file = files.open


class _Strings(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, str | bytes)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, str | bytes)


class basestring(metaclass=_Strings):
    """Python 2's `basestring`, the base of `str` and `unicode`."""


def isinstance_of(value: Any, kinds: Any) -> bool:
    """`isinstance(value, kinds)`, where bytes are a `str` too."""
    if isinstance(value, kinds):
        return True
    return isinstance(value, bytes) and isinstance('', kinds)


def range(*arguments: object) -> list[int]:
    """A list of numbers."""
    return list(builtins.range(*map(int, arguments)))


def map(function: Any, *iterables: Iterable[Any]) -> list[Any]:
    """A list; the shorter iterables go on with None."""
    if function is str:
        function = operations.str
    if len(iterables) == 1:
        return list(iterables[0]) if function is None else [function(each) for each in iterables[0]]
    rows = itertools.zip_longest(*iterables)
    return list(rows) if function is None else [function(*row) for row in rows]


def filter(function: Any, iterable: Any) -> object:
    """The elements that pass the filter: text of text, a tuple of a tuple, else a list."""
    passed = [each for each in iterable if (each if function is None else function(each))]
    if isinstance(iterable, str):
        return ''.join(passed)
    return tuple(passed) if isinstance(iterable, tuple) else passed


def zip(*iterables: Iterable[Any]) -> list[tuple[Any, ...]]:
    """A list of rows, as many as the shortest has."""
    return list(builtins.zip(*iterables, strict=False))


def round(number: Any, digits: int = 0) -> object:
    """A float, half way away from zero."""
    if not isinstance(number, int | float) and hasattr(type(number), '__round__'):
        return number.__round__(digits)
    value = float(number)
    if not math.isfinite(value) or digits > 300:
        return value
    step = decimal.Decimal(1).scaleb(-digits)
    exact = decimal.Context(prec=1200, rounding=decimal.ROUND_HALF_UP)
    return float(decimal.Decimal(value).quantize(step, context=exact))


def _extreme(choose: Callable[..., Any]) -> Callable[..., object]:
    @functools.wraps(choose)
    def chosen(*arguments: Any, **keywords: Any) -> Any:
        if len(arguments) == 1:
            arguments = (list(arguments[0]),)
        try:
            return choose(*arguments, **keywords)
        except TypeError:
            key = keywords.get('key') or (lambda value: value)
            values = arguments[0] if len(arguments) == 1 else arguments
            return choose(values, key=lambda value: operations.by_order(key(value)))

    return chosen


min = _extreme(builtins.min)
max = _extreme(builtins.max)


def chr(number: int) -> str:
    """A string of one byte."""
    return str(to_text(bytes((number,))))


def unichr(number: int) -> str:
    """A character by its number."""
    return builtins.chr(number)


def ord(character: Any) -> int:
    """The number of a character, or of a byte."""
    if isinstance(character, str) and len(character) == 1:
        number = builtins.ord(character)
        return number - 0xDC00 if 0xDC80 <= number <= 0xDCFF else number
    return builtins.ord(character)


def oct(number: Any) -> str:
    """`'0777'`."""
    return builtins.oct(number).replace('0o', '' if number == 0 else '0')


def hash(value: object) -> int:
    """The number of a value; Python 2's for strings and tuples."""
    from tf_seq2seq_compat.tf1.python2.draws import hash_of

    return hash_of(value)


def apply(function: Any, arguments: Any = (), keywords: Mapping[str, Any] | None = None) -> object:
    """Calls a function."""
    return function(*arguments, **(keywords or {}))


def coerce(one: Any, other: Any) -> tuple[object, object]:
    """Two numbers as ones of one type."""
    return type(one + other)(one), type(one + other)(other)


def raw_input(prompt: object = '') -> str:
    """A line of the standard input."""
    return builtins.input(prompt)


def input(prompt: object = '') -> Any:
    """The value of the expression that a line of the standard input is."""
    frame = sys._getframe(1)
    code = _translated(raw_input(prompt), 'eval', frame)
    return builtins.eval(code, frame.f_globals, frame.f_locals)


def reload(module: types.ModuleType) -> types.ModuleType:
    """Loads a module again; `sys`, for the sake of its `setdefaultencoding`, is as it was."""
    is_loaded = sys.modules.get(module.__name__) is module and hasattr(module, '__spec__')
    if not is_loaded or module.__name__ in sys.builtin_module_names:
        return module
    return importlib.reload(module)


# print
# ----------------------------------------------------------------------------------------

_waiting: set[int] = set()
"""Streams to which a `print` that ended in a comma wrote last."""


def print(
    *values: Any, sep: Any = None, end: Any = None, file: Any = None, flush: Any = False
) -> None:
    """The statement `print`, as the translation writes it: `end=' '` for a comma at its end."""
    stream = sys.stdout if file is None else file
    if stream is None:
        return
    if sys._getframe(1).f_globals.get('print_function') is __future__.print_function:
        words = [shown(each) for each in values]
        builtins.print(*words, sep=sep, end=end, file=stream, flush=flush)
        return
    between = id(stream) in _waiting
    _waiting.discard(id(stream))
    for value in values:
        word = shown(value)
        stream.write(f' {word}' if between else word)
        # No blank stands behind what ends in other white space.
        between = not (word[-1:].isspace() and word[-1:] != ' ' and isinstance(value, str | bytes))
    if end is None:
        stream.write('\n')
    elif between:
        _waiting.add(id(stream))
    if flush:
        stream.flush()


def shown(value: object) -> str:
    """A value as `print` writes it."""
    return value if type(value) is str else str(operations.str(value))


def end_line() -> None:
    """Ends the line that a `print` with a comma at its end left open, as Python 2 did."""
    if id(sys.stdout) in _waiting:
        _waiting.discard(id(sys.stdout))
        sys.stdout.write('\n')


# exec, eval and execfile
# ----------------------------------------------------------------------------------------


def _translated(source: object, mode: str, frame: types.FrameType, name: str = '<string>') -> Any:
    """Code of a text, of Python 2 where a translated frame asks; code, or a tree, as it is."""
    from tf_seq2seq_compat.tf1.python2 import translation

    if isinstance(source, bytes):
        source = to_text(source)
    if not isinstance(source, str):
        return source
    if mode == 'eval':
        source = source.strip()
    if 'xrange' not in frame.f_builtins:
        return builtins.compile(source, name, mode, dont_inherit=True)
    return translation.compiled(source.replace('\r\n', '\n'), name, mode)


def _namespaces(names: Any, locals_: object, frame: types.FrameType) -> tuple[Any, Any]:
    if names is None:
        return frame.f_globals, frame.f_locals if locals_ is None else locals_
    if '__builtins__' not in names:
        names['__builtins__'] = frame.f_globals.get('__builtins__', vars(builtins))
    return names, names if locals_ is None else locals_


def exec_(source: object, globals: object = None, locals: object = None) -> None:
    """`exec source in globals, locals`."""
    names, own = _namespaces(globals, locals, sys._getframe(1))
    if hasattr(source, 'read'):
        source = source.read()
    builtins.exec(_translated(source, 'exec', sys._getframe(1)), names, own)


def eval_(source: object, globals: object = None, locals: object = None) -> Any:
    """`eval(source, globals, locals)`."""
    frame = sys._getframe(1)
    names, own = _namespaces(globals, locals, frame)
    return builtins.eval(_translated(source, 'eval', frame), names, own)


def execfile(name: str, globals: object = None, locals: object = None) -> None:
    """Runs a file in a namespace, by default that of the caller."""
    names, own = _namespaces(globals, locals, sys._getframe(1))
    with builtins.open(name, 'rb') as source:
        code = _translated(source.read(), 'exec', sys._getframe(1), name)
    builtins.exec(code, names, own)


def compile_(source: Any, filename: str, mode: str, *arguments: Any, **keywords: Any) -> object:
    """`compile(source, filename, mode)`."""
    if arguments or keywords or not isinstance(source, str | bytes):
        return builtins.compile(source, filename, mode, *arguments, **keywords)
    return _translated(source, mode, sys._getframe(1), filename)


_OWN = (
    'StandardError apply basestring buffer chr cmp coerce execfile file filter hash input intern '
    'long map max min oct open ord print range raw_input reduce reload round sorted unichr '
    'unicode xrange zip'
)
IMPORTABLE: dict[str, object] = {name: globals()[name] for name in _OWN.split()}
"""Names that a program written by `migrate` may import; none shadows a built-in of Python 3."""

NAMES: dict[str, object] = {
    **IMPORTABLE,
    'isinstance': isinstance_of,
    'exec': exec_,
    'eval': eval_,
    'compile': compile_,
    'py2': operations,
    '_py2': operations,
    '__py2': operations,
}
"""The built-ins of Python 2 that a translated program has besides those of Python 3."""

for _name, _value in (('exec', exec_), ('eval', eval_), ('isinstance', isinstance_of)):
    _value.__name__ = _name
