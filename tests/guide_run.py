"""Runs blocks of the migration guide in this process and writes what they gave.

    python guide_run.py WORLD FOLDER OUT     blocks of a world (tf1, tf2, tfa) in folders by page
    python guide_run.py fresh PAGE:LINE OUT  one block
    python guide_run.py record [--check]     with TensorFlow 1.15.5: what the `before` blocks give

Variables of equal names have equal values in all of them: a value depends on the last two parts of
the name and on the shape. `tf1` is meant to be run by TensorFlow 1.15.5 itself or by
`tf-seq2seq-compat run`. Runs under Python 3.7 too.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import sys
import tempfile
import time
import traceback
import zlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import guide_blocks  # noqa: E402  (Python 3.7 runs this file by itself)

RECORDED = HERE / 'guide_tf1.json'


def initial_value(name, shape):
    """The value of a variable, from its name and shape."""
    parts = [re.sub(r'_\d+$', '', part) for part in name.split(':')[0].split('/')[-2:]]
    # TensorFlow Addons names the layers of a mechanism and its variables alike.
    if re.search('_attention|Attention|query_layer|memory_layer', parts[0]):
        parts[0] = 'attention'
    seed = zlib.crc32(repr((parts, tuple(shape))).encode())
    return np.random.RandomState(seed).uniform(-0.7, 0.7, shape)


def full_name(tf, name):
    """A name with the scope around it, which Keras leaves to the name scope."""
    if '/' in name or not hasattr(tf, 'get_current_name_scope'):
        return name
    return '/'.join(filter(None, [tf.get_current_name_scope(), name]))


def creator(tf):
    """A variable creator that starts trainable floats at `initial_value`."""

    def create(next_creator, **kwargs):
        value = kwargs.get('initial_value')
        if kwargs.get('trainable') is not False and value is not None:
            with tf.init_scope():
                value = tf.convert_to_tensor(value() if callable(value) else value)
            if value.dtype.is_floating and value.shape.is_fully_defined():
                shape = [int(size) for size in value.shape]
                given = initial_value(full_name(tf, kwargs.get('name') or 'Variable'), shape)
                kwargs['initial_value'] = lambda: tf.constant(given, value.dtype)
        return next_creator(**kwargs)

    return create


def plain(value):
    """A nest of tensors, arrays and numbers as lists of numbers."""
    if hasattr(value, '_fields'):
        return [plain(getattr(value, field)) for field in value._fields]
    if isinstance(value, dict):
        return [plain(value[name]) for name in sorted(value)]
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if hasattr(value, 'stack') and not hasattr(value, 'shape'):
        value = value.stack()
    value = value.numpy() if hasattr(value, 'numpy') else value
    return np.asarray(value).tolist()


def run_block(block, names, create):
    """Runs one block in a namespace."""
    printed = {}

    def note(*values, **_):
        line = sys._getframe(1).f_lineno
        printed.setdefault(str(line), []).append(' '.join(map(str, values)))

    names.update({'print': note, '__name__': '__main__', '__file__': str(HERE / 'block.py')})
    before = names.get('result')
    outcome = {'printed': printed, 'error': None, 'result': None}
    started = time.time()
    file = str(HERE / f'guide_{block.page}_{block.line}.py')
    try:
        with create():
            exec(compile(block.code, file, 'exec', dont_inherit=True), names)
        after = names.get('result')
        outcome['result'] = None if after is before else plain(after)
    except (Exception, SystemExit) as error:
        outcome['error'] = [type(error).__name__, str(error)]
        outcome['traceback'] = traceback.format_exc()
    outcome['seconds'] = round(time.time() - started, 2)
    return outcome


def run_world(world, folder, can_run=lambda block: True):
    """What the blocks of a world give, by the block's `repr`."""
    outcomes = {}
    for page in guide_blocks.pages():
        stack, programs = contextlib.ExitStack(), {}
        where = pathlib.Path(folder) / page.stem
        where.mkdir(parents=True, exist_ok=True)
        os.chdir(str(where))
        with stack:
            for block in guide_blocks.blocks(page):
                if block.world != world or 'fresh process' in block.flags or not can_run(block):
                    continue
                if 'continued' not in block.flags:
                    stack.close()
                    programs[str(block.kind)] = {}
                    stack.enter_context(one_program(world))
                names = programs[str(block.kind)]
                outcomes[repr(block)] = run_block(block, names, weights)
    return outcomes


@contextlib.contextmanager
def one_program(world):
    """A graph of its own for a TF1 program; names of its own for a TF2 program."""
    import tensorflow as tf

    if world == 'tf1':
        # A name that only TensorFlow 1 has: the runner takes this file for a program for it.
        assert tf.get_default_session() is None
        with tf.Graph().as_default():
            yield
    else:
        tf.compat.v1.reset_default_graph()  # It counts the scopes of eager code.
        tf.random.set_seed(1)
        yield


@contextlib.contextmanager
def weights():
    """Variables that are made here have their values."""
    import tensorflow as tf

    create, as_default = creator(tf), tf.Graph.as_default

    @contextlib.contextmanager
    def in_graph(graph):
        with as_default(graph), tf.variable_creator_scope(create):
            yield graph

    def with_creator(graph):
        return in_graph(graph) if type(graph) is tf.Graph else as_default(graph)

    tf.Graph.as_default = with_creator
    try:
        with tf.variable_creator_scope(create):
            yield
    finally:
        tf.Graph.as_default = as_default


def supported(block):
    """Whether the installed TensorFlow is one that the block is for."""
    import tensorflow as tf

    return int(tf.__version__.split('.')[1]) >= block.since


def recordable(block):
    """Whether TensorFlow 1.15.5 itself can run the block."""
    return 'under the runner' not in block.flags


def record(check):
    """Writes what TensorFlow 1.15.5 gives for the `before` blocks, or compares with it."""
    import tensorflow as tf

    if tf.__version__ != '1.15.5':
        sys.exit(f'This is TensorFlow {tf.__version__}; record with 1.15.5.')
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run_world('tf1', folder, recordable)
        os.chdir(str(HERE))
    recorded = {}
    for block in guide_blocks.every_block():
        outcome = outcomes.get(repr(block))
        if outcome is None:
            continue
        problems = broken_promises(block, outcome)
        if problems:
            print(outcome.get('traceback', ''))
            sys.exit(f'{block}: {problems}')
        error = outcome['error'] and outcome['error'][0]
        recorded[guide_blocks.key(block)] = {'error': error, 'result': outcome['result']}
    if check:
        old = guide_blocks.load(RECORDED)
        different = [key for key in recorded if not same(recorded[key], old.get(key))]
        if different or set(old) != set(recorded):
            sys.exit(f'differs from what is recorded: {different or set(old)}')
        print(f'{len(recorded)} blocks as recorded')
        return
    new = RECORDED.with_suffix('.tmp')
    new.write_text(json.dumps(recorded, indent=0) + '\n', encoding='utf-8')
    new.replace(RECORDED)
    print(f'{len(recorded)} blocks recorded')


def same(one, other):
    """Whether two recorded outcomes agree."""
    if other is None or one['error'] != other['error']:
        return False
    return not differences(one['result'], other['result'])


def differences(one, other):
    """Why two results differ, or ''."""
    if (one is None) != (other is None):
        return 'only one of them is there'
    if isinstance(one, list) or isinstance(other, list):
        if not (isinstance(one, list) and isinstance(other, list) and len(one) == len(other)):
            return 'other shapes'
        return next(filter(None, map(differences, one, other)), '')
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        close = np.allclose(one, other, rtol=1e-4, atol=1e-5, equal_nan=False)
        return '' if close else f'{one} and {other}'
    return '' if one == other else f'{one!r} and {other!r}'


def broken_promises(block, outcome):
    """What a block said of itself and did not do."""
    problems = []
    seen = outcome['error']
    if block.error is None and seen is not None:
        problems.append('fails: {}: {}'.format(*seen))
    elif block.error is not None and seen is None:
        problems.append(f'does not fail with {block.error[0]}')
    elif block.error is not None and not (
        seen[0] == block.error[0] and guide_blocks.matches(block.error[1], seen[1])
    ):
        problems.append(f'promises {block.error}, fails with {seen}')
    for line, promised in block.printed.items():
        for got in outcome['printed'].get(str(line), ['nothing']):
            if got.split() != promised.split():
                problems.append(f'line {line}: promises {promised!r}, prints {got!r}')
    return problems


def main():
    world = sys.argv[1]
    if world == 'record':
        record('--check' in sys.argv)
        return
    out = pathlib.Path(sys.argv[3]).resolve()
    if world == 'fresh':
        block = next(each for each in guide_blocks.every_block() if repr(each) == sys.argv[2])
        outcomes = {repr(block): run_block(block, {}, weights)}
    elif world == 'tf1':
        outcomes = run_world(world, sys.argv[2])
    else:
        outcomes = run_world(world, sys.argv[2], supported)
    out.write_text(json.dumps(outcomes), encoding='utf-8')


if __name__ == '__main__':
    main()
