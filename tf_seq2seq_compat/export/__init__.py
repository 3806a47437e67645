"""Exported models: old graph files made to load again, models written for other programs.

`upgrade` gives the SavedModels, frozen graphs and MetaGraphs of TensorFlow 1 and TensorFlow Addons
the operations that TensorFlow no longer has; `show` lists what such a file holds. `to_saved_model`,
`to_tflite`, `to_onnx` and `to_stablehlo` write functions: those of a model, or what a TF1 program
computes (`from_session`, `from_checkpoint`).
"""

from typing import TYPE_CHECKING, Any

from tf_seq2seq_compat.lazy_names import LazyNames

if TYPE_CHECKING:
    from tf_seq2seq_compat.export.errors import ExportError
    from tf_seq2seq_compat.export.formats import to_onnx, to_saved_model, to_stablehlo, to_tflite
    from tf_seq2seq_compat.export.graph_files import Upgrade, upgrade
    from tf_seq2seq_compat.export.graph_summary import show
    from tf_seq2seq_compat.export.signatures import Signature, specs_like
    from tf_seq2seq_compat.export.tf1_graph import from_checkpoint, from_session

# TensorFlow is imported when a name is used: the command line's parser needs none of them.
_MODULES = {
    'export.errors': 'ExportError',
    'export.formats': 'to_onnx to_saved_model to_stablehlo to_tflite',
    'export.graph_files': 'Upgrade upgrade',
    'export.graph_summary': 'show',
    'export.signatures': 'Signature specs_like',
    'export.tf1_graph': 'from_checkpoint from_session',
}
_names = LazyNames(__name__, _MODULES)
__all__ = _names.all
__dir__ = _names.dir


def __getattr__(name: str) -> Any:
    return _names.load(name)
