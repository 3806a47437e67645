"""Small random programs of cells, loops, decoders, shapes, lengths and states, and what they give.

A program is a flat dict of choices, so that TensorFlow 1.15.5 and this package run the same. This
module needs NumPy only and works on Python 3.7, because the TensorFlow that gives the expected
results needs them.
"""

import random

import numpy as np

from tests.golden import harness

BATCH, TIME, DEPTH, UNITS, WORDS, SLOTS, BEAM = 3, 4, 2, 3, 6, 5, 2

PLAIN_CELLS = [
    'rnn', 'gru', 'lstm', 'lstm_flat', 'lstm_full', 'lstm_full_flat', 'basic_lstm',
    'basic_lstm_flat', 'layer_norm', 'layer_norm_off', 'coupled', 'coupled_full', 'coupled_flat',
    'nas', 'nas_full', 'ugrnn', 'gru_block', 'gru_block_v2', 'lstm_block', 'cudnn_gru',
    'cudnn_lstm', 'own', 'own_keras', 'own_counter', 'own_unknown', 'own_nested', 'own_array',
    'gru', 'gru', 'lstm', 'lstm', 'basic_lstm',
]  # fmt: skip
WRAPPERS = [
    'none', 'multi', 'multi_flat', 'dropout', 'residual', 'device', 'input_projection',
    'output_projection', 'highway', 'attention_cell', 'attention_cell_flat',
]  # fmt: skip
ATTENTIONS = ['luong', 'luong_scaled', 'bahdanau', 'bahdanau_normed', 'luong_mono', 'bahdanau_mono']
RNNS = [
    'dynamic_rnn', 'dynamic_rnn', 'dynamic_rnn', 'bidirectional', 'stack_bidirectional',
    'static_rnn', 'static_rnn', 'static_bidirectional', 'stack_static', 'raw_rnn', 'call',
]  # fmt: skip
HELPERS = [
    'training', 'training_major', 'greedy', 'greedy_function', 'sample', 'scheduled_embedding',
    'scheduled_output', 'custom', 'inference', 'inference_embedding', 'beam', 'beam',
]  # fmt: skip
PART_FORMS = [
    f'{part} {form}'
    for part in 'ch'
    for form in ('batch of one', 'width of one', 'no batch', 'scalar')
]
CHANGES = {
    'attention_layer': ['size', 'layers', 'keras'],
    'history': [True],
    'memory_lengths': ['int32', 'int64', 'list'],
    'memory_shape': ['batch', 'batch time', 'time'],
    'shape': ['known', 'time', 'batch time', 'depth', 'all', 'rank'],
    'lengths': [
        'none', 'int64', 'zeros', 'full', 'long', 'array', 'one', 'unknown rank', 'float', 'column',
    ],
    'state': [
        'none', 'zero dynamic', 'given unknown', 'given unknown rank', 'list', 'array', 'wider',
        'narrower', 'batch of one', 'no batch', 'too many', 'concatenated', 'double', *PART_FORMS,
    ],
    'dtype': ['none', 'float64'],
    'time_major': [True],
    'output_layer': ['none', 'keras', 'core'],
    'impute': [True],
    'maximum': ['none', 'tensor', 'int64', 'zero', 'unknown', 'vector'],
    'again': [True],
    'scope': ['name', 'object'],
}  # fmt: skip


def choose(seed, count):
    """`count` programs that depend on the seed alone, on every version of Python."""
    source = random.Random(seed)

    def one_of(options):
        return options[source.randrange(len(options))]

    programs = []
    for _ in range(count):
        # An ordinary program, of which a few things are changed: most changes are an error alone.
        decodes = source.randrange(2) == 1
        program = {
            'run': 'decode' if decodes else one_of(RNNS),
            'cell': one_of(PLAIN_CELLS),
            'wrapper': one_of(['none'] * 8 + WRAPPERS),
            'attention': one_of(['none'] * (6 if decodes else 20) + ATTENTIONS),
            'shape': one_of(['known', 'batch', 'batch time']),
            'lengths': one_of(['none', 'list', 'int32', 'unknown']),
            'state': one_of(['none', 'zero', 'given']),
            'dtype': 'float32',
            'helper': one_of(HELPERS),
            'output_layer': one_of(['none', 'layers']),
            'maximum': one_of(['none', 'int']),
            **dict.fromkeys(['memory_shape'], 'known'),
            **dict.fromkeys(['attention_layer', 'memory_lengths', 'scope'], 'none'),
            **dict.fromkeys(['history', 'time_major', 'impute', 'again'], False),
        }
        keys = [key for key in sorted(CHANGES) if key in simplest(program)]
        for _ in range(source.randrange(4)):
            key = one_of(keys)
            program[key] = one_of(CHANGES[key])
        programs.append(simplest(program))
    return programs


def states_of_cells():
    """One step of each cell, from states of shapes that it may slice, broadcast or refuse."""
    ordinary = {
        **dict.fromkeys(['wrapper', 'attention', 'lengths', 'scope'], 'none'),
        **dict.fromkeys(['time_major', 'again'], False),
        'run': 'call',
        'shape': 'known',
        'dtype': 'float32',
    }
    tuples = ['lstm', 'lstm_full', 'basic_lstm', 'layer_norm', 'coupled_full', 'nas_full']
    chosen = [
        *({'cell': cell, 'state': state} for cell in tuples for state in PART_FORMS),
        *(
            {**cell, 'state': state}
            for state in ['wider', 'batch of one']
            for cell in [
                *({'cell': cell} for cell in sorted(set(PLAIN_CELLS))),
                *({'cell': 'lstm_flat', 'wrapper': wrapper} for wrapper in WRAPPERS),
            ]
        ),
    ]
    return [dict(ordinary, **program) for program in chosen]


def simplest(program):
    """The program without the choices that do not matter in it."""
    unused = {
        'helper': program['run'] != 'decode',
        'output_layer': program['run'] != 'decode',
        'impute': program['run'] != 'decode',
        'maximum': program['run'] != 'decode',
        'attention_layer': program['attention'] == 'none',
        'history': program['attention'] == 'none',
        'memory_lengths': program['attention'] == 'none',
        'memory_shape': program['attention'] == 'none',
    }
    if program['run'] == 'decode':
        unused['lengths'] = not program['helper'].startswith(('training', 'scheduled'))
    return {key: value for key, value in program.items() if not unused.get(key)}


# -- building --------------------------------------------------------------------------------------


def blurred(tf, value, what, axes):
    """A tensor of this value, without the named sizes in its static shape."""
    if what == 'known':
        return tf.constant(value)
    if what == 'rank':
        return tf.placeholder_with_default(value, None)
    shape = list(value.shape)
    for axis, name in enumerate(axes):
        if what == 'all' or name in what.split():
            shape[axis] = None
    return tf.placeholder_with_default(value, shape)


def make_own(tf, kind):
    """A cell as programs write them."""

    class Own(tf.nn.rnn_cell.RNNCell):
        state_size = {'own_nested': (UNITS, tf.TensorShape([UNITS]))}.get(kind, UNITS)
        output_size = {'own_nested': (UNITS, [2])}.get(kind, UNITS)

        def call(self, inputs, state):
            first = tf.nest.flatten(state)[0]
            kernel = tf.get_variable('kernel', [DEPTH, UNITS], inputs.dtype)
            result = tf.tanh(tf.matmul(tf.reshape(inputs, [-1, DEPTH]), kernel) + first)
            if kind == 'own_nested':
                return (result, [result[:, :2]]), (result, 2.0 * result)
            return result, result

    class OwnNested(Own):
        output_size = (UNITS, [2])

    class Keras(Own):
        def __init__(self):
            super(Keras, self).__init__()  # noqa: UP008 (Python 3.7 shares this)
            self.layer = tf.keras.layers.Dense(UNITS, 'tanh', kernel_initializer='ones')

        def call(self, inputs, state):
            result = self.layer(tf.concat([inputs, state], 1))
            return result, result

    class Counter(Own):
        state_size = (UNITS, tf.TensorShape([]))

        def call(self, inputs, state):
            result, _ = Own.call(self, inputs, state[0])
            return result, (result, state[1] + 1)

        def zero_state(self, batch_size, dtype):
            return tf.zeros([batch_size, UNITS], dtype), tf.constant(0)

    class Unknown(Own):
        def call(self, inputs, state):
            result, _ = Own.call(self, inputs, state)
            hidden = tf.placeholder_with_default(tf.ones([]), None)
            return result * tf.cast(hidden, result.dtype), result

    class Array(Own):
        state_size = (UNITS, 1)

        def call(self, inputs, state):
            result, _ = Own.call(self, inputs, state[0])
            position = tf.size(result) * 0 + tf.cast(state[1].size(), tf.int32)
            return result, (result, state[1].write(position, result))

        def zero_state(self, batch_size, dtype):
            array = tf.TensorArray(dtype, size=0, dynamic_size=True, clear_after_read=False)
            return tf.zeros([batch_size, UNITS], dtype), array

    return {
        'own_keras': Keras, 'own_counter': Counter, 'own_unknown': Unknown, 'own_array': Array,
        'own_nested': OwnNested,
    }.get(kind, Own)()  # fmt: skip


def make_plain(tf, kind):
    rnn, nn = tf.contrib.rnn, tf.nn.rnn_cell
    if kind.startswith('own'):
        return make_own(tf, kind)
    return {
        'rnn': lambda: nn.BasicRNNCell(UNITS),
        'gru': lambda: nn.GRUCell(UNITS),
        'lstm': lambda: nn.LSTMCell(UNITS),
        'lstm_flat': lambda: nn.LSTMCell(UNITS, state_is_tuple=False),
        'lstm_full': lambda: nn.LSTMCell(
            UNITS, use_peepholes=True, num_proj=2, cell_clip=0.4, proj_clip=0.3
        ),
        'lstm_full_flat': lambda: nn.LSTMCell(
            UNITS, use_peepholes=True, num_proj=2, state_is_tuple=False
        ),
        'basic_lstm': lambda: nn.BasicLSTMCell(UNITS),
        'basic_lstm_flat': lambda: nn.BasicLSTMCell(UNITS, state_is_tuple=False),
        'layer_norm': lambda: rnn.LayerNormBasicLSTMCell(UNITS),
        'layer_norm_off': lambda: rnn.LayerNormBasicLSTMCell(UNITS, layer_norm=False),
        'coupled': lambda: rnn.CoupledInputForgetGateLSTMCell(UNITS),
        'coupled_full': lambda: rnn.CoupledInputForgetGateLSTMCell(
            UNITS, use_peepholes=True, num_proj=2, layer_norm=True, num_unit_shards=2
        ),
        'coupled_flat': lambda: rnn.CoupledInputForgetGateLSTMCell(
            UNITS, num_proj=2, state_is_tuple=False
        ),
        'nas': lambda: rnn.NASCell(UNITS),
        'nas_full': lambda: rnn.NASCell(UNITS, num_proj=2, use_bias=True),
        'ugrnn': lambda: rnn.UGRNNCell(UNITS),
        'gru_block': lambda: rnn.GRUBlockCell(UNITS),
        'gru_block_v2': lambda: rnn.GRUBlockCellV2(UNITS),
        'lstm_block': lambda: rnn.LSTMBlockCell(UNITS, use_peephole=True),
        'cudnn_gru': lambda: tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(UNITS),
        'cudnn_lstm': lambda: tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(UNITS),
    }[kind]()


def make_cell(tf, program, copies=1):
    """The cell of a program, and what gives its initial state other than by `zero_state`."""
    rnn, nn = tf.contrib.rnn, tf.nn.rnn_cell
    plain, wrapper = program['cell'], program['wrapper']
    cell = {
        'none': lambda: make_plain(tf, plain),
        'multi': lambda: nn.MultiRNNCell([nn.GRUCell(UNITS), make_plain(tf, plain)]),
        'multi_flat': lambda: nn.MultiRNNCell(
            [nn.GRUCell(UNITS), make_plain(tf, plain)], state_is_tuple=False
        ),
        'dropout': lambda: nn.DropoutWrapper(make_plain(tf, plain), output_keep_prob=1.0),
        'residual': lambda: nn.ResidualWrapper(
            rnn.OutputProjectionWrapper(make_plain(tf, plain), DEPTH)
        ),
        'device': lambda: nn.DeviceWrapper(make_plain(tf, plain), '/cpu:0'),
        'input_projection': lambda: rnn.InputProjectionWrapper(make_plain(tf, plain), DEPTH),
        'output_projection': lambda: rnn.OutputProjectionWrapper(make_plain(tf, plain), 4),
        'highway': lambda: rnn.HighwayWrapper(
            rnn.OutputProjectionWrapper(make_plain(tf, plain), DEPTH)
        ),
        'attention_cell': lambda: rnn.AttentionCellWrapper(make_plain(tf, plain), 3),
        'attention_cell_flat': lambda: rnn.AttentionCellWrapper(
            make_plain(tf, plain), 3, state_is_tuple=False
        ),
    }[wrapper]()
    if program['attention'] == 'none':
        return cell
    seq2seq = tf.contrib.seq2seq
    memory = blurred(
        tf, harness.array('memory', [BATCH, SLOTS, 4]), program['memory_shape'], ['batch', 'time']
    )
    lengths = {
        'none': lambda: None,
        'list': lambda: [5, 2, 3],
        'int32': lambda: tf.constant([5, 2, 3]),
        'int64': lambda: tf.constant([5, 2, 3], tf.int64),
    }[program['memory_lengths']]()
    if copies > 1:
        memory = seq2seq.tile_batch(memory, copies)
        lengths = None if lengths is None else seq2seq.tile_batch(lengths, copies)
    name = program['attention'].partition('_')
    options = {'memory_sequence_length': lengths}
    if name[0] == 'luong':
        options.update(scale=name[2] == 'scaled')
    elif name[2] != 'mono':
        options.update(normalize=name[2] == 'normed')
    kind = {'luong': 'Luong', 'bahdanau': 'Bahdanau'}[name[0]]
    kind += 'MonotonicAttention' if name[2] == 'mono' else 'Attention'
    if name[2] == 'mono':
        options.pop('scale', None)
        options.update(score_bias_init=np.float32(0.25))
    mechanism = getattr(seq2seq, kind)(UNITS, memory, **options)
    layer = {
        'none': dict,
        'size': lambda: {'attention_layer_size': 4},
        'layers': lambda: {'attention_layer': tf.layers.Dense(4, use_bias=False)},
        'keras': lambda: {'attention_layer': tf.keras.layers.Dense(4, kernel_initializer='ones')},
    }[program['attention_layer']]()
    return seq2seq.AttentionWrapper(cell, mechanism, alignment_history=program['history'], **layer)


def make_state(tf, cell, program, batch=BATCH):
    """The initial state that a program gives, None for none."""
    how, dtype = program['state'], tf.float32
    if how == 'none':
        return None
    dynamic = tf.placeholder_with_default(batch, [])
    if how == 'zero':
        return cell.zero_state(batch, dtype)
    if how == 'zero dynamic':
        return cell.zero_state(dynamic, dtype)
    if how == 'double':
        dtype = tf.float64
    count = [0]

    def given(zero):
        if not tf.contrib.framework.is_tensor(zero) or not zero.dtype.is_floating:
            return zero
        count[0] += 1
        if zero.shape.ndims is None or not zero.shape.is_fully_defined():
            return zero
        shape, form = zero.shape.as_list(), how
        if how in PART_FORMS:
            which, _, form = how.partition(' ')
            form = form if which == ('c', 'h')[count[0] > 1] else 'as it is'
        if form == 'wider':
            shape[-1:] = [shape[-1] + 2]
        elif form == 'narrower':
            shape[-1:] = [max(shape[-1] - 1, 0)]
        elif form == 'batch of one':
            shape[:1] = [1]
        elif form == 'width of one':
            shape[-1:] = [1]
        elif form == 'no batch':
            shape[:1] = []
        elif form == 'scalar':
            shape = []
        value = harness.array(f'state {count[0]}', shape, 0.5, dtype.name)
        if how == 'array':
            return value
        if how == 'given unknown':
            return blurred(tf, value, 'batch', ['batch'])
        if how == 'given unknown rank':
            return blurred(tf, value, 'rank', ['batch'])
        return tf.constant(value)

    zero = cell.zero_state(batch, dtype)
    flat = [given(part) for part in tf.contrib.framework.nest.flatten(zero)]
    state = tf.contrib.framework.nest.pack_sequence_as(zero, flat)
    if how == 'list' and isinstance(state, tuple):
        return list(state)
    if how == 'too many' and isinstance(state, tuple):
        return tuple(state) + (flat[-1],)
    if how == 'concatenated':
        return tf.concat(flat, 1)
    return state


def make_lengths(tf, program):
    how, lengths = program.get('lengths', 'none'), [4, 1, 2]
    return {
        'none': lambda: None,
        'list': lambda: lengths,
        'int32': lambda: tf.constant(lengths),
        'int64': lambda: tf.constant(lengths, tf.int64),
        'zeros': lambda: [0, 0, 0],
        'full': lambda: [4, 4, 4],
        'long': lambda: [9, 1, 2],
        'array': lambda: np.array(lengths),
        'one': lambda: [3],
        'unknown': lambda: tf.placeholder_with_default(np.array(lengths, np.int32), [None]),
        'unknown rank': lambda: tf.placeholder_with_default(np.array(lengths, np.int32), None),
        'float': lambda: tf.constant(lengths, tf.float32),
        'column': lambda: tf.constant([[4], [1], [2]]),
    }[how]()


def make_inputs(tf, program, dtype='float32'):
    value = harness.array('inputs', [BATCH, TIME, DEPTH], dtype=dtype)
    if program['time_major']:
        return blurred(tf, value.transpose([1, 0, 2]), program['shape'], ['time', 'batch', 'depth'])
    return blurred(tf, value, program['shape'], ['batch', 'time', 'depth'])


def build(tf, program):
    """What a program returns: a nest of tensors and TensorArrays."""
    scope = {'none': None, 'name': 'own_scope'}.get(program['scope'])
    if program['scope'] == 'object':
        with tf.variable_scope('outer') as scope:
            pass
    if program['run'] == 'decode':
        return decode(tf, program, scope)
    dtype = None if program['dtype'] == 'none' else getattr(tf, program['dtype'])
    double = program['dtype'] == 'float64' or program['state'] == 'double'
    inputs = make_inputs(tf, program, 'float64' if double else 'float32')
    lengths = make_lengths(tf, program)
    cell = make_cell(tf, program)
    state = make_state(tf, cell, program)
    options = {'dtype': dtype, 'sequence_length': lengths, 'scope': scope}
    run = program['run']
    if run == 'dynamic_rnn':
        return tf.nn.dynamic_rnn(
            cell, inputs, initial_state=state, time_major=program['time_major'], **options
        )
    other = tf.nn.rnn_cell.GRUCell(2)
    if run == 'bidirectional':
        return tf.nn.bidirectional_dynamic_rnn(
            cell, other, inputs, initial_state_fw=state, time_major=program['time_major'], **options
        )
    if run == 'stack_bidirectional':
        return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
            [cell], [other], inputs, None if state is None else [state],
            time_major=program['time_major'], **options
        )  # fmt: skip
    if run == 'raw_rnn':
        return raw(tf, program, cell, inputs, state, scope)
    time = 0 if program['time_major'] else 1
    steps = tf.unstack(inputs, TIME, axis=time)
    if run == 'static_rnn':
        return tf.nn.static_rnn(cell, steps, state, **options)
    if run == 'static_bidirectional':
        return tf.nn.static_bidirectional_rnn(cell, other, steps, state, **options)
    if run == 'stack_static':
        states = None if state is None else [state]
        return tf.contrib.rnn.stack_bidirectional_rnn([cell], [other], steps, states, **options)
    state = cell.zero_state(BATCH, tf.float32) if state is None else state
    result = cell(steps[0], state)
    return [result, cell(steps[1], result[1])] if program['again'] else result


def raw(tf, program, cell, inputs, state, scope):
    """`raw_rnn` over the inputs, which must be time-major."""
    array = tf.TensorArray(inputs.dtype, TIME, clear_after_read=False).unstack(inputs)
    ends = make_lengths(tf, program)
    ends = [TIME] * BATCH if ends is None else ends
    state = cell.zero_state(BATCH, tf.float32) if state is None else state

    def loop_fn(time, output, cell_state, loop_state):
        emit = output
        if output is None and program['again']:
            emit = tf.zeros([UNITS])
        finished = time >= ends
        value = tf.cond(
            tf.reduce_all(finished),
            lambda: tf.zeros([BATCH, DEPTH], inputs.dtype),
            lambda: array.read(time),
        )
        if program['shape'] not in ('rank', 'all', 'depth'):
            value.set_shape([None if 'batch' in program['shape'] else BATCH, DEPTH])
        count = None if not program['again'] else tf.constant(0) if output is None else loop_state
        next_state = state if output is None else cell_state
        return finished, value, next_state, emit, None if count is None else count + 1

    return tf.nn.raw_rnn(cell, loop_fn, scope=scope)


def decode(tf, program, scope):
    seq2seq, helper_name = tf.contrib.seq2seq, program['helper']
    beams = BEAM if helper_name == 'beam' else 1
    cell = make_cell(tf, program, beams)
    state = make_state(tf, cell, program, BATCH * beams)
    if state is None:
        state = cell.zero_state(BATCH * beams, tf.float32)
    embedding = tf.constant(harness.array('embedding', [WORDS, DEPTH]))
    start = blurred(tf, np.array([1, 2, 3], np.int32), program['shape'], ['batch'])
    layer = {
        'none': lambda: None,
        'layers': lambda: tf.layers.Dense(WORDS, use_bias=False),
        'keras': lambda: tf.keras.layers.Dense(WORDS, kernel_initializer='ones'),
        'core': lambda: core_dense()(WORDS, name='projection'),
    }[program['output_layer']]()
    maximum = {
        'none': lambda: None,
        'int': lambda: 3,
        'tensor': lambda: tf.constant(3),
        'int64': lambda: tf.constant(3, tf.int64),
        'zero': lambda: 0,
        'unknown': lambda: tf.placeholder_with_default(3, None),
        'vector': lambda: tf.constant([3]),
    }[program['maximum']]()
    if maximum is None and helper_name not in ('training', 'training_major', 'scheduled_output'):
        maximum = 3
    if beams > 1:
        decoder = seq2seq.BeamSearchDecoder(cell, embedding, start, 4, state, beams, layer)
    else:
        helper = make_helper(tf, program, embedding, start)
        decoder = seq2seq.BasicDecoder(cell, helper, state, layer)
    return seq2seq.dynamic_decode(
        decoder,
        output_time_major=program['time_major'],
        impute_finished=program['impute'],
        maximum_iterations=maximum,
        scope=scope,
    )


def core_dense():
    from tensorflow.python.layers.core import Dense

    return Dense


def make_helper(tf, program, embedding, start):
    seq2seq, name = tf.contrib.seq2seq, program['helper']
    lengths = make_lengths(tf, program)
    lengths = [4, 2, 3] if lengths is None else lengths
    inputs = make_inputs(tf, program)
    major = program['time_major']
    if name.startswith('training'):
        return seq2seq.TrainingHelper(inputs, lengths, time_major=major)
    if name == 'scheduled_embedding':
        return seq2seq.ScheduledEmbeddingTrainingHelper(
            inputs, lengths, embedding, 0.0, time_major=major
        )
    if name == 'scheduled_output':
        return seq2seq.ScheduledOutputTrainingHelper(
            inputs, lengths, 1.0, time_major=major,
            next_inputs_fn=lambda outputs: outputs[:, :DEPTH],
        )  # fmt: skip
    if name == 'greedy':
        return seq2seq.GreedyEmbeddingHelper(embedding, start, 4)
    if name == 'greedy_function':
        look_up = lambda ids: tf.nn.embedding_lookup(embedding, ids)  # noqa: E731
        return seq2seq.GreedyEmbeddingHelper(look_up, start, 4)
    if name == 'sample':
        return seq2seq.SampleEmbeddingHelper(embedding, start, 4, seed=5)
    if name == 'custom':
        first = tf.nn.embedding_lookup(embedding, start)
        return seq2seq.CustomHelper(
            initialize_fn=lambda: (tf.zeros(tf.shape(start), tf.bool), first),
            sample_fn=lambda time, outputs, state: tf.cast(tf.argmax(outputs, -1), tf.int32),
            next_inputs_fn=lambda time, outputs, state, sample_ids: (
                time >= tf.zeros_like(sample_ids) + 2,
                tf.nn.embedding_lookup(embedding, sample_ids),
                state,
            ),
        )
    ids = name == 'inference_embedding'
    return seq2seq.InferenceHelper(
        sample_fn=lambda outputs: (
            tf.cast(tf.argmax(outputs, -1), tf.int32) if ids else outputs[:, :DEPTH]
        ),
        sample_shape=[] if ids else [DEPTH],
        sample_dtype=tf.int32 if ids else tf.float32,
        start_inputs=tf.nn.embedding_lookup(embedding, start),
        end_fn=lambda sample: tf.equal(sample, 4) if ids else sample[:, 0] > 0.9,
        next_inputs_fn=(lambda sample: tf.nn.embedding_lookup(embedding, sample)) if ids else None,
    )


# -- running ---------------------------------------------------------------------------------------


def outcome(tf, program):
    """What a program gives, as JSON has it: the type of its error, or all that it could notice.

    Values are two sums each, to six digits, and gradients are summed over all that is trained.
    """
    try:
        return _outcome(tf, program)
    except Exception as error:
        return {'error': type(error).__name__}


def _outcome(tf, program):
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(1)
        with harness.Variables(tf).scope():
            leaves = harness.flatten(build(tf, program))
        tensors = {path: tf.convert_to_tensor(leaf) for path, leaf in leaves}
        variables = tf.trainable_variables()
        terms = [
            tf.reduce_sum(tf.sin(tf.cast(tensors[path], tf.float64)))
            for path in sorted(tensors)
            if tensors[path].dtype.is_floating
        ]
        gradients = tf.gradients(tf.add_n(terms), variables) if terms and variables else []
        found = {
            variable.op.name: tf.reduce_sum(tf.abs(tf.convert_to_tensor(gradient)))
            for variable, gradient in zip(variables, gradients)  # noqa: B905 (Python 3.7)
            if gradient is not None
        }
        values, found = harness.run(tf, graph, [tensors, found])
    return {
        'outputs': {
            path: [
                None if tensors[path].shape.ndims is None else tensors[path].shape.as_list(),
                list(np.shape(value)),
                values[path].dtype.name,
                _sums(path, value),
            ]
            for path, value in values.items()
        },
        'variables': harness.variable_facts(tf.global_variables()),
        'gradients': {name: _digits(value) for name, value in found.items()},
    }


def _sums(path, value):
    value = np.asarray(value)
    weights = harness.array('weight ' + path, list(value.shape))
    if value.dtype.kind == 'f':
        value = np.where(np.abs(value) < 1e30, value, 0).astype(np.float64)
    return [_digits(np.sum(np.abs(value))), _digits(np.sum(weights * value))]


def _digits(number):
    return float(f'{float(number):.6g}')


def differences(want, got):
    """Lines that say where two outcomes of a program differ."""
    if 'error' in want or 'error' in got:
        errors = [one.get('error', 'no error') for one in (want, got)]
        return [] if errors[0] == errors[1] else ['{}, now {}'.format(*errors)]
    lines = []
    for part in sorted(want):
        a, b = want[part], got[part]
        if isinstance(a, dict):
            for key in sorted(set(a) | set(b)):
                if not _near(a.get(key), b.get(key)):
                    lines.append(f'{part} {key}: {a.get(key)}, now {b.get(key)}')
        elif a != b:
            lines.append(f'{part}: {a}, now {b}')
    return lines


def _near(a, b):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_near(*pair) for pair in zip(a, b))  # noqa: B905
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-4 * max(1.0, abs(a))
    return a == b
