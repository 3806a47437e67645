"""What the cells of either Keras have in common here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras
from tf_seq2seq_compat.core.structure import batched_zeros
from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, ShapeLike

AbstractRNNCell: Any = getattr(keras.layers, 'AbstractRNNCell', keras.layers.Layer)


class RNNCell(AbstractRNNCell):
    """A cell that keeps the sizes of its state and output in `_state_size` and `_output_size`."""

    @property
    def state_size(self) -> int | list[int]:
        """The size of the state, or of each of its parts."""
        return self._state_size

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self._output_size

    def get_initial_state(
        self,
        inputs: tf.Tensor | None = None,
        batch_size: IntLike | None = None,
        dtype: DTypeLike | None = None,
    ) -> Nest:
        """Zeros for a state, as both generations of Keras ask for them.

        Args:
          inputs: Tells batch size and dtype, where given.
          batch_size: Number of rows.
          dtype: The layer's own by default.

        Returns:
          A tensor, or a list of tensors, `[batch, size]`.
        """
        if inputs is not None:
            batch_size, dtype = tf.shape(inputs)[0], inputs.dtype
        return batched_zeros(batch_size, self.state_size, dtype or self.compute_dtype)


def depth_of(input_shape: ShapeLike) -> int:
    """The last size of a shape.

    Raises:
      ValueError: It is not known.
    """
    depth = tf.compat.dimension_value(tf.TensorShape(input_shape)[-1])
    if depth is None:
        raise ValueError(
            f'The last size of the inputs must be known to make the weights, but their shape is '
            f'{input_shape}.'
        )
    return int(depth)


def dropped(
    cell: Any, x: tf.Tensor, training: bool | None, *, recurrent: bool = False, count: int = 1
) -> tf.Tensor:
    """`x` times the mask that the cell keeps for all steps of a sequence.

    Args:
      cell: A cell of Keras with `dropout` and `recurrent_dropout`.
      x: The inputs, or the state, `[batch, depth]`.
      training: Whether to drop anything.
      recurrent: Which of the two rates counts.
      count: Number of masks that Keras 2 draws at once; the first is taken.
    """
    if not 0 < (cell.recurrent_dropout if recurrent else cell.dropout) < 1:
        return x
    name = 'get_recurrent_dropout_mask' if recurrent else 'get_dropout_mask'
    if not IS_KERAS_3:
        mask = getattr(cell, f'{name}_for_cell')(x, training, count=count)
    elif training:
        mask = getattr(cell, name)(x)
    else:
        return x
    return x * (mask[0] if isinstance(mask, Sequence) else mask)
