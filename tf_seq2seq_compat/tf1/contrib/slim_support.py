"""Restores the TensorFlow names that tf-slim uses and TensorFlow has removed.

tf-slim 1.1, its last release, is of 2020. It reads `ops.Tensor`, `control_flow_ops.cond`,
`array_ops.stack` and a few more from modules inside TensorFlow that no longer have them (already
in 2.15), and its batch normalization layer at a path that tf-keras does not have. So `batch_norm`,
`dropout`, `optimize_loss`, `learning.train`, the metrics on confusion matrices and others raise
AttributeError. In all else those functions are right, so none of them is written anew.

Importing this module loads tf-slim and puts, in tf-slim's own modules, a view in the place of each
such TensorFlow module: the module, and beside it the names that it lost. TensorFlow itself stays as
it is.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import types
from typing import Any

import tensorflow as tf
import tf_slim

tf1 = tf.compat.v1

GONE: dict[str, dict[str, object]] = {
    'tensorflow.python.framework.ops': {'Tensor': tf.Tensor, 'IndexedSlices': tf.IndexedSlices},
    'tensorflow.python.layers.normalization': {
        # By name: the module is loaded when used, since it brings all of tf-keras along.
        'BatchNormalization': 'tf_keras.src.legacy_tf_layers.normalization',
    },
    'tensorflow.python.ops.array_ops': {'stack': tf1.stack, 'unstack': tf1.unstack},
    'tensorflow.python.ops.control_flow_ops': {
        'Assert': tf1.Assert,
        'case': tf1.case,
        'cond': tf1.cond,
        'while_loop': tf1.while_loop,
    },
    'tensorflow.python.ops.variable_scope': {'variable': tf1.Variable},
}
"""By TensorFlow module, the names that tf-slim reads there, and what (or where) they are now."""


class _Completed(types.ModuleType):
    """A module, and beside it the names that it lost."""

    def __init__(self, module: types.ModuleType, names: dict[str, object]) -> None:
        super().__init__(module.__name__, module.__doc__)
        self._module, self._names = module, names

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__['_names'].get(name)
        if isinstance(found, str):
            return getattr(importlib.import_module(found), name)
        return getattr(self.__dict__['_module'], name) if found is None else found


def complete(package: str = 'tf_slim') -> list[str]:
    """Completes what the loaded modules of tf-slim see of TensorFlow.

    Args:
      package: whose modules.

    Returns:
      What was completed: `'tf_slim.layers.layers.array_ops'` and so on.
    """
    done = []
    for name, module in sorted(sys.modules.items()):
        if name.partition('.')[0] != package or not isinstance(module, types.ModuleType):
            continue
        for local, value in list(vars(module).items()):
            if type(value) is types.ModuleType and value.__name__ in GONE:
                setattr(module, local, _Completed(value, GONE[value.__name__]))
                done.append(f'{name}.{local}')
    return done


def _register_gradient_of_gdn() -> None:
    # tf-slim asks for this gradient by name; in tf.contrib an import registered it.
    with contextlib.suppress(KeyError):
        tf.RegisterGradient('GDNLowerBound')(tf_slim.GDN._lower_bound_grad)


complete()
_register_gradient_of_gdn()
__all__ = ['GONE', 'complete', 'tf_slim']
