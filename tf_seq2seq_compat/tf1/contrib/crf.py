"""tf.contrib.crf: the cells of linear-chain conditional random fields, and its functions."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core import crf
from tf_seq2seq_compat.core.crf import (
    crf_binary_score,
    crf_decode,
    crf_log_norm,
    crf_multitag_sequence_score,
    crf_sequence_score,
    crf_unary_score,
    viterbi_decode,
)
from tf_seq2seq_compat.layers.rnn_cell import RNNCell
from tf_seq2seq_compat.types import Nest, Scope, TensorLike

__all__ = [
    'CrfDecodeBackwardRnnCell',
    'CrfDecodeForwardRnnCell',
    'CrfForwardRnnCell',
    'crf_binary_score',
    'crf_decode',
    'crf_log_likelihood',
    'crf_log_norm',
    'crf_multitag_sequence_score',
    'crf_sequence_score',
    'crf_unary_score',
    'viterbi_decode',
]


class _TagScores(RNNCell):
    """A cell with a score for each tag as state and output."""

    def __init__(self, transition_params: TensorLike) -> None:
        super().__init__()
        self._transition_params = tf.convert_to_tensor(transition_params)
        self._size = crf.num_tags(self._transition_params)

    @property
    def state_size(self) -> int:
        return self._size

    @property
    def output_size(self) -> int:
        return self._size


class CrfForwardRnnCell(_TagScores):
    """One step of the forward algorithm: inputs and state are `[batch, num_tags]` log sums.

    Args:
      transition_params: `[num_tags, num_tags]`.
    """

    def __call__(  # type: ignore[override]
        self, inputs: tf.Tensor, state: Nest, scope: Scope | None = None
    ) -> tuple[tf.Tensor, Nest]:
        log_sums = crf.forward_step(inputs, state, self._transition_params)
        return log_sums, log_sums


class CrfDecodeForwardRnnCell(_TagScores):
    """One step of the Viterbi algorithm: the best scores, and which tag each came from.

    Args:
      transition_params: `[num_tags, num_tags]`.
    """

    def __call__(  # type: ignore[override]
        self, inputs: tf.Tensor, state: Nest, scope: Scope | None = None
    ) -> tuple[tf.Tensor, Nest]:
        return crf.viterbi_step(inputs, state, self._transition_params)


class CrfDecodeBackwardRnnCell(RNNCell):
    """One step back: from the tag `[batch, 1]` to the tag that the inputs say it came from.

    Args:
      num_tags: number of tags.
    """

    def __init__(self, num_tags: int) -> None:
        super().__init__()
        self._size = num_tags

    @property
    def state_size(self) -> int:
        return 1

    @property
    def output_size(self) -> int:
        return 1

    def __call__(  # type: ignore[override]
        self, inputs: tf.Tensor, state: Nest, scope: Scope | None = None
    ) -> tuple[tf.Tensor, Nest]:
        tags = crf.backward_step(inputs, state)
        return tags, tags


def crf_log_likelihood(
    inputs: TensorLike,
    tag_indices: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike | None = None,
) -> tuple[tf.Tensor, TensorLike]:
    """The log likelihood of given tags.

    Args:
      inputs: unary scores, `[batch, max_time, num_tags]`.
      tag_indices: `[batch, max_time]` int32.
      sequence_lengths: `[batch]`.
      transition_params: `[num_tags, num_tags]`; without it, a variable `transitions` is got.

    Returns:
      The log likelihoods `[batch]`, and the transition scores.
    """
    return crf.crf_log_likelihood(
        inputs,
        tag_indices,
        sequence_lengths,
        transition_params,
        lambda shape: tf.compat.v1.get_variable('transitions', shape),
    )
