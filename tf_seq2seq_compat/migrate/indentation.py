"""Tabs mixed with spaces, which Python 2 took as reaching to the next eighth column."""

from __future__ import annotations

import ast
import warnings


def expanded(text: str) -> tuple[str, list[tuple[int, str, str]]]:
    """The text with spaces for the tabs that it begins lines with, where Python 3 refuses them.

    Args:
      text: Python source.

    Returns:
      The text, and what was done: line, what, how. The text as it is, where tabs are not what keeps
      it from being parsed.

    Example:
      >>> from tf_seq2seq_compat.migrate import indentation
      >>> tab = chr(9)
      >>> text = f'if a:{chr(10)}        b(){chr(10)}{tab}c(){chr(10)}'
      >>> indentation.expanded(text)[0].count(tab)
      0
    """
    if not isinstance(_error(text), TabError):
        return text, []
    lines = text.splitlines(keepends=True)
    new = [
        line[: len(line) - len(line.lstrip(' \t'))].expandtabs(8) + line.lstrip(' \t')
        for line in lines
    ]
    again = ''.join(new)
    if _error(again) is not None:
        return text, []
    first = next(number for number, line in enumerate(lines, start=1) if '\t' in line)
    return again, [(first, 'tabs mixed with spaces', 'each tab reaches to the next eighth column')]


def _error(text: str) -> Exception | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        return error
    return None
