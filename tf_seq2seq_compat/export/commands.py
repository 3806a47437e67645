"""The command line: `tf-seq2seq-compat export COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from typing import Any

from tf_seq2seq_compat.terminal import (
    JSON_HELP,
    Commands,
    add_command,
    load_tensorflow,
    say,
    write_json,
)

DESCRIPTION = 'Makes old graph files load again, lists them, and exports models.'

EPILOG = """\
examples:
  tf-seq2seq-compat export show old_model/
  tf-seq2seq-compat export upgrade old_model/ new_model/
  tf-seq2seq-compat export upgrade model.ckpt-1000.meta upgraded.meta
  tf-seq2seq-compat export tflite translate.py:exported translate.tflite --quantize float16
  tf-seq2seq-compat export onnx model.ckpt-1000 greedy.onnx --input x=source:0 --output ids=ids:0

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

FORMAT_EPILOG = """\
examples:
  tf-seq2seq-compat export FORMAT translate.py:exported OUTPUT
  tf-seq2seq-compat export FORMAT model.ckpt-1000 OUTPUT --input letters=letters:0 \\
      --output ids=decoder/ids:0 --shape letters=1,?

SOURCE is
  FILE.py:NAME or MODULE:NAME   a tf.function with an input_signature, a functional Keras model, a
                                pair of a function and the list of its tf.TensorSpecs, a dict of
                                such things by name, or a function that returns one of these
  a checkpoint of TF1           with its graph in the .meta beside it, and --input and --output

exit code: 0 done, 2 an error.
"""


def add(to: Commands) -> None:
    """Adds `export` with its subcommands."""
    parser = add_command(
        to,
        'export',
        'make old graph files load again, and export models',
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    commands = parser.add_subparsers(dest='export_command', metavar='COMMAND', required=True)
    for each in COMMANDS:
        each(commands)


def _run(options: argparse.Namespace) -> int:
    load_tensorflow()
    from tf_seq2seq_compat.export.errors import ExportError

    try:
        return options.export(options)
    except (ExportError, OSError) as error:
        say(error)
        return 2


def _add_upgrade(commands: Commands) -> None:
    parser = add_command(
        commands,
        'upgrade',
        'write an old model so that plain TensorFlow 2 loads it',
        _run,
        epilog=UPGRADE_EPILOG,
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
    parser.add_argument(
        '--tensorflow-1',
        action='store_true',
        help='let TensorFlow 1.15 load it too, if a TensorFlow 1 program made it',
    )
    parser.set_defaults(export=_upgrade)


def _upgrade(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat import export

    written, replaced = export.upgrade(
        options.path, options.output, keep=options.keep, tensorflow_1=options.tensorflow_1
    )
    for operation, count in sorted(replaced.items()):
        print(f'{operation}: {count} {"node" if count == 1 else "nodes"}, given as a function')
    if not replaced:
        print('nothing had to be replaced')
    print(f'wrote {written}')
    return 0


def _add_show(commands: Commands) -> None:
    parser = add_command(
        commands,
        'show',
        'list signatures, variables, sizes and unknown operations of a model',
        _run,
        description='Lists what a SavedModel, MetaGraph or graph holds, without loading it.',
    )
    parser.add_argument('path', metavar='PATH', help='a folder or a file, as for upgrade')
    parser.add_argument('--json', action='store_true', help=JSON_HELP)
    parser.set_defaults(export=_show)


def _show(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat.export import graph_summary

    if options.json:
        write_json(graph_summary.listing(options.path))
    else:
        print(graph_summary.show(options.path))
    return 0


def _add_format(
    name: str, what: str, option: str = '', **arguments: Any
) -> Callable[[Commands], None]:
    def add(commands: Commands) -> None:
        parser = add_command(
            commands,
            name,
            f'write a model as {what}',
            _run,
            epilog=FORMAT_EPILOG.replace('FORMAT', name),
        )
        parser.add_argument('source', metavar='SOURCE', help='FILE.py:NAME or the checkpoint')
        parser.add_argument('output', metavar='OUTPUT', help='what to write')
        for direction in ('input', 'output'):
            parser.add_argument(
                f'--{direction}',
                dest=f'{direction}s',
                metavar='NAME=TENSOR',
                action='append',
                type=_pair,
                default=[],
                help=f'for a checkpoint: an {direction}, such as ids=decoder/ids:0',
            )
        parser.add_argument(
            '--shape',
            dest='shapes',
            metavar='NAME=SIZES',
            action='append',
            type=_pair,
            default=[],
            help='for a checkpoint: the sizes of an input, such as letters=1,?',
        )
        parser.add_argument('--meta', metavar='FILE', help='its graph (default: SOURCE.meta)')
        if option:
            parser.add_argument(option, **arguments)
        # The function's name; its keyword is the option's.
        parser.set_defaults(
            export=_write, writer=f'to_{name.replace("-", "_")}', keyword=option.lstrip('-')
        )

    return add


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition('=')
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f'{text!r} is not NAME=VALUE')
    return name, value


def _write(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat import export
    from tf_seq2seq_compat.export.errors import ExportError

    file, colon, name = options.source.rpartition(':')
    if colon and not (options.inputs or options.outputs):
        functions = _attribute(file, name)
    elif options.inputs and options.outputs:
        try:
            shapes = {
                one: [None if size.strip() == '?' else int(size) for size in sizes.split(',')]
                for one, sizes in options.shapes
            }
        except ValueError as error:
            raise ExportError(
                f'--shape: sizes are numbers or ?, separated by commas: {error}'
            ) from error
        functions = export.from_checkpoint(
            options.source,
            dict(options.inputs),
            dict(options.outputs),
            meta_graph=options.meta,
            shapes=shapes,
        )
    else:
        raise ExportError(
            f'{options.source}: give FILE.py:NAME, or a checkpoint with --input and --output.'
        )
    keywords = {}
    if options.keyword and getattr(options, options.keyword) is not None:
        keywords[options.keyword] = getattr(options, options.keyword)
    print(f'wrote {getattr(export, options.writer)(options.output, functions, **keywords)}')
    return 0


def _attribute(file: str, name: str) -> Any:
    """What a file or a module calls so; a function without arguments is called for it."""
    from tf_seq2seq_compat.export.errors import ExportError

    sys.path.insert(0, os.path.dirname(os.path.abspath(file)) if file.endswith('.py') else '.')
    try:
        module = importlib.import_module(os.path.basename(file).removesuffix('.py'))
        found = getattr(module, name)
    except (ImportError, AttributeError) as error:
        raise ExportError(f'There is no {name} in {file}: {error}') from error
    return (
        found() if inspect.isfunction(found) and not inspect.signature(found).parameters else found
    )


# Each adds the parser of a command, whose default `export` is the function that runs it, from the
# options to the exit code. TensorFlow is loaded by that function, never before.
COMMANDS: tuple[Callable[[Commands], None], ...] = (
    _add_upgrade,
    _add_show,
    _add_format('saved-model', 'a SavedModel'),
    _add_format(
        'tflite',
        'TFLite with built-in operations only',
        '--quantize',
        choices=('dynamic_range', 'float16'),
        help='weights in 8 bits, or in 16',
    ),
    _add_format('onnx', 'ONNX, by tf2onnx', '--opset', type=int, help="of ONNX's operations"),
    _add_format(
        'stablehlo',
        'StableHLO, for XLA; all sizes must be fixed',
        '--platform',
        choices=('CPU', 'GPU', 'TPU'),
        help='what it is to run on (default: CPU)',
    ),
)
