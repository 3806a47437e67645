"""Trains the models of models.py and saves their checkpoints, with what they compute.

    python make.py --out DIR       trains, saves and records        (data/ is made by TF 1.15.5)
    python make.py --check DIR     the same elsewhere, compared with DIR
    python make.py --restore DIR   restores what DIR has, and compares what the models then compute
    python make.py --copy FROM TO  restores what FROM has, and saves it again

DIR/NAME/ holds the checkpoint `model.ckpt` and `expected.npz`. A plain TF1 script, so that it also
runs under whatever claims to run TF1 scripts; see check_written.py.
"""

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))

from tests.checkpoints.models import MODELS  # noqa: E402
from tests.golden import harness  # noqa: E402

STEPS = 20  # Steps of Adam before the checkpoint is saved.
FURTHER = 3  # Steps of Adam after that, whose losses are recorded.
EQUAL = 1e-5  # Between TensorFlow 1.15.5 on any processor and whatever claims to be it.
TRAINED = 1e-3  # After training, where rounding grows: 1.4e-4 was seen between two processors.


class Program:
    """A model in the current graph, with Adam and a Saver.

    Args:
      tf: TensorFlow 1.15, or a namespace that is used like it.
      model: One of `MODELS`.
    """

    def __init__(self, tf, model):
        self._tf = tf
        step = tf.train.get_or_create_global_step()
        tensors = {key: tf.constant(value, name=key) for key, value in model.inputs.items()}
        self.loss, nest = model.function(tf, **tensors)
        self._train = tf.train.AdamOptimizer(0.05).minimize(self.loss, global_step=step)
        self.structure = harness.structure(nest)
        self._outputs = dict(harness.flatten(nest))
        self.variables = {variable.op.name: variable for variable in tf.global_variables()}
        version = tf.train.SaverDef.V1 if model.v1_format else tf.train.SaverDef.V2
        self._saver = tf.train.Saver(write_version=version)
        self._session = tf.Session(
            config=tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._session.close()

    def start(self):
        """Gives each trainable variable the value that its name has in every golden case."""
        self._session.run(self._tf.global_variables_initializer())
        for variable in self._tf.trainable_variables():
            shape, dtype = variable.shape.as_list(), variable.dtype.base_dtype.name
            variable.load(harness.variable_value(variable.op.name, shape, dtype), self._session)

    def train(self, steps):
        """Takes steps; returns the loss before each, and after the last."""
        losses = [self._session.run(self.loss)]
        for _ in range(steps):
            self._session.run(self._train)
            losses.append(self._session.run(self.loss))
        return np.array(losses)

    def save(self, prefix):
        self._saver.save(self._session, prefix, write_meta_graph=False, write_state=False)

    def restore(self, prefix):
        self._saver.restore(self._session, prefix)

    def values(self):
        """Arrays `variable/<name>`, of the whole graph: Adam's slots and the step as well."""
        found = self._session.run(self.variables)
        return {'variable/' + name: np.asarray(value) for name, value in found.items()}

    def results(self):
        """Arrays `output/<path>`, and then `losses`: now and after each of `FURTHER` steps."""
        found = self._session.run(self._outputs)
        arrays = {'output/' + path: np.asarray(value) for path, value in found.items()}
        return dict(arrays, losses=self.train(FURTHER))


def read(tf, prefix):
    """All tensors of a checkpoint by their keys, partitioned variables in one piece."""
    reader = tf.train.load_checkpoint(prefix)
    return {key: reader.get_tensor(key) for key in reader.get_variable_to_shape_map()}


def prefix_in(folder, name):
    return os.path.join(folder, name, 'model.ckpt')


def expected_in(folder, name):
    return harness.load(os.path.join(folder, name, 'expected.npz'))


def make(tf, model, folder):
    """Trains a model and writes `folder`/NAME/: all of it, or nothing.

    `expected.npz` has arrays `input/<name>`, `variable/<name>`, `output/<path>` and `losses` (at
    the checkpoint and after each of the further steps), and facts: `tensorflow`; `structure` of
    the outputs; `keys` of the checkpoint with dtype and shape; `variables` of the graph as
    [name, shape, dtype, trainable], which differ from the keys where variables are partitioned.
    """
    part = os.path.join(folder, model.name + '.part')
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    prefix = os.path.join(part, 'model.ckpt')
    with tf.Graph().as_default(), Program(tf, model) as program:
        program.start()
        program.train(STEPS)
        program.save(prefix)
        arrays = dict(program.values(), **program.results())
        arrays.update(('input/' + key, value) for key, value in model.inputs.items())
        facts = {
            'tensorflow': tf.__version__,
            'structure': program.structure,
            'variables': sorted(harness.variable_facts(program.variables.values())),
            'keys': {
                key: [value.dtype.name, list(value.shape)]
                for key, value in read(tf, prefix).items()
            },
        }
    harness.save(harness.Result(arrays, facts), os.path.join(part, 'expected.npz'))
    shutil.rmtree(os.path.join(folder, model.name), ignore_errors=True)
    os.rename(part, os.path.join(folder, model.name))


def bytes_differ(want, got):
    """Lines that say which arrays are not the same, bit for bit."""
    lines = [f'{key}: only in one of them' for key in sorted(set(want) ^ set(got))]
    for key in sorted(set(want) & set(got)):
        a, b = want[key], got[key]
        if (a.dtype, a.shape) != (b.dtype, b.shape):
            lines.append(f'{key}: {a.dtype}{a.shape}, now {b.dtype}{b.shape}')
        elif a.tobytes() != b.tobytes():
            apart = np.max(np.abs(a.astype(np.float64) - b), initial=0.0)
            lines.append(f'{key}: not bit-equal, by up to {apart:.3g}')
    return lines


def differ(want, got, rtol):
    """Lines that say which arrays differ: integers at all, floats by `rtol` of the largest."""
    lines = [f'{key}: only in one of them' for key in sorted(set(want) ^ set(got))]
    for key in sorted(set(want) & set(got)):
        a, b = want[key], got[key]
        if (a.dtype, a.shape) != (b.dtype, b.shape):
            lines.append(f'{key}: {a.dtype}{a.shape}, now {b.dtype}{b.shape}')
        elif not harness.is_float(a.dtype):
            if not np.array_equal(a, b):
                lines.append(f'{key}: {a.tolist()}, now {b.tolist()}')
        else:
            apart = np.max(np.abs(a - b), initial=0.0)
            if not apart <= rtol * np.max(np.abs(a), initial=0.0):
                lines.append(f'{key}: differs by up to {apart:.3g}')
    return lines


def some(arrays, *prefixes):
    """The arrays whose names begin with one of the prefixes."""
    return {name: value for name, value in arrays.items() if name.startswith(prefixes)}


def check(tf, model, folder):
    """Lines that say what is not as `make` makes it, or not as what was made says."""
    if not os.path.exists(os.path.join(folder, model.name, 'expected.npz')):
        return ['missing']
    fresh = tempfile.mkdtemp(prefix='checkpoints-')
    try:
        make(tf, model, fresh)
        want, got = expected_in(folder, model.name), expected_in(fresh, model.name)
        lines = [
            f'{fact}: {want.facts.get(fact)}, now {got.facts[fact]}'
            for fact in got.facts
            if want.facts.get(fact) != got.facts[fact]
        ]
        lines += differ(want.arrays, got.arrays, TRAINED)
        kept = [read(tf, prefix_in(place, model.name)) for place in (folder, fresh)]
        lines += [f'model.ckpt: {line}' for line in differ(kept[0], kept[1], TRAINED)]
        return lines + restore(tf, model, folder)
    finally:
        shutil.rmtree(fresh)


def restore(tf, model, folder):
    """Lines that say what differs from `expected.npz` once the checkpoint is restored."""
    want = expected_in(folder, model.name)
    with tf.Graph().as_default(), Program(tf, model) as program:
        lines = []
        rows = sorted(harness.variable_facts(program.variables.values()))
        facts = json.loads(json.dumps(rows))
        if facts != want.facts['variables']:
            lines.append(f'variables: {want.facts["variables"]}, now {facts}')
        if program.structure != want.facts['structure']:
            lines.append(f'structure: {want.facts["structure"]}, now {program.structure}')
        program.restore(prefix_in(folder, model.name))
        lines += bytes_differ(some(want.arrays, 'variable/'), program.values())
        return lines + differ(some(want.arrays, 'output/', 'losses'), program.results(), EQUAL)


def copy(tf, model, source, folder):
    """Restores the checkpoint of `source` and saves it in `folder`, with its expected values."""
    os.makedirs(os.path.join(folder, model.name))
    with tf.Graph().as_default(), Program(tf, model) as program:
        program.restore(prefix_in(source, model.name))
        program.save(prefix_in(folder, model.name))
    shutil.copy(os.path.join(source, model.name, 'expected.npz'), os.path.join(folder, model.name))


def unknown_in(folder):
    """Lines on what a folder holds beside the models that there are."""
    return [f'{name}: no such model' for name in sorted(set(os.listdir(folder)) - set(MODELS))]


def main():
    import tensorflow as tf

    # TF1 has a note of deprecation for nearly every line here.
    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument('--out', metavar='DIR', help='train and write there')
    action.add_argument('--check', metavar='DIR', help='train and compare with what is there')
    action.add_argument('--restore', metavar='DIR', help='restore what is there and compare')
    action.add_argument('--copy', metavar=('FROM', 'TO'), nargs=2, help='restore and save again')
    parser.add_argument('--only', metavar='NAME', nargs='+', default=[], help='these models only')
    flags = parser.parse_args()
    unknown = sorted(set(flags.only) - set(MODELS))
    if unknown:
        parser.error(f'no such model: {", ".join(unknown)}')
    compared = flags.check or flags.restore
    wrong = unknown_in(compared) if compared and not flags.only else []
    for name in sorted(flags.only or MODELS):
        if flags.out:
            make(tf, MODELS[name], flags.out)
        elif flags.copy:
            copy(tf, MODELS[name], *flags.copy)
        else:
            compare = check if flags.check else restore
            wrong += [f'{name}: {line}' for line in compare(tf, MODELS[name], compared)]
    for line in wrong:
        print(line)
    verdict = f'{len(wrong)} differences' if wrong else 'as they should be'
    print(f'{len(flags.only or MODELS)} models: {verdict} ({tf.__version__})')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
