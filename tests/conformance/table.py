"""One row for every public class and function: how to make it and how to call it.

The tests beside this file hold one promise each over all rows. `test_table.py` fails for a public
name without a row; `exceptions.py` lists the promises that a row cannot keep.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.golden.harness import array
from tf_seq2seq_compat import cudnn_rnn, legacy_seq2seq, rnn
from tf_seq2seq_compat.layers import grid_rnn_cells as grid
from tf_seq2seq_compat.layers.linear import Linear, linear
from tf_seq2seq_compat.seq2seq import attention_v2, sampler
from tf_seq2seq_compat.seq2seq.basic_decoder import BasicDecoderV2
from tf_seq2seq_compat.seq2seq.beam_search_decoder import BeamSearchDecoderV2
from tf_seq2seq_compat.seq2seq.decoder import BaseDecoder
from tf_seq2seq_compat.seq2seq.keras_dense import KerasDense, OfKeras
from tf_seq2seq_compat.seq2seq.loss import SequenceLoss
from tf_seq2seq_compat.tf1.contrib import crf

tf1 = tf.compat.v1
UNITS = DEPTH = 4
TIME = 3
SLOTS = 5
VOCABULARY = 7
START, END = 1, 0


class Row(NamedTuple):
    """What there is to know of a class or function.

    Fields:
      call: `(object, *inputs) -> nest of tensors`; its arguments are named as in `INPUTS`, or
        `owner`. Outputs of steps, where there are any, are under the key `outputs`.
      make: `(dtype) -> object`, from no tensors; or what owns the variables, for `bind`.
      bind: `(owner, *inputs) -> object`, where it is made from tensors.
      of: The class or function.
    """

    call: Callable[..., Any]
    make: Callable[[tf.DType], Any]
    bind: Callable[..., Any] | None
    of: Any

    def owner(self, dtype: Any = tf.float32) -> Any:
        return self.make(tf.as_dtype(dtype))

    def object(self, owner: Any, inputs: dict[str, Any]) -> Any:
        return owner if self.bind is None else self.bind(owner, *_chosen(self.bind, inputs))

    def inputs(self) -> list[str]:
        names = [*_names(self.call), *(_names(self.bind) if self.bind else ())]
        return [name for name in INPUTS if name in names]

    def run(self, owner: Any, inputs: dict[str, Any]) -> Any:
        return self.call_of(self.object(owner, inputs), owner, inputs)

    def call_of(self, thing: Any, owner: Any, inputs: dict[str, Any]) -> Any:
        return self.call(thing, *_chosen(self.call, {'owner': owner, **inputs}))


def _names(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)[1:]


def _chosen(function: Callable[..., Any], inputs: dict[str, Any]) -> list[Any]:
    return [inputs[name] for name in _names(function)]


# -- inputs ---------------------------------------------------------------------------------------

# The shape of each input, the batch (and what else may be unknown) by letters.
INPUTS: dict[str, tuple[Any, ...]] = {
    'x': ('batch', 'time', DEPTH),
    'h': ('batch', UNITS),
    'memory': ('batch', 'slots', DEPTH),
    'table': (VOCABULARY, DEPTH),
    'ids': ('batch', 'time'),
    'lengths': ('batch',),
    'slots': ('batch',),
}
SIZES = {'time': TIME, 'slots': SLOTS}


def arrays(batch: int = 2, dtype: str = 'float32', empty: bool = False) -> dict[str, Any]:
    """The inputs of a batch of up to 2 rows; a smaller batch has the first of the rows.

    Args:
      batch: Number of rows.
      dtype: Type of what is a floating number.
      empty: Whether all lengths are 0.
    """
    shapes = {
        name: [SIZES.get(size, 2) if isinstance(size, str) else size for size in shape]
        for name, shape in INPUTS.items()
    }
    made: dict[str, Any] = {
        name: array(name, shapes[name]).astype(tf.as_dtype(dtype).as_numpy_dtype)
        for name in ('x', 'h', 'memory', 'table')
    }
    made['ids'] = np.int32([[3, 1, 6], [2, 5, 1]])
    made['lengths'] = np.int32([0, 0] if empty else [TIME, 2])
    made['slots'] = np.int32([0, 0] if empty else [SLOTS, 2])
    return {
        name: value[:batch] if INPUTS[name][0] == 'batch' else value for name, value in made.items()
    }


def unknown_shape(name: str) -> list[int | None]:
    """The shape of an input of which only depths are known."""
    return [None if isinstance(size, str) else size for size in INPUTS[name]]


# -- rows -----------------------------------------------------------------------------------------

ROWS: dict[str, Row] = {}


class Parts(tf.Module):
    """What a decoder or a function is given."""

    def __init__(self, **parts: Any) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)


def row(
    name: str,
    of: Any,
    call: Callable[..., Any],
    make: Callable[[tf.DType], Any] | None = None,
    bind: Callable[..., Any] | None = None,
) -> None:
    assert name not in ROWS, name
    ROWS[name] = Row(call, make or (lambda dtype: seq2seq.Layer(name='owner')), bind, of)


def step(cell: Any, inputs: Any, like: Any) -> Any:
    state = cell.zero_state(tf.shape(like)[0], like.dtype)
    return cell(inputs, state)


def over_time(cell: Any, x: Any, lengths: Any) -> Any:
    """A cell over the sequences."""
    dtype = tf.nest.flatten(x)[-1].dtype
    outputs, state = seq2seq.dynamic_rnn(cell, x, lengths, dtype=dtype)
    return {'outputs': outputs, 'state': state}


def cell(name: str, make: Callable[[], Any], call: Callable[..., Any] = over_time) -> None:
    of = getattr(rnn, name.split()[0], None) or getattr(cudnn_rnn, name.split()[0])
    row(name, of, call, lambda dtype: make())


def gru(units: int = UNITS) -> Any:
    return seq2seq.GRUCell(units)


class UserCell(rnn.RNNCell):
    """A cell as users write them, with `get_variable` in `call`."""

    state_size = output_size = UNITS

    def call(self, inputs: Any, state: Any) -> Any:
        kernel = tf1.get_variable('kernel', [DEPTH, UNITS], inputs.dtype)
        new = tf.tanh(inputs @ kernel + state)
        return new, new


class UserLayerCell(rnn.LayerRNNCell):
    """A cell as users write them, with `build`."""

    state_size = output_size = UNITS

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_variable('kernel', [input_shape[-1], UNITS])
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        new = tf.tanh(inputs @ self.kernel + state)
        return new, new


def as_images(*sizes: int) -> Callable[..., Any]:
    """Steps as small images."""

    def call(cell: Any, x: Any, lengths: Any) -> Any:
        shape = tf.shape(x)
        return over_time(cell, tf.reshape(x, [shape[0], shape[1], *sizes]), lengths)

    return call


def with_times(cell: Any, x: Any, lengths: Any) -> Any:
    return over_time(cell, (8.0 * x[:, :, :1], x), lengths)


def of_ids(cell: Any, ids: Any, lengths: Any, x: Any) -> Any:
    outputs, state = seq2seq.dynamic_rnn(cell, ids[:, :, None], lengths, dtype=x.dtype)
    return {'outputs': outputs, 'state': state}


row('RNNCell', rnn.RNNCell, over_time, lambda dtype: UserCell())
row('LayerRNNCell', rnn.LayerRNNCell, over_time, lambda dtype: UserLayerCell())
cell('BasicRNNCell', lambda: rnn.BasicRNNCell(UNITS))
cell('GRUCell', gru)
cell('BasicLSTMCell', lambda: rnn.BasicLSTMCell(UNITS))
cell('BasicLSTMCell flat', lambda: rnn.BasicLSTMCell(UNITS, 0.5, state_is_tuple=False))
cell('LSTMCell', lambda: rnn.LSTMCell(UNITS))
cell(
    'LSTMCell projected',
    lambda: rnn.LSTMCell(UNITS, True, cell_clip=2.0, num_proj=3, proj_clip=0.5, forget_bias=0.5),
)
cell('MultiRNNCell', lambda: rnn.MultiRNNCell([gru(), rnn.LSTMCell(3)]))
cell('MultiRNNCell flat', lambda: rnn.MultiRNNCell([gru(), gru(2)], state_is_tuple=False))
# XLA draws other numbers; what is dropped is in tests/layers/test_cell_wrappers.py.
cell('DropoutWrapper', lambda: rnn.DropoutWrapper(gru(), *[1.0] * 3))
cell('ResidualWrapper', lambda: rnn.ResidualWrapper(gru()))
cell('DeviceWrapper', lambda: rnn.DeviceWrapper(gru(), '/cpu:0'))
cell('AttentionCellWrapper', lambda: rnn.AttentionCellWrapper(gru(), 3))
cell('CompiledWrapper', lambda: rnn.CompiledWrapper(gru()))
cell('EmbeddingWrapper', lambda: rnn.EmbeddingWrapper(gru(), VOCABULARY, 3), of_ids)
cell('HighwayWrapper', lambda: rnn.HighwayWrapper(gru()))
cell('InputProjectionWrapper', lambda: rnn.InputProjectionWrapper(gru(), 6))
cell('OutputProjectionWrapper', lambda: rnn.OutputProjectionWrapper(gru(), 6))
cell(
    'CoupledInputForgetGateLSTMCell',
    lambda: rnn.CoupledInputForgetGateLSTMCell(UNITS, use_peepholes=True, layer_norm=True),
)
cell('LayerNormBasicLSTMCell', lambda: rnn.LayerNormBasicLSTMCell(UNITS))
cell('NASCell', lambda: rnn.NASCell(UNITS, num_proj=3, use_bias=True))
cell('UGRNNCell', lambda: rnn.UGRNNCell(UNITS))
cell('LSTMBlockCell', lambda: rnn.LSTMBlockCell(UNITS, cell_clip=0.5, use_peephole=True))
cell('GRUBlockCell', lambda: rnn.GRUBlockCell(UNITS))
cell('GRUBlockCellV2', lambda: rnn.GRUBlockCellV2(UNITS))
FREQUENCIES = {'feature_size': 2, 'frequency_skip': 2, 'num_frequency_blocks': [2]}
cell('GridLSTMCell', lambda: rnn.GridLSTMCell(3, True, cell_clip=0.5, **FREQUENCIES))
cell('BidirectionalGridLSTMCell', lambda: rnn.BidirectionalGridLSTMCell(3, **FREQUENCIES))
cell('TimeFreqLSTMCell', lambda: rnn.TimeFreqLSTMCell(UNITS, True, feature_size=DEPTH))
cell('ConvLSTMCell', lambda: rnn.ConvLSTMCell(1, [4, 1], 2, [2]), as_images(4, 1))
cell(
    'Conv1DLSTMCell',
    lambda: rnn.Conv1DLSTMCell(input_shape=[4, 1], output_channels=2, kernel_shape=[2]),
    as_images(4, 1),
)
cell(
    'Conv2DLSTMCell',
    lambda: rnn.Conv2DLSTMCell(input_shape=[2, 2, 1], output_channels=2, kernel_shape=[2, 1]),
    as_images(2, 2, 1),
)
cell(
    'Conv3DLSTMCell',
    lambda: rnn.Conv3DLSTMCell(input_shape=[2, 2, 1, 1], output_channels=2, kernel_shape=[2, 1, 1]),
    as_images(2, 2, 1, 1),
)
cell('GLSTMCell', lambda: rnn.GLSTMCell(UNITS, number_of_groups=2))
cell('IndRNNCell', lambda: rnn.IndRNNCell(UNITS))
cell('IndyGRUCell', lambda: rnn.IndyGRUCell(UNITS))
cell('IndyLSTMCell', lambda: rnn.IndyLSTMCell(UNITS))
cell('IntersectionRNNCell', lambda: rnn.IntersectionRNNCell(UNITS))
cell('PhasedLSTMCell', lambda: rnn.PhasedLSTMCell(UNITS, True, leak=0.25), with_times)
cell('SRUCell', lambda: rnn.SRUCell(UNITS))
cell('CFNCell', lambda: rnn.CFNCell(UNITS))
cell('MinimalRNNCell', lambda: rnn.MinimalRNNCell(UNITS))
cell('LayerNormLSTMCell', lambda: rnn.LayerNormLSTMCell(UNITS, True, num_proj=3, layer_norm=True))
cell('WeightNormLSTMCell', lambda: rnn.WeightNormLSTMCell(UNITS, use_peepholes=True, num_proj=3))
row(
    'NTMCell',
    rnn.NTMCell,
    over_time,
    lambda dtype: rnn.NTMCell(
        rnn.MultiRNNCell([rnn.LSTMCell(UNITS)]), 5, 3, 1, 1, output_dim=2, dtype=dtype
    ),
)
cell('CudnnCompatibleGRUCell', lambda: cudnn_rnn.CudnnCompatibleGRUCell(UNITS))
cell('CudnnCompatibleLSTMCell', lambda: cudnn_rnn.CudnnCompatibleLSTMCell(UNITS))
for _name in grid.__all__:
    row(
        _name,
        getattr(grid, _name),
        over_time,
        lambda dtype, name=_name: getattr(grid, name)(UNITS),
    )


def one_step(cell: Any, h: Any) -> Any:
    return cell(h, 0.5 * h)


row('CrfForwardRnnCell', crf.CrfForwardRnnCell, one_step, bind=lambda owner, table: (
    crf.CrfForwardRnnCell(table[:UNITS])))  # fmt: skip
row('CrfDecodeForwardRnnCell', crf.CrfDecodeForwardRnnCell, one_step, bind=lambda owner, table: (
    crf.CrfDecodeForwardRnnCell(table[:UNITS])))  # fmt: skip
row(
    'CrfDecodeBackwardRnnCell',
    crf.CrfDecodeBackwardRnnCell,
    lambda cell, ids: cell(ids % TIME, ids[:, :1] % TIME),
    lambda dtype: crf.CrfDecodeBackwardRnnCell(TIME),
)


# -- whole sequences ------------------------------------------------------------------------------


def time_major(fused: Any, x: Any, lengths: Any) -> Any:
    x = tf.transpose(x, [1, 0, 2])
    outputs, state = fused(x, dtype=x.dtype, sequence_length=lengths)
    return {'outputs': outputs, 'state': state}


class UserFused(rnn.FusedRNNCell):
    """A sum over time, up to the lengths."""

    def __call__(
        self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None
    ):  # fmt: skip
        mask = tf.sequence_mask(sequence_length, tf.shape(inputs)[0], inputs.dtype)
        outputs = tf.cumsum(inputs * tf.transpose(mask)[:, :, None])
        return outputs * tf.transpose(mask)[:, :, None], outputs[-1]


class UserBlock(rnn.LSTMBlockWrapper):
    """Sums in place of an LSTM."""

    num_units = UNITS

    def _call_cell(self, inputs, initial_cell_state, initial_output, dtype, sequence_length):
        return tf.cumsum(inputs), inputs


row('FusedRNNCell', rnn.FusedRNNCell, time_major, lambda dtype: UserFused())
row('LSTMBlockWrapper', rnn.LSTMBlockWrapper, time_major, lambda dtype: UserBlock())
for _of, _make in {
    rnn.LSTMBlockFusedCell: lambda dtype: rnn.LSTMBlockFusedCell(UNITS, use_peephole=True),
    rnn.FusedRNNCellAdaptor: lambda dtype: rnn.FusedRNNCellAdaptor(gru(), use_dynamic_rnn=True),
    rnn.TimeReversedFusedRNN: lambda dtype: rnn.TimeReversedFusedRNN(rnn.LSTMBlockFusedCell(UNITS)),
}.items():
    row(_of.__name__, _of, time_major, _make)


def batch_major_layer(layer: Any, x: Any, lengths: Any) -> Any:
    outputs, state = layer(x, sequence_lengths=lengths, time_major=False)
    return {'outputs': outputs, 'state': state}


for _name, _direction in {
    'CudnnLSTM': 'bidirectional',
    'CudnnGRU': 'unidirectional',
    'CudnnRNNRelu': 'unidirectional',
    'CudnnRNNTanh': 'bidirectional',
}.items():
    row(
        _name,
        getattr(cudnn_rnn, _name),
        batch_major_layer,
        lambda dtype, name=_name, way=_direction: getattr(cudnn_rnn, name)(
            1, UNITS, direction=way, dtype=dtype
        ),
    )


# -- layers ---------------------------------------------------------------------------------------


class UserLayer(seq2seq.Layer):
    """A layer as users write them."""

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_variable('kernel', [input_shape[-1], 2])
        self.built = True

    def call(self, inputs: Any) -> Any:
        return tf.tensordot(inputs, self.kernel, 1)


class UserKerasLayer(OfKeras, UserLayer):
    """The same, initialized as Keras initializes."""


def on_x(layer: Any, x: Any) -> Any:
    return layer(x)


row('Layer', seq2seq.Layer, on_x, lambda dtype: UserLayer())
row('OfKeras', OfKeras, on_x, lambda dtype: UserKerasLayer(dtype=dtype))
row('Dense', seq2seq.Dense, on_x, lambda dtype: seq2seq.Dense(2, tf.tanh))
row(
    'KerasDense',
    KerasDense,
    on_x,
    lambda dtype: KerasDense(2, activation='relu', dtype=dtype.name),
)


def kept(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose first argument keeps the variables that it makes."""
    return functools.wraps(function)(seq2seq.track_tf1_style_variables(function))


row(
    'Linear',
    Linear,
    lambda linear, x, h: linear([x[:, 1], h]),
    bind=kept(lambda owner, x, h: Linear([x[:, 0], h], 2, True)),
)
row('linear', linear, kept(lambda owner, x, h: linear([x[:, 0], h], 2, True)))


# -- attention ------------------------------------------------------------------------------------


def attend(mechanism: Any, memory: Any, slots: Any, h: Any) -> Any:
    mechanism.setup_memory(memory, slots)
    alignments, state = mechanism(h, mechanism.initial_state(tf.shape(h)[0], h.dtype))
    # The state of monotonic attention has a first slot even in an empty memory.
    return {'outputs': alignments, 'state': state}


def attend_v2(mechanism: Any, memory: Any, slots: Any, h: Any) -> Any:
    mask = tf.sequence_mask(slots, tf.shape(memory)[1])
    mechanism(memory, mask=mask, setup_memory=True)
    alignments, state = mechanism([h, mechanism.initial_state(tf.shape(h)[0], h.dtype)])
    return {'outputs': alignments, 'state': state}


class UserMechanism(seq2seq.AttentionMechanism):
    """Attends to all slots alike."""

    state_size = alignments_size = SLOTS

    def __call__(self, query: Any, state: Any) -> Any:
        return state + 1.0 / SLOTS, state


class _Dot(attention_v2._BaseAttentionMechanismV2):
    """As users write them: dot products."""

    def _calculate_attention(self, query: Any, state: Any) -> Any:
        alignments = self.probability_fn(tf.linalg.matvec(self.keys, query), state)
        return alignments, alignments


row(
    'AttentionMechanism',
    seq2seq.AttentionMechanism,
    lambda mechanism, h: mechanism(h, tf.zeros([tf.shape(h)[0], SLOTS], h.dtype)),
    lambda dtype: UserMechanism(),
)
MECHANISMS: dict[str, dict[str, Any]] = {
    'BahdanauAttention': {'normalize': True},
    'LuongAttention': {'scale': True},
    'BahdanauMonotonicAttention': {'score_bias_init': -0.5},
    'LuongMonotonicAttention': {'mode': 'recursive'},
}
for _name, _options in MECHANISMS.items():
    row(
        _name,
        getattr(seq2seq, _name),
        attend,
        lambda dtype, name=_name, options=_options: getattr(seq2seq, name)(
            UNITS, None, dtype=dtype, **options
        ),
    )
    row(
        _name + 'V2',
        getattr(attention_v2, _name + 'V2'),
        attend_v2,
        lambda dtype, name=_name, options=_options: getattr(attention_v2, name + 'V2')(
            UNITS, None, dtype=dtype.name, **options
        ),
    )


def with_memory(wrapper: Any, memory: Any, slots: Any, x: Any, lengths: Any) -> Any:
    for mechanism in wrapper._attention_mechanisms:
        mechanism.setup_memory(memory, slots)
    return over_time(wrapper, x, lengths)


row(
    'AttentionWrapper',
    seq2seq.AttentionWrapper,
    with_memory,
    lambda dtype: seq2seq.AttentionWrapper(
        gru(), seq2seq.LuongAttention(UNITS, None, dtype=dtype), attention_layer_size=6
    ),
)
row(
    'AttentionWrapper two',
    seq2seq.AttentionWrapper,
    with_memory,
    lambda dtype: seq2seq.AttentionWrapper(
        rnn.LSTMCell(UNITS),
        [
            seq2seq.LuongAttention(UNITS, None, dtype=dtype),
            seq2seq.BahdanauMonotonicAttention(3, None, dtype=dtype),
        ],
        [3, 2],
        alignment_history=True,
        output_attention=False,
    ),
)
row('hardmax', seq2seq.hardmax, lambda owner, h: seq2seq.hardmax(h))
row('safe_cumprod', seq2seq.safe_cumprod, lambda owner, h: seq2seq.safe_cumprod(h * h, axis=1))
row(
    'monotonic_attention',
    seq2seq.monotonic_attention,
    lambda owner, h: seq2seq.monotonic_attention(tf.sigmoid(h), tf.nn.softmax(h), 'parallel'),
)


# -- decoders -------------------------------------------------------------------------------------


def decoding(decoder: Any) -> Any:
    outputs, state, lengths = seq2seq.dynamic_decode(
        decoder, impute_finished=True, maximum_iterations=TIME
    )
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


def searching(decoder: Any) -> Any:
    outputs, state, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=TIME)
    return {'found': outputs, 'state': state, 'lengths': lengths}


def model(dtype: Any) -> Parts:
    return Parts(cell=gru(), layer=seq2seq.Dense(VOCABULARY))


def one_cell(dtype: Any) -> Parts:
    return Parts(cell=gru())


def starts(batch_of: Any) -> Any:
    return tf.fill([tf.shape(batch_of)[0]], START)


def basic(owner: Any, helper: Any, like: Any, layer: bool = True) -> Any:
    state = owner.cell.zero_state(tf.shape(like)[0], like.dtype)
    return seq2seq.BasicDecoder(owner.cell, helper, state, owner.layer if layer else None)


class UserHelper(seq2seq.Helper):
    """Feeds the same inputs again and again, up to the lengths."""

    sample_ids_shape, sample_ids_dtype = tf.TensorShape([]), tf.int32

    def __init__(self, inputs: Any, lengths: Any) -> None:
        self._inputs, self._lengths = inputs, lengths

    @property
    def batch_size(self) -> Any:
        return tf.shape(self._inputs)[0]

    def initialize(self, name: Any = None) -> Any:
        return self._lengths <= 0, self._inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: Any = None) -> Any:
        return tf.argmax(outputs, -1, output_type=tf.int32)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: Any = None
    ) -> Any:
        return time + 1 >= self._lengths, self._inputs, state


class UserDecoder(seq2seq.Decoder):
    """Runs a cell on its own outputs for two steps."""

    output_size, output_dtype = UNITS, tf.float32

    def __init__(self, cell: Any, start: Any) -> None:
        self._cell, self._start = cell, start
        self.output_dtype = start.dtype

    @property
    def batch_size(self) -> Any:
        return tf.shape(self._start)[0]

    def initialize(self, name: Any = None) -> Any:
        return tf.zeros([self.batch_size], tf.bool), self._start, self._start

    def step(self, time: Any, inputs: Any, state: Any, name: Any = None) -> Any:
        outputs, state = self._cell(inputs, state)
        return outputs, state, outputs, tf.fill([self.batch_size], time >= 1)


def custom_helper(owner: Any, h: Any, lengths: Any) -> Any:
    return seq2seq.CustomHelper(
        lambda: (lengths <= 0, h),
        lambda time, outputs, state: tf.argmax(outputs, -1, output_type=tf.int32),
        lambda time, outputs, state, sample_ids: (time + 1 >= lengths, h, state),
    )


# Temperatures so low that what is drawn is certain, probabilities of 0 and 1: nothing is random.
HELPERS: dict[str, Callable[..., Any]] = {
    'Helper': lambda owner, h, lengths: UserHelper(h, lengths),
    'CustomHelper': custom_helper,
    'TrainingHelper': lambda owner, x, lengths: seq2seq.TrainingHelper(x, lengths),
    'GreedyEmbeddingHelper': lambda owner, table, h: seq2seq.GreedyEmbeddingHelper(
        table, starts(h), END
    ),
    'SampleEmbeddingHelper': lambda owner, table, h: seq2seq.SampleEmbeddingHelper(
        table, starts(h), END, softmax_temperature=1e-3
    ),
    'ScheduledEmbeddingTrainingHelper': lambda owner, x, lengths, table: (
        seq2seq.ScheduledEmbeddingTrainingHelper(x, lengths, table, tf.zeros([], x.dtype))
    ),
    'ScheduledOutputTrainingHelper': lambda owner, x, lengths: (
        seq2seq.ScheduledOutputTrainingHelper(
            x, lengths, tf.ones([], x.dtype), next_inputs_fn=lambda outputs: outputs[:, :DEPTH]
        )
    ),
    'InferenceHelper': lambda owner, h: seq2seq.InferenceHelper(
        lambda outputs: outputs[:, :DEPTH], [DEPTH], h.dtype, h, lambda outputs: outputs[:, 0] > 9
    ),
}


for _name, _bind in HELPERS.items():
    row(
        _name,
        getattr(seq2seq, _name),
        lambda helper, owner, h: decoding(basic(owner, helper, h)),
        model,
        _bind,
    )
row(
    'BasicDecoder',
    seq2seq.BasicDecoder,
    decoding,
    model,
    lambda owner, x, lengths: basic(owner, seq2seq.TrainingHelper(x, lengths), x),
)
row(
    'Decoder',
    seq2seq.Decoder,
    decoding,
    one_cell,
    lambda owner, h: UserDecoder(owner.cell, h),
)
row(
    'BeamSearchDecoder',
    seq2seq.BeamSearchDecoder,
    searching,
    model,
    lambda owner, table, h: seq2seq.BeamSearchDecoder(
        owner.cell, table, starts(h), END, seq2seq.tile_batch(h, 2), 2, owner.layer, 0.5
    ),
)


def sampled(sampler: Any, owner: Any, inputs: Any, like: Any, **begin: Any) -> Any:
    """What the layer decodes with a sampler."""
    decoder = BasicDecoderV2(
        owner.cell, sampler, owner.layer, impute_finished=True, maximum_iterations=TIME
    )
    state = owner.cell.zero_state(tf.shape(like)[0], like.dtype)
    outputs, state, lengths = decoder(inputs, initial_state=state, **begin)
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


def sampled_training(sampler: Any, owner: Any, x: Any, lengths: Any) -> Any:
    return sampled(sampler, owner, x, x, sequence_length=lengths)


def sampled_inference(sampler: Any, owner: Any, table: Any, h: Any) -> Any:
    return sampled(sampler, owner, table, h, start_tokens=starts(h), end_token=END)


class UserSampler(sampler.Sampler):
    """Feeds the same inputs again and again."""

    sample_ids_shape, sample_ids_dtype = tf.TensorShape([]), tf.int32
    batch_size = property(lambda self: tf.shape(self._inputs)[0])

    def initialize(self, inputs: Any, **kwargs: Any) -> Any:
        self._inputs = inputs
        return tf.zeros([self.batch_size], tf.bool), inputs

    def sample(self, time: Any, outputs: Any, state: Any) -> Any:
        return tf.argmax(outputs, -1, output_type=tf.int32)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any) -> Any:
        return tf.zeros([self.batch_size], tf.bool), self._inputs, state


def custom_sampler(owner: Any) -> Any:
    user = UserSampler()
    return sampler.CustomSampler(user.initialize, user.sample, user.next_inputs)


SAMPLERS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    'Sampler': (
        lambda owner: UserSampler(),
        lambda sampler, owner, h: sampled(sampler, owner, h, h),
    ),
    'CustomSampler': (custom_sampler, lambda sampler, owner, h: sampled(sampler, owner, h, h)),
    'TrainingSampler': (lambda owner: sampler.TrainingSampler(), sampled_training),
    'ScheduledEmbeddingTrainingSampler': (
        lambda owner: sampler.ScheduledEmbeddingTrainingSampler(0.0),
        lambda sampler, owner, x, lengths, table: sampled(
            sampler, owner, x, x, sequence_length=lengths, embedding=table
        ),
    ),
    'ScheduledOutputTrainingSampler': (
        lambda owner: sampler.ScheduledOutputTrainingSampler(
            1.0, next_inputs_fn=lambda outputs: outputs[:, :DEPTH]
        ),
        sampled_training,
    ),
    'GreedyEmbeddingSampler': (lambda owner: sampler.GreedyEmbeddingSampler(), sampled_inference),
    'SampleEmbeddingSampler': (
        lambda owner: sampler.SampleEmbeddingSampler(softmax_temperature=1e-3),
        sampled_inference,
    ),
    'InferenceSampler': (
        lambda owner, h: sampler.InferenceSampler(
            lambda outputs: outputs[:, :DEPTH], [DEPTH], h.dtype, lambda out: out[:, 0] > 9
        ),
        lambda sampler, owner, h: sampled(sampler, owner, h, h),
    ),
}
for _name, (_bind, _call) in SAMPLERS.items():
    row(_name, getattr(sampler, _name), _call, model, _bind)


class UserDecoderLayer(BaseDecoder):
    """Doubles its inputs for two steps."""

    output_size, output_dtype = UNITS, tf.float32
    batch_size = property(lambda self: tf.shape(self._start)[0])

    def initialize(self, inputs: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        self._start, self.output_dtype = inputs, inputs.dtype
        return tf.zeros([self.batch_size], tf.bool), inputs, initial_state

    def step(self, time: Any, inputs: Any, state: Any) -> Any:
        return inputs + state, state, 2.0 * inputs, tf.fill([self.batch_size], time >= 1)


row(
    'BaseDecoder',
    BaseDecoder,
    lambda decoder, h: decoder(h, initial_state=0.5 * h),
    lambda dtype: UserDecoderLayer(maximum_iterations=TIME),
)
row(
    'BasicDecoderV2',
    BasicDecoderV2,
    lambda decoder, x, lengths: decoder(
        x,
        initial_state=decoder.cell.zero_state(tf.shape(x)[0], x.dtype),
        sequence_length=lengths,
    ),
    lambda dtype: BasicDecoderV2(
        gru(), sampler.TrainingSampler(), seq2seq.Dense(VOCABULARY), maximum_iterations=TIME
    ),
)
row(
    'BeamSearchDecoderV2',
    BeamSearchDecoderV2,
    lambda decoder, table, h: decoder(table, starts(h), END, seq2seq.tile_batch(h, 2)),
    lambda dtype: BeamSearchDecoderV2(
        gru(), 2, output_layer=seq2seq.Dense(VOCABULARY), maximum_iterations=TIME
    ),
)


# -- structures -----------------------------------------------------------------------------------


def structure(of: Any, fields: Callable[..., Any]) -> None:
    """A namedtuple of tensors."""
    row(of.__name__, of, lambda nest: nest._asdict(), bind=fields)


structure(rnn.LSTMStateTuple, lambda owner, h: rnn.LSTMStateTuple(h, 2.0 * h))
structure(
    rnn.NTMControllerState,
    lambda owner, h: rnn.NTMControllerState(*[h] * len(rnn.NTMControllerState._fields)),
)
structure(
    seq2seq.AttentionWrapperState,
    lambda owner, h, memory: seq2seq.AttentionWrapperState(h, h, 0, memory[:, :, 0], (), h),
)
structure(
    seq2seq.BasicDecoderOutput, lambda owner, x, ids: seq2seq.BasicDecoderOutput(2.0 * x, ids)
)
structure(
    seq2seq.BeamSearchDecoderOutput,
    lambda owner, x, ids: seq2seq.BeamSearchDecoderOutput(2.0 * x, ids, ids),
)
structure(
    seq2seq.BeamSearchDecoderState,
    lambda owner, x, ids: seq2seq.BeamSearchDecoderState(x, x[:, 0], ids > 1, ids, ()),
)
structure(
    seq2seq.FinalBeamSearchDecoderOutput,
    lambda owner, x, ids: seq2seq.FinalBeamSearchDecoderOutput(
        ids, seq2seq.BeamSearchDecoderOutput(2.0 * x, ids, ids)
    ),
)


# -- functions ------------------------------------------------------------------------------------


def steps_of(x: Any) -> list[Any]:
    return tf.unstack(x, TIME, 1)


def pair(dtype: Any) -> Parts:
    return Parts(forward=gru(), backward=rnn.LSTMCell(3))


def results(pair: tuple[Any, ...]) -> dict[str, Any]:
    return {'outputs': pair[0], 'state': pair[1:]}


def raw(owner: Any, x: Any, lengths: Any) -> Any:
    inputs = tf.transpose(x, [1, 0, 2])

    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        if output is None:
            state = owner.cell.zero_state(tf.shape(x)[0], x.dtype)
        read = inputs[tf.minimum(time, TIME - 1)]
        return time >= lengths, read, state, output, None

    array, state, _ = seq2seq.raw_rnn(owner.cell, loop_fn)
    return {'outputs': array.stack(), 'state': state}


class Saved:
    """The states that `static_state_saving_rnn` reads and writes."""

    def __init__(self, h: Any) -> None:
        self.h = h

    def state(self, name: str) -> Any:
        return self.h

    def save_state(self, name: str, value: Any) -> Any:
        self.h = value
        return tf.identity(value)


row(
    'dynamic_rnn',
    seq2seq.dynamic_rnn,
    lambda owner, x, lengths, h: results(
        seq2seq.dynamic_rnn(owner.cell, x, lengths, initial_state=h)
    ),
    one_cell,
)
row(
    'bidirectional_dynamic_rnn',
    seq2seq.bidirectional_dynamic_rnn,
    lambda owner, x, lengths: results(
        seq2seq.bidirectional_dynamic_rnn(owner.forward, owner.backward, x, lengths, dtype=x.dtype)
    ),
    pair,
)
row('raw_rnn', seq2seq.raw_rnn, raw, one_cell)
row(
    'static_rnn',
    seq2seq.static_rnn,
    lambda owner, x, lengths: results(
        seq2seq.static_rnn(owner.cell, steps_of(x), dtype=x.dtype, sequence_length=lengths)
    ),
    one_cell,
)
row(
    'static_bidirectional_rnn',
    rnn.static_bidirectional_rnn,
    lambda owner, x, lengths: results(
        rnn.static_bidirectional_rnn(
            owner.forward, owner.backward, steps_of(x), dtype=x.dtype, sequence_length=lengths
        )
    ),
    pair,
)
row(
    'static_state_saving_rnn',
    rnn.static_state_saving_rnn,
    lambda owner, x, h, lengths: results(
        rnn.static_state_saving_rnn(owner.cell, steps_of(x), Saved(h), 'h', lengths)
    ),
    one_cell,
)
row(
    'stack_bidirectional_dynamic_rnn',
    rnn.stack_bidirectional_dynamic_rnn,
    lambda owner, x, lengths: results(
        rnn.stack_bidirectional_dynamic_rnn(
            [owner.forward], [owner.backward], x, dtype=x.dtype, sequence_length=lengths
        )
    ),
    pair,
)
row(
    'stack_bidirectional_rnn',
    rnn.stack_bidirectional_rnn,
    lambda owner, x, lengths: results(
        rnn.stack_bidirectional_rnn(
            [owner.forward], [owner.backward], steps_of(x), dtype=x.dtype, sequence_length=lengths
        )
    ),
    pair,
)
row(
    'transpose_batch_time',
    rnn.transpose_batch_time,
    lambda owner, x: rnn.transpose_batch_time(x),
)
row(
    'dynamic_decode',
    seq2seq.dynamic_decode,
    lambda owner, h: decoding(basic(owner, UserHelper(h, tf.fill([tf.shape(h)[0]], TIME)), h)),
    model,
)
row('tile_batch', seq2seq.tile_batch, lambda owner, x, h: seq2seq.tile_batch((x, h), 3))
row(
    'gather_tree',
    seq2seq.gather_tree,
    lambda owner, ids: seq2seq.gather_tree(
        tf.tile(tf.transpose(ids)[:, :, None], [1, 1, 2]),
        tf.tile(tf.transpose(ids)[:, :, None] % 2, [1, 1, 2]),
        tf.fill([tf.shape(ids)[0]], TIME),
        END,
    ),
)


def weights_of(lengths: Any, x: Any) -> Any:
    return tf.sequence_mask(lengths, TIME, x.dtype)


row(
    'sequence_loss',
    seq2seq.sequence_loss,
    lambda owner, x, ids, lengths: seq2seq.sequence_loss(x, ids % DEPTH, weights_of(lengths, x)),
)
row(
    'SequenceLoss',
    SequenceLoss,
    lambda loss, x, ids, lengths: loss(ids % DEPTH, x, weights_of(lengths, x)),
    bind=lambda owner: SequenceLoss(),
)


def symbols(ids: Any) -> list[Any]:
    return tf.unstack(ids, TIME, 1)


def of_legacy(name: str, call: Callable[..., Any], make: Any = None) -> None:
    row('legacy_seq2seq.' + name, getattr(legacy_seq2seq, name), call, make)


of_legacy(
    'rnn_decoder',
    lambda owner, x, h: legacy_seq2seq.rnn_decoder(steps_of(x), h, owner.cell),
    one_cell,
)
of_legacy(
    'attention_decoder',
    lambda owner, x, h, memory: legacy_seq2seq.attention_decoder(
        steps_of(x), h, memory, gru(), dtype=x.dtype, variables=owner
    ),
)
of_legacy(
    'basic_rnn_seq2seq',
    lambda owner, x: legacy_seq2seq.basic_rnn_seq2seq(
        steps_of(x), steps_of(x), gru(), dtype=x.dtype, variables=owner
    ),
)
of_legacy(
    'tied_rnn_seq2seq',
    lambda owner, x: legacy_seq2seq.tied_rnn_seq2seq(
        steps_of(x), steps_of(x), owner.cell, dtype=x.dtype
    ),
    one_cell,
)
of_legacy(
    'embedding_rnn_decoder',
    lambda owner, ids, h: legacy_seq2seq.embedding_rnn_decoder(
        symbols(ids), h, gru(), VOCABULARY, 3, variables=owner
    ),
)
of_legacy(
    'embedding_attention_decoder',
    lambda owner, ids, h, memory: legacy_seq2seq.embedding_attention_decoder(
        symbols(ids), h, memory, gru(), VOCABULARY, 3, dtype=h.dtype, variables=owner
    ),
)
of_legacy(
    'embedding_rnn_seq2seq',
    lambda owner, ids, h: legacy_seq2seq.embedding_rnn_seq2seq(
        symbols(ids), symbols(ids), gru(), VOCABULARY, VOCABULARY, 3, dtype=h.dtype, variables=owner
    ),
)
of_legacy(
    'embedding_tied_rnn_seq2seq',
    lambda owner, ids, h: legacy_seq2seq.embedding_tied_rnn_seq2seq(
        symbols(ids), symbols(ids), gru(), VOCABULARY, 3, dtype=h.dtype, variables=owner
    ),
)
of_legacy(
    'embedding_attention_seq2seq',
    lambda owner, ids, h: legacy_seq2seq.embedding_attention_seq2seq(
        symbols(ids), symbols(ids), gru(), VOCABULARY, VOCABULARY, 3, dtype=h.dtype, variables=owner
    ),
)
of_legacy(
    'one2many_rnn_seq2seq',
    lambda owner, ids, h: legacy_seq2seq.one2many_rnn_seq2seq(
        symbols(ids),
        {'a': symbols(ids)},
        gru(),
        {'a': gru()},
        VOCABULARY,
        {'a': VOCABULARY},
        3,
        dtype=h.dtype,
        variables=owner,
    ),
)
of_legacy(
    'model_with_buckets',
    lambda owner, ids, x, lengths: legacy_seq2seq.model_with_buckets(
        symbols(ids),
        steps_of(x),
        symbols(ids % DEPTH),
        tf.unstack(weights_of(lengths, x), TIME, 1),
        [(2, 2), (TIME, TIME)],
        lambda encoder, decoder: (decoder, None),
        variables=owner,
    ),
)
of_legacy(
    'sequence_loss',
    lambda owner, x, ids, lengths: legacy_seq2seq.sequence_loss(
        steps_of(x), symbols(ids % DEPTH), tf.unstack(weights_of(lengths, x), TIME, 1)
    ),
)
of_legacy(
    'sequence_loss_by_example',
    lambda owner, x, ids, lengths: legacy_seq2seq.sequence_loss_by_example(
        steps_of(x), symbols(ids % DEPTH), tf.unstack(weights_of(lengths, x), TIME, 1)
    ),
)

# Names without a row, and what tests them: those that compute nothing from tensors, and cells of
# Keras, whose layers cannot be made in eager mode and in graphs by turns.
WITHOUT_ROW = {
    'KerasCell': 'tests/layers/test_keras_cell.py',
    'Additive': 'the base of mechanisms that have rows',
    'Multiplicative': 'the base of mechanisms that have rows',
    'Monotonic': 'the base of mechanisms that have rows',
    'install': 'tests/tf1/test_runtime.py',
    'uninstall': 'tests/tf1/test_runtime.py',
    '__version__': 'tests/test_packaging.py',
    'mixed_precision': 'tests/test_precision.py',
    'checkpointed_loops': 'tests/test_compiled_loop.py',
    'keeping_variables': 'track_tf1_style_variables by its earlier name',
    'track_tf1_style_variables': 'the rows of functions that make variables are called through it',
    'GraphModel': 'tests/test_graph_model.py',
    'GraphSession': 'tests/test_graph_model.py',
    'best_effort_input_batch_size': 'tests/rnn/test_contrib_rnn.py',
}
