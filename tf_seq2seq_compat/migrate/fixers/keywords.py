"""Keywords that have other names: `tf.reduce_sum(x, keep_dims=True)` is `keepdims=True`.

The pairs are those of tf_upgrade_v2. A keyword is renamed where the function of
`tensorflow.compat.v1` takes the new one, which all that TF1.15 has renamed do.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate import locations
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module
from tf_seq2seq_compat.migrate.upgrade_tables import changes


def fix(module: Module) -> Iterator[Fix]:
    """Renames keywords in calls of functions of `tensorflow.compat.v1`."""
    by_node = {read.node: read for read in module.reads}
    for node in module.all(cst.Call):
        assert isinstance(node, cst.Call)
        read = by_node.get(node.func)  # type: ignore[call-overload]
        if (
            read is None
            or read.ambiguous
            or read.place is None
            or read.place.module != locations.V1
        ):
            continue
        name = '.'.join(read.place.path)
        given = {each.keyword.value for each in node.args if each.keyword is not None}
        for argument in node.args:
            keyword = argument.keyword
            new = new_keyword(name, keyword.value) if keyword is not None else ''
            if keyword is not None and new and new not in given:
                yield module.replace(keyword, new)
                said = f'tf.{name}({keyword.value}=)'
                yield Finding('rewritten', module.line(node), said, f'{new}=')


@functools.cache
def new_keyword(name: str, keyword: str) -> str:
    """The current name of a keyword of a function of `tf`."""
    new = changes().function_keyword_renames.get(f'tf.{name}', {}).get(keyword)
    function = locations.found(Place(locations.V1, tuple(name.split('.'))))
    if not new or not callable(function):
        return ''
    try:
        return str(new) if new in inspect.signature(function).parameters else ''
    except (TypeError, ValueError):
        return ''
