"""The classes of `tf.contrib.seq2seq`, in the files that TF1's users know."""

import tf_seq2seq_compat


def mechanism_names() -> list[str]:
    """Names of the attention mechanisms of this package; TensorFlow need not be loaded."""
    return [name for name in tf_seq2seq_compat.__all__ if name.endswith('Attention')]
