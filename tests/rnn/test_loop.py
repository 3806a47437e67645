"""The loop engine: buffers, early exit, growth, and what XLA makes of them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.paths import PATHS, gradients, run, tf1_graph
from tf_seq2seq_compat.core.loop import stacked, unroll
from tf_seq2seq_compat.core.loop_arrays import OpenEndedArray, extended
from tf_seq2seq_compat.core.path import traced_step
from tf_seq2seq_compat.core.traced_step import Unsupported

tf1 = tf.compat.v1


def powers(x, *, capacity, until):
    """Emits x, x**2, x**3 … and counts to `until`."""

    def step(time, state):
        return state, (state * x)

    zero = tf.zeros_like(x)
    run = unroll(
        step, x, zero, capacity=capacity, limit=None if capacity is None else until,
        running=None if capacity is not None else lambda state: state[0] < 2.0 ** until,
    )  # fmt: skip
    return stacked(run, zero), run.state, run.steps


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize(('capacity', 'until'), [(6, 6), (6, 3), (6, 0), (0, 0)])
def test_a_known_capacity(path, capacity, until):
    x = np.array([2.0, 0.5], np.float32)
    emitted, state, steps = run(path, lambda x: powers(x, capacity=capacity, until=until), x)
    assert steps == until
    np.testing.assert_allclose(state, x ** (until + 1))
    expected = [x ** (k + 1) for k in range(until)]
    if path == 'xla':
        expected += [np.zeros(2, np.float32)] * (capacity - until)
    np.testing.assert_allclose(emitted, np.reshape(expected, [-1, 2]))


@pytest.mark.parametrize('path', ['graph', 'eager', 'function'])
def test_an_unknown_capacity_grows(path):
    x = np.array([2.0, 0.5], np.float32)
    emitted, _, steps = run(path, lambda x: powers(x, capacity=None, until=40), x)
    assert steps == 39
    np.testing.assert_allclose(emitted[:, 1], 0.5 ** np.arange(1, 40))


def test_an_unknown_capacity_is_an_error_under_xla():
    with pytest.raises(ValueError, match='maximum_iterations'):
        run('xla', lambda x: powers(x, capacity=None, until=4), np.ones(2, np.float32))


@pytest.mark.parametrize('path', PATHS)
def test_gradient_through_the_loop(path):
    """d/dx of sum_{k=1..n} x**k is sum k x**(k-1); the state's is left out."""
    x = np.array([1.1, 0.5], np.float32)

    def program(x):
        return gradients(lambda x: tf.reduce_sum(powers(x, capacity=5, until=4)[0]), x)[0]

    expected = sum(k * x ** (k - 1) for k in range(1, 5))
    np.testing.assert_allclose(run(path, program, x), expected, rtol=1e-5)


@pytest.mark.parametrize('path', PATHS)
def test_an_open_ended_array_in_the_state(path):
    def program(x):
        def step(time, state):
            value, history = state
            return value, (value + 1.0, history.write(time, value))

        zero = tf.zeros_like(x)
        run = unroll(step, (x, OpenEndedArray(tf.float32, x.shape)), zero, capacity=3)
        return run.state[1]

    history = run(path, program, np.array([1.0, 5.0], np.float32))
    assert history.tolist() == [[1, 5], [2, 6], [3, 7]]


@pytest.mark.parametrize('path', PATHS)
def test_a_step_that_extends_an_array_where_xla_does_not_compile_the_loop(path):
    def program(x):
        def step(time, state):
            value, history = state
            if traced_step() is not None:
                raise Unsupported('so that the loop falls back')
            return value, (value + 1.0, extended(history, None, value))

        zero = tf.zeros_like(x)
        state = x, OpenEndedArray(tf.float32, x.shape)
        return unroll(step, state, zero, capacity=5, limit=3, jit_compile=None).state[1]

    history = run(path, program, np.array([1.0, 5.0], np.float32))
    assert history[:3].tolist() == [[1, 5], [2, 6], [3, 7]]
    assert not history[3:].any() and len(history) == (5 if path == 'xla' else 3)


@pytest.mark.parametrize('path', PATHS)
def test_the_array_of_one_loop_is_continued_by_the_next(path):
    def program():
        def step(time, history):
            return tf.zeros([]), extended(history, None, tf.cast(time, tf.float32))

        history = OpenEndedArray(tf.float32, [])
        for capacity in (2, 3):
            history = unroll(step, history, tf.zeros([]), capacity=capacity).state
        return history

    if path == 'xla':
        with pytest.raises(ValueError, match='cannot be continued under XLA'):
            run(path, program)
    else:
        assert run(path, program).tolist() == [0, 1, 0, 1, 2]


def test_eager_loops_do_not_share_an_array():
    array = OpenEndedArray(tf.float32, [])

    def step(time, history):
        return tf.zeros([]), history.write(time, tf.cast(time, tf.float32))

    long = unroll(step, array, tf.zeros([]), capacity=4).state
    short = unroll(step, array, tf.zeros([]), capacity=2).state
    assert long.stack().shape[0] == 4 and short.stack().shape[0] == 2


def test_an_open_ended_array_outside_our_loops_never_loses_data_under_xla():
    def program():
        array = OpenEndedArray(tf.float32, [2])
        return array.write(0, tf.ones([2])).stack()

    assert run('eager', program).tolist() == [[1, 1]]
    with pytest.raises((tf.errors.InvalidArgumentError, tf.errors.InternalError, ValueError)):
        run('xla', program)


def test_no_recompilation_for_other_lengths():
    traces = []

    @tf.function(jit_compile=True, autograph=False)
    def program(x, until):
        traces.append(1)
        return powers(x, capacity=6, until=until)[2]

    for until in (2, 5, 6):
        assert int(program(tf.ones([2]), tf.constant(until))) == until
    assert len(traces) == 1


def test_a_state_that_changes_its_shape_is_an_error():
    for path in ('eager', 'function'):
        with pytest.raises(ValueError, match='changes its shape'):
            run(
                path,
                lambda x: (
                    unroll(
                        lambda time, s: (s[:1], tf.concat([s, s], 0)), x, x[:1], capacity=2
                    ).state
                ),
                np.ones(2, np.float32),
            )


def test_swap_memory_and_parallel_iterations_change_nothing():
    with tf1_graph():
        x = tf.constant([1.5, 0.5])
        zero = tf.zeros([2])
        results = [
            stacked(
                unroll(
                    lambda t, s: (s, s * x), x, zero, capacity=3, swap_memory=swap,
                    parallel_iterations=parallel,
                ),
                zero,
            )
            for swap, parallel in ((False, 32), (True, 1))
        ]  # fmt: skip
        with tf1.Session() as session:
            first, second = session.run(results)
    np.testing.assert_array_equal(first, second)
