"""A function of the façade is TF1's form of it, not TensorFlow 2's."""

from __future__ import annotations

import functools
import json
import pathlib
from typing import Any

import pytest
import tensorflow as tf

from tests.api.signatures import parameters
from tf_seq2seq_compat.tf1 import facade

FOLDER = pathlib.Path(__file__).parents[1] / 'api'
TF1 = json.loads((FOLDER / 'functions_1_15_5.json').read_text(encoding='utf-8'))

# Where the façade's arguments do not begin with TF1's.
DIFFERENT = {
    **dict.fromkeys(
        (
            'tf.OptionalSpec',
            'tf.RaggedTensor',
            'tf.Tensor',
            'tf.data.experimental.OptionalStructure',
        ),
        'classes that programs do not make themselves',
    ),
    **dict.fromkeys(
        ('tf.custom_gradient', 'tf.numpy_function', 'tf.py_function'),
        'what must be given has a default, for the use as a decorator',
    ),
    **dict.fromkeys(
        (
            'tf.image.adjust_jpeg_quality',
            'tf.linalg.matmul',
            'tf.manip.scatter_nd',
            'tf.math.top_k',
        ),
        'only a name given by position is taken for something else, and refused',
    ),
    **dict.fromkeys(('tf.shape', 'tf.size'), 'None means int32'),
    'tf.data.experimental.make_batched_features_dataset': 'None means TFRecordDataset',
    'tf.function': 'of TensorFlow 2, for whose programs it is',
    'tf.random.experimental.create_rng_state': 'another name of an argument given by position',
}


def value(root: Any, name: str) -> Any:
    """What `name`, such as 'tf.nn.dropout', is below a root; None if it is not there."""
    return functools.reduce(lambda at, part: getattr(at, part, None), name.split('.')[1:], root)


def test_arguments_are_tf1s() -> None:
    """The same names in the same order with the same defaults; more of them only behind."""
    different = {}
    for name, wanted in TF1.items():
        found = parameters(value(facade.tensorflow(), name))
        if found is not None and found[: len(wanted)] != wanted:
            different[name] = (wanted, found)
    assert not [(name, *both) for name, both in different.items() if name not in DIFFERENT]
    assert TF1.keys() >= DIFFERENT.keys()


def test_functions_with_another_order_are_tf1s() -> None:
    tf1 = facade.tensorflow()
    assert tf1.nn.top_k([1.0, 3.0], 1, True, 'name').indices.numpy() == [1]
    assert tf1.scatter_nd([[1]], [2.0], [2], 'name').numpy().tolist() == [0.0, 2.0]
    assert tf1.nn.top_k is tf1.nn.top_k


@pytest.mark.parametrize('kind', ['sigmoid', 'softmax', 'sparse_softmax'])
def test_logits_first_is_refused(kind: str) -> None:
    """Before TF 1.0 logits came first; TensorFlow 2 would take them for labels, in silence."""
    function = getattr(facade.tensorflow().nn, f'{kind}_cross_entropy_with_logits')
    logits = tf.zeros([2, 2])
    labels = tf.constant([0, 1]) if kind == 'sparse_softmax' else tf.eye(2)
    with pytest.raises(ValueError, match=r'named arguments \(labels=\.\.\., logits='):
        function(logits, labels)
    wanted = [0.6931472] * 2
    found = tf.reduce_min(tf.reshape(function(labels=labels, logits=logits), [2, -1]), 1)
    assert found.numpy().tolist() == pytest.approx(wanted)


def test_no_function_is_tensorflow_2s() -> None:
    for name in TF1:
        one, two = value(tf.compat.v1, name), value(tf, name)
        if one is not None and two is not None and one is not two:
            assert value(facade.tensorflow(), name) is not two, name
