"""Which modules and objects are of Keras, in any of its packages."""

from __future__ import annotations

_IN_PROGRAMS = ('keras.', 'tensorflow.keras.', 'tensorflow.python.keras.')


def is_imported_keras(module: str) -> bool:
    """Whether TF1 programs import Keras, or a module of it, by a dotted name."""
    return f'{module}.'.startswith(_IN_PROGRAMS)


def is_keras_module(module: str) -> bool:
    """Whether a dotted name is that of a module of Keras 2, Keras 3 or tf_keras."""
    return f'{module}.'.startswith(('tf_keras.', *_IN_PROGRAMS))


def is_of_keras(obj: object) -> bool:
    """Whether the class of an object is of Keras, or derived from one that is."""
    return any(is_keras_module(base.__module__) for base in type(obj).__mro__)
