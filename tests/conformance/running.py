"""Runs a row of the table: its outputs and gradients on each path, with the same weights."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.table import ROWS, Row, arrays, unknown_shape
from tests.golden.harness import Variables, flatten, variable_value
from tests.paths import tf1_graph

tf1 = tf.compat.v1
Arrays = dict[str, Any]


def kept_or_listed(promise: str, name: str, check: Callable[[], None]) -> None:
    """Asserts that a row keeps a promise, or breaks it as `EXCEPTIONS` says."""
    listed = EXCEPTIONS.get((promise, name))
    if listed is None:
        check()
        return
    try:
        check()
    except listed.error as error:
        assert type(error) is listed.error and listed.words in str(error), repr(error)
    else:
        raise AssertionError(f'{name} keeps the promise {promise}: take it off the list')


def tensors(values: Arrays, row: Row) -> Arrays:
    return {name: tf.constant(values[name]) for name in row.inputs()}


def weights(owner: Any) -> dict[str, tf.Variable]:
    """The variables by name."""
    return {v.name.removesuffix(':0'): v for v in getattr(owner, 'variables', ())}


def set_weights(owner: Any) -> None:
    """Gives each variable the value that the graph's has, by its name and shape."""
    for name, variable in weights(owner).items():
        if variable.dtype.is_floating:
            value = variable_value(name, variable.shape.as_list(), 'float64')
            variable.assign(tf.cast(value, variable.dtype))


def outputs(row: Row, owner: Any, inputs: Arrays) -> Arrays:
    nest = row.run(owner, inputs)
    return {'output/' + path: tf.convert_to_tensor(leaf) for path, leaf in flatten(nest)}


def scalar(found: Arrays) -> Any:
    """What is differentiated: half the squares of all that is a floating number."""
    leaves = [leaf for leaf in found.values() if leaf.dtype.is_floating]
    return tf.add_n([tf.reduce_sum(leaf * leaf) for leaf in leaves] or [tf.zeros([])]) / 2


def with_gradients(row: Row, owner: Any, inputs: Arrays, graph: bool = False) -> Arrays:
    """The outputs, and the gradients of a scalar of them."""
    if graph:
        found = outputs(row, owner, inputs)
        variables = {v.op.name: v for v in tf1.trainable_variables()}
        sources = _sources(inputs, variables)
        values = tf1.gradients(scalar(found), list(sources.values())) if sources else []
        gradients = dict(zip(sources, values, strict=True))
    else:
        with tf.GradientTape() as tape:
            tape.watch([x for x in inputs.values() if x.dtype.is_floating])
            found = outputs(row, owner, inputs)
            loss = scalar(found)
        trainable = {name: v for name, v in weights(owner).items() if v.trainable}
        sources = _sources(inputs, trainable)
        gradients = tape.gradient(loss, sources)
    for key, value in gradients.items():
        # None says the same as zeros.
        found[key] = tf.zeros_like(sources[key])
        if isinstance(value, tf.IndexedSlices):  # Of no steps, its own dense shape is [0].
            found[key] = tf.tensor_scatter_nd_add(
                found[key], value.indices[:, None], tf.cast(value.values, found[key].dtype)
            )
        elif value is not None:
            found[key] = tf.convert_to_tensor(value)
    return found


def _sources(inputs: Arrays, variables: dict[str, Any]) -> dict[str, Any]:
    found = {'gradient/' + name: x for name, x in inputs.items() if x.dtype.is_floating}
    found.update({'gradient/' + name: variable for name, variable in variables.items()})
    return found


def built(name: str, dtype: str = 'float32') -> Any:
    """The owner of a row after its first call, in eager mode, with fixed weights."""
    return _built(name, dtype)


@functools.cache
def _built(name: str, dtype: str) -> Any:
    row = ROWS[name]
    tf1.reset_default_graph()  # The counters of scope names begin again.
    owner = row.owner(dtype)
    row.run(owner, tensors(arrays(dtype=dtype), row))
    set_weights(owner)
    return owner


CASES = {'two': {}, 'one': {'batch': 1}, 'none': {'batch': 0}, 'empty': {'empty': True}}


@functools.cache
def eager(name: str, case: str = 'two', dtype: str = 'float32') -> Arrays:
    """Outputs and gradients in eager mode."""
    row = ROWS[name]
    inputs = tensors(arrays(dtype=dtype, **CASES[case]), row)
    return as_numpy(with_gradients(row, built(name, dtype), inputs))


def as_numpy(found: Arrays) -> Arrays:
    # A scalar of bfloat16 has no array interface.
    return {key: np.asarray(value.numpy()) for key, value in found.items()}


def in_function(name: str, jit_compile: bool = False, known: bool = False) -> Callable[..., Arrays]:
    """A `tf.function` of the inputs, traced once, where only depths are known unless `known`."""
    row, owner = ROWS[name], built(name)
    values = arrays()
    signature = {
        key: tf.TensorSpec(values[key].shape if known else unknown_shape(key), values[key].dtype)
        for key in row.inputs()
    }
    function = tf.function(
        lambda inputs: with_gradients(row, owner, inputs),
        input_signature=[signature],
        jit_compile=jit_compile,
        autograph=False,
    )
    return lambda values: as_numpy(function(tensors(values, row)))


def in_graph(name: str, inputs: list[Arrays]) -> list[Arrays]:
    """Outputs and gradients in a TF1 graph with placeholders, for each of the inputs."""
    row = ROWS[name]
    with tf1_graph():
        fed = {
            key: tf1.placeholder(arrays()[key].dtype, unknown_shape(key), key)
            for key in row.inputs()
        }
        with Variables(tf1).scope():
            found = with_gradients(row, row.owner(), fed, graph=True)
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            return [session.run(found, {fed[key]: values[key] for key in fed}) for values in inputs]


def assert_same(got: Arrays, want: Arrays, rtol: float = 1e-4, atol: float = 1e-5) -> None:
    """Same keys, types and shapes; integers exactly, floats nearly."""
    assert got.keys() == want.keys(), f'{sorted(got)} in place of {sorted(want)}'
    for key, value in want.items():
        assert got[key].dtype == value.dtype, f'{key}: {got[key].dtype} in place of {value.dtype}'
        assert got[key].shape == value.shape, f'{key}: {got[key].shape} in place of {value.shape}'
        if value.dtype.kind in 'iub':
            np.testing.assert_array_equal(got[key], value, err_msg=key)
        else:
            one, other = (np.asarray(each, np.float64) for each in (got[key], value))
            np.testing.assert_allclose(one, other, rtol=rtol, atol=atol, err_msg=key)
