"""Writes the golden arrays with TensorFlow 1.15.5, or checks those that were committed.

usage: make.py --out DIR | --check DIR [--only NAME ...]

A plain TF1 script, so that it also runs under whatever claims to run TF1 scripts.
"""

import argparse
import json
import logging
import os
import platform
import shutil
import sys
import tempfile

import numpy as np
import tensorflow as tf

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from golden import cases, harness  # noqa: E402, F401

# Another processor may round differently: by so much of an array's largest entry, and so much
# anywhere. A value edited by hand within that is found by its checksum.
RTOL, ATOL = 1e-6, 1e-7


def read_manifest(folder):
    """What the manifest of a folder lists, case by case; nothing where there is no manifest."""
    path = os.path.join(folder, 'manifest.json')
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)['cases']


def generate(folder, names, whole):
    """Runs the named cases and writes one `.npz` for each, and the manifest."""
    if not os.path.isdir(folder):
        os.makedirs(folder)
    digests = read_manifest(folder)
    for gone in sorted(set(digests) - set(names)) if whole else []:
        del digests[gone]
        os.remove(os.path.join(folder, gone + '.npz'))
    for count, name in enumerate(names, 1):
        result = harness.run_in_graph(harness.CASES[name], tf)
        harness.save(result, os.path.join(folder, name + '.npz'))
        digests[name] = harness.digest(result)
        print('[{}/{}] {}'.format(count, len(names), name), flush=True)
    manifest = {
        'tensorflow': tf.__version__,
        'numpy': np.__version__,
        'python': platform.python_version(),
        'cases': digests,
    }
    path = os.path.join(folder, 'manifest.json')
    with open(path + '.part', 'w') as out:
        json.dump(manifest, out, indent=1, sort_keys=True)
        out.write('\n')
    os.replace(path + '.part', path)


def differences(want, got):
    """Lines that say where a regenerated result differs from the committed one."""
    lines = []
    for key in sorted(set(want.facts) | set(got.facts)):
        if want.facts.get(key) != got.facts.get(key):
            pair = (key, want.facts.get(key), got.facts.get(key))
            lines.append('{}: committed {}, now {}'.format(*pair))
    for key in sorted(set(want.arrays) | set(got.arrays)):
        if key not in got.arrays or key not in want.arrays:
            lines.append('{}: only {}'.format(key, 'now' if key in got.arrays else 'committed'))
            continue
        a, b = want.arrays[key], got.arrays[key]
        if a.dtype != b.dtype or a.shape != b.shape:
            lines.append('{}: {}{} and {}{}'.format(key, a.dtype, a.shape, b.dtype, b.shape))
        elif not harness.is_float(a.dtype):
            if not np.array_equal(a, b):
                lines.append('{}: differs'.format(key))
        else:
            finite = np.isfinite(a) & np.isfinite(b)
            apart = np.max(np.abs(a[finite] - b[finite]), initial=0.0)
            if not np.array_equal(a[~finite], b[~finite]):  # Minus infinity is a log-probability.
                lines.append('{}: other infinities'.format(key))
            elif not apart <= ATOL + RTOL * np.max(np.abs(a[finite]), initial=0.0):
                lines.append('{}: differs by up to {:.3g}'.format(key, apart))
    return lines


def check(folder, names, whole):
    """Number of committed files that are missing, extra, or differ from what is computed now."""
    fresh = tempfile.mkdtemp(prefix='golden-')
    try:
        generate(fresh, names, whole)
        wrong = 0
        present = {file[:-4] for file in os.listdir(folder) if file.endswith('.npz')}
        for name in sorted(present - set(names)) if whole else []:
            print('{}.npz: no such case'.format(name))
            wrong += 1
        listed = read_manifest(folder)
        for name in names:
            if name not in present:
                print('{}.npz: missing'.format(name))
                wrong += 1
                continue
            want = harness.load(os.path.join(folder, name + '.npz'))
            lines = differences(want, harness.load(os.path.join(fresh, name + '.npz')))
            if listed.get(name) != harness.digest(want):
                lines.append('the manifest has another checksum for it')
            for line in lines:
                print('{}.npz: {}'.format(name, line))
            wrong += bool(lines)
        if whole and set(listed) != set(names):
            odd = sorted(set(listed) ^ set(names))
            print('manifest.json: does not list the cases that there are: {}'.format(odd))
            wrong += 1
        return wrong
    finally:
        shutil.rmtree(fresh)


def main():
    # TF1 has a note of deprecation for nearly every line here.
    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument('--out', metavar='DIR', help='write the arrays there')
    action.add_argument('--check', metavar='DIR', help='compare with the arrays there')
    parser.add_argument('--only', metavar='NAME', nargs='+', default=[], help='these cases only')
    flags = parser.parse_args()
    unknown = sorted(set(flags.only) - set(harness.CASES))
    if unknown:
        parser.error('no such case: {}'.format(', '.join(unknown)))
    names = sorted(flags.only or harness.CASES)
    whole = not flags.only
    if flags.out:
        generate(flags.out, names, whole)
        print('{} cases written to {}'.format(len(names), flags.out))
        return 0
    wrong = check(flags.check, names, whole)
    verdict = '{} wrong'.format(wrong) if wrong else 'all as committed'
    print('{} cases: {}'.format(len(names), verdict))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
