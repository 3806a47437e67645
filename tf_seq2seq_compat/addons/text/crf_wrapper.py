"""A model with a conditional random field after it, and its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import (
    IS_KERAS_3,
    deserialized,
    keras,
    serializable,
)
from tf_seq2seq_compat.addons.layers.crf import CRF
from tf_seq2seq_compat.addons.text.crf import crf_log_likelihood
from tf_seq2seq_compat.types import Config, Nest

Initializer = Any


@serializable
class CRFModelWrapper(keras.Model):
    """A tagger: a model, and a `CRF` that it is trained with.

    It is compiled without a loss, as the loss is the negative log likelihood of the tags.

    Args:
      base_model: Gives the features `[batch, max_time, depth]`.
      units: Number of tags.
      chain_initializer: Of the transition scores.
      use_boundary: Whether the first and the last tag have scores of their own.
      boundary_initializer: Of these.
      use_kernel: Whether a dense layer makes unary scores of the features.
      **kwargs: Of the layer `CRF`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> base = tf.keras.Sequential([tf.keras.Input([5]), tf.keras.layers.Embedding(9, 4)])
      >>> model = tfa.text.CRFModelWrapper(base, units=3)
      >>> model.compile('sgd')
      >>> ids = np.arange(10).reshape(2, 5) % 9
      >>> history = model.fit(ids, ids % 3, verbose=0)
      >>> sorted(history.history)[0], model.predict(ids, verbose=0).shape
      ('crf_loss', (2, 5))

    Legacy: `tfa.text.crf_wrapper.CRFModelWrapper` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        base_model: Any,
        units: int,
        chain_initializer: Initializer = 'orthogonal',
        use_boundary: bool = True,
        boundary_initializer: Initializer = 'zeros',
        use_kernel: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.crf_layer = CRF(
            units, chain_initializer, use_boundary, boundary_initializer, use_kernel, **kwargs
        )
        self.base_model = base_model  # after the CRF: the order of the weights

    def unpack_training_data(self, data: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Inputs, tags and sample weights of what `fit` gives; for subclasses to override."""
        x, y, *rest = data
        return x, y, rest[0] if rest else None

    def call(
        self,
        inputs: Nest,
        training: bool | None = None,
        mask: Nest = None,
        return_crf_internal: bool = False,
    ) -> Any:
        if IS_KERAS_3:
            features = self.base_model(inputs, training=training, mask=mask)
        else:
            features = self.base_model(inputs, training, mask)
        tags, *internal = self.crf_layer(features)
        return (tuple(internal), tags) if return_crf_internal else tags

    def compute_crf_loss(
        self,
        potentials: tf.Tensor,
        sequence_length: tf.Tensor,
        kernel: tf.Tensor,
        y: tf.Tensor,
        sample_weight: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """The mean over the batch of the negative log likelihood.

        Args:
          potentials: Unary scores, `[batch, max_time, units]`.
          sequence_length: `[batch]`.
          kernel: Transition scores, `[units, units]`.
          y: Tags, `[batch, max_time]`.
          sample_weight: `[batch]`, or None.
        """
        likelihood, _ = crf_log_likelihood(potentials, y, sequence_length, kernel)
        losses = -likelihood if sample_weight is None else -likelihood * sample_weight
        return tf.reduce_mean(losses)

    def _step(self, x: Nest, y: Any, sample_weight: Any, training: bool) -> Any:
        internal, tags, *_ = self(x, training=training, return_crf_internal=True)
        scores, lengths, transitions = internal
        crf_loss = self.compute_crf_loss(scores, lengths, transitions, y, sample_weight)
        return crf_loss + tf.reduce_sum(self.losses), crf_loss, tags

    def _results_of(
        self, x: Nest, y: Any, tags: tf.Tensor, losses: dict[str, Any]
    ) -> dict[str, Any]:
        """The metrics after these tags, and the losses."""
        if IS_KERAS_3:
            return {**self.compute_metrics(x, y, tags), **losses}
        self.compiled_metrics.update_state(y, tags)
        return {**{metric.name: metric.result() for metric in self.metrics}, **losses}

    def train_step(self, data: Sequence[Any]) -> Mapping[str, Any]:
        """One step of `fit`."""
        x, y, sample_weight = self.unpack_training_data(data)
        with tf.GradientTape() as tape:
            loss, crf_loss, tags = self._step(x, y, sample_weight, training=True)
        # The layer in Keras 3 and the tape know the same variables by different objects.
        variables = [getattr(each, '_value', each) for each in self.trainable_variables]
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return self._results_of(x, y, tags, {'loss': loss, 'crf_loss': crf_loss})

    def test_step(self, data: Sequence[Any]) -> Mapping[str, Any]:
        """One step of `evaluate`."""
        x, y, sample_weight = self.unpack_training_data(data)
        loss, crf_loss, tags = self._step(x, y, sample_weight, training=False)
        return self._results_of(x, y, tags, {'loss': loss, 'crf_loss': crf_loss})

    def get_config(self) -> Config:
        layer = self.crf_layer.get_config()
        if not IS_KERAS_3:
            return {'base_model': self.base_model.get_config(), **layer}
        return {'base_model': keras.saving.serialize_keras_object(self.base_model), **layer}

    @classmethod
    def from_config(cls, config: Config) -> CRFModelWrapper:
        config = dict(config)
        base = config.pop('base_model')
        is_sequential = 'layers' in base and 'input_layers' not in base
        kind = keras.Sequential if is_sequential else keras.Model
        base = deserialized(base) if 'class_name' in base else kind.from_config(base)
        return cls(base_model=base, **config)
