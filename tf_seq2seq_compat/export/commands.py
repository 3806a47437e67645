"""The command line: `tf-seq2seq-compat export COMMAND`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

DESCRIPTION = 'Makes old graph files load again, lists them, and exports models.'

EPILOG = """\
`tf-seq2seq-compat export COMMAND -h` explains a command.
"""

Subparsers = argparse._SubParsersAction

# Each adds the parsers of its commands, whose default `export` is the function that runs one, from
# the options to the exit code. TensorFlow is loaded by that function, never before.
COMMANDS: tuple[Callable[[Subparsers[argparse.ArgumentParser]], None], ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands to the parser of `export`."""
    commands = parser.add_subparsers(dest='export_command', metavar='COMMAND', required=True)
    for add in COMMANDS:
        add(commands)


def run(options: argparse.Namespace) -> int:
    """Runs a subcommand; returns the exit code."""
    from tf_seq2seq_compat.export.errors import ExportError

    try:
        return options.export(options)
    except (ExportError, OSError) as error:
        print(f'tf-seq2seq-compat: {error}', file=sys.stderr)
        return 2
