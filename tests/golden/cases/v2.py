"""The classes that TF 1.15 has for TF2 programs: mechanisms, samplers, decoders, the loss."""

import contextlib

from ..harness import case, integers, normal, variable_value
from .private_names import module

MEMORY = {'memory': normal(3, 7, 5), 'query': normal(3, 4, scale=2.0)}
LENGTHS = [7, 4, 1]


@contextlib.contextmanager
def fixed_variables(tf):
    """Values for the variables of TF1's Keras layers, which no custom getter sees."""

    def create(next_creator, **kwargs):
        scope = tf.get_default_graph().get_name_scope()
        if not scope or '/' in kwargs['name']:  # by get_variable
            return next_creator(**kwargs)
        value = kwargs['initial_value']
        value = value() if callable(value) else value
        name = scope + '/' + kwargs['name']
        shape = [size.value for size in value.shape.dims]
        kwargs['initial_value'] = variable_value(name, shape, value.dtype.base_dtype.name)
        return next_creator(**kwargs)

    if hasattr(tf.contrib.seq2seq, 'python'):  # this package: its variables are all seen
        yield
    else:
        with tf.variable_creator_scope(create):
            yield


def mechanism_case(name, make, lengths=None):
    @case(name='v2_' + name, one_step=True, **MEMORY)
    def one_call(tf, memory, query):
        with fixed_variables(tf):
            mechanism = make(module(tf, 'attention_wrapper'), tf, memory, lengths)
            state = mechanism.initial_state(3, tf.float32)
            alignments, following = mechanism([query, state])
            return {
                'alignments': alignments,
                'state': following,
                'initial': state,
                'keys': mechanism.keys,
                'values': mechanism.values,
            }


mechanism_case('bahdanau', lambda m, tf, x, n: m.BahdanauAttentionV2(6, x))
mechanism_case('bahdanau_lengths', lambda m, tf, x, n: m.BahdanauAttentionV2(6, x, n), LENGTHS)
mechanism_case(
    'bahdanau_normalize', lambda m, tf, x, n: m.BahdanauAttentionV2(6, x, n, normalize=True)
)
mechanism_case(
    'bahdanau_hardmax',
    lambda m, tf, x, n: m.BahdanauAttentionV2(6, x, probability_fn='hardmax', name='Mine'),
)
mechanism_case('luong', lambda m, tf, x, n: m.LuongAttentionV2(4, x))
mechanism_case(
    'luong_scale_lengths', lambda m, tf, x, n: m.LuongAttentionV2(4, x, n, scale=True), LENGTHS
)
for each in ('recursive', 'parallel', 'hard'):
    mechanism_case(
        'bahdanau_monotonic_' + each,
        lambda m, tf, x, n, mode=each: m.BahdanauMonotonicAttentionV2(
            6, x, normalize=True, mode=mode
        ),
    )
    mechanism_case(
        'luong_monotonic_' + each,
        lambda m, tf, x, n, mode=each: m.LuongMonotonicAttentionV2(4, x, scale=True, mode=mode),
    )


def bound_later(kind, **options):
    def make(inside, tf, memory, lengths):
        mechanism = getattr(inside, kind)(4, None, **options)
        mask = None if lengths is None else tf.sequence_mask(lengths, 7)
        mechanism(memory, mask=mask, setup_memory=True)
        return mechanism

    return make


mechanism_case('bahdanau_memory_later', bound_later('BahdanauAttentionV2'))
mechanism_case('bahdanau_masked_later', bound_later('BahdanauAttentionV2'), LENGTHS)
mechanism_case('luong_masked_later', bound_later('LuongAttentionV2', scale=True), LENGTHS)
mechanism_case('luong_monotonic_masked_later', bound_later('LuongMonotonicAttentionV2'), LENGTHS)


@case(one_step=True, x=normal(3, 2), **MEMORY)
def v2_mechanism_in_a_wrapper(tf, x, memory, query):
    with fixed_variables(tf):
        inside = module(tf, 'attention_wrapper')
        mechanism = inside.BahdanauAttentionV2(6, memory)
        cell = inside.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=3)
        return cell(x, cell.zero_state(3, tf.float32).clone(cell_state=query))


# -- BasicDecoderV2 and the samplers --------------------------------------------------------------


def decoder_case(name, make, gradients=True, **options):
    """`make(samplers, tf, x, embedding)` gives a sampler, its inputs, and its other arguments."""

    @case(
        name='v2_decode_' + name,
        gradients=gradients,
        x=normal(3, 5, 4),
        embedding=normal(6, 4),
        h=normal(3, 6),
    )
    def decode(tf, x, embedding, h):
        sampler, inputs, arguments = make(module(tf, 'sampler'), tf, x, embedding)
        decoder = module(tf, 'basic_decoder').BasicDecoderV2(
            tf.nn.rnn_cell.GRUCell(6), sampler, **options
        )
        outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(
            decoder,
            output_time_major=decoder.output_time_major,
            impute_finished=decoder.impute_finished,
            maximum_iterations=decoder.maximum_iterations,
            parallel_iterations=1,
            decoder_init_input=inputs,
            decoder_init_kwargs=dict(arguments, initial_state=h),
        )
        return {'outputs': outputs, 'state': state, 'lengths': lengths}


TRUTH = {'sequence_length': [5, 2, 4]}
START = {'start_tokens': [0, 1, 2], 'end_token': 3}

decoder_case('training', lambda s, tf, x, e: (s.TrainingSampler(), x, TRUTH))
decoder_case(
    'training_time_major',
    lambda s, tf, x, e: (s.TrainingSampler(True), tf.transpose(x, [1, 0, 2]), TRUTH),
    output_time_major=True,
    impute_finished=True,
)
decoder_case(
    'greedy', lambda s, tf, x, e: (s.GreedyEmbeddingSampler(), e, START), maximum_iterations=6
)
decoder_case(
    'greedy_function',
    lambda s, tf, x, e: (
        s.GreedyEmbeddingSampler(lambda ids: tf.tanh(tf.nn.embedding_lookup(e, ids))),
        None,
        START,
    ),
    maximum_iterations=4,
)
decoder_case(
    'sample',
    lambda s, tf, x, e: (s.SampleEmbeddingSampler(softmax_temperature=0.5, seed=4), e, START),
    maximum_iterations=6,
)
decoder_case(
    'scheduled_embedding',
    lambda s, tf, x, e: (
        s.ScheduledEmbeddingTrainingSampler(0.5, seed=3, scheduling_seed=4),
        x,
        dict(TRUTH, embedding=e),
    ),
)
decoder_case(
    'scheduled_output',
    lambda s, tf, x, e: (
        s.ScheduledOutputTrainingSampler(1.0, next_inputs_fn=lambda outputs: outputs[:, 1:5]),
        x,
        dict(TRUTH, auxiliary_inputs=x[:, :, :2]),
    ),
)
decoder_case(
    'inference',
    lambda s, tf, x, e: (
        s.InferenceSampler(
            sample_fn=lambda outputs: outputs[:, :4],
            sample_shape=[4],
            sample_dtype=tf.float32,
            end_fn=lambda sample: tf.reduce_sum(sample, 1) > 0.5,
        ),
        x[:, 0],
        {},
    ),
    maximum_iterations=4,
)
decoder_case(
    'custom',
    lambda s, tf, x, e: (
        s.CustomSampler(
            initialize_fn=lambda inputs, scale: (tf.zeros([3], tf.bool), scale * inputs),
            sample_fn=lambda time, outputs, state: tf.argmin(outputs, -1, output_type=tf.int32),
            next_inputs_fn=lambda time, outputs, state, sample_ids: (
                tf.equal(time, tf.constant([1, 3, 2])),
                outputs[:, :4],
                state,
            ),
        ),
        x[:, 1],
        {'scale': 2.0},
    ),
    maximum_iterations=6,
)


# -- BeamSearchDecoderV2 -------------------------------------------------------------------------


def beam_case(case_name, make, steps=6, **options):
    """`make(tf, memory, embedding)` gives cell, state, embedding and embedding_fn."""

    @case(
        name='v2_beam_' + case_name,
        memory=normal(2, 5, 4),
        embedding=normal(7, 4, scale=2.0),
        h=normal(2, 6),
    )
    def decode(tf, memory, embedding, h):
        tile = tf.contrib.seq2seq.tile_batch
        cell, state, table, embedding_fn = make(tf, tile(memory, 3), tile(h, 3), embedding)
        decoder = module(tf, 'beam_search_decoder').BeamSearchDecoderV2(
            cell, 3, embedding_fn, maximum_iterations=steps, **options
        )
        outputs, state, lengths = decoder(table, [0, 1], 2, state)
        return {
            'ids': outputs.predicted_ids,
            'steps': outputs.beam_search_decoder_output,
            'cell_state': state.cell_state,
            'log_probs': state.log_probs,
            'lengths': lengths,
        }


def attending(tf, memory, h, embedding):
    attention = tf.contrib.seq2seq
    mechanism = attention.BahdanauAttention(5, memory)
    cell = attention.AttentionWrapper(tf.nn.rnn_cell.GRUCell(6), mechanism, attention_layer_size=7)
    return cell, cell.zero_state(6, tf.float32).clone(cell_state=h), embedding, None


def from_function(tf, memory, h, embedding):
    cell = tf.nn.rnn_cell.BasicLSTMCell(6)
    state = tf.nn.rnn_cell.LSTMStateTuple(tf.tanh(h), h)
    return cell, state, None, lambda ids: tf.tanh(tf.nn.embedding_lookup(embedding, ids))


beam_case('attention', attending, coverage_penalty_weight=0.4, length_penalty_weight=0.6)
beam_case('time_major', attending, steps=4, output_time_major=True, name='mine')
beam_case('embedding_fn', from_function)


# -- SequenceLoss ---------------------------------------------------------------------------------


@case(
    logits=normal(2, 4, 5, scale=2.0),
    targets=integers(5, 2, 4),
    weights=[[1, 1, 0, 0], [1, 1, 1, 2]],
)
def v2_sequence_loss(tf, logits, targets, weights):
    loss = module(tf, 'loss').SequenceLoss
    weights = 0.5 * tf.cast(weights, tf.float32)
    flags = (
        {},
        {'sum_over_timesteps': False, 'sum_over_batch': False},
        {'sum_over_batch': False},
        {
            'average_across_timesteps': True,
            'average_across_batch': True,
            'sum_over_timesteps': False,
            'sum_over_batch': False,
            'name': 'mine',
        },
    )
    return [loss(**each)(targets, logits, weights) for each in flags]
