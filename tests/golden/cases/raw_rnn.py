"""tf.nn.raw_rnn."""

from ..harness import case, normal


@case(x=normal(5, 3, 4), lengths=[5, 0, 2])
def raw_reads_inputs(tf, x, lengths):
    """The loop that dynamic_rnn would make."""
    inputs = tf.TensorArray(tf.float32, size=5).unstack(x)
    cell = tf.nn.rnn_cell.LSTMCell(3)

    def loop_fn(time, cell_output, cell_state, loop_state):
        state = cell.zero_state(3, tf.float32) if cell_output is None else cell_state
        finished = time >= lengths
        following = tf.cond(
            tf.reduce_all(finished), lambda: tf.zeros([3, 4]), lambda: inputs.read(time)
        )
        return finished, following, state, cell_output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return {'outputs': outputs, 'state': state}


@case(x=normal(3, 4), lengths=[4, 1, 3])
def raw_feeds_back(tf, x, lengths):
    """The output is the next input; a loop state counts."""
    cell = tf.nn.rnn_cell.GRUCell(4)

    def loop_fn(time, cell_output, cell_state, loop_state):
        if cell_output is None:
            return (lengths <= 0), x, cell.zero_state(3, tf.float32), None, tf.constant(10)
        return (time >= lengths), 2.0 * cell_output, cell_state, cell_output, loop_state + time

    outputs, state, loop_state = tf.nn.raw_rnn(cell, loop_fn)
    return {'outputs': outputs, 'state': state, 'loop_state': loop_state}


@case(x=normal(3, 4), lengths=[4, 1, 3])
def raw_emits_another_structure(tf, x, lengths):
    """What is emitted need not look like the cell's output."""
    cell = tf.nn.rnn_cell.GRUCell(4)

    def loop_fn(time, cell_output, cell_state, loop_state):
        if cell_output is None:
            emit = {'id': tf.zeros([], tf.int32), 'pair': (tf.zeros([2]), tf.zeros([4, 1]))}
            return tf.zeros([3], tf.bool), x, cell.zero_state(3, tf.float32), emit, None
        emit = {
            'id': tf.argmax(cell_output, -1, output_type=tf.int32),
            'pair': (cell_output[:, :2], cell_output[:, :, None]),
        }
        return (time >= lengths), x + cell_output, cell_state, emit, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn, scope='mine')
    return {'outputs': outputs, 'state': state}


@case(x=normal(3, 4))
def raw_loop_state_tensor_array(tf, x):
    """A TensorArray in the loop state collects states; rows never end before time 4."""
    cell = tf.nn.rnn_cell.BasicRNNCell(4)

    def loop_fn(time, cell_output, cell_state, loop_state):
        if cell_output is None:
            states = tf.TensorArray(tf.float32, size=5)
            state = cell.zero_state(3, tf.float32)
            loop_state = (states.write(0, state), tf.constant(0.0))
            return tf.zeros([3], tf.bool), x, state, None, loop_state
        states, total = loop_state
        loop_state = (states.write(time, cell_state), total + tf.reduce_sum(cell_output))
        return tf.fill([3], time >= 4), 0.5 * x, cell_state, cell_output, loop_state

    outputs, state, loop_state = tf.nn.raw_rnn(cell, loop_fn)
    return {'outputs': outputs, 'state': state, 'loop_state': loop_state}


@case(x=normal(3, 4))
def raw_all_finished_at_once(tf, x):
    """Every row has ended before the first step."""
    cell = tf.nn.rnn_cell.GRUCell(4)

    def loop_fn(time, cell_output, cell_state, loop_state):
        state = cell.zero_state(3, tf.float32) + 1.0 if cell_output is None else cell_state
        return tf.ones([3], tf.bool), x, state, cell_output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return {'state': state, 'steps': outputs.size()}


@case(x=normal(2, 5, 4), memory=normal(2, 6, 3))
def raw_attention(tf, x, memory):
    """AttentionWrapper driven by raw_rnn, with its alignments emitted."""
    seq2seq = tf.contrib.seq2seq
    cell = seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), seq2seq.LuongAttention(4, memory), attention_layer_size=3
    )
    inputs = tf.TensorArray(tf.float32, size=5).unstack(tf.transpose(x, [1, 0, 2]))
    lengths = tf.constant([5, 3])

    def loop_fn(time, cell_output, cell_state, loop_state):
        if cell_output is None:
            state = cell.zero_state(2, tf.float32)
            emit = (tf.zeros([3]), tf.zeros([6]))
        else:
            state = cell_state
            emit = (cell_output, cell_state.alignments)
        finished = time >= lengths
        following = tf.cond(
            tf.reduce_all(finished), lambda: tf.zeros([2, 4]), lambda: inputs.read(time)
        )
        return finished, following, state, emit, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return {'outputs': outputs, 'state': state}
