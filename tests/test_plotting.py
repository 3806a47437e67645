"""Alignment plots: the file, the labels, and what is refused."""

import itertools
import sys

import numpy as np
import pytest
import tensorflow as tf
from matplotlib import font_manager

from tf_seq2seq_compat import cli, plotting
from tf_seq2seq_compat.plotting import plot_alignment, plot_alignments

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


def test_labels_may_be_arrays():
    source, target = np.array(['a', 'b', 'c']), np.array(['X', 'Y'])
    axes = plotting.plot_alignment(np.eye(2, 3), source, target).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ['a', 'b', 'c']
    assert [label.get_text() for label in axes.get_yticklabels()] == ['X', 'Y']


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


def test_several_maps_have_one_scale_and_one_labelled_bar(tmp_path):
    heads = np.random.RandomState(0).rand(3, 4, 5)
    beams = {'beam 0': ALIGNMENT, 'beam 1': ALIGNMENT[:1]}
    for maps, target, wanted in (
        ({'head': heads}, None, ['head 0', 'head 1', 'head 2']),
        (beams, {'beam 0': 'XY', 'beam 1': 'Z'}, ['beam 0', 'beam 1']),
    ):
        figure = plot_alignments(maps, target=target, path=tmp_path / 'maps.png', title='all')
        *drawn, bar = figure.axes
        assert [axes.get_title() for axes in drawn] == wanted
        assert bar.get_ylabel() == 'weight'
        assert len({axes.get_images()[0].get_clim() for axes in drawn}) == 1
    assert labels(drawn[0].get_yticklabels()) == ['X', 'Y']
    assert labels(drawn[1].get_yticklabels()) == ['Z']
    np.testing.assert_array_equal(drawn[1].get_images()[0].get_array(), ALIGNMENT[:1])


def test_no_map_and_labels_that_do_not_fit_one():
    with pytest.raises(ValueError, match='alignments is empty'):
        plot_alignments({})
    with pytest.raises(ValueError, match='target has 3 labels'):
        plot_alignments({'a': ALIGNMENT}, target={'a': 'XYZ'})


@pytest.mark.parametrize('steps', [5, 40, 300, 2000])
def test_labels_do_not_overlap(steps):
    words = [f'word{i}' for i in range(steps)]
    figure = plot_alignment(np.eye(steps), words, words)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    for axis in (axes.xaxis, axes.yaxis):
        shown = [tick.label1.get_window_extent() for tick in axis.get_major_ticks()]
        assert min(20, steps) <= len(shown) <= steps
        sides = [(b.x0, b.x1) if axis is axes.xaxis else (-b.y1, -b.y0) for b in shown]
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(sides))


def test_a_font_with_the_characters_is_found_or_its_lack_is_said(monkeypatch):
    families = plotting._fonts('abc')
    fonts = {entry.fname: entry.name for entry in font_manager.fontManager.ttflist}
    other = next(file for file, name in fonts.items() if name not in families)
    latin = set(range(128))
    monkeypatch.setattr(plotting, '_characters', lambda file: latin)
    with pytest.warns(UserWarning, match='No installed font has .日.*Noto Sans CJK'):
        assert plotting._fonts('a日') == families
    monkeypatch.setattr(
        plotting, '_characters', lambda file: latin | ({ord('日')} if file == other else set())
    )
    assert plotting._fonts('a日') == [*families, fonts[other]]


def test_the_command_draws_what_is_saved(tmp_path, capsys):
    saved = tmp_path / 'alignments.npz'
    beams = np.stack([ALIGNMENT, ALIGNMENT], axis=1)
    np.savez(saved, beams=beams, source=np.array(list('abc')), target=np.array(['X', 'Y']))
    picture = tmp_path / 'out.png'
    assert cli.main(['plot', str(saved), str(picture), '--index', '1', '--title', 'two']) == 0
    assert picture.read_bytes().startswith(b'\x89PNG') and 'wrote' in capsys.readouterr().err
    np.save(tmp_path / 'one.npy', ALIGNMENT)
    assert cli.main(['plot', str(tmp_path / 'one.npy'), str(tmp_path / 'one.svg')]) == 0
    for words, message in (
        ([saved, picture, '--array', 'heads'], 'there is no array heads; there are beams'),
        ([saved, picture, '--index', '7'], 'out of bounds'),
        ([tmp_path / 'none.npz', picture], 'No such file'),
        ([saved, tmp_path / 'none' / 'x.png', '--index', '0'], 'No such file'),
    ):
        assert cli.main(['plot', *map(str, words)]) == 2
        said = capsys.readouterr().err.splitlines()
        assert message in said[-1] and len(said) <= 2
