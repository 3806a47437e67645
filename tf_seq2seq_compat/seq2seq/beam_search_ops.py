"""`gather_tree`, in the file where `tf.contrib.seq2seq` had it."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core import beam_search as core
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.types import IntLike, TensorLike

tf1 = tf.compat.v1

__all__ = ['gather_tree']


@without_autograph
def gather_tree(
    step_ids: TensorLike,
    parent_ids: TensorLike,
    max_sequence_lengths: TensorLike,
    end_token: IntLike,
    name: str | None = None,
) -> tf.Tensor:
    """The sequence of each beam, from the ids and the parents that the steps of a search left.

    Made of gathers, so it runs and compiles wherever TensorFlow does.

    Args:
      step_ids: int32 `[max_time, batch, beam]`: the id that each beam got at each step.
      parent_ids: int32 `[max_time, batch, beam]`: the beam of the step before that it extends.
      max_sequence_lengths: int32 `[batch]`: the length of the longest beam of each example.
      end_token: int32 scalar.
      name: Name of the operations.

    Returns:
      int32 `[max_time, batch, beam]`: the ids of the beams of the last step. After the first
      `end_token` of a beam, and from `max_sequence_lengths` on, all are `end_token`.

    Raises:
      TypeError: If an argument is not int32.
      ValueError: If the shapes do not fit together.
      InvalidArgumentError: If a parent that is followed is not a beam (not under XLA).

    Example:
      >>> ids = [[[1, 2]], [[3, 4]], [[5, 6]]]
      >>> parents = [[[0, 0]], [[1, 0]], [[1, 0]]]
      >>> seq2seq.gather_tree(ids, parents, [3], end_token=9)[:, 0].numpy().tolist()
      [[1, 2], [4, 3], [5, 6]]

    Legacy: `tf.contrib.seq2seq.gather_tree` of TF 1.15.
    """
    with tf1.name_scope(name, 'GatherTree'):
        step_ids = _checked('step_ids', step_ids, '[max_time, batch, beam]', 3)
        parent_ids = _checked('parent_ids', parent_ids, '[max_time, batch, beam]', 3)
        lengths = _checked('max_sequence_lengths', max_sequence_lengths, '[batch]', 1)
        end_token = _checked('end_token', end_token, '[]', 0)
        if not step_ids.shape.is_compatible_with(parent_ids.shape):
            raise ValueError(
                'step_ids and parent_ids must have equal shapes, but have '
                f'{step_ids.shape} and {parent_ids.shape}.'
            )
        if not step_ids.shape[1:2].is_compatible_with(lengths.shape):
            raise ValueError(
                f'max_sequence_lengths must hold one length for each example of the batch, but has '
                f'shape {lengths.shape} for step_ids of shape {step_ids.shape}. For lengths of '
                'each beam, take their maximum: tf.reduce_max(lengths, axis=1).'
            )
        if not under_xla():
            parent_ids = _with_valid_parents(parent_ids, lengths)
        ids = core.gather_tree(step_ids, parent_ids, lengths, end_token)
        ids.set_shape(step_ids.shape.merge_with(parent_ids.shape))
        return ids


def _with_valid_parents(parent_ids: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """The parents, after a check that those which are followed are beams; others become 0."""
    beams = tf.shape(parent_ids)[2]

    def is_beam(parents: tf.Tensor) -> tf.Tensor:
        return tf.logical_and(parents >= 0, parents < beams)

    followed = core.followed_parents(parent_ids, lengths)
    wrong = tf.logical_not(is_beam(followed))

    def refuse() -> tf.Tensor:
        # TF1 looks at one beam after the other, each from its end.
        latest_first = tf.transpose(tf.reverse(wrong, [0]), [1, 2, 0])
        batch, beam, back = tf.unstack(tf.where(latest_first)[0])
        time = tf.shape(wrong, out_type=tf.int64)[0] - 1 - back
        message = tf.strings.format(
            'parent id {} at (batch, time, beam) == ({}, {}, {}) is not one of the {} beams: '
            'parent_ids must be from 0 to beams - 1 up to max_sequence_lengths.',
            [followed[time, batch, beam], batch, time - 1, beam, beams],
        )
        with tf.control_dependencies([tf.debugging.Assert(False, [message], summarize=1)]):
            return tf.identity(parent_ids)

    def accept() -> tf.Tensor:
        return tf.where(is_beam(parent_ids), parent_ids, 0)

    return tf.cond(tf.reduce_any(wrong), refuse, accept)


def _checked(argument: str, value: TensorLike, shape: str, rank: int) -> tf.Tensor:
    tensor = tf.convert_to_tensor(value, dtype_hint=tf.int32)
    if tensor.dtype != tf.int32:
        raise TypeError(
            f'{argument} must be int32, but is {tensor.dtype.name}: use tf.cast({argument}, '
            'tf.int32).'
        )
    if tensor.shape.rank not in (None, rank):
        raise ValueError(f'{argument} must have shape {shape}, but has {tensor.shape}.')
    return tensor
