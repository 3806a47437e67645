"""TensorFlow Addons: its imports become those of `tf_seq2seq_compat.addons`.

A program that uses it is one for TensorFlow 2: nothing else in it is rewritten.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst.helpers import get_full_name_for_node

from tf_seq2seq_compat.migrate import scan
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Import, Module, module_name
from tf_seq2seq_compat.tf1.installed_addons import ADDONS

OURS = 'tf_seq2seq_compat.addons'
_PACKAGE, _, _NAME = OURS.partition('.')


def fix(module: Module) -> Iterator[Fix]:
    """Rewrites the imports, and says which of the names are not provided."""
    for statement in [*module.all(cst.Import), *module.all(cst.ImportFrom)]:
        assert isinstance(statement, cst.Import | cst.ImportFrom)
        lines = _lines(module, statement)
        if lines is not None:
            yield module.replace(statement, _joined(module, statement, lines))
            yield Finding('rewritten', module.line(statement), ADDONS)
    for use in module.names.uses:
        judged = scan.verdict(_legacy(use.name)) if _is_addons(use.name) else None
        if judged is not None and judged.status == scan.GONE and not use.guarded:
            yield Finding('needs a look', module.line(use.node), judged.name, judged.advice)


def _is_addons(name: str) -> bool:
    return f'{name}.'.startswith((f'{ADDONS}.', f'{OURS}.'))


def _legacy(name: str) -> str:
    return ADDONS + name.removeprefix(ADDONS).removeprefix(OURS)


def _lines(module: Module, statement: Import) -> list[str] | None:
    """The statements for one that imports TensorFlow Addons; None for any other."""
    if isinstance(statement, cst.ImportFrom):
        source = module_name(statement)
        if not f'{source}.'.startswith(f'{ADDONS}.'):
            return None
        assert statement.module is not None
        start, end = module.span(statement)
        inner, after = module.span(statement.module)
        code = module.code
        return [code[start:inner] + source.replace(ADDONS, OURS, 1) + code[after:end]]
    names = [(get_full_name_for_node(alias.name) or '', alias) for alias in statement.names]
    if not any(f'{name}.'.startswith(f'{ADDONS}.') for name, _ in names):
        return None
    lines: list[str] = []
    for name, alias in names:
        called = alias.evaluated_alias
        if not f'{name}.'.startswith(f'{ADDONS}.'):
            lines.append(f'import {name} as {called}' if called else f'import {name}')
        elif name == ADDONS:
            lines.append(f'from {_PACKAGE} import {_NAME} as {called or ADDONS}')
        else:
            ours = name.replace(ADDONS, OURS, 1)
            lines.append(f'import {ours} as {called}' if called else f'import {ours}')
            if not called:
                lines.append(f'from {_PACKAGE} import {_NAME} as {ADDONS}')
    return list(dict.fromkeys(lines))


def _joined(module: Module, statement: Import, lines: list[str]) -> str:
    start, _ = module.span(statement)
    margin = module.code[module.line_span(statement)[0] : start]
    return ('; ' if margin.strip() else f'{module.newline}{margin}').join(lines)
