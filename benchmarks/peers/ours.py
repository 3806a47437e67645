"""This package in TensorFlow 2: `tf.function`, and with `--jit` compiled by XLA."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tensorflow as tf  # noqa: E402

import tf_seq2seq_compat as seq2seq  # noqa: E402
from benchmarks import workloads  # noqa: E402
from benchmarks.peers import serving  # noqa: E402

CELLS = {'lstm': seq2seq.LSTMCell, 'gru': seq2seq.GRUCell}
ATTENTIONS = {'bahdanau': seq2seq.BahdanauAttention, 'luong': seq2seq.LuongAttention}


class Program(tf.Module):
    """The layers of one workload, and the function that runs them."""

    def __init__(self, workload, jit_compile):
        super().__init__()
        self.workload = workload
        self.given = {k: tf.constant(v) for k, v in workloads.inputs(workload).items()}
        shapes = workloads.weight_shapes(workload)
        for name in ('inputs', 'memory', 'embedding'):
            if name in shapes:
                setattr(self, name, tf.Variable(tf.zeros(shapes[name]), name=name))
        self.cell = CELLS[workload.cell](workload.hidden)
        if workload.layers > 1:
            cells = [CELLS[workload.cell](workload.hidden) for _ in range(workload.layers)]
            self.cell = seq2seq.MultiRNNCell(cells)
        if workload.kind != 'encoder':
            self.attention = ATTENTIONS[workload.attention](workload.hidden, memory=None)
            self.cell = seq2seq.AttentionWrapper(
                self.cell, self.attention, attention_layer_size=workload.hidden
            )
            self.output_layer = seq2seq.Dense(workload.vocabulary, use_bias=False, name='output')
        function = {
            'greedy': self.greedy,
            'beam': self.beam,
            'training': self.update_decoder,
            'encoder': self.update_encoder,
        }[workload.kind]
        self.function = tf.function(function, jit_compile=jit_compile, autograph=False)
        self.function.get_concrete_function(tf.constant(0.0))  # makes the variables
        self.by_name = {}
        for variable in self.variables:
            # A second program in one process has names such as memory_layer_1/kernel.
            full = '/' + re.sub(r'(?<!cell)_\d+/', '/', variable.name)
            [name] = [name for name in shapes if full.endswith(f'/{name}:0')]
            self.by_name[name] = variable

    def attend(self):
        """Binds the memory; returns the state to begin with."""
        one = self.workload
        memory, lengths = tf.convert_to_tensor(self.memory), self.given['source_lengths']
        if one.kind == 'beam':
            memory = seq2seq.tile_batch(memory, multiplier=one.beam)
            lengths = seq2seq.tile_batch(lengths, multiplier=one.beam)
        self.attention.setup_memory(memory, lengths)
        return self.cell.zero_state(one.batch * one.beam, tf.float32)

    def greedy(self, learning_rate):
        one = self.workload
        state = self.attend()
        helper = seq2seq.GreedyEmbeddingHelper(
            self.embedding, tf.fill([one.batch], workloads.START_ID), workloads.END_ID
        )
        decoder = seq2seq.BasicDecoder(self.cell, helper, state, self.output_layer)
        outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=one.target)
        return {'ids': outputs.sample_id, 'attention': state.attention}

    def beam(self, learning_rate):
        one = self.workload
        decoder = seq2seq.BeamSearchDecoder(
            cell=self.cell,
            embedding=self.embedding,
            start_tokens=tf.fill([one.batch], workloads.START_ID),
            end_token=workloads.END_ID,
            initial_state=self.attend(),
            beam_width=one.beam,
            output_layer=self.output_layer,
        )
        outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=one.target)
        return {'ids': outputs.predicted_ids, 'scores': state.log_probs}

    def decoder_loss(self):
        given, one = self.given, self.workload
        state = self.attend()
        helper = seq2seq.TrainingHelper(
            tf.nn.embedding_lookup(self.embedding, given['decoder_inputs']),
            given['target_lengths'],
        )
        decoder = seq2seq.BasicDecoder(self.cell, helper, state, self.output_layer)
        outputs, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=one.target)
        weights = tf.sequence_mask(given['target_lengths'], one.target, dtype=tf.float32)
        return seq2seq.sequence_loss(outputs.rnn_output, given['targets'], weights)

    def encoder_loss(self):
        one = self.workload
        outputs, _ = seq2seq.dynamic_rnn(
            self.cell, self.inputs, self.given['source_lengths'], dtype=tf.float32
        )
        return tf.reduce_sum(tf.square(outputs)) / (one.batch * one.source)

    def update_decoder(self, learning_rate):
        return self.update(self.decoder_loss, learning_rate)

    def update_encoder(self, learning_rate):
        return self.update(self.encoder_loss, learning_rate)

    def update(self, loss_function, learning_rate):
        with tf.GradientTape() as tape:
            loss = loss_function()
        variables = self.trainable_variables
        gradients = tape.gradient(loss, variables)
        optimizer = tf.compat.v1.train.GradientDescentOptimizer(learning_rate)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return {'loss': loss}

    def load(self, weights):
        for name, value in weights.items():
            self.by_name[name].assign(value)

    def weights(self):
        return {name: variable.numpy() for name, variable in self.by_name.items()}

    def graph(self):
        return self.function.get_concrete_function(tf.constant(0.0)).graph.as_graph_def()

    def step(self, learning_rate):
        result = self.function(tf.constant(learning_rate, tf.float32))
        return {name: value.numpy() for name, value in result.items()}


if __name__ == '__main__':
    tf.config.threading.set_intra_op_parallelism_threads(serving.threads())
    tf.config.threading.set_inter_op_parallelism_threads(serving.threads())
    tf.constant(0.0)  # starts TensorFlow, so that its own memory is in the baseline
    jit = '--jit' in sys.argv[1:]
    serving.serve(lambda workload: Program(workload, jit))
