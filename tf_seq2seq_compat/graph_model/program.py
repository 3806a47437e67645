"""The graph of a program that builds when it is run, taken before it opens a session."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import tensorflow as tf
from absl import flags
from tensorflow.python.client.session import BaseSession  # these two have no public names
from tensorflow.python.framework.ops import _default_graph_stack

from tf_seq2seq_compat.graph_model.graph import BuiltElsewhere
from tf_seq2seq_compat.tf1 import import_hook, runner
from tf_seq2seq_compat.tf1.run_options import DEFAULT, RunOptions
from tf_seq2seq_compat.tf1.runtime import Runtime
from tf_seq2seq_compat.types import PathLike

tf1 = tf.compat.v1

_flags: set[str] = set()  # of the last program


class SessionReached(SystemExit):
    """The program opens a session: what follows is not run.

    Attributes:
      graph: The graph of the session.
      names: The names that the program has there, those of its functions included.
      line: Where that is.
    """

    def __init__(self, graph: tf.Graph, names: dict[str, Any], line: str) -> None:
        super().__init__(f'The program opens a session at {line}.')
        self.graph, self.names, self.line = graph, names, line


def build(
    path: PathLike,
    expression: str | None = None,
    arguments: Sequence[str] = (),
    options: RunOptions = DEFAULT,
) -> BuiltElsewhere:
    """Runs a program until it opens a session, and gives what it has built.

    Args:
      path: The program, a script.
      expression: What of it is asked for, in Python: a function or a class, which is called, a call
        such as `Model(config)`, or an object. The program is run as a module then, so that what
        stands below `if __name__ == '__main__'` is not. None: the program is run as itself, and
        all its names are asked for.
      arguments: The program's own command line.
      options: As for `tf-seq2seq-compat run`.

    Returns:
      The graph, and the object, or a namespace of the names.

    Raises:
      ValueError: If the expression cannot be evaluated.
      runner.CannotRun: If there is no such program.
    """
    name = '__main__' if expression is None else Path(path).stem
    with Runtime() as runtime, contextlib.ExitStack() as graphs:
        outermost = tf1.get_default_graph()

        def reset_default_graph() -> None:
            nonlocal outermost
            graphs.close()
            outermost = graphs.enter_context(tf.Graph().as_default())

        known = _flags_of_its_own()
        runtime.undo_by(lambda: _flags.update(set(flags.FLAGS) - known))
        runtime.set(BaseSession, '__init__', _stop)
        runtime.set(
            _default_graph_stack, 'is_cleared', lambda: tf1.get_default_graph() is outermost
        )
        runtime.set(_default_graph_stack, 'reset', reset_default_graph)
        namespace: dict[str, Any] = {}
        graph, where = None, 'its end'
        try:
            runner.run(
                os.fspath(path),
                list(arguments),
                options,
                runtime=runtime,
                name=name,
                tf1_behavior=False,
            )
        except SessionReached as stop:
            graph, where, namespace = stop.graph, stop.line, stop.names
        except SystemExit as end:
            if end.code:
                raise
        names = {**vars(sys.modules[name]), **namespace}
        if expression is None:
            return BuiltElsewhere(graph or tf1.get_default_graph(), _shown(names))
        try:
            built = eval(expression, names)
        except NameError as error:
            raise ValueError(f'{path} has no {expression!r} up to {where}: {error}.') from error
        if inspect.isroutine(built) or inspect.isclass(built):
            try:
                inspect.signature(built).bind()
            except TypeError as error:
                raise ValueError(
                    f'{expression} is called without arguments, but {error}: give a call, such as '
                    f"'{path}:{expression}(...)'."
                ) from error
            built = built()
        return BuiltElsewhere(_graph_of(built) or tf1.get_default_graph(), built)


def _flags_of_its_own() -> set[str]:
    """The flags that are defined before a program runs, without those of earlier programs."""
    for name in _flags:
        if name in flags.FLAGS:
            delattr(flags.FLAGS, name)
    _flags.clear()
    flags.FLAGS.unparse_flags()
    return set(flags.FLAGS)


def _stop(
    session: Any, target: str = '', graph: tf.Graph | None = None, config: object = None
) -> NoReturn:
    """In place of the constructor of sessions."""
    session._session = None  # As it is where the constructor fails.
    names: dict[str, Any] = {}
    line = ''
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not runner.run.__code__:
        if import_hook.is_program(frame.f_globals):
            line = line or f'{frame.f_code.co_filename}:{frame.f_lineno}'
            names = {**frame.f_globals, **frame.f_locals, **names}
        frame = frame.f_back
    raise SessionReached(graph or tf1.get_default_graph(), names, line)


def _graph_of(built: Any) -> tf.Graph | None:
    graph = getattr(built, 'graph', None)
    return graph if isinstance(graph, tf.Graph) else None


def _shown(names: dict[str, Any]) -> types.SimpleNamespace:
    """The names without modules and what Python adds."""
    kept = {
        name: value
        for name, value in names.items()
        if not name.startswith('__') and not isinstance(value, types.ModuleType)
    }
    return types.SimpleNamespace(**kept)


def elements(built: Any, graph: tf.Graph) -> Iterator[tuple[str, Any]]:
    """The tensors and operations of a graph that objects of a program hold, by the way to them.

    Args:
      built: An object, a nest of them, or a namespace.
      graph: The graph.
    """
    seen: set[int] = set()

    def walk(value: Any, name: str, depth: int) -> Iterator[tuple[str, Any]]:
        if isinstance(value, tf.Tensor | tf1.Tensor | tf.Operation | tf.Variable):
            if getattr(value, 'graph', None) is graph:
                yield name, value
            return
        if depth == 0 or id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, dict):
            parts = [(f'{name}[{key!r}]', one) for key, one in value.items()]
        elif isinstance(value, tuple) and hasattr(value, '_fields'):
            parts = [(f'{name}.{one}', getattr(value, one)) for one in value._fields]
        elif isinstance(value, list | tuple):
            parts = [(f'{name}[{n}]', one) for n, one in enumerate(value)]
        elif _is_of_program(type(value)) and hasattr(value, '__dict__'):
            parts = [(f'{name}.{key}', one) for key, one in vars(value).items()]
        else:
            return
        for path, one in parts:
            yield from walk(one, path.lstrip('.'), depth - 1)

    yield from walk(built, '', 4)


def _is_of_program(kind: type) -> bool:
    if kind is types.SimpleNamespace or kind.__module__ == '__main__':
        return True
    file = getattr(sys.modules.get(kind.__module__), '__file__', None)
    if issubclass(kind, type | types.FunctionType) or kind.__module__ == 'builtins':
        return False
    return file is None or import_hook.is_program_file(file)
