"""The base class of repairs, and the warning that each gives."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tf_seq2seq_compat.core.autograph import in_place_of
from tf_seq2seq_compat.tf1 import import_hook

if TYPE_CHECKING:
    from tf_seq2seq_compat.types import Nest


class RepairWarning(UserWarning):
    """The runner did what the author evidently meant, where TF1 or Keras would have raised."""


_said: set[tuple[str, str, int]] = set()


@dataclass(frozen=True)
class Repair:
    """One rule.

    Attributes:
      name: how warnings and the documentation call it.
      summary: when it acts and what it does, in a line.
      package: the package whose loading is the moment to patch.
      patch: puts the rule in place and returns what takes it away.
      prepare_script: puts the rule into the program's globals, given them and the source.
    """

    name: str
    summary: str
    package: str = ''
    patch: Callable[[], Callable[[], None]] | None = None
    prepare_script: Callable[[dict[str, Any], bytes], None] | None = None

    def warn(self, error: str, assumed: str, fix: str) -> None:
        """Says, once for each line of the program, that the rule acted there.

        Args:
          error: what TF1 or Keras would have said, with the exception's type.
          assumed: what is done instead.
          fix: the change of the source that makes it explicit.
        """
        frame = import_hook.program_frame()
        if frame is None:
            filename, line = '<unknown>', 0
        else:
            filename, line = frame.f_code.co_filename, frame.f_lineno
        if (self.name, filename, line) in _said:
            return
        _said.add((self.name, filename, line))
        warnings.warn_explicit(
            f'repaired ({self.name}).\n'
            f'  The original would have said: {error}\n'
            f'  Assumed: {assumed}\n'
            f'  In the source: {fix}\n'
            '  Run with --strict to get the error instead.\n',
            RepairWarning,
            filename,
            line,
        )


def replace(attribute: str, replacement: object, *owners: object) -> Callable[[], None]:
    """Sets `attribute` of each owner that has it, and returns what sets it back."""
    for owner in owners:
        getattr(owner, attribute, None)  # A package that loads it when it is used loads it now.
    originals = [(owner, vars(owner)[attribute]) for owner in owners if attribute in vars(owner)]
    for owner, _ in originals:
        setattr(owner, attribute, replacement)

    def undo() -> None:
        for owner, original in originals:
            setattr(owner, attribute, original)

    return undo


def wrap_dynamic_rnn(change: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
    """Lets `change` rewrite the arguments, by name, of each call of dynamic_rnn that binds.

    Returns:
      What takes it away.
    """
    from tf_seq2seq_compat import rnn

    original = rnn.dynamic_rnn
    signature = inspect.signature(original)

    @in_place_of(original)
    def dynamic_rnn(*args: object, **kwargs: object) -> tuple[Nest, Nest]:
        try:
            call = signature.bind(*args, **kwargs)
        except TypeError:
            return original(*args, **kwargs)
        change(call.arguments)
        return original(*call.args, **call.kwargs)

    return replace('dynamic_rnn', dynamic_rnn, rnn, sys.modules['tf_seq2seq_compat'])
