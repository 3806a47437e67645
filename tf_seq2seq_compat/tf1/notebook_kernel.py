"""The IPython kernel that `tf-seq2seq-compat run notebook.ipynb` starts."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from pathlib import Path

from tf_seq2seq_compat.migrate import sources
from tf_seq2seq_compat.tf1 import import_hook, notebook
from tf_seq2seq_compat.tf1.run_options import RunOptions


def main() -> None:
    """Starts a kernel with the shim in place, and serves until it is told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--connection', required=True)
    parser.add_argument('--options', required=True, help='`RunOptions`, as JSON')
    parser.add_argument('--argv', required=True, help='sys.argv of the cells, as JSON')
    options, settings = parser.parse_known_args()

    kernel = importlib.import_module('ipykernel.kernelapp').IPKernelApp.instance()
    kernel.initialize(['-f', options.connection, *settings])
    sys.argv[:] = json.loads(options.argv)
    import_hook.add_program_folder(os.getcwd())
    notebook.load(
        kernel.shell,
        RunOptions(*json.loads(options.options)),
        text=_cells(os.path.basename(sys.argv[0])),
    )
    kernel.start()


def _cells(file: str) -> str:
    """The code of a notebook in the current folder, which the kernel is started for."""
    try:
        text = Path(file).read_text(encoding='utf-8')
    except OSError:
        return ''
    return '\n'.join(map(sources.without_magics, sources.code_cells(text)))


if __name__ == '__main__':
    main()
