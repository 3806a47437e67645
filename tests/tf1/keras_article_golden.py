"""The golden of the Keras article: its example with the source fixes, on Keras 2.3.1 and TF 1.15.5.

    python tests/tf1/keras_article_golden.py          (in the TF 1.15.5 environment)

writes arrays/keras_attention.npz. The text of the article is taken from examples/articles; what
changes in it is in `FIXES`, and `SMALLER` makes its sizes small. The test runs the same text, with
the smaller sizes alone, through the runner, and uses `measure` of this file for both.
"""

import io
import os
import zipfile
import zlib

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ARTICLE = os.path.join(HERE, '..', '..', 'examples', 'articles', 'keras_attention.py')
ARRAYS = os.path.join(HERE, 'arrays', 'keras_attention.npz')

SMALLER = [
    ('vocab_size = 10000', 'vocab_size = 13'),
    ('embedding_size = 128', 'embedding_size = 5'),
    ('hidden_size = 256', 'hidden_size = 6'),
    ('input_length = 100', 'input_length = 7'),
]

# What the author meant, written into the source: the import, one Dense for all steps that belongs
# to the model, and the attention of each step by itself.
FIXES = [
    ('Dot, Activation\n', 'Dot, Activation, Concatenate, Layer\n'),
    (
        'def attention(inputs):',
        'class Attention(Layer):\n'
        '    def build(self, input_shape):\n'
        "        self.dense = Dense(units=hidden_size, activation='tanh')\n"
        '        self.dense.build((None, hidden_size))\n'
        '        super(Attention, self).build(input_shape)\n'
        '    def call(self, inputs):\n'
        '        encoder_outputs, decoder_outputs = inputs\n'
        '        steps = [\n'
        '            attention([encoder_outputs, decoder_outputs[:, t]], self.dense)\n'
        '            for t in range(input_length)\n'
        '        ]\n'
        '        return K.stack(steps, axis=1)\n'
        '    def compute_output_shape(self, input_shape):\n'
        '        return input_shape[1]\n'
        'def attention(inputs, dense):',
    ),
    (
        "Dense(units=hidden_size, activation='tanh')(decoder_outputs)\n    # ",
        'dense(decoder_outputs)\n    # ',
    ),
    ('Lambda(attention)(', 'Attention()('),
]

BATCH = 3
STEPS = 4


def replaced(text, changes):
    """`text` with each (old, new) pair replaced, which must stand in it once."""
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError('{!r} stands {} times in the article'.format(old, text.count(old)))
        text = text.replace(old, new)
    return text


def article():
    with open(ARTICLE, encoding='utf-8') as source:
        return source.read()


def numbers(key, shape):
    """Fixed numbers in [-0.5, 0.5) for a name and a shape."""
    seed = zlib.crc32('{} {}'.format(key, list(shape)).encode())
    return np.random.RandomState(seed).uniform(-0.5, 0.5, shape).astype('float32')


def made_by(tensor):
    """The layer that a Keras tensor comes out of."""
    return tensor._keras_history[0]


def measure(program):
    """Sets the weights of an executed article and records what it computes.

    Args:
      program: the globals of the article after its last line.

    Returns:
      Arrays: the attention vectors, the outputs, the losses of a few training steps, and the
      weights after them.
    """
    model = program['model']
    layers = {
        'encoder_embedding': made_by(program['encoder_embedding']),
        'decoder_embedding': made_by(program['decoder_embedding']),
        'encoder_lstm': program['encoder_lstm'],
        'decoder_lstm': program['decoder_lstm'],
        'attention': made_by(program['decoder_attention']),
        'decoder_dense': program['decoder_dense'],
    }
    for role, layer in layers.items():
        layer.set_weights(
            [
                numbers('{}/{}'.format(role, index), np.shape(weight))
                for index, weight in enumerate(layer.get_weights())
            ]
        )
    length, vocabulary = program['input_length'], program['vocab_size']
    random = np.random.RandomState(7)
    sentences = [random.randint(0, vocabulary, (BATCH, length)) for _ in range(2)]
    targets = np.eye(vocabulary)[random.randint(0, vocabulary, (BATCH, length))]
    probe = program['Model'](inputs=model.inputs, outputs=program['decoder_attention'])
    found = {
        'attention': probe.predict(sentences),
        'outputs': model.predict(sentences),
        'losses': np.array([model.train_on_batch(sentences, targets) for _ in range(STEPS)]),
    }
    for role, layer in layers.items():
        for index, weight in enumerate(layer.get_weights()):
            found['trained/{}/{}'.format(role, index)] = weight
    found['shapes'] = np.array(sorted(str(np.shape(w)) for w in model.get_weights()))
    return found


def save(arrays, path):
    """Writes a `.npz` whose bytes depend on the arrays alone."""
    part = path + '.part'
    with zipfile.ZipFile(part, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(arrays[name]), version=(1, 0))
            entry = zipfile.ZipInfo(name + '.npy', date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue())
    os.replace(part, path)


def main():
    import keras
    import tensorflow as tf

    program = {'__name__': '__main__'}
    exec(replaced(article(), SMALLER + FIXES), program)
    arrays = measure(program)
    arrays['versions'] = np.array(['tensorflow ' + tf.__version__, 'keras ' + keras.__version__])
    os.makedirs(os.path.dirname(ARRAYS), exist_ok=True)
    save(arrays, ARRAYS)
    for name in sorted(arrays):
        print(name, arrays[name].shape)


if __name__ == '__main__':
    main()
