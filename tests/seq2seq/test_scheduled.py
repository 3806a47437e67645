"""Scheduled sampling: every run is some run with teacher forcing, and coins are fair."""

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run
from tf_seq2seq_compat.core import sampling
from tf_seq2seq_compat.tf1 import facade

tf1 = tf.compat.v1
RANDOM = np.random.RandomState(0)
BATCH, TIME, DEPTH, CLASSES = 3, 5, 4, 6
X = RANDOM.standard_normal([BATCH, TIME, DEPTH]).astype(np.float32)
LENGTHS = np.array([5, 2, 4])
EMBEDDING = RANDOM.standard_normal([CLASSES, DEPTH]).astype(np.float32)
KERNEL = RANDOM.standard_normal([DEPTH + CLASSES, CLASSES]).astype(np.float32)

probabilities = st.sampled_from([0.0, 0.3, 0.7, 1.0])
settings = hypothesis.settings(deadline=None, max_examples=12)


class Cell(seq2seq.RNNCell):
    """A step without variables."""

    state_size = output_size = CLASSES

    def call(self, inputs, state):
        state = tf.tanh(tf.concat([inputs, state], 1) @ KERNEL)
        return state, state


def decode(helper, **options):
    decoder = seq2seq.BasicDecoder(Cell(), helper, tf.zeros([BATCH, CLASSES]))
    outputs, state, lengths = seq2seq.dynamic_decode(decoder, **options)
    return outputs.rnn_output, outputs.sample_id, state, lengths


def assert_all_close(got, wanted):
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@settings
@hypothesis.given(probability=probabilities, seed=st.integers(0, 99), impute=st.booleans())
def test_embedding_run_is_a_teacher_forced_run_on_what_it_drew(probability, seed, impute):
    """Feed the ids that it says it drew as the truth, and the same outputs come."""
    helper = seq2seq.ScheduledEmbeddingTrainingHelper(
        X, LENGTHS, EMBEDDING, probability, seed=seed, scheduling_seed=seed + 1
    )
    output, ids, state, lengths = decode(helper, impute_finished=impute)
    ids = ids.numpy()
    fed = X.copy()
    for row in range(BATCH):
        for time in range(TIME - 1):
            if ids[row, time] > -1 and not (impute and time >= LENGTHS[row]):
                fed[row, time + 1] = EMBEDDING[ids[row, time]]
    wanted = decode(seq2seq.TrainingHelper(fed, LENGTHS), impute_finished=impute)
    assert_all_close((output, state, lengths), (wanted[0], wanted[2], wanted[3]))
    running = np.arange(TIME) < LENGTHS[:, None]
    if probability == 0.0:
        assert np.all(ids[running] == -1)
    if probability == 1.0:
        assert np.all(ids[running] > -1)


@settings
@hypothesis.given(
    probability=probabilities, seed=st.integers(0, 99), auxiliary=st.booleans(), by=st.booleans()
)
def test_output_run_is_a_teacher_forced_run_on_its_outputs(probability, seed, auxiliary, by):
    extra = 0.5 * X[:, :, :1] if auxiliary else X[:, :, :0]
    function = (lambda x: 0.5 - x[:, : DEPTH - 1]) if by else (lambda x: x[:, : DEPTH - 1])
    truth = X[:, :, 1:]
    helper = seq2seq.ScheduledOutputTrainingHelper(
        truth,
        LENGTHS,
        probability,
        seed=seed,
        next_inputs_fn=function,
        auxiliary_inputs=extra,
    )
    kernel = KERNEL[1 - extra.shape[2] :]

    class Narrow(Cell):
        def call(self, inputs, state):
            state = tf.tanh(tf.concat([inputs, state], 1) @ kernel)
            return state, state

    def narrow(helper):
        decoder = seq2seq.BasicDecoder(Narrow(), helper, tf.zeros([BATCH, CLASSES]))
        return seq2seq.dynamic_decode(decoder)

    outputs, state, _ = narrow(helper)
    fed = np.concatenate([truth, extra], 2)
    for time in range(TIME - 1):
        rows = outputs.sample_id.numpy()[:, time] == 1
        fed[rows, time + 1, : DEPTH - 1] = function(outputs.rnn_output.numpy()[:, time])[rows]
    wanted, wanted_state, _ = narrow(seq2seq.TrainingHelper(fed, LENGTHS))
    assert_all_close((outputs.rnn_output, state), (wanted.rnn_output, wanted_state))


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('time_major', [False, True])
def test_never_sampling_is_teacher_forcing(path, time_major):
    x = np.swapaxes(X, 0, 1) if time_major else X

    def build(x):
        truth = decode(seq2seq.TrainingHelper(x, LENGTHS, time_major))
        embedding = seq2seq.ScheduledEmbeddingTrainingHelper(
            x, LENGTHS, EMBEDDING, 0.0, time_major=time_major
        )
        output = seq2seq.ScheduledOutputTrainingHelper(
            x, LENGTHS, 0, time_major, next_inputs_fn=lambda outputs: outputs[:, :DEPTH]
        )
        return truth, decode(embedding), decode(output)

    truth, embedding, output = run(path, build, x)
    for found, no_sample in ((embedding, -1), (output, 0)):
        assert_all_close((found[0], found[2], found[3]), (truth[0], truth[2], truth[3]))
        assert np.all(found[1] == no_sample)


@pytest.mark.parametrize('path', PATHS)
def test_always_sampling_what_is_certain_is_greedy(path):
    """Logits so large that a draw is the most likely id."""

    class Certain(Cell):
        def call(self, inputs, state):
            output, state = super().call(inputs, state)
            return 1e4 * output, state

    def build(x):
        greedy = seq2seq.GreedyEmbeddingHelper(EMBEDDING, [1, 2, 3], -1)
        scheduled = seq2seq.ScheduledEmbeddingTrainingHelper(
            tf.repeat(tf.gather(EMBEDDING, [1, 2, 3])[:, None], TIME, 1) + 0.0 * x,
            [TIME] * BATCH,
            EMBEDDING,
            1.0,
        )
        found = []
        for helper in (greedy, scheduled):
            decoder = seq2seq.BasicDecoder(Certain(), helper, tf.zeros([BATCH, CLASSES]))
            found.append(seq2seq.dynamic_decode(decoder, maximum_iterations=TIME)[0])
        return found

    greedy, scheduled = run(path, build, X)
    np.testing.assert_allclose(scheduled[0], greedy[0], rtol=1e-4)
    np.testing.assert_array_equal(scheduled[1], greedy[1])


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('seed', [None, 7])
def test_coins_are_fair(path, seed):
    def build(p):
        return sampling.bernoulli(p, seed, tf.constant(3), [2000])

    p = np.float32([0.0, 0.25, 0.5, 0.9, 1.0])
    coins = run(path, build, p)
    assert coins.shape == (2000, 5)
    np.testing.assert_allclose(coins.mean(0), p, atol=0.05)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('seed', [None, 7])
def test_ids_come_as_often_as_the_softmax_says(path, seed):
    logits = np.log(np.float32([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]))
    ids = run(path, lambda x: sampling.categorical(x, seed, tf.constant(1), 2000), logits)
    assert ids.shape == (2000, 2)
    often = np.stack([(ids == k).mean(0) for k in range(3)], 1)
    np.testing.assert_allclose(often, np.exp(logits), atol=0.05)


def test_compiled_draws_depend_on_seed_and_time_only():
    draw = tf.function(
        lambda seed, time: (
            sampling.bernoulli(tf.fill([64], 0.5), seed, time),
            sampling.categorical(tf.zeros([64, 2]), seed, time),
        ),
        jit_compile=True,
    )
    first = draw(tf.constant(1), tf.constant(0))
    assert_all_close(first, draw(tf.constant(1), tf.constant(0)))
    for seed, time in ((1, 1), (2, 0)):
        other = draw(tf.constant(seed), tf.constant(time))
        assert all(np.any(np.asarray(a) != b) for a, b in zip(first, other, strict=True))
    # With one seed for both, coins and ids are still independent of each other.
    assert 16 < np.sum(np.asarray(first[0], np.int32) == first[1]) < 48


@pytest.mark.parametrize('path', PATHS)
def test_one_probability_for_each_example(path):
    def build(x):
        chances = tf.constant([0.0, 1.0, 0.0])
        embedding = seq2seq.ScheduledEmbeddingTrainingHelper(x, LENGTHS, EMBEDDING, chances)
        output = seq2seq.ScheduledOutputTrainingHelper(
            x, LENGTHS, chances, next_inputs_fn=lambda outputs: outputs[:, :DEPTH]
        )
        return decode(embedding)[1], decode(output)[1]

    ids, coins = run(path, build, X)
    assert np.all(ids[[0, 2]] == -1) and np.all(ids[1] > -1)
    np.testing.assert_array_equal(coins, [[0] * TIME, [1] * TIME, [0] * TIME])


def test_a_schedule_is_read_at_each_call():
    step = tf.Variable(0.0)

    @tf.function
    def ids():
        helper = seq2seq.ScheduledEmbeddingTrainingHelper(X, LENGTHS, EMBEDDING, step / 10.0)
        return decode(helper)[1]

    assert np.all(ids() == -1)
    step.assign(10.0)
    assert np.all(np.asarray(ids()) > -1)


def test_nested_inputs_are_fed_back_together():
    helper = seq2seq.ScheduledOutputTrainingHelper(
        (X, 2 * X),
        LENGTHS,
        1.0,
        next_inputs_fn=lambda outputs: (outputs, -outputs),
        auxiliary_inputs=(X[:, :, :1], X[:, :, 1:3]),
    )
    outputs = tf.ones([BATCH, DEPTH])
    _, (first, second), _ = helper.next_inputs(tf.constant(0), outputs, (), tf.constant([1, 0, 1]))
    np.testing.assert_array_equal(first[0], [1, 1, 1, 1, *X[0, 1, :1]])
    np.testing.assert_array_equal(second[2], [-1, -1, -1, -1, *X[2, 1, 1:3]])
    np.testing.assert_array_equal(second[1], [*2 * X[1, 1], *X[1, 1, 1:3]])


def test_draws_are_in_order_whatever_is_in_flight():
    """In a TF1 graph coins do not depend on anything that a step computes, but on its number."""
    results = []
    for parallel_iterations in (1, 32):
        with tf.Graph().as_default(), tf1.Session() as session:
            helper = facade.tensorflow().contrib.seq2seq.ScheduledOutputTrainingHelper(
                X, LENGTHS, 0.5, seed=3, next_inputs_fn=lambda outputs: outputs[:, :DEPTH]
            )
            ids = decode(helper, parallel_iterations=parallel_iterations)[1]
            results.append(session.run(ids))
    np.testing.assert_array_equal(*results)
