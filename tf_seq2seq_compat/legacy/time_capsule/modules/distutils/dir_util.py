"""`distutils.dir_util`."""

from __future__ import annotations

import os
import shutil

from tf_seq2seq_compat.legacy.time_capsule.modules.distutils.errors import DistutilsFileError
from tf_seq2seq_compat.legacy.time_capsule.modules.distutils.file_util import copy_file


def mkpath(name: str, mode: int = 0o777, **_: object) -> list[str]:
    """Makes a folder and those above it; the ones that were made."""
    made: list[str] = []
    path = os.path.abspath(name)
    while not os.path.isdir(path):
        made.insert(0, path)
        path = os.path.dirname(path)
    os.makedirs(name, mode, exist_ok=True)
    return made


def copy_tree(
    src: str,
    dst: str,
    preserve_mode: bool = True,
    preserve_times: bool = True,
    preserve_symlinks: bool = False,
    update: bool = False,
    **_: object,
) -> list[str]:
    """Copies what is in a folder into another, which may exist; the files written."""
    if not os.path.isdir(src):
        raise DistutilsFileError(f'{src!r} is not a directory')
    mkpath(dst)
    written = []
    for entry in sorted(os.scandir(src), key=lambda each: each.name):
        target = os.path.join(dst, entry.name)
        if preserve_symlinks and entry.is_symlink():
            os.symlink(os.readlink(entry.path), target)
            written.append(target)
        elif entry.is_dir():
            written += copy_tree(
                entry.path, target, preserve_mode, preserve_times, preserve_symlinks, update
            )
        else:
            copy_file(entry.path, target, preserve_mode, preserve_times, update)
            written.append(target)
    return written


def remove_tree(directory: str, *_: object, **__: object) -> None:
    """Removes a folder and all in it."""
    shutil.rmtree(directory)
