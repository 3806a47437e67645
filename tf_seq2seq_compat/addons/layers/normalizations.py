"""Group normalization of Keras under the names of TensorFlow Addons (Wu and He 2018)."""

from __future__ import annotations

from typing import Any

from tf_seq2seq_compat.addons.keras_generation import keras, serializable


@serializable
class GroupNormalization(keras.layers.GroupNormalization):
    """Group normalization: the layer of Keras, whose numbers are those of TensorFlow Addons.

    Args:
      groups: Number of groups of channels; -1 for a group for each channel.
      axis: The axis of the channels.
      epsilon: Added to the variances.
      center: Whether a shift is added.
      scale: Whether there is a gain.
      beta_initializer: Of the shift.
      gamma_initializer: Of the gain.
      beta_regularizer: Of the shift.
      gamma_regularizer: Of the gain.
      beta_constraint: Of the shift.
      gamma_constraint: Of the gain.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.layers.GroupNormalization(2)(tf.ones([1, 3, 4])).shape
      TensorShape([1, 3, 4])

    Legacy: `tfa.layers.GroupNormalization` of TensorFlow Addons 0.23.
    """


@serializable
class InstanceNormalization(GroupNormalization):
    """Group normalization with a group for each channel (Ulyanov et al. 2016).

    Args:
      **kwargs: Of `GroupNormalization`, except for `groups`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.layers.InstanceNormalization()(tf.ones([1, 3, 4])).shape
      TensorShape([1, 3, 4])

    Legacy: `tfa.layers.InstanceNormalization` of TensorFlow Addons 0.23.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, 'groups': -1})
