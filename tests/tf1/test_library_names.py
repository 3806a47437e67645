"""What SciPy, Pillow, pandas, matplotlib and other libraries lost exists for the program."""

from __future__ import annotations

import json
import pathlib

from tests.tf1.processes import last_line, run
from tf_seq2seq_compat.migrate import scan
from tf_seq2seq_compat.tf1.old_libraries import library_changes, tables

HERE = pathlib.Path(__file__).parent
RECORDED = json.loads((HERE / 'library_golden.json').read_text())['values']


def test_they_give_what_the_releases_of_their_time_gave():
    done = run(HERE / 'library_golden.py', '--print')
    found = json.loads(last_line(done))['values']
    assert found.keys() == RECORDED.keys()
    assert {each: found[each] for each in found if found[each] != RECORDED[each]} == {}
    for name in ('scipy.misc.imread', 'DataFrame.append', 'PIL.Image.ANTIALIAS', 'Dataset.value'):
        assert f'{name} (' in done.stderr


LIBRARIES = {
    'nltk': 'def download(info_or_id=None, quiet=False):\n    print("get", info_or_id, quiet)\n',
    'librosa/__init__': 'def load(path, *, sr=22050, mono=True):\n    return path, sr, mono\n'
    'def resample(y, *, orig_sr, target_sr):\n    return y, orig_sr, target_sr\n',
    'librosa/filters': 'def mel(*, sr, n_fft, n_mels=128):\n    return sr, n_fft, n_mels\n',
}
PROGRAM = """
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'site-packages'))
import librosa, librosa.filters, nltk
from librosa import load
nltk.download('punkt', quiet=True)
nltk.download('stopwords')
print(librosa.load('a.wav', 8000), load('a.wav', sr=16000), librosa.resample([1], 2, 4))
print(librosa.filters.mel(16000, 512, n_mels=80), librosa.filters.mel(sr=1, n_fft=2))
"""


def test_functions_that_take_their_arguments_by_name_only(tmp_path):
    for name, text in LIBRARIES.items():
        file = tmp_path / 'site-packages' / f'{name}.py'
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / 'main.py').write_text(PROGRAM)
    done = run('main.py', cwd=tmp_path)
    assert done.stdout.splitlines() == [
        'get punkt_tab True',
        'get punkt True',
        'get stopwords False',
        "('a.wav', 8000, True) ('a.wav', 16000, True) ([1], 2, 4)",
        '(16000, 512, 80) (1, 2, 128)',
    ], done.stderr


def test_scan_knows_them():
    for name in ('scipy.misc.imresize', 'scipy.signal.hann', 'PIL.Image.ANTIALIAS', 'Image'):
        assert scan.verdict(name).status == scan.REPAIRED, name
    assert 'Pillow' in scan.verdict('scipy.misc.imread').advice


def test_every_changed_function_is_in_the_one_table():
    assert set(library_changes.CHANGES) <= set(tables.CHANGES)
