"""Module objects that look like TF1 (or Keras 2), made from the symbol table over the real modules.

Nothing here changes TensorFlow: no mode is switched, no attribute of a real module is set. A name
is looked up only when it is used, so `tf.contrib.slim` costs nothing until someone reads from it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import types
from collections.abc import Callable
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from typing import Any, Literal, NoReturn

from tf_seq2seq_compat.tf1 import argument_order, eras, symbols

Base = Literal['v1', 'v2']


class LegacyNameError(AttributeError):
    """A TF1 name that this package knows and does not provide.

    An `AttributeError`, so `hasattr` and `getattr` with a default behave.
    """


def public_name(path: str) -> str:
    """The name as programs write it: `tf.contrib…` for `tensorflow.contrib…`."""
    head, _, rest = path.partition('.')
    if head == 'tensorflow' and rest and not rest.startswith('python.'):
        return f'tf.{rest}'
    return path


def not_provided(path: str) -> LegacyNameError:
    """The error for a legacy name without a target; its text names the alternative."""
    words = f'{public_name(path)} is not provided by tf_seq2seq_compat.'
    advice = symbols.advice_for(path)
    if advice:
        words += f' Use instead: {advice}.'
    having = eras.versions_with(path)
    if eras.LATEST not in having:
        words += f' {eras.advice(having, eras.LATEST)}.'
    return LegacyNameError(words, name=path.rpartition('.')[2])


def unknown(module: Namespace, name: str) -> AttributeError:
    """The error for a name that neither the table nor the real module knows."""
    path = f'{module._path}.{name}'
    near = [] if name.startswith('_') else symbols.near_names(path, tuple(dir(module)))
    question = f' Did you mean {" or ".join(map(public_name, near))}?' if near else ''
    if not path.startswith('tensorflow.contrib.'):
        words = f'module {module.__name__!r} has no attribute {name!r}'
        return AttributeError(f'{words}.{question}' if near else words, name=name)
    row = symbols.TABLE.get(module._path)
    advice = row.advice if row is not None and row.name != 'tensorflow.contrib' else ''
    if advice and not symbols.has_rows_below(module._path):
        return not_provided(path)  # of a package of which no name is known
    if advice:
        question += f' Instead of {public_name(module._path)} there is: {advice}.'
    return LegacyNameError(f'There is no {public_name(path)}.{question}', name=name)


def _note(row: symbols.Row) -> None:
    """Says at the end of the run that the program uses a name from before TF 1.15."""
    from tf_seq2seq_compat.tf1.old_libraries.usage import RESTORED

    now = row.advice or public_name(row.target.replace(':', '.'))
    RESTORED.note(public_name(row.name), now)


class NotProvided:
    """The value of a name that is not provided, bound by `from tensorflow.contrib.x import name`.

    The import works, as a program may never come to use the name; each use raises
    `LegacyNameError`.

    Args:
      path: the legacy dotted name.
    """

    def __init__(self, path: str) -> None:
        self.__path = path

    def __repr__(self) -> str:
        return f'<{public_name(self.__path)}: not provided by tf_seq2seq_compat>'

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith('__') and name.endswith('__'):
            raise AttributeError(f'{self!r} has no attribute {name!r}')
        raise not_provided(self.__path)

    def _use(self, *_: object, **__: object) -> NoReturn:
        raise not_provided(self.__path)

    __call__ = __getitem__ = __iter__ = __mro_entries__ = _use
    __instancecheck__ = __subclasscheck__ = _use


class _Loader(Loader):
    """Of a module that needs no running: a namespace looks its names up when they are used."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to do."""


def spec(name: str, module: types.ModuleType) -> ModuleSpec:
    """The specification by which importing `name` gives a module that is there already."""
    return ModuleSpec(name, _Loader(module), is_package=True)


_own_names: Callable[[types.ModuleType], dict[str, object]] = vars(types.ModuleType)[
    '__dict__'
].__get__


def _names_shown(base: types.ModuleType) -> list[str]:
    """The names of a module, without what a module of this package has imported for itself."""
    if not base.__name__.startswith('tf_seq2seq_compat.'):
        return dir(base)
    own = [name for name, value in vars(base).items() if _is_from(base.__name__, value)]
    return list(getattr(base, '__all__', own))


def _is_from(module: str, value: object) -> bool:
    return str(getattr(value, '__module__', '')).startswith(module)


class Namespace(types.ModuleType):
    """One legacy module: the rows of the table below its path, over the module that is there
    now.

    A name is looked up when it is first read. Whoever reads `__dict__` (`vars`, `mock.patch`) has
    all names looked up; namespaces among them stay as they are.

    Args:
      facade: the façade that this namespace is a part of.
      path: the legacy dotted name, for example `'tensorflow.contrib.seq2seq'`.
      target: the module whose names show through (loaded at first use), or empty.
    """

    __slots__ = ('_path', '_facade', '_target', '_seen')

    def __init__(self, facade: Facade, path: str, target: str | types.ModuleType = '') -> None:
        super().__init__(path, f'{public_name(path)} as TF1 programs know it.')
        _own_names(self).update(__path__=[], __package__=path, __spec__=spec(path, self))
        # As in a module: that of a class would slow down the look-up of names that are there.
        _own_names(self)['__getattr__'] = functools.partial(_look_up, self)
        slots: tuple[Any, ...] = (path, facade, target, set())
        for slot, value in zip(self.__slots__, slots, strict=True):
            object.__setattr__(self, slot, value)

    def _base(self) -> types.ModuleType | None:
        target = self._target
        if isinstance(target, str) and target:
            target = symbols.load(target)
            object.__setattr__(self, '_target', target)
        return target or None

    @property
    def __dict__(self) -> dict[str, object]:  # type: ignore[override]
        names = _own_names(self)
        for name in set(dir(self)).difference(names):
            # What is not installed is not there.
            with contextlib.suppress(AttributeError, ImportError):
                names.setdefault(name, getattr(self, name))
        return names

    def __setattr__(self, name: str, value: object) -> None:
        # A program that replaces a function inside tf.contrib means the one that is used.
        target = self._ours(name)
        if target is not None:
            setattr(target, name, value)
        self._seen.discard(name)
        super().__setattr__(name, value)

    def _ours(self, name: str) -> types.ModuleType | None:
        """The module of this package that shows through here, if it has `name`."""
        target = self._target
        if isinstance(target, str) and target.startswith('tf_seq2seq_compat.'):
            target = self._base()
        ours = getattr(target, '__name__', '').startswith('tf_seq2seq_compat.')
        return target if ours and not name.startswith('__') else None

    def __dir__(self) -> list[str]:
        base = self._base()
        names = {*_own_names(self).keys() - self._seen, *symbols.names_below(self._path)}
        names -= {'__getattr__', 'python'}  # the files inside, which TF1 keeps out of its lists
        names.update(_names_shown(base) if base is not None else ())
        return sorted(self._facade.era.names_in(self._path, names))

    def __repr__(self) -> str:
        return f'<module {self.__name__!r} (tf_seq2seq_compat)>'

    def __reduce__(self) -> tuple[object, ...]:
        return _namespace, (self._facade.base, self._path, self._facade.era.version)


def _look_up(module: Namespace, name: str) -> Any:
    """The value of a name that is not in the dictionary of a namespace."""
    if name == '__all__':
        return [each for each in dir(module) if not each.startswith('_')]
    is_root = '.' not in module._path
    if name.startswith('__') and name.endswith('__') and name != '__version__' and not is_root:
        # Tools that walk sys.modules ask for these; answering would load what no one asked for.
        raise AttributeError(f'module {module.__name__!r} has no attribute {name!r}')
    return module._facade.attribute(module, name)


def _namespace(base: Base, path: str, version: str = eras.LATEST) -> types.ModuleType:
    return get_facade(path.partition('.')[0], base, version).import_module(path)


class Facade:
    """A tree of namespaces under one root package.

    Args:
      root: `'tensorflow'` or `'keras'`.
      base: `'v1'`: the names of TF1, and the table is before the real modules. `'v2'`:
        TensorFlow 2 as it is, and the table gives the names that it lacks.
      version: the version of TensorFlow 1 whose names and meanings they are.
    """

    def __init__(self, root: str, base: Base, version: str = eras.LATEST) -> None:
        self.base = base
        self.era = eras.get(version)
        self.root_name = root
        self._namespaces: dict[str, Namespace] = {}
        if base == 'v2':
            self.root = Namespace(self, root, root)
        else:
            self.root = Namespace(self, root, symbols.TABLE[root].target)
        self._namespaces[root] = self.root

    def namespace(self, path: str, target: str | types.ModuleType = '') -> Namespace:
        """The one namespace for a legacy path."""
        if path not in self._namespaces:
            self._namespaces[path] = Namespace(self, path, target)
        return self._namespaces[path]

    def attribute(self, module: Namespace, name: str) -> Any:
        """The value of `module.name`.

        Raises:
          LegacyNameError: the table knows the name and nothing takes its place.
          AttributeError: no one knows the name.
        """
        if self.era.hides_names_of(module._path) and not hasattr(module._base(), name):
            name = name.removeprefix('_')
        path = f'{module._path}.{name}'
        row = symbols.TABLE.get(path)
        refusal = self.era.refusal(path, row.until if row is not None else '')
        if refusal:
            words = f'TensorFlow {self.era.version} has no {public_name(path)}. {refusal}.'
            raise LegacyNameError(words, name=name)
        if self.era.has(path):
            value = self.era.value(path)
        else:
            value = self.era.adapted(self._todays(module, path, name, row), path)
            base = module._base()
            is_plain = row is None and base is not None and not isinstance(base, Namespace)
            if is_plain and name in vars(base):
                _own_names(module)[name] = value
                module._seen.add(name)
        # A name from before 1.15 stays out of `dir`, also once it was read.
        is_own = row is not None and row.kind == 'symbol' and row.target and not row.until
        is_namespace = isinstance(value, Namespace) and value._path == path and name != 'python'
        if is_own or (is_namespace and not (row is not None and row.until)):
            _own_names(module)[name] = value
        return value

    def _todays(self, module: Namespace, path: str, name: str, row: symbols.Row | None) -> Any:
        """The value today, by the table or by the module that stands there."""
        if row is not None and row.until and self.era.version == eras.LATEST:
            _note(row)
        if row is not None and row.kind == 'alias':
            found = get_facade(self.root_name, 'v1').find(row.target)
            is_ours = isinstance(found, Namespace) and self.era.version != eras.LATEST
            return self.namespace(path, found) if is_ours else found
        rows_first = self.base == 'v1' or path.startswith(
            ('tensorflow.python', 'tensorflow.contrib')
        )
        if row is not None and rows_first and (row.target or row.kind == 'module'):
            return self._from_row(row)
        base = module._base()
        if base is not None:
            with contextlib.suppress(AttributeError):
                return self._wrapped(path, getattr(base, name))
        if row is not None and (row.target or row.kind == 'module'):
            return self._from_row(row)
        if row is not None:
            raise not_provided(path)
        raise unknown(module, name)

    def _from_row(self, row: symbols.Row) -> Any:
        if row.kind == 'module':
            return self.namespace(row.name, row.target)
        return symbols.load(row.target)

    def _wrapped(self, path: str, value: object) -> Any:
        """A real module that the table has rows inside of becomes a namespace over it.

        A function whose parameters TensorFlow 2 put in another order gets TF1's.
        """
        if self.base == 'v1' and path in argument_order.PARAMETERS:
            return argument_order.in_order(value, argument_order.PARAMETERS[path])
        over = symbols.has_rows_below(path) or self.era.hides_names_of(path)
        if isinstance(value, types.ModuleType) and over:
            return self.namespace(path, value)
        return value

    def find(self, path: str) -> Any:
        """The value of a full dotted name: an attribute of its module, or a module."""
        parent, _, name = path.rpartition('.')
        module = self.import_module(parent) if parent else self.root
        found = getattr(module, name, None)
        return self.import_module(path) if found is None else found

    def import_module(self, path: str) -> types.ModuleType:
        """The module that `import path` means.

        Args:
          path: a dotted name that starts with this façade's root.

        Raises:
          ModuleNotFoundError: there is no such module, as Python itself says it, with what to use
            instead where that is known.
        """
        module: types.ModuleType = self.root
        legacy = self.root_name
        for part in path.split('.')[1:]:
            legacy += f'.{part}'
            module = self._submodule(module, part, legacy)
        return module

    def _submodule(self, parent: types.ModuleType, name: str, legacy: str) -> types.ModuleType:
        found = getattr(parent, name, None)
        if isinstance(found, types.ModuleType):
            return found
        real = self._import_real(parent, name)
        if real is None:
            words = f'No module named {legacy!r}'
            if not hasattr(parent, '__path__'):
                words += f'; {legacy.rpartition(".")[0]!r} is not a package'
            if legacy in symbols.TABLE and (advice := symbols.advice_for(legacy)):
                words += f'. Use instead: {advice}.'
            raise ModuleNotFoundError(words, name=legacy)
        if isinstance(parent, Namespace):
            real = self._wrapped(f'{parent._path}.{name}', real)
            _own_names(parent)[name] = real
        return real

    def _import_real(self, parent: types.ModuleType, name: str) -> types.ModuleType | None:
        parents = [parent.__name__]
        if isinstance(parent, Namespace):
            base = parent._base()
            parents = [base.__name__] if base else []
            if parent._path == 'tensorflow':
                # tensorflow.core and the like are beside tensorflow.compat.v1, not in it.
                parents.append('tensorflow')
        for package in parents:
            full = f'{package}.{name}'
            try:
                return importlib.import_module(full)
            except ModuleNotFoundError as error:
                if error.name is None or not f'{full}.'.startswith(f'{error.name}.'):
                    raise
        return None


def forget() -> None:
    """Has names be looked up again, where modules that show through have others for them now."""
    for facade in _facades.values():
        for namespace in facade._namespaces.values():
            while namespace._seen:
                _own_names(namespace).pop(namespace._seen.pop(), None)


def get_facade(root: str, base: Base, version: str = eras.LATEST) -> Facade:
    """The one façade for a root package, a base and a version."""
    key = root, base, version
    if key not in _facades:
        _facades[key] = Facade(root, base, version)
    return _facades[key]


_facades: dict[tuple[str, Base, str], Facade] = {}


def tensorflow(base: Base = 'v1', version: str = eras.LATEST) -> types.ModuleType:
    """A module object that looks like TF1's `tensorflow`, in whatever mode TensorFlow is.

    Args:
      base: `'v1'` for TF1's names, `'v2'` for TensorFlow 2's with the removed ones added.
      version: which TensorFlow 1, one of `eras.VERSIONS`.

    Returns:
      The façade: `tf.contrib`, `tf.nn.rnn_cell`, `tf.layers`, … come from the symbol table,
      everything else from `tensorflow.compat.v1` (or `tensorflow`).

    Example:
      >>> from tf_seq2seq_compat.tf1 import facade
      >>> tf1 = facade.tensorflow()
      >>> tf1.contrib.framework.nest.flatten({'b': [2, 3], 'a': 1})
      [1, 2, 3]
      >>> hasattr(tf1.contrib.tpu, 'TPUEstimator')
      False
    """
    return get_facade('tensorflow', base, version).root


def keras() -> types.ModuleType:
    """A module object that looks like the `keras` of Keras 2: tf-keras under its old names."""
    return get_facade('keras', 'v1').root


def module(path: str) -> types.ModuleType:
    """The module that a TF1 program knows by a dotted name.

    For a program that looks names up when it runs, `getattr(tf.contrib.rnn, name)`.

    Args:
      path: the full name, `'tensorflow.contrib.rnn'`.

    Raises:
      ModuleNotFoundError: TF1 has no such module.

    Example:
      >>> from tf_seq2seq_compat.tf1 import facade
      >>> getattr(facade.module('tensorflow.contrib.rnn'), 'GRUCell').__name__
      'GRUCell'
    """
    return get_facade(path.partition('.')[0], 'v1').import_module(path)
