"""The command lines `tf-seq2seq-compat scan PATH…` and `migrate PATH…`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tf_seq2seq_compat.terminal import Commands, add_command, missing, say

SCAN_EPILOG = """\
examples:
  tf-seq2seq-compat scan .
  tf-seq2seq-compat scan --json train.py model/ > report.json

Each name that TensorFlow 2 alone does not have is
  provided          it works under `tf-seq2seq-compat run`
  repaired          it is restored by `run`: names that Python or NumPy removed, imports forgotten
  partly provided   with limits, which the next line states
  gone              using it is an error; the next line says what to use instead
  translated        said of a file in Python 2, which `run` and `migrate` translate
and is listed with the lines of its uses; in a notebook as CELL:LINE, code cells counted from 1.
`to TensorFlow 2` says of a file how its model becomes an object of TensorFlow 2 (sessions.md of the
guide).

exit code: 0 nothing is gone, 1 something is gone, 2 a file could not be read or wrong usage.
"""

MIGRATE_EPILOG = """\
examples:
  tf-seq2seq-compat migrate . > changes.diff
  tf-seq2seq-compat migrate --write --backup train.py model/
  tf-seq2seq-compat migrate --write --report report.json .

Give all files of a program at once: names that one file takes from another are followed, and the
program itself, not the modules that it imports, gets the line `tf.disable_v2_behavior()`.

Without --write nothing is written: what would change goes to the standard output as a diff, and the
report to the standard error. With --write the report goes to the standard output. The report has
  rewritten         it is another name now, or the same, from another import
  needs a look      a person has to decide; the next line says what to do
  unknown           no one knows the name
In a notebook lines are given as CELL:LINE, code cells counted from 1. A file in Python 2 becomes
one in Python 3 that means the same (see python2.md of the guide). A second run changes nothing.

Graphs and sessions stay, on TensorFlow 2 without the runner: tf is tensorflow.compat.v1; what it
lacks comes from this package, from tf-keras and from tf-slim.

exit code: 0 nothing is left to do, 1 something is left for you, 2 a file could not be read or
written, or wrong usage.
"""


def add(commands: Commands) -> None:
    """Adds `scan` and `migrate`."""
    _add_scan(commands)
    _add_migrate(commands)


def _add_scan(commands: Commands) -> None:
    scan = add_command(
        commands,
        'scan',
        'list the legacy names that a project uses, and what becomes of each',
        _scan,
        description='Reads Python files and notebooks, without running or importing them, and '
        'lists the TF1 names they use. Hidden files, symbolic links and virtual environments '
        'below a folder are passed over.',
        epilog=SCAN_EPILOG,
    )
    scan.add_argument('--json', action='store_true', help='write the report as JSON')
    scan.add_argument(
        '--all',
        action='store_true',
        help='list the names that TensorFlow 2 has as well',
    )
    scan.add_argument('paths', metavar='PATH', nargs='+', help='a file, or a folder of files')


def _add_migrate(commands: Commands) -> None:
    migrate = add_command(
        commands,
        'migrate',
        'rewrite a TF1 program so that it runs on TensorFlow 2 by itself',
        _migrate,
        description='Rewrites Python files and notebooks: each TF1 name becomes the place where it '
        'lives today. Formatting and comments stay.',
        epilog=MIGRATE_EPILOG,
    )
    how = migrate.add_mutually_exclusive_group()
    how.add_argument(
        '--diff', action='store_true', help='print what would change (the default), write nothing'
    )
    how.add_argument('--write', action='store_true', help='write the files')
    migrate.add_argument(
        '--backup', action='store_true', help='with --write: keep each file as FILE.orig'
    )
    migrate.add_argument(
        '--from',
        dest='version',
        metavar='VERSION',
        help='the TensorFlow 1 that it was written for, 0.12 to 1.15; by default the newest that '
        'its files fit',
    )
    migrate.add_argument('--report', metavar='FILE', help='write the report as JSON, too')
    migrate.add_argument('paths', metavar='PATH', nargs='+', help='a file, or a folder of files')


def _paths(options: argparse.Namespace) -> list[Path]:
    """The paths that were named, which exist."""
    paths = [Path(each) for each in options.paths]
    for path in paths:
        if not path.exists():
            options.parser.error(f'there is no {path}')
    return paths


def _load_tensorflow(options: argparse.Namespace) -> None:
    """Loads the TensorFlow that names are looked up in."""
    parser = options.parser
    try:
        from tf_seq2seq_compat.migrate import scan
    except ModuleNotFoundError as error:
        if error.name != 'libcst':
            raise
        missing(parser, options.command, 'LibCST', 'migration')
    try:
        version = scan.load_tensorflow()
    except ImportError as error:
        parser.error(
            f'{options.command} looks names up in TensorFlow, which does not load: {error}'
        )
    say(f'looking names up in TensorFlow {version}')


def _scan(options: argparse.Namespace) -> int:
    paths = _paths(options)
    _load_tensorflow(options)
    from tf_seq2seq_compat.migrate import scan

    report = scan.scan(paths, every_name=options.all)
    if not report.read:
        return _nothing(options)
    write = scan.write_json if options.json else scan.write_text
    write(report, sys.stdout)
    return report.exit_code


def _migrate(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat.tf1 import eras

    parser = options.parser
    if options.backup and not options.write:
        parser.error('--backup is for --write')
    try:
        version = None if options.version is None else eras.parse(options.version)
    except ValueError as error:
        parser.error(f'--from: {error}')
    paths = _paths(options)
    _load_tensorflow(options)
    from tf_seq2seq_compat.migrate import codemod, report

    done = report.MigrationReport()
    results = list(codemod.migrate(paths, version))
    if not results:
        return _nothing(options)
    for result in results:
        if options.write:
            codemod.write(result, backup=options.backup)
        else:
            report.write_diff(result, sys.stdout)
        done.add(result)
    if options.report:
        codemod.write_text(Path(options.report), report.json_of(done))
    report.write_text(done, sys.stdout if options.write else sys.stderr)
    return done.exit_code


def _nothing(options: argparse.Namespace) -> int:
    say(f'there are no Python files or notebooks in {", ".join(map(str, options.paths))}')
    return 2
