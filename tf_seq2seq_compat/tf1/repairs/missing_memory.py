"""An attention mechanism made without its memory: the sequence that dynamic_rnn is given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tf_seq2seq_compat.core.autograph import in_place_of
from tf_seq2seq_compat.tf1.repairs.repair import Repair, replace, wrap_dynamic_rnn

if TYPE_CHECKING:
    from tf_seq2seq_compat.types import Cell, DTypeLike, IntLike


class PendingState:
    """A zero state asked for before the memory, and so its size, is known.

    dynamic_rnn puts the real `AttentionWrapper.zero_state(batch_size, dtype)` in its place.
    """

    def __init__(
        self, zero_state: Callable[[], Any], changes: tuple[dict[str, Any], ...] = ()
    ) -> None:
        self._zero_state = zero_state
        self._changes = changes

    def clone(self, **changes: Any) -> PendingState:
        """The same, with fields of the real state replaced once it exists."""
        return PendingState(self._zero_state, (*self._changes, changes))

    def real(self) -> Any:
        """The state itself, once the memory is bound."""
        state = self._zero_state()
        for changes in self._changes:
            state = state.clone(**changes)
        return state

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f'{name!r} of this zero state is not known yet: its attention mechanism was made '
            'without a memory, which tf.nn.dynamic_rnn will give it. Pass memory= to the '
            'mechanism to use the state before that.'
        )


def _missing_memory(signature: inspect.Signature, args: Any, kwargs: Any) -> bool:
    """Whether this constructor call lacks `memory` and nothing else."""
    try:
        given = signature.bind_partial(*args, **kwargs).arguments
        signature.bind(*args, **kwargs, **({} if 'memory' in given else {'memory': None}))
    except TypeError:
        return False
    return 'memory' not in given


def _patch_mechanism(mechanism: type) -> Callable[[], None]:
    import tensorflow as tf

    original: Callable[..., None] = vars(mechanism)['__init__']
    signature = inspect.signature(original)

    @in_place_of(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        if _missing_memory(signature, (self, *args), kwargs):
            kwargs['memory'] = None
            self._scope_of_missing_memory = tf.compat.v1.get_variable_scope()
            REPAIR.warn(
                "TypeError: __init__() missing 1 required positional argument: 'memory'",
                f'the memory of {mechanism.__name__} is the sequence that tf.nn.dynamic_rnn is '
                'given, masked by its sequence_length.',
                f'{mechanism.__name__}(..., memory=inputs, memory_sequence_length='
                'sequence_length), with inputs [batch, max_time, depth]',
            )
        original(self, *args, **kwargs)

    return replace('__init__', __init__, mechanism)


def _unbound(cell: Cell) -> list[object]:
    """The mechanisms inside `cell`, however deep, that have no memory yet."""
    from tf_seq2seq_compat.seq2seq import attention_wrapper

    return [
        part
        for part in (cell, *getattr(cell, 'submodules', ()))
        if isinstance(part, attention_wrapper.AttentionMechanism)
        and hasattr(part, '_scope_of_missing_memory')
        and not part.memory_bound
    ]


def _bind(mechanism: Any, call: dict[str, Any]) -> None:
    import tensorflow as tf

    memory = tf.convert_to_tensor(call['inputs'])
    if call.get('time_major'):
        memory = tf.transpose(memory, [1, 0, *range(2, memory.shape.rank)])
    scope = mechanism._scope_of_missing_memory
    with tf.compat.v1.variable_scope(scope, auxiliary_name_scope=False):
        mechanism.setup_memory(memory, memory_sequence_length=call.get('sequence_length'))


def _patch() -> Callable[[], None]:
    import tensorflow as tf

    import tf_seq2seq_compat
    from tf_seq2seq_compat.seq2seq import attention_wrapper, mechanism_names

    undo = [_patch_mechanism(getattr(tf_seq2seq_compat, name)) for name in mechanism_names()]

    zero_state = attention_wrapper.AttentionWrapper.zero_state

    @in_place_of(zero_state)
    def pending_zero_state(self: Any, batch_size: IntLike, dtype: DTypeLike) -> object:
        if _unbound(self):
            return PendingState(lambda: zero_state(self, batch_size, dtype))
        return zero_state(self, batch_size, dtype)

    undo.append(replace('zero_state', pending_zero_state, attention_wrapper.AttentionWrapper))

    def change(call: dict[str, Any]) -> None:
        if not isinstance(call['inputs'], (list, tuple, dict)):
            for mechanism in _unbound(call['cell']):
                _bind(mechanism, call)
        state = call.get('initial_state')
        if state is not None:
            call['initial_state'] = tf.nest.map_structure(
                lambda part: part.real() if isinstance(part, PendingState) else part, state
            )

    undo.append(wrap_dynamic_rnn(change))

    def undo_all() -> None:
        for each in reversed(undo):
            each()

    return undo_all


REPAIR = Repair(
    name='missing-memory',
    summary='An attention mechanism without memory (BahdanauAttention, say): it attends over the '
    'sequence that dynamic_rnn is given, masked by its sequence_length',
    package='tf_seq2seq_compat',
    patch=_patch,
)
