"""The other packages of tf.contrib."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    PYTHON,
    V1,
    Row,
    module,
    moved,
    packages,
    symbols,
)

_LEGACY_SEQ2SEQ = 'tf_seq2seq_compat.legacy_seq2seq'
_LEARN = 'tf.estimator (TF 2.15), tf.data for input, or a tf.train.MonitoredTrainingSession loop'
_TPU = 'tf.distribute.TPUStrategy'
_ENTIRE = 'nothing in TensorFlow 2 took its place under tf.contrib'


def rows() -> Iterator[Row]:
    """The other packages of tf.contrib."""
    contrib = 'tensorflow.contrib'
    yield from module(contrib, '', _ENTIRE)
    framework = f'{contrib}.framework'
    yield from module(framework, 'tf_slim', 'the function of the same name in tf or tf.train')
    yield from module(f'{framework}.nest', f'{PYTHON}.util.nest')
    yield from module(f'{framework}.python')
    yield from module(f'{framework}.python.ops', 'tf_slim.ops')
    yield from moved(f'{framework}.nest.is_sequence', f'{PYTHON}.util.nest:is_nested')
    yield from symbols(
        framework,
        'list_variables load_checkpoint load_variable init_from_checkpoint',
        f'{V1}.train',
    )
    yield from symbols(framework, 'is_tensor sort argsort', V1)
    # The same code as TF1's, outside contrib.
    yield from module(f'{contrib}.signal', f'{V1}.signal', 'tf.signal')
    yield from module(
        f'{contrib}.data', f'{V1}.data.experimental', 'tf.data or tf.data.experimental'
    )
    yield from module(
        f'{contrib}.distributions',
        f'{V1}.distributions',
        'TensorFlow Probability (tfp.distributions)',
    )
    lookup = f'{contrib}.lookup'
    yield from module(lookup, '', 'the tables of tf.lookup')
    yield from symbols(
        lookup,
        'index_table_from_file index_table_from_tensor index_to_string_table_from_file '
        'index_to_string_table_from_tensor KeyValueTensorInitializer TextFileInitializer '
        'IdTableWithHashBuckets TextFileIdTableInitializer TextFileStringTableInitializer '
        'TextFileIndex HasherSpec StrongHashSpec TableInitializerBase',
        f'{PYTHON}.ops.lookup_ops',
    )
    yield from moved(f'{lookup}.HashTable', f'{V1}.lookup:StaticHashTable')
    yield from module(f'{contrib}.util')
    yield from moved(f'{contrib}.util.constant_value', f'{V1}:get_static_value')
    yield from symbols(f'{contrib}.util', 'make_ndarray make_tensor_proto', V1)
    # The rest of what TF 1.15 had.
    legacy = f'{contrib}.legacy_seq2seq'
    yield from module(legacy, _LEGACY_SEQ2SEQ)
    yield from module(f'{legacy}.python')
    yield from module(f'{legacy}.python.ops')
    yield from module(f'{legacy}.python.ops.seq2seq', _LEGACY_SEQ2SEQ)
    training = f'{contrib}.training'
    hparams = 'tf_seq2seq_compat.legacy.hparams'
    yield from module(training, '', 'tf.data for the batching, tf.train for the rest')
    yield from symbols(training, 'HParams parse_values', hparams)
    yield from module(f'{training}.python')
    yield from module(f'{training}.python.training')
    yield from module(f'{training}.python.training.hparam', hparams)
    yield from packages(contrib, 'learn', _LEARN)
    yield from packages(contrib, 'eager', 'tf.executing_eagerly and eager mode itself')
    yield from packages(contrib, 'summary', 'tf.summary')
    yield from packages(contrib, 'keras', 'tf.keras')
    yield from packages(contrib, 'nn', 'tf.nn')
    yield from packages(contrib, 'tpu', _TPU)
    yield from packages(contrib, 'cluster_resolver distribute', 'tf.distribute')
    yield from packages(contrib, 'mixed_precision', 'tf.mixed_precision')
    yield from packages(
        contrib, 'quantize quantization model_pruning', 'tensorflow-model-optimization'
    )
    yield from packages(contrib, 'tensorrt', 'tf.experimental.tensorrt')
    yield from packages(contrib, 'tensorboard', 'the tensorboard package (tensorboard.plugins)')
    yield from packages(contrib, 'text', 'TensorFlow Text')
    yield from packages(contrib, 'linalg', 'tf.linalg')
    yield from packages(contrib, 'stateless', 'tf.random')
    yield from packages(contrib, 'saved_model predictor', 'tf.saved_model')
    yield from packages(contrib, 'hooks tfprof', 'tf.train hooks and tf.profiler')
    yield from packages(contrib, 'autograph', 'tf.autograph')
    yield from packages(
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
    yield from packages(f'{contrib}.tpu', 'python', _TPU)
    yield from packages(f'{contrib}.tpu.python', 'tpu', _TPU)
    yield from packages(f'{contrib}.tpu.python.tpu', 'tpu_config tpu_estimator', _TPU)
    yield from packages(f'{contrib}.learn', 'python', _LEARN)
    yield from packages(f'{contrib}.learn.python', 'learn', _LEARN)
    yield from packages(f'{contrib}.learn.python.learn', 'learn_runner', _LEARN)
    yield from packages(f'{contrib}.eager', 'python', 'eager mode itself')
    yield from packages(f'{contrib}.eager.python', 'tfe', 'eager mode itself')
    yield from packages(f'{contrib}.tensorboard', 'plugins', 'tensorboard.plugins')
    yield from packages(
        f'{contrib}.tensorboard.plugins', 'projector', 'tensorboard.plugins.projector'
    )
