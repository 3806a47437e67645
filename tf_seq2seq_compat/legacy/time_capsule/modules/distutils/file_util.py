"""`distutils.file_util`."""

from __future__ import annotations

import os
import shutil

from tf_seq2seq_compat.legacy.time_capsule.modules.distutils.errors import DistutilsFileError


def copy_file(
    src: str,
    dst: str,
    preserve_mode: bool = True,
    preserve_times: bool = True,
    update: bool = False,
    **_: object,
) -> tuple[str, int]:
    """Copies a file to a path or into a folder; with `update`, only over an older one.

    Returns:
      The path of the copy, and whether it has been written.
    """
    if not os.path.isfile(src):
        raise DistutilsFileError(f'{src!r} is not a regular file')
    target = os.path.join(dst, os.path.basename(src)) if os.path.isdir(dst) else dst
    if update and os.path.exists(target) and os.path.getmtime(target) >= os.path.getmtime(src):
        return target, 0
    shutil.copyfile(src, target)
    if preserve_mode:
        shutil.copymode(src, target)
    if preserve_times:
        times = os.stat(src)
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
    return target, 1


def move_file(src: str, dst: str, **_: object) -> str:
    """Moves a file to a path or into a folder."""
    return shutil.move(src, dst)


def write_file(filename: str, contents: list[str]) -> None:
    """Writes lines, given without their ends."""
    with open(filename, 'w') as file:
        file.writelines(f'{line}\n' for line in contents)
