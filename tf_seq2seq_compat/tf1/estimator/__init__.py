"""tf.estimator: the tensorflow-estimator package, on a TensorFlow that no longer carries it.

TensorFlow up to 2.15 brought the package along. Its last release is plain Python and needs little
that later versions of TensorFlow lack; `library` puts that in place while the package is imported.
Programs get here by the symbol table: `tf.estimator`, `tf.contrib.estimator`,
`tensorflow.python.estimator`.
"""

from __future__ import annotations

from typing import Any

_TARGETS = {
    'v1': 'api._v1.estimator',
    'experimental': 'api._v1.estimator.experimental',
    'python': '',
    'early_stopping': 'early_stopping',
    'extenders': 'extenders',
    'hooks': 'hooks.hooks',
    'keras': 'keras_lib',
    'add_metrics': 'extenders:add_metrics',
    'read_eval_metrics': 'early_stopping:read_eval_metrics',
    'build_supervised_input_receiver_fn_from_input_fn': (
        'export.export:build_supervised_input_receiver_fn_from_input_fn'
    ),
}


def __getattr__(name: str) -> Any:
    """The modules named by rows of the symbol table, loaded on use."""
    if name not in _TARGETS:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}', name=name)
    from tf_seq2seq_compat.tf1.estimator import library

    module, _, attribute = _TARGETS[name].partition(':')
    found = library.module(module)
    return getattr(found, attribute) if attribute else found
