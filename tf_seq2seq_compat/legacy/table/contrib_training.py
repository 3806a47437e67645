"""The packages of tf.contrib around a training program: input, loops, estimators, summaries."""

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


def _framework() -> Iterator[Row]:
    framework = f'{CONTRIB}.framework'
    variables, scopes = 'tf_slim.ops.variables', 'tf_slim.ops.arg_scope'
    rows = [
        *symbols(
            framework,
            'VariableDeviceChooser add_model_variable assert_global_step '
            'assert_or_get_global_step assign_from_checkpoint assign_from_checkpoint_fn '
            'assign_from_values assign_from_values_fn create_global_step filter_variables '
            'get_global_step get_local_variables get_model_variables get_or_create_global_step '
            'get_trainable_variables get_unique_variable get_variable_full_name get_variables '
            'get_variables_by_name get_variables_by_suffix get_variables_to_restore '
            'global_variable local_variable model_variable variable',
            variables,
        ),
        *symbols(
            framework,
            'add_arg_scope arg_scope arg_scope_func_key arg_scoped_arguments current_arg_scope '
            'has_arg_scope',
            scopes,
        ),
        *symbols(
            framework,
            'assert_scalar_int get_graph_from_inputs get_name_scope get_placeholders '
            'init_from_checkpoint list_variables load_checkpoint load_variable py_func '
            'reduce_sum_n remove_squeezable_dimensions with_same_shape with_shape '
            'zero_initializer',
            f'{OF_CONTRIB}.framework',
        ),
        *symbols(
            framework,
            'TensorSpec argsort assert_same_float_dtype assert_scalar '
            'convert_to_tensor_or_sparse_tensor is_tensor sort',
            V1,
        ),
        *symbols(framework, 'BoundedTensorSpec', f'{PYTHON}.framework.tensor_spec'),
        *symbols(framework, 'RecordInput', f'{PYTHON}.ops.data_flow_ops'),
        *symbols(framework, 'CriticalSection', V1),
        *symbols(
            framework,
            'convolutional_delta_orthogonal convolutional_orthogonal_1d '
            'convolutional_orthogonal_2d convolutional_orthogonal_3d',
            f'{PYTHON}.ops.init_ops',
        ),
        *symbols(
            framework,
            'deprecated deprecated_arg_values deprecated_args',
            f'{PYTHON}.util.deprecation',
        ),
        *symbols(framework, 'prepend_name_scope strip_name_scope', f'{PYTHON}.framework.ops'),
        *symbols(
            framework,
            'smart_case smart_cond smart_constant_value',
            f'{PYTHON}.framework.smart_cond',
        ),
        *moved(
            f'{framework}.load_and_remap_matrix_initializer',
            f'{PYTHON}.training.checkpoint_ops:_load_and_remap_matrix_initializer',
        ),
        *moved(
            f'{framework}.load_embedding_initializer',
            f'{PYTHON}.training.checkpoint_ops:_load_embedding_initializer',
        ),
        *missing(
            framework,
            'load_linear_multiclass_bias_initializer load_variable_slot_initializer',
            'tf.train.warm_start, or load_and_remap_matrix_initializer of this package',
        ),
        *missing(framework, 'fuse_op', 'the TensorFlow Lite converter, which fuses operations'),
    ]
    yield from module(framework, '', 'the function of the same name in tf or tf.train')
    yield from rows
    yield from module(f'{framework}.nest', f'{PYTHON}.util.nest')
    yield from moved(f'{framework}.nest.is_sequence', f'{PYTHON}.util.nest:is_nested')
    # Names of TF 1.0 that tf.contrib.framework shared with tf.contrib.framework.nest.
    yield from symbols(
        framework,
        'assert_same_structure flatten map_structure pack_sequence_as',
        f'{PYTHON}.util.nest',
    )
    checkpoints = 'init_from_checkpoint list_variables load_checkpoint load_variable'
    tensor_util = (
        'assert_same_float_dtype assert_scalar assert_scalar_int '
        'convert_to_tensor_or_sparse_tensor is_tensor reduce_sum_n remove_squeezable_dimensions '
        'with_same_shape with_shape'
    )
    slim_variables = ' '.join(
        row.name.rpartition('.')[2] for row in rows if row.target.startswith(variables)
    )
    slim_scopes = ' '.join(
        row.name.rpartition('.')[2] for row in rows if row.target.startswith(scopes)
    )
    yield from module(f'{framework}.python')
    yield from files(
        framework,
        rows,
        {
            'python.framework': f'{tensor_util} {checkpoints} deprecated deprecated_args '
            'deprecated_arg_values fuse_op get_placeholders',
            'python.framework.tensor_util': tensor_util,
            'python.framework.checkpoint_utils': checkpoints,
            'python.framework.graph_util': 'fuse_op get_placeholders',
            'python.ops': f'{slim_variables} zero_initializer get_graph_from_inputs '
            'get_name_scope CriticalSection add_arg_scope arg_scoped_arguments '
            'current_arg_scope has_arg_scope',
            'python.ops.variables': f'{slim_variables} zero_initializer',
            'python.ops.arg_scope': slim_scopes,
            'python.ops.ops': 'get_graph_from_inputs get_name_scope',
            'python.ops.script_ops': 'py_func',
            'python.ops.critical_section_ops': 'CriticalSection',
        },
    )
    yield from alias(f'{framework}.python.framework.nest', f'{framework}.nest')
    yield from module(f'{framework}.python.ops.audio_ops', f'{PYTHON}.ops.gen_audio_ops')


def _data() -> Iterator[Row]:
    data = f'{CONTRIB}.data'
    experimental = (
        'AUTOTUNE Counter CsvDataset Optional RandomDataset Reducer SqlDataset TFRecordWriter '
        'bucket_by_sequence_length choose_from_datasets copy_to_device dense_to_sparse_batch '
        'enumerate_dataset get_next_as_optional get_single_element group_by_reducer '
        'group_by_window ignore_errors make_batched_features_dataset make_csv_dataset '
        'make_saveable_from_iterator map_and_batch parallel_interleave parse_example_dataset '
        'prefetch_to_device rejection_resample sample_from_datasets scan shuffle_and_repeat '
        'unbatch unique'
    )
    hook = 'tf.train.CheckpointSaverHook with make_saveable_from_iterator'
    rows = [
        *symbols(data, experimental, f'{V1}.data.experimental'),
        *symbols(
            data,
            'Dataset FixedLengthRecordDataset TFRecordDataset TextLineDataset '
            'assert_element_shape batch_and_drop_remainder padded_batch_and_drop_remainder '
            'read_batch_features reduce_dataset sliding_window_batch sloppy_interleave',
            f'{OF_CONTRIB}.data',
        ),
        *symbols(data, 'Iterator', f'{V1}.data'),
        *missing(data, 'CheckpointInputPipelineHook', hook),
        *missing(data, 'LMDBDataset', 'tf.data.Dataset.from_generator over the lmdb package'),
    ]
    yield from module(data, '', 'tf.data or tf.data.experimental')
    yield from rows
    yield from module(f'{data}.python')
    yield from files(
        data,
        rows,
        {
            'python.ops': '',
            'python.ops.batching': 'assert_element_shape batch_and_drop_remainder '
            'dense_to_sparse_batch map_and_batch padded_batch_and_drop_remainder unbatch',
            'python.ops.counter': 'Counter',
            'python.ops.dataset_ops': 'Dataset Iterator',
            'python.ops.enumerate_ops': 'enumerate_dataset',
            'python.ops.error_ops': 'ignore_errors',
            'python.ops.get_single_element': 'get_single_element reduce_dataset',
            'python.ops.grouping': 'Reducer bucket_by_sequence_length group_by_reducer '
            'group_by_window',
            'python.ops.interleave_ops': 'choose_from_datasets parallel_interleave '
            'sample_from_datasets sloppy_interleave',
            'python.ops.iterator_ops': 'CheckpointInputPipelineHook make_saveable_from_iterator',
            'python.ops.parsing_ops': 'parse_example_dataset',
            'python.ops.prefetching_ops': 'copy_to_device prefetch_to_device',
            'python.ops.random_ops': 'RandomDataset',
            'python.ops.readers': 'CsvDataset FixedLengthRecordDataset LMDBDataset SqlDataset '
            'TFRecordDataset TextLineDataset make_batched_features_dataset make_csv_dataset '
            'read_batch_features',
            'python.ops.resampling': 'rejection_resample',
            'python.ops.scan_ops': 'scan',
            'python.ops.shuffle_ops': 'shuffle_and_repeat',
            'python.ops.sliding': 'sliding_window_batch',
            'python.ops.unique': 'unique',
            'python.ops.writers': 'TFRecordWriter',
        },
    )
    # Where the structures of datasets were taken apart until TF 1.4.
    yield from module(f'{data}.python.util')
    nest = f'{data}.python.util.nest'
    yield from module(nest, f'{PYTHON}.data.util.nest')
    yield from moved(f'{nest}.is_sequence', f'{PYTHON}.data.util.nest:is_nested')


def _training() -> Iterator[Row]:
    training = f'{CONTRIB}.training'
    queued = (
        'a loop over windows of the sequence that feeds the final state back (tf.data for them)'
    )
    resample = (
        'tf.data.experimental.rejection_resample, or tf.data.experimental.sample_from_datasets '
        'with weights'
    )
    rows = [
        *symbols(training, 'HParams parse_values', f'{OF_CONTRIB}.hparams'),
        *symbols(
            training,
            'StopAfterNEvalsHook SummaryAtEndHook checkpoints_iterator evaluate_once '
            'evaluate_repeatedly get_or_create_eval_step wait_for_new_checkpoint',
            'tf_slim.training.evaluation',
        ),
        *symbols(
            training,
            'add_gradients_summaries clip_gradient_norms clip_gradient_norms_fn create_train_op '
            'multiply_gradients train',
            'tf_slim.training.training',
        ),
        *symbols(
            training,
            'bucket bucket_by_sequence_length',
            f'{OF_CONTRIB}.bucketing',
        ),
        *missing(
            training,
            'GreedyLoadBalancingStrategy RandomStrategy byte_size_load_fn',
            'tf.train.replica_device_setter without ps_strategy',
        ),
        *missing(
            training,
            'NextQueuedSequenceBatch SequenceQueueingStateSaver batch_sequences_with_states',
            queued,
        ),
        *missing(
            training,
            'rejection_sample resample_at_rate stratified_sample weighted_resample',
            resample,
        ),
        *missing(training, 'FeedingQueueRunner', 'tf.data.Dataset.from_generator'),
    ]
    yield from module(training, '', 'tf.data for the batching, tf.train for the rest')
    yield from rows
    yield from module(f'{training}.python')
    yield from files(
        training,
        rows,
        {
            'python.training': '',
            'python.training.bucket_ops': 'bucket bucket_by_sequence_length',
            'python.training.device_setter': 'GreedyLoadBalancingStrategy RandomStrategy '
            'byte_size_load_fn',
            'python.training.evaluation': 'StopAfterNEvalsHook SummaryAtEndHook '
            'checkpoints_iterator evaluate_once evaluate_repeatedly get_or_create_eval_step '
            'wait_for_new_checkpoint',
            'python.training.resample': 'resample_at_rate weighted_resample',
            'python.training.sampling_ops': 'rejection_sample stratified_sample',
            'python.training.sequence_queueing_state_saver': 'NextQueuedSequenceBatch '
            'SequenceQueueingStateSaver batch_sequences_with_states',
            'python.training.training': 'add_gradients_summaries clip_gradient_norms '
            'clip_gradient_norms_fn create_train_op multiply_gradients train',
            'python.training.feeding_queue_runner': 'FeedingQueueRunner',
        },
    )
    yield from module(f'{training}.python.training.hparam', f'{OF_CONTRIB}.hparams')


def _lookup() -> Iterator[Row]:
    lookup = f'{CONTRIB}.lookup'
    ops = f'{PYTHON}.ops.lookup_ops'
    yield from module(lookup, '', 'the tables of tf.lookup')
    yield from symbols(
        lookup,
        'FastHashSpec HasherSpec IdTableWithHashBuckets KeyValueTensorInitializer LookupInterface '
        'MutableHashTable StrongHashSpec TableInitializerBase TextFileIdTableInitializer '
        'TextFileIndex TextFileInitializer TextFileStringTableInitializer index_table_from_file '
        'index_to_string_table_from_file',
        ops,
    )
    yield from moved(f'{lookup}.MutableDenseHashTable', f'{ops}:DenseHashTable')
    yield from moved(
        f'{lookup}.InitializableLookupTableBase', f'{ops}:InitializableLookupTableBaseV1'
    )
    yield from symbols(
        lookup,
        'HashTable index_table_from_tensor index_to_string index_to_string_table_from_tensor '
        'string_to_index string_to_index_table_from_file string_to_index_table_from_tensor',
        f'{OF_CONTRIB}.lookup',
    )
    yield from alias(f'{lookup}.lookup_ops', lookup)
    yield from alias(f'{lookup}.python', lookup)


def _learn() -> Iterator[Row]:
    learn = f'{CONTRIB}.learn'
    estimator = 'tf.estimator.Estimator with a model_fn'
    run = 'tf.estimator.train_and_evaluate(estimator, train_spec, eval_spec)'
    canned = f'{estimator}, or the Keras model of the same layers'
    queues = 'tf.data (tf.data.experimental.make_batched_features_dataset for examples)'
    session = 'a tf.train.MonitoredTrainingSession loop'
    exporting = 'tf.estimator.Estimator.export_saved_model, or tf.saved_model'
    heads = 'a loss of tf.losses in the model_fn'
    hooks = (
        'a tf.train hook (LoggingTensorHook, SummarySaverHook, CheckpointSaverHook, '
        'StopAtStepHook, NanTensorHook), or tf.estimator.train_and_evaluate for '
        'ValidationMonitor'
    )
    small = [
        *symbols(
            learn,
            'InputFnOps ModeKeys NanLossDuringTrainingError NotFittedError PredictionKey '
            'ProblemType TaskType extract_pandas_data extract_pandas_labels '
            'extract_pandas_matrix',
            f'{OF_CONTRIB}.learn',
        ),
        *missing(learn, 'Estimator BaseEstimator SKCompat Evaluable Trainable', estimator),
        *missing(
            learn,
            'DNNClassifier DNNEstimator DNNLinearCombinedClassifier DNNLinearCombinedEstimator '
            'DNNLinearCombinedRegressor DNNRegressor DynamicRnnEstimator KMeansClustering '
            'LinearClassifier LinearEstimator LinearRegressor LogisticRegressor SVM',
            canned,
        ),
        *missing(learn, 'Experiment', run),
        *missing(learn, 'RunConfig', 'tf.estimator.RunConfig'),
        *missing(learn, 'ModelFnOps', 'tf.estimator.EstimatorSpec'),
        *missing(learn, 'MetricSpec', "the model_fn's eval_metric_ops, from tf.metrics"),
        *missing(
            learn,
            'Head binary_svm_head multi_class_head multi_head multi_label_head no_op_train_fn '
            'poisson_regression_head regression_head',
            heads,
        ),
        *missing(
            learn, 'ExportStrategy build_parsing_serving_input_fn make_export_strategy', exporting
        ),
        *missing(
            learn,
            'infer_real_valued_columns_from_input infer_real_valued_columns_from_input_fn',
            'tf.feature_column.numeric_column',
        ),
        *missing(learn, 'evaluate infer run_feeds run_n train', session),
        *missing(
            learn,
            'read_batch_examples read_batch_features read_batch_record_features '
            'read_keyed_batch_examples read_keyed_batch_examples_shared_queue '
            'read_keyed_batch_features read_keyed_batch_features_shared_queue',
            queues,
        ),
        *missing(learn, 'extract_dask_data extract_dask_labels', "the data's .compute()"),
    ]
    yield from module(learn, '', 'tf.estimator, or tf.data for input')
    yield from small
    # tensorflow.contrib.learn.python.learn is tf.contrib.learn with its files.
    yield from module(f'{learn}.python')
    yield from alias(f'{learn}.python.learn', learn)
    for file in ['learn_runner', 'experiment']:
        yield from module(f'{learn}.{file}', '', run)
    yield from missing(f'{learn}.learn_runner', 'run tune', run)
    yield from missing(f'{learn}.experiment', 'Experiment', run)
    yield from module(f'{learn}.monitors', '', hooks)
    yield from module(
        f'{learn}.basic_session_run_hooks', f'{PYTHON}.training.basic_session_run_hooks'
    )
    yield from packages(learn, 'graph_actions evaluable trainable', session)
    yield from packages(learn, 'models ops', 'tf.nn and tf.layers')
    yield from packages(learn, 'utils export_strategy', exporting)
    yield from packages(learn, 'metric_spec', "the model_fn's eval_metric_ops, from tf.metrics")
    for file in ['io', 'learn_io']:
        yield from module(f'{learn}.{file}', '', f'tf.estimator.inputs, or {queues}')
        yield from symbols(
            f'{learn}.{file}',
            'extract_pandas_data extract_pandas_labels extract_pandas_matrix',
            f'{OF_CONTRIB}.learn',
        )
    yield from packages(learn, 'head', heads)
    yield from files(
        learn,
        small,
        {
            'estimators': 'BaseEstimator DNNClassifier DNNRegressor Estimator LinearClassifier '
            'LinearRegressor ModeKeys ModelFnOps NotFittedError PredictionKey ProblemType '
            'RunConfig SKCompat TaskType',
            'estimators.constants': 'ProblemType',
            'estimators.estimator': 'BaseEstimator Estimator SKCompat NotFittedError',
            'estimators.model_fn': 'ModeKeys ModelFnOps',
            'estimators.prediction_key': 'PredictionKey',
            'estimators.run_config': 'RunConfig TaskType',
        },
    )
    texts = f'{OF_CONTRIB}.preprocessing'
    yield from module(f'{learn}.preprocessing', texts, 'tf.keras.preprocessing')
    for file in ['text', 'categorical', 'categorical_vocabulary']:
        yield from module(f'{learn}.preprocessing.{file}', texts, 'tf.keras.preprocessing')
    yield from module(
        f'{learn}.datasets', '', 'tf.keras.datasets, or scikit-learn (sklearn.datasets)'
    )
    yield from module(
        f'{learn}.datasets.base', f'{OF_CONTRIB}.learn', 'tf.keras.datasets, or sklearn.datasets'
    )
    yield from packages(f'{learn}.datasets', 'mnist', 'tf.keras.datasets.mnist.load_data()')
    yield from packages(f'{learn}.datasets', 'synthetic text_datasets', 'sklearn.datasets')


def _summary() -> Iterator[Row]:
    summary = f'{CONTRIB}.summary'
    ops = f'{PYTHON}.ops.summary_ops_v2'
    yield from module(summary, '', 'tf.summary')
    yield from symbols(
        summary,
        'SummaryWriter always_record_summaries audio create_file_writer '
        'create_summary_file_writer eval_dir flush generic histogram image import_event '
        'initialize never_record_summaries record_summaries_every_n_global_steps scalar '
        'should_record_summaries summary_writer_initializer_op',
        ops,
    )
    yield from moved(f'{summary}.all_summary_ops', f'{ops}:all_v2_summary_ops')
    yield from moved(f'{summary}.graph', f'{ops}:graph_v1')
    yield from missing(
        summary, 'create_db_writer', 'create_file_writer (TensorBoard reads no databases now)'
    )
    yield from alias(f'{summary}.summary', summary)
    tensorboard = f'{CONTRIB}.tensorboard'
    yield from module(tensorboard, '', 'the tensorboard package')
    yield from module(f'{tensorboard}.plugins', '', 'the tensorboard package (tensorboard.plugins)')
    yield from module(f'{tensorboard}.plugins.projector', f'{OF_CONTRIB}.projector')
    yield from module(
        f'{tensorboard}.plugins.projector.projector_config_pb2', f'{OF_CONTRIB}.projector'
    )


def _eager() -> Iterator[Row]:
    eager = f'{CONTRIB}.eager'
    context, backprop = f'{PYTHON}.eager.context', f'{PYTHON}.eager.backprop'
    callbacks = 'tf.debugging.enable_check_numerics'
    yield from module(eager, '', 'eager mode itself')
    yield from symbols(
        eager,
        'ASYNC DEVICE_PLACEMENT_EXPLICIT DEVICE_PLACEMENT_SILENT DEVICE_PLACEMENT_WARN SYNC '
        'async_clear_error async_wait execution_mode num_gpus set_execution_mode set_server_def',
        context,
    )
    yield from symbols(
        eager,
        'GradientTape TensorSpec custom_gradient enable_eager_execution executing_eagerly '
        'make_template',
        V1,
    )
    yield from moved(f'{eager}.in_eager_mode', f'{V1}:executing_eagerly')
    yield from moved(f'{eager}.list_devices', f'{V1}.config:list_logical_devices')
    yield from moved(f'{eager}.Checkpoint', f'{V1}.train:Checkpoint')
    yield from moved(f'{eager}.Checkpointable', f'{PYTHON}.trackable.base:Trackable')
    yield from moved(f'{eager}.Variable', f'{PYTHON}.ops.resource_variable_ops:ResourceVariable')
    yield from moved(
        f'{eager}.EagerVariableStore', f'{PYTHON}.ops.variable_scope:EagerVariableStore'
    )
    yield from moved(f'{eager}.py_func', f'{PYTHON}.ops.script_ops:eager_py_func')
    yield from moved(f'{eager}.run', f'{PYTHON}.platform.app:run')
    yield from moved(f'{eager}.defun', 'tensorflow:function')
    yield from moved(f'{eager}.function', 'tensorflow:function')
    yield from symbols(eager, 'gradients_function', backprop)
    yield from moved(f'{eager}.implicit_gradients', f'{backprop}:implicit_grad')
    yield from moved(f'{eager}.implicit_value_and_gradients', f'{backprop}:implicit_val_and_grad')
    yield from moved(f'{eager}.value_and_gradients_function', f'{backprop}:val_and_grad_function')
    yield from symbols(eager, 'Iterator Saver get_optimizer_variables', f'{OF_CONTRIB}.eager')
    test_util = f'{PYTHON}.framework.test_util'
    yield from moved(
        f'{eager}.run_test_in_graph_and_eager_modes', f'{test_util}:run_in_graph_and_eager_modes'
    )
    yield from moved(
        f'{eager}.run_all_tests_in_graph_and_eager_modes',
        f'{test_util}:run_all_in_graph_and_eager_modes',
    )
    yield from missing(
        eager,
        'ExecutionCallback add_execution_callback clear_execution_callbacks errstate inf_callback '
        'inf_nan_callback nan_callback seterr',
        callbacks,
    )
    yield from missing(eager, 'Network', 'tf.keras.Model, by subclassing')
    yield from missing(eager, 'Sequential', 'tf.keras.Sequential')
    yield from missing(
        eager,
        'restore_network_checkpoint restore_variables_on_create save_network_checkpoint',
        'tf.train.Checkpoint',
    )
    yield from missing(
        eager,
        'connect_to_remote_host enable_remote_eager_execution',
        'tf.config.experimental_connect_to_host',
    )
    yield from packages(eager, 'metrics', 'tf.keras.metrics')
    yield from module(f'{eager}.python')
    for file in ['tfe', 'datasets', 'saver', 'network']:
        yield from alias(f'{eager}.python.{file}', eager)
    yield from packages(f'{eager}.python', 'metrics metrics_impl', 'tf.keras.metrics')


def rows() -> Iterator[Row]:
    """Input, variables, loops, tables, tf.contrib.learn, summaries, eager mode."""
    yield from _framework()
    yield from _data()
    yield from _training()
    yield from _lookup()
    yield from _learn()
    yield from _summary()
    yield from _eager()
