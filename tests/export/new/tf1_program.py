"""A TensorFlow 1 program that converts what its sessions compute, and saves what they gave.

    tf-seq2seq-compat run tf1_program.py FOLDER

Writes a TFLite model from each session, and from its frozen graph; SavedModels and frozen graphs as
TensorFlow 1 writes them; `given.npz` and `wanted.npz` for `consume.py`; and `names.json`.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat import export

s2s = tf.contrib.seq2seq
UNITS, WORDS = 6, 7
FOLDER = sys.argv[1]


def inputs():
    x = tf.placeholder(tf.float32, [None, None, 4], 'x')
    return x, tf.placeholder(tf.int32, [None], 'n')


def dense(x, n):
    return [tf.layers.dense(x[:, 0], 3, tf.nn.relu)]


def static_rnn(x, n):
    steps = [x[:, 0], x[:, 1]]
    cell = tf.nn.rnn_cell.BasicLSTMCell(5)
    return [tf.nn.static_rnn(cell, steps, dtype=tf.float32)[0][1]]


def conditional(x, n):
    return [tf.cond(tf.reduce_sum(x) > 0, lambda: 2 * x, lambda: -x)]


def encoder(x, n):
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(UNITS) for _ in range(2)])
    outputs, states = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    return [outputs, states[1].h]


def memory(x, n):
    cells = [tf.nn.rnn_cell.GRUCell(UNITS // 2) for _ in range(2)]
    outputs, states = tf.nn.bidirectional_dynamic_rnn(cells[0], cells[1], x, n, dtype=tf.float32)
    return tf.concat(outputs, 2), tf.concat(states, 1), tf.get_variable('words', [WORDS, 4])


def greedy(x, n):
    outputs, state, words = memory(x, n)
    mechanism = s2s.BahdanauAttention(UNITS, outputs, n)
    cell = s2s.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(UNITS), mechanism, UNITS, alignment_history=True
    )
    start = tf.fill([tf.shape(x)[0]], 1)
    first = cell.zero_state(tf.shape(x)[0], tf.float32).clone(cell_state=state)
    decoder = s2s.BasicDecoder(
        cell, s2s.GreedyEmbeddingHelper(words, start, 2), first, tf.layers.Dense(WORDS)
    )
    outputs, last, lengths = s2s.dynamic_decode(decoder, maximum_iterations=6)
    return [outputs.rnn_output, outputs.sample_id, lengths, last.alignment_history.stack()]


def beam(x, n):
    outputs, state, words = memory(x, n)
    outputs, lengths, state = s2s.tile_batch((outputs, n, state), 3)
    mechanism = s2s.LuongAttention(UNITS, outputs, lengths)
    cell = s2s.AttentionWrapper(tf.nn.rnn_cell.GRUCell(UNITS), mechanism, UNITS)
    batch = tf.shape(x)[0]
    first = cell.zero_state(batch * 3, tf.float32).clone(cell_state=state)
    decoder = s2s.BeamSearchDecoder(
        cell, words, tf.fill([batch], 1), 2, first, 3, tf.layers.Dense(WORDS)
    )
    outputs, last, lengths = s2s.dynamic_decode(decoder, maximum_iterations=6)
    return [outputs.predicted_ids, last.log_probs, lengths]


def calls():
    random = np.random.RandomState(3)
    for lengths in ([2], [5, 3, 4], [4, 7]):
        shape = [len(lengths), max(lengths), 4]
        yield {'x': random.randn(*shape).astype(np.float32), 'n': np.array(lengths, np.int32)}


def path(name):
    return os.path.join(FOLDER, name)


def convert(session, name, fed, fetched):
    converter = tf.lite.TFLiteConverter.from_session(session, fed, fetched)
    with open(path(name + '.session.tflite'), 'wb') as file:
        file.write(converter.convert())
    names = [one.op.name for one in fed], [one.op.name for one in fetched]
    frozen = tf.graph_util.convert_variables_to_constants(
        session, session.graph.as_graph_def(), names[1]
    )
    with open(path(name + '.pb'), 'wb') as file:
        file.write(frozen.SerializeToString())
    converter = tf.lite.TFLiteConverter.from_frozen_graph(path(name + '.pb'), *names)
    with open(path(name + '.frozen.tflite'), 'wb') as file:
        file.write(converter.convert())
    tf.saved_model.simple_save(
        session,
        path(name),
        {one.op.name: one for one in fed},
        {one.op.name: one for one in fetched},
    )
    if name == 'greedy':  # by this package's own function too
        export.to_tflite(
            path(name + '.export'),
            export.from_session(
                session,
                {one.op.name: one for one in fed},
                {one.op.name: one for one in fetched},
            ),
        )
    return names


def main():
    given, wanted, names = {}, {}, {}
    for i, one in enumerate(calls()):
        given.update({f'{i}/{name}': value for name, value in one.items()})
    for build in (dense, static_rnn, conditional, encoder, greedy, beam):
        name = build.__name__
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(1)
            x, n = inputs()
            fetched = build(x, n)
            session.run(tf.global_variables_initializer())
            for variable in tf.trainable_variables():  # large, so that words and beams differ
                session.run(variable.assign(3 * variable))
            fed = [x, n] if build in (encoder, greedy, beam) else [x]
            for i, one in enumerate(calls()):
                values = session.run(fetched, {x: one['x'], n: one['n']})
                for tensor, value in zip(fetched, values, strict=True):
                    wanted[f'{i}/{name}/{tensor.op.name}'] = value
            names[name] = convert(session, name, fed, fetched)
    np.savez(path('given.npz'), **given)
    np.savez(path('wanted.npz'), **wanted)
    with open(path('names.json'), 'w') as file:
        json.dump(names, file)


if __name__ == '__main__':
    main()
