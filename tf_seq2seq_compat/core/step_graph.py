"""One step of a loop, traced once into a graph of its own, and copied to where it runs.

TensorFlow traces the body of a loop once; so must we, since a step that makes variables names them
anew each time it is called. A loop with a gradient of its own needs the step in two places, and in
a form that XLA takes: `StepGraph` keeps the trace, and `StepGraph.copy` puts it into the graph of a
loop's body, each time with other tensors for what it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow.python.framework import func_graph, kernels  # neither has a public name

tf1 = tf.compat.v1

# What draws with a state, and the operation that draws the same from a key: XLA ignores the seeds
# of the former, and a gradient that takes the step again must draw the same again.
_FROM_A_KEY = {
    'RandomUniform': 'StatelessRandomUniform',
    'RandomStandardNormal': 'StatelessRandomNormal',
    'TruncatedNormal': 'StatelessTruncatedNormal',
    'RandomUniformInt': 'StatelessRandomUniformInt',
    'Multinomial': 'StatelessMultinomial',
}


class _Reading(NamedTuple):
    """A step's element of inputs: `sequence[time + ahead]`."""

    sequence: tf.Tensor
    ahead: int
    placeholder: tf.Tensor


class _Products(NamedTuple):
    """A weight, as number among what is read from outside, that enters by matrix products only."""

    weight: int
    operations: list[tf.Operation]


class StepGraph(func_graph.FuncGraph):
    """The trace of `step(time, state) -> nest of results`.

    Args:
      state: Flat list of tensors, the initial state; only their types and static shapes count.

    Attributes:
      results: Flat list of what the step returned, after `trace`.
      read_from_outside: What it reads besides its arguments: weights, a memory, lengths.
      readings: The elements of inputs that it reads by `read`.
      products: The weights that the step multiplies by, and does nothing else with.
    """

    def __init__(self, state: Sequence[tf.Tensor]) -> None:
        super().__init__('step')
        self.read_from_outside: list[tf.Tensor] = []
        self.readings: list[_Reading] = []
        self.results: list[tf.Tensor] = []
        self.products: list[_Products] = []
        self._random: list[Any] = []
        with self.as_default():
            self.time = tf1.placeholder(tf.int32, [], 'time')
            self.state = [tf1.placeholder(s.dtype.base_dtype, s.shape, 'state') for s in state]

    def trace(self, step: Callable[[tf.Tensor, list[tf.Tensor]], Sequence[tf.Tensor]]) -> None:
        """Calls `step(time, state)`, here, and keeps its results."""
        with self.as_default():
            self.results = [tf.identity(r) for r in step(self.time, self.state)]
        self._definition = self.as_graph_def()
        by_name = {node.name: node for node in self._definition.node}
        for number, (outside, inside) in enumerate(self.captures):
            values = [inside]
            if outside.dtype == tf.resource and all(_reads(op) for op in inside.consumers()):
                values = [op.outputs[0] for op in inside.consumers() if op.type == 'ReadVariableOp']
                outside = _value_of_variable(outside, inside, by_name)
            self.read_from_outside.append(outside)
            users = [op for value in values for op in value.consumers()]
            if users and all(_multiplies_by(op, values) for op in users):
                self.products.append(_Products(number, users))
        nodes = [
            *self._definition.node,
            *(node for f in self._definition.library.function for node in f.node_def),
        ]
        for node in nodes:
            # Such a conditional becomes operations that XLA does not know.
            node.attr.pop('_lower_using_switch_merge', None)
            # Nor is there, where the step is copied to, what it was to be placed beside.
            node.attr.pop('_class', None)
        self._operations = sorted({node.op for node in nodes})
        self._nested = {n.op for f in self._definition.library.function for n in f.node_def}

    def read(self, sequence: tf.Tensor, time: Any, ahead: int) -> tf.Tensor:
        """`sequence[time + ahead]`; where `time` is the step's, the gradient is an element too."""
        if time is not self.time:
            return tf.gather(sequence, time + ahead)
        for known in self.readings:
            if known.sequence is sequence and known.ahead == ahead:
                return known.placeholder
        with self.as_default():
            placeholder = tf1.placeholder(sequence.dtype, sequence.shape[1:], 'reading')
        self.readings.append(_Reading(sequence, ahead, placeholder))
        return placeholder

    def obstacle(self) -> str | None:
        """Why XLA cannot compile the step, None if nothing is known to be in the way."""
        _make_compiler_known()
        for outside in self.read_from_outside:
            if outside.dtype.base_dtype in (tf.resource, tf.variant, tf.string):
                return f'the step reads {outside.name}, a {outside.dtype.name}'
        for name in self._operations:
            if name != 'Placeholder' and not _compiles(name):
                return f'XLA has no operation {name}'
        drawn = sorted(self._nested & set(_FROM_A_KEY))
        return f'the step draws by {drawn[0]} within a conditional' if drawn else None

    def draw_from_keys(self) -> list[tf.Tensor]:
        """Makes random operations functions of a key and the time; returns the keys, `[2]` each.

        The keys are drawn here, in the default graph, with the seeds of the operations.
        """
        nodes = [n for n in self._definition.node if n.op in _FROM_A_KEY]
        keys = []
        for number, node in enumerate(nodes):
            keys.append(
                tf.raw_ops.RandomUniformInt(
                    shape=[2],
                    minval=0,
                    maxval=2**31 - 1,
                    seed=node.attr['seed'].i,
                    seed2=node.attr['seed2'].i,
                )
            )
            key = self._definition.node.add(name=f'key_{number}', op='Placeholder')
            key.attr['dtype'].type = tf.int32.as_datatype_enum
            _make_stateless(node, key.name)
            self._random.append(f'{key.name}:0')
        return keys

    def copy(
        self,
        time: tf.Tensor,
        state: Sequence[tf.Tensor],
        readings: Sequence[tf.Tensor],
        outside: Sequence[tf.Tensor],
        keys: Sequence[tf.Tensor] = (),
    ) -> tuple[list[tf.Tensor], list[list[tf.Operation]]]:
        """The results of the step, computed in the default graph from these tensors.

        Returns:
          The results, and for each of `products` the matrix products.
        """
        inputs = {self.time.name: tf.identity(time)}
        inputs |= {p.name: s for p, s in zip(self.state, state, strict=True)}
        inputs |= {r.placeholder.name: x for r, x in zip(self.readings, readings, strict=True)}
        inputs |= {i.name: x for (_, i), x in zip(self.captures, outside, strict=True)}
        for name, key in zip(self._random, keys, strict=True):
            inputs[name] = key + [0, time]
        results = tf.graph_util.import_graph_def(
            self._definition,
            input_map=inputs,
            return_elements=[
                *(r.name for r in self.results),
                *(op.name for each in self.products for op in each.operations),
            ],
            name='step',
        )
        operations = iter(results[len(self.results) :])
        results = list(results[: len(self.results)])
        for result, traced in zip(results, self.results, strict=True):
            result.set_shape(traced.shape)
        return results, [[next(operations) for _ in each.operations] for each in self.products]


def traced_step() -> StepGraph | None:
    """The `StepGraph` that is being traced, None if there is none."""
    if tf.executing_eagerly():
        return None
    graph = tf1.get_default_graph()
    while graph is not None and not isinstance(graph, StepGraph):
        graph = getattr(graph, 'outer_graph', None)
    return graph


def _reads(operation: tf.Operation) -> bool:
    """Whether it reads a variable given by its handle."""
    return operation.type in ('ReadVariableOp', 'ResourceGather')


def _value_of_variable(handle: tf.Tensor, inside: tf.Tensor, by_name: dict[str, Any]) -> tf.Tensor:
    """The value, read here; in the definition of the step it takes the place of the handle.

    Args:
      handle: Handle of the variable.
      inside: Its placeholder in the step, which `_reads` use and nothing else.
      by_name: The nodes of the step's definition; changed.
    """
    dtype = inside.consumers()[0].get_attr('dtype')
    placeholder = by_name[inside.op.name]
    placeholder.attr['dtype'].type = dtype.as_datatype_enum
    placeholder.attr.pop('shape', None)
    for operation in inside.consumers():
        node = by_name[operation.name]
        del node.attr['dtype']
        if operation.type == 'ReadVariableOp':
            node.op = 'Identity'
            node.attr['T'].type = dtype.as_datatype_enum
        else:
            node.op = 'Gather'
            node.attr['Tparams'].type = dtype.as_datatype_enum
            node.attr.pop('batch_dims', None)
    return tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype)


def _multiplies_by(operation: tf.Operation, weights: Sequence[tf.Tensor]) -> bool:
    """Whether it is a product of rows by one of these tensors, all of them the same weight."""
    return (
        operation.type == 'MatMul'
        and any(operation.inputs[1] is weight for weight in weights)
        and not any(operation.inputs[0] is weight for weight in weights)
        and not operation.get_attr('transpose_a')
    )


def _make_stateless(node: Any, key: str) -> None:
    inputs, operation = list(node.input), node.op
    for name in ('seed', 'seed2'):
        node.attr.pop(name, None)
    # The key comes after the shape, or after the number of samples.
    position = 2 if operation == 'Multinomial' else 1
    del node.input[:]
    node.input.extend([*inputs[:position], key, *inputs[position:]])
    node.op = _FROM_A_KEY[operation]
    node.attr['Tseed'].type = tf.int32.as_datatype_enum
    if operation == 'RandomUniformInt':
        node.attr['dtype'].type = node.attr.pop('Tout').type


def _compiles(operation: str) -> bool:
    found = kernels.get_registered_kernels_for_op(operation).kernel
    return any(kernel.device_type.endswith('_JIT') for kernel in found)


def _make_compiler_known() -> None:
    """TensorFlow registers the compiler's operations when it is first used."""
    if _compiles('MatMul'):
        return
    with tf.Graph().as_default(), tf1.Session() as session:
        session.run(tf.function(tf.identity, jit_compile=True, autograph=False)(tf.constant(0)))
