"""Logits processors against Hugging Face's transformers, NumPy, and in every decoder."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.decoding import numpy_processors, transformers_logits
from tests.paths import EAGER_AT_ONCE, PATHS, run
from tf_seq2seq_compat import addons as tfa
from tf_seq2seq_compat.addons.keras_generation import keras
from tf_seq2seq_compat.decoding import logits_processors as processors

WORDS, START, END, STEPS, BATCH, WIDTH = 11, 1, 0, 7, 3, 3
FORCED = [[4, 5], [-1, 6], [-1, -1]]
FORBIDDEN = [[2, 3], [4, -1], [9, 10]]
MASK = np.random.RandomState(3).rand(BATCH, WORDS) < 0.6

# Lists of processors: ours, and NumPy's.
LISTS = {
    'temperature': (lambda p: [p.temperature(0.4)]),
    'top_k': (lambda p: [p.top_k(3)]),
    'top_p': (lambda p: [p.top_p(0.6)]),
    'top_p_of_k': (lambda p: [p.top_p(0.8, 4)]),
    'min_p': (lambda p: [p.min_p(0.2)]),
    'typical_p': (lambda p: [p.typical_p(0.4)]),
    'minimum_length': (lambda p: [p.minimum_length(4, END)]),
    'forbidden_ids': (lambda p: [p.forbidden_ids([7, 9])]),
    'no_repeat_1': (lambda p: [p.no_repeat_ngram(1)]),
    'no_repeat_2': (lambda p: [p.no_repeat_ngram(2)]),
    'no_repeat_9': (lambda p: [p.no_repeat_ngram(9)]),
    'repetition_penalty': (lambda p: [p.repetition_penalty(2.0)]),
    'several': (lambda p: [p.repetition_penalty(1.5), p.minimum_length(5, END), p.top_k(4)]),
}
OURS = {name: make(processors) for name, make in LISTS.items()}
NUMPY = {name: make(numpy_processors) for name, make in LISTS.items()}


def odd_after_even(step, ids):
    last = ids[..., tf.maximum(step - 1, 0)]
    return tf.not_equal(tf.range(WORDS) % 2, last[..., None] % 2) | tf.equal(tf.range(WORDS), END)


def other_parity(step, ids, logits):
    words = np.arange(WORDS)
    return np.where((words % 2 != ids[max(step - 1, 0)] % 2) | (words == END), logits, -np.inf)


# Those that differ from example to example, and functions.
OURS |= {
    'forced_for_each': [processors.forced_ids(FORCED)],
    'forbidden_for_each': [processors.forbidden_ids(FORBIDDEN)],
    'allowed_for_each': [processors.allowed_ids(MASK)],
    'grammar': [processors.allowed_ids(odd_after_even)],
    'function': [lambda step, ids, logits: logits - tf.cast(step, logits.dtype) * logits**2],
}
NUMPY |= {
    'forced_for_each': [[numpy_processors.forced_ids(ids) for ids in FORCED]],
    'forbidden_for_each': [[numpy_processors.forbidden_ids(ids) for ids in FORBIDDEN]],
    'allowed_for_each': [
        [lambda step, ids, logits, row=row: np.where(row, logits, -np.inf) for row in MASK]
    ],
    'grammar': [other_parity],
    'function': [lambda step, ids, logits: logits - step * logits**2],
}


@pytest.mark.parametrize('path', EAGER_AT_ONCE)
def test_equal_to_transformers(path):
    recorded = np.load(transformers_logits.PATH)
    logits, ids = transformers_logits.inputs()
    assert {name.rsplit(' ', 1)[0] for name in recorded} == set(transformers_logits.CASES)

    def build(logits, ids, one, four, twelve):
        steps = {'1': one, '4': four, '12': twelve}
        results = {}
        for name in recorded:
            call, step = name.rsplit(' ', 1)
            processor = eval(f'processors.{call}', {'processors': processors})
            results[name] = processors.process([processor], steps[step], ids, logits)
        return results

    steps = [np.int32(step) for step in (1, 4, 12)]
    found = run(path, build, logits, np.int32(ids), *steps)
    for name in recorded:
        np.testing.assert_array_equal(np.isinf(found[name]), np.isinf(recorded[name]), name)
        np.testing.assert_allclose(found[name], recorded[name], rtol=1e-6, err_msg=name)


class TableCell(seq2seq.RNNCell):
    """Outputs its input, the logits of the last id, and its state, those of the example.

    The state fades, since else other orders of the same ids would be as likely.
    """

    state_size = output_size = WORDS

    def __call__(self, inputs, state, scope=None):
        return inputs + state, state * numpy_processors.FADING


def model():
    """The logits that follow each id, and those of each example; they lead to an end at times."""
    random = np.random.RandomState(7)
    table, bias = random.randn(WORDS, WORDS) * 2, random.randn(BATCH, WORDS)
    bias[:, END] += [3.0, -1.0, -9.0]
    return table.astype(np.float32), bias.astype(np.float32)


class KerasTableCell(keras.layers.Layer):
    state_size = output_size = WORDS

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        return tf.zeros([batch_size, WORDS], dtype)

    def call(self, inputs, states, training=None):
        state = tf.nest.flatten(states)[0]
        return inputs + state, state * numpy_processors.FADING


def starts(bias):
    return tf.fill([bias.shape[0]], START)


def tf1_ids(helper, **kwargs):
    def decode(given, table, bias):
        made = helper(table, starts(bias), END, logits_processors=given, **kwargs)
        decoder = seq2seq.BasicDecoder(TableCell(), made, bias)
        outputs, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=STEPS)
        return outputs.sample_id

    return decode


def addons_ids(sampler, **kwargs):
    def decode(given, table, bias):
        decoder = tfa.seq2seq.BasicDecoder(
            KerasTableCell(), sampler(logits_processors=given, **kwargs), maximum_iterations=STEPS
        )
        begin = {'start_tokens': starts(bias), 'end_token': END}
        return decoder(table, initial_state=bias, **begin)[0].sample_id

    return decode


def tf1_beams(given, table, bias):
    decoder = seq2seq.BeamSearchDecoder(
        TableCell(), table, starts(bias), END, seq2seq.tile_batch(bias, WIDTH), WIDTH,
        length_penalty_weight=0.5, logits_processors=given,
    )  # fmt: skip
    outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=STEPS)
    return outputs.predicted_ids, state.log_probs


def addons_beams(given, table, bias):
    decoder = tfa.seq2seq.BeamSearchDecoder(
        KerasTableCell(), WIDTH, length_penalty_weight=0.5, logits_processors=given,
        maximum_iterations=STEPS,
    )  # fmt: skip
    outputs, state, _ = decoder(
        table, start_tokens=starts(bias), end_token=END,
        initial_state=tfa.seq2seq.tile_batch(bias, WIDTH),
    )  # fmt: skip
    return outputs.predicted_ids, state.log_probs


APIS = [
    pytest.param(api, path, marks=[] if (api, path) == ('tf1', 'eager') else [pytest.mark.slow])
    for api in ('tf1', 'addons')
    for path in PATHS
    if (api, path) != ('addons', 'graph')
]


def each_list(step, ids, logits):
    """Applies each of the lists to the rows of its examples."""
    rows = zip(OURS.values(), tf.split(ids, len(OURS)), tf.split(logits, len(OURS)), strict=True)
    return tf.concat([processors.process(given, step, *parts) for given, *parts in rows], 0)


def over_all(path, decode):
    """The results of `decode` with every list of processors, as examples of one batch."""
    table, bias = model()
    results = run(
        path, lambda *given: decode([each_list], *given), table, np.tile(bias, [len(OURS), 1])
    )
    parts = tf.nest.map_structure(lambda result: np.split(result, len(OURS)), results)
    if isinstance(parts, list):
        return dict(zip(OURS, parts, strict=True))
    return dict(zip(OURS, zip(*parts, strict=True), strict=True))


def test_every_processor_has_a_list():
    made = {one.__qualname__.split('.')[0] for given in OURS.values() for one in given}
    assert set(processors.__all__) - {'LogitsProcessor', 'process'} <= made


def padded(ids):
    """Ids `[batch, time]` up to the limit of steps."""
    return np.pad(ids, [(0, 0), (0, STEPS - ids.shape[1])])


@pytest.mark.parametrize(('api', 'path'), APIS)
def test_greedy_decoding(api, path):
    decode = {
        'tf1': tf1_ids(seq2seq.GreedyEmbeddingHelper),
        'addons': addons_ids(tfa.seq2seq.GreedyEmbeddingSampler),
    }[api]
    found = over_all(path, decode)
    plain = numpy_processors.greedy([], *model(), START, END, STEPS)
    changed = []
    for name, ids in found.items():
        expected = numpy_processors.greedy(NUMPY[name], *model(), START, END, STEPS)
        np.testing.assert_array_equal(padded(ids), expected, name)
        changed += [name] if (expected != plain).any() else []
    # The likeliest id stays the likeliest by the others.
    unchanging = {'temperature', 'top_k', 'top_p', 'top_p_of_k', 'min_p', 'no_repeat_9'}
    assert set(found) - set(changed) == set(found) & unchanging


@pytest.mark.parametrize(('api', 'path'), APIS)
def test_sampling(api, path):
    """What is drawn is what the processors have left, and all of it is drawn at times."""
    decode = {
        'tf1': tf1_ids(seq2seq.SampleEmbeddingHelper, seed=5),
        'addons': addons_ids(tfa.seq2seq.SampleEmbeddingSampler, seed=5),
    }[api]
    table, bias = model()
    for name, ids in over_all(path, decode).items():
        ids = padded(ids)
        last, finished = np.full(BATCH, START), np.zeros(BATCH, bool)
        for step in range(STEPS):
            so_far = np.where(np.arange(STEPS) < step, ids, 0)
            logits = table[last] + bias * numpy_processors.FADING**step
            left = numpy_processors.process(NUMPY[name], step, so_far, logits)
            drawn = left[np.arange(BATCH), ids[:, step]]
            assert np.isfinite(drawn[~finished]).all(), (name, step)
            last = ids[:, step]
            finished |= last == END
    only_best = tf1_ids(seq2seq.SampleEmbeddingHelper)
    ids = run(path, lambda *given: only_best([processors.top_k(1)], *given), table, bias)
    expected = numpy_processors.greedy([], table, bias, START, END, STEPS)
    np.testing.assert_array_equal(padded(ids), expected)


@pytest.mark.parametrize(('api', 'path'), APIS)
def test_beam_search(api, path):
    found = over_all(path, {'tf1': tf1_beams, 'addons': addons_beams}[api])
    for name, (ids, log_probs) in found.items():
        expected, expected_log_probs = numpy_processors.beam_search(
            NUMPY[name], *model(), START, END, STEPS, WIDTH, 0.5
        )
        possible = np.isfinite(expected_log_probs)
        np.testing.assert_allclose(log_probs, expected_log_probs, rtol=1e-5, err_msg=name)
        ids = np.transpose(ids, [0, 2, 1])
        ids = np.pad(ids, [(0, 0), (0, 0), (0, STEPS - ids.shape[2])], constant_values=END)
        np.testing.assert_array_equal(ids[possible], expected[possible], name)
        assert possible.any(axis=1).all()


def test_drawn_as_often_as_they_are_likely():
    helper = seq2seq.SampleEmbeddingHelper(
        tf.zeros([4, 4]), tf.zeros([20000], tf.int32), 9, seed=3,
        logits_processors=[processors.top_k(3), processors.temperature(0.5)],
    )  # fmt: skip
    logits = np.log([0.1, 0.2, 0.3, 0.4])
    ids = helper.sample(0, tf.tile(tf.constant([logits], tf.float32), [20000, 1]), None,
                        ids=tf.zeros([20000, 1], tf.int32)).numpy()  # fmt: skip
    likely = np.array([0, 4, 9, 16]) / 29
    np.testing.assert_allclose(np.bincount(ids, minlength=4) / 20000, likely, atol=0.015)


@pytest.mark.parametrize(
    ('make', 'error', 'words'),
    [
        (lambda: processors.temperature(0.0), ValueError, 'temperature must be above 0'),
        (lambda: processors.top_k(0), ValueError, 'k must be an int of 1 or more'),
        (lambda: processors.top_k(2.5), ValueError, 'k must be an int of 1 or more'),
        (lambda: processors.top_p(1.5), ValueError, r'p must be in \(0, 1\]'),
        (lambda: processors.top_p(0.5, 0), ValueError, 'k must be an int of 1 or more'),
        (lambda: processors.min_p(-1.0), ValueError, r'p must be in \[0, 1\]'),
        (lambda: processors.typical_p(1.0), ValueError, r'p must be in \(0, 1\)'),
        (lambda: processors.no_repeat_ngram(0), ValueError, 'size must be an int'),
        (lambda: processors.repetition_penalty(-2.0), ValueError, 'penalty must be above 0'),
        (lambda: processors.forbidden_ids(3), ValueError, 'ids must be'),
        (lambda: processors.forced_ids([[[1]]]), ValueError, 'ids must be'),
        (lambda: processors.process([processors.allowed_ids([1, 0])], 0, [[0]], [[1.0, 2.0]]),
         TypeError, 'must be bool'),
        (lambda: processors.process([lambda step, ids, logits: logits[0]], 0, [[0]], [[1.0]]),
         ValueError, 'must return logits like those'),
        (lambda: seq2seq.GreedyEmbeddingHelper(tf.eye(3), [1], 2, logits_processors=[0.7]),
         TypeError, 'one is 0.7'),
        (lambda: seq2seq.GreedyEmbeddingHelper(
            tf.eye(3), [1], 2, logits_processors=processors.top_k(1)), TypeError, 'must be a list'),
        (lambda: seq2seq.GreedyEmbeddingHelper(
            tf.eye(3), [1], 2, logits_processors=[processors.top_k(1)]).sample(0, tf.eye(3), None),
         ValueError, 'need the ids so far'),
    ],
)  # fmt: skip
def test_wrong_arguments(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_the_number_of_steps_must_be_bounded():
    table, bias = model()
    helper = seq2seq.GreedyEmbeddingHelper(
        table, [START] * BATCH, END, logits_processors=[processors.top_k(1)]
    )
    decoder = seq2seq.BasicDecoder(TableCell(), helper, tf.constant(bias))
    with pytest.raises(ValueError, match='logits_processors need maximum_iterations'):
        seq2seq.dynamic_decode(decoder)
