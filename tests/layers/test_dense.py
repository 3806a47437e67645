"""Dense against NumPy, on every path."""

import numpy as np
import pytest
import tensorflow as tf

from tests.paths import PATHS, gradients, run, tf1_graph
from tf_seq2seq_compat.layers.dense import Dense

tf1 = tf.compat.v1
RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('shape', [(3, 5), (2, 0, 5), (2, 3, 5), (2, 3, 4, 5)])
def test_equals_numpy(shape, path):
    layer = Dense(4, activation='tanh', bias_initializer=tf1.random_normal_initializer())
    x = RANDOM.normal(size=shape)

    def build(x):
        outputs = layer(x)
        assert outputs.shape == (*shape[:-1], 4)
        (found,) = gradients(lambda x: tf.reduce_sum(layer(x)), x)
        return outputs, found, tf.identity(layer.kernel), tf.identity(layer.bias)

    outputs, found, kernel, bias = run(path, build, x)
    expected = np.tanh(x @ kernel + bias)
    np.testing.assert_allclose(outputs, expected, rtol=1e-9)
    np.testing.assert_allclose(found, (1 - expected**2) @ kernel.T, rtol=1e-9)


@pytest.mark.parametrize('path', PATHS)
def test_gradients_of_complex_numbers(path):
    x, weights = (
        RANDOM.normal(size=shape) + 1j * RANDOM.normal(size=shape) for shape in ([4, 3], [3, 2])
    )
    layer = Dense(
        2,
        use_bias=False,
        dtype=tf.complex128,
        kernel_initializer=lambda *_, **__: tf.constant(weights),
    )

    def build(x):
        layer(x)
        return gradients(lambda x, _: tf.reduce_sum(tf.abs(layer(x)) ** 2), x, layer.kernel)

    of_x, of_weights = run(path, build, x)
    np.testing.assert_allclose(of_x, 2 * x @ weights @ weights.conj().T, rtol=1e-9)
    np.testing.assert_allclose(of_weights, 2 * x.conj().T @ x @ weights, rtol=1e-9)


@pytest.mark.parametrize('path', PATHS)
def test_second_derivatives(path):
    x, weights = RANDOM.normal(size=[7, 3]), RANDOM.normal(size=[3, 2])

    def penalty(weights):
        return np.sum((2 * x @ weights @ weights.T) ** 2)

    layer = Dense(2, use_bias=False, kernel_initializer=tf.constant_initializer(weights))

    def build(x):
        layer(x)

        def of_gradient(x, kernel):
            (found,) = gradients(lambda x: tf.reduce_sum(tf.square(layer(x))), x)
            return tf.reduce_sum(tf.square(found))

        return gradients(of_gradient, x, layer.kernel)[1]

    expected = np.zeros_like(weights)
    for at in np.ndindex(*weights.shape):
        step = np.zeros_like(weights)
        step[at] = 1e-6
        expected[at] = (penalty(weights + step) - penalty(weights - step)) / 2e-6
    np.testing.assert_allclose(run(path, build, x), expected, rtol=1e-6)


def test_a_shape_that_is_not_known():
    with tf1_graph(), tf1.Session() as session:
        layer = Dense(4)
        inputs = tf1.placeholder(tf.float32, [None, None, 5])
        outputs = layer(inputs)
        assert outputs.shape.as_list() == [None, None, 4]
        session.run(tf1.global_variables_initializer())
        assert session.run(outputs, {inputs: np.zeros([2, 3, 5])}).shape == (2, 3, 4)
        assert [v.op.name for v in tf1.global_variables()] == ['dense/kernel', 'dense/bias']


def test_options():
    with tf1_graph():
        layer = Dense(
            2,
            use_bias=False,
            name='memory_layer',
            kernel_initializer=tf1.ones_initializer(),
            kernel_regularizer=tf.reduce_sum,
            trainable=False,
        )
        layer(tf.zeros([1, 3]))
        layer(tf.zeros([1, 3]))
        losses = tf1.get_collection(tf1.GraphKeys.REGULARIZATION_LOSSES)
        assert (layer.bias, len(losses), tf1.trainable_variables()) == (None, 1, [])
        assert [v.op.name for v in layer.variables] == ['memory_layer/kernel']


def test_inputs_are_cast_to_the_type_of_the_layer():
    assert Dense(3, dtype=tf.float32)(tf.zeros([2, 5], tf.float64)).dtype == tf.float32
    assert Dense(3)(np.zeros([2, 5])).dtype == tf.float64


def test_output_shape():
    assert Dense(3).compute_output_shape((2, None, 5)).as_list() == [2, None, 3]


MISUSE = {
    'rank 1': (lambda: Dense(3)(tf.zeros([4])), ValueError, r'\(4,\)'),
    'a list': (lambda: Dense(3)([[1.0, 2.0]]), ValueError, 'one tensor'),
    'ids': (lambda: Dense(3)(tf.zeros([4, 5], tf.int32)), TypeError, 'int32'),
    'units -1': (lambda: Dense(-1)(tf.zeros([4, 5])), ValueError, '-1'),
    'units None': (lambda: Dense(None), TypeError, 'None'),
    'shape': (lambda: Dense(3).compute_output_shape((2, None)), ValueError, 'None'),
    'activation': (lambda: Dense(3, activation='none'), ValueError, 'none'),
    'regularizer': (lambda: Dense(3, activity_regularizer=sum), ValueError, 'regularizer'),
}


@pytest.mark.parametrize('name', MISUSE)
def test_misuse(name):
    misuse, error, message = MISUSE[name]
    with pytest.raises(error, match=message):
        misuse()


def test_another_depth():
    layer = Dense(3)
    layer(tf.zeros([2, 5]))
    with pytest.raises(ValueError, match=r'\(2, 6\).*5'):
        layer(tf.zeros([2, 6]))


def test_the_depth_must_be_known():
    for inputs in [tf.TensorSpec([2, None]), tf.TensorSpec(None)]:
        with pytest.raises(ValueError, match='last dimension'):
            tf.function(Dense(3), autograph=False).get_concrete_function(inputs)
