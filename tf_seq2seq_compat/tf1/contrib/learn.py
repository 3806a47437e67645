"""The small names of `tf.contrib.learn`: modes, keys and records."""

from __future__ import annotations

import collections
import csv
import os
import urllib.request
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    'Dataset',
    'Datasets',
    'InputFnOps',
    'ModeKeys',
    'NanLossDuringTrainingError',
    'NotFittedError',
    'PredictionKey',
    'ProblemType',
    'TaskType',
    'load_csv_with_header',
    'load_csv_without_header',
    'maybe_download',
]


class ModeKeys:
    """The modes in which a model is built.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import learn
      >>> learn.ModeKeys.INFER
      'infer'

    Legacy: `tf.contrib.learn.ModeKeys` of TF 1.15 (whose `INFER` is not `tf.estimator`'s
    `PREDICT`).
    """

    TRAIN = 'train'
    EVAL = 'eval'
    INFER = 'infer'

    @classmethod
    def validate(cls, key: str) -> None:
        """Raises ValueError unless `key` is one of the modes."""
        if key not in (cls.TRAIN, cls.EVAL, cls.INFER):
            raise ValueError(f"Invalid mode {key}: give 'train', 'eval' or 'infer'.")


class PredictionKey:
    """Names of predictions."""

    CLASSES = 'classes'
    PROBABILITIES = 'probabilities'
    LOGITS = 'logits'
    LOGISTIC = 'logistic'
    SCORES = 'scores'
    TOP_K = 'top_k'
    GENERIC = 'output'


class ProblemType:
    """Kinds of problem."""

    UNSPECIFIED = 0
    CLASSIFICATION = 1
    LINEAR_REGRESSION = 2
    LOGISTIC_REGRESSION = 3


class TaskType:
    """Kinds of task of a cluster."""

    MASTER = 'master'
    PS = 'ps'
    WORKER = 'worker'


class NanLossDuringTrainingError(RuntimeError):
    """The loss was NaN."""

    def __str__(self) -> str:
        return 'NaN loss during training.'


class NotFittedError(ValueError, AttributeError):
    """An estimator was used before `fit`."""


class InputFnOps(NamedTuple):
    """Result of a serving input function."""

    features: Any
    labels: Any
    default_inputs: Any


# Plain named tuples, as in TF1: programs build them from whatever they like.
Dataset = collections.namedtuple('Dataset', ['data', 'target'])
Datasets = collections.namedtuple('Datasets', ['train', 'validation', 'test'])


def load_csv_with_header(
    filename: str, target_dtype: Any, features_dtype: Any, target_column: int = -1
) -> Dataset:
    """Reads a CSV file whose first line gives the numbers of rows and of features.

    Args:
      filename: The file.
      target_dtype: dtype of the targets.
      features_dtype: dtype of the features.
      target_column: The column of the targets.

    Returns:
      `Dataset` of `data` `[rows, features]` and `target` `[rows]`.
    """
    with open(filename, newline='', encoding='utf-8') as file:
        lines = csv.reader(file)
        header = next(lines)
        rows, features = int(header[0]), int(header[1])
        data = np.zeros((rows, features), features_dtype)
        target = np.zeros(rows, target_dtype)
        for index, line in enumerate(lines):
            target[index] = np.asarray(line.pop(target_column), dtype=target_dtype)
            data[index] = np.asarray(line, dtype=features_dtype)
    return Dataset(data=data, target=target)


def load_csv_without_header(
    filename: str, target_dtype: Any, features_dtype: Any, target_column: int = -1
) -> Dataset:
    """Reads a CSV file; arguments and result as of `load_csv_with_header`."""
    with open(filename, newline='', encoding='utf-8') as file:
        lines = list(csv.reader(file))
    targets = [line.pop(target_column) for line in lines]
    data = [np.asarray(line, dtype=features_dtype) for line in lines]
    return Dataset(data=np.array(data), target=np.array(targets, dtype=target_dtype))


def maybe_download(filename: str, work_directory: str, source_url: str) -> str:
    """Downloads a file, unless it lies in `work_directory` already; returns its path."""
    os.makedirs(work_directory, exist_ok=True)
    path = os.path.join(work_directory, filename)
    if not os.path.exists(path):
        urllib.request.urlretrieve(source_url, f'{path}.part')
        os.replace(f'{path}.part', path)
    return path
