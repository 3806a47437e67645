"""Scheduled sampling: training on a mixture of the truth and of what the model itself says.

Bengio et al. 2015, https://arxiv.org/abs/1506.03099.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from tf_seq2seq_compat.core.embedding import embedding_function
from tf_seq2seq_compat.core.loop_arrays import InputArray
from tf_seq2seq_compat.core.sampling import bernoulli, categorical
from tf_seq2seq_compat.core.structure import check_same_structure, transpose_batch_time, where_rows
from tf_seq2seq_compat.seq2seq.helper import TrainingHelper, _check_callable, _check_logits
from tf_seq2seq_compat.types import Embedding, FloatLike, IntLike, Nest, TensorLike

tf1 = tf.compat.v1

__all__ = ['ScheduledEmbeddingTrainingHelper', 'ScheduledOutputTrainingHelper']


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Teacher forcing that now and then feeds a sampled id back, embedded.

    At each step, for each example, a coin is flipped: either the next input is the true one, or an
    id is drawn from the softmax of the outputs and embedded (Bengio et al. 2015,
    https://arxiv.org/abs/1506.03099). Samples are the drawn ids, and -1 where none was drawn.

    Args:
      inputs: `[batch, time, depth]`, the embedded true ids (`[time, batch, depth]` if
        `time_major`).
      sequence_length: Length of each sequence, int `[batch]`, at most `time`.
      embedding: `[vocabulary, depth]` tensor or variable (or a list of shards), or a function from
        ids `[batch]` to inputs.
      sampling_probability: How likely a step is fed with a drawn id: a float scalar, or a vector
        `[batch]` of one for each example. A tensor may grow as the training goes on.
      time_major: Whether time is the first axis of the inputs.
      seed: Seed of the ids.
      scheduling_seed: Seed of the coins.
      name: Name of the operations.

    Raises:
      ValueError: As `TrainingHelper`, and for a `sampling_probability` that is neither a scalar nor
        a vector of floats; in a step, if the embedding has another depth than the inputs.

    Example:
      >>> embedding = tf.random.normal([10, 3])
      >>> truth = tf.nn.embedding_lookup(embedding, [[1, 4, 2], [1, 2, 0]])
      >>> helper = seq2seq.ScheduledEmbeddingTrainingHelper(
      ...     truth, [3, 2], embedding, sampling_probability=0.25)
      >>> cell = seq2seq.GRUCell(4)
      >>> decoder = seq2seq.BasicDecoder(
      ...     cell, helper, cell.zero_state(2, tf.float32), output_layer=seq2seq.Dense(10))
      >>> seq2seq.dynamic_decode(decoder)[0].sample_id.shape
      TensorShape([2, 3])

    Legacy: `tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper` of TF 1.15.
    """

    def __init__(
        self,
        inputs: Nest,
        sequence_length: TensorLike,
        embedding: Embedding,
        sampling_probability: FloatLike,
        time_major: bool = False,
        seed: int | None = None,
        scheduling_seed: int | None = None,
        name: str | None = None,
    ) -> None:
        with tf1.name_scope(name, 'ScheduledEmbeddingSamplingWrapper', [sampling_probability]):
            self._embedding_fn = embedding_function(embedding)
            self._sampling_probability = _checked_probability(sampling_probability)
            self._seed = seed
            self._scheduling_seed = scheduling_seed
            super().__init__(inputs, sequence_length, time_major)

    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest]:
        return super().initialize(name)

    def sample(  # type: ignore[override]
        self, time: IntLike, outputs: Nest, state: Nest, name: str | None = None
    ) -> tf.Tensor:
        with tf1.name_scope(name, 'ScheduledEmbeddingTrainingHelperSample', [time]):
            _check_logits(outputs)
            coins = _flip(
                self._sampling_probability, self._batch_size, self._scheduling_seed, time, outputs
            )
            return tf.where(coins, categorical(outputs, self._seed, time), -1)

    def next_inputs(  # type: ignore[override]
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest, name: str | None = None
    ) -> tuple[tf.Tensor, Nest, Nest]:
        with tf1.name_scope(name, 'ScheduledEmbeddingTrainingHelperNextInputs', [time]):
            finished, truth, state = super().next_inputs(time, outputs, state)
            drawn = self._embedding_fn(tf.maximum(sample_ids, 0))
            return finished, _mixed(sample_ids > -1, drawn, truth, finished), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Teacher forcing that now and then feeds the output itself back.

    At each step, for each example, a coin is flipped: the next input is either the true one or made
    of the output (Bengio et al. 2015, https://arxiv.org/abs/1506.03099). Samples are the coins,
    int32 0 or 1.

    Args:
      inputs: Nest of `[batch, time, depth]` tensors (`[time, batch, depth]` if `time_major`).
      sequence_length: Length of each sequence, int `[batch]`, at most `time`.
      sampling_probability: How likely a step is fed with the output: a float scalar, or a vector
        `[batch]` of one for each example. A tensor may grow as the training goes on.
      time_major: Whether time is the first axis of the inputs.
      seed: Seed of the coins.
      next_inputs_fn: From the outputs to next inputs; the outputs themselves by default.
      auxiliary_inputs: Nest like `inputs` of what every step reads beside them, whether true or fed
        back, concatenated along the last axis; or None.
      name: Name of the operations.

    Raises:
      ValueError: As `TrainingHelper`, and for a `sampling_probability` that is neither a scalar nor
        a vector of floats; in a step, if what is fed back has another shape than the inputs.
      TypeError: If `next_inputs_fn` is not callable.

    Example:
      >>> helper = seq2seq.ScheduledOutputTrainingHelper(
      ...     tf.ones([2, 5, 3]), [5, 2], sampling_probability=0.5,
      ...     auxiliary_inputs=tf.ones([2, 5, 1]))
      >>> cell = seq2seq.GRUCell(3)
      >>> decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
      >>> seq2seq.dynamic_decode(decoder)[0].rnn_output.shape
      TensorShape([2, 5, 3])

    Legacy: `tf.contrib.seq2seq.ScheduledOutputTrainingHelper` of TF 1.15.
    """

    def __init__(
        self,
        inputs: Nest,
        sequence_length: TensorLike,
        sampling_probability: FloatLike,
        time_major: bool = False,
        seed: int | None = None,
        next_inputs_fn: Callable[[Nest], Nest] | None = None,
        auxiliary_inputs: Nest | None = None,
        name: str | None = None,
    ) -> None:
        with tf1.name_scope(name, 'ScheduledOutputTrainingHelper', [sampling_probability]):
            self._sampling_probability = _checked_probability(sampling_probability)
            self._seed = seed
            if next_inputs_fn is not None:
                _check_callable('next_inputs_fn', next_inputs_fn)
            self._next_inputs_fn = next_inputs_fn
            self._auxiliary_input_tas: Nest | None = None
            if auxiliary_inputs is not None:
                inputs, auxiliary_inputs = tf.nest.map_structure(
                    tf.convert_to_tensor, (inputs, auxiliary_inputs)
                )
                check_same_structure(inputs, auxiliary_inputs, 'auxiliary_inputs')
                inputs = _beside(inputs, auxiliary_inputs)
                if not time_major:
                    auxiliary_inputs = tf.nest.map_structure(transpose_batch_time, auxiliary_inputs)
                self._auxiliary_input_tas = tf.nest.map_structure(InputArray, auxiliary_inputs)
            super().__init__(inputs, sequence_length, time_major)

    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest]:
        return super().initialize(name)

    def sample(  # type: ignore[override]
        self, time: IntLike, outputs: Nest, state: Nest, name: str | None = None
    ) -> tf.Tensor:
        with tf1.name_scope(name, 'ScheduledOutputTrainingHelperSample', [time]):
            coins = _flip(self._sampling_probability, self._batch_size, self._seed, time, outputs)
            return tf.cast(coins, tf.int32)

    def next_inputs(  # type: ignore[override]
        self, time: IntLike, outputs: Nest, state: Nest, sample_ids: Nest, name: str | None = None
    ) -> tuple[tf.Tensor, Nest, Nest]:
        with tf1.name_scope(name, 'ScheduledOutputTrainingHelperNextInputs', [time]):
            finished, truth, state = super().next_inputs(time, outputs, state)
            fed_back = outputs if self._next_inputs_fn is None else self._next_inputs_fn(outputs)
            if self._auxiliary_input_tas is not None:
                # After the last step nothing is read, but there must be something to compute.
                step = tf.minimum(time + 1, self._steps - 1)
                auxiliary = tf.nest.map_structure(
                    lambda array: array.read(step), self._auxiliary_input_tas
                )
                fed_back = _beside(fed_back, auxiliary)
            return finished, _mixed(tf.cast(sample_ids, tf.bool), fed_back, truth, finished), state


def _flip(
    probability: tf.Tensor, batch_size: IntLike, seed: int | None, time: IntLike, outputs: Nest
) -> tf.Tensor:
    """One coin for each example, bool `[batch]`, flipped after the outputs of the step."""
    # Else several steps of a TF1 loop would be in flight and draw in any order.
    with tf.control_dependencies(tf.nest.flatten(outputs)):
        return bernoulli(tf.broadcast_to(probability, [batch_size]), seed, time)


def _mixed(chosen: tf.Tensor, fed_back: Nest, truth: Nest, finished: tf.Tensor) -> Nest:
    """Feeds the sampled ids back, unless all sequences are finished."""
    fed_back = tf.nest.map_structure(tf.convert_to_tensor, fed_back)
    check_same_structure(truth, fed_back, 'What is fed back')
    for wanted, seen in zip(tf.nest.flatten(truth), tf.nest.flatten(fed_back), strict=True):
        if not wanted.shape.is_compatible_with(seen.shape):
            raise ValueError(
                f'What is fed back has shape {seen.shape}, but inputs of the step have shape '
                f'{wanted.shape}: give an embedding or a next_inputs_fn of the depth of inputs.'
            )
    chosen = tf.logical_and(chosen, tf.logical_not(tf.reduce_all(finished)))
    return where_rows(chosen, fed_back, truth)


def _beside(inputs: Nest, auxiliary: Nest) -> Nest:
    return tf.nest.map_structure(lambda x, y: tf.concat([x, y], -1), inputs, auxiliary)


def _checked_probability(probability: FloatLike) -> tf.Tensor:
    tensor = tf.convert_to_tensor(probability, name='sampling_probability')
    if tensor.shape.rank not in (0, 1) or tensor.shape.num_elements() == 0:
        raise ValueError(
            'sampling_probability must be either a scalar or a vector. saw shape: '
            f'{tensor.shape}. Give one probability, or one for each example.'
        )
    if tensor.dtype.is_integer:
        return tf.cast(tensor, tf.float32)
    if not tensor.dtype.is_floating:
        raise ValueError(
            f'sampling_probability must be floating point, but has dtype {tensor.dtype.name}.'
        )
    return tensor
