"""Records which restored names the program has used, and reports them once."""

from __future__ import annotations

import os
import sys
import types
from typing import TextIO

from tf_seq2seq_compat.tf1 import import_hook


def asked_by_program() -> bool:
    """Whether the nearest frame, beside the import machinery and this package's, is the
    program's."""
    frame = import_hook.importing_frame(2)
    return frame is not None and import_hook.is_program(frame.f_globals)


class Restored:
    """The restored names that a program has used, in the order of first use."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._process = os.getpid()

    def note(self, name: str, now: str) -> None:
        """Remembers that the program has used `name`, and the line where it first did.

        Args:
          name: as the program writes it.
          now: what one writes today.
        """
        if name in self._first:
            return
        self._first[name] = f'{name} ({_place()}; now {now})'

    def message(self) -> str:
        """The message, or nothing where nothing was used."""
        if not self._first:
            return ''
        between = ', ' if len(self._first) < 4 else ',\n  '
        return f'tf-seq2seq-compat: restored for this program: {between.join(self._first.values())}'

    def report(self, stream: TextIO | None = None) -> None:
        """Writes the message once, in the process that the program was started in.

        Args:
          stream: where to; `sys.stderr` by default.
        """
        message = self.message()
        self._first.clear()
        stream = stream or sys.__stderr__
        if message and stream is not None and os.getpid() == self._process:
            print(message, file=stream, flush=True)


def _place() -> str:
    """The file and line of the program, of what called it for code that is in no file."""
    frame = import_hook.program_frame()
    if frame is None:
        return 'unknown line'
    outer: types.FrameType | None = frame
    while outer is not None and outer.f_code.co_filename.startswith('<'):
        outer = outer.f_back
    if outer is not None and import_hook.is_program(outer.f_globals):
        frame = outer
    return f'{_short(frame.f_code.co_filename)}:{frame.f_lineno}'


def _short(file: str) -> str:
    """A path as short as it can be said from here."""
    below = os.path.relpath(file) if os.path.isabs(file) and os.path.exists(file) else file
    return file if below.startswith(os.pardir) else below


RESTORED = Restored()
"""Of the one program of this process."""
