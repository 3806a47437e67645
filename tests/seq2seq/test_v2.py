"""The classes with V2 in their names are the others, called otherwise."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run
from tf_seq2seq_compat import checkpoint
from tf_seq2seq_compat.seq2seq import (
    attention_v2,
    basic_decoder,
    beam_search_decoder,
    decoder,
    loss,
    sampler,
)

RANDOM = np.random.RandomState(4)
MEMORY = RANDOM.standard_normal([3, 6, 4]).astype(np.float32)
QUERY = RANDOM.standard_normal([3, 5]).astype(np.float32)
X = RANDOM.standard_normal([3, 4, 2]).astype(np.float32)
EMBEDDING = RANDOM.standard_normal([7, 2]).astype(np.float32)
MASK = np.arange(6) < np.array([[6], [3], [0]])
KINDS = {
    'BahdanauAttention': {'normalize': True},
    'LuongAttention': {'scale': True},
    'BahdanauMonotonicAttention': {'score_bias_init': -0.5},
    'LuongMonotonicAttention': {'mode': 'recursive'},
}


def pair(kind):
    """A mechanism and its V2 with the same weights."""
    first = getattr(seq2seq, kind)(5, MEMORY, **KINDS[kind])
    second = getattr(attention_v2, kind + 'V2')(5, MEMORY, **KINDS[kind])
    state = first.initial_state(3, tf.float32)
    first(QUERY, state)
    second([QUERY, state])
    second.memory_layer.kernel.assign(first.memory_layer.kernel)
    if first.query_layer is not None:
        second.query_layer.kernel.assign(first.query_layer.kernel)
    own = {v.name.split('/')[-1]: v for v in first.variables if 'kernel' not in v.name}
    for variable in second.variables:
        if 'kernel' not in variable.name:
            variable.assign(own.pop(variable.name.split('/')[-1]))
    assert not own
    return first, second


@pytest.mark.parametrize('path', ['eager', 'function', 'xla'])
@pytest.mark.parametrize('kind', list(KINDS))
def test_v2_attends_as_the_other(kind, path):
    first, second = pair(kind)

    def build(memory, query, mask):
        first.setup_memory(memory, memory_mask=mask)
        second(memory, mask=mask, setup_memory=True)
        wanted = first(query, first.initial_state(3, tf.float32))
        return wanted, second([query, second.initial_state(3, tf.float32)])

    wanted, got = run(path, build, 0.5 * MEMORY, QUERY, MASK)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)
    assert not got[0][2].any()


@pytest.mark.parametrize('kind', list(KINDS))
def test_config_makes_it_again(kind):
    _, mechanism = pair(kind)
    again = type(mechanism).from_config(mechanism.get_config())
    assert again.get_config() == mechanism.get_config()
    assert (again.units, again.name) == (5, kind)
    for option, value in KINDS[kind].items():
        assert getattr(again, option) == value


def test_lengths_zero_the_memory_and_mask_no_score_as_in_tf1():
    mechanism = attention_v2.LuongAttentionV2(5, MEMORY, [6, 3, 1])
    alignments, _ = mechanism([QUERY, mechanism.initial_state(3, tf.float32)])
    assert not mechanism.values.numpy()[1, 3:].any()
    assert np.all(alignments.numpy()[1, 3:] > 0)


def test_a_mechanism_of_a_user():
    class Dot(attention_v2._BaseAttentionMechanismV2):
        def _calculate_attention(self, query, state):
            alignments = self.probability_fn(tf.linalg.matvec(self.keys, query), state)
            return alignments, alignments

    mechanism = Dot(MEMORY, lambda score, state: tf.nn.softmax(score + state), name='Dot')
    cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), mechanism)
    output, state = cell(tf.ones([3, 2]), cell.zero_state(3, tf.float32))
    query = state.cell_state.numpy()
    weights = np.exp(np.einsum('btd,bd->bt', MEMORY, query))
    weights /= weights.sum(1, keepdims=True)
    expected = np.einsum('bt,btd->bd', weights, MEMORY)
    np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-6)


def decoders(cell, layer, kind):
    """A function from the inputs to what a BasicDecoder and a BasicDecoderV2 decode."""
    start = {'start_tokens': [1, 2, 3], 'end_token': 0}
    lengths = [4, 2, 3]

    def build(x, embedding):
        state = cell.zero_state(3, tf.float32)
        if kind == 'training':
            helper = seq2seq.TrainingHelper(x, lengths)
            drawn, inputs, arguments = sampler.TrainingSampler(), x, {'sequence_length': lengths}
        else:
            helper = seq2seq.GreedyEmbeddingHelper(embedding, **start)
            drawn, inputs, arguments = sampler.GreedyEmbeddingSampler(), embedding, start
        options = {'impute_finished': True, 'maximum_iterations': 5}
        first = seq2seq.BasicDecoder(cell, helper, state, layer)
        second = basic_decoder.BasicDecoderV2(cell, drawn, layer, **options)
        return (
            seq2seq.dynamic_decode(first, **options),
            second(inputs, initial_state=state, **arguments),
        )

    return build


@pytest.mark.parametrize('path', ['eager', 'function', 'xla'])
@pytest.mark.parametrize('kind', ['training', 'greedy'])
def test_decoder_v2_decodes_as_the_other(kind, path):
    build = decoders(seq2seq.GRUCell(6), seq2seq.Dense(7), kind)
    first, second = run(path, build, X, EMBEDDING)
    # In teacher forcing the other one applies its layer to all steps at once.
    tf.nest.map_structure(lambda a, b: np.testing.assert_allclose(a, b, 1e-6, 1e-7), first, second)


def test_decoder_v2_owns_what_it_decodes_with():
    cell, layer = seq2seq.GRUCell(6), seq2seq.Dense(7)
    one = basic_decoder.BasicDecoderV2(cell, sampler.TrainingSampler(), layer)
    one(X, initial_state=cell.zero_state(3, tf.float32), sequence_length=[4, 2, 3])
    assert len(one.trainable_variables) == 6
    assert all(v.name.startswith('decoder') for v in one.variables)


@pytest.mark.parametrize(
    'path', ['eager', *(pytest.param(path, marks=pytest.mark.slow) for path in ('function', 'xla'))]
)
def test_beam_search_v2_searches_as_the_other(path):
    cell = seq2seq.MultiRNNCell([seq2seq.LSTMCell(4), seq2seq.GRUCell(6)])
    attention = seq2seq.LuongAttention(6, tf.repeat(MEMORY, 2, axis=0))
    cell, layer = seq2seq.AttentionWrapper(cell, attention), seq2seq.Dense(7)
    options = {'output_layer': layer, 'length_penalty_weight': 0.5}
    second = beam_search_decoder.BeamSearchDecoderV2(cell, 2, maximum_iterations=5, **options)

    def build(embedding):
        state = cell.zero_state(6, tf.float32)
        first = seq2seq.BeamSearchDecoder(cell, embedding, [1, 2, 3], 0, state, 2, **options)
        return (
            seq2seq.dynamic_decode(first, maximum_iterations=5),
            second(embedding, [1, 2, 3], 0, state),
            second(embedding, start_tokens=[1, 2, 3], end_token=0, initial_state=state),
        )

    first, *others = run(path, build, EMBEDDING)
    for other in others:
        tf.nest.map_structure(np.testing.assert_array_equal, first, other)
    assert len(second.trainable_variables) == 2 + 4 + 1 + 2


@pytest.mark.parametrize('path', PATHS)
def test_a_decoder_of_a_user(path):
    class Count(decoder.BaseDecoder):
        batch_size = 2
        output_size = tf.TensorShape([])
        output_dtype = tf.float32

        def initialize(self, inputs, initial_state=None, step_size=1.0):
            self.step_size = step_size
            return tf.zeros([2], tf.bool), inputs, initial_state

        def step(self, time, inputs, state):
            finished = time >= [1, 2]
            return inputs + state, state, inputs + self.step_size, finished

    def build(start):
        return Count(maximum_iterations=4)(start, initial_state=2.0 * start, step_size=10.0)

    outputs, state, lengths = run(path, build, np.float32([1, 2]))
    assert lengths.tolist() == [2, 3] and state.tolist() == [2, 4]
    np.testing.assert_array_equal(outputs[:, :3], [[3, 13, 23], [6, 16, 26]])


def test_decoder_without_a_step_says_so():
    with pytest.raises(NotImplementedError, match='BaseDecoder defines no initialize'):
        seq2seq.dynamic_decode(decoder.BaseDecoder(), decoder_init_input=X)


def test_samplers_remember_what_they_began_with():
    one = sampler.TrainingSampler()
    one.initialize(X, [4, 2, 3])
    np.testing.assert_array_equal(one.inputs, X)
    assert one.sequence_length.numpy().tolist() == [4, 2, 3]
    assert int(one.batch_size) == 3 and one.maximum_length == 4


@pytest.mark.parametrize('path', PATHS)
def test_loss_without_weights_counts_every_step(path):
    logits = RANDOM.standard_normal([2, 3, 4]).astype(np.float32)
    targets = np.array([[0, 1, 2], [3, 3, 0]])

    def build(logits, targets):
        ones = tf.ones([2, 3])
        one = loss.SequenceLoss()
        return one(targets, logits), one.call(targets, logits), one(targets, logits, ones)

    for found in run(path, build, logits, targets):
        normalised = np.log(np.exp(logits).sum(-1))
        chosen = np.take_along_axis(logits, targets[..., None], -1)[..., 0]
        np.testing.assert_allclose(found, np.mean(normalised - chosen), rtol=1e-5)


def test_saved_under_the_names_of_tf1(tmp_path):
    """Those of the golden cases v2_bahdanau and v2_mechanism_in_a_wrapper, twice."""
    for number in range(2):
        alone, within = (attention_v2.BahdanauAttentionV2(5, MEMORY) for _ in range(2))
        alone([tf.ones([3, 4]), tf.ones([3, 6])])
        wrapper = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), within, attention_layer_size=3)
        wrapper(tf.ones([3, 2]), wrapper.zero_state(3, tf.float32))
        saved = [str(tmp_path / f'{name}{number}') for name in ('alone', 'wrapper')]
        for path, target in zip(saved, (alone, wrapper), strict=True):
            checkpoint.save(path, target)
        names = [[name for name, _ in tf.train.list_variables(path)] for path in saved]
        attention = 'BahdanauAttention'
        assert names[0] == [f'{attention}{v}' for v in ('/attention_v', '/kernel', '_1/kernel')]
        assert {f'{attention}/kernel', f'attention_wrapper/{attention}/kernel'} < set(names[1])
