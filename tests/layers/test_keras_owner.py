"""Layers of this package that models of Keras hold: trained and saved, by Keras 2 and 3."""

import gc
import importlib
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat.layers import keras_owner

KERAS_3 = keras.__version__ >= '3'
# TensorFlow 2.15 has one Keras 2, beside which a second one does not load well.
NAMES = ('keras', 'tf_keras') if KERAS_3 else ('keras',)
LIBRARIES = {name: importlib.import_module(name) for name in NAMES}
X = np.cos(np.arange(24.0)).reshape(2, 4, 3).astype('float32')


def model_class(library):
    class Model(library.Model):
        """Holds layers in an attribute, in nested lists and dicts, in a module and in a layer."""

        def __init__(self, **kwargs):
            super().__init__()
            self.attention = seq2seq.BahdanauAttention(3, None)
            self.decoder = seq2seq.AttentionWrapper(
                seq2seq.MultiRNNCell([library.layers.LSTMCell(3), seq2seq.GRUCell(3)]),
                self.attention,
                attention_layer_size=3,
            )
            self.parts = [seq2seq.Dense(3), {'last': [seq2seq.Dense(2)]}]
            module = tf.Module()
            module.cell = seq2seq.GRUCell(3)
            self.module = module
            self.encoder = library.layers.RNN(seq2seq.LSTMCell(3), return_sequences=True)

        def call(self, inputs):
            memory = 4.0 * self.encoder(inputs)
            self.attention.setup_memory(memory)
            state = self.decoder.zero_state(tf.shape(inputs)[0], tf.float32)
            for step in range(2):
                outputs, state = self.decoder(inputs[:, step], state)
            outputs, _ = self.module.cell(outputs, tf.zeros_like(outputs))
            return self.parts[1]['last'][0](self.parts[0](outputs))

        def get_config(self):
            return {}

    return Model


@pytest.mark.parametrize('library', LIBRARIES)
def test_their_regularizers_are_losses_of_the_model(library):
    library = LIBRARIES[library]

    class Model(library.Model):
        def __init__(self):
            super().__init__()
            self.ours = [seq2seq.Dense(3, kernel_regularizer=library.regularizers.L2(0.1))]
            self.again = tf.Module()
            self.again.layer = self.ours[0]
            self.own = library.layers.Dense(2, kernel_regularizer=library.regularizers.L2(0.2))

        def call(self, inputs):
            return self.own(self.ours[0](inputs))

    model = Model()
    model(tf.zeros([2, 4]))
    kernels = [model.own.kernel, model.ours[0].kernel]
    before = [tf.convert_to_tensor(kernel).numpy() for kernel in kernels]
    expected = [0.2 * (before[0] ** 2).sum(), 0.1 * (before[1] ** 2).sum()]
    np.testing.assert_allclose(sorted(map(float, model.losses)), sorted(expected), rtol=1e-6)
    # No gradient comes from the examples: weights decay by their regularizers.
    model.compile(library.optimizers.SGD(0.5), 'mse')
    model.fit(np.zeros([2, 4], 'f'), np.zeros([2, 2], 'f'), verbose=0)
    for kernel, value, scale in zip(kernels, before, (0.2, 0.1), strict=True):
        np.testing.assert_allclose(kernel, value * (1 - 0.5 * 2 * scale), rtol=1e-5)


@pytest.mark.parametrize('library', LIBRARIES)
@pytest.mark.filterwarnings('ignore')
def test_a_model_trains_and_saves_them(library, tmp_path):
    Model = model_class(LIBRARIES[library])
    LIBRARIES[library].utils.set_random_seed(2)

    def made():
        model = Model()
        model(X)
        return model

    model = made()
    before = [np.array(v) for v in model.trainable_variables]
    # Keras's LSTM 3, GRU 4, mechanism 3, layer of the wrapper 1, dense 4, GRU 4, LSTM 2.
    assert len(before) == 21
    model.compile(LIBRARIES[library].optimizers.SGD(1.0), 'mse')
    model.fit(X, np.ones([2, 2]), epochs=2, verbose=0)
    after = [np.array(v) for v in model.trainable_variables]
    still = [np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    assert [v.name for v, same in zip(model.trainable_variables, still, strict=True) if same] == []
    wanted = np.array(model(X))

    again = made()
    assert not np.allclose(again(X), wanted)
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again(X), wanted, rtol=1e-5)

    model.save_weights(str(tmp_path / 'model.weights.h5'))
    again = made()
    again.load_weights(str(tmp_path / 'model.weights.h5'))
    np.testing.assert_allclose(again(X), wanted, rtol=1e-5)

    model.save(str(tmp_path / 'model.keras'))
    load_model = LIBRARIES[library].models.load_model
    again = load_model(str(tmp_path / 'model.keras'), custom_objects={'Model': Model})
    np.testing.assert_allclose(again(X), wanted, rtol=1e-5)

    model.export(str(tmp_path / 'exported'))
    loaded = tf.saved_model.load(str(tmp_path / 'exported'))
    np.testing.assert_allclose(loaded.serve(X), wanted, rtol=1e-4)


@pytest.mark.parametrize('library', LIBRARIES)
@pytest.mark.filterwarnings('ignore')
def test_recurrent_layers_of_keras(library, tmp_path):
    layers = LIBRARIES[library].layers

    def made():
        return LIBRARIES[library].Sequential(
            [
                LIBRARIES[library].Input([4, 3]),
                layers.Bidirectional(layers.RNN(seq2seq.GRUCell(3), return_sequences=True)),
                layers.RNN([seq2seq.LSTMCell(3), seq2seq.BasicRNNCell(2)], return_sequences=True),
                layers.RNN(seq2seq.MultiRNNCell([seq2seq.LSTMCell(2), seq2seq.GRUCell(2)])),
            ]
        )

    model = made()
    wanted = np.array(model(X))
    assert len(model.trainable_variables) == 8 + 4 + 6
    path = str(tmp_path / 'model.weights.h5')
    model.save_weights(path)
    again = made()
    again(X)
    again.load_weights(path)
    np.testing.assert_allclose(again(X), wanted, rtol=1e-5)
    path = str(tmp_path / 'model.keras')
    model.save(path)
    with pytest.raises(ValueError, match=r'MultiRNNCell cannot be made .*load_weights'):
        LIBRARIES[library].models.load_model(path)
    part = LIBRARIES[library].Sequential(
        [
            LIBRARIES[library].Input([4, 3]),
            layers.RNN(seq2seq.GRUCell(3), return_sequences=True),
            layers.RNN([seq2seq.LSTMCell(3), seq2seq.BasicRNNCell(2)]),
        ]
    )
    part.save(path)
    again = LIBRARIES[library].models.load_model(path)
    np.testing.assert_allclose(again(X), part(X), rtol=1e-5)
    checkpoint = tf.train.Checkpoint(layer=model.layers[-1]).save(str(tmp_path / 'model'))
    again = made()
    again(X)
    again.set_weights([np.zeros_like(w) for w in again.get_weights()])
    tf.train.Checkpoint(layer=again.layers[-1]).restore(checkpoint)
    restored = again.layers[-1].get_weights()
    for got, want in zip(restored, model.layers[-1].get_weights(), strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.skipif(not KERAS_3, reason='Keras 2 has TensorFlow steps of any type')
def test_an_attention_wrapper_in_a_recurrent_layer():
    attention = seq2seq.LuongAttention(4, tf.constant(X))
    cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), attention, attention_layer_size=4)
    outputs, *_ = keras.layers.RNN(cell, return_sequences=True, return_state=True)(X)
    expected, _ = seq2seq.dynamic_rnn(cell, X, dtype=tf.float32)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)


def test_weights_of_a_layer_that_has_none_yet():
    held = keras_owner.held(seq2seq.GRUCell(3), 'keras')
    with pytest.raises(ValueError, match='call the model'):
        held.load_own_variables({'0': np.ones([2])})
    layer = seq2seq.Dense(2, use_bias=False)
    layer(X)
    with pytest.raises(ValueError, match=r'\(2, 2\) is saved'):
        keras_owner.held(layer, 'keras').load_own_variables({'0': np.ones([2, 2])})


def test_keras_is_changed_while_there_are_layers(monkeypatch):
    """From the first that is made until `uninstall` finds none."""
    saving = importlib.import_module('tf_keras.src.saving.saving_lib')
    name = next(n for n in ('_walk_saveable', '_walk_trackable') if hasattr(saving, n))
    layer = seq2seq.Dense(2)
    changed = getattr(saving, name)
    keras_owner.unwatch()
    assert getattr(saving, name) is changed, layer
    monkeypatch.setattr(gc, 'get_objects', lambda: [])
    seq2seq.install(tf1_behavior=False)
    seq2seq.uninstall()
    assert getattr(saving, name) is not changed
    assert not any(isinstance(each, keras_owner._KerasFinder) for each in sys.meta_path)
    seq2seq.Dense(2)
    assert getattr(saving, name) is not changed and getattr(saving, name).__module__ == (
        keras_owner.__name__
    )
