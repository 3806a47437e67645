"""Reads checkpoints as arrays: TF1's by name (both formats), TF2's objects, and `.npz`."""

from __future__ import annotations

import difflib
import glob
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.types import PathLike

# The last bytes of a table file, which TF's index files and V1 checkpoints are.
_TABLE_END = bytes.fromhex('57fb808b247547db')
_SHARD = re.compile(r'\.data-(\d{5})-of-(\d{5})$')
_OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH'
_OBJECT_SUFFIX = '/.ATTRIBUTES/VARIABLE_VALUE'
_COUNTER = 'save_counter'


class CheckpointError(ValueError):
    """A checkpoint cannot be read, does not fit the model, or cannot be written."""


class VariableInfo(NamedTuple):
    """The name, shape and type of a variable.

    Fields:
      name: Its name; for an object checkpoint the path of attributes that leads to it.
      shape: Its whole shape, also of a partitioned variable.
      dtype: Name of its type, 'float32' or 'string', say.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str


class CheckpointSource(NamedTuple):
    """An opened checkpoint.

    Fields:
      path: The prefix or file that was opened.
      form: 'V2', 'V1', 'objects', 'npz' or 'arrays'.
      variables: `VariableInfo` by name, in order of the names.
      read: Function from a name to its array.
    """

    path: str
    form: str
    variables: dict[str, VariableInfo]
    read: Callable[[str], np.ndarray]


def list_variables(path: str | os.PathLike[str]) -> list[VariableInfo]:
    """The variables of a checkpoint, in order of their names.

    Args:
      path: Prefix of a checkpoint (`model.ckpt-1000`), one of its files, a folder whose file
        `checkpoint` names the latest, the folder of a SavedModel, a V1 checkpoint, or an `.npz`
        file.

    Returns:
      `VariableInfo(name, shape, dtype)` of each. A partitioned variable is one, with its whole
      shape. The variables of an object checkpoint of TF2 have the paths of attributes as names.

    Raises:
      CheckpointError: If there is none, or it is damaged.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> layer = seq2seq.Dense(2)
      >>> _ = layer(tf.ones([1, 3]))
      >>> for variable in checkpoint.list_variables(checkpoint.save('m.ckpt', {'layer': layer})):
      ...     print(variable.name, variable.shape, variable.dtype)
      layer/bias (2,) float32
      layer/kernel (3, 2) float32

    Legacy: `tf.train.list_variables` of TF 1.15, `tf.contrib.framework.list_variables`.
    """
    return list(opened(path).variables.values())


def load(
    path: str | os.PathLike[str], names: str | Iterable[str] | None = None
) -> dict[str, np.ndarray]:
    """The variables of a checkpoint as arrays.

    Args:
      path: As for `list_variables`.
      names: Names of those wanted; all by default.

    Returns:
      An array for each name; strings are arrays of `bytes` objects.

    Raises:
      CheckpointError: As `list_variables`, or if there is no variable of that name.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> np.savez('weights.npz', **{'dense/bias': np.zeros(3)})
      >>> checkpoint.load('weights.npz')
      {'dense/bias': array([0., 0., 0.])}

    Legacy: `tf.train.load_variable` of TF 1.15.
    """
    source = opened(path)
    wanted = list(source.variables) if names is None else names
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    for name in wanted:
        if name not in source.variables:
            near = nearest(name, source.variables)
            raise CheckpointError(
                f'{source.path} has no variable {name!r}. '
                + (f'The nearest names are {", ".join(near)}.' if near else 'It is empty.')
            )
    return {name: source.read(name) for name in wanted}


def opened(path: PathLike) -> CheckpointSource:
    """Opens a checkpoint, or takes arrays by name as if they came from one.

    Args:
      path: As for `list_variables`, or a mapping from names to arrays.

    Returns:
      A `CheckpointSource`.

    Raises:
      CheckpointError: As `list_variables`.
    """
    if isinstance(path, Mapping):
        return _of_arrays('the given arrays', 'arrays', path)
    name = os.fspath(path)
    if name.endswith('.npz'):
        return _of_npz(name)
    prefix, form = _located(name)
    try:
        reader = tf.train.load_checkpoint(prefix)
        shapes = reader.get_variable_to_shape_map()
        types = reader.get_variable_to_dtype_map()
    except Exception as error:  # The reader raises many types, DataLossError to plain OpError.
        raise _damaged(prefix, error) from error

    def read(key: str) -> np.ndarray:
        try:
            return np.asarray(reader.get_tensor(key))
        except Exception as error:
            raise _damaged(prefix, error, key) from error

    keys = {name: name for name in sorted(shapes)}
    if keys and form == 'V2':
        read(list(keys)[-1])  # It is stored last, so this sees whether the data end too early.
    if _OBJECT_GRAPH in keys:
        form = 'objects'
        keys = {_attribute_path(key): key for key in keys if key.endswith(_OBJECT_SUFFIX)}
        keys.pop(_COUNTER, None)
    variables = {
        name: VariableInfo(name, tuple(shapes[key]), types[key].name)
        for name, key in sorted(keys.items())
    }
    return CheckpointSource(prefix, form, variables, lambda name: read(keys[name]))


def nearest(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The names most like one; those that end like it come first."""
    names = list(names)
    last = name.rpartition('/')[2]
    alike = difflib.get_close_matches(name, names, n=3 * count, cutoff=0.4)
    alike += [other for other in names if other.rpartition('/')[2] == last and other not in alike]
    return sorted(alike, key=lambda other: other.rpartition('/')[2] != last)[:count]


def files_of(prefix: str) -> list[str]:
    """The files that a checkpoint of this prefix consists of."""
    found = glob.glob(glob.escape(prefix) + '.data-?????-of-?????')
    found += [prefix + end for end in ('', '.index', '.meta') if os.path.isfile(prefix + end)]
    return sorted(found)


def _attribute_path(key: str) -> str:
    """`model/cell/.ATTRIBUTES/VARIABLE_VALUE` -> `model/cell`; slashes in names are escaped."""
    return key[: -len(_OBJECT_SUFFIX)].replace('.S', '/').replace('..', '.')


def _of_arrays(path: str, form: str, arrays: Mapping[str, object]) -> CheckpointSource:
    given = {str(name): np.asarray(arrays[name]) for name in sorted(arrays)}
    infos = {
        name: VariableInfo(name, array.shape, _dtype_name(array)) for name, array in given.items()
    }
    return CheckpointSource(path, form, infos, given.__getitem__)


def _dtype_name(array: np.ndarray) -> str:
    return 'string' if array.dtype.kind in 'OSU' else array.dtype.name


def _of_npz(path: str) -> CheckpointSource:
    if not os.path.isfile(path):
        raise CheckpointError(f'there is no {path}. {_what_is_near(path)}')
    try:
        with np.load(path, allow_pickle=False) as file:
            return _of_arrays(path, 'npz', dict(file))
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise CheckpointError(
            f'{path} cannot be read as .npz: {error}. It is damaged, or holds Python objects; '
            'write it again from the checkpoint.'
        ) from error


def _located(path: str) -> tuple[str, str]:
    """The prefix for a path, and the format: 'V2' or 'V1'."""
    if os.path.isdir(path):
        path = _latest_in(path)
    shard = _SHARD.search(path)
    for end in ('.index', '.meta', shard.group() if shard else '.index'):
        path = path.removesuffix(end)
    index = path + '.index'
    if os.path.isfile(index):
        _check_table(index)
        _check_shards(path)
        return path, 'V2'
    if os.path.isfile(path):
        _check_table(path)
        return path, 'V1'
    parts = glob.glob(glob.escape(path) + '-?????-of-?????')
    if parts:
        return path + '-?????-of-?????', 'V1'
    if glob.glob(glob.escape(path) + '.data-?????-of-?????'):
        raise CheckpointError(
            f'{path} has data but no {index}. Copy that file too: a checkpoint is all files of its '
            'prefix.'
        )
    raise CheckpointError(f'there is no checkpoint {path}. {_what_is_near(path)}')


def _latest_in(folder: str) -> str:
    """The prefix of the latest checkpoint in a folder, also after the folder was moved.

    In that of a SavedModel, its variables.
    """
    if glob.glob(os.path.join(glob.escape(folder), 'saved_model.pb*')):
        return os.path.join(folder, 'variables', 'variables')
    prefixes = _prefixes_in(folder)
    try:
        state = tf.train.get_checkpoint_state(folder)
    except Exception as error:
        raise CheckpointError(
            f'{os.path.join(folder, "checkpoint")} cannot be read: {error}. Give the prefix of a '
            f'checkpoint instead{_among(prefixes)}.'
        ) from error
    if state is None or not state.model_checkpoint_path:
        if len(prefixes) == 1:
            return prefixes[0]
        raise CheckpointError(
            f'{folder} has no file `checkpoint` that names the latest one. Give the prefix of a '
            f'checkpoint{_among(prefixes)}.'
        )
    named = state.model_checkpoint_path
    moved = os.path.join(folder, re.split(r'[/\\]', named)[-1])
    if files_of(moved):
        return moved
    if files_of(named):
        return named
    raise CheckpointError(
        f'{os.path.join(folder, "checkpoint")} names {named}, which is not there. Give the prefix '
        f'of a checkpoint{_among(prefixes)}.'
    )


def _prefixes_in(folder: str) -> list[str]:
    files = glob.glob(os.path.join(glob.escape(folder or '.'), '*.index'))
    return sorted(str(Path(file).with_suffix('')) for file in files)


def _among(prefixes: list[str]) -> str:
    return f': there are {", ".join(prefixes[:5])}' if prefixes else '; there is none in the folder'


def _what_is_near(path: str) -> str:
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        return f'There is no folder {folder} either.'
    prefixes = _prefixes_in(folder)
    near = difflib.get_close_matches(path, prefixes, n=3, cutoff=0.3) or prefixes[:3]
    if near:
        return f'In that folder are {", ".join(near)}.'
    return 'Give its prefix, such as model.ckpt-1000, or the folder it is in.'


def _check_table(file: str) -> None:
    size = os.path.getsize(file)
    with open(file, 'rb') as stream:
        stream.seek(max(0, size - len(_TABLE_END)))
        end = stream.read()
    if size < 48 or end != _TABLE_END:
        raise CheckpointError(
            f'{file} ({size} bytes) does not end as a checkpoint file does: it is truncated or '
            'damaged, or no checkpoint. Copy it again, or take an earlier checkpoint.'
        )


def _check_shards(prefix: str) -> None:
    found = [_SHARD.search(file) for file in files_of(prefix)]
    shards = {(int(match[2]), int(match[1])) for match in found if match}
    if not shards:
        raise CheckpointError(
            f'{prefix}.index is there, but no {prefix}.data-?????-of-?????. Copy the data too: a '
            'checkpoint is all files of its prefix.'
        )
    totals = {total for total, _ in shards}
    if not any(all((total, i) in shards for i in range(total)) for total in totals):
        total = max(totals)
        missing = [f'{i:05d}' for i in range(total) if (total, i) not in shards]
        raise CheckpointError(
            f'{prefix} lacks {len(missing)} of its {total} data files: {", ".join(missing[:5])}. '
            'Copy all files of the prefix.'
        )


def _damaged(prefix: str, error: Exception, key: str | None = None) -> CheckpointError:
    what = prefix if key is None else f'{prefix}, in the variable {key},'
    sizes = ', '.join(f'{os.path.basename(f)} {os.path.getsize(f)} bytes' for f in files_of(prefix))
    seen = str(error).split('\n')[0].strip() or type(error).__name__
    return CheckpointError(
        f'{what} cannot be read: {seen} ({sizes}). The files are truncated or damaged, or not of '
        'one checkpoint: copy them again, or take an earlier checkpoint.'
    )
