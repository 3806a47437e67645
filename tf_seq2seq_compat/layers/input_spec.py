"""The rank, shape and type that a layer requires of its inputs."""

from __future__ import annotations

import dataclasses
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.types import ShapeLike


@dataclasses.dataclass
class InputSpec:
    """The rank, shape and type that a layer requires of its inputs; None means any.

    Args:
      dtype: Their type.
      shape: Their shape.
      ndim: Their rank.
      max_ndim: Their highest rank.
      min_ndim: Their lowest rank.
      axes: Sizes by axis.

    Example:
      >>> seq2seq.GRUCell(4).input_spec.ndim
      2

    Legacy: `tf.layers.InputSpec` of TF 1.15.
    """

    dtype: tf.DType | None = None
    shape: ShapeLike | None = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: dict[int, int | None] = dataclasses.field(default_factory=dict)


def check_inputs(spec: Any, value: Any, name: str) -> None:
    """Raises a ValueError for a tensor that does not meet a spec, of this class or of Keras.

    Args:
      spec: The `InputSpec`.
      value: The tensor; what has no static rank passes.
      name: What the message calls it.
    """
    shape = getattr(value, 'shape', None)
    rank = getattr(shape, 'ndims', None)
    if shape is None or rank is None:
        return
    wanted = [(f'rank {spec.ndim}', spec.ndim in (None, rank))]
    wanted += [(f'at least rank {spec.min_ndim}', rank >= (spec.min_ndim or 0))]
    wanted += [(f'at most rank {spec.max_ndim}', rank <= (spec.max_ndim or rank))]
    for axis, size in (spec.axes or {}).items():
        seen = shape[int(axis)] if -rank <= int(axis) < rank else 0
        wanted += [(f'size {size} in axis {axis}', None in (size, seen) or seen == size)]
    wanted += [(f'shape {spec.shape}', shape.is_compatible_with(spec.shape))]
    wanted += [(f'dtype {spec.dtype}', spec.dtype is None or value.dtype == spec.dtype)]
    hint = ''
    if spec.ndim == 2:
        hint = ' A cell takes one step, [batch, depth]: give whole sequences to dynamic_rnn.'
    for what, is_met in wanted:
        if not is_met:
            raise ValueError(
                f'{name} must have {what}, but have shape {shape} and dtype '
                f'{value.dtype.name}.{hint}'
            )
