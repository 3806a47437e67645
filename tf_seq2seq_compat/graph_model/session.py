"""What code for `tf.Session` needs, over a `GraphModel`."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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
        self._calls: dict[tuple[str | int, ...], _Call] = {}
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
        feed_dict = {} if feed_dict is None else feed_dict
        asked = [*tf.nest.flatten(fetches), None, *feed_dict]
        key = tuple(one if isinstance(one, str) else id(one) for one in asked)
        if key not in self._calls:
            self._calls[key] = _Call(self._model, fetches, feed_dict, asked)
        return self._calls[key].values(fetches, feed_dict)

    def partial_run_setup(self, *_: object, **__: object) -> None:
        """Not provided."""
        raise NotImplementedError('GraphSession has no partial runs: use GraphModel.function.')

    partial_run = partial_run_setup

    def close(self) -> None:
        """Forgets the functions."""
        self._calls.clear()

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


class _Call:
    """A function for a combination of fetches and feeds.

    Args:
      model: The model.
      fetches: As for `run`.
      feed_dict: As for `run`.
      asked: What the call is known by.
    """

    def __init__(
        self,
        model: GraphModel,
        fetches: Nest,
        feed_dict: Mapping[Element, Nest],
        asked: Sequence[Element],
    ) -> None:
        self._asked = asked  # Their ids are the key, so they stay.
        self._elements = model._source.elements(fetches)
        feeds = model._source.tensors(list(feed_dict))
        flat_feeds, flat_elements = (
            tf.nest.flatten(nest, expand_composites=True) for nest in (feeds, self._elements)
        )
        self._dtypes = [one.dtype for one in flat_feeds]
        self._function = model.function(flat_feeds, flat_elements, jit_compile=False)

    def values(self, fetches: Nest, feed_dict: Mapping[Element, Nest]) -> Nest:
        """The arrays for a nest that differs from the first in its kinds of sequences at most."""
        given = [part for value in feed_dict.values() for part in _components(value)]
        # The program may have made the graph the default.
        with tf.__internal__.eager_context.eager_mode():
            found = self._function(*map(tf.convert_to_tensor, given, self._dtypes))
        arrays = iter([one if one is None else one.numpy() for one in found])

        def value(one: Element) -> Any:
            if isinstance(one, tf.SparseTensor):
                return tf1.SparseTensorValue(*(next(arrays) for _ in range(3)))
            return next(arrays)

        if not tf.nest.is_nested(fetches):
            return value(fetches)
        return tf.nest.map_structure(value, fetches)


def _components(value: Nest) -> Sequence[Nest]:
    """The values for the components of a fed tensor: three for a sparse one."""
    return list(value) if isinstance(value, tf1.SparseTensorValue) else [value]
