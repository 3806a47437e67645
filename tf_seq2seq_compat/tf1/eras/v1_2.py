"""TensorFlow 1.2, where it was otherwise than 1.3.

There was no monotonic attention, and no list of attention mechanisms; the state of `LSTMBlockCell`
was always clipped, at 3.
"""

from __future__ import annotations

from tf_seq2seq_compat import rnn
from tf_seq2seq_compat.tf1.eras import Notes, v1_3, with_parameters
from tf_seq2seq_compat.tf1.eras.scoped_cells import scoped

NOTES = Notes('1.2')

LSTMBlockCell = with_parameters(v1_3.LSTMBlockCell, 'num_units forget_bias=1.0 use_peephole=False')
NOTES.instead_of(rnn.LSTMBlockCell)(scoped(LSTMBlockCell, '1.2'))
