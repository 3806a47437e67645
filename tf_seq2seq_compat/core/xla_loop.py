"""The kind of loop that XLA compiles, with a custom gradient: see `loop.unroll`.

TensorFlow's gradient of a while_loop stores every intermediate result of every step in lists, which
cannot leave compiled code. Here the gradient is a second loop, built only if a gradient is asked
for. The forward loop stores residuals in dense arrays: the state before each step and the products
of the step. The backward loop recomputes each step from its residuals (rematerialisation: Griewank
and Walther 2000, https://doi.org/10.1145/347837.347846; Chen et al. 2016,
https://arxiv.org/abs/1604.06174) and accumulates the gradients of all captured tensors and inputs.
The gradient of a weight is one product over all steps after the loop, and the projection of the
inputs one product before it (Appleyard et al. 2016, https://arxiv.org/abs/1604.01946).

In a `tf.function(jit_compile=True)` both loops are part of the function that is compiled; in a TF1
graph each is a compiled function, which a `Session` runs. There the capacity, a static size, is
padded to a multiple of `_BUCKET` where it is unknown, so that few sizes are ever compiled. The
number of steps is an argument.

Steps of decoding seldom have a gradient: what is compiled alone keeps no residuals for them. A
gradient takes the steps again.

By `checkpointed_loops` the residuals are the state before every √T-th step. The backward loop then
runs over segments: it takes the steps of one again, from that state, and goes back over them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.bucketing import bucket_size, pad_to_bucket
from tf_seq2seq_compat.core import cpu_forms, loop_compilation
from tf_seq2seq_compat.core import tensorflow_internals as internals
from tf_seq2seq_compat.core.input_projection import hoist_input_projection, slice_fed_back_inputs
from tf_seq2seq_compat.core.loop_arrays import OpenEndedArray, Recorder, Unrolled, as_before
from tf_seq2seq_compat.core.matmul import ProductValues, batched_gradient
from tf_seq2seq_compat.core.path import graph_mode, under_xla
from tf_seq2seq_compat.core.step_function import StepFunction, is_trainable, trainable
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.traced_step import StepGraph, Unsupported
from tf_seq2seq_compat.types import IntLike, Nest

tf1 = tf.compat.v1

_BUCKET = 16
# The square root of some 1,000 steps, where their number is not known.
_USUAL_STEPS = 32


def compiled_unroll(
    step: Callable[[tf.Tensor, Nest], tuple[Nest, Nest]],
    state: Nest,
    emits: Nest,
    capacity: IntLike,
    limit: IntLike | None,
    running: Callable[[Nest], tf.Tensor] | None,
    shapes: Sequence[tf.TensorShape] | None,
    *,
    otherwise: Callable[[], Unrolled],
    explicit: bool,
) -> Unrolled:
    """As `loop.unroll`; what is emitted comes as tensors `[capacity or more, ...]`.

    Where XLA cannot compile the loop, `otherwise` makes it; the log (INFO) has the reason, or if
    the request was `explicit` a warning.
    """
    layout = _StepLayout(state, emits, shapes)
    graph = StepGraph(layout.tensors(state))
    try:
        _check(state, capacity)
        graph.trace(lambda time, tensors: layout.call(step, running, time, tensors))
        if loop_compilation.must_pay(explicit):
            _check_pays(graph)
        first = tf.constant(True) if running is None else running(state)
        # The projections of all steps take no less than what checkpoints save.
        if loop_compilation.checkpoint_steps() is None:
            slice_fed_back_inputs(graph)
            hoist_input_projection(graph)
        loop = _CompiledLoop(graph, layout, capacity, capacity if limit is None else limit)
        unrolled = layout.unrolled(*loop.run(layout.tensors(state), first))
    except Unsupported as stop:
        reason = str(stop)
    except Exception as error:  # TensorFlow's loop raises it too, if the step is wrong.
        first_line = str(error).strip().partition('\n')[0]
        reason = f'its step cannot be traced by itself ({type(error).__name__}: {first_line})'
    else:
        graph.export_collections()
        loop_compilation.note('', explicit)
        return unrolled
    loop_compilation.note(reason, explicit)
    if not graph_mode():
        return otherwise()
    with graph.retrace():
        return otherwise()


def _check(state: Nest, capacity: IntLike) -> None:
    """Raises for what is known before the step is traced."""
    if capacity is None:
        raise Unsupported('the number of its steps is not bounded: give maximum_iterations')
    if isinstance(capacity, int) and capacity == 0:
        raise Unsupported('it takes no step')
    for part in tf.nest.flatten(state):
        if isinstance(part, tf.TensorArray) and not isinstance(part, OpenEndedArray):
            raise Unsupported('its state holds a TensorArray')


def _check_pays(graph: StepGraph) -> None:
    """Raises for a loop that TensorFlow runs faster, on CPUs.

    Where inputs are read (`dynamic_rnn`, teacher forcing, all that is trained) their products are
    hoisted, and the gradient is faster. Where a step reads what the last one chose, neither is so,
    and it depends on the processor: benchmarks/README.md has one on which the plain loop is faster,
    but for one sequence alone and for many beams of many units, and one on which it is slower.
    """
    batches = {s.shape.as_list()[0] for s in graph.initial_state if s.shape.rank}
    if not graph.input_slices and batches != {1} and cpu_forms.on_cpu(graph.time):
        raise Unsupported('decoding from its own ids is mostly as fast without, on a CPU')


class _StepLayout:
    """The order of a step's results in the flat list of them.

    First what it emits, then the elements it writes to arrays of the state, then the state's
    tensors, then whether to go on.
    """

    def __init__(
        self, state: Nest, emits: Nest, shapes: Sequence[tf.TensorShape] | None = None
    ) -> None:
        self._state, self._emits = state, emits
        self._shapes = [zero.shape for zero in tf.nest.flatten(emits)] if shapes is None else shapes
        self._arrays = [p for p in tf.nest.flatten(state) if isinstance(p, tf.TensorArray)]
        self.emitted = len(tf.nest.flatten(emits)) + len(self._arrays)

    def tensors(self, state: Nest) -> list[tf.Tensor]:
        """The state's tensors."""
        return [p for p in tf.nest.flatten(state) if not isinstance(p, tf.TensorArray)]

    def packed(self, tensors: Sequence[tf.Tensor], arrays: Sequence[tf.TensorArray]) -> Nest:
        """The state of these tensors and arrays."""
        given: dict[bool, Iterator[object]] = {False: iter(tensors), True: iter(arrays)}
        flat = [
            next(given[isinstance(part, tf.TensorArray)]) for part in tf.nest.flatten(self._state)
        ]
        return tf.nest.pack_sequence_as(self._state, flat)

    def call(
        self, step: Any, running: Any, time: tf.Tensor, tensors: list[tf.Tensor]
    ) -> list[tf.Tensor]:
        """The flat results of a step."""
        state = self.packed(tensors, [Recorder(a) for a in self._arrays])
        emitted, new_state = step(time, state)
        tf.nest.assert_same_structure(self._emits, emitted)
        tf.nest.assert_same_structure(self._state, new_state)
        written = [a for a in tf.nest.flatten(new_state) if isinstance(a, tf.TensorArray)]
        kept = [
            as_before(new, old.shape)
            for new, old in zip(self.tensors(new_state), tensors, strict=True)
        ]
        emitted = [
            as_before(new, shape)
            for new, shape in zip(tf.nest.flatten(emitted), self._shapes, strict=True)
        ]
        elements = [getattr(a, 'element', None) for a in written]
        if any(e is None for e in elements):
            raise ValueError('A step must write one element to each TensorArray of its state.')
        more = tf.constant(True) if running is None else running(self.packed(kept, written))
        return [*emitted, *elements, *kept, more]

    def unrolled(
        self, stacks: list[tf.Tensor], final: list[tf.Tensor], steps: tf.Tensor
    ) -> Unrolled:
        """The results of the loop."""
        plain = self.emitted - len(self._arrays)
        size = None if under_xla() else steps
        arrays = []
        for stack, old in zip(stacks[plain:], self._arrays, strict=True):
            array = tf.TensorArray(
                old.dtype,
                axis_size(stack, 0) if size is None else size,
                clear_after_read=False,
                element_shape=old.element_shape,
            ).unstack(stack[:size])
            assert array.flow is not None  # TensorFlow warns of arrays that nothing reads.
            arrays.append(array)
        emitted = tf.nest.pack_sequence_as(self._emits, stacks[:plain])
        shapes = [stack.shape[1:] for stack in stacks[:plain]]
        return Unrolled(emitted, self.packed(final, arrays), steps, shapes)


class _Given(NamedTuple):
    """What the steps of a backward loop read; `d_stacks` are the gradients for what they emit."""

    draws: list[tf.Tensor]
    sequences: Sequence[tf.Tensor]
    captured: Sequence[tf.Tensor]
    d_stacks: list[tf.Tensor]


class _CompiledLoop:
    """The forward and the backward loop over the steps of a trace."""

    def __init__(
        self, graph: StepGraph, layout: _StepLayout, capacity: IntLike, limit: IntLike
    ) -> None:
        self._alone = not under_xla()
        self._step = StepFunction(graph, alone=self._alone)
        self._emitted = layout.emitted
        if awaited := list(graph.function_captures.control):
            with tf.control_dependencies(awaited):  # The step's control inputs of the outer graph.
                limit = tf.identity(limit)
        self._sequences = [s.sequence for s in self._step.input_slices]
        if self._alone:
            self._sequences = [_padded(s) for s in self._sequences]
            if not isinstance(capacity, int):
                limit = tf.minimum(capacity, limit)
                capacity = bucket_size(capacity, _BUCKET)
        self._capacity, self._limit = capacity, limit
        self._every = loop_compilation.checkpoint_steps()
        if self._every == 0:
            is_known = isinstance(capacity, int)
            self._every = math.isqrt(capacity - 1) + 1 if is_known else _USUAL_STEPS
        # Without sequences of inputs the steps are those of decoding. Of what is compiled together
        # with its gradient, XLA computes only what is read.
        self._keeps_residuals = bool(self._sequences) or not self._alone
        # The captured tensors with a batched gradient: nothing but products reads them.
        self._batched = {product.captured for product in self._step.products}

    def run(
        self, state: list[tf.Tensor], first: tf.Tensor
    ) -> tuple[list[tf.Tensor], list[tf.Tensor], tf.Tensor]:
        """The stacked results, the final state and the number of steps.

        Args:
          state: The initial state.
          first: Whether to take the first step.
        """
        step = self._step
        first_slices = [
            s[tf.minimum(r.ahead, axis_size(s, 0) - 1)]
            for s, r in zip(self._sequences, step.input_slices, strict=True)
        ]
        draws = step.draw(self._capacity, state, first_slices)

        @tf.custom_gradient
        def run(*tensors: tf.Tensor) -> Nest:
            forward, given = self._compiled(self.forward), (first, draws, *tensors)
            at_once = self._keeps_residuals
            steps, stacks, final, kept = forward(at_once, self._capacity, self._limit, *given)

            def gradient(_: object, *upstream: tf.Tensor) -> list[tf.Tensor | None]:
                residuals = kept
                if not at_once:
                    residuals = forward(True, self._capacity, self._limit, *given)[-1]
                return self._gradient(tensors, (steps, draws, residuals), stacks, final, upstream)

            return [steps, *stacks, *final], gradient

        steps, *results = run(*state, *self._sequences, *step.captured_tensors)
        stacks, final = results[: self._emitted], results[self._emitted :]
        for tensor, before in zip(final, step.graph.state, strict=True):
            tensor.set_shape(before.shape)
        for stack, result in zip(stacks, step.graph.results, strict=False):
            stack.set_shape(tf.TensorShape([None]).concatenate(result.shape))
        return stacks, final, steps

    def _compiled(self, function: Callable[..., object]) -> Any:
        if self._alone:
            by_xla = tf.function(
                function,
                jit_compile=True,
                autograph=False,
                experimental_attributes=internals.NOT_OPTIMIZED,
            )
            # TensorFlow calls a compiled function outside of the tf.cond or while_loop of TF1 that
            # it is in: so another function calls it.
            function = tf.function(lambda *args: by_xla(*args), autograph=False)
        # Tapes see the loop as a whole: to two of them TensorFlow would give its own gradient.
        return internals.without_tapes(function)

    # -- forward ------------------------------------------------------------------------------

    def forward(
        self,
        keeps_residuals: bool,
        capacity: IntLike,
        limit: IntLike,
        first: tf.Tensor,
        draws: list[tf.Tensor],
        *tensors: tf.Tensor,
    ) -> Nest:
        """The number of steps, the stacked results, the final state, and the stacked residuals.

        Args:
          keeps_residuals: Whether to; else there are none.
          capacity: How many steps there can be.
          limit: How many are taken at most.
          first: Whether to take the first.
          draws: Those of all steps.
          *tensors: The initial state, the sequences of inputs, the captured tensors.
        """
        count = len(self._step.graph.state)
        state = list(tensors[:count])
        sequences, captured = self._split(tensors[count:])

        every = self._every

        def take(time: tf.Tensor, state: Sequence[tf.Tensor]) -> tuple[Nest, ...]:
            slices = self._sliced(sequences, time)
            results, products = self._step.copy(time, state, slices, captured, _drawn(draws, time))
            if not keeps_residuals:
                residuals = []
            elif every:
                residuals = self._step.state_read(state)
            else:
                residuals = self._step.residuals(state, products)
            return results[: self._emitted], results[self._emitted : -1], results[-1], residuals

        # Only the shapes of this are computed.
        stacks, _, _, residuals = take(tf.constant(0), state)
        kept = -(-capacity // every) + 1 if every else capacity
        stacks, residuals = _stacks_like(stacks, capacity), _stacks_like(residuals, kept)

        def body(time: IntLike, _: object, state: Nest, stacks: Nest, residuals: Nest) -> Nest:
            emitted, new_state, more, to_keep = take(time, state)
            # The last that is written to a place is the state before the first step of a segment.
            place = (time + every - 1) // every if every else time
            residuals = _update_slices(residuals, place, to_keep)
            stacks = _update_slices(stacks, time, emitted)
            return time + 1, more, new_state, stacks, residuals

        steps, _, state, stacks, residuals = tf.while_loop(
            lambda time, more, *_: tf.logical_and(more, time < limit),
            body,
            (tf.constant(0), first, state, stacks, residuals),
        )
        return steps, stacks, state, residuals

    def _split(self, read_from: Sequence[tf.Tensor]) -> tuple[Sequence[tf.Tensor], ...]:
        """The sequences of inputs, and the captured tensors."""
        count = len(self._sequences)
        return read_from[:count], read_from[count:]

    def _sliced(self, sequences: Sequence[tf.Tensor], time: tf.Tensor) -> list[tf.Tensor]:
        """The input slices of a step; beyond the end of the inputs, the last element."""
        slices = self._step.input_slices
        return [_slice_at(s, time + r.ahead) for s, r in zip(sequences, slices, strict=True)]

    # -- backward -----------------------------------------------------------------------------

    def _gradient(
        self,
        tensors: Sequence[tf.Tensor],
        stored: tuple[tf.Tensor, list[tf.Tensor], list[tf.Tensor]],
        stacks: list[tf.Tensor],
        final: list[tf.Tensor],
        upstream: Sequence[tf.Tensor | None],
    ) -> list[tf.Tensor | None]:
        """The gradients for `tensors`, the last arguments of `forward`."""
        # In the gradient of a conditional TensorFlow has the shapes of outer tensors computed
        # there, where XLA does not see that they are constants.
        read_from = list(tensors[len(self._step.graph.state) :])
        given = *stored, read_from, stacks, final
        *arguments, stacks, final = tf.nest.map_structure(tf.identity, given)
        d_stacks = _with_zeros(upstream[: len(stacks)], stacks)
        d_state = _with_zeros(upstream[len(stacks) :], final)
        stacked = [*d_stacks, *arguments[2]]
        capacity = axis_size(stacked[0], 0) if stacked else self._capacity
        found = self._compiled(self.backward)(capacity, *arguments, d_stacks, d_state)
        gradients = iter(_differentiated_once(found, tensors))
        return [next(gradients) if is_trainable(t) else None for t in tensors]

    def backward(
        self,
        capacity: IntLike,
        steps: tf.Tensor,
        draws: list[tf.Tensor],
        residuals: list[tf.Tensor],
        read_from: list[tf.Tensor],
        d_stacks: list[tf.Tensor],
        d_state: list[tf.Tensor],
    ) -> list[tf.Tensor]:
        """The gradients for the trainable tensors of the state and of `read_from`."""
        sequences, captured = self._split(read_from)
        given = _Given(draws, sequences, captured, d_stacks)
        found: tuple[list[tf.Tensor], ...] = (
            d_state,
            [_zeros_like(s) for s in trainable(sequences)],
            [_zeros_like(c) for c in trainable(captured)],
        )
        every = self._every
        if every is None:
            found = self._segment_backward(tf.constant(0), steps, capacity, given, residuals, found)
            return [gradient for group in found for gradient in group]

        def body(number: tf.Tensor, found: Nest) -> Nest:
            start, end = number * every, tf.minimum(steps, (number + 1) * every)
            before = [_slice_at(r, number) for r in residuals]
            again = self._segment_forward(start, end, given, before)
            return number - 1, self._segment_backward(start, end, every, given, again, found)

        _, found = tf.while_loop(lambda number, _: number >= 0, body, ((steps - 1) // every, found))
        return [gradient for group in found for gradient in group]

    def _segment_forward(
        self, start: tf.Tensor, end: tf.Tensor, given: _Given, before: list[tf.Tensor]
    ) -> list[tf.Tensor]:
        """The residuals of the steps from `start` to `end`, given that before the first."""

        def take(time: tf.Tensor, before: list[tf.Tensor]) -> tuple[list[tf.Tensor], ...]:
            state, _ = self._step.restored(before)
            slices, drawn = self._sliced(given.sequences, time), _drawn(given.draws, time)
            results, products = self._step.copy(time, state, slices, given.captured, drawn)
            after = self._step.state_read(results[self._emitted : -1])
            return self._step.residuals(state, products), after

        def body(time: tf.Tensor, before: list[tf.Tensor], residuals: list[tf.Tensor]) -> Nest:
            to_keep, after = take(time, before)
            return time + 1, after, _update_slices(residuals, time - start, to_keep)

        # Only the shapes of this are computed.
        residuals = _stacks_like(take(start, before)[0], self._every)
        return tf.while_loop(lambda time, *_: time < end, body, (start, before, residuals))[-1]

    def _segment_backward(
        self,
        start: tf.Tensor,
        end: tf.Tensor,
        size: IntLike,
        given: _Given,
        residuals: list[tf.Tensor],
        found: tuple[list[tf.Tensor], ...],
    ) -> tuple[list[tf.Tensor], ...]:
        """The gradients after going back over the steps from `end` to `start`.

        Args:
          start: The first of these steps.
          end: The step after the last.
          size: How many there can be.
          given: What all steps read.
          residuals: Those of these steps, `[size, ...]`.
          found: The gradients so far: for the state, the sequences and the captured tensors.
        """
        d_state, d_sequences, d_captured = found
        captured = given.captured
        operands = self._step.transposed_operands(captured)
        aheads = [s.ahead for s in self._step.input_slices if is_trainable(s.sequence)]

        def recompute(time: tf.Tensor) -> tuple[Any, ...]:
            state, products = self._step.restored(_slice_at(r, time - start) for r in residuals)
            slices, read = self._sliced(given.sequences, time), [tf.identity(c) for c in captured]
            arguments = time, state, slices, read, _drawn(given.draws, time)
            results, values = self._step.copy(*arguments, products, operands)
            return state, slices, read, results[:-1], values

        def body(
            time: IntLike, d_state: Nest, d_sequences: Nest, d_captured: Nest, d_products: Nest
        ) -> Nest:
            state, slices, read, results, products = recompute(time)
            upstream = [*(_slice_at(d, time) for d in given.d_stacks), *d_state]
            sources = [trainable(slices), self._summed(read), [p.result for p in products]]
            d_state, of_slices, of_captured, of_products = _gradients(
                trainable(results), [trainable(state), *sources], upstream, [d_state, *sources]
            )
            d_sequences = [
                _update_slice(d, time + ahead, g)
                for d, g, ahead in zip(d_sequences, of_slices, aheads, strict=True)
            ]
            d_captured = [d + g for d, g in zip(d_captured, of_captured, strict=True)]
            d_products = [
                ProductValues(
                    _update_slice(d.other, time - start, p.other),
                    _update_slice(d.result, time - start, g),
                )
                for d, p, g in zip(d_products, products, of_products, strict=True)
            ]
            return time - 1, d_state, d_sequences, d_captured, d_products

        # Only the shapes of these are computed.
        products = [ProductValues(*_stacks_like(one, size)) for one in recompute(start)[-1]]
        summed = [_zeros_like(c) for c in self._summed(captured)]
        _, d_state, d_sequences, summed, products = tf.while_loop(
            lambda time, *_: time >= start,
            body,
            (end - 1, d_state, d_sequences, summed, products),
        )
        here = self._of_captured(captured, summed, products)
        d_captured = [d + g for d, g in zip(d_captured, here, strict=True)]
        return d_state, d_sequences, d_captured

    def _summed(self, captured: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The captured tensors whose gradients are added up step by step."""
        return [t for n, t in enumerate(captured) if is_trainable(t) and n not in self._batched]

    def _of_captured(
        self,
        captured: Sequence[tf.Tensor],
        summed: Sequence[tf.Tensor],
        d_products: Sequence[ProductValues],
    ) -> Iterator[tf.Tensor]:
        """The gradients for the trainable captured tensors."""
        products = list(zip(self._step.products, d_products, strict=True))
        sums = iter(summed)
        for number, tensor in enumerate(captured):
            if number in self._batched:
                of_products = [
                    batched_gradient(product, tensor, values)
                    for product, values in products
                    if product.captured == number
                ]
                yield tf.add_n(of_products)
            elif is_trainable(tensor):
                yield next(sums)


def _differentiated_once(
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


def _with_zeros(
    upstream: Sequence[tf.Tensor | None], outputs: Sequence[tf.Tensor]
) -> list[tf.Tensor]:
    """The gradients of the trainable outputs, zeros for those that nothing asks for."""
    return [
        tf.zeros_like(output) if given is None else tf.convert_to_tensor(given)
        for given, output in zip(upstream, outputs, strict=True)
        if is_trainable(output)
    ]


def _gradients(
    results: Sequence[tf.Tensor],
    sources: Sequence[list[tf.Tensor]],
    upstream: Sequence[tf.Tensor],
    zeros_like: Sequence[list[tf.Tensor]],
) -> list[list[tf.Tensor]]:
    """Gradients of the results for groups of sources, in these groups; zeros for None."""
    flat, like = itertools.chain(*sources), itertools.chain(*zeros_like)
    found = zip(tf1.gradients(results, list(flat), upstream), like, strict=True)
    dense = (_zeros_like(x) if g is None else tf.convert_to_tensor(g) for g, x in found)
    return [list(itertools.islice(dense, len(group))) for group in sources]


def _drawn(draws: Sequence[tf.Tensor], time: tf.Tensor) -> list[tf.Tensor]:
    """The draws of one step, of those of `StepFunction.draw`."""
    is_key = [d.dtype == tf.int32 and d.shape == [2] for d in draws]
    return [
        d + [0, time] if key else _slice_at(d, time) for d, key in zip(draws, is_key, strict=True)
    ]


def _stacks_like(elements: Iterable[tf.Tensor], capacity: IntLike) -> list[tf.Tensor]:
    """Zeros for the elements of so many steps."""
    return [_stack_like(one, capacity) for one in elements]


def _stack_like(element: tf.Tensor, capacity: IntLike) -> tf.Tensor:
    stack = _zeros(tf.concat([[capacity], tf.shape(element)], 0), element.dtype)
    stack.set_shape(tf.TensorShape([None]).concatenate(element.shape))
    return stack


def _zeros(shape: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """Zeros that TensorFlow does not compute while it compiles, as it does with constants.

    For XLA they are the constant that they are.
    """
    zero = internals.dynamic_slice(tf.zeros([1], dtype), [0], [1])
    return tf.fill(shape, tf.squeeze(zero, 0))


def _zeros_like(tensor: tf.Tensor) -> tf.Tensor:
    zeros = _zeros(tf.shape(tensor), tensor.dtype)
    zeros.set_shape(tensor.shape)
    return zeros


def _update_slices(
    stacks: Iterable[tf.Tensor], index: tf.Tensor, elements: Iterable[tf.Tensor]
) -> list[tf.Tensor]:
    return [_update_slice(s, index, e) for s, e in zip(stacks, elements, strict=True)]


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
