"""A conditional random field as the last layer of a tagger."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable
from tf_seq2seq_compat.core.crf import crf_decode
from tf_seq2seq_compat.types import Config, ShapeLike

Initializer = Any


@serializable
class CRF(keras.layers.Layer):
    """Linear-chain conditional random field.

    A call takes features `[batch, max_time, depth]` and a mask `[batch, max_time]` whose False
    stands at the ends of the rows. It returns a list: the best tags `[batch, max_time]`, the unary
    scores `[batch, max_time, units]`, the lengths `[batch]` and the transition scores
    `[units, units]`, for `tfa.text.crf_log_likelihood`.

    Args:
      units: Number of tags.
      chain_initializer: Of the transition scores.
      use_boundary: Whether the first and the last tag have scores of their own.
      boundary_initializer: Of these.
      use_kernel: Whether a dense layer makes unary scores of the features; else they are the unary
        scores.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Raises:
      ValueError: For a mask that is not `[batch, max_time]`.
      NotImplementedError: In eager mode, for a mask that begins with False.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tags, scores, lengths, transitions = tfa.layers.CRF(4)(tf.ones([2, 5, 3]))
      >>> tags.shape, scores.shape, lengths.numpy().tolist(), transitions.shape
      (TensorShape([2, 5]), TensorShape([2, 5, 4]), [5, 5], TensorShape([4, 4]))

    Legacy: `tfa.layers.CRF` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        units: int,
        chain_initializer: Initializer = 'orthogonal',
        use_boundary: bool = True,
        boundary_initializer: Initializer = 'zeros',
        use_kernel: bool = True,
        **kwargs: Any,
    ) -> None:
        if IS_KERAS_3:
            kwargs.setdefault('autocast', False)
        super().__init__(**kwargs)
        self.supports_masking = True
        self.units = units
        self.use_boundary = use_boundary
        self.use_kernel = use_kernel
        self.chain_initializer = keras.initializers.get(chain_initializer)
        self.boundary_initializer = keras.initializers.get(boundary_initializer)
        self.chain_kernel = self._weight((units, units), 'chain_kernel', self.chain_initializer)
        if use_boundary:
            self.left_boundary = self._boundary('left_boundary')
            self.right_boundary = self._boundary('right_boundary')
        self._type = getattr(self, 'variable_dtype', None) or self.dtype
        dense: Any = keras.layers.Dense(units, dtype=self._type) if use_kernel else self._cast
        self._dense_layer = dense

    def _boundary(self, name: str) -> Any:
        return self._weight((self.units,), name, self.boundary_initializer)

    def _weight(self, shape: tuple[int, ...], name: str, initializer: Any) -> Any:
        # In the type of the scores, also where a mixed policy has layers compute in 16 bits.
        options = {'autocast' if IS_KERAS_3 else 'experimental_autocast': False}
        return self.add_weight(shape=shape, name=name, initializer=initializer, **options)

    def _cast(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.cast(inputs, self._type)

    def build(self, input_shape: ShapeLike) -> None:
        if self.use_kernel and not self._dense_layer.built:
            with tf.name_scope(self._dense_layer.name):
                self._dense_layer.build(input_shape)
            self._dense_layer.built = True
        self.built = True

    def call(self, inputs: tf.Tensor, mask: tf.Tensor | None = None) -> list[tf.Tensor]:
        if mask is not None:
            mask = tf.convert_to_tensor(mask)
            if mask.shape.rank != 2:
                raise ValueError(f'The mask must be [batch, max_time], but has shape {mask.shape}.')
            begins = tf.cast(mask[:, 0], tf.bool)
            if tf.executing_eagerly() and not tf.reduce_all(begins):
                raise NotImplementedError(
                    'CRF layer do not support left padding: the mask begins with False. Put the '
                    'padding at the ends of the rows.'
                )
        scores = self._dense_layer(inputs)
        if self.use_boundary:
            scores = self.add_boundary_energy(scores, mask, self.left_boundary, self.right_boundary)
        if mask is None:
            shape = tf.shape(inputs)
            lengths = tf.fill(shape[:1], tf.cast(shape[1], tf.int64))
        else:
            lengths = self.mask_to_sequence_length(mask)
        tags, _ = self.get_viterbi_decoding(scores, lengths)
        # The variable itself, so that a loss of it is a loss of the weight.
        transitions = tf.convert_to_tensor(self.chain_kernel) if IS_KERAS_3 else self.chain_kernel
        return [tags, scores, lengths, transitions]

    def mask_to_sequence_length(self, mask: tf.Tensor) -> tf.Tensor:
        """The number of True in each row, int64 `[batch]`."""
        return tf.reduce_sum(tf.cast(mask, tf.int64), 1)

    def add_boundary_energy(
        self, potentials: tf.Tensor, mask: tf.Tensor | None, start: tf.Tensor, end: tf.Tensor
    ) -> tf.Tensor:
        """The scores with those of the first and the last tag added.

        Args:
          potentials: `[batch, max_time, units]`.
          mask: `[batch, max_time]`, or None.
          start: Scores of the first tag, `[units]`.
          end: Scores of the last tag, `[units]`.
        """
        kind = potentials.dtype
        if mask is None:
            mask = tf.ones(tf.shape(potentials)[:2], tf.bool)
        present = tf.cast(mask, tf.bool)
        nothing = tf.zeros_like(present[:, :1])
        before = tf.concat([nothing, present[:, :-1]], 1)
        after = tf.concat([present[:, 1:], nothing], 1)
        first = tf.cast(present & ~before, kind)[:, :, None]
        last = tf.cast(present & ~after, kind)[:, :, None]
        return potentials + first * tf.cast(start, kind) + last * tf.cast(end, kind)

    def get_viterbi_decoding(
        self, potentials: tf.Tensor, sequence_length: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The best tags and their scores, as `tfa.text.crf_decode` gives them."""
        transitions = tf.convert_to_tensor(self.chain_kernel)
        return crf_decode(potentials, transitions, sequence_length)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            'units': self.units,
            'chain_initializer': keras.initializers.serialize(self.chain_initializer),
            'use_boundary': self.use_boundary,
            'boundary_initializer': keras.initializers.serialize(self.boundary_initializer),
            'use_kernel': self.use_kernel,
        }

    def compute_output_shape(self, input_shape: ShapeLike) -> Any:
        """The shapes of what a call returns; of the tags only for Keras 2, as in Addons."""
        rows = tuple(tf.TensorShape(input_shape).as_list()[:2])
        if not IS_KERAS_3:
            return rows
        return [rows, (*rows, self.units), rows[:1], (self.units, self.units)]

    def compute_output_spec(self, inputs: Any, mask: Any = None) -> list[Any]:
        """What Keras 3 asks for; the types of tags and lengths are those of integers."""
        types = ('int32', self._type, 'int64', self._type)
        shapes = self.compute_output_shape(inputs.shape)
        return [
            keras.KerasTensor(shape, dtype=kind) for shape, kind in zip(shapes, types, strict=True)
        ]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the features is that of the tags."""
        return mask

    if not IS_KERAS_3:

        @property
        def _compute_dtype(self) -> tf.DType:
            # No cast of the inputs: the layer's result is integers.
            return tf.int32
