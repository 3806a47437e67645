"""What code for `tf.Session` needs, over a `GraphModel`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
from tensorflow.python.client.session import SessionInterface  # it has no public name

from tf_seq2seq_compat.graph_model.graph import Element
from tf_seq2seq_compat.types import Nest

if TYPE_CHECKING:
    from tf_seq2seq_compat.graph_model.model import GraphModel

tf1 = tf.compat.v1


class GraphSession(SessionInterface):
    """What code for `tf.Session` needs of one, over a `GraphModel`: see `GraphModel.session`.

    Each combination of fetches and feeds becomes a function the first time it is asked for.

    Args:
      model: The model.

    Example:
      >>> model = seq2seq.GraphModel(lambda: tf.compat.v1.placeholder(tf.float32, name='x') + 1.0)
      >>> model.session().run(model.built, {'x:0': [1.0, 2.0]}).tolist()
      [2.0, 3.0]
    """

    def __init__(self, model: GraphModel) -> None:
        self._model = model
        self._functions: dict[tuple[tuple[str, ...], ...], Callable[..., Nest]] = {}
        self._open: list[contextlib.ExitStack] = []

    @property
    def graph(self) -> tf.Graph:
        """The graph of the model."""
        return self._model.graph

    @property
    def sess_str(self) -> str:
        """The target of the session: none, as it runs in this process."""
        return ''

    def run(
        self,
        fetches: Nest,
        feed_dict: Mapping[Element, Nest] | None = None,
        options: object = None,
        run_metadata: object = None,
    ) -> Nest:
        """As `tf.Session.run`: a nest of NumPy arrays, None for an operation.

        Args:
          fetches: A nest of tensors, variables, operations or names.
          feed_dict: Values by tensors or their names.
          options: Not used.
          run_metadata: Not used.
        """
        source = self._model._source
        feed_dict = {} if feed_dict is None else feed_dict
        elements, feeds = source.elements(fetches), source.tensors(list(feed_dict))
        flat_feeds, flat_elements = (
            tf.nest.flatten(nest, expand_composites=True) for nest in (feeds, elements)
        )
        key = tuple(tuple(one.name for one in flat) for flat in (flat_feeds, flat_elements))
        if key not in self._functions:
            self._functions[key] = self._model.function(flat_feeds, flat_elements)
        given = [part for value in feed_dict.values() for part in _components(value)]
        with (
            tf.__internal__.eager_context.eager_mode()
        ):  # The program may have made the graph the default.
            values = [
                tf.convert_to_tensor(value, one.dtype)
                for value, one in zip(given, flat_feeds, strict=True)
            ]
            found = self._functions[key](*values)
        return _with_arrays(elements, iter([one if one is None else one.numpy() for one in found]))

    def partial_run_setup(self, *_: object, **__: object) -> None:
        """Not provided."""
        raise NotImplementedError('GraphSession has no partial runs: use GraphModel.function.')

    partial_run = partial_run_setup

    def close(self) -> None:
        """Forgets the functions."""
        self._functions.clear()

    def as_default(self) -> contextlib.AbstractContextManager[object]:
        """A context in which `tensor.eval()` and `operation.run()` use this session."""
        return tf1.Session.as_default(self)

    def __enter__(self) -> GraphSession:
        stack = contextlib.ExitStack()
        stack.enter_context(self.graph.as_default())
        stack.enter_context(self.as_default())
        self._open.append(stack)
        return self

    def __exit__(self, *details: Any) -> None:
        self._open.pop().__exit__(*details)
        self.close()


def _components(value: Nest) -> Sequence[Nest]:
    """The values for the components of a fed tensor: three for a sparse one."""
    return list(value) if isinstance(value, tf1.SparseTensorValue) else [value]


def _with_arrays(elements: Nest, arrays: Iterator[np.ndarray | None]) -> Nest:
    def value(one: Element) -> Any:
        if isinstance(one, tf.SparseTensor):
            return tf1.SparseTensorValue(*(next(arrays) for _ in range(3)))
        return next(arrays)

    return tf.nest.map_structure(value, elements)
