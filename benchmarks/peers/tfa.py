"""TensorFlow Addons 0.23 on TensorFlow 2.15.1: `tf.function`, and with `--jit` compiled by XLA.

With `--ours` the same by `tf_seq2seq_compat.addons`, on any TensorFlow and either Keras.
"""

import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

warnings.filterwarnings('ignore')
from benchmarks import workloads  # noqa: E402
from benchmarks.peers import layouts, serving  # noqa: E402

if '--ours' in sys.argv[1:]:
    from tf_seq2seq_compat import addons as tfa
    from tf_seq2seq_compat.addons.keras_generation import keras
else:
    import tensorflow_addons as tfa

    keras = tf.keras

ATTENTIONS = {'bahdanau': tfa.seq2seq.BahdanauAttention, 'luong': tfa.seq2seq.LuongAttention}


def variable_of(weight):
    """The variable of TensorFlow in a weight of either Keras."""
    return weight if isinstance(weight, tf.Variable) else weight._value


class Program:
    """The layers of one workload, and the function that runs them."""

    def __init__(self, workload, jit_compile):
        self.workload = one = workload
        self.given = {k: tf.constant(v) for k, v in workloads.inputs(one).items()}
        self.shapes = workloads.weight_shapes(one)
        self.direct = {
            name: tf.Variable(tf.zeros(self.shapes[name]), name=name)
            for name in ('inputs', 'memory', 'embedding')
            if name in self.shapes
        }
        self.rnn_cells = [self.make_cell() for _ in range(one.layers)]
        if one.kind == 'encoder':
            self.rnn = keras.layers.RNN(
                self.rnn_cells, return_sequences=True, zero_output_for_mask=True
            )
            self.rnn(tf.zeros([1, 1, one.hidden]))
        else:
            self.make_decoder_layers()
        function = {
            'greedy': self.greedy,
            'beam': self.beam,
            'training': lambda rate: self.update(self.decoder_loss, rate),
            'encoder': lambda rate: self.update(self.encoder_loss, rate),
        }[one.kind]
        self.function = tf.function(function, jit_compile=jit_compile, autograph=False)
        self.function.get_concrete_function(tf.constant(0.0))

    def make_cell(self):
        if self.workload.cell == 'lstm':
            return keras.layers.LSTMCell(self.workload.hidden)
        return keras.layers.GRUCell(self.workload.hidden, reset_after=False)

    def make_decoder_layers(self):
        one = self.workload
        self.attention = ATTENTIONS[one.attention](one.hidden)
        self.cell = tfa.seq2seq.AttentionWrapper(
            self.rnn_cells[0], self.attention, attention_layer_size=one.hidden
        )
        self.output_layer = keras.layers.Dense(one.vocabulary, use_bias=False)
        # One small call makes the weights.
        self.attention.setup_memory(tf.zeros([1, 2, one.hidden]))
        state = self.cell.get_initial_state(batch_size=1, dtype=tf.float32)
        output, _ = self.cell(tf.zeros([1, one.hidden]), state)
        self.output_layer(output)
        self.direct['memory_layer/kernel'] = variable_of(self.attention.memory_layer.kernel)
        self.direct['attention_layer/kernel'] = variable_of(self.cell._attention_layers[0].kernel)
        self.direct['output/kernel'] = variable_of(self.output_layer.kernel)
        if one.attention == 'bahdanau':
            self.direct['query_layer/kernel'] = variable_of(self.attention.query_layer.kernel)
            self.direct['attention_v'] = variable_of(self.attention.attention_v)

    def attend(self):
        one = self.workload
        memory = tf.convert_to_tensor(self.direct['memory'])
        lengths = self.given['source_lengths']
        if one.kind == 'beam':
            memory = tfa.seq2seq.tile_batch(memory, multiplier=one.beam)
            lengths = tfa.seq2seq.tile_batch(lengths, multiplier=one.beam)
        self.attention.setup_memory(memory, memory_sequence_length=lengths)
        return self.cell.get_initial_state(batch_size=one.batch * one.beam, dtype=tf.float32)

    def greedy(self, learning_rate):
        one = self.workload
        decoder = tfa.seq2seq.BasicDecoder(
            self.cell,
            tfa.seq2seq.GreedyEmbeddingSampler(),
            self.output_layer,
            maximum_iterations=one.target,
        )
        outputs, state, _ = decoder(
            self.direct['embedding'],
            start_tokens=tf.fill([one.batch], workloads.START_ID),
            end_token=workloads.END_ID,
            initial_state=self.attend(),
        )
        return {'ids': outputs.sample_id, 'attention': state.attention}

    def beam(self, learning_rate):
        one = self.workload
        decoder = tfa.seq2seq.BeamSearchDecoder(
            self.cell,
            one.beam,
            output_layer=self.output_layer,
            maximum_iterations=one.target,
        )
        outputs, state, _ = decoder(
            self.direct['embedding'],
            start_tokens=tf.fill([one.batch], workloads.START_ID),
            end_token=workloads.END_ID,
            initial_state=self.attend(),
        )
        return {'ids': outputs.predicted_ids, 'scores': state.log_probs}

    def decoder_loss(self):
        one, given = self.workload, self.given
        decoder = tfa.seq2seq.BasicDecoder(
            self.cell,
            tfa.seq2seq.TrainingSampler(),
            self.output_layer,
            maximum_iterations=one.target,
        )
        outputs, _, _ = decoder(
            tf.nn.embedding_lookup(self.direct['embedding'], given['decoder_inputs']),
            initial_state=self.attend(),
            sequence_length=given['target_lengths'],
        )
        weights = tf.sequence_mask(given['target_lengths'], one.target, dtype=tf.float32)
        return tfa.seq2seq.sequence_loss(outputs.rnn_output, given['targets'], weights)

    def encoder_loss(self):
        one = self.workload
        mask = tf.sequence_mask(self.given['source_lengths'], one.source)
        outputs = self.rnn(tf.convert_to_tensor(self.direct['inputs']), mask=mask)
        return tf.reduce_sum(tf.square(outputs)) / (one.batch * one.source)

    def variables(self):
        own = [(cell.kernel, cell.recurrent_kernel, cell.bias) for cell in self.rnn_cells]
        return [*self.direct.values(), *(variable_of(one) for cell in own for one in cell)]

    def update(self, loss_function, learning_rate):
        with tf.GradientTape() as tape:
            loss = loss_function()
        gradients = tape.gradient(loss, self.variables())
        optimizer = tf.compat.v1.train.GradientDescentOptimizer(learning_rate)
        optimizer.apply_gradients(zip(gradients, self.variables(), strict=True))
        return {'loss': loss}

    def load(self, weights):
        for name, variable in self.direct.items():
            variable.assign(weights[name])
        split = layouts.split_lstm if self.workload.cell == 'lstm' else layouts.split_gru
        for cell, own in zip(
            self.rnn_cells, layouts.by_layer(weights, self.workload.layers), strict=True
        ):
            kernel, recurrent_kernel, bias = split(own, self.workload.hidden)
            cell.kernel.assign(kernel)
            cell.recurrent_kernel.assign(recurrent_kernel)
            cell.bias.assign(bias)

    def weights(self):
        joined = layouts.joined_lstm if self.workload.cell == 'lstm' else layouts.joined_gru
        own = {name: v.numpy() for name, v in self.direct.items()}
        for prefix, cell in zip(
            layouts.prefixes(self.workload.layers), self.rnn_cells, strict=True
        ):
            parts = [np.asarray(v) for v in (cell.kernel, cell.recurrent_kernel, cell.bias)]
            own.update({prefix + name: value for name, value in joined(*parts).items()})
        return own

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
