"""Functions of one signature, which eager code calls without TensorFlow's search for a trace."""

from __future__ import annotations

import functools
from typing import Any

import tensorflow as tf


def called_directly(function: Any) -> Any:
    """The same `tf.function`, which has an `input_signature`, traced."""
    concrete = function.get_concrete_function()
    function.__class__ = _direct()
    function._only_trace = concrete
    function._dtypes = [getattr(spec, 'dtype', None) for spec in function.input_signature]
    return function


@functools.cache
def _direct() -> Any:
    kind: Any = type(tf.function(lambda: None))  # it has no public name

    class DirectFunction(kind):
        """A `tf.function` with a single trace."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            fits = not kwargs and len(args) == len(self._dtypes) and tf.executing_eagerly()
            if fits and all(map(_is_of_type, args, self._dtypes)):
                return self._only_trace(*args)
            return super().__call__(*args, **kwargs)

    return DirectFunction


def _is_of_type(value: Any, dtype: tf.DType | None) -> bool:
    return isinstance(value, tf.__internal__.EagerTensor) and value.dtype == dtype
