"""What is exported: functions, the arguments they take, and their results, by name."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop_arrays import sized_lists
from tf_seq2seq_compat.export.errors import ExportError
from tf_seq2seq_compat.types import Nest

DEFAULT = 'serving_default'


class Signature(NamedTuple):
    """A function to export.

    Fields:
      function: From nests of tensors to a nest of tensors and TensorArrays.
      arguments: For each of its arguments a nest of `tf.TensorSpec`s. A size of None may differ
        from call to call.

    Example:
      >>> from tf_seq2seq_compat import export
      >>> double = export.Signature(lambda x: 2 * x, [tf.TensorSpec([None], tf.int32, 'x')])
      >>> double.function(tf.constant([1])).numpy().tolist()
      [2]
    """

    function: Callable[..., Any]
    arguments: Sequence[Nest]


Functions = Any  # one function, or several by name: see `as_signatures`


def as_signatures(functions: Functions) -> dict[str, Signature]:
    """Each function by the name of its signature.

    Args:
      functions: A dict of names and functions, or one function, which gets the name that TensorFlow
        Serving asks for by default. A function is a `Signature`, a pair like one, a `tf.function`
        with an `input_signature`, or a Keras model that knows its inputs.

    Returns:
      Dict of `Signature`s.

    Raises:
      ExportError: For something else.
    """
    named = functions if isinstance(functions, Mapping) else {DEFAULT: functions}
    if not named:
        raise ExportError('There is no function to export.')
    return {name: _as_signature(name, function) for name, function in named.items()}


def specs_like(nest: Nest, *, batch: int | None = None) -> Nest:
    """The specifications of tensors like these, for `Signature`: a decoder's state, say.

    Args:
      nest: Nest of tensors. What is no scalar has the batch in front.
      batch: The size of the batch; None if it may differ from call to call.

    Returns:
      The nest, of `tf.TensorSpec`s.

    Example:
      >>> from tf_seq2seq_compat import export
      >>> export.specs_like(tf.zeros([3, 4]))
      TensorSpec(shape=(None, 4), dtype=tf.float32, name=None)
    """

    def spec(value: tf.Tensor) -> tf.TensorSpec:
        value = tf.convert_to_tensor(value)
        return tf.TensorSpec([batch, *value.shape[1:]] if value.shape.rank else [], value.dtype)

    return tf.nest.map_structure(spec, nest)


def traced(signature: Signature, name: str, *, convertible: bool, jit_compile: bool = False) -> Any:
    """A concrete function of named tensors, which gives a dict of tensors.

    Args:
      signature: The function.
      name: The name of its signature, for errors.
      convertible: Whether its loops are made for the converters of other formats.
      jit_compile: Whether XLA is to compile it.

    Raises:
      ExportError: If its arguments or its results cannot be named, or its loops not be converted.
    """
    specs = _named_specs(signature, name)

    @without_autograph
    def function(**tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        flat = [tensors[one] for one in specs]
        arguments = tf.nest.pack_sequence_as(list(signature.arguments), flat)
        return named_results(signature.function(*arguments))

    how = sized_lists() if convertible and not jit_compile else contextlib.nullcontext()
    made = tf.function(function, jit_compile=jit_compile or None, autograph=False)
    with how:
        try:
            concrete = made.get_concrete_function(**specs)
        except ValueError as error:
            if 'maximum_iterations' in str(error):
                raise ExportError(f'{name}: {error}') from error
            raise
    if not concrete.structured_outputs:
        raise ExportError(f'{name}: the function returns no tensors.')
    return concrete


def holder(functions: Mapping[str, Any], model: Any = None) -> tf.Module:
    """An object that has all variables of concrete functions, for TensorFlow to save them with."""
    owner = tf.Module()
    owner.model = model  # lookup tables and files, which a graph does not tell
    owner.all_variables = list(
        {
            variable.ref(): variable
            for function in functions.values()
            for variable in function.graph.variables
        }.values()
    )
    return owner


def open_sizes(signature: Signature) -> list[str]:
    """The sizes of the arguments that are not fixed, as `letters[1]`."""
    return [
        f'{name}[{axis}]'
        for name, spec in _named_specs(signature, '').items()
        for axis, size in enumerate(spec.shape)
        if size is None
    ]


def _as_signature(name: str, function: Any) -> Signature:
    if isinstance(function, Signature):
        return function
    if isinstance(function, tuple) and len(function) == 2 and callable(function[0]):
        return Signature(*function)
    specs = getattr(function, 'input_signature', None)
    if specs is not None and hasattr(function, 'python_function'):
        # Traced anew: without XLA, which other formats do not have.
        return Signature(function.python_function, specs)
    inputs = getattr(function, 'input', None)  # of a functional model of either Keras
    if inputs is not None and hasattr(function, 'layers'):
        specs = tf.nest.map_structure(
            lambda one: tf.TensorSpec(one.shape, one.dtype, _name_of(one.name)), inputs
        )
        return Signature(lambda inputs: function(inputs, training=False), [specs])
    raise ExportError(
        f'{name}: {function!r} does not tell what arguments it takes: give a pair of it and the '
        'list of their tf.TensorSpecs, or a tf.function with an input_signature.'
    )


def _named_specs(signature: Signature, name: str) -> dict[str, tf.TensorSpec]:
    """The specifications of the arguments by name: their own, or that of the parameter."""
    parameters: list[str] = []
    with contextlib.suppress(TypeError, ValueError):
        parameters = [
            one.name
            for one in inspect.signature(signature.function).parameters.values()
            if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
        ]
    found: dict[str, tf.TensorSpec] = {}
    for place, argument in enumerate(signature.arguments):
        own = parameters[place] if place < len(parameters) else f'input_{place}'
        for path, spec in _named(argument, own):
            if not isinstance(spec, tf.TensorSpec):
                raise ExportError(
                    f'{name}: the arguments must be described by tf.TensorSpec, not {spec!r}.'
                )
            key = _name_of(spec.name) if spec.name else path
            if key in found:
                raise ExportError(
                    f'{name}: two arguments are called {key!r}: name the TensorSpecs.'
                )
            found[key] = tf.TensorSpec(spec.shape, spec.dtype, key)
    return found


def _named(nest: Nest, name: str) -> Iterator[tuple[str, Any]]:
    """The leaves of a nest, in the order of `tf.nest.flatten`, each by the keys that lead to it."""
    items = _items(nest)
    if items is None:
        yield name, nest
    for key, value in items or ():
        yield from _named(value, f'{name}_{key}')


def named_results(results: Nest) -> dict[str, tf.Tensor]:
    """The results by name: their keys or fields, or `output_0`, `output_1`."""
    items = _items(results)
    found: dict[str, tf.Tensor] = {}
    for key, value in [(0, results)] if items is None else items:
        name = f'output_{key}' if isinstance(key, int) else str(key)
        found.update((one, _as_tensor(leaf)) for one, leaf in _named(value, name))
    return found


def _items(nest: Nest) -> list[tuple[Any, Any]] | None:
    """Keys and values of one level of a nest; None for a leaf."""
    if hasattr(nest, '_fields'):
        return list(zip(nest._fields, nest, strict=True))
    if isinstance(nest, Mapping):
        return [(key, nest[key]) for key in sorted(nest)]
    if isinstance(nest, list | tuple):
        return list(enumerate(nest))
    return [] if nest is None else None


def _as_tensor(value: Any) -> tf.Tensor:
    return value.stack() if isinstance(value, tf.TensorArray) else tf.convert_to_tensor(value)


def _name_of(name: str) -> str:
    return name.partition(':')[0].replace('/', '_')
