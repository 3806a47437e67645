"""The strings that TensorFlow gives a program of Python 2, and takes from it."""

from __future__ import annotations

import functools
import inspect
import linecache
import types
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
    runtime.set(tf.compat, 'as_bytes', _as_bytes(tf.compat.as_bytes))
    as_text = to_text_of(tf.compat.as_str_any)
    for name in ('as_str', 'as_text', 'as_str_any'):
        runtime.set(tf.compat, name, as_text)
    session = tf.Session.__mro__[1]
    runtime.set(session, 'run', _run(session.run))
    for module in (tf.gfile, tf.io.gfile):
        for name in ('GFile', 'Open', 'FastGFile'):
            if hasattr(module, name):
                runtime.set(module, name, _file(getattr(module, name)))
    runtime.set(tf.train, 'BytesList', _bytes_list(tf.train.BytesList))
    reader = tf.python_io.tf_record_iterator
    runtime.set(
        tf.python_io,
        'tf_record_iterator',
        lambda *args, **kwargs: map(Bytes, reader(*args, **kwargs)),
    )
    writer = tf.python_io.TFRecordWriter
    runtime.set(writer, 'write', _writing(writer.write))


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


def _as_bytes(real: Any) -> object:
    @functools.wraps(real)
    def as_bytes(value: Any, encoding: str = 'utf-8') -> object:
        if isinstance(value, str) and encoding == 'utf-8':
            return Bytes(to_bytes(value))
        return Bytes(real(value, encoding))

    return as_bytes


def to_text_of(real: Any) -> object:
    """`tf.compat.as_str` and its kin."""

    @functools.wraps(real)
    def as_text(value: Any, *_: object, **__: object) -> object:
        return to_text(value) if isinstance(value, bytes | str) else real(value)

    return as_text


def _run(real: Any) -> object:
    @functools.wraps(real)
    def run(self: Any, *arguments: Any, **keywords: Any) -> object:
        return _strings_of(real(self, *arguments, **keywords))

    return run


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
            return _bytes(super().read(n))

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


def _bytes(value: object) -> object:
    return Bytes(value) if isinstance(value, bytes) else value


def _bytes_list(real: Any) -> object:
    def made(*arguments: Any, value: Any = None, **keywords: Any) -> Any:
        if value is not None:
            keywords['value'] = [to_bytes(each) for each in value]
        return real(*arguments, **keywords)

    found: Any = functools.wraps(real, updated=())(made)
    found.FromString = real.FromString
    return found


def _writing(real: Any) -> object:
    @functools.wraps(real)
    def write(self: Any, record: Any) -> Any:
        return real(self, to_bytes(record))

    return write
