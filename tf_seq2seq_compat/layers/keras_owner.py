"""Layers of this package in layers and models of Keras: trained and saved by whoever holds them.

Keras 3 sees only layers of its own, and Keras 2 looks for no others when it writes a file of
weights. So each of our layers that a layer of Keras holds, itself or in a list or a dict, is held a
second time as a `Held`: a layer of that Keras, without computation, which has the same variables.
Keras's recurrent layers get a `Held` cell in place of ours, which they call.

No Keras is loaded here: a few of its functions are wrapped, once they are loaded, until
`uninstall()`; they are again for the layers that are made afterwards.
"""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import re
import sys
import types
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.keras_packages import is_keras_module
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.tf1.runtime import Runtime
from tf_seq2seq_compat.types import Cell, Config, IntLike, LayerLike, Nest, Size

# Whoever looks for the variables of a layer finds them in the layer itself.
Layer._TF_MODULE_IGNORED_PROPERTIES = frozenset(
    (*Layer._TF_MODULE_IGNORED_PROPERTIES, '_held_in_keras')
)


_changes = Runtime()
"""The changes of Keras."""


def watch() -> None:
    """Changes what is loaded of Keras now, and what will be, once."""
    if any(isinstance(finder, _KerasFinder) for finder in sys.meta_path):
        return
    for name, action in _ACTIONS.items():
        if name in sys.modules:
            action(sys.modules[name])
    finder = _KerasFinder()
    sys.meta_path.insert(0, finder)
    _changes.undo_by(functools.partial(sys.meta_path.remove, finder))


def unwatch() -> None:
    """Takes the changes back, unless a layer is left, whose weights Keras would not see."""
    gc.collect()
    if not any(issubclass(type(each), Layer) for each in gc.get_objects()):
        _changes.close()


class _KerasFinder(MetaPathFinder):
    """Finds nothing by itself: has an action follow on the loading of a module."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        action = _ACTIONS.get(name)
        spec = None if action is None else PathFinder.find_spec(name, path, target)
        if action is None or spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            execute(module)
            action(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


# -- what Keras is told ---------------------------------------------------------------------------


def _track_ours(tracking: types.ModuleType) -> None:
    """Keras 3: what is held by an attribute of a layer."""
    track = tracking.Tracker.track

    @functools.wraps(track)
    def tracked(self: Any, attr: Any) -> Any:
        if not _is_ours(attr) or 'layers' not in self.config:
            return track(self, attr)
        if tracking.is_tracking_enabled():
            track(self, held(attr, 'keras'))
        return attr

    _changes.set(tracking.Tracker, 'track', tracked)


def _regularize_ours(library: str, module: types.ModuleType) -> None:
    """Both: the losses of a layer have those of the layers of ours that it holds."""
    kind, losses = module.Layer, module.Layer.losses

    def with_ours(self: Any) -> list[tf.Tensor]:
        found: list[Any] = [self]
        if not isinstance(self, tf.Module):  # Keras 3
            held_here = (
                one for one in self._flatten_layers() if isinstance(one, _kinds(library)[0])
            )
            found = [one.part for one in held_here]
        parts = {id(part): part for each in found for part in (each, *each.submodules)}
        ours = [part for part in parts.values() if isinstance(part, Layer)]
        return [*losses.fget(self), *(loss for part in ours for loss in part.losses)]

    _changes.set(kind, 'losses', property(with_ours, doc=losses.__doc__))


def _save_ours(library: str, saving: types.ModuleType) -> None:
    """Both: what a file of weights has of an object, attribute by attribute."""
    name = next(each for each in ('_walk_saveable', '_walk_trackable') if hasattr(saving, each))
    walk = getattr(saving, name)

    def walked(owner: object) -> Any:
        if isinstance(owner, _kinds(library)[0]):
            yield 'inner_layers', owner.inner_layers
            return
        for attribute, value in walk(owner):
            yield attribute, _with_held(value, library)

    _changes.set(saving, name, walked)


def _with_held(value: object, library: str, around: tuple[int, ...] = ()) -> Any:
    """The value, or a list of its parts, with a `Held` for each layer of ours."""
    if _is_ours(value):
        return held(value, library)
    if not isinstance(value, dict | list | tuple | set) or id(value) in around:
        return value
    given = list(value.values() if isinstance(value, dict) else value)
    parts, changed = [], False
    for part in given:
        found = _with_held(part, library, (*around, id(value)))
        # Keras 2 looks into no list within a list.
        parts.extend(found if found is not part and isinstance(found, list) else [found])
        changed = changed or found is not part
    return parts if changed else value


def _is_ours(value: object) -> bool:
    if isinstance(value, Layer):
        return True
    return not is_keras_module(type(value).__module__) and (
        isinstance(value, tf.Module) and any(isinstance(part, Layer) for part in value.submodules)
    )


def _call_ours(name: str, module: types.ModuleType) -> None:
    """Keras 3: the cells of its recurrent layers."""
    kind = getattr(module, name)
    if issubclass(kind, tf.Module):  # Keras 2, which has our cells as they are
        return
    init = kind.__init__

    @functools.wraps(init)
    def __init__(self: object, cell: Cell, *args: object, **kwargs: object) -> None:
        cells = list(cell) if isinstance(cell, list | tuple) else [cell]
        for i, each in enumerate(cells):
            if isinstance(each, RNNCell):
                cells[i] = held(each, 'keras')
                cells[i].built = False
        init(self, cells if isinstance(cell, list | tuple) else cells[0], *args, **kwargs)

    __init__.__signature__ = inspect.signature(init)  # type: ignore[attr-defined]
    _changes.set(kind, '__init__', __init__)


def _read_ours(module: types.ModuleType) -> None:
    """Keras 2: a configuration of one of our cells, whose name may be that of one of its own."""
    deserialize = getattr(module, 'deserialize', None)
    if deserialize is None or hasattr(deserialize, '__wrapped__') or not hasattr(module, 'LOCAL'):
        return

    @functools.wraps(deserialize)
    def deserialized(config: Any, *args: object, **kwargs: object) -> Any:
        home = config.get('module') or '' if isinstance(config, dict) else ''
        if home.startswith(f'{__name__.partition(".")[0]}.'):
            kind = getattr(importlib.import_module(home), config['class_name'], None)
            if isinstance(kind, type) and issubclass(kind, RNNCell):
                return _made(kind, config['config'])
        return deserialize(config, *args, **kwargs)

    setattr(module, 'deserialize', deserialized)  # noqa: B010
    package = sys.modules.get(module.__name__.rpartition('.')[0])
    if getattr(package, 'deserialize', None) is deserialize:
        package.deserialize = deserialized  # type: ignore[union-attr]


_ACTIONS: dict[str, Callable[[types.ModuleType], None]] = {
    'keras.src.utils.tracking': _track_ours,
    'keras.src.layers.rnn.rnn': functools.partial(_call_ours, 'RNN'),
    'keras.src.layers.rnn.stacked_rnn_cells': functools.partial(_call_ours, 'StackedRNNCells'),
    'keras.src.layers.serialization': _read_ours,
    'tf_keras.src.layers.serialization': _read_ours,
    'keras.src.layers.layer': functools.partial(_regularize_ours, 'keras'),
    'keras.src.engine.base_layer': functools.partial(_regularize_ours, 'keras'),
    'tf_keras.src.engine.base_layer': functools.partial(_regularize_ours, 'tf_keras'),
    'keras.src.saving.saving_lib': functools.partial(_save_ours, 'keras'),
    'tf_keras.src.saving.saving_lib': functools.partial(_save_ours, 'tf_keras'),
}


# -- layers of Keras for ours ---------------------------------------------------------------------


def held(layer: tf.Module, library: str) -> Any:
    """The one layer of a Keras that has the variables of a layer of ours.

    Args:
      layer: The layer.
      library: `'keras'` or `'tf_keras'`.

    Returns:
      A layer of that Keras; one that can be called as its cells are, for a cell.
    """
    known = vars(layer).setdefault('_held_in_keras', _NotTracked())
    if library not in known:
        known[library] = _kinds(library)[isinstance(layer, RNNCell)](layer)
    return known[library]


class _NotTracked(dict):
    """A dict that TensorFlow looks for no variables in, and that a copy of its owner has not."""

    def __deepcopy__(self, memo: object) -> _NotTracked:
        return _NotTracked()

    __copy__ = __deepcopy__

    def __reduce__(self) -> Any:
        return _NotTracked, ()


@functools.cache
def _kinds(library: str) -> tuple[Any, Any]:
    """The classes for layers and for cells, over the `Layer` of a Keras."""
    keras = sys.modules[library]
    base = keras.layers.Layer
    is_keras_3 = not issubclass(base, tf.Module)

    class Held(base):  # type: ignore[misc,valid-type]
        """Has the variables of a layer of this package, in its first argument."""

        def __init__(self, part: tf.Module, **kwargs: object) -> None:
            name = re.sub(r'\W', '_', str(getattr(part, 'name', None) or type(part).__name__))
            dtype = tf.as_dtype(getattr(part, 'dtype', None) or keras.backend.floatx()).name
            super().__init__(**{'name': name, 'dtype': dtype, **kwargs})
            object.__setattr__(self, 'part', part)  # past Keras's own tracking
            self.built = True

        def _trackable_children(self, *args: object, **kwargs: object) -> dict[str, object]:
            return {**super()._trackable_children(*args, **kwargs), 'part': self.part}

        def _lookup_dependency(self, name: str, *args: object) -> Any:
            return self.part if name == 'part' else super()._lookup_dependency(name, *args)

        @staticmethod
        def _is_inner(value: object) -> bool:
            return isinstance(value, base) and not isinstance(value, Held)

        @property
        def inner_layers(self) -> list[LayerLike]:
            """The layers of Keras within."""
            return list(self.part._flatten(predicate=self._is_inner))

        @property
        def own(self) -> list[tf.Variable]:
            """The variables that are of none of them."""
            within = {id(getattr(v, '_value', v)) for v in self._of_inner('variables')}
            return [v for v in self.part.variables if id(v) not in within]

        def _of_inner(self, name: str) -> list[tf.Variable]:
            return [v for layer in self.inner_layers for v in getattr(layer, name)]

        @property
        def variables(self) -> list[tf.Variable]:
            return [*map(shared, self.own), *self._of_inner('variables')]

        @property
        def weights(self) -> list[tf.Variable]:
            return [*map(shared, self.own), *self._of_inner('weights')]

        if not is_keras_3:  # Keras 3 takes them from those above.

            @property
            def trainable_weights(self) -> list[tf.Variable]:
                if not self.trainable:
                    return []
                own = [variable for variable in self.own if variable.trainable]
                return [*own, *self._of_inner('trainable_weights')]

            @property
            def non_trainable_weights(self) -> list[tf.Variable]:
                trained = {id(variable) for variable in self.trainable_weights}
                return [variable for variable in self.weights if id(variable) not in trained]

        def save_own_variables(self, store: Any) -> None:
            for i, variable in enumerate(self.own):
                store[str(i)] = variable.numpy()

        def load_own_variables(self, store: Any) -> None:
            own = self.own
            if len(own) != len(store.keys()):
                raise ValueError(
                    f'Layer {self.name} has {len(own)} variables, but {len(store.keys())} are '
                    'saved. Variables are made by the first call: call the model on one batch '
                    'before its weights are loaded.'
                )
            for i, variable in enumerate(own):
                if tuple(variable.shape) != tuple(store[str(i)].shape):
                    raise ValueError(
                        f'Variable {variable.name} of layer {self.name} has shape '
                        f'{variable.shape}, but {store[str(i)].shape} is saved.'
                    )
                variable.assign(store[str(i)])

    class HeldCell(Held):
        """The same for a cell, called as cells of Keras are."""

        def get_config(self) -> Config:
            kind = type(self.part)
            names = {'class_name': kind.__name__, 'module': kind.__module__}
            return {'part': {**names, 'config': self.part.get_config()}}

        @classmethod
        def from_config(cls, config: Config) -> Any:
            cell = held(_cell_of(keras, **config['part']), library)
            cell.built = False
            return cell

        @property
        def state_size(self) -> Size:
            sizes = [_plain_size(size) for size in tf.nest.flatten(self.part.state_size)]
            return sizes if tf.nest.is_nested(self.part.state_size) else sizes[0]

        @property
        def output_size(self) -> Size:
            return _plain_size(self.part.output_size)

        def get_initial_state(
            self, batch_size: IntLike | None = None, **_: object
        ) -> list[tf.Tensor]:
            return tf.nest.flatten(self.part.zero_state(batch_size, self.compute_dtype))

        def build(self, input_shape: Sequence[int | None]) -> None:
            """Makes the variables, by a step that is traced and never taken."""
            self.built = True

            def step(inputs: tf.Tensor) -> tf.Tensor:
                state = self.part.zero_state(tf.shape(inputs)[0], inputs.dtype)
                return self.part(inputs, state)[0]

            spec = tf.TensorSpec([None, *input_shape[1:]], self.compute_dtype)
            tf.function(step, autograph=False).get_concrete_function(spec)

        def call(self, inputs: Nest, states: Nest) -> tuple[Nest, list[Nest]]:
            given = tf.nest.flatten(states)
            like = self.part.zero_state(tf.shape(tf.nest.flatten(inputs)[0])[0], given[0].dtype)
            # Keras gives all of a state one type: a step count comes as a float.
            state = [tf.cast(a, b.dtype) for a, b in zip(given, tf.nest.flatten(like), strict=True)]
            output, state = self.part(inputs, tf.nest.pack_sequence_as(like, state))
            after = zip(tf.nest.flatten(state), given, strict=True)
            return output, [tf.cast(a, b.dtype) for a, b in after]

    @functools.cache
    def shared_class() -> type:
        class Shared(keras.Variable):  # type: ignore[name-defined]
            """A variable of Keras 3 over one of TensorFlow."""

            def __init__(self, variable: tf.Variable) -> None:
                self._shared = variable
                path = variable.name.partition(':')[0]
                super().__init__(
                    lambda *_, **__: tf.convert_to_tensor(variable),
                    shape=variable.shape.as_list(),
                    dtype=variable.dtype.name,
                    trainable=variable.trainable,
                    name=path.rpartition('/')[2],
                )
                self._path = path

            def _initialize(self, _: object) -> None:
                self._value = self._shared

            _initialize_with_initializer = _initialize

        return Shared

    if is_keras_3:
        keras.saving.register_keras_serializable('tf_seq2seq_compat')(HeldCell)

    def shared(variable: tf.Variable) -> Any:
        """The variable in the form that this version of Keras tracks."""
        if not is_keras_3:
            return variable
        if not hasattr(variable, '_shared_with_keras'):
            variable._shared_with_keras = shared_class()(variable)
        return variable._shared_with_keras

    return Held, HeldCell


def _cell_of(keras: types.ModuleType, class_name: str, module: str, config: object) -> Cell:
    """A cell by its configuration: of this package, or of what the program registered."""
    kind = keras.saving.get_custom_objects().get(class_name)
    if kind is None and module.partition('.')[0] == __name__.partition('.')[0]:
        kind = getattr(importlib.import_module(module), class_name)
    if kind is None:
        raise ValueError(
            f'Cell {class_name} of {module} is not known: give it as '
            f"custom_objects={{'{class_name}': {class_name}}}."
        )
    return _made(kind, config)


def _made(kind: Any, config: Any) -> Any:
    try:
        return kind.from_config(config)
    except TypeError as error:
        raise ValueError(
            f'{kind.__name__} cannot be made from a configuration, as TF1 has none for it '
            f'({error}): make the model by its code, and read the weights, '
            "model.load_weights('model.weights.h5')."
        ) from None


def _plain_size(size: Size) -> Size:
    shape = tf.TensorShape(size) if not isinstance(size, int) else None
    if shape is None:
        return size
    return shape[0] if shape.rank == 1 else tuple(shape)
