"""A Keras name that the script uses and forgot to import."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from tf_seq2seq_compat.keras_packages import is_imported_keras
from tf_seq2seq_compat.tf1 import facade
from tf_seq2seq_compat.tf1.python2.meaning import bindings
from tf_seq2seq_compat.tf1.repairs.repair import Repair


def _keras_imports(tree: ast.AST) -> list[ast.ImportFrom]:
    """The `from keras… import …` statements of the script."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and not node.level
        and node.module is not None
        and is_imported_keras(node.module)
    ]


class ScriptBuiltins(dict[str, Any]):
    """`__builtins__` of the script: the built-in names, and behind them the forgotten imports.

    Python asks it only for names that are in no scope of the script, so it answers where a
    `NameError` would have been raised. Attribute access goes to the real `builtins` module.
    """

    def __init__(self, forgotten: set[str], statements: list[ast.ImportFrom]) -> None:
        # The import statement looks only at what the dict itself holds.
        super().__init__(__import__=builtins.__import__)
        object.__setattr__(self, '_forgotten', forgotten)
        object.__setattr__(self, '_statements', statements)

    def __missing__(self, name: str) -> object:
        if hasattr(builtins, name):
            return getattr(builtins, name)
        if name in self._forgotten:
            for statement in self._statements:
                found = getattr(facade.module(str(statement.module)), name, None)
                if isinstance(found, type):
                    self._warn(name, statement)
                    self[name] = found
                    return found
        raise KeyError(name)

    def _warn(self, name: str, statement: ast.ImportFrom) -> None:
        imported = ', '.join(alias.name for alias in statement.names)
        REPAIR.warn(
            f'NameError: name {name!r} is not defined',
            f'{name} is that of {statement.module}, which the program imports other names from.',
            f'line {statement.lineno}: from {statement.module} import {imported}, {name}',
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(builtins, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(builtins, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(builtins, name)

    def __dir__(self) -> list[str]:
        return dir(builtins)


def prepare_script(namespace: dict[str, Any], source: bytes) -> None:
    """Gives a script such built-ins if it imports Keras and uses a name that it binds nowhere."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    statements = _keras_imports(tree)
    if not statements:
        return
    used = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    forgotten = used - set(bindings(tree)) - set(dir(builtins))
    if forgotten:
        namespace['__builtins__'] = ScriptBuiltins(forgotten, statements)


REPAIR = Repair(
    name='missing-import',
    summary='a Keras class that the script never imported: taken from the Keras module that it '
    'imports other names from',
    prepare_script=prepare_script,
)
