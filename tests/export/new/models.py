"""Models to export: an encoder, greedy decoding, beam search, and one step of decoding."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

import tf_seq2seq_compat as seq2seq

GO, EOS = 1, 2
LETTERS, WORDS, UNITS = 9, 7, 8
MOST_STEPS = 12
# Lengths shorter than the batch's; every function ends before `MOST_STEPS`.
GIVEN = {
    'letters': np.array([[1, 2, 3, 4, 5], [3, 2, 1, 0, 0], [5, 6, 7, 8, 0]], np.int32),
    'lengths': np.array([5, 3, 4], np.int32),
}
# Another batch, longer.
MORE = {
    'letters': np.array([[8, 7, 6, 5, 4, 3, 2], [1, 2, 3, 4, 0, 0, 0]], np.int32),
    'lengths': np.array([7, 4], np.int32),
}


class Model(tf.Module):
    """A bidirectional encoder and a decoder with attention and its history.

    Args:
      cell: `'lstm'` or `'gru'`.
      layers: Layers of the encoder, in each direction, and of the decoder.
    """

    def __init__(self, cell: str, layers: int) -> None:
        super().__init__()
        make = {'lstm': seq2seq.LSTMCell, 'gru': seq2seq.GRUCell}[cell]
        self.letters = tf.Variable(tf.zeros([LETTERS, 4]), name='letters')
        self.words = tf.Variable(tf.zeros([WORDS, 4]), name='words')

        def stack(units: int):
            cells = [make(units) for _ in range(layers)]
            return cells[0] if layers == 1 else seq2seq.MultiRNNCell(cells)

        self.forward, self.backward = stack(UNITS), stack(UNITS)
        self.mechanism = seq2seq.LuongAttention(2 * UNITS, memory=None, scale=True)
        if cell == 'lstm':
            self.mechanism = seq2seq.BahdanauAttention(2 * UNITS, memory=None, normalize=True)
        self.attention = seq2seq.Dense(2 * UNITS, use_bias=False)
        self.cell = stack(2 * UNITS)
        self.output = seq2seq.Dense(WORDS)
        self.beam_search(*(tf.constant(one) for one in GIVEN.values()), beam_width=2)
        random = np.random.RandomState(7)
        for variable in self.variables:
            variable.assign(random.uniform(-0.9, 0.9, variable.shape))

    def encode(self, letters: tf.Tensor, lengths: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs, states = seq2seq.bidirectional_dynamic_rnn(
            self.forward,
            self.backward,
            tf.nn.embedding_lookup(self.letters, letters),
            sequence_length=lengths,
            dtype=tf.float32,
        )
        flat = zip(*map(tf.nest.flatten, states), strict=True)
        state = tf.nest.pack_sequence_as(states[0], [tf.concat(pair, 1) for pair in flat])
        return {'memory': tf.concat(outputs, 2), 'state': state}

    def attend(self, memory, lengths, state, history=True):
        self.mechanism.setup_memory(memory, lengths)
        cell = seq2seq.AttentionWrapper(
            self.cell, self.mechanism, attention_layer=self.attention, alignment_history=history
        )
        return cell, cell.zero_state(tf.shape(lengths)[0], tf.float32).clone(cell_state=state)

    def greedy(self, letters: tf.Tensor, lengths: tf.Tensor) -> dict[str, tf.Tensor]:
        encoded = self.encode(letters, lengths)
        cell, state = self.attend(encoded['memory'], lengths, encoded['state'])
        start = tf.fill([tf.shape(letters)[0]], GO)
        helper = seq2seq.GreedyEmbeddingHelper(self.words, start, EOS)
        outputs, state, steps = seq2seq.dynamic_decode(
            seq2seq.BasicDecoder(cell, helper, state, self.output),
            impute_finished=True,
            maximum_iterations=MOST_STEPS,
        )
        return {
            'ids': outputs.sample_id,
            'logits': outputs.rnn_output,
            'steps': steps,
            'alignments': tf.transpose(state.alignment_history.stack(), [1, 0, 2]),
        }

    def beam_search(
        self, letters: tf.Tensor, lengths: tf.Tensor, beam_width: int
    ) -> dict[str, tf.Tensor]:
        encoded = self.encode(letters, lengths)
        memory, tiled, state = seq2seq.tile_batch(
            (encoded['memory'], lengths, encoded['state']), beam_width
        )
        cell, state = self.attend(memory, tiled, state)
        decoder = seq2seq.BeamSearchDecoder(
            cell,
            self.words,
            tf.fill([tf.shape(letters)[0]], GO),
            EOS,
            state,
            beam_width,
            output_layer=self.output,
            length_penalty_weight=0.6,
        )
        outputs, state, steps = seq2seq.dynamic_decode(decoder, maximum_iterations=MOST_STEPS)
        return {
            'ids': outputs.predicted_ids,
            'scores': outputs.beam_search_decoder_output.scores,
            'steps': steps,
            'alignments': state.cell_state.alignment_history,
        }

    def beam_1(self, letters: tf.Tensor, lengths: tf.Tensor) -> dict[str, tf.Tensor]:
        return self.beam_search(letters, lengths, 1)

    def beam_5(self, letters: tf.Tensor, lengths: tf.Tensor) -> dict[str, tf.Tensor]:
        return self.beam_search(letters, lengths, 5)

    def step(self, memory, lengths, state, attention, words):
        """One step: from the words before it and the state to the words after it."""
        self.mechanism.setup_memory(memory, lengths)
        cell = seq2seq.AttentionWrapper(self.cell, self.mechanism, attention_layer=self.attention)
        before = cell.zero_state(tf.shape(lengths)[0], tf.float32)
        before = before.clone(cell_state=state, attention=attention)
        attention, after = cell(tf.nn.embedding_lookup(self.words, words), before)
        return {
            'next_words': tf.argmax(self.output(attention), 1, tf.int32),
            'next_state': after.cell_state,
            'next_attention': attention,
        }


def specs(batch: int | None, length: int | None) -> list[tf.TensorSpec]:
    """The arguments of all but `step`."""
    return [
        tf.TensorSpec([batch, length], tf.int32, 'letters'),
        tf.TensorSpec([batch], tf.int32, 'lengths'),
    ]
