"""`tf.contrib.learn.preprocessing`: texts and categories to ids, in NumPy."""

from __future__ import annotations

import io
import itertools
import pickle
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

__all__ = [
    'ByteProcessor',
    'CategoricalVocabulary',
    'TOKENIZER_RE',
    'VocabularyProcessor',
    'tokenizer',
]

# Acronyms, the parts of camel case, and words with hyphens and apostrophes.
TOKENIZER_RE = re.compile(r'[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+', re.UNICODE)

# Where the classes of this file lived: files written by TF1 name them so.
_MODULE_OF_PICKLES = re.compile(r'tensorflow(_core)?\.contrib\.learn\.python\.learn\.preprocessing')


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """Splits each document into words.

    Args:
      iterator: Documents.

    Yields:
      The words of each document.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import preprocessing
      >>> list(preprocessing.tokenizer(["The HTMLParser's x-ray"]))
      [['The', 'HTML', "Parser's", 'x-ray']]
    """
    for document in iterator:
        yield TOKENIZER_RE.findall(document)


class CategoricalVocabulary:
    """Ids of categories, in order of appearance; id 0 is the unknown one.

    Args:
      unknown_token: What stands for categories without an id.
      support_reverse: Whether `reverse` can be used.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import preprocessing
      >>> vocabulary = preprocessing.CategoricalVocabulary()
      >>> vocabulary.get('a'), vocabulary.get('b'), vocabulary.get('a')
      (1, 2, 1)
    """

    # TF1's names of the attributes: they stand in the files that `VocabularyProcessor.save` wrote.
    def __init__(self, unknown_token: object = '<UNK>', support_reverse: bool = True) -> None:
        self._unknown_token = unknown_token
        self._support_reverse = support_reverse
        self._freq: dict[object, int] = defaultdict(int)
        self._freeze = False
        self._number([])

    def _number(self, categories: Sequence[object]) -> None:
        """Gives ids from 1 on to `categories`, and forgets all others."""
        numbered = [self._unknown_token, *categories]
        self._mapping = {category: index for index, category in enumerate(numbered)}
        if self._support_reverse:
            self._reverse_mapping = numbered

    def __len__(self) -> int:
        return len(self._mapping)

    def get(self, category: object) -> int:
        """The id of `category`: a new one, or 0 where the vocabulary is frozen."""
        known = self._mapping.get(category)
        if known is not None:
            return known
        if self._freeze:
            return 0
        new = self._mapping[category] = len(self)
        if self._support_reverse:
            self._reverse_mapping.append(category)
        return new

    def freeze(self, freeze: bool = True) -> None:
        """Stops (or, with False, resumes) giving ids to new categories."""
        self._freeze = freeze

    def add(self, category: object, count: int = 1) -> None:
        """Counts `count` more of `category`; one that has no id in a frozen vocabulary is left."""
        if self.get(category) > 0:
            self._freq[category] += count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Keeps the categories seen often enough, and numbers them from the commonest on.

        Args:
          min_frequency: Categories seen so often or less are dropped.
          max_frequency: Categories seen so often or more are dropped, where this is positive.
        """
        by_name = sorted(self._freq.items(), key=lambda each: (isinstance(each[0], str), each[0]))
        ranked = sorted(by_name, key=lambda each: each[1], reverse=True)
        kept = [
            category
            for category, count in ranked
            if count > min_frequency and (max_frequency <= 0 or count < max_frequency)
        ]
        self._number(kept)
        self._freq = dict(ranked[: len(kept)])

    def reverse(self, class_id: int) -> Any:
        """The category of an id.

        Raises:
          ValueError: If the vocabulary was made with `support_reverse=False`.
          IndexError: If no category has this id.
        """
        if not self._support_reverse:
            raise ValueError(
                'This vocabulary cannot give the category of an id: make it with '
                'CategoricalVocabulary(support_reverse=True).'
            )
        return self._reverse_mapping[class_id]


class ByteProcessor:
    """Maps each document to the codes of its UTF-8 bytes.

    Args:
      max_document_length: Length of every result; longer documents are cut, shorter get zeros.
    """

    def __init__(self, max_document_length: int) -> None:
        self.max_document_length = max_document_length

    def fit(self, x: object) -> ByteProcessor:
        """Returns this object: nothing is learned from the documents."""
        return self

    def fit_transform(self, x: Iterable[str | bytes]) -> Iterator[np.ndarray]:
        """The same as `transform`."""
        return self.transform(x)

    def transform(self, x: Iterable[str | bytes]) -> Iterator[np.ndarray]:
        """Yields for each document its bytes, `[max_document_length]` uint8."""
        for document in x:
            encoded = document.encode() if isinstance(document, str) else document
            found = np.zeros(self.max_document_length, np.uint8)
            kept = np.frombuffer(encoded, np.uint8)[: self.max_document_length]
            found[: len(kept)] = kept
            yield found

    @staticmethod
    def reverse(x: Iterable[np.ndarray]) -> Iterator[str]:
        """Yields the document of each row of byte codes, without the zeros at its end."""
        for codes in x:
            text = np.asarray(codes).astype(np.uint8).tobytes().rstrip(b'\0')
            yield text.decode('utf-8', errors='replace')


class VocabularyProcessor:
    """Maps each document to the ids of its words.

    Args:
      max_document_length: Length of every result; longer documents are cut, shorter get zeros.
      min_frequency: Words seen so often or less get the id 0.
      vocabulary: A `CategoricalVocabulary` to go on with.
      tokenizer_fn: Gives the words of each of an iterable of documents.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import preprocessing
      >>> processor = preprocessing.VocabularyProcessor(4)
      >>> print(np.array(list(processor.fit_transform(['a cat', 'a dog and a cat']))))
      [[1 2 0 0]
       [1 3 4 1]]
    """

    def __init__(
        self,
        max_document_length: int,
        min_frequency: int = 0,
        vocabulary: CategoricalVocabulary | None = None,
        tokenizer_fn: Callable[[Iterable[str]], Iterable[Sequence[str]]] | None = None,
    ) -> None:
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents: Iterable[str], unused_y: object = None) -> VocabularyProcessor:
        """Learns the words of the documents, and freezes the vocabulary."""
        for word in itertools.chain.from_iterable(self._tokenizer(raw_documents)):
            self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(
        self, raw_documents: Iterable[str], unused_y: object = None
    ) -> Iterator[np.ndarray]:
        """`fit`, then `transform`, of the same documents."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents: Iterable[str]) -> Iterator[np.ndarray]:
        """Yields for each document its word ids, `[max_document_length]` int64."""
        for tokens in self._tokenizer(raw_documents):
            ids = np.zeros(self.max_document_length, np.int64)
            for position, token in enumerate(tokens[: self.max_document_length]):
                ids[position] = self.vocabulary_.get(token)
            yield ids

    def reverse(self, documents: Iterable[Iterable[int]]) -> Iterator[str]:
        """Yields the words of each row of ids, with blanks between."""
        for ids in documents:
            yield ' '.join(self.vocabulary_.reverse(each) for each in ids)

    def save(self, filename: str) -> None:
        """Writes this object, which `restore` reads."""
        part = f'{filename}.part'
        with tf.io.gfile.GFile(part, 'wb') as file:
            file.write(pickle.dumps(self, protocol=2))
        tf.io.gfile.rename(part, filename, overwrite=True)

    @classmethod
    def restore(cls, filename: str) -> VocabularyProcessor:
        """Reads what `save` wrote, here or on TF1.

        The file is a pickle: reading one from an untrusted source can run any code.
        """
        with tf.io.gfile.GFile(filename, 'rb') as file:
            return _Unpickler(io.BytesIO(file.read()), encoding='utf-8').load()


class _Unpickler(pickle.Unpickler):
    """Finds the classes of this file under the names that TF1 gave them."""

    def find_class(self, module: str, name: str) -> Any:
        if _MODULE_OF_PICKLES.match(module) and name in __all__:
            return globals()[name]
        return super().find_class(module, name)
