"""`tf.contrib.deprecated`: summaries as TensorFlow 0.12 had them, the tag apart from the name.

TF 0.12 had these functions in `tf` itself. Each gives a string tensor, a serialized `Summary`, and
adds it to the collections (`[tf.GraphKeys.SUMMARIES]` by default).
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tf_seq2seq_compat.types import TensorLike

tf1 = tf.compat.v1

__all__ = ['audio_summary', 'histogram_summary', 'image_summary', 'scalar_summary']

Collections = Sequence[str] | None


def _collected(
    operation: str,
    collections: Collections,
    name: str | None,
    **arguments: object,
) -> tf.Tensor:
    with tf1.name_scope(name or operation.removesuffix('V2')) as scope:
        summary = getattr(tf.raw_ops, operation)(name=scope, **arguments)
    for each in [tf1.GraphKeys.SUMMARIES] if collections is None else collections:
        tf1.add_to_collection(each, summary)
    return summary


def scalar_summary(
    tags: TensorLike,
    values: TensorLike,
    collections: Collections = None,
    name: str | None = None,
) -> tf.Tensor:
    """A summary of numbers, each under a tag of its own: `tags` has the shape of `values`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib.deprecated import scalar_summary
      >>> with tf.Graph().as_default():
      ...   scalar_summary('loss', 0.5).op.type
      'ScalarSummary'
    """
    return _collected('ScalarSummary', collections, name, tags=tags, values=values)


def histogram_summary(
    tag: TensorLike,
    values: TensorLike,
    collections: Collections = None,
    name: str | None = None,
) -> tf.Tensor:
    """A summary of how the numbers of a tensor of any shape are distributed."""
    return _collected('HistogramSummary', collections, name, tag=tag, values=values)


def image_summary(
    tag: TensorLike,
    tensor: TensorLike,
    max_images: int = 3,
    collections: Collections = None,
    name: str | None = None,
) -> tf.Tensor:
    """A summary of the first images of `[batch, height, width, channels]`, uint8 or float32."""
    images = {'tensor': tensor, 'max_images': max_images}
    return _collected('ImageSummary', collections, name, tag=tag, **images)


def audio_summary(
    tag: TensorLike,
    tensor: TensorLike,
    sample_rate: TensorLike,
    max_outputs: int = 3,
    collections: Collections = None,
    name: str | None = None,
) -> tf.Tensor:
    """A summary of sound, `[batch, frames]` or `[batch, frames, channels]` from -1 to 1.

    `sample_rate` is in Hertz, and `max_outputs` of the batch are kept.
    """
    with tf1.name_scope(name or 'AudioSummary') as scope:
        rate = tf.convert_to_tensor(sample_rate, tf.float32, name='sample_rate')
    sound = {'tensor': tensor, 'sample_rate': rate, 'max_outputs': max_outputs}
    return _collected('AudioSummaryV2', collections, scope, tag=tag, **sound)
