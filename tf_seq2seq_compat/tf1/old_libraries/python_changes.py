"""Functions of the standard library and of PyYAML that accept again what they used to accept."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Set
from typing import Any

from tf_seq2seq_compat.tf1.old_libraries.rows import Change, Function, Note, changed


@changed
def universal_newlines(real: Function, note: Note, *args: object, **kwargs: object) -> object:
    """`open` with 'U' in its mode, which text files need not say since Python 3."""
    mode = args[1] if len(args) > 1 else kwargs.get('mode')
    if isinstance(mode, str) and 'U' in mode and not set(mode) & set('wax+'):
        note(f'open(..., {mode!r})', "without 'U'")
        mode = mode.replace('U', '')
        kwargs['mode'] = mode if 'r' in mode else f'r{mode}'
        if len(args) > 1:
            args = (args[0], kwargs.pop('mode'), *args[2:])
    return real(*args, **kwargs)


@changed
def _json(real: Function, note: Note, *args: object, **kwargs: object) -> Any:
    """`json.load` and `json.loads` with `encoding`, which they did not look at."""
    if 'encoding' in kwargs and 'cls' not in kwargs:
        del kwargs['encoding']
        note(f'json.{real.__name__}(encoding=...)', 'without it')
    return real(*args, **kwargs)


@changed
def _yaml(real: Function, note: Note, stream: object, *args: object, **kwargs: object) -> Any:
    """`yaml.load` and `yaml.load_all` without a loader."""
    if not args and 'Loader' not in kwargs:
        import yaml  # type: ignore[import-untyped]

        kwargs['Loader'] = yaml.FullLoader
        note(f'yaml.{real.__name__} without a Loader', 'Loader=yaml.FullLoader')
    return real(stream, *args, **kwargs)


_PICKLE_ERRORS = (UnicodeDecodeError, pickle.UnpicklingError, ImportError, ValueError)


@changed
def _pickle_loads(real: Function, note: Note, data: Any, *args: object, **kwargs: Any) -> object:
    """`pickle.loads` of what Python 2 wrote: its strings are bytes, which latin1 keeps."""
    try:
        return real(data, *args, **kwargs)
    except _PICKLE_ERRORS as error:
        return _of_python_2(error, io.BytesIO(data), kwargs, note)


@changed
def _pickle_load(real: Function, note: Note, file: Any, *args: object, **kwargs: object) -> Any:
    """`pickle.load`, likewise, where the file can be read again."""
    try:
        start = file.tell()
    except (AttributeError, OSError):
        return real(file, *args, **kwargs)
    try:
        return real(file, *args, **kwargs)
    except _PICKLE_ERRORS as error:
        file.seek(start)
        return _of_python_2(error, file, kwargs, note)


def _of_python_2(error: Exception, file: Any, kwargs: dict[str, Any], note: Note) -> object:
    """Loads a pickle that gave `error`; raises it again if Python 2 is not the reason."""
    if 'encoding' in kwargs:
        raise error
    if isinstance(error, UnicodeDecodeError):
        found = pickle.load(file, encoding='latin1', **kwargs)
        note('pickle of Python 2', "encoding='latin1'")
        return found
    data = file.read()
    # One of protocol 0 that went through a text mode.
    if data[:1] == b'\x80' or b'\r\n' not in data or data.count(b'\n') != data.count(b'\r\n'):
        raise error
    found = pickle.loads(data.replace(b'\r\n', b'\n'), encoding='latin1', **kwargs)
    note('pickle of Python 2 with line ends of Windows', "a file opened with 'wb'")
    return found


def _integral(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


@changed
def _integers(real: Function, note: Note, *args: object, **kwargs: object) -> Any:
    """Whole numbers given as floats, where Python took them."""
    if any(isinstance(each, float) for each in (*args, *kwargs.values())):
        note(f'{real.__name__} of floats', f'{real.__name__}(int(...))')
    return real(*map(_integral, args), **{name: _integral(each) for name, each in kwargs.items()})


@changed
def _sample(
    real: Function, note: Note, population: object, *args: object, **kwargs: object
) -> object:
    """`random.sample` from a set."""
    if isinstance(population, Set):
        note('random.sample of a set', 'random.sample(sorted(...), k)')
        population = tuple(population)
    return real(population, *args, **kwargs)


@changed
def _shuffle(real: Function, note: Note, x: Any, random: Function | None = None) -> None:
    """`random.shuffle` with a function that gives the random numbers."""
    if random is None:
        return real(x)
    note('random.shuffle(x, random)', 'random.Random(seed).shuffle(x)')
    for last in range(len(x) - 1, 0, -1):
        chosen = int(random() * (last + 1))
        x[last], x[chosen] = x[chosen], x[last]
    return None


@changed
def _seed(real: Function, note: Note, a: object = None, *args: object, **kwargs: object) -> None:
    """`random.seed` of whatever can be hashed, NumPy's integers among it."""
    if not isinstance(a, (type(None), int, float, str, bytes, bytearray)):
        note(f'random.seed of {type(a).__name__}', 'random.seed(int(...))')
        a = hash(a) % 2**64
    return real(a, *args, **kwargs)


_FLAGS = re.compile(r'(?<!\\)\(\?([aiLmsux]+)\)')


@changed
def _pattern(real: Function, note: Note, pattern: object, *args: object, **kwargs: object) -> Any:
    """Regular expressions with `(?i)` and the like elsewhere than at their start."""
    try:
        return real(pattern, *args, **kwargs)
    except re.error as error:
        if 'global flags not at the start' not in str(error) or not isinstance(pattern, str):
            raise
        flags = ''.join(dict.fromkeys(''.join(_FLAGS.findall(pattern))))
        note('a regular expression with flags inside', f"r'(?{flags})' at its start")
        return real(f'(?{flags}){_FLAGS.sub("", pattern)}', *args, **kwargs)


_WITH_PATTERN = 'compile search match fullmatch split findall finditer sub subn'

CHANGES: tuple[Change, ...] = (
    Change('json', ('load', 'loads'), (3, 9), _json),
    Change('random', ('sample',), (3, 11), _sample),
    Change('random', ('shuffle',), (3, 11), _shuffle),
    Change('random', ('seed',), (3, 11), _seed),
    Change('random', ('randint', 'randrange'), (3, 12), _integers),
    Change('io', ('open',), (3, 11), universal_newlines),
    Change('codecs', ('open',), (3, 11), universal_newlines),
    Change('re', tuple(_WITH_PATTERN.split()), (3, 11), _pattern),
    Change('pickle', ('loads',), (), _pickle_loads),
    Change('pickle', ('load',), (), _pickle_load),
    Change('yaml', ('load', 'load_all'), (), _yaml),
)
