"""One step of each cell of tf.nn.rnn_cell, with each of its parameters."""

from ..harness import case, normal

STEP = {'one_step': True, 'x': normal(3, 5), 'h': normal(3, 4)}
LSTM = {'one_step': True, 'x': normal(3, 5), 'c': normal(3, 4, scale=2.0), 'h': normal(3, 4)}


def cell_step(name, make, **inputs):
    """A case of one call of a cell whose state is one tensor."""

    @case(name=name, **dict(STEP, **inputs))
    def step(tf, x, h):
        output, state = make(tf)(x, h)
        return {'output': output, 'state': state}


def lstm_step(name, make, **inputs):
    """A case of one call of a cell whose state is an LSTMStateTuple."""

    @case(name=name, **dict(LSTM, **inputs))
    def step(tf, x, c, h):
        output, state = make(tf)(x, tf.nn.rnn_cell.LSTMStateTuple(c, h))
        return {'output': output, 'state': state}


cell_step('cell_basic_rnn', lambda tf: tf.nn.rnn_cell.BasicRNNCell(4))
cell_step('cell_basic_rnn_relu', lambda tf: tf.nn.rnn_cell.BasicRNNCell(4, activation=tf.nn.relu))
cell_step('cell_basic_rnn_named', lambda tf: tf.nn.rnn_cell.BasicRNNCell(4, name='mine'))
cell_step('cell_gru', lambda tf: tf.nn.rnn_cell.GRUCell(4))
cell_step('cell_gru_sigmoid', lambda tf: tf.nn.rnn_cell.GRUCell(4, activation=tf.sigmoid))
cell_step('cell_gru_activation_by_name', lambda tf: tf.nn.rnn_cell.GRUCell(4, activation='relu'))
cell_step(
    'cell_gru_float64',
    lambda tf: tf.nn.rnn_cell.GRUCell(4, dtype=tf.float64),
    x=normal(3, 5, dtype='float64'),
    h=normal(3, 4, dtype='float64'),
)
cell_step(
    'cell_gru_initializers',
    lambda tf: tf.nn.rnn_cell.GRUCell(
        4,
        kernel_initializer=tf.constant_initializer(0.25),
        bias_initializer=tf.constant_initializer(-0.5),
    ),
    keep_initializers=True,
)
cell_step(
    'cell_basic_lstm_joined_state',
    lambda tf: tf.nn.rnn_cell.BasicLSTMCell(2, state_is_tuple=False),
)
cell_step(
    'cell_lstm_joined_state',
    lambda tf: tf.nn.rnn_cell.LSTMCell(2, state_is_tuple=False, use_peepholes=True),
)
cell_step(
    'cell_lstm_joined_state_projection',
    lambda tf: tf.nn.rnn_cell.LSTMCell(3, state_is_tuple=False, num_proj=1),
)

lstm_step('cell_basic_lstm', lambda tf: tf.nn.rnn_cell.BasicLSTMCell(4))
lstm_step('cell_basic_lstm_forget_bias', lambda tf: tf.nn.rnn_cell.BasicLSTMCell(4, 0.0))
lstm_step('cell_basic_lstm_relu', lambda tf: tf.nn.rnn_cell.BasicLSTMCell(4, activation=tf.nn.relu))
lstm_step('cell_lstm', lambda tf: tf.nn.rnn_cell.LSTMCell(4))
lstm_step('cell_lstm_forget_bias', lambda tf: tf.nn.rnn_cell.LSTMCell(4, forget_bias=2.5))
lstm_step('cell_lstm_peepholes', lambda tf: tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True))
lstm_step('cell_lstm_cell_clip', lambda tf: tf.nn.rnn_cell.LSTMCell(4, cell_clip=0.3))
lstm_step(
    'cell_lstm_peepholes_cell_clip',
    lambda tf: tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True, cell_clip=0.3),
)
lstm_step('cell_lstm_activation', lambda tf: tf.nn.rnn_cell.LSTMCell(4, activation=tf.nn.softsign))
lstm_step(
    'cell_lstm_initializer',
    lambda tf: tf.nn.rnn_cell.LSTMCell(
        4, use_peepholes=True, initializer=tf.constant_initializer(0.125)
    ),
    keep_initializers=True,
)
lstm_step(
    'cell_lstm_projection',
    lambda tf: tf.nn.rnn_cell.LSTMCell(4, num_proj=2),
    h=normal(3, 2),
)
lstm_step(
    'cell_lstm_projection_clip',
    lambda tf: tf.nn.rnn_cell.LSTMCell(4, num_proj=2, proj_clip=0.125),
    h=normal(3, 2),
)
lstm_step(
    'cell_lstm_everything',
    lambda tf: tf.nn.rnn_cell.LSTMCell(
        4,
        use_peepholes=True,
        cell_clip=0.75,
        num_proj=2,
        proj_clip=0.25,
        forget_bias=0.5,
        activation=tf.nn.relu,
        name='everything',
    ),
    h=normal(3, 2),
)
lstm_step(
    'cell_lstm_float64',
    lambda tf: tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True),
    x=normal(3, 5, dtype='float64'),
    c=normal(3, 4, dtype='float64'),
    h=normal(3, 4, dtype='float64'),
)


@case(x=normal(3, 5))
def cell_zero_states(tf, x):
    """zero_state and get_initial_state of every kind of state, with a batch size known or not."""
    cells = tf.nn.rnn_cell
    batch = tf.shape(x)[0]
    stack = cells.MultiRNNCell([cells.LSTMCell(4, num_proj=2), cells.GRUCell(3)])
    joined = cells.MultiRNNCell([cells.GRUCell(2), cells.GRUCell(3)], state_is_tuple=False)
    return {
        'gru': cells.GRUCell(4).zero_state(3, tf.float32),
        'lstm': cells.BasicLSTMCell(4).zero_state(batch, tf.float64),
        'joined_lstm': cells.LSTMCell(4, state_is_tuple=False).zero_state(batch, tf.float32),
        'stack': stack.zero_state(batch, tf.float32),
        'joined_stack': joined.zero_state(3, tf.float32),
        'initial': stack.get_initial_state(inputs=x),
        'initial_of_batch': stack.get_initial_state(batch_size=batch, dtype=tf.float32),
        'used': cells.GRUCell(4)(x, cells.GRUCell(4).zero_state(batch, tf.float32)),
    }


@case(one_step=True, x=normal(3, 5), a=normal(3, 4), b=normal(3, 2), c=normal(3, 3))
def cell_multi(tf, x, a, b, c):
    cells = tf.nn.rnn_cell
    stack = cells.MultiRNNCell([cells.GRUCell(4), cells.BasicRNNCell(2), cells.LSTMCell(3)])
    output, state = stack(x, (a, b, cells.LSTMStateTuple(c, c * 0.5)))
    return {'output': output, 'state': state}


@case(one_step=True, x=normal(3, 5), state=normal(3, 6))
def cell_multi_joined_state(tf, x, state):
    cells = tf.nn.rnn_cell
    stack = cells.MultiRNNCell([cells.GRUCell(4), cells.GRUCell(2)], state_is_tuple=False)
    output, state = stack(x, state)
    return {'output': output, 'state': state}


@case(x=normal(3, 5))
def cell_multi_list_of_states(tf, x):
    """The states may be given as a list; a tuple comes back."""
    cells = tf.nn.rnn_cell
    stack = cells.MultiRNNCell([cells.GRUCell(4), cells.GRUCell(4)])
    state = [tf.zeros([3, 4]), tf.ones([3, 4])]
    for _ in range(2):
        output, state = stack(x, state)
    return {'output': output, 'state': state}


@case(x=normal(3, 5))
def cell_called_twice(tf, x):
    """One cell called twice has one set of variables."""
    cell = tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True, num_proj=3)
    first, state = cell(x, cell.zero_state(3, tf.float32))
    second, state = cell(x, state)
    return {'first': first, 'second': second, 'state': state}


@case(keep_initializers=True, x=normal(3, 5))
def cell_default_initializers(tf, x):
    """Biases begin at 0, GRU gates at 1; kernels and peepholes take the scope's initializer."""
    outputs = {}
    with tf.variable_scope('model', initializer=tf.constant_initializer(0.375)):
        for key, cell in [
            ('rnn', tf.nn.rnn_cell.BasicRNNCell(4)),
            ('gru', tf.nn.rnn_cell.GRUCell(4)),
            ('basic_lstm', tf.nn.rnn_cell.BasicLSTMCell(4)),
            ('lstm', tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True, num_proj=2)),
        ]:
            outputs[key] = cell(x, cell.zero_state(3, tf.float32))
    return outputs


@case(one_step=True, x=normal(3, 5), h=normal(3, 4))
def cell_of_contrib_rnn(tf, x, h):
    """tf.contrib.rnn has the cells of tf.nn.rnn_cell under the same names."""
    rnn = tf.contrib.rnn
    lstm = rnn.LSTMStateTuple(h, h)
    stack = rnn.MultiRNNCell([rnn.BasicRNNCell(4), rnn.ResidualWrapper(rnn.GRUCell(4))])
    return {
        'basic': rnn.BasicLSTMCell(4)(x, lstm),
        'lstm': rnn.DropoutWrapper(rnn.LSTMCell(4), output_keep_prob=1.0)(x, lstm),
        'stack': stack(x, (h, h)),
    }


@case(one_step=True, x=normal(3, 5), h=normal(3, 4))
def cell_user_call(tf, x, h):
    """A user's cell with `call`: its variables stand below the cell's own scope."""

    class Gated(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units, **kwargs):
            super(Gated, self).__init__(**kwargs)
            self._units = units

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def call(self, inputs, state):
            depth = inputs.shape.as_list()[-1]
            weights = tf.get_variable('w', [depth, self._units])
            with tf.variable_scope('gate'):
                gate = tf.sigmoid(tf.get_variable('g', [self._units]))
            state = gate * state + (1.0 - gate) * tf.matmul(inputs, weights)
            return tf.tanh(state), state

    output, state = Gated(4)(x, h)
    return {'output': output, 'state': state, 'named': Gated(4, name='other')(x, h)}


@case(one_step=True, x=normal(3, 5), h=normal(3, 4))
def cell_user_build(tf, x, h):
    """A user's cell that makes its variables in `build` with add_variable."""

    class Built(tf.nn.rnn_cell.RNNCell):
        state_size = 4
        output_size = 4

        def build(self, input_shape):
            depth = int(input_shape[-1])
            self.kernel = self.add_variable('kernel', shape=[depth + 4, 4])
            self.scale = self.add_variable(
                'scale', shape=[4], initializer=tf.zeros_initializer(), trainable=False
            )
            self.built = True

        def call(self, inputs, state):
            state = tf.tanh(tf.matmul(tf.concat([inputs, state], 1), self.kernel))
            return self.scale * state, state

    output, state = Built()(x, h)
    return {'output': output, 'state': state}


@case(one_step=True, x=normal(3, 5), h=normal(3, 4))
def cell_user_dunder_call(tf, x, h):
    """A user's cell that overrides __call__, opens its own scope and calls no super().__init__."""

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
            with tf.variable_scope(scope or type(self).__name__):
                weights = tf.get_variable('w', [inputs.shape.as_list()[-1], self._units])
                bias = tf.get_variable('b', [self._units], initializer=tf.zeros_initializer())
                state = tf.tanh(tf.matmul(inputs, weights) + bias + state)
            return state, state

    return {'default': Old(4)(x, h), 'scoped': Old(4)(x, h, scope='here')}
