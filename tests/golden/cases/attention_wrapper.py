"""AttentionWrapper and AttentionWrapperState, by the step and in dynamic_rnn."""

from ..harness import case, normal

SIZES = {'x': normal(3, 5), 'memory': normal(3, 7, 4), 'lengths': [7, 3, 1]}
SEQUENCE = {'x': normal(3, 6, 5), 'memory': normal(3, 7, 4), 'lengths': [7, 3, 1]}


def bahdanau(tf, memory, lengths=None, **kwargs):
    return tf.contrib.seq2seq.BahdanauAttention(6, memory, lengths, **kwargs)


def luong(tf, memory, lengths=None, **kwargs):
    return tf.contrib.seq2seq.LuongAttention(6, memory, lengths, **kwargs)


def two_steps(tf, cell, x, state=None):
    """What two calls give, so that the second sees an attention that is not zero."""
    state = cell.zero_state(3, x.dtype) if state is None else state
    first, state = cell(x, state)
    second, state = cell(0.5 * x, state)
    return {'first': first, 'second': second, 'state': state}


def wrapper_case(name, make, **inputs):
    """A case of two calls of an AttentionWrapper."""

    @case(name=name, **dict(SIZES, **inputs))
    def calls(tf, x, memory, lengths):
        return two_steps(tf, make(tf, memory, lengths), x)


def sequence_case(name, make, steps=(6, 2, 4), **inputs):
    """A case of an AttentionWrapper in dynamic_rnn."""

    @case(name=name, **dict(SEQUENCE, **inputs))
    def sequence(tf, x, memory, lengths):
        outputs, state = tf.nn.dynamic_rnn(
            make(tf, memory, lengths), x, sequence_length=list(steps), dtype=tf.float32
        )
        return {'outputs': outputs, 'state': state}


def wrap(tf, cell, mechanism, *args, **kwargs):
    return tf.contrib.seq2seq.AttentionWrapper(cell, mechanism, *args, **kwargs)


wrapper_case(
    'wrapper_gru_bahdanau',
    lambda tf, m, n: wrap(tf, tf.nn.rnn_cell.GRUCell(6), bahdanau(tf, m, n)),
)
wrapper_case(
    'wrapper_lstm_luong',
    lambda tf, m, n: wrap(tf, tf.nn.rnn_cell.LSTMCell(6), luong(tf, m, n)),
)
wrapper_case(
    'wrapper_attention_layer_size',
    lambda tf, m, n: wrap(tf, tf.nn.rnn_cell.LSTMCell(6), luong(tf, m, n, scale=True), 5),
)
wrapper_case(
    'wrapper_attention_layer',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        bahdanau(tf, m, n),
        attention_layer=tf.layers.Dense(3, activation=tf.tanh, name='mix'),
    ),
)
wrapper_case(
    'wrapper_output_not_attention',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        bahdanau(tf, m, n),
        attention_layer_size=3,
        output_attention=False,
    ),
)
wrapper_case(
    'wrapper_cell_input_fn',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        luong(tf, m, n),
        attention_layer_size=5,
        cell_input_fn=lambda inputs, attention: tf.tanh(inputs + attention),
    ),
)
wrapper_case(
    'wrapper_cell_input_fn_with_variables',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        luong(tf, m, n),
        cell_input_fn=lambda inputs, attention: tf.layers.dense(
            tf.concat([inputs, attention], -1), 3, name='input'
        ),
    ),
)
wrapper_case(
    'wrapper_named',
    lambda tf, m, n: wrap(
        tf, tf.nn.rnn_cell.BasicRNNCell(6), bahdanau(tf, m), attention_layer_size=2, name='named'
    ),
)
wrapper_case(
    'wrapper_several_mechanisms',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        [bahdanau(tf, m, n), luong(tf, 2.0 * m[:, :5], None, scale=True)],
    ),
)
wrapper_case(
    'wrapper_several_mechanisms_layer_sizes',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.LSTMCell(6),
        [luong(tf, m, n), luong(tf, -m[:, 1:])],
        attention_layer_size=[3, 2],
        output_attention=False,
    ),
)
wrapper_case(
    'wrapper_several_mechanisms_layers',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        [bahdanau(tf, m, n), bahdanau(tf, m, name='Second')],
        attention_layer=[tf.layers.Dense(3, use_bias=False), tf.layers.Dense(2)],
    ),
)
wrapper_case(
    'wrapper_one_mechanism_in_a_list',
    lambda tf, m, n: wrap(
        tf, tf.nn.rnn_cell.GRUCell(6), [bahdanau(tf, m, n)], attention_layer_size=[4]
    ),
)
wrapper_case(
    'wrapper_stack',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(5), tf.nn.rnn_cell.GRUCell(6)]),
        luong(tf, m, n),
        attention_layer_size=4,
    ),
)
wrapper_case(
    'wrapper_residual',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(6)),
        luong(tf, m, n),
        cell_input_fn=lambda inputs, attention: tf.concat([inputs, attention], -1)[:, :6],
    ),
)
wrapper_case(
    'wrapper_dropout_keeping_all',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(6), input_keep_prob=1.0),
        bahdanau(tf, m, n, normalize=True),
    ),
)
wrapper_case(
    'wrapper_hardmax',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        luong(tf, m, n, probability_fn=tf.contrib.seq2seq.hardmax),
    ),
)
wrapper_case(
    'wrapper_float64',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6, dtype=tf.float64),
        bahdanau(tf, m, n, dtype=tf.float64),
        attention_layer_size=3,
        dtype=tf.float64,
    ),
    x=normal(3, 5, dtype='float64'),
    memory=normal(3, 7, 4, dtype='float64'),
)


@case(**SIZES)
def wrapper_attention_fn(tf, x, memory, lengths):
    """attention_fn takes the place of score, context and attention layer."""

    def attention_fn(mechanism, cell_output, attention_state, attention_layer):
        alignments, state = mechanism(cell_output, state=attention_state)
        context = tf.reduce_sum(alignments[:, :, None] * mechanism.values, 1)
        attention = context if attention_layer is None else attention_layer(context)
        return 3.0 * attention, alignments, state

    cell = wrap(
        tf, tf.nn.rnn_cell.GRUCell(6), luong(tf, memory, lengths), attention_fn=attention_fn
    )
    return two_steps(tf, cell, x)


@case(**SIZES)
def wrapper_zero_state(tf, x, memory, lengths):
    """Each field of the state before the first step."""
    batch = tf.shape(x)[0]
    plain = wrap(tf, tf.nn.rnn_cell.LSTMCell(6), bahdanau(tf, memory, lengths), 3)
    pair = wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        [bahdanau(tf, memory), luong(tf, memory[:, :2])],
        attention_layer_size=[2, 3],
    )
    output, _ = plain(x, plain.zero_state(batch, tf.float32))
    return {
        'plain': plain.zero_state(3, tf.float32),
        'batch': plain.zero_state(batch, tf.float32),
        'several': pair.zero_state(3, tf.float32),
        'output': output,
    }


@case(h=normal(3, 6), **SIZES)
def wrapper_clone(tf, x, memory, lengths, h):
    """The usual way to hand over an encoder's state."""
    cell = wrap(tf, tf.nn.rnn_cell.GRUCell(6), bahdanau(tf, memory, lengths))
    state = cell.zero_state(3, tf.float32).clone(cell_state=h)
    return two_steps(tf, cell, x, state)


@case(h=normal(3, 6), **SIZES)
def wrapper_initial_cell_state(tf, x, memory, lengths, h):
    encoded = tf.nn.rnn_cell.LSTMStateTuple(h, 0.5 * h)
    cell = wrap(
        tf,
        tf.nn.rnn_cell.LSTMCell(6),
        luong(tf, memory, lengths),
        attention_layer_size=3,
        initial_cell_state=encoded,
    )
    return two_steps(tf, cell, x)


@case(**SIZES)
def wrapper_history_by_hand(tf, x, memory, lengths):
    """The alignment history is a TensorArray, one entry for each call."""
    cell = wrap(
        tf, tf.nn.rnn_cell.GRUCell(6), luong(tf, memory, lengths), 3, alignment_history=True
    )
    return two_steps(tf, cell, x)


@case(**SIZES)
def wrapper_of_unknown_batch(tf, x, memory, lengths):
    memory = tf.placeholder_with_default(memory, [None, None, 4])
    lengths = tf.placeholder_with_default(lengths, [None])
    x = tf.placeholder_with_default(x, [None, 5])
    cell = wrap(tf, tf.nn.rnn_cell.LSTMCell(6), bahdanau(tf, memory, lengths), 3)
    output, state = cell(x, cell.zero_state(tf.shape(x)[0], tf.float32))
    return {'output': output, 'state': state}


@case(**SEQUENCE)
def wrapper_inside_a_stack(tf, x, memory, lengths):
    """Attention over the bottom cell, as in GNMT: the stack's state holds the wrapper's."""
    cells = tf.nn.rnn_cell
    bottom = wrap(tf, cells.LSTMCell(6), luong(tf, memory, lengths), 4, output_attention=False)
    stack = cells.MultiRNNCell([bottom, cells.LSTMCell(5)])
    outputs, state = tf.nn.dynamic_rnn(stack, x, sequence_length=[6, 1, 3], dtype=tf.float32)
    return {'outputs': outputs, 'state': state}


sequence_case(
    'wrapper_sequence',
    lambda tf, m, n: wrap(tf, tf.nn.rnn_cell.GRUCell(6), bahdanau(tf, m, n), 4),
)
sequence_case(
    'wrapper_sequence_normalized',
    lambda tf, m, n: wrap(tf, tf.nn.rnn_cell.LSTMCell(6), bahdanau(tf, m, n, normalize=True)),
    steps=(3, 0, 6),
)
sequence_case(
    'wrapper_sequence_scaled',
    lambda tf, m, n: wrap(tf, tf.nn.rnn_cell.LSTMCell(6), luong(tf, m, n, scale=True), 4),
)
sequence_case(
    'wrapper_sequence_history',
    lambda tf, m, n: wrap(
        tf, tf.nn.rnn_cell.GRUCell(6), bahdanau(tf, m, n), 4, alignment_history=True
    ),
)
sequence_case(
    'wrapper_sequence_histories',
    lambda tf, m, n: wrap(
        tf,
        tf.nn.rnn_cell.GRUCell(6),
        [bahdanau(tf, m, n), luong(tf, m)],
        attention_layer_size=[4, 2],
        alignment_history=True,
    ),
)
