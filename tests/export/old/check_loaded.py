"""TensorFlow 1.15.5 loads what this package has upgraded, and then computes the same.

    python tests/export/old/check_loaded.py ORACLE

Run by the package's Python; ORACLE is the interpreter of TensorFlow 1.15.5, in which the replaced
operations are registered.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.export.old import load_plain, models  # noqa: E402
from tf_seq2seq_compat import export  # noqa: E402


def main(oracle: str) -> int:
    with tempfile.TemporaryDirectory() as name:
        old, new = (pathlib.Path(name, each) for each in ('old', 'new'))
        old.mkdir()
        new.mkdir()
        models.unpacked(old)
        for form in ('saved_model', 'frozen.pb', 'model.meta'):
            export.upgrade(old / form, new / form)
        for file in old.glob('model.*-of-*'):
            shutil.copy(file, new)
        shutil.copy(old / 'model.index', new)
        subprocess.run([oracle, load_plain.__file__, new, new / 'found.npz'], check=True)
        with np.load(new / 'found.npz') as arrays:
            values = [(*key.split('/')[2:], arrays[key]) for key in arrays.files if '/' in key]
            version = str(arrays['version'])
    models.same_as_recorded('tf1', values)
    print(f'TensorFlow {version} computes the same: {len(values)} arrays')
    return 0 if len(values) == 60 else 1


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
