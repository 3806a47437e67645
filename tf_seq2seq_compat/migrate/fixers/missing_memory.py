"""An attention mechanism that is made without its memory, which the runner repairs."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate import locations
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module
from tf_seq2seq_compat.seq2seq import mechanism_names

REPAIRS = (
    'until then tf_seq2seq_compat.tf1.repairs.activate_now(), at the start of the program, does '
    'what `tf-seq2seq-compat run` does'
)


def fix(module: Module) -> Iterator[Fix]:
    """Finds mechanisms without a memory; which tensor it should be, a person has to say."""
    for node in module.all(cst.Call):
        assert isinstance(node, cst.Call)
        given = {each.keyword.value for each in node.args if each.keyword is not None}
        plain = [each for each in node.args if each.keyword is None]
        whole = any(each.star for each in node.args)
        if whole or 'memory' in given or len(plain) > 1:
            continue
        name = _mechanism(module, node.func)
        if name:
            advice = (
                f'{name} needs memory=, the encoder outputs that it looks at, and their '
                f'memory_sequence_length=; {REPAIRS}'
            )
            yield Finding('needs a look', module.line(node), name, advice)


def _mechanism(module: Module, node: cst.BaseExpression) -> str:
    for meaning in module.meanings(node):
        name = meaning.rpartition('.')[2]
        place = locations.place_of(meaning)
        if name in mechanism_names() and (
            place == locations.Place(locations.PACKAGE, (name,))
            or meaning == f'{locations.PACKAGE}.{name}'
        ):
            return name
    return ''
