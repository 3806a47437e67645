"""The cells of `tfa.rnn`."""

from tf_seq2seq_compat.addons.rnn.esn_cell import ESNCell
from tf_seq2seq_compat.addons.rnn.layer_norm_lstm_cell import LayerNormLSTMCell
from tf_seq2seq_compat.addons.rnn.layer_norm_simple_rnn_cell import LayerNormSimpleRNNCell
from tf_seq2seq_compat.addons.rnn.nas_cell import NASCell
from tf_seq2seq_compat.addons.rnn.peephole_lstm_cell import PeepholeLSTMCell

__all__ = [
    'ESNCell',
    'LayerNormLSTMCell',
    'LayerNormSimpleRNNCell',
    'NASCell',
    'PeepholeLSTMCell',
]
