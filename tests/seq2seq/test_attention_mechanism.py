"""Attention mechanisms: their values against NumPy, names, memory bound late, ownership."""

import re

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run, tf1_graph
from tf_seq2seq_compat.seq2seq import attention_wrapper

tf1 = tf.compat.v1

BATCH, TIME, DEPTH, UNITS, QUERY_DEPTH = 3, 5, 7, 4, 6
MEMORY = np.random.RandomState(1).standard_normal([BATCH, TIME, DEPTH]).astype(np.float32)
QUERY = np.random.RandomState(2).standard_normal([BATCH, QUERY_DEPTH]).astype(np.float32)
LENGTHS = np.array([5, 3, 0])


def softmax(score, lengths=LENGTHS):
    weights = np.exp(score) * (np.arange(TIME) < np.reshape(lengths, [-1, 1]))
    total = weights.sum(1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def once(make):
    """A function that makes an object at its first call only, as `tf.function` wants it."""
    made = []

    def get(*args, **kwargs):
        if not made:
            made.append(make(*args, **kwargs))
        return made[0]

    return get


def short_name(variable):
    """The last part of the name, for a kernel that of its layer, without the running number."""
    last = variable.name.removesuffix(':0').removesuffix('/kernel').split('/')[-1]
    return re.sub(r'_\d+$', '', last)


def weights_of(mechanism):
    """The variables as tensors, by their short names."""
    in_graph = not tf1.executing_eagerly_outside_functions()
    found = tf1.global_variables() if in_graph else mechanism.variables
    return {short_name(v): tf.identity(v) for v in found}


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('normalize', [False, True])
def test_bahdanau_alignments(path, normalize):
    make = once(lambda: seq2seq.BahdanauAttention(UNITS, None, normalize=normalize))

    def build(memory, query, lengths):
        mechanism = make()
        mechanism.setup_memory(memory, lengths)
        alignments, state = mechanism(query, mechanism.initial_state(BATCH, tf.float32))
        return alignments, state, mechanism.values, weights_of(mechanism)

    alignments, state, values, w = run(path, build, MEMORY, QUERY, LENGTHS)
    names = {'memory_layer', 'query_layer', 'attention_v'}
    assert set(w) == names | ({'attention_g', 'attention_b'} if normalize else set())
    mask = np.arange(TIME) < LENGTHS[:, None]
    np.testing.assert_array_equal(values, MEMORY * mask[:, :, None])
    hidden = (values @ w['memory_layer']) + (QUERY @ w['query_layer'])[:, None]
    v = w['attention_v']
    if normalize:
        assert w['attention_g'] == np.float32(np.sqrt(1 / UNITS))
        np.testing.assert_array_equal(w['attention_b'], np.zeros(UNITS))
        v = w['attention_g'] * v / np.linalg.norm(v)
    np.testing.assert_allclose(alignments, softmax(np.tanh(hidden) @ v), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(state, alignments)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('scale', [False, True])
def test_luong_alignments(path, scale):
    make = once(lambda: seq2seq.LuongAttention(QUERY_DEPTH, None, scale=scale))

    def build(memory, query, lengths):
        mechanism = make()
        mechanism.setup_memory(memory, lengths)
        alignments, _ = mechanism(query, None)
        return alignments, weights_of(mechanism)

    alignments, w = run(path, build, MEMORY, QUERY, LENGTHS)
    assert set(w) == ({'memory_layer', 'attention_g'} if scale else {'memory_layer'})
    assert w.get('attention_g', 1) == 1
    score = np.einsum('btu,bu->bt', MEMORY @ w['memory_layer'], QUERY)
    np.testing.assert_allclose(alignments, softmax(score), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize('path', PATHS)
def test_options_of_scores(path):
    """custom_key_value_fn, probability_fn and score_mask_value, on a Luong score."""

    make = once(
        lambda: seq2seq.LuongAttention(
            QUERY_DEPTH,
            None,
            probability_fn=lambda score: 2 * score,
            score_mask_value=-5.0,
            custom_key_value_fn=lambda keys, values: (keys[..., :1] + 0 * keys, 3 * values),
        )
    )

    def build(memory, query, lengths):
        mechanism = make()
        mechanism.setup_memory(memory, lengths)
        return mechanism(query, None)[0], mechanism.keys, mechanism.values

    alignments, keys, values = run(path, build, MEMORY, QUERY, LENGTHS)
    mask = np.arange(TIME) < LENGTHS[:, None]
    np.testing.assert_allclose(values, 3 * MEMORY * mask[:, :, None], rtol=1e-6)
    assert np.all(keys == keys[..., :1])
    wanted = 2 * np.where(mask, np.einsum('btu,bu->bt', keys, QUERY), -5.0)
    wanted[LENGTHS == 0] = 0
    np.testing.assert_allclose(alignments, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('path', PATHS)
def test_memory_mask_in_place_of_lengths(path):
    mask = np.array([[1, 0, 1, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]], bool)

    make = once(lambda: seq2seq.LuongAttention(QUERY_DEPTH, None))

    def build(memory, mask, query):
        mechanism = make()
        mechanism.setup_memory(memory, memory_mask=mask)
        return mechanism(query, None)[0]

    alignments = run(path, build, MEMORY, mask, QUERY)
    assert np.all(alignments[~mask] == 0)
    np.testing.assert_allclose(alignments.sum(1), [1, 1, 0], rtol=1e-5)


def test_memory_of_a_shape_known_when_it_runs():
    with tf1_graph():
        memory = tf1.placeholder(tf.float32, [None, None, DEPTH])
        lengths = tf1.placeholder(tf.int32)
        mechanism = seq2seq.BahdanauAttention(UNITS, memory, lengths)
        state = mechanism.initial_state(tf.shape(memory)[0], tf.float32)
        assert mechanism.keys.shape.as_list() == [None, None, UNITS]
        alignments, _ = mechanism(tf1.placeholder_with_default(QUERY, [None, QUERY_DEPTH]), state)
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            sizes = [mechanism.batch_size, mechanism.alignments_size, mechanism.state_size]
            feed = {memory: MEMORY, lengths: LENGTHS}
            sizes, alignments, state = session.run([sizes, alignments, state], feed)
            assert sizes == [BATCH, TIME, TIME]
            assert alignments.shape == state.shape == (BATCH, TIME)
            with pytest.raises(tf.errors.InvalidArgumentError, match='one length for each'):
                session.run(mechanism.values, {memory: MEMORY, lengths: [1]})
            with pytest.raises(tf.errors.InvalidArgumentError, match='must be 0 or more'):
                session.run(mechanism.values, {memory: MEMORY, lengths: [1, -1, 2]})


def names():
    return [v.name.removesuffix(':0') for v in tf1.global_variables()]


def test_names_in_a_graph():
    """As TF 1.15.5 gives them: a new scope at each call, the query layer keeping its first."""
    with tf1_graph():
        with tf1.variable_scope('enc'):
            mechanism = seq2seq.BahdanauAttention(UNITS, tf.constant(MEMORY), name='Other')
        with tf1.variable_scope('dec'):
            mechanism(tf.constant(QUERY), None)
        with tf1.variable_scope('dec', reuse=True):
            mechanism(tf.constant(QUERY), None)
        with tf1.variable_scope('dec2'):
            mechanism(tf.constant(QUERY), None)
            seq2seq.LuongAttention(QUERY_DEPTH, tf.constant(MEMORY), scale=True)(
                tf.constant(QUERY), None
            )
        assert names() == [
            'enc/memory_layer/kernel',
            'dec/bahdanau_attention/query_layer/kernel',
            'dec/bahdanau_attention/attention_v',
            'dec2/bahdanau_attention/attention_v',
            'dec2/memory_layer/kernel',
            'dec2/luong_attention/attention_g',
        ]
        assert mechanism.keys.op.name.startswith('enc/Other/memory_layer')


def test_name_of_the_memory_layer_is_that_of_the_place_where_the_mechanism_is_made():
    with tf1_graph():
        with tf1.variable_scope('enc'):
            mechanism = seq2seq.BahdanauAttention(UNITS, memory=None)
        with tf1.variable_scope('dec'):
            mechanism.setup_memory(tf.constant(MEMORY))
        assert names() == ['enc/memory_layer/kernel']


def test_dtype_is_that_of_the_layers():
    for dtype in (tf.float16, tf.float64):
        mechanism = seq2seq.BahdanauAttention(
            UNITS, tf.cast(MEMORY, dtype), LENGTHS, normalize=True, dtype=dtype
        )
        alignments, _ = mechanism(tf.cast(QUERY, dtype), None)
        assert mechanism.dtype == dtype
        assert {v.dtype for v in mechanism.variables} == {dtype}
        assert alignments.dtype == dtype and np.all(np.isfinite(alignments))


# -- memory bound late -----------------------------------------------------------------------------


def test_unbound_memory():
    mechanism = seq2seq.BahdanauAttention(UNITS, memory=None)
    assert not mechanism.memory_bound
    for use in (
        lambda: mechanism.keys,
        lambda: mechanism.values,
        lambda: mechanism.batch_size,
        lambda: mechanism.alignments_size,
        lambda: mechanism.state_size,
        lambda: mechanism.initial_state(BATCH, tf.float32),
        lambda: mechanism(tf.constant(QUERY), None),
    ):
        with pytest.raises(ValueError, match='setup_memory'):
            use()
    with pytest.raises(TypeError, match='memory'):
        seq2seq.BahdanauAttention(UNITS)


def test_binding_again_keeps_the_weights():
    mechanism = seq2seq.BahdanauAttention(UNITS, None)
    mechanism.setup_memory(MEMORY, LENGTHS)
    mechanism(QUERY, None)
    before = [v.ref() for v in mechanism.variables]
    mechanism.setup_memory(MEMORY[:2, :4])
    assert mechanism.memory_bound
    assert (mechanism.batch_size, mechanism.alignments_size) == (2, 4)
    alignments, _ = mechanism(QUERY[:2], None)
    np.testing.assert_allclose(alignments.numpy().sum(1), 1, rtol=1e-5)
    assert [v.ref() for v in mechanism.variables] == before


@pytest.mark.parametrize('jit_compile', [False, True])
def test_memory_bound_in_each_trace(jit_compile):
    mechanism = seq2seq.BahdanauAttention(UNITS, None)
    traces = []

    @tf.function(jit_compile=jit_compile)
    def attend(memory, lengths, query):
        traces.append(memory.shape)
        mechanism.setup_memory(memory, lengths)
        assert mechanism.memory_bound
        return mechanism(query, None)[0]

    first = attend(MEMORY, LENGTHS, QUERY)
    second = attend(MEMORY[:2, :4], LENGTHS[:2], QUERY[:2])
    count = len(traces)
    again = attend(2 * MEMORY, LENGTHS, QUERY)
    assert len(traces) == count
    assert len(mechanism.variables) == 3
    assert first.shape == (BATCH, TIME) and second.shape == (2, 4)
    assert not np.allclose(first, again)
    # Nothing of a trace can be used after it, and the message says what to do.
    assert not mechanism.memory_bound
    with pytest.raises(ValueError, match=r'tf\.function.*setup_memory'):
        mechanism(QUERY, None)
    with pytest.raises(ValueError, match='setup_memory'):
        tf.function(lambda: mechanism.keys)()
    mechanism.setup_memory(MEMORY, LENGTHS)
    np.testing.assert_allclose(mechanism(QUERY, None)[0], first, rtol=1e-5, atol=1e-6)


# -- ownership -------------------------------------------------------------------------------------


def test_variables_live_on_the_mechanism_whatever_the_scope():
    mechanism = seq2seq.BahdanauAttention(UNITS, MEMORY, normalize=True)
    with tf1.variable_scope('training'):
        trained, _ = mechanism(QUERY, None)
    with tf1.variable_scope('inference'):
        inferred, _ = mechanism(QUERY, None)
    np.testing.assert_array_equal(trained, inferred)
    assert {short_name(v) for v in mechanism.trainable_variables} == {
        *('memory_layer', 'query_layer', 'attention_v', 'attention_g', 'attention_b')
    }
    assert len(mechanism.trainable_variables) == 5
    with tf.GradientTape() as tape:
        mechanism.setup_memory(MEMORY, LENGTHS)
        loss = tf.reduce_sum(mechanism(QUERY, None)[0][:, 0])
    assert all(g is not None for g in tape.gradient(loss, mechanism.trainable_variables))


def test_checkpoint_of_a_mechanism(tmp_path):
    one, other = (seq2seq.BahdanauAttention(UNITS, None, normalize=True) for _ in range(2))
    one.setup_memory(MEMORY)
    wanted, _ = one(QUERY, None)
    path = tf.train.Checkpoint(model=one).save(str(tmp_path / 'mechanism'))
    status = tf.train.Checkpoint(model=other).restore(path)
    other.setup_memory(MEMORY)
    restored, _ = other(QUERY, None)
    status.assert_consumed()
    np.testing.assert_array_equal(restored, wanted)


class DotAttention(seq2seq.BahdanauAttention):
    """A mechanism as programs write them: its own score on the base's layers and memory."""

    def __call__(self, query, state):
        with tf1.variable_scope(None, 'dot_attention', [query]):
            bias = tf1.get_variable('bias', [self._alignments_size])
            processed = self._query_layer(query) if self._query_layer else query
            score = tf.reduce_sum(self._keys * processed[:, tf.newaxis], 2) + bias
        alignments = self._probability_fn(score, state)
        return alignments, alignments + state


@pytest.mark.parametrize('path', PATHS)
def test_subclass_with_its_own_call(path):
    make = once(lambda: DotAttention(UNITS, None))

    def build(memory, lengths, query):
        mechanism = make()
        mechanism.setup_memory(memory, lengths)
        state = mechanism.initial_state(BATCH, tf.float32)
        alignments, state = mechanism(query, state)
        return alignments, state, weights_of(mechanism)

    alignments, state, w = run(path, build, MEMORY, LENGTHS, QUERY)
    mask = np.arange(TIME) < LENGTHS[:, None]
    keys = (MEMORY * mask[:, :, None]) @ w['memory_layer']
    score = np.einsum('btu,bu->bt', keys, QUERY @ w['query_layer']) + w['bias']
    np.testing.assert_allclose(alignments, softmax(score), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(state, alignments)


@pytest.mark.parametrize('path', PATHS)
def test_a_query_layer_of_a_subclass_is_for_the_subclass(path):
    """As in programs whose subclass of LuongAttention maps the query before the score."""

    class OfHalves(seq2seq.LuongAttention):
        def __init__(self):
            super().__init__(QUERY_DEPTH, None)
            self._query_layer = lambda query: query / 2

        def __call__(self, query, state):
            return super().__call__(self.query_layer(query), state)

    make = once(OfHalves)

    def build(memory, query):
        mechanism = make()
        mechanism.setup_memory(memory)
        alignments, _ = mechanism(query, mechanism.initial_state(BATCH, tf.float32))
        return alignments, weights_of(mechanism)

    alignments, w = run(path, build, MEMORY, QUERY)
    score = np.einsum('btu,bu->bt', MEMORY @ w['memory_layer'], QUERY / 2)
    expected = softmax(score, np.full([BATCH], TIME))
    np.testing.assert_allclose(alignments, expected, rtol=1e-4, atol=1e-6)


def test_subclass_called_alone_keeps_what_it_gets():
    mechanism = DotAttention(UNITS, MEMORY)
    state = mechanism.initial_state(BATCH, tf.float32)
    first, _ = mechanism(QUERY, state)
    second, _ = mechanism(QUERY, state)
    np.testing.assert_array_equal(first, second)
    assert [v.name for v in mechanism.trainable_variables if 'bias' in v.name] == [
        'dot_attention/bias:0'
    ]


def test_subclasses_may_set_the_private_attributes():
    class Fixed(attention_wrapper._BaseAttentionMechanism):
        def __init__(self, memory):
            super().__init__(
                query_layer=seq2seq.Dense(UNITS, name='query_layer'),
                memory=memory,
                probability_fn=lambda score, state: tf.nn.softmax(score) + state,
                memory_layer=seq2seq.Dense(UNITS, dtype=tf.float32),
                memory_sequence_length=LENGTHS[:2],
            )
            self._keys = self._keys + 1.0
            self._alignments_size = TIME
            self.name = 'fixed'

        def __call__(self, query, state):
            score = tf.linalg.matvec(self.keys, self.query_layer(query))
            return self._probability_fn(score, state), state

    mechanism = Fixed(tf.zeros([2, TIME, DEPTH]))
    np.testing.assert_array_equal(mechanism.keys, np.ones([2, TIME, UNITS]))
    alignments, _ = mechanism(QUERY[:2], tf.ones([2, TIME]))
    np.testing.assert_allclose(alignments[1], [1 / 3 + 1] * 3 + [1, 1], rtol=1e-5)
    with pytest.raises(TypeError, match='not callable|call'):
        attention_wrapper._BaseAttentionMechanism(3, MEMORY, tf.nn.softmax)


def test_private_functions():
    score = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    masked = attention_wrapper._maybe_mask_score(score, [1, 3], score_mask_value=-1.0)
    assert masked.numpy().tolist() == [[1, -1, -1], [4, 5, 6]]
    mask = [[True, False, True], [False, False, True]]
    masked = attention_wrapper._maybe_mask_score(score, None, mask, -1.0)
    assert masked.numpy().tolist() == [[1, -1, 3], [-1, -1, 6]]
    assert attention_wrapper._maybe_mask_score(score) is score
    nest = attention_wrapper._prepare_memory((tf.ones([2, 3, 1]), tf.ones([2, 3, 1, 2])), [1, 2])
    assert nest[0].numpy()[..., 0].tolist() == [[1, 0, 0], [1, 1, 0]]
    assert nest[1].numpy()[..., 0, 1].tolist() == [[1, 0, 0], [1, 1, 0]]
    query, keys = tf.ones([1, 2]), tf.ones([1, 3, 2])
    assert attention_wrapper._luong_score(query, keys, 2.0).numpy().tolist() == [[4, 4, 4]]
    score = attention_wrapper._bahdanau_score(query, keys, tf.ones([2]))
    np.testing.assert_allclose(score, [[2 * np.tanh(2)] * 3], rtol=1e-6)
    for function in (attention_wrapper._maybe_mask_score, attention_wrapper._prepare_memory):
        with pytest.raises(ValueError, match='memory_mask, not both'):
            function(tf.ones([2, 3, 1]), [1, 2], mask)
