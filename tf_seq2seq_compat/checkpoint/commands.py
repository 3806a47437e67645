"""The command line: `tf-seq2seq-compat checkpoint {list,show,convert,average,diff}`."""

from __future__ import annotations

import argparse
import fnmatch
import sys
from typing import Any

DESCRIPTION = (
    'Lists, shows, converts, averages and compares checkpoints of TF1, without the program.'
)

EPILOG = """\
examples:
  tf-seq2seq-compat checkpoint list model/translate.ckpt-10000
  tf-seq2seq-compat checkpoint show model/ 'decoder/*'
  tf-seq2seq-compat checkpoint convert old.ckpt new.ckpt --historic
  tf-seq2seq-compat checkpoint convert old.ckpt weights.npz --to npz --ignore '*/Adam*'
  tf-seq2seq-compat checkpoint average mean.ckpt model.ckpt-8000 model.ckpt-9000 model.ckpt-10000
  tf-seq2seq-compat checkpoint diff --rtol 1e-5 before.ckpt after.ckpt

CHECKPOINT is a prefix (model.ckpt-1000), one of its files, a folder whose file `checkpoint` names
the latest, a file of the V1 format, or an .npz file.
"""

CONVERT_EPILOG = """\
examples:
  tf-seq2seq-compat checkpoint convert old.ckpt new.ckpt --historic
  tf-seq2seq-compat checkpoint convert old.ckpt new.ckpt --rename model/encoder=encoder
  tf-seq2seq-compat checkpoint convert old.ckpt new.ckpt --rename-regex 'layer_(\\d+)=cell_\\1'
  tf-seq2seq-compat checkpoint convert model/ objects.ckpt --to objects
  tf-seq2seq-compat checkpoint convert --dry-run --historic old.ckpt new.ckpt

Rules work in the order given, each on what those before it have left; --historic comes first. The
output appears as a whole or not at all, and the input is only read.

exit code: 0 done, 2 an error.
"""

DIFF_EPILOG = """\
exit code: 0 they are the same, 1 they differ, 2 an error.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands to the parser of `checkpoint`."""
    commands = parser.add_subparsers(dest='checkpoint_command', metavar='COMMAND', required=True)

    def add(name: str, help_: str, epilog: str | None = None) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=help_,
            description=help_[0].upper() + help_[1:] + '.',
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    listing = add('list', 'list the variables: name, type and shape')
    listing.add_argument('path', metavar='CHECKPOINT')
    listing.add_argument('pattern', metavar='PATTERN', nargs='*', help="such as 'decoder/*'")

    show = add('show', 'show values: their range, mean and first elements')
    show.add_argument('path', metavar='CHECKPOINT')
    show.add_argument('pattern', metavar='PATTERN', nargs='*', help="such as 'decoder/*'")
    show.add_argument('--full', action='store_true', help='print whole arrays')

    convert = add('convert', 'write a checkpoint again, renamed or in another form', CONVERT_EPILOG)
    convert.add_argument('path', metavar='CHECKPOINT')
    convert.add_argument('output', metavar='OUTPUT', help='prefix, or .npz file, to write')
    convert.add_argument(
        '--to',
        dest='form',
        choices=('names', 'objects', 'npz'),
        default='names',
        help='by name as TF1 reads it (the default), of objects as TF2 does, or arrays',
    )
    convert.add_argument(
        '--historic', action='store_true', help='names of an earlier TF1 become those of TF 1.15'
    )
    for option, kind, what in (
        ('--rename', 'prefix', 'a scope, or a name'),
        ('--rename-exact', 'exact', 'one name'),
        ('--rename-regex', 'regex', r'what an expression finds; \1 is its first group'),
    ):
        convert.add_argument(
            option,
            dest='rules',
            metavar='OLD=NEW',
            type=_rule_of(kind),
            action='append',
            default=[],
            help=f'rename {what}',
        )
    convert.add_argument(
        '--ignore', metavar='PATTERN', action='append', default=[], help='leave variables out'
    )
    convert.add_argument('--overwrite', action='store_true', help='replace an existing output')
    convert.add_argument(
        '--dry-run', action='store_true', help='print the new names, and write nothing'
    )

    mean = add('average', 'write the mean of several checkpoints of one model, the newest last')
    mean.add_argument('output', metavar='OUTPUT', help='prefix to write')
    mean.add_argument('paths', metavar='CHECKPOINT', nargs='+')
    mean.add_argument(
        '--ignore', metavar='PATTERN', action='append', default=[], help='leave variables out'
    )
    mean.add_argument('--overwrite', action='store_true', help='replace an existing output')

    compare = add('diff', 'compare two checkpoints name by name', DIFF_EPILOG)
    compare.add_argument('a', metavar='CHECKPOINT')
    compare.add_argument('b', metavar='CHECKPOINT')
    compare.add_argument('--rtol', type=float, default=0.0, help='relative tolerance (default 0)')
    compare.add_argument('--atol', type=float, default=0.0, help='absolute tolerance (default 0)')


def run(options: argparse.Namespace) -> int:
    """Runs a subcommand; returns the exit code."""
    from tf_seq2seq_compat import checkpoint

    command = {
        'list': _list, 'show': _show, 'convert': _convert, 'average': _average, 'diff': _diff
    }  # fmt: skip
    try:
        return command[options.checkpoint_command](options)
    except (checkpoint.CheckpointError, OSError) as error:
        print(f'tf-seq2seq-compat: {" ".join(str(error).split())}', file=sys.stderr)
        return 2


def _rule_of(kind: str) -> Any:
    def rule(text: str) -> tuple[str, str, str]:
        old, equals, new = text.partition('=')
        if not equals:
            raise argparse.ArgumentTypeError(f'{text!r} is not OLD=NEW')
        return kind, old, new

    return rule


def _selected(options: argparse.Namespace) -> list[Any]:
    from tf_seq2seq_compat import checkpoint

    found = checkpoint.list_variables(options.path)
    if not options.pattern:
        return found
    chosen = [
        each for each in found if any(fnmatch.fnmatchcase(each.name, p) for p in options.pattern)
    ]
    if not chosen:
        raise checkpoint.CheckpointError(
            f'{options.path} has no variable like {" or ".join(options.pattern)}.'
        )
    return chosen


def _list(options: argparse.Namespace) -> int:
    found = _selected(options)
    widths = [max((len(_columns(each)[i]) for each in found), default=0) for i in (0, 1)]
    for each in found:
        name, dtype, shape = _columns(each)
        print(f'{name.ljust(widths[0])}  {dtype.ljust(widths[1])}  {shape}')
    return 0


def _columns(info: Any) -> tuple[str, str, str]:
    return info.name, info.dtype, str(list(info.shape))


def _show(options: argparse.Namespace) -> int:
    import numpy as np

    from tf_seq2seq_compat import checkpoint

    found = _selected(options)
    for info in found:
        array = checkpoint.load(options.path, info.name)[info.name]
        line = ' '.join(_columns(info))
        if array.size and array.dtype.kind in 'fiu':
            wide = array.astype(np.float64)
            line += f' min {wide.min():.6g} max {wide.max():.6g} mean {wide.mean():.6g}'
        print(line)
        with np.printoptions(threshold=sys.maxsize if options.full else 20, linewidth=96):
            print('  ' + str(array).replace('\n', '\n  '))
    return 0


def _convert(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat import checkpoint

    rules: list[object] = [*(['historic'] if options.historic else []), *options.rules]
    names = [variable.name for variable in checkpoint.list_variables(options.path)]
    before = checkpoint.Renames(['historic'] if options.historic else [])
    for rule in checkpoint.Renames(options.rules).unused([before(name) for name in names]):
        print(f'tf-seq2seq-compat: the rule {rule.old}={rule.new} changes no name', file=sys.stderr)
    renamed = checkpoint.Renames(rules).of(names)
    for old, new in renamed.items():
        if old != new:
            print(f'{old} -> {new}')
    if options.dry_run:
        return 0
    written = checkpoint.convert(
        options.path,
        options.output,
        renames=rules,
        form=options.form,
        ignore=options.ignore,
        overwrite=options.overwrite,
    )
    print(f'wrote {written}')
    return 0


def _average(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat import checkpoint

    written = checkpoint.average(
        options.paths, options.output, ignore=options.ignore, overwrite=options.overwrite
    )
    print(f'wrote {written}')
    return 0


def _diff(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat import checkpoint

    difference = checkpoint.diff(options.a, options.b, rtol=options.rtol, atol=options.atol)
    print(difference)
    return 1 if difference.differs else 0
