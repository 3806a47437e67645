"""The cells that TF1 has in the file of tf.contrib.rnn's cells, but not in the package."""

from ..harness import case, normal
from .partitioned import filled, under_partitioner
from .private_names import module
from .variant_cells import SEQUENCE, C, H, X

STEP = {'x': X, 'c': C, 'h': H, 'one_step': True}
ALL = {'use_peepholes': True, 'cell_clip': 0.5, 'proj_clip': 0.25, 'forget_bias': 0.25}


def cells(tf):
    return module(tf, 'rnn_cell', 'rnn')


@case(**STEP)
def minimal_and_chaos_free(tf, x, c, h):
    """MinimalRNNCell and CFNCell, and their options; one row of a state for all."""
    inside = cells(tf)
    options = {'kernel_initializer': 'zeros', 'bias_initializer': None, 'trainable': False}
    return {
        'minimal': inside.MinimalRNNCell(4)(x, h),
        'minimal_options': inside.MinimalRNNCell(4, 'relu', name='mine', **options)(x, h),
        'chaos_free': inside.CFNCell(4)(x, h),
        'chaos_free_options': inside.CFNCell(4, tf.nn.softsign, name='my_cfn', **options)(x, c),
        'chaos_free_row': inside.CFNCell(4, None, name='row')(x, h[:1]),
    }


@case(narrow=normal(3, 3), **STEP)
def normalizing_lstms(tf, narrow, x, c, h):
    """LayerNormLSTMCell and WeightNormLSTMCell, and their options; states of other sizes."""
    inside = cells(tf)
    made = {
        'layer_plain': inside.LayerNormLSTMCell(4),
        'layer': inside.LayerNormLSTMCell(4, layer_norm=True),
        'weight': inside.WeightNormLSTMCell(4),
        'weight_plain': inside.WeightNormLSTMCell(4, norm=False),
    }
    found = {}
    for name in sorted(made):
        with tf.variable_scope(name):
            found[name] = made[name](x, (c, h))
    projected = dict(ALL, num_proj=3, activation=tf.nn.softsign)
    for name, cell in (
        ('layer_all', inside.LayerNormLSTMCell(4, layer_norm=True, **projected)),
        ('weight_all', inside.WeightNormLSTMCell(4, **projected)),
        ('weight_all_plain', inside.WeightNormLSTMCell(4, norm=False, **projected)),
    ):
        with tf.variable_scope(name):
            found[name] = cell(x, tf.nn.rnn_cell.LSTMStateTuple(c, narrow))
    for name, cell in (
        ('layer_wide', inside.LayerNormLSTMCell(4, layer_norm=True)),
        ('weight_wide', inside.WeightNormLSTMCell(4)),
    ):
        with tf.variable_scope(name):
            found[name] = cell(x, (c[:1], narrow))
    return found


@case(**SEQUENCE)
def inside_cells_sequence(tf, x, lengths):
    inside = cells(tf)
    stack = tf.nn.rnn_cell.MultiRNNCell(
        [
            inside.MinimalRNNCell(4),
            inside.CFNCell(4),
            inside.LayerNormLSTMCell(4, layer_norm=True),
            inside.WeightNormLSTMCell(4),
        ]
    )
    outputs, state = tf.nn.dynamic_rnn(stack, x, lengths, dtype=x.dtype)
    return {'outputs': outputs, 'state': state}


# -- NTMCell --------------------------------------------------------------------------------------


def numbers(tf, cell, batch, time):
    """A state that is not zero, in which the heads are where rows add up to one."""
    zeros = filled(tf, cell.zero_state(batch, tf.float32))
    return zeros._replace(
        w_list=[tf.nn.softmax(w * tf.range(5.0)) for w in zeros.w_list],
        M=zeros.M + tf.reshape(tf.range(15.0), [1, 5, 3]) / 16.0,
        time=time,
    )


@case(one_step=True, x=X)
def ntm(tf, x):
    """The first step and a later one, by options; without a range TF1 moves heads all the same."""
    inside, found = cells(tf), {}
    one = tf.nn.rnn_cell.GRUCell
    for name, options in (
        ('several', {'read_head_num': 2, 'write_head_num': 2, 'shift_range': 2}),
        ('one', {'read_head_num': 1, 'write_head_num': 1, 'output_dim': 2, 'clip_value': 0.5}),
        ('still', {'read_head_num': 1, 'write_head_num': 1, 'shift_range': 0}),
    ):
        for time in (0, 2):
            cell = inside.NTMCell(one(4), 5, 3, name='{}_{}'.format(name, time), **options)
            output, state = cell(x, numbers(tf, cell, 3, time))
            found['{}_{}'.format(name, time)] = output, state._replace(time=None)
    cell = inside.NTMCell(one(4), 5, 3, 1, 1, name='one_row')
    output, state = cell(x[:1], cell.zero_state(1, tf.float32))
    return dict(found, one_row=(output, state._replace(time=tf.constant(state.time))))


@case(**SEQUENCE)
def ntm_sequence(tf, x, lengths):
    controller = tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.BasicLSTMCell(4), tf.nn.rnn_cell.BasicLSTMCell(3)]
    )
    cell = cells(tf).NTMCell(controller, 5, 3, 2, 1, output_dim=2)
    outputs, state = tf.nn.dynamic_rnn(cell, x, lengths, dtype=x.dtype)
    return {'outputs': outputs, 'state': state}


@case(keep_initializers=True, gradients=False, x=X)
def inside_initial_values(tf, x):
    """What variables begin with, where nothing is drawn."""
    inside = cells(tf)
    given = tf.constant_initializer(0.25)
    found = []
    with tf.variable_scope('model', initializer=tf.constant_initializer(0.375)):
        for cell in (
            inside.MinimalRNNCell(4, kernel_initializer=given),
            inside.CFNCell(4, kernel_initializer='zeros'),
            inside.CFNCell(4, kernel_initializer=None, bias_initializer=None),
            inside.LayerNormLSTMCell(4, True, None, given, 3, layer_norm=True, norm_gain=0.5),
            inside.LayerNormLSTMCell(4),
            inside.WeightNormLSTMCell(4, True, True, initializer=given, num_proj=3),
        ):
            with tf.variable_scope('cell_{}'.format(len(found))):
                found.append(cell(x, cell.zero_state(3, tf.float32)))
    return found


@case(gradients=False, x=X)
def inside_scopes(tf, x):
    """Names in a user's scope, with reuse, with another scope, and of several cells of a kind."""
    inside = cells(tf)

    def step(cell, **scope):
        return cell(x, cell.zero_state(3, tf.float32), **scope)[0]

    def made():
        return [
            inside.CFNCell(4),
            inside.LayerNormLSTMCell(4),
            inside.WeightNormLSTMCell(4),
            inside.NTMCell(tf.nn.rnn_cell.GRUCell(4), 5, 3, 1, 1),
        ]

    with tf.variable_scope('model'):
        first = [step(cell) for cell in made()]
    with tf.variable_scope('model', reuse=True):
        second = [step(cell) for cell in made()]
    return {
        'first': first,
        'second': second,
        'several': [step(inside.MinimalRNNCell(4)) for _ in range(2)],
        'argument': [step(cell, scope='mine_{}'.format(i)) for i, cell in enumerate(made())],
    }


@case(one_step=True, x=normal(3, 4, dtype='float64'))
def inside_float64(tf, x):
    """In float64; their variables follow the inputs."""
    inside = cells(tf)
    return [
        cell(x, cell.zero_state(3, x.dtype))
        for cell in (
            inside.MinimalRNNCell(4),
            inside.CFNCell(4, dtype=tf.float64),
            inside.LayerNormLSTMCell(4, num_proj=3),
            inside.WeightNormLSTMCell(4, use_peepholes=True),
        )
    ]


# A WeightNormLSTMCell that normalizes raises under a partitioner in TF1.
PARTITIONED = {
    'MinimalRNNCell': lambda inside, cell: inside.MinimalRNNCell(4),
    'CFNCell': lambda inside, cell: inside.CFNCell(4),
    'LayerNormLSTMCell': lambda inside, cell: inside.LayerNormLSTMCell(
        4, True, num_proj=3, layer_norm=True
    ),
    'WeightNormLSTMCell': lambda inside, cell: inside.WeightNormLSTMCell(4, False, True),
    'NTMCell': lambda inside, cell: inside.NTMCell(cell, 5, 3, 2, 1),
}
under_partitioner(
    'inside_cells',
    PARTITIONED,
    lambda tf, make, x: partitioned(tf, make(cells(tf), tf.nn.rnn_cell.GRUCell(4)), x),
    one_step=True,
    x=normal(2, 4),
)


def partitioned(tf, cell, x):
    state = cell.zero_state(2, tf.float32)
    if hasattr(state, 'time'):
        output, state = cell(x, state)
        return output, state._replace(time=None)
    return cell(x, filled(tf, state))
