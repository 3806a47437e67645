"""Random programs, compiled and not: placeholders of every degree of unknown shape, every context.

And a table of what a step may do besides computing: what is not compiled because of it.
"""

import random
import warnings
import zlib

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import tf1_graph
from tf_seq2seq_compat.core import loop_compilation

tf1 = tf.compat.v1

BATCH, STEPS, SLOTS, UNITS, WORDS = 3, 4, 5, 4, 7
RANDOM = np.random.RandomState(0)
ARRAYS = {
    'inputs': RANDOM.randn(BATCH, STEPS, UNITS).astype(np.float32),
    'memory': RANDOM.randn(BATCH, SLOTS, UNITS).astype(np.float32),
    'lengths': np.array([4, 2, 3], np.int32),
    'memory_lengths': np.array([5, 1, 3], np.int32),
    'initial': RANDOM.randn(BATCH, UNITS).astype(np.float32),
    'keep': np.float32(1.0),
    'scale': np.float32(0.5),
    'bias': RANDOM.randn(UNITS).astype(np.float32),
}
# Which axes have no size, None for a placeholder without a shape.
DEGREES = {
    'inputs': [(), (0,), (1,), (0, 1)],
    'memory': [(), (0,), (1,), (0, 1)],
    'lengths': [(), (0,)],
    'memory_lengths': [(), (0,)],
    'initial': [(), (0,), (0, 1), None],
    'keep': [(), None],
    'scale': [(), None],
    'bias': [(), (0,), None],
}


class Scaled(seq2seq.RNNCell):
    """A cell, with tensors from outside of the loop in its output and its state.

    Without a `rank` that of its output is unknown if theirs is.
    """

    def __init__(self, cell, scale, bias, rank):
        super().__init__()
        self.cell, self.scale, self.bias, self.rank = cell, scale, bias, rank

    state_size = property(lambda self: self.cell.state_size)
    output_size = property(lambda self: self.cell.output_size)

    def call(self, inputs, state):
        shifted = inputs + self.bias
        shifted.set_shape(inputs.shape)  # Cells must know the depth, in TF1 too.
        output, state = self.cell(shifted, state)
        state = tf.nest.map_structure(lambda part: part * self.scale, state)
        scaled = tf.tanh(output * self.scale) + self.bias
        if self.rank is not None:
            scaled.set_shape(output.shape)
        return scaled, state


class Padded(seq2seq.RNNCell):
    """Adds as many ones as a number in its state says: a size that is no constant."""

    state_size = output_size = UNITS

    def call(self, inputs, state):
        ones = tf.fill([tf.cast(state[0, 0] > 0, tf.int32) + 1], 1.0)
        return inputs + tf.reduce_sum(ones), tf.tanh(state + inputs)


class Longer(seq2seq.RNNCell):
    """Keeps all that it has read."""

    state_size = output_size = UNITS

    def call(self, inputs, state):
        state = tf.concat([state, inputs], 1)
        return inputs + tf.reduce_mean(state, 1, keepdims=True), state


CELLS = {
    'basic': lambda: seq2seq.BasicRNNCell(UNITS),
    'gru': lambda: seq2seq.GRUCell(UNITS),
    'lstm': lambda: seq2seq.LSTMCell(UNITS),
    'layers': lambda: seq2seq.MultiRNNCell([seq2seq.GRUCell(UNITS), seq2seq.LSTMCell(UNITS)]),
}
MECHANISMS = [seq2seq.BahdanauAttention, seq2seq.LuongAttention]
WRAPPERS = {
    'dropout': lambda cell, given, _: seq2seq.DropoutWrapper(cell, given('keep'), given('keep')),
    'masks': lambda cell, *_: seq2seq.DropoutWrapper(
        cell, output_keep_prob=0.5, variational_recurrent=True, dtype=tf.float32, seed=3
    ),
    'residual': lambda cell, *_: seq2seq.ResidualWrapper(cell),
    'scaled': lambda cell, given, rank: Scaled(cell, given('scale'), given('bias'), rank),
}
CONTEXTS = {
    'top': lambda run, inputs: run(inputs),
    'cond': lambda run, inputs: tf1.cond(
        inputs[0, 0, 0] < 100, lambda: run(inputs), lambda: inputs
    ),
    'case': lambda run, inputs: tf1.case(
        [(inputs[0, 0, 0] > 100, lambda: inputs)], default=lambda: run(inputs)
    ),
    'while_loop': lambda run, inputs: tf1.while_loop(
        lambda n, _: n < 2, lambda n, x: (n + 1, run(x)), (0, inputs), maximum_iterations=2
    )[1],
    'map_fn': lambda run, inputs: tf1.map_fn(lambda f: run(inputs * f), tf.constant([1.0, 2.0])),
    'function': lambda run, inputs: tf.function(run, autograph=False)(inputs),
    'nested': lambda run, inputs: tf1.cond(
        inputs[0, 0, 0] < 100,
        lambda: tf1.map_fn(lambda f: run(inputs * f), tf.constant([1.0, 2.0]))[0],
        lambda: inputs,
    ),
}


class Program:
    """A model with a loop, made of random parts."""

    def __init__(self, number, context=None):
        choose = random.Random(number)
        self.cell = choose.choice(sorted(CELLS))
        self.wrappers = choose.sample(sorted(WRAPPERS), choose.randint(0, 3))
        self.loop = choose.choice(['rnn', 'rnn', 'training', 'greedy'])
        self.mechanism = choose.choice([None, *MECHANISMS])
        self.takes_initial = self.cell in ('basic', 'gru') and choose.random() < 0.5
        self.has_lengths = choose.random() < 0.5
        self.degrees = {name: choose.choice(degrees) for name, degrees in DEGREES.items()}
        self.context = context or 'top'
        if context in ('while_loop', 'map_fn', 'nested') and 'masks' in self.wrappers:
            self.wrappers.remove('masks')  # Iterations may draw in any order.
        self.fed = {}

    def given(self, name):
        """A placeholder, the same for the same name."""
        known = {tensor.op.name: tensor for tensor in self.fed}
        if name not in known:
            array, unknown = ARRAYS[name], self.degrees[name]
            sizes = [None if unknown and n in unknown else d for n, d in enumerate(array.shape)]
            with tf.init_scope():
                shape = None if unknown is None else sizes
                known[name] = tf1.placeholder(array.dtype, shape, name)
            self.fed[known[name]] = array
        return known[name]

    def build(self, jit_compile):
        """Outputs `[batch, time, units]`."""
        self.fed = {}
        names = ['inputs', 'memory', 'lengths', 'memory_lengths', 'initial', 'keep', 'scale']
        for name in [*names, 'bias']:
            self.given(name)
        doubled = self.given('memory') * 2.0

        def run(inputs):
            with tf1.variable_scope('model', reuse=tf1.AUTO_REUSE):
                return self.outputs(inputs, doubled, jit_compile)

        return CONTEXTS[self.context](run, self.given('inputs'))

    def outputs(self, inputs, memory, jit_compile):
        cell = CELLS[self.cell]()
        for wrapper in self.wrappers:
            rank = None if self.mechanism is None else 2  # its layers must know
            cell = WRAPPERS[wrapper](cell, self.given, rank)
        if self.mechanism is not None:
            mechanism = self.mechanism(UNITS, memory, self.given('memory_lengths'))
            cell = seq2seq.AttentionWrapper(
                cell, mechanism, attention_layer_size=UNITS, cell_input_fn=tf.add
            )
        batch = tf.shape(inputs)[0]
        state = cell.zero_state(batch, tf.float32)
        if self.takes_initial:
            initial = self.given('initial')
            state = initial if self.mechanism is None else state.clone(cell_state=initial)
        lengths = self.given('lengths')
        if self.loop == 'rnn':
            lengths = lengths if self.has_lengths else None
            return seq2seq.dynamic_rnn(
                cell,
                inputs,
                lengths,
                initial_state=state,
                dtype=tf.float32,
                jit_compile=jit_compile,
            )[0]
        helper = seq2seq.TrainingHelper(inputs, lengths)
        if self.loop == 'greedy':
            embedding = tf1.get_variable('embedding', [UNITS, UNITS])
            helper = seq2seq.GreedyEmbeddingHelper(embedding, tf.fill([batch], 1), 2)
        decoder = seq2seq.BasicDecoder(cell, helper, state)
        outputs, _, _ = seq2seq.dynamic_decode(
            decoder,
            impute_finished=self.has_lengths,
            maximum_iterations=STEPS if self.loop == 'greedy' else None,
            jit_compile=jit_compile,
        )
        # As long as the inputs, so that loops may be nested.
        missing = tf.shape(inputs)[1] - tf.shape(outputs.rnn_output)[1]
        padded = tf.pad(outputs.rnn_output, [[0, 0], [0, missing], [0, 0]])
        padded.set_shape(inputs.shape)
        return padded


def run_in_graph(build, fed):
    """What `build()` gives in a TF1 graph, with the gradients, names, and why it is not compiled.

    Args:
      build: Returns a float tensor.
      fed: Function without arguments: what to feed.
    """
    loop_compilation.OUTCOMES.clear()
    with tf1_graph():
        tf1.set_random_seed(1)
        outputs = build()
        loss = tf.reduce_sum(tf.sin(outputs + 0.5))
        sources = [*tf1.trainable_variables(), *(t for t in fed() if t.dtype.is_floating)]
        found = [g for g in tf1.gradients(loss, sources) if g is not None]
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            for variable in tf1.global_variables():
                seed = zlib.crc32(variable.op.name.encode())
                weights = np.random.RandomState(seed).uniform(-0.5, 0.5, variable.shape)
                variable.load(weights.astype(variable.dtype.base_dtype.as_numpy_dtype), session)
            values = session.run([outputs, *map(tf.convert_to_tensor, found)], fed())
        names = [v.name for v in tf1.global_variables()]
    return values, names, set(loop_compilation.OUTCOMES)


def check_same(program, reasons):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        plain, names, _ = run_in_graph(lambda: program.build(False), lambda: program.fed)
        compiled, compiled_names, outcomes = run_in_graph(
            lambda: program.build(True), lambda: program.fed
        )
    assert outcomes and outcomes <= reasons
    assert compiled_names == names
    assert len(compiled) == len(plain)
    for found, expected in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def check_random(program):
    """Compiled, unless the state gets an unknown rank and so may change its size."""
    unknown = 'scaled' in program.wrappers and program.degrees['scale'] is None
    check_same(program, {'', *(['a step changes the size of its state'] if unknown else [])})


@pytest.mark.parametrize('number', range(2))
def test_random_programs(number):
    check_random(Program(number))


@pytest.mark.slow
@pytest.mark.parametrize('number', range(2, 40))
def test_more_random_programs(number):
    check_random(Program(number))


@pytest.mark.parametrize('context', ['while_loop'])
def test_random_programs_in_control_flow(context):
    check_random(Program(100, context))


@pytest.mark.slow
@pytest.mark.parametrize('context', CONTEXTS)
@pytest.mark.parametrize('number', range(100, 106))
def test_more_random_programs_in_control_flow(number, context):
    check_random(Program(number, context))


@pytest.mark.parametrize(
    'cell, reason',
    [
        (Padded, 'the step computes the size of the result of a Fill'),
        (Longer, 'a step changes the size of its state'),
    ],
)
def test_sizes_that_differ_from_step_to_step(cell, reason):
    program = Program(0)
    program.degrees |= {'initial': (0, 1), 'inputs': (0, 1)}
    program.outputs = lambda inputs, memory, jit_compile: seq2seq.dynamic_rnn(
        cell(), inputs, initial_state=program.given('initial'), jit_compile=jit_compile
    )[0]
    check_same(program, {reason})


class Resizes(seq2seq.RNNCell):
    """Reads pixels of an image: XLA has the operation, and not its gradient."""

    state_size = output_size = UNITS

    def call(self, inputs, state):
        image = tf.reshape(inputs + state, [-1, 2, 2, 1])
        larger = tf.image.resize(image, [4, 4], method='nearest')
        state = tf.sin(tf.reshape(larger, [-1, 16])[:, 3 : 3 + UNITS])
        return state, state


def test_a_step_whose_gradient_xla_lacks():
    program = Program(0)
    program.outputs = lambda inputs, memory, jit_compile: seq2seq.dynamic_rnn(
        Resizes(), inputs, dtype=tf.float32, jit_compile=jit_compile
    )[0]
    needed = ', which the gradient of the step needs'
    check_same(program, {f'XLA has no operation ResizeNearestNeighborGrad{needed}'})


def triple(state):
    return tf.while_loop(lambda i, _: i < 3, lambda i, x: (i + 1, x + 0.5 * x * x), (0, state))[1]


class Loops(seq2seq.RNNCell):
    """Takes its state by a loop of its own, which may stand in a conditional."""

    state_size = output_size = UNITS

    def __init__(self, conditional):
        super().__init__()
        self.conditional = conditional

    def call(self, inputs, state):
        state = 0.1 * inputs + 0.1 * state
        if self.conditional:
            state = tf.cond(tf.reduce_sum(state) > -99.0, lambda: triple(state), lambda: state)
        else:
            state = triple(state)
        return state, state


@pytest.mark.parametrize('conditional', [False, True], ids=['step', 'conditional'])
def test_a_loop_in_a_step_whose_gradient_xla_cannot_compile(conditional):
    def run(jit_compile):
        loop_compilation.OUTCOMES.clear()
        with tf1_graph(), warnings.catch_warnings(), tf1.Session() as session:
            warnings.simplefilter('ignore')
            inputs = tf.constant(ARRAYS['inputs'])
            outputs, _ = seq2seq.dynamic_rnn(
                Loops(conditional), inputs, dtype=tf.float32, jit_compile=jit_compile
            )
            return session.run([outputs, *tf1.gradients(outputs, [inputs])])

    expected = run(False)
    for one, other in zip(run(True), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert set(loop_compilation.OUTCOMES) == {
        'the step has a while_loop without maximum_iterations'
    }


# -- in TensorFlow 2 -------------------------------------------------------------------------------


def in_function(context, jit_compile, signature, has_gradients):
    """Outputs and gradients of a loop over what is made outside of the control flow around it."""
    cell = seq2seq.GRUCell(UNITS)
    cell(tf.ones([1, UNITS]), tf.ones([1, UNITS]))
    for seed, variable in enumerate(cell.trainable_variables):
        variable.assign(np.random.RandomState(seed).uniform(-0.5, 0.5, variable.shape))

    def whole(inputs):
        initial = tf.tile(tf.ones([1, UNITS]), [tf.shape(inputs)[0], 1])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = CONTEXTS[context](
                lambda x: seq2seq.dynamic_rnn(cell, x, initial_state=initial)[0], inputs * 2.0
            )
            loss = tf.reduce_sum(tf.sin(outputs + 0.5))
        if not has_gradients:
            return [outputs]
        return [outputs, *tape.gradient(loss, [inputs, *cell.trainable_variables])]

    if jit_compile is not None:
        signature = [tf.TensorSpec(signature, tf.float32)]
        whole = tf.function(
            whole, jit_compile=jit_compile, autograph=False, input_signature=signature
        )
    return whole(tf.constant(ARRAYS['inputs']))


def check_in_function(context, signature):
    # Of a conditional TensorFlow compiles no gradient where branches keep what has unknown sizes,
    # or have a loop in them.
    unknown = signature[0] is None and context in ('cond', 'case')
    has_gradients = context != 'nested' and not unknown
    eager, compiled = (in_function(context, jit, signature, has_gradients) for jit in (None, True))
    for found, expected in zip(compiled, eager, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_compiled_function_with_a_loop_in_a_conditional():
    check_in_function('cond', [BATCH, STEPS, UNITS])


@pytest.mark.slow
@pytest.mark.parametrize('context', CONTEXTS)
@pytest.mark.parametrize('signature', [[BATCH, STEPS, UNITS], [None, None, UNITS]])
def test_compiled_functions(context, signature):
    check_in_function(context, signature)


# -- what a step does besides ----------------------------------------------------------------------


class Does(seq2seq.RNNCell):
    """Computes something, and something else before it."""

    state_size = output_size = UNITS

    def __init__(self, effect):
        super().__init__()
        self.effect = effect

    def call(self, inputs, state):
        done = self.effect(inputs)
        with tf.control_dependencies([] if done is None else [done]):
            state = tf.tanh(inputs + state)
        return state, state


class Tools:
    """What steps use, made outside of the loop."""

    def __init__(self, use_resource):
        kwargs = {'trainable': False, 'use_resource': use_resource}
        self.counter = tf1.get_variable('counter', initializer=0, **kwargs)
        self.vector = tf1.get_variable('vector', initializer=tf.zeros([UNITS]), **kwargs)
        self.queue = tf1.FIFOQueue(100, [tf.float32], [[]])
        table = tf.lookup.KeyValueTensorInitializer([0, 1], [5, 6], tf.int64, tf.int64)
        self.table = tf.lookup.StaticHashTable(table, 0)

    def count_in_array(self, inputs):
        array = tf.TensorArray(tf.float32, 2).write(0, inputs).write(1, inputs)
        return array.stack()

    def batch_normalization(self, inputs):
        average = tf.reduce_mean(inputs, 0)
        return tf1.assign_sub(self.vector, 0.1 * (self.vector - average))

    def unused(self, inputs):
        self.counter.assign_add(1)  # Nothing depends on it: a TF1 graph does not run it.


# What is done by a step, and which operation keeps the step from being compiled ('' for none), in
# a TF1 variable and in a resource.
EFFECTS = {
    'assign': (lambda t, x: tf1.assign(t.counter, 7), 'Assign', 'AssignVariableOp'),
    'assign_add': (lambda t, x: tf1.assign_add(t.counter, 1), 'AssignAdd', 'AssignAddVariableOp'),
    'scatter': (
        lambda t, x: tf1.scatter_add(t.vector, [1], [2.0]),
        'ScatterAdd',
        'ResourceScatterAdd',
    ),
    'moving average': (Tools.batch_normalization, 'AssignSub', 'AssignSubVariableOp'),
    'assign in a conditional': (
        lambda t, x: tf.cond(
            x[0, 0] < 100, lambda: t.counter.assign_add(1), lambda: tf.constant(0)
        ),
        '',
        'AssignAddVariableOp',
    ),
    'print': (lambda t, x: tf.print('', end=''), 'PrintV2', 'PrintV2'),
    'assert': (lambda t, x: tf1.Assert(x[0, 0] < 100, [x]), 'Assert', 'Assert'),
    'check': (lambda t, x: tf.debugging.check_numerics(x, 'x'), 'CheckNumerics', 'CheckNumerics'),
    'py_function': (
        lambda t, x: tf.py_function(lambda x: x, [x], tf.float32),
        'EagerPyFunc',
        'EagerPyFunc',
    ),
    'queue': (lambda t, x: t.queue.enqueue(x[0, 0]), 'QueueEnqueueV2', 'QueueEnqueueV2'),
    'table': (
        lambda t, x: t.table.lookup(tf.cast(x[0], tf.int64)),
        'LookupTableFindV2',
        'LookupTableFindV2',
    ),
    'shuffle': (lambda t, x: tf.random.shuffle(x), 'RandomShuffle', 'RandomShuffle'),
    'gamma': (lambda t, x: tf.random.gamma([2], 1.0), 'RandomGamma', 'RandomGamma'),
    'uniform': (lambda t, x: tf.random.uniform([2]), '', ''),
    'stateless': (lambda t, x: tf.random.stateless_uniform([2], [1, 2]), '', ''),
    'array': (Tools.count_in_array, '', ''),
    'read': (lambda t, x: t.vector * 2.0, '', ''),
    'rows': (lambda t, x: tf1.nn.embedding_lookup(t.vector, [0, 1]), '', ''),
    'unused': (Tools.unused, '', ''),
}


def after_a_run(effect, use_resource, jit_compile):
    """The outputs, and what the tools hold afterwards."""
    loop_compilation.OUTCOMES.clear()
    with tf1_graph(), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        tools = Tools(use_resource)
        inputs = tf1.placeholder(tf.float32, [None, None, UNITS])
        outputs, _ = seq2seq.dynamic_rnn(
            Does(lambda x: effect(tools, x)), inputs, dtype=tf.float32, jit_compile=jit_compile
        )
        with tf1.Session() as session:
            session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
            found = session.run(outputs, {inputs: ARRAYS['inputs']})
            held = session.run([tools.counter, tools.vector, tools.queue.size()])
    return [found, *held], set(loop_compilation.OUTCOMES)


@pytest.mark.parametrize('use_resource', [False, True], ids=['reference', 'resource'])
@pytest.mark.parametrize('kind', EFFECTS)
def test_side_effects(kind, use_resource):
    effect, *operations = EFFECTS[kind]
    plain, _ = after_a_run(effect, use_resource, False)
    found, outcomes = after_a_run(effect, use_resource, True)
    for one, other in zip(found, plain, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    operation = operations[use_resource]
    if kind == 'assign in a conditional' and not use_resource:
        assert [reason.startswith('its step cannot be traced') for reason in outcomes] == [True]
    elif operation:
        assert outcomes == {f'the step has side effects ({operation})'}
    else:
        assert outcomes == {''}


class Counts(seq2seq.GRUCell):
    """Counts its steps, and adds up what it reads."""

    def __init__(self, units):
        super().__init__(units)
        self.steps, self.sum = (tf.Variable(zero, trainable=False) for zero in (0, 0.0))

    def call(self, inputs, state):
        self.steps.assign_add(1)
        self.sum.assign_add(tf.reduce_sum(inputs))
        return super().call(inputs, state)


@pytest.mark.parametrize('jit_compile', [None, False, True], ids=['eager', 'function', 'compiled'])
def test_a_cell_that_counts(jit_compile):
    cell, inputs = Counts(UNITS), tf.constant(ARRAYS['inputs'])

    def run(inputs):
        with tf.GradientTape() as tape:
            outputs, _ = seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32)
            loss = tf.reduce_sum(outputs)
        return tape.gradient(loss, cell.trainable_variables)

    if jit_compile is not None:
        run = tf.function(run, autograph=False, jit_compile=jit_compile)
    assert all(np.any(g) for g in run(inputs))
    assert int(cell.steps) == STEPS
    np.testing.assert_allclose(cell.sum, ARRAYS['inputs'].sum(), rtol=1e-5)


# -- what is left of TF1 ---------------------------------------------------------------------------


class Collects(seq2seq.RNNCell):
    """Adds to collections; with `padded` it cannot be compiled."""

    state_size = output_size = UNITS

    def __init__(self, padded):
        super().__init__()
        self.padded = Padded() if padded else None

    def call(self, inputs, state):
        weights = tf1.get_variable('weights', [UNITS, UNITS])
        tf1.add_to_collection('weights', weights)
        tf1.add_to_collection('products', tf.matmul(inputs, weights))
        if self.padded is not None:
            inputs, _ = self.padded(inputs, state)
        state = tf.tanh(tf.matmul(inputs, weights) + state)
        return state, state


@pytest.mark.parametrize('padded', [False, True], ids=['compiled', 'not'])
def test_collections_and_regularizers(padded):
    def run(jit_compile):
        with tf1_graph(), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            with tf1.variable_scope(
                'model',
                regularizer=lambda v: tf.reduce_sum(v * v),
                initializer=tf1.ones_initializer(),
            ):
                outputs, _ = seq2seq.dynamic_rnn(
                    Collects(padded), ARRAYS['inputs'], dtype=tf.float32, jit_compile=jit_compile
                )
            loss = tf1.losses.get_regularization_loss()
            assert [v.op.name for v in tf1.get_collection('weights')] == [
                v.op.name for v in tf1.global_variables()
            ]
            with tf1.Session() as session:
                session.run(tf1.global_variables_initializer())
                return session.run([outputs, loss])

    for found, expected in zip(run(True), run(False), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert expected == UNITS * UNITS


def test_what_a_step_waits_for_outside_of_it():
    with tf1_graph():
        counter = tf1.get_variable('counter', initializer=0)
        counted = tf1.assign_add(counter, 1)
        outputs, _ = seq2seq.dynamic_rnn(
            Does(lambda _: counted), ARRAYS['inputs'], dtype=tf.float32, jit_compile=True
        )
        with tf1.Session() as session:
            session.run(counter.initializer)
            session.run(outputs)
            assert session.run(counter) == 1


class Shares(seq2seq.RNNCell):
    """Makes a variable in a given scope."""

    state_size = output_size = UNITS

    def call(self, inputs, state):
        weights = tf1.get_variable('weights', [UNITS, UNITS])
        return tf.matmul(inputs, weights), state


@pytest.mark.parametrize('jit_compile', [False, True])
def test_a_variable_that_exists_is_not_shared(jit_compile):
    """The trace raises; called again, the step must not find the variable of somebody else."""
    with tf1_graph(), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        tf1.get_variable('rnn/cell/weights', [UNITS, UNITS])
        with pytest.raises(ValueError, match='weights already exists'):
            seq2seq.dynamic_rnn(
                Shares(name='cell'), ARRAYS['inputs'], dtype=tf.float32, jit_compile=jit_compile
            )


# -- warnings --------------------------------------------------------------------------------------


def test_a_request_that_cannot_be_met_warns():
    inputs = tf.constant(ARRAYS['inputs'])
    with pytest.warns(RuntimeWarning, match='eager mode.*tf.function.jit_compile=True') as caught:
        seq2seq.dynamic_rnn(seq2seq.GRUCell(UNITS), inputs, dtype=tf.float32, jit_compile=True)
    assert caught[0].filename == __file__
    with tf1_graph(), pytest.warns(RuntimeWarning, match=r'side effects \(PrintV2\)') as caught:
        cell = Does(lambda x: tf.print(x))
        seq2seq.dynamic_rnn(cell, ARRAYS['inputs'], dtype=tf.float32, jit_compile=True)
    assert caught[0].filename == __file__
    cell = Counts(UNITS)
    run = tf.function(
        lambda x: seq2seq.dynamic_rnn(cell, x, dtype=tf.float32, jit_compile=True)[0],
        autograph=False,
        jit_compile=True,
    )
    with pytest.warns(RuntimeWarning, match=r'side effects \(AssignAddVariableOp\)') as caught:
        run(inputs)
    assert caught[0].filename == __file__


def test_warnings_come_once():
    inputs, cell = tf.constant(ARRAYS['inputs']), seq2seq.GRUCell(UNITS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('default')
        for _ in range(3):
            seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32, jit_compile=True)
    assert len([w for w in caught if 'jit_compile' in str(w.message)]) == 1


def test_nobody_is_warned_of_what_was_not_asked_for():
    cell = Counts(UNITS)
    run = tf.function(
        lambda x: seq2seq.dynamic_rnn(cell, x, dtype=tf.float32)[0],
        autograph=False,
        jit_compile=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter('error', RuntimeWarning)
        run(tf.constant(ARRAYS['inputs']))
