"""A small Tacotron: from the letters of a word to frames of sound, for TensorFlow 2.

    python tacotron.py --mode=train --model_dir=/tmp/tacotron_tf2
    python tacotron.py --mode=eval --model_dir=/tmp/tacotron_tf2
    python tacotron.py --mode=predict --model_dir=/tmp/tacotron_tf2 --plots=plots nation phone

The model, the data and the numbers are those of ../tf1/tacotron.py, whose checkpoints it takes:

    python tacotron.py --mode=eval --tf1_checkpoint=/tmp/tacotron/model.ckpt-1200

Words are short: all are padded to one length, so that XLA compiles training and speaking once.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import training

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat.plotting import plot_alignment

LETTERS = '_abcdefghijklmnopqrstuvwxyz'  # the first is the padding
BANDS = 16
FRAMES_PER_STEP = 2
DECODER_LAYERS = 3
MOST_LETTERS = 12
MOST_STEPS = 24
SPOKEN_TOGETHER = 100


class Batch(NamedTuple):
    """Words and their sound, padded.

    Fields:
      letters: int32 `[batch, MOST_LETTERS]`.
      letters_length: int32 `[batch]`.
      frames: float32 `[batch, MOST_STEPS, FRAMES_PER_STEP * BANDS]`.
      steps: int32 `[batch]`.
    """

    letters: tf.Tensor
    letters_length: tf.Tensor
    frames: tf.Tensor
    steps: tf.Tensor


class Spoken(NamedTuple):
    """What the model says.

    Fields:
      frames: `[batch, MOST_STEPS, FRAMES_PER_STEP * BANDS]`.
      steps: int32 `[batch]`.
      alignments: What each step attended to, `[batch, MOST_STEPS, MOST_LETTERS]`.
    """

    frames: tf.Tensor
    steps: tf.Tensor
    alignments: tf.Tensor


# -- data -----------------------------------------------------------------------------------------


@functools.cache
def spectra() -> np.ndarray:
    """Each letter's spectrum: two formants, at places drawn once and for all."""
    places = np.random.RandomState(0).uniform(0, BANDS, [len(LETTERS), 2, 1])
    return np.exp(-0.5 * np.square(np.arange(BANDS) - places)).sum(axis=1)


def speak(letters: Sequence[int]) -> np.ndarray:
    """The frames `[time, BANDS]` of a word: vowels are long, and each sound glides to the next."""
    durations = [3 if LETTERS[i] in 'aeiou' else 2 for i in letters]
    frames = np.repeat(spectra()[letters], durations, axis=0)
    around = np.pad(frames, ((1, 1), (0, 0)), 'edge')
    return ((around[:-2] + around[1:-1] + around[2:]) / 3).astype(np.float32)


def letter_ids(word: str) -> list[int]:
    return [LETTERS.index(letter) for letter in word]


def read_words(path: Path) -> list[list[int]]:
    """The words of a dictionary, as ids of their letters."""
    return [letter_ids(line.split()[0]) for line in path.read_text().splitlines()]


def shuffled(words: Sequence[list[int]], batch_size: int, seed: int) -> Iterator[list[int]]:
    """The words of batches for ever, in an order that depends on the seed alone."""
    random = np.random.RandomState(seed)
    while True:
        order = random.permutation(len(words))
        for i in order[: len(order) // batch_size * batch_size]:
            yield words[i]


def with_sound(words: Iterable[list[int]]) -> Iterator[Batch]:
    for letters in words:
        frames = speak(letters)
        steps = -(-len(frames) // FRAMES_PER_STEP)
        frames = np.pad(frames, ((0, steps * FRAMES_PER_STEP - len(frames)), (0, 0)))
        yield Batch(letters, len(letters), frames.reshape([steps, -1]), steps)


def batches(words: Iterable[list[int]], batch_size: int) -> tf.data.Dataset:
    """Batches of words with their sound, made while the step before is computed."""
    depth, number = FRAMES_PER_STEP * BANDS, tf.TensorSpec([], tf.int32)
    one = Batch(tf.TensorSpec([None], tf.int32), number, tf.TensorSpec([None, depth]), number)
    return (
        tf.data.Dataset.from_generator(lambda: with_sound(words), output_signature=one)
        .padded_batch(batch_size, Batch([MOST_LETTERS], [], [MOST_STEPS, depth], []))
        .prefetch(tf.data.AUTOTUNE)
    )


# -- model ----------------------------------------------------------------------------------------


class Filters(seq2seq.Layer):
    """Convolution of `[batch, time, 1]` along time."""

    def __init__(self, filters: int, width: int, name: str) -> None:
        super().__init__(name=name)
        self.shape = [width, 1, filters]

    def build(self, _: tf.TensorShape) -> None:
        self.kernel = self.add_variable('kernel', self.shape)
        self.built = True

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.nn.conv1d(inputs, self.kernel, stride=1, padding='SAME')


class LocationSensitiveAttention(seq2seq.BahdanauAttention):
    """Additive attention that also sees where it has been (Chorowski et al. 2015).

    Its state is the sum of all alignments so far.
    """

    def __init__(self, num_units: int, filters: int = 8, width: int = 5) -> None:
        super().__init__(num_units, memory=None)
        self.location_filters = Filters(filters, width, name='location_filters')
        self.location_layer = seq2seq.Dense(num_units, use_bias=False, name='location_layer')
        self.attention_v = self.add_variable('attention_v', [num_units])

    def __call__(self, query: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        location = self.location_layer(self.location_filters(state[:, :, None]))
        query = self.query_layer(query)[:, None]
        score = tf.reduce_sum(self.attention_v * tf.tanh(self.keys + query + location), axis=2)
        alignments = self._probability_fn(score, state)
        return alignments, state + alignments


class Model(tf.Module):
    """A bidirectional GRU reads letters; residual GRUs with attention write frames.

    The layers are made once and own the variables. Wrappers (dropout, residual connections, the
    stack, attention) own none, and are put around the layers where they are needed.
    """

    def __init__(self, units: int, embedding_size: int) -> None:
        super().__init__()
        self.embedding = training.embedding(len(LETTERS), embedding_size, 'encoder/embedding')
        self.forward = seq2seq.GRUCell(units)
        self.backward = seq2seq.GRUCell(units)
        self.prenet = seq2seq.Dense(units, tf.nn.relu, name='prenet')
        self.layers = [seq2seq.GRUCell(units) for _ in range(DECODER_LAYERS)]
        self.attention = LocationSensitiveAttention(units)
        # The frames of a step, and a logit for having come to the end.
        self.output = seq2seq.Dense(FRAMES_PER_STEP * BANDS + 1, name='output')
        [batch] = batches([letter_ids('a')], 1)
        self.loss(batch)  # Layers make their variables when first called.

    def attend(
        self, letters: tf.Tensor, lengths: tf.Tensor, keep_prob: float = 1.0
    ) -> tuple[seq2seq.AttentionWrapper, seq2seq.AttentionWrapperState]:
        """The decoder's cell, which attends to these letters, and its first state."""
        outputs, _ = seq2seq.bidirectional_dynamic_rnn(
            self.forward,
            self.backward,
            tf.nn.embedding_lookup(self.embedding, letters),
            sequence_length=lengths,
            dtype=tf.float32,
        )
        self.attention.setup_memory(tf.concat(outputs, axis=2), lengths)

        def cell_inputs(frame: tf.Tensor, attention: tf.Tensor) -> tf.Tensor:
            frame = tf.nn.dropout(self.prenet(frame), rate=1 - keep_prob)
            return tf.concat([frame, attention], axis=1)

        first, *others = (
            seq2seq.DropoutWrapper(layer, output_keep_prob=keep_prob) for layer in self.layers
        )
        cell = seq2seq.AttentionWrapper(
            seq2seq.MultiRNNCell([first, *map(seq2seq.ResidualWrapper, others)]),
            self.attention,
            alignment_history=True,
            cell_input_fn=cell_inputs,
            output_attention=False,
        )
        return cell, cell.zero_state(letters.shape[0], tf.float32)

    def loss(self, batch: Batch, keep_prob: float = 1.0) -> tf.Tensor:
        """How far off the frames of a step are, each with the true frames before it given."""
        cell, state = self.attend(batch.letters, batch.letters_length, keep_prob)
        # Each step reads the last frame of the step before.
        last_frames = batch.frames[:, :, -BANDS:]
        inputs = tf.pad(last_frames[:, :-1], [[0, 0], [1, 0], [0, 0]])
        helper = seq2seq.TrainingHelper(inputs, batch.steps)
        decoder = seq2seq.BasicDecoder(cell, helper, state, self.output)
        outputs, _, _ = seq2seq.dynamic_decode(decoder, impute_finished=True)

        steps = tf.shape(outputs.rnn_output)[1]  # Without XLA, it ends with the longest word.
        frames, stop_logits = outputs.rnn_output[:, :, :-1], outputs.rnn_output[:, :, -1]
        weights = tf.sequence_mask(batch.steps, steps, dtype=tf.float32)
        is_last = tf.one_hot(batch.steps - 1, steps)
        frame_loss = tf.reduce_sum(
            tf.math.squared_difference(frames, batch.frames[:, :steps]), axis=2
        )
        stop_loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=is_last, logits=stop_logits)
        return tf.reduce_sum(weights * (frame_loss + stop_loss)) / tf.reduce_sum(weights)

    @tf.function(jit_compile=True)
    def speak(self, letters: tf.Tensor, lengths: tf.Tensor) -> Spoken:
        """Speaks words: each step reads what the step before has said."""
        cell, state = self.attend(letters, lengths)
        batch = letters.shape[0]
        helper = seq2seq.CustomHelper(
            initialize_fn=lambda: (tf.fill([batch], False), tf.zeros([batch, BANDS])),
            sample_fn=lambda time, outputs, state: outputs[:, -1] > 0,
            next_inputs_fn=lambda time, outputs, state, sample_ids: (
                sample_ids,
                outputs[:, -1 - BANDS : -1],
                state,
            ),
            sample_ids_dtype=tf.bool,
        )
        decoder = seq2seq.BasicDecoder(cell, helper, state, self.output)
        outputs, state, steps = seq2seq.dynamic_decode(
            decoder, impute_finished=True, maximum_iterations=MOST_STEPS
        )
        alignments = tf.transpose(state.alignment_history.stack(), [1, 0, 2])
        return Spoken(outputs.rnn_output[:, :, :-1], steps, alignments)


# -- training -------------------------------------------------------------------------------------


def make_trainer(options: argparse.Namespace, model: Model) -> training.Trainer:
    loss = functools.partial(model.loss, keep_prob=1.0 - options.dropout)
    return training.Trainer(model, loss, options.learning_rate, options.max_gradient_norm)


def training_data(options: argparse.Namespace) -> tf.data.Dataset:
    words = shuffled(read_words(options.train_file), options.batch_size, options.seed)
    return batches(words, options.batch_size)


def train(options: argparse.Namespace, model: Model) -> None:
    trainer = make_trainer(options, model)
    training.fit(trainer, training_data(options), options)
    report(options, model, f'after {trainer.steps} steps')


# -- what it has learnt ---------------------------------------------------------------------------


def report(options: argparse.Namespace, model: Model, when: str) -> None:
    """Prints how well test words are spoken, without the true frames."""
    words = read_words(options.test_file)
    order = np.random.RandomState(0).permutation(len(words))[: options.eval_words]
    errors, right = [], []
    for batch in batches([words[i] for i in order], SPOKEN_TOGETHER):
        spoken = model.speak(batch.letters, batch.letters_length)
        right += (spoken.steps == batch.steps).numpy().tolist()
        steps = tf.sequence_mask(tf.minimum(spoken.steps, batch.steps), MOST_STEPS)
        errors += [
            float(tf.reduce_mean(tf.square(said[shown] - true[shown])))
            for said, true, shown in zip(spoken.frames, batch.frames, steps, strict=True)
        ]
    print(
        f'{when}: squared error {np.mean(errors):.4f} of a band of a frame, '
        f'{np.mean(right):.1%} of {len(right)} test words end at the right step'
    )


def predict(options: argparse.Namespace, model: Model) -> None:
    """Prints how long each word is, and at which letter each step of it was."""
    [batch] = batches([letter_ids(word) for word in options.words], len(options.words))
    spoken = model.speak(batch.letters, batch.letters_length)
    for word, steps, alignment in zip(
        options.words, spoken.steps.numpy(), spoken.alignments.numpy(), strict=True
    ):
        alignment = alignment[:steps, : len(word)]
        attended = ''.join(word[j] for j in alignment.argmax(axis=1))
        print(f'{word:<12} {FRAMES_PER_STEP * steps:2} frames  {attended}')
        if options.plots:
            options.plots.mkdir(parents=True, exist_ok=True)
            plot_alignment(alignment, word, path=options.plots / f'{word}.png')


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = training.parser(
        __doc__.splitlines()[0],
        model_dir='tacotron_model',
        train_file=training.DATA / 'cmudict_train.txt',
        test_file=training.DATA / 'cmudict_test.txt',
        units=96,
        embedding_size=32,
        batch_size=32,
        steps=1200,
        learning_rate=0.002,
        max_gradient_norm=1.0,
    )
    add = parser.add_argument
    add('--dropout', type=float, default=0.1, help='of frames read and between decoder layers')
    add('--eval_words', type=int, default=300, help='test words to speak')
    add('words', nargs='*', help='predict: the words')
    return parser.parse_args(arguments)


def main() -> None:
    options = parse()
    tf.keras.utils.set_random_seed(options.seed)
    model = Model(options.units, options.embedding_size)
    name = training.restored(options, model)
    if options.mode == 'train':
        train(options, model)
    elif options.mode == 'eval':
        report(options, model, name)
    else:
        predict(options, model)


if __name__ == '__main__':
    main()
