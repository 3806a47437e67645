"""The names of the types in signatures: what TensorFlow's own types leave open.

`tf.Tensor`, `tf.Variable`, `tf.DType` and `tf.TensorShape` are written as such. A name that ends in
`Like` is for what a function accepts and converts itself; it returns the plain type. Type checkers
see TensorFlow as `Any`, hence most of this is for readers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

# What tf.convert_to_tensor converts: tensors, variables, arrays, numbers, lists of these.
TensorLike: TypeAlias = tf.types.experimental.TensorLike
# One whole number: a batch size, a time step, a token; in a graph often a scalar tensor.
IntLike: TypeAlias = int | np.integer | tf.Tensor
# One real number: a rate, a probability, a weight.
FloatLike: TypeAlias = float | np.floating | tf.Tensor
# A tensor (or TensorArray), or tuples, lists and dicts of nests, as tf.nest reads them.
Nest: TypeAlias = Any
# The size of a state or an output without its batch: an int, a shape, or a nest of these.
Size: TypeAlias = Any
# What tf.TensorShape takes, or a tensor that holds the shape.
ShapeLike: TypeAlias = tf.TensorShape | Sequence[int | None] | int | tf.Tensor
# What tf.as_dtype takes.
DTypeLike: TypeAlias = tf.DType | np.dtype | type | str | int
# A variable scope to open, or its name.
Scope: TypeAlias = str | tf.compat.v1.VariableScope
# An RNNCell of this package, or one of Keras or of a program with the same methods.
Cell: TypeAlias = Any
# A layer of this package or of Keras (2 or 3).
LayerLike: TypeAlias = Any
# From a tensor to one of its shape; as an argument, also the name of one.
Activation: TypeAlias = Callable[[tf.Tensor], tf.Tensor]
ActivationLike: TypeAlias = Activation | str
# From a shape and a dtype to a value; as an argument also its class, name or configuration, or the
# value itself, as tf.compat.v1.get_variable takes it.
Initializer: TypeAlias = Callable[..., tf.Tensor]
InitializerLike: TypeAlias = Initializer | str | Mapping[str, object] | tf.Tensor
# From a variable to its loss, and from a variable's new value to the one allowed.
Regularizer: TypeAlias = Callable[[tf.Tensor], tf.Tensor | None]
Constraint: TypeAlias = Callable[[tf.Tensor], tf.Tensor]
# A matrix of one row for each id, parts of one, or a function from ids to vectors.
Embedding: TypeAlias = TensorLike | Callable[[tf.Tensor], tf.Tensor]
# From labels and logits to the cross entropy of each, both as keyword arguments.
LossFunction: TypeAlias = Callable[..., tf.Tensor]
# What a layer is made from again: Keras's get_config and from_config.
Config: TypeAlias = dict[str, Any]
# A path of the file system.
PathLike: TypeAlias = str | os.PathLike[str]
