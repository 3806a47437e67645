"""The forms for CPUs beside the plain ones: equal results and gradients, and which is chosen."""

import types

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from benchmarks import cpu_forms as benchmark
from tests.paths import tf1_graph
from tf_seq2seq_compat.core import cpu_forms

RANDOM = np.random.RandomState(0)


def normal(*shape):
    return RANDOM.randn(*shape).astype(np.float32)


def vectors(transpose):
    return lambda vector, matrix: cpu_forms.vector_by_matrix(vector, matrix, transpose)


# By name: what is computed, whether XLA compiles it, what of.
CASES = {
    'add_bias': (cpu_forms.add_bias, False, [normal(3, 5), normal(5)]),
    'add_bias, one example': (cpu_forms.add_bias, False, [normal(1, 5), normal(5)]),
    'vector_by_matrix': (vectors(False), False, [normal(3, 4), normal(3, 4, 5)]),
    'transposed': (vectors(True), False, [normal(3, 5), normal(3, 4, 5)]),
    'compiled': (vectors(True), True, [normal(3, 5), normal(3, 4, 5)]),
}


@pytest.mark.parametrize('case', CASES)
def test_both_forms_give_the_same(case):
    function, compiled, arrays = CASES[case]

    def build(*tensors):
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            result = function(*tensors)
            loss = tf.reduce_sum(tf.sin(result))
        return [result, *tape.gradient(loss, tensors)]

    check_both(build, compiled, *map(tf.constant, arrays))


def check_both(build, compiled, *tensors):
    found = []
    for cpu in (True, False):
        with cpu_forms.assuming(cpu=cpu):
            found.append(tf.function(build, jit_compile=compiled, autograph=False)(*tensors))
    for ours, plain in zip(*found, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-5, atol=1e-6)


def test_argmax_of_both_forms():
    rows = [[0.0, -0.0, -1.0], [-3.0, -2.0, -2.0], [np.inf, 1.0, np.inf], [-np.inf] * 3]
    logits = tf.constant(np.array(rows, np.float32))
    check_both(lambda x: [cpu_forms.argmax(x)], True, logits)
    with cpu_forms.assuming(cpu=True):
        found = tf.function(cpu_forms.argmax, jit_compile=True, autograph=False)(logits)
    assert found.numpy().tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize('operand', ['bc', 'cb', 'abc'])
def test_axes_of_an_operand(operand):
    like = tf.zeros([])
    with cpu_forms.assuming(cpu=True):
        axes = cpu_forms.operand_axes(operand, 'ab', 'ac', like)
    assert axes == {'bc': 'cb', 'cb': 'cb', 'abc': 'acb'}[operand]
    with cpu_forms.assuming(cpu=False):
        assert cpu_forms.operand_axes(operand, 'ab', 'ac', like) == operand


def test_compiled_loops_of_both_forms():
    inputs = tf.constant(normal(2, 5, 3))
    cell = seq2seq.LSTMCell(4)
    seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32)

    def build(inputs):
        with tf.GradientTape() as tape:
            outputs = seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32)[0]
            loss = tf.reduce_sum(outputs**2)
        return [outputs, *tape.gradient(loss, cell.variables)]

    check_both(build, True, inputs)


def test_the_device_of_a_tensor_decides(monkeypatch):
    kinds = ['CPU']
    monkeypatch.setattr(
        tf.config,
        'get_visible_devices',
        lambda: [types.SimpleNamespace(device_type=kind) for kind in kinds],
    )
    try:
        cpu_forms._is_cpu.cache_clear()
        with tf1_graph():
            anywhere = tf.constant(1.0)
            with tf.device('/job:worker/task:1/GPU:0'):
                on_gpu = tf.constant(1.0)
            with tf.device('/CPU:0'):
                on_cpu = tf.constant(1.0)
        assert [cpu_forms.on_cpu(t) for t in (anywhere, on_gpu, on_cpu)] == [True, False, True]
        kinds.append('GPU')
        cpu_forms._is_cpu.cache_clear()
        assert [cpu_forms.on_cpu(t) for t in (anywhere, on_gpu, on_cpu)] == [False, False, True]
        assert cpu_forms.on_cpu(tf.constant(1.0))  # eager tensors know where they are
        with cpu_forms.assuming(cpu=False):
            assert not cpu_forms.on_cpu(on_cpu)
    finally:
        cpu_forms._is_cpu.cache_clear()


def test_each_row_is_named_and_can_be_timed(monkeypatch):
    for name, value in {'STEPS': 2, 'UNITS': 8, 'WORDS': 400}.items():
        monkeypatch.setattr(benchmark, name, value)
    with open(cpu_forms.__file__) as file:
        text = file.read()
    for row in benchmark.ROWS:
        assert row in text or row == 'bias-32'
        assert min(benchmark.seconds(row, rounds=1)) > 0
