"""tf.contrib.crf: linear-chain conditional random fields.

Everywhere `inputs` (or `potentials`) are unary scores `[batch, max_time, num_tags]`, `tag_indices`
`[batch, max_time]` int32, `sequence_lengths` `[batch]`, and `transition_params` the scores
`[num_tags, num_tags]` of transitions from row to column. Scores and normalizers are `[batch]`; a
sequence of length 0 has the score 0 and the normalizer 0 (Lafferty et al., 2001).
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat import rnn
from tf_seq2seq_compat.layers.rnn_cell import RNNCell
from tf_seq2seq_compat.types import Nest, Scope, TensorLike

tf1 = tf.compat.v1


def _num_tags(scores: tf.Tensor) -> int:
    size = tf1.dimension_value(scores.shape[-1])
    if size is None:
        raise ValueError(
            f'the number of tags must be known while the graph is built, and the scores have shape '
            f'{scores.shape}. Set it: scores.set_shape([None, None, num_tags]).'
        )
    return int(size)


def _zero_where_empty(values: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    return tf1.where(tf.less_equal(lengths, 0), tf.zeros_like(values), values)


def _after_the_first(scores: tf.Tensor) -> tf.Tensor:
    """The scores from the second step on; where there may be none, with one step too many.

    TensorFlow cannot differentiate a loop over no steps. What is too many lies after every end.
    """
    if tf1.dimension_value(scores.shape[1]) is not None:
        return scores[:, 1:]
    return tf.concat([scores[:, 1:], tf.zeros_like(scores[:, :1])], 1)


def _steps_after_the_first(lengths: tf.Tensor) -> tf.Tensor:
    return tf.maximum(tf.constant(0, lengths.dtype), lengths - 1)


def crf_unary_score(
    tag_indices: TensorLike, sequence_lengths: TensorLike, inputs: TensorLike
) -> tf.Tensor:
    """The sum of the unary scores of given tags."""
    inputs = tf.convert_to_tensor(inputs)
    scores = tf.gather(inputs, tf.cast(tag_indices, tf.int32), batch_dims=2)
    mask = tf.sequence_mask(sequence_lengths, tf.shape(inputs)[1], scores.dtype)
    return tf.reduce_sum(scores * mask, 1)


def crf_binary_score(
    tag_indices: TensorLike, sequence_lengths: TensorLike, transition_params: TensorLike
) -> tf.Tensor:
    """The sum of the scores of the transitions between given tags."""
    tags = tf.cast(tag_indices, tf.int32)
    transitions = tf.stack([tags[:, :-1], tags[:, 1:]], axis=-1)
    scores = tf.gather_nd(transition_params, transitions)
    lengths = _steps_after_the_first(tf.cast(sequence_lengths, tf.int32))
    mask = tf.sequence_mask(lengths, tf.shape(transitions)[1], scores.dtype)
    return tf.reduce_sum(scores * mask, 1)


def crf_sequence_score(
    inputs: TensorLike,
    tag_indices: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike,
) -> tf.Tensor:
    """The unnormalized score of given tags."""
    inputs = tf.convert_to_tensor(inputs)
    unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
    if tf1.dimension_value(inputs.shape[1]) == 1:
        return unary
    return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_multitag_sequence_score(
    inputs: TensorLike,
    tag_bitmap: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike,
) -> tf.Tensor:
    """The log of the summed exponential scores of all sequences of allowed tags.

    Args:
      tag_bitmap: bool, `[batch, max_time, num_tags]`: which tags are allowed at each step.
    """
    inputs = tf.convert_to_tensor(inputs)
    lengths = tf.convert_to_tensor(sequence_lengths)
    # With one step in all, TF1 does not look at the lengths.
    lengths = tf.maximum(lengths, tf.cast(tf.equal(tf.shape(inputs)[1], 1), lengths.dtype))
    forbidden = tf.fill(tf.shape(inputs), tf.constant(-np.inf, inputs.dtype))
    allowed = tf1.where(tf.cast(tag_bitmap, tf.bool), inputs, forbidden)
    return crf_log_norm(allowed, lengths, transition_params)


class _TagScores(RNNCell):
    """A cell with a score for each tag as state and output."""

    def __init__(self, transition_params: TensorLike) -> None:
        super().__init__()
        self._transition_params = tf.convert_to_tensor(transition_params)
        self._size = _num_tags(self._transition_params)

    @property
    def state_size(self) -> int:
        return self._size

    @property
    def output_size(self) -> int:
        return self._size


class CrfForwardRnnCell(_TagScores):
    """One step of the forward algorithm: inputs and state are `[batch, num_tags]` log sums."""

    def __call__(  # type: ignore[override]
        self, inputs: tf.Tensor, state: Nest, scope: Scope | None = None
    ) -> tuple[tf.Tensor, Nest]:
        log_sums = inputs + tf.reduce_logsumexp(state[:, :, None] + self._transition_params, 1)
        return log_sums, log_sums


class CrfDecodeForwardRnnCell(_TagScores):
    """One step of the Viterbi algorithm: the best scores, and which tag each came from."""

    def __call__(  # type: ignore[override]
        self, inputs: tf.Tensor, state: Nest, scope: Scope | None = None
    ) -> tuple[tf.Tensor, Nest]:
        candidates = state[:, :, None] + self._transition_params
        best = inputs + tf.reduce_max(candidates, 1)
        return tf.argmax(candidates, 1, output_type=tf.int32), best


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
        tags = tf.gather(inputs, state, batch_dims=1)
        return tags, tags


def crf_log_norm(
    inputs: TensorLike, sequence_lengths: TensorLike, transition_params: TensorLike
) -> tf.Tensor:
    """The log of the summed exponential scores of all sequences of tags.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import crf
      >>> bool(abs(crf.crf_log_norm(tf.zeros([1, 3, 2]), [3], tf.zeros([2, 2])) - np.log(8)) < 1e-6)
      True
    """
    inputs = tf.convert_to_tensor(inputs)
    lengths = tf.convert_to_tensor(sequence_lengths)
    log_sums = inputs[:, 0]
    if tf1.dimension_value(inputs.shape[1]) != 1:
        _, log_sums = rnn.dynamic_rnn(
            CrfForwardRnnCell(transition_params),
            _after_the_first(inputs),
            sequence_length=_steps_after_the_first(lengths),
            initial_state=log_sums,
            dtype=inputs.dtype,
        )
    return _zero_where_empty(tf.reduce_logsumexp(log_sums, 1), lengths)


def crf_log_likelihood(
    inputs: TensorLike,
    tag_indices: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """The log likelihood of given tags.

    Args:
      transition_params: `[num_tags, num_tags]`; without it, a variable `transitions` is got.

    Returns:
      The log likelihoods `[batch]`, and the transition scores.
    """
    inputs = tf.convert_to_tensor(inputs)
    if transition_params is None:
        num_tags = _num_tags(inputs)
        transition_params = tf1.get_variable('transitions', [num_tags, num_tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_decode(
    potentials: TensorLike, transition_params: TensorLike, sequence_length: TensorLike
) -> tuple[tf.Tensor, tf.Tensor]:
    """The best tags of each sequence, by the Viterbi algorithm.

    Returns:
      The tags `[batch, max_time]` int32, 0 after a sequence's end, and their scores `[batch]`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import crf
      >>> tags, score = crf.crf_decode([[[1., 0.], [0., 2.]]], tf.zeros([2, 2]), [2])
      >>> tags.numpy().tolist(), score.numpy().tolist()
      ([[0, 1]], [3.0])
    """
    potentials = tf.convert_to_tensor(potentials)
    lengths = tf.convert_to_tensor(sequence_length)
    best = potentials[:, 0]
    if tf1.dimension_value(potentials.shape[1]) == 1:
        return tf.argmax(best, 1, output_type=tf.int32)[:, None], tf.reduce_max(best, 1)
    num_tags = _num_tags(potentials)
    steps = _steps_after_the_first(lengths)
    came_from, best = rnn.dynamic_rnn(
        CrfDecodeForwardRnnCell(transition_params),
        _after_the_first(potentials),
        sequence_length=steps,
        initial_state=best,
        time_major=False,
        dtype=tf.int32,
    )
    last = tf.argmax(best, 1, output_type=tf.int32)[:, None]
    tags, _ = rnn.dynamic_rnn(
        CrfDecodeBackwardRnnCell(num_tags),
        tf.reverse_sequence(came_from, steps, seq_axis=1),
        sequence_length=steps,
        initial_state=last,
        time_major=False,
        dtype=tf.int32,
    )
    backwards = tf.concat([last, tags[:, :, 0]], 1)[:, : tf.shape(potentials)[1]]
    return tf.reverse_sequence(backwards, lengths, seq_axis=1), tf.reduce_max(best, 1)


def viterbi_decode(
    score: np.ndarray, transition_params: TensorLike
) -> tuple[list[int], np.ndarray]:
    """The best tags of one sequence, in NumPy.

    Args:
      score: unary scores, `[time, num_tags]`.

    Returns:
      The tags, and their score.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import crf
      >>> tags, best = crf.viterbi_decode([[1.0, 0.0], [0.0, 2.0]], np.zeros([2, 2]))
      >>> [int(tag) for tag in tags], float(best)
      ([0, 1], 3.0)
    """
    score = np.asarray(score)
    best = score[0]
    came_from = []
    for step in score[1:]:
        candidates = best[:, None] + transition_params
        came_from.append(candidates.argmax(0))
        best = (step + candidates.max(0)).astype(score.dtype)
    tags = [best.argmax()]
    for sources in reversed(came_from):
        tags.append(sources[tags[-1]])
    return tags[::-1], best.max()
