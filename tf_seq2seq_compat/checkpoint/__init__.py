"""TF1 checkpoints without a graph: inspect, restore into objects, rename, compare, write back.

`restore` puts a checkpoint of TF 1.15 into cells, `AttentionWrapper`, decoders, a `tf.Module` or
Keras layers by TF1's names; `save` writes them so that TF 1.15 restores them. `convert` renames
variables, or makes an object checkpoint or an `.npz` of them; `average` makes the mean of several;
`diff` compares two.
"""

from typing import TYPE_CHECKING, Any

from tf_seq2seq_compat.lazy_names import LazyNames

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
    from tf_seq2seq_compat.checkpoint.write import average, convert, save

# TensorFlow is imported when a name is used: the command line's parser needs none of them.
_MODULES = {
    'checkpoint.compare': 'Difference diff',
    'checkpoint.cudnn': 'cudnn',
    'checkpoint.reader': 'CheckpointError VariableInfo list_variables load',
    'checkpoint.rename': 'HISTORIC History Renames Rule',
    'checkpoint.restore_plan': 'Assignment Plan restore',
    'checkpoint.write': 'average convert save',
}
_names = LazyNames(__name__, _MODULES)
__all__ = _names.all
__dir__ = _names.dir


def __getattr__(name: str) -> Any:
    return _names.load(name)
