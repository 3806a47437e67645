"""sequence_loss and tile_batch."""

from ..harness import case, integers, normal

INPUTS = {'logits': normal(3, 5, 6, scale=4.0), 'targets': integers(6, 3, 5)}
LENGTHS = [5, 2, 3]


def loss_case(name, **options):
    @case(name=name, one_step=True, **INPUTS)
    def loss(tf, logits, targets):
        weights = tf.sequence_mask(LENGTHS, 5, dtype=tf.float32)
        return {'loss': tf.contrib.seq2seq.sequence_loss(logits, targets, weights, **options)}


loss_case('loss')
loss_case('loss_over_time', average_across_batch=False)
loss_case('loss_over_batch', average_across_timesteps=False)
loss_case('loss_of_each', average_across_timesteps=False, average_across_batch=False)
loss_case(
    'loss_summed',
    average_across_timesteps=False,
    average_across_batch=False,
    sum_over_timesteps=True,
    sum_over_batch=True,
)
loss_case(
    'loss_summed_over_time',
    average_across_timesteps=False,
    average_across_batch=False,
    sum_over_timesteps=True,
)
loss_case(
    'loss_summed_over_batch',
    average_across_timesteps=False,
    average_across_batch=False,
    sum_over_batch=True,
)
loss_case(
    'loss_averaged_over_time_summed_over_batch',
    average_across_timesteps=True,
    average_across_batch=False,
    sum_over_batch=True,
)
loss_case(
    'loss_averaged_over_batch_summed_over_time',
    average_across_timesteps=False,
    average_across_batch=True,
    sum_over_timesteps=True,
)


@case(one_step=True, **INPUTS)
def loss_zero_weights(tf, logits, targets):
    """Nothing is weighed: zero, not NaN."""
    loss = tf.contrib.seq2seq.sequence_loss
    weights = tf.zeros([3, 5])
    return {
        'both': loss(logits, targets, weights),
        'time': loss(logits, targets, weights, average_across_batch=False),
        'batch': loss(logits, targets, weights, average_across_timesteps=False),
        'sum': loss(logits, targets, weights, False, False, True, True),
    }


@case(one_step=True, weights=normal(3, 5), **INPUTS)
def loss_any_weights(tf, logits, targets, weights):
    """Weights that are no mask, and are differentiated."""
    loss = tf.contrib.seq2seq.sequence_loss
    weights = tf.square(weights)
    return {
        'both': loss(logits, targets, weights, name='mine'),
        'time': loss(logits, targets, weights, average_across_batch=False),
        'batch': loss(logits, targets, weights, average_across_timesteps=False),
        'sum': loss(logits, targets, weights, False, False, True, True),
    }


@case(one_step=True, **INPUTS)
def loss_function(tf, logits, targets):
    """A softmax_loss_function gets labels and logits by keyword, flattened."""

    def squares(labels, logits):
        return tf.reduce_sum(tf.square(tf.one_hot(labels, 6) - logits), -1)

    weights = tf.sequence_mask(LENGTHS, 5, dtype=tf.float32)
    return {
        'loss': tf.contrib.seq2seq.sequence_loss(
            logits, targets, weights, softmax_loss_function=squares
        )
    }


@case(logits=normal(3, 5, 6, dtype='float64'), targets=integers(6, 3, 5))
def loss_float64(tf, logits, targets):
    weights = tf.sequence_mask(LENGTHS, 5, dtype=tf.float64)
    targets = tf.cast(targets, tf.int64)
    return {'loss': tf.contrib.seq2seq.sequence_loss(logits, targets, weights)}


@case(logits=normal(3, 5, 6), targets=integers(6, 3, 5))
def loss_unknown_shapes(tf, logits, targets):
    logits = tf.placeholder_with_default(logits, [None, None, 6])
    targets = tf.placeholder_with_default(targets, [None, None])
    weights = tf.placeholder_with_default(tf.ones([3, 5]), [None, None])
    loss = tf.contrib.seq2seq.sequence_loss
    return {
        'both': loss(logits, targets, weights),
        'none': loss(logits, targets, weights, False, False),
    }


@case(one_step=True, x=normal(2, 3), y=normal(2, 2, 2), ids=[4, 5])
def tile_batch(tf, x, y, ids):
    tile = tf.contrib.seq2seq.tile_batch
    state = (tf.nn.rnn_cell.LSTMStateTuple(x, y), {'ids': ids})
    unknown = tf.placeholder_with_default(y, [None, None, 2])
    return {
        'one': tile(x, multiplier=3),
        'ids': tile(ids, 2),
        'nest': tile(state, 2, name='tiled'),
        'once': tile(y, 1),
        'unknown': tile(unknown, 2),
    }


@case(x=normal(2, 3), memory=normal(2, 4, 3))
def tile_batch_of_wrapper_state(tf, x, memory):
    """An AttentionWrapperState with a history that is `()`."""
    seq2seq = tf.contrib.seq2seq
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.LSTMCell(3), seq2seq.LuongAttention(3, memory))
    _, state = cell(x, cell.zero_state(2, tf.float32))
    state = state._replace(time=tf.fill([2], state.time))
    return {'state': seq2seq.tile_batch(state, 2)}
