"""Modules of TF1 that are read as objects: kept in a variable, handed on, asked for any name.

`cells = tf.contrib.rnn` is dropped where every `cells.X` is rewritten. What asks for a name that is
only known when the program runs gets the façade's module, which answers as TF1's would, and is for
a person to look at.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate import locations, scan
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module, Read, has_parts_of_its_own
from tf_seq2seq_compat.tf1 import eras, symbols

FACADE = 'tf_seq2seq_compat.tf1.facade'


def fix(module: Module) -> Iterator[Fix]:
    """Finds modules that are used as objects."""
    for read in module.reads:
        if is_namespace(read.meaning) and not read.guarded:
            yield from _of_namespace(module, read)


def is_namespace(name: str) -> bool:
    """Whether a full name is that of a legacy module."""
    row = symbols.TABLE.get(scan.canonical(name))
    return row is not None and row.kind == 'module'


def _of_namespace(module: Module, read: Read) -> Iterator[Fix]:
    line, name = module.line(read.node), scan.shown(scan.canonical(read.meaning))
    alias = _is_alias(module, read)
    if alias is not None and all(
        _is_settled(module, each, (read,)) for each in _reads_of(module, read, alias)
    ):
        if read.place is None:
            yield module.without(alias)
            yield Finding('rewritten', line, name)
        return
    if read.place is None and read.node is not read.base:
        yield module.replace(read.node, stand_in(module, read.meaning))
    if (
        alias is None
        and has_parts_of_its_own(read.meaning)
        and not _is_plain_question(module, read)
    ):
        yield Finding('needs a look', line, name, DYNAMIC)


DYNAMIC = (
    'the module itself is used here, so which of its names the program asks for is not known; '
    'write those names out, as they may live in another module today'
)


def _is_plain_question(module: Module, read: Read) -> bool:
    """Whether this is `hasattr(tf, 'strings')`, or getattr, of a name that is where it was."""
    argument = module.parent(read.node)
    call = module.parent(argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Name):
        return False
    if call.func.value not in ('hasattr', 'getattr') or call.args[0].value is not read.node:
        return False
    asked = call.args[1].value if len(call.args) > 1 else None
    if not isinstance(asked, cst.SimpleString) or read.place is None:
        return False
    name = str(asked.evaluated_value)
    before, after = module.place_of(f'{read.meaning}.{name}'), read.place.below(name)
    if is_namespace(f'{read.meaning}.{name}') and before is None:
        return False
    there = locations.Missing if before is None else locations.found(before)
    return there is locations.found(after)


def stand_in(module: Module, name: str) -> str:
    """The replacement of a legacy module whose names now live in several modules."""
    if module.version != eras.LATEST:
        return module.say(locations.older_place(name, module.version))
    return f'{module.say(Place(FACADE, ("module",)))}({name!r})'


def _is_alias(module: Module, read: Read) -> cst.Assign | None:
    """The statement `name = tf.contrib.rnn` that a module is read in."""
    statement = module.parent(read.node)
    if not isinstance(statement, cst.Assign) or statement.value is not read.node:
        return None
    targets = [target.target for target in statement.targets]
    return statement if all(isinstance(each, cst.Name) for each in targets) else None


def _is_settled(module: Module, read: Read, seen: tuple[Read, ...]) -> bool:
    """Whether nothing is left of a read when all is rewritten: it is, or is kept under a name
    whose reads are settled."""
    if read.place is not None or read in seen:
        return read.place is not None and not read.ambiguous
    alias = _is_alias(module, read) if is_namespace(read.meaning) else None
    return alias is not None and all(
        _is_settled(module, each, (*seen, read)) for each in _reads_of(module, read, alias)
    )


def _reads_of(module: Module, read: Read, alias: cst.Assign) -> list[Read]:
    names = {target.target.value for target in alias.targets}  # type: ignore[attr-defined]
    return [
        each
        for each in module.reads
        if each.base.value in names and read.meaning in each.modules and each.node is not read.node
    ]
