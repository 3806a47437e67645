"""The grammar of Python 2, written as that of Python 3: statement by statement, by fissix.

What a program means is not looked at here (`meaning.py` does). Every line stays where it was, but
for lines that the unpacking of a tuple parameter adds; `lines` says where each came from.
"""

from __future__ import annotations

import ast
import functools
import importlib
import re
import warnings
from typing import Any, NamedTuple

from tf_seq2seq_compat.tf1.python2.text import to_text

INSTALL = "pip install 'tf-seq2seq-compat[python2]'"

_FIXERS = (
    'except exec funcattrs methodattrs ne numliterals paren print raise repr throw tuple_params'
)


class NotInstalled(ImportError):
    """fissix is missing."""


class NotPython2(SyntaxError):
    """The text does not follow the grammar of Python 2 either."""


class Rewritten(NamedTuple):
    """A text in the grammar of Python 3.

    Attributes:
      text: the text.
      lines: for each line of `text` the line of the original; empty where they are the same.
    """

    text: str
    lines: tuple[int, ...]


@functools.cache
def _tool(print_function: bool) -> Any:
    refactor = importlib.import_module('fissix.refactor')
    fixers = [f'fissix.fixes.fix_{name}' for name in _FIXERS.split() if name != 'print']
    if not print_function:
        fixers.append('fissix.fixes.fix_print')
    return refactor.RefactoringTool(fixers, {'print_function': print_function})


def rewritten(text: str) -> Rewritten:
    """A text in the grammar of Python 3.

    Args:
      text: Python 2.

    Raises:
      NotInstalled: fissix is missing.
      NotPython2: the text is no Python 2.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import syntax
      >>> syntax.rewritten('print 0777, u"a" <> `b`').text
      'print(0o777, u"a" != repr(b))'
    """
    try:
        tools = [_tool(False), _tool(True)]
    except ImportError as error:
        raise NotInstalled(f'{error.name} is not installed: {INSTALL}') from None
    ending = '' if text.endswith('\n') else '\n'
    problem: Exception | None = None
    for tool in tools:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                tree = tool.refactor_string(text + ending, 'text')
        except Exception as error:  # Of its parser, its tokenizer, or a fixer.
            problem = problem or error
            continue
        _unpack_in_lambdas(tree)
        return _read_off(tree, len(ending))
    raise NotPython2(f'not Python 2: {problem}')


def _unpack_in_lambdas(tree: Any) -> None:
    """`lambda (a, b), c: a` as `lambda a_b, c: a_b[0]`: fissix does those of one parameter."""
    fixer = importlib.import_module('fissix.fixes.fix_tuple_params')
    util = importlib.import_module('fissix.fixer_util')
    node_type = importlib.import_module('fissix.pytree').Node
    for node in list(tree.post_order()):
        if node.type != util.syms.lambdef or node.children[1].type != util.syms.varargslist:
            continue
        for parameter in list(node.children[1].children):
            if parameter.type != util.syms.vfpdef:
                continue
            names = fixer.find_params(fixer.simplify_args(parameter))
            where, joined = fixer.map_to_index(names), fixer.tuple_name(names)
            for leaf in list(node.children[-1].leaves()):
                if leaf.value in where and leaf.type == util.token.NAME:
                    parts = [each.clone() for each in where[leaf.value]]
                    name = util.Name(joined, prefix=leaf.prefix)
                    leaf.replace(node_type(util.syms.power, [name, *parts]))
            parameter.replace(util.Name(joined, prefix=parameter.prefix))


def _read_off(tree: Any, added: int) -> Rewritten:
    unicode_literals = 'unicode_literals' in tree.future_features
    written: list[str] = []
    lines = [1]
    inside: set[int] = set()  # Lines that begin within a string.
    for leaf in tree.leaves():
        value = leaf.value
        if value and value[-1] in '\'"' and value.lstrip('uUbBrR')[:1] in ('"', "'"):
            value = literal(value, unicode_literals)
        before, within = leaf.prefix.count('\n'), value.count('\n')
        lines += [lines[-1] + 1 + step for step in range(before)]
        if leaf.lineno and value.strip():
            lines[-1] = leaf.lineno
        if value.strip():
            inside.update(range(len(lines), len(lines) + within))
        lines += [lines[-1] + 1 + step for step in range(within)]
        written += (leaf.prefix, value)
    result = ''.join(written)
    result = result[: len(result) - added] if added else result
    result = _without_mixed_tabs(result, inside)
    count = result.count('\n') + 1
    lines = lines[:count]
    return Rewritten(result, () if lines == list(range(1, count + 1)) else tuple(lines))


def _without_mixed_tabs(text: str, inside: set[int]) -> str:
    """Each tab of an indentation reaches to the next eighth column, where Python 3 is in doubt."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            ast.parse(text)
    except TabError:
        rows = text.split('\n')
        for number, row in enumerate(rows):
            if number not in inside:
                rest = row.lstrip(' \t\f')
                rows[number] = row[: len(row) - len(rest)].expandtabs(8) + rest
        return '\n'.join(rows)
    except (SyntaxError, ValueError):
        pass
    return text


# String literals
# ----------------------------------------------------------------------------------------

_HIGH = r'\\x[89a-fA-F][0-9a-fA-F]|\\[23][0-7]{2}'
_ESCAPES = re.compile(rf'((?:{_HIGH})+)|\\([uUN])|\\.', re.DOTALL)
_RAW_UNICODE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|\\(.)', re.DOTALL)


def literal(source: str, unicode_literals: bool = False) -> str:
    """A string literal of Python 2 as Python 3 writes the same text.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import syntax
      >>> syntax.literal("b'a'"), syntax.literal(r"'\\xe2\\x80\\x99'") == r"'\\u2019'"
      ("'a'", True)
    """
    start = re.match('[a-zA-Z]*', source)[0]  # type: ignore[index]
    prefix, body = start.lower(), source[len(start) :]
    is_unicode = 'u' in prefix or (unicode_literals and 'b' not in prefix)
    if prefix == 'ur':
        return 'u' + _RAW_UNICODE.sub(_raw_unicode, body)
    if prefix in ('b', 'br'):
        start = start.replace('b', '').replace('B', '')
    if not is_unicode and 'r' not in prefix:
        body = _ESCAPES.sub(_bytes_escape, body)
    return start + body


def _raw_unicode(match: re.Match[str]) -> str:
    following = match[1]
    if following is None:
        return match[0]
    return '\\\\' + ('\\' + following if following in '\'"\\' else following)


def _bytes_escape(match: re.Match[str]) -> str:
    if match[1]:
        values = (part[1:] for part in re.findall(_HIGH, match[1]))
        data = bytes(int(each[1:], 16) if each[0] == 'x' else int(each, 8) for each in values)
        return ''.join(
            f'\\u{ord(each):04x}' if ord(each) < 0x10000 else f'\\U{ord(each):08x}'
            for each in to_text(data)
        )
    return '\\\\' + match[2] if match[2] else match[0]
