"""The forms of `core/cpu_forms.py` beside the plain ones: `python -m benchmarks.cpu_forms`.

Each row is one form in sizes of the workload training-32 or greedy-32; a `-1` has one example.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import cpu_forms

STEPS, UNITS, WORDS, ROUNDS = 50, 512, 10_000, 40


def bias(rows: int) -> tf.Tensor:
    """An Elman network of `STEPS` steps."""
    weight, vector, x = normal(UNITS, UNITS), normal(UNITS), normal(rows, UNITS)
    for _ in range(STEPS):
        x = tf.tanh(cpu_forms.add_bias(tf.matmul(x, weight), vector))
    return x


def argmax() -> tf.Tensor:
    """The likeliest words."""
    return cpu_forms.argmax(normal(32, WORDS))


def vector_by_matrix() -> list[tf.Tensor]:
    """The score and the context of attention."""
    memory, query = normal(32, 50, UNITS), normal(32, UNITS)
    score = cpu_forms.vector_by_matrix(query, memory, True)
    return [score, cpu_forms.vector_by_matrix(score, memory, False)]


def transposed_weight() -> tf.Tensor:
    """The gradient of a cell's state, back over `STEPS` steps."""
    weight = normal(UNITS, UNITS)
    start = normal(32, UNITS)
    axes = cpu_forms.operand_axes('bc', 'ab', 'ac', like=start)
    operand = weight if axes == 'bc' else tf.transpose(weight)
    return tf.while_loop(
        lambda step, _: step < STEPS,
        lambda step, x: (step + 1, tf.tanh(tf.einsum(f'ac,{axes}->ab', x, operand))),
        (0, start),
    )[1]


# By row: what is made, and whether XLA compiles it.
ROWS: dict[str, tuple[Callable[[], Any], bool]] = {
    'bias-1': (lambda: bias(1), False),
    'bias-32': (lambda: bias(32), False),
    'argmax-32': (argmax, True),
    'vector-by-matrix': (vector_by_matrix, False),
    'transposed-weight': (transposed_weight, True),
}


def normal(*shape: int) -> tf.Tensor:
    """Numbers that neither TensorFlow nor XLA can compute beforehand."""
    variable = _variables.get(shape)
    if variable is None:
        with tf.init_scope():
            variable = _variables[shape] = tf.Variable(
                tf.random.stateless_normal(shape, [0, sum(shape)]) * UNITS**-0.5
            )
    return tf.identity(variable)


_variables: dict[tuple[int, ...], tf.Variable] = {}


def seconds(row: str, rounds: int = ROUNDS) -> tuple[float, float]:
    """The least times of the plain form and of the CPU's."""
    build, compiled = ROWS[row]
    functions = []
    for cpu in (False, True):
        with cpu_forms.assuming(cpu=cpu):
            function = tf.function(build, jit_compile=compiled, autograph=False)
            functions.append(function.get_concrete_function())
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for function, found in zip(functions, times, strict=True):
            start = time.perf_counter()
            [each.numpy() for each in tf.nest.flatten(function())]
            found.append(time.perf_counter() - start)
    plain, ours = map(min, times)
    return plain, ours


def main() -> None:
    print(f'TensorFlow {tf.__version__}')
    print('| row | plain, ms | for CPUs, ms | plain / for CPUs |')
    print('|---|---|---|---|')
    for row in ROWS:
        plain, ours = seconds(row)
        print(f'| {row} | {plain * 1e3:.2f} | {ours * 1e3:.2f} | {plain / ours:.2f} |')


if __name__ == '__main__':
    main()
