"""Attributes of classes written in C, which Python does not let one set."""

from __future__ import annotations

import contextlib
import ctypes
import functools
from collections.abc import Iterator
from typing import Any

from tf_seq2seq_compat.tf1.runtime import Runtime

_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE
_ABSENT: Any = object()


@functools.cache
def _offset_of_flags() -> int:
    """Where in a class its `__flags__` stand, found by comparing several classes."""
    classes = (int, str, dict, type, BaseException, Runtime)
    end: Any = type.__basicsize__
    for offset in range(object.__basicsize__, end, ctypes.sizeof(ctypes.c_ulong)):
        if all(_flags(each, offset).value == each.__flags__ for each in classes):
            return offset
    raise TypeError('the flags of classes are not where they are looked for in this Python')


def _flags(owner: type, offset: int) -> ctypes.c_ulong:
    return ctypes.c_ulong.from_address(id(owner) + offset)


@contextlib.contextmanager
def _mutable(owner: type) -> Iterator[None]:
    flags = _flags(owner, _offset_of_flags())
    was = flags.value & _IMMUTABLE
    flags.value &= ~_IMMUTABLE
    try:
        yield
    finally:
        flags.value |= was


def set_attribute(owner: type, name: str, value: object, runtime: Runtime) -> None:
    """Sets an attribute of a class written in C, operators such as `__float__` among them.

    Args:
      owner: The class.
      name: The attribute.
      value: What it becomes, until the runtime is closed.
      runtime: Puts back what was there.

    Raises:
      TypeError: this Python keeps its classes otherwise than known here.
    """
    before = vars(owner).get(name, _ABSENT)
    with _mutable(owner):
        setattr(owner, name, value)

    def undo() -> None:
        if vars(owner).get(name) is not value:
            return
        with _mutable(owner):
            if before is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, before)

    runtime.undo_by(undo)
