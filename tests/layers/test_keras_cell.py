"""Keras cells under TF1's protocol: against Keras itself, on every path that it has."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

from tests.paths import PATHS, run, tf1_graph
from tf_seq2seq_compat.layers.cell_wrappers import ResidualWrapper
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.layers.rnn_cell import GRUCell, MultiRNNCell

tf1 = tf.compat.v1
KERAS_3 = keras.__version__ >= '3'
X = np.random.default_rng(0).normal(size=(3, 5)).astype('float32')


def own_cell(library):
    class Own(library.layers.Layer):
        """As users of Keras write one: no output_size, its one state in a list."""

        state_size = 4

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], 4), name='kernel')
            self.built = True

        def call(self, inputs, states):
            output = tf.matmul(inputs, tf.convert_to_tensor(self.kernel)) + states[0]
            return output, [output]

    return Own()


CELLS = {
    'lstm': (lambda library: library.layers.LSTMCell(4), [4, 4], 4),
    'gru': (lambda library: library.layers.GRUCell(4), 4, 4),
    'simple': (lambda library: library.layers.SimpleRNNCell(4), 4, 4),
    'stacked': (
        lambda library: library.layers.StackedRNNCells(
            [library.layers.LSTMCell(4), library.layers.GRUCell(3)]
        ),
        ([4, 4], 3),
        3,
    ),
    'own': (own_cell, 4, 4),
}
LIBRARIES = {'keras': keras, 'tf_keras': tf_keras}


def cases():
    found = []
    for library in LIBRARIES:
        for path in PATHS:
            if not (library == 'keras' and KERAS_3 and path == 'graph'):
                found.append((library, path))
    return found


@pytest.mark.parametrize(('library', 'path'), cases())
@pytest.mark.parametrize('name', CELLS)
def test_two_steps_equal_those_of_keras(name, library, path):
    make, state_size, output_size = CELLS[name]
    made = []

    def build(x):
        if not made or path == 'graph':
            made[:] = [make(LIBRARIES[library])]
        cell = as_rnn_cell(made[0])
        assert tf.nest.flatten(cell.state_size) == tf.nest.flatten(state_size)
        assert cell.output_size == output_size
        start = cell.zero_state(tf.shape(x)[0], tf.float32)
        tf.nest.assert_same_structure(start, cell.state_size)
        _, state = cell(x, start)
        tf.nest.assert_same_structure(state, start)
        output, state = cell(2 * x, state, scope='ignored')

        states = start if tf.nest.is_nested(start) else [start]
        _, states = made[0](x, states)
        expected, states = made[0](2 * x, states)
        assert len(cell.trainable_variables) == len(made[0].trainable_variables) > 0
        return output, expected, tf.nest.flatten(state), tf.nest.flatten(states)

    output, expected, state, states = run(path, build, X)
    assert output.shape == (3, output_size)
    np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-6)
    for got, want in zip(state, states, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize('library', LIBRARIES)
def test_keras_cells_stand_beside_ours_and_train(library):
    layers = LIBRARIES[library].layers
    cell = MultiRNNCell([layers.LSTMCell(4), ResidualWrapper(layers.GRUCell(4)), GRUCell(4)])
    state = cell.zero_state(3, tf.float32)

    @tf.function(jit_compile=True, autograph=False)
    def gradients(x):
        with tf.GradientTape() as tape:
            _, output, _ = tf.while_loop(
                lambda i, *_: i < 2,
                lambda i, output, state: (i + 1, *cell(x, state)),
                (0, tf.zeros([3, 4]), state),
                maximum_iterations=2,
            )
            loss = tf.reduce_sum(output)
        return tape.gradient(loss, cell.trainable_variables)

    found = gradients(tf.constant(X))
    assert len(cell.trainable_variables) == len(found) == 3 + 3 + 4
    assert all(np.abs(gradient).sum() > 0 for gradient in found)


def test_tensorflows_keras_in_a_graph():
    """Keras 2 runs there; Keras 3 cannot, and says so."""
    says_so = pytest.raises(ValueError, match='tf_keras') if KERAS_3 else contextlib.nullcontext()
    with tf1_graph() as graph, says_so:
        cell = as_rnn_cell(keras.layers.LSTMCell(4))
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        assert len(graph.get_collection('trainable_variables')) == 3


def test_what_is_a_cell_stays():
    class Like:
        state_size = output_size = 3

        def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
            return tf.zeros([batch_size, 3], dtype)

        def __call__(self, inputs, state, scope=None):
            return state, state

    for cell in [GRUCell(3), Like(), as_rnn_cell(tf_keras.layers.GRUCell(3))]:
        assert as_rnn_cell(cell) is cell


@pytest.mark.parametrize(
    ('value', 'missing'),
    [
        (3, 'output_size.*state_size.*zero_state.*called'),
        (tf_keras.layers.Dense(3), 'output_size.*state_size'),
        (GRUCell, 'is a class'),
        (None, 'state_size'),
    ],
)
def test_what_is_no_cell(value, missing):
    with pytest.raises(TypeError, match=f'encoder_cell .*{missing}'):
        as_rnn_cell(value, 'encoder_cell')


@pytest.mark.skipif(not KERAS_3, reason='Keras 2 has no calls on shapes alone')
def test_weights_of_a_cell_that_is_first_called_on_shapes():
    cell = as_rnn_cell(keras.layers.LSTMCell(4))

    class Model(keras.Model):
        def call(self, x):
            return cell(x, cell.zero_state(tf.shape(x)[0], tf.float32))[0]

    model = Model()
    model.build((None, 5))
    model(X)
    assert [v.shape.as_list() for v in cell.trainable_variables] == [[5, 16], [4, 16], [16]]


@pytest.mark.parametrize('library', LIBRARIES)
def test_training_reaches_the_cell_within(library):
    inner = LIBRARIES[library].layers.LSTMCell(64, dropout=0.5)
    cell = MultiRNNCell([ResidualWrapper(inner, residual_fn=lambda _, outputs: outputs)])
    x = tf.ones([2, 8])
    state = cell.zero_state(2, tf.float32)

    def output(**arguments):
        if hasattr(inner, 'reset_dropout_mask'):  # Keras 2 keeps the mask of a first step.
            inner.reset_dropout_mask()
        return cell(x, state, **arguments)[0]

    quiet, dropped = output(training=False), output(training=True)
    assert np.array_equal(quiet, output())
    assert not np.array_equal(quiet, dropped)
