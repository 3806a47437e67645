"""The LSTMs of grids, groups, phases and images, and the cells of diagonal matrices."""

from ..harness import case, normal

X, C, H = normal(3, 5), normal(3, 4, scale=2.0), normal(3, 4)
STEP = {'x': X, 'c': C, 'h': H, 'one_step': True}
SEQUENCE = {'x': normal(3, 6, 5), 'lengths': [6, 0, 3]}
WIDE = normal(3, 6)


def sequence(name, make, **inputs):
    """A case of a cell in dynamic_rnn, with sequences of several lengths."""

    @case(name=name + '_sequence', **dict(SEQUENCE, **inputs))
    def in_dynamic_rnn(tf, x, lengths):
        cell = make(tf.contrib.rnn)
        outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=x.dtype)
        return {'outputs': outputs, 'state': state}


# -- diagonal recurrent matrices ------------------------------------------------------------------


@case(**STEP)
def independent(tf, x, c, h):
    """IndRNNCell, IndyGRUCell, IndyLSTMCell and SRUCell, and their options."""
    rnn = tf.contrib.rnn
    state = rnn.LSTMStateTuple(c, h)
    one = tf.ones_initializer()
    with tf.variable_scope('options'):
        options = {
            'ind': rnn.IndRNNCell(4, activation=tf.nn.relu, name='mine')(x, h),
            'gru': rnn.IndyGRUCell(4, tf.nn.softsign, None, one, one, 'my_gru')(x, h),
            'lstm': rnn.IndyLSTMCell(4, 0.25, tf.nn.softsign, None, one, one, 'my_lstm')(x, state),
            'sru': rnn.SRUCell(4, activation=tf.nn.softsign, name='my_sru', trainable=False)(x, h),
        }
    return {
        'ind': rnn.IndRNNCell(4)(x, h),
        'gru': rnn.IndyGRUCell(4)(x, h),
        'lstm': rnn.IndyLSTMCell(4)(x, state),
        'sru': rnn.SRUCell(4)(x, h),
        'options': options,
    }


@case(one_step=True, x=X, row=normal(1, 4), column=normal(3, 1), wide=WIDE)
def independent_broadcast_states(tf, x, row, column, wide):
    """Where TF1 checks no shape, a state may have one row or column, or more than is read."""
    rnn = tf.contrib.rnn
    return {
        'ind': [rnn.IndRNNCell(4, name='row')(x, row), rnn.IndRNNCell(4, name='column')(x, column)],
        'sru': [rnn.SRUCell(4, name='a')(x, row), rnn.SRUCell(4, name='b')(x, column)],
        'gru': rnn.IndyGRUCell(4)(x, row),
        'lstm': rnn.IndyLSTMCell(4)(x, (column, row)),
        'group': rnn.GLSTMCell(4)(x, (column, wide)),
    }


sequence('ind_rnn', lambda rnn: rnn.IndRNNCell(4))
sequence('indy_gru', lambda rnn: rnn.IndyGRUCell(4))
sequence('indy_lstm', lambda rnn: rnn.IndyLSTMCell(4))
sequence('sru', lambda rnn: rnn.SRUCell(4))

# -- groups, depth, phases ------------------------------------------------------------------------


@case(x=WIDE, c=C, h=H, narrow=normal(3, 2), one_step=True)
def group_lstm(tf, x, c, h, narrow):
    rnn = tf.contrib.rnn
    state = rnn.LSTMStateTuple(c, h)
    options = {'activation': tf.nn.softsign, 'forget_bias': 0.25, 'num_proj': 2}
    with tf.variable_scope('two'):
        two = rnn.GLSTMCell(4, number_of_groups=2)(x, state)
    with tf.variable_scope('options'):
        projected = rnn.GLSTMCell(4, number_of_groups=2, **options)(x, (c, narrow))
    return {'one': rnn.GLSTMCell(4)(x, state), 'two': two, 'projected': projected}


@case(one_step=True, x=X, h=H)
def intersection(tf, x, h):
    rnn = tf.contrib.rnn
    with tf.variable_scope('options'):
        options = rnn.IntersectionRNNCell(4, forget_bias=0.25, y_activation=tf.tanh)(x[:, :4], h)
    return {'projected': rnn.IntersectionRNNCell(4, num_in_proj=4)(x, h), 'options': options}


@case(time=normal(3, 1, scale=2.0), late=normal(3, 1, scale=900.0), **STEP)
def phased_lstm(tf, time, late, x, c, h):
    rnn = tf.contrib.rnn
    state = rnn.LSTMStateTuple(c, h)
    with tf.variable_scope('peepholes'):
        peepholes = rnn.PhasedLSTMCell(4, use_peepholes=True)((time, x), state)
    with tf.variable_scope('options'):
        options = rnn.PhasedLSTMCell(4, leak=0.25, ratio_on=0.5, trainable_ratio_on=False)(
            [tf.cast(late, tf.float64), x], state
        )
    return {
        'plain': rnn.PhasedLSTMCell(4)((time, x), state),
        'peepholes': peepholes,
        'options': options,
    }


sequence('group_lstm', lambda rnn: rnn.GLSTMCell(4, number_of_groups=2), x=normal(3, 6, 4))
sequence(
    'intersection',
    lambda rnn: rnn.MultiRNNCell(
        [rnn.IntersectionRNNCell(4, num_in_proj=4), rnn.IntersectionRNNCell(4)]
    ),
)


@case(time=normal(3, 6, 1, scale=2.0), **SEQUENCE)
def phased_lstm_sequence(tf, time, x, lengths):
    cell = tf.contrib.rnn.PhasedLSTMCell(4, use_peepholes=True, leak=0.25)
    outputs, state = tf.nn.dynamic_rnn(cell, (time, x), lengths, dtype=tf.float32)
    return {'outputs': outputs, 'state': state}


# -- convolutions ---------------------------------------------------------------------------------


@case(
    one_step=True,
    line=normal(2, 4, 3),
    plane=normal(2, 3, 4, 2),
    cube=normal(2, 3, 2, 2, 2),
    c=normal(2, 3, 4, 2, scale=2.0),
    h=normal(2, 3, 4, 2),
)
def conv_lstm(tf, line, plane, cube, c, h):
    """Windows of even and odd sizes, and of other sizes than what the cell was made for."""
    rnn = tf.contrib.rnn

    def begun(cell, x):
        return cell(x, cell.zero_state(2, tf.float32))

    options = {'input_shape': [3, 4, 2], 'output_channels': 2}
    skip = rnn.Conv2DLSTMCell(
        kernel_shape=(2, 3), use_bias=False, skip_connection=True, forget_bias=0.25, **options
    )
    return {
        'line': begun(
            rnn.Conv1DLSTMCell(input_shape=[4, 3], output_channels=2, kernel_shape=[3]), line
        ),
        'plane': rnn.Conv2DLSTMCell(kernel_shape=[3, 2], name='plane', **options)(plane, (c, h)),
        'cube': begun(
            rnn.Conv3DLSTMCell(input_shape=[3, 2, 2, 2], output_channels=1, kernel_shape=[2, 1, 3]),
            cube,
        ),
        'skip': skip(plane, rnn.LSTMStateTuple(c, h)),
        'other_size': rnn.ConvLSTMCell(2, [9, 9, 5], 2, [1, 3])(plane, (c, h)),
    }


sequence(
    'conv_1d_lstm',
    lambda rnn: rnn.Conv1DLSTMCell(input_shape=[4, 3], output_channels=2, kernel_shape=[3]),
    x=normal(3, 6, 4, 3),
)
sequence(
    'conv_2d_lstm',
    lambda rnn: rnn.ConvLSTMCell(2, [3, 4, 2], 3, [3, 2], use_bias=False),
    x=normal(3, 6, 3, 4, 2),
)
sequence(
    'conv_3d_lstm',
    lambda rnn: rnn.Conv3DLSTMCell(
        input_shape=[3, 2, 2, 2], output_channels=1, kernel_shape=[2, 1, 3]
    ),
    x=normal(3, 6, 3, 2, 2, 2),
)

# -- frequency ------------------------------------------------------------------------------------


@case(one_step=True, x=X, one=normal(3, 8), three=normal(3, 26))
def time_frequency_lstm(tf, x, one, three):
    """One band, and three with a state that is wider than what they read."""
    rnn = tf.contrib.rnn
    with tf.variable_scope('three'):
        bands = rnn.TimeFreqLSTMCell(
            4,
            use_peepholes=True,
            cell_clip=0.5,
            initializer=tf.ones_initializer(),
            num_unit_shards=3,
            forget_bias=0.25,
            feature_size=3,
        )(x, three)
    return {
        'one': rnn.TimeFreqLSTMCell(4, feature_size=3, frequency_skip=3)(x, one),
        'three': bands,
    }


GRID = {'feature_size': 2, 'frequency_skip': 2, 'num_frequency_blocks': [2]}
BLOCKS = {
    'feature_size': 2,
    'frequency_skip': 1,
    'num_frequency_blocks': [2, 1],
    'start_freqindex_list': [0, 2],
    'end_freqindex_list': [3, 4],
}
OPTIONS = {'use_peepholes': True, 'cell_clip': 0.5, 'forget_bias': 0.25, 'num_unit_shards': 3}
GRIDS = {
    'options': dict(GRID, **OPTIONS),
    'shared': dict(GRID, share_time_frequency_weights=True, couple_input_forget_gates=True),
    'blocks': BLOCKS,
}


def with_state(tf, cell, x, numbers):
    """One step from a state of numbers."""
    parts = tf.split(numbers, len(cell.state_size) * [3], axis=1)
    return cell(x, cell.state_tuple_type(*parts))


@case(x=X, numbers=normal(3, 18))
def grid_lstm(tf, x, numbers):
    """The options, blocks of bands, and states of one tensor."""
    rnn = tf.contrib.rnn
    found = {}
    for name in sorted(GRIDS):
        with tf.variable_scope(name):
            cell = rnn.GridLSTMCell(3, **GRIDS[name])
            found[name] = with_state(tf, cell, x, numbers[:, : 3 * len(cell.state_size)])
    with tf.variable_scope('joined'):
        joined = rnn.GridLSTMCell(3, state_is_tuple=False, **BLOCKS)
        return dict(found, joined=joined(x, numbers))


@case(x=X, numbers=normal(3, 36))
def bidirectional_grid_lstm(tf, x, numbers):
    rnn = tf.contrib.rnn
    found = {}
    for name, options in (
        ('later', dict(GRID, backward_slice_offset=2, **OPTIONS)),
        ('earlier', dict(BLOCKS, backward_slice_offset=-1)),
    ):
        with tf.variable_scope(name):
            cell = rnn.BidirectionalGridLSTMCell(3, **options)
            found[name] = with_state(tf, cell, x, numbers[:, : 3 * len(cell.state_size)])
    return found


sequence('time_frequency_lstm', lambda rnn: rnn.TimeFreqLSTMCell(4, True, feature_size=5))
sequence('grid_lstm', lambda rnn: rnn.GridLSTMCell(3, use_peepholes=True, **GRID))
sequence('grid_lstm_joined', lambda rnn: rnn.GridLSTMCell(3, state_is_tuple=False, **GRID))
sequence('bidirectional_grid_lstm', lambda rnn: rnn.BidirectionalGridLSTMCell(3, **GRID))

# -- all of them ----------------------------------------------------------------------------------


@case(one_step=True, x=normal(3, 4, dtype='float64'), image=normal(3, 4, 2, dtype='float64'))
def variants_float64(tf, x, image):
    """In float64; their variables follow the inputs."""
    rnn = tf.contrib.rnn
    found = []
    for cell in (
        rnn.IndRNNCell(4),
        rnn.IndyGRUCell(4),
        rnn.IndyLSTMCell(4, dtype=tf.float64),
        rnn.SRUCell(4),
        rnn.GLSTMCell(4, num_proj=3),
        rnn.IntersectionRNNCell(4),
        rnn.TimeFreqLSTMCell(4, feature_size=4),
        rnn.GridLSTMCell(3, use_peepholes=True, **GRID),
    ):
        found.append(cell(x, cell.zero_state(3, x.dtype)))
    cell = rnn.ConvLSTMCell(1, [4, 2], 2, [3])
    found.append(cell(image, cell.zero_state(3, x.dtype)))
    return found


@case(keep_initializers=True, x=X)
def variant_initial_values(tf, x):
    """What variables begin with, where nothing is drawn."""
    rnn = tf.contrib.rnn
    found = []
    given = tf.constant_initializer(0.25)
    with tf.variable_scope('model', initializer=tf.constant_initializer(0.375)):
        for cell in (
            rnn.SRUCell(4),
            rnn.GLSTMCell(4, initializer=given, num_proj=2),
            rnn.GLSTMCell(4),
            rnn.IntersectionRNNCell(4, num_in_proj=1, initializer=given),
            rnn.TimeFreqLSTMCell(4, True, initializer=given, feature_size=5),
            rnn.GridLSTMCell(3, True, initializer=given, **GRID),
        ):
            with tf.variable_scope('cell_{}'.format(len(found))):
                found.append(cell(x, cell.zero_state(3, tf.float32)))
        cell = rnn.ConvLSTMCell(1, [5, 1], 2, [3])
        found.append(cell(x[:, :, None], cell.zero_state(3, tf.float32)))
    return found


@case(gradients=False, x=X)
def variant_scopes(tf, x):
    """Names in a user's scope, with reuse, in a stack, and of several cells of a kind."""
    rnn = tf.contrib.rnn

    def step(cell, **scope):
        return cell(x, cell.zero_state(3, tf.float32), **scope)

    def cells():
        return [
            rnn.GLSTMCell(4),
            rnn.IndRNNCell(4),
            rnn.BidirectionalGridLSTMCell(3, num_unit_shards=2, **GRID),
        ]

    with tf.variable_scope('model'):
        first = [step(cell) for cell in cells()]
    with tf.variable_scope('model', reuse=True):
        second = [step(cell) for cell in cells()]
    image = rnn.ConvLSTMCell(1, [5, 1], 2, [3])
    named = rnn.Conv1DLSTMCell(
        input_shape=[5, 1], output_channels=2, kernel_shape=[2], name='named'
    )
    stack = rnn.MultiRNNCell([rnn.IntersectionRNNCell(4, num_in_proj=4), rnn.SRUCell(3)])
    return {
        'first': first,
        'second': second,
        'again': step(rnn.TimeFreqLSTMCell(3, feature_size=5)),
        'independent': [step(rnn.SRUCell(4)), step(rnn.SRUCell(4))],
        'argument': step(rnn.GLSTMCell(4), scope='mine'),
        'images': [cell(x[:, :, None], cell.zero_state(3, tf.float32)) for cell in (image, named)],
        'stack': step(stack),
    }
