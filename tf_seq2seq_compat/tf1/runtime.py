"""Changes of the process for a program, and undoing them."""

from __future__ import annotations

import os
import types
import warnings
from collections.abc import Callable, MutableMapping
from typing import Any, Literal

_ABSENT: Any = object()


class Runtime:
    """Every change that is made to this process for its program; `close` takes them all back.

    Where someone has changed the same thing since, theirs stays.

    Example:
      >>> import string
      >>> from tf_seq2seq_compat.tf1.runtime import Runtime
      >>> with Runtime() as runtime:
      ...   runtime.set(string, 'digits', '01')
      ...   string.digits
      '01'
      >>> string.digits
      '0123456789'
    """

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    def undo_by(self, action: Callable[[], object]) -> None:
        """Has `close` call `action`."""
        self._undo.append(action)

    def set(self, owner: object, name: str, value: object) -> None:
        """Sets an attribute of a module or a class, as `setattr` does."""
        before = vars(owner).get(name, _ABSENT)
        setattr(owner, name, value)

        def undo() -> None:
            if vars(owner).get(name) is not value:
                return
            if before is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, before)

        self._undo.append(undo)

    def set_item(self, items: MutableMapping[Any, Any], key: object, value: object) -> None:
        """Sets an item of a dictionary."""
        before = items.get(key, _ABSENT)
        items[key] = value

        def undo() -> None:
            if items.get(key) is not value and items.get(key) != value:
                return
            if before is _ABSENT:
                del items[key]
            else:
                items[key] = before

        self._undo.append(undo)

    def set_environment(self, name: str, value: str) -> None:
        """Sets a variable of the environment, for this process and those that it starts."""
        self.set_item(os.environ, name, value)

    def filter_warnings(self, action: Literal['always', 'ignore'], **what: Any) -> None:
        """As `warnings.filterwarnings`."""
        warnings.filterwarnings(action, **what)
        added = warnings.filters[0]

        def undo() -> None:
            kept = [each for each in warnings.filters if each is not added]
            with warnings.catch_warnings():
                pass  # at its end the module forgets what it has concluded from its filters
            warnings.filters[:] = kept  # type: ignore[index]

        self._undo.append(undo)

    def close(self) -> None:
        """Takes everything back, the last change first. A second call does nothing."""
        while self._undo:
            self._undo.pop()()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: types.TracebackType | None,
    ) -> None:
        self.close()
