"""The programs that a program starts get the shim, and what is installed does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.tf1.processes import environment, last_line, python, run

# Without TensorFlow, to be quick: who has replaced `__import__`, and what became of `import imp`.
FACTS = """
import builtins, json, os, sys
hook = getattr(builtins.__import__, '__self__', None)
facts = {
    'hook': type(hook).__name__, 'argv': sys.argv, 'name': __name__,
    'path': [os.path.basename(each) for each in sys.path[:1]],
    'startup': [each for each in sys.path if each.endswith('startup')],
    'runner': 'tf_seq2seq_compat.tf1.runner' in sys.modules,
}
print(json.dumps(facts))
"""

PARENT = """
import json, os, subprocess, sys

found = {}
for name, words in json.load(open('commands.json')).items():
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    found[name] = [done.returncode, done.stdout, done.stderr]
os.environ['PATH'] = os.path.dirname(sys.executable) + os.pathsep + os.environ['PATH']
found['by its name'] = [0, os.popen(os.path.basename(sys.executable) + ' child.py a').read(), '']
done = subprocess.run([sys.executable, '-'], input=open('child.py').read(), capture_output=True,
                      text=True)
found['from stdin'] = [done.returncode, done.stdout, done.stderr]
print(json.dumps(found))
"""
COMMANDS = {
    'a script': ['child.py', '--strict', 'x'],
    'with options': ['-u', '-W', 'ignore', 'child.py'],
    'a module': ['-m', 'package.child', '-m', 'x'],
    'a module, joined': ['-mpackage.child'],
    'a folder': ['folder'],
    'in a word': ['-c', FACTS, 'x'],
    'isolated': ['-I', 'child.py'],
    'installed': ['-m', 'installed_tool', 'x'],
    'it fails': ['fails.py'],
    'there is none': ['absent.py'],
}


@pytest.fixture
def folder(tmp_path):
    """A program with children of every kind."""
    for path, text in {
        'parent.py': PARENT,
        'child.py': FACTS,
        'package/__init__.py': '',
        'package/child.py': FACTS,
        'folder/__main__.py': FACTS,
        'fails.py': 'def f():\n    return {}["k"]\n\nf()\n',
        'site-packages/installed_tool.py': FACTS,
        'commands.json': json.dumps(COMMANDS),
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding='utf-8')
    return tmp_path


def facts_of(result):
    status, out, error = result
    assert status == 0, error
    return json.loads(out.splitlines()[-1])


def test_children(folder, monkeypatch):
    path = os.pathsep.join([str(folder / 'site-packages'), environment()['PYTHONPATH']])
    monkeypatch.setenv('PYTHONPATH', path)
    found = json.loads(last_line(run('--strict', 'parent.py', cwd=folder)))
    for name, argv in {
        'a script': ['child.py', '--strict', 'x'],
        'with options': ['child.py'],
        'a module': [str(folder / 'package' / 'child.py'), '-m', 'x'],
        'a module, joined': [str(folder / 'package' / 'child.py')],
        'a folder': ['folder'],
        'in a word': ['-c', 'x'],
        'by its name': ['child.py', 'a'],
        'from stdin': ['-'],
    }.items():
        facts = facts_of(found[name])
        assert facts['hook'] == 'ImportHook', name
        assert facts['argv'] == argv and facts['name'] == '__main__'
        assert facts['startup'] == []
    assert facts_of(found['a script'])['path'] == [folder.name]
    for name in ('installed', 'isolated'):
        facts = facts_of(found[name])
        assert facts['hook'] == 'module' and not facts['runner'], name
    status, _, error = found['it fails']
    assert status == 1 and error.endswith("KeyError: 'k'\n") and error.count('File ') == 2
    assert found['there is none'][0] == 2


SPAWNING = """
import concurrent.futures, multiprocessing, os

import tensorflow as tf


def work(n):
    import tensorflow
    return n + 1, tensorflow is tf and bool(tensorflow.contrib), tensorflow.executing_eagerly()


if __name__ == '__main__':
    found = []
    for kind in ('spawn', 'forkserver'):
        with multiprocessing.get_context(kind).Pool(1) as pool:
            found += pool.map(work, [1])
    context = multiprocessing.get_context('spawn')
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        found.append(pool.submit(work, 2).result())
    print(found)
"""


@pytest.mark.slow
def test_multiprocessing(tmp_path):
    (tmp_path / 'a.py').write_text(SPAWNING, encoding='utf-8')
    expected = str([(2, True, False), (2, True, False), (3, True, False)])
    assert last_line(run('a.py', cwd=tmp_path)) == expected


def test_an_environment_with_a_sitecustomize_of_its_own(tmp_path):
    """It is run as before, and so is a Python that is not the runner's."""
    (tmp_path / 'sitecustomize.py').write_text('print("its own")\n', encoding='utf-8')
    (tmp_path / 'child.py').write_text(FACTS, encoding='utf-8')
    (tmp_path / 'a.py').write_text(
        'import json, os, subprocess, sys\n'
        'words = [sys.executable, "child.py"]\n'
        'ours = subprocess.run(words, capture_output=True, text=True).stdout\n'
        'settings = json.loads(os.environ["TF_SEQ2SEQ_COMPAT_CHILDREN"])\n'
        'settings["python"][0] = "/another"\n'
        'os.environ["TF_SEQ2SEQ_COMPAT_CHILDREN"] = json.dumps(settings)\n'
        'other = subprocess.run(words, capture_output=True, text=True).stdout\n'
        'print(json.dumps([ours, other]))\n',
        encoding='utf-8',
    )
    path = os.pathsep.join([str(tmp_path), environment()['PYTHONPATH']])
    done = subprocess.run(
        [sys.executable, '-m', 'tf_seq2seq_compat', 'run', 'a.py'],
        cwd=tmp_path,
        env={**environment(), 'PYTHONPATH': path},
        capture_output=True,
        text=True,
        check=False,
    )
    ours, other = json.loads(last_line(done))
    assert ours.count('its own') == 2  # before and after it becomes a process of the runner
    assert json.loads(ours.splitlines()[-1])['hook'] == 'ImportHook'
    assert other.count('its own') == 1
    assert json.loads(other.splitlines()[-1])['hook'] == 'module'


def test_a_program_without_the_runner_has_children_without_it(tmp_path):
    (tmp_path / 'child.py').write_text(FACTS, encoding='utf-8')
    facts = json.loads(last_line(python('child.py', cwd=tmp_path)))
    assert facts['hook'] == 'module' and not facts['runner']
