"""`BasicDecoder`: a cell, a helper that chooses the inputs, and an optional output layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.logits_processors import LogitsProcessor
from tf_seq2seq_compat.layers.cell_wrappers import new_dropout_masks
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.seq2seq.decoder import BaseDecoder, Decoder
from tf_seq2seq_compat.seq2seq.helper import Helper, TrainingHelper
from tf_seq2seq_compat.seq2seq.output_layer import (
    after_loop,
    check_output_layer,
    is_affine,
    output_size,
)
from tf_seq2seq_compat.seq2seq.sampler import Sampler
from tf_seq2seq_compat.types import Cell, DTypeLike, IntLike, LayerLike, Nest, Size

tf1 = tf.compat.v1

__all__ = ['BasicDecoder', 'BasicDecoderOutput', 'BasicDecoderV2']


class BasicDecoderOutput(NamedTuple):
    """Outputs of a `BasicDecoder`.

    Attributes:
      rnn_output: Output of the cell, or of the output layer, `[batch, time, depth]`.
      sample_id: What the helper sampled, int32 `[batch, time]` for most helpers.

    Example:
      >>> seq2seq.BasicDecoderOutput(rnn_output=1, sample_id=2).sample_id
      2

    Legacy: `tf.contrib.seq2seq.BasicDecoderOutput` of TF 1.15.
    """

    rnn_output: Nest
    sample_id: Nest


class _CellAndHelper:
    """Base of the decoders that have a `_cell`, a `_helper` (or sampler) and an `_output_layer`."""

    _cell: Cell
    _helper: Any
    _output_layer: LayerLike
    _cell_dtype: Any

    @property
    def batch_size(self) -> IntLike:
        return self._helper.batch_size

    @property
    def maximum_length(self) -> IntLike | None:
        """Most steps that the helper has inputs for, None if there is no such limit."""
        return getattr(self._helper, 'maximum_length', None)

    @property
    def output_size(self) -> BasicDecoderOutput:
        return BasicDecoderOutput(
            rnn_output=self._rnn_output_size(), sample_id=self._helper.sample_ids_shape
        )

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        # As TF1: the cell's output has the type of the first tensor of the state.
        dtype = self._cell_dtype
        return BasicDecoderOutput(
            tf.nest.map_structure(lambda _: dtype, self._rnn_output_size()),
            self._helper.sample_ids_dtype,
        )

    def _rnn_output_size(self) -> Size:
        return output_size(self._cell, self._output_layer)

    @property
    def logits_processors(self) -> Sequence[LogitsProcessor]:
        """Those of the helper."""
        return self._helper.logits_processors

    def sampled_ids(self, outputs: BasicDecoderOutput) -> tuple[tf.Tensor, None]:
        """The samples."""
        return outputs.sample_id, None

    def _step(
        self, time: IntLike, inputs: Nest, state: Nest, ids: tf.Tensor | None
    ) -> tuple[BasicDecoderOutput, Nest, Nest, tf.Tensor]:
        outputs, state = self._cell(inputs, state)
        if self._output_layer is not None:
            outputs = self._output_layer(outputs)
        so_far = {} if ids is None else {'ids': ids}
        sample_ids = self._helper.sample(time=time, outputs=outputs, state=state, **so_far)
        finished, next_inputs, next_state = self._helper.next_inputs(
            time=time, outputs=outputs, state=state, sample_ids=sample_ids
        )
        return BasicDecoderOutput(outputs, sample_ids), next_state, next_inputs, finished


class BasicDecoder(_CellAndHelper, Decoder):
    """Decodes with a cell; a `Helper` samples and chooses what each step reads.

    Args:
      cell: An `RNNCell` (an `AttentionWrapper`, say), or a Keras cell.
      helper: A `Helper`.
      initial_state: The cell's state to begin with, a nest of `[batch, ...]` tensors.
      output_layer: Layer applied to the cell's output before sampling (a Dense onto the vocabulary,
        say); anything callable with `compute_output_shape`.

    Raises:
      TypeError: If an argument is not a cell, a helper or a layer.

    Example:
      >>> embedding = tf.random.normal([10, 3])
      >>> cell = seq2seq.GRUCell(4)
      >>> decoder = seq2seq.BasicDecoder(
      ...     cell,
      ...     seq2seq.GreedyEmbeddingHelper(embedding, start_tokens=[1, 1], end_token=2),
      ...     cell.zero_state(2, tf.float32),
      ...     output_layer=seq2seq.Dense(10))
      >>> outputs, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=5)
      >>> outputs.rnn_output.shape[-1], outputs.sample_id.dtype
      (10, tf.int32)

    Legacy: `tf.contrib.seq2seq.BasicDecoder` of TF 1.15.
    """

    def __init__(
        self, cell: Cell, helper: Helper, initial_state: Nest, output_layer: LayerLike | None = None
    ) -> None:
        cell = as_rnn_cell(cell)
        if not isinstance(helper, Helper):
            raise TypeError(
                f'helper must be a Helper, received: {type(helper)}. Subclass Helper, or use '
                'TrainingHelper, GreedyEmbeddingHelper or CustomHelper.'
            )
        check_output_layer(output_layer)
        self._cell = cell
        self._helper = helper
        self._initial_state = initial_state
        self._output_layer = output_layer

    @property
    def _cell_dtype(self) -> DTypeLike:
        return tf.nest.flatten(self._initial_state)[0].dtype

    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest, Nest]:
        """`(finished, first_inputs, initial_state)`."""
        new_dropout_masks(self._cell)
        finished, first_inputs = self._helper.initialize()
        return finished, first_inputs, self._initial_state

    def defer_output_layer(self) -> tuple[BasicDecoder, Callable[[Any, Any], object]] | None:
        """In teacher forcing, the output layer and the samples can wait for the last step."""
        layer = self._output_layer
        if (
            type(self) is not BasicDecoder
            or type(self._helper) is not TrainingHelper
            or not is_affine(layer)
            or not _is_vector(self._cell.output_size)
        ):
            return None

        complete = after_loop(
            layer, lambda outputs: self._helper.sample(time=None, outputs=outputs)
        )
        return _CellDecoder(self._cell, self._helper, self._initial_state), complete

    def step(
        self,
        time: IntLike,
        inputs: Nest,
        state: Nest,
        name: str | None = None,
        *,
        ids: tf.Tensor | None = None,
    ) -> tuple[BasicDecoderOutput, Nest, Nest, tf.Tensor]:
        """Cell, output layer, sampling, next inputs.

        Args:
          time: int32 scalar.
          inputs: Nest of `[batch, ...]` tensors.
          state: The cell's state.
          name: Name of the operations.
          ids: The ids so far, int32 `[batch, max_steps]`, for `logits_processors`.

        Returns:
          `(BasicDecoderOutput, next_state, next_inputs, finished)`.
        """
        with tf1.name_scope(name, 'BasicDecoderStep', [time]):
            return self._step(time, inputs, state, ids)


class _CellDecoder(BasicDecoder):
    """The cell and the inputs of a `BasicDecoder`, without samples."""

    @property
    def output_size(self) -> BasicDecoderOutput:
        return super().output_size._replace(sample_id=())

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        return super().output_dtype._replace(sample_id=())

    def _step(
        self, time: IntLike, inputs: Nest, state: Nest, ids: tf.Tensor | None
    ) -> tuple[BasicDecoderOutput, Nest, Nest, tf.Tensor]:
        outputs, state = self._cell(inputs, state)
        finished, next_inputs, state = self._helper.next_inputs(time, outputs, state)
        return BasicDecoderOutput(outputs, ()), state, next_inputs, finished


def _is_vector(size: Size) -> bool:
    return isinstance(size, int) or (isinstance(size, tf.TensorShape) and size.rank == 1)


class BasicDecoderV2(_CellAndHelper, BaseDecoder):
    """Decodes with a cell; a `Sampler` samples and chooses what each step reads.

    Called with the inputs of the sampler, `initial_state`, and its other arguments by name
    (`sequence_length`; `start_tokens` and `end_token`).

    Args:
      cell: An `RNNCell` (an `AttentionWrapper`, say), or a Keras cell.
      sampler: A `Sampler`.
      output_layer: As for `BasicDecoder`.
      **kwargs: Those of `BaseDecoder`.

    Raises:
      TypeError: If an argument is not a cell, a sampler or a layer.

    Legacy: `tensorflow.contrib.seq2seq.python.ops.basic_decoder.BasicDecoderV2` of TF 1.15.
    """

    def __init__(
        self, cell: Cell, sampler: object, output_layer: LayerLike | None = None, **kwargs: Any
    ) -> None:
        cell = as_rnn_cell(cell)
        if not isinstance(sampler, Sampler):
            raise TypeError(
                f'sampler must be a Sampler, received: {sampler!r}. Use TrainingSampler or '
                'GreedyEmbeddingSampler, or BasicDecoder for a Helper.'
            )
        check_output_layer(output_layer)
        super().__init__(**kwargs)
        self.cell = self._cell = cell
        self.sampler = self._helper = sampler
        self.output_layer = self._output_layer = output_layer
        self._cell_dtype = None

    def initialize(
        self, inputs: Nest, initial_state: Nest | None = None, **kwargs: object
    ) -> tuple[tf.Tensor, Nest, Nest]:
        """`(finished, first_inputs, initial_state)`; `inputs` and `kwargs` are the sampler's."""
        new_dropout_masks(self._cell)
        self._cell_dtype = tf.nest.flatten(initial_state)[0].dtype
        finished, first_inputs = self._helper.initialize(inputs, **kwargs)
        return finished, first_inputs, initial_state

    def step(
        self, time: IntLike, inputs: Nest, state: Nest, *, ids: tf.Tensor | None = None
    ) -> tuple[BasicDecoderOutput, Nest, Nest, tf.Tensor]:
        """Cell, output layer, sampling, next inputs, as `BasicDecoder`."""
        return self._step(time, inputs, state, ids)
