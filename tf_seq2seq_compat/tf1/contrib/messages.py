"""Classes of protocol buffers that TF1 had and TensorFlow 2 does not, made from short tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_FIELD = descriptor_pb2.FieldDescriptorProto


def message_classes(package: str, messages: Mapping[str, str]) -> dict[str, Any]:
    """Message classes by name.

    Args:
      package: of the messages.
      messages: by name the fields, `number:name:kind` with blanks between. A kind is `string`,
        `int64` and the like, or a message before it; then `*` for a list, `|` for one of the
        alternatives `kind`, or `{}` for a map from strings.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib.messages import message_classes
      >>> Point = message_classes('example', {'Point': '1:x:float 2:labels:string*'})['Point']
      >>> Point(x=1.0, labels=['a']).labels[0]
      'a'
    """
    file = descriptor_pb2.FileDescriptorProto(
        name=f'tf_seq2seq_compat/{package}.proto', package=package, syntax='proto3'
    )
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for text in fields.split():
            number, field, kind = text.split(':')
            made = _add(message, field, int(number), kind.rstrip('*|{}'), f'.{package}')
            if kind.endswith('*'):
                made.label = _FIELD.LABEL_REPEATED
            elif kind.endswith('|'):
                if not message.oneof_decl:
                    message.oneof_decl.add(name='kind')
                made.oneof_index = 0
            elif kind.endswith('{}'):
                entry = message.nested_type.add(name=f'{field.capitalize()}Entry')
                entry.options.map_entry = True
                _add(entry, 'key', 1, 'string', f'.{package}')
                _add(entry, 'value', 2, kind[:-2], f'.{package}')
                made.label = _FIELD.LABEL_REPEATED
                made.type_name = f'.{package}.{name}.{entry.name}'
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f'{package}.{name}'))
        for name in messages
    }


def _add(message: Any, name: str, number: int, kind: str, scope: str) -> Any:
    field = message.field.add(name=name, number=number, label=_FIELD.LABEL_OPTIONAL)
    if kind[0].isupper():
        field.type, field.type_name = _FIELD.TYPE_MESSAGE, f'{scope}.{kind}'
    else:
        field.type = getattr(_FIELD, f'TYPE_{kind.upper()}')
    return field
