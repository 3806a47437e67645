"""AttentionWrapper: one step and many against NumPy, state, names, options, ownership."""

import re

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, gradients, run, tf1_graph
from tests.seq2seq.test_attention_mechanism import once, weights_of
from tf_seq2seq_compat.seq2seq import attention_wrapper

tf1 = tf.compat.v1

BATCH, TIME, DEPTH, UNITS, INPUTS, STEPS = 3, 5, 7, 4, 2, 3


def normal(seed, *shape):
    return np.random.RandomState(seed).standard_normal(shape).astype(np.float32)


MEMORY = normal(1, BATCH, TIME, DEPTH)
LENGTHS = np.array([5, 3, 1])
SEQUENCE = normal(2, BATCH, STEPS, INPUTS)


def softmax(score):
    weights = np.exp(score) * (np.arange(TIME) < LENGTHS[:, None])
    return weights / weights.sum(1, keepdims=True)


class Linear(seq2seq.RNNCell):
    """A cell that NumPy can follow: the output is the state, a product of inputs and a kernel."""

    state_size = output_size = UNITS

    def call(self, inputs, state):
        kernel = tf1.get_variable('kernel', [inputs.shape[-1], UNITS])
        new_state = tf.tanh(inputs @ kernel) + 0.5 * state
        return new_state, new_state


def unrolled(cell, inputs):
    """The outputs `[batch, steps, size]` and the last state of so many calls."""
    state = cell.zero_state(BATCH, tf.float32)
    outputs = []
    for t in range(STEPS):
        output, state = cell(inputs[:, t], state)
        outputs.append(output)
    return tf.stack(outputs, 1), state


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('output_attention', [True, False])
@pytest.mark.parametrize('layer_size', [None, 3])
def test_steps(path, layer_size, output_attention):
    make = once(
        lambda: seq2seq.AttentionWrapper(
            Linear(),
            seq2seq.LuongAttention(UNITS, None),
            attention_layer_size=layer_size,
            output_attention=output_attention,
        )
    )

    def build(memory, lengths, inputs):
        cell = make()
        cell._attention_mechanisms[0].setup_memory(memory, lengths)
        outputs, state = unrolled(cell, inputs)
        assert cell.output_size == outputs.shape[-1]
        return outputs, state, weights_of(cell)

    outputs, state, w = run(path, build, MEMORY, LENGTHS, SEQUENCE)
    values = MEMORY * (np.arange(TIME) < LENGTHS[:, None])[:, :, None]
    size = layer_size or DEPTH
    cell_state, attention = np.zeros([BATCH, UNITS]), np.zeros([BATCH, size])
    for t in range(STEPS):
        cell_inputs = np.concatenate([SEQUENCE[:, t], attention], 1)
        cell_state = np.tanh(cell_inputs @ w['linear']) + 0.5 * cell_state
        score = np.einsum('btu,bu->bt', values @ w['memory_layer'], cell_state)
        alignments = softmax(score)
        attention = np.einsum('bt,btd->bd', alignments, values)
        if layer_size:
            attention = np.concatenate([cell_state, attention], 1) @ w['attention_layer']
        wanted = attention if output_attention else cell_state
        np.testing.assert_allclose(outputs[:, t], wanted, rtol=1e-4, atol=1e-5)
    assert state.time == STEPS and state.time.dtype == np.int32
    assert state.alignment_history == ()
    np.testing.assert_allclose(state.cell_state, cell_state, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(state.attention, attention, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(state.alignments, alignments, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(state.attention_state, state.alignments)


def two_mechanisms(alignment_history=False):
    return seq2seq.AttentionWrapper(
        seq2seq.GRUCell(UNITS),
        [
            seq2seq.BahdanauAttention(UNITS, None, normalize=True),
            seq2seq.BahdanauAttention(UNITS, None),
            seq2seq.LuongAttention(UNITS, None, scale=True),
        ],
        attention_layer_size=[2, 3, 4],
        alignment_history=alignment_history,
    )


def bind(cell, memory, lengths=None):
    for mechanism in cell._attention_mechanisms:
        mechanism.setup_memory(memory, lengths)


@pytest.mark.parametrize('path', PATHS)
def test_several_mechanisms(path):
    make = once(two_mechanisms)

    def build(memory, lengths, inputs):
        cell = make()
        bind(cell, memory, lengths)
        size = cell.state_size
        assert (size.cell_state, size.attention, cell.output_size) == (UNITS, 9, 9)
        assert size.alignments == size.attention_state == (TIME, TIME, TIME)
        assert size.alignment_history == ((), (), ())
        return unrolled(cell, inputs)

    outputs, state = run(path, build, MEMORY, LENGTHS, SEQUENCE)
    assert outputs.shape == (BATCH, STEPS, 9)
    assert state.attention.shape == (BATCH, 9)
    assert len(state.alignments) == 3
    for alignments in state.alignments:
        np.testing.assert_allclose(alignments.sum(1), 1, rtol=1e-5)
        assert np.all(alignments[np.arange(TIME) >= LENGTHS[:, None]] == 0)
    assert np.abs(state.alignments[0] - state.alignments[1]).max() > 1e-4


@pytest.mark.parametrize('path', ['graph', 'eager', 'function'])
def test_alignment_history(path):
    """XLA writes a history only within a loop; the tests of the loops do that."""
    make = once(lambda: two_mechanisms(alignment_history=True))

    def build(memory, inputs):
        cell = make()
        bind(cell, memory)
        assert cell.state_size.alignment_history == (TIME, TIME, TIME)
        _, state = unrolled(cell, inputs)
        return state

    state = run(path, build, MEMORY, SEQUENCE)
    for history, last in zip(state.alignment_history, state.alignments, strict=True):
        assert history.shape == (STEPS, BATCH, TIME)
        np.testing.assert_array_equal(history[-1], last)


@pytest.mark.parametrize('path', PATHS)
def test_alignment_history_in_a_loop(path):
    make = once(
        lambda: seq2seq.AttentionWrapper(
            seq2seq.GRUCell(UNITS), seq2seq.BahdanauAttention(UNITS, None), alignment_history=True
        )
    )

    def build(memory, lengths, inputs):
        cell = make()
        bind(cell, memory, lengths)
        _, state = seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32)
        return state.alignment_history, state.alignments

    history, last = run(path, build, MEMORY, LENGTHS, SEQUENCE)
    assert history.shape == (STEPS, BATCH, TIME)
    np.testing.assert_allclose(history[-1], last, rtol=1e-6)
    np.testing.assert_allclose(history.sum(2), 1, rtol=1e-5)


def test_gradients_are_the_same_on_every_path():
    kernels = {}

    def constant(shape, dtype=None, **_):
        key = tuple(shape)
        return tf.constant(kernels.setdefault(key, normal(len(kernels), *key)), dtype)

    def of_inputs(path):
        make = once(
            lambda: seq2seq.AttentionWrapper(
                seq2seq.GRUCell(UNITS, kernel_initializer=constant),
                seq2seq.BahdanauAttention(UNITS, None, normalize=True),
                attention_layer=seq2seq.Dense(3, kernel_initializer=constant),
            )
        )

        def value(memory, inputs):
            with tf1.variable_scope('model', initializer=constant):
                cell = make()
                bind(cell, memory, LENGTHS)
                outputs, state = unrolled(cell, inputs)
            return tf.reduce_sum(outputs**2) + tf.reduce_sum(state.alignments[:, 0])

        return run(path, lambda *tensors: gradients(value, *tensors), MEMORY, SEQUENCE)

    wanted = of_inputs('graph')
    assert np.all(wanted[0][np.arange(TIME) >= LENGTHS[:, None]] == 0)
    assert all(np.abs(gradient).max() > 1e-3 for gradient in wanted)
    for path in PATHS[1:]:
        for got, want in zip(of_inputs(path), wanted, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_functions_of_ones_own():
    calls = []

    def attention_fn(mechanism, cell_output, state, layer):
        calls.append((type(mechanism).__name__, cell_output.shape, layer))
        alignments, state = mechanism(cell_output, state)
        return tf.reduce_sum(alignments, 1, keepdims=True), alignments, state + 1

    cell = seq2seq.AttentionWrapper(
        seq2seq.GRUCell(UNITS),
        seq2seq.BahdanauAttention(UNITS, MEMORY),
        cell_input_fn=lambda inputs, attention: inputs * 2 + 0 * attention[:, :1],
        attention_fn=attention_fn,
        attention_layer_size=1,
    )
    output, state = cell(SEQUENCE[:, 0], cell.zero_state(BATCH, tf.float32))
    assert calls == [('BahdanauAttention', (BATCH, UNITS), cell._attention_layers[0])]
    np.testing.assert_allclose(output, np.ones([BATCH, 1]), rtol=1e-5)
    np.testing.assert_allclose(state.attention_state, state.alignments + 1, rtol=1e-5)
    assert cell._cell.variables[0].shape[0] == INPUTS + UNITS


def test_attention_layers_of_ones_own():
    cell = seq2seq.AttentionWrapper(
        seq2seq.GRUCell(UNITS),
        [seq2seq.BahdanauAttention(UNITS, MEMORY), seq2seq.BahdanauAttention(UNITS, MEMORY)],
        attention_layer=[seq2seq.Dense(2, tf.nn.relu), tf.keras.layers.Dense(3)],
    )
    assert cell.state_size.attention == cell.output_size == 5
    output, _ = cell(SEQUENCE[:, 0], cell.zero_state(BATCH, tf.float32))
    assert output.shape == (BATCH, 5)
    assert np.all(output[:, :2] >= 0)


def test_keras_cell():
    cell = seq2seq.AttentionWrapper(
        tf.keras.layers.LSTMCell(UNITS), seq2seq.BahdanauAttention(UNITS, MEMORY, LENGTHS)
    )
    output, state = cell(SEQUENCE[:, 0], cell.zero_state(BATCH, tf.float32))
    assert output.shape == (BATCH, DEPTH)
    assert [s.shape for s in tf.nest.flatten(state.cell_state)] == [(BATCH, UNITS)] * 2


# -- state -----------------------------------------------------------------------------------------


def test_zero_state():
    cell = seq2seq.AttentionWrapper(
        seq2seq.LSTMCell(UNITS), seq2seq.LuongAttention(UNITS, MEMORY), attention_layer_size=6
    )
    state = cell.zero_state(BATCH, tf.float64)
    assert isinstance(state, seq2seq.AttentionWrapperState)
    assert isinstance(state.cell_state, seq2seq.LSTMStateTuple)
    assert state.time.dtype == tf.int32 and state.time.shape == []
    tf.nest.assert_same_structure(state, cell.state_size)
    sizes = tf.nest.flatten(cell.state_size)
    for tensor, size in zip(tf.nest.flatten(state), sizes, strict=True):
        if tensor is not state.time:
            assert tensor.shape == (BATCH, size) and tensor.dtype == tf.float64
            assert not np.any(tensor)
    for same in (
        cell.get_initial_state(batch_size=BATCH, dtype=tf.float64),
        cell.get_initial_state(inputs=tf.zeros([BATCH, 1], tf.float64)),
    ):
        tf.nest.map_structure(np.testing.assert_array_equal, same, state)


def test_initial_cell_state():
    start = seq2seq.LSTMStateTuple(tf.ones([BATCH, UNITS]), 2 * tf.ones([BATCH, UNITS]))
    cell = seq2seq.AttentionWrapper(
        seq2seq.LSTMCell(UNITS), seq2seq.LuongAttention(UNITS, MEMORY), initial_cell_state=start
    )
    state = cell.zero_state(BATCH, tf.float32)
    assert type(state.cell_state) is seq2seq.LSTMStateTuple
    tf.nest.map_structure(np.testing.assert_array_equal, state.cell_state, start)


def test_sizes_known_only_when_it_runs():
    with tf1_graph():
        memory = tf1.placeholder_with_default(MEMORY, [None, None, DEPTH])
        batch = tf.shape(memory)[0]
        cell = seq2seq.AttentionWrapper(
            seq2seq.GRUCell(UNITS),
            seq2seq.BahdanauAttention(UNITS, memory),
            initial_cell_state=tf1.placeholder_with_default(normal(3, BATCH, UNITS), [None, UNITS]),
            alignment_history=True,
        )
        assert cell.output_size == DEPTH
        state = cell.zero_state(batch, tf.float32)
        assert state.attention.shape.as_list() == [None, DEPTH]
        assert state.alignments.shape.as_list() == [None, None]
        output, state = cell(tf1.placeholder_with_default(SEQUENCE[:, 0], [None, INPUTS]), state)
        history = state.alignment_history.stack()
        wrong = cell.zero_state(batch + 1, tf.float32).cell_state
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            output, history = session.run([output, history])
            assert output.shape == (BATCH, DEPTH) and history.shape == (1, BATCH, TIME)
            with pytest.raises(tf.errors.InvalidArgumentError, match='requested batch size'):
                session.run(wrong)
            # The memory of another batch than the state and the inputs.
            with pytest.raises(tf.errors.InvalidArgumentError, match='initial_cell_state'):
                session.run(cell.zero_state(batch, tf.float32).cell_state, {memory: MEMORY[:2]})


@pytest.mark.parametrize('path', PATHS)
def test_clone(path):
    make = once(lambda: seq2seq.LuongAttention(UNITS, None))

    def build(memory, given):
        mechanism = make()
        mechanism.setup_memory(memory)
        cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(UNITS), mechanism)
        state = cell.zero_state(BATCH, tf.float32)
        other = state.clone(cell_state=given, time=tf.constant(5))
        assert other.attention is state.attention
        return other.cell_state, other.time, state.cell_state

    given = normal(4, BATCH, UNITS)
    cell_state, time, before = run(path, build, MEMORY, given)
    np.testing.assert_array_equal(cell_state, given)
    np.testing.assert_array_equal(before, np.zeros([BATCH, UNITS]))
    assert time == 5


def test_clone_keeps_the_static_shape():
    with tf1_graph():
        cell = seq2seq.AttentionWrapper(
            seq2seq.GRUCell(UNITS), seq2seq.LuongAttention(UNITS, tf.constant(MEMORY))
        )
        state = cell.zero_state(BATCH, tf.float32)
        for given in (tf1.placeholder(tf.float32, [None, UNITS]), tf1.placeholder(tf.float32)):
            clone = state.clone(cell_state=given)
            assert clone.cell_state.shape.as_list() == [BATCH, UNITS]
            with tf1.Session() as session, pytest.raises(tf.errors.InvalidArgumentError):
                session.run(clone.cell_state, {given: np.zeros([BATCH + 1, UNITS])})


# -- names and ownership ---------------------------------------------------------------------------


def test_names_in_a_graph():
    """As TF 1.15.5 gives them, under reuse, scopes and `name`."""
    with tf1_graph():
        memory = tf.constant(MEMORY)

        def step(cell):
            return cell(tf.constant(SEQUENCE[:, 0]), cell.zero_state(BATCH, tf.float32))

        def wrapper(**options):
            return seq2seq.AttentionWrapper(
                seq2seq.GRUCell(UNITS),
                [
                    seq2seq.BahdanauAttention(UNITS, memory, normalize=True),
                    seq2seq.BahdanauAttention(UNITS, memory),
                ],
                attention_layer_size=[2, 3],
                **options,
            )

        with tf1.variable_scope('dec'):
            cell = wrapper()
            step(cell)
            step(cell)
        with tf1.variable_scope('dec', reuse=True):
            step(wrapper())
        with tf1.variable_scope('other'):
            step(cell)
        below = [
            'gru_cell/gates/kernel',
            'gru_cell/gates/bias',
            'gru_cell/candidate/kernel',
            'gru_cell/candidate/bias',
            'bahdanau_attention/query_layer/kernel',
            'bahdanau_attention/attention_v',
            'bahdanau_attention/attention_g',
            'bahdanau_attention/attention_b',
            'attention_layer/kernel',
            'bahdanau_attention_1/query_layer/kernel',
            'bahdanau_attention_1/attention_v',
            'attention_layer_1/kernel',
        ]
        memory_layers = ['dec/memory_layer/kernel', 'dec/memory_layer_1/kernel']
        names = [v.name.removesuffix(':0') for v in tf1.global_variables()]
        assert names == memory_layers + [f'dec/attention_wrapper/{name}' for name in below]
        own = [v.name.removesuffix(':0') for v in cell.trainable_variables]
        assert own == names[2:]  # as TF1 lists them in a graph
        step(wrapper(name='speaker'))
        assert tf1.global_variables()[-1].name == 'speaker/attention_layer_1/kernel:0'


def test_variables_live_on_the_wrapper_whatever_the_scope():
    cell = two_mechanisms()
    bind(cell, MEMORY, LENGTHS)
    state = cell.zero_state(BATCH, tf.float32)
    with tf1.variable_scope('training'):
        trained, _ = cell(SEQUENCE[:, 0], state)
    with tf1.variable_scope('inference'):
        inferred, _ = cell(SEQUENCE[:, 0], state)
    np.testing.assert_array_equal(trained, inferred)
    names = [re.sub('^.*attention_wrapper(_[0-9]+)?/', '', v.name) for v in cell.variables]
    assert len(cell.trainable_variables) == len(set(map(id, cell.trainable_variables))) == 17
    assert 'bahdanau_attention/attention_v:0' in names
    assert 'bahdanau_attention_1/attention_v:0' in names
    assert sum('attention_layer' in name for name in names) == 3
    for part in (cell._cell, *cell._attention_mechanisms):
        assert part.trainable_variables
        assert {v.ref() for v in part.variables} <= {v.ref() for v in cell.variables}
    with tf.GradientTape() as tape:
        bind(cell, MEMORY, LENGTHS)
        output, _ = cell(SEQUENCE[:, 0], state)
        loss = tf.reduce_sum(output**2)
    assert all(g is not None for g in tape.gradient(loss, cell.trainable_variables))


def test_one_mechanism_in_two_wrappers_has_one_set_of_weights():
    mechanism = seq2seq.BahdanauAttention(UNITS, MEMORY)
    cells = [seq2seq.AttentionWrapper(seq2seq.GRUCell(UNITS), mechanism) for _ in range(2)]
    for cell in cells:
        cell(SEQUENCE[:, 0], cell.zero_state(BATCH, tf.float32))
        assert {v.ref() for v in mechanism.variables} <= {v.ref() for v in cell.variables}
    assert len(mechanism.variables) == 3


def test_checkpoint_round_trip(tmp_path):
    one, other = two_mechanisms(), two_mechanisms()

    def step(cell):
        bind(cell, MEMORY, LENGTHS)
        return cell(SEQUENCE[:, 0], cell.zero_state(BATCH, tf.float32))[0]

    wanted = step(one)
    path = tf.train.Checkpoint(model=one).save(str(tmp_path / 'wrapper'))
    status = tf.train.Checkpoint(model=other).restore(path)
    np.testing.assert_array_equal(step(other), wanted)
    status.assert_consumed()


class Sharpened(seq2seq.AttentionWrapper):
    """A wrapper whose `call` is written again on the private names, as programs do."""

    def call(self, inputs, state):
        cell_output, cell_state = self._cell(
            self._cell_input_fn(inputs, state.attention), state.cell_state
        )
        checks = self._batch_size_checks(
            tf1.dimension_value(cell_output.shape[0]) or tf.shape(cell_output)[0], 'batch differs'
        )
        with tf.control_dependencies(checks):
            cell_output = tf.identity(cell_output)
        states = state.attention_state if self._is_multi else [state.attention_state]
        parts = [
            self._attention_fn(
                mechanism,
                cell_output,
                states[i],
                self._attention_layers[i] if self._attention_layers else None,
            )
            for i, mechanism in enumerate(self._attention_mechanisms)
        ]
        attention = tf.concat([part[0] for part in parts], 1)
        new_state = attention_wrapper.AttentionWrapperState(
            time=state.time + 1,
            cell_state=cell_state,
            attention=attention,
            attention_state=self._item_or_tuple([part[2] for part in parts]),
            alignments=self._item_or_tuple([part[1] for part in parts]),
            alignment_history=state.alignment_history,
        )
        return (attention if self._output_attention else cell_output), new_state


def test_wrapper_with_its_own_call():
    mechanism = seq2seq.BahdanauAttention(UNITS, MEMORY, LENGTHS)
    inner = seq2seq.GRUCell(UNITS)
    layer = seq2seq.Dense(3)
    results = []
    for kind in (seq2seq.AttentionWrapper, Sharpened):
        cell = kind(inner, mechanism, attention_layer=layer)
        results.append(unrolled(cell, tf.constant(SEQUENCE)))
    tf.nest.map_structure(np.testing.assert_array_equal, *results)


class OldMechanism(seq2seq.BahdanauAttention):
    """Written for TF 1.4, whose wrapper gave the state by position."""

    def __call__(self, query, previous_alignments):
        alignments, state = super().__call__(query, previous_alignments)
        weight = tf1.get_variable('mix', [], initializer=tf1.zeros_initializer())
        return alignments + weight * previous_alignments, state


@pytest.mark.parametrize('path', PATHS)
def test_mechanism_of_an_older_tensorflow(path):
    def make_cells():
        inner = seq2seq.GRUCell(UNITS)
        kinds = (seq2seq.BahdanauAttention, OldMechanism)
        new, old = (kind(UNITS, None) for kind in kinds)
        old._query_layer, old._memory_layer = new._query_layer, new._memory_layer
        return [seq2seq.AttentionWrapper(inner, mechanism) for mechanism in (new, old)]

    make = once(make_cells)

    def build(memory, inputs):
        outputs = []
        for i, cell in enumerate(make()):
            bind(cell, memory)
            with tf1.variable_scope(f'model_{i}', initializer=tf.ones_initializer()):
                outputs.append(cell(inputs, cell.zero_state(BATCH, tf.float32))[0])
        return outputs

    one, other = run(path, build, MEMORY, SEQUENCE[:, 0])
    np.testing.assert_allclose(one, other, rtol=1e-5)
