"""Cells as TensorFlow had them until 1.1: no layers, with the variables of the scope of each call.

A cell of today is a layer: its first call fixes its scope, and its variables are `kernel` and
`bias`. Until 1.1 a cell asked for its variables, under other names, in whatever scope was open. So
one cell that is called in two scopes has two sets of them: `MultiRNNCell([cell] * 3)`.
"""

from __future__ import annotations

import copy
import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.checkpoint import history
from tf_seq2seq_compat.checkpoint.history import Names
from tf_seq2seq_compat.types import DTypeLike, Nest, Scope, TensorLike

tf1 = tf.compat.v1


def renaming(prefix: str, rules: Names) -> Callable[..., Any]:
    """A custom getter that gives variables of today's code the names of an earlier version.

    Args:
      prefix: the scope that the rules are about.
      rules: tried in order for what stands below it.

    Returns:
      A getter for `variable_scope`.
    """

    def rename(getter: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
        if not prefix or name.startswith(prefix + '/'):
            below = name[len(prefix) + 1 :] if prefix else name
            for pattern, then in rules:
                found = re.fullmatch(pattern, below)
                if found is not None:
                    name = _joined(prefix, found.expand(then))
                    break
        return getter(name, *args, **kwargs)

    return rename


def rename_below(scope: Any, rules: Names) -> None:
    """Has a variable scope give what is made below it the names of an earlier version."""
    scope.set_custom_getter(_chained(renaming(scope.name, rules), scope.custom_getter))


def _joined(prefix: str, name: str) -> str:
    while name.startswith('../'):
        prefix, name = prefix.rpartition('/')[0], name[3:]
    return f'{prefix}/{name}' if prefix else name


class ScopedCell:
    """What a class of cells gets by `scoped`."""

    _scope_then: str | None = None
    _names_then: Names = ()
    _scope_is_fixed = False
    _shares_weights = False

    def __call__(self: Any, inputs: Nest, state: Nest, scope: Scope | None = None) -> Any:
        """Takes one step, with the variables of the scope that is open."""
        return self._call_in(scope, inputs, state)

    def _call_in(self: Any, scope: Scope | None, *args: Any) -> Any:
        with tf1.variable_scope(scope or self._default_scope_then()) as opened:
            if self._scope_is_fixed:
                self._check_scope(opened.name)
            rename_below(opened, self._names_then)
            twin = copy.copy(self)
            for name in [each for each in vars(twin) if each.startswith('_self_')]:
                del vars(twin)[name]
            vars(twin).update(_scope=opened, built=False, _first_call=True, _variables_by_name={})
            return super(ScopedCell, twin).__call__(*args)  # type: ignore[misc]

    def _default_scope_then(self) -> Any:
        return self._scope_then or type(self).__name__

    def _check_scope(self: Any, name: str) -> None:
        first = vars(self).setdefault('_first_scope', name)
        if first != name:
            kind = type(self).__name__
            raise ValueError(
                f'Attempt to reuse RNNCell {self} with a different variable scope than its first '
                f"use. First use of cell was with scope '{first}', this attempt is with scope "
                f"'{name}'. Make a new {kind} for other weights: MultiRNNCell([{kind}(...) for _ "
                'in range(num_layers)]). TensorFlow 1.0 gave it other weights: tf-seq2seq-compat '
                'run --tf 1.0; from 1.2 on it has the same: --tf 1.2.'
            )


class ScopedFusedCell(ScopedCell):
    """The same, for a cell that is called with whole sequences."""

    def __call__(  # type: ignore[override]
        self,
        inputs: TensorLike,
        initial_state: Nest | None = None,
        dtype: DTypeLike | None = None,
        sequence_length: TensorLike | None = None,
        scope: Scope | None = None,
    ) -> Any:
        """Runs the cell, with the variables of the scope that is open."""
        return self._call_in(scope, inputs, initial_state, dtype, sequence_length)


def _chained(inner: Callable[..., Any], outer: Callable[..., Any] | None) -> Callable[..., Any]:
    """The custom getter that goes through `inner`, then through `outer`."""
    if outer is None:
        return inner

    def both(getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return inner(functools.partial(outer, getter), *args, **kwargs)

    return both


def scoped(
    today: type, version: str, *, scope_is_fixed: bool = False, kind: type = ScopedCell
) -> Any:
    """A class of cells as it was before cells were layers.

    Args:
      today: the class, of which the history of names knows scope and variables. A scope that had
        the name of the class has that of a subclass for it.
      version: the version.
      scope_is_fixed: whether a call in another scope than the first one's was refused.
      kind: how it is called: `ScopedCell` or `ScopedFusedCell`.

    Returns:
      A subclass of `today`, of the same name.
    """
    scope = history.scope(today.__name__, version)
    body = {
        '__doc__': today.__doc__,
        '_scope_then': None if scope == today.__name__ else scope,
        '_names_then': history.names(today.__name__, version),
        '_scope_is_fixed': scope_is_fixed,
    }
    return type(today.__name__, (kind, today), body)


def with_old_names(function: Callable[..., Any], rules: Names) -> Callable[..., Any]:
    """A function with the variables that it makes under the names of an earlier version.

    Args:
      function: makes variables below the scope that is open when it is called.
      rules: what their names below that scope were.
    """
    signature = inspect.signature(function)

    def then(*args: Any, **kwargs: Any) -> Any:
        outer = tf1.get_variable_scope()
        with tf1.variable_scope(outer, auxiliary_name_scope=False) as opened:
            rename_below(opened, rules)
            return function(*args, **kwargs)

    then.__name__, then.__doc__ = function.__name__, function.__doc__
    then.__signature__ = signature  # type: ignore[attr-defined]
    return then
