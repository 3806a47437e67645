"""The command line: `tf-seq2seq-compat run script.py args…`, `scan PATH…`, `migrate PATH…`, …"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence

from tf_seq2seq_compat import doctor, plot_command, shell_completion, terminal
from tf_seq2seq_compat.checkpoint import commands as checkpoint
from tf_seq2seq_compat.export import commands as export
from tf_seq2seq_compat.graph_model import commands as graph_model
from tf_seq2seq_compat.migrate import commands as migrate
from tf_seq2seq_compat.tf1 import commands as tf1

EPILOG = """\
examples:
  tf-seq2seq-compat scan .
  tf-seq2seq-compat run train.py --batch_size 32
  tf-seq2seq-compat migrate --write --backup .
  tf-seq2seq-compat checkpoint list model/
  tf-seq2seq-compat doctor

`tf-seq2seq-compat COMMAND -h` explains a command.
"""


def _version() -> str:
    import tf_seq2seq_compat

    return f'tf-seq2seq-compat {tf_seq2seq_compat.__version__}, Python {sys.version.split()[0]}'


class _ShowVersion(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        print(_version())
        parser.exit()


def parser() -> terminal.Parser:
    """The parser of all commands, each of which sets `run` to what runs it."""
    all_of_them = terminal.Parser(
        prog=terminal.PROGRAM,
        description='Runs unmodified TensorFlow 1 programs on TensorFlow 2.',
        epilog=EPILOG,
    )
    all_of_them.add_argument(
        '--version', action=_ShowVersion, nargs=0, help='print the version and exit'
    )
    commands = all_of_them.add_subparsers(dest='command', metavar='COMMAND', required=True)
    # None of these modules loads TensorFlow, which the function that runs a command does.
    for each in (tf1, migrate, checkpoint, export, graph_model, plot_command, doctor):
        each.add(commands)
    shell_completion.add(commands, all_of_them)
    return all_of_them


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Cuts the command line behind the program: what follows is never ours."""
    if arguments[:1] not in (['run'], ['wrap']):
        return arguments, []
    is_value = False
    for index, each in enumerate(arguments[1:], start=1):
        if not is_value and (not each.startswith('-') or each == '-'):
            return arguments[: index + 1], arguments[index + 1 :]
        is_value = each in ('--addons', *graph_model.WITH_A_VALUE)
    return arguments, []


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
      arguments: the words after the program's name; those of this process by default.

    Returns:
      The exit code. What the program under `run` raises, `SystemExit` included, is raised on.
    """
    ours, theirs = _split(list(sys.argv[1:] if arguments is None else arguments))
    options, unknown = parser().parse_known_args(ours)
    if unknown:
        near = [
            difflib.get_close_matches(each, options.parser._option_string_actions, 1)
            for each in unknown
        ]
        meant = ' or '.join(each[0] for each in near if each)
        question = f'. Did you mean {meant}?' if meant else ''
        options.parser.error(f'unrecognized arguments: {" ".join(unknown)}{question}')
    options.theirs = theirs
    return options.run(options)
