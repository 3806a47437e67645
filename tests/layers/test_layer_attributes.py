"""Attributes and methods of layers outside of TF1 graphs; in graphs: tests/test_attributes.py."""

import copy
import inspect

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.layers.input_spec import InputSpec
from tf_seq2seq_compat.tf1 import repairs


class Scale(Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(
            'factor', [3], initializer=tf.ones_initializer(), regularizer=tf.reduce_sum
        )
        self.steps = self.add_weight(
            'steps', [], initializer=tf.zeros_initializer(), trainable=False
        )

    def call(self, inputs):
        self.add_loss(tf.reduce_sum(inputs), inputs=inputs)
        self.add_update(lambda: self.steps.assign_add(1.0))
        return inputs * self.factor


def numbers(tensors):
    return [float(tensor) for tensor in tensors]


def test_losses_are_those_of_the_last_call_and_of_the_variables():
    scale = Scale()
    scale(tf.ones([2, 3]))
    scale(tf.zeros([2, 3]))
    assert numbers(scale.losses) == [0.0, 3.0]
    assert numbers(scale.get_losses_for(None)) == [3.0]

    @tf.function
    def losses(x):
        scale(x)
        return scale.losses

    assert numbers(losses(tf.ones([2, 3]))) == [6.0, 3.0]
    assert float(scale.steps) == 3.0 and scale.updates == []


def test_regularized_losses_have_gradients():
    scale = Scale()
    scale(tf.ones([2, 3]))
    with tf.GradientTape() as tape:
        loss = scale.get_losses_for(None)[0]
    assert tape.gradient(loss, scale.factor).numpy().tolist() == [1.0] * 3


def test_weights_are_read_and_set():
    cell = seq2seq.MultiRNNCell([seq2seq.GRUCell(2), seq2seq.LSTMCell(2)])
    with pytest.raises(ValueError, match='count_params'):
        cell.count_params()
    cell(tf.ones([1, 2]), cell.zero_state(1, tf.float32))
    assert cell.count_params() == 4 * 4 + 4 + 4 * 2 + 2 + 4 * 8 + 8
    values = [np.full_like(value, i) for i, value in enumerate(cell.get_weights())]
    cell.set_weights(values)
    for variable, value in zip(cell.weights, values, strict=True):
        np.testing.assert_array_equal(variable, value)
    with pytest.raises(ValueError, match='6 weights'):
        cell.set_weights(values[1:])
    with pytest.raises(ValueError, match='shape'):
        cell.set_weights(values[::-1])


def test_frozen_layers_have_no_trainable_variables():
    inner = seq2seq.GRUCell(2)
    cell = seq2seq.MultiRNNCell([inner, seq2seq.GRUCell(2)])
    cell(tf.ones([1, 2]), cell.zero_state(1, tf.float32))
    inner.trainable = False
    assert len(cell.trainable_variables) == len(cell.non_trainable_variables) == 4
    assert [id(v) for v in cell.non_trainable_variables] == [id(v) for v in inner.variables]
    cell.trainable = False
    assert cell.trainable_variables == [] and len(cell.variables) == 8


def test_copies_are_cells_of_their_own():
    cell = seq2seq.DropoutWrapper(
        seq2seq.GRUCell(3), 0.5, variational_recurrent=True, input_size=2, dtype=tf.float32
    )
    step = (tf.ones([2, 2]), tf.ones([2, 3]))
    cell(*step)
    twin, view = copy.deepcopy(cell), copy.copy(cell)
    assert not {id(v) for v in twin.variables} & {id(v) for v in cell.variables}
    assert [id(v) for v in view.variables] == [id(v) for v in cell.variables]
    np.testing.assert_array_equal(twin(*step)[0], cell(*step)[0])
    before = cell.get_weights()
    twin.set_weights([value + 1 for value in twin.get_weights()])
    for value, kept in zip(cell.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, kept)


def test_a_layer_with_variables_is_not_copied_in_a_graph():
    with tf.Graph().as_default():
        cell = seq2seq.GRUCell(3)
        cell(tf.ones([2, 2]), tf.ones([2, 3]))
        with pytest.raises(TypeError, match='copy.copy'):
            copy.deepcopy(cell)


@pytest.mark.parametrize(
    ('spec', 'fits', 'message'),
    [
        (InputSpec(min_ndim=2, max_ndim=3), [2, 5], 'at least rank 2'),
        (InputSpec(axes={-1: 5}), [2, 5], 'size 5 in axis -1'),
        (InputSpec(shape=[None, 5], dtype='float32'), [2, 5], 'shape'),
    ],
)
def test_input_spec_is_checked(spec, fits, message):
    layer = Scale()
    layer.call = lambda inputs: inputs
    layer.input_spec = spec
    layer(tf.ones(fits))
    with pytest.raises(ValueError, match=message):
        layer(tf.ones([4]))


def test_names_are_numbered_in_their_graph():
    for _ in range(2):
        with tf.Graph().as_default():
            assert [Scale().name, Scale().name, Scale(name='a').name] == ['scale_1', 'scale_2', 'a']


def test_no_repair_hides_arguments():
    kinds = [seq2seq.BahdanauAttention, seq2seq.LuongAttention]
    functions = [seq2seq.AttentionWrapper.zero_state, *(kind.__init__ for kind in kinds)]
    bare = [(inspect.getfullargspec(each), inspect.signature(each)) for each in functions]
    bare_rnn = inspect.getfullargspec(seq2seq.dynamic_rnn)
    undo = [repair.patch() for repair in repairs.ALL if repair.package == 'tf_seq2seq_compat']
    try:
        functions = [seq2seq.AttentionWrapper.zero_state, *(kind.__init__ for kind in kinds)]
        assert [(inspect.getfullargspec(e), inspect.signature(e)) for e in functions] == bare
        assert inspect.getfullargspec(seq2seq.dynamic_rnn) == bare_rnn
    finally:
        for each in reversed(undo):
            each()


@pytest.mark.parametrize('jit_compile', [False, True])
def test_layers_made_before_a_function_are_no_reason_to_trace_it_again(jit_compile):
    """Nor those that they make at each call: their variables are kept by the first."""
    traces = []

    class Model(Layer):
        def call(self, inputs):
            traces.append(inputs)
            cell = seq2seq.MultiRNNCell([seq2seq.GRUCell(4), seq2seq.LSTMCell(4)])
            return seq2seq.dynamic_rnn(cell, self.scale(inputs), dtype=tf.float32)[0]

    model = Model()
    model.scale = Scale()
    function = tf.function(model, jit_compile=jit_compile, autograph=False)
    inputs = np.random.RandomState(0).randn(2, 5, 3).astype(np.float32)
    found = function(inputs)
    assert len(traces) == 1 and float(model.scale.steps) == 1
    assert len(model.trainable_variables) == 7
    np.testing.assert_allclose(model(tf.constant(inputs)), found, rtol=1e-5, atol=1e-6)
    function(inputs[:1])
    assert len(traces) == 3 and len(model.trainable_variables) == 7


@pytest.mark.parametrize('jit_compile', [False, True])
def test_layers_made_in_a_function_that_have_new_variables_each_time_are_an_error(jit_compile):
    kept = []

    def function(inputs):
        kept.append(Scale())
        return kept[-1](inputs)

    with pytest.raises(ValueError, match='only created once or created outside tf.function'):
        tf.function(function, jit_compile=jit_compile, autograph=False)(tf.ones([2, 3]))
