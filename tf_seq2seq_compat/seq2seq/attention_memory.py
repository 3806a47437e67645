"""The memory of an attention mechanism: checked, masked, and bound to the mechanism."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.core.path import after, graph_mode, open_graphs
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.tiling import for_each_example, origin_of, with_origin
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.seq2seq.output_layer import is_affine
from tf_seq2seq_compat.types import LayerLike, Nest, TensorLike

tf1 = tf.compat.v1


class BoundMemory:
    """An attribute that a mechanism has only while its memory is bound."""

    def __set_name__(self, _: type, name: str) -> None:
        self.slot = 'bound' + name

    def __get__(self, mechanism: Any, _: type | None = None) -> Any:
        if mechanism is None:
            return self
        value = vars(mechanism).get(self.slot)
        if value is None:
            raise ValueError(
                f'The memory of {type(mechanism).__name__} is not bound (memory is None): call '
                'setup_memory(memory, memory_sequence_length) with the encoder outputs first.'
            )
        if not is_reachable(value):
            raise ValueError(
                f'The memory of {type(mechanism).__name__} was bound inside a tf.function, and is '
                'gone with it: call setup_memory(memory, memory_sequence_length) here too.'
            )
        return value

    def __set__(self, mechanism: Any, value: object) -> None:
        vars(mechanism)[self.slot] = value


def is_reachable(value: Any) -> bool:
    """False for a tensor of a `tf.function` that is not being traced now."""
    if graph_mode() or not tf.is_symbolic_tensor(value):
        return True
    return any(graph is value.graph for graph in open_graphs())


def prepare_memory(
    memory: Nest,
    memory_sequence_length: TensorLike | None = None,
    memory_mask: TensorLike | None = None,
    check_inner_dims_defined: bool = True,
) -> Nest:
    """A nest of memories with zeros where they are masked."""
    check_one_mask(memory_sequence_length, memory_mask)

    def prepare(one: TensorLike) -> tf.Tensor:
        one = tf.convert_to_tensor(one, name='memory')
        if check_inner_dims_defined and not one.shape[2:].is_fully_defined():
            raise ValueError(
                f'Expected memory to have fully defined inner dims, but saw shape {one.shape}: '
                'make its depth known with memory.set_shape([None, None, depth]).'
            )
        return for_each_example(masked, one, memory_sequence_length, memory_mask)

    def masked(one: tf.Tensor, lengths: tf.Tensor | None, mask: tf.Tensor | None) -> tf.Tensor:
        if lengths is not None:
            return core.mask_memory(one, core.length_mask(lengths, axis_size(one, 1)))
        return one if mask is None else core.mask_memory(one, mask)

    return tf.nest.map_structure(prepare, memory)


def keys_of(values: tf.Tensor, layer: LayerLike) -> tf.Tensor:
    """The keys of a memory, once for each example where the layer is known to be row by row."""
    return for_each_example(layer, values) if is_affine(layer) else layer(values)


def checked_memory(memory: Nest, memory_layer: LayerLike) -> tf.Tensor:
    if isinstance(memory, list | tuple | dict) and any(
        tf.is_tensor(part) for part in tf.nest.flatten(memory)
    ):
        raise ValueError(
            'memory must be one tensor [batch, max_time, depth], but is a structure of '
            f'{len(tf.nest.flatten(memory))}: concatenate them with tf.concat(memory, -1) (the two '
            'outputs of a bidirectional encoder, say).'
        )
    memory = tf.convert_to_tensor(memory, name='memory')
    if memory.shape.rank is None or memory.shape.rank < 3:
        raise ValueError(
            f'memory must have shape [batch, max_time, depth], with fully defined inner dims, but '
            f'has shape {memory.shape}: give the outputs of all encoder steps, not its last state.'
        )
    if isinstance(memory_layer, Layer) and memory_layer.dtype not in (None, memory.dtype):
        raise TypeError(
            f'memory has dtype {memory.dtype.name}, but its layer has dtype '
            f'{memory_layer.dtype.name}: use tf.cast, or give the mechanism '
            f'dtype={memory.dtype.name}.'
        )
    return memory


def checked_lengths(lengths: TensorLike, memory: tf.Tensor) -> tf.Tensor | None:
    """The lengths as a tensor `[batch]`; what is not known now is checked when it runs."""
    if lengths is None:
        return None
    lengths = tf.convert_to_tensor(lengths, name='memory_sequence_length')
    if not (lengths.dtype.is_integer or lengths.dtype.is_floating):
        raise TypeError(
            f'memory_sequence_length must be integers, but has dtype {lengths.dtype.name}: give '
            'the number of steps of each example.'
        )
    if lengths.dtype.is_floating:  # TF1 takes them
        lengths = tf.cast(lengths, tf.int32)
    if not lengths.shape.is_compatible_with(memory.shape[:1]):
        raise ValueError(
            f'memory_sequence_length must have shape [batch] = {memory.shape[:1]}, but has shape '
            f'{lengths.shape}; memory has shape {memory.shape}. Give one length for each example.'
        )
    checked = after(lambda: _length_checks(lengths, memory), lengths)
    checked.set_shape(memory.shape[:1])
    return with_origin(checked, origin_of(lengths))


def _length_checks(lengths: tf.Tensor, memory: tf.Tensor) -> list[tf.Operation | None]:
    """Checks that run with the graph."""
    checks = [
        tf1.assert_non_negative(
            lengths, message='All values in memory_sequence_length must be 0 or more'
        )
    ]
    if not (lengths.shape.is_fully_defined() and memory.shape[:1].is_fully_defined()):
        checks.append(
            tf1.assert_equal(
                tf.shape(lengths),
                tf.shape(memory)[:1],
                message='memory_sequence_length must have one length for each example of memory',
            )
        )
    return checks


def checked_mask(mask: TensorLike, memory: tf.Tensor) -> tf.Tensor | None:
    if mask is None:
        return None
    mask = tf.convert_to_tensor(mask, name='memory_mask')
    if mask.dtype != tf.bool:
        raise TypeError(
            f'memory_mask must be bool, but has dtype {mask.dtype.name}: use tf.cast(mask, bool).'
        )
    if not mask.shape.is_compatible_with(memory.shape[:2]):
        raise ValueError(
            f'memory_mask must have shape [batch, max_time] = {memory.shape[:2]}, but has shape '
            f'{mask.shape}; memory has shape {memory.shape}.'
        )
    return mask


def check_one_mask(memory_sequence_length: TensorLike, memory_mask: TensorLike) -> None:
    if memory_sequence_length is not None and memory_mask is not None:
        raise ValueError(
            'Give either memory_sequence_length or memory_mask, not both: one of them says which '
            'memory may be attended to.'
        )
