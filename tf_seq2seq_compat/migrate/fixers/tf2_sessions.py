"""A session becomes calls of functions, where that is safe; elsewhere a comment says why it is not.

    x = tf.placeholder(tf.float32, [None])      class Model(tf.Module):
    y = tf.sqrt(x)                                  @tf.function(input_signature=[...])
    with tf.Session() as sess:                      def y(self, x): ...
        print(sess.run(y, {x: [4.0]}))          print(model.y(x=np.asarray([4.0])).numpy())

Names stay those of `tensorflow.compat.v1`; its behaviour becomes that of TensorFlow 2.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate import places
from tf_seq2seq_compat.migrate.edits import Edit, apply
from tf_seq2seq_compat.migrate.fixers import (
    start,
    tf2_calls,
    tf2_program,
    tf2_reasons,
    tf2_units,
)
from tf_seq2seq_compat.migrate.fixers import tf2_expressions as expressions
from tf_seq2seq_compat.migrate.fixers.tf2_calls import Calls, Run
from tf_seq2seq_compat.migrate.fixers.tf2_methods import Methods, comments
from tf_seq2seq_compat.migrate.fixers.tf2_program import Program
from tf_seq2seq_compat.migrate.fixers.tf2_reasons import Refused
from tf_seq2seq_compat.migrate.fixers.tf2_units import Unit
from tf_seq2seq_compat.migrate.module import Finding, Fix, Module

_GONE = (
    tf2_units.PLACEHOLDER,
    tf2_units.GRAPH,
    tf2_units.TRAINING,
    tf2_units.INIT,
)
SEEDS = (
    'with limits: the seed stays, but functions draw other random numbers from it than the graph '
    'did: '
    f'see {tf2_reasons.GUIDE}/migrate.md#what-changes-with-target-tf2'
)


def fix(module: Module) -> Iterator[Fix]:
    """Rewrites the session of a program that is otherwise done, or marks it."""
    if _is_pending(module):
        return
    try:
        program = tf2_program.read(module)
        if program is None:
            return
        calls = tf2_calls.read(module, program)
        fixes = list(_rewritten(module, program, calls))
    except Refused as refused:
        fixes = list(_marked(module, refused))
    yield from fixes


def _is_pending(module: Module) -> bool:
    """Whether fixers of `compat` have something to do here, which comes first."""
    from tf_seq2seq_compat.migrate.fixers import COMPAT

    for each in COMPAT:
        for found in each(module):
            if isinstance(found, Edit) and module.code[found.start : found.end] != found.text:
                return True
    return False


# What is left
# ----------------------------------------------------------------------------------------


def _marked(module: Module, refused: Refused) -> Iterator[Fix]:
    """One comment above the place, and a word in the report."""
    statement = _statement(module, refused.node)
    start = module.line_span(statement)[0]
    margin = module.code[start : module.span(statement)[0]]
    above = module.code[:start].splitlines()
    written = []
    while above and above[-1].lstrip().startswith('#'):
        written.append(above.pop().lstrip())
    if not any(each.startswith(tf2_reasons.MARK) for each in written):
        yield Edit(start, start, f'{margin}{tf2_reasons.comment(refused.reason)}{module.newline}')
    name = refused.name or _name(module, refused.node)
    advice = tf2_reasons.advice(refused.reason)
    yield Finding('needs a look', module.line(statement), name, advice)


def _statement(module: Module, node: cst.CSTNode) -> cst.CSTNode:
    """The statement that a node stands in, if it begins a line; else the one around that."""
    kinds = (cst.SimpleStatementLine, cst.BaseCompoundStatement)
    for each in (node, *module.around(node)):
        if isinstance(each, kinds):
            start, (first, _) = module.span(each)[0], module.line_span(each)
            if not module.code[first:start].strip():
                return each
    return module.wrapper.module.body[0]


def _name(module: Module, node: cst.CSTNode) -> str:
    for each in tf2_units.inside(node):
        if isinstance(each, (cst.Name, cst.Attribute)):
            for name in module.meanings(each):
                if expressions.path_of(name):
                    return f'tf.{expressions.path_of(name)}'
    return ' '.join(module.text_of(node).split())[:60]


# What is rewritten
# ----------------------------------------------------------------------------------------


def _rewritten(module: Module, program: Program, calls: Calls) -> Iterator[Fix]:
    gone = [unit for unit in program.units if unit.kind in _GONE]
    if not calls.runs or not program.of(tf2_units.GRAPH, tf2_units.VARIABLE):
        raise Refused(program.session, 'elsewhere', 'tf.Session')
    _check_strings(module, [*(unit.node for unit in program.units), program.session])
    asked = [run for run in calls.runs if not _is_variable(program, run)]
    requests = list(dict.fromkeys(run.request for run in asked))
    methods = Methods(module, program, requests)
    class_name, model = methods.free('Model'), methods.free('model')
    text = methods.text(class_name) if requests else ''
    for run in calls.runs:
        calls.edits.append(module.replace(run.node, _call(module, program, run, methods, model)))
    last = gone[-1] if gone else None
    pieces: list[str] = []
    said: list[str] = []
    space = ''
    for unit in program.units:
        if unit.kind not in _GONE:
            kept = _kept(module, unit, calls)
            pieces.append(kept if kept.startswith('\n') else space + kept)
            space = ''
            continue
        text_of_unit = module.code[unit.start : unit.end].replace('\r\n', '\n')
        space = space or text_of_unit[: len(text_of_unit) - len(text_of_unit.lstrip('\n'))]
        if unit.kind == tf2_units.PLACEHOLDER:
            said += [f'{line}\n' for line in comments(module, unit, program.margin)]
        if unit is last and text:
            made = ''.join(f'{line}\n' for line in methods.optimizers)
            model_line = f'{model} = {class_name}()\n'
            pieces.append(_class(made, ''.join(said) + text, model_line, program.margin))
            space = ''
    pieces.append(_session(module, program, calls))
    start, end = program.units[0].start, module.line_span(program.session)[1]
    for unit in program.units:
        if unit.kind in (*_GONE, tf2_units.FEED, tf2_units.START):
            text = module.code[unit.start : unit.end]
            start = unit.start
            if unit.kind in _GONE:
                start += len(text) - len(text.lstrip('\r\n'))
            break
        pieces.pop(0)
    new = _joined(pieces, 1 if program.in_function else 2)
    new = new.replace('\n', module.newline)
    if not module.code[:start].endswith(module.newline * 3) and new.startswith(module.newline):
        new = module.newline * _missing(module, start, new) + new.lstrip('\r\n')
    yield Edit(start, end, new)
    for node, path in program.triggers:
        words = 'calls of functions' if path == 'Session' else 'an argument of a function'
        yield Finding('rewritten', module.line(node), f'tf.{path}', words)
    if program.seeded:
        yield Finding('rewritten', module.line(program.session), 'tf.set_random_seed', SEEDS)
    for node, name in tf2_program.Reader(module).libraries(module.wrapper.module):
        if (
            expressions.path_of(name) == 'disable_v2_behavior'
            and not start <= module.span(node)[0] < end
        ):
            yield _enabled(module, node)


def _missing(module: Module, start: int, new: str) -> int:
    """How many line ends keep as many blank lines before the text as it begins with."""
    before = module.code[:start].replace('\r\n', '\n')
    have = len(before) - len(before.rstrip('\n')) - 1
    want = len(new.replace('\r\n', '\n')) - len(new.replace('\r\n', '\n').lstrip('\n'))
    return max(0, want - max(have, 0))


def _enabled(module: Module, node: cst.CSTNode) -> Edit:
    name = node.attr if isinstance(node, cst.Attribute) else node
    return module.replace(name, start.OTHER_CALL)


def _check_strings(module: Module, nodes: list[cst.CSTNode]) -> None:
    for node in nodes:
        for each in tf2_units.inside(node):
            if (
                isinstance(each, (cst.SimpleString, cst.FormattedString))
                and '\n' in module.text_of(each)
                and not _may_span_lines(module, each)
            ):
                raise Refused(each, 'text')


def _may_span_lines(module: Module, node: cst.CSTNode) -> bool:
    """Whether a string's lines are kept as they are: it stands in a function, or for itself."""
    return any(
        isinstance(each, (cst.FunctionDef, cst.ClassDef)) for each in module.around(node)
    ) or isinstance(module.parent(node), cst.Expr)


def _is_variable(program: Program, run: Run) -> bool:
    if len(run.request.fetches) != 1 or run.request.train:
        return False
    unit = program.last(run.request.fetches[0])
    return unit is not None and unit.kind == tf2_units.VARIABLE


def _call(module: Module, program: Program, run: Run, methods: Methods, model: str) -> str:
    """What stands in the place of a `sess.run(…)`."""
    if _is_variable(program, run):
        value = f'{run.request.fetches[0]}.numpy()'
        return f'[{value}]' if run.request.is_list else value
    call = f'{model}.{methods.names[run.request]}({run.feed})'
    if not run.wanted:
        return call
    if not run.tensors:
        tf = module.alias(places.V1)
        return f'{run.head}{tf}.nest.map_structure(lambda each: each.numpy(), {call})'
    if run.request.is_list:
        return f'{run.head}[each.numpy() for each in {call}]'
    return f'{run.head}{call}.numpy()'


def _kept(module: Module, unit: Unit, calls: Calls) -> str:
    """A statement that stays, with what is written in it."""
    edits = [each for each in calls.edits if unit.start <= each.start < unit.end]
    if unit.kind == tf2_units.START:
        for node, name in tf2_program.Reader(module).libraries(unit.node):
            if expressions.path_of(name) == 'disable_v2_behavior':
                edits.append(_enabled(module, node))
    return _applied(module, unit.start, unit.end, edits)


def _applied(module: Module, start: int, end: int, edits: list[Edit]) -> str:
    moved = [Edit(each.start - start, each.end - start, each.text) for each in edits]
    text = apply(module.code[start:end], moved).replace('\r\n', '\n')
    return '\n'.join(
        line for line in text.split('\n') if not line.lstrip().startswith(tf2_reasons.MARK)
    )


def _class(optimizers: str, text: str, model_line: str, margin: str) -> str:
    blank = '\n' if margin else '\n\n'
    whole = f'{optimizers}{blank if optimizers else ""}{text}{blank}{model_line}'
    lines = [f'{margin}{line}' if line.strip() else '' for line in whole.split('\n')]
    return f'\0{chr(10).join(lines).rstrip()}\n\0'


def _joined(pieces: list[str], blank: int) -> str:
    """The text, with as many blank lines before the class as styles have."""
    before, mark, rest = ''.join(pieces).partition('\0')
    if not mark:
        return before
    text, _, after = rest.partition('\0')
    first = text.lstrip()
    space = '\n' * (blank if first.startswith(('class ', '#')) else 1)
    head = before.rstrip('\n')
    head = f'{head}\n{space}' if head.strip() else space
    return f'{head}{text}\n{after.lstrip(chr(10))}'


def _session(module: Module, program: Program, calls: Calls) -> str:
    """The statements under the session, one level further out."""
    body = program.body
    first = module.line_span(body[0])[0]
    start = module.start_with_comments(body[0])
    inner = module.code[first : module.span(body[0])[0]]
    end = module.line_span(program.session)[1]
    edits = [each for each in calls.edits if start <= each.start < end]
    for line in calls.dropped:
        edits.append(Edit(*module.line_span(line), ''))
    text = _applied(module, start, end, edits)
    lines = [
        program.margin + line[len(inner) :] if line.startswith(inner) else line
        for line in text.split('\n')
    ]
    session = program.session
    above = module.start_with_comments(session)
    head = _applied(module, above, module.line_span(session)[0], [])
    return head + '\n'.join(lines)
