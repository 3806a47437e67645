"""A small Tacotron: from the letters of a word to frames of sound, for TensorFlow 1.

    python tacotron.py --mode=train --model_dir=/tmp/tacotron
    python tacotron.py --mode=eval --model_dir=/tmp/tacotron
    python tacotron.py --mode=predict --model_dir=/tmp/tacotron nation phone

The sound is synthetic: `speak` gives each letter a spectrum and a duration. A bidirectional GRU
reads the letters; three GRU layers with residual connections and location-sensitive attention
write the frames, two at a step, and say when to stop. It trains with the true frames as inputs,
and then speaks with its own.
"""

from __future__ import division
from __future__ import print_function

import json
import os
import sys
import zlib

import numpy as np
import tensorflow as tf

from tensorflow.contrib.rnn import DropoutWrapper, GRUCell, MultiRNNCell, ResidualWrapper
from tensorflow.contrib.seq2seq import AttentionWrapper, BahdanauAttention, BasicDecoder
from tensorflow.contrib.seq2seq import CustomHelper, TrainingHelper, dynamic_decode

DATA_DIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data')

flags = tf.app.flags
flags.DEFINE_string('mode', 'train', 'train, eval or predict')
flags.DEFINE_string('model_dir', 'tacotron_model', 'where checkpoints and summaries go')
flags.DEFINE_string('train_file', os.path.join(DATA_DIR, 'cmudict_train.txt'), 'training words')
flags.DEFINE_string('test_file', os.path.join(DATA_DIR, 'cmudict_test.txt'), 'held-out words')
flags.DEFINE_integer('units', 96, 'units of each layer')
flags.DEFINE_integer('embedding_size', 32, 'size of the letter embeddings')
flags.DEFINE_integer('batch_size', 32, 'words in a batch')
flags.DEFINE_integer('steps', 1200, 'training steps')
flags.DEFINE_float('learning_rate', 0.002, 'learning rate of Adam')
flags.DEFINE_float('max_gradient_norm', 1.0, 'gradients are clipped to this global norm')
flags.DEFINE_float('dropout', 0.1, 'dropout of the frames read and between the decoder layers')
flags.DEFINE_integer('log_every', 100, 'steps between two lines of progress')
flags.DEFINE_integer('save_every', 500, 'steps between two checkpoints')
flags.DEFINE_integer('eval_words', 300, 'test words to speak')
flags.DEFINE_integer('seed', 1, 'seed of the data order and of everything random')
flags.DEFINE_boolean(
    'init_by_name', False, 'set each initial weight from its name and shape, not at random'
)
flags.DEFINE_string('losses_file', '', 'write the training losses to this JSON file')
flags.DEFINE_string('frames_file', '', 'predict: write frames and alignments to this .npz file')
FLAGS = flags.FLAGS

LETTERS = '_abcdefghijklmnopqrstuvwxyz'  # the first is the padding
BANDS = 16
FRAMES_PER_STEP = 2
DECODER_LAYERS = 3
MOST_STEPS = 24


def spectra():
    """Each letter's spectrum: two formants, at places drawn once and for all."""
    places = np.random.RandomState(0).uniform(0, BANDS, [len(LETTERS), 2, 1])
    return np.exp(-0.5 * np.square(np.arange(BANDS) - places)).sum(axis=1)


def speak(letters):
    """The frames `[time, BANDS]` of a word: vowels are long, and each sound glides to the next."""
    durations = [3 if LETTERS[i] in 'aeiou' else 2 for i in letters]
    frames = np.repeat(spectra()[letters], durations, axis=0)
    around = np.pad(frames, ((1, 1), (0, 0)), 'edge')
    return ((around[:-2] + around[1:-1] + around[2:]) / 3).astype(np.float32)


def read_words(path):
    """Returns the words of a dictionary, as ids of their letters."""
    with open(path) as lines:
        return [[LETTERS.index(letter) for letter in line.split()[0]] for line in lines]


def batches(words, batch_size, seed):
    """Yields batches for ever, in an order that depends on the seed alone."""
    random = np.random.RandomState(seed)
    while True:
        order = random.permutation(len(words))
        for start in range(0, len(order) - batch_size + 1, batch_size):
            yield [words[i] for i in order[start : start + batch_size]]


class LocationSensitiveAttention(BahdanauAttention):
    """Additive attention that also sees where it has been (Chorowski et al. 2015).

    Its state is the sum of all alignments so far.
    """

    def __init__(self, num_units, memory, memory_sequence_length, filters=8, width=5):
        super(LocationSensitiveAttention, self).__init__(
            num_units, memory, memory_sequence_length, name='LocationSensitiveAttention'
        )
        self.location_filters = tf.layers.Conv1D(
            filters, width, padding='same', use_bias=False, name='location_filters'
        )
        self.location_layer = tf.layers.Dense(num_units, use_bias=False, name='location_layer')

    def __call__(self, query, state):
        with tf.variable_scope(None, 'location_sensitive_attention', [query]):
            location = self.location_layer(self.location_filters(tf.expand_dims(state, 2)))
            attention_v = tf.get_variable('attention_v', [self._num_units])
            query = tf.expand_dims(self.query_layer(query), 1)
            score = tf.reduce_sum(attention_v * tf.tanh(self.keys + query + location), axis=2)
        alignments = self._probability_fn(score, state)
        return alignments, state + alignments


class Model(object):
    """The graph: placeholders, training loss, and speaking."""

    def __init__(self):
        self.letters = tf.placeholder(tf.int32, [None, None], 'letters')
        self.letters_length = tf.placeholder(tf.int32, [None], 'letters_length')
        # What a step writes side by side: FRAMES_PER_STEP frames.
        self.frames = tf.placeholder(tf.float32, [None, None, FRAMES_PER_STEP * BANDS], 'frames')
        self.steps = tf.placeholder(tf.int32, [None], 'steps')
        self.keep_prob = tf.placeholder_with_default(1.0, [], 'keep_prob')
        self.global_step = tf.train.get_or_create_global_step()
        self.batch_size = tf.shape(self.letters)[0]
        with tf.variable_scope('encoder'):
            memory = self.build_encoder()
        with tf.variable_scope('decoder') as scope:
            self.build_decoder(memory, scope)
        self.build_training()

    def build_encoder(self):
        embedding = tf.get_variable('embedding', [len(LETTERS), FLAGS.embedding_size])
        outputs, _ = tf.nn.bidirectional_dynamic_rnn(
            GRUCell(FLAGS.units),
            GRUCell(FLAGS.units),
            tf.nn.embedding_lookup(embedding, self.letters),
            sequence_length=self.letters_length,
            dtype=tf.float32,
        )
        return tf.concat(outputs, axis=2)

    def build_decoder(self, memory, scope):
        prenet = tf.layers.Dense(FLAGS.units, tf.nn.relu, name='prenet')

        def cell_inputs(frame, attention):
            frame = tf.nn.dropout(prenet(frame), keep_prob=self.keep_prob)
            return tf.concat([frame, attention], axis=1)

        layers = [
            DropoutWrapper(GRUCell(FLAGS.units), output_keep_prob=self.keep_prob)
            for _ in range(DECODER_LAYERS)
        ]
        cell = AttentionWrapper(
            MultiRNNCell(layers[:1] + [ResidualWrapper(layer) for layer in layers[1:]]),
            LocationSensitiveAttention(FLAGS.units, memory, self.letters_length),
            alignment_history=True,
            cell_input_fn=cell_inputs,
            output_attention=False,
        )
        initial_state = cell.zero_state(self.batch_size, tf.float32)
        # The frames of a step, and a logit for having come to the end.
        output_layer = tf.layers.Dense(FRAMES_PER_STEP * BANDS + 1, name='output')

        # Each step reads the last frame of the step before.
        last_frames = self.frames[:, :, -BANDS:]
        inputs = tf.pad(last_frames[:, :-1], [[0, 0], [1, 0], [0, 0]])
        decoder = BasicDecoder(
            cell, TrainingHelper(inputs, self.steps), initial_state, output_layer
        )
        outputs, _, _ = dynamic_decode(decoder, impute_finished=True, scope=scope)
        self.predicted, self.stop_logits = tf.split(
            outputs.rnn_output, [FRAMES_PER_STEP * BANDS, 1], axis=2
        )

        scope.reuse_variables()
        silence = tf.zeros([self.batch_size, BANDS])
        helper = CustomHelper(
            initialize_fn=lambda: (tf.fill([self.batch_size], False), silence),
            sample_fn=lambda time, outputs, state: outputs[:, -1] > 0,
            next_inputs_fn=lambda time, outputs, state, sample_ids: (
                sample_ids,
                outputs[:, -1 - BANDS : -1],
                state,
            ),
            sample_ids_dtype=tf.bool,
        )
        decoder = BasicDecoder(cell, helper, initial_state, output_layer)
        outputs, state, self.spoken_steps = dynamic_decode(
            decoder, impute_finished=True, maximum_iterations=MOST_STEPS, scope=scope
        )
        self.spoken = outputs.rnn_output[:, :, :-1]
        self.alignments = tf.transpose(state.alignment_history.stack(), [1, 0, 2])

    def build_training(self):
        weights = tf.sequence_mask(self.steps, dtype=tf.float32)
        is_last = tf.one_hot(self.steps - 1, tf.shape(self.frames)[1])
        frame_loss = tf.reduce_sum(tf.squared_difference(self.predicted, self.frames), axis=2)
        stop_loss = tf.nn.sigmoid_cross_entropy_with_logits(
            labels=is_last, logits=self.stop_logits[:, :, 0]
        )
        self.loss = tf.losses.compute_weighted_loss(frame_loss + stop_loss, weights)
        variables = tf.trainable_variables()
        # Dense, or the norm would count the rows of an embedding one by one.
        gradients = [tf.convert_to_tensor(g) for g in tf.gradients(self.loss, variables)]
        gradients, _ = tf.clip_by_global_norm(gradients, FLAGS.max_gradient_norm)
        self.train_op = tf.train.AdamOptimizer(FLAGS.learning_rate).apply_gradients(
            zip(gradients, variables), global_step=self.global_step
        )

    def feed(self, words, keep_prob=1.0):
        letters_length = [len(word) for word in words]
        letters = np.zeros([len(words), max(letters_length)], np.int32)
        spoken = [speak(word) for word in words]
        steps = [-(-len(frames) // FRAMES_PER_STEP) for frames in spoken]
        frames = np.zeros([len(words), max(steps) * FRAMES_PER_STEP, BANDS], np.float32)
        for i, word in enumerate(words):
            letters[i, : len(word)] = word
            frames[i, : len(spoken[i])] = spoken[i]
        return {
            self.letters: letters,
            self.letters_length: letters_length,
            self.frames: frames.reshape([len(words), max(steps), FRAMES_PER_STEP * BANDS]),
            self.steps: steps,
            self.keep_prob: keep_prob,
        }


def report(session, model, when):
    """Prints how well test words are spoken, without the true frames."""
    words = read_test_words()
    feed = model.feed(words)
    spoken, spoken_steps = session.run([model.spoken, model.spoken_steps], feed)
    true, steps = feed[model.frames], feed[model.steps]
    errors = [
        np.mean(np.square(spoken[i, :n] - true[i, :n]))
        for i, n in enumerate(np.minimum(spoken_steps, steps))
    ]
    print(
        '%s: squared error %.4f of a band of a frame, %.1f%% of %d test words end at the right step'
        % (when, np.mean(errors), 100 * np.mean(spoken_steps == steps), len(words))
    )
    sys.stdout.flush()


def initialize_by_name(session):
    """Sets each weight from its name and shape, whatever the version of TensorFlow."""
    for variable in tf.trainable_variables():
        shape = variable.get_shape().as_list()
        random = np.random.RandomState(zlib.crc32(variable.op.name.encode('ascii')) & 0xFFFFFFFF)
        variable.load(random.uniform(-0.1, 0.1, shape).astype(np.float32), session)


def train(session, model, saver):
    path = os.path.join(FLAGS.model_dir, 'model.ckpt')
    session.run(tf.global_variables_initializer())
    if FLAGS.init_by_name:
        initialize_by_name(session)
    losses = []
    for batch in batches(read_words(FLAGS.train_file), FLAGS.batch_size, FLAGS.seed):
        _, loss, step = session.run(
            [model.train_op, model.loss, model.global_step], model.feed(batch, 1 - FLAGS.dropout)
        )
        losses.append(float(loss))
        if step % FLAGS.log_every == 0:
            print('step %5d  loss %.4f' % (step, np.mean(losses[-FLAGS.log_every :])))
            sys.stdout.flush()
        if step % FLAGS.save_every == 0 or step >= FLAGS.steps:
            saver.save(session, path, global_step=step)
        if step >= FLAGS.steps:
            break
    report(session, model, 'after %d steps' % step)
    if FLAGS.losses_file:
        with open(FLAGS.losses_file, 'w') as out:
            json.dump(losses, out)


def predict(session, model, words):
    """Prints how long each word is, and at which letter each step of it was."""
    ids = [[LETTERS.index(letter) for letter in word] for word in words]
    spoken, steps, alignments = session.run(
        [model.spoken, model.spoken_steps, model.alignments], model.feed(ids)
    )
    arrays = {}
    for i, word in enumerate(words):
        alignment = alignments[i, : steps[i], : len(word)]
        attended = ''.join(word[j] for j in alignment.argmax(axis=1))
        print('%-12s %2d frames  %s' % (word, FRAMES_PER_STEP * steps[i], attended))
        arrays[word] = spoken[i, : steps[i]].reshape([-1, BANDS])
        arrays[word + '/alignment'] = alignment
    if FLAGS.frames_file:
        np.savez(FLAGS.frames_file, **arrays)


def read_test_words():
    words = read_words(FLAGS.test_file)
    order = np.random.RandomState(0).permutation(len(words))
    return [words[i] for i in order[: FLAGS.eval_words]]


def main(argv):
    tf.set_random_seed(FLAGS.seed)
    model = Model()
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session() as session:
        if FLAGS.mode == 'train':
            return train(session, model, saver)
        checkpoint = tf.train.latest_checkpoint(FLAGS.model_dir)
        if checkpoint is None:
            raise ValueError('no checkpoint in %s: train first' % FLAGS.model_dir)
        saver.restore(session, checkpoint)
        if FLAGS.mode == 'predict':
            predict(session, model, argv[1:])
        else:
            report(session, model, os.path.basename(checkpoint))


if __name__ == '__main__':
    tf.app.run()
