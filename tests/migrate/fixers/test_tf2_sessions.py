"""Sessions that become calls of functions, and those that stay, with the reason."""

from __future__ import annotations

import json
import re

import pytest

from tests import guide_blocks
from tests.migrate.fixers.migrating import V1
from tests.test_guide import anchors
from tf_seq2seq_compat.migrate.codemod import migrate_source
from tf_seq2seq_compat.migrate.fixers.tf2_reasons import MARK, REASONS

HEAD = 'import numpy as np\nimport tensorflow as tf\n\n'
START = f'import numpy as np\n{V1}\ntf.enable_v2_behavior()\n\n'

MODEL = (
    HEAD
    + """import json

tf.set_random_seed(1)
units = 6
# What is read.
source = tf.placeholder(tf.float32, [None, None, 3])  # features
targets = tf.placeholder(tf.float32, [None, 2])

with tf.variable_scope('encoder', initializer=tf.constant_initializer(0.1)):
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(units), source, dtype=tf.float32)
hidden = tf.layers.dense(state, 4, kernel_initializer=tf.ones_initializer())
prediction = tf.layers.dense(hidden, 2, kernel_initializer=tf.constant_initializer(0.3))
# What is learnt.
loss = tf.reduce_mean(tf.square(prediction - targets))
train_op = tf.train.AdamOptimizer(0.01).minimize(loss)

x = np.sin(np.arange(30)).reshape(2, 5, 3)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    losses = []
    for step in range(5):
        # One step.
        _, value = sess.run([train_op, loss], feed_dict={source: x, targets: [[1, 2], [3, 4]]})
        losses.append(float(value))
    losses += sess.run(prediction, {source: x}).ravel().tolist()
print(json.dumps(losses))
"""
)
DROPOUT = (
    HEAD
    + """import json


def weights(shape):
    return tf.Variable(tf.ones(shape) * 0.1)


def layer(x, w, b):
    h = tf.matmul(x, w) + b
    return tf.nn.relu(h)


def main():
    x = tf.placeholder(tf.float32, [None, 3])
    y = tf.placeholder(tf.int32, [None])
    keep_prob = tf.placeholder(tf.float32)
    W1 = weights([3, 4])
    b1 = tf.Variable(tf.zeros([4]), name='b1')
    W2 = tf.get_variable('W2', [4, 2], initializer=tf.constant_initializer(0.2))
    count = tf.Variable(0, trainable=False)
    h = layer(x, W1, b1)
    for i in range(2):
        h = tf.nn.dropout(h + i, keep_prob=keep_prob)
    logits = tf.matmul(h, W2)
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    loss = tf.reduce_mean(entropy)
    right = tf.equal(tf.cast(tf.argmax(logits, 1), tf.int32), y)
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    params = tf.trainable_variables()
    gradients = tf.gradients(loss, params)
    gradients, norm = tf.clip_by_global_norm(gradients, 0.1)
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    train = optimizer.apply_gradients(zip(gradients, params), global_step=count)
    init = tf.global_variables_initializer()
    found = []
    with tf.Session() as sess:
        sess.run(init)
        for i in range(4):
            feed = {x: np.sin(np.arange(12.)).reshape(4, 3), y: [0, 1, 1, i % 2], keep_prob: 1}
            sess.run(train, feed_dict=feed)
            l, a = sess.run([loss, accuracy], feed)
            found += [l, a, sess.run([train, norm], feed)[1], sess.run(count)]
        found += sess.run(W1).ravel().tolist()
    print(json.dumps([float(each) for each in found]))


if __name__ == '__main__':
    main()
"""
)
TRANSLATOR = (
    HEAD
    + """import json

source = tf.placeholder(tf.float32, [None, None, 3])
inputs = tf.placeholder(tf.float32, [None, None, 4])
targets = tf.placeholder(tf.int32, [None, None])
lengths = tf.placeholder(tf.int32, [None])

with tf.variable_scope('all', initializer=tf.constant_initializer(0.1)):
    memory, encoder_state = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(6), source, dtype=tf.float32)
    attention = tf.contrib.seq2seq.BahdanauAttention(5, memory)
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(6), attention)
    state = cell.zero_state(tf.shape(source)[0], tf.float32).clone(cell_state=encoder_state)
    decoder = tf.contrib.seq2seq.BasicDecoder(
        cell, tf.contrib.seq2seq.TrainingHelper(inputs, lengths), state,
        tf.layers.Dense(9, name='output'))
    outputs, _, _ = tf.contrib.seq2seq.dynamic_decode(decoder)
loss = tf.contrib.seq2seq.sequence_loss(
    outputs.rnn_output, targets, tf.sequence_mask(lengths, dtype=tf.float32))

optimizer = tf.train.GradientDescentOptimizer(0.5)
gradients, variables = zip(*optimizer.compute_gradients(loss))
gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
train = optimizer.apply_gradients(zip(gradients, variables))

batch = {
    source: np.sin(np.arange(2 * 7 * 3)).reshape(2, 7, 3),
    inputs: np.cos(np.arange(2 * 5 * 4)).reshape(2, 5, 4),
    targets: [[1, 3, 5, 7, 2], [4, 6, 2, 0, 0]],
    lengths: [5, 3],
}
result = []
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(4):
        result.append(float(sess.run([loss, train], batch)[0]))
    result += sess.run(outputs, batch).rnn_output.ravel().tolist()
print(json.dumps(result))
"""
)

REUSE = (
    HEAD
    + """import json

ids = tf.placeholder(tf.int32, [None, None])
lengths = tf.placeholder(tf.int32, [None])
weights = tf.Variable(tf.ones([3, 2]) * 0.1)


def cell(n):
    return tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(n) for _ in range(2)])


def run(x, lengths, reuse):
    with tf.variable_scope('net', reuse=reuse, initializer=tf.constant_initializer(0.05)):
        table = tf.get_variable('table', [7, 5])
        rows = tf.nn.embedding_lookup(table, x)
        outputs, _ = tf.nn.bidirectional_dynamic_rnn(
            cell(3), cell(3), rows, sequence_length=lengths, dtype=tf.float32)
        return tf.concat(outputs, 2)


first = run(ids, lengths, None)
second = run(ids + 1, lengths, True)
third = run(ids, lengths, tf.AUTO_REUSE)
score = tf.reduce_sum(tf.matmul(tf.reduce_sum(first * second + third, 1)[:, :3], weights), axis=1)
loss = tf.reduce_mean(tf.square(score - 1.0))
optimizer = tf.train.RMSPropOptimizer(0.01)
grads = [(tf.clip_by_value(g, -1.0, 1.0), v) for g, v in optimizer.compute_gradients(loss)]
train = optimizer.apply_gradients(grads)
other = tf.train.AdagradOptimizer(0.1).minimize(loss, var_list=[weights])

found = []
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(6):
        feed = {ids: np.arange(12).reshape(3, 4) % 6, lengths: [4, 2, 1]}
        _, value = sess.run([train, loss], feed)
        sess.run(other, feed)
        found.append(float(value))
    found += sess.run(score, feed).tolist()
print(json.dumps(found))
"""
)


def result(text):
    """What becomes of a program; the second run says and does the same."""
    done = migrate_source(text, target='tf2')
    compile(done.text, 'migrated', 'exec')
    again = migrate_source(done.text, target='tf2')
    assert again.text == done.text
    assert [n.name for n in again.notes if n.kind != 'rewritten'] == [
        n.name for n in done.notes if n.kind != 'rewritten'
    ]
    return done


# What is left alone
# ----------------------------------------------------------------------------------------

CALL = 'tf.disable_v2_behavior()\n'
ALONE = {
    'no TensorFlow': 'x = 3\n',
    'no session': f'{V1}\n{CALL}\nx = tf.ones([3])\n',
    'a look-alike': 'import other as tf\nx = tf.placeholder(3)\nwith tf.Session() as s:\n    x()\n',
    'strings and comments': f"{V1}\n{CALL}\nx = 'tf.Session()'  # tf.placeholder\n",
    'a parameter': f'{V1}\n{CALL}\ndef f(tf):\n    return tf.Session()\n',
}


@pytest.mark.parametrize('text', ALONE.values(), ids=ALONE)
def test_is_left_alone(text):
    done = result(text)
    assert done.text == text
    assert not done.notes


BUILT = 'x = tf.placeholder(tf.float32, [3])\ny = tf.square(x)\n'
ASKED = 'with tf.Session() as sess:\n    print(sess.run(y, {x: [1, 2, 3]}))\n'
MADE = 'w = tf.Variable(tf.ones([3]))\nloss = tf.reduce_sum(tf.square(w - x))\n'

# By reason: a program; the words of the line above which the comment stands; what it is about.
REFUSED = {
    'behavior': [('tf.enable_eager_execution()\n' + BUILT + ASKED, 'tf.enable_eager', '')],
    'captured': [
        (BUILT + 'def f(s):\n    return s.run(y)\n' + ASKED, 'def f', 'f'),
        (BUILT + ASKED + '    print(y)\n', '    print(y)', 'y'),
        (BUILT + ASKED + '    f(sess)\n', '    f(sess)', 'sess'),
        ('class C(tf.nn.rnn_cell.RNNCell):\n    pass\n' + BUILT + ASKED, 'class C', 'C'),
    ],
    'condition': [(BUILT + 'z = y if x == y else x\n' + ASKED, 'z =', '')],
    'default': [('k = tf.placeholder_with_default(1.0, [])\n' + BUILT + ASKED, 'k =', '')],
    'dimension': [(BUILT + 'z = y * x.shape[0].value\n' + ASKED, 'z =', '')],
    'elsewhere': [
        (BUILT, 'x =', 'tf.placeholder'),
        (f'{BUILT}{ASKED}def f():\n    return tf.ones([3])\n', '    return', 'tf.ones'),
        (
            'class M:\n    def f(self):\n        with tf.Session() as s:\n            s()\n',
            '        with',
            '',
        ),
    ],
    'feed': [
        (BUILT + 'with tf.Session() as sess:\n    sess.run(y, f(x))\n', '    sess.run', ''),
        (BUILT + 'with tf.Session() as sess:\n    sess.run(y, {y: 3})\n', '    sess.run', ''),
    ],
    'fetch': [
        (BUILT + "with tf.Session() as sess:\n    sess.run('y:0', {x: 3})\n", '    sess.run', ''),
        (BUILT + 'with tf.Session() as sess:\n    sess.run({1: y}, {x: 3})\n', '    sess.run', ''),
        (BUILT + 'with tf.Session() as sess:\n    sess.run(y, {x: 3}, None)\n', '    sess.run', ''),
    ],
    'initial': [
        (BUILT + "w = tf.get_variable('w', initializer=tf.ones([3]))\nz = w\n" + ASKED, 'w =', '')
    ],
    'initializer': [
        (
            BUILT + MADE + 'with tf.Session() as sess:\n    sess.run(loss, {x: 3})\n'
            '    sess.run(tf.global_variables_initializer())\n',
            '    sess.run(tf.g',
            '',
        )
    ],
    'inside': [
        (
            BUILT + 'with tf.Session() as sess:\n    sess.run(tf.exp(y), {x: 3})\n',
            '    sess.run',
            '',
        )
    ],
    'keras': [(BUILT + 'z = tf.keras.layers.Dense(3)(y)\n' + ASKED, 'z =', '')],
    'layers': [(BUILT + 'z = tf.layers.batch_normalization(y)\n' + ASKED, 'z =', '')],
    'minimize': [
        (BUILT + MADE + 't = tf.train.FtrlOptimizer(0.1).minimize(loss)\n' + ASKED_T, 't =', '')
        for ASKED_T in ['with tf.Session() as sess:\n    sess.run(t, {x: [1, 2, 3]})\n']
    ],
    'monitored': [
        (BUILT + 'with tf.train.MonitoredTrainingSession() as s:\n    s.run(y)\n', 'with', '')
    ],
    'order': [
        (
            'x = tf.placeholder(tf.float32, [2, 3])\nz = tf.placeholder(tf.float32, [2, 3])\n'
            'a = tf.layers.dense(z, 2)\ny = tf.layers.dense(x, 2)\n'
            'with tf.Session() as sess:\n    sess.run(y, {x: 3})\n',
            'z =',
            '',
        )
    ],
    'placeholder': [
        ('x = tf.placeholder(tf.string, [3])\n' + 'y = tf.identity(x)\n' + ASKED, 'x =', ''),
        ('x = tf.placeholder(d)\ny = tf.identity(x)\n' + ASKED, 'x =', ''),
        (
            "with tf.name_scope('a'):\n    x = tf.placeholder(tf.float32)\ny = tf.square(x)\n"
            + ASKED,
            '    x =',
            '',
        ),
    ],
    'rebound': [
        ('n = 2.0\n' + BUILT + 'z = y * n\nn = 3.0\n' + ASKED, 'n = 3', 'n'),
        (
            BUILT + 'with tf.Session() as sess:\n    y = sess.run(y, {x: [1, 2, 3]})\n',
            '    y =',
            'y',
        ),
        (
            'n = 2.0\n' + BUILT + 'z = y * n\ndef f():\n    global n\n    n = 3.0\n' + ASKED,
            '    global',
            'n',
        ),
        ('n = [2.0]\n' + BUILT + 'z = y * n[0]\nn.append(3.0)\n' + ASKED, 'n.append', 'n'),
    ],
    'regularizer': [
        (
            BUILT
            + MADE
            + 'params = tf.trainable_variables()\nloss = loss + tf.reduce_sum(params[0])\n'
            't = tf.train.AdamOptimizer().minimize(loss)\n'
            'with tf.Session() as sess:\n    sess.run(t, {x: [1, 2, 3]})\n',
            't =',
            '',
        )
    ],
    'saver': [(BUILT + MADE + 's = tf.train.Saver()\n' + ASKED, 's =', 'tf.train.Saver')],
    'session': [
        (BUILT + 'with tf.Session(config=c) as sess:\n    sess.run(y, {x: 3})\n', 'with', ''),
        (BUILT + 'sess = tf.Session()\nsess.run(y, {x: 3})\n', 'sess =', 'tf.Session'),
        (BUILT + 'sess = tf.InteractiveSession()\nprint(y.eval({x: 3}))\n', 'sess =', ''),
        (BUILT + ASKED + '    sess.partial_run_setup([y])\n', '    sess.partial', ''),
        (BUILT + ASKED + '    f = sess.make_callable(y)\n', '    f =', ''),
    ],
    'several': [
        (BUILT + ASKED + ASKED, 'with', 'tf.Session'),
        (
            'with tf.Graph().as_default():\n    z = tf.ones([1])\n' + BUILT + ASKED,
            'with',
            'tf.Graph',
        ),
    ],
    'side': [
        (BUILT + 'with tf.control_dependencies([y]):\n    z = tf.ones([1])\n' + ASKED, None, ''),
        (BUILT + 'print(y)\n' + ASKED, 'print(y)', ''),
        (BUILT + 'c.y = y\n' + ASKED, 'c.y', ''),
        (BUILT + 'f(y)\n' + ASKED, 'f(y)', ''),
    ],
    'step': [
        (
            BUILT
            + MADE
            + 't = tf.train.AdamOptimizer().minimize(loss, tf.train.get_global_step())\n'
            'with tf.Session() as sess:\n    sess.run(t, {x: [1, 2, 3]})\n',
            't =',
            '',
        ),
        (
            BUILT + MADE + 't = tf.train.AdamOptimizer().minimize(loss)\n'
            'with tf.Session() as sess:\n    _, v = sess.run([t, w], {x: [1, 2, 3]})\n',
            '    _, v',
            'w',
        ),
    ],
    'summary': [(BUILT + "tf.summary.scalar('y', y)\n" + ASKED, 'tf.summary', '')],
    'text': [(BUILT + ASKED + "    z = '''a\nb'''\n", None, '')],
    'unknown': [
        (BUILT + 'z = tf.py_func(f, [y], tf.float32)\n' + ASKED, 'z =', 'tf.py_func'),
        (BUILT + 'z = f(y)\n' + ASKED, 'z =', 'f'),
        (BUILT + 'z = y * np.random.rand()\n' + ASKED, 'z =', ''),
    ],
    'variable': [
        (BUILT + 'w = tf.Variable(x)\nz = w * y\n' + ASKED, 'w =', ''),
        (
            BUILT + "with tf.variable_scope('a'):\n    w = tf.Variable(1.0)\n" + ASKED,
            '    w =',
            'tf.Variable',
        ),
    ],
}
CASES = [(reason, *case) for reason, cases in REFUSED.items() for case in cases]


@pytest.mark.parametrize('reason, text, line, name', CASES)
def test_is_refused_with_one_comment(reason, text, line, name):
    compat = migrate_source(HEAD + text).text
    done = result(HEAD + text)
    marks = [n for n, each in enumerate(done.text.splitlines()) if each.lstrip().startswith(MARK)]
    assert len(marks) == 1
    lines = done.text.splitlines(keepends=True)
    comment = lines.pop(marks[0])
    assert ''.join(lines) == compat
    said, section = REASONS[reason]
    assert comment.strip() == f'{MARK} {said}: see migration_guide/{section}'
    if line is not None:
        assert lines[marks[0]].startswith(line)
    [left] = [note for note in done.notes if note.kind != 'rewritten']
    assert (left.kind, left.advice) == ('needs a look', f'{said}: see migration_guide/{section}')
    if name:
        assert left.name == name


def test_a_module_that_is_imported_is_refused():
    done = migrate_source(HEAD + BUILT, target='tf2', is_program=False)
    assert [n.advice for n in done.notes if n.kind != 'rewritten'] == [
        f'{REASONS["imported"][0]}: see migration_guide/{REASONS["imported"][1]}'
    ]


def test_every_reason_is_tested():
    elsewhere = {'files', 'imported', 'notebook'}
    assert set(REASONS) == set(REFUSED) | elsewhere


def test_a_notebook_is_refused():
    cells = [
        {'cell_type': 'code', 'metadata': {}, 'outputs': [], 'source': source}
        for source in (HEAD + BUILT, ASKED)
    ]
    text = json.dumps({'cells': cells, 'metadata': {'language_info': {'name': 'python'}}})
    done = migrate_source(text, target='tf2', notebook=True)
    assert done.text.count(MARK) == 1
    assert [n.advice.partition(':')[0] for n in done.notes if n.kind != 'rewritten'] == [
        REASONS['notebook'][0]
    ]
    assert migrate_source(done.text, target='tf2', notebook=True).text == done.text


@pytest.mark.parametrize('section', sorted({section for _, section in REASONS.values()}))
def test_the_sections_are_in_the_guide(section):
    page, _, anchor = section.partition('#')
    text = (guide_blocks.GUIDE / page).read_text(encoding='utf-8')
    assert anchor in set(anchors(text))


# What is rewritten
# ----------------------------------------------------------------------------------------


def body(text):
    done = result(HEAD + text)
    assert not [note for note in done.notes if note.kind != 'rewritten'], done.notes
    assert done.text.startswith(START)
    return done.text[len(START) :]


SIGNATURE = '@tf.function(autograph=False, input_signature=[tf.TensorSpec([3], tf.float32)])'


def test_a_graph_that_is_asked():
    assert body(BUILT + ASKED) == (
        '\nclass Model(tf.Module):\n    """What was the graph."""\n\n'
        f'    {SIGNATURE}\n    def y(self, x):\n        y = tf.square(x)\n        return y\n\n\n'
        'model = Model()\n\nprint(model.y(x=np.asarray([1, 2, 3], np.float32)).numpy())\n'
    )


def test_training():
    text = body(
        BUILT + MADE + 'train = tf.train.AdamOptimizer(0.1).minimize(loss)\n'
        'with tf.Session() as sess:\n'
        '    sess.run(tf.global_variables_initializer())\n'
        '    for _ in range(3):\n        sess.run(train, {x: [1, 2, 3]})\n    print(sess.run(w))\n'
    )
    assert 'w = tf.Variable(tf.ones([3]))\n' in text.partition('class Model')[0]
    assert 'optimizer = tf.train.AdamOptimizer(0.1)\n' in text.partition('class Model')[0]
    assert text.partition('class Model')[2] == (
        '(tf.Module):\n    """What was the graph."""\n\n'
        f'    {SIGNATURE}\n    def train_step(self, x):\n'
        '        with tf.GradientTape() as tape:\n'
        '            loss = tf.reduce_sum(tf.square(w - x))\n'
        '        watched = tape.watched_variables()\n'
        '        gradients = tape.gradient(loss, watched)\n'
        '        optimizer.apply_gradients(zip(gradients, watched))\n\n\n'
        'model = Model()\n\n'
        'for _ in range(3):\n    model.train_step(x=np.asarray([1, 2, 3], np.float32))\n'
        'print(w.numpy())\n'
    )


def test_comments_stay_and_line_ends():
    text = MODEL.replace('\n', '\r\n')
    done = result(text)
    assert '\n' not in done.text.replace('\r\n', '')
    for words in ('# What is read.', '# source: features', '# What is learnt.', '# One step.'):
        assert done.text.count(words) == 1
    seeds = [n.advice for n in done.notes if n.name == 'tf.set_random_seed']
    assert any(each.startswith('with limits') for each in seeds)


def test_an_old_comment_goes_when_its_reason_has_gone():
    marked = result(HEAD + BUILT + 'print(y)\n' + ASKED).text
    assert MARK in marked
    done = result(marked.replace('print(y)\n', ''))
    assert MARK not in done.text and 'class Model' in done.text


def test_names_that_are_taken():
    text = body('model = 3\nclass Model:\n    pass\noptimizer = tape = 1\n' + BUILT + ASKED)
    assert 'class Model_2(tf.Module):' in text and 'model_2 = Model_2()' in text


def test_what_all_need_is_said_once():
    done = result(MODEL).text
    assert done.count('seq2seq.dynamic_rnn(') == 1
    assert len(re.findall('self.forward[(]source[)]', done)) == 2
    assert '@seq2seq.keeping_variables' in done
