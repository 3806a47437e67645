"""What the machine can do: a large product of float32 matrices, and what a workload consists of."""

import functools
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tensorflow as tf  # noqa: E402

from benchmarks import floor  # noqa: E402
from benchmarks.peers import serving  # noqa: E402
from benchmarks.workloads import PRODUCT_SIZE  # noqa: E402

SECONDS = 0.04  # for each figure and form
CHAIN = 16  # so many small products in a call, that what a call costs does not count


def least_seconds(function, *arguments):
    """The shortest time of one call, by TensorFlow and compiled by XLA."""
    best = float('inf')
    for compiled in (False, True):
        form = tf.function(function, jit_compile=compiled, autograph=False)
        tf.nest.map_structure(lambda one: one.numpy(), form(*arguments))
        begun = now = time.perf_counter()
        while now < begun + SECONDS:
            before = now
            tf.nest.flatten(form(*arguments))[-1].numpy()
            now = time.perf_counter()
            best = min(best, now - before)
    return best


@functools.cache
def product_seconds(batch, rows, inner, columns):
    """Of one product of this shape."""
    shape = [batch] if batch > 1 else []
    chain = max(1, min(CHAIN, int(2e8 // (2 * batch * rows * inner * columns))))

    def products(a, b):
        found = []
        for _ in range(chain):
            found.append(tf.matmul(a, b))
            a += 1e-9 * found[-1][..., :1, :1]  # no product can be before the last
        return found

    a = tf.random.normal([*shape, rows, inner])
    return least_seconds(products, a, tf.random.normal([*shape, inner, columns])) / chain


def bandwidth(size):
    """Bytes/s at which so many bytes are read again and again, by a vector's product with them."""
    inner = 1024
    columns = max(size // floor.FLOAT // inner, 1)
    return floor.FLOAT * inner * columns / product_seconds(1, 1, inner, columns)


@functools.cache
def function_seconds():
    """Of one `tanh` of many that stay in a cache."""
    count = 2**18
    return least_seconds(lambda x: tf.tanh(tf.tanh(tf.tanh(tf.tanh(x)))), tf.zeros([count])) / (
        4 * count
    )


class Program:
    """One product, whatever the workload; its `profile` is what the workload's floor needs."""

    def __init__(self, workload):
        self.workload = workload
        self.matrices = [tf.random.normal([PRODUCT_SIZE, PRODUCT_SIZE]) for _ in range(2)]
        self.function = tf.function(tf.matmul, autograph=False)

    def load(self, weights):
        """It has no weights."""

    def weights(self):
        return {}

    def step(self, learning_rate):
        return {'corner': self.function(*self.matrices)[0, 0].numpy()}

    def profile(self):
        """Seconds of a call at least, and what decides them."""
        read = bandwidth(floor.step_bytes(self.workload))
        seconds, why = floor.floor(
            self.workload,
            lambda one: one.count * product_seconds(*one[1:]),
            read,
            function_seconds(),
        )
        return {'seconds': seconds, 'why': why, 'bandwidth': read}


if __name__ == '__main__':
    tf.config.threading.set_intra_op_parallelism_threads(serving.threads())
    serving.serve(Program)
