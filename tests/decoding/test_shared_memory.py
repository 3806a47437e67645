"""The beams of an example read one memory, with the numbers of one that is repeated."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import EAGER_AT_ONCE, run
from tf_seq2seq_compat import addons as tfa
from tf_seq2seq_compat.core.tiling import origin_of

BATCH, WIDTH, TIME, UNITS, WORDS = 2, 3, 13, 8, 11

MECHANISMS = {
    'bahdanau': lambda: seq2seq.BahdanauAttention(UNITS, None),
    'bahdanau_normalized': lambda: seq2seq.BahdanauAttention(UNITS, None, normalize=True),
    'luong': lambda: seq2seq.LuongAttention(UNITS, None, scale=True),
    'bahdanau_monotonic': lambda: seq2seq.BahdanauMonotonicAttention(UNITS, None),
    'luong_monotonic': lambda: seq2seq.LuongMonotonicAttention(UNITS, None),
}


def repeated(tensor):
    """What `tile_batch` gives, where it is not known whose repetition it is."""
    return tf.identity(seq2seq.tile_batch(tensor, WIDTH))


def shared(tensor):
    return seq2seq.tile_batch(tensor, WIDTH)


class Model:
    """A decoder with attention, whose variables stay the same whichever memory it reads."""

    def __init__(self, mechanism):
        self.mechanism = MECHANISMS[mechanism]()
        self.cell = seq2seq.AttentionWrapper(
            seq2seq.GRUCell(UNITS), self.mechanism, attention_layer_size=5
        )
        self.output = seq2seq.Dense(WORDS)

    def __call__(self, tile, memory, lengths, table):
        lengths = None if lengths is None else tile(lengths)
        self.mechanism.setup_memory(tile(memory), lengths)
        decoder = seq2seq.BeamSearchDecoder(
            self.cell, table, [1] * BATCH, 2, self.cell.zero_state(BATCH * WIDTH, tf.float32),
            WIDTH, output_layer=self.output,
        )  # fmt: skip
        outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=4)
        return outputs.predicted_ids, state.log_probs, state.cell_state.alignments


def inputs():
    random = np.random.RandomState(4)
    memory = random.randn(BATCH, TIME, 6).astype(np.float32)
    return memory, np.int32([TIME, 7]), random.randn(WORDS, 4).astype(np.float32) * 3


@pytest.mark.parametrize('path', EAGER_AT_ONCE)
@pytest.mark.parametrize('mechanism', MECHANISMS)
def test_numbers_are_equal(mechanism, path):
    model = Model(mechanism)

    def build(memory, lengths, table):
        results = []
        for given in (lengths, None) if path != 'xla' else (lengths,):
            with tf.compat.v1.variable_scope('model', reuse=tf.compat.v1.AUTO_REUSE):
                results.append([model(tile, memory, given, table) for tile in (shared, repeated)])
        return results

    for ours, expected in run(path, build, *inputs()):
        np.testing.assert_array_equal(ours[0], expected[0])
        for one, other in zip(ours[1:], expected[1:], strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize('mechanism', ['bahdanau', 'luong'])
def test_no_memory_is_repeated(mechanism):
    """The compiled program has no memory for each beam."""
    model = Model(mechanism)
    arrays = [tf.constant(array) for array in inputs()]

    def program_of(tile):
        function = tf.function(lambda *given: model(tile, *given), jit_compile=True)
        return function.experimental_get_compiler_ir(*arrays)(stage='optimized_hlo')

    def memories(text):
        return [size for size in (6, UNITS) if f'f32[{BATCH * WIDTH},{TIME},{size}]' in text]

    model(shared, *arrays)
    assert memories(program_of(repeated)) and not memories(program_of(shared))


@pytest.mark.parametrize('path', EAGER_AT_ONCE[1:])
def test_gradients_are_those_of_the_repeated_memory(path):
    model = Model('bahdanau')
    memory, lengths, table = (tf.constant(array) for array in inputs())

    def gradients(tile):
        with tf.GradientTape() as tape:
            tape.watch(memory)
            loss = tf.reduce_sum(model(tile, memory, lengths, table)[1])
        return tape.gradient(loss, [memory, *model.mechanism.trainable_variables])

    model(shared, memory, lengths, table)
    found = run(path, lambda: [gradients(shared), gradients(repeated)])
    for ours, expected in zip(*found, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)


def test_mechanisms_of_the_addons_share_it_too():
    memory, lengths, _ = inputs()
    mechanism = tfa.seq2seq.LuongAttention(UNITS)
    found = []
    for tile in (shared, repeated):
        given = tile(tf.constant(lengths))
        mechanism(tile(tf.constant(memory)), memory_sequence_length=given, setup_memory=True)
        query = tf.constant(np.random.RandomState(1).randn(6, UNITS), tf.float32)
        found.append(mechanism([query, tf.zeros([6, TIME])])[0])
        assert (origin_of(mechanism.keys) is None) == (tile is repeated)
    np.testing.assert_allclose(*found, rtol=1e-5, atol=1e-7)


def test_it_is_shared_only_if_all_is_known_to_be_repeated():
    memory, lengths, _ = (tf.constant(array) for array in inputs())
    mechanism = seq2seq.LuongAttention(UNITS, None)
    for given, known in (
        (shared(lengths), True),
        (None, True),
        (repeated(lengths), False),
        (tf.constant([1, 2, 3, 4, 5, 6]), False),
    ):
        mechanism.setup_memory(shared(memory), given)
        assert (origin_of(mechanism.keys) is not None) == known

    class OfAllRows(seq2seq.Dense):
        """A layer that is not known to compute row by row."""

    mechanism._memory_layer = OfAllRows(UNITS, use_bias=False)
    mechanism.setup_memory(shared(memory))
    assert origin_of(mechanism.keys) is None
    changed = seq2seq.LuongAttention(
        UNITS, shared(memory), custom_key_value_fn=lambda keys, values: (keys + 1.0, values)
    )
    assert origin_of(changed.keys) is None
