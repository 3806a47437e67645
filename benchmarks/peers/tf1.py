"""TensorFlow 1.15.5: a graph and a session, as programs had them.

The same file is also the unmodified program that `tf-seq2seq-compat run` runs.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))

import tensorflow as tf  # noqa: E402

from benchmarks import workloads  # noqa: E402
from benchmarks.peers import serving  # noqa: E402


class Program:
    """A graph for one workload, and its session."""

    def __init__(self, workload):
        self.workload = workload
        self.feed = {}
        graph = tf.Graph()
        with graph.as_default():
            self.learning_rate = tf.placeholder(tf.float32, [], 'learning_rate')
            tensors = {}
            for name, value in workloads.inputs(workload).items():
                tensors[name] = tf.placeholder(tf.int32, value.shape, name)
                self.feed[tensors[name]] = value
            build = {
                'greedy': self.build_greedy,
                'beam': self.build_beam,
                'training': self.build_training,
                'encoder': self.build_encoder,
            }[workload.kind]
            self.fetches = build(**tensors)
            self.variables = {}
            for name in workloads.weight_shapes(workload):
                [self.variables[name]] = [
                    v for v in tf.global_variables() if ('/' + v.op.name).endswith('/' + name)
                ]
            threads = serving.threads()
            self.session = tf.Session(
                config=tf.ConfigProto(
                    intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads
                )
            )
            self.session.run(tf.global_variables_initializer())

    def build_cell(self):
        cells = {'lstm': tf.contrib.rnn.LSTMCell, 'gru': tf.contrib.rnn.GRUCell}
        one = self.workload
        made = [cells[one.cell](one.hidden) for _ in range(one.layers)]
        return tf.contrib.rnn.MultiRNNCell(made) if one.layers > 1 else made[0]

    def build_decoder_parts(self, source_lengths):
        """Returns the embedding, the cell with attention, and the output layer."""
        one = self.workload
        embedding = tf.get_variable('embedding', [one.vocabulary, one.hidden])
        memory = tf.get_variable('memory', [one.batch, one.source, one.hidden])
        if one.kind == 'beam':
            memory = tf.contrib.seq2seq.tile_batch(memory, multiplier=one.beam)
            source_lengths = tf.contrib.seq2seq.tile_batch(source_lengths, multiplier=one.beam)
        attentions = {
            'bahdanau': tf.contrib.seq2seq.BahdanauAttention,
            'luong': tf.contrib.seq2seq.LuongAttention,
        }
        attention = attentions[one.attention](
            one.hidden, memory, memory_sequence_length=source_lengths
        )
        cell = tf.contrib.seq2seq.AttentionWrapper(
            self.build_cell(), attention, attention_layer_size=one.hidden
        )
        return embedding, cell, tf.layers.Dense(one.vocabulary, use_bias=False, name='output')

    def build_greedy(self, source_lengths):
        one = self.workload
        embedding, cell, output_layer = self.build_decoder_parts(source_lengths)
        helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(
            embedding, tf.fill([one.batch], workloads.START_ID), workloads.END_ID
        )
        decoder = tf.contrib.seq2seq.BasicDecoder(
            cell, helper, cell.zero_state(one.batch, tf.float32), output_layer
        )
        outputs, state, _ = tf.contrib.seq2seq.dynamic_decode(
            decoder, maximum_iterations=one.target
        )
        return {'ids': outputs.sample_id, 'attention': state.attention}

    def build_beam(self, source_lengths):
        one = self.workload
        embedding, cell, output_layer = self.build_decoder_parts(source_lengths)
        decoder = tf.contrib.seq2seq.BeamSearchDecoder(
            cell=cell,
            embedding=embedding,
            start_tokens=tf.fill([one.batch], workloads.START_ID),
            end_token=workloads.END_ID,
            initial_state=cell.zero_state(one.batch * one.beam, tf.float32),
            beam_width=one.beam,
            output_layer=output_layer,
        )
        outputs, state, _ = tf.contrib.seq2seq.dynamic_decode(
            decoder, maximum_iterations=one.target
        )
        return {'ids': outputs.predicted_ids, 'scores': state.log_probs}

    def build_training(self, source_lengths, target_lengths, decoder_inputs, targets):
        one = self.workload
        embedding, cell, output_layer = self.build_decoder_parts(source_lengths)
        helper = tf.contrib.seq2seq.TrainingHelper(
            tf.nn.embedding_lookup(embedding, decoder_inputs), target_lengths
        )
        decoder = tf.contrib.seq2seq.BasicDecoder(
            cell, helper, cell.zero_state(one.batch, tf.float32), output_layer
        )
        outputs, _, _ = tf.contrib.seq2seq.dynamic_decode(decoder)
        weights = tf.sequence_mask(target_lengths, one.target, dtype=tf.float32)
        loss = tf.contrib.seq2seq.sequence_loss(outputs.rnn_output, targets, weights)
        return self.build_update(loss)

    def build_encoder(self, source_lengths):
        one = self.workload
        inputs = tf.get_variable('inputs', [one.batch, one.source, one.hidden])
        outputs, _ = tf.nn.dynamic_rnn(
            self.build_cell(), inputs, sequence_length=source_lengths, dtype=tf.float32
        )
        return self.build_update(tf.reduce_sum(tf.square(outputs)) / (one.batch * one.source))

    def build_update(self, loss):
        variables = tf.trainable_variables()
        # All of them before the first update: it may write where a gradient still reads.
        gradients = tf.tuple(tf.gradients(loss, variables))
        optimizer = tf.train.GradientDescentOptimizer(self.learning_rate)
        pairs = zip(gradients, variables)  # noqa: B905 (Python 3.7)
        return {'loss': loss, 'update': optimizer.apply_gradients(pairs)}

    def load(self, weights):
        for name, value in weights.items():
            self.variables[name].load(value, self.session)

    def weights(self):
        return self.session.run(self.variables)

    def graph(self):
        return self.session.graph_def

    def step(self, learning_rate):
        feed = dict(self.feed)
        feed[self.learning_rate] = learning_rate
        result = self.session.run(self.fetches, feed)
        result.pop('update', None)
        return result


if __name__ == '__main__':
    serving.serve(Program)
