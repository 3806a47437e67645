"""Attention mechanisms without a memory."""

import pytest

from tests.migrate.fixers.migrating import TF, advice_of, body, warnings_of

LEFT_ALONE = {
    'by name': 'tf.contrib.seq2seq.BahdanauAttention(3, memory=m)\n',
    'by place': 'tf.contrib.seq2seq.LuongAttention(3, m)\n',
    'in what is handed on': 'tf.contrib.seq2seq.LuongAttention(*a)\n'
    'tf.contrib.seq2seq.LuongAttention(3, **k)\n',
    'a class of its own': 'def BahdanauAttention(n): ...\nBahdanauAttention(3)\n',
    'another package': 'import other\nother.BahdanauAttention(3)\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_no_matter(text):
    assert not warnings_of(TF + text)


def test_needs_a_look():
    text = 'x = 1\na = tf.contrib.seq2seq.BahdanauAttention(num_units=3)\n'
    assert body(text) == 'x = 1\na = seq2seq.BahdanauAttention(num_units=3)\n'
    assert warnings_of(TF + text) == [('needs a look', 'BahdanauAttention', 4)]
    assert 'memory_sequence_length=' in advice_of(TF + text)
