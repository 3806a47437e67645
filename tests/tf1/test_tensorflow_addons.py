"""`import tensorflow_addons`: in programs under the runner, after `install()`, and which programs
are for TensorFlow 2."""

import ast
import importlib.util
import sys

import pytest

from tests.tf1.processes import python, run
from tf_seq2seq_compat.tf1 import import_hook, symbols, tensorflow_2_programs
from tf_seq2seq_compat.tf1.installed_addons import InstalledAddons

PROGRAM = """\
import sys
import tensorflow as tf
import tensorflow_addons as tfa
from tensorflow_addons.seq2seq import AttentionWrapper, sampler
from tensorflow_addons.text.crf_wrapper import CRFModelWrapper
import tensorflow_addons.rnn.nas_cell as nas
import tensorflow_addons.seq2seq.decoder
from tensorflow_addons.losses import GIoULoss
import module_of_the_program
from tf_seq2seq_compat import addons

assert tf.executing_eagerly() and tf.__name__ == 'tensorflow' and not hasattr(tf, 'contrib')
assert tfa.__version__ == '0.23.0' and AttentionWrapper is addons.seq2seq.AttentionWrapper
assert tfa.seq2seq.sampler.TrainingSampler is sampler.TrainingSampler
assert tfa.text.CRFModelWrapper is CRFModelWrapper and nas.NASCell is tfa.rnn.NASCell
assert tensorflow_addons.seq2seq.decoder.dynamic_decode is tfa.seq2seq.dynamic_decode
tfa.options.TF_ADDONS_PY_OPS = True
assert addons.options.TF_ADDONS_PY_OPS is True
from tensorflow_addons.image.transform_ops import rotate
assert rotate is tfa.image.rotate is addons.image.rotate
assert tfa.optimizers.ConditionalGradient is addons.optimizers.ConditionalGradient
try:
    tfa.seq2seq.gather_tree(0, 0, 0, 0)
except tf.errors.InvalidArgumentError:
    pass
for use in (lambda: tfa.image.translate, lambda: tfa.layers.Maxout, lambda: GIoULoss()):
    try:
        use()
    except AttributeError as error:
        assert 'Use instead: ' in str(error), error
for statement in (
    'import tensorflow_addons.activations',
    'from tensorflow_addons.activations import mish',
    'from tensorflow_addons.activations.mish import mish',
):
    try:
        exec(statement)
    except ImportError as error:
        message = str(error)
        assert 'tensorflow_addons.activations' in message and 'Use instead: ' in message, error
    else:
        raise AssertionError(statement)
print('done')
"""


@pytest.mark.skipif(
    importlib.util.find_spec('tensorflow_addons') is not None, reason='TensorFlow Addons is here'
)
def test_a_program_under_the_runner(tmp_path):
    (tmp_path / 'program.py').write_text(PROGRAM)
    (tmp_path / 'module_of_the_program.py').write_text(
        'import tensorflow as tf\nassert tf.function\n'
    )
    done = run(tmp_path / 'program.py')
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == 'done'


@pytest.mark.slow
def test_after_install(tmp_path):
    text = (
        'import tf_seq2seq_compat\n'
        'tf_seq2seq_compat.install(tf1_behavior=False)\n'
        'import tensorflow_addons as tfa\n'
        'assert tfa.seq2seq.BasicDecoder and tfa.text.crf_decode and tfa.rnn.ESNCell\n'
        'tf_seq2seq_compat.uninstall()\n'
        'try:\n    import tensorflow_addons\nexcept ImportError:\n    print("gone")\n'
    )
    (tmp_path / 'program.py').write_text(text)
    done = python(tmp_path / 'program.py')
    assert (done.returncode, done.stdout.strip()) == (0, 'gone'), done.stderr


TEXTS = {
    'import tensorflow as tf\nimport tensorflow_addons as tfa\nx = tf.Session': True,
    'from tensorflow_addons.seq2seq import sampler': True,
    'import tensorflow as tf\ntf.random.set_seed(1)\nx = tf.keras.layers.Dense': True,
    'import tensorflow as tf\nx = tf.placeholder(tf.float32)': False,
    'import tensorflow as tf\ntf.random.set_seed(1)\nwith tf.Session(): pass': False,
    'import tensorflow as tf\ntf.random.set_seed(1)\nx = tf.layers.Dense': False,
    'import tensorflow as tf\ntf.random.set_seed(1)\nx = tf.nn.rnn_cell.LSTMCell': False,
    'import tensorflow as tf\nx = tf.contrib.rnn.GRUCell, tf.random.set_seed': False,
    'import tensorflow as tf\nx = tf.reduce_sum(1), tf.compat.v1.Session, tf.keras': False,
    'from tensorflow import Session': False,
    'x = 1': False,
    'print "Python 2"': False,
    'try:\n    import tensorflow_addons\nexcept ImportError:\n    pass': False,
}


@pytest.mark.parametrize('text', TEXTS)
def test_which_programs_are_for_tensorflow_2(text, tmp_path, monkeypatch):
    """The text in a module that a loaded one imports."""
    (tmp_path / 'imported_by_it.py').write_text(text)
    main = tmp_path / 'main_of_it.py'
    main.write_text('def f():\n    from imported_by_it import x\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(
        import_hook, 'is_program_file', lambda file: str(file).startswith(str(tmp_path))
    )
    monkeypatch.setitem(
        sys.modules,
        'main_of_it',
        importlib.util.module_from_spec(importlib.util.spec_from_file_location('main_of_it', main)),
    )
    assert tensorflow_2_programs.is_for_tensorflow_2() is TEXTS[text]


def test_cells_of_a_notebook():
    assert tensorflow_2_programs.is_for_tensorflow_2(['!pip install tensorflow-addons'])
    names = tensorflow_2_programs._names(ast.parse('import tensorflow as t\nx = t.a.b, u.c'))
    assert {'a.b'} <= names and not {'c', 'u.c'} & names


def test_an_installed_package_that_does_not_load_is_replaced(tmp_path, monkeypatch, capsys):
    package = tmp_path / 'tensorflow_addons'
    package.mkdir()
    (package / '__init__.py').write_text('import tensorflow_addons.part\nraise KeyError("old")\n')
    (package / 'part.py').write_text('')
    monkeypatch.syspath_prepend(tmp_path)
    assert InstalledAddons().replaced()
    assert 'KeyError' in capsys.readouterr().err
    assert not [name for name in sys.modules if name.startswith('tensorflow_addons')]
    (package / '__init__.py').write_text('__version__ = "1"\n')
    importlib.invalidate_caches()
    try:
        assert not InstalledAddons().replaced()
        assert InstalledAddons(ours=True).replaced()
    finally:
        for name in [name for name in sys.modules if name.startswith('tensorflow_addons')]:
            del sys.modules[name]


def test_rows_lead_somewhere():
    rows = [row for row in symbols.TABLE.values() if row.name.startswith('tensorflow_addons')]
    assert len(rows) > 30
    for row in rows:
        assert bool(row.target) != bool(row.advice)
        if row.target:
            symbols.load(row.target)
