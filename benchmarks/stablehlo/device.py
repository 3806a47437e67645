"""What JAX's first device is, and how fast: the rate of a product of matrices, and of memory.

Prints JSON. Without `--measure` it only says which device that is.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

CALLS = 10
ROUNDS = 5


def seconds(function: Callable[[Any], Any], argument: Any) -> float:
    """The shortest time of one call; each has the result of the one before as its argument."""
    value = jax.block_until_ready(function(argument))  # compiles it
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(CALLS):
            value = function(value)
        jax.block_until_ready(value)
        found.append((time.perf_counter() - begun) / CALLS)
    return min(found)


def measured(gpu: bool, tf32: bool) -> dict[str, float]:
    """FLOP/s of a product of float32 matrices, and bytes/s read and written by an addition."""
    size = 8192 if gpu else 1024
    precision = jax.lax.Precision.DEFAULT if tf32 else jax.lax.Precision.HIGHEST
    matrix = jnp.full([size, size], 1.0 / size)
    multiply = jax.jit(lambda a: jnp.matmul(a, matrix, precision=precision))
    count = (2**30 if gpu else 2**27) // 4
    add = jax.jit(lambda a: a + 1.0, donate_argnums=0)
    return {
        'rate': 2 * size**3 / seconds(multiply, matrix),
        'bandwidth': 2 * 4 * count / seconds(add, jnp.zeros([count])),
    }


def main() -> None:
    """Measures and prints."""
    device = jax.devices()[0]
    found = {'platform': device.platform, 'kind': device.device_kind, 'jax': jax.__version__}
    gpu = device.platform == 'gpu'
    if '--measure' in sys.argv:
        found.update(measured(gpu, '--tf32' in sys.argv))
    print(json.dumps(found))


if __name__ == '__main__':
    main()
