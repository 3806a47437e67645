"""Whether a program is prepared for an import to fail: `try: import a` `except ImportError:`."""

from __future__ import annotations

import ast
import functools
import linecache
import types

_IMPORT_ERRORS = {'ImportError', 'ModuleNotFoundError', 'Exception', 'BaseException'}


def is_guarded(frame: types.FrameType | None) -> bool:
    """Whether the line that a frame is at is in a `try` that catches import errors."""
    if frame is None:
        return False
    source = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    return any(line.count(frame.f_lineno) for line in guarded_lines(''.join(source)))


@functools.lru_cache(maxsize=64)
def guarded_lines(source: str) -> tuple[range, ...]:
    """The lines of `try` blocks that catch import errors."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the file is not what runs any more
        return ()
    return tuple(
        range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and any(map(_catches_import_errors, node.handlers))
    )


def _catches_import_errors(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in _IMPORT_ERRORS for name in names)
