"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, like: Path | None = None) -> None:
    """Writes a file under another name first, then puts it in the place of the old one.

    Args:
      path: the file.
      content: what it is to hold.
      like: an existing file whose permissions it gets; those of a new file by default.

    Raises:
      OSError: it cannot be written; what was there is left as it was.
    """
    handle, name = tempfile.mkstemp(prefix=f'.{path.name}.', dir=path.parent)
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(content)
        os.chmod(name, 0o666 & ~_umask() if like is None else like.stat().st_mode & 0o7777)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
