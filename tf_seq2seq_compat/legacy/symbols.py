"""The one table of legacy names: where each lives now, or what to use instead.

A row is a TF1 (or Keras 2) dotted name. The façade, the import hook, the codemod, the project scan
and the tables of the migration guide are all made from it, so a legacy name is known here or
nowhere.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Row:
    """One legacy name.

    Attributes:
      name: the full dotted name a TF1 program uses, from `tensorflow` or `keras` on.
      kind: `'module'` (can stand in an import statement), `'symbol'`, or `'alias'` (another name
        for a legacy module).
      target: where it lives now: `'package.module'` for a module, `'package.module:attribute'` for
        a symbol, the other legacy name for an alias. Empty where nothing takes its place.
      advice: what to use instead, in words; for a module, what to say of every name that it lacks.
    """

    name: str
    kind: Literal['module', 'symbol', 'alias']
    target: str = ''
    advice: str = ''

    @property
    def provided(self) -> bool:
        """Whether using the name works: a symbol with a target, or any module."""
        return self.kind == 'module' or bool(self.target)


def _module(name: str, target: str = '', advice: str = '') -> Iterator[Row]:
    """A module: the names of `target`, under and beside the rows below it."""
    yield Row(name, 'module', target, advice)


def _symbols(package: str, names: str, target: str) -> Iterator[Row]:
    """Symbols that kept their own names in the module `target`."""
    for name in names.split():
        yield Row(f'{package}.{name}', 'symbol', f'{target}:{name}')


def _moved(name: str, target: str) -> Iterator[Row]:
    """One symbol that is called otherwise now."""
    yield Row(name, 'symbol', target)


def _alias(name: str, legacy_module: str) -> Iterator[Row]:
    """A legacy module that is another one: the same object, as in TF1."""
    yield Row(name, 'alias', legacy_module)


def _missing(package: str, names: str, advice: str) -> Iterator[Row]:
    """Symbols that this package does not provide, with what to use instead."""
    for name in names.split():
        yield Row(f'{package}.{name}', 'symbol', '', advice)


def _packages(parent: str, names: str, advice: str) -> Iterator[Row]:
    """Whole packages that are not provided; they import, and each use says `advice`."""
    for name in names.split():
        yield Row(f'{parent}.{name}', 'module', '', advice)


# Where things live now
# ------------------------------------------------------------------------------

_SEQ2SEQ = 'tf_seq2seq_compat.seq2seq'
_LEGACY_SEQ2SEQ = 'tf_seq2seq_compat.legacy_seq2seq'
_CELLS = 'tf_seq2seq_compat.layers.rnn_cell'
_WRAPPERS = 'tf_seq2seq_compat.layers.cell_wrappers'
_RNN = 'tf_seq2seq_compat.rnn'
_RNN_STATIC = 'tf_seq2seq_compat.rnn_static'
_RNN_STACKED = 'tf_seq2seq_compat.rnn_stacked'
_FUSED_RNN = 'tf_seq2seq_compat.fused_rnn'
_CUDNN_RNN = 'tf_seq2seq_compat.cudnn_rnn'
_CONTRIB_CELLS = 'tf_seq2seq_compat.layers.contrib_cells'
_CONTRIB_WRAPPERS = 'tf_seq2seq_compat.layers.contrib_wrappers'
_BLOCK_CELLS = 'tf_seq2seq_compat.layers.block_cells'
_LINEAR = 'tf_seq2seq_compat.layers.linear'
_V1 = 'tensorflow.compat.v1'
_TF_LAYERS = 'tf_keras.api._v1.keras.__internal__.legacy.layers'
_KERAS_V1 = 'tf_keras.api._v1.keras'
_PYTHON = 'tensorflow.python'

_BASIC_CELLS = 'RNNCell BasicRNNCell GRUCell BasicLSTMCell LSTMCell LSTMStateTuple MultiRNNCell'
_CELL_WRAPPERS = 'DropoutWrapper ResidualWrapper DeviceWrapper'

# What to use instead
# ---------------------------------------------------------------------------------

_V2_CLASSES = 'the class without V2 in its name, which works in eager mode and tf.function as well'
_EXOTIC_CELL = (
    'LSTMCell, GRUCell, LayerNormBasicLSTMCell, NASCell or UGRNNCell of tf.contrib.rnn, or a '
    'subclass of tf.nn.rnn_cell.RNNCell with the equations of the cell'
)
_CUDNN_PARAMETERS = (
    'CudnnLSTM and CudnnGRU alone: they keep the canonical variables themselves, which '
    'tf.train.Saver saves and restores'
)
_ESTIMATOR = (
    'a tf.train.MonitoredTrainingSession loop on the model_fn; tf.estimator itself is part of '
    'TensorFlow up to 2.15'
)
_LEARN = 'tf.estimator (TF 2.15), tf.data for input, or a tf.train.MonitoredTrainingSession loop'
_TPU = 'tf.distribute.TPUStrategy'
_ENTIRE = 'nothing in TensorFlow 2 took its place under tf.contrib'


def _contrib_seq2seq() -> Iterator[Row]:
    """tf.contrib.seq2seq and the files that programs import from inside it."""
    package = 'tensorflow.contrib.seq2seq'
    yield from _module(package)
    yield from _symbols(
        package,
        'AttentionMechanism AttentionWrapper AttentionWrapperState BahdanauAttention '
        'LuongAttention BahdanauMonotonicAttention LuongMonotonicAttention hardmax '
        'monotonic_attention safe_cumprod',
        f'{_SEQ2SEQ}.attention_wrapper',
    )
    yield from _symbols(package, 'Decoder dynamic_decode', f'{_SEQ2SEQ}.decoder')
    yield from _symbols(package, 'BasicDecoder BasicDecoderOutput', f'{_SEQ2SEQ}.basic_decoder')
    yield from _symbols(
        package,
        'Helper CustomHelper TrainingHelper GreedyEmbeddingHelper SampleEmbeddingHelper '
        'InferenceHelper',
        f'{_SEQ2SEQ}.helper',
    )
    yield from _symbols(package, 'sequence_loss', f'{_SEQ2SEQ}.loss')
    yield from _symbols(
        package,
        'BeamSearchDecoder BeamSearchDecoderOutput BeamSearchDecoderState '
        'FinalBeamSearchDecoderOutput tile_batch',
        f'{_SEQ2SEQ}.beam_search_decoder',
    )
    yield from _symbols(package, 'gather_tree', f'{_SEQ2SEQ}.beam_search_ops')
    scheduled = 'ScheduledEmbeddingTrainingHelper ScheduledOutputTrainingHelper'
    yield from _symbols(package, scheduled, f'{_SEQ2SEQ}.scheduled_helper')
    # Gone before 1.15: names of the first releases.
    yield from _missing(
        package,
        'DynamicAttentionWrapper',
        'AttentionWrapper, its name since TF 1.2 (attention_size is now attention_layer_size)',
    )
    yield from _missing(
        package, 'DynamicAttentionWrapperState', 'AttentionWrapperState, its name since TF 1.2'
    )
    yield from _missing(
        package,
        'dynamic_rnn_decoder simple_decoder_fn_train simple_decoder_fn_inference',
        'dynamic_decode(BasicDecoder(cell, helper, initial_state, output_layer)) with a '
        'TrainingHelper or GreedyEmbeddingHelper, which replaced it in TF 1.2',
    )
    yield from _missing(
        package,
        'prepare_attention attention_decoder_fn_train attention_decoder_fn_inference',
        'AttentionWrapper(cell, BahdanauAttention(...) or LuongAttention(...)) in a BasicDecoder, '
        'which replaced it in TF 1.2',
    )

    yield from _module(f'{package}.python')
    ops = f'{package}.python.ops'
    yield from _module(ops)
    file = f'{ops}.attention_wrapper'
    yield from _module(file, f'{_SEQ2SEQ}.attention_wrapper', 'the public classes of this module')
    yield from _moved(f'{file}._prepare_memory', f'{_SEQ2SEQ}.attention_memory:prepare_memory')
    yield from _moved(f'{file}._zero_state_tensors', f'{_SEQ2SEQ}.decoder:_zero_state_tensors')
    yield from _symbols(
        file,
        '_BaseMonotonicAttentionMechanism _monotonic_probability_fn',
        f'{_SEQ2SEQ}.monotonic_attention',
    )
    yield from _symbols(file, '_BaseAttentionMechanism', f'{_SEQ2SEQ}.attention_mechanism')
    yield from _symbols(
        file,
        '_bahdanau_score _compute_attention _luong_score _maybe_mask_score',
        f'{_SEQ2SEQ}.attention_wrapper',
    )
    yield from _symbols(
        file,
        'BahdanauAttentionV2 LuongAttentionV2 BahdanauMonotonicAttentionV2 '
        'LuongMonotonicAttentionV2 _BaseAttentionMechanismV2 _BaseMonotonicAttentionMechanismV2',
        f'{_SEQ2SEQ}.attention_v2',
    )
    file = f'{ops}.decoder'
    yield from _module(file, f'{_SEQ2SEQ}.decoder', 'Decoder and dynamic_decode')
    yield from _moved(f'{file}._transpose_batch_time', f'{_RNN}:transpose_batch_time')
    yield from _symbols(
        file, 'BaseDecoder _create_zero_outputs _zero_state_tensors', f'{_SEQ2SEQ}.decoder'
    )
    file = f'{ops}.basic_decoder'
    yield from _module(file, f'{_SEQ2SEQ}.basic_decoder', 'BasicDecoder and BasicDecoderOutput')
    yield from _symbols(file, 'BasicDecoderV2', f'{_SEQ2SEQ}.basic_decoder')
    file = f'{ops}.helper'
    yield from _module(file, f'{_SEQ2SEQ}.helper', 'the public helpers of this module')
    yield from _moved(f'{file}._transpose_batch_time', f'{_RNN}:transpose_batch_time')
    yield from _symbols(file, scheduled, f'{_SEQ2SEQ}.scheduled_helper')
    sampling = 'bernoulli_sample categorical_sample _call_sampler _unstack_ta'
    yield from _symbols(file, sampling, f'{_SEQ2SEQ}.helper')
    file = f'{ops}.sampler'
    yield from _module(file, f'{_SEQ2SEQ}.sampler', 'the samplers of this module')
    yield from _moved(f'{file}._transpose_batch_time', f'{_RNN}:transpose_batch_time')
    yield from _symbols(file, sampling, f'{_SEQ2SEQ}.helper')
    yield from _symbols(
        file,
        'Sampler CustomSampler TrainingSampler ScheduledEmbeddingTrainingSampler '
        'ScheduledOutputTrainingSampler GreedyEmbeddingSampler SampleEmbeddingSampler '
        'InferenceSampler',
        f'{_SEQ2SEQ}.sampler',
    )
    file = f'{ops}.loss'
    yield from _module(file, f'{_SEQ2SEQ}.loss', 'sequence_loss and SequenceLoss')
    yield from _symbols(file, 'SequenceLoss', f'{_SEQ2SEQ}.loss')
    file = f'{ops}.beam_search_decoder'
    yield from _module(file, f'{_SEQ2SEQ}.beam_search_decoder', 'BeamSearchDecoder and tile_batch')
    yield from _missing(file, 'BeamSearchDecoderV2', _V2_CLASSES)
    yield from _module(f'{ops}.beam_search_ops', f'{_SEQ2SEQ}.beam_search_ops', 'gather_tree')


def _cells() -> Iterator[Row]:
    """The RNN cells and functions, under each of the names that TF1 had for them."""
    ten = _BASIC_CELLS, _CELL_WRAPPERS
    yield from _module('tensorflow.nn.rnn_cell', f'{_V1}.nn.rnn_cell')
    yield from _module('tensorflow.contrib.rnn')
    yield from _module('tensorflow.contrib.rnn.python')
    yield from _module('tensorflow.contrib.rnn.python.ops')
    yield from _module('tensorflow.contrib.rnn.python.ops.core_rnn_cell')
    yield from _module('tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl')
    for name in ('rnn_cell', 'rnn_cell_impl', 'rnn'):
        yield from _module(f'{_PYTHON}.ops.{name}', f'{_PYTHON}.ops.{name}')
        yield from _alias(f'{_PYTHON}.ops.{name}.rnn_cell_impl', f'{_PYTHON}.ops.rnn_cell_impl')
    for package in (
        'tensorflow.nn.rnn_cell',
        'tensorflow.contrib.rnn',
        'tensorflow.contrib.rnn.python.ops.core_rnn_cell',
        'tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl',
        f'{_PYTHON}.ops.rnn_cell',
        f'{_PYTHON}.ops.rnn_cell_impl',
    ):
        yield from _symbols(package, ten[0], _CELLS)
        yield from _symbols(package, ten[1], _WRAPPERS)
    for package in (
        'tensorflow.contrib.rnn',
        f'{_PYTHON}.ops.rnn_cell',
        f'{_PYTHON}.ops.rnn_cell_impl',
    ):
        yield from _symbols(package, 'LayerRNNCell', _CELLS)
    for package in (
        f'{_PYTHON}.ops.rnn_cell_impl',
        'tensorflow.contrib.rnn.python.ops.core_rnn_cell',
    ):
        yield from _moved(f'{package}._linear', f'{_LINEAR}:linear')
        yield from _moved(f'{package}._Linear', f'{_LINEAR}:Linear')

    for package in ('tensorflow.nn', f'{_PYTHON}.ops.rnn', 'tensorflow.contrib.rnn'):
        yield from _symbols(package, 'static_rnn', _RNN)
        yield from _symbols(
            package, 'static_bidirectional_rnn static_state_saving_rnn', _RNN_STATIC
        )
    for package in ('tensorflow.nn', f'{_PYTHON}.ops.rnn'):
        yield from _symbols(package, 'dynamic_rnn bidirectional_dynamic_rnn raw_rnn', _RNN)
    yield from _moved(f'{_PYTHON}.ops.rnn._transpose_batch_time', f'{_RNN}:transpose_batch_time')
    contrib = 'tensorflow.contrib.rnn'
    ops = f'{contrib}.python.ops'
    yield from _symbols(contrib, 'transpose_batch_time best_effort_input_batch_size', _RNN)
    # Each group stands in the package and in the file that TF1 had it in.
    for file, names, target in (
        ('rnn', 'stack_bidirectional_dynamic_rnn stack_bidirectional_rnn', _RNN_STACKED),
        (
            'core_rnn_cell',
            'InputProjectionWrapper OutputProjectionWrapper EmbeddingWrapper',
            _CONTRIB_WRAPPERS,
        ),
        ('rnn_cell', 'AttentionCellWrapper HighwayWrapper CompiledWrapper', _CONTRIB_WRAPPERS),
        (
            'rnn_cell',
            'CoupledInputForgetGateLSTMCell LayerNormBasicLSTMCell NASCell UGRNNCell',
            _CONTRIB_CELLS,
        ),
        ('lstm_ops', 'LSTMBlockCell', _BLOCK_CELLS),
        ('lstm_ops', 'LSTMBlockFusedCell LSTMBlockWrapper', _FUSED_RNN),
        ('gru_ops', 'GRUBlockCell GRUBlockCellV2', _BLOCK_CELLS),
        ('fused_rnn_cell', 'FusedRNNCell FusedRNNCellAdaptor TimeReversedFusedRNN', _FUSED_RNN),
    ):
        yield from _symbols(contrib, names, target)
        yield from _symbols(f'{ops}.{file}', names, target)
    for file in ('rnn', 'lstm_ops', 'gru_ops', 'fused_rnn_cell'):
        yield from _module(f'{ops}.{file}', '', 'the public names of this module')
    yield from _module(f'{ops}.rnn_cell', '', _EXOTIC_CELL)
    exotic = (
        'BidirectionalGridLSTMCell Conv1DLSTMCell Conv2DLSTMCell Conv3DLSTMCell ConvLSTMCell '
        'GLSTMCell GridLSTMCell IndRNNCell IndyGRUCell IndyLSTMCell IntersectionRNNCell '
        'PhasedLSTMCell SRUCell TimeFreqLSTMCell'
    )
    yield from _missing(contrib, exotic, _EXOTIC_CELL)
    yield from _missing(f'{ops}.rnn_cell', exotic, _EXOTIC_CELL)
    yield from _missing('tensorflow.nn', 'rnn', 'tf.nn.static_rnn, its name since TF 1.0')
    # Where it was before TF 1.0.
    yield from _alias('tensorflow.nn.seq2seq', 'tensorflow.contrib.legacy_seq2seq')
    yield from _alias(f'{_PYTHON}.ops.seq2seq', 'tensorflow.contrib.legacy_seq2seq')


def _cudnn_rnn() -> Iterator[Row]:
    """tf.contrib.cudnn_rnn, which here runs without cuDNN."""
    package = 'tensorflow.contrib.cudnn_rnn'
    layers, ops = f'{package}.python.layers', f'{package}.python.ops'
    for name in (package, f'{package}.python', layers, f'{layers}.cudnn_rnn', ops):
        yield from _module(name)
    cells = 'CudnnCompatibleGRUCell CudnnCompatibleLSTMCell'
    for name in (package, layers, f'{layers}.cudnn_rnn'):
        yield from _symbols(name, 'CudnnGRU CudnnLSTM CudnnRNNRelu CudnnRNNTanh', _CUDNN_RNN)
    modes = ('LSTM', 'GRU', 'RNNRelu', 'RNNTanh')
    saveables = ' '.join(f'Cudnn{mode}Saveable' for mode in modes)
    converters = ' '.join(
        f'CudnnParamsFormatConverter{mode}' for mode in ('LSTM', 'GRU', 'Relu', 'Tanh')
    )
    yield from _symbols(package, cells, _CUDNN_RNN)
    yield from _missing(package, f'{saveables} {converters}', _CUDNN_PARAMETERS)
    functions = f'{ops}.cudnn_rnn_ops'
    yield from _module(
        functions, '', 'CudnnLSTM and CudnnGRU of tf.contrib.cudnn_rnn, which keep their variables'
    )
    yield from _symbols(functions, cells, _CUDNN_RNN)
    yield from _symbols(
        functions,
        'CUDNN_RNN_UNIDIRECTION CUDNN_RNN_BIDIRECTION CUDNN_INPUT_LINEAR_MODE '
        'CUDNN_INPUT_SKIP_MODE CUDNN_INPUT_AUTO_MODE CUDNN_LSTM CUDNN_GRU CUDNN_RNN_RELU '
        'CUDNN_RNN_TANH',
        _CUDNN_RNN,
    )
    yield from _missing(functions, f'{saveables} {converters}', _CUDNN_PARAMETERS)


def _layers() -> Iterator[Row]:
    """tf.layers, tf.keras and the files behind them: tf-keras, which works beside TF1 graphs."""
    yield from _module('tensorflow.layers', _TF_LAYERS)
    yield from _module('tensorflow.keras', _KERAS_V1)
    yield from _module(f'{_PYTHON}.keras', 'tf_keras.src')
    yield from _module(f'{_PYTHON}.layers', f'{_PYTHON}.layers')
    for name in ('base', 'convolutional', 'core', 'normalization', 'pooling'):
        yield from _module(f'{_PYTHON}.layers.{name}', f'tf_keras.src.legacy_tf_layers.{name}')
    yield from _module(f'{_PYTHON}.layers.layers', _TF_LAYERS)
    yield from _moved(f'{_PYTHON}.layers.core.fully_connected', f'{_TF_LAYERS}:dense')
    yield from _moved(f'{_PYTHON}.layers.core.FullyConnected', f'{_TF_LAYERS}:Dense')


def _contrib_rest() -> Iterator[Row]:
    """The other packages of tf.contrib."""
    contrib = 'tensorflow.contrib'
    yield from _module(contrib, '', _ENTIRE)
    # tf-slim carries tf.contrib.layers and slim on.
    slim_layers = (
        'tf-slim, which has most of tf.contrib.layers; tf.feature_column for the feature columns'
    )
    yield from _module(f'{contrib}.layers', 'tf_slim', slim_layers)
    yield from _module(f'{contrib}.layers.python')
    yield from _module(f'{contrib}.layers.python.layers', 'tf_slim.layers')
    yield from _module(f'{contrib}.slim', 'tf_slim', 'tf-slim, which has most of it')
    yield from _module(f'{contrib}.slim.python')
    yield from _module(f'{contrib}.slim.python.slim', 'tf_slim')
    yield from _module(f'{contrib}.losses', 'tf_slim.losses', 'tf.losses')
    yield from _module(f'{contrib}.metrics', 'tf_slim.metrics', 'tf.metrics')
    yield from _missing(
        f'{contrib}.layers', 'embed_sequence', 'tf.nn.embedding_lookup(tf.get_variable(...), ids)'
    )
    framework = f'{contrib}.framework'
    yield from _module(framework, 'tf_slim', 'the function of the same name in tf or tf.train')
    yield from _module(f'{framework}.nest', f'{_PYTHON}.util.nest')
    yield from _module(f'{framework}.python')
    yield from _module(f'{framework}.python.ops', 'tf_slim.ops')
    yield from _moved(f'{framework}.nest.is_sequence', f'{_PYTHON}.util.nest:is_nested')
    yield from _moved(f'{_PYTHON}.util.nest.is_sequence', f'{_PYTHON}.util.nest:is_nested')
    yield from _module(f'{_PYTHON}.util.nest', f'{_PYTHON}.util.nest')
    yield from _symbols(
        framework,
        'list_variables load_checkpoint load_variable init_from_checkpoint',
        f'{_V1}.train',
    )
    yield from _symbols(framework, 'is_tensor sort argsort', _V1)
    # The same code as TF1's, outside contrib.
    yield from _module(f'{contrib}.signal', f'{_V1}.signal', 'tf.signal')
    yield from _module(
        f'{contrib}.data', f'{_V1}.data.experimental', 'tf.data or tf.data.experimental'
    )
    yield from _module(
        f'{contrib}.distributions',
        f'{_V1}.distributions',
        'TensorFlow Probability (tfp.distributions)',
    )
    lookup = f'{contrib}.lookup'
    yield from _module(lookup, '', 'the tables of tf.lookup')
    yield from _symbols(
        lookup,
        'index_table_from_file index_table_from_tensor index_to_string_table_from_file '
        'index_to_string_table_from_tensor KeyValueTensorInitializer TextFileInitializer '
        'IdTableWithHashBuckets TextFileIdTableInitializer TextFileStringTableInitializer '
        'TextFileIndex HasherSpec StrongHashSpec TableInitializerBase',
        f'{_PYTHON}.ops.lookup_ops',
    )
    yield from _moved(f'{lookup}.HashTable', f'{_V1}.lookup:StaticHashTable')
    yield from _module(f'{contrib}.util')
    yield from _moved(f'{contrib}.util.constant_value', f'{_V1}:get_static_value')
    yield from _symbols(f'{contrib}.util', 'make_ndarray make_tensor_proto', _V1)
    # The rest of what TF 1.15 had.
    legacy = f'{contrib}.legacy_seq2seq'
    yield from _module(legacy, _LEGACY_SEQ2SEQ)
    yield from _module(f'{legacy}.python')
    yield from _module(f'{legacy}.python.ops')
    yield from _module(f'{legacy}.python.ops.seq2seq', _LEGACY_SEQ2SEQ)
    training = f'{contrib}.training'
    hparams = 'tf_seq2seq_compat.legacy.hparams'
    yield from _module(training, '', 'tf.data for the batching, tf.train for the rest')
    yield from _symbols(training, 'HParams parse_values', hparams)
    yield from _module(f'{training}.python')
    yield from _module(f'{training}.python.training')
    yield from _module(f'{training}.python.training.hparam', hparams)
    yield from _packages(
        contrib, 'crf', 'tfa.text.crf_log_likelihood and friends (TensorFlow Addons)'
    )
    yield from _packages(contrib, 'image', 'tf.image, or tfa.image (TensorFlow Addons)')
    yield from _packages(
        contrib, 'opt', 'tf.train optimizers, or tfa.optimizers (TensorFlow Addons)'
    )
    yield from _packages(contrib, 'estimator', _ESTIMATOR)
    yield from _packages(contrib, 'learn', _LEARN)
    yield from _packages(contrib, 'eager', 'tf.executing_eagerly and eager mode itself')
    yield from _packages(contrib, 'summary', 'tf.summary')
    yield from _packages(contrib, 'keras', 'tf.keras')
    yield from _packages(contrib, 'nn', 'tf.nn')
    yield from _packages(contrib, 'tpu', _TPU)
    yield from _packages(contrib, 'cluster_resolver distribute', 'tf.distribute')
    yield from _packages(contrib, 'mixed_precision', 'tf.mixed_precision')
    yield from _packages(
        contrib, 'quantize quantization model_pruning', 'tensorflow-model-optimization'
    )
    yield from _packages(contrib, 'tensorrt', 'tf.experimental.tensorrt')
    yield from _packages(contrib, 'tensorboard', 'the tensorboard package (tensorboard.plugins)')
    yield from _packages(contrib, 'text', 'TensorFlow Text')
    yield from _packages(contrib, 'linalg', 'tf.linalg')
    yield from _packages(contrib, 'stateless', 'tf.random')
    yield from _packages(contrib, 'saved_model predictor', 'tf.saved_model')
    yield from _packages(contrib, 'hooks tfprof', 'tf.train hooks and tf.profiler')
    yield from _packages(contrib, 'autograph', 'tf.autograph')
    yield from _packages(
        contrib,
        'all_reduce batching bayesflow bigtable boosted_trees checkpoint cloud compiler '
        'constrained_optimization copy_graph decision_trees deprecated factorization '
        'feature_column ffmpeg fused_conv graph_editor grid_rnn hadoop ignite input_pipeline '
        'integrate kafka kernel_methods kinesis labeled_tensor libsvm linear_optimizer '
        'memory_stats meta_graph_transform nearest_neighbor optimizer_v2 periodic_resample proto '
        'receptive_field recurrent reduce_slice_ops remote_fused_graph resampler rpc '
        'session_bundle solvers sparsemax specs staging stat_summarizer tensor_forest testing '
        'timeseries',
        _ENTIRE,
    )
    # Files inside these packages that public programs import.
    yield from _packages(f'{contrib}.tpu', 'python', _TPU)
    yield from _packages(f'{contrib}.tpu.python', 'tpu', _TPU)
    yield from _packages(f'{contrib}.tpu.python.tpu', 'tpu_config tpu_estimator', _TPU)
    yield from _packages(f'{contrib}.learn', 'python', _LEARN)
    yield from _packages(f'{contrib}.learn.python', 'learn', _LEARN)
    yield from _packages(f'{contrib}.learn.python.learn', 'learn_runner', _LEARN)
    yield from _packages(f'{contrib}.eager', 'python', 'eager mode itself')
    yield from _packages(f'{contrib}.eager.python', 'tfe', 'eager mode itself')
    yield from _packages(f'{contrib}.tensorboard', 'plugins', 'tensorboard.plugins')
    yield from _packages(
        f'{contrib}.tensorboard.plugins', 'projector', 'tensorboard.plugins.projector'
    )


def _tensorflow() -> Iterator[Row]:
    """The root, and what left it without a successor."""
    yield from _module('tensorflow', _V1)
    yield from _alias('tensorflow.compat.v1', 'tensorflow')
    yield from _module(_PYTHON, _PYTHON)
    yield from _missing('tensorflow', 'estimator', _ESTIMATOR)


def _keras() -> Iterator[Row]:
    """`import keras` of Keras 2: tf-keras, with the file names that Keras 2.3 had."""
    yield from _module('keras', 'tf_keras')
    yield from _module('keras.layers', 'tf_keras.layers')
    files = (
        'advanced_activations convolutional core embeddings local merge noise normalization '
        'pooling recurrent wrappers'
    )
    for file in files.split():
        yield from _module(f'keras.layers.{file}', 'tf_keras.layers')
    yield from _module('keras.engine', 'tf_keras.layers')
    yield from _module('keras.engine.topology', 'tf_keras.layers')
    yield from _module('keras.engine.base_layer', 'tf_keras.layers')
    yield from _module('keras.engine.training', 'tf_keras.models')
    yield from _module('keras.utils', 'tf_keras.utils')
    yield from _module('keras.utils.np_utils', 'tf_keras.utils')
    yield from _module('keras.utils.vis_utils', 'tf_keras.utils')


def _build(rows: Iterable[Row]) -> dict[str, Row]:
    table: dict[str, Row] = {}
    for row in rows:
        if row.name in table:
            raise ValueError(f'the symbol table has two rows for {row.name}')
        table[row.name] = row
    return table


def _rows() -> Iterator[Row]:
    for part in (_tensorflow, _contrib_seq2seq, _cells, _cudnn_rnn, _layers, _contrib_rest, _keras):
        yield from part()


TABLE: dict[str, Row] = _build(_rows())
"""Every legacy name, by its full dotted name."""

_PARENTS = {name.rpartition('.')[0] for name in TABLE}


def has_rows_below(name: str) -> bool:
    """Whether the table knows something inside the module called `name`."""
    return name in _PARENTS


def names_below(name: str) -> list[str]:
    """The direct children of `name` that can be used."""
    head = name + '.'
    return sorted(
        row.name[len(head) :]
        for row in TABLE.values()
        if row.name.startswith(head) and '.' not in row.name[len(head) :] and row.provided
    )


def advice_for(name: str) -> str:
    """What to use instead of `name`: its row's advice, or that of the nearest module around it."""
    while name:
        row = TABLE.get(name)
        if row is not None and row.advice:
            return row.advice
        name = name.rpartition('.')[0]
    return ''


_when_loaded: dict[str, list[Callable[[], None]]] = {}


def when_loaded(package: str, action: Callable[[], None]) -> None:
    """Runs `action` once, when a target in `package` is loaded for the first time from now on."""
    _when_loaded.setdefault(package, []).append(action)


def forget_when_loaded() -> None:
    """Drops the actions that `when_loaded` still holds."""
    _when_loaded.clear()


def load(target: str) -> Any:
    """The object that a row's `target` names.

    Args:
      target: `'package.module'` or `'package.module:attribute'`.

    Returns:
      The module or the attribute.

    Raises:
      ImportError, AttributeError: where the target is not installed.

    Example:
      >>> from tf_seq2seq_compat.legacy import symbols
      >>> symbols.load('tensorflow.compat.v1:get_static_value')(tf.constant(3)).item()
      3
    """
    module_name, _, attribute = target.partition(':')
    module = importlib.import_module(module_name)
    for action in _when_loaded.pop(module_name.partition('.')[0], ()):
        action()
    return getattr(module, attribute) if attribute else module
