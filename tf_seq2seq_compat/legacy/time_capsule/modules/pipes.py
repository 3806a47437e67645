"""`pipes`: its `quote`."""

from shlex import quote

__all__ = ['quote']
