"""`pickle` and `cPickle` of Python 2: what Python 2 wrote is read, strings and arrays alike."""

from __future__ import annotations

import io
import pickle
from typing import Any

from tf_seq2seq_compat.tf1.python2 import files
from tf_seq2seq_compat.tf1.python2.text import Bytes, to_bytes


def _source(file: object) -> Any:
    file = files.unwrapped(file)
    if isinstance(file, io.StringIO):
        return io.BytesIO(to_bytes(file.read()))
    return getattr(file, 'buffer', file)


def load(file: object) -> Any:
    """The next object of a file."""
    source = _source(file)
    try:
        start = source.tell()
    except (AttributeError, OSError):
        source, start = io.BytesIO(to_bytes(source.read())), 0
    try:
        return pickle.load(source, encoding='utf-8', errors='surrogateescape')
    except (UnicodeError, ValueError, TypeError):
        # Arrays: NumPy has to be given their bytes, and takes them as text of Latin-1 alone.
        source.seek(start)
        return _mended(pickle.load(source, encoding='latin-1'))


def _mended(value: Any) -> Any:
    """An object whose strings were read as Latin-1, with those that are UTF-8 read as such."""
    if type(value) is str:
        try:
            return value if value.isascii() else value.encode('latin-1').decode('utf-8')
        except UnicodeError:
            return value
    if type(value) is dict:
        mended = {_mended(key): _mended(each) for key, each in value.items()}
        value.clear()
        value.update(mended)
    elif type(value) is list:
        value[:] = [_mended(each) for each in value]
    elif type(value) in (tuple, set, frozenset):
        return type(value)(_mended(each) for each in value)
    return value


def loads(data: object) -> object:
    """The object of a string."""
    return load(io.BytesIO(to_bytes(data)))


def dump(value: object, file: object, protocol: int = 2) -> None:
    """Writes an object, so that Python 2 can read it too."""
    files.unwrapped(file).write(dumps(value, protocol))


def dumps(value: object, protocol: int = 2) -> Any:
    """An object as a string."""
    return Bytes(pickle.dumps(value, protocol))


class Pickler(pickle.Pickler):
    """Python 2's `Pickler`: writes objects to a file."""

    def __init__(self, file: object, protocol: int = 2) -> None:
        super().__init__(files.unwrapped(file), protocol)


class Unpickler:
    """Python 2's `Unpickler`: reads objects from a file."""

    def __init__(self, file: object) -> None:
        self._file = file

    def load(self) -> Any:
        """The next object."""
        return load(self._file)


NAMES: dict[str, object] = {
    each.__name__: each for each in (load, loads, dump, dumps, Pickler, Unpickler)
}
