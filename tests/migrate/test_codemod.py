"""The codemod on files, projects and notebooks, and its command line."""

from __future__ import annotations

import json
import os
import stat

import pytest

from tests.migrate.fixers.migrating import OURS, TF, V1
from tests.tf1.processes import python
from tf_seq2seq_compat.migrate import codemod, report, sources
from tf_seq2seq_compat.migrate.codemod import migrate, migrate_source
from tf_seq2seq_compat.migrate.project import Project, outline
from tf_seq2seq_compat.migrate.source_module import Finding

CALL = 'tf.disable_v2_behavior()\n'


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def texts(folder):
    """What becomes of the files of a folder, by name."""
    return {
        str(file.path.relative_to(folder)): file.result.text if file.result else None
        for file in migrate([folder])
    }


# Texts
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize('text', ['', '\n', '# nothing\n', '"""Doc."""', 'x = 1'])
def test_what_is_not_of_tensorflow_stays(text):
    assert migrate_source(text).text == text


@pytest.mark.parametrize('text', ['print "x\n', 'x = (\n', 'raise E, "x" = 3\n'])
def test_what_is_not_python_is_refused(text):
    with pytest.raises(sources.Unreadable):
        migrate_source(text)


def test_tabs_that_python_2_took():
    text = f'{TF}def f():\n        x = 1\n\treturn tf.contrib.rnn.GRUCell(x)\t# so\n'
    done = migrate_source(text, is_program=False)
    assert done.text == (
        f'{V1}{OURS}def f():\n        x = 1\n        return seq2seq.GRUCell(x)\t# so\n'
    )
    assert 'return tf.contrib.rnn.GRUCell(x)\t# so' in [note.name for note in done.notes]
    tabs = 'if x:\n\ty = 1\n\tz = 1\n'
    assert migrate_source(tabs).text == tabs


# Projects
# ----------------------------------------------------------------------------------------


def test_a_name_that_another_file_has_brought(tmp_path):
    write(
        tmp_path,
        {
            'run/train.py': 'from common import *\nx = tf.contrib.rnn.GRUCell(3)\n',
            'common.py': f'{TF}from tensorflow.contrib import rnn, slim\n',
            'model.py': 'import common\nx = common.rnn.GRUCell(3), common.tf.layers.dense\n',
            'other.py': 'from common import rnn, slim\nx = rnn.GRUCell(3), slim.conv2d\n',
        },
    )
    done = texts(tmp_path)
    assert done['run/train.py'] == (
        f'{V1}{CALL}\nfrom common import *\n{OURS}x = seq2seq.GRUCell(3)\n'
    )
    assert done['common.py'].startswith(V1)
    assert 'import tf_slim as slim\n' in done['common.py']
    assert 'contrib import' not in done['common.py']
    assert 'x = seq2seq.GRUCell(3), tf_layers.dense\n' in done['model.py']
    assert 'from common import slim\n' in done['other.py']
    assert 'x = seq2seq.GRUCell(3), slim.conv2d\n' in done['other.py']


def test_programs_get_the_start_and_modules_do_not(tmp_path):
    write(
        tmp_path,
        {
            'pkg/__init__.py': 'from . import model\n',
            'pkg/model.py': TF,
            'pkg/train.py': f"from . import model\n{TF}if __name__ == '__main__':\n    pass\n",
            'main.py': f'import os\n{TF}from pkg import model, train\n',
            'plot.py': 'import os\n',
        },
    )
    done = texts(tmp_path)
    assert done['pkg/__init__.py'] == 'from . import model\n'
    assert done['pkg/model.py'] == V1
    assert done['pkg/train.py'].startswith(f'{V1}{CALL}\nfrom . import model\n{V1}')
    assert done['main.py'] == f'import os\n{V1}\n{CALL}\nfrom pkg import model, train\n'
    assert done['plot.py'] == 'import os\n'


def test_a_library_that_the_project_brings_along(tmp_path):
    write(tmp_path, {'keras.py': 'x = 1\n', 'a.py': 'import keras\nkeras.layers.Dense(3)\n'})
    assert texts(tmp_path)['a.py'] == 'import keras\nkeras.layers.Dense(3)\n'


def test_programs_of_both_tensorflows_in_one_project(tmp_path):
    """What is of one program with a file of TensorFlow Addons stays; the rest is rewritten."""
    files = {
        'served/infer.py': 'import tensorflow_addons as tfa\nfrom served import model\n',
        'served/model.py': 'import tensorflow as tf\nx = tf.Session\n',
        'served/again.py': 'import tensorflow as tf\nfrom served.model import x\ny = tf.Session\n',
        'train.py': 'import tensorflow as tf\nfrom common import sizes\nx = tf.Session\n',
        'common.py': 'sizes = 1\n',
        'served/sizes.py': 'import tensorflow as tf\nimport common\nfrom served import model\n',
    }
    write(tmp_path, {**files, 'served/__init__.py': ''})
    done = texts(tmp_path)
    for name in ('served/model.py', 'served/again.py', 'served/sizes.py', 'common.py'):
        assert done[name] == files[name], name
    assert 'from tf_seq2seq_compat import addons as tfa' in done['served/infer.py']
    assert 'compat.v1' in done['train.py']


def test_a_file_elsewhere_is_no_library(tmp_path):
    write(
        tmp_path,
        {
            'plugins/tensorflow.py': '',
            'plugins/__init__.py': '',
            'plugins/model.py': TF,
            'a.py': f'{TF}from plugins import model, tensorflow\n',
        },
    )
    done = texts(tmp_path)
    assert done['plugins/model.py'] == V1
    assert done['a.py'].startswith(V1)


def test_what_would_not_parse_is_not_written(tmp_path, monkeypatch):
    from tf_seq2seq_compat.migrate.edits import Edit

    def fix(module):
        yield Finding('rewritten', 1, 'x')
        yield Finding('rewritten', 2, 'y')
        start = module.code.find('x')
        if start >= 0:
            yield Edit(start, start + 1, '(')
        start = module.code.find('y')
        if start >= 0:
            yield Edit(start, start + 1, 'z')

    write(tmp_path, {'a.py': 'x = 1\ny = 2\n'})
    monkeypatch.setattr(codemod, 'FIXERS', (fix,))
    [file] = migrate([tmp_path])
    assert file.result.text == 'x = 1\nz = 2\n'
    [left] = [note for note in file.result.notes if note.kind == 'needs a look']
    assert (left.place.line, left.name) == (1, 'x')
    assert 'by hand' in left.advice
    assert {note.place.line for note in file.result.notes if note.kind == 'rewritten'} == {2}


@pytest.mark.parametrize(
    ('line', 'name'),
    [
        ('from tensorflow.python.estimator import estimator as e', 'e.Estimator'),
        ('from tensorflow.python.estimator.estimator import Estimator as e', 'e'),
        ('from tensorflow.python.estimator import run_config, estimator as e', 'e.Estimator'),
        ('import tensorflow.python.estimator.estimator as e', 'e.Estimator'),
        ('from tensorflow.python.estimator import *', 'estimator.Estimator'),
        ('from tensorflow import estimator as e', 'e.Estimator'),
        ('import tensorflow.estimator', 'tensorflow.estimator.Estimator'),
    ],
)
def test_modules_that_are_read_of_a_name(line, name):
    result = migrate_source(f'{TF}{line}\nfound = {name}\n', is_program=False)
    assert line not in result.text
    assert result.count('needs a look') == 0
    namespace = {}
    exec(result.text, namespace)
    assert namespace['found'].__name__ in ('Estimator', 'EstimatorV2')
    assert migrate_source(result.text, is_program=False).text == result.text


def test_names_of_a_star_import_are_not_taken(tmp_path):
    write(
        tmp_path,
        {
            'names.py': 'seq2seq = 1\n',
            'a.py': f'{TF}from names import *\nx = tf.contrib.rnn.GRUCell(seq2seq)\n',
        },
    )
    assert 'x = tf_seq2seq.GRUCell(seq2seq)\n' in texts(tmp_path)['a.py']


def test_the_outline_of_a_module():
    found = outline(
        'import a.b\nfrom .c import d as e\nif x:\n    f = e.g\ntry:\n    from h import *\n'
        'except ImportError:\n    i = 1\n'
    )
    assert found.meanings == {'a': 'a', 'e': '.c.d', 'f': '.c.d.g'}
    assert found.bound == {'a', 'e', 'f', 'i'}
    assert found.stars == ['h']
    assert not found.is_program
    assert outline("if __name__ == '__main__':\n    pass\n").is_program


def test_modules_are_found_by_their_importer(tmp_path):
    write(tmp_path, {'a/model.py': '', 'a/run.py': '', 'b/model.py': '', 'b/sub/run.py': ''})
    project = Project(sorted(tmp_path.rglob('*.py')))
    assert project.module(tmp_path / 'a' / 'run.py', 'model') == tmp_path / 'a' / 'model.py'
    assert project.module(tmp_path / 'b' / 'sub' / 'run.py', 'model') == tmp_path / 'b' / 'model.py'
    assert (
        project.module(tmp_path / 'b' / 'sub' / 'run.py', '..model') == tmp_path / 'b' / 'model.py'
    )
    assert project.module(tmp_path / 'a' / 'run.py', 'numpy') is None


# Notebooks
# ----------------------------------------------------------------------------------------


def notebook(*cells, **more):
    return {
        'cells': [
            {'cell_type': 'code', 'metadata': {}, 'outputs': [], 'source': cell} for cell in cells
        ],
        'metadata': {'language_info': {'name': 'python'}},
        **more,
    }


def test_cells_and_magics():
    cells = [
        ['%matplotlib inline\n', 'import tensorflow as tf\n', '!pip install x'],
        'x = tf.contrib.rnn.GRUCell(3)\n%time tf.contrib',
        ['%%time\n', 'y = tf.layers.dense(x, 3)\n', 'tf.log?'],
        ['print "x'],
        ['%%bash\n', 'echo tf.contrib.rnn'],
    ]
    text = json.dumps(notebook(*cells), indent=1) + '\n'
    done = migrate_source(text, notebook=True)
    new = json.loads(done.text)
    assert [cell['source'] for cell in new['cells']] == [
        [
            '%matplotlib inline\n',
            V1,
            OURS,
            'from tf_keras.api._v1.keras.__internal__.legacy import layers as tf_layers\n',
            '\n',
            CALL,
            '\n',
            '!pip install x',
        ],
        'x = seq2seq.GRUCell(3)\n%time tf.contrib',
        ['%%time\n', 'y = tf_layers.dense(x, 3)\n', 'tf.log?'],
        ['print "x'],
        ['%%bash\n', 'echo tf.contrib.rnn'],
    ]
    assert done.problems and 'cell 4' in done.problems[0]
    places = [(note.place.cell, note.place.line) for note in done.notes]
    assert (2, 1) in places and (3, 2) in places
    assert migrate_source(done.text, notebook=True).text == done.text


@pytest.mark.parametrize(
    'manner',
    [{'indent': 1}, {'indent': 2, 'ensure_ascii': False}, {'indent': 4, 'sort_keys': True}, {}],
)
def test_a_notebook_is_written_as_it_was(manner):
    book = notebook('import tensorflow as tf\n', 'é = 1\n', b=1, a=2)
    text = json.dumps(book, **manner)
    book['cells'][0]['source'] = f'{V1}\n{CALL}'
    assert migrate_source(text, notebook=True).text == json.dumps(book, **manner)


def test_a_cell_with_a_margin():
    text = json.dumps(notebook('  import tensorflow as tf\n  x = tf.contrib.rnn.GRUCell(3)\n'))
    [cell] = json.loads(migrate_source(text, notebook=True, is_program=False).text)['cells']
    assert cell['source'] == f'  {V1}  {OURS}  x = seq2seq.GRUCell(3)\n'


def test_a_notebook_of_another_language():
    text = json.dumps(
        {**notebook('import tensorflow as tf'), 'metadata': {'kernelspec': {'language': 'R'}}}
    )
    assert migrate_source(text, notebook=True).text == text


# Files
# ----------------------------------------------------------------------------------------


def test_files_are_written_whole_with_their_encoding_and_mode(tmp_path):
    path = tmp_path / 'a.py'
    path.write_bytes(
        '# -*- coding: latin-1 -*-\r\n# é\r\nimport tensorflow as tf\r\n'.encode('latin-1')
    )
    path.chmod(0o750)
    before = path.read_bytes()
    [file] = migrate([path])
    assert path.read_bytes() == before
    codemod.write(file, backup=True)
    assert '# é\r\nimport tensorflow.compat.v1 as tf\r\n'.encode('latin-1') in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert (tmp_path / 'a.py.orig').read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ['a.py', 'a.py.orig']
    # A second backup does not replace the first.
    path.write_bytes(before)
    [file] = migrate([path])
    codemod.write(file, backup=True)
    assert file.backup.name == 'a.py.orig2'


def test_a_byte_order_mark_stays(tmp_path):
    path = tmp_path / 'a.py'
    path.write_bytes(b'\xef\xbb\xbfimport tensorflow as tf\n')
    [file] = migrate([path])
    codemod.write(file)
    assert path.read_bytes().startswith(b'\xef\xbb\xbfimport tensorflow.compat.v1 as tf\n')


def test_an_error_of_the_disk_is_said(tmp_path):
    path = tmp_path / 'gone' / 'a.py'
    path.parent.mkdir()
    path.write_text(TF)
    [file] = migrate([path])
    path.unlink()
    path.parent.rmdir()
    codemod.write(file)
    assert 'cannot be written' in file.problems[0]


def test_a_failed_write_leaves_the_file(tmp_path, monkeypatch):
    path = tmp_path / 'a.py'
    path.write_text(TF)
    [file] = migrate([path])

    def fail(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'replace', fail)
    codemod.write(file)
    assert 'No space left' in file.problems[0]
    assert path.read_text() == TF
    assert [each.name for each in tmp_path.iterdir()] == ['a.py']


def test_what_does_not_parse_is_reported_and_not_touched(tmp_path):
    write(tmp_path, {'a.py': 'import tensorflow as tf\nprint "x" =\n', 'b.py': TF})
    done = report.MigrationReport()
    for file in migrate([tmp_path]):
        codemod.write(file)
        done.add(file)
    assert (tmp_path / 'a.py').read_text() == 'import tensorflow as tf\nprint "x" =\n'
    assert (tmp_path / 'b.py').read_text().startswith(V1)
    assert done.exit_code == 2
    assert 'line 2' in done.files[0].problems[0]


def test_counts_and_exit_codes(tmp_path):
    write(
        tmp_path,
        {
            'a.py': f'{TF}x = tf.contrib.rnn.GRUCell(3)\n',
            'b.py': f'{TF}x = tf.contrib.tpu.TPUEstimator(3)\ny = tf.no_such(x)\n',
            'c.py': 'x = 1\n',
        },
    )
    done = report.MigrationReport()
    for file in migrate([tmp_path]):
        done.add(file)
    assert done.exit_code == 1
    assert done.summary() == {
        'files': 3,
        'files_changed': 2,
        'files_with_problems': 0,
        'rewritten': 3,
        'needs_a_look': 1,
        'unknown': 1,
    }
    as_json = json.loads(report.json_of(done))
    assert [os.path.basename(each['path']) for each in as_json['files']] == ['a.py', 'b.py']
    assert as_json['files'][1]['counts'] == {'rewritten': 1, 'needs_a_look': 1, 'unknown': 1}
    [left] = [note for note in as_json['files'][1]['notes'] if note['kind'] == 'needs a look']
    assert left['name'] == 'tf.contrib.tpu.TPUEstimator' and left['line'] == 5 and left['advice']
    done.files.pop()
    assert done.exit_code == 0


# The command line
# ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_line(tmp_path):
    write(tmp_path, {'a.py': f'{TF}x = tf.contrib.rnn.GRUCell(3)\n', 'b.py': 'print "x\n'})
    before = (tmp_path / 'a.py').read_text()
    command = '-m', 'tf_seq2seq_compat', 'migrate'
    shown = python(*command, 'a.py', cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith('--- a.py\n+++ a.py\n')
    assert '+x = seq2seq.GRUCell(3)\n' in shown.stdout
    assert 'rewritten     2' in shown.stderr
    assert (tmp_path / 'a.py').read_text() == before
    written = python(*command, '--write', '--backup', '--report', 'r.json', '.', cwd=tmp_path)
    assert written.returncode == 2
    assert 'a.py: 2 rewritten' in written.stdout and 'line 1' in written.stdout
    assert (tmp_path / 'a.py').read_text() == f'{V1}{OURS}\n{CALL}\nx = seq2seq.GRUCell(3)\n'
    assert (tmp_path / 'a.py.orig').read_text() == before
    assert json.loads((tmp_path / 'r.json').read_text())['exit_code'] == 2
    again = python(*command, 'a.py', cwd=tmp_path)
    assert again.stdout == '' and again.returncode == 0


@pytest.mark.parametrize(
    'arguments, words',
    [
        (['nothing.py'], 'there is no nothing.py'),
        (['--backup', '.'], '--backup is for --write'),
        (['--write', '--diff', '.'], 'not allowed with'),
        ([], 'PATH'),
    ],
)
def test_wrong_usage(arguments, words, capsys, tmp_path, monkeypatch):
    from tf_seq2seq_compat import cli

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as error:
        cli.main(['migrate', *arguments])
    assert error.value.code == 2
    assert words in capsys.readouterr().err
