"""`tf.contrib.seq2seq` for TensorFlow 2.

This package has the names of TF 1.15's `tf.contrib.seq2seq`, with the cells and functions of
`tf.nn.rnn_cell` and `tf.nn.dynamic_rnn` beside them, so that

    import tf_seq2seq_compat as seq2seq

replaces `from tensorflow.contrib import seq2seq`. `install()` gives a TF1 program its whole `tf`
back, and `tf-seq2seq-compat run program.py` runs it unchanged.
"""

import importlib
from typing import TYPE_CHECKING, Any

from tf_seq2seq_compat.lazy_names import LazyNames
from tf_seq2seq_compat.tf1 import install, uninstall

if TYPE_CHECKING:
    from tf_seq2seq_compat import (
        addons,
        checkpoint,
        cudnn_rnn,
        decoding,
        export,
        graph_model,
        legacy_seq2seq,
        migrate,
        plotting,
        rnn,
        tf1,
    )
    from tf_seq2seq_compat.core.loop_compilation import checkpointed_loops
    from tf_seq2seq_compat.core.precision import mixed_precision
    from tf_seq2seq_compat.graph_model.model import GraphModel
    from tf_seq2seq_compat.graph_model.session import GraphSession
    from tf_seq2seq_compat.layers.base import Layer, keeping_variables, track_tf1_style_variables
    from tf_seq2seq_compat.layers.cell_wrappers import (
        DeviceWrapper,
        DropoutWrapper,
        ResidualWrapper,
    )
    from tf_seq2seq_compat.layers.dense import Dense
    from tf_seq2seq_compat.layers.rnn_cell import (
        BasicLSTMCell,
        BasicRNNCell,
        GRUCell,
        LSTMCell,
        LSTMStateTuple,
        MultiRNNCell,
        RNNCell,
    )
    from tf_seq2seq_compat.rnn.bidirectional import bidirectional_dynamic_rnn
    from tf_seq2seq_compat.rnn.dynamic import dynamic_rnn
    from tf_seq2seq_compat.rnn.raw import raw_rnn
    from tf_seq2seq_compat.rnn.static import static_rnn
    from tf_seq2seq_compat.seq2seq.attention_wrapper import (
        AttentionMechanism,
        AttentionWrapper,
        AttentionWrapperState,
        BahdanauAttention,
        LuongAttention,
        hardmax,
    )
    from tf_seq2seq_compat.seq2seq.basic_decoder import BasicDecoder, BasicDecoderOutput
    from tf_seq2seq_compat.seq2seq.beam_search_decoder import (
        BeamSearchDecoder,
        BeamSearchDecoderOutput,
        BeamSearchDecoderState,
        FinalBeamSearchDecoderOutput,
        tile_batch,
    )
    from tf_seq2seq_compat.seq2seq.beam_search_ops import gather_tree
    from tf_seq2seq_compat.seq2seq.decoder import Decoder, dynamic_decode
    from tf_seq2seq_compat.seq2seq.helper import (
        CustomHelper,
        GreedyEmbeddingHelper,
        Helper,
        InferenceHelper,
        SampleEmbeddingHelper,
        TrainingHelper,
    )
    from tf_seq2seq_compat.seq2seq.loss import sequence_loss
    from tf_seq2seq_compat.seq2seq.monotonic_attention import (
        BahdanauMonotonicAttention,
        LuongMonotonicAttention,
        monotonic_attention,
        safe_cumprod,
    )
    from tf_seq2seq_compat.seq2seq.scheduled_helper import (
        ScheduledEmbeddingTrainingHelper,
        ScheduledOutputTrainingHelper,
    )

__version__ = '0.1.0'

# TensorFlow is loaded with the first of these names and not before: the command line answers at
# once, and a program under `tf-seq2seq-compat run` can still set TensorFlow's environment.
_MODULES = {
    'core.loop_compilation': 'checkpointed_loops',
    'core.precision': 'mixed_precision',
    'graph_model.model': 'GraphModel',
    'graph_model.session': 'GraphSession',
    'layers.base': 'Layer keeping_variables track_tf1_style_variables',
    'layers.cell_wrappers': 'DeviceWrapper DropoutWrapper ResidualWrapper',
    'layers.dense': 'Dense',
    'layers.rnn_cell': (
        'BasicLSTMCell BasicRNNCell GRUCell LSTMCell LSTMStateTuple MultiRNNCell RNNCell'
    ),
    'rnn.bidirectional': 'bidirectional_dynamic_rnn',
    'rnn.dynamic': 'dynamic_rnn',
    'rnn.raw': 'raw_rnn',
    'rnn.static': 'static_rnn',
    'seq2seq.attention_wrapper': (
        'AttentionMechanism AttentionWrapper AttentionWrapperState BahdanauAttention '
        'LuongAttention hardmax'
    ),
    'seq2seq.basic_decoder': 'BasicDecoder BasicDecoderOutput',
    'seq2seq.beam_search_decoder': (
        'BeamSearchDecoder BeamSearchDecoderOutput BeamSearchDecoderState '
        'FinalBeamSearchDecoderOutput tile_batch'
    ),
    'seq2seq.beam_search_ops': 'gather_tree',
    'seq2seq.decoder': 'Decoder dynamic_decode',
    'seq2seq.helper': (
        'CustomHelper GreedyEmbeddingHelper Helper InferenceHelper SampleEmbeddingHelper '
        'TrainingHelper'
    ),
    'seq2seq.loss': 'sequence_loss',
    'seq2seq.monotonic_attention': (
        'BahdanauMonotonicAttention LuongMonotonicAttention monotonic_attention safe_cumprod'
    ),
    'seq2seq.scheduled_helper': 'ScheduledEmbeddingTrainingHelper ScheduledOutputTrainingHelper',
}
# The packages beside these names, which are no names of tf.contrib.seq2seq.
_PACKAGES = [
    'addons',
    'checkpoint',
    'cudnn_rnn',
    'decoding',
    'export',
    'graph_model',
    'legacy_seq2seq',
    'migrate',
    'plotting',
    'rnn',
    'tf1',
]
_names = LazyNames(__name__, _MODULES, 'install uninstall __version__')
__all__ = _names.all


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return importlib.import_module(f'{__name__}.{name}')
    return _names.load(name)


def __dir__() -> list[str]:
    return sorted({*_names.dir(), *_PACKAGES})


def load_ipython_extension(ipython: object) -> None:
    """`%load_ext tf_seq2seq_compat`: the cells that follow run as under the runner."""
    importlib.import_module(f'{__name__}.tf1.notebook').load(ipython)


def unload_ipython_extension(ipython: object) -> None:
    """`%unload_ext tf_seq2seq_compat`: imports are Python's own again."""
    importlib.import_module(f'{__name__}.tf1.notebook').unload(ipython)
