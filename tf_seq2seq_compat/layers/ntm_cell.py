"""The neural Turing machine, a cell with another for its controller."""

from __future__ import annotations

import collections
import math
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import memory
from tf_seq2seq_compat.core.cell_equations import affine
from tf_seq2seq_compat.layers.base import dtype_name
from tf_seq2seq_compat.layers.cell_base import LayerRNNCell
from tf_seq2seq_compat.layers.cell_checks import floating_inputs, input_depth, nonnegative_int
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, ShapeLike

tf1 = tf.compat.v1

__all__ = ['NTMCell', 'NTMControllerState']

NTMControllerState = collections.namedtuple(
    'NTMControllerState', ['controller_state', 'read_vector_list', 'w_list', 'M', 'time']
)
NTMControllerState.__doc__ = """The state of an `NTMCell`.

Attributes:
  controller_state: That of the controller.
  read_vector_list: What each read head has read, `[batch, memory_vector_dim]` each.
  w_list: Where the heads are, those that read first, `[batch, memory_size]` each.
  M: The memory, `[batch, memory_size, memory_vector_dim]`.
  time: Number of steps taken, a scalar. At 0 the cell begins with its trained state, whatever else
    is in here.

Example:
  >>> from tf_seq2seq_compat import rnn
  >>> cell = rnn.NTMCell(rnn.GRUCell(4), 6, 3, read_head_num=1, write_head_num=1)
  >>> cell.zero_state(2, tf.float32).M.shape
  TensorShape([2, 6, 3])

Legacy: `tensorflow.contrib.rnn.python.ops.rnn_cell.NTMControllerState` of TF 1.15.
"""


class NTMCell(LayerRNNCell):
    """The neural Turing machine: a controller that reads and writes a memory by moving heads.

    See Graves et al. 2014, https://arxiv.org/abs/1410.5401, and Collier and Beel 2018,
    https://arxiv.org/abs/1807.08518. The memory begins with small numbers, what was read and where
    the heads are with trained ones.

    Args:
      controller: A cell, whose `output_size` is a number.
      memory_size: Number of locations of the memory.
      memory_vector_dim: Size of a location.
      read_head_num: Number of heads that read.
      write_head_num: Number of heads that write.
      shift_range: How many locations a head can move up or down in a step.
      output_dim: Size of the output; that of the inputs by default, which is known after the first
        call.
      clip_value: Outputs, and what the controller says to the heads, are clipped to
        `[-clip_value, clip_value]`.
      dtype: Type of the variables.
      name: Name of the variable scope, `ntm_cell` by default.

    Raises:
      TypeError: If the controller is not a cell, or the inputs have another type.
      ValueError: If there are no heads of a kind, or fewer locations than places to move to; when
        called, for inputs whose depth is not known, or a state of another number of heads.
      AttributeError: When called, for a state that is not an `NTMControllerState`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.NTMCell(rnn.LSTMCell(8), 6, 3, read_head_num=2, write_head_num=1, output_dim=5)
      >>> outputs, state = rnn.dynamic_rnn(cell, tf.ones([2, 7, 4]), dtype=tf.float32)
      >>> outputs.shape, state.M.shape, int(state.time)
      (TensorShape([2, 7, 5]), TensorShape([2, 6, 3]), 7)

    Legacy: `tensorflow.contrib.rnn.python.ops.rnn_cell.NTMCell` of TF 1.15.
    """

    def __init__(
        self,
        controller: object,
        memory_size: int,
        memory_vector_dim: int,
        read_head_num: int,
        write_head_num: int,
        shift_range: int = 1,
        output_dim: int | None = None,
        clip_value: float = 20,
        dtype: DTypeLike = tf.float32,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=dtype, name=name)
        self.controller = as_rnn_cell(controller, 'controller')
        self.memory_size = nonnegative_int('memory_size', memory_size)
        self.memory_vector_dim = nonnegative_int('memory_vector_dim', memory_vector_dim)
        self.read_head_num = nonnegative_int('read_head_num', read_head_num)
        self.write_head_num = nonnegative_int('write_head_num', write_head_num)
        self.clip_value = clip_value
        self.output_dim = None if output_dim is None else nonnegative_int('output_dim', output_dim)
        self.shift_range = nonnegative_int('shift_range', shift_range)
        for argument in ('read_head_num', 'write_head_num'):
            if not getattr(self, argument):
                raise ValueError(f'{argument} must be 1 or more, but is 0.')
        if self.memory_size <= 2 * self.shift_range:
            raise ValueError(
                f'memory_size is {memory_size}, but with shift_range={shift_range} a head can move '
                f'to {2 * self.shift_range + 1} locations: have as many, or a smaller shift_range.'
            )
        self.num_parameters_per_head = memory.parameters_per_head(
            self.memory_vector_dim, self.shift_range
        )
        self.num_heads = self.read_head_num + self.write_head_num
        self.total_parameter_num = (
            self.num_parameters_per_head * self.num_heads
            + 2 * self.memory_vector_dim * self.write_head_num
        )

    @property
    def state_size(self) -> NTMControllerState:
        return NTMControllerState(
            self.controller.state_size,
            [self.memory_vector_dim] * self.read_head_num,
            [self.memory_size] * self.num_heads,
            tf.TensorShape([self.memory_size * self.memory_vector_dim]),
            tf.TensorShape([]),
        )

    @property
    def output_size(self) -> int | None:
        return self.output_dim

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> NTMControllerState:
        """The state to begin with, in place of which the first step takes the trained one.

        Args:
          batch_size: int or scalar integer tensor.
          dtype: Type of the zeros.

        Returns:
          An `NTMControllerState`; its M has not the shape that `state_size` says, as in TF1.
        """

        def zeros(*sizes: int) -> tf.Tensor:
            return tf.zeros([batch_size, *sizes], dtype)

        return NTMControllerState(
            self.controller.zero_state(batch_size, dtype),
            [zeros(self.memory_vector_dim) for _ in range(self.read_head_num)],
            [zeros(self.memory_size) for _ in range(self.num_heads)],
            zeros(self.memory_size, self.memory_vector_dim),
            0,
        )

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates what the heads are told by, the output's map, and what the state begins with."""
        depth = input_depth(self, inputs_shape)
        self.output_dim = depth if self.output_dim is None else self.output_dim
        size = self.controller.output_size

        def linear(name: str, rows: int, columns: int) -> tuple[object, object]:
            scaled = tf1.truncated_normal_initializer(stddev=1 / math.sqrt(rows))
            return (
                self.add_variable(f'{name}_kernel', [rows, columns], initializer=scaled),
                self.add_variable(f'{name}_bias', [columns], initializer=tf1.zeros_initializer()),
            )

        def beginnings(name: str, number: int, columns: int) -> list[object]:
            return [
                self.add_variable(
                    f'initial_{name}_{i}',
                    [1, columns],
                    initializer=tf1.glorot_uniform_initializer(),
                )
                for i in range(number)
            ]

        self._params_kernel, self._params_bias = linear(
            'parameters', size, self.total_parameter_num
        )
        rows = size + self.memory_vector_dim * self.read_head_num
        self._output_kernel, self._output_bias = linear('output', rows, self.output_dim)
        self._init_read_vectors = beginnings(
            'read_vector', self.read_head_num, self.memory_vector_dim
        )
        self._init_address_weights = beginnings('address_weights', self.num_heads, self.memory_size)
        self._M = self.add_variable(
            'memory',
            [self.memory_size, self.memory_vector_dim],
            initializer=tf1.constant_initializer(1e-6),
        )
        self.built = True

    def call(self, x: Any, prev_state: Any) -> tuple[tf.Tensor, NTMControllerState]:
        """Takes one step: inputs `[batch, depth]`, state an `NTMControllerState`."""
        self._check(x, prev_state)
        reads, weights, contents = self._before(x, prev_state)
        controller_output, controller_state = self.controller(
            tf.concat([x, *reads], 1), prev_state.controller_state
        )
        parameters = self._clipped(
            affine([controller_output], self._params_kernel, self._params_bias)
        )
        depth, readers, writers = self.memory_vector_dim, self.read_head_num, self.write_head_num
        to_heads, to_memory = tf.split(
            parameters, [self.num_parameters_per_head * self.num_heads, 2 * depth * writers], axis=1
        )
        weights = memory.address(
            tf.reshape(to_heads, [-1, self.num_heads, self.num_parameters_per_head]),
            contents,
            tf.stack(weights, 1),
            self.shift_range,
        )
        reads = tf.unstack(memory.read(weights[:, :readers], contents), readers, 1)
        erased, added = tf.unstack(tf.reshape(to_memory, [-1, writers, 2, depth]), 2, 2)
        contents = memory.write(weights[:, readers:], tf.sigmoid(erased), tf.tanh(added), contents)
        output = affine([controller_output, *reads], self._output_kernel, self._output_bias)
        return self._clipped(output), NTMControllerState(
            controller_state,
            reads,
            tf.unstack(weights, self.num_heads, axis=1),
            contents,
            prev_state.time + 1,
        )

    def _check(self, x: Any, state: Nest) -> None:
        if floating_inputs(self, x).dtype != self.dtype:
            raise TypeError(
                f'inputs of {self.name} have dtype {x.dtype.name}, but its variables have dtype '
                f'{dtype_name(self.dtype)}: use tf.cast, or give the cell dtype={x.dtype.name}.'
            )
        hint = 'Begin with zero_state(batch_size, dtype).'
        if not all(hasattr(state, field) for field in NTMControllerState._fields):
            raise AttributeError(
                f'state of {self.name} must be an NTMControllerState, but is {state}. {hint}'
            )
        for field, number in (('read_vector_list', self.read_head_num), ('w_list', self.num_heads)):
            if len(getattr(state, field)) != number:
                raise ValueError(
                    f'{field} of the state of {self.name} must have {number} tensors, one for each '
                    f'head, but has {len(getattr(state, field))}. {hint}'
                )

    def _before(
        self, x: tf.Tensor, state: Nest
    ) -> tuple[list[tf.Tensor], list[tf.Tensor], tf.Tensor]:
        """What was read, where the heads are and the memory: at time 0 those that are trained."""
        batch = tf.compat.dimension_value(x.shape[0]) or tf.shape(x)[0]

        def for_each(initial: tf.Tensor) -> tf.Tensor:
            return tf.broadcast_to(initial, [batch, *initial.shape.as_list()[1:]])

        first = (
            [for_each(tf.tanh(vector)) for vector in self._init_read_vectors],
            [for_each(tf.nn.softmax(weights)) for weights in self._init_address_weights],
            for_each(tf.convert_to_tensor(self._M)[None]),
        )
        if tf.get_static_value(state.time) == 0:
            return first  # Whatever the shapes in the state: TF1's are not those of `state_size`.
        later = list(state.read_vector_list), list(state.w_list), state.M
        begins = tf.equal(state.time, 0)
        return tf.nest.map_structure(lambda a, b: tf.where(begins, a, b), first, later)

    def _clipped(self, tensor: tf.Tensor) -> tf.Tensor:
        return tf.clip_by_value(tensor, -self.clip_value, self.clip_value)
