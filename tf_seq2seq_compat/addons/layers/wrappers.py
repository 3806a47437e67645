"""Weight normalization (Salimans and Kingma 2016)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable
from tf_seq2seq_compat.types import Config, LayerLike, ShapeLike, TensorLike


@serializable
class WeightNormalization(keras.layers.Wrapper):
    """A layer whose kernel is learned as a direction and a length for each of its outputs.

    https://arxiv.org/abs/1602.07868.

    Args:
      layer: A layer with a `kernel`, or a `keras.layers.RNN`, whose recurrent kernel is meant.
      data_init: Whether the lengths, and the bias, begin by the mean and the variance of what the
        layer makes of the first batch. Else the kernel begins as it is.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Raises:
      ValueError: Where it is built, for a layer without a kernel.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> dense = tf.keras.layers.Dense(2)
      >>> layer = tfa.layers.WeightNormalization(dense, data_init=False)
      >>> np.allclose(layer(tf.ones([4, 3])), dense(tf.ones([4, 3])))
      True

    Legacy: `tfa.layers.WeightNormalization` of TensorFlow Addons 0.23.
    """

    def __init__(self, layer: LayerLike, data_init: bool = True, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.data_init = data_init
        self.is_rnn = isinstance(layer, keras.layers.RNN)
        if data_init and self.is_rnn:
            logging.warning(
                'WeightNormalization: the paper advises against data_init=True for recurrent '
                'layers. Give data_init=False.'
            )

    def build(self, input_shape: ShapeLike) -> None:
        """Makes the weights."""
        if not self.layer.built:
            self.layer.build(input_shape)
        owner, name = self._place
        if not hasattr(owner, name):
            raise ValueError(
                'WeightNormalization must wrap a layer that contains a `kernel` for weights, and '
                f'{type(owner).__name__} has none.'
            )
        kernel = getattr(owner, name)
        depth = int(kernel.shape[-1])
        self.g = self.add_weight(name='g', shape=(depth,), initializer='ones', dtype=kernel.dtype)
        self.v = kernel
        self._initialized = self.add_weight(
            name='initialized', shape=(), initializer='zeros', dtype='bool', trainable=False
        )
        if self.data_init:
            with tf.name_scope('data_dep_init'):
                self._naked_clone_layer = self._clone(input_shape)
        if not IS_KERAS_3:  # here alone, as in the files of TensorFlow Addons
            owner._trainable_weights = [w for w in owner._trainable_weights if w is not kernel]
        self.built = True

    @property
    def _place(self) -> tuple[Any, str]:
        """What owns the kernel, and its attribute there."""
        return (self.layer.cell, 'recurrent_kernel') if self.is_rnn else (self.layer, 'kernel')

    def _clone(self, input_shape: ShapeLike) -> LayerLike:
        """The layer with the weights that it has now, without its activation."""
        config = keras.layers.serialize(self.layer)
        config['config']['trainable'] = False
        clone = keras.layers.deserialize(config)
        if not clone.built:
            clone.build(input_shape)
        clone.set_weights(self.layer.get_weights())
        if not self.is_rnn:
            clone.activation = None
        return clone

    def _kernel(self, lengths: TensorLike) -> tf.Tensor:
        direction = tf.convert_to_tensor(self.v)
        axes = list(range(len(self.v.shape) - 1))
        return tf.nn.l2_normalize(direction, axes) * tf.cast(lengths, direction.dtype)

    def call(self, inputs: TensorLike) -> Any:
        """Calls the layer with its normalised kernel.

        Args:
          inputs: Those of the layer.

        Returns:
          Its outputs.
        """
        tf.cond(
            tf.convert_to_tensor(self._initialized),
            lambda: tf.constant(True),
            lambda: self._initialize(inputs),
        )
        with self._with_kernel(self._kernel(tf.convert_to_tensor(self.g))):
            return self.layer(inputs)

    @contextlib.contextmanager
    def _with_kernel(self, kernel: tf.Tensor) -> Iterator[None]:
        """The layer reads this tensor for its kernel."""
        if IS_KERAS_3:
            scope = keras.StatelessScope(state_mapping=[(self.v, kernel)])
            with scope:
                yield
            for variable in self.layer.variables:
                if variable is not self.v and scope.get_current_value(variable) is not None:
                    variable.assign(scope.get_current_value(variable))
            return
        owner, name = self._place
        attributes: dict[str, Any] = owner.__dict__
        attributes[name] = kernel  # past Keras, which would no longer know the variable
        try:
            yield
        finally:
            attributes[name] = self.v

    def _initialize(self, inputs: TensorLike) -> tf.Tensor:
        """The lengths, and the bias, for the first batch."""
        direction = tf.convert_to_tensor(self.v)
        if not self.data_init:
            lengths = tf.linalg.norm(tf.reshape(direction, [-1, direction.shape[-1]]), axis=0)
        else:
            outputs = tf.convert_to_tensor(self._naked_clone_layer(inputs))
            mean, variance = tf.nn.moments(outputs, list(range(outputs.shape.rank - 1)))
            scale = 1.0 / tf.sqrt(variance + 1e-10)
            times = self.g.shape[0] // scale.shape[0]  # the gates of a recurrent layer
            scales = tf.tile(scale, [times])
            lengths = tf.cast(tf.convert_to_tensor(self.g), scales.dtype) * scales
            if getattr(self.layer, 'bias', None) is not None:
                self.layer.bias.assign(tf.cast(-mean * scale, self.layer.bias.dtype))
        self.g.assign(tf.cast(lengths, self.g.dtype))
        self._initialized.assign(tf.constant(True))
        return tf.constant(True)

    def compute_output_shape(self, input_shape: ShapeLike) -> Any:
        """That of the layer."""
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> Config:
        """The arguments."""
        config: Config = super().get_config()
        return {**config, 'data_init': self.data_init}

    @classmethod
    def from_config(
        cls, config: Config, custom_objects: Mapping[str, Any] | None = None
    ) -> WeightNormalization:
        """The layer of a configuration, which stays as it is."""
        return super().from_config(dict(config), custom_objects)

    def remove(self) -> LayerLike:
        """The layer, its kernel normalised once and for all."""
        self.v.assign(self._kernel(tf.convert_to_tensor(self.g)))
        if not IS_KERAS_3:
            owner, name = self._place
            setattr(owner, name, self.v)
        return self.layer

    if IS_KERAS_3:

        @property
        def weights(self) -> list[Any]:
            """The trainable ones first, as Keras 2 and its files have them."""
            return sorted(super().weights, key=lambda weight: not weight.trainable)
