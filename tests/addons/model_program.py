"""A model of layers of `addons`: trained, saved and loaded in every way. Prints one JSON line."""

import json
import os
import pathlib
import tempfile

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import numpy as np
import tensorflow as tf

from tf_seq2seq_compat import addons as tfa
from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras

VOCABULARY, DEPTH, UNITS = 11, 3, 4


@keras.utils.register_keras_serializable('tests')
class Translator(keras.Model):
    """An encoder, and a decoder that attends to it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        seq2seq = tfa.seq2seq
        self.embedding = keras.layers.Embedding(VOCABULARY, DEPTH, mask_zero=True)
        self.encoder = keras.layers.GRU(UNITS, return_sequences=True, return_state=True)
        self.attention = seq2seq.BahdanauAttention(UNITS)
        self.cell = seq2seq.AttentionWrapper(
            keras.layers.GRUCell(UNITS),
            self.attention,
            attention_layer_size=UNITS,
            alignment_history=True,
        )
        self.decoder = seq2seq.BasicDecoder(
            self.cell, seq2seq.TrainingSampler(), keras.layers.Dense(VOCABULARY)
        )

    def call(self, inputs, training=None):
        source, target = inputs
        memory, state = self.encoder(self.embedding(source), training=training)
        self.attention.setup_memory(memory)
        first = self.cell.get_initial_state(batch_size=tf.shape(source)[0], dtype=memory.dtype)
        outputs, _, _ = self.decoder(
            self.embedding(target),
            initial_state=first.clone(cell_state=state),
            training=training,
        )
        return outputs.rnn_output


def main():
    random = np.random.RandomState(0)
    source, target = random.randint(1, VOCABULARY, (8, 5)), random.randint(1, VOCABULARY, (8, 6))
    inputs, found = (source, target), {}

    def made():
        model = Translator()
        # Adam moves weights of small gradients too: those that the query has are.
        model.compile('adam', keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    model = made()
    model.fit(inputs, target, epochs=1, verbose=0, batch_size=4)
    before = model.get_weights()
    model.fit(inputs, target, epochs=1, verbose=0, batch_size=4)
    moved = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    found['trained'] = [sum(moved), len(model.trainable_variables)]
    wanted = model.predict(inputs, verbose=0)

    def error(other):
        return float(np.abs(other.predict(inputs, verbose=0) - wanted).max())

    def loaded(load):
        other = made()
        other(inputs)
        load(other)
        return error(other)

    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / 'all.weights.h5')
        model.save_weights(path)
        found['weights.h5'] = loaded(lambda other: other.load_weights(path))
        whole = str(pathlib.Path(folder) / 'model.keras')
        model.save(whole)
        found['keras'] = error(keras.models.load_model(whole))
        saved = tf.train.Checkpoint(model=model).save(str(pathlib.Path(folder) / 'checkpoint'))
        found['checkpoint'] = loaded(
            lambda other: tf.train.Checkpoint(model=other).restore(saved).expect_partial()
        )
        if not IS_KERAS_3:
            h5 = str(pathlib.Path(folder) / 'weights.h5')
            model.save_weights(h5)
            found['h5'] = loaded(lambda other: other.load_weights(h5))
    call = tf.function(lambda *given: model(given), jit_compile=True)
    found['jit'] = float(np.abs(call(source, target) - wanted).max())
    for compiled in (False, True):  # the variables are made while the function is traced
        other = made()
        call = tf.function(lambda *given, other=other: other(given), jit_compile=compiled)
        shape = call(tf.constant(source), tf.constant(target)).shape.as_list()
        found[f'first_{compiled}'] = [shape, len(other.trainable_variables)]
    cell = tfa.seq2seq.AttentionWrapper.from_config(model.cell.get_config())
    found['configs'] = [
        {**cell.get_config(), 'name': ''} == {**model.cell.get_config(), 'name': ''},
        type(tfa.seq2seq.BasicDecoder.from_config(model.decoder.get_config()).sampler).__name__,
    ]
    print(json.dumps(found))


if __name__ == '__main__':
    main()
