"""The command line: `tf-seq2seq-compat export COMMAND`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

Subparsers = argparse._SubParsersAction

DESCRIPTION = 'Makes old graph files load again, lists them, and exports models.'

EPILOG = """\
examples:
  tf-seq2seq-compat export show old_model/
  tf-seq2seq-compat export upgrade old_model/ new_model/
  tf-seq2seq-compat export upgrade model.ckpt-1000.meta upgraded.meta

`tf-seq2seq-compat export COMMAND -h` explains a command.
"""

UPGRADE_EPILOG = """\
examples:
  tf-seq2seq-compat export upgrade old_model/ new_model/
  tf-seq2seq-compat export upgrade frozen.pb frozen_2.pb
  tf-seq2seq-compat export upgrade model.ckpt-1000.meta upgraded.meta

PATH is the folder of a SavedModel (of TensorFlow 1 or 2), or a file with a MetaGraph (.meta) or a
graph (.pb, .pbtxt). Nodes whose operation TensorFlow no longer has, GatherTree of a beam search
above all, then call a function within the model, so that plain TensorFlow 2 loads it; TensorFlow
1.15 still does. Names, signatures, variables and assets stay. The input is only read; the output
appears as a whole or not at all. The checkpoint beside a .meta is used as it is.

exit code: 0 done, 2 an error.
"""


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


def _add_upgrade(commands: Subparsers[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        'upgrade',
        help='write an old model so that plain TensorFlow 2 loads it',
        description='Writes an old model so that plain TensorFlow 2 loads it.',
        epilog=UPGRADE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('path', metavar='PATH', help='the old model, which is only read')
    parser.add_argument('output', metavar='OUTPUT', help='what to write; it must not exist')
    parser.add_argument(
        '--keep',
        metavar='OPERATION',
        action='append',
        default=[],
        help='leave an operation that TensorFlow lacks, for a program that loads it from a library',
    )
    parser.set_defaults(export=_upgrade)


def _upgrade(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat import export

    written, replaced = export.upgrade(options.path, options.output, keep=options.keep)
    for operation, count in sorted(replaced.items()):
        print(f'{operation}: {count} {"node" if count == 1 else "nodes"}, given as a function')
    if not replaced:
        print('nothing had to be replaced')
    print(f'wrote {written}')
    return 0


def _add_show(commands: Subparsers[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        'show',
        help='list signatures, variables, sizes and unknown operations of a model',
        description='Lists what a SavedModel, MetaGraph or graph holds, without loading it.',
    )
    parser.add_argument('path', metavar='PATH', help='a folder or a file, as for upgrade')
    parser.set_defaults(export=_show)


def _show(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat import export

    print(export.show(options.path))
    return 0


# Each adds the parser of a command, whose default `export` is the function that runs it, from the
# options to the exit code. TensorFlow is loaded by that function, never before.
COMMANDS: tuple[Callable[[Subparsers[argparse.ArgumentParser]], None], ...] = (
    _add_upgrade,
    _add_show,
)
