"""Throughput of training a GNMT-size model on 1 to 256 GPUs, on paper.

    .venv/bin/python benchmarks/scaling_model.py             # the prediction
    .venv/bin/python benchmarks/scaling_model.py --check     # the same model for processes here

A step takes the time of its products and then that of the exchange of gradients; the two do not
overlap, since XLA compiles loss and gradients as one function, whose results are exchanged when it
has ended. `--check` measures both parts apart, by processes of MultiWorkerMirroredStrategy on this
machine, and compares their sum with steps that have both. Processes share the machine, as GPUs do
not: so their products are measured for each number of them, of each round those of the slowest, for
whom all wait. Their exchange is predicted from that of two.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

# Measured on an NVIDIA H100 80GB (README.md): products in float32, and the part of that rate that a
# step of training-256 reaches.
PRODUCTS = 55.7e12
REACHED = 0.63
# Assumed: eight GPUs a machine; bytes per second that one GPU sends in a ring, by NVLink, and
# between machines, by one 400 Gb/s adapter for each GPU or one of 100 Gb/s for the machine; the
# seconds that each of the steps of a ring takes beside.
IN_MACHINE = 8
NVLINK = 350e9
NETWORKS = {'400 Gb/s a GPU': 40e9, '100 Gb/s a machine': 10e9 / IN_MACHINE}
LATENCY = 10e-6


class Model(NamedTuple):
    """Sizes of an encoder-decoder like GNMT (Wu et al. 2016, https://arxiv.org/abs/1609.08144).

    Attributes:
      units: Units of every layer, and the size of the embeddings.
      layers: Layers of the encoder, whose first is bidirectional, and of the decoder.
      vocabulary: Words of each language.
      batch: Sentence pairs of a replica's step.
      length: Words of a sentence.
    """

    units: int = 1024
    layers: int = 8
    vocabulary: int = 32000
    batch: int = 128
    length: int = 50

    def multiplied(self) -> int:
        """The weights that are multiplied for each word."""
        lstm = [4 * self.units * (inputs + self.units) for inputs in (self.units, 2 * self.units)]
        encoder = 2 * lstm[0] + lstm[1] + (self.layers - 2) * lstm[0]
        decoder = self.layers * lstm[1]  # Each reads the attention too.
        return encoder + decoder + 2 * self.units**2 + self.vocabulary * self.units

    def weights(self) -> int:
        """All weights, the two embeddings included."""
        return self.multiplied() + 2 * self.vocabulary * self.units

    def words(self) -> int:
        """Words of the target in a replica's step."""
        return self.batch * self.length

    def products(self) -> float:
        """Floating-point operations of a step: forward two for each weight, backward twice that."""
        attention = 3 * 4 * self.batch * self.length**2 * self.units
        return 6.0 * self.multiplied() * self.words() + attention


def ring(size: float, members: int, bandwidth: float, latency: float = LATENCY) -> float:
    """Seconds of a ring all-reduce of so many bytes (Patarasuk and Yuan 2009)."""
    steps = 2 * (members - 1)
    return steps / members * size / bandwidth + steps * latency


def all_reduce(size: float, gpus: int, network: float) -> float:
    """Seconds within the machines and then between them, for the share of each GPU."""
    inside = min(gpus, IN_MACHINE)
    machines = -(-gpus // IN_MACHINE)
    return ring(size, inside, NVLINK) + ring(size / inside, machines, network)


def parameter_servers(size: float, workers: int, servers: int, network: float) -> float:
    """Seconds in which the servers send all variables and receive all gradients."""
    return 2 * size * max(workers / servers, 1) / network


def predict(model: Model) -> list[str]:
    """The lines of the report."""
    size, compute = 4.0 * model.weights(), model.products() / (PRODUCTS * REACHED)
    lines = [
        f'{model.weights() / 1e6:.0f} million weights, gradients of {size / 1e9:.2f} GB, '
        f'{model.words()} words and {model.products() / 1e12:.1f} TFLOP a step of a GPU: '
        f'{compute:.3f} s',
        '',
        f'| GPUs | {" | ".join(f"{name}: words/s | of linear" for name in NETWORKS)} '
        '| 16-bit gradients, 100 Gb/s: of linear | 8 parameter servers, 100 Gb/s: of linear |',
        '|---' * (2 * len(NETWORKS) + 3) + '|',
    ]
    gpus = 1
    while gpus <= 256:
        cells = []
        for network in NETWORKS.values():
            step = compute + all_reduce(size, gpus, network)
            cells += [f'{gpus * model.words() / step:,.0f}', f'{compute / step:.0%}']
        slow = NETWORKS['100 Gb/s a machine']
        cells.append(f'{compute / (compute + all_reduce(size / 2, gpus, slow)):.0%}')
        cells.append(f'{compute / (compute + parameter_servers(size, gpus, 8, 8 * slow)):.0%}')
        lines.append(f'| {gpus} | {" | ".join(cells)} |')
        gpus *= 2
    return lines


# -- the check ------------------------------------------------------------------------------------

CHECKED = {'units': 256, 'vocabulary': 4000, 'batch': 16, 'length': 12}


def measure(rounds: int) -> dict[str, list[float]]:
    """What one process sees: seconds of the gradients, of their exchange, and of both; bytes.

    All processes take each round at the same time.
    """
    import tensorflow as tf

    import tf_seq2seq_compat as seq2seq

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    units, vocabulary, batch, length = CHECKED.values()
    with strategy.scope():
        embedding = tf.Variable(tf.random.normal([vocabulary, units], stddev=0.1))
        encoder, decoder = seq2seq.LSTMCell(units), seq2seq.LSTMCell(units)
        attention = seq2seq.LuongAttention(units, memory=None)
        layer = seq2seq.Dense(units, use_bias=False)
        output = seq2seq.Dense(vocabulary, use_bias=False)

        def loss(words: tf.Tensor) -> tf.Tensor:
            inputs = tf.nn.embedding_lookup(embedding, words)
            memory, state = seq2seq.dynamic_rnn(encoder, inputs, dtype=tf.float32)
            attention.setup_memory(memory)
            cell = seq2seq.AttentionWrapper(decoder, attention, attention_layer=layer)
            first = cell.zero_state(batch, tf.float32).clone(cell_state=state)
            helper = seq2seq.TrainingHelper(inputs, tf.fill([batch], length))
            decoding = seq2seq.BasicDecoder(cell, helper, first, output)
            logits = seq2seq.dynamic_decode(decoding)[0].rnn_output
            return seq2seq.sequence_loss(logits, words, tf.ones([batch, length]))

        loss(tf.zeros([batch, length], tf.int32))
        layers = (encoder, decoder, attention, layer, output)
        variables = [embedding, *(v for each in layers for v in each.trainable_variables)]

    @tf.function(jit_compile=True)
    def gradients(words: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            value = loss(words)
        return [tf.convert_to_tensor(g) for g in tape.gradient(value, variables)]

    def exchange(given: list[tf.Tensor]) -> list[tf.Tensor]:
        return tf.distribute.get_replica_context().all_reduce('SUM', given)

    words = tf.random.uniform([batch, length], 0, vocabulary, tf.int32)
    some = [tf.zeros(v.shape) for v in variables]
    run = strategy.run
    functions: dict[str, Callable[[], object]] = {
        'gradients': tf.function(lambda: run(gradients, (words,))[-1]),
        'exchange': tf.function(lambda: run(exchange, (some,))[-1]),
        'both': tf.function(lambda: run(lambda w: exchange(gradients(w)), (words,))[-1]),
    }
    nothing = [tf.zeros([])]
    meet = tf.function(lambda: run(exchange, (nothing,)))
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(rounds + 2):
        for name, function in functions.items():
            meet()
            start = time.perf_counter()
            function()
            if number > 1:
                seconds[name].append(time.perf_counter() - start)
    size = sum(4.0 * v.shape.num_elements() for v in variables)
    return {'bytes': [size], **seconds}


def measured(processes: int, rounds: int) -> dict[str, float]:
    """The median of what the slowest of so many processes sees in each round."""
    sockets = [socket.socket() for _ in range(processes)]
    for each in sockets:
        each.bind(('localhost', 0))
    cluster = {'worker': [f'localhost:{each.getsockname()[1]}' for each in sockets]}
    for each in sockets:
        each.close()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / str(task) for task in range(processes)]
        started = []
        for task, file in enumerate(files):
            config = {'cluster': cluster, 'task': {'type': 'worker', 'index': task}}
            words = [sys.executable, __file__, '--measure', str(file), '--rounds', str(rounds)]
            environment = {**os.environ, 'TF_CONFIG': json.dumps(config)}
            started.append(subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL))
        try:
            if any(each.wait(600) for each in started):
                raise SystemExit(f'one of {processes} processes failed')
        finally:
            for each in started:
                each.kill()
        found = [json.loads(file.read_text()) for file in files]
    return {
        name: statistics.median(map(max, zip(*(one[name] for one in found), strict=True)))
        for name in found[0]
    }


def check(most: int, rounds: int) -> list[str]:
    """The parts of a step, their predicted sum, and what is so."""
    cores = len(os.sched_getaffinity(0))
    lines = [
        f'{cores} cores, load {os.getloadavg()[0]:.1f}',
        '',
        '| processes | gradients | exchange | predicted | measured | measured / predicted |',
        '|---|---|---|---|---|---|',
    ]
    alone = measured(1, rounds)
    two = measured(2, rounds) if most > 1 else alone
    # Of the exchange of two: what a process sends in a second over the loopback.
    rate = two['bytes'] / max(two['exchange'] - alone['exchange'], 1e-9)
    for count in range(1, most + 1):
        found = {1: alone, 2: two}.get(count) or measured(count, rounds)
        # The loopback is the work of the cores, which more processes share.
        shared = max(1.0, count / cores)
        exchange = alone['exchange'] + ring(found['bytes'], count, rate, 0.0) * shared
        predicted = found['gradients'] + exchange
        lines.append(
            f'| {count} | {found["gradients"]:.4f} | {found["exchange"]:.4f} | {predicted:.4f} '
            f'| {found["both"]:.4f} | {found["both"] / predicted:.2f} |'
        )
    lines += [
        '',
        f'gradients of {two["bytes"] / 1e6:.1f} MB, {rate / 1e9:.2f} GB/s over the loopback',
    ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true', help='measure processes here')
    parser.add_argument('--processes', type=int, default=3, help='of the check, at most')
    parser.add_argument('--rounds', type=int, default=15, help='of the check')
    parser.add_argument('--batch', type=int, default=Model().batch, help="a replica's sentences")
    parser.add_argument('--measure', type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        options.measure.write_text(json.dumps(measure(options.rounds)))
    elif options.check:
        print('\n'.join(check(options.processes, options.rounds)))
    else:
        print('\n'.join(predict(Model(batch=options.batch))))


if __name__ == '__main__':
    main()
