"""`imghdr`: what kind of image a file holds, by its first bytes."""

from __future__ import annotations

import os
from typing import Any

__all__ = ['what']

_BEGINNINGS = {
    b'\x89PNG\r\n\x1a\n': 'png',
    b'GIF87a': 'gif',
    b'GIF89a': 'gif',
    b'\xff\xd8\xff': 'jpeg',
    b'MM': 'tiff',
    b'II': 'tiff',
    b'BM': 'bmp',
    b'P1': 'pbm',
    b'P4': 'pbm',
    b'P2': 'pgm',
    b'P5': 'pgm',
    b'P3': 'ppm',
    b'P6': 'ppm',
    b'\x01\xda': 'rgb',
    b'Y\xa6j\x95': 'rast',
    b'#define ': 'xbm',
    b'v/1\x01': 'exr',
}


def what(file: Any, h: bytes | None = None) -> str | None:
    """The kind of image, or None.

    Args:
      file: a path, or a file open for reading bytes, which stays where it is.
      h: the first bytes, in place of a file.
    """
    if h is None:
        if isinstance(file, (str, os.PathLike)):
            with open(file, 'rb') as stream:
                h = stream.read(32)
        else:
            place = file.tell()
            h = file.read(32)
            file.seek(place)
    if h[:4] == b'RIFF' and h[8:12] == b'WEBP':
        return 'webp'
    for beginning, kind in _BEGINNINGS.items():
        if h.startswith(beginning):
            return kind
    return None
