"""Where a legacy name lives today, as code writes it: a module to import, and what is read of it.

What the symbol table and the tables of removed Python and NumPy names say is followed here, so that
a rewritten program says `seq2seq.GRUCell` where the table says
`tf_seq2seq_compat.layers.rnn_cell:GRUCell`.
"""

from __future__ import annotations

import functools
import importlib.util
import types
import warnings
from dataclasses import dataclass
from typing import Any

import tf_seq2seq_compat
from tf_seq2seq_compat.migrate import scan
from tf_seq2seq_compat.tf1 import eras, symbols
from tf_seq2seq_compat.tf1.old_libraries import rows as removed
from tf_seq2seq_compat.tf1.old_libraries import tables

PACKAGE = 'tf_seq2seq_compat'
V1 = 'tensorflow.compat.v1'
KERAS = 'tf_keras.api._v1.keras'
SLIM = 'tf_slim'

# Packages whose modules are attributes of them, and are written so: `tf.nn.conv2d`.
_WITH_PARTS = (V1, KERAS)
_ROOTS = ('tensorflow', 'keras')


@dataclass(frozen=True)
class Place:
    """The source that refers to a name today.

    Attributes:
      module: the module to import; `'package.module:name'` where that is an attribute of a module.
        Empty where the name is written as it is in `path`.
      path: the attributes that lead on from there; none where the name is the module itself.
    """

    module: str
    path: tuple[str, ...] = ()

    @property
    def dotted(self) -> str:
        """The module and the attributes, as one name."""
        return '.'.join((self.module, *self.path))

    def below(self, *names: str) -> Place:
        """The place of an attribute of this place."""
        return Place(self.module, (*self.path, *names))


class Missing:
    """The result of `found` for an unknown name."""


@functools.cache
def found(place: Place) -> Any:
    """The object at a place, or `Missing`.

    The path is followed to the first thing that is not a module: what a class or an object has is
    for the program to know.

    Example:
      >>> from tf_seq2seq_compat.migrate import locations
      >>> locations.found(locations.Place('collections.abc', ('Mapping',))).__name__
      'Mapping'
      >>> locations.found(locations.Place('collections.abc', ('Mappings',)))
      <class 'tf_seq2seq_compat.migrate.locations.Missing'>
    """
    if not place.module:
        return place.path
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            value = symbols.load(place.module)
            for name in place.path:
                if not isinstance(value, types.ModuleType):
                    break
                value = getattr(value, name.removesuffix('()'))
    except Exception:  # Whatever a lazily loaded module raises, it is not there.
        return Missing
    return value


def same(one: object, other: object) -> bool:
    """Whether two things are the same, whatever deprecation and dispatch have put around them."""
    if one is other:
        return True
    if isinstance(one, (str, int, float, bytes)):
        return type(one) is type(other) and bool(one == other)
    from tensorflow.python.util import tf_decorator

    return callable(one) and tf_decorator.unwrap(one)[1] is tf_decorator.unwrap(other)[1]


def is_module(place: Place) -> bool:
    """Whether a module is there."""
    return isinstance(found(place), types.ModuleType)


def place_of(name: str) -> Place | None:
    """Where a full dotted name lives today; None where nothing takes its place.

    Example:
      >>> from tf_seq2seq_compat.migrate.locations import place_of
      >>> place_of('tensorflow.contrib.rnn.GRUCell')
      Place(module='tf_seq2seq_compat', path=('GRUCell',))
      >>> place_of('tensorflow.contrib.signal.stft')
      Place(module='tensorflow.compat.v1', path=('signal', 'stft'))
      >>> place_of('numpy.int')
      Place(module='builtins', path=('int',))
      >>> print(place_of('tensorflow.contrib.tpu.TPUEstimator'))
      None
    """
    if name.partition('.')[0] in _ROOTS:
        return _of_table(scan.canonical(name))
    return _of_old_libraries(name)


def older_place(name: str, version: str) -> Place:
    """Where a program asks for a name as an older version of TensorFlow had it.

    Example:
      >>> from tf_seq2seq_compat.migrate.locations import older_place
      >>> older_place('tensorflow.nn.seq2seq', '0.12').dotted
      'tf_seq2seq_compat.tf1.eras.tf_0_12.nn.seq2seq'
    """
    return Place(eras.__name__, (eras.of_version(version), *name.split('.')[1:]))


# The symbol table
# ----------------------------------------------------------------------------------------


@functools.cache
def _of_table(name: str) -> Place | None:
    parts = name.split('.')
    for end in range(len(parts), 0, -1):
        row = symbols.TABLE.get('.'.join(parts[:end]))
        if row is None:
            continue
        rest = parts[end:]
        if row.kind == 'symbol':
            module, _, attribute = row.target.partition(':')
            path = (attribute, *rest) if attribute else tuple(rest)
            return _as_written(Place(module, path)) if module else None
        if row.target:
            return _as_written(_in_module(row.target, rest))
        return Place(PACKAGE) if not rest and _is_public(row.name) else None
    return None


def _in_module(module: str, rest: list[str]) -> Place:
    """A name below the module that a row names, with the submodules on the way imported."""
    if module == V1 and rest and found(Place(V1, (rest[0],))) is Missing:
        module = 'tensorflow'  # tensorflow.core and the like are beside tensorflow.compat.v1.
    if ':' in module or module.startswith(_WITH_PARTS):
        return Place(module, tuple(rest))
    while rest and _is_submodule(module, rest[0]):
        module, rest = f'{module}.{rest[0]}', rest[1:]
    return Place(module, tuple(rest))


def _is_submodule(module: str, name: str) -> bool:
    try:
        return importlib.util.find_spec(f'{module}.{name}') is not None
    except (ImportError, AttributeError, ValueError):
        return False


def _is_public(name: str) -> bool:
    """Whether the package itself has all that the legacy module `name` provides."""
    rows = [symbols.TABLE[f'{name}.{each}'] for each in symbols.names_below(name)]
    named = [row for row in rows if row.kind == 'symbol']
    return bool(named) and all(
        _as_written(_of_target(row.target)).module == PACKAGE for row in named
    )


def _of_target(target: str) -> Place:
    module, _, attribute = target.partition(':')
    return Place(module, (attribute,))


def _as_written(place: Place) -> Place:
    """The same object by the shortest public way."""
    for package in _WITH_PARTS:
        inner = place.module.removeprefix(f'{package}.')
        if inner != place.module and '__internal__' not in inner and ':' not in inner:
            return Place(package, (*inner.split('.'), *place.path))
    for package in (PACKAGE, SLIM):
        if not place.path or not place.module.startswith(f'{package}.'):
            continue
        name = place.path[0]
        known = hasattr(tf_seq2seq_compat, name) if package == PACKAGE else name[0] != '_'
        short = Place(package, (name,))
        if known and not is_module(short) and found(short) is found(Place(place.module, (name,))):
            return Place(package, place.path)
    return place


# What Python and NumPy removed
# ----------------------------------------------------------------------------------------


@functools.cache
def _capsule() -> dict[str, object]:
    names = {f'{row.module}.{row.name}': row for row in tables.NAMES}
    modules = {row.name: row for row in tables.MODULES}
    return {**modules, **names}


@functools.cache
def _of_old_libraries(name: str) -> Place | None:
    rest: list[str] = []
    head = name
    while head:
        row = _capsule().get(head)
        if row is not None:
            place = _of_row(row, rest)
            return None if place is None or found(place) is Missing else place
        head, _, last = head.rpartition('.')
        rest.insert(0, last)
    return None


def _of_row(row: Any, rest: list[str]) -> Place | None:
    target = row.target
    if isinstance(row, removed.RemovedModule):
        return _in_module(target, rest) if target else None
    if target.startswith('='):
        number = float(target[1:])
        return Place('', (f"float('{number}')" if number else repr(number),))
    module, _, attribute = target.partition(':')
    return Place(module, tuple(filter(None, (attribute, *rest))))
