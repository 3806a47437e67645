"""Keeps AutoGraph away from this package's own Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import tensorflow as tf

_F = TypeVar('_F', bound=Callable[..., Any])


def without_autograph(function: _F) -> _F:
    """Marks `function` as written for graphs already: `tf.function` traces it, unconverted."""
    return tf.autograph.experimental.do_not_convert(function)
