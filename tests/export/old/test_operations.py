"""The functions that stand for operations which TensorFlow no longer has."""

import numpy as np
import pytest
import tensorflow as tf

from tests.eras import cases  # noqa: F401
from tests.eras import harness as eras
from tests.eras.test_eras import recorded
from tests.export.old import make, models
from tf_seq2seq_compat.export import graph_files, removed_operations
from tf_seq2seq_compat.export.replacements import REPLACEMENTS
from tf_seq2seq_compat.tf1 import graph_operations
from tf_seq2seq_compat.tf1.runtime import Runtime

tf1 = tf.compat.v1

IDS = [[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]]]
PARENTS = [[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]]]
BEAMS = [[[2, 2, 2]], [[6, 5, 6]], [[7, 8, 9]]]  # of TF 1.15.5
FEED = {'ids:0': IDS, 'parents:0': PARENTS, 'lengths:0': [3], 'end:0': 10}


def old_graph(operation='GatherTree', times=1, ranks=(3, 3, 1, 0)):
    """A graph with calls of an operation that is not registered."""
    names = ['ids', 'parents', 'lengths', 'end'][: len(ranks)]
    with tf.Graph().as_default() as graph:
        for name, rank in zip(names, ranks, strict=True):
            tf1.placeholder(tf.int32, [None] * rank, name=name)
    graph_def = graph.as_graph_def()
    for index in range(times):
        node = graph_def.node.add(name=f'beams_{index}', op=operation, input=names)
        node.attr['T'].type = tf.int32.as_datatype_enum
    return graph_def


def function_of(graph_def, inputs=('ids:0', 'parents:0', 'lengths:0', 'end:0')):
    """A graph as a function of tensors."""
    wrapped = tf1.wrap_function(lambda: tf1.import_graph_def(graph_def, name=''), [])
    return wrapped.prune(inputs, 'beams_0:0')


@pytest.fixture
def provided():
    with Runtime() as runtime:
        graph_operations.provide_missing_operations(runtime)
        yield


@pytest.mark.parametrize('operation', ['GatherTree', 'Addons>GatherTree'])
def test_a_graph_with_a_beam_search_is_imported(operation, provided):
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(old_graph(operation, times=2), name='')
        with tf1.Session() as session:
            for found in session.run(['beams_0:0', 'beams_1:0'], FEED):
                np.testing.assert_array_equal(found, BEAMS)
        again = graph.as_graph_def()
    with tf.Graph().as_default():
        tf.import_graph_def(again, name='old')
        tf.import_graph_def(old_graph(operation), name='twice')
        feed = {
            f'{scope}/{name}': value for name, value in FEED.items() for scope in ('old', 'twice')
        }
        with tf1.Session() as session:
            for found in session.run(['old/beams_1:0', 'twice/beams_0:0'], feed):
                np.testing.assert_array_equal(found, BEAMS)


def test_it_is_what_the_kernels_of_tf1_and_of_addons_do():
    """Over random sizes, ends and parents; also which parents are errors."""
    completed = removed_operations.with_missing_operations(old_graph())
    with tf.Graph().as_default(), tf1.Session() as session:
        tf.import_graph_def(completed, name='')
        run = session.make_callable('beams_0:0', list(FEED))
        found = make.tree_results(run)
    for form in ('tf1', 'addons'):
        np.testing.assert_array_equal(found, models.expected(form)['gather_tree'])


def test_xla_compiles_it():
    function = function_of(removed_operations.with_missing_operations(old_graph()))
    compiled = tf.function(lambda *inputs: function(*inputs), jit_compile=True, autograph=False)
    valid = [each for index, each in enumerate(make.tree_inputs()) if index % 4 and each[0].size]
    calls = valid[:4]
    for each in calls:
        tensors = [tf.constant(value) for value in each]
        np.testing.assert_array_equal(compiled(*tensors), function(*tensors))


@pytest.mark.parametrize(
    'wrong',
    [
        {'parents:0': PARENTS[:2]},
        {'lengths:0': [3, 3]},
        {'ids:0': IDS[0], 'parents:0': PARENTS[0]},
        {'parents:0': np.add(PARENTS, 3)},  # TF1 reads the next example's memory for 3
    ],
    ids=['parents', 'lengths', 'rank', 'one beyond the last beam'],
)
def test_what_the_kernel_refuses_is_refused(wrong):
    graph_def = removed_operations.with_missing_operations(old_graph(ranks=(3, 3, 1, 0)))
    for node in graph_def.node:
        node.attr.pop('shape', None)  # so that anything can be fed
    with tf.Graph().as_default(), tf1.Session() as session:
        tf.import_graph_def(graph_def, name='')
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run('beams_0:0', {**FEED, **wrong})


@pytest.mark.parametrize('version', ['1.2', '1.3', '1.4'])
def test_the_operation_of_tf_1_2_has_lengths_and_no_end_token(version):
    case = eras.CASES['gather_tree']
    lengths = [[5, 0, 2], [3, 4, 1]]  # those of the case
    feed = {'ids:0': case.inputs['ids'], 'parents:0': case.inputs['parents'], 'lengths:0': lengths}
    with tf.Graph().as_default(), tf1.Session() as session:
        tf.import_graph_def(
            removed_operations.with_missing_operations(old_graph(ranks=(3, 3, 2))), name=''
        )
        found = session.run('beams_0:0', feed)
    [want] = [v for k, v in recorded(version).items() if k.startswith('gather_tree:output')]
    np.testing.assert_array_equal(found, want)


def test_a_static_shape_stays():
    """That of a MetaGraph, which has the shapes of all nodes."""
    graph_def = old_graph()
    shape = tf.TensorShape([5, None, 3])
    graph_def.node[-1].attr['_output_shapes'].list.shape.add().CopyFrom(shape.as_proto())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(removed_operations.with_missing_operations(graph_def), name='')
    assert graph.get_tensor_by_name('beams_0:0').shape.as_list() == [5, None, 3]


def test_an_operation_within_a_function_of_the_graph_is_found():
    graph_def = tf1.GraphDef()
    function = graph_def.library.function.add()
    function.signature.name = 'decode'
    function.node_def.add(name='beams', op='GatherTree')
    complete = removed_operations.with_missing_operations(graph_def)
    called = complete.library.function[0].node_def[0].op
    assert called in {f.signature.name for f in complete.library.function[1:]}
    assert len(graph_def.library.function) == 1


def test_the_same_function_has_the_same_name_wherever_it_is_made():
    def names():
        removed_operations._functions.cache_clear()
        complete = removed_operations.with_missing_operations(old_graph())
        return [(f.signature.name, f.SerializeToString()) for f in complete.library.function]

    first = names()
    with tf.Graph().as_default(), tf1.name_scope('scope'), tf.device('/cpu:0'):
        second = names()
    assert [name for name, _ in first] == [name for name, _ in second]
    assert len({name for name, _ in first}) == len(first) > 1


def test_a_function_never_has_the_name_of_an_operation():
    """TensorFlow refuses one that has, in a process where the operation is registered."""
    for operation in ('GatherTree', 'Addons>GatherTree'):
        complete = removed_operations.with_missing_operations(old_graph(operation))
        names = {function.signature.name for function in complete.library.function}
        assert names and not names & set(REPLACEMENTS)
    clash = tf1.GraphDef()
    clash.library.function.add().signature.name = 'Add'
    with tf.Graph().as_default(), pytest.raises(ValueError, match='same name already exists'):
        tf.import_graph_def(clash)


def test_other_graphs_are_left_as_they_are(provided):
    with tf.Graph().as_default() as graph:
        tf.constant(1)
    graph_def = graph.as_graph_def()
    assert removed_operations.with_missing_operations(graph_def) is graph_def


def test_a_function_of_the_graphs_own_is_left_to_it():
    graph_def = old_graph()
    graph_def.library.function.add().signature.name = 'GatherTree'
    assert removed_operations.with_missing_operations(graph_def) is graph_def


def test_the_error_for_another_operation_names_nodes_and_advice(provided):
    graph_def = old_graph('WarpCTC', times=5)
    with (
        tf.Graph().as_default(),
        pytest.raises(tf.errors.NotFoundError, match='not registered') as caught,
    ):
        tf.import_graph_def(graph_def, name='')
    message = str(caught.value)
    assert 'WarpCTC (nodes beams_0, beams_1, beams_2 and 2 more)' in message
    assert 'tf.load_op_library' in message and 'extract_sub_graph' in message


def test_the_error_of_a_savedmodel_of_tensorflow_2_has_them_too(provided, tmp_path):
    module = tf.Module()
    module.function = tf.function(tf.math.erfc, input_signature=[tf.TensorSpec([], tf.float32)])
    tf.saved_model.save(module, str(tmp_path))
    model = graph_files.read(tmp_path)
    for graph_def in model.graphs:
        for _, node in removed_operations.nodes(graph_def):
            node.op = node.op.replace('Erfc', 'WarpCTC')
    model.file.write_bytes(model.message.SerializeToString())
    with pytest.raises((RuntimeError, tf.errors.NotFoundError), match='not registered') as caught:
        tf.saved_model.load(str(tmp_path))
    assert 'WarpCTC (node' in str(caught.value) and 'load_op_library' in str(caught.value)


def test_it_is_undone():
    with Runtime() as runtime:
        graph_operations.provide_missing_operations(runtime)
    with tf.Graph().as_default(), pytest.raises(Exception, match='GatherTree'):
        tf.import_graph_def(old_graph('GatherTree'), name='')


# Other operations
# ----------------------------------------------------------------------------------------


def one_node(operation, inputs, **attributes):
    """A graph with one node of an operation that is not registered, as a function of arrays."""
    with tf.Graph().as_default() as graph:
        names = [
            tf1.placeholder(each.dtype, name=f'input_{i}').op.name for i, each in enumerate(inputs)
        ]
    graph_def = graph.as_graph_def()
    node = graph_def.node.add(name='beams_0', op=operation, input=names)
    node.attr['dtype' if 'Image' in operation else 'T'].type = tf.as_dtype(
        inputs[0].dtype
    ).as_datatype_enum
    for name, value in attributes.items():
        kind = {bool: 'b', float: 'f', bytes: 's'}[type(value)]
        setattr(node.attr[name], kind, value)
    completed = removed_operations.with_missing_operations(graph_def, registered=True)
    assert completed.node[-1].op != operation
    function = function_of(completed, [f'{name}:0' for name in names])
    return function(*(tf.constant(each) for each in inputs)).numpy()


POINTS = np.array([-20, -4, -2.5, -1, -0.5, 0, 0.5, 1, 3.5, 20], np.float32)
# Of TensorFlow Addons 0.9.1, where these were operations, on TensorFlow 2.1.
ACTIVATIONS = [
    ('Gelu', {}, '-0 -7.04527e-5 -.01508430 -.1588080 -.1542860 0 .3457140 .8411920 3.499384 20'),
    ('Gelu', {'approximate': False},
     '-0 -1.263618e-4 -.01552418 -.1586553 -.1542688 0 .3457312 .8413447 3.499186 20'),
    ('Mish', {},
     '-4.122307e-8 -.07259187 -.1968162 -.3034014 -.2207438 0 .3752452 .8650984 3.493990 20'),
    ('Lisht', {}, '20 3.997317 2.466536 .7615942 .2310586 0 .2310586 .7615942 3.493623 20'),
    ('Tanhshrink', {},
     '-19 -3.000671 -1.513386 -.2384058 -.03788283 0 .03788283 .2384058 2.501822 19'),
    ('Hardshrink', {}, '-20 -4 -2.5 -1 0 0 0 1 3.5 20'),
    ('Softshrink', {}, '-19.5 -3.5 -2 -.5 0 0 0 .5 3 19.5'),
    ('Softshrink', {'lower': -1.0, 'upper': 3.0}, '-19 -3 -1.5 0 0 0 0 0 .5 17'),
    ('Hardshrink', {'lower': -1.0, 'upper': 3.0}, '-20 -4 -2.5 0 0 0 0 0 3.5 20'),
]  # fmt: skip


@pytest.mark.parametrize('name, attributes, want', ACTIVATIONS)
def test_activations_of_addons(name, attributes, want):
    want = np.array(want.split(), np.float32)
    for dtype, tolerance in ((np.float32, 2e-5), (np.float64, 2e-5), (np.float16, 5e-3)):
        found = one_node(f'Addons>{name}', [POINTS.astype(dtype)], **attributes)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, want, rtol=tolerance, atol=tolerance / 20)


CELLS = {
    'LSTMBlockCell': (
        ((1, 'cs'), (6, 'h')),
        {'forget_bias': 0.5, 'use_peephole': True},
        [('x', 2, 3), ('cs_prev', 2, 4), ('h_prev', 2, 4), ('w', 7, 16)]
        + [('wci', 4), ('wcf', 4), ('wco', 4), ('b', 16)],
    ),
    'GRUBlockCell': (
        ((3, 'h'),),
        {},
        [('x', 2, 3), ('h_prev', 2, 4), ('w_ru', 7, 8), ('w_c', 7, 4), ('b_ru', 8), ('b_c', 4)],
    ),
}


@pytest.mark.parametrize('cell', CELLS)
def test_cells_of_old_graphs_have_gradients(cell, provided):
    """Against finite differences."""
    outputs, attributes, inputs = CELLS[cell]
    operation = getattr(tf.raw_ops, cell)
    random = np.random.RandomState(5)
    values = [tf.constant(random.uniform(-1, 1, one[1:]), tf.float32) for one in inputs]

    def total(*values):
        given = dict(zip((one[0] for one in inputs), values, strict=True))
        results = operation(**given, **attributes)
        return tf.add_n([tf.reduce_sum(tf.sin(results[place] + place)) for place, _ in outputs])

    theoretical, numeric = tf.test.compute_gradient(total, values, delta=1e-2)
    for one, found, wanted in zip(inputs, theoretical, numeric, strict=True):
        np.testing.assert_allclose(found, wanted, atol=2e-3, err_msg=one[0])


def test_images_are_sampled_as_by_tf1_and_addons():
    images, points, transforms = make.image_inputs()
    recorded = models.expected('tf1')
    for operation in ('Resampler', 'Addons>Resampler'):
        for form in ('tf1', 'addons'):
            found = one_node(operation, [images, points])
            want = models.expected(form)['resampler']
            np.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)
    for how in ('NEAREST', 'BILINEAR'):
        want = recorded[f'transform_{how}']
        interpolation = {'interpolation': how.encode()}
        found = one_node('ImageProjectiveTransform', [images, transforms], **interpolation)
        np.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)
        inputs = [images, transforms, np.array([4, 5], np.int32)]
        found = one_node('Addons>ImageProjectiveTransformV2', inputs, **interpolation)
        np.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)


def test_every_replacement_has_been_compared():
    compared = {f'Addons>{name}' for name, *_ in ACTIVATIONS}
    compared |= {'GatherTree', 'Addons>GatherTree', 'Resampler', 'Addons>Resampler'}
    compared |= {'ImageProjectiveTransform', 'Addons>ImageProjectiveTransformV2'}
    assert compared == set(REPLACEMENTS)
