"""`addons.seq2seq` against TensorFlow Addons 0.23, whose arrays `harness.py` recorded.

python tests/addons/harness.py --package tensorflow_addons --write tests/addons/arrays/tfa_0_23.npz

records them, with TensorFlow Addons 0.23 on TensorFlow 2.15.
"""

import inspect
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from tf_seq2seq_compat import addons as tfa
from tf_seq2seq_compat import rnn
from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras

from . import cases, harness

HERE = pathlib.Path(__file__).parent
ARRAYS = HERE / 'arrays' / 'tfa_0_23.npz'
API = json.loads((HERE.parent / 'api' / 'tfa_0_23.json').read_text())['tensorflow_addons.seq2seq']
FAST = [
    'decoder_training_attention',
    'beam_attention',
    'losses',
    'functions',
    'trees',
]


@pytest.fixture(scope='module')
def expected():
    return dict(np.load(ARRAYS))


@pytest.mark.parametrize('name', FAST)
def test_golden(name, expected):
    _, found = harness.run(name, tfa, keras, 'eager')
    assert harness.differences(name, found, expected) == []


def run_script(script, *arguments, generation):
    legacy = {'2': '1', '3': '0'}[generation]
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments],
        env={**os.environ, 'TF_USE_LEGACY_KERAS': legacy},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow  # 42 cases, compiled too: minutes
@pytest.mark.parametrize('generation', ['2', '3'])
@pytest.mark.parametrize('modes', [['eager', 'function'], ['jit']], ids='-'.join)
def test_all_golden(generation, modes):
    report = run_script(
        'harness.py', '--compare', str(ARRAYS), '--modes', *modes, generation=generation
    )
    assert len(report) > 30
    assert {name: wrong for name, wrong in report.items() if wrong} == {}


@pytest.mark.slow  # two processes that train and save: half a minute
@pytest.mark.parametrize('generation', ['2', '3'])
def test_model(generation):
    found = run_script('model_program.py', generation=generation)
    assert found.pop('trained') == [13, 13]
    assert found.pop('first_False') == found.pop('first_True') == [[8, 6, 11], 13]
    assert found.pop('configs') == [True, 'TrainingSampler']
    assert found.pop('jit') < 1e-6
    assert found == dict.fromkeys(found, 0.0)


def test_every_class_has_a_case():
    source = inspect.getsource(cases)
    bases = {'AttentionMechanism', 'BaseDecoder', 'Decoder', 'Sampler'}
    states = {name for name in API if name.endswith(('State', 'Output'))}
    names = {'CustomSampler': "'custom'", 'InferenceSampler': "'inference'"}
    missing = [n for n in set(API) - bases - states if names.get(n, n) not in source]
    assert missing == ['dynamic_decode']  # all decoders call it


@pytest.mark.parametrize('name', sorted(API))
def test_signatures(name):
    entry, thing = API[name], getattr(tfa.seq2seq, name)
    if entry['kind'] != 'class':
        assert_takes(thing, entry['signature'])
        return
    assert [p for p in entry['properties'] if not hasattr(thing, p)] == []
    assert list(getattr(thing, '_fields', [])) == entry.get('fields', [])
    methods = {'__init__': entry['init'], **entry['methods']}
    if 'fields' in entry or entry['init'].get('varargs'):
        del methods['__init__']
    for method, signature in methods.items():
        assert_takes(getattr(thing, method), signature)


def assert_takes(function, signature):
    """It takes TensorFlow Addons' arguments, in their order and with their defaults."""
    wanted = [(a['name'], a.get('default')) for a in signature.get('args', [])]
    if inspect.ismethod(function):
        wanted = wanted[1:]
    parameters = inspect.signature(function).parameters.values()
    found = [
        (p.name, None if p.default is p.empty else repr(p.default))
        for p in parameters
        if p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    assert found[: len(wanted)] == wanted, function
    if signature.get('varkw'):
        assert any(p.kind is p.VAR_KEYWORD for p in parameters), function


def test_constructors_keep_themselves():
    class Own(tfa.seq2seq.BaseDecoder):
        def __init__(self, width, *args, **kwargs):
            self.width = width
            super().__init__.__wrapped__(self, *args, **kwargs)

    decoder = Own(3, maximum_iterations=4)
    assert (decoder.width, decoder.maximum_iterations) == (3, 4)
    parameters = inspect.signature(tfa.seq2seq.BasicDecoder.__init__).parameters
    assert list(parameters) == ['self', 'cell', 'sampler', 'output_layer', 'kwargs']


def wrong_uses():
    memory, cell = tf.ones([2, 5, 3]), keras.layers.GRUCell(4)
    seq2seq, sampler = tfa.seq2seq, tfa.seq2seq.TrainingSampler()
    luong = seq2seq.LuongAttention(4, memory)
    wrapper = seq2seq.AttentionWrapper(cell, luong)
    decoder = seq2seq.BasicDecoder(cell, sampler)
    beams = seq2seq.BeamSearchDecoder(cell, 2, output_layer=keras.layers.Dense(5))
    x, state = tf.ones([2, 4, 3]), tf.zeros([2, 4])
    unbound = seq2seq.LuongAttention(4)
    return [
        (ValueError, 'probability', lambda: seq2seq.LuongAttention(4, probability_fn='no')),
        (ValueError, "'recursive'", lambda: seq2seq.LuongMonotonicAttention(4, mode='no')),
        (ValueError, 'setup of memory', lambda: unbound([state, state])),
        (ValueError, '2 or 3 tensors', lambda: luong([state])),
        (ValueError, 'not both', lambda: luong.setup_memory(memory, [1, 2], tf.ones([2, 5], bool))),
        (ValueError, 'fully defined', lambda: luong.setup_memory(tf.ones([2, 5]))),
        (TypeError, 'must be a layer', lambda: seq2seq.AttentionWrapper(3, luong)),
        (TypeError, 'output_size', lambda: seq2seq.AttentionWrapper(keras.layers.Dense(3), luong)),
        (TypeError, 'AttentionMechanism', lambda: seq2seq.AttentionWrapper(cell, cell)),
        (ValueError, 'Only one', lambda: seq2seq.AttentionWrapper(
            cell, luong, 3, attention_layer=keras.layers.Dense(3)
        )),
        (ValueError, 'exactly one integer', lambda: seq2seq.AttentionWrapper(cell, luong, [3, 3])),
        (ValueError, 'memory first', lambda: seq2seq.AttentionWrapper(cell, unbound).output_size),
        (ValueError, 'batch_size', lambda: wrapper.get_initial_state()),
        (tf.errors.InvalidArgumentError, 'tile_batch', lambda: wrapper.get_initial_state(
            batch_size=6, dtype=tf.float32
        )),
        (TypeError, 'AttentionWrapperState', lambda: wrapper(x[:, 0], state=[state, state])),
        (TypeError, 'sampler', lambda: seq2seq.BasicDecoder(cell, 3)),
        (ValueError, 'initial_state', lambda: decoder(x)),
        (ValueError, 'same time', lambda: sampler.initialize(x, [1, 2], tf.ones([2, 4], bool))),
        (ValueError, 'boolean', lambda: sampler.initialize(x, mask=tf.ones([2, 4]))),
        (tf.errors.InvalidArgumentError, 'right padded', lambda: sampler.initialize(
            x, mask=tf.constant([[True, False, True, True]] * 2)
        )),
        (ValueError, 'initialize', lambda: seq2seq.TrainingSampler().batch_size),
        (ValueError, 'embedding', lambda: beams(None, [1, 1], 0, tf.zeros([4, 4]))),
        (ValueError, 'vector', lambda: beams(x[0], 1, 0, tf.zeros([4, 4]))),
        (ValueError, 'tile_batch', lambda: beams(x[0], [1, 1], 0, tf.zeros([2, 4]))),
        (TypeError, 'decoder', lambda: seq2seq.dynamic_decode(cell)),
        (tf.errors.InvalidArgumentError, 'greater than 0', lambda: seq2seq.dynamic_decode(
            decoder, maximum_iterations=0
        )),
        (ValueError, 'ambiguous', lambda: seq2seq.sequence_loss(
            x, tf.zeros([2, 4], tf.int32), tf.ones([2, 4]), average_across_timesteps=False,
            sum_over_timesteps=True,
        )),
        (tf.errors.InvalidArgumentError, 'step_ids', lambda: seq2seq.gather_tree(0, 0, 0, 0)),
    ]  # fmt: skip


def test_wrong_uses():
    for kind, message, use in wrong_uses():
        with pytest.raises(kind, match=re.escape(message)):
            use()


@pytest.mark.slow  # seconds of tracing
def test_memory_of_a_function_is_gone_with_it():
    attention = tfa.seq2seq.LuongAttention(4)

    @tf.function
    def bind():
        attention.setup_memory(tf.ones([2, 5, 3]))
        return attention.keys

    bind()
    with pytest.raises(ValueError, match=r'gone with it'):
        attention([tf.ones([2, 4]), tf.zeros([2, 5])])


def test_without_anything_to_attend_to():
    attention = tfa.seq2seq.LuongAttention(4, tf.ones([2, 5, 3]), [0, 2])
    alignments, _ = attention([tf.ones([2, 4]), tf.zeros([2, 5])])
    assert alignments.numpy().tolist()[0] == [0.0] * 5
    np.testing.assert_allclose(np.sum(alignments, 1), [0.0, 1.0], rtol=1e-6)


@pytest.mark.slow  # seconds of tracing
def test_mixed_precision():
    attention = tfa.seq2seq.BahdanauAttention(4, tf.ones([2, 5, 3]), dtype='mixed_float16')
    cell = tfa.seq2seq.AttentionWrapper(
        keras.layers.GRUCell(4, dtype='mixed_float16'), attention, 3, dtype='mixed_float16'
    )
    layer = keras.layers.Dense(7, dtype='mixed_float16')
    decoder = tfa.seq2seq.BasicDecoder(
        cell, tfa.seq2seq.TrainingSampler(), layer, dtype='mixed_float16'
    )
    state = cell.get_initial_state(batch_size=2, dtype=tf.float16)
    for call in (decoder, tf.function(decoder)):
        outputs, _, _ = call(tf.ones([2, 4, 3]), initial_state=state)
        assert outputs.rnn_output.dtype == tf.float16
    assert {tf.as_dtype(weight.dtype) for weight in decoder.weights} == {tf.float32}


@pytest.mark.slow  # seconds of tracing
def test_functional_model():
    inputs = keras.Input([5, 3])
    attention = tfa.seq2seq.LuongAttention(4, inputs)
    cell = tfa.seq2seq.AttentionWrapper(keras.layers.GRUCell(4), attention)
    decoder = tfa.seq2seq.BasicDecoder(cell, tfa.seq2seq.TrainingSampler(), keras.layers.Dense(7))
    first = keras.layers.Dense(4)(inputs[:, 0])
    state = first_state(attention, first)
    if not IS_KERAS_3:  # as in TensorFlow Addons: a symbolic memory is no input of the decoder
        with pytest.raises(TypeError, match='symbolic'):
            decoder(inputs, initial_state=state)
        return
    outputs, _, _ = decoder(inputs, initial_state=state)
    model = keras.Model(inputs, outputs.rnn_output)
    assert model.output_shape == (None, None, 7)
    assert model(np.ones([2, 5, 3])).shape == (2, 5, 7)


def first_state(attention, cell_state):
    zeros_like = keras.ops.zeros_like if IS_KERAS_3 else tf.zeros_like
    alignments = zeros_like(attention.values[:, :, 0])
    context = zeros_like(attention.values[:, 0])
    return tfa.seq2seq.AttentionWrapperState(cell_state, context, alignments, (), alignments)


class CountingCell(keras.layers.GRUCell):
    """Has a side effect, so that its loop is not compiled as one."""

    def __init__(self, units):
        super().__init__(units)
        self.count = tf.Variable(0)

    def call(self, inputs, states, training=False):
        self.count.assign_add(1)
        return super().call(inputs, states, training=training)


def test_histories_of_all_steps():
    attention = tfa.seq2seq.LuongAttention(4, tf.constant(cases.normal(2, 5, 3)))
    cell = tfa.seq2seq.AttentionWrapper(CountingCell(4), attention, alignment_history=True)
    decoder = tfa.seq2seq.BasicDecoder(cell, tfa.seq2seq.TrainingSampler())
    inputs = tf.constant(cases.normal(2, 4, 3))

    def history(times):
        state = cell.get_initial_state(batch_size=2, dtype=tf.float32)
        for _ in range(times):
            _, state, _ = decoder(inputs, initial_state=state)
        return state.alignment_history.stack()

    once, twice = history(1), history(2)
    assert once.shape == (4, 2, 5) and twice.shape == (8, 2, 5)
    np.testing.assert_allclose(np.sum(once, 2), np.ones([4, 2]), rtol=1e-5)
    np.testing.assert_allclose(twice[:4], once, rtol=1e-5)
    in_function = tf.function(lambda: history(2))()
    np.testing.assert_allclose(in_function, twice, rtol=1e-5)
    compiled = tf.function(lambda: history(1), jit_compile=True)()
    np.testing.assert_allclose(compiled, once, rtol=1e-5)


def _basic(cell):
    decoder = tfa.seq2seq.BasicDecoder(cell, tfa.seq2seq.TrainingSampler(), keras.layers.Dense(7))
    return decoder, lambda x: decoder(x, initial_state=tf.zeros([2, 4]))[0].rnn_output


def _wrapper(cell):
    mechanism = tfa.seq2seq.BahdanauAttention(4, tf.ones([2, 6, 3]))
    wrapper = tfa.seq2seq.AttentionWrapper(cell, mechanism, 5)
    return wrapper, keras.layers.RNN(wrapper, return_sequences=True)


def _beams(cell):
    decoder = tfa.seq2seq.BeamSearchDecoder(
        cell, 2, output_layer=keras.layers.Dense(7), maximum_iterations=3
    )
    begin = {'start_tokens': [1, 1], 'end_token': 0, 'initial_state': tf.ones([4, 4])}
    return decoder, lambda x: decoder(tf.ones([7, 3]), **begin)[1].log_probs


@pytest.mark.parametrize('owner', [_basic, _wrapper, _beams])
def test_our_cells_are_trained_and_saved(owner):
    import tf_seq2seq_compat as seq2seq

    cell = seq2seq.GRUCell(4)
    layer, call = owner(cell)

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.layer, self.rnn = layer, call if isinstance(call, keras.layers.Layer) else None

        def call(self, x):
            return call(x)

    model = Model()
    model(tf.ones([2, 5, 3]))
    names = {v.name.partition(':')[0].rpartition('/')[2] for v in layer.trainable_variables}
    assert {'kernel', 'bias'} <= names
    ours = {id(variable) for variable in cell.variables}
    assert len(ours) == 4
    for each in (layer, model):
        trained = {id(getattr(v, '_shared', v)) for v in each.trainable_variables}
        assert ours < trained and len(each.get_weights()) == len(trained)
    if owner is not _beams:  # whose ids have no gradient
        before = [variable.numpy() for variable in cell.variables]
        model.compile('sgd', 'mse')
        target = np.ones(model(tf.ones([2, 5, 3])).shape, 'f')
        model.fit(np.ones([2, 5, 3], 'f'), target, batch_size=2, verbose=0)
        for variable, value in zip(cell.variables, before, strict=True):
            assert (variable.numpy() != value).any()
    layer.trainable = False
    assert not layer.trainable_variables and len(layer.non_trainable_variables) == len(
        layer.get_weights()
    )


def test_a_functional_model_of_alignments_and_state():
    """Both outputs of a mechanism, with a symbolic memory; and NumPy arrays in its place."""
    layers = keras.layers
    ids, query, state = keras.Input([8]), keras.Input([4]), keras.Input([8])
    memory = layers.Dense(5)(layers.Embedding(9, 6, mask_zero=True)(ids))
    mechanism = tfa.seq2seq.LuongAttention(4, memory)
    model = keras.Model([ids, query, state], mechanism([query, state]))
    arrays = np.array([[1, 2, 3, 0, 0, 0, 0, 0]] * 2), np.ones([2, 4], 'f'), np.ones([2, 8], 'f')
    alignments, following = model.predict_on_batch(list(arrays))
    assert np.array_equal(alignments, following)
    assert (alignments[:, 3:] == 0).all() and np.allclose(alignments.sum(1), 1)
    eager = tfa.seq2seq.LuongAttention(4, np.ones([2, 8, 5], 'f'))
    assert eager([arrays[1], arrays[2]])[0].shape == eager([arrays[1], None])[0].shape == (2, 8)


def test_a_wrapper_in_the_functions_of_tf1():
    """In dynamic_rnn and static_rnn it gives what it gives in Keras's RNN, and keeps its state."""
    memory, x = (tf.constant(harness.value_for(i, [2, 5, 6])) for i in range(2))
    mechanism = tfa.seq2seq.LuongAttention(4, memory, [5, 3])
    cell = tfa.seq2seq.AttentionWrapper(keras.layers.LSTMCell(4), mechanism, attention_layer_size=3)
    wanted = keras.layers.RNN(cell, return_sequences=True)(x)
    outputs, state = rnn.dynamic_rnn(cell, x, dtype=tf.float32)
    steps, last = rnn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
    np.testing.assert_allclose(outputs, wanted, rtol=1e-5)
    np.testing.assert_allclose(tf.stack(steps, 1), wanted, rtol=1e-5)
    for each in (state, last):
        assert isinstance(each, tfa.seq2seq.AttentionWrapperState)
        np.testing.assert_allclose(tf.reduce_sum(each.alignments, 1), [1, 1], rtol=1e-5)


def test_states_of_programs_for_keras_2():
    """States with a history by position, and the states of stacked cells in one list."""
    attention = tfa.seq2seq.LuongAttention(4, tf.ones([2, 5, 3]))
    cell = tfa.seq2seq.AttentionWrapper(keras.layers.GRUCell(4), attention, alignment_history=True)
    decoder = tfa.seq2seq.BasicDecoder(cell, tfa.seq2seq.TrainingSampler())
    stack = keras.layers.StackedRNNCells([keras.layers.LSTMCell(4) for _ in range(2)])
    other = tfa.seq2seq.BasicDecoder(stack, tfa.seq2seq.TrainingSampler())

    class Model(keras.Model):
        def call(self, x, state):
            return decoder(x, initial_state=state)[1]

    x, model = tf.ones([2, 6, 3]), Model()
    state = model(x, cell.get_initial_state(batch_size=2, dtype=tf.float32))
    assert state.alignment_history.stack().shape == (6, 2, 5)
    state = model(x, state._replace(alignment_history=state.alignment_history))
    assert state.alignment_history.stack().shape == (12, 2, 5)
    zeros = [tf.zeros([2, 4])] * 4
    assert len(other(x, initial_state=zeros)[1]) == 4
