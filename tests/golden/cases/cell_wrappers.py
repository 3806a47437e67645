"""DropoutWrapper, ResidualWrapper and DeviceWrapper."""

from ..harness import case, normal


@case(x=normal(3, 6, 5), h=normal(3, 4))
def dropout_keep_everything(tf, x, h):
    """Keep probabilities of 1.0 change nothing, as numbers or as tensors."""
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.GRUCell(4),
        input_keep_prob=1.0,
        output_keep_prob=tf.constant(1.0),
        state_keep_prob=tf.constant(1.0),
        seed=3,
    )
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=h)
    return {'outputs': outputs, 'state': state}


@case(x=normal(4, 8))
def dropout_seeded_step(tf, x):
    """One step with a seed: which entries are dropped, from inputs, states and outputs."""
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.LSTMCell(8),
        input_keep_prob=0.5,
        output_keep_prob=0.75,
        state_keep_prob=0.5,
        seed=11,
    )
    output, state = cell(x, cell.zero_state(4, tf.float32))
    return {'output': output, 'state': state}


@case(x=normal(3, 6, 5))
def dropout_seeded_sequence(tf, x):
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.BasicLSTMCell(4), input_keep_prob=0.7, output_keep_prob=0.6, seed=5
    )
    # Steps that run side by side would draw their masks in any order.
    outputs, state = tf.nn.dynamic_rnn(
        cell, x, sequence_length=[6, 2, 4], dtype=tf.float32, parallel_iterations=1
    )
    return {'outputs': outputs, 'state': state}


@case(x=normal(3, 6, 5))
def dropout_variational_sequence(tf, x):
    """The same masks at every step."""
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.GRUCell(5),
        input_keep_prob=0.5,
        output_keep_prob=0.5,
        state_keep_prob=0.5,
        variational_recurrent=True,
        input_size=5,
        dtype=tf.float32,
        seed=7,
    )
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    return {'outputs': outputs, 'state': state}


@case(x=normal(4, 8))
def dropout_state_filter(tf, x):
    """The visitor chooses which states are dropped: here c, which by default is kept."""

    def visitor(state):
        if isinstance(state, tf.nn.rnn_cell.LSTMStateTuple):
            return tf.nn.rnn_cell.LSTMStateTuple(c=True, h=False)
        return True  # It is asked about c itself, too.

    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.LSTMCell(8),
        state_keep_prob=0.5,
        seed=2,
        dropout_state_filter_visitor=visitor,
    )
    output, state = cell(x, cell.zero_state(4, tf.float32))
    return {'output': output, 'state': state}


@case(x=normal(3, 6, 4))
def residual(tf, x):
    cell = tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(4))
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=[6, 0, 3], dtype=tf.float32)
    return {'outputs': outputs, 'state': state}


@case(x=normal(3, 6, 5))
def residual_function(tf, x):
    cell = tf.nn.rnn_cell.ResidualWrapper(
        tf.nn.rnn_cell.LSTMCell(4), residual_fn=lambda i, o: o + 2.0 * i[:, :4]
    )
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    return {'outputs': outputs, 'state': state}


@case(x=normal(3, 6, 4))
def residual_function_with_variables(tf, x):
    """A residual_fn that makes a layer."""
    cell = tf.nn.rnn_cell.ResidualWrapper(
        tf.nn.rnn_cell.GRUCell(3),
        residual_fn=lambda i, o: o + tf.layers.dense(i, 3, use_bias=False, name='skip'),
    )
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    return {'outputs': outputs, 'state': state}


@case(x=normal(3, 4))
def device(tf, x):
    """A device changes neither values nor names."""
    cell = tf.nn.rnn_cell.DeviceWrapper(tf.nn.rnn_cell.LSTMCell(4, num_proj=2), '/cpu:0')
    output, state = cell(x, cell.zero_state(3, tf.float32))
    return {'output': output, 'state': state}


@case(x=normal(3, 6, 4))
def wrappers_stacked(tf, x):
    """Dropout in residual in device, in a stack, as translation models build it."""
    cells = tf.nn.rnn_cell

    def layer(index):
        cell = cells.BasicLSTMCell(4, forget_bias=1.0)
        cell = cells.DropoutWrapper(cell, input_keep_prob=1.0)
        if index:
            cell = cells.ResidualWrapper(cell)
        return cells.DeviceWrapper(cell, '/cpu:0')

    stack = cells.MultiRNNCell([layer(index) for index in range(3)])
    outputs, state = tf.nn.dynamic_rnn(stack, x, sequence_length=[1, 6, 4], dtype=tf.float32)
    return {'outputs': outputs, 'state': state}
