"""What all commands share: parsers, messages, colours and progress on a terminal."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, TypeAlias, TypeVar

if TYPE_CHECKING:
    # What `add_subparsers` returns.
    Commands: TypeAlias = 'argparse._SubParsersAction[Parser]'
else:
    Commands = argparse._SubParsersAction
T = TypeVar('T')

PROGRAM = 'tf-seq2seq-compat'
JSON_HELP = 'write JSON, for programs'
_COLOURS = {'red': 31, 'green': 32, 'yellow': 33, 'cyan': 36}


class Parser(argparse.ArgumentParser):
    """A parser that takes flags only when they are written out, as do those of its commands."""

    def __init__(self, **arguments: Any) -> None:
        arguments.setdefault('formatter_class', argparse.RawDescriptionHelpFormatter)
        super().__init__(**{**arguments, 'allow_abbrev': False})

    def error(self, message: str) -> NoReturn:
        """Ends with the usage and the message."""
        super().error(message.replace('ignored explicit argument', 'does not take the value'))


def add_command(
    commands: Commands,
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace], int] | None = None,
    description: str = '',
    epilog: str | None = None,
    **more: Any,
) -> Parser:
    """Adds a command, or a group of commands.

    Args:
      commands: what `add_subparsers` returned.
      name: its name.
      summary: one line for the list of commands.
      run: runs it, from the options to the exit code; `options.parser` is its parser, for errors.
      description: for its own help; by default the summary.
      epilog: what its own help ends with.
      more: other arguments of the parser.

    Returns:
      Its parser.
    """
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=description or f'{summary[0].upper()}{summary[1:]}.',
        epilog=epilog,
        **more,
    )
    if run is not None:
        parser.set_defaults(run=run, parser=parser)
    return parser


def load_tensorflow() -> None:
    """Loads TensorFlow without its notes."""
    from tf_seq2seq_compat.tf1 import tensorflow_import
    from tf_seq2seq_compat.tf1.runtime import Runtime

    tensorflow_import.load(Runtime())


def say(words: object, out: TextIO | None = None) -> None:
    """Writes a message of ours, to the standard error by default."""
    print(f'{PROGRAM}: {words}', file=out or sys.stderr)


def missing(parser: argparse.ArgumentParser, what: str, package: str, extra: str) -> NoReturn:
    """Ends with the message that a package is not installed, and what installs it."""
    parser.error(f'{what} needs {package}, which is not installed: {install_words(extra)}')


def install_words(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install '{PROGRAM}[{extra}]'"


def write_json(value: object) -> None:
    """Writes a listing for programs to the standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def coloured(text: str, colour: str, out: TextIO) -> str:
    """A text in a colour, where `out` is a terminal that has colours.

    The environment decides where it has NO_COLOR or FORCE_COLOR.
    """
    if os.environ.get('NO_COLOR') or not colour:
        return text
    has = out.isatty() and os.environ.get('TERM') != 'dumb'
    return (
        f'\x1b[{_COLOURS[colour]}m{text}\x1b[0m' if has or os.environ.get('FORCE_COLOR') else text
    )


def progress(items: Sequence[T], what: str) -> Iterable[T]:
    """The items, with a bar on the standard error while they are gone through.

    Only on a terminal, for many items, and where tqdm is installed.
    """
    if len(items) < 20 or not sys.stderr.isatty():
        return items
    try:
        from tqdm import tqdm
    except ImportError:
        return items
    return tqdm(items, desc=what, unit='file', leave=False)
