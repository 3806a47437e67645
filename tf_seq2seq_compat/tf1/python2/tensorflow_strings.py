"""The strings that TensorFlow gives a program of Python 2, and takes from it."""

from __future__ import annotations

import functools
import inspect
import linecache
import types
from collections.abc import Callable
from typing import Any

from tf_seq2seq_compat.tf1.python2 import translation
from tf_seq2seq_compat.tf1.python2.text import Bytes, to_bytes, to_text
from tf_seq2seq_compat.tf1.runtime import Runtime


def adopt(runtime: Runtime) -> None:
    """Has TensorFlow's functions that give bytes give strings of Python 2.

    These are bytes still, so that TensorFlow itself may have them.

    Args:
      runtime: Takes it back.
    """
    import tensorflow.compat.v1 as tf

    _show_translations_to_autograph(runtime)

    def wrap(owner: Any, name: str, make: Callable[..., object], real: Any = None) -> None:
        """Replaces a function by what `make` is given it and the arguments for."""
        real = real or getattr(owner, name)

        @functools.wraps(real)
        def call(*arguments: Any, **keywords: Any) -> object:
            return make(real, *arguments, **keywords)

        runtime.set(owner, name, call)

    wrap(tf.compat, 'as_bytes', _as_bytes)
    for name in ('as_str', 'as_text', 'as_str_any'):
        wrap(tf.compat, name, _as_text, tf.compat.as_str_any)
    wrap(tf.Session.__mro__[1], 'run', lambda real, *a, **k: _strings_of(real(*a, **k)))
    records = tf.python_io
    wrap(records, 'tf_record_iterator', lambda real, *a, **k: map(Bytes, real(*a, **k)))
    wrap(records.TFRecordWriter, 'write', lambda real, self, data: real(self, to_bytes(data)))
    for module in (tf.gfile, tf.io.gfile):
        for name in ('GFile', 'Open', 'FastGFile'):
            if hasattr(module, name):
                runtime.set(module, name, _file(getattr(module, name)))
    runtime.set(tf.train, 'BytesList', _bytes_list(tf.train.BytesList))


def _show_translations_to_autograph(runtime: Runtime) -> None:
    """Has AutoGraph read what is run: of the original it would make Python 3 of another meaning."""
    from tensorflow.python.autograph.core import config
    from tensorflow.python.autograph.pyct import inspect_utils, parser

    real = inspect_utils.getimmediatesource

    @functools.wraps(real)
    def getimmediatesource(entity: object) -> object:
        code = getattr(entity, '__code__', None)
        lines = translation.lines_from(code) if code is not None else None
        return ''.join(inspect.getblock(lines)) if lines else real(entity)

    def getlines(file: str, names: Any = None) -> list[str]:
        return translation.lines_of(file) or linecache.getlines(file, names)

    runtime.set(inspect_utils, 'getimmediatesource', getimmediatesource)
    # What it reads lambdas with.
    runtime.set(parser, 'linecache', types.SimpleNamespace(getlines=getlines))
    own = config.DoNotConvert(__package__)
    runtime.set(config, 'CONVERSION_RULES', (own, *config.CONVERSION_RULES))


def _as_bytes(real: Any, value: Any, encoding: str = 'utf-8') -> object:
    is_plain = isinstance(value, str) and encoding == 'utf-8'
    return Bytes(to_bytes(value) if is_plain else real(value, encoding))


def _as_text(real: Any, value: Any, *_: object, **__: object) -> object:
    return to_text(value) if isinstance(value, bytes | str) else real(value)


def _strings_of(value: Any) -> Any:
    """The results of a session, with their bytes as strings of Python 2."""
    if isinstance(value, bytes):
        return Bytes(value)
    if isinstance(value, list):
        return [_strings_of(each) for each in value]
    if type(value) is dict:
        return {key: _strings_of(each) for key, each in value.items()}
    if isinstance(value, tuple):
        parts = [_strings_of(each) for each in value]
        return type(value)(*parts) if hasattr(value, '_fields') else tuple(parts)
    if getattr(getattr(value, 'dtype', None), 'kind', '') == 'O':
        flat = value.reshape(-1)
        for index, each in enumerate(flat):
            if type(each) is bytes:
                flat[index] = Bytes(each)
        return flat.reshape(value.shape)
    return value


def _file(real: Any) -> object:
    class File(real):
        """A file that gives strings: lines as text, what else is read of a binary one as bytes."""

        def read(self, n: int = -1) -> Any:
            data = super().read(n)
            return Bytes(data) if isinstance(data, bytes) else data

        def readline(self) -> object:
            return to_text(super().readline())

        def readlines(self) -> object:
            return [to_text(each) for each in super().readlines()]

        def __next__(self) -> object:
            return to_text(super().__next__())

        next = __next__

        def write(self, file_content: Any) -> Any:
            return super().write(
                to_text(file_content) if 'b' not in self.mode else to_bytes(file_content)
            )

    File.__name__ = File.__qualname__ = real.__name__
    return File


def _bytes_list(real: Any) -> object:
    def made(*arguments: Any, value: Any = None, **keywords: Any) -> Any:
        if value is not None:
            keywords['value'] = [to_bytes(each) for each in value]
        return real(*arguments, **keywords)

    found: Any = functools.wraps(real, updated=())(made)
    found.FromString = real.FromString
    return found
