"""The line at the start of a program that turns TF1 behaviour on: `tf.disable_v2_behavior()`.

Programs get it, not the modules that they import: files that no other file imports, files with a
main guard, notebooks. It follows the imports, but before the first module of the project that
uses TensorFlow, as that may make tensors while it is imported.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate import locations
from tf_seq2seq_compat.migrate.edits import Edit
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.name_resolution import module_name
from tf_seq2seq_compat.migrate.project import ROOTS, below
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Import, Module
from tf_seq2seq_compat.tf1 import eras

CALL = 'disable_v2_behavior'
_KNOWN = (CALL, 'disable_eager_execution', 'enable_v2_behavior', 'enable_eager_execution')


def fix(module: Module) -> Iterator[Fix]:
    """Adds the line where a program has none."""
    if not module.is_program or _is_there(module):
        return
    statements = _first_statements(module)
    first = next((each for each in statements if _brings(module, each)), None)
    if first is None:
        yield from _inside(module)
        return
    if _is_own(module, first):
        start = module.line_span(first)[0]
        name = module.alias(locations.V1) if locations.V1 in module.bound_modules else 'tf'
        lines = (f'import {locations.V1} as {name}', *_calls(module, name), '')
        yield Edit(start, start, ''.join(each + module.newline for each in lines))
    else:
        last = _last_before_own(module, statements, first)
        end = module.line_end(last)
        name = module.alias(locations.V1)
        calls = module.newline.join(['', '', *_calls(module, name)])
        text = calls + _space(module, end)
        yield Edit(end, end, text, rank=2)
    yield Finding('rewritten', module.line(first), CALL, 'TF1 behaviour is turned on here')


def _calls(module: Module, name: str) -> list[str]:
    """The lines; a program for an older version also begins as that did."""
    calls = [f'{name}.{CALL}()']
    if eras.get(module.version).changes_numbers_of_the_process:
        calls.append(f'{module.say(Place(eras.__name__, ("begin",)))}({module.version!r})')
    return calls


def _inside(module: Module) -> Iterator[Fix]:
    """The line behind the first import of TensorFlow in a function, or in a `try`."""
    for statement in sorted(module.all(cst.Import), key=module.span):
        assert isinstance(statement, cst.Import)
        alias = statement.names[0]
        meaning = module.full(alias.evaluated_name)
        if meaning not in ('tensorflow', locations.V1) or not module.is_ours(meaning):
            continue
        margin = module.code[module.line_span(statement)[0] : module.span(statement)[0]]
        if margin.strip() or (alias.asname is None and meaning != 'tensorflow'):
            continue
        name = alias.evaluated_alias or alias.evaluated_name
        end = module.line_end(statement)
        text = ''.join(f'{module.newline}{margin}{call}' for call in _calls(module, name))
        yield Edit(end, end, text, rank=2)
        yield Finding('rewritten', module.line(statement), CALL, 'TF1 behaviour is turned on here')
        return


def _is_there(module: Module) -> bool:
    """Whether the program says already which behaviour it wants."""
    return any(read.meaning.rpartition('.')[2] in _KNOWN for read in module.reads)


def _first_statements(module: Module) -> list[Import]:
    """The import statements that are directly in the module."""
    found = [*module.all(cst.Import), *module.all(cst.ImportFrom)]
    return sorted((each for each in found if module.is_top(each)), key=module.span)  # type: ignore


def _modules(statement: Import) -> list[str]:
    if isinstance(statement, cst.ImportFrom):
        source = module_name(statement)
        if isinstance(statement.names, cst.ImportStar):
            return [source]
        return [source, *(below(source, alias.evaluated_name) for alias in statement.names)]
    return [alias.evaluated_name for alias in statement.names]


def _brings(module: Module, statement: Import) -> bool:
    if module.path is None:
        return any(each.partition('.')[0] in ROOTS for each in _modules(statement))
    return any(module.project.brings_tensorflow(module.path, each) for each in _modules(statement))


def _is_own(module: Module, statement: Import) -> bool:
    """Whether a statement imports a module of the project."""
    return any(
        each.startswith('.') or module.project.module(module.path, each) is not None
        for each in _modules(statement)
    )


def _last_before_own(module: Module, statements: list[Import], first: Import) -> Import:
    """The last of the imports that follow each other from the first of TensorFlow on."""
    last = first
    for statement in statements[statements.index(first) + 1 :]:
        if not module.follows(last, statement):
            break
        if _is_own(module, statement) and _brings(module, statement):
            break
        last = statement
    return last


def _space(module: Module, end: int) -> str:
    """A blank line, where what follows would stand close."""
    rest = module.code[end:].lstrip(' \t')
    after = rest.removeprefix('\r').removeprefix('\n')
    return '' if not after.strip() or after.startswith(('\n', '\r')) else module.newline
