"""Files of sentences as files of token ids: `tensorflow.models.rnn.translate.data_utils` of 0.12.

Tokens are bytes, words of a vocabulary are text, which were one in Python 2; either is taken.
"""

from __future__ import annotations

import collections
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Words = bytes | str
Tokenizer = Callable[[bytes], Sequence[Words]]

_PAD, _GO, _EOS, _UNK = b'_PAD', b'_GO', b'_EOS', b'_UNK'
_START_VOCAB = [_PAD, _GO, _EOS, _UNK]
PAD_ID, GO_ID, EOS_ID, UNK_ID = range(4)

_WORD_SPLIT = re.compile(rb'([.,!?"\':;)(])')
_DIGIT_RE = re.compile(rb'\d')


def _bytes(words: Words) -> bytes:
    return words.encode() if isinstance(words, str) else words


def basic_tokenizer(sentence: Words) -> list[bytes]:
    """The words of a sentence, and its punctuation marks as words of their own.

    Args:
      sentence: bytes, or text.

    Example:
      >>> from tf_seq2seq_compat.tf1.eras.models import translate_data
      >>> translate_data.basic_tokenizer('Who, me?')
      [b'Who', b',', b'me', b'?']
    """
    parts = (part for word in _bytes(sentence).split() for part in _WORD_SPLIT.split(word))
    return [part for part in parts if part]


def _tokens(line: Words, tokenizer: Tokenizer | None, normalize_digits: bool) -> Iterator[bytes]:
    for word in (tokenizer or basic_tokenizer)(_bytes(line)):
        yield _DIGIT_RE.sub(b'0', _bytes(word)) if normalize_digits else _bytes(word)


def create_vocabulary(
    vocabulary_path: str,
    data_path: str,
    max_vocabulary_size: int,
    tokenizer: Tokenizer | None = None,
    normalize_digits: bool = True,
) -> None:
    """Writes the most frequent words of a file, one a line, unless the vocabulary exists.

    Args:
      vocabulary_path: where it is written; the four marks come first.
      data_path: a file with a sentence a line.
      max_vocabulary_size: the number of lines at most.
      tokenizer: a function from a line to its words; None for `basic_tokenizer`.
      normalize_digits: whether each digit counts as 0.
    """
    if os.path.exists(vocabulary_path):
        return
    counts: collections.Counter[bytes] = collections.Counter()
    with open(data_path, 'rb') as lines:
        for line in lines:
            counts.update(_tokens(line, tokenizer, normalize_digits))
    words = _START_VOCAB + sorted(counts, key=counts.__getitem__, reverse=True)
    with open(vocabulary_path, 'wb') as file:
        file.writelines(word + b'\n' for word in words[:max_vocabulary_size])


def initialize_vocabulary(vocabulary_path: str) -> tuple[dict[str, int], list[str]]:
    """Reads a vocabulary: the id of each word, and the words in order.

    Args:
      vocabulary_path: a file with a word a line.

    Raises:
      ValueError: there is no such file.
    """
    if not os.path.exists(vocabulary_path):
        raise ValueError(f'Vocabulary file {vocabulary_path} not found.')
    with open(vocabulary_path, 'rb') as lines:
        words = [line.decode().strip() for line in lines]
    return {word: index for index, word in enumerate(words)}, words


def sentence_to_token_ids(
    sentence: Words,
    vocabulary: Mapping[Any, int],
    tokenizer: Tokenizer | None = None,
    normalize_digits: bool = True,
) -> list[int]:
    """The ids of the words of a sentence; that of an unknown word is `UNK_ID`.

    Args:
      sentence: bytes, or text.
      vocabulary: the ids, by word.
      tokenizer: as for `create_vocabulary`.
      normalize_digits: as for `create_vocabulary`.
    """
    words = _tokens(sentence, tokenizer, normalize_digits)
    return [vocabulary.get(word, vocabulary.get(word.decode(), UNK_ID)) for word in words]


def data_to_token_ids(
    data_path: str,
    target_path: str,
    vocabulary_path: str,
    tokenizer: Tokenizer | None = None,
    normalize_digits: bool = True,
) -> None:
    """Writes the ids of the words of a file, line by line, unless the file of ids exists.

    Args:
      data_path: a file with a sentence a line.
      target_path: where the ids are written, with spaces between them.
      vocabulary_path: a file with a word a line.
      tokenizer: as for `create_vocabulary`.
      normalize_digits: as for `create_vocabulary`.
    """
    if os.path.exists(target_path):
        return
    vocabulary, _ = initialize_vocabulary(vocabulary_path)
    with open(data_path, 'rb') as lines, open(target_path, 'w', encoding='ascii') as file:
        for line in lines:
            ids = sentence_to_token_ids(line, vocabulary, tokenizer, normalize_digits)
            file.write(' '.join(map(str, ids)) + '\n')
