"""Loops over the cells of grids, groups, phases and images that XLA compiles within TF1 graphs."""

import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.test_compiled_loop import LENGTHS, UNITS, compiled_and_not
from tf_seq2seq_compat import rnn

BANDS = {'feature_size': 2, 'frequency_skip': 2, 'num_frequency_blocks': [2]}
CELLS = {
    'phased': lambda: rnn.PhasedLSTMCell(UNITS, use_peepholes=True, leak=0.25),
    'conv': lambda: rnn.ConvLSTMCell(2, [2, 2, 1], 2, [2, 1]),
    'independent': lambda: rnn.MultiRNNCell(
        [rnn.IndRNNCell(UNITS), rnn.IndyGRUCell(UNITS), rnn.IndyLSTMCell(UNITS), rnn.SRUCell(UNITS)]
    ),
    'dense': lambda: rnn.MultiRNNCell(
        [rnn.GLSTMCell(UNITS, number_of_groups=2, num_proj=2), rnn.IntersectionRNNCell(UNITS, 1)]
    ),
    'frequency': lambda: rnn.TimeFreqLSTMCell(UNITS, True, 0.5, feature_size=UNITS),
    'grid': lambda: rnn.GridLSTMCell(3, True, cell_clip=0.5, **BANDS),
    'both_ways': lambda: rnn.BidirectionalGridLSTMCell(3, backward_slice_offset=1, **BANDS),
}
QUICK = 'phased', 'conv'


@pytest.mark.parametrize('known', [False, True], ids=['unknown', 'known'])
@pytest.mark.parametrize(
    'name', [pytest.param(name, marks=[pytest.mark.slow] * (name not in QUICK)) for name in CELLS]
)
def test_dynamic_rnn(name, known):
    def build(graph, jit_compile):
        inputs = graph.inputs
        if name == 'phased':
            inputs = 8.0 * inputs[:, :, :1], inputs
        if name == 'conv':
            shape = tf.shape(inputs)
            inputs = tf.reshape(inputs, [shape[0], shape[1], 2, 2, 1])
        return seq2seq.dynamic_rnn(
            CELLS[name](), inputs, LENGTHS, dtype=tf.float32, jit_compile=jit_compile
        )

    compiled_and_not(build, known)
