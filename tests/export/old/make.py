"""Has TensorFlow 1.15.5 write a model in each form that a program of its day left.

    python make.py --out DIR      builds the model, writes its files, records what they compute
    python make.py --check DIR    the same elsewhere, compared with DIR

The model has one encoder and three decoders on the same weights: greedy, beam search, and beam
search with both penalties and the alignment history. Of it there are a SavedModel (words in, by a
vocabulary that is an asset), a frozen graph and a MetaGraph with a checkpoint (ids in). DIR holds
them packed, and `tf1_expected.npz`.
"""

import argparse
import logging
import os
import shutil
import sys
import tarfile
import tempfile

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..')
sys.path.insert(0, ROOT)

from tests.checkpoints.make import differ  # noqa: E402
from tests.golden import harness  # noqa: E402

WORDS = ['<s>', 'a', 'b', 'c', 'd', 'e', 'f', '</s>']
# With these beams end at different steps, and some never do.
START, END, BEAMS, UNITS, STEPS, SCALE = 0, 7, 3, 4, 7, 2
# Two calls of each model: ids [batch, time] and lengths.
CALLS = [
    ([[2, 3, 4, 5], [6, 1, 2, 0]], [4, 3]),
    ([[1], [3], [5]], [1, 1, 1]),
]
EQUAL = 1e-5


def decoders(tf, ids, lengths):
    """The outputs of each decoder, by name, as tensors."""
    s2s = tf.contrib.seq2seq
    table = tf.get_variable('embedding', [len(WORDS), UNITS])
    memory, state = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(UNITS),
        tf.nn.embedding_lookup(table, ids),
        lengths,
        dtype=tf.float32,
        scope='encoder',
    )
    batch = tf.shape(ids)[0]
    projection = tf.layers.Dense(len(WORDS), name='projection')
    found = {}

    def decode(name, beams, decoder_of, history=False):
        """One decoder, on variables that the first of them makes."""

        def tiled(tensor):
            return s2s.tile_batch(tensor, beams) if beams else tensor

        with tf.variable_scope('decoder', reuse=bool(found)):
            mechanism = s2s.BahdanauAttention(UNITS, tiled(memory), tiled(lengths))
            cell = s2s.AttentionWrapper(
                tf.nn.rnn_cell.GRUCell(UNITS), mechanism, UNITS, alignment_history=history
            )
            first = cell.zero_state(batch * (beams or 1), tf.float32).clone(cell_state=tiled(state))
            outputs, final, steps = s2s.dynamic_decode(
                decoder_of(cell, first), maximum_iterations=STEPS
            )
        found[name + '_lengths'] = steps
        return outputs, final

    def beam_decoder(cell, first, **penalties):
        return s2s.BeamSearchDecoder(
            cell, table, tf.fill([batch], START), END, first, BEAMS, projection, **penalties
        )

    def greedy_decoder(cell, first):
        helper = s2s.GreedyEmbeddingHelper(table, tf.fill([batch], START), END)
        return s2s.BasicDecoder(cell, helper, first, projection)

    outputs, _ = decode('greedy', 0, greedy_decoder)
    found['greedy_ids'], found['greedy_scores'] = outputs.sample_id, outputs.rnn_output
    outputs, final = decode('beam', BEAMS, beam_decoder)
    found['beam_ids'], found['beam_scores'] = outputs.predicted_ids, final.log_probs
    outputs, final = decode(
        'penalties',
        BEAMS,
        lambda *arguments: beam_decoder(
            *arguments, length_penalty_weight=0.8, coverage_penalty_weight=0.3
        ),
        history=True,
    )
    found['penalties_ids'] = outputs.predicted_ids
    found['penalties_scores'] = outputs.beam_search_decoder_output.scores
    found['penalties_alignments'] = final.cell_state.alignment_history
    return {name: tf.identity(tensor, name) for name, tensor in found.items()}


def give_values(tf, session):
    """Gives each variable the value that its name has in every golden case, larger."""
    for variable in tf.global_variables():
        value = harness.variable_value(
            variable.op.name, variable.shape.as_list(), variable.dtype.base_dtype.name
        )
        variable.load(value * SCALE, session)


def signatures_of(tf, inputs, outputs):
    """A signature for each decoder."""
    return {
        name: tf.saved_model.build_signature_def(
            {key: tf.saved_model.build_tensor_info(tensor) for key, tensor in inputs.items()},
            {
                key.partition('_')[2]: tf.saved_model.build_tensor_info(tensor)
                for key, tensor in outputs.items()
                if key.startswith(name)
            },
            tf.saved_model.PREDICT_METHOD_NAME,
        )
        for name in ('greedy', 'beam', 'penalties')
    }


def make(tf, folder):
    """Writes the three forms into a folder; returns what they compute."""
    os.makedirs(folder)
    config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with tf.Graph().as_default() as graph, tf.Session(config=config) as session:
        ids = tf.placeholder(tf.int32, [None, None], 'ids')
        lengths = tf.placeholder(tf.int32, [None], 'lengths')
        outputs = decoders(tf, ids, lengths)
        give_values(tf, session)
        arrays = {}
        for index, call in enumerate(CALLS):
            for name, value in session.run(outputs, dict(zip((ids, lengths), call))).items():
                arrays['%d/%s' % (index, name)] = value
        tf.train.Saver().save(session, os.path.join(folder, 'model'), write_state=False)
        frozen = tf.graph_util.convert_variables_to_constants(
            session, graph.as_graph_def(), sorted(outputs)
        )
        with open(os.path.join(folder, 'frozen.pb'), 'wb') as file:
            file.write(frozen.SerializeToString())
    vocabulary = os.path.join(folder, 'words.txt')
    with open(vocabulary, 'w') as file:
        file.write('\n'.join(WORDS) + '\n')
    with tf.Graph().as_default(), tf.Session(config=config) as session:
        words = tf.placeholder(tf.string, [None, None], 'words')
        lengths = tf.placeholder(tf.int32, [None], 'lengths')
        asset = tf.constant(vocabulary, name='vocabulary')
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, asset)
        table = tf.contrib.lookup.index_table_from_file(asset, default_value=0)
        outputs = decoders(tf, tf.cast(table.lookup(words), tf.int32), lengths)
        give_values(tf, session)
        builder = tf.saved_model.Builder(os.path.join(folder, 'saved_model'))
        builder.add_meta_graph_and_variables(
            session,
            [tf.saved_model.SERVING],
            signatures_of(tf, {'words': words, 'lengths': lengths}, outputs),
            assets_collection=tf.get_collection(tf.GraphKeys.ASSET_FILEPATHS),
            main_op=tf.tables_initializer(),
        )
        builder.save()
    os.remove(vocabulary)
    return arrays


def tree_inputs():
    """Random inputs of the operation GatherTree: sizes, ends and parents of every kind."""
    random = np.random.RandomState(7)
    for index in range(400):
        steps, batch, beams = random.randint(0, 9), random.randint(0, 4), random.randint(1, 6)
        ids = random.randint(0, 12, [steps, batch, beams])
        parents = random.randint(0, beams, ids.shape)
        if index % 4 == 0:  # Only at what no path passes are these no errors.
            wrong = random.rand(*ids.shape) < 0.15
            parents = np.where(wrong, random.choice([-7, -1, beams + 1, 99], ids.shape), parents)
        lengths = random.randint(-2, steps + 3, [batch])
        yield [
            each.astype(np.int32)
            for each in (ids, parents, lengths, np.array(random.randint(0, 15)))
        ]


def tree_results(call):
    """What `call` gives for each of `tree_inputs`: all ids in a row, and -99 alone for an error."""
    found = []
    for each in tree_inputs():
        try:
            found.append(np.ravel(call(*each)))
        except Exception as error:
            assert 'InvalidArgumentError' in type(error).__name__, error
            found.append([-99])
    return np.concatenate(found).astype(np.int32)


def kernel(tf):
    """GatherTree in a session."""
    kinds = [tf.placeholder(tf.int32, None) for _ in range(4)]
    beams = tf.contrib.seq2seq.gather_tree(*kinds)
    session = tf.Session()
    return lambda *values: session.run(beams, dict(zip(kinds, values)))


def image_inputs():
    """Images `[2, 4, 5, 3]`; points to sample, some of them beyond the edges; transforms."""
    random = np.random.RandomState(8)
    images = random.randn(2, 4, 5, 3).astype(np.float32)
    points = random.uniform(-2, 7, [2, 6, 7, 2]).astype(np.float32)
    points[0, :2] = np.round(points[0, :2])
    transforms = (np.array([1, 0, 0, 0, 1, 0, 0, 0]) + random.randn(2, 8) / 9).astype(np.float32)
    return images, points, transforms


def image_results(tf):
    """What the operations of tf.contrib for images give."""
    from tensorflow.contrib.image.ops import gen_image_ops

    images, points, transforms = image_inputs()
    assert tf.contrib.image.rotate  # loads the library
    found = {'resampler': tf.contrib.resampler.resampler(images, points)}
    for how in ('NEAREST', 'BILINEAR'):
        found['transform_' + how] = gen_image_ops.image_projective_transform(
            images, transforms, how
        )
    with tf.Session() as session:
        return session.run(found)


def pack(folder, file):
    """One archive of all files of a folder, the same for the same files."""
    with tarfile.open(file, 'w:xz') as archive:
        for name in files_of(folder):
            with open(os.path.join(folder, name), 'rb') as opened:
                entry = tarfile.TarInfo(name)
                entry.size = os.fstat(opened.fileno()).st_size
                archive.addfile(entry, opened)


def unpack(file, folder):
    with tarfile.open(file) as archive:
        archive.extractall(folder)


def files_of(folder):
    """The paths of all files below a folder, sorted."""
    return sorted(
        os.path.relpath(os.path.join(top, name), folder)
        for top, _, names in os.walk(folder)
        for name in names
    )


def facts(tf, folder):
    """The files of a folder with models, and the operations of the frozen graph."""
    with open(os.path.join(folder, 'frozen.pb'), 'rb') as file:
        frozen = tf.GraphDef.FromString(file.read())
    return files_of(folder), [(node.name, node.op) for node in frozen.node]


def main():
    import tensorflow as tf

    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument('--out', metavar='DIR')
    action.add_argument('--check', metavar='DIR')
    flags = parser.parse_args()
    if not tf.__version__.startswith('1.15'):
        raise SystemExit('TensorFlow 1.15 is the oracle, this is %s' % tf.__version__)
    fresh = tempfile.mkdtemp()
    try:
        models = os.path.join(fresh, 'models')
        arrays = make(tf, models)
        arrays['gather_tree'] = tree_results(kernel(tf))
        arrays.update(image_results(tf))
        if flags.out:
            pack(models, os.path.join(flags.out, 'tf1_models.tar.xz'))
            np.savez_compressed(os.path.join(flags.out, 'tf1_expected.npz'), **arrays)
            print('%d arrays of TensorFlow %s' % (len(arrays), tf.__version__))
            return 0
        with np.load(os.path.join(flags.check, 'tf1_expected.npz')) as want:
            wrong = differ(dict(want.items()), arrays, EQUAL)
        kept = os.path.join(fresh, 'kept')
        unpack(os.path.join(flags.check, 'tf1_models.tar.xz'), kept)
        if facts(tf, kept) != facts(tf, models):
            wrong.append('the files or the operations are others')
    finally:
        shutil.rmtree(fresh)
    print('\n'.join(wrong) or 'the old models are as recorded (%s)' % tf.__version__)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
