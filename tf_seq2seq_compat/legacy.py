"""The earlier name of `tf_seq2seq_compat.tf1`, which files that `migrate` wrote import."""

import sys

from tf_seq2seq_compat import tf1

sys.modules[__name__] = tf1
