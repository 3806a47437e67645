"""The cells and wrappers of tf.contrib.rnn, against their equations in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from tests.paths import PATHS, gradients, run, tf1_graph
from tf_seq2seq_compat import cudnn_rnn, rnn

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(3, 5)).astype(np.float32)
C = RANDOM.normal(size=(3, 4)).astype(np.float32)
H = RANDOM.normal(size=(3, 4)).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(x, 0)


def weights(name, shape):
    """The value of the variable called `name`."""
    seed = sum(map(ord, name))
    return np.random.default_rng(seed).normal(size=shape, scale=0.5).astype(np.float32)


class Weights:
    """Gives every variable its value, and the NumPy side the same ones, by their last names."""

    def __init__(self):
        self.by_name = {}

    def getter(self, getter, name, *args, **kwargs):
        # The cell keeps its variables; this getter is the outermost, so it only sets their values.
        short = name.partition('/')[2]
        kwargs['initializer'] = lambda shape, dtype=None, partition_info=None: tf.constant(
            self.by_name.setdefault(short, weights(short, [int(size) for size in shape]))
        )
        return getter(name, *args, **kwargs)

    def scope(self):
        v1 = tf.compat.v1
        return v1.variable_scope(v1.get_variable_scope(), custom_getter=self.getter)


def normalized(x, w, name):
    mean = x.mean(1, keepdims=True)
    deviation = np.sqrt(((x - mean) ** 2).mean(1, keepdims=True))
    return (x - mean) / deviation * w[f'{name}/gamma'] + w[f'{name}/beta']


def nas(w, x, c, h, use_bias=False):
    inputs = np.split(x @ w['kernel'], 8, axis=1)
    recurrent = h @ w['recurrent_kernel']
    states = np.split(recurrent + w['bias'] if use_bias else recurrent, 8, axis=1)
    leaf = [i + s for i, s in zip(inputs, states, strict=True)]
    one = np.tanh(sigmoid(leaf[0]) * relu(leaf[1]))
    two = np.tanh(sigmoid(leaf[2]) + relu(inputs[3] * states[3]))
    three = np.tanh(np.tanh(leaf[4]) * sigmoid(leaf[5]))
    four = sigmoid(np.tanh(leaf[6]) + sigmoid(leaf[7]))
    new_c = np.tanh(one + c) * two
    return new_c, np.tanh(new_c * np.tanh(three + four))


def ugrnn(w, x, c, h):
    gate, candidate = np.split(np.hstack([x, h]) @ w['kernel'] + w['bias'], 2, axis=1)
    gate = sigmoid(gate + 1.0)
    return c, gate * h + (1 - gate) * np.tanh(candidate)


def coupled(w, x, c, h):
    j, f, o = np.split(np.hstack([x, h]) @ w['W_0'] + w['B'], 3, axis=1)
    keep = sigmoid(f + 1.0 + w['W_F_diag'] * c)
    new_c = keep * c + (1 - keep) * np.tanh(j)
    return new_c, sigmoid(o + w['W_O_diag'] * new_c) * np.tanh(new_c)


def layer_norm(w, x, c, h):
    i, j, f, o = np.split(np.hstack([x, h]) @ w['kernel'], 4, axis=1)
    keep = sigmoid(normalized(f, w, 'forget') + 1.0)
    write = sigmoid(normalized(i, w, 'input')) * np.tanh(normalized(j, w, 'transform'))
    new_c = normalized(keep * c + write, w, 'state')
    return new_c, sigmoid(normalized(o, w, 'output')) * np.tanh(new_c)


def cudnn_gru(w, x, c, h):
    reset, update = np.split(
        sigmoid(np.hstack([x, h]) @ w['gates/kernel'] + w['gates/bias']), 2, axis=1
    )
    inner, outer = 'candidate/hidden_projection', 'candidate/input_projection'
    projected = h @ w[f'{inner}/kernel'] + w[f'{inner}/bias']
    candidate = np.tanh(x @ w[f'{outer}/kernel'] + w[f'{outer}/bias'] + reset * projected)
    return c, update * h + (1 - update) * candidate


CELLS = {
    'nas': (lambda: rnn.NASCell(4), nas),
    'nas_bias': (
        lambda: rnn.NASCell(4, use_bias=True),
        lambda *args: nas(*args, use_bias=True),
    ),
    'ugrnn': (lambda: rnn.UGRNNCell(4), ugrnn),
    'coupled': (lambda: rnn.CoupledInputForgetGateLSTMCell(4, use_peepholes=True), coupled),
    'layer_norm': (lambda: rnn.LayerNormBasicLSTMCell(4), layer_norm),
    'cudnn_gru': (lambda: cudnn_rnn.CudnnCompatibleGRUCell(4), cudnn_gru),
}


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('name', CELLS)
def test_one_step_is_the_equation(name, path):
    make, equation = CELLS[name]
    values = Weights()
    cell = make() if path != 'graph' else None

    def program(x, c, h):
        one = cell or make()
        with values.scope():
            state = rnn.LSTMStateTuple(c, h) if isinstance(one.state_size, tuple) else h
            output, new_state = one(x, state)
        return output, new_state

    output, state = run(path, program, X, C, H)
    c, h = equation(values.by_name, X, C, H)
    np.testing.assert_allclose(output, h, rtol=1e-4, atol=1e-5)
    if isinstance(state, tuple):
        np.testing.assert_allclose(state[0], c, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('name', CELLS)
def test_gradient_is_that_of_the_equation(name):
    """Against differences of the equation, in the direction of a random vector."""
    make, equation = CELLS[name]
    values = Weights()
    cell = make()

    def scalar(x):
        with values.scope():
            state = rnn.LSTMStateTuple(C, H) if isinstance(cell.state_size, tuple) else H
            output, _ = cell(x, state)
        return tf.reduce_sum(tf.square(output))

    (found,) = run('function', lambda x: gradients(scalar, x), X)
    exact = {key: value.astype(np.float64) for key, value in values.by_name.items()}
    direction = np.random.default_rng(1).normal(size=X.shape)
    step = 1e-6

    def at(t):
        return np.sum(equation(exact, X + t * direction, C, H)[1] ** 2)

    wanted = (at(step) - at(-step)) / (2 * step)
    np.testing.assert_allclose(np.sum(found * direction), wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize('path', PATHS)
def test_block_cells_are_the_ordinary_ones(path):
    """On the same variables; the gradient alone differs, where c is clipped."""
    cells = (rnn.LSTMCell(4, use_peepholes=True), rnn.LSTMBlockCell(4, use_peephole=True))

    def program(x, c, h):
        made = cells
        if path == 'graph':
            made = (rnn.LSTMCell(4, use_peepholes=True), rnn.LSTMBlockCell(4, use_peephole=True))
        results = []
        for cell in made:
            values = Weights()
            with tf.compat.v1.variable_scope('m', reuse=tf.compat.v1.AUTO_REUSE), values.scope():
                results.append(cell(x, rnn.LSTMStateTuple(c, h))[1])
        return results

    one, other = run(path, program, X, C, H)
    np.testing.assert_allclose(one.c, other.c, rtol=1e-5)
    np.testing.assert_allclose(one.h, other.h, rtol=1e-5)


@pytest.mark.parametrize('path', PATHS)
def test_the_gradient_passes_the_clip_of_a_block_cell(path):
    made = rnn.LSTMBlockCell(4, cell_clip=0.01), rnn.LSTMCell(4, cell_clip=0.01)

    def program(x, c, h):
        found = []
        for make, one in zip((rnn.LSTMBlockCell, rnn.LSTMCell), made, strict=True):
            cell = make(4, cell_clip=0.01) if path == 'graph' else one

            def scalar(c, cell=cell):
                return tf.reduce_sum(cell(x, rnn.LSTMStateTuple(c, h))[1].c)

            found += gradients(scalar, c)
        return found

    through, stopped = run(path, program, X, 3.0 + np.abs(C), H)
    assert np.all(through > 0)
    assert np.all(stopped == 0)


def test_dropout_keeps_the_state_and_drops_candidates():
    """Recurrent dropout: with all gates known, a dropped candidate leaves c as it was kept."""
    cell = rnn.LayerNormBasicLSTMCell(400, layer_norm=False, dropout_keep_prob=0.25)
    c = tf.ones([1, 400])
    _, state = cell(tf.ones([1, 5]), rnn.LSTMStateTuple(c, tf.zeros([1, 400])))
    x = tf.concat([tf.ones([1, 5]), tf.zeros([1, 400])], 1)
    gates = tf.split(x @ cell.variables[0] + cell.variables[1], 4, axis=1)
    kept = tf.sigmoid(gates[2] + 1.0)
    dropped = np.isclose(state.c, kept, atol=1e-6)
    assert 0.6 < np.mean(dropped) < 0.9
    written = tf.sigmoid(gates[0]) * tf.tanh(gates[1]) * 4.0
    np.testing.assert_allclose(
        np.asarray(state.c)[~dropped], np.asarray(kept + written)[~dropped], rtol=1e-4
    )


# -- wrappers -------------------------------------------------------------------------------------

WRAPPERS = {
    'output': lambda: rnn.OutputProjectionWrapper(rnn.GRUCell(4), 5),
    'input': lambda: rnn.InputProjectionWrapper(rnn.GRUCell(5), 3),
    'highway': lambda: rnn.HighwayWrapper(rnn.GRUCell(5), couple_carry_transform_gates=False),
    'attention': lambda: rnn.AttentionCellWrapper(rnn.LSTMCell(5), 3),
    'compiled': lambda: rnn.CompiledWrapper(rnn.GRUCell(5)),
}


@pytest.mark.parametrize('name', WRAPPERS)
def test_a_wrapper_keeps_its_variables(name):
    """In eager mode and tf.function: made once, found again, all on the wrapper."""
    cell = WRAPPERS[name]()
    x = tf.random.normal([2, 6, 5], seed=1)
    outputs, _ = rnn.dynamic_rnn(cell, x, dtype=tf.float32)
    names = [v.name for v in cell.variables]
    assert len(set(names)) == len(names) > 3
    call = tf.function(lambda x: rnn.dynamic_rnn(cell, x, dtype=tf.float32)[0])
    np.testing.assert_allclose(call(x), outputs, rtol=1e-5, atol=1e-6)
    assert [v.name for v in cell.variables] == names
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(rnn.dynamic_rnn(cell, x, dtype=tf.float32)[0])
    assert all(g is not None for g in tape.gradient(loss, cell.trainable_variables))


@pytest.mark.parametrize('path', PATHS)
def test_attention_over_the_window(path):
    """The window moves by one a step, and the context is the mean under a softmax."""
    length, size = 3, 4
    values = Weights()
    made = rnn.AttentionCellWrapper(rnn.GRUCell(4), length)
    window = np.random.default_rng(2).normal(size=(3, length * size)).astype(np.float32)

    def program(x, h, a, window):
        cell = made if path != 'graph' else rnn.AttentionCellWrapper(rnn.GRUCell(4), length)
        with values.scope():
            return cell(x, (h, a, window))

    output, (h, context, new_window) = run(path, program, X, H, C, window)
    w = values.by_name
    np.testing.assert_array_equal(new_window[:, :-size], window[:, size:])
    np.testing.assert_array_equal(new_window[:, -size:], output)
    past = window.reshape(3, length, size)
    query = h @ w['attention/kernel'] + w['attention/bias']
    scores = np.tanh(past @ w['attention/attn_w'][0, 0] + query[:, None]) @ w['attention/attn_v']
    alignments = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    wanted = np.einsum('bl,bls->bs', alignments, past)
    np.testing.assert_allclose(context, wanted, rtol=1e-4, atol=1e-5)
    w_out = 'attn_output_projection'
    projected = np.hstack([h, context]) @ w[f'{w_out}/kernel'] + w[f'{w_out}/bias']
    np.testing.assert_allclose(output, projected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('carry_bias', [100.0, -100.0])
def test_highway_is_wide_open_or_closed(carry_bias):
    inner = rnn.GRUCell(5)
    cell = rnn.HighwayWrapper(inner, carry_bias_init=carry_bias)
    output, state = cell(X, tf.zeros([3, 5]))
    np.testing.assert_allclose(output, X if carry_bias > 0 else state, rtol=1e-5, atol=1e-6)


def test_compiled_wrapper_compiles_what_keeps_no_state():
    """The operations of a TF1 graph are marked; stateful ones only where asked for."""
    for stateful in (False, True, lambda node: True):
        with tf1_graph() as graph:
            inner = rnn.LayerNormBasicLSTMCell(4, layer_norm=False, dropout_keep_prob=0.5)
            cell = rnn.CompiledWrapper(inner, compile_stateful=stateful)
            cell(tf.constant(X), rnn.LSTMStateTuple(tf.constant(C), tf.constant(H)))
            marked = {op.type: _marked(op) for op in graph.get_operations()}
        assert marked['MatMul'] is True
        assert marked['RandomUniform'] is bool(stateful)


def _marked(op):
    try:
        return op.get_attr('_XlaCompile')
    except ValueError:
        return False
