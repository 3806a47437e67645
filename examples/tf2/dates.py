"""Dates in many written forms to their ISO form, for TensorFlow 2.

    python dates.py --mode=train --model_dir=/tmp/dates_tf2
    python dates.py --mode=eval --model_dir=/tmp/dates_tf2
    python dates.py --mode=predict --model_dir=/tmp/dates_tf2 "the 3rd of may, 1998" 12/24/07

The model, the data and the numbers are those of ../tf1/dates.py, whose checkpoints it takes:

    python dates.py --mode=eval --tf1_checkpoint=/tmp/dates/model.ckpt-1000

Dates are short: all are padded to one width, so that XLA compiles training and search once.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import training

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat.plotting import plot_alignment

PAD, GO, EOS = 0, 1, 2
DIGITS = ['<pad>', '<s>', '</s>', *'0123456789-']
DIGIT_ID = {digit: i for i, digit in enumerate(DIGITS)}
CHARACTERS = 128  # ASCII; 0 is the padding
WIDTH = 32  # characters of a written date, padded
ISO_STEPS = len('2001-12-31') + 1  # with EOS

Date = tuple[list[int], list[int]]  # written and iso, as ids


class Batch(NamedTuple):
    """Dates to train on, padded, or to be found.

    Fields:
      written: int32 `[batch, WIDTH]`.
      iso: int32 `[batch, ISO_STEPS]`.
      sampling: How likely a step reads what the model says, not what is true; a scalar.
    """

    written: Any
    iso: Any
    sampling: Any = 0.0


class Encoded(NamedTuple):
    """What the encoder hands to the decoder.

    Fields:
      memory: `[batch, WIDTH, 2 * units]`.
      lengths: int32 `[batch]`.
      state: The decoder's first state, `[batch, 2 * units]`.
    """

    memory: tf.Tensor
    lengths: tf.Tensor
    state: tf.Tensor


class Found(NamedTuple):
    """What beam search finds.

    Fields:
      ids: int32 `[batch, ISO_STEPS, beam_width]`, the best beam first.
      alignments: What each step of the best beam attended to, `[batch, ISO_STEPS, WIDTH]`.
    """

    ids: tf.Tensor
    alignments: tf.Tensor


# -- data -----------------------------------------------------------------------------------------


def characters(text: str) -> list[int]:
    return [ord(c) for c in text.lower()]


def read_dates(path: Path) -> list[Date]:
    pairs = (line.split('\t') for line in path.read_text().splitlines())
    return [(characters(written), [*(DIGIT_ID[c] for c in iso), EOS]) for written, iso in pairs]


def shuffled(dates: Sequence[Date], seed: int) -> Iterator[Date]:
    """Dates for ever, in an order that depends on the seed alone."""
    random = np.random.RandomState(seed)
    while True:
        for i in random.permutation(len(dates)):
            yield dates[i]


def batches(dates: Iterable[Date], batch_size: int) -> Iterator[Batch]:
    ids = tf.TensorSpec([None], tf.int32)
    data = (
        tf.data.Dataset.from_generator(lambda: dates, output_signature=(ids, ids))
        .padded_batch(batch_size, ([WIDTH], [ISO_STEPS]))
        .prefetch(tf.data.AUTOTUNE)
    )
    return (Batch(written, iso) for written, iso in data)


# -- model ----------------------------------------------------------------------------------------


class Model(tf.Module):
    """A bidirectional GRU reads the characters; a GRU with Luong's attention writes the digits."""

    def __init__(self, units: int, embedding_size: int) -> None:
        super().__init__()
        self.character_embedding = training.embedding(
            CHARACTERS, embedding_size, 'encoder/embedding'
        )
        self.digit_embedding = training.embedding(len(DIGITS), embedding_size, 'decoder/embedding')
        self.forward = seq2seq.GRUCell(units)
        self.backward = seq2seq.GRUCell(units)
        self.attention = seq2seq.LuongAttention(2 * units, memory=None, scale=True)
        self.cell = seq2seq.AttentionWrapper(
            seq2seq.GRUCell(2 * units),
            self.attention,
            attention_layer_size=2 * units,
            alignment_history=True,
        )
        self.output = seq2seq.Dense(len(DIGITS), use_bias=False, name='output')
        self.loss(
            Batch(tf.constant([[PAD]]), tf.constant([[EOS]]))
        )  # Layers make their variables when first called.

    def encode(self, written: tf.Tensor) -> Encoded:
        lengths = tf.math.count_nonzero(written, axis=1, dtype=tf.int32)
        outputs, states = seq2seq.bidirectional_dynamic_rnn(
            self.forward,
            self.backward,
            tf.nn.embedding_lookup(self.character_embedding, written),
            sequence_length=lengths,
            dtype=tf.float32,
        )
        return Encoded(tf.concat(outputs, axis=2), lengths, tf.concat(states, axis=1))

    def attend(self, encoded: Encoded) -> seq2seq.AttentionWrapperState:
        """Has the cell attend to what was encoded; returns the state that it begins with."""
        self.attention.setup_memory(encoded.memory, encoded.lengths)
        zero_state = self.cell.zero_state(encoded.state.shape[0], tf.float32)
        return zero_state.clone(cell_state=encoded.state)

    def loss(self, batch: Batch) -> tf.Tensor:
        """The cross entropy of the digits, each with the true, or sampled, ones before it given."""
        state = self.attend(self.encode(batch.written))
        rows, steps = batch.iso.shape
        inputs = tf.concat([tf.fill([rows, 1], GO), batch.iso[:, :-1]], axis=1)
        helper = seq2seq.ScheduledEmbeddingTrainingHelper(
            tf.nn.embedding_lookup(self.digit_embedding, inputs),
            tf.fill([rows], steps),
            self.digit_embedding,
            batch.sampling,
        )
        decoder = seq2seq.BasicDecoder(self.cell, helper, state, self.output)
        outputs, _, _ = seq2seq.dynamic_decode(decoder)
        return seq2seq.sequence_loss(outputs.rnn_output, batch.iso, tf.ones([rows, steps]))

    @tf.function(jit_compile=True)
    def search(self, written: tf.Tensor, beam_width: int) -> Found:
        """Finds the ISO forms by beam search."""
        encoded = self.encode(written)
        # All that the decoder reads has a row for each beam.
        state = self.attend(seq2seq.tile_batch(encoded, multiplier=beam_width))
        batch = written.shape[0]
        decoder = seq2seq.BeamSearchDecoder(
            self.cell,
            self.digit_embedding,
            start_tokens=tf.fill([batch], GO),
            end_token=EOS,
            initial_state=state,
            beam_width=beam_width,
            output_layer=self.output,
        )
        outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=ISO_STEPS)
        history = state.cell_state.alignment_history  # [steps, batch * beam_width, WIDTH]
        alignments = tf.reshape(history, [ISO_STEPS, batch, beam_width, WIDTH])
        return Found(outputs.predicted_ids, tf.transpose(alignments[:, :, 0], [1, 0, 2]))


# -- training -------------------------------------------------------------------------------------


def make_trainer(options: argparse.Namespace, model: Model) -> training.Trainer:
    return training.Trainer(model, model.loss, options.learning_rate, options.max_gradient_norm)


def scheduled(options: argparse.Namespace, first_step: int = 0) -> Iterator[Batch]:
    """The batches of training: the later, the more is sampled."""
    dates = shuffled(read_dates(options.train_file), options.seed)
    for step, batch in enumerate(batches(dates, options.batch_size), first_step):
        sampling = options.sampling * min(step / (options.steps // 2), 1.0)
        yield batch._replace(sampling=tf.constant(sampling))


def train(options: argparse.Namespace, model: Model) -> None:
    trainer = make_trainer(options, model)
    training.fit(trainer, scheduled(options, trainer.steps), options)
    report(options, model, f'after {trainer.steps} steps')


# -- what it has learnt ---------------------------------------------------------------------------


def text(ids: Iterable[int]) -> str:
    """What ids say up to EOS."""
    ids = list(ids)
    return ''.join(DIGITS[i] for i in (ids[: ids.index(EOS)] if EOS in ids else ids))


def report(options: argparse.Namespace, model: Model, when: str) -> None:
    """Prints how many of the test dates are found."""
    dates = read_dates(options.test_file)
    right = []
    for batch in batches(dates, len(dates)):
        best = model.search(batch.written, options.beam_width).ids[:, :, 0].numpy()
        true = batch.iso.numpy()
        right += [text(one) == text(other) for one, other in zip(best, true, strict=True)]
    print(f'{when}: {np.mean(right):.1%} of {len(right)} test dates are right')


def predict(options: argparse.Namespace, model: Model) -> None:
    """Prints the best two readings of each date; draws what was attended to if asked to."""
    dates = [(characters(date), [EOS]) for date in options.dates]
    [batch] = batches(dates, len(dates))
    ids, alignments = (part.numpy() for part in model.search(batch.written, options.beam_width))
    for i, date in enumerate(options.dates):
        readings = [text(ids[i, :, beam]) for beam in range(min(2, options.beam_width))]
        print(f'{date:<32} {"  or ".join(readings)}')
        if options.plots:
            options.plots.mkdir(parents=True, exist_ok=True)
            alignment = alignments[i, : len(readings[0]), : len(date)]
            path = options.plots / f'{date.replace("/", "_")}.png'
            plot_alignment(alignment, date, readings[0], path)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = training.parser(
        __doc__.splitlines()[0],
        model_dir='dates_model',
        train_file=training.DATA / 'dates_train.txt',
        test_file=training.DATA / 'dates_test.txt',
        units=64,
        embedding_size=32,
        steps=1000,
        learning_rate=0.003,
    )
    add = parser.add_argument
    add('--sampling', type=float, default=0.2, help='how likely a sampled digit is read in the end')
    add('--beam_width', type=int, default=4, help='beams of the search')
    add('dates', nargs='*', help='predict: the dates')
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
