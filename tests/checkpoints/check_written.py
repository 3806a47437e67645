"""TensorFlow 1.15.5 restores what this package saves, and then computes the same.

    python tests/checkpoints/check_written.py ORACLE

Run by the package's Python; ORACLE is the interpreter of TensorFlow 1.15.5. Three folders of
checkpoints are written: through the runner TensorFlow 1.15.5's own, restored and saved again, and
those of the same models trained here from the start; and what `checkpoint.save` makes of objects.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))
MAKE = HERE / 'make.py'
RUNNER = [sys.executable, '-m', 'tf_seq2seq_compat', 'run']


def run_make(*arguments: object) -> None:
    subprocess.run([*RUNNER, MAKE, *arguments], cwd=ROOT, check=True)


def copy(folder: pathlib.Path) -> None:
    run_make('--copy', HERE / 'data', folder)


def train(folder: pathlib.Path) -> None:
    run_make('--out', folder)


def save_objects(folder: pathlib.Path) -> None:
    from tests.checkpoints import objects
    from tf_seq2seq_compat import checkpoint

    for name in objects.LAYERS:
        (folder / name).mkdir(parents=True)
        shutil.copy(objects.DATA / name / 'expected.npz', folder / name)
        like = objects.prefix(name)
        checkpoint.save(folder / name / 'model.ckpt', objects.restored(name), like=like)


def main(oracle: str) -> int:
    wrong = 0
    with tempfile.TemporaryDirectory(prefix='checkpoints-') as folder:
        for write in (copy, train, save_objects):
            print(f'{write.__name__}:', flush=True)
            written = pathlib.Path(folder, write.__name__)
            write(written)
            names = sorted(each.name for each in written.iterdir())
            restore = [oracle, MAKE, '--restore', written, '--only', *names]
            wrong += subprocess.run(restore, check=False).returncode != 0
    return int(wrong > 0)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
