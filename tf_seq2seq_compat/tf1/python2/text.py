"""Python 2's `str`, which was both bytes and text.

A translated program has text, Python 3's `str`, for both of Python 2's string types. What is read
from a file is decoded as UTF-8; a byte that is no UTF-8 becomes a surrogate, so nothing is lost
on the way back. The order of such texts is that of their bytes. Where bytes have to stay bytes
(what `struct`, an image decoder or a protocol buffer is to read) they are `Bytes`, which turn
into text as soon as the program treats them as text.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any


def to_bytes(text: Any) -> Any:
    """The bytes that Python 2's string held; what is no text is given back.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import text
      >>> text.to_text(b'caf' + bytes([0xC3, 0xA9])) == 'caf' + chr(0xE9)
      True
      >>> text.to_bytes(text.to_text(bytes([255]))) == bytes([255])
      True
    """
    return text.encode('utf-8', 'surrogateescape') if isinstance(text, str) else text


def to_text(data: Any) -> Any:
    """Bytes as text; what is no bytes is given back."""
    if isinstance(data, bytes | bytearray):
        return bytes(data).decode('utf-8', 'surrogateescape')
    return data


class Bytes(bytes):
    """Bytes that compare, hash and combine as the text that they hold."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return to_text(self) == other if isinstance(other, str) else bytes.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(to_text(self))

    def __str__(self) -> str:
        return str(to_text(self))

    def __repr__(self) -> str:
        return bytes.__repr__(self)[1:]

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __iter__(self) -> Iterator[Any]:
        return (to_text(bytes((byte,))) for byte in bytes.__iter__(self))

    def __contains__(self, part: object) -> bool:
        return bytes.__contains__(self, to_bytes(part))

    def __getitem__(self, index: Any) -> Any:
        found = bytes.__getitem__(self, index)
        return Bytes(found) if isinstance(found, bytes) else to_text(bytes((found,)))

    def __add__(self, other: Any) -> Any:
        if isinstance(other, bytes):
            return Bytes(bytes.__add__(self, other))
        return str(self) + other

    def __radd__(self, other: Any) -> object:
        return Bytes(other + bytes(self)) if isinstance(other, bytes) else other + str(self)

    def __mod__(self, values: object) -> Any:
        return str(self) % values

    def decode(self, encoding: str = 'ascii', errors: str = 'strict') -> Any:
        """As Python 2's `str.decode`, `'hex'` and the like included."""
        return decode(self, encoding, errors)

    def encode(self, encoding: str = 'ascii', errors: str = 'strict') -> Any:
        """As Python 2's `str.encode`."""
        return encode(self, encoding, errors)


def _as_text(name: str) -> object:
    def method(self: Bytes, *arguments: object, **keywords: object) -> Any:
        return getattr(str(self), name)(*map(to_text, arguments), **keywords)

    method.__name__ = name
    return method


_METHODS = (
    'capitalize center count endswith expandtabs find format index isalnum isalpha isdigit islower '
    'isspace istitle isupper ljust lower lstrip partition replace rfind rindex rjust rpartition '
    'rsplit rstrip split splitlines startswith strip swapcase title upper zfill '
    '__lt__ __le__ __gt__ __ge__'
)
for _name in _METHODS.split():
    setattr(Bytes, _name, _as_text(_name))

# Encodings
# ----------------------------------------------------------------------------------------

_TEXT_TO_TEXT = ('rot13', 'rot_13')
_ESCAPES = {'string_escape': 'unicode_escape', 'string-escape': 'unicode_escape'}


def _is_transform(encoding: str) -> bool:
    """Whether an encoding is of bytes to bytes, as Python 2 allowed: `'hex'`, `'base64'`, …"""
    try:
        return not codecs.lookup(encoding)._is_text_encoding
    except LookupError:
        return False


def decode(value: Any, encoding: str = 'ascii', errors: str = 'strict') -> Any:
    """`value.decode(encoding, errors)` of a string, as Python 2 had it.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import text
      >>> text.decode('abc', 'utf-8'), text.decode('6162', 'hex')
      ('abc', 'ab')
    """
    if encoding in _TEXT_TO_TEXT:
        return codecs.decode(str(to_text(value)), 'rot13')
    if encoding in _ESCAPES:
        return to_text(to_bytes(value).decode('unicode_escape').encode('latin-1'))
    if _is_transform(encoding):
        return to_text(codecs.decode(to_bytes(value), encoding))
    return bytes(to_bytes(value)).decode(encoding, errors)


def encode(value: Any, encoding: str = 'ascii', errors: str = 'strict') -> Any:
    """`value.encode(encoding, errors)` of a string, as Python 2 had it: a string again."""
    text = to_text(value)
    if encoding in _TEXT_TO_TEXT:
        return codecs.encode(text, 'rot13')
    if encoding in _ESCAPES:
        return to_bytes(text).decode('latin-1').encode('unicode_escape').decode('ascii')
    if _is_transform(encoding):
        return to_text(codecs.encode(to_bytes(text), encoding))
    if codecs.lookup(encoding).name == 'utf-8':
        return text
    data = text.encode(encoding, errors)
    return to_text(data)
