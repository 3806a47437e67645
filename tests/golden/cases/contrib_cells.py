"""The cells and wrappers of tf.contrib.rnn, one step of each option and over sequences."""

import importlib

from ..harness import case, integers, normal

H = {'one_step': True, 'x': normal(3, 5), 'h': normal(3, 4)}
LSTM_INPUTS = {'x': normal(3, 5), 'c': normal(3, 4, scale=2.0), 'h': normal(3, 4)}
LSTM = dict(LSTM_INPUTS, one_step=True)
SEQUENCE = {'x': normal(3, 6, 5), 'lengths': [6, 0, 3]}


def step(name, make, **inputs):
    """A case of one call of a cell whose state is one tensor."""

    @case(name='contrib_' + name, **dict(H, **inputs))
    def one_step(tf, x, h):
        output, state = make(tf, tf.contrib.rnn)(x, h)
        return {'output': output, 'state': state}


def lstm_step(name, make, **inputs):
    """A case of one call of a cell whose state is an LSTMStateTuple."""

    @case(name='contrib_' + name, **dict(LSTM, **inputs))
    def one_step(tf, x, c, h):
        output, state = make(tf, tf.contrib.rnn)(x, tf.nn.rnn_cell.LSTMStateTuple(c, h))
        return {'output': output, 'state': state}


def sequence(name, make, **inputs):
    """A case of a cell in dynamic_rnn, with sequences of several lengths."""

    @case(name='contrib_' + name, **dict(SEQUENCE, **inputs))
    def in_dynamic_rnn(tf, x, lengths):
        cell = make(tf, tf.contrib.rnn)
        outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=x.dtype)
        return {'outputs': outputs, 'state': state}


# -- LayerNormBasicLSTMCell -----------------------------------------------------------------------

lstm_step('layer_norm', lambda tf, rnn: rnn.LayerNormBasicLSTMCell(4))
lstm_step('layer_norm_off', lambda tf, rnn: rnn.LayerNormBasicLSTMCell(4, layer_norm=False))
lstm_step(
    'layer_norm_options',
    lambda tf, rnn: rnn.LayerNormBasicLSTMCell(4, forget_bias=0.25, activation=tf.nn.softsign),
)
lstm_step(
    'layer_norm_float64',
    lambda tf, rnn: rnn.LayerNormBasicLSTMCell(4),
    x=normal(3, 5, dtype='float64'),
    c=normal(3, 4, dtype='float64'),
    h=normal(3, 4, dtype='float64'),
)
lstm_step(
    'layer_norm_dropout',
    lambda tf, rnn: rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=0.5, dropout_prob_seed=3),
)
lstm_step(
    'layer_norm_off_dropout_tensor',
    lambda tf, rnn: rnn.LayerNormBasicLSTMCell(
        4, layer_norm=False, dropout_keep_prob=tf.constant(0.75), dropout_prob_seed=7
    ),
)
sequence('layer_norm_sequence', lambda tf, rnn: rnn.LayerNormBasicLSTMCell(4))
sequence(
    'layer_norm_off_sequence',
    lambda tf, rnn: rnn.LayerNormBasicLSTMCell(4, layer_norm=False, dropout_keep_prob=1.0),
)


@case(one_step=True, keep_initializers=True, **LSTM_INPUTS)
def contrib_initial_values(tf, x, c, h):
    """What variables begin with, where it is not the scope's initializer."""
    rnn = tf.contrib.rnn
    state = rnn.LSTMStateTuple(c, h)
    with tf.variable_scope('model', initializer=tf.constant_initializer(0.375)):
        norm = rnn.LayerNormBasicLSTMCell(4, norm_gain=0.5, norm_shift=0.125)
        coupled = rnn.CoupledInputForgetGateLSTMCell(
            4,
            use_peepholes=True,
            initializer=tf.constant_initializer(0.5),
            layer_norm=True,
            norm_gain=0.25,
            norm_shift=-0.5,
        )
        # Constant kernels make all gates equal, which cannot be normalized.
        norm(x, state)
        coupled(x, state)
        return {
            'off': rnn.LayerNormBasicLSTMCell(4, layer_norm=False)(x, state, scope='off'),
            'nas': rnn.NASCell(4, use_bias=True)(x, state),
            'block': rnn.LSTMBlockCell(4, use_peephole=True)(x, state),
            'gru': rnn.GRUBlockCell(4, name='block')(x, h),
            'cudnn': tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(4)(x, h),
            'highway': rnn.HighwayWrapper(rnn.BasicRNNCell(4), False, carry_bias_init=0.5)(h, h),
            'input': rnn.InputProjectionWrapper(rnn.GRUCell(4), 2)(x, h),
        }


@case(x=normal(3, 5))
def contrib_layer_norm_scopes(tf, x):
    """Names in a user's scope, with reuse, and in a stack."""
    rnn = tf.contrib.rnn
    zeros = rnn.LayerNormBasicLSTMCell(4).zero_state(3, tf.float32)
    with tf.variable_scope('model'):
        first = rnn.LayerNormBasicLSTMCell(4)(x, zeros)
    with tf.variable_scope('model', reuse=True):
        second = rnn.LayerNormBasicLSTMCell(4)(2.0 * x, zeros)
    stack = rnn.MultiRNNCell([rnn.LayerNormBasicLSTMCell(4) for _ in range(2)])
    return {
        'first': first,
        'second': second,
        'argument': rnn.LayerNormBasicLSTMCell(4)(x, zeros, scope='mine'),
        'stack': stack(x, stack.zero_state(3, tf.float32)),
    }


# -- NASCell --------------------------------------------------------------------------------------

lstm_step('nas', lambda tf, rnn: rnn.NASCell(4))
lstm_step('nas_bias', lambda tf, rnn: rnn.NASCell(4, use_bias=True))
lstm_step(
    'nas_projection',
    lambda tf, rnn: rnn.NASCell(4, num_proj=2, use_bias=True, name='mine'),
    h=normal(3, 2),
)
lstm_step(
    'nas_float64',
    lambda tf, rnn: rnn.NASCell(4),
    x=normal(3, 5, dtype='float64'),
    c=normal(3, 4, dtype='float64'),
    h=normal(3, 4, dtype='float64'),
)
sequence('nas_sequence', lambda tf, rnn: rnn.NASCell(4, num_proj=3))

# -- CoupledInputForgetGateLSTMCell ---------------------------------------------------------------

lstm_step('coupled', lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(4))
lstm_step(
    'coupled_peepholes',
    lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(4, use_peepholes=True, forget_bias=0.5),
)
lstm_step(
    'coupled_projection',
    lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(4, num_proj=2, proj_clip=0.125),
    h=normal(3, 2),
)
lstm_step(
    'coupled_layer_norm',
    lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(
        4, use_peepholes=True, num_proj=2, layer_norm=True, activation=tf.nn.softsign
    ),
    h=normal(3, 2),
)
lstm_step(
    'coupled_shards',
    lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(
        4, num_unit_shards=2, num_proj=3, num_proj_shards=3
    ),
    h=normal(3, 3),
)
lstm_step(
    'coupled_initializer_is_ignored',
    lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(
        4, use_peepholes=True, initializer=tf.constant_initializer(0.5)
    ),
)
step(
    'coupled_joined_state',
    lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(3, num_proj=1, state_is_tuple=False),
)
sequence(
    'coupled_sequence',
    lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(4, use_peepholes=True, layer_norm=True),
)

# -- UGRNNCell ------------------------------------------------------------------------------------

step('ugrnn', lambda tf, rnn: rnn.UGRNNCell(4))
step('ugrnn_options', lambda tf, rnn: rnn.UGRNNCell(4, forget_bias=-0.5, activation=tf.nn.softsign))
step(
    'ugrnn_initializer',
    lambda tf, rnn: rnn.UGRNNCell(4, initializer=tf.constant_initializer(0.25)),
    keep_initializers=True,
)
sequence('ugrnn_sequence', lambda tf, rnn: rnn.UGRNNCell(4))

# -- cells with a fused kernel --------------------------------------------------------------------

lstm_step('lstm_block', lambda tf, rnn: rnn.LSTMBlockCell(4))
lstm_step(
    'lstm_block_options',
    lambda tf, rnn: rnn.LSTMBlockCell(4, forget_bias=0.25, use_peephole=True, name='mine'),
)
lstm_step('lstm_block_clip', lambda tf, rnn: rnn.LSTMBlockCell(4, cell_clip=0.5))
lstm_step(
    'lstm_block_peephole_clip',
    lambda tf, rnn: rnn.LSTMBlockCell(4, cell_clip=0.5, use_peephole=True),
)
lstm_step('lstm_block_clip_negative', lambda tf, rnn: rnn.LSTMBlockCell(4, cell_clip=-0.5))
sequence('lstm_block_sequence', lambda tf, rnn: rnn.LSTMBlockCell(4))
sequence(
    'lstm_block_clip_sequence',
    lambda tf, rnn: rnn.LSTMBlockCell(4, cell_clip=0.125, use_peephole=True),
)
step('gru_block', lambda tf, rnn: rnn.GRUBlockCell(4))
step('gru_block_cell_size', lambda tf, rnn: rnn.GRUBlockCell(cell_size=4))
step('gru_block_v2', lambda tf, rnn: rnn.GRUBlockCellV2(4, name='mine'))
sequence('gru_block_sequence', lambda tf, rnn: rnn.GRUBlockCell(4))
sequence('gru_block_v2_sequence', lambda tf, rnn: rnn.GRUBlockCellV2(4))


@case(x=normal(3, 5), h=normal(3, 4))
def contrib_block_cells_share_with_others(tf, x, h):
    """LSTMBlockCell and GRUBlockCellV2 find the variables of LSTMCell and GRUCell."""
    rnn = tf.contrib.rnn
    state = rnn.LSTMStateTuple(h, 0.5 * h)
    with tf.variable_scope('model'):
        first = rnn.LSTMCell(4, use_peepholes=True)(x, state), rnn.GRUCell(4)(x, h)
    with tf.variable_scope('model', reuse=True):
        return first, rnn.LSTMBlockCell(4, use_peephole=True)(x, state), rnn.GRUBlockCellV2(4)(x, h)


# -- wrappers -------------------------------------------------------------------------------------


step('output_projection', lambda tf, rnn: rnn.OutputProjectionWrapper(rnn.GRUCell(4), 2))
step(
    'output_projection_activation',
    lambda tf, rnn: rnn.OutputProjectionWrapper(rnn.GRUCell(4), 6, activation=tf.nn.relu),
)
step('input_projection', lambda tf, rnn: rnn.InputProjectionWrapper(rnn.GRUCell(4), 2))
step(
    'input_projection_activation',
    lambda tf, rnn: rnn.InputProjectionWrapper(rnn.GRUCell(4), 6, tf.tanh, input_size=9),
)
sequence(
    'projections_sequence',
    lambda tf, rnn: rnn.OutputProjectionWrapper(
        rnn.InputProjectionWrapper(rnn.LSTMCell(4), 3, activation=tf.nn.relu), 2
    ),
)


@case(ids=integers(7, 3, 6), lengths=[6, 0, 3])
def contrib_embedding_sequence(tf, ids, lengths):
    rnn = tf.contrib.rnn
    cell = rnn.EmbeddingWrapper(rnn.LSTMCell(4), embedding_classes=7, embedding_size=3)
    inputs = tf.expand_dims(ids, 2)
    outputs, state = tf.nn.dynamic_rnn(cell, inputs, sequence_length=lengths, dtype=tf.float32)
    return {'outputs': outputs, 'state': state}


@case(one_step=True, keep_initializers=True, ids=integers(7, 3), h=normal(3, 4))
def contrib_embedding_initializers(tf, ids, h):
    """The wrapper's initializer, or that of the scope."""
    rnn = tf.contrib.rnn
    half = tf.constant_initializer(0.5)
    with tf.variable_scope('given', initializer=tf.constant_initializer(0.25)):
        given = rnn.EmbeddingWrapper(rnn.GRUCell(4), 7, 3, initializer=half)(ids, h)
    with tf.variable_scope('of_scope', initializer=tf.constant_initializer(0.25)):
        return given, rnn.EmbeddingWrapper(rnn.GRUCell(4), 7, 3)(ids, h)


step('highway', lambda tf, rnn: rnn.HighwayWrapper(rnn.GRUCell(4)), x=normal(3, 4))
step(
    'highway_uncoupled',
    lambda tf, rnn: rnn.HighwayWrapper(rnn.GRUCell(4), couple_carry_transform_gates=False),
    x=normal(3, 4),
)


@case(x=normal(3, 6, 4), lengths=[6, 0, 3])
def contrib_highway_stack(tf, x, lengths):
    rnn = tf.contrib.rnn
    stack = rnn.MultiRNNCell([rnn.HighwayWrapper(rnn.LSTMCell(4)) for _ in range(2)])
    outputs, state = tf.nn.dynamic_rnn(stack, x, sequence_length=lengths, dtype=tf.float32)
    return {'outputs': outputs, 'state': state}


@case(one_step=True, x=normal(3, 5), h=normal(3, 4), a=normal(3, 4), window=normal(3, 12))
def contrib_attention_cell(tf, x, h, a, window):
    rnn = tf.contrib.rnn
    output, state = rnn.AttentionCellWrapper(rnn.GRUCell(4), 3)(x, (h, a, window))
    return {'output': output, 'state': state}


@case(one_step=True, x=normal(3, 5), state=normal(3, 16))
def contrib_attention_cell_joined_state(tf, x, state):
    rnn = tf.contrib.rnn
    cell = rnn.AttentionCellWrapper(
        rnn.GRUCell(4), 3, attn_size=3, attn_vec_size=2, input_size=6, state_is_tuple=False
    )
    output, state = cell(x, state)
    return {'output': output, 'state': state}


sequence(
    'attention_cell_sequence',
    lambda tf, rnn: rnn.AttentionCellWrapper(rnn.LSTMCell(4), 3, attn_size=2),
)
sequence(
    'attention_cell_joined_sequence',
    lambda tf, rnn: rnn.AttentionCellWrapper(
        rnn.LSTMCell(4, state_is_tuple=False), 3, state_is_tuple=False
    ),
)
sequence('compiled_sequence', lambda tf, rnn: rnn.CompiledWrapper(rnn.LSTMCell(4)))


@case(one_step=True, x=normal(3, 5), h=normal(3, 4))
def contrib_linear(tf, x, h):
    """The linear map that old programs import from inside, in a cell's call and by itself."""
    inside = getattr(tf.contrib.rnn, 'python', None)
    if inside is not None:
        core_rnn_cell = inside.ops.core_rnn_cell
    else:
        name = 'tensorflow.contrib.rnn.python.ops.core_rnn_cell'
        core_rnn_cell = importlib.import_module(name)

    class Cell(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 4

        def call(self, inputs, state):
            with tf.variable_scope('both'):
                both = core_rnn_cell._linear([inputs, state], 4, True)
            with tf.variable_scope('one'):
                linear = core_rnn_cell._Linear(inputs, 4, False)
            state = tf.tanh(both + linear(inputs) + linear(2.0 * inputs))
            return state, state

    return Cell()(x, h)
