"""`core.top_k` against NumPy's stable sort, on every path."""

import numpy as np
import pytest
import tensorflow as tf

from tests import paths
from tf_seq2seq_compat.core.top_k import top_k

SHAPES = [
    ((3, 2000), 5),
    ((2, 1283), 5),
    ((1, 256), 1),
    ((2, 3, 700), 2),
    ((2, 40), 5),
    ((4, 7), 7),
]


def scores(shape, dtype, seed=0):
    """Many equal ones, in the same block and in others, and minus infinities."""
    drawn = np.random.default_rng(seed).integers(0, 40, shape).astype(dtype)
    return np.where(drawn < 5, -np.inf, drawn).astype(dtype)


def first_largest(given, k):
    places = np.argsort(-given, axis=-1, kind='stable')[..., :k]
    return np.take_along_axis(given, places, -1), places


@pytest.mark.parametrize('path', paths.PATHS)
@pytest.mark.parametrize('dtype', [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(('shape', 'k'), SHAPES)
def test_it_is_the_beginning_of_a_stable_sort(path, dtype, shape, k):
    given = scores(shape, dtype)
    values, places = paths.run(path, lambda x: top_k(x, k), given)
    wanted = first_largest(given, k)
    np.testing.assert_array_equal(values, wanted[0])
    np.testing.assert_array_equal(places, wanted[1])
    assert places.dtype == np.int32


def test_nothing_but_minus_infinity_and_what_is_filled_up():
    given = np.full([2, 1283], -np.inf, np.float32)
    assert top_k(tf.constant(given), 4)[1].numpy().tolist() == [[0, 1, 2, 3]] * 2


@pytest.mark.parametrize('known', ['n', 'k', 'neither'])
def test_unknown_sizes(known):
    given = scores((2, 2000), np.float32)
    shape = [None, 2000 if known == 'n' else None]
    signature = [tf.TensorSpec(shape, tf.float32), tf.TensorSpec([], tf.int32)]
    function = tf.function(
        lambda x, k: top_k(x, 3 if known == 'k' else k), input_signature=signature
    )
    np.testing.assert_array_equal(function(given, 3)[1], first_largest(given, 3)[1])


def test_gradient_goes_to_what_was_chosen():
    given = tf.constant(scores((2, 2000), np.float32))
    with tf.GradientTape() as tape:
        tape.watch(given)
        values, places = top_k(given, 3)
        total = tf.reduce_sum(values * [1.0, 2.0, 3.0])
    wanted = np.zeros([2, 2000], np.float32)
    np.put_along_axis(wanted, places.numpy(), np.array([[1.0, 2.0, 3.0]] * 2, np.float32), 1)
    np.testing.assert_array_equal(tape.gradient(total, given), wanted)
