"""`tensorflow_addons.utils.types`: names for annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras

_KINDS = (np.float16, np.float32, np.float64, np.int8, np.int16, np.int32, np.int64)
_UNSIGNED = (np.uint8, np.uint16, np.uint32, np.uint64)

Number: Any = Union[(float, int, *_KINDS, *_UNSIGNED)]
Initializer = None | dict | str | Callable | keras.initializers.Initializer
Regularizer = None | dict | str | Callable | keras.regularizers.Regularizer
Constraint = None | dict | str | Callable | keras.constraints.Constraint
Activation = None | str | Callable
Optimizer = keras.optimizers.Optimizer | str
TensorLike = (
    list[Any] | tuple | Number | np.ndarray | tf.Tensor | tf.SparseTensor | tf.Variable | Any
)
FloatTensorLike = tf.Tensor | float | np.float16 | np.float32 | np.float64
AcceptableDTypes = tf.DType | np.dtype | type | int | str | None
