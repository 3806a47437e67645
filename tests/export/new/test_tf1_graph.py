"""What TF1 programs compute, exported: models that TF 1.15.5 saved give what it computed."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.export.new.test_formats import available, consumed
from tests.export.old import make
from tests.export.old import models as old
from tf_seq2seq_compat import export

tf1 = tf.compat.v1
CALLS = [
    {'ids': np.array(ids, np.int32), 'lengths': np.array(lengths, np.int32)}
    for ids, lengths in make.CALLS
]
RESULTS = {
    'greedy': ('ids', 'scores', 'lengths'),
    'beam': ('ids', 'scores', 'lengths'),
    'penalties': ('ids', 'scores', 'lengths', 'alignments'),
}


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    return old.unpacked(tmp_path_factory.mktemp('recorded'))


def of_checkpoint(recorded, name, shapes=None) -> export.Signature:
    results = {f'{name}_{one}': f'{name}_{one}:0' for one in RESULTS[name]}
    inputs = {'ids': 'ids:0', 'lengths': 'lengths:0'}
    return export.from_checkpoint(recorded / 'model', inputs, results, shapes=shapes)


def same_as_tf1(found: dict, name: str, call: int) -> None:
    assert set(found) == {f'{name}_{one}' for one in RESULTS[name]}
    for one, value in found.items():
        np.testing.assert_allclose(value, old.expected('tf1')[f'{call}/{one}'], 1e-5, 1e-5)


@pytest.mark.slow
@pytest.mark.parametrize('name', RESULTS)
def test_a_checkpoint_of_tf1_as_a_function(recorded, name):
    function = of_checkpoint(recorded, name).function
    for call, given in enumerate(CALLS):
        results = function(*map(tf.constant, given.values()))
        same_as_tf1({one: value.numpy() for one, value in results.items()}, name, call)


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['saved_model', 'tflite', 'onnx'])
def test_a_checkpoint_of_tf1_in_each_format(recorded, kind, tmp_path):
    available(kind)
    signatures = {name: of_checkpoint(recorded, name) for name in RESULTS}
    path = tmp_path / kind
    exported = [f'{kind}:{path}:{name}' for name in RESULTS]
    if kind == 'onnx':
        for name, signature in signatures.items():
            export.to_onnx(f'{path}-{name}', signature)
        exported = [f'{kind}:{path}-{name}' for name in RESULTS]
    else:
        write = export.to_saved_model if kind == 'saved_model' else export.to_tflite
        write(path, signatures)
    for call, results in enumerate(consumed(tmp_path, CALLS, exported)):
        for name, found in zip(RESULTS, results, strict=True):
            same_as_tf1(found, name, call)


def session_of(build):
    """A session of a graph as TF1 builds it, with `build` in it, which gives inputs and outputs."""
    v2 = tf1.control_flow_v2_enabled()
    tf1.disable_control_flow_v2()
    try:
        with tf.Graph().as_default():
            inputs, outputs = build()
            session = tf1.Session()
            session.run(tf1.global_variables_initializer())
            return session, inputs, outputs
    finally:
        if v2:
            tf1.enable_control_flow_v2()


def control_flow():
    """Nested loops and conditionals, arrays, a state that grows, a branch that is a constant."""
    x = tf1.placeholder(tf.float32, [None], 'x')
    weight = tf1.get_variable('weight', [], initializer=tf1.constant_initializer(1.5))

    def inner(i, total):
        return tf.while_loop(lambda j, _: j < i, lambda j, t: (j + 1, t + weight), [0, total])[1]

    def step(i, total, array):
        total = tf.cond(total > 4.0, lambda: tf.constant(0.5), lambda: inner(i, total) + x[0])
        return i + 1, total, array.write(i, tf.cond(total > 2, lambda: -total, lambda: total))

    array = tf.TensorArray(tf.float32, 5, clear_after_read=False)
    _, total, array = tf.while_loop(lambda i, *_: i < 5, step, [0, 0.0, array])
    growing = tf.while_loop(
        lambda rows: tf.shape(rows)[0] < 7,
        lambda rows: tf.concat([rows, rows[-1:] * 2.0], 0),
        [x[:2]],
        [tf.TensorShape([None])],
    )[0]
    first, second = tf.cond(
        total > 0, lambda: (total, x), lambda: (x[0], tf.cond(total < -1, lambda: x, lambda: -x))
    )
    return {'x': x}, {
        'total': total,
        'array': array.stack(),
        'some': array.gather([3, 1]),
        'growing': growing,
        'first': first,
        'second': second,
    }


@pytest.mark.parametrize('jit_compile', [False, True])
def test_control_flow(jit_compile):
    session, inputs, outputs = session_of(control_flow)
    if jit_compile:
        del outputs['growing']  # which XLA cannot compile
    signature = export.from_session(session, inputs, outputs)
    function = tf.function(signature.function, jit_compile=jit_compile, autograph=False)
    for x in ([0.25, 3.0, 1.0], [-3.0, 0.5], [9.0, 1.0]):
        wanted = session.run(outputs, {inputs['x']: x})
        found = function(tf.constant(x))
        assert set(found) == set(wanted)
        for name, value in wanted.items():
            np.testing.assert_allclose(found[name], value, 1e-6, err_msg=name)


def test_what_is_missing_is_named(tmp_path):
    session, inputs, outputs = session_of(control_flow)
    with pytest.raises(export.ExportError, match="no tensor 'y:0'"):
        export.from_session(session, inputs, {'y': 'y:0'})
    with pytest.raises(export.ExportError, match='x is fed by the program'):
        export.from_session(session, {}, outputs).function()
    with tf.Graph().as_default():
        y = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0])[0]
        with tf1.Session() as modern, pytest.raises(export.ExportError, match='of TensorFlow 2'):
            export.from_session(modern, {}, {'y': y})
    for content, message in (
        (None, 'There is no'),
        (b'', 'is empty'),
        (b'GIF89a' * 9, 'model.meta'),
    ):
        if content is not None:
            (tmp_path / 'model.meta').write_bytes(content)
        with pytest.raises(export.ExportError, match=message):
            export.from_checkpoint(tmp_path / 'model', {}, {'y': 'y:0'})
