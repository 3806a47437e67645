"""What a session is asked for: `sess.run(fetches, feed_dict)` becomes a call of a method."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from tf_seq2seq_compat.migrate.edits import Edit
from tf_seq2seq_compat.migrate.fixers import tf2_program as shape
from tf_seq2seq_compat.migrate.fixers import tf2_units as kinds
from tf_seq2seq_compat.migrate.fixers.tf2_program import Program
from tf_seq2seq_compat.migrate.fixers.tf2_reasons import Refused
from tf_seq2seq_compat.migrate.fixers.tf2_units import Unit, inside
from tf_seq2seq_compat.migrate.module import Module
from tf_seq2seq_compat.migrate.places import Place

_INITIALIZERS = ('global_variables_initializer', 'initialize_all_variables')


@dataclass(frozen=True)
class Request:
    """What is fetched and what is fed: one method for each.

    Attributes:
      fetches: the expressions that are fetched, those that train left out.
      train: the name of what trains; empty where nothing does.
      feeds: the placeholders that are fed, in the order of their statements.
      is_list: a list of values is wanted, not one.
    """

    fetches: tuple[str, ...]
    train: str
    feeds: tuple[str, ...]
    is_list: bool


@dataclass(eq=False)
class Run:
    """One `sess.run(…)`.

    Attributes:
      call: the call.
      request: what it asks for.
      node: what the call of a method replaces: the call, or a statement or subscript around it.
      head: the words before it: the names that a tuple is unpacked to.
      wanted: whether anything is done with the values.
      feed: the words of what is fed.
      tensors: whether each value is surely one tensor.
    """

    call: cst.Call
    request: Request
    node: cst.CSTNode
    head: str
    wanted: bool
    feed: str
    tensors: bool


@dataclass(eq=False)
class Calls:
    """What is done with a session.

    Attributes:
      runs: what is asked of it.
      edits: what is written in the place of other things.
      dropped: statements that go: what initializes variables.
    """

    runs: list[Run] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    dropped: list[cst.CSTNode] = field(default_factory=list)


def read(module: Module, program: Program) -> Calls:
    """What a program asks of its session.

    Raises:
      Refused: it does something else with the session, or with the graph.
    """
    return _Reader(module, program).calls()


class _Reader:
    def __init__(self, module: Module, program: Program) -> None:
        self._module, self._program = module, program
        self._known: set[int] = set()
        self._found = Calls()

    def calls(self) -> Calls:
        program, module = self._program, self._module
        for node in inside(program.session.body):
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                owner = node.func.value
                if isinstance(owner, cst.Name) and owner.value == program.name:
                    if node.func.attr.value != 'run':
                        raise Refused(node, 'session', module.text_of(node.func))
                    self._known.add(id(owner))
                    if not self._initializes(node):
                        self._found.runs.append(self._run(node))
        for node in inside(program.session.body):
            self._feed_statement(node)
        for unit in program.of(kinds.FEED):
            statement = kinds.small(unit.node)
            assert isinstance(statement, cst.Assign) and isinstance(statement.value, cst.Dict)
            self._found.edits.append(module.replace(statement.value, self._dict(statement.value)))
        self._check_rest()
        return self._found

    # Variables ---------------------------------------------------------------------------------

    def _initializes(self, call: cst.Call) -> bool:
        if len(call.args) != 1:
            return False
        value = call.args[0].value
        if isinstance(value, cst.Name):
            unit = self._program.last(value.value)
            if unit is None or unit.kind != kinds.INIT:
                return False
        elif not (
            isinstance(value, cst.Call)
            and any(
                name.rpartition('.')[2] in _INITIALIZERS
                for name in self._module.meanings(value.func)
            )
        ):
            return False
        line = self._module.parent(self._module.parent(call))  # type: ignore[arg-type]
        first = not self._found.runs and not self._found.dropped
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1 or not first:
            raise Refused(call, 'initializer')
        if self._module.parent(line) is not self._program.session.body:
            raise Refused(call, 'initializer')
        self._known |= {id(each) for each in inside(value)}
        self._found.dropped.append(line)
        return True

    # Fetches -----------------------------------------------------------------------------------

    def _run(self, call: cst.Call) -> Run:
        given: dict[str, cst.BaseExpression] = {}
        for name, argument in zip(('fetches', 'feed_dict', ''), call.args, strict=False):
            key = argument.keyword.value if argument.keyword is not None else name
            if argument.star or key not in ('fetches', 'feed_dict'):
                raise Refused(call, 'fetch')
            given[key] = argument.value
        if 'fetches' not in given or len(call.args) > 2:
            raise Refused(call, 'fetch')
        fetches = given['fetches']
        many = isinstance(fetches, (cst.List, cst.Tuple))
        nodes = [each.value for each in fetches.elements] if many else [fetches]  # type: ignore[attr-defined]
        units = [self._fetched(call, each) for each in nodes]
        feed, feeds = self._feed(given.get('feed_dict'))
        trains = [index for index, unit in enumerate(units) if self._is_step(unit, nodes[index])]
        if len(trains) > 1:
            raise Refused(call, 'fetch')
        return self._in_context(call, fetches, nodes, units, trains, feed, feeds)

    def _fetched(self, call: cst.Call, node: cst.BaseExpression) -> Unit:
        root = node
        while isinstance(root, cst.Attribute):
            root = root.value
        unit = self._program.last(root.value) if isinstance(root, cst.Name) else None
        if unit is None and any(name.startswith('tensorflow') for name in self._names_of(node)):
            raise Refused(node, 'inside')
        if isinstance(root, cst.Name) and root.value in self._program.own:
            raise Refused(node, 'rebound', root.value)
        if unit is None or unit.kind not in (kinds.GRAPH, kinds.TRAINING, kinds.VARIABLE):
            raise Refused(node, 'fetch')
        if _makes(unit, 'get_variable'):
            raise Refused(node, 'fetch', self._module.text_of(node))
        self._known.add(id(root))
        return unit

    def _names_of(self, node: cst.CSTNode) -> set[str]:
        return {
            name
            for each in inside(node)
            if isinstance(each, (cst.Name, cst.Attribute))
            for name in self._module.meanings(each)
        }

    def _is_step(self, unit: Unit, node: cst.BaseExpression) -> bool:
        statement = kinds.small(unit.node)
        value = statement.value if isinstance(statement, cst.Assign) else None
        return (
            unit.kind == kinds.TRAINING
            and isinstance(node, cst.Name)
            and isinstance(value, cst.Call)
            and isinstance(value.func, cst.Attribute)
            and value.func.attr.value in ('minimize', 'apply_gradients')
        )

    def _in_context(
        self,
        call: cst.Call,
        fetches: cst.BaseExpression,
        nodes: list[cst.BaseExpression],
        units: list[Unit],
        trains: list[int],
        feed: str,
        feeds: tuple[str, ...],
    ) -> Run:
        """How the values are used says which of them are wanted."""
        module = self._module
        parent = module.parent(call)
        train = module.text_of(nodes[trains[0]]) if trains else ''
        left = [index for index in range(len(nodes)) if index not in trains]
        is_list, wanted, head = isinstance(fetches, cst.List), True, ''
        place: cst.CSTNode = call
        if isinstance(parent, cst.Expr):
            wanted = False
        elif isinstance(parent, cst.Subscript) and parent.value is call and len(parent.slice) == 1:
            inner = parent.slice[0].slice
            index = inner.value if isinstance(inner, cst.Index) else None
            if not isinstance(index, cst.Integer) or int(index.value) not in left or not is_list:
                raise Refused(call, 'fetch')
            left, is_list, place = [int(index.value)], False, parent
        elif isinstance(parent, cst.Assign) and len(parent.targets) == 1 and trains:
            target = parent.targets[0].target
            place = parent
            if isinstance(fetches, (cst.List, cst.Tuple)):
                if not isinstance(target, cst.Tuple) or len(target.elements) != len(nodes):
                    raise Refused(call, 'fetch')
                self._check_unused(target.elements[trains[0]].value, call)
                words = [module.text_of(target.elements[index].value) for index in left]
                head, is_list = f'{", ".join(words)} = ' if words else '', len(left) > 1
            else:
                self._check_unused(target, call)
            wanted = bool(left)
        elif trains or isinstance(fetches, cst.Tuple) and not _is_unpacked(parent):
            raise Refused(call, 'fetch')
        variables = [index for index in left if units[index].kind == kinds.VARIABLE]
        if variables and (len(nodes) > 1 or not isinstance(nodes[0], cst.Name)):
            raise Refused(call, 'step', module.text_of(nodes[variables[0]]))
        texts = tuple(module.text_of(nodes[index]) for index in left)
        tensors = all(units[i].tensor and isinstance(nodes[i], cst.Name) for i in left)
        many = is_list or (isinstance(fetches, cst.Tuple) and len(left) > 1)
        return Run(call, Request(texts, train, feeds, many), place, head, wanted, feed, tensors)

    def _check_unused(self, target: cst.BaseExpression, call: cst.Call) -> None:
        """What trains gives None, which nobody may want."""
        if isinstance(target, cst.Name) and all(
            each.value != target.value for each in self._scope().loads
        ):
            return
        raise Refused(call, 'fetch')

    # Feeds -------------------------------------------------------------------------------------

    def _feed(self, node: cst.BaseExpression | None) -> tuple[str, tuple[str, ...]]:
        if node is None or (isinstance(node, cst.Name) and node.value == 'None'):
            return '', ()
        if isinstance(node, cst.Name):
            value = self._program.feeds.get(node.value) or self._feed_of(node)
            if value is None:
                raise Refused(node, 'feed')
            self._known.add(id(node))
            return f'**{node.value}', self._fed(value)
        if not isinstance(node, cst.Dict):
            raise Refused(node, 'feed')
        feeds = self._fed(node)
        words = [
            f'{self._module.text_of(each.key)}={self._value(each)}'
            for each in node.elements
            if isinstance(each, cst.DictElement)
        ]
        return ', '.join(words), feeds

    def _fed(self, node: cst.Dict) -> tuple[str, ...]:
        names = []
        for each in node.elements:
            key = each.key if isinstance(each, cst.DictElement) else None
            unit = self._program.last(key.value) if isinstance(key, cst.Name) else None
            if unit is None or unit.kind != kinds.PLACEHOLDER or unit.defs[0] in self._program.own:
                raise Refused(node, 'feed')
            self._known.add(id(key))
            names += unit.defs
        if len(set(names)) != len(names):
            raise Refused(node, 'feed')
        order = [name for unit in self._program.of(kinds.PLACEHOLDER) for name in unit.defs]
        return tuple(sorted(names, key=order.index))

    def _feed_of(self, node: cst.Name) -> cst.Dict | None:
        """The dict that a name has in the session, where it is given once."""
        found = [
            each.value
            for each in inside(self._program.session.body)
            if isinstance(each, cst.Assign)
            and any(
                isinstance(t.target, cst.Name) and t.target.value == node.value
                for t in each.targets
            )
        ]
        once = sum(each.value == node.value for each in self._scope().stores) == 1
        return found[0] if once and len(found) == 1 and isinstance(found[0], cst.Dict) else None

    def _feed_statement(self, node: cst.CSTNode) -> None:
        """`feed = {x: …}` in the session: its keys become strings."""
        if not isinstance(node, cst.Assign) or not isinstance(node.value, cst.Dict):
            return
        if any(
            id(each.key) in self._known
            for each in node.value.elements
            if isinstance(each, cst.DictElement)
        ):
            self._found.edits.append(self._module.replace(node.value, self._dict(node.value)))
            self._feeds_are_only_fed(node)

    def _feeds_are_only_fed(self, node: cst.Assign) -> None:
        target = node.targets[0].target
        for load in self._scope().loads:
            if (
                isinstance(target, cst.Name)
                and load.value == target.value
                and id(load) not in self._known
            ):
                raise Refused(load, 'feed')

    def _value(self, element: cst.DictElement) -> str:
        assert isinstance(element.key, cst.Name)
        unit = self._program.last(element.key.value)
        statement = kinds.small(unit.node) if unit is not None else None
        assert isinstance(statement, cst.Assign) and isinstance(statement.value, cst.Call)
        path = shape.Reader(self._module).placeholder(statement.value)[0]
        path = {'bool': 'bool_'}.get(path, path)
        convert = self._module.say(Place('numpy', ('asarray',)))
        kind = self._module.say(Place('numpy', (path,)))
        return f'{convert}({self._module.text_of(element.value)}, {kind})'

    def _dict(self, node: cst.Dict) -> str:
        """A dict by the names of placeholders, written as it was."""
        start = self._module.span(node)[0]
        text = self._module.text_of(node)
        edits = []
        for each in node.elements:
            assert isinstance(each, cst.DictElement)
            for part, words in (
                (each.key, repr(self._module.text_of(each.key))),
                (each.value, self._value(each)),
            ):
                left, right = self._module.span(part)
                edits.append((left - start, right - start, words))
        for left, right, words in sorted(edits, reverse=True):
            text = text[:left] + words + text[right:]
        return text

    def _scope(self) -> kinds.Names:
        """The names of the block that the session stands in, and of the functions that see it."""
        block = self._module.parent(self._program.session)
        return kinds.names_in(block if self._program.in_function else self._module.wrapper.module)  # type: ignore[arg-type]

    # All else ----------------------------------------------------------------------------------

    def _check_rest(self) -> None:
        program, module = self._program, self._module
        graph = {
            n for u in program.units if u.kind not in (kinds.PYTHON, kinds.START) for n in u.defs
        }
        graph = (graph | {program.name}) - program.own
        reader = shape.Reader(module)
        for node, name in reader.libraries(program.session.body):
            if not any(id(each) in self._known for each in inside(node)) and not any(
                id(each) in self._known for each in module.around(node)
            ):
                raise Refused(node, 'inside', name.replace('tensorflow.compat.v1', 'tf'))
        functions = {
            unit.node.name.value for unit in program.units if isinstance(unit.node, cst.FunctionDef)
        }
        graphs = {name for name in functions if reader.uses_library(name)}
        block = module.parent(program.session)
        body = list(block.body)  # type: ignore[union-attr]
        after = body[body.index(program.session) + 1 :]
        for part in (program.session.body, *after):
            for load in kinds.names_in(part).loads:
                if load.value in graph and id(load) not in self._known:
                    raise Refused(load, 'captured', load.value)
                if load.value in graphs:
                    raise Refused(load, 'inside', load.value)


def _makes(unit: Unit, name: str) -> bool:
    statement = kinds.small(unit.node)
    value = statement.value if isinstance(statement, cst.Assign) else None
    func = value.func if isinstance(value, cst.Call) else None
    return isinstance(func, cst.Attribute) and func.attr.value == name


def _is_unpacked(parent: cst.CSTNode | None) -> bool:
    return isinstance(parent, cst.Assign) and isinstance(parent.targets[0].target, cst.Tuple)
