"""examples/tf2/g2p_cmudict.py: the split, the batches, what is counted, and going on."""

import itertools
import json
import lzma
import sys

import numpy as np
import pytest

from tests.test_examples_tf2 import program

cmudict = program('g2p_cmudict')
DATA = cmudict.training.DATA


@pytest.fixture(scope='module')
def entries():
    return {
        part: cmudict.read_entries(DATA / f'cmudict_split_{part}.txt.xz')
        for part in ('train', 'test')
    }


def test_the_split_is_that_of_the_papers(entries):
    words = {part: {bytes(entry.letters) for entry in those} for part, those in entries.items()}
    assert {part: len(those) for part, those in words.items()} == {'train': 106837, 'test': 12000}
    assert not words['train'] & words['test']
    pairs = {part: sum(len(e.pronunciations) for e in those) for part, those in entries.items()}
    assert pairs == {'train': 113438, 'test': 12753}


def test_a_pass_has_every_word_once_but_for_what_fills_no_batch(entries):
    words = cmudict.by_width(entries['test'])
    steps = cmudict.steps_per_epoch(words, 64)
    one_pass = list(itertools.islice(cmudict.batches(words, 64, 1, 0), steps))
    rows = [
        (tuple(letters[:count]), tuple(targets[:length]))
        for batch in one_pass
        for letters, count, targets, length in zip(
            batch.letters, batch.letters_length, batch.targets, batch.targets_length, strict=True
        )
    ]
    assert len(rows) == len(set(rows)) == 64 * steps
    assert 12753 - len(cmudict.WIDTHS) * 64 < len(rows)
    known = {
        (tuple(entry.letters), (*phonemes, cmudict.g2p.EOS))
        for entry in entries['test']
        for phonemes in entry.pronunciations
    }
    assert set(rows) <= known
    for batch in one_pass:
        assert batch.letters.shape == batch.inputs.shape == batch.targets.shape
        assert batch.letters.shape[1] in cmudict.WIDTHS
        np.testing.assert_array_equal(batch.inputs[:, 0], cmudict.g2p.GO)


def test_batches_go_on_where_they_stopped(entries):
    words = cmudict.by_width(entries['test'][:2000])
    steps = cmudict.steps_per_epoch(words, 64)
    whole = list(itertools.islice(cmudict.batches(words, 64, 1, 0), 2 * steps))
    for first in (3, steps, steps + 2):
        later = itertools.islice(cmudict.batches(words, 64, 1, first), 2 * steps - first)
        for ours, expected in zip(later, whole[first:], strict=True):
            np.testing.assert_array_equal(ours.letters, expected.letters)


def test_the_nearest_pronunciation_counts():
    entries = [
        cmudict.Entry([1], [[3, 4, 5], [6, 7]]),  # right by the second
        cmudict.Entry([2], [[3, 4, 5], [6, 7]]),  # one away from the first
        cmudict.Entry([3], [[8]]),  # nothing was said
    ]
    counted = cmudict.count_errors(entries, [[6, 7], [3, 4, 6], []])
    assert counted == cmudict.Errors(phoneme_errors=2, phonemes=6, word_errors=2, words=3)


@pytest.mark.slow
def test_an_interrupted_training_goes_on(tmp_path, monkeypatch, capsys):
    """The steps after a restart are those that a training in one go takes."""
    train_file = tmp_path / 'train.txt.xz'
    with lzma.open(DATA / 'cmudict_split_test.txt.xz', 'rt') as lines:
        few = [line for line in lines if len(line.split()[0]) < 6 and len(line.split()) < 6][:400]
    train_file.write_bytes(lzma.compress(''.join(few).encode(), preset=0))
    monkeypatch.setattr(cmudict, 'HELD_OUT', 50)
    report = cmudict.report
    reported = []
    monkeypatch.setattr(cmudict, 'report', lambda *arguments: reported.append(arguments))

    def run(model, *more):
        """What is printed; the losses are those of this run."""
        arguments = [
            f'--model_dir={tmp_path / model}',
            f'--train_file={train_file}',
            f'--test_file={train_file}',
            '--units=8',
            '--embedding_size=4',
            '--steps=4',  # by which the learning rate falls to 0
            f'--losses_file={tmp_path / "losses.json"}',
            f'--results_file={tmp_path / "results.json"}',
        ]
        monkeypatch.setattr(sys, 'argv', ['g2p_cmudict.py', *arguments, *more])
        cmudict.main()
        return capsys.readouterr().out, json.loads((tmp_path / 'losses.json').read_text())

    _, losses = run('whole', '--dropout=0')
    _, first = run('parts', '--dropout=0', '--max_seconds=0.001')
    said, others = run('parts', '--dropout=0')
    assert 'goes on from' in said and len(first) == 1
    np.testing.assert_allclose(first + others, losses, rtol=1e-5)
    whens = [when for _, _, when, _ in reported]
    assert [when.split()[-2] for when in whens] == ['4', '1', '4']
    run('parts', '--mode=eval', '--beam_width=2')
    model, entries, when, options = reported[-1]
    assert when == 'test, ckpt-4'
    report(model, entries[:9], when, options)
    assert 'test, ckpt-4: phoneme error rate' in capsys.readouterr().out
    result = json.loads((tmp_path / 'results.json').read_text())
    assert result['beams'] == 2 and 0 < result['word_errors'] <= result['words'] == 9
