"""Runs programs that define tensors `RESULTS` and an operation `train`, and prints their values.

usage: run.py [--restore CHECKPOINT] [--save CHECKPOINT] FILE... > values.json

Works on Python 3.6, and on TensorFlow from 0.12 on. Variables that are trained begin with values
that their number gives, as their names are not those of every version. `tests/eras/make.py` writes
what each program gives under its own TensorFlow to `<version>.json`, and checkpoints of some.
"""

import argparse
import json
import os
import runpy
import sys
import tempfile

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))


def of_version(version):
    """The files of the programs for a version: `cells_0_12.py`."""
    end = '_' + version.replace('.', '_') + '.py'
    return [os.path.join(FOLDER, name) for name in sorted(os.listdir(FOLDER)) if name.endswith(end)]


# By version, the program of which there is a checkpoint.
CHECKPOINTS = {'0.12': 'legacy_0_12', '1.1': 'attention_1_1', '1.2': 'attention_1_2'}


def checkpoint_of(version):
    """The checkpoint that TensorFlow wrote after one step of a program."""
    return os.path.join(FOLDER, 'checkpoints', version, 'model')


def write_checkpoint(version):
    """Writes it."""
    folder = os.path.dirname(checkpoint_of(version))
    if not os.path.isdir(folder):
        os.makedirs(folder)
    values(os.path.join(FOLDER, CHECKPOINTS[version] + '.py'), save=checkpoint_of(version))
    os.remove(os.path.join(folder, 'checkpoint'))


def check_checkpoint(version):
    """Writes it anew and compares."""
    import tensorflow as tf

    name = os.path.join(tempfile.mkdtemp(), 'model')
    values(os.path.join(FOLDER, CHECKPOINTS[version] + '.py'), save=name)
    kept, found = (tf.train.NewCheckpointReader(each) for each in (checkpoint_of(version), name))
    shapes = kept.get_variable_to_shape_map()
    assert shapes == found.get_variable_to_shape_map(), version
    for each in shapes:
        np.testing.assert_allclose(found.get_tensor(each), kept.get_tensor(each), 1e-5, 1e-6)


def values(path, restore='', save=''):
    """What a program gives before a step and after each of three.

    Args:
      path: The program.
      restore: A checkpoint to begin with.
      save: The checkpoint to write after the first step.
    """
    program = runpy.run_path(path)
    tf, results = program['tf'], program['RESULTS']
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for number, variable in enumerate(tf.trainable_variables()):
            shape = variable.get_shape().as_list()
            value = np.random.RandomState(number).uniform(-0.5, 0.5, shape)
            session.run(tf.assign(variable, value.astype('float32')))
        if restore:
            tf.train.Saver().restore(session, restore)
        found = []
        for step in range(4):
            found.append([_rounded(each) for each in _flat(session.run(results))])
            session.run(program['train'])
            if save and not step:
                tf.train.Saver().save(session, save, write_meta_graph=False)
    tf.reset_default_graph()
    return found


def values_of(paths, **options):
    """What programs give, by their names."""
    return {os.path.basename(path)[:-3]: values(path, **options) for path in paths}


def _rounded(value):
    if np.asarray(value).dtype.kind != 'f':
        return np.asarray(value).tolist()
    return np.vectorize(lambda x: float(f'{x:.7g}'))(value).tolist()


def _flat(nest):
    if isinstance(nest, (list, tuple)):
        return [leaf for each in nest for leaf in _flat(each)]
    return [nest]


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--restore', default='')
    parser.add_argument('--save', default='')
    parser.add_argument('files', nargs='+')
    options = parser.parse_args()
    json.dump(values_of(options.files, restore=options.restore, save=options.save), sys.stdout)
