"""BeamSearchDecoder against enumeration and greedy decoding, on every path, and its errors."""

import itertools
import warnings

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run, tf1_graph
from tf_seq2seq_compat.core.loop_arrays import OpenEndedArray
from tf_seq2seq_compat.seq2seq.beam_search_decoder import (
    BeamSearchDecoderMixin,
    _beam_search_step,
)

tf1 = tf.compat.v1


class Markov(seq2seq.RNNCell):
    """Logits that depend on the last word alone: rows of a table. The state counts the steps."""

    state_size = 1

    def __init__(self, table):
        super().__init__()
        self.table = tf.convert_to_tensor(table)

    @property
    def output_size(self):
        return int(self.table.shape[1])

    def call(self, inputs, state):
        return inputs @ self.table, state + 1


def decoder_of(table, beam, batch=2, end=0, start=None, cell=None, **options):
    vocabulary = int(table.shape[1])
    start = tf.fill([batch], 1) if start is None else start
    return seq2seq.BeamSearchDecoder(
        cell or Markov(table),
        tf.eye(vocabulary, dtype=table.dtype),
        start,
        end,
        tf.zeros([batch * beam, 1], table.dtype),
        beam,
        **options,
    )


def table_of(seed, vocabulary, dtype=np.float64):
    return np.random.RandomState(seed).randn(vocabulary, vocabulary).astype(dtype) * 2


def enumerated(table, start, steps, end, weight):
    """Every sequence of at most `steps` words with its score, the best first."""
    log_p = table - np.log(np.exp(table).sum(-1, keepdims=True))
    found = []
    for words in itertools.product(range(len(table)), repeat=steps):
        if end in words:
            first = words.index(end)
            if any(word != end for word in words[first:]):
                continue
            # As in TF1 the end token is counted from the step after it on.
            length, counted = first + 1, first + (first + 1 < steps)
        else:
            length, counted = steps, steps
        pairs = zip((start, *words), words[:length], strict=False)
        total = sum(log_p[a, b] for a, b in pairs)
        found.append((total / ((5 + counted) / 6) ** weight, words))
    return sorted(found, reverse=True)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**31 - 1), st.sampled_from([(2, 3), (3, 2), (3, 3)]), st.floats(0, 2))
def test_a_beam_for_every_sequence_finds_what_enumeration_finds(seed, size, weight):
    vocabulary, steps = size
    table = table_of(seed, vocabulary)
    decoder = decoder_of(table, vocabulary**steps, length_penalty_weight=weight)
    outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=steps)
    wanted = enumerated(table, 1, steps, 0, weight)
    scores = outputs.beam_search_decoder_output.scores[0, -1].numpy()[: len(wanted)]
    np.testing.assert_allclose(scores, [score for score, _ in wanted], rtol=1e-5)
    found = outputs.predicted_ids[0].numpy().T[: len(wanted)].tolist()
    for (score, words), sequence in zip(wanted, found, strict=True):
        if sum(abs(other - score) < 1e-6 for other, _ in wanted) == 1:
            assert sequence == list(words)
    np.testing.assert_array_equal(outputs.predicted_ids[0], outputs.predicted_ids[1])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31 - 1), st.integers(2, 6))
def test_one_beam_is_greedy_decoding(seed, vocabulary):
    table = table_of(seed, vocabulary)
    outputs, state, lengths = seq2seq.dynamic_decode(decoder_of(table, 1), maximum_iterations=6)
    helper = seq2seq.GreedyEmbeddingHelper(tf.eye(vocabulary, dtype=tf.float64), [1, 1], 0)
    cell = Markov(table)
    greedy = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float64))
    wanted, _, wanted_lengths = seq2seq.dynamic_decode(greedy, maximum_iterations=6)
    np.testing.assert_array_equal(outputs.predicted_ids[:, :, 0], wanted.sample_id)
    np.testing.assert_array_equal(lengths[:, 0], wanted_lengths)
    np.testing.assert_array_equal(state.lengths[:, 0], wanted_lengths)


class Remembering(Markov):
    """Keeps the words that it reads in an array, as an attention wrapper keeps its alignments."""

    state_size = (1, 1)

    def call(self, inputs, state):
        count, words = state
        time = tf.cast(tf.reduce_max(count), tf.int32)
        read = tf.argmax(inputs, -1, output_type=tf.int32)[:, None]
        return inputs @ self.table, (count + 1, words.write(time, read))


@pytest.mark.parametrize('path', PATHS)
def test_a_history_is_put_in_the_order_of_the_beams(path):
    beam, steps = 4, 7
    table = table_of(3, 6, np.float32)

    def decoded(table, reorder):
        # In TF1 graphs arrays are put in order where a size is not known.
        start = tf1.placeholder_with_default(tf.constant([1, 2]), [None])
        decoder = seq2seq.BeamSearchDecoder(
            Remembering(table),
            tf.eye(6),
            start,
            0,
            (tf.zeros([2 * beam, 1]), OpenEndedArray(tf.int32, [2 * beam, 1])),
            beam,
            reorder_tensor_arrays=reorder,
        )
        return seq2seq.dynamic_decode(decoder, maximum_iterations=steps)[:2]

    def program(table):
        (outputs, state), (_, unsorted) = decoded(table, True), decoded(table, False)
        history = unsorted.cell_state[1].stack()
        return outputs, state.lengths, state.cell_state[1], history

    outputs, lengths, ordered, history = run(path, program, table)
    ids, (_, _, parents) = outputs
    ordered, history = (x.reshape([-1, 2, beam]).transpose(1, 0, 2) for x in (ordered, history))
    moved = 0
    for b, k in itertools.product(range(2), range(beam)):
        at, longest = k, lengths[b].max()
        for t in reversed(range(longest)):
            if t < lengths[b, k]:
                # TF1 takes what stands at the beam's place after the step ...
                assert ordered[b, t, k] == history[b, t, at]
                # ... while the cell wrote it at that of its parent, where the word it read stands.
                read = history[b, t, parents[b, t, at]]
                assert read == (ids[b, t - 1, k] if t else [1, 2][b])
            else:
                assert ordered[b, t, k] == history[b, t, k]
            moved += at != k
            at = parents[b, t, at]
    assert moved


@pytest.mark.parametrize('end', [0, 3])
def test_compiled_results_are_padded(end):
    """predicted_ids with end tokens, what the steps left with zeros."""
    table = table_of(0, 5, np.float32)
    table[:, end] += 15

    def program(table):
        decoder = decoder_of(table, 3, end=end)
        return seq2seq.dynamic_decode(decoder, maximum_iterations=12)[::2]

    (wanted, lengths), (found, found_lengths) = (run(p, program, table) for p in ('eager', 'xla'))
    steps = wanted.predicted_ids.shape[1]
    assert steps < 12
    assert found.predicted_ids.shape[1] == 12
    np.testing.assert_array_equal(found.predicted_ids[:, :steps], wanted.predicted_ids)
    assert (found.predicted_ids[:, steps:] == end).all()
    np.testing.assert_array_equal(found_lengths, lengths)
    for part, want in zip(found[1], wanted[1], strict=True):
        np.testing.assert_allclose(part[:, :steps], want, rtol=1e-5)
        assert not part[:, steps:].any()


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize(('batch', 'beam', 'vocabulary'), [(1, 1, 4), (1, 3, 4), (3, 7, 3)])
def test_sizes(path, dtype, batch, beam, vocabulary):
    def program(table):
        decoder = decoder_of(table, beam, batch)
        return seq2seq.dynamic_decode(decoder, maximum_iterations=3)

    table = table_of(5, vocabulary, dtype)
    outputs, state, _ = run(path, program, table)
    assert outputs.predicted_ids.shape[::2] == (batch, beam)
    assert state.log_probs.dtype == outputs.beam_search_decoder_output.scores.dtype == dtype
    assert not np.isnan(state.log_probs).any()
    # Every example is the same, and the best come first.
    assert (outputs.predicted_ids == outputs.predicted_ids[:1]).all()
    scores = outputs.beam_search_decoder_output.scores[0, outputs.predicted_ids.shape[1] - 1]
    assert (scores[:-1] >= scores[1:]).all()


@pytest.mark.parametrize('path', PATHS)
def test_a_subclass_that_overrides_step_and_initialize(path):
    """A word is forbidden by its logits, another is given to begin with."""

    class Forbidding(seq2seq.BeamSearchDecoder):
        def initialize(self, name=None):
            finished, _, state = super().initialize(name)
            return finished, self._embedding_fn(tf.fill([2, self._beam_width], 2)), state

        def step(self, time, inputs, state, name=None):
            merged = self._merge_batch_beams(inputs, s=inputs.shape[2:])
            cell_state = tf.nest.map_structure(
                self._maybe_merge_batch_beams, state.cell_state, self._cell.state_size
            )
            logits, cell_state = self._cell(merged, cell_state)
            logits = self._split_batch_beams(logits, logits.shape[1:])
            cell_state = tf.nest.map_structure(
                self._maybe_split_batch_beams, cell_state, self._cell.state_size
            )
            output, state = _beam_search_step(
                time=time,
                logits=logits - 1e6 * tf.one_hot(3, 5),
                next_cell_state=cell_state,
                beam_state=state,
                batch_size=self._batch_size,
                beam_width=self._beam_width,
                end_token=self._end_token,
                length_penalty_weight=self._length_penalty_weight,
                coverage_penalty_weight=self._coverage_penalty_weight,
            )
            return output, state, self._embedding_fn(output.predicted_ids), state.finished

    def program(table):
        decoder = Forbidding(
            Markov(table), tf.eye(5), [1, 1], 0, tf.zeros([6, 1]), 3, length_penalty_weight=0.5
        )
        assert isinstance(decoder, BeamSearchDecoderMixin)
        return seq2seq.dynamic_decode(decoder, maximum_iterations=5)[0].predicted_ids

    table = table_of(1, 5, np.float32)
    table[:, 3] += 5
    ids = run(path, program, table)
    assert 3 not in ids
    without = table.copy()
    without[:, 3] = -1e6
    wanted = run(
        path,
        lambda t: (
            seq2seq.dynamic_decode(
                decoder_of(t, 3, start=[2, 2], length_penalty_weight=0.5), maximum_iterations=5
            )[0].predicted_ids
        ),
        without,
    )
    np.testing.assert_array_equal(ids, wanted)


def test_one_trace_serves_every_batch_size():
    table = table_of(2, 5, np.float32)
    traced = []

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)], autograph=False)
    def decode(start):
        traced.append(1)
        state = tf.zeros([tf.size(start) * 3, 1])
        decoder = seq2seq.BeamSearchDecoder(Markov(table), tf.eye(5), start, 0, state, 3)
        return seq2seq.dynamic_decode(decoder, maximum_iterations=4)[0].predicted_ids

    both = decode(tf.constant([1, 2]))
    for i, token in enumerate((1, 2)):
        one = decode(tf.constant([token]))
        np.testing.assert_array_equal(one[0], both[i, : one.shape[1]])
    assert len(traced) == 1


def test_beams_of_known_sizes_stay_as_they_are_in_tf1_graphs_with_a_warning():
    with tf1_graph():
        decoder = decoder_of(table_of(0, 4, np.float32), 3)
        array = tf.TensorArray(tf.float32, 2, element_shape=[6, 5])
        with pytest.warns(UserWarning, match='gather_tree_from_array'):
            assert decoder._maybe_sort_array_beams(array, None, None) is array
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        decoder = decoder_of(table_of(0, 4, np.float32), 3)
        array = tf.TensorArray(tf.float32, 2, element_shape=[6, 5]).unstack(tf.ones([2, 6, 5]))
        parents, lengths = tf.zeros([2, 2, 3], tf.int32), tf.fill([2, 3], 2)
        assert decoder._maybe_sort_array_beams(array, parents, lengths).shape == [2, 6, 5]


# -- errors which tests/misuse does not have, for what TF1 lets pass -------------------------------


def test_a_beam_width_of_zero():
    with pytest.raises(ValueError, match='beam_width must be positive, but is 0'):
        decoder_of(table_of(0, 4, np.float32), 0)


@pytest.mark.parametrize('path', PATHS)
def test_without_maximum_iterations_xla_says_so(path):
    table = table_of(0, 4, np.float32)
    table[:, 0] += 5

    def program(table):
        return seq2seq.dynamic_decode(decoder_of(table, 2))[0].predicted_ids

    if path == 'xla':
        with pytest.raises(ValueError, match='maximum_iterations'):
            run(path, program, table)
    else:
        assert (run(path, program, table)[:, -1] == 0).all()


def test_rows_that_are_not_tiled_are_found_when_it_runs():
    with tf1_graph(), tf1.Session() as session:
        state = tf1.placeholder_with_default(tf.zeros([2, 1]), [None, 1])
        decoder = seq2seq.BeamSearchDecoder(
            Markov(table_of(0, 4, np.float32)), tf.eye(4), [1, 1], 0, state, 3
        )
        ids = seq2seq.dynamic_decode(decoder, maximum_iterations=2)[:2]
        with pytest.raises(tf.errors.InvalidArgumentError, match='tile_batch'):
            session.run(ids)
