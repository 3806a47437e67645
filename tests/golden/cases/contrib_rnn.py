"""The functions of tf.contrib.rnn, and what takes a whole sequence at once."""

from ..harness import case, normal

TIME_MAJOR = {'x': normal(6, 3, 5), 'lengths': [6, 0, 3]}
STEPS = {'x': normal(4, 3, 5), 'lengths': [4, 0, 2]}


def fused(name, make, use_lengths=True, **inputs):
    """A case of a FusedRNNCell on time-major inputs."""

    @case(name='fused_' + name, **dict(TIME_MAJOR, **inputs))
    def run(tf, x, lengths):
        lengths = lengths if use_lengths else None
        outputs, state = make(tf.contrib.rnn)(x, dtype=x.dtype, sequence_length=lengths)
        return {'outputs': outputs, 'state': state}


fused('lstm', lambda rnn: rnn.LSTMBlockFusedCell(4), use_lengths=False)
fused('lstm_lengths', lambda rnn: rnn.LSTMBlockFusedCell(4))
fused('lstm_short_lengths', lambda rnn: rnn.LSTMBlockFusedCell(4), lengths=[2, 1, 3])
fused('lstm_all_empty', lambda rnn: rnn.LSTMBlockFusedCell(4), lengths=[0, 0, 0])
fused(
    'lstm_options',
    lambda rnn: rnn.LSTMBlockFusedCell(4, forget_bias=0.5, use_peephole=True, name='mine'),
)
fused(
    'lstm_clip',
    lambda rnn: rnn.LSTMBlockFusedCell(4, cell_clip=0.125, use_peephole=True),
    use_lengths=False,
)
fused('lstm_one_step', lambda rnn: rnn.LSTMBlockFusedCell(4), x=normal(1, 3, 5), lengths=[1, 0, 1])
fused('adaptor_static', lambda rnn: rnn.FusedRNNCellAdaptor(rnn.LSTMCell(4)))
fused('adaptor_dynamic', lambda rnn: rnn.FusedRNNCellAdaptor(rnn.GRUCell(4), use_dynamic_rnn=True))
fused('reversed_lstm', lambda rnn: rnn.TimeReversedFusedRNN(rnn.LSTMBlockFusedCell(4)))
fused(
    'reversed_lstm_whole',
    lambda rnn: rnn.TimeReversedFusedRNN(rnn.LSTMBlockFusedCell(4)),
    use_lengths=False,
)
fused(
    'reversed_adaptor',
    lambda rnn: rnn.TimeReversedFusedRNN(rnn.FusedRNNCellAdaptor(rnn.GRUCell(4), True)),
)


@case(x=normal(6, 3, 5), c=normal(3, 4), h=normal(3, 4), lengths=[6, 0, 3])
def fused_lstm_initial_state(tf, x, c, h, lengths):
    """The state of an empty sequence is the initial one."""
    lstm = tf.contrib.rnn.LSTMBlockFusedCell(4)
    outputs, state = lstm(x, initial_state=(c, h), sequence_length=lengths)
    again = lstm(0.5 * x, initial_state=state)
    return {'outputs': outputs, 'state': state, 'again': again}


@case(x=normal(4, 3, 5), lengths=[4, 0, 2])
def fused_lists(tf, x, lengths):
    """Lists of steps, which come back as lists; they are reversed without regard to lengths."""
    rnn = tf.contrib.rnn
    steps = tf.unstack(x)
    return {
        'static': rnn.FusedRNNCellAdaptor(rnn.GRUCell(4))(
            steps, dtype=tf.float32, sequence_length=lengths, scope='static'
        ),
        'dynamic': rnn.FusedRNNCellAdaptor(rnn.GRUCell(4), True)(
            steps, dtype=tf.float32, sequence_length=lengths, scope='dynamic'
        ),
        'reversed': rnn.TimeReversedFusedRNN(rnn.FusedRNNCellAdaptor(rnn.GRUCell(4)))(
            steps, initial_state=tf.ones([3, 4]), scope='reversed'
        ),
        'reversed_lengths': rnn.TimeReversedFusedRNN(rnn.FusedRNNCellAdaptor(rnn.GRUCell(4)))(
            steps, dtype=tf.float32, sequence_length=lengths, scope='reversed_lengths'
        ),
    }


@case(x=normal(6, 3, 5), lengths=[6, 0, 3])
def fused_bidirectional(tf, x, lengths):
    """How programs use the fused LSTM: one forwards, one backwards, in scopes."""
    rnn = tf.contrib.rnn
    with tf.variable_scope('fw'):
        one = rnn.LSTMBlockFusedCell(4)(x, dtype=tf.float32, sequence_length=lengths)
    with tf.variable_scope('bw'):
        backwards = rnn.TimeReversedFusedRNN(rnn.LSTMBlockFusedCell(4))
        other = backwards(x, dtype=tf.float32, sequence_length=lengths)
    return tf.concat([one[0], other[0]], 2), one[1], other[1]


@case(x=normal(6, 3, 5), lengths=[6, 0, 3])
def fused_wrapper_subclass(tf, x, lengths):
    """A user's LSTMBlockWrapper."""

    class Sums(tf.contrib.rnn.LSTMBlockWrapper):
        @property
        def num_units(self):
            return 5

        def _call_cell(self, inputs, cell_state, output, dtype, sequence_length):
            cells = cell_state + tf.cumsum(inputs)
            return cells, tf.tanh(cells) + output

    outputs, state = Sums()(x, dtype=tf.float32, sequence_length=lengths)
    return {'outputs': outputs, 'state': state}


# -- bidirectional and stacked --------------------------------------------------------------------


@case(**STEPS)
def static_bidirectional(tf, x, lengths):
    rnn = tf.contrib.rnn
    return rnn.static_bidirectional_rnn(
        rnn.GRUCell(4), rnn.LSTMCell(3), tf.unstack(x), dtype=tf.float32, sequence_length=lengths
    )


@case(x=normal(4, 3, 5), h=normal(3, 4))
def static_bidirectional_initial_states(tf, x, h):
    """Of tf.nn, without lengths, in a scope."""
    cells = tf.nn.rnn_cell
    return tf.nn.static_bidirectional_rnn(
        cells.GRUCell(4),
        cells.GRUCell(4),
        tf.unstack(x),
        initial_state_fw=h,
        initial_state_bw=2.0 * h,
        scope='mine',
    )


@case(**STEPS)
def static_state_saving(tf, x, lengths):
    """The state comes from and goes to an object; the names may be nested as the state is."""
    rnn = tf.contrib.rnn
    saved = {}

    class Saver(object):  # noqa: UP004 (Python 2 programs write it so)
        def state(self, name):
            return tf.ones([3, 4]) * len(name)

        def save_state(self, name, value):
            saved[name] = value
            return value

    one = rnn.static_state_saving_rnn(rnn.GRUCell(4), tf.unstack(x), Saver(), 'h')
    stack = rnn.MultiRNNCell([rnn.LSTMCell(4), rnn.GRUCell(4)])
    names = (('c', 'hh'), 'hhh')
    steps = tf.unstack(x)
    other = rnn.static_state_saving_rnn(stack, steps, Saver(), names, lengths, scope='other')
    return {'one': one, 'other': other, 'saved': saved}


@case(x=normal(3, 4, 5), lengths=[4, 0, 2])
def stacked_dynamic(tf, x, lengths):
    rnn = tf.contrib.rnn
    return rnn.stack_bidirectional_dynamic_rnn(
        [rnn.GRUCell(4), rnn.LSTMCell(3)],
        [rnn.GRUCell(2), rnn.LSTMCell(3)],
        x,
        dtype=tf.float32,
        sequence_length=lengths,
    )


@case(x=normal(3, 4, 5))
def stacked_dynamic_whole(tf, x):
    rnn = tf.contrib.rnn
    layers = [[rnn.BasicLSTMCell(3) for _ in range(3)] for _ in range(2)]
    return rnn.stack_bidirectional_dynamic_rnn(layers[0], layers[1], x, dtype=tf.float32)


@case(x=normal(4, 3, 5), h=normal(3, 4))
def stacked_dynamic_time_major(tf, x, h):
    """With initial states forwards only, in a user's scope."""
    rnn = tf.contrib.rnn
    with tf.variable_scope('encoder'):
        return rnn.stack_bidirectional_dynamic_rnn(
            [rnn.GRUCell(4), rnn.GRUCell(4)],
            [rnn.GRUCell(4), rnn.GRUCell(4)],
            x,
            initial_states_fw=[h, 2.0 * h],
            dtype=tf.float32,
            time_major=True,
            scope='mine',
        )


@case(x=normal(3, 4, 5), h=normal(3, 4), lengths=[4, 1, 2])
def stacked_dynamic_initial_states(tf, x, h, lengths):
    rnn = tf.contrib.rnn
    state = rnn.LSTMStateTuple(h, 0.5 * h)
    return rnn.stack_bidirectional_dynamic_rnn(
        [rnn.LSTMCell(4)],
        [rnn.GRUCell(4)],
        x,
        initial_states_fw=[state],
        initial_states_bw=[h],
        sequence_length=lengths,
    )


@case(**STEPS)
def stacked_static(tf, x, lengths):
    rnn = tf.contrib.rnn
    return rnn.stack_bidirectional_rnn(
        [rnn.GRUCell(4), rnn.GRUCell(3)],
        [rnn.GRUCell(2), rnn.GRUCell(3)],
        tf.unstack(x),
        dtype=tf.float32,
        sequence_length=lengths,
    )


@case(x=normal(4, 3, 5), h=normal(3, 4))
def stacked_static_initial_states(tf, x, h):
    rnn = tf.contrib.rnn
    return rnn.stack_bidirectional_rnn(
        [rnn.GRUCell(4), rnn.GRUCell(4)],
        [rnn.GRUCell(4), rnn.GRUCell(4)],
        tf.unstack(x),
        initial_states_fw=[h, 2.0 * h],
        initial_states_bw=[h, h],
        scope='mine',
    )


@case(x=normal(4, 3, 5))
def batch_and_time(tf, x):
    """transpose_batch_time and best_effort_input_batch_size."""
    rnn = tf.contrib.rnn
    return {
        'transposed': rnn.transpose_batch_time(x),
        'vector': rnn.transpose_batch_time(x[0, 0]),
        'batch': tf.constant(1) * rnn.best_effort_input_batch_size([x]),
    }
