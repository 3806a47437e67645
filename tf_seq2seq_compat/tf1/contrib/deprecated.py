"""`tf.contrib.deprecated`: summaries as TensorFlow 0.12 had them, the tag apart from the name."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tf_seq2seq_compat.types import TensorLike

tf1 = tf.compat.v1

__all__ = ['audio_summary', 'histogram_summary', 'image_summary', 'scalar_summary']


def _collected(summary: tf.Tensor, collections: Sequence[str] | None) -> tf.Tensor:
    for each in [tf1.GraphKeys.SUMMARIES] if collections is None else collections:
        tf1.add_to_collection(each, summary)
    return summary


def scalar_summary(
    tags: TensorLike,
    values: TensorLike,
    collections: Sequence[str] | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """A summary of numbers, each under a tag of its own.

    Args:
      tags: a string, or strings in the shape of `values`.
      values: a tensor of numbers.
      collections: where the summary is collected; `[tf.GraphKeys.SUMMARIES]` by default.
      name: of the operation.

    Returns:
      A string tensor, a serialized `Summary`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib.deprecated import scalar_summary
      >>> with tf.Graph().as_default():
      ...   scalar_summary('loss', 0.5).op.type
      'ScalarSummary'

    Legacy: `tf.contrib.deprecated.scalar_summary` of TF 1.15, `tf.scalar_summary` of TF 0.12.
    """
    with tf1.name_scope(name or 'ScalarSummary') as scope:
        summary = tf.raw_ops.ScalarSummary(tags=tags, values=values, name=scope)
    return _collected(summary, collections)


def histogram_summary(
    tag: TensorLike,
    values: TensorLike,
    collections: Sequence[str] | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """A summary of how numbers are distributed.

    Args:
      tag: a string.
      values: a tensor of numbers, of any shape.
      collections: where the summary is collected; `[tf.GraphKeys.SUMMARIES]` by default.
      name: of the operation.

    Returns:
      A string tensor, a serialized `Summary`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib.deprecated import histogram_summary
      >>> with tf.Graph().as_default():
      ...   histogram_summary('weights', [0.5, 1.0]).op.type
      'HistogramSummary'

    Legacy: `tf.contrib.deprecated.histogram_summary` of TF 1.15, `tf.histogram_summary` of TF 0.12.
    """
    with tf1.name_scope(name or 'HistogramSummary') as scope:
        summary = tf.raw_ops.HistogramSummary(tag=tag, values=values, name=scope)
    return _collected(summary, collections)


def image_summary(
    tag: TensorLike,
    tensor: TensorLike,
    max_images: int = 3,
    collections: Sequence[str] | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """A summary of images.

    Args:
      tag: a string.
      tensor: `[batch, height, width, channels]`, uint8 or float32.
      max_images: how many of the batch are kept.
      collections: where the summary is collected; `[tf.GraphKeys.SUMMARIES]` by default.
      name: of the operation.

    Returns:
      A string tensor, a serialized `Summary`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib.deprecated import image_summary
      >>> with tf.Graph().as_default():
      ...   image_summary('attention', tf.zeros([1, 4, 4, 1])).op.type
      'ImageSummary'

    Legacy: `tf.contrib.deprecated.image_summary` of TF 1.15, `tf.image_summary` of TF 0.12.
    """
    with tf1.name_scope(name or 'ImageSummary') as scope:
        summary = tf.raw_ops.ImageSummary(tag=tag, tensor=tensor, max_images=max_images, name=scope)
    return _collected(summary, collections)


def audio_summary(
    tag: TensorLike,
    tensor: TensorLike,
    sample_rate: TensorLike,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """A summary of sound.

    Args:
      tag: a string.
      tensor: `[batch, frames]` or `[batch, frames, channels]`, float32 from -1 to 1.
      sample_rate: in Hertz.
      max_outputs: how many of the batch are kept.
      collections: where the summary is collected; `[tf.GraphKeys.SUMMARIES]` by default.
      name: of the operation.

    Returns:
      A string tensor, a serialized `Summary`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib.deprecated import audio_summary
      >>> with tf.Graph().as_default():
      ...   audio_summary('speech', tf.zeros([1, 100]), 8000.0).op.type
      'AudioSummaryV2'

    Legacy: `tf.contrib.deprecated.audio_summary` of TF 1.15, `tf.audio_summary` of TF 0.12.
    """
    with tf1.name_scope(name or 'AudioSummary') as scope:
        summary = tf.raw_ops.AudioSummaryV2(
            tag=tag,
            tensor=tensor,
            sample_rate=tf.convert_to_tensor(sample_rate, tf.float32, name='sample_rate'),
            max_outputs=max_outputs,
            name=scope,
        )
    return _collected(summary, collections)
