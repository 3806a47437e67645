"""Checkpoints of TF 1.15.5 restored into layers of Keras: they compute what it computed."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import tf_seq2seq_compat as seq2seq
from tests.checkpoints import models, objects
from tf_seq2seq_compat import checkpoint
from tf_seq2seq_compat.checkpoint import CheckpointError

UNITS = models.UNITS
KERAS = pytest.mark.parametrize(
    'layers', [keras.layers, tf_keras.layers], ids=['keras', 'tf_keras']
)
BUILT = pytest.mark.parametrize('built', [False, True], ids=['fresh', 'built'])


def gru(layers, units=UNITS, **options):
    return layers.GRU(units, reset_after=False, **options)


def lengths_mask(given):
    return tf.sequence_mask(given['lengths'], 6)


def sequences(outputs, given):
    """Outputs of Keras, which repeats the last one beyond the lengths, zero there as TF1's are."""
    return outputs * tf.cast(lengths_mask(given)[:, :, None], tf.float32)


@KERAS
@BUILT
@pytest.mark.parametrize('name', ['gru', 'lstm'])
def test_layer(layers, built, name):
    options = {'return_sequences': True, 'return_state': True}
    layer = gru(layers, **options) if name == 'gru' else layers.LSTM(UNITS, **options)
    given, want = objects.inputs(name), objects.expected(name)
    if built:
        layer(given['x'])
    plan = checkpoint.restore(objects.prefix(name), {'rnn': layer})
    assert all('gates reordered' in a.note for a in plan.assignments)
    outputs, *states = layer(given['x'], mask=lengths_mask(given))
    objects.check({'outputs': sequences(outputs, given)}, want)
    state = states[0] if name == 'gru' else {'h': states[0], 'c': states[1]}
    objects.check({'state': state}, want)


@KERAS
def test_cell_in_dynamic_rnn(layers):
    cell = layers.GRUCell(UNITS, reset_after=False)
    checkpoint.restore(objects.prefix('gru'), {'rnn/gru_cell': cell})
    given = objects.inputs('gru')
    outputs, state = seq2seq.dynamic_rnn(cell, given['x'], given['lengths'], dtype=tf.float32)
    objects.check({'outputs': outputs, 'state': state}, objects.expected('gru'))


@KERAS
def test_the_forget_bias_is_an_argument(layers):
    saved = checkpoint.load(objects.prefix('lstm'))
    given, cell = objects.inputs('lstm'), seq2seq.LSTMCell(UNITS, forget_bias=0.25)
    keras_cell = layers.LSTMCell(UNITS)
    checkpoint.restore(saved, {'rnn': cell})
    checkpoint.restore(saved, {'rnn': keras_cell}, forget_bias=0.25)
    outputs = [
        seq2seq.dynamic_rnn(one, given['x'], given['lengths'], dtype=tf.float32)[0]
        for one in (cell, keras_cell)
    ]
    np.testing.assert_allclose(*outputs, rtol=1e-5, atol=1e-6)


@KERAS
@BUILT
def test_bidirectional(layers, built):
    layer = layers.Bidirectional(
        layers.LSTM(UNITS, return_sequences=True),
        backward_layer=layers.GRU(4, return_sequences=True, go_backwards=True, reset_after=False),
        merge_mode=None,
    )
    projection = layers.Dense(3, activation='tanh')
    given, want = objects.inputs('bidirectional'), objects.expected('bidirectional')
    if built:
        layer(given['x'])
    checkpoint.restore(
        objects.prefix('bidirectional'), {'encoder': layer, 'projection': projection}
    )
    forwards, backwards = layer(given['x'], mask=lengths_mask(given))
    forwards = sequences(forwards, given)
    np.testing.assert_allclose(forwards, want['output/outputs/0'], rtol=1e-5, atol=1e-6)
    # Keras reverses padding and all; the first, whole sequence is the same.
    np.testing.assert_allclose(backwards[0], want['output/outputs/1'][0], rtol=1e-5, atol=1e-6)
    projected = projection(tf.concat([want['output/outputs/0'], want['output/outputs/1']], 2))
    objects.check({'projected': projected}, want)


@KERAS
@BUILT
def test_stacked_cells(layers, built):
    stack = layers.StackedRNNCells([layers.LSTMCell(UNITS) for _ in range(2)])
    layer = layers.RNN(stack, return_sequences=True)
    given, want = objects.inputs('luong_scaled'), objects.expected('luong_scaled')
    embedding = layers.Embedding(models.VOCABULARY, models.EMBEDDING)
    if built:
        layer(embedding(given['source']))
    checkpoint.restore(
        objects.prefix('luong_scaled'),
        {'encoder': layer, 'embedding': embedding},
        ignore='decoder/*',
    )
    mask = tf.sequence_mask(given['source_lengths'], 6)
    memory = layer(embedding(given['source']), mask=mask)
    objects.check({'memory': memory * tf.cast(mask[:, :, None], tf.float32)}, want)


@KERAS
def test_keras_cell_and_dense_in_a_translator(layers):
    name = 'bahdanau'
    model, given = objects.Translator(name), objects.inputs(name)
    model.encoder_cell = layers.LSTMCell(UNITS)
    model.output_projection = layers.Dense(models.VOCABULARY, use_bias=False)
    scopes = model.scopes(name)
    checkpoint.restore(objects.prefix(name), scopes)
    want = objects.expected(name)
    memory, state = model.encode(given['source'], given['source_lengths'])
    np.testing.assert_allclose(memory, want['output/memory'], rtol=1e-5, atol=1e-6)
    encoded = memory, seq2seq.LSTMStateTuple(state[1], state[0])
    if layers is tf_keras.layers:
        greedy = model.greedy(encoded, given['source_lengths'])
        objects.check({'greedy': {'outputs': greedy['outputs']}}, want)


@KERAS
def test_cudnn_gru_is_reset_after(layers):
    name = 'cudnn_gru_bidirectional'
    cells = [
        layers.Bidirectional(layers.GRU(4, return_sequences=True), name=f'bidirectional_{layer}')
        for layer in range(2)
    ]
    checkpoint.restore(
        objects.prefix(name),
        {f'cudnn_gru/stack_bidirectional_rnn/cell_{i}': cell for i, cell in enumerate(cells)},
    )
    x = tf.transpose(objects.inputs(name)['x'], [1, 0, 2])
    outputs = tf.transpose(cells[1](cells[0](x)), [1, 0, 2])
    objects.check({'outputs': outputs}, objects.expected(name))


@KERAS
def test_cudnn_lstm(layers):
    cells = [layers.LSTM(4, return_sequences=True) for _ in range(2)]
    prefix = objects.prefix('cudnn_lstm')
    plan = checkpoint.restore(
        prefix, {f'cudnn_lstm/rnn/multi_rnn_cell/cell_{i}': cell for i, cell in enumerate(cells)}
    )
    assert {a.note for a in plan.assignments} == {'gates reordered'}
    x = tf.transpose(objects.inputs('cudnn_lstm')['x'], [1, 0, 2])
    outputs = tf.transpose(cells[1](cells[0](x)), [1, 0, 2])
    objects.check({'outputs': outputs}, objects.expected('cudnn_lstm'))


@KERAS
def test_simple_rnn(layers):
    saved = {
        'rnn/basic_rnn_cell/kernel': np.linspace(-1, 1, 35, dtype=np.float32).reshape(7, 5),
        'rnn/basic_rnn_cell/bias': np.linspace(0, 1, 5, dtype=np.float32),
    }
    layer, cell = layers.SimpleRNN(5, return_sequences=True), seq2seq.BasicRNNCell(5)
    checkpoint.restore(saved, {'rnn': layer})
    checkpoint.restore(saved, {'rnn': cell})
    x = tf.random.normal([2, 4, 2])
    outputs, _ = seq2seq.dynamic_rnn(cell, x, dtype=tf.float32)
    np.testing.assert_allclose(layer(x), outputs, rtol=1e-5, atol=1e-6)


@KERAS
def test_a_model_of_layers(layers):
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.embedding = layers.Embedding(7, 3, name='embedding')
            self.norm = layers.LayerNormalization(name='norm')

    saved = {
        'embedding': np.ones([7, 3], np.float32),
        'norm/gamma': np.full(3, 2, np.float32),
        'norm/beta': np.full(3, 3, np.float32),
    }
    model = Model()
    with pytest.raises(CheckpointError, match='not built yet: call it once'):
        checkpoint.restore(saved, model)
    model.norm(tf.ones([1, 3]))
    checkpoint.restore(saved, model)
    np.testing.assert_array_equal(model.embedding(tf.constant([0])), [[1, 1, 1]])
    np.testing.assert_array_equal(model.norm.get_weights(), [[2, 2, 2], [3, 3, 3]])


# -- what is wrong --------------------------------------------------------------------------------


@KERAS
def test_reset_after_is_refused(layers):
    with pytest.raises(CheckpointError, match='make it with reset_after=False'):
        checkpoint.restore(objects.prefix('gru'), {'rnn': layers.GRU(UNITS)})
    scope = (
        'cudnn_gru/stack_bidirectional_rnn/cell_0/bidirectional_rnn/fw/cudnn_compatible_gru_cell'
    )
    with pytest.raises(CheckpointError, match='make it with reset_after=True'):
        checkpoint.restore(objects.prefix('cudnn_gru_bidirectional'), {scope: gru(layers, 4)})


@KERAS
def test_another_gate_activation_is_refused(layers):
    layer = gru(layers, recurrent_activation='hard_sigmoid')
    with pytest.raises(CheckpointError, match="recurrent_activation='sigmoid'"):
        checkpoint.restore(objects.prefix('gru'), {'rnn': layer})


@KERAS
def test_peepholes_have_no_place(layers):
    with pytest.raises(CheckpointError, match='w_f_diag .*for which the model has no place'):
        checkpoint.restore(objects.prefix('lstm_block'), {'rnn': layers.LSTM(UNITS)})


@KERAS
def test_a_bias_that_has_no_place(layers):
    layer = gru(layers, use_bias=False)
    layer(tf.ones([1, 2, 3]))
    before = layer.get_weights()
    with pytest.raises(CheckpointError, match='use_bias=False'):
        checkpoint.restore(objects.prefix('gru'), {'rnn': layer})
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


# -- back -----------------------------------------------------------------------------------------


@KERAS
@pytest.mark.parametrize(
    ('name', 'scope', 'make'),
    [
        ('gru', 'rnn/gru_cell', gru),
        ('lstm', 'rnn/lstm_cell', lambda layers: layers.LSTM(UNITS)),
        (
            'bidirectional',
            'encoder/bidirectional_rnn',
            lambda layers: layers.Bidirectional(
                layers.LSTM(UNITS), backward_layer=gru(layers, 4, go_backwards=True)
            ),
        ),
    ],
)
def test_written_back(layers, name, scope, make, tmp_path):
    layer = make(layers)
    checkpoint.restore(objects.prefix(name), {scope: layer}, ignore='projection*')
    written = checkpoint.load(checkpoint.save(tmp_path / 'model.ckpt', {scope: layer}))
    saved = checkpoint.load(objects.prefix(name))
    assert set(written) == {n for n in saved if n.startswith(scope) and '/Adam' not in n}
    for key, array in written.items():
        np.testing.assert_allclose(array, saved[key], rtol=1e-6, atol=1e-6, err_msg=key)


@KERAS
def test_cudnn_gru_written_back(layers, tmp_path):
    scope = 'cudnn_gru/stack_bidirectional_rnn/cell_0/bidirectional_rnn'
    layer = layers.Bidirectional(layers.GRU(4))
    prefix = objects.prefix('cudnn_gru_bidirectional')
    checkpoint.restore(prefix, {scope: layer}, ignore='*/cell_1/*')
    written = checkpoint.load(checkpoint.save(tmp_path / 'model.ckpt', {scope: layer}))
    saved = checkpoint.load(prefix)
    assert len(written) == 12
    for key, array in written.items():
        np.testing.assert_array_equal(array, saved[key], err_msg=key)
