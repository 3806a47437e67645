"""A Keras Lambda that makes its layers inside, for one decoder step, and is given all steps."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tf_seq2seq_compat.tf1.repairs.repair import Repair

if TYPE_CHECKING:
    from tf_seq2seq_compat.types import LayerLike, Nest

_KERAS_MODULES = ('keras', 'tf_keras', 'tensorflow')


class LayerTape:
    """Makes the layers that a function creates once, and gives the same ones at every later run."""

    def __init__(self) -> None:
        self.layers: list[LayerLike] = []
        self._position = 0
        self._recorded = False

    @contextlib.contextmanager
    def run(self, function: types.FunctionType) -> Iterator[None]:
        """While open, the layer classes that `function` names give the tape's layers."""
        self._position = 0
        cells = function.__closure__ or ()
        old_cells = [cell.cell_contents for cell in cells]
        names = function.__globals__
        old_names = {
            name: value for name, value in names.items() if self._seen_as(value) is not value
        }
        names.update({name: self._seen_as(value) for name, value in old_names.items()})
        for cell, value in zip(cells, old_cells, strict=True):
            cell.cell_contents = self._seen_as(value)
        try:
            yield
            self._recorded = True
        finally:
            names.update(old_names)
            for cell, value in zip(cells, old_cells, strict=True):
                cell.cell_contents = value

    def _seen_as(self, value: object) -> object:
        """A global as the function reads it: layer classes are replaced by recorders."""
        import tf_keras

        if isinstance(value, type) and issubclass(value, tf_keras.layers.Layer):
            return lambda *args, **kwargs: self._layer(value, args, kwargs)
        if isinstance(value, types.ModuleType) and value.__name__.split('.')[0] in _KERAS_MODULES:
            return _ModuleView(self, value)
        return value

    def _layer(self, layer_class: type, args: Any, kwargs: Any) -> object:
        if not self._recorded:
            self.layers.append(layer_class(*args, **kwargs))
        layer = self.layers[self._position]
        self._position += 1
        return layer


class _ModuleView:
    """A module whose layer classes are the tape's constructors."""

    def __init__(self, tape: LayerTape, module: types.ModuleType) -> None:
        self._tape = tape
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return self._tape._seen_as(getattr(self._module, name))


def _patch() -> Callable[[], None]:
    import tensorflow as tf
    import tf_keras
    from tf_keras.layers import Lambda, Layer

    from tf_seq2seq_compat.core.autograph import in_place_of, without_autograph

    class AppliedPerStep(Layer):
        """Applies a function at each step of its last input; the layers made inside are its own.

        Args:
          function: takes the list of inputs, the last one a single step `[batch, ...]`, and returns
            `[batch, ...]`.
          arguments: further keyword arguments of `function`.
        """

        def __init__(self, function: types.FunctionType, arguments: Any, **kwargs: object) -> None:
            super().__init__(**kwargs)
            self._function = function
            self._arguments = dict(arguments or {})
            self.tape = LayerTape()
            self.inner_layers: list[LayerLike] = []

        def step(self, inputs: list[Nest]) -> Any:
            with self.tape.run(self._function):
                return self._function(inputs, **self._arguments)

        @without_autograph
        def call(self, inputs: list[Nest]) -> Any:
            """`[..., [batch, max_time, ...]]` to `[batch, max_time, ...]`."""
            *whole, sequence = inputs
            # Once outside the loop, where variables can be made.
            first = self.step([*whole, sequence[:, 0]])
            self.inner_layers = self.tape.layers
            order = [1, 0, *range(2, sequence.shape.rank)]
            outputs = tf.map_fn(
                lambda step: self.step([*whole, step]),
                tf.transpose(sequence, order),
                fn_output_signature=first.dtype,
            )
            outputs = tf.transpose(outputs, [1, 0, *range(2, first.shape.rank + 1)])
            outputs.set_shape([*sequence.shape[:2], *first.shape[1:]])
            return outputs

    def tried(call: Callable[[list[Any]], object], inputs: Sequence[Nest]) -> Exception | None:
        """The error of calling a layer with such inputs in a graph of its own."""
        with tf.Graph().as_default():
            tensors = [tf_keras.Input(batch_shape=x.shape, dtype=x.dtype) for x in inputs]
            try:
                call(tensors)
            except (TypeError, ValueError) as error:
                return error
        return None

    def makes_layers(function: types.FunctionType) -> bool:
        tape = LayerTape()
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        named = [function.__globals__.get(name) for name in function.__code__.co_names]
        return any(tape._seen_as(value) is not value for value in [*cells, *named])

    def repaired(layer: LayerLike, inputs: Nest) -> tuple[Any, ValueError] | None:
        """The layer to use in place of this Lambda, and the error that it is used for."""
        function = layer.function
        if (
            tf.compat.v1.executing_eagerly_outside_functions()
            or not isinstance(function, types.FunctionType)
            or not isinstance(inputs, (list, tuple))
            or len(inputs) < 2
            or not all(isinstance(x, tf.Tensor) for x in inputs)
            or (inputs[-1].shape.rank or 0) < 3
            or not makes_layers(function)
        ):
            return None
        original = Lambda(function, arguments=layer.arguments)
        error = tried(lambda tensors: super(Lambda, original).__call__(tensors), inputs)
        again = AppliedPerStep(function, layer.arguments)
        if not isinstance(error, ValueError) or tried(again, inputs) or not again.trainable_weights:
            return None
        return AppliedPerStep(function, layer.arguments, name=layer.name), error

    @in_place_of(Lambda.__call__)
    def __call__(self: Any, inputs: Nest, *args: object, **kwargs: object) -> Any:
        found = None if args or kwargs else repaired(self, inputs)
        if found is None:
            return super(Lambda, self).__call__(inputs, *args, **kwargs)
        layer, error = found
        name = getattr(self.function, '__name__', 'the function')
        outputs = layer(inputs)
        made = ', '.join(type(each).__name__ for each in layer.inner_layers if each.weights)
        REPAIR.warn(
            f'{type(error).__name__}: {error}',
            f'{name} is written for one step and is applied at each step of its last input; the '
            f'layers with weights that it makes ({made}) are made once and trained with the model.',
            f'make the layers of {name} once, outside of it, and apply it to every step '
            '(tf.map_fn over the time axis, or a Layer that does)',
        )
        return outputs

    Lambda.__call__ = __call__

    def undo() -> None:
        del Lambda.__call__

    return undo


REPAIR = Repair(
    name='lambda-per-step',
    summary='a Keras Lambda that makes layers inside, is written for one step of its last input '
    'and fails on all of them: applied at every step, its layers made once and trained',
    package='tf_keras',
    patch=_patch,
)
