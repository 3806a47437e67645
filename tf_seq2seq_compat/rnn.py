"""Recurrent networks over whole sequences: `dynamic_rnn` and its family.

Every name of `tf.contrib.rnn` that this package provides stands here too, and the cells that TF1
has in the file of its cells only, so that

    from tf_seq2seq_compat import rnn

replaces `from tensorflow.contrib import rnn`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.compiled_loop import unroll_for
from tf_seq2seq_compat.core.loop import as_tensors, for_steps, input_array, stacked, unroll
from tf_seq2seq_compat.core.precision import mixed_precision
from tf_seq2seq_compat.core.structure import (
    axis_size,
    batched_zeros,
    check_same_structure,
    transpose_batch_time,
    where_rows,
)
from tf_seq2seq_compat.layers.cell_wrappers import new_dropout_masks
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell

tf1 = tf.compat.v1

# The other names of tf.contrib.rnn; what runs cells builds on this module, so they load on use.
_HOMES = {
    'fused_rnn': (
        'FusedRNNCell FusedRNNCellAdaptor LSTMBlockFusedCell LSTMBlockWrapper TimeReversedFusedRNN'
    ),
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
    'rnn_stacked': 'stack_bidirectional_dynamic_rnn stack_bidirectional_rnn',
    'rnn_static': 'static_bidirectional_rnn static_state_saving_rnn',
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}
__all__ = sorted(
    [
        *_HOME_OF,
        'best_effort_input_batch_size',
        'bidirectional_dynamic_rnn',
        'dynamic_rnn',
        'raw_rnn',
        'static_rnn',
        'transpose_batch_time',
    ]
)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    package = __name__.rpartition('.')[0]
    value = getattr(importlib.import_module(f'{package}.{_HOME_OF[name]}'), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


@without_autograph
def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
    *,
    jit_compile: bool | None = None,
    policy: str | None = None,
) -> tuple[Any, Any]:
    """Runs a cell over sequences, as many steps as they have.

    Past the end of a sequence its outputs are zero and its state stays what it was.

    Args:
      cell: An `RNNCell`, or a Keras cell.
      inputs: Nest of `[batch, max_time, ...]` tensors (`[max_time, batch, ...]` if `time_major`).
      sequence_length: Length of each sequence, int `[batch]`; all run to `max_time` by default.
      initial_state: State to begin with, a nest like `cell.state_size` of `[batch, ...]` tensors;
        scalars and TensorArrays in it are carried on without a batch. Zeros by default.
      dtype: Type of the initial state and the outputs; needed where `initial_state` is not given.
      parallel_iterations: Steps that may run in parallel, 32 by default.
      swap_memory: Whether tensors of the forward pass may move to host memory (TF1 graphs).
      time_major: Whether time is the first axis of inputs and outputs.
      scope: Variable scope, 'rnn' by default.
      jit_compile: In a TF1 graph, whether XLA compiles the loop, for each shape of the inputs that
        it meets; where it cannot, the loop runs as it would have without. By default as `run --xla`
        says. In TensorFlow 2 use `tf.function(jit_compile=True)`.
      policy: `'mixed_bfloat16'` or `'mixed_float16'`: the precision of the loop's products; see
        `mixed_precision`.

    Returns:
      `(outputs, state)`: a nest like `cell.output_size` of `[batch, max_time, ...]` (or
      `[max_time, batch, ...]`) tensors, and the final state.

    Raises:
      TypeError: If `cell` is no cell.
      ValueError: If inputs have a rank below 3 or an unknown depth, if their batch or time sizes
        differ, if `sequence_length` is not `[batch]`, or if neither `initial_state` nor `dtype` is
        given.

    Example:
      >>> cell = seq2seq.GRUCell(6)
      >>> outputs, state = seq2seq.dynamic_rnn(
      ...     cell, tf.ones([2, 5, 3]), sequence_length=[5, 2], dtype=tf.float32)
      >>> outputs.shape, state.shape
      (TensorShape([2, 5, 6]), TensorShape([2, 6]))
      >>> bool(tf.reduce_all(outputs[1, 2:] == 0))
      True

    Legacy: `tf.nn.dynamic_rnn` of TF 1.15.
    """
    cell = as_rnn_cell(cell)
    new_dropout_masks(cell)
    with tf1.variable_scope(scope or 'rnn'), mixed_precision(policy):
        inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
        if not time_major:
            inputs = tf.nest.map_structure(_to_time_major, inputs)
        time_steps, batch_size = _time_and_batch(inputs)
        if sequence_length is not None:
            sequence_length = _checked_lengths(sequence_length, batch_size)
        state = _initial_state(cell, initial_state, batch_size, dtype)
        output_dtype = _output_dtype(dtype, state)
        zero_output = batched_zeros(batch_size, cell.output_size, output_dtype)
        arrays = tf.nest.map_structure(input_array, inputs)

        def step(time: tf.Tensor, state: Any) -> tuple[Any, Any]:
            step_inputs = tf.nest.map_structure(lambda array: array.read(time), arrays)
            output, new_state = cell(step_inputs, state)
            check_same_structure(zero_output, output, f'The output of {type(cell).__name__}')
            check_same_structure(state, new_state, f'The new state of {type(cell).__name__}')
            if sequence_length is not None:
                finished = time >= sequence_length
                output = where_rows(finished, zero_output, output)
                new_state = where_rows(finished, state, new_state)
            return output, new_state

        limit = time_steps
        if sequence_length is not None:
            # One step at least, so that the variables exist even if every sequence is empty.
            longest = tf.maximum(1, tf.reduce_max(tf.concat([sequence_length, [0]], 0)))
            limit = tf.minimum(time_steps, longest)
        run = unroll_for(jit_compile)(
            step,
            state,
            zero_output,
            capacity=time_steps,
            limit=limit,
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
        )
        outputs = stacked(run, zero_output, length=time_steps)
        if not time_major:
            outputs = tf.nest.map_structure(transpose_batch_time, outputs)
        return outputs, run.state


@without_autograph
def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Runs one cell forwards and another backwards over the same sequences.

    Args:
      cell_fw: The cell that reads forwards.
      cell_bw: The cell that reads backwards, from the end of each sequence.
      inputs: Nest of `[batch, max_time, ...]` tensors (`[max_time, batch, ...]` if `time_major`).
      sequence_length: Length of each sequence, int `[batch]`.
      initial_state_fw: State to begin with forwards, as for `dynamic_rnn`.
      initial_state_bw: State to begin with backwards.
      dtype: As for `dynamic_rnn`.
      parallel_iterations: As for `dynamic_rnn`.
      swap_memory: As for `dynamic_rnn`.
      time_major: As for `dynamic_rnn`.
      scope: Variable scope, 'bidirectional_rnn' by default; the cells' are 'fw' and 'bw' below it.

    Returns:
      `((outputs_fw, outputs_bw), (state_fw, state_bw))`, each as `dynamic_rnn` gives it; both
      outputs are in the order of the inputs.

    Raises:
      TypeError: If a cell is no cell.
      ValueError: As `dynamic_rnn`.

    Example:
      >>> outputs, states = seq2seq.bidirectional_dynamic_rnn(
      ...     seq2seq.GRUCell(4), seq2seq.GRUCell(4), tf.ones([2, 5, 3]), dtype=tf.float32)
      >>> tf.concat(outputs, 2).shape
      TensorShape([2, 5, 8])

    Paper: Schuster and Paliwal 1997. Legacy: `tf.nn.bidirectional_dynamic_rnn` of TF 1.15.
    """
    cell_fw = as_rnn_cell(cell_fw, argument='cell_fw')
    cell_bw = as_rnn_cell(cell_bw, argument='cell_bw')
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)

    def reverse(x: tf.Tensor) -> tf.Tensor:
        if sequence_length is None:
            return tf.reverse(x, [time_axis])
        return tf.reverse_sequence(x, sequence_length, seq_axis=time_axis, batch_axis=batch_axis)

    def run(cell: Any, inputs: Any, initial_state: Any, scope: Any) -> tuple[Any, Any]:
        return dynamic_rnn(
            cell,
            inputs,
            sequence_length,
            initial_state,
            dtype,
            parallel_iterations,
            swap_memory,
            time_major,
            scope,
        )

    if sequence_length is not None:
        sequence_length = tf.convert_to_tensor(sequence_length)
    inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
    with tf1.variable_scope(scope or 'bidirectional_rnn'):
        with tf1.variable_scope('fw') as scope_fw:
            outputs_fw, state_fw = run(cell_fw, inputs, initial_state_fw, scope_fw)
        with tf1.variable_scope('bw') as scope_bw:
            reversed_inputs = tf.nest.map_structure(reverse, inputs)
            outputs, state_bw = run(cell_bw, reversed_inputs, initial_state_bw, scope_bw)
        outputs_bw = tf.nest.map_structure(reverse, outputs)
    return (outputs_fw, outputs_bw), (state_fw, state_bw)


@without_autograph
def raw_rnn(
    cell: Any,
    loop_fn: Callable[..., Any],
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    scope: Any = None,
    *,
    maximum_iterations: Any = None,
) -> tuple[Any, Any, Any]:
    """Runs a cell with a function of the caller's between the steps.

    `loop_fn(time, cell_output, cell_state, loop_state)` is called once before the first step, with
    time 0 and None for the rest, and after each step. It returns five things: which elements are
    finished, the next input, the next cell state, what to emit, and the next loop state. In the
    first call the state is the initial one, and what to emit is a description: tensors of the shape
    and type of one example (None: as the cell's output). The loop ends when all are finished.

    Args:
      cell: An `RNNCell`, or a Keras cell.
      loop_fn: The function above: what is finished is bool `[batch]`, the next input a nest of
        `[batch, ...]` tensors, the loop state any nest or None.
      parallel_iterations: As for `dynamic_rnn`.
      swap_memory: As for `dynamic_rnn`.
      scope: Variable scope, 'rnn' by default.
      maximum_iterations: Most steps that the loop may take; needed with XLA, where the emitted
        TensorArrays have this size.

    Returns:
      `(emit_ta, final_state, final_loop_state)`: a nest of TensorArrays of `[batch, ...]` elements,
      the final cell state, and the last loop state (None if `loop_fn` never gave one).

    Raises:
      TypeError: If `cell` is no cell or `loop_fn` no function.
      ValueError: If the batch of the inputs is inconsistent, or for XLA without
        `maximum_iterations`.

    Example:
      >>> cell = seq2seq.GRUCell(4)
      >>> def loop_fn(time, output, state, loop_state):
      ...     next_state = cell.zero_state(2, tf.float32) if output is None else state
      ...     return tf.fill([2], time >= 3), tf.ones([2, 1]), next_state, output, None
      >>> emitted, state, _ = seq2seq.raw_rnn(cell, loop_fn)
      >>> emitted.stack().shape
      TensorShape([3, 2, 4])

    Legacy: `tf.nn.raw_rnn` of TF 1.15.
    """
    cell = as_rnn_cell(cell)
    new_dropout_masks(cell)
    if not callable(loop_fn):
        raise TypeError(f'loop_fn must be callable, but is a {type(loop_fn).__name__}.')
    with tf1.variable_scope(scope or 'rnn'):
        time = tf.constant(0)
        finished, next_input, state, emit_structure, loop_state = loop_fn(time, None, None, None)
        has_loop_state = loop_state is not None
        loop_state = loop_state if has_loop_state else tf.constant(0)
        next_input = tf.nest.map_structure(tf.convert_to_tensor, next_input)
        check_same_structure(cell.state_size, state, 'The initial state')
        batch_size = axis_size(tf.nest.flatten(next_input)[0], 0)
        if emit_structure is None:
            dtype = tf.nest.flatten(state)[0].dtype
            zero_emit = batched_zeros(batch_size, cell.output_size, dtype)
        else:
            emit_structure = tf.nest.map_structure(tf.convert_to_tensor, emit_structure)
            zero_emit = tf.nest.map_structure(
                lambda e: batched_zeros(
                    batch_size, e.shape if e.shape.is_fully_defined() else tf.shape(e), e.dtype
                ),
                emit_structure,
            )

        def step(time: tf.Tensor, carried: Any) -> tuple[Any, Any]:
            finished, current_input, state, loop_state = carried
            output, cell_state = cell(current_input, state)
            next_finished, next_input, next_state, emit, next_loop_state = loop_fn(
                time + 1, output, cell_state, loop_state if has_loop_state else None
            )
            if next_loop_state is None:
                next_loop_state = loop_state
            next_input = tf.nest.map_structure(tf.convert_to_tensor, next_input)
            emit = where_rows(finished, zero_emit, emit)
            next_state = where_rows(finished, state, next_state)
            next_finished = tf.logical_or(finished, next_finished)
            return emit, (next_finished, next_input, next_state, next_loop_state)

        run = unroll(
            step,
            (tf.convert_to_tensor(finished), next_input, state, loop_state),
            zero_emit,
            capacity=maximum_iterations,
            running=lambda carried: tf.logical_not(tf.reduce_all(carried[0])),
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
        )
        _, _, state, loop_state = run.state
        return run.emitted, state, loop_state if has_loop_state else None


@without_autograph
def static_rnn(
    cell: Any,
    inputs: Sequence[Any],
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Runs a cell over a Python list of inputs, one copy of the step for each.

    Args:
      cell: An `RNNCell`, or a Keras cell.
      inputs: List of `max_time` nests of `[batch, ...]` tensors.
      initial_state: As for `dynamic_rnn`.
      dtype: As for `dynamic_rnn`.
      sequence_length: As for `dynamic_rnn`.
      scope: Variable scope, 'rnn' by default.

    Returns:
      `(outputs, state)`: a list of `max_time` outputs (nests of `[batch, ...]` tensors), and the
      final state.

    Raises:
      TypeError: If `cell` is no cell, or `inputs` no list.
      ValueError: If `inputs` is empty, or neither `initial_state` nor `dtype` is given.

    Example:
      >>> outputs, state = seq2seq.static_rnn(
      ...     seq2seq.GRUCell(4), [tf.ones([2, 3])] * 5, dtype=tf.float32)
      >>> len(outputs), outputs[0].shape
      (5, TensorShape([2, 4]))

    Legacy: `tf.nn.static_rnn` (`tf.contrib.rnn.static_rnn`) of TF 1.15.
    """
    cell = as_rnn_cell(cell)
    new_dropout_masks(cell)
    if not isinstance(inputs, list | tuple):
        raise TypeError(
            f'inputs must be a sequence (a list, one element a step), but is {inputs!r}. '
            'Split a tensor with tf.unstack(inputs, axis=1), or use dynamic_rnn.'
        )
    if not inputs:
        raise ValueError('inputs must not be empty: static_rnn takes one element a step.')
    with tf1.variable_scope(scope or 'rnn') as variable_scope:
        inputs = [tf.nest.map_structure(tf.convert_to_tensor, x) for x in inputs]
        batch_size = axis_size(tf.nest.flatten(inputs[0])[0], 0)
        if sequence_length is not None:
            sequence_length = _checked_lengths(sequence_length, batch_size, one_for_all=True)
        if initial_state is None and dtype is None:
            raise ValueError(
                'If no initial_state is provided, dtype must be specified (tf.float32, say).'
            )
        state = _initial_state(cell, initial_state, batch_size, dtype)
        state = for_steps(state, len(inputs))
        outputs = []
        for time, step_inputs in enumerate(inputs):
            if time > 0:
                variable_scope.reuse_variables()
            call = functools.partial(cell, step_inputs, state)
            if sequence_length is None:
                output, state = call()
            else:
                size, output_dtype = cell.output_size, _output_dtype(dtype, state)
                zero_output = batched_zeros(batch_size, size, output_dtype)
                output, state = _step_within(time, sequence_length, call, zero_output, state)
            outputs.append(output)
        return outputs, state


def _step_within(
    time: int, lengths: tf.Tensor, call: Callable[[], Any], zero_output: Any, state: Any
) -> tuple[Any, Any]:
    """A step for the sequences that go on; none after the longest, for what counts steps."""
    before = (zero_output, state)

    def step() -> Any:
        after = call()
        check_same_structure(before, after, 'The output and the new state')
        for old, new in zip(tf.nest.flatten(before), tf.nest.flatten(after), strict=True):
            if new.dtype != old.dtype:
                raise TypeError(
                    f'A step gives {new.dtype.name} and not {old.dtype.name}: dtype, inputs and '
                    'initial_state must have one type.'
                )
        return after

    # Rows are chosen outside: TensorFlow's optimizer breaks branches that choose by constants.
    after = tf.cond(tf.reduce_any(time < lengths), step, lambda: before)
    for old, new in zip(tf.nest.flatten(before), tf.nest.flatten(after), strict=True):
        if tf.is_tensor(new):
            new.set_shape(old.shape)
    return where_rows(time >= lengths, before, after)


def best_effort_input_batch_size(flat_input: Sequence[tf.Tensor]) -> Any:
    """The batch size of time-major inputs, as a number where one of them tells it.

    Args:
      flat_input: List of `[max_time, batch, ...]` tensors.

    Returns:
      An int if it is known, else an int32 scalar.

    Raises:
      ValueError: If a tensor of known shape has a rank below 2.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> rnn.best_effort_input_batch_size([tf.ones([5, 2, 3])])
      2

    Legacy: `tf.contrib.rnn.best_effort_input_batch_size` of TF 1.15.
    """
    for tensor in flat_input:
        rank = tensor.shape.rank
        if rank is not None and rank < 2:
            raise ValueError(
                f'inputs must have rank at least 2, [max_time, batch, ...], but one has shape '
                f'{tensor.shape}.'
            )
        size = None if rank is None else tf.compat.dimension_value(tensor.shape[1])
        if size is not None:
            return size
    return tf.shape(flat_input[0])[1]


# -- what the functions above share --------------------------------------------------------------


def _to_time_major(x: tf.Tensor) -> tf.Tensor:
    x_time_major = transpose_batch_time(x)
    _check_sequence_rank(x_time_major, x.shape)
    return x_time_major


def _check_sequence_rank(x: tf.Tensor, given: tf.TensorShape) -> None:
    """Checks time-major inputs, which were `given` in this shape."""
    if x.shape.rank is not None and x.shape.rank < 3:
        # TF1 names the time-major shape.
        raise ValueError(
            f'Shape {tuple(x.shape.as_list())} must have rank at least 3: inputs of dynamic_rnn '
            f'are [batch, max_time, depth], but have shape {tuple(given.as_list())}. One number a '
            'step needs a last axis of size 1: tf.expand_dims(inputs, -1).'
        )


def _time_and_batch(inputs: Any) -> tuple[Any, Any]:
    """Sizes of the first two axes of time-major inputs, checked to be the same for all."""
    sizes: list[Any] = [None, None]
    tensors = tf.nest.flatten(inputs)
    if not tensors:
        raise ValueError('inputs of dynamic_rnn must be [batch, max_time, depth], but are empty.')
    for tensor in tensors:
        _check_sequence_rank(tensor, tensor.shape)
        if tensor.shape.rank is None:
            raise ValueError(
                'inputs of dynamic_rnn have an unknown rank: give them a shape '
                '(inputs.set_shape([None, None, depth])).'
            )
        if tf.compat.dimension_value(tensor.shape[2]) is None:
            raise ValueError(
                f'Input size (depth of inputs) must be known, but inputs have shape '
                f'{tensor.shape}: give them a static last dimension (set_shape).'
            )
        for axis, what in ((0, 'Time steps is'), (1, 'Batch_size is')):
            size = axis_size(tensor, axis)
            known = sizes[axis]
            if isinstance(known, int) and isinstance(size, int) and known != size:
                raise ValueError(
                    f'{what} not the same for all the elements of inputs: {known} and {size}.'
                )
            if known is None or isinstance(size, int):
                sizes[axis] = size
    return sizes[0], sizes[1]


def _checked_lengths(sequence_length: Any, batch_size: Any, one_for_all: bool = False) -> tf.Tensor:
    """int32 `[batch]`; from one length alone if TF1 takes that where it does not see the batch."""
    lengths = tf.cast(sequence_length, tf.int32)
    if lengths.shape.rank not in (None, 1):
        raise ValueError(
            'sequence_length must be a vector of length batch_size, but saw shape: '
            f'{lengths.shape}.'
        )
    static = tf.get_static_value(batch_size)
    if static is not None and not lengths.shape.is_compatible_with([int(static)]):
        raise ValueError(
            f'sequence_length has shape {lengths.shape}, but the batch of the inputs is {static}: '
            'it must have one length for each sequence. Time-major inputs need time_major=True.'
        )
    if static is not None and lengths.shape.is_fully_defined():
        return lengths
    if one_for_all:
        return tf.broadcast_to(lengths, [batch_size])
    check = tf1.assert_equal(
        tf.shape(lengths), [batch_size], message='sequence_length must have one length a sequence'
    )
    with tf.control_dependencies([check]):
        return tf.identity(lengths, name='sequence_length')


def _initial_state(cell: Any, given: Any, batch_size: Any, dtype: Any) -> Any:
    if given is not None:
        return as_tensors(given)
    if dtype is None:
        raise ValueError(
            'If there is no initial_state, you must give a dtype (tf.float32, say): it is the type '
            'of the zero state that the cell begins with.'
        )
    if getattr(cell, 'get_initial_state', None) is not None:
        return as_tensors(cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype))
    return as_tensors(cell.zero_state(batch_size, dtype))


def _output_dtype(dtype: Any, state: Any) -> tf.DType:
    if dtype is not None:
        return tf.as_dtype(dtype)
    dtypes = {s.dtype for s in tf.nest.flatten(state)}
    if not dtypes:
        raise ValueError('The state is empty, so it does not tell a dtype: give dtype.')
    if len(dtypes) > 1:
        names = ', '.join(sorted(d.name for d in dtypes))
        raise ValueError(
            f'The state has tensors of different types ({names}), so it does not tell the type of '
            'the outputs: give dtype.'
        )
    return dtypes.pop()
