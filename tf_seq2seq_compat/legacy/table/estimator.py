"""tf.estimator and tf.contrib.estimator."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import Row, missing, module, symbols

_LIBRARY = 'tf_seq2seq_compat.legacy.estimator'
_TREES = 'TensorFlow Decision Forests'
_HEADS = 'the head classes of tf.estimator (tf.estimator.MultiClassHead ...)'
_COPIES = 'tf.estimator.RunConfig(train_distribute=tf.distribute.MirroredStrategy())'
_OWN = 'a model_fn of your own in tf.estimator.Estimator'


def rows() -> Iterator[Row]:
    """tf.estimator, which left TensorFlow with 2.16, and lives on in tensorflow-estimator."""
    yield from module('tensorflow.estimator', f'{_LIBRARY}:v1')
    trees = 'BoostedTreesClassifier BoostedTreesEstimator BoostedTreesRegressor'
    yield from missing('tensorflow.estimator', trees, _TREES)
    python = 'tensorflow.python.estimator'
    yield from module(python, f'{_LIBRARY}:python')
    yield from module(f'{python}.keras', f'{_LIBRARY}:keras')
    yield from _contrib()


def _contrib() -> Iterator[Row]:
    """tf.contrib.estimator, with the hooks that it had until TF 1.14."""
    contrib = 'tensorflow.contrib.estimator'
    yield from module(contrib, f'{_LIBRARY}:experimental', _OWN)
    yield from symbols(
        contrib,
        'add_metrics read_eval_metrics build_supervised_input_receiver_fn_from_input_fn',
        _LIBRARY,
    )
    yield from missing(
        contrib,
        'binary_classification_head multi_class_head multi_head multi_label_head '
        'poisson_regression_head regression_head logistic_regression_head',
        _HEADS,
    )
    yield from missing(contrib, 'replicate_model_fn TowerOptimizer', _COPIES)
    yield from missing(
        contrib,
        'boosted_trees_classifier_train_in_memory boosted_trees_regressor_train_in_memory',
        _TREES,
    )
    yield from missing(contrib, 'clip_gradients_by_norm', 'tf.clip_by_norm in the model_fn')
    yield from missing(
        contrib, 'forward_features', 'predictions of the model_fn that hold the features'
    )
    yield from missing(
        contrib,
        'export_saved_model_for_mode export_all_saved_models',
        'Estimator.export_saved_model(..., experimental_mode=mode)',
    )
    files = f'{contrib}.python.estimator'
    yield from module(f'{contrib}.python')
    yield from module(files, '', _OWN)
    for name in ('early_stopping', 'extenders', 'hooks'):
        yield from module(f'{files}.{name}', f'{_LIBRARY}:{name}')
