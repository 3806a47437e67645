"""Findings of an earlier run that are still in the file."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate import scan
from tf_seq2seq_compat.migrate.fixers.namespaces import DYNAMIC, FACADE
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module


def fix(module: Module) -> Iterator[Fix]:
    """Finds the placeholders that the codemod writes."""
    for node in module.all(cst.Call):
        assert isinstance(node, cst.Call)
        meanings = module.meanings(node.func)
        if len(node.args) != 1 or not isinstance(node.args[0].value, cst.SimpleString):
            continue
        name = str(node.args[0].value.evaluated_value)
        if meanings & {f'{FACADE}.NotProvided', f'{FACADE}.module'}:
            judged = scan.verdict(name)
            advice = (judged.advice if judged is not None else '') or DYNAMIC
            yield Finding('needs a look', module.line(node), scan.shown(name), advice)
