"""tf.contrib.layers, slim and the packages of losses, metrics, optimizers, CRFs and images."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    CONTRIB,
    OF_CONTRIB,
    V1,
    Row,
    missing,
    module,
    moved,
    symbols,
)

_FEATURE_COLUMNS = (
    'make_place_holder_tensors_for_base_features '
    'crossed_column one_hot_column embedding_column bucketized_column real_valued_column '
    'transform_features check_feature_columns weighted_sparse_column sparse_column_with_keys '
    'shared_embedding_columns infer_real_valued_columns input_from_feature_columns '
    'scattered_embedding_column sparse_column_with_hash_bucket '
    'create_feature_spec_for_parsing weighted_sum_from_feature_columns '
    'sparse_column_with_vocabulary_file parse_feature_columns_from_examples '
    'sequence_input_from_feature_columns sparse_column_with_integerized_feature '
    'joint_weighted_sum_from_feature_columns '
    'parse_feature_columns_from_sequence_examples'
)
_EMBEDDINGS = 'embed_sequence embedding_lookup_unique SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY'
_BAG_OF_WORDS = 'tf.reduce_mean(tf.contrib.layers.embed_sequence(ids, ...), axis=1)'
_TARGETS = 'multi_class_target regression_target binary_svm_target'


def rows() -> Iterator[Row]:
    """What builds and trains models: tf-slim, and what it lacks."""
    yield from _layers()
    yield from _slim()
    yield from _losses_and_metrics()
    yield from _crf()
    yield from _opt()
    yield from _image()


def _lacking(package: str) -> Iterator[Row]:
    """What tf-slim left out of tf.contrib.layers."""
    yield from symbols(package, _EMBEDDINGS, f'{OF_CONTRIB}.layers')
    yield from symbols(package, 'safe_embedding_lookup_sparse', f'{V1}.nn')
    yield from missing(package, 'bow_encoder', _BAG_OF_WORDS)
    columns = (
        'tf.feature_column, whose columns tf.feature_column.input_layer and linear_model turn into '
        'tensors'
    )
    yield from module(f'{package}.feature_column', '', columns)
    yield from missing(package, _FEATURE_COLUMNS, columns)
    yield from missing(
        package, _TARGETS, 'tf.losses for the loss of the targets and tf.metrics for their metrics'
    )


def _layers() -> Iterator[Row]:
    package = f'{CONTRIB}.layers'
    files = f'{package}.python.layers'
    yield from module(
        package,
        'tf_slim',
        'tf-slim, which has most of tf.contrib.layers; tf.feature_column for the feature columns',
    )
    yield from module(f'{package}.python')
    yield from module(files, 'tf_slim.layers', 'the public names of this module')
    yield from _lacking(package)
    yield from _lacking(files)
    yield from module(f'{files}.encoders', f'{OF_CONTRIB}.layers')
    yield from missing(f'{files}.encoders', 'bow_encoder', _BAG_OF_WORDS)
    embeddings = f'{files}.embedding_ops'
    yield from module(embeddings, f'{OF_CONTRIB}.layers')
    yield from symbols(embeddings, 'safe_embedding_lookup_sparse', f'{V1}.nn')
    yield from missing(
        embeddings,
        'scattered_embedding_lookup scattered_embedding_lookup_sparse '
        'embedding_lookup_sparse_with_distributed_aggregation',
        'tf.nn.embedding_lookup and tf.nn.embedding_lookup_sparse',
    )
    for file in ('feature_column_ops', 'target_column'):
        yield from module(f'{files}.{file}', '', 'tf.feature_column, and tf.losses')
    ops = f'{package}.python.ops'
    yield from module(ops)
    for file, target in (('bucketization_op', 'bucketization_op'), ('sparse_ops', 'sparse_ops')):
        yield from module(f'{ops}.{file}', f'tf_slim.layers.{target}')
    yield from module(f'{ops}.sparse_feature_cross_op', '', 'tf.sparse.cross_hashed')


def _slim() -> Iterator[Row]:
    package = f'{CONTRIB}.slim'
    advice = 'tf-slim, which has most of it, or tf.contrib.layers'
    yield from module(package, 'tf_slim', advice)
    yield from module(f'{package}.nets', 'tf_slim.nets')
    yield from module(f'{package}.python')
    yield from module(f'{package}.python.slim', 'tf_slim', advice)
    yield from _lacking(package)
    yield from symbols(package, 'create_global_step assert_global_step', f'{V1}.train')


def _losses_and_metrics() -> Iterator[Row]:
    losses = f'{CONTRIB}.losses'
    yield from module(losses, 'tf_slim.losses', 'tf.losses')
    yield from module(f'{losses}.metric_learning', 'tf_slim.losses.metric_learning')
    yield from module(f'{losses}.python')
    yield from module(f'{losses}.python.losses', 'tf_slim.losses')
    yield from module(f'{losses}.python.losses.loss_ops', 'tf_slim.losses.loss_ops')
    metric_learning = f'{losses}.python.metric_learning'
    yield from module(metric_learning, 'tf_slim.losses.metric_learning')
    yield from module(f'{metric_learning}.metric_loss_ops', 'tf_slim.losses.metric_learning')

    metrics = f'{CONTRIB}.metrics'
    yield from module(metrics, 'tf_slim.metrics', 'tf.metrics')
    yield from module(f'{metrics}.python')
    yield from module(f'{metrics}.python.metrics', 'tf_slim.metrics')
    yield from module(f'{metrics}.python.metrics.classification', 'tf_slim.metrics.classification')
    ops = f'{metrics}.python.ops'
    yield from module(ops)
    for file in ('histogram_ops', 'metric_ops'):
        yield from module(f'{ops}.{file}', f'tf_slim.metrics.{file}')
    yield from module(f'{ops}.confusion_matrix_ops')
    yield from module(f'{ops}.set_ops')
    for name in (metrics, f'{ops}.confusion_matrix_ops'):
        yield from moved(f'{name}.confusion_matrix', f'{V1}:confusion_matrix')
    for name in (metrics, f'{ops}.set_ops'):
        for kind in ('difference', 'intersection', 'size', 'union'):
            yield from moved(f'{name}.set_{kind}', f'{V1}.sets:{kind}')


def _crf() -> Iterator[Row]:
    for name in (f'{CONTRIB}.crf', f'{CONTRIB}.crf.python.ops.crf'):
        yield from module(name, f'{OF_CONTRIB}.crf')
    yield from module(f'{CONTRIB}.crf.python')
    yield from module(f'{CONTRIB}.crf.python.ops')


def _opt() -> Iterator[Row]:
    package = f'{CONTRIB}.opt'
    files = f'{package}.python.training'
    for name in (package, f'{package}.python', files):
        yield from module(name, '', 'the optimizers of tf.train')
    decay = (
        'AdamWOptimizer DecoupledWeightDecayExtension MomentumWOptimizer '
        'extend_with_decoupled_weight_decay'
    )
    # Each group stands in the package and in the file that TF1 had it in.
    for file, names, target in (
        ('adam_gs_optimizer', 'AdamGSOptimizer', 'opt'),
        ('adamax', 'AdaMaxOptimizer', 'opt'),
        ('lars_optimizer', 'LARSOptimizer', 'opt'),
        ('lazy_adam_gs_optimizer', 'LazyAdamGSOptimizer', 'opt'),
        ('lazy_adam_optimizer', 'LazyAdamOptimizer', 'opt'),
        ('moving_average_optimizer', 'MovingAverageOptimizer', 'opt_wrappers'),
        (
            'multitask_optimizer_wrapper',
            'MultitaskOptimizerWrapper clip_gradients_by_global_norm',
            'opt_wrappers',
        ),
        ('nadam_optimizer', 'NadamOptimizer', 'opt'),
        ('reg_adagrad_optimizer', 'RegAdagradOptimizer', 'opt'),
        ('weight_decay_optimizers', decay, 'weight_decay'),
    ):
        yield from module(f'{files}.{file}', '', 'the public names of this module')
        yield from symbols(package, names, f'{OF_CONTRIB}.{target}')
        yield from symbols(f'{files}.{file}', names, f'{OF_CONTRIB}.{target}')
    decays = 'get_cosine_decay_fn get_linear_decay_fn get_restart_decay_fn'
    schedules = 'tf.train.cosine_decay, tf.train.polynomial_decay or tf.train.cosine_decay_restarts'
    yield from module(f'{files}.sign_decay', '', schedules)
    yield from missing(f'{files}.sign_decay', decays, schedules)
    signs = 'tf.keras.optimizers.Lion, which also steps by the sign of the momentum'
    averaging = 'tf.contrib.opt.MovingAverageOptimizer, or tf.distribute for many workers'
    for file, names, advice in (
        ('addsign', 'AddSignOptimizer', signs),
        ('powersign', 'PowerSignOptimizer', signs),
        ('agn_optimizer', 'AGNCustomGetter AGNOptimizer', averaging),
        (
            'drop_stale_gradient_optimizer',
            'DropStaleGradientOptimizer',
            'tf.train.SyncReplicasOptimizer, which drops stale gradients',
        ),
        (
            'elastic_average_optimizer',
            'ElasticAverageCustomGetter ElasticAverageOptimizer',
            averaging,
        ),
        (
            'external_optimizer',
            'ExternalOptimizerInterface ScipyOptimizerInterface',
            'scipy.optimize.minimize with jac=True and a function that assigns the variables and '
            'runs [loss, tf.gradients(loss, variables)] in the session',
        ),
        ('ggt', 'GGTOptimizer', 'tf.train.AdamOptimizer'),
        ('model_average_optimizer', 'ModelAverageCustomGetter ModelAverageOptimizer', averaging),
        (
            'shampoo',
            'ShampooOptimizer',
            'tf.train.AdagradOptimizer, which is Shampoo with a diagonal preconditioner',
        ),
        (
            'variable_clipping_optimizer',
            'VariableClippingOptimizer',
            'the constraint of tf.get_variable: constraint=lambda v: tf.clip_by_norm(v, max_norm, '
            'axes)',
        ),
    ):
        yield from module(f'{files}.{file}', '', advice)
        yield from missing(package, names, advice)
        yield from missing(f'{files}.{file}', names, advice)
    yield from missing(
        f'{files}.weight_decay_optimizers', 'ShampooWOptimizer', 'tf.contrib.opt.AdamWOptimizer'
    )
    yield from module(f'{files}.matrix_functions', '', 'tf.linalg.sqrtm and tf.linalg.inv')


def _image() -> Iterator[Row]:
    package = f'{CONTRIB}.image'
    ops = f'{package}.python.ops'
    projective = 'tf.raw_ops.ImageProjectiveTransformV3, which takes rows of eight numbers'
    rotated = f'tf.image.rot90 for quarter turns, or {projective}'
    addons = 'TensorFlow Addons'
    python = 'through tf.py_func'
    yield from module(package, '', 'tf.image')
    yield from module(f'{package}.python')
    yield from module(ops)
    for file, names, advice in (
        ('image_ops', 'transform', projective),
        ('image_ops', 'rotate', rotated),
        ('image_ops', 'translate', f'tf.pad and a slice for whole pixels, or {projective}'),
        ('image_ops', 'angles_to_projective_transforms', 'the rows as NumPy computes them'),
        ('image_ops', 'translations_to_projective_transforms', 'rows [1, 0, -x, 0, 1, -y, 0, 0]'),
        ('image_ops', 'flat_transforms_to_matrices', 'tf.pad with a one, and tf.reshape'),
        ('image_ops', 'matrices_to_flat_transforms', 'tf.reshape to [-1, 9], by its last column'),
        ('image_ops', 'compose_transforms', 'tf.matmul of the matrices'),
        ('image_ops', 'connected_components', f'scipy.ndimage.label {python}'),
        (
            'image_ops',
            'bipartite_match',
            f'scipy.optimize.linear_sum_assignment {python} (the best match, not the greedy one)',
        ),
        ('dense_image_warp', 'dense_image_warp', f'tfa.image.dense_image_warp ({addons})'),
        ('interpolate_spline', 'interpolate_spline', f'tfa.image.interpolate_spline ({addons})'),
        ('sparse_image_warp', 'sparse_image_warp', f'tfa.image.sparse_image_warp ({addons})'),
        (
            'single_image_random_dot_stereograms',
            'single_image_random_dot_stereograms',
            f'a NumPy function {python}',
        ),
    ):
        yield from missing(package, names, advice)
        yield from missing(f'{ops}.{file}', names, advice)
    for file in (
        'dense_image_warp',
        'distort_image_ops',
        'image_ops',
        'interpolate_spline',
        'single_image_random_dot_stereograms',
        'sparse_image_warp',
    ):
        yield from module(f'{ops}.{file}', '', 'tf.image')
    yield from missing(
        f'{ops}.distort_image_ops',
        'adjust_hsv_in_yiq random_hsv_in_yiq',
        'tf.image.adjust_hue, adjust_saturation and adjust_brightness, and their random_ forms',
    )
