"""What owns variables."""

from tf_seq2seq_compat.layers import keras_owner

keras_owner.watch()
