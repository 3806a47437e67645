"""core.beam, gather_tree and tile_batch: properties, against loops and enumeration in NumPy."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run
from tf_seq2seq_compat.core import beam_search as core
from tf_seq2seq_compat.seq2seq.beam_search_decoder import gather_tree_from_array

seeds = st.integers(0, 2**31 - 1)
sizes = st.integers(1, 7)


# -- following the parents ------------------------------------------------------------------------


def naive_paths(parents, lengths):
    """Step by step back from the end."""
    steps, batch, beams = parents.shape
    found = np.tile(np.arange(beams), (steps, batch, 1))
    for b, k in itertools.product(range(batch), range(beams)):
        at = k
        for t in range(min(lengths[b], steps) - 1, 0, -1):
            at = parents[t, b, at]
            found[t - 1, b, k] = at
    return found


def naive_gather_tree(ids, parents, lengths, end):
    steps, batch, beams = ids.shape
    where = naive_paths(parents, lengths)
    found = np.full_like(ids, end)
    for b, k in itertools.product(range(batch), range(beams)):
        for t in range(min(max(lengths[b], 0), steps)):
            found[t, b, k] = ids[t, b, where[t, b, k]]
            if found[t, b, k] == end:
                break
    return found


def tree(seed, steps, batch, beams):
    random = np.random.RandomState(seed)
    ids = random.randint(0, 4, [steps, batch, beams]).astype(np.int32)
    parents = random.randint(0, beams, [steps, batch, beams]).astype(np.int32)
    lengths = random.randint(-1, steps + 2, [batch]).astype(np.int32)
    return ids, parents, lengths


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(1, 20), sizes, sizes)
def test_gather_tree_is_the_naive_loop(seed, steps, batch, beams):
    ids, parents, lengths = tree(seed, steps, batch, beams)
    found = seq2seq.gather_tree(ids, parents, lengths, 3)
    np.testing.assert_array_equal(found, naive_gather_tree(ids, parents, lengths, 3))


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 20), sizes, sizes)
def test_what_nobody_follows_does_not_matter(seed, steps, batch, beams):
    """Parents of the first step, and those behind the end, may be anything."""
    ids, parents, lengths = tree(seed, steps, batch, beams)
    spoilt = parents.copy()
    spoilt[0] = 1000
    for b, length in enumerate(lengths):
        spoilt[max(length, 0) :, b] = -7
    np.testing.assert_array_equal(
        seq2seq.gather_tree(ids, spoilt, lengths, 3), seq2seq.gather_tree(ids, parents, lengths, 3)
    )


def first_wrong_parent(parents, lengths):
    """(parent, batch, time, beam) as a loop over examples and beams, from their ends, finds it."""
    steps, batch, beams = parents.shape
    for b, k in itertools.product(range(batch), range(beams)):
        at = k
        for t in range(min(lengths[b], steps) - 1, 0, -1):
            at = parents[t, b, at]
            if not 0 <= at < beams:
                return at, b, t - 1, k
    return None


@pytest.mark.parametrize('path', ['graph', 'eager', 'function'])
def test_a_wrong_parent_is_named_if_a_path_follows_it(path):
    def build(ids, parents, lengths):
        return seq2seq.gather_tree(ids, parents, lengths, 3)

    refused = 0
    for seed in range(12):
        ids, parents, lengths = tree(seed, 4, 2, 3)
        random = np.random.RandomState(seed)
        wrong = random.rand(*parents.shape) < 0.1
        parents = np.where(wrong, random.choice([-1, 3], parents.shape), parents).astype(np.int32)
        found = first_wrong_parent(parents, lengths)
        if found is None:
            expected = naive_gather_tree(ids, parents, lengths, 3)
            np.testing.assert_array_equal(run(path, build, ids, parents, lengths), expected)
            continue
        refused += 1
        words = 'parent id {} at (batch, time, beam) == ({}, {}, {})'.format(*found)
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            run(path, build, ids, parents, lengths)
        assert words in str(caught.value)
    assert 0 < refused < 12


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 20), sizes, sizes)
def test_reordering_an_array_is_the_naive_loop(seed, steps, batch, beams):
    _, parents, _ = tree(seed, steps, batch, beams)
    random = np.random.RandomState(seed)
    lengths = random.randint(0, steps + 1, [batch, beams])
    history = random.randn(steps, batch, beams, 3).astype(np.float32)
    where = naive_paths(parents, lengths.max(1))
    inside = np.arange(steps)[:, None, None] < lengths
    where = np.where(inside, where, np.arange(beams))
    expected = np.take_along_axis(history, where[..., None], 2)
    np.testing.assert_array_equal(gather_tree_from_array(history, parents, lengths), expected)
    merged = history.reshape([steps, batch * beams, 3])
    np.testing.assert_array_equal(
        gather_tree_from_array(merged, parents, lengths), expected.reshape(merged.shape)
    )


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('steps', [1, 2, 3, 8, 9])
def test_gather_tree_on_every_path(path, steps):
    ids, parents, lengths = tree(steps, steps, 3, 4)
    found = run(path, lambda *a: seq2seq.gather_tree(*a, end_token=3), ids, parents, lengths)
    np.testing.assert_array_equal(found, naive_gather_tree(ids, parents, lengths, 3))


def test_gather_tree_of_steps_known_only_when_it_runs():
    traced = []

    @tf.function(
        input_signature=[tf.TensorSpec([None] * 3, tf.int32)] * 2 + [tf.TensorSpec(None, tf.int32)]
    )
    def gather(*arrays):
        traced.append(1)
        return seq2seq.gather_tree(*arrays, end_token=3)

    for steps in (0, 1, 2, 5, 16):
        ids, parents, lengths = tree(steps, steps, 2, 3)
        np.testing.assert_array_equal(
            gather(ids, parents, lengths), naive_gather_tree(ids, parents, lengths, 3)
        )
    assert len(traced) == 1


def test_a_parent_that_is_no_beam():
    ids = np.zeros([3, 1, 2], np.int32)
    parents = np.array([[[0, 0]], [[0, 2]], [[1, 1]]], np.int32)
    with pytest.raises(tf.errors.InvalidArgumentError):
        seq2seq.gather_tree(ids, parents, [3], 9)


# -- tile_batch -----------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(seeds, sizes, st.integers(0, 4), st.integers(0, 4))
def test_tiling_twice_is_tiling_by_the_product(seed, batch, m, n):
    x = np.random.RandomState(seed).randn(batch, 2).astype(np.float32)
    twice = seq2seq.tile_batch(seq2seq.tile_batch(x, m), n)
    np.testing.assert_array_equal(twice, seq2seq.tile_batch(x, m * n))


@settings(max_examples=40, deadline=None)
@given(seeds, sizes, st.integers(1, 4))
def test_copies_stand_side_by_side(seed, batch, m):
    x = np.random.RandomState(seed).randn(batch, 2).astype(np.float32)
    tiled = np.asarray(seq2seq.tile_batch({'x': x}, m)['x'])
    split = tiled.reshape([batch, m, 2])
    assert (split == x[:, None]).all()
    np.testing.assert_array_equal(tiled[::m], x)


@pytest.mark.parametrize('path', PATHS)
def test_tiling_a_tensor_array(path):
    x = np.arange(12, dtype=np.float32).reshape(3, 2, 2)

    def program(steps):
        array = tf.TensorArray(tf.float32, 3, element_shape=[2, 2]).unstack(steps)
        return seq2seq.tile_batch([array, steps[0]], 2)

    array, tensor = run(path, program, x)
    np.testing.assert_array_equal(array, np.repeat(x, 2, axis=1))
    np.testing.assert_array_equal(tensor, np.repeat(x[0], 2, axis=0))


def test_a_state_with_an_empty_history_can_be_tiled():
    cell = seq2seq.AttentionWrapper(
        seq2seq.GRUCell(4), seq2seq.LuongAttention(4, tf.ones([2, 3, 5])), alignment_history=True
    )
    state = seq2seq.tile_batch(
        cell.zero_state(2, tf.float32)._replace(time=tf.zeros([2], tf.int32)), 3
    )
    assert state.alignment_history.element_shape == [6, 3]
    assert int(state.alignment_history.size()) == 0


# -- one step -------------------------------------------------------------------------------------


def naive_step(words, log_probs, finished, lengths, end, weight):
    """All candidates of one example, ranked."""
    candidates = []
    for k in range(len(log_probs)):
        for word in range(words.shape[1]):
            if finished[k] and word != end:
                continue
            total = log_probs[k] + (0 if finished[k] else words[k, word])
            counted = lengths[k] + (word != end and not finished[k])
            score = total / ((5 + counted) / 6) ** weight
            candidates.append((-score, k, word, total))
    return sorted(candidates)[: len(log_probs)]


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(5, 8), st.sampled_from([0.0, 0.6, 2.0]))
def test_a_step_ranks_all_candidates(seed, beams, vocabulary, weight):
    random = np.random.RandomState(seed)
    words = np.log(random.dirichlet(np.ones(vocabulary), [2, beams]))
    log_probs = -random.rand(2, beams) * 5
    finished = random.rand(2, beams) < 0.4
    finished[:, 0] = False
    lengths = random.randint(1, 6, [2, beams])
    step = core.search_step(*map(tf.constant, (words, log_probs, finished, lengths)), 1, weight)
    for b in range(2):
        wanted = naive_step(words[b], log_probs[b], finished[b], lengths[b], 1, weight)
        assert step.parents[b].numpy().tolist() == [k for _, k, _, _ in wanted]
        assert step.word_ids[b].numpy().tolist() == [word for _, _, word, _ in wanted]
        np.testing.assert_allclose(step.scores[b], [-s for s, _, _, _ in wanted], rtol=1e-5)
        np.testing.assert_allclose(
            step.log_probs[b], [total for _, _, _, total in wanted], rtol=1e-5, atol=1e-6
        )
        for i, (_, k, word, _) in enumerate(wanted):
            assert step.finished[b, i] == (finished[b, k] or word == 1)
            assert step.lengths[b, i] == lengths[b, k] + (not finished[b, k])


def test_a_finished_beam_keeps_its_log_probability():
    words = tf.math.log(tf.fill([1, 2, 4], 0.25))
    step = core.search_step(
        words, tf.constant([[-9.0, -1.0]]), tf.constant([[False, True]]), tf.constant([[3, 2]]), 2
    )
    assert (step.word_ids[0, 0], step.parents[0, 0], step.log_probs[0, 0]) == (2, 1, -1.0)
    assert step.lengths[0, 0] == 2


def test_coverage_leaves_out_what_had_no_attention():
    attention = np.array([[0.5, 0.0, 2.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(core.coverage_penalty(tf.constant(attention)), [np.log(0.5), 0])
