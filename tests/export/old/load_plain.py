"""Loads upgraded models in plain TensorFlow, in every way there is, and records what they compute.

    python load_plain.py FOLDER OUT.npz

FOLDER has `saved_model`, `frozen.pb`, `model.meta` and its checkpoint, and `addons`, where there
are. Nothing of this package is imported, which is checked; runs under TensorFlow 1.15.5 as well.
"""

import os
import sys

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
NAMES = ('greedy', 'beam', 'penalties')
WORDS = ['<s>', 'a', 'b', 'c', 'd', 'e', 'f', '</s>']
CALLS = [
    ([[2, 3, 4, 5], [6, 1, 2, 0]], [4, 3]),
    ([[1], [3], [5]], [1, 1, 1]),
]


def inputs(call, has_words):
    ids = np.array(call[0], np.int32)
    lengths = np.array(call[1], np.int32)
    if has_words:
        return {'words': np.array(WORDS, object)[ids], 'lengths': lengths}
    return {'ids': ids, 'lengths': lengths}


def signatures_in_session(folder, has_words):
    """`tf.saved_model.loader.load`."""
    with tf.Graph().as_default(), tf1.Session() as session:
        meta_graph = tf1.saved_model.loader.load(session, ['serve'], folder)
        for index, call in enumerate(CALLS):
            for name in NAMES:
                signature = meta_graph.signature_def[name]
                feed = {
                    signature.inputs[key].name: value
                    for key, value in inputs(call, has_words).items()
                }
                fetches = {key: info.name for key, info in signature.outputs.items()}
                for key, value in session.run(fetches, feed).items():
                    yield index, name + '_' + key, value


def signatures_as_functions(folder, has_words):
    """`tf.saved_model.load` of TensorFlow 2."""
    loaded = tf.saved_model.load(folder)
    for index, call in enumerate(CALLS):
        for name in NAMES:
            tensors = {
                key: tf.constant(value if key != 'words' else value.tolist())
                for key, value in inputs(call, has_words).items()
            }
            for key, value in loaded.signatures[name](**tensors).items():
                yield index, name + '_' + key, value.numpy()


def in_graph(session):
    outputs = [
        name + '_' + key
        for name in NAMES
        for key in ('ids', 'scores', 'lengths') + (('alignments',) * (name == 'penalties'))
    ]
    for index, call in enumerate(CALLS):
        feed = {key + ':0': value for key, value in inputs(call, False).items()}
        for name, value in session.run({name: name + ':0' for name in outputs}, feed).items():
            yield index, name, value


def frozen_in_session(file):
    """`tf.import_graph_def`."""
    with open(file, 'rb') as opened:
        graph_def = tf1.GraphDef.FromString(opened.read())
    with tf.Graph().as_default(), tf1.Session() as session:
        tf.import_graph_def(graph_def, name='')
        yield from in_graph(session)


def frozen_as_function(file):
    """`tf.compat.v1.wrap_function` and `prune`."""
    with open(file, 'rb') as opened:
        graph_def = tf1.GraphDef.FromString(opened.read())
    wrapped = tf1.wrap_function(lambda: tf1.import_graph_def(graph_def, name=''), [])
    for name in NAMES:
        function = wrapped.prune(['ids:0', 'lengths:0'], {name + '_ids': name + '_ids:0'})
        for index, call in enumerate(CALLS):
            ids, lengths = (tf.constant(each) for each in inputs(call, False).values())
            for key, value in function(ids, lengths).items():
                yield index, key, value.numpy()


def meta_graph(file):
    """`tf.train.import_meta_graph` and `restore`."""
    with tf.Graph().as_default(), tf1.Session() as session:
        tf1.train.import_meta_graph(file).restore(session, os.path.splitext(file)[0])
        yield from in_graph(session)


def main(folder, out):
    eager = tf.__version__.startswith('2')
    if not eager:
        assert tf.contrib.seq2seq.gather_tree  # which registers the operation
    found = {}

    def record(way, values):
        for index, name, value in values:
            found['%s/%d/%s' % (way, index, name)] = value

    def path(name):
        return os.path.join(folder, name)

    record('saved_model/session', signatures_in_session(path('saved_model'), True))
    record('frozen/session', frozen_in_session(path('frozen.pb')))
    record('meta/session', meta_graph(path('model.meta')))
    if eager:
        record('saved_model/function', signatures_as_functions(path('saved_model'), True))
        record('frozen/function', frozen_as_function(path('frozen.pb')))
        record('addons/session', signatures_in_session(path('addons'), False))
        record('addons/function', signatures_as_functions(path('addons'), False))
    assert not [name for name in sys.modules if name.startswith('tf_seq2seq_compat')]
    np.savez(out, version=tf.__version__, **found)


if __name__ == '__main__':
    main(*sys.argv[1:])
