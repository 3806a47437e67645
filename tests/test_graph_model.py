"""TF1 models as objects of TensorFlow 2, against TensorFlow 1.15.5's checkpoints and Sessions."""

from __future__ import annotations

import gc
import importlib
import pathlib
import re
import threading
import weakref

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.checkpoints import make
from tests.checkpoints.models import MODELS
from tests.export.new.test_formats import consumed
from tests.golden import harness
from tests.tf1.processes import python
from tf_seq2seq_compat import export
from tf_seq2seq_compat.checkpoint import CheckpointError
from tf_seq2seq_compat.tf1 import facade

tf1 = tf.compat.v1
DATA = pathlib.Path(__file__).parent / 'checkpoints' / 'data'
FAST = 'gru', 'partitioned_embedding'
KINDS = 'bahdanau', 'bidirectional', 'gru', 'luong_monotonic', 'multi_rnn', 'partitioned_embedding'


def models(names):
    marked = [pytest.param(n, marks=[pytest.mark.slow] * (n not in FAST)) for n in names]
    return pytest.mark.parametrize('name', marked)


class Built:
    """One of the stored models, as a program writes it: with placeholders and Adam."""

    def __init__(self, name):
        tf_as_in_1 = facade.tensorflow()
        model = MODELS[name]
        self.step = tf_as_in_1.train.get_or_create_global_step()
        self.inputs = {
            key: tf_as_in_1.placeholder(value.dtype, value.shape, name=key)
            for key, value in model.inputs.items()
        }
        self.loss, nest = model.function(tf_as_in_1, **self.inputs)
        self.outputs = {
            path: one
            for path, one in harness.flatten(nest)
            if isinstance(one, tf.Tensor | tf1.Tensor)
        }
        trained = tf1.trainable_variables()
        self.gradients = dict(
            zip([v.op.name for v in trained], tf.gradients(self.loss, trained), strict=True)
        )
        self.train = tf_as_in_1.train.AdamOptimizer(0.05).minimize(self.loss, self.step)


def dense(value):
    return np.asarray(tf.convert_to_tensor(value))


# -- against TensorFlow 1.15.5 --------------------------------------------------------------------


@models(sorted(MODELS))
def test_a_checkpoint_of_tf1_is_restored_computes_and_learns(name, tmp_path):
    """Variables bit for bit, outputs, the losses of further steps; and it is written back."""
    want = make.expected_in(DATA, name)
    model = seq2seq.GraphModel(lambda: Built(name))
    rows = harness.variable_facts(model.variables)
    assert sorted(map(list, rows)) == want.facts['variables']
    model.restore(make.prefix_in(DATA, name))
    found = {f'variable/{v.name[:-2]}': v.numpy() for v in model.variables}
    assert make.bytes_differ(make.some(want.arrays, 'variable/'), found) == []
    model.save(tmp_path / 'back.ckpt')
    keys = {key: [d.name, list(s)] for key, d, s in variables_in(tmp_path / 'back.ckpt')}
    assert keys == want.facts['keys']

    built = model.built
    given = {key: tf.constant(value) for key, value in MODELS[name].inputs.items()}
    outputs = model.function([built.inputs], built.outputs)(given)
    loss = model.function([built.inputs], built.loss)
    train = model.function([built.inputs], built.train)
    losses = [loss(given)]
    for _ in range(make.FURTHER):
        assert train(given) is None
        losses.append(loss(given))
    found = {f'output/{path}': np.asarray(one) for path, one in outputs.items()}
    found['losses'] = np.array(losses)
    wanted = {
        key: array
        for key, array in make.some(want.arrays, 'output/', 'losses').items()
        if key in found
    }
    assert len(wanted) > 1 and make.differ(wanted, found, make.EQUAL) == []


def variables_in(path):
    reader = tf.train.load_checkpoint(str(path))
    dtypes = reader.get_variable_to_dtype_map()
    for key, shape in reader.get_variable_to_shape_map().items():
        yield key, dtypes[key], shape


@models(KINDS)
def test_a_tape_gives_the_gradients_of_the_graph_and_trains_as_its_train_op(name):
    model = seq2seq.GraphModel(lambda: Built(name))
    built = model.built
    given = {key: tf.constant(value) for key, value in MODELS[name].inputs.items()}
    start = [v.numpy() for v in model.variables]
    loss = model.function([built.inputs], built.loss)
    train = model.function([built.inputs], [built.loss, built.train])
    wanted = model.function([built.inputs], built.gradients)(given)
    by_train_op = [train(given)[0].numpy() for _ in range(3)]
    for variable, value in zip(model.variables, start, strict=True):
        variable.assign(value)

    optimizer = tf1.train.AdamOptimizer(0.05)  # Adam of Keras puts its epsilon elsewhere.
    by_tape = []
    for step in range(3):
        with tf.GradientTape() as tape:
            value = loss(given)
        trained = model.trainable_variables
        gradients = tape.gradient(value, trained)
        if step == 0:
            for variable, gradient in zip(trained, gradients, strict=True):
                of_graph = dense(wanted[variable.name[:-2]])
                np.testing.assert_allclose(
                    dense(gradient), of_graph, rtol=1e-5, atol=1e-6, err_msg=variable.name
                )
        optimizer.apply_gradients(zip(gradients, trained, strict=True))
        by_tape.append(value.numpy())
    np.testing.assert_allclose(by_tape, by_train_op, rtol=1e-5)


# -- what a graph can have ------------------------------------------------------------------------


def many_things():
    """Tables, iterators, sparse tensors, a counter, dropout, a queue, Python code."""
    words = tf1.placeholder(tf.string, [None], name='words')
    pairs = tf.lookup.KeyValueTensorInitializer(['a', 'b'], [1, 2])
    table = tf.lookup.StaticHashTable(pairs, 0)
    counts = tf.lookup.experimental.MutableHashTable(tf.string, tf.int32, -1)
    ids = table.lookup(words)
    iterator = tf1.data.make_initializable_iterator(tf.data.Dataset.range(9).map(lambda x: 2 * x))
    at_once = tf1.data.make_one_shot_iterator(tf.data.Dataset.range(3))
    weight = tf1.get_variable('weight', [3, 2], initializer=tf1.ones_initializer())
    tf1.get_variable('seen', [], collections=[tf1.GraphKeys.LOCAL_VARIABLES], trainable=False)
    rows = tf1.sparse_placeholder(tf.float32, [None, 3], name='rows')
    scale = tf1.placeholder_with_default(3.0, [], name='scale')
    total = tf.reduce_sum(tf.sparse.sparse_dense_matmul(rows, weight)) * scale
    step = tf1.train.get_or_create_global_step()
    return {
        'words': words,
        'ids': ids,
        'count': counts.insert(words, ids),
        'counted': counts.lookup(words),
        'restart': iterator.initializer,
        'next': iterator.get_next(),
        'at_once': at_once.get_next(),
        'rows': rows,
        'scale': scale,
        'total': total,
        'twice': tf.sparse.map_values(tf.multiply, rows, 2.0),
        'step': step,
        'train': tf1.train.MomentumOptimizer(0.1, 0.9).minimize(total, global_step=step),
        'dequeued': tf.queue.FIFOQueue(3, tf.float32, shapes=[[]], name='line').dequeue() + 1.0,
        'python': tf1.py_func(lambda x: np.float32(x + 1), [scale], tf.float32),
    }


@pytest.fixture(scope='module')
def model():
    return seq2seq.GraphModel(many_things)


def rows():
    return tf.sparse.from_dense([[1.0, 0.0, 2.0]])


def test_variables_have_the_names_values_and_collections_of_the_graph():
    model = seq2seq.GraphModel(many_things)
    names = [v.name for v in model.variables]
    assert names == ['weight:0', 'seen:0', 'global_step:0', 'weight/Momentum:0']
    assert [v.name for v in model.trainable_variables] == ['weight:0']
    assert [v.name for v in model.collection('local_variables')] == ['seen:0']
    weight, _, step, slot = model.variables
    assert (weight.numpy() == 1).all() and (slot.numpy() == 0).all() and step.numpy() == 0
    update = model.function({'rows': model.built['rows']}, [model.built['train'], 'total:0'][:1])
    assert update({'rows': rows()}) == [None]
    # By hand: the gradient of a row is its factor times 3, the momentum's first step 0.1 of it.
    np.testing.assert_allclose(weight.numpy()[:, 0], 1 - 0.1 * 3 * np.array([1.0, 0.0, 2.0]))
    assert step.numpy() == 1


def test_tables_and_iterators_keep_their_state_between_functions(model):
    built = model.built
    look = model.function([built['words']], built['ids'])
    np.testing.assert_array_equal(look(tf.constant(['b', 'x', 'a'])), [2, 0, 1])
    assert model.function(['words:0'], built['count'])(tf.constant(['b'])) is None
    counted = model.function(built['words'], {'of': built['counted']})
    np.testing.assert_array_equal(counted(tf.constant(['a', 'b']))['of'], [-1, 2])
    model.function([], built['restart'])()
    one, both = model.function([], built['next']), model.function([], (built['next'], 'scale:0'))
    assert [int(one()), int(one()), int(both()[0]), int(one())] == [0, 2, 4, 6]
    at_once = model.function((), built['at_once'])
    assert [int(at_once()) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(tf.errors.OutOfRangeError):
        at_once()
    found = tf.data.Dataset.from_tensors(tf.constant(['b'])).map(look)
    assert [one.tolist() for one in found.as_numpy_iterator()] == [[2]]


def test_iterators_that_tables_initializer_begins_use_tables(tmp_path):
    """As the input functions of Estimators are."""

    def build():
        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(['a', 'b'], [1, 2]), 0
        )
        dataset = tf.data.Dataset.from_tensor_slices(['b', 'a', 'c']).map(table.lookup)
        iterator = tf1.data.make_initializable_iterator(dataset)
        tf1.add_to_collection(tf1.GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
        return iterator.get_next()

    model = seq2seq.GraphModel(build)
    following = model.function([], model.built)
    assert [int(following()) for _ in range(3)] == [2, 1, 0]
    model.following = following
    tf.saved_model.save(model, str(tmp_path / 'saved'))
    loaded = tf.saved_model.load(str(tmp_path / 'saved'))
    assert [int(loaded.following()) for _ in range(3)] == [2, 1, 0]


def test_nests_names_defaults_and_sparse_tensors(model):
    built = model.built
    weight = model.variables[0].numpy()
    product = (np.array([[1.0, 0.0, 2.0]]) @ weight).sum()
    by_default = model.function([built['rows']], {'total': built['total'], 'w': 'weight'})
    with pytest.raises(ValueError, match="'weight:7' is no element"):
        model.function([], 'weight:7')
    np.testing.assert_allclose(by_default(rows())['total'], 3 * product, rtol=1e-6)
    both = model.function({'r': built['rows'], 's': 'scale:0'}, [built['total'], built['twice']])
    total, twice = both({'r': rows(), 's': tf.constant(5.0)})
    np.testing.assert_allclose(total, 5 * product, rtol=1e-6)
    np.testing.assert_array_equal(tf.sparse.to_dense(twice), [[2.0, 0.0, 4.0]])
    # What is between is fed too, and what is fed may be asked for.
    inner = built['total'].op.inputs[0]
    again = model.function([inner], [built['total'], inner])
    assert [float(one) for one in again(tf.constant(2.0))] == [6.0, 2.0]
    assert float(model.function([], built['python'])()) == 4.0


def test_shapes_that_a_placeholder_leaves_open_are_traced_once(model):
    traces = []
    look = model.function([model.built['words']], model.built['ids'])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def outer(words):
        traces.append(words)
        return look(words)

    for count in (1, 5, 2):
        assert outer(tf.fill([count], 'a')).shape == [count]
    assert len(traces) == 1 and look.experimental_get_tracing_count() == 1


def test_what_cannot_be_a_function_says_why_and_where(model):
    built = model.built
    here = re.escape(pathlib.Path(__file__).name)
    with pytest.raises(ValueError, match=rf'rows/\w+ is a placeholder.*{here}:\d+.*feed rows/'):
        model.function([], built['total'])
    with pytest.raises(ValueError, match=rf'of a queue.*{here}:\d+.*feed line_Dequeue:0'):
        model.function([], built['dequeued'])
    fed = model.function(['line_Dequeue:0'], built['dequeued'])
    assert float(fed(tf.constant(1.0))) == 2.0
    with pytest.raises(ValueError, match="'nope:0' is no element of the graph"):
        model.function([], 'nope:0')
    with pytest.raises(ValueError, match='no element of the graph'):
        model.function([tf.constant(1.0)], built['total'])


def test_models_share_variables():
    def build(reuse, shape=(3, 2)):
        with tf1.variable_scope('both', reuse=reuse):
            return tf1.get_variable('w', shape, initializer=tf1.ones_initializer()) * 2.0

    one = seq2seq.GraphModel(lambda: build(False))
    other = seq2seq.GraphModel(lambda: build(tf1.AUTO_REUSE), share=one)
    assert one.variables[0] is other.variables[0]
    one.variables[0].assign(tf.fill([3, 2], 4.0))
    assert (other.function([], other.built)().numpy() == 8.0).all()
    with pytest.raises(ValueError, match=r'share has the variable both/w as float32 \(3, 2\), but'):
        seq2seq.GraphModel(lambda: build(False, (1, 2)), share=one)


# -- sessions and checkpoints ---------------------------------------------------------------------


def test_a_session_gives_what_a_session_gives(tmp_path):
    model = seq2seq.GraphModel(many_things)
    built, feed = model.built, tf1.SparseTensorValue([[0, 1]], [4.0], [1, 3])
    with tf1.Session(graph=model.graph) as session:
        session.run([tf1.initializers.global_variables(), tf1.tables_initializer()])
        fetches = {'a': [built['total'], 'scale:0'], 'b': (built['twice'], built['train'])}
        wanted = session.run(fetches, {built['rows']: feed, 'scale:0': 2})
        after = session.run(model.graph.get_collection('trainable_variables')[0])
        words = session.run(built['ids'], {'words:0': ['b', 'c']})
    with model.session() as ours:
        found = ours.run(fetches, feed_dict={built['rows']: feed, 'scale:0': 2})
        assert tf1.get_default_session() is ours and tf1.get_default_graph() is model.graph
        np.testing.assert_array_equal(built['ids'].eval({built['words']: ['b', 'c']}), words)
        saver = tf1.train.Saver()
        saved = saver.save(ours, str(tmp_path / 'model'), global_step=built['step'])
        assert saved.endswith('model-1')
        ours.run(tf1.global_variables_initializer())
        np.testing.assert_array_equal(ours.run('weight:0'), np.ones([3, 2]))
        saver.restore(ours, saved)
    tf.nest.map_structure(np.testing.assert_array_equal, found, wanted)
    assert type(found['a'][0]) is type(wanted['a'][0])
    np.testing.assert_array_equal(model.variables[0], after)
    with pytest.raises(NotImplementedError, match='no partial runs'):
        model.session().partial_run_setup([])


def test_a_checkpoint_that_does_not_fit_changes_nothing(model, tmp_path):
    other = seq2seq.GraphModel(lambda: tf1.get_variable('weight', [3, 1]))
    other.save(tmp_path / 'other.ckpt')
    before = model.variables[0].numpy()
    with pytest.raises(CheckpointError, match=r'(?s)weight has shape \[3, 1\].*global_step is not'):
        model.restore(tmp_path / 'other.ckpt')
    with pytest.raises(CheckpointError, match='no checkpoint that can be read'):
        model.restore(tmp_path / 'none')
    (tmp_path / 'other.ckpt.index').write_bytes(b'short')
    with pytest.raises(CheckpointError, match='no checkpoint that can be read'):
        other.restore(tmp_path / 'other.ckpt')
    np.testing.assert_array_equal(model.variables[0], before)
    with pytest.raises(CheckpointError, match='no folder .*missing: make it first'):
        model.save(tmp_path / 'missing' / 'm.ckpt')


def test_tensorflow_2_saves_it(tmp_path):
    model = seq2seq.GraphModel(many_things)
    path = tf.train.Checkpoint(model).save(str(tmp_path / 'objects'))
    model.variables[0].assign(tf.zeros([3, 2]))
    tf.train.Checkpoint(model).restore(path).assert_consumed()
    assert (model.variables[0].numpy() == 1.0).all()


@pytest.mark.slow
def test_a_saved_model_needs_neither_this_package_nor_the_program(tmp_path):
    model = seq2seq.GraphModel(many_things)
    model.variables[0].assign(tf.fill([3, 2], 7.0))
    look = model.function({'words': model.built['words']}, {'ids': model.built['ids']})
    model.total = model.function([model.built['rows']], model.built['total'])
    tf.saved_model.save(model, str(tmp_path / 'saved'), signatures=None)
    model.look = look
    tf.saved_model.save(model, str(tmp_path / 'saved'))
    program = (
        'import sys, tensorflow as tf\n'
        f'model = tf.saved_model.load({str(tmp_path / "saved")!r})\n'
        "assert 'tf_seq2seq_compat' not in sys.modules\n"
        "print(model.look({'words': tf.constant(['b', 'z'])})['ids'].numpy().tolist(),\n"
        '      float(model.total(tf.sparse.from_dense([[1.0, 0.0, 2.0]]))))\n'
    )
    (tmp_path / 'load.py').write_text(program)
    done = python('load.py', cwd=tmp_path)
    assert done.stdout.split() == ['[2,', '0]', str(3 * 7.0 * 2 * 3)], done.stderr


# -- owners ---------------------------------------------------------------------------------------

KERAS = [name for name in ('keras', 'tf_keras') if importlib.util.find_spec(name)]


@pytest.mark.slow
@pytest.mark.parametrize('name', KERAS)
def test_a_layer_of_keras_is_trained_and_saved(name, tmp_path):
    keras = importlib.import_module(name)

    def build():
        x = tf1.placeholder(tf.float32, [None, 5, 3], name='x')
        outputs, _ = seq2seq.dynamic_rnn(seq2seq.GRUCell(4), x, dtype=tf.float32)
        return x, outputs[:, -1]

    model = seq2seq.GraphModel(build)
    inputs = keras.Input([5, 3])
    network = keras.Model(
        inputs, keras.layers.Dense(1)(model.keras_layer(*model.built, keras)(inputs))
    )
    assert len(network.trainable_variables) == 6
    before = [v.numpy() for v in model.variables]
    network.compile('sgd', 'mse')
    x = np.random.RandomState(0).randn(16, 5, 3).astype('f')
    network.fit(x, x.sum((1, 2)), epochs=1, verbose=0)
    assert all(np.any(v.numpy() != b) for v, b in zip(model.variables, before, strict=True))
    network.save_weights(str(tmp_path / 'x.weights.h5'))
    wanted = network.predict(x, verbose=0)
    for variable in model.variables:
        variable.assign(tf.zeros_like(variable))
    network.load_weights(str(tmp_path / 'x.weights.h5'))
    np.testing.assert_allclose(network.predict(x, verbose=0), wanted, rtol=1e-6)


def test_nothing_is_left_of_it():
    gc.collect()
    threads = threading.active_count()
    model = seq2seq.GraphModel(many_things)
    function = model.function([model.built['words']], model.built['ids'])
    function(tf.constant(['a']))
    session = model.session()
    session.run('weight:0')
    left = [weakref.ref(one) for one in (model, model.graph, session, model.variables[0])]
    del model, function, session
    gc.collect()
    assert [one() for one in left] == [None] * 4
    assert threading.active_count() == threads


@pytest.mark.slow
def test_a_program_of_tf1_is_imported_with_its_names(tmp_path):
    (tmp_path / 'model.py').write_text(
        'import tensorflow as tf\n'
        'class Model(object):\n'
        '    def __init__(self):\n'
        '        self.x = tf.placeholder(tf.float32, [None, 4], "x")\n'
        '        width = self.x.get_shape()[1].value\n'
        '        self.y = tf.layers.dense(self.x, width, name="out",\n'
        '                                 kernel_initializer=tf.ones_initializer())\n'
    )
    (tmp_path / 'main.py').write_text(
        'import tf_seq2seq_compat\n'
        'tf_seq2seq_compat.install(tf1_behavior=False, tf1_names=True)\n'
        'import model, numpy as np\n'
        'made = tf_seq2seq_compat.GraphModel(model.Model)\n'
        'y = made.function([made.built.x], made.built.y)(np.ones([2, 4], np.float32))\n'
        'print(y.numpy().tolist(), [v.name for v in made.variables])\n'
        'try:\n'
        '    tf_seq2seq_compat.install(tf1_names=False)\n'
        'except ValueError as error:\n'
        '    print(error)\n'
    )
    done = python('main.py', cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert lines[0] == f"{[[4.0] * 4] * 2} ['out/kernel:0', 'out/bias:0']", done.stderr
    assert 'tf1_names=False is for tf1_behavior=False' in lines[1]


@pytest.mark.slow
def test_it_is_for_tensorflow_2(tmp_path):
    (tmp_path / 'main.py').write_text(
        'import tensorflow as tf, tf_seq2seq_compat\n'
        'tf.compat.v1.disable_eager_execution()\n'
        'tf_seq2seq_compat.GraphModel(lambda: None)\n'
    )
    done = python('main.py', cwd=tmp_path)
    assert 'RuntimeError: GraphModel is for TensorFlow 2' in done.stderr


# -- gradients and compilers ----------------------------------------------------------------------


def attention(mode='train', **options):
    """A model of `(feeds, result)` with attention, as TF1 programs build it."""
    source = tf1.placeholder(tf.int32, [None, None], name='source')
    lengths = tf1.placeholder(tf.int32, [None], name='lengths')
    scale = tf1.random_uniform_initializer(-1.0, 1.0, seed=2)
    embedding = tf1.get_variable('embedding', [12, 6], initializer=scale)
    beam = 3 if mode == 'beam' else 1
    with tf1.variable_scope('encoder', initializer=scale):
        memory, state = seq2seq.dynamic_rnn(
            seq2seq.GRUCell(6),
            tf.nn.embedding_lookup(embedding, source),
            lengths,
            dtype=tf.float32,
            **options,
        )
    with tf1.variable_scope('decoder', initializer=scale):
        memory, state, sizes = (seq2seq.tile_batch(t, beam) for t in (memory, state, lengths))
        mechanism = seq2seq.BahdanauAttention(5, memory, sizes)
        cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(6), mechanism)
        start = cell.zero_state(tf.size(sizes), tf.float32).clone(cell_state=state)
        output, ones = seq2seq.Dense(12, name='output'), tf.ones_like(lengths)
        feeds = [source, lengths]
        if mode == 'train':
            targets = tf1.placeholder(tf.int32, [None, None], name='targets')
            embedded = tf.nn.embedding_lookup(embedding, targets)
            helper = seq2seq.TrainingHelper(embedded, lengths)
            decoder = seq2seq.BasicDecoder(cell, helper, start, output)
            outputs, _, _ = seq2seq.dynamic_decode(decoder, **options)
            weights = tf.sequence_mask(lengths, tf.shape(targets)[1], tf.float32)
            return [*feeds, targets], seq2seq.sequence_loss(outputs.rnn_output, targets, weights)
        if mode == 'greedy':
            helper = seq2seq.GreedyEmbeddingHelper(embedding, ones, 2)
            decoder = seq2seq.BasicDecoder(cell, helper, start, output)
            outputs, _, sizes = seq2seq.dynamic_decode(decoder, maximum_iterations=7)
            return feeds, [outputs.sample_id, sizes]
        decoder = seq2seq.BeamSearchDecoder(
            cell, embedding, ones, 2, start, beam, output_layer=output
        )
        outputs, _, sizes = seq2seq.dynamic_decode(decoder, maximum_iterations=7)
        return feeds, [outputs.predicted_ids, sizes]


def batch(width=5):
    random = np.random.RandomState(0)
    ids = [tf.constant(random.randint(3, 12, [3, width]), tf.int32) for _ in range(2)]
    return ids[0], tf.constant([width, 2, 3]), ids[1]


def loss_and_gradients(model, *arguments, **options):
    loss_of = model.function(*model.built, **options)
    with tf.GradientTape() as tape:
        loss = loss_of(*arguments)
    return [loss, *map(dense, tape.gradient(loss, model.variables))]


def all_close(found, wanted):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_loops_that_are_built_for_xla_are_compiled_forward_and_backward():
    plain = seq2seq.GraphModel(attention)
    compiled = seq2seq.GraphModel(attention, share=plain, jit_compile=True)
    wanted = loss_and_gradients(plain, *batch())
    all_close(loss_and_gradients(compiled, *batch()), wanted)
    all_close(loss_and_gradients(compiled, *batch(), jit_compile=False), wanted)
    function = compiled.function(*compiled.built)
    shorter = plain.function(*plain.built)(*batch(4))
    np.testing.assert_allclose(function(*batch(4)), shorter, rtol=1e-5)
    assert 'HloModule' in function.experimental_get_compiler_ir(*batch())()
    with pytest.raises(ValueError, match=r'Build it for XLA, by GraphModel\(build, jit_compile=T'):
        plain.function(*plain.built, jit_compile=True)

    # A step of TensorFlow 2, in one piece.
    @tf.function(jit_compile=True)
    def step(*arguments):
        with tf.GradientTape() as tape:
            loss = function(*arguments)
        return [loss, *tape.gradient(loss, compiled.variables)]

    all_close(map(dense, step(*batch())), wanted)


@pytest.mark.slow
@pytest.mark.parametrize('mode', ['greedy', 'beam'])
def test_decoders_are_compiled(mode):
    plain, compiled = (
        seq2seq.GraphModel(lambda: attention(mode), jit_compile=is_compiled)
        for is_compiled in (False, True)
    )
    wanted = plain.function(*plain.built)(*batch()[:2])
    found = compiled.function(*compiled.built)(*batch()[:2])
    for one, other in zip(found, wanted, strict=True):
        # Compiled, it has the size of the most steps.
        np.testing.assert_array_equal(one.numpy()[tuple(map(slice, other.shape))], other)


@pytest.mark.slow
@pytest.mark.parametrize('mode', ['greedy', 'beam'])
def test_decoders_are_exported_in_each_format(mode, tmp_path):
    """Each is run without this package, with another batch and other lengths than the first."""
    plain = seq2seq.GraphModel(lambda: attention(mode))
    convertible = seq2seq.GraphModel(lambda: attention(mode), share=plain, convertible=True)
    compiled = seq2seq.GraphModel(lambda: attention(mode), share=plain, jit_compile=True)

    def function(model):
        (source, lengths), (ids, sizes) = model.built
        return model.function([source, lengths], {'ids': ids, 'sizes': sizes})

    for write in (export.to_tflite, export.to_onnx):
        with pytest.raises(export.ExportError, match='convertible=True'):
            write(tmp_path / 'refused', function(plain))
    exported = [
        f'saved_model:{export.to_saved_model(tmp_path / "saved", function(plain), model=plain)}',
        f'tflite:{export.to_tflite(tmp_path / "tflite", function(convertible))}',
        f'onnx:{export.to_onnx(tmp_path / "onnx", function(convertible))}',
    ]
    first, second = batch()[:2], (batch(4)[0][:2], tf.constant([4, 3]))
    given = [{'source': one.numpy(), 'lengths': two.numpy()} for one, two in (first, second)]
    found = consumed(tmp_path, given, exported)
    for call, results in zip((first, second), found, strict=True):
        for name, value in function(plain)(*call).items():
            for kind, one in zip(exported, results, strict=True):
                steps = tuple(map(slice, value.shape))  # some have the most steps
                np.testing.assert_array_equal(one[name][steps], value, f'{kind}: {name}')
    fixed = [tf.TensorSpec(one.shape, one.dtype) for one in first]
    if tf.__version__ >= '2.21':
        written = export.to_stablehlo(tmp_path / 'module', (function(compiled), fixed))
        assert written.stat().st_size


def custom():
    """A custom gradient that reads other tensors, of a variable, and by rows."""
    x, other = (tf1.placeholder(tf.float32, [None, 2], name=name) for name in ('x', 'other'))
    w = tf1.get_variable('w', [2, 1], initializer=tf1.ones_initializer())
    table = tf1.get_variable('table', [3, 1], initializer=tf1.ones_initializer())
    factor = tf.exp(tf.reduce_sum(other)) + tf1.random_uniform([])

    @tf.custom_gradient
    def scaled(y):
        return y * factor, lambda upstream: upstream * factor * 2.0  # twice what it is

    rows = tf.nn.embedding_lookup(table, tf1.placeholder_with_default([2, 2], [None]))
    loss = tf.reduce_sum(scaled(x @ w)) + tf.reduce_sum(rows)
    gradients = tf.gradients(loss, [x, other, w, table])
    return [x, other], [loss, factor], gradients


def test_a_tape_uses_custom_gradients_that_read_other_tensors(tmp_path):
    model = seq2seq.GraphModel(custom)
    given = tf.constant([[1.0, 2.0]]), tf.constant([[0.1, -0.1]])
    function = model.function(model.built[0], model.built[1])
    with tf.GradientTape() as tape:
        tape.watch(given)
        loss, factor = function(*given)
    of_x, of_other, of_w, of_table = tape.gradient(loss, [*given, *model.variables])
    # By hand: the custom gradient doubles; `other` is reached through the factor alone, of which it
    # says nothing; the factor is that of this call, not drawn again.
    np.testing.assert_allclose(of_x, np.full([1, 2], 2 * factor), rtol=1e-6)
    np.testing.assert_allclose(of_w[:, 0], [2 * factor, 4 * factor], rtol=1e-6)
    assert of_other is None or not np.any(of_other)
    np.testing.assert_allclose(dense(of_table)[:, 0], [0, 0, 2])
    model.kept = function
    tf.saved_model.save(model, str(tmp_path / 'saved'))
    loaded = tf.saved_model.load(str(tmp_path / 'saved'))
    loss, factor = loaded.kept(*given)
    np.testing.assert_allclose(loss, 3 * factor + 2, rtol=1e-6)


def test_a_tape_uses_custom_gradients_in_loops(tmp_path):
    def build():
        x = tf1.placeholder(tf.float32, [])
        factor = tf.exp(x)

        @tf.custom_gradient
        def scaled(y):
            return y * factor, lambda upstream: upstream * factor * 2.0

        return [x], tf1.while_loop(lambda n, _: n < 2, lambda n, y: (n + 1, scaled(y)), [0, x])[1]

    model = seq2seq.GraphModel(build)
    model.kept, x = model.function(*model.built), tf.constant(0.5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model.kept(x)
    np.testing.assert_allclose(tape.gradient(y, x), (2 * np.exp(0.5)) ** 2, rtol=1e-6)
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(model, str(tmp_path / 'saved'), options=options)
    loaded = tf.saved_model.load(str(tmp_path / 'saved'))
    np.testing.assert_allclose(loaded.kept(x), y, rtol=1e-6)


def test_a_loop_that_has_a_gradient_of_its_own_is_differentiated():
    def build(is_compiled):
        x = tf1.placeholder(tf.float32, [2, 5, 3])
        outputs, _ = seq2seq.dynamic_rnn(
            seq2seq.GRUCell(4), x, dtype=tf.float32, jit_compile=is_compiled
        )
        return [x], tf.reduce_sum(outputs**2)

    plain = seq2seq.GraphModel(lambda: build(False))
    compiled = seq2seq.GraphModel(lambda: build(True), share=plain)
    x = tf.constant(np.random.RandomState(0).randn(2, 5, 3), tf.float32)
    all_close(loss_and_gradients(compiled, x), loss_and_gradients(plain, x))


# -- calls ----------------------------------------------------------------------------------------


def test_a_part_has_the_functions_that_it_calls_and_no_others():
    def build():
        x = tf1.placeholder(tf.float32, [], name='x')
        for name in ('up', 'down'):
            tf1.while_loop(lambda y: y < 9.0, lambda y: y * 2.0 + 1.0, [x], name=name)
        return x

    model = seq2seq.GraphModel(build)
    [up] = [op for op in model.graph.get_operations() if 'While' in op.type and 'up' in op.name]
    function = model.function([model.built], up.outputs[2])
    assert float(function(tf.constant(1.0))) == 15.0
    names = [
        one.signature.name
        for one in function.get_concrete_function().graph.as_graph_def().library.function
    ]
    assert len(names) == 2 and not any('down' in name for name in names)


def test_what_is_called_directly_is_what_tensorflow_calls(model):
    built = model.built
    look = model.function([built['words']], built['ids'])
    assert isinstance(look, type(tf.function(lambda: None)))
    for given in (tf.constant(['b']), np.array(['b']), ['b']):
        np.testing.assert_array_equal(look(given), [2])
    with pytest.raises(TypeError):
        look(tf.constant([1.0]))
    with pytest.raises(TypeError):
        look()


def test_a_strategy_runs_and_trains_it():
    model = seq2seq.GraphModel(custom)
    function = model.function(model.built[0], model.built[1][0])
    strategy = tf.distribute.OneDeviceStrategy('/cpu:0')

    @tf.function
    def step(x, other):
        def replica(x, other):
            with tf.GradientTape() as tape:
                loss = function(x, other)
            return tape.gradient(loss, model.variables[0])

        return strategy.run(replica, [x, other])

    gradient = step(tf.constant([[1.0, 3.0]]), tf.zeros([1, 2]))
    np.testing.assert_allclose(gradient[1] / gradient[0], [3.0], rtol=1e-6)


def test_a_model_that_builds_in_a_graph_of_its_own():
    class Built:
        def __init__(self):
            self.graph = tf.Graph()
            with self.graph.as_default():
                self.x = tf1.placeholder(tf.float32, [])
                self.y = self.x * tf1.get_variable('w', [], initializer=tf1.ones_initializer())
            self.graph.finalize()

    model = seq2seq.GraphModel(Built)
    assert model.graph is model.built.graph and [v.name for v in model.variables] == ['w:0']
    assert float(model.function([model.built.x], model.built.y)(tf.constant(3.0))) == 3.0
