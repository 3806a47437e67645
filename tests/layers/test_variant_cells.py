"""Grid, group, phased, convolutional and independent cells, against their equations in NumPy."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.layers.test_contrib_cells import Weights, layer_norm, relu, sigmoid
from tests.paths import PATHS, gradients, run, tf1_graph
from tf_seq2seq_compat import rnn
from tf_seq2seq_compat.core import contrib_cell_equations

tf1 = tf.compat.v1
RANDOM = np.random.default_rng(7)


def numbers(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


X, C, H = numbers(3, 5), numbers(3, 4), numbers(3, 4)
TIME = np.array([[0.4], [2.25], [31.5]], np.float32)
TIMES = {
    'period': np.array([1.5, 2.0, 5.0, 9.0], np.float32),
    'phase': np.array([0.25, 1.0, 2.5, 0.0], np.float32),
    'ratio_on': np.array([0.5, 0.75, 0.4, 0.9], np.float32),
}


def lstm(gates, c):
    i, j, f, o = np.split(gates, 4, axis=-1)
    c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j)
    return sigmoid(o) * np.tanh(c), c


def ind(w, x, h):
    h = np.tanh(x @ w['kernel_w'] + w['kernel_u'] * h + w['bias'])
    return [h, h]


def indy_gru(w, x, h):
    diagonals, bias = np.split(w['gates/kernel_u'], 2, 1), np.split(w['gates/bias'], 2)
    r, z = (
        sigmoid(part + u * h + b)
        for part, u, b in zip(np.split(x @ w['gates/kernel_w'], 2, 1), diagonals, bias, strict=True)
    )
    recurrent = w['candidate/kernel_u'] * r * h
    new = np.tanh(x @ w['candidate/kernel'] + recurrent + w['candidate/bias'])
    h = z * h + (1 - z) * new
    return [h, h]


def indy_lstm(w, x, c, h):
    h, c = lstm(x @ w['kernel_w'] + w['kernel_u'] * np.tile(h, 4) + w['bias'], c)
    return [h, c, h]


def sru(w, x, c):
    candidate, f, r, skip = np.split(x @ w['kernel'], 4, 1)
    forget_bias, reset_bias = np.split(w['bias'], 2)
    f, r = sigmoid(f + forget_bias), sigmoid(r + reset_bias)
    c = f * c + (1 - f) * candidate
    return [r * np.tanh(c) + (1 - r) * skip, c]


def group(w, x, c, h):
    parts = []
    for k, (own_x, own_h) in enumerate(zip(np.split(x, 2, 1), np.split(h, 2, 1), strict=True)):
        parts.append(np.split(np.hstack([own_x, own_h]) @ w[f'group{k}/kernel'], 4, 1))
    gates = [
        np.hstack([parts[0][k], parts[1][k]]) + w[f'bias_{gate}'] for k, gate in enumerate('ijfo')
    ]
    h, c = lstm(np.hstack(gates), c)
    h = h @ w['projection/kernel']
    return [h, c, h]


def intersection(w, x, h):
    x = x @ w['in_projection/kernel'] + w['in_projection/bias']
    gh, new_h, gy, y = np.split(np.hstack([x, h]) @ w['kernel'] + w['bias'], 4, 1)
    gh, gy = sigmoid(gh + 1), sigmoid(gy + 1)
    return [gy * x + (1 - gy) * relu(y), gh * h + (1 - gh) * np.tanh(new_h)]


def openness(w, time, leak):
    """The time gate of each unit, written as three cases."""
    ratio = ((time - w['phase']) % w['period']) / w['period']
    gate = np.empty_like(ratio)
    for row, unit in np.ndindex(ratio.shape):
        r, on = ratio[row, unit], w['ratio_on'][unit]
        gate[row, unit] = 2 * r / on if r < on / 2 else 2 - 2 * r / on if r < on else leak * r
    return gate


def phased(w, x, c, h):
    seen = np.hstack([x, h, c])
    i, f = np.split(sigmoid(seen @ w['mask_gates/kernel'] + w['mask_gates/bias']), 2, 1)
    written = np.tanh(np.hstack([x, h]) @ w['new_input/kernel'] + w['new_input/bias'])
    new_c = f * c + i * written
    seen = np.hstack([x, h, new_c])
    new_h = sigmoid(seen @ w['output_gate/kernel'] + w['output_gate/bias']) * np.tanh(new_c)
    k = openness(w, TIME, 0.125)
    c, h = k * new_c + (1 - k) * c, k * new_h + (1 - k) * h
    return [h, c, h]


def convolved(x, kernel):
    """Each place is the sum over the window around it; TensorFlow's 'SAME' is longer at the end."""
    window = kernel.shape[:-2]
    around = [((size - 1) // 2, size // 2) for size in window]
    padded = np.pad(x, [(0, 0), *around, (0, 0)])
    result = np.zeros([*x.shape[:-1], kernel.shape[-1]])
    for place in np.ndindex(*x.shape[1:-1]):
        region = tuple(slice(p, p + size) for p, size in zip(place, window, strict=True))
        seen = padded[(slice(None), *region)].reshape(len(x), -1)
        result[(slice(None), *place)] = seen @ kernel.reshape(-1, kernel.shape[-1])
    return result


def conv(w, x, c, h):
    gates = convolved(np.concatenate([x, h], -1), w['kernel']) + w['biases']
    h, c = lstm(gates, c)
    return [h, c, h]


def time_frequency(w, x, state):
    below, outputs, states = np.zeros((3, 4)), [], []
    for band in range(2):
        c, h = state[:, 8 * band : 8 * band + 4], state[:, 8 * band + 4 : 8 * band + 8]
        seen = np.hstack([x[:, 2 * band : 2 * band + 3], h, below])
        i, j, f, o = np.split(seen @ w['W_0'] + w['B'], 4, 1)
        keep = sigmoid(f + 1 + w['W_F_diag'] * c)
        c = np.clip(keep * c + sigmoid(i + w['W_I_diag'] * c) * np.tanh(j), -0.5, 0.5)
        below = sigmoid(o + w['W_O_diag'] * c) * np.tanh(c)
        outputs.append(below)
        states += [c, below]
    return [np.hstack(outputs), np.hstack(states)]


def grid(w, x, *state, peepholes, share, coupled, clip, reverse=False):
    """Both LSTMs of a grid, in float64, from band to band of two columns."""
    size = 4
    zeros = np.zeros((len(x), size))
    below_c, below_h = zeros, zeros
    outputs, states = [], []
    for band in range(2):
        place = 1 - band if reverse else band
        c, h = state[2 * band], state[2 * band + 1]
        seen = np.hstack([x[:, 2 * place : 2 * place + 2], h, below_h])
        made, opened = {}, {}
        for kind, own in (('freq', below_c), ('time', c)):
            source = 'freq' if share else kind
            product = seen @ w[f'W_{source[0]}_0_0'] + w[f'B_{source[0]}_0']
            gates = 'ijo' if coupled else 'ijfo'
            parts = dict(zip(gates, np.split(product, len(gates), 1), strict=True))

            def peep(gate, one, two, source=source):
                if not peepholes:
                    return 0
                diagonal = f'W_{gate}_diag_{source}'
                return w[f'{diagonal}f_0'] * one + w[f'{diagonal}t_0'] * two

            write = sigmoid(parts['i'] + peep('I', below_c, c))
            keep = 1 - write if coupled else sigmoid(parts['f'] + 1 + peep('F', below_c, c))
            made[kind] = np.clip(keep * own + write * np.tanh(parts['j']), -clip, clip)
            opened[kind] = parts['o'], peep
        for kind, (gate, peep) in opened.items():
            opened[kind] = sigmoid(gate + peep('O', made['freq'], made['time'])) * np.tanh(
                made[kind]
            )
        below_c, below_h = made['freq'], opened['freq']
        outputs += [opened['time'], opened['freq']]
        states += [made['time'], opened['time']]
    return [np.hstack(outputs), *states]


def minimal(w, x, h):
    z = np.tanh(x @ w['kernel'][:5])
    u = sigmoid(np.hstack([z, h]) @ w['kernel'][5:] + w['bias'])
    h = u * h + (1 - u) * z
    return [h, h]


def chaos_free(w, x, h):
    gates = x @ w['kernel'][:, :8] + h @ w['recurrent_kernel'] + w['bias']
    forget, shut = np.split(sigmoid(gates), 2, 1)
    h = forget * np.tanh(h) + (1 - shut) * np.tanh(x @ w['kernel'][:, 8:])
    return [h, h]


def layer_norm_lstm(w, x, c, h):
    c, h = layer_norm(w, x, c, h)
    return [h, c, h]


def weight_norm_lstm(w, x, c, h):
    w = {name.rpartition('/')[2]: value for name, value in w.items()}
    kernels = [w['kernel'][:5], w['kernel'][5:]]
    of_x, of_h = (
        w[f'norm_{k}'] * kernel / np.sqrt((kernel**2).sum(0)) for k, kernel in enumerate(kernels)
    )
    h, c = lstm(x @ of_x + h @ of_h + w['bias'], c)
    return [h, c, h]


def turing(w, x, h, read, w_read, w_write, memory):
    """One head that reads and one that writes, with shifts by 0, 1 and -1 (Graves et al. 2014)."""

    def softplus(a):
        return np.log1p(np.exp(a))

    def softmax(a):
        return np.exp(a) / np.exp(a).sum(1, keepdims=True)

    def addressed(p, before):
        key, strength, gate, shifts, sharpness = np.split(p, [2, 3, 4, 7], 1)
        key = np.tanh(key)
        lengths = np.linalg.norm(key, axis=1)[:, None] * np.linalg.norm(memory, axis=2)
        similarity = (memory @ key[:, :, None])[:, :, 0] / lengths
        gate, shifts = sigmoid(gate), softmax(shifts)
        where = gate * softmax(softplus(strength) * similarity) + (1 - gate) * before
        moved = sum(shifts[:, [k]] * np.roll(where, by, 1) for k, by in enumerate((0, 1, -1)))
        sharp = moved ** (1 + softplus(sharpness))
        return sharp / sharp.sum(1, keepdims=True)

    inputs = np.hstack([x, read, h])
    h = np.tanh(inputs @ w['basic_rnn_cell/kernel'] + w['basic_rnn_cell/bias'])
    p = h @ w['parameters_kernel'] + w['parameters_bias']
    w_read, w_write = addressed(p[:, :8], w_read), addressed(p[:, 8:16], w_write)
    read = (w_read[:, None] @ memory)[:, 0]
    erased, added = sigmoid(p[:, None, 16:18]), np.tanh(p[:, None, 18:])
    memory = memory * (1 - w_write[:, :, None] * erased) + w_write[:, :, None] * added
    output = np.hstack([h, read]) @ w['output_kernel'] + w['output_bias']
    return [output, h, read, w_read, w_write, memory]


BANDS = {'feature_size': 2, 'frequency_skip': 2, 'num_frequency_blocks': [2]}
IMAGE = numbers(2, 3, 4, 2), numbers(2, 3, 4, 3), numbers(2, 3, 4, 3)
CELLS = {
    'ind': (lambda: rnn.IndRNNCell(4), ind, (X, H)),
    'indy_gru': (lambda: rnn.IndyGRUCell(4), indy_gru, (X, H)),
    'indy_lstm': (lambda: rnn.IndyLSTMCell(4), indy_lstm, (X, C, H)),
    'sru': (lambda: rnn.SRUCell(4), sru, (X, C)),
    'minimal': (lambda: rnn.MinimalRNNCell(4), minimal, (X, H)),
    'chaos_free': (lambda: rnn.CFNCell(4), chaos_free, (X, H)),
    'layer_norm': (lambda: rnn.LayerNormLSTMCell(4, layer_norm=True), layer_norm_lstm, (X, C, H)),
    'weight_norm': (lambda: rnn.WeightNormLSTMCell(4), weight_norm_lstm, (X, C, H)),
    'turing': (
        lambda: rnn.NTMCell(rnn.BasicRNNCell(4), 5, 2, 1, 1),
        turing,
        (X, H, numbers(3, 2), *np.full([2, 3, 5], 0.2, np.float32), numbers(3, 5, 2)),
    ),
    'group': (
        lambda: rnn.GLSTMCell(4, num_proj=2, number_of_groups=2),
        group,
        (numbers(3, 6), C, H[:, :2]),
    ),
    'intersection': (lambda: rnn.IntersectionRNNCell(4, num_in_proj=1), intersection, (X, H)),
    'phased': (lambda: rnn.PhasedLSTMCell(4, use_peepholes=True, leak=0.125), phased, (X, C, H)),
    'conv': (lambda: rnn.ConvLSTMCell(2, [3, 4, 2], 3, [3, 2]), conv, IMAGE),
    'time_frequency': (
        lambda: rnn.TimeFreqLSTMCell(4, True, 0.5, feature_size=3, frequency_skip=2),
        time_frequency,
        (X, numbers(3, 16)),
    ),
}
for flags in itertools.product([False, True], repeat=3):
    options = dict(zip(('peepholes', 'share', 'coupled'), flags, strict=True))
    CELLS['grid_' + '_'.join(name for name in options if options[name])] = (
        lambda flags=flags: rnn.GridLSTMCell(
            4, flags[0], flags[1], 0.5, couple_input_forget_gates=flags[2], **BANDS
        ),
        lambda *args, options=options: grid(*args, clip=0.5, **options),
        (X, C, H, numbers(3, 4), numbers(3, 4)),
    )


def called(cell, values, *arrays):
    """The output and the parts of the new state, as a list."""
    x, *state = arrays
    if isinstance(cell, rnn.NTMCell):
        h, read, w_read, w_write, memory = state
        state = rnn.NTMControllerState(h, [read], [w_read, w_write], memory, tf.constant(1))
        with values.scope():
            output, new_state = cell(x, state)
        return [output, *tf.nest.flatten(new_state[:-1])]
    if isinstance(cell.state_size, tuple):
        state = cell.state_size._make(state)
    else:
        (state,) = state
    inputs = (tf.constant(TIME), x) if isinstance(cell, rnn.PhasedLSTMCell) else x
    with values.scope():
        output, new_state = cell(inputs, state)
    return [output, *tf.nest.flatten(new_state)]


def fixed_weights():
    values = Weights()
    values.by_name.update(TIMES)
    return values


@pytest.mark.parametrize('name', CELLS)
def test_one_step_and_its_gradient_are_those_of_the_equation(name):
    """The gradient of the inputs and states in a random direction, against differences."""
    make, equation, arrays = CELLS[name]
    values, cell = fixed_weights(), make()
    tensors = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        found = called(cell, values, *tensors)
        scalar = tf.add_n([tf.reduce_sum(tf.square(part)) for part in found])
    exact = {key: value.astype(np.float64) for key, value in values.by_name.items()}
    for got, want in zip(found, equation(exact, *arrays), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)
    directions = [np.random.default_rng(1).normal(size=a.shape) for a in arrays]
    sides = []
    for sign in (1, -1):
        moved = [a + sign * 1e-6 * d for a, d in zip(arrays, directions, strict=True)]
        sides.append(sum(np.sum(np.square(part)) for part in equation(exact, *moved)))
    slope = sum(
        np.sum(g * d) for g, d in zip(tape.gradient(scalar, tensors), directions, strict=True)
    )
    np.testing.assert_allclose(slope, (sides[0] - sides[1]) / 2e-6, rtol=1e-3)


@pytest.mark.parametrize('offset', [0, 1, -1])
def test_both_ways_of_a_bidirectional_grid(offset):
    """It is one grid upwards, and one downwards over bands that are moved; out there is nothing."""
    options = {'peepholes': False, 'share': False, 'coupled': False, 'clip': np.inf}
    cell = rnn.BidirectionalGridLSTMCell(4, backward_slice_offset=offset, **BANDS)
    state = [numbers(3, 4) for _ in range(8)]
    values = fixed_weights()
    found = called(cell, values, X, *state)
    moved = np.pad(X, [(0, 0), (max(0, -offset), max(0, offset))])[:, max(0, offset) :]
    both = []
    for way, x, part in (('fwd', X, state[:4]), ('bwd', moved, state[4:])):
        own = {k.removeprefix(way + '/'): v for k, v in values.by_name.items() if way in k}
        both.append(grid(own, x, *part, **options, reverse=way == 'bwd'))
    want = [np.hstack([both[0][0], both[1][0]]), *both[0][1:], *both[1][1:]]
    for got, expected in zip(found, want, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


# -- the time gate --------------------------------------------------------------------------------


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_the_time_gate_goes_up_and_down_and_leaks(path, dtype):
    """Over some periods from a late beginning, for which float64 times have the digits."""
    late = 1e6 if dtype == np.float64 else 64.0
    # 0, 1/4, 1/2, 3/4 of the time open, then twice within the rest.
    time = late + np.array([[0.0], [0.25], [0.5], [0.75], [2.0], [3.0]]).astype(dtype)
    arrays = time, np.float32([4.0]), np.float32([late % 4.0]), np.float32([0.25])
    gate = run(path, lambda *t: contrib_cell_equations.time_gate(*t, 0.5), *arrays)
    np.testing.assert_allclose(gate[:, 0], [0, 0.5, 1, 0.5, 0.25, 0.375], atol=1e-5)
    assert gate.dtype == np.float32


@pytest.mark.parametrize('path', ['graph', 'eager', 'xla'])
def test_gradients_of_the_time_gate(path):
    """For the period, the whole periods that are over count as constants.

    With `t` the time since the phase, and `r` its remainder, the gate is a line of slope `s` in
    `r / period`: so `s / period` for the time, the opposite for the phase, `-s r / period**2` for
    the period.
    """
    period, phase, on, leak = 5.0, 0.5, 0.4, 0.125
    remainders = np.float32([[0.5], [1.5], [3.0]])  # Up, down, shut.
    slopes = np.float32([[2 / on], [-2 / on], [leak]])
    time = remainders + np.float32([[phase], [phase + 2 * period], [phase + 7 * period]])

    def program(*tensors):
        return gradients(
            lambda *t: tf.reduce_sum(contrib_cell_equations.time_gate(*t, leak)), *tensors
        )

    found = run(path, program, time, *np.float32([[period], [phase], [on]]))
    wanted = slopes / period, -np.sum(slopes * remainders) / period**2, -np.sum(slopes) / period
    for got, want in zip(found, wanted, strict=False):
        np.testing.assert_allclose(got, np.reshape(want, got.shape), rtol=1e-4)


# -- variables ------------------------------------------------------------------------------------


def begun(cell, x):
    return cell(x, cell.zero_state(3, tf.float32))


@pytest.mark.parametrize('path', ['graph', 'eager', 'function'])
def test_what_is_drawn_at_first_is_in_its_range(path):
    cells = {
        'indy': rnn.IndyGRUCell(64),
        'phased': rnn.PhasedLSTMCell(64, period_init_min=2, period_init_max=32.0),
    }

    def program(time, x):
        begun(cells['indy'], x)
        begun(cells['phased'], (time, x))
        return [tf.identity(v) for cell in cells.values() for v in cell.variables]

    gates_w, gates_u, gates_b, _, u, b, *_, period, phase, ratio = run(path, program, TIME, X)
    assert gates_w.shape == (5, 128)
    for diagonal in (gates_u, u):
        assert diagonal.min() < -0.5 and diagonal.max() > 0.5 and np.abs(diagonal).max() <= 1
    assert np.all(gates_b == 1) and np.all(b == 0) and np.allclose(ratio, 0.1)
    assert 2 <= period.min() < 4 and 16 < period.max() <= 32
    # As evenly in their logarithms as 64 numbers are.
    assert abs(np.mean(np.log2(period)) - 3) < 0.6
    assert np.all((phase >= 0) & (phase <= period)) and phase.max() > 4


PARTS = {
    'ind_rnn_cell': ('kernel_w 3 2', 'kernel_u 1', 'bias 2 2'),
    'sru_cell': ('kernel 3 2', 'bias 4 4'),
    'glstm_cell': ('group0/kernel 5 4', *(f'bias_{gate} 2 2' for gate in 'ijfo')),
    'time_freq_lstm_cell': ('W_0 7 6', 'B 8 8'),
    'conv_lstm_cell': ('kernel 2 1', 'biases 4 4'),
    'grid_lstm_cell': ('W_f_0_0 7 6', 'B_f_0 8 8', 'W_t_0_0 7 6', 'B_t_0 8 8'),
}


@pytest.mark.parametrize(
    ('cell', 'shape'),
    [
        (lambda: rnn.IndRNNCell(4), (5,)),
        (lambda: rnn.SRUCell(4), (5,)),
        (lambda: rnn.GLSTMCell(4), (5,)),
        (lambda: rnn.TimeFreqLSTMCell(4, feature_size=5), (5,)),
        (lambda: rnn.ConvLSTMCell(1, [5, 1], 2, [3]), (5, 1)),
        (
            lambda: rnn.GridLSTMCell(4, feature_size=5, frequency_skip=1, num_frequency_blocks=[1]),
            (5,),
        ),
    ],
    ids=list(PARTS),
)
def test_partitioned_variables(cell, shape):
    """Names and first dimensions, in order, as TF 1.15.5 has them."""
    with tf1_graph():
        cell, x = cell(), tf.constant(X.reshape(3, *shape))
        with tf1.variable_scope('a', partitioner=tf1.fixed_size_partitioner(2)):
            output, _ = begun(cell, x)
        found = [(v.op.name, v.shape.as_list()[0]) for v in tf1.global_variables()]
        wanted = []
        for name, *sizes in (row.split() for row in PARTS[cell._base_name]):
            for part, size in enumerate(sizes):
                wanted.append((f'a/{cell._base_name}/{name}/part_{part}', int(size)))
        assert found == wanted
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            assert np.all(np.isfinite(session.run(output)))


# -- what programs read ---------------------------------------------------------------------------


def test_states_of_grids_are_named():
    cell = rnn.GridLSTMCell(
        3,
        feature_size=2,
        frequency_skip=1,
        num_frequency_blocks=[2, 1],
        start_freqindex_list=[0, 2],
        end_freqindex_list=[3, 4],
    )
    names = ['f00_b00', 'f01_b00', 'f00_b01']
    fields = tuple(f'state_{name}_{part}' for name in names for part in 'cm')
    assert cell.state_tuple_type._fields == cell.state_size._fields == fields
    assert cell.state_tuple_type.__name__ == 'GridLSTMStateTuple'
    assert cell.state_size == (3,) * 6 and cell.output_size == 18
    both = rnn.BidirectionalGridLSTMCell(3, **BANDS)
    assert both.state_size._fields[5] == 'bwd_state_f00_b00_m' and both.output_size == 24
    joined = rnn.GridLSTMCell(3, state_is_tuple=False, **BANDS)
    assert joined.state_tuple_type is None and joined.state_size == 12


def test_sizes_of_images():
    cell = rnn.Conv2DLSTMCell(
        input_shape=(8, 6, 2), output_channels=3, kernel_shape=(3, 3), skip_connection=True
    )
    assert cell.output_size.as_list() == [8, 6, 5] and cell.name == 'conv_2d_lstm_cell'
    assert cell.state_size.h.as_list() == [8, 6, 3]
    # TF1 puts the inputs into h too, so that it has no second step.
    step = begun(cell, tf.ones([3, 8, 6, 2]))
    assert step[1].h.shape == [3, 8, 6, 5]
    with pytest.raises(ValueError, match='shape'):
        cell(tf.ones([3, 8, 6, 2]), step[1])
    for path in ('graph', 'function'):
        with pytest.raises(ValueError):
            run(
                path,
                lambda x: seq2seq.dynamic_rnn(cell, x, dtype=tf.float32),
                numbers(3, 2, 8, 6, 2),
            )


def test_times_may_be_whole_numbers_or_the_same_for_all():
    cell, state = rnn.PhasedLSTMCell(4), rnn.LSTMStateTuple(C, H)
    whole, _ = cell((tf.constant([[3], [3], [3]]), X), state)
    one, _ = cell((tf.constant(3.0), X), state)
    assert whole.shape == one.shape == [3, 4]
