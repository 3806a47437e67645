"""Recurrent networks over whole sequences: `dynamic_rnn` and its family.

It also has every name of `tf.contrib.rnn` that this package provides, and the cells that TF1 has in
the file of its cells only, so that

    from tf_seq2seq_compat import rnn

replaces `from tensorflow.contrib import rnn`.
"""

from __future__ import annotations

from typing import Any

from tf_seq2seq_compat.lazy_names import LazyNames

_MODULES = {
    'core.structure': 'transpose_batch_time',
    'layers.block_cells': 'GRUBlockCell GRUBlockCellV2 LSTMBlockCell',
    'layers.cell_base': 'LayerRNNCell RNNCell',
    'layers.cell_wrappers': 'DeviceWrapper DropoutWrapper ResidualWrapper',
    'layers.contrib_cells': (
        'CoupledInputForgetGateLSTMCell LayerNormBasicLSTMCell NASCell UGRNNCell'
    ),
    'layers.conv_cells': 'Conv1DLSTMCell Conv2DLSTMCell Conv3DLSTMCell ConvLSTMCell',
    'layers.dense_cells': 'GLSTMCell IntersectionRNNCell PhasedLSTMCell',
    'layers.gated_cells': 'CFNCell LayerNormLSTMCell MinimalRNNCell WeightNormLSTMCell',
    'layers.grid_cells': 'BidirectionalGridLSTMCell GridLSTMCell TimeFreqLSTMCell',
    'layers.independent_cells': 'IndRNNCell IndyGRUCell IndyLSTMCell SRUCell',
    'layers.contrib_wrappers': (
        'AttentionCellWrapper CompiledWrapper EmbeddingWrapper HighwayWrapper '
        'InputProjectionWrapper OutputProjectionWrapper'
    ),
    'layers.ntm_cell': 'NTMCell NTMControllerState',
    'layers.rnn_cell': ('BasicLSTMCell BasicRNNCell GRUCell LSTMCell LSTMStateTuple MultiRNNCell'),
    'rnn.bidirectional': (
        'bidirectional_dynamic_rnn stack_bidirectional_dynamic_rnn stack_bidirectional_rnn '
        'static_bidirectional_rnn'
    ),
    'rnn.dynamic': 'best_effort_input_batch_size dynamic_rnn',
    'rnn.fused': (
        'FusedRNNCell FusedRNNCellAdaptor LSTMBlockFusedCell LSTMBlockWrapper TimeReversedFusedRNN'
    ),
    'rnn.raw': 'raw_rnn',
    'rnn.static': 'static_rnn static_state_saving_rnn',
}
_names = LazyNames(__name__, _MODULES)
__all__ = _names.all
__dir__ = _names.dir


def __getattr__(name: str) -> Any:
    return _names.load(name)
