"""The models of models.py as one writes them for TensorFlow 2: objects, and no graph."""

from pathlib import Path

import numpy as np
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.checkpoints import models
from tests.golden import harness
from tf_seq2seq_compat import checkpoint, rnn

DATA = Path(__file__).parent / 'data'

CELLS = {
    'gru': lambda: seq2seq.GRUCell(models.UNITS),
    'lstm': lambda: seq2seq.LSTMCell(models.UNITS),
    'lstm_peephole_projection': lambda: seq2seq.LSTMCell(
        6, use_peepholes=True, num_proj=4, forget_bias=0.5
    ),
    'v1_format': lambda: seq2seq.BasicLSTMCell(models.UNITS),
    'lstm_block': lambda: rnn.LSTMBlockCell(models.UNITS, use_peephole=True),
    'layer_norm_lstm': lambda: rnn.LayerNormBasicLSTMCell(models.UNITS),
    'group_lstm': lambda: rnn.GLSTMCell(4, number_of_groups=2),
    'conv_lstm': lambda: rnn.ConvLSTMCell(1, [4, 2], 2, [3]),
    'grid_lstm': lambda: rnn.BidirectionalGridLSTMCell(
        3, use_peepholes=True, feature_size=2, frequency_skip=1, num_frequency_blocks=[2]
    ),
    'multi_rnn': lambda: multi_rnn(),
}


def multi_rnn():
    cells = [seq2seq.BasicLSTMCell(models.UNITS) for _ in range(3)]
    layers = [seq2seq.DropoutWrapper(cells[0], output_keep_prob=1.0)]
    return seq2seq.MultiRNNCell(layers + [seq2seq.ResidualWrapper(cell) for cell in cells[1:]])


def prefix(name):
    return str(DATA / name / 'model.ckpt')


def expected(name):
    """The arrays that TF 1.15.5 computed and saved."""
    return harness.load(str(DATA / name / 'expected.npz')).arrays


def inputs(name):
    found = expected(name)
    return {key[6:]: tf.constant(found[key]) for key in found if key.startswith('input/')}


def check(nest, want):
    """Compares a nest with the arrays `output/<path>`: integers exactly, floats to 1e-5.

    That is 1e-5 of the largest number of an array, as in make.py: sums cancel near zero.
    """
    got = harness.flatten(nest)
    assert got, 'nothing to compare'
    for path, tensor in got:
        value, wanted = np.asarray(tensor), want['output/' + path]
        if harness.is_float(wanted.dtype):
            atol = 1e-5 * np.max(np.abs(wanted), initial=0.0)
            np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=atol, err_msg=path)
        else:
            np.testing.assert_array_equal(value, wanted, err_msg=path)


MECHANISMS = {
    'bahdanau': (lambda: seq2seq.BahdanauAttention(6, None), 'lstm'),
    'bahdanau_normalized': (
        lambda: seq2seq.BahdanauAttention(models.UNITS, None, normalize=True),
        'gru',
    ),
    'luong_scaled': (
        lambda: seq2seq.LuongAttention(models.UNITS, None, scale=True),
        'two_layers',
    ),
    'bahdanau_monotonic': (
        lambda: seq2seq.BahdanauMonotonicAttention(4, None, normalize=True, score_bias_init=0.5),
        'gru',
    ),
    'luong_monotonic': (
        lambda: seq2seq.LuongMonotonicAttention(models.UNITS, None, scale=True, mode='recursive'),
        'lstm',
    ),
}


def new_cell(kind):
    if kind == 'two_layers':
        return seq2seq.MultiRNNCell([seq2seq.BasicLSTMCell(models.UNITS) for _ in range(2)])
    return {'gru': seq2seq.GRUCell, 'lstm': seq2seq.LSTMCell}[kind](models.UNITS)


class Translator(tf.Module):
    """The model of `models.attention_model`, by the name that it has there."""

    def __init__(self, name):
        super().__init__()
        make_mechanism, kind = MECHANISMS[name]
        self.embedding = tf.Variable(
            tf.zeros([models.VOCABULARY, models.EMBEDDING]), name='embedding'
        )
        self.encoder_cell = new_cell(kind)
        self.mechanism = make_mechanism()
        self.cell = seq2seq.AttentionWrapper(
            new_cell(kind),
            self.mechanism,
            attention_layer_size=None if name == 'bahdanau_monotonic' else models.UNITS,
            alignment_history=True,
        )
        self.output_projection = seq2seq.Dense(
            models.VOCABULARY, use_bias=False, name='output_projection'
        )

    def scopes(self, name):
        """Each object by its scope in the checkpoint of a model."""
        scope = 'decoder' if name in ('bahdanau', 'luong_scaled') else 'decoder/decoder'
        return {
            'embedding': self.embedding,
            'encoder': self.encoder_cell,
            f'{scope}/attention_wrapper': self.cell,
            f'{scope}/output_projection': self.output_projection,
        }

    def encode(self, source, source_lengths):
        return seq2seq.dynamic_rnn(
            self.encoder_cell,
            tf.nn.embedding_lookup(self.embedding, source),
            source_lengths,
            dtype=tf.float32,
        )

    def decode(self, encoded, lengths, helper):
        memory, state = encoded
        self.mechanism.setup_memory(memory, lengths)
        first = self.cell.zero_state(2, tf.float32).clone(cell_state=state)
        decoder = seq2seq.BasicDecoder(self.cell, helper, first, self.output_projection)
        outputs, state, lengths = seq2seq.dynamic_decode(
            decoder, maximum_iterations=models.MAX_STEPS
        )
        return {'outputs': outputs, 'lengths': lengths}

    def train(self, encoded, source_lengths, target, target_lengths):
        starts = tf.fill([2, 1], models.START)
        ids = tf.concat([starts, target[:, :-1]], 1)
        embedded = tf.nn.embedding_lookup(self.embedding, ids)
        return self.decode(
            encoded, source_lengths, seq2seq.TrainingHelper(embedded, target_lengths)
        )

    def greedy(self, encoded, source_lengths):
        starts = tf.fill([2], models.START)
        helper = seq2seq.GreedyEmbeddingHelper(self.embedding, starts, models.END)
        return self.decode(encoded, source_lengths, helper)

    def beam(self, encoded, source_lengths):
        width = models.BEAM_WIDTH
        memory, state = tf.nest.map_structure(lambda t: seq2seq.tile_batch(t, width), encoded)
        self.mechanism.setup_memory(memory, seq2seq.tile_batch(source_lengths, width))
        self.cell._alignment_history = False
        first = self.cell.zero_state(2 * width, tf.float32).clone(cell_state=state)
        decoder = seq2seq.BeamSearchDecoder(
            self.cell,
            self.embedding,
            tf.fill([2], models.START),
            models.END,
            first,
            width,
            output_layer=self.output_projection,
            length_penalty_weight=0.6,
        )
        outputs, _, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=models.MAX_STEPS)
        self.cell._alignment_history = True
        return {'outputs': outputs, 'lengths': lengths}

    def call_all(self, source, source_lengths, target, target_lengths):
        encoded = self.encode(source, source_lengths)
        return {
            'memory': encoded[0],
            'train': self.train(encoded, source_lengths, target, target_lengths),
            'greedy': self.greedy(encoded, source_lengths),
            'beam': self.beam(encoded, source_lengths),
        }


LAYERS = [*CELLS, *MECHANISMS]


def restored(name):
    """The objects of a model by their scopes, restored from its checkpoint."""
    target = {'rnn': CELLS[name]()} if name in CELLS else Translator(name).scopes(name)
    checkpoint.restore(prefix(name), target)
    return target
