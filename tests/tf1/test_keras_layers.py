"""tf.keras under the runner: names, arguments, numbers and training as TF 1.15.5 has them."""

import json
import pathlib

import numpy as np
import pytest

from tests.tf1.processes import last_line, run

SCRIPT = pathlib.Path(__file__).with_name('keras_layers_golden.py')
RECORD = json.loads(SCRIPT.with_suffix('.json').read_text())
FAST = (
    'Activation',
    'BahdanauMonotonicAttentionV2',
    'Bidirectional(SimpleRNN)',
    'ConvLSTM2D',
    'Dense',
    'DropoutWrapper',
    'RNN(own cell)',
    'RNN([GRUCell])',
    'in AttentionCellWrapper',
    'loss mse',
)

# A constructor of (*args, **kwargs), in TF1's order; one with other defaults for what is not given.
SIGNATURES_NOT_COMPARED = ('BatchNormalization', 'InputLayer')

# TF 1.15.5 refuses all inputs but floats, as its noise is of floats; here it is of their type.
NOISE = ('AlphaDropout', 'GaussianDropout', 'GaussianNoise')

# TensorFlow 2 has no kernel of it for doubles on a CPU.
FLOATS_ALONE = ('AveragePooling3D',)


def close(got, want):
    if isinstance(want, str) and want.endswith('Error'):
        return  # TF 1.15.5 refuses it, such as doubles in a layer that makes floats
    if isinstance(want, float) or (isinstance(want, list) and want and isinstance(want[0], float)):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)
    elif isinstance(want, dict):
        assert want.keys() <= got.keys()
        for key, value in want.items():
            close(got[key], value)
    elif isinstance(want, list):
        assert len(got) == len(want)
        for one, other in zip(got, want, strict=True):
            close(one, other)
    else:
        assert got == want


def without_names(config):
    """A configuration without what Keras numbers, and what later versions do not have."""
    if isinstance(config, dict):
        left_out = {'name', 'causal'}
        return {k: without_names(v) for k, v in config.items() if k not in left_out}
    if isinstance(config, list):
        return [without_names(each) for each in config]
    return config


def compare(found, part):
    """What was found of one part, against what TF 1.15.5 gave of the same."""
    for name, got in found[part].items():
        if part == 'signatures' and name not in RECORD[part]:  # a layer of later versions
            continue
        want = RECORD[part][name]
        if part == 'cells' and isinstance(want, str):  # TF 1.15.5 cannot train it
            assert got['trained'] > 0
            assert got['loaded'] == [True, True]
            assert got['losses'][1] < got['losses'][0]
        elif part == 'cells' and want['trained'] == 0:  # nor does it find its variables
            assert [v[0] for v in got['variables']] == [v[0] for v in want['variables']]
        elif part == 'plain_layers' and name in FLOATS_ALONE:
            close(got[0], want[0])
        elif part == 'types':
            assert got == want or name in NOISE, name
        elif part == 'configs':
            close(without_names(got), without_names(want))
        elif part == 'signatures' and name not in SIGNATURES_NOT_COMPARED:
            assert got[: len(want)] == want, name
        elif part != 'signatures':
            close(got, want)


def facts(*names):
    return json.loads(last_line(run(SCRIPT, '--facts', *names)))


def test_some_layers_and_cells():
    found = facts(*FAST)
    assert found.keys() == RECORD.keys() - {'tensorflow'}
    for part in found:
        assert found[part]
        compare(found, part)


@pytest.mark.slow
def test_all_layers_and_cells():
    found = facts()
    for part in RECORD.keys() - {'tensorflow'}:
        assert found[part].keys() >= RECORD[part].keys()
        compare({part: {name: found[part][name] for name in RECORD[part]}}, part)
