"""`BeamSearchDecoder`: beam search on `dynamic_decode`.

The memory and the initial state of a beam search have `batch * beam_width` rows, the beams of an
example side by side: that is what `tile_batch` makes. Rows in the order of `tf.tile`, all examples
once and then all again, have the same shapes, so nothing can tell them apart: the beams of one
example then attend to the memory of another, without an error.
"""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.beam_search import AS_TF1, SearchOptions, checked_options
from tf_seq2seq_compat.core.embedding import embedding_function
from tf_seq2seq_compat.core.logits_processors import LogitsProcessor, checked
from tf_seq2seq_compat.core.path import after, graph_mode
from tf_seq2seq_compat.core.structure import check_same_structure
from tf_seq2seq_compat.layers.cell_wrappers import new_dropout_masks
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.seq2seq.beam_search_ops import gather_tree
from tf_seq2seq_compat.seq2seq.beam_search_step import (
    BeamSearchDecoderOutput,
    BeamSearchDecoderState,
    SearchState,
    StochasticBeamSearchState,
    _beam_search_step,
    _check_batch_beam,
    _check_ndims,
    _check_static_batch_beam_maybe,
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
from tf_seq2seq_compat.seq2seq.decoder import BaseDecoder, Decoder
from tf_seq2seq_compat.seq2seq.helper import inputs_unless_finished
from tf_seq2seq_compat.seq2seq.output_layer import check_output_layer, output_size
from tf_seq2seq_compat.seq2seq.tile_batch import _tile_batch, tile_batch
from tf_seq2seq_compat.types import (
    Cell,
    Embedding,
    FloatLike,
    IntLike,
    LayerLike,
    Nest,
    ShapeLike,
    Size,
    TensorLike,
)

tf1 = tf.compat.v1

__all__ = [
    'BeamSearchDecoder',
    'BeamSearchDecoderMixin',
    'BeamSearchDecoderOutput',
    'BeamSearchDecoderState',
    'BeamSearchDecoderV2',
    'FinalBeamSearchDecoderOutput',
    '_beam_search_step',
    '_check_batch_beam',
    '_check_ndims',
    '_check_static_batch_beam_maybe',
    '_get_scores',
    '_length_penalty',
    '_mask_probs',
    '_maybe_tensor_gather_helper',
    '_tensor_gather_helper',
    '_tile_batch',
    'attention_probs_from_attn_state',
    'gather_tree_from_array',
    'get_attention_probs',
    'tile_batch',
]


class FinalBeamSearchDecoderOutput(NamedTuple):
    """Outputs of a `BeamSearchDecoder`.

    Attributes:
      predicted_ids: int32 `[batch, time, beam_width]`, the sequences, the best beam first. What
        follows their end is end tokens, under XLA also what follows the last step.
      beam_search_decoder_output: The `BeamSearchDecoderOutput` of the steps. Under XLA it is zero
        after the last step.

    Example:
      >>> seq2seq.FinalBeamSearchDecoderOutput._fields
      ('predicted_ids', 'beam_search_decoder_output')

    Legacy: `tf.contrib.seq2seq.FinalBeamSearchDecoderOutput` of TF 1.15.
    """

    predicted_ids: tf.Tensor
    beam_search_decoder_output: Nest


class BeamSearchDecoderMixin:
    """Base of the beam search decoders; see `BeamSearchDecoder`.

    A subclass sets `_embedding_fn` and calls `_begin_from`, in its `__init__` or in `initialize`.

    Args:
      cell: As for `BeamSearchDecoder`, like all that follow.
      beam_width: int.
      output_layer: Layer or None.
      length_penalty_weight: float.
      coverage_penalty_weight: float.
      reorder_tensor_arrays: bool.
      logits_processors: `LogitsProcessor`s.
      search_options: `SearchOptions`.
      **kwargs: Given on to the next base class.
    """

    _embedding_fn: Callable[[tf.Tensor], tf.Tensor]
    _batch_size: IntLike = None
    _start_tokens: tf.Tensor
    _start_inputs: Nest
    _end_token: tf.Tensor
    _initial_cell_state: Nest
    _finished: tf.Tensor
    _output_all_scores = False
    _logits_processors: Sequence[LogitsProcessor] = ()
    _search_options = AS_TF1

    def __init__(
        self,
        cell: Cell,
        beam_width: int,
        output_layer: LayerLike | None = None,
        length_penalty_weight: FloatLike = 0.0,
        coverage_penalty_weight: FloatLike = 0.0,
        reorder_tensor_arrays: bool = True,
        *,
        logits_processors: Sequence[LogitsProcessor] = (),
        search_options: SearchOptions = AS_TF1,
        **kwargs: object,
    ) -> None:
        self._cell = as_rnn_cell(cell)
        check_output_layer(output_layer)
        self._output_layer = output_layer
        self._beam_width = _checked_beam_width(beam_width)
        self._length_penalty_weight = length_penalty_weight
        self._coverage_penalty_weight = coverage_penalty_weight
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._logits_processors = checked(logits_processors)
        self._search_options = checked_options(search_options, self._beam_width)
        super().__init__(**kwargs)

    @property
    def batch_size(self) -> IntLike:
        """Number of examples, int32 scalar; the beams are not counted."""
        return self._batch_size

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        """`BeamSearchDecoderOutput` of dtypes."""
        return BeamSearchDecoderOutput(self._score_dtype(), tf.int32, tf.int32)

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """`BeamSearchDecoderOutput` of `TensorShape`s: of one step of one example."""
        shape = tf.TensorShape([self._beam_width])
        return BeamSearchDecoderOutput(scores=shape, predicted_ids=shape, parent_ids=shape)

    @property
    def tracks_own_finished(self) -> bool:
        """True: beams are put in another order at each step, so what is finished moves."""
        return True

    @property
    def logits_processors(self) -> Sequence[LogitsProcessor]:
        """What changes the log-probabilities of the words of a step."""
        return self._logits_processors

    def sampled_ids(self, outputs: BeamSearchDecoderOutput) -> tuple[tf.Tensor, tf.Tensor]:
        """The ids of a step and the beams that they extend, both `[batch, beam_width]`."""
        return outputs.predicted_ids, outputs.parent_ids

    def _score_dtype(self) -> tf.DType:
        """As TF1: that of the first tensor of the cell's state."""
        return tf.nest.flatten(self._initial_cell_state)[0].dtype

    def _rnn_output_size(self) -> Size:
        return output_size(self._cell, self._output_layer)

    @property
    def _state_size(self) -> Size:
        return self._cell.state_size

    def _call_cell(self, inputs: Nest, state: Nest, training: bool | None) -> tuple[Nest, Nest]:
        return self._cell(inputs, state)

    @without_autograph
    def step(
        self,
        time: IntLike,
        inputs: Nest,
        state: Nest,
        name: str | None = None,
        *,
        ids: tf.Tensor | None = None,
    ) -> tuple[BeamSearchDecoderOutput, SearchState, Nest, tf.Tensor]:
        """Takes one step.

        Args:
          time: int32 scalar.
          inputs: Nest of `[batch, beam_width, ...]` tensors.
          state: A `BeamSearchDecoderState`.
          name: Name of the operations.
          ids: The ids so far, int32 `[batch, beam_width, max_steps]`, for `logits_processors`.

        Returns:
          `(BeamSearchDecoderOutput, next_state, next_inputs, finished)`.
        """
        with tf1.name_scope(name, 'BeamSearchDecoderStep', [time]):
            return self._step(time, inputs, state, None, ids)

    def _step(
        self,
        time: IntLike,
        inputs: Nest,
        state: Nest,
        training: bool | None,
        ids: tf.Tensor | None,
    ) -> tuple[BeamSearchDecoderOutput, SearchState, Nest, tf.Tensor]:
        inputs = tf.nest.map_structure(self._merge_batch_beams, inputs)
        cell_state = tf.nest.map_structure(
            self._maybe_merge_batch_beams, state.cell_state, self._state_size
        )
        outputs, cell_state = self._call_cell(inputs, cell_state, training)
        outputs = tf.nest.map_structure(self._split_batch_beams, outputs)
        cell_state = tf.nest.map_structure(
            self._maybe_split_batch_beams, cell_state, self._state_size
        )
        if self._output_layer is not None:
            outputs = self._output_layer(outputs)
        output, next_state = _beam_search_step(
            time=time,
            logits=outputs,
            next_cell_state=cell_state,
            beam_state=state,
            batch_size=self._batch_size,
            beam_width=self._beam_width,
            end_token=self._end_token,
            length_penalty_weight=self._length_penalty_weight,
            coverage_penalty_weight=self._coverage_penalty_weight,
            output_all_scores=self._output_all_scores,
            logits_processors=self._logits_processors,
            ids=ids,
            search_options=self._search_options,
        )
        next_inputs = inputs_unless_finished(
            next_state.finished,
            self._start_inputs,
            lambda: self._embedding_fn(output.predicted_ids),
        )
        return output, next_state, next_inputs, next_state.finished

    def finalize(
        self, outputs: Nest, final_state: Nest, sequence_lengths: TensorLike
    ) -> tuple[FinalBeamSearchDecoderOutput, Nest]:
        """Follows the beams of the last step back to their beginnings.

        Args:
          outputs: `BeamSearchDecoderOutput` of `[time, batch, beam_width]` tensors.
          final_state: The last `BeamSearchDecoderState`.
          sequence_lengths: Not used: the state has the lengths.

        Returns:
          `(FinalBeamSearchDecoderOutput, final_state)`.
        """
        max_lengths = tf.cast(tf.reduce_max(final_state.lengths, axis=1), tf.int32)
        predicted_ids = gather_tree(
            outputs.predicted_ids, outputs.parent_ids, max_lengths, self._end_token
        )
        if self._reorder_tensor_arrays:
            sort = functools.partial(
                self._maybe_sort_array_beams,
                parent_ids=outputs.parent_ids,
                sequence_length=final_state.lengths,
            )
            cell_state = tf.nest.map_structure(sort, final_state.cell_state)
            final_state = final_state._replace(cell_state=cell_state)
        return FinalBeamSearchDecoderOutput(predicted_ids, outputs), final_state

    # The beginning, the same for all.

    def _begin_from(
        self, start_tokens: TensorLike, end_token: IntLike, initial_state: Nest
    ) -> None:
        start_tokens = tf.convert_to_tensor(start_tokens, tf.int32, name='start_tokens')
        if start_tokens.shape.rank != 1:
            raise ValueError(
                'start_tokens must be a vector, one token for each example of the batch, but has '
                f'shape {start_tokens.shape}. For one token use tf.fill([batch_size], token).'
            )
        self._end_token = tf.convert_to_tensor(end_token, tf.int32, name='end_token')
        if self._end_token.shape.rank != 0:
            raise ValueError(
                'end_token must be a scalar, one token for the whole batch, but has shape '
                f'{self._end_token.shape}.'
            )
        self._batch_size = tf.size(start_tokens)
        self._start_tokens = tf.tile(start_tokens[:, None], [1, self._beam_width])
        self._start_inputs = self._embedding_fn(self._start_tokens)
        check_same_structure(self._state_size, initial_state, 'initial_state')
        self._initial_cell_state = tf.nest.map_structure(
            lambda t, s: self._maybe_split_batch_beams(self._after_row_check(t), s),
            initial_state,
            self._state_size,
        )
        # All beams of an example, or of a group, begin as one.
        first = self._search_options.first_beams(self._beam_width)
        self._finished = tf.tile(~first[None, :], [self._batch_size, 1])

    def _after_row_check(self, t: tf.Tensor | tf.TensorArray) -> tf.Tensor:
        """A check of what is known when it runs, for its message."""
        if not _has_rows(t) or tf.compat.dimension_value(t.shape[0]) is not None:
            return t

        def check() -> list[tf.Operation | None]:
            message = (
                'The initial state must have batch * beam_width rows: tile it with '
                'tile_batch(state, multiplier=beam_width).'
            )
            return [tf1.assert_equal(tf.shape(t)[0], self._rows(), message=message)]

        return after(check, t)

    def _first_step(self) -> tuple[tf.Tensor, Nest, SearchState]:
        """`(finished, first_inputs, initial_state)`; all beams but the first are finished."""
        new_dropout_masks(self._cell)
        dtype = self._score_dtype()
        attention = get_attention_probs(self._initial_cell_state, self._coverage_penalty_weight)
        zero, impossible = tf.zeros([], dtype), tf.constant(-np.inf, dtype)
        state: SearchState = BeamSearchDecoderState(
            cell_state=self._initial_cell_state,
            log_probs=tf.where(self._finished, impossible, zero),
            finished=self._finished,
            lengths=tf.zeros_like(self._finished, tf.int64),
            accumulated_attention_probs=() if attention is None else attention,
        )
        if self._search_options.stochastic:
            state = StochasticBeamSearchState(**state._asdict(), perturbed=state.log_probs)
        return self._finished, self._start_inputs, state

    # Between [batch * beam_width, ...], which the cell sees, and [batch, beam_width, ...].

    def _merge_batch_beams(
        self, t: tf.Tensor | tf.TensorArray, s: ShapeLike | None = None
    ) -> tf.Tensor:
        """`[batch, beam_width] + s` to `[batch * beam_width] + s`."""
        t = tf.convert_to_tensor(t)
        rows = self._static_rows()
        merged = tf.reshape(t, tf.concat([[self._rows()], tf.shape(t)[2:]], 0))
        merged.set_shape(tf.TensorShape([rows]).concatenate(_shape_of_one(s, t.shape[2:])))
        return merged

    def _split_batch_beams(
        self, t: tf.Tensor | tf.TensorArray, s: ShapeLike | None = None
    ) -> tf.Tensor:
        """`[batch * beam_width] + s` to `[batch, beam_width] + s`."""
        t = tf.convert_to_tensor(t)
        batch, one = tf.get_static_value(self._batch_size), _shape_of_one(s, t.shape[1:])
        wanted = tf.TensorShape([self._static_rows()]).concatenate(one)
        if not t.shape.is_compatible_with(wanted):
            raise ValueError(
                f'A tensor of shape {t.shape} cannot be split into beams: with beam_width '
                f'{self._beam_width}, for start_tokens of batch size {batch}, it must have shape '
                f'(batch * beam_width, depth) == {wanted}. Perhaps the initial state was not '
                'tiled: use tile_batch(state, multiplier=beam_width), or zero_state with a '
                'batch_size of batch * beam_width.'
            )
        shape = tf.concat([[self._batch_size, self._beam_width], tf.shape(t)[1:]], 0)
        split = tf.reshape(t, shape)
        split.set_shape(tf.TensorShape([batch, self._beam_width]).concatenate(one))
        return split

    def _maybe_split_batch_beams(
        self, t: tf.Tensor | tf.TensorArray, s: ShapeLike
    ) -> tf.Tensor | tf.TensorArray:
        """Splits what has rows: not a TensorArray, not a scalar."""
        return self._split_batch_beams(t, s) if _has_rows(t) else t

    def _maybe_merge_batch_beams(
        self, t: tf.Tensor | tf.TensorArray, s: ShapeLike
    ) -> tf.Tensor | tf.TensorArray:
        """Merges what has rows."""
        return self._merge_batch_beams(t, s) if _has_rows(t) else t

    def _maybe_sort_array_beams(
        self, t: tf.Tensor | tf.TensorArray, parent_ids: tf.Tensor, sequence_length: TensorLike
    ) -> tf.Tensor | tf.TensorArray:
        """A TensorArray as a tensor, its beams in their order at the end; else `t` itself."""
        if not isinstance(t, tf.TensorArray):
            return t
        batch = tf.get_static_value(self._batch_size)
        shape = tf.TensorShape(t.element_shape)
        if shape.rank in (None, 0) or not self._can_be_sorted(shape, batch):
            warnings.warn(
                f'The beams of a TensorArray of elements of shape {shape} are not put in order. To '
                'do so yourself use gather_tree_from_array(array.stack(), parent_ids, lengths); '
                'for no warning, reorder_tensor_arrays=False.',
                stacklevel=2,
            )
            return t
        stacked = t.stack()
        sizes = self._batch_size, self._beam_width
        stacked = after(lambda: [_check_batch_beam(stacked, *sizes)], stacked)
        return gather_tree_from_array(stacked, parent_ids, sequence_length)

    def _can_be_sorted(self, shape: tf.TensorShape, batch: int | None) -> bool:
        # In TF1 arrays of vectors stay as they are where all sizes are known beforehand; outside a
        # graph sizes always are.
        sortable = _check_static_batch_beam_maybe if graph_mode() else _splits_into_beams
        return sortable(shape, batch, self._beam_width)

    def _rows(self) -> tf.Tensor:
        return self._batch_size * self._beam_width

    def _static_rows(self) -> int | None:
        batch = tf.get_static_value(self._batch_size)
        return None if batch is None else int(batch) * self._beam_width


class BeamSearchDecoder(BeamSearchDecoderMixin, Decoder):
    """Decodes by beam search: at each step the `beam_width` best sequences are kept.

    A sequence is ranked by its log-probability, divided by the length penalty, with the coverage
    penalty added once it is finished, both of Wu et al. 2016 (arXiv:1609.08144), section 7. A
    finished sequence keeps its score, and stays while no better ones push it out.

    The memory of an attention mechanism, its lengths, and the initial state must have
    `batch * beam_width` rows, made by `tile_batch` (rows in the order of `tf.tile` give wrong
    results, which cannot be noticed). With an `AttentionWrapper`:

        memory = tile_batch(encoder_outputs, multiplier=beam_width)
        lengths = tile_batch(encoder_lengths, multiplier=beam_width)
        state = tile_batch(encoder_state, multiplier=beam_width)
        cell = AttentionWrapper(cell, BahdanauAttention(units, memory, lengths))
        initial_state = cell.zero_state(batch * beam_width, tf.float32).clone(cell_state=state)

    Args:
      cell: An `RNNCell` (an `AttentionWrapper`, say), or a Keras cell.
      embedding: `[vocabulary, depth]`, or a function of ids `[batch, beam_width]` that gives the
        inputs `[batch, beam_width, depth]`.
      start_tokens: int32 `[batch]`.
      end_token: int32 scalar. Where it is outside of the vocabulary, no sequence finishes.
      initial_state: The cell's state to begin with, a nest of `[batch * beam_width, ...]` tensors.
      beam_width: int.
      output_layer: Layer applied to the cell's output `[batch, beam_width, depth]`, which gives the
        logits: anything callable with `compute_output_shape`.
      length_penalty_weight: 0 for no penalty; greater ones favour longer sequences.
      coverage_penalty_weight: 0 for no penalty; greater ones favour sequences which attended to all
        of the memory. It needs an `AttentionWrapper`.
      reorder_tensor_arrays: Whether TensorArrays in the state, as an alignment history, are put in
        the order of the beams at the end. They are then tensors, `[time, batch * beam_width, ...]`.
        In a TF1 graph in which batch and memory have known sizes they are not, as in TF1, and a
        warning says so: there use `gather_tree_from_array`. As in TF1 an element is taken from the
        place of the beam after its step. The cell wrote it before, at the place of the parent: with
        `reorder_tensor_arrays=False`, `parent_ids` lead there.
      logits_processors: `LogitsProcessor`s, which change the log-probabilities of the words before
        the beams are ranked; see `tf_seq2seq_compat.decoding.logits_processors`. They need
        `maximum_iterations`.
      search_options: `tf_seq2seq_compat.decoding.SearchOptions`: normalisation by other lengths,
        diverse groups of beams, and fewer beams for some examples.

    Raises:
      TypeError: If an argument is not a cell or a layer, or `beam_width` not an int.
      ValueError: If `start_tokens` is not a vector, `end_token` not a scalar, `beam_width` not
        positive, or the state does not have `batch * beam_width` rows.

    Example:
      >>> cell = seq2seq.GRUCell(4)
      >>> encoder_state = tf.ones([2, 4])
      >>> decoder = seq2seq.BeamSearchDecoder(
      ...     cell,
      ...     embedding=tf.random.normal([10, 3]),
      ...     start_tokens=[1, 1],
      ...     end_token=2,
      ...     initial_state=seq2seq.tile_batch(encoder_state, multiplier=3),
      ...     beam_width=3,
      ...     output_layer=seq2seq.Dense(10),
      ...     length_penalty_weight=0.6)
      >>> outputs, state, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=5)
      >>> outputs.predicted_ids.shape[2], state.log_probs.shape
      (3, TensorShape([2, 3]))

    Legacy: `tf.contrib.seq2seq.BeamSearchDecoder` of TF 1.15.
    """

    @without_autograph
    def __init__(
        self,
        cell: Cell,
        embedding: Embedding,
        start_tokens: TensorLike,
        end_token: IntLike,
        initial_state: Nest,
        beam_width: int,
        output_layer: LayerLike | None = None,
        length_penalty_weight: FloatLike = 0.0,
        coverage_penalty_weight: FloatLike = 0.0,
        reorder_tensor_arrays: bool = True,
        *,
        logits_processors: Sequence[LogitsProcessor] = (),
        search_options: SearchOptions = AS_TF1,
    ) -> None:
        super().__init__(
            cell,
            beam_width,
            output_layer=output_layer,
            length_penalty_weight=length_penalty_weight,
            coverage_penalty_weight=coverage_penalty_weight,
            reorder_tensor_arrays=reorder_tensor_arrays,
            logits_processors=logits_processors,
            search_options=search_options,
        )
        self._embedding_fn = embedding_function(embedding)
        self._begin_from(start_tokens, end_token, initial_state)

    @without_autograph
    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest, SearchState]:
        """`(finished, first_inputs, initial_state)`; all beams but the first are finished.

        Args:
          name: Name of the operations.

        Returns:
          bool `[batch, beam_width]`, a nest of `[batch, beam_width, ...]` tensors, and a
          `BeamSearchDecoderState`.

        Raises:
          ValueError: If there is a coverage penalty and no attention.
        """
        return self._first_step()


class BeamSearchDecoderV2(BeamSearchDecoderMixin, BaseDecoder):
    """Decodes by beam search, as `BeamSearchDecoder`, and is given what to begin with when called.

    Args:
      cell: As for `BeamSearchDecoder`, like all that have no text here.
      beam_width: int.
      embedding_fn: Function of ids `[batch, beam_width]` that gives the inputs
        `[batch, beam_width, depth]`. None for one whose embedding is given when called.
      output_layer: Layer or None.
      length_penalty_weight: float.
      coverage_penalty_weight: float.
      reorder_tensor_arrays: bool.
      **kwargs: `logits_processors` and `search_options`, and those of `BaseDecoder`.

    Raises:
      TypeError: If an argument is not a cell or a layer, or `beam_width` not an int.
      ValueError: If `embedding_fn` is not a function or `beam_width` not positive.

    Example:
      >>> from tf_seq2seq_compat.seq2seq.beam_search_decoder import BeamSearchDecoderV2
      >>> decoder = BeamSearchDecoderV2(seq2seq.GRUCell(4), beam_width=3, maximum_iterations=5)
      >>> outputs, state, lengths = decoder(
      ...     tf.random.normal([10, 3]),
      ...     start_tokens=[1, 1],
      ...     end_token=2,
      ...     initial_state=seq2seq.tile_batch(tf.ones([2, 4]), multiplier=3))
      >>> outputs.predicted_ids.shape[2], lengths.shape
      (3, TensorShape([2, 3]))

    Legacy: `tensorflow.contrib.seq2seq.python.ops.beam_search_decoder.BeamSearchDecoderV2` of TF
    1.15.
    """

    def __init__(
        self,
        cell: Cell,
        beam_width: int,
        embedding_fn: Embedding | None = None,
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
            raise ValueError(
                f'embedding_fn must be a function of ids, but is {embedding_fn!r}. A table of '
                'embeddings is given when the decoder is called.'
            )
        self.embedding_fn = embedding_fn

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
          As `BeamSearchDecoder.initialize`.

        Raises:
          ValueError: If there is an `embedding_fn` and an embedding, `start_tokens` is not a
            vector, `end_token` not a scalar, the state does not have `batch * beam_width` rows, or
            there is a coverage penalty and no attention.
          TypeError: If there is neither `embedding_fn` nor embedding.
        """
        if embedding is not None and self.embedding_fn is not None:
            raise ValueError(
                'embedding and embedding_fn cannot both be given. Pass None in place of the '
                'embedding, or make the decoder without embedding_fn.'
            )
        if embedding is not None:
            self._embedding_fn = embedding_function(embedding)
        elif self.embedding_fn is not None:
            self._embedding_fn = self.embedding_fn
        else:
            raise TypeError(
                'embedding must be given: a table [vocabulary, depth] when the decoder is called, '
                'or embedding_fn when it is made.'
            )
        self._begin_from(start_tokens, end_token, initial_state)
        return self._first_step()

    def call(  # type: ignore[override]
        self,
        embedding: Embedding,
        start_tokens: TensorLike | None = None,
        end_token: IntLike | None = None,
        initial_state: Nest | None = None,
        **kwargs: object,
    ) -> tuple[Nest, Nest, tf.Tensor]:
        """Decodes; the arguments are those of `initialize`.

        Args:
          embedding: `[vocabulary, depth]` or None.
          start_tokens: int32 `[batch]`.
          end_token: int32 scalar.
          initial_state: Nest of `[batch * beam_width, ...]` tensors.
          **kwargs: Given on to `initialize`, for subclasses.

        Returns:
          `(FinalBeamSearchDecoderOutput, final_state, lengths)`, as `dynamic_decode`.
        """
        return super().call(
            embedding,
            initial_state=initial_state,
            start_tokens=start_tokens,
            end_token=end_token,
            **kwargs,
        )


def _checked_beam_width(beam_width: IntLike) -> int:
    try:
        width = operator.index(beam_width)
    except TypeError:
        raise TypeError(
            f'beam_width must be an int, but is {beam_width!r}: it is a shape of the outputs.'
        ) from None
    if width < 1:
        raise ValueError(f'beam_width must be positive, but is {width}; 1 is greedy decoding.')
    return width


def _shape_of_one(s: ShapeLike, known: tf.TensorShape) -> tf.TensorShape:
    """The static shape of one example, merged from a cell's size and a tensor's shape."""
    if s is None:
        return known
    if tf.is_tensor(s):
        static = tf.get_static_value(s)
        return known if static is None else tf.TensorShape(static)
    return tf.TensorShape(s)


def _has_rows(t: tf.Tensor | tf.TensorArray) -> bool:
    if isinstance(t, tf.TensorArray):
        return False
    _check_ndims(t)
    return t.shape.rank > 0
