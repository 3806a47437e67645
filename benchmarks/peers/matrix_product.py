"""The machine's rate: a large product of float32 matrices, by TensorFlow 2."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tensorflow as tf  # noqa: E402

from benchmarks.peers import serving  # noqa: E402
from benchmarks.workloads import PRODUCT_SIZE  # noqa: E402


class Program:
    """One product, whatever the workload."""

    def __init__(self, workload):
        self.matrices = [tf.random.normal([PRODUCT_SIZE, PRODUCT_SIZE]) for _ in range(2)]
        self.function = tf.function(tf.matmul, autograph=False)

    def load(self, weights):
        """It has no weights."""

    def weights(self):
        return {}

    def step(self, learning_rate):
        return {'corner': self.function(*self.matrices)[0, 0].numpy()}


if __name__ == '__main__':
    tf.config.threading.set_intra_op_parallelism_threads(serving.threads())
    serving.serve(Program)
