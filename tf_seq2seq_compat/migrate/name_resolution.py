"""Which full dotted name each expression of a program means, through its imports and aliases.

`tf.contrib.rnn.GRUCell`, `rnn.GRUCell` after `from tensorflow.contrib import rnn`, `GRUCell` after
`from tensorflow.contrib.rnn import *` and `cells.GRUCell` after `cells = tf.contrib.rnn` all mean
`tensorflow.contrib.rnn.GRUCell`. A name that the program gives to something else, a parameter or a
local variable for example, means nothing here. Both the scan and the codemod ask this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import libcst as cst
from libcst import metadata
from libcst.helpers import get_full_name_for_node

from tf_seq2seq_compat.migrate.project import below

Exports = Callable[[str, str], bool]
"""Whether `from module import *` brings a name: called with the module and the name."""


@dataclass(frozen=True, eq=False)
class Use:
    """One place where a program means something that it has imported.

    Attributes:
      node: the whole dotted expression, or the alias in an import statement.
      name: its full dotted name, for example `'tensorflow.contrib.rnn.GRUCell'`. What a relative
        import brings begins with a dot.
      kind: `'import'`: in an import statement; `'load'`: read; `'store'`: the program sets or
        deletes the attribute of that name.
      guarded: it is in a `try` that goes on where the name does not exist.
    """

    node: cst.Name | cst.Attribute | cst.ImportAlias | cst.ImportStar
    name: str
    kind: Literal['import', 'load', 'store']
    guarded: bool = False


@dataclass(frozen=True)
class _Binding:
    """One statement that gives a name a value.

    Attributes:
      end: where the statement ends, in the order of the visit.
      certain: it is directly in the body of its scope, so nothing before it reaches past it.
      value: what is bound, where that can be followed: expressions, or a dotted name.
    """

    end: int
    certain: bool
    value: tuple[cst.BaseExpression, ...] | str = ()


@dataclass(frozen=True)
class _Read:
    """A name or dotted expression, the name that it begins with, and when it is read."""

    node: cst.Name | cst.Attribute
    base: cst.Name
    when: int
    kind: Literal['load', 'store']
    guarded: bool


class _NameVisitor(cst.CSTVisitor):
    """One pass that notes, in order, what is bound, what is read and what is imported."""

    def __init__(self, context: Mapping[cst.CSTNode, object]) -> None:
        self._context = context
        self._clock = 0
        self._branches = [0]
        self._guards = 0
        self.bindings: dict[cst.CSTNode | None, dict[str, _Binding]] = {}
        self.reads: list[_Read] = []
        self.imports: list[Use] = []
        self.stars: list[str] = []

    def _tick(self) -> int:
        self._clock += 1
        return self._clock

    def _bind(
        self, node: cst.CSTNode, name: str, value: tuple[cst.BaseExpression, ...] | str = ()
    ) -> None:
        binding = _Binding(self._tick(), self._branches[-1] == 0, value)
        self.bindings.setdefault(node, {})[name] = binding

    def _read(
        self, node: cst.Name | cst.Attribute, base: cst.Name, kind: Literal['load', 'store']
    ) -> None:
        self.reads.append(_Read(node, base, self._tick(), kind, self._guards > 0))

    # What is read ---------------------------------------------------------------------------

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        base: cst.BaseExpression = node
        while isinstance(base, cst.Attribute):
            base = base.value
        if isinstance(base, cst.Name):
            self._read(node, base, 'load' if self._is_load(node) else 'store')
        else:
            base.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        if self._is_load(node):
            self._read(node, node, 'load')
        elif node in self._context:
            self._bind(node, node.value)

    def _is_load(self, node: cst.CSTNode) -> bool:
        return self._context.get(node) is metadata.ExpressionContext.LOAD

    # What is bound --------------------------------------------------------------------------

    def leave_Assign(self, original_node: cst.Assign) -> None:
        for target in original_node.targets:
            self._bind_target(target.target, original_node.value)

    def leave_AnnAssign(self, original_node: cst.AnnAssign) -> None:
        if original_node.value is not None:
            self._bind_target(original_node.target, original_node.value)

    def leave_NamedExpr(self, original_node: cst.NamedExpr) -> None:
        self._bind_target(original_node.target, original_node.value)

    def _bind_target(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        if isinstance(target, cst.Name):
            self._bind(target, target.value, tuple(_alternatives(value)))
        elif isinstance(target, (cst.Tuple, cst.List)):
            pairs = isinstance(value, (cst.Tuple, cst.List)) and not any(
                isinstance(each, cst.StarredElement) for each in (*target.elements, *value.elements)
            )
            values: Sequence[cst.BaseElement] = value.elements if pairs else ()  # type: ignore[attr-defined]
            for index, element in enumerate(target.elements):
                if index < len(values):
                    self._bind_target(element.value, values[index].value)

    def visit_Import(self, node: cst.Import) -> bool:
        for alias in node.names:
            full = get_full_name_for_node(alias.name) or ''
            bound = _bound_as(alias)
            value = full if alias.asname else full.partition('.')[0]
            self._bind(node, bound, value)
            self.imports.append(Use(alias, full, 'import', self._guards > 0))
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        module = module_name(node)
        if isinstance(node.names, cst.ImportStar):
            self.stars.append(module)
            self.imports.append(Use(node.names, module, 'import', self._guards > 0))
            return False
        for alias in node.names:
            full = below(module, get_full_name_for_node(alias.name) or '')
            self._bind(node, _bound_as(alias), full)
            self.imports.append(Use(alias, full, 'import', self._guards > 0))
        return False

    # Where it is bound ----------------------------------------------------------------------

    def _enter_scope(self, node: cst.FunctionDef | cst.ClassDef | cst.Lambda) -> None:
        if not isinstance(node, cst.Lambda):
            self._bind(node, node.name.value)
        self._branches.append(0)

    def _leave_scope(self, original_node: cst.CSTNode) -> None:
        self._branches.pop()

    visit_FunctionDef = visit_Lambda = visit_ClassDef = _enter_scope
    leave_FunctionDef = leave_Lambda = leave_ClassDef = _leave_scope

    def _enter_branch(self, node: cst.CSTNode) -> None:
        self._branches[-1] += 1

    def _leave_branch(self, original_node: cst.CSTNode) -> None:
        self._branches[-1] -= 1

    visit_If = visit_For = visit_While = visit_Try = visit_TryStar = visit_Match = _enter_branch
    leave_If = leave_For = leave_While = leave_Try = leave_TryStar = leave_Match = _leave_branch

    def visit_Try_body(self, node: cst.Try) -> None:
        self._guards += _goes_on_without(node)

    def leave_Try_body(self, node: cst.Try) -> None:
        self._guards -= _goes_on_without(node)

    def visit_For_target(self, node: cst.For) -> None:
        self._branches[-1] -= 1

    def leave_For_target(self, node: cst.For) -> None:
        self._branches[-1] += 1


_ABSENCE = {'ImportError', 'ModuleNotFoundError', 'AttributeError', 'Exception', 'BaseException'}


def _goes_on_without(node: cst.Try) -> bool:
    """Whether a `try` statement catches what a missing name raises."""
    for handler in node.handlers:
        caught = handler.type
        if caught is None:
            return True
        kinds = (
            [each.value for each in caught.elements] if isinstance(caught, cst.Tuple) else [caught]
        )
        if any(get_full_name_for_node(kind) in _ABSENCE for kind in kinds):
            return True
    return False


def _alternatives(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The expressions whose value `value` may be."""
    if isinstance(value, cst.IfExp):
        yield from _alternatives(value.body)
        yield from _alternatives(value.orelse)
    elif isinstance(value, cst.BooleanOperation):
        yield from _alternatives(value.left)
        yield from _alternatives(value.right)
    else:
        yield value


def module_name(node: cst.ImportFrom) -> str:
    """The module of a from-import, with its dots."""
    name = get_full_name_for_node(node.module) if node.module else ''
    return '.' * len(node.relative) + (name or '')


def _bound_as(alias: cst.ImportAlias) -> str:
    if alias.asname is not None:
        return get_full_name_for_node(alias.asname.name) or ''
    return (get_full_name_for_node(alias.name) or '').partition('.')[0]


class Names:
    """The full dotted names in one module.

    Args:
      wrapper: the parsed module; its nodes are the ones that answers hold.
      exports: tells what a star import brings.

    Example:
      >>> import libcst as cst
      >>> from tf_seq2seq_compat.migrate.name_resolution import Names
      >>> text = 'import tensorflow as tf' + chr(10) + 'cell = tf.contrib.rnn.GRUCell(8)'
      >>> [use.name for use in Names(cst.MetadataWrapper(cst.parse_module(text))).uses]
      ['tensorflow', 'tensorflow.contrib.rnn.GRUCell']
    """

    def __init__(
        self, wrapper: cst.MetadataWrapper, exports: Exports = lambda module, name: False
    ) -> None:
        self._scopes = wrapper.resolve(metadata.ScopeProvider)
        self._exports = exports
        visitor = _NameVisitor(wrapper.resolve(metadata.ExpressionContextProvider))
        wrapper.module.visit(visitor)
        self._bindings = visitor.bindings
        self._stars = visitor.stars
        self._read_at: dict[cst.BaseExpression, int] = {
            read.node: read.when for read in visitor.reads
        }
        self.uses: list[Use] = list(visitor.imports)
        """Every use, those of import statements first."""
        self.unbound: list[cst.Name] = []
        """Names that are read and bound nowhere, in so far as this module shows."""
        for read in visitor.reads:
            for name in sorted(self.meanings(read.node)):
                self.uses.append(Use(read.node, name, read.kind, read.guarded))
            if self._is_unbound(read.base):
                self.unbound.append(read.base)

    def meanings(self, node: cst.BaseExpression) -> frozenset[str]:
        """The full dotted names that an expression may have; none if it is nothing imported.

        Args:
          node: a name or a dotted expression of the module.
        """
        return self._meanings(node, self._read_at.get(node), ())

    def _meanings(
        self, node: cst.BaseExpression, when: int | None, seen: tuple[_Binding, ...]
    ) -> frozenset[str]:
        rest = ''
        while isinstance(node, cst.Attribute):
            rest = f'.{node.attr.value}{rest}'
            node = node.value
        if not isinstance(node, cst.Name):
            return frozenset()
        scope = self._scopes.get(node)
        if scope is None:
            return frozenset()
        assignments = scope[node.value]
        if not assignments:
            module = self._starred(node.value)
            return frozenset({below(module, node.value) + rest} if module else ())
        found: set[str] = set()
        for binding in self._reaching(node.value, scope, assignments, when):
            if isinstance(binding.value, str):
                found.add(binding.value)
            elif binding not in seen:
                for value in binding.value:
                    found |= self._meanings(value, binding.end, (*seen, binding))
        return frozenset(name + rest for name in found)

    def _reaching(
        self,
        name: str,
        scope: metadata.Scope,
        assignments: set[metadata.BaseAssignment],
        when: int | None,
    ) -> list[_Binding]:
        """The bindings that may hold where a name is read.

        In the scope of the bindings themselves these are the ones before the read, from the last
        certain one on. A function is called who knows when: there, all of them.
        """
        found = []
        for assignment in assignments:
            node = getattr(assignment, 'node', None)  # Built-in names have none.
            found.append(self._bindings.get(node, {}).get(name) or _Binding(0, False))
        bindings = sorted(found, key=lambda each: each.end)
        if when is None or any(assignment.scope is not scope for assignment in assignments):
            return bindings
        before = [each for each in bindings if each.end < when] or bindings
        certain = [index for index, each in enumerate(before) if each.certain]
        return before[certain[-1] :] if certain else before

    def _starred(self, name: str) -> str | None:
        """The module whose star import brings a name; as in Python, the last one wins."""
        return next((each for each in reversed(self._stars) if self._exports(each, name)), None)

    def _is_unbound(self, node: cst.Name) -> bool:
        scope = self._scopes.get(node)
        return scope is not None and not scope[node.value] and self._starred(node.value) is None
