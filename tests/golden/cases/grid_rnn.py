"""The cells of tf.contrib.grid_rnn."""

from ..harness import case, normal

X = normal(3, 5)
CELLS = {
    'Grid1BasicRNNCell': {},
    'Grid2BasicRNNCell': {},
    'Grid1BasicLSTMCell': {'forget_bias': 0.25},
    'Grid2BasicLSTMCell': {'state_is_tuple': False, 'output_is_tuple': False},
    'Grid1LSTMCell': {'use_peepholes': True},
    'Grid2LSTMCell': {'tied': True, 'use_peepholes': True},
    'Grid3LSTMCell': {'forget_bias': 0.25},
    'Grid2GRUCell': {},
}


@case(x=X)
def grid_rnn_cells(tf, x):
    found = []
    for name in sorted(CELLS):
        cell = getattr(tf.contrib.grid_rnn, name)(4, **CELLS[name])
        state = cell.zero_state(3, tf.float32)
        if isinstance(state, tuple):
            size = (
                4 if name.endswith(('RNNCell', 'GRUCell')) else tf.nn.rnn_cell.LSTMStateTuple(4, 4)
            )
            state = tuple(
                x[:, :4] if size == 4 else tf.nn.rnn_cell.LSTMStateTuple(x[:, 1:], x[:, :4])
                for _ in state
            )
        found.append(cell(x, state))
    return found


@case(x=normal(3, 6), h=normal(3, 4))
def grid_rnn_dimensions(tf, x, h):
    """Inputs, outputs, priorities of other dimensions; maps without a state; cells of one's own."""
    grid_rnn, state = tf.contrib.grid_rnn, tf.nn.rnn_cell.LSTMStateTuple(h, 0.5 * h)
    plain = grid_rnn.GridRNNCell(4, 3, input_dims=[0, 1], output_dims=(2, 0), priority_dims=[1, 2])
    with tf.variable_scope('cells'):
        own = grid_rnn.GridRNNCell(4, 2, 0, [0, 1], cell_fn=tf.nn.rnn_cell.GRUCell, tied=True)
        own = own(x, (h, 2.0 * h))
    with tf.variable_scope('maps', initializer=tf.ones_initializer()):
        maps = grid_rnn.Grid2LSTMCell(4, non_recurrent_fn=tf.nn.softsign)(x, (state,))
    with tf.variable_scope('without'):
        without = grid_rnn.GridRNNCell(4, 2, 0, 1)(x[:, :0], (state, state))
    return {
        'plain': plain(x, (state, state, state)),
        'own': own,
        'maps': maps,
        'without': without,
    }


@case(x=normal(3, 4, 5), lengths=[4, 0, 2])
def grid_rnn_sequence(tf, x, lengths):
    cell = tf.contrib.grid_rnn.Grid2LSTMCell(3, output_is_tuple=False)
    outputs, state = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32)
    return {'outputs': outputs, 'state': state}
