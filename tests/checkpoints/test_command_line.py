"""`tf-seq2seq-compat checkpoint`."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.checkpoints import objects
from tf_seq2seq_compat import checkpoint, cli

GRU = objects.prefix('gru')


@pytest.fixture
def run(capsys):
    """Runs a command line; gives its exit code, what it printed, and its errors."""

    def command(*arguments):
        code = cli.main(['checkpoint', *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_list(run):
    code, out, err = run('list', GRU)
    lines = out.splitlines()
    assert (code, err) == (0, '') and len(lines) == 15
    assert [line.split()[0] for line in lines] == [v.name for v in checkpoint.list_variables(GRU)]
    assert 'rnn/gru_cell/gates/kernel' in out and 'float32  [8, 10]' in out
    code, out, _ = run('list', GRU, '*/kernel')
    assert code == 0 and len(out.splitlines()) == 2


def test_show(run):
    code, out, _ = run('show', GRU, 'global_step', 'rnn/gru_cell/candidate/bias')
    assert code == 0
    assert 'global_step int64 [] min 20 max 20 mean 20\n  20\n' in out
    bias = checkpoint.load(GRU)['rnn/gru_cell/candidate/bias']
    assert f'min {bias.min():.6g}' in out and str(bias[0])[:6] in out
    short, full = (run('show', GRU, '*gates/kernel', *more)[1] for more in ([], ['--full']))
    assert '...' in short and '...' not in full


def test_convert(run, tmp_path):
    new = tmp_path / 'new.ckpt'
    rule = ['--rename', 'rnn=encoder', '--rename-regex', r'(gates|candidate)/=\1_']
    code, out, _ = run('convert', '--dry-run', GRU, new, *rule)
    assert code == 0 and not list(tmp_path.iterdir())
    assert 'rnn/gru_cell/gates/kernel -> encoder/gru_cell/gates_kernel' in out
    code, out, err = run('convert', GRU, new, *rule, '--rename-exact', 'x=y', '--ignore', '*/Adam*')
    assert code == 0 and f'wrote {new}' in out and 'x=y changes no name' in err
    names = [v.name for v in checkpoint.list_variables(new)]
    assert 'encoder/gru_cell/gates_bias' in names and not any('Adam' in name for name in names)
    code, _, err = run('convert', GRU, new)
    assert code == 2 and 'exists already' in err and len(err.splitlines()) == 1
    assert run('convert', GRU, new, '--overwrite')[0] == 0
    assert not checkpoint.diff(GRU, new).differs


@pytest.mark.parametrize(('form', 'name'), [('npz', 'w.npz'), ('objects', 'o.ckpt')])
def test_convert_to(form, name, run, tmp_path):
    assert run('convert', GRU, tmp_path / name, '--to', form)[0] == 0
    assert 'rnn/gru_cell/gates/bias' in checkpoint.load(tmp_path / name)


def test_convert_historic(run, tmp_path):
    old = checkpoint.convert({'RNN/BasicLSTMCell/Linear/Bias': np.ones(4)}, tmp_path / 'old')
    code, out, _ = run('convert', '--historic', old, tmp_path / 'new', '--rename', 'rnn=decoder')
    assert code == 0 and out.startswith('RNN/BasicLSTMCell/Linear/Bias -> decoder/basic_lstm_cell')


def test_diff(run, tmp_path):
    arrays = checkpoint.load(GRU)
    arrays['rnn/gru_cell/gates/bias'] = arrays['rnn/gru_cell/gates/bias'] + np.float32(1e-4)
    other = checkpoint.convert(arrays, tmp_path / 'other.ckpt')
    code, out, _ = run('diff', GRU, GRU)
    assert (code, out) == (0, '15 the same, 0 different\n')
    code, out, _ = run('diff', GRU, other)
    assert code == 1 and 'values: rnn/gru_cell/gates/bias: 10 of 10 differ, by up to 0.0001' in out
    assert run('diff', GRU, other, '--atol', '1e-3')[0] == 0
    assert run('diff', GRU, objects.prefix('lstm'))[0] == 1


@pytest.mark.parametrize(
    'arguments',
    [
        ('list', 'nothing.ckpt'),
        ('list', GRU, 'nothing*'),
        ('show', 'nothing.npz'),
        ('convert', GRU, GRU),
        ('convert', GRU, 'new', '--rename-regex', '(=x'),
        ('convert', GRU, 'new', '--rename-regex', '.*=x'),
        ('diff', GRU, 'nothing'),
    ],
)
def test_an_error_is_one_line_and_2(arguments, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(*arguments)
    assert code == 2 and err.startswith('tf-seq2seq-compat: ') and len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    'arguments', [[], ['list'], ['convert', 'a'], ['convert', 'a', 'b', '--rename', 'c'], ['x']]
)
def test_wrong_usage_is_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(['checkpoint', *arguments])
    assert caught.value.code == 2 and 'usage: ' in capsys.readouterr().err


@pytest.mark.parametrize('command', [[], ['list'], ['show'], ['convert'], ['diff']])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(['checkpoint', *command, '-h'])
    assert caught.value.code == 0 and 'usage: ' in capsys.readouterr().out


def test_help_is_had_without_tensorflow():
    program = (
        'import sys, contextlib; from tf_seq2seq_compat import cli\n'
        'with contextlib.suppress(SystemExit): cli.main(["checkpoint", "-h"])\n'
        'assert "tensorflow" not in sys.modules'
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, '-c', program],
        env={**os.environ, 'PYTHONPATH': str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 'tf-seq2seq-compat checkpoint list' in done.stdout
