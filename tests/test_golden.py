"""Each golden case on each of the four paths gives what TensorFlow 1.15.5 gave."""

from __future__ import annotations

import pathlib
import re
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.golden import (
    cases,  # noqa: F401 (registers the cases)
    harness,
)
from tests.golden.exceptions import EXCEPTIONS, KNOWN_SIZES
from tests.paths import PATHS, tf1_graph
from tf_seq2seq_compat.tf1 import facade

ARRAYS = pathlib.Path(__file__).parent / 'golden' / 'arrays'
# What stands for the graph's seed in TF1 where only an op has a seed; setting it also makes eager
# random operations begin again.
TF1_GRAPH_SEED = 87654321
PAIRS = [(name, path) for name in harness.CASES for path in PATHS]


def run(one: harness.Case, path: str, shapes: dict[str, tuple[int, ...]]) -> harness.Result:
    """Runs a case on a path; `shapes` are those of the expected outputs, for their loss weights."""
    if path == 'graph':
        with tf1_graph():
            return harness.run_in_graph(one, facade.tensorflow())
    tf.compat.v1.reset_default_graph()  # The counters of scope names begin again.
    tf.random.set_seed(TF1_GRAPH_SEED)
    # Where TensorFlow sees variables made in a function it is traced twice; XLA's takes longest.
    program = ObjectProgram(one, shapes, lifted=path != 'xla')
    call = program
    if path != 'eager':
        call = tf.function(program, autograph=False, jit_compile=path == 'xla')
    found = call({key: tf.constant(value) for key, value in one.inputs.items()})
    variables = program.variables.parts()
    for name, variable in variables.items():
        assert variable.name == name + ':0'
        if one.keep_initializers:
            found['initial/' + name] = variable
    rows = harness.variable_facts(variables.values())
    trainable = [row[0] for row in rows if row[3]]
    facts = program.facts | {'variables': rows, 'trainable_variables': trainable}
    return harness.Result({key: np.asarray(value) for key, value in found.items()}, facts)


class ObjectProgram:
    """A case as a TF2 callable: inputs to outputs and gradients, with its variables kept here."""

    def __init__(self, one: harness.Case, shapes: dict[str, tuple[int, ...]], lifted: bool) -> None:
        self._case = one
        self._shapes = shapes
        tf1 = facade.tensorflow()
        self.variables = harness.Variables(tf1, one.keep_initializers, False, lifted)
        self.facts: dict[str, Any] = {}

    def __call__(self, tensors: dict[str, Any]) -> dict[str, Any]:
        sources = {
            'gradient/input/' + key: value
            for key, value in tensors.items()
            if value.dtype.is_floating
        }
        with tf.GradientTape() as tape:
            tape.watch(sources)
            with self.variables.scope():
                nest = self._case.function(facade.tensorflow(), **tensors)
            # A size that is known may be a plain number here.
            leaves = {
                'output/' + path: tf.convert_to_tensor(leaf) for path, leaf in harness.flatten(nest)
            }
            scalar = tf.add_n([self._term(path, leaf) for path, leaf in leaves.items()])
        self.facts = {'structure': harness.structure(nest), 'without_gradient': []}
        if not self._case.gradients:
            return leaves
        for name, variable in self.variables.parts().items():
            if variable.trainable:
                sources['gradient/variable/' + name] = variable
        for key, gradient in tape.gradient(scalar, sources).items():
            if gradient is None:
                self.facts['without_gradient'].append(key)
            else:
                leaves[key] = tf.convert_to_tensor(gradient)
        self.facts['without_gradient'].sort()
        return leaves

    def _term(self, path: str, leaf: Any) -> Any:
        """An output's part of the scalar; of a padded output only what is expected counts."""
        if not leaf.dtype.is_floating or path not in self._shapes:
            return tf.constant(0.0, tf.float64)
        shape = self._shapes[path]
        weights = harness.loss_weights(path.partition('/')[2], shape, leaf.dtype.name)
        leading = tf.slice(leaf, [0] * len(shape), shape) if shape else leaf
        return tf.cast(tf.reduce_sum(leading * weights), tf.float64)


def compare(name: str, want: Any, got: Any, one_step: bool) -> None:
    """Integers exactly, floats to the tolerance of one step or of a sequence."""
    assert got.dtype == want.dtype, f'{name}: {got.dtype} in place of {want.dtype}'
    assert got.shape == want.shape, f'{name}: {got.shape} in place of {want.shape}'
    if not harness.is_float(want.dtype):
        np.testing.assert_array_equal(got, want, err_msg=name)
        return
    rtol = 1e-5 if one_step else 1e-4
    # Minus infinity, and the lowest number that stands for it, say nothing of the size of the rest.
    ordinary = np.abs(want)[np.abs(want) < np.finfo(np.float32).max / 2]
    atol = 1e-6 * max(1.0, np.max(ordinary, initial=0.0))
    if want.dtype == np.float64:
        rtol, atol = rtol * 1e-6, atol * 1e-6
    np.testing.assert_allclose(got, want, rtol=rtol, atol=atol, err_msg=name)


def without_padding(name: str, got: Any, shape: tuple[int, ...]) -> Any:
    """What a compiled loop computed; its buffers have room for more steps, which must be zero."""
    if got.shape == shape or got.ndim != len(shape):
        return got
    axes = [axis for axis in range(got.ndim) if got.shape[axis] != shape[axis]]
    time = axes[0]
    assert len(axes) == 1 and time < 2 and got.shape[time] > shape[time], (
        f'{name}: {got.shape} is not {shape} with room for more steps'
    )
    padding = np.take(got, range(shape[time], got.shape[time]), axis=time)
    assert not padding.any(), f'{name}: steps after the last one are not zero'
    return np.take(got, range(shape[time]), axis=time)


def check(one: harness.Case, path: str) -> None:
    """Asserts that a case gives the expected values on a path."""
    want = harness.load(ARRAYS / f'{one.name}.npz')
    got = run(one, path, {key: value.shape for key, value in want.arrays.items()})
    if path != 'graph':  # Layers have whole variables there.
        want, got = harness.joined(want), harness.joined(got)
    for fact in ('variables', 'trainable_variables'):
        assert got.facts[fact] == want.facts[fact], f'other {fact}'
    assert got.facts['structure'] == want.facts['structure'], 'another structure'
    if path == 'graph':
        assert got.facts['without_gradient'] == want.facts['without_gradient']
        check_static_shapes(one.name, want.facts['static_shapes'], got.facts['static_shapes'])
    missing = want.facts['without_gradient'] + got.facts['without_gradient']
    for key in missing:
        # No gradient on one side may be a gradient of zeros on the other.
        for side in (want, got):
            assert not np.any(side.arrays.pop(key, 0)), f'{key}: a gradient on one side only'
    assert sorted(got.arrays) == sorted(want.arrays)
    for name, value in want.arrays.items():
        found = got.arrays[name]
        if path == 'xla' and name.startswith('output/'):
            found = without_padding(name, found, value.shape)
        compare(name, value, found, one.one_step)


def check_static_shapes(name: str, want: dict[str, Any], got: dict[str, Any]) -> None:
    """Programs read static shapes while they build a graph, so these are TF1's, or known better."""
    if name not in KNOWN_SIZES:
        assert got == want
        return
    assert got != want, f'{name} need not be in KNOWN_SIZES'
    for path, shape in want.items():
        found = got[path]
        assert (
            shape is None
            or [g if w is None else w for w, g in zip(shape, found, strict=True)] == found
        ), f'{path}: static shape {found}, in TF1 {shape}'


def parameters() -> list[Any]:
    """The pairs to test; tracing and compiling a whole loop takes seconds."""
    return [marked(*pair) for pair in PAIRS if pair not in EXCEPTIONS]


def marked(name: str, path: str) -> Any:
    takes_steps = name in harness.CASES and not harness.CASES[name].one_step
    is_long = takes_steps or name in ('ntm', 'normalizing_lstms')
    slow = (is_long and path in ('function', 'xla')) or name.startswith('partitioned_')
    return pytest.param(name, path, marks=[pytest.mark.slow] * slow)


@pytest.mark.parametrize(('name', 'path'), parameters())
def test_golden(name: str, path: str) -> None:
    check(harness.CASES[name], path)


@pytest.mark.parametrize(('name', 'path'), [marked(*pair) for pair in EXCEPTIONS])
def test_exception_is_needed(name: str, path: str) -> None:
    assert (name, path) in PAIRS, 'no such case or path'
    kind, words, _ = EXCEPTIONS[name, path]
    with pytest.raises(Exception, match=re.escape(words)) as raised:
        check(harness.CASES[name], path)
    assert raised.type.__name__ == kind
