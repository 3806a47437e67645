"""What is read of checkpoints, and what is said of those that cannot be read."""

import os
import random
import shutil

import numpy as np
import pytest
import tensorflow as tf

from tests.checkpoints import objects
from tf_seq2seq_compat import checkpoint
from tf_seq2seq_compat.checkpoint import CheckpointError, VariableInfo

NAMES = sorted(path.name for path in objects.DATA.iterdir())


@pytest.fixture
def copied(tmp_path):
    """Copies a checkpoint to where it may be damaged; gives its prefix."""

    def copy(name):
        shutil.copytree(objects.DATA / name, tmp_path / name)
        return str(tmp_path / name / 'model.ckpt')

    return copy


@pytest.mark.parametrize('name', NAMES)
def test_every_variable_of_the_committed_checkpoints(name):
    want = objects.harness.load(str(objects.DATA / name / 'expected.npz'))
    listed = checkpoint.list_variables(objects.prefix(name))
    assert {v.name: [v.dtype, list(v.shape)] for v in listed} == want.facts['keys']
    assert [v.name for v in listed] == sorted(v.name for v in listed)
    loaded = checkpoint.load(objects.prefix(name))
    for variable in listed:
        array = loaded[variable.name]
        assert (array.dtype.name, array.shape) == (variable.dtype, variable.shape)
        saved = want.arrays.get('variable/' + variable.name)
        if saved is not None:
            np.testing.assert_array_equal(array, saved)


def test_a_partitioned_variable_is_one():
    want = objects.expected('partitioned_embedding')
    parts = [want[f'variable/embedding/part_{i}'] for i in range(4)]
    loaded = checkpoint.load(objects.prefix('partitioned_embedding'), 'embedding')
    np.testing.assert_array_equal(loaded['embedding'], np.concatenate(parts))


@pytest.mark.parametrize('end', ['.index', '.data-00000-of-00001'])
def test_a_file_of_a_checkpoint_stands_for_it(end):
    whole = checkpoint.list_variables(objects.prefix('gru'))
    assert checkpoint.list_variables(objects.prefix('gru') + end) == whole


def test_a_folder_stands_for_its_latest(copied):
    prefix = copied('gru')
    folder = os.path.dirname(prefix)
    assert len(checkpoint.load(folder, 'global_step')) == 1  # The only one.
    state = os.path.join(folder, 'checkpoint')
    for written in ('model.ckpt', '/gone/elsewhere/model.ckpt', 'C:\\\\gone\\\\model.ckpt'):
        with open(state, 'w', encoding='utf-8') as file:
            file.write(f'model_checkpoint_path: "{written}"\n')
        assert len(checkpoint.load(folder, 'global_step')) == 1
    with open(state, 'w', encoding='utf-8') as file:
        file.write('model_checkpoint_path: "model.ckpt-7"\n')
    with pytest.raises(CheckpointError, match=r'model\.ckpt-7, which is not there.*model\.ckpt'):
        checkpoint.load(folder)


def test_strings(tmp_path):
    arrays = {'words': np.array([b'a', b'\xff\x00b'], object), 'step': np.int64(3)}
    prefix = checkpoint.convert(arrays, tmp_path / 'model.ckpt')
    assert checkpoint.list_variables(prefix) == [
        VariableInfo('step', (), 'int64'),
        VariableInfo('words', (2,), 'string'),
    ]
    assert checkpoint.load(prefix, ['words'])['words'].tolist() == [b'a', b'\xff\x00b']


def test_an_object_checkpoint_has_the_paths_of_attributes(tmp_path):
    module = tf.Module()
    module.cells = {'a/b': tf.Variable([1.0]), 'c.d': tf.Variable([2, 3])}
    tree = tf.train.Checkpoint(model=module, step=tf.Variable(7))
    prefix = tree.save(str(tmp_path / 'objects'))
    assert [v.name for v in checkpoint.list_variables(prefix)] == [
        'model/cells/a/b',
        'model/cells/c.d',
        'step',
    ]
    assert checkpoint.load(prefix)['model/cells/c.d'].tolist() == [2, 3]


def test_npz(tmp_path):
    np.savez(tmp_path / 'w.npz', **{'a/b': np.arange(3)})
    assert checkpoint.load(tmp_path / 'w.npz')['a/b'].tolist() == [0, 1, 2]
    (tmp_path / 'broken.npz').write_bytes((tmp_path / 'w.npz').read_bytes()[:40])
    np.savez(tmp_path / 'pickled.npz', a=np.array([{}], object))
    for name in ('broken', 'pickled'):
        with pytest.raises(CheckpointError, match=f'{name}.npz cannot be read'):
            checkpoint.list_variables(tmp_path / f'{name}.npz')
    with pytest.raises(CheckpointError, match='there is no'):
        checkpoint.load(tmp_path / 'none.npz')


def test_a_name_that_is_not_there():
    with pytest.raises(CheckpointError, match='nearest names are rnn/gru_cell/gates/kernel'):
        checkpoint.load(objects.prefix('gru'), 'rnn/gru_cell/gates/kernels')


# -- what is not there ----------------------------------------------------------------------------


def test_no_checkpoint(tmp_path, copied):
    prefix = copied('gru')
    with pytest.raises(CheckpointError, match=r'no checkpoint .*model\.ckp\. In that folder are'):
        checkpoint.load(prefix[:-1])
    with pytest.raises(CheckpointError, match='There is no folder'):
        checkpoint.load(tmp_path / 'nowhere' / 'model.ckpt')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(CheckpointError, match='there is none in the folder'):
        checkpoint.load(tmp_path / 'empty')


def test_files_that_are_missing(copied):
    prefix = copied('gru')
    data = prefix + '.data-00000-of-00001'
    os.rename(data, prefix + '.data-00000-of-00002')
    with pytest.raises(CheckpointError, match='lacks 1 of its 2 data files: 00001'):
        checkpoint.load(prefix)
    os.remove(prefix + '.data-00000-of-00002')
    with pytest.raises(CheckpointError, match='Copy the data too'):
        checkpoint.load(prefix)
    shutil.copy(objects.prefix('gru') + '.data-00000-of-00001', data)
    os.remove(prefix + '.index')
    with pytest.raises(CheckpointError, match=r'no .*model\.ckpt\.index'):
        checkpoint.load(prefix)


def test_a_file_that_is_no_checkpoint(tmp_path):
    (tmp_path / 'model.ckpt').write_bytes(b'PK\x03\x04' * 100)
    with pytest.raises(CheckpointError, match=r'400 bytes\) does not end as a checkpoint file'):
        checkpoint.load(tmp_path / 'model.ckpt')


DAMAGED = [
    ('gru', '.index'),
    ('gru', '.data-00000-of-00001'),
    ('partitioned_embedding', '.index'),
    ('partitioned_embedding', '.data-00000-of-00001'),
    ('v1_format', ''),
]


@pytest.mark.parametrize(('name', 'end'), DAMAGED)
def test_a_truncated_file(name, end, copied):
    prefix = copied(name)
    with open(prefix + end, 'rb') as file:
        whole = file.read()
    for length in [0, 1, 47, 48, *range(len(whole) // 7, len(whole), len(whole) // 7)]:
        with open(prefix + end, 'wb') as file:
            file.write(whole[: min(length, len(whole) - 1)])
        with pytest.raises(CheckpointError, match='truncated|damaged'):
            checkpoint.load(prefix)
        if end:  # The list reads no values, but sees that they end too early.
            with pytest.raises(CheckpointError, match='truncated|damaged'):
                checkpoint.list_variables(prefix)


@pytest.mark.parametrize(('name', 'end'), DAMAGED)
def test_a_flipped_bit_is_seen_or_does_not_matter(name, end, copied):
    prefix = copied(name)
    want = checkpoint.load(prefix)
    with open(prefix + end, 'rb') as file:
        whole = bytearray(file.read())
    choice, seen = random.Random(0), 0
    for _ in range(40):
        at, bit = choice.randrange(len(whole)), 1 << choice.randrange(8)
        whole[at] ^= bit
        with open(prefix + end, 'wb') as file:
            file.write(whole)
        whole[at] ^= bit
        try:
            got = checkpoint.load(prefix)
        except CheckpointError as error:
            assert 'damaged' in str(error)
            seen += 1
        else:
            assert got.keys() == want.keys()
            assert all(np.array_equal(got[key], want[key]) for key in want)
    assert seen > 20
