"""`tensorflow_addons.layers`."""

from tf_seq2seq_compat.addons.layers.crf import CRF
from tf_seq2seq_compat.addons.layers.multihead_attention import MultiHeadAttention
from tf_seq2seq_compat.addons.layers.normalizations import GroupNormalization, InstanceNormalization
from tf_seq2seq_compat.addons.layers.wrappers import WeightNormalization

__all__ = [
    'CRF',
    'GroupNormalization',
    'InstanceNormalization',
    'MultiHeadAttention',
    'WeightNormalization',
]
