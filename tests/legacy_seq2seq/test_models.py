"""Who keeps the variables of the models, copies of cells, buckets, and the legacy names."""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import tf1_graph
from tf_seq2seq_compat import legacy_seq2seq
from tf_seq2seq_compat.legacy_seq2seq.function_variables import unused_copy
from tf_seq2seq_compat.tf1 import facade

BATCH, UNITS, SYMBOLS, EMBEDDING = 2, 4, 6, 3
STEPS = [[1, 2], [3, 4], [5, 0]]


def symbols():
    return [tf.constant(step) for step in STEPS]


def attention_model(cell, layer=None, encoder=None, decoder=None, **options):
    return legacy_seq2seq.embedding_attention_seq2seq(
        encoder or symbols(), decoder or symbols(), cell, SYMBOLS, SYMBOLS, EMBEDDING,
        variables=layer, **options,
    )  # fmt: skip


class Model(seq2seq.Layer):
    def __init__(self):
        super().__init__(name='model')
        self.cell = seq2seq.MultiRNNCell([seq2seq.BasicLSTMCell(UNITS), seq2seq.GRUCell(UNITS)])

    def call(self, inputs, feed_previous=False):
        return attention_model(self.cell, feed_previous=feed_previous)


MODELS = {
    'attention_decoder': lambda **owner: legacy_seq2seq.attention_decoder(
        [tf.ones([2, 3])], tf.zeros([2, UNITS]), tf.ones([2, 3, 4]), seq2seq.GRUCell(UNITS), **owner
    ),
    'basic_rnn_seq2seq': lambda **owner: legacy_seq2seq.basic_rnn_seq2seq(
        [tf.ones([2, 3])], [tf.ones([2, 3])], seq2seq.GRUCell(UNITS), **owner
    ),
    'embedding_attention_decoder': lambda **owner: legacy_seq2seq.embedding_attention_decoder(
        symbols(), tf.zeros([2, UNITS]), tf.ones([2, 3, 4]), seq2seq.GRUCell(UNITS), 6, 3, **owner
    ),
    'embedding_attention_seq2seq': lambda **owner: legacy_seq2seq.embedding_attention_seq2seq(
        symbols(), symbols(), seq2seq.GRUCell(UNITS), SYMBOLS, SYMBOLS, EMBEDDING, **owner
    ),
    'embedding_rnn_decoder': lambda **owner: legacy_seq2seq.embedding_rnn_decoder(
        symbols(), tf.zeros([2, UNITS]), seq2seq.GRUCell(UNITS), SYMBOLS, EMBEDDING, **owner
    ),
    'embedding_rnn_seq2seq': lambda **owner: legacy_seq2seq.embedding_rnn_seq2seq(
        symbols(), symbols(), seq2seq.GRUCell(UNITS), SYMBOLS, SYMBOLS, EMBEDDING, **owner
    ),
    'embedding_tied_rnn_seq2seq': lambda **owner: legacy_seq2seq.embedding_tied_rnn_seq2seq(
        symbols(), symbols(), seq2seq.GRUCell(UNITS), SYMBOLS, EMBEDDING, **owner
    ),
    'model_with_buckets': lambda **owner: legacy_seq2seq.model_with_buckets(
        symbols(), symbols(), symbols(), [tf.ones([2])] * 3, [(2, 2), (3, 3)],
        lambda x, y: attention_model(seq2seq.GRUCell(UNITS), encoder=x, decoder=y),
        **owner,
    ),
    'one2many_rnn_seq2seq': lambda **owner: legacy_seq2seq.one2many_rnn_seq2seq(
        symbols(), {'a': symbols()}, seq2seq.GRUCell(UNITS), {'a': seq2seq.GRUCell(UNITS)},
        SYMBOLS, {'a': SYMBOLS}, EMBEDDING, **owner,
    ),
}  # fmt: skip


@pytest.mark.parametrize('name', MODELS)
def test_a_layer_keeps_the_variables(name):
    """A second call, with a cell of its own, finds what the first one made."""
    layer = seq2seq.Layer()
    first = MODELS[name](variables=layer)
    made = list(layer.variables)
    second = MODELS[name](variables=layer)
    assert made and [id(v) for v in layer.variables] == [id(v) for v in made]
    for a, b in zip(tf.nest.flatten(first), tf.nest.flatten(second), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize('name', MODELS)
@pytest.mark.parametrize('compiled', [False, True])
def test_without_a_layer_it_is_an_error(name, compiled):
    call = tf.function(MODELS[name]) if compiled else MODELS[name]
    with pytest.raises(ValueError, match=rf'{name} makes variables.*variables=layer'):
        call()


def test_owner_must_be_a_layer():
    with pytest.raises(TypeError, match=r'variables must be a seq2seq\.Layer.*\[\]'):
        attention_model(seq2seq.GRUCell(UNITS), layer=[])


def test_within_a_layer_all_paths_share_its_variables():
    model = Model()
    eager = model(None)
    names = [v.name for v in model.variables]
    for jit_compile in (False, True):
        function = tf.function(lambda: model(None), jit_compile=jit_compile)
        for a, b in zip(tf.nest.flatten(eager), tf.nest.flatten(function()), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert [v.name for v in model.variables] == names
    embedding = 'embedding_attention_seq2seq/rnn/embedding_wrapper/embedding:0'
    # The scope is model, or model_1 where a test before had one.
    assert embedding in [name.partition('/')[2] for name in names]
    # Cells of 2 + 4 on both sides, two embeddings, and 5 pairs: W and V, and of each linear map.
    assert len(names) == len(set(names)) == 2 * 6 + 2 + 5 * 2


def test_a_flag_changes_what_is_fed_not_the_variables():
    model = Model()
    fed = tf.function(lambda feed: model(None, feed)[0])
    given, previous = fed(tf.constant(False)), fed(tf.constant(True))
    count = len(model.variables)
    for flag, want in ((False, given), (True, previous)):
        for a, b in zip(want, model(None, flag)[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(given[0], previous[0], rtol=1e-5)
    assert len(model.variables) == count


def test_encoder_and_decoder_have_their_own_variables():
    cell, layer = seq2seq.GRUCell(UNITS), seq2seq.Layer()
    steps = [tf.ones([2, 3])] * 2
    legacy_seq2seq.basic_rnn_seq2seq(steps, steps, cell, variables=layer)
    assert len(cell.variables) == 4 and len(layer.variables) == 8
    assert all('/rnn_decoder/' in v.name for v in cell.variables)


def test_a_copy_is_of_the_cell_before_its_first_call():
    cell = seq2seq.MultiRNNCell([seq2seq.GRUCell(3), seq2seq.LSTMCell(3)])
    assert unused_copy(cell) is not unused_copy(cell)
    cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
    copied = unused_copy(cell)
    assert cell.variables and not copied.variables
    copied(tf.ones([2, 5]), copied.zero_state(2, tf.float32))
    assert [v.shape.as_list() for v in copied.variables][0] == [8, 6]


def test_a_cell_that_was_called_cannot_be_copied():
    """TF1 raises TypeError as well, from inside of `copy`."""
    cell = seq2seq.GRUCell(UNITS)
    cell(tf.ones([2, 3]), tf.zeros([2, UNITS]))
    with pytest.raises(TypeError, match='called elsewhere'):
        attention_model(cell, layer=seq2seq.Layer())


def test_embedding_is_uniform_of_variance_1():
    layer = seq2seq.Layer()
    legacy_seq2seq.embedding_rnn_seq2seq(
        symbols(), symbols(), seq2seq.GRUCell(2), 500, SYMBOLS, 20, variables=layer
    )
    embedding = layer.variables[0].numpy()
    assert embedding.shape == (500, 20)
    assert 1.7 < np.max(np.abs(embedding)) <= np.sqrt(3)
    np.testing.assert_allclose(np.var(embedding), 1.0, rtol=0.05)


def test_one_cell_for_all_buckets_in_a_graph():
    """TF1 cannot copy a cell twice that was called in between; here it can."""
    with tf1_graph():
        tf1 = facade.tensorflow()
        cell = tf1.nn.rnn_cell.GRUCell(UNITS)
        ones = [tf1.ones([BATCH])] * 3
        outputs, losses = tf1.contrib.legacy_seq2seq.model_with_buckets(
            symbols(), symbols(), symbols(), ones, [(1, 1), (3, 3)],
            lambda x, y: tf1.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
                x, y, cell, SYMBOLS, SYMBOLS, EMBEDDING
            ),
            per_example_loss=True,
        )  # fmt: skip
        assert [len(of_bucket) for of_bucket in outputs] == [1, 3]
        assert len(tf1.trainable_variables()) == 12
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            short, long = session.run(losses)
    assert short.shape == long.shape == (BATCH,)


def test_two_models_in_one_scope_clash_as_in_tf1():
    with tf1_graph():
        tf1 = facade.tensorflow()
        model = tf1.contrib.legacy_seq2seq.basic_rnn_seq2seq
        steps = [tf1.ones([2, 3])] * 2
        model(steps, steps, tf1.nn.rnn_cell.GRUCell(2))
        with pytest.raises(ValueError, match='already exists'):
            model(steps, steps, tf1.nn.rnn_cell.GRUCell(2))


def test_training_in_eager_mode_learns_to_copy():
    layer, cell = seq2seq.Layer(), seq2seq.GRUCell(16)
    targets = symbols()
    inputs = [tf.zeros([BATCH], tf.int32), *targets[:-1]]
    optimizer = tf.compat.v1.train.AdamOptimizer(0.05)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            logits, _ = legacy_seq2seq.embedding_attention_seq2seq(
                targets, inputs, cell, SYMBOLS, SYMBOLS, EMBEDDING, variables=layer
            )
            loss = legacy_seq2seq.sequence_loss(logits, targets, [tf.ones([BATCH])] * 3)
        variables = layer.variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    losses = [float(step()) for _ in range(40)]
    assert losses[0] > 1.0 > 0.1 > losses[-1]


def test_legacy_paths():
    tf1 = facade.tensorflow()
    assert tf1.nn.seq2seq.rnn_decoder is tf1.contrib.legacy_seq2seq.rnn_decoder
    importer = facade.Facade('tensorflow', 'v1')
    inside = importer.import_module('tensorflow.contrib.legacy_seq2seq.python.ops.seq2seq')
    assert inside.attention_decoder is legacy_seq2seq.attention_decoder
    assert inside._extract_argmax_and_embed is legacy_seq2seq._extract_argmax_and_embed
