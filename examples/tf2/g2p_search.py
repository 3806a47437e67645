"""Error rates of the g2p model by beam width, length normalisation and number of answers.

    python g2p.py --mode=train --model_dir=/tmp/g2p_tf2
    python g2p_search.py --model_dir=/tmp/g2p_tf2 --plot=g2p_search.png

A checkpoint of ../tf1/g2p.py does as well: `--tf1_checkpoint=/tmp/g2p/model.ckpt-4000`. Every word
of the test file is decoded with each setting. The last table has the rates of the best of `n`
answers, as if somebody chose it who knows.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import g2p
import numpy as np
import tensorflow as tf
import training

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat.decoding import NBest, SearchOptions, n_best

WIDTHS = (1, 2, 4, 8)
# Names of the settings, the weight of the length, and what it normalises by.
NORMALIZATIONS = (
    ('none', 0.0, 'gnmt'),
    ('gnmt 0.6', 0.6, 'gnmt'),
    ('gnmt 1.0', 1.0, 'gnmt'),
    ('average', 1.0, 'average'),
)


class Rates(NamedTuple):
    """Error rates of phonemes and of words, in percent."""

    phonemes: float
    words: float


class Search:
    """Beam searches with one model, each compiled once for each shape."""

    def __init__(self, model: g2p.Model) -> None:
        self.model = model

    @tf.function(jit_compile=True)
    def __call__(
        self, letters: tf.Tensor, lengths: tf.Tensor, width: int, weight: float, named: str
    ) -> NBest:
        """All beams, the best first."""
        encoded = self.model.encode(letters, lengths)
        self.model.attention.setup_memory(
            seq2seq.tile_batch(encoded.memory, width), seq2seq.tile_batch(encoded.lengths, width)
        )
        cell = seq2seq.AttentionWrapper(
            self.model.decoder, self.model.attention, attention_layer=self.model.attention_layer
        )
        state = cell.zero_state(letters.shape[0] * width, tf.float32)
        decoder = seq2seq.BeamSearchDecoder(
            cell,
            self.model.phoneme_embedding,
            start_tokens=tf.fill([letters.shape[0]], g2p.GO),
            end_token=g2p.EOS,
            initial_state=state.clone(cell_state=seq2seq.tile_batch(encoded.state, width)),
            beam_width=width,
            output_layer=self.model.output,
            length_penalty_weight=weight,
            search_options=SearchOptions(length_normalization=named),
        )
        outputs, state, _ = seq2seq.dynamic_decode(
            decoder, maximum_iterations=g2p.most_steps(letters.shape[1])
        )
        return n_best(outputs, state, length_penalty_weight=weight, length_normalization=named)


def errors_of(
    search: Search, words: Sequence[g2p.Word], width: int, weight: float, named: str
) -> np.ndarray:
    """Edit distances `[words, width]` of all answers to each word."""
    found = []
    for start in range(0, len(words), g2p.DECODED_TOGETHER):
        together = words[start : start + g2p.DECODED_TOGETHER]
        filled = [*together, *[together[-1]] * (g2p.DECODED_TOGETHER - len(together))]
        letters, lengths = g2p.pad([word.letters for word in filled])
        best = search(letters, lengths, width, weight, named)
        for word, answers in zip(together, best.ids.numpy().tolist(), strict=False):
            phonemes = [g2p.until_eos(ids) for ids in answers]
            found.append([g2p.edit_distance(word.phonemes, ids) for ids in phonemes])
    return np.array(found)


def rates(errors: np.ndarray, words: Sequence[g2p.Word]) -> Rates:
    """The rates of one answer to each word, from its edit distances."""
    phonemes = sum(len(word.phonemes) for word in words)
    return Rates(100 * errors.sum() / phonemes, 100 * float(np.mean(errors > 0)))


def draw(by_width: dict[str, list[Rates]], oracle: list[Rates], path: Path) -> None:
    """A picture of both tables."""
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout='constrained')
    for name, found in by_width.items():
        left.plot(WIDTHS, [rate.words for rate in found], marker='o', label=name)
    left.set(xlabel='beam width', ylabel='word error rate [%]', xticks=WIDTHS, ylim=(0, None))
    left.legend(title='normalisation')
    right.plot(range(1, len(oracle) + 1), [rate.words for rate in oracle], marker='o')
    right.set(xlabel='answers n', ylabel='word error rate of the best of n [%]', ylim=(0, None))
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = g2p.flags()
    parser.description = __doc__.splitlines()[0]
    parser.set_defaults(mode='eval', eval_words=0)
    parser.add_argument('--plot', type=Path, help='where to draw the tables')
    options = parser.parse_args()
    tf.keras.utils.set_random_seed(options.seed)
    model = g2p.Model(options.units, options.embedding_size)
    print(training.restored(options, model))
    show(options, Search(model), g2p.read_test_words(options))


def show(options: argparse.Namespace, search: Search, words: Sequence[g2p.Word]) -> None:
    """Prints the tables, and draws them if asked to."""
    by_width: dict[str, list[Rates]] = {}
    widest = None
    print('| normalisation | ' + ' | '.join(f'beams {width}' for width in WIDTHS) + ' |')
    print('|---' * (len(WIDTHS) + 1) + '|')
    for name, weight, named in NORMALIZATIONS:
        by_width[name] = []
        for width in WIDTHS:
            errors = errors_of(search, words, width, weight, named)
            by_width[name].append(rates(errors[:, 0], words))
            if widest is None and width == WIDTHS[-1]:
                widest = errors
        cells = ' | '.join(f'{rate.phonemes:.2f} / {rate.words:.1f}' for rate in by_width[name])
        print(f'| {name} | {cells} |', flush=True)
    assert widest is not None
    oracle = [rates(widest[:, : n + 1].min(1), words) for n in range(widest.shape[1])]
    print(f'\nPhoneme / word error rate in %, {len(words)} words.')
    print(f'The best of n answers of {WIDTHS[-1]} beams:\n')
    print('| n | ' + ' | '.join(str(n + 1) for n in range(len(oracle))) + ' |')
    print('|---' * (len(oracle) + 1) + '|')
    print('| | ' + ' | '.join(f'{rate.phonemes:.2f} / {rate.words:.1f}' for rate in oracle) + ' |')
    if options.plot:
        draw(by_width, oracle, options.plot)


if __name__ == '__main__':
    main()
