"""`tensorflow_addons.text.crf`: linear-chain conditional random fields."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras
from tf_seq2seq_compat.addons.rnn.base import RNNCell
from tf_seq2seq_compat.core import crf
from tf_seq2seq_compat.core.crf import (
    crf_binary_score,
    crf_constrained_decode,
    crf_decode,
    crf_decode_backward,
    crf_decode_forward,
    crf_filtered_inputs,
    crf_forward,
    crf_log_norm,
    crf_multitag_sequence_score,
    crf_sequence_score,
    crf_unary_score,
    viterbi_decode,
)
from tf_seq2seq_compat.types import Config, ShapeLike, TensorLike

__all__ = [
    'CrfDecodeForwardRnnCell',
    'crf_binary_score',
    'crf_constrained_decode',
    'crf_decode',
    'crf_decode_backward',
    'crf_decode_forward',
    'crf_filtered_inputs',
    'crf_forward',
    'crf_log_likelihood',
    'crf_log_norm',
    'crf_multitag_sequence_score',
    'crf_sequence_score',
    'crf_unary_score',
    'viterbi_decode',
]


def crf_log_likelihood(
    inputs: TensorLike,
    tag_indices: TensorLike,
    sequence_lengths: TensorLike,
    transition_params: TensorLike | None = None,
) -> tuple[tf.Tensor, TensorLike]:
    """The log likelihood of given tags.

    Args:
      inputs: unary scores, `[batch, max_time, num_tags]`.
      tag_indices: `[batch, max_time]` int32.
      sequence_lengths: `[batch]`.
      transition_params: `[num_tags, num_tags]`; without it, a new variable, `transitions`.

    Returns:
      The log likelihoods `[batch]`, and the transition scores as a tensor of the type of `inputs`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> scores, transitions = tf.zeros([1, 3, 2]), tf.zeros([2, 2])
      >>> score, _ = tfa.text.crf_log_likelihood(scores, [[0, 1, 1]], [3], transitions)
      >>> np.exp(score).round(3)
      array([0.125], dtype=float32)

    Legacy: `tfa.text.crf_log_likelihood` of TensorFlow Addons 0.23.
    """
    inputs = tf.convert_to_tensor(inputs)
    if transition_params is not None:
        transition_params = tf.cast(transition_params, inputs.dtype)

    def new_transitions(shape: list[int]) -> tf.Tensor:
        start = keras.initializers.GlorotUniform()(shape)
        return tf.cast(tf.Variable(start, name='transitions'), inputs.dtype)

    return crf.crf_log_likelihood(
        inputs, tag_indices, sequence_lengths, transition_params, new_transitions
    )


class CrfDecodeForwardRnnCell(RNNCell):
    """One step of the Viterbi algorithm, as a cell.

    Args:
      transition_params: `[num_tags, num_tags]`.
      **kwargs: Of every layer of Keras: `name`, `dtype`.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> cell = tfa.text.CrfDecodeForwardRnnCell(np.zeros([2, 2], np.float32))
      >>> came_from, best = cell(tf.constant([[1., 0.]]), [tf.constant([[0., 3.]])])
      >>> came_from.numpy().tolist(), best.numpy().tolist()
      ([[1, 1]], [[4.0, 3.0]])

    Legacy: `tfa.text.CrfDecodeForwardRnnCell` of TensorFlow Addons 0.23.
    """

    def __init__(self, transition_params: TensorLike, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._transition_params = tf.convert_to_tensor(transition_params)
        self._state_size = self._output_size = crf.num_tags(self._transition_params)

    def build(self, input_shape: ShapeLike) -> None:
        self.built = True

    def call(self, inputs: tf.Tensor, state: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        transitions = tf.cast(self._transition_params, inputs.dtype)
        return crf.viterbi_step(inputs, state[0], transitions)

    def get_config(self) -> Config:
        transitions = self._transition_params.numpy().tolist()
        return {**super().get_config(), 'transition_params': transitions}

    @classmethod
    def from_config(cls, config: Config) -> CrfDecodeForwardRnnCell:
        transitions = np.array(config['transition_params'], np.float32)
        return cls(**{**config, 'transition_params': transitions})
