"""Samplers, in the file where TensorFlow Addons had them: TF 1.15's, and a mask for lengths."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import serializable
from tf_seq2seq_compat.core.embedding import embedding_function
from tf_seq2seq_compat.core.path import after
from tf_seq2seq_compat.core.structure import axis_size, transpose_batch_time
from tf_seq2seq_compat.seq2seq import sampler
from tf_seq2seq_compat.seq2seq.sampler import (
    CustomSampler,
    InferenceSampler,
    Sampler,
    _call_sampler,
    _unstack_ta,
    bernoulli_sample,
    categorical_sample,
)
from tf_seq2seq_compat.types import Embedding, Nest, TensorLike

__all__ = [
    'CustomSampler',
    'GreedyEmbeddingSampler',
    'InferenceSampler',
    'SampleEmbeddingSampler',
    'Sampler',
    'ScheduledEmbeddingTrainingSampler',
    'ScheduledOutputTrainingSampler',
    'TrainingSampler',
    '_call_sampler',
    '_unstack_ta',
    'bernoulli_sample',
    'categorical_sample',
]


serializable(CustomSampler)
serializable(InferenceSampler)


def _embedding_function(embedding: Any) -> Any:
    if isinstance(embedding, list | tuple):  # parts, which TF2 reads one after the other
        return lambda ids: tf.nn.embedding_lookup(list(embedding), ids)
    if not callable(embedding) and not isinstance(embedding, tf.Variable):
        embedding = tf.convert_to_tensor(embedding)
    return embedding_function(embedding)


@serializable
class TrainingSampler(sampler.TrainingSampler):
    __doc__ = sampler.TrainingSampler.__doc__

    def initialize(  # type: ignore[override]
        self,
        inputs: Nest,
        sequence_length: TensorLike | None = None,
        mask: TensorLike | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins.

        Args:
          inputs: `[batch, time, ...]` (`[time, batch, ...]` if `time_major`).
          sequence_length: int `[batch]`; the whole time by default.
          mask: bool `[batch, time]` (`[time, batch]`) in place of lengths, True for the steps of a
            sequence, which must be its first ones.

        Returns:
          `(finished, first_inputs)`.

        Raises:
          ValueError: If both lengths and a mask are given, or their shape or type is wrong.
          InvalidArgumentError: If a mask is not padded on the right.
        """
        return super().initialize(inputs, self._lengths(inputs, sequence_length, mask))

    def _lengths(
        self, inputs: Nest, sequence_length: TensorLike | None, mask: TensorLike | None
    ) -> TensorLike:
        if sequence_length is not None and mask is not None:
            raise ValueError("sequence_length and mask can't be provided at the same time.")
        if sequence_length is not None:
            return sequence_length
        if mask is not None:
            return _length_of(tf.convert_to_tensor(mask), self.time_major)
        first = tf.convert_to_tensor(tf.nest.flatten(inputs)[0])
        batch, time = (1, 0) if self.time_major else (0, 1)
        return tf.fill([axis_size(first, batch)], axis_size(first, time))


@serializable
class ScheduledEmbeddingTrainingSampler(sampler.ScheduledEmbeddingTrainingSampler, TrainingSampler):
    __doc__ = sampler.ScheduledEmbeddingTrainingSampler.__doc__
    _embedding_function = staticmethod(_embedding_function)
    _not_callable = TypeError

    def initialize(  # type: ignore[override]
        self,
        inputs: Nest,
        sequence_length: TensorLike | None = None,
        mask: TensorLike | None = None,
        embedding: Embedding | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins, as `TrainingSampler`; `embedding` is a matrix, if there is no `embedding_fn`."""
        lengths = self._lengths(inputs, sequence_length, mask)
        return super().initialize(inputs, lengths, embedding)


@serializable
class ScheduledOutputTrainingSampler(sampler.ScheduledOutputTrainingSampler, TrainingSampler):
    __doc__ = sampler.ScheduledOutputTrainingSampler.__doc__

    def initialize(  # type: ignore[override]
        self,
        inputs: Nest,
        sequence_length: TensorLike | None = None,
        mask: TensorLike | None = None,
        auxiliary_inputs: Nest | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins, as `TrainingSampler`; a step reads the `auxiliary_inputs` beside the inputs."""
        lengths = self._lengths(inputs, sequence_length, mask)
        return super().initialize(inputs, lengths, auxiliary_inputs)


@serializable
class GreedyEmbeddingSampler(sampler.GreedyEmbeddingSampler):
    __doc__ = sampler.GreedyEmbeddingSampler.__doc__
    _embedding_function = staticmethod(_embedding_function)
    _not_callable = TypeError


@serializable
class SampleEmbeddingSampler(sampler.SampleEmbeddingSampler, GreedyEmbeddingSampler):
    __doc__ = sampler.SampleEmbeddingSampler.__doc__


def _length_of(mask: tf.Tensor, time_major: bool) -> tf.Tensor:
    """The lengths of sequences by a mask, which must be padded on the right."""
    if mask.shape.rank != 2:
        raise ValueError(f'Expected mask to be a 2D tensor, but received shape: {mask.shape}.')
    if mask.dtype != tf.bool:
        raise ValueError(
            f'Expected mask to be a boolean tensor, but received dtype: {mask.dtype.name}.'
        )
    lengths = tf.reduce_sum(tf.cast(mask, tf.int32), 0 if time_major else 1)
    return after(lambda: [_check_sequence_is_right_padded(mask, time_major)], lengths)


def _check_sequence_is_right_padded(mask: tf.Tensor, time_major: bool) -> tf.Operation:
    mask = transpose_batch_time(mask) if time_major else mask
    lengths = tf.reduce_sum(tf.cast(mask, tf.int32), 1)
    padded = tf.sequence_mask(lengths, tf.shape(mask)[1])
    return tf.Assert(
        tf.reduce_all(tf.equal(mask, padded)), ['The input sequence should be right padded.']
    )


_transpose_batch_time = transpose_batch_time
