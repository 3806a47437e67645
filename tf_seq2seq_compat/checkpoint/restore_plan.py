"""Restores a checkpoint of TF1 into objects, and says beforehand what goes where."""

from __future__ import annotations

import fnmatch
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.checkpoint.cudnn import shift_forget_bias
from tf_seq2seq_compat.checkpoint.layer_variables import KerasPart, Part, parts_of
from tf_seq2seq_compat.checkpoint.reader import CheckpointError, VariableInfo, nearest, opened
from tf_seq2seq_compat.checkpoint.rename import Renames, historic_advice, historic_names
from tf_seq2seq_compat.checkpoint.scope_matching import Placed, ScopeNames, join, place
from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.seq2seq.attention_mechanism import _BaseAttentionMechanism
from tf_seq2seq_compat.types import PathLike

_OPTIMIZERS = (
    'Adam|AdamAsync|AdaMax|LazyAdam|NAdam|AdamW|Adagrad|AdagradDA|ProximalAdagrad|Adadelta|'
    'Momentum|MomentumW|RMSProp|Ftrl|AddSign|PowerSign'
)
_OPTIMIZER = re.compile(
    rf'(?:^|/)(?:(?:{_OPTIMIZERS})(?:_\d+)?|beta[12]_power(?:_\d+)?|global_step)$'
)


class Assignment(NamedTuple):
    """One variable of the plan.

    Fields:
      name: Its name in the checkpoint.
      target: Where in what was given it is, `decoder.cell: gates/kernel`.
      shape: Its shape.
      dtype: Its type.
      note: What is done to it on the way, or ''.
    """

    name: str
    target: str
    shape: tuple[int, ...]
    dtype: str
    note: str


class Plan(NamedTuple):
    """The assignments of a checkpoint's variables to an object's; `str()` of it is a table.

    Fields:
      path: The checkpoint.
      assignments: An `Assignment` for each variable that is restored.
      left_in_model: Variables of the model that the checkpoint has nothing for.
      left_in_checkpoint: Names that the model has no place for.
      optimizer: Names of the optimizer's variables, which are left out.
      ignored: Names, of the checkpoint or the model, that `ignore` names.
      problems: What speaks against it, a line each; empty if it can be carried out.
    """

    path: str
    assignments: tuple[Assignment, ...]
    left_in_model: tuple[str, ...]
    left_in_checkpoint: tuple[str, ...]
    optimizer: tuple[str, ...]
    ignored: tuple[str, ...]
    problems: tuple[str, ...]

    def __str__(self) -> str:
        rows = [
            (a.name, '->', a.target, f'{a.dtype} {list(a.shape)}', a.note) for a in self.assignments
        ]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
        lines = [f'{self.path}: {len(rows)} variables to restore']
        lines += [
            '  '
            + ' '.join(part.ljust(w) for part, w in zip(row, [*widths, 0], strict=True)).rstrip()
            for row in rows
        ]
        for what, names in (
            ('of the optimizer, left out', self.optimizer),
            ('ignored', self.ignored),
            ('left over in the model', self.left_in_model),
            ('left over in the checkpoint', self.left_in_checkpoint),
        ):
            if names:
                lines.append(f'{what}: {len(names)}')
                lines += [f'  {name}' for name in names]
        if self.problems:
            lines += ['cannot be restored:', *(f'  {problem}' for problem in self.problems)]
        return '\n'.join(lines)


def is_optimizer_variable(name: str) -> bool:
    """Whether it is a slot of an optimizer of TF1, a power of its betas, or the global step."""
    return _OPTIMIZER.search(name) is not None


def restore(
    path: PathLike,
    target: object,
    *,
    renames: object = (),
    ignore: str | re.Pattern[str] | Iterable[str | re.Pattern[str]] = (),
    strict: bool = True,
    dry_run: bool = False,
    forget_bias: float = 1.0,
) -> Plan:
    """Restores a checkpoint of TF1 into objects used as in TF2.

    Variables are matched by their TF1 names. The scope that is given for an object is that of the
    object itself, or one that it is in. What is not made yet (a cell that was never called) is made
    for the shapes in the checkpoint. Nothing is assigned unless everything can be.

    A mechanism's keys, where a memory is bound, are computed again with the new weights.

    Args:
      path: A checkpoint, as for `list_variables`, or a mapping from names to arrays.
      target: A layer, cell, `AttentionWrapper`, mechanism, decoder, `tf.Module`, `tf.Variable`,
        Keras 2 or 3 layer or cell, a list, tuple or dict of them; where a dict, its keys are TF1
        scopes, '' being the outermost.
      renames: Rules for the names in the checkpoint, as for `Renames`: ['historic'] for names of
        an earlier TF1.
      ignore: Patterns (`encoder/*`, or compiled regular expressions) of variables that need not be
        accounted for: names in the checkpoint, or those that the model's variables are sought by.
      strict: Whether it is an error if a variable of the model, or a variable of the checkpoint
        that is not the optimizer's, is left over.
      dry_run: Whether only the plan is made, without an error for what it says.
      forget_bias: The forget bias of the TF1 program's LSTM cells, where a Keras or cuDNN cell,
        which has it in its bias, gets their weights.

    Returns:
      The `Plan`: print it to see what goes where.

    Raises:
      CheckpointError: If something is left over, has another shape or type, or could belong to
        several scopes; the message names the nearest.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> saved = {'rnn/gru_cell/' + name: np.ones(shape, np.float32) for name, shape in {
      ...     'gates/kernel': [5, 4], 'gates/bias': [4], 'candidate/kernel': [5, 2],
      ...     'candidate/bias': [2]}.items()}
      >>> cell = seq2seq.GRUCell(2)
      >>> plan = checkpoint.restore(saved, {'rnn': cell})
      >>> print(plan)
      the given arrays: 4 variables to restore
        rnn/gru_cell/gates/kernel     -> rnn: gates/kernel     float32 [5, 4]
        rnn/gru_cell/gates/bias       -> rnn: gates/bias       float32 [4]
        rnn/gru_cell/candidate/kernel -> rnn: candidate/kernel float32 [5, 2]
        rnn/gru_cell/candidate/bias   -> rnn: candidate/bias   float32 [2]
      >>> cell.variables[0].name
      'rnn/gru_cell/gates/kernel:0'

    Legacy: `tf.train.Saver.restore` of TF 1.15, for objects in place of a graph.
    """
    if not tf.executing_eagerly():
        raise CheckpointError(
            'restore is for objects in eager mode, but is called in a '
            + (
                'TF1 graph. Use tf.compat.v1.train.Saver there: the names are the same.'
                if graph_mode()
                else 'tf.function. Call it before.'
            )
        )
    source = opened(path)
    renamed = Renames(renames)
    variables = {
        new: source.variables[old]._replace(name=new)
        for old, new in renamed.of(source.variables).items()
    }
    old_names = {new: old for old, new in renamed.of(source.variables).items()}
    placed, own_problems = placed_parts(target, variables)
    ignored_by = _matcher(ignore)
    decided = _decide(placed, variables, ignored_by, forget_bias)
    problems = own_problems + decided.problems
    if strict:
        problems += _left_over(decided, variables, placed)
    unused = renamed.unused(source.variables)
    if problems and unused and renames not in ('historic', ['historic']):
        problems.append(
            'rename rules that changed no name: '
            + ', '.join(f'{rule.kind} {rule.old!r}' for rule in unused[:5])
        )
    plan = Plan(
        source.path,
        tuple(decided.assignments),
        tuple(name for name, _ in decided.left_in_model),
        tuple(decided.left_in_checkpoint),
        tuple(decided.optimizer),
        tuple(decided.ignored),
        tuple(problems),
    )
    if dry_run:
        return plan
    if problems:
        raise CheckpointError(f'{source.path} cannot be restored:\n  ' + '\n  '.join(problems))
    ready = []
    for item, shifts in decided.ready:
        arrays = {}
        for slot, info in item.found.items():
            if slot in shifts:
                array = source.read(old_names[info.name])
                arrays[slot] = shift_forget_bias(array, shifts[slot]) if shifts[slot] else array
        if arrays:
            refusal = item.part.refusal(arrays)
            if refusal:
                raise CheckpointError(f'{source.path} cannot be restored: {refusal}')
            ready.append((item, arrays))
    for item, _ in ready:
        item.part.make(item.prefix or '', item.found)
    for item, arrays in ready:
        item.part.assign(arrays)
    _renew_keys(target)
    return plan


def placed_parts(
    target: object, variables: dict[str, VariableInfo]
) -> tuple[list[Placed], list[str]]:
    """The parts of a target, placed in a checkpoint of these variables, and what is wrong.

    Args:
      target: As for `restore`.
      variables: The checkpoint's, by name.

    Returns:
      The placed parts, and problems.
    """
    parts = parts_by_scope(target)
    placed = place(parts, ScopeNames(variables))
    problems = [item.part.problem for item in placed if item.part.problem]
    for item in placed:
        if item.open and item.prefix is None and not item.part.problem:
            what = f'{item.part.label or item.part.kind} ({item.part.kind})'
            if len(item.open) == 1:
                problems.append(f'{what} is not alone in wanting what is below {item.open[0]}.')
            else:
                problems.append(
                    f'{what} may belong to any of {", ".join(item.open)}. Give its scope: '
                    f'{{{item.open[0]!r}: …}}.'
                )
    return placed, problems


def parts_by_scope(target: object) -> list[tuple[Part, str]]:
    """The parts of a target, each with the scope that is given for its object.

    Raises:
      CheckpointError: If an object is given for two scopes, or is nothing with variables.
    """
    given = dict(target) if isinstance(target, Mapping) else {'': target}
    scopes: dict[int, str] = {}
    for scope, obj in given.items():
        if not isinstance(scope, str):
            raise CheckpointError(f'a scope must be a string, but is {scope!r}.')
        if id(obj) in scopes:
            raise CheckpointError(
                f'one object is given for the scopes {scopes[id(obj)]!r} and {scope!r}. Give it '
                'for one: what it shares it has once.'
            )
        scopes[id(obj)] = scope
    elsewhere = {id(obj): obj for obj in given.values()}
    found: list[tuple[Part, str]] = []
    for scope, obj in given.items():
        stripped = scope.strip('/')
        found += [(part, stripped) for part in parts_of(obj, stripped, elsewhere, len(found))]
    return found


class _Decided:
    def __init__(self) -> None:
        self.assignments: list[Assignment] = []
        self.ready: list[tuple[Placed, dict[str, float]]] = []
        self.problems: list[str] = []
        self.left_in_model: list[tuple[str, str]] = []  # What it is, and the name it is sought by.
        self.left_in_checkpoint: list[str] = []
        self.optimizer: list[str] = []
        self.ignored: list[str] = []


def _decide(
    placed: list[Placed], variables: dict[str, VariableInfo], is_ignored: Any, forget_bias: float
) -> _Decided:
    decided = _Decided()
    taken: dict[str, str] = {}
    for item in placed:
        part = item.part
        part.solve(item.found)
        shifts = {}
        for name, slot in part.slots.items():
            info = item.found.get(name)
            where = item.prefix if item.prefix is not None else _sought(item)
            target = f'{part.label or part.kind}: {name}' if name else part.label or part.kind
            sought = join(where, name)
            if is_ignored(sought) or is_ignored(target):
                decided.ignored.append(target)
                continue
            if info is None:
                if not item.open and not part.problem:
                    shape = tuple('?' if size is None else size for size in slot.shape())
                    decided.left_in_model.append((f'{target} {_shape(shape)}', sought))
                continue
            problem = _mismatch(target, slot.shape(), slot.dtype, info)
            if info.name in taken and not problem:
                problem = f'{info.name} would go to {taken[info.name]} and to {target}.'
            if problem:
                decided.problems.append(problem)
            taken[info.name] = target
            shifts[name] = part.shift(name, info.name, forget_bias)
            shifted = f'forget gate {shifts[name]:+g}' if shifts[name] else ''
            note = ', '.join(filter(None, (part.note, shifted)))
            decided.assignments.append(Assignment(info.name, target, info.shape, info.dtype, note))
        if 0 < len(shifts) < len(item.part.slots) and _is_whole(item):
            decided.problems.append(
                f'{part.label or part.kind} is not made yet, and cannot be restored in part: call '
                'it once first.'
            )
        decided.ready.append((item, shifts))
    undecided = tuple(
        prefix + '/' for item in placed if item.prefix is None for prefix in item.open if prefix
    )
    for name in variables:
        if name in taken or name.startswith(undecided):
            continue
        if is_ignored(name):
            decided.ignored.append(name)
        elif is_optimizer_variable(name):
            decided.optimizer.append(name)
        else:
            decided.left_in_checkpoint.append(name)
    return decided


def _is_whole(item: Placed) -> bool:
    """Whether the part can only be assigned as a whole."""
    return isinstance(item.part, KerasPart)


def _sought(item: Placed) -> str:
    part = item.part
    if part.main:
        return item.given
    return join(item.given, '/'.join(part.scope))


def _shape(shape: Iterable[object]) -> str:
    return '(' + ', '.join(map(str, shape)) + ')'


def _mismatch(
    target: str, shape: tuple[int | None, ...], dtype: str | None, info: VariableInfo
) -> str:
    if shape != info.shape:
        own = tuple('?' if size is None else size for size in shape)
        return (
            f'{target} has shape {_shape(own)}, but {info.name} in the checkpoint has shape '
            f'{_shape(info.shape)}. Make the object with the sizes of the TF1 program.'
        )
    if dtype is not None and dtype != info.dtype:
        return (
            f'{target} has dtype {dtype}, but {info.name} in the checkpoint has dtype '
            f'{info.dtype}. Make the object with dtype={info.dtype}, or give restore arrays of '
            'the other type: it takes what load returns.'
        )
    return ''


def _left_over(
    decided: _Decided, variables: dict[str, VariableInfo], placed: list[Placed]
) -> list[str]:
    if not decided.left_in_model and not decided.left_in_checkpoint:
        return []
    free = decided.left_in_checkpoint
    wanted = [name for _, name in decided.left_in_model]
    lines = []
    for what, name in decided.left_in_model:
        near = [f'{other} {_shape(variables[other].shape)}' for other in nearest(name, free)]
        lines.append(
            f'the model has {what}, sought as {name}, which the checkpoint has not'
            + (f'; nearest there: {", ".join(near)}' if near else '')
        )
    for name in free:
        near = nearest(name, wanted)
        lines.append(
            f'the checkpoint has {name} {_shape(variables[name].shape)}, for which the model has '
            'no place' + (f'; nearest there: {", ".join(near)}' if near else '')
        )
    historic = historic_names(free, wanted)
    if historic:
        lines.append(f"{historic_advice(historic)}: give renames='historic'.")
    lines += {hint for hint in (_reset_hint(item.part, free) for item in placed) if hint}
    lines.append(
        'give the scope of each object ({"decoder": cell}), rename rules, or ignore=[…] for what '
        'is not wanted.'
    )
    return lines


def _reset_hint(part: Part, free: list[str]) -> str:
    """The message for a Keras GRU whose `reset_after` differs from the checkpoint's."""
    if not isinstance(part, KerasPart):
        return ''
    after = any(name.endswith('candidate/input_projection/kernel') for name in part.slots)
    before = any(name.endswith('candidate/kernel') for name in part.slots)
    if after and any(name.endswith('/candidate/kernel') for name in free):
        return (
            f'{part.label or part.kind} has reset_after=True, but the GRUCell of TF1 resets before '
            'the product: make it with reset_after=False. (A CudnnCompatibleGRUCell is as '
            'reset_after=True.)'
        )
    if before and any(name.endswith('/candidate/input_projection/kernel') for name in free):
        return (
            f'{part.label or part.kind} has reset_after=False, but the checkpoint is of a '
            'CudnnCompatibleGRUCell, which resets after the product: make it with '
            'reset_after=True.'
        )
    return ''


def _matcher(ignore: Any) -> Any:
    patterns = [ignore] if isinstance(ignore, str | re.Pattern) else list(ignore)

    def is_ignored(name: str) -> bool:
        return any(
            pattern.search(name) is not None
            if isinstance(pattern, re.Pattern)
            else fnmatch.fnmatchcase(name, pattern)
            for pattern in patterns
        )

    return is_ignored


def _renew_keys(target: object) -> None:
    """Computes the keys of mechanisms anew where a memory is bound already."""
    for mechanism in _mechanisms(target, set()):
        if not mechanism.memory_bound or mechanism.memory_layer is None:
            continue
        if mechanism._custom_key_value_fn is not None or not hasattr(mechanism._values, 'numpy'):
            warnings.warn(
                f'{type(mechanism).__name__} has keys of before its weights were restored: call '
                'setup_memory(memory, …) again.',
                stacklevel=3,
            )
        else:
            mechanism._keys = mechanism.memory_layer(mechanism._values)


def _mechanisms(obj: object, seen: set[int]) -> Iterable[_BaseAttentionMechanism]:
    if id(obj) in seen:
        return
    seen.add(id(obj))
    if isinstance(obj, _BaseAttentionMechanism):
        yield obj
    if isinstance(obj, Mapping):
        inner: list[object] = list(obj.values())
    elif isinstance(obj, list | tuple):
        inner = list(obj)
    elif isinstance(obj, tf.Module):
        inner = list(obj.submodules)
    else:
        inner = [getattr(obj, name, None) for name in ('_cell', '_output_layer')]
        inner = [each for each in inner if each is not None]
    for each in inner:
        yield from _mechanisms(each, seen)


def as_arrays(placed: Iterable[Placed], forget_bias: float) -> dict[str, np.ndarray]:
    """The arrays of placed parts by the names that they have in the checkpoint."""
    arrays = {}
    for item in placed:
        values = item.part.values()
        for slot, info in item.found.items():
            change = item.part.shift(slot, info.name, forget_bias)
            value = values[slot]
            arrays[info.name] = shift_forget_bias(value, -change) if change else value
    return arrays
