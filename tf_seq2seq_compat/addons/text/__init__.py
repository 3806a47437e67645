"""`tensorflow_addons.text`: conditional random fields."""

from tf_seq2seq_compat.addons.text import crf
from tf_seq2seq_compat.addons.text.crf import (
    CrfDecodeForwardRnnCell,
    crf_binary_score,
    crf_constrained_decode,
    crf_decode,
    crf_decode_backward,
    crf_decode_forward,
    crf_filtered_inputs,
    crf_forward,
    crf_log_likelihood,
    crf_log_norm,
    crf_multitag_sequence_score,
    crf_sequence_score,
    crf_unary_score,
    viterbi_decode,
)
from tf_seq2seq_compat.addons.text.crf_wrapper import CRFModelWrapper

__all__ = [
    'CRFModelWrapper',
    'CrfDecodeForwardRnnCell',
    'crf',
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
