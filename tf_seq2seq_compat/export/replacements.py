"""What operations that TensorFlow no longer has compute, in operations that it has.

`GatherTree` is that of every beam search. The others are in models that people have tried to load:
activations that were operations until TensorFlow Addons 0.10, and samplers of images.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import tensorflow as tf

from tf_seq2seq_compat.core import beam_search

NodeDef: TypeAlias = tf.compat.v1.NodeDef


class Replacement(NamedTuple):
    """What a node does.

    Attributes:
      function: Takes the node's inputs, and gives its output.
      specs: Of the inputs.
      output: The name of the output, by which nodes of a function take it.
    """

    function: Callable[..., tf.Tensor]
    specs: Sequence[tf.TensorSpec]
    output: str


# Beam search
# ----------------------------------------------------------------------------------------


def _gather_tree(node: NodeDef) -> Replacement:
    """`GatherTree`, with an end token, or with the lengths of the beams as TF 1.2 to 1.4 had it."""

    def spec(rank: int) -> tf.TensorSpec:
        return tf.TensorSpec([None] * rank, tf.int32)

    if sum(not name.startswith('^') for name in node.input) == 3:
        return Replacement(_tree_of_lengths, [spec(3), spec(3), spec(2)], 'beams')
    return Replacement(_tree, [spec(3), spec(3), spec(1), spec(0)], 'beams')


def _tree(
    step_ids: tf.Tensor, parent_ids: tf.Tensor, max_lengths: tf.Tensor, end_token: tf.Tensor
) -> tf.Tensor:
    """`gather_tree` with the checks of TF1's kernel, which XLA leaves out."""
    shape = tf.shape(step_ids)

    def is_beam(parents: tf.Tensor) -> tf.Tensor:
        return (parents >= 0) & (parents < shape[2])

    fits = tf.reduce_all(tf.equal(shape, tf.shape(parent_ids)))
    fits &= tf.equal(shape[1], tf.size(max_lengths))
    wrong = 'GatherTree: step_ids and parent_ids must be [max_time, batch, beam], lengths [batch].'
    with tf.control_dependencies([tf.debugging.Assert(fits, [wrong, shape])]):
        followed = beam_search.followed_parents(tf.identity(parent_ids), max_lengths)
    wrong = 'GatherTree: a parent id on the path of a beam is not one of the beams:'
    valid = tf.reduce_all(is_beam(followed))
    with tf.control_dependencies([tf.debugging.Assert(valid, [wrong, followed])]):
        parents = tf.where(is_beam(parent_ids), parent_ids, 0)
    return beam_search.gather_tree(step_ids, parents, max_lengths, end_token)


def _tree_of_lengths(step_ids: tf.Tensor, parent_ids: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Each beam up to its own length `[batch, beam]`, then -1."""
    width = tf.shape(lengths)[1]
    # Each beam is followed from its own end, so it is an example of its own.
    ids, parents = (tf.repeat(each, width, axis=1) for each in (step_ids, parent_ids))
    tree = _tree(ids, parents, tf.reshape(lengths, [-1]), tf.constant(-1))
    by_beam = tf.concat([tf.shape(ids)[:1], tf.shape(lengths), [width]], 0)
    return tf.linalg.diag_part(tf.reshape(tree, by_beam))


# Activations
# ----------------------------------------------------------------------------------------


def _activation(
    function: Callable[..., tf.Tensor], *attributes: str
) -> Callable[[NodeDef], Replacement]:
    """A function of one tensor of any shape, and of attributes of the node."""

    def replacement(node: NodeDef) -> Replacement:
        values = [_attribute(node, name) for name in attributes]
        spec = tf.TensorSpec(None, node.attr['T'].type)
        return Replacement(lambda x: function(x, *values), [spec], 'activations')

    return replacement


def _attribute(node: NodeDef, name: str) -> bool | float | str:
    """An attribute, which a file may leave out if it has its default."""
    default: dict[str, bool | float] = {'approximate': True, 'lower': -0.5, 'upper': 0.5}
    if name not in node.attr:
        return default[name]
    value = node.attr[name]
    kind = value.WhichOneof('value')
    return value.s.decode() if kind == 's' else getattr(value, kind)


def _mish(x: tf.Tensor) -> tf.Tensor:
    return x * tf.tanh(tf.math.softplus(x))


def _lisht(x: tf.Tensor) -> tf.Tensor:
    return x * tf.tanh(x)


def _tanhshrink(x: tf.Tensor) -> tf.Tensor:
    return x - tf.tanh(x)


def _hardshrink(x: tf.Tensor, lower: float, upper: float) -> tf.Tensor:
    return tf.where((x < lower) | (x > upper), x, tf.zeros([], x.dtype))


def _softshrink(x: tf.Tensor, lower: float, upper: float) -> tf.Tensor:
    return x - tf.clip_by_value(x, lower, upper)


# Images
# ----------------------------------------------------------------------------------------


def _projective_transform(node: NodeDef) -> Replacement:
    """Of images `[batch, rows, columns, channels]`; one form is given the size of the output."""
    specs = [
        tf.TensorSpec([None] * 4, node.attr['dtype'].type),
        tf.TensorSpec([None, 8], tf.float32),
        tf.TensorSpec([2], tf.int32),
    ]
    has_size = 'V2' in node.op

    def transform(images: tf.Tensor, transforms: tf.Tensor, *size: tf.Tensor) -> tf.Tensor:
        return tf.raw_ops.ImageProjectiveTransformV2(
            images=images,
            transforms=transforms,
            output_shape=size[0] if has_size else tf.shape(images)[1:3],
            interpolation=_attribute(node, 'interpolation'),
        )

    return Replacement(transform, specs if has_size else specs[:2], 'transformed_images')


def _resampler(node: NodeDef) -> Replacement:
    dtype = node.attr['T'].type
    specs = [tf.TensorSpec([None] * 4, dtype), tf.TensorSpec(None, dtype)]
    return Replacement(_resample, specs, 'output')


def _resample(data: tf.Tensor, warp: tf.Tensor) -> tf.Tensor:
    """Bilinear samples of `[batch, rows, columns, channels]` at `[batch, ..., (x, y)]`.

    All beyond the edges is 0.
    """
    shape = tf.shape(data)
    points = tf.reshape(warp, [shape[0], -1, 2])
    corner = tf.floor(points)
    found = tf.zeros([], data.dtype)
    for right in (0, 1):
        for below in (0, 1):
            at = corner + tf.constant([right, below], data.dtype)
            weight = tf.reduce_prod(1 - tf.abs(points - at), -1, keepdims=True)
            column, row = tf.unstack(tf.cast(at, tf.int32), axis=-1)
            inside = (row >= 0) & (row < shape[1]) & (column >= 0) & (column < shape[2])
            index = tf.where(inside, row * shape[2] + column, 0)
            flat = tf.reshape(data, [shape[0], -1, shape[3]])
            value = tf.gather(flat, index, batch_dims=1)
            found += tf.where(inside[:, :, None], weight * value, tf.zeros([], data.dtype))
    return tf.reshape(found, tf.concat([tf.shape(warp)[:-1], shape[3:]], 0))


REPLACEMENTS: dict[str, Callable[[NodeDef], Replacement]] = {
    'GatherTree': _gather_tree,
    'Addons>GatherTree': _gather_tree,
    'Addons>Gelu': _activation(tf.nn.gelu, 'approximate'),
    'Addons>Hardshrink': _activation(_hardshrink, 'lower', 'upper'),
    'Addons>Lisht': _activation(_lisht),
    'Addons>Mish': _activation(_mish),
    'Addons>Softshrink': _activation(_softshrink, 'lower', 'upper'),
    'Addons>Tanhshrink': _activation(_tanhshrink),
    'ImageProjectiveTransform': _projective_transform,
    'Addons>ImageProjectiveTransformV2': _projective_transform,
    'Resampler': _resampler,
    'Addons>Resampler': _resampler,
}
