"""TensorFlow 1.3, where it was otherwise than 1.4.

* `ScheduledOutputTrainingHelper` had `next_input_layer`, `SampleEmbeddingHelper` no temperature.
* `Helper` had no `sample_ids_shape` and `sample_ids_dtype`: samples were int32 scalars.
* The lengths of a beam search were int32.
* `LSTMBlockCell` had `clip_cell`: whether its state is clipped, at 3.
"""

from __future__ import annotations

import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import rnn
from tf_seq2seq_compat.tf1.eras import Notes, v1_4, with_parameters
from tf_seq2seq_compat.tf1.eras.scoped_cells import scoped

NOTES = Notes('1.3')

NOTES.parameters(
    seq2seq.ScheduledOutputTrainingHelper,
    'inputs sequence_length sampling_probability time_major=False seed=None next_input_layer=None '
    'auxiliary_inputs=None name=None',
    next_input_layer='next_inputs_fn',
)
NOTES.parameters(seq2seq.SampleEmbeddingHelper, 'embedding start_tokens end_token seed=None')
NOTES.parameters(seq2seq.CustomHelper, 'initialize_fn sample_fn next_inputs_fn')


@NOTES.instead_of(seq2seq.Helper)
class Helper(seq2seq.Helper):
    """Base class of helpers."""

    sample_ids_shape = tf.TensorShape([])
    sample_ids_dtype = tf.int32


@NOTES.instead_of(seq2seq.BeamSearchDecoder)
class BeamSearchDecoder(v1_4.BeamSearchDecoder):
    """As that of 1.4, with other lengths."""

    _length_dtype = tf.int32


NOTES.parameters(
    rnn.stack_bidirectional_dynamic_rnn,
    'cells_fw cells_bw inputs initial_states_fw=None initial_states_bw=None dtype=None '
    'sequence_length=None parallel_iterations=None scope=None',
)
NOTES.instead_of(rnn.GRUBlockCell, written=v1_4.UNLAYERED)(
    scoped(with_parameters(rnn.GRUBlockCell, 'cell_size'), '1.3')
)
NOTES.parameters(rnn.ResidualWrapper, 'cell')
NOTES.parameters(
    rnn.DropoutWrapper,
    'cell input_keep_prob=1.0 output_keep_prob=1.0 state_keep_prob=1.0 variational_recurrent=False '
    'input_size=None dtype=None seed=None',
)


class LSTMBlockCell(rnn.LSTMBlockCell):
    """As today's."""

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        clip_cell: bool = True,
        use_peephole: bool = False,
    ) -> None:
        super().__init__(num_units, forget_bias, 3.0 if clip_cell else -1.0, use_peephole)


NOTES.instead_of(rnn.LSTMBlockCell)(scoped(LSTMBlockCell, '1.3'))
