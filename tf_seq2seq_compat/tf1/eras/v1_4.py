"""TensorFlow 1.4, where it was otherwise than 1.15 (1.5 and later are run as 1.15).

* The state of an `AttentionWrapper` had five fields: the state of a mechanism was its alignments. A
  mechanism was called with the query and the alignments of the step before, and gave alignments.
* The state of a `BeamSearchDecoder` had four fields: there was no coverage penalty. Its lengths did
  not count the end token. `dynamic_decode` kept the place of a beam finished, also when another
  beam moved there, and what followed the length of each beam in `gather_tree` was -1.
* Cells and mechanisms had neither `name` nor `dtype`; `NASCell` had `use_biases`. Block cells had
  the variables of the scope in which they were called, under other names.
* Adadelta's step was another, see `optimizers`; `clip_by_norm` made slices a tensor.
* `sequence_loss` had `softmax_loss_function` in front of what came later.
* Normal initial values that were scaled by the inputs were cut at twice their standard deviation,
  and for that no wider before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import rnn
from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core import beam_search
from tf_seq2seq_compat.seq2seq import (
    attention_mechanism,
    attention_wrapper,
    beam_search_decoder,
    monotonic_attention,
)
from tf_seq2seq_compat.seq2seq.attention_wrapper import AttentionWrapperState as _SixFields
from tf_seq2seq_compat.tf1.eras import Notes, Written, optimizers, with_parameters
from tf_seq2seq_compat.tf1.eras.scoped_cells import ScopedFusedCell, scoped
from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, TensorLike

NOTES = Notes('1.4')


# Cells
# ----------------------------------------------------------------------------------------

_CELLS = {
    'BasicRNNCell': 'num_units activation=None reuse=None',
    'GRUCell': 'num_units activation=None reuse=None kernel_initializer=None bias_initializer=None',
    'BasicLSTMCell': 'num_units forget_bias=1.0 state_is_tuple=True activation=None reuse=None',
    'LSTMCell': 'num_units use_peepholes=False cell_clip=None initializer=None num_proj=None '
    'proj_clip=None num_unit_shards=None num_proj_shards=None forget_bias=1.0 state_is_tuple=True '
    'activation=None reuse=None',
    'TimeFreqLSTMCell': 'num_units use_peepholes=False cell_clip=None initializer=None '
    'num_unit_shards=1 forget_bias=1.0 feature_size=None frequency_skip=None reuse=None',
}
for _name, _parameters in _CELLS.items():
    NOTES.parameters(getattr(rnn, _name), _parameters)
# These were no layers yet: each had the variables of the scope of a call.
UNLAYERED = Written(once=True, names=True)
for _name in ('GRUBlockCell', 'GRUBlockCellV2'):
    _then = with_parameters(getattr(rnn, _name), 'num_units=None cell_size=None')
    NOTES.instead_of(getattr(rnn, _name), written=UNLAYERED)(scoped(_then, '1.4'))
_parameters = 'num_units forget_bias=1.0 cell_clip=None use_peephole=False reuse=None'
NOTES.instead_of(rnn.LSTMBlockCell, written=UNLAYERED)(
    scoped(with_parameters(rnn.LSTMBlockCell, _parameters), '1.4')
)
FUSED = with_parameters(
    rnn.LSTMBlockFusedCell, 'num_units forget_bias=1.0 cell_clip=None use_peephole=False'
)
NOTES.instead_of(rnn.LSTMBlockFusedCell, written=UNLAYERED)(
    scoped(FUSED, '1.4', kind=ScopedFusedCell)
)
NOTES.parameters(
    rnn.NASCell, 'num_units num_proj=None use_biases=False reuse=None', use_biases='use_bias'
)
NOTES.parameters(
    rnn.stack_bidirectional_dynamic_rnn,
    'cells_fw cells_bw inputs initial_states_fw=None initial_states_bw=None dtype=None '
    'sequence_length=None parallel_iterations=None time_major=False scope=None',
)

# Attention
# ----------------------------------------------------------------------------------------

# A program that only makes mechanisms and wrappers never sees the state of a mechanism.
_UNSEEN = Written(
    files=r'class\s+\w+\([^)]*Attention|_compute_attention|AttentionWrapperState\s*\(|'
    r'previous_alignments|attention_mechanism\s*\(|_attention_mechanism\b'
)


@NOTES.instead_of(seq2seq.AttentionMechanism)
class AttentionMechanism(seq2seq.AttentionMechanism):
    """Base class of mechanisms, whose state is the alignments."""

    @property
    def state_size(self) -> Any:
        return self.alignments_size

    def initial_state(self, batch_size: IntLike, dtype: DTypeLike) -> Nest:
        """The state before the first step."""
        return self.initial_alignments(batch_size, dtype)


@NOTES.instead_of(attention_mechanism._BaseAttentionMechanism)
class _BaseAttentionMechanism(AttentionMechanism, attention_mechanism._BaseAttentionMechanism):
    """Gives alignments."""

    __init__ = attention_mechanism._BaseAttentionMechanism.__init__

    def __call__(self, query: tf.Tensor, previous_alignments: tf.Tensor) -> tf.Tensor:  # type: ignore[override]
        """The alignments `[batch, max_time]` for a query and the alignments of the step before."""
        return super().__call__(query, previous_alignments)[0]


@NOTES.instead_of(monotonic_attention._BaseMonotonicAttentionMechanism)
class _BaseMonotonicAttentionMechanism(
    _BaseAttentionMechanism, monotonic_attention._BaseMonotonicAttentionMechanism
):
    """Gives alignments."""


def _alignments_only(today: Any, parameters: str) -> Any:
    """A mechanism of today that gives alignments, with fewer parameters."""
    base: Any = _BaseAttentionMechanism
    if issubclass(today, monotonic_attention._BaseMonotonicAttentionMechanism):
        base = _BaseMonotonicAttentionMechanism
    body = {'__init__': today.__init__, '__doc__': today.__doc__}
    then = type(today.__name__, (base, today), body)
    then = with_parameters(then, parameters)
    return NOTES.instead_of(today, written=_UNSEEN)(then)


_MASK = 'num_units memory memory_sequence_length=None '
BahdanauAttention = _alignments_only(
    seq2seq.BahdanauAttention,
    _MASK + 'normalize=False probability_fn=None score_mask_value=None name="BahdanauAttention"',
)
LuongAttention = _alignments_only(
    seq2seq.LuongAttention,
    _MASK + 'scale=False probability_fn=None score_mask_value=None name="LuongAttention"',
)
_MONOTONIC = (
    'score_mask_value=None sigmoid_noise=0.0 sigmoid_noise_seed=None score_bias_init=0.0 '
    'mode="parallel" '
)
BahdanauMonotonicAttention = _alignments_only(
    seq2seq.BahdanauMonotonicAttention,
    _MASK + 'normalize=False ' + _MONOTONIC + 'name="BahdanauMonotonicAttention"',
)
LuongMonotonicAttention = _alignments_only(
    seq2seq.LuongMonotonicAttention,
    _MASK + 'scale=False ' + _MONOTONIC + 'name="LuongMonotonicAttention"',
)


@NOTES.instead_of(seq2seq.AttentionWrapperState)
class AttentionWrapperState(NamedTuple):
    """State of an `AttentionWrapper`: as today's, without `attention_state`."""

    cell_state: Nest
    attention: tf.Tensor
    time: tf.Tensor
    alignments: Nest
    alignment_history: Nest

    def clone(self, **kwargs: Any) -> Any:
        """A copy with other values for some fields."""
        unknown = sorted(set(kwargs) - set(self._fields))
        if unknown:
            raise ValueError(
                f'Got unexpected field names: {unknown}. The fields are {list(self._fields)}.'
            )
        return self._replace(**kwargs)


def _five(state: _SixFields) -> AttentionWrapperState:
    return AttentionWrapperState(*state[:5])


def _six(state: Any) -> Any:
    if isinstance(state, AttentionWrapperState):
        return _SixFields(*state, attention_state=state.alignments)
    return state


@NOTES.instead_of(attention_wrapper._compute_attention)
def _compute_attention(
    attention_mechanism: Any,
    cell_output: tf.Tensor,
    previous_alignments: tf.Tensor,
    attention_layer: Any,
) -> tuple[tf.Tensor, tf.Tensor]:
    """The attention and the alignments of one mechanism."""
    alignments = attention_mechanism(cell_output, previous_alignments=previous_alignments)
    attention = core.context_vector(alignments, attention_mechanism.values)
    if attention_layer is not None:
        attention = attention_layer(tf.concat([cell_output, attention], 1))
    return attention, alignments


def _with_state(*args: Any) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    attention, alignments = _compute_attention(*args)
    return attention, alignments, alignments


@NOTES.instead_of(seq2seq.AttentionWrapper, written=_UNSEEN)
class AttentionWrapper(seq2seq.AttentionWrapper):
    """As today's, with a state of five fields."""

    def __init__(
        self,
        cell: Any,
        attention_mechanism: Any,
        attention_layer_size: Any = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[..., tf.Tensor] | None = None,
        output_attention: bool = True,
        initial_cell_state: Nest | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            cell,
            attention_mechanism,
            attention_layer_size,
            alignment_history,
            cell_input_fn,
            output_attention,
            initial_cell_state,
            name,
            attention_fn=_with_state,
        )

    @property
    def state_size(self) -> Any:
        return _five(super().state_size)

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Any:
        """The state before the first step."""
        return _five(super().zero_state(batch_size, dtype))

    def call(self, inputs: Nest, state: Nest) -> Any:
        """Takes one step."""
        output, state = super().call(inputs, _six(state))
        return output, _five(state)


# Beam search
# ----------------------------------------------------------------------------------------


@NOTES.instead_of(seq2seq.gather_tree)
def gather_tree(
    step_ids: TensorLike,
    parent_ids: TensorLike,
    sequence_length: TensorLike,
    name: str | None = None,
) -> tf.Tensor:
    """The ids of each beam `[max_time, batch, beam]` up to its length `[batch, beam]`, then -1."""
    lengths = tf.convert_to_tensor(sequence_length, tf.int32)
    width = tf.shape(lengths)[1]
    # Each beam is followed from its own end, so it is an example of its own.
    ids, parents = (
        tf.repeat(tf.convert_to_tensor(each, tf.int32), width, axis=1)
        for each in (step_ids, parent_ids)
    )
    tree = seq2seq.gather_tree(ids, parents, tf.reshape(lengths, [-1]), -1, name)
    by_beam = tf.concat([tf.shape(ids)[:1], tf.shape(lengths), [width]], 0)
    return tf.linalg.diag_part(tf.reshape(tree, by_beam))


@NOTES.instead_of(seq2seq.BeamSearchDecoderState)
class BeamSearchDecoderState(NamedTuple):
    """State of a `BeamSearchDecoder`: as today's, without `accumulated_attention_probs`."""

    cell_state: Nest
    log_probs: tf.Tensor
    finished: tf.Tensor
    lengths: tf.Tensor


def _four(before: Any, output: Any, after: Any) -> BeamSearchDecoderState:
    """The state after a step, whose lengths count the steps after which a beam goes on."""
    lengths = beam_search.gather_beams(before.lengths, output.parent_ids)
    lengths += tf.cast(~after.finished, lengths.dtype)
    return BeamSearchDecoderState(after.cell_state, after.log_probs, after.finished, lengths)


@NOTES.instead_of(beam_search_decoder._beam_search_step)
def _beam_search_step(
    time: IntLike,
    logits: TensorLike,
    next_cell_state: Nest,
    beam_state: Any,
    batch_size: IntLike,
    beam_width: IntLike,
    end_token: IntLike,
    length_penalty_weight: Any,
) -> tuple[Any, BeamSearchDecoderState]:
    """Chooses the next beams, without a coverage penalty."""
    output, after = beam_search_decoder._beam_search_step(
        time,
        logits,
        next_cell_state,
        beam_search_decoder.BeamSearchDecoderState(
            beam_state.cell_state, beam_state.log_probs, beam_state.finished, beam_state.lengths, ()
        ),
        batch_size,
        beam_width,
        end_token,
        length_penalty_weight,
        0.0,
    )
    return output, _four(beam_state, output, after)


@NOTES.instead_of(seq2seq.BeamSearchDecoder)
class BeamSearchDecoder(seq2seq.BeamSearchDecoder):
    """As today's, with a state of four fields."""

    tracks_own_finished = False
    _length_dtype = tf.int64

    def __init__(
        self,
        cell: Any,
        embedding: Any,
        start_tokens: TensorLike,
        end_token: IntLike,
        initial_state: Nest,
        beam_width: int,
        output_layer: Any = None,
        length_penalty_weight: Any = 0.0,
    ) -> None:
        super().__init__(
            cell,
            embedding,
            start_tokens,
            end_token,
            initial_state,
            beam_width,
            output_layer,
            length_penalty_weight,
        )

    def initialize(self, name: str | None = None) -> Any:
        """No beam is finished."""
        finished, inputs, state = super().initialize(name)
        finished = tf.zeros_like(finished)
        lengths = tf.zeros_like(finished, self._length_dtype)
        return finished, inputs, BeamSearchDecoderState(*state[:2], finished, lengths)

    def step(  # type: ignore[override]
        self, time: IntLike, inputs: Nest, state: Any, name: str | None = None
    ) -> Any:
        """Takes one step."""
        output, after, inputs, finished = super().step(time, inputs, state, name)
        return output, _four(state, output, after), inputs, finished

    def finalize(self, outputs: Nest, final_state: Nest, sequence_lengths: TensorLike) -> Any:
        """Follows the beams back from the lengths that `dynamic_decode` found."""
        ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, sequence_lengths)
        return seq2seq.FinalBeamSearchDecoderOutput(ids, outputs), final_state


# Initial values
# ----------------------------------------------------------------------------------------

# What of its variance a normal distribution keeps that is cut at twice its standard deviation.
_KEPT_VARIANCE = 0.87962566103423978**2


@NOTES.instead_of(tf.compat.v1.variance_scaling_initializer)
class VarianceScaling(tf.compat.v1.variance_scaling_initializer):
    """Initial values of a variance that the number of inputs or outputs gives."""

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = 'fan_in',
        distribution: str = 'normal',
        seed: int | None = None,
        dtype: DTypeLike = tf.float32,
    ) -> None:
        kept = _KEPT_VARIANCE if distribution == 'normal' else 1.0
        super().__init__(kept * scale, mode, distribution, seed, dtype)


@NOTES.instead_of(tf.compat.v1.glorot_normal_initializer)
def glorot_normal_initializer(seed: int | None = None, dtype: DTypeLike = tf.float32) -> Any:
    """Initial values after Glorot and Bengio (2010), normal."""
    return VarianceScaling(1.0, 'fan_avg', 'normal', seed, dtype)


# Losses and optimizers
# ----------------------------------------------------------------------------------------

sequence_loss = NOTES.parameters(
    seq2seq.sequence_loss,
    'logits targets weights average_across_timesteps=True average_across_batch=True '
    'softmax_loss_function=None name=None',
)
NOTES.instead_of(tf.compat.v1.train.AdadeltaOptimizer)(optimizers.AdadeltaOptimizer)


@NOTES.instead_of(tf.compat.v1.clip_by_norm)
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> tf.Tensor:
    """Clips a tensor to a norm; slices are made a tensor first, with their rows summed by index."""
    return tf.compat.v1.clip_by_norm(tf.convert_to_tensor(t), clip_norm, axes, name)
