"""`BasicDecoder`, in the file where TensorFlow Addons had it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons._cells import as_keras_cell, output_layer_size, take_step
from tf_seq2seq_compat.addons.keras_generation import (
    check_is_layer,
    deserialized,
    keras,
    serializable,
    serialized,
    typechecked,
)
from tf_seq2seq_compat.addons.seq2seq.decoder import BaseDecoder
from tf_seq2seq_compat.addons.seq2seq.sampler import Sampler, TrainingSampler
from tf_seq2seq_compat.core.logits_processors import LogitsProcessor
from tf_seq2seq_compat.seq2seq.basic_decoder import BasicDecoderOutput
from tf_seq2seq_compat.seq2seq.output_layer import after_loop, is_affine
from tf_seq2seq_compat.types import Cell, Config, IntLike, LayerLike, Nest

__all__ = ['BasicDecoder', 'BasicDecoderOutput']


@serializable
class BasicDecoder(BaseDecoder):
    """Decodes with a cell; a `Sampler` samples and chooses what each step reads.

    Called with the inputs of the sampler, `initial_state`, and the sampler's other arguments by
    name (`sequence_length`; `start_tokens` and `end_token`).

    Args:
      cell: A cell of Keras (an `AttentionWrapper`, say), or of this package.
      sampler: A `Sampler`.
      output_layer: Layer applied to the cell's output before sampling (a Dense onto the vocabulary,
        say).
      **kwargs: Those of `BaseDecoder`.

    Raises:
      TypeError: If the cell, the sampler or the output layer is none.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> cell = tf.keras.layers.GRUCell(4)
      >>> decoder = tfa.seq2seq.BasicDecoder(
      ...     cell, tfa.seq2seq.TrainingSampler(), output_layer=tf.keras.layers.Dense(10))
      >>> outputs, state, lengths = decoder(
      ...     tf.ones([2, 5, 3]), initial_state=tf.zeros([2, 4]), sequence_length=[5, 2])
      >>> outputs.rnn_output.shape, lengths.numpy().tolist()
      (TensorShape([2, 5, 10]), [5, 2])

    Legacy: `tfa.seq2seq.BasicDecoder` of TensorFlow Addons 0.23.
    """

    @typechecked
    def __init__(
        self, cell: Cell, sampler: Sampler, output_layer: LayerLike | None = None, **kwargs: Any
    ) -> None:
        cell = as_keras_cell('cell', cell)
        if not isinstance(sampler, Sampler):
            raise TypeError(
                f'sampler must be a Sampler, but is {sampler!r}. Use TrainingSampler or '
                'GreedyEmbeddingSampler.'
            )
        check_is_layer('output_layer', output_layer, optional=True)
        super().__init__(**kwargs)
        self.cell = cell
        self.sampler = sampler
        self.output_layer = output_layer
        self._cell_dtype: tf.DType | None = None

    def initialize(
        self, inputs: Nest, initial_state: Nest | None = None, **kwargs: Any
    ) -> tuple[tf.Tensor, Nest, Nest]:
        """`(finished, first_inputs, initial_state)`; `inputs` and `kwargs` are the sampler's."""
        if initial_state is None:
            raise ValueError(
                'initial_state must be given: the state of the cell to begin with, such as '
                'cell.get_initial_state(batch_size=..., dtype=...).'
            )
        self._cell_dtype = tf.convert_to_tensor(tf.nest.flatten(initial_state)[0]).dtype
        return (*self.sampler.initialize(inputs, **kwargs), initial_state)

    @property
    def batch_size(self) -> IntLike:
        """Batch size: int32 scalar."""
        return self.sampler.batch_size

    @property
    def maximum_length(self) -> IntLike | None:
        """Most steps that the sampler has inputs for, None if there is no such limit."""
        return getattr(self.sampler, 'maximum_length', None)

    def _rnn_output_size(self) -> Any:
        return output_layer_size(self.cell, self.output_layer)

    @property
    def output_size(self) -> BasicDecoderOutput:
        """`BasicDecoderOutput` of shapes: one step of one example."""
        return BasicDecoderOutput(self._rnn_output_size(), self.sampler.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        """`BasicDecoderOutput` of types."""
        layer_dtype = getattr(self.output_layer, 'compute_dtype', None)
        dtype = self._cell_dtype if layer_dtype is None else tf.as_dtype(layer_dtype)
        return BasicDecoderOutput(
            tf.nest.map_structure(lambda _: dtype, self._rnn_output_size()),
            self.sampler.sample_ids_dtype,
        )

    @property
    def logits_processors(self) -> Sequence[LogitsProcessor]:
        """Those of the sampler."""
        return self.sampler.logits_processors

    def sampled_ids(self, outputs: BasicDecoderOutput) -> tuple[tf.Tensor, None]:
        """The samples."""
        return outputs.sample_id, None

    def step(
        self,
        time: IntLike,
        inputs: Nest,
        state: Nest,
        training: bool | None = None,
        *,
        ids: tf.Tensor | None = None,
    ) -> tuple[BasicDecoderOutput, Nest, Nest, tf.Tensor]:
        """Cell, output layer, sampling, next inputs.

        Args:
          time: int32 scalar.
          inputs: Nest of `[batch, ...]` tensors.
          state: The cell's state.
          training: Given on to the cell.
          ids: The ids so far, int32 `[batch, max_steps]`, for `logits_processors`.

        Returns:
          `(BasicDecoderOutput, next_state, next_inputs, finished)`.
        """
        outputs, state = take_step(self.cell, inputs, state, training)
        if self.output_layer is not None:
            outputs = self.output_layer(outputs)
        so_far = {} if ids is None else {'ids': ids}
        sample_ids = self.sampler.sample(time=time, outputs=outputs, state=state, **so_far)
        finished, next_inputs, next_state = self.sampler.next_inputs(
            time=time, outputs=outputs, state=state, sample_ids=sample_ids
        )
        return BasicDecoderOutput(outputs, sample_ids), next_state, next_inputs, finished

    def defer_output_layer(self) -> tuple[Any, Callable[[Any, Any], Any]] | None:
        """In teacher forcing, the output layer and the samples can wait for the last step."""
        layer = self.output_layer
        if (
            type(self) is not BasicDecoder
            or type(self.sampler) is not TrainingSampler
            or not is_affine(layer)
            or not getattr(layer, 'built', True)
            or not isinstance(self.cell.output_size, int)
        ):
            return None
        return _CellDecoder(self), after_loop(
            layer, lambda outputs: self.sampler.sample(None, outputs, None)
        )

    def get_config(self) -> Config:
        """The arguments, with inner layers; a sampler of functions is given as it is."""
        config = {
            'cell': serialized(self.cell),
            'sampler': serialized(self.sampler) if _is_plain(self.sampler) else self.sampler,
            'output_layer': serialized(self.output_layer),
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(
        cls, config: Config, custom_objects: Mapping[str, Any] | None = None
    ) -> BasicDecoder:
        """The decoder of a configuration.

        Args:
          config: What `get_config` returned.
          custom_objects: Classes by their names, or None.

        Returns:
          The decoder.
        """
        config = dict(config)
        for name in ('cell', 'output_layer', 'sampler'):
            config[name] = deserialized(config.get(name), custom_objects)
        return cls(**config)


def _is_plain(sampler: Sampler) -> bool:
    """Whether Keras finds the class of a sampler, and its configuration can be written down."""
    kind = type(sampler)
    try:
        json.dumps(sampler.get_config())
    except TypeError:
        return False
    return bool(keras.saving.get_registered_name(kind) != kind.__name__)


class _CellDecoder:
    """The cell and the inputs of a `BasicDecoder`, without output layer and samples."""

    tracks_own_finished = False
    logits_processors = ()

    def __init__(self, decoder: BasicDecoder) -> None:
        self._decoder = decoder
        self.batch_size, self.maximum_length = decoder.batch_size, decoder.maximum_length
        size = output_layer_size(decoder.cell, None)
        self.output_size = BasicDecoderOutput(size, ())
        self.output_dtype = BasicDecoderOutput(decoder._cell_dtype, ())

    def step(
        self, time: IntLike, inputs: Nest, state: Nest, training: bool | None
    ) -> tuple[BasicDecoderOutput, Nest, Nest, tf.Tensor]:
        outputs, state = take_step(self._decoder.cell, inputs, state, training)
        finished, next_inputs, state = self._decoder.sampler.next_inputs(time, outputs, state, None)
        return BasicDecoderOutput(outputs, ()), state, next_inputs, finished
