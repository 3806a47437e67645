"""tf.contrib.opt where TF 1.15.5 gives no answer to compare with."""

import numpy as np
import pytest
import tensorflow as tf

from tf_seq2seq_compat.tf1 import facade
from tf_seq2seq_compat.tf1.contrib import (
    opt,
    opt_wrappers,
    weight_decay,
)

tf1 = tf.compat.v1


def trained(optimizer, resource, steps=3):
    """The variables after some steps with a dense and a sparse gradient."""
    with tf.Graph().as_default(), tf1.Session() as session:
        start = {'initializer': tf1.constant_initializer(0.5), 'use_resource': resource}
        dense = tf1.get_variable('dense', [3], **start)
        table = tf1.get_variable('table', [3, 2], **start)
        loss = tf.reduce_sum(dense * [1.0, -2.0, 0.5])
        loss += tf.reduce_sum(tf1.nn.embedding_lookup(table, [0, 2, 0]) * [1.0, -1.0])
        train = optimizer().minimize(loss)
        session.run(tf1.global_variables_initializer())
        for _ in range(steps):
            session.run(train)
        return session.run([dense, table])


def test_lazy_adam_leaves_other_rows_alone():
    """Adam would go on moving a row by its momentum."""

    def second_step(make):
        with tf.Graph().as_default(), tf1.Session() as session:
            table = tf1.get_variable('table', [2, 1], initializer=tf1.zeros_initializer())
            row = tf1.placeholder(tf.int32, [1])
            train = make(0.1).minimize(tf.reduce_sum(tf1.nn.embedding_lookup(table, row)))
            session.run(tf1.global_variables_initializer())
            session.run(train, {row: [0]})
            before = session.run(table)[0]
            session.run(train, {row: [1]})
            return session.run(table)[0] - before

    assert second_step(opt.LazyAdamOptimizer) == 0
    assert second_step(tf1.train.AdamOptimizer) != 0


def test_no_decay_is_the_optimizer_itself():
    plain = trained(lambda: tf1.train.AdamOptimizer(0.1), False)
    decayed = trained(lambda: weight_decay.AdamWOptimizer(0.0, 0.1), False)
    for mine, other in zip(decayed, plain, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_clipped_norm():
    pairs = [(tf.constant([3.0, 4.0]), 'a'), (tf.constant([12.0]), 'b')]
    clipped, norm = opt_wrappers.clip_gradients_by_global_norm(pairs, 6.5)
    assert float(norm) == 13.0 and [name for _, name in clipped] == ['a', 'b']
    np.testing.assert_allclose(tf.linalg.global_norm([each for each, _ in clipped]), 6.5)


def test_what_is_gone_says_what_to_use():
    contrib = facade.tensorflow().contrib
    for name in ('ShampooOptimizer', 'GGTOptimizer', 'ScipyOptimizerInterface'):
        with pytest.raises(facade.LegacyNameError, match='Use instead'):
            getattr(contrib.opt, name)
