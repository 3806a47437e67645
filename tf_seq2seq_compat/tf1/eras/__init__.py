"""The versions of TensorFlow 1 before 1.15, for programs that were written for them.

A file for each version, `v0_12.py` to `v1_4.py`, says what it had otherwise than the next one; the
façade of a version is made of those from its own up. `names.tsv` says which versions have a name.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, cast

from tf_seq2seq_compat.tf1.runtime import Runtime

VERSIONS = ('0.12', '1.0', '1.1', '1.2', '1.3', '1.4', '1.15')
"""Versions that a program can be run as. What is said of 1.15 holds from 1.5 on."""

LATEST = VERSIONS[-1]
_RELEASES = '0.12.1 1.0.1 1.1.0 1.2.1 1.3.0 1.4.1'
RELEASES = dict(
    zip(VERSIONS, ['0.12.1', '1.0.1', '1.1.0', '1.2.1', '1.3.0', '1.4.1'], strict=False)
)
"""The number that a program finds as `tf.__version__`."""
VARIABLE = 'TF_SEQ2SEQ_COMPAT_TF'


def parse(words: str) -> str:
    """The version that a number such as `1.1.0` means.

    Args:
      words: the number, of two or three parts.

    Returns:
      One of `VERSIONS`: those from 1.5 to 1.14 are run as 1.15, and those before 0.12 as 0.12.

    Raises:
      ValueError: if it is no version of TensorFlow 1.

    Example:
      >>> from tf_seq2seq_compat.tf1 import eras
      >>> eras.parse('1.1.0'), eras.parse('1.8')
      ('1.1', '1.15')
    """
    found = re.fullmatch(r'v?(0|1)\.(\d+)(\.\d+\S*|rc\d+)?', words.strip())
    if found is None or (int(found[1]), int(found[2])) > (1, 15):
        raise ValueError(
            f'{words!r} is no version of TensorFlow 1: give one of {", ".join(VERSIONS)}.'
        )
    major, minor = int(found[1]), int(found[2])
    if (major, minor) < (0, 12):
        return VERSIONS[0]
    version = f'{major}.{minor}'
    return version if version in VERSIONS else LATEST


_LINE = re.compile(rb'^[ \t]*#[ \t]*tf-seq2seq-compat:[ \t]*tf[ \t]*=[ \t]*(\S+)', re.MULTILINE)


def named(source: bytes | str = b'') -> str | None:
    """The version that the environment names, or a comment line: `# tf-seq2seq-compat: tf=1.1`."""
    found = _LINE.search(source.encode() if isinstance(source, str) else source)
    words = os.environ.get(VARIABLE) or (found and found[1].decode('utf-8', 'replace'))
    return parse(words) if words else None


def chosen(target: str, *, module: bool = False) -> str | None:
    """The version that a program is run as, where the command line names none.

    Args:
      target: a script, a notebook, or, with `module`, a dotted name.
      module: whether it is a name.

    Returns:
      That of the environment variable `TF_SEQ2SEQ_COMPAT_TF`, of a comment line of the program, or
      the newest that its files fit, which is then said. None: nothing says another than 1.15, and
      the program may as well be one for TensorFlow 2.
    """
    file = _file_of(target, module)
    if file is None:
        return named()
    from tf_seq2seq_compat.tf1.eras import evidence
    from tf_seq2seq_compat.tf1.python2 import evidence as python2

    source = file.read_bytes()
    code = evidence.text_of(file) if file.suffix == '.ipynb' else source
    version = named(code)
    if version:
        return version
    folder = Path.cwd() if module else file.parent
    files = python2.of_program(code, file, [folder, *_on_the_path()])[1]
    found = evidence.of_files(sorted(files))
    version, words = evidence.decision(found, evidence.beside([folder]))
    if words:
        print(f'tf-seq2seq-compat: {words}. Another: --tf VERSION', file=sys.stderr)
    return None if version == LATEST else version


def _on_the_path() -> list[Path]:
    """The folders that the user put on the path of Python, but not that of this package."""
    from tf_seq2seq_compat.tf1 import import_hook

    folders = map(Path, filter(None, os.environ.get('PYTHONPATH', '').split(os.pathsep)))
    ours = Path(__file__).resolve().parents[3]
    return [
        each
        for each in folders
        if each.resolve() != ours and import_hook.is_program_file(str(each / 'module.py'))
    ]


def _file_of(target: str, module: bool) -> Path | None:
    """The file of a program, where it is one."""
    if not module:
        path = Path(target)
        path = path / '__main__.py' if path.is_dir() else path
        return path if path.is_file() and path.suffix in ('.py', '.ipynb') else None
    parts = target.split('.')
    for path in (Path(*parts, '__main__.py'), Path(*parts).with_suffix('.py')):
        if path.is_file():
            return path
    return None


_GENERATED = re.compile(r'tensorflow\.python\.ops\.gen_\w+_ops')

# Which versions have a name
# ----------------------------------------------------------------------------------------


def _spans(words: str) -> tuple[str, ...]:
    """The versions of `0.12-1.1 1.4-`."""
    versions: list[str] = []
    for span in words.split():
        first, dash, last = span.partition('-')
        end = VERSIONS.index(last or (LATEST if dash else first))
        versions += VERSIONS[VERSIONS.index(first) : end + 1]
    return tuple(versions)


@functools.cache
def names() -> Mapping[str, tuple[str, ...]]:
    """The versions that have a public name, for those that not every version has."""
    file = resources.files(__package__) / 'names.tsv'
    lines = file.read_text(encoding='utf-8').splitlines()[1:]
    return {name: _spans(spans) for name, spans in (line.split('\t') for line in lines)}


def versions_with(name: str, until: str = '') -> tuple[str, ...]:
    """The versions that have a public name.

    Args:
      name: the full dotted name, from `tensorflow` on.
      until: the last version that has it, where the table of symbols says so.

    Example:
      >>> from tf_seq2seq_compat.tf1 import eras
      >>> eras.versions_with('tensorflow.contrib.seq2seq.DynamicAttentionWrapper')
      ('1.1',)
    """
    having = names().get(name)
    if having is not None:
        return having
    return VERSIONS[: VERSIONS.index(until) + 1] if until else VERSIONS


def span_words(versions: tuple[str, ...]) -> str:
    """Versions in words: `1.0`, `1.0 and 1.1`, `1.2 to 1.4`, `1.2 and later`.

    Example:
      >>> from tf_seq2seq_compat.tf1 import eras
      >>> eras.span_words(('1.2', '1.3', '1.4', '1.15'))
      '1.2 and later'
    """
    runs: list[list[str]] = []
    for version in versions:
        follows = runs and VERSIONS.index(version) == VERSIONS.index(runs[-1][-1]) + 1
        runs[-1].append(version) if follows else runs.append([version])
    words = []
    for run in runs:
        if run[-1] == LATEST:
            words.append('1.5 to 1.15' if len(run) == 1 else f'{run[0]} and later')
        else:
            words.append(run[0] if len(run) == 1 else f'{run[0]} to {run[-1]}')
    return ', '.join(words)


def advice(versions: tuple[str, ...], chosen: str, *, said: bool = False) -> str:
    """What to do about something that other versions have than the chosen one.

    Args:
      versions: those that have it.
      chosen: the version that the program is run as.
      said: whether that has been said.
    """
    nearest = min(versions, key=lambda each: abs(VERSIONS.index(each) - VERSIONS.index(chosen)))
    run_as = '' if said else f'; the program is run as one for {chosen}'
    return (
        f'TensorFlow {span_words(versions)} had it{run_as}. If it is for another version, say so: '
        f'tf-seq2seq-compat run --tf {nearest}'
    )


class _Order(NamedTuple):
    """Other parameters of a function than it has in 1.15, a line of `orders.tsv`."""

    name: str
    versions: str
    parameters: str
    renamed: str = ''

    def of(self, today: Any) -> Any:
        """The function with these parameters."""
        pairs = (each.split(':') for each in self.renamed.split())
        return with_parameters(today, self.parameters, **dict(pairs))


@functools.cache
def _orders(version: str) -> Mapping[str, _Order]:
    file = resources.files(__package__) / 'orders.tsv'
    lines = file.read_text(encoding='utf-8').splitlines()[1:]
    rows = (_Order(*line.split('\t')) for line in lines)
    return {row.name: row for row in rows if version in _spans(row.versions)}


# What a version has
# ----------------------------------------------------------------------------------------


class Written(NamedTuple):
    """How a call of what a version had is written for today's: with its arguments by today's names.

    Attributes:
      without: parameters; where a call gives one of them, today's has no equal.
      after: what is written behind the call.
      once: today's is equal for an object that is called in one variable scope only.
      files: an expression; where a file of the program has it, today's has no equal.
      names: variables have other names today. In a module all such names are today's, or none.
    """

    without: tuple[str, ...] = ()
    after: str = ''
    once: bool = False
    files: str = ''
    names: bool = False


class Notes:
    """What one version had otherwise than the next.

    Args:
      version: the version.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self.names: dict[str, Any] = {}
        self.changes: list[tuple[Any, Any]] = []
        self.written: list[tuple[Any, Written]] = []
        self.beginnings: list[Callable[[Runtime], None]] = []
        self.changes_numbers_of_the_process = False

    def had(self, *names: str, written: Written | None = None) -> Any:
        """Says by what names it had something that is gone from the next version on.

        Args:
          *names: the names.
          written: how a call is written for today's, where it can be.
        """

        def note(then: Any) -> Any:
            noted = self._noted(then, written)
            self.names.update(dict.fromkeys(names, noted))
            return then

        return note

    def instead_of(self, *today: Any, written: Written | None = None) -> Any:
        """Says of what we have today what it was in that version, under the same names.

        Args:
          *today: what we have today.
          written: how a call is written for today's, where it can be.
        """

        def note(then: Any) -> Any:
            then = self._noted(then, written)
            self.changes += [(each, then) for each in today]
            return then

        return note

    def _noted(self, then: Any, written: Written | None) -> Any:
        then = _refusing_arguments(then, self.version)
        if written is not None:
            self.written.append((then, written))
        return then

    def begins_with(self, change: Callable[[Runtime], None]) -> None:
        """Says what is changed in the process of a program of that version."""
        self.beginnings.append(change)
        self.changes_numbers_of_the_process = True

    def names_begin_with(self, change: Callable[[Runtime], None]) -> None:
        """As `begins_with`, of a change that is one of names of variables only."""
        self.beginnings.append(change)

    def parameters(self, today: Any, words: str, **renamed: str) -> Any:
        """Says that a function or the constructor of a class had other parameters.

        Args:
          today: what we have today.
          words: the parameters in order, with their defaults: `num_units input_size=None`. A
            default that is no literal is today's. What today's has no parameter for is taken, and
            nothing follows from it.
          **renamed: today's name of a parameter, by its name then.

        Returns:
          The function or class of that version.
        """
        then = with_parameters(today, words, **renamed)
        return self.instead_of(today, written=Written())(then)


def _signature(words: str) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = []
    for word in words.split():
        name, given, default = word.partition('=')
        value = _literal(default) if given else inspect.Parameter.empty
        parameters.append(inspect.Parameter(name, kind, default=value))
    return inspect.Signature(parameters)


class _Todays:
    """The default of a parameter which is that of today."""

    def __repr__(self) -> str:
        return 'today'


_TODAYS = _Todays()


def _literal(words: str) -> Any:
    import ast

    try:
        return ast.literal_eval(words)
    except (ValueError, SyntaxError):
        return _TODAYS


def with_parameters(today: Any, words: str, **renamed: str) -> Any:
    """A function or class with other parameters, as `Notes.parameters` describes them."""
    signature = _signature(words)
    own = inspect.signature(today).parameters

    def arguments(args: tuple[object, ...], kwargs: dict[str, object]) -> dict[str, object]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return {
            renamed.get(name, name): value
            for name, value in bound.arguments.items()
            if renamed.get(name, name) in own and value is not _TODAYS
        }

    if not inspect.isclass(today):

        @functools.wraps(today)
        def function(*args: Any, **kwargs: Any) -> Any:
            return today(**arguments(args, kwargs))

        function.__signature__ = signature  # type: ignore[attr-defined]
        function.renamed_since = renamed  # type: ignore[attr-defined]
        return function

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super(cast(Any, then_class), self).__init__(**arguments(args, kwargs))

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    with_self = [inspect.Parameter('self', kind), *signature.parameters.values()]
    __init__.__signature__ = inspect.Signature(with_self)  # type: ignore[attr-defined]
    body = {'__init__': __init__, '__doc__': today.__doc__, 'renamed_since': renamed}
    then_class = type(today.__name__, (today,), body)
    return then_class


def _refusing_arguments(then: Any, version: str) -> Any:
    """Has the error about an argument that a version lacks say which ones have it."""
    called = then.__init__ if inspect.isclass(then) else then
    if not callable(then) or called is object.__init__:
        return then
    if getattr(called, '_refuses_for', None) == version:
        return then
    signature = inspect.signature(called)

    @functools.wraps(called)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise _about_argument(error, then, version, args, kwargs) from None
        return called(*args, **kwargs)

    checked._refuses_for = version  # type: ignore[attr-defined]
    checked.__signature__ = signature  # type: ignore[attr-defined]
    if not inspect.isclass(then):
        return checked
    setattr(then, '__init__', checked)  # noqa: B010
    return then


def _about_argument(
    error: TypeError, then: Any, version: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> TypeError:
    own = _parameters(then)
    strange = [name for name in kwargs if name not in own]
    todays = [each for each in _every_change() if each[1] is then]
    if not todays:
        return TypeError(f'{then.__name__} of TensorFlow {version}: {error}.')
    same = tuple(each for each in VERSIONS if get(each).adapted(todays[0][0]) is then)
    words = f'{then.__name__} of TensorFlow {span_words(same)}: {error}.'
    having = tuple(
        each
        for each in VERSIONS
        if _accepts(get(each).adapted(todays[0][0]), then, args, kwargs, strange)
    )
    return TypeError(f'{words} {advice(having, version, said=True)}.' if having else words)


_CALLED = re.compile(r'(\w+)(?:\.__(?:new|init)__)?(?:\(\)|: keyword)')


def advice_about(error: BaseException, version: str) -> str:
    """What to say of an error about the arguments of a call that other versions take.

    Args:
      error: the error.
      version: the version that the program is run as.

    Returns:
      The versions and the flag; empty for all other errors.

    Example:
      >>> from tf_seq2seq_compat.tf1 import eras
      >>> words = "AttentionWrapperState.__new__() missing 1 required positional argument: 'time'"
      >>> eras.advice_about(TypeError(words), '1.15')
      ''
    """
    message = str(error)
    called = _CALLED.match(message) if isinstance(error, TypeError) else None
    if called is None:
        return ''
    named = set(re.findall(r"'(\w+)'", message))
    is_missing = ' missing ' in message
    having: set[str] = set()
    for today in [each for each, _ in _every_change() if _name(each) == called[1]]:
        now = _parameters(get(version).adapted(today))
        for each in VERSIONS:
            then = get(each).adapted(today)
            own = _parameters(then)
            if list(own) != list(now) and named.isdisjoint(own) == is_missing:
                having.add(each)
    spans = [spans for name, spans in names().items() if name.endswith(f'.{called[1]}')]
    having &= set().union(*spans) if spans else having
    if not having:
        return ''
    return f'{called[1]} took such arguments in others: ' + advice(
        tuple(each for each in VERSIONS if each in having), version
    )


def _name(what: Any) -> str:
    return getattr(what, '__name__', '')


def _parameters(what: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(what).parameters


def _accepts(
    what: Any, then: Any, args: tuple[Any, ...], kwargs: dict[str, Any], strange: list[str]
) -> bool:
    if strange:
        return all(name in _parameters(what) for name in strange)
    given = args[1:] if inspect.isclass(then) else args
    try:
        inspect.signature(what).bind(*given, **kwargs)
    except TypeError:
        return False
    return True


def _every_change() -> list[tuple[Any, Any]]:
    return [change for each in VERSIONS[:-1] for change in _notes(each).changes]


def _notes(version: str) -> Notes:
    module = importlib.import_module(f'{__name__}.v{version.replace(".", "_")}')
    return module.NOTES


class Era:
    """A version of TensorFlow 1, as the façade asks it.

    Args:
      version: one of `VERSIONS`.

    Example:
      >>> from tf_seq2seq_compat.tf1 import eras
      >>> eras.get('1.1').refusal('tensorflow.contrib.seq2seq.AttentionWrapper')
      'TensorFlow 1.2 and later had it; the program is run as one for 1.1. If it is for another \
version, say so: tf-seq2seq-compat run --tf 1.2'
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self._by_order: dict[str, Any] = {}

    @functools.cached_property
    def _chain(self) -> list[Notes]:
        """What is different from today: the notes of this version, then of each later one."""
        return [_notes(each) for each in VERSIONS[VERSIONS.index(self.version) : -1]]

    @functools.cached_property
    def _changes(self) -> dict[int, tuple[Any, Any]]:
        changes: dict[int, tuple[Any, Any]] = {}
        for notes in reversed(self._chain):
            changes |= {id(today): (today, then) for today, then in notes.changes}
        for name in _orders(self.version):
            # By whatever name a program knows it; what other libraries have is not loaded for this.
            if name.rpartition('.')[0] in ('tensorflow', 'tensorflow.nn', 'tensorflow.image'):
                today = _of_tensorflow(name)
                changes.setdefault(id(today), (today, self._ordered(name, today)))
        return changes

    def _ordered(self, name: str, today: Any) -> Any:
        """A function with the order of parameters that it had."""
        if name not in self._by_order:
            then = _refusing_arguments(_orders(self.version)[name].of(today), self.version)
            self._by_order[name] = then
        return self._by_order[name]

    @functools.cached_property
    def _names(self) -> dict[str, Any]:
        release = RELEASES[self.version]
        found: dict[str, Any] = {'tensorflow.__version__': release, 'tensorflow.VERSION': release}
        for notes in reversed(self._chain):
            found |= notes.names
        return found

    def begin(self, runtime: Runtime) -> None:
        """Changes of the process, once TensorFlow is loaded; `runtime` takes them back."""
        if self.version != LATEST:
            for notes in reversed(self._chain):
                for change in notes.beginnings:
                    change(runtime)

    @functools.cached_property
    def changes_numbers_of_the_process(self) -> bool:
        """Whether a program of the version needs `begin` for the numbers that it had."""
        return self.version != LATEST and any(
            notes.changes_numbers_of_the_process for notes in self._chain
        )

    @functools.cached_property
    def _written(self) -> dict[int, Written]:
        noted = [each for notes in self._chain for each in notes.written]
        return {id(then): written for then, written in noted}

    def written(self, then: Any) -> Written | None:
        """How a call of what the version had is written for today's; None where it cannot be."""
        if any(then is each for each in self._by_order.values()):
            return Written()
        return self._written.get(id(then))

    def refusal(self, name: str, until: str = '') -> str:
        """Why the version has no such name, and which have it; empty if it may have it."""
        if self.version == LATEST:
            return ''
        having = versions_with(name, until)
        return '' if self.version in having else advice(having, self.version)

    def has(self, name: str) -> bool:
        """Whether it has something by a name that later versions lack, or mean otherwise by."""
        return self.version != LATEST and name in self._names

    def names_in(self, module: str, todays: set[str]) -> set[str]:
        """The names of a module, from those that it has today."""
        if self.version == LATEST:
            return todays
        head = f'{module}.'
        inside = {each[len(head) :] for each in names() if each.startswith(head)}
        todays = todays | {each for each in inside if each.isidentifier()}
        return {each for each in todays if not self.refusal(head + each)}

    def hides_names_of(self, module: str) -> bool:
        """Whether a module had generated operations whose names began with an underscore."""
        return self.version != LATEST and _GENERATED.fullmatch(module) is not None

    def value(self, name: str) -> Any:
        """What `has` found."""
        return self._names[name]

    def adapted(self, today: Any, name: str = '') -> Any:
        """What the version has in place of something that we have today.

        Args:
          today: what we have.
          name: the full name by which the program knows it.
        """
        if self.version == LATEST:
            return today
        # Objects that compute their attributes, such as `FLAGS`, are not asked.
        wrapped = vars(today).get('__wrapped__') if inspect.isfunction(today) else None
        for each in (today, wrapped):
            if id(each) in self._changes and each is not None:
                return self._changes[id(each)][1]
        name = name.replace('.contrib.slim.', '.contrib.layers.')
        return self._ordered(name, today) if name in _orders(self.version) else today


def _of_tensorflow(name: str) -> Any:
    import tensorflow as tf

    return functools.reduce(getattr, name.split('.')[1:], tf.compat.v1)


@functools.cache
def get(version: str) -> Era:
    """The one `Era` for a version."""
    return Era(version)


def begin(version: str) -> None:
    """Changes the process to what a version did, to its end: initial values, optimizers.

    A program that `migrate --from` rewrote begins with it, where its numbers need it.

    Args:
      version: the version, such as '0.12'.

    Example:
      >>> from tf_seq2seq_compat.tf1 import eras
      >>> eras.begin('1.15')
    """
    get(parse(version)).begin(Runtime())


_OF_VERSION = re.compile(r'tf_(\d+)_(\d+)')


def of_version(version: str) -> str:
    """The name in this module of the TensorFlow of a version: `tf_1_0`."""
    return f'tf_{version.replace(".", "_")}'


def __getattr__(name: str) -> Any:
    """`eras.tf_1_0`: what a program for TensorFlow 1.0 knows as `tensorflow`."""
    found = _OF_VERSION.fullmatch(name)
    if found is None or f'{found[1]}.{found[2]}' not in VERSIONS:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from tf_seq2seq_compat.tf1 import facade

    return facade.tensorflow(version=f'{found[1]}.{found[2]}')
