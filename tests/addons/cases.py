"""Cases against the API of TensorFlow Addons' seq2seq, for whichever package has it.

A case makes layers and returns what calls them. `harness.py` sets their weights, calls them, and
takes gradients; TensorFlow Addons 0.23 itself wrote the arrays that the tests compare with.
"""

import zlib

import numpy as np

CASES = {}
LENGTHS = [7, 4, 1]
VOCABULARY, DEPTH, UNITS = 11, 3, 4


def case(name, **options):
    """Registers `make(tf, tfa, keras) -> (layers, call)`; `call()` returns a nest of tensors."""

    def register(make):
        assert name not in CASES, name
        CASES[name] = (make, options)
        return make

    return register


def normal(*shape, scale=1.0, dtype='float32'):
    seed = zlib.crc32(repr(shape).encode())
    return (np.random.RandomState(seed).standard_normal(shape) * scale).astype(dtype)


MEMORY, QUERY = normal(3, 7, 5), normal(3, UNITS, scale=2.0)
INPUTS = normal(3, 6, DEPTH)


def mechanism_of(tfa, kind, memory=MEMORY, lengths=None, **options):
    return getattr(tfa.seq2seq, kind)(UNITS, memory, lengths, **options)


# -- mechanisms -----------------------------------------------------------------------------------


def mechanism_case(case_name, kind, lengths=None, mask=None, **options):
    @case('mechanism_' + case_name, config=True)
    def one_call(tf, tfa, keras):
        mechanism = mechanism_of(tfa, kind, None if mask else MEMORY, lengths, **options)
        state = normal(3, 7) ** 2
        state /= state.sum(1, keepdims=True)

        def call():
            memory = tf.constant(MEMORY)
            if mask:
                mechanism(memory, mask=tf.sequence_mask(LENGTHS, 7), setup_memory=True)
            elif lengths is not None:
                mechanism([memory, tf.constant(lengths)], setup_memory=True)
            else:
                mechanism(memory, setup_memory=True)
            alignments, following = mechanism([tf.constant(QUERY), tf.constant(state)])
            return {
                'alignments': alignments,
                'state': following,
                'initial': mechanism.initial_state(3, tf.float32),
                'keys': mechanism.keys,
                'values': mechanism.values,
            }

        return [mechanism], call


mechanism_case('luong', 'LuongAttention')
mechanism_case('luong_scale_lengths', 'LuongAttention', LENGTHS, scale=True)
mechanism_case('luong_hardmax_mask', 'LuongAttention', mask=True, probability_fn='hardmax')
mechanism_case('bahdanau', 'BahdanauAttention')
mechanism_case('bahdanau_lengths', 'BahdanauAttention', LENGTHS, kernel_initializer='he_normal')
mechanism_case('bahdanau_normalize_mask', 'BahdanauAttention', mask=True, normalize=True, name='a')
for each in ('recursive', 'parallel', 'hard'):
    mechanism_case(
        'bahdanau_monotonic_' + each, 'BahdanauMonotonicAttention', LENGTHS, mode=each,
        normalize=True, score_bias_init=-1.0,
    )  # fmt: skip
    mechanism_case('luong_monotonic_' + each, 'LuongMonotonicAttention', mode=each, scale=True)


@case('mechanism_own_layers', config=True)
def own_layers(tf, tfa, keras):
    layers = {
        'query_layer': keras.layers.Dense(UNITS, activation='tanh', name='q'),
        'memory_layer': keras.layers.Dense(UNITS, name='m'),
    }
    mechanism = mechanism_of(tfa, 'BahdanauAttention', **layers)

    def call():
        mechanism.setup_memory(tf.constant(MEMORY))
        return mechanism([tf.constant(QUERY), tf.zeros([3, 7])])

    return [mechanism], call


# -- the wrapper ----------------------------------------------------------------------------------


def cell_of(keras, kind):
    if kind == 'stacked':
        return keras.layers.StackedRNNCells([cell_of(keras, 'gru'), cell_of(keras, 'lstm')])
    kinds = {'gru': 'GRUCell', 'lstm': 'LSTMCell', 'rnn': 'SimpleRNNCell'}
    return getattr(keras.layers, kinds[kind])(UNITS)


def wrapper_of(tfa, keras, kind='lstm', mechanisms=('LuongAttention',), lengths=LENGTHS, **options):
    made = [mechanism_of(tfa, each, None) for each in mechanisms]
    given = made if len(made) > 1 else made[0]
    return tfa.seq2seq.AttentionWrapper(cell_of(keras, kind), given, **options), made


def set_up(tf, mechanisms, lengths=LENGTHS, memory=MEMORY):
    for each in mechanisms:
        each.setup_memory(tf.constant(memory), None if lengths is None else tf.constant(lengths))


def wrapper_case(name, **options):
    @case('wrapper_' + name)
    def steps(tf, tfa, keras):
        wrapper, mechanisms = wrapper_of(tfa, keras, **options)

        def call():
            set_up(tf, mechanisms)
            state = wrapper.get_initial_state(batch_size=3, dtype=tf.float32)
            outputs = []
            for time in range(3):
                output, state = wrapper(tf.constant(INPUTS[:, time]), state)
                outputs.append(output)
            return {'outputs': outputs, 'state': list_of(tf, state)}

        return [wrapper], call


def list_of(tf, state):
    """The tensors of a state; TensorArrays stacked."""
    return [
        part.stack() if isinstance(part, tf.TensorArray) else part
        for part in tf.nest.flatten(state)
    ]


wrapper_case('lstm')
wrapper_case('gru_layer', kind='gru', attention_layer_size=5)
wrapper_case('rnn_output', kind='rnn', output_attention=False)
wrapper_case('stacked', kind='stacked', mechanisms=('BahdanauAttention',), attention_layer_size=2)
wrapper_case('two', mechanisms=('LuongAttention', 'BahdanauAttention'), attention_layer_size=[2, 3])
wrapper_case('monotonic', mechanisms=('BahdanauMonotonicAttention',))
wrapper_case('input_fn', kind='gru', cell_input_fn=lambda inputs, attention: inputs * 2.0)


@case('wrapper_in_rnn')
def in_rnn(tf, tfa, keras):
    wrapper, mechanisms = wrapper_of(tfa, keras, attention_layer_size=5)
    mechanisms[0].setup_memory(tf.constant(MEMORY), tf.constant(LENGTHS))
    layer = keras.layers.RNN(wrapper, return_sequences=True)

    def call():
        set_up(tf, mechanisms)
        return layer(tf.constant(INPUTS))

    return [layer], call


@case('keras_rnn_with_alignment_history', jit=False)  # XLA has no arrays that grow
def keras_rnn_history(tf, tfa, keras):
    mechanisms = ('LuongAttention', 'BahdanauAttention')
    wrapper, made = wrapper_of(tfa, keras, 'gru', mechanisms, alignment_history=True)
    set_up(tf, made)
    layer = keras.layers.RNN(wrapper, return_sequences=True, return_state=True)

    def call():
        set_up(tf, made)
        outputs, *state = layer(tf.constant(INPUTS))
        histories = [part for part in tf.nest.flatten(state) if isinstance(part, tf.TensorArray)]
        # Keras takes the first step twice, of which eager mode has the alignments twice.
        return outputs, [history.stack()[-INPUTS.shape[1] :] for history in histories]

    return [wrapper], call


# -- decoders -------------------------------------------------------------------------------------


def sampler_of(tfa, tf, kind, **options):
    if kind == 'custom':
        return tfa.seq2seq.CustomSampler(
            lambda inputs: (tf.zeros([3], tf.bool), inputs),
            lambda time, outputs, state: tf.argmax(outputs, -1, output_type=tf.int32),
            lambda time, outputs, state, sample_ids: (
                tf.fill([3], time >= 3), tf.tanh(outputs[:, :DEPTH]), state,
            ),
        )  # fmt: skip
    if kind == 'inference':
        return tfa.seq2seq.InferenceSampler(
            lambda outputs: outputs[:, :DEPTH], [DEPTH], tf.float32,
            lambda samples: tf.reduce_sum(samples, -1) > 100.0, tf.tanh,
        )  # fmt: skip
    return getattr(tfa.seq2seq, kind)(**options)


def decoder_case(name, sampler='TrainingSampler', attention=None, call_options=None, **options):
    sampler_options = options.pop('sampler_options', {})
    kind = options.pop('cell', 'lstm')

    @case('decoder_' + name, jit=options.pop('jit', True))
    def decode(tf, tfa, keras):
        cell, mechanisms = cell_of(keras, kind), []
        if attention is not None:
            cell, mechanisms = wrapper_of(tfa, keras, kind, **attention)
        decoder = tfa.seq2seq.BasicDecoder(
            cell,
            sampler_of(tfa, tf, sampler, **sampler_options),
            output_layer=keras.layers.Dense(VOCABULARY, name='projection'),
            **options,
        )
        embedding = normal(VOCABULARY, DEPTH)

        def call():
            set_up(tf, mechanisms)
            if mechanisms:
                state = cell.get_initial_state(batch_size=3, dtype=tf.float32)
            else:
                sizes = [UNITS] if kind == 'gru' else [UNITS, UNITS]
                state = [tf.constant(normal(3, size, scale=0.5)) for size in sizes]
                state = state[0] if kind == 'gru' else state
            given = dict(call_options(tf, embedding) if call_options else {})
            inputs = given.pop('inputs', tf.constant(INPUTS))
            outputs, final, lengths = decoder(inputs, initial_state=state, **given)
            return {'outputs': outputs, 'state': list_of(tf, final), 'lengths': lengths}

        return [decoder], call


def of_length(tf, embedding):
    return {'sequence_length': tf.constant([6, 3, 1])}


def of_mask(tf, embedding):
    return {'mask': tf.sequence_mask([6, 3, 1], 6)}


def by_time(tf, embedding):
    return {'inputs': tf.constant(INPUTS.transpose(1, 0, 2)), **of_length(tf, embedding)}


def from_start(tf, embedding):
    return {
        'inputs': tf.constant(embedding),
        'start_tokens': tf.constant([1, 1, 1]),
        'end_token': 2,
    }


decoder_case('training', call_options=of_length)
decoder_case('training_all', cell='gru')
decoder_case('training_mask', call_options=of_mask, impute_finished=True)
decoder_case(
    'training_by_time', call_options=by_time, sampler_options={'time_major': True},
    output_time_major=True, maximum_iterations=4,
)  # fmt: skip
decoder_case(
    'training_attention', call_options=of_length, impute_finished=True,
    attention={
        'mechanisms': ('BahdanauAttention',), 'attention_layer_size': 5, 'alignment_history': True,
    },
)  # fmt: skip
decoder_case(
    'training_two', call_options=of_length, cell='gru',
    attention={
        'mechanisms': ('LuongAttention', 'LuongMonotonicAttention'), 'attention_layer_size': [2, 3]
    },
)  # fmt: skip
decoder_case('greedy', 'GreedyEmbeddingSampler', call_options=from_start, maximum_iterations=5)
decoder_case(
    'greedy_attention', 'GreedyEmbeddingSampler', call_options=from_start, maximum_iterations=5,
    cell='gru', attention={'attention_layer_size': 5, 'alignment_history': True},
)  # fmt: skip
decoder_case(
    'custom', 'custom', maximum_iterations=5,
    call_options=lambda tf, embedding: {'inputs': tf.constant(INPUTS[:, 0])},
)  # fmt: skip
decoder_case(
    'inference', 'inference', maximum_iterations=4,
    call_options=lambda tf, embedding: {'inputs': tf.constant(INPUTS[:, 0])},
)  # fmt: skip
decoder_case(
    'sampled', 'SampleEmbeddingSampler', call_options=from_start, maximum_iterations=5,
    sampler_options={'seed': 3, 'softmax_temperature': 2.0}, jit=False,
)  # fmt: skip
decoder_case(
    'scheduled_embedding', 'ScheduledEmbeddingTrainingSampler', jit=False,
    sampler_options={'sampling_probability': 0.5, 'seed': 3, 'scheduling_seed': 4},
    call_options=lambda tf, embedding: {
        'embedding': tf.constant(embedding), **of_length(tf, embedding)
    },
)  # fmt: skip
decoder_case(
    'scheduled_output', 'ScheduledOutputTrainingSampler', jit=False,
    sampler_options={
        'sampling_probability': 0.5, 'seed': 3, 'next_inputs_fn': lambda x: x[:, :DEPTH],
    },
    call_options=of_length,
)  # fmt: skip


def beam_case(name, attention=None, beam_width=3, cell='lstm', end_token=2, **options):
    @case('beam_' + name, gradients=False)
    def search(tf, tfa, keras):
        inner, mechanisms = cell_of(keras, cell), []
        if attention is not None:
            inner, mechanisms = wrapper_of(tfa, keras, cell, **attention)
        decoder = tfa.seq2seq.BeamSearchDecoder(
            inner,
            beam_width=beam_width,
            output_layer=keras.layers.Dense(VOCABULARY, name='projection'),
            maximum_iterations=6,
            **options,
        )
        embedding = normal(VOCABULARY, DEPTH, scale=2.0)

        def call():
            tile = tfa.seq2seq.tile_batch
            rows = 3 * beam_width
            for each in mechanisms:
                each.setup_memory(
                    tile(tf.constant(MEMORY), beam_width), tile(tf.constant(LENGTHS), beam_width)
                )
            if mechanisms:
                state = inner.get_initial_state(batch_size=rows, dtype=tf.float32)
            else:
                sizes = [UNITS] if cell == 'gru' else [UNITS, UNITS]
                state = [tile(tf.constant(normal(3, size)), beam_width) for size in sizes]
                state = state[0] if cell == 'gru' else state
            outputs, final, lengths = decoder(
                tf.constant(embedding),
                start_tokens=tf.constant([1, 1, 1]),
                end_token=end_token,
                initial_state=state,
            )
            return {'outputs': outputs, 'state': list_of(tf, final), 'lengths': lengths}

        return [decoder], call


beam_case('plain')
beam_case('gru_penalty', cell='gru', length_penalty_weight=0.8, output_time_major=True)
beam_case('all_scores', output_all_scores=True)
beam_case(
    'attention', attention={'attention_layer_size': 5, 'alignment_history': True}, beam_width=2,
    length_penalty_weight=1.0, coverage_penalty_weight=0.5,
)  # fmt: skip
beam_case(
    'attention_two', cell='gru', beam_width=2, coverage_penalty_weight=0.4,
    attention={'mechanisms': ('LuongAttention', 'BahdanauAttention')},
)  # fmt: skip


# -- functions ------------------------------------------------------------------------------------


def function_case(name, gradients=True, jit=True):
    def register(function):
        @case(name, gradients=gradients, jit=jit)
        def make(tf, tfa, keras):
            return [], lambda: function(tf, tfa)

        return function

    return register


FLAGS = {
    'mean': {},
    'over_time': {'average_across_batch': False},
    'over_batch': {'average_across_timesteps': False},
    'none': {'average_across_batch': False, 'average_across_timesteps': False},
    'sums': {
        'average_across_batch': False, 'average_across_timesteps': False,
        'sum_over_timesteps': True, 'sum_over_batch': True,
    },
}  # fmt: skip


@function_case('losses')
def losses(tf, tfa):
    logits = tf.constant(normal(3, 6, VOCABULARY))
    targets = tf.constant(np.arange(18).reshape(3, 6) % VOCABULARY, tf.int32)
    weights = tf.sequence_mask([6, 3, 0], 6, tf.float32)
    found = {}
    for name, flags in FLAGS.items():
        found[name] = tfa.seq2seq.sequence_loss(logits, targets, weights, **flags)
        one_hot = tf.one_hot(targets, VOCABULARY)
        found[name + '_one_hot'] = tfa.seq2seq.sequence_loss(logits, one_hot, weights, **flags)
        own = tfa.seq2seq.SequenceLoss(**{
            'sum_over_timesteps': False, 'sum_over_batch': False,
            'average_across_timesteps': True, 'average_across_batch': True, **flags,
        })  # fmt: skip
        found[name + '_class'] = own(targets, logits, weights)
    found['class_default'] = tfa.seq2seq.SequenceLoss()(targets, logits, weights)
    return found


@function_case('functions')
def functions(tf, tfa):
    scores = tf.constant(normal(3, 7))
    chosen = tf.sigmoid(scores)
    before = tf.nn.softmax(tf.constant(normal(7, 3)), 0)
    before = tf.transpose(before)
    return {
        'hardmax': tfa.seq2seq.hardmax(scores),
        'cumprod': tfa.seq2seq.safe_cumprod(chosen, axis=1),
        'cumprod_exclusive': tfa.seq2seq.safe_cumprod(chosen, axis=1, exclusive=True),
        'recursive': tfa.seq2seq.monotonic_attention(chosen, before, 'recursive'),
        'parallel': tfa.seq2seq.monotonic_attention(chosen, before, 'parallel'),
        'tiled': tfa.seq2seq.tile_batch((scores, [scores[:, :2]]), 2),
    }


@function_case('trees', gradients=False, jit=False)
def trees(tf, tfa):
    ids = tf.constant(np.arange(24).reshape(4, 2, 3) % 5, tf.int32)
    parents = tf.constant(np.arange(24).reshape(4, 2, 3) * 7 % 3, tf.int32)
    array = tf.constant(normal(4, 6, 2))
    lengths = tf.constant([[3, 4, 2], [1, 4, 4]])
    return {
        'tree': tfa.seq2seq.gather_tree(ids, parents, tf.constant([4, 2]), 4),
        'array': tfa.seq2seq.gather_tree_from_array(array, parents, lengths),
    }
