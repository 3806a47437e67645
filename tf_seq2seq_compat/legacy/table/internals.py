"""tensorflow.python.*: the files that programs import from inside TensorFlow.

A file that is still there shows what it has; the rows bring back what it lost. Rows name places
that TensorFlow 2.15 and 2.21 both have, the public ones first.
"""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    PYTHON,
    V1,
    Row,
    alias,
    missing,
    module,
    moved,
    symbols,
)

_OWN = 'tf_seq2seq_compat.legacy.internals'
_LINEAR = 'tf_seq2seq_compat.layers.linear'
_RNN = 'tf_seq2seq_compat.rnn'
_STATIC_RNN = 'tf_seq2seq_compat.rnn_static'
_CLUSTERS = f'{V1}.distribute.cluster_resolver'

# File, the names that it lost, and the module that has them under the same names.
_LOST = (
    ('autograph', 'Feature do_not_convert set_loop_options', f'{V1}.autograph.experimental'),
    ('data', 'Dataset FixedLengthRecordDataset TFRecordDataset TextLineDataset', f'{V1}.data'),
    ('data.experimental', 'CsvDataset RandomDataset SqlDataset', f'{V1}.data.experimental'),
    ('data.ops.dataset_ops', 'Options', f'{V1}.data'),
    ('data.ops.dataset_ops', 'AutotuneAlgorithm', f'{PYTHON}.data.ops.options'),
    (
        'distribute.collective_all_reduce_strategy',
        'SimpleClusterResolver TFConfigClusterResolver',
        _CLUSTERS,
    ),
    ('distribute.distribute_lib', 'ReplicaContext get_loss_reduction', f'{V1}.distribute'),
    (
        'distribute.distribute_lib',
        'create_mirrored_variable',
        f'{PYTHON}.distribute.distribute_utils',
    ),
    (
        'distribute.input_lib',
        'DatasetIterator DistributedDatasetV1 DistributedDatasetsFromFunctionV1 '
        'DistributedIteratorV1 InputFunctionIterator',
        f'{PYTHON}.distribute.v1.input_lib',
    ),
    (
        'distribute.input_lib',
        'get_distributed_dataset get_distributed_datasets_from_function',
        f'{PYTHON}.distribute.input_util',
    ),
    ('distribute.mirrored_strategy', 'TFConfigClusterResolver', _CLUSTERS),
    (
        'distribute.parameter_server_strategy',
        'SimpleClusterResolver TFConfigClusterResolver',
        _CLUSTERS,
    ),
    ('distribute.tpu_strategy', 'TPUClusterResolver', _CLUSTERS),
    (
        'distribute.values',
        'TPUMirroredVariable TPUSyncOnReadVariable TPUVariableMixin',
        f'{PYTHON}.distribute.tpu_values',
    ),
    ('distribute.values', 'AggregatingVariable', f'{PYTHON}.distribute.ps_values'),
    (
        'distribute.values',
        'is_distributed_variable regroup select_replica update_regroup validate_colocate '
        'validate_colocate_distributed_variable value_container',
        f'{PYTHON}.distribute.distribute_utils',
    ),
    ('eager.context', 'VirtualDeviceConfiguration', f'{V1}.config.experimental'),
    (
        'eager.def_function',
        'UnliftedInitializerVariable',
        f'{PYTHON}.eager.polymorphic_function.polymorphic_function',
    ),
    (
        'eager.function',
        'Function class_method_to_instance_method',
        f'{PYTHON}.eager.polymorphic_function.polymorphic_function',
    ),
    (
        'eager.function',
        'FunctionSpec is_same_structure',
        f'{PYTHON}.eager.polymorphic_function.function_type_utils',
    ),
    (
        'eager.tape',
        'could_possibly_record record_operation stop_recording',
        f'{PYTHON}.eager.record',
    ),
    ('feature_column.feature_column_lib', 'DenseFeatures Layer', 'tf_keras.api._v1.keras.layers'),
    (
        'feature_column.feature_column_lib',
        'SequenceFeatures',
        'tf_keras.api._v1.keras.experimental',
    ),
    ('feature_column.feature_column_v2', 'Layer', 'tf_keras.api._v1.keras.layers'),
    ('framework.common_shapes', 'rank', f'{PYTHON}.ops.array_ops'),
    ('framework.common_shapes', 'unknown_shape', f'{PYTHON}.framework.tensor_shape'),
    (
        'framework.config',
        'get_virtual_device_configuration set_virtual_device_configuration',
        f'{V1}.config.experimental',
    ),
    ('framework.device', 'DeviceSpec', V1),
    ('framework.framework_lib', 'DeviceSpec name_scope', V1),
    ('framework.graph_util', 'convert_variables_to_constants', f'{V1}.graph_util'),
    ('framework.graph_util_impl', 'convert_variables_to_constants', f'{V1}.graph_util'),
    (
        'framework.ops',
        'IndexedSlices Tensor convert_to_tensor convert_to_tensor_or_indexed_slices '
        'disable_tensor_equality enable_tensor_equality name_scope '
        'register_tensor_conversion_function',
        V1,
    ),
    (
        'framework.ops',
        'IndexedSlicesValue convert_n_to_tensor_or_indexed_slices '
        'internal_convert_n_to_tensor_or_indexed_slices '
        'internal_convert_to_tensor_or_indexed_slices',
        f'{PYTHON}.framework.indexed_slices',
    ),
    ('framework.ops', 'convert_to_tensor_v2', f'{PYTHON}.framework.tensor_conversion'),
    ('framework.ops', 'default_session', f'{PYTHON}.framework.stack'),
    ('framework.ops', 'RegisterShape', _OWN),
    ('framework.tensor_shape', 'scalar vector matrix', _OWN),
    ('framework.tensor_util', 'maybe_set_static_shape shape_tensor', f'{PYTHON}.ops.shape_util'),
    ('ops.array_ops', 'stack unstack', V1),
    ('ops.control_flow_ops', 'Assert case cond switch_case while_loop', V1),
    ('ops.control_flow_ops', 'case_v2', f'{PYTHON}.ops.control_flow_case'),
    ('ops.control_flow_ops', 'cond_for_tf_v2', f'{PYTHON}.ops.cond'),
    ('ops.control_flow_ops', 'while_loop_v2', f'{PYTHON}.ops.while_loop'),
    ('ops.custom_gradient', 'copy_handle_data', f'{PYTHON}.ops.handle_data_util'),
    ('ops.functional_ops', 'partitioned_call', f'{PYTHON}.ops.gen_functional_ops'),
    (
        'ops.gen_dataset_ops',
        'optional_from_value optional_get_value optional_has_value optional_none',
        f'{PYTHON}.ops.gen_optional_ops',
    ),
    ('ops.gen_math_ops', 'bessel_i0e bessel_i1e', f'{V1}.math'),
    ('ops.gradients_util', 'IsTrainable', f'{PYTHON}.eager.backprop_util'),
    ('ops.init_ops', 'Initializer', 'tf_keras.api._v1.keras.initializers'),
    ('ops.standard_ops', 'Initializer', 'tf_keras.api._v1.keras.initializers'),
    ('ops.math_ops', 'bessel_i0e bessel_i1e', f'{V1}.math'),
    ('ops.nn', 'dynamic_rnn bidirectional_dynamic_rnn raw_rnn static_rnn', _RNN),
    ('ops.nn', 'static_bidirectional_rnn static_state_saving_rnn', _STATIC_RNN),
    ('ops.nn_impl', 'compute_average_loss scale_regularization_loss', f'{V1}.nn'),
    ('ops.random_ops', 'random_crop', V1),
    (
        'ops.standard_ops',
        'is_variable_initialized random_crop stack unstack Assert case cond while_loop',
        V1,
    ),
    ('ops.variable_scope', 'default_variable_creator', f'{PYTHON}.ops.ref_variable'),
    ('ops.variable_scope', 'default_variable_creator_v2', f'{PYTHON}.ops.resource_variable_ops'),
    (
        'ops.variable_scope',
        'disable_resource_variables enable_resource_variables resource_variables_enabled',
        V1,
    ),
    ('ops.variables', 'is_variable_initialized', V1),
    ('ops.variables', 'RefVariable', f'{PYTHON}.ops.ref_variable'),
    (
        'pywrap_tensorflow',
        'BufferedInputStream FileStatistics WritableFile',
        f'{PYTHON}.lib.io._pywrap_file_io',
    ),
    ('pywrap_tensorflow', 'CheckpointReader', f'{PYTHON}.util._pywrap_checkpoint_reader'),
    ('pywrap_tensorflow', 'EventsWriter', f'{PYTHON}.client._pywrap_events_writer'),
    (
        'pywrap_tensorflow',
        'Flatten FlattenForData IsAttrs IsCompositeTensor IsMapping IsMappingView IsTypeSpec '
        'SameNamedtuples',
        f'{PYTHON}.util._pywrap_utils',
    ),
    ('pywrap_tensorflow', 'NewCheckpointReader do_quantize_training_on_graphdef', f'{V1}.train'),
    (
        'pywrap_tensorflow',
        'RecordWriterOptions ZlibCompressionOptions',
        f'{PYTHON}.lib.io._pywrap_record_io',
    ),
    ('pywrap_tensorflow', 'TF_Buffer', f'{PYTHON}._pywrap_tfe'),
    ('pywrap_tensorflow', 'list_devices', f'{PYTHON}.client._pywrap_device_lib'),
    (
        'saved_model.utils_impl',
        'get_assets_dir get_or_create_assets_dir get_or_create_variables_dir get_variables_dir '
        'get_variables_path',
        f'{PYTHON}.saved_model.path_helpers',
    ),
    ('tools.freeze_graph', 'MetaGraphDef', V1),
    ('training.training', 'do_quantize_training_on_graphdef', f'{V1}.train'),
)

# Name, and what it is called now.
_RENAMED = (
    ('data.util.nest.is_sequence', f'{PYTHON}.data.util.nest:is_nested'),
    ('debug.watch_graph_with_blacklists', f'{PYTHON}.debug:watch_graph_with_denylists'),
    ('eager.context.in_eager_mode', f'{V1}:executing_eagerly'),
    ('eager.function.defun', 'tensorflow:function'),
    (
        'ops.gen_experimental_dataset_ops.dataset_cardinality',
        f'{V1}.data.experimental:cardinality',
    ),
    (
        'ops.losses.loss_reduction.ReductionV2',
        'tf_keras.src.utils.losses_utils:ReductionV2',
    ),
    ('ops.math_ops.bincount', 'tensorflow.math:bincount'),
    ('ops.math_ops.bincount_v1', f'{V1}.math:bincount'),
    ('ops.nn_impl.l2_normalize_v2', 'tensorflow.math:l2_normalize'),
    ('ops.standard_ops.bincount_v1', f'{V1}.math:bincount'),
    ('ops.standard_ops.VariableV1', f'{V1}:Variable'),
    ('ops.variable_scope.variable', f'{V1}:Variable'),
    ('ops.variables.VariableV1', f'{V1}:Variable'),
    ('pywrap_tensorflow.IsSequence', f'{PYTHON}.util._pywrap_utils:IsNested'),
    ('pywrap_tensorflow.IsSequenceForData', f'{PYTHON}.util._pywrap_utils:IsNestedForData'),
    ('util.nest.is_sequence', f'{PYTHON}.util.nest:is_nested'),
    # Until TF 1.8 the generated operations that have a public form began with an underscore.
    ('ops.gen_array_ops._concat_v2', f'{PYTHON}.ops.gen_array_ops:concat_v2'),
    ('ops.gen_array_ops._pack', f'{PYTHON}.ops.gen_array_ops:pack'),
    ('ops.gen_array_ops._unpack', f'{PYTHON}.ops.gen_array_ops:unpack'),
    ('ops.gen_nn_ops._avg_pool_grad', f'{PYTHON}.ops.gen_nn_ops:avg_pool_grad'),
    ('ops.gen_nn_ops._max_pool_grad', f'{PYTHON}.ops.gen_nn_ops:max_pool_grad'),
    ('ops.gen_nn_ops._relu_grad', f'{PYTHON}.ops.gen_nn_ops:relu_grad'),
)

# File that is gone, and the module that has its names now.
_FILES = (
    ('data.experimental.ops.distribute_options', f'{V1}.data.experimental'),
    ('data.experimental.ops.optimization_options', f'{V1}.data.experimental'),
    ('data.experimental.ops.threading_options', f'{V1}.data.experimental'),
    ('eager.profiler', f'{PYTHON}.profiler.profiler_v2'),
    ('framework.tensor_like', f'{PYTHON}.types.core'),
    ('ops.gen_user_ops', f'{PYTHON}.user_ops.ops.gen_user_ops'),
    ('ops.losses.loss_reduction', f'{PYTHON}.ops.losses.losses_impl'),
    ('pywrap_tensorflow', f'{PYTHON}.client.pywrap_tf_session'),
    ('pywrap_tensorflow_internal', f'{PYTHON}.client.pywrap_tf_session'),
    ('training.gen_training_ops', f'{PYTHON}.ops.gen_training_ops'),
    ('training.saving.functional_saver', f'{PYTHON}.checkpoint.functional_saver'),
    ('training.tracking', f'{PYTHON}.trackable'),
    ('training.tracking.base', f'{PYTHON}.trackable.base'),
    ('training.tracking.data_structures', f'{PYTHON}.trackable.data_structures'),
    ('training.tracking.graph_view', f'{PYTHON}.checkpoint.graph_view'),
    ('training.tracking.layer_utils', f'{PYTHON}.trackable.layer_utils'),
    ('training.tracking.python_state', f'{PYTHON}.trackable.python_state'),
    ('training.tracking.tracking', f'{PYTHON}.trackable.autotrackable'),
    ('training.tracking.util', f'{PYTHON}.checkpoint.checkpoint'),
    ('training.training_ops', f'{PYTHON}.ops.gen_training_ops'),
    ('util.compat_internal', f'{PYTHON}.util.compat'),
)
_IN_THEM = (
    ('eager.profiler', 'Profiler', f'{PYTHON}.profiler.profiler'),
    (
        'training.tracking.base',
        'CheckpointPosition',
        f'{PYTHON}.checkpoint.restore',
    ),
    (
        'training.tracking.tracking',
        'CapturableResource ResourceTracker TrackableResource resource_tracker_scope',
        f'{PYTHON}.trackable.resource',
    ),
    ('training.tracking.util', 'list_objects', f'{PYTHON}.checkpoint.util'),
)
_STRATEGY_FILES = (
    'distribute.distribution_strategy_context',
    'training.distribution_strategy_context',
    'training.distribute',
)

_SHAPES = 'the static shapes that operations infer by themselves'
_STATISTICS = 'tf.profiler, which took the place of the statistics of tf.data'
_TF_FUNCTION = 'tf.function'
_SUMMARY = 'tf.summary'
_STRATEGY = 'tf.distribute.MirroredStrategy'
_CHECKPOINT = 'tf.train.Checkpoint'
_DATA = 'the methods of tf.data.Dataset'

# File, the names that nothing in TensorFlow 2 takes the place of, and what to use instead.
_GONE = (
    ('autograph.core.converter', 'AgAnno AnnotatedDef EntityContext', 'tf.autograph'),
    ('autograph.core.converter', 'apply_ standard_analysis', 'tf.autograph'),
    ('autograph.impl.api', 'do_not_convert_internal', 'tf.autograph.experimental.do_not_convert'),
    ('autograph.utils.ag_logging', 'warn', 'tf.logging.warn'),
    (
        'data.experimental',
        'CheckpointInputPipelineHook',
        'tf.data.experimental.make_saveable_from_iterator and a tf.train.Saver',
    ),
    (
        'data.experimental',
        'MapVectorizationOptions',
        'tf.data.experimental.OptimizationOptions',
    ),
    (
        'data.experimental',
        'StatsAggregator StatsOptions bytes_produced_stats latency_stats',
        _STATISTICS,
    ),
    (
        'data.experimental.ops.iterator_ops',
        'CheckpointInputPipelineHook',
        'tf.data.experimental.make_saveable_from_iterator and a tf.train.Saver',
    ),
    ('data.experimental.ops.optimization', 'assert_next model', 'tf.data.Options'),
    ('data.experimental.ops.optimization', 'non_serializable optimize', 'tf.data.Options'),
    (
        'data.experimental.ops.optimization_options',
        'MapVectorizationOptions',
        'tf.data.experimental.OptimizationOptions',
    ),
    (
        'data.experimental.ops.stats_aggregator',
        'StatsAggregator StatsAggregatorV1 StatsAggregatorV2',
        _STATISTICS,
    ),
    (
        'data.experimental.ops.stats_ops',
        'bytes_produced_stats latency_stats set_stats_aggregator',
        _STATISTICS,
    ),
    ('data.experimental.ops.stats_options', 'StatsOptions', _STATISTICS),
    (
        'data.experimental.ops.threadpool',
        'PrivateThreadPool override_threadpool',
        'tf.data.Options().threading.private_threadpool_size',
    ),
    (
        'data.ops.dataset_ops',
        'CacheDataset ConcatenateDataset FilterDataset FlatMapDataset InterleaveDataset '
        'MapDataset PaddedBatchDataset ParallelInterleaveDataset ParallelMapDataset RangeDataset '
        'ShardDataset SkipDataset SparseTensorSliceDataset TakeDataset TensorDataset '
        'TensorSliceDataset WindowDataset ZipDataset',
        _DATA,
    ),
    ('data.ops.iterator_ops', 'IteratorResourceDeleter', 'tf.data.Iterator'),
    ('data.ops.iterator_ops', 'IteratorV2', 'tf.data.Iterator'),
    (
        'data.ops.multi_device_iterator_ops',
        'MultiDeviceIteratorResourceDeleter MultiDeviceIteratorV2',
        'MultiDeviceIterator',
    ),
    (
        'distribute.cross_device_ops',
        'MultiWorkerAllReduce choose_the_best get_device_map_from',
        _STRATEGY,
    ),
    ('distribute.distribute_lib', 'get_update_device', _STRATEGY),
    (
        'distribute.estimator_training',
        'estimator_evaluate estimator_train init_run_config should_run_distribute_coordinator '
        'train_and_evaluate',
        'tf.estimator.train_and_evaluate',
    ),
    ('distribute.mirrored_strategy', 'MirroredReplicaContext', _STRATEGY),
    (
        'distribute.parameter_server_strategy',
        'ParameterServerStrategy',
        'tf.distribute.experimental.ParameterServerStrategy',
    ),
    (
        'distribute.tpu_strategy',
        'get_tpu_system_metadata',
        'tf.distribute.cluster_resolver.TPUClusterResolver().get_tpu_system_metadata',
    ),
    (
        'distribute.values',
        'DeviceMap LogicalDeviceSpec ReplicaDeviceMap SingleDeviceMap WorkerDeviceMap '
        'select_device_mirrored',
        _STRATEGY,
    ),
    (
        'eager.backprop',
        'aggregate_indexed_slices_gradients flatten_nested_indexed_slices',
        'tf.GradientTape, which adds gradients up itself',
    ),
    ('eager.context', 'add_function', _TF_FUNCTION),
    ('eager.context', 'mirroring_policy', 'tf.config.experimental.set_device_policy'),
    ('eager.context', 'namescope', 'tf.name_scope'),
    ('eager.context', 'shared_name', 'the shared_name that you mean, as a string'),
    ('eager.context', 'list_devices', 'tf.config.list_logical_devices'),
    ('eager.def_function', 'FunctionDeleter', _TF_FUNCTION),
    (
        'eager.function',
        'CacheKey ConcreteFunctionGarbageCollector FunctionCache common_shape '
        'defun_with_attributes register validate_signature',
        _TF_FUNCTION,
    ),
    (
        'eager.profiler',
        'ProfilerAlreadyRunningError ProfilerNotRunningError maybe_create_event_file save '
        'start_profiler_server',
        'tf.profiler.experimental',
    ),
    ('eager.tape', 'delete_trace should_record', 'tf.GradientTape'),
    ('feature_column.feature_column_v2', 'FeatureColumn LinearModel', 'tf.feature_column'),
    (
        'framework.common_shapes',
        'avg_pool_shape call_cpp_shape_fn conv2d_shape depthwise_conv2d_native_shape '
        'get2d_conv_output_size get_conv_output_size has_fully_defined_shape matmul_shape '
        'max_pool_shape no_outputs scalar_shape separable_conv2d_shape unchanged_shape '
        'unchanged_shape_with_rank unchanged_shape_with_rank_at_least '
        'unchanged_shape_with_rank_at_most',
        _SHAPES,
    ),
    ('framework.func_graph', 'check_mutation maybe_captured', _TF_FUNCTION),
    ('framework.function', 'function_def_from_tf_function', _TF_FUNCTION),
    (
        'framework.op_def_library',
        'OpDefLibrary',
        'the function apply_op of the same file',
    ),
    ('framework.ops', 'enter_eager_name_scope', 'tf.name_scope'),
    (
        'framework.op_def_registry',
        'get_registered_ops register_op_list',
        'the function get of the same file',
    ),
    ('framework.ops', 'register_dense_tensor_like_type', 'tf.register_tensor_conversion_function'),
    (
        'framework.test_util',
        'use_deterministic_cudnn',
        'tf.config.experimental.enable_op_determinism()',
    ),
    ('ops.custom_gradient', 'get_dependent_variables', 'tf.custom_gradient'),
    ('ops.distributions.transformed_distribution', 'TransformedDistribution', 'tfp.distributions'),
    ('ops.gen_math_ops', 'compare_and_bitpack', 'tf.bitwise on the comparison'),
    ('ops.math_ops', 'compare_and_bitpack', 'tf.bitwise on the comparison'),
    (
        'ops.linalg.linear_operator_util',
        'cholesky_solve_with_broadcast matrix_triangular_solve_with_broadcast',
        'tf.linalg.cholesky_solve and tf.linalg.triangular_solve, which broadcast',
    ),
    ('ops.parsing_ops', 'parse_single_example_v2_unoptimized', 'tf.io.parse_single_example'),
    ('ops.resource_variable_ops', 'variable_handle_from_shape_and_dtype', 'tf.Variable'),
    (
        'ops.summary_ops_v2',
        'NoopSummaryWriter ResourceSummaryWriter create_db_writer keras_model',
        _SUMMARY,
    ),
    ('ops.variables', 'AbstractVariable AbstractVariableMetaclass', 'tf.Variable'),
    ('platform.status_bar', 'SetupStatusBarInsideGoogle', 'nothing: it did nothing'),
    ('profiler.profile_context', 'ProfileContext', 'tf.profiler.Profiler'),
    (
        'pywrap_tensorflow',
        'PyRecordReader PyRecordReader_New PyRecordWriter PyRecordWriter_New',
        'tf.python_io.tf_record_iterator and tf.python_io.TFRecordWriter',
    ),
    (
        'pywrap_tensorflow',
        'GCluster GItem PyExceptionRegistry PythonScopedAnnotation PythonTraceMe StatSummarizer '
        'Status StatusGroup TF_AttrMetadata',
        'the public names of tf',
    ),
    ('saved_model.load', 'load_internal', 'tf.saved_model.load'),
    ('training.distribute', 'get_update_device', _STRATEGY),
    (
        'training.experimental.loss_scale',
        'get_loss_scale_weights',
        'the loss scale itself',
    ),
    (
        'training.experimental.mixed_precision',
        'disable_mixed_precision_graph_rewrite enable_mixed_precision_graph_rewrite',
        'tf.train.experimental.enable_mixed_precision_graph_rewrite',
    ),
    ('training.tracking.base', 'PythonStateSaveable PythonStringStateSaveable', _CHECKPOINT),
    (
        'training.tracking.layer_utils',
        'gather_non_trainable_weights gather_trainable_weights',
        'layer.trainable_weights and layer.non_trainable_weights',
    ),
    (
        'training.tracking.tracking',
        'CapturableResourceDeleter NotTrackable TrackableAsset cached_per_instance delete_tracking',
        'tf.Module and tf.saved_model.Asset',
    ),
    ('training.tracking.util', 'saver_with_op_caching', _CHECKPOINT),
    ('util.deprecation', 'DeprecatedNamesAlreadySet', 'ValueError'),
    ('util.tf_export', 'SymbolAlreadyExposedError', 'ValueError'),
    ('util.tf_should_use', 'must_use_result_or_fatal', 'should_use_result of the same file'),
)


def _modules() -> Iterator[Row]:
    gone = dict(_FILES)
    for name, target in _FILES:
        yield from module(f'{PYTHON}.{name}', target, f'the public names of {target}')
    for name in _STRATEGY_FILES:
        yield from module(f'{PYTHON}.{name}', f'{PYTHON}.distribute.distribute_lib', _STRATEGY)
        gone[name] = ''
    missing_files = {
        'data.experimental.ops.optimization',
        'data.experimental.ops.stats_aggregator',
        'data.experimental.ops.stats_ops',
        'data.experimental.ops.stats_options',
        'data.experimental.ops.threadpool',
        'distribute.estimator_training',
        'ops.distributions.transformed_distribution',
        'platform.status_bar',
        'profiler.profile_context',
    }
    changed = {file for file, *_ in (*_LOST, *_GONE)}
    changed.update(name.rpartition('.')[0] for name, _ in _RENAMED)
    for file in sorted(changed - set(gone)):
        target = '' if file in missing_files else f'{PYTHON}.{file}'
        yield from module(f'{PYTHON}.{file}', target)


def rows() -> Iterator[Row]:
    """What left these files since TF 1.15, and the files that are gone."""
    yield from _modules()
    for file, names, target in (*_LOST, *_IN_THEM):
        yield from symbols(f'{PYTHON}.{file}', names, target)
    for name, target in _RENAMED:
        yield from moved(f'{PYTHON}.{name}', target)
    for file in _STRATEGY_FILES[:2]:
        package = f'{PYTHON}.{file}'
        yield from moved(f'{package}.get_distribution_strategy', f'{V1}.distribute:get_strategy')
        yield from moved(f'{package}.has_distribution_strategy', f'{V1}.distribute:has_strategy')
    training = f'{PYTHON}.training'
    yield from moved(f'{training}.distribute.StrategyV1', f'{V1}.distribute:Strategy')
    yield from moved(
        f'{training}.distribute.StrategyExtendedV1', f'{V1}.distribute:StrategyExtended'
    )
    yield from moved(f'{training}.tracking.util.CheckpointV1', f'{V1}.train:Checkpoint')
    yield from symbols(
        f'{training}.distribute',
        'ReplicaContext InputContext InputReplicationMode get_loss_reduction',
        f'{V1}.distribute',
    )
    yield from symbols(
        f'{training}.distribute',
        'create_mirrored_variable',
        f'{PYTHON}.distribute.distribute_utils',
    )
    for file, names, advice in _GONE:
        yield from missing(f'{PYTHON}.{file}', names, advice)
    # What the first releases had beside the cells.
    for file in ('rnn', 'rnn_cell', 'rnn_cell_impl'):
        yield from moved(f'{PYTHON}.ops.{file}._like_rnncell', f'{_OWN}:like_rnncell')
    yield from moved(f'{PYTHON}.ops.rnn_cell._linear', f'{_LINEAR}:linear')
    yield from moved(f'{PYTHON}.ops.rnn_cell._Linear', f'{_LINEAR}:Linear')
    # tf.nn is this file in TF1, the cells included.
    yield from alias(f'{PYTHON}.ops.nn.rnn_cell', 'tensorflow.nn.rnn_cell')
