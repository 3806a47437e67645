"""Graphs of TF 1.15 and TensorFlow Addons with operations that TensorFlow no longer has."""

import numpy as np
import pytest
import tensorflow as tf

from tf_seq2seq_compat.tf1 import graph_operations
from tf_seq2seq_compat.tf1.runtime import Runtime

tf1 = tf.compat.v1

IDS = [[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]]]
PARENTS = [[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]]]
BEAMS = [[[2, 2, 2]], [[6, 5, 6]], [[7, 8, 9]]]  # of TF 1.15.5


def old_graph(operation, times=1):
    """A graph with calls of an operation that is not registered."""
    with tf.Graph().as_default() as graph:
        for name, rank in (('ids', 3), ('parents', 3), ('lengths', 1), ('end', 0)):
            tf1.placeholder(tf.int32, [None] * rank, name=name)
    graph_def = graph.as_graph_def()
    for index in range(times):
        inputs = ['ids', 'parents', 'lengths', 'end']
        node = graph_def.node.add(name=f'beams_{index}', op=operation, input=inputs)
        node.attr['T'].type = tf.int32.as_datatype_enum
    return graph_def


@pytest.fixture
def provided():
    with Runtime() as runtime:
        graph_operations.provide_missing_operations(runtime)
        yield


@pytest.mark.parametrize('operation', ['GatherTree', 'Addons>GatherTree'])
def test_a_graph_with_a_beam_search_is_imported(operation, provided):
    feed = {'ids:0': IDS, 'parents:0': PARENTS, 'lengths:0': [3], 'end:0': 10}
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(old_graph(operation, times=2), name='')
        with tf1.Session() as session:
            for found in session.run(['beams_0:0', 'beams_1:0'], feed):
                np.testing.assert_array_equal(found, BEAMS)
        again = graph.as_graph_def()
    with tf.Graph().as_default():
        tf.import_graph_def(again, name='old')
        tf.import_graph_def(old_graph(operation), name='twice')
        feed = {
            f'{scope}/{name}': value for name, value in feed.items() for scope in ('old', 'twice')
        }
        with tf1.Session() as session:
            for found in session.run(['old/beams_1:0', 'twice/beams_0:0'], feed):
                np.testing.assert_array_equal(found, BEAMS)


def test_an_operation_within_a_function_of_the_graph_is_found():
    graph_def = tf1.GraphDef()
    function = graph_def.library.function.add()
    function.signature.name = 'decode'
    function.node_def.add(name='beams', op='GatherTree')
    complete = graph_operations.with_missing_operations(graph_def)
    assert 'GatherTree' in {f.signature.name for f in complete.library.function}
    assert len(graph_def.library.function) == 1


def test_other_graphs_are_left_as_they_are(provided):
    with tf.Graph().as_default() as graph:
        tf.constant(1)
    graph_def = graph.as_graph_def()
    assert graph_operations.with_missing_operations(graph_def) is graph_def


def test_it_is_undone():
    with Runtime() as runtime:
        graph_operations.provide_missing_operations(runtime)
    with tf.Graph().as_default(), pytest.raises(Exception, match='GatherTree'):
        tf.import_graph_def(old_graph('GatherTree'), name='')
