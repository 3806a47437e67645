"""One step of a loop, traced once into a graph of its own.

TensorFlow traces the body of a loop once; so must a compiled loop, which needs the step twice,
since a step that makes variables names them anew each time it is called.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core import tensorflow_internals as internals
from tf_seq2seq_compat.types import IntLike, ShapeLike

tf1 = tf.compat.v1


class Unsupported(Exception):  # noqa: N818 - the reason for another kind of loop is no error
    """A loop cannot be compiled, for the reason that is the message."""


class InputSlice(NamedTuple):
    """`sequence[time + ahead]`, for which the placeholder is read in the step."""

    sequence: tf.Tensor
    ahead: int
    placeholder: tf.Tensor


class StepGraph(internals.FuncGraph):
    """The trace of `step(time, state) -> [*emitted, *state, whether to go on]`, all tensors.

    Args:
      state: Flat list of tensors, the initial state.

    Attributes:
      time, state: Placeholders of the arguments.
      results: The results of the step, after `trace`.
      input_slices: The elements of inputs that it reads by `read`.
    """

    def __init__(self, state: Sequence[tf.Tensor]) -> None:
        super().__init__('step')
        self.initial_state = list(state)
        self.input_slices: list[InputSlice] = []
        self.results: list[tf.Tensor] = []
        self._scopes = internals.VariableScopes.now()
        with self.as_default():
            self.time = tf1.placeholder(tf.int32, [], 'time')
        self.state = [self.placeholder(s.dtype.base_dtype, s.shape) for s in state]

    def placeholder(self, dtype: tf.DType, shape: ShapeLike) -> tf.Tensor:
        """A placeholder of this graph."""
        with self.as_default():
            return tf1.placeholder(dtype, shape, 'argument')

    def capture(
        self, tensor: tf.Tensor, name: str | None = None, shape: ShapeLike | None = None
    ) -> tf.Tensor:
        """A tensor of this graph for one of an outer graph."""
        if not getattr(tensor.dtype, '_is_ref_dtype', False):
            return super().capture(tensor, name, shape)
        # No placeholder can be assigned to. Steps that assign are not supported.
        return tf.raw_ops.VariableV2(shape=tensor.shape, dtype=tensor.dtype.base_dtype)

    def trace(self, step: Callable[[tf.Tensor, list[tf.Tensor]], Sequence[tf.Tensor]]) -> None:
        """Calls `step(time, state)` in this graph, and keeps its results."""
        with self.as_default():
            self.results = [tf.identity(r) for r in step(self.time, self.state)]

    def read(self, sequence: tf.Tensor, time: IntLike, ahead: int) -> tf.Tensor:
        """`sequence[time + ahead]`: an input slice where `time` is that of the step."""
        if time is not self.time:
            return tf.gather(sequence, time + ahead)
        for known in self.input_slices:
            if known.sequence is sequence and known.ahead == ahead:
                return known.placeholder
        return self.add_input_slice(sequence, ahead)

    def add_input_slice(self, sequence: tf.Tensor, ahead: int) -> tf.Tensor:
        """The placeholder of a new input slice."""
        placeholder = self.placeholder(sequence.dtype, sequence.shape[1:])
        self.input_slices.append(InputSlice(sequence, ahead, placeholder))
        return placeholder

    def export_collections(self, collection: str | None = None) -> None:
        """Adds the values of collections (or one), but the step's tensors, to the outer graph's.

        TensorFlow does so for the collections of variables only.
        """
        for key in self.get_all_collection_keys() if collection is None else [collection]:
            known = {id(value) for value in self.outer_graph.get_collection(key)}
            for value in self.get_collection(key):
                of_step = isinstance(value, tf.Tensor | tf.Operation) and (
                    value.graph is not self.outer_graph
                )
                if id(value) not in known and not of_step:
                    self.outer_graph.add_to_collection(key, value)

    @contextlib.contextmanager
    def retrace(self) -> Iterator[None]:
        """In this context the step finds the variables of its trace, in a TF1 graph."""
        # These losses come with new variables, and there are none this time.
        self.export_collections(tf1.GraphKeys.REGULARIZATION_LOSSES)
        with self._scopes.restored():
            yield
