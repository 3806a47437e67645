"""A text as batches of word ids: `tensorflow.models.rnn.ptb.reader` of 0.12."""

from __future__ import annotations

import collections
import os

import tensorflow as tf

from tf_seq2seq_compat.types import TensorLike

tf1 = tf.compat.v1


def _read_words(filename: str) -> list[str]:
    with open(filename, encoding='utf-8') as file:
        return file.read().replace('\n', '<eos>').split()


def _build_vocab(filename: str) -> dict[str, int]:
    counts = collections.Counter(_read_words(filename))
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: index for index, word in enumerate(words)}


def _file_to_word_ids(filename: str, word_to_id: dict[str, int]) -> list[int]:
    return [word_to_id[word] for word in _read_words(filename) if word in word_to_id]


def ptb_raw_data(data_path: str) -> tuple[list[int], list[int], list[int], int]:
    """The word ids of the three parts of the Penn Treebank, and the size of its vocabulary.

    Args:
      data_path: the folder of `ptb.train.txt`, `ptb.valid.txt` and `ptb.test.txt`.
    """
    paths = [os.path.join(data_path, f'ptb.{part}.txt') for part in ('train', 'valid', 'test')]
    vocabulary = _build_vocab(paths[0])
    train, valid, test = (_file_to_word_ids(path, vocabulary) for path in paths)
    return train, valid, test, len(vocabulary)


def ptb_producer(
    raw_data: TensorLike, batch_size: int, num_steps: int, name: str | None = None
) -> tuple[tf.Tensor, tf.Tensor]:
    """The next `[batch_size, num_steps]` words of a text at each run, and those one word later.

    Args:
      raw_data: word ids.
      batch_size: the number of parts that the text is read in, side by side.
      num_steps: the number of words of a run.
      name: of the operations.
    """
    with tf1.name_scope(name, 'PTBProducer', [raw_data, batch_size, num_steps]):
        words = tf.convert_to_tensor(raw_data, tf.int32, name='raw_data')
        length = tf.size(words) // batch_size
        rows = tf.reshape(words[: batch_size * length], [batch_size, length])
        runs = (length - 1) // num_steps
        message = 'epoch_size == 0, decrease batch_size or num_steps'
        with tf.control_dependencies([tf1.assert_positive(runs, message=message)]):
            runs = tf.identity(runs, name='epoch_size')
        at = tf1.train.range_input_producer(runs, shuffle=False).dequeue() * num_steps
        inputs = rows[:, at : at + num_steps]
        targets = rows[:, at + 1 : at + num_steps + 1]
        inputs.set_shape([batch_size, num_steps])
        targets.set_shape([batch_size, num_steps])
        return inputs, targets
