"""Samplers: the helpers of TF 1.15's `BasicDecoderV2`, which get their tensors by `initialize`.

Each makes the helper of the same kind and hands on to it.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.seq2seq.helper import (
    CustomHelper,
    GreedyEmbeddingHelper,
    Helper,
    InferenceHelper,
    SampleEmbeddingHelper,
    TrainingHelper,
    _call_sampler,
    _unstack_ta,
    bernoulli_sample,
    categorical_sample,
)
from tf_seq2seq_compat.seq2seq.scheduled_helper import (
    ScheduledEmbeddingTrainingHelper,
    ScheduledOutputTrainingHelper,
    _checked_probability,
)
from tf_seq2seq_compat.types import (
    DTypeLike,
    Embedding,
    FloatLike,
    IntLike,
    Nest,
    ShapeLike,
    TensorLike,
)

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


class Sampler(metaclass=abc.ABCMeta):
    """Samples from the decoder's outputs and chooses its next inputs; the base of all samplers.

    Legacy: `tensorflow.contrib.seq2seq.python.ops.sampler.Sampler` of TF 1.15.
    """

    @abc.abstractmethod
    def initialize(self, inputs: Nest, **kwargs: object) -> tuple[tf.Tensor, Nest]:
        """Returns `(finished, first_inputs)`: bool `[batch]` and a nest of tensors."""
        raise NotImplementedError

    @abc.abstractmethod
    def sample(self, time: IntLike, outputs: Nest, state: Nest) -> Nest:
        """Returns the samples of a step, `[batch] + sample_ids_shape`."""
        raise NotImplementedError

    @abc.abstractmethod
    def next_inputs(
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest
    ) -> tuple[tf.Tensor, Nest, Nest]:
        """Returns `(finished, next_inputs, next_state)`."""
        raise NotImplementedError

    @property
    @abc.abstractmethod
    def batch_size(self) -> IntLike:
        """Batch size: int32 scalar."""
        raise NotImplementedError

    @property
    @abc.abstractmethod
    def sample_ids_shape(self) -> ShapeLike:
        """`TensorShape` of one sample of one example."""
        raise NotImplementedError

    @property
    @abc.abstractmethod
    def sample_ids_dtype(self) -> DTypeLike:
        """Type of the samples."""
        raise NotImplementedError


class _HelperSampler(Sampler):
    """A sampler that is a helper once it is initialized."""

    _helper: Helper | None = None
    _sample_ids_shape = tf.TensorShape([])
    _sample_ids_dtype = tf.int32

    def _begin(self, helper: Helper) -> tuple[tf.Tensor, Nest]:
        self._helper = helper
        return helper.initialize()

    def _initialized(self, what: str) -> Any:
        if self._helper is None:
            raise ValueError(
                f'{what} accessed before initialize was called: it is the decoder that calls '
                f'initialize of {type(self).__name__}, with the tensors.'
            )
        return self._helper

    @property
    def batch_size(self) -> IntLike:
        return self._initialized('batch_size').batch_size

    @property
    def maximum_length(self) -> IntLike | None:
        """Most steps that there are inputs for, None if there is no such limit."""
        return getattr(self._helper, 'maximum_length', None)

    @property
    def sample_ids_shape(self) -> tf.TensorShape:
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self) -> DTypeLike:
        return self._sample_ids_dtype

    def sample(self, time: IntLike, outputs: Nest, state: Nest) -> Nest:
        return self._initialized('sample').sample(time=time, outputs=outputs, state=state)

    def next_inputs(
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest
    ) -> tuple[tf.Tensor, Nest, Nest]:
        return self._initialized('next_inputs').next_inputs(
            time=time, outputs=outputs, state=state, sample_ids=sample_ids
        )


class CustomSampler(_HelperSampler):
    """A sampler made of three functions.

    Args:
      initialize_fn: `(inputs, **kwargs) -> (finished, first_inputs)`.
      sample_fn: `(time, outputs, state) -> sample_ids`.
      next_inputs_fn: `(time, outputs, state, sample_ids) -> (finished, next_inputs, next_state)`.
      sample_ids_shape: Shape of one sample of one example, a scalar by default.
      sample_ids_dtype: Type of the samples, int32 by default.
    """

    def __init__(
        self,
        initialize_fn: Callable[..., tuple[tf.Tensor, Nest]],
        sample_fn: Callable[..., Nest],
        next_inputs_fn: Callable[..., tuple[tf.Tensor, Nest, Nest]],
        sample_ids_shape: ShapeLike | None = None,
        sample_ids_dtype: DTypeLike | None = None,
    ) -> None:
        self._initialize_fn = initialize_fn
        self._sample_fn = sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._sample_ids_shape = tf.TensorShape(sample_ids_shape or [])
        self._sample_ids_dtype = sample_ids_dtype or tf.int32

    def initialize(self, inputs: Nest, **kwargs: object) -> tuple[tf.Tensor, Nest]:
        return self._begin(
            CustomHelper(
                lambda: self._initialize_fn(inputs, **kwargs),
                self._sample_fn,
                self._next_inputs_fn,
                self._sample_ids_shape,
                self._sample_ids_dtype,
            )
        )


class TrainingSampler(_HelperSampler):
    """Teacher forcing, as `TrainingHelper`.

    Args:
      time_major: Whether time is the first axis of the inputs.
    """

    def __init__(self, time_major: bool = False) -> None:
        self.time_major = time_major

    @property
    def inputs(self) -> Nest:
        """The inputs, as given to `initialize`."""
        return self._initialized('inputs').inputs

    @property
    def sequence_length(self) -> tf.Tensor:
        """The lengths, int `[batch]`."""
        return self._initialized('sequence_length').sequence_length

    def initialize(  # type: ignore[override]
        self, inputs: Nest, sequence_length: TensorLike | None = None
    ) -> tuple[tf.Tensor, Nest]:
        """Begins; `inputs` and `sequence_length` are those of `TrainingHelper`."""
        self._check_given('sequence_length', sequence_length)
        return self._begin(TrainingHelper(inputs, sequence_length, self.time_major))

    def _check_given(self, argument: str, value: object) -> None:
        if value is None:
            raise ValueError(
                f'{argument} is required for {type(self).__name__}: give it to the decoder as '
                f'{argument}=...'
            )


class ScheduledEmbeddingTrainingSampler(TrainingSampler):
    """Scheduled sampling of ids, as `ScheduledEmbeddingTrainingHelper`.

    Args:
      sampling_probability: As for the helper.
      embedding_fn: From ids to inputs; the `embedding` given to `initialize` by default.
      time_major: As for the helper.
      seed: Likewise.
      scheduling_seed: Likewise.
    """

    def __init__(
        self,
        sampling_probability: FloatLike,
        embedding_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        time_major: bool = False,
        seed: int | None = None,
        scheduling_seed: int | None = None,
    ) -> None:
        super().__init__(time_major)
        _check_embedding_fn(embedding_fn)
        self.embedding_fn = embedding_fn
        self.sampling_probability = _checked_probability(sampling_probability)
        self.seed = seed
        self.scheduling_seed = scheduling_seed

    def initialize(  # type: ignore[override]
        self,
        inputs: Nest,
        sequence_length: TensorLike | None = None,
        embedding: Embedding | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins; `embedding` is a matrix, where there is no `embedding_fn`."""
        if self.embedding_fn is None:
            self._check_given('embedding', embedding)
        self._check_given('sequence_length', sequence_length)
        return self._begin(
            ScheduledEmbeddingTrainingHelper(
                inputs,
                sequence_length,
                self.embedding_fn or embedding,
                self.sampling_probability,
                self.time_major,
                self.seed,
                self.scheduling_seed,
            )
        )


class ScheduledOutputTrainingSampler(TrainingSampler):
    """Scheduled sampling of outputs, as `ScheduledOutputTrainingHelper`.

    Args:
      sampling_probability: As for the helper.
      time_major: Likewise.
      seed: Likewise.
      next_inputs_fn: Likewise.
    """

    def __init__(
        self,
        sampling_probability: FloatLike,
        time_major: bool = False,
        seed: int | None = None,
        next_inputs_fn: Callable[[Nest], Nest] | None = None,
    ) -> None:
        super().__init__(time_major)
        self.sampling_probability = _checked_probability(sampling_probability)
        self.seed = seed
        self.next_inputs_fn = next_inputs_fn

    def initialize(  # type: ignore[override]
        self,
        inputs: Nest,
        sequence_length: TensorLike | None = None,
        auxiliary_inputs: Nest | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins; `auxiliary_inputs` are those of the helper."""
        self._check_given('sequence_length', sequence_length)
        return self._begin(
            ScheduledOutputTrainingHelper(
                inputs,
                sequence_length,
                self.sampling_probability,
                self.time_major,
                self.seed,
                self.next_inputs_fn,
                auxiliary_inputs,
            )
        )


class GreedyEmbeddingSampler(_HelperSampler):
    """Inference with the most likely ids, as `GreedyEmbeddingHelper`.

    Args:
      embedding_fn: From ids to inputs; the `embedding` given to `initialize` by default.
    """

    def __init__(self, embedding_fn: Callable[[tf.Tensor], tf.Tensor] | None = None) -> None:
        _check_embedding_fn(embedding_fn)
        self.embedding_fn = embedding_fn

    def initialize(  # type: ignore[override]
        self,
        embedding: Embedding,
        start_tokens: TensorLike | None = None,
        end_token: IntLike | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins; `embedding` is a matrix, None where there is an `embedding_fn`."""
        return self._begin(self._make(self.embedding_fn or embedding, start_tokens, end_token))

    def _make(self, embedding: Embedding, start_tokens: TensorLike, end_token: IntLike) -> Helper:
        if embedding is None:
            raise ValueError(
                'params must be specified: give the embedding as the inputs of the decoder, or an '
                'embedding_fn to the sampler.'
            )
        return GreedyEmbeddingHelper(embedding, start_tokens, end_token)


class SampleEmbeddingSampler(GreedyEmbeddingSampler):
    """Inference by sampling, as `SampleEmbeddingHelper`.

    Args:
      embedding_fn: From ids to inputs; the `embedding` given to `initialize` by default.
      softmax_temperature: As for the helper.
      seed: Likewise.
    """

    def __init__(
        self,
        embedding_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        softmax_temperature: FloatLike | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(embedding_fn)
        self.softmax_temperature = softmax_temperature
        self.seed = seed

    def _make(self, embedding: Embedding, start_tokens: TensorLike, end_token: IntLike) -> Helper:
        return SampleEmbeddingHelper(
            embedding, start_tokens, end_token, self.softmax_temperature, self.seed
        )


class InferenceSampler(_HelperSampler):
    """Inference with custom functions, as `InferenceHelper`.

    Args:
      sample_fn: As for the helper.
      sample_shape: Likewise.
      sample_dtype: Likewise.
      end_fn: Likewise.
      next_inputs_fn: Likewise.
    """

    def __init__(
        self,
        sample_fn: Callable[[Nest], Nest],
        sample_shape: ShapeLike,
        sample_dtype: DTypeLike,
        end_fn: Callable[[tf.Tensor], tf.Tensor],
        next_inputs_fn: Callable[[Nest], Nest] | None = None,
    ) -> None:
        self.sample_fn = sample_fn
        self.end_fn = end_fn
        self.next_inputs_fn = next_inputs_fn
        self._sample_ids_shape = tf.TensorShape(sample_shape)
        self._sample_ids_dtype = sample_dtype

    def initialize(self, start_inputs: Nest) -> tuple[tf.Tensor, Nest]:  # type: ignore[override]
        """Begins with these inputs, `[batch, ...]`."""
        return self._begin(
            InferenceHelper(
                self.sample_fn,
                self._sample_ids_shape,
                self._sample_ids_dtype,
                start_inputs,
                self.end_fn,
                self.next_inputs_fn,
            )
        )


def _check_embedding_fn(function: object) -> None:
    if function is not None and not callable(function):
        raise ValueError(
            f'embedding_fn is expected to be a callable, got {type(function)}: give a matrix as '
            'the embedding of initialize.'
        )
