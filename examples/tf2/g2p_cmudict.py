"""The model of g2p.py, trained on the whole CMU dictionary and scored as in the literature.

    make g2p-cmudict

or, the same in steps, each of which goes on where it was interrupted:

    python g2p_cmudict.py --mode=train --model_dir=/tmp/g2p_cmudict
    python g2p_cmudict.py --mode=eval --model_dir=/tmp/g2p_cmudict --beam_width=4

The data is the split that papers on grapheme-to-phoneme conversion share: 106,837 words to train on
and 12,000 to test, without stress marks. A word with several pronunciations is trained with each of
them; at the test any of them is right, and phonemes are counted against the nearest one. 2,670
training words, as many as the papers take, are held out to look at after the training.
"""

from __future__ import annotations

import argparse
import functools
import json
import lzma
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import g2p
import numpy as np
import tensorflow as tf
import training

LETTERS = ['<pad>', *"abcdefghijklmnopqrstuvwxyz'"]
LETTER_ID = {letter: i for i, letter in enumerate(LETTERS)}
# Words are put together with others of nearly their length: few shapes for XLA to compile.
WIDTHS = (6, 8, 10, 12, 16, 24)
HELD_OUT = 2670


class Entry(NamedTuple):
    """A word and all its pronunciations, as ids."""

    letters: list[int]
    pronunciations: list[list[int]]


def read_entries(path: Path) -> list[Entry]:
    """Reads lines of a word and its phonemes; lines of the same word become one entry."""
    pronunciations = defaultdict(list)
    with lzma.open(path, 'rt') as lines:
        for line in lines:
            word, *phonemes = line.split()
            pronunciations[word].append([g2p.PHONEME_ID[phoneme] for phoneme in phonemes])
    # By CRC-32, which is as good as shuffled and the same everywhere.
    words = sorted(pronunciations, key=lambda word: (zlib.crc32(word.encode()), word))
    return [Entry([LETTER_ID[x] for x in word], pronunciations[word]) for word in words]


# -- training -------------------------------------------------------------------------------------


def make_batch(words: Sequence[g2p.Word], width: int) -> g2p.Batch:
    """Words padded to `width` letters and phonemes, the end mark included."""

    def pad(rows: Sequence[Sequence[int]]) -> np.ndarray:
        return np.array([[*row, *[g2p.PAD] * (width - len(row))] for row in rows], np.int32)

    return g2p.Batch(
        pad([word.letters for word in words]),
        np.array([len(word.letters) for word in words], np.int32),
        pad([[g2p.GO, *word.phonemes] for word in words]),
        pad([[*word.phonemes, g2p.EOS] for word in words]),
        np.array([len(word.phonemes) + 1 for word in words], np.int32),
    )


def by_width(entries: Sequence[Entry]) -> dict[int, list[g2p.Word]]:
    words = defaultdict(list)
    for letters, pronunciations in entries:
        for phonemes in pronunciations:
            length = max(len(letters), len(phonemes) + 1)
            width = next(width for width in WIDTHS if length <= width)
            words[width].append(g2p.Word(letters, phonemes))
    return words


def steps_per_epoch(words: dict[int, list[g2p.Word]], batch_size: int) -> int:
    return sum(len(same) // batch_size for same in words.values())


def batches(
    words: dict[int, list[g2p.Word]], batch_size: int, seed: int, first_step: int
) -> Iterator[g2p.Batch]:
    """Batches for ever from a step on, in an order that depends on the seed and the step alone."""
    epoch, skipped = divmod(first_step, steps_per_epoch(words, batch_size))
    while True:
        random = np.random.RandomState([seed, epoch])
        chosen = [
            (width, order[start : start + batch_size])
            for width, same in sorted(words.items())
            for order in [random.permutation(len(same))]
            for start in range(0, len(same) - batch_size + 1, batch_size)
        ]
        for i in random.permutation(len(chosen))[skipped:]:
            width, rows = chosen[i]
            yield make_batch([words[width][row] for row in rows], width)
        epoch, skipped = epoch + 1, 0


def train(options: argparse.Namespace, model: g2p.Model) -> None:
    entries = read_entries(options.train_file)
    held_out, words = entries[:HELD_OUT], by_width(entries[HELD_OUT:])
    per_epoch = steps_per_epoch(words, options.batch_size)
    options.steps = options.steps or per_epoch * options.epochs
    print(f'{options.epochs} epochs of {per_epoch} steps, {options.steps} in all', flush=True)
    trainer = training.Trainer(
        model,
        functools.partial(model.loss, keep_prob=1.0 - options.dropout),
        tf.keras.optimizers.schedules.PolynomialDecay(options.learning_rate, options.steps, 0.0),
        options.max_gradient_norm,
    )
    latest = tf.train.latest_checkpoint(options.model_dir)
    if latest:
        tf.train.Checkpoint(model=model, optimizer=trainer.optimizer).restore(latest)
        print('goes on from', latest, flush=True)
    if trainer.steps < options.steps:
        order = batches(words, options.batch_size, options.seed, trainer.steps)
        training.fit(trainer, order, options)
        print(f'{time.process_time():.0f} s of CPU time')
    report(model, held_out, f'held out, after {trainer.steps} steps', options)


# -- error rates ----------------------------------------------------------------------------------


class Errors(NamedTuple):
    """What was counted: wrong phonemes of all, words without a right pronunciation of all."""

    phoneme_errors: int
    phonemes: int
    word_errors: int
    words: int


def count_errors(entries: Sequence[Entry], predicted: Sequence[Sequence[int]]) -> Errors:
    """Compares each prediction with the nearest pronunciation of its word."""
    nearest = [
        min((g2p.edit_distance(p, found), -len(p)) for p in entry.pronunciations)
        for entry, found in zip(entries, predicted, strict=True)
    ]
    return Errors(
        sum(errors for errors, _ in nearest),
        -sum(length for _, length in nearest),
        sum(errors > 0 for errors, _ in nearest),
        len(nearest),
    )


def report(
    model: g2p.Model, entries: Sequence[Entry], when: str, options: argparse.Namespace
) -> None:
    """Prints the error rates; writes them to a file if asked to."""
    entries = sorted(entries, key=lambda entry: len(entry.letters))  # few shapes to compile
    words = [g2p.Word(entry.letters, []) for entry in entries]
    found = count_errors(entries, [ids for ids, _ in g2p.decode(model, words, options.beam_width)])
    phonemes, wrong = found.phoneme_errors / found.phonemes, found.word_errors / found.words
    print(
        f'{when}: phoneme error rate {phonemes:.2%}, word error rate {wrong:.2%} '
        f'({found.words} words, {options.beam_width} beams)',
        flush=True,
    )
    if options.results_file:
        with options.results_file.open('a') as file:
            print(
                json.dumps({'when': when, 'beams': options.beam_width, **found._asdict()}),
                file=file,
            )


def flags() -> argparse.ArgumentParser:
    parser = training.parser(
        __doc__.splitlines()[0],
        model_dir='g2p_cmudict_model',
        train_file=training.DATA / 'cmudict_split_train.txt.xz',
        test_file=training.DATA / 'cmudict_split_test.txt.xz',
        units=192,
        embedding_size=64,
        batch_size=128,
        steps=0,
        learning_rate=0.002,
        save_every=200,
    )
    add = parser.add_argument
    add('--epochs', type=int, default=6, help='times to go through the training words')
    add('--dropout', type=float, default=0.2, help='dropout at the inputs of the LSTMs')
    add('--beam_width', type=int, default=1, help='beams to decode with (1: greedy decoding)')
    add('--results_file', type=Path, help='append the error rates to this file, as JSON')
    return parser


def main() -> None:
    options = flags().parse_args()
    tf.keras.utils.set_random_seed(options.seed)
    model = g2p.Model(options.units, options.embedding_size, len(LETTERS))
    name = training.restored(options, model)
    if options.mode == 'train':
        train(options, model)
    else:
        report(model, read_entries(options.test_file), f'test, {name}', options)


if __name__ == '__main__':
    main()
