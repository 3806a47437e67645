"""The promises that every class of `addons` keeps: see `rows.py`."""

import inspect
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from tests.addons.rows import BATCH, DEPTH, MODULES, OBJECTS, ROWS, TIME, WITHOUT_ROW, numbers
from tf_seq2seq_compat import addons
from tf_seq2seq_compat.addons.keras_generation import keras

pytestmark = pytest.mark.filterwarnings('ignore')


def test_every_class_has_a_row():
    classes = {
        f'{module}.{name}'
        for module in MODULES
        for name in getattr(addons, module).__all__
        if inspect.isclass(kind := getattr(getattr(addons, module), name))
        and not hasattr(kind, '_fields')
    }
    assert {*ROWS, *OBJECTS, *WITHOUT_ROW} == classes
    assert not ROWS.keys() & OBJECTS.keys() and not WITHOUT_ROW.keys() & {*ROWS, *OBJECTS}


def test_rows_are_of_their_classes():
    for name, row in ROWS.items():
        module, _, kind = name.partition('.')
        made = row.make('float32')
        kind = getattr(getattr(addons, module), kind)
        assert isinstance(getattr(made, 'sampler', made), kind) or isinstance(made, kind), name


def inputs(batch=BATCH, dtype='float32'):
    return tf.cast(numbers(BATCH, TIME, DEPTH)[:batch], dtype)


def flat(row, layer, x):
    """What a row gives, as a list of tensors."""
    return [tf.convert_to_tensor(part) for part in tf.nest.flatten(row.call(layer, x))]


def set_weights(layer):
    layer.set_weights([numbers(*w.shape) for w in layer.get_weights()])


def built(name, dtype='float32', thing=None):
    """The layer of a row after a call, with weights that depend on their shapes alone."""
    row = ROWS[name]
    layer = row.around(row.make(dtype) if thing is None else thing, dtype)
    kind = dtype.removeprefix('mixed_')
    flat(row, layer, inputs(dtype=kind))
    set_weights(layer)
    return layer


def assert_same(found, wanted, rtol=1e-5, atol=1e-6):
    for one, other in zip(found, wanted, strict=True):
        assert one.shape == other.shape and one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


# Samplers that are given functions: their decoders' configurations hold them as they are.
OF_FUNCTIONS = {
    'seq2seq.CustomSampler',
    'seq2seq.InferenceSampler',
    'seq2seq.ScheduledOutputTrainingSampler',
}
# They choose the next inputs by the largest of scores, in 16 bits perhaps another one.
FED_BACK = {
    'seq2seq.BeamSearchDecoder',
    'seq2seq.GreedyEmbeddingSampler',
    'seq2seq.SampleEmbeddingSampler',
}


@pytest.mark.parametrize('name', ROWS)
def test_config(name):
    """The configuration is plain, and what is made of it has it too and computes the same."""
    row, thing = ROWS[name], ROWS[name].make('float32')
    wanted = flat(row, built(name, thing=thing), inputs())
    config = thing.get_config()
    again = type(thing).from_config(config)
    assert_same(flat(row, built(name, thing=again), inputs()), wanted)
    if name in OF_FUNCTIONS:
        assert config['sampler'] is thing.sampler is again.sampler
        config, again = config | {'sampler': None}, again.get_config() | {'sampler': None}
        assert json.dumps(again) == json.dumps(config)
    else:
        assert json.dumps(again.get_config()) == json.dumps(config)


@pytest.mark.parametrize('name', OBJECTS)
def test_config_of_what_is_no_layer(name):
    make, numbers_of = OBJECTS[name]
    thing = make()
    config = thing.get_config()
    again = getattr(type(thing), 'from_config', lambda c: type(thing)(**c))(config)
    if name != 'optimizers.CyclicalLearningRate':  # is given a function
        json.dumps(config)
    assert repr(again.get_config()) == repr(config)
    np.testing.assert_allclose(numbers_of(again), numbers_of(thing), rtol=1e-6)


@pytest.mark.parametrize('name', ROWS)
def test_batch_of_one(name):
    row, layer = ROWS[name], built(name)
    many, one = flat(row, layer, inputs()), flat(row, layer, inputs(1))
    for whole, alone in zip(many, one, strict=True):
        axes = [i for i, size in enumerate(alone.shape) if size != whole.shape[i]]
        assert len(axes) <= 1
        if axes:
            rows = range(alone.shape[axes[0]])
            np.testing.assert_allclose(np.take(whole, rows, axes[0]), alone, 1e-5, 1e-6)


# Keras cannot initialize orthogonal kernels in bfloat16 itself.
POLICIES = {'float64': 1e-5, 'float16': 0.03, 'mixed_float16': 0.03, 'mixed_bfloat16': 0.15}


@pytest.mark.slow  # half a minute
@pytest.mark.parametrize('policy', POLICIES)
@pytest.mark.parametrize('name', sorted(ROWS.keys() - {'text.CRFModelWrapper'}))
def test_policies(name, policy):
    row = ROWS[name]
    wanted = flat(row, built(name), inputs())
    dtype, is_mixed = policy.removeprefix('mixed_'), 'mixed' in policy
    layer = built(name, policy)
    variables = {tf.as_dtype(w.dtype) for w in layer.weights if w.shape}
    floating = {each.name for each in variables if each.is_floating}
    assert floating <= {'float32' if is_mixed else dtype}
    for found, expected in zip(flat(row, layer, inputs(dtype=dtype)), wanted, strict=True):
        if not expected.dtype.is_floating:  # may be other tags, of nearly the same scores
            assert found.dtype == expected.dtype
            continue
        # The scores of a CRF have the type of its variables.
        assert found.dtype.name == ('float32' if is_mixed and name == 'layers.CRF' else dtype)
        near = POLICIES[policy]
        if name in FED_BACK and dtype != 'float64':
            if expected.shape.rank < 3:
                continue
            found, expected = found[:, :1], expected[:, :1]
        np.testing.assert_allclose(tf.cast(found, tf.float32), expected, near, near)


@pytest.mark.slow  # half a minute
@pytest.mark.parametrize('kind', ['.weights.h5', 'checkpoint'])
@pytest.mark.parametrize('name', ROWS)
def test_weights_files(name, kind, tmp_path):
    row = ROWS[name]

    class Holder(keras.Model):
        def __init__(self):
            super().__init__()
            self.layer = row.around(row.make('float32'), 'float32')

        def call(self, x):
            return flat(row, self.layer, x)

    first, second = Holder(), Holder()
    wanted, _ = first(inputs()), second(inputs())
    set_weights(first)
    wanted = first(inputs())
    path = str(tmp_path / f'file{kind}')
    if kind == 'checkpoint':
        saved = tf.train.Checkpoint(model=first).save(path)
        tf.train.Checkpoint(model=second).restore(saved).expect_partial()
    else:
        first.save_weights(path)
        second.load_weights(path)
    assert len(first.weights) == len(first.layer.weights)
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert_same(second(inputs()), wanted)


LOADER = """
import sys
sys.modules['tf_seq2seq_compat'] = None
import json
import numpy as np, tensorflow as tf

folder, errors = sys.argv[1], {}
x = tf.constant(np.load(folder + '/x.npy'))
for index in json.load(open(folder + '/indices.json')):
    try:
        model = tf.saved_model.load(f'{folder}/{index}')
        for batch in (1, 3):
            arrays = [part.numpy() for part in model.call(x[:batch])]
            np.savez(f'{folder}/{index}_{batch}.npz', *arrays)
    except Exception as error:
        errors[index] = repr(error)
print(json.dumps(errors))
"""


def callable_module(row, layer):
    module = tf.Module()
    module.layer = layer
    signature = [tf.TensorSpec([None, TIME, DEPTH])]
    module.call = tf.function(
        lambda x: flat(row, layer, x), input_signature=signature, autograph=False
    )
    return module


@pytest.mark.slow  # traces and saves every row: a minute
def test_saved_models_run_without_this_package(tmp_path):
    np.save(tmp_path / 'x.npy', inputs())
    layers = {str(index): (name, built(name)) for index, name in enumerate(ROWS)}
    (tmp_path / 'indices.json').write_text(json.dumps([*layers]))
    for index, (name, layer) in layers.items():
        tf.saved_model.save(callable_module(ROWS[name], layer), str(tmp_path / index))
    done = subprocess.run(
        [sys.executable, '-c', LOADER, str(tmp_path)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    errors = json.loads(done.stdout.splitlines()[-1])
    assert {layers[index][0]: error for index, error in errors.items()} == {}
    for index, (name, layer) in layers.items():
        for batch in (1, BATCH):
            with np.load(tmp_path / f'{index}_{batch}.npz') as arrays:
                found = [tf.constant(arrays[key]) for key in arrays.files]
            assert_same(found, flat(ROWS[name], layer, inputs(batch)))
