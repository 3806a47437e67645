"""The command line: what each friction of a first use says, and to where."""

import argparse
import io
import json
import logging
import os
import sys

import numpy as np
import pytest
import tensorflow as tf
from packaging.version import Version

import tf_seq2seq_compat
from tests.tf1 import processes
from tf_seq2seq_compat import checkpoint, cli, doctor, terminal
from tf_seq2seq_compat.tf1 import tensorflow_import
from tf_seq2seq_compat.tf1.runtime import Runtime


@pytest.fixture
def run(capsys):
    """Runs the command line in this process: the exit code and what was written."""

    def call(*arguments):
        try:
            code = cli.main([str(each) for each in arguments])
        except SystemExit as error:
            code = error.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def all_parsers(parser, words=()):
    yield words, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, each in action.choices.items():
                yield from all_parsers(each, (*words, name))


PARSERS = dict(all_parsers(cli.parser()))
LEAVES = [words for words, parser in PARSERS.items() if parser.get_default('run')]


def test_flags_are_never_abbreviated():
    assert len(PARSERS) > 18
    assert all(not parser.allow_abbrev for parser in PARSERS.values())


@pytest.mark.parametrize('words', LEAVES, ids=' '.join)
def test_an_error_shows_the_usage_of_its_command(words, run):
    flags = [each for each in PARSERS[words]._option_string_actions if each.startswith('--')]
    long = max(flags, key=len)
    # Names of programs and files that the parser wants, none of which is reached.
    values = ['bash'] if words == ('completion',) else ['a.npz', 'b', 'c']
    code, out, err = run(*words, long[:-1], *values)
    assert code == 2 and not out
    assert err.startswith(f'usage: tf-seq2seq-compat {" ".join(words)} ')
    assert f'tf-seq2seq-compat {" ".join(words)}: error: ' in err


def test_an_unknown_flag_is_asked_about(run):
    code, _, err = run('run', '--stric', 'x.py')
    assert code == 2 and err.endswith('unrecognized arguments: --stric. Did you mean --strict?\n')


def test_a_value_that_a_flag_does_not_take(run):
    code, _, err = run('run', '--xla=often', 'x.py')
    assert code == 2 and '[--xla[=auto]]' in err
    assert err.endswith("argument --xla: does not take the value 'often'\n")


@pytest.mark.parametrize('words', LEAVES, ids=' '.join)
def test_a_listing_has_json(words):
    lists = words[-1] in ('list', 'show', 'diff', 'scan', 'doctor')
    assert lists == ('--json' in PARSERS[words]._option_string_actions)


CANNOT_RUN = (
    ('none.py', "can't open file", 2),
    ('none.ipynb', "can't open file", 2),
    ('folder', "can't find '__main__' module", 1),
    ('folder.ipynb', 'Is a directory', 2),
    ('text.ipynb', 'is not a notebook', 2),
    ('latin.py', 'is not UTF-8 text and has no encoding cookie', 1),
    ('cookie.py', 'is not UTF-8 text and has no encoding cookie', 1),
)


def test_what_cannot_be_run_is_said_in_a_line(tmp_path):
    (tmp_path / 'latin.py').write_bytes(b'import os\nprint("caf\xe9")\n')
    (tmp_path / 'cookie.py').write_bytes(b'# coding: no-such\n')
    (tmp_path / 'folder').mkdir()
    (tmp_path / 'folder.ipynb').mkdir()
    (tmp_path / 'text.ipynb').write_text('no JSON')
    call = 'import sys; from tf_seq2seq_compat import cli\nfor each in sys.argv[1:]: '
    call += 'print(cli.main(["run", each]))'  # TensorFlow is not loaded for any of it
    done = processes.python('-c', call, *(each for each, *_ in CANNOT_RUN), cwd=tmp_path)
    assert [int(code) for code in done.stdout.split()] == [code for *_, code in CANNOT_RUN]
    lines = done.stderr.splitlines()
    for line, (program, words, _) in zip(lines, CANNOT_RUN, strict=True):
        assert line.startswith('tf-seq2seq-compat: ') and words in line and program in line


def test_scan_and_migrate_of_nothing(run, tmp_path):
    (tmp_path / 'README.md').write_text('nothing here')
    for command in (['scan'], ['scan', '--json'], ['migrate'], ['migrate', '--write']):
        code, out, err = run(*command, tmp_path)
        assert code == 2 and not out
        assert f'there are no Python files or notebooks in {tmp_path}' in err


def test_scan_of_what_is_no_text(run, tmp_path):
    (tmp_path / 'latin.py').write_bytes(b'import tensorflow as tf\nprint("caf\xe9")\n')
    code, out, _ = run('scan', tmp_path)
    assert code == 2 and 'unreadable: is not UTF-8 text' in out


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colours(monkeypatch):
    for name in ('NO_COLOR', 'FORCE_COLOR', 'TERM'):
        monkeypatch.delenv(name, raising=False)
    red = '\x1b[31mgone\x1b[0m'
    assert terminal.coloured('gone', 'red', Terminal()) == red
    assert terminal.coloured('gone', 'red', io.StringIO()) == 'gone'
    monkeypatch.setenv('TERM', 'dumb')
    assert terminal.coloured('gone', 'red', Terminal()) == 'gone'
    monkeypatch.setenv('FORCE_COLOR', '1')
    assert terminal.coloured('gone', 'red', io.StringIO()) == red
    monkeypatch.setenv('NO_COLOR', '1')
    assert terminal.coloured('gone', 'red', Terminal()) == 'gone'


def test_a_scan_has_colours_and_progress_on_a_terminal(tmp_path, monkeypatch):
    monkeypatch.delenv('NO_COLOR', raising=False)
    monkeypatch.setenv('TERM', 'xterm')
    for index in range(25):
        (tmp_path / f'part{index}.py').write_text(
            'import tensorflow as tf\ntf.contrib.tpu.TPUEstimator\n'
        )
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, 'stdout', out)
    monkeypatch.setattr(sys, 'stderr', err)
    assert cli.main(['scan', str(tmp_path)]) == 1
    assert '\x1b[31mgone           \x1b[0m  tf.contrib.tpu.TPUEstimator' in out.getvalue()
    assert 'scan: ' in err.getvalue() and '/25' in err.getvalue()


def test_progress_is_for_terminals_and_many_files(monkeypatch):
    many = list(range(30))
    monkeypatch.setattr(sys, 'stderr', io.StringIO())
    assert terminal.progress(many, 'x') is many
    monkeypatch.setattr(sys, 'stderr', Terminal())
    assert terminal.progress(many[:3], 'x') == [0, 1, 2]
    monkeypatch.setitem(sys.modules, 'tqdm', None)
    assert terminal.progress(many, 'x') is many


def test_the_variables_of_a_saved_model(run, tmp_path):
    module = tf.Module()
    with tf.init_scope():
        module.weight = tf.Variable(tf.ones([2, 3]))
        tf.saved_model.save(module, str(tmp_path / 'saved'))
    code, out, _ = run('checkpoint', 'list', tmp_path / 'saved')
    assert code == 0 and out == 'weight  float32  [2, 3]\n'
    code, out, _ = run('checkpoint', 'list', '--json', tmp_path / 'saved')
    wanted = {'name': 'weight', 'dtype': 'float32', 'shape': [2, 3]}
    assert code == 0 and json.loads(out) == [wanted]
    assert checkpoint.load(tmp_path / 'saved')['weight'].sum() == 6
    code, out, _ = run('export', 'show', '--json', tmp_path / 'saved')
    shown = json.loads(out)
    assert code == 0 and shown['variables'][0]['bytes'] == 24 and shown['graphs'][0]['tags']


def test_listings_of_arrays_as_json(run, tmp_path):
    np.savez(tmp_path / 'a.npz', w=np.arange(4.0), s=np.array(['x']))
    np.savez(tmp_path / 'b.npz', w=np.arange(4.0) + 1, s=np.array(['x']))
    code, out, _ = run('checkpoint', 'show', '--json', tmp_path / 'a.npz')
    strings, numbers = json.loads(out)
    assert code == 0 and strings['values'] == ['x']
    assert (numbers['min'], numbers['max'], numbers['mean']) == (0, 3, 1.5)
    code, out, _ = run('checkpoint', 'diff', '--json', tmp_path / 'a.npz', tmp_path / 'b.npz')
    assert code == 1 and json.loads(out)['values'][0]['max_abs'] == 1


def test_completion(run, monkeypatch):
    monkeypatch.setitem(sys.modules, 'shtab', None)
    code, _, err = run('completion', 'bash')
    assert code == 2 and "pip install 'tf-seq2seq-compat[completion]'" in err


def test_completion_of_a_shell(run):
    pytest.importorskip('shtab', reason='the extra completion is not installed')
    code, out, _ = run('completion', 'bash')
    assert code == 0 and '--strict' in out and 'checkpoint' in out


def test_the_doctor_finds_numbers_that_are_wrong(run, monkeypatch):
    code, out, _ = run('doctor', '--json')
    checks = {each['subject']: each for each in json.loads(out)}
    assert code == 0 and all(each['status'] != 'wrong' for each in checks.values())
    found = checks['tensorflow']['found'].partition(' ')[0]
    assert Version(found) == Version(tf.__version__)  # 2.22.0rc0 and 2.22.0-rc0
    assert {'numbers, session', 'numbers, eager', 'numbers, XLA'} < set(checks)

    monkeypatch.setattr(doctor, '_TOLERANCE', 0.0)
    monkeypatch.setattr(doctor, '_MODULES', ('numpy', 'no_such_module'))
    monkeypatch.setattr(doctor, '_requirements', lambda: missing())
    code, out, _ = run('doctor')
    assert code == 1
    assert 'wrong   no_such_module' in out and 'wrong   numbers, eager' in out
    assert 'missing extra plotting' in out and "pip install 'tf-seq2seq-compat[plotting]'" in out


def missing():
    from packaging.requirements import Requirement

    return [Requirement("no-such-plots>=1; extra == 'plotting'")]


# Names
# ----------------------------------------------------------------------------------------


def test_packages_are_attributes(run):
    names = 'addons checkpoint cudnn_rnn decoding export graph_model legacy_seq2seq plotting rnn'
    assert set(names.split()) < set(dir(tf_seq2seq_compat))
    for name in names.split():
        module = getattr(tf_seq2seq_compat, name)
        assert module is sys.modules[f'tf_seq2seq_compat.{name}']
    with pytest.raises(AttributeError, match='no_such'):
        _ = tf_seq2seq_compat.no_such


# What TensorFlow writes
# ----------------------------------------------------------------------------------------

NOTES = b"""\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795838700.436499   27070 port.cc:153] oneDNN custom operations are on.
2023-11-01 10:00:00.000000: I tensorflow/core/platform/cpu_feature_guard.cc:182] This TensorFlow
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow
2023-11-01 10:00:00.000000: W tensorflow/compiler/tf2tensorrt/utils/py_utils.cc:38] TF-TRT Warning
E0000 00:00:1795839700.875928   32293 cuda_platform.cc:52] failed call to cuInit
F0000 00:00:1795839700.875928   32293 cpu.cc:1] does not run here
lib/x.py:3: UserWarning: mine
I0000 of the program
"""


@pytest.mark.parametrize('hidden, kept', [('', 9), ('I', 5), ('IW', 4), ('IWE', 3)])
def test_which_notes_are_shown(hidden, kept):
    shown = tensorflow_import.shown(NOTES, hidden)
    assert len(shown.splitlines()) == kept
    assert shown.endswith(NOTES[NOTES.index(b'F0000') :])


def test_advice_to_leave_names_of_tensorflow_is_hidden_and_the_programs_is_not(monkeypatch):
    logger = logging.getLogger('tensorflow')
    monkeypatch.setattr(logger, 'filters', [])
    monkeypatch.setattr(logger, 'level', logging.INFO)
    logger.manager._clear_cache()
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logger.addHandler(handler)
    body = 'From %s: %s (from %s) is deprecated and will be removed %s.\nInstructions:\n%s'
    try:
        with Runtime() as runtime:
            tensorflow_import._hide_deprecations(runtime)
            logger.warning(body, 'a.py:1', 'Print', 'tensorflow.python.ops', 'soon', 'x')
            logger.warning('From %s: The name %s is deprecated. Please use %s.\n', 'a', 'tf.x', 'y')
            logger.warning(body, 'a.py:2', 'mine', '__main__', 'soon', 'x')
            logger.warning('From here on it is deprecated')
            logger.warning('step %d', 3)
        logger.warning(body, 'a.py:1', 'Print', 'tensorflow.python.ops', 'later', 'x')
    finally:
        logger.removeHandler(handler)
    lines = [line for line in written.getvalue().splitlines() if line not in ('Instructions:', 'x')]
    assert [line.split(' (')[0] for line in lines] == [
        'From a.py:2: mine',
        'From here on it is deprecated',
        'step 3',
        'From a.py:1: Print',
    ]


PROGRAM = """
import gc, os, sys
import tensorflow as tf
x = tf.placeholder(tf.float32, [2])
tf.logging.warning('mine')
shown = tf.Print(x, [x], 'printed')
logged = tf.print('logged', x, output_stream=tf.logging.info)
with tf.control_dependencies([logged]):
    y = tf.layers.dense(shown[None], 1, use_bias=False, name='dense')
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    session.run(y, {x: [1, 2]})
os.write(2, b'I0000 00:00:1.1 1 mine.cc:1] written by the program\\n')
late = 'keras' in sys.modules
print(late, gc.get_freeze_count() > 10000, gc.isenabled())
"""


@pytest.mark.parametrize('flags', [[], pytest.param(['--verbose'], marks=pytest.mark.slow)])
def test_a_run_writes_what_the_program_writes(tmp_path, flags, monkeypatch):
    monkeypatch.setattr(processes, 'environment', lambda: environment)
    environment = {**os.environ, 'PYTHONPATH': str(processes.ROOT)}
    environment.pop(tensorflow_import.LEVEL, None)
    (tmp_path / 'program.py').write_text(PROGRAM)
    done = processes.run(*flags, tmp_path / 'program.py')
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(' True True\n')
    lines = [line for line in done.stderr.splitlines() if line]
    own = [
        'WARNING:tensorflow:mine',
        'logged [1 2]',
        'printed[1 2]',
        'I0000 00:00:1.1 1 mine.cc:1] written by the program',
    ]
    if flags:
        assert 'Print (from tensorflow' in done.stderr and own[0] in lines
        assert tensorflow_import.shown(done.stderr.encode(), 'IWE') != done.stderr.encode()
    else:
        assert sorted(lines) == sorted(own)
        assert done.stdout.startswith('False')  # Keras 3 is not loaded
