"""What TensorFlow 0.12 to 1.4 had otherwise than 1.15: calls as today's functions take them.

`Written`, in the file of each version, says where a call with today's arguments gives equal
numbers. In a module where one use of a name cannot be written so, the name stays that of its
version: `eras.tf_1_0.contrib.rnn.GRUCell`. Done in the first round, as what it leaves is for 1.15.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import libcst as cst

from tf_seq2seq_compat.migrate import scan
from tf_seq2seq_compat.migrate.edits import Edit
from tf_seq2seq_compat.migrate.fixers import single_use
from tf_seq2seq_compat.migrate.locations import Place, older_place
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module
from tf_seq2seq_compat.tf1 import eras, facade


def fixer(module: Module) -> Callable[[Module], Iterable[Fix]]:
    """The fixer for a module of a program for an older version; it comes before the others.

    Args:
      module: the module, whose `older_place` becomes that of its version.
    """
    older = _OlderVersion(module)
    module.older_place = older.place
    return lambda _: older.fixes()


class _OlderVersion:
    """What the names of a module mean in an older version, and how each is written today."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._era = eras.get(module.version)

    def place(self, name: str) -> Place | None:
        """Where a name of the older version lives that has no equal today."""
        for path in _heads(name):
            if path in self._kept:
                return older_place(name, self._era.version)
        return None

    def fixes(self) -> Iterator[Fix]:
        """The edits of calls, and what is said of names."""
        version = self._era.version
        for path, nodes in self._changed.items():
            calls = self._calls[path]
            for node in nodes:
                line, name = self._module.line(node), scan.shown(path)
                if calls is None:
                    place = f'eras.{eras.of_version(version)}'
                    advice = f'with limits: {place} has it as TensorFlow {version} had it'
                    yield Finding('rewritten', line, name, advice)
                elif call := calls.get(node):
                    yield from call
                    yield Finding('rewritten', line, name, "with today's arguments")
        for use in self._module.names.uses:
            refusal = self._refusal(self._module.full(use.name))
            if refusal is not None and not use.guarded:
                path, words = refusal
                line = self._module.line(use.node)
                yield Finding('needs a look', line, scan.shown(path), words, before=True)

    def _refusal(self, name: str) -> tuple[str, str] | None:
        for path in reversed(list(_heads(name))):
            words = self._era.refusal(path) if path in eras.names() else ''
            if words:
                return path, words.partition('; the program')[0]
        return None

    # What is otherwise ------------------------------------------------------------------------

    @functools.cached_property
    def _changed(self) -> dict[str, list[cst.CSTNode]]:
        """The names of the module that mean something else today, and where each is read."""
        found: dict[str, list[cst.CSTNode]] = {}
        for use in self._module.names.uses:
            name = self._module.full(use.name)
            path = self._changed_in(name) if use.kind != 'store' else ''
            if path:
                nodes = found.setdefault(path, [])
                if use.kind == 'load':
                    nodes.append(use.node if path == name else cst.Name('_'))
        return found

    def _changed_in(self, name: str) -> str:
        """As much of a name as means something that is otherwise today; empty if none does."""
        root = name.startswith('tensorflow.') and not name.startswith('tensorflow.compat.')
        if not root or not self._module.is_ours(name):
            return ''
        for path in reversed(list(_heads(name))):
            if self._then(path) is not None:
                return path
            if not isinstance(_today(path), types.ModuleType):
                return ''
        return ''

    def _then(self, path: str) -> Any:
        if self._era.has(path):
            return self._era.value(path)
        today = _today(path)
        if today is None or isinstance(today, types.ModuleType):
            return None
        then = self._era.adapted(today, path)
        return None if then is today else then

    @functools.cached_property
    def _kept(self) -> set[str]:
        """The names that stay those of their version."""
        return {path for path, calls in self._calls.items() if calls is None}

    @functools.cached_property
    def _calls(self) -> dict[str, Mapping[cst.CSTNode, list[Edit]] | None]:
        """By name the edits of its calls; None for a name that stays that of its version."""
        found = {path: self._edits_of(path, nodes) for path, nodes in self._changed.items()}
        writings = {path: self._era.written(self._then(path)) for path in found}
        named = [path for path, written in writings.items() if written and written.names]
        if any(found[path] is None for path in named):
            found |= dict.fromkeys(named)
        return found

    def _edits_of(
        self, path: str, nodes: list[cst.CSTNode]
    ) -> Mapping[cst.CSTNode, list[Edit]] | None:
        then, today = self._then(path), _today(path)
        written = self._era.written(then)
        if written is None or not callable(today):
            return None
        if written.files and self._module.project.mentions(written.files, self._module.code):
            return None
        found: dict[cst.CSTNode, list[Edit]] = {}
        for node in nodes:
            if _is_subclass(then, today) and self._is_tested_for(node):
                found[node] = []  # objects of both are of today's class
                continue
            call = None if isinstance(node, cst.Name) and node.value == '_' else self._call(node)
            if call is None:
                return None
            if written.once and not single_use.is_called_in_one_scope(self._module, call):
                return None
            edits = _edits(self._module, call, then, today, written)
            if edits is None:
                return None
            found[node] = edits
        return found

    def _is_tested_for(self, node: cst.CSTNode) -> bool:
        """Whether it is a class, or one of several, that `isinstance` is asked for."""
        parent = self._module.parent(node)
        if isinstance(parent, cst.Element):
            several = self._module.parent(parent)
            parent = self._module.parent(several) if isinstance(several, cst.Tuple) else None
        call = self._module.parent(parent) if isinstance(parent, cst.Arg) else None
        return (
            isinstance(call, cst.Call)
            and isinstance(call.func, cst.Name)
            and call.func.value in ('isinstance', 'issubclass')
            and [*call.args[1:]] == [parent]
        )

    def _call(self, node: cst.CSTNode) -> cst.Call | None:
        parent = self._module.parent(node)
        return parent if isinstance(parent, cst.Call) and parent.func is node else None


def _is_subclass(then: Any, today: Any) -> bool:
    return isinstance(then, type) and isinstance(today, type) and issubclass(then, today)


def _heads(name: str) -> Iterator[str]:
    """A dotted name, and each part of it from the first word on, the longest first."""
    while name:
        yield name
        name = name.rpartition('.')[0]


@functools.cache
def _today(path: str) -> Any:
    """What a name means in TensorFlow 1.15; None where it means nothing."""
    try:
        parent, _, name = path.rpartition('.')
        above = _today(parent) if parent else None
        if parent and not isinstance(above, types.ModuleType):
            return None
        return getattr(above, name) if parent else facade.tensorflow()
    except Exception:  # Whatever a lazily loaded module raises, it is not there.
        try:
            return facade.get_facade('tensorflow', 'v1').import_module(path)
        except Exception:
            return None


# One call
# ----------------------------------------------------------------------------------------


def _edits(
    module: Module, call: cst.Call, then: Any, today: Any, written: eras.Written
) -> list[Edit] | None:
    """The edits that give a call today's arguments; None where it cannot be written so."""
    if _is_for(call, today, then):
        return []
    given = _given(call, inspect.signature(then))
    if given is None or set(written.without) & set(given):
        return None
    own = list(inspect.signature(today).parameters.values())
    positions = {each.name: at for at, each in enumerate(own) if each.kind is not _KEYWORD_ONLY}
    defaults = {each.name: each.default for each in own}
    renamed = getattr(then, 'renamed_since', {})
    edits, in_order, kept = [], True, 0
    for name, argument in given.items():
        new = renamed.get(name, name)
        if new not in defaults:
            if not _is_plain(argument.value):
                return None
            edits.append(_without(module, call, argument))
            in_order = in_order and argument.keyword is not None
            continue
        kept += 1
        if argument.keyword is not None:
            in_order = False
            if new != name:
                edits.append(module.replace(argument.keyword, new))
        elif not in_order or positions.get(new) != list(given).index(name):
            in_order = False
            start = module.span(argument.value)[0]
            edits.append(Edit(start, start, f'{new}='))
    for name, words in _other_defaults(then, renamed, given, defaults):
        end = module.span(call)[1] - 1
        edits.append(Edit(end, end, f'{", " if kept else ""}{name}={words}'))
        kept += 1
    if written.after:
        end = module.span(call)[1]
        edits.append(Edit(end, end, written.after))
    return edits


_KEYWORD_ONLY = inspect.Parameter.KEYWORD_ONLY


def _is_for(call: cst.Call, today: Any, then: Any) -> bool:
    """Whether a call has an argument by a name that today's knows, and that of then did not."""
    names = {each.keyword.value for each in call.args if each.keyword is not None}
    known = set(inspect.signature(then).parameters)
    return bool(names - known) and names - known <= set(inspect.signature(today).parameters)


def _given(call: cst.Call, signature: inspect.Signature) -> dict[str, cst.Arg] | None:
    """The arguments of a call by the names of parameters; None where that is not certain."""
    names = list(signature.parameters)
    if any(each.star for each in call.args):
        return None
    found = {}
    for at, each in enumerate(call.args):
        name = each.keyword.value if each.keyword is not None else ''.join(names[at : at + 1])
        if name not in names or name in found:
            return None
        found[name] = each
    return found


def _other_defaults(
    then: Any, renamed: Mapping[str, str], given: Mapping[str, object], today: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The arguments to write out, as the default was another one."""
    for name, each in inspect.signature(then).parameters.items():
        new = renamed.get(name, name)
        if name in given or new not in today or name == 'name':
            continue
        if isinstance(each.default, _LITERALS) and each.default != today[new]:
            yield new, repr(each.default)


_LITERALS = (bool, int, float, str, types.NoneType)


def _is_plain(value: cst.BaseExpression) -> bool:
    """Whether nothing happens when an expression is evaluated, so that it can be left out."""
    kinds = (cst.Call, cst.Await, cst.Yield, cst.NamedExpr, cst.ListComp, cst.Lambda)
    return not any(isinstance(each, kinds) for each in _all_of(value))


def _all_of(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for each in node.children:
        yield from _all_of(each)


def _without(module: Module, call: cst.Call, argument: cst.Arg) -> Edit:
    """Takes an argument out of a call, with the comma behind it, or before it."""
    index = list(call.args).index(argument)
    if index + 1 < len(call.args):
        return Edit(module.span(argument)[0], module.span(call.args[index + 1])[0], '')
    start = module.span(call.args[index - 1].value)[1] if index else module.span(argument)[0]
    return Edit(start, module.span(argument.value)[1], '')
