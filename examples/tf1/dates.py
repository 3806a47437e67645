"""Dates in many written forms to their ISO form, for TensorFlow 1.

    python dates.py --mode=train --model_dir=/tmp/dates
    python dates.py --mode=eval --model_dir=/tmp/dates
    python dates.py --mode=predict --model_dir=/tmp/dates "the 3rd of may, 1998" 12/24/07

A bidirectional GRU reads the characters of a date; a GRU with Luong's scaled attention, trained
with scheduled sampling, writes its ISO form, found by beam search.
"""

from __future__ import division
from __future__ import print_function

import json
import os
import zlib

import numpy as np
import tensorflow as tf

from tensorflow.contrib import rnn
from tensorflow.contrib import seq2seq

DATA_DIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data')

flags = tf.app.flags
flags.DEFINE_string('mode', 'train', 'train, eval or predict')
flags.DEFINE_string('model_dir', 'dates_model', 'where checkpoints and summaries go')
flags.DEFINE_string('train_file', os.path.join(DATA_DIR, 'dates_train.txt'), 'training dates')
flags.DEFINE_string('test_file', os.path.join(DATA_DIR, 'dates_test.txt'), 'held-out dates')
flags.DEFINE_integer('units', 64, 'units of the encoder in each direction')
flags.DEFINE_integer('embedding_size', 32, 'size of the embeddings')
flags.DEFINE_integer('batch_size', 64, 'dates in a batch')
flags.DEFINE_integer('steps', 1000, 'training steps')
flags.DEFINE_float('learning_rate', 0.003, 'learning rate of Adam')
flags.DEFINE_float('max_gradient_norm', 5.0, 'gradients are clipped to this global norm')
flags.DEFINE_float('sampling', 0.2, 'how likely a step reads a sampled character in the end')
flags.DEFINE_integer('beam_width', 4, 'beams of the search')
flags.DEFINE_integer('log_every', 100, 'steps between two lines of progress')
flags.DEFINE_integer('save_every', 500, 'steps between two checkpoints')
flags.DEFINE_integer('seed', 1, 'seed of the data order and of everything random')
flags.DEFINE_boolean(
    'init_by_name', False, 'set each initial weight from its name and shape, not at random'
)
flags.DEFINE_string('losses_file', '', 'write the training losses to this JSON file')
flags.DEFINE_string('alignments_file', '', 'predict: write the alignments to this .npz file')
FLAGS = flags.FLAGS

PAD, GO, EOS = 0, 1, 2
DIGITS = ['<pad>', '<s>', '</s>'] + list('0123456789-')
DIGIT_ID = {digit: i for i, digit in enumerate(DIGITS)}
CHARACTERS = 128  # ASCII; 0 is the padding
ISO_LENGTH = len('2001-12-31')


def characters(text):
    return np.array([ord(c) for c in text.lower()], np.int32)


def read_dates(path):
    """Returns a list of (written, iso), both as ids; iso ends with EOS."""
    with open(path) as lines:
        pairs = [line.rstrip('\n').split('\t') for line in lines]
    return [
        (characters(written), np.array([DIGIT_ID[c] for c in iso] + [EOS], np.int32))
        for written, iso in pairs
    ]


def shuffled(dates, seed):
    """Yields dates for ever, in an order that depends on the seed alone."""
    random = np.random.RandomState(seed)
    while True:
        for i in random.permutation(len(dates)):
            yield dates[i]


def training_batch():
    """The next batch of training dates, as tensors."""
    dates = read_dates(FLAGS.train_file)
    dataset = tf.data.Dataset.from_generator(
        lambda: shuffled(dates, FLAGS.seed), (tf.int32, tf.int32), ([None], [None])
    )
    dataset = dataset.padded_batch(FLAGS.batch_size, ([None], [None])).prefetch(2)
    return dataset.make_one_shot_iterator().get_next()


class Model(object):
    """The graph: training on `written` and `iso`, and beam search. Both can be fed."""

    def __init__(self, written, iso):
        self.written = tf.placeholder_with_default(written, [None, None], 'written')
        self.iso = tf.placeholder_with_default(iso, [None, None], 'iso')
        self.global_step = tf.train.get_or_create_global_step()
        self.lengths = tf.reduce_sum(tf.cast(tf.not_equal(self.written, PAD), tf.int32), axis=1)
        self.batch_size = tf.shape(self.written)[0]

        memory, state = self.build_encoder()
        with tf.variable_scope('decoder'):
            self.embedding = tf.get_variable('embedding', [len(DIGITS), FLAGS.embedding_size])
            self.output_layer = tf.layers.Dense(len(DIGITS), use_bias=False, name='output')
        self.build_training(memory, state)
        self.build_search(memory, state)

    def build_encoder(self):
        with tf.variable_scope('encoder'):
            embedding = tf.get_variable('embedding', [CHARACTERS, FLAGS.embedding_size])
            outputs, states = tf.nn.bidirectional_dynamic_rnn(
                rnn.GRUCell(FLAGS.units),
                rnn.GRUCell(FLAGS.units),
                tf.nn.embedding_lookup(embedding, self.written),
                sequence_length=self.lengths,
                dtype=tf.float32,
            )
            return tf.concat(outputs, axis=2), tf.concat(states, axis=1)

    def attend(self, memory, lengths, state):
        """The decoder's cell and its first state."""
        units = 2 * FLAGS.units
        attention = seq2seq.LuongAttention(
            units, memory, memory_sequence_length=lengths, scale=True
        )
        cell = seq2seq.AttentionWrapper(
            rnn.GRUCell(units), attention, attention_layer_size=units, alignment_history=True
        )
        zero_state = cell.zero_state(tf.shape(memory)[0], tf.float32)
        return cell, zero_state.clone(cell_state=state)

    def build_training(self, memory, state):
        start = tf.fill([self.batch_size, 1], GO)
        inputs = tf.concat([start, self.iso[:, :-1]], axis=1)
        length = tf.shape(self.iso)[1]
        sampling = FLAGS.sampling * tf.minimum(
            tf.cast(self.global_step, tf.float32) / (FLAGS.steps // 2), 1.0
        )
        with tf.variable_scope('decoder') as scope:
            cell, state = self.attend(memory, self.lengths, state)
            helper = seq2seq.ScheduledEmbeddingTrainingHelper(
                tf.nn.embedding_lookup(self.embedding, inputs),
                tf.fill([self.batch_size], length),
                self.embedding,
                sampling,
                seed=FLAGS.seed,
                scheduling_seed=FLAGS.seed + 1,
            )
            decoder = seq2seq.BasicDecoder(cell, helper, state, self.output_layer)
            outputs, _, _ = seq2seq.dynamic_decode(decoder, scope=scope)
        self.loss = seq2seq.sequence_loss(
            outputs.rnn_output, self.iso, tf.ones_like(self.iso, tf.float32)
        )
        variables = tf.trainable_variables()
        # Dense, or the norm would count the rows of an embedding one by one.
        gradients = [tf.convert_to_tensor(g) for g in tf.gradients(self.loss, variables)]
        gradients, _ = tf.clip_by_global_norm(gradients, FLAGS.max_gradient_norm)
        self.train_op = tf.train.AdamOptimizer(FLAGS.learning_rate).apply_gradients(
            zip(gradients, variables), global_step=self.global_step
        )
        tf.summary.scalar('loss', self.loss)
        tf.summary.scalar('sampling', sampling)

    def build_search(self, memory, state):
        memory, lengths, state = (
            seq2seq.tile_batch(tensor, multiplier=FLAGS.beam_width)
            for tensor in (memory, self.lengths, state)
        )
        with tf.variable_scope('decoder', reuse=True) as scope:
            cell, state = self.attend(memory, lengths, state)
            decoder = seq2seq.BeamSearchDecoder(
                cell,
                self.embedding,
                start_tokens=tf.fill([self.batch_size], GO),
                end_token=EOS,
                initial_state=state,
                beam_width=FLAGS.beam_width,
                output_layer=self.output_layer,
            )
            outputs, state, _ = seq2seq.dynamic_decode(
                decoder, maximum_iterations=ISO_LENGTH + 1, scope=scope
            )
        self.predictions = outputs.predicted_ids  # [batch, steps, beams]
        steps = tf.shape(self.predictions)[1]
        alignments = tf.reshape(  # [steps, batch * beams, characters] before
            state.cell_state.alignment_history,
            [steps, self.batch_size, FLAGS.beam_width, -1],
        )
        self.alignments = tf.transpose(alignments[:, :, 0], [1, 0, 2])  # of the best beam

    def feed(self, dates):
        """What to feed in place of a training batch."""
        written, iso = zip(*dates)
        return {self.written: pad(written), self.iso: pad(iso)}


def pad(rows):
    matrix = np.full([len(rows), max(len(row) for row in rows)], PAD, np.int32)
    for i, row in enumerate(rows):
        matrix[i, : len(row)] = row
    return matrix


def text(ids):
    """What the ids say up to EOS."""
    ids = list(ids)
    return ''.join(DIGITS[i] for i in (ids[: ids.index(EOS)] if EOS in ids else ids))


def report(session, model, when):
    """Prints how many of the test dates are found."""
    dates = read_dates(FLAGS.test_file)
    predictions = session.run(model.predictions, model.feed(dates))
    right = [text(ids[:, 0]) == text(iso) for ids, (_, iso) in zip(predictions, dates)]
    print('%s: %.1f%% of %d test dates are right' % (when, 100 * np.mean(right), len(right)))


def initialize_by_name(session):
    """Sets each weight from its name and shape, whatever the version of TensorFlow."""
    for variable in tf.trainable_variables():
        shape = variable.get_shape().as_list()
        random = np.random.RandomState(zlib.crc32(variable.op.name.encode('ascii')) & 0xFFFFFFFF)
        variable.load(random.uniform(-0.1, 0.1, shape).astype(np.float32), session)


def train(model):
    def initialize(_, session):
        if FLAGS.init_by_name:
            initialize_by_name(session)

    losses = []
    hooks = [
        tf.train.StopAtStepHook(last_step=FLAGS.steps),
        tf.train.NanTensorHook(model.loss),
    ]
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=FLAGS.model_dir,
        scaffold=tf.train.Scaffold(init_fn=initialize),
        hooks=hooks,
        save_checkpoint_steps=FLAGS.save_every,
        save_summaries_steps=FLAGS.log_every,
    ) as session:
        while not session.should_stop():
            _, loss, step = session.run([model.train_op, model.loss, model.global_step])
            losses.append(float(loss))
            if len(losses) % FLAGS.log_every == 0:
                print('step %5d  loss %.4f' % (step, np.mean(losses[-FLAGS.log_every :])))
    if FLAGS.losses_file:
        with open(FLAGS.losses_file, 'w') as out:
            json.dump(losses, out)


def predict(session, model, dates):
    """Prints the best two readings of each date; writes the alignments if asked to."""
    rows = [(characters(date), [EOS]) for date in dates]
    predictions, alignments = session.run([model.predictions, model.alignments], model.feed(rows))
    arrays = {}
    for date, ids, alignment in zip(dates, predictions, alignments):
        print('%-32s %s' % (date, '  or '.join(text(ids[:, beam]) for beam in range(2))))
        arrays[date.replace('/', '_')] = alignment[: len(text(ids[:, 0])), : len(date)]
    if FLAGS.alignments_file:
        np.savez(FLAGS.alignments_file, **arrays)


def main(argv):
    tf.set_random_seed(FLAGS.seed)
    model = Model(*training_batch())
    if FLAGS.mode == 'train':
        train(model)
    checkpoint = tf.train.latest_checkpoint(FLAGS.model_dir)
    if checkpoint is None:
        raise ValueError('no checkpoint in %s: train first' % FLAGS.model_dir)
    with tf.Session() as session:
        tf.train.Saver().restore(session, checkpoint)
        if FLAGS.mode == 'predict':
            predict(session, model, argv[1:])
        else:
            report(session, model, os.path.basename(checkpoint))


if __name__ == '__main__':
    tf.app.run()
