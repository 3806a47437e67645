"""The runner gives a program what Python itself gives it: compared with Python, case by case."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import pytest

from tests.tf1.processes import python, run

FACTS = """
import os, sys
main = sys.modules['__main__']
print(sys.argv, sys.path[0], os.getcwd(), __name__, __file__, __package__, __doc__)
print(main.__dict__ is globals(), __spec__ and __spec__.name, type(__loader__).__name__, __cached__)
print(type(__builtins__).__name__, globals().get('__annotations__'))
"""


@dataclass
class Program:
    """Files, and the command line (without `python`) that runs them."""

    files: dict[str, str]
    command: list[str]
    stdin: str = ''
    links: dict[str, str] = field(default_factory=dict)
    error_frames_of_runpy: bool = False


PROGRAMS = {
    'facts': Program({'a.py': FACTS}, ['a.py', 'x', '--y=1']),
    'facts in a folder': Program({'sub/a.py': FACTS}, ['sub/a.py']),
    'facts of a link': Program({'sub/a.py': FACTS}, ['b.py'], links={'b.py': 'sub/a.py'}),
    'name without .py': Program({'train': FACTS}, ['train', 'now']),
    'folder with __main__': Program(
        {'app/__main__.py': FACTS + 'import part', 'app/part.py': 'print(__name__)'}, ['app', 'z']
    ),
    'module': Program(
        {
            'pack/__init__.py': 'print("package")',
            'pack/inner.py': FACTS + 'from . import other',
            'pack/other.py': 'print(__name__)',
        },
        ['-m', 'pack.inner', '--flag', '-m'],
    ),
    'package with __main__': Program(
        {'pack/__init__.py': '', 'pack/__main__.py': FACTS}, ['-m', 'pack']
    ),
    'flags like our own': Program(
        {'a.py': 'import sys; print(sys.argv)'},
        ['a.py', '--strict', '-h', '--help', '--version', '-m', 'x'],
    ),
    'relative paths': Program(
        {'sub/a.py': 'print(open("data.txt").read())', 'data.txt': 'here'}, ['sub/a.py']
    ),
    'stdin': Program(
        {'a.py': 'import sys; print(input(), sys.stdin.read())'}, ['a.py'], 'one\ntwo\n'
    ),
    'sibling': Program({'sub/a.py': 'import b', 'sub/b.py': 'print(__name__)'}, ['sub/a.py']),
    'guard': Program({'a.py': 'if __name__ == "__main__":\n    print("main")'}, ['a.py']),
    'exit with a number': Program({'a.py': 'import sys; sys.exit(3)'}, ['a.py']),
    'exit with words': Program({'a.py': 'raise SystemExit("no data")'}, ['a.py']),
    'exit with nothing': Program({'a.py': 'import sys; print(1); sys.exit()'}, ['a.py']),
    'exception': Program({'a.py': 'def f():\n    return 1 / 0\n\nf()\n'}, ['a.py']),
    'exceptions in a chain': Program(
        {
            'a.py': 'try:\n    try:\n        {}["k"]\n    except KeyError as e:\n'
            '        raise ValueError("v") from e\nexcept ValueError:\n    raise TypeError("t")\n'
        },
        ['a.py'],
    ),
    'exception in an imported file': Program(
        {'a.py': 'import b', 'b.py': 'import c', 'c.py': 'def g():\n    int("x")\ng()\n'}, ['a.py']
    ),
    'missing module': Program({'a.py': 'import surely_not_installed'}, ['a.py']),
    'missing name': Program({'a.py': 'from json import surely_not_there'}, ['a.py']),
    'syntax error': Program({'a.py': 'x = = 1\n'}, ['a.py']),
    'syntax error in an imported file': Program(
        {'a.py': 'import b', 'b.py': 'def f(:\n'}, ['a.py']
    ),
    'encoding': Program({'a.py': 'print("词")  # 编码\n'}, ['a.py']),
    'interrupt': Program({'a.py': 'raise KeyboardInterrupt'}, ['a.py']),
    'at exit': Program(
        {'a.py': 'import atexit\natexit.register(print, "end")\nprint(1)\n1 / 0\n'}, ['a.py']
    ),
    'own excepthook': Program(
        {
            'a.py': 'import sys, traceback\n'
            'sys.excepthook = lambda t, e, tb: print(t, e, traceback.extract_tb(tb)[0].line)\n'
            'raise ValueError(1)\n'
        },
        ['a.py'],
    ),
    'module raises': Program(
        {'pack/__init__.py': '', 'pack/a.py': 'def f():\n    raise ValueError(2)\nf()\n'},
        ['-m', 'pack.a'],
        error_frames_of_runpy=True,
    ),
}


def without_runpy(stderr: str) -> str:
    """A traceback of `python -m` without its lines about the module runpy."""
    return ''.join(line for line in stderr.splitlines(True) if '<frozen runpy>' not in line)


@pytest.mark.parametrize('name', PROGRAMS)
def test_as_python(tmp_path, name):
    program = PROGRAMS[name]
    for file, text in program.files.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    for link, target in program.links.items():
        (tmp_path / link).symlink_to(tmp_path / target)
    theirs = python('-B', *program.command, cwd=tmp_path, stdin=program.stdin)
    ours = run(*program.command, cwd=tmp_path, stdin=program.stdin)
    expected_error = theirs.stderr
    if program.error_frames_of_runpy:
        expected_error = without_runpy(expected_error)
    assert ours.stderr == expected_error
    assert ours.stdout == theirs.stdout
    assert ours.returncode == theirs.returncode


def test_no_such_script(tmp_path):
    done = run('absent.py', 'x', cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.endswith(
        f"tf-seq2seq-compat: can't open file '{tmp_path / 'absent.py'}': "
        '[Errno 2] No such file or directory\n'
    )
    assert 'Traceback' not in done.stderr


FLAGS = """
import sys
assert 'tensorflow' not in sys.modules  # The program may still set its environment.
import tensorflow as tf
tf.app.flags.DEFINE_integer('size', 3, 'a size')
tf.flags.DEFINE_string('name', 'none', 'a name')
FLAGS = tf.app.flags.FLAGS
def main(argv):
    with tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, FLAGS.size])
        y = tf.layers.dense(x, 2)
        session.run(tf.global_variables_initializer())
        print(session.run(tf.shape(y), {x: [[0.0] * FLAGS.size] * 4}), FLAGS.name, argv[1:])
        print(x.shape[-1].value, [v.name for v in tf.trainable_variables()])
        print(tf.executing_eagerly(), tf.get_variable('v', []).__class__.__name__)
    sys.exit(5)
if __name__ == '__main__':
    tf.app.run()
"""


def test_flags_and_sessions(tmp_path):
    """tf.app.run, tf.flags, placeholders, tf.layers; and the program's own exit code."""
    (tmp_path / 'train.py').write_text(FLAGS, encoding='utf-8')
    done = run('train.py', '--size=6', '--name', 'n', 'rest', cwd=tmp_path)
    assert done.returncode == 5, done.stderr
    assert done.stdout.splitlines() == [
        "[4 2] n ['rest']",
        "6 ['dense/kernel:0', 'dense/bias:0']",
        'False RefVariable',
    ]
    assert 'deprecated' not in done.stderr
    assert 'Traceback' not in done.stderr


def test_command_line_help():
    done = python('-m', 'tf_seq2seq_compat', '--help')
    assert done.returncode == 0
    assert 'run a TF1 program unchanged' in done.stdout
    assert python('-m', 'tf_seq2seq_compat').returncode == 2


def test_version():
    import tf_seq2seq_compat

    done = python('-m', 'tf_seq2seq_compat', '--version')
    assert done.stdout.split(',')[0] == f'tf-seq2seq-compat {tf_seq2seq_compat.__version__}'
    assert sys.version.split()[0] in done.stdout
