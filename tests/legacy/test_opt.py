"""tf.contrib.opt and tf.contrib.image where TF 1.15.5 gives no answer to compare with."""

import numpy as np
import pytest
import tensorflow as tf

from tf_seq2seq_compat.legacy import facade
from tf_seq2seq_compat.legacy.contrib import (
    image,
    opt,
    opt_wrappers,
    sign_optimizers,
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


@pytest.mark.parametrize(
    'make',
    [
        sign_optimizers.AddSignOptimizer,
        sign_optimizers.PowerSignOptimizer,
        lambda: sign_optimizers.AddSignOptimizer(alpha=0.3, beta=0.5),
        lambda: sign_optimizers.PowerSignOptimizer(base=3.0),
    ],
)
def test_resource_variables_are_trained_as_others(make):
    """TF1 had no sparse update of resource variables here."""
    for mine, other in zip(trained(make, True), trained(make, False), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6)


@pytest.mark.parametrize(
    'make', [sign_optimizers.AddSignOptimizer, sign_optimizers.PowerSignOptimizer]
)
def test_rows_are_updated_as_a_dense_variable(make):
    dense, table = trained(make, True)
    assert np.all(table[1] == 0.5)
    # Row 2 has the gradient (1, -1), the first entry of the dense variable 1.
    np.testing.assert_allclose(table[2, 0], dense[0], rtol=1e-6)


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
    with pytest.raises(facade.LegacyNameError, match=r'scipy\.ndimage\.label'):
        _ = contrib.image.connected_components


def test_moving_there_and_back():
    picture = np.arange(24, dtype=np.float32).reshape(4, 6)
    there = image.translations_to_projective_transforms([1.0, 1.0])
    back = image.translations_to_projective_transforms([-1.0, -1.0])
    both = image.compose_transforms(there, back)
    np.testing.assert_allclose(both, [[1, 0, 0, 0, 1, 0, 0, 0]])
    np.testing.assert_array_equal(image.transform(picture, both), picture)
    moved = image.translate(picture, [1.0, 2.0]).numpy()
    np.testing.assert_array_equal(moved[2:, 1:], picture[:-2, :-1])
    assert not moved[:2].any() and not moved[:, 0].any()


def test_matrices_and_back():
    flat = np.random.RandomState(0).normal(size=[5, 8]).astype(np.float32)
    again = image.matrices_to_flat_transforms(image.flat_transforms_to_matrices(flat))
    np.testing.assert_allclose(again, flat, rtol=1e-6)


@pytest.mark.parametrize('order', [1, 2, 3, 4])
def test_a_spline_passes_its_points(order):
    random = np.random.RandomState(order)
    points = tf.constant(random.uniform(size=[2, 6, 2]).astype(np.float32))
    values = tf.constant(random.normal(size=[2, 6, 3]).astype(np.float32))
    np.testing.assert_allclose(
        image.interpolate_spline(points, values, points, order), values, atol=2e-2
    )


def test_an_image_warped_by_whole_pixels():
    picture = np.random.RandomState(1).normal(size=[1, 5, 6, 2]).astype(np.float32)
    down_one = np.tile(np.float32([1.0, 0.0]), [1, 5, 6, 1])
    warped = image.dense_image_warp(picture, down_one).numpy()
    np.testing.assert_allclose(warped[:, 1:], picture[:, :-1], atol=1e-6)
    np.testing.assert_allclose(warped[:, 0], picture[:, 0], atol=1e-6)
