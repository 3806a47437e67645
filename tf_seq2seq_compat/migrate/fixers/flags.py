"""Command-line flags as TF 1.4 and earlier had them: `FLAGS._parse_flags()` and `FLAGS.__flags`.

Since TF 1.5 `tf.flags` is absl's, where a program calls `FLAGS(sys.argv)` and asks
`FLAGS.flag_values_dict()`.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module

_FLAGS = (
    'tensorflow.app.flags.FLAGS',
    'tensorflow.flags.FLAGS',
    'tensorflow.python.platform.flags.FLAGS',
    'absl.flags.FLAGS',
)


def fix(module: Module) -> Iterator[Fix]:
    """Rewrites what absl's flags have under other names."""
    for node in module.all(cst.Attribute):
        assert isinstance(node, cst.Attribute)
        if node.attr.value not in ('_parse_flags', '__flags', '__parsed'):
            continue
        if not {_of_today(each) for each in module.meanings(node.value)} & set(_FLAGS):
            continue
        call = module.parent(node)
        flags, said = module.text_of(node.value), f'FLAGS.{node.attr.value}'
        if node.attr.value == '_parse_flags' and isinstance(call, cst.Call):
            argv = module.say(Place('sys', ('argv',)))
            yield module.replace(call, f'{flags}({argv})')
            yield Finding('rewritten', module.line(node), said)
        elif node.attr.value == '__flags':
            yield module.replace(node, f'{flags}.flag_values_dict()')
            yield Finding('rewritten', module.line(node), said)
        else:
            yield Finding('needs a look', module.line(node), said, 'FLAGS.is_parsed() of absl')


def _of_today(name: str) -> str:
    return name.replace('tensorflow.compat.v1.', 'tensorflow.')
