"""Writes a folder that measures the workloads on a GPU: `python FOLDER/run.py` there.

The folder needs a Python with JAX, PyTorch and NumPy; no TensorFlow, and no network.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks import workloads  # noqa: E402
from benchmarks.stablehlo import execute, export  # noqa: E402
from benchmarks.workers import ROOT  # noqa: E402

FILES = [
    *(
        f'benchmarks/{name}.py'
        for name in ('agreement', 'floor', 'publish', 'report', 'run', 'workers', 'workloads')
    ),
    *(f'benchmarks/peers/{name}.py' for name in ('jax_peer', 'layouts', 'serving', 'torch_peer')),
    *(f'benchmarks/stablehlo/{name}.py' for name in ('description', 'device', 'execute')),
]
RUN = '''"""Checks and times the workloads on this machine's GPU; the options are `execute.py`'s."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from benchmarks.stablehlo import execute  # noqa: E402

if __name__ == '__main__':
    here = ['--exported', str(HERE / 'exported'), '--output', str(HERE / 'results')]
    limits = ['--budget', '{budget}', '--time-limit', '90', '--only', '{names}']
    python = ['--python', f'torch={{sys.executable}}']
    sys.exit(execute.main([*here, *limits, *python, *sys.argv[1:]]))
'''
BUDGET = 400


def write(folder: Path, names: Sequence[str], exported: Path | None = None) -> None:
    """Writes the bundle of these workloads; all of it appears, or nothing.

    Args:
      folder: The new folder.
      names: Workloads, in the order in which they are run.
      exported: Folder of what has been exported; by default it is exported here.

    Raises:
      FileExistsError: If there is such a folder.
    """
    if folder.exists():
        raise FileExistsError(f'{folder} exists already: remove it, or give another --folder')
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        new = Path(made) / folder.name
        for name in FILES:
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, new / name)
        if exported is None:
            export.main([*names, '--folder', str(new / 'exported')])
        else:
            shutil.copytree(exported, new / 'exported')
        (new / 'run.py').write_text(RUN.format(budget=BUDGET, names=','.join(names)))
        new.rename(folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the bundle that the command line asks for."""
    parser = argparse.ArgumentParser(prog='make gpu-bundle', description=__doc__.splitlines()[0])
    parser.add_argument('--folder', type=Path, required=True)
    parser.add_argument('--only', metavar='NAMES', default=execute.GPU_ORDER, help='workloads')
    parser.add_argument('--exported', type=Path, help='what has been exported already')
    options = parser.parse_args(arguments)
    wanted = execute.run.chosen(options.only, list(workloads.every().values()))
    try:
        write(options.folder.resolve(), [one.name for one in wanted], options.exported)
    except FileExistsError as error:
        sys.exit(str(error))
    print(f'{options.folder} is written: python {options.folder}/run.py, where the GPU is')
    return 0


if __name__ == '__main__':
    sys.exit(main())
