"""Files that TensorFlow Addons 0.23 on TensorFlow 2.15.1 wrote, and whether ours loads them.

    python tests/addons/saved_files.py --write        # with TensorFlow Addons
    python -m tests.addons.saved_files                # prints the differences as one JSON line

A model is built, its weights are set by their shapes, and one step is trained; the files are in
`saved/`, with what the models then gave in `saved/expected.npz`.
"""

import argparse
import json
import os
import pathlib

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import numpy as np
import tensorflow as tf

SAVED = pathlib.Path(__file__).parent / 'saved'
VOCABULARY, DEPTH, UNITS = 11, 3, 4
IDS = np.arange(10).reshape(2, 5) % (VOCABULARY - 1) + 1
X = np.sin(np.arange(2 * 5 * DEPTH) * 1.7).reshape(2, 5, DEPTH).astype('float32')


def translator(tfa, keras):
    """A subclassed model of a mechanism, a wrapper and a decoder."""

    class Translator(keras.Model):
        def __init__(self):
            super().__init__()
            seq2seq = tfa.seq2seq
            self.embedding = keras.layers.Embedding(VOCABULARY, DEPTH)
            self.encoder = keras.layers.GRU(UNITS, return_sequences=True)
            self.attention = seq2seq.BahdanauAttention(UNITS, normalize=True)
            cell = keras.layers.LSTMCell(UNITS)
            self.cell = seq2seq.AttentionWrapper(cell, self.attention, attention_layer_size=UNITS)
            self.decoder = seq2seq.BasicDecoder(
                self.cell, seq2seq.TrainingSampler(), keras.layers.Dense(VOCABULARY)
            )

        def call(self, ids):
            inputs = self.embedding(ids)
            self.attention.setup_memory(self.encoder(inputs))
            state = self.cell.get_initial_state(batch_size=tf.shape(ids)[0], dtype=tf.float32)
            return self.decoder(inputs, initial_state=state)[0].rnn_output

    return Translator(), IDS


def stacked(tfa, keras):
    """A functional model of cells and layers."""
    rnn, layers = keras.layers.RNN, tfa.layers
    inputs = outputs = keras.Input([5, DEPTH])
    for cell in (
        tfa.rnn.LayerNormLSTMCell(UNITS),
        tfa.rnn.LayerNormSimpleRNNCell(UNITS),
        tfa.rnn.NASCell(UNITS),
        tfa.rnn.PeepholeLSTMCell(UNITS),
    ):
        outputs = rnn(cell, return_sequences=True)(outputs)
    outputs = layers.GroupNormalization(2)(outputs)
    outputs = layers.WeightNormalization(keras.layers.Dense(3), data_init=False)(outputs)
    outputs = layers.MultiHeadAttention(2, 2)([outputs, outputs])
    return keras.Model(inputs, outputs), X


def tagger(tfa, keras):
    """A functional model with a conditional random field."""
    inputs = keras.Input([5, DEPTH])
    return keras.Model(inputs, tfa.layers.CRF(4)(inputs)[1]), X


MODELS = {'translator': translator, 'stacked': stacked, 'tagger': tagger}
WHOLE = {'stacked': ('.keras', '.h5'), 'tagger': ('.keras', '.h5')}


def built(name, tfa, keras, optimizer):
    """A model with its variables, and those of the optimizer, and its inputs."""
    model, inputs = MODELS[name](tfa, keras)
    model.compile(optimizer)
    model(inputs)
    build = 'build' if hasattr(optimizer, 'build') else '_create_all_weights'
    getattr(optimizer, build)(model.trainable_variables)
    return model, inputs


def step(model, inputs):
    """A step of training by hand."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.cast(model(inputs), tf.float32) ** 2)
    variables = model.trainable_variables
    tensors = [getattr(each, '_value', each) for each in variables]
    model.optimizer.apply_gradients(zip(tape.gradient(loss, tensors), variables, strict=True))


def write():
    import tensorflow_addons as tfa

    expected = {}
    SAVED.mkdir(exist_ok=True)
    for name in MODELS:
        tf.keras.backend.clear_session()
        model, inputs = built(name, tfa, tf.keras, tfa.optimizers.LazyAdam(0.01))
        for i, weight in enumerate(w for w in model.weights if w.dtype.is_floating):
            size = int(np.prod(weight.shape))
            weight.assign(0.5 * np.sin(np.arange(size) * 1.3 + i).reshape(weight.shape))
        step(model, inputs)
        expected[name] = np.asarray(model(inputs))
        path = str(SAVED / name)
        model.save_weights(path + '.weights.h5')
        model.save_weights(path + '_old.h5')
        tf.train.Checkpoint(model=model, optimizer=model.optimizer).write(path)
        for ending in WHOLE.get(name, ()):
            model.save(path + '_whole' + ending)
        step(model, inputs)
        expected[name + '_next'] = np.asarray(model(inputs))
    np.savez_compressed(SAVED / 'expected.npz', **expected)


def differences():
    """How far what the loaded models give is from what TensorFlow Addons gave, by file."""
    from tf_seq2seq_compat import addons as tfa
    from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras

    expected, found = np.load(SAVED / 'expected.npz'), {}

    def compare(file, name, load):
        try:
            model, inputs = built(name, tfa, keras, tfa.optimizers.LazyAdam(0.01))
            model = load(model) or model
            found[file] = float(np.abs(np.asarray(model(inputs)) - expected[name]).max())
            if file == name and not IS_KERAS_3:  # the checkpoint has the optimizer
                step(model, inputs)
                wanted = expected[name + '_next']
                found[name + '_next'] = float(np.abs(np.asarray(model(inputs)) - wanted).max())
        except Exception as error:  # noqa: BLE001 (becomes a part of the report)
            found[file] = f'{type(error).__name__}: {error}'[:300]

    for name in MODELS:
        path = str(SAVED / name)
        for ending in ('.weights.h5', '_old.h5'):
            compare(name + ending, name, lambda model, file=path + ending: model.load_weights(file))
        compare(
            name,
            name,
            lambda model, path=path: (
                tf.train.Checkpoint(model=model, optimizer=model.optimizer)
                .read(path)
                .assert_existing_objects_matched()
                and None
            ),
        )
        for ending in WHOLE.get(name, ()):
            compare(
                name + '_whole' + ending,
                name,
                lambda _, file=path + '_whole' + ending: keras.models.load_model(file),
            )
    return found


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--write', action='store_true')
    if parser.parse_args().write:
        write()
    else:
        print(json.dumps(differences()))
