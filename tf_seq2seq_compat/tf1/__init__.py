"""The TF1 runtime: the symbol table, the façade, the import hook, the runner and its repairs.

Importing this package loads no TensorFlow and changes nothing.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping

from tf_seq2seq_compat.tf1 import eras, facade, import_hook, v1_behavior
from tf_seq2seq_compat.tf1.installed_addons import ADDONS, InstalledAddons
from tf_seq2seq_compat.tf1.runtime import Runtime

__all__ = ['install', 'uninstall']

_runtime = Runtime()
"""The changes that `install` has made."""


def install(
    *, tf1_behavior: bool = True, tf1_names: bool | None = None, version: str = eras.LATEST
) -> None:
    """Gives the calling program its TF1 back, by one line at its top.

    Afterwards `import tensorflow as tf` in the program (not in the libraries that it uses) gives a
    `tf` with `tf.contrib.seq2seq`, `tf.contrib.rnn`, `tf.nn.rnn_cell`, `tf.layers`, …, in any
    import form, `from tensorflow.contrib.seq2seq.python.ops import attention_wrapper` included.
    `import tensorflow_addons` gives
    `tf_seq2seq_compat.addons`, where TensorFlow Addons is not installed or does not load.
    Names of the calling module that already hold TensorFlow are rebound, so the line may be
    before or after `import tensorflow as tf`. Calling it again changes nothing.

    Args:
      tf1_behavior: True: graphs, sessions, TF1's names and Keras 2, as
        `tf.compat.v1.disable_v2_behavior()` does. False: TensorFlow 2 stays as it is (eager,
        `tf.Variable`, its own Keras), and only the names that it lost exist again on `tf`.
      tf1_names: without TF1 behaviour, True makes all names of `tf` those of TF1 (`tf.placeholder`,
        `tf.layers` ...), for programs whose models become a `GraphModel`.
      version: with TF1's names, the TensorFlow 1 that the program is for, such as `'1.1'`.

    Raises:
      ValueError: `version` is none, or `tf1_names` is False with TF1 behaviour.
      RuntimeError: `tf1_behavior` is asked for after eager operations have run.

    Example:
      >>> import tf_seq2seq_compat
      >>> tf_seq2seq_compat.install(tf1_behavior=False)
      >>> from tensorflow.contrib.framework import nest
      >>> nest.flatten([1, [2, 3]])
      [1, 2, 3]
      >>> tf_seq2seq_compat.uninstall()
    """
    if tf1_names is None:
        tf1_names = tf1_behavior
    if tf1_behavior and not tf1_names:
        raise ValueError('tf1_names=False is for tf1_behavior=False: give both, or neither.')
    if tf1_behavior:
        v1_behavior.turn_on_tf1_behavior()
    if tf1_names:
        version = eras.parse(version)
        facades = [facade.get_facade('tensorflow', 'v1', version), facade.get_facade('keras', 'v1')]
    else:
        facades = [facade.get_facade('tensorflow', 'v2')]
    uninstall()
    addons = InstalledAddons()
    import_hook.ImportHook(
        [*facades, facade.get_facade(ADDONS, 'v1')],
        provides=lambda root: root != ADDONS or addons.replaced(),
    ).install(_runtime)
    if tf1_names:
        v1_behavior.complete_tf1_behavior(_runtime)
        eras.get(version).begin(_runtime)
    else:
        v1_behavior.complete_graphs(_runtime)
    frame = import_hook.program_frame()
    if frame is not None:
        roots = {each.root_name: each.root for each in facades}
        _rebind(frame.f_globals, roots, facade.tensorflow(version=version))


def uninstall() -> None:
    """Takes back what `install` has changed; TF1 behaviour and the names already bound stay."""
    _runtime.close()


def _rebind(
    namespace: dict[str, object], roots: Mapping[str, types.ModuleType], version_1: types.ModuleType
) -> None:
    """Rebinds the names that hold a real root package, or tf.compat.v1, to its façade."""
    real = {id(sys.modules[root]): module for root, module in roots.items() if root in sys.modules}
    tensorflow = sys.modules.get('tensorflow')
    if tensorflow is not None:
        for module in (tensorflow.compat.v1, sys.modules.get('tensorflow.compat.v1')):
            real[id(module)] = version_1
    for name, value in list(namespace.items()):
        if isinstance(value, types.ModuleType) and id(value) in real:
            namespace[name] = real[id(value)]
