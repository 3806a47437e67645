"""The command line: `tf-seq2seq-compat run script.py args…`, `scan PATH…`, `migrate PATH…`, …"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

RUN_EPILOG = """\
examples:
  tf-seq2seq-compat run train.py --batch_size 32
  tf-seq2seq-compat run -m nmt.nmt --src=vi --tgt=en
  tf-seq2seq-compat run --strict example.py
  tf-seq2seq-compat run --xla train.py
  tf-seq2seq-compat run --addons=ours train_with_tfa.py
  tf-seq2seq-compat run --tf 1.1 chatbot.py
  tf-seq2seq-compat run --output done.ipynb translation.ipynb

What follows the script (or the module, or the notebook) is the program's own command line.
Python programs of its own that it starts (subprocess, os.system, multiprocessing) get the same.

A program in Python 2 is translated as it is read, and nothing of that is written.

A program for TensorFlow 2, with TensorFlow Addons, say, keeps TensorFlow 2 as it is; `import
tensorflow_addons` gives it tf_seq2seq_compat.addons where TensorFlow Addons does not load.

A notebook is executed cell by cell in a kernel of its own, in the notebook's folder, and the
executed copy is written, up to the error if a cell fails (exit code 1). Inside Jupyter, the cell
`%load_ext tf_seq2seq_compat` gives the cells after it the same.
"""

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

EPILOG = """\
examples:
  tf-seq2seq-compat scan .
  tf-seq2seq-compat run train.py --batch_size 32
  tf-seq2seq-compat migrate --write --backup .
  tf-seq2seq-compat checkpoint list model/

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
    _add_run(commands)
    _add_scan(commands)
    _add_migrate(commands)
    _add_checkpoint(commands)
    _add_export(commands)
    _add_wrap(commands)
    return parser


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser(
        'run',
        help='run a TF1 program unchanged, or a notebook',
        description='Runs a TF1 program as Python would: with TF1 behaviour, tf.contrib.seq2seq, '
        'tf.contrib.rnn, tf.nn.rnn_cell, tf.layers and the Keras of its day.',
        usage='tf-seq2seq-compat run [-h] [--tf VERSION] [--strict] [--xla] [--python2] '
        '[--addons=ours] [--output FILE] (SCRIPT | NOTEBOOK | -m MODULE) [ARGUMENTS ...]',
        epilog=RUN_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        '--tf',
        metavar='VERSION',
        help='the TensorFlow 1 that the program is for, 0.12 to 1.15 '
        '(default: what its files show)',
    )
    run.add_argument(
        '--strict',
        action='store_true',
        help='no repairs: raise what TF1 or Keras would have raised',
    )
    run.add_argument(
        '--xla',
        action='store_true',
        help='let XLA compile the loops of dynamic_rnn and dynamic_decode, where it can',
    )
    run.add_argument(
        '--python2',
        action='store_true',
        help='the program is Python 2, also where its files could be Python 3',
    )
    run.add_argument(
        '--addons',
        choices=['auto', 'ours'],
        default='auto',
        help='ours: tf_seq2seq_compat.addons is what `import tensorflow_addons` gives, also where '
        'TensorFlow Addons is installed and loads',
    )
    run.add_argument(
        '--verbose',
        action='store_true',
        help='show what TensorFlow writes of itself: its start, and advice to leave names of TF1',
    )
    run.add_argument(
        '--output',
        metavar='FILE',
        help='where to write the executed copy of a notebook '
        '(default: NAME.executed.ipynb in the current folder)',
    )
    run.add_argument(
        '-m', dest='module', action='store_true', help='run a module, as python -m does'
    )
    run.add_argument(
        'program',
        metavar='SCRIPT',
        help='a script, a notebook (.ipynb), a folder with a __main__.py, or a module',
    )


def _add_scan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    scan = commands.add_parser(
        'scan',
        help='list the legacy names that a project uses, and what becomes of each',
        description='Reads Python files and notebooks, without running or importing them, and '
        'lists the TF1 names they use. Hidden files, symbolic links and virtual environments '
        'below a folder are passed over.',
        epilog=SCAN_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    scan.add_argument('--json', action='store_true', help='write the report as JSON')
    scan.add_argument(
        '--all',
        action='store_true',
        help='list the names that TensorFlow 2 has as well',
    )
    scan.add_argument('paths', metavar='PATH', nargs='+', help='a file, or a folder of files')


def _add_migrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    migrate = commands.add_parser(
        'migrate',
        help='rewrite a TF1 program so that it runs on TensorFlow 2 by itself',
        description='Rewrites Python files and notebooks: each TF1 name becomes the place where it '
        'lives today. Formatting and comments stay.',
        epilog=MIGRATE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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


def _add_checkpoint(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from tf_seq2seq_compat.checkpoint.commands import DESCRIPTION, EPILOG, add_arguments

    checkpoint = commands.add_parser(
        'checkpoint',
        help='list, show, convert, average or compare checkpoints of TF1',
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(checkpoint)


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from tf_seq2seq_compat.export.commands import DESCRIPTION, EPILOG, add_arguments

    export = commands.add_parser(
        'export',
        help='make old graph files load again, and export models',
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(export)


def _add_wrap(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from tf_seq2seq_compat.graph_model.commands import DESCRIPTION, EPILOG, add_arguments

    wrap = commands.add_parser(
        'wrap',
        help="make a TF1 program's model an object of TensorFlow 2",
        description=DESCRIPTION,
        usage='tf-seq2seq-compat wrap [-h] [--tf VERSION] [--checkpoint PREFIX] '
        '[--fetch [NAME=]TENSOR] [--feed TENSOR] [--to FORMAT] [--output PATH] '
        'PROGRAM.py[:EXPRESSION] [ARGUMENTS ...]',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(wrap)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Cuts the command line behind the program: what follows is never ours."""
    if arguments[:1] not in (['run'], ['wrap']):
        return arguments, []
    from tf_seq2seq_compat.graph_model.commands import WITH_A_VALUE

    is_value = False
    for index, each in enumerate(arguments[1:], start=1):
        if not is_value and (not each.startswith('-') or each == '-'):
            return arguments[: index + 1], arguments[index + 1 :]
        is_value = each in ('--addons', *WITH_A_VALUE)
    return arguments, []


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, theirs: list[str]) -> int:
    from tf_seq2seq_compat.tf1 import eras, runner
    from tf_seq2seq_compat.tf1.run_options import RunOptions
    from tf_seq2seq_compat.tf1.runtime import Runtime

    is_notebook = options.program.endswith('.ipynb') and not options.module
    if options.output is not None and not is_notebook:
        parser.error('--output is for notebooks')
    try:
        version = None if options.tf is None else eras.parse(options.tf)
    except ValueError as error:
        parser.error(f'--tf: {error}')
    how = RunOptions(
        options.strict, options.xla, options.python2, options.addons == 'ours', version, options.verbose
    )
    try:
        if is_notebook:
            from tf_seq2seq_compat.tf1 import notebook

            return notebook.run(options.program, theirs, how, output=options.output or '')
        runner.run(
            options.program,
            theirs,
            how,
            module=options.module,
            runtime=Runtime(),  # to the end of the process: for its threads, for what runs at exit
        )
    except runner.CannotRun as error:
        print(f'{runner.PROGRAM_NAME}: {error}', file=sys.stderr)
        return error.exit_code
    return 0


def _load_tensorflow(parser: argparse.ArgumentParser, options: argparse.Namespace) -> list[Path]:
    """Loads TensorFlow; gives the paths that were named, which exist."""
    paths = [Path(each) for each in options.paths]
    for path in paths:
        if not path.exists():
            parser.error(f'there is no {path}')
    try:
        from tf_seq2seq_compat.migrate import scan
    except ModuleNotFoundError as error:
        if error.name != 'libcst':
            raise
        parser.error(
            f'{options.command} needs LibCST, which is not installed: '
            "pip install 'tf-seq2seq-compat[migration]'"
        )
    try:
        version = scan.load_tensorflow()
    except ImportError as error:
        parser.error(
            f'{options.command} looks names up in TensorFlow, which does not load: {error}'
        )
    print(f'{parser.prog}: looking names up in TensorFlow {version}', file=sys.stderr)
    return paths


def _scan(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    paths = _load_tensorflow(parser, options)
    from tf_seq2seq_compat.migrate import scan

    report = scan.scan(paths, every_name=options.all)
    write = scan.write_json if options.json else scan.write_text
    write(report, sys.stdout)
    return report.exit_code


def _migrate(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from tf_seq2seq_compat.tf1 import eras

    if options.backup and not options.write:
        parser.error('--backup is for --write')
    try:
        version = None if options.version is None else eras.parse(options.version)
    except ValueError as error:
        parser.error(f'--from: {error}')
    paths = _load_tensorflow(parser, options)
    from tf_seq2seq_compat.migrate import codemod, report

    done = report.MigrationReport()
    results = list(codemod.migrate(paths, version))
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
      arguments: the words after the program's name; those of this process by default.

    Returns:
      The exit code. What the program under `run` raises, `SystemExit` included, is raised on.
    """
    ours, theirs = _split(list(sys.argv[1:] if arguments is None else arguments))
    parser = _parser()
    options = parser.parse_args(ours)
    if options.command == 'checkpoint':
        from tf_seq2seq_compat.checkpoint import commands

        return commands.run(options)
    if options.command == 'wrap':
        from tf_seq2seq_compat.graph_model import commands as wrap_commands

        return wrap_commands.run(options, theirs)
    if options.command == 'export':
        from tf_seq2seq_compat.export import commands as export_commands

        return export_commands.run(options)
    if options.command == 'migrate':
        return _migrate(parser, options)
    return _scan(parser, options) if options.command == 'scan' else _run(parser, options, theirs)
