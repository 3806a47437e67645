"""Records what the programs of examples/tf1 do on TensorFlow 1.15.5, for examples/tf2 to do too.

    python tests/golden_programs/pairs.py            (in the TF 1.15.5 environment)
    python tests/golden_programs/pairs.py --check

In pairs/ the first writes the losses of 50 steps from fixed weights (losses.json), and for each
program a checkpoint of a short training of a small model, with what the program does with it
(expected.npz). The second does all of it again, but for the short training, and compares.
"""

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import tensorflow as tf
from make import array_differences, g2p_differences

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, '..', '..', 'examples', 'tf1')
PAIRS = os.path.join(HERE, 'pairs')
# With small steps rounding has no time to grow.
FIRST_STEPS = ['--init_by_name', '--steps=50', '--learning_rate=0.001']
# Run: its program, and what it is given besides.
RUNS = {
    'g2p': ('g2p', ['--dropout=0', '--eval_words=20']),
    'dates': ('dates', ['--sampling=0']),
    'dates_sampled': ('dates', ['--sampling=0.5']),
    'tacotron': ('tacotron', ['--dropout=0', '--eval_words=20']),
}
SMALL = ['--units=16', '--embedding_size=8']
SMALL_STEPS = {'g2p': 1500, 'dates': 800, 'tacotron': 400}
EXAMPLES = 20
G2P_BEAMS = 3
G2P_MOST_STEPS = 26


def run_program(program, arguments, folder):
    losses_file = os.path.join(folder, 'losses.json')
    subprocess.check_call(
        [
            sys.executable,
            os.path.join(PROGRAMS, program + '.py'),
            '--model_dir=' + os.path.join(folder, 'model'),
            '--losses_file=' + losses_file,
        ]
        + arguments
    )
    with open(losses_file) as lines:
        losses = json.load(lines)
    return losses, tf.train.latest_checkpoint(os.path.join(folder, 'model'))


def first_losses():
    """The losses of each run, and the variables of its checkpoint."""
    recorded = {}
    for run, (program, arguments) in sorted(RUNS.items()):
        with tempfile.TemporaryDirectory() as folder:
            losses, checkpoint = run_program(program, FIRST_STEPS + arguments, folder)
            recorded[run] = {
                'tensorflow': tf.__version__,
                'program': program,
                'arguments': FIRST_STEPS + arguments,
                'losses': losses,
                'variables': dict(tf.train.list_variables(checkpoint)),
            }
    return recorded


# -- what a program does with a checkpoint, in a process of its own -------------------------------


def g2p(program, session, restore):
    model = program.Model()
    beams = g2p_beam_search(program, model)
    restore(session)
    words = program.read_words(program.FLAGS.test_file)[:EXAMPLES]
    fetched = [model.loss, model.predictions, model.alignments, beams]
    return zip(['loss', 'ids', 'alignments', 'beams'], session.run(fetched, model.feed(words)))


def g2p_beam_search(program, model):
    """Beam search with the weights of the program, which itself has none."""
    seq2seq, units = tf.contrib.seq2seq, 2 * program.FLAGS.units
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        memory, state = model.build_encoder()
    memory, lengths, state = (
        seq2seq.tile_batch(tensor, G2P_BEAMS) for tensor in (memory, model.letters_length, state)
    )
    batch = tf.shape(model.letters)[0]
    with tf.variable_scope('decoder', reuse=True) as scope:
        attention = seq2seq.BahdanauAttention(units, memory, lengths)
        cell = seq2seq.AttentionWrapper(model.cell(units), attention, attention_layer_size=units)
        decoder = seq2seq.BeamSearchDecoder(
            cell,
            tf.get_variable('embedding', [len(program.PHONEMES), program.FLAGS.embedding_size]),
            tf.fill([batch], program.GO),
            program.EOS,
            cell.zero_state(batch * G2P_BEAMS, tf.float32).clone(cell_state=state),
            G2P_BEAMS,
            tf.layers.Dense(len(program.PHONEMES), use_bias=False, name='output'),
        )
        outputs, _, _ = seq2seq.dynamic_decode(
            decoder, maximum_iterations=G2P_MOST_STEPS, scope=scope
        )
    return outputs.predicted_ids


def dates(program, session, restore):
    model = program.Model(*program.training_batch())
    restore(session)
    examples = program.read_dates(program.FLAGS.test_file)[:EXAMPLES]
    fetched = [model.loss, model.predictions, model.alignments]
    return zip(['loss', 'beams', 'alignments'], session.run(fetched, model.feed(examples)))


def tacotron(program, session, restore):
    model = program.Model()
    restore(session)
    words = program.read_words(program.FLAGS.test_file)[:EXAMPLES]
    fetched = [model.loss, model.spoken, model.spoken_steps, model.alignments]
    values = session.run(fetched, model.feed(words))
    return zip(['loss', 'frames', 'steps', 'alignments'], values)


DO = {'g2p': g2p, 'dates': dates, 'tacotron': tacotron}


def record(name, checkpoint, folder):
    """Writes expected.npz to a folder, and what the checkpoint has but for the optimizer."""
    sys.path.insert(0, PROGRAMS)
    program = importlib.import_module(name)
    program.FLAGS([name] + SMALL + (['--sampling=0'] if name == 'dates' else []))

    def restore(session):
        saver = tf.train.Saver(tf.trainable_variables() + [tf.train.get_global_step()])
        saver.restore(session, checkpoint)
        saver.save(
            session,
            os.path.join(folder, 'model.ckpt'),
            write_meta_graph=False,
            write_state=False,
        )

    with tf.Session() as session:
        arrays = dict(DO[name](program, session, restore))
    np.savez(os.path.join(folder, 'expected.npz'), **arrays)


def expected(name, checkpoint, folder):
    subprocess.check_call(
        [sys.executable, os.path.abspath(__file__), '--record', name, checkpoint, folder]
    )
    with np.load(os.path.join(folder, 'expected.npz')) as arrays:
        return dict(arrays.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true', help='compare with what is recorded')
    parser.add_argument('--record', nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not tf.__version__.startswith('1.15'):
        raise SystemExit('TensorFlow 1.15 is the oracle, this is %s' % tf.__version__)
    if arguments.record:
        record(*arguments.record)
    elif arguments.check:
        check()
    else:
        make()


def make():
    for name in sorted(DO):
        folder = os.path.join(PAIRS, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with tempfile.TemporaryDirectory() as trained:
            steps = '--steps=%d' % SMALL_STEPS[name]
            _, checkpoint = run_program(name, SMALL + [steps], trained)
            expected(name, checkpoint, folder)
    path = os.path.join(PAIRS, 'losses.json')
    with open(path + '.tmp', 'w') as out:
        json.dump(first_losses(), out, indent=1, sort_keys=True)
        out.write('\n')
    os.replace(path + '.tmp', path)


def check():
    """Ends the process with a list of differences if there are any."""
    found = []
    with open(os.path.join(PAIRS, 'losses.json')) as lines:
        old = json.load(lines)
    new = first_losses()
    for run in sorted(RUNS):
        found += ['%s: %s' % (run, line) for line in g2p_differences(old[run], new[run])]
    for name in sorted(DO):
        with tempfile.TemporaryDirectory() as folder:
            again = expected(name, os.path.join(PAIRS, name, 'model.ckpt'), folder)
        with np.load(os.path.join(PAIRS, name, 'expected.npz')) as arrays:
            differences = array_differences(dict(arrays.items()), again)
        found += ['%s: %s' % (name, line) for line in differences]
    if found:
        raise SystemExit('not as recorded:\n' + '\n'.join(found))
    print('the programs of examples/tf1 do as recorded')


if __name__ == '__main__':
    main()
