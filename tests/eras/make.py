"""Writes the golden arrays of the TensorFlow 1 that runs it, or checks those that were committed.

usage: make.py --out DIR | --check DIR
"""

import argparse
import json
import os
import sys

import numpy as np
import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT)

from tests.eras import cases, harness, variables  # noqa: E402, F401
from tests.eras.programs import run as programs  # noqa: E402


def arrays(version):
    """Everything that this TensorFlow gives for its cases."""
    found = {}
    for name in harness.of_version(version):
        for key, value in harness.run(harness.CASES[name], tf).items():
            found[name + ':' + key] = value
    return found


def of_variables(version, check):
    """Writes what variables are called, or compares."""
    file = os.path.join(ROOT, 'tests', 'eras', 'variables', version + '.json')
    found = variables.variables_of(tf)
    if check:
        with open(file) as kept:
            assert json.load(kept) == found, version
    else:
        with open(file, 'w') as out:
            out.write(json.dumps(found, indent=0, sort_keys=True) + '\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument('--out')
    how.add_argument('--check')
    options = parser.parse_args()
    version = '.'.join(tf.__version__.split('.')[:2])
    found, of_programs = arrays(version), programs.values_of(programs.of_version(version))
    of_variables(version, check=bool(options.check))
    if version not in harness.VERSIONS:  # 1.15
        return
    file = os.path.join(options.out or options.check, version + '.npz')
    if options.out:
        np.savez_compressed(file, **found)
        if of_programs:
            with open(os.path.join(programs.FOLDER, version + '.json'), 'w') as out:
                out.write(json.dumps(of_programs, separators=(',', ':')) + '\n')
        if version in programs.CHECKPOINTS:
            programs.write_checkpoint(version)
        print(f'{file}: {len(harness.of_version(version))} cases')
        return
    with np.load(file) as kept:
        assert sorted(kept.files) == sorted(found), set(kept.files) ^ set(found)
        for key in kept.files:
            if kept[key].dtype.kind == 'f':
                np.testing.assert_allclose(found[key], kept[key], 1e-5, 1e-6, err_msg=key)
            else:
                np.testing.assert_array_equal(found[key], kept[key], key)
    if of_programs:
        with open(os.path.join(programs.FOLDER, version + '.json')) as kept_programs:
            kept = json.load(kept_programs)
        assert sorted(kept) == sorted(of_programs), version
        for name in kept:
            assert len(kept[name]) == len(of_programs[name]), name
            for step, again in zip(kept[name], of_programs[name]):  # noqa: B905 (Python 3.6)
                assert len(step) == len(again), name
                for value, other in zip(step, again):  # noqa: B905
                    np.testing.assert_allclose(other, value, 1e-5, 1e-6, err_msg=name)
    if version in programs.CHECKPOINTS:
        programs.check_checkpoint(version)
    print(f'{file}: the same again')


if __name__ == '__main__':
    main()
