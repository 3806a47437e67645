"""The one shape of program whose session becomes functions.

A straight line of statements, in the module, in one function or under the main guard: placeholders,
a graph, perhaps an optimizer, then `with tf.Session() as name:`. Each statement is a `Unit`; units
know on which others they depend. `read` refuses everything else, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from tf_seq2seq_compat.migrate.fixers import tf2_expressions as expressions
from tf_seq2seq_compat.migrate.fixers.tf2_reasons import Refused
from tf_seq2seq_compat.migrate.fixers.tf2_statements import Statements
from tf_seq2seq_compat.migrate.fixers.tf2_units import (
    FEED,
    GRAPH,
    INIT,
    OPTIMIZER,
    PLACEHOLDER,
    PYTHON,
    START,
    TRAINING,
    VARIABLE,
    Unit,
    inside,
    names_in,
    small,
)
from tf_seq2seq_compat.migrate.module import Module

OPTIMIZERS = frozenset(
    f'train.{name}Optimizer'
    for name in ('Adagrad', 'Adam', 'GradientDescent', 'Momentum', 'RMSProp')
)
_INITIALIZERS = ('global_variables_initializer', 'initialize_all_variables')
_PLAIN_TYPES = frozenset(
    ['bool', 'float16', 'float32', 'float64', 'int32', 'int64', 'int8', 'int16', 'uint8']
)
_TRIGGERS = {
    'Session': '',
    'placeholder': '',
    'InteractiveSession': 'session',
    'placeholder_with_default': 'default',
    'sparse_placeholder': 'placeholder',
    'train.MonitoredTrainingSession': 'monitored',
    'train.MonitoredSession': 'monitored',
    'train.SingularMonitoredSession': 'monitored',
    'train.Supervisor': 'monitored',
}
_CHANGING = frozenset(
    [
        'add',
        'append',
        'clear',
        'extend',
        'insert',
        'pop',
        'remove',
        'reverse',
        'setdefault',
        'sort',
        'update',
    ]
)


@dataclass(eq=False)
class Program:
    """What was read.

    Attributes:
      units: the statements before the session, in order.
      session: the statement.
      body: the statements under it.
      name: the session's name.
      margin: what the lines of the block begin with.
      feeds: the statements `name = {placeholder: value}`, by name.
      seeded: the program sets a seed.
      in_function: the block is that of a function.
      triggers: the expressions that are rewritten, for the report.
      own: names of the graph that the session binds to something of its own.
    """

    units: list[Unit]
    session: cst.With
    body: Sequence[cst.BaseStatement]
    name: str
    margin: str
    feeds: dict[str, cst.Dict]
    seeded: bool
    in_function: bool
    triggers: list[tuple[cst.CSTNode, str]]
    own: set[str] = field(default_factory=set)

    def of(self, *kinds: str) -> list[Unit]:
        """The units of some kinds."""
        return [unit for unit in self.units if unit.kind in kinds]

    def names(self, *kinds: str) -> set[str]:
        """What units of some kinds bind."""
        return {name for unit in self.of(*kinds) for name in unit.defs}

    def last(self, name: str) -> Unit | None:
        """The unit that a name means in the session."""
        found = [unit for unit in self.units if name in unit.defs]
        return found[-1] if found else None


def read(module: Module) -> Program | None:
    """The program in a module; None where there is neither a session nor a placeholder.

    Raises:
      Refused: it is not of the shape.
    """
    return Reader(module).program()


class Reader(Statements):
    """Reads the statements of a module, the session last."""

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self._units: list[Unit] = []
        self._feeds: dict[str, cst.Dict] = {}
        self._seeded = False

    # The block -----------------------------------------------------------------------------

    def program(self) -> Program | None:
        module = self._module
        triggers = [
            (node, expressions.path_of(name))
            for node, name in self.libraries(module.wrapper.module)
            if expressions.path_of(name) in _TRIGGERS
        ]
        triggers.sort(key=lambda each: module.span(each[0]))
        if not triggers:
            return None
        first = triggers[0][0]
        if module.breaks:
            raise Refused(first, 'notebook')
        if not module.is_program:
            raise Refused(first, 'imported')
        self._check_start(first)
        self._check_files(first)
        for node, path in triggers:
            if _TRIGGERS[path]:
                raise Refused(node, _TRIGGERS[path], f'tf.{path}')
        sessions = [node for node, path in triggers if path == 'Session']
        if len(sessions) != 1:
            raise Refused(
                sessions[1] if sessions else first, 'several' if sessions else 'elsewhere'
            )
        session, name = self._session(sessions[0])
        block, margin, in_function = self._block(session, first)
        index = block.index(session)
        body: Any = session.body.body
        self._read_units(block[: index + 1])
        units = self._units
        program = Program(
            units, session, body, name, margin, self._feeds, self._seeded, in_function, triggers
        )
        self._check_rest(program, block, index)
        return program

    def _check_start(self, first: cst.CSTNode) -> None:
        says = [
            node
            for node, name in self.libraries(self._module.wrapper.module)
            if expressions.path_of(name).startswith(('disable_', 'enable_'))
        ]
        for node in says:
            line = next(
                (e for e in self._module.around(node) if isinstance(e, cst.SimpleStatementLine)),
                None,
            )
            at_top = line is not None and isinstance(self._module.parent(line), cst.Module)
            if self.path(node) != 'disable_v2_behavior' or not at_top:  # type: ignore[arg-type]
                raise Refused(node, 'behavior')
        if len(says) != 1:
            raise Refused(first, 'behavior')

    def _check_files(self, first: cst.CSTNode) -> None:
        path, project = self._module.path, self._module.project
        for use in self._module.names.uses:
            if path is None or use.kind != 'import':
                continue
            for name in (use.name, use.name.rpartition('.')[0]):
                if name and project.module(path, name) and project.brings_tensorflow(path, name):
                    raise Refused(first, 'files')

    def _session(self, call: cst.CSTNode) -> tuple[cst.With, str]:
        module = self._module
        parent = module.parent(call)
        item = module.parent(parent) if isinstance(parent, cst.Call) else None
        session = module.parent(item) if isinstance(item, cst.WithItem) else None
        if (
            not isinstance(session, cst.With)
            or not isinstance(item, cst.WithItem)
            or not isinstance(session.body, cst.IndentedBlock)
            or session.asynchronous is not None
            or len(session.items) != 1
            or item.asname is None
            or not isinstance(item.asname.name, cst.Name)
            or parent.args  # type: ignore[union-attr]
        ):
            raise Refused(call, 'session')
        return session, item.asname.name.value

    def _block(
        self, session: cst.With, first: cst.CSTNode
    ) -> tuple[list[cst.BaseStatement], str, bool]:
        module = self._module
        parent = module.parent(session)
        owner = module.parent(parent) if isinstance(parent, cst.IndentedBlock) else None
        start = module.span(session)[0]
        margin = module.code[module.line_span(session)[0] : start]
        if isinstance(parent, cst.Module):
            return list(parent.body), '', False
        if (
            isinstance(owner, cst.FunctionDef)
            and isinstance(module.parent(owner), cst.Module)
            and not owner.decorators
            and owner.asynchronous is None
        ):
            return list(parent.body), margin, True  # type: ignore[union-attr]
        if (
            isinstance(owner, cst.If)
            and isinstance(module.parent(owner), cst.Module)
            and '__main__' in module.text_of(owner.test)
            and owner.orelse is None
        ):
            return list(parent.body), margin, False  # type: ignore[union-attr]
        raise Refused(session, 'elsewhere', 'tf.Session')

    # The statements before the session -------------------------------------------------------

    def _first_line(self, node: cst.BaseStatement) -> int:
        return self._module.start_with_comments(node)

    def _read_units(self, block: Sequence[cst.BaseStatement]) -> None:
        for node, following in zip(block, block[1:], strict=False):
            unit = Unit(node, PYTHON, self._first_line(node), self._first_line(following))
            found = names_in(node)
            own = {each.value for each in found.own}
            unit.uses = {each.value for each in found.loads} - own
            unit.defs = list(dict.fromkeys(each.value for each in found.stores))
            self._classify(unit, own)
            graph = unit.kind not in (PYTHON, START)
            if graph and own & set(self._bound):
                raise Refused(node, 'rebound')
            for name in unit.defs:
                old = self._bound.get(name)
                if (
                    old is not None
                    and not {old.kind, unit.kind} <= {GRAPH, TRAINING}
                    and (graph or old.kind != PYTHON)
                ):
                    raise Refused(node, 'rebound', name)
            unit.needs = [self._bound[name] for name in sorted(unit.uses) if name in self._bound]
            if isinstance(node, (cst.For, cst.If, cst.With)):
                # What it binds may be what it was.
                unit.needs += [self._bound[name] for name in unit.defs if name in self._bound]
            unit.needs = list(dict.fromkeys(each for each in unit.needs if each.kind != PYTHON))
            self._units.append(unit)
            for name in unit.defs:
                self._bound[name] = unit

    def _classify(self, unit: Unit, own: set[str]) -> None:
        node, statement = unit.node, small(unit.node)
        libraries = self.libraries(node)
        uses_graph = unit.uses & self.graph_names()
        if isinstance(node, cst.FunctionDef):
            kinds = {self._bound[name].kind for name in uses_graph}
            if kinds - {VARIABLE}:
                raise Refused(node, 'captured', node.name.value)
            return
        if isinstance(node, cst.ClassDef) and (libraries or uses_graph):
            raise Refused(node, 'captured', node.name.value)
        call = statement.value if isinstance(statement, (cst.Expr, cst.Assign)) else None
        path = self._called(call)
        if path == 'disable_v2_behavior':
            unit.kind = START
            return
        if path in ('set_random_seed', 'random.set_random_seed'):
            self._seeded = True
            return
        functions = {name for name in unit.uses if self.uses_library(name)}
        if not libraries and not uses_graph and not functions:
            return
        if isinstance(statement, cst.Assign) and self._special(unit, statement, path):
            return
        if isinstance(statement, cst.Assign) and self._makes_variable(statement.value):
            kinds = {self._bound[name].kind for name in uses_graph}
            if kinds - {VARIABLE}:
                raise Refused(node, 'variable')
            unit.kind = VARIABLE
            if self._check(statement.value, set(), variables=True)[1]:
                raise Refused(node, 'variable')
            self._check_targets(statement)
            return
        unit.kind = GRAPH
        makes, tensor = self._statement(node, set())
        unit.pure, unit.tensor = not makes, tensor

    def _special(self, unit: Unit, statement: cst.Assign, path: str) -> bool:
        """Placeholders, optimizers, initializers, what is fed, and what trains."""
        targets = [each.target for each in statement.targets]
        one = len(targets) == 1 and isinstance(targets[0], cst.Name)
        value = statement.value
        if path == 'placeholder' and isinstance(value, cst.Call):
            if not one:
                raise Refused(unit.node, 'placeholder')
            self.placeholder(value)
            unit.kind = PLACEHOLDER
        elif path in _INITIALIZERS and one and not value.args:  # type: ignore[attr-defined]
            unit.kind = INIT
        elif path in OPTIMIZERS and one:
            self._check_optimizer(value)
            unit.kind = OPTIMIZER
        elif isinstance(value, cst.Dict) and one and self._is_feed(value):
            unit.kind = FEED
            self._feeds[unit.defs[0]] = value
        elif any(self.trains(each) for each in inside(value)):
            unit.kind = TRAINING
            self._check_targets(statement)
        else:
            return False
        return True

    def _is_feed(self, value: cst.Dict) -> bool:
        keys = [e.key for e in value.elements if isinstance(e, cst.DictElement)]
        found = [isinstance(k, cst.Name) and self._bound.get(k.value) for k in keys]
        if not keys or not any(found):
            return False
        return len(keys) == len(value.elements) and all(u and u.kind == PLACEHOLDER for u in found)

    def placeholder(self, call: cst.Call) -> tuple[str, str, str]:
        """The type of a placeholder's values, and the words for its type and shape."""
        given = {'dtype': '', 'shape': 'None'}
        for name, argument in zip(('dtype', 'shape', 'name'), call.args, strict=False):
            key = argument.keyword.value if argument.keyword is not None else name
            if argument.star or key not in ('dtype', 'shape', 'name'):
                raise Refused(call, 'placeholder')
            given[key] = self._module.text_of(argument.value)
            if key == 'dtype':
                path = self.path(argument.value)
            if key == 'shape' and self.libraries(argument.value):
                raise Refused(call, 'placeholder')
        if not given['dtype'] or path not in _PLAIN_TYPES:
            raise Refused(call, 'placeholder')
        return path, given['dtype'], given['shape']

    def _check_optimizer(self, value: cst.BaseExpression) -> None:
        assert isinstance(value, cst.Call)
        for argument in value.args:
            names = {each.value for each in names_in(argument).loads}
            if self.libraries(argument) or names & self.graph_names():
                raise Refused(value, 'minimize')

    # All else ----------------------------------------------------------------------------------

    def _check_rest(self, program: Program, block: list[cst.BaseStatement], index: int) -> None:
        module, session = self._module, program.session
        graph = self.graph_names() | {program.name}
        units = {id(unit.node) for unit in program.units}
        functions = set(self._checked)
        for node, name in self.libraries(module.wrapper.module):
            around = [node, *module.around(node)]
            if any(id(each) in units or each is session for each in around):
                continue
            owner = next((e for e in around if isinstance(e, cst.FunctionDef)), None)
            if owner is not None and owner.name.value in functions:
                continue
            if expressions.path_of(name).startswith('disable_'):
                continue
            raise Refused(node, 'elsewhere', f'tf.{expressions.path_of(name)}')
        for unit in program.units:
            if (
                unit.kind == PYTHON
                and not isinstance(unit.node, cst.FunctionDef)
                and unit.uses & graph
            ):
                raise Refused(unit.node, 'captured')
        self._check_functions(graph)
        used = {n for unit in program.units if unit.kind not in (PYTHON, START) for n in unit.uses}
        for name in functions:
            used |= {each.value for each in names_in(self.functions[name]).loads}
        self._check_bindings(program, block, index, graph, used)

    def _check_functions(self, graph: set[str]) -> None:
        """Functions and classes may not know the graph, but for variables that were made once."""
        variables = {name for name, unit in self._bound.items() if unit.kind == VARIABLE}
        for node in (*self._module.all(cst.FunctionDef), *self._module.all(cst.ClassDef)):
            if any(each is self._module.wrapper.module for each in [self._module.parent(node)]):
                loads = {each.value for each in names_in(node).loads}
                allowed = variables if node.name.value in self._checked else set()  # type: ignore[attr-defined]
                holds = any(unit.node in inside(node) for unit in self._units[:1])
                if loads & (graph - allowed) and not holds:
                    raise Refused(node, 'captured', node.name.value)  # type: ignore[attr-defined]

    def _check_bindings(
        self,
        program: Program,
        block: list[cst.BaseStatement],
        index: int,
        graph: set[str],
        used: set[str],
    ) -> None:
        """What the graph is built from is bound once, and is not changed."""
        seen: set[str] = set()
        for node in block[:index]:
            stores = names_in(node).stores
            for store in stores:
                if store.value in seen & used and self._kind_of(store.value) == PYTHON:
                    raise Refused(store, 'rebound', store.value)
            seen |= {each.value for each in stores}
        for node in (block[index].body, *block[index + 1 :]):  # type: ignore[attr-defined]
            for store in names_in(node).stores:
                if store.value == program.name or store.value in (used & seen) - graph:
                    raise Refused(store, 'rebound', store.value)
                if store.value in graph:
                    program.own.add(store.value)
        for name in program.own:
            self._check_own(name, block[index:])
        for changed in _changed(block):
            if changed.value in used:
                raise Refused(changed, 'rebound', changed.value)
        for kind in (cst.Global, cst.Nonlocal):
            for outer in self._module.all(kind):
                for item in outer.names:  # type: ignore[attr-defined]
                    if item.name.value in used | graph:
                        raise Refused(outer, 'rebound', item.name.value)

    def _check_own(self, name: str, block: Sequence[cst.BaseStatement]) -> None:
        """A name that the session binds anew is read only after that."""
        found = [names_in(node) for node in (block[0].body, *block[1:])]  # type: ignore[attr-defined]
        stores = [each for one in found for each in one.stores if each.value == name]
        loads = [each for one in found for each in one.loads if each.value == name]
        first = min(stores, key=self._module.span)
        around = list(self._module.around(first))
        statement = next(e for e in around if isinstance(e, (cst.BaseSmallStatement, cst.For)))
        value = statement.iter if isinstance(statement, cst.For) else statement
        early = self._module.span(first)
        if (
            any(self._module.span(each) < early or each in inside(value) for each in loads)
            or any(isinstance(each, (cst.Try, cst.While)) for each in around)
            or any(isinstance(each, cst.If) for each in around[: around.index(block[0].body)])  # type: ignore[attr-defined]
        ):
            raise Refused(first, 'rebound', name)

    def _kind_of(self, name: str) -> str:
        unit = self._bound.get(name)
        return unit.kind if unit is not None else PYTHON


def _changed(nodes: Iterable[cst.CSTNode]) -> Iterator[cst.Name]:
    """The names of objects that are changed: `x.append(…)`, `x[0] = …`, `x.y = …`."""
    for top in nodes:
        for node in inside(top):
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                if node.func.attr.value in _CHANGING and isinstance(node.func.value, cst.Name):
                    yield node.func.value
            elif isinstance(node, (cst.AssignTarget, cst.AugAssign)):
                target: cst.BaseExpression = node.target
                if isinstance(target, (cst.Attribute, cst.Subscript)):
                    while isinstance(target, (cst.Attribute, cst.Subscript)):
                        target = target.value
                    if isinstance(target, cst.Name):
                        yield target
