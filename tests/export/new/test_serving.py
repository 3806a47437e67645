"""examples/serving: the model of TensorFlow 1.15.5, exported, served, and asked by the client."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVING = ROOT / 'examples' / 'serving'
PAIR = ROOT / 'tests' / 'golden_programs' / 'pairs' / 'g2p'
# The server's command, in an environment of examples/serving/requirements.txt.
SERVER = os.environ.get('MLSERVER') or shutil.which('mlserver')


@pytest.fixture(scope='module')
def programs():
    """The modules of the example, imported as when they are run as programs."""
    before = list(sys.path)
    sys.path.insert(0, str(SERVING))
    try:
        return importlib.import_module('export_models'), importlib.import_module('client')
    finally:
        sys.path[:] = before


@pytest.fixture(scope='module')
def words():
    lines = (ROOT / 'examples' / 'data' / 'cmudict_test.txt').read_text().splitlines()
    return [line.split()[0] for line in lines[:20]]  # of which TF 1.15.5's ids were recorded


@pytest.mark.slow
def test_error_rates(programs, capsys):
    export_models, _ = programs
    g2p = export_models.g2p
    several = g2p.read_words(ROOT / 'examples' / 'data' / 'cmudict_test.txt')[:20]
    with np.load(PAIR / 'expected.npz') as arrays:
        of_tf1 = [g2p.until_eos(ids) for ids in arrays['ids'].tolist()]
    pairs = zip(several, of_tf1, strict=True)
    errors = np.array([g2p.edit_distance(word.phonemes, ids) for word, ids in pairs])
    rate = errors.sum() / sum(len(word.phonemes) for word in several)
    export_models.error_rates(str(PAIR / 'model.ckpt'), several)
    shown = capsys.readouterr().out
    assert '20 test words, model.ckpt' in shown
    for weights in ('float32', 'float16', 'dynamic_range'):
        assert shown.count(f'| {weights} |') == 2
    [line] = [one for one in shown.splitlines() if one.startswith('| greedy | float32 |')]
    assert line.endswith(f'| {rate:.1%} | {np.mean(errors > 0):.1%} |')


def free_port() -> int:
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server that has the models of a folder."""
    port = free_port()
    settings = {'HTTP_PORT': port, 'GRPC_PORT': free_port(), 'METRICS_PORT': free_port()}
    environment = {**os.environ, **{f'MLSERVER_{name}': str(settings[name]) for name in settings}}
    environment.pop('PYTHONPATH', None)  # without this package
    with open(folder / 'log', 'w') as log:
        server = subprocess.Popen(
            [str(SERVER), 'start', str(folder)], env=environment, stdout=log, stderr=log
        )
    try:
        for _ in range(240):
            assert server.poll() is None, (folder / 'log').read_text()
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f'http://127.0.0.1:{port}/v2/health/ready', timeout=5)
                break
            time.sleep(0.5)
        else:
            raise AssertionError((folder / 'log').read_text())
        yield f'127.0.0.1:{port}'
    finally:
        server.terminate()
        server.wait(timeout=60)


@pytest.mark.slow
@pytest.mark.skipif(
    not SERVER, reason='needs the server of examples/serving/requirements.txt (MLSERVER=its path)'
)
def test_the_server(programs, words, tmp_path, monkeypatch, capsys):
    export_models, client = programs
    export_models.write(str(PAIR / 'model.ckpt'), tmp_path / 'models')
    with np.load(PAIR / 'expected.npz') as arrays:
        of_tf1 = [[client.PHONEMES[one] for one in ids] for ids in arrays['ids'].tolist()]
    with served(tmp_path / 'models') as address:
        found = {one: client.Client(address, one).phonemes(words) for one in client.MODELS}
        with pytest.raises(RuntimeError, match='404'):
            client.Client(address, 'none').phonemes(words)
        command = ['client.py', '--address', address, '--model', 'beam-onnx', words[0]]
        monkeypatch.setattr(sys, 'argv', command)
        client.main()
        shown = capsys.readouterr().out.splitlines()[-1]
        client.measure(address, 0.1)
        assert capsys.readouterr().out.count('| beam-saved-model |') == 5
    assert found['greedy-onnx'] == list(map(client.until_end, of_tf1))
    assert found['greedy-saved-model'] == found['greedy-onnx']
    assert found['beam-onnx'] == found['beam-saved-model'] != found['greedy-onnx']
    assert shown.split() == [words[0], *found['beam-onnx'][0]]
