"""`tf.contrib.cudnn_rnn`."""

from tf_seq2seq_compat.rnn.cudnn import *  # noqa: F403
from tf_seq2seq_compat.rnn.cudnn import __all__ as __all__
