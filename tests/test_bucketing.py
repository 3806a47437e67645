"""Buckets, and the guard against too many shapes."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run
from tf_seq2seq_compat import bucketing

RANDOM = np.random.RandomState(0)


@given(st.integers(0, 200), st.integers(1, 40))
def test_the_bucket_is_the_smallest_multiple_that_holds_it(size, multiple):
    bucket = bucketing.bucket_size(size, multiple)
    assert bucket >= max(size, 1) and bucket % multiple == 0
    assert bucket - multiple < size or bucket == multiple


@given(st.integers(0, 60), st.sets(st.integers(1, 60), min_size=1))
def test_the_bucket_is_the_smallest_size_that_holds_it(size, sizes):
    fitting = [each for each in sizes if each >= size]
    if fitting:
        assert bucketing.bucket_size(size, sorted(sizes)) == min(fitting)
    else:
        with pytest.raises(ValueError, match='more than the last bucket'):
            bucketing.bucket_size(size, sorted(sizes))


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('buckets', [8, [5, 9, 30]])
def test_tensors_have_the_buckets_of_numbers(buckets, path):
    sizes = np.arange(31, dtype=np.int32)
    found = run(
        path, lambda x: [bucketing.bucket_size(each, buckets) for each in tf.unstack(x)], sizes
    )
    assert found == [bucketing.bucket_size(int(size), buckets) for size in sizes]


@pytest.mark.parametrize('path', [path for path in PATHS if path != 'xla'])  # XLA has no checks
def test_a_tensor_beyond_the_last_bucket(path):
    with pytest.raises(tf.errors.InvalidArgumentError, match='more than the last bucket'):
        run(path, lambda size: bucketing.bucket_size(size, [5, 9]), np.int32(10))


@pytest.mark.parametrize('buckets', [0, -1, [], [3, 3], [5, 4], [0, 4]])
def test_buckets_that_are_none(buckets):
    with pytest.raises(ValueError, match='buckets must be'):
        bucketing.bucket_size(3, buckets)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('axis', [0, 1])
def test_padding(axis, path):
    words = RANDOM.randint(1, 9, [3, 5, 2]).astype(np.int32)
    lengths = np.array([5, 3, 1], np.int32)
    padded = run(
        path, lambda *batch: bucketing.pad_to_bucket(batch, 4, axis=axis, value=7), words, lengths
    )
    assert padded[0].shape == ((4, 5, 2) if axis == 0 else (3, 8, 2))
    np.testing.assert_array_equal(padded[0][:3, :5], words)
    assert (padded[0][3:] == 7).all() and (padded[0][:, 5:] == 7).all()
    np.testing.assert_array_equal(
        padded[1], np.pad(lengths, [0, 1], constant_values=7) if axis == 0 else lengths
    )


def test_arrays_are_padded_as_tensors_and_stay_arrays():
    array = RANDOM.randn(2, 5).astype(np.float32)
    padded = bucketing.pad_to_bucket({'x': array}, [6])['x']
    assert isinstance(padded, np.ndarray) and padded.dtype == np.float32
    np.testing.assert_array_equal(padded, bucketing.pad_to_bucket(tf.constant(array), [6]))


def test_padding_in_a_dataset():
    def sequences():
        for length in (3, 9, 20, 4):
            yield np.ones([length], np.int32)

    data = tf.data.Dataset.from_generator(
        sequences, output_signature=tf.TensorSpec([None], tf.int32)
    )
    batches = data.padded_batch(2).map(bucketing.pad_to_bucket)
    assert [batch.shape for batch in batches] == [(2, 16), (2, 32)]
    assert [int(tf.reduce_sum(batch)) for batch in batches] == [12, 24]


class Training:
    """A step of training: what a guard is put around."""

    def __init__(self):
        self.attention = seq2seq.LuongAttention(4, memory=None)
        self.cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), self.attention)
        self.layer = seq2seq.Dense(9)

    def __call__(self, inputs, memory, lengths):
        helper = seq2seq.TrainingHelper(inputs, lengths)
        with tf.GradientTape() as tape:
            self.attention.setup_memory(memory, lengths)
            state = self.cell.zero_state(2, tf.float32)
            decoder = seq2seq.BasicDecoder(self.cell, helper, state, self.layer)
            outputs, _, _ = seq2seq.dynamic_decode(decoder, impute_finished=True)
            loss = tf.reduce_sum(tf.square(outputs.rnn_output))
        return loss, tape.gradient(loss, self.cell.trainable_variables)


def test_true_lengths_are_no_part_of_what_is_compiled():
    training = Training()
    compiled = tf.function(training, jit_compile=True, autograph=False)
    guarded = bucketing.LimitedShapes(compiled, most=1)
    for longest in (5, 7, 3, 8):
        inputs, memory = RANDOM.randn(2, 2, longest, 4).astype(np.float32)
        lengths = tf.constant([longest, 2])
        padded = [tf.constant(x) for x in bucketing.pad_to_bucket([inputs, memory], 8)]
        expected, of_variables = training(tf.constant(inputs), tf.constant(memory), lengths)
        loss, gradients = guarded(*padded, lengths)
        np.testing.assert_allclose(loss, expected, rtol=1e-5)
        for found, wanted in zip(gradients, of_variables, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    assert len(guarded.shapes) == 1
    assert compiled.experimental_get_tracing_count() == 1


def test_the_guard_names_the_shapes():
    calls = []
    guarded = bucketing.LimitedShapes(lambda *args, **kwargs: calls.append(args), most=2)
    guarded(tf.ones([2, 3]), scale=1.5)
    guarded(tf.zeros([2, 3]), scale=1.5)
    guarded((np.ones([2, 4], np.int64), None), scale=1.5)
    with pytest.raises(bucketing.TooManyShapesError) as caught:
        guarded(tf.ones([2, 3]), scale=2.5)
    assert 'shape 3 of at most 2: float32[2, 3], scale=2.5 after' in str(caught.value)
    assert '(int64[2, 4], None), scale=1.5' in str(caught.value)
    assert len(calls) == 3
