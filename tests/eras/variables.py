"""What the variables of every cell, wrapper and function of sequences are called.

`variables_of(tf)` works on TensorFlow from 0.12 on; `make.py` records it in `variables/`.
"""

CELLS = {
    'BasicRNNCell': lambda kind, one: kind(4),
    'BasicLSTMCell': lambda kind, one: kind(4),
    'GRUCell': lambda kind, one: kind(4),
    'LSTMCell': lambda kind, one: kind(4, use_peepholes=True, num_proj=3),
    'CoupledInputForgetGateLSTMCell': lambda kind, one: kind(4, use_peepholes=True, num_proj=3),
    'LayerNormBasicLSTMCell': lambda kind, one: kind(4),
    'NASCell': lambda kind, one: kind(4, num_proj=3),
    'AttentionCellWrapper': lambda kind, one: kind(one(), 2),
    'OutputProjectionWrapper': lambda kind, one: kind(one(), 3),
    'InputProjectionWrapper': lambda kind, one: kind(one(), 3),
    'MultiRNNCell': lambda kind, one: kind([one(), one()]),
    'DropoutWrapper': lambda kind, one: kind(one()),
    'ResidualWrapper': lambda kind, one: kind(one()),
    'DeviceWrapper': lambda kind, one: kind(one(), '/cpu:0'),
    'HighwayWrapper': lambda kind, one: kind(one()),
    'UGRNNCell': lambda kind, one: kind(4),
    'IntersectionRNNCell': lambda kind, one: kind(4),
    'GLSTMCell': lambda kind, one: kind(4, number_of_groups=1),
    'GRUBlockCell': lambda kind, one: kind(4),
    'GRUBlockCellV2': lambda kind, one: kind(4),
    'LSTMBlockCell': lambda kind, one: kind(4, use_peephole=True),
}
GRID = {
    'num_units': 2, 'use_peepholes': True, 'feature_size': 2, 'frequency_skip': 2,
    'num_frequency_blocks': [2],
}  # fmt: skip


def variables_of(tf):
    """By what was made, the names of its variables."""
    contrib = tf.contrib.rnn
    in_nn = hasattr(tf.nn, 'seq2seq')
    models = tf.nn.seq2seq if in_nn else tf.contrib.legacy_seq2seq
    s2s = getattr(tf.contrib, 'seq2seq', None)
    lengths = [5, 2]
    found = {}

    def kind(name):
        return getattr(tf.nn.rnn_cell, name, None) if in_nn else getattr(contrib, name, None)

    def one():
        return kind('BasicRNNCell')(4)

    def note(name, function):
        with tf.Graph().as_default():
            function()
            found[name] = sorted(each.op.name for each in tf.global_variables())

    def sequences():
        return tf.zeros([2, 5, 4])

    def steps():
        return [tf.zeros([2, 4])] * 2

    def ids():
        return [tf.zeros([2], tf.int32)] * 2

    def run(cell, inputs, lengths=lengths):
        return tf.nn.dynamic_rnn(cell, inputs, lengths, dtype=tf.float32)

    for name in CELLS:
        made = kind(name) or getattr(contrib, name, None)
        if made is not None:
            note(name, lambda: run(CELLS[name](made, one), sequences()))  # noqa: B023
    embedding = kind('EmbeddingWrapper')
    note('EmbeddingWrapper', lambda: run(embedding(one(), 5, 3), tf.zeros([2, 5, 1], tf.int32)))
    for name in ('GridLSTMCell', 'BidirectionalGridLSTMCell'):
        if hasattr(contrib, name):
            cell = getattr(contrib, name)
            note(name, lambda: _step(tf, cell(**GRID)))  # noqa: B023
    note(
        'TimeFreqLSTMCell',
        lambda: contrib.TimeFreqLSTMCell(3, True, feature_size=2, frequency_skip=1)(
            tf.zeros([2, 4]), tf.zeros([2, 18])
        ),
    )

    # Functions
    static = getattr(contrib, 'static_rnn', None) or tf.nn.rnn
    both = getattr(contrib, 'static_bidirectional_rnn', None) or tf.nn.bidirectional_rnn
    note('static_rnn', lambda: static(one(), steps(), dtype=tf.float32))
    note('static_bidirectional_rnn', lambda: both(one(), one(), steps(), dtype=tf.float32))
    note(
        'bidirectional_dynamic_rnn',
        lambda: tf.nn.bidirectional_dynamic_rnn(
            one(), one(), sequences(), lengths, dtype=tf.float32
        ),
    )
    if hasattr(contrib, 'stack_bidirectional_rnn'):
        two = [one, one]
        note(
            'stack_bidirectional_dynamic_rnn',
            lambda: contrib.stack_bidirectional_dynamic_rnn(
                [each() for each in two],
                [each() for each in two],
                sequences(),
                dtype=tf.float32,
                sequence_length=lengths,
            ),
        )
        note(
            'stack_bidirectional_rnn',
            lambda: contrib.stack_bidirectional_rnn(
                [each() for each in two], [each() for each in two], steps(), dtype=tf.float32
            ),
        )
    fused = contrib.LSTMBlockFusedCell
    note(
        'LSTMBlockFusedCell',
        lambda: fused(4, use_peephole=True)(tf.zeros([5, 2, 4]), dtype=tf.float32),
    )
    adapted = contrib.FusedRNNCellAdaptor
    note('FusedRNNCellAdaptor', lambda: adapted(one(), True)(tf.zeros([5, 2, 4]), dtype=tf.float32))

    # Models
    note(
        'embedding_rnn_seq2seq', lambda: models.embedding_rnn_seq2seq(ids(), ids(), one(), 5, 6, 3)
    )
    note(
        'embedding_attention_seq2seq',
        lambda: models.embedding_attention_seq2seq(ids(), ids(), one(), 5, 6, 3, num_heads=2),
    )
    note(
        'embedding_attention_seq2seq, projected',
        lambda: models.embedding_attention_seq2seq(
            ids(),
            ids(),
            kind('MultiRNNCell')([one(), one()]),
            5,
            6,
            3,
            output_projection=(tf.zeros([4, 6]), tf.zeros([6])),
            feed_previous=True,
        ),
    )
    note(
        'embedding_tied_rnn_seq2seq',
        lambda: models.embedding_tied_rnn_seq2seq(ids(), ids(), one(), 6, 3),
    )
    note('basic_rnn_seq2seq', lambda: models.basic_rnn_seq2seq(steps(), steps(), one()))
    note('tied_rnn_seq2seq', lambda: models.tied_rnn_seq2seq(steps(), steps(), one()))
    for name in ('BahdanauAttention', 'LuongAttention'):
        if hasattr(s2s, 'AttentionWrapper'):
            mechanism = getattr(s2s, name)
            note(
                'AttentionWrapper ' + name,
                lambda: run(
                    s2s.AttentionWrapper(one(), mechanism(4, tf.zeros([2, 3, 4])), 3),  # noqa: B023
                    sequences(),
                    None,  # TensorFlow 1.2 cannot keep the time of a state
                ),
            )
    return found


def _step(tf, cell):
    return cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
