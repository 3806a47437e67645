"""Names that Python and NumPy lost exist for the program, and for no one else."""

from __future__ import annotations

import ast
import importlib
import io
import json
import multiprocessing
import pathlib
import subprocess
import sys
import types
import warnings

import numpy as np
import pytest

from tests.tf1.processes import environment, last_line, run
from tf_seq2seq_compat.tf1.old_libraries import (
    fixed_types,
    module_views,
    python_functions,
    rows,
    tables,
    usage,
)
from tf_seq2seq_compat.tf1.runtime import Runtime

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE / 'old_libraries_golden.py'
RECORDED = json.loads((HERE / 'old_libraries.json').read_text())['values']

# Stands for functions that the Python of this process may still have.
OURS = """
import json, sys
sys.path.insert(0, HERE)
import old_libraries_golden as golden
from tf_seq2seq_compat.tf1.old_libraries import python_functions as functions
class unittest:
    makeSuite, getTestCaseNames = functions.make_suite, functions.get_test_case_names
class locale:
    format = functions.format_number
class asyncio:
    coroutine = functions.coroutine
class importlib:
    find_loader = functions.find_loader
names = {
    name: value for name, value in globals().items()
    if name not in ('json', 'sys', 'golden', 'functions') and not name.startswith('__')
}
used = [each for each in golden.EXPRESSIONS if any(name in each for name in names)]
print(json.dumps({each: golden.evaluate(each, **names) for each in used}))
"""


def differences(found: dict[str, object]) -> dict[str, tuple[object, object]]:
    return {
        name: (value, RECORDED[name]) for name, value in found.items() if value != RECORDED[name]
    }


def test_restored_names_give_what_python_3_7_and_numpy_1_18_gave():
    done = run(GOLDEN, '--print')
    found = json.loads(last_line(done))['values']
    assert len(found) == len(RECORDED) > 120
    assert differences(found) == {}
    assert 'np.int (' in done.stderr


def test_our_functions_do_so_where_python_still_has_its_own(tmp_path):
    (tmp_path / 'a.py').write_text(OURS.replace('HERE', repr(str(HERE))))
    found = json.loads(last_line(run('a.py', cwd=tmp_path)))
    assert len(found) == 6
    assert differences(found) == {}


LIBRARY = """
import array, collections, importlib, inspect, io, json, threading, time, warnings
import numpy as np

def fails(function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except Exception as error:
        return type(error).__name__
    return 'nothing'

def facts():
    return [
        fails(lambda: np.float), fails(lambda: np.asscalar), fails(lambda: collections.Mapping),
        fails(lambda: time.clock), fails(lambda: threading.Thread().isAlive),
        fails(lambda: threading.Thread.isAlive), fails(importlib.import_module, 'dummy_threading'),
        fails(lambda: __import__('dummy_threading')), fails(np.array, [[1, 2], [3]]),
        fails(json.loads, '1', encoding='utf-8'), fails(open, __file__, 'wU'),
        hasattr(collections, 'Mapping'), hasattr(np, 'float'), hasattr(threading.Thread, 'isAlive'),
        hasattr(np.zeros([2]), 'itemset'), hasattr(np.ndarray, 'tostring'),
        hasattr(array.array('b'), 'tostring'),
        fails(lambda: __import__('yaml').load('a')), type(np).__name__,
    ]

def call(function, *arguments):
    return function(*arguments)

def number(a):
    return float(a)

refused = fails(number, np.zeros([1]))

words = []
for read in (lambda: time.clock, lambda: threading.Thread().isAlive,
             lambda: threading.Thread.isAlive):
    try:
        read()
    except AttributeError as error:
        words.append(str(error))
"""

YAML = """
class FullLoader: pass
def load(stream, Loader):
    return stream, Loader.__name__
"""

PROGRAM = r"""
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'site-packages'))
import a_library
before = a_library.facts()

import collections, importlib, json, os.path, pickle, threading, time, types
import dummy_threading
import numpy, numpy as np, numpy.random as npr, numpy.linalg
import part
import yaml
from numpy import *
from numpy.random import seed
import copy, random

assert dummy_threading is threading and importlib.import_module('dummy_threading') is threading
assert 'dummy_threading' not in sys.modules

# The views are the modules in all but what is restored.
real = sys.modules['numpy']
assert np is numpy and isinstance(np, types.ModuleType) and np.__version__ == real.__version__
assert np.__file__ == real.__file__ and np.__path__ == real.__path__ and np.__name__ == 'numpy'
assert np.__spec__ is real.__spec__ and np.__doc__ == real.__doc__ and repr(np) == repr(real)
assert np.float32 is real.float32 and isinstance(np.zeros(1), real.ndarray) and np.pi == real.pi
assert npr is np.random and seed.__name__ == 'seed' and np.linalg.norm is real.linalg.norm
assert dir(np) == dir(real) and float32 is np.float32 and array is np.array
assert type(pickle.loads(pickle.dumps(np.float32(1)))) is np.float32
for each in (np.array, np.sum, np.random.choice, json.loads, pickle.loads, time.sleep):
    assert pickle.loads(pickle.dumps(each)) is each is copy.deepcopy(each), each
class Holder:
    array, opened = np.array, open
assert Holder().array([1]).shape == (1,) and Holder().opened(__file__).close() is None
assert np.array.__module__ == 'numpy' and np.array.__name__ == 'array' and open.__name__ == 'open'
assert asscalar(np.ones(1)) == 1 and 'alen' not in globals()
assert np.array([1, 2]).dtype == np.asarray([1, 2]).dtype and np.array([1], np.int).tolist() == [1]

# What is set on them is set on the modules.
np.random.an_attribute = 1
assert real.random.an_attribute == 1 and npr.an_attribute == 1
np.an_attribute = 2
assert real.an_attribute == 2
del np.an_attribute
assert not hasattr(real, 'an_attribute') and not hasattr(np, 'an_attribute')
sleep, time.sleep = time.sleep, lambda seconds: 'slept'
assert sys.modules['time'].sleep(1) == 'slept'
time.sleep = sleep
json.dumps = lambda x: 'replaced'
assert sys.modules['json'].dumps(1) == 'replaced'
collections.Mapping = dict
assert sys.modules['collections'].Mapping is dict
del collections.Mapping
assert issubclass(dict, collections.Mapping)

# Unknown names are errors in Python's words.
for module in (np, time, collections, np.random, json):
    try:
        module.nothing_like_it
    except AttributeError as error:
        assert str(error) == f"module {module.__name__!r} has no attribute 'nothing_like_it'", error
try:
    from numpy import nothing_like_it
except ImportError as error:
    assert "cannot import name 'nothing_like_it' from 'numpy'" in str(error), error
for name in ('nothing_like_it', 'numpy.nothing_like_it', 'parser', 'dummy_threading.nothing'):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        assert error.name == name and str(error).startswith('No module named '), error
        gone = 'gone since Python 3.10' in str(error)
        assert gone == (name == 'parser'), error
    else:
        raise AssertionError(name)

# A library is itself, also when the program calls it with what is restored.
after = a_library.facts()
assert before == after, (before, after)
del after[11:17]
assert a_library.call(np.array, [[1, 2], [3]]).dtype == object
assert a_library.call(isinstance, {}, collections.Mapping)
assert a_library.fails(a_library.number, np.zeros([1])) == a_library.refused
assert float(np.zeros([1])) == 0
assert threading.Thread(target=print).isAlive() is False and os.errno.ENOENT == 2
assert yaml.load('a') == ('a', 'FullLoader') and yaml.load('a', Loader=int) == ('a', 'int')
assert part.Thread().isAlive() is False and random.sample({5}, 1) == [5]

# Pickles of Python 2: bytes of no encoding, and a text file's line ends.
pickles = ((b'\x80\x02U\x03f\xe9eq\x00.', 'f\xe9e'), (b"(lp0\r\nS'ab'\r\np1\r\na.", ['ab']))
for content, value in pickles:
    assert pickle.loads(content) == value
    with open('p.pkl', 'wb') as file:
        file.write(pickle.dumps(7) + content)
    with open('p.pkl', 'rb') as file:
        assert (pickle.load(file), pickle.load(file)) == (7, value)
for content, error in (
    (b'cno_such_module\nx\n.', 'ModuleNotFoundError'), (b'\x80\x02U\x03', 'UnpicklingError'),
):
    assert a_library.fails(pickle.loads, content) == error
assert a_library.fails(pickle.loads, pickles[0][0], encoding='ascii') == 'UnicodeDecodeError'
print('\n'.join(['facts ' + ' '.join(map(str, after)), *a_library.words]))
"""


def test_classes_written_in_c_get_attributes_and_lose_them():
    class Derived(np.ndarray):
        pass

    array = np.ones([1]).view(Derived)
    before = dict(vars(np.ndarray))
    with Runtime() as runtime:
        fixed_types.set_attribute(np.ndarray, '__float__', lambda self: 2.5, runtime)
        fixed_types.set_attribute(np.ndarray, 'another', property(len), runtime)
        assert float(array) == float(np.zeros([3])) == 2.5 and array.another == 1
        with pytest.raises(TypeError, match='immutable'):
            np.ndarray.third = 1
    assert dict(vars(np.ndarray)) == before and float(np.array(3)) == 3
    with pytest.raises(TypeError):
        float(np.zeros([3]))


def test_the_program_gets_them_and_libraries_do_not(tmp_path):
    packages = tmp_path / 'site-packages'
    packages.mkdir()
    (packages / 'a_library.py').write_text(LIBRARY)
    (packages / 'yaml.py').write_text(YAML)
    (tmp_path / 'part.py').write_text('import threading\nclass Thread(threading.Thread): pass\n')
    (tmp_path / 'main.py').write_text(PROGRAM)
    done = run('main.py', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    facts, *words = done.stdout.splitlines()
    wanted = ['AttributeError'] * 6 + ['ModuleNotFoundError'] * 2
    assert facts.split()[1:9] == wanted
    assert facts.split()[9:] == ['ValueError', 'TypeError', 'ValueError', 'TypeError', 'module']
    assert words == [
        "module 'time' has no attribute 'clock'",
        "'Thread' object has no attribute 'isAlive'",
        "type object 'Thread' has no attribute 'isAlive'",
    ]
    for name in (
        'dummy_threading',
        'np.asscalar',
        'np.int',
        'Thread.isAlive',
        'pickle of Python 2',
    ):
        assert done.stderr.count(f'{name} (main.py:') == 1, done.stderr


ENDINGS = {
    'nothing': ('import time, numpy as np\nnp.array([1]); time.time()\n', 0),
    'end': ('import numpy as np\nx = np.float\n\nfor i in range(3):\n    np.float(i)\n', 0),
    'exit': ('import numpy as np\nx = np.float\nraise SystemExit(4)\n', 4),
    'error': ('import numpy as np\nx = np.float\nnp.nothing_like_it\n', 1),
    'child': (
        'import os, numpy as np\nx = np.float\n'
        'pid = os.fork()\nif pid == 0:\n    raise SystemExit(0)\nos.waitpid(pid, 0)\n',
        0,
    ),
}


@pytest.mark.parametrize('ending', ENDINGS)
def test_the_message_at_the_end(ending, tmp_path):
    source, code = ENDINGS[ending]
    (tmp_path / 'a.py').write_text(source)
    arguments = ['--strict'] if ending == 'end' else []
    done = run(*arguments, 'a.py', cwd=tmp_path)
    assert done.returncode == code, done.stderr
    message = 'tf-seq2seq-compat: restored for this program: np.float (a.py:2; now float)\n'
    if ending == 'nothing':
        assert done.stderr == ''
    elif ending == 'error':
        assert done.stderr.startswith('Traceback') and done.stderr.count(message) == 1
    else:
        assert done.stderr == message


def test_a_module_of_the_programs_own_is_not_the_one_that_is_gone(tmp_path):
    (tmp_path / 'formatter.py').write_text('import cgi\nname = "own " + cgi.name\n')
    (tmp_path / 'cgi.py').write_text('name = "cgi"\n')
    (tmp_path / 'a.py').write_text('import formatter\nprint(formatter.name)\n')
    done = run('a.py', cwd=tmp_path)
    assert last_line(done) == 'own cgi'
    assert done.stderr == ''


def test_without_the_runner_nothing_is_restored():
    done = subprocess.run(
        [
            sys.executable,
            '-c',
            'import tf_seq2seq_compat.tf1.old_libraries, collections, time\n'
            'print(hasattr(collections, "Mapping"), hasattr(time, "clock"))',
        ],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == 'False False\n'


ROWS = tables.NAMES


def test_every_row_of_a_name_that_is_gone_leads_somewhere():
    lost = []
    for row in ROWS:
        module = sys.modules.get(row.module)
        if isinstance(module, types.ModuleType) and row.name not in vars(module):
            try:
                rows.loaded(row.target)
            except (ImportError, AttributeError):
                lost.append(row)
    numpy_1 = np.lib.NumpyVersion(np.__version__) < '2.0.0'
    assert [row for row in lost if not (numpy_1 and row.module.startswith('numpy'))] == []
    assert all(row.gone and row.advice and ':' not in row.advice for row in ROWS)
    assert len({(row.module, row.name) for row in ROWS}) == len(ROWS)


def test_every_gone_module_has_a_successor_or_advice():
    for row in tables.MODULES:
        assert row.gone.split()[-1][0].isdigit() and row.advice, row


def test_a_module_that_a_package_has_is_an_error_that_names_the_extra():
    restored = module_views.RestoredModules(Runtime())
    with pytest.raises(ModuleNotFoundError) as raised:
        restored.module('imp', None, lambda: importlib.import_module('imp_of_no_python'))
    assert 'extra' not in str(raised.value)

    def load():
        raise ModuleNotFoundError("No module named 'distutils'", name='distutils')

    with pytest.raises(ModuleNotFoundError) as raised:
        restored.module('distutils.version', ['LooseVersion'], load)
    assert raised.value.name == 'distutils.version'
    assert str(raised.value) == (
        "No module named 'distutils.version': distutils is gone since Python 3.12; packaging or "
        "shutil; setuptools has it: pip install 'tf-seq2seq-compat[removed-modules]'"
    )


def test_the_collector_says_what_was_noted_once_and_in_order():
    restored, stream = usage.Restored(), io.StringIO()
    restored.report(stream)
    assert stream.getvalue() == ''
    for name in ('np.int', 'np.bool', 'np.int'):
        restored.note(name, name[3:])
    restored.report(stream)
    restored.report(stream)
    (line,) = stream.getvalue().splitlines()
    assert line.index('np.int (') < line.index('np.bool (') and line.count('now') == 2


# What Python 3.14 removed and changed, on any Python
# ----------------------------------------------------------------------------------------

CONSTANTS = {
    'Num': ('5', '2.5', '1j'),
    'Str': ("'a'", "''"),
    'Bytes': ("b'a'",),
    'NameConstant': ('True', 'None'),
}


def test_constants_of_syntax_trees_are_told_apart():
    kinds = {name: rows.loaded(f'{python_functions.__name__}:{name}') for name in CONSTANTS}
    for name, sources in CONSTANTS.items():
        for source in sources:
            node = ast.parse(source, mode='eval').body
            assert [kind for kind in kinds if isinstance(node, kinds[kind])] == [name]
            if sys.version_info < (3, 14):
                with warnings.catch_warnings():
                    warnings.simplefilter('ignore', DeprecationWarning)
                    assert [kind for kind in kinds if isinstance(node, getattr(ast, kind))] == [
                        name
                    ]
            assert python_functions.constant_value.fget(node) == ast.literal_eval(source)
            assert ast.dump(kinds[name](ast.literal_eval(source))) == ast.dump(node)
    assert not isinstance(ast.parse('x', mode='eval').body, kinds['Num'])


def test_loaders_are_found():
    assert python_functions.find_loader('json').name == 'json'
    assert python_functions.find_loader('no_such_module') is None


def test_processes_are_forks_where_they_were(monkeypatch):
    default = multiprocessing.context._default_context
    monkeypatch.setattr(default, '_default_context', multiprocessing.get_context('forkserver'))
    with Runtime() as runtime:
        module_views.restore_fork(runtime)
        assert default._default_context.get_start_method() == 'fork'
    assert default._default_context.get_start_method() == 'forkserver'
    monkeypatch.setattr(default, '_default_context', multiprocessing.get_context('spawn'))
    with Runtime() as runtime:
        module_views.restore_fork(runtime)
        assert default._default_context.get_start_method() == 'spawn'
