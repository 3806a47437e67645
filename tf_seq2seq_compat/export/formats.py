"""Models written for other programs: SavedModel, TFLite, ONNX and StableHLO.

| | dynamic sizes | operations | weights |
|---|---|---|---|
| SavedModel | any | TensorFlow's own | variables |
| TFLite | any | its built-in ones | constants; in 8 or 16 bits if asked for |
| ONNX | any | ONNX's own | constants |
| StableHLO | none | StableHLO's own | constants |

Each function is traced anew. What is written has none of this package's code in it, and appears
under its name as a whole or not at all.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.export import lifting, onnx_operations
from tf_seq2seq_compat.export.errors import ExportError
from tf_seq2seq_compat.export.signatures import (
    Functions,
    Signature,
    as_signatures,
    holder,
    open_sizes,
    traced,
)
from tf_seq2seq_compat.files import write_atomically

QUANTIZATIONS = ('dynamic_range', 'float16')
_LISTS = (
    'they were made by another library than this, or before (in a loaded SavedModel, or a '
    'GraphModel without convertible=True). Export the function that makes them'
)


_KEPT = (
    'a loop keeps what its gradient reads. Build the model without training to export it, in a '
    'graph without tf.gradients'
)


def _eagerly(function: Callable[..., Path]) -> Callable[..., Path]:
    """Also in a program with TF1 behaviour, which has no eager mode."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Path:
        with tf.__internal__.eager_context.eager_mode():
            return function(*args, **kwargs)

    return call


@_eagerly
def to_saved_model(
    path: str | os.PathLike[str],
    functions: Functions,
    *,
    model: Any = None,
    convertible: bool = True,
) -> Path:
    """Writes a SavedModel, which any TensorFlow 2 loads and TensorFlow Serving serves.

    Args:
      path: The folder to make; there must be nothing yet.
      functions: One function, or a dict of functions by the name of their signature: a `Signature`,
        a pair of a function and the specifications of its arguments, a `tf.function` with an
        `input_signature`, or a functional Keras model. Arguments and results are nests of tensors,
        which are named by the keys that lead to them.
      model: What owns lookup tables that the functions use.
      convertible: Makes the loops as the converters of other formats need them, which needs a bound
        of the steps (`maximum_iterations`).

    Returns:
      The path.

    Raises:
      ExportError: If a function cannot be exported, or there is something already.

    Example:
      >>> import tempfile
      >>> from tf_seq2seq_compat import export
      >>> double = (lambda x: {'y': 2 * x}, [tf.TensorSpec([None], tf.int32, 'x')])
      >>> path = export.to_saved_model(tempfile.mkdtemp() + '/double', double)
      >>> loaded = tf.saved_model.load(path)
      >>> loaded.signatures['serving_default'](x=tf.constant([1, 2]))['y'].numpy().tolist()
      [2, 4]
    """
    path = Path(path)
    if path.exists():
        raise ExportError(f'There is something in {path} already: name another folder.')
    with _beside(path) as made:
        _save(made, as_signatures(functions), model, convertible)
        os.replace(made, path)
    return path


@_eagerly
def to_tflite(
    path: str | os.PathLike[str],
    functions: Functions,
    *,
    quantize: str | None = None,
    model: Any = None,
) -> Path:
    """Writes a TFLite (LiteRT) model of built-in operations only.

    Args:
      path: The file to write.
      functions: As for `to_saved_model`.
      quantize: `'dynamic_range'` for weights in 8 bits, `'float16'` for weights in 16.
      model: As for `to_saved_model`.

    Returns:
      The path.

    Raises:
      ExportError: If a function cannot be exported, or uses what TFLite has not.
      ValueError: For an unknown `quantize`.

    Example:
      >>> import tempfile
      >>> from tf_seq2seq_compat import export
      >>> double = (lambda x: {'y': 2 * x}, [tf.TensorSpec([None], tf.int32, 'x')])
      >>> export.to_tflite(tempfile.mkdtemp() + '/double.tflite', double).stat().st_size > 0
      True
    """
    if quantize is not None and quantize not in QUANTIZATIONS:
        raise ValueError(f'quantize must be one of {QUANTIZATIONS} or None, but is {quantize!r}.')
    signatures = as_signatures(functions)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / 'saved'
        _save(saved, signatures, model, convertible=True)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            str(saved), signature_keys=list(signatures)
        )
        content = converted(converter, quantize)
    write_atomically(Path(path), content)
    return Path(path)


def converted(converter: Any, quantize: str | None = None) -> bytes:
    """What a `tf.lite.TFLiteConverter` makes.

    Raises:
      ExportError: If it fails.
    """
    if quantize is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantize == 'float16':
        converter.target_spec.supported_types = [tf.float16]
    try:
        return converter.convert()
    except Exception as error:  # a class without a public name
        raise ExportError(_why_not_tflite(str(error))) from error


@_eagerly
def to_onnx(
    path: str | os.PathLike[str],
    function: Any,
    *,
    opset: int = 17,
    model: Any = None,
) -> Path:
    """Writes an ONNX model; needs tf2onnx: `pip install 'tf-seq2seq-compat[onnx]'`.

    Args:
      path: The file to write.
      function: One function, as for `to_saved_model`.
      opset: The version of ONNX's operations.
      model: As for `to_saved_model`.

    Returns:
      The path.

    Raises:
      ExportError: If the function cannot be exported, or uses what ONNX has not.
      ImportError: Without tf2onnx.

    Example:
      >>> from tf_seq2seq_compat import export
      >>> double = (lambda x: {'y': 2 * x}, [tf.TensorSpec([None], tf.int32, 'x')])
      >>> export.to_onnx('double.onnx', double)  # doctest: +SKIP
      PosixPath('double.onnx')
    """
    try:
        import onnx
        import tf2onnx
    except ImportError as error:
        raise ImportError(
            f"ONNX is written by tf2onnx: pip install 'tf-seq2seq-compat[onnx]' ({error})"
        ) from error
    name, signature = _only(function)
    concrete = traced(signature, name, convertible=True)
    results, arguments = concrete.structured_outputs, concrete.structured_input_signature[1]
    if both := sorted(set(results) & set(arguments)):
        raise ExportError(
            f'{name}: in ONNX an argument and a result cannot have the same name, but '
            f'{", ".join(both)} is both: rename one.'
        )
    with _quiet(tf2onnx.logging, logging.CRITICAL):
        made, _ = tf2onnx.convert.from_function(
            _Traced(concrete),
            input_signature=[],
            opset=opset,
            custom_op_handlers=onnx_operations.HANDLERS,
        )
    try:
        onnx.checker.check_model(made, full_check=True)
    except Exception as error:
        unknown = sorted({node.op_type for node in _nodes(made.graph)} - _onnx_operations(onnx))
        advice = (
            'leave what uses them (strings, lookup tables, random numbers ...) to the program that '
            'calls the model'
        )
        if 'TensorListPushBack' in unknown:
            advice = _KEPT
        elif any(operation.startswith('TensorList') for operation in unknown):
            advice = f'of the lists of loops, {_LISTS}'
        raise ExportError(
            f'{name}: ONNX has no operations for {", ".join(unknown) or error}: {advice}.'
        ) from error
    write_atomically(Path(path), made.SerializeToString())
    return Path(path)


@_eagerly
def to_stablehlo(
    path: str | os.PathLike[str],
    function: Any,
    *,
    platform: str = 'CPU',
    as_text: bool = False,
) -> Path:
    """Writes a StableHLO module, `@main`, for XLA (JAX, IREE, PJRT); needs TensorFlow 2.21.

    Its arguments and its results are in the order of their names. Loops have buffers of a fixed
    size, zero after the last step.

    Args:
      path: The file to write.
      function: One function, as for `to_saved_model`; all sizes must be fixed.
      platform: `'CPU'`, `'GPU'` or `'TPU'`; no such device is needed. `tensorflow-cpu` knows
        `'CPU'` alone.
      as_text: Writes text to look at instead of bytecode.

    Returns:
      The path.

    Raises:
      ExportError: If a size is not fixed, or XLA cannot compile the function.
      NotImplementedError: If TensorFlow is too old.

    Example:
      >>> from tf_seq2seq_compat import export
      >>> double = (lambda x: {'y': 2 * x}, [tf.TensorSpec([3], tf.int32, 'x')])
      >>> export.to_stablehlo('double.mlirbc', double)  # doctest: +SKIP
      PosixPath('double.mlirbc')
    """
    name, signature = _only(function)
    if open_ := open_sizes(signature):
        raise ExportError(
            f'{name}: StableHLO is compiled for fixed sizes, but these are not: '
            f'{", ".join(open_)}. Give their tf.TensorSpecs without None: one export for each size.'
        )
    concrete = traced(signature, name, convertible=False, jit_compile=True)
    try:
        module = lifting.export(
            lifting.with_constants(lifting.lift_concrete(concrete)),
            platform,
            'stablehlo' if as_text else 'stablehlo_serialized',
        )
    except ValueError as error:
        raise ExportError(f'{name}: XLA does not compile it for {platform}: {error}') from error
    write_atomically(Path(path), module.encode() if isinstance(module, str) else module)
    return Path(path)


def _save(path: Path, signatures: dict[str, Signature], model: Any, convertible: bool) -> None:
    functions = {
        name: traced(signature, name, convertible=convertible)
        for name, signature in signatures.items()
    }
    with _quiet(logging.getLogger('absl'), logging.ERROR):
        tf.saved_model.save(holder(functions, model), str(path), signatures=functions)


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """The path of a folder to make, on the disk where `path` is to be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f'.{path.name}.', dir=path.parent))
    try:
        yield folder / 'made'
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _only(function: Any) -> tuple[str, Signature]:
    signatures = as_signatures(function)
    if len(signatures) > 1:
        raise ExportError(
            f'The format has one function in a file, but {len(signatures)} were given '
            f'({", ".join(signatures)}): export each to a file of its own.'
        )
    return next(iter(signatures.items()))


def _why_not_tflite(error: str) -> str:
    if 'TensorListReserve' in error:
        return (
            'TFLite needs the sizes of what a loop collects where it begins, and lists have '
            f'none here: {_LISTS}, or fix the size of the batch (axis 0 of the arguments).'
        )
    if 'EmptyTensorList' in error:
        return f'TFLite has no lists that grow: {_KEPT}.'
    lacking = re.findall(r"'tf\.(\w+)' op is neither|(?:TF Select|Custom) ops: ([\w, ]+)", error)
    names = sorted({name for pair in lacking for part in pair for name in part.split(', ') if name})
    if names:
        return (
            f'TFLite has no built-in operations for {", ".join(names)}: leave what uses them '
            '(strings, lookup tables, random numbers ...) to the program that calls the model.'
        )
    return f'TFLite cannot do it with its built-in operations: {error.strip()[-600:]}'


class _Traced:
    """What tf2onnx asks for a concrete function."""

    def __init__(self, concrete: Any) -> None:
        self._concrete = concrete

    def get_concrete_function(self) -> Any:
        return self._concrete


def _nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                yield from _nodes(inner)


def _onnx_operations(onnx: Any) -> set[str]:
    return {schema.name for schema in onnx.defs.get_all_schemas()}


@contextlib.contextmanager
def _quiet(logger: Any, level: int) -> Iterator[None]:
    """Without the messages of a library about what is no fault of the user's."""
    of_root = not isinstance(logger, logging.Logger)
    logger = logging.getLogger('tf2onnx') if of_root else logger
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)
