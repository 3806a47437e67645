"""The Keras over which the classes of `addons` are made: one for a process.

It is chosen where this module is loaded, which is with the first class that is asked for:

* on TensorFlow 2.15 `tf.keras`, which is Keras 2;
* tf-keras (Keras 2 for later versions of TensorFlow), if `TF_USE_LEGACY_KERAS` is 1 or true, in a
  TF1 graph, where Keras 3 does not run, or if the program has imported `tf_keras` and not `keras`
  and does not set that variable;
* else Keras 3.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import os
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop_arrays import OpenEndedArray, Recorder
from tf_seq2seq_compat.types import LayerLike

tf1 = tf.compat.v1
_C = TypeVar('_C', bound=type)


def _chosen() -> Any:
    """The module `keras` of that Keras."""
    if tuple(map(int, tf.__version__.split('.')[:2])) < (2, 16):
        return tf.keras
    said = os.environ.get('TF_USE_LEGACY_KERAS', '').lower()
    main = vars(sys.modules['__main__']).values()
    names = {v.__name__ for v in main if isinstance(v, types.ModuleType)}
    imported = not said and 'tf_keras' in sys.modules and 'keras' not in names
    in_graph = not tf1.executing_eagerly_outside_functions()
    name = 'tf_keras' if said in ('1', 'true') or imported or in_graph else 'keras'
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f'{name} is needed here, and is not installed: {error}') from error


keras: Any = _chosen()
IS_KERAS_3: bool = not issubclass(keras.layers.Layer, tf.Module)


def _show_arrays_as_tensors() -> None:
    """Lets states with a TensorArray, as an alignment history, into the layers of Keras 3.

    They take nothing but tensors: each array is a nest of one, which carries it.
    """
    import optree

    def flattened(array: Any) -> tuple[list[Any], Any]:
        carrier: Any = tf.zeros([], array.dtype)
        carrier._carried_array = array
        return [carrier], array

    def rebuilt(array: Any, tensors: Any) -> Any:
        # By the array that the tensor carries: a loop goes on with other arrays.
        return getattr(next(iter(tensors)), '_carried_array', array)

    for kind in (tf.TensorArray, OpenEndedArray, Recorder):
        with contextlib.suppress(ValueError):  # registered already
            optree.register_pytree_node(kind, flattened, rebuilt, namespace='keras')


if IS_KERAS_3:
    _show_arrays_as_tensors()


def serializable(cls: _C) -> _C:
    """Registers a class, so that Keras finds it by its name in a configuration.

    New configurations have `Addons>` before the name, as those of TensorFlow Addons have for the
    classes that it registered; the name alone is that of the others.
    """
    keras.utils.get_custom_objects().setdefault(cls.__name__, cls)
    return keras.utils.register_keras_serializable(package='Addons')(cls)


def typechecked(init: Callable[..., None]) -> Any:
    """A constructor that keeps itself as `__wrapped__`, as those of TensorFlow Addons do.

    Programs call `super().__init__.__wrapped__(self, ...)`. Its signature stays visible: Keras 3
    reads it.
    """
    return without_autograph(init)


def serialized(part: object) -> Any:
    """The configuration of a layer or an initializer within that of its owner."""
    if part is None:
        return None
    if IS_KERAS_3:
        return keras.saving.serialize_keras_object(part)
    if hasattr(part, 'get_config'):
        name = keras.utils.get_registered_name(type(part))
        return {'class_name': name, 'config': part.get_config()}
    return keras.utils.serialize_keras_object(part)


def deserialized(config: object, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The layer of a configuration of any generation; what is no configuration stays as it is."""
    if not isinstance(config, Mapping):
        return config
    objects = dict(custom_objects or {})
    if not IS_KERAS_3:
        options = {'use_legacy_format': True} if _takes_legacy_format() else {}
        return keras.layers.deserialize(dict(config), custom_objects=objects, **options)
    if 'module' not in config:  # as Keras 2 wrote it
        name = config['class_name']
        known = {**keras.saving.get_custom_objects(), **objects}
        kind = known.get(name) or getattr(keras.layers, name, None)
        if kind is None:
            raise ValueError(f'Layer {name} is not known: give it in custom_objects.')
        return kind.from_config(dict(config['config']))
    return keras.saving.deserialize_keras_object(dict(config), custom_objects=objects)


@functools.cache
def _takes_legacy_format() -> bool:
    return 'use_legacy_format' in inspect.signature(keras.layers.deserialize).parameters


def check_is_layer(argument: str, value: LayerLike, optional: bool = False) -> None:
    """Raises TypeError for what is no layer of this Keras.

    Args:
      argument: Its name.
      value: What was given.
      optional: Whether None will do.
    """
    if isinstance(value, keras.layers.Layer) or (optional and value is None):
        return
    fix = 'Give a layer, such as keras.layers.Dense(units).'
    if type(value).__module__.partition('.')[0] in ('keras', 'tf_keras') or hasattr(
        value, 'get_weights'
    ):
        other = 'Keras 3' if IS_KERAS_3 else 'Keras 2'
        fix = (
            f'It is of another Keras: these classes are made over {other} ({keras.__name__}). For '
            'Keras 2 set TF_USE_LEGACY_KERAS=1, or import tf_keras first.'
        )
    raise TypeError(f'{argument} must be a layer of Keras, but is {value!r}. {fix}')


def is_symbolic(value: object) -> bool:
    """Whether it is a KerasTensor: what a functional model is written with."""
    return any(kind.__name__ == 'KerasTensor' for kind in type(value).__mro__)


def in_scratch_graph() -> bool:
    """Whether Keras 2 writes a functional model here: in a graph of which only shapes are asked."""
    name = getattr(tf1.get_default_graph(), 'name', None) or ''
    return not tf.executing_eagerly() and name.endswith('_scratch_graph')


def build_by_tracing(function: Callable[[], Any]) -> None:
    """Keras 3: calls a function in a graph of its own, for the variables that its layers make.

    They are made in eager mode after it: where the function is called, in a loop of a
    `tf.function`, say, they could not be.
    """

    class Traced(keras.Operation):
        def call(self) -> Any:
            return function()

    Traced().compute_output_spec()


class _Hidden:
    """An argument as Keras 3 does not look into it: it refuses nests of tensors and others."""

    def __init__(self, value: Any) -> None:
        self.value = value


def hidden(value: Any) -> Any:
    """Hides an argument of a layer from Keras 3, unless it is None or has KerasTensors in it."""
    if value is None or any(map(is_symbolic, tf.nest.flatten(value))):
        return value
    return _Hidden(value)


def takes_hidden(call: Callable[..., Any]) -> Any:
    """A `call` of a layer whose arguments may be hidden."""

    @functools.wraps(call)
    def unhidden(self: Any, *args: Any, **kwargs: Any) -> Any:
        def value_of(given: Any) -> Any:
            return given.value if isinstance(given, _Hidden) else given

        given = {name: value_of(value) for name, value in kwargs.items()}
        return call(self, *map(value_of, args), **given)

    return unhidden
