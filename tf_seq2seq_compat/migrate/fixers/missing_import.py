"""A Keras class that a script uses and forgot to import: the runner's repair `missing-import`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst.helpers import get_full_name_for_node

from tf_seq2seq_compat.keras_packages import is_imported_keras
from tf_seq2seq_compat.migrate import scan
from tf_seq2seq_compat.migrate.edits import Edit
from tf_seq2seq_compat.migrate.name_resolution import module_name
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module


def fix(module: Module) -> Iterator[Fix]:
    """Adds the class to the import statement that brings others of its module."""
    done: set[str] = set()
    for node in module.names.unbound:
        judged = scan.forgotten(node.value, module.names)
        if judged is None or node.value in done:
            continue
        done.add(node.value)
        statement = _statement(module, node.value)
        if statement is not None and not isinstance(statement.names, cst.ImportStar):
            last = statement.names[-1]
            end = module.span(last.asname or last.name)[1]
            yield Edit(end, end, f', {node.value}')
            yield Finding('rewritten', module.line(node), node.value, judged.advice)


def _statement(module: Module, name: str) -> cst.ImportFrom | None:
    for node in module.all(cst.ImportFrom):
        assert isinstance(node, cst.ImportFrom)
        source = get_full_name_for_node(node.module) if node.module else ''
        if source and module_name(node) == source and is_imported_keras(source):
            found = scan.verdict(f'{source}.{name}')
            if found is not None and found.status != scan.GONE:
                return node
    return None
