"""The focal loss for unequal classes (Lin et al. 2017)."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable
from tf_seq2seq_compat.types import Config, TensorLike


def sigmoid_focal_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
) -> tf.Tensor:
    """Cross entropy that counts less the surer a prediction is, summed over the last axis.

    Args:
      y_true: Zeros and ones, `[..., classes]`.
      y_pred: Probabilities, or logits.
      alpha: Weight of the ones; that of the zeros is one minus it. 0: none.
      gamma: Power of the error that the loss is multiplied by. 0: none.
      from_logits: Whether `y_pred` are logits.

    Returns:
      The losses, without the last axis.

    Raises:
      ValueError: For a negative gamma.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> loss = tfa.losses.sigmoid_focal_crossentropy([[1.0], [1.0]], [[0.9], [0.1]])
      >>> loss.numpy().round(4).tolist()
      [0.0003000000142492354, 0.46630001068115234]

    Legacy: `tfa.losses.sigmoid_focal_crossentropy` of TensorFlow Addons 0.23.
    """
    if gamma and gamma < 0:
        raise ValueError(f'gamma must not be negative, but is {gamma}.')
    y_pred = tf.convert_to_tensor(y_pred)
    y_true = tf.cast(y_true, y_pred.dtype)
    keras_functions = keras.ops if IS_KERAS_3 else keras.backend
    loss = keras_functions.binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    right = tf.sigmoid(y_pred) if from_logits else y_pred
    right = y_true * right + (1 - y_true) * (1 - right)
    if alpha:
        loss *= y_true * alpha + (1 - y_true) * (1 - alpha)
    if gamma:
        loss *= (1 - right) ** gamma
    return tf.reduce_sum(loss, -1)


@serializable
class SigmoidFocalCrossEntropy(keras.losses.Loss):
    """`sigmoid_focal_crossentropy` as a loss of Keras.

    Args:
      from_logits: Whether predictions are logits.
      alpha: Weight of the ones.
      gamma: Power of the error that the loss is multiplied by.
      reduction: As for losses of Keras; none by default.
      name: Name of the loss.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.losses.SigmoidFocalCrossEntropy()([[1.0], [1.0]], [[0.9], [0.1]]).shape
      TensorShape([2])

    Legacy: `tfa.losses.SigmoidFocalCrossEntropy` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        from_logits: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        reduction: str = 'none',
        name: str = 'sigmoid_focal_crossentropy',
    ) -> None:
        super().__init__(reduction=reduction, name=name)
        self._options: dict[str, Any] = {'from_logits': from_logits, 'alpha': alpha, 'gamma': gamma}

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> tf.Tensor:
        return sigmoid_focal_crossentropy(y_true, y_pred, **self._options)

    def get_config(self) -> Config:
        config: dict[str, Any] = super().get_config()
        return {**config, **self._options}
