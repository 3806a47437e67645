"""`tensorflow_addons.layers`."""

from tf_seq2seq_compat.addons.layers.crf import CRF
from tf_seq2seq_compat.addons.layers.normalizations import GroupNormalization, InstanceNormalization

__all__ = ['CRF', 'GroupNormalization', 'InstanceNormalization']
