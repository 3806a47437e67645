"""tf.layers, tf.keras and the files behind them: tf-keras, which works beside TF1 graphs."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import PYTHON, Row, missing, module, moved, symbols

_TF_LAYERS = 'tf_keras.api._v1.keras.__internal__.legacy.layers'
_KERAS_V1 = 'tf_keras.api._v1.keras'
_LAYERS = f'{_KERAS_V1}.layers'
_SOURCE = 'tf_keras.src'
_RNN = f'{_SOURCE}.layers.rnn'
_DECAY = f'{_SOURCE}.optimizers.schedules.learning_rate_schedule'

_LAYER_FILES = (
    'advanced_activations convolutional convolutional_recurrent core cudnn_recurrent '
    'dense_attention embeddings local merge noise normalization pooling recurrent '
    'serialization wrappers'
)
_OPTIMIZER_FILES = 'adadelta adagrad adam adamax ftrl gradient_descent nadam optimizer_v2 rmsprop'

# Files of tensorflow.python.keras that tf-keras has elsewhere, and what has their names now.
_FILES = (
    *((f'layers.{name}', _LAYERS) for name in _LAYER_FILES.split()),
    ('layers.normalization_v2', f'{_SOURCE}.layers.normalization.batch_normalization'),
    ('layers.recurrent_v2', f'{_RNN}.gru_lstm_utils'),
    ('layers.rnn_cell_wrapper_v2', f'{_RNN}.cell_wrappers'),
    ('engine.network', f'{_SOURCE}.engine.functional'),
    ('engine.training_arrays', f'{_SOURCE}.engine.training_arrays_v1'),
    ('engine.training_distributed', f'{_SOURCE}.engine.training_distributed_v1'),
    ('engine.training_eager', f'{_SOURCE}.engine.training_eager_v1'),
    ('engine.training_generator', f'{_SOURCE}.engine.training_generator_v1'),
    ('engine.training_utils', f'{_SOURCE}.engine.training_utils_v1'),
    ('saving', f'{_KERAS_V1}.models'),
    ('saving.hdf5_format', f'{_SOURCE}.saving.legacy.hdf5_format'),
    ('saving.model_config', f'{_SOURCE}.saving.legacy.model_config'),
    ('saving.save', f'{_SOURCE}.saving.legacy.save'),
    ('saving.saved_model', f'{_SOURCE}.saving.legacy.saved_model'),
    ('saving.saving_utils', f'{_SOURCE}.saving.legacy.saving_utils'),
    ('mixed_precision.experimental', f'{_SOURCE}.mixed_precision'),
    (
        'mixed_precision.experimental.autocast_variable',
        f'{_SOURCE}.mixed_precision.autocast_variable',
    ),
    (
        'mixed_precision.experimental.loss_scale_optimizer',
        f'{_SOURCE}.mixed_precision.loss_scale_optimizer',
    ),
    ('mixed_precision.experimental.policy', f'{_SOURCE}.mixed_precision.policy'),
    ('optimizer_v2', f'{_SOURCE}.optimizers.legacy'),
    *(
        (f'optimizer_v2.{name}', f'{_SOURCE}.optimizers.legacy.{name}')
        for name in _OPTIMIZER_FILES.split()
    ),
    ('optimizer_v2.learning_rate_schedule', _DECAY),
    ('testing_utils', f'{_SOURCE}.testing_infra.test_utils'),
    ('keras_parameterized', f'{_SOURCE}.testing_infra.test_combinations'),
    ('premade', f'{_SOURCE}.premade_models'),
    ('premade.linear', f'{_SOURCE}.premade_models.linear'),
    ('premade.wide_deep', f'{_SOURCE}.premade_models.wide_deep'),
)

# File, the names that stand there no more, and the module that has them under the same names.
_LOST = (
    ('activations', 'deserialize_keras_object serialize_keras_object', f'{_KERAS_V1}.utils'),
    (
        'applications',
        'decode_predictions preprocess_input',
        f'{_KERAS_V1}.applications.imagenet_utils',
    ),
    ('engine', 'Input', _KERAS_V1),
    ('engine', 'InputLayer InputSpec Layer', _LAYERS),
    ('engine', 'get_source_inputs', f'{_KERAS_V1}.utils'),
    ('engine.base_layer', 'InputSpec', _LAYERS),
    ('engine.base_layer', 'KerasHistory', f'{_SOURCE}.engine.node'),
    ('engine.base_layer', 'serialize_keras_object', f'{_KERAS_V1}.utils'),
    (
        'engine.saving',
        'load_model model_from_config model_from_json model_from_yaml save_model',
        f'{_KERAS_V1}.models',
    ),
    (
        'initializers',
        'Initializer',
        f'{_KERAS_V1}.initializers',
    ),
    (
        'engine.training_utils',
        'get_input_shape_and_dtype get_static_batch_size list_to_tuple slice_arrays',
        f'{_SOURCE}.engine.training_utils',
    ),
    ('initializers', 'deserialize_keras_object serialize_keras_object', f'{_KERAS_V1}.utils'),
    ('layers.convolutional', 'Conv', f'{_SOURCE}.layers.convolutional.base_conv'),
    (
        'layers.convolutional',
        'SeparableConv',
        f'{_SOURCE}.layers.convolutional.base_separable_conv',
    ),
    ('layers.convolutional_recurrent', 'ConvLSTM2D', _LAYERS),
    (
        'layers.dense_attention',
        'BaseDenseAttention',
        f'{_SOURCE}.layers.attention.base_dense_attention',
    ),
    (
        'layers.local',
        'get_locallyconnected_mask local_conv_matmul local_conv_sparse_matmul make_2d',
        f'{_SOURCE}.layers.locally_connected.locally_connected_utils',
    ),
    (
        'layers.normalization',
        'BatchNormalizationBase',
        f'{_SOURCE}.layers.normalization.batch_normalization',
    ),
    *(
        (
            'layers.pooling',
            f'{kind}Pooling{rank}D',
            f'{_SOURCE}.layers.pooling.base_{kind.lower()}{"_" if kind else ""}pooling{rank}d',
        )
        for kind in ('', 'Global')
        for rank in (1, 2, 3)
    ),
    ('layers.recurrent', 'DropoutRNNCellMixin', f'{_RNN}.dropout_rnn_cell_mixin'),
    (
        'layers.recurrent_v2',
        'GRU GRUCell gru_with_backend_selection standard_gru',
        f'{_RNN}.gru',
    ),
    (
        'layers.recurrent_v2',
        'LSTM LSTMCell lstm_with_backend_selection standard_lstm',
        f'{_RNN}.lstm',
    ),
    ('layers.recurrent_v2', 'InputSpec', _LAYERS),
    ('layers.rnn_cell_wrapper_v2', 'AbstractRNNCell', _LAYERS),
    ('layers.serialization', 'deserialize_keras_object', f'{_KERAS_V1}.utils'),
    ('metrics', 'Layer', _LAYERS),
    ('models', 'CustomObjectScope', f'{_KERAS_V1}.utils'),
    ('models', 'Input', _KERAS_V1),
    ('models', 'InputLayer Layer', _LAYERS),
    ('models', 'in_place_subclassed_model_state_restoration', f'{_SOURCE}.models.cloning'),
    (
        'preprocessing.image',
        'array_to_img img_to_array load_img save_img',
        f'{_KERAS_V1}.preprocessing.image',
    ),
    ('preprocessing.sequence', 'pad_sequences', f'{_KERAS_V1}.preprocessing.sequence'),
    (
        'utils.generic_utils',
        'CustomObjectScope custom_object_scope deserialize_keras_object get_custom_objects '
        'serialize_keras_object',
        f'{_KERAS_V1}.utils',
    ),
    (
        'utils.generic_utils',
        'class_and_config_for_serialized_keras_object serialize_keras_class_and_config',
        f'{_SOURCE}.saving.legacy.serialization',
    ),
    ('utils.multi_gpu_utils', 'Model', _KERAS_V1),
    ('utils.tf_utils', 'constant_value', f'{PYTHON}.framework.tensor_util'),
    ('utils.tf_utils', 'smart_cond', f'{PYTHON}.framework.smart_cond'),
    ('wrappers.scikit_learn', 'Sequential', _KERAS_V1),
    ('wrappers.scikit_learn', 'to_categorical', f'{_KERAS_V1}.utils'),
)

_RENAMED = (
    *(
        (f'layers.{file}.Deconv{how}{rank}D', f'{_LAYERS}:Conv{rank}DTranspose')
        for file in ('convolutional', 'serialization')
        for how in ('', 'olution')
        for rank in (2, 3)
    ),
    ('engine.network.Network', f'{_SOURCE}.engine.training:Model'),
    ('initializers.TFRandomNormal', 'tensorflow.compat.v1:random_normal_initializer'),
    ('initializers.TFRandomUniform', 'tensorflow.compat.v1:random_uniform_initializer'),
    ('initializers.TFTruncatedNormal', 'tensorflow.compat.v1:truncated_normal_initializer'),
    ('losses.cosine_proximity', f'{_KERAS_V1}.losses:cosine'),
    (
        'mixed_precision.experimental.policy.set_policy',
        f'{_SOURCE}.mixed_precision.policy:set_global_policy',
    ),
    (
        'mixed_precision.experimental.set_policy',
        f'{_SOURCE}.mixed_precision.policy:set_global_policy',
    ),
)

_SAVED_MODEL = 'tf.keras.models.save_model and tf.keras.models.load_model'
_MULTI_GPU = 'tf.distribute.MirroredStrategy'
_HDF5 = 'h5py.File(path)[dataset]'
_KERNELS = 'the weights as they are: Theano wrote them the other way round'
_WRAPPERS = 'the classes of SciKeras'
_PEEPHOLES = 'tf.nn.rnn_cell.LSTMCell(use_peepholes=True)'
_POLICY = 'tf.keras.mixed_precision.Policy and set_global_policy'
_LOOPS = 'tf.keras.Model.fit'

# File, what nothing takes the place of, and what to use instead.
_GONE = (
    (
        'backend',
        'EagerExecutionFunction cast_variables_to_tensor freezable_variable',
        'tf.keras.backend.function',
    ),
    ('engine.base_layer_utils', 'autocast_context_manager default', 'tf.keras.layers.Layer'),
    ('engine.saving', 'export_saved_model load_from_saved_model', _SAVED_MODEL),
    ('engine.training', 'DistributedCallbackModel', 'tf.keras.Model'),
    (
        'engine.training_utils',
        'assert_not_batched assert_not_shuffled convert_eager_tensors_to_numpy',
        _LOOPS,
    ),
    ('layers', 'PeepholeLSTMCell', _PEEPHOLES),
    ('layers.convolutional_recurrent', 'ConvLSTM2DCell ConvRNN2D', 'tf.keras.layers.ConvLSTM2D'),
    (
        'layers.normalization',
        'replace_in_base_docstring',
        'the documentation of tf.keras.layers.BatchNormalization',
    ),
    ('layers.recurrent', 'PeepholeLSTMCell', _PEEPHOLES),
    ('layers.recurrent_v2', 'cudnn_gru cudnn_lstm', 'tf.keras.layers.CuDNNGRU and CuDNNLSTM'),
    ('layers.serialization', 'PeepholeLSTMCell', _PEEPHOLES),
    (
        'mixed_precision.experimental.policy',
        'policy_defaults_to_floatx with_input_dtype',
        _POLICY,
    ),
    ('saving', 'export_saved_model load_from_saved_model', _SAVED_MODEL),
    ('saving.saving_utils', 'model_input_signature', 'model.inputs'),
    (
        'testing_utils',
        'disable_v2_dtype_behavior enable_v2_dtype_behavior experimental_run_tf_function_scope '
        'should_run_tf_function',
        'pytest',
    ),
    ('utils', 'multi_gpu_model', _MULTI_GPU),
    ('utils', 'HDF5Matrix', _HDF5),
    ('utils', 'convert_all_kernels_in_model', _KERNELS),
    ('utils.conv_utils', 'convert_kernel', _KERNELS),
    ('utils.data_utils', 'terminate_keras_multiprocessing_pools', 'nothing: the pools end'),
    ('utils.generic_utils', 'object_list_uid', 'the ids of the objects'),
    ('utils.io_utils', 'HDF5Matrix', _HDF5),
    (
        'utils.layer_utils',
        'convert_all_kernels_in_model',
        _KERNELS,
    ),
    (
        'utils.layer_utils',
        'gather_non_trainable_weights gather_trainable_weights',
        'layer.trainable_weights and layer.non_trainable_weights',
    ),
    ('utils.multi_gpu_utils', 'multi_gpu_model', _MULTI_GPU),
    ('wrappers.scikit_learn', 'BaseWrapper KerasClassifier KerasRegressor', _WRAPPERS),
)
_EMPTY_FILES = ('utils.multi_gpu_utils', 'wrappers', 'wrappers.scikit_learn')


def _public() -> Iterator[Row]:
    keras = 'tensorflow.keras'
    yield from module('tensorflow.layers', _TF_LAYERS)
    yield from module(keras, _KERAS_V1)
    yield from module(f'{keras}.experimental', f'{_KERAS_V1}.experimental')
    yield from symbols(f'{keras}.experimental', 'LinearCosineDecay NoisyLinearCosineDecay', _DECAY)
    yield from missing(f'{keras}.experimental', 'PeepholeLSTMCell', _PEEPHOLES)
    yield from missing(
        f'{keras}.experimental', 'export_saved_model load_from_saved_model', _SAVED_MODEL
    )
    yield from missing(
        f'{keras}.experimental', 'terminate_keras_multiprocessing_pools', 'nothing: the pools end'
    )
    yield from module(f'{keras}.mixed_precision', f'{_KERAS_V1}.mixed_precision')
    precision = f'{keras}.mixed_precision.experimental'
    yield from module(precision, f'{_KERAS_V1}.mixed_precision')
    policy = f'{_SOURCE}.mixed_precision.policy'
    yield from symbols(precision, 'Policy global_policy', policy)
    yield from symbols(
        precision, 'LossScaleOptimizer', f'{_SOURCE}.mixed_precision.loss_scale_optimizer'
    )
    yield from moved(f'{precision}.set_policy', f'{policy}:set_global_policy')
    yield from module(f'{keras}.utils', f'{_KERAS_V1}.utils')
    yield from missing(f'{keras}.utils', 'HDF5Matrix', _HDF5)
    yield from missing(f'{keras}.utils', 'convert_all_kernels_in_model', _KERNELS)
    yield from missing(f'{keras}.utils', 'multi_gpu_model', _MULTI_GPU)
    yield from module(f'{keras}.wrappers', '', _WRAPPERS)
    yield from module(f'{keras}.wrappers.scikit_learn', '', _WRAPPERS)
    yield from missing(f'{keras}.wrappers.scikit_learn', 'KerasClassifier KerasRegressor', '')


def _inside_layers() -> Iterator[Row]:
    layers = f'{PYTHON}.layers'
    yield from module(layers, layers)
    for name in ('base', 'convolutional', 'core', 'normalization', 'pooling'):
        yield from module(f'{layers}.{name}', f'tf_keras.src.legacy_tf_layers.{name}')
    yield from module(f'{layers}.layers', _TF_LAYERS)
    yield from moved(f'{layers}.core.fully_connected', f'{_TF_LAYERS}:dense')
    yield from moved(f'{layers}.core.FullyConnected', f'{_TF_LAYERS}:Dense')
    for file in ('base', 'convolutional', 'normalization', 'pooling'):
        yield from symbols(f'{layers}.{file}', 'InputSpec', _TF_LAYERS)
    for rank in '123':
        yield from moved(f'{layers}.layers.Convolution{rank}D', f'{_TF_LAYERS}:Conv{rank}D')
    for rank in '23':
        yield from moved(
            f'{layers}.layers.Convolution{rank}DTranspose', f'{_TF_LAYERS}:Conv{rank}DTranspose'
        )
    yield from moved(f'{layers}.layers.SeparableConvolution2D', f'{_TF_LAYERS}:SeparableConv2D')
    yield from module(f'{layers}.utils', f'{layers}.utils')
    yield from missing(
        f'{layers}.utils', 'get_reachable_from_inputs object_list_uid static_shape', 'tf.gradients'
    )


def _inside_keras() -> Iterator[Row]:
    keras = f'{PYTHON}.keras'
    yield from module(keras, _SOURCE)
    elsewhere = {name for name, _ in _FILES}
    for name, target in _FILES:
        advice = _LOOPS if name.startswith('engine.training') else ''
        yield from module(f'{keras}.{name}', target, advice)
    for name in _EMPTY_FILES:
        yield from module(f'{keras}.{name}', '', _WRAPPERS)
    changed = {file for file, *_ in (*_LOST, *_GONE)}
    changed.update(name.rpartition('.')[0] for name, _ in _RENAMED)
    for file in sorted(changed - elsewhere - set(_EMPTY_FILES)):
        yield from module(f'{keras}.{file}', f'{_SOURCE}.{file}')
    for file, names, target in _LOST:
        yield from symbols(f'{keras}.{file}', names, target)
    for name, target in _RENAMED:
        yield from moved(f'{keras}.{name}', target)
    for file, names, advice in _GONE:
        yield from missing(f'{keras}.{file}', names, advice)


def rows() -> Iterator[Row]:
    """tf.layers, tf.keras, tensorflow.python.layers and tensorflow.python.keras."""
    yield from _public()
    yield from _inside_layers()
    yield from _inside_keras()
