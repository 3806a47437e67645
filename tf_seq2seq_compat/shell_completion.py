"""The command line `tf-seq2seq-compat completion {bash,zsh,tcsh}`."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Iterator

from tf_seq2seq_compat.terminal import Commands, add_command, missing

EPILOG = """\
examples:
  eval "$(tf-seq2seq-compat completion bash)"                      # in ~/.bashrc
  tf-seq2seq-compat completion zsh > ~/.zsh/_tf-seq2seq-compat     # a folder of $fpath
"""


def add(to: Commands, all_of_them: argparse.ArgumentParser) -> None:
    """Adds `completion`, for the commands of `all_of_them`."""
    parser = add_command(
        to,
        'completion',
        'print what makes a shell complete these commands',
        functools.partial(_run, all_of_them),
        epilog=EPILOG,
    )
    parser.add_argument('shell', choices=('bash', 'zsh', 'tcsh'))


def _run(all_of_them: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    try:
        import shtab
    except ImportError:
        missing(options.parser, 'completion', 'shtab', 'completion')
    for action in _actions(all_of_them):
        takes_a_value = action.nargs != 0 and not action.choices and action.type is None
        if takes_a_value and not isinstance(action, argparse._HelpAction):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    print(shtab.complete(all_of_them, shell=options.shell))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for each in set(action.choices.values()):
                yield from _actions(each)
