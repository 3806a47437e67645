"""Writes the golden arrays of the TensorFlow 1 that runs it, or checks those that were committed.

usage: make.py --out DIR | --check DIR
"""

import argparse
import os
import sys

import numpy as np
import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT)

from tests.eras import cases, harness  # noqa: E402, F401


def arrays(version):
    """Everything that this TensorFlow gives for its cases."""
    found = {}
    for name in harness.of_version(version):
        for key, value in harness.run(harness.CASES[name], tf).items():
            found[name + ':' + key] = value
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument('--out')
    how.add_argument('--check')
    options = parser.parse_args()
    version = '.'.join(tf.__version__.split('.')[:2])
    found = arrays(version)
    file = os.path.join(options.out or options.check, version + '.npz')
    if options.out:
        np.savez_compressed(file, **found)
        print(f'{file}: {len(harness.of_version(version))} cases')
        return
    with np.load(file) as kept:
        assert sorted(kept.files) == sorted(found), set(kept.files) ^ set(found)
        for key in kept.files:
            if kept[key].dtype.kind == 'f':
                np.testing.assert_allclose(found[key], kept[key], 1e-5, 1e-6, err_msg=key)
            else:
                np.testing.assert_array_equal(found[key], kept[key], key)
    print(f'{file}: the same again')


if __name__ == '__main__':
    main()
