"""Has TensorFlow Addons 0.23 write a SavedModel with `Addons>GatherTree`.

    python make_addons.py --out DIR      (TensorFlow 2.15.1 and TensorFlow Addons)
    python make_addons.py --check DIR

The model is that of make.py, in the classes of TensorFlow Addons: a function for each decoder.
"""

import argparse
import os
import shutil
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..'))

from tests.checkpoints.make import differ  # noqa: E402
from tests.export.old.make import (  # noqa: E402
    BEAMS,
    CALLS,
    EQUAL,
    SCALE,
    START,
    STEPS,
    UNITS,
    WORDS,
    files_of,
    image_inputs,
    pack,
    tree_results,
    unpack,
)
from tests.golden import harness  # noqa: E402

END = 5  # With this beams end at different steps, and some never do.


def make(tf, tfa, folder):
    """Writes the SavedModel into a folder; returns what its signatures compute."""
    layers = tf.keras.layers
    s2s = tfa.seq2seq

    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.embedding = layers.Embedding(len(WORDS), UNITS)
            self.encoder = layers.GRU(UNITS, return_sequences=True, return_state=True)
            self.mechanism = s2s.BahdanauAttention(UNITS)
            self.projection = layers.Dense(len(WORDS))
            self.cell = layers.GRUCell(UNITS)
            # In TensorFlow Addons the mechanism's weights go with the wrapper, which is made anew.
            self.greedy_cell = s2s.AttentionWrapper(self.cell, self.mechanism, UNITS)
            self.history_cell = s2s.AttentionWrapper(
                self.cell, self.mechanism, UNITS, alignment_history=True
            )

        def decode(self, ids, lengths, decoder, cell, beams):
            memory, state = self.encoder(self.embedding(ids), mask=tf.sequence_mask(lengths))
            if beams:
                memory, state, lengths = (
                    s2s.tile_batch(each, beams) for each in (memory, state, lengths)
                )
            self.mechanism.setup_memory(memory, memory_sequence_length=lengths)
            first = cell.get_initial_state(batch_size=tf.shape(memory)[0], dtype=tf.float32)
            return decoder(
                self.embedding.embeddings,
                start_tokens=tf.fill([tf.shape(ids)[0]], START),
                end_token=END,
                initial_state=first.clone(cell_state=state),
            )

        def greedy(self, ids, lengths):
            decoder = s2s.BasicDecoder(
                self.greedy_cell,
                s2s.GreedyEmbeddingSampler(),
                self.projection,
                maximum_iterations=STEPS,
            )
            outputs, _, steps = self.decode(ids, lengths, decoder, self.greedy_cell, 0)
            return {'ids': outputs.sample_id, 'scores': outputs.rnn_output, 'lengths': steps}

        def beam(self, ids, lengths, cell=None, **penalties):
            cell = cell or self.greedy_cell
            decoder = s2s.BeamSearchDecoder(
                cell, BEAMS, output_layer=self.projection, maximum_iterations=STEPS, **penalties
            )
            outputs, final, steps = self.decode(ids, lengths, decoder, cell, BEAMS)
            scores = outputs.beam_search_decoder_output.scores
            found = {'ids': outputs.predicted_ids, 'scores': scores, 'lengths': steps}
            if penalties:
                found['alignments'] = final.cell_state.alignment_history
            return found

        def penalties(self, ids, lengths):
            return self.beam(
                ids,
                lengths,
                self.history_cell,
                length_penalty_weight=0.8,
                coverage_penalty_weight=0.3,
            )

    model = Model()
    specs = [
        tf.TensorSpec([None, None], tf.int32, 'ids'),
        tf.TensorSpec([None], tf.int32, 'lengths'),
    ]
    functions = {
        name: tf.function(getattr(model, name), input_signature=specs, autograph=False)
        for name in ('greedy', 'beam', 'penalties')
    }
    model.called = functions
    for function in functions.values():
        function(*(tf.constant(each) for each in CALLS[0]))
    for variable in model.variables:
        value = harness.variable_value(variable.name, variable.shape.as_list(), 'float32')
        variable.assign(value * SCALE)
    arrays = {
        '%d/%s_%s' % (index, name, key): value.numpy()
        for index, call in enumerate(CALLS)
        for name, function in functions.items()
        for key, value in function(*(tf.constant(each) for each in call)).items()
    }
    tf.saved_model.save(model, folder, signatures=functions)
    return arrays


def main():
    import tensorflow as tf
    import tensorflow_addons as tfa

    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument('--out', metavar='DIR')
    action.add_argument('--check', metavar='DIR')
    flags = parser.parse_args()
    fresh = tempfile.mkdtemp()
    try:
        model = os.path.join(fresh, 'saved_model')
        arrays = make(tf, tfa, model)
        arrays['gather_tree'] = tree_results(tfa.seq2seq.gather_tree)
        arrays['resampler'] = tfa.image.resampler_ops.resampler(*image_inputs()[:2]).numpy()
        if flags.out:
            pack(model, os.path.join(flags.out, 'addons_model.tar.xz'))
            np.savez_compressed(os.path.join(flags.out, 'addons_expected.npz'), **arrays)
            print('%d arrays of TensorFlow Addons %s' % (len(arrays), tfa.__version__))
            return 0
        with np.load(os.path.join(flags.check, 'addons_expected.npz')) as want:
            wrong = differ(dict(want.items()), arrays, EQUAL)
        kept = os.path.join(fresh, 'kept')
        unpack(os.path.join(flags.check, 'addons_model.tar.xz'), kept)
        if files_of(kept) != files_of(model):
            wrong.append('the files are others')
    finally:
        shutil.rmtree(fresh)
    print('\n'.join(wrong) or 'the model of TensorFlow Addons %s is as recorded' % tfa.__version__)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
