"""Renaming, writing and comparing checkpoints; what is written is what TF 1.15.5 reads."""

import contextlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import tf_seq2seq_compat as seq2seq
from tests.checkpoints import objects
from tf_seq2seq_compat import checkpoint, cli, cudnn_rnn, rnn
from tf_seq2seq_compat.checkpoint import CheckpointError, Renames, write

tf1 = tf.compat.v1


def names_in(folder):
    return sorted(path.name for path in Path(folder).iterdir())


# -- rename rules ---------------------------------------------------------------------------------

HISTORIC = {
    'RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix': (
        'rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel'
    ),
    'model/RNN/BasicLSTMCell/Linear/Bias/Adam_1': 'model/rnn/basic_lstm_cell/bias/Adam_1',
    'RNN/GRUCell/Gates/Linear/Matrix': 'rnn/gru_cell/gates/kernel',
    'enc/GRUCell/Candidate/Linear/Bias': 'enc/gru_cell/candidate/bias',
    'BiRNN/FW/MultiRNNCell/Cell0/LSTMCell/B': (
        'bidirectional_rnn/fw/multi_rnn_cell/cell_0/lstm_cell/bias'
    ),
    'BiRNN/BW/LSTMCell/W_O_diag/Momentum': 'bidirectional_rnn/bw/lstm_cell/w_o_diag/Momentum',
    'RNN/LSTMCell/W_0': 'rnn/lstm_cell/kernel',
    'RNN/LSTMCell/W_P_0': 'rnn/lstm_cell/projection/kernel',
    'rnn/multi_rnn_cell/cell_1/basic_lstm_cell/weights': (
        'rnn/multi_rnn_cell/cell_1/basic_lstm_cell/kernel'
    ),
    'decoder/gru_cell/gates/biases': 'decoder/gru_cell/gates/bias',
    'rnn/lstm_cell/projection/weights/Adam': 'rnn/lstm_cell/projection/kernel/Adam',
    'attention_decoder/AttnOutputProjection/Linear/Matrix': (
        'attention_decoder/AttnOutputProjection/kernel'
    ),
    'attention_decoder/Attention_0/biases': 'attention_decoder/Attention_0/bias',
    'decoder/dynamic_attention_wrapper/attention_v': (
        'decoder/attention_wrapper/bahdanau_attention/attention_v'
    ),
    'decoder/dynamic_attention_wrapper/query_layer/kernel/Adam': (
        'decoder/attention_wrapper/bahdanau_attention/query_layer/kernel/Adam'
    ),
    'decoder/dynamic_attention_wrapper/dense/kernel': (
        'decoder/attention_wrapper/attention_layer/kernel'
    ),
    'decoder/dynamic_attention_wrapper/multi_rnn_cell/cell_0/gru_cell/gates/weights': (
        'decoder/attention_wrapper/multi_rnn_cell/cell_0/gru_cell/gates/kernel'
    ),
}
# What slim, tf.contrib.layers and users have called weights keeps its name.
UNCHANGED = [
    'fully_connected/weights',
    'conv1/biases',
    'my_lstm_cell/weights',
    'RNN/embedding',
    'decoder/attention_wrapper/bahdanau_attention/attention_v',
    'decoder/memory_layer/kernel',
]


@pytest.mark.parametrize('old', HISTORIC)
def test_historic(old):
    assert Renames('historic')(old) == HISTORIC[old]
    assert Renames(['historic'])(HISTORIC[old]) == HISTORIC[old]


@pytest.mark.parametrize('name', UNCHANGED)
def test_not_historic(name):
    assert Renames('historic')(name) == name


def test_every_history_is_documented_and_named():
    for history in checkpoint.HISTORIC:
        assert len(history.change) > 40 and history.rules
        assert Renames(history.name).rules == history.rules


def test_rules_in_order():
    renames = Renames(
        [('model/', ''), ('exact', 'w', 'kernel'), ('regex', r'^l(\d)/', r'layer_\1/'), {'a': 'b'}]
    )
    new = renames.of(['model/w', 'model/l3/x', 'a/c', 'ab', 'models/w'])
    assert list(new.values()) == ['kernel', 'layer_3/x', 'b/c', 'ab', 'models/w']
    assert Renames(('a', 'b')).unused(['ab']) == [checkpoint.Rule('prefix', 'a', 'b')]
    with pytest.raises(CheckpointError, match="make '' of 'model'"):
        renames.of(['model'])


@pytest.mark.parametrize(
    ('rules', 'message'),
    [
        ([('regex', '(', 'x')], 'not a regular expression'),
        ([('regex', 'a', r'\1')], 'not a regular expression'),
        ([('glob', 'a', 'b')], 'exact, prefix or regex'),
        (['ancient'], 'no renames called'),
        (7, 'not a rename rule'),
    ],
)
def test_wrong_rules(rules, message):
    with pytest.raises(CheckpointError, match=message):
        Renames(rules)


def test_two_variables_may_not_get_one_name():
    with pytest.raises(CheckpointError, match="make 'c/w' of 'b/w' and of 'a/w'"):
        Renames([('a', 'c'), ('b', 'c')]).of(['a/w', 'b/w'])


def test_restore_with_historic_names():
    old = {
        'RNN/GRUCell/' + new: array
        for new, array in {
            'Gates/Linear/Matrix': np.ones([5, 4], np.float32),
            'Gates/Linear/Bias': np.ones([4], np.float32),
            'Candidate/Linear/Matrix': np.ones([5, 2], np.float32),
            'Candidate/Linear/Bias': np.ones([2], np.float32),
        }.items()
    }
    plan = checkpoint.restore(old, {'rnn': seq2seq.GRUCell(2)}, renames='historic')
    assert len(plan.assignments) == 4
    with pytest.raises(CheckpointError, match="changed no name: prefix 'nothing'"):
        checkpoint.restore(old, seq2seq.GRUCell(2), renames=[('nothing', 'x')])


# -- convert --------------------------------------------------------------------------------------


@pytest.mark.parametrize('name', ['gru', 'v1_format', 'partitioned_embedding'])
def test_by_name(name, tmp_path):
    written = checkpoint.convert(objects.prefix(name), tmp_path / 'new.ckpt')
    assert names_in(tmp_path) == ['checkpoint', 'new.ckpt.data-00000-of-00001', 'new.ckpt.index']
    assert not checkpoint.diff(objects.prefix(name), written).differs
    assert tf.train.latest_checkpoint(str(tmp_path)) == written


def test_what_is_written_is_read_by_a_saver(tmp_path):
    path = checkpoint.convert(objects.prefix('gru'), tmp_path / 'm', renames=[('rnn', 'encoder')])
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        bias = tf.compat.v1.get_variable('encoder/gru_cell/gates/bias', [10])
        tf.compat.v1.train.Saver([bias]).restore(session, path)
        want = objects.expected('gru')['variable/rnn/gru_cell/gates/bias']
        np.testing.assert_array_equal(session.run(bias), want)


def test_objects(tmp_path):
    path = checkpoint.convert(objects.prefix('gru'), tmp_path / 'objects', form='objects')

    class Gates(tf.Module):
        def __init__(self):
            super().__init__()
            self.kernel, self.bias = tf.Variable(tf.zeros([8, 10])), tf.Variable(tf.zeros([10]))

    gates = Gates()
    holder = tf.train.Checkpoint(gru_cell=tf.train.Checkpoint(gates=gates))
    status = tf.train.Checkpoint(rnn=holder).read(path)
    status.assert_existing_objects_matched()
    want = objects.expected('gru')
    np.testing.assert_array_equal(gates.kernel, want['variable/rnn/gru_cell/gates/kernel'])
    names = [v.name for v in checkpoint.list_variables(path)]
    assert 'rnn/gru_cell/gates/bias' in names and 'global_step' in names
    assert not any('Adam' in name or 'power' in name for name in names)


def test_npz(tmp_path):
    path = checkpoint.convert(objects.prefix('gru'), tmp_path / 'w', form='npz', ignore='*/Adam*')
    assert names_in(tmp_path) == ['w.npz'] and path.endswith('w.npz')
    difference = checkpoint.diff(objects.prefix('gru'), path)
    assert not difference.only_b and not difference.values
    assert all('/Adam' in name for name in difference.only_a) and len(difference.only_a) == 8


def test_bfloat16_and_strings(tmp_path):
    half = tf.cast(tf.constant([1.5, 2.0]), tf.bfloat16).numpy()
    arrays = {'half': half, 'words': np.array([b'x', b'yz'], object)}
    names = checkpoint.convert(arrays, tmp_path / 'm.ckpt')
    assert checkpoint.list_variables(names)[0].dtype == 'bfloat16'
    loaded = checkpoint.load(checkpoint.convert(names, tmp_path / 'm', form='npz'))
    assert loaded['half'].dtype == np.float32 and loaded['half'].tolist() == [1.5, 2.0]
    assert loaded['words'].tolist() == [b'x', b'yz']
    with pytest.raises(CheckpointError, match='end in zero bytes'):
        checkpoint.convert({'w': np.array([b'x\0'], object)}, tmp_path / 'n', form='npz')
    for form in ('names', 'objects'):
        path = checkpoint.convert(arrays, tmp_path / form, form=form)
        assert checkpoint.load(path)['words'].tolist() == [b'x', b'yz']


@pytest.mark.parametrize('form', ['names', 'objects', 'npz'])
@pytest.mark.parametrize('error', [KeyboardInterrupt, OSError])
@pytest.mark.parametrize('when', ['while writing', 'while moving'])
def test_an_interrupted_conversion_leaves_nothing(form, error, when, tmp_path, monkeypatch):
    source = shutil.copytree(objects.DATA / 'gru', tmp_path / 'input')
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    output = tmp_path / 'output'
    output.mkdir()
    (output / 'other').write_text('stays')
    name = 'm.npz' if form == 'npz' else 'm.ckpt'
    kept = checkpoint.convert({'old': np.ones(2)}, output / name, form=form)
    existing = {path.name: path.read_bytes() for path in output.iterdir()}
    moved = os.replace
    calls = []

    def interrupted(old, new):
        calls.append(new)
        if len(calls) == len(existing):
            raise error('stop')
        moved(old, new)

    def interrupted_writer(original):
        def run(arrays, path):
            original(arrays, path)
            raise error('stop')

        return run

    if when == 'while moving':
        monkeypatch.setattr(write.os, 'replace', interrupted)
    else:
        writer = f'_write_{form}'
        monkeypatch.setattr(write, writer, interrupted_writer(getattr(write, writer)))
    with pytest.raises(error):
        checkpoint.convert(source / 'model.ckpt', output / name, form=form, overwrite=True)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in output.iterdir()} == existing
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before
    assert set(checkpoint.load(kept)) == {'old'}


def test_a_damaged_input_leaves_nothing(tmp_path):
    source = shutil.copytree(objects.DATA / 'gru', tmp_path / 'input')
    data = source / 'model.ckpt.data-00000-of-00001'
    data.write_bytes(bytes([data.read_bytes()[0] ^ 1]) + data.read_bytes()[1:])
    with pytest.raises(CheckpointError, match='damaged'):
        checkpoint.convert(source / 'model.ckpt', tmp_path / 'new.ckpt')
    assert names_in(tmp_path) == ['input']


def test_outputs_that_are_refused(tmp_path):
    source = shutil.copytree(objects.DATA / 'gru', tmp_path / 'input')
    prefix = source / 'model.ckpt'
    for overwrite in (False, True):
        with pytest.raises(CheckpointError, match='is the input, which is never changed'):
            checkpoint.convert(prefix, prefix, overwrite=overwrite)
    written = checkpoint.convert(prefix, tmp_path / 'new.ckpt')
    with pytest.raises(CheckpointError, match='exists already'):
        checkpoint.convert(prefix, written)
    checkpoint.convert({'v': np.ones(1)}, written, overwrite=True)
    assert set(checkpoint.load(written)) == {'v'}
    with pytest.raises(CheckpointError, match='no folder'):
        checkpoint.convert(prefix, tmp_path / 'none' / 'new.ckpt')
    with pytest.raises(CheckpointError, match='is a folder'):
        checkpoint.convert(prefix, tmp_path)
    with pytest.raises(CheckpointError, match="form is 'h5'"):
        checkpoint.convert(prefix, tmp_path / 'x', form='h5')
    with pytest.raises(CheckpointError, match="give form='npz'"):
        checkpoint.convert(prefix, tmp_path / 'x.npz')
    with pytest.raises(CheckpointError, match='no variables that are not ignored'):
        checkpoint.convert(prefix, tmp_path / 'x', ignore='*')
    with pytest.raises(CheckpointError, match='is below another variable'):
        arrays = {'v': np.ones(1), 'v/average': np.ones(1)}
        checkpoint.convert(arrays, tmp_path / 'x', form='objects')


# -- save -----------------------------------------------------------------------------------------


@pytest.mark.parametrize('name', objects.LAYERS)
def test_saved_like_what_was_restored(name, tmp_path):
    like = objects.prefix(name)
    path = checkpoint.save(tmp_path / 'model.ckpt', objects.restored(name), like=like)
    assert not checkpoint.diff(like, path).differs


@pytest.mark.parametrize('name', objects.MECHANISMS)
def test_saved_by_scopes_alone(name, tmp_path):
    target = objects.restored(name)
    path = checkpoint.save(tmp_path / 'model.ckpt', target, extra={'global_step': np.int64(20)})
    difference = checkpoint.diff(objects.prefix(name), path)
    assert not difference.values and not difference.shapes
    in_decoder = 'decoder/decoder/memory_layer/kernel'
    assert difference.only_b in ((), (in_decoder,))
    left = [n for n in difference.only_a if '/Adam' not in n and not n.startswith('beta')]
    assert left == (['decoder/memory_layer/kernel'] if difference.only_b else [])


def test_numbers_are_left_out_where_they_come_from_the_process(tmp_path):
    """A name as it was given stays; TensorFlow's and Keras's numbers for the same again do not."""

    def called(layer, *scopes):
        with contextlib.ExitStack() as stack:
            for scope in scopes:
                stack.enter_context(scope())
            layer(tf.ones([1, 3]))
        return layer

    def named(name):
        return lambda: tf1.variable_scope(name)

    def default(name):
        return lambda: tf1.variable_scope(None, name)

    tf1.reset_default_graph()
    for _ in range(2):  # What the process made before.
        called(seq2seq.Dense(2), default('decoder'))
        tf_keras.layers.Dense(2)
    highway, state = rnn.HighwayWrapper(seq2seq.GRUCell(3)), tf.zeros([1, 3])
    with tf1.variable_scope(None, 'decoder'):
        highway(state, state)
    keras_layers = [tf_keras.layers.Dense(2), tf_keras.layers.Dense(2, name='keras_1')]
    objects_ = [
        called(seq2seq.Dense(2), named('cell_0')),
        called(seq2seq.Dense(2), named('cell_1')),
        called(seq2seq.Dense(2, name='layer_1'), default('decoder')),
        called(seq2seq.Dense(2), default('decoder'), default('block')),
        *(called(layer) for layer in keras_layers),
        tf.Variable([1.0], name='scale_1'),
        highway,
    ]
    found = checkpoint.load(checkpoint.save(tmp_path / 'm', objects_))
    assert {name for name in found if not name.endswith('/bias')} == {
        'cell_0/dense/kernel',
        'cell_1/dense/kernel',
        'decoder/layer_1/kernel',
        'decoder/block/dense/kernel',
        'dense/kernel',
        'keras_1/kernel',
        'scale_1',
        'decoder/carry_w',
        'decoder/carry_b',
        'decoder/gru_cell/gates/kernel',
        'decoder/gru_cell/candidate/kernel',
    }


def test_restored_scopes_are_saved_as_they_were(tmp_path):
    saved = {
        f'{scope}/kernel': np.full([3, 2], i, np.float32)
        for i, scope in enumerate(('part/dense', 'part/dense_1', 'part_1/dense'))
    }
    layers = {scope: seq2seq.Dense(2, use_bias=False) for scope in ('part', 'part_1')}
    layers['part/dense_1'] = seq2seq.Dense(2, use_bias=False)
    checkpoint.restore(saved, layers)
    again = checkpoint.save(tmp_path / 'm', list(layers.values()))
    assert not checkpoint.diff(saved, again).differs


def test_save_refuses(tmp_path):
    with pytest.raises(CheckpointError, match='no variables yet'):
        checkpoint.save(tmp_path / 'm', {'rnn': seq2seq.GRUCell(3)})
    layers = [seq2seq.Dense(2), seq2seq.Dense(2)]
    for layer in layers:
        layer(tf.ones([1, 3]))
    with pytest.raises(CheckpointError, match='two variables have the name dense/kernel'):
        checkpoint.save(tmp_path / 'm', layers)
    with pytest.raises(CheckpointError, match='has no name for'):
        checkpoint.save(tmp_path / 'm', {'x': layers[0]}, like={'x/kernel': np.ones([3, 2])})
    with pytest.raises(CheckpointError, match='has shape'):
        like = {'x/kernel': np.ones([4, 2]), 'x/bias': np.ones([2])}
        checkpoint.save(tmp_path / 'm', {'x': layers[0]}, like=like)
    assert names_in(tmp_path) == []


def test_cudnn_weights_saved_as_ordinary_ones(tmp_path):
    lstm = cudnn_rnn.CudnnLSTM(2, 4)
    checkpoint.restore(objects.prefix('cudnn_lstm'), {'cudnn_lstm': lstm})
    ordinary = checkpoint.cudnn.to_ordinary(checkpoint.load(objects.prefix('cudnn_lstm')))
    path = checkpoint.save(tmp_path / 'm', {'cudnn_lstm': lstm}, like=ordinary)
    assert not checkpoint.diff(ordinary, path, rtol=1e-6, atol=1e-6).differs


# -- cuDNN's buffer -------------------------------------------------------------------------------


@pytest.mark.parametrize('direction', ['unidirectional', 'bidirectional'])
@pytest.mark.parametrize('mode', ['lstm', 'gru', 'rnn_tanh', 'rnn_relu'])
def test_opaque_parameters(mode, direction):
    kinds = {
        'lstm': cudnn_rnn.CudnnLSTM,
        'gru': cudnn_rnn.CudnnGRU,
        'rnn_tanh': cudnn_rnn.CudnnRNNTanh,
        'rnn_relu': cudnn_rnn.CudnnRNNRelu,
    }
    layer = kinds[mode](2, 3, direction=direction)
    layer(tf.ones([4, 1, 5]))
    sizes = [int(np.prod(shape)) for shape in layer.canonical_weight_shapes]
    count = sum(sizes) + 3 * len(layer.canonical_bias_shapes)
    opaque = np.random.RandomState(0).randn(count).astype(np.float32)
    arrays = checkpoint.cudnn.from_opaque(opaque, mode, 2, 3, 5, direction)
    checkpoint.restore(arrays, {'': layer})  # All names and shapes are the layer's.
    again = checkpoint.cudnn.from_opaque(
        checkpoint.cudnn.to_opaque(arrays, mode, direction), mode, 2, 3, 5, direction
    )
    assert not checkpoint.diff(arrays, again).differs
    for wrong in (opaque[:-1], np.concatenate([opaque, np.zeros(65, np.float32)])):
        with pytest.raises(CheckpointError, match=f'have {count} numbers'):
            checkpoint.cudnn.from_opaque(wrong, mode, 2, 3, 5, direction)


def test_opaque_parameters_gate_by_gate():
    """By cuDNN's equations: i, f, c, o of the inputs, then of the state; two biases."""
    random = np.random.RandomState(1)
    units, depth = 2, 3
    w, r = random.randn(4, units, depth), random.randn(4, units, units)
    b, d = random.randn(4, units), random.randn(4, units)
    opaque = np.concatenate([part.reshape(-1) for part in (w, r, b, d)]).astype(np.float32)
    lstm = cudnn_rnn.CudnnLSTM(1, units)
    checkpoint.restore(checkpoint.cudnn.from_opaque(opaque, 'lstm', 1, units, depth), lstm)
    x, h, c = random.randn(depth), random.randn(units), random.randn(units)
    i, f, g, o = (w[k] @ x + b[k] + r[k] @ h + d[k] for k in range(4))

    def sigmoid(value):
        return 1 / (1 + np.exp(-value))

    new_c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    state = [tf.constant(s[None, None], tf.float32) for s in (h, c)]
    _, (h_out, c_out) = lstm(tf.constant(x[None, None], tf.float32), tuple(state))
    np.testing.assert_allclose(c_out[0, 0], new_c, rtol=1e-4)
    np.testing.assert_allclose(h_out[0, 0], sigmoid(o) * np.tanh(new_c), rtol=1e-4)


# -- diff -----------------------------------------------------------------------------------------


def test_diff():
    a = {'same': np.ones(2), 'gone': np.ones(1), 's': np.ones(2), 't': np.ones(2), 'v': np.ones(3)}
    b = {'same': np.ones(2), 'new': np.ones(1), 's': np.ones(3), 't': np.ones(2, int)}
    b['v'] = np.array([1, 1.001, np.nan])
    found = checkpoint.diff(a, b)
    assert found.differs and found.same == 1
    assert (found.only_a, found.only_b) == (('gone',), ('new',))
    assert found.shapes == (('s', (2,), (3,)),) and found.dtypes == (('t', 'float64', 'int64'),)
    (value,) = found.values
    assert (value.name, value.differing, value.size, value.max_abs) == ('v', 2, 3, np.inf)
    assert 'values: v: 2 of 3 differ' in str(found)


@pytest.mark.parametrize(
    ('a', 'b', 'tolerances', 'differs'),
    [
        ([1.0, np.nan], [1.0, np.nan], {}, False),
        ([np.inf], [-np.inf], {'rtol': 1.0}, True),
        ([1.0], [1.001], {'rtol': 1e-2}, False),
        ([0.0], [1e-4], {'atol': 1e-3}, False),
        ([0.0], [1e-4], {'rtol': 1e-3}, True),
        ([2**62], [2**62 + 1], {'rtol': 1.0}, True),
        ([True], [False], {}, True),
        ([b'a'], [b'b'], {}, True),
        ([], [], {}, False),
    ],
)
def test_diff_of_values(a, b, tolerances, differs):
    assert checkpoint.diff({'v': np.array(a)}, {'v': np.array(b)}, **tolerances).differs == differs


def test_average(tmp_path, capsys):
    random = np.random.RandomState(0)
    arrays = [
        {
            'rnn/kernel': random.randn(3, 4).astype(np.float32),
            'half': random.randn(5).astype(np.float16),
            'rnn/kernel/Adam': np.ones([3, 4], np.float32),
            'global_step': np.int64(step),
            'words': np.array([b'a', b'b'], object),
        }
        for step in (10, 20, 30)
    ]
    paths = [
        checkpoint.convert(each, tmp_path / f'model.ckpt-{each["global_step"]}') for each in arrays
    ]
    output = str(tmp_path / 'mean.ckpt')
    assert cli.main(['checkpoint', 'average', output, *paths, '--ignore', '*/Adam']) == 0
    assert capsys.readouterr().out == f'wrote {output}\n'
    found = checkpoint.load(output)
    assert set(found) == {'rnn/kernel', 'half', 'global_step', 'words'}
    for name in ('rnn/kernel', 'half'):
        mean = np.mean([each[name].astype(np.float64) for each in arrays], 0)
        np.testing.assert_array_equal(found[name], mean.astype(arrays[0][name].dtype))
        assert found[name].dtype == arrays[0][name].dtype
    assert found['global_step'] == 30 and list(found['words']) == [b'a', b'b']

    other = checkpoint.convert({**arrays[0], 'half': np.zeros(4, np.float16)}, tmp_path / 'o.ckpt')
    before = sorted(path.name for path in tmp_path.iterdir())
    for wrong in ([paths[0], other], [paths[0], str(tmp_path / 'none')]):
        assert cli.main(['checkpoint', 'average', str(tmp_path / 'new'), *wrong]) == 2
    assert 'half' in capsys.readouterr().err
    assert cli.main(['checkpoint', 'average', output, *paths]) == 2  # it is there already
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    with pytest.raises(checkpoint.CheckpointError, match='no checkpoint to average'):
        checkpoint.average([], tmp_path / 'new')
