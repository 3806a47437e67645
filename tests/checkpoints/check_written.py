"""TensorFlow 1.15.5 restores what this package saves, and then computes the same.

    python tests/checkpoints/check_written.py ORACLE

Run by the package's Python; ORACLE is the interpreter of TensorFlow 1.15.5. Two folders of
checkpoints are written through the runner: TensorFlow 1.15.5's own, restored and saved again, and
those of the same models trained here from the start.
"""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MAKE = HERE / 'make.py'
RUNNER = [sys.executable, '-m', 'tf_seq2seq_compat', 'run']


def main(oracle: str) -> int:
    wrong = 0
    with tempfile.TemporaryDirectory(prefix='checkpoints-') as folder:
        for kind, write in (
            ('restored and saved again', ['--copy', HERE / 'data', f'{folder}/copied']),
            ('trained from the start', ['--out', f'{folder}/trained']),
        ):
            print(f'{kind}:', flush=True)
            subprocess.run([*RUNNER, MAKE, *write], cwd=HERE.parents[1], check=True)
            done = subprocess.run([oracle, MAKE, '--restore', write[-1]], check=False)
            wrong += done.returncode != 0
    return int(wrong > 0)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
