"""`MultiOptimizer`, in the file where TensorFlow Addons had it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable
from tf_seq2seq_compat.addons.optimizers.base import Base, of_keras_3
from tf_seq2seq_compat.addons.optimizers.wrappers import check_is_optimizer, deserialized
from tf_seq2seq_compat.types import Config, LayerLike


def _name(variable: Any) -> str:
    """What tells a variable from all others of a model."""
    return str(getattr(variable, 'path', variable.name))


@serializable
class MultiOptimizer(Base):
    """Trains each layer by an optimizer of its own.

    Weights of layers that are not named stay as they are.

    Args:
      optimizers_and_layers: Pairs of an optimizer (for Keras 2 a legacy one) and a built layer, a
        model, or a list of layers.
      optimizer_specs: In place of them, what `create_optimizer_spec` returns for each.
      name: Name of the optimizer.
      **kwargs: Of every optimizer of Keras.

    Raises:
      RuntimeError: If both are given, or none.
      TypeError: For what is no optimizer of this Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> slow, fast = tfa.optimizers.LAMB(0.001), tfa.optimizers.LAMB(0.1)
      >>> first, last = tf.keras.layers.Dense(3), tf.keras.layers.Dense(1)
      >>> model = tf.keras.Sequential([tf.keras.layers.Input([2]), first, last])
      >>> optimizer = tfa.optimizers.MultiOptimizer([(slow, first), (fast, [last])])
      >>> [len(spec['weights']) for spec in optimizer.optimizer_specs]
      [2, 2]

    Legacy: `tfa.optimizers.MultiOptimizer` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        optimizers_and_layers: Sequence[Any] | None = None,
        optimizer_specs: Sequence[Config] | None = None,
        name: str = 'MultiOptimizer',
        **kwargs: Any,
    ) -> None:
        if (optimizers_and_layers is None) == (optimizer_specs is None):
            raise RuntimeError(
                'Must specify one of `optimizers_and_layers` or `optimizer_specs`, not both.'
            )
        if IS_KERAS_3:
            super().__init__(**{'learning_rate': 0.0, **of_keras_3(kwargs)}, name=name)
        else:
            super().__init__(name, **kwargs)
        specs = optimizer_specs or [
            self.create_optimizer_spec(*pair) for pair in optimizers_and_layers or ()
        ]
        self.optimizer_specs = [self.maybe_initialize_optimizer_spec(spec) for spec in specs]

    @classmethod
    def create_optimizer_spec(
        cls, optimizer: Any, layers_or_model: LayerLike | list[LayerLike]
    ) -> Config:
        """The optimizer, and the names of the weights that it trains.

        Args:
          optimizer: An optimizer.
          layers_or_model: A layer, a model, or a list of layers.

        Returns:
          `{'optimizer': ..., 'weights': [...]}`.
        """
        layers = layers_or_model if isinstance(layers_or_model, list) else [layers_or_model]
        names = [_name(weight) for layer in layers for weight in layer.weights]
        return {'optimizer': optimizer, 'weights': names}

    @classmethod
    def maybe_initialize_optimizer_spec(cls, optimizer_spec: Config) -> Config:
        """The specification with its optimizer made, where it is a configuration.

        Args:
          optimizer_spec: What `create_optimizer_spec` returned, here or before it was saved.

        Returns:
          A dict.
        """
        optimizer = optimizer_spec['optimizer']
        if isinstance(optimizer, Mapping):
            optimizer = deserialized(optimizer)
        check_is_optimizer(optimizer)
        return {**optimizer_spec, 'optimizer': optimizer}

    def _shares(self, pairs: Sequence[Any]) -> list[tuple[Any, list[Any]]]:
        """Each optimizer with its pairs, which end with a variable."""
        return [
            (spec['optimizer'], [pair for pair in pairs if _name(pair[-1]) in spec['weights']])
            for spec in self.optimizer_specs
        ]

    def get_config(self) -> Config:
        """The arguments, as specifications."""
        config = {'name': self.name} if IS_KERAS_3 else super().get_config()
        specs = [
            {
                'optimizer': keras.optimizers.serialize(spec['optimizer'])
                if IS_KERAS_3
                else spec['optimizer'],
                'weights': list(spec['weights']),
            }
            for spec in self.optimizer_specs
        ]
        return {**config, 'optimizer_specs': specs}

    if IS_KERAS_3:

        def build(self, variables: Sequence[Any]) -> None:
            if self.built:
                return
            super().build(variables)
            for optimizer, pairs in self._shares([(variable,) for variable in variables]):
                optimizer.build([variable for (variable,) in pairs])

        def apply(self, grads: Any, trainable_variables: Any = None) -> None:
            """A step of each optimizer."""
            variables = list(trainable_variables or self._trainable_variables)
            with tf.init_scope():
                self.build(variables)
            for optimizer, pairs in self._shares(list(zip(grads, variables, strict=True))):
                optimizer.apply(*zip(*pairs, strict=True))
            self.iterations.assign_add(1)

        @property
        def variables(self) -> list[Any]:
            """Those of this optimizer and of the ones within."""
            inner = [spec['optimizer'].variables for spec in self.optimizer_specs]
            return [*super().variables, *(each for some in inner for each in some)]

    else:

        def apply_gradients(self, grads_and_vars: Any, **kwargs: Any) -> Any:
            """A step of each optimizer."""
            taken = [
                optimizer.apply_gradients(pairs, **kwargs)
                for optimizer, pairs in self._shares(list(grads_and_vars))
            ]
            with tf.control_dependencies(taken):
                return self.iterations.assign_add(1)
