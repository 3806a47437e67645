"""Builds the wheel and the sdist, checks them, and runs the wheel in clean environments.

    python tests/release_check.py        under each Python from 3.10 on that is found
    python tests/release_check.py --python python3.11 --tensorflow 'tensorflow-cpu==2.21.*'
    python tests/release_check.py --no-install                      build and check only

Needs the packages build, twine and check-wheel-contents (make release-check installs them).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = 'tf_seq2seq_compat'
MINORS = range(10, 15)
BESIDE_THE_PACKAGE = {
    'CHANGELOG.md',
    'CITATION.cff',
    'LICENSE',
    'MANIFEST.in',
    'README.md',
    'SECURITY.md',
    'pyproject.toml',
    'setup.py',
}
ARTICLE = ROOT / 'examples' / 'articles' / 'attention_wrapper_state.py'


def call(*command: object, **options: object) -> str:
    """What a command prints; its output is shown where it fails."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, **options)
    if done.returncode:
        raise SystemExit(f'{" ".join(map(str, command))}\n{done.stdout}{done.stderr}')
    return done.stdout


def tracked() -> set[str]:
    """The files of the package that are committed."""
    return set(call('git', 'ls-files', PACKAGE, cwd=ROOT).split())


def wrong_contents(wheel: Path, sdist: Path) -> list[str]:
    """What is missing in the archives or should not be there."""
    wanted = tracked()
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = {name for name in archive.namelist() if '.dist-info/' not in name}
    with tarfile.open(sdist) as archive:
        in_sdist = {
            member.name.partition('/')[2]
            for member in archive
            if member.isfile() and '.egg-info/' not in member.name
        }
    generated = {'PKG-INFO', 'setup.cfg'}
    return [
        f'{archive.name}: {"lacks" if name in missing else "has"} {name}'
        for archive, missing, more in (
            (wheel, wanted - in_wheel, in_wheel - wanted),
            (
                sdist,
                (wanted | BESIDE_THE_PACKAGE) - in_sdist,
                in_sdist - wanted - BESIDE_THE_PACKAGE - generated,
            ),
        )
        for name in sorted(missing | more)
    ]


def pythons() -> list[str]:
    """Interpreters of the supported versions."""
    found = []
    for minor in MINORS:
        places = [f'python3.{minor}', *Path.home().glob(f'.pyenv/versions/3.{minor}.*/bin/python')]
        for place in places:
            path = shutil.which(str(place))
            check = f'import venv, sys; sys.exit(sys.version_info[:2] != (3, {minor}))'
            if path and subprocess.run([path, '-c', check], capture_output=True).returncode == 0:
                found.append(path)
                break
    return found


def run_installed(python: str, wheel: Path, tensorflow: str, folder: Path) -> str:
    """Installs the wheel into a new environment and runs an article there; says what was run."""
    call(python, '-m', 'venv', folder)
    inside = folder / 'bin' / 'python'
    pip = [inside, '-m', 'pip', 'install', '-qq']
    if tensorflow:
        call(*pip, tensorflow)
        version = call(inside, '-c', 'import tensorflow as tf; print(tf.__version__)').split()[-1]
        minor = '.'.join(version.split('.')[:2])
        call(*pip, '--no-deps', f'tf-keras<={minor}.99', 'tensorflow-estimator==2.15.0', wheel)
        call(*pip, 'tf-slim>=1.1', 'numpy', 'absl-py')
    else:
        call(*pip, wheel)
    environment = {name: text for name, text in os.environ.items() if name != 'PYTHONPATH'}
    options = {'cwd': folder, 'env': environment}
    names = (
        f'import tensorflow as tf, {PACKAGE} as p; print(p.__file__, p.__version__, tf.__version__)'
    )
    file, version, tensorflow = call(inside, '-c', names, **options).split()[-3:]
    if not Path(file).is_relative_to(folder):
        raise SystemExit(f'{file} was imported, not what was installed')
    call(folder / 'bin' / 'tf-seq2seq-compat', 'run', ARTICLE, **options)
    return f'{PACKAGE} {version} on TensorFlow {tensorflow}'


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    flags.add_argument('--python', action='append', help='an interpreter (may be repeated)')
    flags.add_argument('--tensorflow', default='', help='which one, as pip would have it')
    flags.add_argument('--no-install', action='store_true', help='build and check only')
    flags.add_argument('--dist', type=Path, default=ROOT / 'dist', help='where the archives go')
    options = flags.parse_args()
    shutil.rmtree(options.dist, ignore_errors=True)
    call(sys.executable, '-m', 'build', '--outdir', options.dist, ROOT)
    [wheel], [sdist] = options.dist.glob('*.whl'), options.dist.glob('*.tar.gz')
    version = re.search("__version__[^']*'(.*)'", (ROOT / PACKAGE / '__init__.py').read_text())[1]
    if wheel.name != f'{PACKAGE}-{version}-py3-none-any.whl':
        raise SystemExit(f'{wheel.name} is not of version {version}')
    wrong = wrong_contents(wheel, sdist)
    if wrong:
        raise SystemExit('\n'.join(wrong))
    call(sys.executable, '-m', 'twine', 'check', '--strict', wheel, sdist)
    call(sys.executable, '-m', 'check_wheel_contents', wheel)
    print(f'{wheel.name}, {sdist.name}: as they should be', flush=True)
    for python in [] if options.no_install else options.python or pythons():
        with tempfile.TemporaryDirectory() as folder:
            said = run_installed(python, wheel, options.tensorflow, Path(folder).resolve())
            print(f'{python}: {said}', flush=True)


if __name__ == '__main__':
    main()
