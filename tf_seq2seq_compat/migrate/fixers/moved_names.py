"""Names that live elsewhere now: `tf.contrib.rnn.GRUCell` is `seq2seq.GRUCell`.

All that the symbol table knows (tf.contrib, tf.nn.rnn_cell, tf.layers, tf.keras, keras,
tensorflow.python) and what Python and NumPy removed (`np.int`, `collections.Mapping`). Where the
name that an expression begins with is itself imported from the place, the import alone changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.migrate import locations, scan
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module, Read, split


def fix(module: Module) -> Iterator[Fix]:
    """Rewrites dotted uses."""
    for read in module.reads:
        if read.place is None:
            yield from _gone(module, read)
        elif read.ambiguous:
            yield Finding(
                'needs a look',
                module.line(read.node),
                scan.shown(read.meaning),
                'this has several meanings, that are different things today; write each branch out',
            )
        else:
            yield from _moved(module, read)


def _moved(module: Module, read: Read) -> Iterator[Fix]:
    assert read.place is not None
    judged = scan.verdict(read.meaning)
    legacy = judged is not None and judged.legacy
    if not read.kept:
        yield _edit(module, read)
    elif read.is_bare or read.meaning.startswith(f'{locations.V1}.'):
        return  # The import says where it is: it changes, or has been changed.
    elif read.place.dotted == read.meaning and judged and judged.status == scan.REPAIRED:
        return  # Said of the import.
    if legacy or not read.kept:
        limits = judged is not None and judged.status == scan.PARTLY
        advice = f'with limits: {judged.advice}' if limits and judged is not None else ''
        yield Finding('rewritten', module.line(read.node), scan.shown(read.meaning), advice)


def _edit(module: Module, read: Read) -> Fix:
    """Replaces as much of the expression as is not the same at its new place."""
    assert read.place is not None
    node = read.node
    base, rest = split(node)
    old = [base.value, *rest]
    new = module.say(read.place).split('.')
    while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
        old.pop()
        new.pop()
        node = node.value  # type: ignore[assignment]
    return module.replace(node, '.'.join(new))


def _gone(module: Module, read: Read) -> Iterator[Fix]:
    judged = scan.verdict(scan.canonical(read.meaning))
    if read.guarded or judged is None or judged.status not in (scan.GONE, scan.REPAIRED):
        return
    if read.node is read.base or module.sets(read.meaning):
        return  # What the import brings, or the program itself makes.
    line, name = module.line(read.node), scan.shown(judged.name)
    known = judged.status == scan.REPAIRED or scan.has_advice(judged.name)
    kind = 'needs a look' if known else 'unknown'
    yield Finding(kind, line, name, judged.advice)  # type: ignore[arg-type]
