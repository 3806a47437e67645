"""FLAGS as TF 1.4 and earlier had them: `FLAGS.__flags` and `FLAGS._parse_flags()`."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from tf_seq2seq_compat.tf1 import import_hook
from tf_seq2seq_compat.tf1.repairs.repair import Repair, replace

# What code that knows absl's flags, which `__flags` has since TF 1.5, reads from one of them.
_OF_A_FLAG = {'value', 'default', 'default_as_str', 'present', 'using_default_value', 'serialize'}


def _names(code: types.CodeType) -> Iterator[str]:
    """The names that a function uses, in its lambdas and comprehensions too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType) and constant.co_name.startswith('<'):
            yield from _names(constant)


def _early(flags: Any, name: str) -> object:
    """TF 1.4's attribute of this name, or None where the program does not read it."""
    frame = import_hook.program_frame()
    if frame is None:
        return None
    if name == '_parse_flags':
        REPAIR.warn(
            'AttributeError: _parse_flags',
            'the command line is parsed; flags that are not defined are left.',
            'FLAGS(sys.argv, known_only=True)',
        )
        return lambda args=None: flags(
            sys.argv if args is None else [sys.argv[0], *args], known_only=True
        )[1:]
    if _OF_A_FLAG & set(_names(frame.f_code)):
        return None
    REPAIR.warn(
        'nothing, but it would give the Flag objects of absl, which are not strings or numbers.',
        'the values of the flags, by name.',
        'FLAGS.flag_values_dict()',
    )
    return flags.flag_values_dict()


def _patch() -> Callable[[], None]:
    from tensorflow.python.platform import flags as platform_flags

    wrapper = platform_flags._FlagValuesWrapper
    original = wrapper.__getattribute__

    def __getattribute__(self: object, name: str) -> object:
        early = _early(self, name) if name in ('__flags', '_parse_flags') else None
        return original(self, name) if early is None else early

    return replace('__getattribute__', __getattribute__, wrapper)


REPAIR = Repair(
    name='early-flags',
    summary='`FLAGS.__flags` read by code that reads no attribute of a flag, and '
    '`FLAGS._parse_flags()`: as in TF 1.4, the values by name, and the command line parsed',
    package='tensorflow',
    patch=_patch,
)
