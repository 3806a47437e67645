"""Grapheme-to-phoneme conversion with an attentive encoder-decoder, for TensorFlow 2.

    python g2p.py --mode=train --model_dir=/tmp/g2p_tf2
    python g2p.py --mode=eval --model_dir=/tmp/g2p_tf2
    python g2p.py --mode=predict --model_dir=/tmp/g2p_tf2 --beam_width=5 nation caught phone

The model, the data and the numbers are those of ../tf1/g2p.py; a checkpoint of that program goes on
here, to be evaluated, used, or trained further:

    python g2p.py --mode=eval --tf1_checkpoint=/tmp/g2p/model.ckpt-4000

Training and decoding are compiled by XLA, once for each shape of a batch: therefore the lengths of
batches are rounded up (`ROUND_TO`).
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import training

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import bucketing
from tf_seq2seq_compat.plotting import plot_alignment

PAD, GO, EOS = 0, 1, 2
LETTERS = ['<pad>', *'abcdefghijklmnopqrstuvwxyz']
ARPABET = (
    'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH '
    'UH UW V W Y Z ZH'
)
PHONEMES = ['<pad>', '<s>', '</s>', *ARPABET.split()]
LETTER_ID = {letter: i for i, letter in enumerate(LETTERS)}
PHONEME_ID = {phoneme: i for i, phoneme in enumerate(PHONEMES)}
ROUND_TO = 4
DECODED_TOGETHER = 250


class Word(NamedTuple):
    """A word and its pronunciation, as ids."""

    letters: list[int]
    phonemes: list[int]


class Batch(NamedTuple):
    """Words padded to one length: int32 `[batch, length]` and `[batch]`."""

    letters: Any
    letters_length: Any
    inputs: Any
    targets: Any
    targets_length: Any


class Encoded(NamedTuple):
    """What the encoder hands to the decoder.

    Fields:
      memory: `[batch, letters, 2 * units]`.
      lengths: int32 `[batch]`.
      state: The decoder's first state.
    """

    memory: tf.Tensor
    lengths: tf.Tensor
    state: seq2seq.LSTMStateTuple


class Decoded(NamedTuple):
    """Phonemes `[batch, steps]` and what each step attended to, `[batch, steps, letters]`."""

    ids: Any
    alignments: Any


# -- data -----------------------------------------------------------------------------------------


def read_words(path: Path) -> list[Word]:
    """Reads lines of a word and its phonemes, whose stress marks are left out."""
    entries = (line.split(maxsplit=1) for line in path.read_text().splitlines())
    return [
        Word(
            [LETTER_ID[letter] for letter in word],
            [PHONEME_ID[phoneme.rstrip('012')] for phoneme in phonemes.split()],
        )
        for word, phonemes in entries
    ]


def pad(rows: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows as one matrix, whose width is a multiple of `ROUND_TO`, and their lengths."""
    lengths = np.array([len(row) for row in rows], np.int32)
    width = bucketing.bucket_size(int(lengths.max()), ROUND_TO)
    matrix = np.full([len(rows), width], PAD, np.int32)
    for i, row in enumerate(rows):
        matrix[i, : len(row)] = row
    return matrix, lengths


def make_batch(words: Sequence[Word]) -> Batch:
    letters, letters_length = pad([word.letters for word in words])
    inputs, _ = pad([[GO, *word.phonemes] for word in words])
    targets, targets_length = pad([[*word.phonemes, EOS] for word in words])
    return Batch(letters, letters_length, inputs, targets, targets_length)


def training_batches(words: Sequence[Word], batch_size: int, seed: int) -> Iterator[Batch]:
    """Batches for ever, in an order that depends on the seed alone."""
    random = np.random.RandomState(seed)
    while True:
        order = random.permutation(len(words))
        for start in range(0, len(order) - batch_size + 1, batch_size):
            yield make_batch([words[i] for i in order[start : start + batch_size]])


def training_data(words: Sequence[Word], batch_size: int, seed: int) -> tf.data.Dataset:
    """The same, made while the step before is computed."""
    matrix = tf.TensorSpec([batch_size, None], tf.int32)
    lengths = tf.TensorSpec([batch_size], tf.int32)
    return tf.data.Dataset.from_generator(
        functools.partial(training_batches, words, batch_size, seed),
        output_signature=Batch(matrix, lengths, matrix, matrix, lengths),
    ).prefetch(tf.data.AUTOTUNE)


# -- model ----------------------------------------------------------------------------------------


class Model(tf.Module):
    """A bidirectional LSTM reads the letters; an LSTM with Bahdanau attention writes phonemes.

    The layers are made once and own the variables. Wrappers (dropout, attention) own none, and are
    put around the layers where they are needed.
    """

    def __init__(self, units: int, embedding_size: int, letters: int = len(LETTERS)) -> None:
        super().__init__()
        self.letter_embedding = training.embedding(letters, embedding_size, 'encoder/embedding')
        self.forward = seq2seq.LSTMCell(units)
        self.backward = seq2seq.LSTMCell(units)

        self.phoneme_embedding = training.embedding(
            len(PHONEMES), embedding_size, 'decoder/embedding'
        )
        self.attention = seq2seq.BahdanauAttention(2 * units, memory=None)
        self.attention_layer = seq2seq.Dense(2 * units, use_bias=False, name='attention_layer')
        self.decoder = seq2seq.LSTMCell(2 * units)
        self.output = seq2seq.Dense(len(PHONEMES), use_bias=False, name='output')
        self.loss(make_batch([Word([PAD], [])]))  # Layers make their variables when first called.

    def encode(self, letters: tf.Tensor, lengths: tf.Tensor, keep_prob: float = 1.0) -> Encoded:
        outputs, (forward, backward) = seq2seq.bidirectional_dynamic_rnn(
            seq2seq.DropoutWrapper(self.forward, input_keep_prob=keep_prob),
            seq2seq.DropoutWrapper(self.backward, input_keep_prob=keep_prob),
            tf.nn.embedding_lookup(self.letter_embedding, letters),
            sequence_length=lengths,
            dtype=tf.float32,
        )
        state = seq2seq.LSTMStateTuple(
            c=tf.concat([forward.c, backward.c], axis=1),
            h=tf.concat([forward.h, backward.h], axis=1),
        )
        return Encoded(tf.concat(outputs, axis=2), lengths, state)

    def attend(
        self, encoded: Encoded, keep_prob: float = 1.0
    ) -> tuple[seq2seq.AttentionWrapper, seq2seq.AttentionWrapperState]:
        """The decoder's cell, which attends to what was encoded, and its first state."""
        self.attention.setup_memory(encoded.memory, encoded.lengths)
        cell = seq2seq.AttentionWrapper(
            seq2seq.DropoutWrapper(self.decoder, input_keep_prob=keep_prob),
            self.attention,
            attention_layer=self.attention_layer,
            alignment_history=True,
        )
        zero_state = cell.zero_state(encoded.lengths.shape[0], tf.float32)
        return cell, zero_state.clone(cell_state=encoded.state)

    def loss(self, batch: Batch, keep_prob: float = 1.0) -> tf.Tensor:
        """The cross entropy of the phonemes, each with the true ones before it given."""
        cell, state = self.attend(
            self.encode(batch.letters, batch.letters_length, keep_prob), keep_prob
        )
        helper = seq2seq.TrainingHelper(
            tf.nn.embedding_lookup(self.phoneme_embedding, batch.inputs), batch.targets_length
        )
        decoder = seq2seq.BasicDecoder(cell, helper, state, self.output)
        outputs, _, _ = seq2seq.dynamic_decode(decoder, impute_finished=True)
        logits = outputs.rnn_output
        steps = tf.shape(logits)[1]  # Without XLA, decoding ends with the longest word.
        weights = tf.sequence_mask(batch.targets_length, steps, dtype=tf.float32)
        return seq2seq.sequence_loss(logits, batch.targets[:, :steps], weights)

    @tf.function(jit_compile=True)
    def greedy(self, letters: tf.Tensor, lengths: tf.Tensor) -> Decoded:
        """Takes the most likely phoneme at each step."""
        cell, state = self.attend(self.encode(letters, lengths))
        helper = seq2seq.GreedyEmbeddingHelper(
            self.phoneme_embedding, tf.fill([letters.shape[0]], GO), EOS
        )
        decoder = seq2seq.BasicDecoder(cell, helper, state, self.output)
        outputs, state, _ = seq2seq.dynamic_decode(
            decoder, impute_finished=True, maximum_iterations=most_steps(letters.shape[1])
        )
        alignments = tf.transpose(state.alignment_history.stack(), [1, 0, 2])
        return Decoded(outputs.sample_id, alignments)

    @tf.function(jit_compile=True)
    def beam_search(self, letters: tf.Tensor, lengths: tf.Tensor, beam_width: int) -> tf.Tensor:
        """The best sequences of phonemes, `[batch, steps, beam_width]`, the best one first."""
        encoded = self.encode(letters, lengths)
        cell, state = self.attend(seq2seq.tile_batch(encoded, multiplier=beam_width))
        decoder = seq2seq.BeamSearchDecoder(
            cell,
            self.phoneme_embedding,
            start_tokens=tf.fill([letters.shape[0]], GO),
            end_token=EOS,
            initial_state=state,
            beam_width=beam_width,
            output_layer=self.output,
        )
        outputs, _, _ = seq2seq.dynamic_decode(
            decoder, maximum_iterations=most_steps(letters.shape[1])
        )
        return outputs.predicted_ids


def most_steps(letters: int) -> int:
    """After how many phonemes a word of so many letters is broken off."""
    return 2 * letters + 2


# -- training -------------------------------------------------------------------------------------


def make_trainer(options: argparse.Namespace, model: Model) -> training.Trainer:
    return training.Trainer(
        model,
        functools.partial(model.loss, keep_prob=1.0 - options.dropout),
        tf.keras.optimizers.schedules.ExponentialDecay(options.learning_rate, 1000, 0.6),
        options.max_gradient_norm,
    )


def train(options: argparse.Namespace, model: Model) -> None:
    words, test_words = read_words(options.train_file), read_test_words(options)
    weights = sum(np.prod(variable.shape) for variable in model.trainable_variables)
    print(f'{len(words)} training words, {weights} weights')
    report(model, test_words, 'before training')
    trainer = make_trainer(options, model)
    training.fit(trainer, training_data(words, options.batch_size, options.seed), options)
    report(model, test_words, f'after {trainer.steps} steps')


# -- what it has learnt ---------------------------------------------------------------------------


def decode(
    model: Model, words: Sequence[Word], beam_width: int = 1
) -> Iterator[tuple[list[int], np.ndarray | None]]:
    """Yields for each word its phonemes, to the first EOS, and the alignments `[steps, letters]`.

    Beam search comes without alignments.
    """
    for start in range(0, len(words), DECODED_TOGETHER):
        together = words[start : start + DECODED_TOGETHER]
        filled = [*together, *[together[-1]] * (DECODED_TOGETHER - len(together))]
        letters, lengths = pad([word.letters for word in filled])
        if beam_width == 1:
            ids, alignments = (part.numpy() for part in model.greedy(letters, lengths))
        else:
            ids, alignments = model.beam_search(letters, lengths, beam_width)[:, :, 0].numpy(), None
        # The letters were rounded up, and with them the steps.
        steps = most_steps(lengths[: len(together)].max())
        for i in range(len(together)):
            found = until_eos(ids[i, :steps].tolist())
            shown = None if alignments is None else alignments[i, : len(found) + 1, : lengths[i]]
            yield found, shown


def until_eos(ids: list[int]) -> list[int]:
    return ids[: ids.index(EOS)] if EOS in ids else ids


def edit_distance(a: Sequence[int], b: Sequence[int]) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        previous, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            previous, row[j + 1] = row[j + 1], min(row[j] + 1, row[j + 1] + 1, previous + (x != y))
    return row[-1]


def report(model: Model, words: Sequence[Word], when: str, beam_width: int = 1) -> None:
    """Prints the error rates of phonemes and of words."""
    predicted = [phonemes for phonemes, _ in decode(model, words, beam_width)]
    errors = [edit_distance(word.phonemes, p) for word, p in zip(words, predicted, strict=True)]
    phonemes = sum(len(word.phonemes) for word in words)
    print(
        f'{when}: phoneme error rate {sum(errors) / phonemes:.1%}, word error rate '
        f'{np.mean(np.array(errors) > 0):.1%} ({len(words)} test words)',
        flush=True,
    )


def predict(options: argparse.Namespace, model: Model) -> None:
    """Prints each word with its phonemes; draws what was attended to if asked to."""
    words = [Word([LETTER_ID[letter] for letter in word], []) for word in options.words]
    decoded = decode(model, words, options.beam_width)
    for word, (ids, alignment) in zip(options.words, decoded, strict=True):
        phonemes = [PHONEMES[i] for i in ids]
        print(f'{word:<12} {" ".join(phonemes)}')
        if options.plots and alignment is not None:
            options.plots.mkdir(parents=True, exist_ok=True)
            labels = [*phonemes, '</s>'][: len(alignment)]
            plot_alignment(alignment, word, labels, options.plots / f'{word}.png')


def read_test_words(options: argparse.Namespace) -> list[Word]:
    words = read_words(options.test_file)
    order = np.random.RandomState(0).permutation(len(words))
    return [words[i] for i in order[: options.eval_words or None]]


def flags() -> argparse.ArgumentParser:
    parser = training.parser(
        __doc__.splitlines()[0],
        model_dir='g2p_model',
        train_file=training.DATA / 'cmudict_train.txt',
        test_file=training.DATA / 'cmudict_test.txt',
        units=96,
        embedding_size=48,
        steps=4000,
        learning_rate=0.004,
        save_every=1000,
    )
    add = parser.add_argument
    add('--dropout', type=float, default=0.1, help='dropout at the inputs of the LSTMs')
    add('--eval_words', type=int, default=500, help='test words to score (0: all)')
    add('--beam_width', type=int, default=1, help='beams to decode with (1: greedy decoding)')
    add('words', nargs='*', help='predict: the words')
    return parser


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    return flags().parse_args(arguments)


def main() -> None:
    options = parse()
    tf.keras.utils.set_random_seed(options.seed)
    model = Model(options.units, options.embedding_size)
    name = training.restored(options, model)
    if options.mode == 'train':
        train(options, model)
    elif options.mode == 'eval':
        report(model, read_test_words(options), name, options.beam_width)
    else:
        predict(options, model)


if __name__ == '__main__':
    main()
