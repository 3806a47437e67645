"""Runs `rest_cases.py` on this package's `addons`, over whichever Keras the process has.

    python -m tests.addons.check_rest [--modes eager,function,compiled] [CASE ...]

Prints one line a difference to what TensorFlow Addons gave; exits with 1 if there is one.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

from tests.addons import rest_cases

HERE = pathlib.Path(__file__).parent
FACTS = json.loads((HERE / 'rest_golden.json').read_text())


# Rows that no gradient is about: SGD of Keras 2 leaves their momentum, that of Keras 3 moves them;
# and without momentum SGD of Keras 2 does not come to the weight decay of TensorFlow Addons.
SPARSE_OF_KERAS_3 = ('optimizer_sgd_w', 'optimizer_extended')


def expected():
    found = {}
    with np.load(HERE / 'rest_golden.npz') as arrays:
        for key in arrays.files:
            name, _, part = key.partition('/')
            found.setdefault(name, {})[part] = arrays[key]
    return found


def differences(name, mode, golden):
    """What one case gives otherwise than TensorFlow Addons, as lines."""
    from tf_seq2seq_compat import addons
    from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras

    keras.backend.clear_session()
    made = rest_cases.CASES[name](addons, keras)
    if isinstance(made, rest_cases.Values) and mode != 'eager':
        return
    if mode == 'compiled' and not getattr(made, 'compiled', True):
        return
    seen = rest_cases.run(made, mode)
    facts = {key: value for key, value in seen.items() if not isinstance(value, np.ndarray)}
    arrays = {key: value for key, value in seen.items() if key not in facts}
    if IS_KERAS_3 and name in SPARSE_OF_KERAS_3:
        golden = {key: value for key, value in golden.items() if not key.endswith('_2')}
        arrays = {key: value for key, value in arrays.items() if not key.endswith('_2')}
    if set(arrays) != set(golden):
        yield f'{sorted(arrays)} instead of {sorted(golden)}'
    for key, value in arrays.items():
        wanted = golden.get(key, value)
        if (value.dtype, value.shape) != (wanted.dtype, wanted.shape):
            yield f'{key}: {value.dtype} {value.shape}, not {wanted.dtype} {wanted.shape}'
        elif not np.allclose(value, wanted, rtol=1e-4, atol=1e-5, equal_nan=True):
            yield f'{key}: differs by {np.nanmax(np.abs(value - wanted))}'
    for key, value in facts.items():
        wanted = FACTS[name][key]
        if key == 'trainable' and IS_KERAS_3 and name == 'weight_normalization':
            value, wanted = value[:4], wanted[:4]  # the clone's are frozen one by one there
        if key == 'names' and IS_KERAS_3:  # the last parts of the names only
            value = [each.rpartition('/')[2].partition(':')[0] for each in value]
            wanted = [each.rpartition('/')[2].partition(':')[0] for each in wanted]
        if key == 'config' and IS_KERAS_3:  # what both write in the same way
            value, wanted = _plain(value, wanted), _plain(wanted, value)
        if key == 'config':
            value, wanted = _without_places(value), _without_places(wanted)
        if value != wanted:
            yield f'{key}: {value}, not {wanted}'


def _without_places(config):
    """A configuration without what says where a class is defined, and what it was built for."""
    if isinstance(config, list):
        return [_without_places(each) for each in config]
    if not isinstance(config, dict):
        return config
    left_out = 'module', 'build_config'
    return {key: _without_places(config[key]) for key in config if key not in left_out}


def _plain(config, other):
    return {
        key: value
        for key, value in config.items()
        if key in other and isinstance(value, bool | int | float | None)
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--modes', default='eager,function')
    parser.add_argument('cases', nargs='*')
    arguments = parser.parse_args()
    golden, count = expected(), 0
    for name in arguments.cases or rest_cases.CASES:
        for mode in arguments.modes.split(','):
            try:
                lines = list(differences(name, mode, golden[name]))
            except Exception as error:
                lines = [f'{type(error).__name__}: {error}']
            for line in lines:
                print(f'{name} {mode}: {line}')
            count += bool(lines)
    print(f'{count} of {len(arguments.cases or rest_cases.CASES)} cases differ')
    sys.exit(count > 0)


if __name__ == '__main__':
    main()
