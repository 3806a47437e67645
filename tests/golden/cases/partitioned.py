"""Everything that makes or reads variables, under a partitioner and with lists of shards.

Each case runs the rows of a table in one graph, each row in a variable scope of its name, so that
the names and shapes of all parts are compared, what is computed, and the gradient of each part.
"""

from ..harness import case, integers, normal
from .private_names import module
from .v2 import fixed_variables

IDS = integers(7, 3, 2)


def under_partitioner(name, rows, run, **inputs):
    """A case of all rows of a table.

    Args:
      name: Name of the case.
      rows: By name, what `run` gets as its second argument.
      run: Function of `tf`, one row's value, and the inputs by name; returns a nest of tensors.
      **inputs: As for `case`.
    """

    @case(name='partitioned_' + name, **inputs)
    def whole_table(tf, **tensors):
        outputs = {}
        for row, value in rows.items():
            with tf.variable_scope(row, partitioner=tf.fixed_size_partitioner(2)):
                outputs[row] = run(tf, value, **tensors)
        return outputs


def filled(tf, state):
    """A state like this one that is not zero."""
    return tf.contrib.framework.nest.map_structure(lambda zeros: zeros + 0.25, state)


# -- cells ----------------------------------------------------------------------------------------


def gru(tf):
    return tf.nn.rnn_cell.GRUCell(4)


CELLS = {
    'BasicRNNCell': lambda tf, rnn: rnn.BasicRNNCell(4),
    'GRUCell': lambda tf, rnn: rnn.GRUCell(4),
    'BasicLSTMCell': lambda tf, rnn: rnn.BasicLSTMCell(4),
    'LSTMCell': lambda tf, rnn: rnn.LSTMCell(4, use_peepholes=True, num_proj=3),
    'LSTMCell_shards': lambda tf, rnn: rnn.LSTMCell(
        4, num_proj=3, num_unit_shards=3, num_proj_shards=2
    ),
    'MultiRNNCell': lambda tf, rnn: rnn.MultiRNNCell([gru(tf), gru(tf)]),
    'LayerNormBasicLSTMCell': lambda tf, rnn: rnn.LayerNormBasicLSTMCell(4),
    'CoupledInputForgetGateLSTMCell': lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(
        4, use_peepholes=True, num_proj=3, layer_norm=True
    ),
    'NASCell': lambda tf, rnn: rnn.NASCell(4, num_proj=3, use_bias=True),
    'UGRNNCell': lambda tf, rnn: rnn.UGRNNCell(4),
    'LSTMBlockCell': lambda tf, rnn: rnn.LSTMBlockCell(4),
    'GRUBlockCell': lambda tf, rnn: rnn.GRUBlockCell(4),
    'GRUBlockCellV2': lambda tf, rnn: rnn.GRUBlockCellV2(4),
    'CudnnCompatibleLSTMCell': lambda tf, rnn: tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(4),
    'CudnnCompatibleGRUCell': lambda tf, rnn: tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(4),
    'DropoutWrapper': lambda tf, rnn: rnn.DropoutWrapper(gru(tf)),
    'ResidualWrapper': lambda tf, rnn: rnn.ResidualWrapper(gru(tf)),
    'DeviceWrapper': lambda tf, rnn: rnn.DeviceWrapper(gru(tf), '/cpu:0'),
    'HighwayWrapper': lambda tf, rnn: rnn.HighwayWrapper(
        gru(tf), couple_carry_transform_gates=False
    ),
    'InputProjectionWrapper': lambda tf, rnn: rnn.InputProjectionWrapper(gru(tf), 5),
    'OutputProjectionWrapper': lambda tf, rnn: rnn.OutputProjectionWrapper(gru(tf), 5),
    'AttentionCellWrapper': lambda tf, rnn: rnn.AttentionCellWrapper(gru(tf), 3),
    'CompiledWrapper': lambda tf, rnn: rnn.CompiledWrapper(gru(tf)),
    'EmbeddingWrapper': lambda tf, rnn: rnn.EmbeddingWrapper(gru(tf), 7, 3),
}


# PhasedLSTMCell and TimeFreqLSTMCell raise under a partitioner in TF1.
GRID = {'use_peepholes': True, 'feature_size': 2, 'frequency_skip': 2, 'num_frequency_blocks': [2]}
VARIANTS = {
    'IndRNNCell': lambda tf, rnn, x: (rnn.IndRNNCell(4), x),
    'IndyGRUCell': lambda tf, rnn, x: (rnn.IndyGRUCell(4), x),
    'IndyLSTMCell': lambda tf, rnn, x: (rnn.IndyLSTMCell(4), x),
    'SRUCell': lambda tf, rnn, x: (rnn.SRUCell(4), x),
    'GLSTMCell': lambda tf, rnn, x: (rnn.GLSTMCell(4, num_proj=2, number_of_groups=2), x),
    'IntersectionRNNCell': lambda tf, rnn, x: (rnn.IntersectionRNNCell(4, num_in_proj=4), x),
    'ConvLSTMCell': lambda tf, rnn, x: (rnn.ConvLSTMCell(1, [4, 1], 3, [2]), x[..., None]),
    'GridLSTMCell': lambda tf, rnn, x: (rnn.GridLSTMCell(3, **GRID), x),
    'BidirectionalGridLSTMCell': lambda tf, rnn, x: (rnn.BidirectionalGridLSTMCell(3, **GRID), x),
}


def one_step_of_a_variant(tf, make, x):
    cell, inputs = make(tf, tf.contrib.rnn, x)
    return cell(inputs, filled(tf, cell.zero_state(2, tf.float32)))


under_partitioner('variant_cells', VARIANTS, one_step_of_a_variant, one_step=True, x=normal(2, 4))


def one_step(tf, make, x, ids):
    cell = make(tf, tf.contrib.rnn)
    state = filled(tf, cell.zero_state(2, tf.float32))
    return cell(ids[0] if 'Embedding' in type(cell).__name__ else x, state)


under_partitioner('cells', CELLS, one_step, one_step=True, x=normal(2, 4), ids=IDS)


# -- loops ----------------------------------------------------------------------------------------


def raw(tf, x, lengths):
    cell, steps = gru(tf), tf.TensorArray(tf.float32, 3).unstack(tf.transpose(x, [1, 0, 2]))

    def loop(time, output, state, _):
        finished = time >= 3
        inputs = tf.cond(finished, lambda: tf.zeros([2, 4]), lambda: steps.read(time))
        inputs.set_shape([2, 4])
        following = cell.zero_state(2, tf.float32) if output is None else state
        return tf.fill([2], finished), inputs, following, output, None

    return tf.nn.raw_rnn(cell, loop)[:2]


LOOPS = {
    'static_rnn': lambda tf, x, n: tf.nn.static_rnn(gru(tf), tf.unstack(x, axis=1), dtype=x.dtype),
    'dynamic_rnn': lambda tf, x, n: tf.nn.dynamic_rnn(gru(tf), x, n, dtype=x.dtype),
    'bidirectional_dynamic_rnn': lambda tf, x, n: tf.nn.bidirectional_dynamic_rnn(
        gru(tf), gru(tf), x, n, dtype=x.dtype
    ),
    'raw_rnn': raw,
    'LSTMBlockFusedCell': lambda tf, x, n: tf.contrib.rnn.LSTMBlockFusedCell(4)(x, dtype=x.dtype),
    'FusedRNNCellAdaptor': lambda tf, x, n: tf.contrib.rnn.TimeReversedFusedRNN(
        tf.contrib.rnn.FusedRNNCellAdaptor(gru(tf), use_dynamic_rnn=True)
    )(x, dtype=x.dtype),
}
under_partitioner(
    'loops',
    LOOPS,
    lambda tf, run, x, lengths: run(tf, x, lengths),
    x=normal(2, 3, 4),
    lengths=[3, 1],
)


# -- attention ------------------------------------------------------------------------------------

# TF1 refuses the monotonic ones: it would split their scalar.
MECHANISMS = {
    'BahdanauAttention': lambda s, memory: s.BahdanauAttention(3, memory),
    'LuongAttention': lambda s, memory: s.LuongAttention(4, memory),
    'BahdanauAttention_normalize': lambda s, memory: s.BahdanauAttention(3, memory, normalize=True),
    'LuongAttention_scale': lambda s, memory: s.LuongAttention(4, memory, scale=True),
}


def attend(tf, make, x, memory):
    wrapper = tf.contrib.seq2seq.AttentionWrapper(
        gru(tf), make(tf.contrib.seq2seq, memory), attention_layer_size=3
    )
    output, state = wrapper(x, wrapper.zero_state(2, tf.float32).clone(cell_state=0.25 * x))
    return {'output': output, 'alignments': state.alignments, 'state': state.cell_state}


under_partitioner(
    'mechanisms', MECHANISMS, attend, one_step=True, x=normal(2, 4), memory=normal(2, 5, 4)
)


# -- decoders, whose embedding is partitioned or a list of shards ---------------------------------

WORDS = 7


def certain(tf):
    """A layer that makes logits, by which one id is certain, of outputs."""

    class Certain(tf.layers.Layer):
        def call(self, outputs):
            spread = tf.concat([outputs, 0.5 - outputs], -1)[..., :WORDS]
            largest = tf.argmax(spread, -1, output_type=tf.int32)
            return spread + 1000.0 * tf.one_hot(largest, WORDS)

        def compute_output_shape(self, shape):
            return shape[:-1].concatenate(WORDS)

    return Certain()


def decoded(tf, helper, h):
    decoder = tf.contrib.seq2seq.BasicDecoder(gru(tf), helper, h, certain(tf))
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=3)


def beams(tf, embedding, h):
    state = tf.contrib.seq2seq.tile_batch(h, 2)
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        gru(tf), embedding, [1, 4], 0, state, 2, certain(tf)
    )
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=3)[0]


def beams_v2(tf, embedding, h):
    decoder = module(tf, 'beam_search_decoder').BeamSearchDecoderV2(
        gru(tf), 2, output_layer=certain(tf), maximum_iterations=3
    )
    return decoder(embedding, [1, 4], 0, tf.contrib.seq2seq.tile_batch(h, 2))[0]


DECODERS = {
    'GreedyEmbeddingHelper': lambda tf, embedding, x, h: decoded(
        tf, tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, [1, 4], 0), h
    ),
    'SampleEmbeddingHelper': lambda tf, embedding, x, h: decoded(
        tf, tf.contrib.seq2seq.SampleEmbeddingHelper(embedding, [1, 4], 0), h
    ),
    'ScheduledEmbeddingTrainingHelper': lambda tf, embedding, x, h: decoded(
        tf,
        tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(x, [3, 2], embedding, 1.0),
        h,
    ),
    'BeamSearchDecoder': lambda tf, embedding, x, h: beams(tf, embedding, h),
    'BeamSearchDecoderV2': lambda tf, embedding, x, h: beams_v2(tf, embedding, h),
}


def with_table(tf, run, x, h):
    with tf.variable_scope('table', partitioner=tf.fixed_size_partitioner(3)):
        embedding = tf.get_variable('embedding', [WORDS, 4])
    return run(tf, embedding, x, h)


under_partitioner('decoders', DECODERS, with_table, x=normal(2, 3, 4), h=normal(2, 4))


@case(
    x=normal(2, 3, 4), h=normal(2, 4), first=normal(3, 4), second=normal(2, 4), third=normal(2, 4)
)
def lists_of_shards(tf, x, h, first, second, third):
    """An embedding that is a list of tensors, in which ids are found as in a partitioned one."""
    outputs = {}
    for row in ('GreedyEmbeddingHelper', 'BeamSearchDecoder'):
        with tf.variable_scope(row):
            outputs[row] = DECODERS[row](tf, [first, second, third], x, h)
    return outputs


# -- tf.contrib.legacy_seq2seq --------------------------------------------------------------------


def rnn(tf):
    return tf.nn.rnn_cell.BasicRNNCell(4)


LEGACY = {
    'basic_rnn_seq2seq': lambda tf, legacy, steps: legacy.basic_rnn_seq2seq(steps, steps, rnn(tf)),
    'tied_rnn_seq2seq': lambda tf, legacy, steps: legacy.tied_rnn_seq2seq(steps, steps, rnn(tf)),
    'attention_decoder': lambda tf, legacy, steps: legacy.attention_decoder(
        steps, steps[1], tf.stack(steps, 1), rnn(tf), num_heads=2
    ),
}
under_partitioner(
    'legacy_seq2seq',
    LEGACY,
    lambda tf, run, memory: run(tf, tf.contrib.legacy_seq2seq, tf.unstack(memory, axis=1)),
    memory=normal(2, 2, 4),
)


def decoder_of_symbols(name, feed_previous):
    def run(tf, legacy, ids, memory):
        attending = {'attention_states': memory} if 'attention' in name else {}
        return getattr(legacy, name)(
            decoder_inputs=ids,
            initial_state=memory[:, 0],
            cell=rnn(tf),
            num_symbols=WORDS,
            embedding_size=4,
            output_projection=(tf.get_variable('w', [4, WORDS]), tf.get_variable('b', [WORDS])),
            feed_previous=feed_previous,
            **attending,
        )

    return run


def model_of_symbols(name, *symbols):
    return lambda tf, legacy, ids, memory: getattr(legacy, name)(
        ids, ids, rnn(tf), *symbols, embedding_size=4, feed_previous=True
    )


LEGACY_OF_SYMBOLS = {
    'embedding_rnn_decoder': decoder_of_symbols('embedding_rnn_decoder', True),
    'embedding_rnn_decoder_given': decoder_of_symbols('embedding_rnn_decoder', False),
    'embedding_attention_decoder': decoder_of_symbols('embedding_attention_decoder', True),
    'embedding_attention_decoder_given': decoder_of_symbols('embedding_attention_decoder', False),
    'embedding_rnn_seq2seq': model_of_symbols('embedding_rnn_seq2seq', 9, WORDS),
    'embedding_tied_rnn_seq2seq': model_of_symbols('embedding_tied_rnn_seq2seq', WORDS),
    'embedding_attention_seq2seq': model_of_symbols('embedding_attention_seq2seq', 9, WORDS),
    'one2many_rnn_seq2seq': lambda tf, legacy, ids, memory: legacy.one2many_rnn_seq2seq(
        ids, {'a': ids}, rnn(tf), {'a': rnn(tf)}, 9, {'a': WORDS}, 4, feed_previous=True
    ),
}
under_partitioner(
    'legacy_seq2seq_symbols',
    LEGACY_OF_SYMBOLS,
    lambda tf, run, ids, memory: run(tf, tf.contrib.legacy_seq2seq, tf.unstack(ids), memory),
    ids=integers(WORDS, 2, 2),
    memory=normal(2, 3, 4),
)


# -- what else of TF1 looks rows up in parts, or makes variables ----------------------------------


def sampled(tf, true=1):
    """Candidates that are given, as no seed has to matter."""
    expected = tf.constant([0.5, 0.25, 0.125])
    return tf.constant([2, 5, 6], tf.int64), tf.fill([2, true], 0.5), expected


def sparse(tf, ids):
    indices = tf.constant([[0, 0], [0, 1], [1, 0]], tf.int64)
    return tf.SparseTensor(indices, tf.reshape(ids, [-1])[:3], [2, 2])


LOOKUPS = {
    'embedding_lookup': lambda tf, w, b, x, ids: tf.nn.embedding_lookup(w, ids, max_norm=1.0),
    'embedding_lookup_sparse': lambda tf, w, b, x, ids: tf.nn.embedding_lookup_sparse(
        w, sparse(tf, ids), None
    ),
    'safe_embedding_lookup_sparse': lambda tf, w, b, x, ids: tf.nn.safe_embedding_lookup_sparse(
        w, sparse(tf, ids)
    ),
    'contrib_safe_embedding_lookup_sparse': lambda tf, w, b, x, ids: (
        tf.contrib.layers.safe_embedding_lookup_sparse(list(w), sparse(tf, ids))
    ),
    'embedding_lookup_unique': lambda tf, w, b, x, ids: tf.contrib.layers.embedding_lookup_unique(
        w, ids
    ),
    'nce_loss': lambda tf, w, b, x, ids: tf.nn.nce_loss(
        w, b, tf.transpose(ids), x, 3, WORDS, 3, sampled_values=sampled(tf, 3)
    ),
    'sampled_softmax_loss': lambda tf, w, b, x, ids: tf.nn.sampled_softmax_loss(
        w, b, ids[:2, :1], x, 3, WORDS, sampled_values=sampled(tf)
    ),
    'sampled_sparse_softmax_loss': lambda tf, w, b, x, ids: (
        tf.contrib.nn.sampled_sparse_softmax_loss(
            w, b, ids[:2, :1], x, 3, WORDS, sampled_values=sampled(tf)
        )
    ),
}


def with_weights(tf, run, x, ids):
    w = tf.get_variable('w', [WORDS, 4])
    b = tf.get_variable('b', [WORDS])
    return run(tf, w, b, x, ids)


under_partitioner('lookups', LOOKUPS, with_weights, x=normal(2, 4), ids=IDS)


LAYERS = {
    'dense': lambda tf, x, ids: tf.layers.dense(x, 3),
    'conv1d': lambda tf, x, ids: tf.layers.conv1d(x, 3, 2),
    'separable_conv1d': lambda tf, x, ids: tf.layers.separable_conv1d(x, 3, 2),
    'conv2d': lambda tf, x, ids: tf.layers.conv2d(x[..., None], 3, 2),
    'batch_normalization': lambda tf, x, ids: tf.layers.batch_normalization(x, training=True),
    'fully_connected': lambda tf, x, ids: tf.contrib.layers.fully_connected(x, 3),
    'convolution': lambda tf, x, ids: tf.contrib.layers.convolution(x[..., None], 3, 2),
    'batch_norm': lambda tf, x, ids: tf.contrib.layers.batch_norm(x, scale=True),
    'layer_norm': lambda tf, x, ids: tf.contrib.layers.layer_norm(x),
    'embed_sequence': lambda tf, x, ids: tf.contrib.layers.embed_sequence(ids, WORDS, 4),
    'crf_log_likelihood': lambda tf, x, ids: tf.contrib.crf.crf_log_likelihood(
        x, tf.transpose(ids) % 4, tf.constant([3, 2])
    )[0],
}
under_partitioner(
    'layers', LAYERS, lambda tf, run, x, ids: run(tf, x, ids), x=normal(2, 3, 4), ids=IDS
)


# -- mechanisms of TF 1.15 for TF2 programs: no partitioner splits their variables ----------------


def attend_v2(tf, row, memory, query):
    name, options = row
    with fixed_variables(tf):
        mechanism = getattr(module(tf, 'attention_wrapper'), name)(4, memory, **options)
        return mechanism([query, mechanism.initial_state(3, tf.float32)])[0]


under_partitioner(
    'mechanisms_v2',
    {
        'additive': ('BahdanauAttentionV2', {'normalize': True}),
        'multiplicative': ('LuongAttentionV2', {'scale': True}),
        'additive_monotonic': ('BahdanauMonotonicAttentionV2', {'normalize': True}),
        'multiplicative_monotonic': ('LuongMonotonicAttentionV2', {'scale': True}),
    },
    attend_v2,
    memory=normal(3, 7, 5),
    query=normal(3, 4, scale=2.0),
)
