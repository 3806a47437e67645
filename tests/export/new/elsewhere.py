"""Other versions of TensorFlow load what this one exports, and then compute the same.

    python tests/export/new/elsewhere.py PYTHON

Run by the package's Python; PYTHON is the interpreter of TensorFlow 2.15, or of TensorFlow 1.15.5,
which gets what a program of TensorFlow 1 has saved, after `export upgrade --tensorflow-1`.
"""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.export.new import models, test_formats, test_tf1_program  # noqa: E402
from tf_seq2seq_compat import export  # noqa: E402


def version_of(python: str) -> str:
    """Its TensorFlow's."""
    code = 'import tensorflow as tf; print(tf.__version__)'
    done = subprocess.run([python, '-c', code], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def of_program(folder: pathlib.Path, python: str, upgrade: bool) -> int:
    """Checks what a program of TensorFlow 1 has saved."""
    program = test_tf1_program.run(folder / 'program')
    exported = []
    for name, (inputs, outputs) in program.names.items():
        saved, frozen = program.folder / name, program.folder / f'{name}.pb'
        if upgrade:
            old = saved, frozen
            saved, frozen = (path.with_name(f'{name}.upgraded{path.suffix}') for path in old)
            export.upgrade(old[0], saved, tensorflow_1=True)
            export.upgrade(old[1], frozen, tensorflow_1=True)
        names = f'{",".join(inputs)}={",".join(outputs)}'
        exported += [f'saved_model:{saved}', f'frozen:{frozen}:{names}']
    return test_tf1_program.check(program, exported, folder, python)


def of_models(folder: pathlib.Path, python: str) -> int:
    """Checks SavedModels of objects of TensorFlow 2."""
    names, calls = test_formats.FUNCTIONS, test_formats.CALLS
    for cell, layers in (('gru', 1), ('lstm', 2)):
        model, below = models.Model(cell, layers), folder / cell
        below.mkdir()
        written = test_formats.written(model, 'saved_model', below, (None, None))
        test_formats.check_all(model, names, written, calls, below, python=python)
    return 2 * len(names) * len(calls)


def main(python: str) -> int:
    version = version_of(python)
    old = version.startswith('1.')
    with tempfile.TemporaryDirectory() as name:
        count = of_program(pathlib.Path(name), python, upgrade=old)
        if not old:
            count += of_models(pathlib.Path(name), python)
    print(f'TensorFlow {version} computes the same: {count} calls of exported models')
    return 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
