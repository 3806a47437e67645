"""Functions that Python had, in terms of those that it has."""

from __future__ import annotations

import ast
import functools
import html
import importlib.util
import inspect
import locale
import platform
import types
import unittest
from collections import namedtuple
from collections.abc import Callable, Iterable
from typing import Any

ArgSpec = namedtuple('ArgSpec', 'args varargs keywords defaults')


def getargspec(func: object) -> ArgSpec:
    """`inspect.getargspec`: the arguments of a function without keyword-only ones or annotations.

    Raises:
      ValueError: it has some.
    """
    spec = inspect.getfullargspec(func)
    if spec.kwonlyargs or spec.annotations:
        raise ValueError(
            f'{func!r} has annotations or keyword-only arguments, which getargspec cannot say: '
            'use inspect.signature'
        )
    return ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)


def formatargspec(
    args: Iterable[str],
    varargs: str | None = None,
    varkw: str | None = None,
    defaults: tuple[object, ...] | None = None,
    **_: object,
) -> str:
    """`inspect.formatargspec`, of positional arguments and their defaults."""
    names = list(args)
    first = len(names) - len(defaults or ())
    words = [
        name if index < first else f'{name}={(defaults or ())[index - first]!r}'
        for index, name in enumerate(names)
    ]
    words += [f'*{varargs}'] if varargs else []
    words += [f'**{varkw}'] if varkw else []
    return f'({", ".join(words)})'


def gcd(a: Any, b: Any) -> object:
    """`fractions.gcd`: the greatest common divisor, with the sign of `b`."""
    while b:
        a, b = b, a % b
    return a


def escape(s: str, quote: bool | None = None) -> str:
    """`cgi.escape`: the text with `&`, `<`, `>` escaped, and `"` with `quote`."""
    escaped = html.escape(s, quote=False)
    return escaped.replace('"', '&quot;') if quote else escaped


def linux_distribution(*_: object, **__: object) -> tuple[str, str, str]:
    """`platform.linux_distribution`: name, version and code name."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return '', '', ''
    keys = ('NAME', 'VERSION_ID', 'VERSION_CODENAME')
    name, version, code = (release.get(key, '') for key in keys)
    return name, version, code


def dist(*_: object, **__: object) -> tuple[str, str, str]:
    """`platform.dist`: as `linux_distribution`, with a short name."""
    name, version, code = linux_distribution()
    return name.partition(' ')[0].lower() if name != 'Ubuntu' else name, version, code


def format_number(
    percent: str, value: object, grouping: bool = False, monetary: bool = False, *additional: object
) -> str:
    """`locale.format`."""
    values = (value, *additional) if additional else value
    return locale.format_string(percent, values, grouping, monetary)


def coroutine(func: Callable[..., object]) -> Callable[..., Any]:
    """`asyncio.coroutine`: makes a generator function awaitable."""
    if inspect.iscoroutinefunction(func):
        return func
    if inspect.isgeneratorfunction(func):
        return types.coroutine(func)

    @types.coroutine
    @functools.wraps(func)
    def wrapper(*args: object, **kwargs: object) -> Any:
        result = func(*args, **kwargs)
        if inspect.isawaitable(result) or inspect.isgenerator(result):
            result = yield from result.__await__() if inspect.isawaitable(result) else result
        return result

    return wrapper


def find_loader(name: str, path: object = None) -> object:
    """`importlib.find_loader`, of a module on `sys.path`."""
    spec = importlib.util.find_spec(name)
    return spec.loader if spec is not None else None


def _loading(method: str) -> Callable[..., Any]:
    """A function of unittest that `TestLoader` has as a method."""

    def load(tests: Any, prefix: str = 'test', sort_using: Any = None, suite: Any = None) -> Any:
        loader = unittest.TestLoader()
        loader.testMethodPrefix = prefix
        loader.suiteClass = suite or unittest.TestSuite
        if sort_using is not None:
            loader.sortTestMethodsUsing = sort_using
        return getattr(loader, method)(tests)

    return load


make_suite = _loading('loadTestsFromTestCase')
find_test_cases = _loading('loadTestsFromModule')
get_test_case_names = _loading('getTestCaseNames')


def unescape(self: object, s: str) -> str:
    """`HTMLParser.unescape`."""
    return html.unescape(s)


class _ConstantOf(type):
    """Classes of constants in syntax trees: what they make and have as instances is a Constant."""

    of: tuple[type, ...]

    def __call__(cls, value: Any) -> ast.Constant:
        return ast.Constant(value)

    def __instancecheck__(cls, node: object) -> bool:
        return isinstance(node, ast.Constant) and type(node.value) in cls.of


class Num(metaclass=_ConstantOf):
    """`ast.Num`."""

    of = (int, float, complex)


class Str(metaclass=_ConstantOf):
    """`ast.Str`."""

    of = (str,)


class Bytes(metaclass=_ConstantOf):
    """`ast.Bytes`."""

    of = (bytes,)


class NameConstant(metaclass=_ConstantOf):
    """`ast.NameConstant`."""

    of = (bool, type(None))


@property  # type: ignore[misc]
def constant_value(self: ast.Constant) -> object:
    """`ast.Constant.n` and `s`."""
    return self.value


def readfp(self: Any, fp: Iterable[str], filename: str | None = None) -> None:
    """`ConfigParser.readfp`."""
    self.read_file(fp, filename)


def getiterator(self: Any, tag: str | None = None) -> list[object]:
    """`getiterator` of `ElementTree` and `Element`."""
    return list(self.iter(tag))


def getchildren(self: Any) -> list[object]:
    """`Element.getchildren`."""
    return list(self)


def assert_dict_contains(self: Any, subset: Any, dictionary: Any, msg: Any = None) -> None:
    """`TestCase.assertDictContainsSubset`."""
    self.assertEqual(dictionary, {**dictionary, **subset}, msg)
