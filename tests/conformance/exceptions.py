"""The promises that a row of the table cannot keep: with which error, and why."""

from __future__ import annotations

from typing import NamedTuple


class Listed(NamedTuple):
    """How a promise is broken: the type of the error, words of its message, and the reason."""

    error: type[BaseException]
    words: str
    reason: str


EXCEPTIONS: dict[tuple[str, str], Listed] = {}
