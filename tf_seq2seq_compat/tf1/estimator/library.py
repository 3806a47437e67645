"""Importing tensorflow-estimator on a TensorFlow that has dropped what it imports.

Nothing of the package or of TensorFlow is changed. The modules that are gone are stood in for while
the package is imported; on TensorFlow 2.15 nothing is gone, and nothing is done.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.tf1.old_libraries.module_views import View

_ROOT = 'tensorflow_estimator.python.estimator'
_RELEASE = 'tensorflow-estimator==2.15.0'


def module(name: str) -> types.ModuleType:
    """A module of the tensorflow-estimator package.

    Args:
      name: its dotted name below `tensorflow_estimator.python.estimator`; empty for that package.

    Returns:
      The module itself.

    Raises:
      ModuleNotFoundError: the package, or this module of it, is not installed.

    Example:
      >>> from tf_seq2seq_compat.tf1.estimator import library
      >>> library.module('mode_keys').ModeKeys.TRAIN
      'train'
    """
    _load()
    path = f'{_ROOT}.{name}' if name else _ROOT
    if path not in sys.modules:
        with _keras_of_tf1():
            importlib.import_module(path)
    return sys.modules[path]


@functools.cache
def _load() -> None:
    """Imports the package's whole public part, so that all of its modules that need a stand-in are
    loaded while there is one."""
    if importlib.util.find_spec('tensorflow_estimator') is None:
        raise ModuleNotFoundError(
            f'tf.estimator needs a package that is not here: pip install --no-deps {_RELEASE}',
            name='tensorflow_estimator',
        )
    with _stand_ins(), _keras_of_tf1():
        importlib.import_module(f'{_ROOT}.api._v1.estimator')


# What TensorFlow dropped
# ------------------------------------------------------------------------------------


class _export:
    """Stands for the decorator that enters a name into TensorFlow's public API: enters nothing."""

    def __init__(self, *names: str, v1: object = None) -> None:
        self.names = names

    def __call__(self, exported: object) -> Any:
        return exported

    def export_constant(self, module_name: str, name: str) -> None:
        """A constant needs no decoration either."""


def _init_run_config(config: Any, tf_config: Mapping[str, Any]) -> None:
    """Sets up a RunConfig that has distribution strategies.

    Args:
      config: the RunConfig, with the arguments of its constructor in place.
      tf_config: what the environment variable TF_CONFIG holds.

    Raises:
      ValueError: two strategies for one thing; or training by a strategy on several machines, which
        needed a coordinator that is gone.
    """
    both = config._experimental_distribute
    for name in ('train_distribute', 'eval_distribute'):
        strategy = getattr(both, name, None)
        if strategy is not None and getattr(config, f'_{name}') is not None:
            raise ValueError(
                f'RunConfig has {name} and experimental_distribute.{name}; give one of them.'
            )
        if strategy is not None:
            setattr(config, f'_{name}', strategy)
    cluster = tf_config.get('cluster') or {}
    coordinated = config._train_distribute is not None and cluster and 'master' not in cluster
    if coordinated or getattr(both, 'remote_cluster', None):
        raise ValueError(
            'A distribution strategy of RunConfig cannot train on several machines here (cluster '
            f'in TF_CONFIG: {dict(cluster)!r}). Unset TF_CONFIG to train on this machine, or leave '
            'train_distribute out to train with parameter servers.'
        )
    config._init_distributed_setting_from_environment_var(tf_config)
    config._maybe_overwrite_session_config_for_distributed_training()


def _never(config: object) -> bool:
    """Whether the distribute coordinator runs the training."""
    return False


class _OnlyOnTpu(types.ModuleType):
    """A module whose classes are named when the package is imported, and made only for a TPU."""

    def __getattr__(self, name: str) -> type:
        if name.startswith('__'):
            raise AttributeError(name)

        def __init__(self: object, *args: object, **kwargs: object) -> None:
            raise NotImplementedError(f'{name} is not provided: TensorFlow has dropped it')

        return type(name, (), {'__init__': __init__})


def _filled(name: str, **contents: Callable[..., object]) -> types.ModuleType:
    made = types.ModuleType(name)
    vars(made).update(contents)
    return made


def tf_lacks(name: str) -> bool:
    """Whether this TensorFlow is without the module of that name."""
    return importlib.util.find_spec(name) is None


def _substitutes() -> Iterator[types.ModuleType]:
    """Something for each module that the package imports and this TensorFlow lacks."""
    training = 'tensorflow.python.distribute.estimator_training'
    if tf_lacks(training):
        yield _filled(
            training, init_run_config=_init_run_config, should_run_distribute_coordinator=_never
        )
    for name in ('session_support', 'tpu_embedding', 'tpu_embedding_gradient'):
        name = f'tensorflow.python.tpu.{name}'
        if tf_lacks(name):
            yield _OnlyOnTpu(name)


@contextmanager
def _stand_ins() -> Iterator[None]:
    tf_export = importlib.import_module('tensorflow.python.util.tf_export')
    if not hasattr(tf_export, 'ESTIMATOR_API_NAME'):
        # This one stays: modules of the package that are imported later need it too.
        name = f'{_ROOT}.estimator_export'
        sys.modules[name] = _filled(name, estimator_export=_export)
    put = {each.__name__: each for each in _substitutes()}
    sys.modules.update(put)
    try:
        yield
    finally:
        for name in put:
            sys.modules.pop(name, None)


def _tensorflow_with_tf_keras() -> types.ModuleType:
    """TensorFlow as the package sees it: `tf.keras`, in every place, is tf-keras."""
    v1, v2 = (importlib.import_module(f'tf_keras.api._{each}.keras') for each in ('v1', 'v2'))
    legacy = 'tf_keras.api._v1.keras.__internal__.legacy'
    cells, layers = (importlib.import_module(f'{legacy}.{each}') for each in ('rnn_cell', 'layers'))
    tf1 = tf.compat.v1
    nn = View(tf1.nn, {'rnn_cell': cells})
    versions = {
        'v1': View(tf1, {'keras': v1, 'layers': layers, 'nn': nn}),
        'v2': View(tf.compat.v2, {'keras': v2}),
    }
    return View(sys.modules['tensorflow'], {'keras': v2, 'compat': View(tf.compat, versions)})


@contextmanager
def _keras_of_tf1() -> Iterator[None]:
    """While open, who imports `tensorflow` sees tf-keras in it, where TF1 behaviour is on.

    The package makes layers of canned estimators from `tf.keras` and knows metrics by its classes.
    Keras 3, which TensorFlow has, does not work with TF1 behaviour. Other libraries go on seeing
    what TensorFlow has.
    """
    if tf.compat.v1.executing_eagerly_outside_functions():
        yield
        return
    real, seen = sys.modules['tensorflow'], _tensorflow_with_tf_keras()
    sys.modules['tensorflow'] = seen
    try:
        yield
    finally:
        sys.modules['tensorflow'] = real
