"""The functions that stand for operations which TensorFlow no longer has."""

import numpy as np
import pytest
import tensorflow as tf

from tests.eras import cases  # noqa: F401
from tests.eras import harness as eras
from tests.eras.test_eras import recorded
from tests.export.old import make, models
from tf_seq2seq_compat.export import removed_operations
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


def test_it_is_undone():
    with Runtime() as runtime:
        graph_operations.provide_missing_operations(runtime)
    with tf.Graph().as_default(), pytest.raises(Exception, match='GatherTree'):
        tf.import_graph_def(old_graph('GatherTree'), name='')
