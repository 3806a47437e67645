"""`addons.rnn`, `text`, `layers.CRF` and `optimizers` against TensorFlow Addons 0.23.

In this process over the Keras that it has, and over tf-keras in one of its own.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from tests.addons import check_rest, rest_cases, saved_files

GOLDEN = check_rest.expected()


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('name', rest_cases.CASES)
def test_eager(name):
    assert list(check_rest.differences(name, 'eager', GOLDEN[name])) == []


@pytest.mark.slow
@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('mode', ['function', 'compiled'])
@pytest.mark.parametrize('name', rest_cases.CASES)
def test_in_a_function(name, mode):
    assert list(check_rest.differences(name, mode, GOLDEN[name])) == []


@pytest.mark.slow
@pytest.mark.skipif(tf.__version__ < '2.16', reason='tf.keras is Keras 2 here already')
def test_over_tf_keras():
    command = [
        sys.executable,
        '-m',
        'tests.addons.check_rest',
        '--modes',
        'eager,function,compiled',
    ]
    environment = {**os.environ, 'TF_USE_LEGACY_KERAS': '1'}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    command[2:] = ['tests.addons.saved_files']
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert {file for file in found if found[file] < 1e-5} == found.keys() and len(found) == 16


def addons_and_keras():
    from tf_seq2seq_compat import addons
    from tf_seq2seq_compat.addons.keras_generation import keras

    return addons, keras


@pytest.mark.parametrize('name', ['layer_norm_lstm', 'layer_norm_simple_options', 'nas_options'])
@pytest.mark.parametrize('kind', ['.keras', '.weights.h5'])
def test_a_model_of_cells_is_saved(name, kind, tmp_path):
    tfa, keras = addons_and_keras()
    x = rest_cases.numbers(3, 5, 4)

    def made():
        cell = rest_cases.CASES[name](tfa, keras).config_of
        return keras.Sequential([keras.layers.Input([5, 4]), keras.layers.RNN(cell)])

    model = made()
    path = str(tmp_path / f'model{kind}')
    if kind == '.keras':
        model.save(path)
        again = keras.models.load_model(path)
    else:
        model.save_weights(path)
        again = made()
        again.load_weights(path)
    np.testing.assert_allclose(again(x), model(x), rtol=1e-5)


@pytest.mark.parametrize('use_norm2', [False, True])
def test_the_reservoir_has_the_wanted_size(use_norm2):
    tfa, keras = addons_and_keras()
    cell = tfa.rnn.ESNCell(8, connectivity=0.7, spectral_radius=0.6, use_norm2=use_norm2)
    cell.build((None, 3))
    weights = np.array(cell.get_weights()[0])
    size = np.linalg.norm(weights) if use_norm2 else abs(np.linalg.eigvals(weights)).max()
    np.testing.assert_allclose(size, 0.6, rtol=1e-4)
    assert 0 < (weights == 0).mean() < 0.7
    assert not cell.trainable_weights and len(cell.non_trainable_weights) == 3


def test_dropout_is_for_training():
    tfa, keras = addons_and_keras()
    x = tf.ones([4, 6, 3])
    for kind in ('LayerNormLSTMCell', 'LayerNormSimpleRNNCell', 'PeepholeLSTMCell'):
        layer = keras.layers.RNN(getattr(tfa.rnn, kind)(5, dropout=0.5, recurrent_dropout=0.5))
        plain = np.array(layer(x, training=False))
        assert np.array_equal(plain, layer(x, training=False))
        assert not np.allclose(plain, layer(x, training=True))


def test_mixed_precision():
    tfa, keras = addons_and_keras()
    x = rest_cases.numbers(3, 5, 4)
    for kind in ('LayerNormLSTMCell', 'NASCell', 'PeepholeLSTMCell', 'LayerNormSimpleRNNCell'):
        make = getattr(tfa.rnn, kind)
        whole = keras.layers.RNN(make(6))
        half = keras.layers.RNN(make(6, dtype='mixed_bfloat16'), dtype='mixed_bfloat16')
        expected = whole(x)
        half(x)
        half.set_weights(whole.get_weights())
        result = half(x)
        assert tf.as_dtype(result.dtype) == tf.bfloat16
        assert {tf.as_dtype(w.dtype) for w in half.weights} == {tf.float32}
        np.testing.assert_allclose(tf.cast(result, tf.float32), expected, atol=0.05)


def test_a_mask_of_another_rank_or_with_left_padding():
    tfa, keras = addons_and_keras()
    layer, x = tfa.layers.CRF(4), tf.ones([2, 3, 5])
    with pytest.raises(ValueError, match=r'\[batch, max_time\]'):
        layer(x, mask=tf.ones([2, 3, 1], tf.bool))
    with pytest.raises(NotImplementedError, match='begins with False'):
        layer(x, mask=tf.constant([[False, True, True], [True, True, True]]))


def test_a_functional_model_with_a_crf(tmp_path):
    tfa, keras = addons_and_keras()
    inputs = keras.Input([5, 4])
    tags, scores, lengths, transitions = tfa.layers.CRF(3)(inputs)
    model = keras.Model(inputs, [tags, scores, lengths])
    tags, scores, lengths = model(rest_cases.numbers(2, 5, 4))
    assert (tuple(tags.shape), tuple(scores.shape)) == ((2, 5), (2, 5, 3))
    assert np.array(lengths).tolist() == [5, 5]
    assert len(model.trainable_variables) == 5


def test_the_score_of_one_step_reads_the_first_tag():
    tfa, _ = addons_and_keras()
    scores, transitions = [[[-1.0, 2.0, 1.0]]], tf.ones([3, 3])
    assert float(tfa.text.crf_sequence_score(scores, [[2, 0]], [1], transitions)[0]) == 1.0


@pytest.mark.parametrize('name', ['Lookahead', 'MovingAverage', 'SWA'])
def test_an_optimizer_around_another_in_a_model(name, tmp_path):
    tfa, keras = addons_and_keras()
    kind = getattr(tfa.optimizers, name)
    with pytest.raises(TypeError, match='optimizer must be'):
        kind(3)
    optimizer = kind('adam')
    optimizer.learning_rate = 0.25
    again = kind.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
    assert float(np.asarray(again.learning_rate)) == 0.25
    model = keras.Sequential([keras.layers.Input([3]), keras.layers.Dense(1)])
    model.compile(again, 'mse')
    history = model.fit(np.eye(3), np.ones([3, 1]), epochs=8, verbose=0)
    assert history.history['loss'][-1] < history.history['loss'][0]
    before = [np.array(model.get_weights()[0])]
    if name != 'Lookahead':
        again.assign_average_vars(model.trainable_variables)
        assert not np.allclose(before[0], model.get_weights()[0])
    path = str(tmp_path / 'model.keras')
    model.save(path)
    found = keras.models.load_model(path).optimizer
    assert isinstance(found, kind)
    if hasattr(found, 'variables') and not callable(found.variables):  # Keras 2 saves no state
        assert int(np.asarray(found.iterations)) == 8


@pytest.mark.parametrize('name', ['LazyAdam', 'RectifiedAdam', 'LAMB', 'NovoGrad', 'AdamW', 'SGDW'])
def test_an_optimizer_in_fit_and_its_configuration(name):
    tfa, keras = addons_and_keras()
    kind = getattr(tfa.optimizers, name)
    optimizer = kind(weight_decay=0.01, learning_rate=0.1) if name[-1] == 'W' else kind(0.1)
    model = keras.Sequential([keras.layers.Embedding(5, 3), keras.layers.Dense(1)])
    model.compile(kind.from_config(optimizer.get_config()), 'mse')
    ids = np.arange(8).reshape(4, 2) % 5
    history = model.fit(ids, np.ones([4, 2, 1]), epochs=8, verbose=0)
    assert history.history['loss'][-1] < history.history['loss'][0]


# What Keras 3 itself does not load of Keras 2, each with the error.
NOT_BY_KERAS_3 = {
    'translator.weights.h5': 'could not be loaded',  # other names of the layers of a subclass
    'translator': 'not bound to checkpointed values',  # other attributes of layers
    'stacked': 'not bound to checkpointed values',
    'tagger': 'not bound to checkpointed values',
    'stacked.weights.h5': 'could not be loaded',  # a Dense without its kernel
    'stacked_whole.h5': 'time_major',
    'stacked_whole.keras': 'keras.src.engine.functional',
    'tagger_whole.keras': 'keras.src.engine.functional',
}


@pytest.mark.slow
@pytest.mark.filterwarnings('ignore')
def test_files_of_tensorflow_addons():
    """Weights, models, and checkpoints with the slots of an optimizer."""
    from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3

    refused = NOT_BY_KERAS_3 if IS_KERAS_3 else {}
    found = saved_files.differences()
    assert len(found) == (13 if IS_KERAS_3 else 16)
    for file, difference in found.items():
        if file in refused:
            assert refused[file] in str(difference), file
        else:
            assert isinstance(difference, float) and difference < 1e-5, (file, difference)


def test_progress_bars(capfd):
    pytest.importorskip('tqdm')
    tfa, keras = addons_and_keras()
    bar = tfa.callbacks.TQDMProgressBar(update_per_second=1000000)
    model, _ = rest_cases._two_layers(keras)
    model.compile('sgd', 'mse')
    x, y = rest_cases.numbers(6, 4), rest_cases.numbers(6, 2)
    options = {'batch_size': 2, 'verbose': 0, 'callbacks': [bar]}
    losses = model.fit(x, y, epochs=2, validation_data=(x, y), **options).history
    evaluated = model.evaluate(x, y, **options)
    shown, bars = capfd.readouterr()
    assert [line for line in shown.splitlines() if line] == ['Epoch 1/2', 'Epoch 2/2']
    for epoch in range(2):
        loss, again = (f'{losses[name][epoch]:.4f}' for name in ('loss', 'val_loss'))
        assert f'loss: {loss} - val_loss: {again}' in bars
    assert '2/2' in bars and bars.count('3/3') >= 3 and f'loss: {evaluated:.4f}' in bars
