"""A mechanism made as CONTRIBUTING.md says, and what all mechanisms say of their variables."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, run, tf1_graph
from tests.seq2seq.test_attention_mechanism import once, weights_of
from tf_seq2seq_compat import checkpoint
from tf_seq2seq_compat.seq2seq import attention_v2, mechanism_names
from tf_seq2seq_compat.seq2seq.attention_mechanism import (
    Weight,
    _BaseAttentionMechanism,
    _without_state,
    projection,
)

tf1 = tf.compat.v1
RANDOM = np.random.RandomState(0)
MEMORY = RANDOM.randn(2, 4, 3).astype(np.float32)
QUERY = RANDOM.randn(2, 5).astype(np.float32)
OPTIONS = {
    name: {'normalize': True} if name.startswith('Bahdanau') else {'scale': True}
    for name in [*mechanism_names(), *(n for n in attention_v2.__all__ if n[0] != '_')]
}


class GeneralAttention(_BaseAttentionMechanism):
    """The bilinear score `keys · (query + shift)`, after a layer for the query."""

    _default_scope = 'general_attention'

    def __init__(self, num_units, memory, lengths=None):
        super().__init__(
            query_layer=projection('query_layer', num_units, None),
            memory=memory,
            probability_fn=_without_state(None),
            memory_sequence_length=lengths,
            memory_layer=projection('memory_layer', num_units, None),
        )
        self._num_units = num_units

    def _score_weights(self):
        return [Weight('shift', (self._num_units,), tf1.ones_initializer())]

    def _compute_score(self, query, *, shift):
        return tf.einsum('btu,bu->bt', self.keys, query + shift)


def expected(weights):
    keys = MEMORY @ weights['memory_layer']
    score = np.einsum('btu,bu->bt', keys, QUERY @ weights['query_layer'] + weights['shift'])
    score[1, 2:] = -np.inf
    exponents = np.exp(score - score.max(1, keepdims=True))
    return exponents / exponents.sum(1, keepdims=True)


def test_a_new_mechanism_is_restored_before_its_first_call(tmp_path):
    arrays = {
        'memory_layer': RANDOM.randn(3, 6).astype(np.float32),
        'query_layer': RANDOM.randn(5, 6).astype(np.float32),
        'shift': RANDOM.randn(6).astype(np.float32),
    }
    with tf1_graph(), tf1.Session() as session:
        tf1.get_variable('memory_layer/kernel', initializer=arrays['memory_layer'])
        with tf1.variable_scope('general_attention'):
            tf1.get_variable('query_layer/kernel', initializer=arrays['query_layer'])
            tf1.get_variable('shift', initializer=arrays['shift'])
        session.run(tf1.global_variables_initializer())
        path = tf1.train.Saver().save(session, str(tmp_path / 'model.ckpt'))
    mechanism = GeneralAttention(6, None)
    checkpoint.restore(path, mechanism)
    mechanism.setup_memory(MEMORY, [4, 2])
    alignments, _ = mechanism(QUERY, mechanism.initial_state(2, tf.float32))
    np.testing.assert_allclose(alignments, expected(arrays), rtol=1e-4)


@pytest.mark.parametrize('path', PATHS)
def test_a_new_mechanism_on_every_path(path):
    make = once(lambda: GeneralAttention(6, None))

    def build(query, memory):
        mechanism = make()
        mechanism.setup_memory(memory, [4, 2])
        alignments, _ = mechanism(query, mechanism.initial_state(2, tf.float32))
        return alignments, weights_of(mechanism)

    alignments, weights = run(path, build, QUERY, MEMORY)
    assert set(weights) == {'memory_layer', 'query_layer', 'shift'}
    np.testing.assert_allclose(alignments, expected(weights), rtol=1e-4)


def all_mechanisms(base):
    for kind in base.__subclasses__():
        yield kind
        yield from all_mechanisms(kind)


def test_each_public_mechanism_is_named():
    """Fixers and repairs know the mechanisms by `mechanism_names`."""
    package = seq2seq.__name__
    kinds = set(all_mechanisms(_BaseAttentionMechanism))
    ours = {k.__name__ for k in kinds if k.__module__.startswith(package) and k._default_scope}
    assert ours == set(mechanism_names())
    assert all(getattr(seq2seq, name).__name__ == name for name in ours)


@pytest.mark.parametrize('name', OPTIONS)
def test_variables_are_those_of_the_specification(name):
    kind = getattr(seq2seq, name, None) or getattr(attention_v2, name)
    with tf1_graph():
        mechanism = kind(6, MEMORY, **OPTIONS[name])
        query = tf.ones([2, 6])
        state = mechanism.initial_state(2, tf.float32)
        if name.endswith('V2'):
            mechanism([query, state])
        else:
            mechanism(query, state)
        found = [
            (v.op.name.rpartition('/')[2], tuple(v.shape.as_list()))
            for v in tf1.global_variables()
            if not v.op.name.endswith('kernel')
        ]
    assert found == [(w.name, w.shape) for w in mechanism._score_weights()]
