"""The command line `tf-seq2seq-compat wrap PROGRAM.py[:EXPRESSION] …`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from tf_seq2seq_compat.terminal import Commands, add_command, load_tensorflow, say

if TYPE_CHECKING:
    import tensorflow as tf

    from tf_seq2seq_compat.graph_model.model import GraphModel

DESCRIPTION = """\
Takes the model from a TF1 program, whose session and training are not entered, and says what it
has: placeholders, variables, training operations, tensors, and what cannot be a function. With
--output a part of it is written as a SavedModel, TFLite or ONNX, for use without this package."""

EPILOG = """\
examples:
  tf-seq2seq-compat wrap train.py --batch_size 32
  tf-seq2seq-compat wrap 'model.py:Model(Config())'
  tf-seq2seq-compat wrap --checkpoint run/model.ckpt-1000 --fetch model.ids --output saved train.py
  tf-seq2seq-compat wrap --fetch model.ids --to onnx --output model.onnx 'model.py:Model(Config())'

EXPRESSION is what of the program is asked for: a function or a class, which is called, a call, or
an object. What stands below `if __name__ == '__main__'` is not run then. Without one the program is
run as itself, up to where it opens a session. What follows the program is its own command line.

The same in Python: tf_seq2seq_compat.GraphModel.from_program('model.py', 'Model(Config())').

exit code: 0 done, 1 the program or the checkpoint does not fit, 2 wrong usage.
"""

WITH_A_VALUE = ('--tf', '--checkpoint', '--fetch', '--feed', '--to', '--output')


def add(to: Commands) -> None:
    """Adds `wrap`."""
    wrap = add_command(
        to,
        'wrap',
        "make a TF1 program's model an object of TensorFlow 2",
        _run,
        description=DESCRIPTION,
        usage='tf-seq2seq-compat wrap [-h] [--tf VERSION] [--checkpoint PREFIX] '
        '[--fetch [NAME=]TENSOR] [--feed TENSOR] [--to FORMAT] [--output PATH] '
        'PROGRAM.py[:EXPRESSION] [ARGUMENTS ...]',
        epilog=EPILOG,
    )
    wrap.add_argument('--tf', metavar='VERSION', help='as for `run`')
    wrap.add_argument(
        '--checkpoint', metavar='PREFIX', help='a TF1 checkpoint to restore the variables from'
    )
    wrap.add_argument(
        '--fetch',
        metavar='[NAME=]TENSOR',
        action='append',
        default=[],
        help='what the written function gives: a name as it is listed, or that of a tensor; '
        'may be repeated',
    )
    wrap.add_argument(
        '--feed',
        metavar='TENSOR',
        action='append',
        default=[],
        help='what it takes beside the placeholders that it needs; may be repeated',
    )
    wrap.add_argument(
        '--to',
        choices=('saved_model', 'tflite', 'onnx'),
        default='saved_model',
        help='what to write (default: saved_model)',
    )
    wrap.add_argument('--output', metavar='PATH', help='the folder, or the file, to write')
    wrap.add_argument(
        'program', metavar='PROGRAM[:EXPRESSION]', help='a script, and what of it is the model'
    )


def _run(options: argparse.Namespace) -> int:
    load_tensorflow()
    import tf_seq2seq_compat
    from tf_seq2seq_compat.checkpoint import CheckpointError
    from tf_seq2seq_compat.export import ExportError
    from tf_seq2seq_compat.tf1 import eras, runner
    from tf_seq2seq_compat.tf1.run_options import DEFAULT

    path, expression = split(options.program)
    try:
        how = DEFAULT if options.tf is None else DEFAULT._replace(version=eras.parse(options.tf))
        if bool(options.output) != bool(options.fetch):
            raise ValueError('--output is for --fetch, and --fetch for --output: give both')
    except ValueError as error:
        options.parser.error(str(error))
    try:
        model = tf_seq2seq_compat.GraphModel.from_program(
            path, expression, options.theirs, options=how, convertible=options.to != 'saved_model'
        )
        if options.checkpoint:
            model.restore(options.checkpoint)
        if options.output:
            _write(model, options)
    except (ValueError, CheckpointError, ExportError, runner.CannotRun) as error:
        say(error)
        return getattr(error, 'exit_code', 1)
    print(model.summary())
    return 0


def split(program: str) -> tuple[str, str | None]:
    """The path and the expression in `PROGRAM.py:EXPRESSION`."""
    path, suffix, expression = program.partition('.py:')
    return (f'{path}.py', expression) if suffix else (program, None)


def _write(model: GraphModel, options: argparse.Namespace) -> None:
    from tf_seq2seq_compat import export

    fetches = dict(_named(one, model) for one in options.fetch)
    source = model._source
    feeds = {one.op.name: one for one in source.tensors(list(options.feed))}
    for operation in source.unfed(list(fetches.values()), list(feeds.values())):
        feeds[operation.name] = operation.outputs[0]
    function = model.function(list(feeds.values()), fetches)
    write = {
        'saved_model': export.to_saved_model, 'tflite': export.to_tflite, 'onnx': export.to_onnx
    }  # fmt: skip
    write[options.to](options.output, function, model=model)
    print(f'{options.output}: {", ".join(feeds)} -> {", ".join(fetches)}', file=sys.stderr)


def _named(words: str, model: GraphModel) -> tuple[str, tf.Tensor]:
    """A fetch and its name."""
    from tf_seq2seq_compat.graph_model.program import elements

    name, _, wanted = words.rpartition('=')
    known: dict[str, Any] = dict(elements(model.built, model.graph))
    tensor = model._source.tensors(known.get(wanted, wanted))
    return name or wanted.rpartition('.')[2].partition(':')[0].replace('/', '_'), tensor
