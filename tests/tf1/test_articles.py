"""Both published examples run unchanged, with the numbers of the real thing, mistakes mended."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.golden import harness
from tests.tf1 import keras_article_golden
from tests.tf1.processes import ARTICLES, ROOT, last_line, python, run

STATE = ARTICLES / 'attention_wrapper_state.py'
KERAS = ARTICLES / 'keras_attention.py'


def repairs_in(stderr: str) -> list[tuple[str, int, str]]:
    """The (file, line, repair) of each warning."""
    found = re.findall(r'^(.*):(\d+): RepairWarning: repaired \(([\w-]+)\)', stderr, re.MULTILINE)
    return [(file, int(line), name) for file, line, name in found]


def line_of(path, text: str) -> int:
    lines = path.read_text(encoding='utf-8').splitlines()
    return next(i for i, line in enumerate(lines, start=1) if text in line)


STATE_DRIVER = """
import sys
import numpy as np
from tests.golden import cases, harness
from tf_seq2seq_compat.tf1 import runner
from tf_seq2seq_compat.tf1.runtime import Runtime

one = harness.CASES['article_attention_wrapper_state']
np.random.randn = lambda *shape: one.inputs['sequence'].reshape(shape)
runner.run({article!r}, [], runtime=Runtime())
program = vars(sys.modules['__main__'])
tf = program['tf']
nest = {{name: program[name] for name in ('encoder_outputs', 'encoder_state')}}
leaves = harness.flatten(nest)
variables = tf.trainable_variables()
loss = tf.add_n([
    tf.cast(
        tf.reduce_sum(leaf * harness.loss_weights(path, leaf.shape.as_list(), 'float32')),
        tf.float64,
    )
    for path, leaf in leaves if leaf.dtype.is_floating
])
fetches = {{'output/' + path: leaf for path, leaf in leaves}}
names = ['gradient/variable/' + v.op.name for v in variables] + ['gradient/input/sequence']
fetches.update(zip(names, tf.gradients(loss, [*variables, program['inputs']])))
with tf.Session() as session:
    for v in variables:
        v.load(harness.variable_value(v.op.name, v.shape.as_list(), 'float32'), session)
    arrays = session.run(fetches)
facts = {{
    'structure': harness.structure(nest),
    'variables': harness.variable_facts(tf.global_variables()),
}}
harness.save(harness.Result(arrays, facts), {out!r})
"""


def test_attention_wrapper_state(tmp_path):
    out = tmp_path / 'found.npz'
    driver = tmp_path / 'driver.py'
    driver.write_text(STATE_DRIVER.format(article=str(STATE), out=str(out)), encoding='utf-8')
    done = python(driver)
    assert done.returncode == 0, done.stderr
    found = harness.load(str(out))
    arrays = ROOT / 'tests' / 'golden' / 'arrays' / 'article_attention_wrapper_state.npz'
    expected = harness.load(str(arrays))
    assert set(found.arrays) == set(expected.arrays)
    for name, value in expected.arrays.items():
        np.testing.assert_allclose(found.arrays[name], value, rtol=1e-4, atol=1e-6, err_msg=name)
        assert found.arrays[name].shape == value.shape
    assert found.facts['structure'] == expected.facts['structure']
    assert found.facts['variables'] == expected.facts['variables']
    assert found.arrays['output/encoder_outputs'].shape == (3, 5, 1)
    assert repairs_in(done.stderr) == [
        (str(STATE), line_of(STATE, 'BahdanauAttention('), 'missing-memory'),
        (str(STATE), line_of(STATE, 'dynamic_rnn('), 'rank-2-inputs'),
    ]


@pytest.mark.parametrize(
    ('change', 'error'),
    [
        ([], r"TypeError: .*__init__\(\) missing 1 required positional argument: 'memory'"),
        (
            [('num_units=4', 'num_units=4, memory=tf.zeros([3, 5, 1])')],
            r'ValueError: Shape \(\d, \d\) must have rank at least 3.*',
        ),
    ],
)
def test_attention_wrapper_state_strict(tmp_path, change, error):
    text = keras_article_golden.replaced(STATE.read_text(encoding='utf-8'), change)
    (tmp_path / 'article.py').write_text(text, encoding='utf-8')
    done = run('--strict', 'article.py', cwd=tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(error, done.stderr.splitlines()[-1])
    assert 'RepairWarning' not in done.stderr
    assert 'tf_seq2seq_compat/tf1/' not in done.stderr, 'a frame of the runner in the traceback'


KERAS_SMALL = """

from tests.tf1 import keras_article_golden
keras_article_golden.save(keras_article_golden.measure(globals()), {out!r})
"""


def test_keras_attention(tmp_path):
    """Against Keras 2.3.1: attention, outputs, losses of Adam steps, the weights after them."""
    out = tmp_path / 'found.npz'
    script = tmp_path / 'article.py'
    text = keras_article_golden.replaced(
        keras_article_golden.article(), keras_article_golden.SMALLER
    )
    script.write_text(text + KERAS_SMALL.format(out=str(out)), encoding='utf-8')
    done = run(script)
    assert done.returncode == 0, done.stderr
    expected = dict(np.load(keras_article_golden.ARRAYS))
    assert list(expected.pop('versions')) == ['tensorflow 1.15.5', 'keras 2.3.1']
    found = dict(np.load(out))
    assert set(found) == set(expected)
    assert list(found.pop('shapes')) == list(expected.pop('shapes'))
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-4, atol=2e-6, err_msg=name)
    assert repairs_in(done.stderr) == [
        (str(script), line_of(script, 'Lambda(attention)'), 'lambda-per-step'),
        (str(script), line_of(script, '= Concatenate('), 'missing-import'),
    ]


KERAS_DRIVER = """
import sys
import numpy as np
from tf_seq2seq_compat.tf1 import runner
from tf_seq2seq_compat.tf1.runtime import Runtime

runner.run({article!r}, [], runtime=Runtime())
program = vars(sys.modules['__main__'])
model = program['model']
assert model.output_shape == (None, 100, 10000), model.output_shape
attention = program['decoder_attention']
assert attention.shape.as_list() == [None, 100, 256]
weights = [tuple(w.shape.as_list()) for w in model.trainable_weights]
assert len(weights) == 12 and (256, 256) in weights and (256,) in weights, weights
random = np.random.RandomState(0)
sentences = [random.randint(0, 10000, (2, 100)) for _ in range(2)]
targets = np.zeros((2, 100, 10000), 'float32')
np.put_along_axis(targets, random.randint(0, 10000, (2, 100, 1)), 1, axis=-1)
losses = model.fit(sentences, targets, epochs=3, verbose=0).history['loss']
assert losses[0] > losses[1] > losses[2], losses
print('trained')
"""


@pytest.mark.slow
def test_keras_attention_at_its_own_size(tmp_path):
    driver = tmp_path / 'driver.py'
    driver.write_text(KERAS_DRIVER.format(article=str(KERAS)), encoding='utf-8')
    assert last_line(python(driver)) == 'trained'


def test_keras_attention_strict():
    done = run('--strict', KERAS)
    assert done.returncode == 1
    assert re.match(r'ValueError: .*256.* != 100', done.stderr.splitlines()[-1])
    assert f'File "{KERAS}", line {line_of(KERAS, "Lambda(attention)")}, in <module>' in done.stderr
    assert 'RepairWarning' not in done.stderr
    assert 'tf_seq2seq_compat/tf1/' not in done.stderr, 'a frame of the runner in the traceback'
