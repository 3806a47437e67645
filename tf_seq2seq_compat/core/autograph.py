"""Functions around functions: kept from AutoGraph, and with the arguments that `inspect` sees."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

_F = TypeVar('_F', bound=Callable[..., Any])


def without_autograph(function: _F) -> _F:
    """Marks `function` as written for graphs already: `tf.function` traces it, unconverted."""
    import tensorflow as tf  # late: the repairs use this module before TensorFlow is loaded

    return in_place_of(function)(tf.autograph.experimental.do_not_convert(function))


def in_place_of(original: Callable[..., object]) -> Callable[[_F], _F]:
    """`functools.wraps`, with the signature of the original for `inspect.getfullargspec` too."""

    def named(function: _F) -> _F:
        functools.update_wrapper(function, original)
        function.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
        return function

    return named
