"""Expressions whose meaning differs between the Pythons, and the calls that replace them.

`edits` reads a text that Python 3 parses and says what to put where, so that operators and
methods do what Python 2 did: `a / b` becomes `py2.div(a, b)`, `d.keys()` becomes `py2.keys(d)`.
Built-in functions keep their names; `builtins.py` has them as Python 2 did. No line is added or
moved.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

COMPARISONS = {ast.Lt: 'lt', ast.LtE: 'le', ast.Gt: 'gt', ast.GtE: 'ge'}
_SYMBOLS = {ast.Lt: b'<', ast.LtE: b'<=', ast.Gt: b'>', ast.GtE: b'>='}

# Methods that became functions of `operations.py`: how many arguments a call of each may have.
_METHODS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(('keys', 'values', 'items'), (0, 0)),
    **dict.fromkeys(('iterkeys', 'itervalues', 'iteritems'), (0, 0)),
    **dict.fromkeys(('viewkeys', 'viewvalues', 'viewitems'), (0, 0)),
    'has_key': (1, 1),
    'next': (0, 0),
    'encode': (0, 2),
    'decode': (0, 2),
    'sort': (1, 3),
    'translate': (1, 2),
}
_LISTS = frozenset(('keys', 'values', 'items'))
# What takes any iterable, and so needs no list.
_TAKERS = 'all any dict enumerate frozenset len list max min reversed set sorted sum tuple'
_ANY_ITERABLE = frozenset(_TAKERS.split())
_SPECIAL = (
    '__nonzero__ __cmp__ __div__ __rdiv__ __idiv__ __unicode__ __getslice__ __setslice__ '
    '__delslice__ __eq__ next'
)
_SPECIAL_METHODS = frozenset(_SPECIAL.split())


class Edits:
    """Replacements of ranges of bytes of a text as UTF-8.

    Args:
      text: the text.

    Attributes:
      data: its bytes.
      helper: the name by which the new words call `operations.py`.
    """

    def __init__(self, text: str) -> None:
        self.data = text.encode('utf-8')
        self.helper = 'py2'
        self._starts = [0, *(found.end() for found in re.finditer(b'\n', self.data))]
        # (start, end, rank, new words); those of one start in the order of their ranks.
        self._changes: list[tuple[int, int, tuple[int, int], str]] = []
        self._order = 0

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Where a node begins."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Where a node ends."""
        return self._starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)

    def find(self, what: bytes, start: int) -> int:
        """Where `what` stands first, outside of comments."""
        while not self.data.startswith(what, start):
            start = self.data.index(b'\n', start) if self.data[start] == ord('#') else start + 1
        return start

    def replace(self, start: int, end: int, words: str) -> None:
        """Puts words in the place of a range, and keeps its line breaks."""
        breaks = re.findall(r'\\?\n', self.data[start:end].decode())
        self._changes.append((start, end, (1, 0), words + ''.join(breaks)))

    def insert(self, place: int, words: str) -> None:
        """Puts words in, after those that were put there before."""
        self._order += 1
        self._changes.append((place, place, (2, self._order), words))

    def close(self, place: int, words: str = ')') -> None:
        """Puts in what ends the words that were put in last, before what ends earlier ones."""
        self._changes.append((place, place, (0, -self._order), words))

    def call(self, node: ast.expr, function: str) -> None:
        """Puts a call of a helper around an expression."""
        self.insert(self.start(node), f'{self.helper}.{function}(')
        self.close(self.end(node))

    def applied(self) -> str:
        """The text with the changes made."""
        end = 0
        done: list[bytes] = []
        for start, stop, _, words in sorted(self._changes):
            done += (self.data[end:start], words.encode('utf-8'))
            end = stop
        return b''.join((*done, self.data[end:])).decode('utf-8')


def edits(text: str, *, thorough: bool = True) -> Edits:
    """The changes that give a text the meaning that it had in Python 2.

    Args:
      text: in the grammar of Python 3.
      thorough: see to what only raises an error in Python 3 as well (comparing `None` with a
        number, joining bytes), and to how numbers are printed.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import meaning
      >>> text = 'for k in d.keys(): print(n / len(d))'
      >>> meaning.edits(text).applied()
      'for k in py2.keys(d): print(py2.div(n, len(d)))'
    """
    tree = ast.parse(text)
    visitor = _MeaningVisitor(text, tree, thorough)
    visitor.visit(tree)
    return visitor.found


def future_features(tree: ast.Module) -> set[str]:
    """The names that a module imports from `__future__`."""
    return {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == '__future__'
        for alias in node.names
    }


class _MeaningVisitor(ast.NodeVisitor):
    def __init__(self, text: str, tree: ast.Module, thorough: bool) -> None:
        self.found = Edits(text)
        self._thorough = thorough
        self._true_division = 'division' in future_features(tree)
        self._bound = set(bindings(tree))
        self._modules = set(_imported(tree))
        self._errors = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)
        } - {None}
        self._parents: list[ast.AST] = []
        used = self._bound | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        while self.found.helper in used:
            self.found.helper = f'_{self.found.helper}'

    def _argument(self, node: ast.Call, function: str) -> None:
        """Wraps the first argument of a call; a generator's brackets may be those of the call."""
        found, argument = self.found, node.args[0]
        if isinstance(argument, ast.GeneratorExp) and found.end(argument) == found.end(node):
            found.insert(found.start(argument) + 1, f'{found.helper}.{function}(')
            found.close(found.end(argument) - 1)
        else:
            found.call(argument, function)

    def _operator(
        self, node: ast.expr, function: str, symbol: bytes, left: ast.expr, right: ast.expr
    ) -> None:
        self.found.call(node, function)
        place = self.found.find(symbol, self.found.end(left))
        space = self.found.data[:place].endswith(b' ')
        self.found.replace(place - space, place + len(symbol), ',')

    # What stands around

    def visit(self, node: ast.AST) -> None:
        method: Callable[[ast.AST], None] | None = getattr(
            self, f'visit_{type(node).__name__}', None
        )
        if method is not None:
            method(node)
        self._parents.append(node)
        self.generic_visit(node)
        self._parents.pop()

    @property
    def _parent(self) -> ast.AST:
        return self._parents[-1]

    # Operators

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Div) and not self._true_division:
            if not (_is_float(node.left) or _is_float(node.right) or _is_text(node.left)):
                self._operator(node, 'div', b'/', node.left, node.right)
        elif isinstance(node.op, ast.Mod) and self._thorough and _shows_values(node.left):
            self.found.call(node.right, 'shown')

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, ast.Div) and not self._true_division and not _is_float(node.value):
            self.found.call(node.value, 'by')

    def visit_Compare(self, node: ast.Compare) -> None:
        operator = type(node.ops[0])
        if not self._thorough or len(node.ops) > 1 or operator not in COMPARISONS:
            return
        right = node.comparators[0]
        if not (_is_number(node.left) and _is_number(right)):
            self._operator(node, COMPARISONS[operator], _SYMBOLS[operator], node.left, right)

    # Calls

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Name):
            self._visit_named_call(node, function)
        elif isinstance(function, ast.Attribute):
            self._visit_method_call(node, function)

    def _visit_named_call(self, node: ast.Call, function: ast.Name) -> None:
        if function.id in self._bound:
            return
        if function.id == 'unicode' or (function.id == 'str' and self._thorough and node.args):
            self.found.insert(self.found.start(function), f'{self.found.helper}.')

    def _visit_method_call(self, node: ast.Call, function: ast.Attribute) -> None:
        name, count = function.attr, len(node.args) + len(node.keywords)
        if name == 'join' and self._thorough and _is_text(function.value) and count == 1:
            self._argument(node, 'texts')
        elif name in ('append', 'extend') and _is_bytes_list(function.value) and node.args:
            self._argument(node, 'encoded')
        if name not in _METHODS or _root(function.value) in self._modules:
            return
        least, most = _METHODS[name]
        if name == 'sort' and self._thorough and not count:
            least = 0
        if name in _LISTS and called_name(self._parent) in _ANY_ITERABLE - self._bound:
            return
        if least <= count <= most and (
            name != 'sort' or not node.keywords or node.args or _has_keyword(node, 'cmp')
        ):
            self._method(node, function, count)

    def _method(self, node: ast.Call, function: ast.Attribute, count: int) -> None:
        self.found.insert(self.found.start(node), f'{self.found.helper}.{function.attr}(')
        dot = self.found.find(b'.', self.found.end(function.value))
        opening = self.found.find(b'(', self.found.end(function))
        self.found.replace(dot, opening + 1, ', ' if count else '')

    # The rest

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            return
        if (
            node.attr == 'message'
            and isinstance(node.value, ast.Name)
            and node.value.id in self._errors
        ):
            self.found.insert(self.found.start(node), f'{self.found.helper}.message(')
            dot = self.found.find(b'.', self.found.end(node.value))
            self.found.replace(dot, self.found.end(node), ')')
        elif (
            _is_bytes_list(node)
            and not isinstance(self._parent, ast.Attribute)
            and isinstance(getattr(self._parent, 'ctx', ast.Load()), ast.Load)
        ):
            self.found.call(node, 'byte_strings')

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        own = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        own |= {name for each in node.body for name in _assigned(each)}
        keywords = []
        if '__metaclass__' in own and not any(each.arg == 'metaclass' for each in node.keywords):
            value = next(
                each.value
                for each in node.body
                if isinstance(each, ast.Assign) and '__metaclass__' in _assigned(each)
            )
            segment = self.found.data[self.found.start(value) : self.found.end(value)].decode()
            keywords.append(f'metaclass={segment}')
        if own & _SPECIAL_METHODS:
            keywords.insert(0, f'{self.found.helper}.Class')
        if keywords:
            self._add_bases(node, keywords)

    def _add_bases(self, node: ast.ClassDef, added: list[str]) -> None:
        name = self.found.data.index(node.name.encode(), self.found.start(node) + len(b'class'))
        after = name + len(node.name.encode())
        if not node.bases and not node.keywords:
            opening = self.found.find(b':', after)
            between = self.found.data[after:opening]
            if b'(' in between:
                self.found.insert(after + between.index(b'(') + 1, ', '.join(added))
            else:
                self.found.insert(after, f'({", ".join(added)})')
            return
        last = node.bases[-1] if node.bases else node.keywords[-1].value
        if isinstance(last, ast.Name) and last.id == 'object' and len(node.bases) == 1:
            if added[0].startswith('metaclass='):
                added.insert(0, 'object')
            self.found.replace(self.found.start(last), self.found.end(last), ', '.join(added))
        else:
            end = self.found.end(last)
            self.found.close(end, ', ' + ', '.join(added))

    def visit_Raise(self, node: ast.Raise) -> None:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if raised is None or ast.unparse(raised) != 'StopIteration':
            return
        for outer in reversed(self._parents):
            if isinstance(outer, ast.Lambda | ast.ClassDef):
                return
            if isinstance(outer, ast.FunctionDef):
                if is_generator(outer):
                    self.found.replace(self.found.start(node), self.found.end(node), 'return')
                return


def is_generator(function: ast.FunctionDef) -> bool:
    """Whether a function yields."""
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function.body))


def own_nodes(nodes: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of some statements, but for those of the functions and classes among them."""
    waiting: list[ast.AST] = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def called_name(node: ast.AST) -> str:
    """The name that an expression calls; empty where it is no call of a plain name."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.id if isinstance(function, ast.Name) else ''


def bindings(tree: ast.AST) -> Iterator[str]:
    """Every name that a module binds, in whatever scope, as often as it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition('.')[0]
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def _imported(tree: ast.AST) -> Iterator[str]:
    """The names that `import` binds to modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition('.')[0]


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ''


def _assigned(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [each.id for each in targets if isinstance(each, ast.Name)]


def _has_keyword(node: ast.Call, name: str) -> bool:
    return any(each.arg == name for each in node.keywords)


def _is_bytes_list(node: ast.AST) -> bool:
    """`….bytes_list.value`, of a `tf.train.Feature`."""
    return isinstance(node, ast.Attribute) and ast.unparse(node).endswith('.bytes_list.value')


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _shows_values(node: ast.AST) -> bool:
    """Whether a format shows its values by `%s`."""
    shown = r'%(?:\(\w*\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?s'
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, str) and bool(re.search(shown, value))


def _is_float(node: ast.AST) -> bool:
    """Whether an expression is a float for certain."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float | complex)
    if isinstance(node, ast.UnaryOp):
        return _is_float(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        return _is_float(node.left) and (_is_float(node.right) or _is_number(node.right))
    return called_name(node) == 'float'


def _is_number(node: ast.AST) -> bool:
    """Whether an expression is a number for certain."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float)
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    return called_name(node) in ('len', 'int', 'float', 'ord', 'round')
