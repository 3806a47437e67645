"""Which scope of a checkpoint a part of a model belongs to.

A part is sought below the scope that was given for the object it is of. What an object is given for
itself may be in exactly that scope; otherwise the name of a part's own scope decides, without
the `_1`, `_2` … by which TensorFlow tells scopes of one name apart, since these depend on what else
the process has made. Where as many parts as scopes have the same name but for that number, they go
together in their order. What then is left open is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tf_seq2seq_compat.checkpoint.layer_variables import Part, Slot
from tf_seq2seq_compat.checkpoint.reader import VariableInfo

_FAMILIES = {
    'basic_lstm_cell': 'lstm_cell',
    'cudnn_compatible_lstm_cell': 'lstm_cell',
    'lstm_fused_cell': 'lstm_cell',
}
_NUMBER = re.compile(r'_(\d+)$')


class Placed(NamedTuple):
    """A part and the scope where its variables are.

    Fields:
      part: The part.
      given: The scope that was given for the object.
      prefix: The scope in the checkpoint, None if it was not found.
      found: What the checkpoint has, by slot.
      open: The scopes between which the choice is open.
    """

    part: Part
    given: str
    prefix: str | None
    found: dict[str, VariableInfo]
    open: tuple[str, ...] = ()


class ScopeNames:
    """The variables of a checkpoint, found by name, or by a name with another cell of the family.

    Args:
      variables: `VariableInfo` by name.
    """

    def __init__(self, variables: dict[str, VariableInfo]) -> None:
        self._variables = variables
        self._alike: dict[str, list[str]] = {}
        for name in variables:
            self._alike.setdefault(family(name), []).append(name)

    def __call__(self, name: str) -> VariableInfo | None:
        if name in self._variables:
            return self._variables[name]
        alike = self._alike.get(family(name), [])
        return self._variables[alike[0]] if len(alike) == 1 else None

    def below(self, prefix: str, slots: dict[str, Slot]) -> dict[str, VariableInfo]:
        """The variables found for some slots below a prefix."""
        found = {name: self(join(prefix, name)) for name in slots}
        return {name: info for name, info in found.items() if info is not None}

    def prefixes(self, slot: str) -> Iterable[str]:
        """The scopes that have a variable for a slot."""
        wanted = family(slot)
        for name in self._variables:
            if not slot:
                yield name
            elif family(name) == wanted:
                yield ''
            elif family(name).endswith('/' + wanted):
                yield '/'.join(name.split('/')[: -len(slot.split('/'))])


def join(scope: str, name: str) -> str:
    """A name below a scope, either of which may be empty."""
    return f'{scope}/{name}' if scope and name else scope or name


def family(name: str) -> str:
    """A name in which all cells with the variables of an LSTM have one name."""
    return '/'.join(_FAMILIES.get(part, part) for part in name.split('/'))


def plain(parts: Iterable[str]) -> tuple[str, ...]:
    """The parts of a name without the numbers that make scopes unique."""
    bases = [_NUMBER.sub('', part) for part in parts]
    return tuple(_FAMILIES.get(base, base) for base in bases)


def number(parts: Iterable[str]) -> tuple[int, ...]:
    """These numbers, -1 where there is none."""
    found = [_NUMBER.search(part) for part in parts]
    return tuple(int(match[1]) if match else -1 for match in found)


def place(parts: list[tuple[Part, str]], names: ScopeNames) -> list[Placed]:
    """The scope of each part.

    Args:
      parts: Parts, each with the scope given for the object that it is of.
      names: The names in the checkpoint.

    Returns:
      A `Placed` for each, in the same order.
    """
    choices = {
        id(part): [] if part.problem else _choices(part, given, names) for part, given in parts
    }
    taken: dict[str, Part] = {}
    chosen: dict[int, str] = {}

    def take(part: Part, prefix: str) -> None:
        chosen[id(part)] = prefix
        for info in names.below(prefix, part.slots).values():
            taken[info.name] = part

    def left(part: Part) -> list[str]:
        return [
            prefix
            for prefix in choices[id(part)]
            if not any(info.name in taken for info in names.below(prefix, part.slots).values())
        ]

    def waiting() -> list[Part]:
        return [part for part, _ in parts if id(part) not in chosen and choices[id(part)]]

    def settle(rule: Callable[[list[Part]], list[tuple[Part, str]]]) -> bool:
        found = rule(waiting())
        for part, prefix in found:
            take(part, prefix)
        return bool(found)

    def only(open_parts: list[Part]) -> list[tuple[Part, str]]:
        single = [(part, left(part)[0]) for part in open_parts if len(left(part)) == 1]
        wanted = [prefix for _, prefix in single]
        return [(part, prefix) for part, prefix in single if wanted.count(prefix) == 1]

    def in_order(open_parts: list[Part]) -> list[tuple[Part, str]]:
        for part in open_parts:
            prefixes = left(part)
            alike = [
                other
                for other in open_parts
                if left(other) == prefixes and plain(other.scope) == plain(part.scope)
            ]
            same = {plain(prefix.split('/')) for prefix in prefixes}
            if len(same) == 1 and len(alike) == len(prefixes) > 1:
                alike.sort(key=lambda each: (number(each.scope), each.order))
                prefixes.sort(key=lambda prefix: number(prefix.split('/')))
                return list(zip(alike, prefixes, strict=True))
        return []

    settled = True
    while settled:
        settled = settle(only) or settle(in_order)
    return [
        _placed(part, given, chosen.get(id(part)), tuple(choices[id(part)]), names)
        for part, given in parts
    ]


def _placed(
    part: Part, given: str, prefix: str | None, open_: tuple[str, ...], names: ScopeNames
) -> Placed:
    if prefix is not None:
        return Placed(part, given, prefix, names.below(prefix, part.slots))
    if open_ or part.problem:
        return Placed(part, given, None, {}, open_)
    # Not all of it is there: most of it may be, at one place.
    counts = {
        each: len(names.below(each, part.slots))
        for slot in part.slots
        for each in set(names.prefixes(slot))
        if slot and _is_below(each, given) and _ends_like(each, part)
    }
    best = max(counts.values(), default=0)
    at = [each for each, count in counts.items() if count == best]
    if len(at) == 1:
        return Placed(part, given, at[0], names.below(at[0], part.slots))
    return Placed(part, given, None, {})


def _choices(part: Part, given: str, names: ScopeNames) -> list[str]:
    """The scopes that a part may belong to, by the strongest rule that leaves any."""
    first = max(part.slots, key=len, default='')
    everywhere = [
        prefix
        for prefix in dict.fromkeys(names.prefixes(first))
        if len(names.below(prefix, part.slots)) == len(part.slots)
    ]
    if part.main and given in everywhere:
        return [given]
    below = [prefix for prefix in everywhere if _is_below(prefix, given)]
    if part.secondary:
        return _nearest([each for each in everywhere if _ends_like(each, part)], given)
    whole = plain(part.scope) or ('',)
    rules: list[Callable[[str], bool]] = [
        lambda prefix: plain(_rest(prefix, given)) == whole,
        lambda prefix: plain(prefix.split('/'))[-len(whole) :] == whole,
        lambda prefix: _ends_like(prefix, part),
        lambda prefix: part.kind == 'Variable' and prefix.split('/')[-1] in part.label.split('.'),
        lambda prefix: part.main and _fits(part, prefix, names),
    ]
    for rule in rules:
        named = [prefix for prefix in below if rule(prefix)]
        if named:
            fitting = [prefix for prefix in named if _fits(part, prefix, names)] or named
            return _by_label(fitting, part) if len(fitting) > 1 else fitting
    return []


def _fits(part: Part, prefix: str, names: ScopeNames) -> bool:
    found = names.below(prefix, part.slots)
    return all(part.slots[name].fits(info) for name, info in found.items())


def _is_below(prefix: str, given: str) -> bool:
    return not given or prefix == given or prefix.startswith(given + '/')


def _rest(prefix: str, given: str) -> list[str]:
    rest = prefix[len(given) :].removeprefix('/') if given else prefix
    return rest.split('/')


def _ends_like(prefix: str, part: Part) -> bool:
    return plain(prefix.split('/'))[-1:] == (plain(part.scope) or ('',))[-1:]


def _nearest(prefixes: list[str], given: str) -> list[str]:
    """Those that have most of a scope in common with it."""

    def common(prefix: str) -> int:
        count = 0
        for a, b in zip(prefix.split('/'), given.split('/'), strict=False):
            if a != b:
                break
            count += 1
        return count

    most = max(map(common, prefixes), default=0)
    return [prefix for prefix in prefixes if common(prefix) == most]


def _by_label(prefixes: list[str], part: Part) -> list[str]:
    """Those with the name of an attribute that leads to the part, where that tells them apart."""
    labels = set(part.label.split('.'))
    named = [prefix for prefix in prefixes if labels & set(prefix.split('/'))]
    return named or prefixes
