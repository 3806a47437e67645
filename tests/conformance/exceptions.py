"""The promises that a row of the table cannot keep: with which error, and why."""

from __future__ import annotations

import pickle
import sys
from typing import NamedTuple

import tensorflow as tf


class Listed(NamedTuple):
    """How a promise is broken: the type of the error, words of its message, and the reason."""

    error: type[BaseException]
    words: str
    reason: str


EXCEPTIONS: dict[tuple[str, str], Listed] = {}


def _except(promise: str, names: str, error: type[BaseException], words: str, reason: str) -> None:
    """Lists names, which are separated by commas."""
    for name in names.split(', '):
        assert (promise, name) not in EXCEPTIONS, (promise, name)
        EXCEPTIONS[promise, name] = Listed(error, words, reason)


_except(
    'graph',
    'raw_rnn',
    tf.errors.UnimplementedError,
    'TensorArrayStack',
    'without steps the array of outputs is empty, and TensorFlow cannot stack it, in TF1 neither',
)
for _promise, _words in (
    ('graph', 'conv_'),
    ('function', 'function_node'),
    ('batches', 'Incompatible shapes: [0,'),
):
    _except(
        _promise,
        'ConvLSTMCell, Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell',
        tf.errors.InvalidArgumentError,
        _words,
        "oneDNN's convolution of an empty batch has the channels of its inputs; TF1's is right",
    )
_except(
    'function',
    'raw_rnn',
    tf.errors.InvalidArgumentError,
    'Tried to stack elements of an empty list',
    'without steps the array of outputs is empty, and TensorFlow cannot stack it',
)
_except(
    'xla',
    'raw_rnn',
    ValueError,
    'number of steps must be bounded',
    "TF1's raw_rnn has no argument that bounds its steps",
)
_except(
    'xla',
    'Decoder, BaseDecoder',
    AssertionError,
    '(2, 3, 4) in place of (2, 2, 4)',
    'compiled results keep the size of maximum_iterations, zero after the last step',
)
_except(
    'batches',
    'legacy_seq2seq.model_with_buckets, legacy_seq2seq.sequence_loss',
    AssertionError,
    'output/',
    'the mean over a batch of nothing is NaN, as in TF1',
)
_except(
    'dtypes',
    'CoupledInputForgetGateLSTMCell, LayerNormBasicLSTMCell',
    AssertionError,
    'Not equal to tolerance',
    'a gradient through normalized values is less exact in 16 bits than what is compared',
)
_except(
    'dtypes',
    'PhasedLSTMCell',
    AssertionError,
    'period: float32 in place of float64',
    'the variables of its gate in time are float32; TF1 takes no other type at all',
)
_except(
    'dtypes',
    'CudnnLSTM, CudnnGRU, CudnnRNNRelu, CudnnRNNTanh',
    ValueError,
    'dtype must be one of float16, float32, float64',
    'cuDNN, and so TF1, has no bfloat16',
)
_except(
    'dtypes',
    'BeamSearchDecoder, BeamSearchDecoderV2',
    AssertionError,
    'Arrays are not equal',
    'in 16 bits other beams are the best',
)
_except(
    'dtypes',
    'legacy_seq2seq.embedding_rnn_decoder',
    TypeError,
    'has dtype float64, but inputs have dtype float32',
    "it takes no dtype: its embedding has the scope's, in TF1 too",
)

# Of all these TF 1.15.5 pickles none.
_LOCAL_FUNCTION = pickle.PicklingError if sys.version_info >= (3, 14) else AttributeError
_except(
    'pickle',
    'GridLSTMCell, BidirectionalGridLSTMCell',
    pickle.PicklingError,
    'StateTuple',
    'the namedtuple of its state is made for the object',
)
_except(
    'pickle',
    'CudnnLSTM, CudnnGRU, CudnnRNNRelu, CudnnRNNTanh, BahdanauAttention, BahdanauAttentionV2, '
    'LuongAttention, LuongAttentionV2, AttentionWrapper, AttentionWrapper two, CustomHelper, '
    'ScheduledOutputTrainingHelper, InferenceHelper, ScheduledOutputTrainingSampler, '
    'InferenceSampler',
    _LOCAL_FUNCTION,
    "Can't pickle local object",
    'it holds a function that is made for it',
)
_except(
    'pickle',
    'NTMCell',
    _LOCAL_FUNCTION,
    '_maybe_wrap_custom_getter',
    'it keeps the variable scope of its first call, in which there is such a function',
)
_except(
    'pickle',
    'TrainingHelper, ScheduledEmbeddingTrainingHelper, BasicDecoder, BasicDecoderV2',
    TypeError,
    "cannot pickle 'weakref",
    'the inputs are in a TensorArray, which cannot be pickled',
)
_except(
    'config',
    'CudnnCompatibleGRUCell',
    TypeError,
    "unexpected keyword argument 'name'",
    "its configuration is a GRUCell's, whose arguments it does not take, in TF1 too",
)
