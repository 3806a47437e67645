"""`tf.contrib.tensorboard.plugins.projector`: which embeddings TensorBoard is to show.

The messages are those of the `tensorboard` package, which need not be installed.
"""

from __future__ import annotations

import os
from typing import Any

import tensorflow as tf
from google.protobuf import text_format

from tf_seq2seq_compat.tf1.contrib.messages import message_classes

__all__ = ['EmbeddingInfo', 'ProjectorConfig', 'SpriteMetadata', 'visualize_embeddings']

_CLASSES = message_classes(
    'tf_seq2seq_compat.projector',
    {
        'SpriteMetadata': '1:image_path:string 2:single_image_dim:uint32*',
        'EmbeddingInfo': '1:tensor_name:string 2:metadata_path:string 3:bookmarks_path:string '
        '4:tensor_shape:uint32* 5:sprite:SpriteMetadata 6:tensor_path:string',
        'ProjectorConfig': '1:model_checkpoint_path:string 2:embeddings:EmbeddingInfo* '
        '3:model_checkpoint_dir:string',
    },
)
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
