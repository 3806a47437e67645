"""The basic cells against NumPy, on every path; their states, names, subclasses and misuse."""

import numpy as np
import pytest
import tensorflow as tf

from tests.paths import PATHS, gradients, run, tf1_graph
from tf_seq2seq_compat.layers.rnn_cell import (
    BasicLSTMCell,
    BasicRNNCell,
    GRUCell,
    LSTMCell,
    LSTMStateTuple,
    MultiRNNCell,
    RNNCell,
)

tf1 = tf.compat.v1
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(3, 5))
H = RANDOM.normal(size=(3, 4))
C = 2 * RANDOM.normal(size=(3, 4))
H2 = RANDOM.normal(size=(3, 2))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def linear(w, name, *parts):
    return np.concatenate(parts, 1) @ w[name + 'kernel'] + w[name + 'bias']


def numpy_rnn(w, x, h):
    h = np.tanh(linear(w, '', x, h))
    return h, h


def numpy_gru(w, x, h):
    reset, update = np.split(sigmoid(linear(w, 'gates/', x, h)), 2, 1)
    h = update * h + (1 - update) * np.tanh(linear(w, 'candidate/', x, reset * h))
    return h, h


def numpy_lstm(w, x, c, h, forget_bias=1.0, cell_clip=np.inf, proj_clip=np.inf, act=np.tanh):
    i, j, f, o = np.split(linear(w, '', x, h), 4, 1)
    zero = np.zeros(4)
    f = sigmoid(f + forget_bias + w.get('w_f_diag', zero) * c)
    c = f * c + sigmoid(i + w.get('w_i_diag', zero) * c) * act(j)
    c = np.clip(c, -cell_clip, cell_clip)
    h = sigmoid(o + w.get('w_o_diag', zero) * c) * act(c)
    if 'projection/kernel' in w:
        h = np.clip(h @ w['projection/kernel'], -proj_clip, proj_clip)
    return h, (c, h)


def numpy_joined_lstm(w, x, state):
    h, parts = numpy_lstm(w, x, *np.split(state, [4], 1))
    return h, np.concatenate(parts, 1)


def numpy_stack(w, x, states):
    below = {k.removeprefix('cell_0/gru_cell/'): v for k, v in w.items()}
    above = {k.removeprefix('cell_1/lstm_cell/'): v for k, v in w.items()}
    output, first = numpy_gru(below, x, states[0])
    output, second = numpy_lstm(above, output, *states[1])
    return output, (first, second)


def relu(x):
    return np.maximum(x, 0)


CELLS = {
    'rnn': (lambda: BasicRNNCell(4), H, numpy_rnn),
    'gru': (lambda: GRUCell(4), H, numpy_gru),
    'basic_lstm': (
        lambda: BasicLSTMCell(4, 0.5),
        (C, H),
        lambda w, x, s: numpy_lstm(w, x, *s, 0.5),
    ),
    'lstm_relu': (
        lambda: LSTMCell(4, activation='relu', forget_bias=0.0),
        (C, H),
        lambda w, x, s: numpy_lstm(w, x, *s, forget_bias=0.0, act=relu),
    ),
    'lstm_everything': (
        lambda: LSTMCell(4, use_peepholes=True, cell_clip=0.6, num_proj=2, proj_clip=0.4),
        (C, H2),
        lambda w, x, s: numpy_lstm(w, x, *s, cell_clip=0.6, proj_clip=0.4),
    ),
    'lstm_joined': (
        lambda: LSTMCell(4, num_proj=2, state_is_tuple=False),
        np.concatenate([C, H2], 1),
        numpy_joined_lstm,
    ),
    'stack': (
        lambda: MultiRNNCell([GRUCell(4), LSTMCell(4, use_peepholes=True)]),
        (H, (C, H)),
        numpy_stack,
    ),
}


def random_variables(getter, *args, **kwargs):
    kwargs['initializer'] = tf1.random_normal_initializer(stddev=0.7)
    return getter(*args, **kwargs)


def step(cell, x, state):
    """One step with random weights, and the weights."""
    scope = tf1.get_variable_scope()
    with tf1.variable_scope(scope, custom_getter=random_variables, auxiliary_name_scope=False):
        output, new_state = cell(x, state)
    prefix = cell.scope_name + '/'
    weights = {v.name.removeprefix(prefix)[:-2]: tf.identity(v) for v in cell.variables}
    return weights, output, new_state


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('name', CELLS)
def test_a_step_and_its_gradients_equal_numpy(name, path):
    make, state, reference = CELLS[name]
    cell = make()
    flat = [X, *tf.nest.flatten(state)]
    mix = RANDOM.normal(size=20)

    def loss(parts):
        return sum(mix[i] * tf.reduce_sum(part**2) for i, part in enumerate(parts))

    def build(x, *parts):
        states = tf.nest.pack_sequence_as(state, parts)
        weights, output, new_state = step(cell, x, states)
        assert output.shape == [3, cell.output_size]
        found = gradients(
            lambda x, *parts: loss(
                tf.nest.flatten(cell(x, tf.nest.pack_sequence_as(state, parts)))
            ),
            x,
            *parts,
        )
        return weights, output, tf.nest.flatten(new_state), found

    weights, output, new_state, found = run(path, build, *flat)
    expected, expected_state = reference(weights, X, state)
    np.testing.assert_allclose(output, expected, rtol=1e-9)
    for got, want in zip(new_state, tf.nest.flatten(expected_state), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9)

    def numpy_loss(parts):
        results = reference(weights, parts[0], tf.nest.pack_sequence_as(state, parts[1:]))
        return sum(mix[i] * (r**2).sum() for i, r in enumerate(tf.nest.flatten(results)))

    for index, gradient in enumerate(found):
        for at in [(0, 0), (1, 1), (2, 0)]:
            ends = []
            for shift in (-1e-6, 1e-6):
                moved = [part.copy() for part in flat]
                moved[index][at] += shift
                ends.append(numpy_loss(moved))
            np.testing.assert_allclose(gradient[at], (ends[1] - ends[0]) / 2e-6, rtol=1e-4)


@pytest.mark.parametrize('path', PATHS)
def test_a_cell_runs_in_a_while_loop_and_again_outside(path):
    cell = GRUCell(4)

    def build(x):
        start = cell.zero_state(tf.shape(x)[0], x.dtype)
        _, looped = tf.while_loop(
            lambda i, _: i < 3, lambda i, h: (i + 1, cell(x, h)[1]), (0, start)
        )
        state = start
        for _ in range(3):
            _, state = cell(x, state)
        return looped, state

    looped, unrolled = run(path, build, X.astype('float32'))
    np.testing.assert_allclose(looped, unrolled, rtol=1e-5)
    assert len(cell.variables) == 4


# -- states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize('path', PATHS)
def test_zero_states(path):
    def build(batch, x):
        stack = MultiRNNCell([LSTMCell(4, num_proj=2), GRUCell(3)])
        joined = MultiRNNCell([GRUCell(4), GRUCell(3)], state_is_tuple=False)
        return [
            stack.zero_state(tf.shape(x)[0], tf.float64),
            stack.get_initial_state(inputs=x),
            joined.zero_state(6, tf.float32),
            joined.get_initial_state(batch_size=6, dtype=tf.float32),
        ]

    first, second, joined, joined_again = run(path, build, 6, np.zeros([6, 5], 'float32'))
    assert isinstance(first[0], LSTMStateTuple)
    assert [part.shape for part in tf.nest.flatten(first)] == [(6, 4), (6, 2), (6, 3)]
    assert {part.dtype.name for part in tf.nest.flatten(first)} == {'float64'}
    assert {part.dtype.name for part in tf.nest.flatten(second)} == {'float32'}
    assert joined.shape == joined_again.shape == (6, 7)
    assert not joined.any()


def test_a_state_size_may_be_a_shape():
    class Image(RNNCell):
        state_size = (tf.TensorShape([2, 3]), 4)
        output_size = 4

    image, vector = Image().zero_state(5, tf.float32)
    assert (image.shape, vector.shape) == ([5, 2, 3], [5, 4])


def test_lstm_state_tuple():
    state = LSTMStateTuple(tf.zeros([1]), tf.zeros([1]))
    assert state.dtype == tf.float32
    with pytest.raises(TypeError, match='float64'):
        _ = LSTMStateTuple(tf.zeros([1]), tf.zeros([1], tf.float64)).dtype


# -- names: the expected ones were printed by TF 1.15.5 --------------------------------------------


class WithCall(RNNCell):
    state_size = output_size = 4

    def call(self, inputs, state):
        output = tf.matmul(inputs, tf1.get_variable('w', [3, 4])) + state
        return output, output


class WithOwnCall(RNNCell):
    """As in 2016: no super().__init__(), a scope of its own."""

    def __init__(self, size):
        self.size = size

    state_size = output_size = property(lambda self: self.size)

    def __call__(self, inputs, state, scope=None):
        with tf1.variable_scope(scope or type(self).__name__):
            kernel = tf1.get_variable('w', [inputs.shape[1], self.size])
            output = tf.matmul(inputs, kernel) + state
        return output, output


class Projecting(LSTMCell):
    def __call__(self, inputs, state, scope=None):
        with tf1.variable_scope('pre'):
            inputs = tf.matmul(inputs, tf1.get_variable('w', [3, 3]))
        return super().__call__(inputs, state, scope=scope)


def call(cell, **kwargs):
    return cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32), **kwargs)


def twice():
    cell = BasicRNNCell(4)
    call(cell)
    with tf1.variable_scope('other'):
        call(cell)


def two_in(scope, reuse, make):
    for _ in range(2):
        with tf1.variable_scope(scope, reuse=reuse):
            call(make())


def first_scope_stays():
    cell = BasicRNNCell(4)
    call(cell, scope='mine')
    call(cell, scope='second')


def two_stacks_share():
    with tf1.variable_scope('s', reuse=tf1.AUTO_REUSE):
        call(MultiRNNCell([BasicRNNCell(4)]))
        call(MultiRNNCell([BasicRNNCell(4)]))


def nested():
    call(MultiRNNCell([LSTMCell(4, use_peepholes=True, num_proj=4), GRUCell(4), WithOwnCall(4)]))


NAMES = {
    'two': (
        lambda: (call(BasicRNNCell(4)), call(BasicRNNCell(4))),
        ['basic_rnn_cell/kernel', 'basic_rnn_cell/bias']
        + ['basic_rnn_cell_1/kernel', 'basic_rnn_cell_1/bias'],
    ),
    'two_named': (
        lambda: (call(BasicRNNCell(4, name='k')), call(BasicRNNCell(4, name='k'))),
        ['k/kernel', 'k/bias', 'k_1/kernel', 'k_1/bias'],
    ),
    'twice': (twice, ['basic_rnn_cell/kernel', 'basic_rnn_cell/bias']),
    'scope': (first_scope_stays, ['mine/kernel', 'mine/bias']),
    'reuse': (
        lambda: (call(BasicRNNCell(4, name='k')), call(BasicRNNCell(4, name='k', reuse=True))),
        ['k/kernel', 'k/bias'],
    ),
    'auto_reuse': (
        lambda: two_in('s', tf1.AUTO_REUSE, lambda: BasicRNNCell(4)),
        ['s/basic_rnn_cell/kernel', 's/basic_rnn_cell/bias'],
    ),
    'stacks_share': (
        two_stacks_share,
        ['s/multi_rnn_cell/cell_0/basic_rnn_cell/kernel']
        + ['s/multi_rnn_cell/cell_0/basic_rnn_cell/bias'],
    ),
    'nested': (
        nested,
        [
            f'multi_rnn_cell/cell_0/lstm_cell/{name}'
            for name in ['kernel', 'bias', 'w_f_diag', 'w_i_diag', 'w_o_diag', 'projection/kernel']
        ]
        + [
            f'multi_rnn_cell/cell_1/gru_cell/{name}'
            for name in ['gates/kernel', 'gates/bias', 'candidate/kernel', 'candidate/bias']
        ]
        + ['multi_rnn_cell/cell_2/WithOwnCall/w'],
    ),
    'shards': (
        lambda: call(LSTMCell(4, num_unit_shards=2, num_proj=2, num_proj_shards=2)),
        ['lstm_cell/kernel/part_0', 'lstm_cell/kernel/part_1', 'lstm_cell/bias']
        + [f'lstm_cell/projection/kernel/part_{i}' for i in range(2)],
    ),
    'with_call': (lambda: call(WithCall()), ['with_call/w']),
    'with_own_call': (lambda: call(WithOwnCall(4)), ['WithOwnCall/w']),
    'with_own_call_scope': (lambda: call(WithOwnCall(4), scope='mine'), ['mine/w']),
    'projecting': (
        lambda: call(Projecting(4)),
        ['pre/w', 'projecting/kernel', 'projecting/bias'],
    ),
}


@pytest.mark.parametrize('name', NAMES)
def test_variables_have_tf1_names(name):
    build, expected = NAMES[name]
    with tf1_graph():
        build()
        assert [v.op.name for v in tf1.global_variables()] == expected


@pytest.mark.parametrize(
    'build',
    [
        lambda: two_in('s', None, lambda: BasicRNNCell(4)),
        lambda: call(BasicRNNCell(4, reuse=True)),
        lambda: (call(WithCall(name='q')), call(WithCall(name='q'))),
        lambda: (call(MultiRNNCell([GRUCell(4)])), call(MultiRNNCell([GRUCell(4)]))),
        lambda: (lambda cell: (call(cell), call(cell)))(WithOwnCall(4)),
    ],
)
def test_a_clash_of_names_is_tf1s_error(build):
    with tf1_graph(), pytest.raises(ValueError, match='exist'):
        build()


def test_untrainable():
    with tf1_graph():
        call(GRUCell(4, trainable=False))
        assert (len(tf1.global_variables()), tf1.trainable_variables()) == (4, [])


# -- subclasses -----------------------------------------------------------------------------------


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('make', [WithCall, lambda: WithOwnCall(4), lambda: Projecting(4)])
def test_a_users_cell_keeps_its_variables(make, path):
    cell = make()
    stack = MultiRNNCell([GRUCell(3), cell])

    def build(x):
        results = [call(stack)[0]]
        if path != 'graph':
            results.append(cell(x, cell.zero_state(2, tf.float32))[0])
            results.append(call(stack)[0])
        return results

    results = run(path, build, np.ones([2, 3], 'float32'))
    assert np.isfinite(results[0]).all()
    if path != 'graph':
        assert len(cell.variables) == (3 if isinstance(cell, Projecting) else 1)
        np.testing.assert_allclose(results[0], results[2])


def test_a_users_cell_in_object_mode_is_the_same_in_every_scope():
    cell = WithOwnCall(4)
    call(cell)
    with tf1.variable_scope('other'):
        call(cell)
    tf.function(lambda: call(cell), jit_compile=True, autograph=False)()
    assert [v.name for v in cell.variables] == ['WithOwnCall/w:0']


def test_cells_of_one_class_do_not_share_outside_graphs():
    first, second = WithOwnCall(4), WithOwnCall(4)
    call(first)
    call(second)
    assert first.variables[0] is not second.variables[0]
    stacks = [MultiRNNCell([GRUCell(4)]), MultiRNNCell([GRUCell(4)])]
    outputs = [call(stack)[0] for stack in stacks]
    assert not np.allclose(*outputs)


def test_a_config_makes_the_cell_again():
    cell = LSTMCell(4, use_peepholes=True, cell_clip=1.0, activation='relu', name='mine')
    again = LSTMCell.from_config(cell.get_config())
    assert again.get_config() == cell.get_config()
    assert (again.name, again.state_size) == ('mine', LSTMStateTuple(4, 4))


# -- misuse: the types are those that TF 1.15.5 raised ---------------------------------------------


def zeros(*shape, dtype=tf.float32):
    return tf.zeros(shape, dtype)


def use_twice(cell, first, second, state):
    cell(first, state)
    cell(second, state)


MISUSE = {
    'rank 3': (lambda: call_with(GRUCell(4), zeros(2, 3, 5)), ValueError, r'\(2, 3, 5\)'),
    'rank 1': (lambda: call_with(GRUCell(4), zeros(5)), ValueError, r'\(5,\)'),
    'a list': (lambda: call_with(GRUCell(4), [[1.0, 2.0]]), ValueError, 'one tensor'),
    'ids': (lambda: call_with(GRUCell(4), zeros(2, 5, dtype=tf.int32)), ValueError, 'embedding'),
    'float64 inputs': (
        lambda: GRUCell(4, dtype=tf.float32)(
            zeros(2, 5, dtype=tf.float64), zeros(2, 4, dtype=tf.float64)
        ),
        TypeError,
        'dtype=float64',
    ),
    'another depth': (
        lambda: use_twice(GRUCell(4), zeros(2, 5), zeros(2, 6), zeros(2, 4)),
        ValueError,
        r'\(2, 6\).*depth 5',
    ),
    'batch': (lambda: GRUCell(4)(zeros(3, 5), zeros(2, 4)), ValueError, r'\(2, 4\).*\(3, 4\)'),
    'state size': (lambda: LSTMCell(4)(zeros(2, 5), (zeros(2, 4), zeros(2, 3))), ValueError, '3'),
    'state dtype': (
        lambda: GRUCell(4)(zeros(2, 5), zeros(2, 4, dtype=tf.float64)),
        TypeError,
        'float64',
    ),
    'tensor for a tuple': (lambda: LSTMCell(2)(zeros(2, 5), zeros(2, 2)), TypeError, 'StateTuple'),
    'three parts': (lambda: LSTMCell(4)(zeros(2, 5), (zeros(2, 4),) * 3), ValueError, '3 parts'),
    'tuple for a tensor': (
        lambda: GRUCell(4)(zeros(2, 5), LSTMStateTuple(zeros(2, 4), zeros(2, 4))),
        ValueError,
        'one tensor',
    ),
    'num_units -1': (lambda: call_with(LSTMCell(-1), zeros(2, 5)), ValueError, 'num_units.*-1'),
    'num_units 2.5': (lambda: call_with(GRUCell(2.5), zeros(2, 5)), ValueError, '2.5'),
    'num_units None': (lambda: call_with(GRUCell(None), zeros(2, 5)), ValueError, 'None'),
    'num_units str': (lambda: call_with(BasicRNNCell('4'), zeros(2, 5)), TypeError, "'4'"),
    'num_proj str': (lambda: call_with(LSTMCell(4, num_proj='3'), zeros(2, 5)), TypeError, 'proj'),
    'num_proj 0': (lambda: call_with(LSTMCell(4, num_proj=0), zeros(2, 5)), ValueError, 'proj'),
    'activation name': (lambda: GRUCell(4, activation='rleu'), ValueError, 'relu'),
    'activation': (lambda: GRUCell(4, activation=3), TypeError, 'activation'),
    'keyword': (lambda: GRUCell(4, unit=3), TypeError, "'unit'"),
    'zero_state None': (lambda: GRUCell(4).zero_state(None, tf.float32), ValueError, 'batch_size'),
    'zero_state -1': (lambda: GRUCell(4).zero_state(-1, tf.float32), ValueError, '-1'),
    'initial state': (lambda: GRUCell(4).get_initial_state(), ValueError, 'batch_size'),
    'initial batch': (
        lambda: GRUCell(4).get_initial_state(zeros(2, 5), batch_size=3),
        ValueError,
        '3',
    ),
    'initial dtype': (
        lambda: GRUCell(4).get_initial_state(zeros(2, 5), dtype=tf.float64),
        ValueError,
        'float64',
    ),
    'no cells': (lambda: MultiRNNCell([]), ValueError, 'empty'),
    'one cell': (lambda: MultiRNNCell(GRUCell(4)), TypeError, 'list'),
    'a generator': (lambda: MultiRNNCell(GRUCell(4) for _ in range(2)), TypeError, 'list'),
    'joined tuples': (
        lambda: MultiRNNCell([LSTMCell(4)], state_is_tuple=False),
        ValueError,
        'state_is_tuple',
    ),
    'joined state': (
        lambda: MultiRNNCell([GRUCell(4), GRUCell(3)])(zeros(2, 5), zeros(2, 7)),
        ValueError,
        'tuple of 2',
    ),
    'no state size': (lambda: RNNCell().zero_state(2, tf.float32), NotImplementedError, 'state'),
}


def call_with(cell, inputs):
    return cell(inputs, cell.zero_state(2, tf.float32))


@pytest.mark.parametrize('path', ['graph', 'eager', 'function'])
@pytest.mark.parametrize('name', MISUSE)
def test_misuse(name, path):
    misuse, error, message = MISUSE[name]
    with pytest.raises(error, match=message):
        run(path, misuse)


def test_the_depth_must_be_known():
    with tf1_graph(), pytest.raises(ValueError, match='depth is known'):
        call_with(GRUCell(4), tf1.placeholder(tf.float32, [2, None]))
    with tf1_graph(), pytest.raises(ValueError, match='depth is known'):
        call_with(GRUCell(4), tf1.placeholder(tf.float32))


def test_warnings(caplog):
    shared = GRUCell(3)
    MultiRNNCell([shared, shared])
    assert 'more than once' in caplog.text
    LSTMCell(4, num_unit_shards=2)
    assert 'partitioner' in caplog.text
