"""Cells around a cell from tf.contrib.rnn: projections, embedding, highway, attention, XLA."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.cell_equations import window_attention
from tf_seq2seq_compat.core.embedding import embed
from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.core.tensorflow_internals import op_definition
from tf_seq2seq_compat.layers.base import track_tf1_style_variables
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.layers.cell_checks import leading_columns, nonnegative_int
from tf_seq2seq_compat.layers.dense import activation_function
from tf_seq2seq_compat.layers.embedding import embedding_variable
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.layers.linear import linear
from tf_seq2seq_compat.types import (
    ActivationLike,
    Cell,
    DTypeLike,
    InitializerLike,
    IntLike,
    Nest,
    Scope,
    Size,
)

tf1 = tf.compat.v1
logger = logging.getLogger(__name__)

__all__ = [
    'AttentionCellWrapper',
    'CompiledWrapper',
    'EmbeddingWrapper',
    'HighwayWrapper',
    'InputProjectionWrapper',
    'OutputProjectionWrapper',
]


class _Wrapper(RNNCell):
    """A cell with another inside, whose state and output it has unless it says otherwise."""

    def __init__(self, cell: Cell, reuse: bool | None = None) -> None:
        super().__init__(_reuse=reuse)
        self._cell = as_rnn_cell(cell)

    @property
    def state_size(self) -> Size:
        return self._cell.state_size

    @property
    def output_size(self) -> Size:
        return self._cell.output_size

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Nest:
        """The zero state of the cell inside; see `RNNCell.zero_state`."""
        with tf1.name_scope(type(self).__name__ + 'ZeroState'):
            return self._cell.zero_state(batch_size, dtype)


class OutputProjectionWrapper(_Wrapper):
    """A dense layer on the outputs of a cell.

    It runs at every step; one dense layer on the outputs of `dynamic_rnn` is faster.

    Args:
      cell: The cell.
      output_size: Depth of the projected output.
      activation: Function or its name; none by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      TypeError: If `cell` is not a cell, or `output_size` no number.
      ValueError: If `output_size` is not positive.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.OutputProjectionWrapper(rnn.GRUCell(4), 7)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape, state.shape
      (TensorShape([2, 7]), TensorShape([2, 4]))

    Legacy: `tf.contrib.rnn.OutputProjectionWrapper` of TF 1.15.
    """

    def __init__(
        self,
        cell: Cell,
        output_size: int,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(cell, reuse)
        if output_size is None:
            raise TypeError('output_size is None: give the depth of the projected output.')
        self._output_size = nonnegative_int('output_size', output_size)
        if not self._output_size:
            raise ValueError('output_size must be > 0, but is 0.')
        self._activation = None if activation is None else activation_function(activation)

    @property
    def output_size(self) -> int:
        return self._output_size

    def call(self, inputs: Nest, state: Nest) -> tuple[Nest, Nest]:
        """Takes one step: inputs and state as the cell's, the output `[batch, output_size]`."""
        output, new_state = self._cell(inputs, state)
        projected = linear(output, self._output_size, True)
        return activation_function(self._activation)(projected), new_state


class InputProjectionWrapper(_Wrapper):
    """A dense layer on the inputs of a cell.

    It runs at every step; one dense layer on the inputs of `dynamic_rnn` is faster.

    Args:
      cell: The cell.
      num_proj: Depth of the projected inputs.
      activation: Function or its name; none by default.
      input_size: Ignored, as in TF1.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      TypeError: If `cell` is not a cell.
      ValueError: If `num_proj` is not a whole number.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.InputProjectionWrapper(rnn.GRUCell(4), 7)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> [v.shape.as_list() for v in cell.variables][:2]
      [[3, 7], [7]]

    Legacy: `tf.contrib.rnn.InputProjectionWrapper` of TF 1.15.
    """

    def __init__(
        self,
        cell: Cell,
        num_proj: int,
        activation: ActivationLike | None = None,
        input_size: Size | None = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(cell, reuse)
        if input_size is not None:
            logger.warning('%s: input_size is ignored.', self.name)
        self._num_proj = nonnegative_int('num_proj', num_proj)
        self._activation = None if activation is None else activation_function(activation)

    def call(self, inputs: Nest, state: Nest) -> tuple[Nest, Nest]:
        """Takes one step: inputs `[batch, depth]`, state and output as the cell's."""
        projected = linear(inputs, self._num_proj, True)
        return self._cell(activation_function(self._activation)(projected), state)


class EmbeddingWrapper(_Wrapper):
    """Looks ids up in an embedding before the cell.

    It runs at every step; one `tf.nn.embedding_lookup` before `dynamic_rnn` is faster.

    Args:
      cell: The cell.
      embedding_classes: Number of ids.
      embedding_size: Depth of the embedding.
      initializer: For the embedding; by default the variable scope's, or else uniform numbers of
        variance 1.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      TypeError: If `cell` is not a cell, or when called with inputs that are not integers.
      ValueError: If `embedding_classes` or `embedding_size` is not positive, or when called with
        more than one id an example.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.EmbeddingWrapper(rnn.GRUCell(4), embedding_classes=10, embedding_size=3)
      >>> output, state = cell(tf.constant([7, 1]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.EmbeddingWrapper` of TF 1.15.
    """

    def __init__(
        self,
        cell: Cell,
        embedding_classes: int,
        embedding_size: int,
        initializer: InitializerLike | None = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(cell, reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                'embedding_classes and embedding_size must be > 0, but are '
                f'{embedding_classes} and {embedding_size}.'
            )
        self._embedding_classes = embedding_classes
        self._embedding_size = embedding_size
        self._initializer = initializer

    def call(self, inputs: Nest, state: Nest) -> tuple[Nest, Nest]:
        """Takes one step: inputs are ids, `[batch]` or `[batch, 1]`; the rest as the cell's."""
        ids = tf.convert_to_tensor(inputs)
        if not ids.dtype.is_integer:
            raise TypeError(
                f'inputs of {self.name} must be ids, but have dtype {ids.dtype.name}. Give what is '
                'embedded already to the cell itself.'
            )
        if ids.shape.rank is not None and ids.shape[1:].num_elements() not in (1, None):
            raise ValueError(
                f'inputs of {self.name} must be one id an example, [batch] or [batch, 1], but have '
                f'shape {ids.shape}. Give sequences to dynamic_rnn, with a last axis of size 1.'
            )
        initializer = self._initializer or tf1.get_variable_scope().initializer
        with tf1.device('/cpu:0'):
            embedding = embedding_variable(
                'embedding',
                (self._embedding_classes, self._embedding_size),
                tf.nest.flatten(state)[0].dtype.base_dtype,
                initializer or tf1.random_uniform_initializer(-(3**0.5), 3**0.5),
            )
            embedded = embed(embedding, tf.reshape(ids, [-1]))
        return self._cell(embedded, state)


class HighwayWrapper(_Wrapper):
    """Mixes a cell's inputs into its output, through learned gates.

    `y = carry * inputs + transform * output` (Srivastava et al. 2015,
    https://arxiv.org/abs/1505.00387; for cells, Zilly et al. 2016,
    https://arxiv.org/abs/1607.03474). The gates' variables, `carry_w`, `carry_b`, `transform_w` and
    `transform_b`, are in the scope in which the wrapper is called, as in TF1.

    Args:
      cell: The cell; its output must have the shape of its inputs.
      couple_carry_transform_gates: Whether the transform gate is one minus the carry gate.
      carry_bias_init: Initial value of `carry_b`; `transform_b` begins with its negative.

    Raises:
      TypeError: If `cell` is not a cell.
      ValueError: When called, if inputs and output differ in shape.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.HighwayWrapper(rnn.GRUCell(4))
      >>> output, state = cell(tf.ones([2, 4]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.HighwayWrapper` of TF 1.15.
    """

    def __init__(
        self, cell: Cell, couple_carry_transform_gates: bool = True, carry_bias_init: float = 1.0
    ) -> None:
        super().__init__(cell)
        self._couple_carry_transform_gates = couple_carry_transform_gates
        self._carry_bias_init = carry_bias_init

    @track_tf1_style_variables
    def __call__(self, inputs: Nest, state: Nest, scope: Scope | None = None) -> tuple[Nest, Nest]:
        """Takes one step; see `RNNCell.__call__`."""
        inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
        output, new_state = self._cell(inputs, state, scope=scope)
        tf.nest.assert_same_structure(inputs, output)
        return tf.nest.map_structure(self._mix, inputs, output), new_state

    def _mix(self, inputs: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
        if not inputs.shape.is_compatible_with(output.shape):
            raise ValueError(
                f'inputs of HighwayWrapper have shape {inputs.shape}, but the output of its cell '
                f'has shape {output.shape}, so they cannot be mixed. Make the number of units '
                'equal to the depth of the inputs.'
            )
        carry = self._gate('carry', inputs, self._carry_bias_init)
        if self._couple_carry_transform_gates:
            transform = 1 - carry
        else:
            transform = self._gate('transform', inputs, -self._carry_bias_init)
        return carry * inputs + transform * output

    def _gate(self, name: str, inputs: tf.Tensor, bias_init: float) -> tf.Tensor:
        depth, dtype = inputs.shape[-1], inputs.dtype.base_dtype
        weights = tf1.get_variable(f'{name}_w', [depth, depth], dtype)
        bias = tf1.get_variable(
            f'{name}_b', [depth], dtype, initializer=tf1.constant_initializer(bias_init)
        )
        return tf.sigmoid(tf1.nn.xw_plus_b(inputs, weights, bias))


class AttentionCellWrapper(_Wrapper):
    """Attention of a cell over its own last outputs.

    Each step the inputs are joined with the last context and projected, the cell steps, its state
    attends over the window of the last `attn_length` outputs (additively, Bahdanau et al. 2014,
    https://arxiv.org/abs/1409.0473), and output and new context are projected to the output.

    Args:
      cell: The cell.
      attn_length: Number of outputs in the window.
      attn_size: Depth of the output; the cell's output size by default.
      attn_vec_size: Depth of the attention; `attn_size` by default.
      input_size: Depth of the projected inputs; that of the inputs by default.
      state_is_tuple: Whether the state is a tuple (state of the cell, context, window), else the
        three side by side along axis 1 (deprecated).
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      TypeError: If `cell` is not a cell.
      ValueError: If `attn_length` is not positive, or with `state_is_tuple=False` the cell has a
        tuple for its state.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.AttentionCellWrapper(rnn.GRUCell(4), attn_length=6)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> [part.shape[1] for part in state]
      [4, 4, 24]

    Legacy: `tf.contrib.rnn.AttentionCellWrapper` of TF 1.15.
    """

    def __init__(
        self,
        cell: Cell,
        attn_length: int,
        attn_size: int | None = None,
        attn_vec_size: int | None = None,
        input_size: int | None = None,
        state_is_tuple: bool = True,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(cell, reuse)
        if tf.nest.is_nested(self._cell.state_size) and not state_is_tuple:
            raise ValueError(
                'state_is_tuple=False needs a cell with one tensor as state, but its state_size is '
                f'{self._cell.state_size}. Leave state_is_tuple at True.'
            )
        if attn_length <= 0:
            raise ValueError(f'attn_length must be greater than zero, but is {attn_length}.')
        if not state_is_tuple:
            logger.warning('%s: state_is_tuple=False is slower and deprecated.', self.name)
        self._attn_length = attn_length
        self._attn_size = self._cell.output_size if attn_size is None else attn_size
        self._attn_vec_size = self._attn_size if attn_vec_size is None else attn_vec_size
        self._input_size = input_size
        self._state_is_tuple = state_is_tuple

    @property
    def state_size(self) -> Size:
        window = self._attn_size * self._attn_length
        sizes = (self._cell.state_size, self._attn_size, window)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> int:
        return self._attn_size

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Nest:
        """Zeros for the cell's state, the context and the window; see `RNNCell.zero_state`."""
        return RNNCell.zero_state(self, batch_size, dtype)

    def call(self, inputs: Nest, state: Nest) -> tuple[Nest, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        cell_state, context, window = self._parts(state)
        window = tf.reshape(window, [-1, self._attn_length, self._attn_size])
        depth = inputs.shape[1] if self._input_size is None else self._input_size
        output, cell_state = self._cell(linear([inputs, context], depth, True), cell_state)
        with tf1.variable_scope('attention'):
            weights = tf1.get_variable(
                'attn_w', [1, 1, self._attn_size, self._attn_vec_size], window.dtype
            )
            v = tf1.get_variable('attn_v', [self._attn_vec_size], window.dtype)
            query = linear(tf.nest.flatten(cell_state), self._attn_vec_size, True)
            context = window_attention(query, window, tf.squeeze(weights, [0, 1]), v)
        with tf1.variable_scope('attn_output_projection'):
            output = linear([output, context], self._attn_size, True)
        window = tf.concat([window[:, 1:], output[:, None]], 1)
        window = tf.reshape(window, [-1, self._attn_length * self._attn_size])
        new_state = (cell_state, context, window)
        return output, new_state if self._state_is_tuple else tf.concat(new_state, 1)

    def _parts(self, state: Nest) -> Nest:
        if not self._state_is_tuple:
            window = self._attn_size * self._attn_length
            return leading_columns(state, [self._cell.state_size, self._attn_size, window])
        if tf.is_tensor(state) or len(state) != 3:
            raise ValueError(
                f'state of {self.name} must be a tuple (state of the cell, context, window), but '
                f'is {state}. Begin with zero_state(batch_size, dtype).'
            )
        return state


class CompiledWrapper(_Wrapper):
    """Compiles the steps of a cell with XLA, in TF1 graphs.

    In eager mode and `tf.function` it changes nothing: there, `tf.function(jit_compile=True)`
    compiles the whole program.

    Args:
      cell: The cell.
      compile_stateful: Whether stateful operations are compiled as well: a bool, or a function from
        a `NodeDef` to bool.

    Raises:
      TypeError: If `cell` is not a cell.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.CompiledWrapper(rnn.GRUCell(4))
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.CompiledWrapper` of TF 1.15.
    """

    def __init__(self, cell: Cell, compile_stateful: bool = False) -> None:
        super().__init__(cell)
        self._compile_stateful = compile_stateful

    def __call__(  # type: ignore[override]
        self, inputs: Nest, state: Nest, scope: Scope | None = None
    ) -> tuple[Nest, Nest]:
        """Takes one step; see `RNNCell.__call__`."""
        compiled: Any = contextlib.nullcontext()
        if graph_mode():
            compiled = tf.xla.experimental.jit_scope(compile_ops=self._compiles)
        with compiled:
            return self._cell(inputs, state, scope=scope)

    def _compiles(self, node: tf.compat.v1.NodeDef) -> bool:
        if callable(self._compile_stateful):
            return bool(self._compile_stateful(node))
        return self._compile_stateful or not _is_stateful(node.op)


def _is_stateful(operation: str) -> bool:
    definition = op_definition(operation)
    return definition is not None and definition.is_stateful
