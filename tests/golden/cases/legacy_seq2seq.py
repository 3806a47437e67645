"""tf.contrib.legacy_seq2seq: decoders, models, losses and buckets over lists of time steps."""

from ..harness import case, integers, normal

BATCH, UNITS, EMBEDDING, SYMBOLS = 2, 3, 4, 5
SOURCE = integers(SYMBOLS, 4, BATCH)
TARGET = integers(SYMBOLS, 3, BATCH)
X = normal(4, BATCH, EMBEDDING)
Y = normal(3, BATCH, EMBEDDING)
STATE = normal(BATCH, UNITS)
MEMORY = normal(BATCH, 4, 6)
PROJECTION = {'w': normal(UNITS, SYMBOLS), 'b': normal(SYMBOLS)}


def result(pair):
    outputs, state = pair
    return {'outputs': outputs, 'state': state}


def gru(tf, units=UNITS):
    return tf.nn.rnn_cell.GRUCell(units)


def lstm(tf, units=UNITS):
    return tf.nn.rnn_cell.BasicLSTMCell(units)


def flag(tf, value):
    """A bool tensor that is not known while the graph is built."""
    return tf.placeholder_with_default(tf.constant(value), [])


# -- rnn_decoder ----------------------------------------------------------------------------------


@case(y=Y, h=STATE)
def legacy_rnn_decoder(tf, y, h):
    return result(tf.contrib.legacy_seq2seq.rnn_decoder(tf.unstack(y), h, gru(tf)))


@case(y=Y, h=STATE)
def legacy_rnn_decoder_loop_function(tf, y, h):
    """A loop function with variables; it sees the index of the step."""

    def feed(previous, index):
        weights = tf.get_variable('weights', [UNITS, EMBEDDING])
        return tf.tanh(tf.matmul(previous, weights)) * float(index)

    with tf.variable_scope('decoder/loop_function'):
        tf.get_variable('weights', [UNITS, EMBEDDING])
    decoder = tf.contrib.legacy_seq2seq.rnn_decoder
    return result(decoder(tf.unstack(y), h, gru(tf), feed, scope='decoder'))


@case(y=Y)
def legacy_rnn_decoder_lstm(tf, y):
    cell = tf.nn.rnn_cell.MultiRNNCell([lstm(tf), lstm(tf, 2)])
    state = cell.zero_state(BATCH, tf.float32)
    return result(tf.contrib.legacy_seq2seq.rnn_decoder(tf.unstack(y), state, cell))


# -- basic and tied models ------------------------------------------------------------------------


@case(x=X, y=Y)
def legacy_basic(tf, x, y):
    model = tf.contrib.legacy_seq2seq.basic_rnn_seq2seq
    return result(model(tf.unstack(x), tf.unstack(y), gru(tf)))


@case(x=X, y=Y)
def legacy_basic_scope(tf, x, y):
    model = tf.contrib.legacy_seq2seq.basic_rnn_seq2seq
    with tf.variable_scope('outer'):
        return result(model(tf.unstack(x), tf.unstack(y), lstm(tf), tf.float32, 'inner'))


@case(x=normal(3, BATCH, 2, dtype='float64'), y=normal(2, BATCH, 2, dtype='float64'))
def legacy_basic_float64(tf, x, y):
    model = tf.contrib.legacy_seq2seq.basic_rnn_seq2seq
    return result(model(tf.unstack(x), tf.unstack(y), gru(tf), dtype=tf.float64))


@case(x=X, y=Y)
def legacy_tied(tf, x, y):
    model = tf.contrib.legacy_seq2seq.tied_rnn_seq2seq
    return result(model(tf.unstack(x), tf.unstack(y), gru(tf)))


@case(x=X, y=Y)
def legacy_tied_loop_function(tf, x, y):
    def feed(previous, index):
        return tf.concat([previous, previous[:, :1]], 1) + index

    model = tf.contrib.legacy_seq2seq.tied_rnn_seq2seq
    return result(model(tf.unstack(x), tf.unstack(y), gru(tf), feed, scope='mine'))


# -- decoders of symbols --------------------------------------------------------------------------


def embedding_decoder(tf, y, h, **options):
    decoder = tf.contrib.legacy_seq2seq.embedding_rnn_decoder
    return result(decoder(tf.unstack(y), h, gru(tf), SYMBOLS, EMBEDDING, **options))


@case(y=TARGET, h=STATE)
def legacy_embedding_decoder(tf, y, h):
    return embedding_decoder(tf, y, h)


@case(y=TARGET, h=STATE, **PROJECTION)
def legacy_embedding_decoder_projection_unused(tf, y, h, w, b):
    return embedding_decoder(tf, y, h, output_projection=(w, b), scope='s')


@case(y=TARGET, h=STATE, **PROJECTION)
def legacy_embedding_decoder_feeds_previous(tf, y, h, w, b):
    return embedding_decoder(tf, y, h, output_projection=(w, b), feed_previous=True)


@case(y=TARGET, h=STATE, **PROJECTION)
def legacy_embedding_decoder_embedding_kept(tf, y, h, w, b):
    """No gradient reaches the embedding through what is fed back: only through the first step."""
    return embedding_decoder(
        tf,
        y,
        h,
        output_projection=(w, b),
        feed_previous=True,
        update_embedding_for_previous=False,
    )


@case(y=TARGET, h=normal(BATCH, SYMBOLS))
def legacy_embedding_decoder_outputs_are_logits(tf, y, h):
    decoder = tf.contrib.legacy_seq2seq.embedding_rnn_decoder
    cell = gru(tf, SYMBOLS)
    return result(decoder(tf.unstack(y), h, cell, SYMBOLS, EMBEDDING, feed_previous=True))


# -- models of symbols ----------------------------------------------------------------------------


def embedding_model(tf, x, y, cell=None, **options):
    model = tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq
    cell = cell or gru(tf)
    return result(model(tf.unstack(x), tf.unstack(y), cell, 7, SYMBOLS, EMBEDDING, **options))


@case(x=SOURCE, y=TARGET)
def legacy_embedding_rnn(tf, x, y):
    return embedding_model(tf, x, y)


@case(x=SOURCE, y=TARGET)
def legacy_embedding_rnn_lstm_feeds_previous(tf, x, y):
    return embedding_model(tf, x, y, lstm(tf), feed_previous=True, scope='model')


@case(x=SOURCE, y=TARGET, **PROJECTION)
def legacy_embedding_rnn_projection(tf, x, y, w, b):
    return embedding_model(tf, x, y, output_projection=(w, b), feed_previous=True)


@case(x=SOURCE, y=TARGET)
def legacy_embedding_rnn_fed_by_tensor(tf, x, y):
    return embedding_model(tf, x, y, feed_previous=flag(tf, True))


@case(x=SOURCE, y=TARGET)
def legacy_embedding_rnn_lstm_not_fed_by_tensor(tf, x, y):
    cell = tf.nn.rnn_cell.MultiRNNCell([lstm(tf), gru(tf, 2)])
    return embedding_model(tf, x, y, cell, feed_previous=flag(tf, False), dtype=tf.float32)


def tied_model(tf, x, y, cell=None, **options):
    model = tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq
    cell = cell or gru(tf)
    return result(model(tf.unstack(x), tf.unstack(y), cell, SYMBOLS, EMBEDDING, **options))


@case(x=SOURCE, y=TARGET)
def legacy_embedding_tied(tf, x, y):
    return tied_model(tf, x, y)


@case(x=SOURCE, y=TARGET)
def legacy_embedding_tied_feeds_previous(tf, x, y):
    return tied_model(tf, x, y, lstm(tf), feed_previous=True, scope='model')


@case(x=SOURCE, y=TARGET)
def legacy_embedding_tied_decoder_symbols(tf, x, y):
    return tied_model(tf, x, y, num_decoder_symbols=4, dtype=tf.float32)


@case(x=SOURCE, y=TARGET, **PROJECTION)
def legacy_embedding_tied_projection(tf, x, y, w, b):
    return tied_model(tf, x, y, output_projection=(w, b), feed_previous=True)


@case(x=SOURCE, y=TARGET)
def legacy_embedding_tied_fed_by_tensor(tf, x, y):
    return tied_model(tf, x, y, lstm(tf), feed_previous=flag(tf, True))


@case(x=SOURCE, y=TARGET)
def legacy_embedding_tied_not_fed_by_tensor(tf, x, y):
    return tied_model(tf, x, y, feed_previous=flag(tf, False))


# -- attention ------------------------------------------------------------------------------------


def attention(tf, y, h, memory, cell=None, **options):
    decoder = tf.contrib.legacy_seq2seq.attention_decoder
    return result(decoder(tf.unstack(y), h, memory, cell or gru(tf), **options))


@case(y=Y, h=STATE, memory=MEMORY)
def legacy_attention_decoder(tf, y, h, memory):
    return attention(tf, y, h, memory)


@case(y=Y, h=STATE, memory=MEMORY)
def legacy_attention_decoder_heads(tf, y, h, memory):
    return attention(tf, y, h, memory, num_heads=2, output_size=5, scope='heads')


@case(y=Y, h=STATE, memory=MEMORY)
def legacy_attention_decoder_state_attention(tf, y, h, memory):
    return attention(tf, y, h, memory, initial_state_attention=True, num_heads=2)


@case(y=Y, h=STATE, memory=MEMORY)
def legacy_attention_decoder_loop_function(tf, y, h, memory):
    def feed(previous, index):
        return tf.concat([previous, previous[:, :1]], 1) * float(index)

    return attention(tf, y, h, memory, loop_function=feed)


@case(y=Y, h=STATE, c=STATE, memory=MEMORY)
def legacy_attention_decoder_lstm(tf, y, h, c, memory):
    state = tf.nn.rnn_cell.LSTMStateTuple(c, h)
    return attention(tf, y, state, memory, lstm(tf), dtype=tf.float32)


@case(y=Y, h=STATE, memory=MEMORY)
def legacy_attention_decoder_unknown_sizes(tf, y, h, memory):
    """Batch and length of the memory are known at run time only."""
    y = tf.placeholder_with_default(y, [3, None, EMBEDDING])
    h = tf.placeholder_with_default(h, [None, UNITS])
    memory = tf.placeholder_with_default(memory, [None, None, 6])
    return attention(tf, y, h, memory, initial_state_attention=True)


def embedding_attention_decoder(tf, y, h, memory, **options):
    decoder = tf.contrib.legacy_seq2seq.embedding_attention_decoder
    return result(decoder(tf.unstack(y), h, memory, gru(tf), SYMBOLS, EMBEDDING, **options))


@case(y=TARGET, h=STATE, memory=MEMORY)
def legacy_embedding_attention_decoder(tf, y, h, memory):
    return embedding_attention_decoder(tf, y, h, memory)


@case(y=TARGET, h=STATE, memory=MEMORY, **PROJECTION)
def legacy_embedding_attention_decoder_feeds_previous(tf, y, h, memory, w, b):
    return embedding_attention_decoder(
        tf,
        y,
        h,
        memory,
        num_heads=2,
        output_projection=(w, b),
        feed_previous=True,
        initial_state_attention=True,
        scope='s',
    )


@case(y=TARGET, h=STATE, memory=MEMORY)
def legacy_embedding_attention_decoder_embedding_kept(tf, y, h, memory):
    return embedding_attention_decoder(
        tf,
        y,
        h,
        memory,
        output_size=SYMBOLS,
        feed_previous=True,
        update_embedding_for_previous=False,
        dtype=tf.float32,
    )


def attention_model(tf, x, y, cell=None, **options):
    model = tf.contrib.legacy_seq2seq.embedding_attention_seq2seq
    cell = cell or gru(tf)
    return result(model(tf.unstack(x), tf.unstack(y), cell, 7, SYMBOLS, EMBEDDING, **options))


@case(x=SOURCE, y=TARGET)
def legacy_embedding_attention(tf, x, y):
    return attention_model(tf, x, y)


@case(x=SOURCE, y=TARGET)
def legacy_embedding_attention_lstm_feeds_previous(tf, x, y):
    return attention_model(
        tf, x, y, lstm(tf), num_heads=2, feed_previous=True, initial_state_attention=True
    )


@case(x=SOURCE, y=TARGET, **PROJECTION)
def legacy_embedding_attention_projection(tf, x, y, w, b):
    return attention_model(
        tf, x, y, output_projection=(w, b), feed_previous=True, dtype=tf.float32, scope='model'
    )


@case(x=SOURCE, y=TARGET)
def legacy_embedding_attention_fed_by_tensor(tf, x, y):
    return attention_model(tf, x, y, feed_previous=flag(tf, True))


@case(x=SOURCE, y=TARGET, **PROJECTION)
def legacy_embedding_attention_not_fed_by_tensor(tf, x, y, w, b):
    cell = tf.nn.rnn_cell.MultiRNNCell([lstm(tf), lstm(tf)])
    return attention_model(
        tf, x, y, cell, output_projection=(w, b), feed_previous=flag(tf, False), num_heads=2
    )


# -- one encoder, many decoders -------------------------------------------------------------------


def one2many(tf, x, y, feed_previous, cell, **options):
    steps = tf.unstack(y)
    return result(
        tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq(
            tf.unstack(x),
            {'a': steps, 'b': steps[:2]},
            cell(tf),
            {'a': cell(tf), 'b': cell(tf)},
            7,
            {'a': SYMBOLS, 'b': 6},
            EMBEDDING,
            feed_previous=feed_previous,
            **options,
        )
    )


@case(x=SOURCE, y=TARGET)
def legacy_one2many(tf, x, y):
    return one2many(tf, x, y, False, gru)


@case(x=SOURCE, y=TARGET)
def legacy_one2many_feeds_previous(tf, x, y):
    return one2many(tf, x, y, True, lstm, scope='model')


@case(x=SOURCE, y=TARGET)
def legacy_one2many_fed_by_tensor(tf, x, y):
    return one2many(tf, x, y, flag(tf, True), gru, dtype=tf.float32)


# -- losses ---------------------------------------------------------------------------------------

LOGITS = normal(3, BATCH, SYMBOLS)
WEIGHTS = [[1.0, 0.5], [1.0, 0.0], [0.25, 0.0]]


def weights_of(tf):
    return [tf.constant(row) for row in WEIGHTS]


def margin(tf):
    """A loss function instead of cross entropy."""
    return lambda labels, logits: tf.reduce_max(logits, 1) - tf.cast(labels, logits.dtype)


@case(logits=LOGITS, y=TARGET, one_step=True)
def legacy_loss_by_example(tf, logits, y):
    loss = tf.contrib.legacy_seq2seq.sequence_loss_by_example
    logits, y = tf.unstack(logits), tf.unstack(y)
    return [
        loss(logits, y, weights_of(tf)),
        loss(logits, y, weights_of(tf), average_across_timesteps=False),
        loss(logits, y, weights_of(tf), softmax_loss_function=margin(tf), name='n'),
        loss(logits, y, [tf.zeros([BATCH])] * 3),
    ]


@case(logits=LOGITS, y=TARGET, one_step=True)
def legacy_loss(tf, logits, y):
    loss = tf.contrib.legacy_seq2seq.sequence_loss
    logits, y = tf.unstack(logits), tf.unstack(y)
    return [
        loss(logits, y, weights_of(tf)),
        loss(logits, y, weights_of(tf), average_across_timesteps=False),
        loss(logits, y, weights_of(tf), average_across_batch=False),
        loss(logits, y, weights_of(tf), False, False),
        loss(logits, y, weights_of(tf), softmax_loss_function=margin(tf)),
    ]


@case(logits=normal(2, BATCH, 3, dtype='float64'), y=integers(3, 2, BATCH, 1), one_step=True)
def legacy_loss_targets_of_rank_2(tf, logits, y):
    loss = tf.contrib.legacy_seq2seq.sequence_loss
    weights = [tf.ones([BATCH], tf.float64)] * 2
    return loss(tf.unstack(logits), tf.unstack(tf.cast(y, tf.int64)), weights)


# -- buckets --------------------------------------------------------------------------------------


def buckets(tf, x, y, model, **options):
    y = tf.unstack(y)
    outputs, losses = tf.contrib.legacy_seq2seq.model_with_buckets(
        tf.unstack(x), y, y[1:] + y[:1], weights_of(tf), [(2, 2), (4, 3)], model, **options
    )
    return {'outputs': outputs, 'losses': losses}


@case(x=SOURCE, y=TARGET)
def legacy_buckets_attention(tf, x, y):
    def model(encoder_inputs, decoder_inputs):
        return tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
            encoder_inputs, decoder_inputs, gru(tf), 7, SYMBOLS, EMBEDDING
        )

    return buckets(tf, x, y, model)


@case(x=SOURCE, y=TARGET)
def legacy_buckets_per_example(tf, x, y):
    def model(encoder_inputs, decoder_inputs):
        return tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq(
            encoder_inputs, decoder_inputs, lstm(tf), SYMBOLS, EMBEDDING, feed_previous=True
        )

    return buckets(tf, x, y, model, per_example_loss=True, name='n')


@case(x=SOURCE, y=TARGET)
def legacy_buckets_loss_function(tf, x, y):
    """In a scope of its own, with the cell made once for all buckets."""
    cell = gru(tf)

    def model(encoder_inputs, decoder_inputs):
        return tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq(
            encoder_inputs, decoder_inputs, cell, SYMBOLS, EMBEDDING
        )

    with tf.variable_scope('model'):
        return buckets(tf, x, y, model, softmax_loss_function=margin(tf))


@case(x=SOURCE, y=TARGET)
def legacy_buckets_one_cell(tf, x, y):
    """The well-known way round the copy that the model makes of its cell: a copy that is none."""

    class Cell(tf.nn.rnn_cell.GRUCell):
        def __deepcopy__(self, memo):
            return self

    cell = Cell(UNITS, name='gru_cell')

    def model(encoder_inputs, decoder_inputs):
        return tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
            encoder_inputs, decoder_inputs, cell, 7, SYMBOLS, EMBEDDING, feed_previous=True
        )

    return buckets(tf, x, y, model)
