"""Attention with several heads, with the arguments and weights of TensorFlow Addons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.types import Config, InitializerLike, TensorLike

_KINDS = {'initializer': 'initializers', 'regularizer': 'regularizers', 'constraint': 'constraints'}


@serializable
class MultiHeadAttention(keras.layers.Layer):
    """Scaled dot-product attention with several heads (Vaswani et al. 2017).

    https://arxiv.org/abs/1706.03762. `keras.layers.MultiHeadAttention` has other weights.

    Args:
      head_size: Depth of a head.
      num_heads: Number of heads.
      output_size: Depth of the outputs; that of the values by default.
      dropout: Rate at which attention coefficients are dropped in training.
      use_projection_bias: Whether a bias is added to the outputs.
      return_attn_coef: Whether the attention coefficients are returned too.
      kernel_initializer: Initializer of the kernels.
      kernel_regularizer: Their regularizer.
      kernel_constraint: Their constraint.
      bias_initializer: Initializer of the bias.
      bias_regularizer: Its regularizer.
      bias_constraint: Its constraint.
      **kwargs: Of every layer of Keras: `name`, `dtype`, `trainable`.

    Raises:
      ValueError: For an output size below 1, and in a call for sizes that do not fit.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> attention = tfa.layers.MultiHeadAttention(head_size=4, num_heads=2, output_size=3)
      >>> attention([tf.ones([1, 5, 6]), tf.ones([1, 7, 8])]).shape  # query, and key and value
      TensorShape([1, 5, 3])

    Legacy: `tfa.layers.MultiHeadAttention` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        head_size: int,
        num_heads: int,
        output_size: int | None = None,
        dropout: float = 0.0,
        use_projection_bias: bool = True,
        return_attn_coef: bool = False,
        kernel_initializer: InitializerLike = 'glorot_uniform',
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_initializer: InitializerLike = 'zeros',
        bias_regularizer: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if output_size is not None and output_size < 1:
            raise ValueError(f'output_size must be a positive number, but is {output_size}.')
        self.head_size = head_size
        self.num_heads = num_heads
        self.output_size = output_size
        self.use_projection_bias = use_projection_bias
        self.return_attn_coef = return_attn_coef
        given = {
            'kernel': (kernel_initializer, kernel_regularizer, kernel_constraint),
            'bias': (bias_initializer, bias_regularizer, bias_constraint),
        }
        self._of_weights = {
            part: {
                kind: getattr(keras, module).get(value)
                for (kind, module), value in zip(_KINDS.items(), values, strict=True)
            }
            for part, values in given.items()
        }
        self.dropout = keras.layers.Dropout(dropout, dtype=kwargs.get('dtype'))
        self._dropout_rate = dropout

    def build(self, input_shape: Sequence[Any]) -> None:
        """Makes the weights for the shapes of query, key and perhaps value."""
        depths = [int(shape[-1]) for shape in [*input_shape, input_shape[1]][:3]]
        for name, depth in zip(('query', 'key', 'value'), depths, strict=True):
            self._add(f'{name}_kernel', [self.num_heads, depth, self.head_size])
        size = self.output_size or depths[2]
        self._add('projection_kernel', [self.num_heads, self.head_size, size])
        self.projection_bias = None
        if self.use_projection_bias:
            self._add('projection_bias', [size])
        self.built = True

    def _add(self, name: str, shape: list[int]) -> None:
        weight = self.add_weight(
            name=name, shape=shape, **self._of_weights[name.rpartition('_')[2]]
        )
        setattr(self, name, weight)

    def call(
        self,
        inputs: Sequence[TensorLike],
        training: bool | None = None,
        mask: TensorLike | None = None,
    ) -> Any:
        """Attends.

        Args:
          inputs: `[query, key, value]` or `[query, key]`, each `[..., elements, depth]`.
          training: Whether coefficients are dropped.
          mask: `[..., elements of query, elements of key]`, with one axis for the heads or without:
            1 for what is attended to.

        Returns:
          `[..., elements of query, output_size]`; with `return_attn_coef` also the coefficients
          `[..., heads, elements of query, elements of key]`.
        """
        query, key, value = map(tf.convert_to_tensor, [*inputs, inputs[1]][:3])
        if key.shape[-2] != value.shape[-2]:
            raise ValueError(
                "the number of elements in 'key' must be that in 'value', but the shapes are "
                f'{key.shape} and {value.shape}.'
            )
        if isinstance(mask, list | tuple) and all(each is None for each in mask):
            mask = None  # Keras says that no input has a mask
        if mask is not None:
            mask = tf.convert_to_tensor(mask)
            if mask.shape[-2:].as_list() != [query.shape[-2], key.shape[-2]]:
                raise ValueError(
                    "the last dimensions of 'mask' must be the elements of 'query' and of 'key', "
                    f'{query.shape[-2]} and {key.shape[-2]}, but its shape is {mask.shape}.'
                )
        query, key, value = (
            tf.einsum('...xi,hio->...xho', each, tf.convert_to_tensor(kernel))
            for each, kernel in (
                (query, self.query_kernel),
                (key, self.key_kernel),
                (value, self.value_kernel),
            )
        )
        query /= tf.sqrt(tf.cast(self.head_size, query.dtype))
        scores = tf.einsum('...nho,...mho->...hnm', query, key)
        if mask is not None:
            mask = tf.cast(mask, scores.dtype)
            if mask.shape.rank != scores.shape.rank:
                mask = tf.expand_dims(mask, -3)
            # What is masked everywhere is attended to by its scores.
            scores -= min(1e10, scores.dtype.max) * (1 - mask)
        coefficients = tf.nn.softmax(scores)
        dropped = self.dropout(coefficients, training=training)
        heads = tf.einsum('...hnm,...mho->...nho', dropped, value)
        outputs = tf.einsum(
            '...nho,hoi->...ni', heads, tf.convert_to_tensor(self.projection_kernel)
        )
        if self.projection_bias is not None:
            outputs += tf.convert_to_tensor(self.projection_bias)
        return (outputs, coefficients) if self.return_attn_coef else outputs

    def compute_output_shape(self, input_shape: Sequence[Any]) -> Any:
        """The shape of the outputs, and with `return_attn_coef` of the coefficients."""
        query, key, value = map(tuple, [*input_shape, input_shape[1]][:3])
        outputs = (*query[:-1], self.output_size or value[-1])
        if not self.return_attn_coef:
            return outputs
        return outputs, (*query[:-2], self.num_heads, query[-2], key[-2])

    def get_config(self) -> Config:
        """The arguments."""
        config: Config = super().get_config()
        parts = {
            f'{part}_{kind}': getattr(keras, _KINDS[kind]).serialize(value)
            for part, values in self._of_weights.items()
            for kind, value in values.items()
        }
        return {
            **config,
            'head_size': self.head_size,
            'num_heads': self.num_heads,
            'output_size': self.output_size,
            'dropout': self._dropout_rate,
            'use_projection_bias': self.use_projection_bias,
            'return_attn_coef': self.return_attn_coef,
            **parts,
        }
