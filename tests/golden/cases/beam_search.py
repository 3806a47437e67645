"""BeamSearchDecoder under dynamic_decode, its single step, gather_tree, tile_batch."""

import sys

import numpy as np

from ..harness import array, case, integers, normal

BATCH, BEAM, MEMORY, UNITS, WORDS = 3, 4, 7, 6, 8
PLAIN = {'h': normal(BATCH, UNITS), 'embedding': normal(WORDS, 5, scale=2.0)}
ATTENDING = dict(PLAIN, memory=normal(BATCH, MEMORY, 5, scale=2.0))
# Compiled loops pad with the end token, and goldens ask for zeros there.
END = 0


def internal(tf):
    """The module of the decoder, which has names that are not public."""
    return sys.modules[tf.contrib.seq2seq.BeamSearchDecoder.__module__]


def tiled(tf, nest, beam):
    return tf.contrib.seq2seq.tile_batch(nest, multiplier=beam)


def unknown(tf, tensor, axes=(0,)):
    """The same tensor, some sizes of which are not known while a graph is built."""
    shape = tensor.shape.as_list()
    return tf.placeholder_with_default(
        tensor, [None if axis in axes else size for axis, size in enumerate(shape)]
    )


def leaning(tf, towards, by=6.0, units=WORDS):
    """A GRU cell whose outputs, taken as logits, favour one word."""

    class Leaning(tf.nn.rnn_cell.RNNCell):
        def __init__(self):
            super(Leaning, self).__init__(name='leaning')  # noqa: UP008
            self._inner = tf.nn.rnn_cell.GRUCell(units)

        @property
        def state_size(self):
            return units

        @property
        def output_size(self):
            return units

        def call(self, inputs, state):
            output, state = self._inner(inputs, state)
            return 3.0 * output + by * tf.one_hot(towards, units, dtype=output.dtype), state

    return Leaning()


def search(tf, cell, embedding, state, beam=BEAM, layer=True, end=END, start=None, **options):
    """A decoder; `state` is tiled here."""
    start = tf.constant([1, 2, 3]) if start is None else start
    if layer is True:
        layer = tf.layers.Dense(WORDS)
    return tf.contrib.seq2seq.BeamSearchDecoder(
        cell, embedding, start, end, tiled(tf, state, beam), beam, output_layer=layer, **options
    )


def attending(
    tf, memory, embedding, h, beam=BEAM, lengths=None, mechanisms=1, wrapper=None, **options
):
    """A decoder with an AttentionWrapper around a GRU cell."""
    if lengths is not None:
        lengths = tiled(tf, tf.constant(lengths), beam)
    many = [
        tf.contrib.seq2seq.BahdanauAttention(UNITS, tiled(tf, memory, beam), lengths),
        tf.contrib.seq2seq.LuongAttention(
            UNITS, tiled(tf, 0.5 * memory[:, ::-1], beam), lengths, name='second'
        ),
    ]
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(UNITS),
        many[0] if mechanisms == 1 else many,
        attention_layer_size=5 if mechanisms == 1 else [5, 3],
        **(wrapper or {}),
    )
    rows = tf.shape(h)[0] if h.shape.as_list()[0] is None else h.shape.as_list()[0]
    state = cell.zero_state(rows * beam, tf.float32).clone(cell_state=tiled(tf, h, beam))
    start = options.pop('start', tf.constant([1, 2, 3]))
    end = options.pop('end', END)
    return tf.contrib.seq2seq.BeamSearchDecoder(
        cell, embedding, start, end, state, beam, output_layer=tf.layers.Dense(WORDS), **options
    )


def decoded(tf, decoder, maximum_iterations=5, **options):
    outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(
        decoder, maximum_iterations=maximum_iterations, **options
    )
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


def plain_case(name, gradients=False, decode=None, **options):
    @case(name=name, gradients=gradients, **PLAIN)
    def run(tf, h, embedding):
        cell = tf.nn.rnn_cell.GRUCell(UNITS)
        return decoded(tf, search(tf, cell, embedding, h, **options), **(decode or {}))


def attention_case(name, gradients=False, decode=None, **options):
    @case(name=name, gradients=gradients, **ATTENDING)
    def run(tf, h, embedding, memory):
        return decoded(tf, attending(tf, memory, embedding, h, **options), **(decode or {}))


# -- without attention ----------------------------------------------------------------------------

plain_case('beam_gru', gradients=True)
plain_case('beam_width_1', beam=1)
plain_case('beam_width_2', beam=2, decode={'maximum_iterations': 9})
plain_case('beam_wider_than_vocabulary', beam=11, decode={'maximum_iterations': 3})
plain_case('beam_never_ends', end=-1)
plain_case('beam_other_end', end=5, decode={'maximum_iterations': 4})
plain_case('beam_at_most_1', decode={'maximum_iterations': 1})
plain_case('beam_at_most_0', decode={'maximum_iterations': 0})
plain_case('beam_at_most_12', decode={'maximum_iterations': 12})
plain_case('beam_time_major_output', decode={'output_time_major': True, 'scope': 'mine'})
plain_case('beam_length_penalty', gradients=True, length_penalty_weight=0.6)
plain_case('beam_length_penalty_strong', beam=3, length_penalty_weight=4.0)
plain_case('beam_length_penalty_negative', length_penalty_weight=-1.0)


@case(gradients=False, **PLAIN)
def beam_weights_as_tensors(tf, h, embedding):
    cell = tf.nn.rnn_cell.GRUCell(UNITS)
    weight = tf.placeholder_with_default(tf.constant(0.7), [])
    return decoded(tf, search(tf, cell, embedding, h, length_penalty_weight=weight))


@case(gradients=True, c=normal(BATCH, UNITS), **PLAIN)
def beam_lstm(tf, h, c, embedding):
    cell = tf.nn.rnn_cell.LSTMCell(UNITS)
    state = tf.nn.rnn_cell.LSTMStateTuple(c=c, h=h)
    return decoded(tf, search(tf, cell, embedding, state))


@case(gradients=False, c=normal(BATCH, UNITS), **PLAIN)
def beam_lstm_joined_state(tf, h, c, embedding):
    cell = tf.nn.rnn_cell.BasicLSTMCell(UNITS, state_is_tuple=False)
    return decoded(tf, search(tf, cell, embedding, tf.concat([c, h], 1)))


@case(gradients=False, c=normal(BATCH, UNITS), **PLAIN)
def beam_multi(tf, h, c, embedding):
    cell = tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.LSTMCell(UNITS), tf.nn.rnn_cell.GRUCell(UNITS)]
    )
    state = (tf.nn.rnn_cell.LSTMStateTuple(c=c, h=h), 0.5 * h)
    return decoded(tf, search(tf, cell, embedding, state, length_penalty_weight=1.0))


@case(gradients=False, h=normal(1, UNITS), embedding=normal(WORDS, 5))
def beam_batch_1(tf, h, embedding):
    cell = tf.nn.rnn_cell.GRUCell(UNITS)
    return decoded(tf, search(tf, cell, embedding, h, start=[1]))


@case(gradients=False, h=normal(1, UNITS), embedding=normal(WORDS, 5))
def beam_batch_1_width_1(tf, h, embedding):
    cell = tf.nn.rnn_cell.GRUCell(UNITS)
    return decoded(tf, search(tf, cell, embedding, h, beam=1, start=[1]))


@case(h=normal(BATCH, UNITS, dtype='float64'), embedding=normal(WORDS, 5, dtype='float64'))
def beam_float64(tf, h, embedding):
    cell = tf.nn.rnn_cell.GRUCell(UNITS)
    return decoded(tf, search(tf, cell, embedding, h))


@case(gradients=False, **PLAIN)
def beam_unknown_batch(tf, h, embedding):
    cell = tf.nn.rnn_cell.GRUCell(UNITS)
    start = unknown(tf, tf.constant([1, 2, 3]))
    return decoded(tf, search(tf, cell, embedding, unknown(tf, h), start=start))


@case(gradients=False, **PLAIN)
def beam_embedding_function(tf, h, embedding):
    cell = tf.nn.rnn_cell.GRUCell(UNITS)

    def embed(ids):
        return 2.0 * tf.nn.embedding_lookup(embedding, ids)

    return decoded(tf, search(tf, cell, embed, h))


@case(gradients=False, h=normal(BATCH, WORDS), embedding=normal(WORDS, 5))
def beam_without_output_layer(tf, h, embedding):
    cell = leaning(tf, 6, by=1.0)
    return decoded(tf, search(tf, cell, embedding, h, layer=None, end=6))


@case(gradients=False, h=normal(BATCH, WORDS), embedding=normal(WORDS, 5))
def beam_ends_at_once(tf, h, embedding):
    """The end token comes first in each row; the others end a step later."""
    cell = leaning(tf, END, by=9.0)
    return decoded(tf, search(tf, cell, embedding, h, layer=None))


@case(gradients=False, h=normal(BATCH, WORDS), embedding=normal(WORDS, 5))
def beam_ends_at_once_width_1(tf, h, embedding):
    cell = leaning(tf, END, by=9.0)
    return decoded(tf, search(tf, cell, embedding, h, beam=1, layer=None))


@case(gradients=False, h=normal(BATCH, WORDS), embedding=normal(WORDS, 5))
def beam_without_maximum(tf, h, embedding):
    cell = leaning(tf, END, by=5.0)
    decoder = search(tf, cell, embedding, h, layer=None, length_penalty_weight=0.3)
    return decoded(tf, decoder, maximum_iterations=None)


@case(gradients=False, h=normal(BATCH, WORDS), embedding=normal(WORDS, 5))
def beam_finished_beside_unfinished(tf, h, embedding):
    """Finished beams keep their scores, and lose their places to better ones."""
    cell = leaning(tf, 3, by=2.0)
    decoder = search(tf, cell, embedding, h, layer=None, end=3, length_penalty_weight=2.0)
    return decoded(tf, decoder, maximum_iterations=4)


# -- with attention -------------------------------------------------------------------------------

attention_case('beam_attention', gradients=True)
attention_case('beam_attention_lengths', lengths=[7, 3, 5], decode={'maximum_iterations': 8})
attention_case('beam_attention_output', wrapper={'output_attention': False}, beam=3)
attention_case('beam_two_mechanisms', mechanisms=2, lengths=[2, 7, 4])
attention_case('beam_coverage', gradients=True, coverage_penalty_weight=0.4)
attention_case('beam_coverage_padding', lengths=[7, 3, 5], coverage_penalty_weight=2.0)
attention_case(
    'beam_coverage_and_length',
    coverage_penalty_weight=1.0,
    length_penalty_weight=0.8,
    beam=3,
    decode={'maximum_iterations': 9},
)
attention_case('beam_coverage_two_mechanisms', mechanisms=2, coverage_penalty_weight=0.4)
attention_case('beam_history_all_known', wrapper={'alignment_history': True})
attention_case(
    'beam_history_not_reordered',
    wrapper={'alignment_history': True},
    reorder_tensor_arrays=False,
    decode={'output_time_major': True},
)


def history_case(name, decode=None, **options):
    @case(name=name, gradients=False, **ATTENDING)
    def run(tf, h, embedding, memory):
        decoder = attending(
            tf,
            unknown(tf, memory, (0, 1)),
            embedding,
            unknown(tf, h),
            start=unknown(tf, tf.constant([1, 2, 3])),
            wrapper={'alignment_history': True},
            **options,
        )
        return decoded(tf, decoder, **(decode or {}))


history_case('beam_history')
history_case('beam_history_width_1', beam=1)
history_case('beam_history_at_most_1', decode={'maximum_iterations': 1})
history_case('beam_history_lengths', lengths=[7, 3, 5], decode={'maximum_iterations': 8})
history_case('beam_history_two_mechanisms', mechanisms=2)
history_case('beam_history_coverage', coverage_penalty_weight=0.4, length_penalty_weight=1.0)


@case(gradients=False, **ATTENDING)
def beam_multi_with_attention(tf, h, embedding, memory):
    """An AttentionWrapper as one layer of several, with coverage."""
    mechanism = tf.contrib.seq2seq.LuongAttention(UNITS, tiled(tf, memory, BEAM))
    wrapped = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(UNITS), mechanism)
    cell = tf.nn.rnn_cell.MultiRNNCell([wrapped, tf.nn.rnn_cell.GRUCell(UNITS)])
    state = (
        wrapped.zero_state(BATCH * BEAM, tf.float32).clone(cell_state=tiled(tf, h, BEAM)),
        tiled(tf, -h, BEAM),
    )
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        cell,
        embedding,
        [1, 2, 3],
        END,
        state,
        BEAM,
        output_layer=tf.layers.Dense(WORDS),
        coverage_penalty_weight=0.5,
    )
    return decoded(tf, decoder)


# -- the decoder's own methods --------------------------------------------------------------------


@case(gradients=False, one_step=True, **ATTENDING)
def beam_initialize_and_step(tf, h, embedding, memory):
    decoder = attending(tf, memory, embedding, h, coverage_penalty_weight=0.4)
    finished, inputs, state = decoder.initialize()
    return {
        'initialize': (finished, inputs, state),
        'step': decoder.step(tf.constant(0), inputs, state),
        'batch_size': decoder.batch_size,
        'tracks_own_finished': tf.constant(decoder.tracks_own_finished),
        'output_size': tf.constant([s.as_list() for s in decoder.output_size]),
        'output_dtype': [tf.zeros([], dtype) for dtype in decoder.output_dtype],
    }


@case(gradients=False, one_step=True, x=normal(BATCH * BEAM, 2, 3), **PLAIN)
def beam_split_and_merge(tf, h, embedding, x):
    decoder = search(tf, tf.nn.rnn_cell.GRUCell(UNITS), embedding, h)
    split = decoder._split_batch_beams(x, tf.TensorShape([2, 3]))
    return {
        'split': split,
        'split_without_shape': decoder._split_batch_beams(x),
        'merged': decoder._merge_batch_beams(2.0 * split, tf.TensorShape([2, 3])),
        'merged_without_shape': decoder._merge_batch_beams(split),
        'maybe': [
            decoder._maybe_split_batch_beams(x[:, 0], 3),
            decoder._maybe_split_batch_beams(x[:, 0, 0], tf.TensorShape([])),
            decoder._maybe_split_batch_beams(x[0, 0, 0], tf.TensorShape([])),
            decoder._maybe_merge_batch_beams(split[:, :, 0], 3),
            decoder._maybe_merge_batch_beams(split[:, :, 0, 0], tf.TensorShape([])),
            decoder._maybe_merge_batch_beams(x[0, 0, 0], tf.TensorShape([])),
        ],
        'rest': decoder._maybe_sort_array_beams(x, None, None),
    }


# -- the names inside the module ------------------------------------------------------------------


def beam_state(tf, cell_state, finished, dtype='float32', attention=()):
    log_probs = array('beam log_probs', [2, 3], dtype=dtype) - 2.0
    return tf.contrib.seq2seq.BeamSearchDecoderState(
        cell_state=cell_state,
        log_probs=tf.constant(log_probs),
        finished=tf.constant(finished),
        lengths=tf.constant([[4, 2, 3], [4, 4, 4]], tf.int64),
        accumulated_attention_probs=attention,
    )


def one_step(tf, logits, cell_state, state, length=0.0, coverage=0.0, end=1):
    return internal(tf)._beam_search_step(
        time=3,
        logits=logits,
        next_cell_state=cell_state,
        beam_state=state,
        batch_size=tf.constant(2),
        beam_width=3,
        end_token=tf.constant(end),
        length_penalty_weight=length,
        coverage_penalty_weight=coverage,
    )


def step_case(name, finished, dtype='float32', **options):
    @case(name=name, one_step=True, logits=normal(2, 3, 6, scale=4.0, dtype=dtype))
    def run(tf, logits):
        # A part with beams, one for each example only, and a scalar.
        cell_state = (2.0 * logits[:, :, :2], logits[:, 0, 0], tf.constant(7))
        return one_step(
            tf, logits, cell_state, beam_state(tf, cell_state, finished, dtype), **options
        )


NONE, SOME, ALL = (
    [[False] * 3] * 2,
    [[False, True, False], [True, False, True]],
    [[True] * 3] * 2,
)
step_case('beam_step', NONE)
step_case('beam_step_some_finished', SOME)
step_case('beam_step_all_finished', ALL)
step_case('beam_step_length_penalty', SOME, length=1.5)
step_case('beam_step_end_outside_vocabulary', SOME, end=-1)
step_case('beam_step_float64', SOME, 'float64')


def attention_state(tf, alignments):
    return tf.contrib.seq2seq.AttentionWrapperState(
        cell_state=tf.zeros([2, 3, 4]),
        attention=tf.zeros([2, 3, 4]),
        time=tf.constant(3),
        alignments=alignments,
        alignment_history=(),
        attention_state=(),
    )


@case(
    gradients=False,
    one_step=True,
    logits=normal(2, 3, 6, scale=4.0),
    scores=normal(2, 3, 5),
    sums=normal(2, 3, 5),
)
def beam_step_coverage(tf, logits, scores, sums):
    """Some of the memory never had any attention."""
    alignments = tf.nn.softmax(scores) * tf.constant([1.0, 1.0, 0.0, 1.0, 0.0])
    state = attention_state(tf, alignments)
    sums = tf.abs(sums) * tf.constant([2.0, 1.0, 0.0, 1.0, 0.0])
    return [
        one_step(tf, logits, state, beam_state(tf, state, finished, attention=sums), length, 0.6)
        for finished, length in ((NONE, 0.0), (SOME, 0.0), (SOME, 0.9), (ALL, 0.9))
    ]


@case(one_step=True, a=normal(2, 3, 5), b=normal(2, 3, 5), c=normal(2, 3, 5))
def beam_attention_probs(tf, a, b, c):
    module = internal(tf)
    several = attention_state(tf, (a, b))
    return {
        'state': module.attention_probs_from_attn_state(attention_state(tf, a)),
        'mechanisms': module.attention_probs_from_attn_state(several),
        'cell': module.get_attention_probs(several, 0.1),
        'layers': module.get_attention_probs((several, b, attention_state(tf, c)), 0.1),
        'no_weight': module.get_attention_probs(b, 0.0),
    }


@case(gradients=False, one_step=True, lengths=[[1, 2, 3], [5, 8, 0]])
def beam_length_penalty_function(tf, lengths):
    penalty = internal(tf)._length_penalty
    return {
        'int64': penalty(tf.cast(lengths, tf.int64), 0.6),
        'int32': penalty(lengths, 2.0),
        'negative': penalty(lengths, -0.5),
        'zero': tf.constant(penalty(lengths, 0.0)),
        'tensor': penalty(lengths, tf.placeholder_with_default(tf.constant(0.2), [])),
    }


@case(one_step=True, probs=normal(2, 3, 5), double=normal(2, 3, 5, dtype='float64'))
def beam_mask_probs(tf, probs, double):
    mask = internal(tf)._mask_probs
    return [mask(probs, 2, tf.constant(SOME)), mask(double, 9, tf.constant(SOME))]


@case(
    gradients=False,
    one_step=True,
    log_probs=normal(2, 3, 5, scale=3.0),
    lengths=integers(9, 2, 3, 5),
    sums=normal(2, 3, 4),
)
def beam_get_scores(tf, log_probs, lengths, sums):
    sums = tf.abs(sums)
    lengths = tf.cast(lengths, tf.int64)
    return {
        '{}/{}'.format(length, coverage): internal(tf)._get_scores(
            log_probs=log_probs,
            sequence_lengths=lengths,
            length_penalty_weight=length,
            coverage_penalty_weight=coverage,
            finished=tf.constant(SOME),
            accumulated_attention_probs=sums,
        )
        for length in (0.0, 0.7)
        for coverage in (0.0, 0.3)
    }


@case(gradients=False, one_step=True, x=normal(2, 3, 4), chosen=integers(3, 2, 3))
def beam_gather_helpers(tf, x, chosen):
    module = internal(tf)
    return {
        'beams': module._tensor_gather_helper(chosen, x, 2, 3, [6, -1]),
        'elements': module._tensor_gather_helper(4 * chosen, x, tf.constant(2), 12, [-1]),
        'rows': module._maybe_tensor_gather_helper(chosen, x[:, :, 0], 2, 3, [-1]),
        'vector': module._maybe_tensor_gather_helper(chosen, x[:, 0, 0], 2, 3, [6, -1]),
        'scalar': module._maybe_tensor_gather_helper(chosen, x[0, 0, 0], 2, 3, [6, -1]),
    }


@case(gradients=False, one_step=True, x=normal(2, 3))
def beam_which_arrays_are_sorted(tf, x):
    """Not those of vectors, if all sizes are known."""
    shapes = [
        ([6], 2, 3),
        ([6, 5], 2, 3),
        ([6, None], 2, 3),
        ([None, 5], 2, 3),
        ([2, 3, 5], 2, 3),
        ([2, 3], 2, 3),
        ([7], 2, 3),
        ([7, 5], None, 3),
        ([3, 3], 3, 1),
        ([3, 1], 3, 1),
        ([2], 2, 1),
    ]
    check = internal(tf)._check_static_batch_beam_maybe
    answers = [check(tf.TensorShape(s), batch, beam) for s, batch, beam in shapes]
    return [tf.constant(answers), x]


# -- gather_tree ----------------------------------------------------------------------------------

TREE = {'ids': integers(6, 9, 4, 5), 'parents': integers(5, 9, 4, 5)}


@case(gradients=False, one_step=True, lengths=[9, 4, 0, 12], **TREE)
def gather_tree(tf, ids, parents, lengths):
    return tf.contrib.seq2seq.gather_tree(ids, parents, lengths, tf.constant(5))


@case(gradients=False, one_step=True, lengths=[9, -1, 1, 7], **TREE)
def gather_tree_end_not_there(tf, ids, parents, lengths):
    return tf.contrib.seq2seq.gather_tree(
        step_ids=ids, parent_ids=parents, max_sequence_lengths=lengths, end_token=-7, name='tree'
    )


@case(gradients=False, one_step=True, lengths=[9, 8, 1, 7], **TREE)
def gather_tree_unknown_sizes(tf, ids, parents, lengths):
    return tf.contrib.seq2seq.gather_tree(
        unknown(tf, ids, (0, 1)), unknown(tf, parents, (0, 2)), unknown(tf, lengths), 0
    )


@case(gradients=False, one_step=True, ids=integers(9, 1, 2, 3), parents=integers(3, 1, 2, 3))
def gather_tree_one_step(tf, ids, parents):
    return tf.contrib.seq2seq.gather_tree(ids, 100 + parents, [1, 1], 0)


@case(gradients=False, one_step=True, ids=integers(9, 4, 3, 1), parents=integers(1, 4, 3, 1))
def gather_tree_one_beam(tf, ids, parents):
    return tf.contrib.seq2seq.gather_tree(ids, parents, [4, 2, 3], 1)


@case(gradients=False, one_step=True)
def gather_tree_no_steps(tf):
    nothing = tf.zeros([0, 2, 3], tf.int32)
    return tf.contrib.seq2seq.gather_tree(nothing, nothing, [1, 0], 1)


LENGTHS = np.array([[9, 3, 9, 1, 0], [4, 4, 4, 4, 4], [0, 0, 0, 0, 0], [7, 6, 5, 4, 3]], np.int32)


@case(one_step=True, history=normal(9, 4, 5, 2), lengths=LENGTHS, parents=TREE['parents'])
def gather_tree_from_array(tf, history, parents, lengths):
    function = internal(tf).gather_tree_from_array
    return {
        'split': function(history, parents, lengths),
        'merged': function(tf.reshape(history, [9, 20, 2]), parents, tf.cast(lengths, tf.int64)),
        'vectors': function(history[:, :, :, 0], parents, lengths),
        'deep': function(history[:, :, :, :, tf.newaxis], parents, lengths),
        'unknown': function(
            unknown(tf, history, (0, 1, 3)), unknown(tf, parents, (0, 1)), unknown(tf, lengths)
        ),
    }


@case(gradients=False, one_step=True, parents=integers(BEAM, 4, BATCH, BEAM), **PLAIN)
def beam_sort_array(tf, h, embedding, parents):
    """A TensorArray of the shapes that TF1 puts in order."""
    cell = tf.nn.rnn_cell.GRUCell(UNITS)
    decoder = search(tf, cell, embedding, unknown(tf, h), start=unknown(tf, tf.constant([1, 2, 3])))
    lengths = tf.constant([[4, 4, 3, 1], [2, 1, 2, 2], [4, 4, 4, 4]], tf.int64)
    values = tf.constant(array('beam array', [4, BATCH * BEAM, 2]))
    sorted_arrays = []
    for value in (values, values[:, :, 0], tf.reshape(values, [4, BATCH, BEAM, 2])):
        ta = tf.TensorArray(tf.float32, 4, element_shape=value.shape[1:]).unstack(value)
        sorted_arrays.append(decoder._maybe_sort_array_beams(ta, parents, lengths))
    return sorted_arrays


# -- tile_batch -----------------------------------------------------------------------------------


@case(one_step=True, x=normal(2, 3), y=normal(2), z=normal(2, 1, 4, dtype='float64'), ids=[4, 5])
def tile_batch_nest(tf, x, y, z, ids):
    state = tf.nn.rnn_cell.LSTMStateTuple(c=x, h=2.0 * x)
    nest = {'state': (state, [y]), 'z': z, 'ids': ids}
    return {
        'three': tf.contrib.seq2seq.tile_batch(nest, multiplier=3),
        'one': tf.contrib.seq2seq.tile_batch(nest, 1, name='copies'),
        'unknown': tf.contrib.seq2seq.tile_batch(unknown(tf, x, (0, 1)), 2),
        'private': internal(tf)._tile_batch(x, 4),
    }
