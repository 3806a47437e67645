"""The project scan: the names it sees in a program, what it says of them, the files it reads."""

from __future__ import annotations

import io
import json
from pathlib import Path

import libcst as cst
import pytest

from tests.tf1.processes import python, run
from tf_seq2seq_compat.migrate import scan, sources
from tf_seq2seq_compat.migrate.name_resolution import Names
from tf_seq2seq_compat.tf1 import facade, symbols
from tf_seq2seq_compat.tf1.python2 import syntax

# Names
# ----------------------------------------------------------------------------------------


def cells_exports(module, name):
    return module == 'tensorflow.contrib.rnn' and name in ('GRUCell', 'LSTMCell')


def names_in(text):
    """What the names after the mark `#` mean, without the imports above it."""
    module = cst.MetadataWrapper(cst.parse_module(text))
    uses = Names(module, cells_exports).uses
    return {use.name for use in uses if use.kind == 'load'} - {'tensorflow'}


NOTHING_LEGACY = {
    'a string': "import tensorflow as tf\nx = 'tf.contrib.rnn'\n",
    'a comment': 'import tensorflow as tf\n# tf.contrib.rnn\n',
    'a docstring': 'import tensorflow as tf\ndef f():\n    """tf.contrib.rnn"""\n',
    'no import at all': 'x = tf.contrib.rnn\n',
    'a parameter': 'import tensorflow as tf\ndef f(tf):\n    return tf.contrib\n',
    'a parameter of a lambda': 'import tensorflow as tf\nf = lambda tf: tf.contrib\n',
    'a local variable': 'import tensorflow as tf\ndef f():\n    tf = g()\n    return tf.contrib\n',
    'a loop variable': 'import tensorflow as tf\nfor tf in (1, 2):\n    tf.contrib\n',
    'a comprehension': 'import tensorflow as tf\nx = [tf.contrib for tf in y]\n',
    'a name of with': 'import tensorflow as tf\nwith f() as tf:\n    tf.contrib\n',
    'bound again': 'import tensorflow as tf\ntf = f()\ntf.contrib\n',
    'a function of that name': 'import tensorflow as tf\ndef tf(): ...\ntf.contrib\n',
    'a class of that name': 'import tensorflow as tf\nclass tf: ...\ntf.contrib\n',
    'in a class': 'import tensorflow as tf\nclass C:\n    tf = 1\n    x = tf.contrib\n',
    'an attribute of that name': 'import tensorflow as tf\nx = self.tf.contrib\n',
    'a keyword of that name': 'import tensorflow as tf\nf(tf=1)\n',
    'another library': 'import tensorflow_hub as tf\ntf.contrib\n',
    'a module of the project': 'from .tensorflow import contrib\n',
    'an alias bound again': 'import tensorflow as tf\nr = g(1)\nr = 2\nr.contrib\n',
    'not in the star import': 'from tensorflow.contrib.rnn import *\nconv2d(1)\n',
    'defined over it': 'from tensorflow.contrib.rnn import *\ndef GRUCell(): ...\nGRUCell()\n',
}


@pytest.mark.parametrize('text', NOTHING_LEGACY.values(), ids=NOTHING_LEGACY)
def test_means_nothing_legacy(text):
    assert not [name for name in names_in(text) if name.startswith('tensorflow.')]


GRU = 'tensorflow.contrib.rnn.GRUCell'
MEANS_GRU_CELL = {
    'import as': 'import tensorflow as tf\ntf.contrib.rnn.GRUCell(3)',
    'import': 'import tensorflow\ntensorflow.contrib.rnn.GRUCell(3)',
    'import of a module': 'import tensorflow.contrib.rnn\ntensorflow.contrib.rnn.GRUCell(3)',
    'import of a module as': 'import tensorflow.contrib.rnn as r\nr.GRUCell(3)',
    'from import': 'from tensorflow.contrib import rnn\nrnn.GRUCell(3)',
    'from import as': 'from tensorflow.contrib.rnn import GRUCell as C\nC(3)',
    'star import': 'from tensorflow.contrib.rnn import *\nGRUCell(3)',
    'alias of a module': 'import tensorflow as tf\nrnn = tf.contrib.rnn\nrnn.GRUCell(3)',
    'alias of an alias': 'import tensorflow as tf\nc = tf.contrib\nr = c.rnn\nr.GRUCell(3)',
    'alias over itself': 'import tensorflow as tf\nr = tf.contrib\nr = r.rnn\nr.GRUCell(3)',
    'two at once': 'import tensorflow as tf\nr, s = tf.contrib.rnn, tf.nn\nr.GRUCell(3)',
    'alias in a function': 'import tensorflow as tf\ndef f():\n  r = tf.contrib.rnn\n  r.GRUCell',
    'used in a function': 'import tensorflow as tf\ndef f():\n  return tf.contrib.rnn.GRUCell(3)',
    'in a method beside a class name': 'import tensorflow as tf\nclass C:\n  tf = 1\n'
    '  def f(self):\n    return tf.contrib.rnn.GRUCell',
    'a base class': 'from tensorflow.contrib import rnn\nclass C(rnn.GRUCell): ...',
    'a decorator': 'from tensorflow.contrib import rnn\n@rnn.GRUCell\ndef f(): ...',
    'a default': 'from tensorflow.contrib import rnn\ndef f(rnn=rnn.GRUCell): ...',
    'an f-string': 'from tensorflow.contrib import rnn\nf"{rnn.GRUCell}"',
    'a call in between': 'from tensorflow.contrib import rnn\nf(rnn.GRUCell(3).zero_state)(1).x',
    'before it is bound again': 'from tensorflow.contrib import rnn\nrnn.GRUCell\nrnn = 1',
    'one of two imports': 'try:\n  from tensorflow.contrib import rnn\nexcept ImportError:\n'
    '  from mine import rnn\nrnn.GRUCell(3)',
    'one of two values': 'import tensorflow as tf\nr = tf.contrib.rnn if x else mine\nr.GRUCell(3)',
    'imported in a function': 'def f():\n  from tensorflow.contrib import rnn\n  rnn.GRUCell(3)',
}  # fmt: skip


@pytest.mark.parametrize('text', MEANS_GRU_CELL.values(), ids=MEANS_GRU_CELL)
def test_means_the_cell(text):
    assert GRU in names_in(text)


def test_what_is_imported_is_a_use():
    text = 'import a.b as c, d.e\nfrom f import g as h\nfrom i.j import *\nfrom . import k\n'
    uses = Names(cst.MetadataWrapper(cst.parse_module(text))).uses
    assert [use.name for use in uses] == ['a.b', 'd.e', 'f.g', 'i.j', '.k']
    assert {use.kind for use in uses} == {'import'}


def test_what_is_set_is_not_read():
    text = 'import tensorflow as tf\ntf.mine = 1\ndel tf.other\n'
    uses = Names(cst.MetadataWrapper(cst.parse_module(text))).uses
    assert [(use.kind, use.name) for use in uses[1:]] == [
        ('store', 'tensorflow.mine'),
        ('store', 'tensorflow.other'),
    ]


# What becomes of them
# ----------------------------------------------------------------------------------------


def statuses(tmp_path, text, **options):
    file = tmp_path / 'program.py'
    file.write_text(text)
    report = scan.scan_file(file, **options)
    assert report.problems == []
    return {each.verdict.name: each.verdict.status for each in report.occurrences}


def test_every_row_of_the_table_has_the_verdict_that_its_use_has():
    """The scan and the façade agree on every legacy symbol."""
    compared = 0
    for row in symbols.TABLE.values():
        if row.kind != 'symbol' or row.name.startswith('tensorflow.compat'):
            continue
        package, _, name = row.name.rpartition('.')
        try:
            module = facade.get_facade(package.partition('.')[0], 'v1').import_module(package)
            works = hasattr(module, name)
        except ImportError:
            works = False
        assert (scan.verdict(row.name).status != scan.GONE) == works, row.name
        compared += 1
    assert compared > 300


def test_statuses(tmp_path):
    text = """
import collections
import imp
import numpy as np
import tensorflow as tf
from tensorflow.contrib import kafka
from tensorflow.python.util import nest
from keras.layers import Dense
tf.Session, tf.layers.dense, tf.app.flags.FLAGS.size, tf.reduce_sum
kafka.KafkaDataset(1)
tf.not_a_name
nest.is_sequence
collections.Mapping, collections.OrderedDict, np.int, np.zeros, Dropout, Undefined
tf.keras.layers.Dense
"""
    found = statuses(tmp_path, text)
    assert found == {
        'tensorflow.Session': 'provided',
        'tensorflow.layers.dense': 'provided',
        'tensorflow.app.flags.FLAGS': 'provided',
        'tensorflow.contrib.kafka': 'partly provided',
        'tensorflow.contrib.kafka.KafkaDataset': 'gone',
        'tensorflow.not_a_name': 'gone',
        'tensorflow.python.util.nest': 'provided',
        'tensorflow.python.util.nest.is_sequence': 'provided',
        'collections.Mapping': 'repaired',
        'imp': 'repaired',
        'numpy.int': 'repaired',
        'Dropout': 'repaired',
    }
    more = statuses(tmp_path, text, every_name=True)
    assert set(more) - set(found) == {
        'tensorflow.reduce_sum',
        'tensorflow.keras.layers.Dense',
        'keras.layers.Dense',
    }


def test_what_the_program_brings_itself_is_its_own(tmp_path):
    (tmp_path / 'imp.py').write_text('')
    (tmp_path / 'keras').mkdir()
    (tmp_path / 'keras' / '__init__.py').write_text('')
    text = 'import imp\nimport keras\nimport tensorflow as tf\nkeras.none\ntf.own = 1\ntf.own.x\n'
    assert statuses(tmp_path, text) == {}


def test_what_the_program_can_do_without(tmp_path):
    text = """
try:
    from tensorflow.contrib.kafka import KafkaDataset
except ImportError:
    KafkaDataset = None
try:
    from tensorflow.contrib.kafka import KafkaTable
except KeyError:
    KafkaTable = None
KafkaDataset, KafkaTable
"""
    assert statuses(tmp_path, text) == {
        'tensorflow.contrib.kafka.KafkaDataset': 'partly provided',
        'tensorflow.contrib.kafka.KafkaTable': 'gone',
    }


# Files
# ----------------------------------------------------------------------------------------


def test_which_files(tmp_path):
    for name in (
        'b.py',
        'a/c.py',
        'a/n.ipynb',
        'a/data.txt',
        '.hidden/x.py',
        'a/.x.py',
        'env/pyvenv.cfg',
        'env/lib/x.py',
        'conda/conda-meta/history',
        'conda/x.py',
        '__pycache__/x.py',
        'build/site-packages/x.py',
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('')
    (tmp_path / 'link').symlink_to(tmp_path / 'a')
    (tmp_path / 'link.py').symlink_to(tmp_path / 'b.py')
    found = [file.relative_to(tmp_path).as_posix() for file in sources.files_below(tmp_path)]
    assert found == ['b.py', 'a/c.py', 'a/n.ipynb']
    assert list(sources.files_below(tmp_path / 'a/data.txt')) == [tmp_path / 'a/data.txt']


USE = 'import tensorflow as tf\ntf.Session()\n'


@pytest.mark.parametrize(
    'content',
    [
        ('# -*- coding: latin-1 -*-\n# \xe9\n' + USE).encode('latin-1'),
        b'\xef\xbb\xbf' + ('# \xe9\n' + USE).encode(),
        USE.replace('\n', '\r\n').encode(),
        ('def f():\n\tif x:\n\t\treturn\n' + USE).encode(),
        USE.rstrip().encode(),
    ],
    ids=['latin-1', 'byte order mark', 'Windows lines', 'tabs', 'no last line end'],
)
def test_every_kind_of_text(tmp_path, content):
    file = tmp_path / 'a.py'
    file.write_bytes(content)
    report = scan.scan_file(file)
    assert report.problems == []
    [use] = report.occurrences
    assert use.verdict.name == 'tensorflow.Session'
    assert use.place.line == content.splitlines().index(b'tf.Session()') + 1


PYTHON_2 = [
    'print "x"',
    'print x, y',
    'try:\n    f()\nexcept IOError, e:\n    g()',
    'exec "x" in d',
    'raise ValueError, "x"',
    'x = `y`',
    'if a <> b: f()',
    'os.chmod(f, 0755)',
    'x = ur"y"',
    'f = lambda (a, b): a',
    'x = 10L',
    'if x:\n        f()\n\tg()',
    'def f(a, (b, c)):\n    return a',
    'import Queue',
]


@pytest.mark.parametrize('text', PYTHON_2)
def test_python_2_is_translated(tmp_path, text):
    file = tmp_path / 'old.py'
    file.write_text(f'import tensorflow as tf\n{text}\ntf.Session()\n')
    report = scan.scan_file(file)
    assert not report.problems and report.python_2.startswith('line ')
    [use] = report.occurrences
    assert (use.verdict.name, use.place.line) == ('tensorflow.Session', text.count('\n') + 3)
    out = io.StringIO()
    scan.write_text(scan.ScanReport([report], 1), out)
    assert 'translated       from Python 2: line ' in out.getvalue()
    assert scan.ScanReport([report], 1).exit_code == 0


def test_python_2_without_fissix(tmp_path, monkeypatch):
    def no_fissix(print_function):
        raise ModuleNotFoundError('No module', name='fissix')

    monkeypatch.setattr(syntax, '_tool', no_fissix)
    file = tmp_path / 'old.py'
    file.write_text('import tensorflow as tf\nprint "x"\n')
    [problem] = scan.scan_file(file).problems
    assert problem.startswith('is Python 2: line 2 has a print statement; ')
    assert problem.endswith(f'fissix is not installed: {syntax.INSTALL}')


@pytest.mark.parametrize(
    'content, words',
    [
        (b'def f(:\n', 'does not parse: line 1: '),
        (b'x = "\xe9"\n', 'is not UTF-8 text and has no encoding cookie'),
        (b'\0\0', 'does not parse: '),
        (b'x = ' + b'(' * 500 + b')' * 500, 'does not parse: '),
    ],
)
def test_unreadable(tmp_path, content, words):
    file = tmp_path / 'a.py'
    file.write_bytes(content)
    [problem] = scan.scan_file(file).problems
    assert problem.startswith(words)


def notebook_of(*cells, **metadata):
    return json.dumps(
        {
            'nbformat': 4,
            'nbformat_minor': 2,
            'metadata': metadata,
            'cells': [
                {'cell_type': 'markdown', 'metadata': {}, 'source': '# tf.contrib'},
                *(
                    {
                        'cell_type': 'code',
                        'metadata': {},
                        'execution_count': None,
                        'outputs': [],
                        'source': cell.splitlines(keepends=True),
                    }
                    for cell in cells
                ),
            ],
        }
    )


def test_notebook(tmp_path):
    file = tmp_path / 'a.ipynb'
    file.write_text(
        notebook_of(
            '%matplotlib inline\nimport tensorflow as tf\n!pip install x\n',
            '%%bash\ntf.contrib.rnn\n',
            'print "old" =',
            '%%time\nfiles = !ls\nif files:\n    %timeit 1\n    x = tf.Session()\n'
            '?tf.Session\ntf.Session?',
            '    y = [\n        tf.placeholder,\n    ]',
        )
    )
    report = scan.scan_file(file)
    [problem] = report.problems
    assert problem.startswith('cell 3 is Python 2: line 1 has a print statement; but it does not')
    assert [
        (each.verdict.name, each.place.cell, each.place.line) for each in report.occurrences
    ] == [
        ('tensorflow.Session', 4, 5),
        ('tensorflow.placeholder', 5, 2),
    ]


def test_notebooks_of_other_formats(tmp_path):
    file = tmp_path / 'a.ipynb'
    cell = {'cell_type': 'code', 'language': 'python', 'input': USE, 'outputs': []}
    file.write_text(json.dumps({'nbformat': 3, 'worksheets': [{'cells': [cell]}]}))
    assert [each.verdict.name for each in scan.scan_file(file).occurrences] == [
        'tensorflow.Session'
    ]
    file.write_text(notebook_of('x <- 1', kernelspec={'language': 'R'}))
    assert scan.scan_file(file) == scan.FileReport(file)
    for text in ('', '{}', '[]', '{"cells": [1]}'):
        file.write_text(text)
        assert scan.scan_file(file).problems == ['is not a notebook']


ADVICE = f'Use instead: {symbols.advice_for("tensorflow.contrib.kafka")}.'

# The report and the command
# ----------------------------------------------------------------------------------------


def test_text(tmp_path):
    file = tmp_path / 'a.py'
    file.write_text(
        USE + 'tf.Session()\nfrom tensorflow.contrib import kafka\nkafka.KafkaDataset()\n'
    )
    out = io.StringIO()
    scan.write_text(scan.scan([tmp_path, file]), out)
    assert out.getvalue().splitlines() == [
        str(file),
        '  gone             tf.contrib.kafka.KafkaDataset  (line 5)',
        f'                   {ADVICE}',
        '  partly provided  tf.contrib.kafka  (line 4)',
        f'                   it imports, but nothing in it is provided. {ADVICE}',
        '  provided         tf.Session  (lines 2, 3)',
        '',
        'files read: 1',
        '  gone             1 names, 1 uses',
        '  partly provided  1 names, 1 uses',
        '  repaired         0 names, 0 uses',
        '  provided         1 names, 2 uses',
    ]


def scanned(*arguments, cwd):
    return python('-m', 'tf_seq2seq_compat', 'scan', *arguments, cwd=cwd)


def test_command(tmp_path):
    (tmp_path / 'good.py').write_text(USE)
    (tmp_path / 'bad.py').write_text('import tensorflow as tf\ntf.contrib.kafka.KafkaDataset\n')
    (tmp_path / 'old.py').write_text('print "x\n')
    good = scanned('good.py', cwd=tmp_path)
    assert good.returncode == 0 and 'provided         tf.Session' in good.stdout
    assert good.stderr.startswith('tf-seq2seq-compat: looking names up in TensorFlow 2.')
    assert len(good.stderr.splitlines()) == 1, 'TensorFlow is loaded quietly'
    bad = scanned('--json', 'good.py', 'bad.py', cwd=tmp_path)
    report = json.loads(bad.stdout)
    assert bad.returncode == report['exit_code'] == 1
    assert report['files'][1] == {
        'path': 'bad.py',
        'problems': [],
        'python_2': '',
        'way': '',
        'uses': [
            {
                'name': 'tensorflow.contrib.kafka.KafkaDataset',
                'status': 'gone',
                'advice': ADVICE,
                'line': 2,
                'cell': None,
            }
        ],
    }
    assert report['summary']['gone'] == {'names': 1, 'uses': 1}
    assert scanned('.', cwd=tmp_path).returncode == 2


def test_wrong_usage(tmp_path):
    for arguments, words in (((), 'PATH'), (('none.py',), 'there is no none.py')):
        done = scanned(*arguments, cwd=tmp_path)
        assert done.returncode == 2 and words in done.stderr and not done.stdout
    hidden = (
        'import sys; sys.modules["libcst"] = None; sys.argv = ["x", "scan", "."]\n'
        'from tf_seq2seq_compat.cli import main; main()'
    )
    done = python('-c', hidden, cwd=tmp_path)
    assert done.returncode == 2 and "pip install 'tf-seq2seq-compat[migration]'" in done.stderr


PROGRAM = """
import collections
import tensorflow as tf
from tensorflow.contrib import rnn
from tensorflow.contrib.seq2seq import *
from tensorflow.python.ops.rnn_cell_impl import LSTMStateTuple
cells = tf.contrib.rnn
cells.GRUCell(3), rnn.LSTMCell(2), LSTMStateTuple(1, 2), tile_batch
tf.nn.dynamic_rnn, tf.Session(), tf.placeholder(tf.float32), tf.train.AdamOptimizer()
print(collections.Mapping.__name__)
"""

NAMES = """
Session collections.Mapping contrib.rnn contrib.rnn.GRUCell contrib.rnn.LSTMCell contrib.seq2seq
contrib.seq2seq.tile_batch nn.dynamic_rnn placeholder python.ops.rnn_cell_impl.LSTMStateTuple
train.AdamOptimizer
"""


def test_what_is_not_gone_runs(tmp_path):
    file = Path(tmp_path) / 'program.py'
    file.write_text(PROGRAM)
    report = scan.scan([file])
    names = [each.verdict.name.removeprefix('tensorflow.') for each in report.files[0].occurrences]
    assert report.exit_code == 0 and sorted(set(names)) == NAMES.split()
    done = run('program.py', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'Mapping\n'


def test_a_notebook_of_python_2(tmp_path):
    file = tmp_path / 'a.ipynb'
    cells = 'import tensorflow as tf\nprint 7 / 2', '%time x = 1\nprint tf.Session()'
    file.write_text(notebook_of(*cells, kernelspec={'name': 'python2'}))
    report = scan.scan_file(file)
    assert not report.problems and report.python_2 == 'its kernel is that of Python 2'
    [use] = report.occurrences
    assert (use.place.cell, use.place.line) == (2, 2)


WAYS = {
    'class Model:\n'
    '    def __init__(self, units):\n'
    '        self.x = tf.placeholder(tf.float32)\n'
    '        self.y = tf.layers.dense(self.x, units)\n'
    'with tf.Session() as sess:\n    pass\n': 'wrap Model: GraphModel(lambda: Model(...))',
    'def build():\n'
    '    return tf.train.AdamOptimizer().minimize(tf.get_variable("w", []))\n'
    'def train():\n    tf.Session().run(build())\n': 'wrap build: GraphModel(lambda: build(...))',
    'x = tf.placeholder(tf.float32)\n'
    'y = tf.layers.dense(x, 2)\n'
    'tf.Session().run(y)\n': "wrap the script: GraphModel.from_program('a.py')",
    'class Cell(tf.nn.rnn_cell.RNNCell):\n'
    '    def call(self, x, state):\n'
    '        return tf.layers.dense(x, 2), state\n': 'layer by layer: track_tf1_style_variables',
    'def norm(x):\n    return tf.sqrt(tf.reduce_sum(x * x))\n': '',
}


@pytest.mark.parametrize('text', WAYS)
def test_which_way_fits_a_file(text, tmp_path):
    (tmp_path / 'a.py').write_text('import tensorflow as tf\n' + text)
    assert scan.scan_file(tmp_path / 'a.py').way == WAYS[text]
