"""`tf.contrib.tensorboard.plugins.projector`: which embeddings TensorBoard is to show.

The messages are those of the `tensorboard` package, which need not be installed.
"""

from __future__ import annotations

import os
from typing import Any

import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

__all__ = ['EmbeddingInfo', 'ProjectorConfig', 'SpriteMetadata', 'visualize_embeddings']

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCOPE = 'tf_seq2seq_compat.projector'
# Each message's fields, in TF1's numbers: a string, a list of uint32, or another message.
_MESSAGES = {
    'SpriteMetadata': ['image_path', 'single_image_dim:uint32*'],
    'EmbeddingInfo': [
        'tensor_name',
        'metadata_path',
        'bookmarks_path',
        'tensor_shape:uint32*',
        'sprite:SpriteMetadata',
        'tensor_path',
    ],
    'ProjectorConfig': [
        'model_checkpoint_path',
        'embeddings:EmbeddingInfo*',
        'model_checkpoint_dir',
    ],
}


def _message_classes() -> dict[str, object]:
    file = descriptor_pb2.FileDescriptorProto(
        name='tf_seq2seq_compat/projector.proto', package=_SCOPE, syntax='proto3'
    )
    for message_name, fields in _MESSAGES.items():
        message = file.message_type.add(name=message_name)
        for number, text in enumerate(fields, start=1):
            name, _, kind = text.rstrip('*').partition(':')
            repeated = text.endswith('*')
            field = message.field.add(
                name=name,
                number=number,
                label=_FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL,
            )
            if kind in _MESSAGES:
                field.type, field.type_name = _FIELD.TYPE_MESSAGE, f'.{_SCOPE}.{kind}'
            else:
                field.type = _FIELD.TYPE_UINT32 if kind == 'uint32' else _FIELD.TYPE_STRING
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f'{_SCOPE}.{name}'))
        for name in _MESSAGES
    }


_CLASSES = _message_classes()
SpriteMetadata: Any = _CLASSES['SpriteMetadata']
EmbeddingInfo: Any = _CLASSES['EmbeddingInfo']
ProjectorConfig: Any = _CLASSES['ProjectorConfig']


def visualize_embeddings(summary_writer: Any, config: Any) -> None:
    """Writes `projector_config.pbtxt`, which TensorBoard's projector reads.

    Args:
      summary_writer: A `tf.summary.FileWriter`, whose folder is meant; or the folder.
      config: A `ProjectorConfig`, also that of the `tensorboard` package.

    Raises:
      ValueError: If there is no folder.

    Example:
      >>> import os, tempfile
      >>> from tf_seq2seq_compat.tf1.contrib import projector
      >>> config = projector.ProjectorConfig()
      >>> config.embeddings.add().tensor_name = 'embedding'
      >>> folder = tempfile.mkdtemp()
      >>> projector.visualize_embeddings(folder, config)
      >>> os.listdir(folder)
      ['projector_config.pbtxt']

    Legacy: `tf.contrib.tensorboard.plugins.projector.visualize_embeddings` of TF 1.15.
    """
    if isinstance(summary_writer, str | os.PathLike):
        folder: Any = os.fspath(summary_writer)
    else:
        folder = summary_writer.get_logdir()
    if not folder:
        raise ValueError(
            'visualize_embeddings: the summary writer has no folder. Give it one: '
            'tf.summary.FileWriter(logdir).'
        )
    tf.io.gfile.makedirs(folder)
    path = os.path.join(tf.compat.as_str_any(folder), 'projector_config.pbtxt')
    with tf.io.gfile.GFile(f'{path}.part', 'w') as file:
        file.write(text_format.MessageToString(config))
    tf.io.gfile.rename(f'{path}.part', path, overwrite=True)
