"""The methods of a tf.keras layer that TF 1.15's V2 mechanisms have, without Keras."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.layers.dense import Dense, activation_name
from tf_seq2seq_compat.types import Config, LayerLike

tf1 = tf.compat.v1

_scaled = functools.partial(tf1.variance_scaling_initializer, mode='fan_in')
_uniform = functools.partial(tf1.random_uniform_initializer, -0.05, 0.05)
_normal = functools.partial(tf1.random_normal_initializer, 0.0, 0.05)
# By the names that tf.keras.initializers.get of TF 1.15 knows, beside those of the classes.
_INITIALIZERS: dict[str, Callable[[], object]] = {
    'constant': tf1.constant_initializer,
    'glorot_normal': tf1.glorot_normal_initializer,
    'glorot_uniform': tf1.glorot_uniform_initializer,
    'he_normal': functools.partial(_scaled, 2.0, distribution='truncated_normal'),
    'he_uniform': functools.partial(_scaled, 2.0, distribution='uniform'),
    'identity': tf1.initializers.identity,
    'lecun_normal': functools.partial(_scaled, 1.0, distribution='truncated_normal'),
    'lecun_uniform': functools.partial(_scaled, 1.0, distribution='uniform'),
    'normal': _normal,
    'ones': tf1.ones_initializer,
    'orthogonal': tf1.orthogonal_initializer,
    'random_normal': _normal,
    'random_uniform': _uniform,
    'truncated_normal': functools.partial(tf1.truncated_normal_initializer, 0.0, 0.05),
    'uniform': _uniform,
    'zeros': tf1.zeros_initializer,
}
_CLASSES = {type(make()).__name__: type(make()) for make in _INITIALIZERS.values()}
_NAMES = {type(make()).__name__: make for make in _INITIALIZERS.values()}


def initializer(given: object) -> Any:
    """An initializer as Keras takes it: itself, its name, its configuration, or None.

    Raises:
      ValueError: For another name.
    """
    if isinstance(given, Mapping) and given.get('class_name') in _CLASSES:
        return _CLASSES[given['class_name']](**given['config'])
    if given is None or callable(given):
        return given
    make = {**_NAMES, **_INITIALIZERS}.get(given) if isinstance(given, str) else None
    if make is None:
        raise ValueError(
            f'kernel_initializer {given!r} is not known. Names are: '
            f'{", ".join(_INITIALIZERS)}; any initializer may be given instead.'
        )
    return make()


def configuration(part: object) -> Any:
    """The configuration of an initializer or a layer, as Keras's `serialize` returns it."""
    if part is None or not hasattr(part, 'get_config'):
        return getattr(part, '__name__', part)
    name = 'Dense' if isinstance(part, KerasDense) else type(part).__name__
    return {'class_name': name, 'config': part.get_config()}


def layer_of(config: Config, custom_objects: Mapping[str, Any] | None) -> LayerLike:
    """The layer of a configuration: a `KerasDense` where that does it, else one of Keras."""
    if not isinstance(config, Mapping):
        return config
    name, options = config['class_name'], dict(config['config'])
    kind = (custom_objects or {}).get(name)
    if kind is not None:
        return kind.from_config(options)
    if name == 'Dense' and not any(options.get(each) for each in _LEFT_TO_KERAS):
        return KerasDense(**{key: options[key] for key in options if key not in _LEFT_TO_KERAS})
    if not graph_mode():
        return tf.keras.layers.deserialize(dict(config), custom_objects=custom_objects)
    from tf_keras.layers import deserialize

    return deserialize(dict(config), custom_objects=custom_objects)


class OfKeras(Layer):
    """A layer that takes nothing from the variable scope but its name."""

    _freezes_variables = False  # Keras's `trainable` is of the layer alone

    @contextlib.contextmanager
    def _variable_scope(self, reuse: bool | None) -> Iterator[object]:
        with super()._variable_scope(reuse) as scope:
            scope.set_initializer(tf1.glorot_uniform_initializer())
            scope.set_regularizer(None)
            scope.set_partitioner(None)
            scope.set_use_resource(True)
            yield scope


_LEFT_TO_KERAS = (
    'kernel_regularizer',
    'bias_regularizer',
    'activity_regularizer',
    'kernel_constraint',
    'bias_constraint',
)


class KerasDense(OfKeras, Dense):
    """`Dense` with the arguments and the configuration of Keras's."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        self._initializers: dict[str, Any] = {
            name: initializer(kwargs.pop(name, default))
            for name, default in (
                ('kernel_initializer', 'glorot_uniform'),
                ('bias_initializer', 'zeros'),
            )
        }
        super().__init__(units, **self._initializers, **kwargs)

    def get_config(self) -> Config:
        """The arguments, as Keras's layer has them."""
        return {
            'name': self.name,
            'trainable': self.trainable,
            'dtype': None if self.dtype is None else self.dtype.name,
            'units': self.units,
            'activation': activation_name(self.activation),
            'use_bias': self.use_bias,
            **{name: configuration(made) for name, made in self._initializers.items()},
            **dict.fromkeys(_LEFT_TO_KERAS),
        }
