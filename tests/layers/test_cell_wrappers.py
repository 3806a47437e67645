"""Dropout, residual and device wrappers on every path."""

import numpy as np
import pytest
import tensorflow as tf

from tests.paths import PATHS, gradients, run, tf1_graph
from tf_seq2seq_compat.layers.cell_wrappers import (
    DeviceWrapper,
    DropoutWrapper,
    ResidualWrapper,
    new_dropout_masks,
)
from tf_seq2seq_compat.layers.rnn_cell import (
    GRUCell,
    LSTMCell,
    LSTMStateTuple,
    MultiRNNCell,
    RNNCell,
)

tf1 = tf.compat.v1


class Identity(RNNCell):
    """The output is the input; the state stays."""

    def __init__(self, size):
        super().__init__()
        self.state_size_ = size

    state_size = output_size = property(lambda self: self.state_size_)

    def call(self, inputs, state):
        return inputs, state


class Nested(RNNCell):
    state_size = (3, LSTMStateTuple(4, 5), {'a': 2, 'b': 6})
    output_size = 3

    def call(self, inputs, state):
        return inputs, state


# -- dropout --------------------------------------------------------------------------------------


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('as_tensor', [False, True])
def test_dropout_keeps_the_share_it_should_and_scales_the_rest(as_tensor, path):
    def build(input_keep, output_keep, state_keep):
        probabilities = (input_keep, output_keep, state_keep)
        if not as_tensor:
            probabilities = (0.5, 0.8, 0.25)
        cell = DropoutWrapper(Identity(2000), *probabilities)
        ones = tf.ones([20, 2000])
        return cell(ones, ones)

    arrays = [np.float32(p) for p in (0.5, 0.8, 0.25)]
    output, state = run(path, build, *arrays)
    assert set(np.unique(output.round(4))) == {0.0, 2.5}
    assert set(np.unique(state.round(4))) == {0.0, 4.0}
    assert abs((output > 0).mean() - 0.4) < 0.02
    assert abs((state > 0).mean() - 0.25) < 0.02
    assert not np.array_equal(output[0], output[1])


@pytest.mark.parametrize('path', PATHS)
def test_variational_masks_are_one_for_all_rows_and_steps_and_new_for_each_sequence(path):
    def make():
        return DropoutWrapper(Identity(300), 0.5, 0.9, 0.7, True, 300, tf.float32, seed=3)

    ones = np.ones([4, 300], 'float32')
    made_eagerly = make()

    def build(ones):
        cell = make() if path == 'graph' else made_eagerly
        sequences = []
        for _ in range(2):
            cell.zero_state(4, tf.float32)
            _, outputs, states = tf.while_loop(
                lambda i, *_: i < 3,
                lambda i, outputs, states: (
                    i + 1,
                    outputs + cell(ones, ones)[0],
                    states + cell(ones, ones)[1],
                ),
                (0, tf.zeros_like(ones), tf.zeros_like(ones)),
            )
            sequences.append((outputs / 3, states / 3))
        return sequences

    (output, state), (next_output, next_state) = run(path, build, ones)
    np.testing.assert_allclose(np.unique(output.round(4)), [0, 1 / 0.45], rtol=1e-3)
    np.testing.assert_allclose(np.unique(state.round(4)), [0, 1 / 0.7], rtol=1e-3)
    assert (output == output[0]).all()
    assert abs((output[0] > 0).mean() - 0.45) < 0.12
    # TF1 draws masks once for each run of the graph.
    assert np.array_equal(state, next_state) == (path == 'graph')
    assert np.array_equal(output, next_output) == (path == 'graph')
    assert not made_eagerly.variables


def test_variational_masks_are_drawn_by_each_session_run():
    with tf1_graph(), tf1.Session() as session:
        cell = DropoutWrapper(Identity(200), 1.0, 1.0, 0.5, True, dtype=tf.float32)
        _, state = cell(tf.ones([1, 200]), tf.ones([1, 200]))
        assert not np.array_equal(session.run(state), session.run(state))


def test_variational_masks_are_drawn_by_each_call_of_a_function():
    cell = MultiRNNCell(
        [DropoutWrapper(Identity(200), 1.0, 0.5, 1.0, True, dtype=tf.float32), Identity(200)]
    )

    @tf.function(autograph=False)
    def sequence(state):
        new_dropout_masks(cell)
        return cell(tf.ones([1, 200]), (state, state))[0]

    first, second = sequence(tf.zeros([1, 200])), sequence(tf.zeros([1, 200]))
    assert not np.array_equal(first, second)
    # The masks are the last ones drawn until others are, inside a function or out.
    again = cell(tf.ones([1, 200]), (tf.zeros([1, 200]),) * 2)[0]
    np.testing.assert_array_equal(second, again)


@pytest.mark.parametrize('path', ['eager', 'function', 'xla'])
def test_variational_masks_follow_their_seed(path):
    def sequences(path):
        cell = DropoutWrapper(Identity(50), 1.0, 0.5, 1.0, True, dtype=tf.float32, seed=5)

        def build():
            return cell(tf.ones([1, 50]), cell.zero_state(1, tf.float32))[0]

        return run(path, build), run(path, build)

    first, second = sequences(path)
    # XLA takes the numbers of a seed in another order.
    expected = sequences(path if path == 'xla' else 'eager')
    np.testing.assert_array_equal(first, expected[0])
    np.testing.assert_array_equal(second, expected[1])
    assert not np.array_equal(first, second)


@pytest.mark.parametrize('compiled', [False, True])
def test_variational_masks_of_a_wrapper_made_in_a_function(compiled):
    @tf.function(autograph=False, jit_compile=compiled)
    def sequence():
        cell = DropoutWrapper(Identity(90), 1.0, 0.5, 1.0, True, dtype=tf.float32)
        ones = tf.ones([1, 90])
        first = cell(ones, ones)[0]
        looped = tf.while_loop(
            lambda i, _: i < 2, lambda i, _: (i + 1, cell(ones, ones)[0]), (0, ones)
        )
        return first, looped[1]

    first, looped = sequence()
    np.testing.assert_array_equal(first, looped)
    assert not np.array_equal(first, sequence()[0])


# Printed by TF 1.15.5: tf.set_random_seed(3), DropoutWrapper(cell, .5, .6, .7, seed=7) of a cell
# that returns its input and its state, both ones [2, 3].
ORACLE = {
    False: (
        [[0.0, 3.3333333, 3.3333333], [0.0, 0.0, 0.0]],
        [[0.0, 1.4285715, 0.0], [0.0, 1.4285715, 1.4285715]],
    ),
    True: (
        [[0.0, 3.3333333, 3.3333333], [0.0, 3.3333333, 3.3333333]],
        [[0.0, 1.4285715, 0.0], [0.0, 1.4285715, 0.0]],
    ),
}


@pytest.mark.parametrize('variational', [False, True])
def test_masks_in_a_graph_are_those_of_tf1(variational):
    options = {'variational_recurrent': True, 'dtype': tf.float32, 'input_size': 3}
    with tf1_graph(), tf1.Session() as session:
        tf1.set_random_seed(3)
        cell = DropoutWrapper(Identity(3), 0.5, 0.6, 0.7, seed=7, **options if variational else {})
        results = session.run(cell(tf.ones([2, 3]), tf.ones([2, 3])))
    np.testing.assert_allclose(results, ORACLE[variational], rtol=1e-6)


def test_c_is_not_dropped():
    cell = DropoutWrapper(LSTMCell(500), state_keep_prob=0.5)
    _, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
    assert (state.c.numpy() != 0).all()
    assert 0.3 < (state.h.numpy() != 0).mean() < 0.7


def dropped_parts(visitor):
    """Whether each part of Nested's state was dropped from; nothing survives a tiny probability."""
    cell = DropoutWrapper(Nested(), state_keep_prob=1e-9, dropout_state_filter_visitor=visitor)
    ones = tf.nest.map_structure(tf.ones_like, cell.zero_state(2, tf.float32))
    _, state = cell(tf.ones([2, 3]), ones)
    tf.nest.assert_same_structure(state, ones)
    return [not part.numpy().any() for part in tf.nest.flatten(state)]


def test_the_filter_chooses_the_parts_of_the_state():
    seen = []

    def by_part(part):
        seen.append(part)
        if isinstance(part, LSTMStateTuple):
            return LSTMStateTuple(c=True, h=False)
        if isinstance(part, dict):
            return {'a': False, 'b': True}
        return True

    # Flattened: 3, (c, h), (a, b).
    assert dropped_parts(None) == [True, False, True, True, True]
    assert dropped_parts(by_part) == [True, True, False, False, True]
    assert [type(part).__name__ for part in seen if tf.nest.is_nested(part)] == [
        'tuple',
        'LSTMStateTuple',
        'dict',
    ]
    assert dropped_parts(lambda part: not isinstance(part, LSTMStateTuple)) == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert not any(dropped_parts(lambda _: False))


@pytest.mark.parametrize('path', PATHS)
def test_gradients_pass_where_units_are_kept(path):
    def build(x):
        cell = DropoutWrapper(Identity(60), 0.5, 1.0, 0.5, True, 60, tf.float32, seed=1)
        output = cell(x, x)[0]
        (found,) = gradients(lambda x: tf.reduce_sum(cell(x, x)[0] * 3.0), x)
        return output, found

    output, found = run(path, build, np.ones([2, 60], 'float32'))
    np.testing.assert_allclose(found, 3.0 * output)
    assert 0 < (found > 0).sum() < 120


def test_full_probability_adds_nothing():
    with tf1_graph() as graph:
        cell = DropoutWrapper(Identity(3))
        x = tf.ones([2, 3])
        cell(x, x)
        assert [op.type for op in graph.get_operations()] == ['Const']


# -- residual and device --------------------------------------------------------------------------


@pytest.mark.parametrize('path', PATHS)
def test_residual(path):
    inner = GRUCell(3)
    plain, scaled = ResidualWrapper(inner), ResidualWrapper(inner, lambda x, y: x * 2.0 - y)

    def build(x, h):
        return inner(x, h)[0], plain(x, h), scaled(x, h)[0]

    x, h = np.random.default_rng(1).normal(size=(2, 4, 3))
    output, (added, state), other = run(path, build, x, h)
    np.testing.assert_allclose(added, x + output)
    np.testing.assert_allclose(other, 2 * x - output)
    np.testing.assert_allclose(state, output)


def test_residual_of_nests():
    class Pair(Identity):
        output_size = (3, 3)

    x = (tf.ones([2, 3]), tf.ones([2, 3]))
    (first, second), _ = ResidualWrapper(Pair(3))(x, tf.ones([2, 3]))
    assert (first.numpy() == 2).all() and (second.numpy() == 2).all()


def test_device():
    with tf1_graph():
        cell = DeviceWrapper(GRUCell(4), '/cpu:0')
        state = cell.zero_state(2, tf.float32)
        output, _ = cell(tf.ones([2, 3]), state)
        assert state.device == output.device == '/device:CPU:0'


def test_wrappers_have_no_scope_of_their_own():
    with tf1_graph():
        inner = GRUCell(3)
        cell = ResidualWrapper(DropoutWrapper(DeviceWrapper(inner, '/cpu:0'), 0.5))
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32), scope='mine')
        assert [v.op.name for v in tf1.global_variables()] == [
            'mine/gates/kernel',
            'mine/gates/bias',
            'mine/candidate/kernel',
            'mine/candidate/bias',
        ]
        assert cell.variables == []  # as TF1 lists them in a graph
        assert cell.wrapped_cell.wrapped_cell.wrapped_cell is inner
        assert (cell.state_size, cell.output_size) == (3, 3)


def test_a_config_makes_the_wrappers_again():
    cell = DropoutWrapper(ResidualWrapper(DeviceWrapper(GRUCell(3), '/cpu:0')), 0.5, seed=4)
    again = DropoutWrapper.from_config(cell.get_config())
    assert again.get_config() == cell.get_config()
    assert isinstance(again.cell.cell, DeviceWrapper)


# -- misuse: the types are those that TF 1.15.5 raised ---------------------------------------------

MISUSE = {
    'no cell': (lambda: DropoutWrapper(3), TypeError, 'cell .3.*state_size'),
    'a class': (lambda: ResidualWrapper(GRUCell), TypeError, 'class'),
    'keep -1': (lambda: DropoutWrapper(GRUCell(3), -1.0), ValueError, 'input_keep_prob.*-1'),
    'keep 2': (lambda: DropoutWrapper(GRUCell(3), 1.0, 2.0), ValueError, 'output_keep_prob'),
    'keep 0': (
        lambda: DropoutWrapper(GRUCell(3), state_keep_prob=tf.constant(0.0)),
        ValueError,
        'state_keep_prob',
    ),
    'keep str': (lambda: DropoutWrapper(GRUCell(3), 'a'), TypeError, "'a'"),
    'no dtype': (lambda: DropoutWrapper(GRUCell(3), variational_recurrent=True), ValueError, 'dty'),
    'no input size': (
        lambda: DropoutWrapper(GRUCell(3), 0.5, variational_recurrent=True, dtype=tf.float32),
        ValueError,
        'input_size',
    ),
    'wrong input size': (
        lambda: DropoutWrapper(Identity(3), 0.5, 1.0, 1.0, True, 4, tf.float32)(
            tf.ones([2, 3]), tf.ones([2, 3])
        ),
        ValueError,
        r'\(2, 3\).*\(1, 4\)',
    ),
    'more inputs than sizes': (
        lambda: DropoutWrapper(Identity(3), 0.5, 1.0, 1.0, True, 3, tf.float32)(
            (tf.ones([2, 3]), tf.ones([2, 3])), tf.ones([2, 3])
        ),
        ValueError,
        'input_size',
    ),
    'filter': (
        lambda: DropoutWrapper(GRUCell(3), dropout_state_filter_visitor=3),
        TypeError,
        'visitor',
    ),
    'residual shape': (
        lambda: ResidualWrapper(GRUCell(4))(tf.ones([2, 3]), tf.ones([2, 4])),
        ValueError,
        r'\(2, 3\).*\(2, 4\)',
    ),
    'residual nest': (
        lambda: ResidualWrapper(GRUCell(3), lambda x, y: (x, y))(tf.ones([2, 3]), tf.ones([2, 3])),
        ValueError,
        'structure',
    ),
    'residual function': (lambda: ResidualWrapper(GRUCell(3), 3), TypeError, 'residual_fn'),
}


@pytest.mark.parametrize('path', ['graph', 'eager', 'function'])
@pytest.mark.parametrize('name', MISUSE)
def test_misuse(name, path):
    misuse, error, message = MISUSE[name]
    with pytest.raises(error, match=message):
        run(path, misuse)


def test_a_probability_that_is_no_scalar():
    with tf1_graph(), pytest.raises(ValueError, match='scalar'):
        DropoutWrapper(GRUCell(3), tf1.placeholder(tf.float32, [3]))
