"""Which loops XLA compiles: `jit_compile`, `run --xla` and `checkpointed_loops`.

`loop.py` asks for each loop, `xla_loop.py` makes those that are compiled, and both report here what
became of it.
"""

from __future__ import annotations

import collections
import contextlib
import contextvars
import logging
import sys
import warnings
from collections.abc import Iterator

import tensorflow as tf

from tf_seq2seq_compat.core import tensorflow_internals as internals
from tf_seq2seq_compat.core.path import traced_step, under_xla

# How many loops of TF1 graphs were to be compiled, by the reason why not; '' if they are.
OUTCOMES: collections.Counter[str] = collections.Counter()

_LOGGER = logging.getLogger('tf_seq2seq_compat')
_PACKAGE = __name__.partition('.')[0]
_default: bool | str = False
# Steps between checkpoints: 0 for √T, None for no checkpoints.
_checkpoint_steps: contextvars.ContextVar[int | None] = contextvars.ContextVar(
    'checkpoint_steps', default=None
)


def compile_loops(wanted: bool | str = True) -> None:
    """Says what `jit_compile=None` means in TF1 graphs, for the whole process.

    Args:
      wanted: Whether loops are compiled; `'auto'`: those where it pays (`xla_loop._check_pays`).
    """
    global _default
    _default = wanted


@contextlib.contextmanager
def checkpointed_loops(steps: int | None = None) -> Iterator[None]:
    """In this context training keeps the state of every √T-th of T steps only.

    The gradient takes the steps between two of these again. So `dynamic_rnn` and `dynamic_decode`
    take the memory of a few times √T steps, beside that of inputs and outputs, and about the time
    of one more forward pass. Numbers are the same, those of dropout too. The loops made here are
    compiled by XLA, as with `jit_compile=True`; one that cannot be compiled keeps all, with a
    warning.

    Args:
      steps: Keep the state of every `steps`-th step, an int of 1 or more; by default about the
        square root of the number of steps, or 32 where that number is not known beforehand.

    Yields:
      Nothing.

    Raises:
      ValueError: For any other number of steps.

    Example:
      >>> cell = seq2seq.GRUCell(4)
      >>> @tf.function(jit_compile=True)
      ... def gradient(inputs):
      ...     with seq2seq.checkpointed_loops():
      ...         outputs, _ = seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32)
      ...     return tf.gradients(tf.reduce_sum(outputs), inputs)[0]
      >>> gradient(tf.ones([2, 100, 3])).shape
      TensorShape([2, 100, 3])

    Paper: Chen et al. 2016, arXiv:1604.06174.
    """
    if steps is not None and (not isinstance(steps, int) or steps < 1):
        raise ValueError(f'steps must be an int of 1 or more, or None for √T, but is {steps!r}.')
    token = _checkpoint_steps.set(steps or 0)
    try:
        yield
    finally:
        _checkpoint_steps.reset(token)


def is_compiled(jit_compile: bool | None) -> bool:
    """Whether a loop made here with this `jit_compile` is to be compiled.

    Warns where the program asked for it in vain.
    """
    explicit = is_explicit(jit_compile)
    if tf.executing_eagerly():
        if explicit:
            _warn('in eager mode nothing is compiled', 'Call it in a tf.function(jit_compile=True)')
        return False
    wanted = explicit or (jit_compile is None and (_default or under_xla()))
    if not wanted or traced_step() is not None:
        return False
    if reason := internals.missing():
        note(reason, explicit)
    return not reason


def is_explicit(jit_compile: bool | None) -> bool:
    """Whether the program itself asks for a compiled loop."""
    return bool(jit_compile or (jit_compile is None and _checkpoint_steps.get() is not None))


def checkpoint_steps() -> int | None:
    """Steps between the states that loops made here keep: 0 for √T, None to keep all."""
    return _checkpoint_steps.get()


def must_pay(explicit: bool) -> bool:
    """Whether a loop is compiled only where that pays, as by `run --xla=auto`."""
    return _default == 'auto' and not explicit and not under_xla()


def note(reason: str, explicit: bool) -> None:
    """Counts and logs why a loop is not compiled, or with an empty reason that it is.

    Warns if the request was `explicit`.
    """
    if not under_xla():
        OUTCOMES[reason] += 1
    if reason and explicit:
        _warn(reason, 'Change that, or leave it out')
    if reason:
        _LOGGER.info('A loop is not compiled as one: %s.', reason)


def _warn(reason: str, fix: str) -> None:
    """Says, once for a line of the program, that its `jit_compile=True` has no effect."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _is_ours(frame.f_globals.get('__name__', '')):
        frame, level = frame.f_back, level + 1
    asked = 'jit_compile=True has' if _checkpoint_steps.get() is None else 'checkpointed_loops have'
    message = f'{asked} no effect: {reason}. {fix}.'
    warnings.warn(message, RuntimeWarning, stacklevel=level)


def _is_ours(module: str) -> bool:
    return module.partition('.')[0] in ('tensorflow', _PACKAGE)
