"""dynamic_rnn and its family against a loop in NumPy, on every path."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, gradients, run, tf1_graph

tf1 = tf.compat.v1

RANDOM = np.random.RandomState(7)
UNITS, DEPTH = 4, 3


def kernel(rows, columns, seed):
    return np.random.RandomState(seed).uniform(-0.7, 0.7, [rows, columns]).astype(np.float32)


KERNEL = kernel(DEPTH + UNITS, UNITS, 1)


def make_cell():
    """A BasicRNNCell with the weights of the NumPy loop."""
    cell = seq2seq.BasicRNNCell(UNITS)
    original = cell.add_variable

    def add_variable(name, *args, **kwargs):
        if name == 'kernel':
            kwargs['initializer'] = tf1.constant_initializer(KERNEL)
        return original(name, *args, **kwargs)

    cell.add_variable = add_variable
    return cell


def numpy_rnn(inputs, lengths, state):
    """outputs [batch, time, units] and state of tanh([x, h] W), copied through past the length."""
    batch, time, _ = inputs.shape
    outputs = np.zeros([batch, time, UNITS], np.float32)
    state = state.copy()
    for b in range(batch):
        for t in range(min(time, lengths[b])):
            state[b] = np.tanh(np.concatenate([inputs[b, t], state[b]]) @ KERNEL)
            outputs[b, t] = state[b]
    return outputs, state


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('time_major', [False, True])
@pytest.mark.parametrize(
    ('batch', 'time', 'lengths'),
    [(3, 5, [5, 0, 2]), (1, 1, [1]), (2, 4, [2, 1]), (2, 3, [0, 0]), (2, 0, [0, 0]), (2, 4, None)],
)
def test_dynamic_rnn_is_the_loop(path, batch, time, lengths, time_major):
    inputs = RANDOM.randn(batch, time, DEPTH).astype(np.float32)
    first = RANDOM.randn(batch, UNITS).astype(np.float32)
    cell = make_cell()

    def program(x, state):
        if time_major:
            x = tf.transpose(x, [1, 0, 2])
        outputs, state = seq2seq.dynamic_rnn(
            cell, x, lengths, initial_state=state, time_major=time_major
        )
        return (tf.transpose(outputs, [1, 0, 2]) if time_major else outputs), state

    outputs, state = run(path, program, inputs, first)
    expected = numpy_rnn(inputs, lengths or [time] * batch, first)
    np.testing.assert_allclose(outputs, expected[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state, expected[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
def test_nothing_past_the_length_has_a_gradient(path):
    inputs = RANDOM.randn(2, 5, DEPTH).astype(np.float32)
    cell = make_cell()

    def program(x):
        def scalar(x):
            outputs, state = seq2seq.dynamic_rnn(cell, x, [5, 2], dtype=tf.float32)
            return tf.reduce_sum(outputs**2) + tf.reduce_sum(state)

        return gradients(scalar, x)[0]

    gradient = run(path, program, inputs)
    assert np.all(gradient[1, 2:] == 0)
    assert np.all(np.any(gradient[0] != 0, axis=-1))


@pytest.mark.parametrize('path', PATHS)
def test_bidirectional_reads_each_sequence_from_its_own_end(path):
    inputs = RANDOM.randn(2, 4, DEPTH).astype(np.float32)
    lengths = [4, 2]
    cells = make_cell(), make_cell()

    def program(x):
        return seq2seq.bidirectional_dynamic_rnn(*cells, x, lengths, dtype=tf.float32)

    (forward, backward), (state_fw, state_bw) = run(path, program, inputs)
    zero = np.zeros([2, UNITS], np.float32)
    expected_fw = numpy_rnn(inputs, lengths, zero)

    def flip(x):
        flipped = x.copy()
        for b, length in enumerate(lengths):
            flipped[b, :length] = x[b, :length][::-1]
        return flipped

    outputs, state = numpy_rnn(flip(inputs), lengths, zero)
    np.testing.assert_allclose(forward, expected_fw[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state_fw, expected_fw[1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(backward, flip(outputs), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state_bw, state, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
def test_static_rnn_equals_dynamic_rnn(path):
    inputs = RANDOM.randn(3, 4, DEPTH).astype(np.float32)
    cell = make_cell()

    def program(x):
        outputs, state = seq2seq.static_rnn(
            cell, tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=[4, 0, 2]
        )
        return tf.stack(outputs, 1), state

    outputs, state = run(path, program, inputs)
    expected = numpy_rnn(inputs, [4, 0, 2], np.zeros([3, UNITS], np.float32))
    np.testing.assert_allclose(outputs, expected[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state, expected[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
def test_raw_rnn_emits_what_loop_fn_says(path):
    inputs = RANDOM.randn(2, 4, DEPTH).astype(np.float32)
    lengths = np.array([4, 2])
    cell = make_cell()

    def program(x):
        def loop_fn(time, output, state, total):
            finished = time >= lengths
            step = tf.minimum(time, 3)
            if output is None:
                emit = (tf.zeros([UNITS]), tf.zeros([], tf.int32))
                return finished, x[:, 0], cell.zero_state(2, tf.float32), emit, tf.constant(0.0)
            emit = (output * 2.0, tf.fill([2], time))
            return finished, x[:, step], state, emit, total + tf.reduce_sum(output)

        emitted, state, total = seq2seq.raw_rnn(cell, loop_fn, maximum_iterations=4)
        return emitted[0].stack(), emitted[1].stack(), state, total

    doubled, times, state, _ = run(path, program, inputs)
    outputs, final = numpy_rnn(inputs, lengths, np.zeros([2, UNITS], np.float32))
    np.testing.assert_allclose(doubled.transpose(1, 0, 2), 2 * outputs, rtol=1e-5, atol=1e-6)
    assert times.tolist() == [[1, 1], [2, 2], [3, 0], [4, 0]]
    np.testing.assert_allclose(state, final, rtol=1e-5, atol=1e-6)


def test_unknown_batch_and_time_in_a_graph():
    inputs = RANDOM.randn(3, 5, DEPTH).astype(np.float32)
    with tf1_graph():
        x = tf1.placeholder(tf.float32, [None, None, DEPTH])
        lengths = tf1.placeholder(tf.int32, [None])
        outputs, state = seq2seq.dynamic_rnn(make_cell(), x, lengths, dtype=tf.float32)
        assert outputs.shape.as_list() == [None, None, UNITS]
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            for time, given in ((5, [5, 1, 0]), (2, [2, 2, 2]), (0, [0, 0, 0])):
                found = session.run((outputs, state), {x: inputs[:, :time], lengths: given})
                expected = numpy_rnn(inputs[:, :time], given, np.zeros([3, UNITS], np.float32))
                np.testing.assert_allclose(found[0], expected[0], rtol=1e-5, atol=1e-6)
                np.testing.assert_allclose(found[1], expected[1], rtol=1e-5, atol=1e-6)
            with pytest.raises(tf.errors.InvalidArgumentError, match='one length a sequence'):
                session.run(outputs, {x: inputs, lengths: [5, 1]})


def test_variables_are_made_once_and_shared_between_eager_and_function():
    tf1.reset_default_graph()  # the counters of scope names begin again
    cell = seq2seq.GRUCell(UNITS)
    x = tf.ones([2, 3, DEPTH])
    eager = seq2seq.dynamic_rnn(cell, x, dtype=tf.float32)[0]
    names = [v.name for v in cell.variables]
    traced = tf.function(lambda x: seq2seq.dynamic_rnn(cell, x, dtype=tf.float32)[0])(x)
    assert [v.name for v in cell.variables] == names
    assert [n.split(':')[0].split('/', 1)[1] for n in names] == [
        'gru_cell/gates/kernel',
        'gru_cell/gates/bias',
        'gru_cell/candidate/kernel',
        'gru_cell/candidate/bias',
    ]
    np.testing.assert_allclose(eager, traced, rtol=1e-5, atol=1e-6)
