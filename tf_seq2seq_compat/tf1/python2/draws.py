"""Python 2's `random`: what the same seed shuffled, chose and sampled there; and its `hash`.

The generator is the same in Python 3; how a number below `n` is drawn from it is not.
"""

from __future__ import annotations

import functools
import math
import random
import sys
from collections.abc import Callable, MutableSequence, Sequence
from typing import Any

from tf_seq2seq_compat.tf1.python2.text import to_bytes

_BITS = 2**64
_EXACT = 2**53


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


def seed(generator: Any, value: Any = None) -> None:
    """Starts the generator."""
    if value is not None and not isinstance(value, int):
        value = hash_of(value) % _BITS
    generator.seed(value)


def _below(generator: Any, count: int) -> int:
    if count < _EXACT:
        return int(generator.random() * count)
    bits = int(1.00001 + math.log(count - 1, 2.0))
    drawn: int = generator.getrandbits(bits)
    while drawn >= count:
        drawn = generator.getrandbits(bits)
    return drawn


def randrange(generator: Any, start: Any, stop: Any = None, step: int = 1) -> int:
    """One of `range(start, stop, step)`."""
    if stop is None:
        start, stop = 0, start
    if any(int(each) != each for each in (start, stop, step)):
        raise ValueError('non-integer argument for randrange()')
    start, stop, step = int(start), int(stop), int(step)
    count = -((start - stop) // step) if step else 0
    if count <= 0:
        raise ValueError(f'empty range for randrange() ({start}, {stop}, {step})')
    return start + step * _below(generator, count)


def randint(generator: object, low: int, high: int) -> int:
    """A number from `low` to `high`, both included."""
    return randrange(generator, low, high + 1)


def choice(generator: Any, values: Sequence[Any]) -> object:
    """One of the values."""
    return values[int(generator.random() * len(values))]


def shuffle(
    generator: Any, values: MutableSequence[Any], random: Callable[[], float] | None = None
) -> None:
    """Puts the values in another order, in place."""
    draw = random or generator.random
    for last in range(len(values) - 1, 0, -1):
        other = int(draw() * (last + 1))
        values[last], values[other] = values[other], values[last]


def sample(generator: Any, population: Any, count: int) -> list[object]:
    """So many of the population, none twice."""
    size = len(population)
    if not 0 <= count <= size:
        raise ValueError('sample larger than population')
    # A pool of all, where that takes no more room than a set of what has been drawn.
    room = 21 + (4 ** math.ceil(math.log(count * 3, 4)) if count > 5 else 0)
    if size <= room or hasattr(population, 'keys'):
        pool = list(population)
        drawn = []
        for left in range(size, size - count, -1):
            place = int(generator.random() * left)
            drawn.append(pool[place])
            pool[place] = pool[left - 1]
        return drawn
    if isinstance(population, set | frozenset):
        return sample(generator, tuple(population), count)
    places: dict[int, None] = {}
    while len(places) < count:
        places[int(generator.random() * size)] = None
    return [population[place] for place in places]


def gammavariate(generator: Any, alpha: float, beta: float) -> float:
    """A draw of the gamma distribution."""
    if alpha != 1.0:
        return float(generator.gammavariate(alpha, beta))
    drawn = generator.random()
    while drawn <= 1e-7:
        drawn = generator.random()
    return -math.log(drawn) * beta


def betavariate(generator: object, alpha: float, beta: float) -> float:
    """A draw of the beta distribution."""
    drawn = gammavariate(generator, alpha, 1.0)
    return drawn / (drawn + gammavariate(generator, beta, 1.0)) if drawn else 0.0


def paretovariate(generator: Any, alpha: float) -> float:
    """A draw of the Pareto distribution."""
    return float(1.0 / pow(1.0 - generator.random(), 1.0 / alpha))


_FUNCTIONS: dict[str, Callable[..., object]] = {
    each.__name__: each
    for each in (
        *(seed, randrange, randint, choice, shuffle, sample),
        *(gammavariate, betavariate, paretovariate),
    )
}


class Random(random.Random):
    """A generator of one's own, with Python 2's methods."""

    def __init__(self, value: object = None) -> None:
        super().__init__()
        self.seed(value)

    def seed(self, value: object = None, version: int = 2) -> None:
        """Starts the generator."""
        if value is not None and not isinstance(value, int):
            value = hash_of(value) % _BITS
        super().seed(value)


for _name, _function in _FUNCTIONS.items():
    if _name != 'seed' and not _name.endswith('variate'):
        setattr(Random, _name, functools.partialmethod(_function))

NAMES: dict[str, object] = {
    'Random': Random,
    **{
        name: functools.partial(function, sys.modules['random']._inst)
        for name, function in _FUNCTIONS.items()
    },
}
"""The functions of Python 2's `random` module that replace Python 3's."""
