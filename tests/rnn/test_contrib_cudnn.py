"""cuDNN's layers against what TF 1.15.5 computes with the cells compatible with them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.golden import (
    cases,  # noqa: F401 (registers the cases)
    harness,
)
from tests.paths import PATHS, run, tf1_graph
from tests.test_golden import ARRAYS
from tf_seq2seq_compat import cudnn_rnn

tf1 = tf.compat.v1
X = np.random.default_rng(3).normal(size=(5, 3, 6)).astype(np.float32)
MODES = {
    'CudnnLSTM': ['h', 'c'],
    'CudnnGRU': ['h'],
    'CudnnRNNTanh': ['h'],
    'CudnnRNNRelu': ['h'],
}


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize(
    ('case', 'layer', 'direction'),
    [
        ('cudnn_lstm_layers', 'CudnnLSTM', 'unidirectional'),
        ('cudnn_lstm_layers_both_directions', 'CudnnLSTM', 'bidirectional'),
        ('cudnn_gru_layers', 'CudnnGRU', 'unidirectional'),
        ('cudnn_gru_layers_both_directions', 'CudnnGRU', 'bidirectional'),
    ],
)
def test_the_layer_is_the_cells_of_its_checkpoint(case, layer, direction, path):
    """The variables' names, shapes and what they compute are those of the recorded case."""
    one = harness.CASES[case]
    golden = harness.load(ARRAYS / f'{case}.npz')
    lengths = one.inputs.get('lengths')
    tf1.reset_default_graph()  # The counters of scope names begin again.
    make = getattr(cudnn_rnn, layer)
    made = make(2, 4, direction=direction)
    seen = {}

    def program(x):
        layer = make(2, 4, direction=direction) if path == 'graph' else made
        with harness.Variables(tf1, graph_mode=path == 'graph').scope():
            result = layer(x, sequence_lengths=lengths)
        seen['variables'] = harness.variable_facts(layer.variables)
        return result

    outputs, state = run(path, program, one.inputs['x'])
    assert seen['variables'] == golden.facts['variables']
    tensors = {key: value for key, value in golden.arrays.items() if key.startswith('output/')}
    wanted = tensors.get('output/outputs', tensors.get('output/0'))
    np.testing.assert_allclose(outputs, wanted, rtol=1e-4, atol=1e-5)
    assert len(state) == (2 if layer == 'CudnnLSTM' else 1)
    if direction == 'unidirectional':
        keys = ['output/state/{}' + end for end in (['/h', '/c'] if len(state) == 2 else [''])]
        index = ['0', '1']
    else:
        keys = ['output/{}' + end for end in (['/h', '/c'] if len(state) == 2 else [''])]
        index = ['1/0', '2/0', '1/1', '2/1']
    for part, key in zip(state, keys, strict=True):
        expected = np.stack([tensors[key.format(i)] for i in index])
        np.testing.assert_allclose(part, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('name', MODES)
@pytest.mark.parametrize('direction', ['unidirectional', 'bidirectional'])
def test_the_state_goes_on(name, direction, path):
    """Two halves of the sequence, forwards, equal the whole; every mode and direction runs."""
    made = getattr(cudnn_rnn, name)(2, 4, direction=direction)

    def program(x):
        layer = made
        if path == 'graph':
            layer = getattr(cudnn_rnn, name)(2, 4, direction=direction)
        whole, end = layer(x)
        first, state = layer(x[:3])
        second, of_halves = layer(x[3:], initial_state=state)
        return whole, tf.concat([first, second], 0), end, of_halves

    whole, halves, end, of_halves = run(path, program, X)
    assert whole.shape == (5, 3, 4 if direction == 'unidirectional' else 8)
    if direction == 'unidirectional':
        np.testing.assert_allclose(halves, whole, rtol=1e-4, atol=1e-5)
        for a, b in zip(end, of_halves, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    else:  # The first layer reads the same forwards; what comes back from the end does not.
        assert end[0].shape == of_halves[0].shape == (4, 3, 4)


@pytest.mark.parametrize('name', MODES)
def test_batch_major(name):
    layer = getattr(cudnn_rnn, name)(1, 4, direction='bidirectional')
    wanted, state = layer(X, sequence_lengths=[5, 1, 3])
    outputs, same = layer(X.transpose(1, 0, 2), sequence_lengths=[5, 1, 3], time_major=False)
    np.testing.assert_allclose(np.transpose(outputs, [1, 0, 2]), wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(same[0], state[0], rtol=1e-5, atol=1e-6)
    assert not np.any(np.asarray(wanted)[1:, 1])


def test_dropout_is_between_layers_and_in_training_only():
    one, two = (cudnn_rnn.CudnnGRU(n, 4, dropout=0.5, seed=1) for n in (1, 2))
    np.testing.assert_array_equal(one(X)[0], one(X, training=False)[0])
    still = two(X, training=False)[0]
    np.testing.assert_array_equal(two(X, training=False)[0], still)
    assert not np.allclose(two(X)[0], still)


@pytest.mark.parametrize(
    ('name', 'biases'),
    [
        ('CudnnLSTM', {'bias': 2.0}),
        ('CudnnRNNTanh', {'bias': 2.0}),
        (
            'CudnnGRU',
            {'gates/bias': 2.0, 'input_projection/bias': 1.0, 'hidden_projection/bias': 1.0},
        ),
    ],
)
def test_initializers_are_those_of_cudnns_matrices(name, biases):
    """Each of a gate's two biases begins with 1; each matrix is `[units, depth]`."""
    shapes = []

    def kernel(shape, dtype=None):
        shapes.append(tuple(shape))
        return tf.fill(shape, tf.cast(float(len(shapes)), dtype))

    layer = getattr(cudnn_rnn, name)(
        2, 4, kernel_initializer=kernel, bias_initializer=tf1.ones_initializer()
    )
    layer(X)
    assert sorted(shapes) == sorted(layer.canonical_weight_shapes)
    assert len(layer.canonical_bias_shapes) == len(shapes)
    kernels = [v for v in layer.variables if v.name.endswith('kernel:0')]
    values = sorted({float(x) for v in kernels for x in np.unique(v)})
    assert values == [float(i + 1) for i in range(len(shapes))]
    for variable in layer.variables:
        for end, value in biases.items():
            if variable.name.endswith(end + ':0'):
                np.testing.assert_array_equal(variable, np.full(variable.shape, value))


def test_properties():
    layer = cudnn_rnn.CudnnLSTM(2, 4, direction='bidirectional')
    with pytest.raises(ValueError, match='input_size'):
        _ = layer.input_size
    assert layer.state_shape(7) == ([4, 7, 4], [4, 7, 4])
    assert (layer.num_layers, layer.num_units, layer.num_dirs) == (2, 4, 2)
    assert (layer.rnn_mode, layer.input_mode) == ('lstm', 'linear_input')
    layer(X)
    assert layer.input_size == 6
    assert layer.canonical_weight_shapes[:5] == [(4, 6)] * 4 + [(4, 4)]


def test_float64():
    outputs, (h,) = cudnn_rnn.CudnnGRU(1, 4, dtype=tf.float64)(X)
    assert outputs.dtype == h.dtype == tf.float64


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ({'direction': 'backwards'}, 'direction.*bidirectional'),
        ({'input_mode': 'other'}, 'input_mode.*linear_input'),
        ({'input_mode': 'skip_input'}, 'linear_input'),
        ({'dtype': tf.int32}, 'dtype.*float16'),
    ],
)
def test_wrong_options(options, words):
    with pytest.raises(ValueError, match=words):
        cudnn_rnn.CudnnLSTM(1, 4, **options)


def test_wrong_calls():
    layer = cudnn_rnn.CudnnLSTM(1, 4)
    with pytest.raises(ValueError, match='rank 3'):
        layer(X[0])
    layer(X)
    with pytest.raises(ValueError, match='h and c'):
        layer(X, initial_state=tf.zeros([1, 3, 4]))
    with pytest.raises(ValueError, match='auto_select'):
        cudnn_rnn.CudnnLSTM(1, 6, input_mode='auto_select')(X)


def test_a_checkpoint_in_tf1s_layout(tmp_path):
    """A graph writes the canonical variables; a layer in a graph of its own reads them."""
    path = str(tmp_path / 'model')
    values = []
    for restore in (False, True):
        with tf1_graph():
            outputs, _ = cudnn_rnn.CudnnLSTM(2, 4, direction='bidirectional')(tf.constant(X))
            saver = tf1.train.Saver()
            with tf1.Session() as session:
                if restore:
                    saver.restore(session, path)
                else:
                    session.run(tf1.global_variables_initializer())
                    saver.save(session, path)
                values.append(session.run(outputs))
    np.testing.assert_array_equal(*values)
    names = [name for name, _ in tf1.train.list_variables(path)]
    cell = 'stack_bidirectional_rnn/cell_1/bidirectional_rnn/bw/cudnn_compatible_lstm_cell'
    assert f'cudnn_lstm/{cell}/kernel' in names
