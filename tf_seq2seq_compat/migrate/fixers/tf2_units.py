"""The statements that a program is read as, and the names that code reads and binds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

PYTHON, PLACEHOLDER, VARIABLE, GRAPH, TRAINING = (
    'python',
    'placeholder',
    'variable',
    'graph',
    'train',
)
OPTIMIZER, INIT, START, FEED = 'optimizer', 'init', 'start', 'feed'


@dataclass(eq=False)
class Unit:
    """One statement before the session.

    Attributes:
      node: the statement.
      kind: what it is.
      start: where its first line begins, with the comments above it.
      end: where the next statement begins.
      uses: the names that it reads.
      defs: the names that it binds.
      needs: the units that bind what it reads.
      tensor: it gives one tensor a name.
      pure: it makes no variables and no default names.
    """

    node: cst.BaseStatement
    kind: str
    start: int
    end: int
    uses: set[str] = field(default_factory=set)
    defs: list[str] = field(default_factory=list)
    needs: list[Unit] = field(default_factory=list)
    tensor: bool = False
    pure: bool = True


def small(node: cst.CSTNode) -> cst.BaseSmallStatement | None:
    """The one small statement of a line."""
    if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
        return node.body[0]
    return None


def inside(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all nodes in it."""
    yield node
    for child in node.children:
        yield from inside(child)


class Names(cst.CSTVisitor):
    """The names that code reads and binds, but for attributes and keywords."""

    def __init__(self) -> None:
        self.loads: list[cst.Name] = []
        self.stores: list[cst.Name] = []
        self.own: list[cst.Name] = []
        self._storing = False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        storing, self._storing = self._storing, False
        node.value.visit(self)
        self._storing = storing
        return False

    def visit_Subscript(self, node: cst.Subscript) -> bool:
        storing, self._storing = self._storing, False
        node.value.visit(self)
        for element in node.slice:
            element.visit(self)
        self._storing = storing
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        (self.stores if self._storing else self.loads).append(node)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._storing = True

    def leave_AssignTarget(self, original_node: cst.AssignTarget) -> None:
        self._storing = False

    def visit_AsName(self, node: cst.AsName) -> None:
        self._storing = True

    def leave_AsName(self, original_node: cst.AsName) -> None:
        self._storing = False

    def visit_For_target(self, node: cst.For) -> None:
        self._storing = True

    def leave_For_target(self, node: cst.For) -> None:
        self._storing = False

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        if isinstance(node.target, cst.Name):
            self.stores.append(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> bool:
        if isinstance(node.target, cst.Name):
            self.stores.append(node.target)
        if node.value is not None:
            node.value.visit(self)
        return False

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        if isinstance(node.target, cst.Name):
            self.stores.append(node.target)

    def visit_CompFor(self, node: cst.CompFor) -> bool:
        self.own += [each for each in inside(node.target) if isinstance(each, cst.Name)]
        node.iter.visit(self)
        for condition in node.ifs:
            condition.visit(self)
        if node.inner_for_in is not None:
            node.inner_for_in.visit(self)
        return False

    def visit_Param(self, node: cst.Param) -> bool:
        self.own.append(node.name)
        if node.default is not None:
            node.default.visit(self)
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self.stores.append(node.name)
        inner = Names()
        node.params.visit(inner)
        node.body.visit(inner)
        own = {each.value for each in (*inner.own, *inner.stores)}
        self.loads += [each for each in inner.loads if each.value not in own]
        for decorator in node.decorators:
            decorator.decorator.visit(self)
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        self.stores.append(node.name)
        inner = Names()
        for base in node.bases:
            base.value.visit(self)
        node.body.visit(inner)
        self.loads += inner.loads
        return False

    def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:
        name: cst.BaseExpression = node.asname.name if node.asname else node.name
        while isinstance(name, cst.Attribute):
            name = name.value
        if isinstance(name, cst.Name):
            self.stores.append(name)
        return False


def names_in(node: cst.CSTNode) -> Names:
    """The names of a node; those of comprehensions and lambdas are its own."""
    found = Names()
    node.visit(found)
    return found
