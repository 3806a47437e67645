"""`tf.contrib.training.HParams`: named hyperparameters with fixed types, read from text or JSON."""

from __future__ import annotations

import functools
import json
import numbers
import re
from collections.abc import Mapping
from typing import Any

from tf_seq2seq_compat.tf1.contrib.messages import message_classes

__all__ = ['HParams', 'parse_values']

# name=value, name=[values], name[index]=value; then a comma or the end.
_ASSIGNMENT = re.compile(
    r"""
    (?P<name> [a-zA-Z] [\w.]*)
    (\[ \s* (?P<index> \d+) \s* \])?
    \s* = \s*
    ( \[ (?P<items> [^\]]*) \] | (?P<scalar> [^,\[]*) )
    (,\s* | $)
    """,
    re.VERBOSE,
)


def parse_values(
    values: str, type_map: Mapping[str, object], ignore_unknown: bool = False
) -> dict[str, object]:
    """Reads `name=value` assignments.

    Args:
      values: Assignments with commas between: `'a=1,b=[0.5, 2],c[3]=x'`.
      type_map: The type of each name.
      ignore_unknown: Whether names without a type are passed over.

    Returns:
      The values by name: one value, a list for `[...]`, or a dict by index for `name[index]=`.

    Raises:
      ValueError: For a name without a type, a value of another type, a name assigned twice, or
        text that is no assignment.

    Example:
      >>> parse_values('a=1,b=[0.5, 2]', {'a': int, 'b': float})
      {'a': 1, 'b': [0.5, 2.0]}
    """
    found: dict[str, object] = {}
    position = 0
    while position < len(values):
        match = _ASSIGNMENT.match(values, position)
        if match is None:
            raise ValueError(f'Malformed hyperparameter value: {values[position:]}')
        position = match.end()
        name, index, items = match['name'], match['index'], match['items']
        if name not in type_map:
            if ignore_unknown:
                continue
            raise ValueError(f'Unknown hyperparameter type for {name}')
        convert = functools.partial(_from_text, name, type_map[name], values)
        if index is not None:
            if items is not None:
                raise ValueError('Assignment of a list to a list index.')
            by_index = found.setdefault(name, {})
            if not isinstance(by_index, dict):
                raise _assigned_twice(name, values)
            if int(index) in by_index:
                raise _assigned_twice(f'{name}[{int(index)}]', values)
            by_index[int(index)] = convert(match['scalar'])
        elif name in found:
            raise _assigned_twice(name, values)
        elif items is not None:
            found[name] = [convert(item) for item in re.split('[ ,]+', items) if item]
        else:
            found[name] = convert(match['scalar'])
    return found


def _assigned_twice(name: str, values: str) -> ValueError:
    return ValueError(f'Multiple assignments to variable {name!r} in {values}')


def _from_text(name: str, param_type: Any, values: str, text: str) -> Any:
    try:
        if param_type is bool:
            return text in ('true', 'True') or (text not in ('false', 'False') and bool(int(text)))
        return param_type(text)
    except ValueError:
        raise ValueError(
            f'Could not parse hparam {name!r} of type {param_type.__name__!r} with value {text!r} '
            f'in {values}'
        ) from None


def _cast(name: str, param_type: Any, value: Any) -> Any:
    """`value` as `param_type`, where that loses nothing; a parameter of None takes anything."""
    if param_type is type(None):
        return value
    text = (str, bytes)
    fits = (
        issubclass(param_type, text) == isinstance(value, text)
        and issubclass(param_type, bool) == isinstance(value, bool)
        and (not issubclass(param_type, int) or isinstance(value, numbers.Integral))
        and (not issubclass(param_type, float) or isinstance(value, numbers.Real))
    )
    if not fits:
        raise ValueError(
            f"Could not cast hparam '{name}' of type '{param_type}' from value {value!r}"
        )
    return param_type(value)


class HParams:
    """Hyperparameters as attributes, each with the type of its first value.

    Args:
      hparam_def: Message of `to_proto` to take the values from, instead of keywords.
      model_structure: Anything; `get_model_structure` gives it back.
      **kwargs: The hyperparameters: numbers, strings, bools, None, or lists of one of them.

    Raises:
      ValueError: For a reserved name or an empty list.
      AssertionError: If `hparam_def` is no such message.

    Example:
      >>> hparams = HParams(learning_rate=0.1, units=[64, 32])
      >>> hparams.parse('learning_rate=0.01,units=[128]')
      HParams([('learning_rate', 0.01), ('units', [128])])
      >>> hparams.learning_rate
      0.01
    """

    def __init__(
        self, hparam_def: object = None, model_structure: object = None, **kwargs: object
    ) -> None:
        # Each name's (type, whether it is a list).
        self._hparam_types: dict[str, tuple[object, bool]] = {}
        self._model_structure = model_structure
        if hparam_def is None:
            for name, value in kwargs.items():
                self.add_hparam(name, value)
        else:
            self._init_from_proto(hparam_def)

    def add_hparam(self, name: str, value: Any) -> None:
        """Adds a hyperparameter, whose type is that of `value`."""
        if getattr(self, name, None) is not None:
            raise ValueError(f'Hyperparameter name is reserved: {name}')
        is_list = isinstance(value, list | tuple)
        if is_list and not value:
            raise ValueError(f'Multi-valued hyperparameters cannot be empty: {name}')
        self._hparam_types[name] = (type(value[0] if is_list else value), is_list)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: object) -> None:
        """Sets a hyperparameter that exists, to a value of its type."""
        param_type, is_list = self._hparam_types[name]
        if isinstance(value, list):
            if not is_list:
                raise ValueError(f'Must not pass a list for single-valued parameter: {name}')
            setattr(self, name, [_cast(name, param_type, item) for item in value])
        else:
            if is_list:
                raise ValueError(f'Must pass a list for multi-valued parameter: {name}.')
            setattr(self, name, _cast(name, param_type, value))

    def del_hparam(self, name: str) -> None:
        """Removes a hyperparameter; one that does not exist is no error."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> HParams:
        """Sets what `values` assigns (see `parse_values`), and returns this object."""
        types = {name: param_type for name, (param_type, _) in self._hparam_types.items()}
        return self.override_from_dict(parse_values(values, types))

    def override_from_dict(self, values_dict: Mapping[str, object]) -> HParams:
        """Sets hyperparameters that exist, by name, and returns this object."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    set_from_map = override_from_dict

    def parse_json(self, values_json: str) -> HParams:
        """Sets what a JSON object assigns, and returns this object."""
        return self.override_from_dict(json.loads(values_json))

    def values(self) -> dict[str, object]:
        """The hyperparameters by name, in the order in which they were added."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: object = None) -> Any:
        """The value of a hyperparameter, or `default`, which must be of its type."""
        if key not in self._hparam_types:
            return default
        if default is not None:
            self._check_default(key, default)
        return getattr(self, key)

    def _check_default(self, key: str, default: Any) -> None:
        param_type, is_list = self._hparam_types[key]
        shown = f'list<{param_type}>' if is_list else str(param_type)
        words = f"Hparam '{key}' of type '{shown}' is incompatible with default={default}"
        if is_list != isinstance(default, list):
            raise ValueError(words)
        try:
            for item in default if is_list else [default]:
                _cast(key, param_type, item)
        except ValueError as error:
            raise ValueError(f'{words}. {error}') from None

    def to_json(self, indent: Any = None, separators: Any = None, sort_keys: bool = False) -> str:
        """The hyperparameters as a JSON object; arguments as for `json.dumps`."""
        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys)

    def set_model_structure(self, model_structure: object) -> None:
        """Keeps anything, for `get_model_structure`."""
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        """The model structure that was set last."""
        return self._model_structure

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The hyperparameters as a message `tensorflow.HParamDef`, as TF1's MetaGraphs hold it.

        Args:
          export_scope: Not used.

        Returns:
          The message.

        Raises:
          ValueError: For a value that is no number, string or bool.
        """
        message = _hparam_def()()
        for name, (param_type, is_list) in self._hparam_types.items():
            kind = _kind_of(param_type)
            value = getattr(self, name)
            if kind == 'bytes':
                value = [_bytes(v) for v in value] if is_list else _bytes(value)
            if is_list:
                getattr(message.hparam[name], f'{kind}_list').value.extend(value)
            else:
                setattr(message.hparam[name], f'{kind}_value', value)
        return message

    @staticmethod
    def from_proto(hparam_def: object, import_scope: str | None = None) -> HParams:
        """The hyperparameters of a message of `to_proto`; `import_scope` is not used."""
        return HParams(hparam_def=hparam_def)

    def _init_from_proto(self, hparam_def: Any) -> None:
        if getattr(getattr(hparam_def, 'DESCRIPTOR', None), 'name', None) != 'HParamDef':
            raise AssertionError(
                f'hparam_def must be a message of HParams.to_proto, but is {hparam_def!r}. Give '
                'hyperparameters by keyword: HParams(learning_rate=0.1).'
            )
        for name, value in hparam_def.hparam.items():
            kind = value.WhichOneof('kind')
            content = getattr(value, kind)
            items = list(content.value) if kind.endswith('_list') else [content]
            items = [item.decode() if isinstance(item, bytes) else item for item in items]
            self.add_hparam(name, items if kind.endswith('_list') else items[0])

    def __contains__(self, key: str) -> bool:
        return key in self._hparam_types

    def __str__(self) -> str:
        return ','.join(f'{name}={value}' for name, value in self.values().items())

    def __repr__(self) -> str:
        return f'{type(self).__name__}({sorted(self.values().items())})'


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _kind_of(param_type: Any) -> str:
    """The name of a type in `HParamDef`'s fields."""
    for types, kind in (
        (bool, 'bool'),
        (int, 'int64'),
        (float, 'float'),
        ((str, bytes), 'bytes'),
    ):
        if issubclass(param_type, types):
            return kind
    raise ValueError(f'Unsupported parameter type: {param_type}')


@functools.cache
def _hparam_def() -> Any:
    """The message class `tensorflow.HParamDef`, which TensorFlow 2 no longer has."""
    return message_classes(
        'tensorflow',
        {
            **{f'{kind.capitalize()}List': f'1:value:{kind}*' for kind in _NUMBERS},
            'HParamType': ' '.join(
                f'{value}:{kind}_value:{kind}| {items}:{kind}_list:{kind.capitalize()}List|'
                for kind, (value, items) in _NUMBERS.items()
            ),
            'HParamDef': '1:hparam:HParamType{}',
        },
    )['HParamDef']


# By type, the numbers of the fields for a value and for a list.
_NUMBERS = {'int64': (1, 4), 'float': (2, 5), 'bytes': (3, 6), 'bool': (7, 8)}
