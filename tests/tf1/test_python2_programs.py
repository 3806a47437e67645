"""Programs of Python 2 under the runner and after `migrate`; which programs are taken for such."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import pathlib
import random
import sys
import sysconfig

import pytest

from tests.tf1.processes import python, run
from tests.tf1.python2_cases import CASES
from tests.tf1.test_python2 import RECORDED
from tf_seq2seq_compat.migrate.codemod import migrate_source
from tf_seq2seq_compat.tf1.python2 import evidence, loading, syntax, translation, written

# The runner
# ----------------------------------------------------------------------------------------

PROJECT = {
    'main.py': '''\
# -*- coding: utf-8 -*-
import sys
from pkg import model
import pkg.sub.deep as deep
import commands
print 7 / 2, model.half(9), deep.WHERE, commands.OWN, __name__, sys.argv[1:],
print __file__ == sys.argv[0] or __file__
sys.stdout.write(u'caf\\xe9'.encode('utf-8') + '\\n')
def lazily():
    import late
    return late.VALUE
print lazily()
def f(a, (b,
          c)):
    """words"""
    return boom(a / b)
def boom(x):
    raise KeyError, 'é'
try:
    f(1, (2, 3))
except KeyError, e:
    print 'caught', e.args[0]
f(1, (2, 3))
''',
    'commands.py': "OWN = 'the own module'\n",
    'late.py': 'VALUE = 5 / 2\n',
    'pkg/__init__.py': '',
    'pkg/model.py': 'import utils\nfrom sub import deep\ndef half(x):\n    return x / utils.TWO\n',
    'pkg/utils.py': 'TWO = 5 / 2\n',
    'pkg/sub/__init__.py': '',
    'pkg/sub/deep.py': "WHERE = 'deep'\n",
}


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


def test_a_project(tmp_path):
    write(tmp_path, PROJECT)
    before = sorted(tmp_path.rglob('*'))
    done = run('main.py', 'a', '-b', cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "3 4 deep the own module __main__ ['a', '-b'] " + str(tmp_path / 'main.py'),
        'café',
        '2',
        'caught é',
    ]
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[-8:-1] == [
        'Traceback (most recent call last):',
        f'  File "{tmp_path / "main.py"}", line 23, in <module>',
        '    f(1, (2, 3))',
        f'  File "{tmp_path / "main.py"}", line 16, in f',
        '    return boom(a / b)',
        f'  File "{tmp_path / "main.py"}", line 18, in boom',
        "    raise KeyError, 'é'",
    ]
    assert sorted(tmp_path.rglob('*')) == before, 'nothing is written'


def test_a_module_and_a_library(tmp_path):
    """`-m`; and a Python 3 library on the path stays Python 3."""
    write(
        tmp_path,
        {
            'pkg/__init__.py': '',
            'pkg/__main__.py': 'import helper, library\nprint helper.x, library.half(7)\n',
            'pkg/helper.py': 'x = 7 / 2\n',
            'site-packages/library.py': 'def half(x):\n    return x / 2\n',
        },
    )
    start = (
        'import sys; sys.path.append("site-packages"); from tf_seq2seq_compat.cli import main; '
        'main(["run", "-m", "pkg"])'
    )
    done = python('-c', start, cwd=tmp_path)
    assert done.stdout == '3 3.5\n', done.stderr


def test_without_fissix(tmp_path):
    write(tmp_path, {'main.py': 'import part\n', 'part.py': 'x = 1\nprint x\n'})
    start = (
        'import sys; sys.modules["fissix"] = None; from tf_seq2seq_compat.cli import main; '
        'main(["run", "main.py"])'
    )
    done = python('-c', start, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ''
    last = done.stderr.splitlines()[-1]
    assert last.startswith('SyntaxError: this is Python 2 (') and last.endswith(syntax.INSTALL)


def test_python_3_stays_python_3(tmp_path):
    """What only part of a Python 3 program could be Python 2 for is run as Python 3."""
    write(
        tmp_path,
        {
            'main.py': 'import sys\n'
            'try:\n    import cPickle\nexcept ImportError:\n    import pickle\n'
            'if sys.version_info[0] == 2:\n    import old\n    text = unicode\n'
            'def never():\n    import old\n    return xrange(3), unicode("x")\n'
            'print(7 / 2, list(map(str, [1])), type({}.keys()).__name__)\n',
            'old.py': 'print "x"\n',
        },
    )
    done = run('main.py', cwd=tmp_path)
    assert done.stdout == "3.5 ['1'] dict_keys\n", done.stderr


def test_a_program_is_python_2_where_one_says_so(tmp_path):
    write(
        tmp_path,
        {
            'main.py': 'import sys, subprocess\n'
            'from part import numbers\n'
            'print(sys.version_info[0], 7 / 2, map(str, [1]), numbers().next(), None < 1)\n'
            'sys.stdout.flush()\n'
            'if len(sys.argv) < 2:\n    subprocess.call([sys.executable, "main.py", "child"])\n',
            'part.py': 'def numbers():\n    yield 3 / 2\n',
        },
    )
    done = run('--python2', 'main.py', cwd=tmp_path)
    assert done.stdout == "(2, 3, ['1'], 1, True)\n" * 2, done.stderr


def test_a_program_with_tensorflow(tmp_path):
    """What Python 2.7.18 with TensorFlow 1.15.0 printed."""
    program = pathlib.Path(__file__).with_name('python2_program.txt')
    (tmp_path / 'program.py').write_bytes(program.read_bytes())
    done = run('program.py', cwd=tmp_path)
    assert done.stdout.splitlines() == [
        '3 2 café',
        '[0, 1, 0]',
        'café 2 [2, 1]',
        '[ 3 -4] [0 0 1 1] 1 1 0',
        '[1, -2, 2]',
        'café a café [0, 2] True a|café',
        './m v:0',
        '[[0, 0, 0], [0, 1, 1]] 0.16666666666666666 [0.0, 0.5, 1.0] [0 1] True',
        '[2, 3, 4] 2 1 1',
    ], done.stderr
    assert 'AutoGraph' not in done.stderr


# Which programs
# ----------------------------------------------------------------------------------------

PYTHON_2 = [
    'print "x"',
    'import urllib2',
    'import os, cPickle as pickle',
    'from itertools import izip',
    'from StringIO import StringIO',
    'reload(sys)',
    'for i in xrange(3): pass',
    'def main():\n    x = raw_input()\nmain()',
    'def main(_):\n    print(unicode(1))\nif __name__ == "__main__":\n    tf.app.run()',
    'import sys\nprint >>sys.stderr, "x"',
    'with f as g:\n    x = long(3)',
    '@apply\ndef f(): pass',
]
PYTHON_3 = [
    'print("x")',
    'x = 1 / 2',
    'try:\n    import cPickle\nexcept ImportError:\n    import pickle',
    'import sys\nif sys.version_info < (3,):\n    import Queue',
    'def f():\n    return xrange(3)',
    'try:\n    xrange\nexcept NameError:\n    xrange = range\nxrange(3)',
    'from six.moves import xrange\nfor i in xrange(3): pass',
    'from compatibility import *\nfor i in xrange(3): pass',
    'def main(unicode):\n    return unicode(1)\nmain(str)',
    'import six\nx = unicode("a") if six.PY2 else "a"',
    'PY2 = False\nx = PY2 and unicode("a")',
    'f = lambda: unicode("a")',
    'def main():\n    if not old: return\n    x = raw_input()\nmain()',
    'def g():\n    yield xrange(3)\ng()',
    'class file: pass\nfile()',
    'if True:\n    pass\nelse:\n    raw_input()',
    'for unicode in [str]: unicode(1)',
    'x = [unicode(y) for y in ys]',
    'def f(x=(1, 2), *, y): pass\nprint(f"{1}")',
    'x = 0777 +',
    'def f(:',
    'async def f():\n    await xrange(3)',
]


@pytest.mark.parametrize('text', PYTHON_2)
def test_is_python_2(text):
    assert evidence.of_text(text).startswith('line ')


@pytest.mark.parametrize('text', PYTHON_3)
def test_is_not_taken_for_python_2(text):
    assert evidence.of_text(text) == ''


def test_no_library_of_python_3_is_taken_for_python_2():
    folders = (
        sysconfig.get_paths()['stdlib'],
        pathlib.Path(sysconfig.get_paths()['purelib'], 'absl'),
    )
    files = [
        file
        for folder in folders
        for file in sorted(pathlib.Path(folder).glob('*.py' if folder is folders[0] else '**/*.py'))
    ]
    files = random.Random(1).sample(files, 60)
    assert len(files) == 60
    assert [
        file for file in files if evidence.of_text(file.read_bytes(), file, [file.parent])
    ] == []


def test_files_of_a_project(tmp_path):
    write(
        tmp_path,
        {
            'old.py': 'import shared, own\nprint "x"\n',
            'user.py': 'import old\n',
            'own.py': 'x = 7 / 2\n',
            'shared.py': 'x = 7 / 2\n',
            'new.py': 'import shared\n',
            'alone.py': 'x = 7 / 2\n',
            'lazy.py': 'def f():\n    import old\n',
        },
    )
    found = evidence.of_files(sorted(tmp_path.glob('*.py')))
    assert {path.name for path in found} == {'old.py', 'user.py', 'own.py'}
    assert found[tmp_path / 'user.py'] == 'old.py: line 2 does not parse as Python 3'


# The translation
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize('name', CASES)
def test_lines_stay(name):
    """A line of code comes from the line of the original that it is about."""
    translated = translation.translated(CASES[name])
    original = CASES[name].split('\n')
    assert len(translated.lines or original) == len(translated.text.split('\n'))
    for number, line in enumerate(translated.text.split('\n'), start=1):
        if line in original:
            assert original[translated.original(number) - 1] == line or original.count(line) > 1


@pytest.mark.parametrize(
    'text',
    [
        'x = a.b / c[1]\n',
        "x = {'a': 1}.keys()\n",
        'for k in d.keys():\n\tprint k\n',
        "'|'.join(x for x in d.values())\n",
        'x = (a # / b\n     .keys ( ))\n',
        'x = (a +\n     b).encode("utf-8").decode(\n  "x")\n',
        'x = -a / -b ** c / d\n',
        'x = not a < b\n',
        'x = a if b > c else d / e\n',
        'x = lambda a: a / 2 > 3\n',
        'x = a[b / c:d / e]\n',
        'f(*a / b, **c)\n',
        'e = "é" + x.decode("utf-8") / y\n',
        'x = "%s" % (y for y in z)\n',
        'x = yield_(a)/b\n',
        'assert a > b, a / b\n',
        'x = [a / b for a in c if a > b]\n',
        'x = a / b, c / d\n',
        'print a / b, c > d\n',
        'x.y /= a / b\n',
        'x = a /\\\n    b\n',
    ],
)
def test_what_is_put_in_stands_where_it_belongs(text):
    """With operations that do what Python does the translation has the same syntax tree."""

    class Back(ast.NodeTransformer):
        def visit_Call(self, node):
            self.generic_visit(node)
            function = ast.unparse(node.func)
            if not function.startswith('py2.'):
                return node
            name, arguments = function[4:], node.args
            if name in ('lt', 'gt'):
                operator = ast.Lt() if name == 'lt' else ast.Gt()
                return ast.Compare(arguments[0], [operator], [arguments[1]])
            if name == 'div':
                return ast.BinOp(arguments[0], ast.Div(), arguments[1])
            if name in ('by', 'shown', 'texts'):
                return arguments[0]
            return ast.Call(
                ast.Attribute(arguments[0], name, ast.Load()), arguments[1:], node.keywords
            )

    plain = ast.unparse(ast.parse(syntax.rewritten(text).text))
    back = ast.unparse(Back().visit(ast.parse(translation.translated(text).text)))
    assert back == plain


# migrate
# ----------------------------------------------------------------------------------------

# What a migrated program prints otherwise: floats have all digits; `exec` is not given Python 2.
NOT_THE_SAME_WHEN_MIGRATED = {
    'classes': 'StopIteration out of a generator is an error',
    'csv_json_pickle': 'a blank after what ends in a line end',
    'execfile': 'the part is not Python 3',
    'floats': '17 digits',
    'input': 'what is typed is Python 3',
    'order': 'None and numbers have no order',
    'print_function': '17 digits',
    'random': '17 digits',
    'renamed': 'a blank after what ends in a line end',
    'round': '17 digits',
    'syntax': 'exec of a text of Python 2',
}


@pytest.mark.parametrize('name', sorted(set(CASES) - set(NOT_THE_SAME_WHEN_MIGRATED)))
def test_migrated_prints_what_python_2_prints(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text, changes = written.written(CASES[name])
    state = random.getstate()
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(text, 'case.py', 'exec'), {'__name__': '__main__'})
    random.setstate(state)
    expected = RECORDED[name]
    if name == 'print':  # The end of the program ends its line no more.
        expected = expected[:-1]
    assert out.getvalue() == expected
    assert changes and all(was or now for _, was, now in changes)


def test_a_second_run_changes_nothing():
    once = migrate_source(CASES['lists']).text
    assert migrate_source(once).text == once


def test_notes_of_a_migrated_file():
    text = '"""Words."""\nimport urllib2, os\n\n\nprint raw_input() / 2\n'
    done = migrate_source(text)
    assert done.text == (
        '"""Words."""\n'
        'from tf_seq2seq_compat.tf1.python2 import operations as py2\n'
        'import os; from tf_seq2seq_compat.tf1.python2.library import urllib2\n\n\n'
        'print(py2.div(input(), 2))\n'
    )
    assert [
        (note.place.line, note.name, note.advice) for note in done.notes if note.name[0] != 'P'
    ] == [
        (2, 'import urllib2, os', done.text.splitlines()[2]),
        (5, 'print raw_input() / 2', 'print(py2.div(input(), 2))'),
    ]


def test_own_modules_of_a_package(tmp_path):
    write(tmp_path, {'pkg/__init__.py': '', 'pkg/a.py': '', 'pkg/b.py': '', 'main.py': ''})
    text = 'import b, sys\nfrom b import x as y\nimport cPickle\n'
    migrated, _ = written.written(text, tmp_path / 'pkg' / 'a.py')
    assert migrated.splitlines() == [
        'import sys; from . import b',
        'from .b import x as y',
        'from tf_seq2seq_compat.tf1.python2.library import cPickle',
    ]
    absolute = f'from __future__ import absolute_import\n{text}'
    assert 'import b, sys' in written.written(absolute, tmp_path / 'pkg' / 'a.py')[0]
    write(tmp_path, {'pkg/b.py': 'if __name__ == "__main__": pass\n'})
    assert 'import b, sys' in written.written(text, tmp_path / 'pkg' / 'a.py')[0]


def test_a_migrated_notebook():
    cells = 'print 7 / 2', '%time x = 5 / 2', 'd = {}\nprint d.keys()'
    done = migrate_source(notebook_of(*cells), notebook=True)
    texts = [cell['source'] for cell in json.loads(done.text)['cells']]
    head = 'from tf_seq2seq_compat.tf1.python2 import operations as py2\n'
    assert texts == [
        f'{head}print(py2.div(7, 2))',
        '%time x = 5 / 2',
        f'{head}d = {{}}\nprint(py2.keys(d))',
    ]
    assert {note.place.cell for note in done.notes} == {1, 3}


def notebook_of(*cells):
    notebook = {
        'nbformat': 4,
        'nbformat_minor': 2,
        'metadata': {'language_info': {'name': 'python', 'version': '2.7.12'}},
        'cells': [
            {
                'cell_type': 'code',
                'metadata': {},
                'execution_count': None,
                'outputs': [],
                'source': cell,
            }
            for cell in cells
        ],
    }
    return json.dumps(notebook)


def test_a_notebook_is_run(tmp_path):
    cells = (
        'import old\nx = 7 / 2\nprint x, old.y',
        "%time z = {'a': 5 / 2}\nprint z.keys()[0], z['a']",
    )
    write(tmp_path, {'a.ipynb': notebook_of(*cells), 'old.py': 'y = xrange(5)[-1] / 3\n'})
    done = run('a.ipynb', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('3 1\n') and done.stdout.endswith('a 2\n')


def test_everything_is_imported_by_name():
    """The package has no module that does not load by itself."""
    folder = pathlib.Path(loading.__file__).parent
    names = [path.stem for path in folder.glob('*.py') if path.stem != '__init__']
    code = ';'.join(f'import tf_seq2seq_compat.tf1.python2.{name}' for name in sorted(names))
    assert (
        python('-c', f'{code};import sys; assert "tensorflow" not in sys.modules').returncode == 0
    )
    assert sys.modules['tf_seq2seq_compat.tf1.python2.loading'] is loading
