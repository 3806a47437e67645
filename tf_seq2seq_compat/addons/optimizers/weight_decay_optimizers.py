"""Weight decay beside the update of any optimizer (Loshchilov and Hutter 2019)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable
from tf_seq2seq_compat.addons.optimizers.base import (
    SGD,
    Adam,
    Number,
    as_tensor,
    is_named,
    of_keras_3,
)
from tf_seq2seq_compat.types import Config


def _key(variable: Any) -> int:
    return id(getattr(variable, '_value', variable))


class DecoupledWeightDecayExtension:
    """Shrinks variables by a share of themselves before an optimizer updates them.

    It stands before an optimizer class of Keras among the bases. The share is not multiplied by the
    learning rate, which Keras's own `weight_decay` is.

    Args:
      weight_decay: The share; a number, a schedule, or a function.
      exclude_from_weight_decay: Regular expressions for names of variables that do not decay.
      **kwargs: Of the optimizer.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> class Optimizer(tfa.optimizers.DecoupledWeightDecayExtension, tf.keras.optimizers.SGD):
      ...     pass
      >>> weight = tf.Variable([1.0])
      >>> _ = Optimizer(0.5, learning_rate=0.1).apply_gradients([(tf.constant([2.0]), weight)])
      >>> weight.numpy().round(3).tolist()
      [0.30000001192092896]

    Legacy: `tfa.optimizers.DecoupledWeightDecayExtension` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        weight_decay: Number,
        exclude_from_weight_decay: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**of_keras_3(kwargs))
        if isinstance(weight_decay, dict):
            weight_decay = keras.optimizers.schedules.deserialize(weight_decay)
        self._decayed: set[int] | None = None
        self.exclude_from_weight_decay = exclude_from_weight_decay
        if hasattr(self, '_set_hyper'):
            self._set_hyper('weight_decay', weight_decay)
        else:
            self._decay = weight_decay

    def get_config(self) -> Config:
        """The configuration of the optimizer, with the decay."""
        decay: Any
        if hasattr(self, '_serialize_hyperparameter'):
            decay = self._serialize_hyperparameter('weight_decay')
        else:
            decay = self._decay
            if isinstance(decay, keras.optimizers.schedules.LearningRateSchedule):
                decay = keras.optimizers.schedules.serialize(decay)
        return {
            **super().get_config(),  # type: ignore[misc]
            'weight_decay': decay,
            'exclude_from_weight_decay': self.exclude_from_weight_decay,
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: Any = None) -> Any:
        """An optimizer by its configuration."""
        config = dict(config)
        for name in ('learning_rate', 'weight_decay'):
            if isinstance(config.get(name), dict):
                config[name] = keras.optimizers.schedules.deserialize(
                    config[name], custom_objects=custom_objects
                )
        return cls(**config)

    def minimize(
        self,
        loss: Any,
        var_list: Iterable[Any],
        grad_loss: tf.Tensor | None = None,
        name: str | None = None,
        decay_var_list: Iterable[Any] | None = None,
        tape: tf.GradientTape | None = None,
    ) -> Any:
        """Computes gradients and applies them.

        Args:
          loss: A function without arguments, or a tensor of `tape`.
          var_list: What to change: a list, or a function that gives one.
          grad_loss: Gradient of the loss.
          name: Name of the operation.
          decay_var_list: What decays; all that changes, by default.
          tape: The tape that saw the loss.
        """
        if callable(loss):
            with tf.GradientTape() as tape:
                loss = loss()
        if tape is None:
            raise ValueError('Give a function as the loss, or the tape that saw it as tape.')
        variables = list(var_list() if callable(var_list) else var_list)
        watched = [getattr(each, '_value', each) for each in variables]
        gradients = tape.gradient(loss, watched, grad_loss)
        pairs = zip(gradients, variables, strict=True)
        return self.apply_gradients(pairs, name=name, decay_var_list=decay_var_list)

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        name: str | None = None,
        decay_var_list: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Applies gradients.

        Args:
          grads_and_vars: Pairs of gradient and variable.
          name: Name of the operation.
          decay_var_list: What decays; all that changes, by default.
          **kwargs: Of the optimizer's `apply_gradients`.
        """
        pairs = list(grads_and_vars)
        if not IS_KERAS_3:
            kwargs['name'] = name
        self._decayed = {_key(v) for v in decay_var_list} if decay_var_list else None
        return super().apply_gradients(pairs, **kwargs)  # type: ignore[misc]

    def _decays(self, variable: Any) -> bool:
        if self._decayed is not None:
            return _key(variable) in self._decayed
        return not is_named(variable, self.exclude_from_weight_decay)

    def _share(self, kind: tf.DType) -> tf.Tensor:
        share = self._get_hyper('weight_decay') if hasattr(self, '_get_hyper') else self._decay
        if isinstance(share, keras.optimizers.schedules.LearningRateSchedule):
            share = share(self.iterations)  # type: ignore[attr-defined]
        return tf.cast(share() if callable(share) else share, kind)

    def _shrink(self, variable: Any, rows: tf.Tensor | None = None) -> tf.Operation:
        """Takes the share off a variable, or off some of its rows."""
        if not self._decays(variable):
            return tf.no_op()
        value = as_tensor(variable)
        change = self._share(value.dtype) * value
        if rows is not None:
            touched = tf.IndexedSlices(tf.gather(change, rows), rows, tf.shape(value))
            change = tf.convert_to_tensor(touched)
        done = variable.assign_sub(change)
        return tf.no_op() if done is None else tf.group(done)

    def update_step(self, gradient: Any, variable: Any, *learning_rate: Any) -> None:
        """One step of one variable, as the newer optimizers of Keras have it."""
        self._shrink(variable, _rows(gradient))
        if IS_KERAS_3:  # whose optimizers square rows that are named twice before they add them
            gradient = tf.convert_to_tensor(gradient)
        super().update_step(gradient, variable, *learning_rate)  # type: ignore[misc]

    def _resource_apply_dense(self, grad: tf.Tensor, var: tf.Variable, **kwargs: Any) -> Any:
        with tf.control_dependencies([self._shrink(var)]):
            return super()._resource_apply_dense(grad, var, **kwargs)  # type: ignore[misc]

    def _resource_apply_sparse(
        self, grad: tf.Tensor, var: tf.Variable, indices: tf.Tensor, **kwargs: Any
    ) -> Any:
        with tf.control_dependencies([self._shrink(var, indices)]):
            return super()._resource_apply_sparse(grad, var, indices, **kwargs)  # type: ignore[misc]


def _rows(gradient: Any) -> tf.Tensor | None:
    """The rows that a sparse gradient is about, each once."""
    if not isinstance(gradient, tf.IndexedSlices):
        return None
    return tf.unique(gradient.indices)[0]


def extend_with_decoupled_weight_decay(base_optimizer: type) -> type:
    """A subclass of an optimizer class that takes `weight_decay` as its first argument.

    Args:
      base_optimizer: A class of optimizers of Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> SGDW = tfa.optimizers.extend_with_decoupled_weight_decay(tf.keras.optimizers.SGD)
      >>> weight = tf.Variable([1.0])
      >>> optimizer = SGDW(weight_decay=0.5, learning_rate=0.1)
      >>> _ = optimizer.apply_gradients([(tf.constant([2.0]), weight)])
      >>> weight.numpy().round(3).tolist()
      [0.30000001192092896]

    Legacy: `tfa.optimizers.extend_with_decoupled_weight_decay` of TensorFlow Addons 0.23.
    """

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):
        """The optimizer, with decoupled weight decay."""

        def __init__(self, weight_decay: Number, *args: Any, **kwargs: Any) -> None:
            super().__init__(weight_decay, *args, **kwargs)

    return OptimizerWithDecoupledWeightDecay


@serializable
class AdamW(DecoupledWeightDecayExtension, Adam):
    """Adam with decoupled weight decay.

    Args:
      weight_decay: Share of each variable that a step takes off.
      learning_rate: Step size.
      beta_1: Decay of the first moment.
      beta_2: Decay of the second moment.
      epsilon: Added to the denominator.
      amsgrad: Whether the largest second moment so far is used.
      name: Name of the optimizer.
      **kwargs: `exclude_from_weight_decay`, and those of every optimizer of Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> weight = tf.Variable([1.0])
      >>> _ = tfa.optimizers.AdamW(0.5, 0.1).apply_gradients([(tf.constant([2.0]), weight)])
      >>> weight.numpy().round(3).tolist()
      [0.4000000059604645]

    Legacy: `tfa.optimizers.AdamW` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        weight_decay: Number,
        learning_rate: Number = 0.001,
        beta_1: Number = 0.9,
        beta_2: Number = 0.999,
        epsilon: float = 1e-07,
        amsgrad: bool = False,
        name: str = 'AdamW',
        **kwargs: Any,
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            amsgrad=amsgrad,
            name=name,
            **kwargs,
        )


@serializable
class SGDW(DecoupledWeightDecayExtension, SGD):
    """Gradient descent with decoupled weight decay.

    Args:
      weight_decay: Share of each variable that a step takes off.
      learning_rate: Step size.
      momentum: Of the steps.
      nesterov: Whether the momentum is Nesterov's.
      name: Name of the optimizer.
      **kwargs: `exclude_from_weight_decay`, and those of every optimizer of Keras.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> weight = tf.Variable([1.0])
      >>> _ = tfa.optimizers.SGDW(0.5, 0.1).apply_gradients([(tf.constant([2.0]), weight)])
      >>> weight.numpy().round(3).tolist()
      [0.30000001192092896]

    Legacy: `tfa.optimizers.SGDW` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        weight_decay: Number,
        learning_rate: Number = 0.001,
        momentum: Number = 0.0,
        nesterov: bool = False,
        name: str = 'SGDW',
        **kwargs: Any,
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            momentum=momentum,
            nesterov=nesterov,
            name=name,
            **kwargs,
        )
