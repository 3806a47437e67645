"""dynamic_decode and the helpers, against loops in NumPy, on every path."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, gradients, run, tf1_graph
from tf_seq2seq_compat.seq2seq.output_layer import is_affine

tf1 = tf.compat.v1

BATCH, TIME, UNITS, VOCABULARY = 3, 5, 4, 6
RANDOM = np.random.RandomState(3)
KERNEL = RANDOM.uniform(-1, 1, [VOCABULARY + UNITS, UNITS]).astype(np.float32)
PROJECTION = RANDOM.uniform(-2, 2, [UNITS, VOCABULARY]).astype(np.float32)
INPUTS = RANDOM.randn(BATCH, TIME, VOCABULARY).astype(np.float32)
STATE = RANDOM.randn(BATCH, UNITS).astype(np.float32)


class FixedCell(seq2seq.RNNCell):
    """tanh([x, h] KERNEL), without variables."""

    state_size = output_size = UNITS

    def call(self, inputs, state):
        state = tf.tanh(tf.concat([inputs, state], 1) @ KERNEL)
        return state, state


class Projection:
    """An output layer without variables."""

    def __call__(self, outputs):
        return outputs @ PROJECTION

    def compute_output_shape(self, shape):
        return tf.TensorShape(shape)[:-1].concatenate([VOCABULARY])


def numpy_step(x, h):
    h = np.tanh(np.concatenate([x, h], 1) @ KERNEL)
    return h, h @ PROJECTION


def numpy_training(lengths, impute):
    """(logits, ids, state) for as many steps as the longest sequence has."""
    steps = max(lengths)
    logits = np.zeros([BATCH, steps, VOCABULARY], np.float32)
    ids = np.zeros([BATCH, steps], np.int32)
    h = STATE.copy()
    for t in range(steps):
        new, out = numpy_step(INPUTS[:, t], h)
        alive = np.array(lengths) > t if impute else np.ones(BATCH, bool)
        h = np.where(alive[:, None], new, h)
        logits[alive, t] = out[alive]
        ids[alive, t] = out[alive].argmax(-1)
    return logits, ids, h


def leading(value, steps):
    """The steps taken; what XLA pads must be zero."""
    assert np.all(value[:, steps:] == 0)
    return value[:, :steps]


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('impute', [False, True])
@pytest.mark.parametrize('time_major', [False, True])
def test_training_helper(path, impute, time_major):
    lengths = [4, 1, 3]

    def program(x, state):
        if time_major:
            x = tf.transpose(x, [1, 0, 2])
        helper = seq2seq.TrainingHelper(x, lengths, time_major=time_major)
        decoder = seq2seq.BasicDecoder(FixedCell(), helper, state, Projection())
        return seq2seq.dynamic_decode(decoder, impute_finished=impute)

    outputs, state, found = run(path, program, INPUTS, STATE)
    logits, ids, h = numpy_training(lengths, impute)
    np.testing.assert_allclose(leading(outputs.rnn_output, 4), logits, rtol=1e-5, atol=1e-5)
    assert leading(outputs.sample_id, 4).tolist() == ids.tolist()
    np.testing.assert_allclose(state, h, rtol=1e-5, atol=1e-5)
    assert found.tolist() == lengths


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('impute', [False, True])
@pytest.mark.parametrize('time_major', [False, True])
@pytest.mark.parametrize('bias', [0.0, 0.5])
def test_an_output_layer_that_waits_for_the_last_step(path, impute, time_major, bias):
    lengths = [4, 1, 3]
    layer = seq2seq.Dense(
        VOCABULARY,
        use_bias=bool(bias),
        kernel_initializer=tf.constant_initializer(PROJECTION),
        bias_initializer=tf.constant_initializer(bias),
    )

    def program(x, state):
        helper = seq2seq.TrainingHelper(x, lengths)
        decoder = seq2seq.BasicDecoder(FixedCell(), helper, state, layer)
        return seq2seq.dynamic_decode(decoder, time_major, impute)[0]

    outputs = run(path, program, INPUTS, STATE)
    if time_major:
        outputs = [x.swapaxes(0, 1) for x in outputs]
    logits, ids, _ = numpy_training(lengths, impute)
    counted = np.arange(4) < np.array(lengths)[:, None] if impute else np.ones([BATCH, 4], bool)
    logits[counted] += bias
    np.testing.assert_allclose(leading(outputs[0], 4), logits, rtol=1e-5, atol=1e-5)
    assert leading(outputs[1], 4).tolist() == ids.tolist()


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('maximum', [0, 1, 3, 5, 9])
def test_maximum_iterations_and_time_major_outputs(path, maximum):
    def program(x, state):
        helper = seq2seq.TrainingHelper(x, [5, 5, 5])
        decoder = seq2seq.BasicDecoder(FixedCell(), helper, state, Projection())
        return seq2seq.dynamic_decode(decoder, True, maximum_iterations=maximum)

    outputs, _, lengths = run(path, program, INPUTS, STATE)
    steps = min(maximum, 5)
    assert lengths.tolist() == [steps] * BATCH
    if path != 'xla':
        assert outputs.rnn_output.shape == (steps, BATCH, VOCABULARY)
    logits = numpy_training([5, 5, 5], False)[0].transpose(1, 0, 2)
    np.testing.assert_allclose(outputs.rnn_output[:steps], logits[:steps], rtol=1e-5, atol=1e-5)
    assert not outputs.rnn_output[steps:].any()


def numpy_greedy(start, end, maximum):
    """(ids, lengths) as dynamic_decode gives them without imputing."""
    h, ids = STATE.copy(), np.array(start)
    finished, lengths, steps = np.zeros(BATCH, bool), np.zeros(BATCH, int), []
    while not finished.all() and len(steps) < maximum:
        h, out = numpy_step(np.eye(VOCABULARY, dtype=np.float32)[ids], h)
        ids = out.argmax(-1)
        lengths = np.where(finished, lengths, len(steps) + 1)
        finished |= ids == end
        steps.append(ids)
    return np.stack(steps, 1), lengths


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('end', range(VOCABULARY))
@pytest.mark.parametrize('as_function', [False, True])
def test_greedy(path, end, as_function):
    eye = np.eye(VOCABULARY, dtype=np.float32)

    def program(state):
        embedding = (lambda ids: tf.one_hot(ids, VOCABULARY)) if as_function else tf.constant(eye)
        helper = seq2seq.GreedyEmbeddingHelper(embedding, [0, 1, 2], end)
        decoder = seq2seq.BasicDecoder(FixedCell(), helper, state, Projection())
        return seq2seq.dynamic_decode(decoder, maximum_iterations=8)

    outputs, _, lengths = run(path, program, STATE)
    ids, expected = numpy_greedy([0, 1, 2], end, 8)
    assert leading(outputs.sample_id, ids.shape[1]).tolist() == ids.tolist()
    assert lengths.tolist() == expected.tolist()


@pytest.mark.parametrize('path', ['graph', 'eager', 'function'])
def test_greedy_without_a_limit_ends_by_itself(path):
    ends = [e for e in range(VOCABULARY) if numpy_greedy([0, 1, 2], e, 99)[1].max() < 99]
    assert ends, 'no end token that all sequences reach: the test needs other numbers'

    def program(state):
        helper = seq2seq.GreedyEmbeddingHelper(tf.eye(VOCABULARY), [0, 1, 2], ends[0])
        return seq2seq.dynamic_decode(
            seq2seq.BasicDecoder(FixedCell(), helper, state, Projection())
        )

    outputs, _, lengths = run(path, program, STATE)
    ids, expected = numpy_greedy([0, 1, 2], ends[0], 99)
    assert outputs.sample_id.tolist() == ids.tolist()
    assert lengths.tolist() == expected.tolist()


@pytest.mark.parametrize('path', PATHS)
def test_imputed_steps_have_no_gradient(path):
    def program(x, state):
        def scalar(x, state):
            helper = seq2seq.TrainingHelper(x, [5, 2, 0])
            decoder = seq2seq.BasicDecoder(FixedCell(), helper, state, Projection())
            outputs, state, _ = seq2seq.dynamic_decode(decoder, impute_finished=True)
            return tf.reduce_sum(outputs.rnn_output) + tf.reduce_sum(state)

        return gradients(scalar, x, state)

    d_inputs, d_state = run(path, program, INPUTS, STATE)
    assert not d_inputs[1, 2:].any() and not d_inputs[2].any()
    assert d_inputs[0].any(-1).all() and d_inputs[1, :2].any(-1).all()
    np.testing.assert_array_equal(d_state[2], np.ones(UNITS))


@pytest.mark.parametrize('path', PATHS)
def test_sampling_at_a_low_temperature_is_greedy(path):
    def program(state):
        helper = seq2seq.SampleEmbeddingHelper(
            tf.eye(VOCABULARY), [0, 1, 2], 5, softmax_temperature=1e-4, seed=11
        )
        decoder = seq2seq.BasicDecoder(FixedCell(), helper, state, Projection())
        return seq2seq.dynamic_decode(decoder, maximum_iterations=6)[0].sample_id

    ids, _ = numpy_greedy([0, 1, 2], 5, 6)
    assert leading(run(path, program, STATE), ids.shape[1]).tolist() == ids.tolist()


@pytest.mark.parametrize('path', PATHS)
def test_sampling_follows_the_softmax(path):
    logits = np.log(np.array([[0.1, 0.2, 0.7]], np.float32))

    def program(logits):
        helper = seq2seq.SampleEmbeddingHelper(tf.eye(3), [0] * 4000, 9)
        return helper.sample(tf.constant(0), tf.tile(logits, [4000, 1]), None)

    counts = np.bincount(run(path, program, logits), minlength=3) / 4000
    np.testing.assert_allclose(counts, [0.1, 0.2, 0.7], atol=0.04)  # over 5 standard deviations


@pytest.mark.parametrize('path', PATHS)
def test_inference_helper_feeds_samples_back(path):
    def program(start):
        helper = seq2seq.InferenceHelper(
            sample_fn=lambda outputs: outputs * 2.0,
            sample_shape=[UNITS],
            sample_dtype=tf.float32,
            start_inputs=start,
            end_fn=lambda samples: tf.zeros([BATCH], tf.bool),
            next_inputs_fn=lambda samples: tf.concat([samples, samples[:, :2]], 1),
        )
        decoder = seq2seq.BasicDecoder(FixedCell(), helper, tf.zeros([BATCH, UNITS]))
        return seq2seq.dynamic_decode(decoder, maximum_iterations=3)[0]

    outputs = run(path, program, INPUTS[:, 0])
    h, x = np.zeros([BATCH, UNITS], np.float32), INPUTS[:, 0]
    for t in range(3):
        h = np.tanh(np.concatenate([x, h], 1) @ KERNEL)
        x = np.concatenate([2 * h, 2 * h[:, :2]], 1)
        np.testing.assert_allclose(outputs.rnn_output[:, t], h, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(outputs.sample_id[:, t], 2 * h, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('path', PATHS)
def test_a_decoder_that_tracks_its_own_finished(path):
    """A sequence that is finished may begin again if the decoder says so."""

    class Alternating(seq2seq.Decoder):
        batch_size = 2
        output_size = tf.TensorShape([])
        output_dtype = tf.int32

        def __init__(self, tracks):
            self._tracks = tracks

        @property
        def tracks_own_finished(self):
            return self._tracks

        def initialize(self, name=None):
            return tf.zeros([2], tf.bool), tf.constant(0), tf.constant(0)

        def step(self, time, inputs, state, name=None):
            finished = tf.stack([tf.equal(time % 2, 0), time >= 5])
            return tf.fill([2], time), state, inputs, finished

    def program(tracks):
        return seq2seq.dynamic_decode(Alternating(tracks), maximum_iterations=8)

    assert run(path, lambda: program(True))[2].tolist() == [7, 6]
    assert run(path, lambda: program(False))[2].tolist() == [1, 6]


@pytest.mark.parametrize('path', PATHS)
def test_alignment_history_and_final_state(path):
    memory = RANDOM.randn(BATCH, 7, 3).astype(np.float32)

    mechanism = seq2seq.LuongAttention(UNITS, memory=None)
    cell = seq2seq.AttentionWrapper(
        seq2seq.GRUCell(UNITS), mechanism, attention_layer_size=UNITS, alignment_history=True
    )

    def program(memory, x):
        mechanism.setup_memory(memory, memory_sequence_length=[7, 2, 4])
        helper = seq2seq.TrainingHelper(x, [5, 3, 5])
        decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(BATCH, tf.float32))
        _, state, _ = seq2seq.dynamic_decode(decoder)
        return state.alignment_history.stack(), state.alignments, state.time

    history, last, time = run(path, program, memory, INPUTS)
    assert history.shape == (TIME, BATCH, 7) and time == TIME
    np.testing.assert_allclose(history.sum(-1), np.ones([TIME, BATCH]), rtol=1e-5)
    assert not history[:, 1, 2:].any() and not history[:, 2, 4:].any()
    np.testing.assert_allclose(history[-1], last, rtol=1e-6)


def test_scopes_and_reuse_in_a_graph():
    with tf1_graph():
        cell = seq2seq.GRUCell(UNITS)

        def decode(**kwargs):
            helper = seq2seq.TrainingHelper(tf.constant(INPUTS), [5, 5, 5])
            decoder = seq2seq.BasicDecoder(cell, helper, tf.constant(STATE), seq2seq.Dense(2))
            return seq2seq.dynamic_decode(decoder, **kwargs)

        decode(scope='mine')
        with tf1.variable_scope('mine', reuse=True) as scope:
            decode(scope=scope)
        decode()
        names = [v.op.name for v in tf1.global_variables()]
    cell_names = ['gates/kernel', 'gates/bias', 'candidate/kernel', 'candidate/bias']
    assert names == [f'mine/gru_cell/{n}' for n in cell_names] + [
        'mine/dense/kernel',
        'mine/dense/bias',
        'decoder/dense/kernel',
        'decoder/dense/bias',
    ]


@pytest.mark.parametrize('path', PATHS)
def test_a_sequence_length_beyond_the_inputs(path):
    """An error as in TF1; under XLA, which cannot raise, decoding ends where the inputs do."""

    def program(x, state):
        helper = seq2seq.TrainingHelper(x, tf.constant([7, 2, 2]))
        decoder = seq2seq.BasicDecoder(FixedCell(), helper, state)
        outputs, _, lengths = seq2seq.dynamic_decode(decoder)
        return outputs, lengths

    if path == 'xla':
        assert run(path, program, INPUTS, STATE)[1].tolist() == [TIME, 2, 2]
        return
    with pytest.raises((tf.errors.InvalidArgumentError, tf.errors.OutOfRangeError)):
        run(path, program, INPUTS, STATE)


def test_only_a_dense_layer_itself_is_moved_behind_the_loop():
    from keras.layers import Dense as Keras
    from tf_keras.layers import Dense as TfKeras
    from tf_keras.src.legacy_tf_layers.core import Dense as Tf1

    class Noisy(seq2seq.Dense):
        def call(self, inputs):
            return super().call(inputs) + 1.0

    Noisy.__name__ = 'Dense'
    for kind in (seq2seq.Dense, Keras, TfKeras, Tf1):
        assert is_affine(kind(3)), kind
        assert not is_affine(kind(3, activation='tanh')), kind
        assert not is_affine(type('Dense', (kind,), {'__module__': kind.__module__})(3)), kind
    assert not is_affine(Noisy(3))
