"""The decoders against NumPy, on four paths."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run
from tf_seq2seq_compat import legacy_seq2seq

BATCH, LENGTH, DEPTH, UNITS, MEMORY = 2, 4, 3, 5, 6
RNG = np.random.RandomState(3)


def normal(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def softmax(scores):
    exponentials = np.exp(scores - scores.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


class Sums(seq2seq.RNNCell):
    """output = new state = tanh(state + inputs · ones)."""

    state_size = output_size = UNITS

    def call(self, inputs, state):
        new_state = tf.tanh(state + tf.reduce_sum(inputs, 1, keepdims=True))
        return new_state, new_state


def sums(inputs, state):
    return np.tanh(state + inputs.sum(1, keepdims=True))


class Given:
    """A custom getter that gives variables NumPy's values, by the ends of their names."""

    def __init__(self, **values):
        self.values = values
        self.made = {}

    def __call__(self, getter, name, *args, **kwargs):
        if name not in self.made:
            self.made[name] = tf.constant(self.values[name.replace('/', '_')])
        return self.made[name]


def with_variables(build, **values):
    """`build`, with these values as its variables."""

    def built(*tensors):
        scope = tf.compat.v1.get_variable_scope()
        with tf.compat.v1.variable_scope(scope, custom_getter=Given(**values)):
            return build(*tensors)

    return built


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('initial_state_attention', [False, True])
def test_attention_decoder_of_one_head(path, initial_state_attention):
    inputs, state, memory = normal(LENGTH, BATCH, DEPTH), normal(BATCH, UNITS), normal(2, 7, MEMORY)
    variables = {
        'AttnW_0': normal(1, 1, MEMORY, MEMORY),
        'AttnV_0': normal(MEMORY),
        'Attention_0_kernel': normal(UNITS, MEMORY),
        'Attention_0_bias': normal(MEMORY),
        'kernel': normal(DEPTH + MEMORY, DEPTH),
        'bias': normal(DEPTH),
        'AttnOutputProjection_kernel': normal(UNITS + MEMORY, 2),
        'AttnOutputProjection_bias': normal(2),
    }

    def read(state):
        query = state @ variables['Attention_0_kernel'] + variables['Attention_0_bias']
        keys = memory @ variables['AttnW_0'][0, 0]
        alignments = softmax(np.tanh(keys + query[:, None]) @ variables['AttnV_0'])
        return np.einsum('bt,btd->bd', alignments, memory)

    want, h = [], state
    reading = read(h) if initial_state_attention else np.zeros([BATCH, MEMORY])
    for step in range(LENGTH):
        mixed = np.concatenate([inputs[step], reading], 1) @ variables['kernel'] + variables['bias']
        h = sums(mixed, h)
        reading = read(h)
        projected = np.concatenate([h, reading], 1) @ variables['AttnOutputProjection_kernel']
        want.append(projected + variables['AttnOutputProjection_bias'])

    def build(inputs, state, memory):
        return legacy_seq2seq.attention_decoder(
            tf.unstack(inputs),
            state,
            memory,
            Sums(),
            output_size=2,
            initial_state_attention=initial_state_attention,
        )

    named = {f'attention_decoder_{name}': value for name, value in variables.items()}
    outputs, final = run(path, with_variables(build, **named), inputs, state, memory)
    np.testing.assert_allclose(outputs, want, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(final, h, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('path', PATHS)
def test_rnn_decoder_with_loop_function(path):
    inputs, state = normal(LENGTH, BATCH, DEPTH), normal(BATCH, UNITS)
    want, h, fed = [], state, inputs[0]
    for step in range(LENGTH):
        h = sums(fed, h)
        want.append(h)
        fed = h[:, :2] * (step + 1)

    def build(inputs, state):
        return legacy_seq2seq.rnn_decoder(
            tf.unstack(inputs), state, Sums(), lambda previous, step: previous[:, :2] * step
        )

    outputs, final = run(path, build, inputs, state)
    np.testing.assert_allclose(outputs, want, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(final, h, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('path', PATHS)
def test_what_is_fed_back_is_the_embedded_argmax(path):
    embedding, weights, biases = normal(4, DEPTH), normal(UNITS, 4), normal(4)
    previous = normal(BATCH, UNITS)

    def build(embedding, weights, biases, previous):
        extract = legacy_seq2seq._extract_argmax_and_embed
        return extract(embedding, (weights, biases))(previous, 1), extract(embedding)(previous, 1)

    projected, logits = run(path, build, embedding, weights[:4], biases, previous[:, :4])
    want = embedding[np.argmax(previous[:, :4] @ weights[:4] + biases, 1)]
    np.testing.assert_array_equal(logits, embedding[np.argmax(previous[:, :4], 1)])
    np.testing.assert_array_equal(projected, want)


@pytest.mark.parametrize('path', PATHS)
def test_rnn_decoder_of_no_steps_returns_the_state(path):
    state = normal(BATCH, UNITS)
    outputs, final = run(path, lambda h: legacy_seq2seq.rnn_decoder([], h, Sums()), state)
    assert outputs == []
    np.testing.assert_array_equal(final, state)


def test_a_function_is_a_cell():
    outputs, state = legacy_seq2seq.rnn_decoder(
        [tf.ones([2, 3])] * 2, tf.zeros([2, 3]), lambda inputs, state: (inputs, state + inputs)
    )
    assert len(outputs) == 2
    np.testing.assert_array_equal(state, np.full([2, 3], 2.0))


@pytest.mark.parametrize('num_heads', [1, 3])
def test_equal_rows_are_read_as_they_are(num_heads):
    """Whatever the weights are, their average over equal rows is the row."""
    row = normal(1, 1, MEMORY)
    memory = tf.constant(np.tile(row, [BATCH, 5, 1]))
    layer = seq2seq.Layer()
    steps = [tf.constant(normal(BATCH, DEPTH))] * 2

    def outputs(memory):
        return legacy_seq2seq.attention_decoder(
            steps, tf.zeros([BATCH, UNITS]), memory, cell, num_heads=num_heads, variables=layer
        )[0]

    cell = Sums()
    np.testing.assert_allclose(outputs(memory), outputs(memory[:, :1]), rtol=1e-5, atol=1e-5)


def test_dropout_probability_may_be_a_tensor():
    cell = seq2seq.DropoutWrapper(seq2seq.GRUCell(3), output_keep_prob=tf.constant(1.0))
    steps = [tf.ones([2, 4])] * 2
    outputs, _ = legacy_seq2seq.basic_rnn_seq2seq(steps, steps, cell, variables=seq2seq.Layer())
    assert outputs[1].shape == (2, 3)
