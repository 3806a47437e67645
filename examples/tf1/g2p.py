"""Grapheme-to-phoneme conversion with an attentive encoder-decoder, for TensorFlow 1.

    python g2p.py --mode=train --model_dir=/tmp/g2p
    python g2p.py --mode=eval --model_dir=/tmp/g2p
    python g2p.py --mode=predict --model_dir=/tmp/g2p nation caught phone

A bidirectional LSTM reads the letters of a word; an LSTM with Bahdanau attention writes its
phonemes. Words come from the CMU Pronouncing Dictionary (../data), without stress marks.
"""

from __future__ import division
from __future__ import print_function

import json
import os
import sys
import time
import zlib

import numpy as np
import tensorflow as tf

DATA_DIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data')

flags = tf.app.flags
flags.DEFINE_string('mode', 'train', 'train, eval or predict')
flags.DEFINE_string('model_dir', 'g2p_model', 'where checkpoints and summaries go')
flags.DEFINE_string('train_file', os.path.join(DATA_DIR, 'cmudict_train.txt'), 'training words')
flags.DEFINE_string('test_file', os.path.join(DATA_DIR, 'cmudict_test.txt'), 'held-out words')
flags.DEFINE_integer('units', 96, 'units of the encoder in each direction')
flags.DEFINE_integer('embedding_size', 48, 'size of letter and phoneme embeddings')
flags.DEFINE_integer('batch_size', 64, 'words in a batch')
flags.DEFINE_integer('steps', 4000, 'training steps')
flags.DEFINE_float('max_seconds', 0.0, 'stop training after so many seconds (0: never)')
flags.DEFINE_float('learning_rate', 0.004, 'learning rate of Adam at the start')
flags.DEFINE_float('max_gradient_norm', 5.0, 'gradients are clipped to this global norm')
flags.DEFINE_float('dropout', 0.1, 'dropout at the inputs of the recurrent cells')
flags.DEFINE_integer('log_every', 100, 'steps between two lines of progress')
flags.DEFINE_integer('save_every', 1000, 'steps between two checkpoints')
flags.DEFINE_integer('eval_words', 500, 'test words to score (0: all)')
flags.DEFINE_integer('seed', 1, 'seed of the data order and of the initial weights')
flags.DEFINE_boolean(
    'init_by_name', False, 'set each initial weight from its name and shape, not at random'
)
flags.DEFINE_string('losses_file', '', 'write the training losses to this JSON file')
flags.DEFINE_string('alignments_file', '', 'predict: write the alignments to this .npz file')
flags.DEFINE_integer('threads', 0, 'threads of TensorFlow (0: as many as it likes)')
FLAGS = flags.FLAGS

PAD, GO, EOS = 0, 1, 2
LETTERS = ['<pad>'] + list('abcdefghijklmnopqrstuvwxyz')
PHONEMES = ['<pad>', '<s>', '</s>'] + (
    'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH '
    'UH UW V W Y Z ZH'
).split()
LETTER_ID = {letter: i for i, letter in enumerate(LETTERS)}
PHONEME_ID = {phoneme: i for i, phoneme in enumerate(PHONEMES)}


def read_words(path):
    """Returns a list of (letters, phonemes), both as ids."""
    pairs = []
    with open(path) as lines:
        for line in lines:
            word, phonemes = line.split(None, 1)
            pairs.append(
                (
                    [LETTER_ID[c] for c in word],
                    [PHONEME_ID[p.rstrip('012')] for p in phonemes.split()],
                )
            )
    return pairs


def pad(rows):
    """Returns rows as one matrix, padded with PAD, and their lengths."""
    lengths = np.array([len(row) for row in rows], np.int32)
    matrix = np.full([len(rows), lengths.max()], PAD, np.int32)
    for i, row in enumerate(rows):
        matrix[i, : len(row)] = row
    return matrix, lengths


def training_batches(pairs, batch_size, seed):
    """Yields batches for ever, in an order that depends on the seed alone."""
    random = np.random.RandomState(seed)
    while True:
        order = random.permutation(len(pairs))
        for start in range(0, len(order) - batch_size + 1, batch_size):
            yield [pairs[i] for i in order[start : start + batch_size]]


class Model(object):
    """The graph: placeholders, training loss and greedy decoding."""

    def __init__(self):
        self.letters = tf.placeholder(tf.int32, [None, None], 'letters')
        self.letters_length = tf.placeholder(tf.int32, [None], 'letters_length')
        self.decoder_inputs = tf.placeholder(tf.int32, [None, None], 'decoder_inputs')
        self.targets = tf.placeholder(tf.int32, [None, None], 'targets')
        self.targets_length = tf.placeholder(tf.int32, [None], 'targets_length')
        self.keep_prob = tf.placeholder_with_default(1.0, [], 'keep_prob')
        self.global_step = tf.Variable(0, trainable=False, name='global_step')

        memory, state = self.build_encoder()
        self.build_decoder(memory, state)
        self.build_training()

    def cell(self, units):
        return tf.contrib.rnn.DropoutWrapper(
            tf.contrib.rnn.LSTMCell(units), input_keep_prob=self.keep_prob
        )

    def build_encoder(self):
        with tf.variable_scope('encoder'):
            embedding = tf.get_variable('embedding', [len(LETTERS), FLAGS.embedding_size])
            outputs, (forward, backward) = tf.nn.bidirectional_dynamic_rnn(
                self.cell(FLAGS.units),
                self.cell(FLAGS.units),
                tf.nn.embedding_lookup(embedding, self.letters),
                sequence_length=self.letters_length,
                dtype=tf.float32,
            )
            state = tf.contrib.rnn.LSTMStateTuple(
                c=tf.concat([forward.c, backward.c], axis=1),
                h=tf.concat([forward.h, backward.h], axis=1),
            )
            return tf.concat(outputs, axis=2), state

    def build_decoder(self, memory, encoder_state):
        units = 2 * FLAGS.units
        batch_size = tf.shape(self.letters)[0]
        with tf.variable_scope('decoder') as scope:
            embedding = tf.get_variable('embedding', [len(PHONEMES), FLAGS.embedding_size])
            attention = tf.contrib.seq2seq.BahdanauAttention(
                units, memory, memory_sequence_length=self.letters_length
            )
            cell = tf.contrib.seq2seq.AttentionWrapper(
                self.cell(units), attention, attention_layer_size=units, alignment_history=True
            )
            initial_state = cell.zero_state(batch_size, tf.float32).clone(cell_state=encoder_state)
            output_layer = tf.layers.Dense(len(PHONEMES), use_bias=False, name='output')

            helper = tf.contrib.seq2seq.TrainingHelper(
                tf.nn.embedding_lookup(embedding, self.decoder_inputs), self.targets_length
            )
            decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, initial_state, output_layer)
            outputs, _, _ = tf.contrib.seq2seq.dynamic_decode(
                decoder, impute_finished=True, scope=scope
            )
            self.logits = outputs.rnn_output

            scope.reuse_variables()
            helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(
                embedding, tf.fill([batch_size], GO), EOS
            )
            decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, initial_state, output_layer)
            outputs, state, _ = tf.contrib.seq2seq.dynamic_decode(
                decoder,
                impute_finished=True,
                scope=scope,
                maximum_iterations=2 * tf.reduce_max(self.letters_length) + 2,
            )
            self.predictions = outputs.sample_id
            self.alignments = tf.transpose(state.alignment_history.stack(), [1, 0, 2])

    def build_training(self):
        weights = tf.sequence_mask(self.targets_length, dtype=tf.float32)
        self.loss = tf.contrib.seq2seq.sequence_loss(self.logits, self.targets, weights)
        learning_rate = tf.train.exponential_decay(FLAGS.learning_rate, self.global_step, 1000, 0.6)
        variables = tf.trainable_variables()
        gradients, norm = tf.clip_by_global_norm(
            tf.gradients(self.loss, variables), FLAGS.max_gradient_norm
        )
        self.train_op = tf.train.AdamOptimizer(learning_rate).apply_gradients(
            zip(gradients, variables), global_step=self.global_step
        )
        tf.summary.scalar('loss', self.loss)
        tf.summary.scalar('gradient_norm', norm)
        tf.summary.scalar('learning_rate', learning_rate)
        self.summary = tf.summary.merge_all()

    def feed(self, pairs, keep_prob=1.0):
        letters, letters_length = pad([word for word, _ in pairs])
        inputs, _ = pad([[GO] + phonemes for _, phonemes in pairs])
        targets, targets_length = pad([phonemes + [EOS] for _, phonemes in pairs])
        return {
            self.letters: letters,
            self.letters_length: letters_length,
            self.decoder_inputs: inputs,
            self.targets: targets,
            self.targets_length: targets_length,
            self.keep_prob: keep_prob,
        }


def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        previous, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            previous, row[j + 1] = row[j + 1], min(row[j] + 1, row[j + 1] + 1, previous + (x != y))
    return row[-1]


def until_eos(ids):
    ids = list(ids)
    return ids[: ids.index(EOS)] if EOS in ids else ids


def evaluate(session, model, pairs):
    """Returns the phoneme error rate and the word error rate of greedy decoding."""
    errors, total, wrong = 0, 0, 0
    for start in range(0, len(pairs), 250):
        batch = pairs[start : start + 250]
        predictions = session.run(model.predictions, model.feed(batch))
        for (_, phonemes), predicted in zip(batch, predictions):
            distance = edit_distance(phonemes, until_eos(predicted))
            errors += distance
            total += len(phonemes)
            wrong += distance > 0
    return errors / total, wrong / len(pairs)


def report(session, model, pairs, when):
    phoneme_errors, word_errors = evaluate(session, model, pairs)
    print(
        '%s: phoneme error rate %.1f%%, word error rate %.1f%% (%d test words)'
        % (when, 100 * phoneme_errors, 100 * word_errors, len(pairs))
    )
    sys.stdout.flush()


def initialize_by_name(session):
    """Sets each weight from its name and shape, whatever the version of TensorFlow."""
    for variable in tf.trainable_variables():
        shape = variable.get_shape().as_list()
        random = np.random.RandomState(zlib.crc32(variable.op.name.encode('ascii')) & 0xFFFFFFFF)
        variable.load(random.uniform(-0.1, 0.1, shape).astype(np.float32), session)


def train(session, model, saver):
    words = read_words(FLAGS.train_file)
    test_words = read_test_words()
    writer = tf.summary.FileWriter(FLAGS.model_dir, session.graph)
    session.run(tf.global_variables_initializer())
    if FLAGS.init_by_name:
        initialize_by_name(session)
    print(
        '%d training words, %d weights'
        % (len(words), sum(np.prod(v.get_shape().as_list()) for v in tf.trainable_variables()))
    )
    report(session, model, test_words, 'before training')

    path = os.path.join(FLAGS.model_dir, 'model.ckpt')
    losses = []
    started = time.time()
    for batch in training_batches(words, FLAGS.batch_size, FLAGS.seed):
        _, loss, step, summary = session.run(
            [model.train_op, model.loss, model.global_step, model.summary],
            model.feed(batch, 1.0 - FLAGS.dropout),
        )
        losses.append(float(loss))
        writer.add_summary(summary, step)
        seconds = time.time() - started
        if step % FLAGS.log_every == 0:
            print(
                'step %5d  loss %.4f  %.1f s' % (step, np.mean(losses[-FLAGS.log_every :]), seconds)
            )
            sys.stdout.flush()
        if step % FLAGS.save_every == 0:
            saver.save(session, path, global_step=model.global_step)
        if step >= FLAGS.steps or 0 < FLAGS.max_seconds <= seconds:
            break
    print('saved', saver.save(session, path, global_step=model.global_step))
    writer.close()
    report(session, model, test_words, 'after %d steps' % step)
    if FLAGS.losses_file:
        with open(FLAGS.losses_file, 'w') as out:
            json.dump(losses, out)


def predict(session, model, words):
    """Prints each word with its phonemes; writes the alignments if asked to."""
    ids = [([LETTER_ID[letter] for letter in word], []) for word in words]
    predictions, alignments = session.run([model.predictions, model.alignments], model.feed(ids))
    arrays = {}
    for word, predicted, alignment in zip(words, predictions, alignments):
        phonemes = [PHONEMES[i] for i in until_eos(predicted)]
        print('%-12s %s' % (word, ' '.join(phonemes)))
        shown = phonemes + ['</s>'] if EOS in predicted else phonemes
        arrays[word] = alignment[: len(shown), : len(word)]
        arrays[word + '/phonemes'] = np.array(shown)
    if FLAGS.alignments_file:
        np.savez(FLAGS.alignments_file, **arrays)


def read_test_words():
    words = read_words(FLAGS.test_file)
    order = np.random.RandomState(0).permutation(len(words))
    return [words[i] for i in order[: FLAGS.eval_words or None]]


def main(argv):
    tf.set_random_seed(FLAGS.seed)
    model = Model()
    saver = tf.train.Saver(max_to_keep=2)
    config = tf.ConfigProto(
        intra_op_parallelism_threads=FLAGS.threads, inter_op_parallelism_threads=FLAGS.threads
    )
    with tf.Session(config=config) as session:
        if FLAGS.mode == 'train':
            return train(session, model, saver)
        checkpoint = tf.train.latest_checkpoint(FLAGS.model_dir)
        if checkpoint is None:
            raise ValueError('no checkpoint in %s: train first' % FLAGS.model_dir)
        saver.restore(session, checkpoint)
        if FLAGS.mode == 'eval':
            report(session, model, read_test_words(), os.path.basename(checkpoint))
        elif FLAGS.mode == 'predict':
            predict(session, model, argv[1:])
        else:
            raise ValueError('unknown mode %r' % FLAGS.mode)


if __name__ == '__main__':
    tf.app.run()
