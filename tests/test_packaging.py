"""What setup.py declares and what the Makefile chooses."""

import re
import runpy
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import setuptools
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import tf_seq2seq_compat
from tf_seq2seq_compat.tf1.old_libraries.tables import MODULES

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / 'tf_seq2seq_compat'


@pytest.fixture
def declared(monkeypatch):
    """What setup.py hands to setuptools."""
    handed = {}
    monkeypatch.setattr(setuptools, 'setup', lambda **keywords: handed.update(keywords))
    monkeypatch.chdir(ROOT)
    runpy.run_path('setup.py')
    return handed


def by_name(requirements):
    parsed = [Requirement(text) for text in requirements]
    return {requirement.name: requirement for requirement in parsed}


def test_the_version_is_said_once(declared):
    assert declared['version'] == tf_seq2seq_compat.__version__


def test_supported_versions(declared):
    python = SpecifierSet(declared['python_requires'])
    assert [minor for minor in range(7, 16) if f'3.{minor}.1' in python] == [10, 11, 12, 13, 14]
    for name in ('tensorflow', 'tf-keras'):
        versions = by_name(declared['install_requires'])[name].specifier
        assert [minor for minor in range(12, 25) if f'2.{minor}.0' in versions] == list(
            range(15, 23)
        )


def test_the_console_script_exists(declared):
    [script] = declared['entry_points']['console_scripts']
    name, module, function = re.fullmatch(r'(\S+) = (\S+):(\S+)', script).groups()
    assert name == 'tf-seq2seq-compat'
    assert callable(getattr(import_module(module), function))


def test_every_package_and_the_type_marker_are_installed(declared):
    folders = {path.parent.relative_to(ROOT) for path in PACKAGE.rglob('__init__.py')}
    assert set(declared['packages']) == {'.'.join(folder.parts) for folder in folders}
    modules = {path.parent.relative_to(ROOT) for path in PACKAGE.rglob('*.py')}
    assert modules == folders, 'a folder with modules lacks __init__.py'
    tables = ['symbols', 'old_libraries/removed', 'eras/names', 'eras/orders']
    files = ['py.typed', *(f'tf1/{name}.tsv' for name in tables)]
    assert declared['package_data'] == {'tf_seq2seq_compat': files}
    assert all((PACKAGE / file).is_file() for file in files)


def test_the_extra_has_the_packages_of_modules_that_python_removed(declared):
    extra = by_name(declared['extras_require']['removed-modules'])
    rows = [row for row in MODULES if row.package]
    assert set(extra) == {row.package for row in rows}
    assert set(extra) <= set(by_name(declared['extras_require']['test']))
    for row in rows:
        for minor in range(10, 14):
            environment = {**default_environment(), 'python_version': f'3.{minor}'}
            gone = minor >= int(row.gone.rpartition('.')[2])
            assert extra[row.package].marker.evaluate(environment) == gone, (row, minor)


@pytest.mark.parametrize(
    'python, machine, wanted',
    [('3.11', 'x86_64', True), ('3.12', 'x86_64', False), ('3.11', 'aarch64', False)],
)
def test_addons_come_only_where_they_install(declared, python, machine, wanted):
    environment = {**default_environment(), 'python_version': python, 'platform_machine': machine}
    requirements = by_name(declared['extras_require']['addons'])
    assert set(requirements) == {'tensorflow-addons', 'tensorflow'}
    assert {r.marker.evaluate(environment) for r in requirements.values()} == {wanted}
    assert '2.15.1' in requirements['tensorflow'].specifier
    assert '2.16.1' not in requirements['tensorflow'].specifier


def test_nothing_asks_by_distribution_name():
    """Any distribution that provides the module `tensorflow` will do.

    `doctor` asks which one does.
    """
    asking = re.compile(r'importlib[._]metadata|pkg_resources|from importlib import .*metadata')
    files = sorted(PACKAGE.rglob('*.py'))
    assert files
    found = [file.name for file in files if asking.search(file.read_text(encoding='utf-8'))]
    assert found == ['doctor.py']


@pytest.fixture
def clone(tmp_path):
    """Runs make -n in a copy of what the Makefile reads, with only the given interpreters."""
    for name in ('Makefile', 'setup.py'):
        shutil.copy(ROOT / name, tmp_path)
    folder = tmp_path / 'bin'
    folder.mkdir()
    for tool in ('sh', 'cat', 'rm', 'mkdir', 'touch'):
        (folder / tool).symlink_to(shutil.which(tool))

    def dry_run(*arguments, interpreters):
        for name, script in interpreters.items():
            (folder / name).write_text(f'#!/bin/sh\n{script}\n')
            (folder / name).chmod(0o755)
        environment = {'PATH': str(folder), 'HOME': str(tmp_path)}
        return subprocess.run(
            [shutil.which('make'), '-n', *arguments],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    return dry_run


WORKS = f'exec "{sys.executable}" "$@"'
NOT_INSTALLED = 'echo "not installed in this shim" >&2; exit 127'
TOO_OLD = 'exit 1'  # What the check of the version gives under Python 3.9, say.


def test_make_passes_over_interpreters_that_do_not_run(clone):
    plan = clone(
        'test', interpreters={'python3.13': NOT_INSTALLED, 'python3.11': WORKS, 'python3': TOO_OLD}
    )
    assert re.search(r'bin/python3\.11 -m venv \.venv\n', plan)
    assert "-e '.[test]'" in plan


def test_make_says_that_there_is_no_python(clone):
    plan = clone('test', interpreters={'python3': TOO_OLD})
    assert "test -n '' || { echo 'no Python 3.10 to 3.14 found" in plan


def test_make_installs_around_a_chosen_tensorflow(clone):
    plan = clone('test', 'TENSORFLOW=tensorflow-cpu==2.21.*', interpreters={'python3': WORKS})
    assert "install -qq 'tensorflow-cpu==2.21.*'" in plan
    assert '--no-deps "tf-keras<=$minor.99" -e .' in plan
    assert "-e '.[test]'" not in plan


def test_make_takes_an_oracle_that_exists(clone):
    assert 'venv' not in clone('golden', 'ORACLE=/some/python3.7', interpreters={})
    assert '.venvs/legacy' in clone('golden', interpreters={'python3.7': 'exit 0'})
