"""The one loop as XLA computations, with a gradient of its own.

TensorFlow's gradient of a while_loop stores every intermediate result of every step in lists, which
cannot leave compiled code. Here the gradient is a second loop, built only if a gradient is asked
for. The forward loop stores residuals in dense arrays: the state before each step and the products
of the step. The backward loop recomputes each step from its residuals (rematerialisation: Griewank
and Walther 2000, https://doi.org/10.1145/347837.347846; Chen et al. 2016,
https://arxiv.org/abs/1604.06174) and accumulates the gradients of all captured tensors and inputs.
So memory is O(steps * (state + products)), whatever else a step computes, and a backward step costs
a forward and a backward pass of the step, without its matrix products. The gradient of a weight is
one product over all steps after the loop, and the projection of the inputs one product before it
(Appleyard et al. 2016, https://arxiv.org/abs/1604.01946).

| | `loop.unroll` | `compiled_unroll` |
|---|---|---|
| runs | everywhere | where XLA compiles, and in TF1 graphs by `jit_compile` |
| gradients | of any order, by TensorFlow | first order |
| memory | all intermediate results of all steps | state and products of all steps |
| steps | any number | at most a known capacity; a TF1 graph pads it to a bucket |
| falls back | never | to `unroll`, with a reason: see `StepGraph.define` |

Unchecked assumptions: a step computes the same values when it is recomputed (its draws are made
before the loop for that), and a shape that is unknown while tracing does not change between steps.

In a `tf.function(jit_compile=True)` both are part of the function that is compiled; in a TF1 graph
each is compiled by itself, and a `Session` runs it.

Arrays have a fixed size in compiled code: the capacity. In a TF1 graph, where it may not be known
beforehand, a multiple of `_BUCKET` stands for it, so that few sizes are ever compiled. How many
steps are taken is not part of what is compiled.
"""

from __future__ import annotations

import collections
import functools
import itertools
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.bucketing import bucket_size, pad_to_bucket
from tf_seq2seq_compat.core import loop
from tf_seq2seq_compat.core import tensorflow_internals as internals
from tf_seq2seq_compat.core.input_projection import hoist_input_projection, slice_fed_back_inputs
from tf_seq2seq_compat.core.matmul import Product, batched_weight_gradient
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.traced_step import (
    StepGraph,
    Unsupported,
    traced_step,
)
from tf_seq2seq_compat.types import IntLike, Nest

tf1 = tf.compat.v1

# How many loops of TF1 graphs were to be compiled, by the reason why not; '' if they are.
OUTCOMES: collections.Counter[str] = collections.Counter()

_BUCKET = 16
_LOGGER = logging.getLogger('tf_seq2seq_compat')
_PACKAGE = __name__.partition('.')[0]
_default = False


def compile_loops(wanted: bool = True) -> None:
    """Says what `jit_compile=None` means in TF1 graphs, for the whole process."""
    global _default
    _default = wanted


def is_compiled(jit_compile: bool | None) -> bool:
    """Whether a loop made here with this `jit_compile` is to be a compiled one."""
    if tf.executing_eagerly() or traced_step() is not None:
        return False
    if jit_compile is None:
        return _default or loop.under_xla()
    return jit_compile


def unroll_for(jit_compile: bool | None) -> Callable[..., loop.Unrolled]:
    """`loop.unroll`, or where a loop made here is to be a compiled one `compiled_unroll`."""
    if is_compiled(jit_compile):
        if reason := internals.missing():
            _note(reason, bool(jit_compile))
            return loop.unroll
        return functools.partial(compiled_unroll, explicit=bool(jit_compile))
    if jit_compile and tf.executing_eagerly():
        _warn('in eager mode nothing is compiled', 'Call it in a tf.function(jit_compile=True)')
    return loop.unroll


def compiled_unroll(
    step: Callable[[tf.Tensor, Nest], tuple[Nest, Nest]],
    state: Nest,
    emits: Nest,
    *,
    capacity: IntLike,
    limit: IntLike | None = None,
    running: Callable[[Nest], tf.Tensor] | None = None,
    shapes: Sequence[tf.TensorShape] | None = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    explicit: bool = False,
) -> loop.Unrolled:
    """As `loop.unroll`, compiled; what is emitted comes as tensors `[capacity or more, ...]`.

    Where XLA cannot take the loop, it runs as it would have without; the log (INFO) says why, or
    where the program asked for it a warning.
    """
    state = loop.as_tensors(state)
    parts = _Parts(state, emits, shapes)
    graph = StepGraph(parts.tensors(state))
    try:
        _check(state, capacity)
        graph.trace(lambda time, tensors: parts.take(step, running, time, tensors))
        first = tf.constant(True) if running is None else running(state)
        limit = capacity if limit is None else limit
        emitted, final, steps = _run_compiled(
            graph, parts, parts.tensors(state), first, capacity, limit
        )
        unrolled = parts.unrolled(emitted, final, steps)
    except Unsupported as stop:
        reason = str(stop)
    except Exception as error:  # What is wrong for the plain loop too, that will raise.
        first_line = str(error).strip().partition('\n')[0]
        reason = f'its step cannot be traced by itself ({type(error).__name__}: {first_line})'
    else:
        graph.export_collections()
        _note('', explicit)
        return unrolled
    _note(reason, explicit)
    with graph.retrace():
        return loop.unroll(
            step,
            state,
            emits,
            capacity=capacity,
            limit=limit,
            running=running,
            shapes=shapes,
            parallel_iterations=parallel_iterations,
            swap_memory=swap_memory,
        )


def _note(reason: str, explicit: bool) -> None:
    if not loop.under_xla():
        OUTCOMES[reason] += 1
        if reason and explicit:
            _warn(reason, 'Change that, or leave out jit_compile')
    if reason:
        _LOGGER.info('A loop is not compiled as one: %s.', reason)


def _warn(reason: str, fix: str) -> None:
    """Says, once for a line of the program, that its `jit_compile=True` has no effect."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _is_ours(frame.f_globals.get('__name__', '')):
        frame, level = frame.f_back, level + 1
    message = f'jit_compile=True has no effect: {reason}. {fix}.'
    warnings.warn(message, RuntimeWarning, stacklevel=level)


def _is_ours(module: str) -> bool:
    return module.partition('.')[0] in ('tensorflow', _PACKAGE)


def _check(state: Nest, capacity: IntLike) -> None:
    """Raises for what is seen before the step is traced."""
    if capacity is None:
        raise Unsupported('the number of its steps is not bounded: give maximum_iterations')
    if isinstance(capacity, int) and capacity == 0:
        raise Unsupported('it takes no step')
    for part in tf.nest.flatten(state):
        if isinstance(part, tf.TensorArray) and not isinstance(part, loop.OpenEndedArray):
            raise Unsupported('its state holds a TensorArray')


class _Recorder(loop.OpenEndedArray):
    """Records the element that a step writes to an array of the state."""

    def __init__(self, like: loop.OpenEndedArray) -> None:
        super().__init__(like.dtype, like.element_shape)
        self.element: tf.Tensor | None = None

    def write(self, index: IntLike, value: tf.Tensor, name: str | None = None) -> tf.TensorArray:
        del index, name  # The steps of a loop write one element each, in order.
        written = _Recorder(self)
        written.element = tf.convert_to_tensor(value)
        return written


class _Parts:
    """Where the parts of a step's results are in the flat list of them.

    What a step emits comes first, then the elements it writes to arrays of the state, then the
    state's tensors, then whether to go on.
    """

    def __init__(
        self, state: Nest, emits: Nest, shapes: Sequence[tf.TensorShape] | None = None
    ) -> None:
        self._state, self._emits = state, emits
        self._shapes = [zero.shape for zero in tf.nest.flatten(emits)] if shapes is None else shapes
        self._arrays = [p for p in tf.nest.flatten(state) if isinstance(p, tf.TensorArray)]
        self.emitted = len(tf.nest.flatten(emits)) + len(self._arrays)

    def tensors(self, state: Nest) -> list[tf.Tensor]:
        return [p for p in tf.nest.flatten(state) if not isinstance(p, tf.TensorArray)]

    def packed(self, tensors: Sequence[tf.Tensor], arrays: Sequence[tf.TensorArray]) -> Nest:
        """The state with these tensors and arrays in their places."""
        given: dict[bool, Iterator[object]] = {False: iter(tensors), True: iter(arrays)}
        flat = [
            next(given[isinstance(part, tf.TensorArray)]) for part in tf.nest.flatten(self._state)
        ]
        return tf.nest.pack_sequence_as(self._state, flat)

    def take(
        self, step: Any, running: Any, time: tf.Tensor, tensors: list[tf.Tensor]
    ) -> list[tf.Tensor]:
        """The flat results of a step."""
        state = self.packed(tensors, [_Recorder(a) for a in self._arrays])
        emitted, new_state = step(time, state)
        tf.nest.assert_same_structure(self._emits, emitted)
        tf.nest.assert_same_structure(self._state, new_state)
        written = [a for a in tf.nest.flatten(new_state) if isinstance(a, tf.TensorArray)]
        kept = [
            loop.as_before(new, old.shape)
            for new, old in zip(self.tensors(new_state), tensors, strict=True)
        ]
        emitted = [
            loop.as_before(new, shape)
            for new, shape in zip(tf.nest.flatten(emitted), self._shapes, strict=True)
        ]
        elements = [getattr(a, 'element', None) for a in written]
        if any(e is None for e in elements):
            raise ValueError('A step must write one element to each TensorArray of its state.')
        more = tf.constant(True) if running is None else running(self.packed(kept, written))
        return [*emitted, *elements, *kept, more]

    def split(self, results: list[tf.Tensor]) -> tuple[list[tf.Tensor], list[tf.Tensor], tf.Tensor]:
        return results[: self.emitted], results[self.emitted : -1], results[-1]

    def unrolled(
        self, emitted: list[tf.Tensor], final: list[tf.Tensor], steps: tf.Tensor
    ) -> loop.Unrolled:
        plain = self.emitted - len(self._arrays)
        size = None if loop.under_xla() else steps
        arrays = []
        for stack, old in zip(emitted[plain:], self._arrays, strict=True):
            array = tf.TensorArray(
                old.dtype,
                axis_size(stack, 0) if size is None else size,
                clear_after_read=False,
                element_shape=old.element_shape,
            ).unstack(stack[:size])
            assert array.flow is not None  # TensorFlow warns of arrays of which nothing is asked.
            arrays.append(array)
        emitted_nest = tf.nest.pack_sequence_as(self._emits, emitted[:plain])
        shapes = [stack.shape[1:] for stack in emitted[:plain]]
        return loop.Unrolled(emitted_nest, self.packed(final, arrays), steps, shapes)


def _run_compiled(
    graph: StepGraph,
    parts: _Parts,
    state: list[tf.Tensor],
    first: tf.Tensor,
    capacity: IntLike,
    limit: IntLike,
) -> tuple[list[tf.Tensor], list[tf.Tensor], tf.Tensor]:
    """The stacked results, the final state and the number of steps."""
    all_is_compiled = loop.under_xla()
    slice_fed_back_inputs(graph)
    hoist_input_projection(graph)
    graph.define(sizes_are_known=not all_is_compiled)
    if awaited := list(graph.function_captures.control):
        with tf.control_dependencies(awaited):  # What the step waits for, outside of it.
            limit = tf.identity(limit)
    sequences = [r.sequence for r in graph.input_slices]
    if not all_is_compiled:
        sequences = [_padded(s) for s in sequences]
        if not isinstance(capacity, int):
            limit = tf.minimum(capacity, limit)
            capacity = bucket_size(capacity, _BUCKET)
    first_slices = [
        s[tf.minimum(r.ahead, axis_size(s, 0) - 1)]
        for s, r in zip(sequences, graph.input_slices, strict=True)
    ]
    draws = graph.draw(capacity, state, first_slices)
    n_state, n_read = len(state), len(sequences)
    is_needed = graph.is_state_read

    def forward(
        capacity: IntLike, limit: IntLike, first: tf.Tensor, draws: Nest, *tensors: tf.Tensor
    ) -> Nest:
        state = list(tensors[:n_state])
        sequences = tensors[n_state : n_state + n_read]
        captured = tensors[n_state + n_read :]

        def take(time: tf.Tensor, state: Sequence[tf.Tensor]) -> tuple[Nest, ...]:
            input_slices = _sliced(graph, sequences, time)
            results, products = graph.copy(
                time, state, input_slices, _in_this_graph(captured), _drawn(draws, time)
            )
            to_keep = [*_selected(state, is_needed), *graph.residuals(products)]
            return *parts.split(results), to_keep

        # Only the shapes of this are computed.
        stacks, _, _, kept = take(tf.constant(0), state)
        stacks, kept = tf.nest.map_structure(lambda one: _stack_like(one, capacity), (stacks, kept))

        def body(time: IntLike, _: object, state: Nest, stacks: Nest, kept: Nest) -> Nest:
            emitted, new_state, more, to_keep = take(time, state)
            kept = [_update_slice(k, time, x) for k, x in zip(kept, to_keep, strict=True)]
            stacks = [_update_slice(s, time, e) for s, e in zip(stacks, emitted, strict=True)]
            return time + 1, more, new_state, stacks, kept

        steps, _, state, stacks, kept = tf.while_loop(
            lambda time, more, *_: tf.logical_and(more, time < limit),
            body,
            (tf.constant(0), first, state, stacks, kept),
        )
        return steps, stacks, state, kept

    def backward(
        capacity: IntLike,
        steps: tf.Tensor,
        draws: Nest,
        kept: Nest,
        read_from: Nest,
        d_stacks: Nest,
        d_state: Nest,
    ) -> list[tf.Tensor | None]:
        sequences, captured = read_from[:n_read], read_from[n_read:]
        factors = graph.factors(captured)

        def recompute(time: tf.Tensor) -> tuple[Any, ...]:
            known = [_slice_at(k, time) for k in kept]
            state = _restored(known[: sum(is_needed)], graph.state, is_needed)
            input_slices, read = _sliced(graph, sequences, time), _in_this_graph(captured)
            results, multiplied = graph.copy(
                time,
                state,
                input_slices,
                read,
                _drawn(draws, time),
                residuals=known[sum(is_needed) :],
                factors=_in_this_graph(factors),
            )
            return state, input_slices, read, multiplied, parts.split(results)

        def body(
            time: IntLike, d_state: Nest, d_sequences: Nest, d_captured: Any, products: Nest
        ) -> Nest:
            state, input_slices, read, multiplied, (emitted, new_state, _) = recompute(time)
            results = _trainable([*emitted, *new_state])
            upstream = [*(_slice_at(d, time) for d in d_stacks), *d_state]
            sources = [_trainable(state), _trainable(input_slices), summed(read)]
            of_state, of_slices, of_captured, of_products = _gradients(
                results, [*sources, [product.result for product in multiplied]], upstream
            )
            d_state = [
                tf.zeros_like(d) if g is None else g for d, g in zip(d_state, of_state, strict=True)
            ]
            d_sequences = [
                d if g is None else _update_slice(d, time + ahead, g)
                for d, g, ahead in zip(d_sequences, of_slices, aheads, strict=True)
            ]
            d_captured = [
                d if g is None else d + g for d, g in zip(d_captured, of_captured, strict=True)
            ]
            products = [
                p
                if g is None
                else Product(
                    _update_slice(p.other, time, m.other), _update_slice(p.result, time, g)
                )
                for p, m, g in zip(products, multiplied, of_products, strict=True)
            ]
            return time - 1, d_state, d_sequences, d_captured, products

        def summed(read: Sequence[tf.Tensor]) -> list[tf.Tensor]:
            return [t for n, t in enumerate(read) if _is_trainable(t) and n not in multiplied_by]

        aheads = [r.ahead for r in graph.input_slices if _is_trainable(r.sequence)]
        multiplied_by = {each.factor for each in graph.products}
        shapes = recompute(tf.constant(0))[3]
        start = (
            steps - 1,
            d_state,
            [tf.zeros_like(s) for s in _trainable(sequences)],
            [tf.zeros_like(o) for o in summed(captured)],
            [Product(*(_stack_like(t, capacity) for t in product)) for product in shapes],
        )
        _, d_state, d_sequences, d_captured, products = tf.while_loop(
            lambda time, *_: time >= 0, body, start
        )
        sums, of_all_steps = iter(d_captured), iter(products)
        of_factors = {
            each.factor: tf.add_n(
                [
                    batched_weight_gradient(op, place, captured[each.factor], *next(of_all_steps))
                    for op, place in zip(each.operations, each.operand_indices, strict=True)
                ]
            )
            for each in graph.products
        }
        d_captured = [
            of_factors[n] if n in multiplied_by else next(sums)
            for n, t in enumerate(captured)
            if _is_trainable(t)
        ]
        return [*d_state, *d_sequences, *d_captured]

    def compiled(function: Callable[..., object]) -> Any:
        if not all_is_compiled:
            by_xla = tf.function(
                function,
                jit_compile=True,
                autograph=False,
                experimental_attributes=internals.NOT_OPTIMIZED,
            )
            # Where TensorFlow calls what is compiled, it forgets the tf.cond or while_loop of TF1
            # that it is in: so another function calls it.
            function = tf.function(lambda *args: by_xla(*args), autograph=False)
        # Tapes see the loop as a whole: to two of them TensorFlow would give its own gradient.
        return internals.without_tapes(function)

    @tf.custom_gradient
    def run(*tensors: tf.Tensor) -> Nest:
        steps, stacks, final, kept = compiled(forward)(capacity, limit, first, draws, *tensors)

        def gradient(_: object, *upstream: tf.Tensor) -> list[tf.Tensor | None]:
            # In the gradient of a conditional TensorFlow has the shapes of what is outside of it
            # computed there, where XLA does not see that they are constants.
            given = steps, draws, kept, list(tensors[n_state:]), stacks, final
            steps_here, draws_here, kept_here, read_from, *outputs = tf.nest.map_structure(
                tf.identity, given
            )
            d_stacks = _with_zeros(upstream[: len(stacks)], outputs[0])
            d_state = _with_zeros(upstream[len(stacks) :], outputs[1])
            capacities = [axis_size(stack, 0) for stack in [*d_stacks, *kept_here]]
            found = compiled(backward)(
                next(iter(capacities), capacity),
                steps_here,
                draws_here,
                kept_here,
                read_from,
                d_stacks,
                d_state,
            )
            trainable = iter(_differentiated(found, tensors))
            return [next(trainable) if _is_trainable(t) else None for t in tensors]

        return [steps, *stacks, *final], gradient

    steps, *results = run(*state, *sequences, *graph.captured_tensors)
    stacks, final = results[: parts.emitted], results[parts.emitted :]
    for tensor, before in zip(final, graph.state, strict=True):
        tensor.set_shape(before.shape)
    for stack, result in zip(stacks, graph.results, strict=False):
        stack.set_shape(tf.TensorShape([None]).concatenate(result.shape))
    return stacks, final, steps


def _differentiated(
    gradients: Sequence[tf.Tensor], sources: Sequence[tf.Tensor]
) -> Sequence[tf.Tensor]:
    """The gradients of a loop, for which second derivatives raise an error."""

    def refuse(*_: object) -> Any:
        raise NotImplementedError(
            'A compiled loop can be differentiated once. For second derivatives give dynamic_rnn '
            'or dynamic_decode jit_compile=False, which leaves the loop to TensorFlow.'
        )

    @tf.custom_gradient
    def once(*tensors: tf.Tensor) -> Any:
        return [tf.identity(g) for g in tensors[: len(gradients)]], refuse

    return once(*gradients, *sources)


def _padded(sequence: tf.Tensor) -> tf.Tensor:
    """A sequence of steps, with zeros up to a size that others have too."""
    if isinstance(axis_size(sequence, 0), int):
        return sequence
    padded = pad_to_bucket(sequence, _BUCKET, axis=0)
    padded.set_shape(tf.TensorShape([None]).concatenate(sequence.shape[1:]))
    return padded


def _is_trainable(tensor: tf.Tensor) -> bool:
    return tensor.dtype.is_floating or tensor.dtype.is_complex


def _trainable(tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    return [t for t in tensors if _is_trainable(t)]


def _with_zeros(
    upstream: Sequence[tf.Tensor | None], outputs: Sequence[tf.Tensor]
) -> list[tf.Tensor]:
    """The gradients of the trainable outputs, zeros for those that nothing asks for."""
    return [
        tf.zeros_like(output) if given is None else tf.convert_to_tensor(given)
        for given, output in zip(upstream, outputs, strict=True)
        if _is_trainable(output)
    ]


def _gradients(
    results: Sequence[tf.Tensor],
    sources: list[list[tf.Tensor]],
    upstream: Sequence[tf.Tensor | None],
) -> list[list[tf.Tensor]]:
    """Gradients of the results for groups of sources, in these groups."""
    found = tf1.gradients(results, [s for group in sources for s in group], upstream)
    dense = (None if g is None else tf.convert_to_tensor(g) for g in found)
    return [list(itertools.islice(dense, len(group))) for group in sources]


def _in_this_graph(tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Tensors of an outer graph, in this one."""
    return [tf.identity(t) for t in tensors]


def _selected(tensors: Sequence[tf.Tensor], is_needed: Sequence[bool]) -> list[tf.Tensor]:
    return [t for t, needed in zip(tensors, is_needed, strict=True) if needed]


def _restored(
    tensors: Sequence[tf.Tensor], like: Sequence[tf.Tensor], is_needed: Sequence[bool]
) -> list[tf.Tensor]:
    """Undoes `_selected`; nothing reads what stands in the other places."""
    given: Iterator[tf.Tensor] = iter(tensors)
    return [
        next(given) if needed else tf.zeros([], p.dtype)
        for p, needed in zip(like, is_needed, strict=True)
    ]


def _sliced(graph: StepGraph, sequences: Sequence[tf.Tensor], time: tf.Tensor) -> list[tf.Tensor]:
    """The input slices of a step; beyond the end of the inputs, the last element."""
    return [
        _slice_at(s, time + r.ahead) for s, r in zip(sequences, graph.input_slices, strict=True)
    ]


def _drawn(draws: Sequence[tf.Tensor], time: tf.Tensor) -> list[tf.Tensor]:
    """The draws of one step, of those of `StepGraph.draw`."""
    is_key = [d.dtype == tf.int32 and d.shape == [2] for d in draws]
    return [
        d + [0, time] if key else _slice_at(d, time) for d, key in zip(draws, is_key, strict=True)
    ]


def _stack_like(element: tf.Tensor, capacity: IntLike) -> tf.Tensor:
    stack = tf.zeros(tf.concat([[capacity], tf.shape(element)], 0), element.dtype)
    stack.set_shape(tf.TensorShape([None]).concatenate(element.shape))
    return stack


def _update_slice(stack: tf.Tensor, index: tf.Tensor, element: tf.Tensor) -> tf.Tensor:
    """The stack with another element at the index, or at the last one if that is beyond it."""
    changed = internals.dynamic_update_slice(stack, element[None], _start(stack, index))
    changed.set_shape(stack.shape)
    return changed


def _slice_at(stack: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    """The element at the index, or the last one if that is beyond it."""
    sizes = tf.concat([[1], tf.shape(stack)[1:]], 0)
    element = tf.squeeze(internals.dynamic_slice(stack, _start(stack, index), sizes), 0)
    element.set_shape(stack.shape[1:])
    return element


def _start(stack: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    """Where the element at an index begins."""
    if stack.shape.rank is None:
        return tf.pad(index[None], [[0, tf.rank(stack) - 1]])
    return tf.stack([index] + [0] * (stack.shape.rank - 1))
