"""Records which exception TF 1.15.5 raises for each misuse: make.py --out FILE | --check FILE."""

import argparse
import json
import logging
import os
import sys

import tensorflow as tf

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases  # noqa: E402


def exception_of(function):
    """Name of the exception's type, or None if nothing is raised."""
    with tf.Graph().as_default():
        try:
            found = function(tf)
            if found is not None:
                with tf.Session() as session:
                    session.run(tf.global_variables_initializer())
                    session.run(found)
        except Exception as error:
            return type(error).__name__
    return None


def main():
    # TF1 has a note of deprecation for nearly every line here.
    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument('--out')
    group.add_argument('--check')
    arguments = parser.parse_args()
    found = {name: exception_of(case[0]) for name, case in sorted(cases.CASES.items())}
    record = {'tensorflow': tf.__version__, 'exceptions': found}
    if arguments.check:
        with open(arguments.check) as file:
            committed = json.load(file)
        both = [
            (name, committed['exceptions'].get(name, 'absent'), found.get(name, 'absent'))
            for name in sorted(set(committed['exceptions']) | set(found))
        ]
        lines = [f'{name}: {before}, now {now}' for name, before, now in both if before != now]
        if lines:
            sys.exit('\n'.join(lines))
        print(len(found), 'misuses: as recorded')
        return
    part = arguments.out + '.part'
    with open(part, 'w') as file:
        json.dump(record, file, indent=1, sort_keys=True)
        file.write('\n')
    os.replace(part, arguments.out)


if __name__ == '__main__':
    main()
