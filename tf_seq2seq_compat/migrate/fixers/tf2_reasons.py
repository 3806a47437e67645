"""Why a session is left as it is: what is said, and which section of the guide says more."""

from __future__ import annotations

import libcst as cst

MARK = '# TODO(tf_seq2seq_compat):'
GUIDE = 'migration_guide'

_STEP = 'sessions.md#a-training-step'
_WATCH = 'sessions.md#what-to-watch'
_LEFT = 'migrate.md#what-target-tf2-leaves'

REASONS: dict[str, tuple[str, str]] = {
    'behavior': ('the program itself says which behaviour of TensorFlow it wants', _LEFT),
    'captured': ('a function or class uses the graph or the session', _LEFT),
    'condition': ('Python asks whether tensors are equal, which TensorFlow 2 computes', _WATCH),
    'default': ('a placeholder has a default: make it an argument that has one', _LEFT),
    'dimension': ('.value of a dimension: in TensorFlow 2 a dimension is a number', _WATCH),
    'elsewhere': ('the session is not where the graph is built', _LEFT),
    'feed': ('what is fed is not written as {placeholder: value}', _LEFT),
    'fetch': ('what is fetched is not a name of the graph', _LEFT),
    'files': ('other files of the program use TensorFlow too', _LEFT),
    'imported': ('this file is imported by others, which may use its graph', _LEFT),
    'initial': ('a variable begins with a tensor of the graph', _WATCH),
    'initializer': ('variables are initialized in a place of its own', _LEFT),
    'inside': ('the graph grows while the session runs', _LEFT),
    'keras': ('Keras keeps its own session and variables', 'keras.md#keras-2-and-3'),
    'layers': ('tf.layers: make the layers once, outside of the function', 'keras.md#tflayers'),
    'minimize': ('how the program trains is not one of the known forms', _STEP),
    'monitored': ('hooks and a monitored session: write the loop', _STEP),
    'notebook': ('a graph that is spread over the cells of a notebook', _LEFT),
    'order': ('a fetch needs variables of a part of the graph for which nothing is fed', _WATCH),
    'placeholder': ('a placeholder that is not a name with a plain type and a plain shape', _LEFT),
    'rebound': ('a name of the graph, or one that it is built from, is bound again', _LEFT),
    'regularizer': ('the loss is made of the list of all variables', _STEP),
    'saver': ('checkpoints are saved or restored', 'checkpoints.md#restore-it-into-objects'),
    'session': ('the session is not a plain `with tf.Session() as name:`', _LEFT),
    'several': ('there are several graphs or sessions', _LEFT),
    'side': ('a statement that does more than giving a tensor a name', _LEFT),
    'step': ('a step counter that is read where it changes', _STEP),
    'summary': ('summaries are written', _LEFT),
    'text': ('a string over several lines, which cannot be indented', _LEFT),
    'unknown': ('nothing is known of what this does when it is called in a function', _LEFT),
    'variable': ('a variable is made in a scope, or from what is fed: make it once', _WATCH),
}
"""By key: what is said, and the page and section of the guide."""


class Refused(Exception):
    """A program is not one that can be rewritten.

    Args:
      node: where that shows.
      reason: a key of `REASONS`.
      name: what it is about; by default the words of `node`.
    """

    def __init__(self, node: cst.CSTNode, reason: str, name: str = '') -> None:
        super().__init__(reason)
        self.node, self.reason, self.name = node, reason, name


def advice(reason: str) -> str:
    """What is said in the report."""
    said, section = REASONS[reason]
    return f'{said}: see {GUIDE}/{section}'


def comment(reason: str) -> str:
    """What is written above the place."""
    return f'{MARK} {advice(reason)}'
