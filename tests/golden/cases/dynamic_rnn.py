"""tf.nn.dynamic_rnn and tf.nn.bidirectional_dynamic_rnn."""

from ..harness import case, normal


def result(pair):
    outputs, state = pair
    return {'outputs': outputs, 'state': state}


@case(x=normal(3, 7, 5))
def rnn_gru(tf, x):
    return result(tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), x, dtype=tf.float32))


@case(x=normal(3, 7, 5), lengths=[7, 0, 4])
def rnn_lengths(tf, x, lengths):
    """A row of length 0 gives zero outputs and keeps the initial state."""
    cell = tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True, num_proj=3)
    return result(tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32))


@case(x=normal(3, 7, 5), c=normal(3, 4), h=normal(3, 4), lengths=[0, 7, 4])
def rnn_lengths_initial_state(tf, x, c, h, lengths):
    state = tf.nn.rnn_cell.LSTMStateTuple(c, h)
    cell = tf.nn.rnn_cell.LSTMCell(4)
    return result(tf.nn.dynamic_rnn(cell, x, lengths, initial_state=state))


@case(x=normal(3, 5, 4), h=normal(3, 4), lengths=[0, 0, 0])
def rnn_lengths_all_zero(tf, x, h, lengths):
    cell = tf.nn.rnn_cell.GRUCell(4)
    return result(tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, initial_state=h))


@case(x=normal(3, 7, 5), lengths=[3, 1, 2])
def rnn_lengths_all_short(tf, x, lengths):
    """No row is as long as the inputs."""
    cell = tf.nn.rnn_cell.BasicRNNCell(4)
    return result(tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32))


@case(x=normal(2, 5, 3))
def rnn_lengths_int64(tf, x):
    lengths = tf.constant([2, 5], dtype=tf.int64)
    cell = tf.nn.rnn_cell.GRUCell(4)
    return result(tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32))


@case(x=normal(7, 3, 5), lengths=[7, 2, 4])
def rnn_time_major(tf, x, lengths):
    cell = tf.nn.rnn_cell.GRUCell(4)
    return result(
        tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32, time_major=True, swap_memory=True)
    )


@case(x=normal(3, 1, 5))
def rnn_one_step(tf, x):
    cell = tf.nn.rnn_cell.BasicLSTMCell(4)
    return result(tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, parallel_iterations=1))


@case(x=normal(1, 4, 5), lengths=[3])
def rnn_batch_of_one(tf, x, lengths):
    cell = tf.nn.rnn_cell.LSTMCell(4, cell_clip=0.25)
    return result(tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32))


@case(x=normal(2, 5, 3, dtype='float64'), lengths=[5, 2])
def rnn_float64(tf, x, lengths):
    cell = tf.nn.rnn_cell.GRUCell(4)
    return result(tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float64))


@case(x=normal(3, 6, 5), lengths=[6, 1, 3])
def rnn_unknown_batch_and_time(tf, x, lengths):
    x = tf.placeholder_with_default(x, [None, None, 5])
    lengths = tf.placeholder_with_default(lengths, [None])
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(4), tf.nn.rnn_cell.GRUCell(3)])
    return result(tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32))


@case(x=normal(3, 6, 5))
def rnn_joined_states(tf, x):
    """state_is_tuple=False, in a cell and in a stack."""
    cells = tf.nn.rnn_cell
    layers = [cells.LSTMCell(3, state_is_tuple=False) for _ in range(2)]
    stack = cells.MultiRNNCell(layers, state_is_tuple=False)
    return result(tf.nn.dynamic_rnn(stack, x, sequence_length=[6, 2, 5], dtype=tf.float32))


@case(x=normal(2, 4, 3), h=normal(2, 3))
def rnn_state_list_and_dict_of_inputs(tf, x, h):
    """Inputs and states that are nests, through a user's cell; outputs that are a nest."""

    class Nested(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return {'a': 3, 'b': (tf.TensorShape([3]), tf.TensorShape([2, 2]))}

        @property
        def output_size(self):
            return (3, tf.TensorShape([2, 2]))

        def call(self, inputs, state):
            left, right = inputs['left'], inputs['right'][0]
            a = tf.tanh(state['a'] + left)
            b, matrix = state['b']
            matrix = 0.5 * matrix + right
            new = {'a': a, 'b': (b + a * tf.get_variable('v', [3]), matrix)}
            return (a - b, matrix), new

    inputs = {'left': x, 'right': (tf.stack([x[:, :, :2], x[:, :, 1:]], 2),)}
    state = {'a': h, 'b': (h * 2.0, tf.zeros([2, 2, 2]))}
    pair = tf.nn.dynamic_rnn(Nested(), inputs, sequence_length=[4, 2], initial_state=state)
    return result(pair)


@case(x=normal(2, 5, 3))
def rnn_scalar_in_state(tf, x):
    """A scalar in the state goes on counting when rows have ended: it has no rows to copy."""

    class Counting(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return (3, tf.TensorShape([]))

        @property
        def output_size(self):
            return 3

        def call(self, inputs, state):
            hidden, count = state
            hidden = tf.tanh(inputs + hidden * tf.cast(count, tf.float32))
            return hidden, (hidden, count + 1)

    state = (tf.zeros([2, 3]), tf.constant(0))
    return result(tf.nn.dynamic_rnn(Counting(), x, [2, 4], state, dtype=tf.float32))


@case(x=normal(2, 4, 3))
def rnn_tensor_array_in_state(tf, x):
    """A TensorArray in the state is written at every step."""

    class Writing(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return (3, 1, 1)

        @property
        def output_size(self):
            return 3

        def call(self, inputs, state):
            hidden, count, history = state
            hidden = tf.tanh(inputs + hidden)
            return hidden, (hidden, count + 1, history.write(count, hidden * 2.0))

    history = tf.TensorArray(tf.float32, size=4, element_shape=[2, 3])
    state = (tf.zeros([2, 3]), tf.constant(0), history)
    return result(tf.nn.dynamic_rnn(Writing(), x, [4, 2], state, dtype=tf.float32))


@case(x=normal(2, 4, 3), lengths=[3, 4])
def rnn_output_shapes(tf, x, lengths):
    """Outputs of rank 3 per step, and of an integer type beside a float state."""

    class Counts(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return 3

        @property
        def output_size(self):
            return tf.TensorShape([3, 2])

        def call(self, inputs, state):
            state = tf.tanh(inputs + state)
            return tf.stack([state, inputs], 2), state

    return result(tf.nn.dynamic_rnn(Counts(), x, lengths, dtype=tf.float32))


@case(x=normal(3, 6, 5))
def rnn_user_cell_with_scope(tf, x):
    """A user's cell with an overridden __call__ and tf.get_variable, as of TF 1.0."""

    class Old(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            self._units = units

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or 'old'):
                weights = tf.get_variable('w', [inputs.shape.as_list()[-1], self._units])
                state = tf.tanh(tf.matmul(inputs, weights) + state)
            return state, state

    return result(tf.nn.dynamic_rnn(Old(4), x, sequence_length=[6, 5, 1], dtype=tf.float32))


@case(x=normal(3, 6, 5))
def rnn_layer_in_cell(tf, x):
    """A user's cell that uses another cell and tf.layers.dense inside."""

    class Outer(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            super(Outer, self).__init__()
            self._inner = tf.nn.rnn_cell.GRUCell(units)

        @property
        def state_size(self):
            return self._inner.state_size

        @property
        def output_size(self):
            return 2

        def call(self, inputs, state):
            output, state = self._inner(inputs, state)
            return tf.layers.dense(output, 2, tf.nn.relu, name='out'), state

    return result(tf.nn.dynamic_rnn(Outer(4), x, dtype=tf.float32))


@case(x=normal(3, 6, 5), lengths=[6, 3, 0])
def rnn_stacked_twice(tf, x, lengths):
    first, state = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(4), x, lengths, dtype=tf.float32, scope='first'
    )
    return result(
        tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), first, lengths, state, scope='second')
    )


@case(x=normal(3, 6, 5))
def bidirectional(tf, x):
    cells = tf.nn.rnn_cell
    pair = tf.nn.bidirectional_dynamic_rnn(cells.GRUCell(4), cells.LSTMCell(3), x, dtype=tf.float32)
    return result(pair)


@case(x=normal(3, 6, 5), lengths=[6, 0, 3], h=normal(3, 4))
def bidirectional_lengths(tf, x, lengths, h):
    """Each row is reversed within its own length."""
    cells = tf.nn.rnn_cell
    return result(
        tf.nn.bidirectional_dynamic_rnn(
            cells.GRUCell(4),
            cells.GRUCell(4),
            x,
            sequence_length=lengths,
            initial_state_fw=h,
            initial_state_bw=2.0 * h,
            scope='both',
        )
    )


@case(x=normal(6, 3, 5), lengths=[2, 6, 3])
def bidirectional_time_major(tf, x, lengths):
    cells = tf.nn.rnn_cell
    pair = tf.nn.bidirectional_dynamic_rnn(
        cells.BasicLSTMCell(4),
        cells.BasicLSTMCell(4),
        x,
        lengths,
        dtype=tf.float32,
        time_major=True,
    )
    return result(pair)


@case(x=normal(6, 3, 5))
def bidirectional_time_major_without_lengths(tf, x):
    cells = tf.nn.rnn_cell
    pair = tf.nn.bidirectional_dynamic_rnn(
        cells.GRUCell(2), cells.GRUCell(2), x, dtype=tf.float32, time_major=True
    )
    return result(pair)


@case(x=normal(3, 5, 4), lengths=[5, 2, 4])
def bidirectional_stacks(tf, x, lengths):
    cells = tf.nn.rnn_cell

    def stack():
        return cells.MultiRNNCell([cells.GRUCell(3), cells.ResidualWrapper(cells.GRUCell(3))])

    return result(tf.nn.bidirectional_dynamic_rnn(stack(), stack(), x, lengths, dtype=tf.float32))


@case(x=normal(3, 5, 4), lengths=[5, 2, 4])
def bidirectional_nested_inputs(tf, x, lengths):
    class Summing(tf.nn.rnn_cell.RNNCell):
        state_size = 4
        output_size = 4

        def call(self, inputs, state):
            state = tf.tanh(inputs[0] + state * inputs[1] + tf.get_variable('b', [4]))
            return state, state

    pair = tf.nn.bidirectional_dynamic_rnn(
        Summing(), Summing(), (x, 2.0 * x), lengths, dtype=tf.float32
    )
    return result(pair)


@case(x=normal(3, 4, 2), h=normal(3, 4))
def rnn_batch_of_the_state(tf, x, h):
    """Only the state tells the batch, which the static shapes of all outputs have."""
    unknown = tf.placeholder_with_default(x, [None, None, 2])
    cells = [tf.nn.rnn_cell.GRUCell(4) for _ in range(2)]
    both = tf.nn.bidirectional_dynamic_rnn(
        *cells, inputs=unknown, initial_state_fw=h, initial_state_bw=-h
    )
    return result(tf.nn.dynamic_rnn(cells[0], unknown, initial_state=h, scope='one')), both
