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


def tensorflow_of(python: str) -> str:
    code = 'import importlib.metadata as m, sys; sys.stdout.write(m.version("tensorflow"))'
    old = 'import pkg_resources, sys; sys.stdout.write(pkg_resources.require("tensorflow")[0].version)'
    for one in (code, old):
        found = subprocess.run([python, '-W', 'ignore', '-c', one], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout
    raise SystemExit(f'{python} has no TensorFlow: {found.stderr}')


def main(python: str) -> int:
    version = tensorflow_of(python)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = test_tf1_program.run(folder / 'program')
        saved = {one: program.folder / one for one in program.names}
        if version.startswith('1.'):
            for one, path in saved.items():
                for end in ('', '.pb'):
                    source = f'{path}{end}'
                    export.upgrade(source, f'{source}.tensorflow-1{end}', tensorflow_1=True)
        end = '.tensorflow-1' if version.startswith('1.') else ''
        exported = [
            what
            for one, (inputs, outputs) in program.names.items()
            for what in (
                f'saved_model:{saved[one]}{end}',
                f'frozen:{saved[one]}.pb{end}{end and ".pb"}:{",".join(inputs)}={",".join(outputs)}',
            )
        ]
        count = test_tf1_program.check(program, exported, folder, python)
        if not version.startswith('1.'):
            for cell, layers in (('gru', 1), ('lstm', 2)):
                model = models.Model(cell, layers)
                below = folder / cell
                below.mkdir()
                written = test_formats.written(model, 'saved_model', below, (None, None))
                names = test_formats.FUNCTIONS
                test_formats.check_all(
                    model, names, written, test_formats.CALLS, below, python=python
                )
                count += len(names) * len(test_formats.CALLS)
    print(f'TensorFlow {version} computes the same: {count} calls of exported models')
    return 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
