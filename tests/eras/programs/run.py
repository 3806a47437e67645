"""Runs programs that define tensors `RESULTS` and an operation `train`, and prints their values.

usage: run.py FILE... > values.json

Works on Python 3.6, and on TensorFlow from 0.12 on. Variables that are trained begin with values
that their number gives, as their names are not those of every version. `tests/eras/make.py` writes
what each program gives under its own TensorFlow to `<version>.json`.
"""

import json
import os
import runpy
import sys

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))


def of_version(version):
    """The files of the programs for a version: `cells_0_12.py`."""
    end = '_' + version.replace('.', '_') + '.py'
    return [os.path.join(FOLDER, name) for name in sorted(os.listdir(FOLDER)) if name.endswith(end)]


def values(path):
    """What a program gives before a step and after each of three."""
    program = runpy.run_path(path)
    tf, results = program['tf'], program['RESULTS']
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for number, variable in enumerate(tf.trainable_variables()):
            shape = variable.get_shape().as_list()
            value = np.random.RandomState(number).uniform(-0.5, 0.5, shape)
            session.run(tf.assign(variable, value.astype('float32')))
        found = []
        for _ in range(4):
            found.append([_rounded(each) for each in _flat(session.run(results))])
            session.run(program['train'])
    tf.reset_default_graph()
    return found


def values_of(paths):
    """What programs give, by their names."""
    return {os.path.basename(path)[:-3]: values(path) for path in paths}


def _rounded(value):
    if np.asarray(value).dtype.kind != 'f':
        return np.asarray(value).tolist()
    return np.vectorize(lambda x: float(f'{x:.7g}'))(value).tolist()


def _flat(nest):
    if isinstance(nest, (list, tuple)):
        return [leaf for each in nest for leaf in _flat(each)]
    return [nest]


if __name__ == '__main__':
    json.dump(values_of(sys.argv[1:]), sys.stdout)
