"""The RNN cells and the functions that run them."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    PYTHON,
    V1,
    Row,
    alias,
    module,
    moved,
    symbols,
)

_LAYERS = 'tf_seq2seq_compat.layers'
_CELLS = f'{_LAYERS}.rnn_cell'
_WRAPPERS = f'{_LAYERS}.cell_wrappers'
_RNN = 'tf_seq2seq_compat.rnn'
_RNN_STATIC = 'tf_seq2seq_compat.rnn_static'
_RNN_STACKED = 'tf_seq2seq_compat.rnn_stacked'
_FUSED_RNN = 'tf_seq2seq_compat.fused_rnn'
_CONTRIB_CELLS = f'{_LAYERS}.contrib_cells'
_CONTRIB_WRAPPERS = f'{_LAYERS}.contrib_wrappers'
_BLOCK_CELLS = f'{_LAYERS}.block_cells'
_CONV_CELLS = f'{_LAYERS}.conv_cells'
_DENSE_CELLS = f'{_LAYERS}.dense_cells'
_GRID_CELLS = f'{_LAYERS}.grid_cells'
_GRID_RNN_CELLS = f'{_LAYERS}.grid_rnn_cells'
_INDEPENDENT_CELLS = f'{_LAYERS}.independent_cells'
_LINEAR = f'{_LAYERS}.linear'
_BASIC_CELLS = 'RNNCell BasicRNNCell GRUCell BasicLSTMCell LSTMCell LSTMStateTuple MultiRNNCell'
_CELL_WRAPPERS = 'DropoutWrapper ResidualWrapper DeviceWrapper'
_NO_SUCH_CELL = (
    'a cell of tf.contrib.rnn, or a subclass of tf.nn.rnn_cell.RNNCell with the equations of the '
    'cell'
)


def rows() -> Iterator[Row]:
    """The RNN cells and functions, under each of the names that TF1 had for them."""
    ten = _BASIC_CELLS, _CELL_WRAPPERS
    yield from module('tensorflow.nn.rnn_cell', f'{V1}.nn.rnn_cell')
    yield from module('tensorflow.contrib.rnn')
    yield from module('tensorflow.contrib.rnn.python')
    yield from module('tensorflow.contrib.rnn.python.ops')
    yield from module('tensorflow.contrib.rnn.python.ops.core_rnn_cell')
    yield from module('tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl')
    for name in ('rnn_cell', 'rnn_cell_impl', 'rnn'):
        yield from module(f'{PYTHON}.ops.{name}', f'{PYTHON}.ops.{name}')
        yield from alias(f'{PYTHON}.ops.{name}.rnn_cell_impl', f'{PYTHON}.ops.rnn_cell_impl')
    for package in (
        'tensorflow.nn.rnn_cell',
        'tensorflow.contrib.rnn',
        'tensorflow.contrib.rnn.python.ops.core_rnn_cell',
        'tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl',
        f'{PYTHON}.ops.rnn_cell',
        f'{PYTHON}.ops.rnn_cell_impl',
    ):
        yield from symbols(package, ten[0], _CELLS)
        yield from symbols(package, ten[1], _WRAPPERS)
    for package in (
        'tensorflow.contrib.rnn',
        f'{PYTHON}.ops.rnn_cell',
        f'{PYTHON}.ops.rnn_cell_impl',
    ):
        yield from symbols(package, 'LayerRNNCell', _CELLS)
    for package in (
        f'{PYTHON}.ops.rnn_cell_impl',
        'tensorflow.contrib.rnn.python.ops.core_rnn_cell',
    ):
        yield from moved(f'{package}._linear', f'{_LINEAR}:linear')
        yield from moved(f'{package}._Linear', f'{_LINEAR}:Linear')

    for package in ('tensorflow.nn', f'{PYTHON}.ops.rnn', 'tensorflow.contrib.rnn'):
        yield from symbols(package, 'static_rnn', _RNN)
        yield from symbols(package, 'static_bidirectional_rnn static_state_saving_rnn', _RNN_STATIC)
    for package in ('tensorflow.nn', f'{PYTHON}.ops.rnn'):
        yield from symbols(package, 'dynamic_rnn bidirectional_dynamic_rnn raw_rnn', _RNN)
    yield from moved(f'{PYTHON}.ops.rnn._transpose_batch_time', f'{_RNN}:transpose_batch_time')
    contrib = 'tensorflow.contrib.rnn'
    ops = f'{contrib}.python.ops'
    yield from symbols(contrib, 'transpose_batch_time best_effort_input_batch_size', _RNN)
    # Each group stands in the package and in the file that TF1 had it in.
    for file, names, target in (
        ('rnn', 'stack_bidirectional_dynamic_rnn stack_bidirectional_rnn', _RNN_STACKED),
        (
            'core_rnn_cell',
            'InputProjectionWrapper OutputProjectionWrapper EmbeddingWrapper',
            _CONTRIB_WRAPPERS,
        ),
        ('rnn_cell', 'AttentionCellWrapper HighwayWrapper CompiledWrapper', _CONTRIB_WRAPPERS),
        (
            'rnn_cell',
            'CoupledInputForgetGateLSTMCell LayerNormBasicLSTMCell NASCell UGRNNCell',
            _CONTRIB_CELLS,
        ),
        ('rnn_cell', 'Conv1DLSTMCell Conv2DLSTMCell Conv3DLSTMCell ConvLSTMCell', _CONV_CELLS),
        ('rnn_cell', 'GLSTMCell IntersectionRNNCell PhasedLSTMCell', _DENSE_CELLS),
        ('rnn_cell', 'BidirectionalGridLSTMCell GridLSTMCell TimeFreqLSTMCell', _GRID_CELLS),
        ('rnn_cell', 'IndRNNCell IndyGRUCell IndyLSTMCell SRUCell', _INDEPENDENT_CELLS),
        ('lstm_ops', 'LSTMBlockCell', _BLOCK_CELLS),
        ('lstm_ops', 'LSTMBlockFusedCell LSTMBlockWrapper', _FUSED_RNN),
        ('gru_ops', 'GRUBlockCell GRUBlockCellV2', _BLOCK_CELLS),
        ('fused_rnn_cell', 'FusedRNNCell FusedRNNCellAdaptor TimeReversedFusedRNN', _FUSED_RNN),
    ):
        yield from symbols(contrib, names, target)
        yield from symbols(f'{ops}.{file}', names, target)
    for file in ('rnn', 'lstm_ops', 'gru_ops', 'fused_rnn_cell'):
        yield from module(f'{ops}.{file}', '', 'the public names of this module')
    yield from module(f'{ops}.rnn_cell', '', _NO_SUCH_CELL)
    # TF1 has these in the file, but not in the package.
    inside = 'CFNCell LayerNormLSTMCell MinimalRNNCell WeightNormLSTMCell'
    yield from symbols(f'{ops}.rnn_cell', inside, f'{_LAYERS}.gated_cells')
    yield from symbols(f'{ops}.rnn_cell', 'NTMCell NTMControllerState', f'{_LAYERS}.ntm_cell')
    yield from moved(f'{ops}.rnn_cell._Linear', f'{_LINEAR}:Linear')
    grid = 'tensorflow.contrib.grid_rnn'
    yield from module(f'{grid}.python')
    yield from module(f'{grid}.python.ops')
    for package in (grid, f'{grid}.python.ops.grid_rnn_cell'):
        yield from module(package, '', _NO_SUCH_CELL)
        yield from symbols(
            package,
            'Grid1BasicLSTMCell Grid1BasicRNNCell Grid1LSTMCell Grid2BasicLSTMCell '
            'Grid2BasicRNNCell Grid2GRUCell Grid2LSTMCell Grid3LSTMCell GridRNNCell',
            _GRID_RNN_CELLS,
        )
    # A name that TF1's package only happened to have, which programs use.
    yield from module(f'{contrib}.array_ops', f'{PYTHON}.ops.array_ops')
