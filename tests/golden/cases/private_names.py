"""What programs import from inside tf.contrib.seq2seq, called and subclassed."""

import importlib

from ..harness import case, normal

MEMORY = {'memory': normal(3, 7, 5), 'query': normal(3, 4, scale=2.0), 'lengths': [7, 4, 1]}


def module(tf, name, package='seq2seq'):
    """The module of this name in tensorflow.contrib.`package`.python.ops."""
    inside = getattr(getattr(tf.contrib, package), 'python', None)
    if inside is not None:
        return getattr(inside.ops, name)
    return importlib.import_module('tensorflow.contrib.{}.python.ops.{}'.format(package, name))


# -- functions ------------------------------------------------------------------------------------


@case(one_step=True, lengths=[7, 4, 0], memory=normal(3, 7, 5), wide=normal(3, 7, 2, 3))
def private_prepare_memory(tf, lengths, memory, wide):
    prepare = module(tf, 'attention_wrapper')._prepare_memory
    wanted = tf.sequence_mask([2, 7, 3], 7)
    return {
        'plain': prepare(memory, None),
        'lengths': prepare(memory, lengths),
        'nest': prepare({'a': memory, 'b': wide}, memory_sequence_length=lengths),
        'mask': prepare(memory, memory_mask=tf.cast(wanted, tf.float32)),
        'unchecked': prepare(
            tf.placeholder_with_default(memory, [None, None, None]),
            lengths,
            check_inner_dims_defined=False,
        ),
    }


@case(one_step=True, score=normal(3, 7), lengths=[7, 4, 1])
def private_maybe_mask_score(tf, score, lengths):
    mask = module(tf, 'attention_wrapper')._maybe_mask_score
    wanted = tf.sequence_mask([2, 7, 3], 7)
    return {
        'plain': mask(score),
        'lengths': tf.nn.softmax(mask(score, lengths, score_mask_value=float('-inf'))),
        'value': mask(score, memory_sequence_length=lengths, score_mask_value=-2.5),
        'mask': mask(score, memory_mask=wanted, score_mask_value=-1.0),
    }


@case(
    one_step=True,
    query=normal(3, 4),
    keys=normal(3, 7, 4),
    v=normal(4),
    g=normal(1),
    b=normal(4),
)
def private_scores(tf, query, keys, v, g, b):
    inside = module(tf, 'attention_wrapper')
    return {
        'bahdanau': inside._bahdanau_score(query, keys, v),
        'normalized': inside._bahdanau_score(query, keys, v, attention_g=g[0], attention_b=b),
        'luong': inside._luong_score(query, keys, None),
        'scaled': inside._luong_score(query, keys, scale=g[0]),
    }


@case(one_step=True, **MEMORY)
def private_compute_attention(tf, memory, query, lengths):
    compute = module(tf, 'attention_wrapper')._compute_attention
    mechanism = tf.contrib.seq2seq.LuongAttention(4, memory, lengths)
    state = mechanism.initial_state(3, tf.float32)
    layer = tf.layers.Dense(6, name='mixed', use_bias=False)
    return compute(mechanism, query, state, None), compute(mechanism, query, state, layer)


@case(gradients=False, batch=[2])
def private_zeros(tf, batch):
    decoder = module(tf, 'decoder')
    sizes = (3, tf.TensorShape([2, 4]), tf.TensorShape([]))
    return {
        'outputs': decoder._create_zero_outputs(sizes, (tf.float32, tf.int32, tf.bool), 2),
        'batch_known_later': decoder._create_zero_outputs(sizes[0], tf.float64, batch[0]),
        'state': decoder._zero_state_tensors(sizes, 2, tf.float32),
        'state_later': decoder._zero_state_tensors(sizes, batch[0], tf.float32),
    }


@case(one_step=True, x=normal(3, 5, 4), y=normal(3, 5), z=normal(3))
def private_steps(tf, x, y, z):
    helper = module(tf, 'helper')
    transpose = helper._transpose_batch_time
    array = helper._unstack_ta(transpose(x))
    return {
        'transposed': [transpose(x), transpose(y), transpose(z)],
        'steps': [array.read(0), array.read(4)],
        'size': array.size(),
    }


@case(gradients=False, probabilities=[0.25, 0.5, 0.875, 0.0, 1.0], logits=normal(3, 5, scale=2.0))
def private_samples(tf, probabilities, logits):
    helper = module(tf, 'helper')
    probabilities = tf.cast(probabilities, tf.float32)
    flip, draw = helper.bernoulli_sample, helper.categorical_sample
    return {
        'coins': flip(probabilities, seed=1),
        'coins_bool': flip(probs=probabilities, dtype=tf.bool, sample_shape=3, seed=2),
        'coins_shape': flip(probs=probabilities, sample_shape=[2, 2], seed=3),
        'coins_logits': flip(logits=logits, seed=4),
        'ids': draw(logits, seed=5),
        'ids_shape': draw(logits, dtype=tf.int64, sample_shape=[2, 3], seed=6),
        'ids_4': draw(logits=logits, sample_shape=[4], seed=7),
        'ids_rank_3': draw(tf.stack([logits, -logits]), seed=8),
        'ids_rank_1': draw(logits[0], seed=9),
    }


@case(gradients=False, sizes=[2, 3])
def private_call_sampler(tf, sizes):
    call = module(tf, 'helper')._call_sampler

    def count(n):
        return tf.reshape(tf.range(4 * n), [n, 4])

    return {
        'one': call(count, ()),
        'five': call(count, 5),
        'shape': call(count, [2, 3], name='mine'),
        'tensor': call(count, sizes),
    }


# -- mechanisms of users --------------------------------------------------------------------------


def user_mechanism(tf):
    """A mechanism whose score also reads where the attention was before."""
    inside = module(tf, 'attention_wrapper')

    class LocationAware(inside._BaseAttentionMechanism):
        def __init__(self, num_units, memory, memory_sequence_length=None, window=3):
            self._num_units = num_units
            self._window = window
            super(LocationAware, self).__init__(
                query_layer=tf.layers.Dense(num_units, name='query_layer', use_bias=False),
                memory_layer=tf.layers.Dense(
                    num_units, name='memory_layer', use_bias=False, dtype=tf.float32
                ),
                memory=memory,
                probability_fn=lambda score, state: tf.nn.softmax(score + 0.125 * state),
                memory_sequence_length=memory_sequence_length,
                name='LocationAware',
            )

        def __call__(self, query, state):
            with tf.variable_scope(None, 'location_aware', [query]):
                processed = tf.expand_dims(self._query_layer(query), 1)
                before = tf.reshape(state, [-1, self._alignments_size, 1])
                kernel = tf.get_variable('filter', [self._window, 1, self._num_units])
                where = tf.nn.conv1d(before, kernel, 1, 'SAME')
                v = tf.get_variable('v', [self._num_units], dtype=tf.float32)
                score = tf.reduce_sum(v * tf.tanh(self._keys + processed + where), [2])
            alignments = self._probability_fn(score, state)
            return alignments, alignments + state

    return LocationAware


@case(one_step=True, **MEMORY)
def private_mechanism_of_a_user(tf, memory, query, lengths):
    mechanism = user_mechanism(tf)(6, memory, lengths)
    state = mechanism.initial_state(3, tf.float32) + 0.25
    alignments, following = mechanism(query, state)
    return {
        'alignments': alignments,
        'state': following,
        'keys': mechanism.keys,
        'values': mechanism.values,
        'sizes': [
            tf.constant(mechanism.alignments_size),
            tf.constant(mechanism.state_size),
            tf.constant(mechanism.batch_size),
        ],
        'layer': mechanism.memory_layer.kernel + 0.0,
    }


@case(x=normal(3, 4, 3), **MEMORY)
def private_mechanism_of_a_user_decodes(tf, x, memory, query, lengths):
    seq2seq = tf.contrib.seq2seq
    cell = seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), user_mechanism(tf)(6, memory, lengths), 5, True
    )
    state = cell.zero_state(3, tf.float32).clone(cell_state=query)
    decoder = seq2seq.BasicDecoder(cell, seq2seq.TrainingHelper(x, [4, 2, 3]), state)
    outputs, state, found = seq2seq.dynamic_decode(decoder)
    return {'outputs': outputs, 'state': state, 'lengths': found}


@case(one_step=True, **MEMORY)
def private_mechanism_without_layers(tf, memory, query, lengths):
    """A subclass that overrides its memory's keys and what it begins with."""
    inside = module(tf, 'attention_wrapper')

    class Dot(inside._BaseAttentionMechanism):
        def __init__(self, memory):
            super(Dot, self).__init__(
                query_layer=None,
                memory=memory,
                probability_fn=lambda score, _: tf.sigmoid(score),
                memory_layer=tf.layers.Dense(4, use_bias=False, dtype=tf.float32),
                score_mask_value=tf.constant(-4.0),
            )

        @property
        def state_size(self):
            return 2 * self._alignments_size

        def initial_state(self, batch_size, dtype):
            return tf.ones([batch_size, self.state_size], dtype)

        def __call__(self, query, state):
            score = inside._luong_score(query, self.keys, None)
            alignments = self._probability_fn(score, state)
            return alignments, tf.concat([alignments, state[:, : self._alignments_size]], 1)

    mechanism = Dot(memory)
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism)
    return cell(query, cell.zero_state(3, tf.float32))


# -- wrappers of users ----------------------------------------------------------------------------


def user_wrapper(tf):
    """An AttentionWrapper with a layer of its own before the cell."""
    inside = module(tf, 'attention_wrapper')

    class Prenet(inside.AttentionWrapper):
        def call(self, inputs, state):
            kernel = tf.get_variable('prenet', [inputs.shape.as_list()[-1], 4])
            mixed = self._cell_input_fn(tf.nn.relu(tf.matmul(inputs, kernel)), state.attention)
            cell_output, cell_state = self._cell(mixed, state.cell_state)
            checks = self._batch_size_checks(
                tf.shape(cell_output)[0], 'the batch of the memory is another one'
            )
            with tf.control_dependencies(checks):
                cell_output = tf.identity(cell_output, 'checked_output')
            several = self._is_multi
            before = state.attention_state if several else [state.attention_state]
            histories = state.alignment_history if several else [state.alignment_history]
            found = []
            for index, mechanism in enumerate(self._attention_mechanisms):
                layer = self._attention_layers[index] if self._attention_layers else None
                found.append(
                    inside._compute_attention(mechanism, cell_output, before[index], layer)
                )
            attention = tf.concat([one[0] for one in found], 1)
            following = inside.AttentionWrapperState(
                time=state.time + 1,
                cell_state=cell_state,
                attention=attention,
                attention_state=self._item_or_tuple([one[2] for one in found]),
                alignments=self._item_or_tuple(one[1] for one in found),
                alignment_history=self._item_or_tuple(
                    history.write(state.time, one[1]) if self._alignment_history else ()
                    for history, one in zip(histories, found)  # noqa: B905 (Python 3.7)
                ),
            )
            return (attention if self._output_attention else cell_output), following

    return Prenet


def wrapper_case(name, several, **options):
    @case(name=name, x=normal(3, 4, 3), **MEMORY)
    def decode(tf, x, memory, query, lengths):
        seq2seq = tf.contrib.seq2seq
        mechanism = seq2seq.BahdanauAttention(6, memory, lengths)
        if several:
            mechanism = [mechanism, seq2seq.LuongAttention(4, memory)]
        cell = user_wrapper(tf)(tf.nn.rnn_cell.GRUCell(4), mechanism, **options)
        state = cell.zero_state(3, tf.float32).clone(cell_state=query)
        decoder = seq2seq.BasicDecoder(cell, seq2seq.TrainingHelper(x, [4, 2, 3]), state)
        outputs, state, found = seq2seq.dynamic_decode(decoder, impute_finished=True)
        return {'outputs': outputs, 'state': state, 'lengths': found}


wrapper_case('private_wrapper_of_a_user', False, attention_layer_size=5)
wrapper_case('private_wrapper_of_a_user_history', False, alignment_history=True)
wrapper_case(
    'private_wrapper_of_a_user_several',
    True,
    attention_layer_size=[2, 3],
    alignment_history=True,
    output_attention=False,
)
