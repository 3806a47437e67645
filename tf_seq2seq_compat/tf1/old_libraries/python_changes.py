"""Functions of the standard library and of PyYAML that accept again what they used to accept."""

from __future__ import annotations

import functools
import io
import pickle
import re
from collections.abc import Callable, Set
from typing import Any

from tf_seq2seq_compat.tf1.old_libraries.rows import Change

Function = Callable[..., Any]
Note = Callable[[str, str], None]


def universal_newlines(real: Function, note: Note) -> Function:
    """`open` with 'U' in its mode, which text files need not say since Python 3."""

    @functools.wraps(real)
    def open(*args: object, **kwargs: object) -> object:
        mode = args[1] if len(args) > 1 else kwargs.get('mode')
        if isinstance(mode, str) and 'U' in mode and not set(mode) & set('wax+'):
            note(f'open(..., {mode!r})', "without 'U'")
            mode = mode.replace('U', '')
            kwargs['mode'] = mode if 'r' in mode else f'r{mode}'
            if len(args) > 1:
                args = (args[0], kwargs.pop('mode'), *args[2:])
        return real(*args, **kwargs)

    return open


def _json(real: Function, note: Note) -> Function:
    """`json.load` and `json.loads` with `encoding`, which they did not look at."""

    @functools.wraps(real)
    def load(*args: object, **kwargs: object) -> Any:
        if 'encoding' in kwargs and 'cls' not in kwargs:
            del kwargs['encoding']
            note(f'json.{real.__name__}(encoding=...)', 'without it')
        return real(*args, **kwargs)

    return load


def _yaml(real: Function, note: Note) -> Function:
    """`yaml.load` and `yaml.load_all` without a loader."""

    @functools.wraps(real)
    def load(stream: object, *args: object, **kwargs: object) -> Any:
        if not args and 'Loader' not in kwargs:
            import yaml  # type: ignore[import-untyped]

            kwargs['Loader'] = yaml.FullLoader
            note(f'yaml.{real.__name__} without a Loader', 'Loader=yaml.FullLoader')
        return real(stream, *args, **kwargs)

    return load


def _without_carriage_returns(data: bytes) -> bytes | None:
    """A pickle of protocol 0 that went through a text mode, as it was; None for any other."""
    text = data[:1] != b'\x80' and b'\r\n' in data and data.count(b'\n') == data.count(b'\r\n')
    return data.replace(b'\r\n', b'\n') if text else None


def _pickle_loads(real: Function, note: Note) -> Function:
    """`pickle.loads` of what Python 2 wrote: its strings are bytes, which latin1 keeps."""

    @functools.wraps(real)
    def loads(data: Any, *args: object, **kwargs: Any) -> object:
        try:
            return real(data, *args, **kwargs)
        except (UnicodeDecodeError, pickle.UnpicklingError, ImportError, ValueError) as error:
            return _of_python_2(error, io.BytesIO(data), kwargs, note)

    return loads


def _pickle_load(real: Function, note: Note) -> Function:
    """`pickle.load`, likewise, where the file can be read again."""

    @functools.wraps(real)
    def load(file: Any, *args: object, **kwargs: object) -> Any:
        try:
            start = file.tell()
        except (AttributeError, OSError):
            return real(file, *args, **kwargs)
        try:
            return real(file, *args, **kwargs)
        except (UnicodeDecodeError, pickle.UnpicklingError, ImportError, ValueError) as error:
            file.seek(start)
            return _of_python_2(error, file, kwargs, note)

    return load


def _of_python_2(error: Exception, file: Any, kwargs: dict[str, Any], note: Note) -> object:
    """Loads a pickle that gave `error`; raises it again if Python 2 is not the reason."""
    if 'encoding' in kwargs:
        raise error
    if isinstance(error, UnicodeDecodeError):
        found = pickle.load(file, encoding='latin1', **kwargs)
        note('pickle of Python 2', "encoding='latin1'")
        return found
    data = _without_carriage_returns(file.read())
    if data is None:
        raise error
    found = pickle.loads(data, encoding='latin1', **kwargs)
    note('pickle of Python 2 with line ends of Windows', "a file opened with 'wb'")
    return found


def _integral(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _integers(real: Function, note: Note) -> Function:
    """Whole numbers given as floats, where Python took them."""

    @functools.wraps(real)
    def call(*args: object, **kwargs: object) -> Any:
        whole = [_integral(each) for each in args]
        named = {name: _integral(each) for name, each in kwargs.items()}
        if any(isinstance(each, float) for each in (*args, *kwargs.values())):
            note(f'{real.__name__} of floats', f'{real.__name__}(int(...))')
        return real(*whole, **named)

    return call


def _sample(real: Function, note: Note) -> Function:
    """`random.sample` from a set."""

    @functools.wraps(real)
    def sample(population: object, *args: object, **kwargs: object) -> object:
        if isinstance(population, Set):
            note('random.sample of a set', 'random.sample(sorted(...), k)')
            population = tuple(population)
        return real(population, *args, **kwargs)

    return sample


def _shuffle(real: Function, note: Note) -> Function:
    """`random.shuffle` with a function that gives the random numbers."""

    @functools.wraps(real)
    def shuffle(x: Any, random: Function | None = None) -> None:
        if random is None:
            return real(x)
        note('random.shuffle(x, random)', 'random.Random(seed).shuffle(x)')
        for last in range(len(x) - 1, 0, -1):
            chosen = int(random() * (last + 1))
            x[last], x[chosen] = x[chosen], x[last]
        return None

    return shuffle


def _seed(real: Function, note: Note) -> Function:
    """`random.seed` of whatever can be hashed, NumPy's integers among it."""

    @functools.wraps(real)
    def seed(a: object = None, *args: object, **kwargs: object) -> None:
        if not isinstance(a, (type(None), int, float, str, bytes, bytearray)):
            note(f'random.seed of {type(a).__name__}', 'random.seed(int(...))')
            a = hash(a) % 2**64
        return real(a, *args, **kwargs)

    return seed


_FLAGS = re.compile(r'(?<!\\)\(\?([aiLmsux]+)\)')


def _pattern(real: Function, note: Note) -> Function:
    """Regular expressions with `(?i)` and the like elsewhere than at their start."""

    @functools.wraps(real)
    def call(pattern: object, *args: object, **kwargs: object) -> Any:
        try:
            return real(pattern, *args, **kwargs)
        except re.error as error:
            if 'global flags not at the start' not in str(error) or not isinstance(pattern, str):
                raise
            flags = ''.join(dict.fromkeys(''.join(_FLAGS.findall(pattern))))
            note('a regular expression with flags inside', f"r'(?{flags})' at its start")
            return real(f'(?{flags}){_FLAGS.sub("", pattern)}', *args, **kwargs)

    return call


_WITH_PATTERN = 'compile search match fullmatch split findall finditer sub subn'

CHANGES: tuple[Change, ...] = (
    Change('json', ('load', 'loads'), (3, 9), _json),
    Change('random', ('sample',), (3, 11), _sample),
    Change('random', ('shuffle',), (3, 11), _shuffle),
    Change('random', ('seed',), (3, 11), _seed),
    Change('random', ('randint', 'randrange'), (3, 12), _integers),
    Change('io', ('open',), (3, 11), universal_newlines),
    Change('codecs', ('open',), (3, 11), universal_newlines),
    Change(
        're',
        tuple(_WITH_PATTERN.split()),
        (3, 11),
        _pattern,
    ),
    Change('pickle', ('loads',), (), _pickle_loads),
    Change('pickle', ('load',), (), _pickle_load),
    Change('yaml', ('load', 'load_all'), (), _yaml),
)
