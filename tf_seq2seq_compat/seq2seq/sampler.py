"""The samplers of TF 1.15's decoders of TF2 style, which get their tensors by `initialize`.

Those of TensorFlow Addons are made of these (`addons/seq2seq/sampler.py`). Most make, in
`initialize`, the helper of the same kind, and hand on to it.
"""

from __future__ import annotations

import abc
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.embedding import embedding_function
from tf_seq2seq_compat.core.logits_processors import LogitsProcessor, checked
from tf_seq2seq_compat.seq2seq.helper import (
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
    Config,
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

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> sampler = tfa.seq2seq.TrainingSampler()
      >>> isinstance(sampler, tfa.seq2seq.Sampler), sampler.sample_ids_dtype.name
      (True, 'int32')

    Legacy: `Sampler` of TF 1.15 and of TensorFlow Addons 0.23.
    """

    # If there are any, a decoder gives `sample` the ids so far: `ids`, int32 `[batch, max_steps]`.
    logits_processors: Sequence[LogitsProcessor] = ()

    @abc.abstractmethod
    def initialize(self, inputs: Nest, **kwargs: Any) -> tuple[tf.Tensor, Nest]:
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

    def get_config(self) -> Config:
        """The arguments, for the configuration of a decoder."""
        names = inspect.signature(type(self).__init__).parameters
        found = {}
        for name in [*names][1:]:
            if name == 'logits_processors' and not self.logits_processors:
                continue  # which TensorFlow Addons has not
            value: Any = getattr(self, f'_given_{name}', getattr(self, name, None))
            found[name] = value.numpy().tolist() if hasattr(value, 'numpy') else value
        return found

    @classmethod
    def from_config(cls, config: Config) -> Sampler:
        """The sampler of a configuration."""
        return cls(**config)


class _HelperSampler(Sampler):
    """A sampler that is a helper once it is initialized."""

    _helper: Helper | None = None
    _sample_ids_shape = tf.TensorShape([])
    _sample_ids_dtype: Any = tf.int32
    _embedding_function: Any = staticmethod(embedding_function)
    _given_embedding_fn: Any = None
    _not_callable: type[Exception] = ValueError

    def _begin(self, helper: Helper) -> tuple[tf.Tensor, Nest]:
        self._helper = helper
        return helper.initialize()

    def _check_given(self, argument: str, value: object) -> None:
        if value is None:
            raise ValueError(
                f'{argument} is required for {type(self).__name__}: give it to the decoder as '
                f'{argument}=...'
            )

    def _set_embedding(self, embedding: Embedding | None) -> None:
        if self._given_embedding_fn is None:
            if embedding is None:
                raise ValueError(
                    'embedding must be given to the decoder, as its inputs or by this name, since '
                    f'{type(self).__name__} was made without embedding_fn.'
                )
            self.embedding_fn = self._embedding_function(embedding)

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

    def sample(
        self, time: IntLike, outputs: Nest, state: Nest, *, ids: tf.Tensor | None = None
    ) -> Nest:
        so_far = {} if ids is None else {'ids': ids}
        helper = self._initialized('sample')
        return helper.sample(time=time, outputs=outputs, state=state, **so_far)

    def next_inputs(
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest
    ) -> tuple[tf.Tensor, Nest, Nest]:
        return self._initialized('next_inputs').next_inputs(
            time=time, outputs=outputs, state=state, sample_ids=sample_ids
        )


class CustomSampler(Sampler):
    """A sampler made of three functions.

    Args:
      initialize_fn: `(inputs, **kwargs) -> (finished, first_inputs)`.
      sample_fn: `(time, outputs, state) -> sample_ids`.
      next_inputs_fn: `(time, outputs, state, sample_ids) -> (finished, next_inputs, next_state)`.
      sample_ids_shape: Shape of one sample of one example, a scalar by default.
      sample_ids_dtype: Type of the samples, int32 by default.

    Raises:
      TypeError: If one of the three is not callable.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> sampler = tfa.seq2seq.CustomSampler(
      ...     initialize_fn=lambda inputs: (tf.zeros([2], tf.bool), inputs),
      ...     sample_fn=lambda time, outputs, state: tf.argmax(outputs, -1, tf.int32),
      ...     next_inputs_fn=lambda time, outputs, state, sample_ids: (
      ...         tf.fill([2], time >= 3), outputs, state))
      >>> finished, inputs = sampler.initialize(tf.ones([2, 4]))
      >>> int(sampler.batch_size), inputs.shape
      (2, TensorShape([2, 4]))

    Legacy: `CustomSampler` of TF 1.15 and of TensorFlow Addons 0.23.
    """

    @without_autograph
    def __init__(
        self,
        initialize_fn: Callable[..., tuple[tf.Tensor, Nest]],
        sample_fn: Callable[..., Nest],
        next_inputs_fn: Callable[..., tuple[tf.Tensor, Nest, Nest]],
        sample_ids_shape: ShapeLike | None = None,
        sample_ids_dtype: DTypeLike | None = None,
    ) -> None:
        _check_callables(
            initialize_fn=initialize_fn, sample_fn=sample_fn, next_inputs_fn=next_inputs_fn
        )
        self._initialize_fn = self._given_initialize_fn = initialize_fn
        self._sample_fn = self._given_sample_fn = sample_fn
        self._next_inputs_fn = self._given_next_inputs_fn = next_inputs_fn
        self._batch_size: IntLike | None = None
        self._sample_ids_shape = tf.TensorShape(sample_ids_shape or [])
        self._given_sample_ids_shape = self._sample_ids_shape.as_list()
        self._sample_ids_dtype = tf.as_dtype(sample_ids_dtype or tf.int32)
        self._given_sample_ids_dtype = self._sample_ids_dtype.name

    @property
    def batch_size(self) -> IntLike:
        if self._batch_size is None:
            raise ValueError('batch_size accessed before initialize was called.')
        return self._batch_size

    @property
    def sample_ids_shape(self) -> tf.TensorShape:
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self) -> DTypeLike:
        return self._sample_ids_dtype

    def initialize(self, inputs: Nest, **kwargs: Any) -> tuple[tf.Tensor, Nest]:
        finished, first_inputs = self._initialize_fn(inputs, **kwargs)
        self._batch_size = tf.size(finished)
        return finished, first_inputs

    def sample(self, time: IntLike, outputs: Nest, state: Nest) -> Nest:
        return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest
    ) -> tuple[tf.Tensor, Nest, Nest]:
        return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


class TrainingSampler(_HelperSampler):
    """Teacher forcing: every step reads the true input. Samples are the most likely ids.

    Args:
      time_major: Whether time is the first axis of the inputs.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> sampler = tfa.seq2seq.TrainingSampler()
      >>> finished, inputs = sampler.initialize(tf.ones([2, 5, 3]), sequence_length=[5, 0])
      >>> finished.numpy().tolist(), inputs.shape
      ([False, True], TensorShape([2, 3]))

    Legacy: `TrainingSampler` of TF 1.15 and of TensorFlow Addons 0.23.
    """

    @without_autograph
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

    @property
    def input_tas(self) -> Nest:
        """The inputs by steps."""
        return self._initialized('input_tas')._input_tas

    @property
    def zero_inputs(self) -> Nest:
        """Zeros like the inputs of a step."""
        return self._initialized('zero_inputs')._zero_inputs

    def initialize(  # type: ignore[override]
        self, inputs: Nest, sequence_length: TensorLike | None = None
    ) -> tuple[tf.Tensor, Nest]:
        """Begins; `inputs` and `sequence_length` are those of `TrainingHelper`."""
        self._check_given('sequence_length', sequence_length)
        return self._begin(TrainingHelper(inputs, sequence_length, self.time_major))


class ScheduledEmbeddingTrainingSampler(TrainingSampler):
    """Teacher forcing that now and then feeds a sampled id back, embedded.

    Args:
      sampling_probability: How likely a step is fed with a drawn id: a scalar, or one for each
        example; a variable may change as the training goes on.
      embedding_fn: From ids to inputs; the `embedding` given to `initialize` by default.
      time_major: As for `TrainingSampler`.
      seed: Seed of the ids.
      scheduling_seed: Seed of the coins.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> sampler = tfa.seq2seq.ScheduledEmbeddingTrainingSampler(sampling_probability=1.0, seed=1)
      >>> finished, inputs = sampler.initialize(tf.zeros([2, 5, 3]), embedding=tf.ones([7, 3]))
      >>> outputs = tf.zeros([2, 7])  # the logits of 7 ids
      >>> ids = sampler.sample(time=0, outputs=outputs, state=())
      >>> _, inputs, _ = sampler.next_inputs(time=0, outputs=outputs, state=(), sample_ids=ids)
      >>> inputs.numpy().tolist()
      [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]

    Legacy: `ScheduledEmbeddingTrainingSampler` of TF 1.15 and of TensorFlow Addons 0.23.
    """

    @without_autograph
    def __init__(
        self,
        sampling_probability: FloatLike,
        embedding_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        time_major: bool = False,
        seed: int | None = None,
        scheduling_seed: int | None = None,
    ) -> None:
        _check_callables(self._not_callable, embedding_fn=embedding_fn)
        super().__init__(time_major=time_major)
        self.embedding_fn = self._given_embedding_fn = embedding_fn
        self.sampling_probability = _probability(sampling_probability)
        self.seed = seed
        self.scheduling_seed = scheduling_seed

    def initialize(  # type: ignore[override]
        self,
        inputs: Nest,
        sequence_length: TensorLike | None = None,
        embedding: Embedding | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins, as `TrainingSampler`; `embedding` is a matrix, if there is no `embedding_fn`."""
        self._set_embedding(embedding)
        self._check_given('sequence_length', sequence_length)
        return self._begin(
            ScheduledEmbeddingTrainingHelper(
                inputs,
                sequence_length,
                self.embedding_fn,
                self.sampling_probability,
                self.time_major,
                self.seed,
                self.scheduling_seed,
            )
        )


class ScheduledOutputTrainingSampler(TrainingSampler):
    """Teacher forcing that now and then feeds the output itself back.

    Args:
      sampling_probability: As for `ScheduledEmbeddingTrainingSampler`.
      time_major: As for `TrainingSampler`.
      seed: Seed of the coins.
      next_inputs_fn: From the outputs to next inputs; the outputs themselves by default.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> sampler = tfa.seq2seq.ScheduledOutputTrainingSampler(sampling_probability=1.0)
      >>> finished, inputs = sampler.initialize(tf.zeros([2, 5, 3]))
      >>> outputs = tf.ones([2, 3])
      >>> coins = sampler.sample(time=0, outputs=outputs, state=())
      >>> _, inputs, _ = sampler.next_inputs(time=0, outputs=outputs, state=(), sample_ids=coins)
      >>> inputs.numpy().tolist()
      [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]

    Legacy: `ScheduledOutputTrainingSampler` of TF 1.15 and of TensorFlow Addons 0.23.
    """

    @without_autograph
    def __init__(
        self,
        sampling_probability: FloatLike,
        time_major: bool = False,
        seed: int | None = None,
        next_inputs_fn: Callable[[Nest], Nest] | None = None,
    ) -> None:
        _check_callables(next_inputs_fn=next_inputs_fn)
        super().__init__(time_major=time_major)
        self.sampling_probability = _probability(sampling_probability)
        self.seed = seed
        self.next_inputs_fn = next_inputs_fn

    def initialize(  # type: ignore[override]
        self,
        inputs: Nest,
        sequence_length: TensorLike | None = None,
        auxiliary_inputs: Nest | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins, as `TrainingSampler`; a step reads the `auxiliary_inputs` beside the inputs."""
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
    """Inference: the most likely id, embedded, is the next input.

    Args:
      embedding_fn: From ids to inputs; the `embedding` given to `initialize` by default.
      logits_processors: As for `GreedyEmbeddingHelper`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> sampler = tfa.seq2seq.GreedyEmbeddingSampler()
      >>> embedding = tf.eye(3)
      >>> finished, inputs = sampler.initialize(embedding, start_tokens=[1, 1], end_token=2)
      >>> sampler.sample(time=0, outputs=embedding[1:], state=()).numpy().tolist()
      [1, 2]

    Legacy: `GreedyEmbeddingSampler` of TF 1.15 and of TensorFlow Addons 0.23.
    """

    @without_autograph
    def __init__(
        self,
        embedding_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        *,
        logits_processors: Sequence[LogitsProcessor] = (),
    ) -> None:
        _check_callables(self._not_callable, embedding_fn=embedding_fn)
        self.embedding_fn = self._given_embedding_fn = embedding_fn
        self.logits_processors = checked(logits_processors)

    def initialize(  # type: ignore[override]
        self,
        embedding: Embedding,
        start_tokens: TensorLike | None = None,
        end_token: IntLike | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Begins.

        Args:
          embedding: `[vocabulary, depth]`; not read where there is an `embedding_fn`.
          start_tokens: int32 `[batch]`.
          end_token: int32 scalar; a sequence that emits it is finished.

        Returns:
          `(finished, first_inputs)`.
        """
        self._set_embedding(embedding)
        self._check_given('start_tokens', start_tokens)
        self._check_given('end_token', end_token)
        helper = self._make(start_tokens, end_token)
        self.start_tokens, self.end_token = helper._start_tokens, helper._end_token
        self.start_inputs = helper._start_inputs
        return self._begin(helper)

    def _make(self, start_tokens: Any, end_token: Any) -> GreedyEmbeddingHelper:
        assert self.embedding_fn is not None
        return GreedyEmbeddingHelper(
            self.embedding_fn, start_tokens, end_token, logits_processors=self.logits_processors
        )


class SampleEmbeddingSampler(GreedyEmbeddingSampler):
    """Inference by sampling: an id drawn from the softmax of the outputs is the next input.

    Args:
      embedding_fn: As for `GreedyEmbeddingSampler`.
      softmax_temperature: The outputs are divided by it; 1 by default.
      seed: Seed of the draws.
      logits_processors: As for `SampleEmbeddingHelper`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> sampler = tfa.seq2seq.SampleEmbeddingSampler(softmax_temperature=0.5, seed=1)
      >>> finished, inputs = sampler.initialize(tf.eye(3), start_tokens=[1, 1], end_token=2)
      >>> sampler.sample(time=0, outputs=100.0 * tf.eye(3)[1:], state=()).numpy().tolist()
      [1, 2]

    Legacy: `SampleEmbeddingSampler` of TF 1.15 and of TensorFlow Addons 0.23.
    """

    @without_autograph
    def __init__(
        self,
        embedding_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        softmax_temperature: FloatLike | None = None,
        seed: int | None = None,
        *,
        logits_processors: Sequence[LogitsProcessor] = (),
    ) -> None:
        super().__init__(embedding_fn, logits_processors=logits_processors)
        self.softmax_temperature = softmax_temperature
        self.seed = seed

    def _make(self, start_tokens: Any, end_token: Any) -> GreedyEmbeddingHelper:
        assert self.embedding_fn is not None
        return SampleEmbeddingHelper(
            self.embedding_fn,
            start_tokens,
            end_token,
            self.softmax_temperature,
            self.seed,
            logits_processors=self.logits_processors,
        )


class InferenceSampler(_HelperSampler):
    """Inference with functions of one's own.

    Args:
      sample_fn: From the outputs to the samples.
      sample_shape: Shape of one sample of one example.
      sample_dtype: Type of the samples.
      end_fn: From the samples to bool `[batch]`, True for what is finished.
      next_inputs_fn: From the samples to the next inputs; the samples themselves by default.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> sampler = tfa.seq2seq.InferenceSampler(
      ...     sample_fn=tf.identity, sample_shape=[3], sample_dtype=tf.float32,
      ...     end_fn=lambda sample: sample[:, 0] > 0.5)
      >>> finished, inputs = sampler.initialize(tf.zeros([2, 3]))
      >>> finished, inputs, _ = sampler.next_inputs(
      ...     time=0, outputs=None, state=(), sample_ids=tf.eye(3)[:2])
      >>> finished.numpy().tolist()
      [True, False]

    Legacy: `InferenceSampler` of TF 1.15 and of TensorFlow Addons 0.23.
    """

    @without_autograph
    def __init__(
        self,
        sample_fn: Callable[[Nest], Nest],
        sample_shape: ShapeLike,
        sample_dtype: DTypeLike,
        end_fn: Callable[[tf.Tensor], tf.Tensor],
        next_inputs_fn: Callable[[Nest], Nest] | None = None,
    ) -> None:
        self.sample_fn = sample_fn
        self.sample_shape = self._sample_ids_shape = tf.TensorShape(sample_shape)
        self._given_sample_shape = self._sample_ids_shape.as_list()
        self.sample_dtype = self._sample_ids_dtype = sample_dtype
        self._given_sample_dtype = tf.as_dtype(sample_dtype).name
        self.end_fn = end_fn
        self.next_inputs_fn = next_inputs_fn

    def initialize(self, start_inputs: Nest) -> tuple[tf.Tensor, Nest]:  # type: ignore[override]
        """Begins with these inputs, `[batch, ...]`."""
        helper = InferenceHelper(
            self.sample_fn,
            self._sample_ids_shape,
            self._sample_ids_dtype,
            tf.convert_to_tensor(start_inputs),
            self.end_fn,
            self.next_inputs_fn,
        )
        self.start_inputs = helper._start_inputs
        return self._begin(helper)


def _probability(probability: FloatLike) -> Any:
    checked = _checked_probability(probability)
    return probability if isinstance(probability, tf.Variable) else checked


def _check_callables(error: type[Exception] = TypeError, **functions: Any) -> None:
    for argument, function in functions.items():
        optional = argument in ('embedding_fn', 'next_inputs_fn')
        if not (callable(function) or (optional and function is None)):
            raise error(
                f'{argument} must be callable, but is a {type(function).__name__}: give a matrix '
                'of embeddings when the decoder is called.'
            )
