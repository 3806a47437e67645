"""TensorFlow 1.1, where it was otherwise than 1.2.

* Attention was `DynamicAttentionWrapper(cell, mechanism, attention_size)`, whose state had that of
  the cell and the attention. A mechanism gave scores, which the `probability_fn` of the wrapper
  made into alignments; memory beyond the lengths was zero and not masked. Its layers had biases.
* `dynamic_decode` returned outputs and final state; there was no beam search.
* A cell was no layer: its variables, `weights` and `biases`, were those of the scope in which it
  was called, and it refused to be called in another. It had `input_size`, and `reuse` came last.
* A layer had the scope in which it was made, not that in which it was first called.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import legacy_seq2seq, rnn
from tf_seq2seq_compat.checkpoint import history
from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core.structure import batched_zeros
from tf_seq2seq_compat.layers.dense import Dense
from tf_seq2seq_compat.layers.linear import linear as _linear_today
from tf_seq2seq_compat.seq2seq import attention_mechanism, attention_wrapper
from tf_seq2seq_compat.tf1 import symbols
from tf_seq2seq_compat.tf1.eras import Notes, Written, v1_2, v1_4, with_parameters
from tf_seq2seq_compat.tf1.eras.scoped_cells import (
    ScopedCell,
    ScopedFusedCell,
    scoped,
    with_old_names,
)
from tf_seq2seq_compat.tf1.runtime import Runtime
from tf_seq2seq_compat.types import Cell, DTypeLike, IntLike, Nest, TensorLike

NOTES = Notes('1.1')
tf1 = tf.compat.v1

# Cells
# ----------------------------------------------------------------------------------------

_LSTM = (
    'num_units input_size=None use_peepholes=False cell_clip=None initializer=None num_proj=None '
    'proj_clip=None num_unit_shards=None num_proj_shards=None forget_bias=1.0 state_is_tuple=True '
    'activation=tanh reuse=None'
)
_GRID = (
    'num_units use_peepholes=False share_time_frequency_weights=False cell_clip=None '
    'initializer=None num_unit_shards=1 forget_bias=1.0 feature_size=None frequency_skip=None '
    'num_frequency_blocks=None start_freqindex_list=None end_freqindex_list=None '
    'couple_input_forget_gates=False '
)
CELLS: dict[str, str] = {
    'BasicRNNCell': 'num_units input_size=None activation=tanh reuse=None',
    'GRUCell': 'num_units input_size=None activation=tanh reuse=None',
    'BasicLSTMCell': 'num_units forget_bias=1.0 input_size=None state_is_tuple=True '
    'activation=tanh reuse=None',
    'LSTMCell': _LSTM,
    'CoupledInputForgetGateLSTMCell': 'num_units use_peepholes=False initializer=None '
    'num_proj=None proj_clip=None num_unit_shards=1 num_proj_shards=1 forget_bias=1.0 '
    'state_is_tuple=False activation=tanh reuse=None',
    'TimeFreqLSTMCell': 'num_units use_peepholes=False cell_clip=None initializer=None '
    'num_unit_shards=1 forget_bias=1.0 feature_size=None frequency_skip=None reuse=None',
    'GridLSTMCell': _GRID + 'state_is_tuple=False reuse=None',
    'BidirectionalGridLSTMCell': _GRID + 'backward_slice_offset=0 reuse=None',
    'LayerNormBasicLSTMCell': 'num_units forget_bias=1.0 input_size=None activation=tanh '
    'layer_norm=True norm_gain=1.0 norm_shift=0.0 dropout_keep_prob=1.0 dropout_prob_seed=None '
    'reuse=None',
    'NASCell': 'num_units num_proj=None use_biases=False reuse=None',
    'AttentionCellWrapper': 'cell attn_length attn_size=None attn_vec_size=None input_size=None '
    'state_is_tuple=False reuse=None',
    'OutputProjectionWrapper': 'cell output_size reuse=None',
    'InputProjectionWrapper': 'cell num_proj input_size=None',
    'EmbeddingWrapper': 'cell embedding_classes embedding_size initializer=None reuse=None',
    'MultiRNNCell': 'cells state_is_tuple=True',
}
"""The parameters of each cell."""

for _name, _parameters in CELLS.items():
    _today = getattr(rnn, _name)
    _renamed = {'use_biases': 'use_bias'} if _name == 'NASCell' else {}
    NOTES.instead_of(_today, written=Written(files=r'\bDynamicAttentionWrapper\b', names=True))(
        scoped(with_parameters(_today, _parameters, **_renamed), '1.1', scope_is_fixed=True)
    )

NOTES.instead_of(rnn.LSTMBlockCell)(scoped(v1_2.LSTMBlockCell, '1.1'))
NOTES.instead_of(rnn.LSTMBlockFusedCell)(scoped(v1_4.FUSED, '1.1', kind=ScopedFusedCell))
NOTES.parameters(
    rnn.DropoutWrapper,
    'cell input_keep_prob=1.0 output_keep_prob=1.0 state_keep_prob=1.0 variational_recurrent=False '
    'input_size=None dtype=None seed=None',
)


# Layers
# ----------------------------------------------------------------------------------------


@NOTES.names_begin_with
def layers_have_the_scope_of_their_construction(runtime: Runtime) -> None:
    """Has a layer of `tf.layers` fix its scope when it is made."""

    def change() -> None:
        from tf_keras.src.legacy_tf_layers import base

        original = base.Layer.__init__

        @functools.wraps(original)
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            self._set_scope(None)

        runtime.set(base.Layer, '__init__', __init__)

    if 'tf_keras' in sys.modules:
        change()
    else:
        runtime.undo_by(symbols.when_loaded('tf_keras', change))


class _Dense(Dense):
    def __init__(self, units: int, name: str = 'dense', **kwargs: Any) -> None:
        super().__init__(units, name=name, **kwargs)
        self._set_scope(None)


# Attention
# ----------------------------------------------------------------------------------------


class AttentionMechanism(seq2seq.AttentionMechanism):
    """Base class of mechanisms, which are called with a query and give a score."""


class _Scores(AttentionMechanism, attention_mechanism._BaseAttentionMechanism):
    """A mechanism that gives scores `[batch, max_time]`."""

    _normalize = False
    _attention_r_initializer: Any = None

    def __init__(
        self,
        query_layer: Any,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        memory_layer: Any = None,
        check_inner_dims_defined: bool = True,
        name: str | None = None,
    ) -> None:
        attention_mechanism._BaseAttentionMechanism.__init__(
            self,
            query_layer,
            memory,
            probability_fn=_probabilities,
            memory_sequence_length=memory_sequence_length,
            memory_layer=memory_layer,
            check_inner_dims_defined=check_inner_dims_defined,
            name=name,
        )

    def __call__(self, query: tf.Tensor) -> tf.Tensor:  # type: ignore[override]
        """The score of a query `[batch, depth]`."""
        query = tf.convert_to_tensor(query)
        processed = self._process_query(query)
        weights = {
            name: tf1.get_variable(name, list(shape), query.dtype, initializer)
            for name, shape, initializer in self._score_weights()
        }
        bias = 0
        if self._normalize:
            first = tf1.constant_initializer(self._attention_r_initializer or 0)
            bias = tf1.get_variable('attention_r', [], query.dtype, first)
        return self._compute_score(processed, **weights) + bias


def _probabilities(score: tf.Tensor, _: object) -> tf.Tensor:
    return tf.nn.softmax(score)


@NOTES.instead_of(seq2seq.BahdanauAttention)
class BahdanauAttention(_Scores, attention_mechanism.Additive):
    """The additive score."""

    def __init__(
        self,
        num_units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        attention_r_initializer: Any = None,
        name: str = 'BahdanauAttention',
    ) -> None:
        super().__init__(
            _Dense(num_units, name='query_layer'),
            memory,
            memory_sequence_length,
            _Dense(num_units, name='memory_layer'),
            name=name,
        )
        self._num_units, self._normalize = num_units, normalize
        self._attention_r_initializer = attention_r_initializer


@NOTES.instead_of(seq2seq.LuongAttention)
class LuongAttention(_Scores, attention_mechanism.Multiplicative):
    """The multiplicative score."""

    def __init__(
        self,
        num_units: int,
        memory: TensorLike,
        memory_sequence_length: TensorLike | None = None,
        normalize: bool = False,
        attention_r_initializer: Any = None,
        name: str = 'LuongAttention',
    ) -> None:
        super().__init__(
            None,
            memory,
            memory_sequence_length,
            _Dense(num_units, name='memory_layer'),
            name=name,
        )
        self._num_units, self._normalize, self._scale = num_units, normalize, normalize
        self._attention_r_initializer = attention_r_initializer

    def _score_weights(self) -> list[attention_mechanism.Weight]:
        length = tf1.constant_initializer((1.0 / self._num_units) ** 0.5)
        return [attention_mechanism.Weight('attention_g', (), length)] * self._normalize


@NOTES.had('tensorflow.contrib.seq2seq.DynamicAttentionWrapperState')
class DynamicAttentionWrapperState(NamedTuple):
    """State of a `DynamicAttentionWrapper`: that of the cell, and the last attention."""

    cell_state: Nest
    attention: Nest


@NOTES.had('tensorflow.contrib.seq2seq.DynamicAttentionWrapper')
class DynamicAttentionWrapper(ScopedCell, seq2seq.AttentionWrapper):  # type: ignore[misc]
    """`AttentionWrapper`, of one mechanism, always with a layer, in no scope of its own."""

    def __init__(
        self,
        cell: Cell,
        attention_mechanism: Any,
        attention_size: int,
        cell_input_fn: Callable[..., tf.Tensor] | None = None,
        probability_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        output_attention: bool = True,
        name: str | None = None,
    ) -> None:
        self._probability_fn = probability_fn or tf.nn.softmax
        self._attention_size = attention_size
        super().__init__(
            cell,
            attention_mechanism,
            cell_input_fn=cell_input_fn,
            output_attention=output_attention,
            name=name,
            # The bias had the initializer of the scope, not zeros.
            attention_layer=_Dense(attention_size, bias_initializer=_scope_initializer),
            attention_fn=self._attend,
        )
        self._attention_mechanism = attention_mechanism

    def _attend(
        self, mechanism: Any, cell_output: tf.Tensor, _: Nest, layer: Any
    ) -> tuple[tf.Tensor, tf.Tensor, Nest]:
        alignments = self._probability_fn(mechanism(cell_output))
        context = core.context_vector(alignments, mechanism.values)
        return layer(tf.concat([cell_output, context], 1)), alignments, ()

    def _default_scope_then(self) -> Any:
        return tf1.get_variable_scope()

    @property
    def output_size(self) -> int:
        return self._attention_size

    @property
    def state_size(self) -> Any:
        return DynamicAttentionWrapperState(self._cell.state_size, self._attention_size)

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Any:
        """The state before the first step."""
        return DynamicAttentionWrapperState(
            self._cell.zero_state(batch_size, dtype),
            batched_zeros(batch_size, self._attention_size, dtype),
        )

    def call(self, inputs: Nest, state: Nest) -> Any:
        """Takes one step."""
        within = attention_wrapper.AttentionWrapperState(
            state.cell_state, state.attention, tf.constant(0), (), (), ()
        )
        output, after = super().call(inputs, within)
        return output, DynamicAttentionWrapperState(after.cell_state, after.attention)


def _scope_initializer(shape: Any, dtype: DTypeLike = tf.float32, **kwargs: Any) -> tf.Tensor:
    """The initializer that a variable gets which is given none."""
    initializer = tf1.get_variable_scope().initializer or tf1.glorot_uniform_initializer()
    return initializer(shape, dtype)


# Decoding
# ----------------------------------------------------------------------------------------

NOTES.parameters(
    seq2seq.ScheduledOutputTrainingHelper,
    'inputs sequence_length sampling_probability time_major=False seed=None next_input_layer=None '
    'auxiliary_inputs=None name=None',
    next_input_layer='next_inputs_fn',
)


@NOTES.instead_of(seq2seq.dynamic_decode, written=Written(after='[:2]'))
def dynamic_decode(
    decoder: Any,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: Any = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Nest, Nest]:
    """Decodes: the outputs and the final state, without the lengths."""
    outputs, state, _ = seq2seq.dynamic_decode(
        decoder,
        output_time_major,
        impute_finished,
        maximum_iterations,
        parallel_iterations,
        swap_memory,
        scope,
    )
    return outputs, state


# Losses and legacy models
# ----------------------------------------------------------------------------------------


def by_position(
    loss: Callable[..., tf.Tensor] | None, *, logits_first: bool = False
) -> Callable[..., tf.Tensor] | None:
    """A loss function that is called by position, as one that is called by keywords."""
    if loss is None or not callable(loss):
        return loss
    return lambda labels, logits: loss(logits, labels) if logits_first else loss(labels, logits)


def with_loss(function: Callable[..., Any], *, logits_first: bool = False) -> Any:
    """A function whose `softmax_loss_function` is called by position."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def then(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        loss = given.get('softmax_loss_function')
        if loss is not None:
            given['softmax_loss_function'] = by_position(loss, logits_first=logits_first)
        return function(**given)

    return then


WITHOUT_LOSS = Written(without=('softmax_loss_function',))
NOTES.instead_of(seq2seq.sequence_loss, written=WITHOUT_LOSS)(with_loss(v1_4.sequence_loss))
LOSSES = ('sequence_loss', 'sequence_loss_by_example', 'model_with_buckets')
for _name in LOSSES:
    _today = getattr(legacy_seq2seq, _name)
    NOTES.instead_of(_today, written=WITHOUT_LOSS)(with_loss(_today))

WRAPPERS = 'attention_decoder OutputProjectionWrapper EmbeddingWrapper'
MODELS = {
    name: with_old_names(getattr(legacy_seq2seq, name), history.names_anywhere(WRAPPERS, '1.1'))
    for name in [
        'attention_decoder',
        'basic_rnn_seq2seq',
        'embedding_attention_decoder',
        'embedding_attention_seq2seq',
        'embedding_rnn_decoder',
        'embedding_rnn_seq2seq',
        'embedding_tied_rnn_seq2seq',
        'one2many_rnn_seq2seq',
        'rnn_decoder',
        'tied_rnn_seq2seq',
    ]
}
"""The legacy models, with the names that their variables had."""

for _name, _then in MODELS.items():
    NOTES.instead_of(getattr(legacy_seq2seq, _name), written=Written(names=True))(_then)


@NOTES.had('tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl._linear')
@NOTES.instead_of(_linear_today)
def linear(args: Any, output_size: int, bias: bool, bias_start: float = 0.0) -> tf.Tensor:
    """`[args] · weights + biases`, with variables in the scope that is open."""
    make = with_old_names(_linear_today, history.names_anywhere('linear', '1.1'))
    return make(args, output_size, bias, tf1.constant_initializer(bias_start))
