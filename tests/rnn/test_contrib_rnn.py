"""The functions of tf.contrib.rnn, by what they must equal."""

import numpy as np
import pytest
import tensorflow as tf

from tests.paths import PATHS, run
from tf_seq2seq_compat import rnn
from tf_seq2seq_compat.rnn.bidirectional import reversed_steps

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(4, 3, 5)).astype(np.float32)  # Time-major.
LENGTHS = np.array([4, 0, 2], np.int32)


def half():
    """Makes every variable 0.5, so that cells of one kind are equal."""
    v1 = tf.compat.v1
    return v1.variable_scope(
        v1.get_variable_scope(), initializer=v1.constant_initializer(0.5), reuse=v1.AUTO_REUSE
    )


def made_once(path, make):
    """A function that gives `make()`, always the same outside graphs."""
    if path == 'graph':
        return make
    made = make()
    return lambda: made


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('use_lengths', [True, False])
def test_the_fused_lstm_is_its_cell_in_dynamic_rnn(path, use_lengths):
    fused = made_once(path, lambda: rnn.LSTMBlockFusedCell(4, use_peephole=True, cell_clip=0.5))
    block = made_once(path, lambda: rnn.LSTMBlockCell(4, use_peephole=True, cell_clip=0.5))

    def program(x, lengths):
        lengths = lengths if use_lengths else None
        with half():
            one = fused()(x, dtype=tf.float32, sequence_length=lengths)
            other = rnn.dynamic_rnn(block(), x, lengths, dtype=tf.float32, time_major=True)
        return one, other

    one, other = run(path, program, X, LENGTHS)
    for a, b in zip(tf.nest.flatten(one), tf.nest.flatten(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_the_fused_lstm_takes_a_list():
    """TF1 says that it does, and refuses it."""
    fused = rnn.LSTMBlockFusedCell(4)
    wanted, state = fused(X, dtype=tf.float32)
    outputs, of_list = fused(list(tf.unstack(X)), dtype=tf.float32)
    np.testing.assert_array_equal(tf.stack(outputs), wanted)
    np.testing.assert_array_equal(of_list.c, state.c)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('dtype', ['float16', 'float32', 'float64'])
def test_the_fused_lstm_has_any_floating_type(path, dtype):
    fused = made_once(path, lambda: rnn.LSTMBlockFusedCell(4))
    outputs, state = run(path, lambda x: fused()(x, dtype=dtype), X.astype(dtype))
    assert outputs.dtype == state.h.dtype == np.dtype(dtype)


def test_the_state_goes_on():
    fused = rnn.LSTMBlockFusedCell(4)
    whole, state = fused(X, dtype=tf.float32)
    first, between = fused(X[:2], dtype=tf.float32)
    second, end = fused(X[2:], initial_state=between)
    np.testing.assert_allclose(tf.concat([first, second], 0), whole, rtol=1e-5)
    np.testing.assert_allclose(end.c, state.c, rtol=1e-5)


@pytest.mark.parametrize('base', [rnn.FusedRNNCell, rnn.LSTMBlockWrapper])
def test_abstract_classes_cannot_be_made(base):
    with pytest.raises(TypeError, match='abstract'):
        base()


@pytest.mark.parametrize('path', PATHS)
def test_reversed_twice_is_forwards(path):
    fused = made_once(path, lambda: rnn.LSTMBlockFusedCell(4))

    def program(x, lengths):
        twice = rnn.TimeReversedFusedRNN(rnn.TimeReversedFusedRNN(fused()))
        with half():
            one = twice(x, dtype=tf.float32, sequence_length=lengths)
            other = fused()(x, dtype=tf.float32, sequence_length=lengths)
        return one, other

    one, other = run(path, program, X, LENGTHS)
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1].h, other[1].h)


def test_a_reversed_fused_cell_has_its_variables():
    """As a tf.Module, so that they can be trained and saved."""
    backwards = rnn.TimeReversedFusedRNN(rnn.FusedRNNCellAdaptor(rnn.GRUCell(4)))
    backwards(X, dtype=tf.float32)
    assert len(backwards.variables) == 4


@pytest.mark.parametrize('path', PATHS)
def test_static_and_dynamic_bidirectional_networks_agree(path):
    make = made_once(path, lambda: (rnn.GRUCell(4), rnn.LSTMCell(3)))

    def program(x, lengths):
        with half():
            cells = make()
            one = rnn.static_bidirectional_rnn(
                *cells, tf.unstack(x), dtype=tf.float32, sequence_length=lengths
            )
            outputs, states = rnn.bidirectional_dynamic_rnn(
                *make(), x, lengths, dtype=tf.float32, time_major=True
            )
        return (tf.stack(one[0]), *one[1:]), (tf.concat(outputs, 2), *states)

    one, other = run(path, program, X, LENGTHS)
    for a, b in zip(tf.nest.flatten(one), tf.nest.flatten(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
def test_stacks_are_bidirectional_networks_on_each_other(path):
    make = made_once(path, lambda: [[rnn.GRUCell(4), rnn.GRUCell(2)] for _ in range(2)])

    def program(x, lengths):
        options = {'dtype': tf.float32, 'sequence_length': lengths, 'time_major': True}
        with half():
            one = rnn.stack_bidirectional_dynamic_rnn(*make(), x, **options)
            static = rnn.stack_bidirectional_rnn(
                *make(), tf.unstack(x), dtype=tf.float32, sequence_length=lengths
            )
            inputs, states = x, []
            for i, layer in enumerate(zip(*make(), strict=True)):
                scope = f'by_hand_{i}'
                outputs, both = rnn.bidirectional_dynamic_rnn(
                    *layer, inputs, scope=scope, **options
                )
                inputs = tf.concat(outputs, 2)
                states.append(both)
        by_hand = (inputs, *zip(*states, strict=True))
        return one, (tf.stack(static[0]), *static[1:]), by_hand

    one, static, by_hand = run(path, program, X, LENGTHS)
    for a, b, c in zip(*map(tf.nest.flatten, (one, static, by_hand)), strict=True):
        np.testing.assert_allclose(a, c, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(b, c, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('lengths', [None, LENGTHS])
def test_reversed_steps_of_nests(lengths):
    steps = [{'a': tf.constant(x), 'b': tf.constant(x[:, :1])} for x in X]
    found = reversed_steps(steps, lengths)
    for row, length in enumerate([4] * 3 if lengths is None else lengths):
        order = [*reversed(range(length)), *range(length, 4)]
        for time, source in enumerate(order):
            np.testing.assert_array_equal(found[time]['a'][row], X[source, row])
            np.testing.assert_array_equal(found[time]['b'][row], X[source, row, :1])


def test_state_saving_carries_on():
    """Two windows with the saved state equal one run over both."""
    cell = rnn.LSTMCell(4)

    class Saver:
        kept = {'c': tf.zeros([3, 4]), 'h': tf.zeros([3, 4])}

        def state(self, name):
            return self.kept[name]

        def save_state(self, name, value):
            self.kept[name] = value
            return value

    saver = Saver()
    first, _ = rnn.static_state_saving_rnn(cell, tf.unstack(X[:2]), saver, ('c', 'h'))
    second, state = rnn.static_state_saving_rnn(cell, tf.unstack(X[2:]), saver, ('c', 'h'))
    wanted, final = rnn.static_rnn(cell, tf.unstack(X), dtype=tf.float32)
    np.testing.assert_allclose(first + second, wanted, rtol=1e-5)
    np.testing.assert_allclose(state.h, final.h, rtol=1e-5)
    np.testing.assert_array_equal(saver.kept['c'], state.c)


def test_batch_size_where_it_is_known():
    @tf.function(input_signature=[tf.TensorSpec([None, None, 2]), tf.TensorSpec([None, 7, 2])])
    def sizes(unknown, known):
        best = rnn.best_effort_input_batch_size
        assert best([unknown, known]) == 7
        return best([unknown])

    assert sizes(tf.ones([4, 3, 2]), tf.ones([4, 7, 2])) == 3


def test_the_module_has_the_names_of_tf_contrib_rnn():
    for name in rnn.__all__:
        assert getattr(rnn, name) is not None
    assert set(rnn.__all__) <= set(dir(rnn))
    with pytest.raises(AttributeError, match='NoSuchCell'):
        _ = rnn.NoSuchCell
