"""Layers and cells: the classes that own variables."""

from tf_seq2seq_compat.layers import keras_owner

keras_owner.watch()
