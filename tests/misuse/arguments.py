"""Every argument of every public function, with a wrong type, rank, shape, range or dtype.

A subject makes a callable and good arguments for it. Each argument in turn gets the values that
`wrong_values` derives from the good one. `outcome` runs the call in a graph and Session and says
what happened: the type of the exception, or the shapes and a checksum of the result.

    python arguments.py --out FILE | --check FILE [--only SUBJECT ...]

TF 1.15.5's outcomes are arguments_1_15_5.json.
"""

import argparse
import json
import logging
import os
import sys

import numpy as np

BATCH, TIME, DEPTH, UNITS, WORDS = 2, 3, 4, 4, 5
SUBJECTS = {}


def subject(function):
    """Registers a function `f(tf) -> (callable, arguments)`; the callable returns tensors."""
    SUBJECTS[function.__name__] = function
    return function


# -- good arguments -------------------------------------------------------------------------------


def numbers(tf, *shape, **options):
    count = int(np.prod(shape))
    values = (np.arange(count) * 7 % 11 - 5) / 8.0
    return tf.constant(values.reshape(shape).astype(options.get('dtype', 'float32')))


def gru(tf):
    return tf.nn.rnn_cell.GRUCell(UNITS)


def decoded(tf, helper, **options):
    decoder = tf.contrib.seq2seq.BasicDecoder(gru(tf), helper, numbers(tf, BATCH, UNITS), **options)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=TIME)


def projection(tf):
    return tf.layers.Dense(WORDS, use_bias=False)


def embedding(tf):
    return numbers(tf, WORDS, DEPTH)


def state_of(tf, cell):
    """A state of numbers, [batch, size] each, structured as the cell's."""
    sizes = cell.state_size
    nest = tf.contrib.framework.nest
    made = [numbers(tf, BATCH, int(size)) for size in nest.flatten(sizes)]
    return nest.pack_sequence_as(sizes, made)


# -- attention ------------------------------------------------------------------------------------


def _mechanism(name, **more):
    def make(tf):
        kind = getattr(tf.contrib.seq2seq, name)

        def use(**arguments):
            mechanism = kind(**arguments)
            return mechanism(numbers(tf, BATCH, UNITS), mechanism.initial_state(BATCH, tf.float32))

        arguments = {
            'num_units': UNITS,
            'memory': numbers(tf, BATCH, TIME, DEPTH),
            'memory_sequence_length': [3, 2],
            'score_mask_value': -1e9,
            'dtype': tf.float32,
            'name': 'mechanism',
        }
        arguments.update(more)
        if 'Monotonic' not in name:
            arguments['probability_fn'] = tf.nn.softmax
        return use, arguments

    make.__name__ = name
    return subject(make)


_mechanism('BahdanauAttention', normalize=True)
_mechanism('LuongAttention', scale=True)
_MONOTONIC = {'sigmoid_noise': 0.0, 'sigmoid_noise_seed': 1, 'score_bias_init': 0.5}
_mechanism('BahdanauMonotonicAttention', normalize=True, mode='parallel', **_MONOTONIC)
_mechanism('LuongMonotonicAttention', scale=True, mode='recursive', **_MONOTONIC)


@subject
def AttentionWrapper(tf):
    def use(**arguments):
        cell = tf.contrib.seq2seq.AttentionWrapper(**arguments)
        return cell(numbers(tf, BATCH, DEPTH), cell.zero_state(BATCH, tf.float32))

    def mechanism():
        return tf.contrib.seq2seq.LuongAttention(UNITS, numbers(tf, BATCH, TIME, DEPTH))

    return use, {
        'cell': gru(tf),
        'attention_mechanism': mechanism(),
        'attention_layer_size': 3,
        'alignment_history': False,
        'cell_input_fn': lambda inputs, attention: inputs,
        'output_attention': True,
        'initial_cell_state': numbers(tf, BATCH, UNITS),
        'name': 'wrapper',
    }


@subject
def AttentionWrapper_step(tf):
    mechanism = tf.contrib.seq2seq.LuongAttention(UNITS, numbers(tf, BATCH, TIME, DEPTH))
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), mechanism)
    state = cell.zero_state(BATCH, tf.float32)
    return cell, {'inputs': numbers(tf, BATCH, DEPTH), 'state': state}


@subject
def AttentionWrapper_zero_state(tf):
    mechanism = tf.contrib.seq2seq.LuongAttention(UNITS, numbers(tf, BATCH, TIME, DEPTH))
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), mechanism)
    return cell.zero_state, {'batch_size': BATCH, 'dtype': tf.float32}


@subject
def monotonic_attention(tf):
    return tf.contrib.seq2seq.monotonic_attention, {
        'p_choose_i': tf.abs(numbers(tf, BATCH, TIME)),
        'previous_attention': tf.abs(numbers(tf, BATCH, TIME)),
        'mode': 'parallel',
    }


@subject
def hardmax(tf):
    return tf.contrib.seq2seq.hardmax, {'logits': numbers(tf, BATCH, WORDS), 'name': 'hardmax'}


@subject
def safe_cumprod(tf):
    return tf.contrib.seq2seq.safe_cumprod, {'x': tf.abs(numbers(tf, BATCH, TIME))}


# -- decoding -------------------------------------------------------------------------------------


def training_helper(tf):
    return tf.contrib.seq2seq.TrainingHelper(numbers(tf, BATCH, TIME, DEPTH), [3, 2])


@subject
def dynamic_decode(tf):
    decoder = tf.contrib.seq2seq.BasicDecoder(
        gru(tf), training_helper(tf), numbers(tf, BATCH, UNITS)
    )
    return tf.contrib.seq2seq.dynamic_decode, {
        'decoder': decoder,
        'output_time_major': False,
        'impute_finished': False,
        'maximum_iterations': 2,
        'parallel_iterations': 32,
        'swap_memory': False,
        'scope': 'decode',
    }


@subject
def BasicDecoder(tf):
    def use(**arguments):
        return tf.contrib.seq2seq.dynamic_decode(
            tf.contrib.seq2seq.BasicDecoder(**arguments), maximum_iterations=TIME
        )

    return use, {
        'cell': gru(tf),
        'helper': training_helper(tf),
        'initial_state': numbers(tf, BATCH, UNITS),
        'output_layer': projection(tf),
    }


@subject
def BeamSearchDecoder(tf):
    def use(**arguments):
        return tf.contrib.seq2seq.dynamic_decode(
            tf.contrib.seq2seq.BeamSearchDecoder(**arguments), maximum_iterations=TIME
        )

    return use, {
        'cell': gru(tf),
        'embedding': embedding(tf),
        'start_tokens': [0, 1],
        'end_token': 1,
        'initial_state': numbers(tf, BATCH * 2, UNITS),
        'beam_width': 2,
        'output_layer': projection(tf),
        'length_penalty_weight': 0.5,
        'coverage_penalty_weight': 0.0,
        'reorder_tensor_arrays': True,
    }


def _helper(name, arguments_of, **options):
    def make(tf):
        def use(**arguments):
            helper = getattr(tf.contrib.seq2seq, name)(**arguments)
            layers = {'output_layer': projection(tf)} if options.get('logits') else {}
            return decoded(tf, helper, **layers)

        return use, arguments_of(tf)

    make.__name__ = name
    return subject(make)


_helper(
    'TrainingHelper',
    lambda tf: {
        'inputs': numbers(tf, BATCH, TIME, DEPTH),
        'sequence_length': [3, 2],
        'time_major': False,
        'name': 'helper',
    },
)
_helper(
    'GreedyEmbeddingHelper',
    lambda tf: {'embedding': embedding(tf), 'start_tokens': [0, 1], 'end_token': 1},
    logits=True,
)
_helper(
    'SampleEmbeddingHelper',
    lambda tf: {
        'embedding': embedding(tf),
        'start_tokens': [0, 1],
        'end_token': 1,
        'softmax_temperature': 0.001,
        'seed': 1,
    },
    logits=True,
)
_helper(
    'ScheduledEmbeddingTrainingHelper',
    lambda tf: {
        'inputs': numbers(tf, BATCH, TIME, DEPTH),
        'sequence_length': [3, 2],
        'embedding': embedding(tf),
        'sampling_probability': 0.0,
        'time_major': False,
        'seed': 1,
        'scheduling_seed': 2,
    },
    logits=True,
)
_helper(
    'ScheduledOutputTrainingHelper',
    lambda tf: {
        'inputs': numbers(tf, BATCH, TIME, UNITS),
        'sequence_length': [3, 2],
        'sampling_probability': 1.0,
        'time_major': False,
        'seed': 1,
        'next_inputs_fn': lambda outputs: outputs,
        'auxiliary_inputs': None,
    },
)
_helper(
    'InferenceHelper',
    lambda tf: {
        'sample_fn': lambda outputs: outputs,
        'sample_shape': [UNITS],
        'sample_dtype': tf.float32,
        'start_inputs': numbers(tf, BATCH, UNITS),
        'end_fn': lambda sample: tf.reduce_sum(sample, axis=1) > 100,
        'next_inputs_fn': lambda sample: sample,
    },
)
_helper(
    'CustomHelper',
    lambda tf: {
        'initialize_fn': lambda: (tf.zeros([BATCH], tf.bool), numbers(tf, BATCH, DEPTH)),
        'sample_fn': lambda time, outputs, state: tf.cast(tf.argmax(outputs, 1), tf.int32),
        'next_inputs_fn': lambda time, outputs, state, sample_ids: (
            tf.fill([BATCH], time >= 1), numbers(tf, BATCH, DEPTH), state,
        ),
        'sample_ids_shape': [],
        'sample_ids_dtype': tf.int32,
    },
)  # fmt: skip


@subject
def sequence_loss(tf):
    return tf.contrib.seq2seq.sequence_loss, {
        'logits': numbers(tf, BATCH, TIME, WORDS),
        'targets': tf.constant([[1, 2, 0], [4, 3, 1]]),
        'weights': tf.abs(numbers(tf, BATCH, TIME)),
        'average_across_timesteps': True,
        'average_across_batch': True,
        'softmax_loss_function': tf.nn.sparse_softmax_cross_entropy_with_logits,
        'name': 'loss',
    }


@subject
def tile_batch(tf):
    return tf.contrib.seq2seq.tile_batch, {
        't': numbers(tf, BATCH, DEPTH), 'multiplier': 2, 'name': 'tile',
    }  # fmt: skip


@subject
def gather_tree(tf):
    return tf.contrib.seq2seq.gather_tree, {
        'step_ids': tf.constant([[[1, 2]], [[3, 4]], [[2, 0]]]),
        'parent_ids': tf.constant([[[0, 0]], [[1, 0]], [[0, 1]]]),
        'max_sequence_lengths': [3],
        'end_token': 9,
    }


# -- recurrent networks ---------------------------------------------------------------------------


@subject
def dynamic_rnn(tf):
    return tf.nn.dynamic_rnn, {
        'cell': gru(tf),
        'inputs': numbers(tf, BATCH, TIME, DEPTH),
        'sequence_length': [3, 2],
        'initial_state': numbers(tf, BATCH, UNITS),
        'dtype': tf.float32,
        'parallel_iterations': 32,
        'swap_memory': False,
        'time_major': False,
        'scope': 'rnn',
    }


@subject
def bidirectional_dynamic_rnn(tf):
    return tf.nn.bidirectional_dynamic_rnn, {
        'cell_fw': gru(tf),
        'cell_bw': gru(tf),
        'inputs': numbers(tf, BATCH, TIME, DEPTH),
        'sequence_length': [3, 2],
        'initial_state_fw': numbers(tf, BATCH, UNITS),
        'initial_state_bw': numbers(tf, BATCH, UNITS),
        'dtype': tf.float32,
        'parallel_iterations': 32,
        'swap_memory': False,
        'time_major': False,
        'scope': 'rnn',
    }


def _steps(tf):
    return [numbers(tf, BATCH, DEPTH) for _ in range(TIME)]


@subject
def static_rnn(tf):
    return tf.nn.static_rnn, {
        'cell': gru(tf),
        'inputs': _steps(tf),
        'initial_state': numbers(tf, BATCH, UNITS),
        'dtype': tf.float32,
        'sequence_length': [3, 2],
        'scope': 'rnn',
    }


@subject
def static_bidirectional_rnn(tf):
    return tf.nn.static_bidirectional_rnn, {
        'cell_fw': gru(tf),
        'cell_bw': gru(tf),
        'inputs': _steps(tf),
        'initial_state_fw': numbers(tf, BATCH, UNITS),
        'initial_state_bw': numbers(tf, BATCH, UNITS),
        'dtype': tf.float32,
        'sequence_length': [3, 2],
        'scope': 'rnn',
    }


@subject
def stack_bidirectional_dynamic_rnn(tf):
    return tf.contrib.rnn.stack_bidirectional_dynamic_rnn, {
        'cells_fw': [gru(tf)],
        'cells_bw': [gru(tf)],
        'inputs': numbers(tf, BATCH, TIME, DEPTH),
        'initial_states_fw': [numbers(tf, BATCH, UNITS)],
        'initial_states_bw': [numbers(tf, BATCH, UNITS)],
        'dtype': tf.float32,
        'sequence_length': [3, 2],
        'parallel_iterations': 32,
        'time_major': False,
        'scope': 'rnn',
    }


@subject
def raw_rnn(tf):
    inputs = tf.TensorArray(tf.float32, TIME).unstack(numbers(tf, TIME, BATCH, DEPTH))

    def loop_fn(time, output, state, loop_state):
        state = numbers(tf, BATCH, UNITS) if output is None else state
        finished = tf.fill([BATCH], time >= TIME)
        return finished, inputs.read(tf.minimum(time, TIME - 1)), state, output, None

    def use(**arguments):
        outputs, state, _ = tf.nn.raw_rnn(**arguments)
        return outputs.stack(), state

    return use, {
        'cell': gru(tf),
        'loop_fn': loop_fn,
        'parallel_iterations': 32,
        'swap_memory': False,
        'scope': 'rnn',
    }


# -- cells ----------------------------------------------------------------------------------------


def _cell(path, argument='num_units', **more):
    name = path.rpartition('.')[2]

    def make(tf):
        kind = tf
        for part in path.split('.'):
            kind = getattr(kind, part)

        def use(inputs, state, **arguments):
            cell = kind(**arguments)
            return cell(inputs, state_of(tf, cell) if state == 'own' else state)

        arguments = {argument: UNITS, 'inputs': numbers(tf, BATCH, DEPTH), 'state': 'own'}
        arguments.update(
            (key, value(tf) if callable(value) else value) for key, value in more.items()
        )
        return use, arguments

    make.__name__ = name
    return subject(make)


_OF_ALL = {'activation': lambda tf: tf.nn.tanh, 'reuse': None, 'name': 'cell'}
_SIMPLE = dict(_OF_ALL, dtype=lambda tf: tf.float32)
_INITIALIZED = {
    'kernel_initializer': lambda tf: tf.ones_initializer(),
    'bias_initializer': lambda tf: tf.zeros_initializer(),
}
_cell('nn.rnn_cell.BasicRNNCell', **_SIMPLE)
_cell('nn.rnn_cell.GRUCell', **dict(_SIMPLE, **_INITIALIZED))
_cell('nn.rnn_cell.BasicLSTMCell', forget_bias=1.0, state_is_tuple=True, **_SIMPLE)
_cell(
    'nn.rnn_cell.LSTMCell',
    use_peepholes=True,
    cell_clip=3.0,
    initializer=lambda tf: tf.ones_initializer(),
    num_proj=3,
    proj_clip=2.0,
    forget_bias=1.0,
    state_is_tuple=True,
    **_SIMPLE,
)
_cell('contrib.rnn.UGRNNCell', initializer=lambda tf: tf.ones_initializer(), forget_bias=1.0)
_cell('contrib.rnn.NASCell', num_proj=3, use_bias=True)
_cell('contrib.rnn.LayerNormBasicLSTMCell', forget_bias=1.0, layer_norm=True, norm_gain=1.0,
      norm_shift=0.0, dropout_keep_prob=1.0, dropout_prob_seed=1)  # fmt: skip
_cell('contrib.rnn.CoupledInputForgetGateLSTMCell', use_peepholes=True, num_proj=3, proj_clip=2.0,
      forget_bias=1.0, state_is_tuple=True)  # fmt: skip
_cell('contrib.rnn.LSTMBlockCell', forget_bias=1.0, cell_clip=3.0, use_peephole=True)
_cell('contrib.rnn.GRUBlockCellV2')


@subject
def MultiRNNCell(tf):
    def use(inputs, state, **arguments):
        cell = tf.nn.rnn_cell.MultiRNNCell(**arguments)
        return cell(inputs, state)

    return use, {
        'cells': [gru(tf), gru(tf)],
        'state_is_tuple': True,
        'inputs': numbers(tf, BATCH, DEPTH),
        'state': (numbers(tf, BATCH, UNITS), numbers(tf, BATCH, UNITS)),
    }


def _wrapper(name, **more):
    def make(tf):
        def use(inputs, state, **arguments):
            return getattr(tf.nn.rnn_cell, name)(**arguments)(inputs, state)

        arguments = {
            'cell': gru(tf),
            'inputs': numbers(tf, BATCH, UNITS),
            'state': numbers(tf, BATCH, UNITS),
        }
        arguments.update(
            (key, value(tf) if callable(value) else value) for key, value in more.items()
        )
        return use, arguments

    make.__name__ = name
    return subject(make)


_wrapper(
    'DropoutWrapper',
    input_keep_prob=1.0,
    output_keep_prob=1.0,
    state_keep_prob=1.0,
    variational_recurrent=False,
    input_size=DEPTH,
    dtype=lambda tf: tf.float32,
    seed=1,
    dropout_state_filter_visitor=lambda tf: lambda state: True,
)
_wrapper('ResidualWrapper', residual_fn=lambda tf: lambda inputs, outputs: inputs + outputs)
_wrapper('DeviceWrapper', device='/cpu:0')


@subject
def zero_state(tf):
    return gru(tf).zero_state, {'batch_size': BATCH, 'dtype': tf.float32}


@subject
def get_initial_state(tf):
    return gru(tf).get_initial_state, {'batch_size': BATCH, 'dtype': tf.float32}


# -- legacy_seq2seq -------------------------------------------------------------------------------


def _legacy(name, arguments_of):
    def make(tf):
        return getattr(tf.contrib.legacy_seq2seq, name), arguments_of(tf)

    make.__name__ = 'legacy_' + name
    return subject(make)


def _ids(tf):
    return [tf.constant([1, 2]), tf.constant([0, 3]), tf.constant([4, 1])]


_legacy(
    'rnn_decoder',
    lambda tf: {
        'decoder_inputs': _steps(tf),
        'initial_state': numbers(tf, BATCH, UNITS),
        'cell': gru(tf),
        'loop_function': lambda output, i: output,
        'scope': 'decoder',
    },
)
_legacy(
    'basic_rnn_seq2seq',
    lambda tf: {
        'encoder_inputs': _steps(tf), 'decoder_inputs': _steps(tf), 'cell': gru(tf),
        'dtype': tf.float32, 'scope': 'model',
    },
)  # fmt: skip
_legacy(
    'tied_rnn_seq2seq',
    lambda tf: {'encoder_inputs': _steps(tf), 'decoder_inputs': _steps(tf), 'cell': gru(tf)},
)
_legacy(
    'embedding_rnn_decoder',
    lambda tf: {
        'decoder_inputs': _ids(tf),
        'initial_state': numbers(tf, BATCH, UNITS),
        'cell': gru(tf),
        'num_symbols': WORDS,
        'embedding_size': DEPTH,
        'output_projection': (numbers(tf, UNITS, WORDS), numbers(tf, WORDS)),
        'feed_previous': True,
        'update_embedding_for_previous': True,
    },
)
_legacy(
    'embedding_rnn_seq2seq',
    lambda tf: {
        'encoder_inputs': _ids(tf),
        'decoder_inputs': _ids(tf),
        'cell': gru(tf),
        'num_encoder_symbols': WORDS,
        'num_decoder_symbols': WORDS,
        'embedding_size': DEPTH,
        'feed_previous': False,
    },
)
_legacy(
    'attention_decoder',
    lambda tf: {
        'decoder_inputs': _steps(tf),
        'initial_state': numbers(tf, BATCH, UNITS),
        'attention_states': numbers(tf, BATCH, TIME, UNITS),
        'cell': gru(tf),
        'output_size': 3,
        'num_heads': 1,
        'loop_function': None,
        'initial_state_attention': False,
    },
)
_legacy(
    'embedding_attention_seq2seq',
    lambda tf: {
        'encoder_inputs': _ids(tf),
        'decoder_inputs': _ids(tf),
        'cell': gru(tf),
        'num_encoder_symbols': WORDS,
        'num_decoder_symbols': WORDS,
        'embedding_size': DEPTH,
        'num_heads': 1,
        'feed_previous': True,
    },
)
_legacy(
    'sequence_loss',
    lambda tf: {
        'logits': [numbers(tf, BATCH, WORDS)] * 2,
        'targets': [tf.constant([1, 2])] * 2,
        'weights': [tf.constant([1.0, 0.5])] * 2,
        'average_across_timesteps': True,
        'average_across_batch': True,
        'softmax_loss_function': None,
    },
)


# -- wrong values ---------------------------------------------------------------------------------


def wrong_values(tf, good):
    """[(label, make)]: values that differ from a good one in type, rank, shape, range or dtype."""
    found = [
        ('None', lambda: None),
        ('text', lambda: 'text'),
        ('1.5', lambda: 1.5),
        ('-1', lambda: -1),
        ('0', lambda: 0),
        ('[]', lambda: []),
    ]
    if isinstance(good, tf.Tensor):
        rank = good.shape.ndims
        other = tf.float64 if good.dtype.is_floating else tf.int64
        found += [
            ('cast', lambda: tf.cast(good, other)),
            ('cast to int or float', lambda: tf.cast(
                good, tf.int32 if good.dtype.is_floating else tf.float32)),
            ('more rank', lambda: good[..., None]),
            ('array', lambda: np.ones(good.shape.as_list(), good.dtype.as_numpy_dtype)),
            ('unknown shape', lambda: tf.placeholder_with_default(good, None)),
            ('unknown sizes', lambda: tf.placeholder_with_default(good, [None] * rank)),
        ]  # fmt: skip
        for axis in range(rank):
            found += [
                ('no axis %d' % axis, lambda axis=axis: tf.gather(good, 0, axis=axis)),
                ('longer axis %d' % axis, lambda axis=axis: tf.concat([good, good], axis)),
                ('one in axis %d' % axis, lambda axis=axis: tf.gather(good, [0], axis=axis)),
            ]
    elif isinstance(good, bool):
        found += [
            ('1', lambda: 1),
            ('tensor', lambda: tf.constant(good)),
            ('not', lambda: not good),
        ]
    elif isinstance(good, (int, float)):
        found += [
            ('tensor', lambda: tf.constant(good)),
            ('float tensor', lambda: tf.constant(float(good))),
            ('float', lambda: float(good)),
            ('numpy', lambda: np.int64(good)),
            ('vector', lambda: [good, good]),
            ('negative', lambda: -good),
            ('True', lambda: True),
            ('large', lambda: 7),
        ]
    elif isinstance(good, (list, tuple)):
        found += [
            ('shorter', lambda: good[:-1]),
            ('longer', lambda: [*good, good[-1]] if good else [1]),
            ('first', lambda: good[0] if good else 1),
            ('tuple', lambda: tuple(good)),
            ('list', lambda: list(good)),
        ]
        if good and isinstance(good[0], int):
            found += [
                ('floats', lambda: [float(each) for each in good]),
                ('int64', lambda: tf.constant(good, tf.int64)),
                ('matrix', lambda: [good]),
                ('unknown', lambda: tf.placeholder_with_default(good, None)),
                ('too large', lambda: [each + 10 for each in good]),
                ('negative', lambda: [-each - 1 for each in good]),
            ]
    elif isinstance(good, tf.DType):
        found += [
            ('name', lambda: good.name),
            ('float64', lambda: tf.float64),
            ('int32', lambda: tf.int32),
            ('numpy', lambda: np.float32),
        ]
    elif isinstance(good, str):
        found += [('empty', lambda: ''), ('space', lambda: 'a b'), ('path', lambda: 'a/b')]
    elif callable(good):
        found += [('of nothing', lambda: lambda *args, **kwargs: None), ('class', lambda: dict)]
    return found


def checksum(value):
    """A number that other values rarely have."""
    value = np.asarray(value)
    if value.dtype.kind not in 'iufb':
        return str(value.dtype)
    flat = value.astype(np.float64).ravel()
    return float('%.7g' % np.dot(np.nan_to_num(flat), np.cos(np.arange(flat.size)) + 2))


def outcome(tf, name, argument, label):
    """What a call does in which one argument has a wrong value: text, or [shape, checksum]s."""
    nest = tf.contrib.framework.nest
    weights = tf.constant_initializer(0.25)
    with tf.Graph().as_default(), tf.variable_scope(tf.get_variable_scope(), initializer=weights):
        function, arguments = SUBJECTS[name](tf)
        if argument is not None:
            arguments[argument] = dict(wrong_values(tf, arguments[argument]))[label]()
        try:
            found = nest.flatten(function(**arguments))
            tensors = [
                tf.convert_to_tensor(each)
                for each in found
                if each is not None and not isinstance(each, tf.TensorArray)
            ]
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                values = session.run(tensors)
        except Exception as error:
            return type(error).__name__
    return [[list(np.shape(value)), checksum(value)] for value in values]


def calls(tf, name):
    """Every (argument, label) of a subject; (None, 'good') for the good arguments."""
    with tf.Graph().as_default():
        _, arguments = SUBJECTS[name](tf)
        return [(None, 'good')] + [
            (argument, label)
            for argument in sorted(arguments)
            for label, _ in wrong_values(tf, arguments[argument])
        ]


def survivors(tf, name, wanted):
    """The outcomes of the first of the calls, run in one process: all, unless one ends it."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        with os.fdopen(write, 'w') as out:
            for call in wanted:
                out.write(json.dumps(outcome(tf, name, *call)) + '\n')
                out.flush()
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as lines:
        found = [json.loads(line) for line in lines if line.endswith('\n')]
    os.waitpid(child, 0)
    return found


def record(tf, names, every=1):
    """{subject: {argument: {label: outcome}}} of every so-manieth call; 'crash' if one dies."""
    found = {}
    for name in names:
        wanted = calls(tf, name)[::every]
        results = []
        while len(results) < len(wanted):
            results += survivors(tf, name, wanted[len(results) :])
            if len(results) < len(wanted):
                results.append('crash')
        for (argument, label), result in zip(wanted, results):
            found.setdefault(name, {}).setdefault(argument or '', {})[label] = result
    return found


def same(one, other):
    """Whether two outcomes are one: results to 1e-4, for the sums are of float32."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return len(one) == len(other) and all(
        shape == of_other
        and (
            value == value_of_other
            if isinstance(value, str) or isinstance(value_of_other, str)
            else abs(value - value_of_other) <= 1e-4 * max(1, abs(value))
        )
        for (shape, value), (of_other, value_of_other) in zip(one, other)
    )


# Calls that draw without a seed: only that they give values is the same each time.
WITHOUT_SEED = {('SampleEmbeddingHelper', 'seed', 'None')}


def differences(found, committed):
    """[(subject, argument, label, committed outcome, found one)] of the calls that were made."""
    return [
        (name, argument, label, committed.get(name, {}).get(argument, {}).get(label), result)
        for name, by_argument in sorted(found.items())
        for argument, by_label in sorted(by_argument.items())
        for label, result in by_label.items()
        if not same(result, committed.get(name, {}).get(argument, {}).get(label, ''))
    ]


def read_record(path):
    """The outcomes of a file that `written` gave the text of."""
    with open(path) as file:
        found = json.load(file)['outcomes']
    for by_argument in found.values():
        good = by_argument['']['good']
        for by_label in by_argument.values():
            by_label.update((label, good) for label in by_label if by_label[label] == '=')
    return found


def written(version, found):
    """The record as JSON with one line an argument, '=' where the result is the good one's."""
    lines = []
    for name, by_argument in sorted(found.items()):
        good = by_argument['']['good']
        rows = []
        for argument in sorted(by_argument):
            short = {
                label: '=' if argument and result == good else result
                for label, result in by_argument[argument].items()
            }
            rows.append('  %s: %s' % (json.dumps(argument), json.dumps(short, sort_keys=True)))
        lines.append(' %s: {\n%s\n }' % (json.dumps(name), ',\n'.join(rows)))
    return '{"tensorflow": "%s", "outcomes": {\n%s\n}}\n' % (version, ',\n'.join(lines))


def main():
    import tensorflow as tf

    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument('--out')
    group.add_argument('--check')
    parser.add_argument('--only', nargs='+', choices=sorted(SUBJECTS), metavar='SUBJECT')
    parser.add_argument('--every', type=int, default=1, help='every so-manieth call of a subject')
    arguments = parser.parse_args()
    found = record(tf, arguments.only or sorted(SUBJECTS), arguments.every)
    if arguments.check:
        wrong = [
            each
            for each in differences(found, read_record(arguments.check))
            if each[:3] not in WITHOUT_SEED or isinstance(each[3], str) or isinstance(each[4], str)
        ]
        if wrong:
            sys.exit('\n'.join('%s.%s: %s: recorded %s, found %s' % each for each in wrong))
        print(
            sum(len(labels) for each in found.values() for labels in each.values()), 'as recorded'
        )
        return
    with open(arguments.out + '.part', 'w') as file:
        file.write(written(tf.__version__, found))
    os.replace(arguments.out + '.part', arguments.out)


if __name__ == '__main__':
    main()
