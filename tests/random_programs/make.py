"""Records what TensorFlow 1.15.5 gives for the random programs, or checks what was recorded.

A plain TF1 script, so that it also runs under whatever claims to run TF1 scripts. The programs are
those in the file; --seed puts others there.
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
    parser.add_argument('--out', metavar='FILE', default=RECORDED, help='the file')
    parser.add_argument('--check', action='store_true', help='compare with what is in the file')
    parser.add_argument('--seed', type=int, help='record other programs, which this chooses')
    parser.add_argument('--count', type=int, default=120, help='how many of them')
    flags = parser.parse_args()
    if flags.seed is None:
        with open(flags.out) as file:
            recorded = json.load(file)
        chosen = [program for program, _ in recorded]
    else:
        chosen = programs.choose(flags.seed, flags.count) + programs.states_of_cells()
    rows = [[program, programs.outcome(tf, program)] for program in chosen]
    if not flags.check:
        with open(flags.out, 'w') as out:
            lines = ',\n'.join(json.dumps(row, sort_keys=True) for row in rows)
            out.write('[\n' + lines + '\n]\n')
        return 0
    lines = []
    for (program, want), (_, got) in zip(recorded, rows):  # noqa: B905 (Python 3.7)
        lines += [f'{program}: {line}' for line in programs.differences(want, got)]
    print('\n'.join([*lines, f'{len(rows)} programs, {len(lines)} differences']))
    return 1 if lines else 0


if __name__ == '__main__':
    sys.exit(main())
