"""`tensorflow_addons.utils`."""

from tf_seq2seq_compat.addons.utils import types

__all__ = ['types']
