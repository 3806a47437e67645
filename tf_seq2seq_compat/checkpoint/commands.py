"""The command line: `tf-seq2seq-compat checkpoint {list,show,convert,average,diff}`."""

from __future__ import annotations

import argparse
import fnmatch
import sys
from collections.abc import Callable
from typing import Any

from tf_seq2seq_compat.terminal import (
    JSON_HELP,
    Commands,
    Parser,
    add_command,
    load_tensorflow,
    say,
    write_json,
)

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
the latest, the folder of a SavedModel, a file of the V1 format, or an .npz file.
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


def add(to: Commands) -> None:
    """Adds `checkpoint` with its subcommands."""
    parser = add_command(
        to,
        'checkpoint',
        'list, show, convert, average or compare checkpoints of TF1',
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    commands = parser.add_subparsers(dest='checkpoint_command', metavar='COMMAND', required=True)

    def subcommand(
        name: str,
        summary: str,
        run: Callable[[argparse.Namespace], int],
        epilog: str | None = None,
    ) -> Parser:
        return add_command(commands, name, summary, _reporting(run), epilog=epilog)

    listing = subcommand('list', 'list the variables: name, type and shape', _list)
    listing.add_argument('path', metavar='CHECKPOINT')
    listing.add_argument('pattern', metavar='PATTERN', nargs='*', help="such as 'decoder/*'")

    show = subcommand('show', 'show values: their range, mean and first elements', _show)
    show.add_argument('path', metavar='CHECKPOINT')
    show.add_argument('pattern', metavar='PATTERN', nargs='*', help="such as 'decoder/*'")
    show.add_argument('--full', action='store_true', help='print whole arrays')

    for each in (listing, show):
        each.add_argument('--json', action='store_true', help=JSON_HELP)

    convert = subcommand(
        'convert',
        'write a checkpoint again, renamed or in another form',
        _convert,
        CONVERT_EPILOG,
    )
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

    mean = subcommand(
        'average', 'write the mean of several checkpoints of one model, the newest last', _average
    )
    mean.add_argument('output', metavar='OUTPUT', help='prefix to write')
    mean.add_argument('paths', metavar='CHECKPOINT', nargs='+')
    mean.add_argument(
        '--ignore', metavar='PATTERN', action='append', default=[], help='leave variables out'
    )
    mean.add_argument('--overwrite', action='store_true', help='replace an existing output')

    compare = subcommand('diff', 'compare two checkpoints name by name', _diff, DIFF_EPILOG)
    compare.add_argument('a', metavar='CHECKPOINT')
    compare.add_argument('b', metavar='CHECKPOINT')
    compare.add_argument('--rtol', type=float, default=0.0, help='relative tolerance (default 0)')
    compare.add_argument('--atol', type=float, default=0.0, help='absolute tolerance (default 0)')
    compare.add_argument('--json', action='store_true', help=JSON_HELP)


def _reporting(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The same, with errors said in one line."""

    def reporting(options: argparse.Namespace) -> int:
        load_tensorflow()
        from tf_seq2seq_compat.checkpoint import CheckpointError

        try:
            return run(options)
        except (CheckpointError, OSError) as error:
            say(' '.join(str(error).split()))
            return 2

    return reporting


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
    if options.json:
        write_json([_described(each) for each in found])
        return 0
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
    described: list[dict[str, Any]] = []
    for info in found:
        array = checkpoint.load(options.path, info.name)[info.name]
        if options.json:
            strings = array.dtype.kind in 'OSU'
            values = array.astype(str) if strings else array.astype(np.float64)
            of_all = {'values': values.tolist()} if strings or options.full else {}
            if not strings and values.size:
                of_all |= {'min': values.min(), 'max': values.max(), 'mean': values.mean()}
            described.append({**_described(info), **of_all})
            continue
        line = ' '.join(_columns(info))
        if array.size and array.dtype.kind in 'fiu':
            wide = array.astype(np.float64)
            line += f' min {wide.min():.6g} max {wide.max():.6g} mean {wide.mean():.6g}'
        print(line)
        with np.printoptions(threshold=sys.maxsize if options.full else 20, linewidth=96):
            print('  ' + str(array).replace('\n', '\n  '))
    if options.json:
        write_json(described)
    return 0


def _described(info: Any) -> dict[str, Any]:
    return {'name': info.name, 'dtype': info.dtype, 'shape': list(info.shape)}


def _convert(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat import checkpoint

    rules: list[object] = [*(['historic'] if options.historic else []), *options.rules]
    names = [variable.name for variable in checkpoint.list_variables(options.path)]
    before = checkpoint.Renames(['historic'] if options.historic else [])
    for rule in checkpoint.Renames(options.rules).unused([before(name) for name in names]):
        say(f'the rule {rule.old}={rule.new} changes no name')
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
    if options.json:
        write_json(
            {**difference._asdict(), 'values': [each._asdict() for each in difference.values]}
        )
    else:
        print(difference)
    return 1 if difference.differs else 0
