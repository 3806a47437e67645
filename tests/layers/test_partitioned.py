"""Variables in parts: what the golden cases of `partitioned.py` leave open."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.golden.cases import inside_cells, partitioned
from tests.paths import PATHS, run
from tf_seq2seq_compat import cudnn_rnn, legacy_seq2seq, rnn
from tf_seq2seq_compat.core.embedding import embed, embedding_function
from tf_seq2seq_compat.layers.embedding import embedding_variable

tf1 = tf.compat.v1
ROWS = np.arange(14, dtype=np.float32).reshape(7, 2)
# Bases that do nothing by themselves.
TF1_RAISES = {'PhasedLSTMCell', 'TimeFreqLSTMCell'}
ABSTRACT = {'RNNCell', 'LayerRNNCell', 'FusedRNNCell', 'LSTMBlockWrapper'}


def test_every_cell_is_in_the_table():
    cells = {
        name
        for module in (rnn, cudnn_rnn)
        for name in module.__all__
        if inspect.isclass(getattr(module, name)) and name.endswith(('Cell', 'Wrapper', 'Adaptor'))
    }
    rows = {
        name.split('_')[0]
        for name in {**partitioned.CELLS, **partitioned.VARIANTS, **partitioned.LOOPS}
    } | inside_cells.PARTITIONED.keys()
    assert not cells - rows - ABSTRACT - TF1_RAISES - {f'Conv{n}DLSTMCell' for n in (1, 2, 3)}


def test_every_legacy_function_is_in_the_table():
    plain = {'rnn_decoder', 'model_with_buckets', 'sequence_loss', 'sequence_loss_by_example'}
    rows = {**partitioned.LEGACY, **partitioned.LEGACY_OF_SYMBOLS}
    assert not set(legacy_seq2seq.__all__) - plain - rows.keys()


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('count', [1, 2, 3, 7])
def test_ids_are_dealt_out_in_turn(path, count):
    """Id i is row i // n of part i % n; a whole tensor, a list of one, and a function agree."""
    parts = [ROWS[part::count] for part in range(count)]
    ids = np.array([[0, 6, 3], [5, 5, 1]])

    def looked_up(*tensors):
        *shards, wanted = tensors
        return embedding_function(list(shards))(wanted), embed(tf.constant(ROWS), wanted)

    for found in run(path, looked_up, *parts, ids):
        np.testing.assert_array_equal(found, ROWS[ids])
    assert embedding_function(len) is len


@pytest.mark.parametrize('partitioner', [None, tf1.fixed_size_partitioner(3)])
def test_an_embedding_made_by_a_layer_reads_the_rows_that_tf1_trained(partitioner):
    """In eager mode the variable is whole, and its rows are found as in TF1's parts: 3, 2, 2."""

    class Embedding(seq2seq.Layer):
        def call(self, ids):
            return embed(embedding_variable('rows', (7, 2), tf.float32), ids)

    with tf1.variable_scope(
        'm', partitioner=partitioner, initializer=tf1.constant_initializer(ROWS)
    ):
        layer = Embedding()
        found = layer(tf.range(7))
    assert [v.name for v in layer.variables] == ['m/embedding/rows:0']
    order = range(7) if partitioner is None else [0, 3, 5, 1, 4, 6, 2]
    np.testing.assert_array_equal(found, ROWS[list(order)])


@pytest.mark.parametrize(
    'make', [seq2seq.BahdanauMonotonicAttention, seq2seq.LuongMonotonicAttention]
)
def test_the_scalar_of_monotonic_attention_is_whole(make):
    """TF1 tries to split it and raises."""
    with (
        tf.Graph().as_default(),
        tf1.variable_scope('m', partitioner=tf1.fixed_size_partitioner(2)),
    ):
        mechanism = make(4, tf.ones([2, 5, 4]))
        mechanism(tf.ones([2, 4]), mechanism.initial_state(2, tf.float32))
        names = {v.op.name for v in tf1.global_variables()}
    assert any(name.endswith('/attention_score_bias') for name in names)
    assert 'm/memory_layer/kernel/part_1' in names
