"""Files as Python 2's `open` gave them: strings whatever the mode, positions in bytes."""

from __future__ import annotations

import builtins
import io
import os
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from tf_seq2seq_compat.tf1 import import_hook
from tf_seq2seq_compat.tf1.python2.text import Bytes, to_bytes, to_text


def _asked_by_library() -> bool:
    """Whether the frame that called a method of a file, outside this folder, is a library's."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    return frame is not None and not import_hook.is_program(frame.f_globals)


_OWN = os.path.join(os.path.dirname(__file__), '')


class File:
    """A file of Python 2 over a binary one.

    Lines are text. What is read from a file that was opened in a binary mode is `Bytes`; libraries
    get bytes from it. Text and bytes are both written as they are.

    Args:
      raw: a binary file.
      mode: as `open` was given it.
    """

    softspace = 0
    encoding = None
    newlines = None

    def __init__(self, raw: Any, mode: str) -> None:
        self.raw = raw
        self.mode = mode
        self._binary = 'b' in mode

    @property
    def name(self) -> Any:
        """The name it was opened by."""
        return self.raw.name

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return bool(self.raw.closed)

    def _given(self, data: Any, library: bool) -> object:
        if not self._binary:
            return to_text(data)
        return data if library else Bytes(data)

    def read(self, size: int | None = -1) -> Any:
        """Up to `size` bytes, all that is left by default."""
        return self._given(self.raw.read(-1 if size is None else size), _asked_by_library())

    def readline(self, size: int = -1) -> object:
        """One line, its end included."""
        line = self.raw.readline(size)
        return line if self._binary and _asked_by_library() else to_text(line)

    def readlines(self, size: int = -1) -> list[object]:
        """All lines that are left, or about so many that they have `size` bytes."""
        lines = self.raw.readlines(size)
        return lines if self._binary and _asked_by_library() else [to_text(each) for each in lines]

    def readinto(self, buffer: Any) -> int:
        """Fills a buffer."""
        return int(self.raw.readinto(buffer))

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> object:
        line = self.raw.readline()
        if not line:
            raise StopIteration
        return line if self._binary and _asked_by_library() else to_text(line)

    next = __next__

    def xreadlines(self) -> Iterator[object]:
        """The lines."""
        return self

    def write(self, data: Any) -> int:
        """Writes a string."""
        return int(self.raw.write(to_bytes(data)))

    def writelines(self, lines: Iterable[Any]) -> None:
        """Writes strings."""
        for line in lines:
            self.raw.write(to_bytes(line))

    def __enter__(self) -> File:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__') or name == 'raw':
            raise AttributeError(name)
        return getattr(self.raw, name)

    def __repr__(self) -> str:
        state = 'closed' if self.closed else 'open'
        return f'<{state} file {self.name!r}, mode {self.mode!r} at {hex(id(self))}>'


class _UniversalLines(io.RawIOBase):
    """A binary file whose lines end in `\\n`, however they end in the file."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._decoder = io.IncrementalNewlineDecoder(None, translate=True)
        self._kept = b''

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._kept:
            data = self._raw.read(len(buffer))
            text = self._decoder.decode(data.decode('latin-1'), final=not data)
            self._kept = text.encode('latin-1')
            if not data:
                break
        count = min(len(buffer), len(self._kept))
        buffer[:count], self._kept = self._kept[:count], self._kept[count:]
        return count

    @property
    def name(self) -> Any:
        return self._raw.name

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def close(self) -> None:
        self._raw.close()
        super().close()


def open(name: Any, mode: str = 'r', buffering: int = -1) -> File:
    """The built-in `open` (and `file`) of Python 2.

    Args:
      name: a path.
      mode: Python 2's; `'U'` reads lines however they end.
      buffering: 0 for none.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import files
      >>> import os
      >>> with files.open(os.devnull) as null:
      ...     null.read()
      ''
    """
    plain = mode.replace('U', '').replace('b', '').replace('t', '') or 'r'
    if plain[0] not in 'rwa':
        plain = f'r{plain}'
    raw: Any = builtins.open(name, f'{plain}b', -1 if buffering == 1 else buffering)  # noqa: SIM115
    if 'U' in mode:
        raw = io.BufferedReader(_UniversalLines(raw))
    return File(raw, mode)


def unwrapped(file: Any) -> Any:
    """The binary file below one of ours."""
    return file.raw if isinstance(file, File) else file


class StringIO(io.StringIO):
    """`StringIO.StringIO`, which takes text and bytes."""

    def __init__(self, value: Any = '') -> None:
        super().__init__(to_text(value), newline='')
        self.seek(0)

    def write(self, value: Any) -> int:
        """Writes a string."""
        return super().write(to_text(value))

    def next(self) -> str:
        """The next line."""
        return next(self)
