"""Records what TensorFlow 1.15.5 gives for the random programs, or checks what was recorded.

usage: make.py [--out FILE | --check FILE] [--seed N] [--count N]
"""

import argparse
import json
import logging
import os
import sys

import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(os.path.dirname(HERE)))

from tests.random_programs import programs  # noqa: E402

RECORDED = os.path.join(HERE, 'tf1_15_5.json')


def main():
    # TF1 has a note of deprecation for nearly every line here.
    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--out', metavar='FILE', default=RECORDED)
    parser.add_argument('--check', action='store_true', help='compare with the file')
    parser.add_argument('--seed', type=int, default=14)
    parser.add_argument('--count', type=int, default=200)
    flags = parser.parse_args()
    rows = []
    for program in programs.choose(flags.seed, flags.count):
        rows.append([program, programs.outcome(tf, program)])
    if flags.check:
        with open(flags.out) as file:
            recorded = json.load(file)
        lines = programs.differences(recorded, rows)
        print('\n'.join(lines + ['{} programs, {} differ'.format(len(rows), len(lines))]))
        return 1 if lines else 0
    with open(flags.out, 'w') as out:
        out.write('[\n' + ',\n'.join(json.dumps(row, sort_keys=True) for row in rows) + '\n]\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
