"""Cells around a cell: dropout, residual connections, placement."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.layers import rnn_cell
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.layers.cell_checks import keep_probability
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.layers.rnn_cell import LSTMStateTuple
from tf_seq2seq_compat.types import Cell, Config, DTypeLike, FloatLike, IntLike, Nest, Scope, Size

tf1 = tf.compat.v1


class _CellWrapper(RNNCell):
    """A cell that adds something to another and has no variables or scope of its own."""

    def __init__(self, cell: Cell, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = as_rnn_cell(cell)

    @property
    def wrapped_cell(self) -> Cell:
        """The cell inside."""
        return self.cell

    @property
    def state_size(self) -> Size:
        return self.cell.state_size

    @property
    def output_size(self) -> Size:
        return self.cell.output_size

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Nest:
        """The zero state of the cell inside; see `RNNCell.zero_state`."""
        with tf1.name_scope(type(self).__name__ + 'ZeroState'):
            return self.cell.zero_state(batch_size, dtype)

    def get_config(self) -> Config:
        """The constructor's arguments, the cell as its class name and config."""
        inner = {'class_name': type(self.cell).__name__, 'config': self.cell.get_config()}
        return super().get_config() | {'cell': inner}

    @classmethod
    def from_config(
        cls, config: Config, custom_objects: dict[str, object] | None = None
    ) -> RNNCell:
        """The wrapper for what `get_config` gave.

        Args:
          config: From `get_config`.
          custom_objects: Dict of cell classes by name, besides those of this package.
        """
        inner = config['cell']
        classes = vars(rnn_cell) | globals() | (custom_objects or {})
        cell = classes[inner['class_name']].from_config(inner['config'])
        return cls(**(config | {'cell': cell}))


class DropoutWrapper(_CellWrapper):
    """Dropout on a cell's inputs, outputs and state.

    With `variational_recurrent=True` the same units are dropped at every step and in every row of
    the batch (Gal and Ghahramani 2015, https://arxiv.org/abs/1512.05287). The masks of a wrapper
    made in a TF1 graph are drawn anew by each `Session.run`, as in TF1; likewise those of one made
    inside a `tf.function`, by each call. The masks of a wrapper made eagerly are drawn anew by
    `zero_state`, `get_initial_state` or `new_masks`, and stay until the next such call.

    In a TF1 graph, `seed` and the graph's seed give TF1's masks. Compiled by XLA, TensorFlow
    ignores the seeds of all but variational masks, and gives those other values than uncompiled.

    Args:
      cell: The cell.
      input_keep_prob: Probability, in (0, 1], that a unit of the inputs is kept; float or scalar
        tensor.
      output_keep_prob: Likewise for the output.
      state_keep_prob: Likewise for the new state; c of an `LSTMStateTuple` is never dropped.
      variational_recurrent: Whether the masks are the same at every step.
      input_size: Nest of sizes of the inputs; needed for a variational mask of the inputs.
      dtype: Type of inputs, state and output; needed with `variational_recurrent`.
      seed: int or None.
      dropout_state_filter_visitor: Function from a part of the state to a bool, whether dropout
        enters there, or to such bools structured as the part.
      **kwargs: `name`, `trainable`.

    Raises:
      TypeError: If `cell` is not a cell or the visitor not a function.
      ValueError: If a probability is outside (0, 1], or `dtype` or `input_size` is missing.

    Example:
      >>> cell = seq2seq.DropoutWrapper(seq2seq.GRUCell(4), output_keep_prob=0.5, seed=1)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> sorted({float(x) for x in tf.reshape(output / state, [-1])} - {0.0})
      [2.0]

    Legacy: `tf.nn.rnn_cell.DropoutWrapper` of TF 1.15.
    """

    # Saved with the wrapper, but none of the cell's variables.
    _TF_MODULE_IGNORED_PROPERTIES = RNNCell._TF_MODULE_IGNORED_PROPERTIES | {'_mask_number'}
    _mask_number: Any = None
    _recurrent_input_noise: Nest | None = None
    _recurrent_state_noise: Nest | None = None
    _recurrent_output_noise: Nest | None = None

    def __init__(
        self,
        cell: Cell,
        input_keep_prob: FloatLike = 1.0,
        output_keep_prob: FloatLike = 1.0,
        state_keep_prob: FloatLike = 1.0,
        variational_recurrent: bool = False,
        input_size: Size | None = None,
        dtype: DTypeLike | None = None,
        seed: int | None = None,
        dropout_state_filter_visitor: Callable[[Nest], Nest] | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError(
                'dropout_state_filter_visitor must be a function from a part of the state to '
                f'bool, but is {dropout_state_filter_visitor!r}.'
            )
        self._dropout_state_filter = (
            dropout_state_filter_visitor or _default_dropout_state_filter_visitor
        )
        self._input_keep_prob = keep_probability('input_keep_prob', input_keep_prob)
        self._state_keep_prob = keep_probability('state_keep_prob', state_keep_prob)
        self._output_keep_prob = keep_probability('output_keep_prob', output_keep_prob)
        self._variational_recurrent = variational_recurrent
        self._input_size = input_size
        self._seed = seed
        if variational_recurrent:
            if dtype is None:
                raise ValueError('dtype is None, but variational_recurrent=True needs it.')
            if input_size is None and self._input_keep_prob != 1.0:
                raise ValueError(
                    'input_size is None, but variational_recurrent=True with input_keep_prob '
                    'needs it: give the depth of the inputs.'
                )
            self._make_masks()

    @property
    def _mask_sizes(self) -> dict[str, Size]:
        sizes = {'state': self.cell.state_size, 'output': self.cell.output_size}
        return sizes if self._input_size is None else {'input': self._input_size, **sizes}

    @property
    def _mask_shapes(self) -> dict[tuple[str, int], list[int]]:
        return {
            (what, index): [1, *tf.TensorShape(_as_list(size)).as_list()]
            for what, nest in self._mask_sizes.items()
            for index, size in enumerate(tf.nest.flatten(nest))
        }

    def _make_masks(self) -> None:
        """Uniform noise `[1, size]` for inputs, state and output, the same until drawn again.

        A wrapper made in a graph (TF1's, or that of a function being traced) makes the noise once,
        by ops that each run evaluates anew. One made eagerly may be used in many functions, and a
        tensor of one cannot be used in another: so what is kept is the number of the draw, in a
        variable, and every step makes the same noise again from it.
        """
        if tf.executing_eagerly():
            given = self._seed is not None
            first = 0 if given else tf.random.uniform([], 0, tf.int32.max, tf.int32)
            self._mask_number = tf.Variable(first, trainable=False, name='mask_number')
            return
        shapes = self._mask_shapes
        for what, nest in self._mask_sizes.items():
            noise = [
                tf.random.uniform(shapes[key], dtype=self.dtype, seed=self._gen_seed(*key))
                for key in shapes
                if key[0] == what
            ]
            setattr(self, f'_recurrent_{what}_noise', tf.nest.pack_sequence_as(nest, noise))

    def new_masks(self) -> None:
        """Draws new variational masks, if made eagerly; `zero_state` does so too."""
        if self._mask_number is not None:
            self._mask_number.assign_add(1)

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Nest:
        """The zero state of the cell inside, with new masks; see `RNNCell.zero_state`."""
        self.new_masks()
        return super().zero_state(batch_size, dtype)

    def __call__(  # type: ignore[override]
        self, inputs: Nest, state: Nest, scope: Scope | None = None
    ) -> tuple[Nest, Nest]:
        """Takes one step; see `RNNCell.__call__`."""
        inputs = self._dropout('input', inputs, self._input_keep_prob, lambda _: True)
        output, state = self.cell(inputs, state, scope=scope)
        state = self._dropout('state', state, self._state_keep_prob, self._dropout_state_filter)
        return self._dropout('output', output, self._output_keep_prob, lambda _: True), state

    def _dropout(self, what: str, values: Nest, keep_prob: FloatLike, state_filter: Nest) -> Nest:
        if isinstance(keep_prob, float) and keep_prob == 1.0:
            return values
        dropped = []
        chosen = _chosen(values, state_filter)
        for index, (value, choice) in enumerate(zip(tf.nest.flatten(values), chosen, strict=True)):
            if choice and self._variational_recurrent:
                value = self._masked(what, index, value, keep_prob)
            elif choice:
                value = tf.nn.dropout(value, rate=1 - keep_prob, seed=self._gen_seed(what, index))
            dropped.append(value)
        return tf.nest.pack_sequence_as(values, dropped)

    def _masked(self, what: str, index: int, value: tf.Tensor, keep_prob: FloatLike) -> tf.Tensor:
        shapes = self._mask_shapes
        if (what, index) not in shapes:
            raise ValueError(
                f'The {what} of the cell has more tensors than {what}_size says; its tensor '
                f'{index} has shape {value.shape}.'
            )
        if self._mask_number is None:
            noise = tf.nest.flatten(getattr(self, f'_recurrent_{what}_noise'))[index]
        else:
            seed = self._gen_seed(what, index) or sorted(shapes).index((what, index))
            noise = tf.random.stateless_uniform(
                shapes[what, index], [seed, self._mask_number], dtype=self.dtype, alg='philox'
            )
        if not noise.shape[1:].is_compatible_with(value.shape[1:]):
            raise ValueError(
                f'The {what} of the cell has shape {value.shape}, but its variational mask has '
                f'shape {noise.shape}: {what}_size must be the depth.'
            )
        keep_prob = tf.cast(keep_prob, value.dtype)
        kept = tf.cast(noise + keep_prob >= 1, value.dtype)
        return value / keep_prob * kept

    def _gen_seed(self, salt_prefix: str, index: int) -> int | None:
        """TF1's seed of a mask: 31 bits of an MD5 sum of seed, purpose and number."""
        if self._seed is None:
            return None
        text = f'{self._seed}{salt_prefix}_{index}'.encode()
        return int(hashlib.md5(text, usedforsecurity=False).hexdigest()[:8], 16) & 0x7FFFFFFF

    def get_config(self) -> Config:
        """The constructor's arguments, but for the filter of the state."""
        return super().get_config() | {
            'input_keep_prob': self._input_keep_prob,
            'output_keep_prob': self._output_keep_prob,
            'state_keep_prob': self._state_keep_prob,
            'variational_recurrent': self._variational_recurrent,
            'input_size': self._input_size,
            'seed': self._seed,
        }


class ResidualWrapper(_CellWrapper):
    """Adds a cell's inputs to its output.

    Args:
      cell: The cell.
      residual_fn: Function from inputs and output to the new output; their sum by default.
      **kwargs: `name`, `trainable`, `dtype`.

    Raises:
      TypeError: If `cell` is not a cell or `residual_fn` not a function.
      ValueError: When called, if inputs and output differ in shape (without a `residual_fn`), or
        the result is structured otherwise than the output.

    Example:
      >>> cell = seq2seq.ResidualWrapper(seq2seq.GRUCell(4))
      >>> output, state = cell(tf.ones([2, 4]), cell.zero_state(2, tf.float32))
      >>> bool(tf.reduce_all(output == state + 1.0))
      True

    Legacy: `tf.nn.rnn_cell.ResidualWrapper` of TF 1.15.
    """

    def __init__(
        self, cell: Cell, residual_fn: Callable[[Nest, Nest], Nest] | None = None, **kwargs: object
    ) -> None:
        super().__init__(cell, **kwargs)
        if residual_fn and not callable(residual_fn):
            raise TypeError(
                f'residual_fn must be a function of inputs and output, but is {residual_fn!r}.'
            )
        self._residual_fn = residual_fn

    def __call__(  # type: ignore[override]
        self, inputs: Nest, state: Nest, scope: Scope | None = None
    ) -> tuple[Nest, Nest]:
        """Takes one step; see `RNNCell.__call__`."""
        output, new_state = self.cell(inputs, state, scope=scope)
        result = (self._residual_fn or _sum_of)(inputs, output)
        tf.nest.assert_same_structure(output, result)
        return result, new_state


class DeviceWrapper(_CellWrapper):
    """Runs a cell on a device.

    Args:
      cell: The cell.
      device: Whatever `tf.device` takes, for example `'/gpu:0'`.
      **kwargs: `name`, `trainable`, `dtype`.

    Raises:
      TypeError: If `cell` is not a cell.

    Example:
      >>> cell = seq2seq.DeviceWrapper(seq2seq.GRUCell(4), '/cpu:0')
      >>> cell.zero_state(2, tf.float32).device[-5:]
      'CPU:0'

    Legacy: `tf.nn.rnn_cell.DeviceWrapper` of TF 1.15.
    """

    def __init__(self, cell: Cell, device: str | Callable[..., str], **kwargs: object) -> None:
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Nest:
        """The zero state of the cell inside, on the device; see `RNNCell.zero_state`."""
        with tf1.device(self._device):
            return super().zero_state(batch_size, dtype)

    def __call__(  # type: ignore[override]
        self, inputs: Nest, state: Nest, scope: Scope | None = None
    ) -> tuple[Nest, Nest]:
        """Takes one step; see `RNNCell.__call__`."""
        with tf1.device(self._device):
            return self.cell(inputs, state, scope=scope)

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return super().get_config() | {'device': self._device}


def new_dropout_masks(cell: Cell) -> None:
    """Draws new variational masks for every `DropoutWrapper` in a cell that was made eagerly.

    What unrolls a cell over a sequence calls this first, since a user's own initial state has not
    passed through `zero_state`.

    Args:
      cell: A cell.
    """
    parts = [cell, *cell.submodules] if isinstance(cell, tf.Module) else []
    for part in parts:
        if isinstance(part, DropoutWrapper):
            part.new_masks()


def _default_dropout_state_filter_visitor(part: Nest) -> Nest:
    if isinstance(part, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    return not isinstance(part, tf.TensorArray)


def _chosen(structure: Nest, choose: Callable[[Nest], Nest]) -> list[bool]:
    """For each tensor of the structure whether `choose` lets dropout in."""
    choice = choose(structure)
    if not isinstance(choice, bool):
        tf.nest.assert_same_structure([None] * len(_parts(structure)), [None] * len(_parts(choice)))
        pairs = zip(_parts(structure), _parts(choice), strict=True)
        return [
            flag
            for part, enter in pairs
            for flag in (_chosen(part, choose) if enter else _none_of(part))
        ]
    if not choice:
        return _none_of(structure)
    if not tf.nest.is_nested(structure):
        return [True]
    return [flag for part in _parts(structure) for flag in _chosen(part, choose)]


def _none_of(structure: Nest) -> list[bool]:
    return [False] * len(tf.nest.flatten(structure))


def _parts(structure: Nest) -> list[Nest]:
    """The parts one level down, in the order in which `tf.nest` flattens."""
    if isinstance(structure, dict):
        return [structure[key] for key in sorted(structure)]
    return list(structure)


def _sum_of(inputs: Nest, outputs: Nest) -> Nest:
    def add(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
        if not one.shape.is_compatible_with(other.shape):
            raise ValueError(
                f'inputs of ResidualWrapper have shape {one.shape}, but the output of its cell '
                f'has shape {other.shape}, so they cannot be added. Make the number of units '
                'equal to the depth of the inputs, or give a residual_fn.'
            )
        return one + other

    return tf.nest.map_structure(add, inputs, outputs)


def _as_list(size: Size) -> Size:
    return size if isinstance(size, tf.TensorShape) else [size]
