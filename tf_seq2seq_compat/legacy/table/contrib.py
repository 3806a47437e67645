"""tf.contrib itself, and those of its packages that no other file here is about."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    CONTRIB,
    OF_CONTRIB,
    PYTHON,
    V1,
    Row,
    alias,
    files,
    missing,
    module,
    moved,
    packages,
    symbols,
)

_TPU = 'tf.distribute.TPUStrategy'
_TFP = 'TensorFlow Probability (tfp.distributions)'
_ENTIRE = 'nothing in TensorFlow 2 took its place under tf.contrib'


def _mathematics() -> Iterator[Row]:
    """Signal processing, distributions, linear operators, and the small functions of nn."""
    yield from module(f'{CONTRIB}.signal', f'{V1}.signal', 'tf.signal')
    yield from module(f'{CONTRIB}.signal.python')
    ops = f'{CONTRIB}.signal.python.ops'
    yield from module(ops)
    files = 'mel_ops mfcc_ops reconstruction_ops shape_ops spectral_ops window_ops'
    for file in files.split():
        yield from module(f'{ops}.{file}', f'{PYTHON}.ops.signal.{file}')

    distributions = f'{CONTRIB}.distributions'
    yield from module(distributions, f'{V1}.distributions', _TFP)
    yield from symbols(
        distributions,
        'MultivariateNormalDiag MultivariateNormalDiagWithSoftplusScale NormalWithSoftplusScale '
        'fill_triangular softplus_inverse',
        f'{OF_CONTRIB}.distributions',
    )
    yield from packages(distributions, 'bijectors', 'TensorFlow Probability (tfp.bijectors)')

    # Gone before 1.15: tf.linalg has them, two under other names.
    linalg = f'{CONTRIB}.linalg'
    yield from module(linalg, f'{V1}.linalg', 'tf.linalg')
    for was, now in {
        'LinearOperatorTriL': 'LinearOperatorLowerTriangular',
        'LinearOperatorMatrix': 'LinearOperatorFullMatrix',
        'LinearOperatorUDVHUpdate': 'LinearOperatorLowRankUpdate',
    }.items():
        yield from moved(f'{linalg}.{was}', f'{V1}.linalg:{now}')

    nn = f'{CONTRIB}.nn'
    yield from module(nn, '', 'tf.nn')
    for kind in ('sigmoid', 'softmax', 'sparse_softmax'):
        function = f'{kind}_cross_entropy_with_logits'
        yield from missing(
            nn, f'deprecated_flipped_{function}', f'tf.nn.{function}, arguments by name'
        )
    yield from missing(nn, 'alpha_dropout', 'tf.keras.layers.AlphaDropout')
    yield from missing(nn, 'scaled_softplus', 'alpha * tf.nn.softplus(x / alpha)')
    # With one true class they are the same.
    yield from moved(f'{nn}.sampled_sparse_softmax_loss', f'{V1}.nn:sampled_softmax_loss')
    yield from symbols(nn, 'conv1d_transpose', f'{V1}.nn')
    yield from symbols(nn, 'nth_element', f'{PYTHON}.ops.nn_ops')
    yield from missing(nn, 'rank_sampled_softmax_loss', 'tf.nn.sampled_softmax_loss')
    sparsemax = f'{CONTRIB}.sparsemax'
    yield from module(sparsemax, '', 'tfa.activations.sparsemax (TensorFlow Addons)')
    yield from symbols(sparsemax, 'sparsemax', f'{OF_CONTRIB}.sparsemax')
    yield from missing(sparsemax, 'sparsemax_loss', 'tfa.losses.sparsemax_loss (TensorFlow Addons)')

    stateless = f'{CONTRIB}.stateless'
    yield from module(stateless, '', 'the functions tf.random.stateless_*')
    yield from symbols(
        stateless,
        'stateless_multinomial stateless_random_normal stateless_random_uniform '
        'stateless_truncated_normal',
        f'{PYTHON}.ops.stateless_random_ops',
    )


def _tools() -> Iterator[Row]:
    """Utilities, profiling, saved models, code conversion."""
    util = f'{CONTRIB}.util'
    yield from module(util, '', 'tf.get_static_value, tf.make_tensor_proto, tf.make_ndarray')
    yield from moved(f'{util}.constant_value', f'{V1}:get_static_value')
    yield from symbols(util, 'make_ndarray make_tensor_proto', V1)
    yield from symbols(
        util, 'ops_used_by_graph_def stripped_op_list_for_graph', f'{PYTHON}.framework.meta_graph'
    )
    yield from module(f'{util}.loader', '', 'tf.load_op_library')
    yield from symbols(f'{util}.loader', 'load_op_library load_library', V1)

    yield from module(f'{CONTRIB}.hooks', '', 'tf.train.ProfilerHook')
    yield from symbols(f'{CONTRIB}.hooks', 'ProfilerHook', f'{V1}.train')

    tfprof = f'{CONTRIB}.tfprof'
    yield from module(tfprof, '', 'tf.profiler')
    analyzer = f'{tfprof}.model_analyzer'
    for each in (tfprof, analyzer):
        yield from missing(each, 'ProfileContext', 'tf.profiler.experimental.Profile(logdir)')
    yield from module(analyzer, f'{OF_CONTRIB}.profiler', 'tf.profiler')
    yield from symbols(analyzer, 'Profiler advise profile', f'{V1}.profiler')
    yield from alias(f'{analyzer}.tfprof_logger', f'{tfprof}.tfprof_logger')
    yield from module(f'{tfprof}.tfprof_logger', f'{PYTHON}.profiler.tfprof_logger')

    mixed = f'{CONTRIB}.mixed_precision'
    classes = (
        'ExponentialUpdateLossScaleManager FixedLossScaleManager LossScaleManager '
        'LossScaleOptimizer'
    )
    scaling = (
        'tf.train.experimental.enable_mixed_precision_graph_rewrite(optimizer), which scales the '
        'loss too, or policy= of dynamic_rnn and dynamic_decode with bfloat16, which needs no '
        'scaling'
    )
    yield from module(mixed, '', 'tf.mixed_precision')
    yield from missing(mixed, classes, scaling)
    yield from module(f'{mixed}.python')
    for file in ['loss_scale_manager', 'loss_scale_optimizer']:
        yield from module(f'{mixed}.python.{file}')
        yield from missing(f'{mixed}.python.{file}', classes, scaling)

    predictor = f'{CONTRIB}.predictor'
    yield from module(predictor, '', 'tf.saved_model.load')
    yield from symbols(predictor, 'from_saved_model', f'{OF_CONTRIB}.predictor')
    yield from missing(
        predictor,
        'from_contrib_estimator from_estimator',
        'from_saved_model of what tf.estimator.Estimator.export_saved_model wrote',
    )
    saved = f'{CONTRIB}.saved_model'
    yield from module(saved, '', 'tf.saved_model')
    yield from missing(saved, 'load_keras_model', 'tf.keras.models.load_model')
    yield from missing(saved, 'save_keras_model', 'model.save')

    autograph = f'{CONTRIB}.autograph'
    yield from module(autograph, f'{V1}.autograph', 'tf.autograph')
    yield from symbols(
        autograph,
        'AutoGraphError StackTraceMapper convert converted_call do_not_convert',
        f'{PYTHON}.autograph.impl.api',
    )
    yield from symbols(autograph, 'ConversionOptions Feature', f'{PYTHON}.autograph.core.converter')
    yield from symbols(autograph, 'operators utils', f'{PYTHON}.autograph')
    yield from symbols(
        autograph, 'set_element_type set_loop_options', f'{PYTHON}.autograph.lang.directives'
    )
    yield from missing(autograph, 'stack', 'a tf.TensorArray and its stack method')

    keras = f'{CONTRIB}.keras'
    yield from module(keras, 'tf_keras.api._v1.keras', 'tf.keras')
    yield from packages(keras, 'wrappers', 'scikeras')
    yield from module(f'{keras}.api')
    yield from alias(f'{keras}.api.keras', keras)
    yield from module(f'{keras}.python')
    yield from alias(f'{keras}.python.keras', f'{PYTHON}.keras')

    checkpoint = f'{CONTRIB}.checkpoint'
    yield from module(checkpoint, '', 'tf.train.Checkpoint, and tf.Module for what it tracks')
    yield from symbols(checkpoint, 'CheckpointManager', f'{V1}.train')
    yield from moved(
        f'{checkpoint}.Checkpointable', f'{PYTHON}.trackable.autotrackable:AutoTrackable'
    )
    yield from moved(f'{checkpoint}.CheckpointableBase', f'{PYTHON}.trackable.base:Trackable')
    yield from symbols(
        checkpoint, 'List Mapping NoDependency', f'{PYTHON}.trackable.data_structures'
    )

    yield from module(f'{CONTRIB}.staging', '', 'tf.data.Dataset.prefetch')
    yield from symbols(f'{CONTRIB}.staging', 'StagingArea', f'{PYTHON}.ops.data_flow_ops')

    columns = f'{CONTRIB}.feature_column'
    yield from module(columns, '', 'tf.feature_column')
    yield from symbols(
        columns,
        'sequence_categorical_column_with_hash_bucket sequence_categorical_column_with_identity '
        'sequence_categorical_column_with_vocabulary_file '
        'sequence_categorical_column_with_vocabulary_list sequence_numeric_column',
        f'{V1}.feature_column',
    )
    yield from missing(
        columns,
        'sequence_input_layer',
        'tf.io.parse_sequence_example and tf.nn.embedding_lookup',
    )


def _devices() -> Iterator[Row]:
    """Clusters, strategies and TPUs."""
    resolver = f'{CONTRIB}.cluster_resolver'
    resolvers = f'{V1}.distribute.cluster_resolver'
    yield from module(resolver, resolvers, 'tf.distribute.cluster_resolver')
    yield from moved(f'{resolver}.UnionClusterResolver', f'{resolvers}:UnionResolver')
    yield from module(f'{resolver}.python')
    yield from module(f'{resolver}.python.training', resolvers, 'tf.distribute.cluster_resolver')

    distribute = f'{CONTRIB}.distribute'
    yield from module(distribute, '', 'tf.distribute')
    yield Row(
        f'{distribute}.MirroredStrategy',
        'symbol',
        f'{V1}.distribute:MirroredStrategy',
        "devices=['/gpu:0', ...] in place of num_gpus and num_gpus_per_worker",
    )
    yield from symbols(
        distribute,
        'CrossDeviceOps OneDeviceStrategy ReplicaContext get_loss_reduction get_replica_context '
        'get_strategy has_strategy in_cross_replica_context',
        f'{V1}.distribute',
    )
    yield from moved(f'{distribute}.DistributionStrategy', f'{V1}.distribute:Strategy')
    yield from moved(f'{distribute}.get_distribution_strategy', f'{V1}.distribute:get_strategy')
    yield from moved(f'{distribute}.has_distribution_strategy', f'{V1}.distribute:has_strategy')
    yield from moved(
        f'{distribute}.AllReduceCrossDeviceOps',
        f'{PYTHON}.distribute.cross_device_ops:AllReduceCrossDeviceOps',
    )
    yield from symbols(distribute, 'DistributeConfig', f'{PYTHON}.distribute.distribute_config')
    workers = 'tf.distribute.MultiWorkerMirroredStrategy'
    yield from missing(distribute, 'CollectiveAllReduceStrategy MultiWorkerAllReduce', workers)
    yield from missing(
        distribute, 'ParameterServerStrategy', 'tf.distribute.ParameterServerStrategy'
    )
    yield from missing(distribute, 'TPUStrategy initialize_tpu_system', _TPU)
    yield from missing(
        distribute,
        'Monitor StandardInputStep StandardSingleLossStep Step UpdateContext '
        'get_cross_replica_context require_replica_context run_standard_tensorflow_server',
        'strategy.run in a loop, or tf.estimator with a strategy in its RunConfig',
    )

    tpu = f'{CONTRIB}.tpu'
    yield from module(tpu, '', _TPU)
    yield from symbols(
        tpu,
        'CrossShardOptimizer batch_parallel bfloat16_scope cross_replica_sum core '
        'initialize_system outside_compilation replicate rewrite shard shutdown_system',
        f'{V1}.tpu',
    )
    estimator = f'tf.estimator.Estimator with the same model_fn, or {_TPU} where there are TPUs'
    estimating = [
        *missing(tpu, 'TPUEstimator export_estimator_savedmodel', estimator),
        *missing(tpu, 'TPUEstimatorSpec', 'tf.estimator.EstimatorSpec'),
        *missing(tpu, 'RunConfig TPUConfig InputPipelineConfig', 'tf.estimator.RunConfig'),
    ]
    yield from estimating
    yield from module(f'{tpu}.python')
    yield from files(
        f'{tpu}.python',
        estimating,
        {
            'tpu': '',
            'tpu.tpu_config': 'InputPipelineConfig RunConfig TPUConfig',
            'tpu.tpu_estimator': 'TPUEstimator TPUEstimatorSpec',
        },
    )
    yield from packages(f'{tpu}.python.tpu', 'tpu tpu_context tpu_function tpu_optimizer', _TPU)
    yield from symbols(f'{tpu}.python.tpu.tpu_optimizer', 'CrossShardOptimizer', f'{V1}.tpu')


def _rest() -> Iterator[Row]:
    """Packages that have no successor, or have one elsewhere."""
    optimizing = 'tensorflow-model-optimization'
    yield from packages(CONTRIB, 'quantize quantization', optimizing)
    yield from missing(
        f'{CONTRIB}.quantize',
        'create_eval_graph create_training_graph experimental_create_eval_graph '
        'experimental_create_training_graph',
        f'{optimizing} (tfmot.quantization.keras.quantize_model)',
    )
    pruning = f'{CONTRIB}.model_pruning'
    yield from packages(CONTRIB, 'model_pruning', f'{optimizing} (tfmot.sparsity.keras)')
    yield from missing(
        pruning,
        'MaskedBasicLSTMCell MaskedLSTMCell',
        'tf.nn.rnn_cell.LSTMCell: the mask of a checkpoint can be multiplied into its kernel',
    )
    yield from packages(CONTRIB, 'tensorrt', 'tf.experimental.tensorrt.Converter')
    yield from missing(
        f'{CONTRIB}.tensorrt',
        'calib_graph_to_infer_graph create_inference_graph',
        'tf.experimental.tensorrt.Converter on a SavedModel',
    )
    yield from packages(CONTRIB, 'text', 'TensorFlow Text')
    yield from missing(
        f'{CONTRIB}.text',
        'skip_gram_sample skip_gram_sample_with_text_vocab',
        'tf.keras.preprocessing.sequence.skipgrams',
    )
    yield from packages(CONTRIB, 'recurrent', 'tf.nn.dynamic_rnn')
    yield from packages(CONTRIB, 'optimizer_v2', 'the optimizers of tf.train')
    yield from module(f'{CONTRIB}.deprecated', f'{OF_CONTRIB}.deprecated', 'tf.summary')
    yield from moved(f'{CONTRIB}.deprecated.merge_all_summaries', f'{V1}.summary:merge_all')
    yield from moved(f'{CONTRIB}.deprecated.merge_summary', f'{V1}.summary:merge')
    yield from packages(CONTRIB, 'bayesflow', _TFP)
    yield from packages(CONTRIB, 'integrate', 'tfp.math.ode (TensorFlow Probability)')
    yield from packages(CONTRIB, 'copy_graph', 'tf.graph_util, tf.import_graph_def')
    editor = f'{CONTRIB}.graph_editor'
    yield from module(
        editor,
        f'{OF_CONTRIB}.graph_editor',
        'copy_with_input_replacements, graph_replace and reroute_ts, or tf.import_graph_def with '
        'an input_map; tf.recompute_grad for gradient checkpointing',
    )
    for file in ('edit', 'reroute', 'select', 'subgraph', 'transform', 'util'):
        yield from alias(f'{editor}.{file}', editor)
    yield from packages(CONTRIB, 'memory_stats', 'tf.config.experimental.get_memory_info')
    yield from packages(CONTRIB, 'lite', 'tf.lite')
    yield from packages(CONTRIB, 'compiler', 'tf.function(jit_compile=True)')
    yield from packages(CONTRIB, 'batching', 'tf.nondifferentiable_batch_function (TensorFlow 2)')
    yield from packages(
        CONTRIB, 'bigtable cloud ffmpeg hadoop ignite kafka kinesis', 'TensorFlow I/O'
    )
    yield from packages(CONTRIB, 'proto', 'tf.io.decode_proto and tf.io.encode_proto')
    yield from packages(
        CONTRIB, 'boosted_trees decision_trees tensor_forest', 'TensorFlow Decision Forests'
    )
    yield from packages(CONTRIB, 'resampler', 'tfa.image.resampler (TensorFlow Addons)')
    yield from packages(
        CONTRIB, 'testing', 'tf.test, and tf.train.summary_iterator to read summaries'
    )
    yield from packages(
        CONTRIB,
        'all_reduce constrained_optimization factorization fused_conv input_pipeline '
        'kernel_methods labeled_tensor libsvm linear_optimizer meta_graph_transform '
        'nearest_neighbor periodic_resample receptive_field reduce_slice_ops '
        'remote_fused_graph rpc session_bundle solvers specs stat_summarizer timeseries',
        _ENTIRE,
    )


def rows() -> Iterator[Row]:
    """Mathematics, tools, devices, and what no longer exists."""
    yield from module(CONTRIB, '', _ENTIRE)
    yield from _mathematics()
    yield from _tools()
    yield from _devices()
    yield from _rest()
