"""Options and results of beam search, scores and ensembles, against NumPy and each other."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.decoding import numpy_processors
from tests.decoding.test_logits_processors import (
    BATCH,
    END,
    START,
    STEPS,
    WORDS,
    KerasTableCell,
    TableCell,
    model,
)
from tests.paths import EAGER_AT_ONCE, PATHS, run
from tf_seq2seq_compat import addons as tfa
from tf_seq2seq_compat.core.beam_search import checked_options
from tf_seq2seq_compat.decoding import (
    Ensemble,
    SearchOptions,
    n_best,
    replace_unknown,
    score_sequences,
)

WIDTH = 4


def beams(table, bias, weight=0.0, **options):
    decoder = seq2seq.BeamSearchDecoder(
        TableCell(), table, [START] * BATCH, END, seq2seq.tile_batch(bias, WIDTH), WIDTH,
        length_penalty_weight=weight, search_options=SearchOptions(**options),
    )  # fmt: skip
    return seq2seq.dynamic_decode(decoder, maximum_iterations=STEPS)[:2]


def of_addons(table, bias, weight=0.0, **options):
    decoder = tfa.seq2seq.BeamSearchDecoder(
        KerasTableCell(), WIDTH, length_penalty_weight=weight, maximum_iterations=STEPS,
        search_options=SearchOptions(**options),
    )  # fmt: skip
    state = tfa.seq2seq.tile_batch(bias, WIDTH)
    begin = {'start_tokens': [START] * BATCH, 'end_token': END, 'initial_state': state}
    return decoder(table, **begin)[:2]


APIS = [
    pytest.param(api, path, marks=[] if (api, path) == (beams, 'eager') else [pytest.mark.slow])
    for api in (beams, of_addons)
    for path in PATHS
    if (api, path) != (of_addons, 'graph')
]


def padded(outputs):
    """The ids of all beams, `[batch, beam, STEPS]`."""
    ids = np.transpose(outputs.predicted_ids, [0, 2, 1])
    return np.pad(ids, [(0, 0), (0, 0), (0, STEPS - ids.shape[2])], constant_values=END)


def numpy_diverse(table, bias, groups, diversity):
    """Each group by itself, step by step, as Vijayakumar et al. write it."""
    size = WIDTH // groups
    result = []
    for example in range(BATCH):
        kept = [[([], 0.0, False)] for _ in range(groups)]
        for step in range(STEPS):
            chosen = np.zeros(WORDS)
            for group in range(groups):
                longer = []
                for number, (said, total, finished) in enumerate(kept[group]):
                    last = said[-1] if said else START
                    logits = table[last] + bias[example] * numpy_processors.FADING**step
                    log_probs = numpy_processors.log_softmax(logits)
                    for word in [END] if finished else range(WORDS):
                        new = total + (0.0 if finished else log_probs[word])
                        rank = -(new - diversity * chosen[word]), number, word
                        longer.append((rank, said + [word], new, word == END, finished))
                longer = sorted(longer)[:size]
                for _, said, _, _, was_finished in longer:
                    chosen[said[-1]] += not was_finished
                kept[group] = [beam[1:4] for beam in longer]
        result.append([(said, total) for group in kept for said, total, _ in group])
    ids = np.array([[said for said, _ in row] for row in result])
    return ids, np.array([[total for _, total in row] for row in result])


def average(lengths, weight):
    return tf.maximum(tf.cast(lengths, tf.float32), 1.0) ** weight


@pytest.mark.parametrize(('api', 'path'), APIS)
def test_options(api, path):
    limits = [1, 4, 2]

    def build(table, bias):
        return {
            'average': api(table, bias, 0.7, length_normalization='average'),
            'function': api(table, bias, 0.7, length_normalization=average),
            'pruned': api(table, bias, 0.7, prune=0.0),
            'hardly_pruned': api(table, bias, 0.7, prune=0.8),
            'limits': api(table, bias, beam_limits=limits),
            'groups': api(table, bias, groups=2, diversity=1.5),
            'alone': api(table, bias, groups=4, diversity=0.0),
        }  # fmt: skip

    table, bias = model()
    found = run(path, build, table, bias)
    ids = {name: padded(outputs) for name, (outputs, _) in found.items()}
    log_probs = {name: state.log_probs for name, (_, state) in found.items()}

    expected = numpy_processors.beam_search(
        [],
        table,
        bias,
        START,
        END,
        STEPS,
        WIDTH,
        0.7,
        lambda count, weight: max(count, 1) ** weight,
    )
    for name in ('average', 'function'):
        np.testing.assert_array_equal(ids[name], expected[0])
        np.testing.assert_allclose(log_probs[name], expected[1], rtol=1e-5)

    for name, prune in (('pruned', 0.0), ('hardly_pruned', 0.8)):
        gnmt = [], table, bias, START, END, STEPS, WIDTH, 0.7
        expected = numpy_processors.beam_search(*gnmt, prune=prune)
        possible = np.isfinite(expected[1])
        assert possible[:, 0].all() and not possible.all()
        np.testing.assert_array_equal(ids[name][possible], expected[0][possible])
        np.testing.assert_allclose(log_probs[name], expected[1], rtol=1e-5)

    for example, limit in enumerate(limits):
        arguments = [], table, bias[example : example + 1], START, END, STEPS, limit
        narrow_ids, narrow = numpy_processors.beam_search(*arguments)
        np.testing.assert_array_equal(ids['limits'][example, :limit], narrow_ids[0])
        np.testing.assert_allclose(log_probs['limits'][example, :limit], narrow[0], rtol=1e-5)
        assert np.all(log_probs['limits'][example, limit:] == -np.inf)

    diverse_ids, diverse = numpy_diverse(table, bias, 2, 1.5)
    np.testing.assert_array_equal(ids['groups'], diverse_ids)
    np.testing.assert_allclose(log_probs['groups'], diverse, rtol=1e-5)
    # Groups of one beam that do not know of each other are greedy.
    greedy = numpy_processors.beam_search([], table, bias, START, END, STEPS, 1)
    np.testing.assert_array_equal(ids['alone'], np.repeat(greedy[0], WIDTH, 1))


@pytest.mark.parametrize('path', EAGER_AT_ONCE)
def test_stochastic_beams_are_a_sample_without_replacement(path):
    """Pairs of sequences come as often as if they were drawn one after the other."""
    examples, words = 6000, 3
    table = np.float32([[0.0, 0.5, -1.0], [0.3, -0.5, 0.2], [1.0, 0.0, 0.4]])

    class Table(seq2seq.RNNCell):
        state_size, output_size = 1, words

        def __call__(self, inputs, state, scope=None):
            return inputs, state

    def build(table):
        decoder = seq2seq.BeamSearchDecoder(
            Table(), table, [1] * examples, END, tf.zeros([examples * 2, 1]), 2,
            search_options=SearchOptions(stochastic=True, seed=3),
        )  # fmt: skip
        outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=2)
        steps = outputs.beam_search_decoder_output
        return outputs.predicted_ids, state.log_probs, steps.scores, state.perturbed

    ids, log_probs, scores, perturbed = run(path, build, table)
    np.testing.assert_array_equal(scores[:, -1], perturbed)
    assert (np.diff(perturbed, axis=1) <= 0).all()
    likely = {}
    for first in range(words):
        one = numpy_processors.softmax(table[1])[first]
        if first == END:
            likely[END, END] = one
            continue
        for second, other in enumerate(numpy_processors.softmax(table[first])):
            likely[first, second] = one * other
    found = {}
    for row, totals in zip(np.transpose(ids, [0, 2, 1]), log_probs, strict=True):
        pair = tuple(tuple(int(word) for word in said) for said in row)
        np.testing.assert_allclose(totals, [np.log(likely[said]) for said in pair], rtol=1e-5)
        found[pair] = found.get(pair, 0) + 1
    for a, chance in likely.items():
        for b, other in likely.items():
            expected = chance * other / (1 - chance) if a != b else 0.0
            assert abs(found.get((a, b), 0) / examples - expected) < 0.015, (a, b)


@pytest.mark.parametrize('path', EAGER_AT_ONCE)
def test_n_best_with_scores_and_alignments(path):
    """Scores and alignments are those of teacher forcing with the ids that were found."""
    random = np.random.RandomState(2)
    memory = random.randn(2, 5, 4).astype(np.float32)
    table = random.randn(WORDS, 3).astype(np.float32) * 2
    slots, width, weight = [5, 3], 3, 0.8

    mechanism = seq2seq.LuongAttention(4, memory=None)
    cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), mechanism, alignment_history=True)
    output = seq2seq.Dense(WORDS)

    def build(memory, table):
        mechanism.setup_memory(*seq2seq.tile_batch((memory, tf.constant(slots)), width))
        state = cell.zero_state(2 * width, tf.float32)
        decoder = seq2seq.BeamSearchDecoder(
            cell, table, [START] * 2, END, state, width,
            output_layer=output, reorder_tensor_arrays=False,
        )  # fmt: skip
        outputs, last, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=STEPS)
        best = n_best(outputs, last, length_penalty_weight=weight)

        rows = [START] * 2 * width
        ids = tf.reshape(best.ids, [2 * width, -1])
        lengths = tf.reshape(tf.cast(best.lengths, tf.int32), [-1])
        scores = score_sequences(cell, table, rows, state, ids, lengths, output)
        read = tf.nn.embedding_lookup(table, tf.concat([[[START]] * 2 * width, ids[:, :-1]], 1))
        forced = seq2seq.BasicDecoder(cell, seq2seq.TrainingHelper(read, lengths), state)
        _, forced_state, _ = seq2seq.dynamic_decode(forced, maximum_iterations=STEPS)
        return best, scores, forced_state.alignment_history, n_best(outputs, last, 1).ids

    best, scores, history, one = run(path, build, memory, table)
    assert (np.diff(best.scores, axis=1) <= 0).all()
    divisor = ((5 + best.lengths) / 6.0) ** weight
    scores = scores.reshape([2, width, -1])
    np.testing.assert_allclose(scores.sum(-1) / divisor, best.scores, rtol=1e-4)
    inside = np.arange(best.ids.shape[2]) < best.lengths[..., None]
    assert not scores[~inside].any()
    history = np.transpose(history, [1, 0, 2]).reshape([2, width, -1, 5])
    history = history[:, :, : best.ids.shape[2]]
    np.testing.assert_allclose(best.alignments[inside], history[inside[:, :, : history.shape[2]]],
                               rtol=1e-4, atol=1e-6)  # fmt: skip
    assert not best.alignments[~inside].any()
    assert one.shape == (2, 1, best.ids.shape[2])


@pytest.mark.parametrize('path', PATHS)
def test_unknown_words_are_replaced(path):
    tokens, source = np.int32([[[7, 1], [1, 1]], [[1, 3], [4, 4]]]), np.int32([[5, 6], [8, 9]])
    alignments = np.zeros([2, 2, 2, 2], np.float32)
    alignments[..., 0], alignments[1, 0, 0] = 0.6, [0.1, 0.9]
    found = run(path, lambda *given: replace_unknown(*given, unknown=1), tokens, alignments, source)
    assert found.tolist() == [[[7, 5], [5, 5]], [[9, 3], [4, 4]]]


@pytest.mark.parametrize('path', EAGER_AT_ONCE)
def test_ensemble(path):
    """It is a model whose probabilities are the mean of those of the models."""
    table, bias = model()
    other_table, other_bias = table[::-1].copy(), bias[::-1].copy()

    def build(*arrays):
        tables, biases = arrays[:2], arrays[2:]
        ensemble = Ensemble([TableCell(), TableCell()], [None, None], weights=[3.0, 1.0])
        decoder = seq2seq.BeamSearchDecoder(
            ensemble, ensemble.embedding(tables), [START] * BATCH, END,
            seq2seq.tile_batch(biases, WIDTH), WIDTH,
        )  # fmt: skip
        greedy = seq2seq.BasicDecoder(
            ensemble,
            seq2seq.GreedyEmbeddingHelper(ensemble.embedding(tables), [START] * BATCH, END),
            biases,
        )
        outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=STEPS)
        first = seq2seq.dynamic_decode(greedy, maximum_iterations=STEPS)[0].sample_id
        return outputs, state.log_probs, first

    outputs, log_probs, first = run(path, build, table, other_table, bias, other_bias)

    def mean(last, example, step):
        fading = numpy_processors.FADING**step
        likely = numpy_processors.softmax(table[last] + bias[example] * fading)
        other = numpy_processors.softmax(other_table[last] + other_bias[example] * fading)
        return np.log(0.75 * likely + 0.25 * other)

    for example in range(BATCH):
        kept = [([], 0.0, False)]
        for step in range(STEPS):
            longer = []
            for number, (said, total, finished) in enumerate(kept):
                log_likely = mean(said[-1] if said else START, example, step)
                for word in [END] if finished else range(WORDS):
                    new = total + (0.0 if finished else log_likely[word])
                    longer.append((-new, number, word, said + [word], new, word == END))
            kept = [beam[3:] for beam in sorted(longer)[:WIDTH]]
        np.testing.assert_array_equal(padded(outputs)[example], [said for said, _, _ in kept])
        np.testing.assert_allclose(log_probs[example], [b[1] for b in kept], rtol=1e-5)
        assert first[example, 0] == mean(START, example, 0).argmax()


@pytest.mark.parametrize(
    ('make', 'error', 'words'),
    [
        (lambda: SearchOptions(length_normalization='mean').check(4), ValueError, "'gnmt'"),
        (lambda: SearchOptions(groups=3).check(4), ValueError, 'must divide beam_width, 4'),
        (lambda: SearchOptions(diversity=-1.0).check(4), ValueError, 'diversity must be 0'),
        (lambda: SearchOptions(groups=2, beam_limits=[1]).check(4), ValueError, 'groups cannot'),
        (lambda: SearchOptions(groups=2, prune=1.0).check(4), ValueError, 'groups cannot'),
        (lambda: SearchOptions(beam_limits=3).check(4), ValueError, 'limits must be'),
        (lambda: checked_options({'groups': 2}, 4), TypeError, 'search_options must be'),
        (lambda: Ensemble([seq2seq.GRUCell(3)], [None], [-1.0]), ValueError, '0 or more'),
        (lambda: SearchOptions(prune=-1.0).check(4), ValueError, 'prune must be 0 or more'),
        (lambda: SearchOptions(groups=2, stochastic=True).check(4), ValueError, 'groups cannot'),
        (lambda: beams(*map(tf.constant, model()), 1.0, stochastic=True), ValueError,
         'must be 0'),
        (lambda: Ensemble([seq2seq.GRUCell(3)], [None, None]), ValueError, 'one cell, one output'),
        (lambda: Ensemble([seq2seq.GRUCell(3), seq2seq.GRUCell(4)], [None, None]), ValueError,
         'one vocabulary'),
        (lambda: Ensemble([3], [None]), TypeError, 'RNNCell'),
        (lambda: score_sequences(seq2seq.GRUCell(3), tf.eye(3), [1], tf.zeros([1, 3]), [1, 2]),
         ValueError, r'targets must be \[batch, time\]'),
    ],
)  # fmt: skip
def test_wrong_arguments(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_alignments_in_another_order_are_refused():
    mechanism = seq2seq.LuongAttention(4, tf.ones([4, 5, 4]))
    cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), mechanism, alignment_history=True)
    decoder = seq2seq.BeamSearchDecoder(
        cell, tf.eye(5), [1, 1], 2, cell.zero_state(4, tf.float32), 2, output_layer=seq2seq.Dense(5)
    )
    outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=3)
    with pytest.raises(ValueError, match='reorder_tensor_arrays=False'):
        n_best(outputs, state)
    with pytest.raises(ValueError, match='n must be between 1 and the beam width, 2'):
        n_best(outputs, state, 3)
