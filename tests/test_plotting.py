"""Alignment plots: the file, the labels, and what is refused."""

import sys

import numpy as np
import pytest
import tensorflow as tf

from tf_seq2seq_compat.plotting import plot_alignment

ALIGNMENT = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1]], np.float32)


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def test_writes_a_png_and_leaves_nothing_else(tmp_path):
    path = tmp_path / 'alignment.png'
    figure = plot_alignment(ALIGNMENT, 'abc', ['X', 'Y'], path, title='one')
    assert path.read_bytes().startswith(b'\x89PNG\r\n\x1a\n')
    assert [entry.name for entry in tmp_path.iterdir()] == ['alignment.png']
    axes = figure.axes[0]
    assert axes.get_title() == 'one'
    assert labels(axes.get_xticklabels()) == ['a', 'b', 'c']
    assert labels(axes.get_yticklabels()) == ['X', 'Y']


def test_shows_the_weights_target_down_source_across():
    image = plot_alignment(ALIGNMENT).axes[0].get_images()[0]
    np.testing.assert_array_equal(image.get_array(), ALIGNMENT)


@pytest.mark.parametrize('suffix, start', [('', b'\x89PNG'), ('.pdf', b'%PDF'), ('.svg', b'<?xml')])
def test_the_suffix_is_the_format(tmp_path, suffix, start):
    path = tmp_path / f'alignment{suffix}'
    plot_alignment(ALIGNMENT, path=str(path))
    assert path.read_bytes().startswith(start)


def test_a_failed_write_keeps_the_old_file(tmp_path):
    path = tmp_path / 'alignment.unknown'
    path.write_text('old')
    with pytest.raises(ValueError, match='unknown'):
        plot_alignment(ALIGNMENT, path=path)
    assert path.read_text() == 'old'
    assert [entry.name for entry in tmp_path.iterdir()] == ['alignment.unknown']


def test_leaves_pyplot_alone():
    before = sys.modules.get('matplotlib.pyplot')
    plot_alignment(ALIGNMENT)
    assert sys.modules.get('matplotlib.pyplot') is before


def test_takes_eager_tensors():
    with tf.init_scope():
        tensor = tf.constant(ALIGNMENT)
    image = plot_alignment(tensor).axes[0].get_images()[0]
    np.testing.assert_array_equal(image.get_array(), ALIGNMENT)


@pytest.mark.parametrize('shape', [(), (3,), (2, 3, 4), (0, 3), (2, 0)])
def test_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r'alignment must be \[target_time, source_time\]') as info:
        plot_alignment(np.zeros(shape))
    assert str(shape) in str(info.value)


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_refuses_what_is_not_finite(value):
    with pytest.raises(ValueError, match='1 entries that are not finite'):
        plot_alignment(np.array([[1.0, value]]))


@pytest.mark.parametrize('alignment', [[['a', 'b']], np.array([[1j]]), [[1.0], [1.0, 2.0]], None])
def test_refuses_what_is_not_numbers(alignment):
    with pytest.raises(TypeError, match='alignment must hold real numbers'):
        plot_alignment(alignment)


def test_refuses_a_tensor_without_a_value():
    with tf.Graph().as_default(), pytest.raises(TypeError, match='session.run'):
        plot_alignment(tf.compat.v1.placeholder(tf.float32, [2, 3]))


@pytest.mark.parametrize('side, given', [('source', 'ab'), ('target', ['X', 'Y', 'Z'])])
def test_refuses_labels_that_do_not_fit(side, given):
    with pytest.raises(ValueError, match=rf'{side} has {len(given)} labels.*\(2, 3\)'):
        plot_alignment(ALIGNMENT, **{side: given})


def test_names_the_extra_where_matplotlib_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, 'matplotlib.figure', None)
    monkeypatch.setitem(sys.modules, 'matplotlib.backends.backend_agg', None)
    with pytest.raises(ImportError, match=r'tf-seq2seq-compat\[plotting\]'):
        plot_alignment(ALIGNMENT)
