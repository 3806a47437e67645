"""The names of `tf.contrib.legacy_seq2seq`: models over Python lists of time steps.

These are functions, so nothing of theirs outlives a call. In a TF1 graph TensorFlow keeps their
variables, by name. In eager mode and `tf.function` a layer keeps them: call the function within
the `call` of a `Layer`, or give it one as `variables`, the same one at every call.
"""

from tf_seq2seq_compat.legacy_seq2seq.decoders import (
    _extract_argmax_and_embed as _extract_argmax_and_embed,
)
from tf_seq2seq_compat.legacy_seq2seq.decoders import (
    attention_decoder,
    embedding_attention_decoder,
    embedding_rnn_decoder,
    rnn_decoder,
)
from tf_seq2seq_compat.legacy_seq2seq.losses import (
    model_with_buckets,
    sequence_loss,
    sequence_loss_by_example,
)
from tf_seq2seq_compat.legacy_seq2seq.models import (
    basic_rnn_seq2seq,
    embedding_attention_seq2seq,
    embedding_rnn_seq2seq,
    embedding_tied_rnn_seq2seq,
    one2many_rnn_seq2seq,
    tied_rnn_seq2seq,
)

__all__ = [
    'attention_decoder',
    'basic_rnn_seq2seq',
    'embedding_attention_decoder',
    'embedding_attention_seq2seq',
    'embedding_rnn_decoder',
    'embedding_rnn_seq2seq',
    'embedding_tied_rnn_seq2seq',
    'model_with_buckets',
    'one2many_rnn_seq2seq',
    'rnn_decoder',
    'sequence_loss',
    'sequence_loss_by_example',
    'tied_rnn_seq2seq',
]
