"""The command line `tf-seq2seq-compat run PROGRAM …`."""

from __future__ import annotations

import argparse

from tf_seq2seq_compat.terminal import Commands, add_command, say

EPILOG = """\
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


def add(commands: Commands) -> None:
    """Adds `run`."""
    run = add_command(
        commands,
        'run',
        'run a TF1 program unchanged, or a notebook',
        _run,
        description='Runs a TF1 program as Python would: with TF1 behaviour, tf.contrib.seq2seq, '
        'tf.contrib.rnn, tf.nn.rnn_cell, tf.layers and the Keras of its day.',
        usage='tf-seq2seq-compat run [-h] [--tf VERSION] [--strict] [--xla[=auto]] [--python2] '
        '[--addons=ours] [--verbose] [--output FILE] (SCRIPT | NOTEBOOK | -m MODULE) '
        '[ARGUMENTS ...]',
        epilog=EPILOG,
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
        '--xla=auto',
        dest='xla',
        action='store_const',
        const='auto',
        help='the same, where it pays: on a CPU loops over inputs, not decoding',
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


def _run(options: argparse.Namespace) -> int:
    from tf_seq2seq_compat.tf1 import eras, runner
    from tf_seq2seq_compat.tf1.run_options import RunOptions
    from tf_seq2seq_compat.tf1.runtime import Runtime

    parser, theirs = options.parser, options.theirs
    is_notebook = options.program.endswith('.ipynb') and not options.module
    if options.output is not None and not is_notebook:
        parser.error('--output is for notebooks')
    try:
        version = None if options.tf is None else eras.parse(options.tf)
    except ValueError as error:
        parser.error(f'--tf: {error}')
    how = RunOptions(
        options.strict,
        options.xla,
        options.python2,
        options.addons == 'ours',
        version,
        options.verbose,
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
        say(error)
        return error.exit_code
    return 0
