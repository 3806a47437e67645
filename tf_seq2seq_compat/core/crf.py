"""Linear-chain conditional random fields.

Unary scores are `[batch, max_time, num_tags]`, transition scores `[num_tags, num_tags]` from row to
column. A sequence of length 0 has the score 0 and the normalizer 0 (Lafferty et al., 2001).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.loop import stacked, unroll
from tf_seq2seq_compat.core.loop_arrays import InputArray
from tf_seq2seq_compat.core.structure import axis_size, transpose_batch_time, where_rows
from tf_seq2seq_compat.types import Nest, TensorLike

tf1 = tf.compat.v1


def num_tags(scores: tf.Tensor) -> int:
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


def _steps_after_the_first(lengths: TensorLike) -> tf.Tensor:
    return tf.maximum(0, tf.cast(lengths, tf.int32) - 1)


def crf_unary_score(
    tag_indices: TensorLike, sequence_lengths: TensorLike, inputs: TensorLike
) -> tf.Tensor:
    """The sum of the unary scores of given tags.

    Args:
      tag_indices: `[batch, max_time]` int32.
      sequence_lengths: `[batch]`.
      inputs: unary scores, `[batch, max_time, num_tags]`.

    Returns:
      `[batch]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> crf.crf_unary_score([[0, 1]], [2], [[[1.0, 0.0], [0.0, 2.0]]]).numpy().tolist()
      [3.0]
    """
    inputs = tf.convert_to_tensor(inputs)
    scores = tf.gather(inputs, tf.cast(tag_indices, tf.int32), batch_dims=2)
    mask = tf.sequence_mask(sequence_lengths, tf.shape(inputs)[1], scores.dtype)
    return tf.reduce_sum(scores * mask, 1)


def crf_binary_score(
    tag_indices: TensorLike, sequence_lengths: TensorLike, transition_params: TensorLike
) -> tf.Tensor:
    """The sum of the scores of the transitions between given tags.

    Args:
      tag_indices: `[batch, max_time]` int32.
      sequence_lengths: `[batch]`.
      transition_params: `[num_tags, num_tags]`.

    Returns:
      `[batch]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> crf.crf_binary_score([[0, 1, 1]], [3], [[0.0, 1.0], [0.0, 5.0]]).numpy().tolist()
      [6.0]
    """
    tags = tf.cast(tag_indices, tf.int32)
    transitions = tf.stack([tags[:, :-1], tags[:, 1:]], axis=-1)
    scores = tf.gather_nd(transition_params, transitions)
    lengths = _steps_after_the_first(sequence_lengths)
    mask = tf.sequence_mask(lengths, tf.shape(transitions)[1], scores.dtype)
    return tf.reduce_sum(scores * mask, 1)


def crf_sequence_score(
    inputs: TensorLike,
    tag_indices: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike,
) -> tf.Tensor:
    """The unnormalized score of given tags.

    Args:
      inputs: unary scores, `[batch, max_time, num_tags]`.
      tag_indices: `[batch, max_time]` int32.
      sequence_lengths: `[batch]`.
      transition_params: `[num_tags, num_tags]`.

    Returns:
      `[batch]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> scores, transitions = [[[1.0, 0.0], [0.0, 2.0]]], [[0.0, 4.0], [0.0, 0.0]]
      >>> crf.crf_sequence_score(scores, [[0, 1]], [2], transitions).numpy().tolist()
      [7.0]
    """
    inputs = tf.convert_to_tensor(inputs)
    if tf1.dimension_value(inputs.shape[1]) == 1:  # the first tag, however many are given
        first = tf.convert_to_tensor(tag_indices)[:, :1]
        return crf_unary_score(first, sequence_lengths, inputs)
    unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_filtered_inputs(inputs: TensorLike, tag_bitmap: TensorLike) -> tf.Tensor:
    """Unary scores with minus infinity where a tag is not allowed.

    Args:
      inputs: unary scores, `[batch, max_time, num_tags]`.
      tag_bitmap: bool, like the scores: which tags are allowed at each step.

    Returns:
      Like `inputs`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> crf.crf_filtered_inputs([[[1.0, 2.0]]], [[[True, False]]]).numpy().tolist()
      [[[1.0, -inf]]]
    """
    inputs = tf.convert_to_tensor(inputs)
    forbidden = tf.fill(tf.shape(inputs), tf.constant(-np.inf, inputs.dtype))
    return tf1.where(tf.cast(tag_bitmap, tf.bool), inputs, forbidden)


def crf_multitag_sequence_score(
    inputs: TensorLike,
    tag_bitmap: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike,
) -> tf.Tensor:
    """The log of the summed exponential scores of all sequences of allowed tags.

    Args:
      inputs: unary scores, `[batch, max_time, num_tags]`.
      tag_bitmap: bool, `[batch, max_time, num_tags]`: which tags are allowed at each step.
      sequence_lengths: `[batch]`.
      transition_params: `[num_tags, num_tags]`.

    Returns:
      `[batch]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> allowed = [[[True, False], [True, True]]]
      >>> scores, transitions = tf.zeros([1, 2, 2]), tf.zeros([2, 2])
      >>> score = crf.crf_multitag_sequence_score(scores, allowed, [2], transitions)
      >>> np.exp(score).round(3).tolist()
      [2.0]
    """
    inputs = tf.convert_to_tensor(inputs)
    lengths = tf.cast(sequence_lengths, tf.int32)
    # With one step in all, TF1 does not look at the lengths.
    lengths = tf.maximum(lengths, tf.cast(tf.equal(tf.shape(inputs)[1], 1), tf.int32))
    return crf_log_norm(crf_filtered_inputs(inputs, tag_bitmap), lengths, transition_params)


def _steps(
    step: Callable[[tf.Tensor, Nest], tuple[Nest, Nest]],
    inputs: tf.Tensor,
    state: Nest,
    emits: Nest,
    lengths: tf.Tensor | None = None,
) -> tuple[Nest, Nest]:
    """Takes a step for each of the inputs; zeros come and the state stays after a row's length.

    Args:
      step: `step(inputs, state) -> (emitted, state)`.
      inputs: `[batch, steps, ...]`.
      state: Initial state.
      emits: Zeros like what a step emits.
      lengths: `[batch]` int32.

    Returns:
      What was emitted, `[batch, steps, ...]`, and the last state.
    """
    array = InputArray(transpose_batch_time(inputs))
    steps = axis_size(inputs, 1)

    def one(time: tf.Tensor, state: Nest) -> tuple[Nest, Nest]:
        emitted, new_state = step(array.read(time), state)
        if lengths is None:
            return emitted, new_state
        over = time >= lengths
        return where_rows(over, emits, emitted), where_rows(over, state, new_state)

    run = unroll(one, state, emits, capacity=steps, jit_compile=None)
    emitted = stacked(run, emits, length=steps)
    return tf.nest.map_structure(transpose_batch_time, emitted), run.state


def forward_step(inputs: tf.Tensor, state: tf.Tensor, transition_params: tf.Tensor) -> tf.Tensor:
    """One step of the forward algorithm: the log sums `[batch, num_tags]` after the next scores."""
    return inputs + tf.reduce_logsumexp(state[:, :, None] + transition_params, 1)


def viterbi_step(
    inputs: tf.Tensor, state: tf.Tensor, transition_params: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """One step of the Viterbi algorithm: which tag each came from, and the best scores."""
    candidates = state[:, :, None] + transition_params
    best = inputs + tf.reduce_max(candidates, 1)
    return tf.argmax(candidates, 1, output_type=tf.int32), best


def backward_step(inputs: tf.Tensor, state: tf.Tensor) -> tf.Tensor:
    """One step back: from the tag `[batch, 1]` to the tag that the inputs say it came from."""
    return tf.gather(inputs, state, batch_dims=1)


def crf_forward(
    inputs: TensorLike,
    state: TensorLike,
    transition_params: TensorLike,
    sequence_lengths: TensorLike,
) -> tf.Tensor:
    """The log of the summed exponential scores of all sequences that end in each tag.

    Args:
      inputs: unary scores from the second step on, `[batch, max_time - 1, num_tags]`.
      state: those of the first step, `[batch, num_tags]`.
      transition_params: `[num_tags, num_tags]`.
      sequence_lengths: `[batch]`, the first step counted.

    Returns:
      `[batch, num_tags]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> sums = crf.crf_forward(tf.zeros([1, 1, 2]), tf.zeros([1, 2]), tf.zeros([2, 2]), [2])
      >>> np.exp(sums).round(3).tolist()
      [[2.0, 2.0]]
    """
    inputs, state = tf.convert_to_tensor(inputs), tf.convert_to_tensor(state)

    def step(scores: tf.Tensor, state: tf.Tensor) -> tuple[tuple[()], tf.Tensor]:
        return (), forward_step(scores, state, transition_params)

    return _steps(step, inputs, state, (), _steps_after_the_first(sequence_lengths))[1]


def crf_log_norm(
    inputs: TensorLike, sequence_lengths: TensorLike, transition_params: TensorLike
) -> tf.Tensor:
    """The log of the summed exponential scores of all sequences of tags.

    Args:
      inputs: unary scores, `[batch, max_time, num_tags]`.
      sequence_lengths: `[batch]`.
      transition_params: `[num_tags, num_tags]`.

    Returns:
      `[batch]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> bool(abs(crf.crf_log_norm(tf.zeros([1, 3, 2]), [3], tf.zeros([2, 2])) - np.log(8)) < 1e-6)
      True
    """
    inputs = tf.convert_to_tensor(inputs)
    lengths = tf.cast(sequence_lengths, tf.int32)
    log_sums = inputs[:, 0]
    if tf1.dimension_value(inputs.shape[1]) != 1:
        log_sums = crf_forward(_after_the_first(inputs), log_sums, transition_params, lengths)
    return _zero_where_empty(tf.reduce_logsumexp(log_sums, 1), lengths)


def crf_log_likelihood(
    inputs: TensorLike,
    tag_indices: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike | None,
    new_transitions: Callable[[list[int]], tf.Variable],
) -> tuple[tf.Tensor, TensorLike]:
    """The log likelihood of given tags.

    Args:
      inputs: unary scores, `[batch, max_time, num_tags]`.
      tag_indices: `[batch, max_time]` int32.
      sequence_lengths: `[batch]`.
      transition_params: `[num_tags, num_tags]`, or None.
      new_transitions: makes a variable of a shape, where there are none.

    Returns:
      The log likelihoods `[batch]`, and the transition scores.
    """
    inputs = tf.convert_to_tensor(inputs)
    if transition_params is None:
        transition_params = new_transitions([num_tags(inputs)] * 2)
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_decode_forward(
    inputs: TensorLike,
    state: TensorLike,
    transition_params: TensorLike,
    sequence_lengths: TensorLike,
) -> tuple[tf.Tensor, tf.Tensor]:
    """The forward pass of the Viterbi algorithm.

    Args:
      inputs: unary scores from the second step on, `[batch, steps, num_tags]`.
      state: those of the first step, `[batch, num_tags]`.
      transition_params: `[num_tags, num_tags]`.
      sequence_lengths: `[batch]`, the first step not counted.

    Returns:
      Which tag the best way to each tag came from, `[batch, steps, num_tags]` int32, 0 after a
      sequence's end; and the best scores `[batch, num_tags]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> came_from, best = crf.crf_decode_forward(
      ...     tf.constant([[[0.0, 2.0]]]), tf.constant([[1.0, 0.0]]), tf.zeros([2, 2]), [1])
      >>> came_from.numpy().tolist(), best.numpy().tolist()
      ([[[0, 0]]], [[1.0, 3.0]])
    """
    inputs, state = tf.convert_to_tensor(inputs), tf.convert_to_tensor(state)

    def step(scores: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return viterbi_step(scores, state, transition_params)

    emits = tf.zeros_like(state, tf.int32)
    return _steps(step, inputs, state, emits, tf.cast(sequence_lengths, tf.int32))


def crf_decode_backward(inputs: TensorLike, state: TensorLike) -> tf.Tensor:
    """The backward pass of the Viterbi algorithm.

    Args:
      inputs: from the last step to the first, which tag each came from, `[batch, steps, num_tags]`.
      state: the last tag, `[batch, 1]` int32.

    Returns:
      The tags before it, from last to first, `[batch, steps, 1]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> came_from = tf.constant([[[1, 0], [1, 0]]])
      >>> crf.crf_decode_backward(came_from, tf.constant([[1]])).numpy().tolist()
      [[[0], [1]]]
    """
    inputs, state = tf.convert_to_tensor(inputs), tf.convert_to_tensor(state)

    def step(came_from: tf.Tensor, tag: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        tag = backward_step(came_from, tag)
        return tag, tag

    return _steps(step, inputs, state, tf.zeros_like(state))[0]


def crf_decode(
    potentials: TensorLike, transition_params: TensorLike, sequence_length: TensorLike
) -> tuple[tf.Tensor, tf.Tensor]:
    """The best tags of each sequence, by the Viterbi algorithm.

    Args:
      potentials: unary scores, `[batch, max_time, num_tags]`.
      transition_params: `[num_tags, num_tags]`.
      sequence_length: `[batch]`.

    Returns:
      The tags `[batch, max_time]` int32, 0 after a sequence's end, and their scores `[batch]`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> tags, score = crf.crf_decode([[[1., 0.], [0., 2.]]], tf.zeros([2, 2]), [2])
      >>> tags.numpy().tolist(), score.numpy().tolist()
      ([[0, 1]], [3.0])
    """
    potentials = tf.convert_to_tensor(potentials)
    lengths = tf.cast(sequence_length, tf.int32)
    best = potentials[:, 0]
    if tf1.dimension_value(potentials.shape[1]) == 1:
        return tf.argmax(best, 1, output_type=tf.int32)[:, None], tf.reduce_max(best, 1)
    steps = _steps_after_the_first(lengths)
    rest = _after_the_first(potentials)
    came_from, best = crf_decode_forward(rest, best, transition_params, steps)
    last = tf.argmax(best, 1, output_type=tf.int32)[:, None]
    tags = crf_decode_backward(tf.reverse_sequence(came_from, steps, seq_axis=1), last)
    backwards = tf.concat([last, tags[:, :, 0]], 1)[:, : tf.shape(potentials)[1]]
    return tf.reverse_sequence(backwards, lengths, seq_axis=1), tf.reduce_max(best, 1)


def crf_constrained_decode(
    potentials: TensorLike,
    tag_bitmap: TensorLike,
    transition_params: TensorLike,
    sequence_length: TensorLike,
) -> tuple[tf.Tensor, tf.Tensor]:
    """The best tags of each sequence among those that are allowed.

    Args:
      potentials: unary scores, `[batch, max_time, num_tags]`.
      tag_bitmap: bool, like the scores: which tags are allowed at each step.
      transition_params: `[num_tags, num_tags]`.
      sequence_length: `[batch]`.

    Returns:
      As `crf_decode`.

    Example:
      >>> from tf_seq2seq_compat.core import crf
      >>> allowed = [[[True, True], [True, False]]]
      >>> tags, score = crf.crf_constrained_decode(
      ...     [[[1.0, 0.0], [0.0, 2.0]]], allowed, tf.zeros([2, 2]), [2])
      >>> tags.numpy().tolist(), score.numpy().tolist()
      ([[0, 0]], [1.0])
    """
    allowed = crf_filtered_inputs(potentials, tag_bitmap)
    return crf_decode(allowed, transition_params, sequence_length)


def viterbi_decode(
    score: np.ndarray, transition_params: TensorLike
) -> tuple[list[int], np.ndarray]:
    """The best tags of one sequence, in NumPy.

    Args:
      score: unary scores, `[time, num_tags]`.
      transition_params: `[num_tags, num_tags]`.

    Returns:
      The tags, and their score.

    Example:
      >>> from tf_seq2seq_compat.core import crf
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
