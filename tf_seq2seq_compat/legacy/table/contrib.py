"""The other packages of tf.contrib."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tf_seq2seq_compat.legacy.table.row import (
    PYTHON,
    V1,
    Row,
    alias,
    missing,
    module,
    moved,
    packages,
    symbols,
)

_CONTRIB = 'tensorflow.contrib'
_OURS = 'tf_seq2seq_compat.legacy.contrib'
_LEGACY_SEQ2SEQ = 'tf_seq2seq_compat.legacy_seq2seq'
_TPU = 'tf.distribute.TPUStrategy'
_TFP = 'TensorFlow Probability (tfp.distributions)'
_ENTIRE = 'nothing in TensorFlow 2 took its place under tf.contrib'


def _files(package: str, rows: Iterable[Row], files: dict[str, str]) -> Iterator[Row]:
    """The files inside a package, each with some of the package's names.

    Args:
      package: where the files are.
      rows: rows that hold the names, of whatever package.
      files: for each file, by its path below `package`, the names that programs import from it.
    """
    by_name = {row.name.rpartition('.')[2]: row for row in rows}
    for file, names in files.items():
        yield from module(f'{package}.{file}')
        for name in names.split():
            row = by_name[name]
            yield Row(f'{package}.{file}.{name}', row.kind, row.target, row.advice)


def _framework() -> Iterator[Row]:
    framework = f'{_CONTRIB}.framework'
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
            f'{_OURS}.framework',
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
    yield from _files(
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
    data = f'{_CONTRIB}.data'
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
            f'{_OURS}.data',
        ),
        *symbols(data, 'Iterator', f'{V1}.data'),
        *missing(data, 'CheckpointInputPipelineHook', hook),
        *missing(data, 'LMDBDataset', 'tf.data.Dataset.from_generator over the lmdb package'),
    ]
    yield from module(data, '', 'tf.data or tf.data.experimental')
    yield from rows
    yield from module(f'{data}.python')
    yield from _files(
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
    training = f'{_CONTRIB}.training'
    queued = (
        'a loop over windows of the sequence that feeds the final state back (tf.data for them)'
    )
    resample = (
        'tf.data.experimental.rejection_resample, or tf.data.experimental.sample_from_datasets '
        'with weights'
    )
    rows = [
        *symbols(training, 'HParams parse_values', f'{_OURS}.hparams'),
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
            'GreedyLoadBalancingStrategy bucket bucket_by_sequence_length byte_size_load_fn',
            f'{_OURS}.bucketing',
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
        *missing(training, 'RandomStrategy', 'GreedyLoadBalancingStrategy'),
    ]
    yield from module(training, '', 'tf.data for the batching, tf.train for the rest')
    yield from rows
    yield from module(f'{training}.python')
    yield from _files(
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
    yield from module(f'{training}.python.training.hparam', f'{_OURS}.hparams')


def _lookup() -> Iterator[Row]:
    lookup = f'{_CONTRIB}.lookup'
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
        f'{_OURS}.lookup',
    )
    yield from alias(f'{lookup}.lookup_ops', lookup)
    yield from alias(f'{lookup}.python', lookup)


def _learn() -> Iterator[Row]:
    learn = f'{_CONTRIB}.learn'
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
            f'{_OURS}.learn',
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
            f'{_OURS}.learn',
        )
    yield from packages(learn, 'head', heads)
    yield from _files(
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
    texts = f'{_OURS}.preprocessing'
    yield from module(f'{learn}.preprocessing', texts, 'tf.keras.preprocessing')
    for file in ['text', 'categorical', 'categorical_vocabulary']:
        yield from module(f'{learn}.preprocessing.{file}', texts, 'tf.keras.preprocessing')
    yield from module(
        f'{learn}.datasets', '', 'tf.keras.datasets, or scikit-learn (sklearn.datasets)'
    )
    yield from module(
        f'{learn}.datasets.base', f'{_OURS}.learn', 'tf.keras.datasets, or sklearn.datasets'
    )
    yield from packages(f'{learn}.datasets', 'mnist', 'tf.keras.datasets.mnist.load_data()')
    yield from packages(f'{learn}.datasets', 'synthetic text_datasets', 'sklearn.datasets')


def _summary() -> Iterator[Row]:
    summary = f'{_CONTRIB}.summary'
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
    tensorboard = f'{_CONTRIB}.tensorboard'
    yield from module(tensorboard, '', 'the tensorboard package')
    yield from module(f'{tensorboard}.plugins', '', 'the tensorboard package (tensorboard.plugins)')
    yield from module(f'{tensorboard}.plugins.projector', f'{_OURS}.projector')
    yield from module(f'{tensorboard}.plugins.projector.projector_config_pb2', f'{_OURS}.projector')


def _eager() -> Iterator[Row]:
    eager = f'{_CONTRIB}.eager'
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
    yield from symbols(eager, 'Iterator Saver get_optimizer_variables', f'{_OURS}.eager')
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


def _mathematics() -> Iterator[Row]:
    """Signal processing, distributions, linear operators, and the small functions of nn."""
    yield from module(f'{_CONTRIB}.signal', f'{V1}.signal', 'tf.signal')
    yield from module(f'{_CONTRIB}.signal.python')
    ops = f'{_CONTRIB}.signal.python.ops'
    yield from module(ops)
    files = 'mel_ops mfcc_ops reconstruction_ops shape_ops spectral_ops window_ops'
    for file in files.split():
        yield from module(f'{ops}.{file}', f'{PYTHON}.ops.signal.{file}')

    distributions = f'{_CONTRIB}.distributions'
    yield from module(distributions, f'{V1}.distributions', _TFP)
    yield from symbols(
        distributions,
        'MultivariateNormalDiag MultivariateNormalDiagWithSoftplusScale NormalWithSoftplusScale '
        'fill_triangular softplus_inverse',
        f'{_OURS}.distributions',
    )
    yield from packages(distributions, 'bijectors', 'TensorFlow Probability (tfp.bijectors)')

    # Gone before 1.15: tf.linalg has them, two under other names.
    linalg = f'{_CONTRIB}.linalg'
    yield from module(linalg, f'{V1}.linalg', 'tf.linalg')
    for was, now in {
        'LinearOperatorTriL': 'LinearOperatorLowerTriangular',
        'LinearOperatorMatrix': 'LinearOperatorFullMatrix',
        'LinearOperatorUDVHUpdate': 'LinearOperatorLowRankUpdate',
    }.items():
        yield from moved(f'{linalg}.{was}', f'{V1}.linalg:{now}')

    nn = f'{_CONTRIB}.nn'
    yield from module(nn, '', 'tf.nn')
    yield from symbols(
        nn,
        'alpha_dropout deprecated_flipped_sigmoid_cross_entropy_with_logits '
        'deprecated_flipped_softmax_cross_entropy_with_logits '
        'deprecated_flipped_sparse_softmax_cross_entropy_with_logits sampled_sparse_softmax_loss '
        'scaled_softplus',
        f'{_OURS}.nn',
    )
    yield from symbols(nn, 'conv1d_transpose', f'{V1}.nn')
    yield from symbols(nn, 'nth_element', f'{PYTHON}.ops.nn_ops')
    yield from missing(nn, 'rank_sampled_softmax_loss', 'tf.nn.sampled_softmax_loss')
    sparsemax = f'{_CONTRIB}.sparsemax'
    yield from module(sparsemax, '', 'tfa.activations.sparsemax (TensorFlow Addons)')
    yield from symbols(sparsemax, 'sparsemax sparsemax_loss', f'{_OURS}.nn')

    stateless = f'{_CONTRIB}.stateless'
    yield from module(stateless, '', 'the functions tf.random.stateless_*')
    yield from symbols(
        stateless,
        'stateless_multinomial stateless_random_normal stateless_random_uniform '
        'stateless_truncated_normal',
        f'{PYTHON}.ops.stateless_random_ops',
    )


def _tools() -> Iterator[Row]:
    """Utilities, profiling, saved models, code conversion."""
    util = f'{_CONTRIB}.util'
    yield from module(util, '', 'tf.get_static_value, tf.make_tensor_proto, tf.make_ndarray')
    yield from moved(f'{util}.constant_value', f'{V1}:get_static_value')
    yield from symbols(util, 'make_ndarray make_tensor_proto', V1)
    yield from symbols(
        util, 'ops_used_by_graph_def stripped_op_list_for_graph', f'{PYTHON}.framework.meta_graph'
    )
    yield from module(f'{util}.loader', '', 'tf.load_op_library')
    yield from symbols(f'{util}.loader', 'load_op_library load_library', V1)

    yield from module(f'{_CONTRIB}.hooks', '', 'tf.train.ProfilerHook')
    yield from symbols(f'{_CONTRIB}.hooks', 'ProfilerHook', f'{V1}.train')

    tfprof = f'{_CONTRIB}.tfprof'
    yield from module(tfprof, '', 'tf.profiler')
    analyzer = f'{tfprof}.model_analyzer'
    for each in (tfprof, analyzer):
        yield from missing(each, 'ProfileContext', 'tf.profiler.experimental.Profile(logdir)')
    yield from module(analyzer, f'{_OURS}.profiler', 'tf.profiler')
    yield from symbols(analyzer, 'Profiler advise profile', f'{V1}.profiler')
    yield from alias(f'{analyzer}.tfprof_logger', f'{tfprof}.tfprof_logger')
    yield from module(f'{tfprof}.tfprof_logger', f'{PYTHON}.profiler.tfprof_logger')

    mixed = f'{_CONTRIB}.mixed_precision'
    classes = (
        'ExponentialUpdateLossScaleManager FixedLossScaleManager LossScaleManager '
        'LossScaleOptimizer'
    )
    yield from module(mixed, '', 'tf.mixed_precision')
    yield from symbols(mixed, classes, f'{_OURS}.mixed_precision')
    yield from module(f'{mixed}.python')
    for file in ['loss_scale_manager', 'loss_scale_optimizer']:
        yield from module(f'{mixed}.python.{file}')
        yield from symbols(f'{mixed}.python.{file}', classes, f'{_OURS}.mixed_precision')

    predictor = f'{_CONTRIB}.predictor'
    yield from module(predictor, '', 'tf.saved_model.load')
    yield from symbols(predictor, 'from_saved_model', f'{_OURS}.predictor')
    yield from missing(
        predictor,
        'from_contrib_estimator from_estimator',
        'from_saved_model of what tf.estimator.Estimator.export_saved_model wrote',
    )
    saved = f'{_CONTRIB}.saved_model'
    yield from module(saved, '', 'tf.saved_model')
    yield from missing(saved, 'load_keras_model', 'tf.keras.models.load_model')
    yield from missing(saved, 'save_keras_model', 'model.save')

    autograph = f'{_CONTRIB}.autograph'
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

    keras = f'{_CONTRIB}.keras'
    yield from module(keras, 'tf_keras.api._v1.keras', 'tf.keras')
    yield from packages(keras, 'wrappers', 'scikeras')
    yield from module(f'{keras}.api')
    yield from alias(f'{keras}.api.keras', keras)
    yield from module(f'{keras}.python')
    yield from alias(f'{keras}.python.keras', f'{PYTHON}.keras')

    checkpoint = f'{_CONTRIB}.checkpoint'
    yield from module(checkpoint, '', 'tf.train.Checkpoint, and tf.Module for what it tracks')
    yield from symbols(checkpoint, 'CheckpointManager', f'{V1}.train')
    yield from moved(
        f'{checkpoint}.Checkpointable', f'{PYTHON}.trackable.autotrackable:AutoTrackable'
    )
    yield from moved(f'{checkpoint}.CheckpointableBase', f'{PYTHON}.trackable.base:Trackable')
    yield from symbols(
        checkpoint, 'List Mapping NoDependency', f'{PYTHON}.trackable.data_structures'
    )

    yield from module(f'{_CONTRIB}.staging', '', 'tf.data.Dataset.prefetch')
    yield from symbols(f'{_CONTRIB}.staging', 'StagingArea', f'{PYTHON}.ops.data_flow_ops')

    columns = f'{_CONTRIB}.feature_column'
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
    resolver = f'{_CONTRIB}.cluster_resolver'
    resolvers = f'{V1}.distribute.cluster_resolver'
    yield from module(resolver, resolvers, 'tf.distribute.cluster_resolver')
    yield from moved(f'{resolver}.UnionClusterResolver', f'{resolvers}:UnionResolver')
    yield from module(f'{resolver}.python')
    yield from module(f'{resolver}.python.training', resolvers, 'tf.distribute.cluster_resolver')

    distribute = f'{_CONTRIB}.distribute'
    yield from module(distribute, '', 'tf.distribute')
    yield from symbols(distribute, 'MirroredStrategy', f'{_OURS}.distribute')
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

    tpu = f'{_CONTRIB}.tpu'
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
    yield from _files(
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
    yield from packages(_CONTRIB, 'quantize quantization', optimizing)
    yield from missing(
        f'{_CONTRIB}.quantize',
        'create_eval_graph create_training_graph experimental_create_eval_graph '
        'experimental_create_training_graph',
        f'{optimizing} (tfmot.quantization.keras.quantize_model)',
    )
    pruning = f'{_CONTRIB}.model_pruning'
    yield from packages(_CONTRIB, 'model_pruning', f'{optimizing} (tfmot.sparsity.keras)')
    yield from missing(
        pruning,
        'MaskedBasicLSTMCell MaskedLSTMCell',
        'tf.nn.rnn_cell.LSTMCell: the mask of a checkpoint can be multiplied into its kernel',
    )
    yield from packages(_CONTRIB, 'tensorrt', 'tf.experimental.tensorrt.Converter')
    yield from missing(
        f'{_CONTRIB}.tensorrt',
        'calib_graph_to_infer_graph create_inference_graph',
        'tf.experimental.tensorrt.Converter on a SavedModel',
    )
    yield from packages(_CONTRIB, 'text', 'TensorFlow Text')
    yield from missing(
        f'{_CONTRIB}.text',
        'skip_gram_sample skip_gram_sample_with_text_vocab',
        'tf.keras.preprocessing.sequence.skipgrams',
    )
    yield from packages(_CONTRIB, 'recurrent', 'tf.nn.dynamic_rnn')
    yield from packages(_CONTRIB, 'optimizer_v2', 'the optimizers of tf.train')
    yield from packages(_CONTRIB, 'deprecated', 'tf.summary, whose functions these were called')
    yield from packages(_CONTRIB, 'bayesflow', _TFP)
    yield from packages(_CONTRIB, 'integrate', 'tfp.math.ode (TensorFlow Probability)')
    yield from packages(_CONTRIB, 'copy_graph graph_editor', 'tf.graph_util, tf.import_graph_def')
    yield from packages(_CONTRIB, 'grid_rnn', 'the cells of tf.contrib.rnn')
    yield from packages(_CONTRIB, 'memory_stats', 'tf.config.experimental.get_memory_info')
    yield from packages(_CONTRIB, 'lite', 'tf.lite')
    yield from packages(_CONTRIB, 'compiler', 'tf.function(jit_compile=True)')
    yield from packages(_CONTRIB, 'batching', 'tf.nondifferentiable_batch_function (TensorFlow 2)')
    yield from packages(
        _CONTRIB, 'bigtable cloud ffmpeg hadoop ignite kafka kinesis', 'TensorFlow I/O'
    )
    yield from packages(_CONTRIB, 'proto', 'tf.io.decode_proto and tf.io.encode_proto')
    yield from packages(
        _CONTRIB, 'boosted_trees decision_trees tensor_forest', 'TensorFlow Decision Forests'
    )
    yield from packages(_CONTRIB, 'resampler', 'tfa.image.resampler (TensorFlow Addons)')
    yield from packages(
        _CONTRIB, 'testing', 'tf.test, and tf.train.summary_iterator to read summaries'
    )
    yield from packages(
        _CONTRIB,
        'all_reduce constrained_optimization factorization fused_conv input_pipeline '
        'kernel_methods labeled_tensor libsvm linear_optimizer meta_graph_transform '
        'nearest_neighbor periodic_resample receptive_field reduce_slice_ops '
        'remote_fused_graph rpc session_bundle solvers specs stat_summarizer timeseries',
        _ENTIRE,
    )


def rows() -> Iterator[Row]:
    """The other packages of tf.contrib."""
    yield from module(_CONTRIB, '', _ENTIRE)
    legacy = f'{_CONTRIB}.legacy_seq2seq'
    yield from module(legacy, _LEGACY_SEQ2SEQ)
    yield from module(f'{legacy}.python')
    yield from module(f'{legacy}.python.ops')
    yield from module(f'{legacy}.python.ops.seq2seq', _LEGACY_SEQ2SEQ)
    yield from _framework()
    yield from _data()
    yield from _training()
    yield from _lookup()
    yield from _learn()
    yield from _summary()
    yield from _eager()
    yield from _mathematics()
    yield from _tools()
    yield from _devices()
    yield from _rest()
