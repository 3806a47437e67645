"""`distutils.version`: versions that can be compared."""

from __future__ import annotations

import re
from typing import Any


class Version:
    """A version; compared with others of its class, or with their text."""

    version: Any

    def __init__(self, vstring: str | None = None) -> None:
        if vstring:
            self.parse(vstring)

    def parse(self, vstring: str) -> None:
        """Reads the text."""
        raise NotImplementedError

    def _key(self) -> Any:
        return self.version

    def _key_of(self, other: Any) -> Any:
        return (type(self)(other) if isinstance(other, str) else other)._key()

    def __repr__(self) -> str:
        return f"{type(self).__name__} ('{self}')"

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, (str, Version)):
            return NotImplemented
        return self._key() == self._key_of(other)

    def __lt__(self, other: Any) -> Any:
        return self._key() < self._key_of(other)

    def __le__(self, other: Any) -> Any:
        return self._key() <= self._key_of(other)

    def __gt__(self, other: Any) -> Any:
        return self._key() > self._key_of(other)

    def __ge__(self, other: Any) -> Any:
        return self._key() >= self._key_of(other)


class LooseVersion(Version):
    """Numbers and words in any order: `'1.5.2b2'` is `[1, 5, 2, 'b', 2]`."""

    def parse(self, vstring: str) -> None:
        """Reads the text."""
        self.vstring = vstring
        parts = re.findall(r'[0-9]+|[a-z]+|[^.0-9a-z]+', vstring)
        self.version = [int(part) if part.isdecimal() else part for part in parts]

    def __str__(self) -> str:
        return self.vstring


class StrictVersion(Version):
    """Two or three numbers, and perhaps `a` or `b` and another: `'1.0.4b1'`."""

    def parse(self, vstring: str) -> None:
        """Reads the text.

        Raises:
          ValueError: it is not of that form.
        """
        found = re.fullmatch(r'(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?', vstring)
        if found is None:
            raise ValueError(f'invalid version number {vstring!r}')
        major, minor, patch, letter, number = found.groups()
        self.version = int(major), int(minor), int(patch or 0)
        self.prerelease = (letter, int(number)) if letter else None

    def _key(self) -> Any:
        return self.version, self.prerelease or ('final', 0)

    def __str__(self) -> str:
        numbers = self.version if self.version[2] else self.version[:2]
        text = '.'.join(map(str, numbers))
        return text + ''.join(map(str, self.prerelease or ()))
