"""The names that TensorFlow 1.15 recommends, which TensorFlow 2 has too: `tf.log` is `tf.math.log`.

The pairs are those of tf_upgrade_v2, which comes with TensorFlow. Only names of one and the same
function are exchanged, so nothing changes but the words.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from tf_seq2seq_compat.migrate import locations, scan
from tf_seq2seq_compat.migrate.locations import Place
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module, split
from tf_seq2seq_compat.migrate.upgrade_tables import changes


def fix(module: Module) -> Iterator[Fix]:
    """Renames functions of `tensorflow.compat.v1`."""
    for read in module.reads:
        base, rest = split(read.node)
        if read.place is None or not read.kept or read.place.module != locations.V1:
            continue
        if module.stand_in(read.module) != Place(locations.V1):
            continue
        new = new_name('.'.join(rest))
        if new:
            text = f'{base.value}.{new}'
            yield module.replace(read.node, text)
            yield Finding('rewritten', module.line(read.node), scan.shown(read.meaning))


@functools.cache
def new_name(name: str) -> str:
    """The other name of a function of `tf`, or of the function that an attribute is read of."""
    new = str(changes().symbol_renames.get(f'tf.{name}', ''))[3:]
    if not new or new.startswith('compat.') or locations.place_of(f'tensorflow.{new}') is None:
        return ''
    place = locations.place_of(f'tensorflow.{new}')
    assert place is not None
    if place.module != locations.V1:
        return ''
    old = locations.found(Place(locations.V1, tuple(name.split('.'))))
    now = locations.found(place)
    return new if old is not locations.Missing and locations.same(old, now) else ''
