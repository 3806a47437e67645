"""Helpers: what each decoding step reads, and how its output becomes an id."""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.embedding import embedding_function
from tf_seq2seq_compat.core.logits_processors import LogitsProcessor, checked, process
from tf_seq2seq_compat.core.loop_arrays import InputArray
from tf_seq2seq_compat.core.path import after, traced_step
from tf_seq2seq_compat.core.sampling import bernoulli, categorical, in_shape, most_likely
from tf_seq2seq_compat.core.structure import axis_size, transpose_batch_time
from tf_seq2seq_compat.layers.cell_checks import layer_size
from tf_seq2seq_compat.types import (
    DTypeLike,
    Embedding,
    FloatLike,
    IntLike,
    Nest,
    ShapeLike,
    TensorLike,
)

tf1 = tf.compat.v1

__all__ = [
    'CustomHelper',
    'GreedyEmbeddingHelper',
    'Helper',
    'InferenceHelper',
    'SampleEmbeddingHelper',
    'TrainingHelper',
]


class Helper(metaclass=abc.ABCMeta):
    """Samples from the decoder's outputs and chooses its next inputs; the base of all helpers.

    Example:
      >>> class Ones(seq2seq.Helper):
      ...     batch_size = 2
      ...     sample_ids_shape = tf.TensorShape([])
      ...     sample_ids_dtype = tf.int32
      ...     def initialize(self, name=None):
      ...         return tf.zeros([2], tf.bool), tf.ones([2, 3])
      ...     def sample(self, time, outputs, state, name=None):
      ...         return tf.argmax(outputs, -1, output_type=tf.int32)
      ...     def next_inputs(self, time, outputs, state, sample_ids, name=None):
      ...         return tf.fill([2], time >= 3), tf.ones([2, 3]), state
      >>> cell = seq2seq.GRUCell(4)
      >>> decoder = seq2seq.BasicDecoder(cell, Ones(), cell.zero_state(2, tf.float32))
      >>> seq2seq.dynamic_decode(decoder)[0].sample_id.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.seq2seq.Helper` of TF 1.15.
    """

    # If there are any, a decoder gives `sample` the ids so far: `ids`, int32 `[batch, max_steps]`.
    logits_processors: Sequence[LogitsProcessor] = ()

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

    @abc.abstractmethod
    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest]:
        """Returns `(finished, first_inputs)`: bool `[batch]` and a nest of tensors."""
        raise NotImplementedError

    @abc.abstractmethod
    def sample(self, time: IntLike, outputs: Nest, state: Nest, name: str | None = None) -> Nest:
        """Returns the samples of a step, `[batch] + sample_ids_shape`."""
        raise NotImplementedError

    @abc.abstractmethod
    def next_inputs(
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest, name: str | None = None
    ) -> tuple[tf.Tensor, Nest, Nest]:
        """Returns `(finished, next_inputs, next_state)`."""
        raise NotImplementedError


class CustomHelper(Helper):
    """A helper made of three functions.

    Args:
      initialize_fn: `() -> (finished, first_inputs)`.
      sample_fn: `(time, outputs, state) -> sample_ids`.
      next_inputs_fn: `(time, outputs, state, sample_ids) -> (finished, next_inputs, next_state)`.
      sample_ids_shape: Shape of one sample of one example, a scalar by default.
      sample_ids_dtype: Type of the samples, int32 by default.

    Raises:
      TypeError: If one of the three is not callable.

    Example:
      >>> helper = seq2seq.CustomHelper(
      ...     lambda: (tf.zeros([2], tf.bool), tf.ones([2, 3])),
      ...     lambda time, outputs, state: tf.argmax(outputs, -1, output_type=tf.int32),
      ...     lambda time, outputs, state, sample_ids:
      ...         (tf.fill([2], time >= 1), tf.ones([2, 3]), state))
      >>> cell = seq2seq.GRUCell(4)
      >>> decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
      >>> seq2seq.dynamic_decode(decoder)[0].sample_id.shape
      TensorShape([2, 2])

    Legacy: `tf.contrib.seq2seq.CustomHelper` of TF 1.15.
    """

    def __init__(
        self,
        initialize_fn: Callable[[], tuple[tf.Tensor, Nest]],
        sample_fn: Callable[..., Nest],
        next_inputs_fn: Callable[..., tuple[tf.Tensor, Nest, Nest]],
        sample_ids_shape: ShapeLike | None = None,
        sample_ids_dtype: DTypeLike | None = None,
    ) -> None:
        for argument, function in (
            ('initialize_fn', initialize_fn),
            ('sample_fn', sample_fn),
            ('next_inputs_fn', next_inputs_fn),
        ):
            _check_callable(argument, function)
        self._initialize_fn = initialize_fn
        self._sample_fn = sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._batch_size: IntLike | None = None
        self._sample_ids_shape = _checked_shape('sample_ids_shape', sample_ids_shape or [])
        self._sample_ids_dtype = sample_ids_dtype or tf.int32

    @property
    def batch_size(self) -> IntLike:
        if self._batch_size is None:
            raise ValueError(
                'The batch_size of a CustomHelper is known once initialize has been called.'
            )
        return self._batch_size

    @property
    def sample_ids_shape(self) -> tf.TensorShape:
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self) -> DTypeLike:
        return self._sample_ids_dtype

    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest]:
        with tf1.name_scope(name, 'CustomHelperInitialize'):
            finished, first_inputs = self._initialize_fn()
            self._batch_size = tf.size(finished)
        return finished, first_inputs

    def sample(self, time: IntLike, outputs: Nest, state: Nest, name: str | None = None) -> Nest:
        with tf1.name_scope(name, 'CustomHelperSample'):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest, name: str | None = None
    ) -> tuple[tf.Tensor, Nest, Nest]:
        with tf1.name_scope(name, 'CustomHelperNextInputs'):
            return self._next_inputs_fn(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids
            )


class _IdHelper(Helper):
    """A helper whose samples are ids, one for each sequence."""

    _batch_size: IntLike

    @property
    def batch_size(self) -> IntLike:
        return self._batch_size

    @property
    def sample_ids_shape(self) -> tf.TensorShape:
        return tf.TensorShape([])

    @property
    def sample_ids_dtype(self) -> tf.DType:
        return tf.int32


class TrainingHelper(_IdHelper):
    """Teacher forcing: every step reads the true input. Samples are the most likely ids.

    Args:
      inputs: Nest of `[batch, time, ...]` tensors (`[time, batch, ...]` if `time_major`).
      sequence_length: Length of each sequence, int `[batch]`, at most `time`.
      time_major: Whether time is the first axis of the inputs.
      name: Name of the operations.

    Raises:
      ValueError: If `sequence_length` is not a vector, or is of another batch size.

    Example:
      >>> helper = seq2seq.TrainingHelper(tf.ones([2, 5, 3]), [5, 2])
      >>> finished, first = helper.initialize()
      >>> finished.numpy().tolist(), first.shape
      ([False, False], TensorShape([2, 3]))

    Legacy: `tf.contrib.seq2seq.TrainingHelper` of TF 1.15.
    """

    def __init__(
        self,
        inputs: Nest,
        sequence_length: TensorLike,
        time_major: bool = False,
        name: str | None = None,
    ) -> None:
        with tf1.name_scope(name, 'TrainingHelper', [sequence_length]):
            inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
            self._inputs = inputs
            if not time_major:
                inputs = tf.nest.map_structure(transpose_batch_time, inputs)
            sequence_length = tf.convert_to_tensor(sequence_length, name='sequence_length')
            if sequence_length.shape.rank not in (None, 1):
                raise ValueError(
                    'Expected sequence_length to be a vector, but received shape: '
                    f'{sequence_length.shape}.'
                )
            if not sequence_length.dtype.is_integer:
                raise TypeError(
                    'sequence_length must be integers, but has dtype '
                    f'{sequence_length.dtype.name}: '
                    'use tf.cast(sequence_length, tf.int32).'
                )
            if not tf.nest.flatten(self._inputs):
                raise ValueError('inputs must be [batch, time, ...], but there are none.')
            for one in tf.nest.flatten(self._inputs):
                if one.shape.rank in (0, 1):
                    raise ValueError(
                        f'inputs must be [batch, time, ...], but have shape {one.shape}: '
                        'sequence_length has one length for each example of the batch.'
                    )
            first = tf.nest.flatten(inputs)[0]
            batch = first.shape[1:2]
            if first.shape.rank is not None and not batch.is_compatible_with(sequence_length.shape):
                raise ValueError(
                    f'sequence_length has shape {sequence_length.shape}, but the batch of inputs '
                    f'is {tf.compat.dimension_value(batch[0])} (inputs have shape '
                    f'{tf.nest.flatten(self._inputs)[0].shape}). '
                    'Is time the first axis? Then give time_major=True.'
                )
            self._sequence_length = sequence_length
            self._steps = axis_size(first, 0)
            self._batch_size = tf.size(sequence_length)
            self._input_tas = tf.nest.map_structure(InputArray, inputs)
            self._zero_inputs = tf.nest.map_structure(lambda x: tf.zeros_like(x[0]), inputs)

    @property
    def inputs(self) -> Nest:
        """The inputs, as given."""
        return self._inputs

    @property
    def sequence_length(self) -> tf.Tensor:
        """The lengths, int `[batch]`."""
        return self._sequence_length

    @property
    def maximum_length(self) -> IntLike | None:
        """Most steps that there are inputs for."""
        return self._steps

    def _read(self, time: IntLike, ahead: int = 0) -> tuple[tf.Tensor, Nest]:
        """`(finished, inputs)` of a step `ahead`; zeros once every sequence is finished."""
        index = time + ahead if ahead else time
        finished = index >= tf.cast(self._sequence_length, tf.int32)

        def inputs() -> Nest:
            message = 'sequence_length of TrainingHelper goes beyond the steps of its inputs'
            step = after(lambda: [tf1.assert_less(index, self._steps, message=message)], time)
            return tf.nest.map_structure(lambda array: array.read(step, ahead), self._input_tas)

        return finished, inputs_unless_finished(finished, self._zero_inputs, inputs)

    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest]:
        with tf1.name_scope(name, 'TrainingHelperInitialize'):
            return self._read(tf.constant(0))

    def sample(  # type: ignore[override]
        self, time: IntLike, outputs: Nest, name: str | None = None, **unused_kwargs: object
    ) -> tf.Tensor:
        with tf1.name_scope(name, 'TrainingHelperSample', [time, outputs]):
            return most_likely(outputs)

    def next_inputs(  # type: ignore[override]
        self,
        time: IntLike,
        outputs: Nest,
        state: Nest,
        name: str | None = None,
        **unused_kwargs: object,
    ) -> tuple[tf.Tensor, Nest, Nest]:
        with tf1.name_scope(name, 'TrainingHelperNextInputs', [time, outputs]):
            finished, inputs = self._read(time, ahead=1)
        return finished, inputs, state


class GreedyEmbeddingHelper(_IdHelper):
    """Inference: the most likely id, embedded, is the next input.

    Args:
      embedding: `[vocabulary, depth]` tensor or variable (or a list of shards), or a function from
        ids `[batch]` to inputs.
      start_tokens: int32 `[batch]`.
      end_token: int32 scalar; a sequence that emits it is finished.
      logits_processors: `LogitsProcessor`s, which change the outputs before an id is chosen from
        them; see `tf_seq2seq_compat.decoding.logits_processors`. They need `maximum_iterations`.

    Raises:
      ValueError: For `start_tokens` or an `end_token` of another rank.
      TypeError: For `logits_processors` that are no functions.

    Example:
      >>> helper = seq2seq.GreedyEmbeddingHelper(tf.eye(4), start_tokens=[1, 1], end_token=2)
      >>> helper.sample(0, tf.constant([[0.0, 3.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0]]), None)
      <tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 2], dtype=int32)>

    Legacy: `tf.contrib.seq2seq.GreedyEmbeddingHelper` of TF 1.15.
    """

    def __init__(
        self,
        embedding: Embedding,
        start_tokens: TensorLike,
        end_token: IntLike,
        *,
        logits_processors: Sequence[LogitsProcessor] = (),
    ) -> None:
        self.logits_processors = checked(logits_processors)
        self._embedding_fn = embedding_function(embedding)
        self._start_tokens = tf.convert_to_tensor(start_tokens, tf.int32, name='start_tokens')
        self._end_token = tf.convert_to_tensor(end_token, tf.int32, name='end_token')
        if self._start_tokens.shape.rank not in (None, 1):
            raise ValueError(
                f'start_tokens must be a vector, one id a sequence, but has shape '
                f'{self._start_tokens.shape}: give tf.fill([batch_size], start_id).'
            )
        if self._end_token.shape.rank not in (None, 0):
            raise ValueError(f'end_token must be a scalar, but has shape {self._end_token.shape}.')
        self._batch_size = tf.size(self._start_tokens)
        self._start_inputs = self._embedding_fn(self._start_tokens)

    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest]:
        return tf.zeros([self._batch_size], tf.bool), self._start_inputs

    def sample(
        self,
        time: IntLike,
        outputs: tf.Tensor,
        state: Nest,
        name: str | None = None,
        *,
        ids: tf.Tensor | None = None,
    ) -> tf.Tensor:
        return most_likely(self._logits(time, outputs, ids))

    def _logits(self, time: IntLike, outputs: Nest, ids: tf.Tensor | None) -> tf.Tensor:
        _check_logits(outputs)
        return process(self.logits_processors, time, ids, outputs)

    def next_inputs(
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest, name: str | None = None
    ) -> tuple[tf.Tensor, Nest, Nest]:
        finished = tf.equal(sample_ids, self._end_token)
        inputs = inputs_unless_finished(
            finished, self._start_inputs, lambda: self._embedding_fn(sample_ids)
        )
        return finished, inputs, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Inference by sampling: an id drawn from the softmax of the outputs is the next input.

    Args:
      embedding: As for `GreedyEmbeddingHelper`.
      start_tokens: Likewise.
      end_token: Likewise.
      softmax_temperature: Divides the outputs before the softmax: float32 scalar > 0, 1 by default.
        Above 1 the draws are more varied, below 1 more likely ones.
      seed: Seed of the draws.
      logits_processors: As for `GreedyEmbeddingHelper`; they come before the temperature.

    Raises:
      ValueError: As `GreedyEmbeddingHelper`.

    Example:
      >>> helper = seq2seq.SampleEmbeddingHelper(tf.eye(4), [1, 1], 2, softmax_temperature=0.5)
      >>> helper.sample(0, tf.zeros([2, 4]), None).shape
      TensorShape([2])

    Legacy: `tf.contrib.seq2seq.SampleEmbeddingHelper` of TF 1.15.
    """

    def __init__(
        self,
        embedding: Embedding,
        start_tokens: TensorLike,
        end_token: IntLike,
        softmax_temperature: FloatLike | None = None,
        seed: int | None = None,
        *,
        logits_processors: Sequence[LogitsProcessor] = (),
    ) -> None:
        super().__init__(embedding, start_tokens, end_token, logits_processors=logits_processors)
        self._softmax_temperature = softmax_temperature
        self._seed = seed

    def sample(
        self,
        time: IntLike,
        outputs: tf.Tensor,
        state: Nest,
        name: str | None = None,
        *,
        ids: tf.Tensor | None = None,
    ) -> tf.Tensor:
        logits = self._logits(time, outputs, ids)
        if self._softmax_temperature is not None:
            logits = logits / self._softmax_temperature
        return categorical(logits, self._seed, time)


class InferenceHelper(Helper):
    """Inference with custom functions for sampling and for the end.

    Args:
      sample_fn: `outputs -> samples`.
      sample_shape: Shape of one sample of one example.
      sample_dtype: Type of the samples.
      start_inputs: `[batch, ...]` inputs of the first step.
      end_fn: `samples -> finished`, bool `[batch]`.
      next_inputs_fn: `samples -> next inputs`; the samples themselves by default.

    Raises:
      TypeError: If a function is not callable.

    Example:
      >>> helper = seq2seq.InferenceHelper(
      ...     sample_fn=lambda outputs: outputs, sample_shape=[3], sample_dtype=tf.float32,
      ...     start_inputs=tf.zeros([2, 3]), end_fn=lambda samples: samples[:, 0] > 0.5)
      >>> cell = seq2seq.GRUCell(3)
      >>> decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
      >>> seq2seq.dynamic_decode(decoder, maximum_iterations=4)[0].sample_id.shape
      TensorShape([2, 4, 3])

    Legacy: `tf.contrib.seq2seq.InferenceHelper` of TF 1.15.
    """

    def __init__(
        self,
        sample_fn: Callable[[Nest], Nest],
        sample_shape: ShapeLike,
        sample_dtype: DTypeLike,
        start_inputs: Nest,
        end_fn: Callable[[tf.Tensor], tf.Tensor],
        next_inputs_fn: Callable[[Nest], Nest] | None = None,
    ) -> None:
        _check_callable('sample_fn', sample_fn)
        _check_callable('end_fn', end_fn)
        if next_inputs_fn is not None:
            _check_callable('next_inputs_fn', next_inputs_fn)
        self._sample_fn = sample_fn
        self._end_fn = end_fn
        self._sample_shape = _checked_shape('sample_shape', sample_shape)
        self._sample_dtype = sample_dtype
        self._next_inputs_fn = next_inputs_fn
        self._start_inputs = tf.convert_to_tensor(start_inputs, name='start_inputs')
        if self._start_inputs.shape.rank == 0:
            raise ValueError('start_inputs must be [batch, ...], but are one number.')
        self._batch_size = tf.convert_to_tensor(axis_size(self._start_inputs, 0))

    @property
    def batch_size(self) -> IntLike:
        return self._batch_size

    @property
    def sample_ids_shape(self) -> tf.TensorShape:
        return self._sample_shape

    @property
    def sample_ids_dtype(self) -> DTypeLike:
        return self._sample_dtype

    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest]:
        return tf.zeros([self._batch_size], tf.bool), self._start_inputs

    def sample(self, time: IntLike, outputs: Nest, state: Nest, name: str | None = None) -> Nest:
        return self._sample_fn(outputs)

    def next_inputs(
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest, name: str | None = None
    ) -> tuple[tf.Tensor, Nest, Nest]:
        inputs = sample_ids if self._next_inputs_fn is None else self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), inputs, state


# -- the names within TF1's module that programs call ----------------------------------------------


def bernoulli_sample(
    probs: TensorLike | None = None,
    logits: TensorLike | None = None,
    dtype: DTypeLike = tf.int32,
    sample_shape: ShapeLike = (),
    seed: int | None = None,
) -> tf.Tensor:
    """Coin flips `sample_shape + probs.shape`; or of the sigmoid of the logits."""
    if probs is None and logits is None:
        raise ValueError('None values not supported: give probs or logits.')
    probs = tf.sigmoid(logits) if probs is None else tf.convert_to_tensor(probs)
    return tf.cast(bernoulli(probs, seed, sample_shape=sample_shape), dtype)


def categorical_sample(
    logits: TensorLike,
    dtype: DTypeLike = tf.int32,
    sample_shape: ShapeLike = (),
    seed: int | None = None,
) -> tf.Tensor:
    """Classes `sample_shape + logits.shape[:-1]`, drawn from the softmax of the logits."""
    logits = tf.convert_to_tensor(logits)
    return tf.cast(categorical(logits, seed, sample_shape=sample_shape), dtype)


def _call_sampler(
    sample_n_fn: Callable[[tf.Tensor], tf.Tensor], sample_shape: ShapeLike, name: str | None = None
) -> tf.Tensor:
    """Samples of `sample_n_fn(n)`, `[n, ...]`, in the shape `sample_shape + [...]`."""
    with tf1.name_scope(name, 'call_sampler'):
        return in_shape(lambda n: tf.convert_to_tensor(sample_n_fn(n)), sample_shape)


def _unstack_ta(inp: tf.Tensor) -> tf.TensorArray:
    """The steps of `[time, ...]` inputs."""
    inp = tf.convert_to_tensor(inp)
    return tf.TensorArray(inp.dtype, axis_size(inp, 0), clear_after_read=False).unstack(inp)


# -- pieces of the helpers ------------------------------------------------------------------------


def inputs_unless_finished(finished: tf.Tensor, others: Nest, inputs: Callable[[], Nest]) -> Nest:
    """`inputs()`, or `others` once every sequence is finished: nothing reads what follows then."""
    if traced_step() is not None:
        return inputs()
    return tf.cond(tf.reduce_all(finished), lambda: others, inputs)


def _checked_shape(argument: str, shape: ShapeLike) -> tf.TensorShape:
    """The shape of one sample; TF1 takes sizes like 4.0."""
    if isinstance(shape, list | tuple):
        shape = [size if size is None else layer_size(argument, size) for size in shape]
    return tf.TensorShape(shape)


def _check_callable(argument: str, function: object) -> None:
    if not callable(function):
        raise TypeError(f'{argument} must be callable, but is a {type(function).__name__}.')


def _check_logits(outputs: Nest) -> None:
    if not tf.is_tensor(outputs):
        raise TypeError(
            f'Expected outputs to be a single Tensor, got: {type(outputs)}. Ids are sampled from '
            'one [batch, vocabulary] tensor: give the decoder an output_layer.'
        )
