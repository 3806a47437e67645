"""What the options of sampling cost a step: `python -m benchmarks.sampling`.

Each row chooses the next words of a batch from logits over a large vocabulary, in `tf.function` and
compiled by XLA; `sort` is a full sort of the logits, which top-k need not do and top-p need not do
where few words have the probability. `largest 5` is what beam search chooses by, of the logits of
each row, and `tf.math.top_k 5` the same by TensorFlow.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import tensorflow as tf

from benchmarks.report import markdown
from tf_seq2seq_compat import decoding
from tf_seq2seq_compat.core.logits_processors import LogitsProcessor
from tf_seq2seq_compat.core.top_k import top_k

BATCH, VOCABULARY, ROUNDS = 32, 16_000, 30


def rows() -> dict[str, Callable[[tf.Tensor], tf.Tensor]]:
    """By name, from logits `[batch, vocabulary]` to the words, or to other logits."""
    given = decoding.logits_processors

    def sampled(*processors: LogitsProcessor) -> Callable[[tf.Tensor], tf.Tensor]:
        def choose(logits: tf.Tensor) -> tf.Tensor:
            for processor in processors:
                logits = processor(tf.constant(0), tf.zeros([BATCH, 0], tf.int32), logits)
            return tf.random.stateless_categorical(logits, 1, seed=[1, 2])

        return choose

    def chosen(largest: tf.Tensor, words: tf.Tensor) -> tf.Tensor:
        # Without a use of both XLA would sort.
        return tf.reduce_sum(largest, -1) + tf.cast(tf.reduce_sum(words, -1), tf.float32)

    return {
        'sampled': sampled(),
        'temperature 0.7': sampled(given.temperature(0.7)),
        'top-k 10': sampled(given.top_k(10)),
        'top-k 50': sampled(given.top_k(50)),
        'top-p 0.9': sampled(given.top_p(0.9)),
        'top-p 0.9 of 50': sampled(given.top_p(0.9, 50)),
        'sort': lambda logits: tf.sort(logits, direction='DESCENDING'),
        'largest 5': lambda logits: chosen(*top_k(logits, 5)),
        'tf.math.top_k 5': lambda logits: chosen(*tf.math.top_k(logits, 5)),
    }


def milliseconds(choose: Callable[[tf.Tensor], tf.Tensor], compiled: bool) -> float:
    """The least time of one call."""
    function = tf.function(choose, jit_compile=compiled, autograph=False)
    logits = 3.0 * tf.random.stateless_normal([BATCH, VOCABULARY], [3, 4])
    function(logits).numpy()
    best = float('inf')
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        function(logits).numpy()
        best = min(best, time.perf_counter() - begun)
    return best * 1e3


def main() -> None:
    print(f'TensorFlow {tf.__version__}, {BATCH} x {VOCABULARY}, least of {ROUNDS} calls, ms')
    lines = [['row', 'tf.function', 'jit_compile=True']]
    for name, choose in rows().items():
        lines.append([name, *(f'{milliseconds(choose, one):.2f}' for one in (False, True))])
    print(markdown(lines))


if __name__ == '__main__':
    main()
