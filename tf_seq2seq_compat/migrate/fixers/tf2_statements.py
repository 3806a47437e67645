"""Whether statements that build a graph may stand in a function, and what they make there."""

from __future__ import annotations

import libcst as cst

from tf_seq2seq_compat.migrate.fixers import tf2_expressions as expressions
from tf_seq2seq_compat.migrate.fixers.tf2_reasons import Refused
from tf_seq2seq_compat.migrate.fixers.tf2_units import (
    GRAPH,
    PYTHON,
    START,
    Unit,
    inside,
    names_in,
    small,
)
from tf_seq2seq_compat.migrate.module import Module

_TRAINING_CALLS = frozenset(['gradients', 'trainable_variables'])
_TRAINING_METHODS = frozenset(['apply_gradients', 'compute_gradients', 'minimize'])


class Statements:
    """What is known of the statements of a module.

    Args:
      module: the module.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self.functions: dict[str, cst.FunctionDef] = {}
        for node in module.all(cst.FunctionDef):
            assert isinstance(node, cst.FunctionDef)
            self.functions.setdefault(node.name.value, node)
        self._checked: dict[str, tuple[bool, bool]] = {}
        self._bound: dict[str, Unit] = {}

    def libraries(self, node: cst.CSTNode) -> list[tuple[cst.CSTNode, str]]:
        """The names of TensorFlow that are read in a node, the harmless ones left out."""
        found: list[tuple[cst.CSTNode, str]] = []
        todo = [node]
        while todo:
            each = todo.pop(0)
            if isinstance(each, (cst.Import, cst.ImportFrom)):
                continue
            if isinstance(each, (cst.Name, cst.Attribute)):
                meanings = self._module.meanings(each)
                ours = [name for name in meanings if expressions.is_of_library(name)]
                if ours:
                    if not all(expressions.is_harmless(name) for name in ours):
                        found.append((each, ours[0]))
                    continue
            todo += each.children
        return found

    def path(self, node: cst.BaseExpression) -> str:
        for name in self._module.meanings(node):
            if expressions.path_of(name):
                return expressions.path_of(name)
        return ''

    def _called(self, node: cst.CSTNode | None) -> str:
        """What of TensorFlow an expression calls."""
        return self.path(node.func) if isinstance(node, cst.Call) else ''

    def trains(self, node: cst.CSTNode) -> bool:
        if not isinstance(node, cst.Call):
            return False
        method = isinstance(node.func, cst.Attribute) and node.func.attr.value in _TRAINING_METHODS
        return method or self._called(node) in _TRAINING_CALLS

    def graph_names(self) -> set[str]:
        return {name for name, unit in self._bound.items() if unit.kind not in (PYTHON, START)}

    def uses_library(self, name: str) -> bool:
        function = self.functions.get(name)
        if function is None or (name in self._bound and self._bound[name].node is not function):
            return False
        todo, seen = [function], {name}
        while todo:
            each = todo.pop()
            if self.libraries(each.body):
                return True
            for load in names_in(each).loads:
                inner = self.functions.get(load.value)
                if inner is not None and load.value not in seen:
                    seen.add(load.value)
                    todo.append(inner)
        return False

    def _makes_variable(self, value: cst.CSTNode, seen: frozenset[str] = frozenset()) -> bool:
        for each in inside(value):
            if self._called(each) == 'Variable':
                return True
            if isinstance(each, cst.Call) and isinstance(each.func, cst.Name):
                name = each.func.value
                function = self.functions.get(name)
                if (
                    function is not None
                    and name not in seen
                    and self._makes_variable(function.body, seen | {name})
                ):
                    return True
        return False

    # What may stand in a function --------------------------------------------------------------

    def _check_targets(self, statement: cst.Assign) -> None:
        for each in statement.targets:
            for target in inside(each.target):
                if isinstance(target, (cst.Attribute, cst.Subscript, cst.StarredElement)):
                    raise Refused(statement, 'side')

    def _statement(self, node: cst.CSTNode, known: set[str]) -> tuple[bool, bool]:
        """Whether a statement makes something by name, and whether it names one tensor."""
        if isinstance(node, cst.SimpleStatementLine):
            results = [self._small(each, known) for each in node.body]
            return any(made for made, _ in results), len(results) == 1 and results[0][1]
        makes = False
        if isinstance(node, cst.With):
            for item in node.items:
                if self._called(item.item) not in ('variable_scope', 'name_scope'):
                    for each, name in self.libraries(item.item):
                        if expressions.kind_of(name) not in (expressions.PURE, expressions.MAKER):
                            raise expressions.refusal(each, name)
                    raise Refused(item.item, 'side')
                makes |= self._check(item.item, known)[1]
        elif isinstance(node, cst.For):
            makes |= self._check(node.iter, known)[1]
        elif isinstance(node, cst.If):
            makes |= self._check(node.test, known)[1]
        else:
            raise Refused(node, 'side')
        blocks: list[cst.CSTNode] = [node.body]
        orelse = getattr(node, 'orelse', None)
        if isinstance(orelse, cst.If):
            makes |= self._statement(orelse, known)[0]
        elif orelse is not None:
            blocks.append(orelse.body)
        for block in blocks:
            for each in block.body:  # type: ignore[attr-defined]
                inner = self._statement if isinstance(block, cst.IndentedBlock) else self._small
                makes |= inner(each, known)[0]
        return makes, False

    def _small(self, node: cst.CSTNode, known: set[str]) -> tuple[bool, bool]:
        if isinstance(node, cst.Pass):
            return False, False
        if isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString):
            return False, False
        if isinstance(node, cst.Assign):
            self._check_targets(node)
            tensor, makes = self._check(node.value, known)
            one = len(node.targets) == 1 and isinstance(node.targets[0].target, cst.Name)
            return makes, tensor and one
        if isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name):
            return self._check(node.value, known)[1], False
        for each, name in self.libraries(node):
            if not expressions.kind_of(name):
                raise expressions.refusal(each, name)
        raise Refused(node, 'side')

    def _check(
        self, value: cst.CSTNode, known: set[str], *, variables: bool = False
    ) -> tuple[bool, bool]:
        """Whether an expression is one tensor, and whether it makes something by name."""
        makes = False
        tensor = isinstance(value, (cst.BinaryOperation, cst.UnaryOperation))
        for node in inside(value):
            if isinstance(node, cst.Call):
                kind = self._call(node, known, variables=variables)
                makes |= kind == expressions.MAKER
                tensor |= node is value and self._gives_tensor(node, kind)
            elif isinstance(node, cst.Attribute) and node.attr.value == 'value':
                raise Refused(node, 'dimension')
            elif isinstance(node, cst.Comparison):
                self._check_comparison(node)
            elif isinstance(node, (cst.NamedExpr, cst.Await, cst.Yield)):
                raise Refused(node, 'side')
        for node, name in self.libraries(value):
            if not expressions.kind_of(name) and not (
                variables and expressions.path_of(name) == 'Variable'
            ):
                raise expressions.refusal(node, name)
        if tensor and isinstance(value, (cst.BinaryOperation, cst.UnaryOperation)):
            tensor = bool({e.value for e in names_in(value).loads} & self.graph_names())
        return tensor, makes

    def _gives_tensor(self, node: cst.Call, kind: str) -> bool:
        return kind == expressions.TENSOR or any(
            name.endswith('.legacy.layers.dense') for name in self._module.meanings(node.func)
        )

    def _call(self, node: cst.Call, known: set[str], *, variables: bool) -> str:
        meanings = self._module.meanings(node.func)
        if len(meanings) > 1:
            raise Refused(node, 'unknown')
        for name in meanings:
            if variables and expressions.path_of(name) == 'Variable':
                return expressions.PURE
            kind = expressions.kind_of(name)
            if not kind:
                raise expressions.refusal(node, name)
            if expressions.path_of(name) == 'get_variable':
                self._check_initial(node)
            return kind
        if isinstance(node.func, cst.Name):
            return self._named_call(node, node.func.value, known, variables=variables)
        if isinstance(node.func, cst.Attribute):
            if node.func.attr.value not in expressions.METHODS:
                raise Refused(node, 'unknown', self._module.text_of(node.func))
            return expressions.PURE
        return expressions.MAKER

    def _named_call(self, node: cst.Call, name: str, known: set[str], *, variables: bool) -> str:
        if name in known:
            return expressions.MAKER
        unit = self._bound.get(name)
        function = self.functions.get(name)
        if unit is not None and unit.kind == GRAPH:
            return expressions.MAKER
        if function is not None and (unit is None or unit.node is function):
            return expressions.MAKER if self._function(function, variables) else expressions.PURE
        if name in expressions.BUILTINS and not self._module.is_bound(name):
            return expressions.PURE
        raise Refused(node, 'unknown', name)

    def _function(self, function: cst.FunctionDef, variables: bool) -> bool:
        """Whether a function of the program makes something by name."""
        name = function.name.value
        if name in self._checked:
            made, known_variables = self._checked[name]
            if known_variables and not variables:
                raise Refused(function, 'variable', name)
            return made
        self._checked[name] = True, variables
        if function.decorators or function.asynchronous is not None:
            raise Refused(function, 'unknown', name)
        if sum(e.name.value == name for e in self._module.all(cst.FunctionDef)) != 1:  # type: ignore[attr-defined]
            raise Refused(function, 'rebound', name)
        found = names_in(function.body)
        known = {each.value for each in (*found.own, *found.stores)}
        known |= {each.value for each in names_in(function.params).own}
        makes = False
        for line in function.body.body:
            for each in inside(line):
                if isinstance(each, (cst.Global, cst.Nonlocal, cst.FunctionDef, cst.ClassDef)):
                    raise Refused(function, 'side', name)
            statement = small(line)
            if isinstance(statement, cst.Return) and statement.value is not None:
                makes |= self._check(statement.value, known, variables=variables)[1]
            elif variables and isinstance(statement, cst.Assign):
                makes |= self._check(statement.value, known, variables=True)[1]
            else:
                makes |= self._statement_with_return(line, known)
        self._checked[name] = makes, variables
        return makes

    def _statement_with_return(self, line: cst.CSTNode, known: set[str]) -> bool:
        """A statement of a function; a `with` may hold the `return`."""
        statement = small(line)
        if isinstance(statement, cst.Return) and statement.value is not None:
            return self._check(statement.value, known)[1]
        if isinstance(line, cst.With) and isinstance(line.body, cst.IndentedBlock):
            makes = False
            for item in line.items:
                if self._called(item.item) not in ('variable_scope', 'name_scope'):
                    raise Refused(item.item, 'side')
                makes |= self._check(item.item, known)[1]
            return (
                any([self._statement_with_return(each, known) for each in line.body.body]) or makes
            )
        return self._statement(line, known)[0]

    def _check_initial(self, node: cst.Call) -> None:
        """`get_variable(initializer=…)`: in a function, only what is no tensor."""
        for index, argument in enumerate(node.args):
            if argument.keyword is None and index < 3:
                continue
            if argument.keyword is not None and argument.keyword.value != 'initializer':
                continue
            value: cst.BaseExpression = argument.value
            if isinstance(value, cst.Name) and value.value in self._bound:
                unit = self._bound[value.value]
                statement = small(unit.node)
                if unit.kind == PYTHON:
                    continue
                if isinstance(statement, cst.Assign):
                    value = statement.value
            if isinstance(value, cst.Call) and self._called(value).endswith('_initializer'):
                continue
            if isinstance(value, cst.Call) and not self.libraries(value):
                continue
            if self.libraries(value) or isinstance(value, (cst.Name, cst.BinaryOperation)):
                raise Refused(node, 'initial')

    def _check_comparison(self, node: cst.Comparison) -> None:
        for target in node.comparisons:
            if not isinstance(target.operator, (cst.Equal, cst.NotEqual, cst.In, cst.NotIn)):
                continue
            plain = (cst.SimpleString, cst.Integer, cst.Float)
            if not isinstance(node.left, plain) and not isinstance(target.comparator, plain):
                raise Refused(node, 'condition')
