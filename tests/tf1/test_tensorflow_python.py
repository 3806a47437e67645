"""What TF 1.15.5 had, public and inside, is there or explained; a program of all sorts runs."""

from __future__ import annotations

import doctest
import json
import pathlib
import types

import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.tf1 import internals_golden
from tests.tf1.processes import last_line, run
from tf_seq2seq_compat.tf1 import tensorflow_python

GOLDEN = json.loads(pathlib.Path(internals_golden.RECORD).read_text())

# Each name of the golden lists, asked for as a program would ask for it.
WALK = """
import importlib
import json
import logging
import sys

import tensorflow as tf

logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
golden = json.load(open(sys.argv[1]))
wrong, explained, present = [], [], 0


def look(path, holder, name):
    global present
    try:
        value = getattr(holder, name)
    except AttributeError as error:
        words = str(error)
        if 'is not provided' in words and 'Use instead: ' in words:
            explained.append(path)
        else:
            wrong.append(path + ': ' + words)
    except Exception as error:
        wrong.append('{}: {}: {}'.format(path, type(error).__name__, error))
    else:
        present += 1
        return value


def public(path):
    found = tf
    for part in path.split('.'):
        found = getattr(found, part)
    return found


for path, names in golden['public'].items():
    try:
        holder = public(path) if path else tf
    except AttributeError as error:
        if 'is not provided' not in str(error):
            wrong.append(path + ': ' + str(error))
        continue
    for name in names.split():
        look('.'.join(filter(None, ['tf', path, name])), holder, name)
for file, names in golden['internals'].items():
    path = 'tensorflow.python.' + file
    try:
        holder = importlib.import_module(path)
    except ImportError as error:
        wrong.append(path + ': ' + str(error))
        continue
    for name in names.split():
        value = look(path + '.' + name, holder, name)
        known_as = golden['classes'].get(file + '.' + name)
        if known_as and value is not None:
            try:
                same = public(known_as) is value
            except AttributeError as error:
                same = 'is not provided' in str(error)
            if not same:
                wrong.append('{}.{} is not tf.{}'.format(path, name, known_as))
for name in golden['contrib']:
    if importlib.import_module('tensorflow.contrib.' + name) is not getattr(tf.contrib, name):
        wrong.append('tf.contrib.' + name)
print(json.dumps({'wrong': wrong, 'explained': explained, 'present': present}))
"""


@pytest.fixture(scope='module')
def walk(tmp_path_factory):
    folder = tmp_path_factory.mktemp('walk')
    (folder / 'walk.py').write_text(WALK)
    return json.loads(last_line(run('walk.py', internals_golden.RECORD, cwd=folder)))


def test_every_name_has_a_value_or_an_explained_error(walk):
    assert walk['wrong'] == []
    assert walk['present'] > 9_500


def test_few_names_are_gone(walk):
    assert len(walk['explained']) < 300


def test_nothing_that_programs_commonly_use_is_gone(walk):
    """Of the public API, TPU debugging and five corners of tf.data and tf.keras."""
    gone = {name for name in walk['explained'] if name.startswith('tf.')}
    allowed = ('tf.raw_ops.', 'tf.tpu.', 'tf.data.experimental.', 'tf.keras.', 'tf.config.exp')
    assert [name for name in sorted(gone) if not name.startswith(allowed)] == []
    public_corners = ('tf.keras.experimental.', 'tf.keras.utils.', 'tf.keras.wrappers.')
    keras = [name for name in sorted(gone) if name.startswith('tf.keras.')]
    assert [name for name in keras if not name.startswith(public_corners)] == []
    commonly = ('framework.', 'ops.', 'util.', 'platform.', 'client.', 'lib.', 'layers.')
    inside = [name.removeprefix('tensorflow.python.') for name in walk['explained']]
    inside = [name for name in inside if name.startswith(commonly)]
    assert len(inside) < 60, inside


@pytest.fixture(scope='module')
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp('program')
    done = run(internals_golden.PROGRAM, *internals_golden.ARGUMENTS, cwd=folder)
    return json.loads(last_line(done))


def differences(expected, got, path=''):
    """Where two JSON values differ, floats up to rounding."""
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for index, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from differences(one, other, f'{path}[{index}]')
    elif isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        for key in expected:
            yield from differences(expected[key], got[key], f'{path}[{key!r}]')
    elif isinstance(expected, float) and isinstance(got, (int, float)):
        if got != pytest.approx(expected, rel=1e-4, abs=1e-6):
            yield f'{path}: {got}, TF 1.15.5 gives {expected}'
    elif expected != got:
        yield f'{path}: {got!r}, TF 1.15.5 gives {expected!r}'


@pytest.mark.parametrize('name', GOLDEN['program'])
def test_program_gets_what_tf1_gives(program, name):
    """The flags, tf.layers, sessions, queues, tables, savers … of internals_program.py."""
    assert not isinstance(GOLDEN['program'][name], str), 'the program failed on TF 1.15.5 itself'
    assert list(differences(GOLDEN['program'][name], program[name])) == []


def test_shapes_by_kind():
    assert tensorflow_python.scalar() == tf.TensorShape([])
    assert tensorflow_python.vector(3) == tf.TensorShape([3])
    assert tensorflow_python.matrix(2, None).as_list() == [2, None]


def test_registering_a_shape_function_is_allowed():
    def shape(op):
        return [op]

    assert tensorflow_python.RegisterShape('Zeros')(shape) is shape
    with pytest.raises(TypeError, match='op_type is 3: pass the name'):
        tensorflow_python.RegisterShape(3)


def test_like_rnncell_looks_at_what_a_cell_has():
    cell = seq2seq.GRUCell(4)
    assert tensorflow_python.like_rnncell(cell)
    assert not tensorflow_python.like_rnncell(cell.call)
    assert not tensorflow_python.like_rnncell(types.SimpleNamespace(output_size=4, state_size=4))


def test_examples_run():
    found = doctest.testmod(tensorflow_python, globs={'tf': tf, 'seq2seq': seq2seq})
    assert found.attempted and not found.failed
