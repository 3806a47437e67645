"""The command line: `tf-seq2seq-compat run script.py args…`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

EPILOG = """\
examples:
  tf-seq2seq-compat run train.py --batch_size 32
  tf-seq2seq-compat run -m nmt.nmt --src=vi --tgt=en
  tf-seq2seq-compat run --strict example.py

What stands after the script (or the module) is the program's own command line.
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='tf-seq2seq-compat',
        description='Runs unmodified TensorFlow 1 programs on TensorFlow 2.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--version', action=_ShowVersion, nargs=0, help='print the version and exit'
    )
    commands = parser.add_subparsers(dest='command', metavar='COMMAND', required=True)
    run = commands.add_parser(
        'run',
        help='run a TF1 program unchanged',
        description='Runs a TF1 program as Python would: with TF1 behaviour, tf.contrib.seq2seq, '
        'tf.contrib.rnn, tf.nn.rnn_cell, tf.layers and the Keras of its day.',
        usage='tf-seq2seq-compat run [-h] [--strict] (SCRIPT | -m MODULE) [ARGUMENTS ...]',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        '--strict',
        action='store_true',
        help='no repairs: raise what TF1 or Keras would have raised',
    )
    run.add_argument(
        '-m', dest='module', action='store_true', help='run a module, as python -m does'
    )
    run.add_argument(
        'program', metavar='SCRIPT', help='a script, a folder with a __main__.py, or a module'
    )
    return parser


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Cuts the command line behind the program: what follows is never ours."""
    if arguments[:1] != ['run']:
        return arguments, []
    for index, each in enumerate(arguments[1:], start=1):
        if not each.startswith('-') or each == '-':
            return arguments[: index + 1], arguments[index + 1 :]
    return arguments, []


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
      arguments: the words after the program's name; those of this process by default.

    Returns:
      The exit code. What the program under `run` raises, `SystemExit` included, is raised on.
    """
    ours, theirs = _split(list(sys.argv[1:] if arguments is None else arguments))
    options = _parser().parse_args(ours)

    from tf_seq2seq_compat.legacy import runner

    try:
        runner.run(options.program, theirs, module=options.module, strict=options.strict)
    except runner.CannotRun as error:
        print(f'{runner.PROGRAM_NAME}: {error}', file=sys.stderr)
        return error.exit_code
    return 0
