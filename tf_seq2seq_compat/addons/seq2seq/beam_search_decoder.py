"""`BeamSearchDecoder`, in the file where TensorFlow Addons had it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons._cells import (
    as_keras_cell,
    output_layer_size,
    state_size,
    take_step,
)
from tf_seq2seq_compat.addons.keras_generation import (
    IS_KERAS_3,
    check_is_layer,
    deserialized,
    serializable,
    serialized,
    typechecked,
)
from tf_seq2seq_compat.addons.seq2seq.decoder import BaseDecoder
from tf_seq2seq_compat.addons.seq2seq.sampler import _embedding_function
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.beam_search import AS_TF1, SearchOptions, checked_options
from tf_seq2seq_compat.core.logits_processors import LogitsProcessor, checked
from tf_seq2seq_compat.seq2seq.beam_search_decoder import (
    BeamSearchDecoderMixin as _TF1Mixin,
)
from tf_seq2seq_compat.seq2seq.beam_search_decoder import (
    FinalBeamSearchDecoderOutput,
    _checked_beam_width,
)
from tf_seq2seq_compat.seq2seq.beam_search_ops import gather_tree as _gather_tree
from tf_seq2seq_compat.seq2seq.beam_search_step import (
    BeamSearchDecoderOutput,
    BeamSearchDecoderState,
    SearchState,
    _beam_search_step,
    _check_batch_beam,
    _get_scores,
    _length_penalty,
    _mask_probs,
    _maybe_tensor_gather_helper,
    _splits_into_beams,
    _tensor_gather_helper,
    attention_probs_from_attn_state,
    gather_tree_from_array,
    get_attention_probs,
)
from tf_seq2seq_compat.seq2seq.tile_batch import _tile_batch, tile_batch
from tf_seq2seq_compat.types import (
    Cell,
    Config,
    Embedding,
    FloatLike,
    IntLike,
    LayerLike,
    Nest,
    TensorLike,
)

__all__ = [
    'BeamSearchDecoder',
    'BeamSearchDecoderMixin',
    'BeamSearchDecoderOutput',
    'BeamSearchDecoderState',
    'FinalBeamSearchDecoderOutput',
    '_beam_search_step',
    '_check_batch_beam',
    '_check_static_batch_beam_maybe',
    '_get_scores',
    '_length_penalty',
    '_mask_probs',
    '_maybe_tensor_gather_helper',
    '_tensor_gather_helper',
    '_tile_batch',
    'attention_probs_from_attn_state',
    'gather_tree',
    'gather_tree_from_array',
    'get_attention_probs',
    'tile_batch',
]


@without_autograph
def gather_tree(
    step_ids: TensorLike,
    parent_ids: TensorLike,
    max_sequence_lengths: TensorLike,
    end_token: IntLike,
) -> tf.Tensor:
    """The sequence of each beam, from the ids and the parents that the steps of a search left.

    Args:
      step_ids: int32 `[max_time, batch, beam]`: the id that each beam got at each step.
      parent_ids: int32 `[max_time, batch, beam]`: the beam of the step before that it extends.
      max_sequence_lengths: int32 `[batch]`: the length of the longest beam of each example.
      end_token: int32 scalar.

    Returns:
      int32 `[max_time, batch, beam]`: the ids of the beams of the last step. After the first
      `end_token` of a beam, and from `max_sequence_lengths` on, all are `end_token`.

    Raises:
      InvalidArgumentError: If the shapes do not fit together (programs call `gather_tree(0, 0, 0,
        0)`, which loads the operation of TensorFlow Addons, and expect this), or a parent that is
        followed is not a beam (not under XLA).

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> ids = [[[1, 2]], [[3, 4]], [[5, 6]]]
      >>> parents = [[[0, 0]], [[1, 0]], [[1, 0]]]
      >>> tfa.seq2seq.gather_tree(ids, parents, [3], end_token=9)[:, 0].numpy().tolist()
      [[1, 2], [4, 3], [5, 6]]

    Legacy: `tfa.seq2seq.gather_tree` of TensorFlow Addons 0.23.
    """
    given = (step_ids, parent_ids, max_sequence_lengths, end_token)
    try:
        return _gather_tree(*(tf.convert_to_tensor(value, tf.int32) for value in given))
    except ValueError as error:
        raise tf.errors.InvalidArgumentError(None, None, str(error)) from error


def _check_static_batch_beam_maybe(
    shape: tf.TensorShape, batch_size: int | None, beam_width: int
) -> bool:
    """Whether elements of this shape may be `[batch * beam, ...]` or `[batch, beam, ...]`."""
    shape = tf.TensorShape(shape)
    return (
        batch_size is None or shape[0] is None or _splits_into_beams(shape, batch_size, beam_width)
    )


class BeamSearchDecoderMixin(_TF1Mixin):
    """Base of the beam search decoders; see `BeamSearchDecoder`.

    Args:
      cell: As for `BeamSearchDecoder`, like all that follow.
      beam_width: int.
      output_layer: Layer or None.
      length_penalty_weight: float.
      coverage_penalty_weight: float.
      reorder_tensor_arrays: bool.
      output_all_scores: Whether `scores` of the outputs are those of all words of all beams,
        `[batch, time, beam_width, vocabulary]`, in place of those of the best.
      logits_processors: `LogitsProcessor`s.
      search_options: `SearchOptions`.
      **kwargs: Given on to the next base class.
    """

    @typechecked
    def __init__(
        self,
        cell: Cell,
        beam_width: int,
        output_layer: LayerLike | None = None,
        length_penalty_weight: FloatLike = 0.0,
        coverage_penalty_weight: FloatLike = 0.0,
        reorder_tensor_arrays: bool = True,
        output_all_scores: bool = False,
        *,
        logits_processors: Sequence[LogitsProcessor] = (),
        search_options: SearchOptions = AS_TF1,
        **kwargs: Any,
    ) -> None:
        cell = as_keras_cell('cell', cell)
        check_is_layer('output_layer', output_layer, optional=True)
        super(_TF1Mixin, self).__init__(**kwargs)
        self._cell = cell
        self._output_layer = output_layer
        self._beam_width = _checked_beam_width(beam_width)
        self._length_penalty_weight = length_penalty_weight
        self._coverage_penalty_weight = coverage_penalty_weight
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._output_all_scores = output_all_scores
        self._logits_processors = checked(logits_processors)
        self._search_options = checked_options(search_options, self._beam_width)

    def _rnn_output_size(self) -> Any:
        return output_layer_size(self._cell, self._output_layer)

    @property
    def _state_size(self) -> Any:
        return state_size(self._cell)

    def _call_cell(self, inputs: Nest, state: Nest, training: bool | None) -> tuple[Nest, Nest]:
        return take_step(self._cell, inputs, state, training)

    @without_autograph
    def step(  # type: ignore[override]
        self,
        time: IntLike,
        inputs: Nest,
        state: Nest,
        training: bool | None = None,
        name: str | None = None,
        *,
        ids: tf.Tensor | None = None,
    ) -> tuple[BeamSearchDecoderOutput, SearchState, Nest, tf.Tensor]:
        """Takes one step.

        Args:
          time: int32 scalar.
          inputs: Nest of `[batch, beam_width, ...]` tensors.
          state: A `BeamSearchDecoderState`.
          training: Given on to the cell.
          name: Name of the operations.
          ids: The ids so far, int32 `[batch, beam_width, max_steps]`, for `logits_processors`.

        Returns:
          `(BeamSearchDecoderOutput, next_state, next_inputs, finished)`.
        """
        with tf.name_scope(name or 'BeamSearchDecoderStep'):
            return self._step(time, inputs, state, training, ids)

    def _can_be_sorted(self, shape: tf.TensorShape, batch: int | None) -> bool:
        return _check_static_batch_beam_maybe(shape, batch, self._beam_width)

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """`BeamSearchDecoderOutput` of `TensorShape`s: of one step of one example."""
        size = super().output_size
        if not self._output_all_scores:
            return size
        words = self._rnn_output_size()[-1]
        return size._replace(scores=tf.TensorShape([self._beam_width, words]))


@serializable
class BeamSearchDecoder(BeamSearchDecoderMixin, BaseDecoder):
    """Decodes by beam search: at each step the `beam_width` best sequences are kept.

    Called with an embedding, `start_tokens`, `end_token` and `initial_state`. The memory of an
    attention mechanism, its lengths, and the initial state must have `batch * beam_width` rows,
    made by `tile_batch`.

    Args:
      cell: A cell of Keras (an `AttentionWrapper`, say), or of this package.
      beam_width: int.
      embedding_fn: Function of ids `[batch, beam_width]` that gives the inputs
        `[batch, beam_width, depth]`. None for a decoder whose embedding is given when called.
      output_layer: Layer applied to the cell's output, which gives the logits.
      length_penalty_weight: 0 for no penalty; greater ones favour longer sequences.
      coverage_penalty_weight: 0 for no penalty; greater ones favour sequences which attended to all
        of the memory. It needs an `AttentionWrapper`.
      reorder_tensor_arrays: Whether TensorArrays in the state, as an alignment history, are put in
        the order of the beams at the end. They are then tensors, `[time, batch * beam_width, ...]`.
      **kwargs: `output_all_scores`: whether `scores` of the outputs are those of all words of all
        beams; `logits_processors` and `search_options`, as for
        `tf_seq2seq_compat.BeamSearchDecoder`; and those of `BaseDecoder`.

    Raises:
      TypeError: If the cell or the output layer is none, or `beam_width` no int.
      ValueError: If `beam_width` is not positive.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> decoder = tfa.seq2seq.BeamSearchDecoder(
      ...     tf.keras.layers.GRUCell(4), beam_width=3, output_layer=tf.keras.layers.Dense(10),
      ...     maximum_iterations=5)
      >>> outputs, state, lengths = decoder(
      ...     tf.random.normal([10, 3]), start_tokens=[1, 1], end_token=2,
      ...     initial_state=tfa.seq2seq.tile_batch(tf.ones([2, 4]), multiplier=3))
      >>> outputs.predicted_ids.shape[2], lengths.shape
      (3, TensorShape([2, 3]))

    Legacy: `tfa.seq2seq.BeamSearchDecoder` of TensorFlow Addons 0.23.
    """

    @typechecked
    def __init__(
        self,
        cell: Cell,
        beam_width: int,
        embedding_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        output_layer: LayerLike | None = None,
        length_penalty_weight: FloatLike = 0.0,
        coverage_penalty_weight: FloatLike = 0.0,
        reorder_tensor_arrays: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            cell,
            beam_width,
            output_layer=output_layer,
            length_penalty_weight=length_penalty_weight,
            coverage_penalty_weight=coverage_penalty_weight,
            reorder_tensor_arrays=reorder_tensor_arrays,
            **kwargs,
        )
        if embedding_fn is not None and not callable(embedding_fn):
            raise TypeError(
                f'embedding_fn must be a function of ids, but is {embedding_fn!r}. A table of '
                'embeddings is given when the decoder is called.'
            )
        self._given_embedding_fn = embedding_fn
        self._embedding_fn = embedding_fn  # type: ignore[assignment]

    def initialize(  # type: ignore[override]
        self,
        embedding: Embedding,
        start_tokens: TensorLike,
        end_token: IntLike,
        initial_state: Nest,
    ) -> tuple[tf.Tensor, Nest, SearchState]:
        """`(finished, first_inputs, initial_state)`; all beams but the first are finished.

        Args:
          embedding: `[vocabulary, depth]`, None where the decoder has an `embedding_fn`.
          start_tokens: int32 `[batch]`.
          end_token: int32 scalar.
          initial_state: Nest of `[batch * beam_width, ...]` tensors.

        Returns:
          bool `[batch, beam_width]`, a nest of `[batch, beam_width, ...]` tensors, and a
          `BeamSearchDecoderState`.

        Raises:
          ValueError: If there is neither `embedding_fn` nor embedding, `start_tokens` is no vector,
            `end_token` no scalar, the state does not have `batch * beam_width` rows, or there is a
            coverage penalty and no attention.
        """
        if embedding is not None:
            self._embedding_fn = _embedding_function(embedding)
        elif self._given_embedding_fn is not None:
            self._embedding_fn = self._given_embedding_fn
        else:
            raise ValueError(
                'You should either pass an embedding variable when calling the BeamSearchDecoder '
                'or set embedding_fn in the constructor.'
            )
        if IS_KERAS_3:  # whose layers return lists for tuples
            parts = tf.nest.flatten(initial_state)
            initial_state = tf.nest.pack_sequence_as(self._state_size, parts)
        self._begin_from(start_tokens, end_token, initial_state)
        return self._first_step()

    def call(  # type: ignore[override]
        self,
        embedding: Embedding,
        start_tokens: TensorLike,
        end_token: IntLike,
        initial_state: Nest,
        training: bool | None = None,
        **kwargs: Any,
    ) -> tuple[Nest, Nest, tf.Tensor]:
        """Decodes; the arguments are those of `initialize`.

        Args:
          embedding: `[vocabulary, depth]` or None.
          start_tokens: int32 `[batch]`.
          end_token: int32 scalar.
          initial_state: Nest of `[batch * beam_width, ...]` tensors.
          training: Whether the layers behave as in training.
          **kwargs: Given on to `initialize`, for subclasses.

        Returns:
          `(FinalBeamSearchDecoderOutput, final_state, lengths)`, as `dynamic_decode`.
        """
        kwargs.pop('memories', None)
        return self._decode(
            embedding,
            training,
            start_tokens=start_tokens,
            end_token=end_token,
            initial_state=initial_state,
            **kwargs,
        )

    def get_config(self) -> Config:
        """The arguments, with inner layers; a function as `embedding_fn` is given as it is."""
        layers = {
            'cell': serialized(self._cell),
            'output_layer': serialized(self._output_layer),
        }
        function = self._given_embedding_fn
        config = {
            'beam_width': self._beam_width,
            'embedding_fn': serialized(function) if hasattr(function, 'get_config') else function,
            'length_penalty_weight': self._length_penalty_weight,
            'coverage_penalty_weight': self._coverage_penalty_weight,
            'reorder_tensor_arrays': self._reorder_tensor_arrays,
            'output_all_scores': self._output_all_scores,
        }
        if self._logits_processors:  # which TensorFlow Addons has not
            config['logits_processors'] = self._logits_processors
        if self._search_options is not AS_TF1:
            config['search_options'] = self._search_options
        return {**super().get_config(), **layers, **config}

    @classmethod
    def from_config(
        cls, config: Config, custom_objects: Mapping[str, Any] | None = None
    ) -> BeamSearchDecoder:
        """The decoder of a configuration.

        Args:
          config: What `get_config` returned.
          custom_objects: Classes by their names, or None.

        Returns:
          The decoder.
        """
        config = dict(config)
        for name in ('cell', 'output_layer', 'embedding_fn'):
            config[name] = deserialized(config.get(name), custom_objects)
        return cls(**config)
