"""Writes checkpoints: by name as TF1 reads them, of objects as TF2 does, and `.npz`."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.checkpoint.cudnn import shift_forget_bias
from tf_seq2seq_compat.checkpoint.reader import (
    CheckpointError,
    CheckpointSource,
    VariableInfo,
    files_of,
    opened,
)
from tf_seq2seq_compat.checkpoint.rename import Renames
from tf_seq2seq_compat.checkpoint.restore_plan import (
    as_arrays,
    is_optimizer_variable,
    parts_by_scope,
    placed_parts,
)
from tf_seq2seq_compat.checkpoint.scope_matching import join, number
from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.types import PathLike

tf1 = tf.compat.v1

FORMS = ('names', 'objects', 'npz')


def convert(
    path: PathLike,
    output: str | os.PathLike[str],
    *,
    renames: object = (),
    form: str = 'names',
    ignore: str | Iterable[str] = (),
    overwrite: bool = False,
) -> str:
    """Writes a checkpoint again: with other names, or in another form.

    The files are written beside the output and then renamed, so that an error or an interruption
    leaves nothing behind, and what was there before as it was. The input is only read.

    Args:
      path: A checkpoint, as for `list_variables`, or a mapping from names to arrays.
      output: Prefix of the new checkpoint, or the `.npz` file.
      renames: Rules for the names, as for `Renames`.
      form: 'names' for a checkpoint that TF1 and `tf.compat.v1.train.Saver` restore; 'objects' for
        one that `tf.train.Checkpoint` restores into objects whose attributes have the parts of the
        names (the optimizer's variables are left out); 'npz' for arrays by name (bfloat16 becomes
        float32 there).
      ignore: Patterns (`*/Adam*`) of variables that are left out, by their names in `path`.
      overwrite: Whether an existing output is replaced.

    Returns:
      `output` as a string.

    Raises:
      CheckpointError: If the input cannot be read, two variables get one name, or the output
        exists.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> old = {'rnn/basic_lstm_cell/weights': np.ones([5, 8], np.float32)}
      >>> new = checkpoint.convert(old, 'new.ckpt', renames=['historic'])
      >>> [variable.name for variable in checkpoint.list_variables(new)]
      ['rnn/basic_lstm_cell/kernel']

    Legacy: `tensorflow/contrib/rnn/python/tools/checkpoint_convert.py` of TF 1.15.
    """
    if form not in FORMS:
        raise CheckpointError(f'form is {form!r}, but must be one of {", ".join(FORMS)}.')
    source = opened(path)
    kept = list(_without(source.variables, ignore))
    if form == 'objects':
        kept = [name for name in kept if name == 'global_step' or not is_optimizer_variable(name)]
    names = Renames(renames).of(kept)
    if not names:
        raise CheckpointError(f'{source.path} has no variables that are not ignored.')
    arrays = {new: source.read(old) for old, new in names.items()}
    return write(arrays, output, form, overwrite=overwrite, source=source)


def average(
    paths: Iterable[PathLike],
    output: str | os.PathLike[str],
    *,
    ignore: str | Iterable[str] = (),
    overwrite: bool = False,
) -> str:
    """Writes the mean of several checkpoints of one model: often better than the last of them.

    Args:
      paths: Checkpoints, as for `list_variables`, the newest last.
      output: Prefix of the new checkpoint.
      ignore: Patterns (`*/Adam*`) of variables that are left out.
      overwrite: Whether an existing output is replaced.

    Returns:
      `output` as a string. Floating variables are means, computed in float64; others, such as the
      global step, are those of the last checkpoint.

    Raises:
      CheckpointError: If there is none, their names, shapes or types differ, or the output exists.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> for step in (1, 2):
      ...     _ = checkpoint.convert({'w': np.float32([step, 3])}, f'm.ckpt-{step}')
      >>> checkpoint.load(checkpoint.average(['m.ckpt-1', 'm.ckpt-2'], 'mean.ckpt'))['w'].tolist()
      [1.5, 3.0]

    As `avg_checkpoints` of Tensor2Tensor (Vaswani et al. 2017, arXiv:1706.03762, section 6.1).
    """
    sources = [opened(path) for path in paths]
    if not sources:
        raise CheckpointError('There is no checkpoint to average: give one or more.')
    last = sources[-1]
    names = _without(last.variables, ignore)
    for source in sources:
        other = _without(source.variables, ignore)
        differing = sorted(name for name in {*names, *other} if names.get(name) != other.get(name))
        if differing:
            raise CheckpointError(
                f'{source.path} and {last.path} are not checkpoints of one model: they differ in '
                f'{", ".join(differing[:3])}{" and others" * (len(differing) > 3)}.'
            )

    def mean(name: str) -> np.ndarray:
        newest = last.read(name)
        # NumPy does not count bfloat16 among its floats.
        if not tf.as_dtype(names[name].dtype).is_floating:
            return newest
        total = sum(source.read(name).astype(np.float64) for source in sources)
        return np.asarray(total / len(sources)).astype(newest.dtype)

    arrays = {name: mean(name) for name in names}
    return write(arrays, output, 'names', overwrite=overwrite, source=last)


def _without(
    variables: Mapping[str, VariableInfo], ignore: str | Iterable[str]
) -> dict[str, VariableInfo]:
    """The variables whose names are like none of the patterns."""
    patterns = [ignore] if isinstance(ignore, str) else list(ignore)
    return {
        name: info
        for name, info in variables.items()
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    }


def save(
    path: str | os.PathLike[str],
    target: object,
    *,
    like: Any = None,
    extra: Mapping[str, object] | None = None,
    overwrite: bool = False,
    forget_bias: float = 1.0,
) -> str:
    """Writes objects used as in TF2 to a checkpoint that TF 1.15 restores by name.

    Args:
      path: Prefix of the checkpoint.
      target: As for `restore`. Without `like`, a scope is that of the object itself, or one that
        the object's own scope is in (`encoder` for a cell with `encoder/gru_cell/gates/kernel`);
        the memory layer of a mechanism is put beside the scope of its `AttentionWrapper`, and what
        a module or list holds below the scope that it has itself.
      like: A checkpoint of the same model, the one that was restored, say: its names are used, and
        what else it has (the global step, slots of the optimizer) is written as it is there.
      extra: More arrays by name, such as `{'global_step': np.int64(1000)}`.
      overwrite: Whether an existing checkpoint is replaced.
      forget_bias: The forget bias that the TF1 program's LSTM cells add, where a Keras or cuDNN
        cell has it in its bias.

    Returns:
      `path` as a string.

    Raises:
      CheckpointError: If something has no variables yet, two have one name, `like` does not fit, or
        the checkpoint exists.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> dense = seq2seq.Dense(2, use_bias=False)
      >>> _ = dense(tf.ones([1, 3]))
      >>> checkpoint.load(checkpoint.save('model.ckpt', {'decoder/dense': dense})).keys()
      dict_keys(['decoder/dense/kernel'])

    Legacy: `tf.train.Saver.save` of TF 1.15, for objects in place of a graph.
    """
    if like is None:
        arrays = _named_arrays(target, forget_bias)
        source = None
    else:
        source = opened(like)
        placed, problems = placed_parts(target, source.variables)
        for item in placed:
            missing = [name for name in item.part.slots if name not in item.found]
            if missing and not item.open and not item.part.problem:
                label = item.part.label or item.part.kind
                problems.append(f'{source.path} has no name for {label}: {", ".join(missing)}.')
        if problems:
            raise CheckpointError('cannot save:\n  ' + '\n  '.join(problems))
        arrays = {name: source.read(name) for name in source.variables}
        for name, array in as_arrays(placed, forget_bias).items():
            if array.shape != arrays[name].shape:
                raise CheckpointError(
                    f'{name} has shape {arrays[name].shape} in {source.path}, but '
                    f'{array.shape} in the model.'
                )
            arrays[name] = array
    arrays.update({name: np.asarray(value) for name, value in (extra or {}).items()})
    return write(arrays, path, 'names', overwrite=overwrite, source=source)


def write(
    arrays: Mapping[str, np.ndarray],
    output: str | os.PathLike[str],
    form: str,
    *,
    overwrite: bool,
    source: CheckpointSource | None = None,
) -> str:
    """Writes arrays by name; all of the output appears, or nothing of it.

    Args:
      arrays: Arrays by name.
      output: Prefix, or file.
      form: One of `FORMS`.
      overwrite: Whether an existing output is replaced.
      source: What the arrays are from, which the output may not be.

    Returns:
      `output` as a string.

    Raises:
      CheckpointError: If the output exists, is the input, or cannot be written.
    """
    output = os.fspath(output)
    if form == 'npz' and not output.endswith('.npz'):
        output += '.npz'
    if form != 'npz' and output.endswith('.npz'):
        raise CheckpointError(f"{output} is named as .npz, but form is {form!r}: give form='npz'.")
    folder, name = os.path.split(output)
    folder = folder or '.'
    if not name or os.path.isdir(output):
        raise CheckpointError(f'{output} is a folder. Give a name in it, such as model.ckpt.')
    if not os.path.isdir(folder):
        raise CheckpointError(f'there is no folder {folder}. Make it first.')
    if source is not None and os.path.realpath(source.path) == os.path.realpath(output):
        raise CheckpointError(f'{output} is the input, which is never changed. Give another name.')
    before = files_of(output)
    if before and not overwrite:
        raise CheckpointError(f'{output} exists already. Give another name, or overwrite.')
    with _scratch(folder, name) as scratch:
        {'names': _write_names, 'objects': _write_objects, 'npz': _write_npz}[form](
            arrays, os.path.join(scratch, name)
        )
        state = os.path.join(folder, 'checkpoint')
        if form == 'names' and not os.path.exists(state):
            proto = tf1.train.generate_checkpoint_state_proto(folder, output)
            proto.model_checkpoint_path = name
            proto.all_model_checkpoint_paths[:] = [name]
            with open(os.path.join(scratch, 'checkpoint'), 'w', encoding='utf-8') as file:
                file.write(str(proto))
        _move(scratch, folder, before)
    return output


@contextlib.contextmanager
def _scratch(folder: str, name: str) -> Iterator[str]:
    """A folder beside the output, gone in the end."""
    scratch = tempfile.mkdtemp(prefix=f'.{name}.', dir=folder)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move(scratch: str, folder: str, before: list[str]) -> None:
    """Puts new files in the place of old ones; on an error, the old ones back."""
    # The index last: without it the data are not a checkpoint yet.
    new = sorted(os.listdir(scratch), key=lambda file: (file.endswith('.index'), file))
    old = os.path.join(scratch, '.old')
    os.mkdir(old)
    kept: list[tuple[str, str]] = []
    done: list[str] = []
    try:
        for file in before:
            aside = os.path.join(old, os.path.basename(file))
            kept.append((aside, file))
            os.replace(file, aside)
        for file in new:
            place = os.path.join(folder, file)
            done.append(place)
            os.replace(os.path.join(scratch, file), place)
    except BaseException:
        for place in done:
            with contextlib.suppress(FileNotFoundError):
                os.remove(place)
        for aside, file in kept:
            with contextlib.suppress(FileNotFoundError):
                os.replace(aside, file)
        raise


def _write_names(arrays: Mapping[str, np.ndarray], prefix: str) -> None:
    names = sorted(arrays)
    values = [_storable(arrays[name]) for name in names]
    with tf.Graph().as_default(), tf.device('/cpu:0'):
        tensors = [tf1.placeholder(tf.as_dtype(value.dtype), value.shape) for value in values]
        saved = tf.raw_ops.SaveV2(
            prefix=prefix, tensor_names=names, shape_and_slices=[''] * len(names), tensors=tensors
        )
        with tf1.Session() as session:
            session.run(saved, dict(zip(tensors, values, strict=True)))


def _write_objects(arrays: Mapping[str, np.ndarray], prefix: str) -> None:
    if graph_mode():
        raise CheckpointError('an object checkpoint is written in eager mode, not in a TF1 graph.')
    tree: dict[str, Any] = {}
    for name, array in sorted(arrays.items()):
        *scopes, last = name.split('/')
        node = tree
        for scope in scopes:
            node = node.setdefault(scope, {})
            if not isinstance(node, dict):
                break
        if not isinstance(node, dict) or last in node:
            raise CheckpointError(
                f'{name} is below another variable, which objects cannot have. Rename or '
                'ignore one of them.'
            )
        with tf.device('/cpu:0'):
            node[last] = tf.Variable(_storable(array), name=last)
    taken = [name for name in tree if hasattr(tf.train.Checkpoint, name)]
    if taken:
        raise CheckpointError(
            f'{", ".join(taken)} cannot be a name at the top of an object checkpoint: rename it, '
            f'with ("{taken[0]}", "model/{taken[0]}"), say.'
        )
    tf.train.Checkpoint(**tree).write(prefix)


def _write_npz(arrays: Mapping[str, np.ndarray], path: str) -> None:
    stored: dict[str, Any] = {}
    for name, array in sorted(arrays.items()):
        if array.dtype.kind == 'O':
            stored[name] = np.asarray(array, 'S')
            if not np.array_equal(stored[name].astype(object), array):
                raise CheckpointError(
                    f'{name} has strings that end in zero bytes, which .npz does not keep. Ignore '
                    "it, or use form='names'."
                )
        else:
            stored[name] = array.astype(np.float32) if array.dtype.kind == 'V' else array
    with open(path, 'wb') as file:
        np.savez(file, **stored)


def _storable(array: np.ndarray) -> np.ndarray:
    return array.astype(object) if array.dtype.kind in 'SU' else array


def _named_arrays(target: object, forget_bias: float) -> dict[str, np.ndarray]:
    """The arrays of a target by the names that its scopes say."""
    arrays: dict[str, np.ndarray] = {}
    parts = parts_by_scope(target)
    beside = [_prefix(part, given) for part, given in parts if part.secondary]
    # TF1 numbers memory layers in the order in which they are made, and so does this process.
    secondary = [part for part, _ in parts if part.secondary]
    for part, given in parts:
        if part.problem:
            raise CheckpointError(part.problem)
        prefix = _prefix(part, given)
        if part.secondary and beside.count(prefix) > 1:
            alike = [p for p, where in zip(secondary, beside, strict=True) if where == prefix]
            alike.sort(key=lambda each: (number(each.scope), each.order))
            place = alike.index(part)
            prefix += f'_{place}' if place else ''
        try:
            values = part.values()
        except (KeyError, AttributeError) as error:
            raise CheckpointError(
                f'{part.label or part.kind} has no variables yet: call it once first.'
            ) from error
        for slot, value in values.items():
            name = join(prefix, slot)
            if name in arrays:
                raise CheckpointError(
                    f'two variables have the name {name}. Give a dict of the objects by their '
                    'scopes, or a checkpoint as `like`.'
                )
            change = part.shift(slot, name, forget_bias)
            arrays[name] = shift_forget_bias(value, -change) if change else value
    return arrays


def _prefix(part: Any, given: str) -> str:
    own = [re.sub(r'_\d+$', '', name) for name in part.scope]
    if part.unnumbered is not None:
        own = part.unnumbered.split('/')
    if part.secondary:
        return join(given.rpartition('/')[0], own[-1])
    if given and part.scope[: given.count('/') + 1] == tuple(given.split('/')):
        return join(given, '/'.join(own[given.count('/') + 1 :]))
    if part.main and given:
        return given
    return join(given, '/'.join(own))
