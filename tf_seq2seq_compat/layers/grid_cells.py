"""The cells of tf.contrib.rnn that go through frequency as well as time."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import contrib_cell_equations
from tf_seq2seq_compat.core.contrib_cell_equations import GridWeights
from tf_seq2seq_compat.layers.cell_base import RNNCell, StoredSizes
from tf_seq2seq_compat.layers.cell_checks import (
    floating_inputs,
    input_depth,
    lenient_state,
    nonnegative_int,
)
from tf_seq2seq_compat.layers.rnn_cell import logger
from tf_seq2seq_compat.types import InitializerLike, Nest, Size

tf1 = tf.compat.v1

__all__ = ['BidirectionalGridLSTMCell', 'GridLSTMCell', 'TimeFreqLSTMCell']


class _FrequencyCell(StoredSizes, RNNCell):
    """A cell which cuts its inputs into bands of frequency."""

    input_ndim = 2
    _num_units: int
    _num_unit_shards: int
    _feature_size: int | None
    _frequency_skip: int | None
    _state_size: Size
    _output_size: int

    def _bands(
        self, inputs: tf.Tensor, start: int, end: int, offset: int = 0, block: str = ''
    ) -> list[tf.Tensor]:
        """The bands `[batch, feature_size]` of the columns from start to end, moved by offset."""
        size, skip = self._feature_size, self._frequency_skip
        if size is None or skip is None:
            raise TypeError(
                f'{self.name} needs feature_size and frequency_skip, but they are {size} and '
                f'{skip}.'
            )
        count = int((end - start - size) / skip) + 1
        starts = [start + offset + band * skip for band in range(count)]
        width = inputs.shape[1]
        if any(first < 0 or first + size > width for first in starts):
            raise ValueError(
                f'The bands of {self.name}{block} begin at {starts} and have feature_size={size}, '
                f'but the inputs have {width} columns.'
            )
        return [inputs[:, first : first + size] for first in starts]

    def _sharded(self, name: str, rows: int, columns: int, dtype: tf.DType) -> Any:
        """A kernel that is stored in `num_unit_shards` variables, row-wise."""
        shards = self._num_unit_shards
        if not 1 <= shards <= rows:
            raise ValueError(
                f'{self.name} has {rows} rows in {name}, so it cannot be stored in {shards} parts.'
            )
        sizes = [rows // shards + (part < rows % shards) for part in range(shards)]
        parts = [
            tf1.get_variable(f'{name}_{part}', [size, columns], dtype)
            for part, size in enumerate(sizes)
        ]
        return parts[0] if shards == 1 else tf.concat(parts, 0)

    def _joined(
        self, inputs: tf.Tensor, state: Nest, bands: int
    ) -> list[tuple[tf.Tensor, tf.Tensor]]:
        """The c and h of each band in a state that is one tensor."""
        (state,) = lenient_state(self, inputs, state, tf.TensorShape([None]))
        units, known = self._num_units, tf.compat.dimension_value(state.shape[1])
        if known is not None and known < 2 * units * bands:
            raise ValueError(
                f'state of {self.name} has shape {state.shape}, but {bands} bands need '
                f'{2 * units * bands} columns, c and h of {units} for each.'
            )
        parts = [state[:, units * part : units * (part + 1)] for part in range(2 * bands)]
        return list(zip(parts[::2], parts[1::2], strict=True))


class TimeFreqLSTMCell(_FrequencyCell):
    """One LSTM for all bands of frequency, which gets the output of the band below too.

    See Sainath and Li at Interspeech 2016. Band `i` has `feature_size` columns of the inputs, from
    `i * frequency_skip` on; as many bands as fit are taken.

    As in TF1, `state_size` and `output_size` are those of one band. For more, give a state with c
    and h of each band side by side, `[batch, 2 * num_units * bands]`.

    Args:
      num_units: Size of c and h.
      use_peepholes: Whether the gates see c through diagonal weights.
      cell_clip: The new c is clipped to `[-cell_clip, cell_clip]`.
      initializer: Ignored, as in TF1: the weights begin with the variable scope's initializer.
      num_unit_shards: Number of variables `W_0`, `W_1` ... that the kernel is made of, row-wise.
      forget_bias: Added to the forget gate.
      feature_size: Columns in a band.
      frequency_skip: Columns from the beginning of a band to that of the next.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError: As `IndRNNCell`; when called, for more shards than rows or a state of too few
        columns.
      TypeError: As `IndRNNCell`; when called, if there is no `feature_size`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.TimeFreqLSTMCell(4, feature_size=3, frequency_skip=2)
      >>> output, state = cell(tf.ones([2, 5]), tf.zeros([2, 16]))
      >>> output.shape
      TensorShape([2, 8])

    Legacy: `tf.contrib.rnn.TimeFreqLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: InitializerLike | None = None,
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int = 1,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = nonnegative_int('num_units', num_units)
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_unit_shards = num_unit_shards
        self._forget_bias = forget_bias
        self._feature_size = feature_size
        self._frequency_skip = frequency_skip
        self._state_size = 2 * self._num_units
        self._output_size = self._num_units

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, 2 * num_units * bands]`."""
        inputs, dtype, units = floating_inputs(self, inputs), inputs.dtype, self._num_units
        bands = self._bands(inputs, 0, input_depth(self, inputs.shape))
        rows = int(bands[0].shape[1]) + 2 * units
        kernel = self._sharded('W', rows, 4 * units, dtype)
        bias = tf1.get_variable('B', [4 * units], dtype, initializer=tf1.zeros_initializer())
        peepholes = None
        if self._use_peepholes:
            forget, write, output = (
                tf1.get_variable(f'W_{gate}_diag', [units], dtype) for gate in 'FIO'
            )
            peepholes = write, forget, output
        states = contrib_cell_equations.time_frequency_lstm_step(
            bands,
            self._joined(inputs, state, len(bands)),
            kernel,
            bias,
            self._forget_bias,
            peepholes,
            self._cell_clip,
        )
        return tf.concat([h for _, h in states], 1), tf.concat([*sum(states, ())], 1)

    def _trial_inputs(self, depth: int, dtype: tf.DType) -> tf.Tensor:
        return tf.zeros([1, self._feature_size], dtype)


class GridLSTMCell(_FrequencyCell):
    """A grid of two LSTMs over bands of frequency: one through frequency, one through time.

    See Kalchbrenner et al. 2015, https://arxiv.org/abs/1507.01526; with peepholes, Sainath and Li
    2016. The inputs are cut into blocks, each with weights of its own, and a block into bands of
    `feature_size` columns, `frequency_skip` apart. The output has, for each band, the outputs of
    time and of frequency.

    Args:
      num_units: Size of c and h.
      use_peepholes: Whether the gates see the c of both LSTMs through diagonal weights.
      share_time_frequency_weights: Whether both LSTMs have the same weights.
      cell_clip: Each new c is clipped to `[-cell_clip, cell_clip]`.
      initializer: Ignored, as in TF1: the weights begin with the variable scope's initializer.
      num_unit_shards: Number of variables that a kernel is made of, row-wise.
      forget_bias: Added to the forget gates.
      feature_size: Columns in a band.
      frequency_skip: Columns from the beginning of a band to that of the next.
      num_frequency_blocks: List of the number of bands in each block.
      start_freqindex_list: The first column of each block; by default there is one block, of all.
      end_freqindex_list: The column after the last of each block.
      couple_input_forget_gates: Whether a forget gate is one minus the input gate.
      state_is_tuple: Whether the state is a namedtuple `state_tuple_type`, with fields
        `state_f<band>_b<block>_c` and `..._m` of two digits. Else c and h of each band are side
        by side; every block then reads the columns of the first, as in TF1.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError: If `num_frequency_blocks` is not given. When called, if the blocks do not fit the
        inputs; and as `IndRNNCell`.
      TypeError: As `IndRNNCell`; when called, if there is no `feature_size` or `frequency_skip`.
      AttributeError: When called with a state that lacks a field.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.GridLSTMCell(4, feature_size=3, frequency_skip=2, num_frequency_blocks=[2])
      >>> output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
      >>> output.shape, state.state_f01_b00_c.shape
      (TensorShape([2, 16]), TensorShape([2, 4]))

    Legacy: `tf.contrib.rnn.GridLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip: float | None = None,
        initializer: InitializerLike | None = None,
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int | None = None,
        num_frequency_blocks: Sequence[int] | None = None,
        start_freqindex_list: Sequence[int] | None = None,
        end_freqindex_list: Sequence[int] | None = None,
        couple_input_forget_gates: bool = False,
        state_is_tuple: bool = True,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        if not state_is_tuple:
            logger.warning('%s: state_is_tuple=False is slower and deprecated.', self.name)
        self._num_units = nonnegative_int('num_units', num_units)
        self._cell_clip = cell_clip
        self._state_is_tuple = state_is_tuple
        self._use_peepholes = use_peepholes
        self._couple_input_forget_gates = couple_input_forget_gates
        self._share_time_frequency_weights = share_time_frequency_weights
        self._initializer = initializer
        self._num_unit_shards = num_unit_shards
        self._forget_bias = forget_bias
        self._feature_size = feature_size
        self._frequency_skip = frequency_skip
        self._start_freqindex_list = start_freqindex_list
        self._end_freqindex_list = end_freqindex_list
        if num_frequency_blocks is None:
            raise ValueError(
                'num_frequency_blocks must be given: the number of bands in each block, [3] say.'
            )
        self._num_frequency_blocks = num_frequency_blocks
        self._total_blocks = sum(int(bands) for bands in num_frequency_blocks)
        self._state_tuple_type: Any = None
        self._state_size = self._output_size = 2 * self._num_units * self._total_blocks
        if state_is_tuple:
            self._name_states('GridLSTMStateTuple', ['state'])

    def _name_states(self, type_name: str, directions: list[str]) -> None:
        names = [
            f'{name}_{part}'
            for direction in directions
            for block, bands in enumerate(self._num_frequency_blocks)
            for name in _state_names(direction, block, bands)
            for part in 'cm'
        ]
        self._state_tuple_type = collections.namedtuple(type_name, names)  # type: ignore[misc]
        self._state_size = self._state_tuple_type(*[self._num_units] * len(names))

    @property
    def state_tuple_type(self) -> Any:
        """The namedtuple that states are; None for states of one tensor."""
        return self._state_tuple_type

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        inputs = floating_inputs(self, inputs)
        outputs, states = self._through(inputs, self._blocks(inputs), state, 'state')
        new_state = (
            self._state_tuple_type(*states) if self._state_is_tuple else tf.concat(states, 1)
        )
        return tf.concat(outputs, 1), new_state

    def _blocks(self, inputs: tf.Tensor, offset: int = 0) -> list[list[tf.Tensor]]:
        """The bands of each block; they may begin before or go on after the inputs, in zeros."""
        counts = list(self._num_frequency_blocks)
        starts = list(self._start_freqindex_list or [0])
        ends = self._end_freqindex_list and list(self._end_freqindex_list)
        depth = input_depth(self, inputs.shape)
        if not self._start_freqindex_list:
            ends = [depth]
        if not ends or not len(counts) == len(starts) == len(ends):
            raise ValueError(
                f'{self.name} has num_frequency_blocks={counts}, but its blocks begin at {starts} '
                f'and end at {ends}. Give as many of each.'
            )
        if offset:
            inputs = tf.pad(inputs, [[0, 0], [max(0, -offset), max(0, offset)]])
        blocks = []
        for block, (start, end, count) in enumerate(zip(starts, ends, counts, strict=True)):
            bands = self._bands(inputs, start, end, max(0, offset), f' in block {block}')
            if len(bands) != count:
                raise ValueError(
                    f'num_frequency_blocks of {self.name} has {count} bands for block {block}, but '
                    f'columns {start} to {end} give {len(bands)}.'
                )
            blocks.append(bands)
        return blocks

    def _through(
        self, inputs: tf.Tensor, blocks: list[list[tf.Tensor]], state: Nest, direction: str
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """The outputs of all blocks and the parts of their new states."""
        outputs: list[tf.Tensor] = []
        states: list[tf.Tensor] = []
        for block, bands in enumerate(blocks):
            frequency, time = self._weights(block, bands[0])
            if self._state_is_tuple:
                names = _state_names(direction, block, len(bands))
                before = [self._state_of(name, inputs, state) for name in names]
            else:
                before = self._joined(inputs, state, len(bands))
            block_outputs, block_states = contrib_cell_equations.grid_lstm_step(
                bands,
                before,
                frequency,
                time,
                self._couple_input_forget_gates,
                self._forget_bias,
                self._cell_clip,
            )
            outputs += block_outputs
            states += [part for pair in block_states for part in pair]
        return outputs, states

    def _state_of(self, name: str, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, tf.Tensor]:
        try:
            parts = getattr(state, f'{name}_c'), getattr(state, f'{name}_m')
        except AttributeError:
            raise AttributeError(
                f'state of {self.name} must be a {self._state_tuple_type.__name__} with {name}_c '
                f'and {name}_m, but is {state}. Begin with zero_state(batch_size, dtype).'
            ) from None
        c, h = lenient_state(self, inputs, parts, (self._num_units, self._num_units))
        return c, h

    def _weights(self, block: int, band: tf.Tensor) -> tuple[GridWeights, GridWeights | None]:
        """The kernels of the frequency and time LSTMs, the latter None if they share one."""
        units, dtype = self._num_units, band.dtype
        rows, gates = (
            int(band.shape[1]) + 2 * units,
            'IO' if self._couple_input_forget_gates else 'FIO',
        )
        columns = (len(gates) + 1) * units
        kinds = ['freq'] if self._share_time_frequency_weights else ['freq', 'time']
        products = [
            (
                self._sharded(f'W_{kind[0]}_{block}', rows, columns, dtype),
                tf1.get_variable(
                    f'B_{kind[0]}_{block}', [columns], dtype, initializer=tf1.zeros_initializer()
                ),
            )
            for kind in kinds
        ]
        weights = []
        for kind, product in zip(kinds, products, strict=True):
            pairs: dict[str, Any] = {}
            for gate in gates if self._use_peepholes else '':
                name = f'W_{gate}_diag_{kind}'
                pairs[gate] = tuple(
                    tf1.get_variable(f'{name}{source}_{block}', [units], dtype) for source in 'ft'
                )
            weights.append(GridWeights(*product, (pairs.get('I'), pairs.get('F'), pairs.get('O'))))
        return weights[0], weights[1] if len(weights) == 2 else None

    def _trial_inputs(self, depth: int, dtype: tf.DType) -> tf.Tensor:
        if self._end_freqindex_list:
            return tf.zeros([1, max(self._end_freqindex_list)], dtype)
        between = (self._frequency_skip or 0) * (self._num_frequency_blocks[0] - 1)
        return tf.zeros([1, (self._feature_size or 0) + between], dtype)


class BidirectionalGridLSTMCell(GridLSTMCell):
    """Two grids of LSTMs, one upwards and one downwards in frequency, with weights of their own.

    Time has one direction, so that it can be used as inputs arrive.

    Args:
      num_units: As for `GridLSTMCell`, and so are the next arguments.
      use_peepholes: Likewise.
      share_time_frequency_weights: Likewise.
      cell_clip: Likewise.
      initializer: Likewise.
      num_unit_shards: Likewise.
      forget_bias: Likewise.
      feature_size: Likewise.
      frequency_skip: Likewise.
      num_frequency_blocks: Likewise.
      start_freqindex_list: Likewise.
      end_freqindex_list: Likewise.
      couple_input_forget_gates: Likewise.
      backward_slice_offset: Columns by which the bands of the way down are moved; beyond the inputs
        there are zeros.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError, TypeError, AttributeError: As `GridLSTMCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.BidirectionalGridLSTMCell(
      ...     4, feature_size=3, frequency_skip=2, num_frequency_blocks=[2])
      >>> output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
      >>> output.shape, state.bwd_state_f01_b00_m.shape
      (TensorShape([2, 32]), TensorShape([2, 4]))

    Legacy: `tf.contrib.rnn.BidirectionalGridLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip: float | None = None,
        initializer: InitializerLike | None = None,
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int | None = None,
        num_frequency_blocks: Sequence[int] | None = None,
        start_freqindex_list: Sequence[int] | None = None,
        end_freqindex_list: Sequence[int] | None = None,
        couple_input_forget_gates: bool = False,
        backward_slice_offset: int = 0,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(
            num_units,
            use_peepholes,
            share_time_frequency_weights,
            cell_clip,
            initializer,
            num_unit_shards,
            forget_bias,
            feature_size,
            frequency_skip,
            num_frequency_blocks,
            start_freqindex_list,
            end_freqindex_list,
            couple_input_forget_gates,
            reuse=reuse,
        )
        self._backward_slice_offset = int(backward_slice_offset)
        self._name_states('BidirectionalGridLSTMStateTuple', ['fwd_state', 'bwd_state'])
        self._output_size *= 2

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        inputs = floating_inputs(self, inputs)
        up = self._blocks(inputs)
        down = self._blocks(inputs, self._backward_slice_offset)
        outputs: list[tf.Tensor] = []
        states: list[tf.Tensor] = []
        for scope, blocks in (('fwd', up), ('bwd', [bands[::-1] for bands in down])):
            with tf1.variable_scope(scope):
                found, after = self._through(inputs, blocks, state, f'{scope}_state')
            outputs += found
            states += after
        return tf.concat(outputs, 1), self._state_tuple_type(*states)


def _state_names(direction: str, block: int, bands: int) -> list[str]:
    return [f'{direction}_f{band:02d}_b{block:02d}' for band in range(bands)]
