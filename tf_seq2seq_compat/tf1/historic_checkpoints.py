"""Advice for `Saver.restore` of a checkpoint with the variable names of an earlier TensorFlow 1."""

from __future__ import annotations

import functools
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.tf1.runtime import Runtime

tf1 = tf.compat.v1


def explain_missing_names(runtime: Runtime) -> None:
    """Makes `tf.train.Saver.restore` say which option renames the variables of an old checkpoint.

    Args:
      runtime: Takes it back.
    """
    original = tf1.train.Saver.restore

    @functools.wraps(original)
    def restore(self: object, sess: tf.compat.v1.Session, save_path: str) -> Any:
        try:
            return original(self, sess, save_path)
        except tf.errors.NotFoundError as error:
            advice = _advice(sess, save_path)
            if not advice:
                raise
            raise tf.errors.NotFoundError(
                error.node_def, error.op, f'{error.message}\n\n{advice}'
            ) from None

    runtime.set(tf1.train.Saver, 'restore', restore)


def _advice(sess: tf.compat.v1.Session, save_path: str) -> str:
    from tf_seq2seq_compat import checkpoint
    from tf_seq2seq_compat.checkpoint.rename import historic_advice, historic_names

    try:
        names = [variable.name for variable in checkpoint.list_variables(save_path)]
    except checkpoint.CheckpointError:
        return ''
    wanted = [v.op.name for v in sess.graph.get_collection(tf1.GraphKeys.GLOBAL_VARIABLES)]
    pairs = historic_names(names, wanted)
    if not pairs:
        return ''
    return (
        f'{historic_advice(pairs)}. Convert it, and restore the converted one: '
        f'tf-seq2seq-compat checkpoint convert --historic {save_path} NEW'
    )
