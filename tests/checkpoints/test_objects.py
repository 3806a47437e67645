"""Checkpoints of TF 1.15.5 restored into objects: they compute what it computed."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.checkpoints import models, objects
from tests.layers import test_variant_cells as variant_cells
from tf_seq2seq_compat import checkpoint, cudnn_rnn, rnn
from tf_seq2seq_compat.checkpoint import CheckpointError


def run_cell(cell, name):
    given = objects.inputs(name)
    return seq2seq.dynamic_rnn(cell, given['x'], given['lengths'], dtype=tf.float32)


@pytest.mark.parametrize('called', [False, True], ids=['fresh', 'called'])
@pytest.mark.parametrize('name', objects.CELLS)
def test_cell(name, called):
    cell = objects.CELLS[name]()
    if called:
        run_cell(cell, name)
    plan = checkpoint.restore(objects.prefix(name), {'rnn': cell})
    outputs, state = run_cell(cell, name)
    objects.check({'outputs': outputs, 'state': state}, objects.expected(name))
    saved = objects.expected(name)
    assert {a.name for a in plan.assignments} == {
        key.removeprefix('variable/') for key in saved if key.startswith('variable/rnn')
    } - set(plan.optimizer)


@pytest.mark.parametrize('name', ['gru', 'multi_rnn'])
def test_a_fresh_cell_gets_the_names_of_the_checkpoint(name):
    cell = objects.CELLS[name]()
    checkpoint.restore(objects.prefix(name), cell)
    variables = cell.variables or cell.trainable_variables
    for variable in variables:
        wanted = objects.expected(name)['variable/' + variable.name.partition(':')[0]]
        np.testing.assert_array_equal(variable.numpy(), wanted)


@pytest.mark.parametrize('name', variant_cells.CELLS)
def test_a_fresh_cell_of_each_kind(name):
    """It takes the variables of one that was called, whatever inputs that takes."""
    make, _, arrays = variant_cells.CELLS[name]
    first, fresh, values = make(), make(), variant_cells.fixed_weights()
    wanted = variant_cells.called(first, values, *arrays)
    checkpoint.restore({v.name.partition(':')[0]: v.numpy() for v in first.variables}, fresh)
    assert fresh.variables
    for found, want in zip(variant_cells.called(fresh, values, *arrays), wanted, strict=True):
        np.testing.assert_array_equal(found, want)


@pytest.mark.parametrize('called', [False, True], ids=['fresh', 'called'])
@pytest.mark.parametrize('by_scope', [True, False], ids=['scopes', 'module'])
@pytest.mark.parametrize('name', objects.MECHANISMS)
def test_translator(name, by_scope, called):
    model, given = objects.Translator(name), objects.inputs(name)
    if called:
        model.call_all(**given)
    checkpoint.restore(objects.prefix(name), model.scopes(name) if by_scope else model)
    objects.check(model.call_all(**given), objects.expected(name))


@pytest.mark.parametrize('name', ['bahdanau', 'luong_scaled'])
def test_translator_in_tf_function(name):
    model, given = objects.Translator(name), objects.inputs(name)
    checkpoint.restore(objects.prefix(name), model)
    objects.check(tf.function(model.call_all)(**given), objects.expected(name))


def test_a_second_model_in_the_process_is_told_apart_by_no_number():
    first, second = objects.Translator('bahdanau'), objects.Translator('bahdanau')
    given = objects.inputs('bahdanau')
    first.call_all(**given)
    second.call_all(**given)
    names = {v.name for v in second.cell.variables}
    assert any('_1/' in name for name in names) or names != {v.name for v in first.cell.variables}
    checkpoint.restore(objects.prefix('bahdanau'), second)
    objects.check(second.call_all(**given), objects.expected('bahdanau'))


def test_decoders_are_restored_by_what_they_hold():
    name = 'bahdanau'
    model, given = objects.Translator(name), objects.inputs(name)
    memory, state = model.encode(given['source'], given['source_lengths'])
    model.mechanism.setup_memory(memory, given['source_lengths'])
    decoder = seq2seq.BasicDecoder(
        model.cell,
        seq2seq.GreedyEmbeddingHelper(model.embedding, [1, 1], 2),
        model.cell.zero_state(2, tf.float32),
        model.output_projection,
    )
    checkpoint.restore(
        objects.prefix(name),
        {'decoder': decoder, 'embedding': model.embedding, 'encoder': model.encoder_cell},
    )
    objects.check(model.call_all(**given), objects.expected(name))


def test_keys_of_a_bound_memory_are_made_anew():
    saved = {'memory_layer/kernel': np.full([3, 4], 2, np.float32)}
    attention = seq2seq.LuongAttention(4, tf.ones([2, 5, 3]))
    checkpoint.restore(saved, attention)
    np.testing.assert_array_equal(attention.keys, np.full([2, 5, 4], 6))


def test_keys_that_cannot_be_made_anew_are_warned_of():
    attention = seq2seq.LuongAttention(
        4, tf.ones([2, 5, 3]), custom_key_value_fn=lambda keys, values: (keys, values)
    )
    with pytest.warns(UserWarning, match='setup_memory'):
        checkpoint.restore({'memory_layer/kernel': np.ones([3, 4], np.float32)}, attention)


@pytest.mark.parametrize('kind', [dict, tuple])
def test_bidirectional(kind):
    cells = {
        'encoder/bidirectional_rnn/fw': seq2seq.LSTMCell(models.UNITS),
        'encoder/bidirectional_rnn/bw': seq2seq.GRUCell(4),
        'projection': seq2seq.Dense(3, activation=tf.tanh, name='projection'),
    }
    target = cells if kind is dict else tuple(cells.values())
    checkpoint.restore(objects.prefix('bidirectional'), target)
    given = objects.inputs('bidirectional')
    forwards, backwards, projection = cells.values()
    outputs, states = seq2seq.bidirectional_dynamic_rnn(
        forwards, backwards, given['x'], given['lengths'], dtype=tf.float32
    )
    projected = projection(tf.concat(outputs, 2))
    nest = {'outputs': outputs, 'states': states, 'projected': projected}
    objects.check(nest, objects.expected('bidirectional'))


def test_a_partitioned_variable_is_restored_whole():
    embedding = tf.Variable(tf.zeros([models.VOCABULARY, models.EMBEDDING]))
    cell = seq2seq.GRUCell(models.UNITS)
    checkpoint.restore(
        objects.prefix('partitioned_embedding'), {'embedding': embedding, 'rnn': cell}
    )
    given = objects.inputs('partitioned_embedding')
    x = tf.nn.embedding_lookup(embedding, given['ids'])
    outputs, state = seq2seq.dynamic_rnn(cell, x, given['lengths'], dtype=tf.float32)
    nest = {'embedded': x, 'outputs': outputs, 'state': state}
    objects.check(nest, objects.expected('partitioned_embedding'))


# -- cuDNN ----------------------------------------------------------------------------------------


def test_cudnn_layers():
    lstm, gru = cudnn_rnn.CudnnLSTM(2, 4), cudnn_rnn.CudnnGRU(2, 4, direction='bidirectional')
    checkpoint.restore(objects.prefix('cudnn_lstm'), {'cudnn_lstm': lstm})
    checkpoint.restore(objects.prefix('cudnn_gru_bidirectional'), gru)
    outputs, _ = lstm(objects.inputs('cudnn_lstm')['x'])
    objects.check({'outputs': outputs}, objects.expected('cudnn_lstm'))
    outputs, _ = gru(objects.inputs('cudnn_gru_bidirectional')['x'])
    objects.check({'outputs': outputs}, objects.expected('cudnn_gru_bidirectional'))


ORDINARY = {
    'lstm': lambda: seq2seq.LSTMCell(4, forget_bias=0.75),
    'basic': lambda: seq2seq.BasicLSTMCell(4),
    'none': lambda: seq2seq.LSTMCell(4, forget_bias=0.0),
    'block': lambda: rnn.LSTMBlockCell(4),
    'cudnn': lambda: cudnn_rnn.CudnnCompatibleLSTMCell(4),
}


@pytest.mark.parametrize('called', [False, True], ids=['fresh', 'called'])
@pytest.mark.parametrize('make', ORDINARY.values(), ids=ORDINARY)
def test_cudnn_variables_in_ordinary_cells(make, called):
    cell, x = seq2seq.MultiRNNCell([make(), make()]), objects.inputs('cudnn_lstm')['x']
    if called:
        seq2seq.dynamic_rnn(cell, x, dtype=tf.float32, time_major=True)
    checkpoint.restore(objects.prefix('cudnn_lstm'), {'cudnn_lstm/rnn/multi_rnn_cell': cell})
    outputs, state = seq2seq.dynamic_rnn(cell, x, dtype=tf.float32, time_major=True)
    nest = {'outputs': outputs, 'state': state}
    objects.check(nest, objects.expected('cudnn_lstm'))


def test_ordinary_variables_in_cudnn_layers():
    saved = {
        'rnn/multi_rnn_cell/cell_0/lstm_cell/kernel': np.ones([7, 16], np.float32) / 8,
        'rnn/multi_rnn_cell/cell_0/lstm_cell/bias': np.arange(16, dtype=np.float32) / 16,
    }
    lstm, cell = cudnn_rnn.CudnnLSTM(1, 4), seq2seq.LSTMCell(4, forget_bias=0.5)
    checkpoint.restore(saved, {'': lstm}, forget_bias=0.5)
    checkpoint.restore(saved, {'': cell})
    x = objects.inputs('cudnn_lstm')['x']
    outputs, _ = seq2seq.dynamic_rnn(cell, x, dtype=tf.float32, time_major=True)
    np.testing.assert_allclose(lstm(x)[0], outputs, rtol=1e-6)


def test_arrays_converted_from_cudnn():
    arrays = checkpoint.cudnn.to_ordinary(checkpoint.load(objects.prefix('cudnn_lstm')))
    names = [name for name in arrays if name.endswith('lstm_cell/bias')]
    assert len(names) == 2 and not any('cudnn_compatible' in name for name in names)
    back = checkpoint.cudnn.from_ordinary(arrays)
    difference = checkpoint.diff(back, objects.prefix('cudnn_lstm'), rtol=1e-6, atol=1e-6)
    assert not difference.differs, str(difference)


def test_a_cudnn_gru_is_no_ordinary_one():
    with pytest.raises(CheckpointError, match='resets after the product'):
        checkpoint.cudnn.to_ordinary(checkpoint.load(objects.prefix('cudnn_gru_bidirectional')))


# -- what is wrong --------------------------------------------------------------------------------


def variables_of(cell):
    return [v.numpy() for v in cell.variables]


def test_both_leftovers_with_the_nearest_names():
    saved = {
        'rnn/gru_cell/gate/kernel': np.zeros([5, 4], np.float32),
        'rnn/gru_cell/gates/bias': np.zeros([4], np.float32),
        'rnn/gru_cell/candidate/kernel': np.zeros([5, 2], np.float32),
        'rnn/gru_cell/candidate/bias': np.zeros([2], np.float32),
    }
    cell = seq2seq.GRUCell(2)
    cell(tf.ones([1, 3]), cell.zero_state(1, tf.float32))
    before = variables_of(cell)
    with pytest.raises(CheckpointError) as caught:
        checkpoint.restore(saved, {'rnn': cell})
    message = str(caught.value)
    assert 'rnn: gates/kernel (5, 4)' in message
    assert 'nearest there: rnn/gru_cell/gate/kernel (5, 4)' in message
    assert 'the checkpoint has rnn/gru_cell/gate/kernel (5, 4)' in message
    for old, new in zip(before, variables_of(cell), strict=True):
        np.testing.assert_array_equal(old, new)
    renamed = checkpoint.restore(saved, {'rnn': cell}, renames=[('regex', r'gate/', 'gates/')])
    assert len(renamed.assignments) == 4


def test_a_variable_of_the_checkpoint_may_not_be_forgotten():
    cell = objects.CELLS['gru']()
    saved = checkpoint.load(objects.prefix('gru')) | {'rnn/extra': np.zeros(3)}
    with pytest.raises(CheckpointError, match=r'rnn/extra \(3\), for which the model has no place'):
        checkpoint.restore(saved, {'rnn': cell})
    plan = checkpoint.restore(saved, {'rnn': cell}, ignore=['rnn/ex*'])
    assert plan.ignored == ('rnn/extra',)
    assert set(plan.optimizer) >= {'global_step', 'beta1_power', 'rnn/gru_cell/gates/bias/Adam_1'}
    loose = checkpoint.restore(saved, {'rnn': cell}, strict=False)
    assert loose.left_in_checkpoint == ('rnn/extra',)


def test_a_variable_of_the_model_may_not_be_forgotten():
    model = [seq2seq.Dense(2, name='known'), seq2seq.Dense(2, name='unknown')]
    saved = {
        'known/kernel': np.ones([3, 2], np.float32),
        'known/bias': np.ones([2], np.float32),
    }
    with pytest.raises(CheckpointError, match=r'unknown/kernel, which the checkpoint has not'):
        checkpoint.restore(saved, model)
    assert not model[0].variables, 'nothing may be made before all is known'
    plan = checkpoint.restore(saved, model, ignore='unknown/*')
    assert len(plan.assignments) == 2 and not model[1].variables
    np.testing.assert_array_equal(model[0].kernel, np.ones([3, 2]))


def test_dry_run_changes_nothing_and_says_what_would_go_where():
    cell = objects.CELLS['gru']()
    plan = checkpoint.restore(objects.prefix('gru'), {'rnn': cell}, dry_run=True)
    assert not cell.variables and not cell.built
    text = str(plan)
    assert 'rnn/gru_cell/gates/kernel' in text and '-> rnn: gates/kernel' in text
    assert 'float32 [8, 10]' in text and 'of the optimizer, left out: 11' in text
    wrong = checkpoint.restore(objects.prefix('gru'), {'rnn': seq2seq.LSTMCell(5)}, dry_run=True)
    assert wrong.problems and 'cannot be restored' in str(wrong)


def test_another_shape_names_both():
    with pytest.raises(CheckpointError, match=r'shape \(12\), but .*gates/bias .* shape \(10\)'):
        checkpoint.restore(objects.prefix('gru'), {'rnn/gru_cell': seq2seq.GRUCell(6)})


def test_another_type_names_both():
    saved = {'embedding': np.zeros([2, 3])}
    with pytest.raises(CheckpointError, match='dtype float32, but embedding .* dtype float64'):
        checkpoint.restore(saved, {'embedding': tf.Variable(tf.zeros([2, 3]))})


def test_a_choice_between_two_scopes_is_not_guessed():
    saved = {
        f'{scope}/gru_cell/{name}': array
        for scope in ('encoder', 'decoder')
        for name, array in {
            'gates/kernel': np.ones([5, 4], np.float32),
            'gates/bias': np.ones(4, np.float32),
            'candidate/kernel': np.ones([5, 2], np.float32),
            'candidate/bias': np.ones(2, np.float32),
        }.items()
    }
    cell = seq2seq.GRUCell(2)
    with pytest.raises(CheckpointError, match=r'encoder/gru_cell, decoder/gru_cell|decoder/.*enc'):
        checkpoint.restore(saved, cell, strict=False)
    plan = checkpoint.restore(saved, {'encoder': cell}, ignore='decoder/*')
    assert len(plan.assignments) == 4


def test_scopes_that_differ_by_number_go_in_order():
    shapes = {'kernel': [3, 2], 'bias': [2]}
    saved = {
        f'{scope}/{name}': np.full(shape, i, np.float32)
        for i, scope in enumerate(('dense', 'dense_1', 'dense_2'))
        for name, shape in shapes.items()
    }
    layers = [seq2seq.Dense(2) for _ in range(3)]
    layers[1](tf.ones([1, 3]))  # Its scope in this process has some other number.
    for layer in (layers[0], layers[2]):
        layer(tf.ones([1, 3]))
    checkpoint.restore(saved, {'': layers})
    # The layer that was called first has the smallest number.
    assert [float(layers[i].bias[0]) for i in (1, 0, 2)] == [0, 1, 2]


def test_what_cannot_be_built_says_so():
    class Own(seq2seq.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            if inputs.shape[1] != 7:
                raise ValueError('7 only')
            weights = tf.compat.v1.get_variable('weights', [7, 3])
            return inputs @ weights, state

    cell, saved = Own(), {'own/weights': np.ones([7, 3], np.float32)}
    with pytest.raises(CheckpointError, match='call it once first'):
        checkpoint.restore(saved, cell)
    cell(tf.ones([1, 7]), tf.zeros([1, 3]))
    checkpoint.restore(saved, cell)
    np.testing.assert_array_equal(cell.variables[0], np.ones([7, 3]))


def test_a_layer_of_the_user_is_built():
    class Scale(seq2seq.Layer):
        def build(self, input_shape):
            self.factor = self.add_variable('factor', [input_shape[-1]])

        def call(self, inputs):
            return inputs * self.factor

    layer = Scale()
    checkpoint.restore({'model/scale/factor': np.array([2, 3], np.float32)}, {'model': layer})
    np.testing.assert_array_equal(layer(tf.ones([1, 2])), [[2, 3]])


def test_gnmt_has_an_attention_wrapper_within_a_stack():
    mechanism = seq2seq.LuongAttention(4, None)
    attention = seq2seq.AttentionWrapper(seq2seq.LSTMCell(4), mechanism)
    cell = seq2seq.MultiRNNCell([attention, seq2seq.LSTMCell(4)])
    names = {
        'decoder/memory_layer/kernel': [5, 4],
        'decoder/multi_rnn_cell/cell_0/attention_wrapper/lstm_cell/kernel': [12, 16],
        'decoder/multi_rnn_cell/cell_0/attention_wrapper/lstm_cell/bias': [16],
        'decoder/multi_rnn_cell/cell_1/lstm_cell/kernel': [9, 16],
        'decoder/multi_rnn_cell/cell_1/lstm_cell/bias': [16],
    }
    saved = {name: np.full(shape, i, np.float32) for i, (name, shape) in enumerate(names.items())}
    plan = checkpoint.restore(saved, {'decoder': cell})
    assert {a.name for a in plan.assignments} == set(names)
    found = {v.name.partition(':')[0]: v.numpy() for v in cell.variables}
    for name, array in list(saved.items())[1:]:
        np.testing.assert_array_equal(found[name], array)
    np.testing.assert_array_equal(
        mechanism.memory_layer.kernel, saved['decoder/memory_layer/kernel']
    )


@pytest.mark.parametrize('target', [3, 'cell', None])
def test_a_target_without_variables(target):
    with pytest.raises(CheckpointError, match='has no variables to restore'):
        checkpoint.restore({'v': np.zeros(2)}, target)


def test_one_object_for_two_scopes():
    cell = seq2seq.GRUCell(2)
    with pytest.raises(CheckpointError, match='one object is given for the scopes'):
        checkpoint.restore({'v': np.zeros(2)}, {'a': cell, 'b': cell})


def test_not_in_a_graph():
    with tf.Graph().as_default(), pytest.raises(CheckpointError, match='Saver'):
        checkpoint.restore(objects.prefix('gru'), {'rnn': seq2seq.GRUCell(5)})


def test_not_in_a_function():
    @tf.function(autograph=False)
    def traced():
        checkpoint.restore(objects.prefix('gru'), {'rnn': seq2seq.GRUCell(5)})

    with pytest.raises(CheckpointError, match='Call it before'):
        traced()


def test_two_mechanisms_and_back(tmp_path):
    mechanisms = [seq2seq.BahdanauAttention(4, None) for _ in range(2)]
    cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(3), mechanisms, attention_layer_size=[2, 2])
    scope = 'decoder/attention_wrapper'
    shapes = {
        'decoder/memory_layer/kernel': [5, 4],
        'decoder/memory_layer_1/kernel': [5, 4],
        f'{scope}/gru_cell/gates/kernel': [13, 6],
        f'{scope}/gru_cell/gates/bias': [6],
        f'{scope}/gru_cell/candidate/kernel': [13, 3],
        f'{scope}/gru_cell/candidate/bias': [3],
    }
    for number in ('', '_1'):
        shapes[f'{scope}/bahdanau_attention{number}/query_layer/kernel'] = [3, 4]
        shapes[f'{scope}/bahdanau_attention{number}/attention_v'] = [4]
        shapes[f'{scope}/attention_layer{number}/kernel'] = [8, 2]
    saved = {name: np.full(shape, i, np.float32) for i, (name, shape) in enumerate(shapes.items())}
    checkpoint.restore(saved, {'decoder': cell})
    for i, mechanism in enumerate(mechanisms):
        mechanism.setup_memory(tf.ones([2, 6, 5]))
        np.testing.assert_array_equal(mechanism.memory_layer.kernel, np.full([5, 4], i))
    cell(tf.ones([2, 6]), cell.zero_state(2, tf.float32))
    assert len(cell.variables) == len(saved), 'nothing is made anew by a call'
    written = checkpoint.save(tmp_path / 'model.ckpt', {'decoder': cell}, like=saved)
    assert not checkpoint.diff(saved, written).differs
    again = checkpoint.save(tmp_path / 'again.ckpt', {scope: cell})
    assert not checkpoint.diff(saved, again).differs


@pytest.mark.parametrize('name', ['luong_scaled', 'bahdanau_normalized'])
def test_restored_called_and_restored_again(name):
    model, given = objects.Translator(name), objects.inputs(name)
    checkpoint.restore(objects.prefix(name), model)
    model.call_all(**given)
    for variable in model.variables:
        variable.assign(tf.zeros_like(variable))
    plan = checkpoint.restore(objects.prefix(name), model)
    assert len(plan.assignments) == len(model.variables)
    objects.check(model.call_all(**given), objects.expected(name))
