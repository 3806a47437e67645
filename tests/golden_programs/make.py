"""Records what whole programs do on TensorFlow 1.15.5.

    python tests/golden_programs/make.py            (in the TF 1.15.5 environment)
    python tests/golden_programs/make.py --check

The first writes g2p_losses.json here and the arrays of the Keras article beside its test; the
second runs the programs again and compares.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tf1'))

PROGRAM = os.path.join(HERE, '..', '..', 'examples', 'tf1', 'g2p.py')
ARGUMENTS = ['--init_by_name', '--steps=50', '--dropout=0', '--eval_words=20', '--seed=1']
LOSSES = os.path.join(HERE, 'g2p_losses.json')
RTOL, ATOL = 1e-5, 1e-6  # Between two processors, and between two runs of several threads.
TRAINED = 1e-3  # Of losses, in which rounding grows from step to step: 3e-5 was seen after 47.


def run_g2p():
    """The first losses of g2p.py from fixed weights, and the variables of its checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        losses_file = os.path.join(folder, 'losses.json')
        subprocess.check_call(
            [
                sys.executable,
                PROGRAM,
                '--model_dir=' + folder,
                '--threads=1',
                '--losses_file=' + losses_file,
            ]
            + ARGUMENTS
        )
        with open(losses_file) as lines:
            losses = json.load(lines)
        variables = tf.train.list_variables(tf.train.latest_checkpoint(folder))
    return {
        'tensorflow': tf.__version__,
        'arguments': ARGUMENTS,
        'losses': losses,
        'variables': dict(variables),
    }


def write_g2p(recorded):
    with open(LOSSES + '.tmp', 'w') as out:
        json.dump(recorded, out, indent=1, sort_keys=True)
        out.write('\n')
    os.replace(LOSSES + '.tmp', LOSSES)


def g2p_differences(old, new):
    """What is not the same in two records, in words."""
    found = [
        '%s: %r, now %r' % (key, old[key], new[key])
        for key in ('tensorflow', 'arguments', 'variables')
        if old[key] != new[key]
    ]
    if len(old['losses']) != len(new['losses']):
        found.append('%d losses, now %d' % (len(old['losses']), len(new['losses'])))
    found += [
        'loss %d: %r, now %r' % (step, a, b)
        for step, (a, b) in enumerate(zip(old['losses'], new['losses']), 1)
        if abs(a - b) > TRAINED * abs(a)
    ]
    return found


def array_differences(old, new):
    """What is not the same in two dictionaries of arrays, in words."""
    found = ['%s: only in one of them' % name for name in sorted(set(old) ^ set(new))]
    for name in sorted(set(old) & set(new)):
        if old[name].dtype != new[name].dtype or old[name].shape != new[name].shape:
            found.append(
                '%s: %s%s, now %s%s'
                % (name, old[name].dtype, old[name].shape, new[name].dtype, new[name].shape)
            )
        elif old[name].dtype.kind != 'f':
            if not np.array_equal(old[name], new[name]):
                found.append('%s: %s, now %s' % (name, old[name], new[name]))
        elif not np.allclose(new[name], old[name], RTOL, ATOL):
            found.append('%s: off by %g' % (name, np.abs(old[name] - new[name]).max()))
    return found


def check():
    """Ends the process with a list of differences if there are any."""
    import keras_article_golden

    with open(LOSSES) as lines:
        found = g2p_differences(json.load(lines), run_g2p())
    recorded = keras_article_golden.ARRAYS
    with tempfile.TemporaryDirectory() as folder:
        keras_article_golden.ARRAYS = os.path.join(folder, 'again.npz')
        keras_article_golden.main()
        with np.load(recorded) as old, np.load(keras_article_golden.ARRAYS) as new:
            found += array_differences(dict(old.items()), dict(new.items()))
    if found:
        raise SystemExit('not as recorded:\n' + '\n'.join(found))
    print('g2p.py and the Keras article are as recorded')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true', help='compare with what is recorded')
    arguments = parser.parse_args()
    if not tf.__version__.startswith('1.15'):
        raise SystemExit('TensorFlow 1.15 is the oracle, this is %s' % tf.__version__)
    if arguments.check:
        check()
        return
    import keras_article_golden

    write_g2p(run_g2p())
    keras_article_golden.main()


if __name__ == '__main__':
    main()
