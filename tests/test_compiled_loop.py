"""Loops that XLA compiles within TF1 graphs: the same as the loops that it does not."""

import contextlib
import logging
import warnings
import zlib

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests import paths
from tests.paths import tf1_graph
from tests.tf1.processes import last_line, run
from tf_seq2seq_compat.core import cpu_forms, loop_compilation, precision
from tf_seq2seq_compat.core.input_projection import hoist_input_projection
from tf_seq2seq_compat.core.loop_arrays import InputArray
from tf_seq2seq_compat.core.step_function import StepFunction
from tf_seq2seq_compat.core.traced_step import StepGraph

tf1 = tf.compat.v1

BATCH, STEPS, SLOTS, UNITS, WORDS = 3, 7, 6, 4, 9
RANDOM = np.random.RandomState(0)
INPUTS = RANDOM.randn(BATCH, STEPS, UNITS).astype(np.float32)
MEMORY = RANDOM.randn(BATCH, SLOTS, UNITS).astype(np.float32)
LENGTHS = [7, 3, 5]
MEMORY_LENGTHS = [6, 2, 4]

CELLS = {
    'gru': lambda: seq2seq.GRUCell(UNITS),
    'lstm': lambda: seq2seq.LSTMCell(UNITS),
    'layers': lambda: seq2seq.MultiRNNCell(
        [seq2seq.LSTMCell(UNITS), seq2seq.ResidualWrapper(seq2seq.GRUCell(UNITS))]
    ),
}


class Graph:
    """A TF1 graph with the inputs and the memory, as placeholders of unknown sizes or constants."""

    def __init__(self, known):
        self.arrays = {'inputs': INPUTS, 'memory': MEMORY}
        if known:
            self.inputs, self.memory = tf.constant(INPUTS), tf.constant(MEMORY)
            self.fed = {}
        else:
            self.inputs = tf1.placeholder(tf.float32, [None, None, UNITS])
            self.memory = tf1.placeholder(tf.float32, [None, None, UNITS])
            self.fed = {self.inputs: INPUTS, self.memory: MEMORY}

    def loss(self, results):
        floats = [r for r in tf.nest.flatten(results) if r.dtype.is_floating]
        return tf.add_n([tf.reduce_sum(tf.sin(r + 0.5)) for r in floats])

    def gradients(self, results):
        """Those of every variable, the inputs and the memory, where there is one."""
        sources = [*tf1.trainable_variables(), self.inputs, self.memory]
        found = tf1.gradients(self.loss(results), sources)
        return {
            s.name: tf.convert_to_tensor(g)
            for s, g in zip(sources, found, strict=True)
            if g is not None
        }

    def run(self, results, sessions=1):
        values = []
        for _ in range(sessions):
            with tf1.Session() as session:
                session.run(tf1.global_variables_initializer())
                for variable in tf1.global_variables():
                    # Weights that say something, the same in both graphs.
                    seed = zlib.crc32(variable.op.name.encode())
                    weights = np.random.RandomState(seed).uniform(-0.5, 0.5, variable.shape)
                    variable.load(weights, session)
                values.append(session.run(results, self.fed))
        return values[0] if sessions == 1 else values


def compiled_and_not(build, known=False, is_compiled=True):
    """What `build(graph, jit_compile)` gives, compiled and not; it is the same but for rounding."""
    runs = []
    for jit_compile in (False, True):
        with tf1_graph() as default:
            graph = Graph(known)
            results = build(graph, jit_compile)
            compiled = [op for op in default.get_operations() if 'PartitionedCall' in op.type]
            assert bool(compiled) == (jit_compile and is_compiled)
            names = [v.name for v in tf1.global_variables()]
            runs.append((names, graph.run([results, graph.gradients(results)])))
    (names, plain), (compiled_names, compiled) = runs
    assert compiled_names == names
    tf.nest.map_structure(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), compiled, plain
    )
    return compiled


def decode(graph, cell, helper, *, jit_compile, history=False, **kwargs):
    attention = kwargs.pop('attention', seq2seq.BahdanauAttention)
    wrapper = seq2seq.AttentionWrapper(
        cell,
        attention(UNITS, graph.memory, MEMORY_LENGTHS),
        attention_layer_size=UNITS,
        alignment_history=history,
    )
    state = wrapper.zero_state(BATCH, tf.float32)
    decoder = seq2seq.BasicDecoder(wrapper, helper, state, seq2seq.Dense(WORDS))
    outputs, state, lengths = seq2seq.dynamic_decode(decoder, jit_compile=jit_compile, **kwargs)
    histories = [state.alignment_history.stack()] if history else []
    return [*outputs, state.cell_state, state.attention, lengths, *histories]


@pytest.mark.parametrize('known', [False, True], ids=['unknown', 'known'])
@pytest.mark.parametrize('lengths', [None, LENGTHS], ids=['all', 'lengths'])
@pytest.mark.parametrize('cell', CELLS)
def test_dynamic_rnn(cell, lengths, known):
    def build(graph, jit_compile):
        return seq2seq.dynamic_rnn(
            CELLS[cell](), graph.inputs, lengths, dtype=tf.float32, jit_compile=jit_compile
        )

    compiled_and_not(build, known)


@pytest.mark.parametrize(
    'cell, attention, impute, history',
    [
        pytest.param('gru', seq2seq.BahdanauAttention, True, False, marks=pytest.mark.slow),
        pytest.param('lstm', seq2seq.LuongAttention, True, True, marks=pytest.mark.slow),
        ('layers', seq2seq.BahdanauAttention, False, True),
    ],
)
def test_training(cell, attention, impute, history):
    def build(graph, jit_compile):
        return decode(
            graph,
            CELLS[cell](),
            seq2seq.TrainingHelper(graph.inputs, LENGTHS),
            attention=attention,
            impute_finished=impute,
            history=history,
            jit_compile=jit_compile,
        )

    (logits, *_), gradients = compiled_and_not(build)
    assert logits.shape == (BATCH, STEPS, WORDS)
    assert all(np.any(g) for g in gradients.values())


@pytest.mark.parametrize('history', [False, True])
def test_greedy_decoding_stops_early_and_has_gradients(history):
    def build(graph, jit_compile):
        embedding = tf1.get_variable('embedding', [WORDS, UNITS])
        # Two sequences end at once, by a token that the third one emits sooner or later.
        helper = seq2seq.GreedyEmbeddingHelper(embedding, tf.fill([BATCH], 1), 2)
        return decode(
            graph,
            CELLS['lstm'](),
            helper,
            maximum_iterations=2 * tf.shape(graph.memory)[1] + 30,
            history=history,
            jit_compile=jit_compile,
        )

    compiled_and_not(build)


def test_a_decoder_takes_no_more_steps_than_it_needs():
    """The end is emitted at the third step; the buffers would have room for 1000."""

    def build(graph, jit_compile):
        helper = seq2seq.CustomHelper(
            lambda: (tf.zeros([BATCH], tf.bool), tf.ones([BATCH, UNITS])),
            lambda time, outputs, state: tf.argmax(outputs, -1, output_type=tf.int32),
            lambda time, outputs, state, sample_ids: (
                tf.fill([BATCH], time >= 2),
                outputs[:, :UNITS],
                state,
            ),
        )
        return decode(
            graph, CELLS['gru'](), helper, maximum_iterations=1000, jit_compile=jit_compile
        )

    (logits, *_), _ = compiled_and_not(build)
    assert logits.shape == (BATCH, 3, WORDS)


@pytest.mark.parametrize('history', [False, True])
def test_beam_search(history):
    def results(jit_compile):
        with tf1_graph():
            graph = Graph(False)
            memory = seq2seq.tile_batch(graph.memory, 2)
            lengths = seq2seq.tile_batch(tf.constant(MEMORY_LENGTHS), 2)
            cell = seq2seq.AttentionWrapper(
                seq2seq.GRUCell(UNITS),
                seq2seq.LuongAttention(UNITS, memory, lengths),
                alignment_history=history,
            )
            decoder = seq2seq.BeamSearchDecoder(
                cell,
                tf1.get_variable('embedding', [WORDS, UNITS]),
                tf.fill([BATCH], 1),
                2,
                cell.zero_state(2 * BATCH, tf.float32),
                2,
                output_layer=seq2seq.Dense(WORDS),
            )
            outputs, state, lengths = seq2seq.dynamic_decode(
                decoder, maximum_iterations=12, jit_compile=jit_compile
            )
            wanted = [outputs.predicted_ids, outputs.beam_search_decoder_output.scores, lengths]
            if history:
                wanted.append(state.cell_state.alignment_history)
            return graph.run(wanted)

    for compiled, plain in zip(results(True), results(False), strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-5, atol=1e-6)


def checkpointed(steps, wanted=True):
    return seq2seq.checkpointed_loops(steps) if wanted else contextlib.nullcontext()


@pytest.mark.parametrize('known, steps', [(False, None), (True, None), (True, 1)])
def test_checkpoints_of_an_encoder(known, steps):
    def build(graph, jit_compile):
        with checkpointed(steps, jit_compile):
            return seq2seq.dynamic_rnn(CELLS['layers'](), graph.inputs, LENGTHS, dtype=tf.float32)

    compiled_and_not(build, known)


@pytest.mark.slow
def test_checkpoints_of_a_decoder():
    def build(graph, jit_compile):
        helper = seq2seq.TrainingHelper(graph.inputs, LENGTHS)
        with checkpointed(2, jit_compile):
            return decode(graph, CELLS['lstm'](), helper, jit_compile=None, history=True)

    compiled_and_not(build)


def test_what_is_kept_of_a_checkpointed_loop():
    """The states of every second step, one place more, and no products."""
    with tf1_graph() as default:
        graph = Graph(True)
        with checkpointed(2):
            seq2seq.dynamic_rnn(CELLS['lstm'](), graph.inputs, dtype=tf.float32)
        [loop] = [op for op in default.get_operations() if 'PartitionedCall' in op.type]
        values = graph.run(list(loop.outputs))
    steps = INPUTS.shape[1]
    sizes = sorted(len(value) for value in values if np.ndim(value) == 3)
    assert sizes == [-(-steps // 2) + 1] * 2 + [steps]


@pytest.mark.parametrize('is_trained', [False, True])
def test_decoding_keeps_nothing_for_a_gradient_until_one_is_asked_for(is_trained):
    with tf1_graph() as default:
        graph = Graph(True)
        embedding = tf1.get_variable('embedding', [WORDS, UNITS])
        helper = seq2seq.GreedyEmbeddingHelper(embedding, tf.fill([BATCH], 1), 2)
        cell = CELLS['lstm']()
        results = decode(graph, cell, helper, maximum_iterations=5, jit_compile=True)
        if is_trained:
            graph.gradients(results)
        loops = [op for op in default.get_operations() if 'PartitionedCall' in op.type]
    kept = [[BATCH, 4 * UNITS] in [x.shape[1:].as_list() for x in op.outputs] for op in loops]
    assert kept == ([False, True, False] if is_trained else [False])


def test_checkpoints_in_a_compiled_function():
    cell = CELLS['gru']()

    @tf.function(jit_compile=True, autograph=False)
    def gradients(inputs, checkpoints):
        with checkpointed(None, checkpoints):
            outputs, state = seq2seq.dynamic_rnn(cell, inputs, LENGTHS, dtype=tf.float32)
        loss = tf.reduce_sum(tf.sin(outputs)) + tf.reduce_sum(state)
        return tf.gradients(loss, [inputs, *cell.trainable_variables])

    with warnings.catch_warnings():
        warnings.simplefilter('error', RuntimeWarning)  # of checkpoints that have no effect
        plain, kept = (gradients(tf.constant(INPUTS), one) for one in (False, True))
    assert len(plain) == 5
    for one, other in zip(plain, kept, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_checkpoints_that_cannot_be(recwarn):
    with pytest.raises(ValueError, match='steps must be an int of 1 or more.*0'), checkpointed(0):
        pass
    with checkpointed(None):
        seq2seq.dynamic_rnn(CELLS['gru'](), tf.constant(INPUTS), dtype=tf.float32)
    assert any('checkpointed_loops have no effect' in str(one.message) for one in recwarn)


def dropout(graph, **kwargs):
    cell = seq2seq.DropoutWrapper(
        seq2seq.GRUCell(UNITS), 0.5, 0.7, 0.8, seed=7, dtype=tf.float32, **kwargs
    )
    return seq2seq.dynamic_rnn(cell, graph.inputs, LENGTHS, dtype=tf.float32, jit_compile=True)


@pytest.mark.parametrize('checkpoints', [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_gradient_sees_the_dropout_that_the_loop_drew(checkpoints):
    """A difference quotient: sessions of the same seeds draw the same masks."""
    with tf1_graph():
        tf1.set_random_seed(1)
        graph = Graph(False)
        with checkpointed(2, checkpoints):
            outputs, _ = dropout(graph)
        loss = tf.reduce_sum(tf.sin(outputs))
        (gradient,) = tf1.gradients(loss, [graph.inputs])
        epsilon, losses = 1e-2, []
        for shift in (0.0, epsilon, -epsilon):
            moved = INPUTS.copy()
            moved[0, 2] += shift
            graph.fed[graph.inputs] = moved
            losses.append(graph.run([loss, gradient]))
    quotient = (losses[1][0] - losses[2][0]) / (2 * epsilon)
    np.testing.assert_allclose(quotient, losses[0][1][0, 2].sum(), rtol=1e-2)


def test_dropout_is_drawn_anew_by_each_run():
    with tf1_graph():
        graph = Graph(False)
        outputs, _ = dropout(graph)
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            first, second = (session.run(outputs, graph.fed) for _ in range(2))
    assert np.any(first != second)


def test_variational_dropout():
    def build(graph, jit_compile):
        tf1.set_random_seed(1)
        cell = seq2seq.DropoutWrapper(
            seq2seq.GRUCell(UNITS),
            output_keep_prob=0.5,
            variational_recurrent=True,
            dtype=tf.float32,
            seed=3,
        )
        return seq2seq.dynamic_rnn(cell, graph.inputs, dtype=tf.float32, jit_compile=jit_compile)

    compiled_and_not(build)


def test_shapes_and_lengths_may_change_from_run_to_run():
    with tf1_graph():
        inputs = tf1.placeholder(tf.float32, [None, None, UNITS])
        lengths = tf1.placeholder(tf.int32, [None])
        with tf1.variable_scope('cells', reuse=tf1.AUTO_REUSE):
            compiled, plain = (
                seq2seq.dynamic_rnn(
                    seq2seq.GRUCell(UNITS), inputs, lengths, dtype=tf.float32, jit_compile=each
                )
                for each in (True, False)
            )
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            for batch, steps, longest in [(2, 5, 5), (2, 5, 1), (2, 5, 0), (4, 17, 9), (1, 1, 1)]:
                fed = {
                    inputs: RANDOM.randn(batch, steps, UNITS),
                    lengths: np.minimum(np.arange(batch) + longest, longest),
                }
                seen, wanted = session.run([compiled, plain], fed)
                for a, b in zip(seen, wanted, strict=True):
                    assert a.shape == b.shape
                    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_resource_variables():
    def build(graph, jit_compile):
        with tf1.variable_scope('model', use_resource=True):
            embedding = tf1.get_variable('embedding', [WORDS, UNITS])
            helper = seq2seq.GreedyEmbeddingHelper(
                lambda ids: tf.nn.embedding_lookup(embedding, ids), tf.fill([BATCH], 1), 2
            )
            return decode(
                graph, CELLS['lstm'](), helper, maximum_iterations=6, jit_compile=jit_compile
            )

    compiled_and_not(build)


class CallsPython(seq2seq.GRUCell):
    """Has in its step what XLA cannot compile."""

    def call(self, inputs, state):
        output, state = super().call(inputs, state)
        doubled = tf1.py_func(lambda x: 2 * x, [output], tf.float32)
        doubled.set_shape(output.shape)
        return output + doubled, state


OBSTACLES = {
    'the step has side effects (PyFunc)': lambda: CallsPython(UNITS),
    # Its gradient knows the tensors of the trace, and no others.
    'the step has a custom gradient': lambda: seq2seq.GRUCell(UNITS, activation=tf.nn.silu),
}


@pytest.mark.parametrize('reason', OBSTACLES)
@pytest.mark.parametrize('history', [False, True])
def test_what_cannot_be_compiled_runs_as_it_is(history, reason, caplog):
    def build(graph, jit_compile):
        return decode(
            graph,
            OBSTACLES[reason](),
            seq2seq.TrainingHelper(graph.inputs, LENGTHS),
            impute_finished=True,
            history=history,
            jit_compile=jit_compile,
        )

    with caplog.at_level(logging.INFO, 'tf_seq2seq_compat'):
        compiled_and_not(build, is_compiled=False)
    assert f'not compiled as one: {reason}' in caplog.text


def test_a_loop_without_a_bound_runs_as_it_is(caplog):
    def build(graph, jit_compile):
        embedding = tf1.get_variable('embedding', [WORDS, UNITS])
        helper = seq2seq.InferenceHelper(
            lambda outputs: tf.argmax(outputs, -1, output_type=tf.int32),
            [],
            tf.int32,
            tf.zeros([BATCH, UNITS]),
            lambda ids: tf.ones([BATCH], tf.bool),
            lambda ids: tf.nn.embedding_lookup(embedding, ids),
        )
        return decode(graph, CELLS['gru'](), helper, jit_compile=jit_compile)

    with caplog.at_level(logging.INFO, 'tf_seq2seq_compat'):
        compiled_and_not(build, is_compiled=False)
    assert 'give maximum_iterations' in caplog.text


def test_the_switch_is_what_none_means():
    def compiled(jit_compile):
        with tf1_graph() as graph:
            seq2seq.dynamic_rnn(
                CELLS['gru'](), tf.constant(INPUTS), dtype=tf.float32, jit_compile=jit_compile
            )
            return any('PartitionedCall' in op.type for op in graph.get_operations())

    assert not compiled(None)
    try:
        for wanted in (True, 'auto'):
            loop_compilation.compile_loops(wanted)
            assert compiled(None)
            assert not compiled(False)
    finally:
        loop_compilation.compile_loops(False)


@pytest.mark.parametrize(
    'batch, cpu, is_compiled', [(BATCH, True, False), (1, True, True), (BATCH, False, True)]
)
def test_decoding_is_compiled_where_it_pays(batch, cpu, is_compiled):
    loop_compilation.compile_loops('auto')
    try:
        with tf1_graph() as graph, cpu_forms.assuming(cpu):
            helper = seq2seq.GreedyEmbeddingHelper(tf.ones([WORDS, UNITS]), tf.fill([batch], 1), 2)
            state = tf.zeros([batch, UNITS])
            decoder = seq2seq.BasicDecoder(CELLS['gru'](), helper, state, seq2seq.Dense(WORDS))
            seq2seq.dynamic_decode(decoder, maximum_iterations=5)
            types = [op.type for op in graph.get_operations()]
    finally:
        loop_compilation.compile_loops(False)
    assert ('PartitionedCall' in types) == is_compiled


PROGRAM = """
import tensorflow as tf
outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), tf.ones([2, 5, 3]), dtype=tf.float32)
gradients = tf.gradients(outputs, tf.trainable_variables())
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    session.run(gradients)
types = [op.type for op in tf.get_default_graph().get_operations()]
print('PartitionedCall' in types, 'Enter' in types)
"""


@pytest.mark.parametrize(
    'flags, seen',
    [
        ([], 'False True'),
        (['--xla=auto'], 'True False'),
        pytest.param(['--xla'], 'True False', marks=pytest.mark.slow),
    ],
)
def test_the_runner_compiles_loops_if_asked_to(flags, seen, tmp_path):
    program = tmp_path / 'program.py'
    program.write_text(PROGRAM)
    done = run(*flags, program)
    assert last_line(done) == seen
    assert ('--xla: 1 of 1 loops compiled' in done.stderr) == bool(flags)


def test_a_gradient_of_its_own_within_a_compiled_function():
    cell = seq2seq.GRUCell(UNITS, activation=tf.nn.silu)

    def build(inputs):
        with tf.GradientTape() as tape:
            outputs, _ = seq2seq.dynamic_rnn(cell, inputs, LENGTHS, dtype=tf.float32)
            loss = tf.reduce_sum(tf.square(outputs))
        return tape.gradient(loss, cell.trainable_variables)

    eager = build(tf.constant(INPUTS))
    for path in ('function', 'xla'):
        for found, expected in zip(paths.run(path, build, INPUTS), eager, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def second_derivative(inputs, jit_compile):
    cell = seq2seq.BasicRNNCell(UNITS, name='cell')

    def norm(inputs):
        outputs, _ = seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32, jit_compile=jit_compile)
        [found] = tf1.gradients(tf.reduce_sum(outputs), [inputs])
        return tf.reduce_sum(tf.square(found))

    return tf1.gradients(norm(inputs), [inputs])


def test_a_compiled_loop_is_differentiated_once():
    with tf1_graph(), pytest.raises(NotImplementedError, match='give .* jit_compile=False'):
        second_derivative(tf.constant(INPUTS), jit_compile=True)


def test_second_derivatives_of_a_loop_that_is_left_to_tensorflow():
    cell = seq2seq.BasicRNNCell(UNITS)

    def build(inputs, jit_compile=False):
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                outputs, _ = seq2seq.dynamic_rnn(
                    cell, inputs, dtype=tf.float32, jit_compile=jit_compile
                )
                total = tf.reduce_sum(outputs)
            norm = tf.reduce_sum(tf.square(inner.gradient(total, inputs)))
        return outer.gradient(norm, inputs)

    expected = build(tf.constant(INPUTS))
    np.testing.assert_allclose(paths.run('xla', build, INPUTS), expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(NotImplementedError, match='differentiated once'):
        paths.run('xla', lambda x: build(x, None), INPUTS)


def test_the_inputs_part_of_a_product_is_taken_out_of_the_step():
    """What `[inputs, state] W` becomes: its inputs are read multiplied."""
    weight = RANDOM.randn(UNITS + 3, 3).astype(np.float32)
    state = RANDOM.randn(BATCH, 3).astype(np.float32)
    by_time = INPUTS.swapaxes(0, 1)
    with tf.Graph().as_default():
        array, kernel = InputArray(tf.constant(by_time)), tf.constant(weight)

        def step(time, tensors):
            rows = tf.concat([array.read(time), tensors[0]], 1)
            new = tf.matmul(rows, kernel)
            return [new, new, tf.constant(True)]

        graph = StepGraph([tf.constant(state)])
        graph.trace(step)
        hoist_input_projection(graph)
        function = StepFunction(graph)
        [input_slice], [product] = function.input_slices, function.products
        assert input_slice.sequence.shape == [STEPS, BATCH, 3]
        assert product.operation.inputs[0].shape == [BATCH, 3]
        slices = [input_slice.sequence[2]]
        results, _ = function.copy(
            tf.constant(2), [tf.constant(state)], slices, function.captured_tensors
        )
        with tf1.Session() as session:
            found = session.run(results[0])
    expected = np.concatenate([by_time[2], state], 1) @ weight
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


class Tied(tf.Module):
    """A decoder whose output layer multiplies by the embeddings that it reads."""

    def __init__(self, policy=None):
        super().__init__()
        self.cell, self.policy = seq2seq.GRUCell(UNITS), policy
        weights = np.random.RandomState(1).uniform(-1, 1, [WORDS, UNITS])
        self.embedding = tf.Variable(weights.astype(np.float32))

    def __call__(self, inputs):
        weights = self.embedding

        def logits(outputs):
            factors = precision.operand(outputs), precision.operand(tf.convert_to_tensor(weights))
            return tf.cast(tf.matmul(*factors, transpose_b=True), tf.float32)

        def sample(time, outputs, state):
            return tf.argmax(logits(outputs), -1, output_type=tf.int32)

        def next_inputs(time, outputs, state, sample_ids):
            probability = tf.reduce_max(tf.nn.softmax(logits(outputs)), -1, keepdims=True)
            read = tf.gather(weights, sample_ids)
            return tf.zeros_like(sample_ids, tf.bool), probability * read, state

        helper = seq2seq.CustomHelper(
            lambda: (tf.zeros([BATCH], tf.bool), inputs[:, 0]), sample, next_inputs
        )
        with tf.GradientTape() as tape:
            state = self.cell.zero_state(BATCH, tf.float32)
            outputs, _, _ = seq2seq.dynamic_decode(
                seq2seq.BasicDecoder(self.cell, helper, state),
                maximum_iterations=5,
                policy=self.policy,
            )
            loss = tf.reduce_sum(tf.square(outputs.rnn_output))
        return tape.gradient(loss, [self.embedding, *self.cell.trainable_variables])


@pytest.mark.parametrize('policy', [None, 'mixed_bfloat16'])
def test_a_variable_that_is_multiplied_and_read_by_rows(policy):
    tied = Tied(policy)
    eager = tied(tf.constant(INPUTS))
    for path in ('function', 'xla'):
        for found, expected in zip(paths.run(path, tied, INPUTS), eager, strict=True):
            found, expected = (np.asarray(tf.convert_to_tensor(x)) for x in (found, expected))
            room = {'rtol': 1e-4, 'atol': 1e-6} if policy is None else {'rtol': 0.1, 'atol': 0.02}
            np.testing.assert_allclose(found, expected, **room)


class Waits(seq2seq.GRUCell):
    """Computes after what it was given."""

    def call(self, inputs, state):
        with tf.control_dependencies([inputs, state]):
            return super().call(tf.identity(inputs), state)


def test_operations_that_wait_for_arguments():
    def build(graph, jit_compile):
        cell = Waits(UNITS)
        return seq2seq.dynamic_rnn(cell, graph.inputs, dtype=tf.float32, jit_compile=jit_compile)

    compiled_and_not(build)


class Sums(seq2seq.RNNCell):
    """Adds up more than two tensors, and reads from a large one."""

    state_size = output_size = UNITS

    def __init__(self, table):
        super().__init__()
        self.table = table

    def call(self, inputs, state):
        row = tf.cast(self.table[0, :UNITS], tf.float32)
        state = tf.add_n([tf.tanh(state), tf.sigmoid(state), inputs, tf.sin(state) + row])
        return state, state


def test_a_session_leaves_compiled_steps_as_they_are():
    """Else, where memory seems short, it gives large sums operations that XLA does not know."""
    with tf1_graph(), tf1.Session() as session:
        inputs = tf1.placeholder(tf.float32, INPUTS.shape)
        cell = Sums(tf.zeros([9000, 9000], tf.int32))
        results = []
        for jit_compile in (True, False):
            outputs, _ = seq2seq.dynamic_rnn(
                cell, inputs, dtype=tf.float32, jit_compile=jit_compile
            )
            results.append([outputs, *tf1.gradients(outputs, inputs)])
        compiled, plain = session.run(results, {inputs: INPUTS})
    for found, expected in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


class Turning(seq2seq.RNNCell):
    """Multiplies a complex state."""

    state_size = output_size = UNITS

    def __init__(self, weights):
        super().__init__()
        self.weights_of_turn = weights

    def call(self, inputs, state):
        state = inputs + tf.matmul(state, self.weights_of_turn)
        return state, state


def test_complex_numbers():
    def gradient(inputs, weights):
        with tf.GradientTape() as tape:
            tape.watch([inputs, weights])
            cell = Turning(weights)
            outputs, _ = seq2seq.dynamic_rnn(cell, inputs, dtype=tf.complex64)
            loss = tf.reduce_sum(tf.abs(outputs) ** 2)
        return tape.gradient(loss, [inputs, weights])

    parts = [0.3 * RANDOM.randn(*shape).astype(np.float32) for shape in 2 * [[UNITS, UNITS]]]
    arrays = (1 + 2j) * INPUTS.astype(np.complex64), parts[0] + 1j * parts[1]
    expected, found = (paths.run(path, gradient, *arrays) for path in ('eager', 'xla'))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
