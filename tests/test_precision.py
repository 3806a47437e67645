"""Mixed precision: what is computed in 16 bits, and what stays float32."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run, tf1_graph
from tf_seq2seq_compat.core import precision

tf1 = tf.compat.v1

RANDOM = np.random.RandomState(0)
BATCH, STEPS, SLOTS, UNITS, WORDS = 3, 5, 6, 8, 11
INPUTS = RANDOM.randn(BATCH, STEPS, UNITS).astype(np.float32)
MEMORY = RANDOM.randn(BATCH, SLOTS, UNITS).astype(np.float32)
EMBEDDING = RANDOM.randn(WORDS, UNITS).astype(np.float32)
TYPES = {'mixed_bfloat16': tf.bfloat16, 'mixed_float16': tf.float16}
EPSILON = {'mixed_bfloat16': 2.0**-8, 'mixed_float16': 2.0**-11}


def rounded(x, policy):
    """The nearest 16-bit numbers, worked out on the bits of float32."""
    if policy == 'mixed_float16':
        return x.astype(np.float16).astype(np.float32)
    bits = x.astype(np.float32).view(np.uint32)
    to_even = 0x7FFF + ((bits >> 16) & 1)
    return ((bits + to_even) & 0xFFFF0000).astype(np.uint32).view(np.float32)


@pytest.mark.parametrize('policy', TYPES)
@pytest.mark.parametrize('path', PATHS)
def test_products_are_those_of_rounded_numbers(path, policy):
    a, b = RANDOM.randn(4, 32).astype(np.float32), RANDOM.randn(32, 5).astype(np.float32)

    def build(a, b):
        matrices = tf.tile(b[None], [4, 1, 1])
        turned = tf.transpose(matrices, [0, 2, 1])
        with seq2seq.mixed_precision(policy):
            return (
                precision.matmul(a, b),
                precision.vector_by_matrix(a, matrices),
                precision.vector_by_matrix(a, turned, transpose=True),
            )

    exact = rounded(a, policy).astype(np.float64) @ rounded(b, policy).astype(np.float64)
    # Sums may be rounded to 16 bits once more, relative to what was added up.
    room = 2 * EPSILON[policy] * (np.abs(a) @ np.abs(b))
    for product in run(path, build, a, b):
        assert product.dtype == np.float32
        assert (np.abs(product - exact) <= room).all()
        assert not np.array_equal(product, a @ b)


def weights(shape, dtype=tf.float32, partition_info=None):
    """The same at every call, which depend on the shape alone."""
    shape = [int(size) for size in shape]
    return tf.constant(np.random.RandomState(sum(shape)).uniform(-0.5, 0.5, shape), dtype)


class Decoding:
    """A decoder with attention: its scores or outputs, states and alignments."""

    def __init__(self, kind, policy, attention):
        self.kind, self.policy = kind, policy
        with tf1.variable_scope('', initializer=weights):
            self.attention = getattr(seq2seq, attention)(UNITS, memory=None)
        self.wrapper = seq2seq.AttentionWrapper(
            seq2seq.LSTMCell(UNITS), self.attention, attention_layer_size=UNITS
        )
        self.layer = seq2seq.Dense(WORDS)

    def __call__(self, inputs, memory):
        beams = 2 if self.kind == 'beam' else 1
        with tf1.variable_scope('', initializer=weights):
            self.attention.setup_memory(seq2seq.tile_batch(memory, beams))
            state = self.wrapper.zero_state(beams * BATCH, tf.float32)
            decoder = self.decoder(inputs, state)
            outputs, state, _ = seq2seq.dynamic_decode(
                decoder, maximum_iterations=STEPS, policy=self.policy
            )
        if self.kind == 'beam':
            return state.log_probs, outputs.beam_search_decoder_output.scores
        return outputs.rnn_output, state.cell_state, state.attention, state.alignments

    def decoder(self, inputs, state):
        if self.kind == 'training':
            helper = seq2seq.TrainingHelper(inputs, [STEPS, 3, 2])
            return seq2seq.BasicDecoder(self.wrapper, helper, state, self.layer)
        start = tf.ones([BATCH], tf.int32)
        return seq2seq.BeamSearchDecoder(
            self.wrapper, tf.constant(EMBEDDING), start, 0, state, 2, self.layer
        )


@pytest.mark.parametrize('policy', TYPES)
@pytest.mark.parametrize('kind', ['training', 'beam'])
@pytest.mark.parametrize('attention', ['BahdanauAttention', 'LuongAttention'])
@pytest.mark.parametrize('path', PATHS)
def test_decoding_is_nearly_that_of_float32(path, attention, kind, policy):
    mixed = run(path, Decoding(kind, policy, attention), INPUTS, MEMORY)
    full = run(path, Decoding(kind, 'float32', attention), INPUTS, MEMORY)
    for a, b in zip(tf.nest.flatten(mixed), tf.nest.flatten(full), strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, b, atol=40 * EPSILON[policy])
    assert any(
        not np.array_equal(a, b)
        for a, b in zip(tf.nest.flatten(mixed), tf.nest.flatten(full), strict=True)
    )
    if kind == 'training':  # Softmax is float32's: bfloat16 would be off by a hundredth.
        np.testing.assert_allclose(mixed[-1].sum(1), 1.0, rtol=1e-6)


@pytest.mark.parametrize('policy', TYPES)
@pytest.mark.parametrize('path', [path for path in PATHS if path != 'graph'])
def test_weights_and_their_gradients_are_float32(path, policy):
    cell = seq2seq.GRUCell(UNITS)
    cell(tf.constant(INPUTS[:, 0]), tf.zeros([BATCH, UNITS]))

    def build(inputs, policy=policy):
        def loss(inputs, *_):
            outputs, _ = seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32, policy=policy)
            return tf.reduce_sum(tf.square(outputs))

        with tf.GradientTape() as tape:
            value = loss(inputs)
        return tape.gradient(value, cell.trainable_variables)

    mixed = run(path, build, INPUTS)
    full = run(path, lambda x: build(x, 'float32'), INPUTS)
    assert all(v.dtype == tf.float32 for v in cell.variables)
    for a, b in zip(mixed, full, strict=True):
        assert a.dtype == np.float32
        assert np.linalg.norm(a - b) <= 8 * EPSILON[policy] * np.linalg.norm(b)
        assert not np.array_equal(a, b)


@pytest.mark.parametrize('policy', TYPES)
def test_a_compiled_loop_of_a_tf1_graph(policy):
    values = []
    for jit_compile in (False, True):
        with tf1_graph() as graph:
            x = tf.constant(INPUTS)
            cell = seq2seq.GRUCell(UNITS, kernel_initializer=weights)
            outputs, _ = seq2seq.dynamic_rnn(
                cell, x, dtype=tf.float32, policy=policy, jit_compile=jit_compile
            )
            found = tf1.gradients(tf.reduce_sum(outputs), [x, *tf1.trainable_variables()])
            compiled = [op for op in graph.get_operations() if 'PartitionedCall' in op.type]
            assert bool(compiled) == jit_compile
            with tf1.Session() as session:
                session.run(tf1.global_variables_initializer())
                values.append(session.run([outputs, found]))
    for a, b in zip(*(tf.nest.flatten(v) for v in values), strict=True):
        assert np.linalg.norm(a - b) <= 8 * EPSILON[policy] * np.linalg.norm(b)


def test_other_types_are_multiplied_as_they_are():
    a = tf.constant(RANDOM.randn(3, 3))
    with seq2seq.mixed_precision('mixed_bfloat16'):
        np.testing.assert_array_equal(precision.matmul(a, a), tf.matmul(a, a))


def test_the_context_ends_and_nests():
    a = tf.constant(RANDOM.randn(3, 3).astype(np.float32))
    with seq2seq.mixed_precision('mixed_bfloat16'):
        with seq2seq.mixed_precision('float32'):
            np.testing.assert_array_equal(precision.matmul(a, a), tf.matmul(a, a))
        with seq2seq.mixed_precision(None):
            assert not np.array_equal(precision.matmul(a, a), tf.matmul(a, a))
    np.testing.assert_array_equal(precision.matmul(a, a), tf.matmul(a, a))


def test_a_policy_that_is_none():
    with pytest.raises(ValueError, match="policy must be one of 'float32', 'mixed_bfloat16'"):
        seq2seq.dynamic_rnn(seq2seq.GRUCell(3), INPUTS, dtype=tf.float32, policy='bfloat16')
