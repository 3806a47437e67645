"""Each repair: when it acts, when it keeps out, and the original error under --strict."""

from __future__ import annotations

import re
import types

from tests.tf1.processes import last_line, python, run
from tests.tf1.test_articles import repairs_in
from tf_seq2seq_compat.tf1.repairs import repair

CHECKS = """
import numpy as np
import tensorflow as tf
from tensorflow.contrib import seq2seq


def error_of(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__ + ': ' + str(error)
    return ''


def value(tensors):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(tensors)


def fresh():
    tf.reset_default_graph()
    tf.set_random_seed(1)
    return tf.nn.rnn_cell.GRUCell(3, kernel_initializer=tf.constant_initializer(0.3))
"""

RANK_2 = (
    CHECKS
    + """
import functools
dynamic_rnn = functools.partial(tf.nn.dynamic_rnn, dtype=tf.float32)
unknown = lambda: tf.placeholder(tf.float32, [None, None])
numbers = np.arange(10, dtype=np.float32).reshape(5, 2) / 10
expected = value(tf.nn.dynamic_rnn(fresh(), numbers.T[:, :, None], [5, 3], dtype=tf.float32))
for repaired in [
    lambda: dynamic_rnn(fresh(), tf.constant(numbers), [5, 3]),  # REPAIRED
    lambda: dynamic_rnn(fresh(), tf.constant(numbers.T), tf.constant([5, 3])),  # REPAIRED
    lambda: dynamic_rnn(cell=fresh(), inputs=numbers, sequence_length=[5, 3]),  # REPAIRED
]:
    for ours, theirs in zip(value(repaired()), expected):
        np.testing.assert_array_equal(ours, theirs)
options = dict(dtype=tf.float32, time_major=True)
outputs, state = value(tf.nn.dynamic_rnn(fresh(), numbers, [5, 3], **options))  # REPAIRED
np.testing.assert_array_equal(outputs, expected[0].transpose(1, 0, 2))
start = np.ones([2, 3], np.float32)
outputs, state = value(tf.nn.dynamic_rnn(fresh(), numbers, initial_state=start))  # REPAIRED
np.testing.assert_array_equal(
    outputs, value(tf.nn.dynamic_rnn(fresh(), numbers.T[:, :, None], initial_state=start))[0])
# Nothing says which axis is the batch, or both could be, or neither: TF1's error.
for kept in [
    lambda: tf.nn.dynamic_rnn(fresh(), numbers, dtype=tf.float32),
    lambda: tf.nn.dynamic_rnn(fresh(), np.zeros([3, 3], np.float32), [1, 2, 3], dtype=tf.float32),
    lambda: tf.nn.dynamic_rnn(fresh(), numbers, [1, 2, 3], dtype=tf.float32),
    lambda: tf.nn.dynamic_rnn(fresh(), unknown(), [1, 2], dtype=tf.float32),
    lambda: tf.nn.dynamic_rnn(fresh(), numbers, [6, 3], dtype=tf.float32),
]:
    words = error_of(kept)
    assert words.startswith('ValueError: Shape') and 'must have rank at least 3' in words, words
assert error_of(lambda: tf.nn.dynamic_rnn(fresh())).startswith('TypeError'), 'a missing argument'
print('rank 2')
"""
)


def repaired_lines(script, text: str) -> list[int]:
    return [i for i, line in enumerate(text.splitlines(), start=1) if line.endswith('# REPAIRED')]


def test_rank_2_inputs(tmp_path):
    script = tmp_path / 'a.py'
    script.write_text(RANK_2)
    done = run(script)
    assert last_line(done) == 'rank 2'
    assert repairs_in(done.stderr) == [
        (str(script), line, 'rank-2-inputs') for line in repaired_lines(script, RANK_2)
    ]


MEMORY = (
    CHECKS
    + """
inputs = np.random.RandomState(0).uniform(-1, 1, [2, 4, 3]).astype(np.float32)
lengths = [4, 2]


def build(mechanism, given, deep=False, time_major=False, clone=False):
    fresh()
    tf.get_variable_scope().set_initializer(tf.constant_initializer(0.2))
    with tf.variable_scope('encoder'):
        made = mechanism(3, inputs, lengths) if given else mechanism(num_units=3)  # REPAIRED
    cell = tf.nn.rnn_cell.LSTMCell(3)
    wrapper = seq2seq.AttentionWrapper(cell, made, attention_layer_size=2, alignment_history=True)
    outer = tf.nn.rnn_cell.DropoutWrapper(wrapper, 1.0, 1.0) if deep else wrapper
    state = outer.zero_state(2, tf.float32)
    if clone:
        ones = tf.ones([2, 3])
        state = state.clone(cell_state=tf.nn.rnn_cell.LSTMStateTuple(ones, ones))
    sequence = inputs.transpose(1, 0, 2) if time_major else inputs
    outputs, state = tf.nn.dynamic_rnn(
        outer, sequence, lengths, initial_state=state, time_major=time_major, dtype=tf.float32)
    names = sorted(v.name for v in tf.trainable_variables())
    history = state.alignment_history.stack()
    return value([outputs, state.attention, state.alignments, history]), names


for mechanism in (seq2seq.BahdanauAttention, seq2seq.LuongAttention):
    for options in ({}, {'deep': True}, {'time_major': True}, {'clone': True}):
        ours, our_names = build(mechanism, False, **options)
        theirs, names = build(mechanism, True, **options)
        for one, other in zip(ours, theirs):
            np.testing.assert_array_equal(one, other)
        assert our_names == names and 'encoder/memory_layer/kernel:0' in names, our_names

# Other mistakes keep their errors, and a state without its memory says why it is not there.
assert 'num_units' in error_of(lambda: seq2seq.BahdanauAttention())
assert error_of(lambda: seq2seq.BahdanauAttention(4, nope=1)).startswith('TypeError')
wrapper = seq2seq.AttentionWrapper(fresh(), seq2seq.BahdanauAttention(num_units=4))  # REPAIRED
words = error_of(lambda: wrapper.zero_state(2, tf.float32).attention)
assert words.startswith('AttributeError') and 'memory' in words, words
import inspect
parameters = list(inspect.signature(seq2seq.BahdanauAttention.__init__).parameters)
assert parameters[:4] == ['self', 'num_units', 'memory', 'memory_sequence_length']
print('memory')
"""
)


def test_missing_memory(tmp_path):
    script = tmp_path / 'a.py'
    script.write_text(MEMORY)
    done = run(script)
    assert last_line(done) == 'memory'
    assert repairs_in(done.stderr) == [
        (str(script), line, 'missing-memory') for line in repaired_lines(script, MEMORY)
    ]


IMPORTS = """
from keras.layers import Dense, Input
import builtins
import part


def forgotten():
    return Concatenate  # REPAIRED


def wrong():
    return NoSuchLayer


assert forgotten().__name__ == 'Concatenate' and forgotten() is forgotten()
try:
    wrong()
except NameError as error:
    assert str(error) == "name 'NoSuchLayer' is not defined"
else:
    raise AssertionError('no NameError')
try:
    Later
except NameError:
    Later = 1
assert Later == 1
# Built-in names as ever, also those that someone changes, in every way to reach them.
assert len([1]) == __builtins__.len([1]) == 1 and 'print' in dir(__builtins__)
builtins.translated = str.upper
assert translated('a') == 'A' and hasattr(__builtins__, 'translated')
__builtins__.other = 3
assert builtins.other == other == 3
class Shape(int): pass
assert eval('max(1, 2)') == 2 and [abs(x) for x in (-1,)] == [1]
exec('import json; assert isinstance(json.loads("1"), int)')
assert part.error == "name 'Concatenate' is not defined", 'only in the script'
print('import')
"""
PART = """
from keras.layers import Dense
try:
    Concatenate
except NameError as exception:
    error = str(exception)
"""


def test_missing_import(tmp_path):
    script = tmp_path / 'a.py'
    script.write_text(IMPORTS)
    (tmp_path / 'part.py').write_text(PART)
    done = run(script)
    assert last_line(done) == 'import'
    assert repairs_in(done.stderr) == [
        (str(script), line, 'missing-import') for line in repaired_lines(script, IMPORTS)
    ]
    assert 'line 2: from keras.layers import Dense, Input, Concatenate' in done.stderr


LAMBDAS = """
import numpy as np
import tensorflow as tf
import keras
from keras import backend as K
from keras import layers
from keras.layers import Lambda, Input, Activation, Dense
from keras.models import Model

memory, queries = Input((4, 3)), Input((6, 3))


def attend(inputs, scale=1.0):
    values, query = inputs
    query = layers.Dense(3, use_bias=False)(query)
    scores = layers.Dot(axes=[2, 1])([values, query])
    return scale * helper(values, layers.Activation('softmax')(scores))


def helper(values, weights):
    return keras.layers.Dot(axes=[1, 1])([weights, values])


def closure(size):
    from keras.layers import Dense as Inner
    def function(inputs):
        return layers.Dot(axes=[2, 1])([inputs[0], Inner(size, use_bias=False)(inputs[1])])
    return function


def plain(inputs):
    return layers.Dot(axes=[2, 2])(inputs)


def hopeless(inputs):
    return layers.Dot(axes=[2, 1])([Dense(5)(inputs[0]), inputs[1]])


rest = [np.random.RandomState(0).normal(size=s).astype(np.float32) for s in [(2, 4, 3), (2, 6, 3)]]
for function, arguments in [(attend, {'scale': 2.0}), (closure(3), {})]:
    outputs = Lambda(function, arguments=arguments)([memory, queries])  # REPAIRED
    model = Model([memory, queries], outputs)
    assert [w.shape.as_list() for w in model.trainable_weights] == [[3, 3]]
    kernel = np.random.RandomState(1).normal(size=(3, 3)).astype(np.float32)
    model.set_weights([kernel])
    values, query = rest
    scores = np.einsum('bsd,btd->bts', values, query @ kernel)
    if function is attend:
        weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
        expected = 2.0 * np.einsum('bts,bsd->btd', weights, values)
    else:
        expected = scores
    np.testing.assert_allclose(model.predict(rest), expected, rtol=1e-5, atol=1e-5)
    assert layers.Dense.__module__.startswith('tf_keras.')

before = len(tf.global_variables())
assert Lambda(plain)([memory, queries]).shape.as_list() == [None, 4, 6]
assert Lambda(lambda x: x + 1)(memory).shape.as_list() == [None, 4, 3]
assert len(tf.global_variables()) == before
try:
    Lambda(hopeless)([memory, queries])
except ValueError as error:
    assert '5' in str(error), error
else:
    raise AssertionError('no ValueError')
print('lambda')
"""


def test_lambda_per_step(tmp_path):
    script = tmp_path / 'a.py'
    script.write_text(LAMBDAS)
    done = run(script)
    assert last_line(done) == 'lambda'
    assert set(repairs_in(done.stderr)) == {
        (str(script), line, 'lambda-per-step') for line in repaired_lines(script, LAMBDAS)
    }


FLAGS = """
import json
import sys
import tensorflow as tf
from tensorflow.python.platform import flags as platform_flags

tf.app.flags.DEFINE_integer('size', 3, 'a number')
tf.flags.DEFINE_string('mode', 'train', 'a word')
FLAGS = tf.app.flags.FLAGS
left = FLAGS._parse_flags()  # REPAIRED
assert left == ['--other=1'] and FLAGS.size == 4, left


def wanted(flags):
    return {name: value for name, value in flags.items() if name in ('size', 'mode')}


def early():
    return wanted(FLAGS.__flags)  # REPAIRED


def by_name():
    return json.dumps(getattr(platform_flags.FLAGS, '__flags'), default=str)  # REPAIRED


def of_today():
    return {name: flag.value for name, flag in wanted(FLAGS.__flags).items()}


def within():
    return dict(map(lambda item: (item[0], item[1].default), wanted(FLAGS.__flags).items()))


assert early() == of_today() == {'size': 4, 'mode': 'train'}, early()
assert json.loads(by_name())['size'] == 4
assert within() == {'size': 3, 'mode': 'train'}
assert not hasattr(FLAGS, '__parsed')
FLAGS.size = 5
assert early()['size'] == 5
print('flags')
"""


def test_early_flags(tmp_path):
    script = tmp_path / 'a.py'
    script.write_text(FLAGS)
    done = run(script, '--size=4', '--other=1')
    assert last_line(done) == 'flags'
    assert repairs_in(done.stderr) == [
        (str(script), line, 'early-flags') for line in repaired_lines(script, FLAGS)
    ]


STRICT = (
    CHECKS
    + """
import keras
from keras.layers import Lambda, Input, Dense, Dot
print(error_of(lambda: seq2seq.BahdanauAttention(4)))
print(error_of(lambda: tf.nn.dynamic_rnn(fresh(), np.zeros([5, 2]), [5, 3], dtype=tf.float64)))
print(error_of(lambda: Concatenate))
both = [Input((4, 3)), Input((6, 3))]
print(error_of(lambda: Lambda(lambda x: Dot(axes=[2, 1])([x[0], Dense(3)(x[1])]))(both)))
print(type(__builtins__).__name__)
tf.flags.DEFINE_integer('size', 3, 'a number')
print(error_of(lambda: tf.flags.FLAGS._parse_flags()))
print(type(tf.flags.FLAGS.__flags['size']).__name__)
"""
)


def test_strict(tmp_path):
    (tmp_path / 'a.py').write_text(STRICT)
    done = run('--strict', 'a.py', cwd=tmp_path)
    memory, rank, name, dot, builtin, parse, flag = done.stdout.splitlines()
    assert re.fullmatch(
        r"TypeError: (\w+\.)?__init__\(\) missing 1 required positional argument: 'memory'", memory
    )
    assert rank.startswith('ValueError: Shape') and 'must have rank at least 3' in rank
    assert name == "NameError: name 'Concatenate' is not defined"
    assert dot.startswith('ValueError') and '3 ' in dot and '6' in dot
    assert builtin == 'module'
    assert parse == 'AttributeError: _parse_flags' and flag == 'Flag'
    assert 'RepairWarning' not in done.stderr


NOT_BY_IMPORT = 'import tf_seq2seq_compat\ntf_seq2seq_compat.install()\n' + STRICT.replace(
    'print(error_of(lambda: Concatenate))\n', ''
)


def test_install_never_repairs(tmp_path):
    (tmp_path / 'a.py').write_text(NOT_BY_IMPORT)
    done = python('a.py', cwd=tmp_path)
    assert [line.split(':')[0] for line in done.stdout.splitlines()] == [
        'TypeError',
        'ValueError',
        'ValueError',
        'module',
        'AttributeError',
        'Flag',
    ]
    assert 'RepairWarning' not in done.stderr


def test_a_name_that_a_package_loads_later_is_replaced():
    package = types.ModuleType('package')
    package.__getattr__ = lambda name: vars(package).setdefault(name, 'loaded')
    undo = repair.replace('name', 'replaced', package)
    assert package.name == 'replaced'
    undo()
    assert package.name == 'loaded'
