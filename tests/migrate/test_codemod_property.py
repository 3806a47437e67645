"""A second run changes nothing, whatever the program is made of."""

from __future__ import annotations

import ast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tf_seq2seq_compat.migrate.codemod import migrate_source

IMPORTS = [
    'import tensorflow as tf',
    'import tensorflow',
    'import tensorflow.contrib.rnn',
    'import tensorflow.contrib.seq2seq as s2s',
    'from tensorflow.contrib import rnn, seq2seq, slim',
    'from tensorflow.contrib.rnn import GRUCell as C, NASCell, ConvLSTMCell',
    'from tensorflow.contrib.seq2seq.python.ops import attention_wrapper, beam_search_decoder',
    'from tensorflow.contrib.rnn import *',
    'from tensorflow.contrib.opt import ShampooOptimizer',
    'from tensorflow.contrib import tpu',
    'from tensorflow.python.ops import rnn_cell_impl, array_ops',
    'from tensorflow.keras.layers import Dense, LSTM',
    'import keras, os',
    'from keras.layers import Dense',
    'import numpy as np',
    'import collections',
    'from collections import Mapping, OrderedDict',
    'import tensorflow.compat.v1 as tf',
    'try:\n    from tensorflow.contrib import data\nexcept ImportError:\n    data = None',
    'def load():\n    from tensorflow.contrib import rnn\n    return rnn.GRUCell(3)',
]
STATEMENTS = [
    'x = tf.contrib.rnn.GRUCell(3)',
    'x = tensorflow.contrib.rnn.GRUCell(tensorflow.Session)',
    'cells = tf.contrib.rnn',
    'c = tf.contrib; d = c.rnn',
    'y = cells.GRUCell(3), d.LSTMCell(4)',
    'z = rnn.GRUCell(3), seq2seq.tile_batch(x, 3), s2s.tile_batch(x, 3)',
    'slim.conv2d(x, 3, activation_fn=tf.nn.relu)',
    'a = tf.layers.dense(tf.log(x), 3, activation=tf.nn.relu)  # tf.contrib.rnn',
    'b = tf.reduce_sum(x, reduction_indices=1, keep_dims=True)',
    'tf.layers.dropout = lambda x: x',
    'e = getattr(tf.contrib.rnn, x), getattr(tf, x), hasattr(tf, "strings")',
    'f = tf.contrib.seq2seq.prepare_attention, tf.no_such_name, ShampooOptimizer(tpu.TPUEstimator)',
    'class Cell(tf.contrib.rnn.RNNCell):\n    seq2seq = tf.contrib.seq2seq.tile_batch',
    'def g(tf, seq2seq=3):\n    return tf.contrib.rnn.GRUCell(seq2seq)',
    'def h(x):\n    cells = tf.contrib.rnn\n    return cells.GRUCell(x)',
    'i = np.int, np.product(np.Inf), isinstance(x, collections.Mapping)',
    'int = 3',
    'j = GRUCell(3), Dense(3), C(4), attention_wrapper._maybe_mask_score',
    'array_ops.stack(x, array_ops.shape(x)); rnn_cell_impl._linear(x)',
    'FLAGS = tf.app.flags.FLAGS; FLAGS._parse_flags(); FLAGS.batch_size',
    'with tf.variable_scope("x"), tf.name_scope("y"):\n    k = keras.layers.Dense(3)',
    'if x:\n    m = tf.contrib.rnn\nelse:\n    m = tf.nn.rnn_cell\nm.GRUCell(3)',
    'if __name__ == "__main__":\n    tf.app.run()',
    'tf = 3',
    'seq2seq = 1',
    "s = 'tf.contrib.rnn.GRUCell'",
    'open(x, "rU")',
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(IMPORTS), max_size=6),
    st.lists(st.sampled_from(STATEMENTS), max_size=8),
    st.sampled_from(['\n', '\n\n', '\r\n']),
    st.booleans(),
)
def test_a_second_run_changes_nothing(imports, statements, between, is_program):
    text = between.join([*imports, *statements, ''])
    once = migrate_source(text, is_program=is_program)
    ast.parse(once.text)
    twice = migrate_source(once.text, is_program=is_program)
    assert twice.text == once.text
    assert twice.count('needs a look') == once.count('needs a look')
    assert twice.count('unknown') == once.count('unknown')
    # Nothing is lost: every statement that has no legacy name in it stands there still.
    for statement in ("s = 'tf.contrib.rnn.GRUCell'", 'int = 3', 'seq2seq = 1'):
        assert once.text.count(statement) >= text.count(statement)
