"""The methods that a graph becomes: one for each thing that is asked of the session.

What all of them compute first stands in a method `forward`. Statements stay as they are written.
What comes after a gradient stands behind the `GradientTape`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import libcst as cst

from tf_seq2seq_compat.migrate import places
from tf_seq2seq_compat.migrate.fixers import tf2_program as shape
from tf_seq2seq_compat.migrate.fixers import tf2_units as kinds
from tf_seq2seq_compat.migrate.fixers.tf2_calls import Request
from tf_seq2seq_compat.migrate.fixers.tf2_program import Program
from tf_seq2seq_compat.migrate.fixers.tf2_reasons import MARK, Refused
from tf_seq2seq_compat.migrate.fixers.tf2_units import Unit, inside
from tf_seq2seq_compat.migrate.module import Module
from tf_seq2seq_compat.migrate.places import Place

# What the layer that the class derives from has, and the method that all share.
_NAMES = """
    build call dtype name name_scope variables weights trainable submodules scope_name built
    trainable_variables non_trainable_variables trainable_weights non_trainable_weights
    add_variable add_weight with_name_scope input_ndim input_spec losses updates add_loss add_update
    get_losses_for get_updates_for get_weights set_weights count_params get_config from_config apply
    graph stateful dynamic supports_masking activity_regularizer compute_mask compute_output_shape
    compute_output_signature input output input_shape output_shape input_mask output_mask metrics
    inbound_nodes outbound_nodes forward
"""
_TAKEN = frozenset(_NAMES.split())


class Methods:
    """Writes the class of a program.

    Args:
      module: the module that it stands in.
      program: what was read of it.
      requests: what is asked of the session, each once.
    """

    def __init__(self, module: Module, program: Program, requests: Sequence[Request]) -> None:
        self._module, self._program, self._requests = module, program, requests
        self._taken: set[str] = set()
        self.optimizers: list[str] = []
        self.names: dict[Request, str] = {}
        self._order = {unit: index for index, unit in enumerate(program.units)}
        self._wants = {request: self._closure(request) for request in requests}
        self._common = self._shared()
        self._tf = module.alias(places.V1)
        for request in requests:
            self.names[request] = self._method_name(request)

    # Which statements --------------------------------------------------------------------------

    def _closure(self, request: Request) -> list[Unit]:
        """What a request needs, and all that takes default names before that."""
        program = self._program
        roots = [each.partition('.')[0] for each in (*request.fetches, request.train) if each]
        found: set[Unit] = set()
        todo = [unit for name in roots if (unit := program.last(name)) is not None]
        while todo:
            unit = todo.pop()
            if unit not in found:
                found.add(unit)
                todo += unit.needs
                if not unit.pure:
                    index = self._order[unit]
                    todo += [
                        each
                        for each in program.of(kinds.GRAPH)
                        if not each.pure and self._order[each] < index
                    ]
        for unit in found:
            if unit.kind == kinds.PLACEHOLDER and unit.defs[0] not in request.feeds:
                raise Refused(unit.node, 'order', unit.defs[0])
            if unit.kind in (kinds.INIT, kinds.FEED):
                raise Refused(unit.node, 'fetch')
        run = (kinds.GRAPH, kinds.TRAINING)
        return sorted((u for u in found if u.kind in run), key=self._order.__getitem__)

    def _is_after(self, unit: Unit) -> bool:
        """Whether a statement depends on what trains."""
        if unit.kind == kinds.TRAINING:
            return True
        return any(self._is_after(each) for each in unit.needs if each is not unit)

    def _before(self, request: Request) -> list[Unit]:
        return [unit for unit in self._wants[request] if not self._is_after(unit)]

    def _shared(self) -> list[Unit]:
        """What every request needs, where that may stand in a method of its own."""
        sets = [set(self._before(request)) for request in self._requests]
        common = set.intersection(*sets) if sets else set()
        if len(sets) < 2 or not common:
            return []
        if len(common) == 1 and next(iter(common)).pure:
            return []
        last = {name: unit for unit in self._sorted(common) for name in unit.defs}
        for request in self._requests:
            for unit in self._wants[request]:
                if unit in common:
                    continue
                for need in unit.needs:
                    shared = set(need.defs) & unit.uses if need in common else set()
                    if any(last[name] is not need for name in shared):
                        return []
        return self._sorted(common)

    def _sorted(self, units: set[Unit]) -> list[Unit]:
        return sorted(units, key=self._order.__getitem__)

    def _handed_on(self) -> list[str]:
        """What the shared statements bind that is used outside of them."""
        used: set[str] = set()
        for request in self._requests:
            rest = [unit for unit in self._wants[request] if unit not in self._common]
            used |= {name for unit in rest for name in unit.uses}
            used |= {each.partition('.')[0] for each in request.fetches}
        names = [name for unit in self._common for name in unit.defs]
        return [name for name in dict.fromkeys(names) if name in used]

    # Names -------------------------------------------------------------------------------------

    def free(self, name: str) -> str:
        """A name that nothing has: this one, or one like it."""
        number, candidate = 1, name
        while self._module.is_bound(candidate) or candidate in self._taken:
            number += 1
            candidate = f'{name}_{number}'
        self._taken.add(candidate)
        return candidate

    def _local(self, name: str) -> str:
        """A name for one method."""
        found = self.free(name)
        self._taken.discard(found)
        return found

    def _method_name(self, request: Request) -> str:
        parts = [each.rpartition('.')[2] for each in request.fetches]
        base = 'train_step' if request.train else '_and_'.join(parts) or 'run'
        base = base.lstrip('_') or 'run'
        taken = set(self.names.values()) | _TAKEN
        number, name = 1, base
        while name in taken:
            number += 1
            name = f'{base}_{number}'
        return name

    # The class ---------------------------------------------------------------------------------

    @property
    def makes(self) -> bool:
        """Whether variables are made by name."""
        return any(not unit.pure for units in self._wants.values() for unit in units)

    def text(self, class_name: str) -> str:
        """The class, without a margin."""
        base = f'{self._tf}.Module'
        if self.makes:
            base = self._module.say(Place(places.PACKAGE, ('Layer',)))
        lines = [f'class {class_name}({base}):', '    """What was the graph."""', '']
        if self._common:
            lines += textwrap.indent('\n'.join(self._forward()), '    ').split('\n') + ['']
        for request in self._requests:
            lines += textwrap.indent('\n'.join(self._method(request)), '    ').split('\n') + ['']
        return '\n'.join(line.rstrip() for line in lines).rstrip('\n') + '\n'

    def _feeds_of(self, units: Sequence[Unit]) -> list[str]:
        used = {name for unit in units for name in unit.uses}
        order = [unit.defs[0] for unit in self._program.of(kinds.PLACEHOLDER)]
        return [name for name in order if name in used]

    def _forward(self) -> list[str]:
        feeds = self._feeds_of(self._common)
        lines = [f'def forward({", ".join(["self", *feeds])}):']
        for unit in self._common:
            lines += _indented(self._words(unit))
        return [*lines, f'    return {", ".join(self._handed_on())}']

    def _method(self, request: Request) -> Iterator[str]:
        specs = [self._spec(name) for name in request.feeds]
        line = f'@{self._tf}.function(autograph=False, input_signature=[{", ".join(specs)}])'
        if len(line) <= 90:
            yield line
        else:
            yield f'@{self._tf}.function('
            yield '    autograph=False,'
            yield '    input_signature=['
            yield from (f'        {each},' for each in specs)
            yield '    ],'
            yield ')'
        if self.makes:
            keeper = Place(places.PACKAGE, ('keeping_variables',))
            yield f'@{self._module.say(keeper)}'
        yield f'def {self.names[request]}({", ".join(["self", *request.feeds])}):'
        before = [unit for unit in self._before(request) if unit not in self._common]
        after = [unit for unit in self._wants[request] if self._is_after(unit)]
        body: list[str] = []
        if (
            self._common
            and not before
            and not after
            and list(request.fetches) == self._handed_on()
            and not request.is_list
        ):
            yield f'    return self.forward({", ".join(self._feeds_of(self._common))})'
            return
        if self._common:
            body.append(self._call_of_forward(request))
        for unit in before:
            body += self._words(unit)
        if after:
            yield from self._training(body, after)
        else:
            yield from _indented(body)
        if request.fetches:
            values = ', '.join(request.fetches)
            yield f'    return [{values}]' if request.is_list else f'    return {values}'

    def _spec(self, name: str) -> str:
        unit = self._program.last(name)
        statement = kinds.small(unit.node) if unit is not None else None
        assert isinstance(statement, cst.Assign) and isinstance(statement.value, cst.Call)
        _, kind, size = shape.Reader(self._module).placeholder(statement.value)
        return f'{self._tf}.TensorSpec({size}, {kind})'

    def _call_of_forward(self, request: Request) -> str:
        used = {each.partition('.')[0] for each in request.fetches}
        for unit in self._wants[request]:
            if unit not in self._common:
                used |= unit.uses
        names = [name if name in used else '_' for name in self._handed_on()]
        feeds = ', '.join(self._feeds_of(self._common))
        return f'{", ".join(names)} = self.forward({feeds})'

    # Training ----------------------------------------------------------------------------------

    def _training(self, before: list[str], after: list[Unit]) -> Iterator[str]:
        tape = self._local('tape')
        lines = [line for unit in after for line in self._step(unit, tape)]
        if sum(f'{tape}.gradient(' in line for line in lines) != 1:
            raise Refused(after[0].node, 'minimize')
        yield f'    with {self._tf}.GradientTape() as {tape}:'
        yield from _indented(before, '        ')
        yield from _indented(lines)

    def _step(self, unit: Unit, tape: str) -> list[str]:
        if unit.kind != kinds.TRAINING:
            if not unit.pure:
                raise Refused(unit.node, 'minimize')
            return self._words(unit)
        statement = kinds.small(unit.node)
        assert isinstance(statement, cst.Assign)
        value = statement.value
        if (
            isinstance(value, cst.Call)
            and isinstance(value.func, cst.Attribute)
            and value.func.attr.value == 'minimize'
        ):
            return [*self._comments(unit), *self._minimize(unit, value, tape)]
        return [*self._comments(unit), *self._gradients(unit, statement, tape)]

    def _optimizer(self, node: cst.BaseExpression) -> str:
        """The name of an optimizer; one that has none gets one, once."""
        if isinstance(node, cst.Name):
            unit = self._program.last(node.value)
            if unit is None or unit.kind != kinds.OPTIMIZER:
                raise Refused(node, 'minimize')
            return node.value
        reader = shape.Reader(self._module)
        if reader.path(node.func if isinstance(node, cst.Call) else node) not in shape.OPTIMIZERS:
            raise Refused(node, 'minimize')
        names = {each.value for each in kinds.names_in(node).loads}
        if names & self._program.names(kinds.GRAPH, kinds.PLACEHOLDER, kinds.VARIABLE):
            raise Refused(node, 'minimize')
        words = self._module.text_of(node)
        made = [each for each in self.optimizers if each.partition(' = ')[2] == words]
        if not made:
            made = [f'{self.free("optimizer")} = {words}']
            self.optimizers += made
        return made[0].partition(' = ')[0]

    def _loss(self, node: cst.BaseExpression) -> str:
        unit = self._program.last(node.value) if isinstance(node, cst.Name) else None
        if unit is None or unit.kind != kinds.GRAPH or self._is_after(unit):
            raise Refused(node, 'regularizer' if unit is not None else 'minimize')
        return self._module.text_of(node)

    def _minimize(self, unit: Unit, call: cst.Call, tape: str) -> list[str]:
        assert isinstance(call.func, cst.Attribute)
        optimizer = self._optimizer(call.func.value)
        given: dict[str, cst.BaseExpression] = {}
        for name, argument in zip(('loss', 'global_step', 'var_list'), call.args, strict=False):
            given[argument.keyword.value if argument.keyword else name] = argument.value
        if set(given) - {'loss', 'global_step', 'var_list'} or len(given) != len(call.args):
            raise Refused(call, 'minimize')
        if 'loss' not in given:
            raise Refused(call, 'minimize')
        loss = self._loss(given['loss'])
        watched, gradients = self._local('watched'), self._local('gradients')
        lines = [f'{watched} = {tape}.watched_variables()']
        made = self._program.names(kinds.VARIABLE)
        if 'var_list' in given:
            names = {each.value for each in kinds.names_in(given['var_list']).loads}
            if not names <= made or not isinstance(given['var_list'], cst.List):
                raise Refused(call, 'minimize')
            lines = [f'{watched} = {self._module.text_of(given["var_list"])}']
        step = ''
        if 'global_step' in given:
            counter = given['global_step']
            if not isinstance(counter, cst.Name) or counter.value not in made:
                raise Refused(call, 'step')
            step = f', global_step={counter.value}'
        return [
            *lines,
            f'{gradients} = {tape}.gradient({loss}, {watched})',
            f'{optimizer}.apply_gradients(zip({gradients}, {watched}){step})',
        ]

    def _gradients(self, unit: Unit, statement: cst.Assign, tape: str) -> list[str]:
        """A statement with other words for what asks the graph for gradients and variables."""
        module, reader = self._module, shape.Reader(self._module)
        value = statement.value
        start, _ = module.span(value)
        text, lines = module.text_of(value), []
        edits: list[tuple[int, int, str]] = []
        for node in inside(value):
            if not isinstance(node, cst.Call) or not reader.trains(node):
                continue
            left, right = module.span(node)
            path = reader.path(node.func)
            plain = [each.value for each in node.args if each.keyword is None and not each.star]
            if path == 'trainable_variables':
                self._check_all_made(unit)
                words = f'{tape}.watched_variables()'
            elif path == 'gradients':
                if len(plain) != 2 or len(node.args) != 2 or not self._are_variables(plain[1]):
                    raise Refused(node, 'minimize', 'tf.gradients')
                if isinstance(plain[1], cst.Call):
                    watched = self._local('watched')
                    self._check_all_made(unit)
                    lines.append(f'{watched} = {tape}.watched_variables()')
                    words = f'{tape}.gradient({self._loss(plain[0])}, {watched})'
                    edits = [e for e in edits if not left <= e[0] < right]
                else:
                    words = f'{tape}.gradient({self._loss(plain[0])}, {module.text_of(plain[1])})'
            elif (
                isinstance(node.func, cst.Attribute) and node.func.attr.value == 'compute_gradients'
            ):
                if len(plain) != 1 or len(node.args) != 1:
                    raise Refused(node, 'minimize')
                self._optimizer(node.func.value)
                watched = self._local('watched')
                lines.append(f'{watched} = {tape}.watched_variables()')
                gradients = f'{tape}.gradient({self._loss(plain[0])}, {watched})'
                words = f'list(zip({gradients}, {watched}))'
                argument = module.parent(node)
                outer = module.parent(argument) if isinstance(argument, cst.Arg) else None
                if (
                    isinstance(outer, cst.Call)
                    and outer is value
                    and outer.args[0].star == '*'
                    and module.text_of(outer.func) == 'zip'
                    and len(outer.args) == 1
                ):
                    (left, right), words = module.span(value), f'{gradients}, {watched}'
            elif node is value and isinstance(node.func, cst.Attribute):
                self._check_apply(node)
                continue
            else:
                raise Refused(node, 'minimize')
            if not any(a <= left and right <= b for a, b, _ in edits):
                edits.append((left, right, words))
        for left, right, words in sorted(edits, reverse=True):
            text = text[: left - start] + words + text[right - start :]
        is_step = isinstance(value, cst.Call) and module.text_of(value.func).endswith(
            '.apply_gradients'
        )
        if not is_step:
            text = module.code[module.span(statement)[0] : start] + text
        return [*lines, *_dedented(text, self._program.margin)]

    def _check_apply(self, node: cst.Call) -> None:
        assert isinstance(node.func, cst.Attribute)
        if not isinstance(node.func.value, cst.Name):
            # The optimizer that computes gradients nowhere else is made once, too.
            raise Refused(node, 'minimize')
        self._optimizer(node.func.value)
        made = self._program.names(kinds.VARIABLE)
        for index, argument in enumerate(node.args):
            name = (
                argument.keyword.value
                if argument.keyword
                else ('grads_and_vars', 'global_step')[index]
            )
            if name == 'global_step':
                if not isinstance(argument.value, cst.Name) or argument.value.value not in made:
                    raise Refused(node, 'step')
            elif name != 'grads_and_vars':
                raise Refused(node, 'minimize')

    def _are_variables(self, node: cst.BaseExpression) -> bool:
        reader = shape.Reader(self._module)
        if isinstance(node, cst.Name):
            unit = self._program.last(node.value)
            statement = kinds.small(unit.node) if unit is not None else None
            if not isinstance(statement, cst.Assign):
                return False
            node = statement.value
        return isinstance(node, cst.Call) and reader.path(node.func) == 'trainable_variables'

    def _check_all_made(self, unit: Unit) -> None:
        """The list of variables is taken when all are made."""
        index = self._order[unit]
        for each in self._program.units[index:]:
            if each.kind == kinds.VARIABLE or not each.pure:
                raise Refused(unit.node, 'minimize', 'tf.trainable_variables')

    # Words -------------------------------------------------------------------------------------

    def _words(self, unit: Unit) -> list[str]:
        """The lines of a statement, with the comments above it."""
        text = self._module.code[unit.start : unit.end].replace('\r\n', '\n')
        return _dedented(text, self._program.margin)

    def _comments(self, unit: Unit) -> list[str]:
        return comments(self._module, unit, self._program.margin)


def comments(module: Module, unit: Unit, margin: str) -> list[str]:
    """The comments above a statement, and the one behind it."""
    text = module.code[unit.start : module.span(unit.node)[0]].replace('\r\n', '\n')
    found = [line for line in _dedented(text, margin) if line.lstrip().startswith('#')]
    if isinstance(unit.node, cst.SimpleStatementLine):
        behind = unit.node.trailing_whitespace.comment
        if behind is not None:
            found.append(f'# {", ".join(unit.defs)}: {behind.value.lstrip("# ")}')
    return found


def _dedented(text: str, margin: str) -> list[str]:
    """The lines that say something, without the margin and without this fixer's comments."""
    lines = [line.removeprefix(margin) for line in text.split('\n')]
    return [line for line in lines if line.strip() and not line.lstrip().startswith(MARK)]


def _indented(lines: Sequence[str], margin: str = '    ') -> list[str]:
    return [margin + line for line in lines]
