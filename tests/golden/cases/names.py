"""Which variables there are: scopes, names and reuse."""

from ..harness import case, normal


def step(tf, cell, x, **kwargs):
    return cell(x, cell.zero_state(3, tf.float32), **kwargs)[0]


@case(x=normal(3, 5))
def names_two_cells(tf, x):
    """Two cells without names in one scope get two scopes."""
    with tf.variable_scope('model'):
        first = step(tf, tf.nn.rnn_cell.GRUCell(4), x)
        return {'first': first, 'second': step(tf, tf.nn.rnn_cell.GRUCell(4), first)}


@case(x=normal(3, 5))
def names_one_name_twice(tf, x):
    """A given name is made unique too: the second cell of one name has another scope."""
    with tf.variable_scope('model'):
        first = step(tf, tf.nn.rnn_cell.GRUCell(4, name='cell'), x)
        return {'first': first, 'second': step(tf, tf.nn.rnn_cell.GRUCell(4, name='cell'), first)}


@case(x=normal(3, 5))
def names_scope_opened_twice(tf, x):
    """The same cell class in two openings of one scope, with other names."""
    with tf.variable_scope('model'):
        first = step(tf, tf.nn.rnn_cell.BasicRNNCell(4, name='one'), x)
    with tf.variable_scope('model'):
        second = step(tf, tf.nn.rnn_cell.BasicRNNCell(4, name='two'), x)
    with tf.variable_scope(None, default_name='model'):
        third = step(tf, tf.nn.rnn_cell.BasicRNNCell(4), x)
    return [first, second, third]


@case(x=normal(3, 5))
def names_reuse(tf, x):
    """reuse=True and AUTO_REUSE find the variables of the first cell."""
    with tf.variable_scope('model'):
        first = step(tf, tf.nn.rnn_cell.LSTMCell(4), x)
    with tf.variable_scope('model', reuse=True):
        second = step(tf, tf.nn.rnn_cell.LSTMCell(4), 2.0 * x)
    with tf.variable_scope('model', reuse=tf.AUTO_REUSE):
        third = step(tf, tf.nn.rnn_cell.LSTMCell(4), 3.0 * x)
    return [first, second, third]


@case(x=normal(3, 5))
def names_reuse_argument(tf, x):
    with tf.variable_scope('model'):
        first = step(tf, tf.nn.rnn_cell.GRUCell(4), x)
        second = step(tf, tf.nn.rnn_cell.GRUCell(4, reuse=True), 2.0 * x)
    return [first, second]


@case(x=normal(3, 5))
def names_reuse_variables(tf, x):
    with tf.variable_scope('model') as scope:
        first = step(tf, tf.nn.rnn_cell.BasicLSTMCell(4, name='cell'), x)
        scope.reuse_variables()
    with tf.variable_scope(scope):
        second = step(tf, tf.nn.rnn_cell.BasicLSTMCell(4, name='cell'), 2.0 * x)
    return [first, second]


@case(x=normal(3, 5))
def names_scope_argument(tf, x):
    """The scope of the first call names the variables, whatever scope is open later."""
    cell = tf.nn.rnn_cell.GRUCell(4)
    first = step(tf, cell, x, scope='mine')
    with tf.variable_scope('elsewhere'):
        second = step(tf, cell, 2.0 * x)
    return [first, second]


@case(x=normal(3, 5))
def names_cell_made_in_another_scope(tf, x):
    """A cell made in one scope and called in another has the names of where it is called."""
    with tf.variable_scope('made'):
        cell = tf.nn.rnn_cell.LSTMCell(4)
        wrapped = tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(5))
    with tf.variable_scope('called'):
        return {'plain': step(tf, cell, x), 'wrapped': step(tf, wrapped, x)}


@case(x=normal(3, 4, 5))
def names_dynamic_rnn_scopes(tf, x):
    """dynamic_rnn's own scope: the default, a name, a VariableScope, and a second default."""
    cell = tf.nn.rnn_cell.GRUCell
    default, _ = tf.nn.dynamic_rnn(cell(2), x, dtype=tf.float32)
    named, _ = tf.nn.dynamic_rnn(cell(2), x, dtype=tf.float32, scope='encoder')
    with tf.variable_scope('outer') as scope:
        inner, _ = tf.nn.dynamic_rnn(cell(2), x, dtype=tf.float32)
    opened, _ = tf.nn.dynamic_rnn(cell(3), x, dtype=tf.float32, scope=scope)
    return {'default': default, 'named': named, 'inner': inner, 'opened': opened}


@case(x=normal(3, 4, 5))
def names_two_dynamic_rnns(tf, x):
    """Two cells in the default scope `rnn`; one cell called by two dynamic_rnn's."""
    one = tf.nn.rnn_cell.BasicRNNCell(5)
    with tf.variable_scope('a'):
        first, _ = tf.nn.dynamic_rnn(one, x, dtype=tf.float32)
    with tf.variable_scope('b'):
        second, _ = tf.nn.dynamic_rnn(one, first, dtype=tf.float32)
    third, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(5), x, dtype=tf.float32)
    with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
        fourth, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(5), 2.0 * x, dtype=tf.float32)
    return [first, second, third, fourth]


@case(x=normal(3, 4, 5))
def names_multi_in_scope(tf, x):
    """A stack in an encoder and in a decoder scope."""
    outputs = {}
    for scope in ('encoder', 'decoder'):
        with tf.variable_scope(scope):
            cell = tf.nn.rnn_cell.MultiRNNCell(
                [tf.nn.rnn_cell.LSTMCell(3, name=name) for name in (None, 'top')]
            )
            outputs[scope], _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    return outputs


@case(x=normal(3, 4, 5), memory=normal(3, 6, 4))
def names_seq2seq_model(tf, x, memory):
    """A decoder: the names of dynamic_decode, wrapper, mechanism and projection."""
    seq2seq = tf.contrib.seq2seq
    outputs = {}
    with tf.variable_scope('model', reuse=tf.AUTO_REUSE):
        for mode in ('train', 'infer'):
            with tf.variable_scope('decoder'):
                mechanism = seq2seq.BahdanauAttention(3, memory, normalize=True, name='attend')
                cell = seq2seq.AttentionWrapper(
                    tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=2, name='wrapped'
                )
                helper = seq2seq.TrainingHelper(x, [4, 3, 2])
                decoder = seq2seq.BasicDecoder(
                    cell,
                    helper,
                    cell.zero_state(3, tf.float32),
                    output_layer=tf.layers.Dense(6, name='projection'),
                )
                scope = 'steps' if mode == 'train' else None
                outputs[mode] = seq2seq.dynamic_decode(decoder, scope=scope)[0].rnn_output
    return outputs
