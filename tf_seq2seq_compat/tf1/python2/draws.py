"""Python 2's `random`: what the same seed shuffled, chose and sampled there; and its `hash`.

The generator is the same in Python 3; how a number below `n` is drawn from it is not, and is that
of the package random2.
"""

from __future__ import annotations

import functools
import importlib
import math
import random
from typing import Any

from tf_seq2seq_compat.tf1.python2 import syntax
from tf_seq2seq_compat.tf1.python2.text import to_bytes

_BITS = 2**64


def _signed(value: int) -> int:
    """A 64-bit number as a hash, which is never -1."""
    value %= _BITS
    value -= _BITS if value >= _BITS // 2 else 0
    return -2 if value == -1 else value


def hash_of(value: object) -> int:
    """`hash(value)` of Python 2 on 64 bits: of numbers, strings, and tuples of these.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import draws
      >>> draws.hash_of('a'), draws.hash_of(12)
      (12416037344, 12)
    """
    if type(value) in (str, bytes) or isinstance(value, bytes):
        data = bytes(to_bytes(value))
        found = data[0] << 7 if data else 0
        for byte in data:
            found = (found * 1000003 ^ byte) % _BITS
        return _signed(found ^ len(data)) if data else 0
    if type(value) is tuple:
        found, factor = 0x345678, 1000003
        for left, each in zip(range(len(value) - 1, -1, -1), value, strict=True):
            found = (found ^ hash_of(each)) * factor % _BITS
            factor += 82520 + 2 * left
        return _signed(found + 97531)
    if type(value) is int:
        return _signed(value if abs(value) < _BITS // 2 else _remainder(value))
    if type(value) is float:
        return _hash_of_float(value)
    return hash(value)


def _remainder(value: int) -> int:
    return abs(value) % (_BITS - 1) * (1 if value > 0 else -1)


def _hash_of_float(value: float) -> int:
    if math.isinf(value):
        return 314159 if value > 0 else -271828
    if math.isnan(value):
        return 0
    if value == int(value):
        return hash_of(int(value))
    fraction, exponent = math.frexp(value)
    scaled = fraction * 2.0**31
    high = int(scaled)
    low = int((scaled - high) * 2.0**31)
    return _signed(high + low + (exponent << 15))


def _number(value: object) -> Any:
    """What the generator is seeded with for a value."""
    return value if value is None or isinstance(value, int) else hash_of(value) % _BITS


@functools.cache
def names() -> dict[str, object]:
    """What replaces functions of Python 3's `random` module, from the package random2.

    Raises:
      syntax.NotInstalled: it is missing.
    """
    try:
        module: Any = importlib.import_module('random2')
    except ImportError:
        raise syntax.NotInstalled(f'random2 is not installed: {syntax.INSTALL}') from None
    shared: Any = vars(random)['_inst']

    class Random(module.Random):
        """A generator with Python 2's methods."""

        def seed(self, value: object = None) -> None:
            """Starts the generator."""
            super().seed(_number(value))

    class OfModule(module.Random):
        """The module's generator, which libraries draw from as well."""

        random = staticmethod(shared.random)
        getrandbits = staticmethod(shared.getrandbits)

    drawn = OfModule()
    functions = 'randrange randint choice shuffle sample gammavariate betavariate paretovariate'
    return {
        'Random': Random,
        'seed': lambda value=None: shared.seed(_number(value)),
        **{name: getattr(drawn, name) for name in functions.split()},
    }
