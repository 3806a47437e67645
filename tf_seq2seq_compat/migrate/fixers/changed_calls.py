"""Calls of Python, NumPy and PyYAML that are refused today, where the source alone says what to do.

`json.load(file, encoding=…)` (which it never looked at), `yaml.load(text)` without a loader,
`open(path, 'rU')`, and keywords of NumPy that have other names.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate import locations
from tf_seq2seq_compat.migrate.edits import Edit
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module

_KEYWORDS = {
    ('numpy.histogram', 'normed'): 'density',
    ('numpy.percentile', 'interpolation'): 'method',
    ('numpy.quantile', 'interpolation'): 'method',
}
_OPENING = {'open', 'io.open', 'codecs.open'}


def fix(module: Module) -> Iterator[Fix]:
    """Rewrites calls that are refused today."""
    for node in module.all(cst.Call):
        assert isinstance(node, cst.Call)
        for name in _called(module, node):
            for edit, said, now in _edits(module, node, name):
                yield edit
                yield Finding('rewritten', module.line(node), said, now)


def _called(module: Module, node: cst.Call) -> set[str]:
    if isinstance(node.func, cst.Name) and node.func.value == 'open':
        return {'open'} if not module.is_bound('open') else set()
    return module.meanings(node.func)


def _edits(module: Module, node: cst.Call, name: str) -> Iterator[tuple[Edit, str, str]]:
    given = {each.keyword.value: each for each in node.args if each.keyword is not None}
    if name in ('json.load', 'json.loads') and 'encoding' in given and 'cls' not in given:
        yield _without(module, node, given['encoding']), f'{name}(encoding=)', 'without it'
    elif name in ('yaml.load', 'yaml.load_all') and len(node.args) == 1 and 'Loader' not in given:
        if not node.args[0].star:
            end = module.span(node.args[0])[1]
            loader = f'{module.text_of(node.func).rpartition(".")[0]}.FullLoader'
            if isinstance(node.func, cst.Name):
                loader = module.say(Place('yaml', ('FullLoader',)))
            yield Edit(end, end, f', Loader={loader}'), name, 'Loader=yaml.FullLoader'
    elif name in _OPENING:
        yield from _universal(module, node, name, given)
    for (function, old), new in _KEYWORDS.items():
        if name == function and old in given and new not in given:
            keyword = given[old].keyword
            assert keyword is not None
            if _takes(function, new):
                yield module.replace(keyword, new), f'{name}({old}=)', f'{new}='


def _takes(function: str, keyword: str) -> bool:
    import inspect

    package, _, name = function.rpartition('.')
    return keyword in inspect.signature(locations.found(Place(package, (name,)))).parameters


def _without(module: Module, node: cst.Call, argument: cst.Arg) -> Edit:
    """Takes an argument out of a call, with the comma before or behind it."""
    index = list(node.args).index(argument)
    if index:
        return Edit(module.span(node.args[index - 1].value)[1], module.span(argument.value)[1], '')
    if len(node.args) > 1:
        return Edit(module.span(argument)[0], module.span(node.args[1])[0], '')
    return Edit(*module.span(argument), '')


def _universal(
    module: Module, node: cst.Call, name: str, given: dict[str, cst.Arg]
) -> Iterator[tuple[Edit, str, str]]:
    plain = [each for each in node.args if each.keyword is None and not each.star]
    mode = given['mode'].value if 'mode' in given else plain[1].value if len(plain) > 1 else None
    if isinstance(mode, cst.SimpleString) and isinstance(mode.evaluated_value, str):
        value = mode.evaluated_value
        if 'U' in value and set(value) <= set('rbtU'):
            new = value.replace('U', '')
            new = new if 'r' in new else f'r{new}'
            text = f'{mode.prefix}{mode.quote}{new}{mode.quote}'
            yield module.replace(mode, text), f'{name}(mode={value!r})', repr(new)
