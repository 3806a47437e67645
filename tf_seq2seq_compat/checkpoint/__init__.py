"""TF1 checkpoints without a graph: inspect, restore into objects, rename, compare, write back.

`restore` puts a checkpoint of TF 1.15 into cells, `AttentionWrapper`, decoders, a `tf.Module` or
Keras layers by TF1's names; `save` writes them so that TF 1.15 restores them. `convert` renames
variables, or makes an object checkpoint or an `.npz` of them; `diff` compares two.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tf_seq2seq_compat.checkpoint import cudnn
    from tf_seq2seq_compat.checkpoint.compare import Difference, diff
    from tf_seq2seq_compat.checkpoint.reader import (
        CheckpointError,
        VariableInfo,
        list_variables,
        load,
    )
    from tf_seq2seq_compat.checkpoint.rename import HISTORIC, History, Renames, Rule
    from tf_seq2seq_compat.checkpoint.restore_plan import Assignment, Plan, restore
    from tf_seq2seq_compat.checkpoint.write import convert, save

__all__ = [
    'HISTORIC',
    'Assignment',
    'CheckpointError',
    'Difference',
    'History',
    'Plan',
    'Renames',
    'Rule',
    'VariableInfo',
    'convert',
    'cudnn',
    'diff',
    'list_variables',
    'load',
    'restore',
    'save',
]

# TensorFlow is imported when a name is used: the command line's parser needs none of them.
_MODULES = {
    'restore_plan': ('Assignment', 'Plan', 'restore'),
    'compare': ('Difference', 'diff'),
    'reader': ('CheckpointError', 'VariableInfo', 'list_variables', 'load'),
    'rename': ('HISTORIC', 'History', 'Renames', 'Rule'),
    'write': ('convert', 'save'),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == 'cudnn':
        return importlib.import_module(f'{__name__}.cudnn')
    if name not in _MODULE_OF:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    value = getattr(importlib.import_module(f'{__name__}.{_MODULE_OF[name]}'), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
